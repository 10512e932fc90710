"""How it goes: what the store holds, when it last grew, and what a person should look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.config import Settings, load_feeds
from pipeline.health import Ailing, OutletHealth, decide_health
from pipeline.journey.asking import reading
from pipeline.store import Holder, Store, holder_of, value_of

HELD = ("feeds", "articles", "versions", "edits", "stories", "changes")
STALE = timedelta(hours=2)  # after the last fetch; a schedule fetches every quarter of an hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What the store holds."""

    feeds: int
    articles: int
    versions: int
    edits: int
    stories: int
    changes: int
    untracked: int  # texts seen that no judgement has looked at yet
    last_fetch_at: datetime | None
    last_version_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletStatus:
    """One outlet, and whether it needs a person."""

    health: OutletHealth
    ailing: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How it goes at a time."""

    at: datetime
    totals: Totals
    store_bytes: int
    archive_bytes: int
    outlets: tuple[OutletStatus, ...]  # those that need a person first
    holder: Holder | None = None  # who writes to the store now

    @property
    def warnings(self) -> list[str]:
        """What a person should look at, a line each."""
        return [*self._own_warnings(), *(f"{o.health.outlet}: {o.reason}" for o in self.outlets if o.ailing)]

    def _own_warnings(self) -> Iterator[str]:
        last = self.totals.last_fetch_at
        if self.totals.feeds and (last is None or self.at - last > STALE):
            since = "ever" if last is None else f"since {last:%-d %b %H:%M}"
            yield f"nothing has been fetched {since}: is the schedule running?"
        feeds, failing = (sum(getattr(o.health, name) for o in self.outlets) for name in ("feeds", "feeds_failing"))
        if feeds > 1 and feeds == failing:
            yield f"none of {feeds} feeds could be read: is there a network?"

    def lines(self) -> list[str]:
        """For people."""
        t = self.totals
        held = ", ".join(f"{getattr(t, name)} {name}" for name in HELD)
        grown = "nothing fetched yet" if t.last_fetch_at is None else f"last fetch {t.last_fetch_at:%-d %b %H:%M}"
        newest = "" if t.last_version_at is None else f", newest version {t.last_version_at:%-d %b %H:%M}"
        waiting = f", {t.untracked} texts wait for `writethru track`" if t.untracked else ""
        size = f"store {self.store_bytes / 1e6:.1f} MB, archive {self.archive_bytes / 1e6:.1f} MB"
        warned = [f"! {w}" for w in self.warnings] or ["nothing needs a person"]
        busy = [f"in use by {self.holder.named()}"] if self.holder else []
        return [held, f"{grown}{newest}{waiting} (UTC); {size}", *busy, *warned]


def status(settings: Settings, now: datetime) -> Status:
    """How it goes. Reads the snapshot, so it can be asked at any time. Raises UsageError if there is no store yet."""
    with reading(settings) as store:
        return status_of(store, settings, now)


def status_of(store: Store, settings: Settings, now: datetime) -> Status:
    """The same of a store that is open already."""
    totals = value_of(Totals, store.rows("status")[0])
    outlets = sorted(_outlets(store, settings, now), key=lambda o: (not o.ailing, o.health.outlet))
    archived = sum(f.stat().st_size for f in settings.archive_folder.rglob("*.warc.gz"))
    size = settings.db.stat().st_size if settings.db.exists() else 0
    return Status(
        at=now, totals=totals, store_bytes=size, archive_bytes=archived, outlets=tuple(outlets), holder=holder_of(settings.db)
    )


def _outlets(store: Store, settings: Settings, now: datetime) -> Iterator[OutletStatus]:
    """Of the feeds that are followed now: what is no longer in feeds.toml needs nobody."""
    followed = [feed.url for feed in load_feeds(settings.feeds)] if settings.feeds.exists() else None
    for row in store.rows("outlet_health", {"now": now, "followed": followed}):
        health = value_of(OutletHealth, row)
        judged = decide_health(health, now)
        yield OutletStatus(health=health, ailing=isinstance(judged, Ailing), reason=judged.reason)


def metrics(found: Status) -> str:
    """The status in the OpenMetrics text format, for a monitor to read."""
    from prometheus_client import CollectorRegistry, Gauge
    from prometheus_client.openmetrics.exposition import generate_latest

    registry = CollectorRegistry()

    def gauge(name: str, told: str, value: float) -> None:
        Gauge(f"writethru_{name}", told, registry=registry).set(value)

    for field in (*HELD, "untracked"):
        gauge(field, f"Number of {field} in the store", getattr(found.totals, field))
    gauge("store_bytes", "Size of the store", found.store_bytes)
    gauge("archive_bytes", "Size of the archive of responses", found.archive_bytes)
    gauge("warnings", "What a person should look at", len(found.warnings))
    if found.totals.last_fetch_at:
        gauge("last_fetch_timestamp_seconds", "When something was last fetched", found.totals.last_fetch_at.timestamp())
    for name, told in OUTLET_METRICS.items():
        family = Gauge(f"writethru_outlet_{name}", told, ["outlet"], registry=registry)
        for outlet in found.outlets:
            value = int(outlet.ailing) if name == "ailing" else getattr(outlet.health, name)
            family.labels(outlet.health.outlet).set(value)
    return generate_latest(registry).decode("utf8")


OUTLET_METRICS = {
    "ailing": "1 if a person should look",
    "feeds_failing": "Feeds whose last fetch failed",
    "articles_today": "Articles first seen in the last 24 hours",
    "articles_usual": "Median of the 28 days before",
    "edits_today": "Edits seen in the last 24 hours",
    "edits_usual": "Median of the 28 days before",
    "looks_today": "Looks at pages in the last 24 hours",
    "quarantined_today": "Of these, quarantined",
}
