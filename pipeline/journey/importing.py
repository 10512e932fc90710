"""Recorded observations in place of the network: JSON Lines, plain or gzipped, in any order."""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipeline.errors import UsageError
from pipeline.extract import document_from_record
from pipeline.journey.looks import Desk, Tally
from pipeline.journey.progress import Progress
from pipeline.model import Fetched, Observation, Outcome
from pipeline.store import FetchRow, Store
from pipeline.text import squeeze
from pipeline.urls import canonical

CHUNK = 1_000  # observations in one transaction
MAX_LINE = 20_000_000  # bytes
SHOWN = 20  # invalid lines listed one by one


def _utc(value: object) -> object:
    """A time without zone is UTC here: the format says ISO 8601 of our own clock."""
    if isinstance(value, str):
        at = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return value


Time = Annotated[AwareDatetime, BeforeValidator(_utc)]


class Line(BaseModel):
    """One line of a recorded file."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    at: Time
    url: str
    status: Annotated[int, Field(ge=100, le=599)] = 200
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


@dataclass(slots=True)
class ImportSummary:
    """What an import did."""

    lines_read: int = 0
    invalid: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def lines(self) -> list[str]:
        t = self.tally
        out = [
            f"{self.lines_read} observations: {t.new_articles} new articles, {t.new_versions} new versions, "
            f"{t.reverted} returns to an earlier text, {t.same} unchanged, {t.quarantined} quarantined"
        ]
        out += self.invalid[:SHOWN]
        if len(self.invalid) > SHOWN:
            out.append(f"... and {len(self.invalid) - SHOWN} more lines that are not valid")
        return out


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands: read again when its turn comes, so that memory holds no texts but the chunk's."""

    at: datetime
    url: str
    file: int
    number: int
    raw: bytes


def import_into(store: Store, files: Sequence[Path], progress: Progress) -> ImportSummary:
    """Take the observations of the files in time order. Invalid lines are reported by number and skipped."""
    done = ImportSummary()
    places = sorted(_places(files, done), key=lambda p: (p.at, p.url, p.file, p.number))
    desk = Desk(store)
    for start in range(0, len(places), CHUNK):
        part = [_observation(_parsed(p.raw)) for p in places[start : start + CHUNK]]
        desk.load(part)
        for seen in part:
            desk.look(seen)
        with store.transaction():
            store.record(desk.batch(fetches=[_fetch_row(s) for s in part]))
        progress("observations", min(start + CHUNK, len(places)), len(places))
    done.lines_read, done.tally = len(places), desk.tally
    return done


def _places(files: Sequence[Path], done: ImportSummary) -> Iterator[Place]:
    for n, file in enumerate(files):
        for number, raw in enumerate(_raw_lines(file), 1):
            if not raw.strip():
                continue
            try:
                line = _parsed(raw)
                if canonical(line.url) is None:
                    raise ValueError(f"url: not an http(s) address: {line.url[:80]!r}")
            except (ValidationError, ValueError) as e:
                done.invalid.append(f"{file}, line {number}: skipped: {_problem(e)}")
                continue
            yield Place(line.at, line.url, n, number, raw)


def _raw_lines(file: Path) -> Iterator[bytes]:
    try:
        with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as stream:
            yield from iter(lambda: stream.readline(MAX_LINE), b"")
    except (OSError, EOFError) as e:
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
    return str(e)


def _observation(line: Line) -> Observation:
    url = canonical(line.url)
    assert url is not None
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
    return Observation(
        at=line.at.astimezone(UTC),
        url=url,
        seen_url=line.url,
        outlet=squeeze(line.outlet) or _host(url),
        feed=line.feed,
        guid=line.guid,
        status=line.status,
        outcome=_outcome(line.status),
        document=document,
    )


def _host(url: str) -> str:
    return url.split("/")[2].removeprefix("www.")


def _outcome(status: int) -> Outcome:
    known: dict[int, Outcome] = {404: Outcome.MISSING, 410: Outcome.GONE, 429: Outcome.RATE_LIMITED}
    if status in known:
        return known[status]
    return Outcome.OK if status < 400 else Outcome.DENIED if status < 500 else Outcome.SERVER_ERROR


def _fetch_row(seen: Observation) -> FetchRow:
    fetched = Fetched(
        url=seen.url, final_url=seen.url, fetched_at=seen.at, outcome=seen.outcome, status=seen.status, reason="imported"
    )
    kind: Literal["import"] = "import"
    return FetchRow(fetched=fetched, kind=kind)
