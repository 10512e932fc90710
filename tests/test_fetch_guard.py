"""No byte reaches a forbidden host, however its address is spelled, resolved or redirected to.

The docstrings name the advisories of other readers whose class of fault a test covers.
"""

import asyncio
import random
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from chaos import Chaos, head
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.fetch import Fetcher, FetchRequest, FetchSettings
from pipeline.fetch.guard import Blocked, Guard, GuardedResolver
from pipeline.model import Fetched, Outcome

NOW = datetime(2025, 3, 4, 12, 0, tzinfo=UTC)
STRICT = FetchSettings(per_host_delay=0, obey_robots=False, total_timeout=3, retry_base=0.01, proxies={})
ONE_ALLOWED = FetchSettings(
    per_host_delay=0,
    obey_robots=False,
    total_timeout=3,
    retry_base=0.01,
    proxies={},
    allowed_addresses=frozenset({"127.0.0.1"}),
)


def fetch(url: str, settings: FetchSettings = STRICT, lookup=socket.getaddrinfo) -> Fetched:
    async def run() -> Fetched:
        async with Fetcher(settings, random.Random(1), lookup=lookup) as fetcher:
            return await fetcher.fetch(FetchRequest(url=url), NOW)

    return asyncio.run(run())


def resolving_to(*answers: list[str]):
    """A name service that gives these addresses, one list a call, the last for ever."""
    queue = list(answers)

    def lookup(host, port, family=0, kind=0):
        addresses = queue.pop(0) if len(queue) > 1 else queue[0]
        return [
            (
                socket.AF_INET6 if ":" in a else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (a, port, 0, 0) if ":" in a else (a, port),
            )
            for a in addresses
        ]

    return lookup


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "0.0.0.0", "255.255.255.255",
        "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.88.99.1", "192.0.2.1", "198.18.0.1",
        "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1", "168.63.129.16",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "fe80::1", "fe80::1%eth0",
        "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1",
        "2002:7f00:1::", "2002:a00:1::1", "2001:db8::1", "2001::1", "3fff::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_forbidden(address):
    """Loopback, private, link-local, shared (GHSA-gwph: carrier-grade NAT), multicast, reserved, metadata, IPv4 inside IPv6."""
    assert Guard().forbids(address)
    assert not Guard(allow_private=True).forbids(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101", "2002:101:101::1"])
def test_public_addresses_are_allowed(address):
    """Also where a public IPv4 address is wrapped."""
    assert not Guard().forbids(address)


def test_an_allowed_address_is_allowed_in_one_spelling_only():
    """The leave for 127.0.0.1 covers neither its neighbours nor its wrapped forms."""
    guard = Guard(allowed=frozenset({"127.0.0.1"}))
    assert [guard.forbids(a) for a in ("127.0.0.1", "127.0.0.2", "::ffff:127.0.0.1")] == [False, True, True]


SPELLINGS = [
    "http://127.0.0.2:{port}/x",
    "http://127.0.0.2.:{port}/x",
    "http://127.2:{port}/x",
    "http://127.0.2:{port}/x",
    "http://2130706434:{port}/x",
    "http://0x7f000002:{port}/x",
    "http://0x7f.2:{port}/x",
    "http://0x7f.0.0.0x2:{port}/x",
    "http://0177.0.0.2:{port}/x",
    "http://127.0.0.2%2e:{port}/x",
    "http://127%2e0.0.2:{port}/x",
    "http://\u2460\u2461\u2466.0.0.2:{port}/x",
    "http://127\u30020\u30020\u30022:{port}/x",
    "http://[::ffff:127.0.0.2]:{port}/x",
    "http://[::ffff:7f00:2]:{port}/x",
    "http://[64:ff9b::7f00:2]:{port}/x",
    "http://tern.example@127.0.0.2:{port}/x",
    "http://tern.example:80@127.0.0.2:{port}/x",
    "http://127.0.0.2:{port}\\@tern.example/x",
    "http://tern.example\\@127.0.0.2:{port}/x",
    "http:\\\\127.0.0.2:{port}/x",
    "http://127.0.0.2:{port}\t/x",
    " http://127.0.0.2:{port}/x",
    "//127.0.0.2:{port}/x",
    "HTTP://127.0.0.2:{port}/x",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_private_server_is_never_reached_by_any_spelling(spelling):
    """Asked for directly: blocked, and the server saw nothing (GHSA-rph4: backslash; GHSA-hm22, GHSA-56fq: one gate)."""
    with Chaos("127.0.0.2") as private:
        private.on("/x", head(length=6) + b"secret")
        fetched = fetch(spelling.format(port=private.port))
        assert (fetched.outcome, private.hits.total(), fetched.body) == (Outcome.BLOCKED, 0, None)


@pytest.mark.parametrize("spelling", [*SPELLINGS, "file:///etc/passwd", "gopher://127.0.0.2:{port}/x"])
def test_a_redirect_never_reaches_a_private_server(spelling):
    """Each hop is checked before it is taken; a target that only looks relative stays on its own host."""
    with Chaos("127.0.0.1") as public, Chaos("127.0.0.2") as private:
        private.on("/x", head(length=6) + b"secret")
        target = spelling.format(port=private.port)
        location = f"Location: {target}".encode()
        url = public.on("/feed", b"HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\n" + location + b"\r\n\r\n")
        fetched = fetch(url, ONE_ALLOWED)
        assert (fetched.outcome, private.hits.total(), fetched.body) == (Outcome.BLOCKED, 0, None)
        assert public.hits.total() == 1


@pytest.mark.parametrize(
    "url", ["http://tern.example/a\\b", "http://tern.example/a b", "http://tern.example/a\x00", "\nhttp://tern.example/"]
)
def test_a_url_that_parsers_read_differently_is_blocked_wherever_the_odd_character_stands(url):
    """Not only in the host."""
    with pytest.raises(Blocked, match="backslash"):
        Guard().check(url)


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST.", "feeds.localhost"])
def test_localhost_by_name_is_blocked(name):
    """Also for the names under it, whoever would resolve them."""
    with Chaos() as private:
        fetched = fetch(f"http://{name}:{private.port}/x")
        assert (fetched.outcome, private.hits.total()) == (Outcome.BLOCKED, 0)


@pytest.mark.parametrize("addresses", [["127.0.0.2"], ["93.184.215.14", "127.0.0.2"], ["::ffff:127.0.0.2"], ["fe80::1"]])
def test_a_name_that_resolves_to_a_private_address_is_blocked(addresses):
    """One bad address among good ones is enough; the reason names the address."""
    with Chaos("127.0.0.2") as private:
        fetched = fetch(f"http://rebind.example:{private.port}/x", lookup=resolving_to(addresses))
        assert (fetched.outcome, private.hits.total()) == (Outcome.BLOCKED, 0)
        assert "not public" in fetched.reason


def test_a_name_that_changes_its_mind_is_blocked_at_the_second_look():
    """DNS rebinding: the first answer is allowed, the later ones point inside (the class of re-resolution after a check)."""
    with Chaos("127.0.0.1") as public, Chaos("127.0.0.2", public.port) as private:
        public.on("/a", head(302, "Location: /b", length=0))
        public.on("/b", head(length=2) + b"ok")
        lookup = resolving_to(["127.0.0.1"], ["127.0.0.2"])
        for _ in range(2):
            fetch(f"http://rebind.example:{public.port}/a", ONE_ALLOWED, lookup)
        assert private.hits.total() == 0 and public.hits["/a"] == 1


def test_the_socket_itself_refuses_a_private_address():
    """The last line: what is about to be connected to counts, not what was checked before."""
    with ThreadPoolExecutor(1) as threads:
        resolver = GuardedResolver(Guard(), frozenset({("127.0.0.5", 3128)}), socket.getaddrinfo, threads)
    for address in [("127.0.0.1", 80), ("127.0.0.5", 80)]:
        with pytest.raises(Blocked):
            resolver.new_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", address))
    resolver.new_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.5", 3128))).close()


def test_a_proxy_may_be_private_and_resolves_the_hosts_behind_it():
    """The configured proxy gets the request in absolute form; no name is resolved here."""

    def no_lookup(*_: object):
        raise AssertionError("a host behind a proxy was resolved")

    with Chaos() as proxy:
        proxy.on("http://tern.example/feed", head(length=2) + b"ok")
        settings = FetchSettings(per_host_delay=0, obey_robots=False, proxies={"http": proxy.url})
        fetched = fetch("http://tern.example/feed", settings, no_lookup)
        assert (fetched.outcome, fetched.body) == (Outcome.OK, b"ok")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "169.254.169.254", "[::1]", "127.1"])
