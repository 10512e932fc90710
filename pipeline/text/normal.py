"""Forms of a text: `clean` on the way in, `fold` for comparison, `fingerprint` for identity.

The compared form keeps every digit, sign, mark of money, quotation and negation: it only makes equal what a typesetter
would call the same text (white space, quotation mark styles, dashes, full-width forms, invisible characters).
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2061-\u2069\ufeff]")  # bidi controls and isolates, invisible signs, BOM
_INVISIBLE = re.compile("[\u00ad\u200b\u2060]")  # soft hyphen, zero-width space, word joiner: only where a line may break
_MARKS = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2039\u203a\u02bc\u00b4\u2032`", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u300c\u300d", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    "\u2026": "...",
}
_MARK = re.compile(f"[{''.join(_MARKS)}]")  # found by a pattern, because str.translate looks every character up


def clean(text: str | None) -> str:
    """Hostile text made safe to store and show: no control or bidi characters, no lone surrogates, NFC.

    Tabs and line breaks stay. Idempotent.
    """
    if not text:
        return ""
    if (
        text.replace("\n", " ").replace("\t", " ").isprintable()
    ):  # so nothing to take out: the usual case, and ten times as quick
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    text = _SURROGATE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", _TURNING.sub("", _CONTROL.sub("", text)))


def squeeze(text: str | None) -> str:
    """Clean text on one line: every run of white space is one blank, none at the ends, no marks of where a line may break."""
    return text if text and _is_plain_line(text) else " ".join(_visible(clean(text)).split())


def one_line(text: str | None) -> str:
    """Clean text on one line and otherwise as it was written."""
    return text if text and _is_plain_line(text) else " ".join(clean(text).split())


def _is_plain_line(text: str) -> bool:
    """Whether a text is ASCII on one line with single blanks: most are, and nothing is to be done to them."""
    return text.isascii() and text.isprintable() and "  " not in text and text[0] != " " and text[-1] != " "


def _visible(text: str) -> str:
    return text if text.isascii() else _INVISIBLE.sub("", text)


def fold(text: str | None) -> str:
    """The form in which two texts are compared: typographic variants are one, every fact-bearing mark stays. Idempotent."""
    if text and _is_plain_line(text):
        return text.replace("`", "'")
    marked = _plain_marks(_visible(clean(text)))
    if not marked.isascii():
        marked = _plain_marks(unicodedata.normalize("NFKC", marked))
    return " ".join(marked.split())


def _plain_marks(text: str) -> str:
    return _MARK.sub(lambda mark: _MARKS[mark[0]], text)


_LETTERS_AND_FIGURES = "abcdefghijklmnopqrstuvwxyz0123456789'%"
_WORDS_ONLY = "".join(c if c in _LETTERS_AND_FIGURES else " " for c in map(chr, range(128)))
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|%")
_LOOSE = re.compile(r"(?<![a-z0-9])'|'(?![a-z0-9])")


def plain_words(text: str | None) -> list[str]:
    """The words and figures of a text in folded lower case, inner apostrophes kept, `%` as a word of its own. For matching."""
    form = fold(text).casefold()
    if not form.isascii():
        return _WORD.findall(form)
    if "'" in form:
        form = _LOOSE.sub(" ", form)
    if "%" in form:
        form = form.replace("%", " % ")
    return form.translate(_WORDS_ONLY).split()  # the same words as the pattern finds, at a fifth of the cost


def fingerprint(*parts: str | Iterable[str] | None) -> str:
    """32 hex digits that are equal for texts with equal folded parts. An empty or missing part counts as a part."""
    digest = hashlib.sha256()
    for part in parts:
        for line in [part] if part is None or isinstance(part, str) else part:
            digest.update(fold(line).encode("utf8"))
            digest.update(b"\x1e")
        digest.update(b"\x1f")
    return digest.hexdigest()[:32]
