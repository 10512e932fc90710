"""Broad topics: what a sentence speaks of where it shares no word with an aspect's wording.

"Telephones are dead" has no word of "which systems are down", but both lie in the field of computing and telephones. The
fields are `languages/<language>/topics.txt`. An aspect's topics are those of its wording, less what all aspects of the story
have in common; a sentence's are those of its words, the rare ones most.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

from pipeline import words
from pipeline.claims.lexicon import Phrases, stem, stems
from pipeline.claims.units import Word, function_stems

SHARED = -0.6  # exponent on the number of topics that a word stands for
ASIDE = 0.35  # what a word counts that says where, or who says it
LEAST, MOST = -2.0, 3.0  # bounds of a sentence's share in the topics of an aspect


@cache
def topic_words(language: str = "en") -> dict[str, tuple[str, ...]]:
    """Stem, or "=word" for a form that counts only as written -> its topics."""
    found: dict[str, list[str]] = {}
    for topic, forms in words.groups("topics", language).items():
        for form in _forms(forms, language):
            known = found.setdefault(form if form[0] == "=" else stem(form), [])
            if " " not in form and topic not in known:
                known.append(topic)
    return {word: tuple(topics) for word, topics in found.items()}


@cache
def topic_phrases(language: str = "en") -> Phrases:
    """The forms of more than one word, by stem."""
    groups = words.groups("topics", language)
    return Phrases((topic, stems(form)) for topic, forms in groups.items() for form in _forms(forms, language) if " " in form)


def _forms(forms: Iterable[str], language: str) -> list[str]:
    """The forms of a topic, each "+concept" replaced by the forms of that concept."""
    concepts = words.groups("concepts", language)
    return [word for form in forms for word in (concepts[form[1:]] if form[0] == "+" else (form,))]


def topics_of(row: Sequence[Word]) -> list[tuple[str, ...]]:
    """The topics of each word; a phrase gives its topic to all of its words."""
    known = topic_words()
    found = [tuple(dict.fromkeys((*known.get(w.stem, ()), *known.get("=" + w.low, ())))) for w in row]
    for hit in topic_phrases().find(tuple(w.stem for w in row)):
        for i in range(hit.start, hit.end):
            if hit.label not in found[i]:
                found[i] += (hit.label,)
    return found


def weigh_topics(row: Sequence[tuple[Word, float]]) -> dict[str, float]:
    """Topic -> weight of the words that stand for it; a word of many topics counts little for each."""
    total: dict[str, float] = defaultdict(float)
    for (word, weight), topics in zip(row, topics_of([w for w, _ in row]), strict=True):
        if word.stem not in function_stems():
            for topic in topics:
                total[topic] += weight * len(topics) ** SHARED
    return total


def contrasted(asked: Sequence[dict[str, float]]) -> list[dict[str, float]]:
    """The topics of each wording at length one, less the mean of all: what tells it from the others."""
    lengths = [math.sqrt(sum(v * v for v in topics.values())) or 1.0 for topics in asked]
    rows = [{topic: v / length for topic, v in topics.items()} for topics, length in zip(asked, lengths, strict=True)]
    mean: dict[str, float] = defaultdict(float)
    for row in rows:
        for topic, value in row.items():
            mean[topic] += value / len(rows)
    return [{topic: row.get(topic, 0.0) - mean[topic] for topic in sorted(mean)} for row in rows]


def share_in(told: dict[str, float], asked: dict[str, float]) -> float:
    """How much of what a sentence speaks of is asked by an aspect more than by the others."""
    return max(LEAST, min(MOST, sum(asked.get(topic, 0.0) * value for topic, value in sorted(told.items()))))
