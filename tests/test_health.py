"""Health over a long time: feeds that fall silent, redesigns, the program's own state; as a page, as metrics, as words."""

import json
import re
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import lxml.html
import pytest
import yaml
from collecting import DAY, HOUR, Desk
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from world import World

from pipeline import cli, journey
from pipeline.changelog.health import Days, picture
from pipeline.health import (
    MEANINGS,
    OUTCOMES,
    Ailing,
    FeedHealth,
    Kind,
    Machine,
    Well,
    decide_feed,
    decide_machine,
)
from pipeline.journey.stages import ended
from pipeline.model import Outcome

ROOT = Path(__file__).parents[1]
A_DAY = timedelta(days=1)
FEED = FeedHealth(
    url="http://tern.example/feed",
    outlet="Tern",
    title=None,
    added_at=DAY - 90 * A_DAY,
    last_fetched_at=DAY,
    last_success_at=DAY,
    last_outcome="ok",
    last_reason="",
    failures=0,
    next_due_at=DAY + HOUR,
    last_item_at=DAY - HOUR,
    moments=40,
    longest_pause=14 * 3600,
    items_before=0,
)
MACHINE = Machine(
    feeds=9,
    feeds_failing=1,
    began_at=DAY - 90 * A_DAY,
    last_pass_at=DAY - HOUR,
    first_due_at=DAY,
    untracked=0,
    last_track_at=DAY - HOUR,
    store_bytes=900_000_000,
    log_bytes=0,
    log_since=None,
    archive_bytes=5_000_000_000,
    free_bytes=50_000_000_000,
    last_backup_at=DAY - 20 * HOUR,
    last_verify_at=DAY - 20 * HOUR,
    verify_failed=0,
)


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ({"last_item_at": DAY - 4 * A_DAY}, "nothing new for 4 days (its longest pause in 30 days: 14 h)"),
        ({"last_item_at": DAY - 13 * A_DAY, "longest_pause": 4 * 86400}, "nothing new for 13 days (its longest"),
        ({"last_item_at": DAY - 40 * A_DAY, "moments": 0, "items_before": 200}, "nothing new for 40 days, though it answers"),
    ],
)
def test_a_feed_that_answers_and_brings_nothing_is_silent(what, told):
    """For much longer than it ever was, however long ago that began."""
    judged = decide_feed(replace(FEED, **what), DAY)
    assert isinstance(judged, Ailing) and judged.reason.startswith(told)
    (found,) = judged.findings
    assert found.kind is Kind.SILENT and found.about == "Tern, http://tern.example/feed" and found.todo.endswith(".")


@pytest.mark.parametrize(
    "what",
    [
        {},
        {"last_item_at": DAY - 2 * A_DAY},
        {"last_item_at": DAY - 8 * A_DAY, "longest_pause": 3 * 86400},
        {"last_item_at": DAY - 5 * A_DAY, "moments": 2},
        {"last_item_at": None, "moments": 0},
        {"last_item_at": DAY - 40 * A_DAY, "moments": 0, "items_before": 3},
        {"last_item_at": DAY - 40 * A_DAY, "moments": 0, "items_before": 5, "added_at": DAY - 360 * A_DAY},
        {"last_item_at": DAY - 9 * A_DAY, "failures": 3},
    ],
)
def test_a_pause_that_is_no_silence_needs_nobody(what):
    """A long weekend, a feed of long pauses, a young or rare one; one that fails is its outlet's matter."""
    assert isinstance(decide_feed(replace(FEED, **what), DAY), Well)


@pytest.mark.parametrize(
    ("what", "kind", "told"),
    [
        (
            {"last_pass_at": DAY - 5 * HOUR, "first_due_at": DAY - 4 * HOUR},
            Kind.STILL,
            "nothing has been fetched since 4 Mar 04:30",
        ),
        ({"last_pass_at": None}, Kind.STILL, "nothing has been fetched ever"),
        ({"feeds_failing": 9}, Kind.OFFLINE, "none of 9 feeds could be read"),
        ({"untracked": 7, "last_track_at": DAY - 7 * HOUR}, Kind.WAITING, "7 texts wait since 4 Mar 02:30"),
        ({"free_bytes": 2_000_000_000}, Kind.SPACE, "2.0 GB are left on the disk; the next copies of the store take 1.8 GB"),
        ({"log_bytes": 80_000_000, "log_since": DAY - 2 * A_DAY}, Kind.LOG, "80 MB of what was written stand in the log"),
        ({"last_backup_at": DAY - 4 * A_DAY}, Kind.BACKUP, "the newest copy of the store is 4 days old"),
        ({"last_backup_at": None}, Kind.BACKUP, "there is no copy of the store"),
        ({"last_verify_at": DAY - 5 * A_DAY}, Kind.VERIFY, "the store was last checked 5 days ago"),
        ({"verify_failed": 2}, Kind.VERIFY, "2 checks of the store did not hold on 3 Mar 13:30"),
    ],
)
def test_the_program_tells_what_ails_itself(what, kind, told):
    """One sign each, with what to do next."""
    judged = decide_machine(replace(MACHINE, **what), DAY)
    assert isinstance(judged, Ailing)
    (found,) = judged.findings
    assert found.kind is kind and found.told.startswith(told) and found.todo.endswith(".") and not found.about


