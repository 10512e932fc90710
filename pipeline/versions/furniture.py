"""Paragraphs that an outlet prints under everything: teasers, newsletter calls, contact lines.

A paragraph that recurs in several articles of one outlet is either such furniture or *background*, which a newsroom repeats on
purpose ("The island has 840,000 inhabitants.") and whose coming and going is an edit. What tells them apart: background is
written in sentences; furniture is headline-like, names the outlet's own services, or is cut to a line. Only what recurs *and*
is not plain prose is left out of the comparison; in doubt a paragraph stays text, for then nothing true is lost.
"""

import re
from collections.abc import Mapping
from functools import cache

from pipeline import words
from pipeline.text import fingerprint
from pipeline.versions.phrases import plain

ARTICLES = 3  # in so many articles of the outlet a paragraph must stand
LABEL = 14  # words: a recurring line of at most this many without an end mark is a label or a teaser
_END = re.compile(r"[.!?。！？]\W*$")


def learn_furniture(articles: Mapping[str, int]) -> frozenset[str]:
    """What recurs at an outlet, for `KnownArticle.furniture`: fingerprints that stand in several of its articles.

    `articles` maps a paragraph's fingerprint to the number of different articles that have it.
    """
    return frozenset(mark for mark, count in articles.items() if count >= ARTICLES)


def is_furniture(paragraph: str, recurring: frozenset[str]) -> bool:
    """Whether a paragraph is the outlet's furniture: it recurs, and does not read like background."""
    return bool(recurring) and fingerprint(paragraph) in recurring and is_furniture_like(paragraph)


def is_furniture_like(paragraph: str) -> bool:
    """Whether a paragraph that recurs reads like furniture and not like background."""
    form = plain(paragraph)
    cues = _cues()
    if any(cue in form for word in _first_words().intersection(form.split()) for cue in cues[word]):
        return True
    return form.count(" ") - 1 <= LABEL and not _END.search(paragraph.strip())


@cache
def _cues() -> dict[str, tuple[str, ...]]:
    """The cues by their first word: most paragraphs have none of these words."""
    cues = [plain(cue) for language in words.languages() for cue in words.lines("recurring", language)]
    return {first: tuple(c for c in cues if c.split()[0] == first) for first in dict.fromkeys(c.split()[0] for c in cues)}


@cache
def _first_words() -> frozenset[str]:
    return frozenset(_cues())
