"""SQL for people: every question of sql/questions has its answer on the demo's store; no SQL reaches further than the store.

The answers are checked against what the recorded story says (seeds/demo), not against what a judgement happens to give today.
"""

import csv
import io
import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from engines import of_a_file

from pipeline.cli import run
from pipeline.errors import QueryError
from pipeline.journey import ask
from pipeline.store import Store

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "sql" / "questions").glob("*.sql"))
Answer = list[dict[str, Any]]


def _texts(rows: Answer, column: str) -> str:
    return " | ".join(str(r[column]) for r in rows)


ANSWERS: dict[str, Callable[[Answer], bool]] = {
    "01": lambda r: "Polder Courier" in _texts(r, "outlet") and "hard deadline" in _texts(r, "sentence"),
    "02": lambda r: len(r) > 50 and all(x["before"] != x["after"] for x in r),
    "03": lambda r: [x["value"] for x in r if x["value"] != "20 point"] == ["28 point", "19 point", "22 point"],
    "04": lambda r: len(r) == 10 and all(x["silent_edits"] <= x["meaningful_edits"] for x in r),
    "05": lambda r: len(r) >= 5 and all(x["corrected_at"] - x["first_seen_at"] == x["after_time"] for x in r),
    "06": lambda r: len(r) > 40 and all(str(x["seen_at"]) <= "2025-11-24 12:00:00" for x in r),
    "07": lambda r: r[0]["value"] == "28 point" and all(x["without_copies"] <= x["outlets"] for x in r),
    "08": lambda r: {"gone", "paywall"} <= {x["kind"] for x in r},
    "09": lambda r: (r[0]["outlet"], str(r[0]["first_seen"])) == ("The Meridian Post", "2025-11-24 06:00:00") and len(r) > 5,
    "10": lambda r: "Danube Kurier" in _texts(r, "outlet") and all("28" in x["sentence"] for x in r),
    "11": lambda r: len(r) > 10 and {str(x["detected_at"])[:10] for x in r} == {"2025-11-24"},
    "12": lambda r: all(x["against"] for x in r) and any("20" in x["now"] and x["their_value"] == "19" for x in r),
    "13": lambda r: "19 people" in _texts(r, "after") and "16 people" in _texts(r, "before"),
    "14": lambda r: "Ukraine has agreed to peace deal, U.S. official says" in _texts(r, "before"),
    "15": lambda r: "may continue in the coming days" in _texts(r, "after"),
    "16": lambda r: "at once" in _texts(r, "after") and len(r) > 5,
    "17": lambda r: "did not immediately respond" in _texts(r, "removed"),
    "18": lambda r: len(r) > 10 and all(x["reason"] for x in r),
    "19": lambda r: [x["event"] for x in r].count("version") > 3 and r[0]["seen_at"] < r[-1]["seen_at"],
    "20": lambda r: (r[0]["source_outlet"], r[0]["copied_by"]) == ("Canal Wire", "Aspen Digest"),
    "21": lambda r: {x["outlet"]: x for x in r}["Potomac Ledger"]["unnamed"] > 20,
    "22": lambda r: len(r) == 20 and all(x["attributed_to"] for x in r),
    "23": lambda r: {x["verdict"] for x in r} >= {"suppressed", "repeats"} and sum(x["statements"] for x in r) > 100,
    "24": lambda r: len(r) > 3 and [x["score"] for x in r] == sorted(x["score"] for x in r),
    "25": lambda r: len(r) > 20 and sum(x["changes"] for x in r) > 100 and sum(x["silent_edits"] for x in r) > 50,
    "26": lambda r: len(r) > 10 and all("600,000" in x["sentence"] or "800,000" in x["sentence"] for x in r),
    "27": lambda r: ("28 point", "19 point") in {(x["said_then"], x["says_now"]) for x in r},
    "28": lambda r: len(r) > 5 and len({x["aspect"] for x in r}) > 2,
    "29": lambda r: len(r) >= 3 and all(0 < x["edits"] >= x["silent"] for x in r),
    "30": lambda r: any(x["outlet"] == "Aspen Digest" and x["beginning"].startswith("What we know") for x in r),
}  # fmt: skip


