"""Feeds on loopback, in a process of their own, so that serving them costs the measured process nothing.

    with serving(Supply(feeds=100, entries=20)) as press:
        press.publish(build=1, edited=0, validators=True)
        press.addresses

Every feed has an address of its own in 127.0.0.0/8, as outlets have. Half the feeds are RSS, half Atom; each entry carries its
article whole, 4 to 5 kB of prose that is put together here from a fixed seed. The page that an entry links to shows the same
article amid 40 kB of furniture, which moves with the feed's date. All bytes depend on the feed's number and on what was
published last, and on nothing else.
"""

import argparse
import json
import random
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode

from pipeline.words import family

SYLLABLES = ("ra", "to", "min", "sel", "da", "ko", "ve", "lun", "is", "par", "net", "o", "qui", "bes", "tal", "u")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # when the newest entry was published
WHO = [
    "the city council",
    "two ministers",
    "a spokesman for the port",
    "residents of the old town",
    "the national bank",
    "the rail union",
    "engineers at the dam",
    "a court in the capital",
    "fishing crews",
    "the health ministry",
    "farmers in the valley",
    "the opposition",
    "a panel of scientists",
    "border officials",
    "the airline",
    "teachers at three schools",
    "the grid operator",
    "an envoy of the president",
]
DID = [
    "agreed to postpone",
    "rejected",
    "said they would support",
    "asked the government to publish",
    "warned against",
    "have begun to rebuild",
    "did not confirm",
    "presented",
    "withdrew from",
    "signed",
    "described as unfinished",
    "want to replace",
    "voted for",
    "questioned",
    "welcomed",
]
WHAT = [
    "the plan for a second bridge",
    "a draft of the agreement",
    "new limits on night flights",
    "the budget for flood defences",
    "a ceasefire along the river",
    "the timetable for elections",
    "the inquiry into the ferry fire",
    "higher duties on steel",
    "the closure of a coal plant",
    "a vaccine campaign in the north",
    "talks on fishing rights",
    "the sale of the harbour",
]
WHEN = [
    "on Monday evening",
    "after a meeting that lasted four hours",
    "before the end of the month",
    "in a letter to parliament",
    "during a visit to the region",
    "at a news conference",
    "despite protests in several towns",
    "for the first time since the storm",
]
WHY = [
    "because costs had risen by {n} percent",
    "although only {n} of the members were present",
    "citing a report of {n} pages",
    "and added that {n} people were still waiting for an answer",
    "while prices fell to {n} a tonne",
    "with {n} votes against",
    "a step that affects {n} households",
    "which would take another {n} weeks",
]


@dataclass(frozen=True, slots=True)
class Supply:
    """How much is served."""

    feeds: int = 100
    entries: int = 20  # of each feed
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Issue:
    """What is published now."""

    build: int = 0  # moves the feed's own date
    edited: int = 0  # how often one entry in twenty has been edited
    validators: bool = True  # whether an ETag is sent and honoured


@dataclass(frozen=True, slots=True)
class Press:
    """The server, from outside."""

    port: int
    addresses: tuple[str, ...]  # of the feeds

    def publish(self, *, build: int = 0, edited: int = 0, validators: bool = True) -> None:
        """What the feeds show from now on; rendered before this returns."""
        asked = urlencode({"build": build, "edited": edited, "validators": int(validators)})
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/publish?{asked}", timeout=120) as answer:
            answer.read()


# ---- what is served ------------------------------------------------------------------------------------------------------


@cache
def vocabulary() -> tuple[str, ...]:
    """Words that articles can be about, in an order that has nothing to do with the alphabet."""
    found = sorted(w for w in family("common_words") if 5 <= len(w) <= 9 and w.isascii())
    return tuple(random.Random(0).sample(found, len(found)))


def topic(rng: random.Random) -> list[str]:
    """What one article is about: a dozen words, and names that hardly any other article has."""
    names = ["".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 3))).capitalize() for _ in range(4)]
    return [*rng.sample(vocabulary(), 12), *names, *names]


def sentence(rng: random.Random, about: Sequence[str]) -> str:
    """One sentence of a report."""
    parts = [rng.choice(WHO), rng.choice(DID), rng.choice(WHAT), "of", rng.choice(about), "and", rng.choice(about)]
    text = " ".join([*parts, rng.choice(WHEN)]) + ", " + rng.choice(WHY).format(n=rng.randint(2, 950))
    return text[0].upper() + text[1:] + "."


