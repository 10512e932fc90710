"""The snapshot: whole, published in one step, and never changed under whoever has it open."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.store import publish_snapshot
from pipeline.store.snapshot import BLOCK

READER = "import sys; f = open(sys.argv[1], 'rb'); print('open', flush=True); sys.stdin.readline(); print(len(set(f.read())))"


class Store:
    """A store's file, as far as copying it goes: blocks that differ from one moment to the next."""

    def __init__(self, folder: Path):
        self.file, self.snapshot = folder / "store.duckdb", folder / "store.snapshot.duckdb"

    def write(self, *blocks: int, tail: bytes = b"") -> bytes:
        """Blocks of one byte each, and perhaps a part of one. Returns all of it."""
        text = b"".join(bytes([b]) * BLOCK for b in blocks) + tail
        self.file.write_bytes(text)
        return text

    def publish(self) -> bool:
        return publish_snapshot(self.file, self.snapshot, lambda: None)

    def change(self, *blocks: int, tail: bytes = b"") -> bytes:
        """Write, publish, and hold that the snapshot is what was written."""
        text = self.write(*blocks, tail=tail)
        self.snapshot.exists() and _age(self.snapshot)
        assert self.publish()
        assert self.snapshot.read_bytes() == text
        return text


def _age(file: Path) -> None:
    """Make a file older than anything that is written now."""
    os.utime(file, (1, 1))


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def test_each_snapshot_is_the_whole_store_whatever_changed(store):
    """Blocks that differ, that came, that went, and a last one that is no whole block."""
    for blocks in ((1, 2, 3), (1, 9, 3), (1, 9, 3, 4, 5), (7,), (), (7, 8)):
        for tail in (b"", b"tail", b"longer tail"):
            store.change(*blocks, tail=tail)


def test_a_store_that_has_not_changed_is_not_copied_again(store):
    """The second time says so."""
    store.change(1, 2)
    assert not store.publish()


def test_whoever_has_a_snapshot_open_goes_on_reading_it(store):
    """In this process and in another one, over any number of later snapshots."""
    first = store.change(1, 2, 3)
    with (
        store.snapshot.open("rb") as mine,
        subprocess.Popen(
            [sys.executable, "-c", READER, store.snapshot], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as other,
    ):
        assert other.stdout.readline() == "open\n"
        for n in range(4, 9):
            store.change(n, n, n)
        assert mine.read() == first
        assert other.communicate("\n")[0] == "3\n"


def test_what_a_run_that_died_left_behind_is_no_hindrance(store):
    """A half made copy, a half renewed one, a link that was not renamed: the next snapshot is whole, and so are later ones."""
    store.change(1, 2, 3)
    store.change(1, 2, 4)
    for ending in (".part", ".spare", ".kept"):
        store.snapshot.with_name(store.snapshot.name + ending).unlink(missing_ok=True)
        store.snapshot.with_name(store.snapshot.name + ending).write_bytes(b"half of something")
    for n in range(5, 8):
        store.change(1, n, 3)


def test_only_the_snapshot_and_one_spare_are_kept(store):
    """However often it is published."""
    for n in range(5):
        store.change(n)
    assert {f.name for f in store.file.parent.iterdir()} <= {
        "store.duckdb",
        "store.snapshot.duckdb",
        "store.snapshot.duckdb.spare",
    }
