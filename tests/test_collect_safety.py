"""What is acknowledged is kept and nothing is lost between fetching and writing; one writer at a time; secrets stay secret."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from chaos import Chaos
from collecting import DAY, HOUR, MINUTE, Desk
from world import World

from pipeline import cli
from pipeline.archive import read_archived
from pipeline.store import holder_of

PROGRAM = [sys.executable, "-c", "from pipeline.cli import main; main()"]


@pytest.fixture
def world():
    return World()


def start(desk: Desk, at: datetime) -> subprocess.Popen:
    """`writethru ingest` as a process of its own."""
    arguments = ["ingest", "--quiet", "--config", str(desk.folder / "writethru.toml"), "--now", at.isoformat()]
    return subprocess.Popen([*PROGRAM, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def wait_until(true, process: subprocess.Popen) -> None:
    end = time.monotonic() + 60
    while not true():
        assert process.poll() is None and time.monotonic() < end, "it ended by itself, or took too long"
        time.sleep(0.01)


def kill(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)


def test_a_feed_fetched_by_a_run_that_dies_before_writing_is_read_whole_by_the_next(world, tmp_path):
    """The validator that came with the new item is not kept without the item, so the item is not lost behind a 304."""
    tern, gull = world.outlet("Tern"), world.outlet("Gull")
    tern.publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        late = tern.publish("late", at=DAY)
        gull.delay = 30
        process = start(desk, DAY + HOUR)
        wait_until(lambda: len(tern.hits("/feed")) == 2, process)
        time.sleep(0.2)
        kill(process)
        gull.delay = 0
        assert desk.value("SELECT count(*) FROM articles") == 1
        desk.ingest(DAY + HOUR)
    second, third = tern.hits("/feed")[1:]
    assert (second.status, third.status) == (200, 200)
    assert third.headers["if-none-match"] == second.headers["if-none-match"]
    assert late.url in desk.values("SELECT url FROM versions")
    assert desk.broken() == {}


def test_a_page_fetched_by_a_run_that_dies_before_writing_is_fetched_again(world, tmp_path):
    """The edit that the dead run had seen is found by the next one, and can be read back from the archive."""
    tern = world.outlet("Tern")
    talks = tern.publish("talks", at=DAY)
    with world.serve(), Chaos() as chaos:
        slow = chaos.on("/slow", lambda: [30.0])
        desk = Desk(tmp_path, world)
        body = (
            f'<rss version="2.0"><channel><title>Tern</title><item><title>Talks</title><link>{talks.url}</link></item>'
            f"<item><title>Slow</title><link>{slow}</link></item></channel></rss>"
        )
        desk.ingest(DAY)
        talks.replace("The council", "The committee")
        tern.answer(200, body=body, times=2, Content_Type="application/rss+xml")
        process = start(desk, DAY + HOUR)
        wait_until(lambda: len(tern.hits(talks.path)) == 2 and chaos.hits["/slow"], process)
        time.sleep(0.2)
        kill(process)
        chaos.on("/slow", b"HTTP/1.1 404 Not found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        assert desk.values("SELECT seq FROM versions") == [1]
        desk.ingest(DAY + HOUR)
    assert desk.values("SELECT seq FROM versions ORDER BY seq") == [1, 2]
    assert desk.value("SELECT arg_max(text, seq) FROM versions") == "\n\n".join(talks.paragraphs)
    archive = desk.value("SELECT archive FROM versions WHERE seq = 2")
    assert b"The committee" in (read_archived(desk.settings.archive_folder, archive).body or b"")


def test_runs_killed_at_any_request_lose_nothing_and_add_nothing_twice(world, tmp_path):
    """Killed at the first, third, ... request, a rerun ends where an undisturbed run ends."""
    for name in ("Tern", "Gull", "Heron"):
        outlet = world.outlet(name)
        outlet.publish(f"{name.lower()}-talks", at=DAY)
        outlet.publish(f"{name.lower()}-ferry", at=DAY)
    with world.serve():
        calm, desk = Desk(tmp_path / "calm", world), Desk(tmp_path / "killed", world)
        for n in range(4):
            world.log.clear()
            process = start(desk, DAY)
            wait_until(lambda n=n, p=process: len(world.log) > 2 * n or p.poll() is not None, process)
            kill(process)
        desk.ingest(DAY)
        calm.ingest(DAY)
    for table in ("versions", "appearances", "articles", "quarantine"):
        columns = "article_id, url, seq, seen_at, title, text" if table == "versions" else "* EXCLUDE (next_due_at)"
        columns = columns if table in ("versions", "articles") else "*"
        sql = f"SELECT {columns} FROM {table} ORDER BY ALL"
        assert desk.rows(sql) == calm.rows(sql)
    assert desk.broken() == {}


def test_the_same_run_again_adds_no_row(world, tmp_path):
    """Same clock, same world: versions, appearances, articles, items stay as they are."""
    tern = world.outlet("Tern")
    tern.publish("talks", at=DAY)
    tables = ("version", "appearance", "article", "alias", "item", "feed", "quarantine", "paragraph")
    with world.serve():
        desk = Desk(tmp_path, world)
        counts = []
        for _ in range(3):
            desk.ingest(DAY, everything=True)
            counts.append([desk.value(f"SELECT count(*) FROM record.{t}") for t in tables])
    assert counts[0] == counts[1] == counts[2]


def test_a_second_run_ends_with_75_and_names_the_first_and_sql_works_meanwhile(world, tmp_path, capfd):
    """One writer at a time; whoever reads is not in its way; after the writer was killed the store is free at once."""
    tern = world.outlet("Tern")
    tern.publish("talks", at=DAY)
    config = ["--config", str(tmp_path / "writethru.toml")]
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        tern.delay = 30
        process = start(desk, DAY + HOUR)
        wait_until(lambda: holder_of(desk.settings.db) is not None, process)
        try:
            assert cli.run(["ingest", *config]) == 75
            told = capfd.readouterr().err
            assert f"process {process.pid} on {socket.gethostname()} (writethru ingest)" in told and "sign of life" in told
            assert cli.run(["import", str(tmp_path / "none.jsonl"), *config]) == 75
            capfd.readouterr()
            assert cli.run(["sql", "SELECT count(*) AS n FROM versions", "--format", "csv", *config]) == 0
            assert capfd.readouterr().out.split() == ["n", "1"]
        finally:
            kill(process)
        tern.delay = 0
        desk.ingest(DAY + HOUR)


@pytest.mark.parametrize("form", ["reader:{}", "{}", "X-Feed-Key: {}", "?key={}"])
def test_a_feeds_secret_is_sent_and_shown_nowhere(world, tmp_path, monkeypatch, caplog, form):
    """Not in the store, the snapshot, the archive, the log or the summary, not even where the server repeats it."""
    canary = "canary-4a1c9e77d2"
    monkeypatch.setenv("TERN_SECRET", form.format(canary))
    caplog.set_level(logging.DEBUG)
    tern = world.outlet("Tern", secret="TERN_SECRET")
    tern.publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        lines = desk.ingest(DAY).lines()
        tern.answer(302, Location=f"{tern.url}/login?key={canary}")
        tern.answer(403, on="page", body=f"<p>{canary} is not allowed here</p>")
        lines += desk.ingest(DAY + HOUR).lines()
        tern.answer(500, body=f"failed for {canary}", X_Echo=canary)
        lines += desk.ingest(DAY + 3 * HOUR).lines()
        lines += cli_output(desk, tmp_path)
    assert desk.values("SELECT last_outcome FROM feeds") == ["server_error"]
    assert any(canary in str(h.headers) for h in tern.hits("/feed")) or form.startswith(("?", "reader"))
    assert canary not in " ".join(lines) and canary not in caplog.text
    for file in (f for f in tmp_path.rglob("*") if f.is_file()):
        assert canary.encode() not in file.read_bytes(), file
    assert canary not in everything_in(desk.settings.db)


def cli_output(desk: Desk, tmp_path: Path) -> list[str]:
    done = subprocess.run(
        [*PROGRAM, "feeds", "--format", "json", "--config", str(tmp_path / "writethru.toml")],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    return [done.stdout, done.stderr]


def everything_in(db: Path) -> str:
    """Every row of every table as text: the file itself may hold it compressed."""
    with duckdb.connect(str(db), read_only=True) as con:
        tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        return "\n".join(str(con.execute(f"SELECT * FROM {schema}.{table}").fetchall()) for schema, table in tables)


def test_a_secret_that_is_not_set_is_a_mistake_of_the_configuration(world, tmp_path, capfd):
    """The run says which variable is missing and for which feed, and ends with 2."""
    tern = world.outlet("Tern", secret="TERN_SECRET_THAT_NOBODY_SET")
    with world.serve():
        Desk(tmp_path, world)
        assert cli.run(["ingest", "--config", str(tmp_path / "writethru.toml")]) == 2
    told = capfd.readouterr().err
    assert "TERN_SECRET_THAT_NOBODY_SET" in told and tern.feed.url in told


# ---- when pages are due ----------------------------------------------------------------------------------------------------


def test_pages_come_due_by_their_age(world, tmp_path):
    """15 and 30 minutes, 1, 2, 4, 8, 16 and 24 hours after they were first seen, then once a day, then once a week."""
    tern = world.outlet("Tern", every=timedelta(days=10))
    talks = tern.publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        times = [DAY + n * 15 * MINUTE for n in range(100)] + [DAY + n * 6 * HOUR for n in range(5, 100)]
        for _ in desk.polls(times):
            pass
    looks = desk.values(f"SELECT fetched_at FROM fetches WHERE url = '{talks.url}' ORDER BY fetched_at")
    minutes = [int((at - DAY.replace(tzinfo=None)).total_seconds() / 60) for at in looks]
    assert minutes[:9] == [0, 15, 30, 60, 120, 240, 480, 960, 1440]
    days = [m / 1440 for m in minutes[9:]]
    assert len([d for d in days if d <= 7]) in (5, 6, 7)
    assert all(b - a >= 5.5 for a, b in zip([d for d in days if d > 8], [d for d in days if d > 8][1:], strict=False))
    assert desk.value("SELECT count(*) FROM articles WHERE next_due_at IS NOT NULL") == 1


def test_an_edit_makes_an_article_interesting_again(world, tmp_path):
    """After an edit the page is read again sooner than its age alone would ask for."""
    quiet, busy = (world.outlet(name).publish("talks", at=DAY) for name in ("Tern", "Gull"))
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest_all(*(DAY + n * HOUR for n in (0, 8)))
        busy.replace("The council", "The committee")
        desk.ingest_all(DAY + 20 * HOUR)
    due = dict(desk.rows("SELECT url, next_due_at FROM articles"))
    assert due[busy.url] < due[quiet.url]


def test_all_makes_everything_due(world, tmp_path):
    """Feeds and pages alike, just fetched or long given to rest."""
    tern = world.outlet("Tern")
    talks = tern.publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        desk.ingest(DAY + MINUTE)
        assert (len(tern.hits("/feed")), len(tern.hits(talks.path))) == (1, 1)
        desk.ingest(DAY + 2 * MINUTE, everything=True)
        assert (len(tern.hits("/feed")), len(tern.hits(talks.path))) == (2, 2)


def test_a_feed_is_fetched_as_often_as_it_asks(world, tmp_path):
    """`every` of feeds.toml, the settings' default for the others."""
    tern, gull = world.outlet("Tern"), world.outlet("Gull")
    with world.serve():
        desk = Desk(tmp_path, world, feeds=[replace(tern.feed, every=HOUR), gull.feed])
        for _ in desk.polls([DAY + n * 15 * MINUTE for n in range(9)]):
            pass
    assert (len(tern.hits("/feed")), len(gull.hits("/feed"))) == (3, 9)
