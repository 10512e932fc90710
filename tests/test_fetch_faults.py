"""Each fault of the network ends in its outcome, over real sockets, and costs no more than its time and memory."""

import asyncio
import gzip
import json
import random
import socket
import subprocess
import sys
import time
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import pytest
import zstandard
from chaos import Chaos, chunked, drip, endless, head

from pipeline.fetch import Fetcher, FetchRequest, FetchSettings, fetch_all
from pipeline.model import Fetched, Outcome

NOW = datetime(2025, 3, 4, 12, 0, tzinfo=UTC)
QUICK = FetchSettings(
    allow_private_hosts=True, per_host_delay=0, obey_robots=False, total_timeout=4, retry_base=0.01, proxies={}, host_budget=60
)
HASTY = FetchSettings(
    allow_private_hosts=True, per_host_delay=0, obey_robots=False, total_timeout=0.5, retry_base=0.01, proxies={}
)
TEXT = b"".join(b"Paragraph %d of the report.\n" % i for i in range(5000))


@pytest.fixture
def chaos():
    with Chaos() as server:
        yield server


def fetch(url: str, settings: FetchSettings = QUICK, **more) -> Fetched:
    return fetch_all([FetchRequest(url=url, **more)], NOW, settings, random.Random(1))[0]


def test_a_healthy_answer_comes_with_body_headers_and_validators(chaos):
    """Names in lower case, the run's clock as the time."""
    url = chaos.on(
        "/a",
        head(200, 'ETag: W/"x"', "Last-Modified: Tue, 04 Mar 2025 11:00:00 GMT", "Content-Type: text/xml", length=2) + b"ok",
    )
    fetched = fetch(url)
    assert (fetched.outcome, fetched.status, fetched.body, fetched.fetched_at) == (Outcome.OK, 200, b"ok", NOW)
    assert (fetched.etag, fetched.last_modified) == ('W/"x"', "Tue, 04 Mar 2025 11:00:00 GMT")
    assert (fetched.headers["content-type"], fetched.url, fetched.final_url, fetched.hops) == ("text/xml", url, url, ())


