"""What a page is made of: frozen values that the journey fills from the store's typed reads, and nothing else does.

The renderers only arrange and word these; they read no store, know no clock and take no decision. Texts are plain text as the
outlets gave it: no caller escapes anything, each renderer does so for its own format. Times are aware datetimes in UTC.

    Site ── IndexPage ── IndexStory          index.html
         ├─ StoryPage ── StandingRow          <story>/index.html, <day>.html, changelog.md, changes.json, ...
         │            ├─ ChangeLine ── Voice
         │            ├─ QuietEdit
         │            ├─ ReportRow, Said, DayCount
         ├─ ArticlePage ── RevisionRow, Look  articles/<id>-<outlet>.html
         └─ OutletPage                        outlets/<slug>.html
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from pipeline.model import Aspect, Change, Edit, EditKind, Outcome, QuarantineKind, Story, Version

Words = tuple[tuple[int, str], ...]  # a word diff: (-1 removed | 0 kept | 1 added, text), in order


# ---- a story -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One report that says something on an aspect: who, when, where, on whose word."""

    outlet: str
    url: str  # of the article at the outlet
    seen_at: datetime
    article_id: str = ""
    value: str = ""  # short, as said: "22", "rejects"; "" where the line itself tells
    attributed_to: str = ""  # whose word it is, "" if the outlet names nobody
    source_kind: str = ""  # Claim.source_kind: person, institution, document, unnamed official, outlet
    seq: int = 0  # number of the version that says it; 0 = not known
    sentence: str = ""  # the evidence
    lags: bool = False  # says what stood before and has not moved (a stale text), as against a statement to the contrary
    note: str = ""  # what became of it, in a few words: "silently corrected to 19 at 14:02"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRow:
    """A row of "What stands now": one subject of one aspect."""

    aspect: str
    subject: str  # "" = the aspect's main thing
    now: str  # short, as shown
    since: datetime  # since when it stands
    said_by: Voice  # who said it first
    independent: int = 1  # independent sources, the first included
    repeats: int = 0  # further reports that repeat it, copies included
    value: str = ""  # normalised; compared with Said.value. "" = compare `now`
    contested: tuple[Voice, ...] = ()  # who says otherwise now, or has not moved (lags)
    change_id: str = ""  # the change that brought it: the link into the log
    key: str = ""  # Claim.key: which quantity it is, "" if it is none


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """A line of the log: the change, and what its one line and its evidence need beside it."""

    change: Change
    outlet: str  # of change.url
    title: str = ""  # headline of the version that says it
    seq: int = 0  # its number in the article; 0 = not known
    published_at: datetime | None = None  # the outlet's time, None if it gave none
    source_kind: str = ""  # Claim.source_kind of the claim after
    hedge: str = ""  # Claim.hedge: "reportedly", "may"
    chain: tuple[str, ...] = ()  # Claim.chain: sources, nearest first, the root last
    words: Words = ()  # word diff of evidence_before -> evidence_after; () = no diff (two different sentences)
    before_outlet: str = ""  # who said what was said before
    before_seen_at: datetime | None = None
    before_article_id: str = ""
    before_seq: int = 0
    dissent: tuple[Voice, ...] = ()  # who says otherwise, and who still says what stood before (lags)
    corroborated_by: tuple[Voice, ...] = ()  # the independent sources, in time order; may be fewer than the count
    silent: bool = False  # came by an edit of a published article without a note
    otherwise: str = ""  # what would have made the rule decide otherwise, a sentence
    nearest: Voice | None = None  # the nearest statement that was judged a repetition
    review: str = ""  # a person's verdict: "", accepted, rejected ...
    review_note: str = ""  # what the person wrote
    review_by: str = ""  # who
    review_id: str = ""  # the decision
    value: str = ""  # Claim.value of the claim after, "" if it is none that could be corrected
    key: str = ""  # Claim.key of the claim after: which quantity moved, "" if none did


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietEdit:
    """A meaning-bearing edit of a report of the story (or of any article), as the log and the outlet's page list it."""

    edit: Edit  # edit.silent: no note explains it
    edit_id: str
    outlet: str
    article_id: str
    url: str
    title: str  # headline of the version after
    seen_at: datetime
    from_seq: int
    to_seq: int
    aspect: str = ""  # the story's aspect it bears on, "" if none


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A report of the story."""

    article_id: str
    outlet: str
    title: str  # headline that stands now
    url: str
    first_seen_at: datetime
    versions: int = 1
    published_at: datetime | None = None
    copy_of: str = ""  # article_id of the source, "" if it is nobody's copy
    reason: str = ""  # why it belongs to the story (Link.reason)
    score: float | None = None  # Link.score
    review: bool = False  # the link is close to a threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one report said on a subject from `seen_at` on: a cell of the matrix, a band of the timeline."""

    aspect: str
    subject: str
    outlet: str
    article_id: str
    url: str
    seen_at: datetime
    value: str  # normalised, short; "" for a statement without a value
    seq: int = 0
    topic: str = ""  # Claim.key: values of one topic can be compared; "" = of one subject
    sentence: str = ""  # Claim.sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """What a day brought beside its changes; days without changes are listed too, so that a quiet day can be told."""

    day: date
    reports: int = 0  # reports of the story seen for the first time or with a new version
    repeats: int = 0  # of these, the ones that only repeat what stood
    folded_edits: int = 0  # cosmetic edits not shown


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage:
    """A story as its pages show it."""

    story: Story
    as_of: datetime  # the last moment that the page knows of: the end of the last look
    aspects: tuple[Aspect, ...] = ()  # of the watch, in its order; () for a found story
    standing: tuple[StandingRow, ...] = ()  # in the aspects' order, in an aspect the most telling subject first
    changes: tuple[ChangeLine, ...] = ()  # any order: the page orders by day, aspect, rank
    quiet_edits: tuple[QuietEdit, ...] = ()  # meaning-bearing only
    reports: tuple[ReportRow, ...] = ()
    said: tuple[Said, ...] = ()  # every value of every report, for timeline and matrix; any order
    days: tuple[DayCount, ...] = ()
    since: datetime | None = None  # where "since you last looked" begins; None = a day before as_of


