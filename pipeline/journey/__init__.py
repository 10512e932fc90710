"""The journey: the stages composed with a store, a fetcher and a clock. No Prefect in here, no decision either.

Each verb takes the lease on the store, does its stage in transactions of one batch, and publishes the snapshot for readers.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.config import Settings
from pipeline.errors import UsageError
from pipeline.journey.asking import Told, ask, explain, listing, log_lines, reading, write_parquet
from pipeline.journey.checking import status
from pipeline.journey.decision import Decision
from pipeline.journey.keeping import BackupSummary, ThinSummary, VerifySummary, backup, restore, snapshot, thin, verify
from pipeline.journey.metering import metrics
from pipeline.journey.moving import MoveSummary, migrate_store
from pipeline.journey.progress import Progress, lively, silent
from pipeline.journey.stages import stage
from pipeline.journey.starting import init
from pipeline.store import Share, Store, aside, lease, share

__all__ = [
    "BackupSummary",
    "Decision",
    "MoveSummary",
    "ThinSummary",
    "Told",
    "VerifySummary",
    "ask",
    "backup",
    "best_lines",
    "decide",
    "explain",
    "export_jsonl",
    "export_warc",
    "import_files",
    "ingest",
    "init",
    "listing",
    "log_lines",
    "maintain",
    "markdown_logs",
    "metrics",
    "migrate_store",
    "notify",
    "read_chunk",
    "read_part",
    "reading",
    "rebuild",
    "report",
    "restore",
    "run",
    "sharing",
    "snapshot",
    "status",
    "suggest",
    "thin",
    "track",
    "try_notify",
    "unread_chunks",
    "unread_parts",
    "verify",
    "write_parquet",
    "writing",
]


NOTES_WAIT = 60.0  # seconds to wait for a run to end before what was sent is noted


@contextmanager
def writing(settings: Settings, what: str, now: datetime, wait: float = 0.0) -> Iterator[Store]:
    """The store, open for writing under the lease; the snapshot is published when it closes in good order."""
    with lease(settings.place, what, wait, settings.lease) as held:
        with Store(settings.place, now=now) as store:
            yield store
        store.engine.publish(settings.snapshot_file, held.check)


@contextmanager
def sharing(settings: Settings, what: str, now: datetime, wait: float = 0.0) -> Iterator[Store]:
    """The store, open for writing beside other runs where it is a lake that allows it; as `writing` opens it where not.

    What the run works on it takes from `store.share`; what it writes, it writes in turns (`store.write`).
    """
    with share(settings.place, what, wait, settings.lease, now) as mine:
        with Store(settings.place, now=now, share=mine) as store:
            yield store
        store.engine.publish(settings.snapshot_file, mine.check)


@stage("ingest")
def ingest(settings: Settings, now: datetime, *, everything: bool = False, progress: Progress = silent, wait: float = 0.0):
    """Fetch the feeds and pages that are due, keep every new version. Returns an IngestSummary."""
    from pipeline.journey.collect import ingest_into

    with sharing(settings, "ingest", now, wait) as store:
        return ingest_into(store, settings, now, everything, lively(progress))


@stage("import")
def import_files(
    settings: Settings,
    files: Sequence[Path],
    now: datetime,
    *,
    workers: int = 1,
    progress: Progress = silent,
    wait: float = 0.0,
):
    """Take recorded observations in place of the network; so many processes read them. Returns an ImportSummary.

    Raises UsageError on an unreadable file.
    """
    from pipeline.journey.importing import import_into

    with writing(settings, "import", now, wait) as store:
        return import_into(store, settings, files, now, lively(progress), workers)


def unread_parts(settings: Settings, files: Sequence[Path], now: datetime) -> list[int]:
    """Begin an import, or go on with it: the numbers of the parts of its files that are still to be read."""
    from pipeline.journey.importing import plan

    under_way = plan(settings, files, now)
    unread = {part.name for part in under_way.unread}
    return [n for n, part in enumerate(under_way.parts) if part.name in unread]


def read_part(settings: Settings, files: Sequence[Path], now: datetime, number: int) -> None:
    """Read one part of an import's files into the spool, where `import_files` finds it. Needs no store and no lease."""
    from pipeline.journey.importing import plan
    from pipeline.journey.sources import read_part as read_into_spool

    under_way = plan(settings, files, now)
    read_into_spool(under_way.work, under_way.parts[number])


def unread_chunks(settings: Settings) -> list[int]:
    """Begin to read the archive ahead of a rebuild, or go on with it: the numbers of the chunks that are still to be read."""
    from pipeline.journey import rebuilding

    with reading(settings) as store:
        return rebuilding.unread_chunks(store, settings)


def read_chunk(settings: Settings, number: int) -> None:
    """Read one chunk of the archive into the spool, where `rebuild` by several workers finds it. Needs no lease."""
    from pipeline.journey import rebuilding

    with reading(settings) as store:
        rebuilding.read_chunk(store, settings, number)


@stage("rebuild")
def rebuild(
    settings: Settings,
    now: datetime,
    *,
    dry_run: bool = False,
    workers: int = 1,
    progress: Progress = silent,
    wait: float = 0.0,
):
    """Read every archived response again, by so many processes, and rebuild what is read otherwise now.

    Returns a RebuildSummary.
    """
    from pipeline.journey.rebuilding import rebuild_store

    with reading(settings) if dry_run else writing(settings, "rebuild", now, wait) as store:
        return rebuild_store(store, settings, now, dry_run, progress=lively(progress), workers=workers)


