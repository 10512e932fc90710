"""Sentences that the story has heard word for word: a copy repeats what they told then, wherever it would be routed now.

So what the ledger holds cannot grow with repetitions, and a copy costs next to nothing. Only what may have been overtaken in
the meantime is judged once more, since who repeats it lags behind. Words that name a day are heard for the day that they mean.
"""

from datetime import datetime

from pipeline.changes.against import SHIFTING, Scene
from pipeline.changes.decide import Verdict
from pipeline.changes.entries import Entry, Heard, Telling
from pipeline.changes.reading import Finding, Reading
from pipeline.changes.shelf import Shelf
from pipeline.claims import HEADLINE, Fit, Tied, Unit
from pipeline.text import ValueKind, values

WORD_FOR_WORD = "said before, word for word"


def as_heard(unit: Unit) -> str:
    """The compared form of a sentence under which the story remembers it; a title is no sentence of a text."""
    return f"# {unit.normal}" if unit.paragraph == HEADLINE else unit.normal


def days_named(unit: Unit, when: datetime) -> tuple[bool, frozenset[str]]:
    """Whether a sentence names days, and those that were still to come."""
    days = [v for v in values(unit.text, when) if v.kind == ValueKind.DATE]
    return bool(days), frozenset(v.date.isoformat() for v in days if v.date is not None and v.date > when.date())


def may_lag(number: int, shelf: Shelf) -> bool:
    """Whether an entry may have been overtaken, so that who repeats it now lags behind."""
    if number < 0 or shelf.entries[number].lagging:
        return False
    entry = shelf.entries[number]
    if entry.key:
        return entry.retracted or shelf.values(entry.key)[-1].number != number
    return entry.statement is not None and bool(entry.statement.dimensions - SHIFTING)


def again(reading: Reading, known: Heard, scene: Scene, shelf: Shelf) -> list[Finding]:
    """The findings of a copy of a sentence: what it told is repeated, by whoever says it now."""
    reading.held.aspect, root = known.aspect, reading.attribution.root
    findings = []
    for told in known.tellings:
        entry = shelf.entries[told.entry] if told.entry >= 0 else None
        if entry is not None:
            entry.take_up(root, scene.at, entry.number in scene.mine)
            reading.held.entries = (*reading.held.entries, entry.number)
        findings.append(_finding(reading, told, Verdict("repeats", WORD_FOR_WORD, same=entry)))
    return findings


def _finding(reading: Reading, told: Telling, verdict: Verdict) -> Finding:
    """What a sentence told, as the finding of another report; offsets stay inside the sentence, which may be set otherwise."""
    end = len(reading.unit.text)
    said = (told.kind, told.subject, told.value, min(told.start, end), min(told.end, end), told.entry, told.confidence)
    return Finding(reading, told.aspect, verdict, *said, told.key, told.status, told.hedge, told.loose)


def not_again(verdict: Verdict, said: Tied | Fit, heard: Heard | None, edited: bool, shelf: Shelf) -> Verdict:
    """A verdict on a sentence heard before: it may lag behind, or an edit may have brought it, but it is nothing new."""
    if heard is None or verdict.same is not None or (verdict.kind is not None and edited):
        return verdict
    return Verdict("repeats", WORD_FOR_WORD, same=heard_entry(said, heard, shelf))


def heard_entry(said: Tied | Fit, heard: Heard, shelf: Shelf) -> Entry | None:
    """The entry of what a sentence told when it was heard: of this figure, or of the statement; that of its aspect first."""
    value = said.figure.value if isinstance(said, Tied) else ""
    kept = [t for t in heard.tellings if t.entry >= 0 and (t.value == value if value else not t.key)]
    kept.sort(key=lambda t: t.aspect != said.aspect)
    return shelf.entries[kept[0].entry] if kept else None
