"""What keeps the tables: the seam between the Store, which speaks SQL, and the place where its rows lie.

`Embedded` is one DuckDB file: one writer, and a snapshot that others may read at any time. The other engine is a lake
(`pipeline.store.lake`), of which nothing is imported unless the settings name one.
"""

import os
import shutil
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timedelta
from math import inf
from pathlib import Path
from typing import Protocol

import duckdb

from pipeline.config import Lake, LeaseConfig, Place
from pipeline.errors import StoreError, UsageError
from pipeline.store.database import (
    attach,
    connect,
    copy_store,
    detach,
    is_current,
    keep_before,
    mark_of,
    migrate,
    outdated,
    quoted,
)
from pipeline.store.failures import cut_short
from pipeline.store.leasing import Holder, held_here, holder_of
from pipeline.store.leasing import lease as lease_on
from pipeline.store.snapshot import publish_snapshot


class Holding(Protocol):
    """A lease that this process holds."""

    def check(self) -> None:
        """Raises LeaseLost if another process has taken over."""


class Share(Holding, Protocol):
    """A run at work in a place, beside others where the place allows it: it takes parts of the work, all under one name."""

    @property
    def alone(self) -> bool:
        """Whether nobody else can be at work here: then all is this run's, and every turn."""

    @property
    def mark(self) -> str:
        """A few characters that tell this run from those beside it; none if it is alone."""

    def standing(self) -> dict[str, int]:
        """Lease -> its number, which grows whenever the lease is taken."""

    def take(self, names: Sequence[str], standing: Mapping[str, int] | None = None) -> bool:
        """Take leases: all of these or none. False if another run holds one of them, or has or wants the whole place.

        `standing`: False also if one of them was taken after this was told, so that what was read then may have become other.
        """

    def take_within(self, names: Sequence[str], wait: float) -> None:
        """Take leases. Raises StoreBusy if that is not possible within `wait` seconds."""

    def give_back(self, names: Sequence[str]) -> None:
        """Give leases back before the end of the run."""

    def rested(self, name: str) -> float:
        """Seconds for which nobody had held a lease when this run took it."""

    def others(self) -> dict[str, Holder]:
        """Lease -> who else holds it now."""

    def on_time(self) -> None:
        """Raises LeaseLost if others may have taken over, as far as that can be told without asking."""

    def turn(self, name: str) -> AbstractContextManager[None]:
        """The right to commit to what is written in that turn, `record` or `derived`; waits for it. Raises LeaseLost."""

    def to_itself(self) -> AbstractContextManager[None]:
        """Nobody else is at work while this lasts. To be asked for before anything is taken."""


class Whole:
    """A share that is all: where one run at a time is at work."""

    alone, mark = True, ""

    def __init__(self, held: Holding):
        self.check = self.on_time = held.check

    def standing(self) -> dict[str, int]:
        return {}

    def take(self, names: Sequence[str], standing: Mapping[str, int] | None = None) -> bool:
        return True

    def take_within(self, names: Sequence[str], wait: float) -> None:
        """They are held."""

    def rested(self, name: str) -> float:
        return inf

    def give_back(self, names: Sequence[str]) -> None:
        """Nobody waits for it."""

    def others(self) -> dict[str, Holder]:
        return {}

    def turn(self, name: str) -> AbstractContextManager[None]:
        return nullcontext()

    def to_itself(self) -> AbstractContextManager[None]:
        return nullcontext()