def paragraphs(rng: random.Random, about: Sequence[str]) -> list[str]:
    """An article of 4 to 5 kB."""
    out: list[str] = []
    while sum(map(len, out)) < 4_200:
        out.append(" ".join(sentence(rng, about) for _ in range(rng.randint(2, 4))))
    return out


@cache
def article(supply: Supply, feed: int, entry: int) -> tuple[str, tuple[str, ...]]:
    """Headline and paragraphs of an entry."""
    rng = random.Random(f"{supply.seed} {feed} {entry}")
    about = topic(rng)
    title = f"{rng.choice(WHO)} {rng.choice(DID)} {rng.choice(WHAT)} of {about[-1]} {about[0]}"
    return title[0].upper() + title[1:], tuple(paragraphs(rng, about))


def edits_of(supply: Supply, feed: int, entry: int, edited: int) -> int:
    """How often this entry was edited: one in twenty each time, another one each time."""
    return sum((entry + feed + turn * 7) % 20 == 0 for turn in range(edited))


def body(supply: Supply, feed: int, entry: int, edits: int) -> str:
    """An entry's HTML: a link and emphasis as articles have; each edit moves one figure."""
    _, told = article(supply, feed, entry)
    parts = [f"<p>{escape(p)}</p>" for p in told]
    parts[0] = parts[0].replace(" the ", " <em>the</em> ", 1)
    parts[-1] = f'<p>{escape(told[-1])} <a href="/more/{entry}">Earlier report</a></p>'
    if edits:
        parts[1] += f"<p>The number of people affected was {1200 + edits * 37}, officials said on Tuesday.</p>"
    return "\n".join(parts)


def document(supply: Supply, feed: int, host: str, issue: Issue) -> bytes:
    """A feed's bytes."""
    items = []
    for entry in range(supply.entries):
        edits = edits_of(supply, feed, entry, issue.edited)
        at = NOON - timedelta(minutes=7 * entry + feed)
        items.append((_rss_item if feed % 2 else _atom_entry)(supply, feed, entry, host, at, edits))
    shell = _rss if feed % 2 else _atom
    return shell(feed, host, NOON + timedelta(minutes=issue.build), "".join(items)).encode("utf8")


def _rss(feed: int, host: str, built: datetime, items: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">\n<channel>\n'
        f"<title>Outlet {feed}</title>\n<link>http://{host}/</link>\n<description>News of outlet {feed}</description>\n"
        f'<atom:link href="http://{host}/feed.xml" rel="self" type="application/rss+xml"/>\n'
        f"<lastBuildDate>{format_datetime(built, usegmt=True)}</lastBuildDate>\n<language>en</language>\n"
        f"{items}</channel>\n</rss>\n"
    )


def _rss_item(supply: Supply, feed: int, entry: int, host: str, at: datetime, edits: int) -> str:
    title, told = article(supply, feed, entry)
    return (
        f"<item>\n<title>{escape(title)}</title>\n<link>http://{host}/news/{feed}-{entry}/report</link>\n"
        f'<guid isPermaLink="false">{feed}-{entry} at {host}</guid>\n<dc:creator><![CDATA[Desk {feed}]]></dc:creator>\n'
        f"<pubDate>{format_datetime(at, usegmt=True)}</pubDate>\n<category>News</category>\n"
        f"<description><![CDATA[{told[0][:200]}]]></description>\n"
        f"<content:encoded><![CDATA[{body(supply, feed, entry, edits)}]]></content:encoded>\n</item>\n"
    )


def _atom(feed: int, host: str, built: datetime, items: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f'<title>Outlet {feed}</title>\n<link href="http://{host}/"/>\n<link rel="self" href="http://{host}/feed.xml"/>\n'
        f"<id>http://{host}/</id>\n<updated>{built.isoformat()}</updated>\n{items}</feed>\n"
    )


def _atom_entry(supply: Supply, feed: int, entry: int, host: str, at: datetime, edits: int) -> str:
    title, told = article(supply, feed, entry)
    changed = at + timedelta(minutes=edits)
    return (
        f'<entry>\n<title>{escape(title)}</title>\n<link rel="alternate" type="text/html" href="http://{host}/news/{feed}-{entry}/report"/>\n'
        f"<id>tag:{host},2026:{feed}-{entry}</id>\n<author><name>Desk {feed}</name></author>\n"
        f"<published>{at.isoformat()}</published>\n<updated>{changed.isoformat()}</updated>\n"
        f"<summary>{escape(told[0][:200])}</summary>\n"
        f'<content type="html">{escape(body(supply, feed, entry, edits))}</content>\n</entry>\n'
    )


