"""Runs the program in children that die at a chosen step: before the n-th effect on a file or a database.

A step is a statement given to DuckDB, or a file below the folder opened for writing, renamed or removed. Its name says which
function of the program takes it and what it does: `store.database.transaction COMMIT`. One process loads the program once and
forks a child for each run, so that a run costs what it does and not what it imports.

    with Runs() as runs:
        steps = runs.run(folder, ["run", "--config", ...]).steps
        assert runs.run(folder, [...], die_at=steps // 2).killed
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

FOLDERS = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]
STORY = """[[story]]
slug = "ferry"
title = "The ferry"
match = ["ferry"]
[[story.aspect]]
name = "money"
about = "How many million crowns the ferry costs"
"""
TEXT = (
    "The council said the ferry costs {n} million crowns. 'We have listened,' {said} Ilse Brandt. It denied a delay on 4 May. "
)
LOOKS = [
    {
        "at": f"2025-03-04T1{hour}:00:00Z",
        "url": f"http://{outlet}.example/ferry",
        "outlet": outlet,
        "title": "The ferry",
        "html": page,
    }
    for outlet in ("tern", "gull")
    for hour, said in enumerate(("said", "argued"))
    for text in [TEXT.format(n=20 + hour, said=said) * 5]
    for page in [f"<html><body><article><h1>The ferry</h1><p>{text}</p></article></body></html>"]
]
SMALL = "small-import"  # in place of a command: an import of `test_bulk`, in parts of 2 kB
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink"}


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int  # of the exit; negative: the signal that ended it
    steps: int  # taken; 0 of a run that was killed
    told: str  # on standard error
    names: Sequence[str] = ()  # of the steps, in order; none of a run that was killed

    @property
    def points(self) -> dict[tuple[str, str], int]:
        """Each point between two steps, by their names -> the step that first follows it."""
        found: dict[tuple[str, str], int] = {}
        for step, point in enumerate(zip(("", *self.names), self.names, strict=False), 1):
            found.setdefault(point, step)
        return found

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


class Runs:
    """The process that forks."""

    def __enter__(self) -> "Runs":
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(FOLDERS)}
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)

    def run(self, folder: Path, arguments: Sequence[str], die_at: int = 0, largest: int = 0) -> Ended:
        """Run the command line once. `die_at`: the step before which it is killed; `largest`: bytes that a file may have."""
        assert self._process.stdin is not None and self._process.stdout is not None
        print(json.dumps([str(folder), list(arguments), die_at, largest]), file=self._process.stdin, flush=True)
        return Ended(*json.loads(self._process.stdout.readline()))


class Steps:
    """Counts effects, and ends the process before the chosen one."""

    def __init__(self, folder: str, die_at: int):
        self.folder, self.die_at, self.names = folder, die_at, list[str]()

    def __call__(self, what: str) -> None:
        self.names.append(f"{place()} {what}")
        if len(self.names) == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, event: str, about: tuple[object, ...]) -> None:
        """Python tells of every file that it opens or changes."""
        opened = event == "open" and isinstance(about[2], int) and about[2] & _WRITING
        if (opened or event in _CHANGES) and str(about[0]).startswith(self.folder):
            self(event.removeprefix("os."))


def place() -> str:
    """The function of the program that is at work."""
    frame = sys._getframe(2)
    while frame.f_back and not frame.f_globals.get("__name__", "").startswith("pipeline."):
        frame = frame.f_back
    return f"{frame.f_globals['__name__'].removeprefix('pipeline.')}.{frame.f_code.co_qualname}"


class Counted:
    """A connection whose statements are steps."""

    def __init__(self, connection: Any, steps: Steps):
        self._connection, self._steps = connection, steps

    def __getattr__(self, name: str) -> object:
        if name == "execute":
            return self._execute
        if name == "close":
            self._steps("close")
        return getattr(self._connection, name)

    def _execute(self, sql: str, *parameters: object) -> object:
        self._steps(sql.split(None, 1)[0])
        return self._connection.execute(sql, *parameters)


def child(folder: str, arguments: list[str], die_at: int, largest: int, told: int, count: int) -> None:
    """In the forked process: run, report the steps, end."""
    import resource

    import duckdb

    from pipeline import cli

    os.dup2(told, 2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    steps, connect = Steps(folder, die_at), duckdb.connect
    duckdb.connect = lambda *a, **k: Counted(connect(*a, **k), steps)
    sys.addaudithook(steps.audit)
    if largest:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
    code = small_import(*map(Path, arguments[1:])) if arguments[0] == SMALL else cli.run(arguments)
    sys.stderr.flush()
    os.write(count, json.dumps(steps.names).encode())
    os._exit(code)


def small_import(config: Path, *files: Path) -> int:
    """An import in many small parts and chunks, for which the command line would need large files."""
    from test_bulk import taken

    from pipeline.config import load_settings

    taken(load_settings(config), files)
    return 0


def fork(folder: str, arguments: list[str], die_at: int, largest: int) -> list[object]:
    """Run in a child; how it ended."""
    with tempfile.TemporaryFile(buffering=0) as told, tempfile.TemporaryFile(buffering=0) as counted:
        if (pid := os.fork()) == 0:
            child(folder, arguments, die_at, largest, told.fileno(), counted.fileno())
        _, status = os.waitpid(pid, 0)
        told.seek(0)
        counted.seek(0)
        text, names = told.read().decode("utf8", "replace"), json.loads(counted.read() or b"[]")
    return [os.waitstatus_to_exitcode(status), len(names), text, names]


def warm_up() -> None:
    """Run once what reads word lists and compiles patterns and templates. No pictures: those start threads."""
    from pipeline import cli
    from pipeline.changelog import pages

    with tempfile.TemporaryDirectory() as folder:
        record, config = Path(folder, "record.jsonl"), Path(folder, "writethru.toml")
        Path(folder, "feeds.toml").touch()
        Path(folder, "stories.toml").write_text(STORY, encoding="utf8")
        config.write_text("", encoding="utf8")
        record.write_text("".join(json.dumps(look) + "\n" for look in LOOKS), encoding="utf8")
        common = ["--quiet", "--config", str(config), "--now", "2025-03-05T00:00:00Z"]
        if cli.run(["import", str(record), *common]) or cli.run(["run", *common]):
            sys.exit("the warm-up failed")
    for name in pages.environment().list_templates(["html"]):
        pages.environment().get_template(name)


def main() -> None:
    """Load what a run needs, then fork a child for each line of standard input."""
    import altair  # noqa: F401
    import duckdb  # noqa: F401
    import feedparser  # noqa: F401
    import fsspec.core  # noqa: F401
    import httptools  # noqa: F401
    import trafilatura  # noqa: F401
    import vl_convert  # noqa: F401
    import warcio  # noqa: F401
    import yarl  # noqa: F401

    import pipeline.feeds.document
    import pipeline.feeds.syndicated
    import pipeline.fetch.client  # noqa: F401

    warm_up()
    for line in sys.stdin:
        print(json.dumps(fork(*json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
