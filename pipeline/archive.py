"""The archive: responses as they came, in web archive files (WARC, ISO 28500), each record gzipped by itself.

A record is found again by its reference `file#offset`. Versions can be rebuilt from here with a better extractor. Bodies are
kept decoded, so the headers that described their coding are left out. `write_warc` makes one file of many responses for others,
`read_records` reads web archives from anywhere, however they were made: what it holds in memory is bounded.
"""

import io
import os
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from pipeline.errors import StoreError, WritethruError
from pipeline.model import Fetched, Outcome

if TYPE_CHECKING:  # the library is loaded when there is something to write or read
    from warcio.limitreader import LimitReader
    from warcio.recordloader import ArcWarcRecord
    from warcio.warcwriter import WARCWriter

STANDARD = "WARC/1.1"  # the first that may tell a time to the microsecond
MAGIC = b"WARC/"  # how every record begins
LINE = 65_536  # bytes of one header line in a foreign archive
HEADERS = 131_072  # bytes of all headers of a record
STEP = 65_536  # bytes read at once
_CHUNK = re.compile(rb"[0-9A-Fa-f]{1,8}[ \t]*(;[^\r\n]*)?\r\n")  # some archives unpack the chunks and leave the header
_CODED = {"content-encoding", "transfer-encoding", "content-length", "set-cookie"}
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # of a header; others mean nothing, and no archive can hold them


class BadArchive(WritethruError):
    """The web archive is damaged from here on."""


# ---- our own: written as responses come in -------------------------------------------------------------------------------


class Archive:
    """Appends responses to one file a run; made when the first response comes.

    `mark` tells runs apart that may start in the same second.
    """

    def __init__(self, folder: Path, run_started: datetime, mark: str = ""):
        self.folder = folder
        stamp = run_started.strftime("%Y%m%dT%H%M%S") + (f"-{mark}" if mark else "")
        self.name = f"{run_started:%Y/%m}/writethru-{stamp}.warc.gz"
        self._file: BinaryIO | None = None

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file:
            self.sync()
            self._file.close()

    @property
    def size(self) -> int:
        """Bytes that the run's file has."""
        path = self.folder / self.name
        return path.stat().st_size if path.exists() else 0

    def cut(self, size: int) -> None:
        """Take away what a run that was broken off had added to the file after so many bytes; call before adding to it."""
        if size < self.size:
            os.truncate(self.folder / self.name, size)

    def add(self, got: Fetched) -> str:
        """Append a response that has a body; returns its reference."""
        return self.append(packed(got))

    def append(self, record: bytes) -> str:
        """Append a response that was `packed`; returns its reference."""
        if self._file is None:
            path = self.folder / self.name
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab")
        with self._named():
            offset = self._file.tell()
            self._file.write(record)
        return f"{self.name}#{offset}"

    def sync(self) -> None:
        """What was added is on the disk when this returns: call before committing rows that refer to it."""
        if self._file:
            with self._named():
                self._file.flush()
                os.fsync(self._file.fileno())

    @contextmanager
    def _named(self) -> Iterator[None]:
        """What the system says of an open file, say that its disk is full, names no file: this does."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.folder / self.name)) from error


def packed(got: Fetched) -> bytes:
    """A response that has a body, as a record of the archive."""
    from warcio.warcwriter import WARCWriter

    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version=STANDARD)
    writer.write_record(_response(writer, got))
    return out.getvalue()


def _response(writer: "WARCWriter", got: Fetched) -> "ArcWarcRecord":
    from warcio.statusandheaders import StatusAndHeaders

    headers = [(k, v) for k, v in got.headers.items() if k not in _CODED and _NAME.fullmatch(k)]
    body = got.body or b""
    http = StatusAndHeaders(f"{got.status or 200} OK", [*headers, ("content-length", str(len(body)))], protocol="HTTP/1.1")
    told = {"WARC-Date": _date(got.fetched_at), "WARC-Record-ID": _identity(got)}
    return writer.create_warc_record(
        got.final_url, "response", payload=BytesIO(body), http_headers=http, warc_headers_dict=told
    )


def _identity(got: Fetched) -> str:
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{got.final_url} {got.fetched_at.isoformat()}')}>"


def _date(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_archived(folder: Path, reference: str) -> Fetched:
    """An archived response as it was fetched. Raises StoreError if it is not there."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    name, _, offset = reference.rpartition("#")
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise StoreError(f"archived response {reference} is not inside {folder}")
    try:
        with path.open("rb") as file:
            file.seek(int(offset))
            for record in ArchiveIterator(file):
                return _fetched(record)
    except (OSError, ValueError, ArchiveLoadFailed) as e:
        raise StoreError(f"archived response {reference} cannot be read: {e}") from None
    raise StoreError(f"archived response {reference} is missing from {folder}")


