"""Whether two figures count one thing. Pure.

Reports of one event hold many figures with like words beside them: of another event, a part, another person. A figure that was
not given before moves its key only where nothing says that it is of another thing; what fails stays a claim, with its reason.
Measured on pairs of figures from real reports labelled by hand: see `bench/measure_numbers.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from pipeline import words
from pipeline.changes.against import conflict_cues
from pipeline.changes.entries import Entry
from pipeline.claims import AspectProfile, Figure, Unit
from pipeline.claims.figures import MONEY, counts_people, what_is_counted
from pipeline.claims.lexicon import cue_words, stems
from pipeline.claims.units import Word, function_stems, read_words
from pipeline.text import ValueKind, values

BEFORE_STORY = timedelta(days=7)  # a day this long before the first value of a key belongs to another event
SAME_NAMES = 0.5  # share of the names before a sum that two sums of one giver have in common
FAR_MEASURES = 5  # the same for a measure
FAR = 20  # times that a count of things may not grow from one report to the next
RECALLED = 3  # words before a figure in which it is called the original one
LITTLE = 0.2  # share of words below which two sentences with other names tell of two events
FEW, SHARED_FEW = 10, 0.35  # small numbers stand for all kinds of things: they need to have more in common


@dataclass(frozen=True, slots=True)
class FigureClaim:
    """A figure under its key, and what its sentence was before."""

    figure: Figure
    profile: AspectProfile
    unit: Unit
    edited: bool = False  # its sentence took the place of another
    untouched: bool = False  # that other sentence held the same value
    replaced: Entry | None = None  # what that other sentence said under the key
    labelled: bool = False  # a field of a list: "Missing: 143"
    sure: bool = True  # what it counts is named right beside it
    bearer: tuple[str, ...] = ()  # stems of names: whose figure it is
    deep: bool = False  # far down in a report that was not known
    worth: float = 0.0  # how much its sentence tells on the aspect against telling nothing: see claims.weigh
    second: bool = False  # the report has given another value under the key before, by the same source


def comparable(known: tuple[Entry, ...], claim: FigureClaim) -> Entry | None:
    """The newest value of a key that a figure can be held against: a number, with what it counts named beside it."""
    if claim.replaced is not None:
        return known[-1] if known else None
    return next((e for e in reversed(known) if e.sure and (e.amount is not None or claim.figure.number is None)), None)


def of_another_thing(claim: FigureClaim, known: tuple[Entry, ...]) -> str:
    """Why an unseen value does not move the key, "" if it does."""
    figure = claim.figure
    latest = comparable(known, claim) or known[-1]
    if figure.number is None and any(e.amount is not None for e in known):
        return "a vaguer word than the numbers that stand"
    if figure.elsewhen or (figure.past is not None and figure.past < known[0].first_at.date() - BEFORE_STORY):
        return "of another time than the story's"
    if figure.vague:
        return "an order of size, no count"
    if recalls(claim):
        return "recalls what stood at first"
    if figure.known:
        return "refers to a group that was told of before"
    if claim.second and not claim.labelled:
        return "the report has given another figure for it: of a part, or of another thing"
    if not (claim.labelled or is_scale(claim)) and _both_told(claim, latest):
        return "told beside the figure that stands: of a part, or of another thing"
    if elsewhere(claim, latest):
        return "of another place, or of other people"
    if _of_somebody_else(figure, frozenset(claim.bearer), frozenset(latest.bearer)):
        return "of somebody else than the figure that stands"
    if not (claim.labelled or is_scale(claim)) and not counts_alike(figure, latest):
        return "of another thing than the figure that stands"
    if claim.deep and not claim.labelled:
        return "far down in a report that was not known: most likely of an earlier time or of a part"
    if not (claim.sure or claim.labelled or figure.known):
        return "what it counts is not named beside it"
    if figure.unit == MONEY and _currency(figure.value) != _currency(latest.value) and figure.number != latest.amount:
        return "a sum in another currency, which cannot be compared"
    things = bool(figure.unit or (figure.noun.isalpha() and not counts_people(figure))) and not figure.describes
    things = things and not is_scale(claim)
    if things and not claim.labelled and shared(claim.unit, latest.sentence) < _needed(figure):
        return "in a sentence that shares too few words with the one that stands"
    measured = bool(figure.unit) and figure.unit not in {MONEY, "percent"}
    if things and _apart(figure.number, latest.amount, FAR_MEASURES if measured else FAR):
        return "of another order than the figure that stands"
    return ""


def recalls(claim: FigureClaim) -> bool:
    """Whether a figure is told as what once stood: "the original 30-point draft", "the plan, once of 30 points"."""
    before = [
        w for w in claim.unit.words[max(0, claim.figure.at - RECALLED) : claim.figure.at] if w.clause == claim.figure.clause
    ]
    return any(w.low in conflict_cues("recalled") for w in before)


def counts_alike(figure: Figure, entry: Entry) -> bool:
    """Whether a plain count counts what an earlier one does: people, or things of one name or family."""
    if figure.unit or not entry.counted:
        return True
    mine, theirs = set(what_is_counted(figure)), set(entry.counted)
    if mine & theirs:
        return True
    happens = conflict_cues("one by one")  # "50 arrests", "five hurt": as many people
    return ("people" in mine and bool(theirs & happens)) or ("people" in theirs and bool(mine & happens))


def _of_somebody_else(figure: Figure, mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether the names before two figures tell that they are of two: measures and sums are somebody's, tolls nobody's."""
    both = len(mine & theirs)
    if figure.unit == MONEY:
        return bool(mine and theirs) and both <= SAME_NAMES * min(len(mine), len(theirs))
    if figure.unit in cue_words("somebody's unit"):
        return bool(mine or theirs) and not both
    return bool(mine and theirs) and not both


