"""Paragraphs that an outlet prints under one story after another: boxes, background, house notes.

Only a paragraph seen in several *different* stories is furniture. One that is merely repeated is not: situation reports and
live pages repeat facts, and a story would lose its thread.
"""

import re
import zlib
from collections.abc import Callable, Sequence
from functools import lru_cache

from pipeline.pieces import Kept
from pipeline.text import fold

STORIES = 3  # in so many different stories a paragraph becomes furniture
REMEMBERED = 4_000  # last paragraphs of an outlet

_DIGITS = re.compile(r"\d+")


class Furniture:
    """What each outlet has printed under which stories."""

    def __init__(self) -> None:
        self.seen: Kept[str, dict[int, tuple[int, ...]]] = Kept()  # outlet -> paragraph -> an article of each story that had it

    def strip(self, outlet: str, paragraphs: Sequence[str], story_of: Callable[[int], str | None]) -> tuple[str, ...]:
        """The paragraphs that are not furniture; all of them if none would be left."""
        seen = self.seen.get(outlet) or {}
        kept = tuple(p for p in paragraphs if len({story_of(o) for o in seen.get(_key(p), ())} - {None}) < STORIES)
        return kept or tuple(paragraphs)

    def learn(self, outlet: str, order: int, paragraphs: Sequence[str], story_of: Callable[[int], str | None]) -> None:
        """Remember under which story the outlet has printed its paragraphs now."""
        seen = self.seen.setdefault(outlet, {})
        for paragraph in paragraphs:
            key = _key(paragraph)
            orders = seen.pop(key, ())
            stories = {story_of(o) for o in orders} - {None}
            if len(stories) < STORIES and story_of(order) not in stories:
                orders = (*orders[-STORIES:], order)
            seen[key] = orders
        while len(seen) > REMEMBERED:
            del seen[next(iter(seen))]


@lru_cache(1024)  # a paragraph is looked up, and then remembered
def _key(paragraph: str) -> int:
    """A number of 64 bits for a paragraph; digits do not count, for boxes carry counters and times."""
    text = _DIGITS.sub("", fold(paragraph)).encode("utf8", "surrogatepass")
    return zlib.crc32(text) << 32 | zlib.adler32(text)
