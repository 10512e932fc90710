"""The live pages over real HTTP: the same pages as the reports, search, any moment, decisions of people, and who may ask."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import duckdb
import lxml.html
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from serving import NOW, STORY, Visitor, copy_of, served

from pipeline.config import Settings
from pipeline.errors import QueryError, UsageError
from pipeline.journey import ask, writing
from pipeline.serve import _bring_up_to_date, serve
from pipeline.serve.guard import Access
from pipeline.serve.site import _back
from pipeline.store import lease

TOKEN = "a token of more than twenty characters"


@pytest.fixture(scope="module")
def home(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy of the demo's store."""
    return copy_of(demo, tmp_path_factory.mktemp("live") / "demo")


@pytest.fixture(scope="module")
def visitor(home: Settings) -> Iterator[Visitor]:
    """Somebody who looks at a server of that store."""
    with served(home) as somebody:
        yield somebody


def words(text: str) -> str:
    """The text of a page on one line."""
    return " ".join(lxml.html.fromstring(text).text_content().split())


# ---- the pages -----------------------------------------------------------------------------------------------------------


def test_every_report_has_its_live_page_at_the_same_address(demo: Path, visitor: Visitor) -> None:
    """Front page, story, days, feeds, files, article and outlet pages: what is a file in the reports answers here."""
    reports = demo / "reports"
    files = sorted(str(p.relative_to(reports)) for p in reports.rglob("*") if p.is_file() and not p.name.startswith("."))
    one_of_each = {(p.rpartition("/")[0], Path(p).suffix, p.rpartition("/")[2][:4]): p for p in files}
    assert len(one_of_each) > 30
    for path in one_of_each.values():
        answer = visitor.get(f"/{path}")
        assert answer.status == 200, path
        assert answer.headers["content-type"].split(";")[0] in (
            *("text/html", "application/json", "text/csv", "text/markdown", "application/atom+xml"),
        )


def test_a_live_story_tells_what_the_report_tells(demo: Path, visitor: Visitor) -> None:
    """Line by line the same ids; only forms are added."""
    pattern = r'<li class="line[^"]*" id="([^"]+)"'
    static = re.findall(pattern, (demo / "reports" / STORY / "index.html").read_text(encoding="utf8"))
    assert re.findall(pattern, visitor.get(f"/{STORY}/index.html").text) == static


def test_no_link_of_the_live_pages_is_dead(visitor: Visitor) -> None:
    """Every address of ours that the main pages name answers."""
    asked: set[str] = set()
    for page in ("/", f"/{STORY}/index.html", f"/{STORY}/then", "/decisions", "/search?q=deadline", "/health.html"):
        tree = lxml.html.fromstring(visitor.get(page).text)
        tree.make_links_absolute(visitor.origin + page)
        found = {link for _, _, link, _ in tree.iterlinks() if link.startswith(visitor.origin)}
        asked |= {link.partition("#")[0].removeprefix(visitor.origin) for link in found}
    posts = {"/review", "/correct", "/undo", "/pin", "/unpin"}
    kinds = {(re.sub(r"[^/]*$", "", path), Path(path).suffix): path for path in sorted(asked - posts)}
    for path in {*kinds.values(), *list(sorted(p for p in asked if p.startswith("/articles/")))[:10]}:
        assert visitor.get(path).status == 200, path


@pytest.mark.parametrize(
    "path",
    [
        *("/nothing/", "/nothing/index.html", "/articles/art_1-x.html", "/outlets/nobody.html", f"/{STORY}/2025-99-99.html"),
        *(
            f"/{STORY}/x.exe",
            "/compare",
            "/compare?article=art_&old=1&new=2",
            "/silent.xml",
            "/../etc/passwd",
            "/%2e%2e/etc/passwd",
        ),
        *(
            f"/{STORY}/..%2f..%2fwrithethru.toml",
            "/articles/" + "a" * 3000 + ".html",
            f"/{STORY}/feed-nothing.atom",
            f"/{STORY}/a/b",
        ),
    ],
)
def test_what_is_no_page_is_said_to_be_none(visitor: Visitor, path: str) -> None:
    """404 with a way back, and no file of the machine."""
    answer = visitor.get(path)
    assert answer.status == 404 and "All stories" in answer.text


