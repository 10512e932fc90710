"""How far our reading of feeds agrees with feedparser's own cases, beside feedparser itself.

    python bench/feed_corpus.py FOLDER [--wrong]

FOLDER holds feedparser's source distribution, unpacked: `pip download --no-deps --no-binary feedparser feedparser`. A case is
a document with an assertion in a comment. Of the assertions, those on title, link, id, byline, times, summary and content of an
entry are taken, in neutral terms: text as a reader sees it, a link as the page that it names, a time as an instant; where an
entry has either a summary or a content, one stands for the other. A sanitiser's cases are judged by the text that is left;
those that leave none say nothing about text. Where we read otherwise on purpose, MEANT says why; such a case counts as wrong.
"""

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from pathlib import Path

import feedparser

from pipeline.feeds import FeedDocument, read_feed
from pipeline.feeds.plain import plain
from pipeline.urls import canonical

HOST = "http://127.0.0.1:8097/tests/"
FOLDERS = ("wellformed", "illformed", "encoding", "entities")
EXPECT = re.compile(r"Expect:\s*(.+?)\s*-->", re.DOTALL)
HEADER = re.compile(r"^Header:\s+([^:\n]+):(.+)$", re.MULTILINE)
CLAIM = re.compile(r"entries\[0\](?:\['(\w+)'\]|\.(\w+))(?:\[0\]\['value'\])? == (.+?)(?= and |$)")
FIELDS = {
    "title": "title",
    "link": "link",
    "id": "id",
    "guid": "id",
    "author": "byline",
    "published_parsed": "published",
    "issued_parsed": "published",
    "updated_parsed": "updated",
    "modified_parsed": "updated",
    "published": "published",
    "updated": "updated",
    "summary": "summary",
    "description": "summary",
    "content": "content",
}

