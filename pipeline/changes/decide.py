"""The judgement of a claim against what the story has said: is it news, and of what kind. Pure: values in, a verdict out.

Each rule is one branch with its reason; the first that holds decides. A repetition is no line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from rapidfuzz.fuzz import ratio

from pipeline import words
from pipeline.changes.against import (
    ALIKE,
    Near,
    Scene,
    conflict_cues,
    contradicted,
    denied,
    other_date,
    out_of_date,
    still_held,
)
from pipeline.changes.clash import Spoken, clashing
from pipeline.changes.entries import Entry
from pipeline.changes.thing import FigureClaim, comparable, counts_alike, elsewhere, of_another_thing, shared
from pipeline.changes.voices import counts_on, in_progress, is_planned, own_raise, says_otherwise, two_voices
from pipeline.claims import Figure, Statement, Unit
from pipeline.claims.figures import MONEY
from pipeline.claims.lexicon import cue_words
from pipeline.claims.profile import AspectProfile
from pipeline.model import ChangeKind

CONFLICT_WITHIN = timedelta(hours=36)  # a lower figure stands against one said this recently
LAGS_FROM, LAGS_TO = timedelta(hours=2), timedelta(days=30)  # a value is stale, and no longer only history
LATE = timedelta(hours=6)  # an article published this long before what stands was first said comes too late to change it
SUB_COUNT = Decimal("0.5")  # a plain count below this share of the latest value counts a part
TOUCHES, MOVES = 0.30, 0.35  # overlap for "all figures seen", "a figure moved"
TELL_AT = -0.2  # worth from which a first statement is told: flat between -.6 and 0
FIGURE_AT = -1.0  # the same for the first figure under a key: flat between -1.5 and -.7
MOVE_AT = -1.0  # the same for a statement that moves a state of an earlier one; a figure that moved is told anyway
AGAINST_AT = -1.5  # worth from which a statement can say the opposite of another, or deny it
EDIT_AT = -0.5  # worth from which an edit that moves no figure, day or state is told
TOO_LITTLE = "tells too little on the aspect to be a line by itself"
SAME_START = 6  # letters with which two spellings of one name begin
SPELT_ALIKE = 85  # percent of likeness of two spellings of one word
SAME_WORDS = 0.6  # share of words in common from which two counts by two sources are of one thing, however far apart
LESS = frozenset({"less than", "up to", "almost"})
ROUNDING = LESS | {"at least", "more than", "about"}
SAME = 0.9  # share that makes two statements one in the same words
CONTAINED, CONTAINED_PLAIN = 0.55, 0.48  # share of a statement that one earlier statement holds


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the ledger makes of a claim. `kind` None = no line."""

    verdict: str  # new, changed, conflict, denied, corrected, repeats, suppressed
    reason: str
    kind: ChangeKind | None = None
    before: Entry | None = None  # what stood before, or stands against it
    same: Entry | None = None  # the entry that it repeats
    rank: float = 0.0


def line(kind: ChangeKind, reason: str, before: Entry | None = None, rank: float = 0.0) -> Verdict:
    """A verdict that earns a line."""
    return Verdict(kind.value, reason, kind, before, None, rank)


# ---- figures ---------------------------------------------------------------------------------------------------------------


