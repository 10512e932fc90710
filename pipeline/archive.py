"""The archive: responses as they came, in web archive files (WARC, ISO 28500), each record gzipped by itself.

A record is found again by its reference `file#offset`. Versions can be rebuilt from here with a better extractor. Bodies are
kept decoded, so the headers that described their coding are left out.
"""

import os
import uuid
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType

from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.errors import StoreError
from pipeline.model import Fetched

_CODED = {"content-encoding", "transfer-encoding", "content-length", "set-cookie"}


class Archive:
    """Appends responses to one file a run; made when the first response comes."""

    def __init__(self, folder: Path, run_started: datetime):
        self.folder = folder
        stamp = run_started.strftime("%Y%m%dT%H%M%S")
        self.name = f"{run_started:%Y/%m}/writethru-{stamp}.warc.gz"
        self._file = None
        self._writer: WARCWriter | None = None

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file:
            self.sync()
            self._file.close()

    def add(self, got: Fetched) -> str:
        """Append a response that has a body; returns its reference."""
        if self._file is None:
            path = self.folder / self.name
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab")
            self._writer = WARCWriter(self._file, gzip=True)
        assert self._writer is not None
        offset = self._file.tell()
        self._writer.write_record(_record(self._writer, got))
        return f"{self.name}#{offset}"

    def sync(self) -> None:
        """What was added is on the disk when this returns: call before committing rows that refer to it."""
        if self._file:
            self._file.flush()
            os.fsync(self._file.fileno())


def _record(writer: WARCWriter, got: Fetched) -> ArcWarcRecord:
    headers = [(k, v) for k, v in got.headers.items() if k not in _CODED]
    body = got.body or b""
    http = StatusAndHeaders(f"{got.status or 200} OK", [*headers, ("content-length", str(len(body)))], protocol="HTTP/1.1")
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{got.final_url} {got.fetched_at.isoformat()}")
    told = {"WARC-Date": got.fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ"), "WARC-Record-ID": f"<urn:uuid:{identity}>"}
    return writer.create_warc_record(
        got.final_url, "response", payload=BytesIO(body), http_headers=http, warc_headers_dict=told
    )


def read_response(folder: Path, reference: str) -> tuple[str, dict[str, str], bytes]:
    """(URL, headers, body) of an archived response. Raises StoreError if it is not there."""
    name, _, offset = reference.rpartition("#")
    try:
        with (folder / name).open("rb") as file:
            file.seek(int(offset))
            for record in ArchiveIterator(file):
                headers = {k.lower(): v for k, v in record.http_headers.headers} if record.http_headers else {}
                return record.rec_headers.get_header("WARC-Target-URI"), headers, record.content_stream().read()
    except (OSError, ValueError) as e:
        raise StoreError(f"archived response {reference} cannot be read: {e}") from None
    raise StoreError(f"archived response {reference} is missing from {folder}")


def files(folder: Path) -> Iterator[Path]:
    """The archive's files in time order."""
    return iter(sorted(folder.glob("*/*/*.warc.gz")))
