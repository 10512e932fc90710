"""Articles and found stories as the linker holds them."""

import math
from dataclasses import dataclass
from datetime import datetime

from pipeline.stories.index import NOBODY
from pipeline.stories.profile import Profile
from pipeline.stories.vectors import Centroid

SIZES = (2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 27, 33, 40)  # at which a story is looked at again; then at each fifth more


@dataclass(slots=True)
class Item:
    """An article that has been linked."""

    order: int
    article_id: str
    seen_at: datetime
    headline: str
    profile: Profile
    place: int = NOBODY
    slot: int = -1  # its number in the index


@dataclass(slots=True)
class Group:
    """A found story."""

    place: int
    story_id: str
    slug: str
    title: str
    members: list[int]
    centroid: Centroid
    first_seen_at: datetime
    last_seen_at: datetime
    next_look: int = 2


def next_size(size: int) -> int:
    """The next size at which a story of this size is looked at again."""
    return next((s for s in SIZES if s > size), max(size + 1, math.ceil(size * 1.2)))
