"""Items of the plainest kind -> what feedparser would say of them, in a fiftieth of its time. In any doubt: nothing.

Most feeds hold nothing but RSS 2.0 items and Atom entries that are well-formed, and of which each element stands once, has no
unusual attribute and holds text alone. Of such an item feedparser's answer is plain, and is given here in feedparser's terms.
Whatever is not on the lists below (another element, a base, markup in markup, a link to be resolved) is left to feedparser.
"""

import re
from collections.abc import Mapping, Sequence
from pyexpat import ExpatError, ParserCreate

from pipeline.feeds.document import FeedLimits
from pipeline.feeds.plain import plain

Answer = dict[str, object]  # an entry as feedparser has it

_ATOM, _CONTENT, _DC = (
    "http://www.w3.org/2005/Atom ",
    "http://purl.org/rss/1.0/modules/content/ ",
    "http://purl.org/dc/elements/1.1/ ",
)
_MEDIA, _SLASH = "http://search.yahoo.com/mrss/ ", "http://purl.org/rss/1.0/modules/slash/ "
_COMMENTS, _WORDPRESS = "http://wellformedweb.org/CommentAPI/ ", "com-wordpress:feed-additions:1 "
_RSS_FIELDS = {
    **{"title": "title", "link": "link", "guid": "id", "pubDate": "published", "description": "summary", "author": "author"},
    **{_DC + "creator": "author", _CONTENT + "encoded": "content"},
}
_ATOM_FIELDS = {_ATOM + name: name for name in ("title", "id", "published", "updated", "summary", "content", "author", "link")}
_PICTURES = frozenset(_MEDIA + name for name in ("group", "content", "thumbnail", "description", "text", "credit", "title"))
# What nothing here reads, and what does not change how the rest is read.
_RSS_PASSED = _PICTURES | {
    "category",
    "comments",
    "enclosure",
    "source",
    _DC + "date",
    _SLASH + "comments",
    _WORDPRESS + "post-id",
}
_RSS_PASSED |= {_COMMENTS + "commentRss", _COMMENTS + "comment"}
_ATOM_PASSED = _PICTURES | {_ATOM + "category"}
_INSTEAD = {_MEDIA + "title": "title", _DC + "date": "published"}  # what stands in where the other is missing
_LINK_ATTRIBUTES = frozenset({"rel", "type", "href", "hreflang", "title", "length"})
_TYPES = {"text": "text/plain", "html": "text/html"}
_SHORT = frozenset({"link", "id", "published", "updated", "author"})  # elements whose markup has to be short: see split
_LINK = re.compile(r"https?://[^\s/][^\s;]*")
_C1 = re.compile("[\x80-\x9f]")
_RSS1 = re.compile(r"[\"']http://purl\.org/rss/1\.0/[\"']", re.IGNORECASE)  # makes feedparser take RSS 2.0 for 1.0


def dialect(opening: str, closing: str) -> str:
    """`rss20` or `atom10` if the elements around the items are of the plainest kind, else nothing."""
    reader = _Reader(FeedLimits())
    return "" if _RSS1.search(opening) or not reader.read(opening + closing) or reader.doubt else reader.dialect


def read(opening: str, items: Sequence[str], closing: str, limits: FeedLimits) -> list[Answer | None]:
    """An answer an item, in order; None for each that is to be left to feedparser or may be beyond the limits."""
    reader = _Reader(limits)
    if reader.read(opening + "".join(items) + closing) and len(reader.found) == len(items):
        return reader.found
    return [_alone(opening, item, closing, limits) for item in items]


def _alone(opening: str, item: str, closing: str, limits: FeedLimits) -> Answer | None:
    """One item by itself: another may have broken the document."""
    reader = _Reader(limits)
    return reader.found[0] if reader.read(opening + item + closing) and len(reader.found) == 1 else None


