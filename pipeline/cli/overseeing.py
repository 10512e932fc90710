"""Commands that tell: how it goes, and, to whom it concerns, what is new."""

import json as json_
import os
from dataclasses import asdict, fields
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipeline import journey
from pipeline.cli.options import ConfigOption, DbOption, JsonOption, NowOption, QuietOption, begin, logged
from pipeline.cli.output import as_csv, as_table, plain
from pipeline.errors import UsageError
from pipeline.health import OutletHealth
from pipeline.journey.checking import Status
from pipeline.store import Rows


class StatusFormat(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    OPENMETRICS = "openmetrics"


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(status)
    app.command()(logged(notify))


def status(
    check: Annotated[bool, typer.Option("--check", help="End with 1 if something needs a person.")] = False,
    form: Annotated[StatusFormat, typer.Option("--format", help="How to print it.")] = StatusFormat.TABLE,
    metrics: Annotated[
        Path | None, typer.Option("--metrics", help="Write it as OpenMetrics to this file, in one step; - prints it.")
    ] = None,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
) -> None:
    """Tell how it goes: what the store holds, each outlet's last 24 hours beside its usual day, and what needs a person."""
    run = begin(config, db, now)
    found = journey.status(run.settings, run.now)
    if metrics is not None and str(metrics) != "-":
        _write(metrics, journey.metrics(found))
    elif metrics is not None or form is StatusFormat.OPENMETRICS:
        print(journey.metrics(found), end="")
    elif form is StatusFormat.JSON:
        print(json_.dumps(plain(_facts(found)), ensure_ascii=False))
    elif form is StatusFormat.CSV:
        print(as_csv(_full(found)), end="")
    else:
        run.reporter.say(*found.lines())
        if found.outlets:
            run.out.print(as_table(_short(found)))
    if check and found.warnings:
        raise typer.Exit(1)


def notify(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent, send nothing.")] = False,
    test: Annotated[bool, typer.Option("--test", help="Send every address a test, and nothing else.")] = False,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Send what the rules of `[[notify]]` ask for and was not sent before. `run` does it, too."""
    run = begin(config, db, now, quiet, json)
    done = journey.try_notify(run.settings) if test else journey.notify(run.settings, run.now, dry_run=dry_run)
    run.tell(done)
    if done.problems:
        raise UsageError(done.problems[0])


def _write(file: Path, text: str) -> None:
    """Whole or not at all: who collects it reads at any time. Raises UsageError if it cannot be written."""
    new = file.absolute().with_name(f".{file.name}.new")
    try:
        new.write_text(text, encoding="utf8")
        os.replace(new, file)
    except OSError as e:
        raise UsageError(f"{file}: cannot be written: {e.strerror}") from None


def _short(found: Status) -> Rows:
    """For a terminal: a line an outlet; what ails it stands above."""
    columns = ("outlet", "last read", "next", "articles", "usual", "edits", "usually", "walled")
    rows = []
    for outlet in found.outlets:
        h = outlet.health
        read = f"{h.last_success_at:%-d %b %H:%M}" if h.last_success_at else "never"
        due = f"{h.next_due_at:%H:%M}" if h.next_due_at else "now"
        day = (h.articles_today, f"{h.articles_usual:g}", h.edits_today, f"{h.edits_usual:g}", h.quarantined_today)
        rows.append((("! " if outlet.ailing else "") + h.outlet, read, due, *day))
    return Rows(columns=columns, types=("",) * len(columns), rows=rows)


def _full(found: Status) -> Rows:
    """For programs: every number."""
    names = tuple(f.name for f in fields(OutletHealth))
    rows = [(*(getattr(o.health, name) for name in names), o.ailing, o.reason) for o in found.outlets]
    columns = (*names, "ailing", "reason")
    return Rows(columns=columns, types=("",) * len(columns), rows=rows)


def _facts(found: Status) -> dict[str, object]:
    outlets = [{**asdict(o.health), "ailing": o.ailing, "reason": o.reason} for o in found.outlets]
    feeds = [{**asdict(f.health), "ailing": f.ailing, "reason": f.reason} for f in found.feeds]
    own = {name: value for name, value in asdict(found.machine).items() if name not in ("feeds", "untracked")}
    own["in_use_by"] = "; ".join(found.users()) or None
    told = {"warnings": found.warnings, "findings": [asdict(f) for f in found.findings]}
    return {"at": found.at, **asdict(found.totals), **own, **told, "outlets": outlets, "feeds_followed": feeds}
