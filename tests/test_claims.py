"""What a report says: units, aspects, figures and states, each read on its own."""

from datetime import UTC, datetime

import pytest

from pipeline.claims import (
    HEADLINE,
    Context,
    Setting,
    Usage,
    build_profiles,
    is_note,
    read_figures,
    read_statement,
    read_unit,
    route,
    split,
    tie,
    weigh,
)
from pipeline.claims.attribution import attribute
from pipeline.claims.lexicon import Phrases, concept_words, stem
from pipeline.claims.parties import Parties
from pipeline.claims.statements import clause_span, read_states
from pipeline.claims.subject import subject_of
from pipeline.model import Aspect, Report, Watch

NOON = datetime(2025, 11, 20, 12, tzinfo=UTC)


def watch(*aspects, title="A story"):
    return Watch(slug="s", title=title, match=("s",), aspects=tuple(Aspect(name=n, about=a) for n, a in aspects))


def report(*paragraphs, headline=""):
    return Report(
        article_id="a",
        version_id="v",
        url="https://canalwire.example/a",
        outlet="Canal Wire",
        seen_at=NOON,
        headline=headline,
        paragraphs=paragraphs,
        published_at=NOON,
    )


def unit(sentence):
    return read_unit(sentence, 0, 0, 2025)


def best(profiles, sentence):
    """The name of the aspect that a sentence goes to, "" if to none."""
    fits = [f for f in route(unit(sentence), profiles, Usage(), Context()) if f.usable]
    return profiles[fits[0].aspect].name if fits else ""


def tied(profiles, sentence):
    """(aspect, value, kind of key) of the figures of a sentence that are tied."""
    u = unit(sentence)
    found = tie(u, read_figures(u, NOON), profiles, Usage(), (0.0,) * len(profiles))
    return [(profiles[t.aspect].name, t.figure.value) for t in found]


# ---- units


def test_leads_datelines_and_furniture_are_no_part_of_a_sentence():
    """Bullets, time stamps of live pages and datelines go; lines about the page itself are left out."""
    r = report(
        "PORT ANSEL, Nov 20 (Canal Wire) - The ferry sank.",
        "07:02 - Divers have arrived.",
        "- Two people are missing.",
        "Sign up for our newsletter",
        "Last updated: 20 November",
        headline="Ferry sinks",
    )
    assert [s for s, *_ in split(r)] == ["The ferry sank.", "Divers have arrived.", "Two people are missing.", "Ferry sinks"]


def test_offsets_of_a_sentence_point_into_its_paragraph():
    """What is cut off in front moves the offsets."""
    r = report("PORT ANSEL, Nov 20 (Canal Wire) - The ferry sank. Divers have arrived.", headline="Ferry sinks")
    for sentence, paragraph, start, end in split(r):
        source = r.headline if paragraph == HEADLINE else r.paragraphs[paragraph]
        assert source[start:end] == sentence


def test_words_that_only_say_where_or_who_are_asides():
    """Place phrases, sources and offices are not what a sentence is about."""
    found = {w.text: w.aside for w in unit("Rescuers heard tapping at the school in Port Ansel, Mayor Ilse Torm said.").words}
    assert found["school"] and found["Port"] and found["Mayor"] and found["Torm"]
    assert not found["Rescuers"] and not found["tapping"]


def test_a_year_long_ago_makes_background_and_a_recent_one_does_not():
    """Ten years is the border."""
    assert unit("A flood killed 310 people in 1987.").background
    assert not unit("The bridge was opened in 2021.").background


@pytest.mark.parametrize(
    "sentence",
    [
        "Correction: an earlier version of this story gave the wrong date.",
        "(This November 20 story has been corrected to say five, not seven)",
        "An earlier version of this article misstated the number of seats.",
    ],
)
def test_notes_that_admit_an_error_are_known(sentence):
    """In the forms that desks use."""
    assert is_note(sentence)


def test_clauses_are_told_apart_and_their_offsets_found():
    """A figure is shown with its clause, not with the whole sentence."""
    u = unit("Thirty people were killed, 12 were missing, and the airport is closed.")
    start = u.text.index("12")
    a, b = clause_span(u, start, start + 2)
    assert u.text[a:b] == "12 were missing"


# ---- lexicon


def test_every_concept_has_at_least_two_forms_unless_it_keys_a_figure():
    """A family of one word says nothing that its stem does not."""
    assert len(concept_words()) > 800
    assert stem("Deaths'") == stem("death")


