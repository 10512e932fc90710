"""Feeds fail in every way that feeds fail: each is a row and a line of the summary, and costs no other feed anything."""

from dataclasses import replace
from datetime import timedelta

import pytest
from chaos import Chaos, head
from collecting import DAY, HOUR, MINUTE, Desk
from world import Outlet, World

from pipeline.model import Feed

RSS = "application/rss+xml"


@pytest.fixture
def world():
    return World()


def rss(*slugs: str, base: str = "http://127.0.0.10", end: str = "</channel></rss>") -> str:
    items = "".join(
        f"<item><title>Story {s}</title><link>{base}/news/{s}</link><guid isPermaLink='false'>{s}</guid></item>" for s in slugs
    )
    return f'<rss version="2.0"><channel><title>Tern</title>{items}{end}'


def outcomes(desk: Desk, outlet: Outlet) -> list[str]:
    return desk.values(f"SELECT outcome FROM fetches WHERE kind = 'feed' AND url LIKE '{outlet.url}/%' ORDER BY fetched_at")


def test_304_is_asked_for_and_believed(world, tmp_path):
    """The validator goes along; nothing is parsed, nothing is added; a new item is found when it comes."""
    tern = world.outlet("Tern")
    tern.publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        first, second = desk.ingest(DAY), desk.ingest(DAY + HOUR)
        tern.publish("more", at=DAY + HOUR)
        third = desk.ingest(DAY + 2 * HOUR)
    assert outcomes(desk, tern) == ["ok", "not_modified", "ok"]
    assert [h.status for h in tern.hits("/feed")] == [200, 304, 200]
    assert [(d.feeds_changed, d.entries, d.tally.new_articles) for d in (first, second, third)] == [
        (1, 1, 1),
        (0, 0, 0),
        (1, 1, 1),
    ]
    assert desk.rows("SELECT last_outcome, title FROM feeds") == [("ok", "Tern")]