MEANT = {
    "base/http_entry_id_base": "an id is kept as written: resolved, it would change when the feed moves",
    "base/http_item_link_base_content_location": "RFC 7231 took the meaning of a base from Content-Location",
    "media-rss/media_group": "a caption of a picture is not the text of an article",
    "rss/entity_in_doctype": "entities that a document declares itself are never expanded",
    "rss/item_dc_date": "the date of Dublin Core is when the item was published, not when it was updated",
    "rss/item_description_and_summary": "of two descriptions neither is the content",
    "rss/item_summary_and_description": "of two descriptions neither is the content",
    "sanitize/entry_summary_iframe": "what stands inside a frame is not shown to readers",
    "sanitize/item_content_encoded_script_nested_cdata": "no text is left but the rest of a mark of CDATA",
    "encoding/bozo_linenoise": "bytes that are valid UTF-8 are read as UTF-8",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One assertion of one document, in neutral terms."""

    name: str
    field: str
    wanted: object


def written(body: bytes) -> str:
    """The document as characters, whatever its encoding: only to find the assertion."""
    marks = {b"\x4c\x6f\xa7\x94": "cp037", b"\x00\x00\xfe\xff": "utf-32-be", b"\x00\x00\x00<": "utf-32-be"}
    marks |= {b"\xff\xfe\x00\x00": "utf-32-le", b"<\x00\x00\x00": "utf-32-le"}
    pairs = {b"\xfe\xff": "utf-16-be", b"\x00<": "utf-16-be", b"\xff\xfe": "utf-16-le", b"<\x00": "utf-16-le"}
    return body.decode(marks.get(body[:4]) or pairs.get(body[:2]) or "utf-8", "replace")


def instant(value: object) -> object:
    """A time as an instant: from a tuple of its parts in UTC, or from text."""
    if isinstance(value, tuple) and len(value) >= 6:
        return datetime(*value[:6]).replace(tzinfo=UTC)
    if not isinstance(value, str):
        return None
    try:
        return (
            datetime.fromisoformat(value).astimezone(UTC)
            if value[:4].isdigit()
            else parsedate_to_datetime(value).astimezone(UTC)
        )
    except ValueError:
        return None


def neutral(field: str, value: object, name: str) -> object:
    """A value in terms that do not depend on a parser's taste."""
    if field == "title":  # what looks like a tag may be meant: both parsers are asked for its words alone
        return plain(plain(value)) if isinstance(value, str) else None
    if field in ("summary", "content"):
        return plain(value) if isinstance(value, str) else None
    if field == "link":
        return canonical(value, HOST + name) if isinstance(value, str) else None
    if field == "byline":
        return re.sub(r" ?\(?\S+@\S+\)?", "", value).strip() or None if isinstance(value, str) else None
    return instant(value) if field in ("published", "updated") else value


def cases(name: str, expectation: str) -> Iterator[Case]:
    """The assertions of a document that speak of the fields that we read."""
    for found in CLAIM.finditer(expectation):
        field = FIELDS.get(found[1] or found[2])
        try:
            value = ast.literal_eval(found[3].strip().rstrip(")"))
        except (SyntaxError, ValueError):
            continue
        wanted = neutral(field, value, name) if field else None
        if field and wanted is not None:
            yield Case(name, field, wanted)


def ours(body: bytes, name: str, headers: dict[str, str]) -> dict[str, object]:
    """What we read of the first entry."""
    document = read_feed(body, url=HOST + name, headers=headers)
    if not isinstance(document, FeedDocument) or not document.entries:
        return {}
    entry = document.entries[0]
    content = plain(entry.content)
    texts = {"summary": entry.summary or content, "content": content or entry.summary}
    times = {"published": entry.published_at, "updated": entry.updated_at}
    said = {"title": plain(entry.title), "link": entry.url, "id": entry.raw_id, "byline": entry.byline}
    return {**said, **texts, **times}


def theirs(body: bytes, name: str, headers: dict[str, str]) -> dict[str, object]:
    """What feedparser reads of it."""
    told = {"content-location": HOST + name} | headers
    entries = feedparser.parse(BytesIO(body), response_headers=told)["entries"]
    if not entries:
        return {}
    entry = entries[0]
    content = entry["content"][0]["value"] if entry.get("content") else entry.get("summary")
    said = {field: entry.get(field) for field in ("title", "link", "id", "summary")}
    times = {f: tuple(entry[f + "_parsed"]) if entry.get(f + "_parsed") else None for f in ("published", "updated")}
    everything = {**said, "byline": entry.get("author"), "content": content, **times}
    return {field: neutral(field, value, name) for field, value in everything.items()}


def main() -> None:
    """Print agreement by field for both."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--wrong", action="store_true", help="print each case on which we do not agree")
    asked = options.parse_args()
    root = next(iter(sorted(asked.folder.glob("**/tests/wellformed"))), None)
    if root is None:
        sys.exit(f"{asked.folder}: no tests/wellformed inside: is it feedparser's source distribution, unpacked?")
    right: Counter[tuple[str, str]] = Counter()
    count: Counter[str] = Counter()
    for path in sorted(p for folder in FOLDERS for p in (root.parent / folder).rglob("*.xml")):
        body, name = path.read_bytes(), str(path.relative_to(root.parent))
        text = written(body)
        expectation = EXPECT.search(text)
        headers = {"content-type": "application/xml"} | {k.strip().lower(): v.strip() for k, v in HEADER.findall(text)}
        wanted = list(cases(name, expectation[1])) if expectation else []
        got = {"ours": ours(body, name, headers), "feedparser": theirs(body, name, headers)} if wanted else {}
        for case in wanted:
            count[case.field] += 1
            for who, read in got.items():
                agrees = read.get(case.field) == case.wanted
                right[who, case.field] += agrees
                if asked.wrong and not agrees:
                    why = next((f" ({why})" for start, why in MEANT.items() if who == "ours" and start in name), "")
                    print(f"{who:10} {name} {case.field}: {read.get(case.field)!r}, wanted {case.wanted!r}{why}")
    for field in sorted(count):
        print(f"{field:10} ours {right['ours', field]}/{count[field]}   feedparser {right['feedparser', field]}/{count[field]}")
    total = count.total()
    for who in ("ours", "feedparser"):
        print(f"{who}: {sum(n for (w, _), n in right.items() if w == who) / total:.4f} of {total} assertions")


if __name__ == "__main__":
    main()
