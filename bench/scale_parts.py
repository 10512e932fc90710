"""What bench/scale.py measures: passes of several workers, commits, questions, and the judging that one process does.

Every function returns rows of plain numbers, as bench/scale.toml keeps them.
"""

import multiprocessing
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import linking
import questions
import tracking
from scale_lake import Server, Size, Spent, emptied, folder_bytes, lake_of, metered, settings_of, side_by_side, size_of, vacuum
from scale_made import BATCH, TEXTS, Made
from serving import NOON, Issue, Press, Supply, page, serving
from stored import HOUR, fill

from pipeline import journey
from pipeline.config import Lake, Settings, load_settings
from pipeline.extract import extract
from pipeline.store import Batch, Store, engine_of, lease, transfer
from pipeline.store.database import connect

Row = dict[str, float | str]  # of bench/scale.toml

# ---- passes by several workers -------------------------------------------------------------------------------------------

PAGES = Supply(feeds=100, entries=5)


@dataclass(frozen=True, slots=True)
class Variant:
    """Where the store is, and how many processes work on it."""

    name: str
    in_lake: bool
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """What is published before a pass, and what the pass is."""

    name: str
    pages: bool  # whether articles are read from pages, else from their feeds
    build: int = 0
    edited: int = 0
    command: str = "ingest"
    after: timedelta = HOUR  # the step before
    shared: bool = True  # by all workers; else it is one process's work


STEPS = (
    Step("texts in feeds, all new", pages=False),
    Step("feeds, 304", pages=False),
    Step("pages, all new", pages=True),
    Step("pages, 5 % edited", pages=True, build=1, edited=1),
    Step("pages, 304", pages=True, build=1, edited=1),
    Step("nothing due", pages=True, build=1, edited=1, after=timedelta(minutes=1), shared=False),
    Step("track", pages=True, build=1, edited=1, command="track", shared=False),
)


def variants(workers: Sequence[int]) -> list[Variant]:
    """A file, and a lake with so many workers."""
    lakes = [Variant(f"lake, {n} worker{'s' if n > 1 else ''}", True, n) for n in workers]
    return [Variant("a file", False), *lakes]


def passes(server: Server, workers: Sequence[int], folder: Path) -> list[Row]:
    """Each pass by each variant, one after the other over the same feeds; every variant has stores of its own."""
    rows: list[Row] = []
    with serving(TEXTS) as texts, serving(PAGES) as pages:
        desks, now = {}, NOON
        for v in variants(workers):
            for press, of_pages in ((texts, False), (pages, True)):
                desks[v.name, of_pages] = desk(folder / f"{v.name} {of_pages}", press, of_pages, v, server)
        for step in STEPS:
            now += step.after
            (pages if step.pages else texts).publish(build=step.build, edited=step.edited)
            for v in variants(workers) if step.shared else variants([1]):
                rows.append(one_pass(desks[v.name, step.pages], step, v, now, server))
                say("  {what}, {where}: {cpu:.2f} CPU-s, PostgreSQL {server:.2f}, {wall:.2f} s", rows[-1])
    return rows


def say(text: str, row: Row) -> None:
    """A line of what is being measured."""
    print(text.format(**row), flush=True)


def desk(folder: Path, press: Press, pages: bool, variant: Variant, server: Server | None) -> Settings:
    """A folder that follows the press' feeds, and an empty store."""
    emptied(folder)
    entries = (
        f'[[feed]]\nurl = "{url}"\noutlet = "outlet{n}.example"\nread = "{"pages" if pages else "feed"}"\n'
        for n, url in enumerate(press.addresses)
    )
    (folder / "feeds.toml").write_text("\n".join(entries), encoding="utf8")
    (folder / "stories.toml").write_text("", encoding="utf8")
    where = settings_of(lake_of(server, folder)) if server and variant.in_lake else ""
    fetch = "[fetch]\nallow_private_hosts = true\nper_host_delay = 0\n"
    (folder / "writethru.toml").write_text(where + fetch, encoding="utf8")
    settings = load_settings(folder / "writethru.toml")
    with lease(settings.place, "bench"), Store(settings.place, now=NOON):
        return settings  # with a store whose tables are made: that is no part of a pass


