"""Whether two figures are said by two sources against each other, or one after the other. Pure.

A count grows and an offer is raised by whoever made it: both are updates. Two named sources who count one thing otherwise at
the same time stand against each other, whichever of them is higher.
"""

from datetime import timedelta

from pipeline.changes.against import Near, Scene, conflict_cues
from pipeline.changes.entries import Entry
from pipeline.changes.thing import FigureClaim
from pipeline.claims import Statement, Unit
from pipeline.claims.attribution import root_of
from pipeline.claims.lexicon import cue_words

PLANNED = frozenset({"will", "would", "shall"})
SAID_WITHIN = timedelta(hours=36)
SAME_BODY = 5  # letters: the minister speaks for the ministry


def two_voices(entry: Entry, scene: Scene, anybody: bool = False) -> bool:
    """Whether an entry and a new claim have two sources, and, unless `anybody` will do, neither is nobody in particular."""
    theirs, mine, outlet = entry.root, scene.root, root_of(entry.outlet) if entry.outlet else scene.own
    if not scene.named or theirs == outlet or theirs[:SAME_BODY] == mine[:SAME_BODY]:
        return False
    return anybody or not {theirs, mine} & conflict_cues("nobody")


def own_raise(claim: FigureClaim) -> bool:
    """Whether a sentence says that an offer was raised, or is a new one: then it moves its own value."""
    return _raises(claim.unit)


def _raises(unit: Unit) -> bool:
    lows = {w.low for w in unit.words if not w.quoted and not w.source}
    return bool(lows & conflict_cues("offering") and lows & conflict_cues("raised"))


def says_otherwise(unit: Unit, new: Statement, near: Near, scene: Scene) -> bool:
    """Whether a statement gives a share or measure of a thing that another source gives otherwise; no count, no offer."""
    entry = near.entry
    if entry.holders <= (entry.number in scene.mine) or entry.root == scene.root or scene.at - entry.last_at > SAID_WITHIN:
        return False
    if new.dates and near.said.dates and not new.dates & near.said.dates:
        return False
    mine, theirs = _measures(new.figures), _measures(near.said.figures)
    lows = {w.low for w in unit.words}
    if len(mine) != 1 or len(theirs) != 1 or mine == theirs or _raises(unit):
        return False
    return next(iter(mine)).split()[-1] == next(iter(theirs)).split()[-1] and not lows & conflict_cues("progress")


def _measures(figures: frozenset[str]) -> frozenset[str]:
    """The figures with a unit that is no time."""
    return frozenset(f for f in figures if " " in f and f.split()[-1] not in cue_words("time or distance"))


def in_progress(claim: FigureClaim) -> bool:
    """Whether a figure is a share of something that goes on: the turnout, the votes counted, the fire contained."""
    return any(w.low in conflict_cues("progress") for w in claim.unit.words if w.clause == claim.figure.clause)


def counts_on(claim: FigureClaim) -> bool:
    """Whether a sentence says itself that its count is a later one: "rose to 19", "now 19"."""
    return any(w.low in conflict_cues("count on") for w in claim.unit.words if w.clause == claim.figure.clause)


def is_planned(claim: FigureClaim) -> bool:
    """Whether a count is of what will be: that does not grow by itself, so two of them differ."""
    return any(w.low in PLANNED for w in claim.unit.words if w.clause == claim.figure.clause) and not counts_on(claim)
