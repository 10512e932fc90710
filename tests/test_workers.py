"""Several workers on one lake: leases that each takes for its part of the work, and commits one after the other."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from engines import store_lines

from pipeline import journey
from pipeline.config import LeaseConfig, Settings, load_settings
from pipeline.errors import LeaseLost, StoreBusy
from pipeline.store import Store, check_files, engine_of, lease, share

extension = pytest.importorskip("duckdb_extension_ducklake", reason="the extra `lake` is not installed")
if not Path(extension.__file__).with_name("extensions").joinpath(f"v{duckdb.__version__}").exists():
    pytest.skip(f"the extra `lake` is not for DuckDB {duckdb.__version__}", allow_module_level=True)

MANY = pytest.mark.skipif(not os.environ.get("WRITETHRU_MANY"), reason="several processes: make workers")
DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SHORT = LeaseConfig.model_validate({"silent": "2s"})


def long(test):
    """One that `make workers` runs, and `make test` does not."""
    return pytest.mark.workers(MANY(test))


START = """
import sys
from datetime import datetime, timedelta, UTC
from pathlib import Path
from pipeline.config import LeaseConfig, load_settings
from pipeline.store import Store, share
settings, now = load_settings(Path(sys.argv[1])), datetime(2026, 3, 2, tzinfo=UTC)
limits = LeaseConfig(silent=timedelta(seconds=2), idle=timedelta(hours=1))
"""
# Holds two hosts, and a transaction that is begun and not committed.
HOLD = (
    START
    + """
with share(settings.place, "test", limits=limits) as mine, Store(settings.place, now=now, share=mine) as store:
    assert mine.take(["host tern.example", "host plover.example"])
    with store.transaction():
        store.con.execute("INSERT INTO record.hold VALUES ('tern.example', TIMESTAMP '2027-01-01', 'x')")
        print("held", flush=True)
        sys.stdin.readline()
"""
)
# Reads a figure and writes it back one larger, many times.
COUNT = (
    START
    + """
with share(settings.place, "test", limits=limits) as mine, Store(settings.place, now=now, share=mine) as store:
    assert mine.take([f"host {sys.argv[2]}.example"])
    def one_more():
        found = store.con.execute("SELECT reason FROM record.hold WHERE host = 'count'").fetchall()
        store.con.execute("DELETE FROM record.hold WHERE host = 'count'")
        store.con.execute(f"INSERT INTO record.hold VALUES ('count', TIMESTAMP '2027-01-01', {int(found[0][0]) + 1})")
    for _ in range(int(sys.argv[3])):
        store.write("record", one_more)
"""
)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake with its tables."""
    folder = tmp_path_factory.mktemp("lake")
    (folder / "writethru.toml").write_text(store_lines(folder, "postgres"), encoding="utf8")
    settings = load_settings(folder / "writethru.toml")
    with journey.writing(settings, "test", DAY):
        pass
    return settings


@pytest.fixture
def lake(tables: Settings) -> Settings:
    """A lake of nothing, in which nobody is at work."""
    with closing(engine_of(tables.place).catalog()) as catalog:
        catalog.run("UPDATE writethru_lease SET holder = NULL")
    with journey.writing(tables, "test", DAY) as store, store.transaction():
        store.con.execute("DELETE FROM record.hold")
    return tables


