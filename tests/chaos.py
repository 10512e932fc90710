"""A server that misbehaves in bytes: every answer is a script of raw pieces and pauses.

    with Chaos() as chaos:
        chaos.on("/drip", lambda: drip(head() + b"slow", every=0.4))
        ... fetch chaos.url + "/drip" ...; chaos.hits["/drip"] counts

A script is a function without arguments that yields bytes to send and numbers to sleep (seconds). When it ends, the
connection is closed, whatever had been promised.
"""

import socket
import socketserver
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

Script = Callable[[], Iterable[bytes | float]]


def head(status: int = 200, *lines: str, length: int | None = None) -> bytes:
    """Status line and header lines of an answer."""
    more = [] if length is None else [f"Content-Length: {length}"]
    return "\r\n".join([f"HTTP/1.1 {status} Whatever", "Connection: close", *lines, *more, "", ""]).encode()


def drip(data: bytes, every: float) -> Iterator[bytes | float]:
    """One byte at a time."""
    for i in range(len(data)):
        yield data[i : i + 1]
        yield every


def chunked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces in chunked coding, without the chunk that ends it."""
    for piece in pieces:
        yield b"%x\r\n%s\r\n" % (len(piece), piece)


def endless(piece: bytes) -> Iterator[bytes]:
    while True:
        yield piece


class Chaos:
    """The server; one thread a connection."""

    def __init__(self, address: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None):
        self.hits: Counter[str] = Counter()
        self.requests: list[str] = []  # heads as received
        self._scripts: dict[str, Script] = {}
        self._over = threading.Event()
        chaos = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                chaos._handle(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True
            block_on_close = False
            request_queue_size = 100

        self._server = Server((address, port), Handler)
        self.port = self._server.server_address[1]
        self._tls = tls
        self.url = f"{'https' if tls else 'http'}://{address}:{self.port}"

    def on(self, path: str, script: Script | bytes) -> str:
        """Answer `path` with this script, or with these bytes; returns the URL."""
        self._scripts[path] = (lambda: [script]) if isinstance(script, bytes) else script
        return self.url + path

    def _handle(self, connection: socket.socket) -> None:
        received = b""
        try:
            connection = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            while b"\r\n\r\n" not in received:
                if not (data := connection.recv(65536)):
                    return
                received += data
            text = received.decode("latin-1")
            path = text.split(" ", 2)[1].split("?")[0]
            self.hits[path] += 1
            self.requests.append(text)
            for step in self._scripts.get(path, lambda: [head(404, length=0)])():
                if isinstance(step, bytes):
                    connection.sendall(step)
                elif self._over.wait(step):
                    return
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            return  # the client has gone: that is often what the test is about

    def __enter__(self) -> "Chaos":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
