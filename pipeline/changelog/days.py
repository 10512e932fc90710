"""The order of the log: days newest first, aspects as the watch lists them, the most telling line first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.changelog.folding import Entry, entries, kept
from pipeline.changelog.views import ChangeLine, DayCount, IndexPage, QuietEdit, StoryPage
from pipeline.changelog.wording import day_of, moment, plural, repeating
from pipeline.model import Edit


@dataclass(frozen=True, slots=True)
class AspectLog:
    """The lines of one aspect on one day."""

    aspect: str
    lines: tuple[ChangeLine, ...]
    told: tuple[Entry, ...] = ()  # the same, what belongs together as one
    rest: tuple[Entry, ...] = ()  # statements that are only counted


@dataclass(frozen=True, slots=True)
class QuietGroup:
    """One changed passage of one revision; it may have been judged an edit of several kinds."""

    lead: QuietEdit
    edits: tuple[Edit, ...]

    @property
    def silent(self) -> bool:
        return any(e.silent for e in self.edits)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the log. `quiet_note` is its one line when nothing changed."""

    day: date
    aspects: tuple[AspectLog, ...]
    quiet: tuple[QuietGroup, ...]
    count: DayCount
    watched: bool = True  # the story has aspects that somebody follows

    @property
    def changes(self) -> int:
        return sum(len(a.lines) for a in self.aspects)

    @property
    def quiet_note(self) -> str:
        if self.changes:
            return ""
        told = repeating(self.count.repeats) if self.watched else plural(self.count.reports, "report")
        return f"Nothing new on any aspect; {told}." if self.watched else f"{told}."


def by_telling(lines: Iterable[ChangeLine]) -> tuple[ChangeLine, ...]:
    """Most telling first, equal ones in time order; what a person has rejected last."""
    return tuple(
        sorted(lines, key=lambda x: (x.review == "rejected", -x.change.rank, x.change.detected_at, x.change.change_id))
    )


def grouped(quiet: Iterable[QuietEdit]) -> tuple[QuietGroup, ...]:
    """Edits of one passage together, in time order."""
    found: dict[tuple[str, int, str, str, str], list[QuietEdit]] = {}
    for q in sorted(quiet, key=lambda q: (q.seen_at, q.article_id, q.edit_id)):
        found.setdefault((q.article_id, q.to_seq, q.edit.field, q.edit.before, q.edit.after), []).append(q)
    return tuple(QuietGroup(group[0], tuple(q.edit for q in group)) for group in found.values())


def aspect_order(page: StoryPage) -> tuple[str, ...]:
    """The aspects in the watch's order, then those that only the data know, by name."""
    named = [a.name for a in page.aspects]
    found = {line.change.aspect for line in page.changes} | {row.aspect for row in page.standing}
    return (*named, *sorted(found - set(named)))


def _aspects(lines: list[ChangeLine], order: tuple[str, ...]) -> tuple[AspectLog, ...]:
    grouped = {name: [x for x in lines if x.change.aspect == name] for name in order}
    return tuple(AspectLog(name, by_telling(found), *kept(entries(found))) for name, found in grouped.items() if found)


def log(page: StoryPage) -> tuple[Day, ...]:
    """The days of the log, newest first; every day that has a change, a quiet edit or a count."""
    order = aspect_order(page)
    counts = {c.day: c for c in page.days}
    changed = {day_of(x.change.detected_at) for x in page.changes}
    edited = {day_of(q.seen_at) for q in page.quiet_edits}
    return tuple(
        Day(
            day,
            _aspects([x for x in page.changes if day_of(x.change.detected_at) == day], order),
            grouped(q for q in page.quiet_edits if day_of(q.seen_at) == day),
            counts.get(day, DayCount(day=day)),
            bool(page.aspects or page.changes),
        )
        for day in sorted(counts.keys() | changed | edited, reverse=True)
    )


def begin(page: StoryPage | IndexPage) -> datetime:
    """Where "since you last looked" begins: a day before the page's moment unless the page says otherwise."""
    return page.since or page.as_of - timedelta(days=1)


def moved(page: StoryPage) -> tuple[ChangeLine, ...]:
    """The changes since then, the most telling first."""
    start = begin(page)
    return by_telling(x for x in page.changes if x.change.detected_at > start)


def latest(page: StoryPage, day: date) -> tuple[ChangeLine, ...]:
    """The last change of every subject until the end of a day, in the aspects' order, the newest first."""
    return _latest(page, [x for x in page.changes if day_of(x.change.detected_at) <= day])


def latest_until(page: StoryPage, at: datetime) -> tuple[ChangeLine, ...]:
    """The last change of every subject until a moment, in the aspects' order, the newest first."""
    return _latest(page, [x for x in page.changes if x.change.detected_at <= at])


def _latest(page: StoryPage, changes: Iterable[ChangeLine]) -> tuple[ChangeLine, ...]:
    order = aspect_order(page)
    last: dict[tuple[str, str], ChangeLine] = {}
    for line in sorted(changes, key=lambda x: (x.change.detected_at, x.change.change_id)):
        last[line.change.aspect, line.change.subject] = line
    newest = sorted(last.values(), key=lambda x: (x.change.detected_at, x.change.change_id), reverse=True)
    return tuple(sorted(newest, key=lambda x: order.index(x.change.aspect)))


def last_word(page: StoryPage) -> str:
    """When the last change was, for a page on which nothing moved: "; the last change came on 24 Dec 17:00"."""
    times = [x.change.detected_at for x in page.changes]
    return f"; the last change came on {moment(max(times))}" if times else ""