def test_the_longest_phrase_at_a_place_wins():
    """ "Exit poll" is one thing."""
    phrases = Phrases([("short", ("exit",)), ("long", ("exit", "poll"))])
    assert [(h.label, h.start, h.end) for h in phrases.find(("an", "exit", "poll"))] == [("long", 1, 3)]


# ---- aspects


def test_a_sentence_goes_to_the_aspect_whose_words_it_uses_in_other_forms():
    """Families of words stand for one another."""
    profiles = build_profiles(
        watch(
            ("deaths", "How many people were killed"), ("airport", "Whether the airport is open"), ("trial", "The court case")
        )
    )
    assert best(profiles, "The runway was shut at dawn.") == "airport"
    assert best(profiles, "The judge adjourned the hearing.") == "trial"
    assert best(profiles, "A brass band played for nobody in particular.") == ""


def test_an_answer_belongs_to_the_one_who_gives_it():
    """Both capitals stand in both sentences."""
    profiles = build_profiles(
        watch(
            ("response from Lisbon", "How Portugal answers the offer"),
            ("response from Oslo", "How Norway answers the offer"),
        )
    )
    u = unit("Portugal rejected the Norwegian offer.")
    fits = route(u, profiles, Usage(), Context(stance=True))
    assert profiles[fits[0].aspect].name == "response from Lisbon"
    u = unit("Oslo has accepted what Lisbon wants.")
    fits = route(u, profiles, Usage(), Context(stance=True))
    assert profiles[fits[0].aspect].name == "response from Oslo"


def test_a_name_belongs_to_whom_the_story_tied_it():
    """ "Norwegian Foreign Minister Ida Falk" makes Falk speak for Norway later."""
    usage = Usage()
    usage.count(unit("Norwegian Foreign Minister Ida Falk arrived."))
    assert usage.belongs[stem("Falk")] == ["@europe", "@norway"]


def test_wordings_tell_what_is_asked_for():
    """Types come from the words of the wish."""
    types = [p.types for p in build_profiles(watch(("toll", "How many people died"), ("deadline", "By when they must sign")))]
    assert "quantity" in types[0] and "date" in types[1]


def test_a_pure_aspect_asks_for_figures_alone():
    """ "How many", and nothing of who, why or what."""
    profiles = build_profiles(
        watch(("missing", "How many people are missing"), ("school", "The school: how many died, and why"))
    )
    assert [p.pure for p in profiles] == [True, False]


# ---- figures


def test_each_figure_goes_to_its_own_aspect():
    """The figure is routed, not the sentence."""
    profiles = build_profiles(
        watch(
            ("deaths", "How many people were killed"),
            ("missing", "How many people are missing"),
            ("injured", "How many people were injured"),
        )
    )
    found = tied(profiles, "Thirty-eight people were killed, 120 were missing and about 400 were injured.")
    assert found == [("deaths", "38"), ("missing", "120"), ("injured", "400")]


def test_where_the_words_beside_a_figure_leave_it_open_the_sentence_decides():
    """What the whole sentence is about weighs beside what stands near."""
    profiles = build_profiles(watch(("depot", "How many buses the depot has"), ("school", "How many buses the school has")))
    u = unit("There are 40 buses.")
    found = [
        [t.aspect for t in tie(u, read_figures(u, NOON), profiles, Usage(), (0.0, 0.0), None, worth)]
        for worth in ({0: 1.0, 1: -1.0}, {0: -1.0, 1: 1.0})
    ]
    assert found == [[0], [1]]


@pytest.mark.parametrize(
    "sentence",
    [
        "Maria Okun, 58, was among the dead.",
        "Bulletin 12 names no dead.",
        "Two officials said that people were killed.",
        "The toll was cut by 17, the ministry said, after some of the dead were counted twice.",
    ],
)
def test_what_counts_nothing_is_no_figure_of_an_aspect(sentence):
    """Ages, labels, counts of speakers and differences."""
    assert tied(build_profiles(watch(("deaths", "How many people were killed"))), sentence) == []


def test_the_side_that_a_sentence_sets_aside_is_old():
    """ "Lowered to 187 from 204" claims 187 alone."""
    u = unit("The agency lowered the death toll to 187 from 204.")
    assert [(f.value, f.old) for f in read_figures(u, NOON)] == [("187", False), ("204", True)]


