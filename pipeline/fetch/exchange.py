"""One HTTP exchange: a GET over a guarded connection, its body decoded within bounds. Knows nothing of redirects or retries."""

import asyncio
import os
import socket
import ssl
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import NamedTuple

from yarl import URL

from pipeline.errors import ConfigError
from pipeline.fetch.channel import Channel, connect
from pipeline.fetch.decode import STEP, BadBody, Body
from pipeline.fetch.guard import Blocked, Guard, GuardedResolver, Lookup, parse_url
from pipeline.fetch.redact import redact
from pipeline.fetch.reply import BadReply, Reply
from pipeline.fetch.rules import REDIRECTS
from pipeline.fetch.settings import FetchSettings
from pipeline.fetch.waiting import Waiting
from pipeline.model import Outcome

KEEP_ALIVE = 5.0  # seconds that an idle connection waits for the host's next turn
_TURNS = 8  # pieces that are taken one after the other
Place = tuple[URL, URL | None]  # origin and proxy
_BODILESS = REDIRECTS | {204, 205, 206, 304, 404, 410}  # whose bodies nobody reads


class Failed(Exception):
    """The exchange did not end in an answer. `again`: another try may help."""

    def __init__(self, outcome: Outcome, reason: str, again: bool = False):
        self.outcome, self.reason, self.again = outcome, reason, again
        super().__init__(reason)


class Answer(NamedTuple):  # as is `Get`: to make a frozen data class costs four times as much
    """What came back."""

    url: URL
    status: int
    headers: Mapping[str, str]  # case-insensitive, the first of each name when indexed, as received
    body: bytes | None


class Get(NamedTuple):
    """What to ask for."""

    url: URL
    headers: Mapping[str, str]
    cap: int  # bytes after decoding
    seconds: float  # for the whole exchange
    strict: bool = True  # else a body that is too large, cut or garbled is taken as far as it goes
    last: bool = True  # no other request to this host waits, so the connection need not be kept


class Proxies:
    """The proxies that the system, or the settings, name for each scheme."""

    def __init__(self, given: Mapping[str, str] | None):
        self._named = dict(urllib.request.getproxies() if given is None else given)
        self._from_system = given is None
        self._urls = {
            scheme: _proxy_url(scheme, self._named[scheme]) for scheme in ("http", "https") if self._named.get(scheme)
        }

    @property
    def endpoints(self) -> frozenset[tuple[str, int]]:
        return frozenset((str(u.raw_host), int(u.port or 80)) for u in self._urls.values())

    def route(self, url: URL) -> URL | None:
        """The proxy for this URL, or None to go directly."""
        proxy = self._urls.get(url.scheme)
        if proxy is None:
            return None
        host = f"{url.raw_host}:{url.port}"
        if self._from_system:
            return None if urllib.request.proxy_bypass(host) else proxy
        bypass = urllib.request.proxy_bypass_environment(host, self._named)  # type: ignore[attr-defined]  # typeshed lacks it
        return None if bypass else proxy


def _proxy_url(scheme: str, value: str) -> URL:
    try:
        url = parse_url(value if "//" in value else f"http://{value}")
    except Blocked:
        url = URL()
    if url.scheme != "http" or not url.raw_host:
        raise ConfigError("the environment", f"{scheme}_proxy", "only http:// proxies are supported", redact(value))
    return url


