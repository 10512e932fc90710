"""The main clause of a sentence without a parser: what is said, and where its verb stands."""

from pipeline import words
from pipeline.claims.lexicon import cue_words, say_words, stance_words
from pipeline.claims.units import Unit, Word


def main_clause(unit: Unit) -> tuple[list[Word], int]:
    """The words of what is said, a leading "X said that" and quotations aside, and the place of its first verb."""
    row = [w for w in unit.words if not w.quoted] or list(unit.words)
    named = [i for i, w in enumerate(row) if w.source]
    if named and named[0] < 4:
        start = named[-1] + 1
        skipped = say_words() | cue_words("after say") | cue_words("auxiliary")
        while start < len(row) and row[start].low in skipped:
            start += 1
        row = row[start:] if start < len(row) - 1 else row
    found = first_verb(row)
    return row, min(3, len(row)) if found is None else found


def first_verb(row: list[Word]) -> int | None:
    """The place of the first word that is likely a verb: without a tagger, by families of verbs and the ending of the past."""
    for i, word in enumerate(row[1:], 1):
        if word.text[0].isupper() and not word.text.isupper():
            continue
        past = word.low.endswith("ed") and row[i - 1].low not in cue_words("determiner")
        if past or word.low in cue_words("auxiliary") or word.low in say_words() or word.low in stance_words():
            return i
        if word.low in words.family("acts") or word.low in cue_words("plain verb"):
            return i
    return None


def meets(row: list[Word], verb: int) -> bool:
    """Whether people meet, call, travel or lead a delegation in the clause."""
    return any(w.low in cue_words("meeting verb") for w in row[max(0, verb - 2) : verb + 4])
