"""Recorded observations in place of the network: what is not valid is told and skipped, and the order of lines is nothing."""

import gzip
import json
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from collecting import DAY, HOUR, MINUTE, Desk
from world import World, invented

from pipeline import cli, journey
from pipeline.errors import UsageError

URL = "https://tern.example/news/talks"
TALKS = invented("harbour-talks")
EDITED = [TALKS[0], "The plan has 19 points, the mediators said on Friday.", *TALKS[1:]]
LONGER = [*EDITED, "Ferries will sail again on Thursday, the harbour authority announced in the evening."]
KEPT = ("versions", "appearances", "articles", "quarantine", "fetches")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "desk", World())


def line(at: datetime, paragraphs: list[str] | None = None, url: str = URL, **more: object) -> dict[str, object]:
    told = {"at": at.isoformat(), "url": url, "outlet": "The Daily Tern", "title": "Harbour talks resume", **more}
    return told if paragraphs is None else told | {"paragraphs": paragraphs}


def write(path: Path, lines: Iterable[object]) -> Path:
    text = "\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf8")
    return path


def kept(desk: Desk) -> dict[str, list[tuple]]:
    return {view: desk.rows(f"SELECT * FROM {view} ORDER BY ALL") for view in KEPT}


def story() -> list[dict[str, object]]:
    """A month of one article with edits, a return, a wall and a missing page, and a second article that is never edited."""
    wall = {"html": "<html><head><title>Just a moment...</title></head><body><p>Checking your browser</p></body></html>"}
    return [
        line(DAY, TALKS, byline="Mara Lindqvist", published=DAY.isoformat(), summary="Talks resume.", guid="t1"),
        line(DAY + HOUR, EDITED, byline="Mara Lindqvist", guid="t1"),
        line(DAY + 2 * HOUR, guid="t1", status=403, **wall),
        line(DAY + 3 * HOUR, TALKS, byline="Mara Lindqvist", guid="t1"),
        line(DAY + 4 * HOUR, status=404, guid="t1"),
        line(DAY + 5 * HOUR, TALKS, byline="Mara Lindqvist", guid="t1"),
        line(DAY + 6 * HOUR, status=500, guid="t1"),
        line(DAY + 7 * HOUR, LONGER, title="Harbour talks end", byline="Jonas Ek", guid="t1"),
        line(DAY, invented("ferry-budget"), url="https://gull.example/a?id=4", outlet="Gull", title="Ferry budget"),
        line(DAY + 9 * HOUR, invented("ferry-budget"), url="https://gull.example/a?id=4", outlet="Gull", title="Ferry budget"),
    ]


def test_what_was_recorded_is_kept_as_live_ingestion_would(desk, tmp_path):
    """Versions, returns and quarantined looks, in time order."""
    done = desk.import_files(write(tmp_path / "in.jsonl", story()))
    assert done.lines_read == 10 and done.invalid == []
    assert desk.rows(f"SELECT seq, title, byline, seen_at FROM versions WHERE url = '{URL}' ORDER BY seq") == [
        (1, "Harbour talks resume", "Mara Lindqvist", DAY.replace(tzinfo=None)),
        (2, "Harbour talks resume", "Mara Lindqvist", (DAY + HOUR).replace(tzinfo=None)),
        (3, "Harbour talks end", "Jonas Ek", (DAY + 7 * HOUR).replace(tzinfo=None)),
    ]
    appeared = "SELECT v.seq, p.reverted FROM appearances AS p JOIN versions AS v USING (version_id)"
    assert desk.rows(f"{appeared} WHERE v.url = '{URL}' ORDER BY p.seen_at") == [(1, False), (2, False), (1, True), (3, False)]
    assert desk.rows("SELECT kind, seen_at FROM quarantine ORDER BY seen_at") == [
        ("bot_wall", (DAY + 2 * HOUR).replace(tzinfo=None)),
        ("gone", (DAY + 4 * HOUR).replace(tzinfo=None)),
    ]
    assert desk.rows("SELECT outlet, status FROM articles ORDER BY outlet") == [("Gull", "live"), ("The Daily Tern", "live")]
    assert desk.value("SELECT count(*) FROM fetches") == 10
    assert desk.value(f"SELECT published_at FROM versions WHERE seq = 1 AND url = '{URL}'") == DAY.replace(tzinfo=None)
    assert desk.broken() == {}


