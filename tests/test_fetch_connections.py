"""Connections: kept for the next request to a host, opened to the address that answers, tunnelled, read to the right end."""

import asyncio
import random
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from chaos import Chaos, chunked, drip, endless, head

from pipeline.fetch import Fetcher, FetchRequest, FetchSettings, fetch_all
from pipeline.model import Fetched, Outcome

NOW = datetime(2025, 3, 4, 12, 0, tzinfo=UTC)
QUICK = FetchSettings(
    allow_private_hosts=True,
    per_host_delay=0,
    obey_robots=False,
    total_timeout=20,
    connect_timeout=8,
    retry_base=0.01,
    proxies={},
)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def fetch(*urls: str, settings: FetchSettings = QUICK, lookup=socket.getaddrinfo) -> list[Fetched]:
    async def run() -> list[Fetched]:
        async with Fetcher(settings, random.Random(1), lookup=lookup) as fetcher:
            return await fetcher.fetch_all([FetchRequest(url=url) for url in urls], NOW)

    return asyncio.run(run())


@contextmanager
def counting(answer: Callable[[int, socket.socket], bool]):
    """A server that lets `answer` see each request with its number on the connection, until it returns False; counts both."""
    connections: list[int] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            place = len(connections)
            connections.append(0)
            while self.request.recv(65536):
                connections[place] += 1
                if not answer(connections[place], self.request):
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", connections
        server.shutdown()


def test_requests_to_one_host_share_a_connection():
    """Three pages, one connection: the last says that it is the last."""
    with counting(lambda n, s: s.sendall(OK) is None) as (url, connections):
        assert [f.body for f in fetch(f"{url}/a", f"{url}/b", f"{url}/c")] == [b"ok"] * 3
        assert connections == [3]


def test_a_kept_connection_that_was_closed_meanwhile_is_opened_anew():
    """A server may close after any answer without a word: that costs no retry, so even a run without retries gets through."""
    slow = FetchSettings(allow_private_hosts=True, per_host_delay=0.1, obey_robots=False, retries=0, proxies={})
    with counting(lambda n, s: s.sendall(OK) is not None) as (url, connections):
        assert [f.outcome for f in fetch(f"{url}/a", f"{url}/b", settings=slow)] == [Outcome.OK] * 2
        assert connections == [1, 1]
    with counting(lambda n, s: n == 1 and s.sendall(OK) is None) as (url, connections):  # closes when it is asked again
        assert [f.outcome for f in fetch(f"{url}/a", f"{url}/b", settings=slow)] == [Outcome.OK] * 2
        assert connections == [2, 1]


def test_bytes_that_nobody_asked_for_are_no_answer_to_the_next_request():
    """A server that sends a second answer ahead does not get to answer for a page that was not asked for."""
    early = OK + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
    slow = FetchSettings(allow_private_hosts=True, per_host_delay=0.1, obey_robots=False, proxies={})
    with counting(lambda n, s: s.sendall(early) is None) as (url, _):
        assert [f.body for f in fetch(f"{url}/a", f"{url}/b", settings=slow)] == [b"ok", b"ok"]


def test_the_next_address_is_tried_if_one_refuses_or_is_silent():
    """A name with several addresses is reached as long as one answers, well before the time to connect is over."""
    with Chaos("127.0.0.3") as chaos, socket.socket() as full:
        chaos.on("/a", head(length=2) + b"ok")
        full.bind(("127.0.0.4", chaos.port))
        full.listen(0)
        crowd = [socket.socket() for _ in range(4)]  # a queue that is full makes the next connection wait
        for s in crowd:
            s.setblocking(False)
            s.connect_ex(("127.0.0.4", chaos.port))

        def lookup(host, port, *_: object):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{n}", port)) for n in (9, 4, 3)]

        started = time.monotonic()
        found = fetch(f"http://many.example:{chaos.port}/a", lookup=lookup)[0]
        assert (found.outcome, found.body) == (Outcome.OK, b"ok")
        assert time.monotonic() - started < QUICK.connect_timeout
        for s in crowd:
            s.close()


