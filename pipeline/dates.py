"""Published dates: what a feed or page wrote -> an instant in UTC, or None. Never a guess.

Read are ISO 8601 as the web uses it, RFC 822 with its many defects, and dates in the words of many languages. Not read, and so
None: numbers and ids (an epoch is not told from an id), ambiguous orders such as 04/05/2025, zero dates, a time without a zone
unless the outlet's own zone is given. The library readers were measured to guess in each of these cases.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from functools import cache
from html import unescape
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline import data
from pipeline.text import fold


class ZoneState(StrEnum):
    """What the written date says about its zone."""

    OFFSET = "offset"  # +02:00, Z
    KNOWN_NAME = "known_name"  # EET, GMT, Europe/Kyiv
    UNKNOWN = "unknown"  # none given, or a name that means several


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A date as far as it is certain."""

    at: datetime | None  # aware, UTC
    zone: ZoneState
    reason: str  # how it was read, or why it was not
    raw: str  # as written, white space stripped


class _Unread(ValueError):
    """Why this is not a date; its text is the reason."""


# Longer texts are not dates; this also bounds the work.
_LONGEST = 100
_FIRST, _LAST = date(1900, 1, 2), date(2100, 1, 1)  # earlier and later ones are the zero and infinity of some system
_EPOCH_DAYS = (date(1969, 12, 31), date(1970, 1, 1))  # an unset clock, in any zone

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CLOCK = "(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_RFC822 = re.compile(
    rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?P<d>[0-9]{{1,2}}) (?P<m>{'|'.join(_MONTHS)}) (?P<y>[0-9]{{4}}) {_CLOCK} "
    r"(?P<zone>GMT|[+-][0-9]{4})"
)
_ISO8601 = re.compile(
    rf"(?P<y>[0-9]{{4}})-(?P<m>[0-9]{{2}})-(?P<d>[0-9]{{2}})T{_CLOCK}(?:\.[0-9]{{1,9}})?(?P<zone>Z|[+-][0-9]{{2}}:?[0-9]{{2}})"
)
_COMMENT = re.compile(r"\(([^()]*)\)")
_BASIC = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?(Z|[+-]\d{4})")  # ISO basic form; the T tells it from a number
_TEE = re.compile(r"(?<=\d)[Tt](?=\d{1,2}:\d\d)")
_TIME = re.compile(r"(?<![\d:.+-])(\d{1,2})\s?[:h]\s?(\d\d)(?:[:.](\d\d)(?:[.,]\d{1,9})?)?(?![\d:])")
_OFFSET = re.compile(r"\s*(?:(?:GMT|UTC?)\s?)?([+-])\s?(\d{1,2})(?::?(\d\d))?(?![\d:])", re.IGNORECASE)
_NAMED = re.compile(r"\s*\b([A-Za-z]+(?:/[A-Za-z_]+)+|[A-Za-z]{1,5})(?![\w.])")
_TOKEN = re.compile(r"\d+|[^\W\d_](?:[^\W\d_]|[.'](?=[^\W\d_]))*")
_ORDERS = (  # a date of figures alone; dots always mean day, month, year, slashes and hyphens only if no other order fits
    re.compile(r"(?P<y>\d{4})(?P<s>[-/.])\s?(?P<m>\d{1,2})(?P=s)\s?(?P<d>\d{1,2})\.?"),
    re.compile(r"(?P<y>\d{4})\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일]"),
    re.compile(r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4}|\d\d)\.?"),
    re.compile(r"(?P<a>\d{1,2})(?P<s>[-/])(?P<b>\d{1,2})(?P=s)(?P<y>\d{4})"),
)


def parse_date(raw: str | None, default_zone: tzinfo | None = None) -> Parsed:
    """The instant that `raw` names. `default_zone` is the outlet's, used only where none (or an ambiguous one) is written."""
    written = (raw or "").strip()
    if plain := _plain(written):
        return plain
    try:
        at, zone, reason = _instant(_readable(written), default_zone)
    except _Unread as why:
        return Parsed(at=None, zone=ZoneState.UNKNOWN, reason=str(why), raw=written)
    return Parsed(at=at, zone=zone, reason=reason, raw=written)


def _plain(written: str) -> Parsed | None:
    """A date in exactly the form of RFC 822 or ISO 8601, as most are: read at a fifth of the cost, with the same answer."""
    found = _RFC822.fullmatch(written) or _ISO8601.fullmatch(written)
    if found is None:
        return None
    part = found.groupdict()
    month = int(part["m"]) if part["m"].isdigit() else _MONTHS.index(part["m"]) + 1
    zone = part["zone"]
    named = zone in ("GMT", "Z")
    hours, minutes = (0, 0) if named else (int(zone[1:3]), int(zone[-2:]))
    try:
        at = datetime(
            int(part["y"]), month, int(part["d"]), int(part["hour"]), int(part["minute"]), int(part["second"]), tzinfo=UTC
        )
    except ValueError:
        return None
    if hours > 14 or minutes > 59 or at.date() in _EPOCH_DAYS or not _FIRST <= at.date() < _LAST:
        return None
    away = timedelta(hours=hours, minutes=minutes)
    return Parsed(
        at=at + away if zone[0] == "-" else at - away,
        zone=ZoneState.KNOWN_NAME if zone == "GMT" else ZoneState.OFFSET,
        reason=f"zone {zone} by its name" if named else f"offset {zone} as written",
        raw=written,
    )


