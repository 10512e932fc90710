"""The guard: which URLs and addresses may be fetched. Every path that opens a connection goes through it.

Three lines of defence, because each alone has been walked round in other readers: the URL's text (first URL and every
redirect), the addresses that a name resolves to, and the very address that a socket is about to connect to.
A forbidden address is any that is not plainly public, also inside an IPv6 wrapping (mapped, NAT64, 6to4).
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import lru_cache

from yarl import URL

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST6 = ipaddress.ip_network("2000::/3")  # all of IPv6 that has been given out for public use
_NOT_PUBLIC = (  # what the standard library takes for global, in some version or other
    ipaddress.ip_network("192.0.0.0/24"),  # protocol assignments; one cloud's metadata service is 192.0.0.192
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4 relays, withdrawn
    ipaddress.ip_network("168.63.129.16/32"),  # public by number, yet a cloud's service for its own machines
    ipaddress.ip_network("3fff::/20"),  # documentation
)
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?\.?", re.IGNORECASE)
_ODD = re.compile(r"[\\\x00-\x20\x7f]")
_NUMERIC_LABEL = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)
_LONGEST_URL = 8_000

AddressInfo = tuple[int, int, int, str, tuple[str | int | bytes, ...]]  # as socket.getaddrinfo has it
Lookup = Callable[..., Sequence[AddressInfo]]  # socket.getaddrinfo or a stand-in


class Blocked(OSError):
    """This URL, or an address behind it, may not be fetched."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What is allowed beyond the public internet."""

    allow_private: bool = False
    allowed: frozenset[str] = frozenset()  # single addresses

    def forbids(self, address: str) -> bool:
        """Whether this literal address may not be connected to."""
        text, public = _judged(address)
        return not (public or self.allow_private or text in self.allowed)

    def check(self, url: str) -> URL:
        """The URL, parsed; raises Blocked if its text alone tells that it may not be fetched."""
        if _ODD.search(url):
            raise Blocked("the URL holds a backslash, a space or a control character")
        if len(url) > _LONGEST_URL:
            raise Blocked(f"the URL is longer than {_LONGEST_URL} characters")
        parsed = parse_url(url)
        if parsed.scheme not in ("http", "https"):
            raise Blocked(f"the scheme {parsed.scheme[:20]!r} may not be fetched, only http and https")
        self._check_host(parsed.raw_host or "")
        return parsed.with_fragment(None)

    def _check_host(self, host: str) -> None:
        name = host.rstrip(".").lower()
        if _literal(name.split("%")[0]):
            if self.forbids(name):
                raise Blocked(f"the address {_judged(name)[0]} is not public")
            return
        if not _HOST.fullmatch(host) or ".." in host:
            raise Blocked("the URL has no valid host name")
        if _NUMERIC_LABEL.fullmatch(name.rsplit(".", 1)[-1]):
            raise Blocked(f"the host {name[:60]!r} is an address in an odd spelling")
        if (name == "localhost" or name.endswith(".localhost")) and not self.allow_private:
            raise Blocked("localhost is not public")  # said here too: a proxy would resolve it to itself


def parse_url(text: str) -> URL:
    """The URL, or Blocked. `http://[]@` makes yarl 1.25 raise IndexError: one hostile link must not end a run."""
    try:
        return URL(text)
    except (ValueError, IndexError):
        raise Blocked("this is not a valid URL") from None


@lru_cache(maxsize=4096)  # the same few addresses are asked about at each of three places
def _judged(address: str) -> tuple[str, bool]:
    """An address in its normal form, and whether it is public."""
    ip = ipaddress.ip_address(address.split("%")[0])
    return str(ip), _public(ip)


def _public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or (ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        if inside:
            return _public(inside)
        if ip not in _UNICAST6:
            return False
    if any(ip in network for network in _NOT_PUBLIC):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class GuardedResolver:
    """Resolves names in threads of its own and refuses a name if any of its addresses is forbidden.

    `proxies` are the (host, port) of configured proxies: they may stand anywhere. Their addresses are remembered for the
    check at connect, as (address, port), so that the leave given to a proxy is good for nothing else.
    """

    def __init__(self, guard: Guard, proxies: frozenset[tuple[str, int]], lookup: Lookup, threads: Executor):
        self._guard, self._proxies, self._lookup, self._threads = guard, proxies, lookup, threads
        self.proxy_addresses = {(host, port) for host, port in proxies if _literal(host)}

    def literal(self, host: str, port: int) -> list[AddressInfo]:
        """A host that is an address itself; nothing if it is a name."""
        return [_at(host, port)] if _literal(host) else []

    async def resolve(self, host: str, port: int) -> list[AddressInfo]:
        """The addresses of a host, a literal one as it is. Raises OSError, Blocked among them."""
        if literal := self.literal(host, port):
            return literal
        loop = asyncio.get_running_loop()
        try:
            infos = await loop.run_in_executor(self._threads, self._lookup, host, port, socket.AF_UNSPEC, socket.SOCK_STREAM)
        except UnicodeError:
            raise OSError(f"{host[:60]!r} is not a valid host name") from None
        found = [(family, kind, protocol, "", address) for family, kind, protocol, _, address in infos]
        if (host, port) in self._proxies:
            self.proxy_addresses |= {(str(info[4][0]), port) for info in found}
        elif bad := [str(info[4][0]) for info in found if self._guard.forbids(str(info[4][0]))]:
            raise Blocked(f"{host} resolves to {bad[0]}, which is not public")
        return found

    def new_socket(self, info: AddressInfo) -> socket.socket:
        """A socket for this address; the last check, which no literal, cache or second answer of a name server gets round."""
        address, port = str(info[4][0]), int(info[4][1])
        if self._guard.forbids(address) and (address, port) not in self.proxy_addresses:
            raise Blocked(f"the address {address} is not public")
        return socket.socket(*info[:3])


@lru_cache(maxsize=4096)
def _literal(host: str) -> int:
    """4 or 6 if the host is an address itself, 0 if it is a name."""
    try:
        return ipaddress.ip_address(host).version
    except ValueError:
        return 0


def _at(host: str, port: int) -> AddressInfo:
    """Where to connect to for a host that is an address."""
    if _literal(host) == 6:
        return socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port)
