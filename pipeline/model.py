"""The values that pass between modules, in the order of the journey. Frozen, without behaviour beyond a derived property.

Every comment says where a field comes from. Times are aware datetimes in UTC; a time that is not known is None, never a guess.
Ids are content hashes made by `ident`, so that any step can run again without adding a row.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

UNIT = "\x1f"  # between the parts of an id: cannot occur in cleaned text


def ident(prefix: str, *parts: object) -> str:
    """A content-addressed id such as `ver_1c9f...`: the prefix and 16 hex digits of the SHA-256 of the parts."""
    digest = hashlib.sha256(UNIT.join("" if p is None else str(p) for p in parts).encode("utf8", "replace"))
    return f"{prefix}_{digest.hexdigest()[:16]}"


# ---- what to watch -------------------------------------------------------------------------------------------------------


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
        return ident("fed", self.url)


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


# ---- collecting ----------------------------------------------------------------------------------------------------------


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
    kind: "QuarantineKind | None" = None  # of a quarantined look; any other that has a text showed a version
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


# ---- versions ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One text of an article. Content-addressed: the same text again is the same version."""

    version_id: str
    article_id: str
    url: str
    outlet: str
    seq: int  # 1, 2, ... in the order first seen
    seen_at: datetime  # first seen
    headline: str
    text: str  # paragraphs joined by a blank line
    text_hash: str  # of the compared form of headline and text
    byline: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    summary: str | None = None
    language: str | None = None
    extractor: str = "import/1"

    @property
    def paragraphs(self) -> tuple[str, ...]:
        return tuple(self.text.split("\n\n")) if self.text else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A quarantined look that keeps coming back: accepted once it persists and looks like an article."""

    kind: "QuarantineKind"
    text_hash: str
    first_at: datetime
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownArticle:
    """What the store knows of an article when a new look at it arrives."""

    article_id: str
    head: Version | None  # the version that stands now
    seen: Mapping[str, str]  # text_hash -> version_id of every version
    headlines: tuple[str, ...] = ()  # in the order in which they stood, the current one last
    suspect: Suspect | None = None  # the run of quarantined looks that is going on
    furniture: frozenset[str] = frozenset()  # fingerprints of paragraphs that recur across this outlet's other articles


class QuarantineKind(StrEnum):
    BOT_WALL = "bot_wall"
    CONSENT = "consent"
    PAYWALL = "paywall"
    SOFT_404 = "soft_404"
    EMPTY = "empty"
    GONE = "gone"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A text that this article has not had before."""

    reason: str
    text_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """What stands is seen again; nothing to record but the look."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverted:
    """An earlier text of this article stands again."""

    reason: str
    version_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """Not the article: kept and shown, never an edit."""

    reason: str
    kind: QuarantineKind
    text_hash: str = ""


VersionDecision = New | Same | Reverted | Quarantined


# ---- edits ---------------------------------------------------------------------------------------------------------------


class Op(StrEnum):
    ADD = "add"
    REMOVE = "remove"
    CHANGE = "change"
    MOVE = "move"


class EditKind(StrEnum):
    NUMBER = "number"
    DATE = "date"
    NEGATION = "negation"
    MODALITY = "modality"
    QUOTE = "quote"
    ATTRIBUTION = "attribution"
    NAME = "name"
    CORRECTION = "correction"
    HEADLINE = "headline"
    ADDITION = "addition"
    DELETION = "deletion"
    MOVE = "move"
    COSMETIC = "cosmetic"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One aligned operation inside a revision, judged."""

    op: Op
    kind: EditKind
    meaningful: bool
    reason: str  # a sentence that a reader understands
    before: str  # the sentence (or headline, byline) as it was; "" if added
    after: str  # as it is; "" if removed
    field: str = "body"  # headline, byline, body
    before_paragraph: int | None = None
    after_paragraph: int | None = None
    words: tuple[tuple[int, str], ...] = ()  # the word diff: (-1 | 0 | 1, text) in order; joins to before and to after
    silent: bool = False  # bears meaning, and no correction note explains it


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionDecision:
    """What a revision amounts to."""

    kind: EditKind  # of its most telling edit
    meaningful: bool
    reason: str
    edits: tuple[Edit, ...]


