"""Fuzzing: what was found stays mended, a few inputs are tried each time, and the fuzzer itself finds what is planted."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fuzz.engine import CASES, Target, fuzz, kept, tried
from fuzz.mutate import LONGEST, made
from fuzz.targets import TARGETS

FILES = [(f.parent.name, f) for f in sorted(CASES.rglob("*")) if f.is_file()]
TRIES = {"imports": 6, "pages": 40}  # of the others 150


@pytest.mark.parametrize(("name", "file"), FILES, ids=lambda v: v if isinstance(v, str) else v.name)
def test_what_was_found_stays_mended(name, file):
    """Each finding is a file of cases/, named by what was wrong."""
    found = tried(TARGETS[name], file.read_bytes())
    assert found is None, found.problem


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_few_inputs_keep_all_promises(name):
    """`make fuzz` tries many more."""
    target = TARGETS[name]
    seeds = target.seeds()
    for number in range(TRIES.get(name, 150)):
        found = tried(target, made(seeds, target.tokens, f"suite {name}", number), number)
        assert found is None, (number, found.problem)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_inputs_are_the_same_for_the_same_seed_and_others_for_another(name):
    """A finding can be replayed by its number alone; the bound on size holds."""
    target, seeds = TARGETS[name], TARGETS[name].seeds()
    first = [made(seeds, target.tokens, "a", n) for n in range(30)]
    assert first == [made(seeds, target.tokens, "a", n) for n in range(30)]
    assert first != [made(seeds, target.tokens, "b", n) for n in range(30)]
    assert len({bytes(i) for i in first}) > 20 and max(map(len, first)) <= LONGEST


def planted(check, seconds: float = 0.3) -> Target:
    return Target(name="planted", check=check, seeds=lambda: [b"one two", b"three"], tokens=[b"<b>", b"&"], seconds=seconds)


def test_a_planted_error_is_found_made_small_and_kept(tmp_path):
    """The fuzzer can fail."""

    def check(data: bytes) -> None:
        if b"<b>" in data:
            raise KeyError("b")

    tries, found = fuzz(planted(check), "seed", 30, lambda number: None)
    assert found and tries == found.number + 1 and found.data == b"<b>" and "KeyError" in found.problem
    assert kept("planted", found.data, tmp_path).read_bytes() == b"<b>"


def test_a_planted_loop_and_a_slow_pattern_are_found():
    """By CPU time, so that a busy machine finds nothing that is not there; the pattern is matched in C."""

    def loop(data: bytes) -> None:
        while b"&" in data:
            pass

    for check in (loop, lambda data: re.match(r"(a+)+$", "a" * 40 + "b")):
        _, found = fuzz(planted(check), "seed", 30, lambda number: None, smaller_for=0)
        assert found and "TooSlow" in found.problem


def test_a_planted_hunger_for_memory_is_found():
    """Against what the first input took."""
    hoard: list[bytes] = []

    def check(data: bytes) -> None:
        if b"&" in data:
            hoard.append(b"x" * 450_000_000)

    _, found = fuzz(planted(check, seconds=30), "seed", 30, lambda number: None)  # half a gigabyte takes its time somewhere
    hoard.clear()
    assert found and "MemoryError" in found.problem


def test_the_command_runs_a_target_and_replays_an_input():
    """As `make fuzz` calls it."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    started = time.monotonic()
    command = [sys.executable, "-m", "fuzz", "dates", "--seed", "suite"]
    run = subprocess.run([*command, "--seconds", "0.5"], env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0 and "all promises kept" in run.stdout, run.stdout + run.stderr
    again = subprocess.run([*command, "--only", "3"], env=environment, capture_output=True, text=True, timeout=60)
    assert again.returncode == 0 and "all promises kept" in again.stdout
    assert time.monotonic() - started < 60


@pytest.mark.parametrize(
    "piece", ["<h1>x</h1>", "<p><a href=/x>Home</a> | <h1>Ferry</h1>", "<p class='article-body'>A ferry for 12 crowns"]
)
def test_a_page_of_one_thing_over_and_over_is_read_in_a_few_seconds(piece):
    """A million bytes each: what took square time made half a minute of the first two."""
    body = b"<html><body><article>" + piece.encode() * (1_000_000 // len(piece))
    long = Target(name="pages", check=TARGETS["pages"].check, seeds=list, seconds=10)
    found = tried(long, body)
    assert found is None, found.problem
