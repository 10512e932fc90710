"""A real server on loopback for the tests of the live pages, and a visitor with cookies."""

import http.client
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import uvicorn

from pipeline.config import Settings, load_settings
from pipeline.serve import Access, application

NOW = datetime(2025, 12, 25, 17, tzinfo=UTC)
STORY = "us-28-point-plan"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Visitor:
    """Somebody with a browser: keeps cookies, says where a form comes from."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
        """One request; headers are named with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies and "Cookie" not in sent:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            for value in answer.headers.get_all("Set-Cookie") or ():
                self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(value).items()}
            return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read().decode())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def mark(self, path: str = f"/{STORY}/index.html") -> str:
        """The mark that the forms of a page carry."""
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get(path).text)
        assert found
        return found[1]

    def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        """Send a form as a browser does from a page of this server."""
        sent = {"Origin": self.origin, "Content_Type": "application/x-www-form-urlencoded"} | headers
        return self.ask("POST", path, urlencode(form), **sent)


def copy_of(demo: Path, folder: Path) -> Settings:
    """The demo's folder copied, so that decisions do not reach other tests."""
    shutil.copytree(demo, folder, ignore=shutil.ignore_patterns("*.archive", "reports", "*.lease-*"))
    return load_settings(folder / "writethru.toml")


@contextmanager
def served(settings: Settings, token: str = "") -> Iterator[Visitor]:
    """The live pages on a free port of 127.0.0.1, until the block ends."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        access = Access(port=port, token=token)
        app = application(settings, access, lambda: NOW)
        config = uvicorn.Config(app, log_level="warning", proxy_headers=False, server_header=False, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.01)
            yield Visitor(port)
        finally:
            server.should_exit = True
            thread.join(20)
