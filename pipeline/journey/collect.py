"""Ingest: the feeds that are due, then the pages that are due. What was fetched is written in batches as it comes in.

What reads documents, judges texts and keeps responses is loaded when the first one arrives: most runs of a schedule find
nothing new, and to load it costs more than all else that they do.
"""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from pipeline import schedule
from pipeline.config import Settings, load_feeds, secret_of
from pipeline.fetch import FEED_BYTES, FetchRequest, FetchSettings, RobotsFile, RobotsMemory
from pipeline.journey.progress import Progress
from pipeline.journey.tally import Tally
from pipeline.journey.telling import tell_feed
from pipeline.model import (
    ArticleState,
    Entry,
    Feed,
    FeedState,
    Fetched,
    KnownItem,
    New,
    Observation,
    Outcome,
    Reverted,
    Same,
)
from pipeline.store import Batch, FetchRow, HoldRow, RobotsRow, Store, plain_row, value_of

if TYPE_CHECKING:
    from pipeline.archive import Archive
    from pipeline.feeds import FeedDocument
    from pipeline.fetch import Fetcher
    from pipeline.journey.looks import Desk

PAGES = 50  # pages written in one transaction
FEEDS = 100  # feeds read and written together: a query for each of them would cost more than reading it
MOST_WAITING = 30_000_000  # bytes of feeds that wait to be read together
What = TypeVar("What")
_followed: dict[Path, tuple[bytes, tuple[Feed, ...]]] = {}  # by file: its bytes and the feeds that it names


@dataclass(slots=True)
class IngestSummary:
    """What ingestion did."""

    feeds: int = 0
    feeds_changed: int = 0
    entries: int = 0
    pages: int = 0
    troubles: list[str] = field(default_factory=list)  # feeds that did not answer as they should
    tally: Tally = field(default_factory=Tally)

    def lines(self) -> list[str]:
        t = self.tally
        return [
            f"{self.feeds} feeds fetched, {self.feeds_changed} changed, {len(self.troubles)} in trouble, "
            f"{self.pages} pages read",
            f"{t.new_articles} new articles, {t.new_versions} new versions, {t.reverted} returns to an earlier text, "
            f"{t.same} unchanged, {t.quarantined} quarantined",
            *self.troubles,
        ]


def ingest_into(
    store: Store, settings: Settings, now: datetime, everything: bool, progress: Progress, proxy: str | None = None
) -> IngestSummary:
    """Fetch what is due and write it in batches. `proxy` stands for all hosts and is trusted: the demo's own press."""
    run = Ingest(store, settings, now, progress, proxy)
    asyncio.run(run.go(everything))
    return run.done


