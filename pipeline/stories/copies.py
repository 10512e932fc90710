"""Whose text is this? Syndicated copies and rewrites that credit another outlet: lineage, so that one source counts once.

Copies are found by the resemblance of their four-word shingles (Broder 1997): of each text the shingles whose hash is a
multiple of a small number are indexed, and what shares some of them is compared in full. It needs no word list.
"""

import zlib
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from pipeline.model import Article
from pipeline.pieces import Kept, Runs
from pipeline.stories.profile import plain, raw_words
from pipeline.words import family

SHINGLE = 4  # words
KEPT = 4  # one hash in so many is indexed
LEAST_SHINGLES = 12  # shorter texts have no resemblance worth the name
COPY = 0.30  # resemblance of a copy: chance and shared background stay far below
LIKELY = COPY / 2  # share of the shorter text's indexed hashes from which two texts are compared in full
INSIDE = 0.60  # share of the shorter text inside the longer: a copy cut short, or with additions
CREDITED = 0.30  # likeness that a rewrite has with the report that it credits
OPENING = 120  # words in which a rewrite credits its source
VERB_WITHIN = 2  # words after the name
CROWD = 50  # last articles remembered for a hash; more have it only if it is boilerplate
RUN = 256  # articles whose hashes are one piece
WINDOW = timedelta(days=7)  # how long after its source a copy may come


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An article and an earlier one, compared."""

    source_article_id: str
    source_outlet: str
    same_outlet: bool
    resemblance: float = 0.0  # shared shingles over all shingles
    inside: float = 0.0  # share of the shorter text's shingles that the other has
    likeness: float = 0.0  # of their profiles
    credited: bool = False  # the later one names the earlier one's outlet in its opening


@dataclass(frozen=True, slots=True, kw_only=True)
class IsCopy:
    source_article_id: str
    similarity: float
    same_text: bool  # the words were taken over, not only the facts
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IsOwn:
    reason: str


def decide_copy(pairs: Sequence[Pair]) -> IsCopy | IsOwn:
    """Does an article's text derive from one of the earlier ones? The most alike is the source."""
    texts = [p for p in pairs if p.resemblance >= COPY or p.inside >= INSIDE]
    if texts:
        best = min(texts, key=lambda p: (not p.credited, -p.resemblance, p.source_article_id))
        told = f"Shares {best.inside:.0%} of the shorter text's word sequences with an earlier article of {best.source_outlet}"
        also = ", which it credits" if best.credited else ""
        return IsCopy(
            source_article_id=best.source_article_id,
            similarity=round(best.resemblance, 4),
            same_text=True,
            reason=told + also + ".",
        )
    credits = [p for p in pairs if p.credited and not p.same_outlet and p.likeness >= CREDITED]
    if credits:
        best = min(credits, key=lambda p: (-p.likeness, p.source_article_id))
        told = f"Credits {best.source_outlet} in its opening and reports what that outlet's article does"
        return IsCopy(source_article_id=best.source_article_id, similarity=1.0, same_text=False, reason=told + ".")
    return IsOwn(reason="No earlier article has its wording, and it credits none.")


def shingles(article: Article) -> np.ndarray:
    """The sorted hashes of a text's four-word sequences."""
    words = [w.lower() for p in article.paragraphs for w in raw_words(plain(p))]
    runs = (" ".join(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1))
    return np.array(sorted({zlib.crc32(run.encode("utf8")) for run in runs}), np.uint32)


@dataclass(slots=True)
class Known:
    """An earlier article."""

    order: int
    article_id: str
    outlet: str
    seen_at: datetime
    hashes: np.ndarray


