"""One connection: opened to an address that the guard has let pass, TLS and a proxy's tunnel included, then bytes both ways.

The socket is used as it is, without a transport and protocol on top: most exchanges are one packet each way, and those layers
would cost more than the exchange. An operation that would block waits until the socket is ready, or until the channel's time is
up: then it raises TimeoutError.
"""

import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.fetch.guard import AddressInfo
from pipeline.fetch.waiting import Waiting

_WAITS_TO_READ = (BlockingIOError, ssl.SSLWantReadError)


@dataclass(slots=True)
class Channel:
    """An open connection."""

    socket: socket.socket
    waiting: Waiting
    until: float  # on the event loop's clock

    async def send(self, data: bytes) -> None:
        while data:
            try:
                data = data[self.socket.send(data) :]
            except ssl.SSLWantReadError:
                await self._readable()
            except (BlockingIOError, ssl.SSLWantWriteError):
                await self._writable()

    async def answer(self, most: int) -> bytes:
        """The first of what arrives, as `receive` has it: a question was sent just now, so nothing is there yet."""
        if not isinstance(self.socket, ssl.SSLSocket):  # which may hold bytes that the system has handed over
            await self._readable()
        return await self.receive(most)

    async def receive(self, most: int) -> bytes:
        """What has arrived, b"" at the end."""
        while True:
            try:
                return self.socket.recv(most)
            except _WAITS_TO_READ:
                await self._readable()
            except ssl.SSLWantWriteError:
                await self._writable()

    async def secure(self, context: ssl.SSLContext, host: str) -> None:
        """TLS from here on. Raises ssl.SSLError."""
        self.socket = context.wrap_socket(self.socket, server_hostname=host, do_handshake_on_connect=False)
        assert isinstance(self.socket, ssl.SSLSocket)
        while True:
            try:
                return self.socket.do_handshake()
            except ssl.SSLWantReadError:
                await self._readable()
            except ssl.SSLWantWriteError:
                await self._writable()

    @property
    def is_idle(self) -> bool:
        """Whether the connection stands and nothing has come that was not asked for."""
        try:
            self.socket.recv(1)
        except _WAITS_TO_READ:
            return True
        except OSError:
            pass
        return False

    def in_time(self) -> None:
        """Raises TimeoutError if the time is up: a socket that is always ready never waits."""
        if self.waiting.clock() > self.until:
            raise TimeoutError

    def close(self) -> None:
        self.socket.close()

    def start(self, address: AddressInfo) -> bool:
        """Begin to connect; whether the connection stands already, as it does to a host nearby. Raises OSError."""
        self.socket.setblocking(False)
        try:
            self.socket.connect(address[4])
        except BlockingIOError:
            try:
                self.socket.getpeername()
            except OSError:
                return False
        return True

    async def connected(self) -> None:
        """Wait until the connection stands. Raises OSError if it fails."""
        await self._writable()
        if error := self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(error, "the connection failed")

    async def _readable(self) -> None:
        await self.waiting.to_read(self.socket.fileno(), self.until)

    async def _writable(self) -> None:
        await self.waiting.to_write(self.socket.fileno(), self.until)


async def connect(
    addresses: Sequence[AddressInfo],
    new_socket: Callable[[AddressInfo], socket.socket],
    waiting: Waiting,
    until: float,
) -> Channel:
    """A connection to the first address that answers. Raises OSError, TimeoutError among them at the latest `until` then.

    An address that does not answer gets its share of the time, so that one family of addresses being cut off costs no fetch.
    """
    failure: OSError = OSError("no address")
    for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        channel = Channel(new_socket(address), waiting, until)
        try:
            if not channel.start(address):
                now = waiting.clock()
                channel.until = now + (until - now) / left
                await channel.connected()
                channel.until = until
            return channel
        except OSError as e:
            channel.close()
            failure = e
        except BaseException:
            channel.close()
            raise
    raise failure