def test_how_collecting_goes_is_told_as_of_now(visitor: Visitor) -> None:
    """From the front page to the page of health: the report of the last pass, and what a clock that went on adds."""
    assert 'href="health.html"' in visitor.get("/").text
    told = words(visitor.get("/health.html").text)
    assert "As of Thursday 25 December 2025, 17:00" in told and "Potomac Ledger" in told
    assert "new items a day over 30 days:" in visitor.get("/health.html").text


def test_a_monitor_reads_the_metrics(home: Settings, visitor: Visitor) -> None:
    """OpenMetrics as a real parser takes it, under its media type, without a cookie; with a token only for who shows it."""
    answer = visitor.get("/metrics")
    assert answer.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert "set-cookie" not in answer.headers
    found = {family.name: family for family in text_string_to_metric_families(answer.text)}
    assert found["writethru_feeds"].samples[0].value == 10
    assert {s.labels["outlet"] for s in found["writethru_feed_failures"].samples} >= {"Potomac Ledger", "Tern Briefs"}
    assert visitor.get("/metrics", Accept="text/html,*/*").headers["content-type"].startswith("text/plain")
    assert visitor.get("/metrics", Host="other.example").status == 421
    with served(home, TOKEN) as stranger:
        assert stranger.get("/metrics").status == 401 and stranger.get("/healthz").text == "ok\n"
        assert stranger.get("/metrics", Authorization=f"Bearer {TOKEN}").text.endswith("# EOF\n")


def test_a_server_that_cannot_read_the_store_is_not_well(home: Settings, tmp_path: Path) -> None:
    """A supervisor hears of it by the status."""
    moved = copy_of(home.db.parent, tmp_path / "moved")
    with served(moved) as visitor:
        assert visitor.get("/healthz").status == 200
        moved.snapshot_file.write_bytes(b"no store")
        assert visitor.get("/healthz").status == 503


def test_the_log_can_be_narrowed(visitor: Visitor) -> None:
    """By kind, aspect, outlet and silence; the choice stays in the form."""
    whole = visitor.get(f"/{STORY}/index.html").text
    some = visitor.get(f"/{STORY}/index.html?kind=conflict").text
    badges = re.findall(r'class="badge k-(\w+)" title', some[some.index('id="log"') :])
    assert badges and set(badges) <= {"conflict", "silent"}
    assert "<option selected>conflict</option>" in some and len(some) < len(whole)
    silent = visitor.get(f"/{STORY}/index.html?silent=1&outlet=Canal+Wire&aspect=meetings").text
    lines = silent[silent.index('id="log"') : silent.index('id="reports"')].split('<li class="line')[1:]
    assert lines and all("k-silent" in line and "Canal Wire" in line for line in lines)
    assert "No line is of this choice" in visitor.get(f"/{STORY}/index.html?outlet=Nobody").text


def test_search_finds_what_stands_and_what_was_edited_away(visitor: Visitor) -> None:
    """Whatever the case; a phrase must stand together; a text that was changed since is marked so."""
    told = words(visitor.get("/search?q=HARD+deadline").text)
    assert "no longer a hard deadline" in told and "Polder Courier" in told
    gone = visitor.get("/search?q=%22did+not+immediately+respond%22").text
    assert "edited away" in gone and "<mark>did not immediately respond</mark>" in gone
    assert "No text has all of these words" in visitor.get("/search?q=%22respond+immediately+not%22").text
    only = visitor.get("/search?q=points&outlet=Tern+Briefs").text
    assert set(re.findall(r"<cite>(?:<a [^>]*>)?([^<]+)", only)) == {"Tern Briefs"}


@pytest.mark.parametrize(
    "query", ["%", "_", "'", '"', "\\", "<script>alert(1)</script>", "'; DROP TABLE x; --", "a" * 500, "\u202e", "(", "[", "*"]
)
def test_search_takes_any_text_for_text(visitor: Visitor, query: str) -> None:
    """No pattern, no SQL, no markup."""
    answer = visitor.get(f"/search?q={quote(query)}")
    assert answer.status == 200 and "<script>alert" not in answer.text


