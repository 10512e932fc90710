"""Stores that earlier programs wrote: each is kept here, is brought up to date, and tells what a new one would tell.

`stores/<schema>.duckdb.xz` was made by the program that had that schema, by `import stores/looks.jsonl` and `track`.
"""

import lzma
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from crashing import Ended, Runs

from pipeline import journey
from pipeline.config import load_settings

STORES = Path(__file__).parent / "stores"
KEPT = sorted(STORES.glob("*.duckdb.xz"))
NOW = "2025-03-10T00:00:00Z"
RECORD = ("feeds", "articles", "versions", "appearances", "quarantine", "fetches", "superseded_versions")
DERIVED = ("revisions", "edits", "stories", "story_articles", "copies", "claims", "changes", "standing")


def desk(folder: Path, store: Path | None = None) -> Path:
    """A folder with settings, and a store of an earlier program if one is given."""
    folder.mkdir()
    for name in ("feeds.toml", "writethru.toml"):
        (folder / name).touch()
    shutil.copy(STORES / "stories.toml", folder)
    if store:
        (folder / "writethru.duckdb").write_bytes(lzma.decompress(store.read_bytes()))
    return folder


def command(runs: Runs, folder: Path, *words: str, die_at: int = 0) -> Ended:
    return runs.run(folder, [*words, "--quiet", "--config", str(folder / "writethru.toml"), "--now", NOW], die_at)


def rows(folder: Path, views: tuple[str, ...]) -> dict[str, list[tuple]]:
    settings = load_settings(folder / "writethru.toml")
    return {view: journey.ask(settings, f"SELECT * FROM {view} ORDER BY ALL").rows for view in views}


@pytest.fixture(scope="module")
def runs():
    with Runs() as process:
        yield process


@pytest.fixture(scope="module")
def fresh(runs, tmp_path_factory):
    """What the program of today makes of the same record."""
    folder = desk(tmp_path_factory.mktemp("upgrade") / "fresh")
    for words in (("import", str(STORES / "looks.jsonl")), ("track",)):
        ended = command(runs, folder, *words)
        assert ended.code == 0, ended.told
    return folder


@pytest.mark.parametrize("store", KEPT, ids=lambda p: p.name.split(".")[0])
def test_a_store_of_an_earlier_program_is_brought_up_to_date_and_tells_the_same(runs, fresh, tmp_path, store):
    """The record at once, what is derived after a rebuild; the store is kept as it was before."""
    folder = desk(tmp_path / "old", store)
    ended = command(runs, folder, "track")
    assert ended.code == 0, ended.told
    assert rows(folder, RECORD) == rows(fresh, RECORD)
    assert command(runs, folder, "track", "--rebuild").code == 0
    assert rows(folder, DERIVED) == rows(fresh, DERIVED)
    assert not journey.verify(load_settings(folder / "writethru.toml"), datetime(2025, 3, 10, tzinfo=UTC)).failures
    (before,) = folder.glob("writethru.before-*.duckdb")
    assert before.read_bytes() == lzma.decompress(store.read_bytes())
    assert command(runs, folder, "track").code == 0 and len(list(folder.glob("writethru.before-*"))) == 1


@pytest.mark.parametrize("store", KEPT, ids=lambda p: p.name.split(".")[0])
def test_an_upgrade_that_is_killed_is_done_by_the_next_run(runs, tmp_path, store):
    """At each point between two steps: the store opens, and ends as after an upgrade that nothing disturbed."""
    calm = desk(tmp_path / "calm", store)
    points = command(runs, calm, "snapshot").points
    wanted = rows(calm, RECORD)
    assert len(points) > 20 and any("database.migrate" in step for _, step in points)
    for step in points.values():
        folder = desk(tmp_path / f"killed-{step}", store)
        assert command(runs, folder, "snapshot", die_at=step).killed
        ended = command(runs, folder, "snapshot")
        assert ended.code == 0, (step, ended.told)
        assert rows(folder, RECORD) == wanted
        shutil.rmtree(folder)


def test_a_store_of_a_later_program_is_refused_and_left_alone(runs, fresh, tmp_path):
    """The message names the schema that is not known."""
    folder = tmp_path / "later"
    shutil.copytree(fresh, folder)
    with duckdb.connect(str(folder / "writethru.duckdb")) as con:
        con.execute("INSERT INTO main.migration VALUES ('9999_tomorrow', TIMESTAMP '2030-01-01')")
        con.execute("UPDATE main.definition SET digest = 'of tomorrow'")
    before = (folder / "writethru.duckdb").read_bytes()
    ended = command(runs, folder, "track")
    assert ended.code == 74 and "9999_tomorrow" in ended.told and "newer writethru" in ended.told
    assert (folder / "writethru.duckdb").read_bytes() == before
