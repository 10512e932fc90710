"""Paragraphs that an outlet prints under everything: teasers, newsletter calls, contact lines.

A paragraph that recurs in several articles of one outlet is either such furniture or *background*, which a newsroom repeats on
purpose ("The island has 840,000 inhabitants.") and whose coming and going is an edit. What tells them apart: background is
written in sentences; furniture is headline-like, names the outlet's own services, or is cut to a line. Only what recurs *and*
is not plain prose is learnt; in doubt a paragraph stays text, for then nothing true is lost.
"""

import re
from collections.abc import Mapping

from pipeline import words
from pipeline.text import fingerprint
from pipeline.versions.phrases import plain

ARTICLES = 3  # in so many articles of the outlet a paragraph must stand
LABEL = 14  # words: a recurring line of at most this many without an end mark is a label or a teaser
_END = re.compile(r"[.!?。！？]\W*$")


def learn_furniture(paragraphs: Mapping[str, int], language: str = "en") -> frozenset[str]:
    """Fingerprints of an outlet's furniture, for `KnownArticle.furniture`.

    `paragraphs` maps a paragraph to the number of different articles of the outlet that have it.
    """
    return frozenset(
        fingerprint(text) for text, articles in paragraphs.items() if articles >= ARTICLES and is_furniture_like(text, language)
    )


def is_furniture_like(paragraph: str, language: str = "en") -> bool:
    """Whether a paragraph that recurs reads like furniture and not like background."""
    form = plain(paragraph)
    if any(plain(cue) in form for cue in words.lines("recurring", language)):
        return True
    return not _END.search(paragraph.strip()) and form.count(" ") - 1 <= LABEL