def test_a_closed_port_is_tried_three_times_and_unreachable():
    """Two retries after the first try, then the fetch is over."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    fetched = fetch(f"http://127.0.0.1:{port}/")
    assert (fetched.outcome, fetched.status, fetched.body) == (Outcome.UNREACHABLE, None, None)


def test_a_connection_that_breaks_is_retried_and_may_heal(chaos):
    """Twice nothing, then an answer: one good fetch."""
    answers = [[], [], [head(length=2) + b"ok"]]
    url = chaos.on("/a", lambda: answers.pop(0))
    assert (fetch(url).outcome, chaos.hits["/a"]) == (Outcome.OK, 3)


def test_retries_wait_a_random_time_below_a_doubling_bound():
    """Full jitter: the waits are drawn from [0, base) and [0, 2 base), from the generator that was given."""
    drawn = []

    class Recorder(random.Random):
        def uniform(self, a, b):
            drawn.append((a, b))
            return 0.0

    with Chaos() as chaos:
        url = chaos.on("/a", lambda: [])
        fetch_all([FetchRequest(url=url)], NOW, QUICK, Recorder())
    assert drawn == [(0, 0.01), (0, 0.02)]


@pytest.mark.parametrize("path", ["/silent", "/head", "/body", "/chunks", "/endless-head", "/continue"])
def test_slow_loris_is_stopped_by_the_deadline(chaos, path):
    """Silence, dripping headers, dripping bodies, endless headers and endless 100s: over at the deadline."""
    chaos.on("/silent", lambda: [60.0])
    chaos.on("/head", lambda: drip(head(length=2) + b"ok", 0.2))
    chaos.on("/body", lambda: [head(length=500), *drip(b"x" * 500, 0.2)])
    chaos.on(
        "/chunks", lambda: [head(200, "Transfer-Encoding: chunked"), *(p for c in chunked([b"x"] * 300) for p in (c, 0.1))]
    )
    chaos.on(
        "/endless-head",
        lambda: (p for i in range(100) for p in (b"HTTP/1.1 200 OK\r\n" if i == 0 else b"X-%d: y\r\n" % i, 0.1)),
    )
    chaos.on("/continue", lambda: (p for _ in range(100) for p in (b"HTTP/1.1 100 Continue\r\n\r\n", 0.1)))
    started = time.monotonic()
    fetched = fetch(chaos.url + path, HASTY)
    assert fetched.outcome == Outcome.DEADLINE
    assert time.monotonic() - started < HASTY.total_timeout + 5
    assert chaos.hits[path] == 1


def test_the_deadline_covers_redirects_and_retries_together(chaos):
    """Each hop and each try eats from the same time."""
    for i in range(5):
        chaos.on(f"/{i}", lambda i=i: [0.2, head(302, f"Location: /{i + 1}", length=0)])
    started = time.monotonic()
    assert fetch(chaos.url + "/0", HASTY).outcome == Outcome.DEADLINE
    assert time.monotonic() - started < HASTY.total_timeout + 5


@pytest.mark.parametrize(
    ("status", "outcome", "tries"),
    [(500, Outcome.SERVER_ERROR, 1), (502, Outcome.SERVER_ERROR, 3), (503, Outcome.SERVER_ERROR, 3),
     (504, Outcome.SERVER_ERROR, 3),
     (404, Outcome.MISSING, 1), (410, Outcome.GONE, 1),
     (403, Outcome.DENIED, 1), (451, Outcome.DENIED, 1)],
)  # fmt: skip
def test_error_statuses_have_their_outcomes_and_only_gateways_are_tried_again(chaos, status, outcome, tries):
    """A page of HTML with an error status is never OK."""
    url = chaos.on("/a", head(status, "Content-Type: text/html", 'ETag: "new"', length=15) + b"<html>no</html>")
    fetched = fetch(url, etag='"old"')
    assert (fetched.outcome, fetched.status, chaos.hits["/a"]) == (outcome, status, tries)
    assert fetched.etag is None, "validators of an error must not replace those of the copy"


def test_the_body_of_a_denied_page_is_kept_for_the_quarantine(chaos):
    """So that a bot wall can be told from a closed page; however it is damaged, it is no failure."""
    url = chaos.on("/a", head(403, "cf-mitigated: challenge", length=9) + b"<title>Ju")
    fetched = fetch(url)
    assert (fetched.body, fetched.headers["cf-mitigated"]) == (b"<title>Ju", "challenge")
    cut = chaos.on("/b", head(403, length=900) + b"<title>Ju")
    assert (fetch(cut).outcome, fetch(cut).body) == (Outcome.DENIED, b"<title>Ju")


@pytest.mark.parametrize(
    ("status", "value", "outcome"), [(429, "90", "rate_limited"), (503, "90", "rate_limited"), (429, "", "rate_limited")]
)
def test_retry_after_is_reported(chaos, status, value, outcome):
    """On 429 and 503; a 429 without it is rate limiting too."""
    fetched = fetch(chaos.on("/a", head(status, *([f"Retry-After: {value}"] if value else []), length=0)))
    assert (fetched.outcome, fetched.retry_after) == (outcome, timedelta(seconds=90) if value else None)


def test_validators_are_sent_and_304_means_not_modified(chaos):
    """Both are sent; after a 304 without validators those that were sent stand."""
    url = chaos.on("/a", head(304))
    fetched = fetch(url, etag='"v1"', last_modified="Tue, 04 Mar 2025 11:00:00 GMT")
    assert (fetched.outcome, fetched.body, fetched.etag) == (Outcome.NOT_MODIFIED, None, '"v1"')
    assert fetched.last_modified == "Tue, 04 Mar 2025 11:00:00 GMT"
    assert 'If-None-Match: "v1"' in chaos.requests[0] and "If-Modified-Since: Tue, 04" in chaos.requests[0]


def test_304_without_validators_is_an_error_and_not_news(chaos):
    """A server that says unchanged to somebody who has nothing."""
    assert fetch(chaos.on("/a", head(304))).outcome == Outcome.SERVER_ERROR


@pytest.mark.parametrize("etag", ['"a\r\nX-Evil: 1"', '"\u00e9"', '"' + "x" * 2000 + '"', ""])
def test_a_validator_that_could_write_our_request_is_not_sent(chaos, etag):
    """Line breaks, odd characters, excess."""
    fetch(chaos.on("/a", head(length=2) + b"ok"), etag=etag)
    assert "If-None-Match" not in chaos.requests[0] and "X-Evil" not in chaos.requests[0]


# ---- redirects


@pytest.mark.parametrize(
    ("statuses", "permanent"),
    [
        ((301,), True),
        ((308,), True),
        ((301, 308), True),
        ((302,), False),
        ((303,), False),
        ((307,), False),
        ((301, 302), False),
    ],
)
def test_a_permanent_url_is_the_end_of_a_chain_of_permanent_redirects(chaos, statuses, permanent):
    """One temporary hop makes the whole temporary."""
    for i, status in enumerate(statuses):
        chaos.on(f"/{i}", head(status, f"Location: /{i + 1}", length=0))
    last = chaos.on(f"/{len(statuses)}", head(length=2) + b"ok")
    fetched = fetch(chaos.url + "/0")
    assert (fetched.outcome, fetched.final_url, fetched.permanent_url) == (Outcome.OK, last, last if permanent else None)
    assert fetched.hops == tuple((s, f"{chaos.url}/{i + 1}") for i, s in enumerate(statuses))


def test_a_permanent_redirect_to_an_error_moves_nothing(chaos):
    """The new place has to exist."""
    chaos.on("/a", head(301, "Location: /b", length=0))
    assert fetch(chaos.url + "/a").permanent_url is None


def test_loops_and_long_chains_are_refused(chaos):
    """A loop at its second turn, a chain at its sixth hop."""
    chaos.on("/loop", head(302, "Location: /pool", length=0))
    chaos.on("/pool", head(302, "Location: /loop", length=0))
    fetched = fetch(chaos.url + "/loop")
    assert (fetched.outcome, chaos.hits["/loop"]) == (Outcome.REDIRECT_REFUSED, 1)
    for i in range(9):
        chaos.on(f"/{i}", head(302, f"Location: /{i + 1}", length=0))
    fetched = fetch(chaos.url + "/0")
    assert (fetched.outcome, len(fetched.hops), chaos.hits["/6"]) == (Outcome.REDIRECT_REFUSED, 6, 0)


def test_a_redirect_without_target_is_refused(chaos):
    """301 and no Location; 300 with choices."""
    assert fetch(chaos.on("/a", head(301, length=0))).outcome == Outcome.REDIRECT_REFUSED
    assert fetch(chaos.on("/b", head(300, length=0))).outcome == Outcome.REDIRECT_REFUSED


# ---- bodies


ENCODED = {
    "gzip": gzip.compress(TEXT),
    "deflate": zlib.compress(TEXT),
    "br": brotli.compress(TEXT, quality=5),
    "zstd": zstandard.compress(TEXT),
    "gzip, br": brotli.compress(gzip.compress(TEXT), quality=5),
}


@pytest.mark.parametrize("coding", ENCODED)
def test_every_offered_coding_is_decoded_and_a_cut_one_truncated(chaos, coding):
    """Content-Length agrees with the cut, so only the missing end mark can tell."""
    data = ENCODED[coding]
    whole = chaos.on("/whole", head(200, f"Content-Encoding: {coding}", length=len(data)) + data)
    cut = chaos.on("/cut", head(200, f"Content-Encoding: {coding}", length=len(data) - 20) + data[:-20])
    assert fetch(whole).body == TEXT
    fetched = fetch(cut)
    assert (fetched.outcome, fetched.body, chaos.hits["/cut"]) == (Outcome.TRUNCATED, None, 3)
    assert "Accept-Encoding: gzip, deflate, br, zstd" in chaos.requests[0]


def test_two_gzip_members_are_both_read(chaos):
    """Neither is lost."""
    data = gzip.compress(b"one ") + gzip.compress(b"two")
    assert fetch(chaos.on("/a", head(200, "Content-Encoding: gzip", length=len(data)) + data)).body == b"one two"


@pytest.mark.parametrize(
    "answer",
    [head(length=100) + b"short", head(200, "Transfer-Encoding: chunked") + b"".join(chunked([b"some", b"text"]))],
    ids=["length", "chunks"],
)
def test_a_body_that_ends_before_its_announced_end_is_truncated(chaos, answer):
    """Less than Content-Length; chunks without the last."""
    fetched = fetch(chaos.on("/a", answer))
    assert (fetched.outcome, fetched.body) == (Outcome.TRUNCATED, None)


def test_a_garbled_or_unknown_coding_is_a_bad_encoding(chaos):
    """Plain text that calls itself gzip; a coding that nobody offered."""
    plain = chaos.on("/plain", head(200, "Content-Encoding: gzip", length=5) + b"plain")
    odd = chaos.on("/odd", head(200, "Content-Encoding: compress", length=5) + b"plain")
    assert (fetch(plain).outcome, fetch(odd).outcome) == (Outcome.BAD_ENCODING, Outcome.BAD_ENCODING)


@pytest.mark.parametrize("body", [b"", b" \r\n\t "])
def test_an_empty_body_is_empty(chaos, body):
    """No bytes, or blanks."""
    assert fetch(chaos.on("/a", head(length=len(body)) + body)).outcome == Outcome.EMPTY


def test_a_body_of_the_allowed_size_passes_and_one_more_byte_does_not(chaos):
    """The cap is per request."""
    url = chaos.on("/a", head(length=1000) + b"x" * 1000)
    assert fetch(url, max_bytes=1000).outcome == Outcome.OK
    assert fetch(url, max_bytes=999).outcome == Outcome.TOO_LARGE


def test_a_body_announced_too_large_is_not_read(chaos):
    """The length alone decides."""
    sent = []
    chaos.on("/a", lambda: [head(length=10**12), *(sent.append(1) or b"x" * 65536 for _ in range(3)), 30.0])
    assert fetch(chaos.url + "/a", max_bytes=1000).outcome == Outcome.TOO_LARGE


def test_streams_without_end_stop_at_the_cap(chaos):
    """Chunked, without length, and gzip members of nothing."""
    plain = chaos.on("/plain", lambda: _stream([head()], endless(b"x" * 65536)))
    chunks = chaos.on("/chunks", lambda: _stream([head(200, "Transfer-Encoding: chunked")], chunked(endless(b"x" * 65536))))
    hollow = chaos.on("/hollow", lambda: _stream([head(200, "Content-Encoding: gzip")], endless(gzip.compress(b"") * 500)))
    for url in (plain, chunks, hollow):
        assert fetch(url, max_bytes=1_000_000).outcome == Outcome.TOO_LARGE


def _stream(start, rest):
    yield from start
    yield from rest


def test_oversized_and_too_many_headers_are_no_valid_answer(chaos):
    """A header line of 20 kB, 300 headers, and no HTTP at all."""
    long = chaos.on("/long", head(200, "X-Long: " + "y" * 20_000, length=2) + b"ok")
    many = chaos.on("/many", head(200, *[f"X-{i}: y" for i in range(300)], length=2) + b"ok")
    none = chaos.on("/none", b"SSH-2.0-OpenSSH_9.6\r\n")
    for url in (long, many, none):
        assert fetch(url).outcome == Outcome.UNREACHABLE


def test_headers_are_cleaned_before_they_are_kept(chaos):
    """No cookies, no control characters, no broken text, no more than 2,000 characters each."""
    answer = head(200, "Set-Cookie: id=s3cret", "X-Esc: a\x1b[31mb", "X-Long: " + "y" * 5000, "X-Two: 1", "x-two: 2", length=2)
    answer = answer.replace(b"X-Two: 1", b"X-Bad: \xff\xfe\r\nX-Two: 1") + b"ok"
    headers = fetch(chaos.on("/a", answer)).headers
    assert "set-cookie" not in headers and headers["x-two"] == "1, 2"
    assert headers["x-esc"] == "a[31mb" and len(headers["x-long"]) == 2000
    assert json.dumps(headers).isascii() and "\udcff" not in headers["x-bad"]
    headers["x-bad"].encode("utf8")


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 64 + ".example", "-.example", "exa mple.example"])
def test_names_that_cannot_resolve_end_in_an_outcome(host):
    """Unknown, too long, malformed."""

    def lookup(name, *_: object):
        raise socket.gaierror(socket.EAI_NONAME, "unknown") if len(name) < 60 else UnicodeError("label too long")

    async def run() -> Fetched:
        async with Fetcher(QUICK, random.Random(1), lookup=lookup) as fetcher:
            return await fetcher.fetch(FetchRequest(url=f"http://{host}/"), NOW)

    assert asyncio.run(run()).outcome in (Outcome.UNREACHABLE, Outcome.BLOCKED)


# ---- memory

CHILD = """
import gc, json, random, sys
from datetime import UTC, datetime
from pipeline.fetch import FetchRequest, FetchSettings, fetch_all

