"""How it goes: what the store holds, when it last grew, and what a person should look at."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipeline.config import Settings, load_feeds
from pipeline.fetch import redact
from pipeline.health import (
    Ailing,
    FeedHealth,
    Finding,
    Machine,
    OutletHealth,
    decide_feed,
    decide_health,
    decide_machine,
)
from pipeline.journey.asking import reading
from pipeline.journey.stages import ended
from pipeline.store import Holder, Store, value_of

SHOWN = 5  # leases of one run that are named
HELD = ("feeds", "articles", "versions", "edits", "stories", "changes")


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
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStatus:
    """One feed, whether it needs a person, and what came of it by day."""

    health: FeedHealth
    ailing: bool
    reason: str
    days: dict[int, int]  # day (0 = the last 24 hours) -> new items
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How it goes at a time."""

    at: datetime
    totals: Totals
    machine: Machine
    outlets: tuple[OutletStatus, ...]  # those that need a person first
    feeds: tuple[FeedStatus, ...]
    findings: tuple[Finding, ...]  # what a person should look at: of the program itself, of outlets, of feeds
    holders: Mapping[str, Holder] = field(default_factory=dict)  # lease -> who holds it: `store`, or a share of the work

    @property
    def warnings(self) -> list[str]:
        """What a person should look at, a line each."""
        return [f.line for f in self.findings]

    @property
    def store_bytes(self) -> int:
        return self.machine.store_bytes

    @property
    def archive_bytes(self) -> int:
        return self.machine.archive_bytes

    def lines(self) -> list[str]:
        """For people."""
        t, m = self.totals, self.machine
        held = ", ".join(f"{getattr(t, name)} {name}" for name in HELD)
        grown = "nothing fetched yet" if t.last_fetch_at is None else f"last fetch {t.last_fetch_at:%-d %b %H:%M}"
        newest = "" if t.last_version_at is None else f", newest version {t.last_version_at:%-d %b %H:%M}"
        waiting = f", {t.untracked} texts wait for `writethru track`" if t.untracked else ""
        log = f" and {sized(m.log_bytes)} of log" if m.log_bytes else ""
        size = f"store {sized(m.store_bytes)}{log}, archive {sized(m.archive_bytes)}, {sized(m.free_bytes)} free"
        kept = f"last copy {told_when(m.last_backup_at)}, last check {told_when(m.last_verify_at)}"
        warned = [line for f in self.findings for line in (f"! {f.line}", f"  {f.todo}")] or ["nothing needs a person"]
        busy = [f"in use by {line}" for line in self.users()]
        return [held, f"{grown}{newest}{waiting} (UTC); {size}; {kept}", *busy, *warned]

    def users(self) -> list[str]:
        """Who writes to the store now, and what each of them has taken, if it is not all."""
        mine: dict[str, list[str]] = {}
        for lease, holder in sorted(self.holders.items()):
            mine.setdefault(holder.named(), []).append(lease)
        return [holder if "store" in leases else f"{holder}: {named_leases(leases)}" for holder, leases in mine.items()]


def named_leases(leases: Sequence[str]) -> str:
    """What a run has taken, for people: a few by name."""
    rest = f" and {len(leases) - SHOWN} more" if len(leases) > SHOWN else ""
    return ", ".join(leases[:SHOWN]) + rest


def sized(size: int) -> str:
    """A number of bytes for people."""
    return f"{size / 1e6:.1f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"


def told_when(at: datetime | None) -> str:
    """A moment for people."""
    return f"{at:%-d %b %H:%M}" if at else "never"


def status(settings: Settings, now: datetime) -> Status:
    """How it goes. Reads the snapshot, so it can be asked at any time. Raises UsageError if there is no store yet."""
    with reading(settings) as store:
        return status_of(store, settings, now)


