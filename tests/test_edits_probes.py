"""Small edits that other tools hide as noise, in both directions, and the true noise that stands beside them."""

from pathlib import Path

import pytest

from pipeline.edits import compare_bodies, decide_edit
from pipeline.model import EditKind

FRAME = (
    "The two delegations met in the old customs house for a second day. {} Neither side spoke when the doors opened at last. "
    "A further session is to follow, the hosts said, without giving details of the venue."
)

FACTS = [
    ("The 28-point plan was on the table.", "The 19-point plan was on the table.", EditKind.NUMBER),
    ("It caps the army at 600,000 troops.", "It caps the army at 800,000 troops.", EditKind.NUMBER),
    ("The blast killed 5 people.", "The blast killed 25 people.", EditKind.NUMBER),
    ("The deadline is November 23 for both.", "The deadline is November 27 for both.", EditKind.DATE),
    ("They must answer within 2 days of that.", "They must answer within 30 days of that.", EditKind.NUMBER),
    ("It asks for 100 days of ceasefire.", "It asks for 60 days of ceasefire.", EditKind.NUMBER),
    ("The session begins at 14:00 there.", "The session begins at 18:00 there.", EditKind.DATE),
    ("Some 3,000 troops would stay.", "Some 13,000 troops would stay.", EditKind.NUMBER),
    ("Output may 20 percent.", "Output may 50 percent.", EditKind.NUMBER),
    (
        "It published a plan under which the north cedes the strip.",
        "It published a plan under which the north keeps the strip.",
        EditKind.OTHER,
    ),
    ("It updated its offer and now accepts the line.", "It updated its offer and now rules out the line.", None),
    ("The text was updated to drop the demand.", "The text was updated to keep the demand.", None),
    ("The answer remains unclear.", "The port rejects the answer.", None),
    ("It costs $1.5 billion a year.", "It costs $15 billion a year.", EditKind.NUMBER),
    ("Prices rose by 10% in May.", "Prices rose by 10 in May.", EditKind.NUMBER),
    ("It was -5 degrees in the square.", "It was 5 degrees in the square.", EditKind.NUMBER),
    ("The vote ended 1-2 in committee.", "The vote ended 12 in committee.", EditKind.NUMBER),
    ("The plan is dead.", "The plan is dead?", EditKind.OTHER),
    ("He called the draft a useful start.", "He called the draft “a useful start”.", EditKind.QUOTE),
]


@pytest.mark.parametrize(("one", "other", "kind"), FACTS)
@pytest.mark.parametrize("turned", [False, True])
def test_a_fact_edit_is_shown_in_both_directions(one, other, kind, turned):
    """A digit, a sign or a word can be the story, in a text of any length."""
    before, after = (other, one) if turned else (one, other)
    loud = [e for e in compare_bodies(FRAME.format(before), FRAME.format(after)) if e.meaningful]
    assert loud
    assert kind is None or kind in {e.kind for e in loud}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Updated 14:05 GMT", "Updated 17:40 GMT"),
        ("Last updated 12 minutes ago", "Last updated 3 hours ago"),
        ("Published November 23, 2025, 09:10", "Published November 23, 2025, 11:50"),
        ("As of 08:30 local time", "As of 21:00 local time"),
    ],
)
def test_a_time_stamp_beside_a_fact_edit_is_not_shown(one, other):
    """The stamp of the page moves with each fetch; the fact beside it is the news."""
    before = f"{one}\n\n" + FRAME.format("The 28-point plan was on the table.")
    assert not [e for e in compare_bodies(before, before.replace(one, other)) if e.meaningful]
    after = before.replace(one, other).replace("28-point", "19-point")
    assert [e.kind for e in compare_bodies(before, after) if e.meaningful] == [EditKind.NUMBER]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("In the end, the plan was dropped.", "In the end the plan was dropped."),
        ("The plan – a draft – was dropped.", "The plan - a draft - was dropped."),
        ('He said: "It is over for us."', "He said: “It is over for us.”"),
        ("The city's plan was dropped.", "The city’s plan was dropped."),
        ("About 1,204 people came.", "About 1204 people came."),
        ("It rose 45 percent in May.", "It rose 45% in May."),
        ("The move on Nov. 20 was late.", "The move on November 20 was late."),
        ("They didn't come.", "They did not come."),
        ("The organisation apologised.", "The organization apologized."),
        ("More than $1.2 billion was spent.", "More than US$1.2bn was spent."),
        ("Mr. Tessaro left at 7 a.m. sharp.", "Tessaro left at 7am sharp."),
        ("Seventeen schools were shut.", "17 schools were shut."),
        ("The THEATRE reopened.", "The Theatre reopened."),
        ("It fell in under 20 seconds.", "It fell in less than 20 seconds."),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_notation_and_typography_are_cosmetic(one, other, turned):
    """The same fact in other letters is no news."""
    before, after = (other, one) if turned else (one, other)
    decision = decide_edit(before, after)
    assert not decision.meaningful and decision.kind is EditKind.COSMETIC, decision.reason


def test_a_misspelling_put_right_is_cosmetic_and_a_word_for_another_is_not():
    """An unknown word that becomes a known one by a letter is proven; two known words are two words."""
    assert not decide_edit("The provincal court sat.", "The provincial court sat.").meaningful
    assert decide_edit("They want defending the police.", "They want defunding the police.").meaningful
    assert decide_edit("The pubic park is shut.", "The public park is shut.").meaningful


KINDS = [
    row.split("|")
    for row in (Path(__file__).parent / "cases" / "edits" / "kinds.psv").read_text(encoding="utf8").splitlines()
    if not row.startswith("#")
]
QUIET = "The board met in the customs house for a second day. {} Nobody spoke when the doors opened at last."


def in_report(sentence):
    """A sentence between two others of its language, or alone if it is not in Latin letters."""
    return sentence if any("\u0370" <= c < "\u1e00" or c >= "\u3000" for c in sentence) else QUIET.format(sentence)


@pytest.mark.parametrize(("before", "after", "kinds"), KINDS)
@pytest.mark.parametrize("turned", [False, True])
def test_each_pair_is_told_as_the_kind_that_a_reader_would_name(before, after, kinds, turned):
    """Every kind in every notation, in both directions; where several things changed, each is told."""
    one, other = (after, before) if turned else (before, after)
    told = {e.kind.value for e in compare_bodies(in_report(one), in_report(other)) if e.meaningful}
    if kinds == "-":
        assert not told
    elif kinds == "?":
        assert told
    elif "+" in kinds:
        assert set(kinds.split("+")) <= told
    else:
        assert told & set(kinds.split("/")) or ("-" in kinds.split("/") and not told)