def peak():
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmHWM"))

settings = FetchSettings(allow_private_hosts=True, per_host_delay=0, obey_robots=False, proxies={})
def outcome(url):
    request = FetchRequest(url=url, max_bytes=10_000_000)
    return fetch_all([request], datetime(2025, 3, 4, tzinfo=UTC), settings, random.Random(1))[0].outcome

warm, *bombs = sys.argv[1:]
outcome(warm)
base = peak()
found = []
for url in bombs:
    found.append((outcome(url), peak() - base))
print(json.dumps(found))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to read the peak of memory")
def test_bombs_cost_less_than_forty_megabytes(chaos):
    """256 MB behind some kilobytes, in each coding and nested, and endless bodies: refused within bounds (a child's VmHWM)."""
    zeros = b"\0" * (256 << 20)
    bodies = {
        "gzip": gzip.compress(zeros, 5),
        "deflate": zlib.compress(zeros, 5),
        "br": brotli.compress(zeros, quality=3),
        "zstd": zstandard.compress(zeros),
    }
    bodies["gzip, gzip"] = gzip.compress(bodies["gzip"])
    bodies["gzip, br"] = brotli.compress(bodies["gzip"], quality=3)
    warm = chaos.on("/warm", head(length=2) + b"ok")
    urls = [
        chaos.on(f"/{i}", head(200, f"Content-Encoding: {c}", length=len(b)) + b) for i, (c, b) in enumerate(bodies.items())
    ]
    urls.append(chaos.on("/endless", lambda: _stream([head()], endless(b"x" * 65536))))
    ran = subprocess.run([sys.executable, "-c", CHILD, warm, *urls], capture_output=True, text=True, timeout=60, check=True)
    found = json.loads(ran.stdout)
    assert [outcome for outcome, _ in found] == ["too_large"] * len(urls)
    assert found[-1][1] < 40_000, found
