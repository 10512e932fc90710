"""A line of a recorded file: what may stand in it, and the observation that it is.

A line may say what was made of the look when it was recorded (`judged`, in files of our own): that stands.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pipeline.extract.documents import document_from_record
from pipeline.journey.warc import host_of, outcome_of
from pipeline.model import Document, Judged, Observation, QuarantineKind
from pipeline.text import squeeze
from pipeline.urls import canonical


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


def parsed(raw: bytes) -> Line:
    """What a line says. Raises ValueError (also as ValidationError) or RecursionError if it is not valid; `problem` tells."""
    value: Any = json.loads(raw)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    line = Line.model_validate(value)
    for name, url in (("url", line.url), ("first_url", line.first_url or line.url)):
        if canonical(url) is None:
            raise ValueError(f"{name}: not an http(s) address: {url[:80]!r}")
    return line


def problem(e: Exception) -> str:
    """Why a line is not valid."""
    if isinstance(e, ValidationError):
        first = e.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg'].removeprefix('Value error, ')}"
    if isinstance(e, json.JSONDecodeError):
        return f"not valid JSON: {e.msg} at column {e.colno}"
    return "nested too deeply" if isinstance(e, RecursionError) else str(e)


def observation_of(line: Line) -> Observation:
    """What a line shows."""
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
