"""Values of a sentence: quantities, ordinals, dates, times, each with a canonical key. Equal keys are the same fact.

What cannot be read for certain ("dozens", a code such as F-16, a bare "one" before a thing) is no value.
"""

import datetime as dt
import re
from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache

from pipeline.text.dates import Moment, moments
from pipeline.text.marks import lower_marks, plain_marks
from pipeline.text.names import mostly_capitals, stands_first
from pipeline.text.numbers import Number, canonical, number_at, start_pattern
from pipeline.words import family, groups, lookup


class ValueKind(StrEnum):
    QUANTITY = "quantity"
    ORDINAL = "ordinal"
    DATE = "date"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value with its place: `sentence[start:end]` is what it was read from, hedge and noun left out."""

    kind: ValueKind
    text: str
    start: int
    end: int
    key: str  # canonical: equal for the same value in another notation
    number: Decimal | None = None  # of a quantity or ordinal; the lower end of a range
    high: Decimal | None = None  # the upper end of a range
    unit: str = ""  # canonical unit or ISO code of a currency
    hedge: str = ""  # canonical hedge, such as "at least"
    noun: str = ""  # what is counted: head noun, lower-case as written
    percent: bool = False
    age: bool = False
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None  # Monday = 0
    date: dt.date | None = None  # the calendar day, if it can be told
    minutes: int | None = None  # since midnight
    meridiem: bool = False  # of a time: a.m. or p.m. is stated or shown


def values(sentence: str, published_at: dt.datetime | None = None) -> tuple[Value, ...]:
    """The values of a sentence in order, none overlapping. Relative dates need the time of publication in its own zone."""
    return _read(sentence, published_at, published_at.tzinfo if published_at is not None else None)


@lru_cache(maxsize=1 << 13)
def _read(sentence: str, published_at: dt.datetime | None, zone: dt.tzinfo | None) -> tuple[Value, ...]:
    """The values; the zone tells apart two times that are one instant and two days."""
    low = lower_marks(sentence)
    dated = moments(low, published_at)
    found = [_of_moment(sentence, moment) for moment in dated]
    taken = sorted((m.start, m.end) for m in dated)
    at = 0
    for m in start_pattern().finditer(low):
        if m.start() < at or _covered(m.start(), taken) or _in_code(sentence, low, m.start()):
            continue
        value = _quantity(sentence, low, m.start(), taken)
        if value:
            found.append(value)
            at = value.end
    found += [v for v in _ordinals(sentence, low) if not any(v.start < o.end and o.start < v.end for o in found)]
    return tuple(sorted(found, key=lambda v: v.start))


def _covered(at: int, taken: list[tuple[int, int]]) -> bool:
    i = bisect_right(taken, (at, len(taken) + 1 << 40)) - 1
    return i >= 0 and taken[i][0] <= at < taken[i][1]


def _of_moment(sentence: str, m: Moment) -> Value:
    text = sentence[m.start : m.end]
    if m.minutes is not None:
        key = f"time {m.minutes // 60:02}:{m.minutes % 60:02}"
        return Value(kind=ValueKind.TIME, text=text, start=m.start, end=m.end, key=key, minutes=m.minutes, meridiem=m.meridiem)
    stated = (m.year, m.month, m.day, m.last_day, m.weekday)
    parts = ["" if f is None else str(f) for f in stated]
    name = m.span or m.feast
    key = f"date {name or m.offset}" if name or m.offset is not None else "date " + "/".join(parts)
    if m.which:
        key += f" {m.which}" + " week" * m.in_week
    return Value(
        kind=ValueKind.DATE,
        text=text,
        start=m.start,
        end=m.end,
        key=key,
        year=m.year,
        month=m.month,
        day=m.day,
        weekday=m.weekday,
        date=m.on,
        unit="day" if m.offset is not None else name,
    )


# ---- quantities ----------------------------------------------------------------------------------------------------------

_CODE = re.compile(r"(?<![A-Za-z])[A-Za-z]+-?$")
_NOT_A_CODE = re.compile(r"^(?:mid|pre|post|early|late|top|under|over|sub|non|about|some|than|to|and|or|of)-$")
_GLUED = re.compile(
    r"\d(?!(?:st|nd|rd|th|bn|mn|mln|bln|tn|trn|m|k|km|kg|g|mm|cm|ft|in|lb|lbs|mph|kmh|kph|mw|gw|kw|kwh|mwh|gb|tb|mb|ha|mi|h|c|f|p|pc|x|b|t)\b)[a-z]"
)
_AGE = re.compile(r"[ -]year[s]?[ -]olds?\b")
_RANGE = re.compile(r"\s?-\s?(?=(?:us)?[$€£]?\d)|\s+to\s+|\s+and\s+|\s+or\s+")
_HALF = re.compile(
    r"(?<![\w-])(?:(?P<half>half)(?=\s+(?:of|the|its|his|her|their|all)\b)"
    r"|(?P<part>(?:a|one|two|three)[ -](?:third|quarter|fifth)s?)(?=\s+of\b))"
)


@cache
def _money_before() -> re.Pattern[str]:
    forms = [f for f in lookup("currencies") if not f.isalpha() or len(f) == 3]
    return re.compile("(?:(?<![a-z])|(?<=[^a-z]))(" + _any(forms) + r")\s?-?$")


@cache
def _after() -> re.Pattern[str]:
    """What may stand after a number: a unit or a currency."""
    money = [f for f in lookup("currencies") if len(f) > 1 or not f.isascii()]
    units = list(lookup("units"))
    whose = r"(?:(?:us|u\.s\.|american|canadian|australian)\s)?"
    return re.compile(rf"(?P<joint>\s?-?\s?){whose}(?P<form>{_any(units + money)})(?![\w/])")


@cache
def _hedge_before() -> re.Pattern[str]:
    forms = [f for forms in groups("hedges").values() for f in forms if "N" not in f and f != "or so"]
    return re.compile(rf"(?<![\w-])({_any(forms)})\s+(?:the\s+|an?\s+)?$")


@cache
def _hedge_after() -> tuple[tuple[re.Pattern[str], str], ...]:
    forms = [(f.replace("N", ""), key) for key, forms in groups("hedges").items() for f in forms if "N" in f]
    return tuple((re.compile(("" if f[0] == "-" else r"(?:\s+[a-z]+)?") + rf"{re.escape(f)}\b"), key) for f, key in forms)


def _any(forms: list[str]) -> str:
    return "|".join(sorted(map(re.escape, set(forms)), key=lambda f: (-len(f), f)))


def _in_code(sentence: str, low: str, at: int) -> bool:
    """Whether the figure belongs to a code such as F-16, COVID-19, 76ers."""
    if not low[at].isdigit():
        return False
    before = _CODE.search(sentence, max(0, at - 12), at)
    if before and not _NOT_A_CODE.match(before[0].lower()) and not before[0].islower():
        return before[0].lower().rstrip("-") not in lookup("currencies")
    if before and not before[0].endswith("-"):
        return before[0].lower() not in lookup("currencies")
    end = at
    while end < len(low) and (low[end].isdigit() or low[end] in ",."):
        end += 1
    return bool(_GLUED.match(low, end - 1))


_UNCOUNTED = re.compile(r"\b(?:several|many|few|couple of)\s$")  # "several million" is no million


def _quantity(sentence: str, low: str, at: int, taken: list[tuple[int, int]]) -> Value | None:
    """The quantity that starts at a place: currency, number or range, letter for a power of ten, unit, noun."""
    number = number_at(low, at)
    if number is None or _is_ordinal(low, number.end) or _HALF.match(low, at) or _named(sentence, number):
        return None
    start, end = number.start, number.end
    if number.worded and _UNCOUNTED.search(low, max(0, start - 14), start):
        return None
    money = _money_before().search(low, max(0, start - 5), start)
    if not money and number.worded and number.value == 1 and not _one_counts(low, end):
        return None
    value, high, end = _ends(low, number, taken)
    factor, end = _letter_factor(low, end, bool(money))
    unit, unit_end, joint = _unit(low, end)
    age = _AGE.match(low, end)
    if money:
        start, unit, unit_end = money.start(), lookup("currencies")[money[1]], end
    if age:
        unit, unit_end = "year", age.end()
    sign = _SIGN.search(low[max(0, start - 8) : start])
    if sign and high is None:
        value, start = -value, start - len(sign[0].lstrip(" ("))
    noun = _noun(low, unit_end, joint)
    aged = bool(age) or _aged(low, start, unit_end) or (not unit and _beside_name(sentence, start, unit_end))
    unit = unit or ("year" if aged else "")
    return _value(sentence, low, start, unit_end, value * factor, high * factor if high is not None else None, unit, noun, aged)


_SIGN = re.compile(r"(?:(?:^|[\s(])-|\bminus )$")


def _ends(low: str, number: Number, taken: list[tuple[int, int]]) -> tuple[Decimal, Decimal | None, int]:
    """Low end, high end if it is a range, and where the number ends; "10-12 million" lends its million to both."""
    second = _range(low, number, taken)
    if not second:
        return number.value, None, number.end
    value = number.value
    if second.multiplied and not number.multiplied and value < second.value:
        value *= Decimal(10) ** _scale(second)
    return value, second.value, second.end


_MILLIONS = re.compile(r" ?mm\b")  # as in accounts: "$200MM"


def _letter_factor(low: str, end: int, money: bool) -> tuple[int, int]:
    """The power of ten of a letter right behind a number: k always, m before counted things, m, b and t after a currency."""
    millions = _MILLIONS.match(low, end) if money else None
    if millions:
        return 10**6, millions.end()
    letter = low[end : end + 1]
    if letter not in "kmbt" or not letter or low[end + 1 : end + 2].isalnum():
        return 1, end
    if letter == "k" or money or (letter == "m" and _counted_millions(low, end + 1)):
        return {"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}[letter], end + 1
    return 1, end


def _named(sentence: str, number: Number) -> bool:
    """Whether a number word is a name: a capital inside a sentence ("Channel Four", "told Nine")."""
    if not number.worded or not sentence[number.start].isupper():
        return False
    return not stands_first(plain_marks(sentence), number.start) and not mostly_capitals(plain_marks(sentence))


def _scale(number: Number) -> int:
    """The power of ten that a multiplied second end of a range lends to the first."""
    return (len(str(int(number.value))) - 1) // 3 * 3


def _value(
    sentence: str, low: str, start: int, end: int, number: Decimal, high: Decimal | None, unit: str, noun: str, age: bool
) -> Value:
    ends = canonical(number) + (f"..{canonical(high)}" if high is not None else "")
    return Value(
        kind=ValueKind.QUANTITY,
        text=sentence[start:end],
        start=start,
        end=end,
        key=f"{ends} {unit}".strip(),
        number=number,
        high=high,
        unit=unit,
        hedge=_hedge(low, start, end),
        noun=noun,
        percent=unit == "percent",
        age=age,
    )


def _one_counts(low: str, end: int) -> bool:
    """A bare "one" counts only before a person, a unit or a round number's name: "one person", "one day"."""
    m = re.match(r"[ -]+([a-z-]+)(?:[ -]+([a-z-]+))?", low[end : end + 40])
    if not m:
        return False
    known = family("person_nouns")
    return m[1] in known or m[1] in lookup("units") or bool(m[2] and m[2] in known and m[1] not in family("stopwords"))


