"""The program's log: one event a line, as JSON for programs or as text for people. Standard `logging` underneath.

Whoever has something to tell calls `event`; the command line and the flows say once, with `start`, where it goes. Whatever is
told is made harmless before it leaves: no credentials, no addresses of channels, no character that moves a terminal's cursor,
turns its text around or begins a line of its own. So a title that a stranger wrote can neither forge a line nor hide one.
"""

import fcntl
import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from urllib.parse import unquote

from pipeline.config import LogConfig
from pipeline.errors import ConfigError
from pipeline.fetch.redact import redact

OURS = "pipeline"  # the logger above all of this program's
LONGEST = 500  # characters of a fact or a message
LONGEST_TRACE = 60  # lines
PART = 8  # characters from which a part of a secret address is a secret by itself
_MARKS = re.compile(r"[/?&=@:#]+")  # between the parts of an address
_HOST = re.compile(r"localhost|[a-z0-9-]+(\.[a-z0-9-]+)+")
Fact = str | int | float | bool | datetime | None


@dataclass(frozen=True, slots=True)
class Running:
    """What holds for every line of this process."""

    run: str = ""  # tells the lines of one run from those of others
    secrets: tuple[str, ...] = ()  # texts that stand in no line
    stderr: bool = False  # the log is on standard error


_running = Running()
_handlers: list[tuple[logging.Logger, logging.Handler]] = []  # ours, taken off again by the next `start`


def event(log: logging.Logger, level: int, name: str, text: str = "", /, **facts: Fact) -> None:
    """Tell what happened: its name (`feed.failed`), a sentence if there is one to say, and facts by name."""
    if log.isEnabledFor(level):
        log.log(level, Line(name, text, facts))


@dataclass(frozen=True, slots=True)
class Line:
    """An event as a record carries it. Whoever else takes the record finds a harmless line of text."""

    name: str
    text: str
    facts: dict[str, Fact]

    def __str__(self) -> str:
        told = [self.name, *(f"{harmless(n, 60)}={_value(_fact(v))}" for n, v in self.facts.items() if v is not None)]
        return " ".join([*told, *(["|", harmless(self.text)] if self.text else ())])


def facts_of(summary: object) -> dict[str, Fact]:
    """The numbers and words of a summary; of a list or a table how many it has; of a summary inside it the same."""
    found: dict[str, Fact] = {}
    for field in fields(summary) if is_dataclass(summary) else ():
        value = getattr(summary, field.name)
        if isinstance(value, str | int | float | bool | datetime | None):
            found[field.name] = value
        elif isinstance(value, list | tuple | dict | set | frozenset):
            found[field.name] = len(value)
        else:
            found |= facts_of(value)
    return found


# ---- harmless text -------------------------------------------------------------------------------------------------------


def harmless(text: str, most: int = LONGEST) -> str:
    """A text without secrets, in one line, what is not to be seen written out (`\\x1b`, `\\u202e`), and short."""
    known = redact(text[: 8 * most], _running.secrets)
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in known)
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def parts_of(secret: str) -> Iterator[str]:
    """A secret, and its longer parts but for host names: libraries tell of paths and parameters, not of whole addresses."""
    yield secret
    for part in _MARKS.split(secret):
        if len(part) >= PART and not _HOST.fullmatch(part):
            yield from (part, unquote(part))


def _fact(value: Fact) -> str | int | float | bool | None:
    if isinstance(value, datetime):
        return _time(value.timestamp())
    return harmless(value) if isinstance(value, str) else value


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _line(record: logging.LogRecord) -> Line:
    """The event of a record; a library's line as one."""
    return record.msg if isinstance(record.msg, Line) else Line(f"log.{record.name}", record.getMessage(), {})


def _trace(record: logging.LogRecord) -> list[str]:
    """The lines of the trace that came with it, the last ones first to be kept."""
    if not record.exc_info or record.exc_info[1] is None:
        return []
    lines = "".join(traceback.format_exception(record.exc_info[1])).splitlines()
    return [harmless(line) for line in lines[-LONGEST_TRACE:]]


class AsJson(logging.Formatter):
    """One JSON object a line, in ASCII: it stays valid whatever a terminal or a collector makes of other characters."""

    def format(self, record: logging.LogRecord) -> str:
        line, trace = _line(record), _trace(record)
        told: dict[str, object] = {"time": _time(record.created), "level": record.levelname.lower()}
        told |= {"event": harmless(line.name), "run": _running.run}
        told |= {harmless(n, 60): _fact(v) for n, v in line.facts.items() if v is not None and n not in told}
        told |= {"text": harmless(line.text)} if line.text else {}
        return json.dumps(told | ({"trace": trace} if trace else {}))


