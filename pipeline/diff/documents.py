"""Two documents as aligned sentences, and as the rows of a side-by-side view."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.diff.sentences import Alignment, Pair, PairKind, align
from pipeline.text import sentences


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence with the paragraph in which it stands."""

    text: str
    paragraph: int


class RowOp(StrEnum):
    SAME = "same"
    CHANGE = "change"
    MOVE = "move"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a side-by-side view."""

    before: Place | None
    after: Place | None
    op: RowOp


@dataclass(frozen=True, slots=True)
class Aligned:
    """Two documents cut into sentences, and how these belong together."""

    before: tuple[Place, ...]
    after: tuple[Place, ...]
    alignment: Alignment


def places(paragraphs: Sequence[str]) -> tuple[Place, ...]:
    """The sentences of a document with their paragraphs."""
    return tuple(Place(s.text, k) for k, paragraph in enumerate(paragraphs) for s in sentences(paragraph))


def align_paragraphs(before: Sequence[str], after: Sequence[str]) -> Aligned:
    """Two documents, given as paragraphs, aligned sentence by sentence."""
    old, new = places(before), places(after)
    return Aligned(old, new, align([p.text for p in old], [p.text for p in new]))


def align_documents(before: Sequence[str], after: Sequence[str]) -> tuple[Row, ...]:
    """The rows of a side-by-side view in the order of the new text; what was removed stands where it stood."""
    found = align_paragraphs(before, after)
    alignment, moved = found.alignment, set(found.alignment.moved)
    by_after: dict[int, list[Pair]] = defaultdict(list)
    for pair in alignment.pairs:
        by_after[pair.after].append(pair)
    rows: list[Row] = []
    waiting = list(alignment.removed)
    for j, place in enumerate(found.after):
        matched = by_after.get(j, [])
        anchor = max((p.before for p in matched if p.before not in moved), default=-1)
        while waiting and waiting[0] < anchor:
            rows.append(Row(found.before[waiting.pop(0)], None, RowOp.REMOVE))
        rows += [Row(found.before[p.before], place, _row_op(p, moved)) for p in matched] or [Row(None, place, RowOp.ADD)]
    rows += [Row(found.before[k], None, RowOp.REMOVE) for k in waiting]
    return tuple(rows)


def _row_op(pair: Pair, moved: set[int]) -> RowOp:
    if pair.kind is not PairKind.SAME:
        return RowOp.CHANGE
    return RowOp.MOVE if pair.before in moved else RowOp.SAME
