"""The linker's memory as pieces: plain data and arrays of numbers. Nothing in it can run code; equal memories are equal pieces.

Vectors are stored as whole multiples of their unit, so that every sum is made again exactly. A piece each for an article, its
link, a story, an outlet's habits: read when they are asked for. Read at once: counters, what is watched, and rows of numbers, a
few hundred bytes for each open article.
"""

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from pipeline.errors import StoreError
from pipeline.model import Copy, Link, Story
from pipeline.pieces import Changes, Form, Kept, Pieces, number_of, packed, unpacked
from pipeline.stories.copies import CROWD, LEAST_SHINGLES, Known, indexed
from pipeline.stories.copies import RUN as HASHES_RUN
from pipeline.stories.groups import NOBODY
from pipeline.stories.index import INDEXED
from pipeline.stories.index import RUN as TERMS_RUN
from pipeline.stories.kept import SPAN, ticks
from pipeline.stories.members import Group, Item
from pipeline.stories.profile import STEPS, House, Profile
from pipeline.stories.profile import TERMS_RUN as VOCABULARY_RUN
from pipeline.stories.vectors import Centroid, Meaning, heaviest_first, to_steps
from pipeline.stories.watch import Signs, wording
from pipeline.stories.watching import Watching

if TYPE_CHECKING:
    from pipeline.stories.linker import Linker

FORMAT = 8
PAGE = 4_096  # numbers in a piece of a row
DESK, WATCH, SEEN, PLACES, SPANS, SOURCES, TERMS, POSTINGS, HASHES = (
    "desk",
    "watch",
    "seen",
    "places",
    "spans",
    "sources",
    "terms",
    "postings",
    "hashes",
)
IN_PART = (SOURCES, TERMS, POSTINGS, HASHES)  # of these only what may have become other is made again
READ_AT_ONCE = (DESK, WATCH, SEEN, PLACES, SPANS, SOURCES, TERMS, POSTINGS, HASHES)
Row = list[object]
Decoded = Any  # what json.loads makes of a piece; nothing outside this module sees it
T = TypeVar("T", Link, Story, Copy, Signs)


def dump_state(linker: "Linker") -> Changes:
    """What of a linker's memory is other than what was read."""
    changes = Changes()
    for kept, form in _forms(linker):
        kept.write(form, changes)
    before = linker.kept_whole
    now: dict[str, Mapping[int, bytes | None]] = {
        DESK: {0: _desk(linker)},
        WATCH: {number_of(w.story_id): _watching(w) for w in linker.watching.values()},
        SEEN: _pages(np.frombuffer(linker.groups.vocabulary.seen, np.int32)),
        PLACES: _pages(linker.groups.index.story_of[: linker.groups.index.articles]),
        SPANS: _pages(_spans(linker)),
        SOURCES: _sources(linker, before.get(SOURCES, {})),
    }
    for kind, pieces in (*now.items(), *_runs(linker, before).items()):
        kept_before = before.setdefault(kind, {})
        gone = () if kind in IN_PART else (n for n in kept_before if n not in pieces)
        every: dict[int, bytes | None] = {**dict.fromkeys(gone), **pieces}
        changes.add(kind, kept_before, every)
        for number, data in every.items():
            if data is None:
                kept_before.pop(number, None)
            else:
                kept_before[number] = data
    return changes


def load_state(linker: "Linker", pieces: Pieces) -> None:
    """Let a new linker go on from what is kept."""
    whole = {kind: dict(found) for kind, found in pieces.read_whole(READ_AT_ONCE).items()}
    if not whole.get(DESK):
        raise StoreError("The linker's memory cannot be read (there is none); track --rebuild makes it anew.")
    try:
        desk = json.loads(whole[DESK][0])
        if desk.get("format") != FORMAT:
            raise StoreError("The linker's memory is of another format; track --rebuild makes it anew.")
        _load_desk(linker, desk)
        _load_rows(linker, whole)
        ends = dict.fromkeys(("item", "link", "known"), linker.next_order) | {"group": linker.groups.index.places}
        for kept, form in _forms(linker):
            kept.attach(form, pieces, ends.get(form.kind))
        linker.copy_index.outlets.whole()
        for w in linker.watching.values():
            if data := whole[WATCH].get(number_of(w.story_id)):
                _load_watching(w, data)
    except (KeyError, ValueError, TypeError) as error:
        raise StoreError(f"The linker's memory cannot be read ({error!r}); track --rebuild makes it anew.") from error
    linker.kept_whole = whole


