"""What the ledger remembers: entries (what was said), and articles (what each says now). Mutable, inside the ledger only.

An entry is one value under one key, or one statement. A repetition is folded into its entry: it raises counts and adds no row.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from pipeline.claims import Statement

ROOTS_MOST = 40  # sources remembered by name for one entry; beyond, only the count of repeating articles grows


@dataclass(slots=True)
class Entry:
    """One thing that the story has said."""

    number: int  # place in the ledger
    aspect: int
    key: str  # of a figure: what it counts; "" for a statement
    value: str  # canonical; "" for a statement without one
    amount: Decimal | None
    unit: str
    subject: str
    sentence: str
    clause: str
    url: str
    article_id: str  # who said it first
    outlet: str
    root: str
    first_at: datetime
    last_at: datetime  # when a report last took it up
    statement: Statement | None = None
    holders: int = 0  # articles whose text that stands now says it
    roots: list[str] = field(default_factory=list)  # independent sources, the first included
    repeats: int = 0  # articles that repeat it
    retracted: bool = False  # replaced under a correction note
    lagging: bool = False  # a line has said that a report still gives it long after it was overtaken
    counted: tuple[str, ...] = ()  # of a plain count: what it counts
    sure: bool = True  # of a figure: what it counts is named beside it
    moved: bool = False  # of a figure: it was set against an earlier value of its key, and so overtook it
    bearer: tuple[str, ...] = ()  # of a figure: stems of the names before it, whose figure it is
    line: int = -1  # the log's line that brought it, -1 = none

    def take_up(self, root: str, at: datetime, again: bool) -> None:
        """A further report says it; `again` if the same article said it before."""
        self.last_at = max(self.last_at, at)
        if not again:
            self.repeats += 1
        if root and root not in self.roots and len(self.roots) < ROOTS_MOST:
            self.roots.append(root)


@dataclass(frozen=True, slots=True)
class Telling:
    """What a sentence told when it was first heard: a finding without its report and its verdict."""

    aspect: int
    kind: str
    subject: str
    value: str
    start: int  # offsets in the sentence
    end: int
    entry: int  # -1 = none
    confidence: float
    key: str = ""
    status: str = ""
    hedge: str = ""
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence that the story has heard, in whatever article: word for word it says nothing new a second time."""

    aspect: int = -1  # where it was routed, -1 = nowhere
    tellings: tuple[Telling, ...] = ()
    dated: bool = False  # it names days: what they mean depends on the day of publication
    ahead: frozenset[str] = frozenset()  # the days to come that it named


@dataclass(slots=True)
class Held:
    """A sentence of the text of an article that stands now, and the entries that it says."""

    text: str
    normal: str
    paragraph: int
    aspect: int = -1  # where it was routed, -1 = nowhere
    entries: tuple[int, ...] = ()


@dataclass(slots=True)
class Reported:
    """An article as the ledger last saw it."""

    article_id: str
    outlet: str
    version_id: str
    sentences: list[Held] = field(default_factory=list)
