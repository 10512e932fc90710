"""Dates and clock times in a sentence. An absolute date is read as it stands, a relative one from the publication time.

What cannot be resolved keeps the fields that are written. Words of a deadline ("by", "until") are no part of the date.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache

from pipeline.words import family, lookup

_FUTURE = re.compile(
    r"\b(?:will|would|shall|to|next|due|until|till|by|before|expected|scheduled|set|planned|plans|can|may|must|should|is|are)\b"
)
_PAST = re.compile(r"\b(?:last|was|were|had|did|said|told|[a-z]{3,}ed|went|came|met|held|took|began|left|hit|struck)\b")


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or clock time as written: the fields that are stated, and the calendar day where it can be told."""

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None  # Monday = 0
    last_day: int | None = None  # of "20-27 November"
    offset: int | None = None  # days from the day of publication: yesterday = -1
    span: str = ""  # a decade ("1950s") or a quarter, as written
    minutes: int | None = None  # since midnight
    meridiem: bool = False  # a.m. or p.m. is stated, or the hour shows it
    on: date | None = None


def _forms(family: str, least: int = 3) -> str:
    return "|".join(sorted((f for f in lookup(family) if len(f) >= least), key=lambda f: (-len(f), f)))


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    month = rf"(?P<month>{_forms('months')})\b\.?"
    day = r"(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
    last = r"(?:\s?(?:-|to|and|through)\s?(?P<last>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?)?"
    week = rf"(?:(?P<week>{_forms('weekdays')})\b\.?,?\s+(?:the\s+)?)?"
    year = r"(?P<year>(?:1[5-9]|20)\d\d)"
    past_year = rf"(?:,?\s+(?:in\s+)?{year}(?![\d,-]?\d))?"
    return tuple(
        re.compile(p)
        for p in (
            r"(?<![\w/-])(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?![\w-])",
            rf"(?<!\w){week}{month}\s+{day}\b(?!:|\s?[ap]\.?m\b){last}(?!,\d{{3}}){past_year}",
            rf"(?<![\w.,]){week}{day}{last}\s+(?:of\s+)?{month}(?!\w){past_year}",
            rf"(?<!\w){month}(?:\s+of)?,?\s+{year}(?!\d|,\d)",
            r"(?<![\w/.,])(?P<a>\d{1,2})(?P<sep>[/.])(?P<b>\d{1,2})(?P=sep)(?P<year>(?:19|20)?\d\d)(?![\w/]|\.\d)",
            rf"(?<!\w)(?:{_after_words()})(?P<month>{_forms('months')})\b",
            rf"(?<!\w)(?P<month>{_long_months()})\b",
            rf"(?<!\w)(?P<week>{_forms('weekdays')})\b",
            rf"(?<!\w)(?P<rel>{_forms('relative_days')})\b",
            r"(?<![\w$€£¥.,])(?P<span>(?:1[5-9]|20)\d0'?s)\b",
            rf"(?<![\w$€£¥.,]){year}(?![\w%]|[.,:]\d)",
        )
    )


def _after_words() -> str:
    """Words after which even "May" and "March" are months."""
    words = (
        "in",
        "by",
        "since",
        "until",
        "last",
        "next",
        "this",
        "early",
        "late",
        "from",
        "during",
        "between",
        "before",
        "after",
    )
    return "|".join([rf"(?<={word} )" for word in words] + ["(?<=mid-)"])


def _long_months() -> str:
    return "|".join(sorted(f for f in lookup("months") if len(f) > 4 and f != "march"))


_YEAR_BEFORE = re.compile(
    r"(?:\b(?:in|since|by|of|until|till|from|during|before|after|between|to|and|the|for|through|late|early|mid|pre|post|circa|year|"
    r"fiscal|"
    r"summer|winter|spring|autumn|fall|season|end|start|beginning|middle)[\s-]+|[(/-]|^|,\s+)$"
)
_YEAR_AFTER = re.compile(r"\s+(?:people|troops|men|women|children|[a-z]{3,}s)\b(?<!ss)(?<!his)(?<!was)(?<!has)(?<!as)")
_MAYBE_TIME = re.compile(r"\d|noon|mid(?:night|day)")
_TIME = re.compile(
    r"(?<![\w.,:$€£])(?P<hour>[01]?\d|2[0-4])(?:[:.h](?P<minute>[0-5]\d)(?::[0-5]\d)?)?(?P<gap>\s?)(?P<half>[ap]\.?\s?m\b\.?)(?!\w)"
    r"|(?<![\w.,:$€£])(?P<hour2>[01]?\d|2[0-4]):(?P<minute2>[0-5]\d)(?::[0-5]\d)?(?![\w:]|[.,]\d)"
    r"|(?<![\w.,:$€£])(?P<hour3>[01]\d|2[0-3])(?P<minute3>[0-5]\d)(?=\s?(?:gmt|utc|hrs|hours|local|cet|est|edt|bst|z)\b)"
    r"|(?<![\w.,:$€£])(?P<hour5>[01]?\d|2[0-3])\.(?P<minute5>[0-5]\d)(?=\s(?:gmt|utc|cet|cest|est|edt|bst|pst|pdt|ist|msk|local)\b)"
    r"|(?<!\w)(?P<word>noon|midnight|midday)\b"
    r"|(?<![\w.,:$€£])(?P<hour4>1[0-2]|[1-9])\s+o'clock\b"
)


