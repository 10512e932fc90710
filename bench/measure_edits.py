"""The judgements of text, diff and edits as plain callables, for scripts that score them."""

from pipeline import diff
from pipeline.edits import compare_bodies
from pipeline.text import sentences


def split(text: str) -> list[str]:
    """The sentences of a text as strings, those inside quotations too, as the gold of sentence ends has them."""
    return [s.text for s in sentences(text, whole_quotes=False)]


def align(before: list[str], after: list[str]) -> dict[str, list]:
    """The alignment of two lists of sentences, as places."""
    found = diff.align(before, after)
    pairs = [(p.before, p.after) for p in found.pairs]
    return {"pairs": pairs, "added": list(found.added), "removed": list(found.removed), "moved": list(found.moved)}


def meaningful(before: str, after: str) -> bool:
    """Whether the step from one body, sentence or headline to another bears meaning."""
    return any(e.meaningful for e in compare_bodies(before, after))
