"""What people mean: stories by slug or id, articles by address or id. A wrong name is answered with the nearest ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from rapidfuzz import fuzz, process

from pipeline.errors import UsageError
from pipeline.model import Watch
from pipeline.store import Store, value_of
from pipeline.urls import canonical

NEAREST = 3  # names offered
ALIKE = 45  # percent of likeness from which a name is worth offering
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStory:
    """A story that somebody named."""

    story_id: str
    slug: str
    title: str
    origin: str
    article_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedArticle:
    """An article that somebody named."""

    article_id: str
    url: str
    title: str = ""


def story_named(store: Store, watches: Sequence[Watch], name: str) -> NamedStory:
    """The story of a slug or id; if it has ended, the one in which it ended. Raises UsageError with the nearest names."""
    name = name.strip()
    found = [value_of(NamedStory, r) for r in store.rows("stories_named", {"name": name})] if name else []
    if not found:  # watched since the last tracking
        new = next((w for w in watches if name in (w.slug, w.story_id)), None)
        found = [NamedStory(story_id=new.story_id, slug=new.slug, title=new.title, origin="watched")] if new else []
    return _only(store, found, name, "story", "names_of_stories")


def article_named(store: Store, name: str) -> NamedArticle:
    """The article of an address or id. Raises UsageError with the nearest addresses."""
    name = name.strip()
    wanted = {"name": name, "canonical": canonical(name) or name}
    found = [value_of(NamedArticle, r) for r in store.rows("articles_named", wanted)] if name else []
    return _only(store, found, name, "article", "names_of_articles")


def _only(store: Store, found: Sequence[T], name: str, what: str, names: str) -> T:
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{name}: more than one {what} is named so; write the whole id")
    near = nearest(name, {r["name"]: r["title"] or "" for r in store.rows(names)})
    raise UsageError(f"there is no {what} {name!r}. " + (f"The nearest: {', '.join(near)}" if near else "There is none yet"))


def nearest(name: str, known: dict[str, str]) -> list[str]:
    """The known names (or those of the titles) that are most like a name, the most alike first."""
    texts = {n: f"{n} {title}" for n, title in known.items()}
    found = process.extract(name, texts, scorer=fuzz.WRatio, limit=NEAREST, processor=str.lower)
    return [key for _, score, key in found if score >= ALIKE] or [key for _, _, key in found]
