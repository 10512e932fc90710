"""Ingest: the feeds that are due, then the pages that are due. What was fetched is written in batches as it comes in.

What reads documents, judges texts and keeps responses is loaded when the first one arrives: most runs of a schedule find
nothing new, and to load it costs more than all else that they do.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from pipeline import schedule
from pipeline.config import Settings, secret_of
from pipeline.fetch import FEED_BYTES, FetchRequest
from pipeline.journey.equipment import Elsewhere, Equipment, IngestSummary
from pipeline.journey.progress import Progress
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
from pipeline.store import Batch, FetchRow, HoldRow, Store

if TYPE_CHECKING:
    from pipeline.feeds import FeedDocument
    from pipeline.journey.looks import Desk

PAGES = 50  # pages written in one transaction
FEEDS = 100  # feeds read and written together: a query for each of them would cost more than reading it
MOST_WAITING = 30_000_000  # bytes of feeds that wait to be read together
What = TypeVar("What")


def ingest_into(
    store: Store, settings: Settings, now: datetime, everything: bool, progress: Progress, proxy: str | None = None
) -> IngestSummary:
    """Fetch what is due and write it in batches. `proxy` stands for all hosts and is trusted: the demo's own press."""
    kit = Equipment(store, settings, now, progress, proxy)
    if store.share is None or store.share.alone:
        asyncio.run(Ingest(kit).go(everything))
    else:
        from pipeline.journey.shift import Shift

        asyncio.run(Shift(kit, store.share).go(everything))
    return kit.done


