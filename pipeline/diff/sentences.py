"""The sentences of two versions paired.

Sentences are paired in this order: equal ones, likely ones (shared rare words and likeness of the sorted words), parts of split
and merged ones, and last what stands in one place without being alike. What lies outside the longest run of pairs in one order
was moved.
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, pairwise, product

import numpy as np
from rapidfuzz.distance import Indel

from pipeline.text import stem, word_form
from pipeline.words import family

ACCEPT = 0.53  # of half Dice, half likeness of sorted words; measured on sentence pairs with known edits
LEAST_DICE = 0.25  # below it the likeness is not computed
CONTAINED = 0.55  # share of a part's weight that stands in the whole; .50 to .65 score alike
TINY = 1e-9  # against rounding and division by nothing
SLOT = 3  # sentences, at most, that may replace each other in one place
POSTINGS = 500  # sentences; a word that stands in more weighs nothing
CELLS = 1 << 18  # old times new sentences that are weighed at once: 2 MB a table
COUPLES = 200  # equal sentences, old times new, up to which the nearest are paired; beyond, in order


class PairKind(StrEnum):
    SAME = "same"  # equal, character by character
    EDITED = "edited"
    SPLIT = "split"  # the new sentence is a part of the old one
    MERGED = "merged"  # the old sentence is a part of the new one


@dataclass(frozen=True, slots=True)
class Pair:
    """An old sentence and the new one that carries it on, by their places."""

    before: int
    after: int
    kind: PairKind


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the sentences of two versions belong together. `replaced` pairs stand in `removed` and `added` as well."""

    pairs: tuple[Pair, ...]
    added: tuple[int, ...]
    removed: tuple[int, ...]
    moved: tuple[int, ...]  # places of old sentences that stand elsewhere now
    replaced: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = ()  # what went and came in one place


Unit = str | tuple[str, int]  # a word of a sentence; its second and later occurrences with their number


class _Side:
    """The sentences of one version in the forms that matching reads."""

    def __init__(self, texts: Sequence[str]):
        self.texts = list(texts)
        self.forms = [word_form(t) for t in texts]
        self.words = [f.split(" ") if f else [] for f in self.forms]
        self.units = [_units(w) for w in self.words]
        self.weights = np.zeros(len(self.texts))
        self.lengths = np.array([len(f) for f in self.forms])
        self._sorted: dict[int, str] = {}

    def sorted_words(self, i: int) -> str:
        if i not in self._sorted:
            self._sorted[i] = " ".join(sorted(self.words[i]))
        return self._sorted[i]


def _units(words: list[str]) -> list[Unit]:
    """The words of a sentence, told apart by occurrence, so that what two sentences share can be counted by sets."""
    if len(set(words)) == len(words):
        return list(words)
    seen: dict[str, int] = {}
    out: list[Unit] = []
    for word in words:
        n = seen.get(word, 0)
        out.append((word, n) if n else word)
        seen[word] = n + 1
    return out


def align(before: Sequence[str], after: Sequence[str]) -> Alignment:
    """Pairs the sentences of two versions."""
    if list(before) == list(after):
        return Alignment(tuple(Pair(i, i, PairKind.SAME) for i in range(len(before))), (), (), ())
    old, new = _Side(before), _Side(after)
    pairs = _equal(old, new)
    shared = _shared(old, new, pairs)
    pairs += _likely(old, new, shared, pairs)
    moved = _moved(pairs)
    pairs += _parts(old, new, shared, pairs)
    removed = sorted(set(range(len(old.texts))) - {p.before for p in pairs})
    added = sorted(set(range(len(new.texts))) - {p.after for p in pairs})
    replaced = _slots(old, new, pairs, moved, removed, added)
    ordered = sorted(pairs, key=lambda p: (p.after, p.before))
    return Alignment(tuple(ordered), tuple(added), tuple(removed), tuple(moved), tuple(replaced))


def _equal(old: _Side, new: _Side) -> list[Pair]:
    """Pairs of sentences with equal words: first those that are equal in every mark, the nearest place first."""
    pairs: list[Pair] = []
    used_old: set[int] = set()
    used_new: set[int] = set()
    for left, right in ((old.texts, new.texts), (old.forms, new.forms)):
        for _, i, j in sorted(_equal_places(left, right, used_old, used_new)):
            if i not in used_old and j not in used_new:
                used_old.add(i)
                used_new.add(j)
                pairs.append(Pair(i, j, PairKind.SAME if old.texts[i] == new.texts[j] else PairKind.EDITED))
    return pairs


def _equal_places(left: list[str], right: list[str], used_old: set[int], used_new: set[int]) -> list[tuple[int, int, int]]:
    """Distance, old and new place of each pair of equal forms; of a form that stands very often only the pairs in order."""
    here, there = defaultdict(list), defaultdict(list)
    for i, form in enumerate(left):
        if form and i not in used_old:
            here[form].append(i)
    for j, form in enumerate(right):
        if form and j not in used_new:
            there[form].append(j)
    found = []
    for form, olds in here.items():
        news = there.get(form, [])
        couples = product(olds, news) if len(olds) * len(news) <= COUPLES else zip(olds, news, strict=False)
        found += [(abs(i - j), i, j) for i, j in couples]
    return found


