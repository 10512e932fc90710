"""Who says what now: outlets by subjects, each cell set against what stands."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.changelog.views import Said, StandingRow, StoryPage

COLUMNS = 10  # subjects of a matrix: more do not fit a page


class Agreement(StrEnum):
    """How a cell stands to what stands now."""

    SAME = "same"
    OLDER = "older"  # another value, said before the one that stands came up
    DIFFERS = "differs"  # another value, said since


@dataclass(frozen=True, slots=True)
class Cell:
    """What an outlet said last on a subject."""

    said: Said
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Matrix:
    """Columns are the subjects that stand, rows the outlets; a cell is None where the outlet said nothing."""

    columns: tuple[StandingRow, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]


def matrix(page: StoryPage) -> Matrix:
    """The matrix of a story: outlets that say most first, then by name."""
    columns = page.standing[:COLUMNS]
    last: dict[tuple[str, str, str], Said] = {}
    for said in sorted(page.said, key=lambda s: (s.seen_at, s.article_id)):
        last[said.outlet, said.aspect, said.subject] = said
    rows = [(outlet, tuple(_cell(last.get((outlet, c.aspect, c.subject)), c) for c in columns)) for outlet in _outlets(page)]
    filled = [row for row in rows if any(row[1])]
    return Matrix(columns, tuple(sorted(filled, key=lambda row: (row[1].count(None), row[0].casefold(), row[0]))))


def _outlets(page: StoryPage) -> list[str]:
    return sorted({s.outlet for s in page.said})


def _cell(said: Said | None, row: StandingRow) -> Cell | None:
    if said is None:
        return None
    if said.value.casefold() == (row.value or row.now).casefold():
        return Cell(said, Agreement.SAME)
    return Cell(said, Agreement.OLDER if said.seen_at < row.since else Agreement.DIFFERS)