class _Reader:
    """One walk of expat's over a document."""

    def __init__(self, limits: FeedLimits):
        self.limits = limits
        self.found: list[Answer | None] = []
        self.dialect = ""
        self.doubt = False  # of the current item, or of what stands around the items
        self.depth = 0
        self.item = 0  # the depth of items
        self.entry: dict[str, str] = {}
        self.kinds: dict[str, str] = {}  # content types of the entry's fields
        self.passed: set[str] = set()
        self.declares = False  # whether the element to come declares a namespace
        self.field = ""  # that is being read
        self.begin = 0  # byte at which it begins
        self.pieces: list[str] = []
        self.parser = ParserCreate("utf-8", namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.pieces.append
        self.parser.StartNamespaceDeclHandler = self.declare

    def read(self, text: str) -> bool:
        """Whether the document is well-formed, with all prefixes bound."""
        try:
            self.parser.Parse(text.encode("utf8"), True)
        except (ExpatError, UnicodeEncodeError):
            return False
        return True

    def declare(self, prefix: str | None, uri: str) -> None:
        self.declares = True

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        level = self.depth - self.item if self.item else -1
        if level < 0 or self.depth == 1:
            self.around(name, attributes)
        elif level == 0:
            self.entry, self.kinds, self.passed = {}, {}, set()
            self.doubt = bool(attributes) or name != ("item" if self.dialect == "rss20" else _ATOM + "entry")
        elif level == 1:
            self.child(name, attributes)
        else:
            self.grandchild(name, attributes)
        self.doubt |= self.declares and level >= 0
        self.declares = False

    def around(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element around the items."""
        if self.depth == 1 and name == "rss" and attributes.keys() == {"version"} and attributes["version"].startswith("2."):
            self.dialect = "rss20"
        elif self.depth == 1 and name == _ATOM + "feed" and not attributes:
            self.dialect, self.item = "atom10", 2
        elif self.depth == 2 and name == "channel" and self.dialect and not attributes:
            self.item = 3
        else:
            self.doubt, self.item = True, self.depth + 1
            self.dialect = ""

    def child(self, name: str, attributes: Mapping[str, str]) -> None:
        rss = self.dialect == "rss20"
        field = (_RSS_FIELDS if rss else _ATOM_FIELDS).get(name, "")
        self.field, self.begin = field, self.parser.CurrentByteIndex
        self.pieces.clear()
        if field == "link" and not rss:
            self.link(attributes)
        elif field:
            self.doubt |= field in self.entry
            if attributes:
                self.attributes(field, attributes, rss)
        elif name in (_RSS_PASSED if rss else _ATOM_PASSED):
            self.pass_over(name, attributes)
        else:
            self.doubt = True

    def attributes(self, field: str, attributes: Mapping[str, str], rss: bool) -> None:
        """Of a field with text: only those that say plainly what the text is."""
        if rss and field == "id":
            self.doubt |= attributes.keys() != {"isPermaLink"} or attributes["isPermaLink"] not in ("true", "false")
        elif not rss and field in ("title", "summary", "content") and attributes.keys() == {"type"}:
            self.kinds[field] = _TYPES.get(attributes["type"], "")
            self.doubt |= not self.kinds[field]
        else:
            self.doubt = True

    def link(self, attributes: Mapping[str, str]) -> None:
        """An Atom link: of those that lead to a page, the last is the entry's."""
        href = attributes.get("href", "")
        self.doubt |= (
            not href
            or not attributes.keys() <= _LINK_ATTRIBUTES
            or href.count("=") + len(attributes) > self.limits.max_attributes
        )
        if (
            attributes.get("rel", "alternate").lower() == "alternate"
            and attributes.get("type", "text/html").lower() == "text/html"
        ):
            self.entry["link"] = href

    def pass_over(self, name: str, attributes: Mapping[str, str]) -> None:
        """Note an element that is not read. What has very many attributes or a base is for the thorough way."""
        self.passed.add(name)
        if attributes:
            signs = sum(value.count("=") + 1 for value in attributes.values())
            self.doubt |= signs > self.limits.max_attributes or any(key.lower().endswith("base") for key in attributes)

    def grandchild(self, name: str, attributes: Mapping[str, str]) -> None:
        """Inside a field: only an author's name and address; inside what is passed over: only pictures in pictures."""
        if not self.field:
            self.doubt |= name not in _PICTURES
            return self.pass_over(name, attributes)
        known = self.field == "author" and self.dialect == "atom10" and self.depth == self.item + 2 and not attributes
        self.doubt |= not known or name not in (_ATOM + "name", _ATOM + "uri")
        if name == _ATOM + "name":
            self.doubt |= "name" in self.kinds
            self.pieces.clear()
        return None

    def end(self, name: str) -> None:
        level = self.depth - self.item
        self.depth -= 1
        if level == 1 and self.field:
            self.close()
        elif level == 1 and name == _DC + "date":
            self.doubt |= self.parser.CurrentByteIndex - self.begin > self.limits.max_short_chars - 100
        elif level == 2 and name == _ATOM + "name":
            self.kinds["name"] = "".join(self.pieces).strip()
        elif level == 0:
            self.found.append(None if self.doubt else self.answer())

    def close(self) -> None:
        """The end of a field."""
        field, self.field = self.field, ""
        if field in _SHORT and self.parser.CurrentByteIndex - self.begin > self.limits.max_short_chars - 100:
            self.doubt = True  # the tags come on top
        if self.dialect == "atom10" and field == "author":
            self.entry[field] = self.kinds.get("name", "")
            self.doubt |= not self.entry[field]
        elif self.dialect != "atom10" or field != "link":
            text = "".join(self.pieces).strip()
            self.entry[field] = text if text.isascii() else _mended(text)
            self.doubt |= not text.isascii() and bool(_C1.search(text))

    def answer(self) -> Answer | None:
        """The entry in feedparser's terms, unless a link or id would be resolved or something stands in for what is missing."""
        entry, rss = self.entry, self.dialect == "rss20"
        if not _LINK.fullmatch(entry.get("link", "")) or ":///" in entry.get("id", ""):
            return None
        if any(name in self.passed and not plain(entry.get(field)) for name, field in _INSTEAD.items()):
            return None
        told: Answer = {key: value for key, value in entry.items() if key != "content"}
        told["title_detail"] = {"type": self.kinds.get("title", "text/plain")}
        if "content" in entry:
            told["content"] = [
                {"type": self.kinds.get("content", "text/html" if rss else "text/plain"), "value": entry["content"]}
            ]
        return told


def _mended(text: str) -> str:
    """UTF-8 that was taken for Latin-1 and encoded once more, as feedparser puts it right."""
    try:
        return text.encode("iso-8859-1").decode("utf-8")
    except UnicodeError:
        return text