def one_pass(settings: Settings, step: Step, variant: Variant, now: datetime, server: Server) -> Row:
    """One pass, by as many processes as the variant has; tracking is one process's work."""
    before = counted(settings)
    count = variant.workers if step.shared else 1
    words = [step.command, "--now", now.strftime("%Y-%m-%dT%H:%M:%SZ"), "--quiet"]
    spent = side_by_side([words] * count, settings.feeds.parent, server if variant.in_lake else None)
    after = counted(settings)
    return {
        "what": step.name,
        "where": variant.name,
        "workers": count,
        "versions": after["versions"] - before["versions"],
        "looks": after["looks"] - before["looks"],
        "feeds": after["feeds"] - before["feeds"],
        **rounded(spent),
        "archive_bytes": after["archive"] - before["archive"],
    }


def counted(settings: Settings) -> dict[str, int]:
    """Versions, looks at pages and feeds in the store, bytes in the archive; nothing of a store that was never made."""
    found = dict.fromkeys(("versions", "looks", "feeds"), 0)
    if engine_of(settings.place).exists():
        told = "SELECT (SELECT count(*) FROM versions), (SELECT count(*) FROM fetches WHERE kind = {})"
        found["versions"], found["looks"] = journey.ask(settings, told.format("'page'")).rows[0]
        found["feeds"] = journey.ask(settings, told.format("'feed'")).rows[0][1]
    return found | {"archive": folder_bytes(settings.archive_folder)}


def feed_polled(folder: Path, rounds: int = 5) -> dict[str, float]:
    """CPU seconds of asking a feed that tells nothing new, in a process that is warm; the store is a file."""
    with serving(TEXTS) as press:
        settings = desk(folder, press, False, Variant("a file", False), None)
        journey.ingest(settings, NOON)
        asked, still = [], []
        for n in range(1, rounds + 1):
            for spent, at in ((asked, NOON + n * HOUR), (still, NOON + n * HOUR + timedelta(minutes=1))):
                with metered(None) as took:
                    journey.ingest(settings, at)
                spent.append(took.cpu)
    return {"cpu": round((statistics.median(asked) - statistics.median(still)) / TEXTS.feeds, 6)}


def page_read(pages: int = 40) -> dict[str, float]:
    """Kilobytes of a page as the press shows it, and CPU seconds of reading it."""
    bodies = [page(PAGES, n % PAGES.feeds, n % PAGES.entries, Issue()).encode("utf8") for n in range(pages)]
    headers = {"content-type": "text/html"}
    extract(bodies[0], url="http://tern.example/report", headers=headers)
    begun = time.process_time()
    for body in bodies:
        extract(body, url="http://tern.example/report", headers=headers)
    return {"kilobytes": round(sum(map(len, bodies)) / pages / 1000, 1), "cpu": round((time.process_time() - begun) / pages, 5)}


def rounded(spent: Spent) -> dict[str, float]:
    return {"cpu": round(spent.cpu, 3), "server": round(spent.server, 3), "wall": round(spent.wall, 3)}


# ---- commits -------------------------------------------------------------------------------------------------------------

MEASURED = 5  # commits at each depth
WRITTEN_FOR = ("record.version", "record.fetch", "record.article", "record.paragraph", "record.appearance", "record.alias")


def commit(store: Store, batch: Batch, server: Server | None) -> tuple[Spent, float]:
    """Write a batch; what it took, and the seconds of the COMMIT alone."""
    with metered(server) as spent:
        with store.transaction():
            store.record(batch)
            begun = time.perf_counter()
        last = time.perf_counter() - begun
    return spent, last


def median_of(spents: Sequence[Spent]) -> dict[str, float]:
    """CPU of many is added up, for the server's clock is coarse; seconds are the median."""
    n = len(spents)
    cpu, server = sum(s.cpu for s in spents) / n, sum(s.server for s in spents) / n
    return {"cpu": round(cpu, 4), "server": round(server, 4), "wall": round(statistics.median(s.wall for s in spents), 4)}


def depths(server: Server, marks: Sequence[int], folder: Path) -> list[Row]:
    """What commits cost after so many snapshots, each of which made a file."""
    lake, made, rows, done = lake_of(server, emptied(folder)), Made(), [], 0
    with lease(lake, "bench"), Store(lake, now=NOON) as store:
        commit(store, made.new(), None)  # what is loaded once is loaded here
        for mark in marks:
            for _ in range(max(0, mark - done - 1)):
                commit(store, made.little(), None)
            done = max(mark, done)
            for kind, batch in (("new", made.new), ("looks", made.looks), ("small", made.little)):
                told = [commit(store, batch(), server) for _ in range(MEASURED)]
                seconds = round(statistics.median(last for _, last in told), 4)
                rows.append({"kind": kind, "snapshots": mark, **median_of([s for s, _ in told]), "of_the_commit": seconds})
                say("  {kind} after {snapshots} snapshots: {cpu:.3f} CPU-s, PostgreSQL {server:.3f}, {wall:.3f} s", rows[-1])
    return rows


