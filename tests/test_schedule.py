"""When to look again: feeds, articles, moved addresses."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.model import Outcome
from pipeline.schedule import (
    ArticleState,
    FeedState,
    Move,
    RecheckPlan,
    Stay,
    backoff,
    decide_hold,
    decide_next_fetch,
    decide_permanent_move,
    decide_recheck,
)

NOW = datetime(2025, 3, 4, 12, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
URL = "https://tern.example/feed"
FAILURES = [o for o in Outcome if o not in (Outcome.OK, Outcome.NOT_MODIFIED, Outcome.GONE, Outcome.RATE_LIMITED)]


def feed(**more) -> FeedState:
    return FeedState(**{"url": URL, "every": QUARTER} | more)


@pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.NOT_MODIFIED])
def test_a_feed_that_answers_is_due_after_its_interval_and_forgets_its_failures(outcome):
    """A little early, so that a schedule of the same interval never skips a turn."""
    decision = decide_next_fetch(feed(failures=7, gone_since=NOW - DAY), outcome, NOW)
    assert QUARTER - timedelta(minutes=1) <= decision.due_at - NOW < QUARTER
    assert (decision.failures, decision.gone_since, decision.status) == (0, None, "ok")


@pytest.mark.parametrize("outcome", FAILURES)
def test_failures_stretch_the_pause_up_to_a_day_and_never_end_it(outcome):
    """After a hundred failures a feed is still asked at least once a day."""
    state, pauses = feed(), []
    for _ in range(100):
        decision = decide_next_fetch(state, outcome, NOW)
        pauses.append(decision.due_at - NOW)
        state = feed(failures=decision.failures)
    assert QUARTER <= pauses[0] <= 2 * QUARTER and pauses[0] < pauses[3]
    assert max(pauses) <= DAY and pauses[-1] >= DAY / 2
    assert state.failures == 100


def test_a_404_is_a_slip_three_times_and_then_missing():
    """The status follows; the pauses go on as for any failure."""
    statuses, state = [], feed()
    for _ in range(5):
        decision = decide_next_fetch(state, Outcome.MISSING, NOW)
        statuses.append(decision.status)
        state = feed(failures=decision.failures)
    assert statuses == ["failing"] * 3 + ["missing"] * 2


def test_a_feed_that_is_gone_is_asked_daily_for_a_week_and_then_weekly():
    """410 is believed, but checked."""
    first = decide_next_fetch(feed(), Outcome.GONE, NOW)
    assert (first.due_at, first.status, first.gone_since) == (NOW + DAY, "gone", NOW)
    later = decide_next_fetch(feed(gone_since=NOW), Outcome.GONE, NOW + 6 * DAY)
    assert later.due_at == NOW + 7 * DAY
    week_on = decide_next_fetch(feed(gone_since=NOW), Outcome.GONE, NOW + 8 * DAY)
    assert week_on.due_at == NOW + 15 * DAY and week_on.gone_since == NOW


def test_a_request_to_wait_is_kept_and_is_no_failure():
    """Retry-After counts if it is longer than the interval; so does a hold that another URL of the host has brought."""
    decision = decide_next_fetch(feed(failures=2), Outcome.RATE_LIMITED, NOW, retry_after=2 * HOUR)
    assert (decision.due_at, decision.failures, decision.status) == (NOW + 2 * HOUR, 2, "waiting")
    assert "asks to wait" in decision.reason
    short = decide_next_fetch(feed(), Outcome.RATE_LIMITED, NOW, retry_after=timedelta(seconds=5))
    assert short.due_at - NOW > QUARTER / 2
    held = decide_next_fetch(feed(), Outcome.OK, NOW, held_until=NOW + 3 * HOUR)
    assert held.due_at == NOW + 3 * HOUR
    assert decide_next_fetch(feed(), Outcome.RATE_LIMITED, NOW).failures == 1


def test_a_hold_is_for_rate_limits_only_and_has_a_default():
    """The host's own time, or a quarter of an hour."""
    assert decide_hold(Outcome.SERVER_ERROR, HOUR, NOW) is None
    assert decide_hold(Outcome.RATE_LIMITED, HOUR, NOW).until == NOW + HOUR
    assert decide_hold(Outcome.RATE_LIMITED, None, NOW).until == NOW + QUARTER


