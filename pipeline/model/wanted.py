"""What to watch."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from pipeline.model.ids import ident


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed of feeds.toml."""

    url: str  # as written, without credentials
    outlet: str  # the publisher's name as people know it
    title: str | None = None
    every: timedelta | None = None  # how often to fetch; None = the default
    secret: str | None = None  # name of an environment variable that holds "user:password" or a token
    read: str = "pages"  # where the text comes from: the pages, or the feed itself

    @property
    def feed_id(self) -> str:
        return _feed_id(self.url)


@lru_cache(maxsize=4096)  # asked for several times in each run
def _feed_id(url: str) -> str:
    return ident("fed", url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """A facet of a watched story that a person follows."""

    name: str
    about: str  # one sentence in the user's words
    terms: tuple[str, ...] = ()  # optional words and phrases that belong to it


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A watched story of stories.toml."""

    slug: str
    title: str
    match: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    aspects: tuple[Aspect, ...] = ()

    @property
    def story_id(self) -> str:
        return ident("sto", "watched", self.slug)