@pytest.mark.parametrize(
    "what",
    [
        {},
        {"last_pass_at": DAY - 9 * HOUR, "first_due_at": DAY + HOUR},
        {"last_pass_at": DAY - HOUR, "first_due_at": DAY - 9 * HOUR},
        {"untracked": 7},
        {"log_bytes": 80_000_000, "log_since": DAY - HOUR},
        {"last_backup_at": None, "began_at": DAY - A_DAY},
        {"last_verify_at": None},
        {"feeds": 1, "feeds_failing": 1},
    ],
)
def test_a_program_that_has_nothing_to_do_is_well(what):
    """Feeds that are due tomorrow, a host that asked to wait, a pass that is under way, a store that is new."""
    assert isinstance(decide_machine(replace(MACHINE, **what), DAY), Well)


def test_every_way_a_fetch_can_end_has_its_words():
    """What it means, and for every trouble what to do."""
    assert set(OUTCOMES) == set(Outcome)
    assert all(
        meaning and (todo.endswith(".") or outcome in ("ok", "not_modified")) for outcome, (meaning, todo) in OUTCOMES.items()
    )


# ---- over a store --------------------------------------------------------------------------------------------------------

ARTICLES = """
INSERT INTO record.article BY NAME
SELECT id AS article_id, 'http://tern.example/' || id AS url, 'Tern' AS outlet, came AS first_seen_at, came AS last_seen_at,
    'live' AS status, 0 AS times_changed, 0 AS failures, ('0x' || right(id, 16))::UBIGINT AS article_key
FROM (SELECT 'art_' || printf('%016x', 1000 + n) AS id, $now::TIMESTAMP - n * INTERVAL '3 hour' AS came
      FROM range($first, $last) r(n));
INSERT INTO record.version BY NAME
SELECT 'ver_' || right(article_id, 16) AS version_id, article_id, url, outlet, 1 AS seq, first_seen_at AS seen_at,
    'A headline' AS headline, repeat('word ', CASE WHEN n < $thin THEN 9 ELSE 99 END) AS text, article_id AS text_hash,
    'x' AS extractor
FROM (SELECT *, article_key::BIGINT - 1000 AS n FROM record.article WHERE url LIKE 'http://tern%');
"""


@pytest.fixture(scope="module")
def young(tmp_path_factory):
    """A store after its first pass, of Tern's two feeds; one address carries a token."""
    world = World()
    tern = world.outlet("Tern")
    tern.publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path_factory.mktemp("young") / "desk", world)
        text = desk.settings.feeds.read_text()
        desk.settings.feeds.write_text(
            text.replace('/feed"', '/feed?token=s3cr3t-7f3a"').replace('"Tern"', '"Tern <b>\\u202e"')
        )
        desk.ingest(DAY)
        journey.track(desk.settings, DAY)
    return desk


@pytest.fixture
def desk(young, tmp_path):
    """A copy of it."""
    shutil.copytree(young.folder, tmp_path / "desk")
    return Desk(tmp_path / "desk", World())


def outlet(desk: Desk, at: datetime, first: int, last: int, thin: int = 0) -> journey.checking.OutletStatus:
    """Tern's status at a moment: an article every three hours, number `first` to `last` before now, the newest `thin` short."""
    with journey.writing(desk.settings, "test", at) as store:
        store.con.execute("UPDATE record.feed SET outlet = 'Tern'")
        for statement in filter(str.strip, ARTICLES.split(";\n")):
            named = {"now": at.replace(tzinfo=None), "first": first, "last": last, "thin": thin}
            store.con.execute(statement, {n: v for n, v in named.items() if f"${n}" in statement})
    (found,) = journey.status(desk.settings, at).outlets
    return found


