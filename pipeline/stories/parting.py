"""A story's articles parted in two, by how alike they are pair by pair."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.stories.judge import Halves
from pipeline.stories.profile import Profile
from pipeline.stories.vectors import USUAL, scaled

CUTS = 6  # last steps of the agglomeration that are tried


@dataclass(frozen=True, slots=True)
class Parting:
    """Two groups of articles, as rows of what was given."""

    rows: tuple[list[int], list[int]]
    halves: Halves


def part(profiles: Sequence[Profile], least: int, words: float) -> Parting | None:
    """Articles parted in two by likeness; None if the second part has fewer than `least`."""
    likeness = pair_likeness(profiles)
    found = two_groups(likeness, average_link(likeness), least, CUTS)
    if found is None:
        return None
    a, b = found
    halves = Halves(
        sizes=(len(a), len(b)),
        between=float(likeness[np.ix_(a, b)].mean()),
        inside=(mean_inside(likeness, a) + mean_inside(likeness, b)) / 2,
        words=words,
    )
    return Parting(found, halves)


def pair_likeness(profiles: Sequence[Profile]) -> np.ndarray:
    """The likeness of each article with each other one."""
    numbers = np.concatenate([p.numbers for p in profiles])
    rows = np.repeat(np.arange(len(profiles)), [len(p.numbers) for p in profiles])
    _, place, count = np.unique(numbers, return_inverse=True, return_counts=True)
    shared = count > 1
    column = np.cumsum(shared) - 1
    keep = shared[place]
    dense = np.zeros((len(profiles), int(shared.sum())))
    dense[rows[keep], column[place[keep]]] = np.concatenate([scaled(p) for p in profiles])[keep]
    # not by BLAS: its threads cost more, and its sums differ between machines
    return np.einsum("ik,jk->ij", dense, dense) + _meant(profiles)


def _meant(profiles: Sequence[Profile]) -> np.ndarray | float:
    """What the meaning of each pair adds, where all are bare headlines."""
    if not all(len(p.meaning) for p in profiles):
        return 0.0
    rows = np.array([p.meaning for p in profiles])
    depth = np.sqrt(np.einsum("ik,ik->i", rows, rows))
    return np.einsum("ik,jk->ij", rows, rows) - USUAL * np.outer(depth, depth)


def average_link(likeness: np.ndarray) -> list[tuple[int, int]]:
    """Average-link agglomeration (Sokal and Michener 1958): the merges in order, as pairs of rows; the first goes on."""
    n = len(likeness)
    mean = likeness.astype(np.float64).copy()
    np.fill_diagonal(mean, -np.inf)
    size = np.ones(n)
    merges = []
    for _ in range(n - 1):
        a, b = divmod(int(mean.argmax()), n)
        a, b = min(a, b), max(a, b)
        row = (mean[a] * size[a] + mean[b] * size[b]) / (size[a] + size[b])
        mean[a], mean[:, a] = row, row
        mean[a, a] = -np.inf
        mean[b], mean[:, b] = -np.inf, -np.inf
        size[a] += size[b]
        merges.append((a, b))
    return merges


def two_groups(
    likeness: np.ndarray, merges: Sequence[tuple[int, int]], least: int, cuts: int
) -> tuple[list[int], list[int]] | None:
    """The two largest groups at the highest of the last cuts at which the second one is large enough."""
    groups = {row: [row] for row in range(len(likeness))}
    stages: list[list[list[int]]] = []
    for a, b in merges:
        if len(groups) <= cuts + 1:
            stages.append([sorted(rows) for rows in groups.values()])
        groups[a] = groups[a] + groups.pop(b)
    for stage in reversed(stages):
        first, second = sorted(stage, key=lambda rows: (-len(rows), rows[0]))[:2]
        if len(second) >= least:
            return first, second
    return None


def mean_inside(likeness: np.ndarray, rows: Sequence[int]) -> float:
    """Mean likeness of the pairs of some rows."""
    part = likeness[np.ix_(rows, rows)]
    return float(part.sum() - np.trace(part)) / (len(rows) * (len(rows) - 1))
