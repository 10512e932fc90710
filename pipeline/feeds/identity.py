"""The identity of an entry inside its feed.

The publisher's id if it tells items apart; else the link; else title and date. An id that stands on items with different links
is no identity by itself and is joined with the link. The same item twice is one entry. The basis is kept beside the key.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import tzinfo

from pipeline.dates import parse_date
from pipeline.feeds.document import Said
from pipeline.model import UNIT, Entry
from pipeline.text import fingerprint
from pipeline.urls import canonical


def entries_of(said: Sequence[Said], feed_url: str, zone: tzinfo | None) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """One entry an identity, in the feed's order, and warnings about what was left out."""
    links: dict[str, set[str]] = defaultdict(set)
    for item in said:
        if item.raw_id:
            links[_plain_id(item.raw_id)].add(item.url or item.raw_url or "")
    shared = frozenset(key for key, urls in links.items() if len(urls) > 1)
    kept: dict[str, Entry] = {}
    warnings = []
    for item in said:
        key, basis = identity(item, shared)
        if not key:
            warnings.append("An item that says nothing was left out.")
        elif key not in kept:
            kept[key] = _entry(item, key, basis, feed_url, zone)
        elif _differs(kept[key], item):
            warnings.append(f"Two items have the identity {key[:200]!r} and different text; the first was kept.")
    if shared:
        warnings.append(f"{len(shared)} ids stand on items with different links; id and link together tell them apart.")
    return tuple(kept.values()), tuple(dict.fromkeys(warnings))


def identity(item: Said, shared: frozenset[str] = frozenset()) -> tuple[str, str]:
    """(key, basis). `shared` are the ids that stand on items with different links."""
    own, link = _plain_id(item.raw_id or ""), item.url
    if own and own not in shared:
        return own, "id"
    if own and link:
        return f"{own}{UNIT}{link}", "id+link"
    if link:
        return link, "link"
    if own or item.title:
        return fingerprint(own, item.title, item.published_raw), "hash"
    rest = (item.summary, item.content, item.byline, item.published_raw, item.updated_raw)
    return (fingerprint(*rest), "hash") if any(rest) else ("", "")


def _plain_id(raw_id: str) -> str:
    """An id that is a URL without what moves on it: tracking, and a counter behind the hash sign."""
    if not re.match(r"https?://", raw_id, re.IGNORECASE):
        return raw_id
    fragment = raw_id.partition("#")[2]
    base = canonical(raw_id) or raw_id
    return base if not fragment or fragment.isdigit() or "#" in base else f"{base}#{fragment}"


def _entry(item: Said, key: str, basis: str, feed_url: str, zone: tzinfo | None) -> Entry:
    return Entry(
        feed_url=feed_url,
        key=key,
        key_basis=basis,
        raw_id=item.raw_id,
        url=item.url,
        raw_url=item.raw_url,
        title=item.title,
        summary=item.summary,
        content=item.content,
        byline=item.byline,
        published_at=parse_date(item.published_raw, zone).at,
        published_raw=item.published_raw,
        updated_at=parse_date(item.updated_raw, zone).at,
        updated_raw=item.updated_raw,
        item_hash=item.item_hash,
    )


def _differs(entry: Entry, item: Said) -> bool:
    return (entry.title, entry.summary, entry.content) != (item.title, item.summary, item.content)
