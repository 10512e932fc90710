"""Work that needs no store, spread over processes of this machine."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import connection, get_context, parent_process
from typing import TypeVar

from pipeline.errors import WritethruError

PATIENCE = 10.0  # seconds after which it is looked whether the work goes on
AHEAD = 4  # pieces for each process that are handed over before they are asked for
Piece = TypeVar("Piece")


def spread(work: Callable[[Piece], None], pieces: Iterable[Piece], workers: int) -> Iterator[int]:
    """Do the work on each piece; yields how many are done, each time one is and every few seconds.

    Raises what the work raises, and WritethruError if a process was ended before its work was.
    """
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_end_with_the_parent) as pool:
        waiting, running, count = iter(pieces), set[Future[None]](), 0
        try:
            while True:
                running |= {pool.submit(work, piece) for piece in islice(waiting, AHEAD * workers - len(running))}
                if not running:
                    return
                done, running = wait(running, PATIENCE, FIRST_COMPLETED)
                for one in done:
                    one.result()
                count += len(done)
                yield count
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
