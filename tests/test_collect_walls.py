"""Looks that do not show the article are quarantined with their kind, never become a version, and hide no later edit."""

from itertools import pairwise

import pytest
from collecting import DAY, HOUR, MINUTE, Desk
from world import Article, Outlet, World

from pipeline.archive import read_archived


def bot_wall(tern: Outlet, _: Article) -> None:
    tern.block()


def bot_wall_with_200(tern: Outlet, _: Article) -> None:
    tern.block(200)


def bot_wall_with_503(tern: Outlet, _: Article) -> None:
    tern.block(503)


def consent(tern: Outlet, _: Article) -> None:
    tern.consent()


def paywall(tern: Outlet, _: Article) -> None:
    tern.paywall()


def emptied(_: Outlet, talks: Article) -> None:
    talks.go_empty()


def soft_404(_: Outlet, talks: Article) -> None:
    talks.soft_404()


def home(_: Outlet, talks: Article) -> None:
    talks.redirect_home()


def missing(_: Outlet, talks: Article) -> None:
    talks.vanish(404)


def gone(_: Outlet, talks: Article) -> None:
    talks.vanish(410)


def denied(tern: Outlet, _: Article) -> None:
    tern.answer(403, times=1000, on="page", body="<html><body><p>No.</p></body></html>")


WALLS = {
    bot_wall: "bot_wall",
    bot_wall_with_200: "bot_wall",
    bot_wall_with_503: "bot_wall",
    consent: "consent",
    paywall: "paywall",
    emptied: "empty",
    soft_404: "soft_404",
    home: "soft_404",
    missing: "gone",
    gone: "gone",
    denied: "blocked",
}


def lift(tern: Outlet, talks: Article) -> None:
    """Everything as it was."""
    tern.unblock()
    tern.paywall(False)
    tern._scripts["page"].clear()
    talks.come_back()


@pytest.fixture
def world():
    return World()


@pytest.mark.parametrize("wall", WALLS, ids=lambda w: w.__name__)
def test_what_stands_in_the_articles_place_is_quarantined_and_an_edit_behind_it_is_found(world, tmp_path, wall):
    """Three looks at the wall, an edit behind it, and the first look after it lifts finds the edit."""
    tern = world.outlet("Tern")
    talks = tern.publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        wall(tern, talks)
        desk.ingest_all(DAY + HOUR, DAY + 2 * HOUR, DAY + 9 * HOUR)
        assert desk.kinds() == [WALLS[wall]] * 3
        assert desk.values("SELECT seq FROM versions") == [1]
        assert desk.values("SELECT status FROM articles") == ["gone" if WALLS[wall] == "gone" else "suspect"]
        assert desk.titles() == [talks.shown]
        talks.replace("The council", "The committee")
        lift(tern, talks)
        desk.ingest(DAY + 60 * HOUR)
    assert desk.values("SELECT seq FROM versions ORDER BY seq") == [1, 2]
    assert desk.value("SELECT arg_max(text, seq) FROM versions") == "\n\n".join(talks.paragraphs)
    assert desk.values("SELECT status FROM articles") == ["live"]
    assert len(desk.kinds()) == 3 and all(desk.values("SELECT reason <> '' FROM quarantine"))
    assert desk.broken() == {}


@pytest.mark.parametrize("wall", WALLS, ids=lambda w: w.__name__)
def test_an_article_that_is_first_seen_behind_a_wall_has_no_version_until_it_lifts(world, tmp_path, wall):
    """Nothing is known of the text yet: the wall is no article all the same, and the article goes on."""
    tern = world.outlet("Tern")
    talks = tern.publish("talks", at=DAY)
    wall(tern, talks)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest_all(DAY, DAY + HOUR)
        assert desk.kinds() == [WALLS[wall]] * 2
        assert desk.values("SELECT seq FROM versions") == []
        assert desk.rows("SELECT title, head_version_id FROM articles") == [(talks.shown, None)]
        lift(tern, talks)
        desk.ingest(DAY + 40 * HOUR)
    assert desk.values("SELECT text FROM versions") == ["\n\n".join(talks.paragraphs)]
    assert desk.broken() == {}


def test_a_missing_page_that_comes_back_unchanged_makes_no_version(world, tmp_path):
    """A 404 of a deployment, gone an hour later: one quarantined look, the same version stands."""
    talks = world.outlet("Tern").publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        talks.vanish()
        desk.ingest(DAY + 15 * MINUTE)
        talks.come_back()
        desk.ingest(DAY + 3 * HOUR)
    assert desk.kinds() == ["gone"]
    assert desk.rows("SELECT status, times_changed FROM articles") == [("live", 0)]
    assert desk.value("SELECT count(*) FROM appearances") == 1


