"""The same recorded month through one process on a file, one worker on a lake and three: every view says the same.

So it does when a worker is killed in the middle of its work, and the PostgreSQL of the catalog restarted in that of all.
A look takes a round of commits, so only every WRITETHRU_MONTH-th recorded time is looked at (1: all); without it, none.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from engines import PASSWORD, server, store_lines

from pipeline import journey
from pipeline.config import Settings, load_settings
from pipeline.demo import settings_in
from pipeline.demo.press import load_press, moments, serving
from pipeline.journey.collect import ingest_into
from pipeline.journey.progress import silent
from pipeline.journey.starting import seeds_folder
from pipeline.store import check_files, engine_of

STEP = int(os.environ.get("WRITETHRU_MONTH", "0"))
pytestmark = [pytest.mark.workers, pytest.mark.skipif(not STEP, reason="takes minutes: make workers")]
pytest.importorskip("duckdb_extension_ducklake", reason="the extra `lake` is not installed")

# Where a response lies in the archive; and what the press puts around a text, which is something else at each request.
OF_THE_MOMENT = ("archive", "bytes", "body_hash", "etag")
TRIES = 10  # of a stage that was cut short
# Does what it is told on its input, a stage and a time a line, until there is no more.
WORKER = """
import sys
from datetime import datetime
from pathlib import Path
from pipeline import journey
from pipeline.config import load_settings
from pipeline.errors import WritethruError
from pipeline.journey.collect import ingest_into
from pipeline.journey.progress import silent
settings, proxy = load_settings(Path(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
for line in sys.stdin:
    stage, at = line.split()
    try:
        if stage == "track":
            journey.track(settings, datetime.fromisoformat(at), wait=60.0)
        else:
            with journey.sharing(settings, "ingest", datetime.fromisoformat(at), 60.0) as store:
                ingest_into(store, settings, datetime.fromisoformat(at), False, silent, proxy)
        print("done", flush=True)
    except WritethruError as error:
        print("failed", str(error).replace(chr(10), " "), flush=True)
"""
Worker = subprocess.Popen[str]


class Workers:
    """Processes that do the same stages side by side; some harm may come to them at a stage."""

    def __init__(self, settings: Settings, proxy: str, count: int, harm: dict[tuple[int, str], Callable[["Workers"], None]]):
        self.settings, self.proxy, self.harm = settings, proxy, harm
        self.all = [self._started() for _ in range(count)]
        self.failed: list[str] = []

    def _started(self) -> Worker:
        command = [sys.executable, "-c", WORKER, str(self.settings.db.with_name("writethru.toml")), self.proxy]
        worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert worker.stdout and worker.stdout.readline() == "ready\n"
        return worker

    def do(self, n: int, stage: str, at: datetime) -> None:
        """A stage, by all of them; again, as a schedule would, if one of them was cut short."""
        for tried in range(TRIES):
            for worker in self.all:
                print(stage, at.isoformat(), file=worker.stdin, flush=True)
            if not tried and (harm := self.harm.get((n, stage))):
                harm(self)
            said = [worker.stdout.readline() if worker.stdout else "" for worker in self.all]
            self.failed += [told for told in said if told != "done\n"]
            self.all = [self._started() if worker.poll() is not None else worker for worker in self.all]
            if said == ["done\n"] * len(said):
                return
        raise AssertionError(self.failed)

    def at_work(self) -> int:
        """Wait until one of them has taken a part of the work; which one."""
        pids = [worker.pid for worker in self.all]
        until = time.monotonic() + 60
        while time.monotonic() < until:
            for holder in engine_of(self.settings.place).holders().values():
                if holder.pid in pids:
                    return pids.index(holder.pid)
        raise AssertionError("nobody took any work")

    def end(self) -> None:
        for worker in self.all:
            worker.kill()
            worker.communicate()


def killed(workers: Workers) -> None:
    """The worker that has work dies of it."""
    victim = workers.all[workers.at_work()]
    victim.kill()
    victim.wait()


def restarted(workers: Workers) -> None:
    """PostgreSQL goes down as in a power cut, and comes back."""
    workers.at_work()
    server().stop()
    server().start()


@contextmanager
def newsroom(folder: Path, kind: str) -> Iterator[tuple[Settings, Callable[[datetime], None], str]]:
    """The demo's press, and a store that follows it; how its clock is set, and where it is served."""
    press = load_press(seeds_folder() / "demo")
    settings_in(folder, press)
    file = folder / "writethru.toml"
    file.write_text(store_lines(folder, kind) + file.read_text(encoding="utf8"), encoding="utf8")

    def clock(at: datetime) -> None:
        press.now = at

    with serving(press) as proxy:
        yield load_settings(file), clock, proxy


def times() -> list[datetime]:
    """From the whole month, the first and the last among them."""
    every = moments(load_press(seeds_folder() / "demo"))
    return [*every[:-1:STEP], every[-1]]


def alone(folder: Path) -> Settings:
    """One process, one file."""
    with newsroom(folder, "") as (settings, clock, proxy):
        for at in times():
            clock(at)
            with journey.sharing(settings, "ingest", at) as store:
                ingest_into(store, settings, at, everything=False, progress=silent, proxy=proxy)
            journey.track(settings, at)
    return settings


def together(
    folder: Path, kind: str, count: int, harm: dict[tuple[int, str], Callable[[Workers], None]]
) -> tuple[Settings, list[str]]:
    """So many workers on a lake; what went wrong on the way."""
    with newsroom(folder, kind) as (settings, clock, proxy):
        with journey.writing(settings, "test", times()[0]):
            pass
        workers = Workers(settings, proxy, count, harm)
        try:
            for n, at in enumerate(times()):
                clock(at)
                for stage in ("ingest", "track"):
                    workers.do(n, stage, at)
        finally:
            workers.end()
    return settings, workers.failed


def said(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    """All that the record and the views say."""
    with journey.reading(settings) as store:
        asked = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'record' ORDER BY ALL"
        names = [f"record.{name}" for (name,) in store.ask(asked).rows]
        names += [f.stem for f in sorted((Path(__file__).parents[1] / "sql" / "views").glob("*.sql"))]
        rows = {name: store.ask(f"SELECT COLUMNS(c -> c NOT IN {OF_THE_MOMENT}) FROM {name}").rows for name in names}
        assert [name for name, sql in check_files() if store.ask(sql).rows] == []
    return {name: sorted(found, key=repr) for name, found in rows.items()}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    """What one process leaves."""
    left = said(alone(tmp_path_factory.mktemp("alone")))
    assert len(left["versions"]) > 100 and len(left["changes"]) > 40
    return left


def same(left: dict[str, list[tuple[object, ...]]], expected: dict[str, list[tuple[object, ...]]]) -> None:
    assert {name: len(rows) for name, rows in left.items()} == {name: len(rows) for name, rows in expected.items()}
    differing = {name: [x for x in zip(rows, expected[name], strict=True) if x[0] != x[1]][:3] for name, rows in left.items()}
    assert {name: rows for name, rows in differing.items() if rows} == {}


def test_one_worker_on_a_lake_leaves_what_one_process_leaves(expected, tmp_path):
    """Every table of the record and every view."""
    settings, failed = together(tmp_path / "one", "postgres", 1, {})
    assert failed == []
    same(said(settings), expected)


def test_three_workers_leave_it_too_though_one_is_killed_and_postgresql_restarted(expected, tmp_path):
    """Killed while it fetches, and while it tracks; the catalog is away in the middle of either. The files lie in a bucket."""
    third = len(times()) // 3
    harm = {(third, "ingest"): killed, (third + 1, "track"): killed, (2 * third, "ingest"): restarted}
    settings, failed = together(tmp_path / "three", "s3", 3, harm | {(2 * third + 1, "track"): restarted})
    assert failed and server() and os.environ[PASSWORD]
    same(said(settings), expected)
