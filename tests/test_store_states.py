"""State rows of feeds and articles: whichever way they are written, what is read is what was told last."""

import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipeline.model import ArticleState, Feed, FeedState, Outcome, RobotsFile, ident
from pipeline.store import Batch, HoldRow, Store, check_files, lease

NOW = datetime(2026, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "store.duckdb", now=NOW) as store:
        yield store


def record(store: Store, batch: Batch) -> None:
    with store.transaction():
        store.record(batch)


def feed(n: int) -> FeedState:
    return FeedState(feed=Feed(url=f"https://outlet{n}.example/feed", outlet=f"Outlet {n}", title=f"News {n}"), added_at=NOW)


def as_told(state: FeedState) -> FeedState:
    """What is kept of a state: the title of the feed's file stands for the document's."""
    title = state.feed.title or state.title
    return replace(state, feed=Feed(url=state.feed.url, outlet=state.feed.outlet, title=title), title=title)


@pytest.mark.parametrize("count", [1, 3, 60, 130])
def test_feeds_are_as_they_were_written_last(store, count):
    """Alike or not, read before or not, all or some of them, twice in one opening."""
    rng = random.Random(count)
    states = {s.feed.feed_id: s for s in map(feed, range(count))}
    record(store, Batch(feeds=tuple(states.values())))
    for turn in range(1, 12):
        at = NOW + turn * HOUR
        for i in rng.sample(sorted(states), rng.randint(1, count)):
            quiet = replace(states[i], last_fetched_at=at, last_outcome=Outcome.NOT_MODIFIED, next_due_at=at + HOUR, failures=0)
            odd = rng.random() < (0.0, 0.1, 0.9)[turn % 3]
            told = {
                "last_reason": f'it\'s "down" {i}\n\\',
                "failures": turn,
                "moves": ("", f"https://new.example/{i}"),
                "etag": None,
            }
            states[i] = replace(quiet, **told) if odd else quiet
        if turn % 4:
            store.feed_states()
        record(store, Batch(feeds=tuple(rng.sample(list(states.values()), rng.randint(1, count)))))
        record(store, Batch(feeds=tuple(states.values())))
        assert store.feed_states() == {i: as_told(s) for i, s in sorted(states.items())}


def article(n: int) -> ArticleState:
    url = f"https://outlet.example/news/report-{n}"
    return ArticleState(
        article_id=ident("art", url),
        url=url,
        outlet="Outlet",
        guid=f"guid {n}",
        first_seen_at=NOW,
        last_seen_at=NOW,
        title=f"{n}",
    )


def test_articles_are_as_they_were_written_last_and_are_found_where_they_moved(store):
    """Known ones and new ones in one batch; those that change in a few columns, and those that move."""
    rng = random.Random(4)
    states: dict[str, ArticleState] = {}
    for turn in range(1, 10):
        at = NOW + turn * HOUR
        stood = store.article_states(states)
        assert stood == states
        new = [article(100 * turn + n) for n in range(rng.randint(0, 5))]
        changed = [replace(states[i], last_seen_at=at, times_changed=turn) for i in sorted(states) if rng.random() < 0.5]
        if turn % 3 == 0:
            changed = [replace(s, url=f"https://outlet.example/{turn}/moved-{s.title}", guid=None) for s in changed]
        record(store, Batch(articles=(*new, *changed), stood=stood))
        states |= {s.article_id: s for s in (*new, *changed)}
    assert store.article_states(states) == states
    with_guid = {("Outlet", s.guid): s.article_id for s in states.values() if s.guid}
    assert store.articles_by_guid([s.guid for s in map(article, range(1000))]) == with_guid
    assert not store.ask(dict(check_files())["each_key_is_that_of_its_row"]).rows


def test_what_was_not_written_whole_is_not_taken_for_written(store):
    """A transaction that fails after the feeds were written leaves the next one to write them."""
    states = tuple(map(feed, range(60)))
    record(store, Batch(feeds=states))
    store.feed_states()
    later = tuple(replace(s, last_fetched_at=NOW + HOUR) for s in states)
    with pytest.raises(duckdb.Error), store.transaction():
        store.record(Batch(feeds=later))
        store.con.execute("SELECT * FROM no_such_table")
    assert {s.last_fetched_at for s in store.feed_states().values()} == {None}
    record(store, Batch(feeds=later))
    assert {s.last_fetched_at for s in store.feed_states().values()} == {NOW + HOUR}