def test_money_of_an_unlisted_currency_is_money():
    """Invented or rare, its sums are compared as sums."""
    (figure,) = read_figures(unit("The ministry paid 41 million crowns in advance."), NOON)
    assert figure.unit == "money"


# ---- statements


@pytest.mark.parametrize(
    ("sentence", "state"),
    [
        ("The airport is closed.", "access.closed"),
        ("The airport is not closed.", "access.open"),
        ("The warning was lifted.", "force.off"),
        ("The union rejected the offer.", "stance.rejects"),
        ("The union did not accept the offer.", "stance.rejects"),
        ("He pleaded not guilty.", "court.innocent"),
        ("The cause is under investigation.", "knowledge.unclear"),
    ],
)
def test_states_and_stances_are_read_with_their_negation(sentence, state):
    """A negation just before a cue of two values turns it round."""
    assert state in read_states(unit(sentence))


def test_what_is_quoted_tells_no_state():
    """Words of a speaker are the speaker's."""
    assert read_states(unit('"The airport is closed," she said.')) == frozenset()


def test_days_are_resolved_against_publication():
    """Thursday the 20th: "next Thursday" and 27 November are one day."""
    days = [read_statement(unit(s), frozenset(), NOON).dates for s in ("It ends on November 27.", "It ends on 27 November.")]
    assert days[0] == days[1] == {"2025-11-27"}


def test_another_outlet_is_a_link_of_the_chain_and_the_root_is_who_knows():
    """Who only passes it on is no source of its own."""
    u = unit("The toll is 57, Canal Wire reported, citing the Civil Office.")
    found = attribute(u, "Roundup", "", frozenset({"canal wire"}))
    assert found.root == "office" and "Canal Wire" in found.chain
    assert attribute(unit("The toll is 57."), "Roundup").root == "roundup"


# ---- worth


def worth(
    sentence, about="Whether the strike goes on, and what the union and the port agree", paragraph=0, added=False, seen=0.0
):
    """What a sentence is worth to an aspect of one story."""
    profiles = build_profiles(watch(("strike", about), ("weather", "Storms and rain")))
    u = read_unit(sentence, paragraph, 0, 2025)
    told = read_statement(u, frozenset(f.value for f in read_figures(u, NOON)), NOON)
    fits = route(u, profiles, Usage(), Context())
    found = weigh(u, told, fits, profiles, Usage(), Setting(Context(), seen, added))
    return next(w.worth for w in found if profiles[w.fit.aspect].name == "strike")


def test_a_sentence_tells_less_the_deeper_it_stands_and_more_if_it_was_added_later():
    """The most telling stands first; what is added to a known report is what is new."""
    said = "The union will end the strike at the port, the ministry said."
    assert worth(said) > worth(said, paragraph=4) > worth(said, paragraph=8)
    assert worth(said, added=True) > worth(said)


def test_what_one_earlier_sentence_holds_tells_less():
    """Words that stood before are no news."""
    said = "The union will end the strike at the port."
    assert worth(said, seen=0.9) < worth(said)


def test_an_intention_and_a_state_tell_more_than_a_view():
    """A reporter's own view of the matter is not what the log is for."""
    assert worth("The strike at the port will end on Friday.") > worth("We walked past the strike at the port in silence.")


def test_meeting_counts_where_the_aspect_asks_for_meetings():
    """The verb of the main clause tells what a sentence is about, whoever is named in it."""
    profiles = build_profiles(
        watch(("talks", "Which meetings and calls are held"), ("response from Oslo", "How Norway's government answers"))
    )
    u = unit("The Norwegian minister Ida Falk will see the owners in Bergen on Monday.")
    found = weigh(
        u, read_statement(u, frozenset(), NOON), route(u, profiles, Usage(), Context()), profiles, Usage(), Setting(Context())
    )
    plain = unit("The Norwegian minister Ida Falk will paint the owners in Bergen on Monday.")
    other = weigh(
        plain,
        read_statement(plain, frozenset(), NOON),
        route(plain, profiles, Usage(), Context()),
        profiles,
        Usage(),
        Setting(Context()),
    )
    of_talks = [next(w.worth for w in row if w.fit.aspect == 0) for row in (found, other)]
    assert of_talks[0] > of_talks[1]


# ---- who acts and who speaks


