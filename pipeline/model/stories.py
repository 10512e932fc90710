"""Articles, stories and the links between them."""

from dataclasses import dataclass
from datetime import datetime


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
    other_slug: str | None = None  # of a story that ended in this one
    other_title: str | None = None  # the same
    articles: int | None = None  # that a split or a merge moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Lineage: this article's text derives from another's."""

    article_id: str
    source_article_id: str
    similarity: float  # Jaccard of shingles, or 1.0 where an attribution alone tells
    reason: str
