"""Recorded observations in place of the network: JSON Lines or web archives, plain or gzipped, in any order.

A line may say what was made of the look when it was recorded (`judged`, in files of our own): that stands.
"""

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pipeline.archive import Archive
from pipeline.config import Settings, load_feeds
from pipeline.errors import UsageError
from pipeline.extract.documents import document_from_record
from pipeline.journey.earlier import page_reader
from pipeline.journey.looks import Desk
from pipeline.journey.progress import Progress
from pipeline.journey.tally import Tally
from pipeline.journey.warc import Outlets, Page, Spool, host_of, is_warc, observation, outcome_of, read_pages
from pipeline.model import Document, Fetched, Judged, Observation, QuarantineKind
from pipeline.store import FetchRow, Store
from pipeline.text import squeeze
from pipeline.urls import canonical

CHUNK = 1_000  # observations in one transaction
MAX_LINE = 20_000_000  # bytes
SHOWN = 20  # invalid lines listed one by one


def _utc(value: object) -> object:
    """A time without zone is UTC here: the format says ISO 8601 of our own clock."""
    if not isinstance(value, str):
        return value
    at = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
    try:
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("before or after all years of the calendar") from None


Time = Annotated[AwareDatetime, BeforeValidator(_utc)]


class JudgedLine(BaseModel):
    """What was made of a look when it was recorded; stands in files of our own."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    what: Literal["version", "same", "quarantined"]
    reason: str = ""
    kind: QuarantineKind | None = None
    text_hash: str = ""

    @model_validator(mode="after")
    def quarantined_as_something(self) -> "JudgedLine":
        if self.what == "quarantined" and self.kind is None:
            raise ValueError("a quarantined look needs its kind")
        return self


class Line(BaseModel):
    """One line of a recorded file."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    at: Time
    url: str
    status: Annotated[int, Field(ge=100, le=599)] | Literal[0] = 200  # 0: the server was never asked
    outlet: str | None = None
    feed: str | None = None
    guid: str | None = None
    title: str | None = None
    published: Time | None = None
    updated: Time | None = None
    byline: str | None = None
    summary: str | None = None
    html: str | None = None
    text: str | None = None
    paragraphs: list[str] | None = None
    language: str | None = None
    extractor: str | None = None  # name/version of what read the text, if that was another program than the file's author
    first_url: str | None = None  # under which the article was first met, if it has moved since
    judged: JudgedLine | None = None


@dataclass(slots=True)
class ImportSummary:
    """What an import did."""

    lines_read: int = 0
    invalid: list[str] = field(default_factory=list)
    passed: Counter[str] = field(default_factory=Counter)  # records of web archives that are no pages, by what they are
    tally: Tally = field(default_factory=Tally)

    def lines(self) -> list[str]:
        t = self.tally
        out = [
            f"{self.lines_read} observations: {t.new_articles} new articles, {t.new_versions} new versions, "
            f"{t.reverted} returns to an earlier text, {t.same} unchanged, {t.quarantined} quarantined"
        ]
        out += [f"passed over: {n} {what}" for what, n in sorted(self.passed.items()) if n]
        out += self.invalid[:SHOWN]
        if len(self.invalid) > SHOWN:
            out.append(f"... and {len(self.invalid) - SHOWN} more lines that are not valid")
        return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an observation stands: read again when its turn comes, so that memory holds no texts but the chunk's."""

    at: datetime
    url: str
    file: int
    number: int
    source: bytes | Page  # a line, or a page in the spool


def import_into(store: Store, settings: Settings, files: Sequence[Path], now: datetime, progress: Progress) -> ImportSummary:
    """Take the observations of the files in time order. What is not valid is reported and skipped; the rest is kept."""
    with Spool() as spool, Archive(settings.archive_folder, now) as archive:
        run = Import(store, settings, spool, archive)
        places = sorted(run.places(files), key=lambda p: (p.at, p.url, p.file, p.number))
        for start in range(0, len(places), CHUNK):
            run.take(places[start : start + CHUNK])
            progress("observations", min(start + CHUNK, len(places)), len(places))
        run.done.lines_read, run.done.tally = len(places), run.desk.tally
        return run.done


