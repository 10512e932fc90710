"""Phrases of pages that stand where an article should: bot walls, consent walls, paywalls, missing pages.

The patterns are data (`languages/*/walls.txt`, whose English file explains their form) and hold in every language at once, for
a wall often speaks another language than the article behind it. A phrase alone proves nothing, since articles report about
captchas, cookies and subscriptions: `signs` weighs it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline import words
from pipeline.model import QuarantineKind
from pipeline.text import fold, plain_words

LONGEST = 60  # words: a paragraph longer than this is prose, whatever it mentions
TITLE_LONGEST = 8  # words of a page title that may be a wall's
LABEL = 6  # words: a line without an end mark is a button or a caption, and need not address anyone
_REMEMBERED = 5_000  # characters: a longer text's form is not kept
_SENTENCE = re.compile(r"(?<=[.!?:;…。！？])\s+")
_END = re.compile(r"[.!?。！？]\W*$")
_BEGINNING = 3  # letters of a word by which patterns are passed over
_START = "^"  # before an alternative of `address`: only at the beginning of a sentence


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a pattern: a text has it if any of its alternatives occurs, or, if negated, none does."""

    alternatives: tuple[str, ...]  # with a blank at each side that must be a word's border
    negated: bool = False

    def holds(self, form: str) -> bool:
        for alternative in self.alternatives:  # a loop, because it is asked thousands of times and any() costs twice as much
            if alternative in form:
                return not self.negated
        return self.negated

    def signs(self) -> frozenset[str]:
        """First words of the alternatives, or their first letters and a star; none if a text without them may have the part."""
        firsts = [(a.split()[0], a.endswith(" ") or " " in a.strip()) for a in self.alternatives]
        if self.negated or any(len(word) < _BEGINNING for word, whole in firsts if not whole):
            return frozenset()
        return frozenset(word if whole else word[:_BEGINNING] + "*" for word, whole in firsts)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of a family: what kind of page says it, in which place, and the parts that must hold together."""

    kind: QuarantineKind
    title: bool
    offer: bool  # a promotion, which free pages have too
    parts: tuple[Part, ...]

    def holds(self, form: str) -> bool:
        return all(part.holds(form) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Family:
    """The patterns of one language, and the words by which a notice addresses its reader."""

    titles: tuple[Pattern, ...]
    notices: tuple[Pattern, ...]
    address: Part
    openings: Part  # words that address the reader at the beginning of a sentence

    def addresses(self, text: str, form: str) -> bool:
        """Whether a text speaks to its reader. Reports that mention the same things speak about others."""
        if self.address.holds(form) or (form.count(" ") - 1 <= LABEL and not _END.search(text)):
            return True
        return any(self.openings.holds(" ^" + plain(sentence).lstrip()) for sentence in _SENTENCE.split(text))


def plain(text: str | None) -> str:
    """Words in lower case between single blanks, one blank at each end."""
    return _plain(text) if text and len(text) < _REMEMBERED else _plain.__wrapped__(text)


@lru_cache(maxsize=256)  # the paragraphs of an article are asked about several times in a row
def _plain(text: str | None) -> str:
    return f" {' '.join(plain_words(text))} "


def kinds_of_text(text: str, offers: bool = True) -> frozenset[QuarantineKind]:
    """The kinds of page whose notices a paragraph holds; none if it is too long, or does not speak to the reader.

    Without `offers`, promotions do not count: free pages have them too.
    """
    return _kinds(text, offers) if len(text) < _REMEMBERED else _kinds.__wrapped__(text, offers)


@lru_cache(maxsize=256)
def _kinds(text: str, offers: bool) -> frozenset[QuarantineKind]:
    form = plain(text)
    if form.count(" ") - 1 > LONGEST:
        return frozenset()
    hits = ((family, p) for family, p in _notices().possible(form) if (offers or not p.offer) and p.holds(form))
    return frozenset(p.kind for family, p in hits if family.addresses(text, form))


def kind_of_title(title: str | None) -> QuarantineKind | None:
    """The kind of page that a headline of a few words announces, if any; a site's name behind a bar or dash does not count."""
    if not title:
        return None
    for form in _title_forms(title):
        if 0 < form.count(" ") - 1 <= TITLE_LONGEST:
            for _, pattern in _titles().possible(form):
                if pattern.holds(form) and _fills(pattern, form):
                    return pattern.kind
    return None


