"""Rebuilding from the archive: the same reading changes nothing, another one no more than how texts are read."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
import trafilatura
from collecting import DAY, HOUR, Desk
from world import World

from pipeline import journey
from pipeline.extract import extract
from pipeline.journey.earlier import page_reader
from pipeline.journey.rebuilding import rebuild_store
from pipeline.model import Document, New, PageSigns, Quarantined, QuarantineKind, Same
from pipeline.versions import decide_release, text_hash

RECORD = ("version", "appearance", "quarantine")
CLOSES = "14 March"
HOURS = [DAY + n * HOUR for n in range(9)]


def plain(body, *, url, headers=None) -> Document:
    """Another extractor that exists: trafilatura as it comes, with nothing of ours but the signs of walls."""
    got = trafilatura.bare_extraction(body, url=url, with_metadata=True)
    found = got.as_dict() if got else {}
    lines = [line.strip() for line in (found.get("text") or "").split("\n")]
    return Document(
        headline=found.get("title") or "",
        byline=found.get("author"),
        paragraphs=tuple(line for line in lines if line),
        signs=extract(body, url=url, headers=headers).signs,
        extractor="trafilatura/plain",
    )


def upper(body, *, url, headers=None) -> Document:
    """Ours under another name, with headlines in capitals: every text is another text, and every edit the same edit."""
    ours = extract(body, url=url, headers=headers)
    return replace(ours, headline=ours.headline.upper(), extractor="capitals/1")


def newsroom() -> World:
    world = World()
    for n, flavour in enumerate(("broadsheet", "wire", "tabloid", "blog")):
        world.outlet(f"Paper {n}", feed="rss", flavour=flavour)
    return world


def lively(desk: Desk, world: World) -> None:
    """Nine hours of edits, returns, walls, emptied and vanished pages."""
    first, second, third, fourth = (o.publish(f"quarry-{n}", at=DAY) for n, o in enumerate(world.outlets))
    before = first.paragraphs[1]
    for hour, at in enumerate(HOURS):
        if hour == 1:
            first.edit(paragraph=1, text=f"{before} The council of the town will vote on {CLOSES}.")
            second.headline("Quarry owners reject the offer of the town")
        if hour == 2:
            first.edit(paragraph=1, text=before)
            world.outlets[2].block(200)
        if hour == 3:
            world.outlets[2].unblock()
            fourth.go_empty()
            third.edit(paragraph=1, text=f"The quarry will close on {CLOSES}, the owners told a meeting of 240 residents.")
        if hour == 4:
            fourth.come_back()
            fourth.insert(paragraph=2, text="At least 31 people work in the quarry, a list of the town says.")
        if hour == 6:
            second.vanish()
            third.edit(paragraph=1, text="The quarry will close on 2 May, the owners told a meeting of 240 residents.")
        desk.ingest(at, everything=True)
    journey.track(desk.settings, HOURS[-1])


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A desk with nine hours on record; to be copied, not changed."""
    world = newsroom()
    with world.serve():
        desk = Desk(tmp_path_factory.mktemp("recorded"), world)
        lively(desk, world)
    return desk


@pytest.fixture
def desk(recorded, tmp_path):
    """A copy of the recorded desk."""
    shutil.copytree(recorded.folder, tmp_path / "desk")
    return Desk(tmp_path / "desk", World())


def rebuild(desk: Desk, read=extract, dry_run=False):
    with journey.writing(desk.settings, "rebuild", HOURS[-1]) as store:
        return rebuild_store(store, desk.settings, HOURS[-1], dry_run, read)


def record(desk: Desk) -> dict[str, list[tuple]]:
    """Every row of the record that a rebuild could touch."""
    tables = (*RECORD, "article", "paragraph", *(f"superseded_{t}" for t in RECORD))
    return {t: desk.rows(f"SELECT * FROM record.{t} ORDER BY ALL") for t in tables}


def steps(desk: Desk, what: str = "true") -> set[tuple]:
    return set(desk.rows(f"SELECT article_id, seen_at FROM revisions WHERE {what}"))


