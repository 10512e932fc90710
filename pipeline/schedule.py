"""When to look again: at feeds, at articles, at addresses that have moved. Pure; decides times, never waits.

A feed is never given up: failures stretch the pause, one success restores it. An article is read densely on its first day,
when most edits are made, and ever more rarely after it; an edit makes it interesting again. What spreads the load is derived
from the URL, so that the same state always gives the same time.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from pipeline.model import Outcome

LONGEST_BACKOFF = timedelta(hours=24)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
HOLD = timedelta(minutes=15)  # for a host that asks to wait and names no time
TRANSIENT_404 = 3  # so often a 404 may be a slip of a deployment
EQUAL_REDIRECTS = 3  # so many in a row make a permanent redirect believable
GOOD = frozenset({Outcome.OK, Outcome.NOT_MODIFIED})


# ---- feeds


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is known of a feed before the outcome that is being judged."""

    url: str
    every: timedelta  # how often it should be fetched
    failures: int = 0  # in a row
    gone_since: datetime | None = None  # the first of a run of 410s


@dataclass(frozen=True, slots=True, kw_only=True)
class NextFetch:
    """When a feed is due again, and its state from now on."""

    due_at: datetime
    status: str  # ok, waiting, failing, missing or gone
    reason: str
    failures: int
    gone_since: datetime | None = None


def decide_next_fetch(
    state: FeedState, outcome: Outcome, now: datetime, retry_after: timedelta | None = None, held_until: datetime | None = None
) -> NextFetch:
    """When to fetch this feed again. `held_until`: its host has asked to be left alone until then."""
    due, status, reason, failures, gone_since = _feed_pause(state, outcome, now, retry_after)
    earliest = max(t for t in (now + (retry_after or timedelta(0)), held_until or now))
    if now + due < earliest:
        return NextFetch(
            due_at=earliest, status=status, reason=f"{reason}; its host asks to wait", failures=failures, gone_since=gone_since
        )
    return NextFetch(due_at=now + due, status=status, reason=reason, failures=failures, gone_since=gone_since)


def _feed_pause(
    state: FeedState, outcome: Outcome, now: datetime, retry_after: timedelta | None
) -> tuple[timedelta, str, str, int, datetime | None]:
    """Pause, status, reason, failures in a row, gone since."""
    if outcome in GOOD:
        return _a_little_early(state.every), "ok", f"as usual every {_words(state.every)}", 0, None
    if outcome == Outcome.GONE:
        since = state.gone_since or now
        daily = now - since < WEEK
        pause, words = (DAY, "day") if daily else (WEEK, "week")
        return pause, "gone", f"gone (410): asked once a {words} whether it is back", state.failures + 1, since
    if outcome == Outcome.RATE_LIMITED and retry_after is not None:
        return _a_little_early(state.every), "waiting", "the host limits requests", state.failures, None
    failures = state.failures + 1
    pause = backoff(state.url, failures, state.every)
    missing = outcome == Outcome.MISSING and failures > TRANSIENT_404
    reason = f"{outcome.replace('_', ' ')} {failures} times in a row: tried again after {_words(pause)}"
    return pause, "missing" if missing else "failing", reason, failures, None


def backoff(url: str, failures: int, base: timedelta) -> timedelta:
    """Doubling from `base`, at most a day (or `base`, if that is longer).

    The upper half of each step is jitter, drawn from the URL and the count.
    """
    whole = min(base * 2 ** min(failures, 20), LONGEST_BACKOFF) if base < LONGEST_BACKOFF else base
    return whole * (0.5 + 0.5 * _spread(url, failures))


