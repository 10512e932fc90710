"""One article stays one article, whatever address it is met under; another text is another article, whatever its id says."""

from dataclasses import replace

import pytest
from collecting import DAY, HOUR, MINUTE, Desk
from world import Outlet, World

OTHER_TEXT = [
    "Rowers from eleven clubs finished the coastal race on Sunday, many of them well under the course record of last year.",
    "The winner, a teacher from the northern bay, said that the wind had helped everybody and that she had slept badly.",
    "Organisers want to add a shorter course for beginners next summer, if enough volunteers can be found for the boats.",
]


@pytest.fixture
def world():
    return World()


def item(url: str, title: str, guid: str | None = None) -> str:
    told = "" if guid is None else f'<guid isPermaLink="false">{guid}</guid>'
    return f"<item><title>{title}</title><link>{url.replace('&', '&amp;')}</link>{told}</item>"


def feed_of(*items: str) -> str:
    return f'<rss version="2.0"><channel><title>Tern</title>{"".join(items)}</channel></rss>'


def lists(tern: Outlet, *items: str, times: int = 1) -> None:
    """The outlet's feed answers with these items."""
    tern.answer(200, times=times, body=feed_of(*items), Content_Type="application/rss+xml")


def urls(desk: Desk) -> list[str]:
    return desk.values("SELECT url FROM articles ORDER BY url")


def test_tracking_parameters_make_no_second_article(world, tmp_path):
    """The same link with and without what campaigns append, in one feed and over time."""
    tern = world.outlet("Tern", tracking="?utm_source=rss&at_medium=feed")
    talks = tern.publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        tern.tracking = "?utm_source=app&fbclid=abc"
        desk.ingest(DAY + HOUR)
        lists(tern, item(talks.url + "?utm_campaign=x#top", talks.shown))
        desk.ingest(DAY + 2 * HOUR)
    assert urls(desk) == [talks.url]
    assert desk.values("SELECT seq FROM versions") == [1]


def test_an_article_that_moves_with_301_stays_one_and_is_read_at_its_new_address(world, tmp_path):
    """The old address redirects for good, and later dies; feed and page go on at the new one; edits are found there."""
    tern = world.outlet("Tern")
    talks = tern.publish("talks", at=DAY)
    old = talks.url
    with world.serve():
        desk = Desk(tmp_path, world)
        old = talks.url
        desk.ingest(DAY)
        talks.move("talks-resume")
        desk.ingest(DAY + HOUR)
        assert urls(desk) == [talks.url]
        talks.moved_from.clear()
        talks.replace("The council", "The committee")
        desk.ingest(DAY + 30 * HOUR)
    assert urls(desk) == [talks.url]
    assert desk.values("SELECT seq FROM versions ORDER BY seq") == [1, 2]
    assert desk.kinds() == []
    assert {u for (u,) in desk.rows("SELECT url FROM record.alias")} == {old, talks.url}
    for address in (old, talks.url):
        assert desk.value(f"SELECT count(*) FROM history('{address}') WHERE event = 'version'") == 2
    assert desk.broken() == {}


def test_an_article_that_moves_without_redirect_is_known_by_its_guid(world, tmp_path):
    """Same guid, same text, another address, and the old one is gone: one article, followed where it lives now."""
    tern = world.outlet("Tern")
    talks = tern.publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        talks.slug = "talks-in-the-harbour"
        desk.ingest(DAY + HOUR)
        assert urls(desk) == [talks.url]
        talks.replace("The council", "The committee")
        desk.ingest(DAY + 30 * HOUR)
    assert urls(desk) == [talks.url]
    assert desk.values("SELECT seq FROM versions ORDER BY seq") == [1, 2]
    assert desk.values("SELECT status FROM articles") == ["live"]
    assert desk.broken() == {}


