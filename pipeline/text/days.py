"""Which calendar day a phrase of a sentence means, seen from the day of publication. What cannot be told is None, no guess.

A bare weekday is the nearest one behind or ahead, by the tense in which its clause speaks; a clause that tells nothing of that
("Monday's hearing") leaves the day open. The day of publication is that of the time's own zone. A time in UTC says nothing of
the outlet's zone, so a day that is "today" in some zone and six days off in another stays open too.
"""

import re
from bisect import bisect_left
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache

from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN, easter

from pipeline.words import groups, lines

AHEAD, BEHIND, OPEN = 1, -1, 0
WEEK = 7
EAST, WEST = 14, 12  # hours that the zones of the world are ahead of and behind UTC
NEAR = 120  # days within which a day and month without a year are those of the nearest year
FEAST_NEAR = 60  # the same for a feast that means two days
BEFORE_WORDS = 12  # words before a day that are looked at

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|[.,;:()\u2014-]")
_CUT = frozenset(".,;:()\u2014")
_DATES = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day$")
_UNTIL = frozenset({"until", "till", "til"})
_DEADLINE = frozenset({"by", "before", "until", "till", "til"})
_NO_DAY = frozenset({"any", "every", "each", "a", "another", "first", "second", "third", "fourth", "fifth"})


@dataclass(frozen=True, slots=True)
class Cue:
    """A word by which a clause tells its tense."""

    at: int  # offset in the sentence
    sign: int
    moves: bool = False  # puts off what was to come
    clause: int = 0


def weekday_day(weekday: int, which: str, low: str, start: int, end: int, published_at: datetime) -> date | None:
    """The day of a weekday that stands at a place: `which` is "last", "this" or "next", "" for a bare one."""
    day = published_at.date()
    ahead = (weekday - day.weekday()) % WEEK
    if which in {"last", "next"}:
        return _named_week(weekday, which, day)
    before = _words_before(low, start)
    if before[-1:] and before[-1] in _NO_DAY:
        return None
    if not ahead:
        return day
    sign = direction(low, start, end)
    if which == "this":
        sign = sign or AHEAD
    if sign == OPEN or _is_today_somewhere(sign, ahead, published_at):
        return None
    return day + timedelta(days=ahead - WEEK if sign == BEHIND else ahead)


def _named_week(weekday: int, which: str, day: date) -> date | None:
    """ "Next Thursday" where the coming one and that of the coming week are one; else people differ on what it means."""
    ahead = (weekday - day.weekday()) % WEEK
    sunday = WEEK - 1 - day.weekday()
    if which == "next":
        return day + timedelta(days=ahead or WEEK) if ahead == 0 or ahead > sunday else None
    return day - timedelta(days=WEEK - ahead) if ahead == 0 or WEEK - ahead > day.weekday() else None


def _is_today_somewhere(sign: int, ahead: int, published_at: datetime) -> bool:
    """Whether the day is that of publication in a zone that the outlet may lie in: then it is not six days off."""
    if published_at.tzinfo is None or published_at.tzinfo is not UTC:
        return False
    behind_utc, ahead_utc = sign == AHEAD and ahead == WEEK - 1, sign == BEHIND and ahead == 1
    return (behind_utc and published_at.hour < WEST) or (ahead_utc and published_at.hour >= 24 - EAST)


def in_week(weekday: int, which: str, day: date) -> date:
    """The weekday of the last, this or the next week: "Tuesday of next week"."""
    monday = day - timedelta(days=day.weekday())
    return monday + timedelta(days=weekday + WEEK * {"last": -1, "this": 0, "next": 1}[which])


def after(day: date | None, weekday: int) -> date | None:
    """The first such weekday from a day on."""
    return day + timedelta(days=(weekday - day.weekday()) % WEEK) if day is not None else None


