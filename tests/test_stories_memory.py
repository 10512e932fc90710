"""The linker's memory in pieces: whoever goes on from it, however often and with however little of it read, ends the same."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.model import Article, HumanDecision, Watch
from pipeline.pieces import Kept
from pipeline.stories import Changes, InMemory, Linker

START = datetime(2026, 1, 1, tzinfo=UTC)
LETTERS = "bcdfghklmnprstvwz"
WATCHES = (Watch(slug="watched", title="Matter of Bofan", match=("Bofan", "Dagir")),)


def word(rng: random.Random) -> str:
    return "".join(rng.choice(LETTERS) + rng.choice("aeiou") for _ in range(3)) + rng.choice(LETTERS)


def stream(seed: int, count: int) -> list[Article]:
    """Made articles over five weeks, some of them copies and some later texts of earlier ones; a few stories go on for long."""
    rng = random.Random(seed)
    stories = [[word(rng) for _ in range(12)] for _ in range(count // 12)]
    out: list[Article] = []
    for n in range(count):
        at = START + timedelta(days=35) * n / count
        near = len(stories) * n // count
        words = stories[rng.choice([min(len(stories) - 1, near + rng.randrange(3)), rng.randrange(4)])]
        if out and rng.random() < 0.1:
            old = rng.choice(out[-40:])
            out.append(
                replace(
                    old, seen_at=at, headline=f"{old.headline} {word(rng)}", paragraphs=(*old.paragraphs, _text(rng, words))
                )
            )
            continue
        text = rng.choice(out[-10:]).paragraphs if out and rng.random() < 0.1 else (_text(rng, words), _text(rng, words))
        name = rng.choice(("Bofan", "Dagir", "Lumek", "Potar"))
        out.append(
            Article(
                article_id=f"a{n}",
                url=f"https://o{n % 9}.example/{n}",
                outlet=f"Paper {n % 9}",
                seen_at=at,
                headline=" ".join([*rng.choices(words, k=4), name if words in stories[:2] else word(rng)]),
                paragraphs=text,
            )
        )
    return out


def _text(rng: random.Random, words: list[str]) -> str:
    return " ".join([*rng.choices(words, k=8), *(word(rng) for _ in range(8))]).capitalize() + "."


def decision(rng: random.Random, linker: Linker, n: int, at: datetime) -> HumanDecision:
    """A decision on what is there."""
    links = linker.links()
    one, other = rng.choice(links), rng.choice(links)
    kind = rng.choice(("pin", "unpin", "merge", "rename", "apart"))
    if one.story_id == other.story_id or other.story_id in linker.watching:
        kind = "rename"
    return HumanDecision(
        decision_id=f"dec_{n}",
        made_at=at,
        kind=kind,
        story_id=one.story_id,
        slug="",
        article_id=other.article_id if kind in ("pin", "unpin") else None,
        other_story_id=other.story_id if kind in ("merge", "apart") else None,
        title="Named" if kind == "rename" else None,
    )


def picture(linker: Linker) -> tuple[object, ...]:
    return linker.links(), linker.stories(), linker.copies(), linker.groups.vocabulary.articles


@pytest.mark.parametrize("seed", range(3))
def test_a_history_with_many_stops_ends_as_one_without(seed, monkeypatch):
    """Stops and decisions at random: links, stories and every piece are those of a linker that never stopped.

    Rows are made short, so that each of them fills, empties and goes in the time of the test; all, some or none of the pieces
    are read one by one.
    """
    monkeypatch.setattr("pipeline.pieces.QUESTIONS", (0, 3, 10**6)[seed])
    for name in ("copies.RUN", "state.HASHES_RUN", "index.RUN", "state.TERMS_RUN", "profile.TEXTS_PAGE", "state.PAGE"):
        monkeypatch.setattr(f"pipeline.stories.{name}", 16)
    rng, articles = random.Random(seed), stream(seed, 300)
    stops = sorted(rng.sample(range(1, len(articles)), 15))
    whole, memory = Linker(WATCHES), InMemory()
    parts, told, made = Linker(WATCHES), {}, []
    for n, article in enumerate(articles):
        if n in stops:
            for key in parts.removed_links():
                del told[key]
            told.update({(x.story_id, x.article_id): x for x in parts.changed_links()})
            memory.take(parts.dump())
            parts = Linker.load(memory, WATCHES, made)
            assert not parts.changed_links() and not parts.removed_links() and not parts.new_copies()
            if rng.random() < 0.4:
                made.append(decision(rng, whole, n, article.seen_at))
                whole.take(made, made[-1])
                parts.take(made, made[-1])
        whole.add(article)
        parts.add(article)
    for key in parts.removed_links():
        del told[key]
    told.update({(x.story_id, x.article_id): x for x in parts.changed_links()})
    assert told == {(x.story_id, x.article_id): x for x in whole.links()}
    memory.take(parts.dump())
    assert memory.kinds == InMemory().take(whole.dump()).kinds
    assert picture(parts) == picture(whole)
    assert len(whole.groups.closed) > 3 and len(whole.copies()) > 5


def test_what_is_not_asked_for_is_not_read():
    """One more article reads a small part of what is remembered, and writes a small part of it."""
    linker, articles = Linker(WATCHES), stream(9, 300)
    for article in articles:
        linker.add(article)
    memory = InMemory().take(linker.dump())
    again = Linker.load(memory, WATCHES)
    again.add(
        replace(articles[-1], article_id="new", url="https://o1.example/new", seen_at=articles[-1].seen_at + timedelta(hours=1))
    )
    assert len(again.groups.items.read_so_far()) < 150 and len(again.groups.links.read_so_far()) < 60
    changes = again.dump()
    assert sum(len(pieces) for pieces in changes.come.values()) < 100


def test_a_mapping_that_is_read_when_asked_is_a_mapping():
    """It has what was kept, what was set since, and not what was taken out."""
    linker = Linker(WATCHES)
    for article in stream(3, 60):
        linker.add(article)
    kept = Linker.load(InMemory().take(linker.dump()), WATCHES).order_of
    assert isinstance(kept, Kept) and "a0" in kept and "nobody" not in kept and kept.get("a1") == 1
    kept["new"] = 99
    del kept["a0"]
    assert "a0" not in kept and kept.get("a0") is None and kept.before("a0") == 0
    assert kept == {k: v for k, v in linker.order_of.items() if k != "a0"} | {"new": 99}
    with pytest.raises(KeyError):
        kept["a0"]


def test_what_has_not_changed_is_not_written():
    """A linker that only told what it remembers has nothing to write."""
    linker = Linker(WATCHES)
    for article in stream(4, 120):
        linker.add(article)
    again = Linker.load(InMemory().take(linker.dump()), WATCHES)
    assert picture(again) == picture(linker)
    assert again.dump() == Changes()