@pytest.mark.parametrize("days", [1, 9, 20])
def test_a_redesign_stays_one_until_it_is_mended(desk, days):
    """After a day and after weeks: the best week before is what counts."""
    found = outlet(desk, DAY + 90 * A_DAY, 0, 8 * 60, thin=8 * (days + 2))
    assert [f.kind for f in found.findings] == [
        Kind.THIN
    ] and "24 of 24 new articles have next to no text (before: 0 of" in found.reason


def test_short_notices_are_no_redesign(desk):
    """An outlet whose texts were always short."""
    assert not outlet(desk, DAY + 90 * A_DAY, 0, 8 * 60, thin=8 * 99).findings


@pytest.mark.parametrize("days", [1, 9, 26])
def test_what_is_usual_is_not_forgotten_in_a_silence(desk, days):
    """A busy outlet that publishes nothing does not become one that never does."""
    found = outlet(desk, DAY + 90 * A_DAY, 8 * days + 1, 8 * 60)
    assert "nothing new came in a day (usual: 8 articles)" in found.reason and found.health.articles_usual == 8


def test_a_long_silence_of_a_feed_is_told_from_its_items(desk):
    """An item that is rewritten at every fetch is no sign of life."""
    item = """INSERT INTO record.item BY NAME
        SELECT feed_id, 'itm_' || n || $salt AS item_hash, 'key' || n AS key, 'id' AS key_basis,
               $now::TIMESTAMP - n * INTERVAL '5 hour' AS seen_at, ('0x' || right(feed_id, 16))::UBIGINT AS feed_key
        FROM record.feed, range(20, 100) r(n)"""
    later = DAY + 90 * A_DAY
    now = later.replace(tzinfo=None)
    with journey.writing(desk.settings, "test", later) as store:
        store.con.execute(item, {"salt": "a", "now": now})
        store.con.execute(item.replace("n * INTERVAL '5 hour'", "INTERVAL '1 hour'"), {"salt": "b", "now": now})
    (feed,) = journey.status(desk.settings, later).feeds
    assert feed.ailing and feed.reason == "nothing new for 4 days (its longest pause in 30 days: 5 h)"
    assert feed.days[4] == 4 and 0 not in feed.days
    (feed,) = journey.status(desk.settings, later + 60 * A_DAY).feeds
    assert feed.ailing and feed.reason == "nothing new for 60 days, though it answers"


def test_passes_copies_and_checks_are_noted_beside_the_store(desk):
    """Also a pass that finds nothing due, and a copy that lies elsewhere."""
    later = DAY + A_DAY
    with_due = journey.status(desk.settings, DAY + timedelta(minutes=5)).machine
    assert with_due.last_pass_at == DAY and with_due.last_backup_at is None and with_due.free_bytes > 0
    journey.ingest(desk.settings, DAY + timedelta(minutes=5))
    assert journey.status(desk.settings, later).machine.last_pass_at == DAY + timedelta(minutes=5)
    journey.backup(desk.settings, later, desk.folder / "elsewhere.duckdb")
    journey.verify(desk.settings, later)
    machine = journey.status(desk.settings, later).machine
    assert machine.last_backup_at == machine.last_verify_at == later and machine.verify_failed == 0
    journey.backup(desk.settings, later + HOUR)
    assert journey.status(desk.settings, later).machine.last_backup_at == later + HOUR
    assert ended(desk.settings.db)["backup"].seconds >= 0


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"ingest": 5}', '{"ingest": {"at": "never", "seconds": 1, "failed": 0}}', "\0\xff"]
)
def test_a_damaged_note_is_no_note(desk, text):
    """Whatever stands in the file."""
    desk.settings.db.with_name("writethru.duckdb.last").write_text(text, encoding="latin-1")
    assert ended(desk.settings.db) == {} and journey.status(desk.settings, DAY).machine.last_pass_at == DAY


# ---- page and metrics ----------------------------------------------------------------------------------------------------


def test_the_reports_have_a_page_of_health(desk):
    """Linked from the front page; a picture in words for each row; foreign names escaped; no token; made anew once an hour."""
    assert journey.report(desk.settings, DAY).files
    file = desk.settings.reports / "health.html"
    page = file.read_text(encoding="utf8")
    assert 'href="health.html"' in (desk.settings.reports / "index.html").read_text(encoding="utf8")
    labels = [svg.get("aria-label") for svg in lxml.html.fromstring(page).iter("svg")]
    assert len(labels) == 4 and "new items a day over 30 days: 1 in the last 24 hours, usually 0, at most 1" in labels
    assert "Tern &lt;b&gt;" in page and "\u202e" not in page and "7f3a" not in page and "token=REDACTED" in page
    assert "Nothing needs a person" in page and "Answers well" in page
    file.write_text("as it was")
    journey.report(desk.settings, DAY)
    assert file.read_text() == "as it was"


