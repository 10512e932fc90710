"""Killed anywhere, out of space anywhere: what was acknowledged is kept, and the next run ends where a calm one would have.

WRITETHRU_KILLS sets how many steps are tried: 24 if not given; with 100 (`make crash`) and 1,000 (`make nightly`) every named
point is among them. `crashing.py` says what a step is. A point lies between two steps, and bears their names: before
`store.snapshot._publish rename`, say, when the last thing done was `store.snapshot._publish link`.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from collecting import DAY, HOUR, Desk
from crashing import SMALL, Ended, Runs
from test_bulk import archived, differing, recorded_files
from world import World

KILLS = int(os.environ.get("WRITETHRU_KILLS", "24"))
ALL = 100  # kills, from which on every named point is tried
ASPECTS = """\
[[story]]
slug = "harbour-talks"
title = "Talks on the harbour"
match = ["harbour talks", "harbour ferry"]

[[story.aspect]]
name = "agreement"
about = "Whether an agreement was signed, and who denies it"
"""
OPENING = "Talks on the harbour went on for a third day, and the council set aside 50 million crowns for the quay."
BACKGROUND = [
    "The storm kept the boats in the port, and the market on the quay stayed closed until noon.",
    "Ships from the islands bring most of the fish that is sold in the town, and all of its salt.",
]
# One value in all that is published: a picture takes longer than the rest of a run.
DENIAL = "The harbour authority denied that any agreement had been signed."
EFFECTS = {  # a run has these for certain; the others that it has are tried all the same
    "archive.Archive.append",
    "changelog.site._replace",
    "store.database.attach",
    "store.database.detach",
    "store.database.migrate_tables",
    "store.database.transaction",
    "store.leasing._make",
    "store.leasing._try",
    "store.snapshot._publish",
}
# What two runs of the same may have done otherwise: how often they asked, and where in the archive an answer lies.
PASSING = {"record.fetch", "record.run", "record.robots", "main.migration", "derived.state"}
OWN = {
    "archive",
    "applied_at",
    "saved_at",
    "fetch_id",
    "body_hash",
}  # body_hash: clocks and counters of the page move at each request


@dataclass
class Press:
    """A world of three outlets that moves from one poll to the next, and the folder that follows it."""

    world: World
    folder: Path

    def start(self) -> None:
        """Three outlets with two articles each."""
        for name in ("Tern", "Gull", "Heron"):
            outlet = self.world.outlet(name)
            paragraphs = [OPENING, *BACKGROUND, DENIAL]
            outlet.publish(f"{name.lower()}-talks", headline=f"Harbour talks: {name}", paragraphs=paragraphs, at=DAY)
            outlet.publish("harbour-ferry", headline="Harbour ferry", at=DAY)

    def move(self, poll: int) -> None:
        """What happens before a poll: an edit that matters, a new article, a wall, a page that vanishes."""
        tern, gull, heron = self.world.outlets
        if poll == 0:
            return
        tern.articles[0].edit(paragraph=1, text=f"Up to {50 + poll} boats were kept in the port by the storm.")
        if poll == 1:
            gull.publish("harbour-talks-late", headline="Harbour talks go on", paragraphs=[DENIAL, *BACKGROUND], at=DAY + HOUR)
            heron.block()
        if poll == 2:
            heron.unblock()
            gull.articles[0].vanish()

    def run(self, folder: Path, poll: int, runs: Runs, die_at: int = 0, largest: int = 0) -> Ended:
        """One `writethru run` at the poll's time."""
        at = (DAY + 3 * poll * HOUR).isoformat()
        arguments = ["run", "--quiet", "--config", str(folder / "writethru.toml"), "--now", at]
        return runs.run(folder, arguments, die_at, largest)


@pytest.fixture(scope="module")
def runs():
    """One process that has loaded the program, for all tests: to load it costs more than most runs."""
    with Runs() as runs:
        yield runs


