"""The Store: one DuckDB file, or a lake, behind typed reads and batched writes. The only importer of duckdb.

`record` tables hold what was seen and decided by people; `derived` tables what the judgements made of it. Each batch is one
transaction. Whoever writes holds the lease; whoever only reads opens the snapshot, which is published after each run.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import duckdb

from pipeline.config import LeaseConfig, Place
from pipeline.errors import LeaseLost
from pipeline.store.collected import Batch, Collected, FetchRow, ParagraphRow
from pipeline.store.database import Tables, check_files, transaction
from pipeline.store.engines import Holding, Share, engine_of
from pipeline.store.kept import Kept, leave, take
from pipeline.store.keys import last_part
from pipeline.store.leasing import Holder, holder_of, work_goes_on
from pipeline.store.moving import Proof, compare, transfer
from pipeline.store.noticed import Noticed
from pipeline.store.reading import Reading, Rows
from pipeline.store.rebuilt import KeptVersion, Rebuilt, RecordedLook, Replacement
from pipeline.store.rows import HoldRow, plain_row, value_of
from pipeline.store.snapshot import publish_snapshot
from pipeline.store.tracked import Linking, Revised, SavedState, Tracked

CACHE = "256MB"  # of the store in memory, while a run goes through all of it
REPEATS = 5  # of a transaction into whose way another's came
Written = TypeVar("Written")
__all__ = [
    "Batch",
    "FetchRow",
    "HoldRow",
    "Holder",
    "Holding",
    "KeptVersion",
    "Linking",
    "ParagraphRow",
    "Proof",
    "RecordedLook",
    "Replacement",
    "Revised",
    "Rows",
    "SavedState",
    "Share",
    "Store",
    "aside",
    "check_files",
    "compare",
    "engine_of",
    "holder_of",
    "last_part",
    "lease",
    "plain_row",
    "publish_snapshot",
    "share",
    "transfer",
    "value_of",
    "work_goes_on",
]


def lease(place: Place, what: str, wait: float = 0.0, limits: LeaseConfig | None = None) -> AbstractContextManager[Holding]:
    """Hold the right to write to a store. Ends with the process, however that ends. Raises StoreBusy, StoreError."""
    return engine_of(place).lease(what, wait, limits)


def share(
    place: Place, what: str, wait: float = 0.0, limits: LeaseConfig | None = None, clock: datetime | None = None
) -> AbstractContextManager[Share]:
    """Work in a store beside others if it is a lake that allows it; else hold it all. Others are told the run's clock.

    Raises StoreBusy, StoreError.
    """
    return engine_of(place).shared(what, wait, limits, clock)


def aside(
    place: Place, what: str, wait: float = 0.0, limits: LeaseConfig | None = None, clock: datetime | None = None
) -> AbstractContextManager[Share]:
    """Be the only run that does this, but beside those that write; see `Engine.aside`. Raises StoreBusy, StoreError."""
    return engine_of(place).aside(what, wait, limits, clock)


class Store(Rebuilt, Collected, Tracked, Noticed, Reading):
    """An open store. Use as a context manager; one thread, one process."""

    def __init__(
        self,
        place: Place,
        *,
        now: datetime,
        read_only: bool = False,
        snapshot: Path | None = None,
        share: Share | None = None,
    ):
        """Open (and unless read-only make or migrate) the store. Raises StoreBusy, StoreError.

        `snapshot`: the published file, which is read in the store's place if there is one. `share`: if others write, too.
        """
        self.engine, self._read_only, self._calm, self.share = engine_of(place), read_only, True, share
        self._lease = None if read_only else share or self.engine.held_here()
        self._shared = share if share and not share.alone else None
        self._kept = Kept()
        self.con = self.engine.open_to_read(snapshot) if read_only else self._open(now)
        self.tables = Tables(self.con)

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end(calm=kind is None)
        if error is not None and (told := self.engine.trouble(error)):
            raise told from error

    def _open(self, now: datetime) -> duckdb.DuckDBPyConnection:
        known = take(self.engine.name, self.engine.mark()) if self._lease and not self._shared else None
        self._kept = known or self._kept
        to_itself = self._shared.to_itself if self._shared else nullcontext
        return self.engine.open(now, self._still_ours, to_itself, as_left=known is not None)

    def size(self) -> int:
        """Bytes that it takes."""
        return self.engine.size(self.con)

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """What the database keeps of the store in memory inside is bounded: else a long run's cache grows with the store."""
        self.con.execute(f"SET memory_limit = '{CACHE}'")
        try:
            yield
        finally:
            with suppress(duckdb.Error):  # of a dead database: what happened before is what counts
                self.con.execute("RESET memory_limit")  # the process may keep the instance

    def close(self) -> None:
        """Close it; the log of a file is folded into it."""
        self._end(calm=True)

    def _end(self, *, calm: bool) -> None:
        if self._read_only:
            self.engine.close_to_read(self.con, calm=calm and self._calm)
        else:
            self.engine.close(self.con, calm=calm)
            if calm and self._lease and not self._shared:
                mark = self.engine.mark()
                with suppress(LeaseLost):  # what follows will be told; it is no longer known how the store stands
                    self._still_ours()
                    leave(self.engine.name, mark, self._kept)

    def write(self, turn: str, work: Callable[[], Written]) -> Written:
        """Do in a transaction what writes; in a lake that is shared it is one's turn meanwhile.

        If all the same a commit of another came in between, the whole is done again, a few times: `work` must allow that.
        """
        for _ in range(REPEATS if self._shared else 0):
            with suppress(duckdb.TransactionException), self.transaction(turn):
                return work()
        with self.transaction(turn):
            return work()

    @contextmanager
    def transaction(self, turn: str = "record") -> Iterator[None]:
        """What is written inside is written whole or not at all. Raises LeaseLost if the store was given to another run.

        In a lake that is shared it waits for its turn: what is read inside is what others have committed.
        """
        if self._shared:
            with self._shared.turn(turn), self._whole():
                yield
        else:
            with self._whole():
                yield

    @contextmanager
    def _whole(self) -> Iterator[None]:
        self._still_ours()
        try:
            with transaction(self.con):
                yield
                self._still_ours()
        except BaseException as e:
            self._kept = Kept()  # nothing of it was written
            if isinstance(e, duckdb.TransactionException):
                self._still_ours()  # an heir of the lease lets nothing be committed that was begun before: that is what to tell
            raise

    def _still_ours(self) -> None:
        if self._lease:
            self._lease.check()