@dataclass(frozen=True, slots=True)
class Index:
    """Patterns by the words that they need: of some hundred, a text can hold nearly always none."""

    parts: dict[str, int]  # sign -> the parts that it may stand for, as bits of a number
    signs: frozenset[str]  # whole words, and beginnings of words with a star
    keys: int  # the bits of the keys: of each pattern one part, in the patterns' order
    patterns: dict[int, tuple[Family, Pattern, int]]  # by key: the pattern, and all bits that it needs
    always: tuple[tuple[Family, Pattern], ...]  # those that need no word

    def possible(self, form: str) -> Iterator[tuple[Family, Pattern]]:
        """The patterns that a plain form may hold, in their order but for those that need no word, which come first."""
        yield from self.always
        words = form.split()
        found = 0
        for sign in self.signs.intersection([*words, *(word[:_BEGINNING] + "*" for word in words)]):
            found |= self.parts[sign]
        keys = found & self.keys
        while keys:
            key = keys & -keys
            keys ^= key
            family, pattern, needed = self.patterns[key]
            if needed & found == needed:
                yield family, pattern


def _indexed(entries: Sequence[tuple[Family, Pattern]]) -> Index:
    """The key of a pattern is the part with the fewest signs; its bit has the pattern's number."""
    parts: dict[str, int] = {}
    patterns: dict[int, tuple[Family, Pattern, int]] = {}
    always = []
    spare = 1 << len(entries)
    for number, (family, pattern) in enumerate(entries):
        needed = 0
        for signs in sorted(filter(None, (part.signs() for part in pattern.parts)), key=len):
            bit, spare = (spare, spare << 1) if needed else (1 << number, spare)
            needed |= bit
            for sign in signs:
                parts[sign] = parts.get(sign, 0) | bit
        if needed:
            patterns[1 << number] = (family, pattern, needed)
        else:
            always.append((family, pattern))
    return Index(parts, frozenset(parts), sum(patterns), patterns, tuple(always))


@cache
def _notices() -> Index:
    return _indexed([(family, notice) for family in families() for notice in family.notices])


@cache
def _titles() -> Index:
    return _indexed([(family, title) for family in families() for title in family.titles])


@cache
def families() -> tuple[Family, ...]:
    """The patterns of all languages."""
    return tuple(_family(words.lines("walls", language)) for language in words.languages() if words.lines("walls", language))


def _family(lines: Iterable[str]) -> Family:
    split = [(head.split(), body) for head, _, body in (line.partition(":") for line in lines)]
    address = [a.strip() for head, body in split if head == ["address"] for a in body.split("|")]
    patterns = [_pattern(head, body) for head, body in split if head != ["address"]]
    return Family(
        titles=tuple(p for p in patterns if p.title),
        notices=tuple(p for p in patterns if not p.title),
        address=Part(tuple(_alternative(a) for a in address if not a.startswith(_START))),
        openings=Part(tuple(" ^" + _alternative(a).lstrip() for a in address if a.startswith(_START))),
    )


def _pattern(head: list[str], body: str) -> Pattern:
    parts = tuple(_part(p.strip()) for p in body.split(" + "))
    return Pattern(kind=QuarantineKind(head[-1]), title="title" in head, offer="offer" in head, parts=parts)


def _part(text: str) -> Part:
    return Part(tuple(_alternative(a) for a in text.removeprefix("!").split("|") if a.strip()), negated=text.startswith("!"))


def _alternative(text: str) -> str:
    """A run of words as it occurs in a plain form; a star leaves the end of its last word open."""
    form = plain(text.replace("*", ""))
    return form[:-1] if text.strip().endswith("*") else form


def _title_forms(title: str | None) -> Iterable[str]:
    whole = fold(title)
    return dict.fromkeys(plain(part) for part in [whole, *re.split(r" [|\-:/·•»>]+ |\|", whole)])


def _fills(pattern: Pattern, form: str) -> bool:
    """Whether a title says little beside the pattern: "Error 404" does, a headline about error 404 does not."""
    left = form
    for alternative in (a for part in pattern.parts for a in part.alternatives):
        left = left.replace(alternative, "  ")
    return len([w for w in left.split() if not w.isdigit()]) <= max(1, (form.count(" ") - 1) // 3)
