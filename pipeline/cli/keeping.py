"""Commands that keep the record: rebuild it from the archive, hand it on, lists of feeds in and out."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline import journey
from pipeline.cli.options import (
    ConfigOption,
    DbOption,
    JsonOption,
    NowOption,
    QuietOption,
    Run,
    SinceOption,
    StoryOption,
    Summary,
    WorkersOption,
    begin,
    logged,
    moment,
)
from pipeline.config import load_settings
from pipeline.errors import UsageError

OpmlOutOption = Annotated[Path | None, typer.Option("--opml-out", help="Write the feeds file as OPML; - prints it.")]
OpmlInOption = Annotated[
    Path | None, typer.Option("--opml-in", help="Print the feeds of an OPML list that are new, as entries of the feeds file.")
]
AppendOption = Annotated[bool, typer.Option("--append", help="With --opml-in: add them to the feeds file.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for command in (rebuild, export, migrate_store):
        app.command()(logged(command))


def rebuild(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would change.")] = False,
    workers: WorkersOption = 1,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Read every archived response again with the present extractor, and rebuild what it reads otherwise."""
    start = begin(config, db, now, quiet, json)
    with start.reporter as progress:
        done = journey.rebuild(start.settings, start.now, dry_run=dry_run, workers=workers, progress=progress)
    start.tell(done)


def export(
    warc: Annotated[Path | None, typer.Option("--warc", help="Archived responses as one web archive (.warc.gz).")] = None,
    jsonl: Annotated[Path | None, typer.Option("--jsonl", help="The record as observations (.jsonl or .jsonl.gz).")] = None,
    story: StoryOption = None,
    since: SinceOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Hand the record on, as a file that `import` takes."""
    start = begin(config, db, now, quiet, json)
    if (warc is None) == (jsonl is None):
        raise UsageError("say what to write: --warc FILE.warc.gz or --jsonl FILE.jsonl")
    after = moment(since, start.now, start.settings.time_zone)
    with start.reporter as progress:
        if warc is not None:
            done: Summary = journey.export_warc(start.settings, warc, start.now, story=story, since=after, progress=progress)
        elif jsonl is not None:
            done = journey.export_jsonl(start.settings, jsonl, story=story, since=after, progress=progress)
    start.tell(done)


def migrate_store(
    target: Annotated[
        str,
        typer.Argument(help="A lake, as `store` in writethru.toml has it, or a file.", metavar="TARGET", show_default=False),
    ],
    data: Annotated[
        str | None,
        typer.Option("--data", help="The lake's files: FOLDER or s3://BUCKET/PREFIX.", show_default=False),
    ] = None,
    password: Annotated[
        str | None,
        typer.Option("--store-password", help="Where the lake's password is: env:NAME or file:PATH.", show_default=False),
    ] = None,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Copy the store into a lake, or from a lake to a file, and prove that both say the same, row for row."""
    start = begin(config, db, now, quiet, json)
    lake = {"store": target, "data": data, "store_password": password}
    there = load_settings(config, lake if target.startswith("ducklake:") else {"db": target, "store": ""})
    start.tell(journey.migrate_store(start.settings, there, start.now))


def feed_lists(start: Run, out: Path | None, into: Path | None, append: bool) -> None:
    """What `feeds` does with OPML in place of listing."""
    from pipeline.journey import feedlists

    if out is not None and into is not None:
        raise UsageError("--opml-out and --opml-in are two commands")
    if out is not None:
        text = feedlists.feeds_as_opml(start.settings)
        if str(out) == "-":
            print(text, end="")
        else:
            out.write_text(text, encoding="utf8")
            start.reporter.say(f"{out} written")
    elif into is not None:
        found = feedlists.feeds_to_add(start.settings, into)
        if append and found:
            feedlists.append_feeds(start.settings, found)
        if append:
            start.reporter.say(f"{start.settings.feeds}: {len(found)} feeds added")
        else:
            print(feedlists.feeds_as_toml(found), end="")
