"""The spool: what was read out of files or the archive, on the disk beside the store, until the store has it.

Each part of the work leaves sorted runs and, when it is whole, a note that says so; so a run that was broken off goes on where
it was. Runs are merged as they are read (external merge sort: D. E. Knuth, The Art of Computer Programming 3, 5.4), so memory
holds a block of each, however long they are. A spool of other files, other options or another program is cleared away.
"""

import hashlib
import heapq
import json
import os
import shutil
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any

from pipeline.store.database import sql_folder

BLOCK = 65_536  # bytes read of a run at once
RUN = 32_000_000  # bytes that a part holds in memory before it writes a run
_FRAME = struct.Struct(">II")  # bytes of the key, bytes of the value
Key = tuple[int | str, ...]  # what runs are sorted by; each stands once
Facts = dict[str, Any]  # what json.loads makes of a note; only who wrote it knows


@cache
def program() -> str:
    """A digest of the program itself: another one may read otherwise."""
    digest = hashlib.sha256()
    for folder in (Path(__file__).parents[1], sql_folder()):
        for file in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc"):
            digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def digest_of(*facts: object) -> str:
    """A name for what stands in these facts."""
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()[:16]


class Spool:
    """A folder of runs and notes."""

    def __init__(self, folder: Path):
        self.folder = folder

    def begin(self, what: str) -> bool:
        """Go on with the spool if it is of `what`, else begin a new one. Whether it went on."""
        if self.note("of") == {"what": what}:
            return True
        self.clear()
        self.folder.mkdir(parents=True)
        self.write_note("of", {"what": what})
        return False

    def clear(self) -> None:
        """Remove it."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self.folder)

    # ---- notes

    def note(self, name: str) -> Facts | None:
        """What a note says; None if there is none."""
        try:
            return dict(json.loads((self.folder / f"{name}.json").read_bytes()))
        except (OSError, ValueError):
            return None

    def write_note(self, name: str, facts: Facts) -> None:
        """Write a note in one step; it is on the disk when this returns."""
        self._write(f"{name}.json", [json.dumps(facts).encode()])

    def _write(self, name: str, pieces: Iterable[bytes]) -> None:
        new = self.folder / f".{name}.{os.getpid()}"
        try:
            with new.open("wb") as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, self.folder / name)
        except OSError as error:  # what the system says of an open file, say that its disk is full, names no file
            raise OSError(error.errno, error.strerror, str(self.folder / name)) from error

    # ---- parts

    def put(self, part: str, entries: Iterable[tuple[Key, bytes]], facts: Callable[[], Facts], most: int = RUN) -> None:
        """Write what a part of the work brought as sorted runs, then the note that it is whole, with `facts` about it."""
        held: list[tuple[Key, bytes]] = []
        size = runs = 0
        for entry in entries:
            held.append(entry)
            size += len(entry[1])
            if size > most:
                self._run(part, runs, held)
                held, size, runs = [], 0, runs + 1
        if held:
            self._run(part, runs, held)
            runs += 1
        self.write_note(part, {"runs": runs, "facts": facts()})

    def _run(self, part: str, number: int, held: list[tuple[Key, bytes]]) -> None:
        held.sort(key=itemgetter(0))
        self._write(f"{part}.{number}", (piece for key, value in held for piece in _framed(key, value)))

    def facts(self, part: str) -> Facts | None:
        """What was noted of a part when it was whole; None if it is not."""
        note = self.note(part)
        return note["facts"] if note else None

    def merged(self, parts: Sequence[str]) -> Iterator[tuple[Key, bytes]]:
        """What these parts brought, in the order of its keys."""
        counts = [(part, note["runs"]) for part in parts if (note := self.note(part))]
        runs = [_entries(self.folder / f"{part}.{n}") for part, count in counts for n in range(count)]
        return heapq.merge(*runs, key=itemgetter(0))

    def size(self) -> int:
        """Bytes on the disk: they grow while a part is being read."""
        with suppress(OSError):
            return sum(entry.stat().st_size for entry in os.scandir(self.folder))
        return 0


def _framed(key: Key, value: bytes) -> tuple[bytes, bytes, bytes]:
    told = json.dumps(key).encode()
    return _FRAME.pack(len(told), len(value)), told, value


def _entries(run: Path) -> Iterator[tuple[Key, bytes]]:
    """The entries of a run. The file is opened for each block: there may be more runs than files that may be open."""
    held, place = b"", 0
    while True:
        wanted = _FRAME.size
        if len(held) >= wanted:
            key, value = _FRAME.unpack_from(held)
            if len(held) >= wanted + key + value:
                end = wanted + key
                yield tuple(json.loads(held[wanted:end])), held[end : end + value]
                held = held[end + value :]
                continue
            wanted += key + value
        with run.open("rb") as file:
            file.seek(place)
            more = file.read(max(BLOCK, wanted - len(held)))
        if not more:
            return
        held, place = held + more, place + len(more)
