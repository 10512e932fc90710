"""The nightly look at all stories: which of them look like one? What grows is looked at as it grows; this finds what is left.

Pairs are proposed to people with the reason; only what is far above the bar is merged without asking, and can be taken back.
"""

from collections.abc import Collection
from dataclasses import dataclass

from pipeline.stories.groups import KIN, PROBE, Groups
from pipeline.stories.judge import Halves, merge_need

LEAST = 2  # articles of a story that is worth a person's time
ASK = 0.85  # parts of what a merge needs from which a person is asked
SURE = 1.25  # from which nobody is


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


def decide_proposal(pair: Halves, both: tuple[str, ...] = ()) -> Proposes | LeavesApart:
    """Should two stories be proposed as one? `both`: the terms that weigh most in what they share."""
    need = merge_need(pair)
    told = f"stories of {pair.sizes[0]} and {pair.sizes[1]} articles are {pair.ratio:.2f} as alike as each is within"
    if pair.ratio < ASK * need:
        return LeavesApart(reason=f"Two stories: {told}; {ASK * need:.2f} would be worth asking.")
    sure = pair.ratio >= SURE * need
    words = f"; both have {', '.join(both)}" if both else ""
    bar = "surely one" if sure else "perhaps one"
    return Proposes(
        score=pair.ratio,
        needed=need,
        sure=sure,
        reason=f"{bar.capitalize()}: {told}, {need:.2f} makes one as they grow{words}.",
    )


def propose(groups: Groups, asked: Collection[frozenset[str]] = ()) -> list[Proposal]:
    """Pairs of open found stories that look like one, but for those that were asked about before; the likest first."""
    found: dict[frozenset[str], Proposal] = {}
    for group in groups.groups.values():
        if len(group.members) < LEAST:
            continue
        near = groups.nearest(*group.centroid.heaviest(PROBE), 2 * KIN + 1)
        for other in near:
            pair = frozenset((group.story_id, other.story_id))
            if other is group or len(other.members) < LEAST or pair in found or pair in asked:
                continue
            if groups.may_be_one(group, other):
                into, gone = groups.larger_first(group, other)
                decision = decide_proposal(groups.pair(into, gone), groups.shared_terms(into, gone))
                if isinstance(decision, Proposes):
                    found[pair] = Proposal(story_id=into.story_id, other_story_id=gone.story_id, decision=decision)
    return sorted(found.values(), key=lambda p: (-p.decision.score / p.decision.needed, p.story_id, p.other_story_id))
