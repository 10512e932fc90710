"""What is not the article, taken out of a page's tree: navigation, advertising, teasers, share lines, captions, forms.

Three kinds of evidence: the element (nav, aside, figure ...), what its author calls it (class, id and component names, read
as words), and its shape (a heading that is a link to elsewhere, a list of nothing but links). Never taken out: what holds the
headline or the marked body of the article. Parts that ask the reader to pay are taken out too, and handed back as a notice.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from lxml.etree import strip_elements
from lxml.html import HtmlElement

from pipeline import words
from pipeline.text import fold, squeeze

_INLINE = frozenset(
    re.findall(
        r"\w+",
        "a abbr b bdi bdo cite code data del dfn em font i ins kbd mark q s samp small span strong sub sup time u var",
    )
)
_TEXTUAL = frozenset(("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "td", "dd", "dt"))
_ROLES = frozenset(
    ("navigation", "complementary", "banner", "contentinfo", "dialog", "alertdialog", "search", "menu", "toolbar", "tooltip")
)
_NAMES = ("class", "id", "data-component", "data-testid", "data-module")
_HIDDEN = re.compile(r"(?:display:none|visibility:hidden)")
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LARGE = 600  # characters: a form or a part with a furniture's name that holds more may be the whole page or article,
_SHARE = 0.35  # ... if that is this share of all text
_TRAIT = re.compile(
    r"(?:tag|category|type|format|status|term|topic|section|has|is|with|no|not|js)-(?!list|cloud)", re.IGNORECASE
)
_BODY_NAME = re.compile(r"(?:article|story|post|entry|main)[_-]{0,2}(?:body|text|content)", re.IGNORECASE)
_CARD = 90  # words: a box around a linked heading that has no more is a teaser
_LINK_ITEM = 25  # words: a list item that is one link and no longer is a pointer elsewhere
NOTICE = 300  # characters of a notice that are kept
_BODY = "contains(concat(' ', normalize-space(@itemprop), ' '), ' articleBody ')"


def prune(tree: HtmlElement, headings: list[HtmlElement]) -> str:
    """Take the furniture out of the tree, in place; returns the text of what asks the reader to pay, '' if nothing does.

    `headings` are the candidates for the article's headline: what holds one of them stays.
    """
    keep = _kept(tree, headings)
    strip_elements(tree, "script", "style", "noscript", "template", with_tail=False)
    most = _SHARE * len(tree.text_content())
    notices: list[str] = []
    for element in list(tree.iter()):
        if not isinstance(element.tag, str):
            if element.getparent() is not None:
                element.drop_tree()
        elif element not in keep and element.getparent() is not None:
            _judge(element, most, notices)
    for element in list(tree.iter("h2", "h3", "h4", "h5", "h6")):
        _drop_card(element, keep)
    for element in list(tree.iter("ul", "ol")):
        if element not in keep and _is_link_list(element):
            element.drop_tree()
    return squeeze(" ".join(notices))[:NOTICE]


def _kept(tree: HtmlElement, headings: list[HtmlElement]) -> set[HtmlElement]:
    holders = [*headings, *tree.xpath(f"//*[{_BODY}]")]
    kept = {a for h in holders for a in h.iterancestors()} | set(holders)
    return kept | {tree, *tree.iter("body", "main")}


def _judge(element: HtmlElement, most: float, notices: list[str]) -> None:
    if _is_no_text(element):
        element.drop_tree()
        return
    parent = element.getparent()
    if element.tag in _INLINE and parent is not None and parent.tag in _TEXTUAL:
        return  # part of a sentence, whatever it is called
    kind = _named(element)
    # whole articles stand in parts named `metered-content` or `teaser-content`
    if not kind or len(element.text_content()) > max(most, _LARGE):
        return
    if kind == "wall":
        if not asks_to_pay(element.text_content()):
            return  # parts are also named for what they keep behind the wall
        notices.append(element.text_content())
    element.drop_tree()


def asks_to_pay(text: str) -> bool:
    """Whether a text speaks of subscribing, logging in and the like."""
    form = f" {fold(text).casefold()}"
    return any(f" {cue}" in form for language in words.languages() for cue in words.lines("pay_cues", language))


def _is_no_text(element: HtmlElement) -> bool:
    """Whether the element never holds an article's text."""
    tag = element.tag
    if tag in _named_parts().tags or tag.startswith("amp-") or _is_hidden(element):
        return True
    if tag == "form":
        return len(element.text_content()) < _LARGE
    if tag == "figure":
        return element.find(".//table") is None
    return tag == "time" and _stands_alone(element)