# ---- what is read when it is asked for -----------------------------------------------------------------------------------


def _forms(linker: "Linker") -> list[tuple[Kept[Any, Any], Form[Any, Any]]]:
    """Every mapping with the form of its pieces."""
    groups, vocabulary = linker.groups, linker.groups.vocabulary
    return [
        (linker.order_of, _by_text("order")),
        (linker.lineage, Form("copy", number_of, lambda _, c: _json(_row(c)), _read_copy)),
        (groups.items, Form("item", int, lambda _, i: _item(i), _read_item)),
        (groups.links, Form("link", int, lambda o, x: _json([o, *_row(x)]), _read_link)),
        (groups.links.inside, Form("inside", number_of, _orders, _read_orders)),
        (groups.groups, Form("group", int, lambda _, g: _group(g), _read_group)),
        (groups.by_story, _by_text("place")),
        (groups.ended, _by_text("ended")),
        (groups.closed, Form("closed", number_of, lambda _, s: _json(_row(s)), _read_closed)),
        (vocabulary.houses, Form("house", number_of, _house, _read_house)),
        (vocabulary.terms.pages, Form("texts", int, lambda n, texts: _json([n, texts]), _read_pair)),
        (linker.copy_index.known, Form("known", int, lambda _, k: _known(k), _read_known)),
        (linker.copy_index.outlets, Form("outlet", number_of, _outlet(linker), _read_outlet)),
        (linker.furniture.seen, Form("furniture", number_of, _furniture, _read_furniture)),
    ]


def _by_text(kind: str) -> Form[str, Any]:
    return Form(kind, number_of, lambda key, value: _json([key, value]), _read_pair)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf8", "surrogatepass")


def _plain(data: bytes) -> Decoded:
    return json.loads(data.decode("utf8", "surrogatepass"))


def _read_pair(data: bytes) -> tuple[Decoded, Decoded]:
    key, value = _plain(data)
    return key, value


def _read_copy(data: bytes) -> tuple[str, Copy]:
    copy = _value(Copy, _plain(data))
    return copy.article_id, copy


def _read_link(data: bytes) -> tuple[int, Link]:
    order, *row = _plain(data)
    return order, _value(Link, row)


def _read_closed(data: bytes) -> tuple[str, Story]:
    story = _value(Story, _plain(data))
    return story.story_id, story


def _orders(story_id: str, orders: Mapping[int, int]) -> bytes:
    rows = sorted(orders.items())
    return packed(story_id, np.array([o for o, _ in rows], "<i4"), np.array([at for _, at in rows], "<i8"))


def _read_orders(data: bytes) -> tuple[str, dict[int, int]]:
    story_id, orders, at = unpacked(data, "<i4", "<i8")
    return story_id, dict(zip(orders.tolist(), at.tolist(), strict=True))


def _item(i: Item) -> bytes:
    head = [i.order, i.article_id, i.seen_at.isoformat(), i.headline, i.place, i.slot, i.profile.words]
    weights, meaning = (np.rint(v * STEPS).astype("<i2") for v in (i.profile.weights, i.profile.meaning))
    return packed(head, i.profile.numbers.astype("<i4"), weights, meaning)


def _read_item(data: bytes) -> tuple[int, Item]:
    (order, article_id, seen_at, headline, place, slot, words), numbers, weights, meaning = unpacked(data, "<i4", "<i2", "<i2")
    profile = Profile(_native(numbers), (weights / STEPS).astype(np.float32), words, meaning / STEPS)
    return order, Item(order, article_id, datetime.fromisoformat(seen_at), headline, profile, place, slot)


def _native(numbers: np.ndarray) -> np.ndarray:
    """In this machine's form."""
    return numbers.astype(numbers.dtype.newbyteorder("="))


