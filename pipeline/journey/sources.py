"""Files of observations, cut into parts that are read each by itself: parsed, unpacked, their pages read by the extractor.

Reading a part is pure work on bytes: it needs no store, so that it can be done anywhere. What it brings goes to the spool,
sorted by time. How a file is cut depends on nothing but the file, so it is the same however many work on it.
"""

import gzip
import os
import stat
import struct
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Literal

from pydantic import TypeAdapter, ValidationError

from pipeline.archive import STEP, BadArchive, packed
from pipeline.errors import UsageError
from pipeline.journey.lines import observation_of, parsed, problem
from pipeline.journey.spool import RUN, Key, Spool
from pipeline.journey.warc import (
    AT_LEAST,
    EXPANDS,
    GZIP,
    Budget,
    Outlets,
    Page,
    is_warc,
    next_member,
    observation,
    read_pages,
)
from pipeline.model import Fetched, Observation
from pipeline.store import FetchRow
from pipeline.urls import canonical

PART = 16_000_000  # bytes of a file that are read at once
MAX_LINE = 20_000_000  # bytes
TOLD = 1_000  # invalid lines that are told one by one; the others are counted
TICK = 500  # observations after which it is told that the work goes on
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_SEEN: TypeAdapter[Observation] = TypeAdapter(Observation)
_HEAD = struct.Struct(">?Iq")  # whether the line tells a first address, bytes of the observation, bytes of the body or -1
Form = Literal["lines", "zipped lines", "pages"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a file."""

    path: str
    file: int  # its place among the files
    form: Form
    start: int
    end: int | None  # None: what is there to the end

    @property
    def name(self) -> str:
        """In the spool."""
        return f"part-{self.file}-{self.start}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What it takes to read parts: small, and the same for all of them."""

    spool: Path
    outlets: Outlets
    max_bytes: int  # of the largest page
    run: int = RUN


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One observation out of a file, read and ready to be judged."""

    seen: Observation
    moved: bool = False  # the line tells under which address the article was first met
    record: bytes = b""  # the response as a record of the archive, if there is one that has a body
    size: int | None = None  # bytes of that body

    def fetch(self, archive: str | None) -> FetchRow:
        """As the record of fetches has it."""
        seen = self.seen
        page = seen.final_url is not None
        asked = seen.seen_url if page else canonical(seen.seen_url) or seen.url
        fetched = Fetched(
            url=asked,
            final_url=seen.final_url or asked,
            fetched_at=seen.at,
            outcome=seen.outcome,
            status=seen.status if page else seen.status or None,
            reason="imported",
        )
        return FetchRow(fetched=fetched, kind="import", archive=archive, size=self.size)


# ---- cut -----------------------------------------------------------------------------------------------------------------


def cut(files: Sequence[Path], part: int = PART) -> list[Part]:
    """The parts of the files. Raises UsageError if one cannot be read."""
    return [p for n, file in enumerate(files) for p in _parts(n, file, part)]


def _parts(n: int, file: Path, part: int) -> Iterator[Part]:
    try:
        found = file.stat()
        pages = is_warc(file)
        form: Form = "pages" if pages else "zipped lines" if file.suffix == ".gz" else "lines"
        whole = form == "zipped lines" or not stat.S_ISREG(found.st_mode) or (pages and not _is_gzip(file))
    except OSError as e:
        raise UsageError(f"{file}: cannot be read: {e.strerror or e}") from None
    one = Part(path=str(file), file=n, form=form, start=0, end=None)
    if whole or found.st_size <= part:
        yield one
        return
    for start in range(0, found.st_size, part):
        yield replace(one, start=start, end=min(start + part, found.st_size))


def _is_gzip(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(len(GZIP)) == GZIP


# ---- read ----------------------------------------------------------------------------------------------------------------


def read_part(work: Work, part: Part, tick: Callable[[], None] = lambda: None) -> None:
    """Read a part into the spool, unless that was done. `tick` is called as it goes on. Raises UsageError."""
    spool = Spool(work.spool)
    if spool.facts(part.name) is not None:
        return
    told = _Told(part.path)
    looks = _looks_at_pages(work, part, told) if part.form == "pages" else _looks_of_lines(part, told)
    spool.put(part.name, _entries(part, looks, told, tick), told.facts, work.run)


class _Told:
    """What is told of a part besides its observations."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.lines = self.observations = self.more = 0
        self.invalid: list[tuple[int, str]] = []
        self.passed: Counter[str] = Counter()

    def facts(self) -> dict[str, object]:
        """As the spool notes it."""
        return {
            "lines": self.lines,
            "observations": self.observations,
            "invalid": self.invalid,
            "more": self.more,
            "passed": dict(self.passed),
        }

    def refuse(self, why: str) -> None:
        """The present line is not valid."""
        if len(self.invalid) < TOLD:
            self.invalid.append((self.lines, why))
        else:
            self.more += 1


def _entries(
    part: Part, looks: Iterator[tuple[str, Look]], told: _Told, tick: Callable[[], None]
) -> Iterator[tuple[Key, bytes]]:
    for url, look in looks:
        told.observations += 1
        key = ((look.seen.at - EPOCH) // MICROSECOND, url, part.file, part.start, told.observations)
        yield key, pack(look)
        if told.observations % TICK == 0:
            tick()


def _looks_at_pages(work: Work, part: Part, told: _Told) -> Iterator[tuple[str, Look]]:
    path = Path(part.path)
    start, end = part.start, part.end
    if end is not None:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            begins = next_member(file, start, end) if start else 0
            if begins is None:
                return
            start, end = begins, next_member(file, end, size)
    for page in read_pages(path, work.outlets, work.max_bytes, told.passed, start, end):
        yield page.told.url, _look_at(page)


def _look_at(page: Page) -> Look:
    got = page.fetched
    if got.body is None:
        return Look(seen=observation(page))
    return Look(seen=observation(page), record=packed(got), size=len(got.body))


def _looks_of_lines(part: Part, told: _Told) -> Iterator[tuple[str, Look]]:
    for raw in _raw_lines(part):
        told.lines += 1
        if not raw.strip():
            continue
        try:
            line = parsed(raw)
        except (ValidationError, ValueError, RecursionError) as e:
            told.refuse(problem(e))
            continue
        yield line.url, Look(seen=observation_of(line), moved=bool(line.first_url))


def _raw_lines(part: Part) -> Iterator[bytes]:
    """The lines that begin in a part; of one that is too long, pieces of the greatest length."""
    path = Path(part.path)
    try:
        with path.open("rb") as file:
            if part.form == "zipped lines":
                budget = Budget(max(AT_LEAST, EXPANDS * os.fstat(file.fileno()).st_size))
                with gzip.open(file, "rb") as stream:
                    yield from _lines(stream, None, budget.spend)
                return
            if part.start:
                file.seek(part.start - 1)
                _to_the_end_of_the_line(file, file.readline(STEP))
            yield from _lines(file, part.end)
    except (OSError, EOFError, zlib.error, BadArchive) as e:
        raise UsageError(f"{path}: cannot be read: {e.strerror if isinstance(e, OSError) and e.strerror else e}") from None


def _lines(
    stream: BinaryIO | gzip.GzipFile, end: int | None, spend: Callable[[int], None] = lambda size: None
) -> Iterator[bytes]:
    while end is None or stream.tell() < end:
        begun = True
        while begun and (raw := stream.readline(MAX_LINE)):
            spend(len(raw))
            yield raw
            begun = not raw.endswith(b"\n")
        if begun:
            return


def _to_the_end_of_the_line(file: BinaryIO, raw: bytes) -> None:
    while raw and not raw.endswith(b"\n"):
        raw = file.readline(STEP)


# ---- on the disk ---------------------------------------------------------------------------------------------------------


def pack(look: Look) -> bytes:
    """A look as it lies in the spool."""
    seen = zlib.compress(_SEEN.dump_json(look.seen), 1)
    return _HEAD.pack(look.moved, len(seen), -1 if look.size is None else look.size) + seen + look.record


def unpack(data: bytes) -> Look:
    """The same, back."""
    moved, length, size = _HEAD.unpack_from(data)
    end = _HEAD.size + length
    seen = _SEEN.validate_json(zlib.decompress(data[_HEAD.size : end]))
    return Look(seen=seen, moved=moved, record=data[end:], size=None if size < 0 else size)
