"""How results are shown: tables, JSON, CSV; progress on a terminal, plain lines elsewhere."""

import csv
import io
import json
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from time import monotonic
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from pipeline.store import Rows

EVERY = 30.0  # seconds between two lines about a long stage


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class SqlFormat(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


def plain(value: Any) -> Any:
    """A value of a row as JSON can hold it: times as ISO 8601 in UTC."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def show(rows: Rows, form: str, console: Console) -> None:
    """Print a result in the form asked for."""
    if form == Format.JSON:
        print(as_json(rows))
    elif form == Format.CSV:
        sys.stdout.write(as_csv(rows))
    else:
        console.print(as_table(rows))


def as_json(rows: Rows) -> str:
    lines = [json.dumps({c: plain(v) for c, v in zip(rows.columns, r, strict=True)}, ensure_ascii=False) for r in rows.rows]
    return "[" + ",\n ".join(lines) + "]"


def as_csv(rows: Rows) -> str:
    """CSV that a spreadsheet cannot take for formulas: a quotation mark stands before = + - @ and control characters."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows.columns)
    for row in rows.rows:
        writer.writerow([_safe_cell(plain(v)) for v in row])
    return out.getvalue()


def _safe_cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and (value[:1] in ("\t", "\r", "\n") or value.lstrip()[:1] in tuple("=+-@＝＋－＠")):
        value = "'" + value
    # a carriage return alone would not be quoted, and readers take it for the end of a row
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def as_table(rows: Rows) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", row_styles=["", "dim"] if len(rows.rows) > 20 else [""])
    for c in rows.columns:
        table.add_column(c, overflow="fold")
    for row in rows.rows:
        table.add_row(*[Text(_cell(v)) for v in row])
    return table


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return "" if value is None else printable(str(value))


def printable(text: str) -> str:
    """Text that cannot move a terminal's cursor or colours: control characters are shown escaped."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)


class Reporter:
    """Tells a person how a run goes: bars on a terminal; elsewhere a plain line per stage, and one each half minute of a long
    stage with the rate and the time that is left; nothing if quiet."""

    def __init__(self, console: Console, quiet: bool):
        self.console, self.quiet = console, quiet
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._began: dict[str, tuple[float, int]] = {}  # stage -> when it was first heard of, and how much was done by then
        self._said = 0.0

    def __enter__(self) -> "Reporter":
        if not self.quiet and self.console.is_terminal:
            columns = (
                TextColumn("{task.description:<24}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
            )
            self._bars = Progress(*columns, console=self.console, transient=True)
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars:
            self._bars.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._bars:
            if stage not in self._tasks:
                self._tasks[stage] = self._bars.add_task(stage, total=total)
            self._bars.update(self._tasks[stage], completed=done, total=total)
        elif not self.quiet and done == total and total:
            self.say(f"{stage}: {total}")
        elif not self.quiet:
            self._now_and_then(stage, done, total, monotonic())

    def _now_and_then(self, stage: str, done: int, total: int, now: float) -> None:
        """How far a long stage is."""
        began, before = self._began.setdefault(stage, (now, done))
        if now - max(began, self._said) < EVERY or done == before:
            return
        self._said, rate = now, (done - before) / (now - began)
        left = timedelta(seconds=round((total - done) / rate))
        self.say(f"{stage}: {done} of {total}, {rate:.1f} a second, {left} left")

    def say(self, *lines: str) -> None:
        """Print lines for a person, unless quiet."""
        if not self.quiet:
            for line in lines:
                self.console.print(Text(printable(line)), soft_wrap=True)
