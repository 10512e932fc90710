"""A store in a lake: the same program, the same rows; readers, copies, secrets and the lease as the engine has them."""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from engines import PASSWORD, server, store_lines

from pipeline import journey
from pipeline.cli import run
from pipeline.config import LeaseConfig, Settings, load_settings, secrets_of
from pipeline.errors import ConfigError, QueryError, StoreBusy, StoreError, UsageError
from pipeline.journey.stages import ended
from pipeline.store import check_files, compare, engine_of, lease
from pipeline.store.database import ALWAYS, sql_folder
from pipeline.store.lake import FORBIDDEN, HISTORY, _load

extension = pytest.importorskip("duckdb_extension_ducklake", reason="the extra `lake` is not installed")
if not Path(extension.__file__).with_name("extensions").joinpath(f"v{duckdb.__version__}").exists():
    pytest.skip(f"the extra `lake` is not for DuckDB {duckdb.__version__}", allow_module_level=True)

DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
STORIES = """\
[[story]]
slug = "harbour-talks"
title = "Harbour talks"
match = ["harbour talks", "harbour"]
[[story.aspect]]
name = "open points"
about = "how many points are open"
"""
OUTLETS = ("The Daily Tern", "Plover Post", "Curlew News")
KINDS = ("sqlite", "postgres")
WHOLE = KINDS if "WRITETHRU_NIGHTLY" in os.environ else KINDS[1:]  # those of which every row and page is compared


def observations(file: Path) -> Path:
    """Three outlets on one matter over a day: figures change, a text returns, a page is gone, one text bears a NUL."""
    lines = []
    for n, outlet in enumerate(OUTLETS):
        for step, points in enumerate((12, 12, 9, 12)):
            seen = DAY + HOUR * (3 * step + n)
            text = [
                f"The harbour talks went on, the mediator Ana Kelso told {outlet}.",
                f"There are {points} open points, she said on Monday.",
                "The port authority did not comment\x00 on the harbour talks.",
            ]
            line = {"at": seen.isoformat(), "url": f"https://{n}.example/harbour", "outlet": outlet, "title": "Harbour talks"}
            lines.append(line | {"paragraphs": text, "byline": "Quill O'Neil"})
        lines.append({"at": (DAY + 20 * HOUR).isoformat(), "url": f"https://{n}.example/harbour", "status": 404})
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf8")
    return file


def home(folder: Path, kind: str) -> Settings:
    """Settings of a store of that kind, with one watched story."""
    folder.mkdir()
    (folder / "writethru.toml").write_text(store_lines(folder, kind), encoding="utf8")
    (folder / "feeds.toml").write_text("", encoding="utf8")
    (folder / "stories.toml").write_text(STORIES, encoding="utf8")
    return load_settings(folder / "writethru.toml")


def fill(settings: Settings, file: Path) -> None:
    """Import, track and report."""
    journey.import_files(settings, [file], DAY + 24 * HOUR)
    journey.track(settings, DAY + 24 * HOUR)
    journey.report(settings, DAY + 24 * HOUR)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Settings]:
    """The same observations in a file, in a lake with a SQLite catalog, and in one with PostgreSQL."""
    folder = tmp_path_factory.mktemp("stores")
    file = observations(folder / "looks.jsonl")
    made = {kind: home(folder / (kind or "file"), kind) for kind in ("", *KINDS)}
    for settings in made.values():
        fill(settings, file)
    return made


def pages(settings: Settings) -> dict[str, str]:
    """What the reports say, but for the page of health: it tells how much space the store takes."""
    files = [f for f in sorted(settings.reports.rglob("*.*")) if f.name != "health.html"]
    return {str(f.relative_to(settings.reports)): f.read_text("utf8") for f in files}


