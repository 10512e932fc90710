"""Who may ask: names that this server answers to, the token where one is set, and forms that came from its own pages.

A form is taken only if the browser says that it comes from here (Origin, Sec-Fetch-Site) and it carries the session's mark,
which no other site can read. So no page elsewhere can make a visitor decide anything.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
SESSION, SIGNED, NAME = "writethru_session", "writethru_signed", "writethru_name"  # cookies
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; script-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where the server listens, and what it asks of visitors."""

    host: str = "127.0.0.1"
    port: int = 8321
    token: str = ""  # "" = none is asked for
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))  # new with each start

    def answers_to(self, host: str) -> bool:
        """Whether a Host header names this server. With a token any name will do: a stranger's page has no token."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return bool(name) and (bool(self.token) or name in LOCAL_NAMES | {self.host.casefold()})

    def mark(self, session: str) -> str:
        """What the forms of a session carry."""
        return self._keyed("form", session)

    def signature(self) -> str:
        """The cookie of a visitor who has shown the token."""
        return self._keyed("signed", self.token)

    def _keyed(self, use: str, text: str) -> str:
        return hmac.new(self.secret, f"{use}\0{text}".encode(), hashlib.sha256).hexdigest()

    def is_token(self, given: str) -> bool:
        """Whether it is the token; takes the same time whatever is given."""
        return bool(self.token) and hmac.compare_digest(given.encode(), self.token.encode())

    def admits(self, headers: Headers) -> bool:
        """Whether a visitor has shown the token, by cookie or by `Authorization: Bearer`."""
        if not self.token:
            return True
        scheme, _, given = headers.get("authorization", "").partition(" ")
        signed = cookies(headers).get(SIGNED, "").encode("utf8", "replace")
        known = hmac.compare_digest(signed, self.signature().encode())
        return known or (scheme.lower() == "bearer" and self.is_token(given.strip()))

    def from_here(self, headers: Headers) -> bool:
        """Whether a form was sent by one of this server's own pages, as far as the browser tells."""
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return False
        sender = headers.get("origin") or headers.get("referer", "")
        try:
            parts = urlsplit(sender)
        except ValueError:
            return False
        return parts.scheme in ("http", "https") and parts.netloc == headers.get("host", "")

    def is_ours(self, session: str, mark: str) -> bool:
        """Whether a form carries its session's mark."""
        return bool(session) and hmac.compare_digest(mark.encode(), self.mark(session).encode())


def cookies(headers: Headers) -> dict[str, str]:
    """The cookies of a request; none if they cannot be read."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


def new_session() -> str:
    """A session that nobody can guess."""
    return secrets.token_urlsafe(24)
