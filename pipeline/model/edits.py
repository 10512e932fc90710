"""Edits between two versions."""

from dataclasses import dataclass
from enum import StrEnum


class Op(StrEnum):
    ADD = "add"
    REMOVE = "remove"
    CHANGE = "change"
    MOVE = "move"


class EditKind(StrEnum):
    NUMBER = "number"
    DATE = "date"
    NEGATION = "negation"
    MODALITY = "modality"
    QUOTE = "quote"
    ATTRIBUTION = "attribution"
    NAME = "name"
    CORRECTION = "correction"
    HEADLINE = "headline"
    ADDITION = "addition"
    DELETION = "deletion"
    MOVE = "move"
    COSMETIC = "cosmetic"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One aligned operation inside a revision, judged."""

    op: Op
    kind: EditKind
    meaningful: bool
    reason: str  # a sentence that a reader understands
    before: str  # the sentence (or headline, byline) as it was; "" if added
    after: str  # as it is; "" if removed
    field: str = "body"  # headline, byline, body
    before_paragraph: int | None = None
    after_paragraph: int | None = None
    words: tuple[tuple[int, str], ...] = ()  # the word diff: (-1 | 0 | 1, text) in order; joins to before and to after
    silent: bool = False  # bears meaning, and no correction note explains it


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionDecision:
    """What a revision amounts to."""

    kind: EditKind  # of its most telling edit
    meaningful: bool
    reason: str
    edits: tuple[Edit, ...]
