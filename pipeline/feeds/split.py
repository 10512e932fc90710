"""A feed document cut into its opening, its head and its items, on the text, before any parser sees it.

What a hostile document could do to a parser is met here in linear time: declarations, depth, number of tags and of items.
An item that is not closed because the document was cut is left out; one that was never closed ends where the next one begins.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.feeds.document import FeedLimits, NotAFeed, NotAFeedKind

_NAME = r"[A-Za-z_][^\s<>/\"'=]*+"
_MARKUP = re.compile(rf"<(?:(!--)|(!\[CDATA\[)|(\?)|(/?)({_NAME})((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>)")
_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:rss|rdf|feed|channel)(?=[\s/>])", re.IGNORECASE)
_FIRST = re.compile(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)")
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_DECLARATIONS = re.compile(r"<!ENTITY|<!DOCTYPE[^<>\[]*\[", re.IGNORECASE)
_ITEM = re.compile(r"<(item|entry)(?:\s[^<>\"'/]*(?:\"[^\"<>]*\"[^<>\"'/]*)*)?>")  # in its plainest form
_BLANKS = re.compile(r"\s+")
_ANCESTORS = frozenset({"rss", "rdf", "feed", "channel"})
_ITEMS = frozenset({"item", "entry"})
_SHORT = frozenset({"author", "creator", "managingeditor", "webmaster", "publisher", "owner", "contributor", "name", "email"})
_SHORT |= {"pubdate", "date", "updated", "published", "issued", "modified", "created", "guid", "id", "link", "origlink"}
_HEAD = 65_536  # characters in which the root element has to appear


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """A document in pieces: `opening + any items + closing` is a feed again."""

    opening: str  # the start tags around the items, with their namespaces and bases
    head: str  # all from the root to the first item: what the feed says of itself
    items: tuple[str, ...]
    closing: str
    warnings: tuple[str, ...]
    cut: bool = False  # the document ends early
    vetted: bool = True  # whether each item is known to keep within the limits: see `vet`


def split(text: str, limits: FeedLimits) -> Pieces | NotAFeed:
    """The pieces of an RSS, RDF or Atom document, or why it is none."""
    root = _ROOT.search(text, 0, _HEAD)
    if _DECLARATIONS.search(text, 0, root.start() if root else _HEAD):
        return NotAFeed(kind=NotAFeedKind.DECLARATIONS, reason="The document declares entities or a DTD of its own.")
    if root is None or _first_element(text) == "html":
        return _no_root(text)
    return _plainly(text, root.start(), limits) or _Cutter(text, root.start(), limits).cut()


def vet(item: str, limits: FeedLimits) -> Pieces | NotAFeed:
    """One item, walked through by itself: within the limits, without what is too long, or with a warning and left out."""
    return _Cutter(f"<channel>{item}</channel>", 0, limits).cut()


# ---- documents of the plainest kind --------------------------------------------------------------------------------------


def _plainly(text: str, root: int, limits: FeedLimits) -> Pieces | None:
    """The pieces of a document in which nothing but white space stands between items and behind them; else None.

    Such items are found by their tags as text, without a walk over what stands inside, at a tenth of the cost. They are those
    that the walk finds; whether they keep within the limits has to be asked of those that are to be parsed.
    """
    first = _ITEM.search(text, root)
    crowded = len(text) > limits.max_tags and text.count("<", root) > limits.max_tags
    if first is None or crowded or not _closed(text, root, first.start()):
        return None
    head = _Cutter(text[: first.start()], root, limits)
    if head.walk() or head.items or head.start is not None or head.stopped or head.crowded or not head.seen:
        return None
    found = _items(text, first, limits)
    opening = "".join(tag for _, tag in head.open)
    closing = "".join(f"</{name}>" for name, _ in reversed(head.open))
    plain = all(_local(name) in _ANCESTORS for name, _ in head.open) and len(opening) <= limits.max_opening_chars
    if found is None or not plain or "".join(text[found[1] :].split()) != closing:
        return None
    return Pieces(opening=opening, head=text[root : first.start()], items=found[0], closing=closing, warnings=(), vetted=False)


def _items(text: str, first: re.Match[str], limits: FeedLimits) -> tuple[tuple[str, ...], int] | None:
    """The items from the first on, and where the last ends; None if one is not plain."""
    begin, name = first.start(), first[1]
    start_tag, end_tag, items = f"<{name}", f"</{name}>", list[str]()
    odd = text.rfind("<!--", begin) >= 0 or text.rfind("<?", begin) >= 0  # searched from behind, which is quicker
    while text.startswith(start_tag, begin):
        found = _ITEM.match(text, begin)
        last = text.find(end_tag, begin)
        if found is None or found[1] != name or last < 0 or len(items) >= limits.max_items:
            return None
        end = last + len(end_tag)
        if (
            end - begin > limits.max_item_chars
            or text.rfind(start_tag, begin, end) > begin
            or not _closed(text, begin, end, odd)
        ):
            return None
        items.append(text[begin:end])
        gap = _BLANKS.match(text, end)
        begin = gap.end() if gap else end
    return (tuple(items), begin) if text.count(end_tag[:-1], first.start()) == len(items) else None


def _closed(text: str, begin: int, end: int, odd: bool = True) -> bool:
    """Whether comments and CDATA that begin in a stretch of text end in it. Instructions are for the walk.

    Not `odd`: there are no comments and no instructions.
    """
    section = text.rfind("<![CDATA[", begin, end)
    if section >= 0 and text.rfind("]]>", begin, end) < section:
        return False
    comment = text.rfind("<!--", begin, end) if odd else -1
    return not odd or (text.rfind("<?", begin, end) < 0 and (comment < 0 or text.rfind("-->", begin, end) >= comment + 4))


# ---- all others ----------------------------------------------------------------------------------------------------------


def _first_element(text: str) -> str:
    first = _FIRST.search(text, 0, _HEAD)
    return first[1].lower() if first else ""


def _no_root(text: str) -> NotAFeed:
    name = _first_element(text)
    if name in ("html", "head", "body", "div", "script") or _HTML.search(text, 0, _HEAD):
        return NotAFeed(kind=NotAFeedKind.HTML, reason="The document is an HTML page.")
    if name:
        return NotAFeed(kind=NotAFeedKind.XML, reason=f"The first element is <{name[:40]}>, not that of a feed.")
    return NotAFeed(kind=NotAFeedKind.TEXT, reason="The document has no element at all.")


class _Cutter:
    """One walk over the tags."""

    def __init__(self, text: str, root: int, limits: FeedLimits):
        self.text, self.root, self.limits = text, root, limits
        self.open: list[tuple[str, str]] = []  # (name, start tag) of the elements around the place, outside items
        self.around: list[tuple[str, str]] = []  # the same at the first item
        self.seen: list[tuple[str, str]] = []  # every element outside the items that may stand around one
        self.items: list[str] = []
        self.first = len(text)  # where the first item begins
        self.start: int | None = None  # where the current item begins
        self.name = ""
        self.depth = self.deepest = 0  # inside the current item
        self.crowded = False  # a tag has too many attributes
        self.short: tuple[str, int] | None = None  # name and begin of an element that has to be short
        self.dropped: list[tuple[int, int]] = []  # spans of the current item that are left out
        self.stopped = False  # at a limit
        self.warnings: list[str] = []
        self.ends_early = False

    def cut(self) -> Pieces | NotAFeed:
        finished = self.walk()
        if isinstance(finished, NotAFeed):
            return finished
        if self.start is not None:
            self.ends_early = True
            self.warnings.append("The document ends inside an item, which was left out.")
        elif any(_local(name) in _ANCESTORS for name, _ in self.open) and not self.stopped:
            self.ends_early = True
            self.warnings.append("The document ends before its root element does.")
        if not self.seen:
            return NotAFeed(kind=NotAFeedKind.XML, reason="The root element of the feed is not complete.")
        around = [(name, tag) for name, tag in self.around if _local(name) in _ANCESTORS] or self.seen[:2]
        if sum(len(tag) for _, tag in around) > self.limits.max_opening_chars:
            return NotAFeed(kind=NotAFeedKind.XML, reason="The root element of the feed is too long.")
        return Pieces(
            opening="".join(tag for _, tag in around),
            head=self.text[self.root : self.first],
            items=tuple(self.items),
            closing="".join(f"</{name}>" for name, _ in reversed(around)),
            warnings=tuple(dict.fromkeys(self.warnings)),
            cut=self.ends_early,
        )

    def walk(self) -> NotAFeed | None:
        """Visit each tag; stop where the document or a limit ends it."""
        for tags, (begin, end, name, kind) in enumerate(_tags(self.text, self.root)):
            full = len(self.items) >= self.limits.max_items and _local(name) in _ITEMS
            if tags >= self.limits.max_tags or full:
                self.warnings.append(f"Only the first {len(self.items)} items were read; the feed has more.")
                self.start, self.stopped = None, True
                return None
            crowded = self.text.count("=", begin, end) > self.limits.max_attributes
            self.crowded = crowded or (self.crowded and self.start is not None)
            if self.start is None:
                self.outside(begin, end, name, kind)
            else:
                self.inside(begin, end, name, kind)
            if len(self.open) > self.limits.max_depth:
                return NotAFeed(kind=NotAFeedKind.TOO_DEEP, reason="The elements are nested too deeply for a feed.")
        return None

    def outside(self, begin: int, end: int, name: str, kind: str) -> None:
        if kind != "/" and _local(name) in _ITEMS:
            self.begin_item(begin, name)
            if kind == "empty":
                self.end_item(end)
        elif kind == "open":
            self.open.append((name, self.text[begin:end]))
            self.seen += self.open[-1:] if _local(name) in _ANCESTORS else []
        elif kind == "/" and name in (around := [n for n, _ in self.open]):
            del self.open[len(around) - 1 - around[::-1].index(name) :]

    def inside(self, begin: int, end: int, name: str, kind: str) -> None:
        if name == self.name and kind == "/":
            self.end_item(end)
        elif name == self.name:
            self.warnings.append("An item is not closed; it ends where the next one begins.")
            self.end_item(begin)
            self.outside(begin, end, name, kind)
        else:
            self.watch(begin, end, name, kind)
            self.depth = max(0, self.depth + {"open": 1, "/": -1}.get(kind, 0))
            self.deepest = max(self.deepest, self.depth)

    def watch(self, begin: int, end: int, name: str, kind: str) -> None:
        """Note an element that has to be short and is not."""
        if self.short is None and kind == "open" and _local(name) in _SHORT:
            self.short = (name, begin)
        elif self.short is not None and kind == "/" and name == self.short[0]:
            self.drop(end)

    def drop(self, end: int) -> None:
        if self.short is not None and end - self.short[1] > self.limits.max_short_chars:
            self.dropped.append((self.short[1], end))
            self.warnings.append("An author, date, id or link of impossible length was left out.")
        self.short = None

    def begin_item(self, begin: int, name: str) -> None:
        if self.first == len(self.text):
            self.around, self.first = list(self.open), begin
        self.start, self.name, self.depth, self.deepest = begin, name, 0, 0
        self.short, self.dropped = None, []

    def end_item(self, end: int) -> None:
        self.drop(self.text.rfind("<", 0, end))  # a short element that was never closed
        item = self.taken(end)
        if self.crowded:
            self.warnings.append("An item with a tag of too many attributes was left out.")
        elif self.deepest > self.limits.max_depth:
            self.warnings.append("An item whose elements are nested too deeply was left out.")
        elif len(item) > self.limits.max_item_chars:
            self.warnings.append("An item that is too long was left out.")
        else:
            self.items.append(item)
        self.start = None

    def taken(self, end: int) -> str:
        """The current item's markup without the dropped spans."""
        parts, position = [], self.start
        for begin, stop in self.dropped:
            parts.append(self.text[position:begin])
            position = stop
        return "".join([*parts, self.text[position:end]])


def _tags(text: str, position: int) -> Iterator[tuple[int, int, str, str]]:
    """(begin, end, name, open | empty | /) of each tag; comments, CDATA and instructions are passed over."""
    ends = {1: "-->", 2: "]]>", 3: "?>"}
    while found := _MARKUP.search(text, position):
        if found.lastindex in ends:
            end = text.find(ends[found.lastindex], found.end())
            if end < 0:
                return
            position = end + 3 - (found.lastindex == 3)
            continue
        position = found.end()
        kind = "/" if found[4] else "empty" if found[6].endswith("/") else "open"
        yield found.start(), position, found[5], kind


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()
