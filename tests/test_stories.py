"""Linking: what is one story, what is not, and that stopping in between changes nothing."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import Article, Link, Watch
from pipeline.stories import Changes, InMemory, Linker
from pipeline.stories.groups import Groups
from pipeline.stories.members import Item
from pipeline.stories.profile import Terms, read_terms
from pipeline.stories.rulings import Rulings
from pipeline.stories.vectors import Centroid

STREAM = Path(__file__).parent.parent / "bench" / "linking_heldout.txt"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def stream() -> list[tuple[str, Article]]:
    """The labelled stream in time order: (story, article)."""
    found: list[tuple[str, list[str], list[str]]] = []
    for line in STREAM.read_text(encoding="utf8").splitlines():
        if line.startswith("## "):
            story, *head = [cell.strip() for cell in line[3:].split("|", 3)]
            found.append((story, head, []))
        elif found and line.strip():
            found[-1][2].append(line)
    found.sort(key=lambda x: x[1][1])
    return [(story, _article(f"art_{n:02}", head, body)) for n, (story, head, body) in enumerate(found)]


def _article(name: str, head: list[str], body: list[str]) -> Article:
    outlet, at, headline = head
    seen = datetime.fromisoformat(at).replace(tzinfo=UTC)
    url = f"https://outlet.example/{name}"
    return Article(article_id=name, url=url, outlet=outlet, seen_at=seen, headline=headline, paragraphs=tuple(body))


WATCHES = (
    Watch(slug="syrup", title="Orlania cough syrup deaths", match=("Tusilin", "cough syrup", "Farmex")),
    Watch(
        slug="lander", title="Halcyon-2 moon landing", match=("Halcyon-2", "Meridiane Space"), exclude=("weather satellites",)
    ),
)
LABELLED = stream()
ARTICLES = [a for _, a in LABELLED]


@cache
def unbroken():
    """The picture after the whole stream without a stop."""
    return picture(linked())


def linked(articles=ARTICLES, watches=WATCHES, decisions=()):
    linker = Linker(watches, decisions)
    for article in articles:
        linker.add(article)
    return linker


def picture(linker):
    return linker.links(), linker.stories(), linker.copies()


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, len(ARTICLES)), max_size=3))
def test_a_linker_that_is_stopped_anywhere_goes_on_as_if_it_had_not_been(cuts):
    """load(dump()) changes no link, story or copy, wherever and however often it happens."""
    linker, memory = Linker(WATCHES), InMemory()
    for n, article in enumerate(ARTICLES):
        if n in cuts:
            linker = Linker.load(memory.take(linker.dump()), WATCHES)
        linker.add(article)
    assert picture(linker) == unbroken()


def test_equal_memories_give_equal_bytes():
    """A dump of what was loaded from a dump is the same dump."""
    memory = InMemory().take(linked().dump())
    again = Linker.load(memory, WATCHES)
    assert picture(again) == unbroken()  # so that every piece has been read
    assert again.dump() == Changes()


def test_the_result_does_not_depend_on_the_hash_seed():
    """Two processes with other hash seeds dump the same bytes."""
    code = "import test_stories as t, hashlib; print(hashlib.sha256(repr(t.linked().dump()).encode()).hexdigest())"
    root = Path(__file__).parent.parent
    run = [
        subprocess.run(
            [sys.executable, "-c", code], cwd=root, env={"PYTHONHASHSEED": seed, "PYTHONPATH": ".:tests"}, capture_output=True
        )
        for seed in ("1", "2")
    ]
    assert run[0].returncode == 0 and run[0].stdout == run[1].stdout


def test_the_main_stories_of_the_stream_are_told_from_their_neighbours():
    """A floor under the quality: each watched story is found nearly whole, and hardly anything else with it."""
    linker = linked()
    wanted = {"syrup": "syrup", "lander": "lander"}
    for watch in WATCHES:
        inside = {x.article_id for x in linker.links() if x.story_id == watch.story_id}
        gold = {a.article_id for story, a in LABELLED if story == wanted[watch.slug]}
        assert len(inside & gold) >= 0.9 * len(gold) and len(inside & gold) >= 0.9 * len(inside)


@pytest.mark.parametrize("watch", WATCHES, ids=lambda w: w.slug)
def test_what_is_found_does_not_depend_on_what_is_watched(watch):
    """A watch lies over the found stories and changes none."""
    found = linked(watches=()).groups.links
    assert linked(watches=(watch,)).groups.links == found


def test_every_article_is_in_some_story_and_every_link_names_a_story():
    """Nothing is lost between links and stories."""
    linker = linked()
    assert {x.article_id for x in linker.links()} == {a.article_id for a in ARTICLES}
    assert {x.story_id for x in linker.links()} <= {s.story_id for s in linker.stories()}
    assert len({s.slug for s in linker.stories()}) == len(linker.stories())


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(1, len(ARTICLES)), min_size=1, max_size=3))
def test_what_changed_since_the_last_save_brings_a_store_up_to_date(cuts):
    """Removing what is removed and writing what changed gives what links() tells, after every stop."""
    stored, linker, memory, start = {}, Linker(WATCHES), InMemory(), 0
    for cut in [*sorted(cuts), len(ARTICLES)]:
        for article in ARTICLES[start:cut]:
            linker.add(article)
        for key in linker.removed_links():
            del stored[key]
        stored.update({(x.story_id, x.article_id): x for x in linker.changed_links()})
        assert stored == {(x.story_id, x.article_id): x for x in linker.links()}
        linker, start = Linker.load(memory.take(linker.dump()), WATCHES), cut
        assert not linker.changed_links() and not linker.removed_links() and not linker.new_copies()


def test_a_story_that_is_three_matters_is_split_in_three_at_one_look():
    """What a split sets free is looked at in turn, not when it has grown again."""
    groups = Groups(Rulings())
    group = None
    for n in range(18):
        of = "abc"[n % 3]
        words = {f"{of}{k}": 1 for k in range(n % 4, n % 4 + 8)} | {"town": 1, f"only{n}": 1}
        terms = Terms((words, words, {of: 1, "town": 1}, {f"<{of}": 1}), 40)
        groups.vocabulary.learn(terms)
        item = Item(n, f"art_{n:02}", NOW, f"{of} {n}", groups.vocabulary.weigh(terms))
        groups.items[n] = item
        group = group or groups.start(item)
        groups.enter(group, item)
        groups.links[n] = Link(story_id=group.story_id, article_id=item.article_id, score=1.0, reason="", linked_at=NOW)
    groups.look(group)
    assert sorted(tuple(g.members) for g in groups.groups.values()) == [tuple(range(k, 18, 3)) for k in range(3)]
    assert [e.kind for e in groups.events].count("split") == 2


def _report(n: int, headline: str, text: str) -> Article:
    url = f"https://outlet.example/{n}"
    seen = NOW + timedelta(hours=12 * n)
    return Article(article_id=f"art_{n:02}", url=url, outlet=f"Outlet {n}", seen_at=seen, headline=headline, paragraphs=(text,))


DAM = ("water", "turbine", "engineer", "permit", "flood", "river", "gate", "concrete", "lake", "farmer", "ferry", "bridge")


def test_reports_from_before_a_narrow_wording_came_up_are_found_through_their_story():
    """A watch on a summit takes what led to it, once half of the found story is the summit; another matter stays out."""
    about = [" ".join(DAM[(n + k) % len(DAM)] for k in range(8)) for n in range(20)]
    before = [_report(n, f"Arven dam {about[n][:9]} row", f"The Arven dam in Orsa: {about[n]}.") for n in range(5)]
    bread = [_report(n, f"Bakers {n} compete", f"Rye loaf oven crust yeast flour prize {n}.") for n in (5, 6)]
    after = [_report(n, "Summit on the Arven dam", f"The Arven dam summit in Orsa: {about[n]}.") for n in range(7, 17)]
    watch = Watch(slug="summit", title="Summit", match=("summit",))
    linker = linked([*before, *bread, *after], (watch,))
    inside = {x.article_id for x in linker.links() if x.story_id == watch.story_id}
    assert inside == {a.article_id for a in (*before, *after)}


PLACE = ("harbour", "island", "governor", "shelter", "roof", "road", "market", "clinic", "school", "ferry")


def test_an_earlier_matter_in_the_same_place_leaves_the_watch_and_stays_out():
    """A storm opens a watch that names the island; the flood is meant, and the storm is not tried again."""
    place = [" ".join(PLACE[(n + k) % len(PLACE)] for k in range(5)) for n in range(20)]
    storm = [_report(n, "Orsa storm", f"Wind, gale and storm on Orsa: {place[n]}.") for n in range(4)]
    flood = [_report(n, "Orsa flood", f"Flood, dam and mud on Orsa: {place[n]}.") for n in range(4, 16)]
    watch = Watch(slug="flood", title="Flood", match=("Orsa", "flood"))
    linker = linked([*storm, *flood], (watch,))
    assert {x.article_id for x in linker.links() if x.story_id == watch.story_id} == {a.article_id for a in flood}
    assert {e.article_id for e in linker.events() if e.story_id == watch.story_id and e.kind == "left"} >= {"art_00", "art_03"}


def _bare(n: int, headline: str) -> Article:
    seen = NOW + timedelta(minutes=10 * n)
    url = f"https://outlet.example/{n}"
    return Article(article_id=f"art_{n:02}", url=url, outlet=f"Outlet {n}", seen_at=seen, headline=headline, paragraphs=())


def test_bare_headlines_that_mean_nearly_the_same_are_one_story_though_they_share_hardly_a_word():
    """Where there is nothing but a headline its meaning counts beside its words."""
    told = [
        "Orlania doctors strike over wages",
        "Orlania physicians walk out in pay dispute",
        "Bread prize goes to Kelm bakers",
    ]
    linker = linked([_bare(n, headline) for n, headline in enumerate(told)], ())
    story = {x.article_id: x.story_id for x in linker.links()}
    assert story["art_00"] == story["art_01"] != story["art_02"]


@given(st.lists(st.sampled_from(["storm", "flood", "vote", "strike", "plan"]), min_size=2, max_size=12), st.data())
@settings(max_examples=30, deadline=None)
def test_a_sum_of_headlines_is_the_same_whatever_was_in_it_between(words, data):
    """What is taken out of a story leaves nothing behind, of its meaning neither."""
    vocabulary = Groups(Rulings()).vocabulary
    terms = [read_terms(f"{word} number {n}", ()) for n, word in enumerate(words)]
    for counted in terms:
        vocabulary.learn(counted)
    profiles = [vocabulary.weigh(counted) for counted in terms]
    gone = data.draw(st.integers(0, len(profiles) - 1))
    rest = profiles[:gone] + profiles[gone + 1 :]
    whole = Centroid(profiles)
    whole.remove(profiles[gone])
    assert whole.inside() == Centroid(rest).inside() and whole.likeness(profiles[0]) == Centroid(rest).likeness(profiles[0])
    assert Centroid(profiles).likeness_without(profiles[gone]) == pytest.approx(whole.likeness(profiles[gone]), abs=1e-6)
