"""Two versions of an article, paragraph by paragraph, the differences marked: what the article page shows on one or two sides.

The sentence pairs and their word diffs are the revision's edits; this only finds their place in the paragraphs. So the page
marks what was judged and nothing else decides anew what belongs together.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pipeline.changelog.views import Words
from pipeline.changelog.wording import side
from pipeline.model import Edit, Op, Version

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_Key = tuple[str, str]  # what is compared: ("word", text), or an edit's sentence as one piece, which only its partner equals


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph of the one version beside its partner in the other; the words of both in reading order."""

    words: Words

    @property
    def changed(self) -> bool:
        return any(sign for sign, _ in self.words)

    @property
    def before(self) -> Words:
        return side(self.words, -1)

    @property
    def after(self) -> Words:
        return side(self.words, 1)


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive paragraphs that changed, or that did not (and may be folded)."""

    changed: bool
    rows: tuple[Row, ...]


def compare(before: Version, after: Version, edits: Sequence[Edit]) -> tuple[Run, ...]:
    """Headline and paragraphs of two versions as runs of changed and unchanged rows."""
    headline = [e for e in edits if e.field == "headline"]
    body = [e for e in edits if e.field == "body"]
    rows = [_merge(before.headline, after.headline, headline)]
    rows += [_merge(*texts, body) for texts in _pairs(before.paragraphs, after.paragraphs, body)]
    return tuple(_runs(rows))


def _runs(rows: list[Row]) -> Iterator[Run]:
    start = 0
    for i in range(1, len(rows) + 1):
        if i == len(rows) or rows[i].changed != rows[start].changed:
            yield Run(rows[start].changed, tuple(rows[start:i]))
            start = i


# ---- which paragraph stands beside which ---------------------------------------------------------------------------------


def _pairs(before: Sequence[str], after: Sequence[str], edits: Sequence[Edit]) -> Iterator[tuple[str, str]]:
    """Equal paragraphs beside each other, between them the pairs that the edits name; "" stands for no partner."""
    named = [(e.before_paragraph, e.after_paragraph) for e in edits if e.op is Op.CHANGE]
    for _, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        i, j = i1, j1
        for a, b in sorted((a, b) for a, b in named if a is not None and b is not None):
            if not (i <= a < i2 and j <= b < j2):
                continue
            yield from _between(before[i:a], after[j:b])
            yield before[a], after[b]
            i, j = a + 1, b + 1
        yield from _between(before[i:i2], after[j:j2])


def _between(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Paragraphs that no edit pairs: side by side if there are as many on both sides, else each for itself."""
    if len(before) == len(after):
        yield from zip(before, after, strict=True)
    else:
        yield from ((text, "") for text in before)
        yield from (("", text) for text in after)


# ---- the words of a pair -------------------------------------------------------------------------------------------------


def _merge(before: str, after: str, edits: Sequence[Edit]) -> Row:
    """One row: equal words once, others marked; a changed sentence as its edit's word diff has it."""
    if before == after:
        return Row(((0, before),))
    if not before or not after:
        return Row(((-1, before),) if before else ((1, after),))
    old, new = (
        _pieces(before, [(e.before, n) for n, e in enumerate(edits)]),
        _pieces(after, [(e.after, n) for n, e in enumerate(edits)]),
    )
    words: list[tuple[int, str]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            for key in old[i1:i2]:
                words += _shown(key, edits)
        else:
            words += [(-1, _text(key, edits, "before")) for key in old[i1:i2]]
            words += [(1, _text(key, edits, "after")) for key in new[j1:j2]]
    return Row(_joined(words))


def _pieces(paragraph: str, sentences: list[tuple[str, int]]) -> list[_Key]:
    """The paragraph as words, with each edit's sentence as one piece."""
    pieces: list[_Key] = []
    at = 0
    found = sorted((paragraph.find(text), n, text) for text, n in sentences if text)
    for start, n, text in found:
        if start < at:
            continue
        pieces += [("word", t) for t in _TOKEN.findall(paragraph[at:start])]
        pieces.append(("edit", str(n)))
        at = start + len(text)
    return pieces + [("word", t) for t in _TOKEN.findall(paragraph[at:])]


def _shown(key: _Key, edits: Sequence[Edit]) -> Words:
    if key[0] == "word":
        return ((0, key[1]),)
    edit = edits[int(key[1])]
    if edit.op is Op.MOVE and edit.before == edit.after:
        return ((0, edit.after),)
    return edit.words or ((-1, edit.before), (1, edit.after))


def _text(key: _Key, edits: Sequence[Edit], which: str) -> str:
    if key[0] == "word":
        return key[1]
    edit = edits[int(key[1])]
    return edit.before if which == "before" else edit.after


def _joined(words: list[tuple[int, str]]) -> Words:
    """Neighbours of one sign as one segment."""
    joined: list[tuple[int, str]] = []
    for sign, text in words:
        if joined and joined[-1][0] == sign:
            joined[-1] = (sign, joined[-1][1] + text)
        elif text:
            joined.append((sign, text))
    return tuple(joined)