class Import:
    """One import."""

    def __init__(self, store: Store, settings: Settings, spool: Spool, archive: Archive):
        self.store, self.settings, self.spool, self.archive = store, settings, spool, archive
        self.desk = Desk(store, page_reader(store, settings.archive_folder))
        self.done = ImportSummary()

    def places(self, files: Sequence[Path]) -> Iterator[Place]:
        """Where every observation stands."""
        outlets = Outlets(load_feeds(self.settings.feeds) if self.settings.feeds.exists() else ())
        for n, file in enumerate(files):
            if is_warc(file):
                pages = read_pages(file, self.spool, outlets, self.settings.fetch.max_bytes, self.done.passed)
                yield from (Place(at=p.at, url=p.told.url, file=n, number=i, source=p) for i, p in enumerate(pages))
            else:
                yield from _places(n, file, self.done)

    def take(self, places: Sequence[Place]) -> None:
        """Judge a chunk and write it in one transaction. Archived pages reach the disk before the rows that name them."""
        part = [self._read(p) for p in places]
        self.desk.load([seen for seen, _ in part])
        self.desk.load_urls([canonical(x.url) or x.url for _, x in part if isinstance(x, Line) and x.first_url])
        rows = [self._look(seen, source) for seen, source in part]
        self.archive.sync()
        with self.store.transaction():
            self.store.record(self.desk.batch(fetches=rows))

    def _read(self, place: Place) -> tuple[Observation, Page | Line]:
        if isinstance(place.source, Page):
            return observation(place.source, self.spool.get(place.source)), place.source
        line = _parsed(place.source)
        return _observation(line), line

    def _look(self, seen: Observation, source: Page | Line) -> FetchRow:
        if isinstance(source, Line):
            if known := self.desk.known_as(seen.url):
                self._move(known, source, seen)
            self.desk.look(seen)
            if not known and (met := self.desk.known_as(seen.url)):  # a part of a record may begin with a look after the move
                self._move(met, source, seen)
            return _fetch_row(seen, source)
        got, kept = self.spool.get(source), []

        def keep() -> str:
            kept.append(self.archive.add(got))
            return kept[0]

        self.desk.look(seen, keep if got.body else None)
        return FetchRow(fetched=got, kind="import", archive=kept[0] if kept else None)

    def _move(self, article_id: str, line: Line, seen: Observation) -> None:
        if line.first_url:
            self.desk.move(article_id, canonical(line.url), seen.at)


def _places(n: int, file: Path, done: ImportSummary) -> Iterator[Place]:
    for number, raw in enumerate(_raw_lines(file), 1):
        if not raw.strip():
            continue
        try:
            line = _parsed(raw)
            for name, url in (("url", line.url), ("first_url", line.first_url or line.url)):
                if canonical(url) is None:
                    raise ValueError(f"{name}: not an http(s) address: {url[:80]!r}")
        except (ValidationError, ValueError, RecursionError) as e:
            done.invalid.append(f"{file}, line {number}: skipped: {_problem(e)}")
            continue
        yield Place(at=line.at, url=line.url, file=n, number=number, source=raw)


def _raw_lines(file: Path) -> Iterator[bytes]:
    try:
        with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as stream:
            yield from iter(lambda: stream.readline(MAX_LINE), b"")
    except (OSError, EOFError, zlib.error) as e:
        raise UsageError(f"{file}: cannot be read: {e.strerror if isinstance(e, OSError) and e.strerror else e}") from None


def _parsed(raw: bytes) -> Line:
    value: Any = json.loads(raw)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return Line.model_validate(value)


def _problem(e: Exception) -> str:
    if isinstance(e, ValidationError):
        first = e.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg'].removeprefix('Value error, ')}"
    if isinstance(e, json.JSONDecodeError):
        return f"not valid JSON: {e.msg} at column {e.colno}"
    return "nested too deeply" if isinstance(e, RecursionError) else str(e)


def _observation(line: Line) -> Observation:
    url = canonical(line.first_url or line.url)
    assert url is not None
    return Observation(
        at=line.at,
        url=url,
        seen_url=line.url,
        outlet=squeeze(line.outlet) or host_of(url),
        feed=line.feed,
        guid=line.guid,
        status=line.status,
        outcome=outcome_of(line.status),
        document=_document(line, url),
        judged=_judged(line.judged),
    )


def _document(line: Line, url: str) -> Document | None:
    if line.judged and line.judged.what != "version":
        return None
    document = document_from_record(
        url=url,
        title=line.title,
        html=line.html,
        text=line.text,
        paragraphs=line.paragraphs,
        byline=line.byline,
        summary=line.summary,
        published_at=line.published,
        updated_at=line.updated,
    )
    return replace(
        document,
        language=squeeze(line.language) or document.language,
        extractor=squeeze(line.extractor) or document.extractor,
    )


def _judged(line: JudgedLine | None) -> Judged | None:
    if line is None:
        return None
    return Judged(reason=squeeze(line.reason), kind=line.kind, text_hash=line.text_hash[:100])


def _fetch_row(seen: Observation, line: Line) -> FetchRow:
    url = canonical(line.url) or seen.url
    fetched = Fetched(
        url=url, final_url=url, fetched_at=seen.at, outcome=seen.outcome, status=seen.status or None, reason="imported"
    )
    return FetchRow(fetched=fetched, kind="import")
