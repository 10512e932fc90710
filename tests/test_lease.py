"""The lease: one writer, known by name; a run that hangs is followed by another, and writes nothing when it wakes up."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from collecting import DAY, HOUR, Desk
from world import World

from pipeline import cli
from pipeline.config import LeaseConfig
from pipeline.errors import StoreBusy
from pipeline.store import holder_of, lease

ROOT = Path(__file__).parents[1]
SHORT = LeaseConfig(silent=timedelta(seconds=0.6), idle=timedelta(hours=1))
# A process whose numbers mean nothing here, as in a container of its own: it cannot be ended from outside.
ELSEWHERE = "import os; os.readlink = lambda path: 'pid:[another]'\n"
RUN = "import sys; from pipeline.cli import run; sys.exit(run(sys.argv[1:]))"
HOLD = """
import sys, time
from datetime import timedelta
from pathlib import Path
from pipeline.config import LeaseConfig
from pipeline.store import lease
limits = LeaseConfig(silent=timedelta(seconds=0.6), idle=timedelta(seconds=float(sys.argv[2])))
with lease(Path(sys.argv[1]), "test", limits=limits) as held:
    print("held", flush=True)
    sys.stdin.readline()
"""
COUNT = """
import sys, time
from datetime import timedelta
from pathlib import Path
from pipeline.config import LeaseConfig
from pipeline.store import lease
counter, limits = Path(sys.argv[2]), LeaseConfig(silent=timedelta(seconds=3), idle=timedelta(hours=1))
for _ in range(int(sys.argv[3])):
    with lease(Path(sys.argv[1]), "count", 60, limits) as held:
        seen = int(counter.read_text())
        time.sleep(0.002)
        held.check()
        mine = counter.with_name(str(held.number))
        mine.write_text(str(seen + 1))
        mine.replace(counter)
"""


@contextmanager
def python(code: str, *words: str):
    """A process of its own; ended with the test."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([sys.executable, "-c", code, *words], env=environment, text=True, **pipes)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@contextmanager
def holding(store: Path, code: str = HOLD, idle: float = 3600):
    """A process that holds the lease until it is told to stop."""
    with python(code, str(store), str(idle)) as process:
        assert process.stdout.readline() == "held\n", process.stderr.read()
        yield process


def wait_until(true, process: subprocess.Popen | None = None) -> None:
    end = time.monotonic() + 60
    while not true():
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.01)


def stop(process: subprocess.Popen) -> None:
    """Stopped, and not only told to: it writes nothing any more."""
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)


@pytest.fixture
def store(tmp_path) -> Path:
    return tmp_path / "writethru.duckdb"


# ---- who holds it --------------------------------------------------------------------------------------------------------


def test_the_holder_is_told_by_number_machine_and_command_with_what_to_do(store):
    """Whoever comes second learns who is first, since when, when it last gave a sign of life, and how to end it."""
    with holding(store) as first:
        with pytest.raises(StoreBusy) as busy, lease(store, "track"):
            pass
        told = str(busy.value)
        assert f"process {first.pid} on {os.uname().nodename} (writethru test), since " in told
        assert "last sign of life 0 s ago" in told and f"kill -9 {first.pid}" in told and "300 s without a sign" in told
        assert holder_of(store).pid == first.pid
    assert holder_of(store) is None


def test_a_holder_that_was_killed_is_in_nobodys_way(store):
    """Its lock ended with it; no time-out is waited for."""
    with holding(store) as first:
        first.kill()
        first.wait()
        assert holder_of(store) is None
        with lease(store, "track") as held:
            assert held.number == 2


def test_a_run_that_works_on_for_longer_than_the_time_out_is_left_alone(store):
    """Signs of life are given while it works."""
    with holding(store), pytest.raises(StoreBusy), lease(store, "track", wait=1.5, limits=SHORT):
        pass


def test_one_file_is_left_and_its_number_grows(store):
    """A number is never given twice, so that no holder of old takes itself for a present one."""
    for number in range(1, 5):
        with lease(store, "track") as held:
            assert held.number == number
    assert [f.name for f in store.parent.iterdir()] == ["writethru.duckdb.lease-4"]


@pytest.mark.parametrize("content", [b"", b"{", b"null", b'{"pid": 1}', b"\xff" * 900])
def test_a_file_of_a_lease_that_says_nothing_stands_in_nobodys_way(store, content):
    """A run may have been killed before it wrote its name."""
    store.with_name(store.name + ".lease-41").write_bytes(content)
    assert holder_of(store) is None
    with lease(store, "track") as held:
        assert held.number == 42


# ---- who hangs -----------------------------------------------------------------------------------------------------------


def test_a_stopped_process_is_ended_and_followed(store, caplog):
    """It gives no sign of life; whoever comes after the time-out goes on in its place, and says so."""
    with holding(store) as first:
        stop(first)
        with lease(store, "track", wait=30, limits=SHORT) as held:
            held.check()
            first.send_signal(signal.SIGCONT)
            assert first.wait(10) == -signal.SIGKILL
            assert holder_of(store).command == "track"
    assert f"process {first.pid}" in caplog.text and "It was ended" in caplog.text


def test_a_process_that_lives_and_does_not_get_on_is_ended_and_followed(store):
    """A sign of life is given for work, not for being there."""
    with holding(store, idle=0.5) as first, lease(store, "track", wait=30, limits=SHORT):
        assert first.wait(10) == -signal.SIGKILL