@pytest.mark.parametrize("kind", WHOLE)
def test_every_table_view_and_page_is_that_of_a_file(stores, kind):
    """Row for row, and byte for byte."""
    proofs = compare(engine_of(stores[""].place), engine_of(stores[kind].place))
    assert [p.name for p in proofs if not p.equal] == []
    assert {p.name: p.rows for p in proofs}["versions"] == 6 and {p.name: p.rows for p in proofs}["changes"] > 0
    assert pages(stores[kind]) == pages(stores[""])
    assert set(ended(stores[kind].db)) == set(ended(stores[""].db)) >= {"import", "track", "report"}  # what `status` goes by


@pytest.mark.parametrize("kind", WHOLE)
def test_every_check_question_and_macro_says_what_it_says_of_a_file(stores, kind):
    """What people ask in SQL needs no other form."""
    folder = Path(__file__).parents[1] / "sql" / "questions"
    asked = [text for _, text in check_files()] + [f.read_text("utf8") for f in sorted(folder.glob("*.sql"))]
    asked += ["FROM as_of('2026-03-02 13:00')", "FROM history('https://0.example/harbour')", "FROM timeline('harbour-talks')"]
    asked += ["SELECT comment FROM duckdb_columns() WHERE table_name = 'versions' AND column_name = 'seen_at'"]
    with journey.reading(stores[""]) as here, journey.reading(stores[kind]) as there:
        for sql in asked:
            assert sorted(there.ask(sql).rows, key=str) == sorted(here.ask(sql).rows, key=str), sql


@pytest.mark.parametrize("kind", WHOLE)
def test_a_store_goes_into_a_lake_and_back_and_nothing_is_other(stores, tmp_path, capsys, kind):
    """migrate-store tells every table and view with its rows here and there, and what to write into the settings."""
    lake = {key: value for key, value in (line.split(" = ") for line in store_lines(tmp_path, kind).splitlines())}
    target, data = lake["store"].strip('"'), lake["data"].strip('"')
    more = ["--store-password", f"env:{PASSWORD}"] if kind == "postgres" else []
    config = str(stores[""].db.with_name("writethru.toml"))
    assert run(["migrate-store", target, "--data", data, *more, "--config", config]) == 0
    told = capsys.readouterr().out
    assert "equal, row for row" in told and "DIFFERS" not in told and f'store = "{target}"' in told
    assert any(line.split()[:3] == ["versions", "6", "6"] for line in told.splitlines())
    (tmp_path / "writethru.toml").write_text("".join(f"{k} = {v}\n" for k, v in lake.items()), encoding="utf8")
    back = tmp_path / "back.duckdb"
    assert run(["migrate-store", str(back), "--config", str(tmp_path / "writethru.toml")]) == 0
    assert f'db = "{back}"' in capsys.readouterr().out
    proofs = compare(engine_of(stores[""].place), engine_of(back))
    assert [p.name for p in proofs if not p.equal] == []


def test_a_store_is_moved_to_an_empty_place_only(stores, tmp_path):
    """What is there already is not mixed with what comes; a place is not moved onto itself."""
    with pytest.raises(StoreError, match="there are rows already"):
        journey.migrate_store(stores[""], stores["sqlite"], DAY)
    with pytest.raises(UsageError, match="is there already"):
        journey.migrate_store(stores["sqlite"], stores["sqlite"], DAY)


@pytest.mark.parametrize("kind", KINDS)
def test_who_reads_sees_one_state_while_another_writes(tmp_path, kind):
    """What is opened to read does not move; what is opened after a commit has it."""
    settings, hold = (
        home(tmp_path / "home", kind),
        "INSERT INTO record.hold VALUES ('tern.example', TIMESTAMP '2027-01-01', 'x')",
    )
    with pytest.raises(UsageError, match="there is no store yet"), journey.reading(settings):
        pass
    with journey.writing(settings, "test", DAY) as store:
        with store.transaction():
            store.con.execute(hold)
        with journey.reading(settings) as reader:
            assert len(reader.ask("FROM record.hold").rows) == 1
            with store.transaction():
                store.con.execute(hold)
            assert len(reader.ask("FROM record.hold").rows) == 1
        with journey.reading(settings) as reader:
            assert len(reader.ask("FROM record.hold").rows) == 2


