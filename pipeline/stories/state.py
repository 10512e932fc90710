"""The linker's memory as bytes: JSON, packed. Nothing in it can run code, and equal memories give equal bytes.

Vectors are stored as whole multiples of their unit, so that every sum is made again exactly; what can be derived (the index,
centroids) is made again, not stored.
"""

import base64
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from pipeline.errors import StoreError
from pipeline.model import Copy, Link, Story
from pipeline.stories.copies import Known
from pipeline.stories.groups import NOBODY
from pipeline.stories.members import Group, Item
from pipeline.stories.profile import STEPS, House, Profile
from pipeline.stories.vectors import Centroid, heaviest_first
from pipeline.stories.watch import Signs, wording
from pipeline.stories.watching import Watching

if TYPE_CHECKING:
    from pipeline.stories.linker import Linker

FORMAT = 4
Row = list[object]
Decoded = Any  # what json.loads makes of a dump; nothing outside this module sees it
T = TypeVar("T", Link, Story, Copy, Signs)


def dump_state(linker: "Linker") -> bytes:
    """Pack a linker's memory."""
    groups = linker.groups
    items = [groups.items[o] for o in sorted(groups.items)]
    by_slot = sorted((i for i in items if i.place != NOBODY), key=lambda i: i.slot)
    state = {
        "format": FORMAT,
        "articles": groups.vocabulary.articles,
        "terms": groups.vocabulary.terms,
        "seen": pack(groups.vocabulary.seen, "<i4"),
        "houses": [_house_row(name, h) for name, h in sorted(groups.vocabulary.houses.items())],
        "usual_inside": groups.usual_inside,
        "items": [[i.order, i.article_id, i.seen_at.isoformat(), i.headline, i.place, i.profile.words] for i in items],
        "sizes": pack([len(i.profile.numbers) for i in items], "<i4"),
        "numbers": pack(np.concatenate([i.profile.numbers for i in items]) if items else [], "<i4"),
        "weights": pack(np.rint(np.concatenate([i.profile.weights for i in items]) * STEPS) if items else [], "<i2"),
        "slots": pack([i.order for i in by_slot], "<i4"),
        "groups": [_group_row(g) for _, g in sorted(groups.groups.items())],
        "places": groups.index.places,
        "links": [[o, *_row(link)] for o, link in sorted(groups.links.items())],
        "ended": sorted(groups.ended.items()),
        "closed": [_row(s) for _, s in sorted(groups.closed.items())],
        "watching": {w.story_id: _watching(w) for w in linker.watching.values()},
        "known": [_known_row(linker.copy_index.known[o]) for o in linker.copy_index.queue],
        "lineage": [_row(c) for c in linker.lineage.values()],
        "furniture": {o: [[k, *v] for k, v in seen.items()] for o, seen in sorted(linker.furniture.seen.items())},
        "order_of": list(linker.order_of.items()),
        "next_order": linker.next_order,
        "swept_at": linker.swept_at.isoformat() if linker.swept_at else None,
    }
    return zlib.compress(json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode("utf8", "surrogatepass"), 2)


def load_state(linker: "Linker", data: bytes) -> None:
    """Fill a new linker from a dump."""
    try:
        state = json.loads(zlib.decompress(data))
    except (zlib.error, ValueError) as error:
        raise StoreError(f"The linker's memory cannot be read ({error}); track --rebuild makes it anew.") from error
    if state.get("format") != FORMAT:
        raise StoreError("The linker's memory is of another format; track --rebuild makes it anew.")
    _load_vocabulary(linker, state)
    _load_items(linker, state)
    _load_groups(linker, state)
    for story_id, saved in state["watching"].items():
        if story_id in linker.watching:
            _load_watching(linker.watching[story_id], saved)
    for order, article_id, outlet, seen_at, hashes in state["known"]:
        known = Known(order, article_id, outlet, datetime.fromisoformat(seen_at), unpack(hashes, "<u4"))
        linker.copy_index.add(known)
    linker.lineage = {c.article_id: c for c in (_value(Copy, row) for row in state["lineage"])}
    linker.furniture.seen = {o: {k: tuple(v) for k, *v in rows} for o, rows in state["furniture"].items()}
    linker.order_of = dict(state["order_of"])
    pairs = ((linker.order_of[c.article_id], linker.order_of[c.source_article_id]) for c in linker.lineage.values())
    linker.groups.sources = dict(pairs)
    linker.next_order = state["next_order"]
    linker.swept_at = datetime.fromisoformat(state["swept_at"]) if state["swept_at"] else None