def test_a_process_that_cannot_be_ended_finds_that_it_has_lost_the_lease(store):
    """In another container, say: it is followed all the same, and stops at its next write."""
    code = ELSEWHERE + HOLD + "    held.check()\n"
    with holding(store, code) as first:
        stop(first)
        with lease(store, "track", wait=30, limits=SHORT) as held:
            first.send_signal(signal.SIGCONT)
            _, told = first.communicate("go on\n", timeout=30)
            assert first.returncode == 1 and "LeaseLost" in told and f"process {os.getpid()}" in told
            held.check()


def test_a_number_that_belongs_to_another_process_by_now_ends_nobody(store):
    """Process numbers are given anew: only the process that took the lease is ended."""
    with holding(store) as first, python("print(); input()") as bystander:
        bystander.stdout.readline()
        stop(first)
        file = store.with_name(store.name + ".lease-1")
        told = json.loads(file.read_text()) | {"pid": bystander.pid}
        file.write_text(json.dumps(told))
        with lease(store, "track", wait=30, limits=SHORT):
            assert bystander.poll() is None and first.poll() is None


def test_a_file_that_is_taken_away_ends_the_lease(store):
    """What the message advises for a holder on a machine that is gone."""
    with holding(store, HOLD + "    held.check()\n") as first:
        store.with_name(store.name + ".lease-1").unlink()
        with lease(store, "track"):
            _, told = first.communicate("go on\n", timeout=30)
            assert "LeaseLost" in told


def test_many_at_once_with_stopped_and_killed_ones_among_them_write_one_after_the_other(store, tmp_path):
    """Six processes count in one file, two of them are stopped and one is killed on the way: no count is lost.

    Three seconds without a sign of life are needed, since a busy machine may let a healthy process wait for one."""
    counter = tmp_path / "count"
    counter.write_text("0")
    rounds = 10
    with ExitStack() as until:
        ill = [until.enter_context(python(COUNT, str(store), str(counter), "999")) for _ in range(3)]
        well = [until.enter_context(python(COUNT, str(store), str(counter), str(rounds))) for _ in range(3)]
        for n, process in enumerate(ill):
            wait_until(lambda p=process: (h := holder_of(store)) is not None and h.pid == p.pid, process)
            stop(process) if n < 2 else process.kill()
        assert [p.wait(120) for p in well] == [0, 0, 0]
    seen = int(counter.read_text())
    assert seen >= 3 * rounds
    with lease(store, "count", 30, SHORT) as last:
        assert last.number > seen  # each count had a number of its own


# ---- a whole run -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def world():
    return World()


def desk_with_a_short_lease(folder: Path, world: World) -> Desk:
    desk = Desk(folder, world)
    file = folder / "writethru.toml"
    file.write_text(file.read_text(encoding="utf8") + '[lease]\nsilent = "0.6s"\n', encoding="utf8")
    return desk


def ingest(desk: Desk, at) -> list[str]:
    return ["ingest", "--quiet", "--config", str(desk.folder / "writethru.toml"), "--now", at.isoformat()]


def test_a_run_that_was_stopped_in_a_fetch_is_followed_by_one_that_finds_what_it_missed(world, tmp_path, capfd):
    """The store was open in the stopped process: it is ended, its lock with it. Nothing is lost, nothing is there twice."""
    tern, quick = world.outlet("Tern"), world.outlet("Gull")
    with world.serve():
        calm, desk = Desk(tmp_path / "calm", world), desk_with_a_short_lease(tmp_path / "stopped", world)
        desk.ingest(DAY)
        tern.publish("talks", at=DAY)
        before, tern.delay = len(quick.hits("/feed")), 30
        with python(RUN, *ingest(desk, DAY + HOUR)) as first:
            wait_until(lambda: len(quick.hits("/feed")) > before, first)
            stop(first)
            tern.delay = 0
            assert cli.run(["status", "--config", str(desk.folder / "writethru.toml")]) == 0
            assert f"in use by process {first.pid}" in capfd.readouterr().out
            wait_until(lambda: cli.run(ingest(desk, DAY + HOUR)) == 0)
            first.send_signal(signal.SIGCONT)
            assert first.wait(10) == -signal.SIGKILL
        calm.ingest(DAY + HOUR)
    sql = "SELECT url, seq, seen_at, title, text FROM versions ORDER BY ALL"
    assert desk.rows(sql) == calm.rows(sql) and len(desk.rows(sql)) == 1
    assert desk.broken() == {}


def test_a_run_that_wakes_up_after_another_took_over_writes_nothing_and_says_why(world, tmp_path, capfd):
    """It could not be ended, and holds the database's own lock: meanwhile nobody writes, and in the end only one did."""
    tern, quick = world.outlet("Tern"), world.outlet("Gull")
    with world.serve():
        desk = desk_with_a_short_lease(tmp_path, world)
        desk.ingest(DAY)
        tern.publish("talks", at=DAY)
        before, tern.delay = len(quick.hits("/feed")), 2
        with python(ELSEWHERE + RUN, *ingest(desk, DAY + HOUR)) as first:
            wait_until(lambda: len(quick.hits("/feed")) > before, first)
            stop(first)
            with lease(desk.settings.db, "track", wait=30, limits=SHORT):
                assert first.poll() is None
            first.send_signal(signal.SIGCONT)
            _, told = first.communicate(timeout=30)
        assert first.returncode == 75 and "another took over" in told and "Traceback" not in told, told
        assert desk.value("SELECT count(*) FROM versions") == 0
        tern.delay = 0
        desk.ingest(DAY + 2 * HOUR)
    assert desk.value("SELECT count(*) FROM versions") == 1
    assert desk.broken() == {}