class Ingest:
    """One run of ingestion."""

    _until_the_end: AsyncExitStack
    _fetcher: "Fetcher | None" = None

    def __init__(self, store: Store, settings: Settings, now: datetime, progress: Progress, proxy: str | None):
        self.store, self.settings, self.now, self.progress = store, settings, now, progress
        self.fetching = fetch_settings(settings, proxy)
        self.feeds = _feeds_of(settings.feeds)
        self.random = random.Random(now.isoformat())  # jitter only; the same run makes the same choices
        self.robots = RobotsMemory(value_of(RobotsFile, plain_row(r)) for r in store.robots())
        self._robots_known = frozenset(self.robots.records())
        self.done = IngestSummary()
        self._fetches: list[FetchRow] = []
        self._feeds: list[FeedState] = []
        self._items: list[KnownItem] = []
        self._arrived: list[tuple[FeedState, Fetched]] = []  # feeds that are not read yet
        self._holds: dict[str, HoldRow] = {}  # hosts that asked to wait in this run
        self._held = frozenset(h.host for h in store.holds(now))

    async def go(self, everything: bool) -> None:
        """Feeds, then pages, with one fetcher: what a host has asked for while its feed was read holds for its pages too."""
        async with AsyncExitStack() as self._until_the_end:
            await self.poll_feeds(everything)
            await self.read_pages(everything)

    async def _the_fetcher(self) -> "Fetcher":
        """The run's fetcher, made when there is something to fetch: a run with nothing to do loads no HTTP library."""
        if self._fetcher is None:
            from pipeline.fetch import Fetcher

            self._fetcher = await self._until_the_end.enter_async_context(Fetcher(self.fetching, self.random, self.robots))
        return self._fetcher

    @cached_property
    def desk(self) -> "Desk":
        """Where looks are judged."""
        from pipeline.journey.earlier import page_reader
        from pipeline.journey.looks import Desk

        desk = Desk(self.store, page_reader(self.store, self.settings.archive_folder))
        self.done.tally = desk.tally
        return desk

    @cached_property
    def archive(self) -> "Archive":
        """Where responses are kept, closed with the run."""
        from pipeline.archive import Archive

        return self._until_the_end.enter_context(Archive(self.settings.archive_folder, self.now))

    def _has(self, part: str) -> bool:
        """Whether a part that is made when it is needed was needed."""
        return part in vars(self)

    # ---- feeds

    async def poll_feeds(self, everything: bool) -> None:
        """Fetch the feeds that are due, read what changed in them, meet their articles."""
        known = self.store.feed_states({f.feed_id: f for f in self.feeds})
        states = [known.get(f.feed_id) or FeedState(feed=f, added_at=self.now) for f in self.feeds]
        due = [s for s in states if everything or s.next_due_at is None or s.next_due_at <= self.now]
        jobs = [(_feed_request(s, self.settings), s) for s in due]
        await self._fetch(jobs, self._take_feed, FEEDS, "feeds")

    def _take_feed(self, state: FeedState, got: Fetched) -> None:
        self.done.feeds += 1
        if got.outcome is not Outcome.OK:
            return self._feed_read(state, got)
        self._arrived.append((state, got))
        if sum(len(g.body or b"") for _, g in self._arrived) > MOST_WAITING:
            self._read_arrived()

    def _feed_read(self, state: FeedState, got: Fetched) -> None:
        self._feeds.append(after_feed(state, got, self.now, self.settings))
        tell_feed(self._feeds[-1], got)
        self._fetches.append(FetchRow(fetched=got, kind="feed"))
        if got.outcome not in (Outcome.OK, Outcome.NOT_MODIFIED):
            self.done.troubles.append(f"{state.feed.outlet}: {got.url}: {got.reason or got.outcome}")

    def _read_arrived(self) -> None:
        """Read the feeds that have arrived, as far as they changed, and meet their articles."""
        if not self._arrived:
            return
        from pipeline.feeds import volatile_hash

        arrived, self._arrived = [(state, got, volatile_hash(got.body or b"")) for state, got in self._arrived], []
        changed = {state.feed.feed_id for state, _, digest in arrived if digest != state.body_hash}
        known = self.store.item_hashes(changed) if changed else {}
        met: list[tuple[FeedDocument, Feed]] = []
        for state, got, digest in arrived:
            if state.feed.feed_id in changed:
                document, got = read_arrived(state, got, known.get(state.feed.feed_id, frozenset()))
                if document:
                    met.append((document, state.feed))
                    state = after_document(state, document, digest)
            self._feed_read(state, got)
        self.done.feeds_changed += len(met)
        if met:
            self.desk.load_entries([e for document, _ in met for e in document.entries], {feed.outlet for _, feed in met})
        paged = [feed.feed_id for document, feed in met if feed.read != "feed" and document.entries]
        items = self.store.items(paged) if paged else {}
        for document, feed in met:
            self._meet(document.entries, feed, {i.key: i for i in items.get(feed.feed_id, [])})

    def _meet(self, entries: Sequence[Entry], feed: Feed, before: Mapping[str, KnownItem]) -> None:
        """New entries become articles; changed ones are a hint that their page moved."""
        for entry in entries:
            article_id = self.desk.meet(entry, feed, self.now)
            if article_id is None:
                continue
            self.done.entries += 1
            self._items.append(_item(entry, feed, article_id, self.now))
            if feed.read == "feed":
                self._read_entry(entry, article_id)
            elif entry.key in before and _moved(entry, before[entry.key]):
                self.desk.make_due(article_id, self.now, "its entry in the feed changed")
            elif self.desk.state(article_id).next_due_at is None:
                self.desk.make_due(article_id, self.now, "known from elsewhere, listed by a feed now")

    def _read_entry(self, entry: Entry, article_id: str) -> None:
        """A look at an article that its feed carries whole; its page is never fetched."""
        from pipeline.extract import document_from_entry

        state = self.desk.state(article_id)
        self.desk.look(
            Observation(
                at=self.now,
                url=state.url,
                seen_url=entry.raw_url or state.url,
                outlet=state.outlet,
                feed=state.feed,
                guid=state.guid,
                document=document_from_entry(entry),
            )
        )
        self.desk.update_state(replace(self.desk.state(article_id), next_due_at=None, due_reason="read from its feed"))

    # ---- pages

    async def read_pages(self, everything: bool) -> None:
        """Fetch the pages that are due and judge what they show."""
        whole = {f.url for f in self.feeds if f.read == "feed"}
        due = [a for a in self.store.due_articles(self.now, everything) if a.feed not in whole]
        if due:
            self.desk.load_articles(due)
        jobs = [(_page_request(a, self.settings), a) for a in due]
        await self._fetch(jobs, self._take_page, PAGES, "pages")

    def _take_page(self, state: ArticleState, got: Fetched) -> None:
        self.done.pages += 1
        reference: list[str] = []

        def keep() -> str:
            reference.append(self.archive.add(got))
            return reference[0]

        now = self.desk.state(state.article_id)
        if now.url == state.url:  # else it moved while this was under way
            self._look_at(now, got, keep)
        self._fetches.append(FetchRow(fetched=got, kind="page", archive=reference[0] if reference else None))

    def _look_at(self, state: ArticleState, got: Fetched, keep: Callable[[], str]) -> None:
        from pipeline.journey.identity import LOOKS
        from pipeline.urls import canonical

        if got.outcome in LOOKS or got.body:
            decision = self.desk.look(observation(state, got, self.now), keep if got.body else None)
            if got.permanent_url and isinstance(decision, New | Same | Reverted):
                self.desk.move(self.desk.state(state.article_id).article_id, canonical(got.permanent_url), self.now)
        after = self.desk.state(state.article_id)
        if after.url in (state.url, canonical(got.permanent_url)):  # not if this proved to be another article's second address
            self.desk.update_state(after_page(after, got, self.now, self.settings))

    # ---- both

    async def _fetch(
        self, jobs: Sequence[tuple[FetchRequest, What]], take: Callable[[What, Fetched], None], batch: int, stage: str
    ) -> None:
        """Fetch all jobs at once, politely; take each result as it comes and write every `batch` of them.

        What lies on a host that has asked to wait stays due.
        """
        if self._held:
            jobs = [(request, what) for request, what in jobs if _host(request.url) not in self._held]
        if not jobs:
            return
        taken, fetcher = 0, await self._the_fetcher()

        def one_more(what: What, got: Fetched) -> None:
            nonlocal taken
            take(what, got)
            self._hold(got)
            taken += 1
            if taken % batch == 0 or taken == len(jobs):
                self.write()
            self.progress(stage, taken, len(jobs))

        async def one(what: What, trip: Awaitable[Fetched]) -> None:
            one_more(what, await trip)

        async with asyncio.TaskGroup() as group:
            for what, trip in [(what, fetcher.fetch(request, self.now)) for request, what in jobs]:
                group.create_task(one(what, trip))

    def _hold(self, got: Fetched) -> None:
        """Remember that a host has asked to wait."""
        if hold := schedule.decide_hold(got.outcome, got.retry_after, self.now):
            host = _host(got.final_url)
            self._holds[host] = HoldRow(host=host, until=hold.until, reason=hold.reason)
            self._held |= {host}

    def write(self) -> None:
        """Write what was taken since the last time. Archived responses reach the disk before the rows that name them."""
        self._read_arrived()
        if self._has("archive"):
            self.archive.sync()
        rows = self.desk.batch(self._fetches) if self._has("desk") else Batch(fetches=tuple(self._fetches))
        with self.store.transaction():
            feeds, items, holds = tuple(self._feeds), tuple(self._items), tuple(self._holds.values())
            self.store.record(replace(rows, feeds=feeds, items=items, holds=holds, robots=self._new_robots()))
        self._fetches, self._feeds, self._items = [], [], []

    def _new_robots(self) -> tuple[RobotsRow, ...]:
        """What sites have said since the last time."""
        fresh = [f for f in self.robots.records() if f not in self._robots_known]
        self._robots_known |= frozenset(fresh)
        return tuple(value_of(RobotsRow, plain_row(f)) for f in fresh)