def batches(server: Server, sizes: Sequence[int], folder: Path) -> list[Row]:
    """What a transaction takes by the looks in it: first looks at articles, and looks that found nothing new."""
    lake, made, rows = lake_of(server, emptied(folder)), Made(), []
    with lease(lake, "bench"), Store(lake, now=NOON) as store:
        commit(store, made.new(), None)  # what is loaded once is loaded here
        for size in sizes:
            new = [commit(store, made.new(size), server)[0] for _ in range(MEASURED)]
            looks = [commit(store, made.looks(), server)[0] for _ in range(MEASURED)]
            rows += [{"kind": "new", "looks": size, **median_of(new)}, {"kind": "looks", "looks": size, **median_of(looks)}]
            for row in rows[-2:]:
                say("  a batch of {looks} {kind}: {cpu:.3f} CPU-s, PostgreSQL {server:.3f}, {wall:.3f} s", row)
    return rows


def growth(server: Server, count: int, folder: Path) -> tuple[dict[str, float], list[Row]]:
    """What so many commits of new articles and as many of looks leave, and what tidying and forgetting give back.

    Returns figures, and for each table of the catalog its rows and bytes at each stage.
    """
    lake, made = lake_of(server, emptied(folder)), Made()
    with lease(lake, "bench"), Store(lake, now=NOON) as store:
        sizes = [size_of(server, lake)]
        new = [commit(store, made.new(), server)[0] for _ in range(count)]
        sizes.append(size_of(server, lake))
        looks = [commit(store, made.looks(n), server)[0] for n in range(count)]
    sizes.append(size_of(server, lake))
    figures: dict[str, float] = {"commits": count, "looks_a_batch": BATCH}
    figures |= {f"new_{k}": v for k, v in median_of(new).items()} | {f"looks_{k}": v for k, v in median_of(looks).items()}
    figures |= {f"scan_before_{k}": v for k, v in scanned(lake, server).items()}
    with lease(lake, "bench"):
        for name, history in (("tidy", None), ("forget", timedelta(0))):
            with metered(server) as spent:
                engine_of(lake).tidy(datetime.now(UTC) + timedelta(days=2), history, lambda: None)
            figures |= {f"{name}_{k}": v for k, v in rounded(spent).items()}
            sizes.append(size_of(server, lake))
            figures |= {f"scan_after_{name}_{k}": v for k, v in scanned(lake, server).items()}
    vacuum(server, lake)
    sizes.append(size_of(server, lake))
    figures |= bytes_each(lake, BATCH * count)
    figures |= {f"{stage}_{k}": v for stage, s in zip(STAGES, sizes, strict=True) for k, v in totals(s).items()}
    return figures, tables_of(sizes)


def bytes_each(lake: Lake, articles: int) -> dict[str, float]:
    """Bytes of the lake's files for a version with all that hangs on it, and for a look; every article had two looks."""
    engine = engine_of(lake)
    con = engine.open_to_read()
    try:
        told = con.execute("SELECT table_name, file_size_bytes FROM ducklake_table_info('store')").fetchall()
    finally:
        engine.close_to_read(con, calm=True)
    sizes = {name: size or 0 for name, size in told}
    look, text = sizes.pop("fetch") / (2 * articles), sizes.pop("version") / articles
    return {"text_bytes": round(text), "around_bytes": round(sum(sizes.values()) / articles), "look_bytes": round(look)}


STAGES = ("empty", "new", "looks", "tidied", "forgotten", "vacuumed")


def totals(s: Size) -> dict[str, float]:
    return {
        "files": s.files,
        "file_bytes": s.file_bytes,
        "catalog_bytes": s.catalog_bytes,
        "catalog_rows": sum(s.rows.values()),
    }


def tables_of(sizes: Sequence[Size]) -> list[Row]:
    """Rows and bytes of the catalog's tables at each stage; those that hardly take anything are left out."""
    names = sorted({name for s in sizes for name in s.rows if max(t.table_bytes.get(name, 0) for t in sizes) >= 65_536})
    return [
        {
            "table": name,
            **{f"{stage}_rows": s.rows.get(name, 0) for stage, s in zip(STAGES, sizes, strict=True)},
            **{f"{stage}_bytes": s.table_bytes.get(name, 0) for stage, s in zip(STAGES, sizes, strict=True)},
        }
        for name in names
    ]


