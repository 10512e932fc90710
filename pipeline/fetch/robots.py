"""robots.txt as RFC 9309 reads it: who may fetch what, and how fast.

A file that is missing or denied (4xx) allows everything, a server that fails (5xx) forbids everything for now. What was read is
good for a day, across runs if the caller keeps the records.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from protego import Protego

from pipeline.model import RobotsFile

LIFE = timedelta(hours=24)
LIFE_OF_FAILURE = timedelta(hours=1)
MOST_BYTES = 512_000  # RFC 9309 asks for at least 500 KiB; the rest is not read


@dataclass(frozen=True, slots=True)
class RobotsDecision:
    """Whether a URL may be fetched, and the pause that the site asks for, in seconds."""

    allowed: bool
    gap: float
    reason: str


def decide_robots(file: RobotsFile, url: str, agent: str) -> RobotsDecision:
    """What this site's robots.txt says about this URL to this product."""
    if file.status >= 500 or file.status == 429:
        return RobotsDecision(False, 0.0, f"robots.txt answers {file.status}, which means to keep away for now")
    if not file.text:
        return RobotsDecision(True, 0.0, "the site has no robots.txt")
    rules = _parsed(file.text)
    rate = rules.request_rate(agent)
    pace = rate.seconds / rate.requests if rate and rate.requests else 0.0
    gap = max(rules.crawl_delay(agent) or 0.0, pace)
    if rules.can_fetch(url, agent):
        return RobotsDecision(True, gap, "robots.txt allows it")
    return RobotsDecision(False, gap, "robots.txt disallows it")


@lru_cache(maxsize=256)
def _parsed(text: str) -> Protego:
    return Protego.parse(text)


class RobotsMemory:
    """What is known of sites' robots.txt. Give it the records of earlier runs, and keep those of this one."""

    def __init__(self, known: Iterable[RobotsFile] = ()):
        self._files = {f.origin: f for f in known}

    def fresh(self, origin: str, now: datetime) -> RobotsFile | None:
        """The file if it is young enough to rely on; a clock that went back does not prolong its life."""
        file = self._files.get(origin)
        if file is None:
            return None
        life = LIFE_OF_FAILURE if file.status >= 500 or file.status == 429 else LIFE
        return file if abs(now - file.fetched_at) <= life else None

    def stale(self, origin: str) -> RobotsFile | None:
        """The file however old: better than nothing while the site cannot be reached."""
        return self._files.get(origin)

    def keep(self, file: RobotsFile) -> None:
        self._files[file.origin] = file

    def records(self) -> list[RobotsFile]:
        """All files, by origin."""
        return [self._files[origin] for origin in sorted(self._files)]
