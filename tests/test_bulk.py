"""Large imports: cut into parts, read by several processes, merged by time, judged by one; broken off and gone on with."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from collecting import DAY, HOUR, Desk
from hypothesis import given, settings
from hypothesis import strategies as st
from world import World, invented

from pipeline import journey
from pipeline.archive import write_warc
from pipeline.config import Settings
from pipeline.errors import UsageError
from pipeline.journey import sources
from pipeline.journey.importing import ImportSummary, Sizes, import_into, plan
from pipeline.journey.progress import silent
from pipeline.journey.sources import _raw_lines, cut, read_part, unpack
from pipeline.journey.spool import Spool
from pipeline.journey.warc import Outlets, read_pages
from pipeline.model import Fetched, Outcome
from pipeline.store import compare
from pipeline.store.engines import engine_of

AT = DAY + 9 * HOUR  # the clock of an import
SMALL = Sizes(part=2_000, run=3_000, chunk=7, held=5)
SUBJECTS = ("harbour-talks", "ferry-budget", "quarry-closure", "bridge-inquiry")


def text(article: int, edit: int) -> list[str]:
    told = invented(SUBJECTS[article % len(SUBJECTS)])
    return [f"Report number {article} of the council.", *told, *([f"{edit + 11} boats were counted."] if edit else [])]


def page(article: int, edit: int) -> bytes:
    paragraphs = "".join(f"<p>{p}</p>" for p in text(article, edit))
    return f"<html><body><article><h1>Report {article}</h1>{paragraphs}</article></body></html>".encode()


def response(number: int) -> Fetched:
    url = f"https://gull.example/news/{number % 5}/report"
    at = DAY + timedelta(minutes=(37 * number) % 200)
    return Fetched(
        url=url,
        final_url=url,
        fetched_at=at,
        outcome=Outcome.OK,
        status=200,
        headers={"content-type": "text/html"},
        body=page(number % 5, number // 5),
    )


def lines(count: int = 24) -> list[bytes]:
    """Looks at six articles in no order of time, some of them edited, one gone; two lines are not valid."""
    out = []
    for n in range(count):
        at = DAY + timedelta(minutes=(53 * n) % 240)
        look = {
            "at": at.isoformat(),
            "url": f"https://tern.example/news/{n % 6}/story",
            "outlet": "Tern",
            "title": f"Story {n % 6}",
        }
        out.append(json.dumps(look | ({"paragraphs": text(n % 6, n // 6)} if n % 11 else {"status": 410})).encode())
    return [*out[:9], b'{"at": 1}', *out[9:20], b"no JSON", *out[20:]]


def recorded_files(folder: Path) -> list[Path]:
    """One file of each kind, larger than a part."""
    folder.mkdir()
    found = [folder / name for name in ("looks.jsonl", "more.jsonl.gz", "pages.warc.gz", "pages.warc")]
    found[0].write_bytes(b"\n".join(lines()) + b"\n")
    moved = {"first_url": "https://tern.example/news/1/story", "url": "https://tern.example/moved/1"}
    more = {"at": (DAY + 5 * HOUR).isoformat(), "outlet": "Tern", "title": "Story 1", "paragraphs": text(1, 9), **moved}
    found[1].write_bytes(gzip.compress(json.dumps(more).encode() + b"\n"))
    for file in found[2:]:
        with file.open("wb") as out:
            told = {"writethru-outlet": "The Gull"}
            write_warc(out, {}, [(response(n), told) for n in range(20)][:: 1 if file is found[2] else 7], DAY, "pages")
    found[3].write_bytes(gzip.decompress(found[3].read_bytes()))
    return found


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return recorded_files(tmp_path / "files")


def desk_in(folder: Path) -> Settings:
    return Desk(folder, World()).settings


def taken(settings: Settings, files: Sequence[Path], workers: int = 1, sizes: Sizes = SMALL) -> ImportSummary:
    with journey.writing(settings, "import", DAY) as store:
        return import_into(store, settings, files, AT, silent, workers, sizes)


def differing(one: Settings, other: Settings) -> list[str]:
    """Tables and views that are not the same, row for row."""
    return [p.name for p in compare(engine_of(one.place), engine_of(other.place)) if not p.equal]


def archived(settings: Settings) -> dict[str, bytes]:
    folder = settings.archive_folder
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*.warc.gz")}


def test_however_it_is_cut_and_whoever_reads_the_rows_are_the_same(files, tmp_path):
    """Whole in one go; in parts of 2 kB, chunks of seven and a memory for five articles; and that with three workers."""
    whole, parts, spread = (desk_in(tmp_path / name) for name in ("whole", "parts", "spread"))
    told = [taken(whole, files, sizes=Sizes()), taken(parts, files), taken(spread, files, workers=3)]
    assert told[0].lines_read == 48 and told[0].tally.new_versions > 20 and told[0].tally.quarantined > 0
    assert len(cut(files, SMALL.part)) > 10 and len(cut(files)) == 4
    assert told[0] == told[1] == told[2]
    assert differing(whole, parts) == differing(whole, spread) == []
    assert archived(whole) == archived(parts) == archived(spread) != {}
    assert not [p.name for p in parts.db.parent.iterdir() if "spool" in p.name]


def test_an_invalid_line_bears_its_number_in_whichever_part_it_lies(files, tmp_path):
    """Lines are numbered from the beginning of the file."""
    done = taken(desk_in(tmp_path / "desk"), files[:1])
    assert [x.partition(": ")[0] for x in done.invalid] == [f"{files[0]}, line 10", f"{files[0]}, line 22"]


ROWS = [b"", b" ", b"[]", b"x" * 70, b'{"a": "\xc3\xa9"}']


@settings(deadline=None, derandomize=True, max_examples=40)
@given(
    rows=st.lists(st.sampled_from([b"", b" ", b"[]", b"x" * 70, b'{"a": "\xc3\xa9"}']), max_size=12), size=st.integers(1, 40)
)
def test_each_line_of_a_file_is_in_one_part(tmp_path_factory, rows, size):
    """Wherever the cuts fall: at an end of line, inside one, inside a character."""
    file = tmp_path_factory.mktemp("cut") / "in.jsonl"
    file.write_bytes(b"\n".join(rows))
    found = [line for part in cut([file], size) for line in _raw_lines(part)]
    assert found == file.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("size", [300, 700, 1_500, 4_000])
def test_each_page_of_a_web_archive_is_in_one_part(files, tmp_path, size):
    """With what is told of it, which stands in a record of its own."""
    work = plan(desk_in(tmp_path / "desk"), files[2:3], DAY).work
    passed: Counter[str] = Counter()
    wanted = {(p.at, p.told) for p in read_pages(files[2], Outlets(()), 1_000_000, passed)}
    parts = cut(files[2:3], size)
    for part in parts:
        read_part(work, part)
    looks = [unpack(data) for _, data in Spool(work.spool).merged([p.name for p in parts])]
    assert len(parts) > 3 and len(looks) == len(wanted) == 20
    assert {(x.seen.at, x.seen.outlet) for x in looks} == {(at, told.outlet) for at, told in wanted}
    assert [x.seen.at for x in looks] == sorted(x.seen.at for x in looks)


def test_what_was_read_is_not_read_again(files, tmp_path):
    """The bytes of the file are others by then, though its size and its time are the same: nobody looks at them."""
    calm, broken = desk_in(tmp_path / "calm"), desk_in(tmp_path / "broken")
    taken(calm, files)
    under_way = plan(broken, files, AT, SMALL)
    for part in under_way.parts:
        read_part(under_way.work, part)
    at = files[0].stat()
    files[0].write_bytes(bytes(at.st_size))
    os.utime(files[0], ns=(at.st_atime_ns, at.st_mtime_ns))
    taken(broken, files)
    assert differing(calm, broken) == []


def test_what_was_read_of_other_files_is_cleared_away(files, tmp_path):
    """Another list of files, or another way to cut them, begins anew; so does another program: the same note names it."""
    desk = desk_in(tmp_path / "desk")
    first = plan(desk, files[:1], DAY, SMALL)
    read_part(first.work, first.parts[0])
    assert len(plan(desk, files[:1], DAY, SMALL).unread) == len(first.parts) - 1
    assert len(plan(desk, files[:1], DAY, Sizes(part=1_000)).unread) > len(first.parts)
    taken(desk, files[2:3])
    assert desk_values(desk, "SELECT DISTINCT outlet FROM versions") == ["The Gull"]


def desk_values(settings: Settings, sql: str) -> list[object]:
    return [row[0] for row in journey.ask(settings, sql).rows]


def test_a_file_that_cannot_be_read_to_its_end_is_told_and_leaves_nothing(tmp_path):
    """Whoever reads it: no row is written, and no spool stays."""
    desk = desk_in(tmp_path / "desk")
    good, torn = tmp_path / "good.jsonl", tmp_path / "torn.jsonl.gz"
    good.write_bytes(b"\n".join(lines()))
    torn.write_bytes(gzip.compress(b"\n".join(lines()))[:-20])
    for workers in (1, 2):
        with pytest.raises(UsageError, match=r"torn\.jsonl\.gz: cannot be read"):
            taken(desk, [good, torn], workers)
    assert desk_values(desk, "SELECT count(*) FROM fetches") == [0]
    assert not [p.name for p in desk.db.parent.iterdir() if "spool" in p.name]


def test_lines_that_expand_without_end_are_stopped(tmp_path, monkeypatch):
    """A small file of blanks cannot fill the disk."""
    monkeypatch.setattr(sources, "AT_LEAST", 100_000)
    bomb = tmp_path / "bomb.jsonl.gz"
    bomb.write_bytes(gzip.compress(b" " * 50_000_000))
    with pytest.raises(UsageError, match=r"bomb\.jsonl\.gz: cannot be read: it expands to more than"):
        taken(desk_in(tmp_path / "desk"), [bomb])


KILLED = """
import sys
from pathlib import Path
import test_bulk
from pipeline.config import load_settings
if __name__ == "__main__":
    test_bulk.taken(load_settings(Path(sys.argv[1])), [Path(f) for f in sys.argv[2:]], workers=2)
