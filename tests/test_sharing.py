"""How what is due is shared out among runs, and what becomes of an article that two of them meet. Pure."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.journey.groups import MOST_HOSTS, Due, decide_groups
from pipeline.journey.meeting import decide_meeting
from pipeline.model import ArticleState

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WORK = st.lists(
    st.builds(
        lambda outlet, hosts: (f"Outlet {outlet}", tuple(f"{h}.example" for h in hosts)),
        st.integers(0, 20),
        st.lists(st.integers(0, 30), min_size=1, max_size=3, unique=True),
    ),
    max_size=40,
)
ORDER = {"https://one.example/feed": 0, "https://two.example/feed": 1}


def due(work: list[tuple[str, tuple[str, ...]]]) -> list[Due]:
    return [Due(key=f"feed {n}", outlet=outlet, hosts=hosts) for n, (outlet, hosts) in enumerate(work)]


def met(feed: str, at: datetime = NOON, title: str | None = None, read: bool = False) -> ArticleState:
    """An article as a run knows it that met it in a feed."""
    return ArticleState(
        article_id="art_1",
        url="https://one.example/a",
        outlet=feed,
        feed=f"https://{feed}.example/feed",
        first_seen_at=at,
        last_seen_at=at,
        title=title,
        head_version_id="ver_1" if read else None,
    )


@given(WORK)
def test_each_host_and_each_outlet_is_in_one_group_and_nothing_is_left_out(work):
    """So two runs never ask one host, and never learn of one outlet at once."""
    things = due(work)
    groups, reason = decide_groups(things)
    for names in ([h for g in groups for h in g.hosts], [o for g in groups for o in g.outlets]):
        assert len(names) == len(set(names))
    assert sorted(k for g in groups for k in g.keys) == sorted(d.key for d in things)
    for group in groups:
        mine = [d for d in things if d.key in group.keys]
        assert {h for d in mine for h in d.hosts} == set(group.hosts) and {d.outlet for d in mine} == set(group.outlets)
    assert str(len(things)) in reason


@given(WORK)
def test_the_groups_follow_the_order_of_what_is_due(work):
    """So every run comes to the same groups, whatever else it knows."""
    groups, _ = decide_groups(due(work))
    firsts = [min(int(key.split()[1]) for key in g.keys) for g in groups]
    assert all(a < b for a, b in pairwise(firsts))


def test_little_work_is_shared_out_and_much_is_taken_by_the_fifty():
    """A few hosts are for several runs; of many, each group is as large as pays."""
    alone = [(f"Outlet {n}", (f"{n}.example",)) for n in range(1000)]
    assert [len(g.hosts) for g in decide_groups(due(alone[:16]))[0]] == [2] * 8
    assert {len(g.hosts) for g in decide_groups(due(alone))[0]} == {MOST_HOSTS}
    one = [(f"Outlet {n}", (f"{n}.example", "hub.example")) for n in range(200)]
    assert [len(g.hosts) for g in decide_groups(due(one))[0]] == [201]  # what hangs together stays together


def test_of_two_runs_that_meet_a_new_article_at_once_the_feed_further_up_has_found_it_whoever_commits_first():
    """And the one further down says last what it is called."""
    one, two = met("one", title="Quay closes"), met("two", title="Quay shut")
    for first, second in ((one, two), (two, one)):
        state = decide_meeting(second, None, first, ORDER).state
        assert (state.outlet, state.feed, state.title) == ("one", one.feed, "Quay shut" if first is one else state.title)
    assert decide_meeting(one, None, two, ORDER).state.title == "Quay shut"


def test_an_article_that_was_found_before_stays_where_it_was_found():
    """A later moment finds nothing new, but knows the newer title; what was read of it stays."""
    before = met("two", NOON - timedelta(hours=1), "Quay shut", read=True)
    state = decide_meeting(met("one", title="Quay open again"), None, before, ORDER).state
    assert (state.outlet, state.first_seen_at, state.title) == ("two", before.first_seen_at, "Quay open again")
    assert state.head_version_id == "ver_1"


def test_of_an_article_that_both_knew_each_writes_what_it_changed():
    """What the other wrote meanwhile is not overwritten with what was read before."""
    read = met("two", title="Quay shut")
    theirs = met("two", title="Quay shut", read=True)
    mine = met("two", title="Quay open again")
    state = decide_meeting(mine, read, theirs, ORDER).state
    assert (state.title, state.head_version_id) == ("Quay open again", "ver_1")