INVALID = {
    "not JSON": ('{"at": "2025-03-04T09:30:00Z", "url": ', "not valid JSON"),
    "cut": ('{"at"', "not valid JSON"),
    "a list": ("[1, 2]", "not a JSON object"),
    "a word": ('"talks"', "not a JSON object"),
    "no time": ({"url": URL, "text": "A."}, "at: "),
    "no address": ({"at": DAY.isoformat(), "text": "A."}, "url: "),
    "a time that is none": ({"at": "yesterday", "url": URL}, "at: "),
    "a time as a number": ({"at": True, "url": URL}, "at: "),
    "a day that is none": ({"at": "2025-02-30T10:00:00Z", "url": URL}, "at: "),
    "a publication date that is none": ({"at": DAY.isoformat(), "url": URL, "published": "soon"}, "published: "),
    "another scheme": ({"at": DAY.isoformat(), "url": "file:///etc/hostname"}, "url: "),
    "a script": ({"at": DAY.isoformat(), "url": "javascript:alert(1)"}, "url: "),
    "no host": ({"at": DAY.isoformat(), "url": "https:///news"}, "url: "),
    "an address that is a number": ({"at": DAY.isoformat(), "url": 7}, "url: "),
    "a status that is none": ({"at": DAY.isoformat(), "url": URL, "status": 1000}, "status"),
    "a status in words": ({"at": DAY.isoformat(), "url": URL, "status": "fine"}, "status"),
    "paragraphs that are no list": ({"at": DAY.isoformat(), "url": URL, "paragraphs": "One."}, "paragraphs: "),
    "paragraphs of numbers": ({"at": DAY.isoformat(), "url": URL, "paragraphs": [1]}, "paragraphs.0: "),
    "a title that is a list": ({"at": DAY.isoformat(), "url": URL, "title": ["A"]}, "title: "),
    "text that is a number": ({"at": DAY.isoformat(), "url": URL, "text": 5}, "text: "),
}


@pytest.mark.parametrize(("bad", "told"), INVALID.values(), ids=list(INVALID))
def test_an_invalid_line_is_told_by_its_number_and_skipped(desk, tmp_path, bad, told):
    """The message names file, line and what is wrong; the lines before and after are kept."""
    file = write(tmp_path / "in.jsonl", [line(DAY, TALKS), "", bad, line(DAY + HOUR, EDITED)])
    done = desk.import_files(file)
    assert len(done.invalid) == 1
    assert done.invalid[0].startswith(f"{file}, line 3: ") and told in done.invalid[0]
    assert done.invalid[0] in done.lines()
    assert desk.values("SELECT seq FROM versions ORDER BY seq") == [1, 2]


def test_bytes_that_are_no_text_are_an_invalid_line(desk, tmp_path):
    """Not UTF-8, a lone surrogate, deep nesting, a line without end: told, skipped, and the rest is kept."""
    good = json.dumps(line(DAY, TALKS)).encode()
    surrogate = json.dumps(line(DAY, ["A \ud800 b, the mediators said on the quay on Friday."], url=URL + "-2")).encode()
    bad = [b'{"at": "2025-03-04T09:30:00Z", "url": "https://t.example/\xff\xfe"}', b"[" * 100_000, b"\x00" * 50]
    file = tmp_path / "in.jsonl"
    file.write_bytes(b"\n".join([*bad, surrogate, good]))
    done = desk.import_files(file)
    assert [m.split(": ")[0].rpartition(" ")[2] for m in done.invalid] == ["1", "2", "3"]
    assert sorted(desk.values("SELECT url FROM articles")) == [URL, URL + "-2"]
    assert desk.broken() == {}


def test_many_invalid_lines_are_counted_and_not_all_listed(desk, tmp_path):
    """The summary stays readable."""
    done = desk.import_files(write(tmp_path / "in.jsonl", ["nonsense"] * 100 + [line(DAY, TALKS)]))
    assert len(done.lines()) < 30 and "80 more" in done.lines()[-1]
    assert desk.values("SELECT seq FROM versions") == [1]


@pytest.mark.parametrize("what", ["missing", "folder", "no gzip", "cut gzip"])
def test_a_file_that_cannot_be_read_is_a_mistake_of_the_call(desk, tmp_path, what, capsys):
    """Named, with exit code 2, and nothing of the other files is taken."""
    file = tmp_path / "in.jsonl.gz"
    if what == "folder":
        file.mkdir()
    elif what == "no gzip":
        file.write_bytes(b'{"at": 1}\n')
    elif what == "cut gzip":
        file.write_bytes(gzip.compress(json.dumps(line(DAY, TALKS)).encode() * 100)[:-20])
    good = write(tmp_path / "good.jsonl", [line(DAY, TALKS)])
    with pytest.raises(UsageError, match=r"in\.jsonl\.gz"):
        desk.import_files(good, file)
    assert cli.run(["import", str(good), str(file), "--config", str(desk.folder / "writethru.toml")]) == 2
    assert str(file) in capsys.readouterr().err
    assert desk.value("SELECT count(*) FROM articles") == 0


