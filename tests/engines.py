"""Where the stores of tests are: in DuckDB files, or in lakes if WRITETHRU_TEST_STORE says `sqlite`, `postgres` or `s3`.

A PostgreSQL server is started once for all tests of a process that ask for one, on loopback, with its own data and password.
"""

import asyncio
import atexit
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from buckets import buckets

KIND = os.environ.get("WRITETHRU_TEST_STORE", "")
PASSWORD = "LAKE_PASSWORD"  # the variable that holds it


@dataclass(frozen=True)
class Server:
    """A PostgreSQL of these tests' own."""

    folder: Path
    port: int
    password: str
    commands: Path  # where its programs are

    def database(self, name: str = "") -> str:
        """Make a database, and say how it is reached."""
        name = name or f"t{secrets.token_hex(6)}"
        asyncio.run(self._make(name))
        return f"ducklake:postgres:host=127.0.0.1 port={self.port} user=writethru dbname={name}"

    async def _make(self, name: str) -> None:
        import asyncpg  # comes with Prefect

        con = await asyncpg.connect(
            host="127.0.0.1", port=self.port, user="writethru", password=self.password, database="postgres"
        )
        try:
            await con.execute(f'CREATE DATABASE "{name}"')
        finally:
            await con.close()

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60"
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-o", options, "-w", "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def run(self, command: str, *arguments: str) -> None:
        """Run one of its programs; PostgreSQL refuses to be run by root."""
        user = "nobody" if os.getuid() == 0 else None
        subprocess.run(
            [str(self.commands / command), *arguments],
            user=user,
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=120,
        )


@cache
def server() -> Server:
    """The server, started when it is first asked for. Skips the test where PostgreSQL is not installed."""
    commands = _commands()
    if commands is None:
        pytest.skip("no PostgreSQL here: install postgresql, or the wheel pgserver")
    folder = Path(tempfile.mkdtemp(prefix="writethru-pg-"))
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    made = Server(folder, port, secrets.token_hex(8), commands)
    (folder / "password").write_text(made.password, encoding="ascii")
    if os.getuid() == 0:
        for path in (folder, folder / "password"):
            shutil.chown(path, "nobody")
    owner = os.getpid()
    made.run(
        "initdb", "-D", str(folder / "data"), "-A", "scram-sha-256", "-U", "writethru", "-N", f"--pwfile={folder / 'password'}"
    )
    made.start()
    os.environ[PASSWORD] = made.password
    atexit.register(lambda: _end(made) if os.getpid() == owner else None)
    return made


def _end(server: Server) -> None:
    try:
        pid = int((server.folder / "data" / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
        os.kill(pid, signal.SIGQUIT)
        time.sleep(0.2)
    except (OSError, ValueError):
        pass  # a test had stopped it
    shutil.rmtree(server.folder, ignore_errors=True)


def _commands() -> Path | None:
    """The newest PostgreSQL of the system, else that of a wheel."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda f: int(f.parts[-3]))
    if found := shutil.which("pg_ctl"):
        installed.append(Path(found).resolve())
    try:
        import pgserver

        installed.insert(0, Path(pgserver.__file__).parent / "pginstall" / "bin" / "pg_ctl")
    except ImportError:
        pass
    return installed[-1].parent if installed else None


def store_settings(folder: Path, kind: str = KIND) -> dict[str, object]:
    """The settings of a new store in a folder; for `s3` with its files in a bucket and its catalog in PostgreSQL."""
    if kind in ("postgres", "s3"):
        place = buckets().place() if kind == "s3" else {"data": str(folder / "lake")}
        return {"store": server().database(), "store_password": f"env:{PASSWORD}", **place}
    if kind == "sqlite":
        return {"store": f"ducklake:sqlite:{folder / 'lake.sqlite'}", "data": str(folder / "lake")}
    return {}


def store_lines(folder: Path, kind: str = KIND) -> str:
    """The same as lines of writethru.toml."""
    return lines_of(store_settings(folder, kind))


def lines_of(settings: Mapping[str, object]) -> str:
    return "".join(f"{key} = {_written(value)}\n" for key, value in settings.items())


def _written(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_written(inner)}" for key, inner in value.items()) + "}"
    return f'"{value}"'


of_a_file = pytest.mark.skipif(bool(KIND), reason="about the file of an embedded store")