def test_there_are_enough_questions_and_each_has_a_checked_answer():
    """A question without a check would be a promise that nobody keeps."""
    assert [f.name[:2] for f in FILES] == sorted(ANSWERS)
    assert len(FILES) >= 20


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_question_is_answered(settings, file):
    """Each question runs as it stands on the demo's store, and its answer is the right one."""
    text = file.read_text(encoding="utf8")
    assert text.startswith("-- ") and text.splitlines()[0].rstrip(")").rstrip().endswith(("?", ".", "do"))
    rows = ask(settings, text).dicts()
    assert rows and ANSWERS[file.name[:2]](rows), rows[:5]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_an_answer_has_an_order_of_its_own(settings, file):
    """Asked twice, a question gives the same rows in the same order."""
    text = file.read_text(encoding="utf8")
    assert ask(settings, text).rows == ask(settings, text).rows


def test_every_view_column_and_macro_is_described_in_the_database(settings):
    """COMMENT ON is there for whoever opens the file with another client."""
    silent = "SELECT {0} FROM {1}() WHERE NOT internal AND comment IS NULL AND schema_name = 'main' AND {2}"
    assert ask(settings, silent.format("view_name", "duckdb_views", "true")).rows == []
    views = "table_name IN (SELECT view_name FROM duckdb_views() WHERE NOT internal)"
    assert ask(settings, silent.format("table_name || '.' || column_name", "duckdb_columns", views)).rows == []
    assert ask(settings, silent.format("function_name", "duckdb_functions", "function_type = 'table_macro'")).rows == []


# ---- what a stranger's SQL cannot do -------------------------------------------------------------------------------------

LOOKS = [
    *("DESCRIBE versions", "SHOW TABLES", "SUMMARIZE edits", "FROM stories", "TABLE stories", "VALUES (1)"),
    *("EXPLAIN FROM edits", "PIVOT edits ON kind IN ('number', 'date') USING count(*)"),
]
ENDLESS = [
    "SELECT count(*) FROM range(100000000000) AS a, range(1000000) AS b",
    "SELECT * FROM range(100000000000) ORDER BY hash(range)",
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
]
HOSTILE = [
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM read_blob('{secret}')",
    "SELECT * FROM read_csv('{secret}')",
    "SELECT * FROM read_csv_auto('{secret}')",
    "SELECT * FROM read_json('{secret}')",
    "SELECT * FROM read_ndjson_objects('{secret}')",
    "SELECT * FROM read_parquet('{secret}')",
    "SELECT * FROM parquet_metadata('{secret}')",
    "SELECT * FROM sniff_csv('{secret}')",
    "SELECT * FROM glob('{folder}/*')",
    "FROM '{secret}'",
    "FROM '{secret}.csv'",
    "SELECT * FROM '{folder}/*.csv'",
    "SELECT * FROM query('SELECT * FROM read_text(''{secret}'')')",
    "SELECT * FROM query_table('{secret}')",
    "WITH x AS (SELECT * FROM read_text('{secret}')) FROM x",
    "SELECT (SELECT content FROM read_text('{secret}'))",
    "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
    "SELECT * FROM 'https://127.0.0.1:9/x.parquet'",
    "SELECT getenv('HOME')",
    "SELECT getvariable('x') || getenv('PATH')",
    "COPY (SELECT 1) TO '{folder}/out.csv'",
    "COPY versions TO '{folder}/out.parquet' (FORMAT parquet)",
    "COPY versions FROM '{secret}'",
    "EXPORT DATABASE '{folder}/out'",
    "IMPORT DATABASE '{folder}'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{folder}/out.csv'",
    "ATTACH '{folder}/other.duckdb'",
    "ATTACH '{folder}/other.duckdb' AS other (READ_ONLY)",
    "ATTACH ':memory:' AS elsewhere",
    "DETACH store",
    "USE memory",
    "INSTALL httpfs",
    "INSTALL 'httpfs' FROM 'http://127.0.0.1:9'",
    "LOAD httpfs",
    "LOAD '{folder}/evil.duckdb_extension'",
    "SET enable_external_access = true",
    "SET GLOBAL enable_external_access = true",
    "RESET enable_external_access",
    "SET lock_configuration = false",
    "SET allowed_directories = ['/']",
    "SET memory_limit = '99GB'",
    "SET threads = 64",
    "SET VARIABLE x = 1",
    "PRAGMA enable_external_access = true",
    "PRAGMA memory_limit = '99GB'",
    "PRAGMA enable_profiling",
    "PRAGMA disable_checkpoint_on_shutdown",
    "PRAGMA import_database('{folder}')",
    "CALL pragma_version()",
    "CALL force_checkpoint()",
    "CHECKPOINT",
    "VACUUM",
    "BEGIN",
    "CREATE TABLE x AS SELECT 1",
    "CREATE TEMP TABLE x AS SELECT 1",
    "CREATE TEMP VIEW x AS SELECT * FROM read_text('{secret}')",
    "CREATE OR REPLACE TEMP MACRO as_of(ts) AS TABLE SELECT * FROM read_text('{secret}')",
    "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
    "DROP VIEW versions",
    "ALTER TABLE record.version ADD COLUMN x INT",
    "INSERT INTO record.version SELECT * FROM record.version",
    "UPDATE record.version SET text = ''",
    "DELETE FROM record.version",
    "TRUNCATE record.version",
    "MERGE INTO record.version AS t USING (SELECT 1) AS s ON true WHEN MATCHED THEN DELETE",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "SELECT 1; DELETE FROM record.version",
    "SELECT 1; SELECT * FROM read_text('{secret}')",
    "SELECT 1;;SELECT 2",
    "SELECT 1) TO '{folder}/out.csv' (FORMAT csv); --",
    "",
    " ; ",
    "\n-- only a comment",
    "SELEC 1",
    "SELECT '",
    "\x00SELECT 1",
]  # fmt: skip


