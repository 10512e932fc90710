"""What an article is about, as weighted terms in four fields.

`b` all words of headline and body; `l` headline and first words; `e` names, that is capitalised runs and their words; `g`
four-letter pieces of the headline's words, which bridge spellings and compounds. Each field is a vector of unit length,
weighted by term frequency and inverse document frequency (Sparck Jones 1972) over the articles seen so far: an article is
weighed once, on arrival. Bare headlines have a static vector of what they mean, too.
"""

import math
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from pipeline.pieces import Kept, Runs, number_of
from pipeline.text import fold
from pipeline.text.meaning import vector
from pipeline.words import family

FIELDS = "bleg"  # a term's number modulo four is its field's place in this word
FIELD_WEIGHTS = np.array([0.30, 0.25, 0.25, 0.20])  # measured on articles, leads and headlines alike
LEAD_WORDS = 60
HEAVIEST = 80  # terms kept in a field
GRAM = 4
OTHERS = 25  # articles about other matters that are taken to have been read before the first: one matter alone is not common
AGING = 1_500_000  # articles after which the counts are halved; open stories lose the words met once then, so not sooner
HOUSE_SWEEP = 200  # articles of an outlet after which its counts are swept: rarer than one in so many is no habit
HOUSE_DOUBT = 1.0  # articles of an outlet before its own shares say as much as those of all outlets
HOUSE_EXCESS = 1.5  # times as common as in other outlets: only then is a term the outlet's habit
HOUSE_FLOOR = 0.1  # part of its weight that a habit keeps, for an outlet may have one matter only
HEADLINE, TEXT = 8, 30  # kept words of a headline, and of a text that is long enough to be judged by its words
MEANING = 0.5  # what the meaning of a bare headline counts beside its words
STEPS = 4096  # weights are whole multiples of 1/STEPS: sums are exact, and a profile can be stored in few bytes

TERMS_RUN, TEXTS_PAGE = 16_384, 2_048  # terms in a piece of their hashes, and in one of their texts

_TOKEN = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_SENTENCE_END = re.compile(r"[.!?]['\")\]]*\s|^\s*[\"(]")
_INSIDE_NAME = (" ", "-", "'", ". ", " & ")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
)  # scripts without blanks between words


NONE = np.zeros(0)


