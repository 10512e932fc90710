"""Politeness as the servers see it: pace, one request at a time, robots.txt, requests to wait; nobody waits for the slow."""

import asyncio
import random
import subprocess
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from chaos import Chaos, head
from world import Hit, World

from pipeline.fetch import Fetcher, FetchRequest, FetchSettings, RobotsMemory, fetch_all
from pipeline.model import Fetched, Outcome

NOW = datetime(2025, 3, 4, 12, 0, tzinfo=UTC)


def settings(**more) -> FetchSettings:
    quick = {"allow_private_hosts": True, "per_host_delay": 0.0, "obey_robots": False, "retry_base": 0.01, "proxies": {}}
    return FetchSettings(**quick | more)


def fetch(urls: list[str], robots: RobotsMemory | None = None, now: datetime = NOW, **more) -> list[Fetched]:
    return fetch_all([FetchRequest(url=u) for u in urls], now, settings(**more), random.Random(1), robots=robots)


def by_host(log: list[Hit]) -> dict[str, list[Hit]]:
    hosts = defaultdict(list)
    for hit in sorted(log, key=lambda h: h.started):
        hosts[hit.host].append(hit)
    return hosts


def shortest_gap(hits: list[Hit]) -> float:
    """Seconds from the end of one request to the start of the next; negative if two overlap."""
    return min(later.started - earlier.ended for earlier, later in pairwise(hits))


@pytest.fixture
def world():
    made = World()
    for name in ("Tern", "Gull", "Heron"):
        outlet = made.outlet(name)
        for i in range(4):
            outlet.publish(f"story-{i}")
    with made.serve():
        yield made


def pages(world: World) -> list[str]:
    return [a.url for o in world.outlets for a in o.articles]


def test_one_host_gets_one_request_at_a_time_with_a_pause_between_and_hosts_do_not_wait_for_each_other(world):
    """The servers' own clocks: no overlap, no gap below the delay, all hosts at once."""
    for outlet in world.outlets:
        outlet.delay = 0.03
    started = time.monotonic()
    fetched = fetch(pages(world), per_host_delay=0.1)
    took = time.monotonic() - started
    assert {f.outcome for f in fetched} == {Outcome.OK}
    for hits in by_host(world.log).values():
        assert len(hits) == 4
        assert shortest_gap(hits) >= 0.1
    assert took < 3 * 4 * 0.13, "the three hosts were asked one after the other"


def test_redirects_and_retries_keep_the_pace_too(world):
    """Each request counts, whatever caused it."""
    tern = world.outlets[0]
    tern.articles[0].move("elsewhere")
    tern.answer(503, times=1, on="page")
    assert fetch([tern.url + "/news/story-0"], per_host_delay=0.1)[0].outcome == Outcome.OK
    hits = tern.hits()
    assert [h.status for h in hits] == [503, 301, 200]
    assert shortest_gap(hits) >= 0.1


def test_no_more_requests_are_in_flight_than_allowed():
    """Over all hosts together."""
    world = World()
    for i in range(8):
        world.outlet(f"Outlet {i}", delay=0.3)
    with world.serve():
        fetch([o.url + "/" for o in world.outlets], concurrency=3)
        late = fetch([o.url + "/" for o in world.outlets], concurrency=1, total_timeout=2.2)
    assert {f.outcome for f in late} == {Outcome.OK}, "waiting for a turn must not count against the deadline"
    in_flight = [sum(a.started <= h.started < a.ended for a in world.log) for h in world.log]
    assert max(in_flight[:8]) == 3 and max(in_flight[8:]) == 1


def test_results_come_in_the_order_asked_and_progress_hears_of_each_once(world):
    """Whichever ends first."""
    world.outlets[0].delay = 0.1
    heard = []
    urls = pages(world)
    fetched = fetch_all([FetchRequest(url=u) for u in urls], NOW, settings(), random.Random(1), progress=heard.append)
    assert [f.url for f in fetched] == urls
    assert sorted(f.url for f in heard) == sorted(urls) and [f.url for f in heard] != urls


