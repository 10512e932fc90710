"""From bytes, records and items of feeds to documents: the steps of the other modules in their order."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from lxml.html import HtmlElement

from pipeline.extract.blocks import Block, read_blocks
from pipeline.extract.lines import own_lines
from pipeline.extract.markup import decode, parse, parse_fragment
from pipeline.extract.metadata import Metadata, read_metadata
from pipeline.extract.names import EXTRACTOR, FEED_EXTRACTOR, IMPORT_EXTRACTOR
from pipeline.extract.prune import NOTICE, asks_to_pay, prune
from pipeline.extract.region import article_blocks
from pipeline.extract.signs import is_challenge, visible_words
from pipeline.model import Document, Entry, PageSigns
from pipeline.text import clean, squeeze
from pipeline.words import family

_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = "".join(c if c.isalpha() else " " for c in map(chr, range(128)))  # cuts ASCII as the pattern does, and quicker
_DETECTABLE = 200  # characters that the language detector needs
_BELOW, _BOX = 8, 60  # blocks below the article that are looked at for a notice, and the words that one may have
_FEW = 200  # words: a page with more is no bot challenge, whatever scripts it loads
_FALLBACK = 20  # words: below, the text is looked for in the linked data


def extract(body: bytes, *, url: str, content_type: str | None = None, headers: Mapping[str, str] | None = None) -> Document:
    """Read the article of a page. `headers` are the response's, names in lower case; the Content-Type may stand there too."""
    headers = headers or {}
    page = decode(body, content_type or headers.get("content-type"))
    tree = parse(page)
    found = read_metadata(tree, url)
    words = visible_words(tree)
    challenge = words < _FEW and is_challenge(page, headers)
    robots = _robots(tree) + headers.get("x-robots-tag", "")
    notice = prune(tree, [found.heading] if found.heading is not None else list(tree.iter("h1")))
    blocks = read_blocks(tree)
    chosen = article_blocks(tree, blocks, found.heading)
    paragraphs = _paragraphs(chosen, found)
    signs = PageSigns(
        page_title=found.page_title,
        visible_words=words,
        paywall_declared=found.paywalled,
        challenge=challenge,
        noindex="noindex" in robots.lower(),
        notice=notice or _notice_below(blocks, chosen),
    )
    return Document(
        headline=found.headline,
        paragraphs=paragraphs,
        byline=found.byline,
        published_at=found.published_at,
        updated_at=found.updated_at,
        summary=found.summary,
        canonical_url=found.canonical_url,
        language=_language(paragraphs, found.language),
        extractor=EXTRACTOR,
        signs=signs,
    )


def document_from_record(
    *,
    url: str,
    title: str | None = None,
    html: str | None = None,
    text: str | None = None,
    paragraphs: Sequence[str] | None = None,
    byline: str | None = None,
    summary: str | None = None,
    published_at: datetime | None = None,
    updated_at: datetime | None = None,
) -> Document:
    """The document of a recorded observation. What the record says in words of its own goes before what its HTML says.

    A record that has no body field at all speaks only of a feed's item; one whose body is empty saw an empty page.
    """
    page = (
        extract(html.encode("utf8", "replace"), url=url, content_type="text/html; charset=utf-8") if html is not None else None
    )
    if page is not None:
        kept, extractor = page.paragraphs, page.extractor
    elif paragraphs is not None or text is not None:
        kept, extractor = _given(paragraphs, text), IMPORT_EXTRACTOR
    else:
        kept, extractor = (), FEED_EXTRACTOR
    return Document(
        headline=squeeze(title) or (page.headline if page else ""),
        paragraphs=kept,
        byline=squeeze(byline) or (page.byline if page else None),
        published_at=published_at or (page.published_at if page else None),
        updated_at=updated_at or (page.updated_at if page else None),
        summary=squeeze(summary) or (page.summary if page else None),
        canonical_url=page.canonical_url if page else None,
        language=page.language if page else _language(kept or (squeeze(summary),), None),
        extractor=extractor,
        signs=page.signs if page else PageSigns(visible_words=_words(kept)),
    )


def document_from_entry(entry: Entry) -> Document:
    """The document that an item of a feed carries by itself: its content, else its summary. For feeds read without pages."""
    paragraphs = _fragment(entry.content, entry.title or "", entry.byline) if entry.content else _given(None, entry.summary)
    return Document(
        headline=entry.title or "",
        paragraphs=tuple(paragraphs),
        byline=entry.byline,
        published_at=entry.published_at,
        updated_at=entry.updated_at,
        summary=entry.summary,
        language=_language(paragraphs, None),
        extractor=FEED_EXTRACTOR,
        signs=PageSigns(visible_words=_words(paragraphs)),
    )


def _words(paragraphs: Sequence[str]) -> int:
    """How many words; each paragraph is on one line, with single blanks."""
    return sum(p.count(" ") + 1 for p in paragraphs)


def _fragment(html: str, headline: str, byline: str | None) -> Sequence[str]:
    tree = parse_fragment(html)
    return own_lines(read_blocks(tree), headline, byline) if tree is not None else ()


def _given(paragraphs: Sequence[str] | None, text: str | None) -> tuple[str, ...]:
    """The record's paragraphs; of a text, what stands between blank lines, or its lines if it has none."""
    if paragraphs is None:
        text = clean(text).strip()
        paragraphs = text.split("\n\n") if "\n\n" in text else text.split("\n")
    return tuple(p for p in (squeeze(p) for p in paragraphs) if p)


def _paragraphs(chosen: list[Block], found: Metadata) -> tuple[str, ...]:
    lines = own_lines(chosen, found.headline, found.byline)
    if sum(len(line.split()) for line in lines) < _FALLBACK:
        given = _given(None, found.body)
        if sum(len(p.split()) for p in given) > 2 * _FALLBACK:
            return given
    return tuple(lines)


def _notice_below(blocks: list[Block], chosen: list[Block]) -> str:
    """What asks to pay right below the article's text, in a part of the page that bears no telling name."""
    after = blocks.index(chosen[-1]) + 1 if chosen else 0
    texts = [b.text for b in blocks[after : after + _BELOW] if b.words <= _BOX and asks_to_pay(b.text)]
    return " ".join(texts)[:NOTICE]


def _robots(tree: HtmlElement) -> str:
    return " ".join(
        e.get("content") or "" for e in tree.iter("meta") if (e.get("name") or "").lower() in ("robots", "googlebot")
    )


def _language(paragraphs: Sequence[str], declared: str | None) -> str | None:
    """The declared language unless the text's script forbids it; else the detected one of a text long enough; else None."""
    text = " ".join(paragraphs)
    if declared and (declared not in _LATIN or len(text) < _DETECTABLE or _is_latin(text)):
        return declared
    if len(text) < _DETECTABLE:
        return None
    if _is_english(text[:2000]):
        return "en"
    import py3langid  # its model takes a moment to load, and most pages declare their language

    return py3langid.classify(text[:2000])[0]


def _is_english(text: str) -> bool:
    """Whether the function words leave no doubt: a fiftieth of the time that the detector takes, which decides all others."""
    form = text.lower()
    found = form.translate(_LETTERS).split() if form.isascii() else _WORD.findall(form)
    known = family("stopwords", "en")
    return found.count("the") >= 0.02 * len(found) and sum(map(known.__contains__, found)) >= 0.25 * len(found)


_LATIN = frozenset(("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "nb", "fi", "pl", "cs", "ro", "hu", "tr"))


def _is_latin(text: str) -> bool:
    letters = [c for c in text[:2000] if c.isalpha()]
    return sum(c < "\u0250" for c in letters) >= 0.5 * len(letters)