def _readable(written: str) -> str:
    """One line, entities decoded (some feeds escape them twice), typographic marks folded."""
    if not written:
        raise _Unread("no date is given")
    if len(written) > _LONGEST:
        raise _Unread("too long to be a date")
    text = fold(unescape(unescape(written)))
    if re.fullmatch(r"[+-]?[\d\s]*[.,]?\d*", text):
        raise _Unread("a bare number is not a date")
    return text


def _instant(text: str, default_zone: tzinfo | None) -> tuple[datetime | None, ZoneState, str]:
    basic = _BASIC.fullmatch(text)
    if basic:
        text = "{}-{}-{}T{}:{}:{}{}".format(*basic.groups(default="00"))
    comments, text = _COMMENT.findall(text), _COMMENT.sub(" ", text)
    day_words, clock, zone_text = _parts(_TEE.sub(" ", text).strip(), comments)
    day = _day(day_words)
    zone, state, said = _zone(zone_text)
    at = None if zone is None and default_zone is None else _utc(day, clock or timedelta(), zone or default_zone)
    if zone is None:
        said += "; the outlet's own is used" if default_zone else ", so the instant is not known"
    if clock is None:
        said = f"no time of day, {said}" if at is None else f"the start of that day, {said}"
    return at, state, said


def _utc(day: date, clock: timedelta, zone: tzinfo | None) -> datetime:
    return (datetime(day.year, day.month, day.day, tzinfo=zone) + clock).astimezone(UTC)


# ---- the clock and the zone ----------------------------------------------------------------------------------------------


def _parts(text: str, comments: list[str]) -> tuple[str, timedelta | None, str]:
    """The words of the day, the time of day, and the words of the zone."""
    found = _TIME.search(text)
    if found is None:
        return text, None, ""
    before, after = text[: found.start()], text[found.end() :]
    half, before, after = _half_of_day(before, after)
    clock = _clock(found, half)
    after = re.sub(r"^\s*([^\W\d_]+)(?![\w.])", lambda word: "" if word[1].casefold() in _words()["skip"] else word[0], after)
    zone = _OFFSET.match(after) or _zone_name(after)
    if zone:
        after = after[zone.end() :]
    named = zone[0].strip() if zone else next((c.strip() for c in comments if c.strip().upper() in _zones()), "")
    return f"{before} {after}", clock, named


def _half_of_day(before: str, after: str) -> tuple[str, str, str]:
    """`am`, `pm` or nothing, and the texts before and after the time without that mark."""
    marks = _words()
    last, first = re.search(r"([^\W\d]+(?:\.[^\W\d]+)*)\.?\s*$", before), re.match(r"\s*([^\W\d]+(?:\.[^\W\d]+)*)\.?", after)
    if first and first[1].casefold() in marks["am"] | marks["pm"]:
        return ("pm" if first[1].casefold() in marks["pm"] else "am"), before, after[first.end() :]
    if last and last[1].casefold() in marks["am"] | marks["pm"] and not last[1].isascii():
        return ("pm" if last[1].casefold() in marks["pm"] else "am"), before[: last.start()], after
    return "", before, after


def _clock(found: re.Match[str], half: str) -> timedelta:
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if half:
        if not 1 <= hour <= 12:
            raise _Unread(f"there is no hour {hour} {half}")
        hour = hour % 12 + (12 if half == "pm" else 0)
    midnight = (hour, minute, second) == (24, 0, 0)
    if (hour > 23 and not midnight) or minute > 59 or second > 60:
        raise _Unread("there is no such time of day")
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _zone_name(after: str) -> re.Match[str] | None:
    """A name after the time that stands where a zone stands and is no word of the day."""
    match = _NAMED.match(after)
    if match is None or match[1].casefold() in _months():
        return None
    return match if match[1].upper() in _zones() or "/" in match[1] or match[1].isupper() else None


def _zone(text: str) -> tuple[tzinfo | None, ZoneState, str]:
    """The zone, the state of what was written, and the words for the reason."""
    if not text:
        return None, ZoneState.UNKNOWN, "no zone is given"
    offset = _OFFSET.fullmatch(text)
    if offset:
        return _offset(offset), ZoneState.OFFSET, f"offset {text} as written"
    rule = _zones().get(text.upper(), text if "/" in text else "?")
    zone = _region(rule) if rule != "?" else None
    if zone is None:
        return None, ZoneState.UNKNOWN, f"the zone {text} means several or nothing"
    return zone, ZoneState.OFFSET if text.upper() == "Z" else ZoneState.KNOWN_NAME, f"zone {text} by its name"