def test_a_host_that_never_answers_delays_nobody_and_is_given_up_after_three_tries(world):
    """Six URLs of a silent host cost three deadlines; the others are long done."""
    done: dict[str, float] = {}
    started = time.monotonic()
    with Chaos("127.0.0.3") as chaos:
        silent = [chaos.on(f"/{i}", lambda: [60.0]) for i in range(6)]
        fetched = fetch_all(
            [FetchRequest(url=u) for u in silent + pages(world)],
            NOW,
            settings(total_timeout=0.6),
            random.Random(1),
            progress=lambda f: done.update({f.url: time.monotonic() - started}),
        )
        assert [f.outcome for f in fetched[:6]] == ["deadline"] * 3 + ["unreachable"] * 3
        assert all("not tried" in f.reason for f in fetched[3:6]) and chaos.hits.total() == 3
    assert {f.outcome for f in fetched[6:]} == {Outcome.OK}
    assert max(done[u] for u in pages(world)) < min(done[u] for u in silent)


def test_a_host_that_is_slow_gets_no_more_than_its_share_of_a_run():
    """Each answer comes in time, yet all together would take too long."""
    with Chaos() as chaos:
        urls = [chaos.on(f"/{i}", lambda: [0.3, head(length=2) + b"ok"]) for i in range(6)]
        fetched = fetch(urls, host_budget=0.5)
        assert [f.outcome for f in fetched] == ["ok"] * 2 + ["deadline"] * 4
        assert chaos.hits.total() == 2


@pytest.mark.parametrize(
    ("value", "wait"), [("600", timedelta(minutes=10)), ("soon", timedelta(minutes=1)), ("0", timedelta(minutes=1))]
)
def test_a_request_to_wait_holds_for_the_whole_host(world, value, wait):
    """After a 429 no other URL of the host is asked until the time is over by the run's clock; other hosts are."""
    tern, gull = world.outlets[:2]
    tern.answer(429, on="page", Retry_After=value)
    urls = [a.url for a in tern.articles]

    async def run() -> tuple[list[Fetched], list[Fetched], list[Fetched]]:
        async with Fetcher(settings(), random.Random(1)) as fetcher:

            async def ask(now: datetime) -> list[Fetched]:
                return await fetcher.fetch_all([FetchRequest(url=u) for u in [*urls, gull.articles[0].url]], now)

            return await ask(NOW), await ask(NOW + wait - timedelta(seconds=1)), await ask(NOW + wait)

    first, early, late = asyncio.run(run())
    assert [f.outcome for f in first] == ["rate_limited"] * 4 + ["ok"]
    assert [f.status for f in first[:4]] == [429, None, None, None]
    assert first[1].retry_after == wait
    assert [f.outcome for f in early] == ["rate_limited"] * 4 + ["ok"]
    assert [f.outcome for f in late] == ["ok"] * 5
    assert len(tern.hits()) == 1 + 4


# ---- robots.txt


def test_robots_txt_is_read_once_and_obeyed(world):
    """One request for the file, none for what it forbids."""
    tern = world.outlets[0]
    tern.robots = "User-agent: *\nDisallow: /news/story-1\nDisallow: /news/story-2"
    fetched = fetch([a.url for a in tern.articles], obey_robots=True)
    assert [f.outcome for f in fetched] == ["ok", "robots", "robots", "ok"]
    assert sorted(h.path for h in tern.hits()) == ["/news/story-0", "/news/story-3", "/robots.txt"]
    assert fetched[1].status is None and "robots.txt" in fetched[1].reason


def test_robots_txt_is_remembered_across_runs_for_a_day(world):
    """By the run's clock."""
    tern, memory = world.outlets[0], RobotsMemory()
    url = [tern.articles[0].url]
    for now, files in ((NOW, 1), (NOW + timedelta(hours=23), 1), (NOW + timedelta(hours=25), 2)):
        assert fetch(url, memory, now, obey_robots=True)[0].outcome == Outcome.OK
        assert len(tern.hits("/robots.txt")) == files
    assert [f.status for f in memory.records()] == [404]


@pytest.mark.parametrize(
    ("status", "outcome"), [(404, "ok"), (401, "ok"), (403, "ok"), (410, "ok"), (500, "robots"), (503, "robots")]
)
def test_no_robots_txt_allows_and_a_failing_one_forbids(status, outcome):
    """RFC 9309 over the wire."""
    with Chaos() as chaos:
        chaos.on("/robots.txt", head(status, length=0))
        url = chaos.on("/a", head(length=2) + b"ok")
        assert fetch([url], obey_robots=True)[0].outcome == outcome
        assert chaos.hits["/a"] == (outcome == "ok")


