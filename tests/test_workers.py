"""Several workers on one lake: leases that each takes for its part of the work, and commits one after the other."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from engines import store_lines

from pipeline import journey
from pipeline.config import LeaseConfig, Settings, load_settings
from pipeline.errors import LeaseLost, StoreBusy
from pipeline.store import Store, engine_of, lease, share

extension = pytest.importorskip("duckdb_extension_ducklake", reason="the extra `lake` is not installed")
if not Path(extension.__file__).with_name("extensions").joinpath(f"v{duckdb.__version__}").exists():
    pytest.skip(f"the extra `lake` is not for DuckDB {duckdb.__version__}", allow_module_level=True)

DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SHORT = LeaseConfig.model_validate({"silent": "2s"})
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


@pytest.fixture
def lake(tmp_path: Path) -> Settings:
    """A lake with its tables, of nothing."""
    (tmp_path / "writethru.toml").write_text(store_lines(tmp_path, "postgres"), encoding="utf8")
    settings = load_settings(tmp_path / "writethru.toml")
    with journey.writing(settings, "test", DAY):
        pass
    return settings


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


@pytest.mark.parametrize("whole", [False, True])
def test_a_run_that_is_followed_elsewhere_commits_nothing_when_it_wakes(lake, whole):
    """One that cannot be ended, as on another machine: by a run that takes a share, or by one that takes all."""
    with holding(lake) as process:
        os.kill(process.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        with closing(engine_of(lake.place).catalog()) as catalog:  # as if it ran where its number means nothing
            told = """replace(holder, '"machine": "', '"machine": "elsewhere')"""
            catalog.run(f"UPDATE writethru_lease SET holder = {told} WHERE holder IS NOT NULL")
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
