"""(before, after) -> aligned sentences, and the words that differ inside a pair. Knows nothing of meaning.

`sentences` pairs the sentences of two versions, `documents` does so by paragraph and makes rows for a view, `words` compares
the words of a pair. The work is bounded by counts, never by a clock: the same two texts give the same answer on every machine.
"""

from pipeline.diff.documents import Aligned, Place, Row, RowOp, align_documents, align_paragraphs
from pipeline.diff.sentences import Alignment, Pair, PairKind, align
from pipeline.diff.words import Block, blocks, word_diff

__all__ = [
    "Aligned",
    "Alignment",
    "Block",
    "Pair",
    "PairKind",
    "Place",
    "Row",
    "RowOp",
    "align",
    "align_documents",
    "align_paragraphs",
    "blocks",
    "word_diff",
]
