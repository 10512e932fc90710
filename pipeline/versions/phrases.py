"""Phrases of pages that stand where an article should: bot walls, consent walls, paywalls, missing pages.

The patterns are data (`languages/*/walls.txt`, whose English file explains their form) and hold in every language at once, for
a wall often speaks another language than the article behind it. A phrase alone proves nothing, since articles report about
captchas, cookies and subscriptions: `signs` weighs it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline import words
from pipeline.model import QuarantineKind
from pipeline.text import fold

LONGEST = 60  # words: a paragraph longer than this is prose, whatever it mentions
TITLE_LONGEST = 8  # words of a page title that may be a wall's
LABEL = 6  # words: a line without an end mark is a button or a caption, and need not address anyone
_REMEMBERED = 5_000  # characters: a longer text's form is not kept
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|%")
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
        return any(a in form for a in self.alternatives) != self.negated

    def beginnings(self) -> frozenset[str]:
        """How the first words of the alternatives begin; none if that would not help to tell a text that lacks them."""
        open_ones = (a for a in self.alternatives if not a.endswith(" ") and len(a) <= _BEGINNING)
        return (
            frozenset() if self.negated or any(open_ones) else frozenset(a.split()[0][:_BEGINNING] for a in self.alternatives)
        )


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
    return f" {' '.join(_WORD.findall(fold(text).casefold()))} "


def kinds_of_text(text: str, offers: bool = True) -> frozenset[QuarantineKind]:
    """The kinds of page whose notices a paragraph holds; none if it is too long, or does not speak to the reader.

    Without `offers`, promotions do not count: free pages have them too.
    """
    form = plain(text)
    if form.count(" ") - 1 > LONGEST:
        return frozenset()
    hits = ((family, p) for family, p in _possible(form) if (offers or not p.offer) and p.holds(form))
    return frozenset(p.kind for family, p in hits if family.addresses(text, form))


def _possible(form: str) -> list[tuple[Family, Pattern]]:
    """The notices that a text may hold, by the beginnings of its words: nearly always none of some hundred."""
    numbers, notices = _index()
    found = 0
    for word in form.split():
        found |= numbers.get(word[:_BEGINNING], 0)
    return [(family, pattern) for family, pattern, needed in notices if needed & found == needed]


@cache
def _index() -> tuple[dict[str, int], tuple[tuple[Family, Pattern, int], ...]]:
    """Beginning -> the parts that it may stand for, as bits of a number; and each notice with the bits that it needs."""
    numbers: dict[str, int] = {}
    notices: list[tuple[Family, Pattern, int]] = []
    parts = 0
    for family, pattern in ((f, notice) for f in families() for notice in f.notices):
        needed = 0
        for beginnings in filter(None, (part.beginnings() for part in pattern.parts)):
            bit, parts = 1 << parts, parts + 1
            needed |= bit
            numbers |= {beginning: numbers.get(beginning, 0) | bit for beginning in beginnings}
        notices.append((family, pattern, needed))
    return numbers, tuple(notices)


def kind_of_title(title: str | None) -> QuarantineKind | None:
    """The kind of page that a headline of a few words announces, if any; a site's name behind a bar or dash does not count."""
    for form in _title_forms(title):
        if 0 < form.count(" ") - 1 <= TITLE_LONGEST:
            for family in families():
                for pattern in family.titles:
                    if pattern.holds(form) and _fills(pattern, form):
                        return pattern.kind
    return None


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
