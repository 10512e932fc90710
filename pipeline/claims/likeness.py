"""Likeness of a sentence to an aspect's wording by static word vectors: near where the words mean nearly the same.

The vectors are those of the package wordllama, whose wheel carries them: nothing is fetched. A text is the mean of the vectors
of its words, names left out, since a name says who or where and not what. From it is taken the mean of what the story has said
so far, and from a wording the mean of all wordings and of the story's title, so that what is common to the story counts for no
aspect.
(Miller, WordLlama, 2024; means of static vectors less the common part: Arora et al., A simple but tough-to-beat baseline for
sentence embeddings, 2017, in its simplest form.)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from pipeline.claims.units import Word
from pipeline.text.meaning import Vectors, at_length_one, vector

FIRST = 20  # sentences that the mean of the wordings counts as before the story has said much
PLACES = 4  # digits kept: the last bits of a sum are not the same on every machine


@dataclass(slots=True)
class Said:
    """The sum of the vectors of all sentences of a story, to take their mean from."""

    count: int = 0
    total: list[float] = field(default_factory=list)

    def add(self, vector: Vectors) -> None:
        """Counts a sentence in."""
        total = np.asarray(self.total) + vector if self.total else vector
        self.count, self.total = self.count + 1, np.round(total, PLACES).tolist()


def plain_text(row: Sequence[Word]) -> str:
    """The words that say what is told: no names of people, places and sources."""
    return " ".join(w.low for w in row if not (w.name or w.source or any(c[0] == "@" for c in w.concepts)))


@lru_cache(maxsize=64)
def _wordings(texts: tuple[str, ...], story: str) -> tuple[Vectors, Vectors]:
    """The vectors of the wordings of a story's aspects, a row each, less the mean of them and of its title; and that mean."""
    rows = np.array([vector(text) for text in texts])
    mean = np.array([*rows, vector(story)]).mean(axis=0)
    return np.array([at_length_one(row - mean) for row in rows]), mean


def likeness(text: str, asked: tuple[str, ...], story: str, said: Said) -> tuple[float, ...]:
    """The likeness of a sentence to each wording, -1 to 1; 0 where either says nothing but names."""
    if not text or not asked:
        return (0.0,) * len(asked)
    wordings, mean = _wordings(asked, story)
    before = FIRST * mean + (np.asarray(said.total) if said.total else 0.0)
    told = at_length_one(vector(text) - before / (FIRST + said.count))
    return tuple(round(float(v), PLACES) for v in wordings @ told)