def _needed(figure: Figure) -> float:
    """The share of words that two sentences need to have in common before their figures are held against each other."""
    few = not figure.unit and figure.number is not None and figure.number <= FEW
    return SHARED_FEW if few or figure.unit == "percent" else 0.0


def _apart(a: Decimal | None, b: Decimal | None, far: int) -> bool:
    """Whether two figures are so far apart that no report could take one for the other."""
    return a is not None and b is not None and min(a, b) > 0 and max(a, b) >= far * min(a, b)


def _both_told(claim: FigureClaim, latest: Entry) -> bool:
    """Whether one of the two sentences holds both figures: then they count two things, unless one is the other's rival."""
    mine, theirs = claim.unit.text, latest.sentence
    if any(w.low in {"or", "not", "from"} for w in claim.unit.words[max(0, claim.figure.at - 1) : claim.figure.at]):
        return False
    return _tells(mine, latest.value, claim.figure) or _tells(theirs, claim.figure.value, claim.figure)


def _tells(sentence: str, value: str, figure: Figure) -> bool:
    """Whether a sentence holds a value as one that counts, with nothing before it that sets it aside."""
    if figure.number is None:
        return False
    for v in values(sentence, None):
        if v.kind is ValueKind.QUANTITY and v.key == value and not v.age:
            before = sentence[: v.start].lower().split()[-1:]
            return before not in (["from"], ["not"], ["than"], ["or"], ["against"], ["of"])
    return False


def is_scale(claim: FigureClaim) -> bool:
    """Whether a figure is the strength of one thing, such as a magnitude: two offices measure it, one report may tell both."""
    return not claim.figure.unit and claim.profile.expects("measure")


def elsewhere(claim: FigureClaim, latest: Entry) -> bool:
    """Whether two figures stand beside names of which none is in both: shares of two countries, sums of two bidders."""
    if is_scale(claim):
        return False
    figure, theirs = claim.figure, read_words(latest.sentence)
    value = next((v for v in values(latest.sentence, None) if v.key == latest.value), None)
    at = next((w.clause for w in theirs if value is not None and w.end > value.start), -1)
    mine = claim.unit.words
    if figure.unit == MONEY:
        return _apart_in(named(mine), named(theirs))
    if figure.unit == "percent":
        return _apart_in(named(w for w in mine if w.clause == figure.clause), named(w for w in theirs if w.clause == at))
    if figure.unit:
        return False
    if shared(claim.unit, latest.sentence) < LITTLE and _apart_in(named(mine), named(theirs)):
        return True
    return _apart_in(placed(mine, figure.clause), placed(theirs, at))


def _apart_in(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    return bool(mine and theirs) and not mine & theirs


def named(row: Iterable[Word]) -> frozenset[str]:
    """Stems of the names in a sentence, those of sources and days aside."""
    days = words.lookup("weekdays").keys() | words.lookup("months").keys()
    return frozenset(w.stem for w in row if w.name and not w.source and w.low not in days)


def placed(row: Sequence[Word], clause: int) -> frozenset[str]:
    """Stems of the names of a clause that say where."""
    return frozenset(w.stem for w in row if w.clause == clause and w.name and w.aside and not w.source)


def _currency(value: str) -> str:
    return value.split()[-1]


def shared(unit: Unit, sentence: str) -> float:
    """The share of the shorter sentence's content words that the other one has too."""
    theirs = frozenset(s for s in stems(sentence) if s not in function_stems() and not s[0].isdigit())
    mine = frozenset(s for s in unit.content if not s[0].isdigit())
    return len(mine & theirs) / (min(len(mine), len(theirs)) or 1)
