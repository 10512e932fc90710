"""The command line: the journey's verbs without a server.

Exit codes: 0 done (a bad feed is a row, not a crash), 2 usage or configuration, 70 internal error, 74 the store cannot be read
or written, 75 another run holds it.
"""

import os
import sys

import click
import typer

from pipeline.cli import reading, running
from pipeline.errors import WritethruError

app = typer.Typer(
    name="writethru",
    help="What changed in a story, across outlets and versions.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
running.add_to(app)
reading.add_to(app)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; returns its exit code. Messages for people go to standard error."""
    try:
        code = app(arguments, standalone_mode=False, prog_name="writethru")
    except click.exceptions.NoArgsIsHelpError as e:
        e.show()
        return 2
    except click.ClickException as e:
        e.show()
        return e.exit_code
    except click.exceptions.Abort:
        print("Stopped.", file=sys.stderr)
        return 130
    except WritethruError as e:
        print(f"writethru: {e}", file=sys.stderr)
        return e.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code if isinstance(code, int) else 0
