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


def test_a_conflict_stands_beside_the_side_that_was_told_first():
    """Both sides are read on one aspect, wherever the second alone would belong."""
    aspects = (
        Aspect(name="deadline", about="By when the answer is due"),
        Aspect(name="answer", about="How Norland answers the plan"),
    )
    ledger = Ledger(Watch(slug="s", title="", match=("s",), aspects=aspects))
    first = ledger.read(report("wire", 0, "The deadline for the answer is no longer firm, the mediator said.")).changes
    second = ledger.read(report("post", 3, "Norland has until 20 March to answer the plan.")).changes
    assert [c.aspect for c in first] == ["deadline"]
    assert [(c.aspect, c.kind) for c in second] == [("deadline", ChangeKind.CONFLICT)]


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


def kinds(ledger):
    return [str(c.kind) for c in ledger.changes()]


FLEET = "fleet: How many boats the plan allows"


def test_an_article_that_is_brought_up_to_date_and_keeps_an_overtaken_value_is_told_once():
    """It goes on saying 40 long after another source said 55; a second update that keeps it tells nothing new by it."""
    ledger = ledger_of("boats: How many boats are in the harbour")
    ledger.read(report("wire", 0, "There are 40 boats in the harbour, the harbour office said."))
    ledger.read(report("post", 1, "There are 55 boats in the harbour, the port said."))
    assert kinds(ledger)[-1] == "conflict"
    late = ledger.read(report("wire", 6, "There are 40 boats in the harbour, the harbour office said.", "It rained all day."))
    assert [(c.kind, c.after) for c in late.changes if c.value_after] == [
        (ChangeKind.CONFLICT, "There are 40 boats in the harbour, the harbour office said.")
    ]
    again = "There are 40 boats in the harbour, the harbour office said.", "It rained all day and night."
    assert not [c for c in ledger.read(report("wire", 9, *again)).changes if c.value_after]


def test_a_value_that_is_called_the_original_one_is_no_claim():
    """Background that recalls what stood at first moves nothing and stands against nothing."""
    ledger = ledger_of(FLEET)
    ledger.read(report("wire", 0, "The plan allows 4,200 boats, the ministry said."))
    step = ledger.read(report("post", 5, "The plan, which originally allowed 5,100 boats, was written by the ministry."))
    assert not [c for c in step.changes if c.value_after]


def test_planned_numbers_do_not_grow_by_themselves():
    """ "Will lose 300 jobs" and "will lose 1,100 jobs" cannot both be so, whoever says it first."""
    ledger = ledger_of("jobs: How many jobs will go")
    ledger.read(report("wire", 0, "The yard will lose 300 jobs."))
    ledger.read(report("post", 5, "The yard will lose 1,100 jobs."))
    assert kinds(ledger) == ["new", "conflict"]


def test_a_denial_of_what_nobody_says_any_longer_is_a_denial():
    """Without another side that stands the line says who denies."""
    ledger = ledger_of("defence: What the former minister answers to the charges")
    ledger.read(report("wire", 0, "The former minister denied the charges, her lawyer said."))
    assert kinds(ledger) == ["denied"]


def test_under_a_note_the_sentence_that_came_takes_the_place_of_the_one_that_went():
    """However unlike the two are, if they are the only ones of their paragraph."""
    ledger, note = ledger_of("room: Who was in the room"), "Correction: an earlier version was wrong about who was in the room."
    ledger.read(report("wire", 0, "Nobody of the union was in the room.", "Tea was served."))
    step = ledger.read(report("wire", 3, "Two shop stewards sat in, the port now says.", "Tea was served.", note))
    assert [(c.kind, c.evidence_before) for c in step.changes] == [
        (ChangeKind.CORRECTED, "Nobody of the union was in the room.")
    ]


def test_a_conflict_ends_with_a_line_when_one_side_is_taken_back():
    """The line says which of the two stands; it is told once, by whichever article was the last to give in."""
    ledger = ledger_of("cause: What caused the fire")
    ledger.read(report("wire", 0, "The fire was caused by a gas leak, the fire chief said."))
    ledger.read(report("post", 2, "The fire was caused by arson, police said."))
    step = ledger.read(report("wire", 5, "The fire was caused by arson, police said."))
    (line,) = step.changes
    assert (line.kind, line.before, line.after) == (
        ChangeKind.CHANGED,
        "The fire was caused by a gas leak, the fire chief said.",
        "The fire was caused by arson, police said.",
    )
    assert line.reason.startswith("the conflict is over")


def test_two_counts_of_one_report_stand_against_each_other_if_two_sources_give_them():
    """The second is no part of the first, and no later count: two voices disagree."""
    ledger = ledger_of("marchers: How many people marched")
    both = "Organisers said 40,000 people marched through Port Ansel.", "Police said 31,000 people marched through Port Ansel."
    ledger.read(report("wire", 0, *both))
    assert [(str(c.kind), c.value_before, c.value_after) for c in ledger.changes()] == [
        ("new", "", "40000"),
        ("conflict", "40000", "31000"),
    ]