@pytest.mark.parametrize("parquet", [False, True], ids=["rows", "parquet"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_sql_reads_and_writes_nothing(settings, tmp_path, text, parquet, capsys):
    """Neither files nor the network nor settings nor the environment can be reached, and nothing can be written."""
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "secret").write_text("the secret of the house", encoding="utf8")
    (kept / "secret.csv").write_text("a,b\nthe secret of the house,1\n", encoding="utf8")
    sql = text.format(secret=kept / "secret", folder=kept)
    out = tmp_path / "out.parquet"
    options = ["--format", "parquet", "--output", str(out)] if parquet else ["--format", "json"]
    assert run(["sql", sql, "--config", str(settings.db.with_name("writethru.toml")), *options]) == 2
    told = capsys.readouterr()
    assert told.err.startswith("writethru: ") and not told.out
    assert "the secret of the house" not in told.err and "Traceback" not in told.err
    assert sorted(p.name for p in kept.iterdir()) == ["secret", "secret.csv"]
    assert [p.name for p in tmp_path.iterdir()] == ["kept"]


def test_a_question_in_a_comment_or_with_a_semicolon_is_one_question(settings):
    """What people paste: a head comment, a semicolon, a comment after it."""
    assert ask(settings, "-- how many?\nSELECT count(*) AS n FROM versions; -- that is all\n").rows[0][0] > 100


@pytest.mark.parametrize(
    "text",
    [
        "DESCRIBE versions",
        "SHOW TABLES",
        "SUMMARIZE edits",
        "FROM stories",
        "TABLE stories",
        "VALUES (1)",
        "EXPLAIN FROM edits",
    ],
)
def test_looking_around_is_allowed(settings, text):
    """The ways to find out what is there."""
    assert ask(settings, text).rows


@pytest.mark.parametrize(
    "text",
    [
        "SELECT count(*) FROM range(100000000000) AS a, range(1000000) AS b",
        "SELECT * FROM range(100000000000) ORDER BY hash(range)",
    ],
)
def test_an_endless_question_is_stopped(settings, text):
    """After the time that is allowed, with a sentence that says what to do."""
    begin = time.monotonic()
    with pytest.raises(QueryError, match=r"stopped after|emory|temp"):
        ask(settings, text, seconds=0.5)
    assert time.monotonic() - begin < 60


def test_more_rows_than_wanted_are_cut_and_told(settings, capsys):
    """The limit is said on standard error, so that it never looks like the whole."""
    assert (
        run(
            [
                "sql",
                "FROM range(100)",
                "--limit",
                "7",
                "--format",
                "csv",
                "--config",
                str(settings.db.with_name("writethru.toml")),
            ]
        )
        == 0
    )
    told = capsys.readouterr()
    assert told.out.split() == ["range", *map(str, range(7))]
    assert "more than 7 rows" in told.err and "--limit 0" in told.err
    assert run(["sql", "FROM range(7)", "--limit", "7", "--config", str(settings.db.with_name("writethru.toml"))]) == 0
    assert not capsys.readouterr().err


@of_a_file
def test_sql_is_answered_while_a_run_holds_the_store(settings, tmp_path):
    """The published snapshot is asked: it does not matter who writes."""
    held = settings.model_copy(update={"db": tmp_path / "held.duckdb", "snapshot": settings.snapshot_file})
    held.db.write_bytes(settings.db.read_bytes())
    with Store(held.db, now=datetime(2026, 1, 1, tzinfo=UTC)) as store, store.transaction():
        store.con.execute("DELETE FROM derived.change")
        assert ask(held, "SELECT count(*) FROM changes").rows[0][0] > 100


# ---- forms ---------------------------------------------------------------------------------------------------------------

ODD = """SELECT 'a' AS "naïve name", TIMESTAMP '2025-11-24 06:00' AS at, [1, 2] AS list, {'k': 'v'} AS struct,
    1.50::DECIMAL(9,2) AS money, DATE '2025-11-24' AS day, INTERVAL 90 MINUTE AS span, NULL AS nothing, true AS flag,
    '=1+1' AS formula, e'line\\none' AS lines"""


def test_every_form_of_a_result_says_the_same(settings, tmp_path, capsys):
    """table, json, csv and parquet hold the odd types as their readers expect them."""
    said = {}
    for form in ("table", "json", "csv"):
        assert run(["sql", ODD, "--format", form, "--config", str(settings.db.with_name("writethru.toml"))]) == 0
        said[form] = capsys.readouterr().out
    row = json.loads(said["json"])[0]
    assert (row["naïve name"], row["at"], row["list"], row["struct"]) == ("a", "2025-11-24T06:00:00Z", [1, 2], {"k": "v"})
    assert (row["money"], row["nothing"], row["flag"], row["lines"]) == (1.5, None, True, "line\none")
    cells = next(csv.DictReader(io.StringIO(said["csv"])))
    assert (cells["formula"], cells["at"], cells["list"]) == ("'=1+1", "2025-11-24T06:00:00Z", "[1, 2]")
    assert "06:00" in said["table"] and "[1, 2]" in said["table"]
    out = tmp_path / "it's out.parquet"
    assert (
        run(["sql", ODD, "--format", "parquet", "-o", str(out), "--config", str(settings.db.with_name("writethru.toml"))]) == 0
    )
    back = duckdb.connect().execute('SELECT struct.k, list, "at", span FROM read_parquet($f)', {"f": str(out)}).fetchall()
    assert back[0][0] == "v" and back[0][1] == [1, 2] and str(back[0][2]) == "2025-11-24 06:00:00"


@pytest.mark.parametrize("text", ["=1", "+1", "-1 x", "@x", " =1", "\t=1", "\n=1", "\r1", "＝1", "\u00a0=1", '=cmd|"/c x"!A1'])
def test_no_cell_of_csv_is_a_formula(settings, text, capsys):
    """Whatever stands before it, a text that a spreadsheet would compute gets an apostrophe; a number stays a number."""
    literal = text.replace("'", "''")
    query = f"SELECT '{literal}' AS cell, -1 AS number"
    assert run(["sql", query, "--format", "csv", "--config", str(settings.db.with_name("writethru.toml"))]) == 0
    [row] = csv.DictReader(io.StringIO(capsys.readouterr().out, newline=""))
    assert row["cell"].startswith("'") and row["number"] == "-1"


def test_a_parquet_file_is_whole_or_not_there(settings, tmp_path, capsys):
    """A query that fails half-way leaves what was there before, and nothing beside it."""
    out = tmp_path / "out.parquet"
    out.write_bytes(b"what was there")
    failing = "SELECT CASE WHEN range = 999999 THEN error('late') ELSE range END AS n FROM range(1000000)"
    assert (
        run(["sql", failing, "--format", "parquet", "-o", str(out), "--config", str(settings.db.with_name("writethru.toml"))])
        == 2
    )
    assert out.read_bytes() == b"what was there" and os.listdir(tmp_path) == ["out.parquet"]
    assert (
        run(
            [
                "sql",
                "SELECT 1",
                "--format",
                "parquet",
                "-o",
                str(tmp_path / "no" / "x"),
                "--config",
                str(settings.db.with_name("writethru.toml")),
            ]
        )
        == 2
    )
    assert "cannot be written" in capsys.readouterr().err