def _fetched(record: "ArcWarcRecord") -> Fetched:
    told, http = record.rec_headers, record.http_headers
    url, at = told.get_header("WARC-Target-URI"), told.get_header("WARC-Date")
    if record.rec_type != "response" or http is None or url is None or at is None:
        raise ValueError("no response begins there")
    return Fetched(
        url=url,
        final_url=url,
        fetched_at=datetime.fromisoformat(at).astimezone(UTC),
        outcome=Outcome.OK,
        status=int(http.get_statuscode()),
        headers={k.lower(): v for k, v in http.headers},
        body=record.content_stream().read(),
    )


def files(folder: Path) -> Iterator[Path]:
    """The archive's files in time order."""
    return iter(sorted(folder.glob("*/*/*.warc.gz")))


# ---- for others: one file of many responses ------------------------------------------------------------------------------


def write_warc(
    file: BinaryIO, about: Mapping[str, str], responses: Iterable[tuple[Fetched, Mapping[str, str]]], now: datetime, name: str
) -> int:
    """Write a web archive: what it is (`about`), then each response, followed by what else is known of it. Returns how many."""
    from warcio.warcwriter import WARCWriter

    writer = WARCWriter(file, gzip=True, warc_version=STANDARD)
    writer.write_record(_warcinfo(writer, about, now, name))
    count = 0
    for got, told in responses:
        writer.write_record(_response(writer, got))
        writer.write_record(_metadata(writer, got, told))
        count += 1
    return count


def _warcinfo(writer: "WARCWriter", about: Mapping[str, str], now: datetime, name: str) -> "ArcWarcRecord":
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{name} {now.isoformat()}")
    told = {"WARC-Date": _date(now), "WARC-Record-ID": f"<urn:uuid:{identity}>", "WARC-Filename": name}
    return writer.create_warc_record("", "warcinfo", payload=_fields(about), warc_headers_dict=told)


def _metadata(writer: "WARCWriter", got: Fetched, told: Mapping[str, str]) -> "ArcWarcRecord":
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{_identity(got)} metadata")
    headers = {
        "WARC-Date": _date(got.fetched_at),
        "WARC-Record-ID": f"<urn:uuid:{identity}>",
        "WARC-Concurrent-To": _identity(got),
    }
    return writer.create_warc_record(got.final_url, "metadata", payload=_fields(told), warc_headers_dict=headers)


def _fields(values: Mapping[str, str]) -> BytesIO:
    """`application/warc-fields`: a name and a value a line."""
    lines = (f"{name}: {' '.join(value.split())}\r\n" for name, value in values.items() if value)
    return BytesIO("".join(lines).encode("utf8", "replace"))


# ---- from anywhere: hostile until proved ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of a web archive, as far as it was asked for."""

    kind: str  # WARC-Type
    url: str = ""  # WARC-Target-URI
    date: str = ""  # WARC-Date as written
    identity: str = ""  # WARC-Record-ID
    concurrent_to: str = ""  # the record that this one tells of
    status: int = 0  # of a response
    headers: Mapping[str, str] = field(default_factory=dict)  # of a response, names in lower case
    body: bytes = b""  # of a response: out of its chunks, its content coding untouched; of metadata: the whole block
    cut: str = ""  # why the body is not whole, "" if it is


