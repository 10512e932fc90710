"""The log of a long time in few lines: of each day the most telling, chosen by rank over all of it; the others are counted.

A person reads about ninety lines in one go. Up to a week the log tells every line; beyond, the best line of each day is taken
first, so that no day is passed over, and then what ranks highest over the whole time. How many a day has beside is kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log2

from pipeline.changelog.days import Day
from pipeline.changelog.folding import Entry, telling, written_alike

WEEK = 7  # days up to which the log is told in full
A_DAY = 3  # lines a day on average beyond
VOICES = 0.5  # of a rank, for each time that the number of independent sources doubles
MOOT = 10.0  # a line that a person has rejected comes after all others
ALL = 85  # lines in all; with title, heading and footnotes they stay below ninety


@dataclass(frozen=True, slots=True)
class ShortDay:
    """A day, or a run of days of which no line was taken."""

    first: date
    last: date
    told: tuple[tuple[str, Entry], ...]  # aspect, line; the most telling first
    more: int  # lines that are not told here
    repeats: int  # reports that only repeat what stood

    @property
    def quiet(self) -> bool:
        """Whether nothing changed at all."""
        return not self.told and not self.more


def is_long(days: Sequence[Day]) -> bool:
    """Whether the days of a log, newest first, span more than a week."""
    return bool(days) and (days[0].day - days[-1].day).days >= WEEK


def digest(days: Sequence[Day]) -> tuple[ShortDay, ...]:
    """The days of a long log, newest first, in at most three lines a day on average and `ALL` in all."""
    room = min(A_DAY * ((days[0].day - days[-1].day).days + 1), ALL) if days else 0
    ranked = _ranked(days)
    low, high = 0, min(len(ranked), room)
    while low < high:  # the most lines that leave room for those of the days without any
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _length(_with(days, ranked[:middle])) <= room else (low, middle - 1)
    return _with(days, ranked[:low])


def _ranked(days: Sequence[Day]) -> list[tuple[date, str, Entry]]:
    """All lines, the first to be taken first: the best of every day, then those where something moved, by rank."""
    found = [(day.day, group.aspect, e) for day in days for group in day.aspects for e in (*group.told, *group.rest)]
    found.sort(key=lambda x: -_weight(x[2]))  # equal ones stay as they stand in the log: newest day, first aspect
    best: dict[date, int] = {}
    once = _once(found)
    for n, (day, _, _) in enumerate(once):
        best.setdefault(day, n)
    first = set(best.values())
    return [once[n] for n in sorted(first)] + [x for n, x in enumerate(once) if n not in first]


def _weight(entry: Entry) -> float:
    """How telling a line is among those of a long time: its rank, and how many sources say so independently."""
    change = entry.lead.change
    rank = 0.0 if written_alike(change.before, change.after) else change.rank
    return rank + VOICES * log2(1 + change.corroborations) - (MOOT if entry.lead.review == "rejected" else 0)


def _once(ordered: Sequence[tuple[date, str, Entry]]) -> list[tuple[date, str, Entry]]:
    """Without what another aspect tells already: one sentence of one version that bears on two aspects."""
    seen: set[tuple[str, str]] = set()
    out = []
    for x in ordered:
        change = x[2].lead.change
        mark = (change.version_id, change.evidence_after or change.change_id)
        if mark not in seen:
            seen.add(mark)
            out.append(x)
    return out


def _with(days: Sequence[Day], taken: Sequence[tuple[date, str, Entry]]) -> tuple[ShortDay, ...]:
    """The days with the lines that were taken; days without any in one run while they follow each other."""
    mine: dict[date, list[tuple[str, Entry]]] = {}
    for day, aspect, entry in taken:
        mine.setdefault(day, []).append((aspect, entry))
    return tuple(_runs([_short(day, mine.get(day.day, [])) for day in days]))


def _short(day: Day, told: list[tuple[str, Entry]]) -> ShortDay:
    there = sum(len(group.told) + len(group.rest) for group in day.aspects)
    order = {group.aspect: n for n, group in enumerate(day.aspects)}
    lines = sorted(told, key=lambda x: (order[x[0]], telling(x[1].lead), x[1].lead.change.change_id))
    return ShortDay(day.day, day.day, tuple(lines), there - len(told), day.count.repeats)


def _runs(days: Sequence[ShortDay]) -> Iterator[ShortDay]:
    run: ShortDay | None = None
    for day in days:
        if run is not None and not run.told and not day.told and run.first - day.last <= timedelta(days=1):
            run = ShortDay(day.first, run.last, (), run.more + day.more, run.repeats + day.repeats)
            continue
        if run is not None:
            yield run
        run = day
    if run is not None:
        yield run


def _length(days: Sequence[ShortDay]) -> int:
    return sum(len(day.told) or 1 for day in days)
