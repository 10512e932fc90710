"""Full disks and dead databases, told so that a person can act: a StoreError in place of what the libraries raise."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipeline.errors import StoreError, WritethruError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SAYS_FULL = re.compile(
    r'(?:Could not write file "([^"]*)"|write|extend|truncate).{0,80}(?:No space left|File too large|quota exceeded)',
    re.IGNORECASE,
)
_DEAD = re.compile(r"database has been invalidated|FATAL Error", re.IGNORECASE)
_DAMAGED = re.compile(r"checksum|corrupt|replaying WAL|not a valid DuckDB|deserializ", re.IGNORECASE)
_AGAIN = "What was acknowledged is kept. Free some space, then run the same command again."


@contextmanager
def told_plainly(path: Path) -> Iterator[None]:
    """What goes wrong inside with the disk or the database at `path` comes out as a StoreError; what was told so already, by
    itself and not as one of a group; all else as it is."""
    try:
        yield
    except (OSError, duckdb.Error, ExceptionGroup) as error:
        if told_already := next((one for one in leaves(error) if isinstance(one, WritethruError)), None):
            raise told_already from None
        if (told := _in_words(path, error)) is None:
            raise
        raise StoreError(told) from error


def must_be_whole(path: Path) -> None:
    """Raises StoreError if a closed store still has its log beside it: folding it in failed, which closing does not tell."""
    log = path.with_name(path.name + ".wal")
    if log.exists() and log.stat().st_size:
        raise StoreError(f"{log}: cannot be folded into the store, most likely because the disk is full. {_AGAIN}")


@contextmanager
def cut_short(path: Path) -> Iterator[None]:
    """Around what leaves the store and its log apart for a moment: if it is cut short there, the store is not opened."""
    mark = path.with_name(path.name + ".restoring")
    mark.touch()
    yield
    mark.unlink()


def must_not_be_cut_short(path: Path) -> None:
    """Raises StoreError if a restore of this store was killed in the middle."""
    if path.with_name(path.name + ".restoring").exists():
        told = "a restore was cut short. Run `writethru restore FILE` again; what stood here is kept beside it"
        raise StoreError(f"{path}: {told}")


def damage_advice(path: Path, message: str) -> str:
    """What to do about a damaged store or log; nothing if the message is about something else."""
    if not _DAMAGED.search(message):
        return ""
    return f". It was left as it is. To go on from a backup: writethru restore FILE (it sets {path.name} and its log aside)"


def _in_words(path: Path, error: BaseException) -> str | None:
    """What happened, if it is of the kinds that a person can mend; None otherwise."""
    for one in leaves(error):
        if isinstance(one, OSError) and one.errno in _FULL:
            return f"{one.filename2 or one.filename or path}: the disk is full. {_AGAIN}"
        if isinstance(one, duckdb.Error):
            if found := _SAYS_FULL.search(str(one)):
                return f"{found[1] or path}: the disk is full. {_AGAIN}"
            if _DEAD.search(str(one)):
                return f"{path}: the database gave up ({str(one).splitlines()[0]}). Run the command again: it opens afresh."
    return None


def leaves(error: BaseException) -> Iterator[BaseException]:
    """The error, those inside it, and those that it came from."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop(0)
        if one not in seen:
            seen.append(one)
            inner = one.exceptions if isinstance(one, BaseExceptionGroup) else ()
            waiting += [*inner, *(e for e in (one.__cause__, one.__context__) if e)]
            yield one