@contextmanager
def python(code: str, settings: Settings, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A process of its own; ended with the test."""
    command = [sys.executable, "-c", code, str(settings.db.with_name("writethru.toml")), *words]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def holding(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """A process that holds two hosts, and is in the middle of a transaction until it is told to go on."""
    with python(HOLD, settings) as process:
        assert process.stdout and process.stdout.readline() == "held\n", process.communicate()
        yield process


def stop_elsewhere(process: subprocess.Popen[str], settings: Settings) -> None:
    """Stop a process, as if it ran where its number means nothing."""
    os.kill(process.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)
    with closing(engine_of(settings.place).catalog()) as catalog:
        told = """replace(holder, '"machine": "', '"machine": "elsewhere')"""
        catalog.run(f"UPDATE writethru_lease SET holder = {told} WHERE holder IS NOT NULL")


def ask(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    return journey.ask(settings, sql).rows


# ---- leases ----------------------------------------------------------------------------------------------------------------


def test_of_two_runs_each_has_what_it_has_taken_and_nobody_else(lake):
    """All that is asked for in one go or none of it; what is given back is free; each is told who has what."""
    with share(lake.place, "one") as one, share(lake.place, "other") as other:
        assert one.take(["host a", "host b"]) and not other.take(["host c", "host b"])
        assert other.take(["host c"]) and not one.take(["host c"])
        assert {name: h.command for name, h in other.others().items()} == {"host a": "one", "host b": "one"}
        one.give_back(["host b"])
        assert other.take(["host b"])
        one.check(), other.check()
    assert engine_of(lake.place).holders() == {}


def test_the_whole_store_is_had_when_all_shares_are_given_back_and_no_new_one_is_given_meanwhile(lake):
    """Whoever writes alone goes first, and cuts nobody short."""
    with share(lake.place, "one") as one, share(lake.place, "other") as other:
        assert one.take(["host a"])
        with pytest.raises(StoreBusy, match=r"\(writethru one\)"), lease(lake.place, "alone"):
            pass
        assert other.take(["host b"])  # it has given up
        other.give_back(["host b"])
        one.give_back(["host a"])
        with lease(lake.place, "alone") as alone:
            assert not one.take(["host a"]) and {h.command for h in one.others().values()} == {"alone"}
            alone.check()
            with pytest.raises(StoreBusy, match=r"\(writethru alone\)"), share(lake.place, "third"):
                pass
        assert one.take(["host a"])


@long
def test_whoever_waits_for_the_whole_store_stands_in_the_way_of_new_shares(lake):
    """Else it might wait for ever."""
    with share(lake.place, "one") as one, holding(lake) as process:
        code = START + "from pipeline.store import lease\nwith lease(settings.place, 'alone', 60): print('had', flush=True)"
        with python(code, lake) as waiting:
            while "store" not in engine_of(lake.place).holders():
                assert waiting.poll() is None, waiting.communicate()
            assert not one.take(["host free"])
            process.communicate("go on\n", timeout=60)
            assert waiting.communicate(timeout=60)[0] == "had\n"
        assert one.take(["host free"])
    assert ask(lake, "SELECT count(*) FROM record.hold") == [(1,)]


@long
def test_commits_of_several_runs_come_one_after_the_other(lake):
    """Each reads what those before it wrote: of updates of one row none is lost."""
    with journey.writing(lake, "test", DAY) as store, store.transaction():
        store.con.execute("INSERT INTO record.hold VALUES ('count', TIMESTAMP '2027-01-01', '0')")
    with python(COUNT, lake, "a", "8") as a, python(COUNT, lake, "b", "8") as b:
        for process in (a, b):
            _, error = process.communicate(timeout=120)
            assert process.returncode == 0, error
    assert ask(lake, "SELECT reason FROM record.hold") == [("16",)]


def test_a_transaction_that_another_came_into_the_way_of_is_done_again_whole(lake):
    """Not only its commit: what it read may have become other."""
    tried = []
    with share(lake.place, "test") as mine, Store(lake.place, now=DAY, share=mine) as store:

        def work() -> int:
            tried.append(store.con.execute("SELECT count(*) FROM record.hold").fetchall()[0][0])
            store.con.execute("INSERT INTO record.hold VALUES ('mine', TIMESTAMP '2027-01-01', 'x')")
            if len(tried) == 1:
                engine_of(lake.place)._fence("record")
            return len(tried)

        assert store.write("record", work) == 2
    assert tried == [0, 0] and ask(lake, "SELECT host FROM record.hold") == [("mine",)]


MAKE = (
    START
    + """
print("ready", flush=True)
sys.stdin.readline()
with share(settings.place, "test", 60.0, limits) as mine, Store(settings.place, now=now, share=mine) as store:
    print(store.counts(("articles",)), flush=True)
"""
)


def test_the_first_runs_of_all_begin_at_once_and_one_of_them_makes_the_lake(tmp_path):
    """Nobody has to make it by hand before the schedule begins."""
    (tmp_path / "writethru.toml").write_text(store_lines(tmp_path, "postgres"), encoding="utf8")
    settings = load_settings(tmp_path / "writethru.toml")
    with ExitStack() as stack:
        runs = [stack.enter_context(python(MAKE, settings)) for _ in range(3)]
        for run in runs:
            assert run.stdout and run.stdout.readline() == "ready\n", run.communicate()
        for run in runs:
            print("go", file=run.stdin, flush=True)
        said = [run.communicate(timeout=120) for run in runs]
    assert [out for out, _ in said] == ["{'articles': 0}\n"] * 3, said


# ---- whoever ends or hangs ---------------------------------------------------------------------------------------------------


def test_the_shares_of_a_killed_run_are_taken_at_once_and_it_left_nothing(lake, caplog):
    """Its number tells that its process is gone."""
    with holding(lake) as process:
        process.kill()
        process.wait()
        with share(lake.place, "heir") as heir:
            assert heir.take(["host tern.example"]) and not heir.others()
        with lease(lake.place, "alone"):
            pass
    assert "It has ended; this run goes on in its place" in caplog.text
    assert ask(lake, "SELECT count(*) FROM record.hold") == [(0,)]


@long
@pytest.mark.parametrize("whole", [False, True])
def test_a_run_that_is_followed_elsewhere_commits_nothing_when_it_wakes(lake, whole):
    """One that cannot be ended, as on another machine: by a run that takes a share, or by one that takes all."""
    with holding(lake) as process:
        stop_elsewhere(process, lake)
        if whole:
            with lease(lake.place, "heir", 20, SHORT):
                os.kill(process.pid, signal.SIGCONT)
                _, error = process.communicate("go on\n", timeout=60)
        else:
            with share(lake.place, "heir", limits=SHORT) as heir:
                while not heir.take(["host tern.example"]):
                    pass
                os.kill(process.pid, signal.SIGCONT)
                _, error = process.communicate("go on\n", timeout=60)
        assert process.returncode != 0 and "LeaseLost" in error, error
    assert ask(lake, "SELECT count(*) FROM record.hold") == [(0,)]


def test_a_run_whose_signs_of_life_do_not_come_through_knows_that_it_has_lost_its_shares(lake):
    """It asks nobody: its own clock tells."""
    brief = LeaseConfig(silent=timedelta(seconds=0.3), idle=timedelta(hours=1))
    with share(lake.place, "test", limits=brief) as mine, closing(engine_of(lake.place).catalog()) as catalog:
        assert mine.take(["host a"])
        mine.on_time()
        mine.catalog.con.execute("DETACH catalog")
        with pytest.raises(LeaseLost):
            while True:
                mine.on_time()
        assert "host a" in catalog.rows(["host a"])


# ---- ingestion by several ----------------------------------------------------------------------------------------------------

INGEST = (
    START
    + """
from pipeline import journey
print("ready", flush=True)
sys.stdin.readline()
print("\\n".join(journey.ingest(settings, datetime.fromisoformat(sys.argv[2])).lines()), flush=True)
"""
)
FETCH = '[fetch]\nallow_private_hosts = true\nper_host_delay = 0.05\nretries = 0\n[lease]\nsilent = "2s"\n'
Record = dict[str, list[tuple[object, ...]]]
HOSTS = 12  # each with a feed; two hosts each are one outlet's


class Newsroom(ThreadingHTTPServer):
    """Sites on addresses of their own: feeds, pages that change from hour to hour, and who asked what when."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("", 0), Answer)
        self.hour = 0
        self.slow: dict[str, threading.Event] = {}  # path -> what its answer waits for
        self.begun: list[str] = []  # hosts, one for each request that has come
        self.asked: list[tuple[str, str, float, float]] = []  # host, path, when it began and ended
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def paths(self) -> list[str]:
        """What was asked for; robots.txt left out, which each worker may want once."""
        return sorted(f"{host}/{path}" for host, path, *_ in self.asked if path != "robots.txt")

    def url(self, n: int, path: str) -> str:
        return f"http://127.0.7.{n + 1}:{self.server_port}/{path}"

    def feeds(self) -> str:
        """The list of feeds."""
        return "".join(f'[[feed]]\nurl = "{self.url(n, "feed")}"\noutlet = "Outlet {n // 2}"\n' for n in range(HOSTS))

    def answer(self, n: int, path: str) -> tuple[int, str]:
        """A feed lists pages of its own host, the page that all of its outlet list, and one of another outlet."""
        if path == "robots.txt":
            return 200, "User-agent: *\nDisallow: /page-3\n"
        if path == "feed":
            pages = [self.url(n, f"page-{p}") for p in range(4)]
            pages += [self.url(n // 2 * 2, "shared"), *([self.url(11 - n, "page-0")] if n < 2 else [])]
            items = "".join(f"<item><title>Report {u}</title><link>{u}</link><guid>{u}</guid></item>" for u in pages)
            return 200, f"<rss version='2.0'><channel><title>Feed {n}</title>{items}</channel></rss>"
        words = [
            f"The harbour board of quay {n} met on {path} for the {k}th time and counted {k * 7 + n} boats." for k in range(6)
        ]
        words.append(f"By hour {self.hour} the board had spoken to {self.hour + n + 3} captains about berths and tides.")
        words.append("Readers of this paper may write to the desk by letter at any time of the year.")
        text = "".join(f"<p>{w}</p>" for w in words)
        title = f"Quay {n} {path}"
        return 200, f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{text}</article></body></html>"


class Answer(BaseHTTPRequestHandler):
    """One answer."""

    server: Newsroom

    def do_GET(self) -> None:
        host, path, began = self.headers["Host"].partition(":")[0], self.path[1:], time.monotonic()
        self.server.begun.append(host)
        if wait := self.server.slow.get(path):
            wait.wait(60)
        time.sleep(0.01)
        status, text = self.server.answer(int(host.rpartition(".")[2]) - 1, path)
        self.server.asked.append((host, path, began, time.monotonic()))
        body = text.encode("utf8")
        with suppress(OSError):  # whoever asked may be gone
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if text.startswith("<html") else "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def sites() -> Iterator[Newsroom]:
    server = Newsroom()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def alone(sites: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[list[str], Record]]:
    """What one run alone asks for, and what is in the record after it, in each of two hours."""
    settings, out = following(sites, tmp_path_factory.mktemp("alone") / "one", ""), []
    for sites.hour in range(2):
        sites.asked.clear()
        journey.ingest(settings, DAY + timedelta(hours=sites.hour))
        out.append((sites.paths(), record(settings)))
    return out


@pytest.fixture
def newsroom(sites: Newsroom) -> Newsroom:
    """The newsroom in its first hour, asked by nobody yet."""
    sites.hour = 0
    sites.slow.clear(), sites.asked.clear(), sites.begun.clear()
    return sites


def following(newsroom: Newsroom, folder: Path, kind: str) -> Settings:
    """A store that follows the newsroom's feeds."""
    folder.mkdir()
    (folder / "writethru.toml").write_text(store_lines(folder, kind) + FETCH, encoding="utf8")
    (folder / "feeds.toml").write_text(newsroom.feeds(), encoding="utf8")
    settings = load_settings(folder / "writethru.toml")
    with journey.writing(settings, "test", DAY):
        pass
    return settings


def ingest_by(settings: Settings, workers: int, at: datetime) -> list[str]:
    """Several runs at once; what each of them says."""
    with ExitStack() as stack:
        runs = [stack.enter_context(python(INGEST, settings, at.isoformat())) for _ in range(workers)]
        for run in runs:
            assert run.stdout and run.stdout.readline() == "ready\n", run.communicate()
        for run in runs:
            print("go", file=run.stdin, flush=True)
        said = [run.communicate(timeout=120) for run in runs]
        assert [run.returncode for run in runs] == [0] * workers, said
    return [out for out, _ in said]


def record(settings: Settings) -> Record:
    """Every row of the record; where a response lies in the archive left out."""
    with journey.reading(settings) as store:
        asked = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'record' ORDER BY ALL"
        names = [name for (name,) in store.ask(asked).rows]
        rows = {name: store.ask(f"SELECT COLUMNS(c -> c <> 'archive') FROM record.{name}").rows for name in names}
    return {name: sorted(found, key=repr) for name, found in rows.items()}


def overlapping(newsroom: Newsroom) -> list[tuple[str, str, str, float]]:
    """Requests that reached a host before its pause after the one before was over."""
    out = []
    for host in sorted({h for h, *_ in newsroom.asked}):
        mine = sorted((began, ended, path) for h, path, began, ended in newsroom.asked if h == host)
        out += [(host, a[2], b[2], b[0] - a[1]) for a, b in pairwise(mine) if b[0] - a[1] < 0.045]
    return out


@long
def test_three_workers_leave_what_one_leaves_and_no_host_is_asked_by_two(newsroom, alone, tmp_path):
    """Every table of the record, over two hours; each host has its pause, whoever asks; each page is read once an hour."""
    three = following(newsroom, tmp_path / "three", "postgres")
    for hour, (paths, rows) in enumerate(alone):
        newsroom.hour = hour
        newsroom.asked.clear()
        ingest_by(three, 3, DAY + timedelta(hours=hour))
        assert overlapping(newsroom) == []
        assert newsroom.paths() == paths
        assert record(three) == rows
    with journey.reading(three) as store:
        assert [name for name, sql in check_files() if store.ask(sql).rows] == []
    first = list(three.archive_folder.rglob(f"*-{DAY:%Y%m%dT%H%M%S}-*.warc.gz"))
    assert len(first) > 1 and ask(three, "SELECT count(*) > 40 FROM versions") == [(True,)]


@contextmanager
def in_the_middle(newsroom: Newsroom, settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """A run that has asked for feeds, which do not answer until the end of this."""
    newsroom.slow["feed"] = threading.Event()
    try:
        with python(INGEST, settings, DAY.isoformat()) as run:
            print("go", file=run.stdin, flush=True)
            while len(set(newsroom.begun)) < 3:
                assert run.poll() is None, run.communicate()
                time.sleep(0.01)
            yield run
    finally:
        newsroom.slow["feed"].set()


@long
def test_what_a_killed_worker_had_taken_is_taken_by_the_next(newsroom, alone, tmp_path):
    """Nothing is lost and nothing is twice."""
    two = following(newsroom, tmp_path / "two", "postgres")
    with in_the_middle(newsroom, two) as run:
        run.kill()
        run.wait()
        newsroom.slow["feed"].set()
        ingest_by(two, 2, DAY)
    assert record(two) == alone[0][1]


@long
def test_a_worker_that_wakes_up_too_late_fetches_and_commits_nothing(newsroom, alone, tmp_path):
    """What it had taken others have by now; before its time was over, they were told who has it."""
    two = following(newsroom, tmp_path / "two", "postgres")
    with in_the_middle(newsroom, two) as run:
        stop_elsewhere(run, two)
        stopped = time.monotonic()
        newsroom.slow["feed"].set()
        with closing(engine_of(two.place).catalog()) as catalog:
            catalog.run("UPDATE writethru_lease SET alive = alive + INTERVAL '1 hour'")  # as if its time were not over
            told = ingest_by(two, 1, DAY)[0]
            assert f"being read by process {run.pid} on " in told, told
            catalog.run("UPDATE writethru_lease SET alive = alive - INTERVAL '1 hour'")
        time.sleep(max(0.0, stopped + 2.2 - time.monotonic()))
        ingest_by(two, 1, DAY)
        after = record(two)
        newsroom.begun.clear()
        os.kill(run.pid, signal.SIGCONT)
        _, error = run.communicate(timeout=60)
        assert run.returncode != 0 and "LeaseLost" in error, error
        assert newsroom.begun == []
    assert record(two) == after == alone[0][1]
