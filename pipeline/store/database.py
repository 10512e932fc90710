"""The DuckDB file itself: opening, migrating, batches in one transaction. Knows nothing of news."""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from pipeline.errors import StoreBusy, StoreError
from pipeline.store.failures import damage_advice, must_be_whole, must_not_be_cut_short
from pipeline.store.keys import KEYS, MATCHED, Row
from pipeline.store.leasing import work_goes_on
from pipeline.store.snapshot import HEAD

# 1.5.5's own default would silently ignore `USING COMPRESSION zstd`; with this both 1.5 and 2.0 read the file.
STORAGE_VERSION = "v1.5.0"
FILTERED = 10_000  # rows that a lookup by rowid may find: with more than that (50, if not set) DuckDB reads the whole table
_MANY = 8  # rows, from which on a value that they all have is written once
_SHORT = 200  # characters of such a value
_FEW = 300  # numbers that stand in the text of a query
MOST_HELD = 1_000  # keys that are asked for to tell which rows are new
_HOLDER = re.compile(r"held in (.+?) \(PID (\d+)\)")
# Settings of every instance: no core feature may need an extension that is not in the wheel.
ALWAYS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_persistent_secrets": False,  # of what else DuckDB keeps keys for in a person's home, nothing is used here
}
# One thread: the batches are small, and a second one costs a fifth more CPU than it saves in time.
WRITER = ALWAYS | {"threads": 1}
_idle: dict[int, list[duckdb.DuckDBPyConnection]] = {}  # by process: a fork must not touch its parent's


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
    config = ALWAYS if read_only else ALWAYS | {"storage_compatibility_version": STORAGE_VERSION}
    try:
        return duckdb.connect(str(path), read_only=read_only, config=config)
    except duckdb.Error as e:
        raise _unopened(path, e) from None


