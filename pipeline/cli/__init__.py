"""The command line: the journey's verbs without a server.

Exit codes: 0 done (a bad feed is a row, not a crash), 2 usage or configuration, 70 internal error, 74 the store cannot be read
or written, 75 another run holds it.
"""

import logging
import sys
import traceback
from time import monotonic

import typer

from pipeline import logs
from pipeline.cli import correcting, keeping, overseeing, reading, running
from pipeline.cli.output import printable
from pipeline.errors import WritethruError
from pipeline.logs import event

INTERNAL = 70
log = logging.getLogger(__name__)

app = typer.Typer(
    name="writethru",
    help="What changed in a story, across outlets and versions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
running.add_to(app)
reading.add_to(app)
keeping.add_to(app)
overseeing.add_to(app)
correcting.add_to(app)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; returns its exit code. Messages for people go to standard error, unless the log is there."""
    started = monotonic()
    try:
        code = _run(arguments)
        seconds = round(monotonic() - started, 3)
        event(log, logging.INFO, "run.ended", code=code, seconds=seconds)
        return code
    finally:
        logs.stop()


def _run(arguments: list[str]) -> int:
    try:
        app(arguments, prog_name="writethru")
    except SystemExit as end:  # how the parser ends: 0 done, 2 usage
        return end.code if isinstance(end.code, int) else 0
    except WritethruError as e:
        event(log, logging.ERROR, "run.failed", str(e), kind=type(e).__name__, code=e.exit_code)
        _say(f"writethru: {printable(str(e))}")
        return e.exit_code
    except Exception as bug:  # the outermost place: whatever is left is a bug of ours, told as one
        log.critical(logs.Line("run.broken", "internal error", {"kind": type(bug).__name__}), exc_info=bug)
        if not logs.takes_stderr():
            traceback.print_exc()
        _say(f"writethru: internal error: {type(bug).__name__}. Nothing is half written; what was acknowledged is kept.")
        return INTERNAL
    return 0


def _say(text: str) -> None:
    """A message on standard error. Where the log goes there, the log has it already."""
    if not logs.takes_stderr():
        print(text, file=sys.stderr)
