"""The values of reading a feed: what came out, why nothing did, and the bounds that a hostile feed meets."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.model import Entry, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLimits:
    """Bounds of one reading; what lies beyond is left out with a warning, or refused."""

    max_items: int = 2_000  # about a millisecond each
    max_depth: int = 200  # of elements inside each other
    max_tags: int = 200_000  # of the whole document: they cost about ten microseconds each
    max_item_chars: int = 1_000_000  # of one item's markup
    max_short_chars: int = 2_000  # of the markup of an author, a date, an id or a link: feedparser searches them in square time
    max_broken_chars: int = 3_000_000  # of all items that are not well-formed: about a second for each million
    max_attributes: int = 300  # of one tag: square time, too
    max_opening_chars: int = 20_000  # of the tags around the items: they are parsed again with each broken item


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """One feed document, read."""

    title: str | None
    format: str  # rss20, rss10, atom10, json11 ...
    entries: tuple[Entry, ...]  # in the feed's order, which need not be by time; without the known ones
    warnings: tuple[str, ...]  # what was left out and why, in words
    unchanged: int  # how many items were skipped because their hash was known
    item_hashes: tuple[str, ...] = ()  # of all items, skipped ones too, in the feed's order
    unchanged_hashes: tuple[str, ...] = ()  # of the skipped ones
    cut: bool = False  # the document ends before its root element does; its whole items were read


class NotAFeedKind(StrEnum):
    """Why a body is no feed."""

    EMPTY = "empty"
    HTML = "html"
    JSON = "json"  # JSON, but no JSON Feed
    BINARY = "binary"
    XML = "xml"  # another vocabulary
    TEXT = "text"
    DECLARATIONS = "declarations"  # entities or a DTD of its own, which feeds have no use for and attacks do
    TOO_DEEP = "too_deep"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAFeed:
    """A body that is not a feed. A value: a bad feed is a row, not a crash."""

    kind: NotAFeedKind
    reason: str  # a sentence

    @property
    def outcome(self) -> Outcome:
        return Outcome.EMPTY if self.kind is NotAFeedKind.EMPTY else Outcome.NOT_A_FEED


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a dialect's reader made of a document."""

    title: str | None
    format: str
    said: tuple["Said", ...]  # of the items that are not known
    hashes: tuple[str, ...]  # of all items, in the feed's order
    skipped: frozenset[str]  # of those that are
    warnings: tuple[str, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one item says, before it has an identity. The same for every dialect."""

    item_hash: str
    raw_id: str | None
    raw_url: str | None
    url: str | None  # canonical
    title: str | None  # plain text, as the three below
    summary: str | None
    byline: str | None
    published_raw: str | None
    updated_raw: str | None
    content: str | None  # HTML
