"""What the linker remembers, in pieces: each has a kind and a number and is read when it is first asked for.

So a run reads what the new articles touch, and writes what has become other; neither grows with what is remembered. A piece is
a function of what it holds, so that equal memories are equal pieces however they came about.
"""

import hashlib
import json
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from pipeline.errors import StoreError

K = TypeVar("K")
V = TypeVar("V")
QUESTIONS = 4  # after so many for pieces of one kind all of that kind are read: each costs as much as a thousand pieces
SEARCHES = 16  # after so many in runs that are searched one by one they are joined
Decoded = Any  # what json.loads makes of a piece; only who wrote it knows


class Pieces(Protocol):
    """Where pieces are kept."""

    def read(self, kind: str, numbers: Sequence[int] | None) -> Mapping[int, bytes]:
        """Those of a kind that have these numbers, as far as there are any; all if None."""

    def read_whole(self, kinds: Sequence[str]) -> Mapping[str, Mapping[int, bytes]]:
        """All pieces of some kinds."""


@dataclass(slots=True)
class Changes:
    """What has become other since pieces were read: kind -> numbers that go or are replaced, and what comes."""

    gone: dict[str, list[int]] = field(default_factory=dict)
    come: dict[str, dict[int, bytes]] = field(default_factory=dict)

    def add(self, kind: str, before: Mapping[int, bytes], now: Mapping[int, bytes | None]) -> None:
        """Compare pieces with what was kept of them."""
        other = {n: data for n, data in now.items() if before.get(n) != data}
        if gone := [n for n in other if n in before]:
            self.gone[kind] = gone
        if come := {n: data for n, data in other.items() if data is not None}:
            self.come[kind] = come


class InMemory:
    """Pieces that are kept nowhere else."""

    def __init__(self) -> None:
        self.kinds: dict[str, dict[int, bytes]] = {}

    def read(self, kind: str, numbers: Sequence[int] | None) -> Mapping[int, bytes]:
        kept = self.kinds.get(kind, {})
        return dict(kept) if numbers is None else {n: kept[n] for n in numbers if n in kept}

    def read_whole(self, kinds: Sequence[str]) -> Mapping[str, Mapping[int, bytes]]:
        return {kind: self.read(kind, None) for kind in kinds}

    def take(self, changes: Changes) -> "InMemory":
        """Write what has become other."""
        for kind, numbers in changes.gone.items():
            for number in numbers:
                del self.kinds[kind][number]
        for kind, pieces in changes.come.items():
            self.kinds.setdefault(kind, {}).update(pieces)
        return self


