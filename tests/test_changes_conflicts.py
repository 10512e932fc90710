"""Which two statements stand against each other, and which only follow one another: pairs of two outlets, and the verdict."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.changes import Ledger
from pipeline.model import Aspect, ChangeKind, Report, Watch

PAIRS = Path(__file__).parent / "cases" / "conflict_pairs.tsv"
START = datetime(2025, 5, 5, 8, tzinfo=UTC)  # a Monday
OTHER = Aspect(name="other", about="The weather and the sports")


def rows():
    """Each line of the table as a case named by its second sentence."""
    for line in PAIRS.read_text(encoding="utf8").splitlines():
        if not line.startswith("#"):
            wanted, aspect, hours, first, second = line.split("\t")
            yield pytest.param(wanted, aspect, int(hours), first, second, id=f"{second} / {first}")


def report(outlet, hours, *paragraphs):
    at = START + timedelta(hours=hours)
    return Report(
        article_id=outlet,
        version_id=f"{outlet} {hours}",
        url=f"https://{outlet}.example/",
        outlet=outlet,
        seen_at=at,
        headline="",
        paragraphs=paragraphs,
        published_at=at,
        language="en",
    )


def ledger_of(aspect):
    name, _, about = aspect.partition(": ")
    return Ledger(Watch(slug="s", title="", match=("s",), aspects=(Aspect(name=name, about=about), OTHER)))


@pytest.mark.parametrize(("wanted", "aspect", "hours", "first", "second"), list(rows()))
def test_two_sources_stand_against_each_other_only_where_both_cannot_be_so(wanted, aspect, hours, first, second):
    """A conflict line names the first sentence; what follows, counts on or speaks of another thing gives none."""
    ledger = ledger_of(aspect)
    ledger.read(report("wire", 0, first))
    lines = [c for c in ledger.read(report("post", hours, second)).changes if c.kind is ChangeKind.CONFLICT]
    assert bool(lines) == (wanted == "conflict"), [(c.kind, c.reason) for c in ledger.changes()]
    assert all(c.evidence_before == first and c.reason for c in lines)


@pytest.mark.parametrize(
    ("aspect", "first", "second"),
    [
        (
            "warning: Whether the villages were warned",
            "{}.",
            "The mayor said the villages were never warned before the wall broke.",
        ),
        (
            "cause: Why the wall broke",
            "The wall broke because of rain, the operator said.",
            "The wall broke because of poor concrete, an engineer said.",
        ),
    ],
)
def test_two_sources_of_one_report_stand_against_each_other(aspect, first, second):
    """A report that gives both sides is where most conflicts are told."""
    first = first.format("The villages were warned an hour before the wall broke, the operator said")
    step = ledger_of(aspect).read(report("wire", 0, first, second))
    assert [c.kind for c in step.changes][-1] is ChangeKind.CONFLICT


def test_a_source_that_changes_its_own_word_is_no_conflict():
    """Accepting after rejecting is a turn, if the same voice says both."""
    ledger = ledger_of("answer: How Norland answers the plan")
    ledger.read(report("wire", 0, "Norland has rejected the plan, its foreign ministry said."))
    lines = ledger.read(report("post", 5, "Norland has accepted the plan, its foreign ministry said.")).changes
    assert lines and all(c.kind is not ChangeKind.CONFLICT for c in lines)


@pytest.mark.parametrize("raises", [("5", "6"), ("4", "7.5")])
def test_one_offer_after_another_by_one_bidder_is_not_contested(raises):
    """Three, then five, then six percent: what an offer was raised to overtakes it."""
    ledger = ledger_of("offer: What the company offers: the pay rise")
    ledger.read(report("wire", 0, "The company offered a pay rise of 3 percent, the union said."))
    for hours, percent in enumerate(raises, 1):
        outlet = f"outlet{hours}"
        (line,) = ledger.read(
            report(outlet, hours, f"The company raised its offer to {percent} percent, a mediator said.")
        ).changes
        assert line.kind is ChangeKind.CHANGED