def _stands_alone(element: HtmlElement) -> bool:
    """Whether a <time> is a stamp of the page and not a word of a sentence."""
    parent = element.getparent()
    return parent is None or parent.tag not in _TEXTUAL or squeeze(parent.text_content()) == squeeze(element.text_content())


def _is_hidden(element: HtmlElement) -> bool:
    attributes = element.attrib
    if "hidden" in attributes or attributes.get("aria-hidden") == "true" or attributes.get("role") in _ROLES:
        return True
    style = attributes.get("style")
    return bool(style) and bool(_HIDDEN.search(style.replace(" ", "").lower()))


def _named(element: HtmlElement) -> str:
    """'furniture', 'wall' or '', by what the page's author calls the element."""
    for name in _NAMES:
        value = element.attrib.get(name)
        if value and (kind := _kind_of_name(value[:300])):
            return kind
    return ""


@lru_cache(maxsize=4096)
def _kind_of_name(value: str) -> str:
    parts = _named_parts()
    for part in value.split():
        if _TRAIT.match(part) or _BODY_NAME.search(part):
            continue
        part = part.partition("--")[0]  # what follows is a variant of the part, not another part
        read = [w.lower() for w in _WORDS.findall(part)]
        pairs = {*read, *(f"{a} {b}" for a, b in pairwise(read))}
        if pairs & parts.walls:
            return "wall"
        if pairs & parts.names:
            return "furniture"
    return ""


@dataclass(frozen=True, slots=True)
class _Parts:
    """The words of the data file."""

    names: frozenset[str]
    walls: frozenset[str]
    tags: frozenset[str]


@cache
def _named_parts() -> _Parts:
    lines = Path(__file__).with_name("furniture.txt").read_text(encoding="utf8").splitlines()
    lines = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    walls = frozenset(line.removeprefix("wall ") for line in lines if line.startswith("wall "))
    tags = frozenset(line.removeprefix("tag ") for line in lines if line.startswith("tag "))
    return _Parts(frozenset(line for line in lines if not line.startswith(("wall ", "tag "))), walls, tags)


# ---- shapes --------------------------------------------------------------------------------------------------------------


def links_away(element: HtmlElement) -> bool:
    """Whether the element's text is one link to another page."""
    links = [a for a in element.iter("a") if not a.get("href", "#").startswith("#")]
    inside = sum(len(squeeze(a.text_content())) for a in links)
    return bool(links) and inside >= 0.9 * len(squeeze(element.text_content()))


def _drop_card(heading: HtmlElement, keep: set[HtmlElement]) -> None:
    """Take out the small box around a heading that links away."""
    if heading.getparent() is None or not links_away(heading):
        return
    box = heading
    for ancestor in heading.iterancestors():
        if ancestor in keep or _has_more(ancestor, _CARD):
            break
        box = ancestor
    if box.getparent() is not None:
        box.drop_tree()


def _has_more(element: HtmlElement, words: int) -> bool:
    """Whether an element has more words; looks no further than needed, for it is asked of large parts again and again."""
    left = words
    for text in element.itertext():
        left -= len(text.split())
        if left < 0:
            return True
    return False


def _is_link_list(element: HtmlElement) -> bool:
    items = [i for i in element.iter("li") if i.text_content().strip()]
    if element.getparent() is None or not items:
        return False
    away = [i for i in items if not _has_more(i, _LINK_ITEM) and links_away(i)]
    return len(away) >= max(1, 0.7 * len(items))
