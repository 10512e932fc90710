"""The DuckDB file itself: opening, migrating, batches in one transaction, the lease, the snapshot. Knows nothing of news."""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock, Timeout

from pipeline.errors import StoreBusy, StoreError
from pipeline.store.failures import damage_advice, must_be_whole, told_plainly

# 1.5.5's own default would silently ignore `USING COMPRESSION zstd`; with this both 1.5 and 2.0 read the file.
STORAGE_VERSION = "v1.5.0"
_HOLDER = re.compile(r"held in (.+?) \(PID (\d+)\)")


def sql_folder() -> Path:
    """Where the SQL files are: inside the installed package, else beside it in a checkout."""
    inside = Path(__file__).parents[1] / "_sql"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "sql"


@cache
def query(name: str) -> str:
    """The text of `sql/queries/<name>.sql`."""
    return (sql_folder() / "queries" / f"{name}.sql").read_text(encoding="utf8")


def connect(path: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a store's file. Raises StoreBusy if another process holds it, StoreError if it is not a DuckDB file."""
    config: dict[str, str | bool | int | float | list[str]] = {}
    config["autoinstall_known_extensions"] = config["autoload_known_extensions"] = False
    if not read_only:
        config["storage_compatibility_version"] = STORAGE_VERSION
    try:
        return duckdb.connect(str(path), read_only=read_only, config=config)
    except duckdb.Error as e:
        if m := _HOLDER.search(str(e)):
            raise StoreBusy(path, f"process {m[2]} ({m[1]})") from None
        raise StoreError(f"{path} cannot be opened: {first_line(e)}{damage_advice(path, str(e))}") from None


def first_line(e: Exception) -> str:
    return str(e).strip().splitlines()[0] if str(e).strip() else type(e).__name__


# ---- the lease: one writer at a time, and its name -----------------------------------------------------------------------


@contextmanager
def lease(path: Path, what: str, wait: float = 0.0) -> Iterator[None]:
    """Hold the right to write to a store. Ends with the process, however that ends.

    Raises StoreBusy with the holder's name if it is not free within `wait` seconds, StoreError if the disk is full.
    """
    lock, note = FileLock(f"{path}.lock"), Path(f"{path}.holder")
    with told_plainly(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=wait, poll_interval=0.1)
        except Timeout:
            raise StoreBusy(path, _holder(note)) from None
        try:
            note.write_text(json.dumps({"pid": os.getpid(), "command": what}), encoding="utf8")
            yield
        finally:
            note.unlink(missing_ok=True)
            lock.release()


def _holder(note: Path) -> str:
    try:
        told = json.loads(note.read_text(encoding="utf8"))
        return f"process {told['pid']} (writethru {told['command']})"
    except (OSError, ValueError, KeyError):
        return "another process"


# ---- migrations and views ------------------------------------------------------------------------------------------------


def migrate(con: duckdb.DuckDBPyConnection, now: datetime) -> list[str]:
    """Bring the schema up to date: each file in one transaction with the row that says so. Returns the names applied.

    Raises StoreError if the store was written by a newer program.
    """
    files = {f.stem: f for f in sorted((sql_folder() / "migrations").glob("*.sql"))}
    done = _applied(con)
    if newer := sorted(done - set(files)):
        raise StoreError(f"the store has the schema {newer[-1]}, which this program does not know: use a newer writethru")
    todo = [name for name in files if name not in done]
    for name in todo:
        with transaction(con):
            con.execute(files[name].read_text(encoding="utf8"))
            con.execute("INSERT INTO main.migration VALUES ($name, $at)", {"name": name, "at": naive(now)})
    _define(con)
    return todo


def _applied(con: duckdb.DuckDBPyConnection) -> set[str]:
    con.execute("CREATE TABLE IF NOT EXISTS main.migration (name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL)")
    return {name for (name,) in con.execute("SELECT name FROM main.migration").fetchall()}


def _define(con: duckdb.DuckDBPyConnection) -> None:
    """Views and macros are made anew whenever their text differs from what the store holds."""
    files = [f for kind in ("views", "macros") for f in sorted((sql_folder() / kind).glob("*.sql"))]
    texts = [f.read_text(encoding="utf8") for f in files]
    digest = str(hash_of(texts))
    con.execute("CREATE TABLE IF NOT EXISTS main.definition (digest VARCHAR NOT NULL)")
    if con.execute("SELECT digest FROM main.definition").fetchall() == [(digest,)]:
        return
    with transaction(con):
        for text in texts:
            con.execute(text)
        con.execute("DELETE FROM main.definition")
        con.execute("INSERT INTO main.definition VALUES ($digest)", {"digest": digest})


def hash_of(texts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf8")).hexdigest()


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing."""
    con.execute("BEGIN")
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # of a dead database: what happened before is what counts
            con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


# ---- rows in and out -----------------------------------------------------------------------------------------------------


def naive(at: datetime | None) -> datetime | None:
    """Aware to the store's UTC TIMESTAMP."""
    return at.astimezone(UTC).replace(tzinfo=None) if at is not None else None


def aware(at: datetime | None) -> datetime | None:
    """The store's UTC TIMESTAMP to aware."""
    return at.replace(tzinfo=UTC) if at is not None else None


Row = Mapping[str, Any]  # a row of a table: what a database column holds has no static type


class Tables:
    """Writes batches of rows into tables, each batch as one JSON parameter (the fast insert that needs no Arrow)."""

    def __init__(self, con: duckdb.DuckDBPyConnection):
        self.con = con
        self._columns: dict[str, dict[str, str]] = {}

    def columns(self, table: str) -> dict[str, str]:
        """Column -> type of `schema.table`."""
        if table not in self._columns:
            described = self.con.execute(f"SELECT * FROM {table} LIMIT 0").description or []
            self._columns[table] = {column[0]: str(column[1]) for column in described}
        return self._columns[table]

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Append rows."""
        if rows:
            source, parameters = self._source(table, rows)
            self.con.execute(f"INSERT INTO {table} BY NAME {source}", parameters)

    def insert_absent(self, table: str, key: str, rows: Sequence[Row], since: str | None = None) -> None:
        """Append the rows whose key the table does not hold yet; of rows with one key in the batch the first.

        `since` names a time that is part of the key: rows of earlier times are not looked at, however many there are.
        """
        distinct = list({r[key]: r for r in reversed(rows)}.values())[::-1]
        if distinct:
            source, parameters = self._source(table, distinct)
            earliest = f" AND t.\"{since}\" >= '{_plain(min(r[since] for r in distinct))}'" if since else ""
            self.con.execute(
                f'MERGE INTO {table} AS t USING ({source}) AS s ON t."{key}" = s."{key}"{earliest}'
                " WHEN NOT MATCHED THEN INSERT BY NAME",
                parameters,
            )

    def upsert(self, table: str, key: str, rows: Sequence[Row]) -> None:
        """Write rows; those whose key the table holds replace what stands, column by column as far as given."""
        distinct = list({r[key]: r for r in rows}.values())
        if not distinct:
            return
        source, parameters = self._source(table, distinct)
        given = ", ".join(f'"{c}" = s."{c}"' for c in distinct[0] if c != key)
        self.con.execute(
            f'MERGE INTO {table} AS t USING ({source}) AS s ON t."{key}" = s."{key}"'
            f" WHEN MATCHED THEN UPDATE SET {given} WHEN NOT MATCHED THEN INSERT BY NAME",
            parameters,
        )

    def delete(self, table: str, key: str, values: Iterable[str]) -> None:
        """Remove the rows whose key is among the values."""
        wanted = sorted(set(values))
        if wanted:
            named = f'"{key}" IN (SELECT unnest($values::JSON::VARCHAR[]))'
            self.con.execute(f"DELETE FROM {table} WHERE {named}", {"values": _parameter(wanted)})

    def _source(self, table: str, rows: Sequence[Row]) -> tuple[str, dict[str, object]]:
        types = self.columns(table)
        names = list(rows[0])
        shape = json.dumps([{c: types[c] if types[c] != "JSON" else "VARCHAR" for c in names}])
        text = json.dumps([{c: _plain(r[c]) for c in names} for r in rows], ensure_ascii=False)
        cast = ", ".join(f'r."{c}"::JSON AS "{c}"' if types[c] == "JSON" else f'r."{c}" AS "{c}"' for c in names)
        quoted = shape.replace("'", "''")
        return f"SELECT {cast} FROM (SELECT unnest(from_json_strict($rows, '{quoted}')) AS r)", {"rows": text}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
    if isinstance(value, tuple | frozenset | set):
        return [_plain(v) for v in (value if isinstance(value, tuple) else sorted(value))]
    return value


def _parameter(value: object) -> object:
    """As a parameter of a query. For each element of a list DuckDB would look for pandas on the disk: 30 times the cost."""
    if isinstance(value, list | tuple):
        return json.dumps(value)
    return naive(value) if isinstance(value, datetime) else value


def read(con: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries, times aware. Always read to the end: one connection holds one result.

    A list goes in as JSON, so the query says `unnest($name::JSON::VARCHAR[])`.
    """
    cursor = con.execute(sql, {k: _parameter(v) for k, v in (parameters or {}).items()})
    names = [d[0] for d in cursor.description or []]
    return [
        {n: aware(v) if isinstance(v, datetime) else v for n, v in zip(names, row, strict=True)} for row in cursor.fetchall()
    ]


# ---- the snapshot --------------------------------------------------------------------------------------------------------


def publish_snapshot(store: Path, snapshot: Path) -> bool:
    """Copy the closed store to the file that others may open read-only at any time. False if nothing had changed.

    Call with the lease held and the connection closed: a closed store has no write-ahead log, so its file is the whole store.
    Raises StoreError if it has one all the same.
    """
    must_be_whole(store)
    if snapshot.exists() and snapshot.stat().st_mtime_ns >= store.stat().st_mtime_ns:
        return False
    snapshot.parent.mkdir(parents=True, exist_ok=True)
    with _part_of(snapshot) as part:
        shutil.copyfile(store, part)
        os.replace(part, snapshot)
    return True


@contextmanager
def _part_of(target: Path) -> Iterator[Path]:
    """A name to write under before the file takes its own; nothing is left of a copy that failed."""
    part = target.with_name(target.name + ".part")
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def copy_store(store: Path, target: Path) -> dict[str, int]:
    """Copy a closed store to a new file; opened and counted under a temporary name before it takes its own.

    Raises StoreError if the store has a log beside it, or is no store.
    """
    must_be_whole(store)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _part_of(target) as part:
        shutil.copyfile(store, part)
        try:
            counts = _counts(part)
        except (StoreError, duckdb.CatalogException):
            raise StoreError(f"{store}: is damaged, or no store of writethru. Nothing was changed") from None
        os.replace(part, target)
    return counts


def _counts(store: Path) -> dict[str, int]:
    """Rows of the views that tell most about a store."""
    con = connect(store, read_only=True)
    try:
        views = ("feeds", "articles", "versions", "changes")
        return {v: con.execute(f"SELECT count(*) FROM {v}").fetchall()[0][0] for v in views}
    finally:
        con.close()


def check_files() -> list[tuple[str, str]]:
    """(name, SQL) of every check: a query that must return no rows."""
    return [(f.stem, f.read_text(encoding="utf8")) for f in sorted((sql_folder() / "checks").glob("*.sql"))]