class _Units:
    """The words of both versions as numbers, and what each weighs: its inverse sentence frequency, 0 of very frequent ones."""

    def __init__(self, old: _Side, new: _Side):
        number = {u: k for k, u in enumerate(dict.fromkeys(chain.from_iterable(chain(old.units, new.units))))}
        self.of_old, self.of_new = _numbers(old, number), _numbers(new, number)
        frequency = np.bincount(np.concatenate([self.of_old, self.of_new]), minlength=len(number))
        first = np.array([number[u[0]] if isinstance(u, tuple) else k for u, k in number.items()], dtype=np.intp)
        count = len(old.texts) + len(new.texts)
        # the logarithms of the standard library: those of numpy may differ in the last digit from machine to machine
        worth = [math.log((count + 1) / (n + 0.5)) if n <= POSTINGS else 0.0 for n in range(count + 1)]
        self.weights = np.array(worth)[frequency[first]]
        old.weights, new.weights = self._of_sentences(old, self.of_old), self._of_sentences(new, self.of_new)

    def _of_sentences(self, side: _Side, units: np.ndarray) -> np.ndarray:
        return np.bincount(_sentences_of(side), self.weights[units], minlength=len(side.texts))


def _numbers(side: _Side, number: dict[Unit, int]) -> np.ndarray:
    return np.array([number[u] for units in side.units for u in units], dtype=np.intp)


def _sentences_of(side: _Side) -> np.ndarray:
    """For each unit of a side the place of its sentence."""
    return np.repeat(np.arange(len(side.texts)), [len(units) for units in side.units])


@dataclass(frozen=True, slots=True)
class _Shared:
    """How much weight an old and a new sentence have in common, where that is enough to be looked at."""

    before: int
    after: int
    common: float


