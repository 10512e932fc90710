"""The simulation of docs/scale.md: sums that can be checked by hand, and a document that says what the model says."""

import math
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "bench"))  # last: some files there have names that tests have, too
from scale_model import (  # noqa: E402
    ASSUMED,
    LIMITS,
    MEASURED,
    Assumptions,
    Costs,
    Line,
    Power,
    assumptions_of,
    costs_of,
    full_at,
    line,
    load_of,
    looks_per_article,
    money_of,
    needs_of,
    power,
)
from scale_page import page  # noqa: E402
from scale_simulation import simulation, told  # noqa: E402

COSTS = Costs(
    page_kilobytes=50,
    extract=0.010,
    look_new=0.030,
    look_same=0.020,
    look_unmodified=0.002,
    feed=0.001,
    server_new=0.002,
    server_same=0.001,
    track=Power(size=1_000, cost=0.005, exponent=0.5),
    linker_bytes=10_000,
    batch=50,
    commit_new=Line(fixed=0.1, each=0.0),
    commit_looks=Line(fixed=0.05, each=0.0),
    puts=1,
    snapshot_bytes=1_000,
    tidy=Line(fixed=0, each=0.01),
    text_bytes=2_000,
    around_bytes=1_000,
    look_bytes=50,
    archive_kilobytes=20,
    question=1e-6,
)
PLAIN = Assumptions(
    versions_per_article=1,
    articles_per_outlet=100,
    feeds_per_outlet=1,
    busiest_hour=1,
    not_modified=0,
    page_kilobytes=50,
    prose=1,
    watched=0,
    ledger_ms=0,
    story_days=10,
    history_days=1,
    maintain_hours=1,
    question_seconds=1,
    question_cores=1,
    workers_busy=1,
    turn_busy=1,
    catalog_cores=1,
    linker_gigabytes=1,
    request_seconds=1,
    vcpu_hour=1,
    memory_gigabyte_hour=1,
    object_gigabyte_month=1,
    disk_gigabyte_month=0,
    thousand_puts=0,
)


def figures():
    """What bench/scale.py wrote last, and the assumptions as they are declared."""
    return tomllib.loads(MEASURED.read_text(encoding="utf8")), ASSUMED.read_text(encoding="utf8")


def test_an_article_is_looked_at_as_often_as_the_schedule_says():
    """Nine looks on the first day, six further days, three weeks, then monthly to the end of the year."""
    assert 9 + 6 + 3 + 11 <= looks_per_article() <= 9 + 6 + 3 + 13


def test_a_day_of_a_thousand_articles_adds_up():
    """Each need is the product that a reader would work out from the costs."""
    looks = looks_per_article()
    load = load_of(1_000, PLAIN)
    needs = needs_of(load, COSTS, PLAIN)
    again = 1_000 * (looks - 1)
    assert (load.looks, load.same, load.unmodified, load.feeds) == (1_000 * looks, again, 0, 960)
    assert needs.read == pytest.approx(1_000 * looks * 0.010)
    assert needs.fetch == pytest.approx(1_000 * 0.020 + again * 0.010 + 960 * 0.001)
    assert needs.commits == pytest.approx(20 * looks)
    assert needs.turn == pytest.approx(20 * 0.1 + again / 50 * 0.05)
    assert needs.linker == pytest.approx(1_000 * 10 * 10_000)
    assert needs.store == pytest.approx(1_000 * 3_000 + 1_000 * looks * 50)
    assert needs.question == pytest.approx(365 * 0.001)
    assert needs.tidy == pytest.approx(20 * looks * 0.01)


def test_linking_grows_along_the_measured_power():
    """A hundred times as many open articles cost ten times as much each, with the exponent one half."""
    few, many = (needs_of(load_of(n, PLAIN), COSTS, PLAIN).track / n for n in (100, 10_000))
    assert few == pytest.approx(0.005) and many == pytest.approx(10 * few)


