"""Collecting makes a version of every edit and of nothing else: a fake world, real HTTP, a real store, asserted by SQL."""

import pytest
from collecting import DAY, HOUR, MINUTE, Desk
from world import World

FLAVOURS = ("broadsheet", "wire", "tabloid", "blog")


@pytest.fixture
def world():
    return World()


def test_200_polls_of_six_outlets_with_moving_furniture_make_no_version(world, tmp_path):
    """Clocks, teasers, counters and build dates change at every fetch; not one version comes after the first pass."""
    for n, name in enumerate(("Tern", "Gull", "Heron", "Plover", "Curlew", "Dunlin")):
        outlet = world.outlet(name, feed=("rss", "atom", "json")[n % 3], flavour=FLAVOURS[n % 4], validators=n % 2 == 0)
        outlet.publish(f"{name.lower()}-harbour-talks", at=DAY)
        outlet.publish(f"{name.lower()}-ferry-budget", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        before = desk.rows("SELECT version_id, text FROM versions ORDER BY ALL")
        assert len(before) == 12
        for _ in desk.polls([DAY + n * HOUR for n in range(1, 200)]):
            pass
    assert desk.rows("SELECT version_id, text FROM versions ORDER BY ALL") == before
    assert desk.value("SELECT count(*) FROM appearances") == 12
    assert desk.kinds() == []
    assert desk.value("SELECT min(looks) FROM (SELECT count(*) AS looks FROM fetches WHERE kind = 'page' GROUP BY url)") >= 13
    assert desk.value("SELECT count(*) FROM fetches WHERE kind = 'feed'") == 200 * 6
    assert desk.broken() == {}


def test_a_silent_edit_is_found_although_the_feed_never_changes(world, tmp_path):
    """One figure changes on the page; the feed's bytes, the page's dates and its headline stay."""
    article = world.outlet("Tern").publish(
        "talks", paragraphs=["The plan has 28 points. It is new.", *["More of it." * 5] * 3], at=DAY
    )
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        article.replace("28 points", "19 points")
        desk.ingest(DAY + 15 * MINUTE)
    assert desk.value("SELECT count(DISTINCT etag) FROM record.feed") == 1
    assert [("28 points" in t, "19 points" in t) for t in desk.values("SELECT text FROM versions ORDER BY seq")] == [
        (True, False),
        (False, True),
    ]
    assert "28 points" in desk.text(DAY + 14 * MINUTE) and "19 points" in desk.text(DAY + 15 * MINUTE)
    assert desk.values("SELECT times_changed FROM articles") == [1]


def test_an_edit_after_the_article_has_left_the_feed_is_found(world, tmp_path):
    """The page is read again by its age, whatever the feed lists."""
    tern = world.outlet("Tern")
    article = tern.publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        article.in_feed = False
        tern.publish("other", at=DAY)
        desk.ingest(DAY + HOUR)
        article.insert(paragraph=3, text="The mediators have left the town without a result, the harbour authority says.")
        desk.ingest(DAY + 30 * HOUR)
    assert desk.value(f"SELECT count(*) FROM versions WHERE url = '{article.url}'") == 2
    assert "without a result" in desk.value(f"SELECT arg_max(text, seq) FROM versions WHERE url = '{article.url}'")


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_headline_and_byline_edits_are_versions(world, tmp_path, flavour):
    """Each of them alone, the body untouched."""
    article = world.outlet("Tern", flavour=flavour).publish("talks", headline="Talks resume on Monday", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        article.headline("Talks resume on Tuesday")
        desk.ingest(DAY + HOUR)
        article.byline = "Jonas Ek"
        desk.ingest(DAY + 2 * HOUR)
        desk.ingest(DAY + 4 * HOUR)
    assert desk.rows("SELECT title, byline FROM versions ORDER BY seq") == [
        ("Talks resume on Monday", "Mara Lindqvist"),
        ("Talks resume on Tuesday", "Mara Lindqvist"),
        ("Talks resume on Tuesday", "Jonas Ek"),
    ]
    assert desk.value("SELECT count(DISTINCT text) FROM versions") == 1


@pytest.mark.parametrize(("kind", "flavour"), [*zip(("atom", "json", "rss", "atom"), FLAVOURS, strict=True)])
def test_a_modified_time_that_moves_alone_makes_no_version(world, tmp_path, kind, flavour):
    """The outlet touches the article, in page and feed, and not a word changes."""
    article = world.outlet("Tern", feed=kind, flavour=flavour).publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        for n in range(1, 4):
            article.touch(DAY + n * HOUR)
            desk.ingest(DAY + n * HOUR)
    assert desk.values("SELECT seq FROM versions") == [1]
    assert desk.kinds() == []


def test_a_changed_entry_makes_its_page_due_at_once(world, tmp_path):
    """The feed's modified time is a hint: the page is read before its age would ask for it."""
    article = world.outlet("Tern", feed="atom").publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest_all(*(DAY + n * HOUR for n in (0, 1, 24)))
        article.replace("The council", "The committee", at=DAY + 25 * HOUR)
        desk.ingest(DAY + 25 * HOUR)
    assert desk.value("SELECT max(seen_at) FROM versions") == (DAY + 25 * HOUR).replace(tzinfo=None)


def test_a_summary_that_comes_and_goes_makes_no_version(world, tmp_path):
    """The feed shows a summary, none, another: the page's words stand."""

    tern = world.outlet("Tern")
    article = tern.publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        feed = desk.world.feeds[0].url
        for n, summary in enumerate(("A first line.", "", "Another line, longer than the first.", "")):
            said = f"<description>{summary}</description>" if summary else ""
            body = (
                f'<rss version="2.0"><channel><title>Tern</title><item><title>{article.shown}</title><link>{article.url}</link>'
                f"<guid>{article.guid}</guid>{said}</item></channel></rss>"
            )
            tern.answer(200, body=body, Content_Type="application/rss+xml")
            desk.ingest(DAY + n * HOUR)
    assert desk.value(f"SELECT count(*) FROM fetches WHERE url = '{feed}' AND outcome = 'ok'") == 4
    assert desk.values("SELECT seq FROM versions") == [1]
    assert desk.kinds() == []


def test_a_headline_that_flaps_hides_no_edit(world, tmp_path):
    """Two headlines take turns 50 times; the one real edit in between is the only other version, and every moment is right."""
    article = world.outlet("Tern").publish("talks", headline="Talks resume", at=DAY)
    shown: list[tuple[str, str]] = []
    moments = [DAY + n * HOUR for n in range(52)]
    with world.serve():
        desk = Desk(tmp_path, world)
        article.flap("Talks resume", "Talks: what is known so far")
        for at in desk.polls(moments, everything=True):
            if at == moments[25]:
                article.replace("will publish the figures", "may publish the figures")
            shown.append((article.flaps[article.fetches % 2], "\n\n".join(article.paragraphs)))
    versions = desk.rows("SELECT title, text FROM versions ORDER BY seq")
    assert [t for _, t in versions] == [shown[0][1], shown[0][1], shown[-1][1]]
    assert desk.value("SELECT count(DISTINCT text) FROM versions") == 2
    stood = desk.stood([*moments, DAY + 100 * HOUR])
    assert [text for _, text in stood] == [text for _, text in [*shown, shown[-1]]]
    assert stood[:25] == shown[:25]
    assert desk.broken() == {}


def test_a_reversion_is_kept_and_makes_no_new_version(world, tmp_path):
    """A text that returns appears again; the head is what stands, and every moment in between is right."""
    article = world.outlet("Tern").publish("talks", at=DAY)
    first = list(article.paragraphs)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        article.edit(paragraph=2, text="The neighbouring district has accepted the terms, its mayor said on Friday.")
        desk.ingest(DAY + HOUR)
        article.paragraphs = list(first)
        desk.ingest(DAY + 2 * HOUR)
        desk.ingest(DAY + 4 * HOUR)
        article.insert(paragraph=0, text="The mediators will present a draft on Monday, both sides confirmed.")
        desk.ingest(DAY + 8 * HOUR)
    assert desk.values("SELECT seq FROM versions ORDER BY seq") == [1, 2, 3]
    assert desk.rows(
        "SELECT v.seq, p.reverted FROM appearances AS p JOIN versions AS v USING (version_id) ORDER BY p.seen_at"
    ) == [(1, False), (2, False), (1, True), (3, False)]
    texts = [text for _, text in desk.stood(DAY + n * HOUR for n in (0, 1, 2, 4, 7, 8))]
    assert [text == "\n\n".join(first) for text in texts] == [True, False, True, True, True, False]
    assert desk.value("SELECT v.seq FROM articles AS a JOIN versions AS v ON v.version_id = a.head_version_id") == 3
    assert desk.broken() == {}
