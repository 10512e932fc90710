"""Items of RSS, RDF and Atom -> what they say. feedparser reads the dialects; this module keeps it from guessing.

- It only ever sees a stream (given text or bytes, it would open files and URLs), of whole items that were cut out before.
- One broken item would send the whole document to its forgiving parser, which reads some things otherwise: those go alone.
- It puts photo captions among the contents, Dublin Core's date among the updates, and resolves ids against xml:base. Those
  elements are renamed on the way in, so that they come out apart.
"""

import io
import re
from collections.abc import Mapping, Sequence
from html import escape, unescape
from pyexpat import ExpatError, ParserCreate

from pipeline.feeds.document import Said
from pipeline.feeds.plain import plain
from pipeline.feeds.split import Pieces
from pipeline.text import squeeze
from pipeline.urls import canonical

_HEADERS = {"content-type": "application/xml; charset=utf-8"}  # it was decoded before, by what the response's headers say
_NAMESPACES = re.compile(
    r"xmlns:([\w.-]+)\s*=\s*[\"'](?:http://search\.yahoo\.com/mrss/?|http://www\.itunes\.com/dtds/podcast-1\.0\.dtd"
    r"|http://purl\.org/dc/(?:elements/1\.1|terms)/)[\"']",
    re.IGNORECASE,
)
_USUAL = frozenset({"media", "itunes", "googleplay", "dc", "dcterms"})
_BASE = re.compile(r"(?<=\s)xml:base(?=\s*=)")
_CONTENT = re.compile(r"<(?:(?!media:)[\w.-]+:)?(?:encoded|content|body|fullitem)[\s>]", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:mailto:)?[^\s@<>()]+@[^\s@<>()]+")
_ASIDE = "aside-"
_TITLE = re.compile(r"<(?:[\w.-]+:)?title(?:\s[^<>]*)?>\s*(?:([^<]*)<|<!\[CDATA\[(.{0,2000}?)\]\]>)", re.IGNORECASE | re.DOTALL)
# What its parsers raise on markup that they did not expect.
_GIVES_UP = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)


def read_items(
    pieces: Pieces, items: Sequence[str], hashes: Sequence[str], url: str, most_broken: int
) -> tuple[str, list[Said | None]]:
    """The feed's format, and what each of `items` (some of the pieces' own) says; None for one that cannot be read.

    `most_broken` bounds the characters of items that are not well-formed; what is beyond is not read.
    """
    sound = [n for n, item in enumerate(items) if _sound(pieces.opening + item + pieces.closing)]
    version, found = _parse(pieces.opening, [items[n] for n in sound], pieces.closing)
    entries = dict(zip(sound, found, strict=True)) if len(found) == len(sound) else {}  # unless an item hides in an item
    said: list[Said | None] = []
    broken = 0  # characters given to the forgiving parser
    for n, item in enumerate(items):
        broken += 0 if n in entries else len(item)
        readable = n not in entries and broken <= most_broken
        alone = [entries[n]] if n in entries else _parse(pieces.opening, [item], pieces.closing)[1] if readable else []
        said.append(said_by(alone[0], item, hashes[n], url, version) if alone else None)
    return version, said


def feed_title(pieces: Pieces) -> str | None:
    """What the feed calls itself. Read without a parser: it decides nothing, and a broken head must not cost the items."""
    found = _TITLE.search(pieces.head, 0, 20_000)
    return plain(unescape(found[1]) if found and found[2] is None else found and found[2])


def _sound(text: str) -> bool:
    """Well-formed XML with all prefixes bound."""
    parser = ParserCreate("utf-8", namespace_separator=" ")
    try:
        parser.Parse(text.encode("utf8"), True)
    except ExpatError:
        return False
    return True


def _parse(opening: str, items: Sequence[str], closing: str) -> tuple[str, list[dict[str, object]]]:
    """feedparser's answer: the version, and the entries; their links know xml:base, their ids do not."""
    text = _set_aside(opening + "".join(items) + closing)
    baseless = _BASE.sub("xml:base-aside", text)
    version, entries = _feedparser(baseless)
    if baseless != text:
        entries = [{**based, "id": entry.get("id")} for entry, based in zip(entries, _feedparser(text)[1], strict=False)]
    return version, entries


def _feedparser(text: str) -> tuple[str, list[dict[str, object]]]:
    """Version and entries; nothing if the markup is so broken that the forgiving parser gives up, too."""
    import feedparser  # here: a pass with nothing to parse does not pay for it

    prolog = '<?xml version="1.0" encoding="utf-8"?>\n'
    stream = io.BytesIO((prolog + text).encode("utf8"))
    try:
        result = feedparser.parse(stream, response_headers=_HEADERS, sanitize_html=False, resolve_relative_uris=False)
    except _GIVES_UP:
        return "", []
    return result.get("version", ""), [dict(entry) for entry in result["entries"]]


