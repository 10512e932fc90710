"""The fetcher: robots.txt, redirects, retries and pace around single exchanges. Every fetch ends in one `Fetched`."""

import asyncio
import logging
import random
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from types import TracebackType
from typing import NamedTuple

from yarl import URL

from pipeline.fetch.decode import OFFERED
from pipeline.fetch.exchange import Answer, Failed, Get, Wire
from pipeline.fetch.guard import Blocked, Guard, Lookup
from pipeline.fetch.pace import Lane, Lanes, NotTried
from pipeline.fetch.redact import HIDDEN, redact
from pipeline.fetch.robots import MOST_BYTES, RobotsMemory, decide_robots
from pipeline.fetch.rules import PERMANENT, REDIRECTS, Refuse, decide_outcome, decide_redirect, parse_retry_after
from pipeline.fetch.secrets import Credentials, read_secret, split_userinfo
from pipeline.fetch.settings import FetchRequest, FetchSettings, Leave
from pipeline.model import Fetched, Outcome, RobotsFile

log = logging.getLogger(__name__)
Progress = Callable[[Fetched], None]

_ACCEPT = {
    "feed": "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5",
    "page": "text/html, application/xhtml+xml, */*;q=0.5",
}
_AGAIN = frozenset({502, 503, 504})  # a gateway's trouble may pass in a second
_SILENT = frozenset({Outcome.UNREACHABLE, Outcome.DEADLINE})
_MOST_HEADERS = 100
_LONGEST_HEADER = 2_000
_LONGEST_VALIDATOR = 1_000
_DROPPED_HEADERS = frozenset({"set-cookie", "set-cookie2", "www-authenticate", "proxy-authenticate"})


@dataclass(slots=True)
class Trip:
    """One fetch on its way."""

    request: FetchRequest
    now: datetime
    credentials: Credentials
    seen: list[URL]  # the URLs asked so far in this attempt, the current one last; without credentials
    left: float  # seconds of exchange that remain
    for_robots: bool = False  # a visit to robots.txt itself: asks no leave, and takes a damaged file as far as it goes
    hops: list[tuple[int, str]] = field(default_factory=list)
    own: bool = True  # still at the origin that was asked for: credentials and validators may be sent

    def restart(self) -> None:
        """Back to the URL that was asked for."""
        del self.seen[1:], self.hops[:]
        self.own = True


class End(NamedTuple):
    """How an attempt ended."""

    outcome: Outcome
    reason: str
    answer: Answer | None = None
    again: bool = False  # another try may help
    wait: timedelta | None = None
    tried: bool = True  # False: the pace did not let the request out


