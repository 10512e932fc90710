"""Sentences of a paragraph: rules, no model. Two sentences inside one quotation stay together, so that a quote is never cut."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from pipeline.text.marks import plain_marks
from pipeline.words import family

LONGEST_QUOTE = 900  # characters; an opening mark without a partner within these opens nothing

LONGEST_ABBREVIATION = 30  # characters before a full stop that are looked at

_END = re.compile(
    r"(?P<mark>[.!?…]+)(?P<close>[\"')\]]*)(?P<gap>\s+|$)|(?P<wide>[。！？｡।॥۔؟]+[\"')\]」』]*)\s*|(?P<line>[ \t]*\n\s*)"
)
_BEFORE = re.compile(r"[^\s\"(\[]*$")
_NEXT_WORD = re.compile(r"(?:[\"'(\[] ?)*([^\W_]+)")
_STARTS = re.compile(r"(?:[\"'(\[] ?)*(?:[^\W\d_]|[\d#$£€¥₴*•¡¿@&])|[-•*]\s|\.\.\.")
_LIST_MARK = re.compile(r"\s*\(?\d{1,2}[.)]")
_QUOTE = re.compile(r'[“„«]|(?:^|(?<=[\s(\[\-–—:;,]))"(?=\S)')
_CLOSING = {'"': re.compile('"'), "“": re.compile("”"), "„": re.compile("[“”]"), "«": re.compile("»")}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text with its place: `source[start:end] == text`."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=1 << 12)
def sentences(paragraph: str, whole_quotes: bool = True) -> tuple[Span, ...]:
    """The sentences of a paragraph in order, without the white space between them; together they hold all its other characters.

    A closed quotation of up to 900 characters is never cut, unless `whole_quotes` is off.
    """
    plain = plain_marks(paragraph)
    starts, closes = _quotations(paragraph) if whole_quotes else ([], [])
    spans: list[Span] = []
    begin = 0
    for m in _END.finditer(plain):
        if m.end() == len(plain):
            break
        cut = m.start("gap") if m["mark"] else m.end("wide") if m["wide"] else m.start()
        if _inside(m.start(), cut, starts, closes) or not _breaks(plain, begin, m) or _LIST_MARK.fullmatch(plain, begin, cut):
            continue
        _append(spans, paragraph, begin, cut)
        begin = m.end()
    _append(spans, paragraph, begin, len(paragraph))
    return tuple(spans)


def _append(spans: list[Span], paragraph: str, start: int, end: int) -> None:
    """Adds the sentence between two places, without the white space around it."""
    text = paragraph[start:end]
    start += len(text) - len(text.lstrip())
    end = start + len(text.strip())
    if start < end:
        spans.append(Span(paragraph[start:end], start, end))


def _quotations(paragraph: str) -> tuple[list[int], list[int]]:
    """Starts and ends of the closed quotations of a text."""
    starts, closes, at = [], [], 0
    while m := _QUOTE.search(paragraph, at):
        close = _CLOSING[m.group()].search(paragraph, m.end(), m.end() + LONGEST_QUOTE)
        if close and "\n\n" not in paragraph[m.start() : close.start()]:
            starts.append(m.start())
            closes.append(close.start())
            at = close.end()
        else:
            at = m.end()
    return starts, closes


def _inside(at: int, cut: int, starts: list[int], closes: list[int]) -> bool:
    """Whether a cut falls inside a quotation: one that began before it and is not closed by it."""
    i = bisect_right(starts, at) - 1
    return i >= 0 and starts[i] < at and closes[i] >= cut


def _breaks(plain: str, begin: int, m: re.Match[str]) -> bool:
    """Whether the candidate ends a sentence."""
    rest = plain[m.end() : m.end() + 60]
    if m["wide"]:
        return True
    if m["line"]:
        return m["line"].count("\n") > 1 or not rest[:1].islower()
    if m["gap"].count("\n") > 1:
        return True
    if not _STARTS.match(rest):
        return False
    word = _NEXT_WORD.match(rest)
    if word and word[1][0].islower():
        return False
    if m["mark"] != "." or m["close"]:
        return True
    before = _BEFORE.search(plain, max(begin, m.start() - LONGEST_ABBREVIATION), m.start())
    return _full_stop_ends(before[0] if before else "", word[1] if word else "")


def _full_stop_ends(before: str, following: str) -> bool:
    """Whether the single full stop after a word ends a sentence, judged by the word and by the one that follows."""
    low = before.lower().lstrip("'-")
    opener = following.lower() in family("openers")
    if low in family("soft_abbreviations"):
        return opener
    if low in {"no", "nos"}:
        return not following[:1].isdigit()
    if low in family("abbreviations"):
        return False
    if before[-1:].isdigit() and following[:1].isdigit():
        return len(before) == 4  # "shot 46. 8 percent", but "in 2008. 15 people"
    if len(before) == 1 and before.isalpha() and before != "I":
        return opener
    initials = re.fullmatch(r"(?:[a-z]\.)+[a-z]", low)
    return opener if initials else True