def month_day(month: int, day: int, sign: int, today: date) -> date | None:
    """A day and month without a year: that of the nearest year, where one is clearly nearer or the tense tells it."""
    found = []
    for year in (today.year - 1, today.year, today.year + 1):
        with suppress(ValueError):  # 29 February
            found.append(date(year, month, day))
    near = [d for d in found if abs((d - today).days) <= NEAR]
    if near:
        return min(near, key=lambda d: abs((d - today).days))
    if sign == AHEAD:
        return next((d for d in found if d > today), None)
    return next((d for d in reversed(found) if d < today), None) if sign == BEHIND else None


def day_of_month(number: int, sign: int, today: date) -> date | None:
    """ "The 27th": the next or the last one of that number, by the tense; today's if the number is today's."""
    if number == today.day:
        return today
    found, at = [], today.replace(day=1) - timedelta(days=1)
    for _ in range(3):
        with suppress(ValueError):  # a month may be shorter
            found.append(at.replace(day=number))
        at = (at.replace(day=28) + timedelta(days=5)).replace(day=1)
    if sign == AHEAD:
        return next((d for d in found if d > today), None)
    return next((d for d in reversed(found) if d < today), None) if sign == BEHIND else None


# ---- feasts --------------------------------------------------------------------------------------------------------------


@cache
def feasts() -> dict[str, tuple[str, ...]]:
    """Name of a feast -> its rules."""
    found: dict[str, tuple[str, ...]] = {}
    for line in lines("feasts"):
        rule, _, names = line.partition(":")
        for name in names.split(","):
            found[name.strip()] = (*found.get(name.strip(), ()), rule)
    return found


def feast_day(name: str, sign: int, today: date) -> date | None:
    """The day of a feast nearest to the publication, or by the tense; None where its name means two days of like distance."""
    days = [d for rule in feasts()[name] if (d := _by_rule(rule, sign, today)) is not None]
    if len(days) < 2:
        return next(iter(days), None)
    near = [d for d in days if abs((d - today).days) <= FEAST_NEAR]
    return near[0] if len(near) == 1 else None


def _by_rule(rule: str, sign: int, today: date) -> date | None:
    days = [_in_year(rule, year) for year in (today.year - 1, today.year, today.year + 1)]
    if sign != OPEN:
        days = [d for d in days if (d >= today if sign == AHEAD else d <= today)] or days
    return min(days, key=lambda d: abs((d - today).days))