def test_the_recorded_hours_hold_every_kind_of_look(recorded):
    """Edits, returns, and pages held for several reasons: else the tests below would prove little."""
    assert len(steps(recorded, "meaningful")) >= 6
    assert recorded.value("SELECT count(*) FROM appearances WHERE reverted") == 1
    assert {"bot_wall", "empty", "gone"} <= set(recorded.kinds())
    assert recorded.value("SELECT count(*) FROM fetches WHERE archive IS NOT NULL") >= 12


def test_the_same_extractor_changes_nothing(desk):
    """Every archived response is read again, and not a row is another one."""
    before, edits = record(desk), desk.rows("FROM edits ORDER BY ALL")
    done = rebuild(desk)
    assert done.responses == desk.value("SELECT count(*) FROM fetches WHERE archive IS NOT NULL")
    assert (done.rebuilt, done.versions, done.accepted, done.refused, done.left) == (0, 0, [], [], [])
    assert record(desk) == before
    assert desk.rows("FROM edits ORDER BY ALL") == edits


def test_several_readers_rebuild_what_one_does(desk, recorded, tmp_path):
    """A store whose texts another extractor had read: the rows are the same, and nothing stays beside the store."""
    shutil.copytree(recorded.folder, tmp_path / "other")
    other = Desk(tmp_path / "other", World())
    for one in (desk, other):
        rebuild(one, upper)
    before = record(desk)
    journey.rebuild(desk.settings, HOURS[-1])
    with journey.reading(other.settings) as store:
        told = rebuild_store(store, other.settings, HOURS[-1], True, workers=2)
    done = journey.rebuild(other.settings, HOURS[-1], workers=2)
    assert record(desk) == record(other) != before
    assert (told.rebuilt, told.versions) == (done.rebuilt, done.versions) and done.rebuilt == 4
    assert not [p.name for p in other.folder.iterdir() if "spool" in p.name]


@pytest.mark.parametrize("read", [plain, upper])
def test_another_extractor_invents_no_edit_and_loses_none(desk, read):
    """The same steps at the same times, telling where they were telling; and the checks of the store hold."""
    before, telling = steps(desk), steps(desk, "meaningful")
    done = rebuild(desk, read)
    assert done.rebuilt == 4
    assert steps(desk) == before
    assert steps(desk, "meaningful") == telling
    assert desk.broken() == {}


def test_one_article_is_never_read_by_two_extractors(desk):
    """Old text beside new would show the extractors' difference as an edit of the outlet's."""
    rebuild(desk, plain)
    assert desk.values("SELECT DISTINCT extractor FROM versions") == ["trafilatura/plain"]


def test_what_is_replaced_is_kept(desk):
    """Each row that went is found again with when and why it went."""
    before = desk.rows("SELECT * EXCLUDE (article_key, version_key) FROM record.version ORDER BY ALL")
    rebuild(desk, upper)
    kept = desk.rows("SELECT * EXCLUDE (superseded_at, superseded_reason) FROM record.superseded_version ORDER BY ALL")
    assert kept == before
    assert desk.values("SELECT DISTINCT superseded_at FROM superseded_versions") == [HOURS[-1].replace(tzinfo=None)]
    assert all(desk.values("SELECT superseded_reason FROM superseded_versions"))


def test_there_and_back_is_the_record_as_it_was(desk):
    """Another extractor, then the first one again: versions, appearances and held looks are those of the beginning."""
    before, edits = record(desk), desk.rows("FROM edits ORDER BY ALL")
    rebuild(desk, plain)
    rebuild(desk)
    assert {t: record(desk)[t] for t in RECORD} == {t: before[t] for t in RECORD}
    assert desk.rows("FROM edits ORDER BY ALL") == edits


def test_a_dry_run_tells_and_changes_nothing(desk):
    """What would be rebuilt is what then is."""
    before = record(desk)
    told = rebuild(desk, upper, dry_run=True)
    assert record(desk) == before
    done = rebuild(desk, upper)
    assert (told.rebuilt, told.versions) == (done.rebuilt, done.versions) == (4, len(before["version"]))


