"""The weights of the weighing can be fitted anew: the fitting finds what is there, and its rows are the program's own."""

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "bench"))  # last: some files there have names that tests have, too
from fit_weighing import CONSTANT, PENALTY, counted, fit, fitted, likelihood, shipped, stories, table  # noqa: E402
from weighing_rows import Row, read_story, rows_of  # noqa: E402

from pipeline.changes.judge import Judge  # noqa: E402

WEIGHTS = {CONSTANT: -0.8, "state": 1.2, "another's": -0.7, "order": 0.5}


def made(count: int, seed: int = 7) -> list[Row]:
    """Sentences that chose among two to four aspects and nothing as WEIGHTS say (by Gumbel's noise, which is the logit)."""
    rng, rows = np.random.default_rng(seed), []
    for _ in range(count):
        signs = tuple({name: float(rng.normal()) for name in WEIGHTS if name != CONSTANT} for _ in range(rng.integers(2, 5)))
        worth = [WEIGHTS[CONSTANT] + sum(WEIGHTS[name] * value for name, value in s.items()) for s in signs]
        best = int(np.argmax(np.array([*worth, 0.0]) + rng.gumbel(size=len(worth) + 1)))
        rows.append(Row("", signs, (best,) if best < len(signs) else ()))
    return rows


@cache
def trial() -> tuple[Row, ...]:
    """The rows of a story with its aspects as given, and with parts of them."""
    story = read_story(*stories(ROOT)["kellan-trial"])
    return tuple(rows_of(replace(story, wordings=story.wordings[:1])))


def test_the_fitting_recovers_the_weights_that_made_rows_were_made_by():
    """With next to no penalty and many rows it comes to within a tenth of each."""
    data = table([(row, 1.0) for row in made(4000)], list(WEIGHTS))
    assert fit(data, 0.001) == pytest.approx(list(WEIGHTS.values()), abs=0.1)


def test_no_weights_beside_the_fitted_ones_are_likelier():
    """A step in any direction loses, on rows with several right aspects, too."""
    rows = [replace(row, right=(0, 1)) if i % 5 == 0 else row for i, row in enumerate(made(300))]
    data = table([(row, 1.0 + i % 3) for i, row in enumerate(rows)], list(WEIGHTS))
    best = fit(data)
    steps = [sign * step for step in np.eye(len(WEIGHTS)) * 0.01 for sign in (1, -1)]
    assert all(likelihood(data, best + step, PENALTY) < likelihood(data, best, PENALTY) for step in steps)


def test_a_story_that_is_left_out_does_not_count():
    """The line of a story is what the others give."""
    by_story = {"one": made(400), "two": made(400, seed=8)}
    _, left_out = fitted(by_story, list(WEIGHTS))
    assert left_out[0] == pytest.approx(fit(table(counted(by_story["two"]), list(WEIGHTS))))
    assert left_out[1] == pytest.approx(fit(table(counted(by_story["one"]), list(WEIGHTS))))


def test_the_rows_of_a_story_have_every_sign_that_the_program_weighs_by():
    """A sign that is added is fitted, without a list of names beside the module's."""
    signs = set(shipped()) - {CONSTANT}
    assert all(set(by_name) == signs for row in trial() for by_name in row.signs)


def test_the_rows_of_a_story_tell_something_or_nothing():
    """Labels reach them, by the whole story and by its parts, and point at aspects that the row has."""
    for whole in (True, False):
        rows = [row for row in trial() if row.whole is whole]
        assert any(row.right for row in rows) and any(not row.right for row in rows)
        assert all(place < len(row.signs) for row in rows for place in row.right)


def test_listening_leaves_the_program_as_it_was():
    """The ledger's own judge is in its place again."""
    from pipeline.changes import ledger

    trial()
    assert ledger.Judge is Judge
