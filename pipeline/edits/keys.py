"""A sentence as canonical keys: what is left of it when notation, grammar words of style and typography are one.

Two sentences with equal keys (and equal words inside quotation marks) say the same. What has no key carries no fact: articles,
titles before names, and every mark but the question mark.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache, lru_cache

from pipeline.text import Value, names, spelling, stem, values
from pipeline.text.marks import plain_marks
from pipeline.text.quotes import quoted
from pipeline.words import family, groups, lookup


class KeyKind(Enum):
    WORD = "word"
    VALUE = "value"
    HEDGE = "hedge"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Key:
    """One unit of a sentence that can carry meaning."""

    key: str  # canonical; equal keys say the same
    text: str  # as written
    kind: KeyKind
    start: int
    end: int
    value: Value | None = None
    quoted: bool = False
    bracket: bool = False
    name: bool = False
    first: bool = False  # of its sentence

    @property
    def stop(self) -> bool:
        """Whether it is a function word."""
        return self.kind is KeyKind.WORD and not self.name and self.key in family("stopwords")

    @property
    def content(self) -> bool:
        """Whether it is a word or value that may carry a fact."""
        return self.kind is KeyKind.VALUE or (self.kind is KeyKind.WORD and not self.stop and self.key not in family("degree"))

    @property
    def stem(self) -> str:
        return stem(self.key) if self.kind is KeyKind.WORD else self.key


_WORD = re.compile(r"[^\W\d_]++-?\d[\w-]*|\d+[^\W\d_][\w]*|(?:[^\W\d_]\.){2,}|[^\W_]+(?:['.&][^\W_]+)*'?|\?")
_LIST_MARK = re.compile(r"\s*(?:\(\d{1,2}\)|\(?\d{1,2}[.)])\s+(?=[\"'(]?[A-Z])")  # "2. For", "(2) For": a place in a list
ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]{1,64}+@[\w-]+\.[\w.-]+")  # of a page or mailbox: no statement
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NUMBER_NEXT = re.compile(r"\. ?\d")  # "No. 7" is no denial
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]\d|\d[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
)
_DROPPED = frozenset({"a", "an", "the"})
_IS = frozenset({"it", "he", "she", "that", "there", "what", "who", "here", "this", "where", "how"})
_ENDINGS = {"n't": "not", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would", "'m": "am"}
_STEMS = {"ca": "can", "wo": "will", "sha": "shall"}


@lru_cache(maxsize=1 << 12)
def keys(sentence: str, published_at: dt.datetime | None = None) -> tuple[Key, ...]:
    """The keys of a sentence in order."""
    plain = plain_marks(sentence)
    mark = _LIST_MARK.match(plain)
    begin = mark.end() if mark else 0
    addresses = _mask(plain, [m.span() for m in ADDRESS.finditer(plain)])
    found = [_of_value(v) for v in values(sentence, published_at) if v.start >= begin and not addresses[v.start]]
    taken = _mask(plain, [(k.start, k.end) for k in found])
    named = _mask(plain, [(n.start, n.end) for n in names(sentence)])
    if not plain.isascii() and _UNSPACED.search(plain):
        for k in found:  # in a script without spaces a figure is no part of the word around it
            plain = plain[: k.start] + " " * (k.end - k.start) + plain[k.end :]
    for m in _WORD.finditer(plain, begin):
        a, b = m.start(), m.end() - 1
        if not (taken[a] or taken[b] or addresses[a] or addresses[b]):
            numbered = m.group() in ("No", "Nos") and _NUMBER_NEXT.match(plain, m.end())
            found += _of_word("number" if numbered else m.group(), a, bool(named[a]))
    found.sort(key=lambda k: (k.start, k.end))
    return tuple(_phrased(_hedged(_untitled(_placed(_undoubled(found), sentence, plain)))))


def _mask(text: str, spans: list[tuple[int, int]]) -> bytearray:
    """One byte a character: 1 inside the spans."""
    mask = bytearray(len(text) + 1)
    for a, b in spans:
        mask[a:b] = b"\x01" * (b - a)
    return mask


def _undoubled(found: list[Key]) -> list[Key]:
    """Without a function word that stands twice by mistake ("in in the port"); "no, no" and "not not" stay."""
    return [
        k
        for i, k in enumerate(found)
        if not (
            i and found[i - 1].key == k.key and k.start == found[i - 1].end + 1 and k.stop and k.key not in family("negations")
        )
    ]


def _placed(found: list[Key], sentence: str, plain: str) -> list[Key]:
    """The keys with what their place says: inside quotation marks, inside brackets, first of all."""
    quotes, brackets = _quoted_spans(sentence), [m.span() for m in _BRACKETS.finditer(plain)]
    if not quotes and not brackets:
        return [replace(k, first=True) if i == 0 else k for i, k in enumerate(found)]
    inner, aside = _mask(plain, quotes), _mask(plain, brackets)
    return [replace(k, quoted=bool(inner[k.start]), bracket=bool(aside[k.start]), first=i == 0) for i, k in enumerate(found)]


def _quoted_spans(sentence: str) -> list[tuple[int, int]]:
    """Places inside quotation marks; a closing mark without an opening one closes what began before the sentence."""
    spans = quoted(sentence)
    close = sentence.find("”")
    if close >= 0 and "“" not in sentence[:close]:
        spans.append((0, close))
    return spans


def _of_value(value: Value) -> Key:
    return Key(value.key, value.text, KeyKind.VALUE, value.start, value.end, value)


def bare(word: str) -> str:
    """A word in lower case without marks on its letters, apostrophes and stops: ʻ, é and the like are typography here."""
    low = word.lower().replace("ʻ", "").replace("'", "").replace(".", "")
    if low.isascii():
        return low
    return "".join(c for c in unicodedata.normalize("NFKD", low) if not unicodedata.combining(c))


def _of_word(word: str, start: int, name: bool) -> list[Key]:
    """The keys of one written word: none for an article, two for a contraction."""
    return [Key(f.key, word[f.start : f.end], f.kind, start + f.start, start + f.end, name=f.name) for f in _forms(word, name)]


@dataclass(frozen=True, slots=True)
class _Form:
    """What a stretch of a written word is as a key, wherever the word stands."""

    key: str
    start: int
    end: int
    kind: KeyKind = KeyKind.WORD
    name: bool = False


@lru_cache(maxsize=1 << 15)
def _forms(word: str, name: bool) -> tuple[_Form, ...]:
    end = len(word)
    if word == "?":
        return (_Form("?", 0, end, KeyKind.MARK),)
    low = word.lower()
    if low == "n't":  # of a text cut into words: "did n't"
        return (_Form("not", 0, end),)
    for ending, meaning in _ENDINGS.items() if "'" in low else ():
        if low.endswith(ending) and len(low) > len(ending):
            head = low[: -len(ending)]
            return (_Form(spelling(_STEMS.get(head, head)), 0, len(head)), _Form(meaning, len(head), end))
    if low == "cannot":
        return (_Form("can", 0, 3), _Form("not", 3, end))
    if low.endswith(("'s", "'")):
        head, _, tail = low.rpartition("'")
        first = _forms(word[: len(head)], name) if head else ()
        return (*first, _Form("is", end - 1, end)) if tail and head in _IS else first
    if low in _DROPPED:
        return ()
    short = word.isupper() and len(bare(word)) > 1
    plain = bare(word)
    known = lookup("name_aliases").get(low) or lookup("name_aliases").get(plain) if name or short else None
    return (_Form(known or (plain if name or short else spelling(plain)), 0, end, name=name),)


def _untitled(found: list[Key]) -> list[Key]:
    """Without titles and ranks that stand before a name."""
    titles = _titles()
    if not any(k.key in titles for k in found):
        return found
    out: list[Key] = []  # from the end on
    before_name = False
    for k in reversed(found):
        title = k.key in titles and not k.quoted and (k.key in family("titles") or k.text[:1].isupper())
        if not (title and before_name):
            out.append(k)
            before_name = k.name
    return out[::-1]


@cache
def _titles() -> frozenset[str]:
    return family("titles") | frozenset(groups("ranks"))


@cache
def _hedges() -> dict[tuple[str, ...], str]:
    return {tuple(f.split()): key for key, forms in groups("hedges").items() for f in forms if "N" not in f}


def _hedged(found: list[Key]) -> list[Key]:
    """With each hedge before a number as one key."""
    out: list[Key] = []
    for k in found:
        if k.value is not None and k.value.number is not None:
            for size in (4, 3, 2, 1):
                form = tuple(p.key for p in out[-size:]) if len(out) >= size else ()
                form = tuple(w for w in form if w)
                known = _hedges().get(form) or _hedges().get(tuple(p.text.lower() for p in out[-size:]) if form else ())
                if known:
                    head = out[-size]
                    text = " ".join(p.text for p in out[-size:])
                    merged = replace(head, key=f"hedge {known}", text=text, kind=KeyKind.HEDGE, end=out[-1].end)
                    out[-size:] = [merged]
                    break
        out.append(k)
    return out


@cache
def _phrases() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """First word -> phrases that begin with it, the longest first, each with its key."""
    table: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for family_name in ("phrases", "name_aliases"):
        for key, forms in groups(family_name).items():
            for form in (key, *forms):
                parts = tuple(spelling(bare(w)) for w in form.split() if w not in _DROPPED)
                if len(parts) > 1 or family_name == "phrases":
                    table.setdefault(parts[0], []).append((parts, key))
    return {first: sorted(found, key=lambda f: (-len(f[0]), f)) for first, found in table.items()}


def _phrased(found: list[Key]) -> list[Key]:
    """With each known phrase as one key; inside quotation marks words stay as they are."""
    table = _phrases()
    forms = [spelling(k.key) if k.name else k.key for k in found]
    if not any(form in table for form in forms):
        return found
    out: list[Key] = []
    i = 0
    while i < len(found):
        for parts, key in table.get(forms[i], ()) if not found[i].quoted else ():
            run = found[i : i + len(parts)]
            if tuple(forms[i : i + len(parts)]) == parts and all(k.kind is KeyKind.WORD for k in run):
                out.append(replace(run[0], key=key, text=" ".join(k.text for k in run), end=run[-1].end))
                i += len(parts)
                break
        else:
            out.append(found[i])
            i += 1
    return out