_SIGNED = re.compile(r"(?:us)?[$€£](?=\d)")


def _range(low: str, first: Number, taken: list[tuple[int, int]]) -> Number | None:
    """The second end of `10-12`, `10 to 12` or `between 10 and 12`; never of `from 10 to 12`, which is a change."""
    m = _RANGE.match(low, first.end)
    if not m:
        return None
    signed = _SIGNED.match(low, m.end())  # "between $140 and $150 million"
    at = signed.end() if signed else m.end()
    if _covered(at, taken) or not start_pattern().match(low, at):
        return None
    before = re.sub(r"(?:us)?[$€£]$", "", low[max(0, first.start - 12) : first.start])
    link = m.group().strip()
    if (link == "and" and not before.endswith("between ")) or (link == "to" and before.endswith("from ")):
        return None
    second = number_at(low, at)
    if second is None or _is_ordinal(low, second.end):
        return None
    if signed and (not low[: first.start].rstrip().endswith(signed[0]) or second.value <= first.value):
        return None
    return second if link == "-" or second.value > first.value or second.multiplied else None


def _unit(low: str, end: int) -> tuple[str, int, str]:
    m = _after().match(low, end)
    if not m:
        return "", end, ""
    form, joint = m["form"], m["joint"]
    if joint == "" and form.isalpha() and len(form) > 3:
        return "", end, ""
    if form in ("c", "f", "pc") and joint:
        return "", end, ""  # these stand right behind their figure: 38C, 4pc
    if form == "m" and joint == "" and _counted_millions(low, m.end()):
        return "", end, ""
    unit = lookup("units").get(form) or lookup("currencies")[form]
    return unit, m.end(), joint


