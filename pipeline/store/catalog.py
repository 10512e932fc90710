"""Leases on a lake whose catalog is PostgreSQL: rows there, so that they hold for the workers of all machines.

As the lease on a file (`pipeline.store.leasing`) each has a name, signs of life, a time-out and an heir, and its number only
grows. PostgreSQL's clock tells ages, so no machine's own clock counts. There are three kinds:

- `store`: the whole lake. Whoever has taken it keeps new shares out, and waits until those that are held are given back: a lock
  of readers and writers in which the writer goes first.
- `host NAME`, `stories`, `story ID`: a share of the work. A run has any number of them; one sign of life keeps them all.
- `turn record`, `turn derived`: the right to commit, for as long as that takes. So commits of two runs never meet.

A holder that gave no sign of life for too long is followed by whoever wants its lease. It is refused at its next commit, by its
number; what it had begun to commit the heir of its turn makes impossible (`pipeline.store.lake`, the fence).

Every change of the table is sent as one message, which PostgreSQL carries out whole: a process that is stopped in the middle
leaves no lock behind.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from itertools import count
from math import inf

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
    of_this_process,
    work_goes_on,
)

STORE = "store"  # the lease on the whole lake
TURNS = ("record", "derived")  # what is written in turns: a schema each
TURN_POLL = 0.02  # seconds between two tries for a turn, which is held for as long as one commit takes
SHORT_WAIT = 5.0  # seconds that a share waits in any case: the other may only be bringing the tables up to date
TABLE = "writethru_lease"
_MADE = (
    f"CREATE TABLE IF NOT EXISTS {TABLE} (name text PRIMARY KEY, number bigint NOT NULL, holder text,"
    " since timestamptz NOT NULL, alive timestamptz NOT NULL)"
)
_ASKED = (
    "SELECT name, number, holder, to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS+00:00'),"
    f" extract(epoch FROM clock_timestamp() - alive)::float8 FROM {TABLE} WHERE "
)
_GIVEN_BACK = "holder = NULL, alive = clock_timestamp()"
# All changes one after the other; without it two that look at the same rows before they write could both succeed.
_LOCKED = f"LOCK TABLE {TABLE} IN SHARE ROW EXCLUSIVE MODE; "
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while the machine sleeps: others go on, too
_log = logging.getLogger(__name__)
_alone: dict[str, "Leases"] = {}  # by the lake's name: of this process, whoever has the whole lake
_told_here: set[str] = set()  # how holders of this process tell of themselves in the table
_tries = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A lease as it stands in the catalog."""

    name: str
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

    def holders(self) -> dict[str, Holder]:
        """Lease -> who holds it now; of a lake whose table was never made none."""
        asked = f"SELECT count(*) FROM information_schema.tables WHERE table_name = '{TABLE}'"
        with self._told():
            made = self.con.execute(f"FROM postgres_query('catalog', {quoted(asked)})").fetchall()[0][0]
        rows = self.held() if made else []
        return {r.name: r.holder for r in rows if r.holder and not r.holder.gone}

    def run(self, sql: str) -> None:
        """Carry out statements of PostgreSQL, all or none."""
        with self._told():
            self.con.cursor().execute(f"CALL postgres_execute('catalog', {quoted(sql)}, use_transaction := false)").fetchall()

    def change(self, sql: str) -> None:
        """The same of statements that change the leases."""
        self.run(_LOCKED + sql)

    def rows(self, names: Sequence[str]) -> dict[str, Row]:
        """Leases by name; none of those that were never taken."""
        return {r.name: r for r in self._asked(f"name IN ({', '.join(map(quoted, names))})")}

    def held(self) -> list[Row]:
        """All leases that were taken and not given back."""
        return self._asked("holder IS NOT NULL ORDER BY name")

    def standing(self) -> dict[str, int]:
        """The numbers of all leases."""
        with self._told():
            asked = f"FROM postgres_query('catalog', 'SELECT name, number FROM {TABLE}')"
            return dict(self.con.cursor().execute(asked).fetchall())

    def numbers(self, told: str) -> dict[str, int]:
        """The numbers of the leases of one holder."""
        return {r.name: r.number for r in self._asked(f"holder = {quoted(told)}")}

    def _asked(self, where: str) -> list[Row]:
        with self._told():
            found = self.con.cursor().execute(f"FROM postgres_query('catalog', {quoted(_ASKED + where)})").fetchall()
        return [_row(*r) for r in found]

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (duckdb.Error, RuntimeError) as e:
            raise StoreError(f"{self.name}: the catalog does not answer: {first_line(e)}") from None