def _spread(url: str, salt: int) -> float:
    """A number in [0, 1) that depends on the URL and the salt alone."""
    digest = hashlib.sha256(f"{salt} {url}".encode("utf8", "replace")).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _a_little_early(every: timedelta) -> timedelta:
    """So that a schedule of the same interval, which never starts to the second, does not skip every other turn."""
    return every - min(every / 10, timedelta(minutes=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A host is to be left alone."""

    until: datetime
    reason: str


def decide_hold(outcome: Outcome, retry_after: timedelta | None, now: datetime) -> Hold | None:
    """Whether this outcome asks to leave the whole host alone, and until when."""
    if outcome != Outcome.RATE_LIMITED:
        return None
    wait = retry_after or HOLD
    return Hold(until=now + wait, reason=f"the host asks to wait {_words(wait)}")


# ---- articles


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckPlan:
    """At which ages an article is read again."""

    first_day: tuple[timedelta, ...] = tuple(timedelta(minutes=m) for m in (15, 30, 60, 120, 240, 480, 960, 1440))
    daily_until: timedelta = WEEK
    weekly_until: timedelta = timedelta(days=30)
    then: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleState:
    """What is known of an article after its latest look."""

    url: str
    first_seen_at: datetime
    outcome: Outcome = Outcome.OK  # of the latest look
    failures: int = 0  # looks in a row that did not show the article, the latest included
    missing_since: datetime | None = None  # the first of a run of 404s and 410s
    changes: int = 0  # versions after the first
    last_changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """When an article is due again."""

    due_at: datetime
    reason: str


def decide_recheck(
    state: ArticleState,
    now: datetime,
    plan: RecheckPlan,
    retry_after: timedelta | None = None,
    held_until: datetime | None = None,
) -> Recheck:
    """When to read this article again, from its age, its edits and how the latest look ended."""
    pause, reason = _article_pause(state, now, plan)
    due = max(now + pause, now + (retry_after or timedelta(0)), held_until or now)
    return Recheck(due_at=due, reason=reason if due == now + pause else f"{reason}; its host asks to wait")


def _article_pause(state: ArticleState, now: datetime, plan: RecheckPlan) -> tuple[timedelta, str]:
    if state.outcome in GOOD or state.outcome == Outcome.RATE_LIMITED:
        return _by_age_and_edits(state, now, plan)
    if state.outcome in (Outcome.GONE, Outcome.MISSING):
        if state.outcome == Outcome.MISSING and state.failures <= TRANSIENT_404:
            pause = backoff(state.url, state.failures, timedelta(minutes=30))
            return pause, f"not found, {state.failures} of {TRANSIENT_404} times: it may be back"
        away = now - (state.missing_since or now)
        if away < WEEK:
            return DAY, "gone: looked for daily in the first week"
        return (WEEK, "gone: looked for weekly") if away < plan.weekly_until else (plan.then, "gone: looked for rarely")
    base = DAY if state.outcome in (Outcome.BLOCKED, Outcome.ROBOTS) else timedelta(minutes=15)
    by_age, _ = _by_age_and_edits(state, now, plan)
    pause = max(backoff(state.url, state.failures, base), by_age)
    return pause, f"{state.outcome.replace('_', ' ')} {state.failures} times in a row: tried again after {_words(pause)}"


def _by_age_and_edits(state: ArticleState, now: datetime, plan: RecheckPlan) -> tuple[timedelta, str]:
    """The sooner of what the age asks for and what a recent edit asks for.

    After an edit the ages start anew, for edits come in clusters; but never denser than an eighth of the article's age, so that
    a page that changes at every look costs some looks for each doubling of its age and no more.
    """
    age = max(now - state.first_seen_at, timedelta(0))
    by_age = _next_age(age, plan) - age
    pause, reason = by_age, f"{_words(age)} old: next look by age"
    if state.last_changed_at and state.changes:
        since = max(now - state.last_changed_at, timedelta(0))
        by_edit = max(_next_age(since, plan) - since, age / 8)
        if by_edit < by_age:
            pause, reason = by_edit, f"edited {_words(since)} ago, {state.changes} times in all: looked at sooner"
    if pause >= DAY:
        pause -= pause / 10 * _spread(state.url, state.changes)  # not all articles of one morning at once
    return pause, reason


def _next_age(age: timedelta, plan: RecheckPlan) -> timedelta:
    """The next age of the plan that is not so near that this look may stand for it."""
    for step in plan.first_day:
        if step >= age + plan.first_day[0] / 2:
            return step
    for last, pause in ((plan.daily_until, DAY), (plan.weekly_until, WEEK)):
        step = ((age + pause / 2) // pause + 1) * pause
        if step <= last:
            return step
    return age + plan.then


# ---- addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The stored URL becomes this one."""

    url: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """The stored URL stays."""

    reason: str


def decide_permanent_move(url: str, history: Sequence[str | None]) -> Move | Stay:
    """Whether a feed's stored URL changes. `history`: where each fetch, oldest first, led permanently; None = nowhere."""
    recent = history[-EQUAL_REDIRECTS:]
    target = recent[-1] if recent else None
    if target is None:
        return Stay(reason="it does not redirect permanently")
    if target == url:
        return Stay(reason="it redirects to itself")
    if len(recent) < EQUAL_REDIRECTS or any(t != target for t in recent):
        times = next((i for i, t in enumerate(reversed(recent)) if t != target), len(recent))
        return Stay(reason=f"redirects permanently to {target}, {times} of {EQUAL_REDIRECTS} times in a row")
    if urlsplit(target).path in ("", "/") and not urlsplit(target).query:
        return Stay(reason=f"redirects to the home page {target}, which is no feed's place")
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme == "http":
        return Stay(reason=f"redirects to {target}, which is not encrypted while the stored URL is")
    if not _same_house(urlsplit(url).hostname or "", urlsplit(target).hostname or ""):
        return Stay(reason=f"redirects permanently to another site, {target}: a person should change the URL")
    return Move(url=target, reason=f"redirected permanently to {target} {EQUAL_REDIRECTS} times in a row")


_SERVICE_LABELS = frozenset({"www", "feed", "feeds", "rss", "news", "m", "mobile", "amp", "api", "cdn", "static"})
_SHORTEST_NAME = 4  # a shorter label is shared by chance


def _same_house(one: str, other: str) -> bool:
    """Same host but for service prefixes, one inside the other, or the same name under another ending."""
    a, b = _bare(one), _bare(other)
    inside = any(x.endswith("." + y) and "." in y for x, y in ((a, b), (b, a)))
    name = a.split(".")[0]
    return a == b or inside or (name == b.split(".")[0] and len(name) >= _SHORTEST_NAME)


def _bare(host: str) -> str:
    labels = host.lower().rstrip(".").split(".")
    while len(labels) > 2 and labels[0] in _SERVICE_LABELS:
        labels = labels[1:]
    return ".".join(labels)


def _words(span: timedelta) -> str:
    """A span as a reader says it: 45 s, 15 min, 3 h, 2 days."""
    seconds = max(span.total_seconds(), 0)
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"
