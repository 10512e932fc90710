"""One HTTP exchange: a GET over a guarded connection, its body decoded within bounds. Knows nothing of redirects or retries."""

import asyncio
import socket
import ssl
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import aiohttp
from yarl import URL

from pipeline.errors import ConfigError
from pipeline.fetch.decode import STEP, BadBody, Body
from pipeline.fetch.guard import Blocked, Guard, GuardedResolver, Lookup, parse_url
from pipeline.fetch.redact import redact
from pipeline.fetch.rules import REDIRECTS
from pipeline.fetch.settings import FetchSettings
from pipeline.model import Outcome

KEEP_ALIVE = 5.0  # seconds that an idle connection waits for the host's next turn
_BODILESS = REDIRECTS | {204, 205, 206, 304, 404, 410}  # whose bodies nobody reads


class Failed(Exception):
    """The exchange did not end in an answer. `again`: another try may help."""

    def __init__(self, outcome: Outcome, reason: str, again: bool = False):
        self.outcome, self.reason, self.again = outcome, reason, again
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    url: URL
    status: int
    headers: Mapping[str, str]  # case-insensitive, the first of each name when indexed, as received
    body: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Get:
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
    """The only place that opens connections."""

    def __init__(self, settings: FetchSettings, guard: Guard, lookup: Lookup, tls: ssl.SSLContext | None):
        self._settings = settings
        self._proxies = Proxies(settings.proxies)
        self._threads = ThreadPoolExecutor(settings.concurrency, thread_name_prefix="resolver")  # a dead name server blocks one
        resolver = GuardedResolver(guard, self._proxies.endpoints, lookup, self._threads)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=resolver,
                socket_factory=resolver.new_socket,
                limit=0,  # the lanes limit; a wait for a connection here would count against the exchange
                keepalive_timeout=KEEP_ALIVE,
                ssl=tls or True,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=settings.connect_timeout),
            auto_decompress=False,
            trust_env=False,
        )

    async def close(self) -> None:
        await self._session.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def get(self, get: Get) -> Answer:
        """One exchange, within its seconds. Raises Failed, also for a body that cannot be taken."""
        try:
            async with asyncio.timeout(get.seconds):
                return await self._get(get)
        except BadBody as e:
            raise Failed(e.outcome, e.reason, again=e.outcome == Outcome.TRUNCATED) from None
        except aiohttp.ClientError as e:
            raise _failure(e) from None
        except Blocked as e:
            raise Failed(Outcome.BLOCKED, str(e)) from None
        except TimeoutError:
            raise Failed(Outcome.DEADLINE, "the exchange took longer than allowed") from None
        except (OSError, ValueError) as e:
            raise Failed(Outcome.UNREACHABLE, f"no exchange: {type(e).__name__}", again=True) from None

    async def _get(self, get: Get) -> Answer:
        headers = dict(get.headers) | ({"Connection": "close"} if get.last else {})
        proxy = self._proxies.route(get.url)
        async with self._session.get(get.url, headers=headers, allow_redirects=False, proxy=proxy) as response:
            body = None if response.status in _BODILESS else await _read(response, get)
            return Answer(get.url, response.status, response.headers, body)


async def _read(response: aiohttp.ClientResponse, get: Get) -> bytes:
    """The decoded body. Strict, it raises BadBody for any flaw; else it returns as much as could be read."""
    strict = get.strict and 200 <= response.status < 300
    try:
        body = Body(", ".join(response.headers.getall("Content-Encoding", [])), get.cap)
    except BadBody:
        if strict:
            raise
        return b""
    try:
        if strict and (response.content_length or 0) > get.cap + STEP:
            raise BadBody(Outcome.TOO_LARGE, f"the server announces {response.content_length} bytes")
        async for data in response.content.iter_chunked(STEP):
            body.add(data)
        return body.finish()
    except (BadBody, aiohttp.ClientPayloadError):
        if strict:
            raise
        return body.so_far()


def _failure(e: aiohttp.ClientError) -> Failed:
    """In our own words: the library's messages may hold URLs with credentials."""
    cause = getattr(e, "os_error", None)
    if isinstance(cause, Blocked):
        return Failed(Outcome.BLOCKED, str(cause))
    if isinstance(e, aiohttp.ClientConnectorCertificateError):
        return Failed(Outcome.UNREACHABLE, f"the certificate is not valid: {e.certificate_error.__class__.__name__}")
    if isinstance(e, aiohttp.ClientConnectorDNSError):
        unknown = isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_NONAME
        return Failed(Outcome.UNREACHABLE, "the host name does not resolve", again=not unknown)
    if isinstance(e, aiohttp.ClientHttpProxyError):
        return Failed(Outcome.UNREACHABLE, f"the proxy answers {e.status}", again=e.status >= 500)
    if isinstance(e, aiohttp.ServerTimeoutError):
        return Failed(Outcome.UNREACHABLE, "no connection in time", again=True)
    if isinstance(e, aiohttp.ClientPayloadError):
        return Failed(Outcome.TRUNCATED, "the body ended before its announced end", again=True)
    if isinstance(e, aiohttp.ClientResponseError):
        return Failed(Outcome.UNREACHABLE, "the answer is not valid HTTP")
    if isinstance(e, aiohttp.ServerDisconnectedError):
        return Failed(Outcome.UNREACHABLE, "the server closed the connection without an answer", again=True)
    if isinstance(e, aiohttp.InvalidURL):
        return Failed(Outcome.BLOCKED, "this is not a valid URL")
    detail = cause.strerror if isinstance(cause, OSError) and cause.strerror else type(e).__name__
    return Failed(Outcome.UNREACHABLE, f"no connection: {detail}", again=True)
