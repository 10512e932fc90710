"""The change log for a terminal: a line a change, or a few, none wider than the width given, free of control characters.

06:10  plan details  points 28 -> 19              Meridian Post +3  (7 repeat)

Of more than a week, one line a change and only the most telling ones; `+4` beside the date counts the others of the day:

24 Nov +4  plan details  points 28 -> 19                      Meridian Post +3
"""

from collections.abc import Sequence
from datetime import date, timedelta

from rich.cells import cell_len

from pipeline.changelog.compact import MARKS, compact, fit, pad
from pipeline.changelog.days import AspectLog, Day, QuietGroup, log
from pipeline.changelog.digest import ShortDay, digest, is_long
from pipeline.changelog.escape import one_line
from pipeline.changelog.folding import Entry
from pipeline.changelog.views import ChangeLine, StoryPage, Words
from pipeline.changelog.wording import changed_words, clock, describe, edit_labels, long_date, plural, repeating, short_date
from pipeline.model import ChangeKind

MOST_LINES = 3  # that one change may take
DATE = 11  # cells of the first column of a short log: "24 Nov +12 "


def terminal_lines(page: StoryPage, width: int = 100, everything: bool = False) -> tuple[str, ...]:
    """The log of a story, newest day first. No line is wider than `width` cells (at least 40). More than a week is told in
    its most telling lines, and statements that earned no line are counted, unless everything is asked for."""
    width = max(width, 40)
    days = log(page)
    if is_long(days) and not everything:
        return tuple(fit(line, width).rstrip() for line in _short(page, days, width))
    aspect_width = min(max((cell_len(a.aspect) for d in days for a in d.aspects), default=0), width // 5)
    lines: list[str] = []
    for day in days:
        lines += ["", long_date(day.day), *_day(day, width, aspect_width, everything)]
    return tuple(fit(line, width).rstrip() for line in lines[1:])


# ---- a long time ---------------------------------------------------------------------------------------------------------


def _short(page: StoryPage, days: Sequence[Day], width: int) -> list[str]:
    """Heading, lines, and how to read what is left out."""
    found = digest(days)
    told = sum(len(day.told) for day in found)
    names = _short_names([group.aspect for day in days for group in day.aspects])
    aspect_width = min(max(map(cell_len, names.values()), default=0), width // 5)
    span = f"{short_date(days[-1].day)} {days[-1].day.year} to {short_date(days[0].day)} {days[0].day.year}"
    whole = plural(sum(day.changes for day in days), "change")
    lines = [f"{span}: {told} of {whole}, the most telling"]
    for day in found:
        lines += _short_day(day, names, width, aspect_width)
    return [*lines, *_way_back(page, found)]


def _way_back(page: StoryPage, found: Sequence[ShortDay]) -> list[str]:
    """How to read what is left out, with the first day that has more as the example."""
    day = next((d.first for d in found if d.more), None)
    if day is None:
        return []
    window = f"--since {day.isoformat()} --until {(day + timedelta(days=1)).isoformat()}"
    return [
        "+n: as many more that day. All of it with --all, or a day:",
        f"writethru changes --story {page.story.slug} {window}",
    ]


def _short_names(aspects: Sequence[str]) -> dict[str, str]:
    """Aspects without the words that several begin with: of "answer of the owners" and "answer of the crew" the last."""
    names = list(dict.fromkeys(aspects))
    shared = {name: max((_shared(name, other) for other in names if other != name), default=0) for name in names}
    return {name: one_line(f"…{' '.join(name.split()[n:])}" if n > 1 else name) for name, n in shared.items()}


def _shared(one: str, other: str) -> int:
    """How many words two names begin with, the last of the shorter left out."""
    a, b = one.split(), other.split()
    most = min(len(a), len(b)) - 1
    return next((n for n in range(most) if a[n] != b[n]), max(most, 0))


def _short_day(day: ShortDay, names: dict[str, str], width: int, aspect_width: int) -> list[str]:
    head = f"{_days(day.first, day.last)} +{day.more}" if day.more else _days(day.first, day.last)
    if not day.told:
        quiet = f"nothing new; {repeating(day.repeats)}" if day.quiet else plural(day.more, "lesser line")
        return [f"{pad(head, DATE)}{quiet}" if cell_len(head) < DATE else f"{head}  {quiet}"]
    lines, last = [], ""
    for n, (aspect, entry) in enumerate(day.told):
        start = pad("" if n else head, DATE) + pad(names[aspect] if aspect != last else "", aspect_width) + "  "
        lines.append(start + _short_line(entry, width - cell_len(start), width // 5))
        last = aspect
    return lines


def _short_line(entry: Entry, room: int, most: int) -> str:
    """What changed, then who said so first and how many follow."""
    more = f" +{entry.lead.change.corroborations}" if entry.lead.change.corroborations else ""
    tail = fit(one_line(entry.lead.outlet), most - cell_len(more)) + more
    return f"{pad(compact(entry, room - cell_len(tail) - 2), room - cell_len(tail) - 2)}  {tail}"


def _days(first: date, last: date) -> str:
    """24 Dec, or 22-24 Dec"""
    if first == last:
        return short_date(first)
    return f"{first.day}-{short_date(last)}" if first.month == last.month else f"{short_date(first)}-{short_date(last)}"


# ---- some days -----------------------------------------------------------------------------------------------------------


def _day(day: Day, width: int, aspect_width: int, everything: bool) -> list[str]:
    lines = [day.quiet_note] if day.quiet_note else []
    for group in day.aspects:
        lines += _aspect(group, width, aspect_width, everything)
    told = [] if everything else [x for group in day.aspects for e in group.told for x in e.lines if x.silent]
    return lines + [_quiet(q) for q in day.quiet if not any(_tells(line, q) for line in told)]


def _tells(line: ChangeLine, quiet: QuietGroup) -> bool:
    """Whether a line of the log tells a quiet edit: both speak of one passage of one article at one time."""
    change, edit = line.change, quiet.lead.edit
    same = (change.article_id, change.detected_at) == (quiet.lead.article_id, quiet.lead.seen_at)
    return same and bool(edit.after) and (change.evidence_after in edit.after or edit.after in change.evidence_after)


def _aspect(group: AspectLog, width: int, aspect_width: int, everything: bool) -> list[str]:
    """The lines of an aspect, and how many statements stand behind them."""
    found = [Entry(line) for line in group.lines] if everything else group.told
    lines = [part for entry in found for part in _line(entry, width, aspect_width)]
    rest = 0 if everything else len(group.rest)
    return [*lines, f"{' ' * (aspect_width + 9)}and {plural(rest, 'more statement')}"] if rest else lines


def _line(entry: Entry, width: int, aspect_width: int) -> list[str]:
    """Time and aspect, what changed over at most MOST_LINES lines, and who said it first."""
    line, change = entry.lead, entry.lead.change
    text = describe(line, change.detected_at.date(), entry.path)
    told = _marked(line.words) if text.marks else text.change.replace(" → ", " -> ").removesuffix(".")
    told = f"{told}  [{text.label}]" if change.kind not in (ChangeKind.CHANGED, ChangeKind.NEW) else told
    told = f"{told}  [silent]" if line.silent else told
    told = f"{told}  [{one_line(line.review)}]" if line.review else told
    more = f" +{change.corroborations}" if change.corroborations else ""
    repeats = f"  ({change.repeats} repeat)" if change.repeats else ""
    tail = fit(one_line(line.outlet), width // 4).rstrip() + more + repeats
    head = f"{clock(change.detected_at)}  {pad(one_line(change.aspect), aspect_width)}  "
    room = width - cell_len(head)
    parts = _wrap(told, room)
    if cell_len(parts[-1]) + 2 + cell_len(tail) <= room:
        parts[-1] = f"{pad(parts[-1], room - cell_len(tail) - 2)}  {tail}"
    else:
        parts.append(f"{' ' * (room - cell_len(tail))}{tail}")
    return [head + parts[0], *(" " * cell_len(head) + part for part in parts[1:])]


def _marked(words: Words) -> str:
    """A sentence that was changed in some words: [-what went-] {+what came+}."""
    return one_line("".join(MARKS[sign].format(text.strip()) if sign else text for sign, text in words))


def _wrap(text: str, width: int) -> list[str]:
    """The text over at most MOST_LINES lines of at most `width` cells, broken between words."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(longer) <= width or len(lines) == MOST_LINES:
            lines[-1] = longer
        else:
            lines.append(word)
    return [fit(line, width) for line in lines if line] or [""]


def _quiet(group: QuietGroup) -> str:
    quiet = group.lead
    gone, come = changed_words(quiet.edit.words, quiet.edit.before, quiet.edit.after)
    note = "silent " if group.silent else ""
    told = f'"{one_line(gone)}" -> "{one_line(come)}"' if gone and come else f'"{one_line(gone or come)}"'
    return f"{clock(quiet.seen_at)}  {note}{edit_labels(group.edits)}  {one_line(quiet.outlet)}: {told}"
