"""Trying inputs: what breaks a promise, takes too long or too much memory is made small and kept."""

import faulthandler
import hashlib
import resource
import signal
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from fuzz.mutate import made

CASES = Path(__file__).parent / "cases"
STUCK = 300.0  # seconds of the clock after which even a loop in C is ended; the traceback tells where
SMALLER_FOR = 20.0  # seconds that making a finding small may take


@dataclass(frozen=True, kw_only=True)
class Target:
    """Something that reads bytes, and what it promises: `check` raises if it does not keep it."""

    name: str
    check: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    tokens: Sequence[bytes] = field(default=(b"<a>", b"{", b"["))
    seconds: float = 5.0  # of CPU time for one input
    memory: int = 400_000_000  # bytes more than after the first input


class TooSlow(Exception):
    """An input took more CPU time than any may."""


@dataclass(frozen=True)
class Finding:
    """An input that breaks a promise."""

    number: int
    data: bytes
    problem: str  # a traceback

    @property
    def kind(self) -> str:
        """What went wrong and where: the same for inputs that find the same."""
        lines = self.problem.strip().splitlines()
        places = [line for line in lines if line.startswith('  File "')]
        return f"{lines[-1].split(':')[0]} {places[-1] if places else ''}"


def tried(target: Target, data: bytes, number: int = 0) -> Finding | None:
    """Try one input in this process."""

    def too_slow(signal_number: int, frame: FrameType | None) -> None:
        raise TooSlow(f"more than {target.seconds} CPU-s for {len(data)} bytes")

    before = signal.signal(signal.SIGPROF, too_slow)
    try:
        signal.setitimer(signal.ITIMER_PROF, target.seconds)
        try:
            target.check(data)
        finally:  # within: the time may be over just as the timer is stopped
            signal.setitimer(signal.ITIMER_PROF, 0)
    except Exception:  # whatever it is, it is what is looked for
        return Finding(number, data, traceback.format_exc(limit=-8))
    finally:
        signal.signal(signal.SIGPROF, before)
    return None


def fuzz(
    target: Target, seed: str, seconds: float, tell: Callable[[int], None], smaller_for: float = SMALLER_FOR
) -> tuple[int, Finding | None]:
    """Try inputs until one breaks a promise or the time is up; how many were tried. `tell` is told each number before."""
    seeds, end, number, base = target.seeds(), time.monotonic() + seconds, 0, 0
    while time.monotonic() < end:
        tell(number)
        faulthandler.dump_traceback_later(STUCK, exit=True)
        found = tried(target, made(seeds, target.tokens, f"{seed} {target.name}", number), number)
        faulthandler.cancel_dump_traceback_later()
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        base = base or used
        if found is None and used - base > target.memory:
            data = made(seeds, target.tokens, f"{seed} {target.name}", number)
            return number + 1, Finding(number, data, f"MemoryError: {(used - base) / 1e6:.0f} MB more than at the start")
        if found:
            return number + 1, smaller(target, found, smaller_for)
        number += 1
    return number, None


def smaller(target: Target, found: Finding, seconds: float) -> Finding:
    """The same finding with as little around it as can be had in a bounded time."""
    end, size = time.monotonic() + seconds, max(len(found.data) // 2, 1)
    while size and time.monotonic() < end:
        start, went = 0, False
        while start < len(found.data) and time.monotonic() < end:
            again = tried(target, found.data[:start] + found.data[start + size :], found.number)
            if again and again.kind == found.kind:
                found, went = again, True
            else:
                start += size
        size = size if went and size > 1 else size // 2
    return found


def kept(target: str, data: bytes, cases: Path = CASES) -> Path:
    """Write a finding where the tests look for it."""
    file = cases / target / hashlib.sha256(data).hexdigest()[:12]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file
