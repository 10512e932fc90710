"""What a fetch needs to know: the manners of a run, and one thing to fetch."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

FEED_BYTES = 10_000_000
PAGE_BYTES = 5_000_000
# Asked before each request: the host, and the pause in seconds between two requests to it. What it raises ends the fetch.
Leave = Callable[[str, float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """How patiently and how politely. Times are in seconds."""

    total_timeout: float = 30.0  # one URL: robots.txt, redirects, retries, headers and bodies; waiting for a turn not counted
    connect_timeout: float = 10.0  # one connection, TLS included
    per_host_delay: float = 1.0  # from the end of one request to the start of the next, per host
    longest_delay: float = 60.0  # a host that asks for more gets one request a run
    host_budget: float = 300.0  # of one run's time for the exchanges with one host
    concurrency: int = 50  # requests in flight over all hosts; per host it is always 1
    max_redirects: int = 5
    retries: int = 2  # after a failed connection, a body cut short, or 502, 503 and 504
    retry_base: float = 1.0  # full jitter: the n-th wait is between 0 and retry_base * 2**n
    user_agent: str = "Writethru/0.1 (+https://writethru.example/about-our-visits)"
    obey_robots: bool = True
    allow_private_hosts: bool = False  # loopback and private networks too
    allowed_addresses: frozenset[str] = frozenset()  # single addresses that may be reached although they are private
    proxies: Mapping[str, str] | None = None  # scheme -> URL, "no" -> hosts to reach directly; None = as the system says


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """One URL to fetch."""

    url: str
    kind: Literal["feed", "page"] = "page"
    max_bytes: int = PAGE_BYTES  # after decoding
    etag: str | None = None  # validators of the copy that is held
    last_modified: str | None = None
    secret: str | None = None  # "user:password", "Header: value", "?token=..." or a bearer token
