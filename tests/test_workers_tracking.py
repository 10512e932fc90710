"""Several runs track one lake: one links what is new, each watched story is read by one of them, and all ends as of one run."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from engines import store_lines

from pipeline import journey
from pipeline.config import Settings, load_settings
from pipeline.journey.ledgers import UNREAD
from pipeline.store import compare, engine_of, lease, share

extension = pytest.importorskip("duckdb_extension_ducklake", reason="the extra `lake` is not installed")
if not Path(extension.__file__).with_name("extensions").joinpath(f"v{duckdb.__version__}").exists():
    pytest.skip(f"the extra `lake` is not for DuckDB {duckdb.__version__}", allow_module_level=True)

DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATER = DAY + 24 * HOUR
MATTERS = ("harbour", "ferry", "bridge")
HALVES = (range(2), range(2, 4))  # steps
OUTLETS = ("The Daily Tern", "Plover Post")
STORY = """
[[story]]
slug = "{0}-talks"
title = "Talks on the {0}"
match = ["{0} talks", "{0}"]
[[story.aspect]]
name = "open points"
about = "how many points are open"
"""
# Waits for the store as a scheduled run does, then does what `writethru track` does.
TRACK = """
import sys
from datetime import datetime
from pathlib import Path
from pipeline import journey, logs
from pipeline.config import load_settings
settings = load_settings(Path(sys.argv[1]))
logs.start(settings.log, sys.argv[2])
print("ready", flush=True)
print("\\n".join(journey.track(settings, datetime.fromisoformat(sys.argv[3]), wait=120.0).lines()))
"""


def looks(steps: range) -> str:
    """Observations of each matter by each outlet: the figures differ from step to step."""
    lines = []
    for at, matter in enumerate(MATTERS):
        for n, outlet in enumerate(OUTLETS):
            for step in steps:
                text = [
                    f"The {matter} talks went on for a day, the mediator Ana Kelso told {outlet}.",
                    f"There are {3 + (step * 7 + at) % 11} open points in the {matter} talks, she said on Monday.",
                    f"The owners of the {matter} did not comment on what was said about {step + 2} boats.",
                ]
                seen = DAY + HOUR * (3 * step) + timedelta(minutes=10 * at + n)
                told = {"at": seen.isoformat(), "url": f"https://{n}.example/{matter}", "outlet": outlet, "paragraphs": text}
                lines.append(told | {"title": f"The {matter} talks go on"})
    return "\n".join(json.dumps(line) for line in lines)


def home(folder: Path, kind: str) -> Settings:
    """Settings of a store of that kind with three watched stories, and a log that tells everything."""
    folder.mkdir()
    log = '[log]\nform = "json"\nfile = "log.json"\nlevel = "debug"\n'
    (folder / "writethru.toml").write_text(store_lines(folder, kind) + log, encoding="utf8")
    (folder / "feeds.toml").write_text("", encoding="utf8")
    (folder / "stories.toml").write_text("".join(STORY.format(m) for m in MATTERS), encoding="utf8")
    return load_settings(folder / "writethru.toml")


def take(settings: Settings, steps: range) -> None:
    """Import what was seen."""
    file = settings.db.with_name(f"looks-{steps.start}.jsonl")
    file.write_text(looks(steps), encoding="utf8")
    journey.import_files(settings, [file], LATER)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """What one run after the other makes of it, in a file."""
    settings = home(tmp_path_factory.mktemp("one") / "home", "")
    for steps in HALVES:
        take(settings, steps)
        journey.track(settings, LATER)
    return settings


def start(settings: Settings, name: str) -> subprocess.Popen[str]:
    """A run of `track` in a process of its own."""
    words = [str(settings.db.with_name("writethru.toml")), name, LATER.isoformat()]
    return subprocess.Popen([sys.executable, "-c", TRACK, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(process: subprocess.Popen[str]) -> str:
    """What a run that ended well printed."""
    out, error = process.communicate(timeout=180)
    assert process.returncode == 0, error
    return out


def wait_for(what: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Until it is so; the process must live meanwhile."""
    until = time.monotonic() + 120
    while not what():
        assert process.poll() is None and time.monotonic() < until, process.communicate()
        time.sleep(0.02)