class Ingest:
    """A run of ingestion, or a part of one: what hangs together by outlet or host is in one part."""

    def __init__(self, kit: Equipment, outlets: Set[str] | None = None):
        """`outlets`: whose articles no other run writes to; None if no other run writes at all."""
        self.kit, self.store, self.settings, self.now, self.done = kit, kit.store, kit.settings, kit.now, kit.done
        self._outlets = outlets
        self._fetches: list[FetchRow] = []
        self._feeds: list[FeedState] = []
        self._items: list[KnownItem] = []
        self._arrived: list[tuple[FeedState, Fetched]] = []  # feeds that are not read yet
        self._bytes = 0  # of them
        self._holds: dict[str, HoldRow] = {}  # hosts that asked to wait in this run
        self._held = frozenset(h.host for h in self.store.holds(self.now))

    async def go(self, everything: bool) -> None:
        """Feeds, then pages, with one fetcher: what a host has asked for while its feed was read holds for its pages too."""
        async with self.kit.in_use():
            await self.poll_feeds(due_feeds(self.kit, everything))
            await self.read_pages(due_pages(self.kit, everything))

    @cached_property
    def desk(self) -> "Desk":
        """Where looks are judged."""
        from pipeline.journey.earlier import page_reader
        from pipeline.journey.looks import Desk

        return Desk(self.store, page_reader(self.store, self.settings.archive_folder), self.done.tally)

    # ---- feeds

    async def poll_feeds(self, due: Sequence[FeedState]) -> None:
        """Fetch feeds, read what changed in them, meet their articles."""
        jobs = [(_feed_request(s, self.settings), s, s.feed.outlet) for s in due]
        await self._fetch(jobs, self._take_feed, FEEDS, "feeds")

    def _take_feed(self, state: FeedState, got: Fetched) -> None:
        self.done.feeds += 1
        if got.outcome is not Outcome.OK:
            return self._feed_read(state, got)
        self._arrived.append((state, got))
        self._bytes += len(got.body or b"")
        if self._bytes > MOST_WAITING:
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

        arrived = [(state, got, volatile_hash(got.body or b"")) for state, got in self._arrived]
        self._arrived, self._bytes = [], 0
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
            article_id = self.desk.meet(entry, feed, self.now, self.kit.order)
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

    async def read_pages(self, due: Sequence[ArticleState]) -> None:
        """Fetch pages and judge what they show."""
        if due:
            self.desk.load_articles(due)
        jobs = [(_page_request(a, self.settings), a, a.outlet) for a in due]
        await self._fetch(jobs, self._take_page, PAGES, "pages")

    def _take_page(self, state: ArticleState, got: Fetched) -> None:
        self.done.pages += 1
        reference: list[str] = []

        def keep() -> str:
            reference.append(self.kit.archive.add(got))
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
        self, jobs: Sequence[tuple[FetchRequest, What, str]], take: Callable[[What, Fetched], None], batch: int, stage: str
    ) -> None:
        """Fetch all jobs (request, what it is for, outlet) at once, politely; write every `batch` of results.

        Of each outlet they are taken in the order of the jobs, whichever comes first: what is learned of one page is known
        at the next. What lies on a host that has asked to wait, or that another run has, stays due.
        """
        if self._held:
            jobs = [job for job in jobs if host_of(job[0].url) not in self._held]
        if not jobs:
            return
        taken, fetcher = 0, await self.kit.fetcher()
        waiting: dict[str, deque[int]] = {}
        for n, (_, _, outlet) in enumerate(jobs):
            waiting.setdefault(outlet, deque()).append(n)
        come: dict[int, Fetched | None] = {}

        def one_more(what: What, got: Fetched | None) -> None:
            nonlocal taken
            if got is not None:
                take(what, got)
                self._hold(got)
            taken += 1
            if taken % batch == 0 or taken == len(jobs):
                self.write()
            self.kit.progress(stage, taken, len(jobs))

        async def one(n: int, outlet: str, trip: Awaitable[Fetched]) -> None:
            try:
                come[n] = await trip
            except Elsewhere:
                come[n] = None
            mine = waiting[outlet]
            while mine and mine[0] in come:
                first = mine.popleft()
                one_more(jobs[first][1], come.pop(first))

        async with asyncio.TaskGroup() as group:
            for n, (outlet, trip) in enumerate([(job[2], fetcher.fetch(job[0], self.now)) for job in jobs]):
                group.create_task(one(n, outlet, trip))

    def _hold(self, got: Fetched) -> None:
        """Remember that a host has asked to wait."""
        if hold := schedule.decide_hold(got.outcome, got.retry_after, self.now):
            host = host_of(got.final_url)
            self._holds[host] = HoldRow(host=host, until=hold.until, reason=hold.reason)
            self._held |= {host}

    def write(self) -> None:
        """Write what was taken since the last time. Archived responses reach the disk before the rows that name them."""
        self._read_arrived()
        self.kit.sync()
        rows = self.desk.batch(self._fetches) if "desk" in vars(self) else Batch(fetches=tuple(self._fetches))
        feeds, items, holds = tuple(self._feeds), tuple(self._items), tuple(self._holds.values())
        self._record(replace(rows, feeds=feeds, items=items, holds=holds, robots=self.kit.new_robots()))
        self._fetches, self._feeds, self._items = [], [], []

    def _record(self, batch: Batch) -> None:
        if self._outlets is None:
            with self.store.transaction():
                self.store.record(batch)
            return
        from pipeline.journey.meeting import beside_others

        outlets, order, now = self._outlets, self.kit.order, self.now
        self.store.write("record", lambda: self.store.record(beside_others(self.store, batch, outlets, order, now)))


def due_feeds(kit: Equipment, everything: bool) -> list[FeedState]:
    """The feeds whose time has come, in the order of feeds.toml; all of them if `everything`."""
    known = kit.store.feed_states({f.feed_id: f for f in kit.feeds})
    states = [known.get(f.feed_id) or FeedState(feed=f, added_at=kit.now) for f in kit.feeds]
    return [s for s in states if everything or s.next_due_at is None or s.next_due_at <= kit.now]


def due_pages(kit: Equipment, everything: bool, outlets: Set[str] | None = None) -> list[ArticleState]:
    """The articles (of some outlets) whose page is to be read now, the longest due first; all of them if `everything`."""
    whole = {f.url for f in kit.feeds if f.read == "feed"}
    return [a for a in kit.store.due_articles(kit.now, everything, outlets) if a.feed not in whole]


def host_of(url: str) -> str:
    """The host that a URL names."""
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