def test_jitter_depends_on_the_url_and_the_count_alone():
    """Two feeds that fail together come back apart; the same state gives the same time."""
    pauses = {backoff(f"https://tern.example/{i}", 3, QUARTER) for i in range(50)}
    assert len(pauses) == 50 and all(HOUR <= p <= 2 * HOUR for p in pauses)
    assert backoff(URL, 3, QUARTER) == backoff(URL, 3, QUARTER)


@example(Outcome.EMPTY, 29, timedelta(days=400), None)  # doubling must not leave the range of timedelta
@given(
    st.sampled_from(list(Outcome)),
    st.integers(0, 10**6),
    st.timedeltas(timedelta(seconds=1), timedelta(days=400)),
    st.none() | st.timedeltas(timedelta(0), WEEK),
)
def test_every_feed_has_a_next_time_in_the_future_within_bounds(outcome, failures, every, retry_after):
    """Whatever happened, whatever the interval: never at once, never dead."""
    decision = decide_next_fetch(feed(failures=failures, every=every), outcome, NOW, retry_after)
    assert NOW < decision.due_at <= NOW + max(every, WEEK)
    assert decision.reason


# ---- articles

PLAN = RecheckPlan()


def article(**more) -> ArticleState:
    return ArticleState(**{"url": "https://tern.example/a", "first_seen_at": NOW} | more)


def looks(days: float, **more) -> list[timedelta]:
    """The ages at which an article that never changes is looked at, if each look comes just when it is due."""
    now, ages = NOW, []
    while now - NOW <= timedelta(days=days):
        now = decide_recheck(article(**more), now, PLAN).due_at
        ages.append(now - NOW)
    return ages[:-1]


def test_an_article_is_read_densely_on_its_first_day_and_then_daily_weekly_and_monthly():
    """15 min, 30 min, 1, 2, 4, 8, 16, 24 h; days; weeks; thirty days."""
    ages = looks(days=200)
    assert [a / HOUR for a in ages[:8]] == [0.25, 0.5, 1, 2, 4, 8, 16, 24]
    in_days = [a / DAY for a in ages]
    assert len([d for d in in_days if 1 < d <= 7]) in (6, 7)
    assert len([d for d in in_days if 7 < d <= 30]) in (3, 4)
    assert len([d for d in in_days if d > 30]) in (5, 6)


def test_a_late_run_does_not_look_twice_in_a_row():
    """A look at 25 minutes stands for the one at 30."""
    assert decide_recheck(article(), NOW + timedelta(minutes=25), PLAN).due_at == NOW + HOUR
    assert decide_recheck(article(), NOW + timedelta(minutes=14), PLAN).due_at == NOW + timedelta(minutes=30)


def test_an_edit_makes_an_article_interesting_again():
    """An edit seen on the third day brings the next look forward; the reason says so."""
    now = NOW + 3 * DAY
    quiet = decide_recheck(article(), now, PLAN)
    edited = decide_recheck(article(changes=1, last_changed_at=now), now, PLAN)
    assert edited.due_at < quiet.due_at and "edited" in edited.reason
    young = NOW + HOUR
    assert decide_recheck(article(changes=1, last_changed_at=young), young, PLAN).due_at == young + QUARTER


def test_a_page_that_changes_at_every_look_costs_a_bounded_number_of_looks():
    """Half a dozen for each doubling of its age, not one every quarter of an hour for ever."""
    now, count = NOW, 0
    while now < NOW + timedelta(days=64):
        now = decide_recheck(article(changes=count, last_changed_at=now), now, PLAN).due_at
        count += 1
    assert 30 < count < 100


