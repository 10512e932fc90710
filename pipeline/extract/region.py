"""Which blocks of a page are the article: found from its headline, its marked body, or by trafilatura where neither helps.

Stability comes before completeness: the choice hangs on the structure of the page (what holds the headline, what is marked as
body) and only then on amounts of text, which furniture can change from one fetch to the next.
"""

import logging
import re
from collections.abc import Iterable

import trafilatura
from lxml.html import HtmlElement
from trafilatura.settings import use_config

from pipeline.extract.blocks import Block
from pipeline.text import fold

_SENTENCE_END = re.compile(r"[.!?…:;\"'”’»)\]。！？]\W*$")
_PROSE = 6  # words that a block needs to count as prose
_MARKED = (
    "//*[contains(concat(' ', normalize-space(@itemprop), ' '), ' articleBody ')]",
    "//*[re:test(concat(@class, ' ', @id, ' ', @data-component), $named, 'i')]",
)
_NAMED = (
    r"(^|[\s_-])(article|story|post|entry|news|content)[_-]{0,2}(body|content|text|copy|main)([\s_-]|$)|"
    r"(^|\s)articlebody(\s|$)|field--name-body|(^|\s)(wysiwyg|rich-?text)(\s|$)"
)
_REGEXP = {"re": "http://exslt.org/regular-expressions"}
_HALF, _MOST = 0.5, 0.8

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # "discarding data" is an answer here, not an event
_CONFIG = use_config()
for _name in ("MIN_EXTRACTED_SIZE", "MIN_OUTPUT_SIZE", "MIN_EXTRACTED_COMM_SIZE", "MIN_OUTPUT_COMM_SIZE"):
    _CONFIG.set("DEFAULT", _name, "1")  # two sentences are an article, too


def article_blocks(tree: HtmlElement, blocks: list[Block], heading: HtmlElement | None) -> list[Block]:
    """The blocks that are the article's text, in order; headline included if it stands among them."""
    weights = _weights(blocks)
    scope = _scope(tree, weights, heading)
    if scope is None:
        scope = _by_trafilatura(tree, blocks) if weights else tree
    body = _marked_body(tree, scope, weights)
    return [b for b in blocks if _inside(b.element, body)]


def is_prose(block: Block) -> bool:
    """Whether a block reads like a sentence of an article."""
    return block.words >= _PROSE and not block.is_link and bool(_SENTENCE_END.search(block.text))


def _weights(blocks: list[Block]) -> dict[HtmlElement, int]:
    """Words of prose under each element that holds any."""
    weights: dict[HtmlElement, int] = {}
    for block in blocks:
        if is_prose(block):
            for element in (block.element, *block.element.iterancestors()):
                weights[element] = weights.get(element, 0) + block.words
    return weights


def _scope(tree: HtmlElement, weights: dict[HtmlElement, int], heading: HtmlElement | None) -> HtmlElement | None:
    """The smallest container of headline and prose; without a headline the only article or main element that has prose."""
    if heading is not None:
        around = [e for e in heading.iterancestors() if weights.get(e)]
        for element in around:
            outer = element.getparent()
            if element.tag in ("article", "main", "body") or outer is None or weights[outer] < 3 * weights[element]:
                return element
        return None
    found = [e for e in tree.iter("article") if weights.get(e)] or [e for e in tree.iter("main") if weights.get(e)]
    return found[0] if len(found) == 1 else None


def _marked_body(tree: HtmlElement, scope: HtmlElement, weights: dict[HtmlElement, int]) -> HtmlElement:
    """The part of the scope that is marked as the article's body, if it holds most of its prose; else the scope."""
    for expression in _MARKED:
        for element in tree.xpath(expression, namespaces=_REGEXP, named=_NAMED):
            if weights.get(element, 0) >= _HALF * weights.get(scope, 1) and (
                _inside(element, scope) or _inside(scope, element)
            ):
                return element if _inside(element, scope) else scope
    return scope


def _inside(element: HtmlElement, holder: HtmlElement) -> bool:
    return element is holder or any(a is holder for a in element.iterancestors())


def _by_trafilatura(tree: HtmlElement, blocks: list[Block]) -> HtmlElement:
    """The smallest element that holds most of what trafilatura takes for the main text."""
    read = trafilatura.bare_extraction(tree, fast=True, favor_precision=True, include_comments=False, config=_CONFIG)
    text = fold(read.text) if read is not None and read.text else ""
    chosen = [b for b in blocks if b.words >= _PROSE and fold(b.text) in text]
    return _common(chosen) if chosen else tree


def _common(blocks: Iterable[Block]) -> HtmlElement:
    """The smallest element that holds most words of the blocks."""
    weights: dict[HtmlElement, int] = {}
    total = 0
    for block in blocks:
        total += block.words
        for element in (block.element, *block.element.iterancestors()):
            weights[element] = weights.get(element, 0) + block.words
    heavy = [e for e, words in weights.items() if words >= _MOST * total]
    return max(heavy, key=lambda e: sum(1 for _ in e.iterancestors()))