def _row(name: str, number: int, told: str | None, since: str, silent: float) -> Row:
    known = Holder(**{**json.loads(told), "since": since, "alive": time.monotonic() - silent}) if told else None
    return Row(name=name, number=number, told=told, holder=known, silent_for=silent)


class Leases:
    """The leases of one run: as many as it has taken. Use as a context manager: at its end all are given back."""

    alone = False  # others may be at work beside it

    def __init__(
        self,
        catalog: Catalog,
        what: str,
        limits: LeaseConfig,
        fence: Callable[[str | None], None],
        clock: datetime | None = None,
    ):
        """`fence` makes commits impossible that were begun before: of what is written in one turn, or all (None)."""
        self.catalog, self.limits, self._what, self._fence = catalog, limits, what, fence
        self._me = _of_this_process(what, clock)
        self._patience = 0.0  # seconds that the run will wait for others
        self._numbers: dict[str, int] = {}
        self._rested: dict[str, float] = {}  # by name: how long it had been free when it was taken
        self._beaten = _clock()  # when a sign of life was last known to have come through
        self._lost = False
        self._end = threading.Event()
        self._beats = threading.Thread(target=self._keep_alive, name="lease", daemon=True)

    @property
    def mark(self) -> str:
        """A few characters that tell this run from all others."""
        return sha256(self._me.encode("utf8")).hexdigest()[:10]

    def __enter__(self) -> "Leases":
        work_goes_on()
        with suppress(StoreError):  # of two who make it at once one is told that it is there
            self.catalog.run(_MADE)
        _told_here.add(self._me)
        self._beats.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._beats.join()
        with suppress(StoreError):  # whoever comes next waits for the time-out then
            self.catalog.change(f"UPDATE {TABLE} SET {_GIVEN_BACK} WHERE holder = {quoted(self._me)}")
        _told_here.discard(self._me)

    # ---- taking and giving back

    def standing(self) -> dict[str, int]:
        """Lease -> its number, of all that were ever taken."""
        return self.catalog.standing()

    def take(self, names: Sequence[str], standing: Mapping[str, int] | None = None) -> bool:
        """Take all these leases, or none if one of them is held, or another run has or wants the whole store.

        `standing`: none either if one of them was taken after this was told.
        """
        work_goes_on()
        self.on_time()
        rows = self.catalog.rows([STORE, *names])
        if not all(_free(r, self.limits) for r in rows.values()):
            return False
        if standing is not None and any(r.number != standing.get(n, 0) for n, r in rows.items() if n != STORE):
            return False
        if (store := rows.get(STORE)) and store.told is not None:  # of a run that is over or hangs
            if not self._first_at_store():
                return False
            self.give_back([STORE])
            rows = self.catalog.rows([STORE, *names])
        return self._taken(rows, names, [STORE])

    def take_within(self, names: Sequence[str], wait: float) -> None:
        """Take all these leases. Raises StoreBusy with the holders' names after `wait` seconds."""
        until = time.monotonic() + max(wait, LEAST_WAIT)
        while not self.take(names):
            self._wait(until, names)

    def give_back(self, names: Sequence[str]) -> None:
        """Give leases back. Their numbers stay: the next ones must be higher."""
        listed = ", ".join(map(quoted, names))
        self.catalog.change(f"UPDATE {TABLE} SET {_GIVEN_BACK} WHERE holder = {quoted(self._me)} AND name IN ({listed})")
        for name in names:
            self._numbers.pop(name, None)

    def rested(self, name: str) -> float:
        """Seconds for which nobody had held a lease of this run when it was taken."""
        return self._rested.get(name, inf)

    def others(self) -> dict[str, Holder]:
        """Lease -> what other run holds it now; turns left out."""
        live = (r for r in self.catalog.held() if r.told != self._me and not r.name.startswith("turn "))
        return {r.name: r.holder for r in live if r.holder and not _free(r, self.limits)}

    def _taken(self, rows: Mapping[str, Row], names: Sequence[str], still: Sequence[str]) -> bool:
        """Write oneself in, if no lease's number has become another since it was looked at, `still` included."""
        seen = {name: rows[name].number if name in rows else 0 for name in dict.fromkeys([*names, *still])}
        listed = ", ".join(f"({quoted(name)}, {number}, {name in names})" for name, number in seen.items())
        self.catalog.change(
            f"WITH seen (name, number, wanted) AS (VALUES {listed})"
            f" INSERT INTO {TABLE} AS held SELECT name, number + 1, {quoted(self._me)}, clock_timestamp(), clock_timestamp()"
            f" FROM seen WHERE wanted AND NOT EXISTS (SELECT FROM seen AS s LEFT JOIN {TABLE} AS t USING (name)"
            " WHERE coalesce(t.number, 0) <> s.number)"
            " ON CONFLICT (name) DO UPDATE SET number = excluded.number, holder = excluded.holder, since = excluded.since,"
            " alive = excluded.alive"
        )
        mine = self.catalog.numbers(self._me)
        if any(name not in mine for name in names):
            return False
        self._numbers |= {name: mine[name] for name in names}
        self._rested |= {name: rows[name].silent_for for name in names if name in rows}
        self._follow([row for row in rows.values() if row.name in names and row.told is not None])
        return True

    def _follow(self, before: Sequence[Row]) -> None:
        """What was taken from a run that did not give it back: nothing that this run began may be committed any more."""
        if not before:
            return
        self._succeed(before)
        names = [row.name for row in before]
        if STORE in names:
            self._fence(None)
        elif turns := [name.removeprefix("turn ") for name in names if name.startswith("turn ")]:
            for turn in turns:
                self._fence(turn)
        else:  # it may hold a turn as well: whoever takes that fences. Only then may be read what it left
            for turn in TURNS:
                with self.turn(turn):
                    pass

    def _take_from(self, rows: Sequence[Row]) -> None:
        """Take shares from runs that are over or hang, for nobody: the numbers grow, so those runs are refused."""
        for row in rows:
            self.catalog.change(
                f"UPDATE {TABLE} SET holder = NULL, number = {row.number + 1}"
                f" WHERE name = {quoted(row.name)} AND number = {row.number}"
            )
        self._succeed(rows)
        self._fence(None)

    def _succeed(self, rows: Sequence[Row]) -> None:
        """Say whom this run goes on for; end it if it hangs and can be ended from here."""
        for told, holder in {row.told: row.holder for row in rows}.items():
            if told and holder and (holder.pid != os.getpid() or not holder.here):
                how = "It has ended" if ended(holder) else "It cannot be ended from here, and cannot write any more"
                message = "%s: %s: it gave no more sign of life. %s; this run goes on in its place"
                _log.warning(message, self.catalog.name, holder.named(), how)

    # ---- one's turn

    def turn(self, name: str) -> AbstractContextManager[None]:
        """The right to commit to a schema. Waits as long as another has it and lives. Raises LeaseLost."""
        return nullcontext() if STORE in self._numbers else self._turn(f"turn {name}")

    @contextmanager
    def _turn(self, lease: str) -> Iterator[None]:
        while not self._my_turn(lease):
            self.check()
            time.sleep(TURN_POLL)
        try:
            yield
        finally:
            with suppress(StoreError):  # else it is given back at the end of the run, or waited for
                self.give_back([lease])

    def _my_turn(self, lease: str) -> bool:
        row = self.catalog.rows([lease])
        return all(_free(r, self.limits) for r in row.values()) and self._taken(row, [lease], [])

    def to_itself(self) -> AbstractContextManager[None]:
        """Nobody else is at work while this lasts: what makes and changes tables. To be asked for before any lease is taken."""
        return nullcontext() if STORE in self._numbers else self._to_itself()

    @contextmanager
    def _to_itself(self) -> Iterator[None]:
        self.take_store(max(self._patience, self.limits.silent.total_seconds()))
        try:
            yield
        finally:
            self.give_back([STORE])

    # ---- the whole store

    def take_store(self, wait: float) -> None:
        """Take the whole store: from now on nobody takes a share; and those that are held are waited for.

        Raises StoreBusy with the holders' names after `wait` seconds; it is not held then.
        """
        until = time.monotonic() + max(wait, LEAST_WAIT)
        while not self._first_at_store():
            self._wait(until)
        try:
            while not self._last_at_work():
                self._wait(until)
        except BaseException:
            self.give_back([STORE])
            raise

    def _first_at_store(self) -> bool:
        work_goes_on()
        rows = self.catalog.rows([STORE])
        return all(_free(r, self.limits) for r in rows.values()) and self._taken(rows, [STORE], [])

    def _last_at_work(self) -> bool:
        """Whether all shares are given back; those of runs that are over or hang are taken from them."""
        work_goes_on()
        rows = [r for r in self.catalog.held() if r.told != self._me]
        if not all(_free(r, self.limits) for r in rows):
            return False
        if rows:
            self._take_from(rows)
        return True

    def wait_for_store(self, wait: float) -> None:
        """Wait until no run has or wants the whole store. Raises StoreBusy after `wait` seconds."""
        self._patience = wait
        until = time.monotonic() + max(wait, SHORT_WAIT)
        while not all(_free(r, self.limits) for r in self.catalog.rows([STORE]).values()):
            self._wait(until)

    def _wait(self, until: float, names: Sequence[str] = ()) -> None:
        if time.monotonic() >= until:
            raise self._busy(names)
        time.sleep(POLL)

    def _busy(self, names: Sequence[str]) -> StoreBusy:
        """What to tell whoever waited: who has these leases or the whole store; of none, who has any."""
        wanted = {STORE, *names} if names else None
        others = dict.fromkeys(h.named() for name, h in self.others().items() if wanted is None or name in wanted)
        if not others:
            return StoreBusy(self.catalog.name, "another process")
        after = f"{self.limits.silent.total_seconds():g} s"
        advice = f"If it hangs, a later run takes over after {after} without a sign of life"
        return StoreBusy(self.catalog.name, " and ".join(others), advice)

    # ---- whether they are still held

    def check(self) -> None:
        """Raises LeaseLost if one of the leases was given to another run, StoreError if that cannot be told."""
        work_goes_on()
        self.on_time()
        mine = self.catalog.numbers(self._me)
        if lost := [name for name, number in self._numbers.items() if mine.get(name) != number]:
            self._lost = True
            raise self._lost_to(lost)

    def on_time(self) -> None:
        """Raises LeaseLost if the last sign of life is so long ago that others may have taken over. Asks nobody."""
        if self._lost or _clock() - self._beaten > self.limits.silent.total_seconds():
            self._lost = True
            raise self._lost_to(list(self._numbers))

    def _lost_to(self, names: Sequence[str]) -> LeaseLost:
        heir = None
        with suppress(StoreError):
            rows = self.catalog.rows(names) if names else {}
            heir = next((r.holder for r in rows.values() if r.holder and r.told != self._me), None)
        return LeaseLost(self.catalog.name, heir.named() if heir else "another run")

    def _keep_alive(self) -> None:
        """Give signs of life until the end, as long as the work goes on and no sign came too late."""
        beat = min(SLOWEST_BEAT, self.limits.silent.total_seconds() / BEATS)
        while not self._end.wait(beat):
            now = _clock()
            if self._lost or now - self._beaten > self.limits.silent.total_seconds():
                self._lost = True
                return
            if gets_on(self.limits):
                with suppress(StoreError):  # the next one may come through
                    self.catalog.change(f"UPDATE {TABLE} SET alive = clock_timestamp() WHERE holder = {quoted(self._me)}")
                    self._beaten = now


