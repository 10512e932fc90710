"""The ledger as bytes and back: JSON, compressed. Continuing from a dump gives what never stopping would have given.

Plain data only (no pickle): a dump may be read by any later version that knows its format number, and nothing in it can run.
"""

import json
import zlib
from collections import Counter
from dataclasses import fields
from datetime import datetime
from decimal import Decimal

from pipeline.changes.entries import Entry, Held, Reported
from pipeline.claims import Statement, Usage
from pipeline.errors import WritethruError
from pipeline.model import Change, ChangeKind

FORMAT = 1
Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


class DumpError(WritethruError):
    """The stored ledger cannot be read: it is damaged or from another version. Track the story anew to rebuild it."""


def pack(state: dict[str, Json]) -> bytes:
    """A state as compressed JSON; equal states give equal bytes."""
    return zlib.compress(json.dumps(state, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode("utf8"), 6)


def unpack(data: bytes) -> dict[str, Json]:
    """The state of a dump."""
    try:
        state = json.loads(zlib.decompress(data))
    except (zlib.error, ValueError) as problem:
        raise DumpError() from problem
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise DumpError()
    return state


def entry_row(entry: Entry) -> dict[str, Json]:
    """An entry as plain data."""
    row = {f.name: getattr(entry, f.name) for f in fields(Entry)}
    row["amount"] = None if entry.amount is None else str(entry.amount)
    row["first_at"], row["last_at"] = entry.first_at.isoformat(), entry.last_at.isoformat()
    row["statement"] = None if entry.statement is None else statement_row(entry.statement)
    return row


def entry_of(row: dict[str, Json]) -> Entry:
    """An entry from plain data."""
    row = dict(row)
    row["amount"] = None if row["amount"] is None else Decimal(row["amount"])
    row["first_at"], row["last_at"] = datetime.fromisoformat(row["first_at"]), datetime.fromisoformat(row["last_at"])
    row["statement"] = None if row["statement"] is None else statement_of(row["statement"])
    return Entry(**row)


def statement_row(statement: Statement) -> dict[str, Json]:
    """A statement as plain data, its sets in order."""
    found = {f.name: getattr(statement, f.name) for f in fields(Statement)}
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in found.items()}


def statement_of(row: dict[str, Json]) -> Statement:
    """A statement from plain data."""
    return Statement(**{name: frozenset(value) if isinstance(value, list) else value for name, value in row.items()})


def article_row(article: Reported) -> Json:
    """An article as plain data."""
    held = [[h.text, h.normal, h.paragraph, h.aspect, list(h.entries)] for h in article.sentences]
    return [article.article_id, article.outlet, article.version_id, held]


def article_of(row: list[Json]) -> Reported:
    """An article from plain data."""
    held = [Held(text, normal, paragraph, aspect, tuple(numbers)) for text, normal, paragraph, aspect, numbers in row[3]]
    return Reported(row[0], row[1], row[2], held)


def line_row(change: Change) -> dict[str, Json]:
    """A line as plain data."""
    row = {f.name: getattr(change, f.name) for f in fields(Change)}
    return row | {"detected_at": change.detected_at.isoformat(), "kind": change.kind.value}


def line_of(row: dict[str, Json]) -> Change:
    """A line from plain data."""
    return Change(**row | {"detected_at": datetime.fromisoformat(row["detected_at"]), "kind": ChangeKind(row["kind"])})


def usage_row(usage: Usage) -> dict[str, Json]:
    """Word counts as plain data."""
    learned = {stem: {str(i): n for i, n in counts.items()} for stem, counts in usage.learned.items()}
    return {"units": usage.units, "seen": dict(usage.seen), "learned": learned, "belongs": usage.belongs}


def usage_of(row: dict[str, Json]) -> Usage:
    """Word counts from plain data."""
    learned = {stem: Counter({int(i): n for i, n in counts.items()}) for stem, counts in row["learned"].items()}
    return Usage(row["units"], Counter(row["seen"]), learned, row["belongs"])
