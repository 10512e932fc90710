"""The ledger's values as bytes and back: JSON. Continuing from them gives what never stopping would have given.

Plain data only (no pickle): a dump may be read by any later version that knows its format number, and nothing in it can run.
Values are rebuilt by the types of their fields.
"""

import json
import types
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from pipeline.errors import WritethruError

FORMAT = 2
PLAIN = frozenset({str, int, float, bool, type(None)})
SMALL = 200  # bytes that are not worth compressing
Reader = Callable[[Any], Any]  # plain data, as json.loads gives it, to a value
T = TypeVar("T")


class DumpError(WritethruError):
    """The stored ledger cannot be read: it is damaged or from another version. Track the story anew to rebuild it."""


def pack(value: object) -> bytes:
    """A value as JSON, compressed if it is long; equal values give equal bytes."""
    data = json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode("utf8")
    return b"z" + zlib.compress(data, 2) if len(data) > SMALL else data


def unpack(data: bytes) -> Any:
    """The plain data of a value."""
    try:
        return json.loads(zlib.decompress(data[1:]) if data[:1] == b"z" else data)
    except (zlib.error, ValueError) as problem:
        raise DumpError() from problem


def unpack_state(data: bytes) -> dict[str, object]:
    """The plain data of a mapping that tells its format."""
    state = unpack(data)
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise DumpError()
    return state


def plain(value: object) -> object:
    """A value as plain data: dataclasses as lists of their fields, sets in order, times and exact numbers as text."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if names := _names(kind):  # type: ignore[arg-type]  # a type can be hashed
        return [plain(getattr(value, name)) for name in names]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


@cache
def _names(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass; none of another type."""
    return tuple(f.name for f in fields(kind)) if is_dataclass(kind) else ()


def read_as(hint: type[T], raw: object) -> T:
    """Plain data as a value of a type; a type that does not fit means that the dump is from another version."""
    try:
        return cast(T, _reader(hint)(raw))  # type: ignore[arg-type]
    except (TypeError, ValueError, KeyError, AttributeError) as problem:
        raise DumpError() from problem


@cache
def _reader(hint: object) -> Reader:
    """How values of a type are read: found out once for each type."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        some = _reader(next(t for t in inner if t is not type(None)))
        return lambda raw: None if raw is None else some(raw)
    if origin is not None:
        return _collection(origin, inner)
    return _single(hint) if isinstance(hint, type) else _as_it_is


def _as_it_is(raw: object) -> object:
    return raw


def _collection(origin: object, inner: tuple[object, ...]) -> Reader:
    """Lists, tuples, sets, mappings and counters of plain data."""
    key = _reader(inner[0])
    if origin is Counter:
        return lambda raw: Counter({key(k): int(n) for k, n in raw.items()})
    if origin is dict:
        one = _reader(inner[1])
        return lambda raw: {key(k): one(v) for k, v in raw.items()}
    if origin is tuple and (len(inner) != 2 or inner[1] is not Ellipsis):
        each = [_reader(t) for t in inner]
        return lambda raw: tuple(r(v) for r, v in zip(each, _listed(raw), strict=True))
    made: Callable[[list[Any]], Any] = {list: list, frozenset: frozenset}.get(origin, tuple)  # type: ignore[call-overload]
    return lambda raw: made([key(v) for v in _listed(raw)])


def _listed(raw: object) -> list[Any]:
    if not isinstance(raw, list):
        raise TypeError(f"{raw!r} is no list")
    return raw


def _single(hint: type) -> Reader:
    """One value of plain data."""
    if is_dataclass(hint):
        hints, names = get_type_hints(hint), _names(hint)
        each = [_reader(hints[name]) for name in names]
        return lambda raw: hint(**{n: r(v) for n, r, v in zip(names, each, _listed(raw), strict=True)})
    if hint is datetime:
        return lambda raw: datetime.fromisoformat(str(raw))
    if hint is int:
        return lambda raw: raw if type(raw) is int else int(str(raw))
    if hint is Decimal or issubclass(hint, StrEnum):
        return lambda raw: hint(str(raw))
    return _as_it_is
