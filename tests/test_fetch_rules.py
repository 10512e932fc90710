"""Pure rules of fetching: Retry-After, redirects, statuses, redaction, secrets, robots.txt."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from pipeline.fetch.guard import Guard
from pipeline.fetch.redact import redact
from pipeline.fetch.robots import RobotsMemory, decide_robots
from pipeline.fetch.rules import Follow, Refuse, decide_outcome, decide_redirect, parse_retry_after
from pipeline.fetch.secrets import read_secret
from pipeline.model import Outcome, RobotsFile

NOW = datetime(2025, 3, 4, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (" 120 ", timedelta(seconds=120)),
        ("1.5", timedelta(seconds=1.5)),
        ("0", timedelta(0)),
        ("-30", timedelta(0)),
        ("1000000000000", WEEK),
        ("9" * 5000, WEEK),
        ("Tue, 04 Mar 2025 12:10:00 GMT", timedelta(minutes=10)),
        ("Tuesday, 04-Mar-25 12:10:00 GMT", timedelta(minutes=10)),
        ("Tue Mar  4 12:10:00 2025", timedelta(minutes=10)),
        ("Tue, 04 Mar 2025 11:00:00 GMT", timedelta(0)),
        ("Tue, 04 Mar 2099 12:00:00 GMT", WEEK),
        ("Tue, 99 Mar 2025 12:00:00 GMT", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("\x00", None),
        ("1e400", None),
        ("١٢٠", timedelta(seconds=120)),
    ],
)
def test_retry_after_is_read_in_every_shape_and_clamped_to_a_week(value, wait):
    """Seconds, the three HTTP dates, the past, the absurd, and words."""
    assert parse_retry_after(value, {}, NOW) == wait


def test_a_retry_after_date_is_relative_to_the_servers_own_date():
    """A server whose clock is a year off still gets the ten minutes that it asks for."""
    headers = {"date": "Mon, 04 Mar 2024 12:00:00 GMT"}
    assert parse_retry_after("Mon, 04 Mar 2024 12:10:00 GMT", headers, NOW) == timedelta(minutes=10)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_retry_after_header_raises(value, date):
    """Whatever the bytes, the answer is a wait in range or none."""
    wait = parse_retry_after(value, {"date": date}, NOW)
    assert wait is None or timedelta(0) <= wait <= WEEK


PUBLIC = Guard()


def redirect(location, here="https://tern.example/feed", **more):
    options = {"limit": 5, "secret": False} | more
    return decide_redirect(location, (URL(here),), PUBLIC, **options)


@pytest.mark.parametrize(
    ("location", "target", "same_origin"),
    [
        ("/new", "https://tern.example/new", True),
        ("new?a=1#top", "https://tern.example/new?a=1", True),
        ("//gull.example/feed", "https://gull.example/feed", False),
        ("https://tern.example:8443/feed", "https://tern.example:8443/feed", False),
        ("http://tern.example/feed", "http://tern.example/feed", False),
        (" https://gull.example/ ", "https://gull.example/", False),
        ("https://user:pw@tern.example/new", "https://tern.example/new", True),
        ("/caf\u00e9", "https://tern.example/caf%C3%A9", True),
    ],
)
def test_redirects_are_joined_and_know_their_origin(location, target, same_origin):
    """Relative, protocol-relative, other port, other scheme; user info of a target is never used."""
    decision = redirect(location)
    assert isinstance(decision, Follow)
    assert (str(decision.url), decision.same_origin) == (target, same_origin)


@pytest.mark.parametrize(
    ("location", "outcome"),
    [
        (None, Outcome.REDIRECT_REFUSED),
        ("", Outcome.REDIRECT_REFUSED),
        ("/feed", Outcome.REDIRECT_REFUSED),
        ("file:///etc/passwd", Outcome.BLOCKED),
        ("javascript:alert(1)", Outcome.BLOCKED),
        ("data:text/html,x", Outcome.BLOCKED),
        ("ftp://tern.example/", Outcome.BLOCKED),
        ("http://127.0.0.1/", Outcome.BLOCKED),
        ("http://localhost/", Outcome.BLOCKED),
        ("http://[::1]/", Outcome.BLOCKED),
        ("http://127.0.0.1\\@gull.example/", Outcome.BLOCKED),
        ("http://gull.example\\@127.0.0.1/", Outcome.BLOCKED),
        ("/a b\r\nX: y", Outcome.BLOCKED),
        ("http://[", Outcome.BLOCKED),
        ("http://gull.example:99999/", Outcome.BLOCKED),
    ],
)
def test_redirects_to_nowhere_and_to_private_places_are_refused(location, outcome):
    """No target, loops, other schemes, addresses, ambiguous spellings (CVE class of backslash hosts, GHSA-rph4)."""
    decision = redirect(location)
    assert isinstance(decision, Refuse) and decision.outcome == outcome and decision.reason


def test_the_sixth_redirect_is_refused():
    """Five are followed."""
    seen = tuple(URL(f"https://tern.example/{i}") for i in range(6))
    assert isinstance(decide_redirect("/6", seen[:5], PUBLIC, limit=5, secret=False), Follow)
    assert isinstance(decide_redirect("/6", seen, PUBLIC, limit=5, secret=False), Refuse)


def test_https_to_http_is_refused_only_while_a_secret_is_sent():
    """Without credentials there is nothing to lose that the plain page would not lose too."""
    assert isinstance(redirect("http://tern.example/x", secret=True), Refuse)
    assert isinstance(redirect("http://tern.example/x", secret=False), Follow)
    assert isinstance(redirect("https://tern.example/x", here="http://tern.example/feed", secret=True), Follow)


@example("//[]@")
@given(st.text(max_size=80) | st.text(alphabet="htp:/@[]?#.%\\ab01 ", max_size=30))
def test_no_location_header_raises(location):
    """Any text is followed or refused, and what is followed is http to a host."""
    decision = redirect(location)
    assert isinstance(decision, Refuse) or (decision.url.scheme in ("http", "https") and decision.url.host)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, "ok"), (203, "ok"), (204, "empty"), (206, "truncated"), (300, "redirect_refused"), (401, "denied"), (402, "denied"),
     (403, "denied"), (404, "missing"), (410, "gone"), (418, "denied"), (429, "rate_limited"), (451, "denied"),
     (500, "server_error"), (503, "server_error"), (599, "server_error"), (999, "server_error"), (304, "server_error")],
)  # fmt: skip
def test_each_status_has_one_outcome(status, outcome):
    """Without validators sent and without Retry-After."""
    assert decide_outcome(status, conditional=False, retry_after=False)[0] == outcome


def test_503_with_retry_after_and_304_to_validators():
    """The two statuses whose meaning depends on more than the number."""
    assert decide_outcome(503, conditional=False, retry_after=True)[0] == Outcome.RATE_LIMITED
    assert decide_outcome(304, conditional=True, retry_after=False)[0] == Outcome.NOT_MODIFIED


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("https://ida:s3cret@tern.example/feed", "https://tern.example/feed"),
        ("https://ida:s3@cr:et@tern.example/feed", "https://tern.example/feed"),
        ("https://ida:s3/cret@tern.example/feed", "https://tern.example/feed"),
        ("https://tern.example:8080/@ida", "https://tern.example:8080/@ida"),
        ("https://tern.example/@ida/post", "https://tern.example/@ida/post"),
        ("https://tern.example/f?token=s3cret&page=2", "https://tern.example/f?token=REDACTED&page=2"),
        ("https://tern.example/f?page=2&API_KEY=s3cret", "https://tern.example/f?page=2&API_KEY=REDACTED"),
        ("https://tern.example/f?X-Amz-Signature=s3cret", "https://tern.example/f?X-Amz-Signature=REDACTED"),
        ("https://tern.example/f#access_token=s3cret", "https://tern.example/f#access_token=REDACTED"),
        ("https://tern.example/f?feed_key=s3cret", "https://tern.example/f?feed_key=REDACTED"),
        ("https://tern.example/f?monkey=1&keyword=talks", "https://tern.example/f?monkey=1&keyword=talks"),
        ("Authorization: Bearer s3cret", "Authorization: Bearer REDACTED"),
        ("no link to https://a:s3cret@b.example and more", "no link to https://b.example and more"),
    ],
)
def test_credentials_are_removed_from_urls_and_texts(text, clean):
    """User info goes, token-like values are blotted out, ordinary parameters and handles stay."""
    assert redact(text) == clean


def test_known_secrets_are_removed_in_every_form():
    """Plain, percent-encoded and in base64."""
    text = "p@ss/word p%40ss/word p%40ss%2Fword cEBzcy93b3Jk"
    assert redact(text, ["p@ss/word"]) == " ".join(["REDACTED"] * 4)


@example("&token=?&a:b@")  # what is blotted out must not lay bare what looks like user info
@given(st.text(alphabet="abz019@:/?#[]&=%.-_ ", max_size=40))
def test_redacting_twice_is_redacting_once(text):
    """A stored text can be redacted again without harm."""
    once = redact("see https://" + text)
    assert redact(once) == once


@pytest.mark.parametrize(
    ("value", "headers", "query"),
    [
        ("ida:s3cret", {"Authorization": "Basic aWRhOnMzY3JldA=="}, ()),
        ("X-Api-Key: abc def", {"X-Api-Key": "abc def"}, ()),
        ("?token=a%20b&v=1", {}, (("token", "a b"), ("v", "1"))),
        ("abcdef", {"Authorization": "Bearer abcdef"}, ()),
        (None, {}, ()),
    ],
)
def test_a_secret_is_read_by_its_shape(value, headers, query):
    """user:password, header line, query, bearer token, none."""
    credentials = read_secret(value)
    assert (credentials.headers, credentials.query) == (headers, query)


def test_a_secret_with_a_line_break_is_refused():
    """It could write further header lines."""
    with pytest.raises(ValueError, match="cannot be sent"):
        read_secret("X-Key: a\r\nHost: evil.example")


def robots(text: str, status: int = 200) -> RobotsFile:
    return RobotsFile(origin="https://tern.example", fetched_at=NOW, status=status, text=text)


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /private", "/private/x", False),
        ("User-agent: *\nDisallow: /private", "/news/x", True),
        ("User-agent: *\nDisallow: /*/print", "/news/print", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: writethru\nAllow: /", "/news", True),
        ("User-agent: Writethru\nDisallow: /", "/news", False),
        ("<html>Not found</html>", "/news", True),
        ("\x00\x01", "/news", True),
    ],
)
def test_robots_rules_are_read_with_wildcards_and_groups(text, path, allowed):
    """Our group counts before the one for all; a page of HTML is no rule."""
    assert decide_robots(robots(text), "https://tern.example" + path, "Writethru").allowed == allowed


@pytest.mark.parametrize(
    ("status", "allowed"), [(404, True), (403, True), (401, True), (410, True), (429, False), (500, False), (503, False)]
)
def test_a_missing_robots_txt_allows_and_a_failing_server_forbids(status, allowed):
    """RFC 9309, sections 2.3.1.3 and 2.3.1.4."""
    assert decide_robots(robots("", status), "https://tern.example/", "Writethru").allowed == allowed


@pytest.mark.parametrize(
    ("text", "gap"),
    [("Crawl-delay: 7", 7.0), ("Request-rate: 1/10s", 10.0), ("Crawl-delay: 2\nRequest-rate: 1/1m", 60.0),
     ("Crawl-delay: -5", 0.0), ("Crawl-delay: nan", 0.0), ("Crawl-delay: inf", 0.0), ("Request-rate: 0/10", 0.0)],
)  # fmt: skip
def test_crawl_delay_and_request_rate_are_a_pause(text, gap):
    """The longer of the two; nonsense is none."""
    assert decide_robots(robots("User-agent: *\n" + text), "https://tern.example/", "Writethru").gap == gap


def test_robots_txt_is_good_for_a_day_and_a_failure_for_an_hour():
    """By the run's clock, and not longer when that goes back."""
    memory = RobotsMemory([robots("User-agent: *")])
    origin = "https://tern.example"
    assert memory.fresh(origin, NOW + timedelta(hours=24))
    assert not memory.fresh(origin, NOW + timedelta(hours=25))
    assert not memory.fresh(origin, NOW - timedelta(days=2))
    memory.keep(robots("", 503))
    assert not memory.fresh(origin, NOW + timedelta(hours=2)) and memory.stale(origin)
    assert [f.status for f in memory.records()] == [503]
