"""What people ask of the store: lists, SQL, and why something is as it is. Opens the snapshot, never the store itself."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.config import Settings
from pipeline.store import Rows, Store

NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # a store opened for reading needs no clock


@contextmanager
def reading(settings: Settings) -> Iterator[Store]:
    """What stands: the published snapshot, or the store itself where there is none, open read-only. Raises UsageError."""
    with Store(settings.place, now=NEVER, read_only=True, snapshot=settings.snapshot_file) as store:
        yield store


def ask(settings: Settings, statement: str, most: int | None = None, seconds: float | None = None) -> Rows:
    """The result of a person's SQL, which can read the store and nothing else: at most so many rows, in so many seconds.

    Raises QueryError.
    """
    with reading(settings) as store:
        return store.ask_safely(statement, most=most, seconds=seconds)


def write_parquet(settings: Settings, statement: str, target: Path, seconds: float | None = None) -> int:
    """Write the result of a person's SQL to a Parquet file; returns the number of rows. Raises QueryError, UsageError."""
    with reading(settings) as store:
        return store.write_parquet(statement, target, seconds=seconds)


def listing(settings: Settings, name: str, filters: Mapping[str, object]) -> Rows:
    """The rows of a list command."""
    with reading(settings) as store:
        return store.listing(name, filters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What `why` says."""

    what: str  # the view that the thing stands in
    row: dict[str, Any]
    lines: list[str]


def explain(settings: Settings, identifier: str) -> Told:
    """Why something is as it is, with its evidence. Raises UsageError if there is no such id."""
    from pipeline.journey.explaining import lines_of

    with reading(settings) as store:
        view, row = store.explain(identifier)
        return Told(what=view, row=row, lines=lines_of(store, view, row))


def log_lines(
    settings: Settings,
    story: str | None,
    aspect: str | None,
    since: datetime | None,
    until: datetime | None,
    width: int,
    everything: bool = False,
) -> list[str]:
    """The change log as a terminal shows it: the telling lines of a long time, unless everything is asked for."""
    from pipeline.journey.reporting import terminal_log

    with reading(settings) as store:
        named = store.rows("stories_named", {"name": story}) if story else []
        slug = named[0]["slug"] if len(named) == 1 else story  # that of a story that ended leads on
        return terminal_log(store, settings, slug, aspect, since, until, width, everything)