def test_a_backup_of_a_lake_is_a_file_that_a_lake_or_a_file_takes_back(stores, tmp_path):
    """As a DuckDB file it needs no lake to be read; what it replaced in a lake, the lake's history still has."""
    copy = tmp_path / "copy.duckdb"
    journey.backup(stores["sqlite"], DAY, copy)
    assert [p.name for p in compare(engine_of(stores[""].place), engine_of(copy)) if not p.equal] == []
    settings = home(tmp_path / "home", "sqlite")
    with journey.writing(settings, "test", DAY) as store, store.transaction():
        store.con.execute("INSERT INTO record.hold VALUES ('tern.example', TIMESTAMP '2027-01-01', 'x')")
    before = journey.ask(settings, "SELECT max(snapshot_id) FROM ducklake_snapshots('store')").rows[0][0]
    journey.restore(settings, DAY, copy)
    assert [p.name for p in compare(engine_of(copy), engine_of(settings.place)) if not p.equal] == []
    assert len(journey.ask(settings, f"FROM record.hold AT (VERSION => {before})").rows) == 1


def test_a_lake_is_put_in_order_and_says_the_same(stores, tmp_path):
    """Rows of small batches become files; earlier states stand for ever, or for as long as the settings say."""
    settings = home(tmp_path / "home", "sqlite")
    filled = stores["sqlite"].db.parent
    shutil.copytree(filled, tmp_path / "home", dirs_exist_ok=True, ignore=shutil.ignore_patterns("writethru.toml"))
    states = "SELECT count(*) FROM ducklake_snapshots('store')"
    before = journey.ask(settings, states).rows[0][0]
    files = Path(settings.data, "record", "appearance")
    assert not list(files.glob("*.parquet"))
    with lease(settings.place, "test") as held:
        engine_of(settings.place).tidy(datetime.now(UTC), None, held.check)
    assert list(files.glob("*.parquet"))
    assert journey.ask(settings, states).rows[0][0] > before
    with lease(settings.place, "test") as held:
        engine_of(settings.place).tidy(datetime.now(UTC), timedelta(0), held.check)
    assert journey.ask(settings, states).rows == [(1,)]
    assert [p.name for p in compare(engine_of(stores[""].place), engine_of(settings.place)) if not p.equal] == []
    with journey.reading(settings) as store:
        assert store.size() > 1000


# ---- secrets, and what a stranger may ask ----------------------------------------------------------------------------------


def test_a_password_stands_in_no_setting_error_or_table(tmp_path, monkeypatch, capsys, caplog):
    """It is named by its place; wrong, absent or right, nobody reads it in what the program says."""
    settings = home(tmp_path / "home", "postgres")
    config, secret = str(tmp_path / "home" / "writethru.toml"), os.environ[PASSWORD]
    assert run(["verify", "--config", config]) == 2  # there is no store yet
    assert run(["import", str(observations(tmp_path / "o.jsonl")), "--config", config]) == 0
    with journey.reading(settings) as store:
        shown = [store.ask(f"FROM {f}()").rows for f in ("duckdb_secrets", "duckdb_databases", "duckdb_settings")]
    assert secret not in str(shown) and secret in secrets_of(settings, feeds=True) and secret not in repr(settings)
    (tmp_path / "password").write_text(secret + "\n", encoding="ascii")
    there = {"store_password": f"file:{tmp_path / 'password'}"}
    assert engine_of(load_settings(Path(config), there).place).exists()
    monkeypatch.setenv(PASSWORD, "wrong-word")
    assert run(["verify", "--config", config]) == 74
    monkeypatch.delenv(PASSWORD)
    assert run(["verify", "--config", config]) == 2
    printed = capsys.readouterr()
    assert all(word not in printed.out + printed.err + caplog.text for word in (secret, "wrong-word"))
    assert "store_password" in printed.err


