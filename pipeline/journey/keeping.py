"""Looking after the store: checks, copies, the snapshot."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipeline.config import Settings
from pipeline.errors import StoreError, UsageError
from pipeline.journey.stages import stage
from pipeline.store import Store, check_files, engine_of, lease


@dataclass(slots=True)
class VerifySummary:
    """Which checks held."""

    held: list[str] = field(default_factory=list)
    failures: dict[str, int] = field(default_factory=dict)  # check -> rows that it found
    archive: dict[str, int] = field(default_factory=dict)  # file of the archive that is not whole -> responses that lay in it
    thinned: int = 0  # responses that `[keep] responses` has let go

    def lines(self) -> list[str]:
        failed = [f"FAILED {name}: {n} rows. See: writethru sql < sql/checks/{name}.sql" for name, n in self.failures.items()]
        failed += [f"FAILED archive {file}: missing or cut; {n} responses lay in it" for file, n in self.archive.items()]
        let_go = [f"{self.thinned} responses are older than [keep] responses and were let go"] if self.thinned else []
        return [f"{len(self.held)} checks hold", *let_go, *failed]


@dataclass(slots=True)
class BackupSummary:
    """What was copied where."""

    file: str
    counts: dict[str, int]
    removed: list[str] = field(default_factory=list)  # older copies that `[keep] backups` no longer wants

    def lines(self) -> list[str]:
        told = ", ".join(f"{n} {view}" for view, n in self.counts.items())
        return [f"{self.file}: {told}", *(f"{name}: removed, it is older than [keep] backups" for name in self.removed)]


@dataclass(slots=True)
class ThinSummary:
    """What was taken out of the archive."""

    files: int = 0
    size: int = 0  # bytes

    def lines(self) -> list[str]:
        if not self.files:
            return ["the archive holds nothing older than [keep] responses"]
        return [f"{self.files} files of the archive removed, {self.size / 1e6:.1f} MB; all versions are kept"]


@stage("verify")
def verify(settings: Settings, now: datetime) -> VerifySummary:
    """Run every check over the store, each of which must return no rows; see that the archive has what it refers to."""
    from pipeline.journey.asking import reading

    done = VerifySummary()
    with reading(settings) as store:
        for name, text in check_files():
            if rows := store.ask(text).rows:
                done.failures[name] = len(rows)
            else:
                done.held.append(name)
        _verify_archive(settings, store, now, done)
    return done


def _verify_archive(settings: Settings, store: Store, now: datetime, done: VerifySummary) -> None:
    for row in store.rows("archive_files"):
        file = settings.archive_folder / row["file"]
        if file.is_file() and file.stat().st_size > row["last"]:
            continue
        if not file.exists() and _let_go(settings, file.name, now):
            done.thinned += row["responses"]
        else:
            done.archive[row["file"]] = row["responses"]


@stage("backup")
def backup(settings: Settings, now: datetime, target: Path | None = None, *, wait: float = 0.0) -> BackupSummary:
    """Copy the store under the lease to a file that is opened and counted before it takes its name.

    Without a target the copy is dated and lies beside the store; dated copies that are too old are then removed.
    """
    dated = target is None
    target = target or settings.db.with_name(f"{settings.db.stem}-{now:%Y%m%dT%H%M%S}{settings.db.suffix}")
    if target.exists():
        raise UsageError(f"{target}: there is such a file already; a backup overwrites nothing")
    _must_exist(settings)
    with lease(settings.place, "backup", wait, settings.lease):
        done = BackupSummary(file=str(target), counts=engine_of(settings.place).back_up(target, now))
        done.removed = _prune(settings, now, target) if dated else []
    return done


def _prune(settings: Settings, now: datetime, newest: Path) -> list[str]:
    """Remove dated copies beside the store that are older than `[keep] backups`; the newest stays whatever its age."""
    name = re.compile(re.escape(settings.db.stem) + r"-(\d{8}T\d{6})" + re.escape(settings.db.suffix))
    removed = []
    for file in sorted(settings.db.parent.iterdir()):
        found = name.fullmatch(file.name)
        if found and file != newest and now - _stamp(found[1]) > settings.keep.backups:
            file.unlink()
            removed.append(file.name)
    return removed


def _stamp(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


def _let_go(settings: Settings, name: str, now: datetime) -> bool:
    """Whether a file of the archive is older than `[keep] responses`, by the time in its name."""
    found = re.search(r"-(\d{8}T\d{6})\.warc\.gz$", name)
    return bool(found and settings.keep.responses is not None and now - _stamp(found[1]) > settings.keep.responses)


@stage("thin")
def thin(settings: Settings, now: datetime, *, wait: float = 0.0) -> ThinSummary:
    """Remove the archive's files that are older than `[keep] responses`, and versions never.

    What `rebuild` could have read again from them stays as it was read.
    """
    done = ThinSummary()
    if settings.keep.responses is None:
        return done
    with lease(settings.place, "thin", wait, settings.lease) as held:
        for file in sorted(settings.archive_folder.rglob("*.warc.gz")):
            held.check()
            if _let_go(settings, file.name, now):
                done.size += file.stat().st_size
                done.files += 1
                file.unlink()
    return done


@stage("restore")
def restore(settings: Settings, now: datetime, copy: Path) -> BackupSummary:
    """Put a backup in the store's place. The store that stood there, and its log, are kept under dated names.

    The copy is opened, counted and brought to today's schema before anything is moved. Raises UsageError, StoreError.
    """
    if not copy.is_file():
        raise UsageError(f"{copy}: there is no such file")
    engine = engine_of(settings.place)
    with lease(settings.place, "restore", limits=settings.lease) as held:
        counts = engine.restore(copy, now, held.check)
        engine.publish(settings.snapshot_file, held.check)
    return BackupSummary(file=engine.name, counts=counts)


def snapshot(settings: Settings, now: datetime) -> BackupSummary:
    """Publish the file that others may open read-only at any time. A lake needs none: it can be read at any time itself."""
    from pipeline.journey.asking import reading

    _must_exist(settings)
    with lease(settings.place, "snapshot", limits=settings.lease) as held:
        Store(settings.place, now=now).close()  # what a killed run left in the log goes into the file
        shown = engine_of(settings.place).publish(settings.snapshot_file, held.check)
    with reading(settings) as store:
        return BackupSummary(file=shown, counts=store.counts(("articles", "versions", "changes")))


def _must_exist(settings: Settings) -> None:
    if not engine_of(settings.place).exists():
        raise StoreError(f"{engine_of(settings.place).name}: there is no store yet")
