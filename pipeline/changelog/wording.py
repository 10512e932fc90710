"""What a line of the log says, in plain words, before any format: one wording for page, Markdown, feed and terminal.

The words are those of the field (says, denies, withdraws, corrects) and claim no more than the source: "contested", "one
source", "unnamed" stand in the line itself. Nothing here is escaped.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pipeline.changelog.escape import one_line, shorten
from pipeline.changelog.views import ChangeLine, StandingRow, Voice, Words
from pipeline.model import ChangeKind, Edit, EditKind, QuarantineKind

SENTENCE = 60  # characters from which a before or after is a sentence rather than a value
SHORT = 8  # words of a value that is not a sentence
VALUE_LIMIT = 140  # characters of a before or after in a line; the whole sentence is in the evidence

_QUANTITY = re.compile(r"\d[\d.,]*(?: [^\W\d]+){0,3}")

CHANGE_LABELS = {
    ChangeKind.NEW: "new",
    ChangeKind.CHANGED: "changed",
    ChangeKind.CONFLICT: "contested",
    ChangeKind.DENIED: "denied",
    ChangeKind.CORRECTED: "corrected",
    ChangeKind.WITHDRAWN: "withdrawn",
}
CHANGE_MEANINGS = {
    ChangeKind.NEW: "first said on this aspect",
    ChangeKind.CHANGED: "another value than the story had before",
    ChangeKind.CONFLICT: "outlets say different things at the same time",
    ChangeKind.DENIED: "somebody concerned denies it",
    ChangeKind.CORRECTED: "the outlet corrected its own report",
    ChangeKind.WITHDRAWN: "the statement was taken back or removed",
}
EDIT_LABELS = {
    EditKind.NUMBER: "number",
    EditKind.DATE: "date",
    EditKind.NEGATION: "negation",
    EditKind.MODALITY: "certainty",
    EditKind.QUOTE: "quotation",
    EditKind.ATTRIBUTION: "attribution",
    EditKind.NAME: "name",
    EditKind.CORRECTION: "correction",
    EditKind.HEADLINE: "headline",
    EditKind.ADDITION: "added",
    EditKind.DELETION: "removed",
    EditKind.MOVE: "moved",
    EditKind.COSMETIC: "cosmetic",
    EditKind.OTHER: "reworded",
}
LOOK_LABELS = {
    QuarantineKind.BOT_WALL: "bot wall",
    QuarantineKind.CONSENT: "consent page",
    QuarantineKind.PAYWALL: "paywall stub",
    QuarantineKind.SOFT_404: "not-found page",
    QuarantineKind.EMPTY: "empty page",
    QuarantineKind.GONE: "gone",
    QuarantineKind.BLOCKED: "blocked",
}


# ---- times and counts ----------------------------------------------------------------------------------------------------


def clock(at: datetime) -> str:
    """06:10"""
    return at.astimezone(UTC).strftime("%H:%M")


def day_of(at: datetime) -> date:
    """The day, in UTC, that a moment belongs to."""
    return at.astimezone(UTC).date()


def short_date(day: date) -> str:
    """24 Nov"""
    return f"{day.day} {day:%b}"


def long_date(day: date) -> str:
    """Monday 24 November 2025"""
    return f"{day:%A} {day.day} {day:%B %Y}"


def moment(at: datetime, beside: date | None = None) -> str:
    """06:10 on the day that it stands under, else 24 Nov 06:10."""
    day = day_of(at)
    return clock(at) if day == beside else f"{short_date(day)} {clock(at)}"


def iso(at: datetime) -> str:
    """2025-11-24T06:10:00Z"""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def shown_value(value: str) -> str:
    """A normalised value as people write it: 600,000; 27 Nov 2025."""
    text = re.sub(r"(?<![\d.])\d{5,}(?![\d.])", lambda m: f"{int(m[0]):,}", one_line(value))
    return re.sub(r"\b(\d{4})-(\d\d)-(\d\d)\b", lambda m: _date_shown(m) or m[0], text)


def _date_shown(m: re.Match[str]) -> str:
    try:
        day = date(int(m[1]), int(m[2]), int(m[3]))
    except ValueError:
        return ""
    return f"{short_date(day)} {day.year}"


def is_quantity(value: str) -> bool:
    """Whether a normalised value reads by itself: a figure, with its unit if it has one."""
    return _QUANTITY.fullmatch(value) is not None


def plural(count: int, noun: str, many: str = "") -> str:
    """1 report, 2 reports, 1,200 reports"""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def repeating(repeats: int) -> str:
    """11 reports repeat what stood"""
    if not repeats:
        return "no report came in"
    return f"{plural(repeats, 'report')} {'repeats' if repeats == 1 else 'repeat'} what stood"


def span(length: timedelta) -> str:
    """A length of time for people: 40 min, 3.5 h, 2 days."""
    minutes = length.total_seconds() / 60
    if minutes < 90:
        return f"{minutes:.0f} min"
    hours = minutes / 60
    return f"{hours:.1f} h".replace(".0 ", " ") if hours < 36 else f"{hours / 24:.0f} days"


# ---- who says so ---------------------------------------------------------------------------------------------------------


def whose(attributed_to: str, source_kind: str) -> str:
    """On whose word, with the kind of source: "a deputy minister, by name"."""
    who = one_line(attributed_to)
    if not who:
        return "unnamed official" if source_kind == "unnamed official" else "no source named"
    return {
        "person": f"{who}, by name",
        "unnamed official": f"{who}, unnamed",
        "document": f"{who}, a document",
        "outlet": f"citing {who}",
    }.get(source_kind, who)


def support(independent_others: int, repeats: int) -> str:
    """How many stand behind it: "one source", "4 independent sources (7 reports repeat it)"."""
    count = "one source" if independent_others <= 0 else plural(independent_others + 1, "independent source")
    return count if repeats <= 0 else f"{count} ({plural(repeats, 'report')} {'repeats' if repeats == 1 else 'repeat'} it)"


def sources(independent: int) -> str:
    """one source, 4 sources: independent ones"""
    return "one source" if independent <= 1 else plural(independent, "source")


def capital(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


# ---- the line ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineText:
    """The parts of a line, in reading order; "" where there is nothing to say."""

    label: str  # kind: new, changed, contested ...
    subject: str  # capitalised
    before: str
    after: str
    outlet: str  # who said it first
    at: str  # when, as it stands under its day
    whose: str
    support: str
    silent: str
    lagging: tuple[str, ...]  # outlets that still say what stood before, each with its note
    contrary: tuple[str, ...]  # who says otherwise
    marks: Words = ()  # one sentence that was changed in some words: shown once with these marked, not twice

    @property
    def long(self) -> bool:
        """A whole sentence rather than a value: set less heavily."""
        return len(self.after) > SENTENCE

    @property
    def change(self) -> str:
        """points 28 → 19"""
        arrow = f"{self.before} → {self.after}" if self.before and self.after else self.after or self.before
        return f"{self.subject}: {arrow}" if self.subject else arrow


def describe(line: ChangeLine, day: date, path: Sequence[str] = ()) -> LineText:
    """The words of a line that stands under `day`; `path` are the values that it went through, if more than two."""
    change = line.change
    figures = _figures(line)
    said = figures or (shorten(change.before, VALUE_LIMIT), shorten(change.after, VALUE_LIMIT))
    before, after = (" → ".join(path[:-1]), path[-1]) if path else without_shared_end(*said)
    if change.kind is ChangeKind.WITHDRAWN and not after:
        after = "withdrawn"
    named = whose(change.attributed_to, line.source_kind)
    if one_line(change.attributed_to) == one_line(line.outlet):
        named = "on its own word"
    return LineText(
        label=CHANGE_LABELS[change.kind],
        subject=_subject(change.subject, after),
        before="" if change.kind is ChangeKind.NEW else before,
        after=after,
        outlet=one_line(line.outlet),
        at=moment(change.detected_at, day),
        whose=f"{named} ({one_line(line.hedge)})" if line.hedge else named,
        support=support(change.corroborations, change.repeats),
        silent="changed silently, no note" if line.silent else "",
        lagging=tuple(_lagging(v) for v in line.dissent if v.lags),
        contrary=tuple(contrary(v) for v in line.dissent if not v.lags),
        marks=line.words if len(after) > SENTENCE and mostly_kept(line.words) else (),
    )


def _figures(line: ChangeLine) -> tuple[str, str] | None:
    """The figures before and after of a quantity with a name: where sentences differ in all else, they are what moved."""
    change = line.change
    named = bool(line.key and change.subject) and len(change.after) > SENTENCE and not mostly_kept(line.words)
    if named and is_quantity(change.value_before) and is_quantity(change.value_after):
        old, new = change.value_before.split(" ", 1), change.value_after.split(" ", 1)
        was = shown_value(old[0] if old[1:] == new[1:] else change.value_before)
        return was, _as_said(change.value_after, change.evidence_after)
    return None


def _as_said(value: str, sentence: str) -> str:
    """A figure with its unit in the plural if the sentence has it so: "19 point" of a plan with 19 points is 19 points."""
    many = f"{value.split()[-1]}s"
    return f"{shown_value(value)}s" if re.search(rf"\b{re.escape(many)}\b", sentence) else shown_value(value)


def _subject(subject: str, after: str) -> str:
    """What the line is about, unless the words say so themselves: beside a sentence it would only repeat."""
    told = one_line(subject)
    return "" if set(_bare(told)) <= set(_bare(after)) or len(after) > SENTENCE else capital(told)


def _bare(text: str) -> list[str]:
    """The words of a text without what stands at their ends."""
    return [word.strip(".,;:!?\"'()").casefold() for word in text.split()]


def without_shared_end(before: str, after: str) -> tuple[str, str]:
    """Before without the words that both end on: "90 metres", "40 metres" reads 90 → 40 metres. Only short values: of two
    sentences a reader wants both."""
    old, new = before.split(), after.split()
    if max(len(old), len(new)) > SHORT:
        return before, after
    shared = 0
    while shared < min(len(old), len(new)) - 1 and old[-1 - shared] == new[-1 - shared]:
        shared += 1
    return " ".join(old[: len(old) - shared]), after


def _lagging(voice: Voice) -> str:
    note = one_line(voice.note)
    return f"{one_line(voice.outlet)} ({note})" if note else one_line(voice.outlet)


def contrary(voice: Voice) -> str:
    """ "22" in Harrow News (head of state, by name; since corrected)"""
    details = "; ".join(d for d in (whose(voice.attributed_to, voice.source_kind), one_line(voice.note)) if d)
    said = f"“{shorten(shown_value(voice.value), 80)}” in " if voice.value else ""
    return f"{said}{one_line(voice.outlet)}" + (f" ({details})" if details else "")


def standing_contest(row: StandingRow) -> tuple[str, ...]:
    """The contested cell of a standing row: statements to the contrary, then how many texts merely lag, by value."""
    lagging: dict[str, list[str]] = {}
    for voice in row.contested:
        if voice.lags:
            lagging.setdefault(shown_value(voice.value), []).append(one_line(voice.outlet))
    texts = tuple(f"{value or 'the earlier value'} still in {_some(outlets)}" for value, outlets in lagging.items())
    return tuple(contrary(v) for v in row.contested if not v.lags) + texts


def _some(outlets: list[str]) -> str:
    return " and ".join(outlets) if len(outlets) <= 2 else plural(len(outlets), "older text")


def edit_labels(edits: Sequence[Edit]) -> str:
    """The kinds of the edits of one passage: "number, attribution"."""
    return ", ".join(dict.fromkeys(EDIT_LABELS[e.kind] for e in edits))


# ---- marked words --------------------------------------------------------------------------------------------------------


def side(words: Words, sign: int) -> Words:
    """One side of a word diff: what was there before (-1) or what is there now (1), the difference marked."""
    return tuple((s, text) for s, text in words if s in (0, sign))


def mostly_kept(words: Words) -> bool:
    """Whether a word diff is of one sentence that changed in places: most of its text stayed, and something did not."""
    kept = sum(len(text) for sign, text in words if sign == 0)
    changed = sum(len(text) for sign, text in words if sign)
    return 0 < changed <= kept


def half_kept(words: Words) -> bool:
    """Whether a word diff can be read: at least half of the longer text stayed. Else a reader wants both texts."""
    kept = sum(len(text) for sign, text in words if sign == 0)
    gone, come = (sum(len(text) for sign, text in words if sign == side) for side in (-1, 1))
    return kept >= max(gone, come)


def marked(sentence: str, part: str, sign: int) -> Words:
    """The sentence with a part of it marked, for pairs of sentences that have no word diff."""
    found = re.search(re.escape(part), sentence, re.IGNORECASE) if part else None
    if found is None:
        return ((0, sentence),) if sentence else ()
    start, end = found.span()
    pieces = ((0, sentence[:start]), (sign, sentence[start:end]), (0, sentence[end:]))
    return tuple((s, text) for s, text in pieces if text)


def evidence(line: ChangeLine) -> tuple[Words, Words]:
    """The sentences before and after with the words marked."""
    if line.words:
        return side(line.words, -1), side(line.words, 1)
    change = line.change
    return marked(change.evidence_before, change.before, -1), marked(change.evidence_after, change.after, 1)


def changed_words(words: Words, before: str, after: str) -> tuple[str, str]:
    """The words taken out and put in, joined by an ellipsis where others stand between; whole sentences without a word diff."""
    gone = " … ".join(t.strip() for s, t in words if s < 0 and t.strip())
    come = " … ".join(t.strip() for s, t in words if s > 0 and t.strip())
    return (gone, come) if gone or come else (before, after)
