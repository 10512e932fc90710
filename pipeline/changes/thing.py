"""Whether two figures count one thing. Pure.

Reports of one event hold many figures with like words beside them: of another event, a part, another person. A figure that was
not given before moves its key only where nothing says that it is of another thing; what fails stays a claim, with its reason.
Measured on pairs of figures from real reports labelled by hand: see `bench/measure_numbers.py`.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from pipeline.changes.entries import Entry
from pipeline.claims import AspectProfile, Figure, Unit
from pipeline.claims.figures import MONEY, counts_people, what_is_counted
from pipeline.claims.lexicon import cue_words, stems
from pipeline.claims.units import function_stems

BEFORE_STORY = timedelta(days=7)  # a day this long before the first value of a key belongs to another event
SAME_NAMES = 0.5  # share of the names before a sum that two sums of one giver have in common
FAR = 20  # times that a count of things may not grow from one report to the next
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
    if figure.known:
        return "refers to a group that was told of before"
    if claim.second and not claim.labelled:
        return "the report has given another figure for it: of a part, or of another thing"
    if _of_somebody_else(figure, frozenset(claim.bearer), frozenset(latest.bearer)):
        return "of somebody else than the figure that stands"
    if not claim.labelled and not counts_alike(figure, latest):
        return "of another thing than the figure that stands"
    if claim.deep and not claim.labelled:
        return "far down in a report that was not known: most likely of an earlier time or of a part"
    if not (claim.sure or claim.labelled or figure.known):
        return "what it counts is not named beside it"
    if figure.unit == MONEY and _currency(figure.value) != _currency(latest.value) and figure.number != latest.amount:
        return "a sum in another currency, which cannot be compared"
    things = bool(figure.unit or (figure.noun.isalpha() and not counts_people(figure))) and not figure.describes
    if things and not claim.labelled and shared(claim.unit, latest.sentence) < _needed(figure):
        return "in a sentence that shares too few words with the one that stands"
    if things and _apart(figure.number, latest.amount):
        return "of another order than the figure that stands"
    return ""


def counts_alike(figure: Figure, entry: Entry) -> bool:
    """Whether a plain count counts what an earlier one does: people, or things of one name or family."""
    return bool(figure.unit) or not entry.counted or bool(set(entry.counted) & set(what_is_counted(figure)))


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


def _apart(a: Decimal | None, b: Decimal | None) -> bool:
    """Whether two counts are so far apart that no report could take one for the other."""
    return a is not None and b is not None and min(a, b) > 0 and max(a, b) >= FAR * min(a, b)


def _currency(value: str) -> str:
    return value.split()[-1]


def shared(unit: Unit, sentence: str) -> float:
    """The share of the shorter sentence's content words that the other one has too."""
    theirs = frozenset(s for s in stems(sentence) if s not in function_stems() and not s[0].isdigit())
    mine = frozenset(s for s in unit.content if not s[0].isdigit())
    return len(mine & theirs) / (min(len(mine), len(theirs)) or 1)