def _load_vocabulary(linker: "Linker", state: Decoded) -> None:
    vocabulary = linker.groups.vocabulary
    vocabulary.articles = state["articles"]
    vocabulary.terms = state["terms"]
    vocabulary.seen = unpack(state["seen"], "<i4").tolist()
    vocabulary.number = {t: n * 4 + "bleg".index(t[0]) for n, t in enumerate(vocabulary.terms) if t}
    for outlet, articles, ats, counts in state["houses"]:
        seen = dict(zip(unpack(ats, "<i4").tolist(), unpack(counts, "<i4").tolist(), strict=True))
        vocabulary.houses[outlet] = House(articles, seen)


def _load_items(linker: "Linker", state: Decoded) -> None:
    numbers, weights = unpack(state["numbers"], "<i4"), unpack(state["weights"], "<i2")
    ends = np.cumsum(unpack(state["sizes"], "<i4"))
    for row, end, start in zip(state["items"], ends.tolist(), [0, *ends.tolist()], strict=False):
        order, article_id, seen_at, headline, place, words = row
        profile = Profile(numbers[start:end].copy(), (weights[start:end] / STEPS).astype(np.float32), words)
        linker.groups.items[order] = Item(order, article_id, datetime.fromisoformat(seen_at), headline, profile, place)
    for order in unpack(state["slots"], "<i4").tolist():
        item = linker.groups.items[order]
        item.slot = linker.groups.index.insert(item.place, *heaviest_first(item.profile))


def _load_groups(linker: "Linker", state: Decoded) -> None:
    groups = linker.groups
    groups.usual_inside = state["usual_inside"]
    groups.links = {order: _value(Link, row) for order, *row in state["links"]}
    groups.ended = dict(state["ended"])
    groups.closed = {s.story_id: s for s in (_value(Story, row) for row in state["closed"])}
    for place, story_id, slug, title, members, first, last, next_look in state["groups"]:
        centroid = Centroid([groups.items[o].profile for o in members])
        spans = datetime.fromisoformat(first), datetime.fromisoformat(last)
        groups.groups[place] = Group(place, story_id, slug, title, members, centroid, *spans, next_look)
        groups.by_story[story_id] = place
    groups.index.places = state["places"]


def _house_row(outlet: str, house: House) -> Row:
    ats = sorted(house.seen)
    return [outlet, house.articles, pack(ats, "<i4"), pack([house.seen[at] for at in ats], "<i4")]


def _group_row(g: Group) -> Row:
    spans = [g.first_seen_at.isoformat(), g.last_seen_at.isoformat()]
    return [g.place, g.story_id, g.slug, g.title, g.members, *spans, g.next_look]


def _known_row(k: Known) -> Row:
    return [k.order, k.article_id, k.outlet, k.seen_at.isoformat(), pack(k.hashes, "<u4")]


def _watching(w: Watching) -> dict[str, object]:
    return {
        "wording": wording(w.watch),
        "links": [[o, *_row(link)] for o, link in sorted(w.links.items())],
        "core": sorted(w.core),
        "signs": [[o, *_row(s)] for o, s in sorted(w.signs.items())],
        "tried": list(w.tried),
        "next_look": w.next_look,
        "last": w.last.isoformat() if w.last else None,
    }


def _load_watching(w: Watching, saved: Decoded) -> None:
    if saved["wording"] != wording(w.watch):
        return
    w.links = {order: _value(Link, row) for order, *row in saved["links"]}
    w.core = set(saved["core"])
    w.signs = {order: _value(Signs, row) for order, *row in saved["signs"]}
    w.tried.extend(saved["tried"])
    w.next_look = saved["next_look"]
    w.last = datetime.fromisoformat(saved["last"]) if saved["last"] else None
    w.centroid = Centroid([w.groups.items[o].profile for o in saved["core"]])


def _row(value: Link | Story | Copy | Signs) -> Row:
    """A frozen value's fields in order; times as text."""
    cells = (getattr(value, f.name) for f in fields(value))
    return [c.isoformat() if isinstance(c, datetime) else c for c in cells]


def _value(kind: type[T], row: Sequence[object]) -> T:
    cells: dict[str, Decoded] = {f.name: _cell(f.name, c) for f, c in zip(fields(kind), row, strict=True)}
    return kind(**cells)


def _cell(name: str, cell: object) -> Decoded:
    if name.endswith("_at") and isinstance(cell, str):
        return datetime.fromisoformat(cell)
    return tuple(cell) if isinstance(cell, list) else cell


def pack(values: Iterable[int] | np.ndarray, kind: str) -> str:
    """Whole numbers as text."""
    return base64.b64encode(np.asarray(values).astype(kind).tobytes()).decode("ascii")


def unpack(text: str, kind: str) -> np.ndarray:
    """Whole numbers from text, in this machine's form."""
    raw = np.frombuffer(base64.b64decode(text), np.dtype(kind))
    return raw.astype(raw.dtype.newbyteorder("="))
