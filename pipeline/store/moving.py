"""A whole store from one place to another, and the proof that both say the same.

The proof is a count and a digest of every table and view: the sum of the SHA-256 of the rows, in four parts, so that it holds
whatever the order of the rows and needs no memory for them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import duckdb

from pipeline.errors import StoreError
from pipeline.store.database import sql_folder, transaction
from pipeline.store.engines import Engine

Con = duckdb.DuckDBPyConnection
PARTS = " || '-' || ".join(f"sum(('0x' || d[{n}:{n + 15}])::UBIGINT)::VARCHAR" for n in (1, 17, 33, 49))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One table or view, here and there."""

    name: str
    rows: int
    rows_there: int
    equal: bool


def transfer(source: Engine, target: Engine, now: datetime, ours: Callable[[], None], *, replace: bool = False) -> None:
    """Write all rows of one store into another, in one transaction.

    The schema of the source must be today's. Raises StoreError if there are rows there already, unless they are to be replaced.
    """
    con = target.open(now, ours)
    calm = False
    try:
        source.attach_beside(con)
        tables = _tables(con)
        if not replace and any(con.execute(f"SELECT true FROM store.{t} LIMIT 1").fetchall() for t in tables):
            raise StoreError(f"{target.name}: there are rows already. A store is moved to a new place only")
        with transaction(con):
            for table in tables:
                if replace:
                    con.execute(f"DELETE FROM store.{table}")
                con.execute(f"INSERT INTO store.{table} BY NAME SELECT * FROM source.{table}")
            ours()
        con.execute("DETACH source")
        calm = True
    finally:
        target.close(con, calm=calm)


def compare(here: Engine, there: Engine) -> list[Proof]:
    """Every table and view of two stores, side by side."""
    ours, theirs = _digests(here), _digests(there)
    return [Proof(name=name, rows=ours[name][0], rows_there=theirs[name][0], equal=ours[name] == theirs[name]) for name in ours]


def _digests(engine: Engine) -> dict[str, tuple[int, str]]:
    con = engine.open_to_read()
    calm = False
    try:
        names = [f.stem for f in sorted((sql_folder() / "views").glob("*.sql"))] + _tables(con)
        found = {name: _digest(con, name) for name in names}
        calm = True
        return found
    finally:
        engine.close_to_read(con, calm=calm)


def _digest(con: Con, name: str) -> tuple[int, str]:
    asked = f"SELECT count(*), {PARTS} FROM (SELECT sha256(to_json(r)::VARCHAR) AS d FROM {name} AS r)"
    rows, digest = con.execute(asked).fetchall()[0]
    return int(rows), str(digest)


def _tables(con: Con) -> list[str]:
    """The tables of the open store, by name."""
    asked = (
        "SELECT schema_name || '.' || table_name FROM duckdb_tables()"
        " WHERE database_name = current_database() AND schema_name IN ('record', 'derived') ORDER BY ALL"
    )
    return [name for (name,) in con.execute(asked).fetchall()]