@cache
def furniture(supply: Supply, feed: int) -> tuple[str, str]:
    """What stands before and after the article on all pages of an outlet: styles and menus, teasers and small print."""
    rng = random.Random(f"{supply.seed} {feed} furniture")
    styles = "".join(f".c{n}{{margin:{n % 9}px;color:#{n % 4096:03x}}}" for n in range(400))
    menu = "".join(f'<li><a href="/s/{word}">{word.capitalize()}</a></li>' for word in rng.sample(vocabulary(), 60))
    teasers = "".join(
        f'<div class="teaser c{n}"><a href="/news/{feed}-t{n}/report"><h3>{escape(sentence(rng, vocabulary()[:200]))}</h3></a>'
        "</div>"
        for n in range(60)
    )
    links = "".join(f'<a class="c{n}" href="/about/{word}">{word}</a> ' for n, word in enumerate(rng.sample(vocabulary(), 80)))
    before = f"<style>{styles}</style></head><body><nav><ul>{menu}</ul></nav>"
    return before, f'<aside class="related">{teasers}</aside><footer>{links}</footer></body></html>'


def page(supply: Supply, feed: int, entry: int, issue: Issue) -> str:
    """An article's page."""
    title, _ = article(supply, feed, entry)
    before, after = furniture(supply, feed)
    told = body(supply, feed, entry, edits_of(supply, feed, entry, issue.edited))
    at = NOON - timedelta(minutes=7 * entry + feed)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta property="article:published_time" content="{at.isoformat()}">{before}'
        f'<div class="ticker">Edition {issue.build}</div><main><article><h1>{escape(title)}</h1>{told}</article></main>{after}'
    )


# ---- the server ----------------------------------------------------------------------------------------------------------


def host_of(feed: int) -> str:
    """The loopback address of a feed: one each, so that none waits for another's turn."""
    return f"127.1.{feed // 250}.{feed % 250 + 1}"


class Shelf:
    """The feeds as they are published now."""

    def __init__(self, supply: Supply, port: int):
        self.supply, self.port = supply, port
        self.issue = Issue()
        self.bodies: dict[str, bytes] = {}  # by host
        self.put_out(Issue())

    def put_out(self, issue: Issue) -> None:
        numbers = range(self.supply.feeds)
        self.bodies = {host_of(n): document(self.supply, n, f"{host_of(n)}:{self.port}", issue) for n in numbers}
        self.issue = issue


def make_handler(shelf: Shelf) -> type[BaseHTTPRequestHandler]:
    """The server's answers."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 262_144  # headers and body leave together: two packets would wait for each other's acknowledgement
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            if path == "/publish":
                told = dict(part.split("=") for part in query.split("&"))
                shelf.put_out(Issue(int(told["build"]), int(told["edited"]), told["validators"] == "1"))
                return self.answer(200, b"published")
            if path == "/feed.xml":
                return self.document(shelf.bodies[self.connection.getsockname()[0]], "application/xml")
            if path.startswith("/news/"):
                feed, _, entry = path.split("/")[2].partition("-")
                return self.document(page(shelf.supply, int(feed), int(entry), shelf.issue).encode("utf8"), "text/html")
            return self.answer(404, b"")

        def document(self, text: bytes, kind: str) -> None:
            etag = f'"{shelf.issue.build}-{shelf.issue.edited}"'
            if not shelf.issue.validators:
                return self.answer(200, text, kind=kind)
            if self.headers.get("If-None-Match") == etag:
                return self.answer(304, b"", etag)
            return self.answer(200, text, etag, kind)

        def answer(self, status: int, text: bytes, etag: str | None = None, kind: str = "text/plain") -> None:
            self.send_response(status)
            if etag:
                self.send_header("ETag", etag)
            if status != 304:
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    return Handler


class Server(ThreadingHTTPServer):
    """A server that takes a burst of connections."""

    daemon_threads = True
    request_queue_size = 256


@contextmanager
def serving(supply: Supply, port: int = 0) -> Iterator[Press]:
    """A press in a process of its own while inside."""
    command = [sys.executable, __file__, "--port", str(port), "--feeds", str(supply.feeds), "--entries", str(supply.entries)]
    process = subprocess.Popen([*command, "--seed", str(supply.seed)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = int(json.loads(process.stdout.readline())["port"])
        yield Press(port, tuple(f"http://{host_of(n)}:{port}/feed.xml" for n in range(supply.feeds)))
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--entries", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    server = Server(("", given.port), BaseHTTPRequestHandler)
    port = server.server_address[1]
    server.RequestHandlerClass = make_handler(Shelf(Supply(given.feeds, given.entries, given.seed), port))
    print(json.dumps({"port": port}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
