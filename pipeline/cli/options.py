"""Options that every command takes, and what a command starts from."""

import re
from dataclasses import Field, asdict, dataclass
from datetime import UTC, datetime, timedelta
from json import dumps
from pathlib import Path
from typing import Annotated, ClassVar, Protocol
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from pipeline.cli.output import Reporter, plain
from pipeline.config import Settings, load_settings, parse_duration
from pipeline.errors import UsageError

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Settings file; writethru.toml here if not given.", show_default=False)
]
DbOption = Annotated[Path | None, typer.Option("--db", help="The store, in place of the settings'.", show_default=False)]
NowOption = Annotated[str | None, typer.Option("--now", help="The clock that the run sees, ISO 8601.", show_default=False)]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but results and errors.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]
StoryOption = Annotated[str | None, typer.Option("--story", help="Slug of a story.", show_default=False)]
AspectOption = Annotated[str | None, typer.Option("--aspect", help="Name of an aspect.", show_default=False)]
SinceOption = Annotated[str | None, typer.Option("--since", help="ISO 8601, today, yesterday, or 36h, 7d.", show_default=False)]
UntilOption = Annotated[
    str | None, typer.Option("--until", help="As --since; the moment itself is left out.", show_default=False)
]


class Summary(Protocol):
    """What a stage did: a dataclass that can say itself in words."""

    __dataclass_fields__: ClassVar[dict[str, Field[object]]]

    def lines(self) -> list[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a command starts from."""

    settings: Settings
    now: datetime
    out: Console  # results
    reporter: Reporter  # progress and words for people
    json: bool

    def tell(self, done: Summary) -> None:
        """Print what a stage did: as JSON, or in words."""
        if self.json:
            print(dumps(plain(asdict(done)), ensure_ascii=False))
        else:
            self.reporter.say(*done.lines())


def begin(
    config: Path | None = None, db: Path | None = None, now: str | None = None, quiet: bool = False, json: bool = False
) -> Run:
    """Settings and clock from the common options. Raises ConfigError, UsageError."""
    settings = load_settings(config, {"db": db})
    today = datetime.now(UTC)
    clock = moment(now, today) or today
    out = Console(highlight=False)
    err = Console(stderr=True, highlight=False)
    return Run(settings=settings, now=clock, out=out, reporter=Reporter(err if json else out, quiet or json), json=json)


def moment(text: str | None, now: datetime, zone: str = "UTC") -> datetime | None:
    """A time as people write it: ISO 8601, `today`, `yesterday`, or how long ago (`36h`, `7d`). Raises UsageError."""
    if text is None:
        return None
    if text in ("today", "yesterday"):
        day = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        return (day - timedelta(days=text == "yesterday")).astimezone(UTC)
    if re.fullmatch(r"\d+(\.\d+)?\s*(s|m|min|h|d|w)", text):
        ago = parse_duration(text)
        assert isinstance(ago, timedelta)
        return now - ago
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise UsageError(
            f"{text!r} is not a time: write 2025-11-24, 2025-11-24T06:10:00Z, today, yesterday, 36h or 7d"
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def naive(at: datetime | None) -> datetime | None:
    """As the store's SQL compares times."""
    return at.astimezone(UTC).replace(tzinfo=None) if at else None