def test_a_guid_that_is_used_again_for_another_text_makes_a_new_article(world, tmp_path):
    """The id stays, the address and the text are others: no edit of the first article."""
    tern = world.outlet("Tern")
    talks = tern.publish("talks", guid="7", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        talks.in_feed = False
        race = tern.publish("race", guid="7", headline="Rowers finish coastal race", paragraphs=OTHER_TEXT, at=DAY + HOUR)
        desk.ingest_all(DAY + HOUR, DAY + 2 * HOUR)
        race.insert(paragraph=1, text="Two boats capsized near the lighthouse; both crews were brought ashore unhurt.")
        desk.ingest_all(DAY + 3 * HOUR)
    assert desk.rows(
        "SELECT a.url, count(*) FROM articles AS a JOIN versions USING (article_id) GROUP BY ALL ORDER BY ALL"
    ) == [
        (race.url, 2),
        (talks.url, 1),
    ]
    assert desk.broken() == {}


@pytest.mark.parametrize("first", ["amp", "page"])
@pytest.mark.parametrize("apart", [False, True], ids=["in one poll", "in two polls"])
def test_the_mobile_form_of_a_page_is_the_same_article(world, tmp_path, first, apart):
    """Its page names the canonical address; whichever form is listed or read first, there is one article with one version."""
    tern = world.outlet("Tern")
    talks = tern.publish("talks", at=DAY, in_feed=False)
    with world.serve():
        desk = Desk(tmp_path, world)
        mobile = tern.publish("talks/amp", at=DAY, in_feed=False)
        mobile.paragraphs = talks.paragraphs
        mobile.shown = talks.shown
        amp, slug = mobile.url, mobile.slug
        mobile.slug = talks.slug  # what it says of itself
        mobile.moved_from = {}
        tern.articles.remove(mobile)
        tern.articles.insert(0, _Form(mobile, f"/news/{slug}"))
        items = [item(amp, talks.shown), item(talks.url, talks.shown)]
        items = items if first == "amp" else items[::-1]
        if apart:
            lists(tern, items[0])
            lists(tern, *items, times=3)
            desk.ingest(DAY)
            desk.ingest(DAY + HOUR)
        else:
            lists(tern, *items, times=4)
            desk.ingest(DAY)
        desk.ingest_all(DAY + 3 * HOUR, DAY + 4 * HOUR)
    assert len(urls(desk)) == 1
    assert desk.values("SELECT seq FROM versions") == [1]
    assert {u for (u,) in desk.rows("SELECT url FROM record.alias")} == {amp, talks.url}
    assert desk.broken() == {}


class _Form:
    """Another address at which an article's page is shown, as the world serves it."""

    in_feed, state = False, "up"

    def __init__(self, article, path: str):
        self.article, self.path, self.moved_from = article, path, {}

    def render(self) -> str:
        return self.article.render()


def test_one_article_in_two_feeds_of_an_outlet_is_one(world, tmp_path):
    """The front page's feed and the section's list the same links."""
    tern = world.outlet("Tern")
    talks = tern.publish("talks", at=DAY)
    with world.serve():
        section = replace(tern.feed, url=tern.url + "/section")
        tern._moved_feeds["/section"] = (302, tern.feed.url)
        desk = Desk(tmp_path, world, feeds=[tern.feed, section])
        desk.ingest(DAY)
        desk.ingest(DAY + HOUR)
    assert urls(desk) == [talks.url]
    assert len(tern.hits(talks.path)) == 2
    assert desk.value("SELECT count(*) FROM feeds") == 2
    assert desk.broken() == {}


def test_items_without_a_guid_are_told_apart_by_their_links(world, tmp_path):
    """Empty guids are no identity: each link is an article of its own."""
    tern = world.outlet("Tern")
    articles = [tern.publish(f"story-{n}", guid="", at=DAY) for n in range(4)]
    with world.serve():
        desk = Desk(tmp_path, world)
        lists(tern, *(item(a.url, a.shown, guid) for a, guid in zip(articles, ("", None, " ", ""), strict=True)))
        desk.ingest(DAY)
        desk.ingest(DAY + HOUR)
    assert urls(desk) == sorted(a.url for a in articles)
    assert desk.values("SELECT count(*) FROM versions GROUP BY article_id") == [1] * 4


def test_a_wall_with_a_canonical_address_of_its_own_swallows_no_article(world, tmp_path):
    """Every missing page of the site says that it is one and the same page: that makes no two articles one."""
    tern = world.outlet("Tern")
    articles = [tern.publish(f"story-{n}", headline=f"Story number {n} of the harbour", at=DAY) for n in range(3)]
    head = "<title>Page not found</title><link rel='canonical' href='/oops'>"
    wall = f"<html><head>{head}</head><body><h1>Page not found</h1></body></html>"
    with world.serve():
        desk = Desk(tmp_path, world)
        tern.answer(200, times=3, on="page", body=wall)
        desk.ingest(DAY)
        assert desk.kinds() == ["soft_404"] * 3
        desk.ingest_all(DAY + HOUR)
    assert urls(desk) == sorted(a.url for a in articles)
    assert desk.values("SELECT count(*) FROM versions GROUP BY article_id") == [1] * 3


def https(tern: Outlet) -> list[str]:
    """Only the scheme is another; this world cannot be asked for it, and need not be."""
    return [a.url.replace("http:", "https:") for a in tern.articles]


def without_www(tern: Outlet) -> list[str]:
    tern.host = "tern.example"
    return [a.url for a in tern.articles]


def another_host(tern: Outlet) -> list[str]:
    """An archive host that carries the same pages; the old one is not due before the new one is read."""
    tern.host = "archive.tern.example"
    return [a.url for a in tern.articles]


@pytest.mark.parametrize("change", [https, without_www, another_host])
def test_a_site_that_moves_at_once_makes_no_article_twice(tmp_path, change):
    """Every link is another from one poll to the next, there are no guids: the same articles at new addresses."""
    world = World(named=True)
    tern, lister = world.outlet("Tern"), world.outlet("Lister")
    tern.host = "www.tern.example"
    for n in range(3):
        tern.publish(f"harbour-story-{n}", at=DAY)
    with world.serve() as proxy:
        desk = Desk(tmp_path, world)
        desk.follow([replace(lister.feed, outlet="Tern", every=5 * MINUTE)])
        lists(lister, *(item(a.url, a.shown) for a in tern.articles))
        desk.ingest_through(proxy, DAY)
        new = change(tern)
        lists(lister, *(item(url, "Harbour story") for url in new), times=2)
        desk.ingest_through(proxy, DAY + 10 * MINUTE)
        desk.ingest_through(proxy, DAY + 40 * MINUTE)
    assert urls(desk) == sorted(new)
    assert desk.values("SELECT seq FROM versions") == [1, 1, 1]
    assert desk.kinds() == []
    assert desk.broken() == {}
