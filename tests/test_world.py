"""The fake world behaves as its docstring says, seen through a plain HTTP client."""

import http.client
import json
from datetime import UTC, datetime
from html import escape, unescape
from urllib.parse import urlsplit

import pytest
from world import World, invented

DAY = datetime(2025, 3, 4, 9, 30, tzinfo=UTC)


def get(url: str, headers: dict[str, str] | None = None, proxy: str | None = None) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers of one GET, without following redirects."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(urlsplit(proxy).netloc if proxy else parts.netloc, timeout=5)
    connection.request("GET", url if proxy else parts.path or "/", headers=headers or {})
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text, {k.lower(): v for k, v in response.getheaders()}


@pytest.fixture
def world():
    return World()


@pytest.mark.parametrize("kind", ["rss", "atom", "json"])
def test_a_feed_lists_what_was_published_newest_first(world, kind):
    """Each format carries titles, links and dates."""
    tern = world.outlet("The Daily Tern", feed=kind)
    tern.publish("first", headline="First & foremost", at=DAY)
    tern.publish("second", headline="Second", at=DAY)
    with world.serve():
        status, text, headers = get(world.feeds[0].url)
    assert status == 200 and headers["etag"]
    assert text.index("Second") < text.index("First")
    if kind == "json":
        assert [i["url"] for i in json.loads(text)["items"]] == [a.url for a in reversed(tern.articles)]
    else:
        assert "First &amp; foremost" in text


@pytest.mark.parametrize("flavour", ["broadsheet", "wire", "tabloid", "blog"])
def test_furniture_changes_at_every_fetch_and_the_story_does_not(world, flavour):
    """Two fetches differ as bytes while every paragraph stands in both."""
    article = world.outlet("Tern", flavour=flavour).publish("harbour-talks", at=DAY)
    with world.serve():
        one, two = unescape(get(article.url)[1]), unescape(get(article.url)[1])
    assert one != two
    assert all(p in one and p in two for p in article.paragraphs)
    assert article.shown in one and article.shown in two


def test_an_edit_shows_at_the_next_fetch(world):
    """Words change in place; the modified time only when it is given."""
    article = world.outlet("Tern").publish("talks", paragraphs=["One stays.", "There were 28 points."], at=DAY)
    with world.serve():
        assert "28 points" in get(article.url)[1]
        article.replace("28 points", "19 points")
        after = get(article.url)[1]
        article.edit(paragraph=0, text="One goes.", at=DAY.replace(hour=11))
        assert "T11:30" in get(article.url)[1]
    assert "19 points" in after and "28 points" not in after and "T11:30" not in after


def test_a_flapping_headline_takes_turns(world):
    """A, B, A, B: one a fetch."""
    article = world.outlet("Tern").publish("talks", at=DAY)
    article.flap("Aye", "Bee")
    with world.serve():
        seen = ["Aye" if "<h1>Aye" in get(article.url)[1] else "Bee" for _ in range(4)]
    assert seen == ["Aye", "Bee", "Aye", "Bee"]


def test_walls_stand_in_front_of_pages_and_not_of_feeds(world):
    """Bot wall with 403 and with 200, consent page, paywall; then free again."""
    tern = world.outlet("Tern")
    article = tern.publish("talks", at=DAY)
    with world.serve():
        tern.block()
        assert get(article.url)[0] == 403 and get(article.url)[2]["cf-mitigated"] == "challenge"
        assert get(tern.feed.url)[0] == 200
        tern.block(status=200)
        assert "Just a moment" in get(article.url)[1]
        tern.consent()
        assert "We value your privacy" in get(article.url)[1]
        tern.unblock()
        tern.paywall()
        stub = get(article.url)[1]
        tern.paywall(False)
        free = get(article.url)[1]
    assert escape(article.paragraphs[-1]) not in stub and "Subscribe to continue" in stub
    assert escape(article.paragraphs[-1]) in free


def test_articles_vanish_move_and_come_back(world):
    """404, 410, soft 404, redirect home, emptied page, 301 to a new slug."""
    article = world.outlet("Tern").publish("talks", at=DAY)
    old = article.path
    with world.serve():
        article.vanish()
        assert get(article.url)[0] == 404
        article.vanish(410)
        assert get(article.url)[0] == 410
        article.soft_404()
        assert get(article.url)[0] == 200 and "Page not found" in get(article.url)[1]
        article.redirect_home()
        assert get(article.url)[2]["location"] == "/"
        article.go_empty()
        assert escape(article.paragraphs[1]) not in get(article.url)[1]
        article.come_back()
        article.move("talks-resume")
        status, _, headers = get(article.outlet.url + old)
        assert (status, headers["location"]) == (301, "/news/talks-resume")
        assert get(article.url)[0] == 200


def test_feeds_answer_304_and_whatever_is_scripted(world):
    """The validator holds until the items change; scripted answers come in order and then end."""
    tern = world.outlet("Tern")
    tern.publish("talks", at=DAY)
    with world.serve():
        etag = get(tern.feed.url)[2]["etag"]
        assert get(tern.feed.url, {"If-None-Match": etag})[0] == 304
        tern.publish("more", at=DAY)
        assert get(tern.feed.url, {"If-None-Match": etag})[0] == 200
        tern.answer(500, times=2)
        tern.answer(429, Retry_After="90")
        answers = [get(tern.feed.url) for _ in range(4)]
        assert [a[0] for a in answers] == [500, 500, 429, 200] and answers[2][2]["retry-after"] == "90"
        before = tern.feed.url
        tern.move_feed("/rss/new.xml", 308)
        assert get(before)[0] == 308 and get(tern.feed.url)[0] == 200
    assert tern.hits("/rss/new.xml")[0].status == 200


def test_a_named_world_is_reached_through_its_proxy(world):
    """URLs are the same in every run and read like the web's."""
    named = World(named=True)
    tern = named.outlet("The Daily Tern")
    talks = tern.publish("talks", at=DAY)
    assert named.feeds[0].url == "http://daily-tern.example/feed"
    with named.serve() as proxy:
        assert get(named.feeds[0].url, proxy=proxy)[0] == 200
        assert talks.shown in get(talks.url, proxy=proxy)[1]
    assert [h.path for h in tern.hits()] == ["/feed", "/news/talks"]


def test_outlets_have_addresses_of_their_own_and_the_port_stays(world):
    """A world can be closed and served again under the same URLs; outlets may join while it is served."""
    world.outlet("Tern")
    with world.serve():
        late = world.outlet("Gull")
        urls = [f.url for f in world.feeds]
        assert [get(u)[0] for u in urls] == [200, 200]
    with world.serve():
        assert [f.url for f in world.feeds] == urls
        assert get(urls[0])[0] == 200
    assert urls[0].split(":")[1] != urls[1].split(":")[1] and len(late.hits()) == 1


def test_invented_text_is_the_same_every_time():
    """Same slug, same words; another slug, others."""
    assert invented("a-b") == invented("a-b") != invented("c-d")
    assert len(invented("a-b")) == 7
