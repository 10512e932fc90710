"""Values to rows and back: a frozen value's fields are a table's columns."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

Value = TypeVar("Value")


def plain_row(value: Any) -> dict[str, object]:
    """A frozen value as column -> value."""
    return {f.name: getattr(value, f.name) for f in fields(value)}


def value_of(kind: type[Value], row: Mapping[str, Any]) -> Value:
    """A frozen value from a row that holds its fields, and perhaps more. A missing one takes its default."""
    return kind(**{f.name: row[f.name] for f in fields(kind) if f.name in row})  # type: ignore[arg-type]
