"""Inputs: a seed, changed a little or a lot. The n-th input of a seed number is always the same, whatever came before."""

import ast
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

WORDS = Path(__file__).parent / "words"
LONGEST = 300_000  # bytes of an input
Change = Callable[[bytes, Sequence[bytes], Sequence[bytes], Random], bytes]


def words(name: str) -> list[bytes]:
    """A list of words/."""
    lines = (WORDS / f"{name}.txt").read_text(encoding="utf8").splitlines()
    return [ast.literal_eval(line) for line in lines if not line.startswith("#")]


ODD = words("odd")


def made(seeds: Sequence[bytes], tokens: Sequence[bytes], seed: str, number: int) -> bytes:
    """The input of that number."""
    random = Random(f"{seed} {number}")
    data = random.choice(seeds)
    for _ in range(min(int(random.expovariate(0.3)), 20) + (number > 0)):
        data = random.choice(CHANGES)(data, seeds, tokens, random)[:LONGEST]
    return data


def _span(data: bytes, random: Random, most: int = 200) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.randrange(random.choice((2, 8, most))))


def flip(data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> bytes:
    """Some bytes are others."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 3, 10)) if data else 0):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def drop(data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> bytes:
    """A piece is missing."""
    start, end = _span(data, random, 2_000)
    return data[:start] + data[end:]


def cut(data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> bytes:
    """The end is missing."""
    return data[: random.randrange(len(data) + 1)]


def put(data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> bytes:
    """A word of the language, or an odd one, in any place or in place of something."""
    start, end = _span(data, random)
    return data[:start] + random.choice(random.choice((tokens, ODD))) + data[random.choice((start, end)) :]


def repeat(data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> bytes:
    """A piece or a word stands there many times."""
    start, end = _span(data, random)
    piece = random.choice((data[start:end], random.choice(tokens)))
    times = min(random.choice((2, 20, 300, 20_000)), LONGEST // max(len(piece), 1))
    return data[:start] + piece * times + data[end:]


def splice(data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> bytes:
    """A piece of another seed."""
    other = random.choice(seeds)
    start, end = _span(data, random, 500)
    begin, stop = _span(other, random, 2_000)
    return data[:start] + other[begin:stop] + data[end:]


def swap(data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> bytes:
    """Two pieces have changed places."""
    a, b = sorted((_span(data, random), _span(data, random)))
    if a[1] > b[0]:
        return data
    return data[: a[0]] + data[b[0] : b[1]] + data[a[1] : b[0]] + data[a[0] : a[1]] + data[b[1] :]


def number(data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> bytes:
    """A digit is another one."""
    places = [n for n, byte in enumerate(data[:20_000]) if 48 <= byte <= 57]
    if not places:
        return data
    changed = bytearray(data)
    changed[random.choice(places)] = random.choice(b"0123456789")
    return bytes(changed)


def recode(data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> bytes:
    """The same letters in another encoding."""
    return data.decode("utf8", "replace").encode(random.choice(("utf-16", "utf-32-be", "cp1252", "koi8-r")), "replace")


CHANGES: tuple[Change, ...] = (flip, drop, cut, put, put, put, repeat, splice, splice, swap, number, number, recode)
