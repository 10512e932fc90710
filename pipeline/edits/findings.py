"""What a rule sees and what it says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.edits.keys import Key, KeyKind
from pipeline.model import EditKind
from pipeline.text import stem
from pipeline.words import family


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an edit does."""

    kind: EditKind
    meaningful: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Context:
    """What the rest of both versions says: proof that a name was misspelt."""

    stood: Callable[[str], bool] = lambda word: False  # in the old text outside the sentence; lower-case and bare
    stands: Callable[[str], bool] = lambda word: False  # anywhere in the new text


@dataclass(frozen=True, slots=True)
class Scene:
    """Both sentences as keys, for rules that look beyond their block."""

    before: tuple[Key, ...]
    after: tuple[Key, ...]
    judged: bool = True  # whether the language has word families: without them only figures, dates and quotes are read
    context: Callable[[], Context] = Context  # asked only where a name may be misspelt: reading all names costs


def text_of(found: Sequence[Key]) -> str:
    """The words of keys as written, for a reason."""
    return " ".join(k.text for k in found)


@cache
def _stem_set(name: str) -> frozenset[str]:
    return frozenset(stem(w) for w in family(name))


def stems_in(found: Sequence[Key], name: str) -> list[Key]:
    return [k for k in found if k.kind is KeyKind.WORD and not k.name and k.stem in _stem_set(name)]
