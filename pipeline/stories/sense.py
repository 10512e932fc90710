"""Which of two matters do a person's words mean? Judged when a watched story has grown.

Words that a person thinks enough - a place, a country, "peace plan" - fit neighbours too, and what came first decides nothing.
The reports are parted as a found story would be; a part that is hardly like the other and has clearly fewer of the person's
words, the rarer ones counting more, is another matter. Where both parts have the words, both are what was asked for. A part
that was over before the larger one began may be more like it: a place has one event after the other.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.stories.judge import Halves
from pipeline.stories.profile import OTHERS, Vocabulary
from pipeline.stories.watch import Signs

FROM = 6  # reports that make it worth a look
LEAST = 3  # reports of a part
APART = 0.4  # likeness between the parts, in parts of that within, below which they are two matters
FRINGE, FRINGE_APART = 1 / 3, 0.33  # a part this small beside the other is farther from it anyhow: then less is two matters
KIN_APART = 0.6  # the same for parts that are found stories of their own, or of which one came before the other
BEFORE = 0.8  # share of a part's reports that came before the first of the other: then it is the earlier one
MAIN = 2.0  # times as many reports as an earlier found story: then it is the main one
LESS = 0.75  # share of the other part's words below which a part has clearly fewer
EARLIER_LESS = 0.85  # the same for a part that came before the other
COMMONEST, RAREST = 0.5, 2.0  # limits of a word's weight
DEEP = 0.4  # what a word far down in a text counts beside one in its opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """One part is what the person means: its place among the two."""

    part: int
    reason: str
    earlier: bool = False  # the other part came before


@dataclass(frozen=True, slots=True, kw_only=True)
class MeansBoth:
    reason: str


def decide_sense(halves: Halves, said: tuple[float, float], before: tuple[float, float] = (0.0, 0.0)) -> Means | MeansBoth:
    """Do the words mean one of two groups of reports, or both?

    `said` is how much of the words each has, on average; `before` the share of each that came before the first of the other.
    """
    more = 0 if said[0] >= said[1] else 1
    less = 1 - more
    told = f"the reports are of two kinds, {halves.ratio:.2f} as alike as each is within"
    share = said[less] / said[more] if said[more] else 1.0
    earlier = before[less] >= BEFORE and halves.sizes[less] < halves.sizes[more]
    if earlier and halves.ratio < KIN_APART and share < EARLIER_LESS:
        reason = f"An earlier matter: {told}, and this kind came before the other and has {share:.0%} of its words."
        return Means(part=more, reason=reason, earlier=True)
    need = APART if halves.sizes[less] >= FRINGE * halves.sizes[more] else FRINGE_APART
    if halves.ratio >= need:
        return MeansBoth(reason=f"One matter: {told}; below {need:.2f} would be two.")
    if share >= LESS or halves.sizes[less] > halves.sizes[more]:
        return MeansBoth(reason=f"Both kinds have the words: {told}.")
    return Means(part=more, reason=f"Another matter: {told}, and this kind has {share:.0%} of the other's words.")


def decide_earlier(halves: Halves, said: tuple[float, float]) -> Means | MeansBoth:
    """The first of two found stories began before the second, the main one. Is the watch about the main one only?"""
    told = f"the reports are in two stories, {halves.ratio:.2f} as alike as each is within"
    if halves.ratio >= KIN_APART or said[0] >= LESS * said[1] or halves.sizes[1] < MAIN * halves.sizes[0]:
        return MeansBoth(reason=f"Both stories are meant: {told}.")
    share = f"{said[0] / said[1]:.0%}"
    reason = f"An earlier matter: {told}, and this one has {share} of the other's words."
    return Means(part=1, reason=reason, earlier=True)


def how_much_said(signs: Signs, vocabulary: Vocabulary) -> float:
    """The weight of the watch's words in an article: each by its rarity, those far down at a part."""
    return _weight(signs.words_early, vocabulary) + DEEP * _weight(signs.words_deep, vocabulary)


def _weight(stems: Iterable[str], vocabulary: Vocabulary) -> float:
    return sum(_rarity(vocabulary.articles_with(s) + 0.5, vocabulary.articles + OTHERS) for s in stems)


def _rarity(articles: float, all_articles: int) -> float:
    """Within limits: the watched matter makes its own words common, and a word of one article is not the whole matter."""
    return min(RAREST, max(COMMONEST, math.log(all_articles / articles)))