def told(settings: Settings, *names: str) -> list[dict[str, str]]:
    """The events of these names in the log."""
    file = settings.db.with_name("log.json")
    lines = [json.loads(line) for line in file.read_text("utf8").splitlines()] if file.exists() else []
    return [line for line in lines if line["event"] in names]


def other_than(one: Settings, lake: Settings) -> list[str]:
    """Tables and views that are not those of one run, row for row."""
    return [p.name for p in compare(engine_of(one.place), engine_of(lake.place)) if not p.equal]


def reading(events: Sequence[dict[str, str]]) -> list[tuple[str, str]]:
    """(run, story) of each reading; of one story the next begins when the one before it has ended."""
    under_way: dict[str, str] = {}
    for line in sorted(events, key=lambda e: e["time"]):
        if line["event"] == "story.began":
            assert line["story"] not in under_way, line
            under_way[line["story"]] = line["run"]
        else:
            assert under_way.pop(line["story"]) == line["run"]
    assert not under_way
    return [(e["run"], e["story"]) for e in events if e["event"] == "story.read" and e["reports"]]


def test_three_runs_at_once_end_as_one_run_and_no_story_is_read_by_two(one, tmp_path):
    """They begin in one moment; the log tells who read what and when."""
    lake = home(tmp_path / "home", "postgres")
    for steps in HALVES:
        take(lake, steps)
    with lease(lake.place, "gate"):
        runs = [start(lake, f"run-{n}") for n in range(3)]
        assert [process.stdout and process.stdout.readline() for process in runs] == ["ready\n"] * 3
    printed = [end(process) for process in runs]
    assert sum(int(text.split()[0]) for text in printed) == 24
    read = reading(told(lake, "story.began", "story.read"))
    assert sorted(story for _, story in read) == sorted(f"{m}-talks" for m in MATTERS)
    assert len({run for run, _ in read}) > 1
    assert other_than(one, lake) == []


@pytest.mark.skipif("WRITETHRU_NIGHTLY" not in os.environ, reason="make nightly; one is killed while it tracks in make workers")
def test_a_run_killed_while_it_reads_a_story_is_made_good_by_the_next(one, tmp_path):
    """Links were written, the story's ledger was not: nothing is new for the next run but what the mark says.

    Before that the second half of the texts had to wait, since a run was reading what was due at that moment.
    """
    lake = home(tmp_path / "home", "postgres")
    for steps in HALVES:
        take(lake, steps)
    with share(lake.place, "ingest", clock=DAY + 3 * HOUR * HALVES[1].start) as reader:
        assert reader.take(["host tern.example"])
        done = journey.track(lake, LATER)
        assert done.appearances == 12 and done.left[0].startswith("12 new texts wait until the due pages are read by process ")
    with share(lake.place, "slow") as slow:
        assert slow.take([f"story {story_id(lake, f'{m}-talks')}" for m in MATTERS])
        out = end(start(lake, "links"))
        assert f"{MATTERS[0]}-talks is being read by process {os.getpid()} " in out
    with share(lake.place, "slow") as slow, slow.turn("derived"):
        process = start(lake, "killed")
        wait_for(lambda: bool(told(lake, "story.began")), process)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert not told(lake, "story.read") and UNREAD in states(lake)
    out = end(start(lake, "next"))
    assert "0 new texts judged" in out and all(f"{m}-talks: " in out for m in MATTERS)
    assert UNREAD not in states(lake)
    assert other_than(one, lake) == []


def states(settings: Settings) -> set[str]:
    """The names under which something is remembered."""
    return {name for (name,) in journey.ask(settings, "SELECT name FROM derived.state").rows}


def story_id(settings: Settings, slug: str) -> str:
    return str(journey.ask(settings, f"SELECT story_id FROM stories WHERE slug = '{slug}'").rows[0][0])
