"""The live pages: each is made from the published snapshot at the moment it is asked for. Reads only; nothing is decided here.

Addresses are those of the static reports, so that a link into one is a link into the other. None where there is no such page.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from pipeline.changelog.days import latest_until
from pipeline.changelog.health import render_health
from pipeline.changelog.live import (
    DecisionRow,
    FoundVersion,
    Head,
    SearchPage,
    Statement,
    ThenPage,
    hits,
    render_compare,
    render_decisions,
    render_search,
    render_then,
    terms,
)
from pipeline.changelog.pages import render_article, render_day, render_index, render_outlet, render_story
from pipeline.changelog.paths import Links, article_file, outlet_file, story_folder
from pipeline.changelog.site import feed_texts, story_texts
from pipeline.changelog.syndication import outlet_feed, silent_feed
from pipeline.changelog.views import ArticlePage, Choice, Live, OutletPage, Site, StoryPage
from pipeline.config import Settings, load_watches
from pipeline.edits import compare
from pipeline.journey.asking import reading
from pipeline.journey.overview import health_page
from pipeline.journey.reporting import MOST_SILENT, front_stories
from pipeline.journey.views import article_pages, aspects_of, index_page, outlet_pages, quiet_edit, story_page
from pipeline.model import Story
from pipeline.store import Store, value_of

MOST_FOUND = 300  # versions of one search
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for."""

    text: str
    outlet: str = ""
    story: str = ""  # slug


@contextmanager
def browsing(settings: Settings, now: datetime) -> Iterator["Desk"]:
    """The snapshot, open for the making of pages."""
    with reading(settings) as store:
        yield Desk(store, settings, now)