def attach(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a store's file for writing, as `connect` does, in an instance of the database that the process keeps.

    To start an instance costs 6 CPU-ms, to attach a file to one that runs 1. `detach` gives it back.
    """
    must_not_be_cut_short(path)
    idle = _idle.setdefault(os.getpid(), [])
    con = idle.pop() if idle else _instance()
    try:
        con.execute(f"ATTACH {quoted(str(path))} AS store (STORAGE_VERSION '{STORAGE_VERSION}')")
    except duckdb.Error as e:
        con.close()
        raise _unopened(path, e) from None
    con.execute("USE store")
    return con


def _instance() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(":memory:", config=WRITER)
    con.execute(f"SET dynamic_or_filter_threshold = {FILTERED}")
    return con


def detach(con: duckdb.DuckDBPyConnection, path: Path, *, calm: bool) -> None:
    """Close a store that `attach` opened: what was committed is in its file then, and others may open it.

    After anything but a `calm` end, or if the log could not be folded into the file, the instance goes with it: after some
    errors DuckDB refuses every further statement.
    """
    if calm:
        con.execute("USE memory")
        con.execute("DETACH store")
    if calm and not path.with_name(path.name + ".wal").exists():
        _idle.setdefault(os.getpid(), []).append(con)
    else:
        con.close()


def mark_of(path: Path) -> tuple[int | bytes, ...] | None:
    """What tells one state of a closed store's file from any other; None if there is none, or it has a log beside it.

    Its first blocks count the checkpoints. Not to be asked while the file is attached: to close it would give up DuckDB's lock.
    """
    try:
        opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        told, head = os.fstat(opened), os.pread(opened, HEAD, 0)
    finally:
        os.close(opened)
    if path.with_name(path.name + ".wal").exists():
        return None
    return told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns, head


def _unopened(path: Path, e: duckdb.Error) -> StoreBusy | StoreError:
    if m := _HOLDER.search(str(e)):
        return StoreBusy(path, f"process {m[2]} ({m[1]})")
    if "already attached" in str(e):
        return StoreBusy(path, "this process itself")
    return StoreError(f"{path} cannot be opened: {first_line(e)}{damage_advice(path, str(e))}")


def quoted(text: str) -> str:
    """A text as SQL has it."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def first_line(e: Exception) -> str:
    return str(e).strip().splitlines()[0] if str(e).strip() else type(e).__name__


# ---- migrations and views ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Schema:
    """What the SQL files define."""

    migrations: Mapping[str, str]  # name -> text, in order
    definitions: Sequence[str]  # of views and macros
    digest: str  # of all of it


@cache
def schema() -> Schema:
    """The schema that this program writes."""
    migrations = {f.stem: f.read_text(encoding="utf8") for f in sorted((sql_folder() / "migrations").glob("*.sql"))}
    files = [f for kind in ("views", "macros") for f in sorted((sql_folder() / kind).glob("*.sql"))]
    texts = [f.read_text(encoding="utf8") for f in files]
    return Schema(migrations, texts, hash_of([*migrations, *migrations.values(), *texts]))


def migrate(con: duckdb.DuckDBPyConnection, now: datetime) -> list[str]:
    """Bring tables, views and macros up to date. Returns the names of the migrations that were applied. Raises StoreError."""
    todo = migrate_tables(con, now)
    _define(con, schema())
    return todo


def migrate_tables(con: duckdb.DuckDBPyConnection, now: datetime, form: Callable[[str], str] = str) -> list[str]:
    """Bring the tables up to date: each file in one transaction with the row that says so. Returns the names applied.

    `form` makes of a file what this database understands. Raises StoreError if the store was written by a newer program.
    """
    wanted = schema()
    done = _applied(con)
    if newer := sorted(done - set(wanted.migrations)):
        raise StoreError(f"the store has the schema {newer[-1]}, which this program does not know: use a newer writethru")
    todo = [name for name in wanted.migrations if name not in done]
    for name in todo:
        with transaction(con):
            con.execute(form(wanted.migrations[name]))
            con.execute("INSERT INTO main.migration VALUES ($name, $at)", {"name": name, "at": naive(now)})
    return todo


def outdated(con: duckdb.DuckDBPyConnection) -> str | None:
    """The newest migration that a store of an earlier program lacks; None for a store that is new or current."""
    wanted = schema()
    done = _applied(con)
    lacking = [name for name in wanted.migrations if name not in done]
    return lacking[-1] if done and lacking and done <= set(wanted.migrations) else None


def is_current(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether there is nothing to migrate. Asked at every opening, so in one small statement: the digest is written last."""
    try:
        return con.execute("SELECT digest FROM main.definition").fetchall() == [(schema().digest,)]
    except duckdb.CatalogException:
        return False


def _applied(con: duckdb.DuckDBPyConnection) -> set[str]:
    con.execute("CREATE TABLE IF NOT EXISTS main.migration (name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL)")
    return {name for (name,) in con.execute("SELECT name FROM main.migration").fetchall()}


def _define(con: duckdb.DuckDBPyConnection, wanted: Schema) -> None:
    """Views and macros are made anew whenever what the SQL files say differs from what the store was made by."""
    con.execute("CREATE TABLE IF NOT EXISTS main.definition (digest VARCHAR NOT NULL)")
    if con.execute("SELECT digest FROM main.definition").fetchall() == [(wanted.digest,)]:
        return
    with transaction(con):
        for text in wanted.definitions:
            con.execute(text)
        con.execute("DELETE FROM main.definition")
        con.execute("INSERT INTO main.definition VALUES ($digest)", {"digest": wanted.digest})


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


_columns: dict[str, dict[str, str]] = {}  # by table, of the schema that this program writes: no other is written to


class Tables:
    """Writes batches of rows into tables, each batch as one JSON parameter (the fast insert that needs no Arrow)."""

    def __init__(self, con: duckdb.DuckDBPyConnection):
        self.con = con

    def columns(self, table: str) -> dict[str, str]:
        """Column -> type of `schema.table`."""
        if table not in _columns:
            described = self.con.execute(f"SELECT * FROM {table} LIMIT 0").description or []
            _columns[table] = {column[0]: str(column[1]) for column in described}
        return _columns[table]

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
        if not distinct:
            return
        earliest = min(r[since] for r in distinct) if since else None
        held = self._held(table, key, distinct, since, earliest)
        if held is not None:
            self.insert(table, [r for r in distinct if r[key] not in held])
            return
        source, parameters = self._source(table, distinct)
        later = f" AND t.\"{since}\" >= '{_plain(earliest)}'" if since else ""
        self.con.execute(
            f"MERGE INTO {table} AS t USING ({source}) AS s ON {_same(table, key)}{later} WHEN NOT MATCHED THEN INSERT BY NAME",
            parameters,
        )

    def _held(self, table: str, key: str, rows: Sequence[Row], since: str | None, earliest: datetime | None) -> set[str] | None:
        """Keys that the table holds of those of the rows, and perhaps more; None if to ask would find too many, or costs more.

        To ask first and then to append costs half of a MERGE.
        """
        number = MATCHED.get((table, key))
        asked = f'SELECT "{key}" FROM {table} WHERE '
        if since:  # a run's own moment is mostly the latest: hardly any row is later
            found = self.con.execute(f"{asked} \"{since}\" >= '{_plain(earliest)}' LIMIT {MOST_HELD + 1}").fetchall()
        elif number:
            listed, given = _listed(KEYS[table][number](r) for r in rows)
            rowids = f'SELECT rowid FROM {table} WHERE "{number}" IN ({listed})'  # first: else the key is read of every row
            found = self.con.execute(f"{asked} rowid IN ({rowids})", _parameters(given)).fetchall()
        else:
            return None
        return {k for (k,) in found} if len(found) <= MOST_HELD or not since else None

    def upsert(self, table: str, key: str, rows: Sequence[Row]) -> None:
        """Write rows; those whose key the table holds replace what stands, column by column as far as given."""
        distinct = list({r[key]: r for r in rows}.values())
        held = self._held(table, key, distinct, None, None) if distinct else None
        if held is not None:
            self.insert(table, [r for r in distinct if r[key] not in held])
            distinct = [r for r in distinct if r[key] in held]
        if not distinct:
            return
        source, parameters = self._source(table, distinct)
        fixed = (key, MATCHED.get((table, key)))
        given = ", ".join(f'"{c}" = s."{c}"' for c in (*distinct[0], *KEYS.get(table, ())) if c not in fixed)
        self.con.execute(
            f"MERGE INTO {table} AS t USING ({source}) AS s ON {_same(table, key)}"
            f" WHEN MATCHED THEN UPDATE SET {given} WHEN NOT MATCHED THEN INSERT BY NAME",
            parameters,
        )

    def change(self, table: str, key: str, rows: Sequence[Row]) -> None:
        """Give rows that the table holds new values in the columns that are given; no other column is written."""
        source, parameters = self._source(table, rows, [c for c in (MATCHED.get((table, key)),) if c])
        given = ", ".join(f'"{c}" = s."{c}"' for c in rows[0] if c != key)
        self.con.execute(f"UPDATE {table} AS t SET {given} FROM ({source}) AS s WHERE {_same(table, key)}", parameters)

    def update(self, table: str, key: str, values: Sequence[str], given: Row, others: Sequence[str] | None = None) -> None:
        """Give all the rows that have these keys the same values in some columns.

        `others`: the keys of all further rows, if they are known: what is shorter is named.
        """
        types = self.columns(table)
        plain = {c: text for c, v in given.items() if (text := _literal(v))}  # in the text: each parameter costs 80 us
        told = ", ".join(f'"{c}" = {plain.get(c, f"${c}")}::{types[c]}' for c in given)
        parameters = {c: v for c, v in given.items() if c not in plain}
        rest = others is not None and len(others) < len(values)
        if named := others if rest else values:
            told += f' WHERE "{key}" {"NOT " if rest else ""}IN (SELECT unnest($these::JSON::VARCHAR[]))'
            parameters["these"] = json.dumps(list(named))
        self.con.execute(f"UPDATE {table} SET {told}", parameters)

    def delete(self, table: str, key: str, values: Iterable[str]) -> None:
        """Remove the rows whose key is among the values."""
        wanted = sorted(set(values))
        if not wanted:
            return
        number = MATCHED.get((table, key))
        named = f'"{number or key}" IN (SELECT unnest($values::JSON::{"UBIGINT" if number else "VARCHAR"}[]))'
        asked = [KEYS[table][number]({key: v}) for v in wanted] if number else wanted
        self.con.execute(f"DELETE FROM {table} WHERE {named}", {"values": json.dumps(asked)})

    def _source(self, table: str, rows: Sequence[Row], numbers: Sequence[str] | None = None) -> tuple[str, dict[str, object]]:
        """A query that gives the rows, with numbers that they are looked up by (all if none are named), its parameter."""
        keys, types = KEYS.get(table, {}), self.columns(table)
        if numbers is not None:
            keys = {c: keys[c] for c in numbers}
        if keys:
            rows = [{**r, **{column: made(r) for column, made in keys.items()}} for r in rows]
        same = {c: _literal(v) for c, v in rows[0].items() if len(rows) >= _MANY and all(r[c] == v for r in rows)}
        told = {c: f"{literal}::{types[c]}" for c, literal in same.items() if literal}
        names = [c for c in rows[0] if c not in told] or list(rows[0])
        shape = json.dumps([{c: types[c] if types[c] != "JSON" else "VARCHAR" for c in names}])
        text = json.dumps([{c: r[c] for c in names} for r in rows], ensure_ascii=False, default=_plain)
        given = {c: f'r."{c}"::JSON' if types[c] == "JSON" else f'r."{c}"' for c in names}
        cast = ", ".join(f'{value} AS "{c}"' for c, value in (told | given).items())
        quoted = shape.replace("'", "''")
        return f"SELECT {cast} FROM (SELECT unnest(from_json_strict($rows, '{quoted}')) AS r)", {"rows": text}


def _literal(value: object) -> str | None:
    """A value that many rows share, as SQL has it: read once then, not once a row. None if it is not of the plainest kind."""
    if value is None:
        return "NULL"
    if isinstance(value, datetime):
        return f"'{_plain(value)}'"
    if isinstance(value, bool | int):
        return str(value)
    plain = isinstance(value, str) and len(value) < _SHORT and value.isascii() and value.isprintable() and "'" not in value
    return f"'{value}'" if plain else None


def _same(table: str, key: str) -> str:
    """The condition of a MERGE that finds a row of the table by its key."""
    column = MATCHED.get((table, key), key)
    return f't."{column}" = s."{column}"'


def _plain(value: object) -> object:
    """What JSON has no form for: a time as the store writes it, a set as a list."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in a row")


def _parameter(value: object) -> object:
    """As a parameter of a query. For each element of a list DuckDB would look for pandas on the disk: 30 times the cost."""
    if isinstance(value, list | tuple):
        return json.dumps(value)
    return naive(value) if isinstance(value, datetime) else value


def _parameters(given: Mapping[str, object]) -> dict[str, object]:
    return {name: _parameter(value) for name, value in given.items()}


def read(con: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries, times aware. Always read to the end: one connection holds one result.

    A list goes in as JSON, so the query says `unnest($name::JSON::VARCHAR[])`.
    """
    work_goes_on()
    cursor = con.execute(sql, _parameters(parameters or {}))
    described = cursor.description or []
    names = [d[0] for d in described]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for name in (d[0] for d in described if str(d[1]) == "TIMESTAMP"):
        for row in rows:
            row[name] = aware(row[name])
    return rows


def keyed(
    con: duckdb.DuckDBPyConnection, name: str, keys: Iterable[int | None], parameters: Mapping[str, object] | None = None
) -> list[dict[str, Any]]:
    """The rows of `sql/queries/<name>.sql` that have one of these numbers (`store.keys`), which it calls `$keys`."""
    listed, given = _listed(keys)
    return read(con, query(name).replace("$keys", listed), {**(parameters or {}), **given}) if listed else []


def _listed(keys: Iterable[int | None]) -> tuple[str, dict[str, object]]:
    """Numbers as SQL has them behind IN: a few as they are, which costs half of a parameter's way; its parameters."""
    numbers = sorted({k for k in keys if k is not None})
    if len(numbers) <= _FEW:
        return ", ".join(map(str, numbers)), {}
    return "SELECT unnest($numbers::JSON::UBIGINT[])", {"numbers": numbers}


# ---- copies and checks -----------------------------------------------------------------------------------------------------


def keep_before(store: Path, migration: str) -> None:
    """Keep a copy of a closed store as it was before a migration, once; dated copies are the backups' business."""
    target = store.with_name(f"{store.stem}.before-{migration}{store.suffix}")
    if not target.exists():
        with _part_of(target) as part:
            _copy_to_disk(store, part)
            os.replace(part, target)


def _copy_to_disk(source: Path, target: Path) -> None:
    """Copy a file; it is on the disk when this returns."""
    shutil.copyfile(source, target)
    with target.open("rb+") as file:
        os.fsync(file.fileno())


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
        _copy_to_disk(store, part)
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
