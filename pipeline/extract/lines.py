"""Lines inside the article's container that are not its text: share words, counters, pointers to other stories, page times."""

import re
from functools import cache

from pipeline import words
from pipeline.extract.blocks import Block
from pipeline.text import plain_words

_LONG = 14  # words: a longer line is text
_BEGINNING = 60  # characters of it that nearly always tell it from the headline
_END = re.compile(r"[.!?…\"”’»)。！？]\W*$")
_SEPARATOR = re.compile(r"\s*[|·•/►]\s*|\s+[-–—]\s+|,\s")
_RIGHTS = re.compile(r"(?:©|\(c\)|copyright)\W", re.IGNORECASE)


def own_lines(blocks: list[Block], headline: str, byline: str | None) -> list[str]:
    """The paragraphs of the article: its blocks without repeated headline, byline, counters, pointers and empty headings."""
    name = _plain(byline or "")
    said = {_plain(headline), name, *(f"{lead} {name}" for lead in _leads())}
    firsts = {form.partition(" ")[0] for form in said}
    kept = [b for b in blocks if _is_text(b, said, firsts) or not _is_line(b, said)]
    while kept and kept[-1].is_heading:
        kept.pop()
    return [b.text for b in kept]


def _is_text(block: Block, said: set[str], firsts: set[str]) -> bool:
    """Whether a block is text for certain, as most are: long, without a link, and nothing of what is said begins like it."""
    if block.linked or block.words <= _LONG or block.element.tag == "h1":
        return False
    start = block.text[:_BEGINNING]
    word = start.partition(" ")[0]
    if word.isascii() and word.isalpha() and word.lower() not in firsts:
        return True
    first = plain_words(start)[:-1]  # the last word may be cut
    if not first or "%" in first:
        return False
    return first[0] not in firsts or not any(form.startswith(" ".join(first)) for form in said)


def _is_line(block: Block, said: set[str]) -> bool:
    plain = _plain(block.text)
    if plain in said or not plain or block.element.tag == "h1" or (block.is_link and not block.is_heading):
        return True
    if block.words > _LONG:
        return block.linked > 0.3 * len(block.text) and _points(plain)
    if plain in _family("line") or (block.linked > 0 and _points(plain)) or _RIGHTS.match(block.text):
        return True
    if _END.search(block.text) or block.is_heading:
        return bool(_counts().fullmatch(plain))
    parts = [_plain(part) for part in _SEPARATOR.split(block.text)]
    return any(_counts().fullmatch(part) for part in parts) or (len(parts) > 1 and block.linked > 0.5 * len(block.text))


def _points(plain: str) -> bool:
    """Whether a line begins as a pointer to another story does."""
    return any(plain.startswith(f"{lead} ") for lead in _family("pointer"))


def _plain(text: str) -> str:
    found = plain_words(text)
    return " ".join([word for word in found if word != "%"] if "%" in found else found)


@cache
def _family(kind: str) -> tuple[str, ...]:
    """The entries of one kind in all languages."""
    entries = (line.partition(":") for language in words.languages() for line in words.lines("page_lines", language))
    return tuple(dict.fromkeys(_plain(text) for head, _, text in entries if head == kind))


@cache
def _leads() -> tuple[str, ...]:
    return tuple(lead for language in words.languages() for lead in words.lines("byline_leads", language))


@cache
def _counts() -> re.Pattern[str]:
    """Lines with a figure: 0 in an entry of kind `count` stands for any number."""
    entries = (line.partition(":") for language in words.languages() for line in words.lines("page_lines", language))
    forms = [re.escape(text.strip()).replace("0", r"\d+(?: \d+)*[km]?") for head, _, text in entries if head == "count"]
    return re.compile("|".join(forms))
