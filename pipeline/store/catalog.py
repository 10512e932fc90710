"""The lease on a lake whose catalog is PostgreSQL: a row there, so that it holds for the workers of all machines.

As the lease on a file (`pipeline.store.leasing`) it has a name, signs of life, a time-out and an heir, and its number only
grows. PostgreSQL's clock tells ages, so no machine's own clock counts. An heir fences off whoever held it before: see
`pipeline.store.lake`, which makes every commit impossible that was begun before.
"""

import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass

import duckdb

from pipeline.config import LeaseConfig
from pipeline.errors import LeaseLost, StoreBusy, StoreError
from pipeline.store.database import first_line, quoted
from pipeline.store.leasing import (
    BEATS,
    LEAST_WAIT,
    POLL,
    SLOWEST_BEAT,
    Holder,
    ended,
    gets_on,
    machine,
    started,
    work_goes_on,
)

TABLE = "writethru_lease"
_MADE = (
    f"CREATE TABLE IF NOT EXISTS {TABLE} (name text PRIMARY KEY, number bigint NOT NULL, holder text,"
    " since timestamptz NOT NULL, alive timestamptz NOT NULL)"
)
_ASKED = (
    "SELECT number, holder, to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS+00:00'),"
    f" extract(epoch FROM clock_timestamp() - alive)::float8 FROM {TABLE} WHERE name = "
)
_log = logging.getLogger(__name__)
_held: dict[str, "CatalogLease"] = {}  # by the lake's name and the lease's: what this process holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A lease as it stands in the catalog."""

    number: int
    told: str | None  # by the holder, of itself
    holder: Holder | None
    silent_for: float  # seconds without a sign of life, by PostgreSQL's clock


class Catalog:
    """A connection to the catalog's PostgreSQL, attached as `catalog`."""

    def __init__(self, name: str, con: duckdb.DuckDBPyConnection):
        self.name, self.con = name, con

    def close(self) -> None:
        self.con.close()

    def holder(self, lease: str) -> Holder | None:
        """Who holds a lease now; None if nobody does, or the table was never made."""
        asked = f"SELECT count(*) FROM information_schema.tables WHERE table_name = '{TABLE}'"
        with self._told():
            made = self.con.execute(f"FROM postgres_query('catalog', {quoted(asked)})").fetchall()[0][0]
        row = self.row(lease) if made else None
        return row.holder if row and row.holder and not row.holder.gone else None

    def run(self, sql: str) -> None:
        """Carry out a statement of PostgreSQL, in a transaction of its own."""
        with self._told():
            self.con.cursor().execute(f"CALL postgres_execute('catalog', {quoted(sql)})").fetchall()

    def row(self, lease: str) -> Row | None:
        """A lease; None if it was never taken."""
        with self._told():
            sql = f"FROM postgres_query('catalog', {quoted(_ASKED + quoted(lease))})"
            found = self.con.cursor().execute(sql).fetchall()
        for number, told, since, silent in found:
            known = Holder(**{**json.loads(told), "since": since, "alive": time.monotonic() - silent}) if told else None
            return Row(number=number, told=told, holder=known, silent_for=silent)
        return None

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (duckdb.Error, RuntimeError) as e:
            raise StoreError(f"{self.name}: the catalog does not answer: {first_line(e)}") from None


class CatalogLease:
    """A lease that this process holds."""

    def __init__(self, catalog: Catalog, lease: str, number: int):
        self.catalog, self.lease, self.number = catalog, lease, number
        self._end = threading.Event()

    def check(self) -> None:
        """Raises LeaseLost if another process has taken over, StoreError if that cannot be told."""
        work_goes_on()
        row = self.catalog.row(self.lease)
        if row is None or row.number != self.number:
            raise LeaseLost(self.catalog.name, row.holder.named() if row and row.holder else "another run")

    def keep_alive(self, limits: LeaseConfig) -> None:
        """Give signs of life until `release`, as long as the work goes on."""
        beat = min(SLOWEST_BEAT, limits.silent.total_seconds() / BEATS)
        while not self._end.wait(beat):
            if gets_on(limits):
                with suppress(StoreError):  # the next one may come through
                    self._set("alive = clock_timestamp()")

    def release(self) -> None:
        """Give the lease back. Its number stays: the next one must be higher."""
        self._end.set()
        with suppress(StoreError):  # whoever comes next waits for the time-out then
            self._set("holder = NULL")

    def _set(self, what: str) -> None:
        self.catalog.run(f"UPDATE {TABLE} SET {what} WHERE name = {quoted(self.lease)} AND number = {self.number}")


