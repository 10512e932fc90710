"""Sums of profiles, and how alike profiles and sums are.

A likeness between two articles is the sum over fields of field weight times cosine. For a story the cosine is taken with the
sum of its articles' unit vectors (Rocchio's centroid), field by field. Between bare headlines their meanings count as well.
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from pipeline.stories.profile import FIELD_WEIGHTS, NONE, STEPS, Profile

FIELD_ROOTS = np.sqrt(FIELD_WEIGHTS)
USUAL = 0.15  # cosine of two headlines about different matters


def field_totals(numbers: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The sum of the values in each of the four fields."""
    return np.bincount(numbers & 3, weights=values, minlength=4)


def scaled(profile: Profile) -> np.ndarray:
    """The weights times the roots of the field weights: their dot product is the likeness of two articles."""
    return profile.weights * FIELD_ROOTS[profile.numbers & 3]


def to_steps(values: np.ndarray, fields: np.ndarray) -> np.ndarray:
    """Scaled weights as whole multiples of their unit."""
    return np.rint(values / FIELD_ROOTS[fields] * STEPS).astype(np.int16)


def from_steps(steps: np.ndarray, fields: np.ndarray) -> np.ndarray:
    """The same scaled weights again."""
    return (steps / STEPS).astype(np.float32) * FIELD_ROOTS[fields]


def heaviest_first(profile: Profile) -> tuple[np.ndarray, np.ndarray]:
    """The terms and their scaled weights, heaviest first."""
    value = scaled(profile)
    order = np.argsort(-value, kind="stable")
    return profile.numbers[order], value[order]


def own_likeness(profile: Profile) -> float:
    """An article's likeness with itself: about the weights of the fields that it has. Rounded, so that sums are exact."""
    return round(float(field_totals(profile.numbers, profile.weights * profile.weights) @ FIELD_WEIGHTS) * 2**20) / 2**20


def likeness_of(a: Profile, b: Profile) -> float:
    """The likeness of two articles."""
    mine, theirs = overlap(a.numbers, b.numbers)
    words = float(field_totals(a.numbers[mine], a.weights[mine] * b.weights[theirs]) @ FIELD_WEIGHTS)
    return words + Meaning.of(a).dot(Meaning.of(b))


