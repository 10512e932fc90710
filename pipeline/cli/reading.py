"""Commands that read: lists, `why`, `sql`. They open the snapshot, so they work while a run holds the store."""

import json as json_
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline import journey
from pipeline.cli.keeping import AppendOption, OpmlInOption, OpmlOutOption, feed_lists
from pipeline.cli.options import (
    AspectOption,
    ConfigOption,
    DbOption,
    JsonOption,
    NowOption,
    Run,
    SinceOption,
    StoryOption,
    UntilOption,
    begin,
    moment,
    naive,
)
from pipeline.cli.output import Format, SqlFormat, plain, printable, show
from pipeline.errors import UsageError

FormatOption = Annotated[Format, typer.Option("--format", help="How to print the rows.")]
ROWS, SECONDS = 10_000, 60.0  # of a query, unless more is asked for
LINE = 110  # characters of a line of the log where no terminal says otherwise
SHOWN = {  # columns of a table, the long ones last: it must be read at 80 columns; JSON and CSV have all
    "stories": "slug origin articles first_seen_at last_seen_at title",
    "articles": "first_seen_at outlet versions edits title",
    "feeds": "outlet title last_outcome last_fetched_at last_success_at next_due_at failures last_reason",
}


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for command in (stories, changes, articles, feeds, terms, why, sql):
        app.command()(command)


def stories(
    story: StoryOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
) -> None:
    """List stories, watched ones first."""
    _list("stories", begin(config, db, now), form, {"story": story}, since, until)


def changes(
    story: StoryOption = None,
    aspect: AspectOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Every line, also of more than a week.")] = False,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
) -> None:
    """List what changed: the change log, line by line. Of more than a week, the most telling lines."""
    run = begin(config, db, now)
    if form is Format.TABLE:
        first, last = _window(run, since, until)
        width = min(run.out.width, 120) if run.out.is_terminal else LINE
        for line in journey.log_lines(run.settings, story, aspect, first, last, width, everything):
            run.out.print(printable(line), markup=False, highlight=False, soft_wrap=True)
        return
    _list("changes", run, form, {"story": story, "aspect": aspect}, since, until)


def articles(
    story: StoryOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    edited: Annotated[bool, typer.Option("--edited", help="Only those that were edited.")] = False,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
) -> None:
    """List articles with the number of their versions and telling edits."""
    _list("articles", begin(config, db, now), form, {"story": story, "edited": edited}, since, until)


def feeds(
    since: SinceOption = None,
    until: UntilOption = None,
    opml_out: OpmlOutOption = None,
    opml_in: OpmlInOption = None,
    append: AppendOption = False,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
) -> None:
    """List feeds: how the last fetch ended, and when the next is due. Or take a list of feeds in, or give it out."""
    start = begin(config, db, now)
    if opml_out is not None or opml_in is not None:
        feed_lists(start, opml_out, opml_in, append)
    else:
        _list("feeds", start, form, {}, since, until)


def terms(
    story: Annotated[str, typer.Argument(metavar="STORY", help="Slug of a watched story.")],
    aspect: AspectOption = None,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
) -> None:
    """Suggest words that go with the aspects of a watched story, for you to put into stories.toml; none goes by itself."""
    run = begin(config, db, now)
    found = journey.suggest(run.settings, story, aspect)
    show(found.table() if form is Format.TABLE else found.rows(), form, run.out)
    for line in found.lines() if form is Format.TABLE else ():
        run.out.print(printable(line), markup=False, highlight=False, soft_wrap=True)


def why(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Id of a version, edit, link, claim or change.")],
    json: JsonOption = False,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
) -> None:
    """Explain a version, edit, link, claim or change: what decided, and on what evidence."""
    run = begin(config, db, now, json=json)
    told = journey.explain(run.settings, identifier)
    if json:
        print(json_.dumps({"what": told.what, **{k: plain(v) for k, v in told.row.items()}}, ensure_ascii=False, indent=2))
        return
    for line in told.lines:
        run.out.print(printable(line), markup=False, highlight=False, soft_wrap=True)


def sql(
    text: Annotated[
        str | None, typer.Argument(metavar="QUERY", help="One SQL statement; read from standard input if not given.")
    ] = None,
    form: Annotated[SqlFormat, typer.Option("--format", help="How to print the rows.")] = SqlFormat.TABLE,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write, needed for parquet.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Rows to print at most; 0 for all. Parquet has all.")] = ROWS,
    timeout: Annotated[float, typer.Option("--timeout", min=0, help="Seconds after which to give up; 0 for never.")] = SECONDS,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
) -> None:
    """Ask in SQL. Read-only, and safe while a run goes on."""
    run = begin(config, db, now)
    statement = text if text is not None else sys.stdin.read()
    if form is SqlFormat.PARQUET:
        if output is None:
            raise UsageError("--format parquet needs a file: --output FILE")
        count = journey.write_parquet(run.settings, statement, output, timeout or None)
        run.reporter.say(f"{output}: {count} rows")
        return
    rows = journey.ask(run.settings, statement, limit or None, timeout or None)
    if rows.cut:
        print(f"writethru: there are more than {limit} rows; --limit 0 shows all", file=sys.stderr)
    if output is None:
        show(rows, form, run.out)
        return
    from pipeline.cli.output import as_csv, as_json

    try:
        output.write_text(as_csv(rows) if form is SqlFormat.CSV else as_json(rows) + "\n", encoding="utf8")
    except OSError as e:
        raise UsageError(f"{output}: cannot be written: {e.strerror}") from None
    run.reporter.say(f"{output}: {len(rows.rows)} rows")


def _window(run: Run, since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    zone = run.settings.time_zone
    return moment(since, run.now, zone), moment(until, run.now, zone)


def _list(name: str, run: Run, form: Format, filters: dict[str, object], since: str | None, until: str | None) -> None:
    first, last = _window(run, since, until)
    rows = journey.listing(run.settings, name, {**filters, "since": naive(first), "until": naive(last)})
    if form is Format.TABLE:
        at = [rows.columns.index(c) for c in SHOWN[name].split()]
        columns, types = (tuple(values[n] for n in at) for values in (rows.columns, rows.types))
        rows = type(rows)(columns=columns, types=types, rows=[tuple(r[n] for n in at) for r in rows.rows])
    show(rows, form, run.out)
