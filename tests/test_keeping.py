"""Copies, the archive, and for how long: pruned by age, thinned on request, verified against each other."""

from datetime import datetime, timedelta

import pytest
from collecting import DAY, HOUR, Desk
from world import World

from pipeline import cli

DAYS = timedelta(days=1)


@pytest.fixture
def desk(tmp_path):
    """An outlet whose two articles are edited once, a month after they were first read."""
    world = World()
    tern = world.outlet("Tern")
    tern.publish("talks", at=DAY)
    tern.publish("ferry", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        tern.articles[0].edit(paragraph=1, text="The storm has gone, and the boats are out again.")
        desk.ingest(DAY + 31 * DAYS, everything=True)
    return desk


def run(desk: Desk, capsys, at: datetime, *words: str) -> tuple[int, str]:
    code = cli.run([*words, "--config", str(desk.folder / "writethru.toml"), "--now", at.isoformat()])
    return code, "".join(capsys.readouterr())


def settle(desk: Desk, lines: str) -> None:
    """Add lines to the settings."""
    file = desk.folder / "writethru.toml"
    file.write_text(file.read_text(encoding="utf8") + lines, encoding="utf8")


def copies(desk: Desk) -> list[str]:
    return sorted(f.name for f in desk.folder.glob("writethru-*.duckdb"))


def test_dated_copies_go_when_they_are_too_old_and_the_newest_stays(desk, capsys):
    """Thirty days unless settings say otherwise; files that only look like copies are left alone."""
    (desk.folder / "writethru-mine.duckdb").write_bytes(b"mine")
    for day in (0, 20, 40):
        assert run(desk, capsys, DAY + day * DAYS, "backup")[0] == 0
    assert copies(desk) == ["writethru-20250324T093000.duckdb", "writethru-20250413T093000.duckdb", "writethru-mine.duckdb"]
    settle(desk, '[keep]\nbackups = "1h"\n')
    code, told = run(desk, capsys, DAY + 41 * DAYS, "backup")
    assert code == 0 and "writethru-20250413T093000.duckdb: removed" in told
    assert copies(desk) == ["writethru-20250414T093000.duckdb", "writethru-mine.duckdb"]


def test_a_copy_under_a_name_of_its_own_prunes_nothing(desk, capsys, tmp_path):
    """Whoever names a file looks after files."""
    assert run(desk, capsys, DAY, "backup")[0] == 0
    assert run(desk, capsys, DAY + 90 * DAYS, "backup", str(tmp_path / "mine.duckdb"))[0] == 0
    assert copies(desk) == ["writethru-20250304T093000.duckdb"]


def test_the_archive_is_kept_for_ever_unless_settings_say_otherwise(desk, capsys):
    """A nightly pass leaves every response where it is."""
    before = sorted(desk.settings.archive_folder.rglob("*.warc.gz"))
    assert run(desk, capsys, DAY + 900 * DAYS, "maintain")[0] == 0
    assert len(before) == 2 and sorted(desk.settings.archive_folder.rglob("*.warc.gz")) == before


def test_a_thinned_archive_costs_no_version_and_verify_tells_of_it(desk, capsys):
    """The older file goes, the newer stays; texts, edits and the checks are as before."""
    settle(desk, '[keep]\nresponses = "60d"\n')
    texts = desk.rows("SELECT url, seq, text FROM versions ORDER BY ALL")
    code, told = run(desk, capsys, DAY + 70 * DAYS, "maintain")
    assert code == 0 and "1 files of the archive removed" in told
    assert len(list(desk.settings.archive_folder.rglob("*.warc.gz"))) == 1
    assert desk.rows("SELECT url, seq, text FROM versions ORDER BY ALL") == texts
    code, told = run(desk, capsys, DAY + 70 * DAYS, "verify")
    assert code == 0 and "2 responses are older than [keep] responses and were let go" in told
    assert run(desk, capsys, DAY + 70 * DAYS, "rebuild")[0] == 0
    assert desk.rows("SELECT url, seq, text FROM versions ORDER BY ALL") == texts


@pytest.mark.parametrize("damage", ["gone", "cut"])
def test_verify_finds_an_archive_that_is_not_whole(desk, capsys, damage):
    """A file that is missing, or shorter than a place that the store refers to."""
    file = max(desk.settings.archive_folder.rglob("*.warc.gz"), key=lambda f: f.stat().st_size)
    assert run(desk, capsys, DAY + HOUR, "verify")[0] == 0
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:10])
    code, told = run(desk, capsys, DAY + HOUR, "verify")
    assert code == 1 and "FAILED archive 2025/03/" in told and "2 responses" in told


def test_a_recent_file_of_the_archive_that_is_missing_is_never_taken_for_one_let_go(desk, capsys):
    """Only what is older than the settings ask for was let go."""
    settle(desk, '[keep]\nresponses = "60d"\n')
    max(desk.settings.archive_folder.rglob("*.warc.gz")).unlink()
    code, told = run(desk, capsys, DAY + 40 * DAYS, "verify")
    assert code == 1 and "FAILED archive 2025/04/" in told


def test_a_page_that_was_taken_away_or_made_by_another_program_is_made_again(desk, capsys):
    """A page is skipped only if it is there and looks as it would now."""
    at = DAY + 31 * DAYS
    for words in (("track",), ("report",)):
        assert run(desk, capsys, at, *words)[0] == 0
    pages = sorted((desk.settings.reports / "articles").glob("*.html"))
    pages[0].unlink()
    assert run(desk, capsys, at, "report")[0] == 0 and pages[0].exists()
    memory = desk.settings.reports / ".written.json"
    memory.write_text(memory.read_text(encoding="utf8").replace('"program": "', '"program": "other'), encoding="utf8")
    pages[1].write_text("of an older program", encoding="utf8")
    assert run(desk, capsys, at, "report")[0] == 0 and "older program" not in pages[1].read_text(encoding="utf8")