def gather(numbers: Iterable[np.ndarray], values: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Sparse vectors added up."""
    all_numbers, all_values = np.concatenate(list(numbers)), np.concatenate(list(values))
    unique, place = np.unique(all_numbers, return_inverse=True)
    return unique, np.bincount(place, weights=all_values, minlength=len(unique))


def overlap(numbers: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places of the shared numbers in each of two rising sequences."""
    if not len(numbers) or not len(others):
        none = np.zeros(0, np.int64)
        return none, none
    place = np.searchsorted(others, numbers)
    place[place == len(others)] = 0
    mine = np.flatnonzero(others[place] == numbers)
    return mine, place[mine]


class Meaning:
    """The meanings of the bare headlines among some articles, summed. What any two headlines have in common is taken off."""

    __slots__ = ("counts", "depth", "size", "total")

    def __init__(self, size: int = 0, total: np.ndarray = NONE, depth: float = 0.0, counts: float = 0.0):
        self.size = size  # headlines
        self.total = total  # of the vectors
        self.depth = depth  # sum of their lengths
        self.counts = counts  # sum of their squares: what they count in all

    @classmethod
    def of(cls, profile: Profile) -> "Meaning":
        """That of one article."""
        square = float(profile.meaning @ profile.meaning)
        return cls(1, profile.meaning, round(math.sqrt(square) * 2**20) / 2**20, square)

    def add(self, profile: Profile, sign: int = 1) -> None:
        """Add an article's (or take it away)."""
        if len(profile.meaning):
            self.absorb(Meaning.of(profile), sign)

    def absorb(self, other: "Meaning", sign: int = 1) -> None:
        if len(other.total):
            self.size += sign * other.size
            self.total = sign * other.total + (self.total if len(self.total) else 0.0)
            self.depth += sign * other.depth
            self.counts += sign * other.counts

    def dot(self, other: "Meaning") -> float:
        """The sum over all pairs of one of each side."""
        if not len(self.total) or not len(other.total):
            return 0.0
        return float(self.total @ other.total) - USUAL * self.depth * other.depth


class Centroid:
    """The sum of a story's profiles. Weights are whole multiples of 1/STEPS, so that the sum is exact in any order."""

    __slots__ = ("length", "lengths", "meaning", "numbers", "own", "size", "weights")

    def __init__(self, profiles: Sequence[Profile] = ()):
        self.size = len(profiles)
        self.own = sum(own_likeness(p) for p in profiles)
        self.numbers, self.weights, self.meaning = np.zeros(0, np.int32), np.zeros(0), Meaning()
        if profiles:
            self.numbers, self.weights = gather((p.numbers for p in profiles), (p.weights for p in profiles))
        for profile in profiles:
            self.meaning.add(profile)
        self._measure()

    @classmethod
    def of(cls, numbers: np.ndarray, weights: np.ndarray, size: int, own: float, meaning: Meaning) -> "Centroid":
        """A sum that was made before."""
        made = cls()
        made.numbers, made.weights, made.size, made.own, made.meaning = numbers, weights, size, own, meaning
        made._measure()
        return made

    def _measure(self) -> None:
        self.lengths = field_totals(self.numbers, self.weights * self.weights)
        self.length = math.sqrt(float(self.lengths @ FIELD_WEIGHTS))

    def add(self, profile: Profile) -> None:
        self.meaning.add(profile)
        self._plus(profile.numbers, profile.weights, 1, own_likeness(profile))

    def remove(self, profile: Profile) -> None:
        """Take a profile out that is in the sum."""
        self.meaning.add(profile, -1)
        self._plus(profile.numbers, -profile.weights, -1, -own_likeness(profile))
        kept = self.weights > 0
        self.numbers, self.weights = self.numbers[kept], self.weights[kept]
        self._measure()

    def absorb(self, other: "Centroid") -> None:
        self.meaning.absorb(other.meaning)
        self._plus(other.numbers, other.weights, other.size, other.own)

    def _plus(self, numbers: np.ndarray, weights: np.ndarray, size: int, own: float) -> None:
        self.numbers, self.weights = gather((self.numbers, numbers), (self.weights, weights))
        self._measure()
        self.size += size
        self.own += own

    def likeness(self, profile: Profile) -> float:
        """Over the fields, field weight times cosine with a profile; and what their meanings have in common."""
        mine, theirs = overlap(profile.numbers, self.numbers)
        dots = field_totals(profile.numbers[mine], profile.weights[mine] * self.weights[theirs])
        words = float((FIELD_WEIGHTS * dots / np.sqrt(np.maximum(self.lengths, 1e-12))).sum())
        return words + self._meant(profile, self.meaning, self.size)

    def likeness_without(self, profile: Profile) -> float:
        """The same as if the profile, which is one of the sum, were not in it."""
        mine, theirs = overlap(profile.numbers, self.numbers)
        square = field_totals(profile.numbers, profile.weights * profile.weights)
        dots = field_totals(profile.numbers[mine], profile.weights[mine] * self.weights[theirs])
        rest = np.maximum(self.lengths - 2 * dots + square, 1e-9)
        words = float((FIELD_WEIGHTS * np.maximum(dots - square, 0) / np.sqrt(rest)).sum())
        if not len(profile.meaning):
            return words
        others = Meaning()
        others.absorb(self.meaning)
        others.add(profile, -1)
        return words + self._meant(profile, others, self.size - 1)

    @staticmethod
    def _meant(profile: Profile, meaning: Meaning, size: int) -> float:
        """The cosine of an article's meaning with that of a story of bare headlines alone, as much as both count."""
        if not len(profile.meaning) or not size or meaning.size < size:
            return 0.0
        square, length = float(profile.meaning @ profile.meaning), float(np.linalg.norm(meaning.total))
        cosine = float(profile.meaning @ meaning.total) / max(length * math.sqrt(square), 1e-9)
        return math.sqrt(square * meaning.counts / size) * (cosine - USUAL)

    def between(self, other: "Centroid") -> float:
        """Mean likeness of pairs with one article on each side."""
        mine, theirs = overlap(self.numbers, other.numbers)
        dots = field_totals(self.numbers[mine], self.weights[mine] * other.weights[theirs])
        meant = self.meaning.dot(other.meaning) if self.bare and other.bare else 0.0
        return (float(dots @ FIELD_WEIGHTS) + meant) / (self.size * other.size)

    def inside(self) -> float | None:
        """Mean likeness of pairs within; None if there is no pair."""
        if self.size < 2:
            return None
        meant = self.meaning.dot(self.meaning) - (1 - USUAL) * self.meaning.counts if self.bare else 0.0
        return (float(self.lengths @ FIELD_WEIGHTS) - self.own + meant) / (self.size * (self.size - 1))

    @property
    def bare(self) -> bool:
        """Are all articles bare headlines? Else only words count: those would seem to be a matter of their own among texts."""
        return self.meaning.size == self.size

    def heaviest(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The heaviest terms and their weights, times the roots of the field weights, heaviest first."""
        value = self.weights * FIELD_ROOTS[self.numbers & 3]
        order = np.lexsort((self.numbers, -value))[:count]
        return self.numbers[order], value[order]


def typical(inside: float, size: int) -> float:
    """The likeness that an article has with the sum of `size` others if each pair's is `inside`."""
    return size * inside / math.sqrt(size + size * (size - 1) * inside)