def _counted_millions(low: str, end: int) -> bool:
    """Whether the "m" that ends here stands for million: people or things are counted, not metres."""
    m = re.match(r"\s+([a-z]+)", low[end : end + 30])
    word = m[1] if m else ""
    return word in family("person_nouns") or (_plural(word) and word not in family("stopwords"))


def _is_ordinal(low: str, end: int) -> bool:
    return bool(re.match(r"(?:st|nd|rd|th)\b", low[end : end + 3]))


_AGE_WORD = re.compile(r"(?:\bage[ds]?\s+(?:(?:of|between|from)\s+)?|\bwho\s+(?:is|was)\s+(?:now\s+)?)$")
_FULL_NAME = re.compile(r"[^\W\d_a-z][\w'’-]+ [^\W\d_a-z][\w'’-]+(?:, |,? \()$")
_AGE_ENDS = re.compile(r"\)|\s*(?:,|;|[—–-] |\.?$)")


def _beside_name(sentence: str, start: int, end: int) -> bool:
    """Whether a small number stands behind a person's full name, as an age does: "Ann Ode (41)", "Ann Ode, 41 - a nurse"."""
    small = sentence[start:end].isdigit() and end - start <= 2
    return small and bool(_FULL_NAME.search(sentence, max(0, start - 60), start) and _AGE_ENDS.match(sentence, end))