def decide_figure(claim: FigureClaim, known: tuple[Entry, ...], scene: Scene) -> Verdict:
    """Judges a figure against the values that the story has given under its key, oldest first."""
    value = claim.figure.value
    same = next((e for e in known if e.value == value), None)
    latest = comparable(known, claim)
    if claim.untouched and same:
        return Verdict("repeats", "the figure stood in the sentence before it was edited", same=same)
    if same:
        return _known_value(claim, same, known, scene)
    if claim.figure.old:
        return Verdict("suppressed", "the sentence itself sets this figure aside as an earlier one")
    if latest is None and claim.worth < FIGURE_AT and not claim.labelled:
        return Verdict("suppressed", TOO_LITTLE)
    if latest is None:
        return line(ChangeKind.NEW, "first figure under this key", rank=2.0)
    rounded = _rounded(claim.figure, known)
    if rounded is not None and claim.replaced is None:
        return Verdict("repeats", f"a rounder way to say {rounded.value}", same=rounded)
    if claim.replaced is None and scene.told_at is not None and scene.told_at < latest.first_at - LATE:
        return Verdict("suppressed", f"found late: told before {latest.value}, which is newer")
    other = of_another_thing(claim, known) if claim.replaced is None else ""
    if other:
        return Verdict("suppressed", other)
    before = claim.replaced or latest
    if claim.replaced is None and not claim.labelled and _is_part(claim, before, known, scene):
        return Verdict("suppressed", f"less than half of the {before.value} that stands: taken for a part of it")
    if claim.replaced is not None and scene.noted:
        return line(ChangeKind.CORRECTED, f"the report replaced {before.value} and says so in a note", before, 3.0)
    if claim.replaced is not None:
        against = _measured_otherwise(claim, before, known, scene)
        if against is not None:
            return line(ChangeKind.CONFLICT, f"replaced {before.value}; another report says {against.value}", against, 3.0)
        return line(ChangeKind.CHANGED, f"the report replaced {before.value} in the same sentence", before, 3.0)
    rival = _rival(claim, tuple(e for e in known if e.sure and e.amount is not None), scene)
    if rival is not None:
        return line(ChangeKind.CONFLICT, f"another report says {rival.value} and has not taken it back", rival, 3.0)
    return line(ChangeKind.CHANGED, f"a figure that no report gave before; the latest was {latest.value}", latest, 2.5)


def _known_value(claim: FigureClaim, same: Entry, known: tuple[Entry, ...], scene: Scene) -> Verdict:
    """A value that was given before: a repetition, unless it was retracted or a note says that it corrects."""
    if claim.replaced is not None and scene.noted:
        reason = f"the report went back to {same.value} and says so in a note"
        return Verdict("corrected", reason, ChangeKind.CORRECTED, claim.replaced, same, 3.0)
    later = [e for e in known if e.number != same.number and e.holders and e.first_at > same.first_at]
    newer = later[-1] if later else None
    if same.retracted and newer is not None and not claim.edited:
        reason = f"repeats {same.value}, which was corrected to {newer.value}"
        return Verdict("conflict", reason, ChangeKind.CONFLICT, newer, same, 2.0)
    numbers = (e for e in reversed(later) if e.moved and e.sure and e.amount is not None and counts_alike(claim.figure, e))
    newer = next((e for e in numbers if not elsewhere(claim, e)), None)
    surely = not claim.figure.known and (claim.sure or claim.labelled)
    lags = _lags(claim, same, newer, scene) if surely else None
    if lags is not None:
        reason = f"still {same.value}, long after another report said {lags.value}"
        return Verdict("conflict", reason, ChangeKind.CONFLICT, lags, same, 2.0)
    return Verdict("repeats", f"{same.value} was said before by {same.outlet}", same=same)


def _lags(claim: FigureClaim, same: Entry, newer: Entry | None, scene: Scene) -> Entry | None:
    """The newer value that an article read for the first time leaves out, though it has stood for long; once for a value."""
    if newer is None or same.lagging or claim.edited or same.number in scene.mine or claim.figure.old:
        return None
    told = scene.told_at or scene.at
    near = {w.low for w in claim.unit.words[max(0, claim.figure.at - 4) : claim.figure.at]}
    if near & cue_words("of before") or "-" in claim.unit.text[claim.figure.start : claim.figure.end]:
        return None
    stood = told - newer.first_at
    return newer if LAGS_FROM <= stood <= LAGS_TO and newer.root != scene.root else None


def _rounded(figure: Figure, known: tuple[Entry, ...]) -> Entry | None:
    """A known value that a hedged, rounder figure agrees with: "over 200" and 204."""
    if figure.hedge not in ROUNDING or figure.number is None or figure.number < 10 or figure.number % 10:
        return None
    for entry in reversed(known):
        if entry.amount is not None and entry.holders and entry.unit == figure.unit and entry.amount % 10:
            apart = entry.amount - figure.number
            fits = apart >= 0 if figure.hedge in {"at least", "more than"} else apart <= 0 if figure.hedge in LESS else True
            if fits and abs(apart) <= figure.number / 10:
                return entry
    return None


