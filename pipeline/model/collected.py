"""What collecting brings in: fetches, entries, documents, observations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Outcome(StrEnum):
    """How a fetch ended. Only OK carries a body that may be judged."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"  # 304
    GONE = "gone"  # 410
    MISSING = "missing"  # 404
    DENIED = "denied"  # 401, 402, 403, 451 and other 4xx: the body, if any, is kept for the quarantine
    RATE_LIMITED = "rate_limited"  # 429, or 503 with Retry-After
    SERVER_ERROR = "server_error"  # 5xx
    UNREACHABLE = "unreachable"  # no connection, name not resolved, TLS failure, reset
    DEADLINE = "deadline"  # the whole exchange took longer than allowed
    REDIRECT_REFUSED = "redirect_refused"  # loop, too many hops, bad target, https -> http
    BLOCKED = "blocked"  # the guard: scheme or address that may not be fetched
    ROBOTS = "robots"  # disallowed by robots.txt
    TOO_LARGE = "too_large"  # over the cap after decoding
    TRUNCATED = "truncated"  # the body ended early
    BAD_ENCODING = "bad_encoding"  # a content coding that is refused or does not decode
    EMPTY = "empty"  # 200 without a byte of content
    NOT_A_FEED = "not_a_feed"  # set by the feed step


class QuarantineKind(StrEnum):
    BOT_WALL = "bot_wall"
    CONSENT = "consent"
    PAYWALL = "paywall"
    SOFT_404 = "soft_404"
    EMPTY = "empty"
    GONE = "gone"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The typed end of one fetch."""

    url: str  # as asked for, credentials redacted
    final_url: str  # after redirects, redacted
    fetched_at: datetime  # the run's clock
    outcome: Outcome
    status: int | None = None  # the last HTTP status, None if there was none
    reason: str = ""  # in words, redacted
    headers: Mapping[str, str] = field(default_factory=dict)  # of the last response, names in lower case
    body: bytes | None = None  # decoded; None unless there is one
    etag: str | None = None  # validators: stored only with the commit of what came with them
    last_modified: str | None = None
    retry_after: timedelta | None = None  # clamped to [0, 7 days]; holds for the host
    permanent_url: str | None = None  # the end of a chain of 301/308 only
    hops: tuple[tuple[int, str], ...] = ()  # (status, target) of each redirect


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed document, as the feed said it."""

    feed_url: str
    key: str  # identity inside the feed: see feeds.identity
    key_basis: str  # id, id+link, link or hash: what the key was made of
    raw_id: str | None  # guid or id exactly as written, white space stripped
    url: str | None  # link, absolute and canonical, http(s) only
    raw_url: str | None  # link as written
    title: str | None  # plain text
    summary: str | None  # plain text
    content: str | None = None  # HTML of content:encoded or Atom content; never a media caption
    byline: str | None = None
    published_at: datetime | None = None
    published_raw: str | None = None
    updated_at: datetime | None = None
    updated_raw: str | None = None
    item_hash: str = ""  # of the item's bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSigns:
    """What a page shows about its own health; read by decide_version."""

    page_title: str = ""  # the <title>
    visible_words: int = 0  # words of the whole page, furniture included
    paywall_declared: bool = False  # JSON-LD isAccessibleForFree = false, or the like
    challenge: bool = False  # header or markup of a bot challenge
    noindex: bool = False
    notice: str = ""  # text of a box on the page that asks to pay or register, kept apart from the article


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The article that a page (or an imported record) carries, furniture removed. Plain text throughout."""

    headline: str
    paragraphs: tuple[str, ...]
    byline: str | None = None
    published_at: datetime | None = None  # the outlet's
    updated_at: datetime | None = None  # the outlet's
    summary: str | None = None
    canonical_url: str | None = None  # rel=canonical and the like, if it is believable
    language: str | None = None  # ISO 639-1
    extractor: str = "import/1"  # name/version of what made this
    signs: PageSigns = PageSigns()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What was made of a look when it was recorded."""

    reason: str
    kind: QuarantineKind | None = None  # of a quarantined look; any other that has a text showed a version
    text_hash: str = ""  # of a quarantined look


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One look at an article: a fetched page with its entry's data, or one line of a recorded file."""

    at: datetime  # when it was seen
    url: str  # canonical form
    seen_url: str  # as it was fetched or recorded
    outlet: str
    feed: str | None = None
    guid: str | None = None
    status: int = 200
    outcome: Outcome = Outcome.OK
    final_url: str | None = None  # where redirects led
    document: Document | None = None  # None if nothing could be read
    archive: str | None = None  # where the response is archived: file#offset
    judged: Judged | None = None  # by a file of our own that hands on a record; None for everything that is to be judged