def test_a_missing_page_is_looked_for_less_and_less_and_its_article_is_kept(world, tmp_path):
    """Soon at first, since it may be a slip, then daily, then weekly: never given up."""
    talks = world.outlet("Tern").publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        talks.vanish()
        for _ in desk.polls([DAY + n * 12 * HOUR for n in range(1, 60)]):
            pass
        looks = [t for (t,) in desk.rows("SELECT seen_at FROM quarantine ORDER BY seen_at")]
        gaps = [(b - a).days for a, b in pairwise(looks)]
        assert gaps[-1] == 7 and gaps == sorted(gaps) and 8 <= len(looks) <= 16
    assert desk.titles() == [talks.shown]


def test_a_server_that_fails_says_nothing_of_the_article(world, tmp_path):
    """A 500 is a fetch that failed, a row among the fetches; the article stands, and the next look reads it again."""
    tern = world.outlet("Tern")
    talks = tern.publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        tern.answer(500, times=2, on="page", body="<html><body><h1>Internal error</h1></body></html>")
        desk.ingest_all(DAY + HOUR, DAY + 2 * HOUR)
        assert desk.kinds() == [] and desk.values("SELECT status FROM articles") == ["live"]
        talks.replace("The council", "The committee")
        desk.ingest(DAY + 30 * HOUR)
    assert desk.values("SELECT outcome FROM fetches WHERE kind = 'page' ORDER BY fetched_at") == [
        "ok",
        "server_error",
        "server_error",
        "ok",
    ]
    assert desk.values("SELECT seq FROM versions ORDER BY seq") == [1, 2]


def test_a_big_rewrite_is_a_version_and_not_suspected(world, tmp_path):
    """Another headline, other paragraphs, half the length: news, not a wall."""
    talks = world.outlet("Tern").publish("talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        talks.headline("Ferry crews and harbour authority sign after a night of talks")
        talks.paragraphs = [
            "The two sides signed shortly before dawn. Ilse Brandt, who chairs the committee, read the text aloud on the quay.",
            "Ferries will sail again on Thursday. The crews get two more days of rest a month, the authority said.",
            "The council votes on the costs next week, and nobody in the town hall expects a majority against it.",
        ]
        desk.ingest(DAY + HOUR)
    assert desk.kinds() == []
    assert desk.values("SELECT title FROM versions ORDER BY seq")[1:] == [talks.shown]


def test_every_version_can_be_read_back_from_the_archive(world, tmp_path):
    """The archived response of each version, extracted again, gives its text; quarantined pages are archived too."""
    from pipeline.extract import extract

    for name, flavour in (("Tern", "broadsheet"), ("Gull", "wire"), ("Heron", "tabloid"), ("Plover", "blog")):
        world.outlet(name, flavour=flavour).publish(f"{name.lower()}-talks", at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        desk.ingest(DAY)
        for outlet in world.outlets:
            outlet.articles[0].replace("The council", "The committee")
        desk.ingest(DAY + HOUR)
        world.outlets[0].block()
        desk.ingest(DAY + 3 * HOUR)
    versions = desk.rows("SELECT url, archive, title, byline, text FROM versions")
    assert len(versions) == 8
    for url, archive, title, byline, text in versions:
        got = read_archived(desk.settings.archive_folder, archive)
        document = extract(got.body, url=got.final_url, headers=dict(got.headers))
        assert got.final_url == url
        assert (document.headline, document.byline, "\n\n".join(document.paragraphs)) == (title, byline, text)
    (walled,) = desk.values("SELECT archive FROM quarantine")
    assert b"Checking your browser" in read_archived(desk.settings.archive_folder, walled).body


def test_equal_bytes_and_304_cost_no_reading(world, tmp_path):
    """A page that says it is unchanged, or comes with the same bytes, is the same look again; its validators go along."""
    tern = world.outlet("Tern")
    talks = tern.publish("talks", at=DAY)
    page = talks.render()
    with world.serve():
        desk = Desk(tmp_path, world)
        page = talks.render()
        tern.answer(200, times=2, on="page", body=page, ETag='"one"', Last_Modified="Tue, 04 Mar 2025 09:00:00 GMT")
        tern.answer(304, on="page", ETag='"one"')
        tern.answer(403, on="page", body="<html><body><p>No.</p></body></html>")
        done = [desk.ingest(DAY + n * HOUR, everything=True) for n in range(5)]
    sent = [h.headers.get("if-none-match") for h in tern.hits(talks.path)]
    assert sent == [None, '"one"', '"one"', '"one"', None]  # after a wall the page is asked for whole
    assert [h.headers.get("if-modified-since") is None for h in tern.hits(talks.path)] == [True, False, False, False, True]
    assert [(d.tally.new_versions, d.tally.same, d.tally.quarantined) for d in done] == [
        (1, 0, 0),
        (0, 1, 0),
        (0, 1, 0),
        (0, 0, 1),
        (0, 1, 0),
    ]
    outcomes = desk.values("SELECT outcome FROM fetches WHERE kind = 'page' ORDER BY fetched_at")
    assert outcomes == ["ok", "ok", "not_modified", "denied", "ok"]
    assert desk.value("SELECT count(archive) FROM fetches") == 2  # the version and the wall
