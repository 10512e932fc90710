"""Fetching: URL -> Fetched. The only part that opens sockets; everything that it meets is taken for hostile.

    settings   what a run needs to know, and one thing to fetch
    client     Fetcher: robots.txt, redirects, retries, pace around single exchanges
    exchange   one GET with one deadline
    channel    a connection
    waiting    sockets that wait, each up to a moment of its own
    reply      an answer in HTTP
    guard      which URLs and addresses may be reached at all
    decode     content codings within bounds
    rules      what statuses, redirects and Retry-After mean            decide_outcome, decide_redirect
    robots     robots.txt                                               decide_robots
    pace       one request at a time and a pause, per host
    secrets    a feed's secret on the wire
    redact     no credentials in any text

The HTTP library is loaded when there is something to fetch, not before.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.fetch.redact import redact
from pipeline.fetch.settings import FEED_BYTES, PAGE_BYTES, FetchRequest, FetchSettings, Leave
from pipeline.model import Fetched

if TYPE_CHECKING:
    from pipeline.fetch.client import Fetcher
    from pipeline.fetch.robots import RobotsMemory

__all__ = [
    "FEED_BYTES",
    "PAGE_BYTES",
    "FetchRequest",
    "FetchSettings",
    "Fetcher",
    "Leave",
    "RobotsMemory",
    "fetch_all",
    "redact",
]

_LAZY = {"Fetcher": "client", "RobotsMemory": "robots"}


def __getattr__(name: str) -> type:
    """The heavy names, loaded at first use."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)


def fetch_all(
    requests: Iterable[FetchRequest],
    now: datetime,
    settings: FetchSettings,
    rng: random.Random,
    progress: Callable[[Fetched], None] | None = None,
    robots: "RobotsMemory | None" = None,
) -> list[Fetched]:
    """Fetch all, in the order given, and wait for the end: `Fetcher.fetch_all` for callers that are not asynchronous."""
    wanted: Sequence[FetchRequest] = list(requests)
    if not wanted:
        return []
    import asyncio

    from pipeline.fetch.client import Fetcher

    async def run() -> list[Fetched]:
        async with Fetcher(settings, rng, robots) as fetcher:
            return await fetcher.fetch_all(wanted, now, progress)

    return asyncio.run(run())
