"""The nightly look at all stories: which of them look like one? What grows is looked at as it grows; this finds what is left.

Pairs are proposed to people with the reason; only what is far above the bar is merged without asking, and can be taken back.
"""

from collections.abc import Collection
from dataclasses import dataclass

from pipeline.stories.groups import KIN, PROBE, Group, Groups
from pipeline.stories.judge import JOIN, Halves, merge_need

LEAST = 2  # articles of a story that is worth a person's time
# In parts of what a merge needs, and of what an article needs to join. Of the pairs left on labelled streams those that are one
# reach both; hardly any that are two do, unless made to look alike. None of either kind is sure: that bar is for what becomes
# alike later, such as pages that are rewritten.
ASK, ASK_FIT = 0.7, 0.5
SURE, SURE_FIT = 1.1, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposes:
    """The two are to be one; `sure`: without asking."""

    score: float
    needed: float
    sure: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavesApart:
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A pair of stories that look like one."""

    story_id: str  # would go on
    other_story_id: str  # would end in it
    decision: Proposes


def decide_proposal(pair: Halves, fit: float, both: tuple[str, ...] = ()) -> Proposes | LeavesApart:
    """Should two stories be proposed as one?

    `fit`: how well the article of the smaller one that fits worst would fit the larger, in parts of what joining needs; `both`:
    the terms that weigh most in what they share.
    """
    need = merge_need(pair)
    told = f"stories of {pair.sizes[0]} and {pair.sizes[1]} articles are {pair.ratio / need:.0%} as alike as one story's parts"
    told += f", and each article of the smaller one is at least {fit:.0%} of what would join the larger"
    if pair.ratio < ASK * need or fit < ASK_FIT:
        return LeavesApart(reason=f"Two stories: {told}; {ASK:.0%} and {ASK_FIT:.0%} are worth a question.")
    sure = pair.ratio >= SURE * need and fit >= SURE_FIT
    words = f"; both have {', '.join(both)}" if both else ""
    return Proposes(score=pair.ratio, needed=need, sure=sure, reason=f"{'Surely' if sure else 'Perhaps'} one: {told}{words}.")


def propose(groups: Groups, asked: Collection[frozenset[str]] = ()) -> list[Proposal]:
    """Pairs of open found stories that look like one, but for those that were asked about before; the likest first."""
    found: dict[frozenset[str], Proposal] = {}
    for group in groups.groups.values():
        if len(group.members) < LEAST:
            continue
        numbers, values = group.centroid.heaviest(PROBE)
        near = groups.nearest(numbers, values, 2 * KIN + 1)
        for other in near:
            pair = frozenset((group.story_id, other.story_id))
            if other is group or len(other.members) < LEAST or pair in found or pair in asked:
                continue
            if groups.may_be_one(group, other):
                into, gone = groups.larger_first(group, other)
                decision = decide_proposal(groups.pair(into, gone), _fit(groups, into, gone), groups.shared_terms(into, gone))
                if isinstance(decision, Proposes):
                    found[pair] = Proposal(story_id=into.story_id, other_story_id=gone.story_id, decision=decision)
    return sorted(found.values(), key=lambda p: (-p.decision.score / p.decision.needed, p.story_id, p.other_story_id))


def _fit(groups: Groups, into: Group, gone: Group) -> float:
    """How well the article of a story that fits another one worst fits it, in parts of what joining needs."""
    likeness = [into.centroid.likeness(groups.items[o].profile) for o in gone.members]
    return min(likeness) / JOIN.at(groups.words(gone))
