"""Quotes, their speakers, and attributions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import SourceKind, quotes, sources


def test_a_quote_keeps_two_sentences_and_its_speaker():
    """The words between the marks come whole, the speaker from after them."""
    (quote,) = quotes("“The gate is shut. Nobody may pass,” said Ada Quill, who runs the port.")
    assert quote.words == "The gate is shut. Nobody may pass,"
    assert quote.speaker == "Ada Quill" and quote.confidence > 0.8


def test_a_speaker_before_the_quote_is_found_and_the_next_quote_does_not_bleed():
    """ "...", X tweeted: "..." speaks of the second quote."""
    first, second = quotes("“That is settled now.” Tom Reyes tweeted: “And it stays settled.”")
    assert first.speaker == "" and second.speaker == "Tom Reyes"


def test_a_pronoun_is_the_last_person_named_with_less_trust():
    """ "He said" after a name is that name."""
    first, second = quotes("“The gate is shut,” Tom Reyes said. “It stays shut,” he added.")
    assert second.speaker == "Tom Reyes" and second.confidence < first.confidence


def test_places_are_inside_the_marks():
    """Offsets point at the words, without their marks."""
    text = 'The clerk said: "Nothing of it is left."'
    (quote,) = quotes(text)
    assert text[quote.start : quote.end] == quote.words == "Nothing of it is left."


def test_apostrophes_open_no_quotation():
    """Possessives and clipped words are no quotes."""
    assert quotes("The workers' rights and the boys' boats weren't discussed in '24.") == ()


@pytest.mark.parametrize(
    ("sentence", "chain"),
    [
        (
            "ALBA, Nov. 21 (Xinhua) -- The plan is done, the outlet Axios reported, citing a port official.",
            ["Xinhua", "Axios", "a port official"],
        ),
        ("A port official told Reuters that the plan was done.", ["Reuters", "A port official"]),
        ("Two sources familiar with the matter said so.", ["Two sources"]),
        ("The gate is shut, according to the harbour ministry.", ["the harbour ministry"]),
    ],
)
def test_a_chain_runs_from_the_outlet_to_the_one_who_knows(sentence, chain):
    """Whoever passes it on stands before whoever knows it."""
    assert [s.name for s in sources(sentence)] == chain


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Ada Quill said so.", SourceKind.PERSON),
        ("A senior official said so.", SourceKind.UNNAMED),
        ("The harbour ministry said so.", SourceKind.INSTITUTION),
        ("It is over, according to a statement.", SourceKind.DOCUMENT),
        ("It is over, Reuters reported.", SourceKind.OUTLET),
    ],
)
def test_each_source_has_a_kind(sentence, kind):
    """A person, a body, a paper, an outlet and a nameless official weigh differently."""
    assert [s.kind for s in sources(sentence)] == [kind]


@given(st.text(alphabet=st.sampled_from("ab A\"“”'‘’«». ,said"), max_size=120))
def test_marks_in_any_disorder_give_true_places(text):
    """Unbalanced marks never raise and never move a place."""
    assert all(text[q.start : q.end] == q.words for q in quotes(text))
    assert all(text[s.start : s.end] == s.name for s in sources(text))
