"""Markup of titles and summaries -> plain text. Entities are decoded once; what only looks like a tag stays."""

import re
from functools import cache
from html import unescape

from pipeline import data
from pipeline.text import one_line

_LONGEST = 50_000  # characters of markup; a summary beyond it is no summary
_HIDDEN = re.compile(
    r"<(script|style)\b[^<>]*+>.*?(?:</\1\s*>|\Z)|<(template|noscript|iframe|svg|object|applet)\b[^<>]*+>[^<]*</\2\s*>",
    re.IGNORECASE | re.DOTALL,
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[|\]\]>", re.DOTALL)
_TAG = re.compile(r"<(/?)([A-Za-z][\w:-]*+)((?:\s[^<>]*+|/)?+)>")
_CLOSING = re.compile(r"</([A-Za-z][\w:-]*+)\s*>")


def plain(markup: str | None) -> str | None:
    """One line of text without tags, scripts and comments; None if nothing is left."""
    text = (markup or "")[:_LONGEST]
    if "<" in text:
        text = _without_tags(_COMMENT.sub("", _HIDDEN.sub(" ", text)))
    return one_line(unescape(text)) or None


def _without_tags(text: str) -> str:
    """A tag that breaks the line leaves a blank, another nothing. A word in angle brackets that is no tag stays.

    What is no element of HTML is a tag still if it closes itself, is closed somewhere, or has attributes.
    """
    closed = frozenset(_CLOSING.findall(text))

    def gap(tag: re.Match[str]) -> str:
        name = tag[2].lower().rpartition(":")[2]
        if name in _tags():
            return _tags()[name]
        return "" if tag[1] or tag[2] in closed or "=" in tag[3] or tag[3].endswith("/") else tag[0]

    return _TAG.sub(gap, text)


@cache
def _tags() -> dict[str, str]:
    kinds = {"block": " ", "inline": ""}
    lines = (line.partition(":") for line in data.lines("htmltags"))
    return {name: kinds[kind] for kind, _, names in lines for name in names.split()}