def _measured_otherwise(claim: FigureClaim, was: Entry, known: tuple[Entry, ...], scene: Scene) -> Entry | None:
    """Another source's measure of the same thing, neither the one that was replaced nor an offer or a count that goes on."""
    if not claim.figure.unit or claim.figure.unit == MONEY or own_raise(claim) or in_progress(claim):
        return None
    others = [e for e in known if e.value not in {was.value, claim.figure.value} and e.number not in scene.mine]
    near = [e for e in others if e.holders > 0 and e.root != scene.root and scene.at - e.last_at <= CONFLICT_WITHIN]
    return near[-1] if near and near[-1].amount is not None else None


def _is_part(claim: FigureClaim, latest: Entry, known: tuple[Entry, ...], scene: Scene) -> bool:
    """Whether a plain count is so low that it counts only a part of what the latest counts."""
    if two_voices(latest, scene) and shared(claim.unit, latest.sentence) >= SAME_WORDS:
        return False  # "40,000 marched, organisers said", "12,000 marched, police said"
    if claim.figure.unit or claim.figure.number is None or latest.amount is None or falls(known):
        return False
    return 0 < claim.figure.number < latest.amount * SUB_COUNT


def falls(known: tuple[Entry, ...]) -> bool:
    """Whether the values of a key have mostly gone down."""
    amounts = [e.amount for e in known if e.amount is not None]
    moves = [b - a for a, b in pairwise(amounts)]
    return sum(m < 0 for m in moves) > sum(m > 0 for m in moves)


def _rival(claim: FigureClaim, known: tuple[Entry, ...], scene: Scene) -> Entry | None:
    """The newest value of another article that still stands, where a different one cannot just be a newer count."""
    here = [e for e in known if e.first_at == scene.at and not e.holders and two_voices(e, scene)]
    standing = [e for e in known if e.holders > (e.number in scene.mine) and scene.at - e.last_at <= CONFLICT_WITHIN]
    if here and not counts_on(claim) and not own_raise(claim):
        return here[-1]  # the same report gives both sides
    if not standing:
        return None
    rival = standing[-1]
    low = claim.unit.text.lower()
    if any(cue in low for cue in words.lines("contrast")) and rival.root != scene.root:
        return rival
    if own_raise(claim):
        return None
    money = claim.figure.unit == MONEY
    other = next((e for e in reversed(standing) if two_voices(e, scene, anybody=money)), None)
    if money:
        return rival if claim.figure.value.split()[-1] != rival.value.split()[-1] else other
    number, measure = claim.figure.number, claim.profile.expects("measure")
    lower = number is not None and rival.amount is not None and number < rival.amount
    if (claim.figure.unit or measure) and not in_progress(claim):
        return rival if measure or rival.root != scene.root else None
    if rival.root == scene.root or set(low.split()) & cue_words("still"):
        return None  # the same source counts anew, or "97 are still missing": what is left of a falling count
    if claim.figure.unit:
        return other if lower else None
    if (lower and not falls(known)) or is_planned(claim):
        return rival
    return other if not counts_on(claim) else None


# ---- statements ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StatementClaim:
    """A statement, and what its sentence was before."""

    statement: Statement
    profile: AspectProfile
    unit: Unit
    worth: float  # how much it tells on the aspect against telling nothing: see claims.weigh
    subject: str = ""
    was: Statement | None = None  # what the sentence said before its edit
    was_entry: Entry | None = None
    headline: bool = False
    voice_only: bool = False  # only a quotation or the naming of a source changed
    beyond: tuple[Near, ...] = ()  # earlier statements near it on other aspects
    figures: tuple[Entry, ...] = ()  # the values that stand, where the statement denies a bound
    belongs: Mapping[str, Sequence[str]] = field(default_factory=dict)  # stem of a name -> countries and bodies


def decide_changes(claim: FigureClaim | StatementClaim, known: Sequence[Entry | Near], scene: Scene) -> Verdict:
    """Judges a claim against what was said: a figure against the values of its key, a statement against those near it."""
    if isinstance(claim, FigureClaim):
        return decide_figure(claim, tuple(e for e in known if isinstance(e, Entry)), scene)
    return decide_statement(claim, tuple(n for n in known if isinstance(n, Near)), scene)