class Fetcher:
    """Fetches many URLs politely: `async with Fetcher(...) as f: await f.fetch_all(requests, now)`.

    `rng` decides the jitter of retries. `robots` remembers robots.txt across runs. `lookup` and `tls` replace the system's
    name service and trusted certificates. `leave` is awaited before each request, with the host and the pause between two
    requests to it; what it raises ends the fetch. No network fault is an exception; each is an outcome.
    """

    def __init__(
        self,
        settings: FetchSettings,
        rng: random.Random,
        robots: RobotsMemory | None = None,
        lookup: Lookup = socket.getaddrinfo,
        tls: ssl.SSLContext | None = None,
        leave: Leave | None = None,
    ):
        self._settings, self._rng, self._lookup, self._tls, self._leave = settings, rng, lookup, tls, leave
        self._robots = robots if robots is not None else RobotsMemory()
        self._robots_locks: dict[str, asyncio.Lock] = {}
        self._guard = Guard(settings.allow_private_hosts, settings.allowed_addresses)
        self._agent = settings.user_agent.split("/")[0].split(" ")[0]

    async def __aenter__(self) -> "Fetcher":
        self._lanes = Lanes(self._settings)
        self._wire = Wire(self._settings, self._guard, self._lookup, self._tls)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._wire.close()

    async def fetch_all(
        self, requests: Sequence[FetchRequest], now: datetime, progress: Progress | None = None
    ) -> list[Fetched]:
        """All of them, in the order given; `progress` hears of each as it ends."""

        async def one(trip: Awaitable[Fetched]) -> Fetched:
            fetched = await trip
            if progress:
                progress(fetched)
            return fetched

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(trip)) for trip in [self.fetch(r, now) for r in requests]]
        return [t.result() for t in tasks]

    def fetch(self, request: FetchRequest, now: datetime) -> Awaitable[Fetched]:
        """One URL to its end. `now` is the run's clock: it stamps the result and dates robots.txt, and is never waited on.

        It counts from this call on: of fetches that are asked for together, each knows whether others want its connection.
        """
        try:
            url, userinfo = _read_url(self._guard, request.url)
            credentials = read_secret(request.secret or userinfo)
        except (Blocked, ValueError) as e:
            secrets = (request.secret,) if request.secret else ()
            shown = redact(request.url, secrets)
            reason = redact(str(e), secrets)
            return _ended(Fetched(url=shown, final_url=shown, fetched_at=now, outcome=Outcome.BLOCKED, reason=reason))
        trip = Trip(request, now, credentials, [url], self._settings.total_timeout)
        lane = self._lanes.of(str(url.raw_host))
        lane.waiting += 1
        return self._fetch(trip, lane)

    async def _fetch(self, trip: Trip, lane: Lane) -> Fetched:
        try:
            end = await self._try(trip)
        finally:
            lane.waiting -= 1
        fetched = _fetched(trip, end)
        if log.isEnabledFor(logging.DEBUG):
            log.debug("%s %s: %s", fetched.outcome, fetched.url, fetched.reason)
        return fetched

    # ---- attempts

    async def _try(self, trip: Trip) -> End:
        """Attempts until one ends well, another would not help, or tries or time are used up."""
        for attempt in range(self._settings.retries + 1):
            trip.restart()
            end = await self._follow(trip)
            if not end.again or attempt == self._settings.retries:
                break
            pause = self._rng.uniform(0, self._settings.retry_base * 2**attempt)
            if pause >= trip.left:
                break
            trip.left -= pause
            await asyncio.sleep(pause)
        if end.tried:
            last = self._lanes.of(str(trip.seen[-1].raw_host))
            last.strikes = last.strikes + 1 if end.outcome in _SILENT else 0
        return end

    async def _follow(self, trip: Trip) -> End:
        """One attempt: from the URL asked for, over redirects, to a final answer."""
        ask_leave = self._settings.obey_robots and not trip.for_robots
        while True:
            try:
                if ask_leave and (refused := await self._refused_by_robots(trip)):
                    return refused
                answer = await self._exchange(trip)
            except Failed as e:
                return End(e.outcome, e.reason, again=e.again)
            except NotTried as e:
                return End(e.outcome, e.reason, wait=e.wait, tried=False)
            if answer.status not in REDIRECTS:
                return self._ended(trip, answer)
            if refusal := self._redirected(trip, answer):
                return refusal

    def _redirected(self, trip: Trip, answer: Answer) -> End | None:
        """Take the redirect; an End if it may not be followed."""
        location = answer.headers.get("Location")
        secret = trip.own and bool(trip.credentials.texts)
        decision = decide_redirect(location, tuple(trip.seen), self._guard, limit=self._settings.max_redirects, secret=secret)
        if isinstance(decision, Refuse):
            trip.hops.append((answer.status, location or ""))
            return End(decision.outcome, decision.reason, answer)
        trip.hops.append((answer.status, str(decision.url)))
        trip.seen.append(trip.credentials.off(decision.url) if decision.same_origin else decision.url)
        trip.own = trip.own and decision.same_origin
        return None

    async def _exchange(self, trip: Trip) -> Answer:
        """One GET when the host's turn has come."""
        url = trip.seen[-1]
        clock = asyncio.get_running_loop().time
        async with self._lanes.turn(str(url.raw_host), trip.now, counts=not trip.for_robots) as lane:
            if self._leave:
                await self._leave(str(url.raw_host), lane.gap)
            started = clock()
            try:
                return await self._wire.get(
                    Get(
                        url=trip.credentials.on(url) if trip.own else url,
                        headers=self._headers(trip),
                        cap=trip.request.max_bytes,
                        seconds=max(trip.left, 0),
                        strict=not trip.for_robots,
                        last=lane.waiting <= 1,
                    )
                )
            finally:
                trip.left -= clock() - started

    def _headers(self, trip: Trip) -> dict[str, str]:
        headers = {
            "User-Agent": self._settings.user_agent,
            "Accept": _ACCEPT[trip.request.kind],
            "Accept-Encoding": OFFERED,
        }
        if trip.own:
            if _sendable(trip.request.etag):
                headers["If-None-Match"] = str(trip.request.etag)
            if _sendable(trip.request.last_modified):
                headers["If-Modified-Since"] = str(trip.request.last_modified)
            headers |= trip.credentials.headers
        return headers

    def _ended(self, trip: Trip, answer: Answer) -> End:
        """Judge a final answer; a host that asks to wait is held from here on."""
        asked = answer.headers.get("Retry-After")
        wait = parse_retry_after(asked, {"date": answer.headers.get("Date", "")}, trip.now) if asked else None
        conditional = trip.own and (_sendable(trip.request.etag) or _sendable(trip.request.last_modified))
        outcome, reason = decide_outcome(answer.status, conditional=conditional, retry_after=wait is not None)
        if outcome == Outcome.RATE_LIMITED:
            self._lanes.of(str(answer.url.raw_host)).hold(wait, trip.now)
        if outcome == Outcome.OK and (not answer.body or answer.body.isspace()):
            outcome, reason = Outcome.EMPTY, "the body is empty"
        again = answer.status in _AGAIN and outcome == Outcome.SERVER_ERROR
        return End(outcome, reason, answer, again=again, wait=wait)

    # ---- robots.txt

    async def _refused_by_robots(self, trip: Trip) -> End | None:
        """An End if the site does not want this URL fetched; sets the pace that the site asks for."""
        url = trip.seen[-1]
        origin = _origin(url)
        file = self._robots.fresh(origin, trip.now) or await self._robots_file(trip, origin)
        if isinstance(file, End):
            return file
        decision = decide_robots(file, str(url), self._agent)
        lane = self._lanes.of(str(url.raw_host))
        lane.gap = max(lane.gap, decision.gap)
        return None if decision.allowed else End(Outcome.ROBOTS, decision.reason)

    async def _robots_file(self, trip: Trip, origin: str) -> RobotsFile | End:
        """The site's file, from memory or fetched; an End if the site could not be reached and none is known."""
        async with self._robots_locks.setdefault(origin, asyncio.Lock()):
            if file := self._robots.fresh(origin, trip.now):
                return file
            request = FetchRequest(url=f"{origin}/robots.txt", max_bytes=MOST_BYTES)
            visit = Trip(request, trip.now, Credentials(), [URL(request.url)], trip.left, for_robots=True)
            end = await self._follow(visit)
            trip.left = visit.left
            if end.answer is None:
                known = self._robots.stale(origin)
                return known or end._replace(reason=f"robots.txt: {end.reason}")
            text = (end.answer.body or b"").decode("utf-8", "replace") if end.outcome == Outcome.OK else ""
            file = RobotsFile(origin=origin, fetched_at=trip.now, status=end.answer.status, text=text)
            self._robots.keep(file)
            return file