def _shared(old: _Side, new: _Side, pairs: list[Pair]) -> list[_Shared]:
    """What sentences that are not equal share, through an inverted index, in the order of the new text.

    Kept is what holds a part (CONTAINED), or can make a likely pair: texts of n and m characters are at most
    2 min(n, m) / (n + m) alike, whatever they hold.
    """
    units = _Units(old, new)
    index = _Index(units, old, {p.before for p in pairs if p.kind is PairKind.SAME})
    same = {p.after for p in pairs if p.kind is PairKind.SAME}
    left = np.array([j not in same for j in range(len(new.texts))])
    sentence = _sentences_of(new)
    wanted = left[sentence] if len(sentence) else np.zeros(0, dtype=bool)
    sentence, unit = sentence[wanted], units.of_new[wanted]
    found: list[_Shared] = []
    rows = max(1, CELLS // max(1, len(old.texts)))
    for start in range(0, len(new.texts), rows):
        here = (sentence >= start) & (sentence < start + rows)
        if here.any():
            found += _kept(old, new, index.common(sentence[here] - start, unit[here], min(rows, len(new.texts) - start)), start)
    return found


def _kept(old: _Side, new: _Side, common: np.ndarray, start: int) -> list[_Shared]:
    """The pairs worth a look, from a table of what some new sentences (down) and all old ones (across) have in common."""
    weights = new.weights[start : start + len(common), None]
    lengths = new.lengths[start : start + len(common), None]
    dice = 2 * common / (old.weights + weights + TINY)
    alike = 2 * np.minimum(old.lengths, lengths) / (old.lengths + lengths + TINY)
    likely = (dice >= LEAST_DICE) & (0.5 * dice + 0.5 * alike >= ACCEPT - TINY)
    part = common > CONTAINED * np.minimum(old.weights, weights)
    places = np.argwhere((likely | part) & (common > 0))
    return [_Shared(i, j + start, float(common[j, i])) for j, i in places.tolist()]


class _Index:
    """Each word that weighs anything with the places of the old sentences that have it, sentences left out aside."""

    def __init__(self, units: _Units, old: _Side, leave_out: set[int]):
        sentence = _sentences_of(old)
        stays = np.array([i not in leave_out for i in range(len(old.texts))])
        kept = (stays[sentence] if len(sentence) else np.zeros(0, dtype=bool)) & (units.weights[units.of_old] > 0)
        order = np.argsort(units.of_old[kept], kind="stable")
        self.places = sentence[kept][order]
        self.counts = np.bincount(units.of_old[kept], minlength=len(units.weights))
        self.starts = np.cumsum(self.counts) - self.counts
        self.weights, self.width = units.weights, len(old.texts)

    def common(self, sentence: np.ndarray, unit: np.ndarray, rows: int) -> np.ndarray:
        """How much weight each of some new sentences, given by their units, has in common with each old one."""
        counts = self.counts[unit]
        before = np.cumsum(counts) - counts
        at = np.repeat(self.starts[unit] - before, counts) + np.arange(counts.sum())
        cell = np.repeat(sentence, counts) * self.width + self.places[at]
        flat = np.bincount(cell, np.repeat(self.weights[unit], counts), minlength=rows * self.width)
        return flat.reshape(rows, self.width)


def _likely(old: _Side, new: _Side, shared: list[_Shared], pairs: list[Pair]) -> list[Pair]:
    """One-to-one pairs, the likeliest first: Dice of the weighted words and likeness of the sorted words, half each."""
    taken_old, taken_new = {p.before for p in pairs}, {p.after for p in pairs}
    scored = []
    for s in shared:
        if s.before in taken_old or s.after in taken_new:
            continue
        dice = 2 * s.common / (old.weights[s.before] + new.weights[s.after])
        apart = abs(s.before / len(old.texts) - s.after / len(new.texts))
        least = 2 * (ACCEPT + 0.02 * apart) - dice  # of the likeness, for the pair to be accepted
        if dice < LEAST_DICE or least > 1:
            continue
        words = old.sorted_words(s.before), new.sorted_words(s.after)
        likeness = Indel.normalized_similarity(*words, score_cutoff=max(0.0, least - 1e-6))
        score = 0.5 * dice + 0.5 * likeness - 0.02 * apart
        if score >= ACCEPT:
            scored.append((-round(score, 9), s.before, s.after))
    found = []
    for _, i, j in sorted(scored):
        if i not in taken_old and j not in taken_new:
            taken_old.add(i)
            taken_new.add(j)
            found.append(Pair(i, j, PairKind.EDITED))
    return found


def _parts(old: _Side, new: _Side, shared: list[_Shared], pairs: list[Pair]) -> list[Pair]:
    """Unmatched sentences of three words or more that stand almost whole in a longer sentence of the other version."""
    paired_old, paired_new = {p.before for p in pairs}, {p.after for p in pairs}
    in_old: dict[int, tuple[float, int]] = {}  # new part -> how much of it is in which old sentence
    in_new: dict[int, tuple[float, int]] = {}
    for s in sorted(shared, key=lambda s: (s.before, s.after)):
        short, long = len(old.words[s.before]), len(new.words[s.after])
        if s.after not in paired_new and 3 <= long < short:
            _keep_best(in_old, s.after, s.common / new.weights[s.after], s.before)
        if s.before not in paired_old and 3 <= short < long:
            _keep_best(in_new, s.before, s.common / old.weights[s.before], s.after)
    split = [Pair(whole, part, PairKind.SPLIT) for part, (_, whole) in sorted(in_old.items())]
    merged = [Pair(part, whole, PairKind.MERGED) for part, (_, whole) in sorted(in_new.items())]
    return list({(p.before, p.after): p for p in split + merged}.values())


def _keep_best(best: dict[int, tuple[float, int]], part: int, share: float, whole: int) -> None:
    """Notes the sentence that holds the most of a part, if it holds enough."""
    if share > best.get(part, (CONTAINED, -1))[0]:
        best[part] = (share, whole)


def _moved(pairs: list[Pair]) -> list[int]:
    """Old places of pairs outside a longest increasing subsequence: the fewest sentences that explain the new order."""
    ordered = sorted(pairs, key=lambda p: p.before)
    tails: list[int] = []  # the least last place of a run of each length
    at: list[int] = []  # indexes into `ordered`, beside `tails`
    previous: list[int] = []
    for k, pair in enumerate(ordered):
        length = bisect_left(tails, pair.after)
        previous.append(at[length - 1] if length else -1)
        if length == len(tails):
            tails.append(pair.after)
            at.append(k)
        else:
            tails[length], at[length] = pair.after, k
    keep, k = set(), at[-1] if at else -1
    while k >= 0:
        keep.add(k)
        k = previous[k]
    return [p.before for k, p in enumerate(ordered) if k not in keep]


def _slots(
    old: _Side, new: _Side, pairs: list[Pair], moved: list[int], removed: list[int], added: list[int]
) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """What went and what came between the same two neighbours, where the one can stand for the other."""
    if not removed or not added:
        return []
    elsewhere = set(moved)
    anchors = sorted((p.before, p.after) for p in pairs if p.before not in elsewhere)
    anchors = [(-1, -1), *anchors, (len(old.texts), len(new.texts))]
    slots = []
    for (i, j), (next_i, next_j) in pairwise(anchors):
        gone = tuple(removed[bisect_right(removed, i) : bisect_left(removed, next_i)])
        come = tuple(added[bisect_right(added, j) : bisect_left(added, next_j)])
        if 0 < len(gone) <= SLOT and 0 < len(come) <= SLOT and _stand_in(old, new, gone, come):
            slots.append((gone, come))
    return slots


def _stand_in(old: _Side, new: _Side, gone: tuple[int, ...], come: tuple[int, ...]) -> bool:
    """Whether what came can replace what went: one for one, or a content word in common."""
    if len(gone) == len(come) == 1:
        return True
    return bool(_content(old, gone) & _content(new, come))


def _content(side: _Side, places: tuple[int, ...]) -> set[str]:
    return {stem(w) for k in places for w in side.words[k] if len(w) > 2 and w not in family("stopwords")}
