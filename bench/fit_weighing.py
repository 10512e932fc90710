"""Fits the weights of `pipeline/claims/weigh.py` anew, beside those that are shipped: python bench/fit_weighing.py FOLDER

FOLDER holds data/stories/quake; eight further stories are in the repository: the demo, two of tests/stories, and five in
bench/fitting that were written for nothing else (each a `story.txt` for tests/stories/build.py). Nothing is changed: the
table says for each sign the weight that is shipped, the one of largest penalised likelihood on these rows, the least and the
greatest when one story is left out, and whether it keeps its direction then. The rows are of sentences in the order and with
the memory that a ledger with the shipped weights has. Takes two minutes of CPU.

The likelihood is that of a conditional logit with telling nothing as one more choice, worth 0 (McFadden, Conditional logit
analysis of qualitative choice behavior, 1974). Each story counts alike, however long, and its parts count PART of its whole.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from weighing_rows import ROOT, Row, read_story, rows_of

Array = NDArray[np.float64]

CONSTANT = "constant"
PENALTY = 3.0  # on the sum of squares
STORY, PART = 800.0, 0.25  # what a story counts in sentences; what its rows with parts of the aspects count of that
STEPS, ENOUGH = 100, 1e-10
APART = 0.1  # from which a fitted weight is marked as another than the shipped one


def shipped() -> dict[str, float]:
    """The weights of the program by sign, the constant first."""
    weigh = import_module("pipeline.claims.weigh")  # by name: the package has a function that is called so
    return {CONSTANT: weigh.NOTHING_ELSE, **weigh.OF_SENTENCE, **weigh.OF_ASPECT}


def stories(folder: Path) -> dict[str, tuple[Path, Path]]:
    """The stories to fit to: the folder of each, and the file of its rewordings."""
    fitting, golden = ROOT / "bench" / "fitting", ROOT / "tests" / "stories"
    own = {path.parent.name: path.parent for path in sorted(fitting.glob("*/story.txt"))}
    own |= {name: golden / name for name in ("kellan-trial", "mirovia-election")}
    found = {name: (path, path / "wordings.toml") for name, path in own.items()}
    found["demo"] = ROOT / "seeds" / "demo", fitting / "demo" / "wordings.toml"
    found["quake"] = folder / "data" / "stories" / "quake", fitting / "quake" / "wordings.toml"
    return found


# ---- fitting ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as arrays: signs (row, choice, sign), choices that there are, what was chosen as shares, and what each row counts.
    The last choice is to tell nothing: all its signs are 0."""

    signs: Array
    there: NDArray[np.bool_]
    chosen: Array
    counts: Array


def table(rows: Sequence[tuple[Row, float]], names: Sequence[str]) -> Table:
    """The rows, each with what it counts, as arrays; aspects that are right alike share a row."""
    choices = 1 + max(len(row.signs) for row, _ in rows)
    signs, chosen = np.zeros((len(rows), choices, len(names))), np.zeros((len(rows), choices))
    there = np.zeros((len(rows), choices), dtype=bool)
    for i, (row, _) in enumerate(rows):
        signs[i, : len(row.signs)] = [[_value(by_sign, name) for name in names] for by_sign in row.signs]
        there[i, [*range(len(row.signs)), -1]] = True
        chosen[i, list(row.right) or [-1]] = 1 / max(1, len(row.right))
    return Table(signs, there, chosen, np.array([counts for _, counts in rows]))


def _value(signs: Mapping[str, float], name: str) -> float:
    return 1.0 if name == CONSTANT else signs[name]


def fit(data: Table, penalty: float = PENALTY) -> Array:
    """The weights of largest penalised likelihood, by Newton's method; the likelihood is concave, so there is one."""
    weights = np.zeros(data.signs.shape[2])
    for _ in range(STEPS):
        slope, bend = _derivatives(data, weights, penalty)
        step = np.linalg.solve(bend, slope)
        size = 1.0
        while likelihood(data, weights + size * step, penalty) < likelihood(data, weights, penalty) and size > ENOUGH:
            size /= 2
        weights = weights + size * step
        if float(np.abs(step).max()) < ENOUGH:
            break
    return weights


def likelihood(data: Table, weights: Array, penalty: float) -> float:
    """The logarithm of the likelihood, less the penalty."""
    chance = np.where(data.chosen > 0, _chances(data, weights), 1.0)
    return float(data.counts @ (data.chosen * np.log(np.maximum(chance, 1e-300))).sum(axis=1) - penalty * weights @ weights)


def _chances(data: Table, weights: Array) -> Array:
    worth = np.where(data.there, data.signs @ weights, -np.inf)
    power = np.exp(worth - worth.max(axis=1, keepdims=True))
    return power / power.sum(axis=1, keepdims=True)


def _derivatives(data: Table, weights: Array, penalty: float) -> tuple[Array, Array]:
    """The likelihood's slope, and its curvature with the sign turned."""
    chance, count = _chances(data, weights), data.signs.shape[2]
    flat = data.signs.reshape(-1, count)
    slope = flat.T @ (data.counts[:, None] * (data.chosen - chance)).ravel() - 2 * penalty * weights
    mean = np.einsum("ra,ras->rs", chance, data.signs)
    spread = flat.T @ ((data.counts[:, None] * chance).ravel()[:, None] * flat)
    return slope, spread - mean.T @ (data.counts[:, None] * mean) + 2 * penalty * np.eye(count)


# ---- the table -------------------------------------------------------------------------------------------------------------


def counted(rows: Sequence[Row]) -> list[tuple[Row, float]]:
    """The rows of a story with what each counts."""
    whole = sum(row.whole for row in rows)
    return [(row, STORY / whole if row.whole else PART * STORY / (len(rows) - whole)) for row in rows]


def fitted(by_story: Mapping[str, Sequence[Row]], names: Sequence[str]) -> tuple[Array, Array]:
    """The weights by all stories, and those with each story left out (one line a story)."""
    rows = {story: counted(found) for story, found in by_story.items()}
    left_out = [fit(table([r for s, part in rows.items() if s != out for r in part], names)) for out in rows]
    return fit(table([r for part in rows.values() for r in part], names)), np.array(left_out)


def told(weights: Mapping[str, float], now: Array, left_out: Array) -> str:
    """The table as text: a mark where a weight is more than APART from the shipped one."""
    lines = [f"{'sign':<16}{'shipped':>9}{'fitted':>9}{'least':>9}{'most':>9}  direction with a story left out"]
    for (name, was), is_now, column in zip(weights.items(), now, left_out.T, strict=True):
        same = bool((column * was > 0).all())
        mark = "*" if abs(is_now - was) > APART else " "
        line = f"{name:<16}{was:>9.2f}{is_now:>8.2f}{mark}{column.min():>9.2f}{column.max():>9.2f}  "
        lines.append(line + ("stays" if same else "turns"))
    return "\n".join([*lines, f"* = more than {APART} from the shipped weight"])


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folder", type=Path, help="holds data/stories/quake")
    weights, by_story = shipped(), {}
    for name, places in stories(p.parse_args().folder).items():
        by_story[name] = rows_of(read_story(*places))
        right = sum(bool(row.right) for row in by_story[name])
        print(f"{name}: {len(by_story[name])} rows, {right} tell something", file=sys.stderr)
    print(told(weights, *fitted(by_story, list(weights))))


if __name__ == "__main__":
    main()
