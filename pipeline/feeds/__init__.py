"""Feeds: bytes -> entries. RSS 0.9x to 2.0, RDF, Atom, JSON Feed 1.x, and OPML lists. Opens no connection.

The order of work is the order of cost: the caller compares `volatile_hash` with the last one and reads nothing if it is equal;
`read_feed` cuts the document into items, skips those whose hash is known, and parses the rest. A body that is no feed is a
`NotAFeed` value. Text comes out plain and clean, `content` alone as raw HTML for the extractor.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from pipeline.feeds import quick
from pipeline.feeds.decoding import decode
from pipeline.feeds.document import FeedDocument, FeedLimits, NotAFeed, NotAFeedKind, Read, Said
from pipeline.feeds.gate import volatile_hash
from pipeline.feeds.identity import entries_of
from pipeline.feeds.jsonfeed import read_json
from pipeline.feeds.opml import read_opml, write_opml
from pipeline.feeds.split import Pieces, split, vet
from pipeline.feeds.syndicated import feed_title, read_items, said_by
from pipeline.model import ident

__all__ = ["FeedDocument", "FeedLimits", "NotAFeed", "NotAFeedKind", "read_feed", "read_opml", "volatile_hash", "write_opml"]

_MAGIC = (b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"%PDF", b"PK\x03\x04", b"\x1f\x8b", b"RIFF", b"BM", b"\x00\x00\x01\x00")
# The id of an item, or its link if it has none, found without parsing: only to see whether it occurs twice.
_MARK = re.compile(
    r"<(?:guid|id|atom:id)[\s>][^<]*(?:<!\[CDATA\[)?[^<]{0,500}"
    r"|rdf:about\s*=\s*[\"'][^\"'<]{0,500}|<link[^<]{0,500}"
)


def read_feed(
    body: bytes,
    *,
    url: str,
    headers: Mapping[str, str] | None = None,
    known: Collection[str] = frozenset(),
    limits: FeedLimits = FeedLimits(),  # noqa: B008 - frozen
    zone: tzinfo | None = None,
    base: str | None = None,
) -> FeedDocument | NotAFeed:
    """What the feed at `url` says now.

    `headers` are the response's, names in lower case; `known` holds the hashes of items that were read before (a set, or a
    mapping from them); `zone` is the outlet's, for dates without one; `base` is where redirects led, if links count from there.
    """
    if body.startswith(_MAGIC):
        return NotAFeed(kind=NotAFeedKind.BINARY, reason="The body is an image, an archive or another binary file.")
    text = decode(body, (headers or {}).get("content-type"))
    if not text.strip():
        return NotAFeed(kind=NotAFeedKind.EMPTY, reason="The body is empty.")
    reader = _read_json if text.lstrip().startswith(("{", "[")) else _read_xml
    found = reader(text, base or url, known, limits)
    if isinstance(found, NotAFeed):
        return found
    entries, warnings = entries_of(found.said, url, zone)
    return FeedDocument(
        title=found.title,
        format=found.format,
        entries=entries,
        warnings=(*found.warnings, *warnings),
        unchanged=sum(item_hash in found.skipped for item_hash in found.hashes),
        item_hashes=found.hashes,
        unchanged_hashes=tuple(dict.fromkeys(item_hash for item_hash in found.hashes if item_hash in found.skipped)),
        cut=found.cut,
    )


def _read_json(text: str, url: str, known: Collection[str], limits: FeedLimits) -> Read | NotAFeed:
    return read_json(text.strip(), url, known, limits)


def _read_xml(text: str, url: str, known: Collection[str], limits: FeedLimits) -> Read | NotAFeed:
    pieces = split(text, limits)
    if isinstance(pieces, NotAFeed):
        return pieces
    dialect = quick.dialect(pieces.opening, pieces.closing)
    items, warnings = _taken(pieces, dialect, known, limits)
    skipped = _unchanged(tuple(i.markup for i in items), [i.item_hash for i in items], known)
    left = [i for i in items if i.item_hash not in skipped]
    slow = [i for i in left if i.answer is None]
    plain = {i.item_hash: said_by(i.answer, i.markup, i.item_hash, url, dialect) for i in left if i.answer is not None}
    version, said = dialect, dict[str, Said | None](plain)
    if slow or not dialect:
        markup, hashes = [i.markup for i in slow], [i.item_hash for i in slow]
        version, more = read_items(pieces, markup, hashes, url, limits.max_broken_chars)
        said |= dict(zip(hashes, more, strict=True))
    found = [said[i.item_hash] for i in left]
    return Read(
        title=feed_title(pieces),
        format=version,
        said=tuple(item for item in found if item is not None),
        hashes=tuple(i.item_hash for i in items),
        skipped=skipped,
        warnings=(
            *pieces.warnings,
            *warnings,
            *(["An item whose markup cannot be read was left out."] if None in found else []),
        ),
        cut=pieces.cut,
    )


@dataclass(frozen=True, slots=True)
class _Item:
    """An item that may be read."""

    markup: str
    item_hash: str
    answer: quick.Answer | None = None  # what it says, if that is plain


def _taken(pieces: Pieces, dialect: str, known: Collection[str], limits: FeedLimits) -> tuple[list[_Item], tuple[str, ...]]:
    """The items within the limits, and warnings about the others. Known ones were within them when they were read."""
    # The opening is part of the hash: its namespaces and bases decide what the item's markup means.
    hashes = [ident("itm", pieces.opening, item) for item in pieces.items]
    new = [item for item, item_hash in zip(pieces.items, hashes, strict=True) if item_hash not in known]
    answers = quick.read(pieces.opening, new, pieces.closing, limits) if dialect else [None] * len(new)
    plain = dict(zip(new, answers, strict=True))
    taken: list[_Item] = []
    warnings: list[str] = []
    for item, item_hash in zip(pieces.items, hashes, strict=True):
        answer = plain.get(item)
        if answer is not None or item_hash in known or pieces.vetted:
            taken.append(_Item(item, item_hash, answer))
        elif isinstance(vetted := vet(item, limits), Pieces):
            taken += [_Item(markup, ident("itm", pieces.opening, markup)) for markup in vetted.items]
            warnings += vetted.warnings
    return taken, tuple(dict.fromkeys(warnings))


def _unchanged(items: tuple[str, ...], hashes: list[str], known: Collection[str]) -> frozenset[str]:
    """The known items whose id occurs once: whether an id tells items apart shows only where all that bear it are read."""
    if not known:
        return frozenset()
    marks = [_mark(item) for item in items]
    times = Counter(mark for _, mark in set(zip(hashes, marks, strict=True)))
    return frozenset(h for h, mark in zip(hashes, marks, strict=True) if h in known and times[mark] == 1)


def _mark(item: str) -> str:
    found = _MARK.search(item)
    return found[0].strip() if found else item
