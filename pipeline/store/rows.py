"""Values to rows and back: a frozen value's fields are a table's columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeVar

Value = TypeVar("Value")
_shapes: dict[type[Any], tuple[tuple[str, ...], Callable[[Any], tuple[object, ...]]]] = {}  # names of the fields, their reader


def _shape(kind: type[Any]) -> tuple[tuple[str, ...], Callable[[Any], tuple[object, ...]]]:
    if kind not in _shapes:
        names = tuple(f.name for f in fields(kind))
        _shapes[kind] = (names, attrgetter(*names))
    return _shapes[kind]


def plain_row(value: Any) -> dict[str, object]:
    """A frozen value of several fields as column -> value."""
    names, read = _shape(type(value))
    return dict(zip(names, read(value), strict=True))


def value_of(kind: type[Value], row: Mapping[str, Any]) -> Value:
    """A frozen value from a row that holds its fields, and perhaps more. A missing one takes its default."""
    return kind(**{n: row[n] for n in _shape(kind)[0] if n in row})


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """A host that is to be left alone."""

    host: str
    until: datetime
    reason: str