def decide_statement(claim: StatementClaim, near: tuple[Near, ...], scene: Scene) -> Verdict:
    """Judges a statement against the nearest earlier ones of its aspect, nearest first."""
    if claim.was is not None:
        return _decide_edited(claim, claim.was, near, scene)
    return _decide_fresh(claim, near, scene)


def _decide_fresh(claim: StatementClaim, near: tuple[Near, ...], scene: Scene) -> Verdict:
    """A denial that stands against nobody who is still heard is a denial, whatever else is new about it."""
    verdict = _decide_unedited(claim, near, scene)
    if verdict.kind not in {ChangeKind.NEW, ChangeKind.CHANGED} or "stance.denies" not in claim.statement.states:
        return verdict
    return replace(verdict, verdict=ChangeKind.DENIED.value, kind=ChangeKind.DENIED)


def _decide_unedited(claim: StatementClaim, near: tuple[Near, ...], scene: Scene) -> Verdict:
    new = claim.statement
    best = near[0] if near else None
    if claim.headline:
        return Verdict(
            "suppressed", "a headline: the text below says it", same=best.entry if best and best.overlap >= 0.7 else None
        )
    if new.quoted and not new.states:
        return Verdict("suppressed", "a quotation that tells no state")
    twin = _twin(new, near)
    if twin is not None:
        return _repeats(twin, "said before in the same words")
    against = _against(claim, near, scene)
    if against is not None:
        return against
    if claim.profile.expects("date") and new.ahead:
        told_anew = any(w.low in cue_words("moved") for w in claim.unit.words)
        dated = _dated(new, near, claim.worth >= TELL_AT, told_anew, scene)
        if dated is not None:
            return dated
    touching = [n for n in near if n.overlap >= TOUCHES]
    if new.figures and touching:
        seen = {f for n in touching for f in n.said.figures} if touching else set()
        told = [n for n in touching if new.figures <= n.said.figures and _adds_nothing(new, n.said)]
        if new.figures <= seen and told:
            return _repeats(told[0], "all its figures were said before")
        units = {_unit_of(f) for f in new.figures - seen}
        moved = [
            n for n in touching if n.overlap >= MOVES and same_thing(claim, n) and units & {_unit_of(f) for f in n.said.figures}
        ]
        if moved:
            other = next((n for n in moved if says_otherwise(claim.unit, new, n, scene)), None)
            if other is not None:
                return line(ChangeKind.CONFLICT, "another report gives another figure for it", other.entry, 3.0)
            return line(ChangeKind.CHANGED, "a figure moved in a statement on the same thing", moved[0].entry, 2.5)
    if new.dates and touching and new.dates <= {d for n in touching for d in n.said.dates} and touching[0].contained >= 0.4:
        return _repeats(touching[0], "its dates and most of its words were said before")
    verdict = _state(claim, near, scene)
    if verdict is not None:
        return verdict
    plain = not (new.states or new.figures or new.dates)
    holding = next((n for n in near if n.contained >= (CONTAINED_PLAIN if plain else CONTAINED)), None)
    if holding is not None and claim.worth < TELL_AT and _adds_nothing(new, holding.said):
        return _repeats(holding, f"{holding.contained:.0%} of it was said before in one sentence")
    if holding is not None and new.states - holding.said.states and claim.worth >= MOVE_AT:
        return line(ChangeKind.CHANGED, "told before in other words, but not this state", holding.entry, 2.5)
    if claim.worth < TELL_AT:
        return Verdict("suppressed", TOO_LITTLE)
    return line(ChangeKind.NEW, "a statement that no report made before", None, 1.0 + min(1.0, max(0.0, claim.worth + 1.0) / 4))


def _against(claim: StatementClaim, near: tuple[Near, ...], scene: Scene) -> Verdict | None:
    """A conflict with a statement that another source still makes, on whatever aspect it was told."""
    new = claim.statement
    turned = not new.negated and any(w.low in conflict_cues("turned") for w in claim.unit.words if not w.quoted)
    tells = claim.worth >= AGAINST_AT
    rival = contradicted(new, claim.unit.text, near + claim.beyond, scene, turned) if tells else None
    if rival is not None:
        return line(ChangeKind.CONFLICT, "says the opposite of what another report says", rival.entry, 3.0)
    claimed = denied(new, near + claim.beyond, scene) if tells else None
    if claimed is not None:
        return line(ChangeKind.CONFLICT, "denies what another source says", claimed.entry, 3.0)
    spoken = Spoken(claim.unit.text, new, claim.subject, turned)
    clash = clashing(spoken, near + claim.beyond, claim.figures, scene, claim.belongs)
    if clash is not None:
        return line(ChangeKind.CONFLICT, clash[1], clash[0], 3.0)
    return None


