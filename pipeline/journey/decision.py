"""A decision as a person puts it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person wants. Stories are named by slug or id, articles by address or id."""

    kind: str  # pin, unpin, merge, split, rename, apart, review, correct, undo
    story: str = ""  # merge: the one that ends
    other: str = ""  # merge: the one that goes on; apart: the other one
    articles: tuple[str, ...] = ()  # pin, unpin: one; split: those that go
    title: str = ""  # rename; split: of the new story
    about: str = ""  # id of the change or proposal (review), the claim (correct), the decision (undo)
    value: str = ""  # review: accept, reject or watch; correct: the right value
    note: str = ""
    made_by: str = ""
