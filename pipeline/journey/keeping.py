"""Looking after the store: checks, copies, the snapshot."""

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
        return BackupSummary(file=str(target), counts=copy_store(settings.db, target, now))


def snapshot(settings: Settings) -> BackupSummary:
    """Publish the file that others may open read-only at any time."""
    _must_exist(settings)
    with lease(settings.db, "snapshot"):
        publish_snapshot(settings.db, settings.snapshot_file)
    from pipeline.journey.asking import NEVER

    with Store(settings.snapshot_file, now=NEVER, read_only=True) as store:
        return BackupSummary(file=str(settings.snapshot_file), counts=store.counts(("articles", "versions", "changes")))


def _must_exist(settings: Settings) -> None:
    if not settings.db.exists():
        raise StoreError(f"{settings.db}: there is no store yet")