def read_records(stream: io.BufferedReader, most_body: int) -> Iterator[Record]:
    """The records of an uncompressed web archive, one after the other; bodies only of metadata, and of responses over HTTP.

    Bytes between records are passed over. Raises BadArchive where the file cannot be read on; what came before stands.
    """
    from warcio.exceptions import ArchiveLoadFailed
    from warcio.recordloader import ArcWarcRecordLoader

    lines, loader = _Lines(stream), ArcWarcRecordLoader(verify_http=False)
    while line := lines.next_record():
        try:
            record = loader.parse_record_stream(lines, statusline=line, known_format="warc", no_record_parse=True)
        except (ArchiveLoadFailed, EOFError) as e:
            raise BadArchive(f"a record cannot be read: {str(e)[:200]}") from None
        length = record.rec_headers.get_header("Content-Length", "")
        if lines.exhausted or not (length.isascii() and length.isdigit()):
            raise BadArchive(f"a record has no readable headers, or does not say how long it is: {length[:40]!r}")
        yield _record(record, lines, most_body)
        while record.raw_stream.read(STEP):
            pass


def _record(record: "ArcWarcRecord", lines: "_Lines", most: int) -> Record:
    from warcio.statusandheaders import StatusAndHeadersParser

    told = record.rec_headers
    out = Record(
        kind=told.get_header("WARC-Type", "").lower(),
        url=told.get_header("WARC-Target-URI", ""),
        date=told.get_header("WARC-Date", ""),
        identity=told.get_header("WARC-Record-ID", ""),
        concurrent_to=told.get_header("WARC-Concurrent-To", ""),
    )
    if out.kind == "metadata":
        return replace(out, body=record.raw_stream.read(HEADERS))
    if out.kind != "response" or not out.url.lower().startswith(("http:", "https:")):
        return out
    try:
        http = StatusAndHeadersParser([], verify=False).parse(record.raw_stream)
    except EOFError:
        return replace(out, cut="the response is empty")
    code, headers = http.get_statuscode(), {k.lower(): v for k, v in http.headers}
    status = int(code) if len(code) == 3 and code.isascii() and code.isdigit() else 0
    body, cut = _body(record.raw_stream, headers, most)
    if lines.exhausted:
        cut = f"its headers are larger than {HEADERS} bytes"
    if truncated := told.get_header("WARC-Truncated", ""):
        cut = f"the archive says that it is truncated: {truncated[:40]}"
    return replace(out, status=status, headers=headers, body=body, cut=cut)


def _body(stream: "LimitReader", headers: Mapping[str, str], most: int) -> tuple[bytes, str]:
    """A response's body out of its chunks, and why it is not whole."""
    from warcio.bufferedreaders import ChunkedDataException, ChunkedDataReader

    if stream.limit > most:
        return b"", f"larger than {most} bytes"
    raw = b"".join(iter(lambda: stream.read(STEP), b""))
    if stream.limit:
        return b"", "the file ends inside it"
    if headers.get("transfer-encoding", "").strip().lower() == "chunked" and _CHUNK.match(raw):
        try:
            return ChunkedDataReader(BytesIO(raw), raise_exceptions=True, decomp_type=None).read(), ""
        except ChunkedDataException:
            return b"", "its last chunk is missing"
    promised = headers.get("content-length", "")
    short = promised.isascii() and promised.isdigit() and len(raw) < int(promised[:18])
    return raw, "shorter than its Content-Length" if short else ""


class _Lines:
    """A stream read by lines. Their length is bounded, and so are the headers of one record."""

    def __init__(self, stream: io.BufferedReader):
        self._stream, self._left = stream, HEADERS

    @property
    def exhausted(self) -> bool:
        """Whether the headers of this record are larger than allowed; their rest was not read."""
        return self._left <= 0

    def next_record(self) -> bytes:
        """The line that begins the next record; b"" at the end. Anything in between is passed over."""
        self._left = HEADERS
        while line := self._stream.readline(LINE):
            if line.startswith(MAGIC):
                return line
        return b""

    def readline(self, length: int | None = None) -> bytes:
        if self.exhausted:
            return b""
        line = self._stream.readline(LINE if length is None else min(length, LINE))
        self._left -= len(line)
        return line

    def read(self, length: int) -> bytes:
        return self._stream.read(length)
