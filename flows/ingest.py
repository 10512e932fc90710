"""Every 15 minutes: fetch the feeds and pages that are due, keep every new version."""

from prefect import flow, task

from flows.common import WAIT, clock, settings_for, tell
from pipeline import journey


@task(retries=2, retry_delay_seconds=30)
def ingest_due(config: str | None, now: str | None, everything: bool) -> list[str]:
    """One batch: all that is due. A feed that fails is a row, so a failure here is the store's or ours."""
    return journey.ingest(settings_for(config), clock(now), everything=everything, wait=WAIT).lines()


@flow(name="ingest", log_prints=False)
def ingest(config: str | None = None, now: str | None = None, everything: bool = False) -> None:
    """Fetch what is due."""
    tell(ingest_due(config, now, everything))


if __name__ == "__main__":
    ingest()