# ---- what a process keeps from one opening to the next ---------------------------------------------------------------------


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    """A store, open under its lease, as each run of a schedule opens it."""
    with lease(path, "test"), Store(path, now=NOW) as store:
        yield store


def told(store: Store, followed: dict[str, Feed]) -> tuple[object, ...]:
    """All that may be known without reading it."""
    return store.feed_states(followed), store.robots(), store.holds(NOW)


@pytest.mark.parametrize("seed", range(4))
def test_what_a_process_kept_is_what_another_reads(tmp_path, seed):
    """Run after run, each with feeds, robots.txt and holds that change or not; what was kept is compared with a copy's rows."""
    rng, path = random.Random(seed), tmp_path / "a.duckdb"
    states = {s.feed.feed_id: s for s in map(feed, range(70))}
    followed = {i: states[i].feed for i in sorted(states)[::2]}
    for turn in range(8):
        at = NOW + turn * HOUR
        with opened(path) as store:
            assert (store._kept.feeds is not None) == (turn > 0)
            told(store, followed)
            for i in rng.sample(sorted(states), rng.choice((0, 5, 70))):
                title = rng.choice((None, "A title", states[i].title))
                states[i] = replace(states[i], last_fetched_at=at, failures=rng.randrange(2), title=title, last_reason="é'")
            robots = [
                RobotsFile(origin=f"http://{n}.example", fetched_at=at, status=200, text="é") for n in rng.sample(range(9), 3)
            ]
            holds = [HoldRow(host=f"{n}.example", until=NOW + HOUR, reason="asked") for n in rng.sample(range(9), 2)]
            batch = Batch(feeds=tuple(states.values()), robots=tuple(robots), holds=tuple(holds))
            record(store, batch)
            mine = told(store, followed)
        copy = tmp_path / f"copy{turn}.duckdb"
        shutil.copyfile(path, copy)
        with opened(copy) as other:
            assert told(other, followed) == mine


def test_what_another_process_wrote_is_read(tmp_path):
    """A store that somebody wrote to, replaced by an older one, or killed over, is not taken for as it was left."""
    path, before = tmp_path / "a.duckdb", tmp_path / "before.duckdb"
    states = tuple(map(feed, range(3)))
    with opened(path) as store:
        told(store, {})
        record(store, Batch(feeds=states))
    shutil.copyfile(path, before)
    with opened(path) as store:
        assert store._kept.feeds is not None
        record(store, Batch(feeds=tuple(replace(s, failures=1) for s in states)))
    with duckdb.connect(path) as other:
        other.execute("UPDATE record.feed SET failures = 7")
    with opened(path) as store:
        assert {s.failures for s in store.feed_states().values()} == {7}
    shutil.copyfile(before, path)
    with opened(path) as store:
        assert {s.failures for s in store.feed_states().values()} == {0}
    code = f"import duckdb, os; duckdb.connect({str(path)!r}).execute('UPDATE record.feed SET failures = 9'); os._exit(1)"
    subprocess.run([sys.executable, "-c", code], check=False)
    with opened(path) as store:
        assert {s.failures for s in store.feed_states().values()} == {9}


def test_nothing_is_kept_of_a_run_that_failed_or_of_many_feeds(tmp_path, monkeypatch):
    """What a run that ended with an error had written is read by the next; so is what takes much memory."""
    path, states = tmp_path / "a.duckdb", tuple(map(feed, range(3)))
    with opened(path) as store:
        told(store, {})
        record(store, Batch(feeds=states))
    with pytest.raises(ZeroDivisionError), opened(path) as store:
        record(store, Batch(feeds=tuple(replace(s, failures=1) for s in states)))
        _ = 1 / 0
    with opened(path) as store:
        assert store._kept.feeds is None
        assert {s.failures for s in store.feed_states().values()} == {1}
    monkeypatch.setattr("pipeline.store.kept.MOST_FEEDS", 2)
    with opened(path) as store:
        assert store._kept.feeds is not None
    with opened(path) as store:
        assert store._kept.feeds is None