class CopyIndex:
    """The articles of the last days, by shingle and by outlet."""

    def __init__(self) -> None:
        self.known: Kept[int, Known] = Kept()  # by order; of the oldest piece of hashes that is kept, all
        self.first = 0  # the oldest that is remembered; all later ones are
        self.by_hash: dict[int, list[int]] = {}
        self.outlets: Kept[str, deque[int]] = Kept()
        self.earlier = Runs(RUN, "<u4")  # hash -> orders: what was remembered before this memory was read
        self.saved = 0  # the first that is not among them
        self._asked: set[int] = set()

    def _find(self, values: Sequence[int]) -> None:
        """Have the articles at hand that had hashes before this memory was read."""
        if not self.earlier.runs:
            return
        new = [v for v in values if v not in self._asked]
        if new:
            self._asked.update(new)
            rows, orders = self.earlier.find(np.array(new, np.uint32))
            found: dict[int, list[int]] = {}
            for row, order in zip(rows.tolist(), orders.tolist(), strict=True):
                if order >= self.first:
                    found.setdefault(new[row], []).append(order)
            self.by_hash.update(found)

    def alike(self, hashes: np.ndarray) -> list[tuple[Known, float, float]]:
        """Earlier articles that share much, with resemblance and share inside."""
        if len(hashes) < LEAST_SHINGLES:
            return []
        shared: Counter[int] = Counter()
        self._find(indexed(hashes))
        for value in indexed(hashes):
            shared.update(self.by_hash.get(value, ())[-CROWD:])
        found = []
        for order, count in sorted(shared.items()):
            if order < self.first:
                continue
            other = self.known[order]
            smaller = min(len(hashes), len(other.hashes))
            if count < LIKELY * smaller / KEPT or (count < 2 and len(hashes) >= 4 * LEAST_SHINGLES):
                continue  # a copy would share twice as many
            both = len(np.intersect1d(hashes, other.hashes, assume_unique=True))
            found.append((other, both / (len(hashes) + len(other.hashes) - both), both / smaller))
        return found

    def of_outlets(self, named: Iterable[str]) -> list[Known]:
        """The last articles of some outlets."""
        return [self.known[o] for name in sorted(set(named)) for o in self.outlets[name] if o >= self.first]

    def add(self, known: Known) -> None:
        """Remember an article; forget those that are too old to be copied."""
        self.known[known.order] = known
        self.outlets.setdefault(known.outlet, deque(maxlen=CROWD)).append(known.order)
        if len(known.hashes) >= LEAST_SHINGLES:
            self._find(indexed(known.hashes))
            for value in indexed(known.hashes):
                orders = self.by_hash.setdefault(value, [])
                orders[:] = [o for o in orders[1 - CROWD :] if o >= self.first]
                orders.append(known.order)
        while known.seen_at - self.known[self.first].seen_at > WINDOW:
            self._forget()

    def _forget(self) -> None:
        """Forget the oldest article; it goes when its whole row can."""
        for value in indexed(self.known[self.first].hashes):
            left = [o for o in self.by_hash.get(value, ()) if o > self.first]
            if left:
                self.by_hash[value] = left
            else:
                self.by_hash.pop(value, None)
        self.first += 1
        if self.first % RUN == 0:
            row = range(self.first - RUN, self.first)
            self.known.want(row)
            for order in row:
                del self.known[order]

    def credited(self, article: Article) -> list[str]:
        """Other outlets that the article names in its opening."""
        opening = " ".join(plain(" ".join(article.paragraphs)).split()[:OPENING])
        return [name for name in self.outlets if name != article.outlet and len(name) > 3 and _credits(opening, name)]


def _credits(text: str, name: str) -> bool:
    """Does a verb of reporting stand right after (or before) the name?"""
    verbs = family("linking_credit")
    before, found, after = text.partition(name)
    while found:
        near = raw_words(after)[:VERB_WITHIN] + raw_words(before)[-1:]
        if any(w.lower() in verbs for w in near):
            return True
        before, found, after = after.partition(name)
    return False


def indexed(hashes: np.ndarray) -> list[int]:
    return hashes[hashes % KEPT == 0].tolist()