def test_a_story_as_of_a_moment_knows_nothing_later(visitor: Visitor) -> None:
    """On 23 November there are 28 points and no 19; a day later there are both; by slider or by moment alike."""
    before = words(visitor.get(f"/{STORY}/then?at=2025-11-23T12:00").text)
    after = words(visitor.get(f"/{STORY}/then?at=2025-11-24T20:00").text)
    assert "28" in before and "19 point" not in before and "19 point" in after
    assert "As of Sunday 23 November 2025, 12:00" in before
    times = re.findall(r'datetime="(2025-[^"]+Z)"', visitor.get(f"/{STORY}/then?at=2025-11-23T12:00").text)
    assert len(times) > 20 and max(times) <= "2025-11-23T12:00:00Z"
    slid = visitor.get(f"/{STORY}/then?hour=24").text
    assert 'value="24"' in slid and "As of Wednesday 19 November 2025, 16:00" in words(slid)
    assert visitor.get(f"/{STORY}/then?hour=99999999").status == visitor.get(f"/{STORY}/then?at=soon").status == 200


def test_any_two_versions_can_be_compared(visitor: Visitor, home: Settings) -> None:
    """Not only neighbours, in either direction, with the kinds of what differs."""
    article = ask(home, "SELECT article_id FROM versions GROUP BY 1 HAVING count(*) > 3 ORDER BY 1").rows[0][0]
    page = visitor.get(f"/compare?article={article}&old=1&new=4").text
    assert "Version 1, seen" in words(page) and "version 4, seen" in words(page)
    assert "<ins>" in page or "<del>" in page
    assert visitor.get(f"/compare?article={article}&old=4&new=1").status == 200
    assert visitor.get(f"/compare?article={article}&old=1&new=40").status == 404


# ---- decisions -----------------------------------------------------------------------------------------------------------


def first_change(home: Settings, where: str = "true") -> tuple[str, str]:
    """(change, claim) of a line of the log."""
    asked = f"SELECT change_id, claim_id FROM changes JOIN claims USING (claim_id) WHERE {where} ORDER BY 1 LIMIT 1"
    return ask(home, asked).rows[0]


def test_a_verdict_is_a_row_that_every_page_shows(visitor: Visitor, home: Settings) -> None:
    """Rejected with note and name, shown on the line and among the decisions, taken back again; both rows stay."""
    change, _ = first_change(home)
    form = {"csrf": visitor.mark(), "about": change, "value": "reject", "note": "<b>a draft</b>", "made_by": "Ana Kelső"}
    answer = visitor.post("/review", form | {"back": f"/{STORY}/index.html#{change}"})
    assert (answer.status, answer.headers["location"]) == (303, f"/{STORY}/index.html#{change}")
    rows = ask(home, f"SELECT review, review_note FROM changes WHERE change_id = '{change}'").rows
    assert rows == [("rejected", "<b>a draft</b>")]
    told = visitor.get(f"/{STORY}/index.html?review=rejected").text
    assert 'role="status"' in told and "rejected" in words(told)
    assert "<b>a draft" not in told and 'value="Ana Kelső"' in told
    assert 'role="status"' not in visitor.get("/").text  # told once
    found = re.search(r'name="about" value="(dec_\w+)"', visitor.get("/decisions").text)
    assert found and "Ana Kelső" in visitor.get("/decisions").text
    assert visitor.post("/undo", {"csrf": visitor.mark(), "about": found[1], "made_by": "Ana"}).status == 303
    assert ask(home, f"SELECT review FROM changes WHERE change_id = '{change}'").rows == [(None,)]
    assert len(ask(home, "FROM decisions").rows) == 2


def test_a_value_can_be_corrected(visitor: Visitor, home: Settings) -> None:
    """A person's value takes the place of what was read, and what cannot be read as a value is refused in words."""
    _, claim = first_change(home, "value = '28 point'")
    csrf = visitor.mark()
    visitor.post("/correct", {"csrf": csrf, "about": claim, "value": "many", "made_by": "Ana"})
    assert "Not written down" in visitor.get("/").text
    visitor.post("/correct", {"csrf": csrf, "about": claim, "value": "27 points", "made_by": "Ana", "note": "one was dropped"})
    assert "Not written down" not in visitor.get("/").text
    assert ask(home, "SELECT value, was FROM decisions WHERE kind = 'correct'").rows == [("27 point", "28 point")]


