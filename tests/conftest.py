"""What all tests share: folders of the sources on the path, the demo run once, and a Prefect server for those that need one."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from engines import lines_of, store_settings
from hypothesis import settings as hypothesis_settings

from pipeline.config import Settings, load_settings

ROOT = Path(__file__).parents[1]
hypothesis_settings.register_profile(
    "steady", derandomize=True, deadline=None
)  # the same examples in every run, whatever the load
hypothesis_settings.load_profile("steady")
sys.path.insert(0, str(Path(__file__).parent))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share something dear run in one worker: those of a file, those that look at the demo, those with a server."""
    for item in items:
        needs = set(getattr(item, "fixturenames", ()))
        shared = "demo" if needs & {"demo", "settings"} else "server" if "prefect_server" in needs else item.path.stem
        item.add_marker(pytest.mark.xdist_group(shared))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `writethru demo` leaves; run once for all tests that look at it."""
    out = tmp_path_factory.mktemp("demo")
    place = store_settings(out)
    done = subprocess.run(
        [sys.executable, "-c", "from pipeline.cli import main; main()", "demo", "--out", str(out)],
        env=os.environ | {f"WRITETHRU_{key.upper()}": value for key, value in place.items()},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (out / "printed.txt").write_text(done.stdout, encoding="utf8")
    config = out / "writethru.toml"
    config.write_text(lines_of(place) + config.read_text("utf8"), encoding="utf8")
    return out


@pytest.fixture(scope="session")
def settings(demo: Path) -> Settings:
    """The demo's settings. Tests that write to its store copy the folder first."""
    return load_settings(demo / "writethru.toml")


@dataclass(frozen=True)
class PrefectServer:
    """A real server on loopback, with the environment that reaches it."""

    api: str
    env: dict[str, str]

    def run(self, *command: str, timeout: float = 180) -> str:
        """Run a command of the environment's Python against this server; its output."""
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """Started once for all tests that need it; ended by its process id."""
    home, port = tmp_path_factory.mktemp("prefect"), free_port()
    env = os.environ | {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    log = (home / "server.log").open("wb")
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, env=env, cwd=home, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_until_healthy(env["PREFECT_API_URL"], process, home / "server.log")
        yield PrefectServer(env["PREFECT_API_URL"], env)
    finally:
        os.killpg(process.pid, 15)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait(10)
        log.close()


def _wait_until_healthy(api: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"{api}/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            assert process.poll() is None, log.read_text(encoding="utf8")
            time.sleep(0.5)
    raise AssertionError(log.read_text(encoding="utf8"))
