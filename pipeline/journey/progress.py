"""How a long run tells how far it is."""

from collections.abc import Callable

from pipeline.store import work_goes_on

Progress = Callable[[str, int, int], None]  # (stage, done, total)


def silent(stage: str, done: int, total: int) -> None:
    """Tells nobody."""


def lively(progress: Progress) -> Progress:
    """The same, and each step is a sign that the work goes on, for whoever waits for the store."""

    def told(stage: str, done: int, total: int) -> None:
        work_goes_on()
        progress(stage, done, total)

    return told
