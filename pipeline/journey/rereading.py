"""Archived responses read again by the present extractor, ahead of the rebuild that judges them, by several processes.

What they read goes to a spool under a name made of the responses' references: what stays the same is not read twice, also
after a run that was broken off.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import TypeAdapter

from pipeline.archive import read_archived
from pipeline.errors import StoreError
from pipeline.extract import extract
from pipeline.journey.earlier import Extractor
from pipeline.journey.spool import Key, Spool, digest_of, program
from pipeline.journey.spread import spread
from pipeline.model import Document
from pipeline.store import RecordedLook


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An archived response as the present extractor reads it, or why it cannot be read."""

    document: Document | None = None
    status: int | None = None
    final_url: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Responses that are read by one process at once."""

    references: tuple[str, ...]

    @property
    def name(self) -> str:
        """In the spool."""
        return digest_of(self.references)


_READING: TypeAdapter[Reading] = TypeAdapter(Reading)


def piece_of(looks: dict[str, list[RecordedLook]]) -> Piece:
    """The archived responses of these looks."""
    return Piece(references=tuple(x.archive for each in looks.values() for x in each if x.archive and x.row_id))


def read_again(folder: Path, reference: str, read: Extractor = extract) -> Reading:
    """One response."""
    try:
        got = read_archived(folder, reference)
    except StoreError as e:
        return Reading(problem=str(e))
    document = read(got.body or b"", url=got.final_url, headers=got.headers)
    return Reading(document=document, status=got.status, final_url=got.final_url)


def read_piece(spool: Path, folder: Path, piece: Piece) -> None:
    """Read a piece into the spool, unless that was done."""

    def entries() -> Iterator[tuple[Key, bytes]]:
        for n, reference in enumerate(piece.references):
            yield (n,), zlib.compress(_READING.dump_json(read_again(folder, reference)), 1)

    if Spool(spool).facts(piece.name) is None:
        Spool(spool).put(piece.name, entries(), dict)


class Ahead:
    """Readings that processes made ahead, by piece."""

    def __init__(self, spool: Path, folder: Path):
        self.spool, self.folder = Spool(spool), folder
        self.spool.begin(program())

    def read(self, pieces: Iterator[Piece], workers: int, tell: Callable[[int], None]) -> None:
        """Read the pieces; tells how many are done."""
        size = -1
        for n in spread(partial(read_piece, self.spool.folder, self.folder), pieces, workers):
            if (grown := self.spool.size()) != size:  # else nobody would notice that the workers hang
                size = grown
                tell(n)

    def unread(self, pieces: Iterator[Piece]) -> list[int]:
        """The numbers of the pieces that are still to be read."""
        return [n for n, piece in enumerate(pieces) if self.spool.facts(piece.name) is None]

    def of(self, piece: Piece) -> dict[str, Reading]:
        """What was read, by reference."""
        found = (_READING.validate_json(zlib.decompress(data)) for _, data in self.spool.merged([piece.name]))
        return dict(zip(piece.references, found, strict=True))

    def clear(self) -> None:
        self.spool.clear()
