"""Which blocks of a page are the article: found from its headline, its marked body, or by trafilatura where neither helps.

Stability comes before completeness: the choice hangs on the structure of the page (what holds the headline, what is marked as
body) and only then on amounts of text, which furniture can change from one fetch to the next.
"""

import logging
import re
from collections.abc import Iterable
from configparser import ConfigParser
from functools import cache

from lxml.html import HtmlElement

from pipeline.extract.blocks import Block
from pipeline.text import fold

_SENTENCE_END = re.compile(r"[.!?…:;\"'”’»)\]。！？]\W*$")
_PROSE = 6  # words that a block needs to count as prose
_MARKED = (  # how the body is marked, and the share of the scope's prose that it must hold to be believed
    ("//*[contains(concat(' ', normalize-space(@itemprop), ' '), ' articleBody ') or @name='articleBody']", 0.25),
    ("//*[re:test(concat(@class, ' ', @id, ' ', @data-component), $named, 'i')]", 0.5),
)
_NAMED = (
    r"(^|[\s_-])(article|story|post|entry|news|content)[_-]{0,2}(body|content|text|copy|main)([\s_-]|$)|"
    r"(^|\s)articlebody(\s|$)|field--name-body|(^|\s)(wysiwyg|rich-?text)(\s|$)"
)
_REGEXP = {"re": "http://exslt.org/regular-expressions"}
_TOO_MANY = 10_000  # blocks: trafilatura takes square time, and a page with so many is no article
_MOST = 0.8  # share of the words that trafilatura's region must hold
_GROWN, _FAR = (
    1.3,
    3.0,
)  # a container around the headline is too small if the next one has so many times its prose: ask, be sure

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # "discarding data" is an answer here, not an event


def article_blocks(tree: HtmlElement, blocks: list[Block], heading: HtmlElement | None) -> list[Block]:
    """The blocks that are the article's text, in order, without the headline."""
    weights = _weights(blocks)
    scope = _scope(tree, blocks, weights, heading)
    holders = _marked_body(tree, scope, weights)
    chosen = [b for b in blocks if any(_inside(b.element, holder) for holder in holders)]
    start = next((i for i, b in enumerate(chosen) if heading is not None and _inside(b.element, heading)), -1)
    return chosen[start + 1 :]  # what stands above the headline is a section's name or a path


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


def _scope(tree: HtmlElement, blocks: list[Block], weights: dict[HtmlElement, int], heading: HtmlElement | None) -> HtmlElement:
    """The smallest container of headline and article; without a headline the only article or main element that has prose."""
    if heading is None:
        found = [e for e in tree.iter("article") if weights.get(e)] or [e for e in tree.iter("main") if weights.get(e)]
        return found[0] if len(found) == 1 else _by_trafilatura(tree, blocks)
    around = [e for e in heading.iterancestors() if weights.get(e)]
    own = next((e for e in around if e.tag == "article"), None)
    if own is not None:
        return own
    for element in around:
        outer = element.getparent()
        grown = weights[outer] / weights[element] if outer is not None else 1.0
        if element.tag in ("main", "body") or grown < _GROWN:
            return element
        if grown < _FAR and not _inside(_by_trafilatura(tree, blocks), outer):
            return element
    return around[-1] if around else _by_trafilatura(tree, blocks)


def _marked_body(tree: HtmlElement, scope: HtmlElement, weights: dict[HtmlElement, int]) -> list[HtmlElement]:
    """The parts of the scope that are marked as the article's body, if they hold most of its prose; else the scope."""
    for expression, share in _MARKED:
        inside = [e for e in tree.xpath(expression, namespaces=_REGEXP, named=_NAMED) if _inside(e, scope)]
        marked = set(inside)
        outermost = [e for e in inside if marked.isdisjoint(e.iterancestors())]
        if sum(weights.get(e, 0) for e in outermost) >= share * weights.get(scope, 0) > 0:
            return outermost
    return [scope]


def _inside(element: HtmlElement, holder: HtmlElement) -> bool:
    return element is holder or any(a is holder for a in element.iterancestors())


@cache
def _config() -> ConfigParser:
    """trafilatura's settings, but two sentences are an article, too."""
    from trafilatura.settings import use_config

    config = use_config()
    for name in ("MIN_EXTRACTED_SIZE", "MIN_OUTPUT_SIZE", "MIN_EXTRACTED_COMM_SIZE", "MIN_OUTPUT_COMM_SIZE"):
        config.set("DEFAULT", name, "1")
    return config


def _by_trafilatura(tree: HtmlElement, blocks: list[Block]) -> HtmlElement:
    """The smallest element that holds most of what trafilatura takes for the main text."""
    if len(blocks) > _TOO_MANY:
        return tree
    import trafilatura  # here: a pass that meets no such page does not pay half a second for it

    read = trafilatura.bare_extraction(tree, fast=True, favor_precision=True, include_comments=False, config=_config())
    text = fold(getattr(read, "text", None))
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
