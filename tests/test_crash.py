"""Killed anywhere, out of space anywhere: what was acknowledged is kept, and the next run ends where a calm one would have.

WRITETHRU_KILLS sets how many steps are tried (100 if not given; a nightly job tries more). `crashing.py` says what a step is.
"""

import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from collecting import DAY, HOUR, Desk
from crashing import Ended, Runs
from world import World

KILLS = int(os.environ.get("WRITETHRU_KILLS", "100"))
ASPECTS = """\
[[story]]
slug = "harbour-talks"
title = "Talks on the harbour"
match = ["harbour talks", "harbour ferry"]

[[story.aspect]]
name = "agreement"
about = "Whether an agreement was signed, and who denies it"
"""
OPENING = "Talks on the harbour went on for a third day, and the council set aside 50 million crowns for the quay."
BACKGROUND = [
    "The storm kept the boats in the port, and the market on the quay stayed closed until noon.",
    "Ships from the islands bring most of the fish that is sold in the town, and all of its salt.",
]
DENIAL = "The harbour authority denied that any agreement had been signed."  # one value: pictures would double the time
# What two runs of the same may have done otherwise: how often they asked, and where in the archive an answer lies.
PASSING = {"record.fetch", "record.run", "record.robots", "main.migration", "derived.state"}
OWN = {
    "archive",
    "applied_at",
    "saved_at",
    "fetch_id",
    "body_hash",
}  # body_hash: clocks and counters of the page move at each request


@dataclass
class Press:
    """A world of three outlets that moves from one poll to the next, and the folder that follows it."""

    world: World
    folder: Path

    def start(self) -> None:
        """Three outlets with two articles each."""
        for name in ("Tern", "Gull", "Heron"):
            outlet = self.world.outlet(name)
            paragraphs = [OPENING, *BACKGROUND, DENIAL]
            outlet.publish(f"{name.lower()}-talks", headline=f"Harbour talks: {name}", paragraphs=paragraphs, at=DAY)
            outlet.publish("harbour-ferry", headline="Harbour ferry", at=DAY)

    def move(self, poll: int) -> None:
        """What happens before a poll: an edit that matters, a new article, a wall, a page that vanishes."""
        tern, gull, heron = self.world.outlets
        if poll == 0:
            return
        tern.articles[0].edit(paragraph=1, text=f"Up to {50 + poll} boats were kept in the port by the storm.")
        if poll == 1:
            gull.publish("harbour-talks-late", headline="Harbour talks go on", at=DAY + HOUR)
            heron.block()
        if poll == 2:
            heron.unblock()
            gull.articles[0].vanish()

    def run(self, folder: Path, poll: int, runs: Runs, die_at: int = 0, largest: int = 0) -> Ended:
        """One `writethru run` at the poll's time."""
        at = (DAY + 3 * poll * HOUR).isoformat()
        arguments = ["run", "--quiet", "--config", str(folder / "writethru.toml"), "--now", at]
        return runs.run(folder, arguments, die_at, largest)


@pytest.fixture
def press(tmp_path):
    world = World()
    with world.serve():
        press = Press(world, tmp_path / "calm")
        press.start()
        Desk(press.folder, world)
        (press.folder / "stories.toml").write_text(ASPECTS, encoding="utf8")
        yield press


def rows(folder: Path) -> dict[str, list[tuple]]:
    """Every table's rows but for what is passing."""
    found = {}
    with duckdb.connect(str(folder / "writethru.duckdb"), read_only=True) as con:
        tables = con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        for (table,) in tables:
            if table not in PASSING:
                names = [c[0] for c in con.execute(f"SELECT * FROM {table} LIMIT 0").description]
                kept = ", ".join(f'"{n}"' for n in names if n not in OWN)
                found[table] = con.execute(f"SELECT {kept} FROM {table} ORDER BY ALL").fetchall() if kept else []
    return found


def reports(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted((folder / "reports").rglob("*")) if f.is_file()}


def steps_of(run: Ended, kills: int) -> list[int]:
    """That many steps of a run, evenly spread, the first and the last among them; all if it has no more."""
    if kills >= run.steps:
        return list(range(1, run.steps + 1))
    return sorted({1 + n * (run.steps - 1) // max(kills - 1, 1) for n in range(kills)})


def kill_and_go_on(press: Press, before: Path, poll: int, steps: Sequence[int], runs: Runs, wanted: tuple[dict, dict]) -> None:
    """From the same start each time: a run that is killed, then an undisturbed one, and what is there at the end."""
    for step in steps:
        folder = before.with_name(f"killed-{poll}-{step}")
        shutil.copytree(before, folder)
        assert press.run(folder, poll, runs, die_at=step).killed, step
        again = press.run(folder, poll, runs)
        assert again.code == 0, (step, again.told)
        assert rows(folder) == wanted[0], step
        assert reports(folder) == wanted[1], step
        shutil.rmtree(folder)


def test_killed_before_any_step_a_run_loses_nothing_and_the_next_ends_where_a_calm_one_does(press, tmp_path):
    """Steps spread over a first poll, one with news and walls, and one with a page that vanished."""
    killed = 0
    with Runs() as one, Runs() as other, ThreadPoolExecutor(2) as threads:
        for poll in range(3):
            press.move(poll)
            before = tmp_path / f"before-{poll}"
            shutil.copytree(press.folder, before)
            calm = press.run(press.folder, poll, one)
            assert calm.code == 0, calm.told
            wanted = rows(press.folder), reports(press.folder)
            steps = steps_of(calm, -(-KILLS // 3))
            halves = [(steps[::2], one), (steps[1::2], other)]
            for half in [threads.submit(kill_and_go_on, press, before, poll, *half, wanted) for half in halves]:
                half.result()
            killed += len(steps)
    assert killed >= min(KILLS, 300)
