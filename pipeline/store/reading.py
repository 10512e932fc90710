"""Reading: what lists, `why`, `sql` and reports show. Nothing here writes."""

import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from pipeline.errors import QueryError, UsageError
from pipeline.store.database import first_line, query, read
from pipeline.store.engines import Engine

# what `why` can explain: the prefix of the id, the view and its key, the columns that lead on to other ids
EXPLAINED: dict[str, tuple[str, str]] = {
    "ver": ("versions", "version_id"),
    "rev": ("revisions", "revision_id"),
    "edt": ("edits", "edit_id"),
    "lnk": ("story_articles", "link_id"),
    "clm": ("claims", "claim_id"),
    "chg": ("changes", "change_id"),
    "qua": ("quarantine", "quarantine_id"),
    "art": ("articles", "article_id"),
    "sto": ("stories", "story_id"),
    "fet": ("fetches", "fetch_id"),
    "fed": ("feeds", "feed_id"),
    "dec": ("decisions", "decision_id"),
    "pro": ("proposals", "proposal_id"),
}


READS = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
WRITING = frozenset({"copy", "export"})  # what writes files
MEMORY, SPACE = "2GB", "2GB"  # of a stranger's query: in memory, and on the disk for what does not fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The result of a query: column names, their types, and the rows."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    cut: bool = False  # there were more rows than asked for

    def dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Reading:
    """The part of the store that people read."""

    con: duckdb.DuckDBPyConnection
    engine: Engine
    _calm: bool  # False once the connection is fit for nothing but what it was opened for

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """All that is read inside is read of one state, whatever others write meanwhile. Nothing may be written inside."""
        self.con.execute("BEGIN")
        try:
            yield
        finally:
            with suppress(duckdb.Error):  # of a dead database: what happened before is what counts
                self.con.execute("ROLLBACK")

    def lock_down(self, target: Path | None = None) -> None:
        """From here on SQL can read the store and nothing else: no files (but for `target`), no network, no settings; memory
        and space for what does not fit it are bounded. Cannot be undone."""
        self._calm = False
        self.con.execute(f"SET memory_limit = '{MEMORY}'")
        self.con.execute(f"SET max_temp_directory_size = '{SPACE}'")
        if target is not None:
            self.con.execute("SET allowed_paths = [$path]", {"path": str(target)})
        if folders := self.engine.folders():
            self.con.execute("SET allowed_directories = $folders::JSON::VARCHAR[]", {"folders": json.dumps(folders)})
        self.con.execute("SET enable_external_access = false")
        self.con.execute("SET lock_configuration = true")

    def ask(self, sql: str, parameters: Mapping[str, object] | None = None, most: int | None = None) -> Rows:
        """The result of one statement, at most `most` rows of it. Raises QueryError with the database's own words."""
        with self._as_query_errors():
            cursor = self.con.execute(sql, dict(parameters or {}))
            described = cursor.description or []
            rows = [] if not described else cursor.fetchall() if most is None else cursor.fetchmany(most + 1)
            return Rows(
                columns=tuple(d[0] for d in described),
                types=tuple(str(d[1]) for d in described),
                rows=rows if most is None else rows[:most],
                cut=most is not None and len(rows) > most,
            )

    def ask_safely(self, sql: str, *, most: int | None = None, seconds: float | None = None) -> Rows:
        """The result of a stranger's SQL: one statement that only reads, stopped after `seconds`. Raises QueryError."""
        self.lock_down()
        statement = self._one_question(sql)
        with self._stopped_after(seconds):
            return self.ask(statement, most=most)

    def write_parquet(self, sql: str, target: Path, *, seconds: float | None = None) -> int:
        """Write the result of a stranger's SQL to a Parquet file, whole or not at all; returns the number of rows.

        Raises QueryError, and UsageError if the file cannot be written.
        """
        part = target.absolute().with_name(f".{target.name}.part")
        try:
            part.write_bytes(b"")  # DuckDB's own message would be about a permission
        except OSError as e:
            raise UsageError(f"{target}: cannot be written: {e.strerror}") from None
        try:
            self.lock_down(part)
            quoted = str(part).replace("'", "''")
            copy = f"COPY (\n{self._one_question(sql)}\n) TO '{quoted}' (FORMAT parquet, USE_TMP_FILE false)"
            with self._stopped_after(seconds):
                count = self.ask(copy).rows[0][0]
            os.replace(part, target)
            return int(count)
        finally:
            part.unlink(missing_ok=True)

    def _one_question(self, sql: str) -> str:
        """The one statement of a text, if it only reads. Raises QueryError."""
        with self._as_query_errors():
            statements = self.con.extract_statements(sql)
        if len(statements) != 1:
            told = "there is no statement" if not statements else f"these are {len(statements)} statements"
            raise QueryError(f"{told}: write one (a PIVOT counts as two unless it says IN (...))")
        if statements[0].type not in READS:
            raise QueryError(
                f"only questions can be asked here: SELECT, FROM, WITH, DESCRIBE ... ({_kind(statements[0])} is none)"
            )
        text = statements[0].query.strip().removesuffix(";")
        if beyond := _called(text, self.engine.forbidden()):
            raise QueryError(f"{beyond} cannot be used here: it reaches further than the store")
        return text

    @contextmanager
    def _as_query_errors(self) -> Iterator[None]:
        """What the database says against a query is the asker's to read; what it says of storage that is away is not."""
        try:
            yield
        except (duckdb.Error, RuntimeError) as e:
            if told := self.engine.trouble(e):
                raise told from None
            raise QueryError(first_line(e) if isinstance(e, RuntimeError) else str(e).strip()) from None

    @contextmanager
    def _stopped_after(self, seconds: float | None) -> Iterator[None]:
        """What runs inside is interrupted after a time. Raises QueryError that says so."""
        timer = threading.Timer(seconds, self.con.interrupt) if seconds else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            yield
        except QueryError as e:
            if "INTERRUPT" in str(e).upper():
                raise QueryError(f"stopped after {seconds:g} seconds: ask for less, or allow more with --timeout") from None
            raise
        finally:
            if timer:
                timer.cancel()

    def listing(self, name: str, filters: Mapping[str, object]) -> Rows:
        """The rows of `sql/queries/list_<name>.sql`; every filter that is None lets all pass."""
        return self.ask(query(f"list_{name}"), filters)

    def explain(self, identifier: str) -> tuple[str, dict[str, Any]]:
        """(view, row) of anything that has an id; an unambiguous beginning of the id is enough. Raises UsageError."""
        prefix = identifier.partition("_")[0]
        if prefix not in EXPLAINED:
            raise UsageError(f"{identifier}: not an id. Ids begin with one of: " + ", ".join(f"{p}_" for p in EXPLAINED))
        view, key = EXPLAINED[prefix]
        rows = read(self.con, f"SELECT * FROM {view} WHERE starts_with({key}, $id) ORDER BY {key} LIMIT 2", {"id": identifier})
        if not rows:
            raise UsageError(f"{identifier}: nothing in the store has this id")
        if len(rows) > 1:
            raise UsageError(f"{identifier}: more than one id begins so; write more of it")
        return view, rows[0]

    def rows(self, name: str, parameters: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        """The rows of `sql/queries/<name>.sql`, times aware."""
        return read(self.con, query(name), parameters)

    def counts(self, views: Sequence[str]) -> dict[str, int]:
        """How many rows each of the views has."""
        return {v: self.con.execute(f'SELECT count(*) FROM "{v}"').fetchall()[0][0] for v in views}

    def last_seen(self) -> datetime | None:
        """The end of the last look at anything: what the store knows of."""
        row = read(
            self.con,
            "SELECT greatest((SELECT max(fetched_at) FROM record.fetch), (SELECT max(seen_at) FROM record.appearance)) AS t",
        )
        return row[0]["t"]


def _called(text: str, names: frozenset[str]) -> str | None:
    """The first of these functions that a query calls, however it is written."""
    if not names:
        return None
    written = text.encode("utf8")
    starts = [at for at, _ in duckdb.tokenize(text)]
    tokens = [_bare(written[at:end]) for at, end in pairwise([*starts, len(written)])]
    writing = (
        [t for t in tokens if t in WRITING] if tokens[0] == "explain" else []
    )  # EXPLAIN ANALYZE carries out what it explains
    called = [token for token, after in pairwise(tokens) if token in names and after.startswith("(")]
    return next(iter(called + writing), None)


def _bare(token: bytes) -> str:
    """A name as it is meant, without what follows it: blanks and comments."""
    return token.split(b"--")[0].split(b"/*")[0].decode("utf8").strip().strip('"').lower()


def _kind(statement: duckdb.Statement) -> str:
    """INSERT, SET ..."""
    return str(statement.type).rpartition(".")[2]