def _offset(found: re.Match[str]) -> timezone:
    hours, minutes = int(found[2]), int(found[3] or 0)
    if hours > 14 or minutes > 59:
        raise _Unread(f"there is no offset {found[0].strip()}")
    return timezone(timedelta(hours=hours, minutes=minutes) * (-1 if found[1] == "-" else 1))


@cache
def _region(rule: str) -> tzinfo | None:
    fixed = re.fullmatch(r"([+-])(\d\d):(\d\d)", rule)
    if fixed:
        return _offset(fixed)
    try:
        return ZoneInfo(rule)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # no such region, or a name that is no file name
        return None


# ---- the day -------------------------------------------------------------------------------------------------------------


def _day(words: str) -> date:
    """The calendar day, if the words allow exactly one."""
    text = _without_weekday(words)
    parts = next((found.groupdict() for order in _ORDERS if (found := order.fullmatch(text))), None)
    year, month, day = _figures(parts) if parts else _spelled(text)
    try:
        found_day = date(year, month, day)
    except (ValueError, OverflowError):
        raise _Unread("there is no such day") from None
    if found_day in _EPOCH_DAYS or not _FIRST <= found_day < _LAST:
        raise _Unread("a zero or far date that stands for none")
    return found_day


def _without_weekday(words: str) -> str:
    """The words without the day of the week and small words; a first word before a comma is a weekday in some language."""
    text = re.sub(r"^[^\W\d_]+\.?\s*,", " ", words.strip(" ,;|"))
    kept = _TOKEN.sub(lambda token: " " if token[0].casefold() in _idle() else token[0], text)
    return re.sub(r"[\s,;|]+", " ", kept).strip(" .")


def _figures(parts: dict[str, str | None]) -> tuple[int, int, int]:
    year = _full_year(str(parts["y"]))
    if "a" not in parts:
        return year, int(str(parts["m"])), int(str(parts["d"]))
    first, second = int(str(parts["a"])), int(str(parts["b"]))
    if first != second and first <= 12 and second <= 12:
        raise _Unread("day and month cannot be told apart")
    return (year, first, second) if second > 12 else (year, second, first)


def _spelled(text: str) -> tuple[int, int, int]:
    """Day, month name and year in one of the orders that people write."""
    if not re.fullmatch(r"[^\W_]+(?:[\s./'-]+[^\W_]+|\.)*\.?", text):
        raise _Unread("not written like a date")
    kept = [token.casefold() for token in _TOKEN.findall(text)]
    if len([t for t in kept if t in _months()]) > 1:  # a short weekday that is also a short month: mar, 19 nov
        kept = [t for t in kept if t not in _weekdays()]
    shape = "".join("n" if t.isdigit() else "m" if t in _months() else "?" for t in kept)
    if shape not in ("nmn", "mnn"):
        raise _Unread("not a date in words that are known")
    if shape == "mnn":
        return _full_year(kept[2]), _months()[kept[0]], int(kept[1])
    month = _months()[kept[1]]
    if len(kept[0]) == 4:
        return int(kept[0]), month, int(kept[2])
    return _full_year(kept[2]), month, int(kept[0])


def _full_year(digits: str) -> int:
    """RFC 2822 section 4.3: two digits below 50 are of this century; three count from 1900."""
    if len(digits) not in (2, 3, 4):
        raise _Unread("there is no such year")
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(digits) == 3 else year


# ---- tables --------------------------------------------------------------------------------------------------------------


@cache
def _months() -> dict[str, int]:
    """Month names of all languages; a name that means two months is left out."""
    found: dict[str, set[int]] = {}
    for line in data.lines("months"):
        for number, names in enumerate(line.partition(":")[2].split("|"), 1):
            for name in names.split():
                found.setdefault(name.casefold(), set()).add(number)
    return {name: min(numbers) for name, numbers in found.items() if len(numbers) == 1}


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(name.casefold() for line in data.lines("weekdays") for name in line.partition(":")[2].split())


@cache
def _idle() -> frozenset[str]:
    """Words beside a date that say nothing."""
    return (_weekdays() | _words()["skip"]) - _months().keys()


@cache
def _words() -> dict[str, frozenset[str]]:
    lines = (line.partition(":") for line in data.lines("datewords"))
    return {key: frozenset(word.strip().casefold() for word in rest.split(",")) for key, _, rest in lines}


@cache
def _zones() -> dict[str, str]:
    return {name: rule for name, rule in (line.split() for line in data.lines("zones"))}