def _set_aside(text: str) -> str:
    """Elements that feedparser would take for the item's own title, description or update under names of their own.

    Categories go with them: nothing here reads them, and feedparser collects them in square time.
    """
    prefixes = "|".join(map(re.escape, sorted(_USUAL | set(_NAMESPACES.findall(text)))))
    names = "title|description|summary|subtitle|abstract|text|date"
    lists = "category|keywords|subject|tags"
    tag = re.compile(
        rf"<(/?)((?:{prefixes}):(?=(?:{names}|{lists})[\s/>])|(?={lists}))([\w-]+)(?=[\s/>])([^<>]*+)>", re.IGNORECASE
    )

    def renamed(found: re.Match[str]) -> str:
        bound = found[4] if "xmlns" in found[4] else "/" if found[4].endswith("/") else ""  # other attributes hide the text
        return f"<{found[1]}{found[2]}{_ASIDE}{found[3].lower()}{bound}>"

    return tag.sub(renamed, text)


# ---- one entry -----------------------------------------------------------------------------------------------------------


def said_by(entry: Mapping[str, object], item: str, item_hash: str, url: str, version: str) -> Said:
    """What an entry says; `entry` is feedparser's answer about `item`."""
    raw_url = _link(entry)
    content, summary = _content(entry, item), _text(entry, "summary")
    own_summary = summary if summary != _copied(entry) else None
    return Said(
        item_hash=item_hash,
        raw_id=_text(entry, "id"),
        raw_url=raw_url,
        url=canonical(_text(entry, "feedburner_origlink"), url) or canonical(raw_url, url),
        title=_words(entry, "title", version) or plain(_aside(entry, "dc", "title") or _aside(entry, "media", "title")),
        summary=plain(own_summary) or plain(_aside(entry, "dc", "description") or _aside(entry, "itunes", "summary")),
        content=content,
        byline=_byline(entry),
        published_raw=_text(entry, "published") or _aside(entry, "dc", "date") or _text(entry, "created"),
        updated_raw=_text(entry, "updated"),
    )


def _text(entry: Mapping[str, object], key: str) -> str | None:
    value = entry.get(key)
    return value.strip() or None if isinstance(value, str) else None


def _aside(entry: Mapping[str, object], prefix: str, name: str) -> str | None:
    return _text(entry, f"{prefix}_{_ASIDE}{name}")


def _link(entry: Mapping[str, object]) -> str | None:
    """The link as written. A guid stands in for it only if it is a whole URL: `1234` is not a page beside the feed."""
    link = _text(entry, "link")
    if link and entry.get("guidislink") and not re.match(r"https?://", link, re.IGNORECASE):
        return None
    return link


def _words(entry: Mapping[str, object], key: str, version: str) -> str | None:
    """Plain text of a title. Atom's type=text means what it says, unless it closes a tag: then the type was forgotten."""
    value = _text(entry, key)
    detail = entry.get(f"{key}_detail")
    kind = detail.get("type", "") if isinstance(detail, dict) else ""
    if value and version.startswith("atom") and kind == "text/plain" and not re.search(r"</[A-Za-z]", value):
        value = value.replace("<", "&lt;")
    return plain(value)


def _contents(entry: Mapping[str, object]) -> list[tuple[str, str]]:
    """(type, value) of each content that feedparser found."""
    found = entry.get("content")
    parts = found if isinstance(found, list) else []
    return [(part.get("type", ""), part.get("value", "")) for part in parts]


def _copied(entry: Mapping[str, object]) -> str | None:
    """The content that feedparser copies into the summary of an entry that has none."""
    contents = _contents(entry)
    return contents[0][1].strip() if contents else None


def _content(entry: Mapping[str, object], item: str) -> str | None:
    """The longest text that stands in an element for content: a second description is none."""
    if not _CONTENT.search(item):
        return None
    texts = [escape(value) if kind == "text/plain" and "<" not in value else value for kind, value in _contents(entry)]
    return max(texts, key=len, default="").strip() or None


def _byline(entry: Mapping[str, object]) -> str | None:
    """The names of the authors, without their addresses. One author's text is taken as written: it may be name and address."""
    authors = entry.get("authors")
    found = [author.get("name") for author in authors if isinstance(author, dict)] if isinstance(authors, list) else []
    names = [_text(entry, "author")] if len(found) < 2 else found
    known = [name for name in dict.fromkeys(map(_person, names)) if name]
    return squeeze(", ".join(known)) or None


def _person(written: str | None) -> str | None:
    """`ann@wire.example (Ann Oak)` and `Ann Oak <ann@wire.example>` are Ann Oak."""
    name = plain(_ADDRESS.sub(" ", written or ""))
    return name.strip("()<>,; ") or None if name else None
