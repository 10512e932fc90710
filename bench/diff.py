"""What comparing two texts costs, beside diff-match-patch run plainly, difflib and the C++ diff-match-patch (if installed).

    python bench/diff.py [--rounds N] [--write]

Texts are made here from a fixed seed. Process CPU, the ways taken in turn within a round, medians over the rounds; no text that
was read for one comparison is known to the next. `--write` puts the table into docs/performance-diff.md.
"""

import argparse
import difflib
import platform
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from diff_match_patch import diff_match_patch

from pipeline.diff import align_paragraphs, word_diff
from pipeline.edits import compare, plain
from pipeline.edits.keys import keys
from pipeline.model import Version
from pipeline.text import sentences, values, word_form

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance-diff.md"
SYLLABLES = ("ra", "to", "min", "sel", "da", "ko", "ve", "lun", "is", "par", "net", "o", "qui", "bes", "tal", "u")
NAMES = ("Tessaro", "Okafor", "Lindqvist", "Moreau", "Hadley", "Brankovic", "Yamada", "Porto Esempio", "Harbour Council")
SLOW = 1000  # milliseconds; what takes longer is measured once


@dataclass(frozen=True, slots=True)
class Case:
    """Two bodies, as paragraphs."""

    title: str
    before: list[str]
    after: list[str]


# ---- texts ---------------------------------------------------------------------------------------------------------------


def vocabulary(rng: random.Random) -> list[str]:
    return ["".join(rng.choice(SYLLABLES) for _ in range(rng.randint(1, 4))) for _ in range(6000)]


def word(rng: random.Random, known: list[str]) -> str:
    """Some names and figures; of other words the k-th is met 1/k as often as the first, as in any language (Zipf)."""
    dice = rng.random()
    if dice < 0.05:
        return rng.choice(NAMES)
    if dice < 0.08:
        return str(rng.randint(2, 900))
    return known[int(len(known) ** rng.random()) - 1]


def body(rng: random.Random, known: list[str], size: int) -> list[str]:
    """Paragraphs of one to three sentences, about `size` characters."""
    out: list[str] = []
    while sum(len(p) + 2 for p in out) < size:
        sentences = []
        for _ in range(rng.randint(1, 3)):
            words = [word(rng, known) for _ in range(rng.randint(8, 30))]
            sentences.append(words[0].capitalize() + " " + " ".join(words[1:]) + ".")
        out.append(" ".join(sentences))
    return out


def edited(rng: random.Random, known: list[str], paragraphs: list[str], share: float) -> list[str]:
    """The paragraphs with a share of their words replaced."""
    return [" ".join(w if rng.random() > share else word(rng, known) for w in p.split(" ")) for p in paragraphs]


def cases(seed: int) -> list[Case]:
    rng = random.Random(seed)
    known = vocabulary(rng)
    short, long = body(rng, known, 5_000), body(rng, known, 50_000)
    shuffled = rng.sample(long, len(long))
    return [
        Case("5 kB, small edits (1 % of words)", short, edited(rng, known, short, 0.01)),
        Case("5 kB rewritten (40 % of words)", short, edited(rng, known, short, 0.4)),
        Case("50 kB, small edits (1 % of words)", long, edited(rng, known, long, 0.01)),
        Case("50 kB rewritten (40 % of words)", long, edited(rng, known, long, 0.4)),
        Case("50 kB live page, 5 kB of posts added on top", long, body(rng, known, 5_000) + long),
        Case("50 kB, paragraphs shuffled", long, shuffled),
        Case("50 kB, unrelated", long, body(rng, known, 50_000)),
    ]


# ---- ways ----------------------------------------------------------------------------------------------------------------


def the_diff(case: Case) -> None:
    """Sentences aligned, then the words of each pair."""
    found = align_paragraphs(case.before, case.after)
    for pair in found.alignment.pairs:
        word_diff(found.before[pair.before].text, found.after[pair.after].text)


def the_revision(case: Case) -> None:
    """Every edit found, told and judged."""
    compare(_version(1, case.before), _version(2, case.after))


def _version(seq: int, paragraphs: list[str]) -> Version:
    at = datetime(2026, 1, seq, tzinfo=UTC)
    return Version(
        version_id=f"v{seq}",
        article_id="a",
        url="https://site.example/a",
        outlet="Site",
        seq=seq,
        seen_at=at,
        headline="Harbour council votes",
        text="\n\n".join(paragraphs),
        text_hash=str(seq),
    )


def plain_dmp(case: Case) -> None:
    """diff-match-patch over characters, as it comes: after a second it gives up looking."""
    diff_match_patch().diff_main("\n\n".join(case.before), "\n\n".join(case.after))


def plain_difflib(case: Case) -> None:
    """difflib over words."""
    before, after = " ".join(case.before).split(), " ".join(case.after).split()
    difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()


def ways() -> dict[str, Callable[[Case], object]]:
    """The ways to compare, ours first."""
    found: dict[str, Callable[[Case], object]] = {
        "diff": the_diff,
        "revision": the_revision,
        "difflib, words": plain_difflib,
        "diff-match-patch": plain_dmp,
    }
    try:
        import fast_diff_match_patch
    except ImportError:
        return found
    fast = lambda c: fast_diff_match_patch.diff("\n\n".join(c.before), "\n\n".join(c.after), timelimit=1, cleanup="No")  # noqa: E731
    return found | {"diff-match-patch, C++": fast}


def forget() -> None:
    """Empties the caches of texts, so that each comparison does its own work; words of the language stay known."""
    for cached in (sentences, values, word_form, keys, plain._plain):
        cached.cache_clear()


def measured(rounds: int) -> dict[str, dict[str, list[float]]]:
    """Milliseconds by case and way."""
    took: dict[str, dict[str, list[float]]] = {}
    for way in list(ways().values())[:2]:
        way(cases(99)[0])  # word lists are read once
    for seed in range(rounds):
        for case in cases(seed):
            for name, way in ways().items():
                times = took.setdefault(case.title, {}).setdefault(name, [])
                if times and times[0] > SLOW:
                    continue
                forget()
                started = time.process_time()
                way(case)
                times.append(1000 * (time.process_time() - started))
    return took


def table(took: dict[str, dict[str, list[float]]], rounds: int) -> str:
    names = list(ways())
    lines = ["| case | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for title, by_way in took.items():
        cells = [f"{statistics.median(by_way[n]):.1f}{'' if len(by_way[n]) > 1 else ' (once)'}" for n in names]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    where = f"Python {platform.python_version()}, {platform.machine()}, {rounds} rounds"
    return "\n".join(lines) + f"\n\nMilliseconds of process CPU, medians; {where}.\n"


HEAD = """# What comparing two texts costs
Made by `python bench/diff.py --write`. "diff" cuts both texts into sentences, aligns these and compares the words of each pair;
"revision" does so and judges every edit. The columns beside them only find which words or characters differ: none of them knows
a sentence or a move. diff-match-patch stands there as it comes: after a second by the clock it gives up looking, so its answer
depends on the load of the machine. Here its clock is off and work is bounded by counts instead; how each was chosen stands
beside it in `pipeline/diff`.

"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--write", action="store_true", help="write docs/performance-diff.md")
    arguments = parser.parse_args()
    text = table(measured(arguments.rounds), arguments.rounds)
    print(text)
    if arguments.write:
        PAGE.write_text(HEAD + text, encoding="utf8")


if __name__ == "__main__":
    main()
