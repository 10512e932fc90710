"""OPML: lists of feeds in and out."""

import re
from collections.abc import Iterable
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from pipeline.errors import ConfigError
from pipeline.feeds.decoding import decode
from pipeline.model import Feed
from pipeline.text import squeeze
from pipeline.urls import safe_link

_DECLARATIONS = re.compile(r"<!ENTITY|<!DOCTYPE", re.IGNORECASE)
_MOST = 5_000_000  # bytes; a list of every feed that anyone follows is smaller


def read_opml(body: bytes, name: str = "OPML") -> list[Feed]:
    """The feeds of an OPML list, each once, in order; `name` stands in errors. Raises ConfigError if it is no OPML."""
    text = decode(body)
    if len(body) > _MOST or _DECLARATIONS.search(text):
        raise ConfigError(name, "", "the list is too large or declares a document type")
    try:
        root = ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except ElementTree.ParseError as error:
        raise ConfigError(name, "", f"is not well-formed XML ({error})") from error
    if root.tag != "opml":
        raise ConfigError(name, "", f"is no OPML: its first element is <{root.tag}>")
    feeds: dict[str, Feed] = {}
    for outline in root.iter("outline"):
        url = safe_link(outline.get("xmlUrl") or outline.get("xmlurl"))
        if url and url not in feeds:
            feeds[url] = _feed(url, outline)
    return list(feeds.values())


def _feed(url: str, outline: ElementTree.Element) -> Feed:
    title = squeeze(outline.get("title") or outline.get("text")) or None
    host = url.split("/")[2]
    return Feed(url=url, outlet=squeeze(outline.get("category")).strip("/") or title or host, title=title)


def write_opml(feeds: Iterable[Feed], title: str = "Feeds") -> str:
    """The feeds as OPML 2.0, in order. Names of secrets stay at home."""
    lines = [
        f'    <outline type="rss" text={quoteattr(f.title or f.outlet)} title={quoteattr(f.title or f.outlet)}'
        f" category={quoteattr('/' + f.outlet)} xmlUrl={quoteattr(f.url)}/>"
        for f in feeds
    ]
    head = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">', f"  <head><title>{_text(title)}</title></head>"]
    return "\n".join([*head, "  <body>", *lines, "  </body>", "</opml>", ""])


def _text(value: str) -> str:
    return quoteattr(value)[1:-1]
