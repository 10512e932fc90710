"""Dates and clock times in a sentence. An absolute date is read as it stands, a relative one from the publication time.

What cannot be resolved keeps the fields that are written. Words of a deadline ("by", "until") are no part of the date.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache

from pipeline.text import days
from pipeline.words import family, lookup


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
    span: str = ""  # a decade ("1950s") as written
    which: str = ""  # last, this, next or far ("a week from"), of a weekday
    in_week: bool = False  # of a weekday: that of the last, this or next week
    feast: str = ""  # a day with a name: "christmas"
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
            rf"(?<!\w)(?:{_looks_back(_MONTH_AFTER)}|(?<=mid-))(?P<month>{_forms('months')})\b",
            rf"(?<!\w)(?P<month>{_long_months()})\b",
            rf"(?:{_looks_back(_FEAST_AFTER)})(?P<feast>{_feasts()})(?={_ENDS})",
            rf"(?<!\w)(?P<week>{_forms('weekdays')})\b(?:\s+of)?\s+(?P<which>last|this|next)\s+week\b(?!-)",
            rf"(?<!\w)(?P<far>a\s+week\s+(?:from|on)\s+)(?P<week>{_forms('weekdays')})\b",
            rf"(?<!\w)(?P<week>{_forms('weekdays')})\b(?P<far>\s+week)\b(?!-|\s+of|\s+in)",
            rf"(?<!\w)(?:(?P<which>{_WHICH})\s+)?(?P<week>{_forms('weekdays')})\b",
            rf"(?<!\w)(?P<rel>{_forms('relative_days')})\b",
            rf"(?<!\w)(?P<count>{_COUNT})\s+days?\s+(?P<ago>ago)\b",
            rf"(?<=\bin )(?P<count>{_COUNT})\s+days?(?='?\s+time\b|\s*[.,;]|$)",
            rf"(?:{_looks_back(_DAY_AFTER)})(?P<day>3[01]|[12]\d|[1-9])(?:st|nd|rd|th)(?={_ENDS})",
            r"(?<![\w$€£¥.,])(?P<span>(?:1[5-9]|20)\d0'?s)\b",
            rf"(?<![\w$€£¥.,]){year}(?![\w%]|[.,:]\d)",
        )
    )


_WHICH = "last|this past|this coming|this|next|coming|past"
_WHICH_MEANS = {"last": "last", "past": "last", "this past": "last", "this": "this", "coming": "this", "this coming": "this"}
_COUNTS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNT = "|".join(_COUNTS) + "|a couple of|[1-9]|[12][0-9]|30"


@cache
def _feasts() -> str:
    return "|".join(sorted(map(re.escape, days.feasts()), key=lambda f: (-len(f), f)))


_MONTH_AFTER = "in by since until last next this early late from during between before after"  # even "May" and "March"
_FEAST_AFTER = "by before until till on at after since around this next last for"
_DAY_AFTER = "by|before|until|till|on|after|since|from|to".replace("|", " the|") + " the"
_ENDS = r"\s*(?:[.,;:)\"]|$)|\s+(?:and|or|but|as|if|when|to|in|at|with|without|because|after|before|of th(?:is|e) month)\b"


def _looks_back(words: str) -> str:
    """A place right after one of some words."""
    return "|".join(rf"(?<=\b{word} )" for word in (words.split("|") if "|" in words else words.split()))


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
    return _joined([resolve(moment, low, published_at) for moment in found], low) if published_at else found


@cache
def _maybe() -> re.Pattern[str]:
    """What every date has: a digit or one of these words."""
    names = "|".join((_forms("months"), _forms("weekdays"), _forms("relative_days"), _feasts()))
    return re.compile(rf"\d|\b(?:{names}|days?)\b")


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
    if fields.get("count"):
        return _counted(at, fields, low)
    if fields.get("feast"):
        return replace(at, feast=fields["feast"])
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
        which="far" if fields.get("far") else _WHICH_MEANS.get(fields.get("which") or "", fields.get("which") or ""),
        in_week="which" in fields and m[0].endswith(" week"),
    )


def _counted(at: Moment, fields: dict[str, str | None], low: str) -> Moment | None:
    """ "Two days ago", "in two days": the latter only where the clause lies ahead, since work is also done "in two days"."""
    word = str(fields["count"])
    number = int(word) if word.isdigit() else 2 if word.startswith("a ") else _COUNTS.index(word) + 1
    if fields.get("ago"):
        return replace(at, offset=-number)
    return replace(at, offset=number) if days.direction(low, at.start, at.end) == days.AHEAD else None


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
    """The moment with its calendar day, where the stated fields, the tense and the day of publication tell it."""
    if moment.minutes is not None or moment.span:
        return moment
    day = published_at.date()
    if moment.offset is not None:
        return replace(moment, on=day + timedelta(days=moment.offset))
    if moment.weekday is not None and not moment.day:
        return replace(moment, on=_weekday(moment, low, published_at))
    sign = days.direction(low, moment.start, moment.end)
    if moment.feast:
        return replace(moment, on=days.feast_day(moment.feast, sign, day))
    if moment.month and moment.day:
        return replace(moment, on=_stated(moment, sign, day))
    if moment.day and not moment.month and not moment.year:
        return replace(moment, on=days.day_of_month(moment.day, sign, day))
    return moment


def _weekday(moment: Moment, low: str, published_at: datetime) -> date | None:
    weekday, which = moment.weekday or 0, moment.which
    if moment.in_week:
        return days.in_week(weekday, which, published_at.date())
    on = days.weekday_day(weekday, "" if which == "far" else which, low, moment.start, moment.end, published_at)
    return on + timedelta(days=days.WEEK) if on is not None and which == "far" else on


def _stated(moment: Moment, sign: int, today: date) -> date | None:
    """The stated day and month of the stated year, else of the year that the publication and the tense tell."""
    month, day = moment.month or 1, moment.day or 1
    if not moment.year:
        return days.month_day(month, day, sign, today)
    try:
        return date(moment.year, month, day)
    except ValueError:
        return None


_JOINED = re.compile(r"(?:\s+(?:night|morning|evening|afternoon))?\s*(?:-|\b(?:to|through|until|and|or)\b)\s*")


def _joined(found: list[Moment], low: str) -> list[Moment]:
    """Weekdays after one another are days after one another: "from Friday to Sunday", "on Monday night and Tuesday"."""
    out: list[Moment] = []
    for moment in found:
        last = out[-1] if out else None
        bare = moment.weekday is not None and not moment.day and not moment.which
        if bare and last is not None and last.weekday is not None and _JOINED.fullmatch(low, last.end, moment.start):
            moment = replace(moment, on=days.after(last.on, moment.weekday or 0))
        out.append(moment)
    return out
