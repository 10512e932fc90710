"""Word families: language as data. Every list of words that a judgement uses is a file in `languages/<language>/`.

A file holds one entry a line; `#` starts a comment, and the head comment says what the family is and where it came from. A line
`key: a, b, c` belongs to a mapping or a group; a plain line is a member of a set. A judgement whose words are missing in a
language says "not judged"; it never guesses.
"""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "languages"


@cache
def lines(name: str, language: str = "en") -> tuple[str, ...]:
    """The entries of a family's file in the file's order; empty if the language has no such file."""
    path = FOLDER / language / f"{name}.txt"
    if not path.is_file():
        return ()
    raw = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf8").splitlines())
    return tuple(line for line in raw if line)


@cache
def family(name: str, language: str = "en") -> frozenset[str]:
    """The members of a plain family, lower-case unless the file says otherwise."""
    return frozenset(lines(name, language))


@cache
def groups(name: str, language: str = "en") -> dict[str, tuple[str, ...]]:
    """`key: a, b, c` lines as key -> members."""
    pairs = (line.partition(":") for line in lines(name, language))
    return {key.strip(): tuple(w.strip() for w in rest.split(",") if w.strip()) for key, _, rest in pairs}


@cache
def lookup(name: str, language: str = "en") -> dict[str, str]:
    """The groups turned round: member -> key."""
    return {member: key for key, members in groups(name, language).items() for member in members}


@cache
def languages() -> tuple[str, ...]:
    """The languages that have any word families."""
    return tuple(sorted(p.name for p in FOLDER.iterdir() if p.is_dir()))
