"""Options that every command takes, and what a command starts from."""

import inspect
import logging
import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import Field, asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import wraps
from json import dumps
from pathlib import Path
from typing import Annotated, ClassVar, Protocol
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from pipeline import logs
from pipeline.cli.output import Reporter, plain
from pipeline.config import LogConfig, Settings, load_settings, parse_duration, secrets_of
from pipeline.errors import UsageError

log = logging.getLogger(__name__)


class LogForm(StrEnum):
    """How an event is written."""

    JSON = "json"
    TEXT = "text"


ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Settings file; writethru.toml here if not given.", show_default=False)
]
DbOption = Annotated[Path | None, typer.Option("--db", help="The store, in place of the settings'.", show_default=False)]
NowOption = Annotated[str | None, typer.Option("--now", help="The clock that the run sees, ISO 8601.", show_default=False)]
LogOption = Annotated[
    LogForm | None,
    typer.Option("--log", help="One event a line, on standard error or in the log's file.", show_default=False),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but results and errors.")]
WorkersOption = Annotated[int, typer.Option("--workers", min=1, help="So many processes read; one writes.")]
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


def logged(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the option `--log`. `begin` takes it from here, so that no command has to hand it on."""

    @wraps(command)
    def told(*args: object, log: LogForm | None = None, **named: object) -> None:
        _asked.set((command.__name__.strip("_"), log))
        try:
            command(*args, **named)
        finally:
            _asked.set(("", None))

    shape = inspect.signature(command)
    option = inspect.Parameter("log", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=LogOption)
    told.__signature__ = shape.replace(parameters=[*shape.parameters.values(), option])  # type: ignore[attr-defined]
    told.__annotations__ = {**command.__annotations__, "log": LogOption}
    return told


_asked: ContextVar[tuple[str, LogForm | None]] = ContextVar("asked", default=("", None))  # a command, and how to log


def begin(
    config: Path | None = None, db: Path | None = None, now: str | None = None, quiet: bool = False, json: bool = False
) -> Run:
    """Settings and clock from the common options; the log begins. Raises ConfigError, UsageError.

    Where the log goes to standard error, it takes the place of what people would read.
    """
    settings = load_settings(config, {"db": db, "store": None if db is None else ""})  # a named file is the store, no lake
    today = datetime.now(UTC)
    clock = moment(now, today) or today
    _begin_log(settings)
    out = Console(highlight=False)
    err = Console(stderr=True, highlight=False)
    reporter = Reporter(err if json else out, quiet or json or logs.takes_stderr())
    return Run(settings=settings, now=clock, out=out, reporter=reporter, json=json)


def _begin_log(settings: Settings) -> None:
    """Start the log of a command that has one, in the form asked for or in the settings'; a run's lines carry its mark."""
    command, form = _asked.get()
    config = settings.log if command else LogConfig.model_validate({})
    config = config.model_copy(update={"form": form.value}) if form else config
    logs.start(config, secrets.token_hex(4), secrets_of(settings, feeds=logs.is_told(config)))
    logs.event(log, logging.INFO, "run.began", command=command)


def moment(text: str | None, now: datetime, zone: str = "UTC") -> datetime | None:
    """A time as people write it: ISO 8601, `today`, `yesterday`, or how long ago (`36h`, `7d`). Raises UsageError."""
    if text is None:
        return None
    if text in ("today", "yesterday"):
        day = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        return (day - timedelta(days=text == "yesterday")).astimezone(UTC)
    if re.fullmatch(r"\d+(\.\d+)?\s*(s|m|min|h|d|w)", text):
        try:
            ago = parse_duration(text)
            assert isinstance(ago, timedelta)
            return now - ago
        except (ValueError, OverflowError):
            raise UsageError(f"{text!r} is longer ago than time is counted") from None
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
