"""Content codings, decoded by ourselves: bounded in memory, strict about the end.

Libraries inflate a whole chunk before a limit can act (255 KB of gzip is 256 MB), and some take a stream that was cut for a
complete one. Here every step yields at most some megabytes, every layer is counted, and a missing end mark is `truncated`.
"""

import zlib
from collections.abc import Iterator

import brotli
import zstandard

from pipeline.model import Outcome

STEP = 65_536  # largest piece that one decoding step hands on
OFFERED = "gzip, deflate, br, zstd"
MOST_LAYERS = 3
_ZSTD_WINDOW = 2**23  # 8 MB, what RFC 8878 asks every decoder to support and no more
_ZSTD_SLICE = 128  # of input a step: one block of 3 bytes can stand for 128 kB, so a step stays below about 5 MB
_GZIP_MAGIC = b"\x1f\x8b"
_MEANINGLESS = frozenset({"", "identity", "none", "binary", "utf-8", "utf8", "iso-8859-1"})  # seen in this header by mistake


class BadBody(Exception):
    """A body that cannot be taken: `outcome` says why."""

    def __init__(self, outcome: Outcome, reason: str):
        self.outcome, self.reason = outcome, reason
        super().__init__(reason)


class Gzip:
    """RFC 1952 with any number of members. What follows the last member and is none is ignored, as browsers do."""

    def __init__(self) -> None:
        self._z, self._held, self._over = zlib.decompressobj(31), b"", False

    def feed(self, data: bytes) -> Iterator[bytes]:
        data, self._held = self._held + data, b""
        while data and not self._over:
            if self._z.eof:
                if len(data) < len(_GZIP_MAGIC):
                    self._held = data
                    return
                if not data.startswith(_GZIP_MAGIC):
                    self._over = True
                    return
                self._z = zlib.decompressobj(31)
            yield from _inflate(self._z, data)
            data = self._z.unused_data

    @property
    def complete(self) -> bool:
        return self._z.eof


class Deflate:
    """RFC 1950 as the standard says, or the bare RFC 1951 that some servers send: told apart by the first two bytes."""

    def __init__(self) -> None:
        self._z: zlib._Decompress | None = None
        self._held = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._z is None:
            data, self._held = self._held + data, b""
            if len(data) < 2:
                self._held = data
                return
            wrapped = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
            self._z = zlib.decompressobj(15 if wrapped else -15)
        if not self._z.eof:
            yield from _inflate(self._z, data)

    @property
    def complete(self) -> bool:
        return self._z is not None and self._z.eof


def _inflate(z: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """All that the input yields, a step at a time; a full step may leave output behind even without input.

    At the end mark `unconsumed_tail` may still name input that now stands in `unused_data`: feeding it again would never end.
    """
    while True:
        part = z.decompress(data, STEP)
        data = z.unconsumed_tail
        yield part
        if z.eof or (not data and len(part) < STEP):
            return


class Brotli:
    """RFC 7932, with the output limit that brotli has had since 1.2."""

    def __init__(self) -> None:
        self._d = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        part = self._d.process(data, output_buffer_limit=STEP)
        while part:  # can_accept_more_data() does not tell: it is true while output is still held back
            yield part
            part = self._d.process(b"", output_buffer_limit=STEP)

    @property
    def complete(self) -> bool:
        return self._d.is_finished()


class Zstd:
    """RFC 8878, any number of frames. The library has no output limit, so the input goes in by small slices."""

    def __init__(self) -> None:
        self._context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._d = self._context.decompressobj()

    def feed(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _ZSTD_SLICE):
            piece = data[start : start + _ZSTD_SLICE]
            while piece:
                if self._d.eof:
                    self._d = self._context.decompressobj()
                yield self._d.decompress(piece)
                piece = self._d.unused_data if self._d.eof else b""

    @property
    def complete(self) -> bool:
        return self._d.eof


Stage = Gzip | Deflate | Brotli | Zstd
_STAGES: dict[str, type[Stage]] = {
    "gzip": Gzip,
    "x-gzip": Gzip,
    "deflate": Deflate,
    "br": Brotli,
    "zstd": Zstd,
}


class Body:
    """Collects a body piece by piece. Raises BadBody as soon as it is too large, refused or broken."""

    def __init__(self, codings: str, cap: int):
        names = [c.strip().lower() for c in codings.split(",")]
        names = [c for c in reversed(names) if c not in _MEANINGLESS]
        if unknown := [c for c in names if c not in _STAGES]:
            raise BadBody(Outcome.BAD_ENCODING, f"the content coding {unknown[0][:40]!r} is refused")
        if len(names) > MOST_LAYERS:
            raise BadBody(Outcome.BAD_ENCODING, f"{len(names)} content codings on top of each other are refused")
        self._stages = [_STAGES[c]() for c in names]
        self._cap = cap
        self._seen = [0] * (len(names) + 1)  # bytes that went into each layer; the last is the text itself
        self._out: list[bytes] = []

    def add(self, data: bytes) -> None:
        try:
            self._push(data, 0)
        except (zlib.error, brotli.error, zstandard.ZstdError) as e:
            raise BadBody(Outcome.BAD_ENCODING, f"the body does not decode: {e}") from None

    def _push(self, data: bytes, layer: int) -> None:
        self._seen[layer] += len(data)
        spare = 0 if layer == len(self._stages) else STEP  # what does not compress grows a little
        if self._seen[layer] > self._cap + spare:
            raise BadBody(Outcome.TOO_LARGE, f"the body is larger than {self._cap} bytes")
        if layer == len(self._stages):
            self._out.append(data)
            return
        for piece in self._stages[layer].feed(data):
            if piece:
                self._push(piece, layer + 1)

    def finish(self) -> bytes:
        """The whole text; BadBody if a coding has not reached its end mark."""
        if self._seen[0] and not all(s.complete for s in self._stages):
            raise BadBody(Outcome.TRUNCATED, "the compressed body ended before its end mark")
        return self.so_far()

    def so_far(self) -> bytes:
        """What has been decoded, complete or not."""
        return b"".join(self._out)
