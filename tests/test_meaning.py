"""What a sentence is about where it shares no word with an aspect's wording: broad topics and likeness by word vectors."""

import numpy as np
import pytest

from pipeline.claims import Context, Setting, Usage, build_profiles, read_statement, read_unit, route, weigh
from pipeline.claims.lexicon import stem
from pipeline.claims.likeness import Said, likeness, plain_text, vector
from pipeline.claims.topics import contrasted, topic_phrases, topic_words, topics_of, weigh_topics
from pipeline.model import Aspect, Watch
from pipeline.words import groups

ASPECTS = (
    ("systems", "Which computers are out of order, and which run again"),
    ("journeys", "Which trains and flights are affected"),
    ("culprits", "Who is arrested for it"),
)


def profiles(*aspects, title="The failure at the Lindow exchange"):
    found = tuple(Aspect(name=name, about=about) for name, about in aspects or ASPECTS)
    return build_profiles(Watch(slug="s", title=title, match=("s",), aspects=found))


def unit(sentence):
    return read_unit(sentence, 0, 0, 2025)


def worths(sentence, asked):
    """The aspects of a sentence, the one most worth first, with their worth."""
    u = unit(sentence)
    fits = route(u, asked, Usage(), Context())
    told = read_statement(u, frozenset(), None)
    return [(asked[w.fit.aspect].name, w.worth) for w in weigh(u, told, fits, asked, Usage(), Setting(Context()))]


@pytest.mark.parametrize(
    ("sentence", "aspect"),
    [
        ("The servers were switched off overnight.", "systems"),
        ("Commuters were stranded at the railway station.", "journeys"),
        ("Detectives searched a house and led a man away in handcuffs.", "culprits"),
    ],
)
def test_a_sentence_without_a_word_of_the_wording_finds_its_aspect(sentence, aspect):
    """By what it is about, not by the words that the user happened to choose."""
    assert worths(sentence, profiles())[0][0] == aspect


def test_a_sentence_on_another_matter_is_worth_less_than_one_on_the_aspect():
    """A story that is watched for one thing only is not told everything that happens in it."""
    asked = profiles(("culprits", "Who is arrested for it"))
    assert (
        worths("A man was taken into custody on Monday.", asked)[0][1]
        > worths("The library was painted on Monday.", asked)[0][1] + 1
    )


def test_words_of_the_aspect_weigh_more_than_what_is_merely_alike():
    """What its own words say stands, however near another wording lies."""
    asked = profiles(("ferries", "Which ferries sail"), ("trains", "Which trains run"))
    assert worths("The ferries sail again on Monday.", asked)[0][0] == "ferries"


def test_topics_keep_what_tells_a_wording_from_the_others():
    """What all wordings share counts for none of them."""
    row = contrasted([{"fire": 1.0, "roads": 1.0}, {"fire": 1.0, "schools": 1.0}])
    assert row[0]["fire"] == pytest.approx(0) and row[0]["roads"] > 0 > row[0]["schools"]


def test_a_phrase_gives_its_topic_to_all_of_its_words():
    """ "Chief executive" is of the company's leadership, whatever "chief" alone may be of."""
    row = unit("The chief executive left.").words
    assert all(
        "company_leadership" in topics for w, topics in zip(row, topics_of(row), strict=True) if w.low in {"chief", "executive"}
    )


def test_a_word_of_many_topics_counts_little_for_each():
    """The more a word may stand for, the less it says."""
    many = max(topic_words(), key=lambda word: len(topic_words()[word]))
    one = next(word for word, topics in topic_words().items() if len(topics) == 1 and word.isalpha() and stem(word) == word)
    weights = [
        max(weigh_topics([(unit(f"The {word} matters.").words[1], 1.0)]).values()) for word in (many.removeprefix("="), one)
    ]
    assert weights[0] < weights[1]


def test_every_concept_that_a_topic_takes_in_exists():
    """`+name` in the file of topics is a family of the file of concepts."""
    taken = {form[1:] for forms in groups("topics").values() for form in forms if form[0] == "+"}
    assert taken and taken <= groups("concepts").keys() and topic_phrases()


def test_names_do_not_make_a_sentence_alike():
    """A name says who or where; likeness is about what."""
    assert plain_text(unit("Yesterday the mayor of Lindow met Anna Frey in Paris.").words) == "yesterday the mayor of met in"


def test_likeness_is_the_same_every_time_and_nothing_for_nothing():
    """Rounded, so that the last bits of a sum cannot decide; a sentence of names only is like no wording."""
    asked = ("which trains run", "who is arrested")
    first = likeness("the railway is closed", asked, "the failure", Said())
    assert first == likeness("the railway is closed", asked, "the failure", Said())
    assert first[0] > first[1] and all(v == round(v, 4) for v in first)
    assert likeness("", asked, "the failure", Said()) == (0.0, 0.0) and likeness("the railway", (), "the failure", Said()) == ()


def test_what_a_story_always_says_stops_counting():
    """The mean of what was said is taken off: a story of trains is no longer like the trains in every sentence."""
    said, asked = Said(), ("which trains run", "who is arrested")
    before = likeness("a man on the railway", asked, "the failure", said)
    for _ in range(200):
        said.add(vector("the railway and the trains"))
    after = likeness("a man on the railway", asked, "the failure", said)
    assert after[0] - after[1] < before[0] - before[1]


def test_a_text_has_length_one_and_no_text_none():
    """Long sentences are not more alike than short ones."""
    assert np.linalg.norm(vector("the railway is closed")) == pytest.approx(1)
    assert np.linalg.norm(vector("")) == 0
