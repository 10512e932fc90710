"""The ledger in pieces: one for each entry and line; one for each article and sentence heard, read when it comes again.

So what a run reads does not grow with how often a thing is repeated, and what it writes is what has become other.
"""

from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pipeline.changes.dump import FORMAT, DumpError, pack, read_as, unpack, unpack_state
from pipeline.changes.entries import Entry, Heard, Reported
from pipeline.claims import Usage
from pipeline.model import Change
from pipeline.pieces import Changes, Form, Kept, Pieces, number_of

if TYPE_CHECKING:
    from pipeline.changes.ledger import Ledger

STORY, ENTRY, LINE = "story", "entry", "line"  # read at once
MAY_CHANGE = attrgetter(*(f.name for f in fields(Entry) if f.name != "roots"))  # of an entry; roots only grow


def dump_ledger(ledger: "Ledger") -> Changes:
    """What of a ledger is other than what is kept."""
    changes = Changes()
    for kept, form in _forms(ledger):
        kept.write(form, changes)
    marks = [_mark(e) for e in ledger.shelf.entries]
    told = [n for n, mark in enumerate(marks) if n >= len(ledger.marks) or mark != ledger.marks[n]]
    ledger.marks = marks
    first = len(ledger.saved.get(LINE, {}))
    story = {
        "format": FORMAT,
        "aliases": ledger.shelf.aliases,
        "usage": ledger.usage,
        "outlets": sorted(ledger.outlets),
        "entries": len(marks),
        "lines": len(ledger.lines),
    }
    now: dict[str, dict[int, bytes | None]] = {
        STORY: {0: pack(story)},
        ENTRY: {n: pack(ledger.shelf.entries[n]) for n in told},
        LINE: {n: pack([ledger.lines[n], ledger.sides[n]]) for n in range(first, len(ledger.lines))},
    }
    for kind, pieces in now.items():
        changes.add(kind, ledger.saved.setdefault(kind, {}), pieces)
        ledger.saved[kind].update({n: data for n, data in pieces.items() if data is not None})
    return changes


def load_ledger(ledger: "Ledger", pieces: Pieces) -> None:
    """Let a new ledger go on from what is kept. Raises DumpError."""
    saved = {kind: dict(found) for kind, found in pieces.read_whole((STORY, ENTRY, LINE)).items()}
    if 0 not in saved[STORY]:
        raise DumpError()
    state = unpack_state(saved[STORY][0])
    if (len(saved[ENTRY]), len(saved[LINE])) != (state.get("entries"), state.get("lines")):
        raise DumpError()
    for _, data in sorted(saved[ENTRY].items()):
        ledger.shelf.put(read_as(Entry, unpack(data)))
    for _, data in sorted(saved[LINE].items()):
        line, sides = read_as(tuple[Change, tuple[int, int]], unpack(data))
        ledger.lines.append(line)
        ledger.sides.append(sides)
    ledger.ids = {change.change_id for change in ledger.lines}
    ledger.shelf.aliases = read_as(dict[str, str], state.get("aliases"))
    ledger.usage = read_as(Usage, state.get("usage"))
    ledger.outlets = set(read_as(list[str], state.get("outlets")))
    ledger.saved, ledger.marks = saved, [_mark(e) for e in ledger.shelf.entries]
    for kept, form in _forms(ledger):
        kept.attach(form, pieces)


def _mark(entry: Entry) -> object:
    """What differs if an entry has changed."""
    return MAY_CHANGE(entry), len(entry.roots)


def _forms(ledger: "Ledger") -> list[tuple[Kept[Any, Any], Form[Any, Any]]]:
    """What is read when it is asked for."""
    return [
        (ledger.articles, Form("article", number_of, lambda _, a: pack(a), _read_article)),
        (ledger.shelf.heard, Form("heard", number_of, lambda said, h: pack([said, h]), _read_heard)),
        (ledger.stock, Form("stock", _number_of_stock, lambda key, first: pack([key, first]), _read_stock)),
    ]


def _number_of_stock(key: tuple[str, str]) -> int:
    return number_of("\n".join(key))


def _read_article(data: bytes) -> tuple[str, Reported]:
    article = read_as(Reported, unpack(data))
    return article.article_id, article


def _read_heard(data: bytes) -> tuple[str, Heard]:
    return read_as(tuple[str, Heard], unpack(data))


def _read_stock(data: bytes) -> tuple[tuple[str, str], str]:
    return read_as(tuple[tuple[str, str], str], unpack(data))
