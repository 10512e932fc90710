"""Versions of an article and the decision about a look."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.model.collected import QuarantineKind


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

    kind: QuarantineKind
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
