"""What stages leave behind besides their work: an event in the log, and a note beside the store of when each last ended.

The note is for `status`: a pass that found nothing due writes no row, and a check reads only, so no table could tell of them.
"""

import fcntl
import gc
import json
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from time import monotonic
from typing import ParamSpec, TypeVar

from pipeline.config import Settings
from pipeline.logs import event, facts_of

log = logging.getLogger(__name__)
OBJECTS = 10_000  # that were made and not given back, after which the young ones are looked through
_settled = [0]  # modules that were loaded when what they hold was last set apart
P = ParamSpec("P")
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a stage last ended."""

    at: datetime
    seconds: float  # that it took
    failed: int = 0  # checks that do not hold


def stage(name: str) -> Callable[[Callable[P, Done]], Callable[P, Done]]:
    """A stage that says when it ended. Among what it is called with are the settings and the clock."""

    def made(work: Callable[P, Done]) -> Callable[P, Done]:
        @wraps(work)
        def done(*args: P.args, **named: P.kwargs) -> Done:
            given = (*args, *named.values())
            settings = next(v for v in given if isinstance(v, Settings))
            now = next(v for v in given if isinstance(v, datetime))
            started = monotonic()
            _set_apart()
            result = work(*args, **named)
            seconds = round(monotonic() - started, 3)
            event(log, logging.INFO, f"{name}.done", seconds=seconds, **facts_of(result))
            failed = sum(len(getattr(result, n, ())) for n in ("failures", "archive"))
            if settings.store or settings.db.exists():  # else there is no store to note it beside
                _note(settings.db, name, Ended(now, seconds, failed))
            return result

        return done

    return made


def _set_apart() -> None:
    """Let the collector of cyclic garbage pass over what modules hold: it stays for good and is most of what there is.

    To look through it takes 30 ms each time. A stage loads what it needs, so it is done again when something was loaded. Of
    what comes and goes hardly anything is cyclic: to look every 700 objects would be a fiftieth of what a pass costs.
    """
    gc.set_threshold(OBJECTS, 10, 10)
    if len(sys.modules) != _settled[0]:
        gc.freeze()
        _settled[0] = len(sys.modules)


def ended(db: Path) -> dict[str, Ended]:
    """Stage -> how it last ended, as far as it is known."""
    try:
        told = json.loads(_file(db).read_text(encoding="utf8"))
        return {n: Ended(datetime.fromisoformat(e["at"]), float(e["seconds"]), int(e["failed"])) for n, e in told.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # there is none yet, or it is not what we wrote
        return {}


def _file(db: Path) -> Path:
    return db.with_name(f"{db.name}.last")


def _note(db: Path, name: str, how: Ended) -> None:
    """Write it down, in one step. Where that cannot be done the work is done all the same."""
    file = _file(db)
    new = file.with_name(f".{file.name}.new")
    with suppress(OSError), file.with_name(f".{file.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # let go with the file
        known = ended(db) | {name: how}
        told = {n: {"at": e.at.isoformat(), "seconds": e.seconds, "failed": e.failed} for n, e in sorted(known.items())}
        new.write_text(json.dumps(told, indent=1), encoding="utf8")
        os.replace(new, file)
