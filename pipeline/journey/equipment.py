"""What all parts of a run of ingestion share: a fetcher, an archive, what sites said in robots.txt, and the summary.

What costs to load is made when it is first needed: most runs of a schedule find nothing new.
"""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.config import Settings, load_feeds
from pipeline.fetch import FetchSettings, Leave, RobotsMemory
from pipeline.journey.progress import Progress
from pipeline.journey.tally import Tally
from pipeline.model import Feed, RobotsFile
from pipeline.store import Store

if TYPE_CHECKING:
    from pipeline.archive import Archive
    from pipeline.fetch import Fetcher

_followed: dict[Path, tuple[bytes, tuple[Feed, ...]]] = {}  # by file: its bytes and the feeds that it names


@dataclass(slots=True)
class IngestSummary:
    """What ingestion did."""

    feeds: int = 0
    feeds_changed: int = 0
    entries: int = 0
    pages: int = 0
    troubles: list[str] = field(default_factory=list)  # feeds that did not answer as they should
    elsewhere: list[str] = field(default_factory=list)  # what other runs had taken
    tally: Tally = field(default_factory=Tally)

    def lines(self) -> list[str]:
        t = self.tally
        return [
            f"{self.feeds} feeds fetched, {self.feeds_changed} changed, {len(self.troubles)} in trouble, "
            f"{self.pages} pages read",
            f"{t.new_articles} new articles, {t.new_versions} new versions, {t.reverted} returns to an earlier text, "
            f"{t.same} unchanged, {t.quarantined} quarantined",
            *self.elsewhere,
            *self.troubles,
        ]


class Elsewhere(Exception):
    """Another run asks this host now."""


class Equipment:
    """Of one run. `leave` is asked before each request, if others may ask the same hosts."""

    _until_the_end: AsyncExitStack
    _fetcher: "Fetcher | None" = None

    def __init__(self, store: Store, settings: Settings, now: datetime, progress: Progress, proxy: str | None):
        self.store, self.settings, self.now, self.progress = store, settings, now, progress
        self.fetching = fetch_settings(settings, proxy)
        self.feeds = feeds_of(settings.feeds)
        self.random = random.Random(now.isoformat())  # jitter only; the same run makes the same choices
        known = store.robots()
        self.robots, self._robots_known = RobotsMemory(known), {file.origin: file for file in known}
        self.done = IngestSummary()
        self.leave: Leave | None = None

    @asynccontextmanager
    async def in_use(self) -> AsyncIterator[None]:
        """What is opened meanwhile is closed at the end."""
        async with AsyncExitStack() as self._until_the_end:
            yield

    async def fetcher(self) -> "Fetcher":
        """The run's fetcher, made when there is something to fetch: a run with nothing to do loads no HTTP library."""
        if self._fetcher is None:
            from pipeline.fetch import Fetcher

            made = Fetcher(self.fetching, self.random, self.robots, leave=self.leave)
            self._fetcher = await self._until_the_end.enter_async_context(made)
        return self._fetcher

    @cached_property
    def order(self) -> dict[str, int]:
        """Address of each feed -> its place in the list of feeds."""
        return {feed.url: n for n, feed in enumerate(self.feeds)}

    @cached_property
    def archive(self) -> "Archive":
        """Where responses are kept, closed with the run."""
        from pipeline.archive import Archive

        mark = self.store.share.mark if self.store.share else ""
        return self._until_the_end.enter_context(Archive(self.settings.archive_folder, self.now, mark))

    def sync(self) -> None:
        """What was archived is on the disk when this returns."""
        if "archive" in vars(self):
            self.archive.sync()

    def new_robots(self) -> tuple[RobotsFile, ...]:
        """What sites have said since the last time."""
        fresh = tuple(f for f in self.robots.records() if self._robots_known.get(f.origin) is not f)
        self._robots_known |= {file.origin: file for file in fresh}
        return fresh


def feeds_of(file: Path) -> tuple[Feed, ...]:
    """The feeds to follow. To read TOML costs more than to ask the feeds for news: done again when the file has changed."""
    try:
        text = file.read_bytes()
    except OSError:
        return load_feeds(file)  # which says what is wrong
    held = _followed.get(file)
    if held is None or held[0] != text:
        _followed[file] = held = (text, load_feeds(file))
    return held[1]


def fetch_settings(settings: Settings, proxy: str | None) -> FetchSettings:
    """The fetcher's settings from the user's."""
    f = settings.fetch
    return FetchSettings(
        total_timeout=f.total_timeout,
        per_host_delay=f.per_host_delay,
        concurrency=f.concurrency,
        retries=f.retries,
        user_agent=f.user_agent,
        obey_robots=f.robots,
        allow_private_hosts=f.allow_private_hosts,
        proxies={"http": proxy} if proxy else None,
    )
