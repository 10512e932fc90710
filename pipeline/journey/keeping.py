"""Looking after the store: checks, copies, the snapshot."""

import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipeline.config import Settings
from pipeline.errors import StoreError, UsageError
from pipeline.store import Store, check_files, copy_store, lease, publish_snapshot


@dataclass(slots=True)
class VerifySummary:
    """Which checks held."""

    held: list[str] = field(default_factory=list)
    failures: dict[str, int] = field(default_factory=dict)  # check -> rows that it found

    def lines(self) -> list[str]:
        failed = [f"FAILED {name}: {n} rows. See: writethru sql < sql/checks/{name}.sql" for name, n in self.failures.items()]
        return [f"{len(self.held)} checks hold", *failed]


@dataclass(slots=True)
class BackupSummary:
    """What was copied where."""

    file: str
    counts: dict[str, int]

    def lines(self) -> list[str]:
        told = ", ".join(f"{n} {view}" for view, n in self.counts.items())
        return [f"{self.file}: {told}"]


def verify(settings: Settings) -> VerifySummary:
    """Run every check over the store: each must return no rows."""
    from pipeline.journey.asking import reading

    done = VerifySummary()
    with reading(settings) as store:
        for name, text in check_files():
            if rows := store.ask(text).rows:
                done.failures[name] = len(rows)
            else:
                done.held.append(name)
    return done


def backup(settings: Settings, now: datetime, target: Path | None = None) -> BackupSummary:
    """Copy the store under the lease to a file that is opened and counted before it takes its name."""
    target = target or settings.db.with_name(f"{settings.db.stem}-{now:%Y%m%dT%H%M%S}{settings.db.suffix}")
    if target.exists():
        raise UsageError(f"{target}: there is such a file already; a backup overwrites nothing")
    _must_exist(settings)
    with lease(settings.db, "backup"):
        _fold_in_the_log(settings, now)
        return BackupSummary(file=str(target), counts=copy_store(settings.db, target))


def restore(settings: Settings, now: datetime, copy: Path) -> BackupSummary:
    """Put a backup in the store's place. The store that stood there, and its log, are kept under dated names.

    The copy is opened, counted and brought to today's schema before anything is moved. Raises UsageError, StoreError.
    """
    if not copy.is_file():
        raise UsageError(f"{copy}: there is no such file")
    with lease(settings.db, "restore"):
        ready = settings.db.with_name(settings.db.name + ".restored")
        counts = copy_store(copy, ready)
        Store(ready, now=now).close()
        _set_aside(settings.db, now)
        os.replace(ready, settings.db)
        publish_snapshot(settings.db, settings.snapshot_file)
    return BackupSummary(file=str(settings.db), counts=counts)


def _set_aside(store: Path, now: datetime) -> None:
    """Give a store and its log dated names. The store keeps its own name, too, until another file takes it."""
    log = store.with_name(store.name + ".wal")
    dated = [file.with_name(f"{file.name}.{now:%Y%m%dT%H%M%S}.aside") for file in (store, log)]
    if store.exists() and not dated[0].exists():
        os.link(store, dated[0])
    if log.exists():
        os.replace(log, dated[1])


def snapshot(settings: Settings, now: datetime) -> BackupSummary:
    """Publish the file that others may open read-only at any time."""
    from pipeline.journey.asking import NEVER

    _must_exist(settings)
    with lease(settings.db, "snapshot"):
        _fold_in_the_log(settings, now)
        publish_snapshot(settings.db, settings.snapshot_file)
    with Store(settings.snapshot_file, now=NEVER, read_only=True) as store:
        return BackupSummary(file=str(settings.snapshot_file), counts=store.counts(("articles", "versions", "changes")))


def _fold_in_the_log(settings: Settings, now: datetime) -> None:
    """What a killed run had acknowledged stands in the log beside the store: opening and closing puts it into the file."""
    Store(settings.db, now=now).close()


def _must_exist(settings: Settings) -> None:
    if not settings.db.exists():
        raise StoreError(f"{settings.db}: there is no store yet")