def test_a_missing_article_is_looked_for_soon_then_daily_weekly_and_rarely():
    """It may come back; three 404s are a slip."""
    soon = decide_recheck(article(outcome=Outcome.MISSING, failures=1, missing_since=NOW), NOW, PLAN)
    assert soon.due_at - NOW <= HOUR
    for days, pause in ((1, DAY), (10, WEEK), (60, timedelta(days=30))):
        now = NOW + timedelta(days=days)
        for outcome in (Outcome.GONE, Outcome.MISSING):
            state = article(outcome=outcome, failures=9, missing_since=NOW)
            assert decide_recheck(state, now, PLAN).due_at == now + pause


def test_failures_wait_longer_each_time_and_hosts_are_heard():
    """At most a day for what may pass; not below what the age asks for; Retry-After and holds come on top."""
    pauses = [decide_recheck(article(outcome=Outcome.DENIED, failures=n), NOW, PLAN).due_at - NOW for n in (1, 4, 40)]
    assert QUARTER <= pauses[0] < pauses[1] < pauses[2] <= DAY
    limited = article(outcome=Outcome.RATE_LIMITED, failures=1)
    assert decide_recheck(limited, NOW, PLAN, retry_after=2 * HOUR).due_at == NOW + 2 * HOUR
    assert decide_recheck(article(), NOW, PLAN, held_until=NOW + 2 * HOUR).due_at == NOW + 2 * HOUR


@given(
    st.sampled_from(list(Outcome)),
    st.integers(0, 5000),
    st.integers(0, 5000),
    st.timedeltas(timedelta(days=-2), timedelta(days=4000)),
    st.none() | st.timedeltas(timedelta(days=-2), timedelta(days=4000)),
)
def test_every_article_has_a_next_time_in_the_future_within_a_month(outcome, failures, changes, age, since):
    """Whatever its state, also when the clock went back."""
    changed = None if since is None else NOW - since
    state = article(first_seen_at=NOW - age, outcome=outcome, failures=failures, changes=changes, last_changed_at=changed)
    due = decide_recheck(state, NOW, PLAN)
    assert NOW + timedelta(minutes=5) <= due.due_at <= NOW + timedelta(days=30)
    assert due.reason


# ---- addresses

NEW = "https://www.tern.example/rss.xml"


@pytest.mark.parametrize(
    "target",
    [
        NEW,
        "https://feeds.tern.example/all",
        "https://tern.example/rss",
        "https://tern.test/rss",
        "https://tern.host.example/rss",
    ],
)
def test_three_equal_permanent_redirects_in_the_same_house_move_the_stored_url(target):
    """Same host, a service host of the site, the same name under another ending."""
    decision = decide_permanent_move(URL, [None, target, target, target])
    assert isinstance(decision, Move) and decision.url == target


@pytest.mark.parametrize(
    ("history", "words"),
    [
        ([], "not redirect"),
        ([NEW, NEW, None], "not redirect"),
        ([NEW], "1 of 3"),
        ([NEW, NEW], "2 of 3"),
        ([NEW, NEW, NEW + "?a", NEW], "1 of 3"),
        ([NEW, None, NEW, NEW], "2 of 3"),
        ([URL] * 3, "itself"),
        (["https://tern.example/"] * 3, "home page"),
        (["http://tern.example/rss"] * 3, "not encrypted"),
        (["https://parking.example/lander"] * 3, "another site"),
        (["https://tern.example.evil.test/rss"] * 2 + ["https://gull.example/rss"] * 3, "another site"),
    ],
)
def test_fewer_or_doubtful_redirects_leave_the_stored_url(history, words):
    """Too few, alternating, to itself, home, to plain http, to strangers: the reason tells."""
    decision = decide_permanent_move(URL, history)
    assert isinstance(decision, Stay) and words in decision.reason
