"""Sockets that wait: for something to read, or for room to write, each up to a moment of its own.

The event loop knows of one descriptor and one timer for all of them. To tell it of each socket and of each deadline would cost
a third of what a fetch costs that finds nothing new.
"""

import asyncio
import selectors


class Waiting:
    """The sockets of one run that wait."""

    def __init__(self, loop: asyncio.AbstractEventLoop):
        self._loop, self.clock = loop, loop.time
        self._sockets = selectors.DefaultSelector()
        self._ends: dict[asyncio.Future[None], float] = {}  # until when each waits
        self._timer: asyncio.TimerHandle | None = None
        loop.add_reader(self._sockets.fileno(), self._ring)  # type: ignore[attr-defined]  # as all have where loops have readers

    async def to_read(self, descriptor: int, until: float) -> None:
        """Something can be read. Raises TimeoutError if nothing could `until` then, on the loop's clock."""
        await self._one(descriptor, selectors.EVENT_READ, until)

    async def to_write(self, descriptor: int, until: float) -> None:
        """There is room to write, or a connection stands or has failed. Raises TimeoutError."""
        await self._one(descriptor, selectors.EVENT_WRITE, until)

    async def _one(self, descriptor: int, event: int, until: float) -> None:
        ready = self._loop.create_future()
        self._sockets.register(descriptor, event, ready)
        self._ends[ready] = until
        if self._timer is None or until < self._timer.when():
            self._wind(until)
        try:
            await ready
        finally:
            del self._ends[ready]
            self._sockets.unregister(descriptor)

    def _ring(self) -> None:
        """Wake those whose sockets are ready."""
        for key, _ in self._sockets.select(0):
            if not key.data.done():
                key.data.set_result(None)

    def _wind(self, until: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_at(until, self._end)

    def _end(self) -> None:
        """Wake those whose time is up."""
        self._timer, now = None, self.clock()
        left = [until for ready, until in self._ends.items() if not _ended(ready, until <= now)]
        if left:
            self._wind(min(left))

    def close(self) -> None:
        """Nobody waits any more."""
        if self._timer:
            self._timer.cancel()
        self._loop.remove_reader(self._sockets.fileno())  # type: ignore[attr-defined]
        self._sockets.close()


def _ended(ready: asyncio.Future[None], late: bool) -> bool:
    if late and not ready.done():
        ready.set_exception(TimeoutError())
    return ready.done()