@contextmanager
def catalog_lease(
    reach: Callable[[], Catalog], lease: str, what: str, wait: float, limits: LeaseConfig | None, fence: Callable[[], None]
) -> Iterator[CatalogLease]:
    """Hold a lease of a catalog. `fence` is called when it was taken from one that may still be at work.

    Raises StoreBusy with the holder's name if it is not free within `wait` seconds.
    """
    limits = limits or LeaseConfig.model_validate({})
    catalog = reach()
    try:
        held, before = _acquire(catalog, lease, what, wait, limits)
        beats = threading.Thread(target=held.keep_alive, args=(limits,), name="lease", daemon=True)
        beats.start()
        key = f"{catalog.name} {lease}"
        _held[key] = held
        try:
            if before is not None:
                if before.pid != os.getpid() or not before.here:
                    _succeed(catalog, before)
                fence()
            yield held
        finally:
            del _held[key]
            held._end.set()
            beats.join()
            held.release()
    finally:
        catalog.close()


def catalog_lease_here(name: str, lease: str) -> CatalogLease | None:
    """The lease of a catalog that this process holds."""
    return _held.get(f"{name} {lease}")


def _acquire(catalog: Catalog, lease: str, what: str, wait: float, limits: LeaseConfig) -> tuple[CatalogLease, Holder | None]:
    """The lease, and from whom it was taken without being given back."""
    work_goes_on()
    with suppress(StoreError):  # of two who make it at once one is told that it is there
        catalog.run(_MADE)
    until = time.monotonic() + max(wait, LEAST_WAIT)
    while True:
        before = catalog.row(lease)
        if before is None or _free(before, limits, held=f"{catalog.name} {lease}" in _held):
            number = before.number + 1 if before else 1
            mine = _take(catalog, lease, number, what)
            now = catalog.row(lease)
            if now and (now.number, now.told) == (number, mine):
                return CatalogLease(catalog, lease, number), before.holder if before else None
        if time.monotonic() >= until:
            raise _busy(catalog, lease, limits)
        time.sleep(POLL)


def _free(row: Row, limits: LeaseConfig, *, held: bool) -> bool:
    """Whether nobody holds it, or whoever does gave no sign of life for too long. `held`: by a thread of this process."""
    if row.holder is None or row.holder.gone:
        return True
    if row.holder.here and row.holder.pid == os.getpid():
        return not held  # it could not be given back then
    return row.silent_for > limits.silent.total_seconds()


def _take(catalog: Catalog, lease: str, number: int, what: str) -> str:
    """Write oneself in under a number, if nobody was quicker. Returns what was written."""
    holder = Holder(
        pid=os.getpid(),
        started=started(os.getpid()),
        host=socket.gethostname(),
        machine=machine(),
        command=what,
        since="",
        alive=time.monotonic(),  # tells two tries of one process apart
    )
    told = json.dumps(asdict(holder))
    catalog.run(
        f"INSERT INTO {TABLE} AS held VALUES ({quoted(lease)}, {number}, {quoted(told)}, clock_timestamp(), clock_timestamp())"
        f" ON CONFLICT (name) DO UPDATE SET number = {number}, holder = excluded.holder, since = excluded.since,"
        f" alive = excluded.alive WHERE held.number = {number - 1}"
    )
    return told


def _succeed(catalog: Catalog, before: Holder) -> None:
    told = "It has ended" if ended(before) else "It cannot be ended from here, and cannot write any more"
    _log.warning("%s: %s: it gave no more sign of life. %s; this run goes on in its place", catalog.name, before.named(), told)


def _busy(catalog: Catalog, lease: str, limits: LeaseConfig) -> StoreBusy:
    row = catalog.row(lease)
    if row is None or row.holder is None:
        return StoreBusy(catalog.name, "another process")
    after = f"{limits.silent.total_seconds():g} s"
    advice = f"If it hangs, a later run takes over after {after} without a sign of life"
    return StoreBusy(catalog.name, row.holder.named(), advice)