def test_a_rebuild_that_is_broken_off_goes_on(desk):
    """An extractor that fails half-way leaves whole articles; the next rebuild ends where one at once would have."""
    whole = Desk(desk.folder.parent / "whole", World())
    shutil.copytree(desk.folder, whole.folder, dirs_exist_ok=True)
    rebuild(whole, upper)
    times = iter(range(6))

    def failing(body, *, url, headers=None):
        if next(times, None) is None:
            raise RuntimeError("out of order")
        return upper(body, url=url, headers=headers)

    with pytest.raises(RuntimeError):
        rebuild(desk, failing)
    assert 0 < desk_extractors(desk).count("capitals/1") < len(desk_extractors(desk))
    rebuild(desk, upper)
    assert {t: record(desk)[t] for t in RECORD} == {t: record(whole)[t] for t in RECORD}
    assert desk.rows("FROM edits ORDER BY ALL") == whole.rows("FROM edits ORDER BY ALL")


def desk_extractors(desk: Desk) -> list[str]:
    with journey.writing(desk.settings, "look", HOURS[-1]) as store:
        return [r["extractor"] for r in store.ask("SELECT extractor FROM versions").dicts()]


def test_an_article_with_a_lost_page_is_left_alone(desk):
    """Half of its texts cannot be read again: none is, and that is told."""
    lost = sorted(desk.settings.archive_folder.glob("*/*/*.warc.gz"))[0]  # the first look at all four
    lost.unlink()
    before = record(desk)
    done = rebuild(desk, upper)
    assert len(done.left) == 4 and all("cannot be read" in x for x in done.left)
    assert record(desk) == before


def take_in(desk: Desk, **line: str) -> None:
    """Import one recorded look from before all others."""
    file = desk.folder / "older.jsonl"
    file.write_text(json.dumps({"at": "2025-03-01T00:00:00Z", **line}), encoding="utf8")
    desk.import_files(file, at=HOURS[-1])


def test_imported_texts_stay_as_they_are(desk):
    """A text that came without a page is no concern of an extractor; the article's archived texts are."""
    url = desk.value("SELECT url FROM articles ORDER BY url LIMIT 1")
    take_in(desk, url=url, title="Quarry talks", text="The quarry talks begin in May, the owners say.")
    imported = desk.rows("SELECT version_id, text, seq FROM versions WHERE extractor = 'import/1'")
    rebuild(desk, upper)
    assert len(imported) == 1
    assert desk.rows("SELECT version_id, text, seq FROM versions WHERE extractor = 'import/1'") == imported
    assert desk.values(f"SELECT DISTINCT extractor FROM versions WHERE url = '{url}' ORDER BY 1") == ["capitals/1", "import/1"]
    assert desk.broken() == {}


def test_texts_that_compare_today_are_not_torn_apart(desk):
    """An imported page was read by the extractor that read the archived ones: reading only these again would hide an edit."""
    url, text = desk.rows("SELECT url, text FROM versions WHERE seq = 1 ORDER BY url LIMIT 1")[0]
    body = "".join(f"<p>{p}</p>" for p in text.split("\n\n"))
    take_in(desk, url=url, html=f"<html><body><article><h1>Quarry talks</h1>{body}</article></body></html>")
    assert desk.value("SELECT count(*) FROM versions WHERE archive IS NULL") == 1
    done = rebuild(desk, upper)
    assert [url in x and "compare" in x for x in done.left] == [True]
    assert done.rebuilt == 3


HELD_BY_MISTAKE = """\
DELETE FROM record.fetch
WHERE fetched_at > (SELECT max(seen_at) FROM record.appearance WHERE version_id = $version)
  AND url = (SELECT url FROM record.version WHERE version_id = $version);
INSERT INTO record.quarantine
SELECT 'qua_mistake', p.article_id, v.url, p.seen_at, 'paywall', 'by mistake', 200, v.text_hash, v.archive
FROM record.appearance AS p JOIN record.version AS v USING (version_id) WHERE p.version_id = $version;
DELETE FROM record.appearance WHERE version_id = $version;
DELETE FROM record.version WHERE version_id = $version;
UPDATE record.article SET head_version_id = (SELECT p.version_id FROM record.appearance AS p
    WHERE p.article_id = article.article_id ORDER BY p.seen_at DESC LIMIT 1)
WHERE head_version_id = $version;
"""


