"""The folder of reports: only what changed is written, whole, and only below the folder."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import changelog_story as world
import lxml.etree
import pytest

from pipeline.changelog import ReportError, site_files, write_articles, write_site
from pipeline.changelog.paths import Links, anchor, article_file, name, outlet_file, slug, story_folder
from pipeline.model import Story

EVIL = [
    "../../etc",
    "..",
    ".",
    "/abs",
    "a/b",
    "a\\b",
    "CON",
    "nul",
    "x" * 300,
    "",
    "\x00",
    "articles",
    "index",
    "Ünïcode 新华",
    "é",
]


def story(text: str) -> Story:
    return Story(story_id="sto_1", slug=text, title="t", origin="watched")


# ---- names ---------------------------------------------------------------------------------------------------------------


def test_a_plain_slug_is_the_folder() -> None:
    """reports/<story>/ is a promise."""
    assert story_folder(story("peace-plan")) == "peace-plan"


@pytest.mark.parametrize("text", EVIL, ids=ascii)
def test_no_name_leads_out_of_the_folder(text: str) -> None:
    """Slugs, ids and outlets of any kind give a plain, short, unreserved name."""
    assert re.fullmatch("[A-Za-z][A-Za-z0-9_-]*", anchor(text))
    for made in (story_folder(story(text)), article_file(text, text), outlet_file(text)):
        assert re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,110}(\.html)?", made), made
    assert story_folder(story(text)) not in ("articles", "outlets", "index", "con", "nul")


def test_different_outlets_have_different_files() -> None:
    """Also where their slugs are equal or empty."""
    names = ["Al Post", "Al-Post", "Al Post!", "新华", "人民", "Él Post", "al_post"]
    assert len({outlet_file(n) for n in names}) == len(names)
    assert outlet_file("Meridian Post") == "meridian-post.html"
    assert slug("Déjà vu: 28 → 19!") == "deja-vu-28-19" and name("") != name(" ")


def test_the_page_of_an_article_keeps_its_name_when_the_headline_changes() -> None:
    """Links that somebody kept stay valid."""
    other = replace(world.ARTICLE, title="Quite another headline")
    paths = {
        p for s in (world.SITE, replace(world.SITE, articles=(other,))) for p, _ in site_files(s) if p.startswith("articles/")
    }
    assert len(paths) == 1


def test_links_lead_only_to_pages_that_exist() -> None:
    """An article without a page has no link; one written by an earlier run has."""
    links = Links(frozenset({"art_1"}), frozenset({"A"}))
    assert links.article("art_1", "Canal Wire", 3) == "../articles/art_1-canal-wire.html#v3"
    assert links.article("art_2", "Canal Wire") == links.outlet("B") == links.revision("art_2", "x", 2) == ""
    kept = Links.of(replace(world.SITE, articles=(), kept_articles=frozenset({"art_9"})))
    assert kept.article("art_9", "A") == "../articles/art_9-a.html"


# ---- files ---------------------------------------------------------------------------------------------------------------


def test_the_site_has_the_promised_files(tmp_path: Path) -> None:
    """Front page, story folder with its formats, article and outlet pages, the feed of silent edits."""
    write_site(world.SITE, tmp_path / "reports")
    found = {str(p.relative_to(tmp_path / "reports")) for p in (tmp_path / "reports").rglob("*") if p.is_file()}
    names = ("index.html", "changelog.md", "changes.json", "feed.atom", "feed.json", "changes.csv")
    assert {"index.html", "silent.atom", "outlets/canal-wire.html", *(f"aldermere-dam/{n}" for n in names)} <= found
    assert not [p for p in found if p.endswith(".new")]
    assert {oct((tmp_path / "reports" / p).stat().st_mode & 0o777) for p in found} == {"0o644"}


def test_there_is_a_feed_per_story_aspect_outlet_and_for_silent_edits(tmp_path: Path) -> None:
    """Each as Atom and as JSON Feed, linked from a page; an aspect's feed has its entries only, and none stands twice."""
    write_site(world.SITE, tmp_path)
    stems = [
        "silent",
        "outlets/canal-wire",
        "aldermere-dam/feed",
        "aldermere-dam/feed-water-release",
        "aldermere-dam/feed-inquiry",
    ]
    pages = "".join((tmp_path / p).read_text() for p in ("index.html", "outlets/canal-wire.html", "aldermere-dam/index.html"))
    for stem in stems:
        feed = json.loads((tmp_path / f"{stem}.json").read_text())
        atom = lxml.etree.parse(tmp_path / f"{stem}.atom").findall("{http://www.w3.org/2005/Atom}entry")
        ids = [item["id"] for item in feed["items"]]
        assert len(atom) == len(ids) == len(set(ids))
        name = stem.rpartition("/")[2]
        assert f'href="{name}.atom"' in pages and f'href="{name}.json"' in pages
    release = json.loads((tmp_path / "aldermere-dam/feed-water-release.json").read_text())
    assert release["items"] and {item["tags"][0] for item in release["items"]} == {"water release"}
    whole = json.loads((tmp_path / "aldermere-dam/feed.json").read_text())
    assert {i["id"] for i in release["items"]} < {i["id"] for i in whole["items"]}