def test_the_page_says_what_to_do_next(desk):
    """Of each thing that needs a person."""
    with journey.writing(desk.settings, "test", DAY) as store:
        store.con.execute("UPDATE record.feed SET failures = 6, last_outcome = 'denied', last_reason = '403: no <i>robots</i>'")
        store.con.execute("UPDATE record.feed SET last_success_at = TIMESTAMP '2025-03-01 00:00:00'")
    journey.report(desk.settings, DAY)
    page = (desk.settings.reports / "health.html").read_text(encoding="utf8")
    told = " ".join(lxml.html.fromstring(page).text_content().split())
    assert "1 thing needs a person" in told and "No feed has been read since 1 Mar 00:00: 403: no <i>robots</i>" in told
    assert "Next: Open it in a browser" in told and "Is denied to us, 6 times in a row" in told


def test_a_picture_has_its_figures_in_words():
    """Days, the last one, what is usual; without any there is only the line."""
    found = picture(Days(what="edits", days=(0, 4, 2, 1), usual=2))
    assert 'aria-label="edits a day over 4 days: 1 in the last 24 hours, usually 2, at most 4"' in found
    assert re.findall(r'd="([^"]+)"', found) == ["M0 24h16", "M6 24v-24M10 24v-12", "M14 24v-6", "M0 12h16"]
    assert "M0 0" in picture(Days(what="edits", days=(0,) * 30, usual=0))


def test_metrics_of_each_feed_come_as_a_file_in_one_step(desk, capsys):
    """For a collector of text files: a real parser takes it, its values are the status's, no token stands in it."""
    config = ["--config", str(desk.folder / "writethru.toml"), "--now", (DAY + HOUR).isoformat()]
    file = desk.folder / "writethru.prom"
    assert cli.run(["status", "--metrics", str(file), *config]) == 0 and capsys.readouterr().out == ""
    text = file.read_text(encoding="utf8")
    found = {(s.name, *s.labels.values()): s.value for f in text_string_to_metric_families(text) for s in f.samples}
    feed = next(key[1] for key in found if key[0] == "writethru_feed_failures")
    assert feed.endswith("/feed?token=REDACTED") and "7f3a" not in text
    assert found["writethru_feed_last_success_timestamp_seconds", feed, "Tern <b>\u202e"] == DAY.timestamp()
    assert found["writethru_last_pass_timestamp_seconds",] == DAY.timestamp() and found["writethru_disk_free_bytes",] > 0
    assert found["writethru_findings", "schedule_still"] == 0 and ("writethru_last_backup_timestamp_seconds",) not in found
    assert not [p for p in desk.folder.iterdir() if p.name.endswith(".new")]
    assert cli.run(["status", "--metrics", "-", *config]) == 0 and capsys.readouterr().out.endswith("# EOF\n")
    assert cli.run(["status", "--metrics", str(desk.folder / "no" / "file"), *config]) == 2


def test_the_rules_for_prometheus_name_metrics_that_there_are(desk, capsys):
    """Each metric in an expression is in the exposition."""
    rules = yaml.safe_load((ROOT / "docs" / "examples" / "alerts.yml").read_text(encoding="utf8"))["groups"][0]["rules"]
    found = {family.name for family in text_string_to_metric_families(journey.metrics(journey.status(desk.settings, DAY)))}
    named = {name for rule in rules for name in re.findall(r"writethru_\w+", rule["expr"])}
    assert len(rules) == 4 and len(named) == 4 and named <= found


def test_every_finding_is_explained():
    """In docs/operations.md, by the name that it has in metrics and notices."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf8")
    assert [kind for kind in Kind if f"`{kind}`" not in text] == [] and set(MEANINGS) == set(Kind)


def test_the_status_tells_what_to_do_next(desk, capsys):
    """Below each warning, and for programs with its kind."""
    config = ["--config", str(desk.folder / "writethru.toml"), "--now", (DAY + 9 * HOUR).isoformat()]
    assert cli.run(["status", "--check", *config]) == 1
    told = capsys.readouterr().out
    assert "! nothing has been fetched since 4 Mar 09:30: is the schedule running?\n  Look at the timer" in told
    assert "last copy never, last check never" in told
    cli.run(["status", "--format", "json", *config])
    facts = json.loads(capsys.readouterr().out)
    assert facts["findings"][0]["kind"] == "schedule_still" and facts["findings"][0]["todo"].startswith("Look at the timer")
    assert facts["feeds_followed"][0]["url"].endswith("token=REDACTED") and facts["free_bytes"] > 0