class Wire:
    """The only place that opens connections. One is kept for the next request to its host, if there is one soon."""

    def __init__(self, settings: FetchSettings, guard: Guard, lookup: Lookup, tls: ssl.SSLContext | None):
        self._settings, self._tls = settings, tls
        self._proxies = Proxies(settings.proxies)
        self._threads = ThreadPoolExecutor(settings.concurrency, thread_name_prefix="resolver")  # a dead name server blocks one
        self._resolver = GuardedResolver(guard, self._proxies.endpoints, lookup, self._threads)
        self._waiting = Waiting(asyncio.get_running_loop())
        self._idle: dict[Place, tuple[Channel, float]] = {}  # until when

    async def close(self) -> None:
        for channel, _ in self._idle.values():
            channel.close()
        self._idle.clear()
        self._waiting.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def get(self, get: Get) -> Answer:
        """One exchange, within its seconds. Raises Failed, also for a body that cannot be taken."""
        try:
            return await self._get(get, self._waiting.clock() + get.seconds)
        except BadBody as e:
            raise Failed(e.outcome, e.reason, again=e.outcome == Outcome.TRUNCATED) from None
        except BadReply as e:
            raise Failed(Outcome.UNREACHABLE, str(e)) from None
        except TimeoutError:
            raise Failed(Outcome.DEADLINE, "the exchange took longer than allowed") from None
        except OSError as e:
            raise _failure(e) from None
        except ValueError as e:
            raise Failed(Outcome.UNREACHABLE, f"no exchange: {type(e).__name__}", again=True) from None

    async def _get(self, get: Get, until: float) -> Answer:
        """Every wait in here ends with TimeoutError when the exchange's time is up."""
        proxy = self._proxies.route(get.url)
        place = (get.url.origin(), proxy) if self._idle or not get.last else None
        request = _request(get, proxy)
        if place and (channel := self._kept(place)):
            channel.until = until
            try:
                return await self._exchange(channel, request, get, place)
            except NoAnswer:
                pass  # it was closed meanwhile; that says nothing of the server
        return await self._exchange(await self._open(get.url, proxy, until), request, get, place)

    async def _exchange(self, channel: Channel, request: bytes, get: Get, place: Place | None) -> Answer:
        """Ask and read the answer. Raises NoAnswer if nothing came back at all."""
        keep, reading = False, _Reading(get)
        try:
            await _send(channel, request)
            await reading.read(channel)
            keep = reading.reply.keeps_connection and not get.last
            return Answer(get.url, reading.reply.status, reading.reply.headers, reading.body())
        finally:
            reading.reply.close()
            if keep and place:
                self._idle[place] = (channel, self._waiting.clock() + KEEP_ALIVE)
            else:
                channel.close()

    def _kept(self, place: Place) -> Channel | None:
        """The connection that was kept, if it still stands."""
        channel, until = self._idle.pop(place, (None, 0.0))
        if channel and (until < self._waiting.clock() or not channel.is_idle):
            channel.close()
            return None
        return channel

    async def _open(self, url: URL, proxy: URL | None, until: float) -> Channel:
        """A new connection to the host or to its proxy. Raises Blocked, Failed, OSError, TimeoutError."""
        to = proxy or url
        host, port = str(to.raw_host), int(to.port or 80)
        if not (addresses := self._resolver.literal(host, port)):
            async with asyncio.timeout_at(until):
                addresses = await self._resolver.resolve(host, port)
        seconds, clock = self._settings.connect_timeout, self._waiting.clock
        try:
            channel = await connect(addresses, self._resolver.new_socket, self._waiting, min(until, clock() + seconds))
            if url.scheme == "https":
                channel.until = min(until, clock() + seconds)
                await self._secure(channel, url, proxy)
        except TimeoutError:
            if clock() >= until:  # the time of the whole exchange
                raise
            raise Failed(Outcome.UNREACHABLE, "no connection in time", again=True) from None
        channel.until = until
        return channel

    async def _secure(self, channel: Channel, url: URL, proxy: URL | None) -> None:
        """TLS with the host itself, through a tunnel if there is a proxy."""
        try:
            if proxy:
                await _tunnel(channel, url, proxy)
            self._tls = self._tls or ssl.create_default_context()  # reading the trusted certificates takes a moment
            await channel.secure(self._tls, str(url.raw_host).rstrip("."))
        except BaseException:
            channel.close()
            raise


class NoAnswer(ConnectionError):
    """The connection was closed before a byte of an answer came."""


async def _send(channel: Channel, request: bytes) -> None:
    try:
        await channel.send(request)
    except ConnectionError:
        raise NoAnswer from None


