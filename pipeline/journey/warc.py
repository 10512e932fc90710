"""Web archives in and out: pages that others have kept become observations, and what we have kept becomes one file for others.

A foreign file is hostile: whatever it holds, memory is bounded, what it expands to is limited, and a page is taken only if it
is whole. What is passed over is counted with its reason.
"""

import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from pipeline.archive import MAGIC, STEP, BadArchive, Record, read_archived, read_records, write_warc
from pipeline.errors import StoreError, UsageError
from pipeline.extract import extract
from pipeline.fetch.decode import BadBody, Body, Gzip
from pipeline.journey.progress import Progress
from pipeline.model import ArticleState, Feed, Fetched, Observation, Outcome, Version
from pipeline.store import RecordedLook, Store
from pipeline.text import squeeze
from pipeline.urls import canonical, is_home, site

EXPANDS = 200  # times its size that a file may expand to: pages compress to a tenth, a page of blanks to a thousandth
AT_LEAST = 100_000_000  # bytes that any file may expand to
MOST_TOLD = 4_000  # characters of a value that a file tells of a page
BESIDE = ("warcinfo", "request", "metadata")  # kinds of record that stand beside the responses
GZIP = b"\x1f\x8b"
MEMBER = GZIP + b"\x08"  # how every member of a gzip file begins
AHEAD = 1_000  # pages of which something may be told before they come
HEAD = 8_192  # bytes in which the headers of a record tell what it is
_BESIDE = re.compile(rb"(?i)\nwarc-type:[ \t]*metadata")
PREFIX = "writethru-"  # of the fields in which our own files tell what a response alone does not say
HTML = ("text/html", "application/xhtml+xml")
_PLAIN = re.compile(rb"(\xef\xbb\xbf)?\s*<[!?a-zA-Z]")
CHUNK = 200  # articles read from the store at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of a page beside its response: from our own files, else from feeds.toml."""

    url: str  # canonical form of the address asked for
    seen_url: str
    outlet: str
    feed: str | None = None
    guid: str | None = None
    published_at: datetime | None = None  # the feed's, for a page that does not say
    updated_at: datetime | None = None
    summary: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of a web archive."""

    at: datetime
    told: Told
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def fetched(self) -> Fetched:
        """The page as if it had been fetched when it was."""
        return Fetched(
            url=self.told.seen_url,
            final_url=self.final_url,
            fetched_at=self.at,
            outcome=outcome_of(self.status) if self.body else Outcome.EMPTY,
            status=self.status,
            headers=self.headers,
            body=self.body or None,
            reason="imported",
        )


# ---- in ------------------------------------------------------------------------------------------------------------------


def is_warc(file: Path) -> bool:
    """Whether a file begins as a web archive does, gzipped or not. A file that cannot be read is none."""
    try:
        with file.open("rb") as stream:
            start = stream.read(STEP)
        if start.startswith(GZIP):
            start = zlib.decompressobj(31).decompress(start, len(MAGIC))
    except (OSError, zlib.error):
        return False
    return start.startswith(MAGIC)


def outcome_of(status: int) -> Outcome:
    """How a fetch with this answer ended."""
    known: dict[int, Outcome] = {304: Outcome.NOT_MODIFIED, 404: Outcome.MISSING, 410: Outcome.GONE, 429: Outcome.RATE_LIMITED}
    if status in known:
        return known[status]
    return Outcome.OK if status < 400 else Outcome.DENIED if status < 500 else Outcome.SERVER_ERROR


class Outlets:
    """Whose pages these are: the outlet that feeds.toml names for that host, or alone for that site; else the host itself."""

    def __init__(self, feeds: Sequence[Feed]):
        self._hosts: dict[str, str] = {}
        self._sites: dict[str, set[str]] = {}
        for feed in feeds:
            self._hosts.setdefault(host_of(feed.url), feed.outlet)
            self._sites.setdefault(site(feed.url) or "", set()).add(feed.outlet)

    def of(self, url: str) -> str:
        host = host_of(url)
        at_site = self._sites.get(site(url) or "", set())
        return self._hosts.get(host) or (next(iter(at_site)) if len(at_site) == 1 else host)


def host_of(url: str) -> str:
    """The host of an absolute URL, without www."""
    return url.split("/")[2].lower().removeprefix("www.")


def read_pages(
    file: Path, outlets: Outlets, most: int, passed: Counter[str], start: int = 0, end: int | None = None
) -> Iterator[Page]:
    """The pages of a web archive, or of a part of it, one after the other. What is passed over is counted by its reason.

    `most` is the size of the largest page. Raises UsageError if the file cannot be opened.
    """
    for page in _pages(file, outlets, most, passed, start, end):
        if is_home(page.told.url):
            passed["front pages"] += 1
        else:
            yield page


def _pages(file: Path, outlets: Outlets, most: int, passed: Counter[str], start: int, end: int | None) -> Iterator[Page]:
    """The same with front pages. What a metadata record tells of a page follows it before the next response."""
    held: tuple[str, Page] | None = None  # (record id, page), until the next one comes: what is told of it may follow
    ahead: dict[str, dict[str, str]] = {}  # record id -> what was told of it before it came
    try:
        with file.open("rb") as raw:
            raw.seek(start)
            span = Span(raw, (file.stat().st_size if end is None else end) - start)
            budget = Budget(max(AT_LEAST, EXPANDS * span.left))
            for record in read_records(io.BufferedReader(Expanded(span, budget), STEP), most):
                if record.kind == "metadata" and record.concurrent_to and (fields := _own_fields(record)):
                    if held and held[0] == record.concurrent_to:
                        held = held[0], replace(held[1], told=_told(held[1].told, fields))
                    elif len(ahead) < AHEAD:
                        ahead[record.concurrent_to] = fields
                elif record.kind not in BESIDE and (page := _page(record, outlets, most, budget, passed)) is not None:
                    if held:
                        yield held[1]
                    fields = ahead.pop(record.identity, {})
                    held = record.identity, replace(page, told=_told(page.told, fields)) if fields else page
    except OSError as e:
        raise UsageError(f"{file}: cannot be read: {e.strerror or e}") from None
    except BadArchive as e:
        passed[f"the rest of {file}, which cannot be read on: {e}"] += 1
    if held:
        yield held[1]


class Span:
    """A part of a file, read from where it stands."""

    def __init__(self, file: BinaryIO, length: int):
        self._file, self.left = file, length

    def read(self, size: int) -> bytes:
        data = self._file.read(max(0, min(size, self.left)))
        self.left -= len(data)
        return data


def next_member(file: BinaryIO, start: int, end: int) -> int | None:
    """Where between two places the first gzip member begins at which a web archive may be cut; None if there is none.

    That is one that begins a record which tells of no other one. By chance the mark of a member stands in every 16 MB of
    compressed data, but nothing there decompresses to the beginning of a record.
    """
    place, held = start, b""
    file.seek(start)
    while place < end and (more := file.read(STEP)):
        data = held + more
        at = data.find(MEMBER)
        while at >= 0:
            found = place - len(held) + at
            if found >= end:
                return None
            if _begins_record(file, found):
                return found
            at = data.find(MEMBER, at + 1)
        place += len(more)
        held = data[-len(MEMBER) + 1 :]
        file.seek(place)
    return None


def _begins_record(file: BinaryIO, place: int) -> bool:
    file.seek(place)
    try:
        start = zlib.decompressobj(31).decompress(file.read(STEP), HEAD)
    except zlib.error:
        return False
    return start.startswith(MAGIC) and not _BESIDE.search(start.partition(b"\r\n\r\n")[0])


def _page(record: Record, outlets: Outlets, most: int, budget: "Budget", passed: Counter[str]) -> Page | None:
    """The page that a record holds, if it is one and whole."""
    url, at = canonical(record.url), _time(record.date)
    reason = _unfit(record, url, at)
    if reason:
        passed[reason] += 1
    if reason or url is None or at is None:
        return None
    try:
        body = decoded(record, most)
        budget.spend(len(body))
    except BadBody as e:
        passed[f"pages that cannot be taken: {e.reason}"] += 1
        return None
    headers = {k: v for k, v in record.headers.items() if k not in ("content-encoding", "transfer-encoding")}
    mine = Told(url=url, seen_url=record.url, outlet=outlets.of(url))
    return Page(at=at, told=mine, final_url=record.url, status=record.status, headers=headers, body=body)


def _unfit(record: Record, url: str | None, at: datetime | None) -> str:
    """Why a record is no page to take; "" if it is one."""
    if record.kind == "revisit":
        return "revisits of a page that was kept elsewhere"
    if record.kind != "response":
        return "records that are no responses"
    if url is None or record.status == 0:
        return "responses that are none of the web"
    if at is None:
        return "responses without a valid date"
    if 300 <= record.status < 400:
        return "redirects"
    if record.cut:
        return f"responses that are not whole: {record.cut}"
    return _kind_of(record)


def _kind_of(record: Record) -> str:
    """What a response is if it is no HTML page, by its Content-Type, or its first bytes where it has none."""
    declared = record.headers.get("content-type", "").split(";")[0].strip().lower()
    if declared in HTML:
        return ""
    if declared.endswith(("rss+xml", "atom+xml", "rdf+xml", "/feed+json")):
        return "feeds"
    start = record.body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if declared in ("text/xml", "application/xml") and any(mark in start for mark in (b"<rss", b"<feed", b"<rdf")):
        return "feeds"
    return "" if not declared and start.startswith((b"<!doctype html", b"<html")) else "images, scripts and other files"


def decoded(record: Record, most: int) -> bytes:
    """The body out of its content coding. Raises BadBody. Some archives unpack bodies and leave the header that says how."""
    coding = record.headers.get("content-encoding", "")
    body = Body("" if _PLAIN.match(record.body) else coding, most)
    for start in range(0, len(record.body), STEP):
        body.add(record.body[start : start + STEP])
    return body.finish()


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def _own_fields(record: Record) -> dict[str, str]:
    """What a metadata record of our own tells; foreign ones tell nothing that is needed."""
    lines = (line.partition(":") for line in record.body.decode("utf8", "replace").splitlines())
    return {
        name.removeprefix(PREFIX): value.strip()[:MOST_TOLD] for name, _, value in lines if name.startswith(PREFIX) and value
    }


def _told(page: Told, fields: dict[str, str]) -> Told:
    """What is known of a page, once our own fields have spoken."""
    return replace(
        page,
        url=canonical(fields.get("url")) or page.url,
        seen_url=fields.get("url") or page.seen_url,
        outlet=squeeze(fields.get("outlet")) or page.outlet,
        feed=fields.get("feed"),
        guid=fields.get("guid"),
        published_at=_time(fields.get("published", "")),
        updated_at=_time(fields.get("updated", "")),
        summary=squeeze(fields.get("summary")) or None,
    )


def observation(page: Page) -> Observation:
    """What an archived page showed when it was kept."""
    told, got = page.told, page.fetched
    document = extract(got.body, url=got.final_url, headers=got.headers) if got.body else None
    if document is not None:
        document = replace(
            document,
            published_at=document.published_at or told.published_at,
            updated_at=document.updated_at or told.updated_at,
            summary=document.summary or told.summary,
        )
    return Observation(
        at=page.at,
        url=told.url,
        seen_url=told.seen_url,
        outlet=told.outlet,
        feed=told.feed,
        guid=told.guid,
        status=page.status,
        outcome=got.outcome,
        final_url=page.final_url,
        document=document,
    )


class Budget:
    """What a file may still expand to."""

    def __init__(self, most: int):
        self._most = self._left = most

    def spend(self, size: int) -> None:
        """Raises BadArchive when nothing is left."""
        self._left -= size
        if self._left < 0:
            raise BadArchive(f"it expands to more than {self._most} bytes, which no archive of pages does")


class Expanded(io.RawIOBase):
    """A file out of its gzip members, a piece at a time. Raises BadArchive if it is damaged or expands too far."""

    def __init__(self, file: Span, budget: Budget):
        self._pieces = _pieces(file, budget)
        self._held = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        self._held = self._held or next(self._pieces, b"")
        part, self._held = self._held[: len(buffer)], self._held[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def _pieces(file: Span, budget: Budget) -> Iterator[bytes]:
    data = file.read(STEP)
    gzip = Gzip() if data.startswith(GZIP) else None
    while data:
        try:
            for piece in gzip.feed(data) if gzip else (data,):
                budget.spend(len(piece))
                if piece:
                    yield piece
        except zlib.error as e:
            raise BadArchive(f"it does not decompress: {e}") from None
        data = file.read(STEP)
    if gzip and not gzip.complete:
        raise BadArchive("it ends inside a compressed record")


# ---- out -----------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class WarcSummary:
    """What was written to a web archive."""

    file: str
    responses: int
    missing: list[str]  # responses that the archive no longer has

    def lines(self) -> list[str]:
        return [f"{self.file}: {self.responses} archived responses", *self.missing]


def export_pages(
    store: Store,
    folder: Path,
    file: BinaryIO,
    name: str,
    story: str | None,
    since: datetime | None,
    now: datetime,
    progress: Progress,
) -> WarcSummary:
    """Write every archived response, of one story or all, as one web archive. One that is gone is named and left out."""
    looks = sorted(_archived_looks(store, story, since), key=lambda x: (x[0].seen_at, x[0].archive))
    done = WarcSummary(file=name, responses=0, missing=[])

    def each() -> Iterator[tuple[Fetched, dict[str, str]]]:
        for n, (look, told) in enumerate(looks, 1):
            try:
                yield read_archived(folder, look.archive or ""), told
            except StoreError as e:
                done.missing.append(str(e))
            progress("responses", n, len(looks))

    about = {
        "software": "Writethru",
        "format": "WARC File Format 1.1",
        "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "description": "Pages of news articles as they were fetched: one response for each look at an article that showed "
        "something new, came back to an earlier text, or was quarantined. Bodies are kept decoded. The metadata record "
        "after each response tells by which address, outlet and feed the page was met.",
        "isPartOf": f"story {story}" if story else "",
        "temporal": f"since {since.isoformat()}" if since else "",
    }
    done.responses = write_warc(file, about, each(), now, Path(name).name)
    return done


def _archived_looks(store: Store, story: str | None, since: datetime | None) -> Iterator[tuple[RecordedLook, dict[str, str]]]:
    """Each look whose own response is archived, once, with what else is known of the page."""
    wanted = store.kept_articles(story, since)
    met: set[str] = set()
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        states, versions, looks = store.article_states(part), store.kept_versions(part), store.looks(part)
        for article_id in part:
            for look in looks.get(article_id, []):
                if look.archive is None or look.archive in met or (since and look.seen_at < since):
                    continue
                met.add(look.archive)
                kept = versions.get(article_id, {}).get(look.version_id or "")
                yield look, _fields_of(look, states[article_id], kept[0] if kept and kept[1] == look.archive else None)


def _fields_of(look: RecordedLook, state: ArticleState, version: Version | None) -> dict[str, str]:
    """What the response alone does not say: what the version that it made says, else what is known of the article."""
    of = version or state
    told = {
        "url": look.url or state.url,
        "outlet": state.outlet,
        "feed": state.feed,
        "guid": state.guid,
        "published": of.published_at and of.published_at.isoformat(),
        "updated": of.updated_at and of.updated_at.isoformat(),
        "summary": of.summary,
    }
    return {PREFIX + name: str(value) for name, value in told.items() if value}
