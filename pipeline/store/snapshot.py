"""The snapshot: a copy of the store that others may open read-only at any time. Each is a file of its own that never changes
while it bears the name, so whoever has an older one open goes on reading that.

The file that bore the name before is kept beside it and made into the next one: few of its blocks differ, and to compare two
costs a third of copying one. It is written to only while the kernel vouches that nobody has it open.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.store.failures import must_be_whole

HEAD = 12_288  # bytes before the first block of DuckDB's file: what it is, and twice how it stands
BLOCK = 262_144  # bytes: the unit in which it writes the rest
SETSIG = 10  # Linux: which signal tells that somebody waits for the lease; Python does not name it


def publish_snapshot(store: Path, snapshot: Path, check: Callable[[], None]) -> bool:
    """Copy the closed store to the file that others may open read-only at any time. False if nothing had changed.

    Call with the lease on the store held and the connection closed: a closed store has no write-ahead log, so its file is the
    whole store. `check` raises if the lease was lost: asked at the start, and again before the copy takes its name, since only
    a store that nobody wrote to meanwhile was copied whole. Raises StoreError if the store has a log all the same.
    """
    check()
    must_be_whole(store)
    if snapshot.exists() and snapshot.stat().st_mtime_ns >= store.stat().st_mtime_ns:
        return False
    try:
        _publish(store, snapshot, check)
    except OSError as error:  # the system names the store, or no file: space is needed where the snapshot lies
        raise OSError(error.errno, error.strerror, str(snapshot)) from error
    return True


def _publish(store: Path, snapshot: Path, check: Callable[[], None]) -> None:
    snapshot.parent.mkdir(parents=True, exist_ok=True)
    part, spare, kept = (snapshot.with_name(snapshot.name + ending) for ending in (".part", ".spare", ".kept"))
    ready = spare if _renew(spare, store) else part
    if ready is part:
        _copy(store, part)
    check()
    kept.unlink(missing_ok=True)
    with suppress(OSError):  # there was none before, or the file system knows no second names: the next one is a whole copy
        os.link(snapshot, kept)
    os.replace(ready, snapshot)
    if kept.exists():
        os.replace(kept, spare)


def _copy(store: Path, part: Path) -> None:
    """A whole copy; nothing is left of one that failed."""
    try:
        shutil.copyfile(store, part)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _renew(spare: Path, store: Path) -> bool:
    """Make a file that nobody has open equal to the store. False if it cannot be told, or somebody has it open."""
    with _alone(spare) as target:
        if target is None:
            return False
        with store.open("rb", buffering=0) as source:
            size = _write_differing(source.fileno(), target)
        os.truncate(target, size)
        os.utime(target)
        return True


def _write_differing(source: int, target: int) -> int:
    """Write the blocks of one file that another holds otherwise. Returns the size of the first.

    Compared are DuckDB's own blocks: one that was changed lies in two of those that would be counted from the file's start.
    """
    new, old = bytearray(HEAD), bytearray(HEAD)
    at = 0
    while read := os.preadv(source, [new], at):
        held = os.preadv(target, [old], at)
        if held != read or new != old:
            os.pwrite(target, memoryview(new)[:read], at)
        at += read
        if at == HEAD:
            new, old = bytearray(BLOCK), bytearray(BLOCK)
    return at


@contextmanager
def _alone(file: Path) -> Iterator[int | None]:
    """The file, open for writing, while nobody else in any process has it open; None if that is not so or cannot be told."""
    try:
        opened = os.open(file, os.O_RDWR)
    except OSError:
        opened = None
    try:
        yield opened if opened is not None and _lease(opened) else None
    finally:
        if opened is not None:
            os.close(opened)


def _lease(opened: int) -> bool:
    """Take the kernel's lease on an open file: nobody else has it open, and whoever opens it waits until it is closed here."""
    if sys.platform != "linux":
        return False
    import fcntl

    try:
        fcntl.fcntl(opened, SETSIG, signal.SIGURG)  # ignored by default; the usual one would end the process
        fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    except OSError:
        return False
    return True