def parties(*sentences, paragraphs=()):
    """The party of each sentence; all stand in one paragraph unless others are named."""
    reader, numbers = Parties(), paragraphs or (0,) * len(sentences)
    return [reader.read(read_unit(s, n, 0, 2025), Usage()) for s, n in zip(sentences, numbers, strict=True)]


def test_a_pronoun_means_who_acted_or_spoke_last():
    """Not what the sentence in between was about."""
    first, second, third = parties(
        "Norway's minister Ida Falk rejected the offer.", "Ferries are old, she said.", "She wants new ones."
    )
    assert "=falk" in first.subject
    assert {"=falk", "@norway"} <= second.voice and "=falk" in third.subject
    assert "=falk" in second.meant and "=falk" in third.meant and not first.meant


def test_they_are_a_country_as_well_as_people():
    """A body is one and speaks as many."""
    *_, last = parties("Norway has rejected the offer.", "They want new ferries.", paragraphs=(0, 1))
    assert "@norway" in last.subject and "@norway" in last.meant


def test_in_a_paragraph_a_speaker_goes_on_without_being_named_again():
    """The next paragraph is the report's own again."""
    _, same, other = parties(
        "The port is safe, Ida Falk said.", "There are no plans to close it.", "It was built in May.", paragraphs=(0, 0, 1)
    )
    assert "=falk" in same.voice and not same.meant
    assert not other.voice


@pytest.mark.parametrize(
    ("sentence", "acts"),
    [
        ("Norway's offer was refused.", False),
        ("Norway's minister refused.", True),
        ("The ferries to Norway were full.", False),
        ("In Bergen, Norway refused.", True),
    ],
)
def test_whose_thing_it_is_does_not_act(sentence, acts):
    """A country acts as the subject or through its people, not as the owner of a thing or as a place."""
    (party,) = parties(sentence)
    assert ("@norway" in party.subject) is acts


def test_what_an_actor_of_the_aspect_says_is_worth_more_there_also_behind_a_pronoun():
    """An aspect that asks for somebody's answer is told what he says, whatever it is about."""
    profiles = build_profiles(
        watch(("response from Oslo", "How Norway answers the plan"), ("ferries", "What happens to the ferries"))
    )
    u = unit("The ferries were old, he said.")
    told = read_statement(u, frozenset(), NOON)
    fits = route(u, profiles, Usage(), Context())
    before = ("Norway's minister Ola Berg refused.", "The harbour master Ola Berg refused.")
    said = [parties(sentence, u.text)[1] for sentence in before]
    worths = [weigh(u, told, fits, profiles, Usage(), Setting(Context(), party=party)) for party in said]
    ours, others = ({w.fit.aspect: w.worth for w in row} for row in worths)
    assert ours[0] > others[0] and ours[1] == others[1]


# ---- subjects and sources


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("The strict limit on the fleet is gone from the new draft.", "strict limit on the fleet"),
        ("President Ilse Torm said that the harbour would be closed.", "harbour"),
        ("In October, the council moved to Port Ansel.", "council"),
        ("Minister Ida Falk on Thursday received the owners.", "Ida Falk"),
        ("It was not clear whether they would come.", ""),
        ("There is no date.", ""),
    ],
)
def test_a_subject_is_a_noun_phrase_or_nothing(sentence, wanted):
    """Articles, offices, days and second prepositions go; a pronoun is no subject."""
    assert subject_of(unit(sentence)) == wanted


def test_a_pronoun_speaks_for_whoever_spoke_before():
    """A source is a name or a noun phrase; with nobody before it, the outlet speaks."""
    said = unit("She would not resign, she said.")
    assert attribute(said, "Canal Wire", "Ilse Torm").named == "Ilse Torm"
    assert attribute(said, "Canal Wire").named == ""
    assert attribute(unit("Norway and Sweden said they would pay."), "Canal Wire").named == "Norway and Sweden"


def test_a_part_of_a_count_is_no_figure_of_the_whole():
    """ "Nine of the 28" counts a part."""
    assert [f.value for f in read_figures(unit("Nine of the 28 houses were destroyed."), NOON)] == ["28"]


def test_a_number_that_describes_a_thing_belongs_to_that_thing():
    """ "The 28-point plan" on a meeting is no figure of the meeting."""
    profiles = build_profiles(watch(("talks", "How many meetings are held"), ("plan", "How many points the plan has")))
    assert tied(profiles, "Talks on the 28-point plan have begun.") == [("plan", "28 point")]