def test_a_proxy_opens_no_way_to_private_hosts(host):
    """A proxy setting must not switch the guard off (GHSA-8p8w-9h98-44j5: a fake proxy setting bypassed FreshRSS's)."""
    with Chaos() as proxy:
        settings = FetchSettings(per_host_delay=0, obey_robots=False, proxies={"http": proxy.url})
        for port in (80, proxy.port):
            assert fetch(f"http://{host}:{port}/x", settings).outcome == Outcome.BLOCKED
        assert proxy.hits.total() == 0


def test_the_leave_given_to_a_proxy_is_good_for_nothing_else():
    """A host that is reached directly and resolves to the proxy's own address and port is blocked."""
    with Chaos() as proxy:
        settings = FetchSettings(per_host_delay=0, obey_robots=False, proxies={"http": proxy.url, "no": "evil.example"})
        fetched = fetch(f"http://evil.example:{proxy.port}/x", settings, resolving_to(["127.0.0.1"]))
        assert (fetched.outcome, proxy.hits.total()) == (Outcome.BLOCKED, 0)


def test_a_proxy_by_name_is_resolved_and_used():
    """Proxies are mostly given by name."""
    with Chaos() as proxy:
        proxy.on("http://tern.example/feed", head(length=2) + b"ok")
        settings = FetchSettings(per_host_delay=0, obey_robots=False, proxies={"http": f"http://proxy.internal:{proxy.port}"})
        assert fetch("http://tern.example/feed", settings, resolving_to(["127.0.0.1"])).outcome == Outcome.OK


@example("[]@")  # IndexError in yarl 1.25
@given(st.text(alphabet="abz019.:/@[]\\%?#x- \u2460\u3002", max_size=30))
def test_no_text_gets_past_the_guard_to_a_private_literal(text):
    """Whatever passes is http to a host that is no private literal and no odd number."""
    try:
        url = Guard().check("http://" + text)
    except Blocked:
        return
    host = (url.host or "").rstrip(".")
    assert host and "\\" not in text
    try:
        socket.inet_aton(host)  # reads every odd spelling, as the system's resolver would
    except OSError:
        return
    assert not Guard().forbids(host)
