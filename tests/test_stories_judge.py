"""The judgements of linking one by one, and what articles are read for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import StoreError
from pipeline.model import Article, Watch
from pipeline.stories import InMemory, Linker
from pipeline.stories.alike import rank_alike
from pipeline.stories.copies import IsCopy, IsOwn, Pair, decide_copy, shingles
from pipeline.stories.index import Index
from pipeline.stories.judge import (
    Candidate,
    Halves,
    Joins,
    Merges,
    Splits,
    Starts,
    StaysApart,
    decide_merge,
    decide_split,
    decide_story,
)
from pipeline.stories.naming import slug_of
from pipeline.stories.parting import pair_likeness
from pipeline.stories.profile import Profile, Vocabulary, name_runs, read_terms, stem, title_case
from pipeline.stories.sense import Means, MeansBoth, decide_earlier, decide_sense
from pipeline.stories.vectors import Centroid, heaviest_first, likeness_of
from pipeline.stories.watch import Joins as WatchJoins
from pipeline.stories.watch import Pattern, Signs, Standing, Strength, decide_watch, read_signs, read_text
from pipeline.stories.watch import StaysApart as NotWatched

START = datetime(2026, 6, 1, 8, tzinfo=UTC)


def article(name: str, headline: str, *paragraphs: str, outlet: str = "Paper", hours: float = 0) -> Article:
    seen = START + timedelta(hours=hours)
    url = f"https://paper.example/{name}"
    return Article(article_id=name, url=url, outlet=outlet, seen_at=seen, headline=headline, paragraphs=paragraphs)


def candidate(story: str, score: float) -> Candidate:
    return Candidate(story_id=story, title=story.title(), score=score, shared=("dam",))


# ---- found stories


def test_an_article_joins_the_best_story_above_the_threshold_and_says_why():
    """The reason names the likeness, the need, the story and the shared terms."""
    decision = decide_story(100, [candidate("a", 0.2), candidate("b", 0.5)])
    assert isinstance(decision, Joins) and (decision.story_id, decision.runner_up, decision.review) == ("b", "a", False)
    assert decision.reason == "Likeness 0.50 (needs 0.14) with “B”: both have dam."


def test_a_close_runner_up_marks_the_link_for_review():
    """Two stories that are about equally near are a question for a person."""
    decision = decide_story(100, [candidate("a", 0.49), candidate("b", 0.5)])
    assert isinstance(decision, Joins) and decision.review and "nearly as like" in decision.reason


def test_equal_scores_are_settled_by_the_id_whatever_the_order():
    """Nothing depends on the order in which candidates come."""
    pair = [candidate("a", 0.5), candidate("b", 0.5)]
    assert decide_story(9, pair) == decide_story(9, pair[::-1])


def test_too_little_likeness_starts_a_story():
    """Below the threshold nothing is joined, and the reason names the nearest story."""
    decision = decide_story(60, [candidate("a", 0.1)])
    assert isinstance(decision, Starts) and decision.nearest == "a" and "“A”" in decision.reason


def test_an_article_without_words_stays_apart():
    """Nothing can be said of it, so nothing is."""
    assert isinstance(decide_story(0, [candidate("a", 1.0)]), StaysApart)


@given(st.floats(0, 1), st.floats(0.01, 1), st.floats(1, 500), st.integers(1, 200), st.integers(1, 200))
def test_what_is_split_would_not_be_merged_again(between, inside, words, a, b):
    """For no ratio, length or size do both looks apply: they cannot swing to and fro."""
    halves = Halves(sizes=(a, b), between=between, inside=inside, words=words)
    assert not (isinstance(decide_split(halves), Splits) and isinstance(decide_merge(halves), Merges))


def test_parts_of_a_loose_story_may_differ_more_than_parts_of_a_tight_one():
    """Articles about one event repeat each other; those about a matter of months have an angle each."""
    tight = Halves(sizes=(6, 6), between=0.2, inside=0.4, words=100)
    loose = replace(tight, between=0.05, inside=0.1)
    assert isinstance(decide_split(tight), Splits) and not isinstance(decide_split(loose), Splits)


# ---- reading


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("strike", ["strikes", "strike's"]),
        ("stop", ["stopped", "stopping"]),
        ("ferry", ["ferries"]),
        ("visit", ["visited", "visiting"]),
    ],
)
def test_forms_of_a_word_have_one_stem(word, others):
    """Endings that say nothing about the matter do not keep words apart."""
    assert {stem(o) for o in others} == {stem(word)}


def test_names_are_runs_of_capitals_away_from_sentence_starts():
    """The first word of a sentence is capitalised for another reason."""
    names = name_runs("Police said Mayor Ada Holm of Lindholm resigned. Crowds cheered.")
    assert names["mayor ada holm"] == 1 and names["lindholm"] == 1 and "police" not in names and "crowds" not in names


def test_a_headline_in_title_case_says_nothing_about_names():
    """Where all words are capitalised none is a name because of it."""
    assert title_case("Mayor Of Lindholm Resigns After Bridge Report") and not title_case(
        "Mayor of Lindholm resigns after report"
    )


def test_what_an_outlet_prints_in_every_article_tells_little_about_its_articles():
    """The same words weigh less under the outlet whose habit they are than under another; the matter weighs the same."""
    vocabulary = Vocabulary()
    for n in range(12):
        vocabulary.learn(read_terms(f"Rolling page on matter{n}", ("Latest first, clock times are local.",)), "Rolling")
        vocabulary.learn(read_terms(f"Council report on subject{n}", ("Members voted on the motion.",)), "Gazette")
    terms = read_terms("Rolling page on bridges", ("Latest first, clock times are local. A bridge fell.",))
    vocabulary.learn(terms, "Rolling")
    mine, theirs = (vocabulary.weigh(terms, outlet) for outlet in ("Rolling", "Gazette"))
    habit, matter = vocabulary.number["blatest"], vocabulary.number["bbridg"]
    ratio = [p.weights[p.numbers == habit][0] / p.weights[p.numbers == matter][0] for p in (mine, theirs)]
    assert ratio[0] < 0.6 * ratio[1]


def test_a_script_without_blanks_has_words_too():
    """Pairs of characters stand in for words, so that two such texts can be alike."""
    terms = [
        read_terms(h, (t,))
        for h, t in (("大桥关闭", "工程师关闭大桥"), ("大桥继续关闭", "大桥仍然关闭"), ("面包比赛", "面包师比赛"))
    ]
    vocabulary = Vocabulary()
    for counted in terms:
        vocabulary.learn(counted)
    bridge, again, bread = (vocabulary.weigh(t) for t in terms)
    assert likeness_of(bridge, again) > likeness_of(bridge, bread)


def _profile(pairs: dict[int, int]) -> Profile:
    numbers = np.array(sorted(pairs), np.int32)
    return Profile(numbers, np.array([pairs[n] for n in sorted(pairs)], np.float32) / 4096, len(pairs))


profiles = st.lists(
    st.dictionaries(st.integers(0, 200), st.integers(1, 4096), min_size=1, max_size=30).map(_profile), min_size=2, max_size=6
)


@given(profiles, st.randoms(use_true_random=False))
def test_a_centroid_does_not_depend_on_the_order_of_its_articles(some, random):
    """Sums are exact: adding, absorbing and removing in any order give the same bits."""
    whole, mixed = Centroid(some), Centroid()
    order = list(some)
    random.shuffle(order)
    extra = order[0]
    mixed.add(extra)
    mixed.absorb(Centroid(order))
    mixed.remove(extra)
    assert np.array_equal(whole.numbers, mixed.numbers) and np.array_equal(whole.weights, mixed.weights)
    assert (whole.own, whole.size) == (mixed.own, mixed.size)


@given(profiles)
def test_mean_likeness_within_a_story_is_the_mean_over_its_pairs(some):
    """The short way by lengths gives what counting all pairs gives."""
    pairs = pair_likeness(some)
    n = len(some)
    direct = (pairs.sum() - np.trace(pairs)) / (n * (n - 1))
    shared = Centroid(some).inside()
    exact = np.mean([likeness_of(a, b) for i, a in enumerate(some) for j, b in enumerate(some) if i != j])
    assert direct == pytest.approx(exact, abs=1e-5) and shared == pytest.approx(exact, abs=1e-4)


@given(profiles)
def test_the_index_finds_the_sums_that_counting_finds(some):
    """As long as the budget is not used up, the index is exact."""
    index = Index()
    for place, profile in enumerate(some, 1):
        index.insert(place, *heaviest_first(profile))
    places, totals = index.sums(*heaviest_first(some[0]))
    found = dict(zip(places.tolist(), totals.tolist(), strict=True))
    for place, profile in enumerate(some, 1):
        assert found.get(place, 0.0) == pytest.approx(likeness_of(some[0], profile), abs=1e-5)


def test_a_slug_is_readable_and_unique():
    """Two stories that start with the same headline have different slugs."""
    slugs = {slug_of("Größte Brücke Lindholms gesperrt!", f"sto_{n:016x}") for n in (1, 2 << 60)}
    assert len(slugs) == 2 and all(s.startswith("grote-brucke-lindholms-gesperrt-") for s in slugs)


# ---- copies


def test_a_shared_text_is_a_copy_of_the_most_alike():
    """The nearest earlier text is the source."""
    pairs = [
        Pair(source_article_id=n, source_outlet="Wire", same_outlet=False, resemblance=r, inside=r)
        for n, r in (("a", 0.4), ("b", 0.7), ("c", 0.1))
    ]
    decision = decide_copy(pairs)
    assert isinstance(decision, IsCopy) and (decision.source_article_id, decision.similarity) == ("b", 0.7)


def test_credit_alone_makes_a_rewrite_only_if_the_matter_is_the_same():
    """An outlet may be named for something else."""
    pair = Pair(source_article_id="a", source_outlet="Wire", same_outlet=False, credited=True, likeness=0.4)
    assert isinstance(decide_copy([pair]), IsCopy)
    assert isinstance(decide_copy([replace(pair, likeness=0.1)]), IsOwn)


def test_an_aggregator_that_credits_the_wire_is_traced_to_it():
    """Other words, the same facts, and the wire named with a verb of reporting."""
    wire = article(
        "w",
        "Mayor of Lindholm quits over bridge",
        "Mayor Ada Holm of Lindholm quit over the bridge on Monday.",
        outlet="Inland Wire",
    )
    own = article("x", "Bakers meet in Oberau", "Forty bakers met in Oberau for the golden pretzel.", outlet="Loom", hours=1)
    loom = article(
        "l",
        "Lindholm mayor out over bridge",
        "Ada Holm has quit as mayor of Lindholm over the bridge, Inland Wire reported.",
        outlet="Loom",
        hours=2,
    )
    linker = Linker(())
    for a in (wire, own, loom):
        linker.add(a)
    assert [(c.article_id, c.source_article_id, c.similarity) for c in linker.copies()] == [("l", "w", 1.0)]


def test_short_texts_have_too_few_word_sequences_to_be_copies():
    """A shared phrase of a brief is no syndication."""
    assert len(shingles(article("a", "Title", "Five words and no more."))) < 12


# ---- watched stories


def signs(wording: Watch, headline: str, *paragraphs: str) -> Signs:
    return read_signs(read_text(article("a", headline, *paragraphs)), Pattern(wording))


DAM = Watch(slug="dam", title="Orsa dam break", match=("Orsa dam", "Lake Vell"), exclude=("film festival",))


@pytest.mark.parametrize(
    ("headline", "text", "strength"),
    [
        ("Orsa dam breaks", "Water ran.", Strength.FIRM),
        ("Dam above Orsa gives way", "Water ran.", Strength.FIRM),
        ("Water everywhere", "The level of Lake Vell fell.", Strength.FAIR),
        ("Water everywhere", "Rain fell. " * 70 + "Lake Vell is near.", Strength.FAINT),
        ("Orsa mourns after break", "Flags flew.", Strength.FAINT),
        ("Bakers meet", "Bread was baked.", Strength.NONE),
    ],
)
def test_words_name_a_watched_story_more_or_less_clearly(headline, text, strength):
    """A term in the headline says more than one far down; the words of a term may stand apart."""
    assert signs(DAM, headline, text).strength == strength


def test_an_excluded_term_keeps_an_article_out_whatever_else_it_has():
    """The person said so."""
    found = signs(DAM, "Orsa dam break", "The Lake Vell film festival goes on.")
    decision = decide_watch(found, Standing(reports=9, likeness=0.9))
    assert isinstance(decision, NotWatched) and "film festival" in decision.reason


def test_an_excluded_term_far_down_in_a_report_is_background():
    """What merely recalls the excluded matter in its last lines is a report all the same; without the words it is none."""
    told = "Rain fell. " * 70 + "The Lake Vell film festival is in June."
    assert signs(DAM, "Orsa dam breaks", told).strength == Strength.FIRM
    assert signs(DAM, "Bakers meet", told).excluded


def test_of_two_matters_the_words_mean_the_one_that_has_more_of_them():
    """What came first decides nothing; where both have the words, or both are alike, both stay."""
    apart = Halves(sizes=(4, 6), between=0.05, inside=0.4, words=100)
    meant = decide_sense(apart, (2.0, 6.0))
    assert isinstance(meant, Means) and meant.part == 1
    assert isinstance(decide_sense(apart, (5.0, 6.0)), MeansBoth)
    assert isinstance(decide_sense(replace(apart, sizes=(6, 4)), (2.0, 6.0)), MeansBoth)
    assert isinstance(decide_sense(replace(apart, between=0.3), (2.0, 6.0)), MeansBoth)


def test_what_was_over_before_the_larger_matter_began_may_be_more_like_it():
    """One place has a storm, then a flood: the storm goes, half as like though it is; a first chapter as large stays."""
    storm_then_flood = Halves(sizes=(4, 6), between=0.2, inside=0.4, words=100)
    meant = decide_sense(storm_then_flood, (4.5, 6.0), (1.0, 0.0))
    assert isinstance(meant, Means) and meant.part == 1 and meant.earlier
    assert isinstance(decide_sense(storm_then_flood, (4.5, 6.0), (0.5, 0.0)), MeansBoth)
    assert isinstance(decide_sense(storm_then_flood, (5.5, 6.0), (1.0, 0.0)), MeansBoth)
    assert isinstance(decide_sense(replace(storm_then_flood, sizes=(6, 6)), (4.5, 6.0), (1.0, 0.0)), MeansBoth)


def test_a_fringe_of_few_reports_is_another_matter_only_if_it_is_farther_off():
    """What lies outermost of many is farther from the middle than one half from the other."""
    halves = Halves(sizes=(3, 8), between=0.14, inside=0.4, words=100)
    assert isinstance(decide_sense(halves, (2.0, 6.0)), Means)
    assert isinstance(decide_sense(replace(halves, sizes=(3, 20)), (2.0, 6.0)), MeansBoth)
    assert isinstance(decide_sense(replace(halves, sizes=(3, 20), between=0.1), (2.0, 6.0)), Means)


def test_an_earlier_story_with_fewer_of_the_words_only_opened_the_watch():
    """A storm in the same place opened the watch on the flood; a story that has as many of the words is meant too."""
    stories = Halves(sizes=(3, 8), between=0.2, inside=0.4, words=100)
    assert isinstance(decide_earlier(stories, (3.0, 6.0)), Means)
    assert isinstance(decide_earlier(stories, (5.0, 6.0)), MeansBoth)
    assert isinstance(decide_earlier(replace(stories, between=0.3), (3.0, 6.0)), MeansBoth)
    assert isinstance(decide_earlier(replace(stories, sizes=(6, 8)), (3.0, 6.0)), MeansBoth)


def test_a_watch_on_an_earlier_year_is_not_opened_by_a_new_event():
    """An anniversary and the event of today share all words but the year."""
    old = Watch(slug="old", title="Orsa dam break of 1987", match=("Orsa dam",))
    assert signs(old, "Orsa dam breaks", "Water ran.").wrong_year
    assert not signs(old, "Orsa remembers its dam", "The Orsa dam broke in 1987.").wrong_year


def test_compounds_and_their_parts_are_the_same_word():
    """A person who writes quake means earthquakes too; a mere substring means nothing."""
    quake = Watch(slug="q", title="Orsa quake", match=("Orsa quake",))
    assert signs(quake, "Earthquake shakes Orsa").strength == Strength.FIRM
    trial = Watch(slug="t", title="Press freedom", match=("press freedom",))
    assert signs(trial, "Pressure on freedoms grows").cover < 1


def test_an_article_with_the_words_needs_less_likeness_than_one_without():
    """The same likeness brings in one that has a term, and not one that has none."""
    now = Standing(reports=9, likeness=0.06, usual=0.4, rival=0.06)
    assert isinstance(decide_watch(Signs(hits=("x",)), now), WatchJoins)
    assert isinstance(decide_watch(Signs(), now), NotWatched)


def test_a_nearer_other_story_speaks_against_an_article_that_merely_has_a_term():
    """A name in passing does not make a report."""
    passing = Standing(reports=9, likeness=0.06, usual=0.4, rival=0.3)
    assert isinstance(decide_watch(Signs(hits=("x",)), passing), NotWatched)


def test_the_first_reports_are_those_that_have_the_words_in_their_opening():
    """A faint sign opens nothing; a fair one does, for a person to review."""
    none = Standing(reports=0)
    opened = decide_watch(Signs(hits=("x",), in_lead=1), none)
    assert isinstance(opened, WatchJoins) and opened.review
    assert isinstance(decide_watch(Signs(hits=("x",)), none), NotWatched)


def test_without_words_only_likeness_that_is_usual_in_the_story_brings_an_article_in():
    """How much that is depends on the story; a nearer other story speaks against; and the report shapes nothing."""
    near = Standing(reports=9, likeness=0.15, usual=0.2, rival=0.1)
    joined = decide_watch(Signs(), near)
    assert isinstance(joined, WatchJoins) and not joined.core
    assert isinstance(decide_watch(Signs(), replace(near, usual=0.5)), NotWatched)
    assert isinstance(decide_watch(Signs(), replace(near, rival=0.6)), NotWatched)


# ---- the whole


def test_an_article_whose_found_story_is_the_watched_one_needs_less_likeness():
    """Company counts, but not against an excluded word or another year, and not for what is unlike."""
    near = Standing(reports=9, likeness=0.09, usual=0.2, rival=0.09, recent=False)
    kin = replace(near, kin=True)
    assert isinstance(decide_watch(Signs(), near), NotWatched) and isinstance(decide_watch(Signs(), kin), WatchJoins)
    assert isinstance(decide_watch(Signs(excluded="x"), kin), NotWatched)
    assert isinstance(decide_watch(Signs(wrong_year=True), kin), NotWatched)
    assert isinstance(decide_watch(Signs(), replace(kin, likeness=0.05, rival=0.05)), NotWatched)


def test_a_later_text_that_tells_more_moves_a_doubtful_article():
    """A brief that began alone joins the story once its text says what it is about."""
    first = article(
        "a", "Orsa dam breaks, valley flooded", "The Orsa dam broke on Monday and water flooded the Vell valley.", outlet="One"
    )
    other = article(
        "b", "Golden pretzel for Oberau baker", "A baker won the golden pretzel in Oberau on Monday.", outlet="Two", hours=1
    )
    brief = article("c", "Live: developing story", "More soon.", outlet="Three", hours=2)
    linker = Linker(())
    for a in (first, other, brief):
        linker.add(a)
    story = {x.article_id: x.story_id for x in linker.links()}
    grown = replace(
        brief,
        headline="Live: Orsa dam breaks",
        paragraphs=("The Orsa dam broke and water flooded the Vell valley, officials say.",),
    )
    linker.update(grown)
    after = {x.article_id: x.story_id for x in linker.links()}
    assert story["c"] not in (story["a"], story["b"]) and after["c"] == after["a"]


def test_an_article_added_twice_is_one_article():
    """The same look again changes nothing."""
    linker, one = Linker(()), article("a", "Orsa dam breaks", "The dam broke.")
    linker.add(one)
    before = linker.links()
    linker.add(one)
    assert linker.links() == before


def test_idle_stories_close_and_find_no_more_articles():
    """After two quiet weeks the same words start a new story; the old one keeps its links."""
    dam = ("Orsa dam breaks, valley flooded", "The Orsa dam broke and water flooded the Vell valley.")
    linker = Linker(())
    for n, hours in enumerate((0, 1, 24 * 20, 24 * 20 + 1)):
        linker.add(article(f"a{n}", *dam, outlet=f"Paper {n}", hours=hours))
        linker.add(article(f"b{n}", f"Bakers meet for round {n}", "Bread was baked in Oberau.", hours=hours))
    story = {x.article_id: x.story_id for x in linker.links()}
    assert story["a0"] == story["a1"] != story["a2"] == story["a3"]
    assert len(linker.groups.items) < 8 and story["a0"] in {s.story_id for s in linker.stories()}


def test_a_box_that_an_outlet_prints_everywhere_links_nothing():
    """The fourth article with the outlet's box is not drawn to the others by it."""
    box = "Subscribe to the evening letter for harbour notes, tide tables and the ferry crossword."
    topics = [
        (
            "Bakers of Oberau meet",
            "Forty bakers kneaded dough in Oberau while judges weighed loaves and pretzels on brass scales.",
        ),
        (
            "Central bank cuts rate",
            "Lending costs fell by half a point as governors saw slack demand, cheaper oil and calm wages.",
        ),
        (
            "Choir of Senn sings motets",
            "Sixty singers performed motets in a chapel with viols, cornetts and a borrowed organ.",
        ),
        (
            "Owl rescued at quarry",
            "A keeper carried an injured bird to a clinic, where vets set its wing and fed it minced quail.",
        ),
    ]
    linker = Linker(())
    for n, (headline, text) in enumerate(topics):
        linker.add(article(f"a{n}", headline, text, box, outlet="Courier", hours=n))
    assert linker.furniture.strip("Courier", ("Owl found.", box), linker._story_of) == ("Owl found.",)


def test_a_memory_that_is_not_ours_is_refused_with_a_way_out():
    """Never half-loaded, and the message says what to do."""
    memory = InMemory()
    with pytest.raises(StoreError, match="--rebuild"):
        Linker.load(memory, ())
    memory.kinds["desk"] = {0: b"not a memory"}
    with pytest.raises(StoreError, match="--rebuild"):
        Linker.load(memory, ())


def test_of_articles_about_as_alike_the_one_nearer_in_time_comes_first():
    """Outlets report one event at about the same time."""
    texts = ("Mayor of Lindholm resigns", "Lindholm mayor resigns"), ("Bakers meet in Oberau", "Bread prize")
    same = [article(n, *texts[0], hours=h) for n, h in (("a", 0), ("late", 20), ("soon", 1))]
    ranked = rank_alike([*same, article("other", *texts[1])])
    assert ranked[0][:2] == ["soon", "late"] and "other" not in ranked[0][:2]