def moments(low: str, published_at: datetime | None = None) -> list[Moment]:
    """Dates and times of lower-case plain text, in order, none overlapping."""
    found = _times(low)
    taken = bytearray(len(low) + 1)
    for moment in found:
        taken[moment.start : moment.end] = b"\x01" * (moment.end - moment.start)
    if _maybe().search(low):
        for pattern in _patterns():
            for m in pattern.finditer(low):
                if 1 in taken[m.start() : m.end()]:
                    continue
                if dated := _date(low, m):
                    found.append(dated)
                    taken[dated.start : dated.end] = b"\x01" * (dated.end - dated.start)
    found.sort(key=lambda moment: moment.start)
    return [resolve(moment, low, published_at) for moment in found] if published_at else found


@cache
def _maybe() -> re.Pattern[str]:
    """What every date has: a digit or one of these words."""
    return re.compile(rf"\d|\b(?:{_forms('months')}|{_forms('weekdays')}|{_forms('relative_days')})\b")


def _times(low: str) -> list[Moment]:
    found: list[Moment] = []
    if not _MAYBE_TIME.search(low):
        return found
    for m in _TIME.finditer(low):
        if m["word"]:
            minutes, sure = (0 if m["word"] == "midnight" else 720), True
        else:
            hour = int(m["hour"] or m["hour2"] or m["hour3"] or m["hour4"] or m["hour5"])
            minute = int(m["minute"] or m["minute2"] or m["minute3"] or m["minute5"] or 0)
            sure = bool(m["half"] or m["hour3"]) or hour > 12 or hour == 0
            if m["half"]:
                hour = hour % 12 + (12 if m["half"][0] == "p" else 0)
            minutes = hour % 24 * 60 + minute
        found.append(Moment(m.start(), m.end(), minutes=minutes, meridiem=sure))
    return found


def _date(low: str, m: re.Match[str]) -> Moment | None:
    fields = m.groupdict()
    at = Moment(m.start(), m.end())
    if fields.get("span"):
        return replace(at, span=fields["span"].replace("'", ""))
    if fields.get("rel"):
        return replace(at, offset=int(lookup("relative_days")[fields["rel"]]))
    if fields.get("a"):
        return _numeric(at, fields)
    month, week, year = fields.get("month"), fields.get("week"), fields.get("year")
    if year and not month and not _is_year(low, m):
        return None
    number = int(month) if month and month.isdigit() else int(lookup("months")[month]) if month else None
    if number is not None and not 1 <= number <= 12:
        return None
    return replace(
        at,
        year=int(year) if year else None,
        month=number,
        day=int(fields["day"]) if fields.get("day") else None,
        last_day=int(fields["last"]) if fields.get("last") else None,
        weekday=int(lookup("weekdays")[week]) if week else None,
    )


def _numeric(at: Moment, fields: dict[str, str | None]) -> Moment | None:
    """`11/20/2025`, `20.11.2025`: a part above 12 is the day; else a stop means day first, a slash month first."""
    first, second, year = int(fields["a"] or 0), int(fields["b"] or 0), int(fields["year"] or 0)
    year += 2000 if year < 100 else 0
    day_first = first > 12 or (fields["sep"] == "." and second <= 12)
    day, month = (first, second) if day_first else (second, first)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return replace(at, year=year, month=month, day=day)


def _is_year(low: str, m: re.Match[str]) -> bool:
    """Four figures are a year after a word or mark that years follow, and elsewhere unless counted things follow."""
    before = low[max(0, m.start() - 20) : m.start()]
    if _measured().match(low, m.end()) or _ROUGHLY.search(before):
        return False
    return bool(_YEAR_BEFORE.search(before)) or not _YEAR_AFTER.match(low[m.end() : m.end() + 30])


_ROUGHLY = re.compile(r"\b(?:about|around|roughly|approximately|nearly|almost|some|over|than|least)\s+$")


@cache
def _measured() -> re.Pattern[str]:
    """A unit, currency or person noun behind a number."""
    forms = [f for f in (*lookup("units"), *lookup("currencies"), *family("person_nouns")) if len(f) > 2 or f == "km"]
    return re.compile(r"[\s-]+(?:" + "|".join(sorted(map(re.escape, forms), key=lambda f: (-len(f), f))) + r")\b")


def resolve(moment: Moment, low: str, published_at: datetime) -> Moment:
    """The moment with its calendar day, where the stated fields and the day of publication tell it."""
    if moment.minutes is not None or moment.span:
        return moment
    day = published_at.date()
    if moment.offset is not None:
        return replace(moment, on=day + timedelta(days=moment.offset))
    if moment.month and moment.day:
        return replace(moment, on=_nearest(moment, day))
    if moment.weekday is not None:
        ahead = (moment.weekday - day.weekday()) % 7
        past = _looks_past(low, moment)
        return replace(moment, on=day + timedelta(days=ahead - 7 if past and ahead else ahead))
    return moment


def _nearest(moment: Moment, day: date) -> date | None:
    """The stated day and month in the stated year, or in the year that brings it nearest to the publication."""
    years = [moment.year] if moment.year else [day.year - 1, day.year, day.year + 1]
    dates = []
    for year in years:
        try:
            dates.append(date(year, moment.month or 1, moment.day or 1))
        except ValueError:
            continue
    return min(dates, key=lambda d: (abs((d - day).days), d), default=None)


def _looks_past(low: str, moment: Moment) -> bool:
    """Whether a bare weekday lies behind: the words before it decide, the nearest cue first; without any it lies behind."""
    before = low[max(0, moment.start - 60) : moment.start]
    ahead = [m.start() for m in _FUTURE.finditer(before)]
    behind = [m.start() for m in _PAST.finditer(before)]
    return not ahead or (bool(behind) and behind[-1] > ahead[-1])
