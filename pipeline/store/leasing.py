"""The lease on a store: one writer at a time, with a name, signs of life, a time-out and an heir.

Whoever writes holds the kernel's lock on a file beside the store, `STORE.lease-7`: it ends with the process, however that ends.
While it works it writes a sign of life into the file. A holder that gives none for too long hangs: the next run makes
`STORE.lease-8`, ends the process if it can be found, and goes on in its place. Numbers only grow, so a holder that wakes up
after that knows by its number that it is one no more: it asks before each write and before each commit (a fencing token, as
in M. Kleppmann, Designing Data-Intensive Applications, 2017, chapter 8). Between that question and the commit stands DuckDB's
own lock on its file: nobody else can have the store open.

Ages are told by the clock that counts since the machine started: it is the same for all processes and stands still while the
machine sleeps, so neither a clock that is set nor a lid that is closed makes a healthy run look dead.
"""

import fcntl
import json
import logging
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from pipeline.config import LeaseConfig
from pipeline.errors import LeaseLost, StoreBusy
from pipeline.store.failures import told_plainly

POLL = 0.1  # seconds between two tries
LEAST_WAIT = 0.3  # seconds of trying even for who will not wait: another may only be looking
BEATS = 10  # signs of life within the time after which their absence is noticed
SLOWEST_BEAT = 5.0  # seconds
DYING = 10.0  # seconds that a process may take to end
_SIZE = 600  # bytes of a record: always written over as a whole, so that a full disk is in nobody's way
_log = logging.getLogger(__name__)
_held: dict[Path, "Lease"] = {}  # by store: what this process holds
_worked = [0.0]  # when this process last got on with something


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lease."""

    pid: int
    started: str  # when the process began, in the machine's own count: a number that is used again is another process
    host: str
    machine: str  # of this start of the machine, and its space of process numbers
    command: str
    since: str  # ISO 8601
    alive: float  # seconds since the machine's start: the last sign of life
    clock: str = ""  # ISO 8601: the moment that its looks bear, of a run that shares a store

    @property
    def here(self) -> bool:
        """Whether it runs where this process runs, so that its number and its clock mean something here."""
        return self.machine == machine()

    @property
    def gone(self) -> bool:
        """Whether the process is known to have ended."""
        return self.here and bool(self.started) and started(self.pid) != self.started

    def named(self) -> str:
        """As a message says it."""
        at = datetime.fromisoformat(self.since)
        told = f"process {self.pid} on {self.host} (writethru {self.command}), since {at:%-d %b %H:%M} UTC"
        return told + (f", last sign of life {self.silent_for:.0f} s ago" if self.here else "")

    @property
    def silent_for(self) -> float:
        """Seconds since the last sign of life; means something only `here`."""
        return max(0.0, time.monotonic() - self.alive)


def of_this_process(what: str, since: str, alive: float, clock: str = "") -> Holder:
    """What a run of this process tells of itself."""
    pid = os.getpid()
    return Holder(
        pid=pid,
        started=started(pid),
        host=socket.gethostname(),
        machine=machine(),
        command=what,
        since=since,
        alive=alive,
        clock=clock,
    )


class Lease:
    """A lease that this process holds."""

    def __init__(self, path: Path, number: int, opened: int, holder: Holder):
        self.path, self.number = path, number
        self._opened, self._inode, self._holder = opened, os.fstat(opened).st_ino, holder
        self._file, self._next = _file(path, number), _file(path, number + 1)
        self._end = threading.Event()

    def check(self) -> None:
        """Raises LeaseLost if another process has taken over."""
        work_goes_on()
        try:
            mine = os.stat(self._file).st_ino == self._inode and not self._next.exists()
        except FileNotFoundError:
            mine = False
        if not mine:
            heir = holder_of(self.path)
            raise LeaseLost(self.path, heir.named() if heir else "another run")

    def keep_alive(self, limits: LeaseConfig) -> None:
        """Give signs of life until `release`, as long as the work goes on."""
        beat = min(SLOWEST_BEAT, limits.silent.total_seconds() / BEATS)
        while not self._end.wait(beat):
            if gets_on(limits):
                with suppress(OSError):  # the next one may come through
                    self._write(replace(self._holder, alive=time.monotonic()))

    def _write(self, holder: Holder | None) -> None:
        text = json.dumps(asdict(holder) if holder else {})
        os.pwrite(self._opened, text.ljust(_SIZE).encode("utf8"), 0)

    def release(self) -> None:
        """Give the lease back. Its file stays: the next number must be a higher one."""
        self._end.set()
        with suppress(OSError):
            self._write(None)
        os.close(self._opened)


@contextmanager
def lease(path: Path, what: str, wait: float = 0.0, limits: LeaseConfig | None = None) -> Iterator[Lease]:
    """Hold the right to write to a store. Ends with the process, however that ends.

    Raises StoreBusy with the holder's name if it is not free within `wait` seconds, StoreError if the disk is full.
    """
    limits = limits or LeaseConfig.model_validate({})
    with told_plainly(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        held = _acquire(path, what, wait, limits)
        beats = threading.Thread(target=held.keep_alive, args=(limits,), name="lease", daemon=True)
        beats.start()
        _held[path.resolve()] = held
        try:
            yield held
        finally:
            del _held[path.resolve()]
            held._end.set()
            beats.join()
            held.release()


def held_here(path: Path) -> Lease | None:
    """The lease on a store that this process holds."""
    return _held.get(path.resolve())


def work_goes_on() -> None:
    """Said by whatever moves: a process that only lives, and does not get on, gives no sign of life in the end."""
    _worked[0] = time.monotonic()


def gets_on(limits: LeaseConfig) -> bool:
    """Whether this process moved lately."""
    return time.monotonic() - _worked[0] < limits.idle.total_seconds()


def holder_of(path: Path) -> Holder | None:
    """Who holds the lease on a store now, as far as can be told without touching it; None if nobody does."""
    try:
        holder = _read(_file(path, _newest(path)).read_bytes())
    except OSError:
        return None
    return None if holder is None or holder.gone else holder


# ---- taking it -----------------------------------------------------------------------------------------------------------


def _acquire(path: Path, what: str, wait: float, limits: LeaseConfig) -> Lease:
    """Try until it is had, or the time is up."""
    work_goes_on()
    until = time.monotonic() + max(wait, LEAST_WAIT)
    seen: dict[tuple[int, float], float] = {}  # holder's number and sign of life -> when it was first seen
    while (held := _try(path, what, limits, seen)) is None:
        if time.monotonic() >= until:
            raise _busy(path, limits)
        time.sleep(POLL)
    return held


def _try(path: Path, what: str, limits: LeaseConfig, seen: dict[tuple[int, float], float]) -> Lease | None:
    """The lease, if it is free or its holder hangs; None if somebody holds it, or was quicker."""
    number = _newest(path)
    before = None
    with _opened(_file(path, number)) as last:
        if last is not None and not _lock(last):
            before = _read(os.pread(last, _SIZE, 0))
            if before is None or not _hangs(before, limits, seen):
                return None
        mine = _make(path, number + 1, what)
    if mine is None:
        return None
    if before is not None:
        _succeed(path, before)
    for older in sorted(_numbers(path)):
        if older < mine.number:
            _file(path, older).unlink(missing_ok=True)
    return mine


def _make(path: Path, number: int, what: str) -> Lease | None:
    """The file of that number, made and locked; None if another process made it or a later one."""
    try:
        opened = os.open(_file(path, number), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    except FileExistsError:
        return None
    try:
        mine = _lock(opened) and _newest(path) == number
        if mine:
            since = datetime.fromtimestamp(os.fstat(opened).st_mtime, UTC).isoformat(timespec="seconds")
            holder = of_this_process(what, since, time.monotonic())
            held = Lease(path, number, opened, holder)
            held._write(holder)
            return held
    except BaseException:
        os.close(opened)
        raise
    os.close(opened)
    return None


def _hangs(holder: Holder, limits: LeaseConfig, seen: dict[tuple[int, float], float]) -> bool:
    """Whether a holder has given no sign of life for too long. Of one elsewhere, only what was seen while waiting tells."""
    if holder.here and holder.pid == os.getpid():
        return False  # another thread of this process: it cannot be ended without ending this one
    first = seen.setdefault((holder.pid, holder.alive), time.monotonic())
    silent = holder.silent_for if holder.here else time.monotonic() - first
    return silent > limits.silent.total_seconds()


def _succeed(path: Path, before: Holder) -> None:
    """End a process that hangs, if it is one of this machine that may be ended. If not, its number tells it to stop."""
    told = "It was ended" if ended(before) else "It cannot be ended from here, and will stop before it writes"
    _log.warning("%s: %s: it hangs. %s; this run goes on in its place", path, before.named(), told)


def ended(holder: Holder) -> bool:
    """End a process that hangs, if it is one of this machine that may be ended. Whether it has ended."""
    if not holder.here or not holder.started or holder.gone:
        return holder.gone
    try:
        os.kill(holder.pid, signal.SIGKILL)
    except OSError:
        return holder.gone
    until = time.monotonic() + DYING
    while not holder.gone and time.monotonic() < until:
        time.sleep(0.02)
    return holder.gone


def _busy(path: Path, limits: LeaseConfig) -> StoreBusy:
    """What to tell whoever came second."""
    holder = holder_of(path)
    if holder is None:
        return StoreBusy(path, "another process")
    file = _file(path, _newest(path))
    how = f"kill -9 {holder.pid}" if holder.here else f"end it on {holder.host}, or delete {file.name} if it is gone"
    after = f"{limits.silent.total_seconds():g} s"
    advice = f"If it hangs, a later run takes over after {after} without a sign of life; or at once: {how}"
    return StoreBusy(path, holder.named(), advice)


# ---- files and processes -------------------------------------------------------------------------------------------------


def _file(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.lease-{number}")


def _newest(path: Path) -> int:
    """The highest number that was ever given; 0 if none was."""
    return max(_numbers(path), default=0)


def _numbers(path: Path) -> set[int]:
    wanted = re.compile(re.escape(path.name) + r"\.lease-(\d{1,18})")
    return {int(m[1]) for name in os.listdir(path.parent) if (m := wanted.fullmatch(name))}


@contextmanager
def _opened(file: Path) -> Iterator[int | None]:
    """A file, open while its lock is wanted; None if there is none."""
    try:
        opened = os.open(file, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        yield opened
    finally:
        os.close(opened)


def _lock(opened: int) -> bool:
    """Take the kernel's lock on an open file. False if another process, or another opening of the file, has it."""
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(text: bytes) -> Holder | None:
    """What a record says; None if it says that nobody holds the lease, or was never written."""
    try:
        return Holder(**json.loads(text))
    except (ValueError, TypeError):
        return None


@cache
def machine() -> str:
    """This start of this machine, and the space in which its process numbers count (a container has its own)."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip() + os.readlink("/proc/self/ns/pid")
    return socket.gethostname()


def started(pid: int) -> str:
    """When a process began, in ticks since the machine's start; empty if it has ended or that cannot be told."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf8", errors="replace")
    except OSError:
        return ""
    state, *rest = told.rpartition(")")[2].split()  # the name before it may hold blanks and brackets
    return "" if state in "ZX" else rest[18]
