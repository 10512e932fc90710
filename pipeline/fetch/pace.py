"""Manners towards one host: one request at a time, a pause between two, and leaving alone who asks for it or cannot cope.

A host that is slow or silent costs its own URLs their turn and nobody else's: it holds at most one of the slots that all
hosts share, and after some failures in a row, or too much time in all, the rest of its URLs are not tried in this run.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType

from pipeline.fetch.settings import FetchSettings
from pipeline.model import Outcome

STRIKES = 3  # failures to answer in a row, after which a host is not tried again in the same run
DEFAULT_HOLD = timedelta(minutes=1)  # after a 429 that names no time


class NotTried(Exception):
    """No request was sent: `outcome` and `reason` say why, `wait` how long to leave the host alone, if that is known."""

    def __init__(self, outcome: Outcome, reason: str, wait: timedelta | None = None):
        self.outcome, self.reason, self.wait = outcome, reason, wait
        super().__init__(reason)


@dataclass(slots=True)
class Lane:
    """What a run knows of one host."""

    gap: float  # seconds from the end of one request to the start of the next
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0  # on the event loop's clock
    used: bool = False  # something other than robots.txt has been asked for
    spent: float = 0.0  # seconds of exchanges
    strikes: int = 0
    held_until: datetime | None = None  # on the run's clock
    waiting: int = 0  # fetches under way or queued

    def refusal(self, now: datetime, settings: FetchSettings) -> NotTried | None:
        """Why the next request to this host is not to be sent, if so."""
        if self.held_until and now < self.held_until:
            return NotTried(Outcome.RATE_LIMITED, "not tried: the host has asked to wait", self.held_until - now)
        if self.strikes >= STRIKES:
            return NotTried(
                Outcome.UNREACHABLE, f"not tried: the host did not answer {self.strikes} times in a row in this run"
            )
        if self.spent > settings.host_budget:
            return NotTried(Outcome.DEADLINE, f"not tried: the host has taken {settings.host_budget:g} s of this run")
        if self.used and self.gap > settings.longest_delay:
            reason = f"not tried: robots.txt asks for {self.gap:g} s between requests"
            return NotTried(Outcome.RATE_LIMITED, reason, timedelta(seconds=min(self.gap, 7 * 86400)))
        return None

    def hold(self, wait: timedelta | None, now: datetime) -> None:
        """The host asks to be left alone for a while."""
        until = now + (wait if wait else DEFAULT_HOLD)
        self.held_until = max(self.held_until or until, until)


class Lanes:
    """The lanes of all hosts of a run."""

    def __init__(self, settings: FetchSettings):
        self._settings = settings
        self._lanes: dict[str, Lane] = {}
        self._slots = asyncio.Semaphore(settings.concurrency)

    def of(self, host: str) -> Lane:
        if lane := self._lanes.get(host):
            return lane
        name = host.lower().rstrip(".")
        return self._lanes.setdefault(name, Lane(gap=self._settings.per_host_delay))

    def turn(self, host: str, now: datetime, counts: bool = True) -> "Turn":
        """`async with` it: waits for this host's turn; raises NotTried if the host is not to be asked.

        `counts`: not for robots.txt.
        """
        return Turn(self.of(host), self._slots, self._settings, now, counts)


@dataclass(slots=True)
class Turn:
    """The right to send one request to a host."""

    lane: Lane
    slots: asyncio.Semaphore
    settings: FetchSettings
    now: datetime
    counts: bool
    started: float = 0.0  # on the event loop's clock

    async def __aenter__(self) -> Lane:
        lane, clock = self.lane, asyncio.get_running_loop().time
        await lane.lock.acquire()
        try:
            if refusal := lane.refusal(self.now, self.settings):
                raise refusal
            if (pause := lane.free_at - clock()) > 0:
                await asyncio.sleep(pause)
            await self.slots.acquire()
        except BaseException:
            lane.lock.release()
            raise
        self.started, lane.used = clock(), lane.used or self.counts
        return lane

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        lane, ended = self.lane, asyncio.get_running_loop().time()
        lane.spent += ended - self.started
        lane.free_at = ended + lane.gap
        self.slots.release()
        lane.lock.release()