def _feeds_of(file: Path) -> tuple[Feed, ...]:
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


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".")


def read_arrived(state: FeedState, got: Fetched, known: frozenset[str]) -> "tuple[FeedDocument | None, Fetched]":
    """The document of a feed that answered, None if it is none, and the fetch with what reading it has shown.

    `known`: hashes of items that are not read again.
    """
    from pipeline.feeds import NotAFeed, read_feed

    document = read_feed(got.body or b"", url=state.feed.url, headers=got.headers, known=known, base=got.final_url)
    if isinstance(document, NotAFeed):
        return None, replace(got, outcome=document.outcome, reason=document.reason)
    if document.cut:  # what it was cut from may still come, under the same validators
        got = replace(got, etag=None, last_modified=None, reason="the document is cut; its whole items were read")
    return document, got


def after_document(state: FeedState, document: "FeedDocument", digest: str) -> FeedState:
    """A feed's state after its document was read; one that was cut is read again."""
    return state if document.cut else replace(state, body_hash=digest, title=document.title or state.title)


def _feed_request(state: FeedState, settings: Settings) -> FetchRequest:
    return FetchRequest(
        url=state.moved_to or state.feed.url,
        kind="feed",
        max_bytes=settings.fetch.max_feed_bytes or FEED_BYTES,
        etag=state.etag,
        last_modified=state.last_modified,
        secret=secret_of(state.feed),
    )


