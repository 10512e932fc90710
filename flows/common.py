"""What the flows share: settings from a parameter, how long to wait for another run, and the log."""

import logging
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from prefect.exceptions import MissingContextError
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from pipeline import logs
from pipeline.config import Settings, load_settings, secrets_of

WAIT = 600.0  # seconds for another run to give the store back before this one fails and is retried


def settings_for(config: str | None) -> Settings:
    """The settings file named by the deployment, or writethru.toml in its working folder. The log begins with them."""
    settings = load_settings(Path(config) if config else None)
    logs.start(settings.log, str(flow_run.id or "")[:8], secrets_of(settings, feeds=True), ToTheRun())
    return settings


class ToTheRun(logging.Handler):
    """Hands the program's events to the log of the flow's or task's run, where the server shows them."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(MissingContextError):  # outside of a run nobody keeps a log
            get_run_logger().log(record.levelno, "%s", self.format(record))


def clock(now: str | None) -> datetime:
    """The clock that the run sees."""
    return datetime.fromisoformat(now.replace("Z", "+00:00")) if now else datetime.now(UTC)


def tell(lines: list[str]) -> None:
    """The summary of a stage in the run's log."""
    for line in lines:
        get_run_logger().info("%s", logs.harmless(line))
