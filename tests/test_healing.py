"""Everything dies at once - the run, its worker, Prefect's server - and the schedule goes on by itself afterwards.

Takes minutes, since a server frees what a dead run held after a time-out: `make nightly` runs it.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from conftest import free_port
from test_flows import ask, write_settings

from pipeline.store import holder_of

ROOT = Path(__file__).parents[1]
pytestmark = [pytest.mark.server, pytest.mark.skipif("WRITETHRU_NIGHTLY" not in os.environ, reason="takes minutes")]


def make_variables() -> dict[str, str]:
    """What `make server` sets for server and worker."""
    text = (ROOT / "Makefile").read_text(encoding="utf8")
    lines = [line.removeprefix("server: export ") for line in text.splitlines() if line.startswith("server: export PREFECT_")]
    return {name: value for name, _, value in (line.partition(" := ") for line in lines)}


class Hanging:
    """A feed that accepts and never answers, until it is told to end each connection at once."""

    def __enter__(self) -> "Hanging":
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/feed"
        self.asked, self.answering, self.open = 0, False, []
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def _serve(self) -> None:
        while True:
            try:
                visitor, _ = self.socket.accept()
            except OSError:
                return
            self.asked += 1
            self.open.append(visitor)
            if self.answering:
                visitor.close()


@contextmanager
def started(env: dict[str, str], home: Path, name: str, *words: str):
    """A process group of its own; killed with the test, or before."""
    with (home / f"{name}.log").open("ab") as log:
        command = [sys.executable, "-m", "prefect", *words]
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen) -> None:
    """The process and its children, but for flow runs."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


def wait_for(what, seconds: float):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(2)
    return found


def prefect(env: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "prefect", *words], env=env, cwd=ROOT, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def answers(api: str) -> bool:
    try:
        ask(api, "/flow_runs/filter", {"limit": 1})
    except OSError:
        return False
    return True


def test_after_server_worker_and_run_died_together_the_next_run_completes_and_the_dead_one_is_crashed(tmp_path):
    """Its slot is freed though nobody gave it back; the store's lease ended with the process; it is shown as what it is."""
    port = free_port()
    env = (
        os.environ
        | make_variables()
        | {
            "PREFECT_HOME": str(tmp_path / "prefect"),
            "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
            "PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION": "30",
        }
    )
    api = env["PREFECT_API_URL"]
    zombies = yaml.safe_load((ROOT / "docs" / "examples" / "zombies.yaml").read_text(encoding="utf8"))
    zombies["trigger"]["within"] = 60
    (tmp_path / "zombies.yaml").write_text(yaml.safe_dump(zombies), encoding="utf8")
    server = ["server", "start", "--host", "127.0.0.1", "--port", str(port)]
    worker = ["worker", "start", "--pool", "local", "--type", "process"]

    def runs() -> list[dict]:
        found = ask(api, "/flow_runs/filter", {"limit": 200, "sort": "EXPECTED_START_TIME_ASC"})
        return [r for r in found if r["parameters"].get("config") == config]

    def states() -> list[str]:
        return [r["state"]["type"] for r in runs()]

    with Hanging() as feed:
        config = str(write_settings(tmp_path, []))
        (tmp_path / "feeds.toml").write_text(f'[[feed]]\nurl = "{feed.url}"\noutlet = "Tern"\n')
        with (tmp_path / "writethru.toml").open("a") as settings:
            settings.write("total_timeout = 600\nretries = 0\n")
        again = ["deployment", "run", "ingest/every-15-min", "-p", f"config={config}", "-p", "everything=true"]
        with started(env, tmp_path, "server", *server) as first_server:
            wait_for(lambda: answers(api), 120)
            prefect(env, "work-pool", "create", "local", "--type", "process")
            prefect(env, "--no-prompt", "deploy", "--all")
            prefect(env, "automation", "create", "--from-file", str(tmp_path / "zombies.yaml"))
            with started(env, tmp_path, "worker", *worker) as first_worker:
                prefect(env, *again)
                wait_for(lambda: feed.asked, 180)
                time.sleep(5)  # its first heartbeat reaches the server
                kill(first_worker)
                os.kill(holder_of(tmp_path / "writethru.duckdb").pid, signal.SIGKILL)  # the run: in a group of its own
                kill(first_server)
        feed.answering = True
        begun = time.monotonic()
        with started(env, tmp_path, "server", *server), started(env, tmp_path, "worker", *worker):
            wait_for(lambda: answers(api), 120)
            assert states() == ["RUNNING"]

            def completed() -> bool:
                if states().count("COMPLETED"):
                    return True
                if not {"SCHEDULED", "PENDING"} & set(states()) and states().count("RUNNING") < 2:
                    prefect(env, *again)
                return False

            wait_for(completed, 300)
            print(f"completed after {time.monotonic() - begun:.0f} s", states())
            wait_for(lambda: "RUNNING" not in states(), 300)
            print(f"none is running after {time.monotonic() - begun:.0f} s", states())
            assert states()[0] == "CRASHED"
