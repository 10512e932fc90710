"""The record read look by look, for rebuilding it from the archive and for handing it on; and what a rebuild replaces."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from pipeline.model import Version
from pipeline.store.collected import Batch, Collected
from pipeline.store.database import Tables, keyed, query, read
from pipeline.store.keys import id_key
from pipeline.store.rows import value_of

KeptVersion = tuple[Version, str | None, str]  # (version, archive, reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedLook:
    """A look at an article, and what was made of it."""

    article_id: str
    seen_at: datetime
    what: str  # appearance, quarantine or same
    row_id: str  # of the appearance or the quarantined look
    version_id: str | None  # what came to stand
    reverted: bool
    reason: str
    kind: str | None  # of a quarantined look
    text_hash: str | None  # of a quarantined look
    status: int | None
    archive: str | None  # where the response is kept
    page_url: str  # the article's address then
    url: str | None  # as fetched; None if the fetch is not on record
    outcome: str | None
    final_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What a rebuild makes of one article: rows that go, each with the reason, and rows that come."""

    versions: Mapping[str, str]  # ids that go -> why
    appearances: Mapping[str, str]
    quarantined: Mapping[str, str]
    batch: Batch


class Rebuilt(Collected):
    """The part of the store that rebuilds and exports read and write."""

    con: duckdb.DuckDBPyConnection
    tables: Tables

    def archived_articles(self) -> list[str]:
        """Articles of which a response is archived, the oldest first."""
        return [str(r["article_id"]) for r in read(self.con, query("archived_articles"))]

    def kept_articles(self, story: str | None = None, since: datetime | None = None) -> list[str]:
        """Articles, of one story or all, that were looked at since a moment; the oldest first."""
        return [str(r["article_id"]) for r in read(self.con, query("kept_articles"), {"story": story, "since": since})]

    def looks(self, article_ids: Iterable[str]) -> dict[str, list[RecordedLook]]:
        """Every look at articles, in time order, by article_id."""
        out: dict[str, list[RecordedLook]] = {}
        for r in read(self.con, query("looks"), {"article_ids": sorted(set(article_ids))}):
            out.setdefault(str(r["article_id"]), []).append(value_of(RecordedLook, r))
        return out

    def kept_versions(self, article_ids: Iterable[str]) -> dict[str, dict[str, KeptVersion]]:
        """article_id -> version_id -> the version with where and why it was kept, in their order."""
        out: dict[str, dict[str, KeptVersion]] = {}
        for r in keyed(self.con, "versions_of_articles", map(id_key, article_ids)):
            kept = (value_of(Version, r), r["archive"], r["reason"] or "")
            out.setdefault(str(r["article_id"]), {})[str(r["version_id"])] = kept
        return out

    def archive_of(self, version_id: str) -> str | None:
        """Where the response that made a version is kept."""
        rows = read(self.con, "SELECT archive FROM record.version WHERE version_id = $version_id", {"version_id": version_id})
        return rows[0]["archive"] if rows else None

    def addresses(self, article_ids: Iterable[str]) -> dict[str, list[str]]:
        """Every address under which articles were met, the first one first, by article_id."""
        out: dict[str, list[str]] = {}
        for r in read(self.con, query("addresses"), {"article_ids": sorted(set(article_ids))}):
            out.setdefault(str(r["article_id"]), []).append(str(r["url"]))
        return out

    def furniture_since(self, outlet: str, articles: int) -> list[tuple[datetime, str]]:
        """(when it had stood in so many articles, fingerprint) of each paragraph that recurs at an outlet, in time order."""
        rows = read(self.con, query("furniture_since"), {"outlet": outlet, "articles": articles})
        return [(r["since"], str(r["fingerprint"])) for r in rows]

    def replace(self, change: Replacement, now: datetime) -> None:
        """Move what goes out of the record and write what comes. The caller holds the transaction."""
        self._supersede("version", "version_id", change.versions, now)
        self._supersede("appearance", "appearance_id", change.appearances, now)
        self._supersede("quarantine", "quarantine_id", change.quarantined, now)
        self.record(change.batch)

    def _supersede(self, table: str, key: str, going: Mapping[str, str], now: datetime) -> None:
        named = f"{key} IN (SELECT unnest($ids::JSON::VARCHAR[]))"
        rows = read(self.con, f"SELECT * FROM record.{table} WHERE {named}", {"ids": sorted(going)})
        told = [r | {"superseded_at": now, "superseded_reason": going[r[key]]} for r in rows]
        kept = self.tables.columns(f"record.superseded_{table}")
        self.tables.insert(f"record.superseded_{table}", [{c: r[c] for c in kept} for r in told])
        self.tables.delete(f"record.{table}", key, going)