class Engine(Protocol):
    """One kind of place."""

    @property
    def name(self) -> str:
        """As messages call the place."""

    def exists(self) -> bool:
        """Whether a store is there."""

    def mark(self) -> Hashable | None:
        """What tells that nobody has written in between, if it is the same again. Asked while the store is closed, under the
        lease. None if it cannot be told.
        """

    def open(
        self,
        now: datetime,
        ours: Callable[[], None],
        to_itself: Callable[[], AbstractContextManager[None]] = nullcontext,
        *,
        as_left: bool = False,
    ) -> duckdb.DuckDBPyConnection:
        """Open for writing; made or brought up to today's schema first. `ours` raises LeaseLost if that is another's by now;
        `to_itself` keeps others out while tables are made or changed, if the whole place is not held. `as_left`: this process
        had it open before, and its mark is the same.

        Raises StoreBusy, StoreError.
        """

    def close(self, con: duckdb.DuckDBPyConnection, *, calm: bool) -> None:
        """Give back what `open` gave; not `calm`: after an error, whatever it was."""

    def open_to_read(self, snapshot: Path | None = None) -> duckdb.DuckDBPyConnection:
        """Open what stands now; it does not move while it is open. `snapshot`: where the published one is, if there is one.

        Raises UsageError if there is no store yet.
        """

    def close_to_read(self, con: duckdb.DuckDBPyConnection, *, calm: bool) -> None:
        """Give back what `open_to_read` gave; not `calm`: after an error, or locked down."""

    def folders(self) -> tuple[str, ...]:
        """Folders that queries read when they read the store: those that a stranger's query must be let into."""

    def forbidden(self) -> frozenset[str]:
        """Names of functions that a stranger's query must not contain: they reach further than the store."""

    def publish(self, snapshot: Path, ours: Callable[[], None]) -> str:
        """Show to readers what was written; under the lease, with the store closed. Returns the name of what they open."""

    def tidy(self, now: datetime, history: timedelta | None, ours: Callable[[], None]) -> None:
        """Put in order what many small batches left, under the lease; let go of states that are older than `history`."""

    def size(self, con: duckdb.DuckDBPyConnection) -> int:
        """Bytes that an open store takes."""

    def attach_beside(self, con: duckdb.DuckDBPyConnection) -> None:
        """Attach the store to another's connection, under the name `source`, to read it."""

    def back_up(self, target: Path, now: datetime) -> dict[str, int]:
        """Copy the store to a DuckDB file that is not there yet, under the lease. Returns rows by view."""

    def restore(self, copy: Path, now: datetime, ours: Callable[[], None]) -> dict[str, int]:
        """Put a DuckDB file in the store's place, under the lease; what stood there is kept. Returns rows by view.

        The copy is opened, counted and brought to today's schema before anything is changed.
        """

    def trouble(self, error: BaseException) -> StoreError | None:
        """What happened to what the store lies on, if that is what an error from within the database tells."""

    def lease(self, what: str, wait: float, limits: LeaseConfig | None) -> AbstractContextManager[Holding]:
        """Hold the right to write. Raises StoreBusy if it is not free within `wait` seconds."""

    def shared(
        self, what: str, wait: float, limits: LeaseConfig | None, clock: datetime | None = None
    ) -> AbstractContextManager[Share]:
        """Work beside others where the place allows it, else hold it all. `clock`: the moment that the run's looks bear, which
        others are told. Raises StoreBusy if another has it all for longer than `wait` seconds."""

    def aside(
        self, what: str, wait: float, limits: LeaseConfig | None, clock: datetime | None = None
    ) -> AbstractContextManager[Share]:
        """One run at a time does this, but beside those that write. The share is all there is (`alone`) where runs that write
        know nothing of it: then it gives no right to write. Raises StoreBusy if another does it for longer than `wait` seconds.
        """

    def held_here(self) -> Holding | None:
        """The lease, if this process holds it."""

    def holders(self) -> dict[str, Holder]:
        """Lease -> who holds it now, as far as it can be told; `store` is the one on all."""


def engine_of(place: Place) -> Engine:
    """What keeps the tables at a place."""
    if isinstance(place, Lake):
        from pipeline.store.lake import InLake

        return InLake(place)
    return Embedded(place)


def beside(file: Path, what: str) -> Path:
    """Where the lease on something done beside a file lies."""
    return file.with_name(f"{file.name}.{what}")