def _in_year(rule: str, year: int) -> date:
    """The day of a rule of `feasts.txt` in a year."""
    movable = re.fullmatch(r"(easter|orthodox)([+-]\d+)", rule)
    if movable:
        method = EASTER_WESTERN if movable[1] == "easter" else EASTER_ORTHODOX
        return easter(year, method) + timedelta(days=int(movable[2]))
    if "-" in rule[1:]:
        month, day = rule.split("-")
        return date(year, int(month), int(day))
    nth, weekday, number = (int(part) for part in rule.split())
    if nth < 0:
        end = date(year + number // 12, number % 12 + 1, 1) - timedelta(days=1)
        return end - timedelta(days=(end.weekday() - weekday) % WEEK)
    first = date(year, number, 1)
    return first + timedelta(days=(weekday - first.weekday()) % WEEK + WEEK * (nth - 1))


# ---- the tense of a clause -----------------------------------------------------------------------------------------------


def direction(low: str, start: int, end: int) -> int:
    """Whether what stands at a place lies ahead or behind: the nearest cue of its clause decides, those before it first."""
    before = _words_before(low, start)
    last = before[-1] if before else ""
    if last in {"last", "next"}:
        return AHEAD if last == "next" else BEHIND
    if last == "since" or before[-2:] == ["than", "on"]:
        return BEHIND
    if last in _UNTIL and "had" not in before:
        return AHEAD
    found, clause = cues(low), _clause_at(low, start)
    behind, after = [c for c in found if c.at < start], [c for c in found if c.at >= end]
    near = [c for c in reversed(behind) if c.clause == clause] or [c for c in after if c.clause == clause]
    if not near and last in _DEADLINE:
        return OPEN if last == "before" and any(c.sign == BEHIND for c in found) else AHEAD
    cue = next(iter(near or [*reversed(behind), *after]), None)
    if cue is None:
        return OPEN
    if cue.moves:  # "postponed Monday's visit", "postponed to Monday" against "postponed on Monday"
        return AHEAD if last in {"to", "until", "from", "for"} or low.startswith("'s", end) else BEHIND
    return cue.sign


def _words_before(low: str, start: int) -> list[str]:
    return [m[0] for m in _WORD.finditer(low, max(0, start - 80), start)][-BEFORE_WORDS:]


@lru_cache(maxsize=64)
def _breaks(low: str) -> tuple[int, ...]:
    """Where the clauses of a sentence end."""
    return tuple(m.start() for m in _WORD.finditer(low) if m[0] in _CUT)


def _clause_at(low: str, at: int) -> int:
    return bisect_left(_breaks(low), at)


@cache
def _class(name: str) -> frozenset[str]:
    return frozenset(groups("tenses")[name])


@lru_cache(maxsize=64)
def cues(low: str) -> tuple[Cue, ...]:
    """The words of a sentence that tell a tense, in order. A verb group is one cue: "will be held" lies ahead."""
    row = [(m[0], m.start()) for m in _WORD.finditer(low)]
    found: list[Cue] = []
    clause, i = 0, 0
    while i < len(row):
        word, at = row[i]
        if word in _CUT:
            clause += 1
            i += 1
            continue
        sign, moves, used = _group([w for w, _ in row[i : i + 6]], row[i - 1][0] if i else "")
        if used:
            found.append(Cue(at, sign, moves, clause))
        i += used or 1
    return tuple(found)


def _group(row: list[str], before: str) -> tuple[int, bool, int]:
    """Sign of the verb group that opens a row of words, whether it moves a day, and how many words it takes; 0 = none."""
    word, rest = row[0], row[1:]
    skip = next((i for i, w in enumerate(rest) if w not in _class("adverb") and not w.endswith("ly")), len(rest))
    nexts = rest[skip:]
    after = nexts[0] if nexts else ""
    taken = 1 + skip + (1 if after and after not in _CUT and not _DATES.match(after) else 0)
    if word in _class("modal"):
        if after == "have" and word != "will":
            return BEHIND, False, taken + 1
        return AHEAD, False, taken + (1 if after == "be" and nexts[1:] and nexts[1] not in _CUT else 0)
    if word == "to":
        return (AHEAD, False, taken + (after == "be")) if before in _class("intends") else (OPEN, False, 0)
    if word in _class("past auxiliary"):
        if after == "to" or after in _class("arranged") or (word == "had" and after in _UNTIL):
            return OPEN, False, taken  # "was to meet": whether it did is not said
        return (BEHIND, after in _class("moves"), taken)
    if word in _class("perfect"):
        if after == "to" or after in _UNTIL:
            return AHEAD, False, taken
        if after == "been":
            moved = len(nexts) > 1 and nexts[1] in _class("moves")
            return BEHIND, moved, taken + 1
        return BEHIND, after in _class("moves"), taken
    if word in _class("present"):
        inside = next((i for i, w in enumerate(nexts) if w not in {"to", "be", "being"}), len(nexts))
        participle = nexts[inside : inside + 1] and (inside or nexts[0].endswith("ed") or nexts[0] in _class("past"))
        return AHEAD, False, 1 + skip + inside + bool(participle)
    if word in _class("moves"):
        return AHEAD, True, 1
    if word in _class("arranged") | _class("timetable"):
        return AHEAD, False, 1
    past = word in _class("past") or (len(word) > 4 and word.endswith("ed") and word not in _class("not past"))
    return BEHIND, False, int(past)
