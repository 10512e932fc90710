"""Nightly: keep a copy of the store, look for stories that are one, check the store."""

from prefect import flow, task

from flows.common import WAIT, clock, settings_for, tell
from flows.track import tell_people
from pipeline import journey


@task
def check_store(config: str | None, now: str | None) -> list[str]:
    """Every check of sql/checks. A check that fails fails the run, after the copy was made."""
    done = journey.verify(settings_for(config), clock(now))
    if done.failures or done.archive:
        raise RuntimeError("; ".join(done.lines()))
    return done.lines()


@task(retries=2, retry_delay_seconds=60)
def copy_store(config: str | None, now: str | None) -> list[str]:
    """A dated copy beside the store."""
    return journey.backup(settings_for(config), clock(now), wait=WAIT).lines()


@task(retries=2, retry_delay_seconds=60)
def look_at_stories(config: str | None, now: str | None) -> list[str]:
    """Pairs of stories that look like one are proposed to people, and merged where there is no doubt."""
    return journey.maintain(settings_for(config), clock(now), wait=WAIT).lines()


@task(retries=2, retry_delay_seconds=60)
def thin_archive(config: str | None, now: str | None) -> list[str]:
    """Archived responses that `[keep] responses` no longer wants are let go; versions never."""
    return journey.thin(settings_for(config), clock(now), wait=WAIT).lines()


@flow(name="maintain", log_prints=False)
def maintain(config: str | None = None, now: str | None = None) -> None:
    """Copy, look at the stories, thin the archive, tell people what needs them, then check."""
    tell(copy_store(config, now))
    tell(look_at_stories(config, now))
    tell(thin_archive(config, now))
    tell(tell_people(config, now))
    tell(check_store(config, now))


if __name__ == "__main__":
    maintain()
