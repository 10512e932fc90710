"""Words and tokens: what a text is counted, compared and diffed in.

A token never begins or ends inside a word, a number, a web address or a grapheme. Scripts that write without spaces have one
token a grapheme. Joined in order, the pieces of a text are the text.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import regex

from pipeline.words import groups, lookup

_NO_SPACES = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
_LETTER = rf"[[\p{{L}}\p{{M}}\p{{N}}_]--[{_NO_SPACES}]]"
_PIECE = regex.compile(
    rf"""
      (?:https?://|www\.)[^\s<>"“”]*[^\s<>"“”.,;:!?'’)\]]      # web address, end marks of the sentence left out
    | [\w.+-]{{1,64}}+@[\w-]+(?:\.[\w-]+)+                             # mail address
    | \p{{Nd}}+(?:[.,:]\p{{Nd}}+)+\p{{M}}*+(?![\p{{L}}\p{{N}}])  # number with its inner marks
    | (?:\p{{L}}\.){{2,}}(?!\w)                                  # initials with their stops
    | {_LETTER}++(?:['’ʼ.·]{_LETTER}++)*+                       # word with its inner marks; figures and letters stay together
    | \s++
    | \X                                                       # one grapheme: a mark, an emoji, a character of such a script
    """,
    regex.VERSION1 | regex.VERBOSE,
)
_WORD = regex.compile(
    rf"(?:[{_NO_SPACES}]\p{{M}}*+|{_LETTER}++(?:['.,\-]{_LETTER}++)*+)",
    regex.VERSION1,
)
# Texts of European letters and plain marks need no graphemes: the standard library cuts them alike at a third of the cost.
_NEEDS_GRAPHEMES = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\xb1\xb4-\xb8\xba\xbb\xbf-\u02ff\u2010-\u2027\u2030-\u203e\u20a0-\u20bf]")
_PLAIN_PIECE = re.compile(
    r"""
      [^\W\d_]++(?![\w'’ʼ.·:@+-])                               # most words: nothing behind them can belong to them
    | (?:https?://|www\.)[^\s<>"“”]*[^\s<>"“”.,;:!?'’)\]]
    | [\w.+-]{1,64}+@[\w-]+(?:\.[\w-]+)+
    | \d+(?:[.,:]\d+)+(?![^\W_])
    | (?:[^\W\d_]\.){2,}(?!\w)
    | \w++(?:['’ʼ.·]\w++)*+
    | \s++
    | .
    """,
    re.VERBOSE,
)
_PLAIN_WORD = re.compile(r"\w++(?:['.,\-]\w++)*+")
_MARKS = str.maketrans({**dict.fromkeys("‘’ʼ´`", "'"), **dict.fromkeys("‐‑‒–—−", "-")})


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number, address or mark of a text, with its place: `source[start:end] == text`."""

    text: str
    start: int
    end: int


def pieces(text: str) -> list[str]:
    """The text cut into tokens and runs of white space; joined they are the text again."""
    plain = text.isascii() or not _NEEDS_GRAPHEMES.search(text)
    return (_PLAIN_PIECE if plain else _PIECE).findall(text)


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a text in order, white space left out."""
    return tuple(Token(m.group(), *m.span()) for m in _PIECE.finditer(text) if not m.group().isspace())


def words(text: str) -> list[str]:
    """Lower-case words and figures, inner `' - . ,` kept, all other marks dropped. For matching, never for judging."""
    if text.isascii() and "`" not in text:
        return _PLAIN_WORD.findall(text.lower())
    low = text.translate(_MARKS).lower()
    return (_WORD if _NEEDS_GRAPHEMES.search(low) else _PLAIN_WORD).findall(low)


@lru_cache(maxsize=1 << 13)
def word_form(text: str) -> str:
    """The words of a text joined by blanks: equal for sentences that differ in marks and capitals alone. For matching."""
    return " ".join(words(text))


@cache
def _spelling_rules() -> tuple[tuple[str, str], ...]:
    rules = ((british, american[0]) for british, american in groups("spelling_rules").items())
    return tuple(sorted(rules, key=lambda rule: (-len(rule[0]), rule[0])))


@lru_cache(maxsize=1 << 16)
def spelling(word: str) -> str:
    """A key that British and American spellings of one lower-case word share."""
    known = lookup("spellings").get(word)
    if known:
        return known
    for british, american in _spelling_rules():
        if word.endswith(british) and len(word) >= len(british) + 3:
            return word[: -len(british)] + american
    return word


@cache
def _stem_word() -> Callable[[str], str]:
    import snowballstemmer  # here: it loads the stemmers of thirty languages

    return snowballstemmer.stemmer("english").stemWord  # type: ignore[no-any-return]  # it has no types


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The stem of an English word (Porter's Snowball algorithm), one for both spellings; other words come back as they are."""
    return _stem_word()(spelling(word.lower()))
