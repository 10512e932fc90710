"""Figures of a unit, each tied to the aspect and the thing that it counts. The figure is routed, not the sentence.

"38 people were killed, 120 were missing and about 400 were injured" is three figures on three aspects. What is no claim: ages,
labels, conversions in brackets, counts of speakers, differences ("cut by 17"), and the old side of "187, not 204".
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from pipeline import words
from pipeline.claims.lexicon import concept_words, cue_words, say_words, stance_words, stem
from pipeline.claims.units import Unit, function_stems
from pipeline.text import Value, ValueKind, values

WEEK = 7  # days within which a day that is named is still the news
MARGIN = 4  # words before a figure in which "led by" stands
NOUN_NEAR = 24  # letters between a figure and its noun
MONEY = "money"


@dataclass(frozen=True, slots=True)
class Figure:
    """A value of a unit with what is needed to key and compare it."""

    start: int  # offsets in the unit's text
    end: int
    value: str  # canonical: equal for the same figure in other letters
    number: Decimal | None
    unit: str  # money, percent, a measure, or "" for a plain count
    hedge: str
    noun: str
    clause: int
    at: int  # index of the word where it stands
    old: bool = False  # the side that a sentence sets aside: "down from 7.1", "not 204"
    describes: bool = False  # only describes the noun behind it: "the 12-point plan"
    known: bool = False  # speaks of a group that was told of before: "the three victims"
    past: date | None = None  # the latest day that its sentence names before the week of publication: "in February"
    elsewhen: bool = False  # told as another event's: "weeks after a driver shot eight people", "four prior arrests"
    rate: bool = False  # for each of something: "$23 million per season"
    vague: bool = False  # an order more than a count: "a million soldiers"


def is_number(word: str) -> bool:
    return word[:1].isdigit() or word in words.lookup("number_words")


@cache
def currencies() -> frozenset[str]:
    """Canonical names of currencies."""
    return frozenset(words.groups("currencies"))


def read_figures(unit: Unit, published_at: datetime | None) -> tuple[Figure, ...]:
    """The figures of a unit that may be claims, old sides included."""
    found = []
    past = past_day(unit, published_at)
    for value in values(unit.text, published_at):
        if value.kind == ValueKind.QUANTITY and not value.age and not _is_name(unit, value):
            figure = _figure(unit, value)
            if not _no_claim(unit, figure):
                known, describes = _is_definite(unit, figure), _describes(unit, figure)
                old, elsewhen = _is_old(unit, figure), bool(_ELSEWHEN.search(unit.text)) or _is_prior(unit, figure)
                rate, vague = _is_rate(unit, figure), _is_order(unit, figure)
                told = replace(figure, old=old, describes=describes, known=known, past=past, elsewhen=elsewhen)
                found.append(replace(told, rate=rate, vague=vague))
    return tuple(sorted([*found, *_vague(unit), *_zero(unit)], key=lambda f: f.start))


def _figure(unit: Unit, value: Value) -> Figure:
    at = next((i for i, w in enumerate(unit.words) if w.end > value.start), len(unit.words) - 1)
    money = value.unit in currencies()
    unknown = not value.unit and _is_money_noun(value.noun, value.number)
    return Figure(
        start=value.start,
        end=value.end,
        value=f"{value.key} {value.noun}" if unknown else value.key,
        number=value.number,
        unit=MONEY if money or unknown else value.unit,
        hedge=value.hedge,
        noun=value.noun,
        clause=unit.words[at].clause if unit.words else 0,
        at=at,
    )


_ELSEWHEN = re.compile(r"\b(?:days?|weeks?|months?|years?|decades?) (?:after|ago|earlier|before|since)\b", re.I)


_PER = re.compile(r"-? ?(?:\w+ ){0,2}?(?:per|each|apiece)\b|-? ?(?:an?|every) (?:\w+)\b")
_EVERY = frozenset({"year", "month", "week", "day", "hour", "minute", "night", "season", "game", "barrel", "ton", "tonne"})
_EVERY |= {"share", "head", "person", "piece", "ticket", "vote", "liter", "litre", "gallon", "pound", "ounce", "mile", "unit"}
_ROUND = re.compile(r"an? (?:hundred|thousand|million|billion)\b", re.I)


def _is_rate(unit: Unit, figure: Figure) -> bool:
    """Whether a figure is told for each of something: "per season", "a barrel"."""
    end = next((w.end for w in unit.words if figure.noun and w.low == figure.noun and w.start >= figure.end), figure.end)
    hit = _PER.match(unit.text, end if end - figure.end < NOUN_NEAR else figure.end)
    last = hit[0].split()[-1].lower() if hit is not None else ""
    return last in {"per", "each", "apiece"} or last in _EVERY


def is_margin(unit: Unit, figure: Figure) -> bool:
    """Whether a figure says by how much somebody is before somebody else: "led by 18 points"."""
    row = [w.low for w in unit.words[max(0, figure.at - MARGIN) : figure.at] if w.clause == figure.clause]
    return row[-1:] == ["by"] and bool(set(row) & cue_words("margin verb"))


def _is_prior(unit: Unit, figure: Figure) -> bool:
    """Whether what is counted was so before the story, or comes on top of it: "four prior arrests", "two additional terms"."""
    return any(w.low in cue_words("prior") for w in unit.words[figure.at + 1 : figure.at + 3] if w.clause == figure.clause)


def _is_order(unit: Unit, figure: Figure) -> bool:
    """Whether a number is an order more than a count: "a million", with no word of more or less before it."""
    return not figure.hedge and not figure.unit and bool(_ROUND.match(unit.text, figure.start))


def past_day(unit: Unit, published_at: datetime | None) -> date | None:
    """The latest day or month that a sentence names, if it lies more than a week before publication; else None.

    A month without a year is the last one of that name: "in September" is no plan if nothing in the sentence lies ahead.
    """
    if published_at is None or any(w.low in cue_words("norm modal") or w.low == "will" for w in unit.words):
        return None
    told = [d for v in values(unit.text, published_at) if (d := _day(v, published_at.date())) is not None]
    return max(told) if told and max(told) < published_at.date() - timedelta(days=WEEK) else None


def _day(value: Value, today: date) -> date | None:
    """The day of a date, the first of the month if it names only that."""
    if value.kind != ValueKind.DATE or value.date is not None:
        return value.date if value.kind == ValueKind.DATE else None
    if value.month is None or value.weekday is not None:
        return date(value.year, 12, 31) if value.year is not None and 0 < value.year < today.year else None
    year = value.year or (today.year if value.month <= today.month else today.year - 1)
    return date(year, value.month, 1) if (year, value.month) != (today.year, today.month) else today


def _is_definite(unit: Unit, figure: Figure) -> bool:
    """Whether the count only refers: "the three victims", "both", and no word of number stands before it."""
    before = unit.words[figure.at - 1].low if figure.at else ""
    return before in {"the", "these", "those", "all"} and bool(figure.noun) and not figure.unit


def _describes(unit: Unit, figure: Figure) -> bool:
    """Whether a counted noun stands in the singular before another noun: "12-point plan", "12 point plan"."""
    if figure.unit in {"", MONEY, "percent"}:
        return False
    written = unit.text[figure.start : figure.end].lower()
    after = next((w.low for w in unit.words if w.start >= figure.end), "")
    singular = written.endswith(" " + figure.unit) and figure.number is not None and figure.number > 1
    return "-" in written or (singular and bool(after) and stem(after) not in function_stems() and not is_verb(after))


def _is_name(unit: Unit, value: Value) -> bool:
    """Whether a number word is part of a name: "Channel Nine" inside a sentence."""
    word = next((w for w in unit.words if w.start == value.start), None)
    return word is not None and word.name and word.text.isalpha() and not word.text.isupper()


def _is_money_noun(noun: str, number: Decimal | None) -> bool:
    """Whether what is counted is money of a currency that no list knows: a word that is no other word, after a large sum."""
    if noun in cue_words("money noun"):
        return True
    known = stem(noun) in concept_words() or noun in words.family("common_words") or noun in kinds() or noun.endswith("s")
    return bool(noun) and not known and number is not None and number >= 100_000


def _no_claim(unit: Unit, figure: Figure) -> bool:
    """Whether a figure counts nothing that a story follows: a label, a conversion, speakers, a difference."""
    row = unit.words
    before = [w.low for w in row[max(0, figure.at - 2) : figure.at]]
    after = [w.low for w in row if figure.end <= w.start][:4]
    plain = not figure.unit and unit.text[figure.start : figure.start + 1].isdigit()
    if plain and before and before[-1] in cue_words("label") and (not figure.noun or row[figure.at - 1].text[0].isupper()):
        return True
    if figure.unit == MONEY and re.search(r"\((?:about |some |around )?$", unit.text[: figure.start]):
        return True
    if before[-2:] == ["home", "to"] or figure.noun == "times":
        return True
    bare = not figure.unit and not figure.noun and not plain and figure.number is not None and figure.number <= 24
    if bare and before and before[-1] in cue_words("clock preposition"):
        return True  # "until nine"
    if before and before[-1] == "by" and set(w.low for w in row[: figure.at]) & cue_words("change verb"):
        return True
    if after[:2] in (["more", "than"], ["fewer", "than"], ["less", "than"]) or figure.noun == "more than":
        return True
    opens = not before or row[figure.at - 1].clause != figure.clause or before[-1] in cue_words("no name")
    if _of_whole(after) and opens:
        return True  # "nine of the 28 are gone": a part
    if figure.at > 3 and _of_whole([*before, "0"]) and is_number(row[figure.at - 3].low):
        return row[figure.at - 4].clause == figure.clause  # "won 90 of the 200": the whole, told in passing
    speakers = [i for i, w in enumerate(after[:2]) if w in cue_words("asker")]
    return bool(speakers) and any(w in say_words() for w in after[speakers[0] + 1 : speakers[0] + 2])


def _of_whole(after: list[str]) -> bool:
    """Whether words open with "of the 28"."""
    return len(after) > 2 and after[0] == "of" and after[1] in cue_words("determiner") and is_number(after[2])


def _is_old(unit: Unit, figure: Figure) -> bool:
    """Whether the sentence sets this figure aside as what stood before."""
    before = unit.text[max(0, figure.start - 40) : figure.start].lower().rstrip()
    direct = re.search(
        r"\b(?:from|not|previously|earlier|against|originally|than|instead of|reported as|put at)(?: the| a| an)?$", before
    )
    if direct and direct[0].startswith("from"):
        return any(w.low in cue_words("change verb") or w.low in {"to", "revised", "corrected"} for w in unit.words)
    at_first = re.search(r"\b(?:at first|first put|first reported|initially|originally|earlier)\b[^,;]*$", before)
    return bool(direct or at_first)


def _vague(unit: Unit) -> list[Figure]:
    """Counts without a number: dozens, hundreds."""
    return [
        Figure(w.start, w.end, w.low, None, "", "", "", w.clause, i)
        for i, w in enumerate(unit.words)
        if w.low in cue_words("vague number") and not w.quoted and not (i and unit.words[i - 1].low[0].isdigit())
    ]


_ZERO = re.compile(r"\bno (?:\w+ )?(?:reports? of|word of)\b|\b(?:nobody|no one)(?= (?:was|is|has been|had been)\b)", re.I)


def _zero(unit: Unit) -> list[Figure]:
    """Statements that there is none of the thing counted."""
    m = _ZERO.search(unit.text)
    if not m or any(w.quoted for w in unit.words if w.start <= m.start() < w.end):
        return []
    at = next((i for i, w in enumerate(unit.words) if w.end > m.start()), 0)
    return [Figure(m.start(), m.end(), "0", Decimal(0), "", "", "", unit.words[at].clause, at)]


def is_verb(word: str) -> bool:
    known = word in say_words() or word in stance_words() or word in words.family("acts") or word in cue_words("plain verb")
    return known or word in cue_words("auxiliary") or word.endswith("ed") or word[:1].isdigit()


@cache
def kinds() -> dict[str, str]:
    return words.lookup("aspect_people")


def counts_people(figure: Figure) -> bool:
    """Whether people are counted, or nothing is named that could be a thing: "killed 12"."""
    bare = not figure.noun.isalpha() or stem(figure.noun) in function_stems() or is_verb(figure.noun)
    return bare or figure.noun in kinds()


def what_is_counted(figure: Figure) -> tuple[str, ...]:
    """What a plain count counts, so that two can be told apart: "people", else the noun's stem and concepts."""
    if counts_people(figure):
        return ("people",)
    root = stem(figure.noun)
    return (root, *concept_words().get(root, ()))
