"""Names in a sentence: runs of capitalised words, without titles, days, months and what is capitalised only by its place."""

from functools import cache

import regex

from pipeline.text.marks import plain_marks
from pipeline.text.sentences import Span
from pipeline.words import family, lookup

_WORD = regex.compile(
    r"\p{Lu}[\p{L}\p{M}\p{N}]*(?:['.&-]\p{L}[\p{L}\p{M}\p{N}]*)*(?:(?<=\.\p{Lu})\.)?"  # U.S., O'Neill, Saint-Denis, AT&T
    r"|(?<![\p{L}\p{M}])\p{Ll}[\p{L}\p{M}]{0,12}+-\p{Lu}[\p{L}\p{M}]*"  # al-Qasim
)
_ANY_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['.&-][\p{L}\p{M}\p{N}]+)*")
_JOINT = regex.compile(r"(?: |(?<=\b\w)\. | (?:of|of the|de|de la|del|da|di|der|van|van der|von|bin|ibn|al|el|la|le|y|e|&) )")
_POSSESSIVE = regex.compile(r"'s?$")


def is_name_word(word: str, first: bool = False) -> bool:
    """Whether a capitalised word is part of a name. At the start of a sentence a known lower-case word proves nothing."""
    bare = _POSSESSIVE.sub("", word.lower())
    if not word[:1].isupper() and "-" not in word:
        return False
    if bare in family("stopwords") or bare.rstrip(".") in _not_names():
        return False
    return not (first and bare in family("common_words"))


@cache
def _not_names() -> frozenset[str]:
    return frozenset(lookup("weekdays")) | frozenset(lookup("months")) | frozenset(lookup("relative_days")) | family("titles")


def names(sentence: str) -> tuple[Span, ...]:
    """The names in a sentence, in order. In a headline in capitals only words that are no common word count."""
    plain = plain_marks(sentence)
    shouting = mostly_capitals(plain)
    found: list[tuple[int, int]] = []
    for m in _WORD.finditer(plain):
        start, end = m.span()
        first = stands_first(plain, start)
        if not is_name_word(m.group(), first or shouting):
            follows = first and not shouting and _continues(plain, end) and m.group().lower() not in family("stopwords")
            if not follows or m.group().lower() in _not_names() or m.group().lower().endswith("ly"):
                continue
        end -= len(m.group()) - len(_POSSESSIVE.sub("", m.group()))
        if found and _JOINT.fullmatch(plain, found[-1][1], start):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(Span(sentence[a:b], a, b) for a, b in found if b - a > 1)


def stands_first(plain: str, start: int) -> bool:
    """Whether a word stands where any word would be capitalised."""
    before = plain[:start].rstrip(" \"'([")
    if not before or before[-1] in ":!?•*":
        return True
    word = before[:-1].rpartition(" ")[2]
    return before[-1] == "." and word.lower() not in family("abbreviations") and len(word) > 1 and "." not in word


def _continues(plain: str, end: int) -> bool:
    """Whether another capitalised word follows directly."""
    following = _WORD.match(plain, end + 1)
    return plain[end : end + 1] == " " and bool(following) and is_name_word(following.group())


def mostly_capitals(plain: str) -> bool:
    """Whether a line is set in title case or capitals, so that a capital says nothing."""
    longer = [w for w in _ANY_WORD.findall(plain) if w[0].isalpha() and w.lower() not in family("stopwords")]
    return len(longer) >= 4 and all(w[0].isupper() for w in longer)