def test_a_robots_txt_that_cannot_be_reached_ends_as_the_host_does():
    """Unreachable is said to be unreachable, not forbidden; an old copy is relied on if there is one."""
    with Chaos() as chaos:
        chaos.on("/robots.txt", lambda: [])
        url = chaos.on("/a", head(length=2) + b"ok")
        fetched = fetch([url], obey_robots=True)[0]
        assert (fetched.outcome, chaos.hits["/a"]) == (Outcome.UNREACHABLE, 0) and "robots.txt" in fetched.reason
        memory = RobotsMemory()
        chaos.on("/robots.txt", head(404, length=0))
        fetch([url], memory, obey_robots=True)
        chaos.on("/robots.txt", lambda: [])
        assert fetch([url], memory, NOW + timedelta(days=3), obey_robots=True)[0].outcome == Outcome.OK


def test_a_slow_robots_txt_does_not_double_the_deadline():
    """The file and the page share one time."""
    with Chaos() as chaos:
        chaos.on("/robots.txt", lambda: [60.0])
        started = time.monotonic()
        assert fetch([chaos.url + "/a"], obey_robots=True, total_timeout=0.4)[0].outcome == Outcome.DEADLINE
        assert time.monotonic() - started < 20  # of a minute
        chaos.on("/robots.txt", lambda: [0.5, head(404, length=0)])
        chaos.on("/b", lambda: [0.5, head(length=2) + b"ok"])
        assert fetch([chaos.url + "/b"], obey_robots=True, total_timeout=0.8)[0].outcome == Outcome.DEADLINE


def test_a_huge_or_damaged_robots_txt_is_read_as_far_as_it_goes():
    """The first 500 kB count (RFC 9309, section 2.5), and a cut file is better than none."""
    rules = b"User-agent: *\nDisallow: /a\n"
    with Chaos() as chaos:
        url = chaos.on("/a", head(length=2) + b"ok")
        for answer in (head() + rules + b"# padding\n" * 90_000, head(length=9000) + rules):
            chaos.on("/robots.txt", answer)
            assert fetch([url], obey_robots=True)[0].outcome == Outcome.ROBOTS


def test_the_target_of_a_redirect_is_asked_for_leave_too(world):
    """What one site forbids cannot be reached through another."""
    tern, gull = world.outlets[:2]
    gull.robots = "User-agent: *\nDisallow: /"
    tern.move_feed(gull.articles[0].url, 302)
    fetched = fetch([tern.feed.url], obey_robots=True)[0]
    assert (fetched.outcome, gull.hits("/news/story-0")) == (Outcome.ROBOTS, [])


def test_crawl_delay_is_the_pace_and_an_absurd_one_costs_a_run_no_more_than_one_request(world):
    """A short one is waited for; with an hour the rest is put off by an hour."""
    tern, gull = world.outlets[:2]
    tern.robots = "User-agent: *\nCrawl-delay: 0.15"
    gull.robots = "User-agent: *\nCrawl-delay: 3600"
    fetch([a.url for a in tern.articles], obey_robots=True)
    hits = [h for h in tern.hits() if h.path != "/robots.txt"]
    assert shortest_gap(hits) >= 0.15
    fetched = fetch([a.url for a in gull.articles], obey_robots=True)
    assert [f.outcome for f in fetched] == ["ok"] + ["rate_limited"] * 3
    assert fetched[1].retry_after == timedelta(hours=1)


def test_we_say_who_we_are_and_how_to_reach_us(world):
    """Product, version and a URL; the default too."""
    tern = world.outlets[0]
    fetch([tern.articles[0].url], user_agent="Writethru/0.1 (+https://desk.example/bot)")
    assert tern.hits()[0].headers["user-agent"] == "Writethru/0.1 (+https://desk.example/bot)"
    assert "+https://" in FetchSettings().user_agent


def test_the_http_library_is_loaded_only_when_there_is_work():
    """An idle pass does not pay for it."""
    code = (
        "import random, sys; from datetime import datetime, UTC; from pipeline.fetch import FetchSettings, fetch_all\n"
        "assert fetch_all([], datetime(2025, 3, 4, tzinfo=UTC), FetchSettings(), random.Random()) == []\n"
        "assert not {'httptools', 'yarl', 'asyncio'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=20)
