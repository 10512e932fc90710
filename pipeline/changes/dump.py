"""The ledger as bytes and back: JSON, compressed. Continuing from a dump gives what never stopping would have given.

Plain data only (no pickle): a dump may be read by any later version that knows its format number, and nothing in it can run.
Values are rebuilt by the types of their fields.
"""

import json
import types
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import TypeVar, Union, cast, get_args, get_origin, get_type_hints

from pipeline.errors import WritethruError

FORMAT = 1
T = TypeVar("T")


class DumpError(WritethruError):
    """The stored ledger cannot be read: it is damaged or from another version. Track the story anew to rebuild it."""


def pack(state: Mapping[str, object]) -> bytes:
    """A state as compressed JSON; equal states give equal bytes."""
    rows = plain({"format": FORMAT, **state})
    return zlib.compress(json.dumps(rows, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode("utf8"), 6)


def unpack(data: bytes) -> dict[str, object]:
    """The state of a dump, as plain data."""
    try:
        state = json.loads(zlib.decompress(data))
    except (zlib.error, ValueError) as problem:
        raise DumpError() from problem
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise DumpError()
    return state


def plain(value: object) -> object:
    """A value as plain data: dataclasses as lists of their fields, sets in order, times and exact numbers as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return [plain(getattr(value, f.name)) for f in fields(value)]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def read_as(hint: type[T], raw: object) -> T:
    """Plain data as a value of a type; a type that does not fit means that the dump is from another version."""
    try:
        return cast(T, _value(hint, raw))
    except (TypeError, ValueError, KeyError) as problem:
        raise DumpError() from problem


def _value(hint: object, raw: object) -> object:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if raw is None else _value(next(t for t in inner if t is not type(None)), raw)
    if origin is not None:
        return _collection(origin, inner, raw)
    if isinstance(hint, type):
        return _single(hint, raw)
    return raw


def _collection(origin: object, inner: tuple[object, ...], raw: object) -> object:
    """Lists, tuples, sets, mappings and counters of plain data."""
    if isinstance(raw, dict):
        key = inner[0]
        if origin is Counter:
            return Counter({_value(key, k): int(n) for k, n in raw.items()})
        return {_value(key, k): _value(inner[1], v) for k, v in raw.items()}
    if not isinstance(raw, list):
        raise TypeError(f"{raw!r} is no list")
    if origin is tuple and (len(inner) != 2 or inner[1] is not Ellipsis):
        return tuple(_value(t, v) for t, v in zip(inner, raw, strict=True))
    values = [_value(inner[0], v) for v in raw]
    return values if origin is list else frozenset(values) if origin is frozenset else tuple(values)


def _single(hint: type, raw: object) -> object:
    """One value of plain data."""
    if is_dataclass(hint):
        if not isinstance(raw, list):
            raise TypeError(f"{raw!r} is no {hint.__name__}")
        hints = _hints(hint)
        return hint(**{f.name: _value(hints[f.name], v) for f, v in zip(fields(hint), raw, strict=True)})
    if hint is datetime:
        return datetime.fromisoformat(str(raw))
    if hint is Decimal or hint is int or issubclass(hint, StrEnum):
        return hint(str(raw))
    return raw


@cache
def _hints(hint: type) -> dict[str, object]:
    return get_type_hints(hint)
