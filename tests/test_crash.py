"""Killed anywhere, out of space anywhere: what was acknowledged is kept, and the next run ends where a calm one would have.

WRITETHRU_KILLS sets how many steps are tried (100 if not given; a nightly job tries more). `crashing.py` says what a step is.
"""

import os
import shutil
from collections.abc import Iterator
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
name = "money"
about = "How many million crowns the council sets aside"

[[story.aspect]]
name = "next round"
about = "When the next round of talks is due"
"""
# What two runs of the same may have done otherwise: how often they asked, and where in the archive an answer lies.
PASSING = {"record.fetch", "record.run", "record.robots", "main.migration", "derived.state"}
OWN = {"archive", "applied_at", "saved_at", "fetch_id", "body_hash"}  # body_hash: clocks and counters of the page move at each request


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    with Runs() as process:
        yield process


@dataclass
class Press:
    """A world of three outlets that moves from one poll to the next, and the folder that follows it."""

    world: World
    folder: Path
    runs: Runs

    def start(self) -> None:
        """Three outlets with two articles each."""
        for name in ("Tern", "Gull", "Heron"):
            outlet = self.world.outlet(name)
            outlet.publish(f"{name.lower()}-harbour-talks", headline=f"Harbour talks: {name}", at=DAY)
            outlet.publish("harbour-ferry", headline="Harbour ferry", at=DAY)

    def move(self, poll: int) -> None:
        """What happens before a poll: an edit that matters, a new article, a wall, a page that vanishes."""
        tern, gull, heron = self.world.outlets
        tern.articles[0].edit(paragraph=1, text=f"The council had set aside {50 + poll} million crowns for the harbour talks.")
        if poll == 1:
            gull.publish("harbour-talks-late", headline="Harbour talks go on", at=DAY + HOUR)
            heron.block()
        if poll == 2:
            heron.unblock()
            gull.articles[0].vanish()

    def run(self, folder: Path, poll: int, die_at: int = 0, largest: int = 0) -> Ended:
        at = (DAY + 3 * poll * HOUR).isoformat()
        arguments = ["run", "--quiet", "--config", str(folder / "writethru.toml"), "--now", at]
        return self.runs.run(folder, arguments, die_at, largest)


@pytest.fixture
def press(tmp_path, runs):
    world = World()
    with world.serve():
        press = Press(world, tmp_path / "calm", runs)
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


def test_killed_before_any_step_a_run_loses_nothing_and_the_next_ends_where_a_calm_one_does(press, tmp_path):
    """Steps spread over three different polls; every one from the same start, each followed by one undisturbed run."""
    for poll in range(3):
        press.move(poll) if poll else None
        before = tmp_path / f"before-{poll}"
        shutil.copytree(press.folder, before)
        calm = press.run(press.folder, poll)
        assert calm.code == 0, calm.told
        wanted, shown = rows(press.folder), reports(press.folder)
        kills = max(1, KILLS // 3)
        for n in range(min(kills, calm.steps)):
            step = 1 + n * calm.steps // kills if kills < calm.steps else 1 + n
            folder = tmp_path / "killed"
            shutil.copytree(before, folder)
            (folder / "writethru.toml").write_text((press.folder / "writethru.toml").read_text(encoding="utf8"), encoding="utf8")
            assert press.run(folder, poll, die_at=step).killed, step
            again = press.run(folder, poll)
            assert again.code == 0, (step, again.told)
            assert rows(folder) == wanted, step
            assert reports(folder) == shown, step
            shutil.rmtree(folder)