@pytest.mark.parametrize(
    ("limits", "addresses", "expected"),
    [
        ({"connect_timeout": 0.2}, 1, (Outcome.UNREACHABLE, "no connection in time")),
        ({"connect_timeout": 0.3}, 3, (Outcome.UNREACHABLE, "no connection in time")),
        ({"total_timeout": 0.2}, 1, (Outcome.DEADLINE, "the exchange took longer than allowed")),
        ({"total_timeout": 0.3}, 3, (Outcome.DEADLINE, "the exchange took longer than allowed")),
    ],
)
def test_a_host_that_never_connects_is_given_up_in_time(limits, addresses, expected):
    """No connection in time is not the deadline of the exchange: it may be tried again."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        crowd = [socket.socket() for _ in range(4)]
        for s in crowd:
            s.setblocking(False)
            s.connect_ex(full.getsockname())
        info = (socket.AF_INET, socket.SOCK_STREAM, 6, "", full.getsockname())
        hasty = FetchSettings(allow_private_hosts=True, per_host_delay=0, obey_robots=False, retries=0, proxies={}, **limits)
        started = time.monotonic()
        found = fetch(f"http://full.example:{info[4][1]}/", settings=hasty, lookup=lambda *_: [info] * addresses)[0]
        assert (found.outcome, found.reason) == expected
        assert time.monotonic() - started < 5
        for s in crowd:
            s.close()


@pytest.mark.parametrize(
    ("answer", "reason"), [(b"HTTP/1.1 407 No\r\n\r\n", "the proxy answers 407"), (b"?", "closed the connection")]
)
def test_a_tunnel_is_asked_for_and_its_refusal_ends_the_fetch(answer, reason):
    """Pages over TLS go through CONNECT, with the proxy's credentials and nothing of the page's path."""
    with Chaos() as proxy:
        proxy.on("tern.example:443", answer)
        settings = FetchSettings(
            per_host_delay=0, obey_robots=False, retries=0, proxies={"https": f"http://ida:pass@127.0.0.1:{proxy.port}"}
        )
        found = fetch("https://tern.example/private/path", settings=settings)[0]
        assert found.outcome == Outcome.UNREACHABLE and reason in found.reason
        assert proxy.requests[0].startswith("CONNECT tern.example:443 HTTP/1.1\r\nHost: tern.example:443\r\n")
        assert "Proxy-Authorization: Basic aWRhOnBhc3M=" in proxy.requests[0] and "private" not in proxy.requests[0]


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n" + head(length=2) + b"ok", b"ok"),
        (head(200, "Transfer-Encoding: chunked") + b"".join(chunked([b"so", b"me"])) + b"0\r\nX-Trailer: 1\r\n\r\n", b"some"),
        (head(200) + b"to the end", b"to the end"),
        (b"HTTP/1.0 200 OK\r\n\r\nold", b"old"),
        (head(length=2) + b"ok and more", b"ok"),
        (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", b"ok"),
    ],
    ids=["hints", "trailer", "no length", "HTTP/1.0", "surplus", "bare line feeds"],
)
def test_an_answer_ends_where_it_says(answer, body):
    """Whole or a byte at a time."""
    with Chaos() as chaos:
        chaos.on("/whole", answer)
        chaos.on("/drip", lambda: drip(answer, 0.001))
        assert [f.body for f in fetch(f"{chaos.url}/whole", f"{chaos.url}/drip")] == [body, body]


def test_many_hosts_are_asked_at_the_same_time():
    """Twenty slow hosts take as long as one."""
    servers = [Chaos(f"127.0.2.{n + 1}") for n in range(20)]
    for server in servers:
        server.__enter__()
        server.on("/a", lambda: [1.0, head(length=2) + b"ok"])
    started = time.monotonic()
    found = fetch_all([FetchRequest(url=f"{s.url}/a") for s in servers], NOW, QUICK, random.Random(1))
    assert time.monotonic() - started < 15 and {f.outcome for f in found} == {Outcome.OK}
    for server in servers:
        server.__exit__()


@pytest.mark.parametrize("flood", [b"x" * 65_536, b"1\r\nx\r\n" * 9_000], ids=["extension", "small chunks"])
def test_a_sender_that_never_pauses_keeps_nobody_waiting(flood):
    """A body that is always ready is stopped by its deadline or its size, and another host is read meanwhile."""
    hasty = FetchSettings(allow_private_hosts=True, per_host_delay=0, obey_robots=False, total_timeout=3, retries=0, proxies={})

    def script():
        yield head(200, "Transfer-Encoding: chunked") + (b"1;" if flood[0] == 120 else b"")
        yield from endless(flood)

    with Chaos("127.0.0.1") as fast, Chaos("127.0.0.2") as other:
        fast.on("/a", script)
        other.on("/b", lambda: [0.2, head(length=2) + b"ok"])
        started = time.monotonic()
        bad, good = fetch(f"{fast.url}/a", f"{other.url}/b", settings=hasty)
        assert time.monotonic() - started < 12 and good.body == b"ok"
        assert bad.body is None and bad.outcome in (Outcome.DEADLINE, Outcome.TOO_LARGE, Outcome.TRUNCATED)