async def _ended(fetched: Fetched) -> Fetched:
    return fetched


@lru_cache(maxsize=4096)  # the feeds of one run are those of the last
def _read_url(guard: Guard, text: str) -> tuple[URL, str | None]:
    """A URL that may be fetched, and the user info that it carried. Raises Blocked."""
    return split_userinfo(guard.check(text))


@lru_cache(maxsize=4096)
def _origin(url: URL) -> str:
    return str(url.origin())


@lru_cache(maxsize=4096)
def _sendable(validator: str | None) -> bool:
    """Whether a validator may go into a header: a server that sent us odd bytes does not get to write our request."""
    text = validator or ""
    return 0 < len(text) <= _LONGEST_VALIDATOR and text.isascii() and text.isprintable()


def _fetched(trip: Trip, end: End) -> Fetched:
    """The end of a trip as the rest of the product sees it: nothing secret, nothing oversized."""

    secrets = trip.credentials.texts
    answer, good = end.answer, end.outcome in (Outcome.OK, Outcome.NOT_MODIFIED)
    permanent = good and bool(trip.hops) and all(status in PERMANENT for status, _ in trip.hops)
    asked = redact(trip.request.url, secrets)
    final = redact(str(trip.seen[-1]), secrets) if trip.hops else asked
    etag, modified = _validators(answer, trip) if good and answer else (None, None)
    return Fetched(
        url=asked,
        final_url=final,
        fetched_at=trip.now,
        outcome=end.outcome,
        status=answer.status if answer else None,
        reason=redact(end.reason, secrets),
        headers=_clean_headers(answer, secrets) if answer else {},
        body=answer.body if answer and end.outcome in _WITH_BODY else None,
        etag=etag,
        last_modified=modified,
        retry_after=end.wait,
        permanent_url=final if permanent and HIDDEN not in final else None,
        hops=tuple((status, redact(target, secrets)[:_LONGEST_HEADER]) for status, target in trip.hops),
    )


_WITH_BODY = frozenset({Outcome.OK, Outcome.DENIED, Outcome.RATE_LIMITED, Outcome.SERVER_ERROR})


def _clean_headers(answer: Answer, secrets: Sequence[str]) -> dict[str, str]:
    """The last answer's headers, names in lower case, without cookies, control characters and excess."""
    clean: dict[str, str] = {}
    told = " ".join(answer.headers.values())
    as_it_is = told == _printable(told) == redact(told, secrets)  # then so is each: most answers are asked once, not by header
    for name, value in answer.headers.items():
        key = name.lower()
        if key in _DROPPED_HEADERS or (key not in clean and len(clean) >= _MOST_HEADERS):
            continue
        text = (value if as_it_is else redact(_printable(value), secrets))[:_LONGEST_HEADER]
        clean[key] = f"{clean[key]}, {text}"[:_LONGEST_HEADER] if key in clean else text
    return clean


def _printable(value: str) -> str:
    """A header's value as text: bytes that are no UTF-8 replaced, control characters gone."""
    if value.isascii() and value.isprintable():
        return value
    text = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(c for c in text if c.isprintable())


def _validators(answer: Answer, trip: Trip) -> tuple[str | None, str | None]:
    """ETag and Last-Modified to send next time; after a 304 without them, those that were sent."""
    etag, modified = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
    if answer.status == 304:
        etag, modified = etag or trip.request.etag, modified or trip.request.last_modified
    return etag if _sendable(etag) else None, modified if _sendable(modified) else None
