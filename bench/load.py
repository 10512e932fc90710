"""A thousand feeds for simulated days, a tenth of them misbehaving: does all that is healthy arrive, does memory stay flat?

    python bench/load.py [--feeds N] [--days N] [--minutes N] [--write]

One process polls every quarter of an hour of simulated time, each pass a whole `ingest`, until the days or the minutes of real
time are over. Every hour another build date, every four hours one entry in twenty edited. The ill outlets hang, fail, reset,
send rubbish, cut their bodies, redirect to private addresses, or answer with bombs, another illness every hour. Figures go to
docs/operations.md with --write.
"""

import argparse
import gzip
import random
import resource
import socketserver
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from serving import NOON, Press, Supply, serving
from stored import settings_in

from pipeline import journey
from pipeline.config import Settings, load_settings

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "operations.md"
QUARTER = timedelta(minutes=15)
BOMB = gzip.compress(b"<rss>" + b" " * 64_000_000)
ILLNESSES = ("hang", "500", "reset", "rubbish", "cut", "private", "bomb", "slow")


@dataclass(frozen=True, slots=True)
class Pass:
    """One poll, as it went."""

    hour: float  # simulated
    cpu: float  # seconds
    wall: float
    resident: float  # MB
    store: float  # MB
    versions: int


class Ill(socketserver.StreamRequestHandler):
    """A server that never answers as it should."""

    illness = "500"

    def handle(self) -> None:
        try:
            self.rfile.readline(65_536)
            self.answer(random.Random(f"{self.client_address[1]}").choice(ILLNESSES) if self.illness == "any" else self.illness)
        except OSError:
            pass  # the client has given up on us, as it should

    def answer(self, illness: str) -> None:
        head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
        if illness == "hang":
            time.sleep(5)
        elif illness == "500":
            self.wfile.write(b"HTTP/1.1 500 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
        elif illness == "rubbish":
            self.wfile.write(head + b"Content-Length: 4000\r\n\r\n" + bytes(range(256)) * 15 + b"x" * 160)
        elif illness == "cut":
            self.wfile.write(head + b"Content-Length: 90000\r\n\r\n<rss version='2.0'><channel><item><title>half")
        elif illness == "private":
            self.wfile.write(b"HTTP/1.1 302 There\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n")
        elif illness == "bomb":
            self.wfile.write(head + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB)
        elif illness == "slow":
            for _ in range(12):
                self.wfile.write(b"H")
                self.wfile.flush()
                time.sleep(0.4)
        # reset: nothing at all


class Threaded(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256


@contextmanager
def ill_outlets(count: int) -> Iterator[list[str]]:
    """Addresses of feeds that misbehave, on hosts of their own."""
    with Threaded(("", 0), Ill) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield [f"http://127.7.{n // 250}.{n % 250 + 1}:{server.server_address[1]}/feed.xml" for n in range(count)]
        server.shutdown()


def resident() -> float:
    """Memory of this process now, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def polls(settings: Settings, press: Press, days: float, minutes: float) -> Iterator[Pass]:
    """Poll until simulated days or real minutes are over."""
    end, n = time.monotonic() + 60 * minutes, 0
    while n * QUARTER < timedelta(days=days) and time.monotonic() < end:
        Ill.illness = "any" if (n // 4) % 9 == 8 else ILLNESSES[(n // 4) % 9 % len(ILLNESSES)]
        press.publish(build=n // 4, edited=n // 16)
        before, started = time.process_time(), time.monotonic()
        done = journey.ingest(settings, NOON + n * QUARTER)
        cpu, wall = time.process_time() - before, time.monotonic() - started
        yield Pass(n / 4, cpu, wall, resident(), settings.db.stat().st_size / 1e6, done.tally.new_versions)
        n += 1


def measure(feeds: int, days: float, minutes: float) -> tuple[list[Pass], list[str]]:
    """The passes, and lines about what stood in the store at the end."""
    healthy = feeds * 9 // 10
    with tempfile.TemporaryDirectory() as folder, serving(Supply(feeds=healthy)) as press, ill_outlets(feeds - healthy) as ill:
        settings = settings_in(Path(folder) / "desk", [*press.addresses, *ill])
        config = Path(folder) / "desk" / "writethru.toml"
        config.write_text(config.read_text(encoding="utf8") + "total_timeout = 4\n", encoding="utf8")
        settings = load_settings(config)
        passes = []
        for one in polls(settings, press, days, minutes):
            passes.append(one)
            print(
                f"{one.hour:6.2f} h {one.cpu:7.2f} CPU-s {one.wall:7.1f} s {one.resident:6.0f} MB, store {one.store:6.0f} MB",
                flush=True,
            )
        edits = max(0, (len(passes) - 1) // 16)
        return passes, told(settings, healthy, edits)


def told(settings: Settings, healthy: int, edits: int) -> list[str]:
    """What arrived, beside what was published; how the ill fetches ended; whether the store holds together."""
    articles, versions = journey.ask(settings, "SELECT count(DISTINCT article_id), count(*) FROM versions").rows[0]
    outcomes = Counter(dict(journey.ask(settings, "SELECT outcome, count(*) FROM fetches GROUP BY 1").rows))
    checks = journey.verify(settings, NOON)
    published = healthy * 20, healthy * (20 + edits)
    return [
        f"- of healthy outlets {articles} articles of {published[0]} published, {versions} versions of {published[1]}",
        "- fetches by outcome: " + ", ".join(f"{name} {n}" for name, n in outcomes.most_common()),
        f"- {len(checks.held)} checks hold, {len(checks.failures)} do not",
    ]


def page(feeds: int, passes: list[Pass], lines: list[str]) -> str:
    """The section of docs/operations.md."""
    later = passes[len(passes) // 4 :]
    quiet = sorted(p.cpu for p in later)[len(later) // 2]
    rows = [passes[0], *passes[1 :: max(1, len(passes) // 8)], passes[-1]]
    table = [f"| {p.hour:.2f} | {p.cpu:.2f} | {p.wall:.1f} | {p.resident:.0f} | {p.store:.0f} | {p.versions} |" for p in rows]
    return "\n".join(
        [
            f"{feeds} feeds with 20 entries, a tenth of them ill; {len(passes)} passes, simulated 15 minutes apart.",
            f"A pass in the middle costs {quiet:.2f} CPU-s (median).",
            "",
            "| hour | CPU-s of the pass | seconds | resident MB | store MB | new versions |",
            "|---|---|---|---|---|---|",
            *table,
            "",
            *lines,
        ]
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--days", type=float, default=4)
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--write", action="store_true")
    given = options.parse_args()
    passes, lines = measure(given.feeds, given.days, given.minutes)
    text = page(given.feeds, passes, lines)
    print(text)
    if given.write:
        old = PAGE.read_text(encoding="utf8")
        start, end = old.index("<!-- load -->"), old.index("<!-- /load -->")
        PAGE.write_text(f"{old[:start]}<!-- load -->\n{text}\n{old[end:]}", encoding="utf8")


if __name__ == "__main__":
    main()
