"""The change log as Markdown, in the manner of Keep a Changelog: days, in them aspects, in them one line a change.

Of more than a week, only the most telling lines of each day, and how many there are beside; JSON and CSV have all.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from pipeline.changelog.days import Day, QuietGroup, begin, last_word, log, moved
from pipeline.changelog.digest import ShortDay, digest, is_long
from pipeline.changelog.escape import markdown as esc
from pipeline.changelog.escape import markdown_link as link
from pipeline.changelog.escape import shorten
from pipeline.changelog.folding import Entry
from pipeline.changelog.views import ChangeLine, StandingRow, StoryPage
from pipeline.changelog.wording import (
    VALUE_LIMIT,
    LineText,
    capital,
    changed_words,
    clock,
    day_of,
    describe,
    edit_labels,
    long_date,
    moment,
    plural,
    repeating,
    sources,
    standing_contest,
    whose,
)
from pipeline.model import Op

ALSO = 3  # changes folded under a line that are told with it


def render_markdown(page: StoryPage) -> str:
    """The change log of a story: what stands, what moved last, the days."""
    parts = [f"# {esc(page.story.title)}: change log", _facts(page), *_standing(page), *_since(page)]
    days = log(page)
    if is_long(days):
        quiet = {day.day: len(day.quiet) for day in days}
        parts += [part for short in digest(days) for part in _short_day(short, quiet, page.story.slug)]
    else:
        parts += [part for day in days for part in _day(day)]
    return "\n\n".join(parts) + "\n"


def _facts(page: StoryPage) -> str:
    outlets = len({r.outlet for r in page.reports})
    return (
        f"As of {moment(page.as_of)} UTC: {plural(len(page.changes), 'change')}, "
        f"{plural(len(page.reports), 'report')} in {plural(outlets, 'outlet')}. All times are UTC."
    )


# ---- what stands ---------------------------------------------------------------------------------------------------------


def _standing(page: StoryPage) -> list[str]:
    if not page.standing:
        return []
    head = "| aspect | now | since | said by | contested |\n|---|---|---|---|---|"
    return ["## What stands now", "\n".join((head, *map(_standing_row, page.standing)))]


def _standing_row(row: StandingRow) -> str:
    first = row.said_by
    aspect = f"{row.aspect}: {row.subject}" if row.subject else row.aspect
    said = f"{sources(row.independent)}, first {link(first.outlet, first.url)}"
    said += f" ({esc(whose(first.attributed_to, first.source_kind))})"
    contested = "; ".join(esc(c) for c in standing_contest(row)) or "–"
    return f"| {esc(aspect)} | **{esc(shorten(row.now, VALUE_LIMIT))}** | {moment(row.since)} | {said} | {contested} |"


def _since(page: StoryPage) -> list[str]:
    if not (page.aspects or page.changes):
        return []
    lines = moved(page)
    day = day_of(page.as_of)
    told = [f"- {_aspect(line)}{_short(line, day)}" for line in lines] or [f"Nothing new on any aspect{last_word(page)}."]
    return [f"## Since {moment(begin(page))}", "\n".join(told)]


def _aspect(line: ChangeLine) -> str:
    return f"{esc(capital(line.change.aspect))}: "


def _short(line: ChangeLine, day: date) -> str:
    text = describe(line, day)
    return f"{_bold(text)} {link(line.outlet, line.change.url)}, {text.at}; {sources(line.change.corroborations + 1)}."


# ---- the days ------------------------------------------------------------------------------------------------------------


def _day(day: Day) -> list[str]:
    parts = [f"## {long_date(day.day)}"]
    if day.quiet_note:
        parts.append(esc(day.quiet_note))
    for group in day.aspects:
        lines = [_line(entry, day.day) for entry in group.told]
        lines += [f"- And {plural(len(group.rest), 'more statement')}."] if group.rest else []
        parts += [f"### {esc(capital(group.aspect))}", "\n".join(lines)]
    if day.quiet:
        parts += [f"### Quiet edits ({_quiet_count(day)})", "\n".join(_quiet(q) for q in day.quiet)]
    if day.changes and day.count.repeats:
        parts.append(esc(capital(repeating(day.count.repeats)) + "."))
    return parts


def _short_day(day: ShortDay, quiet: Mapping[date, int], slug: str) -> list[str]:
    """A day, or days of which no line is told, of a long log."""
    heading = long_date(day.first) if day.first == day.last else f"{long_date(day.first)} to {long_date(day.last)}"
    if day.quiet:
        return [f"## {heading}", f"Nothing new on any aspect; {repeating(day.repeats)}."]
    lines = [_line(entry, day.first, f"{esc(capital(aspect))}: ") for aspect, entry in day.told]
    edits = sum(count for at, count in quiet.items() if day.first <= at <= day.last)
    beside = [f"{day.more} more"] * bool(day.more) + [plural(edits, "quiet edit")] * bool(edits)
    if beside:
        window = f"--since {day.first.isoformat()} --until {(day.last + timedelta(days=1)).isoformat()}"
        lines.append(f"- And {' and '.join(beside)}: `writethru changes --story {slug} {window}`")
    return [f"## {heading}", "\n".join(lines)]


def _quiet_count(day: Day) -> str:
    shown = len(day.quiet)
    matter = "matters" if shown == 1 else "matter"
    return f"{shown} that {matter} of {shown + day.count.folded_edits}" if day.count.folded_edits else str(shown)


def _bold(text: LineText) -> str:
    """The change in bold; its kind after it where the arrow alone would claim too much or too little."""
    label = "" if text.label == "changed" else f" *{text.label}.*"
    return f"**{esc(text.change.removesuffix('.')) or '–'}.**{label}"


def _line(entry: Entry, day: date, aspect: str = "") -> str:
    line = entry.lead
    text = describe(line, day, entry.path)
    parts = [
        f"{aspect}{_bold(text)}",
        f"First in {link(line.outlet, line.change.url)}, {text.at}, {esc(text.whose)}; {esc(text.support)}.",
    ]
    if line.review:
        parts.append(f"*{esc(capital(line.review))}{f' by {esc(line.review_by)}' if line.review_by else ''}.*")
    if text.silent:
        parts.append(f"*{esc(capital(text.silent))}.*")
    if text.contrary:
        parts.append(f"*Says otherwise:* {'; '.join(map(esc, text.contrary))}.")
    if text.lagging:
        parts.append(f"*Still {esc(text.before) or 'without it'}:* {'; '.join(map(esc, text.lagging))}.")
    also = _also(entry)
    if also:
        parts.append(f"*Also that day:* {'; '.join(map(esc, also))}.")
    return "- " + " ".join(parts)


def _also(entry: Entry) -> list[str]:
    """What was said on the way, where the line does not have it."""
    change = entry.lead.change
    there = {_briefly(text) for text in (change.before, change.after, change.evidence_before)}
    said = dict.fromkeys(_briefly(x.change.after or x.change.before) for x in entry.folded)
    return [] if entry.path else [text for text in said if text not in there][:ALSO]


def _briefly(text: str) -> str:
    return shorten(text, VALUE_LIMIT).removesuffix(".")


def _quiet(group: QuietGroup) -> str:
    quiet = group.lead
    note = "No note." if group.silent else "With a note."
    place = "" if quiet.edit.field == "body" else f" in the {esc(quiet.edit.field)}"
    return f"- {link(quiet.outlet, quiet.url)}, {clock(quiet.seen_at)}, {_quiet_change(group)}{place}. {note}"


def _quiet_change(group: QuietGroup) -> str:
    """What a quiet edit did: the words that changed, not the paragraph."""
    edit, labels = group.lead.edit, edit_labels(group.edits)
    if edit.op in (Op.ADD, Op.REMOVE, Op.MOVE):
        verb = {Op.ADD: "added", Op.REMOVE: "removed", Op.MOVE: "moved"}[edit.op]
        kind = "" if labels == verb else f" ({labels})"
        return f"{verb}{kind}: “{esc(shorten(edit.after or edit.before, 200))}”"
    gone, come = changed_words(edit.words, edit.before, edit.after)
    return f"{labels}: “{esc(shorten(gone, 120))}” → “{esc(shorten(come, 120))}”"
