"""A lake on a PostgreSQL of one's own, and its meters: CPU of programs and of the server, files, the catalog's tables.

Used by bench/scale.py. The server is the tests' own, but it waits for the disk at every commit, as one in earnest does.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests"))  # last: bench/serving.py is meant by that name here

from engines import PASSWORD, Server, lines_of, server  # noqa: E402

from pipeline.config import Lake  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")
COMMAND = "from pipeline.cli import main; main()"


def durable_server() -> Server:
    """The tests' server, started anew so that commits wait for the disk."""
    mine = server()
    mine.stop()
    options = f"-p {mine.port} -k {mine.folder} -c listen_addresses=127.0.0.1 -c max_connections=100"
    mine.run("pg_ctl", "-D", str(mine.folder / "data"), "-l", str(mine.folder / "log"), "-o", options, "-w", "start")
    return mine


def lake_of(server: Server, folder: Path) -> Lake:
    """A new lake: a database of its own, and a folder for its files."""
    catalog = server.database().removeprefix("ducklake:postgres:")
    return Lake(kind="postgres", catalog=catalog, data=str(folder / "lake"), password=f"env:{PASSWORD}")


def settings_of(lake: Lake) -> str:
    """A lake as lines of writethru.toml."""
    return lines_of({"store": lake.name, "data": lake.data, "store_password": lake.password or ""})


# ---- CPU -----------------------------------------------------------------------------------------------------------------


def server_cpu(server: Server) -> float:
    """CPU seconds of all processes that the server has and has had."""
    first = int((server.folder / "data" / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = stat.read_text(encoding="utf8", errors="replace")
        except OSError:
            continue  # it has ended meanwhile, and its parent's sum has it
        fields = told.rpartition(")")[2].split()
        own, ended = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
        if int(told.split()[0]) == first:
            total += own + ended
        elif int(fields[1]) == first:
            total += own
    return total / TICK


@dataclass(slots=True)
class Spent:
    """What some work took."""

    cpu: float = 0.0  # seconds of the program's processes
    server: float = 0.0  # CPU seconds of PostgreSQL
    wall: float = 0.0


@contextmanager
def metered(server: Server | None) -> Iterator[Spent]:
    """What the work inside takes in this process and in the server."""
    spent, cpu, wall = Spent(), time.process_time(), time.perf_counter()
    before = server_cpu(server) if server else 0.0
    yield spent
    spent.cpu, spent.wall = time.process_time() - cpu, time.perf_counter() - wall
    spent.server = server_cpu(server) - before if server else 0.0


def side_by_side(commands: Sequence[Sequence[str]], folder: Path, server: Server | None) -> Spent:
    """Processes of the program at once, waited for. Raises CalledProcessError if one of them fails."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    spent, wall = Spent(), time.perf_counter()
    before = server_cpu(server) if server else 0.0
    running = [
        subprocess.Popen([sys.executable, "-c", COMMAND, *command], cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        for command in commands
    ]
    for process in running:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        spent.cpu += used.ru_utime + used.ru_stime
    spent.wall = time.perf_counter() - wall
    spent.server = server_cpu(server) - before if server else 0.0
    for process in running:
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, process.args)
    return spent


# ---- what a lake takes ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Size:
    """What a lake takes, of its catalog by table."""

    files: int
    file_bytes: int
    rows: dict[str, int]
    table_bytes: dict[str, int]

    @property
    def catalog_bytes(self) -> int:
        return sum(self.table_bytes.values())


def size_of(server: Server, lake: Lake) -> Size:
    """Files in the folder, rows and bytes of each table of the catalog; tables of rows that were not written out are one."""
    files = [f.stat().st_size for f in Path(lake.data).rglob("*") if f.is_file()]
    found = asyncio.run(_tables(server, lake))
    rows: dict[str, int] = {}
    table_bytes: dict[str, int] = {}
    for name, count, size in found:
        short = "rows inlined" if name.startswith("ducklake_inlined_data_") and name[-1].isdigit() else name
        rows[short] = rows.get(short, 0) + count
        table_bytes[short] = table_bytes.get(short, 0) + size
    return Size(len(files), sum(files), rows, table_bytes)


async def _tables(server: Server, lake: Lake) -> list[tuple[str, int, int]]:
    con = await _connected(server, lake)
    try:
        names = [r[0] for r in await con.fetch("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'ducklake%'")]
        asked = 'SELECT (SELECT count(*) FROM "{0}"), pg_total_relation_size(\'"{0}"\')'
        return [(name, *await con.fetchrow(asked.format(name))) for name in sorted(names)]
    finally:
        await con.close()


async def _connected(server: Server, lake: Lake):  # type: ignore[no-untyped-def]  # asyncpg has no types
    import asyncpg  # comes with Prefect

    database = lake.catalog.rpartition("dbname=")[2]
    return await asyncpg.connect(
        host="127.0.0.1", port=server.port, user="writethru", password=server.password, database=database
    )


def vacuum(server: Server, lake: Lake) -> None:
    """Give what was deleted back, as far as PostgreSQL can: tables are written anew."""

    async def go() -> None:
        con = await _connected(server, lake)
        try:
            await con.execute("VACUUM FULL")
        finally:
            await con.close()

    asyncio.run(go())


def folder_bytes(folder: Path) -> int:
    """Bytes of all files below."""
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())


def emptied(folder: Path) -> Path:
    """A folder with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