def export_warc(
    settings: Settings,
    file: Path,
    now: datetime,
    *,
    story: str | None = None,
    since: datetime | None = None,
    progress: Progress = silent,
):
    """Write archived responses as one web archive. Returns a WarcSummary. Raises UsageError if the file is there already."""
    from pipeline.journey import exporting

    with reading(settings) as store:
        return exporting.export_warc(store, settings, file, story, since, now, progress)


def export_jsonl(
    settings: Settings, file: Path, *, story: str | None = None, since: datetime | None = None, progress: Progress = silent
):
    """Write the record as observations. Returns a JsonlSummary. Raises UsageError if the file is there already."""
    from pipeline.journey import exporting

    with reading(settings) as store:
        return exporting.export_jsonl(store, file, story, since, progress)


@stage("track")
def track(settings: Settings, now: datetime, *, rebuild: bool = False, progress: Progress = silent, wait: float = 0.0):
    """Judge what is new: edits, stories, claims, changes. Returns a TrackSummary."""
    from pipeline.journey.tracking import track_store

    with (writing if rebuild else sharing)(settings, "track", now, wait) as store:
        if store.share and not store.share.alone:
            from pipeline.journey.tracking_shared import track_shared

            return track_shared(store, store.share, settings, now, lively(progress))
        return track_store(store, settings, now, rebuild, lively(progress))


def decide(settings: Settings, now: datetime, wanted: Decision, *, progress: Progress = silent, wait: float = 0.0):
    """Write down what a person decides and carry it out at once. Returns a Decided. Raises UsageError."""
    from pipeline.journey.deciding import carry_out

    with writing(settings, "decide", now, wait) as store:
        return carry_out(store, settings, now, wanted, lively(progress))


@stage("maintain")
def maintain(settings: Settings, now: datetime, *, progress: Progress = silent, wait: float = 0.0):
    """Look for stories that are one: propose to merge them, and merge those that surely are. Returns a MaintainSummary."""
    from pipeline.journey.maintaining import maintain_in

    with lease(settings.place, "maintain", wait, settings.lease) as held:
        with Store(settings.place, now=now) as store:
            done = maintain_in(store, settings, now, lively(progress))
        store.engine.tidy(now, settings.keep.history, held.check)
        store.engine.publish(settings.snapshot_file, held.check)
    return done


def try_notify(settings: Settings):
    """Send a test to every address of `[[notify]]`. Returns a NotifySummary. Raises UsageError if there is no rule."""
    from pipeline.journey.notifying import try_all

    if not settings.notify:
        raise UsageError("there is no rule: write a [[notify]] into writethru.toml first (docs/files.md)")
    return try_all(settings)


@stage("notify")
def notify(settings: Settings, now: datetime, *, dry_run: bool = False, wait: float = 0.0):
    """Tell people what the rules of `[[notify]]` ask for. Returns a NotifySummary; rules that cannot be served are in it."""
    from pipeline.journey.notifying import NotifySummary, note_all, notify_all

    if not settings.notify:
        return NotifySummary()
    with aside(settings.place, "notify", wait, settings.lease, now) as held:
        done, notes = notify_all(settings, now, held, dry_run=dry_run)
        if notes and not dry_run:
            with _noting(settings, now, held, wait or NOTES_WAIT) as store:
                store.write("record", lambda: note_all(store, notes, now))
    return done


@contextmanager
def _noting(settings: Settings, now: datetime, held: Share, wait: float) -> Iterator[Store]:
    """The store, open to write down what was sent, before anybody else may send."""
    if held.alone:
        with writing(settings, "notify", now, wait) as store:
            yield store
    else:
        with Store(settings.place, now=now, share=held) as store:
            yield store


@stage("report")
def report(settings: Settings, now: datetime, *, progress: Progress = silent):
    """Write the reports from the snapshot. Returns a ReportSummary."""
    from pipeline.journey.reporting import write_reports

    return write_reports(settings, now, progress)


def suggest(settings: Settings, slug: str, aspect: str | None = None):
    """Further terms for the aspects of a watched story. Returns a Suggested. Raises UsageError."""
    from pipeline.journey import terms

    return terms.suggest(settings, slug, aspect)


def best_lines(settings: Settings, slug: str, most: int) -> list[str]:
    """The most telling lines of a story's log for a terminal."""
    from pipeline.journey import reporting

    return reporting.best_lines(settings, slug, most)


def markdown_logs(settings: Settings, since: datetime, until: datetime) -> dict[str, str]:
    """slug -> Markdown of what changed between two moments, for each watched story."""
    from pipeline.journey import reporting

    return reporting.markdown_logs(settings, since, until)


@dataclass(slots=True)
class RunSummary:
    """Ingest, track, notify and report, one after the other."""

    ingested: object
    tracked: object
    notified: object
    reported: object

    def lines(self) -> list[str]:
        parts = (self.ingested, self.tracked, self.notified, self.reported)
        return [line for part in parts for line in part.lines()]  # type: ignore[attr-defined]


def run(
    settings: Settings, now: datetime, *, everything: bool = False, progress: Progress = silent, wait: float = 0.0
) -> RunSummary:
    """What the schedule runs: ingest, track, notify, report."""
    ingested = ingest(settings, now, everything=everything, progress=progress, wait=wait)
    tracked = track(settings, now, progress=progress, wait=wait)
    notified = notify(settings, now, wait=wait)
    return RunSummary(ingested, tracked, notified, report(settings, now, progress=progress))