def test_a_feed_without_validators_is_not_parsed_again_for_its_build_date(world, tmp_path):
    """200 with another lastBuildDate and the same items is no change."""
    tern = world.outlet("Tern", validators=False)
    tern.publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        done = [desk.ingest(DAY + n * HOUR) for n in range(3)]
    assert outcomes(desk, tern) == ["ok"] * 3
    assert [d.feeds_changed for d in done] == [1, 0, 0]


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (500, "oops", "server_error"),
        (404, "", "missing"),
        (403, "no", "denied"),
        (200, "<!doctype html><html><body><h1>We are moving</h1></body></html>", "not_a_feed"),
        (200, '{"error": "quota"}', "not_a_feed"),
        (200, "just words", "not_a_feed"),
        (200, "", "empty"),
        (200, "  \n ", "empty"),
    ],
)
def test_a_feed_that_fails_is_a_row_and_a_line_and_recovers(world, tmp_path, status, body, outcome):
    """Its articles and validators are kept, other feeds go on, the item that came meanwhile is found afterwards."""
    tern, gull = world.outlet("Tern"), world.outlet("Gull")
    talks, other = tern.publish("talks", at=DAY), gull.publish("other", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        tern.answer(status, body=body, Content_Type=RSS)
        done = desk.ingest(DAY + 20 * MINUTE)
        assert [line for line in done.lines() if "Tern" in line and tern.feed.url in line]
        assert "1 in trouble" in done.lines()[0]
        assert desk.rows("SELECT last_outcome, failures, last_reason <> '' FROM feeds WHERE outlet = 'Tern'") == [
            (outcome, 1, True)
        ]
        more = tern.publish("more", at=DAY)
        late = gull.publish("late", at=DAY)
        desk.ingest(DAY + 2 * HOUR)
        assert desk.ingest(DAY + 3 * HOUR).troubles == []
    assert outcomes(desk, tern) == ["ok", outcome, "ok", "not_modified"]
    assert outcomes(desk, gull)[:2] == ["ok", "not_modified"]
    assert tern.hits("/feed")[2].headers["if-none-match"] == desk_etag(tern, 0)
    assert sorted(desk.values("SELECT url FROM versions WHERE seq = 1")) == sorted(a.url for a in (talks, other, more, late))
    assert desk.rows("SELECT failures, last_reason FROM feeds WHERE outlet = 'Tern'")[0][0] == 0
    assert desk.broken() == {}


def desk_etag(outlet: Outlet, _: int) -> str:
    """The validator that came with the feed's first good answer, as the second request sent it."""
    return outlet.hits("/feed")[1].headers["if-none-match"]


def test_a_failing_feed_is_asked_ever_more_rarely_and_never_given_up(world, tmp_path):
    """The pause doubles up to a day; after two weeks of failures the first good answer restores it."""
    tern = world.outlet("Tern")
    tern.publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        tern.answer(500, times=10_000)
        for _ in desk.polls([DAY + n * HOUR for n in range(14 * 24)]):
            pass
        asked = len(tern.hits("/feed"))
        assert 14 <= asked <= 40
        tern._scripts["feed"].clear()
        desk.ingest(DAY + timedelta(days=16))
        desk.ingest(DAY + timedelta(days=16) + 15 * MINUTE)
    assert len(tern.hits("/feed")) == asked + 2
    assert desk.titles() == [tern.articles[0].shown]


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_kept_for_the_whole_host(world, tmp_path, status):
    """Neither the feed nor a page of the host is asked before the time that it named; other hosts are."""
    tern, gull = world.outlet("Tern"), world.outlet("Gull")
    talks, _ = tern.publish("talks", at=DAY), gull.publish("other", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        tern.answer(status, Retry_After="7200")
        done = desk.ingest(DAY + 20 * MINUTE)
        before = len(tern.hits())
        assert [h.path for h in tern.hits()].count(talks.path) == 1  # not even the page that was due in the same run
        assert any("Tern" in line for line in done.troubles)
        for n in range(3, 7):
            desk.ingest(DAY + n * 20 * MINUTE)
        assert len(tern.hits()) == before
        assert len(gull.hits("/feed")) == 6
        desk.ingest(DAY + 145 * MINUTE)
    assert len(tern.hits("/feed")) == 3 and len(tern.hits(talks.path)) == 2
    assert "rate_limited" in outcomes(desk, tern)


def test_a_cut_feed_gives_its_whole_items_only_and_is_asked_for_whole_again(world, tmp_path):
    """The half item makes no article, and the validator of a cut document does not stand for the whole."""
    tern = world.outlet("Tern")
    for slug in ("one", "two", "three"):
        tern.publish(slug, at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        whole = rss("one", "two", "three", base=tern.url)
        cut = whole[: whole.index("<guid isPermaLink='false'>three")]
        tern.answer(200, body=cut, Content_Type=RSS, ETag='"x"')
        desk.ingest(DAY)
        assert sorted(desk.values("SELECT guid FROM articles")) == ["one", "two"]
        tern.answer(200, body=whole, Content_Type=RSS, ETag='"x"')
        desk.ingest(DAY + HOUR)
    assert "if-none-match" not in tern.hits("/feed")[1].headers
    assert sorted(desk.values("SELECT guid FROM articles")) == ["one", "three", "two"]
    assert desk.values("SELECT count(*) FROM versions GROUP BY article_id") == [1, 1, 1]


def test_a_body_that_ends_early_is_not_read_at_all(world, tmp_path):
    """Less came than the server announced: truncated, and read whole the next time."""
    tern = world.outlet("Tern")
    tern.publish("one", at=DAY)
    with world.serve(), Chaos() as chaos:
        body = rss("one", base=tern.url).encode()
        answers = [head(length=len(body) + 50) + body, head(length=len(body)) + body]
        chaos.on("/feed", lambda: [answers.pop(0)])
        desk = Desk(tmp_path, world, feeds=[Feed(url=chaos.url + "/feed", outlet="Tern")])
        desk.ingest(DAY)
        assert desk.values("SELECT last_outcome FROM feeds") == ["truncated"]
        assert desk.value("SELECT count(*) FROM articles") == 0
        desk.ingest(DAY + HOUR)
    assert desk.values("SELECT guid FROM articles") == ["one"]


def test_a_feed_moves_after_three_equal_permanent_redirects(world, tmp_path):
    """From then on the new address is asked at once, and it is still the same feed with the same items."""
    tern = world.outlet("Tern")
    tern.publish("talks", at=DAY)
    with world.serve():
        feeds = list(world.feeds)
        desk = Desk(tmp_path, world, feeds=feeds)
        desk.ingest(DAY)
        tern.move_feed("/rss/new.xml")
        for n in range(1, 6):
            desk.ingest(DAY + n * HOUR)
        tern.publish("more", at=DAY)
        desk.ingest(DAY + 6 * HOUR)
    assert [len(tern.hits(p)) for p in ("/feed", "/rss/new.xml")] == [4, 6]
    assert desk.rows("SELECT url, failures, last_outcome FROM feeds") == [(feeds[0].url, 0, "ok")]
    assert desk.values("SELECT moved_to FROM record.feed") == [tern.url + "/rss/new.xml"]
    assert desk.value("SELECT count(*) FROM articles") == 2
    assert desk.values("SELECT seq FROM versions") == [1, 1]


def test_a_feed_that_is_gone_keeps_its_articles_and_is_asked_once_a_day(world, tmp_path):
    """410 for ten days: daily, then weekly; its articles are read on."""
    tern = world.outlet("Tern")
    talks = tern.publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        tern.answer(410, times=10_000)
        for _ in desk.polls([DAY + n * 6 * HOUR for n in range(1, 41)]):
            pass
        asked = len(tern.hits("/feed"))
        talks.replace("The council", "The committee")
        desk.ingest(DAY + timedelta(days=12))
        tern._scripts["feed"].clear()
        tern.publish("back", at=DAY)
        desk.ingest(DAY + timedelta(days=20))
    assert 7 <= asked <= 11
    assert desk.values(f"SELECT seq FROM versions WHERE url = '{talks.url}' ORDER BY seq") == [1, 2]
    assert desk.value("SELECT count(*) FROM articles") == 2


def test_one_dead_host_and_one_hostile_body_cost_the_others_nothing(world, tmp_path):
    """A closed port, a bomb of entities and a private redirect beside a good feed: rows, lines, and the good feed read."""
    tern = world.outlet("Tern")
    tern.publish("talks", at=DAY)
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><rss version="2.0"><channel><title>&b;</title></channel></rss>'
    )
    with world.serve(), Chaos() as chaos:
        chaos.on("/bomb", lambda: [head(length=len(bomb)) + bomb.encode()])
        chaos.on("/file", lambda: [head(302, "Location: file:///etc/hostname", length=0)])
        names = {"Closed": "http://127.0.0.1:9/feed", "Bomb": chaos.url + "/bomb", "File": chaos.url + "/file"}
        desk = Desk(tmp_path, world, feeds=[tern.feed, *(Feed(url=url, outlet=name) for name, url in names.items())])
        done = desk.ingest(DAY)
    assert dict(desk.rows("SELECT outlet, last_outcome FROM feeds")) == {
        "Tern": "ok",
        "Closed": "unreachable",
        "Bomb": "not_a_feed",
        "File": "blocked",
    }
    assert sorted(line.split(":")[0] for line in done.troubles) == ["Bomb", "Closed", "File"]
    assert desk.titles() == [tern.articles[0].shown]


def test_an_empty_list_of_feeds_is_a_valid_one(world, tmp_path):
    """Nothing to do is done without a word of trouble; a feed that is taken off the list keeps its articles."""
    tern = world.outlet("Tern")
    tern.publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        desk.follow([])
        done = desk.ingest(DAY + HOUR)
    assert done.feeds == 0 and done.troubles == []
    assert len(desk.titles()) == 1 and desk.value("SELECT count(*) FROM feeds") == 1


def test_robots_are_honoured_for_pages_and_feeds(world, tmp_path):
    """What a site does not allow is not asked for; that is a row with its reason."""
    tern = world.outlet("Tern", robots="User-agent: *\nDisallow: /news/secret\n")
    gull = world.outlet("Gull", robots="User-agent: *\nDisallow: /\n")
    talks, secret = tern.publish("talks", at=DAY), tern.publish("secret", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
    assert tern.hits(secret.path) == [] and gull.hits("/feed") == []
    assert desk.values("SELECT url FROM versions") == [talks.url]
    assert sorted(desk.values("SELECT url FROM fetches WHERE outcome = 'robots'")) == sorted([secret.url, gull.feed.url])


# ---- feeds that carry whole articles ---------------------------------------------------------------------------------------


def whole(world_url: str, text: str, title: str = "Talks resume", slug: str = "talks") -> str:
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Tern</title>'
        f"<item><title>{title}</title><link>{world_url}/news/{slug}</link><guid isPermaLink='false'>{slug}</guid>"
        f"<description>A line.</description><content:encoded><![CDATA[{text}]]></content:encoded></item></channel></rss>"
    )


def test_articles_are_read_from_their_feed_if_it_carries_them(world, tmp_path):
    """`read = "feed"`: versions and edits come from content:encoded; no page is fetched, not even when all is due."""
    tern = world.outlet("Tern")
    text = "<p>The two sides will meet on Monday.</p><p>The plan has 28 points, the mediators say.</p>"
    edited = text.replace("28", "19")
    with world.serve():
        desk = Desk(tmp_path, world, feeds=[replace(tern.feed, read="feed")])
        for n, body in enumerate((text, text, edited, edited, text)):
            tern.answer(200, body=whole(tern.url, body), Content_Type=RSS)
            desk.ingest(DAY + n * HOUR, everything=n == 3)
    assert {h.path for h in tern.hits()} == {"/robots.txt", "/feed"}
    assert desk.values("SELECT text FROM versions ORDER BY seq") == [
        "The two sides will meet on Monday.\n\nThe plan has 28 points, the mediators say.",
        "The two sides will meet on Monday.\n\nThe plan has 19 points, the mediators say.",
    ]
    assert desk.rows("SELECT hour(seen_at) - 9, reverted FROM appearances ORDER BY seen_at") == [
        (0, False),
        (2, False),
        (4, True),
    ]
    assert desk.values("SELECT next_due_at FROM articles") == [None]
    assert desk.broken() == {}


def test_an_article_that_moves_inside_its_whole_feed_is_known_by_its_guid(world, tmp_path):
    """The item's link changes, its id and text do not."""
    tern = world.outlet("Tern")
    text = "<p>The two sides will meet on Monday.</p><p>The plan has 28 points, the mediators say.</p>"
    with world.serve():
        desk = Desk(tmp_path, world, feeds=[replace(tern.feed, read="feed")])
        body = whole(tern.url, text)
        tern.answer(200, body=body, Content_Type=RSS)
        desk.ingest(DAY)
        tern.answer(200, body=body.replace("/news/talks", "/news/talks-on-monday"), Content_Type=RSS)
        desk.ingest(DAY + HOUR)
    assert desk.values("SELECT url FROM articles") == [tern.url + "/news/talks-on-monday"]
    assert desk.values("SELECT seq FROM versions") == [1]
