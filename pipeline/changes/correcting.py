"""What people say that a sentence of a story says, where it was read wrongly. Holds for the sentence wherever it stands."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from pipeline.claims import Figure, Statement
from pipeline.model import HumanDecision
from pipeline.text import ValueKind, values


class Corrections:
    """The corrections of one story's claims that hold, the last one of each value."""

    def __init__(self, decisions: Sequence[HumanDecision] = ()):
        self.right: dict[tuple[str, str], str] = {}  # sentence and value as read -> the right value
        for d in sorted(decisions, key=lambda d: (d.made_at, d.decision_id)):
            if d.kind == "correct" and d.sentence and d.was and d.value:
                self.right[d.sentence, d.was] = d.value

    def figures(self, sentence: str, read: tuple[Figure, ...]) -> tuple[Figure, ...]:
        """The figures of a sentence with their right values."""
        return tuple(self._figure(sentence, f) for f in read) if self.right else read

    def _figure(self, sentence: str, figure: Figure) -> Figure:
        right = self.right.get((sentence, figure.value))
        if right is None:
            return figure
        told = next((v for v in values(right, None) if v.kind is ValueKind.QUANTITY), None)
        return replace(figure, value=right, number=told.number if told else figure.number, hedge="")

    def dates(self, sentence: str, said: Statement, published_at: datetime | None) -> Statement:
        """A statement with its right dates."""
        right = self.right.get((sentence, "; ".join(sorted(said.dates))))
        if right is None:
            return said
        today = published_at.date() if published_at else None
        days = frozenset(right.split("; "))
        return replace(
            said, dates=days, ahead=frozenset(d for d in days if today is not None and date.fromisoformat(d) > today)
        )


def value_as_written(text: str, was: str, kind: str) -> str | None:
    """A value as a person writes it in canonical form, with the unit that was read if it has none; None if it cannot be read.

    `was` is the value that was read, `kind` the claim's: a quantity, or a statement with dates.
    """
    found = values(text.strip(), None)
    if kind == "quantity":
        quantity = next((v for v in found if v.kind is ValueKind.QUANTITY), None)
        if quantity is None or len(found) != 1:
            return None
        unit = was.partition(" ")[2]
        return quantity.key if " " in quantity.key or not unit else f"{quantity.key} {unit}"
    days = {date(v.year, v.month, v.day) for v in found if v.kind is ValueKind.DATE and v.year and v.month and v.day}
    return "; ".join(sorted(d.isoformat() for d in days)) or None