@contextmanager
def catalog_lease(
    reach: Callable[[], Catalog], what: str, wait: float, limits: LeaseConfig | None, fence: Callable[[str | None], None]
) -> Iterator[Leases]:
    """Hold the whole of a lake. `fence`: see `Leases`.

    Raises StoreBusy with the names of those who are at work if it is not free within `wait` seconds.
    """
    with _leases(reach, what, limits, fence) as held:
        held.take_store(wait)
        _alone[held.catalog.name] = held
        try:
            yield held
        finally:
            del _alone[held.catalog.name]


@contextmanager
def catalog_share(
    reach: Callable[[], Catalog],
    what: str,
    wait: float,
    limits: LeaseConfig | None,
    fence: Callable[[str | None], None],
    clock: datetime | None = None,
) -> Iterator[Leases]:
    """Work beside others in a lake: nothing is held yet. `clock`: the moment that the run's looks bear.

    Raises StoreBusy if one run has it all for longer than `wait` seconds.
    """
    with _leases(reach, what, limits, fence, clock) as held:
        held.wait_for_store(wait)
        yield held


@contextmanager
def _leases(
    reach: Callable[[], Catalog],
    what: str,
    limits: LeaseConfig | None,
    fence: Callable[[str | None], None],
    clock: datetime | None = None,
) -> Iterator[Leases]:
    catalog = reach()
    try:
        with Leases(catalog, what, limits or LeaseConfig.model_validate({}), fence, clock) as held:
            yield held
    finally:
        catalog.close()


def catalog_lease_here(name: str) -> Leases | None:
    """The lease on a whole lake that this process holds."""
    return _alone.get(name)


def _free(row: Row, limits: LeaseConfig) -> bool:
    """Whether nobody holds it, or whoever does gave no sign of life for too long."""
    if row.holder is None or row.holder.gone:
        return True
    if row.holder.here and row.holder.pid == os.getpid():
        return row.told not in _told_here  # it could not be given back then
    return row.silent_for > limits.silent.total_seconds()


def _of_this_process(what: str, clock: datetime | None) -> str:
    """What a run of this process tells of itself; no two tell the same."""
    alive = time.monotonic() + next(_tries)  # tells two runs of one process apart
    holder = of_this_process(what, "", alive, clock.isoformat() if clock else "")
    return json.dumps(asdict(holder))


def _clock() -> float:
    return time.clock_gettime(_CLOCK)