def test_an_empty_file_is_a_valid_one(desk, tmp_path):
    """No line, blank lines: nothing to do."""
    done = desk.import_files(write(tmp_path / "a.jsonl", []), write(tmp_path / "b.jsonl.gz", ["", "  "]))
    assert done.lines_read == 0 and done.invalid == []


def test_any_order_of_lines_and_files_gives_the_same_store(tmp_path):
    """Shuffled lines, split over plain and gzipped files in any order: not one row differs."""
    lines, stores = story(), []
    for seed in range(4):
        mixed = random.Random(seed).sample(lines, len(lines)) if seed else lines
        cut = seed * 2
        files = [write(tmp_path / f"{seed}/a.jsonl", mixed[:cut]), write(tmp_path / f"{seed}/b.jsonl.gz", mixed[cut:])]
        desk = Desk(tmp_path / f"desk{seed}", World())
        desk.import_files(*(files if seed % 2 else files[::-1]))
        stores.append(kept(desk))
    assert all(store == stores[0] for store in stores)


def test_the_same_lines_twice_add_no_row(desk, tmp_path):
    """Imported again, whole or in part, or doubled inside a file."""
    file = write(tmp_path / "in.jsonl", story())
    desk.import_files(file)
    before = kept(desk)
    done = desk.import_files(file)
    assert kept(desk) == before and done.tally.new_versions == done.tally.new_articles == 0
    desk.import_files(write(tmp_path / "part.jsonl", story()[2:5] * 2))
    assert kept(desk) == before
    other = Desk(tmp_path / "other", World())
    other.import_files(file, file)
    assert kept(other) == before


@pytest.mark.parametrize("late", range(8))
def test_an_older_observation_that_comes_late_falls_into_its_place(tmp_path, late):
    """Whichever look is imported after all others: versions, appearances, head and every moment are as if it were not late."""
    lines = story()
    whole, desk = Desk(tmp_path / "whole", World()), Desk(tmp_path / "late", World())
    whole.import_files(write(tmp_path / "in.jsonl", lines))
    desk.import_files(write(tmp_path / "most.jsonl", lines[:late] + lines[late + 1 :]))
    desk.import_files(write(tmp_path / "late.jsonl", lines[late : late + 1]))
    assert_same_history(desk, whole)


@pytest.mark.parametrize("seed", range(4))
def test_looks_imported_one_by_one_in_any_order_make_the_same_history(tmp_path, seed):
    """Ten looks at three texts, each imported by itself, latest first or shuffled."""
    dice = random.Random(seed)
    texts = [dice.choice([TALKS, EDITED, LONGER]) for _ in range(10)]
    lines = [line(DAY + n * HOUR, text) for n, text in enumerate(texts)]
    whole, desk = Desk(tmp_path / "whole", World()), Desk(tmp_path / "late", World())
    whole.import_files(write(tmp_path / "in.jsonl", lines))
    for n, one in enumerate(lines[::-1] if seed == 0 else dice.sample(lines, len(lines))):
        desk.import_files(write(tmp_path / f"{n}.jsonl", [one]))
    assert_same_history(desk, whole)


@pytest.mark.parametrize("late", [1, 3, 4])
def test_edits_that_a_late_look_shows_to_be_others_are_judged_again(tmp_path, late):
    """A revision over a text that stood in between is none any more: after tracking, edits are those of looks in order."""
    lines = [line(DAY + n * HOUR, text) for n, text in enumerate((TALKS, EDITED, EDITED, LONGER, TALKS, TALKS, LONGER))]
    whole, desk = Desk(tmp_path / "whole", World()), Desk(tmp_path / "late", World())
    whole.import_files(write(tmp_path / "in.jsonl", lines))
    desk.import_files(write(tmp_path / "most.jsonl", lines[:late] + lines[late + 1 :]))
    journey.track(desk.settings, DAY)
    desk.import_files(write(tmp_path / "late.jsonl", lines[late : late + 1]))
    for one in (whole, desk):
        journey.track(one.settings, DAY)
    for view in ("revisions", "edits"):
        assert desk.rows(f"SELECT * FROM {view} ORDER BY ALL") == whole.rows(f"SELECT * FROM {view} ORDER BY ALL")
    assert desk.broken() == {}


