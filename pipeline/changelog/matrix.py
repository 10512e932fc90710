"""Who says what now: outlets by aspects.

Where values can be compared, each is set against the one that stands; where not, the cell holds what the outlet said last.
"""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.changelog.days import aspect_order
from pipeline.changelog.topics import Topic, topics
from pipeline.changelog.views import Said, StoryPage

TOPICS = 2  # compared topics of one aspect: more do not fit a page


class Agreement(StrEnum):
    """How a cell stands to what stands now."""

    SAME = "same"
    OLDER = "older"  # another value, said before the one that stands came up
    DIFFERS = "differs"  # another value, said since
    SAYS = "says"  # a statement, which cannot be compared


@dataclass(frozen=True, slots=True)
class Cell:
    """What an outlet said last."""

    said: Said
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Column:
    """An aspect, or a topic of it whose values can be compared."""

    aspect: str
    topic: Topic | None = None


@dataclass(frozen=True, slots=True)
class Matrix:
    """A cell is None where the outlet said nothing."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]


def matrix(page: StoryPage) -> Matrix:
    """The matrix of a story: outlets that say most first, then by name."""
    columns = tuple(_columns(page))
    outlets = sorted({s.outlet for s in page.said})
    rows = [(outlet, tuple(_cell(page, outlet, column) for column in columns)) for outlet in outlets]
    filled = [row for row in rows if any(row[1])]
    return Matrix(columns, tuple(sorted(filled, key=lambda row: (row[1].count(None), row[0].casefold(), row[0]))))


def _columns(page: StoryPage) -> list[Column]:
    """Of each aspect the topics that at least two outlets speak about; the aspect itself where there is none."""
    shared = [t for t in topics(page) if len(t.outlets) > 1]
    found: list[Column] = []
    spoken = {s.aspect for s in page.said}
    for aspect in aspect_order(page):
        mine = [Column(aspect, t) for t in shared if t.aspect == aspect][:TOPICS]
        found += mine or ([Column(aspect)] if aspect in spoken else [])
    return found


def _cell(page: StoryPage, outlet: str, column: Column) -> Cell | None:
    topic = column.topic
    told = [s for s in (topic.said if topic else page.said) if s.outlet == outlet and s.aspect == column.aspect]
    if not told:
        return None
    last = max(told, key=lambda s: (s.seen_at, s.article_id, s.value))
    return Cell(last, _agreement(last, topic))


def _agreement(said: Said, topic: Topic | None) -> Agreement:
    if topic is None:
        return Agreement.SAYS
    if said.value.casefold() == topic.stands.casefold():
        return Agreement.SAME
    return Agreement.OLDER if said.seen_at < topic.since else Agreement.DIFFERS
