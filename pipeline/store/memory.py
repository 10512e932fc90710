"""What the linker and the ledgers remember: bytes in pieces, each with a kind and a number."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence

import duckdb

MOST = 4_000_000  # bytes that one statement writes
FEW = 3  # pieces that are read as quickly without asking for their rows first
SHAPE = '[{"k":"VARCHAR","n":"UBIGINT","d":"VARCHAR"}]'


class Memory:
    """The pieces of one name. What is asked for stands in the text of a query: as parameters it would cost four times more."""

    def __init__(self, con: duckdb.DuckDBPyConnection, name: str):
        """`name` and all kinds are ours: letters, digits, blanks and underscores."""
        self.con, self.name = con, name

    def read(self, kind: str, numbers: Sequence[int] | None) -> dict[int, bytes]:
        """Those of a kind that have these numbers, as far as there are any; all if None."""
        if numbers is not None and not numbers:
            return {}
        found = f"FROM derived.memory WHERE name = '{self.name}' AND kind = '{kind}'{_among(numbers)}"
        if numbers is not None and len(numbers) > FEW:
            found = f"FROM derived.memory WHERE rowid IN (SELECT rowid {found})"  # so that no other data is read
        return dict(self.con.execute(f"SELECT number, data {found}").fetchall())

    def read_whole(self, kinds: Sequence[str]) -> dict[str, dict[int, bytes]]:
        """All pieces of some kinds."""
        named = ", ".join(f"'{kind}'" for kind in kinds)
        sql = f"SELECT kind, number, data FROM derived.memory WHERE name = '{self.name}' AND kind IN ({named})"
        out: dict[str, dict[int, bytes]] = {kind: {} for kind in kinds}
        for kind, number, data in self.con.execute(sql).fetchall():
            out[kind][number] = data
        return out

    def write(self, gone: Mapping[str, Sequence[int]], come: Mapping[str, Mapping[int, bytes]]) -> None:
        """Remove pieces, and add those that come."""
        if gone:
            named = " OR ".join(f"(kind = '{kind}'{_among(numbers)})" for kind, numbers in sorted(gone.items()))
            self.con.execute(f"DELETE FROM derived.memory WHERE name = '{self.name}' AND ({named})")
        sql = (
            f"INSERT INTO derived.memory SELECT '{self.name}', r.k, r.n, from_base64(r.d) "
            f"FROM (SELECT unnest(from_json_strict($rows, '{SHAPE}')) AS r)"
        )
        for rows in _parts(come):
            self.con.execute(sql, {"rows": rows})

    def forget(self) -> None:
        """Remove all pieces."""
        self.con.execute(f"DELETE FROM derived.memory WHERE name = '{self.name}'")


def _among(numbers: Sequence[int] | None) -> str:
    return "" if numbers is None else f" AND number IN ({', '.join(map(str, numbers))})"


def _parts(come: Mapping[str, Mapping[int, bytes]]) -> Iterator[str]:
    """Pieces as JSON rows, some megabytes at a time."""
    rows, size = [], 0
    for kind, number, data in ((k, n, data) for k, pieces in sorted(come.items()) for n, data in sorted(pieces.items())):
        rows.append({"k": kind, "n": number, "d": base64.b64encode(data).decode("ascii")})
        size += len(data)
        if size > MOST:
            yield json.dumps(rows)
            rows, size = [], 0
    if rows:
        yield json.dumps(rows)
