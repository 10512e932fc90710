"""Work that needs no store, spread over processes of this machine."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from typing import TypeVar

from pipeline.errors import WritethruError

PATIENCE = 10.0  # seconds after which it is looked whether the work goes on
Piece = TypeVar("Piece")


def spread(work: Callable[[Piece], None], pieces: Sequence[Piece], workers: int) -> Iterator[int]:
    """Do the work on each piece; yields how many are done, each time one is and every few seconds.

    Raises what the work raises, and WritethruError if a process was ended before its work was.
    """
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_end_with_the_parent) as pool:
        try:
            running = {pool.submit(work, piece) for piece in pieces}
            while running:
                done, running = wait(running, PATIENCE, FIRST_COMPLETED)
                for one in done:
                    one.result()
                yield len(pieces) - len(running)
        except BrokenProcessPool:
            told = "a process was ended before its work was done; is there enough memory for so many?"
            raise WritethruError(f"{told} The same command goes on where it was") from None
        finally:
            pool.shutdown(cancel_futures=True)


def _end_with_the_parent() -> None:
    """A parent that is killed can no longer end its workers: they look after that themselves."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def _follow(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