def _unit_of(value: str) -> str:
    """The unit of a canonical value: "percent" of "14 percent", "" of a plain count."""
    return value.partition(" ")[2]


def _adds_nothing(new: Statement, old: Statement) -> bool:
    """Whether a statement that mostly repeats another has no state, figure or day of its own."""
    return new.states <= old.states and new.figures <= old.figures and new.ahead <= old.dates and new.negated == old.negated


def _repeats(near: Near, reason: str) -> Verdict:
    return Verdict("repeats", f"{reason} ({near.entry.outlet})", same=near.entry)


def _dated(new: Statement, near: tuple[Near, ...], told: bool, moved: bool, scene: Scene) -> Verdict | None:
    """A statement with dates on an aspect that asks when."""
    dated = [n for n in near if n.said.dates and n.overlap >= TOUCHES]
    if any(new.ahead <= n.said.dates and new.negated == n.said.negated for n in dated):
        same = next(n for n in dated if new.ahead <= n.said.dates)
        if not (new.states - same.said.states):
            return _repeats(same, "the date was said before")
    rival = None if moved else other_date(new, dated, scene)
    if rival is not None:
        return line(ChangeKind.CONFLICT, "another report names another day", rival.entry, 3.0)
    if dated:
        return line(ChangeKind.CHANGED, "another date, or another word on it", dated[0].entry, 2.5)
    return line(ChangeKind.NEW, "first date of this kind", None, 2.0) if told else None


def same_thing(claim: StatementClaim, near: Near) -> bool:
    """Whether an earlier statement speaks of what this one speaks of, so that it can stand as what was said before."""
    subject = claim.subject.lower()
    return near.overlap >= ALIKE or (bool(subject) and near.entry.subject.lower() == subject)


def _state(claim: StatementClaim, near: tuple[Near, ...], scene: Scene) -> Verdict | None:
    """A state against the states told before in its dimension."""
    new = claim.statement
    if not new.states:
        return None
    kin = [n for n in near if (n.topical or n.names) and n.overlap >= 0.25 and n.said.dimensions & new.dimensions]
    if not kin:
        return None
    seen = {s for n in kin for s in n.said.states}
    unseen = {s for s in new.states - seen if any(s.partition(".")[0] in n.said.dimensions for n in kin)}
    if unseen and claim.worth >= MOVE_AT:
        before = next((n for n in kin if same_thing(claim, n)), None)
        reason = f"a state not told before: {', '.join(sorted(unseen))}"
        return line(ChangeKind.CHANGED, reason, before.entry, 2.5) if before is not None else None
    same = next((n for n in kin if new.states & n.said.states), kin[0])
    newer = out_of_date(new, same, kin, scene)
    if newer is not None:
        reason = "still tells a state, long after another report told the next one"
        return Verdict("conflict", reason, ChangeKind.CONFLICT, newer.entry, same.entry, 2.0)
    if new.states <= seen and kin[0].contained >= 0.35:
        return _repeats(kin[0], "the state was told before")
    return None


def _twin(new: Statement, near: tuple[Near, ...] | list[Near]) -> Near | None:
    """An earlier statement in all but the same words."""
    for n in near:
        old = n.said
        same = new.negated == old.negated and new.states == old.states and new.figures == old.figures and new.ahead == old.ahead
        if (
            same
            and new.modals == old.modals
            and n.contained >= SAME
            and n.overlap >= SAME
            and len(new.stems) >= len(old.stems) - 1
        ):
            return n
    return None


