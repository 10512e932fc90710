"""Words and phrases as concepts and cues: the families of `languages/<language>/` compiled for quick lookup."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline import text, words

WORD = re.compile(r"[^\W_]+(?:['’.,/&-][^\W_]+)*|[$€£¥%]")


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The stem of a word, whatever its case and its possessive ending."""
    word = word.lower().replace("’", "'")
    return text.stem(word.removesuffix("'s").rstrip("'"))


def stems(phrase: str) -> tuple[str, ...]:
    """The stems of a text's words in order."""
    return tuple(stem(m[0]) for m in WORD.finditer(phrase))


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found in a row of words: its label and where it lies."""

    label: str
    start: int  # index of the first word
    end: int  # index after the last word


class Phrases:
    """Labelled phrases, found in a row of words by first word; the longest phrase at a place wins."""

    def __init__(self, labelled: Iterable[tuple[str, tuple[str, ...]]]):
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for label, parts in labelled:
            self._by_first.setdefault(parts[0], []).append((parts, label))
        for options in self._by_first.values():
            options.sort(key=lambda option: (-len(option[0]), option[1]))

    def find(self, row: tuple[str, ...]) -> Iterator[Hit]:
        """All hits in order; several labels of the same longest phrase are all reported."""
        for i, first in enumerate(row):
            longest = 0
            for parts, label in self._by_first.get(first, ()):
                if len(parts) < longest:
                    break
                if row[i : i + len(parts)] == parts:
                    longest = len(parts)
                    yield Hit(label, i, i + longest)


@cache
def concept_words(language: str = "en") -> dict[str, tuple[str, ...]]:
    """Stem (or "=word" for a form that counts only as written) -> the concepts (keys of families) that it belongs to."""
    found: dict[str, list[str]] = {}
    for key, forms in words.groups("concepts", language).items():
        for form in forms:
            known = found.setdefault(form if form[0] == "=" else stem(form), [])
            if " " not in form and key not in known:
                known.append(key)
    return {word: tuple(keys) for word, keys in found.items()}


@cache
def concept_phrases(language: str = "en") -> Phrases:
    """The concepts' forms of more than one word, by stem."""
    families = words.groups("concepts", language)
    return Phrases((key, stems(form)) for key, forms in families.items() for form in forms if " " in form)


@cache
def place_words(language: str = "en") -> dict[str, tuple[str, ...]]:
    """A capitalised word in lower case -> the countries and unions that it stands for, as "@key"."""
    found: dict[str, list[str]] = {}
    for key, forms in words.groups("places", language).items():
        for form in forms:
            if " " not in form:
                found.setdefault(form, []).append("@" + key)
    return {word: tuple(keys) for word, keys in found.items()}


@cache
def place_phrases(language: str = "en") -> Phrases:
    """The same for names of more than one word."""
    groups = words.groups("places", language)
    return Phrases(("@" + key, tuple(form.split())) for key, forms in groups.items() for form in forms if " " in form)


@cache
def cues(family: str, language: str = "en") -> Phrases:
    """The groups of a family as labelled phrases, matched word by word in lower case."""
    return Phrases((key, tuple(form.split())) for key, forms in words.groups(family, language).items() for form in forms)


@cache
def cue_words(kind: str, language: str = "en") -> frozenset[str]:
    """The members of one small class of `aspect_cues.txt`."""
    return frozenset(words.groups("aspect_cues", language).get(kind, ()))


@cache
def say_words(language: str = "en") -> frozenset[str]:
    """All forms of verbs of saying."""
    return frozenset(words.lookup("say_verbs", language))


@cache
def stance_words(language: str = "en") -> frozenset[str]:
    """The cues of states and stances that are one word."""
    families = (words.groups(family, language) for family in ("states", "stances"))
    return frozenset(form for groups in families for forms in groups.values() for form in forms if " " not in form)


@cache
def stop_stems(language: str = "en") -> frozenset[str]:
    """Stems of words that name no topic."""
    return frozenset(stem(word) for word in words.family("aspect_stop", language))