def test_an_article_can_be_taken_out_of_a_story(visitor: Visitor, home: Settings) -> None:
    """The link is gone at once, and stays gone."""
    inside = f"SELECT article_id FROM story_articles WHERE slug = '{STORY}' ORDER BY 1"
    article = ask(home, inside).rows[0][0]
    form = {"csrf": visitor.mark(), "articles": article, "story": STORY, "made_by": "Ana"}
    assert visitor.post("/unpin", form).status == 303
    assert (article,) not in ask(home, inside).rows
    assert visitor.post("/pin", form).status == 303
    assert (article,) in ask(home, inside).rows


def test_a_decision_waits_for_its_turn_and_says_so(visitor: Visitor, home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a run holds the store pages are shown, and a form says that it was not written down."""
    monkeypatch.setattr("pipeline.serve.site.WAIT", 0.2)
    change, _ = first_change(home)
    before = len(ask(home, "FROM decisions").rows)
    with writing(home, "track", NOW):
        assert visitor.get(f"/{STORY}/index.html").status == 200
        form = {"csrf": visitor.mark(), "about": change, "value": "accept", "made_by": "Ana"}
        assert visitor.post("/review", form).status == 303
    assert "Not written down" in visitor.get("/").text
    assert len(ask(home, "FROM decisions").rows) == before


# ---- who may ask ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "",
        "localhost.evil.example:80",
        "[::2]",
        "a b",
        "evil.example@127.0.0.1x",
        "[evil",
    ],
)
def test_another_name_is_not_answered(visitor: Visitor, host: str) -> None:
    """No other site's page reaches the server by a name of its own (DNS rebinding)."""
    assert visitor.get("/", Host=host).status in (400, 421)


def test_the_name_of_this_machine_is_answered(visitor: Visitor) -> None:
    """As well as its address."""
    assert visitor.get("/", Host=f"localhost:{visitor.port}").status == 200


FORGED = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": ""},
    {"Origin": "", "Referer": "https://evil.example/"},
    {"Origin": "http://[evil"},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
]


@pytest.mark.parametrize("headers", FORGED, ids=str)
def test_a_form_of_another_site_is_not_taken(visitor: Visitor, home: Settings, headers: dict[str, str]) -> None:
    """Though the visitor's cookies come with it, and even if it had the mark."""
    change, _ = first_change(home)
    before = len(ask(home, "FROM decisions").rows)
    form = {"csrf": visitor.mark(), "about": change, "value": "accept", "made_by": "Ana"}
    assert visitor.post("/review", form, **headers).status == 403
    assert len(ask(home, "FROM decisions").rows) == before


@pytest.mark.parametrize("mark", ["", "0" * 64, "ü", "of another"])
def test_a_form_without_the_mark_of_its_session_is_not_taken(visitor: Visitor, home: Settings, mark: str) -> None:
    """Nor with the mark of another visitor."""
    change, _ = first_change(home)
    csrf = Visitor(visitor.port).mark() if mark == "of another" else mark
    visitor.get("/")
    assert visitor.post("/review", {"csrf": csrf, "about": change, "value": "accept", "made_by": "Ana"}).status == 403
    assert Visitor(visitor.port).post("/review", {"csrf": visitor.mark(), "about": change}).status == 403


def test_a_form_that_is_too_long_is_not_read(visitor: Visitor) -> None:
    """The server keeps no more than a form can hold."""
    assert visitor.post("/review", {"csrf": visitor.mark(), "note": "x" * 30_000}).status == 413
    assert visitor.post("/review", {f"f{n}": "" for n in range(50)}).status == 413


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
        "/a\r\nX: y",
        "",
        "http:/x",
        "///x",
        "/a\\b",
    ],
)
def test_a_form_leads_back_to_pages_of_this_server_only(address: str) -> None:
    """Whatever `back` says."""
    assert _back(address) == "/"
    assert _back(f"/{STORY}/index.html?kind=new#chg_1") == f"/{STORY}/index.html?kind=new#chg_1"


