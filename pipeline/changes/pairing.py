"""Which fresh sentence of a version took the place of which vanished one.

Dice on inverse document frequencies over the two versions' sentences, mixed with rapidfuzz's token_sort_ratio, which does not
mind the order of the words; greedy, one to one.
"""

import math
from collections import Counter
from dataclasses import dataclass

from rapidfuzz.fuzz import token_sort_ratio

ACCEPT_AT = 0.40
APART = 0.02  # taken off for each paragraph between the two


@dataclass(frozen=True, slots=True)
class Side:
    """A sentence to be paired."""

    normal: str
    paragraph: int


def pair(fresh: list[Side], gone: list[Side]) -> dict[int, int]:
    """Index of fresh -> index of gone, best pairs first; the headline pairs with the headline only."""
    if not fresh or not gone:
        return {}
    rows = [Counter(side.normal.split()) for side in (*fresh, *gone)]
    df = Counter(word for row in rows for word in row)
    weight = {word: math.log((len(rows) + 1) / (count + 0.5)) + 0.1 for word, count in df.items()}
    scored = []
    for i, new in enumerate(fresh):
        for j, old in enumerate(gone):
            if (new.paragraph < 0) == (old.paragraph < 0):
                score = _score(new, old, rows[i], rows[len(fresh) + j], weight)
                scored.append((-score, i, j))
    found: dict[int, int] = {}
    for negative, i, j in sorted(scored):
        if -negative >= ACCEPT_AT and i not in found and j not in found.values():
            found[i] = j
    return found


def in_its_place(fresh: list[Side], gone: list[Side], pairs: dict[int, int]) -> dict[int, int]:
    """Beside the pairs found, the one sentence of a paragraph that came where the one that went stood, however unlike.

    Only of a version that carries a correction note: there what was wrong is often told in quite other words.
    """
    came = [i for i in range(len(fresh)) if i not in pairs and fresh[i].paragraph >= 0]
    went = [j for j in range(len(gone)) if j not in pairs.values()]
    found = {}
    for i in came:
        there = [j for j in went if gone[j].paragraph == fresh[i].paragraph]
        if len(there) == 1 and sum(fresh[k].paragraph == fresh[i].paragraph for k in came) == 1:
            found[i] = there[0]
    return found


def _score(new: Side, old: Side, a: Counter[str], b: Counter[str], weight: dict[str, float]) -> float:
    shared = sum(weight[w] * min(n, b[w]) for w, n in a.items())
    whole = sum(weight[w] * n for w, n in a.items()) + sum(weight[w] * n for w, n in b.items())
    likeness = token_sort_ratio(new.normal, old.normal) / 100
    return 0.5 * (2 * shared / whole if whole else 0.0) + 0.5 * likeness - APART * abs(new.paragraph - old.paragraph)
