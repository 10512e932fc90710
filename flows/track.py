"""After each ingest: judge what is new."""

from prefect import flow, task

from flows.common import WAIT, clock, settings_for, tell
from pipeline import journey


@task(retries=2, retry_delay_seconds=30)
def track_new(config: str | None, now: str | None) -> list[str]:
    """One batch: every text that no tracking has seen."""
    return journey.track(settings_for(config), clock(now), wait=WAIT).lines()


@flow(name="track", log_prints=False)
def track(config: str | None = None, now: str | None = None) -> None:
    """Edits, stories, claims and changes of what is new."""
    tell(track_new(config, now))


if __name__ == "__main__":
    track()
