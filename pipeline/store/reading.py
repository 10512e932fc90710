"""Reading: what lists, `why`, `sql` and reports show. Nothing here writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from pipeline.errors import QueryError, UsageError
from pipeline.store.database import first_line, query, read

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
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The result of a query: column names, their types, and the rows."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Reading:
    """The part of the store that people read."""

    con: duckdb.DuckDBPyConnection

    def lock_down(self) -> None:
        """From here on SQL can read the store and nothing else: no files, no network, no settings. Cannot be undone."""
        self.con.execute("SET enable_external_access = false")
        self.con.execute("SET lock_configuration = true")

    def ask(self, sql: str, parameters: Mapping[str, object] | None = None) -> Rows:
        """The result of one statement. Raises QueryError with the database's own words."""
        try:
            cursor = self.con.execute(sql, dict(parameters or {}))
            described = cursor.description or []
            return Rows(
                columns=tuple(d[0] for d in described),
                types=tuple(str(d[1]) for d in described),
                rows=cursor.fetchall() if described else [],
            )
        except duckdb.Error as e:
            raise QueryError(str(e).strip()) from None
        except RuntimeError as e:
            raise QueryError(first_line(e)) from None

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


def write_rows_as_parquet(rows: Rows, target: Path) -> int:
    """Write a result to a Parquet file; returns the number of rows. Raises UsageError if the file cannot be written."""
    con = duckdb.connect()
    try:
        columns = ", ".join(f'"{c}" {t}' for c, t in zip(rows.columns, rows.types, strict=True))
        con.execute(f"CREATE TABLE result ({columns})")
        if rows.rows:
            con.executemany(f"INSERT INTO result VALUES ({', '.join('?' for _ in rows.columns)})", rows.rows)
        con.execute("COPY result TO $file (FORMAT parquet)".replace("$file", "'" + str(target).replace("'", "''") + "'"))
    except duckdb.IOException as e:
        raise UsageError(f"{target}: cannot be written: {first_line(e)}") from None
    finally:
        con.close()
    return len(rows.rows)