def _page_request(a: ArticleState, settings: Settings) -> FetchRequest:
    return FetchRequest(url=a.url, max_bytes=settings.fetch.max_bytes, etag=a.etag, last_modified=a.last_modified)


def _item(entry: Entry, feed: Feed, article_id: str, now: datetime) -> KnownItem:
    return KnownItem(
        feed_id=feed.feed_id,
        item_hash=entry.item_hash,
        key=entry.key,
        key_basis=entry.key_basis,
        article_id=article_id,
        seen_at=now,
        title=entry.title,
        published_at=entry.published_at,
        updated_at=entry.updated_at,
    )


def _moved(entry: Entry, before: KnownItem) -> bool:
    """Whether a changed entry hints that its page changed."""
    later = entry.updated_at is not None and entry.updated_at != before.updated_at
    return later or entry.title != before.title or entry.published_at != before.published_at


def observation(state: ArticleState, got: Fetched, now: datetime) -> Observation:
    """What a fetched page shows. Unchanged bytes are as good as a 304."""
    digest = hashlib.sha256(got.body).hexdigest()[:32] if got.body else None
    if got.outcome is Outcome.OK and digest == state.body_hash:
        got = replace(got, outcome=Outcome.NOT_MODIFIED)
    document = None
    if got.body and got.outcome is not Outcome.NOT_MODIFIED:
        from pipeline.extract import extract

        document = extract(got.body, url=got.final_url, headers=got.headers)
    return Observation(
        at=now,
        url=state.url,
        seen_url=got.url,
        outlet=state.outlet,
        feed=state.feed,
        guid=state.guid,
        status=got.status or 0,
        outcome=got.outcome,
        final_url=got.final_url,
        document=document,
    )


# ---- what comes next -----------------------------------------------------------------------------------------------------


def after_feed(state: FeedState, got: Fetched, now: datetime, settings: Settings) -> FeedState:
    """A feed's state after a fetch: validators of what was read, and when it is due again."""
    asked = schedule.FeedState(
        url=state.feed.url,
        every=state.feed.every or settings.fetch.feed_every,
        failures=state.failures,
        gone_since=state.gone_since,
    )
    plan = schedule.decide_next_fetch(asked, got.outcome, now, got.retry_after)
    good = got.outcome in schedule.GOOD
    moves, moved_to = _address_after(state, got)
    return replace(
        state,
        moves=moves,
        moved_to=moved_to,
        etag=got.etag if got.outcome is Outcome.OK else state.etag,
        last_modified=got.last_modified if got.outcome is Outcome.OK else state.last_modified,
        last_fetched_at=now,
        last_success_at=now if good else state.last_success_at,
        last_outcome=got.outcome,
        last_reason=got.reason,
        failures=plan.failures,
        gone_since=plan.gone_since,
        next_due_at=plan.due_at,
        due_reason=plan.reason,
    )


def _address_after(state: FeedState, got: Fetched) -> tuple[tuple[str, ...], str | None]:
    """(moves, moved_to): a feed's address changes when the same permanent redirect has been seen several times in a row."""
    if got.outcome not in schedule.GOOD:
        return state.moves, state.moved_to
    moves = (*state.moves, got.permanent_url or "")[-schedule.EQUAL_REDIRECTS :]
    move = schedule.decide_permanent_move(state.moved_to or state.feed.url, [m or None for m in moves])
    return ((), move.url) if isinstance(move, schedule.Move) else (moves, state.moved_to)


def after_page(state: ArticleState, got: Fetched, now: datetime, settings: Settings) -> ArticleState:
    """An article's state after a fetch: validators of what was judged, and when it is due again."""
    good = got.outcome in schedule.GOOD and state.status == "live"
    failures = 0 if good else state.failures + 1
    away = got.outcome in (Outcome.GONE, Outcome.MISSING)
    since = state.missing_since or now if away else None
    asked = schedule.ArticleState(
        url=state.url,
        first_seen_at=state.first_seen_at,
        outcome=got.outcome,
        failures=failures,
        missing_since=since,
        changes=state.times_changed,
        last_changed_at=state.last_changed_at,
    )
    plan = schedule.decide_recheck(asked, now, schedule.RecheckPlan(**settings.recheck.model_dump()), got.retry_after)
    keeps = got.outcome is Outcome.OK and good
    return replace(
        state,
        etag=got.etag if keeps else state.etag if good else None,
        last_modified=got.last_modified if keeps else state.last_modified if good else None,
        body_hash=hashlib.sha256(got.body or b"").hexdigest()[:32] if keeps else state.body_hash if good else None,
        failures=failures,
        missing_since=since,
        next_due_at=plan.due_at,
        due_reason=plan.reason,
    )