def scanned(lake: Lake, server: Server) -> dict[str, float]:
    """What it costs to read all of the tables that ingestion writes."""
    engine = engine_of(lake)
    con = engine.open_to_read()
    try:
        with metered(server) as spent:
            for table in WRITTEN_FOR:
                con.execute(f"SELECT count(*), max(hash(t)) FROM {table} AS t").fetchall()
    finally:
        engine.close_to_read(con, calm=True)
    return rounded(spent)


# ---- questions -----------------------------------------------------------------------------------------------------------


def asked(server: Server, size: int, folder: Path) -> list[Row]:
    """CPU of the documented questions with so many articles stored, of a file and of a lake that was made of it."""
    home = emptied(folder)
    for name in ("feeds.toml", "stories.toml", "writethru.toml"):
        (home / name).write_text("", encoding="utf8")
    settings = load_settings(home / "writethru.toml")
    with lease(settings.place, "bench"), Store(settings.place, now=NOON):
        pass
    fill(settings.db, size)
    con = connect(settings.db)
    for statement in filter(str.strip, questions.DERIVED.split(";\n")):
        con.execute(statement)
    con.close()
    journey.snapshot(settings, NOON)
    lake = lake_of(server, home)
    with lease(lake, "bench") as held:
        transfer(engine_of(settings.place), engine_of(lake), NOON, held.check)
    moved = home / "moved.toml"
    moved.write_text(settings_of(lake), encoding="utf8")
    return beside(settings, load_settings(moved), server)


def beside(file: Settings, lake: Settings, server: Server) -> list[Row]:
    """Every question of both, in turn; each is asked twice, the second time counts."""
    rows: list[Row] = []
    files = sorted((questions.ROOT / "sql" / "questions").glob("*.sql"))
    every = {"to open it alone": "SELECT 1"} | {f.stem: f.read_text(encoding="utf8") for f in files}
    for name, text in every.items():
        for place in (file, lake):
            journey.ask(place, text)
        with metered(None) as there:
            journey.ask(file, text)
        with metered(server) as here:
            journey.ask(lake, text)
        rows.append(
            {"question": name, "file": round(there.cpu, 4), "lake": round(here.cpu, 4), "server": round(here.server, 4)}
        )
    return rows


# ---- judging -------------------------------------------------------------------------------------------------------------


def linked(sizes: Sequence[int]) -> list[Row]:
    """Milliseconds of a decision and memory with so many open articles, each in a process that has held nothing else."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as fresh:
        rows = list(fresh.map(linked_here, sizes))
    for row in rows:
        say("  {open} open articles: {ms} ms a decision, {bytes} bytes each", row)
    return rows


def linked_here(size: int) -> Row:
    """The same in this process."""
    before, begun = resident(), time.process_time()
    groups, asked_for = linking.fill(size)
    filled = 1000 * (time.process_time() - begun) / size
    cost, right = linking.ask(groups, asked_for)
    each = round((resident() - before) / size)
    return {"open": size, "ms": round(cost, 3), "entering_ms": round(filled, 3), "bytes": each, "right": round(right, 3)}


def resident() -> float:
    """Bytes of memory of this process now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096.0


PAIRS = 3  # runs of each kind, of which the cheapest counts: what disturbs only adds


def tracked(sizes: Sequence[int], few: int, new: int, folder: Path) -> list[Row]:
    """CPU of runs of `track` over few and over many new articles, with so many stored; what is remembered in the store."""
    home = emptied(folder)
    for name in ("feeds.toml", "stories.toml", "writethru.toml"):
        (home / name).write_text("", encoding="utf8")
    settings, stream, rows = load_settings(home / "writethru.toml"), tracking.Stream(1), []
    for size in sizes:
        while stream.number < size:
            tracking.spent_on_track(settings, tracking.add(settings, stream, min(tracking.PART, size - stream.number)))
        tracking.spent_on_track(settings, tracking.add(settings, stream, few))  # after this no snapshot is made all anew
        costs = {
            n: [tracking.spent_on_track(settings, tracking.add(settings, stream, n)) for _ in range(PAIRS)] for n in (few, new)
        }
        (little, _), (cpu, wall) = (min(costs[n]) for n in (few, new))
        kept = tracking.remembered(settings)
        row: Row = {"stored": size, "few": few, "few_cpu": round(little, 3), "new": new, "cpu": round(cpu, 3)}
        rows.append({**row, "wall": round(wall, 3), "remembered": kept})
        say("  {stored} stored: {few} new {few_cpu} CPU-s, {new} new {cpu} CPU-s", rows[-1])
    return rows
