"""After each ingest: judge what is new."""

from prefect import flow, task

from flows.common import WAIT, clock, settings_for, tell
from pipeline import journey


@task(retries=2, retry_delay_seconds=30)
def track_new(config: str | None, now: str | None) -> list[str]:
    """One batch: every text that no tracking has seen."""
    return journey.track(settings_for(config), clock(now), wait=WAIT).lines()


@task(retries=2, retry_delay_seconds=60)
def tell_people(config: str | None, now: str | None) -> list[str]:
    """What the rules of [[notify]] ask for, each thing once."""
    return journey.notify(settings_for(config), clock(now), wait=WAIT).lines()


@flow(name="track", log_prints=False)
def track(config: str | None = None, now: str | None = None) -> None:
    """Edits, stories, claims and changes of what is new; then whoever wants to know is told."""
    tell(track_new(config, now))
    tell(tell_people(config, now))


if __name__ == "__main__":
    track()