@pytest.fixture
def press(tmp_path):
    world = World()
    with world.serve():
        press = Press(world, tmp_path / "calm")
        press.start()
        Desk(press.folder, world)
        (press.folder / "stories.toml").write_text(ASPECTS, encoding="utf8")
        yield press


def rows(folder: Path) -> dict[str, list[tuple]]:
    """Every table's rows but for what is passing."""
    found = {}
    with duckdb.connect(str(folder / "writethru.duckdb"), read_only=True) as con:
        tables = con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        for (table,) in tables:
            if table not in PASSING:
                names = [c[0] for c in con.execute(f"SELECT * FROM {table} LIMIT 0").description]
                kept = ", ".join(f'"{n}"' for n in names if n not in OWN)
                found[table] = con.execute(f"SELECT {kept} FROM {table} ORDER BY ALL").fetchall() if kept else []
    return found


def reports(folder: Path) -> dict[str, bytes]:
    """Every file of the reports but the page of health, which tells of the runs themselves."""
    files = [f for f in sorted((folder / "reports").rglob("*")) if f.is_file() and f.name != "health.html"]
    return {str(f.relative_to(folder)): f.read_bytes() for f in files}


Point = tuple[str, str]  # the step before, the step after


def steps_of(run: Ended, kills: int, tried: set[Point]) -> list[int]:
    """That many steps of a run, or more: if all points are wanted one at each that was not tried, the others evenly spread."""
    named = [step for point, step in run.points.items() if point not in tried] if KILLS >= ALL else []
    tried.update(run.points)
    more = kills - len(named)
    spread = {1 + n * (run.steps - 1) // max(more - 1, 1) for n in range(more)}
    return sorted({*named, *spread})


def kill_and_go_on(press: Press, before: Path, poll: int, steps: Sequence[int], runs: Runs, wanted: tuple[dict, dict]) -> None:
    """From the same start each time: a run that is killed, then an undisturbed one, and what is there at the end."""
    for step in steps:
        folder = before.with_name(f"killed-{poll}-{step}")
        shutil.copytree(before, folder)
        assert press.run(folder, poll, runs, die_at=step).killed, step
        again = press.run(folder, poll, runs)
        assert again.code == 0, (step, again.told)
        assert rows(folder) == wanted[0], step
        assert reports(folder) == wanted[1], step
        shutil.rmtree(folder)


def test_killed_before_any_step_an_import_goes_on_where_it_was(tmp_path, runs):
    """Killed twice, then calm: every row and every byte of the archive is as without the kills."""
    calm = Desk(tmp_path / "calm", World()).settings
    config = [str(calm.db.with_name("writethru.toml")), *map(str, recorded_files(tmp_path / "files"))]
    ended = runs.run(calm.db.parent, [SMALL, *config])
    assert ended.code == 0 and "journey.spool.Spool._write rename" in ended.names
    names = set[str]()
    kills = max(5, KILLS // 16)
    for step in {1 + n * (ended.steps - 1) // (kills - 1) for n in range(kills)}:
        killed = Desk(tmp_path / f"killed-{step}", World()).settings
        config[0] = str(killed.db.with_name("writethru.toml"))
        assert runs.run(killed.db.parent, [SMALL, *config], die_at=step).killed
        runs.run(killed.db.parent, [SMALL, *config], die_at=max(1, step // 3))
        again = runs.run(killed.db.parent, [SMALL, *config])
        assert again.code == 0, (step, again.told)
        names.update(again.names)
        assert differing(calm, killed) == [] and archived(calm) == archived(killed), step
        shutil.rmtree(killed.db.parent)
    assert "archive.Archive.cut truncate" in names or KILLS < 10 * ALL


def test_killed_before_any_step_a_run_loses_nothing_and_the_next_ends_where_a_calm_one_does(press, tmp_path, runs):
    """Steps spread over a first poll, one with news and walls, and one with a page that vanished."""
    killed, points = 0, set[Point]()
    with Runs() as other, ThreadPoolExecutor(2) as threads:
        for poll in range(3):
            press.move(poll)
            before = tmp_path / f"before-{poll}"
            shutil.copytree(press.folder, before)
            calm = press.run(press.folder, poll, runs)
            assert calm.code == 0, calm.told
            wanted = rows(press.folder), reports(press.folder)
            steps = steps_of(calm, -(-KILLS // 3), points)
            halves = [(steps[::2], runs), (steps[1::2], other)]
            for half in [threads.submit(kill_and_go_on, press, before, poll, *half, wanted) for half in halves]:
                half.result()
            killed += len(steps)
    assert killed >= min(KILLS, 300)
    places = {step.split(" ")[0] for _, step in points}
    assert not (missing := EFFECTS - places), missing


# ---- no space left -------------------------------------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path):
    """A file system of 40 MB, where the machine lets us mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("no leave to mount a file system")
    yield folder
    subprocess.run(["umount", folder], check=True)


def filled(disk: Path, left: int) -> Path:
    """All but `left` kB of a file system are taken by the file that is returned."""
    free = os.statvfs(disk)
    taken = disk / "others"
    taken.write_bytes(b"\0" * max(0, free.f_bavail * free.f_frsize - left * 1024))
    return taken


def test_a_file_that_cannot_grow_ends_a_run_with_74_and_loses_nothing(press, tmp_path, runs):
    """Whichever file meets the limit first: the log of the store, the store, the snapshot. The next run ends as a calm one."""
    press.run(press.folder, 0, runs)
    press.move(1)
    before = tmp_path / "before"
    shutil.copytree(press.folder, before)
    assert press.run(press.folder, 1, runs).code == 0
    wanted, shown = rows(press.folder), reports(press.folder)
    size = (before / "writethru.duckdb").stat().st_size
    for largest in (4_000, 60_000, size // 2, size - 1, size + 100_000):
        folder = tmp_path / f"limit-{largest}"
        shutil.copytree(before, folder)
        ended = press.run(folder, 1, runs, largest=largest)
        assert ended.code in (0, 74), ended.told
        assert ended.code == 0 or ("the disk is full" in ended.told and "Traceback" not in ended.told)
        assert largest > size or ended.code == 74
        assert not list(folder.glob("*.part"))
        again = press.run(folder, 1, runs)
        assert again.code == 0, again.told
        assert (rows(folder), reports(folder)) == (wanted, shown)


@pytest.mark.parametrize("left", [0, 20, 300, 3_000, 8_000])
def test_a_full_disk_ends_a_run_with_74_and_freed_space_is_all_it_takes(press, tmp_path, disk, left, runs):
    """Nothing left at all, not enough for a page, for the archive, for the log, for the snapshot."""
    assert press.run(press.folder, 0, runs).code == 0
    folder = disk / "desk"
    shutil.copytree(press.folder, folder)
    press.move(1)
    taken = filled(disk, left)
    ended = press.run(folder, 1, runs)
    assert ended.code == 74 and "the disk is full" in ended.told and "Traceback" not in ended.told, ended.told
    taken.unlink()
    assert press.run(folder, 1, runs).code == 0
    assert press.run(press.folder, 1, runs).code == 0
    assert (rows(folder), reports(folder)) == (rows(press.folder), reports(press.folder))


@pytest.mark.parametrize("part", ["archive", "reports", "snapshot"])
def test_a_full_disk_of_their_own_ends_a_run_with_74_and_names_the_file(press, tmp_path, disk, part, runs):
    """Archive, reports and snapshot may lie elsewhere: what the store acknowledged is kept, and freed space is all it takes."""
    folder = tmp_path / "desk"
    shutil.copytree(press.folder, folder)
    with (folder / "writethru.toml").open("r+", encoding="utf8") as file:
        told = file.read()
        file.seek(0)
        file.write(f'{part} = "{disk / part}"\n{told}')
    for poll in range(2):
        press.move(poll)
        assert press.run(press.folder, poll, runs).code == 0
        taken = filled(disk, 0)
        ended = press.run(folder, poll, runs)
        assert ended.code == 74 and f"writethru: {disk / part}" in ended.told and "Traceback" not in ended.told, ended.told
        assert "the disk is full" in ended.told or "No space left" in ended.told
        taken.unlink()
        assert press.run(folder, poll, runs).code == 0
        assert rows(folder) == rows(press.folder)
    assert reports(disk if part == "reports" else folder) == reports(press.folder)


# ---- what is acknowledged stands in the log; files that are no store -----------------------------------------------------


def left_with_a_log(press: Press, folder: Path, runs: Runs) -> Path:
    """A folder whose run was killed after it had acknowledged fetches that stand in the store's log alone."""
    names = list(press.run(press.folder, 0, runs).names)
    committed = names.index("store.database.transaction COMMIT", names.index("store.database.Tables.insert INSERT"))
    Desk(folder, press.world)
    (folder / "stories.toml").write_text(ASPECTS, encoding="utf8")
    assert press.run(folder, 0, runs, die_at=committed + 2).killed  # steps count from one: before the step after it
    log = folder / "writethru.duckdb.wal"
    assert log.exists() and fetches_in_a_copy(folder)
    return log


def fetches_in_a_copy(folder: Path) -> int:
    """How many fetches a copy of the store and its log holds; opening the store itself would fold the log in."""
    with tempfile.TemporaryDirectory() as aside:
        for name in ("writethru.duckdb", "writethru.duckdb.wal"):
            shutil.copy(folder / name, aside)
        with duckdb.connect(str(Path(aside, "writethru.duckdb"))) as con:
            tables = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
            return con.execute("SELECT count(*) FROM record.fetch").fetchall()[0][0] if "fetch" in tables else 0


def command(folder: Path, runs: Runs, *words: str, die_at: int = 0) -> Ended:
    return runs.run(folder, [*words, "--config", str(folder / "writethru.toml"), "--now", DAY.isoformat()], die_at)


def test_a_backup_of_a_store_whose_run_was_killed_has_what_was_acknowledged(press, tmp_path, runs):
    """The copy is of the store and its log, and so is the snapshot."""
    folder = tmp_path / "killed"
    left_with_a_log(press, folder, runs)
    copy = tmp_path / "copy.duckdb"
    for words in (("backup", str(copy)), ("snapshot",)):
        ended = command(folder, runs, *words)
        assert ended.code == 0, ended.told
    seen = []
    for file in (copy, folder / "writethru.snapshot.duckdb", folder / "writethru.duckdb"):
        with duckdb.connect(str(file), read_only=True) as con:
            seen.append(con.execute("SELECT count(*) FROM fetches").fetchall())
    assert seen[0] == seen[1] == seen[2] and seen[0] > [(0,)]


@pytest.mark.parametrize("content", [b"", b"\0" * 20_000, b"a text file\n" * 900, b"SQLite format 3\0" + b"\0" * 9_000])
def test_a_file_that_is_no_store_is_refused_and_left_alone(press, content, runs):
    """Empty, blank, a text, another database: no command writes over it."""
    store = press.folder / "writethru.duckdb"
    store.write_bytes(content)
    for words in (("run",), ("track",), ("verify",), ("backup",), ("snapshot",), ("sql", "SELECT 1")):
        ended = command(press.folder, runs, *words)
        assert ended.code == 74 and str(store) in ended.told and "Traceback" not in ended.told, (words, ended)
    assert store.read_bytes() == content


def flip(file: Path, place: float) -> bytes:
    """One bit of a file is another, that far into it; what it holds now."""
    content = bytearray(file.read_bytes())
    content[int(place * (len(content) - 1))] ^= 0x10
    file.write_bytes(content)
    return bytes(content)


def test_a_log_or_a_store_with_a_flipped_bit_is_refused_with_what_to_do_and_left_alone(press, tmp_path, runs):
    """Nothing is read past the damage, nothing is overwritten, and the message says how to go on."""
    folder = tmp_path / "killed"
    log = left_with_a_log(press, folder, runs)
    whole = log.read_bytes()
    for place in (0.2, 0.5, 0.9):
        damaged = flip(log, place)
        ended = command(folder, runs, "run")
        assert ended.code == 74 and "backup" in ended.told and "Traceback" not in ended.told, ended
        assert log.read_bytes() == damaged
        log.write_bytes(whole)
    assert command(folder, runs, "run").code == 0
    for place in (0.0005, 0.001):
        damaged = flip(folder / "writethru.duckdb", place)
        ended = command(folder, runs, "run")
        assert ended.code == 74 and "backup" in ended.told and "Traceback" not in ended.told, ended
        assert (folder / "writethru.duckdb").read_bytes() == damaged
        flip(folder / "writethru.duckdb", place)


def test_a_backup_is_restored_and_the_damaged_store_is_kept(press, tmp_path, runs):
    """From the refusal to the next run in one command; what is no backup is refused and changes nothing."""
    store, copy = press.folder / "writethru.duckdb", tmp_path / "copy.duckdb"
    assert press.run(press.folder, 0, runs).code == 0
    assert command(press.folder, runs, "backup", str(copy)).code == 0
    wanted = rows(press.folder)
    damaged = flip(store, 0.001)
    store.with_name("writethru.duckdb.wal").write_bytes(b"a log of something")
    foreign = tmp_path / "foreign.duckdb"
    duckdb.connect(str(foreign)).close()
    for other in (foreign, press.folder / "feeds.toml"):
        refused = command(press.folder, runs, "restore", str(other))
        assert refused.code == 74 and str(other) in refused.told and "Traceback" not in refused.told
        assert store.read_bytes() == damaged
    assert command(press.folder, runs, "restore", str(tmp_path / "none.duckdb")).code == 2
    restored = command(press.folder, runs, "restore", str(copy))
    assert restored.code == 0, restored.told
    assert rows(press.folder) == wanted
    assert press.run(press.folder, 1, runs).code == 0
    assert sorted(f.suffix for f in press.folder.glob("*.aside")) == [".aside", ".aside"]
    assert store.with_name("writethru.duckdb.20250304T093000.aside").read_bytes() == damaged


def test_a_restore_that_is_killed_anywhere_is_told_of_and_done_by_doing_it_again(press, tmp_path, runs):
    """At no step does a store without its log pass for the whole."""
    killed = tmp_path / "killed"
    left_with_a_log(press, killed, runs)
    copy = tmp_path / "copy.duckdb"
    whole = tmp_path / "whole"
    shutil.copytree(killed, whole)
    assert command(whole, runs, "backup", str(copy)).code == 0
    held = fetches(copy)
    shutil.copytree(killed, tmp_path / "undisturbed")
    for step in command(tmp_path / "undisturbed", runs, "restore", str(copy)).points.values():
        folder = tmp_path / f"restored-{step}"
        shutil.copytree(killed, folder)
        assert command(folder, runs, "restore", str(copy), die_at=step).killed
        ended = command(folder, runs, "snapshot")
        assert ended.code == 0 or (ended.code == 74 and "a restore was cut short" in ended.told), (step, ended)
        if ended.code:
            assert command(folder, runs, "restore", str(copy)).code == 0
        assert fetches(folder / "writethru.snapshot.duckdb") == held, step
        shutil.rmtree(folder)


def fetches(store: Path) -> int:
    with duckdb.connect(str(store), read_only=True) as con:
        return con.execute("SELECT count(*) FROM fetches").fetchall()[0][0]
