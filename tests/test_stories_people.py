"""People's decisions about stories win over the linker, at once and for ever."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.errors import UsageError
from pipeline.model import Article, HumanDecision, Watch, ident
from pipeline.stories import InMemory, Linker, in_order, on_stories, one_by_one, that_hold
from pipeline.stories.judge import Halves
from pipeline.stories.proposals import LeavesApart, decide_proposal

START = datetime(2026, 6, 1, 8, tzinfo=UTC)
WATCH = Watch(slug="bridge", title="Harbour bridge closure", match=("harbour bridge",))
BRIDGE = (
    "Cracks close the harbour bridge in Lindholm",
    "Engineers closed the harbour bridge in Lindholm after cracks were found in two of its pylons.",
    "Harbour bridge in Lindholm stays closed as engineers measure cracks",
    "Lindholm's harbour bridge will stay closed while engineers measure the cracks in its pylons.",
    "Ferries carry commuters while Lindholm harbour bridge is closed",
    "Ferries took commuters across the water in Lindholm, where cracks keep the harbour bridge closed.",
)
BAKERY = (
    "Bakers in Oberau compete for the golden pretzel",
    "Forty bakers met in Oberau to find who bakes the best pretzel of the valley.",
    "Golden pretzel goes to a baker of nineteen in Oberau",
    "A baker of nineteen won the golden pretzel in Oberau ahead of forty others of the valley.",
)


def articles(*texts: str) -> list[Article]:
    """An article for each pair of headline and text, an hour apart."""
    pairs = list(zip(texts[::2], texts[1::2], strict=True))
    return [
        Article(
            article_id=f"art_{n}",
            url=f"https://paper.example/{n}",
            outlet=f"Paper {n}",
            seen_at=START + timedelta(hours=n),
            headline=headline,
            paragraphs=(text,),
        )
        for n, (headline, text) in enumerate(pairs)
    ]


STREAM = articles(*BRIDGE, *BAKERY)
BRIDGE_ID, BAKERY_ID = (ident("sto", "found", f"art_{n}") for n in (0, 3))


def decision(kind: str, story: str, article: str | None = None, other: str | None = None, **more) -> HumanDecision:
    """A decision by an editor; `at` orders them."""
    at = START + timedelta(days=more.pop("at", 1))
    key = ident("dec", kind, story, article, other, at)
    fields = {"article_id": article, "other_story_id": other, "made_by": "Vera", **more}
    return HumanDecision(decision_id=key, made_at=at, kind=kind, story_id=story, **fields)


def places(linker: Linker) -> dict[str, set[str]]:
    """Story -> its articles."""
    found: dict[str, set[str]] = {}
    for link in linker.links():
        found.setdefault(link.story_id, set()).add(link.article_id)
    return found


def run(*decisions: HumanDecision, watches=(), late: bool = False) -> Linker:
    """Link the stream; late decisions are made one after the other when all has been linked and saved."""
    linker = Linker(watches, () if late else decisions)
    for article in STREAM:
        linker.add(article)
    if late:
        linker = Linker.load(InMemory().take(linker.dump()), watches)
        for n, made in enumerate(decisions, 1):
            linker.take(decisions[:n], made)
    return linker


def test_without_decisions_there_are_two_stories():
    """What the decisions below change."""
    assert places(run()) == {BRIDGE_ID: {"art_0", "art_1", "art_2"}, BAKERY_ID: {"art_3", "art_4"}}


@pytest.mark.parametrize("late", [False, True])
def test_a_pinned_article_is_where_the_person_put_it(late):
    """A pin moves one article and leaves its reason and author in the link."""
    linker = run(decision("pin", BAKERY_ID, "art_2", note="about the pretzel stand"), late=late)
    assert places(linker) == {BRIDGE_ID: {"art_0", "art_1"}, BAKERY_ID: {"art_2", "art_3", "art_4"}}
    link = next(x for x in linker.links() if x.article_id == "art_2")
    assert (link.method, link.reason) == ("person", "Put here by Vera: about the pretzel stand")


@pytest.mark.parametrize("late", [False, True])
def test_an_unpinned_article_leaves_and_does_not_come_back(late):
    """An unpin keeps an article out of a story that it resembles."""
    assert "art_2" not in places(run(decision("unpin", BRIDGE_ID, "art_2"), late=late))[BRIDGE_ID]


@pytest.mark.parametrize("late", [False, True])
def test_merged_stories_are_one_and_keep_the_id_of_the_first(late):
    """After a merge later articles of either matter are in the one story."""
    linker = run(decision("merge", BRIDGE_ID, other=BAKERY_ID), late=late)
    assert places(linker) == {BRIDGE_ID: {a.article_id for a in STREAM}}


@pytest.mark.parametrize("late", [False, True])
def test_split_articles_start_a_story_that_is_never_merged_back(late):
    """Two articles split from a story to one other story stay together there."""
    parts = [decision("split", BRIDGE_ID, a, "sto_ferries") for a in ("art_1", "art_2")]
    linker = run(*parts, late=late)
    assert places(linker)["sto_ferries"] == {"art_1", "art_2"} and places(linker)[BRIDGE_ID] == {"art_0"}


def test_a_rename_changes_the_title_and_not_the_slug():
    """Links into the reports stay good when a person finds a better title."""
    before = {s.story_id: s for s in run().stories()}[BRIDGE_ID]
    after = {s.story_id: s for s in run(decision("rename", BRIDGE_ID, title="The bridge")).stories()}[BRIDGE_ID]
    assert (after.title, after.slug) == ("The bridge", before.slug)


def test_the_last_decision_on_a_matter_holds():
    """A pin that is taken back is as if it had never been."""
    pin, back = decision("pin", BAKERY_ID, "art_2", at=1), decision("unpin", BAKERY_ID, "art_2", at=2)
    assert "art_2" not in places(run(back, pin))[BAKERY_ID]


@pytest.mark.parametrize("late", [False, True])
def test_pins_hold_for_watched_stories_too(late):
    """A person adds a report that has none of the words, and takes out one that has."""
    pins = decision("pin", WATCH.story_id, "art_4"), decision("unpin", WATCH.story_id, "art_1")
    inside = places(run(*pins, watches=[WATCH], late=late))[WATCH.story_id]
    assert "art_4" in inside and "art_1" not in inside and "art_0" in inside


@pytest.mark.parametrize("late", [False, True])
def test_a_found_story_can_be_merged_into_a_watched_one(late):
    """All its articles are reports of the watched story from then on."""
    linker = run(decision("merge", WATCH.story_id, other=BAKERY_ID), watches=[WATCH], late=late)
    assert {"art_3", "art_4"} <= places(linker)[WATCH.story_id]


def test_a_decision_that_cannot_be_understood_is_refused_by_name():
    """The message names the decision and what it lacks."""
    with pytest.raises(UsageError, match=r"dec_.*a pin needs article_id"):
        Linker((), [decision("pin", BRIDGE_ID)])


@pytest.mark.parametrize("late", [False, True])
def test_an_article_may_be_put_into_several_watched_stories_and_one_found_one(late):
    """None of the pins takes the place of another, and each link tells its own reason."""
    other = replace(WATCH, slug="quays", match=("quay",))
    pins = [
        decision("pin", story, "art_4", at=n, note=f"note {n}")
        for n, story in enumerate((WATCH.story_id, other.story_id, BRIDGE_ID))
    ]
    linker = run(*pins, watches=[WATCH, other], late=late)
    reasons = {w.story_id: w.links[4].reason for w in linker.watching.values() if 4 in w.links}
    assert reasons == {WATCH.story_id: "Put here by Vera: note 0", other.story_id: "Put here by Vera: note 1"}
    assert linker.groups.links[4].story_id == BRIDGE_ID


def test_two_stories_of_which_a_person_said_that_they_are_two_stay_two():
    """Whatever their articles come to say; a later merge by a person holds again."""
    two, one = decision("apart", BRIDGE_ID, other=BAKERY_ID, at=1), decision("merge", BRIDGE_ID, other=BAKERY_ID, at=2)
    linker = run(two)
    groups = [linker.groups.groups[linker.groups.by_story[s]] for s in (BRIDGE_ID, BAKERY_ID)]
    assert not linker.groups.may_be_one(*groups)
    assert len(places(run(two, one))) == 1
    assert len(places(run(one, replace(two, made_at=one.made_at + timedelta(days=1))))) == 2


def test_what_a_later_row_undoes_holds_no_longer():
    """Nor is the row that undoes a decision of its own; the order is that in which they were carried out."""
    pin, other = decision("pin", BAKERY_ID, "art_2"), decision("pin", BAKERY_ID, "art_1", at=3)
    undo = replace(decision("undo", BAKERY_ID, at=5), undoes=pin.decision_id)
    early = replace(other, decision_id="dec_early", read_through=START)
    assert that_hold([pin, other, undo]) == [other]
    assert in_order([pin, other, early]) == [early, pin, other]


def test_decisions_on_a_story_that_is_watched_no_longer_rest():
    """Its id is that of a slug, which no found story may take."""
    pin = replace(decision("pin", WATCH.story_id, "art_4"), slug=WATCH.slug)
    found = replace(decision("pin", BAKERY_ID, "art_4"), slug="bakers")
    assert on_stories([pin, found], {WATCH.story_id}) == [pin, found]
    assert on_stories([pin, found], set()) == [found]


def test_a_split_of_several_articles_is_one_for_each():
    """All into the same new story."""
    split = replace(decision("split", BRIDGE_ID, other="sto_ferries"), article_ids=("art_1", "art_2"))
    assert [(d.article_id, d.other_story_id) for d in one_by_one([split])] == [
        ("art_1", "sto_ferries"),
        ("art_2", "sto_ferries"),
    ]


@pytest.mark.parametrize(
    ("between", "fit", "found"),
    [(0.35, 1.2, "sure"), (0.35, 0.7, "asked"), (0.2, 0.7, "asked"), (0.2, 0.3, "two"), (0.1, 1.2, "two")],
)
def test_only_what_is_far_above_the_bar_is_merged_without_asking(between, fit, found):
    """Likeness of the stories and the fit of each article both count."""
    told = decide_proposal(Halves(sizes=(6, 3), between=between, inside=0.35, words=80), fit, ("pylon",))
    kind = "two" if isinstance(told, LeavesApart) else "sure" if told.sure else "asked"
    assert kind == found and "stories of 6 and 3 articles" in told.reason
    assert ("both have pylon" in told.reason) == (found != "two")
