"""Numbers as people write them: figures with any grouping, words, fractions, multipliers. One number at a place; no units."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from pipeline.words import lookup

_FIGURES = re.compile(
    r"""
    (?P<grouped>\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?:\ \d{3})+(?!\d|,\d)|\d{1,3}(?:'\d{3})+(?!\d))(?P<part>\.\d+)?
    | (?P<dotted>\d{1,3}(?:\.\d{3}){2,}|[1-9]\d{0,2}\.000)(?![\d.,]?\d)     # 1.204.000, 30.000
    | (?P<comma>\d+,\d{1,2})(?!\d|,\d)                                       # 3,5
    | (?P<plain>\d+(?:\.\d+)?|\.\d+)
    """,
    re.VERBOSE,
)
_FRACTION = re.compile(r"\ ?(?:([¼½¾⅓⅔⅛⅜⅝⅞])|(?<=\d)\ (\d)/(\d)(?!\d))")
_AND_A_HALF = re.compile(r"[ -]and[ -](?:a|one)[ -]half\b")


_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"  # letters of scripts without spaces
LONGEST = 24  # characters of a number in figures; longer ones are codes
LARGEST = Decimal(10) ** 18


@dataclass(frozen=True, slots=True)
class Number:
    """One number with its place. `worded` if it is written in words alone."""

    value: Decimal
    start: int
    end: int
    worded: bool
    grouped: bool = False
    multiplied: bool = False


@cache
def _small() -> dict[str, int]:
    return {word: int(value) for word, value in lookup("number_words").items()}


@cache
def _multipliers() -> dict[str, int]:
    return {word: int(value) for word, value in lookup("multipliers").items()}


def _any(words: list[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=lambda w: (-len(w), w)))


@cache
def _run() -> re.Pattern[str]:
    """A run of number words, such as `a hundred and sixty-one thousand`."""
    large = _any([w for w in _multipliers() if len(w) > 3])
    word = rf"(?:{_any(list(_small()))}|{large})"
    joint = r"(?:[ -]+|(?<=hundred) and |(?<=thousand) and )"
    return re.compile(rf"(?<![\w-])(?:an? (?={large})|half an? (?={large}))?{word}(?:{joint}{word})*\b")


@cache
def _multiplier() -> re.Pattern[str]:
    return re.compile(rf"[ -]?({_any(list(_multipliers()))})(?:s?\b)(?!\.\w)")


@cache
def start_pattern() -> re.Pattern[str]:
    """Where a number may begin in lower-case plain text."""
    return re.compile(rf"(?:(?<![\w.,])|(?<=[{_UNSPACED}]))(?:\d|\.\d)|[¼½¾⅓⅔⅛⅜⅝⅞]|{_run().pattern}")


def number_at(low: str, at: int) -> Number | None:
    """The number that starts at a place of lower-case plain text, or None."""
    if run := _run().match(low, at):
        return _bounded(_worded(low, run))
    if low[at] in "¼½¾⅓⅔⅛⅜⅝⅞":
        return Number(Decimal(str(unicodedata.numeric(low[at]))), at, at + 1, worded=False)
    m = _FIGURES.match(low, at)
    return _bounded(_figures(low, m)) if m and len(m.group()) <= LONGEST else None


def _bounded(number: Number | None) -> Number | None:
    """No value for what no report counts: hostile text must not cost memory or overflow."""
    return number if number and number.value < LARGEST else None


def _figures(low: str, m: re.Match[str]) -> Number:
    value, end = _plain_value(m), m.end()
    if part := _FRACTION.match(low, end):
        value += Decimal(str(round(unicodedata.numeric(part[1]), 3))) if part[1] else Decimal(part[2]) / Decimal(part[3])
        end = part.end()
    if half := _AND_A_HALF.match(low, end):
        value, end = value + Decimal("0.5"), half.end()
    times = _multiplier().match(low, end)
    if times:
        value, end = value * _multipliers()[times[1]], times.end()
    grouped = bool(m["grouped"] or m["dotted"])
    return Number(value, m.start(), end, worded=False, grouped=grouped, multiplied=bool(times))


def _plain_value(m: re.Match[str]) -> Decimal:
    if m["grouped"]:
        return Decimal(re.sub(r"\D", "", m["grouped"]) + (m["part"] or ""))
    if m["dotted"]:
        return Decimal(m["dotted"].replace(".", ""))
    if m["comma"]:
        return Decimal(m["comma"].replace(",", "."))
    return Decimal(m["plain"])


def _worded(low: str, run: re.Match[str]) -> Number | None:
    """A number in words. Words that do not go on with the number ("nineteen eighty") end it."""
    total, current, largest, end = 0, 0, 0, run.start()
    half = run.group().startswith("half ")
    for m in re.finditer(r"[a-z]+", run.group()):
        word = m.group()
        if word in {"a", "an", "and", "half"}:
            continue
        small, large = _small().get(word), _multipliers().get(word)
        if small is not None and not _fits(small, current):
            break
        if small is not None:
            current += small
        elif large == 100 or large == 12:
            current = max(current, 1) * large
        elif large:
            total, current = total + max(current, 1) * large, 0
        largest, end = max(largest, large or 0), run.start() + m.end()
    if end == run.start():
        return None
    value = Decimal(total + current) / 2 if half else Decimal(total + current)
    if more := _AND_A_HALF.match(low, end):
        value, end = value + Decimal("0.5"), more.end()
        if times := _multiplier().match(low, end):
            value, end = value * _multipliers()[times[1]], times.end()
    return Number(value, run.start(), end, worded=True, multiplied=largest >= 1000)


def _fits(small: int, current: int) -> bool:
    """Whether a number below 100 can follow what was read so far: "twenty" "one", "hundred" "sixty", never "five" "six"."""
    tail = current % 100
    return tail == 0 or (tail >= 20 and tail % 10 == 0 and small < 10)


def canonical(value: Decimal) -> str:
    """The number without exponent and trailing zeros: equal numbers, equal text."""
    text = format(round(value, 6).normalize(), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
