"""Text as a reader sees it: mark-up, links and layout taken away, so that a page's dressing is never an edit.

A passage struck out (`<s>`) stays, marked as such: in transcripts it is the correction.
"""

import html
import re
from functools import lru_cache

from pipeline.text import squeeze

_COMMENT = re.compile(r"<!--.{0,5000}?-->|<(script|style|figure|figcaption|noscript|iframe)\b.{0,5000}?</\1>", re.DOTALL | re.I)
_STRUCK = re.compile(r"<(?:s|del|strike)>(.{0,2000}?)</(?:s|del|strike)>|~~(.{1,2000}?)~~", re.DOTALL | re.IGNORECASE)
_LINE = re.compile(r"[ \t]*<br\s*/?>[ \t]*\n?", re.IGNORECASE)  # a line's end; two of them a paragraph's
_BREAK = re.compile(r"<(?:/p|p|/div|div|/li|li|/h\d|h\d|/tr|/blockquote|blockquote|hr)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^()]*(?:\([^()]*\)[^()]*)*\)")
_LINK = re.compile(
    r"\[([^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)\]\(\s*<?[^()\s]*(?:\([^()]*\)[^()\s]*)*>?(?:\s+\"[^\"]*\")?\s*\)(?:\{[^{}]*\})?"
)
_ADDRESS_IN_BRACKETS = re.compile(r"\s?[(<]\s*(?:https?://|www\.)[^\s()<>]*\s*[)>]")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!~<>|$&'\"])")
_STRONG = re.compile(r"(\*{1,3}|_{2,3})(?=\S)(.{1,400}?)(?<=\S)\1", re.DOTALL)
_SLANT = re.compile(r"(?<!\w)_(?=\S)([^_]{1,400}?)(?<=\S)_(?!\w)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+|\s+#+\s*$")
_RULE = re.compile(r"^\s*(?:[-*_=~\u2013\u2014]\s*){3,}$")
_BULLET = re.compile(
    r"^\s*(?:>\s*)*(?:[-*+\u2022\u2023\u25aa\u25cf\u25e6\u00b7\u2013\u2014]\s+|\(?\d{1,2}[.)]\s+(?=[\"'\u201c(]?[A-Z]))"
)
_MARKUP = re.compile(r"[<>*_\[\]\\#`|&~\u2022\u00ad]|\n|^\s|\d[.)]\s")
_NOTE_MARK = re.compile(r"(?<=[^\s\[\d])\[\d{1,3}\]|(?<=[^\W\d])<sup>\d{1,2}</sup>|(?<=[.,;:!?\"”)\]])<sup>\d{1,2}</sup>")
_ASIDE = re.compile(  # of the page, not of the report: where a link leads, whom the picture shows
    r"\s?\((?:opens? in (?:a )?new (?:tab|window)|external(?: link)?|link is external|"
    r"pictured(?: (?:above|below|left|right|centre|center|here|top|bottom))?)\)",
    re.IGNORECASE,
)
_MISREAD = re.compile(r"[\u00c2\u00c3][\u0080-\u00bf\u0152-\u2122]|\u00e2[\u20ac\u201a][\u0080-\u00bf\u0152-\u2122]")
LONG_LINE = 45  # characters; a longer line that breaks inside a paragraph was wrapped by a machine


def plain_paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text without mark-up. A list's items are paragraphs of their own."""
    return _plain(text)


@lru_cache(maxsize=64)
def _plain(text: str) -> tuple[str, ...]:
    return tuple(p for block in re.split(r"\n\s*\n", _inline(text)) for p in _lines(block))


def _inline(text: str) -> str:
    """A text without entities, tags, links and emphasis."""
    if any(c in text for c in "\u00c2\u00c3\u00e2"):
        text = _MISREAD.sub(_read_again, text)
    if "(" in text:
        text = _ASIDE.sub("", text)
    if not _MARKUP.search(text):
        return text
    text = html.unescape(html.unescape(text)) if "&" in text else text
    if "[" in text or "<" in text:
        text = _NOTE_MARK.sub("", text)
    if "<" in text:
        text = _COMMENT.sub(" ", text) if "-->" in text or "</" in text else text
        text = _STRUCK.sub(lambda m: f" (struck: {m[1] or m[2]}) ", text)
        text = _TAG.sub("", _BREAK.sub("\n\n", _LINE.sub("\n", text)))
    if "](" in text:
        text = _IMAGE.sub("", text)
        for _ in range(2):  # a link may stand inside another's brackets
            text = _LINK.sub(lambda m: m[1], text)
    if "http" in text or "www." in text:
        text = _ADDRESS_IN_BRACKETS.sub("", text)
    if "~~" in text:
        text = _STRUCK.sub(lambda m: f" (struck: {m[1] or m[2]}) ", text)
    if "*" in text or "_" in text:
        text = _SLANT.sub(r"\1", _STRONG.sub(lambda m: m[2], _STRONG.sub(lambda m: m[2], text)))
    return _ESCAPE.sub(r"\1", text).replace("**", "") if "\\" in text or "**" in text else text


def _read_again(m: re.Match[str]) -> str:
    """A character of UTF-8 that was read as Windows-1252 ("â€™" for an apostrophe), read as it was meant."""
    try:
        return m[0].encode("cp1252").decode("utf8")
    except UnicodeError:
        return m[0]


def _lines(block: str) -> list[str]:
    """The paragraphs of a block between blank lines: wrapped lines joined, list items apart."""
    if block[:1].isalpha() and "\n" not in block and not block.endswith("#"):
        return [_on_one_line(block)]
    out: list[str] = []
    length = 0
    for line in block.split("\n"):
        bare = _on_one_line(_BULLET.sub("", _BULLET.sub("", _HEADING.sub("", line))))
        if not bare or _RULE.match(line):
            length = 0
            continue
        begins = bool(_BULLET.match(line) or _HEADING.match(line))
        if out and not begins and (length >= LONG_LINE or bare[:1].islower()):
            out[-1] = f"{out[-1]} {bare}"
        else:
            out.append(bare)
        length = 0 if _HEADING.match(line) else len(line.strip())
    return out


def _on_one_line(text: str) -> str:
    """`squeeze`, with a short way for plain ASCII."""
    return " ".join(text.split()) if text.isascii() and text.isprintable() else squeeze(text)
