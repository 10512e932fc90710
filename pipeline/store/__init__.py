"""The Store: one DuckDB file behind typed reads and batched writes. The only importer of duckdb.

`record` tables hold what was seen and decided by people; `derived` tables what the judgements made of it. Each batch is one
transaction. Whoever writes holds the lease; whoever only reads opens the snapshot, which is published after each run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType

from pipeline.store.collected import Batch, Collected, FetchRow, HoldRow, ParagraphRow, RobotsRow
from pipeline.store.database import (
    Tables,
    attach,
    check_files,
    connect,
    copy_store,
    detach,
    is_current,
    keep_before,
    migrate,
    outdated,
    transaction,
)
from pipeline.store.failures import cut_short
from pipeline.store.keys import last_part
from pipeline.store.leasing import Holder, Lease, held_here, holder_of, lease, work_goes_on
from pipeline.store.noticed import Noticed
from pipeline.store.reading import Reading, Rows
from pipeline.store.rebuilt import KeptVersion, Rebuilt, RecordedLook, Replacement
from pipeline.store.rows import plain_row, value_of
from pipeline.store.snapshot import publish_snapshot
from pipeline.store.tracked import Linking, Revised, SavedState, Tracked

__all__ = [
    "Batch",
    "FetchRow",
    "HoldRow",
    "Holder",
    "KeptVersion",
    "Lease",
    "Linking",
    "ParagraphRow",
    "RecordedLook",
    "Replacement",
    "Revised",
    "RobotsRow",
    "Rows",
    "SavedState",
    "Store",
    "check_files",
    "copy_store",
    "cut_short",
    "holder_of",
    "last_part",
    "lease",
    "plain_row",
    "publish_snapshot",
    "value_of",
    "work_goes_on",
]


class Store(Rebuilt, Collected, Tracked, Noticed, Reading):
    """An open store. Use as a context manager; one thread, one process."""

    def __init__(self, path: Path, *, now: datetime, read_only: bool = False):
        """Open (and unless read-only make or migrate) the store. Raises StoreBusy, StoreError."""
        if not read_only:
            path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self._read_only = path, read_only
        self.con = connect(path, read_only=True) if read_only else attach(path)
        self.tables, self._feeds_read, self._feed_ids = Tables(self.con), {}, set()
        self._lease = None if read_only else held_here(path)
        if not read_only:
            self._upgrade(now)

    def _upgrade(self, now: datetime) -> None:
        """Make or migrate the schema; a store of an earlier program is copied first."""
        try:
            self._still_ours()
            if is_current(self.con):
                return
            migration = outdated(self.con)
        except BaseException:
            detach(self.con, self.path, calm=False)
            raise
        if migration:
            detach(self.con, self.path, calm=True)
            keep_before(self.path, migration)
            self.con = attach(self.path)
            self.tables = Tables(self.con)
        try:
            migrate(self.con, now)
        except BaseException:
            detach(self.con, self.path, calm=False)
            raise

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end(calm=kind is None)

    def close(self) -> None:
        """Close the file; its log is folded into it."""
        self._end(calm=True)

    def _end(self, *, calm: bool) -> None:
        if self._read_only:
            self.con.close()
        else:
            detach(self.con, self.path, calm=calm)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written inside is written whole or not at all. Raises LeaseLost if the store was given to another run."""
        self._still_ours()
        with transaction(self.con):
            yield
            self._still_ours()

    def _still_ours(self) -> None:
        if self._lease:
            self._lease.check()
