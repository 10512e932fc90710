"""The change log for a terminal: a line a change, or a few, none wider than the width given, free of control characters.

06:10  plan details  points 28 -> 19              Meridian Post +3  (7 repeat)
"""

from rich.cells import cell_len, set_cell_size

from pipeline.changelog.days import Day, QuietGroup, log
from pipeline.changelog.escape import one_line
from pipeline.changelog.views import ChangeLine, StoryPage, Words
from pipeline.changelog.wording import changed_words, clock, describe, edit_labels, long_date
from pipeline.model import ChangeKind

MOST_LINES = 3  # that one change may take


def terminal_lines(page: StoryPage, width: int = 100) -> tuple[str, ...]:
    """The log of a story, newest day first. No line is wider than `width` cells (at least 40)."""
    width = max(width, 40)
    aspect_width = min(max((cell_len(a.aspect) for d in log(page) for a in d.aspects), default=0), width // 5)
    lines: list[str] = []
    for day in log(page):
        lines += ["", long_date(day.day), *_day(day, width, aspect_width)]
    return tuple(_fit(line, width).rstrip() for line in lines[1:])


def _day(day: Day, width: int, aspect_width: int) -> list[str]:
    told = [day.quiet_note] if day.quiet_note else []
    told += [part for group in day.aspects for line in group.lines for part in _line(line, width, aspect_width)]
    return told + [_quiet(q) for q in day.quiet]


def _line(line: ChangeLine, width: int, aspect_width: int) -> list[str]:
    """Time and aspect, what changed over at most MOST_LINES lines, and who said it first."""
    change, text = line.change, describe(line, line.change.detected_at.date())
    told = _marked(line.words) if text.marks else text.change.replace(" → ", " -> ").removesuffix(".")
    told = f"{told}  [{text.label}]" if change.kind not in (ChangeKind.CHANGED, ChangeKind.NEW) else told
    told = f"{told}  [silent]" if line.silent else told
    told = f"{told}  [{one_line(line.review)}]" if line.review else told
    more = f" +{change.corroborations}" if change.corroborations else ""
    repeats = f"  ({change.repeats} repeat)" if change.repeats else ""
    tail = _fit(one_line(line.outlet), width // 4).rstrip() + more + repeats
    head = f"{clock(change.detected_at)}  {_pad(one_line(change.aspect), aspect_width)}  "
    room = width - cell_len(head)
    parts = _wrap(told, room)
    if cell_len(parts[-1]) + 2 + cell_len(tail) <= room:
        parts[-1] = f"{_pad(parts[-1], room - cell_len(tail) - 2)}  {tail}"
    else:
        parts.append(f"{' ' * (room - cell_len(tail))}{tail}")
    return [head + parts[0], *(" " * cell_len(head) + part for part in parts[1:])]


def _marked(words: Words) -> str:
    """A sentence that was changed in some words: [-what went-] {+what came+}."""
    marks = {-1: "[-{}-]", 0: "{}", 1: "{{+{}+}}"}
    return one_line("".join(marks[sign].format(text.strip()) if sign else text for sign, text in words))


def _wrap(text: str, width: int) -> list[str]:
    """The text over at most MOST_LINES lines of at most `width` cells, broken between words."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(longer) <= width or len(lines) == MOST_LINES:
            lines[-1] = longer
        else:
            lines.append(word)
    return [_fit(line, width) for line in lines if line] or [""]


def _quiet(group: QuietGroup) -> str:
    quiet = group.lead
    gone, come = changed_words(quiet.edit.words, quiet.edit.before, quiet.edit.after)
    note = "silent " if group.silent else ""
    told = f'"{one_line(gone)}" -> "{one_line(come)}"' if gone and come else f'"{one_line(gone or come)}"'
    return f"{clock(quiet.seen_at)}  {note}{edit_labels(group.edits)}  {one_line(quiet.outlet)}: {told}"


def _fit(text: str, width: int) -> str:
    """The text cut to a number of cells, an ellipsis for what is missing."""
    return text if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


def _pad(text: str, width: int) -> str:
    return set_cell_size(_fit(text, width), width)
