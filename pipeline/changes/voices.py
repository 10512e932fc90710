"""Whether two figures are said by two sources against each other, or one after the other. Pure.

A count grows and an offer is raised by whoever made it: both are updates. Two named sources who count one thing otherwise at
the same time stand against each other, whichever of them is higher.
"""

from pipeline.changes.against import Scene, conflict_cues
from pipeline.changes.entries import Entry
from pipeline.changes.thing import FigureClaim
from pipeline.claims.attribution import root_of

SAME_BODY = 5  # letters: the minister speaks for the ministry


def two_voices(entry: Entry, scene: Scene, anybody: bool = False) -> bool:
    """Whether an entry and a new claim have two sources, and, unless `anybody` will do, neither is nobody in particular."""
    theirs, mine = entry.root, scene.root
    if not scene.named or theirs == root_of(entry.outlet) or theirs[:SAME_BODY] == mine[:SAME_BODY]:
        return False
    return anybody or not {theirs, mine} & conflict_cues("nobody")


def own_raise(claim: FigureClaim) -> bool:
    """Whether a sentence says that an offer was raised, or is a new one: then it moves its own value."""
    lows = {w.low for w in claim.unit.words if not w.quoted and not w.source}
    return bool(lows & conflict_cues("offering") and lows & conflict_cues("raised"))


def in_progress(claim: FigureClaim) -> bool:
    """Whether a figure is a share of something that goes on: the turnout, the votes counted, the fire contained."""
    return any(w.low in conflict_cues("progress") for w in claim.unit.words if w.clause == claim.figure.clause)


def counts_on(claim: FigureClaim) -> bool:
    """Whether a sentence says itself that its count is a later one: "rose to 19", "now 19"."""
    return any(w.low in conflict_cues("count on") for w in claim.unit.words if w.clause == claim.figure.clause)
