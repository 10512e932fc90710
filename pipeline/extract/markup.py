"""Bytes of a page -> characters -> an element tree. Hostile input gives a tree, an empty one at worst, never an error.

Character set, in this order: byte order mark; UTF-8 if the bytes are valid UTF-8 (a false declaration of an 8-bit set is
common, valid UTF-8 by accident is not); what the Content-Type header says; what the page's own meta says; a detector.
"""

import codecs
import re
from functools import cache
from itertools import islice

from lxml import etree
from lxml import html as lxml_html
from lxml.etree import ParserError
from lxml.html import HtmlElement
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, resolve_encoding

from pipeline.text import clean

MOST = 5_000_000  # characters that are parsed; the fetcher caps bodies below this
MOST_ELEMENTS = 50_000  # that are read: some steps take square time, and an article has a tenth of that
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PROLOG = re.compile(r"^\s*<\?xml[^>]*\?>")


def decode(body: bytes, content_type: str | None = None) -> str:
    """The page's characters. What cannot be read becomes U+FFFD."""
    for mark, coding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(coding, "replace")
    plain = b"\x00" not in body[:1000] and b"\x1b" not in body[:10_000]  # UTF-16 and ISO-2022 are valid UTF-8 by accident
    if plain and (text := _strict(body, "utf-8")) is not None:
        return text
    for name in (http_content_type_encoding(content_type), html_body_declared_encoding(body[:4096]), _utf16(body)):
        if name and (text := _strict(body, resolve_encoding(name) or name)) is not None:
            return text
    return body.decode(_detected(body), "replace")


def parse(page: str) -> HtmlElement:
    """The element tree of a page; of no page at all, an empty one."""
    page = _PROLOG.sub("", clean(page[:MOST]).replace("\ufffe", ""))
    try:
        tree = lxml_html.document_fromstring(page.encode("utf8"), parser=lxml_html.HTMLParser(encoding="utf-8"))
        return _first_elements(tree) if page.count("<") > MOST_ELEMENTS else tree
    except (ParserError, ValueError):  # nothing but blanks, comments or processing instructions
        return lxml_html.document_fromstring("<html><body></body></html>")


def _first_elements(tree: HtmlElement) -> HtmlElement:
    """The tree with as many elements as are read, and none of those that come later."""
    last = next(islice(tree.iter(), MOST_ELEMENTS, None), None)
    while last is not None and (parent := last.getparent()) is not None:
        del parent[parent.index(last) + 1 :]
        last = parent
    return tree


def parse_fragment(html: str) -> HtmlElement | None:
    """The element tree of a feed's content, without comments, scripts and styles; None if there is nothing in it."""
    try:
        tree = etree.fromstring(clean(html[:MOST]).replace("\ufffe", "").encode("utf8"), parser=_fragment_parser())
    except (etree.XMLSyntaxError, ValueError):
        return None
    if tree is not None:
        etree.strip_elements(tree, "script", "style", "noscript", "template", with_tail=False)
    return tree


@cache
def _fragment_parser() -> etree.HTMLParser:
    """Plain elements: those of lxml.html are looked up in Python one by one."""
    return etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)


def _strict(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (LookupError, UnicodeDecodeError):
        return None


def _utf16(body: bytes) -> str | None:
    """UTF-16 without a byte order mark: every other byte of the markup is zero."""
    even, odd = body[0:200:2].count(0), body[1:200:2].count(0)
    return "utf-16-be" if even > 50 else "utf-16-le" if odd > 50 else None


def _detected(body: bytes) -> str:
    from charset_normalizer import from_bytes  # only for the few pages that declare nothing true

    best = from_bytes(body[:100_000]).best()
    return best.encoding if best else "cp1252"