def test_a_second_run_writes_nothing(tmp_path: Path) -> None:
    """Only files whose bytes changed are touched."""
    first = write_site(world.SITE, tmp_path)
    times = {p: p.stat().st_mtime_ns for p in first}
    assert len(first) > 20
    assert write_site(world.SITE, tmp_path) == []
    assert {p: p.stat().st_mtime_ns for p in first} == times


def test_one_new_change_touches_one_story(tmp_path: Path) -> None:
    """The other story's files and the outlets' pages stay as they are."""
    write_site(world.SITE, tmp_path)
    fewer = replace(world.PAGE, changes=world.LINES[:-1])
    written = write_site(replace(world.SITE, stories=(fewer, world.SITE.stories[1])), tmp_path)
    assert {p.parent.name for p in written} == {"aldermere-dam"}
    assert [p for p in write_site(world.SITE, tmp_path) if p.name == "changelog.md"]


def test_pages_of_earlier_runs_stay(tmp_path: Path) -> None:
    """A site that names fewer articles removes none."""
    [page] = [p for p in write_site(world.SITE, tmp_path) if p.parent.name == "articles"]
    write_site(replace(world.SITE, articles=(), kept_articles=frozenset({world.ARTICLE.article_id})), tmp_path)
    assert page.is_file()


def test_article_pages_can_be_written_one_at_a_time(tmp_path: Path) -> None:
    """From a generator, with the same bytes as the whole site has."""
    links = Links.of(world.SITE)
    [page] = write_articles((a for a in world.SITE.articles), links, tmp_path)
    assert write_articles(world.SITE.articles, links, tmp_path) == []
    assert page not in write_site(world.SITE, tmp_path)


def test_a_link_in_the_place_of_a_file_is_replaced_and_not_followed(tmp_path: Path) -> None:
    """Nobody's file outside is overwritten."""
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "index.html").symlink_to(outside)
    write_site(world.SITE, tmp_path / "reports")
    assert outside.read_text() == "mine"
    assert not (tmp_path / "reports" / "index.html").is_symlink()


def test_a_folder_that_leads_out_is_refused(tmp_path: Path) -> None:
    """The error names the path; nothing is written there."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "aldermere-dam").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ReportError, match=r"aldermere-dam/index\.html: leads out of"):
        write_site(world.SITE, tmp_path / "reports")
    assert not list((tmp_path / "elsewhere").iterdir())


def test_what_cannot_be_written_is_named_and_leaves_no_half_file(tmp_path: Path) -> None:
    """The old state stays, temporary files are gone."""
    (tmp_path / "index.html").mkdir()
    with pytest.raises(ReportError, match=r"index\.html: cannot be written"):
        write_site(world.SITE, tmp_path)
    assert not [p for p in tmp_path.rglob("*.new")]
    (tmp_path / "file").write_text("x")
    with pytest.raises(ReportError, match="cannot be made"):
        write_site(world.SITE, tmp_path / "file")


def test_the_bytes_do_not_depend_on_the_hash_seed() -> None:
    """Two processes with different seeds write the same site."""
    script = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1])\n"
        "import changelog_story as w\n"
        "from pipeline.changelog import site_files, terminal_lines\n"
        "d = hashlib.sha256(repr(list(site_files(w.SITE))).encode())\n"
        "d.update(repr(terminal_lines(w.PAGE)).encode()); print(d.hexdigest())"
    )
    here = Path(__file__).parent
    digests = {
        subprocess.run(
            [sys.executable, "-c", script, str(here)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=here.parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "77")
    }
    assert len(digests) == 1