"""


def test_workers_end_with_the_run_that_started_them_and_the_next_goes_on(files, tmp_path):
    """Killed while they read: nobody is left over, and the same command leaves the rows of a calm one."""
    calm, killed = desk_in(tmp_path / "calm"), desk_in(tmp_path / "killed")
    taken(calm, files)
    script = tmp_path / "run.py"
    script.write_text(KILLED, encoding="utf8")
    config = killed.db.parent / "writethru.toml"
    paths = os.pathsep.join(p for p in (str(Path(__file__).parents[1]), str(Path(__file__).parent)))
    run = subprocess.Popen(
        [sys.executable, str(script), str(config), *map(str, files)],
        env=os.environ | {"PYTHONPATH": paths},
        start_new_session=True,
    )
    spool = killed.db.with_suffix(".spool")
    wait_until(lambda: len(list(spool.glob("part-*.json"))) > 1 or run.poll() is not None)
    run.send_signal(signal.SIGKILL)
    run.wait()
    wait_until(lambda: not group(run.pid))
    assert taken(killed, files).lines_read == 48
    assert differing(calm, killed) == []


def group(session: int) -> list[str]:
    """Processes of a session that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if told[3] == str(session) and told[0] != "Z":
            found.append(stat.parent.name)
    return found


def wait_until(true, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_what_the_database_holds_in_memory_is_bounded_while_an_import_lasts(files, tmp_path):
    """And afterwards it is as it was: the process may go on with other work."""
    settings = desk_in(tmp_path / "desk")
    with journey.writing(settings, "import", DAY) as store:

        def limit() -> str:
            return store.ask("SELECT current_setting('memory_limit')").rows[0][0]

        before, held = limit(), dict[str, set[str]]()
        import_into(store, settings, files, AT, lambda what, *_: held.setdefault(what, set()).add(limit()), 1, SMALL)
        assert held == {"parts read": {before}, "observations": {"244.1 MiB"}} and limit() == before
