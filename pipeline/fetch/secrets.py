"""What a feed's secret becomes on the wire."""

import re
from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from yarl import URL

_HEADER = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]+): +(\S.*)")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Header lines or query parameters that go to one origin only."""

    headers: dict[str, str] = field(default_factory=dict)
    query: tuple[tuple[str, str], ...] = ()
    texts: tuple[str, ...] = ()  # what must not appear in any message

    def on(self, url: URL) -> URL:
        """The URL with the query parameters, if it does not carry them yet."""
        return url.extend_query([(k, v) for k, v in self.query if k not in url.query])

    def off(self, url: URL) -> URL:
        """The URL without the query parameters."""
        return url.without_query_params(*[k for k, _ in self.query]) if self.query else url


def read_secret(value: str | None) -> Credentials:
    """`?name=value`, `Header: value`, `user:password`, else a bearer token. Raises ValueError if it cannot be sent."""
    if not value:
        return Credentials()
    if not value.isprintable():
        raise ValueError("the secret holds characters that cannot be sent")
    if value.startswith("?"):
        query = tuple(parse_qsl(value[1:], keep_blank_values=True))
        return Credentials(query=query, texts=tuple(v for _, v in query))
    if header := _HEADER.fullmatch(value):
        return Credentials(headers={header[1]: header[2]}, texts=(header[2], *header[2].split()[1:]))
    if ":" in value:
        basic = b64encode(value.encode()).decode()
        return Credentials(headers={"Authorization": f"Basic {basic}"}, texts=(value, basic, value.split(":", 1)[1]))
    return Credentials(headers={"Authorization": f"Bearer {value}"}, texts=(value,))


def split_userinfo(url: URL) -> tuple[URL, str | None]:
    """The URL without user info, and the user info as a secret of the form user:password."""
    if url.user is None and url.password is None:
        return url, None
    return url.with_user(None), f"{url.user or ''}:{url.password or ''}"