def status_of(store: Store, settings: Settings, now: datetime) -> Status:
    """The same of a store that is open already."""
    totals = value_of(Totals, store.rows("status")[0])
    followed = [feed.url for feed in load_feeds(settings.feeds)] if settings.feeds.exists() else None
    machine = _machine(store, settings, totals, followed)
    outlets, feeds = tuple(_outlets(store, now, followed)), tuple(_feeds(store, now, followed))
    own = decide_machine(machine, now)
    found = own.findings if isinstance(own, Ailing) else ()
    return Status(
        at=now,
        totals=totals,
        machine=machine,
        outlets=tuple(sorted(outlets, key=lambda o: (not o.ailing, o.health.outlet))),
        feeds=tuple(sorted(feeds, key=lambda f: (not f.ailing, not f.health.failures, f.health.outlet, f.health.url))),
        findings=(*found, *(f for o in outlets for f in o.findings), *(f for feed in feeds for f in feed.findings)),
        holders=store.engine.holders(),
    )


def _outlets(store: Store, now: datetime, followed: list[str] | None) -> Iterator[OutletStatus]:
    """Of the feeds that are followed now: what is no longer in feeds.toml needs nobody."""
    for row in store.rows("outlet_health", {"now": now, "followed": followed}):
        health = value_of(OutletHealth, row)
        judged = decide_health(health, now)
        found = judged.findings if isinstance(judged, Ailing) else ()
        yield OutletStatus(health=health, ailing=bool(found), reason=judged.reason, findings=found)


def _feeds(store: Store, now: datetime, followed: list[str] | None) -> Iterator[FeedStatus]:
    """The same of each feed. Its address may carry a token: it is told without."""
    for row in store.rows("health_feeds", {"now": now, "followed": followed}):
        health = value_of(FeedHealth, {**row, "url": redact(row["url"])})
        judged = decide_feed(health, now)
        found = judged.findings if isinstance(judged, Ailing) else ()
        days = row["days"] or {}
        yield FeedStatus(health=health, ailing=bool(found), reason=judged.reason, days=days, findings=found)


# ---- the machine ---------------------------------------------------------------------------------------------------------


def _machine(store: Store, settings: Settings, totals: Totals, followed: list[str] | None) -> Machine:
    """What the disk tells, and what the stages noted beside the store."""
    row = store.rows("health_machine", {"followed": followed})[0]
    last, log = ended(settings.db), settings.db.with_name(f"{settings.db.name}.wal")
    at = {name: how.at for name, how in last.items()}
    size, since = _stat(log)
    copies = [t for t in (at.get("backup"), *_copies(settings)) if t]
    return Machine(
        feeds=row["feeds"],
        feeds_failing=row["feeds_failing"],
        began_at=row["began_at"],
        first_due_at=row["first_due_at"],
        last_pass_at=max((t for t in (at.get("ingest"), totals.last_fetch_at) if t), default=None),
        untracked=totals.untracked,
        last_track_at=at.get("track"),
        store_bytes=store.size(),
        log_bytes=size,
        log_since=since,
        archive_bytes=_size_of(settings.archive_folder),
        free_bytes=_free(settings),
        last_backup_at=max(copies, default=None),
        last_verify_at=at.get("verify"),
        verify_failed=last["verify"].failed if "verify" in last else 0,
    )


def _stat(file: Path) -> tuple[int, datetime | None]:
    """Size of a file and when it was last written; nothing if there is none."""
    try:
        found = file.stat()
    except OSError:
        return 0, None
    return found.st_size, datetime.fromtimestamp(found.st_mtime, UTC)


def _free(settings: Settings) -> int:
    """Bytes left where it is narrowest: store, snapshot, archive and reports may lie on disks of their own."""
    folders = (settings.db.parent, settings.snapshot_file.parent, settings.archive_folder, settings.reports)
    held = (next(f for f in (folder.absolute(), *folder.absolute().parents) if f.exists()) for folder in folders)
    return min(shutil.disk_usage(f).free for f in dict.fromkeys(held))


def _copies(settings: Settings) -> Iterator[datetime]:
    """When the dated copies beside the store were made, by their names."""
    name = re.compile(re.escape(settings.db.stem) + r"-(\d{8}T\d{6})" + re.escape(settings.db.suffix))
    for file in settings.db.absolute().parent.iterdir():
        if found := name.fullmatch(file.name):
            yield datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


def _size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    try:
        with os.scandir(folder) as entries:
            return sum(_size_of(Path(e.path)) if e.is_dir(follow_symlinks=False) else e.stat().st_size for e in entries)
    except OSError:
        return 0
