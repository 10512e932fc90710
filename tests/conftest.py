"""What all tests share: folders of the sources on the path, the demo run once, and a Prefect server for those that need one."""

import gc
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


# Files that are run by one worker, since they share something dear: the demo's store, a Prefect server.
TOGETHER = {
    **dict.fromkeys(["test_demo", "test_questions", "test_serve", "test_browser"], "demo"),
    **dict.fromkeys(["test_flows", "test_healing"], "server"),
}
# What takes longest begins first, so that no worker is left alone with it at the end.
LONGEST = ["test_crash", "server", "demo", "test_fuzz", "test_lake", "test_correcting", "test_golden", "test_upgrade"]


def group_of(file: str) -> str:
    """The tests that one worker runs: those of a file, or of several that share something."""
    stem = file.rpartition("/")[2].removesuffix(".py")
    return TOGETHER.get(stem, stem)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups in the order in which they shall begin."""
    place = {group: n for n, group in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(group_of(item.path.name), len(place)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Whole groups to workers. xdist's own `loadgroup` goes by an end of the tests' names that pytest 9.2 takes off again."""
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid.partition("::")[0])

    config.option.loadscopereorder = False  # as they were put in order above, not by the number of tests
    return Groups(config, log)


def pytest_collection_finish() -> None:
    """What was loaded stays until the end: Python need not look through it again each time that it looks for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `writethru demo` leaves; run once for all tests that look at it.

    WRITETHRU_DEMO names a folder in which it stays for the next run of tests on the same program.
    """
    out = Path(os.environ.get("WRITETHRU_DEMO") or tmp_path_factory.mktemp("demo"))
    if (out / "printed.txt").exists():
        return out
    place = store_settings(out)
    done = subprocess.run(
        [sys.executable, "-c", "from pipeline.cli import main; main()", "demo", "--out", str(out)],
        env=os.environ | {f"WRITETHRU_{key.upper()}": value for key, value in place.items()},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    config = out / "writethru.toml"
    config.write_text(lines_of(place) + config.read_text("utf8"), encoding="utf8")
    (out / "printed.txt").write_text(done.stdout, encoding="utf8")
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


@pytest.fixture(scope="module")  # not longer: it works on when nobody asks
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """Started once for all tests of a file; ended by its process id."""
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