# ---- an article ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRow:
    """The step from one version to the next (or back to an earlier one), with its judged edits."""

    revision_id: str
    from_seq: int
    to_seq: int
    seen_at: datetime
    kind: EditKind
    meaningful: bool
    reason: str
    edits: tuple[Edit, ...] = ()
    flaps: int = 0  # how often the article went to and fro between the two since; 0 = never


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A look at the page that was quarantined: never a version."""

    seen_at: datetime
    kind: QuarantineKind
    reason: str
    times: int = 1  # equal looks in a row
    status: int | None = None  # HTTP status


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """Two versions that are no neighbours, compared as if the one had followed on the other."""

    from_seq: int
    to_seq: int
    reason: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """An article with every version that was seen."""

    article_id: str
    outlet: str
    url: str
    title: str  # headline that stands now
    first_seen_at: datetime
    last_seen_at: datetime
    versions: tuple[Version, ...]  # by seq
    revisions: tuple[RevisionRow, ...] = ()  # by seen_at
    quarantined: tuple[Look, ...] = ()
    status: str = ""  # of the articles view: live, gone ...
    stories: tuple[Story, ...] = ()  # that it is a report of
    copy_of: ReportRow | None = None
    copies: tuple[ReportRow, ...] = ()
    pairs: tuple[PairRow, ...] = ()  # further pairs of versions that the page compares


# ---- an outlet -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCount:
    """How many edits of a kind."""

    kind: EditKind
    edits: int
    silent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletPage:
    """How an outlet edits what it has published."""

    outlet: str
    articles: int  # followed
    edited: int = 0  # articles with at least one revision
    revisions: int = 0
    meaningful: int = 0  # revisions that bear meaning
    silent: int = 0  # of these, without a note
    noted: int = 0  # revisions with a correction or update note
    first_edit_after: timedelta | None = None  # median, from first seen to first revision
    within_hour: int = 0  # articles first edited within an hour
    within_day: int = 0  # ... within 24 hours, the hour included
    kinds: tuple[KindCount, ...] = ()
    quarantined: int = 0  # looks
    copied: int = 0  # articles that are copies of others'
    copied_by: int = 0  # articles of others that are copies of its own
    recent: tuple[QuietEdit, ...] = ()  # meaning-bearing edits, newest first
    as_of: datetime | None = None


# ---- the front page ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTrouble:
    """A feed that does not answer as it should."""

    url: str  # redacted
    outlet: str
    outcome: Outcome
    reason: str
    since: datetime | None = None  # of the last good fetch, None if there was none


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How collecting went."""

    feeds: int = 0
    feeds_well: int = 0  # last fetch ok or not modified
    articles: int = 0
    versions: int = 0
    quarantined: int = 0  # looks in the last day
    troubles: tuple[FeedTrouble, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStory:
    """A story on the front page."""

    story: Story
    reports: int = 0
    outlets: int = 0
    changes: int = 0  # in all
    moved: tuple[ChangeLine, ...] = ()  # since `IndexPage.since`, any order
    last: tuple[ChangeLine, ...] = ()  # of the last day that had changes, if nothing moved since
    quiet_edits: int = 0  # since then
    repeats: int = 0  # since then: reports that only repeat
    daily: tuple[int, ...] = ()  # changes a day, oldest first, up to the day of as_of


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPage:
    """The front page."""

    as_of: datetime
    stories: tuple[IndexStory, ...] = ()
    health: Health = Health()
    since: datetime | None = None  # None = a day before as_of
    title: str = "Writethru"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything that one run writes."""

    index: IndexPage
    stories: tuple[StoryPage, ...] = ()
    articles: tuple[ArticlePage, ...] = ()  # only those that need writing
    outlets: tuple[OutletPage, ...] = ()
    silent: tuple[QuietEdit, ...] = ()  # newest silent edits of all articles, for silent.atom
    kept_articles: frozenset[str] = frozenset()  # article_ids whose page an earlier run wrote and this one leaves alone
    has_health: bool = False  # there is a page of health, written now or before
    base_url: str = ""  # where the folder is published, "" if nowhere: absolute links in feeds need it


# ---- live pages ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What a page needs to know of the person who looks at it."""

    csrf: str  # goes into every form
    back: str  # address of this page: where a form leads back to
    name: str = ""  # as the person last signed a decision
    told: str = ""  # what the last form came to, shown once
    failed: bool = False  # it came to nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which lines of a log to show; "" lets all pass."""

    aspect: str = ""
    kind: str = ""
    outlet: str = ""
    silent: bool = False
    review: str = ""  # open, accepted, rejected, watch

    @property
    def any(self) -> bool:
        return self != Choice()

    def of(self, page: StoryPage) -> StoryPage:
        """The page with what was chosen."""
        if not self.any:
            return page
        changes = tuple(
            x
            for x in page.changes
            if self.aspect in ("", x.change.aspect)
            and self.kind in ("", x.change.kind.value)
            and self.outlet in ("", x.outlet)
            and (x.silent or not self.silent)
            and self.review in ("", x.review or "open")
        )
        quiet = tuple(
            q
            for q in page.quiet_edits
            if self.aspect in ("", q.aspect) and self.outlet in ("", q.outlet) and (q.edit.silent or not self.silent)
        )
        return replace(page, changes=changes, quiet_edits=() if self.kind or self.review else quiet, days=())
