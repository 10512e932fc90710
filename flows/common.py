"""What the flows share: settings from a parameter, and how long to wait for another run."""

from datetime import UTC, datetime
from pathlib import Path

from prefect.logging import get_run_logger

from pipeline.config import Settings, load_settings

WAIT = 600.0  # seconds for another run to give the store back before this one fails and is retried


def settings_for(config: str | None) -> Settings:
    """The settings file named by the deployment, or writethru.toml in its working folder."""
    return load_settings(Path(config) if config else None)


def clock(now: str | None) -> datetime:
    """The clock that the run sees."""
    return datetime.fromisoformat(now.replace("Z", "+00:00")) if now else datetime.now(UTC)


def tell(lines: list[str]) -> None:
    """The summary of a stage in the run's log."""
    for line in lines:
        get_run_logger().info("%s", line)
