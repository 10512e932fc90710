"""How it goes, and what a person should look at: from the numbers to the command."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from collecting import DAY, HOUR, Desk
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from world import World

from pipeline import cli
from pipeline.health import Ailing, OutletHealth, Well, decide_health

USUAL = OutletHealth(
    outlet="Tern",
    feeds=2,
    feeds_failing=0,
    failures=0,
    last_success_at=DAY - HOUR,
    next_due_at=DAY + HOUR,
    last_outcome="ok",
    last_reason="",
    articles_today=6,
    articles_usual=7,
    edits_today=2,
    edits_usual=3,
    looks_today=40,
    quarantined_today=2,
    quarantine_kind="bot_wall",
    texts=20,
    thin=1,
    texts_before=90,
    thin_before=3,
)


def test_a_usual_day_needs_nobody():
    """The reason says what the day was like."""
    assert decide_health(USUAL, DAY) == Well("6 new articles and 2 edits in a day, as usual")


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (
            {"feeds_failing": 1, "failures": 5, "last_reason": "the server says 500"},
            "1 of 2 feeds have failed 5 times in a row",
        ),
        (
            {"feeds_failing": 2, "failures": 2, "last_success_at": DAY - timedelta(days=2), "last_reason": "no answer"},
            "no feed has been read since 2 Mar 09:30: no answer",
        ),
        ({"feeds_failing": 2, "failures": 9, "last_success_at": None, "last_outcome": "blocked"}, "no feed has ever been read"),
        ({"articles_today": 0}, "nothing new came in a day (usual: 7 articles)"),
        (
            {"quarantined_today": 9, "quarantined_usual": 1},
            "9 of 40 looks at pages in a day were quarantined (usual: 1)",
        ),
        ({"quarantined_today": 30}, "30 of 40 looks at pages in a day were quarantined, mostly: bot wall"),
        ({"thin": 12}, "12 of 20 new articles have next to no text (before: 3 of 90)"),
    ],
)
def test_what_a_person_should_look_at_is_said(what, told):
    """One sign each; the outlet is otherwise as usual."""
    judged = decide_health(replace(USUAL, **what), DAY)
    assert isinstance(judged, Ailing) and told in judged.reason


@pytest.mark.parametrize(
    "what",
    [
        {"feeds_failing": 1, "failures": 1},
        {"articles_today": 0, "articles_usual": 1},
        {"articles_today": 0, "quiet_days": 8},
        {"quarantined_today": 7, "quarantined_usual": 4},
        {"quarantined_today": 3, "looks_today": 4},
        {"texts": 3, "thin": 3},
        {"thin": 12, "thin_before": 60},
    ],
)
def test_what_is_small_or_was_always_so_needs_nobody(what):
    """A slip, a small outlet's quiet day, a weekend, few looks, few texts, an outlet of short notices."""
    assert isinstance(decide_health(replace(USUAL, **what), DAY), Well)


@pytest.fixture
def desk(tmp_path):
    """Two outlets; Gull's feed fails from the second day on, Tern's pages are walled on the last."""
    world = World()
    tern, gull = world.outlet("Tern"), world.outlet("Gull")
    for n in range(6):
        tern.publish(f"talks-{n}", at=DAY)
    gull.publish("ferry", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        gull.answer(500, times=99)
        for hours in (26, 30, 34, 40, 48):
            desk.ingest(DAY + hours * HOUR)
        tern.block()
        desk.ingest(DAY + 60 * HOUR, everything=True)
    return desk


def run(desk, capsys, *words):
    code = cli.run([*words, "--config", str(desk.folder / "writethru.toml"), "--now", (DAY + 60 * HOUR).isoformat()])
    return code, capsys.readouterr().out


def test_the_status_tells_of_walls_and_dead_feeds_first(desk, capsys):
    """In words, with a code for monitors."""
    code, told = run(desk, capsys, "status")
    assert code == 0
    assert "! Gull: no feed has been read since 4 Mar 09:30" in told and "500" in told
    assert "! Tern: 6 of 12 looks at pages in a day were quarantined, mostly: bot wall" in told
    assert run(desk, capsys, "status", "--check")[0] == 1


def test_the_status_is_there_for_programs_too(desk, capsys):
    """JSON, CSV, and OpenMetrics that a real parser reads."""
    facts = json.loads(run(desk, capsys, "status", "--format", "json")[1])
    assert facts["articles"] == 7 and len(facts["warnings"]) == 2
    assert [o["outlet"] for o in facts["outlets"]] == ["Gull", "Tern"]
    assert "quarantine_kind" in run(desk, capsys, "status", "--format", "csv")[1].splitlines()[0]
    text = run(desk, capsys, "status", "--format", "openmetrics")[1]
    found = {(s.name, s.labels.get("outlet")): s.value for f in text_string_to_metric_families(text) for s in f.samples}
    assert found["writethru_articles", None] == 7
    assert found["writethru_outlet_quarantined_today", "Tern"] == 6 and found["writethru_outlet_ailing", "Gull"] == 1


def test_a_schedule_that_stands_still_is_told(desk, capsys):
    """Nothing was fetched for hours."""
    code = cli.run(["status", "--config", str(desk.folder / "writethru.toml"), "--now", (DAY + 70 * HOUR).isoformat()])
    assert code == 0 and "nothing has been fetched since 6 Mar 21:30: is the schedule running?" in capsys.readouterr().out
