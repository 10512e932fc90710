"""The command line: the journey's verbs without a server.

Exit codes: 0 done (a bad feed is a row, not a crash), 2 usage or configuration, 70 internal error, 74 the store cannot be read
or written, 75 another run holds it.
"""

import sys
import traceback

import typer

from pipeline.cli import correcting, keeping, overseeing, reading, running
from pipeline.cli.output import printable
from pipeline.errors import WritethruError

INTERNAL = 70

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
    """Run one command; returns its exit code. Messages for people go to standard error."""
    try:
        app(arguments, prog_name="writethru")
    except SystemExit as end:  # how the parser ends: 0 done, 2 usage
        return end.code if isinstance(end.code, int) else 0
    except WritethruError as e:
        print(f"writethru: {printable(str(e))}", file=sys.stderr)
        return e.exit_code
    except Exception as bug:  # the outermost place: whatever is left is a bug of ours, told as one
        traceback.print_exc()
        told = f"writethru: internal error: {type(bug).__name__}. Nothing is half written; what was acknowledged is kept."
        print(told, file=sys.stderr)
        return INTERNAL
    return 0