def test_a_note_explains_what_was_changed_before_it_came_in_whatever_order_looks_are_tracked(tmp_path):
    """A silent edit stops being silent when a later text owns up to it: tracked one by one, at once, or with one look late."""
    noted = [*EDITED, "Correction: an earlier version said the plan has 19 points. It has 28."]
    texts = (
        EDITED,
        [p.replace("19 points", "28 points") for p in EDITED],
        [p.replace("19 points, the", "28 points, the") for p in noted],
    )
    lines = [line(DAY + n * HOUR, text) for n, text in enumerate(texts)]
    found = []
    for name, order in (("at once", [(0, 1, 2)]), ("one by one", [(0,), (1,), (2,)]), ("late", [(0, 2), (1,)])):
        desk = Desk(tmp_path / name, World())
        for n, group in enumerate(order):
            desk.import_files(write(tmp_path / name / f"{n}.jsonl", [lines[k] for k in group]))
            journey.track(desk.settings, DAY)
            if name == "one by one" and n == 1:
                assert desk.values("SELECT silent FROM edits") == [True]
        found.append(desk.rows("SELECT edit_id, kind, silent, reason FROM edits ORDER BY seen_at, ordinal"))
    assert found[0] == found[1] == found[2]
    assert [(kind, silent) for _, kind, silent, _ in found[0]] == [("number", False), ("correction", False)]
    assert "explained later by the note" in found[0][0][3]


def assert_same_history(desk: Desk, whole: Desk) -> None:
    queries = (
        "SELECT version_id, article_id, url, seq, seen_at, title, byline, text, text_hash FROM versions ORDER BY ALL",
        "SELECT appearance_id, article_id, version_id, seen_at, reverted FROM appearances ORDER BY ALL",
        "SELECT article_id, url, title, first_seen_at, last_seen_at, status, head_version_id, times_changed, last_changed_at"
        " FROM articles ORDER BY ALL",
        "SELECT url, seen_at, kind FROM quarantine ORDER BY ALL",
        *(f"SELECT * FROM as_of(TIMESTAMP '{DAY + n * 30 * MINUTE:%Y-%m-%d %H:%M}') ORDER BY ALL" for n in range(26)),
    )
    for sql, mine, theirs in zip(queries, desk.all_rows(queries), whole.all_rows(queries), strict=True):
        assert mine == theirs, sql
    assert desk.broken() == {}


def test_bodies_may_come_as_html_text_or_paragraphs(desk, tmp_path):
    """The three ways to give a body give the same text."""
    page = "<html><body><article><h1>Harbour talks resume</h1>{}</article></body></html>"
    bodies = {
        "html": page.format("".join(f"<p>{p}</p>" for p in TALKS)),
        "text": "\n\n".join(TALKS),
        "paragraphs": TALKS,
    }
    lines = [line(DAY, url=f"{URL}-{name}", **{name: body}) for name, body in bodies.items()]
    desk.import_files(write(tmp_path / "in.jsonl", lines))
    assert desk.values("SELECT DISTINCT text FROM versions") == ["\n\n".join(TALKS)]
    assert desk.value("SELECT count(*) FROM versions") == 3


def test_times_may_bear_any_zone_or_none(desk, tmp_path):
    """Offsets are turned into UTC; a time without one is UTC."""
    times = ["2025-03-04T09:30:00Z", "2025-03-04T11:30:00+02:00", "2025-03-04 09:30:00", "2025-03-04T04:30:00-05:00"]
    lines = [{"at": at, "url": f"{URL}-{n}", "paragraphs": TALKS, "published": at} for n, at in enumerate(times)]
    desk.import_files(write(tmp_path / "in.jsonl", lines))
    at = datetime(2025, 3, 4, 9, 30, tzinfo=UTC).replace(tzinfo=None)
    assert desk.rows("SELECT DISTINCT seen_at, published_at FROM versions") == [(at, at)]
    assert desk.values("SELECT DISTINCT outlet FROM articles") == ["tern.example"]


def test_what_a_record_does_not_say_is_not_known(desk, tmp_path):
    """No title, no byline, no dates: NULL or empty, never a guess."""
    desk.import_files(write(tmp_path / "in.jsonl", [{"at": DAY.isoformat(), "url": URL, "text": " ".join(TALKS)}]))
    assert desk.rows("SELECT title, byline, published_at, updated_at FROM versions") == [("", None, None, None)]


