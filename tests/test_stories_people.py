"""People's decisions about stories win over the linker, at once and for ever."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.errors import UsageError
from pipeline.model import Article, HumanDecision, Watch, ident
from pipeline.stories import Linker

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
    """Link the stream; late decisions are made when all has been linked and saved."""
    linker = Linker(watches, () if late else decisions)
    for article in STREAM:
        linker.add(article)
    return Linker.load(linker.dump(), watches, decisions) if late else linker


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
