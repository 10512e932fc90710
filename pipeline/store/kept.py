"""What a process need not read again: rows of which it knows how they stand, since it read or wrote them itself.

A schedule that runs in one process opens the store every few minutes, and mostly finds it as it left it.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field

from pipeline.model import FeedState, RobotsFile
from pipeline.store.keys import Row
from pipeline.store.rows import HoldRow

MOST_FEEDS = 5_000  # and as many sites: a few megabytes
MOST_TEXT = 5_000_000  # characters of robots.txt


@dataclass(slots=True)
class Kept:
    """The rows of some tables; None of a table that has to be read."""

    feeds: dict[str, Row] | None = None  # by feed_id
    states: dict[str, FeedState] = field(default_factory=dict)  # what was made of them, as far as it was
    robots: dict[str, RobotsFile] | None = None  # by origin
    holds: dict[str, HoldRow] | None = None  # by host

    @property
    def large(self) -> bool:
        """Whether it takes too much memory to be held between two runs."""
        robots = self.robots or {}
        most = max(len(self.feeds or {}), len(robots), len(self.holds or {}))
        return most > MOST_FEEDS or sum(len(r.text) for r in robots.values()) > MOST_TEXT


_left: dict[str, tuple[Hashable, Kept]] = {}  # by the store's name: what it was left as, and with what


def take(store: str, mark: Hashable | None) -> Kept | None:
    """What is known of a store, if its mark says that it is as it was left; it is the taker's then."""
    was, kept = _left.pop(store, (None, None))
    return kept if mark is not None and mark == was else None


def leave(store: str, mark: Hashable | None, kept: Kept) -> None:
    """Remember what is known of a store that was closed."""
    if mark is not None and not kept.large:
        _left[store] = (mark, kept)
