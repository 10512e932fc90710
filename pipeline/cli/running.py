"""Commands that do: collect, track, report, and look after the store."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline import journey
from pipeline.cli.options import ConfigOption, DbOption, JsonOption, NowOption, QuietOption, WorkersOption, begin, logged
from pipeline.errors import UsageError

HOST = "127.0.0.1"
PATIENCE = 300.0  # seconds that a copy waits for a run to end
AllOption = Annotated[bool, typer.Option("--all", help="Everything is due: fetch all feeds and pages.")]
Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="JSON Lines, one observation a line, or web archives; plain or .gz."),
]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("import")(logged(import_))
    app.command()(init)
    app.command()(demo)
    for command in (run, ingest, track, report, serve, verify, backup, restore, snapshot):
        app.command()(logged(command))


def init(folder: Annotated[Path, typer.Argument(help="Where to write the files.")] = Path()) -> None:
    """Write writethru.toml, feeds.toml and stories.toml to start from. Files that exist are left alone."""
    start = begin()
    for line in journey.init(folder):
        start.reporter.say(line)


def run(
    everything: AllOption = False,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Ingest, track and report once: what the schedule runs."""
    start = begin(config, db, now, quiet, json)
    with start.reporter as progress:
        done = journey.run(start.settings, start.now, everything=everything, progress=progress)
    start.tell(done)


def ingest(
    everything: AllOption = False,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Fetch the feeds and pages that are due, and keep every new version."""
    start = begin(config, db, now, quiet, json)
    with start.reporter as progress:
        done = journey.ingest(start.settings, start.now, everything=everything, progress=progress)
    start.tell(done)


def import_(
    files: Files,
    workers: WorkersOption = 1,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Take recorded observations in place of the network, in time order. One that was broken off goes on where it was."""
    start = begin(config, db, now, quiet, json)
    with start.reporter as progress:
        done = journey.import_files(start.settings, files, start.now, workers=workers, progress=progress)
    start.tell(done)
    if done.invalid and not done.lines_read:
        raise UsageError("no line is an observation: docs/files.md tells how they are written")


def track(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Forget all that was derived, and derive it again.")] = False,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Judge what is new: edits, stories, claims and changes."""
    start = begin(config, db, now, quiet, json)
    with start.reporter as progress:
        done = journey.track(start.settings, start.now, rebuild=rebuild, progress=progress)
    start.tell(done)


def report(
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Write the reports: pages, change logs, feeds."""
    start = begin(config, db, now, quiet, json)
    with start.reporter as progress:
        done = journey.report(start.settings, start.now, progress=progress)
    start.tell(done)


def demo(
    out: Annotated[Path, typer.Option("--out", help="Where to leave the store and the reports.")] = Path("demo"),
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Replay a recorded story as live feeds and pages on this machine, through the same stages, and report."""
    from pipeline.demo import replay

    start = begin(quiet=quiet, json=json)
    with start.reporter as progress:
        done = replay(out, progress=progress)
    start.tell(done)


def serve(
    port: Annotated[int, typer.Option("--port", help="Port to listen on.")] = 8321,
    host: Annotated[str, typer.Option("--host", help="Address to listen on; one that others can reach needs a token.")] = HOST,
    token: Annotated[
        str, typer.Option("--token", envvar="WRITETHRU_TOKEN", help="What visitors must show.", show_default=False)
    ] = "",
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
) -> None:
    """Show the live pages until stopped: search, any moment, review."""
    from pipeline.serve import serve as run_server

    start = begin(config, db, now)
    run_server(start.settings, port, start.reporter.say, host, token)


def verify(config: ConfigOption = None, db: DbOption = None, now: NowOption = None, json: JsonOption = False) -> None:
    """Check that the store holds together: every file of sql/checks must return no rows, and the archive be whole."""
    start = begin(config, db, now, json=json)
    done = journey.verify(start.settings, start.now)
    start.tell(done)
    if done.failures or done.archive:
        raise typer.Exit(1)


def backup(
    target: Annotated[Path | None, typer.Argument(help="File to write; beside the store with the date if not given.")] = None,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Copy the store to a file that is opened and counted before it takes its name."""
    start = begin(config, db, now, quiet, json)
    start.tell(journey.backup(start.settings, start.now, target, wait=PATIENCE))


def restore(
    copy: Annotated[Path, typer.Argument(help="The backup.")],
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Put a backup in the store's place. What stood there is kept beside it under a dated name."""
    start = begin(config, db, now, quiet, json)
    start.tell(journey.restore(start.settings, start.now, copy))


def snapshot(
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Publish the read-only copy that others may open at any time."""
    start = begin(config, db, now, quiet, json)
    start.tell(journey.snapshot(start.settings, start.now))
