"""The record handed on: as observations that `import` takes, or as a web archive. Reads the snapshot, writes new files only.

A line says what was made of the look when it was recorded, so a store that is rebuilt from the file holds what this one does.
Looks that showed nothing new are left out, but for those that end a run of quarantined ones and the last of each article.
"""

import gzip
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from pipeline.config import Settings
from pipeline.errors import UsageError
from pipeline.journey.progress import Progress
from pipeline.journey.warc import WarcSummary, export_pages
from pipeline.model import ArticleState, Version, ident
from pipeline.store import KeptVersion, RecordedLook, Store

CHUNK = 500  # articles read from the store at once


@dataclass(slots=True)
class JsonlSummary:
    """What was written as observations."""

    file: str
    articles: int = 0
    observations: int = 0

    def lines(self) -> list[str]:
        return [f"{self.file}: {self.observations} observations of {self.articles} articles"]


def export_jsonl(store: Store, file: Path, story: str | None, since: datetime | None, progress: Progress) -> JsonlSummary:
    """Write the record as observations, article by article. Raises UsageError if the file is there or cannot be written."""
    with new_file(file) as raw:
        if file.suffix != ".gz":
            return _write_lines(store, raw, str(file), story, since, progress)
        with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed:  # the same record gives the same bytes
            return _write_lines(store, packed, str(file), story, since, progress)


def export_warc(
    store: Store, settings: Settings, file: Path, story: str | None, since: datetime | None, now: datetime, progress: Progress
) -> WarcSummary:
    """Write the archived responses as one web archive. Raises UsageError if the file is there or cannot be written."""
    with new_file(file) as raw:
        return export_pages(store, settings.archive_folder, raw, str(file), story, since, now, progress)


@contextmanager
def new_file(file: Path) -> Iterator[BinaryIO]:
    """A file that takes its name when it is whole. Raises UsageError if there is one of that name, or it cannot be written."""
    if file.exists():
        raise UsageError(f"{file}: there is such a file already; an export overwrites nothing")
    part = file.with_name(file.name + ".part")
    try:
        with part.open("wb") as raw:
            yield raw
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(part, file)
    except OSError as e:
        raise UsageError(f"{file}: cannot be written: {e.strerror or e}") from None
    finally:
        part.unlink(missing_ok=True)


def _write_lines(
    store: Store, out: BinaryIO | gzip.GzipFile, name: str, story: str | None, since: datetime | None, progress: Progress
) -> JsonlSummary:
    wanted, done = store.kept_articles(story, since), JsonlSummary(file=name)
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        states, kept = store.article_states(part), store.kept_versions(part)
        looks, addresses = store.looks(part), store.addresses(part)
        for article_id in part:
            mine = [x for x in _worth_telling(looks.get(article_id, [])) if since is None or x.seen_at >= since]
            first = first_address(states[article_id], addresses.get(article_id, []))
            for look in mine:
                line = _line(look, states[article_id], kept.get(article_id, {}), first)
                out.write(json.dumps(line, ensure_ascii=False).encode("utf8", "replace") + b"\n")
            done.articles += bool(mine)
            done.observations += len(mine)
        progress("articles", start + len(part), len(wanted))
    return done


def _worth_telling(looks: Sequence[RecordedLook]) -> list[RecordedLook]:
    """The looks that something was made of, and those that ended a run of quarantined ones or were the last."""
    telling = [True, *(b.what != "same" or a.what == "quarantine" for a, b in pairwise(looks))]
    return [look for n, look in enumerate(looks) if telling[n] or n == len(looks) - 1]


def first_address(state: ArticleState, addresses: Sequence[str]) -> str:
    """The address that the article's id was made of."""
    return next((url for url in addresses if ident("art", url) == state.article_id), state.url)


def _line(look: RecordedLook, state: ArticleState, kept: dict[str, KeptVersion], first: str) -> dict[str, object]:
    """A look as a line of the import format; fields without a value are left out."""
    told = {"same": _same, "quarantine": _quarantined, "appearance": _appearance}[look.what](look, kept)
    url = look.page_url
    line = {
        "at": look.seen_at.isoformat().replace("+00:00", "Z"),
        "url": url,
        "first_url": first if first != url else None,
        "outlet": state.outlet,
        "feed": state.feed,
        "guid": state.guid,
        **told,
    }
    return {name: value for name, value in line.items() if value is not None}


def _same(look: RecordedLook, kept: dict[str, KeptVersion]) -> dict[str, object]:
    return {"judged": {"what": "same", "reason": "The text that stands."}}


def _quarantined(look: RecordedLook, kept: dict[str, KeptVersion]) -> dict[str, object]:
    judged = {"what": "quarantined", "kind": look.kind, "reason": look.reason, "text_hash": look.text_hash or ""}
    return {"status": look.status or 0, "judged": judged}


def _appearance(look: RecordedLook, kept: dict[str, KeptVersion]) -> dict[str, object]:
    version: Version = kept[look.version_id or ""][0]
    return {
        "title": version.headline,
        "byline": version.byline,
        "published": version.published_at and version.published_at.isoformat(),
        "updated": version.updated_at and version.updated_at.isoformat(),
        "summary": version.summary,
        "language": version.language,
        "extractor": version.extractor,
        "paragraphs": list(version.paragraphs),
        "judged": {"what": "version", "reason": look.reason},
    }
