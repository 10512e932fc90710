"""The pages: whole, linked, readable without script, colour or mouse."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise

import changelog_story as world
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.changelog import render_article, render_index, render_story, site_files
from pipeline.changelog.compare import compare
from pipeline.changelog.days import latest
from pipeline.changelog.pages import FULL_DAYS, TEMPLATES
from pipeline.changelog.views import DayCount, IndexStory
from pipeline.model import Edit, EditKind, Op

CRACK_ID = world.FULL_LINE.change.change_id
VOID = {"meta", "link", "input", "br", "img", "base", "hr"}


class Page(HTMLParser):
    """What the tests ask of a page: elements with their attributes, in order, and whether every one is closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {k: v or "" for k, v in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {k: v or "" for k, v in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attrs for tag, attrs in self.elements if tag in tags]

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]


@cache
def files() -> dict[str, str]:
    """The site of the invented story."""
    return dict(site_files(world.SITE))


def html() -> Iterator[tuple[str, Page]]:
    for path, text in files().items():
        if path.endswith(".html"):
            yield path, Page(text)


# ---- whole ---------------------------------------------------------------------------------------------------------------


def test_every_element_is_closed_where_it_was_opened() -> None:
    """The templates nest."""
    for path, page in html():
        assert not page.faults and not page.open, (path, page.faults[:3])