class Desk:
    """Makes pages from an open store."""

    def __init__(self, store: Store, settings: Settings, now: datetime):
        self.store, self.settings, self.now = store, settings, now
        self.as_of = min(store.last_seen() or now, now)

    @cached_property
    def _stories(self) -> list[tuple[Story, str]]:
        return [(value_of(Story, r), r["digest"]) for r in self.store.rows("page_stories")]

    def links(self, depth: int) -> Links:
        """Every article and outlet has a page here."""
        rows = self.store.rows("live_links")
        return Links(frozenset(r["article_id"] for r in rows), frozenset(r["outlet"] for r in rows), depth)

    @property
    def _titles(self) -> tuple[tuple[str, str], ...]:
        return tuple((s.slug, s.title) for s, _ in self._stories)

    # ---- the pages that reports have too

    def front(self, live: Live) -> str:
        """The front page."""
        stories = front_stories(self.store, self._stories, (), load_watches(self.settings.stories), self.as_of)
        index = index_page(self.store, stories, self.as_of)
        site = Site(index=index, outlets=tuple(outlet_pages(self.store, self.as_of)))
        return render_index(site, self.links(0), live)

    def health(self, live: Live) -> str:
        """How collecting goes now: of a schedule that stands still nothing that was seen would tell."""
        outlets = frozenset(row["outlet"] for row in self.store.rows("live_outlets"))  # of articles there may be a million
        return render_health(health_page(self.store, self.settings, self.now), Links(outlets=outlets, depth=0), live)

    def silent(self, file: str) -> str | None:
        """The feed of silent edits."""
        edits = tuple(quiet_edit(r) for r in self.store.rows("silent_edits", {"most": MOST_SILENT}))
        return _made(feed_texts("silent", silent_feed(edits, self.as_of)).get(file))

    def _story(self, folder: str) -> StoryPage | None:
        found = next((s for s, _ in self._stories if story_folder(s) == folder), None)
        return (
            story_page(self.store, found, aspects_of(found, load_watches(self.settings.stories)), self.as_of) if found else None
        )

    def story(self, folder: str, choice: Choice, live: Live) -> str | None:
        """A story's page."""
        page = self._story(folder)
        return render_story(page, self.links(1), live, choice) if page else None

    def story_file(self, folder: str, file: str, live: Live) -> str | None:
        """A day's page, or a file that is no page."""
        page = self._story(folder)
        if page is None:
            return None
        if file.endswith(".html"):
            day = _day(file.removesuffix(".html"))
            return render_day(page, day, self.links(1), live) if day else None
        return _made(story_texts(page).get(file))

    def _article(self, article_id: str) -> ArticlePage | None:
        rows = self.store.rows("page_article", {"article_id": article_id}) if article_id else []
        return article_pages(self.store, rows)[0] if len(rows) == 1 else None

    def article(self, file: str, live: Live) -> str | None:
        """An article's page."""
        page = self._article(file.partition("-")[0])
        if page is None or article_file(page.article_id, page.outlet) != file:
            return None
        return render_article(page, self.links(1), live, self._titles)

    def _outlet(self, stem: str) -> OutletPage | None:
        pages = outlet_pages(self.store, self.as_of)
        return next((p for p in pages if outlet_file(p.outlet) == f"{stem}.html"), None)

    def outlet(self, file: str, live: Live) -> str | None:
        """An outlet's page or feed."""
        stem, _, suffix = file.rpartition(".")
        page = self._outlet(stem)
        if page is None:
            return None
        return (
            render_outlet(page, self.links(1), live)
            if suffix == "html"
            else _made(feed_texts(stem, outlet_feed(page)).get(file))
        )

    # ---- the pages that only live ones are

    def search(self, query: Query, live: Live) -> str:
        """All versions that have the words."""
        words, links = terms(query.text), self.links(0)
        story = next((s.story_id for s, _ in self._stories if s.slug == query.story), query.story)
        asked = {"words": list(words), "outlet": query.outlet, "story_id": story, "most": MOST_FOUND}
        found = [value_of(FoundVersion, r) for r in self.store.rows("search_versions", asked)] if words else []
        page = SearchPage(
            query=query.text,
            outlet=query.outlet,
            story=query.story,
            outlets=tuple(sorted(links.outlets, key=str.casefold)),
            stories=self._titles,
            hits=hits(found, words),
            cut=len(found) == MOST_FOUND,
        )
        return render_search(page, links, live)

    def then(self, folder: str, hour: int | None, at: datetime | None, live: Live) -> str | None:
        """A story as it was known at a moment: so many hours after its first report, or the moment itself."""
        page = self._story(folder)
        if page is None:
            return None
        first = (page.story.first_seen_at or self.as_of).replace(minute=0, second=0, microsecond=0)
        hours = max(0, -(-(self.as_of - first) // HOUR))
        moment = at or first + HOUR * max(0, min(hours, hours if hour is None else hour))
        return render_then(self._then(page, moment, first, hours), self.links(1), live)

    def _then(self, page: StoryPage, at: datetime, first: datetime, hours: int) -> ThenPage:
        known = replace(
            page,
            changes=tuple(x for x in page.changes if x.change.detected_at <= at),
            said=tuple(s for s in page.said if s.seen_at <= at),
            standing=(),
        )
        said = (
            (a, tuple(self._said(page.story.slug, a, at)))
            for a in dict.fromkeys(x.change.aspect for x in latest_until(page, at))
        )
        heads = self.store.rows("heads_then", {"at": at, "story_id": page.story.story_id})
        return ThenPage(
            page=known,
            at=at,
            first=first,
            hours=hours,
            said=tuple((aspect, told) for aspect, told in said if told),
            heads=tuple(value_of(Head, r) for r in heads),
        )

    def _said(self, slug: str, aspect: str, at: datetime) -> Iterator[Statement]:
        """Of each outlet the newest statement that stood, newest first."""
        seen: set[str] = set()
        for row in self.store.rows("said_then", {"slug": slug, "aspect": aspect, "at": at}):
            if row["outlet"] not in seen:
                seen.add(row["outlet"])
                yield value_of(Statement, row)

    def compared(self, article_id: str, old: int, new: int, live: Live) -> str | None:
        """Any two versions of an article, judged as if the one had followed on the other."""
        page = self._article(article_id)
        versions = {v.seq: v for v in page.versions} if page else {}
        if page is None or old not in versions or new not in versions:
            return None
        found = compare(versions[old], versions[new])
        return render_compare(page, old, new, found, self.links(0), live)

    def decisions(self, live: Live) -> str:
        """What people decided."""
        rows = [value_of(DecisionRow, r) for r in self.store.rows("page_decisions")]
        return render_decisions(rows, self.links(0), live)


def _made(text: Callable[[], str] | None) -> str | None:
    return text() if text else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