def _decide_edited(claim: StatementClaim, old: Statement, near: tuple[Near, ...], scene: Scene) -> Verdict:
    new = claim.statement
    added, gone = new.stems - old.stems, old.stems - new.stems
    if is_cosmetic(new, old):
        return Verdict("repeats", "the same in other letters", same=claim.was_entry)
    if new.quoted and new.states == old.states and new.figures == old.figures:
        return Verdict("suppressed", "the words of a quotation changed; the edit shows them", same=claim.was_entry)
    if claim.headline:
        return Verdict("suppressed", "a headline: the text below says it", same=claim.was_entry)
    if claim.voice_only:
        return Verdict("suppressed", "only a quotation or the naming of a source changed", same=claim.was_entry)
    others = [n for n in near if claim.was_entry is None or n.entry.number != claim.was_entry.number]
    ahead = _twin(new, others) or _caught_up(new, old, added, others)
    if ahead is not None and not scene.noted:
        return Verdict("repeats", f"catches up with what {ahead.entry.outlet} said", same=ahead.entry)
    rival = still_held(gone, others, scene)
    if scene.noted and rival is not None and gone & old.names & rival.said.stems:
        reason = "the report corrected a name and says so in a note; another report still gives the old one"
        return line(ChangeKind.CONFLICT, reason, rival.entry, 3.0)
    if scene.noted:
        return line(ChangeKind.CORRECTED, "the report corrected the sentence and says so in a note", claim.was_entry, 3.0)
    if "stance.denies" in new.states - old.states:
        target = next((n for n in others if n.entry.holders and n.overlap >= TOUCHES and not n.said.negated), None)
        kind = ChangeKind.CONFLICT if target else ChangeKind.DENIED
        return line(kind, "a denial took the place of what stood", target.entry if target else claim.was_entry, 3.0)
    if rival is not None and (new.states != old.states or new.negated != old.negated or new.dates != old.dates):
        return line(ChangeKind.CONFLICT, "another report still says what this one took back", rival.entry, 3.0)
    fact = any(a != b for a, b in zip(_facts(new), _facts(old), strict=True))
    told = replace(new, figures=new.figures - old.figures)
    apart = [n for n in others if same_thing(claim, n) and not old.figures & n.said.figures]
    against = next((n for n in apart if says_otherwise(claim.unit, told, n, scene)), None)
    if against is not None:
        return line(ChangeKind.CONFLICT, "another report gives another figure for it", against.entry, 3.0)
    if not fact and claim.worth < EDIT_AT:
        return Verdict("suppressed", "other words, but no figure, day or state moved", same=claim.was_entry)
    return line(ChangeKind.CHANGED, "the sentence was edited and says something else", claim.was_entry, 2.5 if fact else 1.4)


def _facts(said: Statement) -> tuple[object, ...]:
    """What of a statement can be told apart without reading it: states, figures, days, polarity, modality."""
    return said.states, said.figures, said.dates, said.negated, said.modals


def is_cosmetic(new: Statement, old: Statement) -> bool:
    """Whether an edit left the fact as it was: no figure, date, polarity, modal or content word came or went."""
    same = new.figures == old.figures and new.dates == old.dates and new.negated == old.negated
    return (
        same
        and new.modals == old.modals
        and _only_spelling(new.stems - old.stems, old.stems - new.stems, new.names | old.names)
    )


def _only_spelling(came: frozenset[str], went: frozenset[str], names: frozenset[str]) -> bool:
    """Whether each new stem is an old one in another spelling; a name may end in other letters."""
    if len(came) != len(went):
        return False
    return all(any(_spelt_alike(a, b, a in names and b in names) for b in went) for a in came)


def _spelt_alike(a: str, b: str, names: bool) -> bool:
    return len(a) >= 5 and (ratio(a, b) >= SPELT_ALIKE or (names and a[:SAME_START] == b[:SAME_START] and len(b) >= SAME_START))


def _caught_up(new: Statement, old: Statement, added: frozenset[str], others: list[Near]) -> Near | None:
    """Another report that had already said what the edit brought."""
    gained = new.states - old.states
    for n in others:
        other = n.said
        if (
            n.overlap < TOUCHES
            or not (new.dates - old.dates) <= other.dates
            or not (new.figures - old.figures) <= other.figures
        ):
            continue
        if gained and gained <= other.states:
            return n
        if added and added <= other.stems and new.negated == other.negated and not gained:
            return n
    return None
