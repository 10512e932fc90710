"""Anything at all may be linked to, and anything may come back: every fetch ends in an outcome, none in an exception."""

import asyncio
import gzip
import random
import socket
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from chaos import Chaos, head
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.fetch import Fetcher, FetchRequest, FetchSettings, fetch_all
from pipeline.model import Fetched, Outcome

NOW = datetime(2025, 3, 4, 12, 0, tzinfo=UTC)
QUICK = FetchSettings(per_host_delay=0, obey_robots=False, total_timeout=2, retries=0, proxies={})
URL_PARTS = [
    "http://", "https://", "//", "/", "[", "]", "@", ":", ":80", "::1", "%", "%25", "..", ".", "a", "\u00e9", "\u2460", "xn--a",
    "?", "#", "a=b", "&", "\u200b", "\ud800", "0x7f", "127.1", "\u0130", "tern.example", "a" * 70,
]  # fmt: skip
LINES = [
    "Content-Encoding: gzip",
    "Content-Encoding: br, zstd",
    "Content-Encoding:",
    "Content-Length: 5",
    "Content-Length: -1",
    "Content-Length: 5, 6",
    "Transfer-Encoding: chunked",
    "Location: /b",
    "Location: //[]@",
    "Location: http:a",
    "Retry-After: x",
    "Retry-After: -1",
    "ETag: \x01",
    "Connection: upgrade",
]
HTTP_LIKE = st.builds(
    lambda status, lines, body: head(status, *lines) + body,
    st.sampled_from([101, 200, 200, 200, 204, 206, 301, 304, 403, 429, 500, 999]),
    st.lists(st.sampled_from(LINES), max_size=4),
    st.binary(max_size=40) | st.sampled_from([b"5\r\nhello\r\n0\r\n\r\n", b"ffffffffffffffff\r\n", gzip.compress(b"x")]),
)


@pytest.fixture
def chaos():
    with Chaos() as server:
        yield server


@settings(max_examples=150, deadline=None)
@example(url="http://[]@", secret=None)
@example(url="http://xn--a/", secret="ida:s3cret")
@given(
    url=st.lists(st.sampled_from(URL_PARTS), max_size=9).map("".join) | st.text(max_size=30),
    secret=st.none() | st.text(max_size=9),
)
def test_no_url_and_no_secret_raise(url, secret):
    """A feed may link to anything: each ends in an outcome, and no socket is opened for it."""

    def lookup(*_: object):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    async def run(text: str) -> Fetched:
        async with Fetcher(QUICK, random.Random(1), lookup=lookup) as fetcher:
            return await fetcher.fetch(FetchRequest(url=text, secret=secret), NOW)

    for text in (url, "http://" + url):
        assert asyncio.run(run(text)).outcome in (Outcome.BLOCKED, Outcome.UNREACHABLE)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=st.binary(max_size=80) | HTTP_LIKE)
def test_no_answer_raises(chaos, answer):
    """Whatever comes back, the fetch ends in an outcome, and only OK is a body to be judged."""
    request = FetchRequest(url=chaos.on("/a", answer))
    fetched = fetch_all([request], NOW, replace(QUICK, allow_private_hosts=True), random.Random(1))[0]
    assert isinstance(fetched.outcome, Outcome) and fetched.reason
    assert (fetched.body is None) or fetched.outcome in (Outcome.OK, Outcome.DENIED, Outcome.RATE_LIMITED, Outcome.SERVER_ERROR)