# ---- stories -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article as the linker sees it: the text that it had when it was first (or last) seen."""

    article_id: str
    url: str
    outlet: str
    seen_at: datetime
    headline: str
    paragraphs: tuple[str, ...]
    published_at: datetime | None = None
    summary: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An article's place in a story, with what decided it."""

    story_id: str
    article_id: str
    score: float
    reason: str
    linked_at: datetime
    runner_up: str | None = None  # story_id
    runner_up_score: float | None = None
    review: bool = False  # close to a threshold or to the runner-up
    method: str = ""  # name/version of the linker


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story as it stands."""

    story_id: str
    slug: str
    title: str
    origin: str  # watched or found
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEvent:
    """A line of a story's audit trail."""

    story_id: str
    happened_at: datetime
    kind: str  # started, joined, left, split, merged, pinned ...
    article_id: str | None = None
    other_story_id: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Lineage: this article's text derives from another's."""

    article_id: str
    source_article_id: str
    similarity: float  # Jaccard of shingles, or 1.0 where an attribution alone tells
    reason: str


# ---- the ledger ----------------------------------------------------------------------------------------------------------


class ChangeKind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    CONFLICT = "conflict"
    DENIED = "denied"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One version of an article in its role as part of a watched story."""

    article_id: str
    version_id: str
    url: str
    outlet: str
    seen_at: datetime
    headline: str
    paragraphs: tuple[str, ...]
    published_at: datetime | None = None
    language: str | None = None
    copy_of: str | None = None  # article_id of the source, if this article is a copy


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one version says on one aspect."""

    claim_id: str
    aspect: str
    article_id: str
    version_id: str
    url: str
    seen_at: datetime
    kind: str  # quantity, date, status, quote, statement
    subject: str  # what on the aspect; "" = the main thing
    value: str  # normalised: "28 points", "2025-11-27", "rejects"
    status: str  # state of the actor or thing, "" if none
    attributed_to: str  # the innermost source named
    chain: tuple[str, ...]  # sources, nearest first; the root last
    sentence: str
    paragraph: int  # -1 = the headline
    start: int  # offsets of the sentence in its paragraph
    end: int
    hedge: str = ""
    source_kind: str = ""  # person, institution, document, unnamed official, outlet
    confidence: float = 1.0
    key: str = ""  # under which the ledger compares it
    verdict: str = ""  # what the ledger made of it: new, changed, repeats, suppressed ...
    reason: str = ""  # why


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A line of the change log."""

    change_id: str
    aspect: str
    detected_at: datetime
    url: str
    article_id: str
    version_id: str
    kind: ChangeKind
    subject: str
    before: str  # short: the clause or value said before
    after: str  # short: the clause or value said now
    evidence_before: str  # the whole sentence
    evidence_after: str
    attributed_to: str
    reason: str
    claim_id: str = ""
    corroborations: int = 0  # independent sources that repeat it
    repeats: int = 0  # all articles that repeat it, copies too
    rank: float = 0.0  # how telling, for the order of lines
    confidence: float = 1.0
    value_before: str = ""  # normalised, where there is one
    value_after: str = ""
    before_url: str = ""  # where the evidence before stands


# ---- what the store knows ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """A feed and how fetching it stands."""

    feed: Feed
    added_at: datetime
    title: str | None = None  # of the feed document, else of feeds.toml
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None  # of the last body, volatile fields masked
    last_fetched_at: datetime | None = None
    last_success_at: datetime | None = None
    last_outcome: Outcome | None = None
    last_reason: str = ""
    failures: int = 0  # in a row
    gone_since: datetime | None = None  # first 410 in a row
    moves: tuple[str, ...] = ()  # where the last fetches led permanently, "" = nowhere
    moved_to: str | None = None  # fetched from here since it moved for good
    next_due_at: datetime | None = None  # None = now
    due_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownItem:
    """An item of a feed that was seen before."""

    feed_id: str
    item_hash: str
    key: str
    key_basis: str
    article_id: str | None
    seen_at: datetime
    title: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleState:
    """An article and how following it stands: the one row that changes."""

    article_id: str
    url: str  # the canonical address now
    outlet: str
    first_seen_at: datetime
    last_seen_at: datetime
    feed: str | None = None
    guid: str | None = None
    status: str = "new"  # new (never read), live, suspect (last look quarantined), gone
    head_version_id: str | None = None
    title: str | None = None  # the feed's
    published_at: datetime | None = None  # the feed's
    updated_at: datetime | None = None  # the feed's
    summary: str | None = None  # the feed's
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None  # of the last page's bytes
    suspect: Suspect | None = None
    times_changed: int = 0
    last_changed_at: datetime | None = None
    failures: int = 0  # looks in a row that did not show the article
    missing_since: datetime | None = None  # first of a run of 404s and 410s
    next_due_at: datetime | None = None
    due_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """A version came to stand."""

    article_id: str
    version_id: str
    seen_at: datetime
    reverted: bool
    reason: str

    @property
    def appearance_id(self) -> str:
        return ident("app", self.article_id, self.version_id, self.seen_at.isoformat())


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedLook:
    """A look that did not show the article."""

    article_id: str
    url: str
    seen_at: datetime
    kind: QuarantineKind
    reason: str
    status: int | None = None
    text_hash: str = ""
    archive: str | None = None

    @property
    def quarantine_id(self) -> str:
        return ident("qua", self.article_id, self.seen_at.isoformat(), self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """An address under which an article was met."""

    url: str
    article_id: str
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A value that stands beside the newest one."""

    value: str
    said: str  # the clause
    outlet: str
    article_id: str
    url: str
    root: str  # whose word it is, compared form
    since: datetime
    lags: bool  # said before the newest value and not moved since


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the story says now on one subject of one aspect."""

    aspect: str
    subject: str
    now: str  # the clause, as said
    value: str  # canonical, "" for a statement
    since: datetime
    outlet: str  # who said it first
    article_id: str
    url: str
    attributed_to: str
    independent: int  # sources, the first included
    repeats: int  # articles that repeat it
    contested: tuple[Contest, ...] = ()
    change_id: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanDecision:
    """What a person decided about stories. Wins over the linker for ever."""

    decision_id: str
    made_at: datetime
    kind: str  # pin, unpin, merge, split, rename
    story_id: str
    article_id: str | None = None  # pin, unpin, split
    other_story_id: str | None = None  # merge: the one that ends; split: the one that starts
    title: str | None = None  # rename
    note: str = ""
    made_by: str = ""