def test_larger_batches_make_fewer_commits_and_nothing_else_dearer():
    """What a commit costs whatever is in it is paid less often."""
    load = load_of(1_000_000, PLAIN)
    small, large = needs_of(load, COSTS, PLAIN), needs_of(load, COSTS, PLAIN, batch=500)
    assert large.commits == pytest.approx(small.commits / 10) and large.turn == pytest.approx(small.turn / 10)
    assert (large.workers, large.store, large.linker) == (small.workers, small.store, small.linker)


def test_a_larger_page_costs_as_much_more_to_read_and_to_keep():
    """Twice the bytes: twice the reading and the archive, the same fetching."""
    load = load_of(1_000, PLAIN)
    small, large = (needs_of(load, COSTS, replace(PLAIN, page_kilobytes=kb)) for kb in (50, 100))
    assert (large.read, large.archive) == pytest.approx((2 * small.read, 2 * small.archive)) and large.fetch == small.fetch


@given(st.sampled_from(LIMITS), st.floats(0.01, 100))
def test_a_limit_is_full_where_it_says(limit, dearer):
    """At the size that is told use is 1; a limit that no size reaches is never full."""
    costs = replace(COSTS, linker_bytes=COSTS.linker_bytes * dearer, tidy=Line(fixed=0, each=0.01 * dearer))
    size = full_at(limit, costs, PLAIN)
    if math.isinf(size):
        assert limit.what == "requests to one host"
    else:
        load = load_of(size, PLAIN)
        assert limit.use(load, needs_of(load, costs, PLAIN), PLAIN) == pytest.approx(1)


def test_money_is_hours_times_prices():
    """One busy core for a month at a dollar an hour is 730 dollars, one gigabyte of memory as much."""
    needs = replace(needs_of(load_of(0, PLAIN), COSTS, PLAIN), read=86_400.0, linker=1e9, catalog=0.0)
    assert money_of(needs, PLAIN).total == pytest.approx(2 * 730)


def test_a_line_and_a_power_go_through_what_was_measured():
    """Between two points, and no cost falls with size."""
    assert line([(50, 0.1), (550, 0.6)]) == Line(fixed=pytest.approx(0.05), each=pytest.approx(0.001))
    assert line([(50, 0.3), (550, 0.2)]).each == 0
    assert power([(10, 1.0), (1_000, 10.0), (100, 1.0)]).exponent == pytest.approx(1)
    assert power([(10, 2.0), (100, 1.0)]).exponent == 0


def test_own_figures_take_the_place_of_what_is_assumed():
    """By name; a name that is none is refused with those that there are."""
    declared = tomllib.loads(ASSUMED.read_text(encoding="utf8"))
    assert assumptions_of(declared, {"vcpu_hour": 0.5}).vcpu_hour == 0.5
    with pytest.raises(SystemExit, match=r"vcpu_ours: no assumption.*vcpu_hour"):
        assumptions_of(declared, {"vcpu_ours": 1})


def test_figures_are_told_with_two_digits():
    """Thousands apart, small ones with as many places as they need."""
    assert [told(x) for x in (1_234_567, 0.01234, 7.06, 0, math.inf)] == ["1,200,000", "0.012", "7.1", "0", "never"]


def test_the_document_says_what_the_model_says():
    """docs/scale.md is made of bench/scale.toml and the assumptions, and of nothing else."""
    measured, assumed = figures()
    assert (ROOT / "docs" / "scale.md").read_text(encoding="utf8") == page(measured, assumed)
    assert simulation(measured, assumed) in page(measured, assumed)


def test_every_cost_was_measured():
    """No cost of the model is missing, negative or nothing."""
    costs = costs_of(figures()[0])
    values = [v for name in Costs.__slots__ if isinstance(v := getattr(costs, name), float | int)]
    assert len(values) > 10 and all(v > 0 for v in values)
    assert costs.track.cost > 0 and costs.commit_new.of(50) > 0 and costs.commit_looks.of(50) > 0