@dataclass(frozen=True, slots=True)
class Terms:
    """The counted terms of an article, field by field, before weighting."""

    fields: tuple[dict[str, int], ...]
    words: int  # kept words of field b
    headline: str = ""  # of an article that is nothing else


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Weighted terms: numbers in rising order, and for each its weight; every field has length one or is empty."""

    numbers: np.ndarray  # int32
    weights: np.ndarray  # float32
    words: int
    meaning: np.ndarray = field(default_factory=lambda: NONE)  # of a bare headline: its length squared is what it counts

    @property
    def fields(self) -> np.ndarray:
        return self.numbers & 3


def textness(words: float) -> float:
    """0 for what is no longer than a headline, 1 for a text, evenly in between by the logarithm of the kept words."""
    share = (math.log(max(words, 1.0)) - math.log(HEADLINE)) / (math.log(TEXT) - math.log(HEADLINE))
    return min(1.0, max(0.0, share))


def meaning_of(terms: Terms) -> np.ndarray:
    """The static vector of a bare headline, as long as it counts: headlines share few words, so that it must help out."""
    counts = MEANING * (1 - textness(terms.words))
    if counts <= 0 or not terms.headline:
        return NONE
    return np.rint(vector(terms.headline) * math.sqrt(counts) * STEPS) / STEPS


@lru_cache(100_000)
def stem(word: str) -> str:
    """A light stem: possessive, plural and the commonest verb endings. Not linguistics, only a key that varies less."""
    if word.endswith("'s"):
        word = word[:-2]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) >= 7 and word.endswith("ing"):
        word = word[:-3]
    elif len(word) >= 6 and word.endswith("ed"):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if len(word) > 4 and word.endswith("e"):
        word = word[:-1]
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiou0123456789":
        word = word[:-1]
    return word


def plain(text: str) -> str:
    """The form in which words are read: typographic variants folded, no commas inside figures."""
    return _THOUSANDS.sub("", fold(text))


def raw_words(text: str) -> list[str]:
    """Words and figures as written. A run of a script without blanks gives its pairs of characters."""
    found: list[str] = []
    for word in _TOKEN.findall(text):
        if len(word) > 2 and not word.isascii() and _UNSPACED.match(word):
            found += [word[i : i + 2] for i in range(len(word) - 1)]
        else:
            found.append(word)
    return found


def keys(words: Iterable[str]) -> list[str]:
    """Stems of the words that bear meaning."""
    stop = family("linking_stop")
    lowered = (w.lower() for w in words)
    return [stem(w) for w in lowered if w not in stop and (len(w) > 1 or not w.isascii() or w.isdigit())]


def name_runs(text: str) -> Counter[str]:
    """Capitalised runs away from sentence starts, each as one term and word by word."""
    names: Counter[str] = Counter()
    run: list[str] = []
    end = 0
    for m in _TOKEN.finditer(text):
        word, gap = m.group(), text[end : m.start()]
        at_start = end == 0 or _SENTENCE_END.search(gap) is not None
        capital = word[0].isupper() and not at_start
        if run and not (capital and gap in _INSIDE_NAME):
            _close_run(run, names)
            run = []
        if capital:
            run.append(word.lower().removesuffix("'s"))
        end = m.end()
    _close_run(run, names)
    return names


def _close_run(run: list[str], names: Counter[str]) -> None:
    stop = family("linking_stop")
    kept = [w for w in run if w not in stop and len(w) > 1]
    names.update(kept)
    if len(kept) > 1:
        names[" ".join(kept)] += 1


def grams(words: Iterable[str]) -> Counter[str]:
    """Runs of four characters inside each word, its edges marked."""
    found: Counter[str] = Counter()
    for word in words:
        edged = f"<{word}>"
        found.update([edged] if len(edged) <= GRAM else [edged[i : i + GRAM] for i in range(len(edged) - GRAM + 1)])
    return found


def title_case(headline: str) -> bool:
    """Is most of the headline capitalised, so that capitals say nothing about names?"""
    longer = [w for w in raw_words(headline)[1:] if len(w) > 3 and w[0].isalpha()]
    return len(longer) > 1 and sum(w[0].isupper() for w in longer) > 0.6 * len(longer)


def read_terms(headline: str, paragraphs: Sequence[str]) -> Terms:
    """Count the terms of an article in all fields."""
    title, body = plain(headline), [plain(p) for p in paragraphs]
    title_words = raw_words(title)
    title_keys = keys(title_words)
    body_words = [w for p in body for w in raw_words(p)]
    words = title_keys + keys(body_words)
    lead = title_keys + keys(body_words[:LEAD_WORDS])
    stop = family("linking_stop")
    pieces = grams(w for w in map(str.lower, title_words) if w not in stop)
    counted = (dict(Counter(words)), dict(Counter(lead)), _names(title, title_words, body), dict(pieces))
    return Terms(counted, len(words), "" if body_words else headline)


def _names(title: str, title_words: list[str], body: list[str]) -> dict[str, int]:
    names: Counter[str] = Counter()
    for paragraph in body:
        names.update(name_runs(paragraph))
    if not title_case(title):
        names.update(name_runs(title))
    elif not names:
        names.update(keys(title_words))
    return dict(names)


@dataclass(slots=True)
class House:
    """What one outlet has printed."""

    articles: int = 0
    seen: dict[int, int] = field(default_factory=dict)  # number // 4 of a term -> articles with it

    def learn(self, terms: Iterable[int]) -> None:
        """Count an article. What is too rare to be a habit is forgotten (lossy counting, Manku and Motwani 2002)."""
        self.articles += 1
        for at in terms:
            self.seen[at] = self.seen.get(at, 0) + 1
        if self.articles % HOUSE_SWEEP == 0:
            least = self.articles // HOUSE_SWEEP
            self.seen = {at: n for at, n in self.seen.items() if n > least}

    def share(self, at: int, elsewhere: float) -> float:
        """In which share of its other articles a term stands, drawn towards the share elsewhere while there are few."""
        others = self.seen.get(at, 1) - 1
        return (max(others, 0) + HOUSE_DOUBT * elsewhere) / (max(self.articles - 1, 0) + HOUSE_DOUBT)


class Texts:
    """The texts of numbered terms: pages of so many, each read when a term of it is asked for."""

    def __init__(self) -> None:
        self.pages: Kept[int, list[str]] = Kept()
        self.count = 0

    def append(self, text: str) -> None:
        self.pages.setdefault(self.count // TEXTS_PAGE, []).append(text)
        self.count += 1

    def __getitem__(self, number: int) -> str:
        return self.pages[number // TEXTS_PAGE][number % TEXTS_PAGE]

    def forget(self, seen: Sequence[int]) -> None:
        """Drop the texts of terms that are not counted any longer."""
        for page, texts in self.pages.items():
            texts[:] = [t if seen[page * TEXTS_PAGE + n] else "" for n, t in enumerate(texts)]


def _keys_of(terms: Terms) -> Iterator[str]:
    return (letter + term for place, letter in enumerate(FIELDS) for term in terms.fields[place])


class Vocabulary:
    """Numbers for terms and the count of articles that have each; grows with the stream."""

    def __init__(self) -> None:
        self.articles = 0
        self.houses: Kept[str, House] = Kept()  # by outlet
        self.number: dict[str, int] = {}  # the field's letter and the term -> its number; of what was read, those asked for
        self.terms = Texts()  # the same, by number // 4
        self.seen = array("i")  # articles with the term, by number // 4
        self.earlier = Runs(TERMS_RUN, "<u8")  # hash of field and term -> its number // 4
        self.saved = 0  # terms among them
        self.dirty: set[int] = set()  # rows of terms some of which have been forgotten since
        self._asked: set[str] = set()

    def _find(self, keys: Iterable[str]) -> None:
        """Have the numbers of terms at hand that were numbered before this memory was read."""
        if not self.earlier.runs:
            return
        new = [k for k in keys if k not in self.number and k not in self._asked]
        if new:
            self._asked.update(new)
            rows, places = self.earlier.find(np.array([number_of(k) for k in new], np.uint64))
            for row, at in zip(rows.tolist(), places.tolist(), strict=True):
                if self.seen[at]:  # else it has been forgotten
                    self.number[new[row]] = at * 4 + FIELDS.index(new[row][0])

    def learn(self, terms: Terms, outlet: str = "") -> None:
        """Count an article."""
        self.articles += 1
        self._count(terms, 1)
        self.houses.setdefault(outlet, House()).learn(self._places(terms))
        if self.articles >= AGING:
            self._age()

    def meet(self, terms: Terms) -> None:
        """Number the new terms of an article that has been counted before."""
        self._count(terms, 0)

    def _count(self, terms: Terms, step: int) -> None:
        self._find(_keys_of(terms))
        for place, letter in enumerate(FIELDS):
            for term in terms.fields[place]:
                key = letter + term
                at = self.number.get(key)
                if at is None:
                    self.number[key] = len(self.seen) * 4 + place
                    self.terms.append(key)
                    self.seen.append(1)
                else:
                    self.seen[at >> 2] += step

    def _places(self, terms: Terms) -> Iterator[int]:
        return (self.number[f + term] >> 2 for place, f in enumerate(FIELDS) for term in terms.fields[place])

    def _age(self) -> None:
        """Halve all counts, so that what was common long ago is not taken to be common now; forget what was met once."""
        self.articles //= 2
        self.seen = array("i", [n // 2 for n in self.seen])
        self.number = {key: at for key, at in self.number.items() if self.seen[at >> 2]}
        self.terms.forget(self.seen)
        self.dirty.update(self.earlier.runs)

    def articles_with(self, word: str) -> int:
        """How many articles have had a word, given by its stem."""
        self._find(["b" + word])
        at = self.number.get("b" + word)
        return 0 if at is None else self.seen[at >> 2]

    def weigh(self, terms: Terms, outlet: str = "") -> Profile:
        """The article's profile under the counts so far. Terms that were never counted are left out."""
        self._find(_keys_of(terms))
        house = self.houses.get(outlet) or House()
        numbers: list[int] = []
        weights: list[float] = []
        for place, letter in enumerate(FIELDS):
            kept = self._heaviest(letter, terms.fields[place], house)
            length = math.sqrt(sum(w * w for w, _ in kept))
            for w, at in kept:
                numbers.append(at)
                weights.append(w / length)
        order = np.argsort(np.array(numbers, np.int32), kind="stable")
        steps = np.rint(np.array(weights)[order] * STEPS)
        return Profile(np.array(numbers, np.int32)[order], (steps / STEPS).astype(np.float32), terms.words, meaning_of(terms))

    def _heaviest(self, letter: str, counts: dict[str, int], house: House) -> list[tuple[float, int]]:
        found = []
        for term, tf in counts.items():
            at = self.number.get(letter + term)
            if at is not None:
                weight = math.sqrt(tf) * self._rarity(at >> 2, house)
                if weight > 0:
                    found.append((weight, at))
        if len(found) > HEAVIEST:
            found.sort(key=lambda x: (-x[0], x[1]))
            del found[HEAVIEST:]
        return found

    def _rarity(self, at: int, house: House) -> float:
        """How much a term tells: by the larger of its share in all articles and, if it is a habit, in the outlet's own."""
        share = (self.seen[at] + 0.5) / (self.articles + OTHERS + 1)
        habit = house.share(at, share)
        elsewhere = (max(self.seen[at] - house.seen.get(at, 0), 0) + 0.5) / (self.articles + OTHERS - house.articles + 1)
        if habit <= HOUSE_EXCESS * elsewhere:
            return -math.log(share)
        return max(-math.log(habit), -HOUSE_FLOOR * math.log(share))
