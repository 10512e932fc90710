"""What the store knows, handed to the judgements."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.model.collected import Outcome, QuarantineKind
from pipeline.model.ids import ident
from pipeline.model.versions import Suspect
from pipeline.model.wanted import Feed


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
    """What a person decided. Wins over what is judged, for ever, unless a later row undoes it."""

    decision_id: str
    made_at: datetime
    kind: str  # about stories: pin, unpin, merge, split, rename, apart; of the log: review, correct; undo
    story_id: str
    article_id: str | None = None  # pin, unpin; split, if it takes out one article; review, correct: whose line or claim
    article_ids: tuple[str, ...] = ()  # split: the articles that go
    other_story_id: str | None = None  # merge: the one that ends; split: the one that starts; apart: the other one
    title: str | None = None  # rename; split: of the one that starts; merge: of the one that ends; pin, unpin: the headline
    note: str = ""
    made_by: str = ""
    slug: str = ""  # of the story when it was decided
    other_slug: str = ""  # of the other story
    change_id: str | None = None  # review
    claim_id: str | None = None  # correct
    aspect: str | None = None  # review, correct: of the change or claim, to know it again
    sentence: str | None = None  # review, correct: its evidence, to know it again
    was: str | None = None  # review, correct: the value that was read, to know it again
    value: str | None = None  # review: accepted, rejected, watch; correct: the right value
    undoes: str | None = None  # undo: the decision that holds no longer
    read_through: datetime | None = None  # the latest look that the linker had seen then: its place among the articles


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """What one site (scheme, host and port) said, and when."""

    origin: str
    fetched_at: datetime  # the run's clock
    status: int
    text: str = ""  # as decoded; "" unless the status is 200