class _Reading:
    """An answer being read: the body decoded within bounds as it comes.

    Strict, it raises BadBody for any flaw of the body; else, and for any status but success, it takes as much as can be read.
    """

    def __init__(self, get: Get):
        self.get, self.reply = get, Reply(self._began)
        self._body: Body | None = None
        self._flaw: tuple[Outcome, str] | None = None  # not the exception, whose trace would hold the body in memory
        self._strict = False

    def _began(self, reply: Reply) -> None:
        """The head is complete."""
        self._strict = self.get.strict and 200 <= reply.status < 300
        if reply.status in _BODILESS:
            return
        try:
            self._body = Body(", ".join(reply.headers.getall("Content-Encoding", [])), self.get.cap)
            if self._strict and (reply.length or 0) > self.get.cap + STEP:
                raise BadBody(Outcome.TOO_LARGE, f"the server announces {reply.length} bytes")
        except BadBody as e:
            self._flaw = (e.outcome, e.reason)

    async def read(self, channel: Channel) -> None:
        """To the end of the answer, or as far as somebody wants it."""
        for turn in count(1):
            if self._over:
                return
            if turn % _TURNS == 0:  # a sender that is always ready keeps neither others nor its deadline from their turn
                await asyncio.sleep(0)
                channel.in_time()
            try:
                data = await (channel.answer if turn == 1 else channel.receive)(STEP)
            except ConnectionError:
                data = b""
            if data:
                self._take(data)
            elif not self.reply.status:
                raise NoAnswer
            else:
                self._ended()

    @property
    def _over(self) -> bool:
        return self.reply.complete or self._flaw is not None or (self.reply.status > 0 and self.reply.status in _BODILESS)

    def _take(self, data: bytes) -> None:
        try:
            for piece in self.reply.feed(data):
                if self._body and not self._flaw:
                    self._body.add(piece)
        except BadReply:
            if not self.reply.status:
                raise
            self._flaw = _CUT
        except BadBody as e:
            self._flaw = (e.outcome, e.reason)

    def _ended(self) -> None:
        """The connection has ended after the head."""
        if self.reply.ends_with_connection:
            self.reply.complete = True
        else:
            self._flaw = _CUT

    def body(self) -> bytes | None:
        """The decoded body, None of an answer that has none to be read."""
        if self.reply.status in _BODILESS:
            return None
        if self._strict:
            if self._flaw:
                raise BadBody(*self._flaw)
            assert self._body is not None
            return self._body.finish()
        return self._body.so_far() if self._body else b""


_CUT = (Outcome.TRUNCATED, "the body ended before its announced end")


def _request(get: Get, proxy: URL | None) -> bytes:
    """The request's head. Through a proxy, a page over plain HTTP is asked for by its whole URL."""
    url = get.url
    plain = proxy if url.scheme == "http" else None
    lines = [f"GET {url.with_fragment(None) if plain else url.raw_path_qs} HTTP/1.1", f"Host: {url.host_port_subcomponent}"]
    lines += [f"{name}: {value}" for name, value in get.headers.items()]
    lines += _proxy_authorization(plain) if plain else []
    lines += ["Connection: close"] if get.last else []
    if "\r" in (told := "".join(lines)) or "\n" in told:
        raise ValueError("a line break in a header")
    return "\r\n".join([*lines, "", ""]).encode("utf-8")


def _proxy_authorization(proxy: URL) -> list[str]:
    if proxy.user is None:
        return []
    told = b64encode(f"{proxy.user}:{proxy.password or ''}".encode()).decode()
    return [f"Proxy-Authorization: Basic {told}"]


async def _tunnel(channel: Channel, url: URL, proxy: URL) -> None:
    """Ask the proxy for a way to the host. Raises Failed."""
    host = f"{url.host_subcomponent}:{url.port}"
    lines = [f"CONNECT {host} HTTP/1.1", f"Host: {host}", *_proxy_authorization(proxy), "", ""]
    await _send(channel, "\r\n".join(lines).encode("utf-8"))
    head = b""
    while not head.endswith(b"\r\n\r\n"):  # a byte at a time behind the first line: what follows belongs to TLS
        data = await channel.receive(1)
        if not data or len(head) > STEP:
            raise NoAnswer
        head += data
    status = head[:12].split(b" ")[-1]
    if not (head.startswith(b"HTTP/1.") and status.isdigit()):
        raise BadReply("the proxy's answer is not valid HTTP")
    if not status.startswith(b"2"):
        raise Failed(Outcome.UNREACHABLE, f"the proxy answers {status.decode()}", again=status >= b"500")


def _failure(e: OSError) -> Failed:
    """In our own words: the system's may hold more than is meant for readers."""
    if isinstance(e, Blocked):
        return Failed(Outcome.BLOCKED, str(e))
    if isinstance(e, ssl.SSLCertVerificationError):
        return Failed(Outcome.UNREACHABLE, f"the certificate is not valid: {e.verify_message}")
    if isinstance(e, socket.gaierror):
        return Failed(Outcome.UNREACHABLE, "the host name does not resolve", again=e.errno != socket.EAI_NONAME)
    if isinstance(e, NoAnswer):
        return Failed(Outcome.UNREACHABLE, "the server closed the connection without an answer", again=True)
    detail = os.strerror(e.errno) if isinstance(e.errno, int) and not isinstance(e, ssl.SSLError) else type(e).__name__
    return Failed(Outcome.UNREACHABLE, f"no connection: {detail}", again=True)