def _aged(low: str, start: int, end: int) -> bool:
    said = _AGE_WORD.search(low[max(0, start - 16) : start])
    if said and (said[0].startswith("age") or re.match(r"[,.;]|$", low[end : end + 1])):
        return True
    between_commas = low[max(0, start - 2) : start] == ", " and low[end : end + 1] == ","
    return between_commas and low[start:end].isdigit() and end - start <= 2


def _hedge(low: str, start: int, end: int) -> str:
    if m := _hedge_before().search(low, max(0, start - 30), start):
        return lookup("hedges")[m[1]]
    for pattern, key in _hedge_after():
        if pattern.match(low, end):
            return key
    return ""


_FOLLOWING = re.compile(
    r"(?:-|\s+)(?:of\s+|in\s+)?(?:(?:the|its|their|his|her|all|our)\s+)?"
    r"((?:[^\W\d_]+(?:[-'][^\W\d_]+)*)(?:\s+[^\W\d_]+(?:[-'][^\W\d_]+)*){0,3})"
)


def _noun(low: str, end: int, joint: str) -> str:
    """The head noun that follows: the first plural among the next words, else the last before a function word."""
    m = _FOLLOWING.match(low, end)
    if not m:
        return ""
    run: list[str] = []
    for word in m[1].split():
        if word in family("stopwords") or (joint == "-" and run and word.endswith(("s", "ed"))):
            break  # after "12-point plan" a word in -s is rather a verb
        run.append(word)
        if _plural(word) or word in family("person_nouns") or _is_participle(word) or word == "dead":
            return word
    return run[-1] if run else ""


def _is_participle(word: str) -> bool:
    """Whether a word may say what happened to what is counted: "12 killed", but not "two speed boats"."""
    return word.endswith("ed") and not word.endswith("eed")


def _plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))


def _ordinals(sentence: str, low: str) -> list[Value]:
    """`11th` and `eleventh`, and parts of a whole: half of, two thirds of."""
    found = []
    for m in _ordinal_pattern().finditer(low):
        number = int(m["digits"]) if m["digits"] else int(lookup("ordinals")[m["word"]])
        if m["word"] == "third" and re.match(r"\s+of\b", low[m.end() :]) and re.search(r"\b(?:a|one)\s$", low[: m.start()]):
            continue
        noun = _noun(low, m.end(), "")
        found.append(
            Value(
                kind=ValueKind.ORDINAL,
                text=sentence[m.start() : m.end()],
                start=m.start(),
                end=m.end(),
                key=f"{number} ordinal",
                number=Decimal(number),
                unit="ordinal",
                noun=noun,
            )
        )
    for m in _HALF.finditer(low):
        share = _share(m)
        found.append(_value(sentence, low, m.start(), m.end(), share, None, "percent", _noun(low, m.end(), ""), False))
    return found


@cache
def _ordinal_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.,])(?:(?P<digits>\d+)(?:st|nd|rd|th)|(?P<word>{_any(list(lookup('ordinals')))}))\b(?!s)")


def _share(m: re.Match[str]) -> Decimal:
    if m["half"]:
        return Decimal(50)
    count, _, part = re.sub(r"s$", "", m["part"]).replace("-", " ").partition(" ")
    of = {"third": 3, "quarter": 4, "fifth": 5}[part]
    return Decimal(100) * {"a": 1, "one": 1, "two": 2, "three": 3}[count] / of
