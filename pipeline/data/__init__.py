"""Tables of the web that belong to no language: tracking parameters, redirect wrappers, time zone names, month names.

One entry a line; `#` starts a comment at the start of a line or after a blank. The head comment says what the table is and
where it came from.
"""

import re
from functools import cache
from pathlib import Path

_COMMENT = re.compile(r"(^|\s)#.*$")


@cache
def lines(name: str) -> tuple[str, ...]:
    """The entries of the table in the file's order."""
    raw = (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf8").splitlines()
    kept = (_COMMENT.sub("", line).strip() for line in raw)
    return tuple(line for line in kept if line)
