"""Batches as ingestion writes them, of made articles. Used by bench/scale_parts.py and bench/scale_committers.py."""

from dataclasses import replace
from datetime import datetime, timedelta

from serving import NOON, Supply, article
from stored import HOUR

from pipeline.model import (
    Alias,
    Appearance,
    ArticleState,
    Fetched,
    KnownItem,
    Outcome,
    Version,
    ident,
)
from pipeline.store import Batch, FetchRow, ParagraphRow

TEXTS = Supply(feeds=100, entries=20)  # where the articles are from
BATCH = 50  # pages that ingestion writes in one transaction
PARAGRAPHS = 10  # of an article
OUTLETS = 500
SMALL = 101  # rows of a small commit: one more than stay in the catalog, so that it makes a file


class Made:
    """Batches as ingestion writes them, of articles that are made here."""

    def __init__(self, first: int = 0) -> None:
        self.number, self.small = first, 0
        self.batches: list[list[ArticleState]] = []

    def new(self, count: int = BATCH) -> Batch:
        """First looks at so many articles."""
        at = NOON + timedelta(seconds=self.number)
        numbers = range(self.number, self.number + count)
        self.number += count
        states = [self._state(n, at) for n in numbers]
        self.batches.append(states)
        return Batch(
            fetches=tuple(self._fetch(s, at) for s in states),
            items=tuple(self._item(n, s, at) for n, s in zip(numbers, states, strict=True)),
            articles=tuple(states),
            aliases=tuple(Alias(url=s.url, article_id=s.article_id, since=at, reason="Listed by its feed.") for s in states),
            versions=tuple(
                (self._version(n, s, at), f"2026/03/made.warc.gz#{n}", "The first text.")
                for n, s in zip(numbers, states, strict=True)
            ),
            appearances=tuple(self._appearance(s, at) for s in states),
            paragraphs=tuple(self._paragraph(s, k, at) for s in states for k in range(PARAGRAPHS)),
        )

    def looks(self, number: int = -1) -> Batch:
        """Looks at the articles of a batch (the last one if it is not named) that found nothing new."""
        at = self.batches[number][0].last_seen_at + timedelta(minutes=15)
        after = [replace(s, last_seen_at=at, next_due_at=at + HOUR, etag=f"{at.timestamp()}") for s in self.batches[number]]
        stood, self.batches[number] = {s.article_id: s for s in self.batches[number]}, after
        return Batch(fetches=tuple(self._fetch(s, at) for s in after), articles=tuple(after), stood=stood)

    def little(self) -> Batch:
        """A small commit that makes one file."""
        self.small += 1
        at = NOON - timedelta(days=1) + timedelta(seconds=self.small)
        state = self._state(-self.small, at)
        return Batch(paragraphs=tuple(self._paragraph(state, k, at) for k in range(SMALL)))

    def _state(self, n: int, at: datetime) -> ArticleState:
        url = f"https://outlet{n % OUTLETS}.example/news/{n}/report"
        title, _ = article(TEXTS, n // TEXTS.entries, n % TEXTS.entries)
        return ArticleState(
            article_id=ident("art", url),
            url=url,
            outlet=f"outlet{n % OUTLETS}.example",
            first_seen_at=at,
            last_seen_at=at,
            status="live",
            head_version_id=ident("ver", url),
            title=title,
            next_due_at=at + timedelta(minutes=15),
            due_reason="0 s old: next look by age",
        )

    def _fetch(self, s: ArticleState, at: datetime) -> FetchRow:
        got = Fetched(url=s.url, final_url=s.url, fetched_at=at, outcome=Outcome.OK, status=200, body=b"")
        return FetchRow(fetched=got, kind="page", archive=None)

    def _item(self, n: int, s: ArticleState, at: datetime) -> KnownItem:
        feed = ident("fed", s.outlet)
        key = f"{n} at {s.outlet}"
        return KnownItem(
            feed_id=feed,
            item_hash=ident("itm", key),
            key=key,
            key_basis="id",
            article_id=s.article_id,
            seen_at=at,
            title=s.title,
        )

    def _version(self, n: int, s: ArticleState, at: datetime) -> Version:
        _, told = article(TEXTS, n // TEXTS.entries, n % TEXTS.entries)
        return Version(
            version_id=s.head_version_id or "",
            article_id=s.article_id,
            url=s.url,
            outlet=s.outlet,
            seq=1,
            seen_at=at,
            headline=s.title or "",
            text="\n\n".join([*told, f"Report number {n}."]),
            text_hash=ident("txt", s.url),
            language="en",
            extractor="page/1",
        )

    def _appearance(self, s: ArticleState, at: datetime) -> Appearance:
        version = s.head_version_id or ""
        return Appearance(
            article_id=s.article_id, version_id=version, seen_at=at, reverted=False, reason="The first text of this article."
        )

    def _paragraph(self, s: ArticleState, k: int, at: datetime) -> ParagraphRow:
        return ParagraphRow(outlet=s.outlet, fingerprint=ident("par", s.url, str(k)), article_id=s.article_id, seen_at=at)
