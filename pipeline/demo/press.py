"""The press of the demo: the recorded story as live sites on loopback, each at the state of the clock that is set.

One small HTTP proxy stands for all outlets: it answers for their `.example` names and goes nowhere else. Feeds are real RSS,
Atom and JSON Feed; pages are real HTML with site furniture that differs at every fetch, as on any news site.
"""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader

IN_FEED = 25  # items of a feed
TEASERS = (
    "Tram drivers and the city agree on night shifts",
    "A library opens in the old customs house",
    "Why bread costs more again this winter",
    "Harbour pilots call off their strike",
    "Cup draw: who plays whom in the spring",
    "Snow closes two mountain passes",
    "Three recipes for the first frost",
    "The orchestra that rehearses in a tunnel",
    "Ferry timetable changes from Monday",
    "A comet for early risers",
    "Crossword: today's solution",
    "Reader photos: the season's last swim",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An outlet of the record."""

    name: str
    host: str
    feed_path: str
    feed_format: str  # rss, atom or json
    template: str


@dataclass(slots=True)
class Press:
    """All outlets, at one moment. Not an archive: it shows what stands at `now`."""

    outlets: Mapping[str, Outlet]  # by host
    pages: Mapping[str, Sequence[Mapping[str, Any]]]  # address without scheme -> its observations in time order
    now: datetime
    fetches: int = 0
    _templates: Environment = field(default_factory=lambda: Environment(loader=PackageLoader("pipeline.demo"), autoescape=True))

    # ---- answers

    def answer(self, url: str) -> tuple[int, str, bytes]:
        """(status, content type, body) for a request."""
        parts = urlsplit(url)
        outlet = self.outlets.get(parts.hostname or "")
        self.fetches += 1
        if outlet is None:
            return 502, "text/plain", b"no such outlet"
        if parts.path == outlet.feed_path:
            return self._feed(outlet)
        return self._page(outlet, f"{parts.hostname}{parts.path}")

    def _page(self, outlet: Outlet, address: str) -> tuple[int, str, bytes]:
        shown = self._standing(address)
        html = self._templates.get_template("page.html" if shown else "missing.html")
        text = html.render(
            outlet=outlet, page=shown, now=self.now, n=self.fetches, teasers=self._teasers(5), style=outlet.template
        )
        return (int(shown["status"]) if shown else 404), "text/html; charset=utf-8", text.encode("utf8")

    def _standing(self, address: str) -> Mapping[str, Any] | None:
        """The newest observation of a page that is not later than now."""
        return next((o for o in reversed(self.pages.get(address, ())) if _time(o["at"]) <= self.now), None)

    def _teasers(self, count: int) -> list[str]:
        return [TEASERS[(self.fetches * 5 + i * 7) % len(TEASERS)] for i in range(count)]

    def _feed(self, outlet: Outlet) -> tuple[int, str, bytes]:
        mine = [o for address in self.pages if address.startswith(outlet.host + "/") if (o := self._listed(address))]
        items = sorted(mine, key=lambda o: (o["published"] or o["at"], o["url"]), reverse=True)[:IN_FEED]
        if outlet.feed_format == "json":
            return 200, "application/feed+json", json.dumps(_json_feed(outlet, items)).encode("utf8")
        kind = "application/rss+xml" if outlet.feed_format == "rss" else "application/atom+xml"
        template = self._templates.get_template(f"{outlet.feed_format}.xml")
        return 200, kind, template.render(outlet=outlet, items=items, now=self.now, rfc822=_rfc822, link=link).encode("utf8")

    def _listed(self, address: str) -> Mapping[str, Any] | None:
        """What a feed says of a page: its last healthy state."""
        healthy = [o for o in self.pages[address] if _time(o["at"]) <= self.now and o["status"] == 200 and o.get("guid")]
        return healthy[-1] if healthy else None


def link(url: str) -> str:
    """The address under which the demo serves a page: plain HTTP, because one loopback server stands for all names."""
    return url.replace("https://", "http://", 1)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _rfc822(text: str | None) -> str:
    return format_datetime(_time(text).astimezone(UTC), usegmt=True) if text else ""


def _json_feed(outlet: Outlet, items: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    told = [
        {
            "id": o["guid"],
            "url": link(o["url"]),
            "title": o["title"],
            "summary": o["summary"],
            "date_published": o["published"],
            **({"date_modified": o["updated"]} if o["updated"] else {}),
        }
        for o in items
    ]
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": f"http://{outlet.host}/",
        "items": told,
    }


def load_press(folder: Path) -> Press:
    """The press of a recorded story: its observations.jsonl and outlets.json."""
    told = json.loads((folder / "outlets.json").read_text(encoding="utf8"))["outlets"]
    outlets = [
        Outlet(
            name=o["name"], host=o["host"], feed_path=o["feed"]["path"], feed_format=o["feed"]["format"], template=o["template"]
        )
        for o in told
    ]
    pages: dict[str, list[dict[str, Any]]] = {}
    for line in (folder / "observations.jsonl").read_text(encoding="utf8").splitlines():
        seen = json.loads(line)
        parts = urlsplit(seen["url"])
        pages.setdefault(f"{parts.hostname}{parts.path}", []).append(seen)
    first = min(_time(o["at"]) for of_one in pages.values() for o in of_one)
    return Press(outlets={o.host: o for o in outlets}, pages=pages, now=first - timedelta(minutes=1))


def moments(press: Press) -> list[datetime]:
    """The recorded times, in order: when the demo looks."""
    return sorted({_time(o["at"]) for of_one in press.pages.values() for o in of_one})


# ---- serving -------------------------------------------------------------------------------------------------------------


@contextmanager
def serving(press: Press) -> Iterator[str]:
    """Serve the press on a free port of 127.0.0.1 while inside; yields the proxy's address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65_536  # headers and body in one packet: two would wait for each other's acknowledgement
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            status, kind, body = press.answer(self.path)
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if status == 200 and self.headers.get("If-None-Match") == etag:
                status, body = 304, b""
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", etag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """A demo's terminal is for the story."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128  # with the default of 5 a burst of connections would wait a second for the next try

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, name="demo-press", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