class AsText(logging.Formatter):
    """One line for people: time, gravity, run, event, `name=value` with what has blanks in quotation marks, the sentence.

    Below it, set in, the trace of an error.
    """

    def format(self, record: logging.LogRecord) -> str:
        head = f"{_time(record.created)} {record.levelname:<7} {_running.run}".rstrip()
        return "\n    ".join([f"{head} {_line(record)}", *_trace(record)])


class Spoken(AsText):
    """What is grave, for people who asked for no log."""

    def format(self, record: logging.LogRecord) -> str:
        who = "writethru" if record.name.partition(".")[0] == OURS else record.name
        return "\n    ".join([f"{who}: {harmless(_line(record).text)}", *_trace(record)])


class Bare(logging.Formatter):
    """As text without time and gravity, for a log that adds its own."""

    def format(self, record: logging.LogRecord) -> str:
        return str(_line(record))


def _value(value: str | int | float | bool | None) -> str:
    text = str(value)
    plain = text and not any(c in text for c in ' "=|')
    return text if plain else '"' + text.replace('"', "'") + '"'


# ---- where it goes -------------------------------------------------------------------------------------------------------


class Ours(logging.Filter):
    """Lets pass events, if there is a log, and what is grave of everything else."""

    def __init__(self, told: bool):
        super().__init__()
        self.told = told

    def filter(self, record: logging.LogRecord) -> bool:
        return self.told if isinstance(record.msg, Line) else record.levelno >= logging.WARNING


class Rotated(RotatingFileHandler):
    """A file that is put aside when it is full. Several processes may write to it: only one of them puts it aside."""

    failed = False

    def emit(self, record: logging.LogRecord) -> None:
        if self.stream and self._moved():
            self.stream.close()
            self.stream = self._open()
        super().emit(record)

    def doRollover(self) -> None:
        with Path(f"{self.baseFilename}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # let go with the file
            if not self._moved():
                super().doRollover()

    def _moved(self) -> bool:
        """Whether the file that is open no longer bears the name: another process has put it aside."""
        try:
            there = Path(self.baseFilename).stat()
        except FileNotFoundError:
            return True
        held = os.fstat(self.stream.fileno()) if self.stream else there
        return (there.st_dev, there.st_ino) != (held.st_dev, held.st_ino)

    def handleError(self, record: logging.LogRecord) -> None:
        """A log that cannot be written stops nothing; it is said once."""
        if not self.failed:
            self.failed = True
            print(f"writethru: the log {self.baseFilename} cannot be written: {sys.exc_info()[1]}", file=sys.stderr)


def start(config: LogConfig, run: str, secrets: Sequence[str] = (), also: logging.Handler | None = None) -> None:
    """Begin to log, from here to the end of the process or the next `start`. Raises ConfigError if the file cannot be written.

    Without a form and a file only what libraries warn of is told, as text on standard error: people read the summaries.
    `also` gets this program's events in any case: the log of whoever runs this program.
    """
    global _running
    stop()
    told, ours = is_told(config), logging.getLogger(OURS)
    handler = _handler(config)
    handler.setFormatter(AsJson() if config.form == "json" else AsText() if told else Spoken())
    handler.addFilter(Ours(told))
    _put_up(logging.getLogger(), handler)
    logging.captureWarnings(told)  # Python's own would stand between the lines
    if told or also:
        ours.setLevel(config.level.upper())
        ours.propagate = False
        _put_up(ours, handler)
    if also:
        also.setFormatter(Bare())
        _put_up(ours, also)
    hidden = dict.fromkeys(part for secret in secrets for part in parts_of(secret))
    _running = Running(run, tuple(hidden), told and config.file is None)


def _put_up(logger: logging.Logger, handler: logging.Handler) -> None:
    logger.addHandler(handler)
    _handlers.append((logger, handler))


def is_told(config: LogConfig) -> bool:
    """Whether there is a log at all."""
    return config.form is not None or config.file is not None


def takes_stderr() -> bool:
    """Whether the log is on standard error, where people's messages would be: then they are not."""
    return _running.stderr


def stop() -> None:
    """Take off what `start` has put up."""
    global _running
    _running = Running()
    while _handlers:
        logger, handler = _handlers.pop()
        logger.removeHandler(handler)
        handler.close()
    logging.captureWarnings(False)
    ours = logging.getLogger(OURS)
    ours.setLevel(logging.NOTSET)
    ours.propagate = True


def _handler(config: LogConfig) -> logging.Handler:
    if config.file is None:
        return logging.StreamHandler(sys.stderr)
    try:
        config.file.parent.mkdir(parents=True, exist_ok=True)
        return Rotated(config.file, maxBytes=config.size, backupCount=config.keep, encoding="utf8")
    except OSError as e:
        raise ConfigError("settings", "log.file", f"cannot be written: {e.strerror}", str(config.file)) from None