def _group(g: Group) -> bytes:
    head = [g.place, g.story_id, g.slug, g.title, g.first_seen_at.isoformat(), g.last_seen_at.isoformat(), g.next_look]
    return packed([head, *_sums(g.centroid)], np.array(g.members, "<i4"), *_vector(g.centroid))


def _read_group(data: bytes) -> tuple[int, Group]:
    (head, *sums), members, *vector = unpacked(data, "<i4", "<i4", "<i4", "<i4")
    place, story_id, slug, title, first, last, next_look = head
    spans = datetime.fromisoformat(first), datetime.fromisoformat(last)
    return place, Group(place, story_id, slug, title, members.tolist(), _centroid(sums, vector), *spans, next_look)


def _sums(centroid: Centroid) -> Row:
    return [centroid.size, float(centroid.own), centroid.meaning.size, centroid.meaning.depth, centroid.meaning.counts]


def _vector(centroid: Centroid) -> tuple[np.ndarray, ...]:
    weights, meaning = (np.rint(v * STEPS).astype("<i4") for v in (centroid.weights, centroid.meaning.total))
    return centroid.numbers.astype("<i4"), weights, meaning


def _centroid(sums: Sequence[Decoded], vector: Sequence[np.ndarray]) -> Centroid:
    (size, own, bare, depth, counts), (numbers, weights, meaning) = sums, vector
    return Centroid.of(_native(numbers), weights / STEPS, size, own, Meaning(bare, meaning / STEPS, depth, counts))


def _house(outlet: str, house: House) -> bytes:
    return packed([outlet, house.articles], np.array([*house.seen], "<i4"), np.array([*house.seen.values()], "<i4"))


def _read_house(data: bytes) -> tuple[str, House]:
    (outlet, articles), ats, counts = unpacked(data, "<i4", "<i4")
    return outlet, House(articles, dict(zip(ats.tolist(), counts.tolist(), strict=True)))


def _known(k: Known) -> bytes:
    return packed([k.order, k.article_id, k.outlet, k.seen_at.isoformat()], k.hashes.astype("<u4"))


def _read_known(data: bytes) -> tuple[int, Known]:
    (order, article_id, outlet, seen_at), hashes = unpacked(data, "<u4")
    return order, Known(order, article_id, outlet, datetime.fromisoformat(seen_at), _native(hashes))


def _outlet(linker: "Linker") -> Callable[[str, deque[int]], bytes]:
    return lambda name, orders: _json([name, [o for o in orders if o >= linker.copy_index.first]])


def _read_outlet(data: bytes) -> tuple[str, deque[int]]:
    name, orders = _plain(data)
    return name, deque(orders, CROWD)


def _furniture(outlet: str, seen: Mapping[int, Sequence[int]]) -> bytes:
    orders = [o for found in seen.values() for o in found]
    sizes = [len(found) for found in seen.values()]
    return packed(outlet, np.array(list(seen), "<u8"), np.array(sizes, "<i4"), np.array(orders, "<i4"))


def _read_furniture(data: bytes) -> tuple[str, dict[int, tuple[int, ...]]]:
    outlet, keys, sizes, orders = unpacked(data, "<u8", "<i4", "<i4")
    every, ends = orders.tolist(), np.cumsum(sizes).tolist()
    starts = [0, *ends]
    return outlet, {k: tuple(every[a:b]) for k, a, b in zip(keys.tolist(), starts, ends, strict=False)}


# ---- what is read at once ------------------------------------------------------------------------------------------------


def _desk(linker: "Linker") -> bytes:
    groups = linker.groups
    return _json(
        {
            "format": FORMAT,
            "articles": groups.vocabulary.articles,
            "terms": groups.vocabulary.terms.count,
            "usual_inside": groups.usual_inside,
            "waiting": sorted(groups.waiting),
            "places": groups.index.places,
            "slots": groups.index.articles,
            "first": linker.copy_index.first,
            "next_order": linker.next_order,
            "swept_at": linker.swept_at.isoformat() if linker.swept_at else None,
        }
    )


