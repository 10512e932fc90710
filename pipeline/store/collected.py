"""Collecting: feeds, items, articles, versions and looks, as rows and as values."""

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import duckdb

from pipeline.model import (
    Alias,
    Appearance,
    ArticleState,
    Feed,
    FeedState,
    Fetched,
    KnownArticle,
    KnownItem,
    Outcome,
    QuarantinedLook,
    QuarantineKind,
    RobotsFile,
    Suspect,
    Version,
    ident,
)
from pipeline.store.database import Row, Tables, keyed, naive, query, read
from pipeline.store.engines import Share
from pipeline.store.kept import Kept
from pipeline.store.keys import id_key, text_key
from pipeline.store.rows import HoldRow, plain_row, value_of

ALIKE = 50  # feeds that change in the same way, for a statement of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRow:
    """A fetch for the record."""

    fetched: Fetched
    kind: str  # feed or page
    archive: str | None = None
    size: int | None = None  # bytes of a body that is not at hand


@dataclass(frozen=True, slots=True, kw_only=True)
class ParagraphRow:
    """A paragraph of an article, for learning an outlet's furniture."""

    outlet: str
    fingerprint: str
    article_id: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one batch of looks adds to the record: written in one transaction."""

    feeds: tuple[FeedState, ...] = ()
    fetches: tuple[FetchRow, ...] = ()
    items: tuple[KnownItem, ...] = ()
    articles: tuple[ArticleState, ...] = ()
    stood: Mapping[str, ArticleState] = field(default_factory=dict)  # by id: those of the articles that were read, as read
    aliases: tuple[Alias, ...] = ()
    versions: tuple[tuple[Version, str | None, str], ...] = ()  # (version, archive, reason)
    earlier: tuple[tuple[Version, str | None, str], ...] = ()  # known versions as a look showed them that was made before
    appearances: tuple[Appearance, ...] = ()
    withdrawn: tuple[str, ...] = ()  # appearance_ids that a look which came late proved to be none
    late: tuple[str, ...] = ()  # article_ids of looks that came late
    quarantined: tuple[QuarantinedLook, ...] = ()
    paragraphs: tuple[ParagraphRow, ...] = ()
    robots: tuple[RobotsFile, ...] = ()
    holds: tuple[HoldRow, ...] = ()
    found: Mapping[str, str] = field(default_factory=dict)  # article_id -> another outlet than its versions say


class Collected:
    """The part of the store that ingestion reads and writes."""

    con: duckdb.DuckDBPyConnection
    tables: Tables
    _kept: Kept
    _shared: Share | None  # if others write, too

    def record(self, batch: Batch) -> None:
        """Write a batch. The caller holds the transaction; running it again adds nothing."""
        t = self.tables
        self._record_feeds(batch.feeds)
        t.insert_absent("record.fetch", "fetch_id", [_fetch_row(f) for f in batch.fetches], since="fetched_at")
        t.insert("record.item", [plain_row(i) for i in batch.items])
        stood = {i: _article_row(a) for i, a in batch.stood.items()}
        self._record_states("record.article", "article_id", [_article_row(a) for a in batch.articles], stood)
        t.upsert("record.alias", "url", [plain_row(a) for a in batch.aliases])
        t.insert_absent("record.version", "version_id", [_version_row(*v) for v in batch.versions])
        t.upsert("record.version", "version_id", [_version_row(*v) for v in batch.earlier])
        appearances = [{"appearance_id": a.appearance_id, **plain_row(a)} for a in batch.appearances]
        t.insert_absent("record.appearance", "appearance_id", appearances, since="seen_at")
        t.delete("record.appearance", "appearance_id", batch.withdrawn)
        self._settle(batch.late)
        looks = [{"quarantine_id": q.quarantine_id, **plain_row(q), "kind": q.kind.value} for q in batch.quarantined]
        t.insert_absent("record.quarantine", "quarantine_id", looks, since="seen_at")
        t.insert("record.paragraph", [plain_row(p) for p in batch.paragraphs])
        t.upsert("record.robots", "origin", [plain_row(r) for r in batch.robots])
        t.upsert("record.hold", "host", [plain_row(h) for h in batch.holds])
        if self._kept.robots is not None:
            self._kept.robots |= {r.origin: r for r in batch.robots}
        if self._kept.holds is not None:
            self._kept.holds |= {h.host: h for h in batch.holds}
        for article_id, outlet in batch.found.items():
            t.update("record.version", "article_id", [article_id], {"outlet": outlet})
            t.update("record.paragraph", "article_id", [article_id], {"outlet": outlet, "outlet_key": text_key(outlet)})

    def _record_feeds(self, states: Sequence[FeedState]) -> None:
        """Write feeds. Most of those that tell nothing new change in the same way, to the same times: that is one statement
        with a few values, where a row for each of them costs several times as much."""
        rows: list[Row] = [_feed_row(s) for s in states]
        feeds = self._kept.feeds or {}
        stood: dict[str, Row] = {i: r for row in rows if (r := feeds.get(i := row["feed_id"]))}
        ways: dict[tuple[tuple[str, object], ...], list[Row]] = {}
        for row in rows:
            then = stood.get(row["feed_id"])
            ways.setdefault(tuple((c, v) for c, v in row.items() if not then or v != then[c]), []).append(row)
        rest: list[Row] = []
        for way, alike in ways.items():
            if (len(alike) < ALIKE and len(alike) < len(rows)) or alike[0]["feed_id"] not in stood:
                rest += alike
            elif way:
                ids = [r["feed_id"] for r in alike]
                others = sorted(feeds.keys() - ids) if self._shared is None else None  # more may have come by now
                self.tables.update("record.feed", "feed_id", ids, dict(way), others)
        self._record_states("record.feed", "feed_id", rest, stood)
        for state, row in zip(states, rows, strict=True):
            self._keep_feed(state, row)

    def _keep_feed(self, state: FeedState, row: Row) -> None:
        """Know how a feed stands now that it was written; of one that others may write to, that it has to be read."""
        feeds, states, feed_id = self._kept.feeds, self._kept.states, state.feed.feed_id
        if self._shared is not None and feeds:
            feeds.pop(feed_id, None)
        elif feeds is not None:
            feeds[feed_id] = row
            states[feed_id] = state if state.title == row["title"] else replace(state, title=row["title"])

    def _record_states(self, table: str, key: str, rows: Sequence[Row], stood: Mapping[str, Row]) -> None:
        """Write rows that change; of those that stand in the table as told, the columns in which one of them has changed."""
        pairs = [(r, stood[r[key]]) for r in rows if r[key] in stood]
        changed = {c for now, then in pairs for c, v in now.items() if v != then[c]}
        whole = not changed.isdisjoint({"url", "guid"})  # from which the numbers of a row are made
        self.tables.upsert(table, key, [r for r in rows if whole or r[key] not in stood])
        if changed and not whole:
            kept = [c for c in rows[0] if c in changed or c == key]
            self.tables.change(table, key, [{c: now[c] for c in kept} for now, _ in pairs])

    def _settle(self, article_ids: Sequence[str]) -> None:
        """Looks came late: say anew when each version was first seen, in which order, and which appearances are returns."""
        if article_ids:
            for name in ("settle_versions", "settle_appearances"):
                read(self.con, query(name), {"article_ids": list(article_ids)})

    def seen_next(self, article_id: str, after: datetime) -> datetime | None:
        """When a fetch showed an article next after a moment, not counting what was quarantined."""
        rows = read(self.con, query("seen_next"), {"article_id": article_id, "after": after})
        return rows[0]["seen_at"] if rows else None

    def has_fetches(self, fetches: Sequence[FetchRow]) -> bool:
        """Whether the record has all of these: a batch that brought them is written whole or not at all."""
        wanted = {str(_fetch_row(f)["fetch_id"]) for f in fetches}
        since = min((f.fetched.fetched_at for f in fetches), default=None)
        found = read(self.con, query("fetches_held"), {"fetch_ids": sorted(wanted), "since": since}) if wanted else []
        return len(found) == len(wanted)

    def archived_up_to(self, name: str) -> int:
        """Where in this file of the archive the last response begins that a fetch refers to; -1 if none does."""
        return int(read(self.con, query("archived_up_to"), {"name": name})[0]["place"])

    def robots(self) -> list[RobotsFile]:
        """What every site last said in its robots.txt."""
        if self._kept.robots is None or self._shared:
            rows = read(self.con, "SELECT * FROM record.robots")
            self._kept.robots = {r["origin"]: value_of(RobotsFile, r) for r in rows}
        return [self._kept.robots[origin] for origin in sorted(self._kept.robots)]

    def holds(self, now: datetime) -> list[HoldRow]:
        """Hosts that have asked to be left alone for longer than now."""
        if self._kept.holds is None or self._shared:
            self._kept.holds = {r["host"]: value_of(HoldRow, r) for r in read(self.con, "SELECT * FROM record.hold")}
        return sorted((h for h in self._kept.holds.values() if h.until > now), key=lambda h: h.host)

    def feed_states(self, followed: Mapping[str, Feed] = MappingProxyType({})) -> dict[str, FeedState]:
        """Every feed ever followed, by feed_id; those that are followed now as they are given."""
        if self._kept.feeds is None or self._shared:
            self._kept.feeds = {str(r["feed_id"]): r for r in read(self.con, query("feed_states"))}
            self._kept.states.clear()
        feeds, states = self._kept.feeds, self._kept.states
        for i, row in feeds.items():
            if i not in states or states[i].feed is not followed.get(i):
                states[i] = _feed_state(row, followed.get(i))
        return {i: states[i] for i in sorted(feeds)}

    def item_hashes(self, feed_ids: Iterable[str]) -> dict[str, frozenset[str]]:
        """The hashes of the items of feeds as last seen, by feed_id."""
        rows = keyed(self.con, "item_hashes", map(id_key, feed_ids))
        return {str(r["feed_id"]): frozenset(r["hashes"]) for r in rows}

    def items(self, feed_ids: Iterable[str]) -> dict[str, list[KnownItem]]:
        """The items of feeds as last seen, by feed_id: the newest row of each."""
        out: dict[str, list[KnownItem]] = {}
        for r in keyed(self.con, "items_of_feeds", map(id_key, feed_ids)):
            out.setdefault(str(r["feed_id"]), []).append(value_of(KnownItem, r))
        return out

    def articles_by_url(self, urls: Iterable[str]) -> dict[str, str]:
        """article_id of each of the addresses that is known."""
        rows = keyed(self.con, "articles_by_url", map(text_key, urls))
        return {str(r["url"]): str(r["article_id"]) for r in rows}

    def article_states(self, article_ids: Iterable[str]) -> dict[str, ArticleState]:
        """The state rows of articles, by article_id."""
        rows = keyed(self.con, "article_states", map(id_key, article_ids))
        return {str(r["article_id"]): _article_state(r) for r in rows}

    def due_articles(self, now: datetime, everything: bool = False, outlets: Set[str] | None = None) -> list[ArticleState]:
        """Articles (of some outlets) whose time has come, the longest due first; all of them if `everything`."""
        asked = f"SELECT true FROM record.article WHERE next_due_at <= '{naive(now)}' LIMIT 1"  # costs a sixth of what follows
        if not everything and not self.con.execute(asked).fetchall():
            return []
        told = {"now": now, "everything": everything}
        if outlets is None:
            return [_article_state(r) for r in read(self.con, query("due_articles"), told)]
        told |= {"outlets": sorted(outlets)}
        return [_article_state(r) for r in read(self.con, query("due_articles_of_outlets"), told)]

    def known_articles(
        self, states: Mapping[str, ArticleState], stood: Mapping[str, Sequence[Appearance]]
    ) -> dict[str, KnownArticle]:
        """What decide_version needs of each of these articles, given its appearances; the outlet's furniture aside."""
        heads = {s.head_version_id for s in states.values()}
        seen: dict[str, dict[str, str]] = {}
        headlines: dict[str, str] = {}
        places: list[int] = []  # of the heads: to look for them by their ids would cost as much again
        for r in keyed(self.con, "text_hashes", map(id_key, states)):
            seen.setdefault(str(r["article_id"]), {})[str(r["text_hash"])] = str(r["version_id"])
            headlines[str(r["version_id"])] = str(r["headline"])
            places += [r["place"]] if r["version_id"] in heads else []
        standing = read(self.con, query("versions_at"), {"places": places}) if places else []
        texts = {str(r["version_id"]): value_of(Version, r) for r in standing}
        return {
            i: KnownArticle(
                article_id=i,
                head=texts.get(s.head_version_id or ""),
                seen=seen.get(i, {}),
                headlines=tuple(headlines[a.version_id] for a in stood.get(i, ())),
                suspect=s.suspect,
            )
            for i, s in states.items()
        }

    def paragraphs_of_outlets(self, outlets: Iterable[str]) -> dict[str, dict[str, set[str]]]:
        """outlet -> fingerprint -> articles that have had the paragraph."""
        out: dict[str, dict[str, set[str]]] = {}
        for r in keyed(self.con, "paragraphs_of_outlets", map(text_key, outlets)):
            out.setdefault(r["outlet"], {}).setdefault(r["fingerprint"], set()).add(r["article_id"])
        return out

    def namesakes(self, names: Iterable[str]) -> dict[tuple[str, str], list[str]]:
        """(outlet, last part of the address) -> article_ids of those that have been read, the oldest first."""
        out: dict[tuple[str, str], list[str]] = {}
        wanted = sorted(set(names))
        for r in keyed(self.con, "namesakes", map(text_key, wanted), {"names": wanted}):
            out.setdefault((r["outlet"], r["name"]), []).append(r["article_id"])
        return out

    def articles_by_guid(self, guids: Iterable[str]) -> dict[tuple[str, str], str]:
        """(outlet, guid) -> article_id, for the guids that are known."""
        rows = keyed(self.con, "articles_by_guid", map(text_key, guids))
        return {(r["outlet"], r["guid"]): r["article_id"] for r in rows}


