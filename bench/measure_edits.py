"""The judgements of text, diff and edits as plain callables, for scripts that score them."""

from pipeline.text import sentences


def split(text: str) -> list[str]:
    """The sentences of a text as strings, those inside quotations too, as the gold of sentence ends has them."""
    return [s.text for s in sentences(text, whole_quotes=False)]