def _load_desk(linker: "Linker", desk: Decoded) -> None:
    groups = linker.groups
    groups.vocabulary.articles, groups.vocabulary.terms.count = desk["articles"], desk["terms"]
    groups.usual_inside, groups.waiting = desk["usual_inside"], set(desk["waiting"])
    groups.index.places, groups.index.articles = desk["places"], desk["slots"]
    linker.copy_index.first, linker.next_order = desk["first"], desk["next_order"]
    linker.swept_at = datetime.fromisoformat(desk["swept_at"]) if desk["swept_at"] else None


def _pages(row: np.ndarray) -> dict[int, bytes]:
    """A row of numbers as pieces; those of zeros alone are left out."""
    parts = ((n // PAGE, row[n : n + PAGE]) for n in range(0, len(row), PAGE))
    return {page: part.tobytes() for page, part in parts if part.view(np.uint8).any()}


def _joined(pieces: Mapping[int, bytes], kind: np.dtype[Any], size: int) -> np.ndarray:
    """The row again."""
    row = np.zeros(size, kind)
    for page, data in pieces.items():
        part = np.frombuffer(data, kind)
        row[page * PAGE : page * PAGE + len(part)] = part
    return row


def _load_rows(linker: "Linker", whole: Mapping[str, Mapping[int, bytes]]) -> None:
    groups, index = linker.groups, linker.groups.index
    groups.vocabulary.seen.frombytes(_joined(whole[SEEN], np.dtype(np.int32), groups.vocabulary.terms.count).tobytes())
    index.story_of = _joined(whole[PLACES], np.dtype(np.int32), max(1024, index.articles))
    groups.spans.rows = _joined(whole[SPANS], SPAN, index.places)
    groups.vocabulary.earlier.load(whole[TERMS])
    index.earlier.load(whole[POSTINGS])
    linker.copy_index.earlier.load(whole[HASHES])
    groups.vocabulary.saved, index.saved, linker.copy_index.saved = (
        groups.vocabulary.terms.count,
        index.articles,
        linker.next_order,
    )
    for data in whole[SOURCES].values():
        copies, sources = np.frombuffer(data, "<i4").reshape(2, -1).tolist()
        groups.sources.update(zip(copies, sources, strict=True))


def _spans(linker: "Linker") -> np.ndarray:
    """Length, last moment and size of every open story, by place."""
    groups = linker.groups
    groups.spans.grow(groups.index.places)
    rows = groups.spans.rows
    here = dict(groups.groups.read_so_far())
    for place in groups.groups.lost():
        rows[place] = 0
    for place, g in here.items():
        rows[place] = (g.centroid.length, ticks(g.last_seen_at), len(g.members))
    return rows


def _sources(linker: "Linker", before: Mapping[int, bytes]) -> dict[int, bytes]:
    """Copies and their sources, in pieces by order; only those with new copies are made."""
    new = {linker.order_of[c.article_id] // PAGE for c in linker.new_copies()}
    made = new if before else {o // PAGE for o in linker.groups.sources}
    pairs: dict[int, list[tuple[int, int]]] = {page: [] for page in sorted(made)}
    for order, source in linker.groups.sources.items():
        if order // PAGE in pairs:
            pairs[order // PAGE].append((order, source))
    return {page: np.array(sorted(found), "<i4").T.tobytes() for page, found in pairs.items()}


def _runs(linker: "Linker", before: Mapping[str, Mapping[int, bytes]]) -> dict[str, dict[int, bytes | None]]:
    """The runs that have become other: of new terms, of indexed articles, of the hashes of texts."""
    return {
        TERMS: _term_runs(linker),
        POSTINGS: _posting_runs(linker, before.get(POSTINGS, {})),
        HASHES: _hash_runs(linker, before.get(HASHES, {})),
    }


def _term_runs(linker: "Linker") -> dict[int, bytes | None]:
    vocabulary = linker.groups.vocabulary
    seen, texts = np.frombuffer(vocabulary.seen, np.int32), vocabulary.terms
    runs = sorted({*vocabulary.dirty, *range(vocabulary.saved // VOCABULARY_RUN, -(-texts.count // VOCABULARY_RUN))})
    out: dict[int, bytes | None] = {}
    for run in runs:
        first, end = run * VOCABULARY_RUN, min((run + 1) * VOCABULARY_RUN, texts.count)
        places = np.array([n for n in range(max(first, vocabulary.saved), end) if seen[n]], np.int64)
        keys = np.array([number_of(texts[n]) for n in places.tolist()], np.uint64)
        out[run] = vocabulary.earlier.change(run, seen[first:end] != 0, keys, places)
    vocabulary.saved, vocabulary.dirty = texts.count, set()
    return out


def _posting_runs(linker: "Linker", before: Mapping[int, bytes]) -> dict[int, bytes | None]:
    index = linker.groups.index
    new = [i for _, i in linker.groups.items.read_so_far() if i.slot >= index.saved and i.place != NOBODY]
    by_run: dict[int, list[Item]] = {run: [] for run in sorted(index.dirty)}
    for item in sorted(new, key=lambda i: i.slot):
        by_run.setdefault(item.slot // TERMS_RUN, []).append(item)
    out: dict[int, bytes | None] = {}
    for run, items in by_run.items():
        heavy = [heaviest_first(i.profile) for i in items]
        keys = _end_to_end([numbers[:INDEXED] for numbers, _ in heavy], np.int32)
        steps = to_steps(_end_to_end([values[:INDEXED] for _, values in heavy], np.float64), keys & 3)
        places = np.repeat([i.slot for i in items], [len(numbers[:INDEXED]) for numbers, _ in heavy]).astype(np.int64)
        open_now = index.story_of[run * TERMS_RUN : (run + 1) * TERMS_RUN] != NOBODY
        data = index.earlier.change(run, np.resize(open_now, TERMS_RUN), keys, places, steps)
        if data is not None or run in before:
            out[run] = data
    index.saved, index.dirty = index.articles, set()
    return out


def _hash_runs(linker: "Linker", before: Mapping[int, bytes]) -> dict[int, bytes | None]:
    copies = linker.copy_index
    new = [k for o, k in copies.known.read_so_far() if o >= copies.saved and len(k.hashes) >= LEAST_SHINGLES]
    by_run: dict[int, list[Known]] = {}
    for known in sorted(new, key=lambda k: k.order):
        by_run.setdefault(known.order // HASHES_RUN, []).append(known)
    out: dict[int, bytes | None] = dict.fromkeys(
        r for r in copies.earlier.drop_below(copies.first // HASHES_RUN) if r in before
    )
    for run, found in by_run.items():
        hashes = [np.array(indexed(k.hashes), np.uint32) for k in found]
        places = np.repeat([k.order for k in found], [len(h) for h in hashes]).astype(np.int64)
        keep = np.ones(HASHES_RUN, bool)
        out[run] = copies.earlier.change(run, keep, _end_to_end(hashes, np.uint32), places)
    copies.saved = linker.next_order
    return {run: data for run, data in out.items() if data is not None or run in before}


def _end_to_end(parts: Sequence[np.ndarray], kind: type) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0, kind)


# ---- watched stories -----------------------------------------------------------------------------------------------------


def _watching(w: Watching) -> bytes:
    head = {
        "wording": wording(w.watch),
        "links": [[o, *_row(link)] for o, link in sorted(w.links.items())],
        "core": sorted(w.core),
        "earlier": sorted(w.earlier),
        "signs": [[o, *_row(s)] for o, s in sorted(w.signs.items()) if s != Signs()],
        "tried": list(w.tried),
        "next_look": w.next_look,
        "last": w.last.isoformat() if w.last else None,
        "sums": _sums(w.centroid),
    }
    return packed(head, *_vector(w.centroid))


def _load_watching(w: Watching, data: bytes) -> None:
    saved, *vector = unpacked(data, "<i4", "<i4", "<i4")
    if saved["wording"] != wording(w.watch):
        return
    w.links = {order: _value(Link, row) for order, *row in saved["links"]}
    w.core = set(saved["core"])
    w.earlier = set(saved["earlier"])
    w.tried.extend(saved["tried"])
    w.signs = dict.fromkeys(w.tried, Signs()) | {order: _value(Signs, row) for order, *row in saved["signs"]}
    w.next_look = saved["next_look"]
    w.last = datetime.fromisoformat(saved["last"]) if saved["last"] else None
    w.centroid = _centroid(saved["sums"], vector)


# ---- frozen values -------------------------------------------------------------------------------------------------------


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