def number_of(text: str) -> int:
    """A text's number: 64 bits of a hash, so that of a million texts two share one at odds of one to 37 million."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf8", "surrogatepass"), digest_size=8).digest(), "little")


def packed(head: object, *arrays: np.ndarray) -> bytes:
    """Plain data and arrays of numbers as bytes."""
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf8", "surrogatepass")
    parts = [struct.pack("<I", len(text)), text]
    for array in arrays:
        raw = array.tobytes()
        parts += [struct.pack("<I", len(raw)), raw]
    return b"".join(parts)


def unpacked(data: bytes, *kinds: str) -> list[Decoded]:
    """Plain data and arrays from bytes. Raises ValueError if they are no such thing."""
    out: list[Decoded] = []
    at = 0
    for kind in ("", *kinds):
        if at + 4 > len(data):
            raise ValueError("it ends too soon")
        (size,) = struct.unpack_from("<I", data, at)
        part = data[at + 4 : at + 4 + size]
        out.append(np.frombuffer(part, kind) if kind else json.loads(part.decode("utf8", "surrogatepass")))
        at += 4 + size
    return out


@dataclass(frozen=True, slots=True)
class Form(Generic[K, V]):
    """How the entries of a mapping are pieces."""

    kind: str
    number: Callable[[K], int]
    encode: Callable[[K, V], bytes]
    decode: Callable[[bytes], tuple[K, V]]


class Kept(dict[K, V]):
    """A mapping of which only what is asked for is read.

    To go through all of it reads all of it; the order is that of the keys then. An entry may be changed in place: whatever was
    read is compared with what is kept when it is written.
    """

    def __init__(self) -> None:
        super().__init__()
        self._form: Form[K, V] | None = None  # None: nothing is kept elsewhere
        self._pieces: Pieces | None = None
        self._raw: dict[int, bytes] = {}  # as kept
        self._asked: set[int] = set()
        self._settled: set[int] = set()  # numbers of which what is here holds, be it nothing
        self._none_from: int | None = None
        self._questions = 0
        self._whole = False

    def attach(self, form: Form[K, V], pieces: Pieces, none_from: int | None = None) -> None:
        """Read from these pieces from now on; none of them has a number from `none_from` on."""
        self._form, self._pieces, self._none_from = form, pieces, none_from

    def _read(self, numbers: Iterable[int]) -> None:
        """Have at hand what is kept under some numbers."""
        if self._pieces is None or self._form is None or self._whole:
            return
        new = [n for n in numbers if n not in self._asked and (self._none_from is None or n < self._none_from)]
        if not new:
            return
        self._questions += 1
        if self._questions > QUESTIONS:
            self._read_whole()
        else:
            self._raw.update(self._pieces.read(self._form.kind, new))
            self._asked.update(new)

    def _read_whole(self) -> None:
        if self._pieces is not None and self._form is not None and not self._whole:
            self._whole = True
            found = self._pieces.read(self._form.kind, None)
            self._raw.update({n: data for n, data in found.items() if n not in self._asked})

    def want(self, keys: Iterable[K]) -> None:
        """Read some entries in one go."""
        if self._form is not None:
            numbers = (self._form.number(k) for k in keys if not dict.__contains__(self, k))
            self._read([n for n in numbers if n not in self._settled])

    def here(self, key: K) -> V | None:
        """An entry if it has been read or set."""
        return dict.get(self, key)

    def before(self, key: K) -> V | None:
        """An entry as it is kept, whatever has become of it since."""
        if self._form is None:
            return None
        number = self._form.number(key)
        self._read([number])
        data = self._raw.get(number)
        return self._decoded(data)[1] if data is not None else None

    def _decoded(self, data: bytes) -> tuple[K, V]:
        assert self._form is not None
        try:
            return self._form.decode(data)
        except (ValueError, TypeError, LookupError) as error:
            raise StoreError(f"The linker's memory cannot be read ({error!r}); track --rebuild makes it anew.") from error

    def __missing__(self, key: K) -> V:
        if self._form is not None:
            number = self._form.number(key)
            if number not in self._settled:
                self._read([number])
                self._settled.add(number)
                if number in self._raw:
                    name, value = self._decoded(self._raw[number])
                    dict.__setitem__(self, name, value)
                    return value
        raise KeyError(key)

    def __setitem__(self, key: K, value: V) -> None:
        if self._form is not None:
            self._settled.add(self._form.number(key))
        dict.__setitem__(self, key, value)

    def __delitem__(self, key: K) -> None:
        self[key]
        dict.__delitem__(self, key)

    def __contains__(self, key: object) -> bool:
        if dict.__contains__(self, key):
            return True
        if self._form is None:
            return False
        try:
            self[key]  # type: ignore[index]
        except KeyError:
            return False
        return True

    def get(self, key: K, default: V | None = None) -> V | None:  # type: ignore[override]
        try:
            return self[key]
        except KeyError:
            return default

    def setdefault(self, key: K, default: V) -> V:  # type: ignore[override]
        if key not in self:
            self[key] = default
        return self[key]

    def whole(self) -> "Kept[K, V]":
        """With every entry read."""
        if self._form is not None:
            self._read_whole()
            for number in [n for n in self._raw if n not in self._settled]:
                self._settled.add(number)
                dict.__setitem__(self, *self._decoded(self._raw[number]))
            ordered = sorted(dict.items(self), key=lambda x: x[0])  # type: ignore[arg-type, return-value]
            dict.clear(self)
            dict.update(self, ordered)
        return self

    def __iter__(self) -> Iterator[K]:
        return dict.__iter__(self.whole())

    def __len__(self) -> int:
        return dict.__len__(self.whole())

    def __bool__(self) -> bool:
        return len(self) > 0

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Kept):
            other.whole()
        return dict.__eq__(self.whole(), other)

    __hash__ = None  # type: ignore[assignment]

    def items(self):  # type: ignore[no-untyped-def]
        return dict.items(self.whole())

    def values(self):  # type: ignore[no-untyped-def]
        return dict.values(self.whole())

    def keys(self):  # type: ignore[no-untyped-def]
        return dict.keys(self.whole())

    def read_so_far(self) -> list[tuple[K, V]]:
        """The entries that have been read or set."""
        return list(dict.items(self))

    def lost(self) -> set[int]:
        """The numbers of the entries that were read and are no more."""
        known = self._settled if self._form is not None else set(self._raw)
        return known - {self._form.number(k) if self._form else k for k in dict.keys(self)}  # type: ignore[misc]

    def write(self, form: Form[K, V], changes: Changes) -> None:
        """Tell what has become other. What is told is taken for kept from then on."""
        now: dict[int, bytes | None] = {form.number(k): form.encode(k, v) for k, v in dict.items(self)}
        self._read(now)
        settled = self._settled if self._form is not None else set(self._raw)
        every: dict[int, bytes | None] = {**dict.fromkeys(n for n in settled if n in self._raw), **now}
        changes.add(form.kind, self._raw, every)
        for number, data in every.items():
            if data is None:
                del self._raw[number]
            else:
                self._raw[number] = data


def _among(columns: Sequence[np.ndarray], keys: np.ndarray, before: int) -> list[np.ndarray]:
    """What sorted columns hold of some keys: row of the key, place (so many are before the first), values."""
    first, last = (np.searchsorted(columns[0], keys, side) for side in ("left", "right"))
    count = last - first
    rows = np.repeat(np.arange(len(keys)), count)
    at = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count - first, count)
    return [rows, columns[1][at] + np.int64(before), *(values[at] for values in columns[2:])]


class Runs:
    """Numbers found by a key: for a row of so many places at a time the keys, sorted, with the place of each and values."""

    def __init__(self, span: int, key: str, *values: str):
        self.span, self.kinds = span, (key, "<u2", *values)
        self.runs: dict[int, list[np.ndarray]] = {}
        self._joined: list[np.ndarray] | None = None
        self._searches = 0

    def load(self, pieces: Mapping[int, bytes]) -> None:
        """Runs from pieces."""
        self.runs = {run: unpacked(data, *self.kinds)[1:] for run, data in sorted(pieces.items())}
        self._joined = None

    def find(self, keys: np.ndarray) -> list[np.ndarray]:
        """For each key its places and their values: row of the key, place, values; by row, then by place."""
        self._searches += 1
        if self._joined is None and self._searches > SEARCHES:
            self._join()
        if self._joined is not None:
            return _among(self._joined, keys, 0)
        found = [_among(columns, keys, run * self.span) for run, columns in self.runs.items()]
        joined = [np.concatenate(column) for column in zip(*found, strict=True)]
        order = np.argsort(joined[0], kind="stable")
        return [column[order] for column in joined]

    def _join(self) -> None:
        """Make all runs one, sorted by key and then by place."""
        parts = [[keys, places + np.int64(run * self.span), *rest] for run, (keys, places, *rest) in self.runs.items()]
        joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
        order = np.argsort(joined[0], kind="stable")
        self._joined = [column[order] for column in joined]

    def change(self, run: int, keep: np.ndarray, keys: np.ndarray, places: np.ndarray, *values: np.ndarray) -> bytes | None:
        """A run as it is now: of what it had the places that are kept (true by place in the run), and what is new; None if
        nothing is left."""
        new = [keys.astype(self.kinds[0]), (places % self.span).astype("<u2")]
        new += [v.astype(k) for v, k in zip(values, self.kinds[2:], strict=True)]
        old = self.runs.get(run)
        if old is not None:
            stays = keep[old[1]]
            new = [np.concatenate([o[stays], n]) for o, n in zip(old, new, strict=True)]
        order = np.lexsort((new[1], new[0]))
        self.runs[run] = [column[order] for column in new]
        self._joined = None
        if not len(order):
            del self.runs[run]
            return None
        return packed(None, *self.runs[run])

    def drop_below(self, run: int) -> list[int]:
        """Forget the runs before one; their numbers."""
        gone = [r for r in self.runs if r < run]
        for r in gone:
            del self.runs[r]
        self._joined = None if gone else self._joined
        return gone
