"""One connection: opened to an address that the guard has let pass, TLS and a proxy's tunnel included, then bytes both ways.

The socket is used as it is, without a transport and protocol on top: most exchanges are one packet each way, and those layers
would cost more than the exchange. An operation that would block waits on the event loop; limits of time are the caller's.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.fetch.guard import AddressInfo

_WAITS_TO_READ = (BlockingIOError, ssl.SSLWantReadError)


@dataclass(slots=True)
class Channel:
    """An open connection."""

    socket: socket.socket

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
        loop = asyncio.get_running_loop()
        await _until(loop, loop.add_reader, loop.remove_reader, self.socket.fileno())

    async def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        await _until(loop, loop.add_writer, loop.remove_writer, self.socket.fileno())


async def _until(
    loop: asyncio.AbstractEventLoop, add: Callable[..., None], remove: Callable[[int], bool], descriptor: int
) -> None:
    ready = loop.create_future()
    add(descriptor, _ring, ready)
    try:
        await ready
    finally:
        remove(descriptor)


def _ring(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


async def connect(
    addresses: Sequence[AddressInfo], new_socket: Callable[[AddressInfo], socket.socket], seconds: float
) -> Channel:
    """A connection to the first address that answers. Raises OSError, or TimeoutError after so many seconds.

    An address that does not answer gets its share of the time, so that one family of addresses being cut off costs no fetch.
    """
    failure: OSError = OSError("no address")
    for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        channel = Channel(new_socket(address))
        try:
            if not channel.start(address):
                async with asyncio.timeout(seconds / left):
                    await channel.connected()
            return channel
        except OSError as e:
            channel.close()
            failure = e
            seconds -= seconds / left if isinstance(e, TimeoutError) else 0
        except BaseException:
            channel.close()
            raise
    raise failure
