"""Claims and changes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
    copy_of: str | None = None  # article_id of the source, if this article is a copy; of copies of copies, of the first one
    copy_outlet: str = ""  # who published that source, whether it is a report of the story or not


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
