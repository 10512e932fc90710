"""An answer as it comes in over a connection: read by httptools, bounded here.

Strict about form: a head that is no HTTP, or larger than a server has reason to send, is none. Where a body ends is said by its
length, its last chunk or, without either, the end of the connection; anything else is an end too early.
"""

from collections.abc import Callable

from httptools import HttpParserError, HttpResponseParser
from multidict import CIMultiDict

_MOST_HEAD = 65_536  # bytes
_MOST_HEADERS = 256
_LONGEST_HEADER = 8_190  # bytes


class BadReply(Exception):
    """This is no answer in HTTP. Its text says why."""


class Reply:
    """Feed it what arrives; `began` is called when the head is complete, with the reply itself."""

    def __init__(self, began: Callable[["Reply"], None]):
        self._began = began
        self._parser = HttpResponseParser(self)
        # What browsers take, too: odd characters in a header's value, bare line feeds, blanks behind a chunk's size.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )
        self._head = 0  # bytes fed before the head was complete
        self._excess = False
        self._pieces: list[bytes] = []
        self.status = 0  # 0 until the head is complete
        self.headers: CIMultiDict[str] = CIMultiDict()
        self.complete = False
        self.keeps_connection = False  # whether another answer may come over the same connection

    def feed(self, data: bytes) -> list[bytes]:
        """Pieces of the body that were in the data. Raises BadReply."""
        self._head += 0 if self.status else len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserError:
            if not self.complete:  # else it is about what comes behind the answer
                raise BadReply("the answer is not valid HTTP") from None
        if self._excess or (not self.status and self._head > _MOST_HEAD):
            raise BadReply("the answer's headers are larger than allowed")
        pieces, self._pieces = self._pieces, []
        return pieces

    def close(self) -> None:
        """Nothing more is fed. Parser and reply hold each other, and with them the body, until this is called."""
        del self._parser, self._began

    @property
    def length(self) -> int | None:
        """The body's length in bytes as announced, before decoding."""
        text = self.headers.get("Content-Length", "")
        return int(text) if text.isascii() and text.isdigit() else None

    @property
    def ends_with_connection(self) -> bool:
        """Whether the end of the connection is the end of the body."""
        return "Content-Length" not in self.headers and "Transfer-Encoding" not in self.headers

    # ---- called by the parser, which goes on to what follows the answer

    def on_message_begin(self) -> None:
        self.keeps_connection = False  # behind an answer: nobody has asked for this

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.complete:
            return
        if len(self.headers) >= _MOST_HEADERS or len(name) + len(value) > _LONGEST_HEADER:
            self._excess = True
        else:
            self.headers.add(name.decode("utf-8", "surrogateescape"), value.decode("utf-8", "surrogateescape"))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200 and not self._excess and not self.complete:  # what comes before is interim
            self.status = status
            self._began(self)

    def on_body(self, data: bytes) -> None:
        if not self.complete:
            self._pieces.append(data)

    def on_message_complete(self) -> None:
        if self.complete:
            return
        if self.status:
            self.complete, self.keeps_connection = True, bool(self._parser.should_keep_alive())
        else:
            self.headers.clear()