# ---- values to rows ------------------------------------------------------------------------------------------------------


def _feed_row(s: FeedState) -> dict[str, object]:
    row = plain_row(s) | {"moves": json.dumps(list(s.moves)), "last_outcome": s.last_outcome and s.last_outcome.value}
    del row["feed"]
    title = s.feed.title or s.title
    return {"feed_id": s.feed.feed_id, "url": s.feed.url, "outlet": s.feed.outlet, **row, "title": title}


def _fetch_row(f: FetchRow) -> dict[str, object]:
    got = f.fetched
    return {
        "fetch_id": ident("fet", got.url, got.fetched_at.isoformat()),
        "url": got.url,
        "kind": f.kind,
        "fetched_at": got.fetched_at,
        "outcome": got.outcome.value,
        "status": got.status,
        "bytes": len(got.body) if got.body is not None else f.size,
        "reason": got.reason,
        "final_url": got.final_url,
        "archive": f.archive,
    }


def _article_row(a: ArticleState) -> dict[str, object]:
    row, suspect = plain_row(a), a.suspect
    del row["suspect"]
    return row | {
        "suspect_kind": suspect and suspect.kind.value,
        "suspect_hash": suspect and suspect.text_hash,
        "suspect_first_at": suspect and suspect.first_at,
        "suspect_times": suspect and suspect.times,
    }


def _version_row(v: Version, archive: str | None, reason: str) -> dict[str, object]:
    return plain_row(v) | {"archive": archive, "reason": reason}


# ---- rows to values ------------------------------------------------------------------------------------------------------


def _feed_state(r: Mapping[str, Any], feed: Feed | None) -> FeedState:
    told = {
        "feed": feed or Feed(url=r["url"], outlet=r["outlet"], title=r["title"]),
        "moves": tuple(json.loads(r["moves"] or "[]")),
        "last_outcome": Outcome(r["last_outcome"]) if r["last_outcome"] else None,
        "last_reason": r["last_reason"] or "",
        "due_reason": r["due_reason"] or "",
    }
    return value_of(FeedState, {**r, **told})


def _article_state(r: Mapping[str, Any]) -> ArticleState:
    return value_of(ArticleState, {**r, "suspect": _suspect(r), "due_reason": r["due_reason"] or ""})


def _suspect(r: Mapping[str, Any]) -> Suspect | None:
    if not r["suspect_kind"]:
        return None
    kind = QuarantineKind(r["suspect_kind"])
    return Suspect(kind=kind, text_hash=r["suspect_hash"] or "", first_at=r["suspect_first_at"], times=r["suspect_times"])
