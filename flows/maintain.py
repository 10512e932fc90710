"""Nightly: check the store and keep a copy of it."""

from prefect import flow, task

from flows.common import clock, settings_for, tell
from pipeline import journey


@task
def check_store(config: str | None) -> list[str]:
    """Every check of sql/checks. A check that fails fails the run, after the copy was made."""
    done = journey.verify(settings_for(config))
    if done.failures:
        raise RuntimeError("; ".join(done.lines()))
    return done.lines()


@task(retries=2, retry_delay_seconds=60)
def copy_store(config: str | None, now: str | None) -> list[str]:
    """A dated copy beside the store."""
    return journey.backup(settings_for(config), clock(now)).lines()


@flow(name="maintain", log_prints=False)
def maintain(config: str | None = None, now: str | None = None) -> None:
    """Copy, then check."""
    tell(copy_store(config, now))
    tell(check_store(config))


if __name__ == "__main__":
    maintain()