class Embedded:
    """One DuckDB file."""

    def __init__(self, path: Path):
        self.path = path

    @property
    def name(self) -> str:
        return str(self.path)

    def exists(self) -> bool:
        return self.path.exists()

    def mark(self) -> Hashable | None:
        return mark_of(self.path)

    def open(
        self,
        now: datetime,
        ours: Callable[[], None],
        to_itself: Callable[[], AbstractContextManager[None]] = nullcontext,
        *,
        as_left: bool = False,
    ) -> duckdb.DuckDBPyConnection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        con = attach(self.path)
        try:
            ours()
            if as_left or is_current(con):
                return con
            migration = outdated(con)
        except BaseException:
            detach(con, self.path, calm=False)
            raise
        if migration:
            detach(con, self.path, calm=True)
            keep_before(self.path, migration)
            con = attach(self.path)
        try:
            migrate(con, now)
        except BaseException:
            detach(con, self.path, calm=False)
            raise
        return con

    def close(self, con: duckdb.DuckDBPyConnection, *, calm: bool) -> None:
        detach(con, self.path, calm=calm)

    def open_to_read(self, snapshot: Path | None = None) -> duckdb.DuckDBPyConnection:
        path = snapshot if snapshot and snapshot.exists() else self.path
        if not path.exists():
            raise UsageError(no_store(self.name))
        return connect(path, read_only=True)

    def close_to_read(self, con: duckdb.DuckDBPyConnection, *, calm: bool) -> None:
        con.close()

    def folders(self) -> tuple[str, ...]:
        return ()

    def forbidden(self) -> frozenset[str]:
        return frozenset()

    def publish(self, snapshot: Path, ours: Callable[[], None]) -> str:
        publish_snapshot(self.path, snapshot, ours)
        return str(snapshot)

    def tidy(self, now: datetime, history: timedelta | None, ours: Callable[[], None]) -> None:
        """Nothing to do: DuckDB folds its log into the file at each closing."""

    def size(self, con: duckdb.DuckDBPyConnection) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def trouble(self, error: BaseException) -> StoreError | None:
        return None

    def lease(self, what: str, wait: float, limits: LeaseConfig | None) -> AbstractContextManager[Holding]:
        return lease_on(self.path, what, wait, limits)

    def held_here(self) -> Holding | None:
        return held_here(self.path)

    @contextmanager
    def shared(self, what: str, wait: float, limits: LeaseConfig | None, clock: datetime | None = None) -> Iterator[Share]:
        with self.lease(what, wait, limits) as held:
            yield Whole(held)

    @contextmanager
    def aside(self, what: str, wait: float, limits: LeaseConfig | None, clock: datetime | None = None) -> Iterator[Share]:
        with lease_on(beside(self.path, what), what, wait, limits) as held:
            yield Whole(held)

    def holders(self) -> dict[str, Holder]:
        holder = holder_of(self.path)
        return {"store": holder} if holder else {}

    def attach_beside(self, con: duckdb.DuckDBPyConnection) -> None:
        con.execute(f"ATTACH {quoted(str(self.path))} AS source (READ_ONLY)")

    def back_up(self, target: Path, now: datetime) -> dict[str, int]:
        self._fold_in_the_log(now)
        return copy_store(self.path, target)

    def restore(self, copy: Path, now: datetime, ours: Callable[[], None]) -> dict[str, int]:
        ready = self.path.with_name(self.path.name + ".restored")
        counts = copy_store(copy, ready)
        Embedded(ready)._fold_in_the_log(now)
        ours()
        with cut_short(self.path):
            _set_aside(self.path, now)
            os.replace(ready, self.path)
        return counts

    def _fold_in_the_log(self, now: datetime) -> None:
        """What a killed run had acknowledged stands in the log beside the store: opening and closing puts it into the file."""
        held = self.held_here()
        self.close(self.open(now, held.check if held else lambda: None), calm=True)


def _set_aside(store: Path, now: datetime) -> None:
    """Give a store and its log dated names. The store keeps its own name, too, until another file takes it."""
    log = store.with_name(store.name + ".wal")
    dated = [file.with_name(f"{file.name}.{now:%Y%m%dT%H%M%S}.aside") for file in (store, log)]
    if store.exists() and not dated[0].exists():
        try:
            os.link(store, dated[0])
        except OSError:  # a file system without second names
            shutil.copyfile(store, dated[0])
    if log.exists():
        os.replace(log, dated[1])


def no_store(name: str) -> str:
    """What to say to who asks before anything was written."""
    return f"{name}: there is no store yet. `writethru run` or `writethru import FILE` makes one"