def test_pages_may_load_and_send_nothing_elsewhere(visitor: Visitor) -> None:
    """Headers of every answer, also of refusals; cookies that no other site gets sent."""
    for path in ("/", "/nothing", f"/{STORY}/feed.atom", "/live.js"):
        headers = visitor.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "form-action 'self'" in policy and "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"
        assert "server" not in headers
    cookie = Visitor(visitor.port).get("/").headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    tree = lxml.html.fromstring(visitor.get(f"/{STORY}/index.html").text)
    loaded = [e.get("src") or e.get("href") or "" for e in tree.iter("script", "img", "iframe", "link")]
    assert loaded and not [address for address in loaded if re.match(r"https?:|//", address)]


def test_a_wider_address_needs_a_token() -> None:
    """Without one, or with one that could be guessed, nothing is opened."""
    for token in ("", "short"):
        with pytest.raises(UsageError, match="WRITETHRU_TOKEN"):
            serve(Settings(), 0, print, "0.0.0.0", token)


def test_with_a_token_nothing_is_shown_or_taken_without_it(home: Settings) -> None:
    """By form or by header; the cookie is not the token; a wrong one is refused."""
    with served(home, TOKEN) as stranger:
        for path in ("/", f"/{STORY}/index.html", f"/{STORY}/changes.json", "/search?q=a", "/decisions"):
            answer = stranger.get(path)
            assert answer.status == 401 and "form-action 'none'" not in answer.text and "Ukraine" not in answer.text
        assert stranger.post("/review", {"about": "chg_1"}).status == 401
        assert stranger.post("/sign-in", {"token": "a guess of more than twenty characters"}).status == 401
        assert stranger.get("/", Authorization="Bearer wrong").status == 401
        assert stranger.get("/", Authorization=f"Bearer {TOKEN}").status == 200
        assert stranger.post("/sign-in", {"token": TOKEN}, Origin="https://evil.example").status == 403
        assert stranger.post("/sign-in", {"token": TOKEN}).status == 303
        assert stranger.get("/").status == 200 and TOKEN not in str(stranger.cookies)
        form = {"csrf": stranger.mark(), "about": "x", "value": "accept"}
        assert stranger.post("/review", form).status == 400  # a decision carries a name
        assert stranger.post("/review", form | {"made_by": "Ida"}).status == 303


def test_a_store_of_an_earlier_program_is_brought_up_to_date_first(home: Settings, tmp_path: Path) -> None:
    """The views that the pages ask for are there before the first page is; a run that holds the store is not waited for."""
    old = home.model_copy(update={"db": tmp_path / "old.duckdb", "snapshot": tmp_path / "published.duckdb"})
    for file in (old.db, old.snapshot_file):
        file.write_bytes(home.snapshot_file.read_bytes())
        with duckdb.connect(str(file)) as con:
            con.execute("DROP VIEW decisions; DELETE FROM main.definition")
    with pytest.raises(QueryError):
        ask(old, "FROM decisions")
    with lease(old.db, "track"):
        _bring_up_to_date(old)
    _bring_up_to_date(old)
    ask(old, "FROM decisions")


def test_two_servers_do_not_know_each_others_marks() -> None:
    """The secret is new with each start."""
    assert Access().mark("s") != Access().mark("s")


def test_a_feed_can_be_read_with_the_token_in_the_header(home: Settings) -> None:
    """What a feed reader needs."""
    with served(home, TOKEN) as reader:
        answer = reader.get(f"/{STORY}/feed.atom", Authorization=f"Bearer {TOKEN}")
        assert answer.headers["content-type"].startswith("application/atom+xml")
        assert len(ElementTree.fromstring(answer.text).findall("{http://www.w3.org/2005/Atom}entry")) > 50


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59-12:00", "no-time"])
def test_a_moment_that_no_calendar_has_is_no_error_of_the_server(home: Settings, at: str) -> None:
    """At the ends of the calendar, in another zone."""
    with served(home) as visitor:
        assert visitor.get(f"/{STORY}/then?at={at}").status < 500


def test_a_cookie_of_odd_letters_is_a_wrong_one(home: Settings) -> None:
    """Whoever has not signed in can send anything."""
    with served(home, TOKEN) as stranger:
        assert stranger.get("/", Cookie="writethru_signed=\u00e9abc").status == 401
