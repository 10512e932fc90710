"""The text blocks of a pruned tree: one a paragraph, heading, list item, table row or run of loose text between two of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from pipeline.text import squeeze

_BREAKING = frozenset(
    re.findall(
        r"\w+",
        "address article blockquote body center dd details div dl dt fieldset form h1 h2 h3 h4 h5 h6 header hr html li main "
        "ol p pre section summary table tbody td tfoot th thead tr ul",
    )
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_CELL = 240  # characters: a table with longer cells is there for the layout
_LAYOUT = ("table", "article", "h1", "h2", "h3", "blockquote", "ul", "ol")  # so is one that holds any of these


@dataclass(slots=True, kw_only=True, eq=False)
class Block:
    """A piece of text that stands by itself on the page."""

    text: str  # on one line
    element: HtmlElement  # the innermost element that holds all of it
    linked: int = 0  # how many of its characters are links to elsewhere

    @property
    def is_heading(self) -> bool:
        return self.element.tag in _HEADINGS

    @property
    def words(self) -> int:
        return self.text.count(" ") + 1  # it is on one line, with single blanks

    @property
    def is_link(self) -> bool:
        return self.linked >= 0.9 * len(self.text)


@dataclass(slots=True)
class _Reader:
    """Collects text until an element that begins or ends a block is met."""

    blocks: list[Block] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    linked: int = 0

    def flush(self, element: HtmlElement) -> None:
        if not self.pieces:
            return
        text, linked = "".join(self.pieces), self.linked
        self.pieces, self.linked = [], 0
        parts = [squeeze(part) for part in (_BLANK_LINE.split(text) if "\n" in text else [text])]
        parts = [part for part in parts if part]
        for part in parts:
            self.blocks.append(Block(text=part, element=element, linked=linked if len(parts) == 1 else 0))

    def read(self, element: HtmlElement, in_link: bool = False) -> None:
        tag = element.tag
        if tag == "table" and (rows := _data_rows(element)):
            self.flush(_holder(element))
            self.blocks += [Block(text=text, element=row) for row, text in rows]
            return
        breaking = tag in _BREAKING
        if breaking and self.pieces:
            self.flush(_holder(element))
        in_link = in_link or (tag == "a" and not element.get("href", "#").startswith("#"))
        self._add(element.text, in_link)
        for child in element:
            if child.tag == "br":
                self.pieces.append("\n")
            else:
                self.read(child, in_link)
            self._add(child.tail, in_link)
        if breaking:
            self.flush(element)

    def _add(self, text: str | None, in_link: bool) -> None:
        if text and (self.pieces or not text.isspace()):
            self.pieces.append(text.replace("\n", " "))
            self.linked += len(text.strip()) if in_link else 0


def read_blocks(tree: HtmlElement) -> list[Block]:
    """The blocks of a tree in their order."""
    reader = _Reader()
    reader.read(tree)
    return reader.blocks


def _holder(element: HtmlElement) -> HtmlElement:
    """Where text before an inner block stands: in the element around it."""
    parent = element.getparent()
    return element if parent is None else parent


def _data_rows(table: HtmlElement) -> list[tuple[HtmlElement, str]]:
    """Row and text of a table of data; nothing for a table that is there for the layout."""
    if next(table.iterdescendants(*_LAYOUT), None) is not None:
        return []
    rows = [(row, list(_cells(row))) for row in table.iter("tr")]
    if len(rows) < 2 or max(len(cells) for _, cells in rows) < 2 or any(len(c) > _CELL for _, cells in rows for c in cells):
        return []
    joined = ((row, " | ".join(c for c in cells if c)) for row, cells in rows)
    return [(row, text) for row, text in joined if text]


def _cells(row: HtmlElement) -> Iterator[str]:
    for cell in row:
        if cell.tag in ("td", "th"):
            yield squeeze("".join(cell.itertext()))
