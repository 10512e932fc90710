"""Hourly: write the reports. Daily: the digest of the last day. Each story's log becomes an artifact of the run."""

from datetime import timedelta

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact

from flows.common import clock, settings_for, tell
from pipeline import journey


@task(retries=2, retry_delay_seconds=30)
def write_reports(config: str | None, now: str | None) -> list[str]:
    """One batch: every page whose contents moved."""
    return journey.report(settings_for(config), clock(now)).lines()


@task
def publish_logs(config: str | None, now: str | None, hours: int) -> list[str]:
    """One Markdown artifact a watched story, keyed by its slug, so that the interface shows its versions over time."""
    settings, at = settings_for(config), clock(now)
    logs = journey.markdown_logs(settings, at - timedelta(hours=hours), at)
    for slug, text in logs.items():
        create_markdown_artifact(key=slug, markdown=text, description=f"What changed in {hours} hours")
    return sorted(logs)


@flow(name="report", log_prints=False)
def report(config: str | None = None, now: str | None = None) -> None:
    """Write the reports."""
    tell(write_reports(config, now))
    publish_logs(config, now, hours=24)


@flow(name="digest", log_prints=False)
def digest(config: str | None = None, now: str | None = None, hours: int = 24) -> None:
    """The log of the last day as an artifact."""
    publish_logs(config, now, hours)


if __name__ == "__main__":
    report()
