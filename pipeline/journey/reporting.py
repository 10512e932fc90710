"""Reports: pages, logs and feeds written from the snapshot. Only what moved since the last report is made again."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pipeline import changelog
from pipeline.changelog.markdown import render_markdown
from pipeline.changelog.paths import Links, article_file, story_folder
from pipeline.changelog.site import HEALTH_FILE, write_articles, write_health, write_site
from pipeline.changelog.terminal import terminal_lines
from pipeline.changelog.views import ArticlePage, ChangeLine, Site, StoryPage
from pipeline.config import Settings, load_watches
from pipeline.errors import UsageError
from pipeline.journey.asking import reading
from pipeline.journey.overview import health_page
from pipeline.journey.progress import Progress
from pipeline.journey.views import (
    article_pages,
    aspects_of,
    index_page,
    outlet_pages,
    quiet_edit,
    story_page,
)
from pipeline.model import Story, Watch
from pipeline.store import Store, value_of

MEMORY = ".written.json"  # in the reports' folder: digest of what each page showed
PART = 200  # article pages made at a time
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_SILENT = 100  # entries of the feed of silent edits


@dataclass(slots=True)
class ReportSummary:
    """What was written."""

    folder: str
    files: int
    stories: tuple[str, ...]

    def lines(self) -> list[str]:
        return [f"{self.files} files written below {self.folder}", f"Open {self.folder}/index.html"]


def write_reports(settings: Settings, now: datetime, progress: Progress) -> ReportSummary:
    """Write what moved since the last report."""
    watches = load_watches(settings.stories)
    memory = Memory(settings.reports / MEMORY)
    with reading(settings) as store:
        as_of = min(store.last_seen() or now, now)
        stories = [(value_of(Story, r), r["digest"]) for r in store.rows("page_stories")]
        pages = [
            story_page(store, s, aspects_of(s, watches), as_of)
            for s, digest in stories
            if memory.moved(s.story_id, digest, f"{story_folder(s)}/index.html")
        ]
        front = front_stories(store, stories, pages, watches, as_of)
        articles = store.rows("page_articles")
        moved = [r for r in articles if memory.moved(r["article_id"], r["digest"], _article_path(r))]
        silent = [quiet_edit(r) for r in store.rows("silent_edits", {"most": MOST_SILENT})]
        site = Site(
            index=index_page(store, front, as_of),
            stories=tuple(pages),
            outlets=tuple(outlet_pages(store, as_of)),
            silent=tuple(silent),
            kept_articles=frozenset(r["article_id"] for r in articles),
            has_health=True,
        )
        hour = f"{as_of:%Y-%m-%dT%H}"  # of the page of health, which would be another with every pass
        written = 0
        if memory.moved(HEALTH_FILE, hour, HEALTH_FILE):
            written = len(write_health(health_page(store, settings, as_of), Links.of(site, depth=0), settings.reports))
        made = _article_pages(store, moved, progress)
        written += len(write_articles(made, Links.of(site), settings.reports)) + len(write_site(site, settings.reports))
        progress("story pages", len(pages), len(pages))
    digests = {s.story_id: d for s, d in stories} | {r["article_id"]: r["digest"] for r in articles}
    memory.save(digests | {HEALTH_FILE: hour})
    return ReportSummary(folder=str(settings.reports), files=written, stories=tuple(p.story.slug for p in pages))


def _article_pages(store: Store, rows: Sequence[Mapping[str, Any]], progress: Progress) -> Iterator[ArticlePage]:
    """The pages of articles, one at a time, read from the store some at a time."""
    for start in range(0, len(rows), PART):
        yield from article_pages(store, rows[start : start + PART], pairs=True)
        progress("article pages", min(start + PART, len(rows)), len(rows))


def front_stories(
    store: Store, stories: Sequence[tuple[Story, str]], made: Sequence[StoryPage], watches: Sequence[Watch], as_of: datetime
) -> list[StoryPage]:
    """The stories of the front page: watched ones, then the found ones that were reported last."""
    pages = {p.story.story_id: p for p in made}
    wanted = [s for s, _ in stories if s.origin == "watched"] + [s for s, _ in stories if s.origin != "watched"][:20]
    return [pages.get(s.story_id) or story_page(store, s, aspects_of(s, watches), as_of) for s in wanted]


def _article_path(row: Mapping[str, Any]) -> str:
    return f"articles/{article_file(row['article_id'], row['outlet'])}"


class Memory:
    """What the last report showed: a page whose digest is the same, and that is there, is not made again.

    What a program with other templates or wordings has written is no measure for this one.
    """

    def __init__(self, file: Path):
        self.file = file
        try:
            self._digests: dict[str, Any] = json.loads(file.read_text(encoding="utf8"))
        except (OSError, ValueError):
            self._digests = {}
        if self._digests.get("program") != looks():
            self._digests = {}

    def moved(self, name: str, digest: str, path: str) -> bool:
        """Whether a page, which lies at a path below the reports, has to be made."""
        return self._digests.get(name) != digest or not (self.file.parent / path).exists()

    def save(self, digests: Mapping[str, str]) -> None:
        self.file.write_text(json.dumps({"program": looks(), **digests}, indent=0, sort_keys=True), encoding="utf8")


@cache
def looks() -> str:
    """A digest of everything that decides how a page looks: the templates, and the code that fills them."""
    folder = Path(changelog.__file__).parent
    files = [*sorted(folder.glob("*.py")), *sorted(p for p in (folder.parent / "templates").iterdir() if p.is_file())]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


# ---- logs of their own ---------------------------------------------------------------------------------------------------


def terminal_log(
    store: Store,
    settings: Settings,
    slug: str | None,
    aspect: str | None,
    since: datetime | None,
    until: datetime | None,
    width: int,
    everything: bool,
) -> list[str]:
    """The change log of the watched stories (or of one story) for a terminal."""
    watches = load_watches(settings.stories) if settings.stories.exists() else ()
    stories = [value_of(Story, r) for r in store.rows("page_stories")]
    wanted = [s for s in stories if (slug is None and s.origin == "watched") or s.slug == slug]
    if not wanted:
        known = ", ".join(s.slug for s in stories[:20]) or "none yet: run `writethru track`"
        raise UsageError(f"there is no story {slug or 'that is watched'}. Stories: {known}")
    out: list[str] = []
    for story in wanted:
        page = _between(story_page(store, story, aspects_of(story, watches), store.last_seen() or EPOCH), aspect, since, until)
        out += ["", story.title, *terminal_lines(page, width, everything)]
    return out[1:]


def markdown_logs(settings: Settings, since: datetime, until: datetime) -> dict[str, str]:
    """slug -> Markdown of what changed between two moments, for each watched story."""
    watches = load_watches(settings.stories)
    with reading(settings) as store:
        stories = [value_of(Story, r) for r in store.rows("page_stories")]
        pages = [story_page(store, s, aspects_of(s, watches), until, since) for s in stories if s.origin == "watched"]
        return {p.story.slug: render_markdown(_between(p, None, since, until)) for p in pages}


def best_lines(settings: Settings, slug: str, most: int, width: int = 100) -> list[str]:
    """The most telling lines of a story's log for a terminal, of every aspect some, in time order."""
    watches = load_watches(settings.stories)
    with reading(settings) as store:
        story = next(value_of(Story, r) for r in store.rows("page_stories") if r["slug"] == slug)
        page = story_page(store, story, aspects_of(story, watches), store.last_seen() or EPOCH)
    per_aspect = -(-most // max(1, len({c.change.aspect for c in page.changes})))
    taken: dict[str, list[ChangeLine]] = {}
    for line in sorted(page.changes, key=lambda c: (-c.change.rank, -c.change.corroborations, c.change.change_id)):
        mine = taken.setdefault(line.change.aspect, [])
        if len(mine) < per_aspect:
            mine.append(line)
    best = tuple(line for mine in taken.values() for line in mine)
    return list(terminal_lines(replace(page, changes=best, quiet_edits=(), days=()), width, everything=True))


def _between(page: StoryPage, aspect: str | None, since: datetime | None, until: datetime | None) -> StoryPage:
    """The part of a page that lies in a window of time and concerns an aspect."""

    def inside(at: datetime) -> bool:
        return (since is None or at >= since) and (until is None or at < until)

    return replace(
        page,
        changes=tuple(c for c in page.changes if inside(c.change.detected_at) and aspect in (None, c.change.aspect)),
        quiet_edits=tuple(e for e in page.quiet_edits if inside(e.seen_at) and aspect in (None, e.aspect)),
        days=tuple(d for d in page.days if inside(datetime.combine(d.day, datetime.min.time(), UTC) + timedelta(hours=12))),
    )