def test_tracking_and_moves_make_no_second_article(desk, tmp_path):
    """The same page with campaign parameters, and a moved one that kept its guid, are one; a reused guid is not."""
    other = ["Rowers from eleven clubs finished the coastal race on Sunday, well under the course record of last year."] * 3
    desk.import_files(
        write(
            tmp_path / "in.jsonl",
            [
                line(DAY, TALKS, guid="7"),
                line(DAY + HOUR, TALKS, url=URL + "?utm_source=x", guid="7"),
                line(DAY + 2 * HOUR, EDITED, url=URL + "-and-ferries", guid="7"),
                line(DAY + 3 * HOUR, other, url="https://tern.example/sport/race", guid="7", title="Rowers finish race"),
            ],
        )
    )
    assert desk.rows(
        "SELECT a.url, count(*) FROM articles AS a JOIN versions USING (article_id) GROUP BY ALL ORDER BY ALL"
    ) == [
        (URL + "-and-ferries", 2),
        ("https://tern.example/sport/race", 1),
    ]


def test_an_import_leaves_what_live_ingestion_left(tmp_path):
    """The pages of a live run, recorded as lines and imported, give the same texts in the same order at the same times."""
    world, lines = World(), []
    outlets = [world.outlet(n, flavour=f) for n, f in (("Tern", "broadsheet"), ("Gull", "wire"), ("Heron", "tabloid"))]
    articles = [o.publish(f"{o.name.lower()}-talks", at=DAY) for o in outlets]
    with world.serve():
        live = Desk(tmp_path / "live", world)
        moments = [DAY + n * HOUR for n in range(8)]
        for at in live.polls(moments, everything=True):
            n = moments.index(at)
            if n == 2:
                articles[0].replace("The council", "The committee")
                outlets[1].block()
            if n == 4:
                articles[1].headline("Talks end without result")
                outlets[1].unblock()
                articles[2].vanish()
            if n == 5:
                articles[0].replace("The committee", "The council")
                articles[2].come_back()
                outlets[1].answer(500, on="page", body="<p>Sorry</p>")
            lines += [look(a, at, n) for a in articles]
    imported = Desk(tmp_path / "imported", World())
    imported.import_files(write(tmp_path / "in.jsonl", random.Random(1).sample(lines, len(lines))))
    for sql in (
        "SELECT version_id, url, outlet, seq, seen_at, title, byline, text, text_hash FROM versions ORDER BY ALL",
        "SELECT * FROM appearances ORDER BY ALL",
        "SELECT url, seen_at, kind, status FROM quarantine ORDER BY ALL",
        "SELECT url, status, head_version_id, first_seen_at, last_seen_at, times_changed, last_changed_at FROM articles"
        " ORDER BY ALL",
    ):
        assert imported.rows(sql) == live.rows(sql)
    assert imported.value("SELECT count(*) FROM versions") == 5


def look(article, at: datetime, n: int) -> dict[str, object]:
    """The line that records what the article's page shows now."""
    told = {"at": at.isoformat(), "url": article.url, "outlet": article.outlet.name, "guid": article.guid}
    if article.outlet.wall:
        return told | {"status": article.outlet.wall.status, "html": article.outlet.wall.body}
    if article.state == "gone":
        return told | {"status": article.gone_status}
    if article.outlet._scripts["page"]:
        return told | {"status": 500, "html": "<p>Sorry</p>"}
    from world_pages import page

    return told | {"html": page(article, 1000 + n)}


def test_what_was_imported_can_be_followed_live(tmp_path):
    """The feed lists the article that was imported before: its next edit is a revision of the imported text."""
    world = World()
    talks = world.outlet("Tern").publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path / "desk", world)
        earlier = [*talks.paragraphs[:3], *talks.paragraphs[4:]]
        before = line(DAY - timedelta(days=1), earlier, url=talks.url, title=talks.shown, byline=talks.byline, outlet="Tern")
        desk.import_files(write(tmp_path / "in.jsonl", [before]))
        desk.ingest(DAY)
        assert desk.values("SELECT seq FROM versions ORDER BY seq") == [1, 2]
        talks.replace("The council", "The committee")
        desk.ingest(DAY + 4 * HOUR)
    assert desk.values("SELECT seq FROM versions ORDER BY seq") == [1, 2, 3]
    assert desk.value("SELECT count(*) FROM articles") == 1
