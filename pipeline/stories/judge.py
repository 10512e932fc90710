"""The judgements on found stories. Pure: frozen values in; out comes a decision with its reason.

Every threshold is written for headlines (eight kept words or fewer) and for texts (thirty or more) and runs evenly in between:
short texts share fewer words, so that the same likeness means more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.stories.profile import textness


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit that depends on how many words there are to compare."""

    headline: float
    text: float

    def at(self, words: float) -> float:
        return self.headline + textness(words) * (self.text - self.headline)


JOIN = Threshold(0.15, 0.14)
SPLIT = Threshold(0.20, 0.58)
MERGE = Threshold(0.22, 0.60)  # above SPLIT, or what was split would be merged again
LOOSE, TIGHT = 0.15, 0.30  # likeness within a story of many angles, and within one of a single event
LOOSE_NEED = 0.65  # share of what is needed between texts of a loose story: its parts are farther apart
MERGE_GROWTH = 0.1  # two large stories need more than a fragment does
CLOSE = 0.03  # nearer than this to the threshold or to the runner-up: linked, but for a person to review


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A story that an article may belong to."""

    story_id: str
    title: str
    score: float
    shared: tuple[str, ...] = ()  # the terms that weigh most in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Joins:
    """The article belongs to the story."""

    story_id: str
    score: float
    reason: str
    review: bool = False
    runner_up: str | None = None
    runner_up_score: float | None = None
    terms: tuple[str, ...] = ()  # what decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """No story is near enough: the article starts one."""

    reason: str
    score: float = 0.0  # of the nearest story
    review: bool = False
    nearest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaysApart:
    """The article is not of this story, or has nothing to link by."""

    reason: str
    score: float = 0.0


def decide_story(words: int, candidates: Sequence[Candidate]) -> Joins | Starts | StaysApart:
    """Which story does an article of so many words belong to? The best one at or above the threshold, else none."""
    if not words:
        return StaysApart(reason="It has no words to link by.")
    ranked = sorted(candidates, key=lambda c: (-c.score, c.story_id))
    need = JOIN.at(words)
    if not ranked or ranked[0].score < need:
        return _starts(ranked[:1], need)
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    doubt = []
    if best.score - need < CLOSE:
        doubt.append("just above the threshold")
    if second and best.score - second.score < CLOSE:
        doubt.append(f"“{second.title}” is nearly as like ({second.score:.2f})")
    return Joins(
        story_id=best.story_id,
        score=best.score,
        reason="; ".join([f"Likeness {best.score:.2f} (needs {need:.2f}) with “{best.title}”{_because(best)}", *doubt]) + ".",
        review=bool(doubt),
        runner_up=second.story_id if second else None,
        runner_up_score=second.score if second else None,
        terms=best.shared,
    )


def _starts(nearest: Sequence[Candidate], need: float) -> Starts:
    if not nearest:
        return Starts(reason="Nothing like it has been seen.")
    best = nearest[0]
    return Starts(
        reason=f"The nearest story, “{best.title}”, has likeness {best.score:.2f}; {need:.2f} is needed.",
        score=best.score,
        review=need - best.score < CLOSE,
        nearest=best.story_id,
    )


def _because(candidate: Candidate) -> str:
    return f": both have {', '.join(candidate.shared)}" if candidate.shared else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    """Two groups of a story's articles, set against each other."""

    sizes: tuple[int, int]
    between: float  # mean likeness of pairs with one article in each group
    inside: float  # mean of the two groups' mean likeness of pairs
    words: float  # typical length of the articles

    @property
    def ratio(self) -> float:
        return self.between / self.inside if self.inside > 0 else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    reason: str
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Merges:
    reason: str
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """Stays as it is."""

    reason: str
    ratio: float


def _between(limit: Threshold, halves: Halves) -> float:
    """The ratio that is one story's: lower for texts that are not very alike within either, for then they differ in angle."""
    tightness = min(1.0, max(0.0, (halves.inside - LOOSE) / (TIGHT - LOOSE)))
    return Threshold(limit.headline, limit.text * (LOOSE_NEED + (1 - LOOSE_NEED) * tightness)).at(halves.words)


def decide_split(halves: Halves) -> Splits | Holds:
    """Is this one story or two? Two, if articles of different groups are far less alike than articles of one group."""
    need = _between(SPLIT, halves)
    told = f"its groups of {halves.sizes[0]} and {halves.sizes[1]} are {halves.ratio:.2f} as alike as each is within"
    if halves.ratio < need:
        return Splits(reason=f"Two stories: {told}; one story would have {need:.2f}.", ratio=halves.ratio)
    return Holds(reason=f"One story: {told}; below {need:.2f} would be two.", ratio=halves.ratio)


def merge_need(pair: Halves) -> float:
    """The ratio from which two stories are one."""
    return _between(MERGE, pair) * (1 + MERGE_GROWTH * math.log(min(pair.sizes)))


def decide_merge(pair: Halves) -> Merges | Holds:
    """Are two stories one? Yes, if their articles are nearly as alike across as within."""
    need = merge_need(pair)
    told = f"stories of {pair.sizes[0]} and {pair.sizes[1]} are {pair.ratio:.2f} as alike as each is within"
    if pair.ratio >= need:
        return Merges(reason=f"One story: {told}; {need:.2f} is needed.", ratio=pair.ratio)
    return Holds(reason=f"Two stories: {told}; {need:.2f} is needed.", ratio=pair.ratio)
