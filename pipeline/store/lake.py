"""A lake (DuckLake): the tables are Parquet files in a folder or a bucket; a database, the catalog, says which of them count.

Every commit is a snapshot of its own, so readers need no published file: what was opened to read stays as it was. A lake keeps
no macros with NULL as a default and no comments on columns of views, so views and macros are defined beside it, in the memory
of the process, once for each. Rows have rowids and every statement of the program runs as it is.

The extensions of DuckDB come as wheels (the extra `lake`), so nothing is downloaded when a lake is opened.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipeline.config import Lake, LeaseConfig, password_of, secrets_of_lake
from pipeline.errors import StoreBusy, StoreError, UsageError, WritethruError
from pipeline.store import objects
from pipeline.store.catalog import STORE, Catalog, catalog_lease, catalog_lease_here, catalog_share
from pipeline.store.database import (
    ALWAYS,
    FILTERED,
    WRITER,
    copy_store,
    first_line,
    migrate_tables,
    quoted,
    schema,
    transaction,
)
from pipeline.store.engines import Embedded, Holding, Share, Whole, beside, no_store
from pipeline.store.failures import leaves
from pipeline.store.leasing import Holder, held_here, holder_of
from pipeline.store.leasing import lease as lease_on
from pipeline.store.moving import transfer

EXTENSIONS = {"postgres": "postgres_scanner", "sqlite": "sqlite_scanner"}  # what DuckDB needs for each kind of catalog
READING = timedelta(days=1)  # so long may somebody read what was opened: files are not removed before
INLINED = 100  # rows of one insert that stay in the catalog, so that small batches make no files
# Of what the extensions bring, what a stranger may call: the history of the store.
HISTORY = frozenset(
    {
        "ducklake_current_snapshot",
        "ducklake_snapshots",
        "ducklake_table_changes",
        "ducklake_table_deletions",
        "ducklake_table_info",
        "ducklake_table_insertions",
        "murmur3_32",
    }
)
# The rest reaches other databases, changes the lake though it looks like a question, or lists names of keys; the last ones run
# a text as SQL.
FORBIDDEN = frozenset(
    {
        "ducklake_add_data_files",
        "ducklake_cleanup_old_files",
        "ducklake_commit",
        "ducklake_delete_orphaned_files",
        "ducklake_expire_snapshots",
        "ducklake_flush_inlined_data",
        "ducklake_last_committed_snapshot",
        "ducklake_list_files",
        "ducklake_merge_adjacent_files",
        "ducklake_options",
        "ducklake_rewrite_data_files",
        "ducklake_scan",
        "ducklake_set_commit_message",
        "ducklake_set_option",
        "ducklake_settings",
        "pg_clear_cache",
        "postgres_attach",
        "postgres_configure_pool",
        "postgres_execute",
        "postgres_hstore_get",
        "postgres_hstore_to_json",
        "postgres_query",
        "postgres_scan",
        "postgres_scan_pushdown",
        "read_postgres_binary",
        "sqlite_attach",
        "sqlite_query",
        "sqlite_scan",
        "duckdb_secrets",
        "which_secret",
        "json_execute_serialized_sql",
        "query",
        "query_table",
    }
)
_TABLES = re.compile(r"\b(FROM|JOIN)\s+(record|derived)\.")
_COMPRESSION = re.compile(r" USING COMPRESSION \w+")
_ABSENT = re.compile(r"creating a new DuckLake is explicitly disabled|database does not exist|unable to open database file")
_COMMENTS = "SELECT schema_name, table_name, comment FROM duckdb_tables() WHERE database_name = 'store' ORDER BY ALL"
_GONE = re.compile(
    r"server closed the connection|terminating connection|connection refused|no connection to the server|unable to connect"
    r"|could not (?:connect|send|receive)|the database system is"
    r"|current transaction is aborted",  # said of what is asked next
    re.IGNORECASE,
)
_BUSY = re.compile(r"Could not set lock|already attached by|Unique file handle|database is locked", re.IGNORECASE)
KEPT = 4  # instances that a process keeps for what it opens next: each has views, macros and extensions loaded
_idle: dict[tuple[int, bool, Lake], duckdb.DuckDBPyConnection] = {}  # by process: a fork must not touch its parent's


class InLake:
    """One lake."""

    def __init__(self, lake: Lake):
        self.lake = lake

    @property
    def name(self) -> str:
        return self.lake.name

    def exists(self) -> bool:
        try:
            self.close_to_read(self.open_to_read(), calm=True)
        except UsageError:
            return False
        return True

    # ---- opening and closing

    def mark(self) -> None:
        """Others may write at any time."""

    def open(
        self,
        now: datetime,
        ours: Callable[[], None],
        to_itself: Callable[[], AbstractContextManager[None]] = nullcontext,
        *,
        as_left: bool = False,
    ) -> duckdb.DuckDBPyConnection:
        for folder in self._made_here():
            folder.mkdir(parents=True, exist_ok=True)
        with self._told_plainly():
            return self._opened(now, ours, to_itself)

    def _opened(
        self, now: datetime, ours: Callable[[], None], to_itself: Callable[[], AbstractContextManager[None]]
    ) -> duckdb.DuckDBPyConnection:
        con = self._attached_or_made(to_itself)
        try:
            ours()
            if _applied(con) != set(schema().migrations):
                with to_itself():
                    migrate_tables(con, now, _without_compression)
                    con.execute(f"CALL store.set_option('data_inlining_row_limit', {INLINED})")
            _define_beside(con)
        except BaseException:
            con.close()
            raise
        return con

    def open_to_read(self, snapshot: Path | None = None) -> duckdb.DuckDBPyConnection:
        if self.lake.kind != "postgres" and not Path(self.lake.catalog).exists():
            raise UsageError(no_store(self.name))
        with self._told_plainly():
            return self._opened_to_read()

    def _opened_to_read(self) -> duckdb.DuckDBPyConnection:
        con = self._attached(read_only=True)
        try:
            con.execute("BEGIN")  # all that is asked is asked of one state
            applied = _applied(con)
            if not applied:
                raise UsageError(no_store(self.name))
            if lacking := sorted(set(schema().migrations) ^ applied):
                raise StoreError(
                    f"{self.name}: the store and this program differ by {lacking[-1]}: {_advice(lacking, applied)}"
                )
            _define_beside(con)
        except BaseException:
            con.close()
            raise
        return con

    def close(self, con: duckdb.DuckDBPyConnection, *, calm: bool) -> None:
        self._give_back(con, read_only=False, calm=calm)

    def close_to_read(self, con: duckdb.DuckDBPyConnection, *, calm: bool) -> None:
        with suppress(duckdb.Error):  # of a query that failed: nothing was written
            con.execute("ROLLBACK")
        self._give_back(con, read_only=True, calm=calm)

    def _attached_or_made(self, to_itself: Callable[[], AbstractContextManager[None]]) -> duckdb.DuckDBPyConnection:
        """A lake that is not there is made by one run: two would be in each other's way in the catalog.

        One in a bucket is made after a look at the bucket: the catalog would note any name and be found wrong later.
        """
        with suppress(UsageError):
            return self._attached(read_only=False, make=False)
        with to_itself():
            with suppress(UsageError):  # another run has made it meanwhile
                return self._attached(read_only=False, make=False)
            if self.lake.objects is not None:
                self._claim()
            return self._attached(read_only=False)

    def _claim(self) -> None:
        with closing(self._instance(read_only=False)) as con:
            self._tell_secrets(con, "store")
            try:
                objects.claim(con, self.lake)
            except StoreError:
                if not self.exists():  # else another run made it meanwhile
                    raise

    def _attached(self, *, read_only: bool, make: bool = True) -> duckdb.DuckDBPyConnection:
        con = _idle.pop((os.getpid(), read_only, self.lake), None) or self._instance(read_only)
        try:
            self._attach(con, "store", read_only, make=make)
            con.execute("SET search_path = 'store.main,memory.main'")
        except BaseException:
            con.close()
            raise
        return con

    def _attach(self, con: duckdb.DuckDBPyConnection, name: str, read_only: bool, *, make: bool = True) -> None:
        self._tell_secrets(con, name)
        options = [f"DATA_PATH {quoted(self.lake.data)}", *(["READ_ONLY"] if read_only else [])]
        if not make:
            options.append("CREATE_IF_NOT_EXISTS false")
        if self.lake.kind != "postgres":
            options.append("OVERRIDE_DATA_PATH true")  # a folder with all of it may be copied and moved; of many machines not
        if self.lake.kind == "sqlite":
            options.append("META_JOURNAL_MODE 'WAL'")  # a reader does not keep the writer waiting
        if self.lake.password is not None:
            options.append("META_SECRET 'lake_catalog'")
        try:
            con.execute(f"ATTACH {quoted(self.name)} AS {name} ({', '.join(options)})")
        except (duckdb.Error, RuntimeError) as e:
            raise self._unopened(e) from None

    def _instance(self, read_only: bool) -> duckdb.DuckDBPyConnection:
        con = duckdb.connect(":memory:", config=ALWAYS if read_only else WRITER)
        con.execute(f"SET dynamic_or_filter_threshold = {FILTERED}")
        try:
            self._equip(con)
        except BaseException:
            con.close()
            raise
        return con

    def _equip(self, con: duckdb.DuckDBPyConnection) -> None:
        """The extensions that it takes to reach the lake."""
        for extension in ("ducklake", *(e for kind, e in EXTENSIONS.items() if kind == self.lake.kind)):
            _load(con, extension)
        if self.lake.objects is not None:
            _load(con, objects.EXTENSION)
            objects.prepare(con, self.lake.objects)

    def _tell_secrets(self, con: duckdb.DuckDBPyConnection, name: str) -> None:
        self._tell_password(con)
        if self.lake.objects is not None:
            objects.tell_keys(con, self.lake, f"{name}_data")

    def _tell_password(self, con: duckdb.DuckDBPyConnection) -> None:
        """Where errors and lists do not show it. Asked for anew at each opening: it may have become another."""
        if (password := password_of(self.lake)) is not None:
            con.execute(f"CREATE OR REPLACE TEMPORARY SECRET lake_catalog (TYPE postgres, PASSWORD {quoted(password)})")

    def attach_beside(self, con: duckdb.DuckDBPyConnection) -> None:
        self._equip(con)
        self._attach(con, "source", read_only=True)

    def _give_back(self, con: duckdb.DuckDBPyConnection, *, read_only: bool, calm: bool) -> None:
        if not calm:
            con.close()
            return
        con.execute("USE memory.main")
        con.execute("DETACH store")
        _keep((os.getpid(), read_only, self.lake), con)

    def _unopened(self, e: Exception) -> StoreBusy | StoreError | UsageError:
        if _ABSENT.search(str(e)):
            return UsageError(no_store(self.name))
        if _BUSY.search(str(e)):
            return StoreBusy(self.name, "another process, or this one")
        told = first_line(e)
        for secret in secrets_of_lake(self.lake):
            told = told.replace(secret, "***")
        return StoreError(f"{self.name} cannot be opened: {told}")

    def _made_here(self) -> list[Path]:
        """Folders of this machine that must be there."""
        files = [] if self.lake.kind == "postgres" else [Path(self.lake.catalog).parent]
        return [*files, *([] if self.lake.objects else [Path(self.lake.data)])]

    # ---- what readers see

    def folders(self) -> tuple[str, ...]:
        return (objects.folder(self.lake) if self.lake.objects else self.lake.data,)

    def forbidden(self) -> frozenset[str]:
        return FORBIDDEN | {name.removeprefix("ducklake_") for name in FORBIDDEN}  # a lake has them under the short names, too

    def publish(self, snapshot: Path, ours: Callable[[], None]) -> str:
        """Nothing to do: readers of a lake see what was committed last."""
        return self.name

    def tidy(self, now: datetime, history: timedelta | None, ours: Callable[[], None]) -> None:
        con = self.open(now, ours)
        calm = False
        try:
            con.execute("CALL ducklake_flush_inlined_data('store')")
            con.execute("CALL ducklake_merge_adjacent_files('store')")
            if history is not None:
                con.execute(f"CALL ducklake_expire_snapshots('store', older_than => TIMESTAMPTZ '{now - history}')")
                con.execute(f"CALL ducklake_cleanup_old_files('store', older_than => TIMESTAMPTZ '{now - READING}')")
                self._delete_what_killed_runs_left(con, now - max(history, READING))
            calm = True
        finally:
            self.close(con, calm=calm)

    def _delete_what_killed_runs_left(self, con: duckdb.DuckDBPyConnection, before: datetime) -> None:
        """Files of no state. Younger ones stay: a run may be at work, and a catalog that is put back finds its files."""
        with objects.listing(con) if self.lake.objects else nullcontext():
            con.execute(f"CALL ducklake_delete_orphaned_files('store', older_than => TIMESTAMPTZ '{before}')")

    def size(self, con: duckdb.DuckDBPyConnection) -> int:
        """Of the Parquet files that count now; what older snapshots hold beside them comes on top."""
        sizes = con.execute("SELECT file_size_bytes, delete_file_size_bytes FROM ducklake_table_info('store')").fetchall()
        return sum(size or 0 for row in sizes for size in row)

    # ---- copies

    def back_up(self, target: Path, now: datetime) -> dict[str, int]:
        """As a DuckDB file: it opens wherever DuckDB does, without the lake."""
        with TemporaryDirectory() as folder:
            part = Embedded(Path(folder, target.name))
            transfer(self, part, now, lambda: None)
            return copy_store(part.path, target)

    def restore(self, copy: Path, now: datetime, ours: Callable[[], None]) -> dict[str, int]:
        """What stood here is what an earlier snapshot of the lake shows."""
        with TemporaryDirectory() as folder:
            ready = Embedded(Path(folder, copy.name))
            counts = copy_store(copy, ready.path)
            ready.close(ready.open(now, ours), calm=True)
            transfer(ready, self, now, ours, replace=True)
            return counts

    # ---- the lease

    @contextmanager
    def lease(self, what: str, wait: float, limits: LeaseConfig | None) -> Iterator[Holding]:
        with self._told_plainly(), self._lease(what, wait, limits) as held:
            yield held

    def _lease(self, what: str, wait: float, limits: LeaseConfig | None) -> AbstractContextManager[Holding]:
        if self.lake.kind == "postgres":
            return catalog_lease(self.catalog, what, wait, limits, self._fence)
        return lease_on(Path(self.lake.catalog), what, wait, limits)

    @contextmanager
    def shared(self, what: str, wait: float, limits: LeaseConfig | None, clock: datetime | None = None) -> Iterator[Share]:
        if self.lake.kind != "postgres":
            with self.lease(what, wait, limits) as held:
                yield Whole(held)
            return
        with self._told_plainly(), catalog_share(self.catalog, what, wait, limits, self._fence, clock) as share:
            yield share

    @contextmanager
    def aside(self, what: str, wait: float, limits: LeaseConfig | None, clock: datetime | None = None) -> Iterator[Share]:
        if self.lake.kind != "postgres":
            with lease_on(beside(Path(self.lake.catalog), what), what, wait, limits) as held:
                yield Whole(held)
            return
        with self.shared(what, wait, limits, clock) as share:
            share.take_within([what], wait)
            yield share

    @contextmanager
    def _told_plainly(self) -> Iterator[None]:
        """A catalog or a bucket that is gone in the middle is no error of the program."""
        try:
            yield
        except (duckdb.Error, RuntimeError, ExceptionGroup) as error:
            if told_already := next((e for e in leaves(error) if isinstance(e, WritethruError)), None):
                raise told_already from None
            if told := self.trouble(error):
                raise told from error
            raise

    def trouble(self, error: BaseException) -> StoreError | None:
        if not isinstance(error, duckdb.Error | RuntimeError | ExceptionGroup):
            return None
        within = list(leaves(error))
        if any(isinstance(e, WritethruError) for e in within):  # it is told already
            return None
        for e in within:
            if not isinstance(e, duckdb.Error | RuntimeError):
                continue
            if told := objects.trouble(self.lake, e, secrets_of_lake(self.lake)):
                return told
            if _GONE.search(str(e)):
                again = "What was committed is kept. When the catalog answers again, run the same command again"
                return StoreError(f"{self.name}: the catalog does not answer ({first_line(e)}). {again}")
        return None

    def held_here(self) -> Holding | None:
        if self.lake.kind == "postgres":
            return catalog_lease_here(self.name)
        return held_here(Path(self.lake.catalog))

    def holders(self) -> dict[str, Holder]:
        if self.lake.kind == "postgres":
            with closing(self.catalog()) as catalog:
                return catalog.holders()
        holder = holder_of(Path(self.lake.catalog))
        return {STORE: holder} if holder else {}

    def catalog(self) -> Catalog:
        """The catalog's database itself. To load what the lake's tables need takes longer than all that is asked of it."""
        con = duckdb.connect(":memory:", config=WRITER)
        try:
            _load(con, EXTENSIONS["postgres"])
            self._tell_password(con)
            secret = ", SECRET 'lake_catalog'" if self.lake.password is not None else ""
            con.execute(f"ATTACH {quoted(self.lake.catalog)} AS catalog (TYPE postgres{secret})")
        except (duckdb.Error, RuntimeError, StoreError) as e:
            con.close()
            raise (e if isinstance(e, StoreError) else self._unopened(e)) from None
        return Catalog(self.name, con)

    def _fence(self, turn: str | None) -> None:
        """Make every commit impossible that another began: none holds against a change of a table that it writes to.

        `turn`: only of what is written in that turn.
        """
        con = self._attached(read_only=False)
        try:
            with transaction(con):
                for part, table, comment in con.execute(_COMMENTS).fetchall():
                    if turn is None or part == turn:
                        con.execute(f"COMMENT ON TABLE {part}.{table} IS {quoted(comment or '')}")
        finally:
            con.close()


def _keep(key: tuple[int, bool, Lake], con: duckdb.DuckDBPyConnection) -> None:
    """Keep an instance; of too many the one that was kept first goes."""
    if (other := _idle.pop(key, None)) is not None:
        other.close()
    _idle[key] = con
    mine = [k for k in _idle if k[0] == key[0]]
    for k in mine[: max(0, len(mine) - KEPT)]:
        _idle.pop(k).close()


def _load(con: duckdb.DuckDBPyConnection, extension: str) -> None:
    """Load an extension from its wheel, else from where DuckDB keeps those that a person installed."""
    found = find_spec(f"duckdb_extension_{extension}")
    where = Path(found.origin).parent / "extensions" / f"v{duckdb.__version__}" if found and found.origin else None
    file = where / f"{extension}.duckdb_extension" if where else None
    try:
        con.execute(f"LOAD {quoted(str(file))}" if file and file.exists() else f"LOAD {extension}")
    except duckdb.Error as e:
        told = f"a store in a lake needs DuckDB's extension {extension} for version {duckdb.__version__}"
        raise StoreError(f"{told}: pip install 'writethru[lake]' ({first_line(e)})") from None


def _applied(con: duckdb.DuckDBPyConnection) -> set[str]:
    """The migrations that a lake has had."""
    try:
        return {name for (name,) in con.execute("SELECT name FROM store.main.migration").fetchall()}
    except duckdb.CatalogException:
        return set()


def _advice(differing: list[str], applied: set[str]) -> str:
    newer = any(name in applied for name in differing)
    return "use a newer writethru" if newer else "any command that writes brings the store up to date"


def _define_beside(con: duckdb.DuckDBPyConnection) -> None:
    """Views and macros, in the memory of an instance that has none yet."""
    if con.execute("SELECT true FROM duckdb_views() WHERE database_name = 'memory' AND view_name = 'versions'").fetchall():
        return
    con.execute("USE memory.main")
    for text in schema().definitions:
        con.execute(_TABLES.sub(r"\1 store.\2.", text))
    con.execute("SET search_path = 'store.main,memory.main'")


def _without_compression(text: str) -> str:
    """A migration without how DuckDB's own file is to press a column: Parquet has its own ways."""
    return _COMPRESSION.sub("", text)