@pytest.mark.parametrize(
    "where", ["dbname=x password=very-secret", "dbname=x PASSWORD = 'very-secret'", "//me:very-secret@host/x"]
)
def test_a_password_in_the_setting_is_refused_and_not_repeated(tmp_path, where):
    """The message says where it belongs."""
    (tmp_path / "writethru.toml").write_text(f'store = "ducklake:postgres:{where}"\n', encoding="utf8")
    with pytest.raises(ConfigError, match="store_password") as refused:
        load_settings(tmp_path / "writethru.toml")
    assert "very-secret" not in str(refused.value)


@pytest.mark.parametrize(
    "sql",
    [
        "FROM postgres_query('store', 'SELECT 1')",
        "SELECT * FROM \"Postgres_Scan\" /* a comment */ ('host=127.0.0.1', 'public', 'x')",
        "FROM query('FROM postgres_' || 'query(1)')",
        "SELECT 1 WHERE EXISTS (FROM ducklake_expire_snapshots('store', versions => [1]))",
        "FROM json_execute_serialized_sql('{}')",
        "FROM store.set_option('data_inlining_row_limit', 3)",
        "FROM store.merge_adjacent_files()",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{data}/x.parquet'",
    ],
)
def test_a_stranger_cannot_reach_further_than_the_store(stores, sql):
    """What the lake's extensions bring, and what could hide their names, is refused before it runs."""
    with pytest.raises(QueryError, match="cannot be used here"):
        journey.ask(stores["sqlite"], sql.replace("{data}", str(stores["sqlite"].data)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_stranger_can_read_the_store_and_its_history_and_no_other_file(stores, kind):
    """Time travel and the change feed are questions; other files are closed."""
    assert journey.ask(stores[kind], "SELECT count(*) FROM versions").rows == [(6,)]
    assert journey.ask(stores[kind], "SELECT count(*) > 3 FROM ducklake_snapshots('store')").rows == [(True,)]
    feed = "SELECT count(*) FROM ducklake_table_changes('store', 'record', 'version', 0, 100000) WHERE change_type = 'insert'"
    with pytest.raises(QueryError, match="snapshot"):
        journey.ask(stores[kind], feed)
    newest = journey.ask(stores[kind], "SELECT max(snapshot_id) FROM ducklake_snapshots('store')").rows[0][0]
    assert journey.ask(stores[kind], feed.replace("100000", str(newest))).rows == [(6,)]
    assert journey.ask(stores[kind], "SELECT count(*) FROM record.version AT (VERSION => 7)").rows == [(0,)]
    with pytest.raises(QueryError, match="disabled by configuration"):
        journey.ask(stores[kind], "FROM read_text('/etc/hostname')")


@pytest.mark.parametrize("kind", KINDS)
def test_the_questions_about_a_lakes_history_have_answers(stores, kind):
    """As they stand: commits, time travel and the change feed."""
    found = {}
    for file in sorted((sql_folder() / "questions" / "lake").glob("*.sql")):
        found[file.stem[0]] = journey.ask(stores[kind], file.read_text(encoding="utf8")).rows
    assert [row[0] for row in found["1"]] == sorted((row[0] for row in found["1"]), reverse=True)
    assert {row[1] for row in found["2"]} == {"insert"} and len(found["2"]) == 6
    assert found["3"][0][0] in (0, 6)
    lines = [row[2] for row in found["4"] if row[1] == "insert"]
    assert lines and set(lines) == {row[0] for row in journey.ask(stores[kind], "SELECT change_id FROM changes").rows}


def test_each_function_of_the_extensions_is_allowed_or_forbidden_by_name():
    """A newer extension that brings more is noticed here."""
    con = duckdb.connect(":memory:", config=ALWAYS)
    asked = "SELECT function_name FROM duckdb_functions()"
    before = set(con.execute(asked).fetchall())
    for extension in ("ducklake", "postgres_scanner", "sqlite_scanner"):
        _load(con, extension)
    brought = {name for (name,) in set(con.execute(asked).fetchall()) - before}
    assert brought <= HISTORY | FORBIDDEN and not HISTORY & FORBIDDEN


# ---- the lease of a catalog ------------------------------------------------------------------------------------------------

HOLDER = """
import sys, time
from datetime import datetime, UTC
from pathlib import Path
from pipeline import journey
from pipeline.config import load_settings
settings = load_settings(Path(sys.argv[1]))
with journey.writing(settings, "test", datetime(2026, 3, 2, tzinfo=UTC)) as store:
    with store.transaction():
        store.con.execute("INSERT INTO record.hold VALUES ('tern.example', TIMESTAMP '2027-01-01', 'x')")
        print("held", flush=True)
        sys.stdin.readline()
"""


def holding(settings: Settings) -> subprocess.Popen[str]:
    """A process that holds the store, with a row written and not committed, until it is told to go on."""
    command = [sys.executable, "-c", HOLDER, str(settings.db.with_name("writethru.toml"))]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "held\n"
    return process


def test_a_second_run_is_told_who_holds_the_lake(tmp_path):
    """By number, machine and command; who waits gets it when it is given back."""
    settings = home(tmp_path / "home", "postgres")
    process = holding(settings)
    try:
        with pytest.raises(StoreBusy, match=f"process {process.pid} .*writethru test"), lease(settings.place, "second"):
            pass
        assert {name: h.pid for name, h in engine_of(settings.place).holders().items()} == {"store": process.pid}
        process.communicate("go on\n", timeout=60)
        with lease(settings.place, "second", wait=30.0) as held:
            held.check()
        assert engine_of(settings.place).holders() == {}
        assert journey.ask(settings, "SELECT count(*) FROM record.hold").rows == [(1,)]
    finally:
        process.kill()
        process.wait()


def test_a_killed_run_is_followed_at_once_and_left_nothing(tmp_path):
    """Its number tells that its process is gone; what it had not committed is not there."""
    settings = home(tmp_path / "home", "postgres")
    process = holding(settings)
    process.kill()
    process.wait()
    with journey.writing(settings, "second", DAY) as store:
        assert store.ask("FROM record.hold").rows == []


def test_a_run_that_is_followed_elsewhere_commits_nothing_when_it_wakes(tmp_path):
    """One that cannot be ended, as on another machine: the fence stands in its way, whatever it believes."""
    settings = home(tmp_path / "home", "postgres")
    limits = LeaseConfig.model_validate({"silent": "2s"})
    process = holding(settings)
    try:
        os.kill(process.pid, signal.SIGSTOP)
        with closing(engine_of(settings.place).catalog()) as catalog:  # as if it ran where its number means nothing
            told = """replace(holder, '"machine": "', '"machine": "elsewhere')"""
            catalog.run(f"UPDATE writethru_lease SET holder = {told}")
        with lease(settings.place, "heir", wait=20.0, limits=limits) as held:
            held.check()
            os.kill(process.pid, signal.SIGCONT)
            _, error = process.communicate("go on\n", timeout=60)
            assert process.returncode != 0 and "LeaseLost" in error, error
        assert journey.ask(settings, "SELECT count(*) FROM record.hold").rows == [(0,)]
    finally:
        process.kill()
        process.wait()


def test_a_catalog_that_restarts_in_the_middle_costs_a_run_and_no_row(stores, tmp_path):
    """What was committed is there, what was not is not; the same run again gives what a run without trouble gives."""
    settings, file = home(tmp_path / "home", "postgres"), observations(tmp_path / "looks.jsonl")
    with pytest.raises(StoreError, match="does not answer"), journey.writing(settings, "test", DAY) as store:
        with store.transaction():
            store.con.execute("INSERT INTO record.hold VALUES ('kept.example', TIMESTAMP '2027-01-01', 'x')")
        with store.transaction():
            store.con.execute("INSERT INTO record.hold VALUES ('lost.example', TIMESTAMP '2027-01-01', 'x')")
            server().stop()
    server().start()
    assert journey.ask(settings, "SELECT host FROM record.hold").rows == [("kept.example",)]
    with journey.writing(settings, "test", DAY) as store, store.transaction():
        store.con.execute("DELETE FROM record.hold")
    fill(settings, file)
    assert [p.name for p in compare(engine_of(stores[""].place), engine_of(settings.place)) if not p.equal] == []
