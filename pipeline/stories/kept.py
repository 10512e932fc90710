"""What the linker knows of links and stories that have not been read."""

from datetime import UTC, datetime, timedelta

import numpy as np

from pipeline.model import Link
from pipeline.pieces import Kept

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
SPAN = np.dtype([("length", "<f8"), ("last", "<i8"), ("size", "<i4")])


class Links(Kept[int, Link]):
    """The link of each article, the articles of each story by it, and those of each whose link was set or taken away."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: Kept[str, dict[int, int]] = Kept()  # story -> article -> when it was linked
        self.touched: dict[str, set[int]] = {}

    def __setitem__(self, order: int, link: Link) -> None:
        self._leave(order)
        super().__setitem__(order, link)
        self.inside.setdefault(link.story_id, {})[order] = ticks(link.linked_at)
        self.touched.setdefault(link.story_id, set()).add(order)

    def __delitem__(self, order: int) -> None:
        self._leave(order)
        super().__delitem__(order)

    def _leave(self, order: int) -> None:
        old = self.get(order)
        if old is None:
            return
        orders = self.inside[old.story_id]
        del orders[order]
        if not orders:
            del self.inside[old.story_id]
        self.touched.setdefault(old.story_id, set()).add(order)

    def of(self, story_id: str) -> list[int]:
        """The articles of a story, the first first."""
        return sorted(self.inside.get(story_id) or ())


class Spans:
    """Length, number of articles and last moment of the stories that are kept, by place; 0 where there is none."""

    def __init__(self) -> None:
        self.rows = np.zeros(0, SPAN)

    def length(self, place: int) -> float:
        return float(self.rows["length"][place])

    def size(self, place: int) -> int:
        return int(self.rows["size"][place])

    def idle_since(self, at: datetime) -> list[int]:
        """Places of the stories that have had no article since a moment."""
        last = self.rows["last"]
        return np.flatnonzero((last > 0) & (last < ticks(at))).tolist()

    def grow(self, places: int) -> None:
        """Have room for so many places."""
        self.rows = np.concatenate([self.rows, np.zeros(max(0, places - len(self.rows)), SPAN)])


def moment(ticks: int) -> datetime:
    """The moment again."""
    return EPOCH + ticks * TICK


def ticks(at: datetime) -> int:
    """A moment in microseconds since 1970."""
    return (at - EPOCH) // TICK
