"""Which stories may an article belong to? An inverted index over articles that finds the few worth an exact look.

Postings are appended once for each article and never rewritten: an article's story is looked up on the way, so that moving it
costs nothing. Work for one question is bounded by a budget of postings, heaviest terms first, which keeps cost flat as the
number of open articles grows.
"""

from array import array

import numpy as np

from pipeline.pieces import Runs
from pipeline.stories.vectors import from_steps

INDEXED = 48  # heaviest terms of an article that are indexed; more found nothing more
BUDGET = 24_000  # postings visited for one question
TOO_COMMON = 6_000  # a term with more postings than this tells little and is left out
RUN = 1024  # articles whose postings are one piece
NOBODY = 0  # the story place of what is closed


class Index:
    """Term -> articles, article -> story place."""

    def __init__(self) -> None:
        self.postings: dict[int, tuple[array, array]] = {}  # term -> articles, weights
        self.live: dict[int, int] = {}  # term -> open articles that have it
        self.articles = 0  # numbers given
        self.dead = 0  # articles closed since the last sweep
        self.story_of = np.zeros(1024, np.int32)
        self.places = 1  # story places in use; 0 is nobody's
        self.earlier = Runs(
            RUN, "<i4", "<i2"
        )  # term -> articles, weights in steps: what was indexed before this memory was read
        self.saved = 0  # articles among them
        self.dirty: set[int] = set()  # rows of articles of which one was taken out since
        self._asked: set[int] = set()

    def _find(self, numbers: np.ndarray) -> None:
        """Have the postings of terms at hand that were indexed before this memory was read."""
        if not self.earlier.runs:
            return
        new = [n for n in numbers.tolist() if n not in self._asked]
        if not new:
            return
        self._asked.update(new)
        terms = np.array(new, np.int32)
        rows, articles, steps = self.earlier.find(terms)
        values = from_steps(steps, terms[rows] & 3)
        ends = np.cumsum(np.bincount(rows, minlength=len(new)))
        for n, (number, end) in enumerate(zip(new, ends.tolist(), strict=True)):
            mine = slice(int(ends[n - 1]) if n else 0, end)
            if mine.start == mine.stop:
                continue
            at = articles[mine].astype(np.int32)
            self.postings[number] = (array("i", at.tobytes()), array("f", values[mine].astype(np.float32).tobytes()))
            self.live[number] = int(np.count_nonzero(self.story_of[at]))

    def insert(self, place: int, numbers: np.ndarray, values: np.ndarray) -> int:
        """Add an article's terms, heaviest first, under a story's place; the article's number in the index."""
        article = self.articles
        self.articles += 1
        if article >= len(self.story_of):
            grown = np.zeros(2 * len(self.story_of), np.int32)
            grown[: len(self.story_of)] = self.story_of
            self.story_of = grown
        self.assign(article, place)
        self._find(numbers[:INDEXED])
        for number, value in zip(numbers[:INDEXED].tolist(), values[:INDEXED].tolist(), strict=True):
            found = self.postings.get(number)
            if found is None:
                found = self.postings[number] = (array("i"), array("f"))
            self.live[number] = self.live.get(number, 0) + 1
            found[0].append(article)
            found[1].append(value)
        return article

    def assign(self, article: int, place: int) -> None:
        """Put an article under another story's place."""
        self.story_of[article] = place
        self.places = max(self.places, place + 1)

    def close(self, article: int, numbers: np.ndarray) -> None:
        """Take an article out; its postings stay until the next sweep, but find nothing any more."""
        self.story_of[article] = NOBODY
        self.dirty.add(article // RUN)
        for number in numbers[:INDEXED].tolist():
            if number in self.live:  # else it is counted when it is asked for
                self.live[number] -= 1
        self.dead += 1

    def sums(self, numbers: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Story places and, for each, the sum of likenesses with its articles, by the terms that the budget allows.

        `numbers` must come heaviest first.
        """
        self._find(numbers)
        articles, weights, spent = [], [], 0
        for number, value in zip(numbers.tolist(), values.tolist(), strict=True):
            found = self.postings.get(number)
            live = self.live.get(number, 0)
            if found is None or not live or live > TOO_COMMON or spent + live > BUDGET:
                continue
            spent += live
            articles.append(np.frombuffer(found[0], np.int32))
            weights.append(np.frombuffer(found[1], np.float32) * value)
        if not articles:
            return np.zeros(0, np.int64), np.zeros(0)
        places = self.story_of[np.concatenate(articles)]
        totals = np.bincount(places, weights=np.concatenate(weights), minlength=self.places)
        totals[NOBODY] = 0.0
        touched = np.flatnonzero(totals)
        return touched, totals[touched]

    def sweep(self) -> None:
        """Drop the postings of closed articles."""
        kept: dict[int, tuple[array, array]] = {}
        for number, (articles, weights) in self.postings.items():
            ids = np.frombuffer(articles, np.int32)
            live = np.flatnonzero(self.story_of[ids] != NOBODY)
            if len(live):
                kept[number] = (array("i", ids[live].tobytes()), array("f", np.frombuffer(weights, np.float32)[live].tobytes()))
        self.postings = kept
        self.live = {number: count for number, count in self.live.items() if count}
        self.dead = 0