def test_a_look_that_was_held_by_mistake_comes_out_of_quarantine(desk):
    """Once its archived page is judged again it is the version that it always was; the mistake is kept."""
    before = {t: record(desk)[t] for t in RECORD}
    emptied = desk.value("SELECT article_id FROM quarantine WHERE kind = 'empty'")
    head = desk.value(f"SELECT max_by(version_id, seq) FROM versions WHERE article_id = '{emptied}'")
    with journey.writing(desk.settings, "mistake", HOURS[-1]) as store, store.transaction():
        for statement in HELD_BY_MISTAKE.split(";\n")[:-1]:
            store.ask(statement, {"version": head})
    done = rebuild(desk)
    assert (len(done.accepted), done.refused, done.rebuilt) == (1, [], 1)
    assert "by mistake" in done.accepted[0]
    assert desk.values("SELECT quarantine_id FROM record.superseded_quarantine") == ["qua_mistake"]
    assert {t: record(desk)[t] for t in RECORD} == before
    assert desk.broken() == {}


def test_what_an_extractor_finds_on_an_emptied_page_is_no_text():
    """A menu and a date are not what an article was changed to; sentences are."""
    held = Quarantined(kind=QuarantineKind.EMPTY, reason="The page has no text.", text_hash="-")
    menu = Document(headline="Quarry talks", paragraphs=("World", "Politics", "Tuesday 4 March 2025"), signs=PageSigns())
    now = Same(reason="-")
    assert decide_release(menu, held, now) is now
    new = New(reason="The text is new to this article.", text_hash=text_hash(menu))
    kept = decide_release(menu, held, new)
    assert isinstance(kept, Quarantined) and kept.kind is QuarantineKind.EMPTY
    text = (
        "The owners of the quarry and the town have agreed on a date for its closure, both sides said after a long meeting.",
    ) * 3
    article = replace(menu, paragraphs=text)
    assert decide_release(article, held, new) is new
    assert decide_release(menu, replace(held, text_hash=text_hash(menu)), new) is new


def test_an_upgrade_shows_as_no_edit(tmp_path, monkeypatch):
    """Pages change in nothing but their furniture while the extractor becomes another: no version, then true edits as ever."""
    world = World()
    paper = world.outlet("The Daily Tern", flavour="broadsheet")
    talks = paper.publish("quarry-talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        monkeypatch.setattr("pipeline.extract.extract", upper)
        monkeypatch.setattr("pipeline.journey.earlier.page_reader", lambda store, folder: page_reader(store, folder, upper))
        for hour in (1, 2):
            desk.ingest(DAY + hour * HOUR, everything=True)
        assert desk.value("SELECT count(*) FROM versions") == 1
        talks.edit(paragraph=1, text=f"The quarry will close on {CLOSES}, its owners say.")
        desk.ingest(DAY + 3 * HOUR, everything=True)
        rebuild(desk, upper)
        assert desk.values("SELECT extractor FROM versions ORDER BY seq") == ["capitals/1", "capitals/1"]
        assert len(steps(desk, "meaningful")) == 1


def test_looks_that_came_late_are_rebuilt_in_their_place(tmp_path):
    """A web archive of older looks goes in after the newer ones; the same extractor still changes nothing."""
    world = World()
    talks = world.outlet("The Daily Tern").publish("quarry-talks", at=DAY)
    with world.serve():
        older, desk = Desk(tmp_path / "older", world), Desk(tmp_path / "newer", world)
        older.ingest(DAY)
        before = talks.paragraphs[1]
        talks.edit(paragraph=1, text=f"The quarry will close on {CLOSES}, its owners say.")
        older.ingest(DAY + HOUR, everything=True)
        talks.edit(paragraph=1, text=before)
        desk.ingest(DAY + 2 * HOUR)
        talks.edit(paragraph=0, text="The talks on the quarry have ended without a result, both sides said on Friday evening.")
        desk.ingest(DAY + 3 * HOUR, everything=True)
    journey.export_warc(older.settings, tmp_path / "older.warc.gz", DAY)
    desk.import_files(tmp_path / "older.warc.gz", at=DAY + timedelta(days=1))
    before = record(desk)
    assert len(before["version"]) == 3 and len(before["appearance"]) == 4
    assert rebuild(desk).rebuilt == 0
    assert record(desk) == before
