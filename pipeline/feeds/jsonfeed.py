"""JSON Feed 1.x, which feedparser reads as nothing without a word."""

import json
import re
from collections.abc import Collection
from html import escape

from pipeline.feeds.document import FeedLimits, NotAFeed, NotAFeedKind, Read, Said
from pipeline.model import ident
from pipeline.text import clean, squeeze
from pipeline.urls import canonical

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/(\d)(?:\.(\d))?")

Json = dict[str, object]


def read_json(text: str, url: str, known: Collection[str], limits: FeedLimits) -> Read | NotAFeed:
    """What the document says, or why it is none."""
    try:
        found = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)  # ids stay as they were written
    except (ValueError, RecursionError):
        return NotAFeed(kind=NotAFeedKind.JSON, reason="The document begins like JSON and is not valid JSON.")
    version = _VERSION.match(_string(found, "version") or "") if isinstance(found, dict) else None
    items = found.get("items") if isinstance(found, dict) else None
    if version is None or not isinstance(items, list):
        return NotAFeed(kind=NotAFeedKind.JSON, reason="The document is JSON, but no JSON Feed.")
    objects = [item for item in items if isinstance(item, dict)]
    warnings = [] if len(objects) == len(items) else ["Items that are no objects were left out."]
    if len(objects) > limits.max_items:
        warnings.append(f"Only the first {limits.max_items} items were read; the feed has more.")
    hashed = [(ident("itm", json.dumps(item, sort_keys=True)), item) for item in objects[: limits.max_items]]
    return Read(
        title=squeeze(_string(found, "title")) or None,
        format=f"json{version[1]}{version[2] or ''}",
        said=tuple(_said(item, item_hash, url) for item_hash, item in hashed if item_hash not in known),
        hashes=tuple(item_hash for item_hash, _ in hashed),
        skipped=frozenset(item_hash for item_hash, _ in hashed if item_hash in known),
        warnings=tuple(warnings),
    )


def _said(item: Json, item_hash: str, url: str) -> Said:
    raw_url = _string(item, "url") or _string(item, "external_url")
    return Said(
        item_hash=item_hash,
        raw_id=_string(item, "id"),
        raw_url=raw_url,
        url=canonical(_string(item, "url"), url) or canonical(_string(item, "external_url"), url),
        title=squeeze(_string(item, "title")) or None,
        summary=squeeze(_string(item, "summary")) or None,
        content=_string(item, "content_html") or _paragraphs(_string(item, "content_text")),
        byline=_byline(item),
        published_raw=_string(item, "date_published"),
        updated_raw=_string(item, "date_modified"),
    )


def _string(item: Json, key: str) -> str | None:
    value = item.get(key)
    return value.strip() or None if isinstance(value, str) else None


def _paragraphs(text: str | None) -> str | None:
    """Plain text as HTML: a blank line ends a paragraph."""
    if text is None:
        return None
    return "".join(f"<p>{escape(part.strip())}</p>" for part in re.split(r"\n\s*\n", clean(text)) if part.strip()) or None


def _byline(item: Json) -> str | None:
    authors = item.get("authors")
    people = authors if isinstance(authors, list) else [item.get("author")]
    names = [squeeze(_string(person, "name")) for person in people if isinstance(person, dict)]
    return ", ".join(dict.fromkeys(name for name in names if name)) or None
