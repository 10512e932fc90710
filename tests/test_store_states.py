"""State rows of feeds and articles: whichever way they are written, what is read is what was told last."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from pipeline.model import ArticleState, Feed, FeedState, Outcome, ident
from pipeline.store import Batch, Store, check_files

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
