"""What is compared when a look is held against an article's versions, and under which key a text is remembered.

Compared are headline, body and byline, each in its folded form (`pipeline.text.fold`): typographic marks and white space do
not count, nor do paragraph breaks; every letter, figure, sign and quotation does. Never compared: the outlet's dates (a time
stamp that moves while no word does is no version; a stamp *inside* the body is text and does count), the summary (feeds let it
lag), link targets and the URL.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from pipeline import words
from pipeline.model import Document, KnownArticle, Version
from pipeline.text import fingerprint, fold
from pipeline.versions.furniture import is_furniture

FEED_EXTRACTOR = "feed/1"  # stands on documents that were read from a feed's item alone, without a page
_PART = 16  # hex digits a part of the key: 64 bits, within one article


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """The compared parts of a text, each as a fingerprint; an absent part is ''."""

    headline: str
    body: str
    byline: str

    def __str__(self) -> str:
        return f"{self.headline}-{self.body}-{self.byline}"

    @classmethod
    def read(cls, text: str) -> "Key":
        """The key back from its written form; a foreign form becomes a key that equals no other."""
        parts = text.split("-")
        return (
            cls(headline=parts[0], body=parts[1], byline=parts[2])
            if len(parts) == 3
            else cls(headline=text, body=text, byline="")
        )


def text_hash(document: Document | Version, furniture: frozenset[str] = frozenset()) -> str:
    """The key of a text: headline, body and byline apart, so that each can be recognised when it comes back.

    `furniture` holds fingerprints of paragraphs to leave out. The stored hash is made without any, so that it never depends
    on what was known about the outlet at the time; the comparison with the standing version leaves the furniture out of both.
    """
    return str(key(document, furniture))


@lru_cache(maxsize=8)  # one judgement asks for the keys of the same two texts several times
def key(document: Document | Version, furniture: frozenset[str] = frozenset()) -> Key:
    body = " ".join(without_furniture(document.paragraphs, furniture))
    return Key(headline=_part(document.headline), body=_part(body), byline=_part(plain_byline(document.byline)))


def without_furniture(paragraphs: Iterable[str], furniture: frozenset[str]) -> tuple[str, ...]:
    """The paragraphs that are the article's own. If nothing would be left, all of them."""
    paragraphs = tuple(paragraphs)
    if not furniture:
        return paragraphs
    return tuple(p for p in paragraphs if not is_furniture(p, furniture)) or paragraphs


def plain_byline(byline: str | None) -> str:
    """The names of a byline in one form: no leading "By", no case."""
    text = fold(byline).casefold().strip(" .,;:|-")
    if not text.startswith(_leads()):
        return text
    return text[len(next(lead for lead in _leads() if text.startswith(lead))) :].strip()


@cache
def _leads() -> tuple[str, ...]:
    """What stands before a name in a byline, with the blank behind it."""
    return tuple(f"{lead} " for language in words.languages() for lead in words.lines("byline_leads", language))


def same_source(before: Version | Document, after: Document) -> bool:
    """Whether two texts were read in the same way, so that what differs is the outlet's doing.

    A feed's summary against a page, or one extractor's reading against another's, differ for reasons of ours. A version that
    follows across such a border is kept, but the step is no edit.
    """
    return before.extractor == after.extractor


def standing(document: Document, known: KnownArticle) -> Document:
    """The document as it would be recorded: a look that saw no body (a feed's item) keeps the body that stands.

    Without any known body the summary is the text.
    """
    if not document.extractor.startswith("feed/") or document.paragraphs:
        return document
    head = known.head
    summary = (document.summary,) if document.summary else ()
    if head is None or (head.extractor.startswith("feed/") and summary):
        return replace(document, paragraphs=summary)
    return replace(document, paragraphs=head.paragraphs, byline=document.byline or head.byline, extractor=head.extractor)


def seen_keys(seen: Mapping[str, str]) -> dict[str, Key]:
    """The keys of an article's versions by version id, in the order in which they were first seen."""
    return {version_id: Key.read(text) for text, version_id in seen.items()}


def _part(text: str) -> str:
    form = fold(text)
    return fingerprint(form)[:_PART] if form else ""