def test_a_page_needs_no_script_and_loads_nothing() -> None:
    """No script, no picture, no style sheet, no handler; the policy says so too."""
    for path, page in html():
        assert not page.all("script", "img", "iframe", "object", "embed", "base", "form", "video", "audio", "source"), path
        assert not [
            a for _, attrs in page.elements for a in attrs if a.startswith("on") or a in ("src", "srcset", "xlink:href")
        ]
        assert {a.get("rel") for a in page.all("link")} <= {"alternate"}
        policy = next(a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
        assert policy.startswith("default-src 'none'")
    css = (TEMPLATES / "style.css").read_text(encoding="utf8")
    assert "url(" not in css and "@import" not in css


def test_every_link_of_ours_leads_to_a_file_and_a_place_that_exist() -> None:
    """Also from one page to the anchor of another."""
    pages = dict(html())
    places = {path: set(page.ids) for path, page in pages.items()}
    for path, page in pages.items():
        for link in (a["href"] for a in page.all("a", "link") if "href" in a):
            if link.startswith(("https://", "http://")):
                continue
            target, _, place = link.partition("#")
            full = _resolved(path, target)
            assert full in files(), (path, link)
            assert not place or place in places[full], (path, link)


def _resolved(path: str, target: str) -> str:
    if not target:
        return path
    parts = path.split("/")[:-1]
    for part in target.split("/"):
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def test_ids_are_unique_on_a_page() -> None:
    """An anchor leads to one place."""
    for path, page in html():
        assert len(page.ids) == len(set(page.ids)), path


def test_the_same_values_give_the_same_bytes() -> None:
    """Rendering has no clock and no chance in it."""
    assert dict(site_files(world.SITE)) == files()


# ---- for everybody -------------------------------------------------------------------------------------------------------


def test_a_page_has_landmarks_one_title_and_a_way_past_the_head() -> None:
    """Skip link, header, main, footer; language and view port are named."""
    for path, page in html():
        assert [len(page.all(t)) for t in ("main", "h1", "footer", "title")] == [1, 1, 1, 1], path
        assert page.all("html")[0]["lang"] == "en"
        assert any(a.get("name") == "viewport" for a in page.all("meta"))
        skip = page.all("a")[0]
        assert skip["class"] == "skip" and skip["href"] == "#main" and "main" in page.ids


def test_headings_go_down_one_step_at_a_time() -> None:
    """A screen reader's outline has no gaps."""
    for path, page in html():
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1, path
        assert all(b - a <= 1 for a, b in pairwise(levels)), (path, levels)


def test_tables_name_their_columns_and_rows() -> None:
    """Every header cell says what it heads; every drawing and every input has a name."""
    for path, page in html():
        assert all(a.get("scope") in ("col", "row") for a in page.all("th")), path
        assert all(a.get("role") == "img" and a.get("aria-label") for a in page.all("svg")), path
        labelled = {i for a in page.all("section", "div", "nav") for i in a.get("aria-labelledby", "").split()}
        assert labelled <= set(page.ids), path


def _luminance(colour: str) -> float:
    full = colour if len(colour) == 7 else "#" + "".join(c * 2 for c in colour[1:])
    parts = [int(full[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_has_enough_contrast(scheme: int) -> None:
    """At least 4.5 to 1 (WCAG AA) for every pair of ink and ground that the pages use."""
    css = (TEMPLATES / "style.css").read_text(encoding="utf8")
    colours = dict(re.findall(r"(--[a-z0-9-]+): (#[0-9a-f]{3,6});", css.split(":root {")[1 + scheme]))
    grounds = [("--ink", g) for g in ("--paper", "--card", "--tint")]
    grounds += [("--quiet", g) for g in ("--paper", "--card", "--gone", "--tint")]
    grounds += [("--accent", g) for g in ("--paper", "--card", "--tint")] + [
        ("--band-now-ink", "--band-now"),
        ("--paper", "--accent"),
    ]
    grounds += [("--band-ink", f"--band-{n}") for n in range(1, 6)]
    poor = {pair: round(_contrast(*(colours[c] for c in pair)), 2) for pair in grounds}
    assert not {pair: ratio for pair, ratio in poor.items() if ratio < 4.5}


def test_difference_is_told_by_shape_and_words_too() -> None:
    """Added is underlined, removed struck through, and both are spoken."""
    css = (TEMPLATES / "style.css").read_text(encoding="utf8")
    assert re.search(r"ins \{[^}]*underline", css) and re.search(r"del \{[^}]*line-through", css)
    assert 'ins::before { content: " [added: "' in css and 'del::before { content: " [removed: "' in css


# ---- what they show ------------------------------------------------------------------------------------------------------


def test_a_story_page_opens_with_what_stands_and_folds_the_many() -> None:
    """Contested subjects are never folded; long aspects of a day are."""
    text = files()["aldermere-dam/index.html"]
    assert text.index('id="stands"') < text.index('id="since"') < text.index('id="log"') < text.index('id="reports"')
    assert "more subjects" in text
    one = world.LINES[3]
    many = tuple(replace(one, key=f"0|part {n}", change=replace(one.change, change_id=f"chg_{n}")) for n in range(9))
    assert "3 more changes on state of the dam" in render_story(replace(world.PAGE, changes=many))


def test_found_stories_stand_apart_from_followed_ones() -> None:
    """Nobody follows their aspects, so no line says that nothing is new on them."""
    found = IndexStory(story=replace(world.CALM, slug="found-one", origin="found"), reports=2, outlets=2)
    site = replace(world.SITE, index=replace(world.INDEX, stories=(world.INDEX.stories[0], found)))
    text = render_index(site)
    assert "Found, and not followed yet" in text and "Nothing new" not in text
    assert "Found, and not followed yet" not in files()["index.html"]


def test_every_day_has_a_page_that_leads_to_its_neighbours() -> None:
    """The way back: each day with its evidence, and what a reader could know by its end."""
    day = files()["aldermere-dam/2026-03-05.html"]
    assert 'href="2026-03-04.html" rel="prev"' in day and 'href="2026-03-06.html" rel="next"' in day.replace(
        'class="push" ', ""
    )
    assert "aldermere-dam/2026-03-04.html" in files() and 'rel="next"' not in files()["aldermere-dam/2026-03-06.html"]
    known = {
        x.change.subject: x.change.after for x in latest(world.PAGE, date(2026, 3, 3)) if x.change.aspect == "water release"
    }
    assert known == {"release": "140 cubic metres a second", "end of the release": "Thursday noon"}
    assert latest(world.PAGE, date(2026, 3, 1)) == ()


def test_old_days_leave_their_evidence_to_their_own_pages() -> None:
    """So that the page of a long story stays light; the line and its anchor stay."""
    later = tuple(DayCount(day=date(2026, 4, n), repeats=1) for n in range(1, FULL_DAYS + 1))
    text = render_story(replace(world.PAGE, days=later))
    assert "<summary>Evidence" not in text
    assert text.count(">Evidence<span") == len(world.LINES)
    assert f'href="2026-03-02.html#{CRACK_ID}"' in text and f'id="{CRACK_ID}"' in text


def test_copies_are_folded_under_their_source() -> None:
    """A ring of copies, which cannot be, does not hang or hide a report."""
    text = files()["aldermere-dam/index.html"]
    assert text.count("copies of it") == 2
    a, b = world.reports()[:2]
    ring = (replace(a, copy_of=b.article_id), replace(b, copy_of=a.article_id))
    page = render_story(replace(world.PAGE, reports=ring))
    assert "Valley" not in page.split('id="reports"')[1] and page.split('id="reports"')[1].count("<tr>") == 3


def test_an_article_page_shows_versions_edits_and_what_was_set_aside() -> None:
    """Cosmetic edits are folded, silent ones marked, quarantined looks listed with their reason."""
    [text] = [t for p, t in files().items() if p.startswith("articles/")]
    assert "1 cosmetic edit" in text and "bot wall" in text and "went to and fro 2 times" in text
    assert 'id="r2"' in text and 'id="v3"' in text and "paragraphs unchanged" in text


def test_a_line_links_to_the_version_that_says_it() -> None:
    """Where that article has a page."""
    text = files()["aldermere-dam/index.html"]
    assert re.search(r'href="\.\./articles/art_[0-9a-f]{16}-daily-compass\.html#r2"', text)


# ---- two versions compared -----------------------------------------------------------------------------------------------

sentences = st.sampled_from(
    ["One.", "Two is here.", "Three, then four.", "A 28-point plan.", "A 19-point plan.", "Nobody said so."]
)
paragraphs = st.lists(st.lists(sentences, min_size=1, max_size=3).map(" ".join), max_size=5)


@settings(max_examples=150, deadline=None)
@given(paragraphs, paragraphs, st.data())
def test_the_comparison_holds_both_texts_in_full(old: list[str], new: list[str], data: st.DataObject) -> None:
    """Whatever the edits claim, each side reads exactly as its version did, paragraph after paragraph."""
    before = world.version(1, ("Head", *old), world.AS_OF)
    after = world.version(2, ("Headline", *new), world.AS_OF)
    edits = [
        Edit(
            op=Op.CHANGE,
            kind=EditKind.OTHER,
            meaningful=True,
            reason="",
            before=data.draw(sentences),
            after=data.draw(sentences),
            before_paragraph=data.draw(st.integers(0, 6)),
            after_paragraph=data.draw(st.integers(0, 6)),
        )
        for _ in range(data.draw(st.integers(0, 3)))
    ]
    rows = [row for run in compare(before, after, edits) for row in run.rows]
    assert ["".join(t for _, t in row.before) for row in rows if row.before] == ["Head", *old]
    assert ["".join(t for _, t in row.after) for row in rows if row.after] == ["Headline", *new]


def test_the_comparison_marks_what_the_edits_say_and_folds_the_rest() -> None:
    """The sentence pair of an edit is one unit: its words are marked as its word diff has them."""
    first, second, _ = world.ARTICLE.versions
    runs = compare(first, second, world.EDITS)
    assert [run.changed for run in runs] == [True, False]
    marks = [w for run in runs for row in run.rows for w in row.words if w[0]]
    assert (-1, "will") in marks and (1, "may") in marks and (-1, "4") in marks
    assert (-1, "The operator could not be reached.") in marks
    assert (0, " Its head office is in Lowbridge.") in [w for run in runs for row in run.rows for w in row.words]


def test_an_article_page_stays_whole_when_a_version_is_missing() -> None:
    """A revision whose texts are not at hand is listed without them."""
    page = render_article(replace(world.ARTICLE, versions=world.ARTICLE.versions[1:]))
    assert "Version 1 → 2" in page and "version 1 and 2" not in page


def test_any_two_versions_are_compared_not_only_neighbours() -> None:
    """A table leads to every pair; each place that it names exists, with the words marked."""
    page = render_article(world.ARTICLE)
    assert {"#r2", "#r3", "#p1-3"} <= set(re.findall(r'href="(#[rp][-0-9]+)"', page))
    part = page[page.index('id="p1-3"') : page.index('id="looks"')]
    assert "<del>4</del>" in part and "<del>1961</del>" in part
