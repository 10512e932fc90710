"""What a word diff costs, beside plain diff-match-patch and difflib. Process CPU, the ways taken in turn.

    python bench/diff.py [--pairs N]

Texts are made here from a fixed seed: a report of 5 kB with light edits, one rewritten throughout, one of 50 kB.
"""

import argparse
import difflib
import random
import statistics
import time
from collections.abc import Callable

from diff_match_patch import diff_match_patch

from pipeline.diff import align, word_diff
from pipeline.text import sentences

SYLLABLES = ("ra", "to", "min", "sel", "da", "ko", "ve", "lun", "is", "par", "net", "o", "qui", "bes", "tal", "u")


def text(rng: random.Random, size: int) -> str:
    """Sentences of made-up words with a natural skew, about `size` characters."""
    vocabulary = ["".join(rng.choice(SYLLABLES) for _ in range(rng.randint(1, 4))) for _ in range(1500)]
    out: list[str] = []
    while sum(len(s) + 1 for s in out) < size:
        words = [vocabulary[min(int(rng.paretovariate(0.9)), 1499)] for _ in range(rng.randint(8, 30))]
        out.append(" ".join(words).capitalize() + ".")
    return " ".join(out)


def edited(rng: random.Random, source: str, share: float) -> str:
    """The text with a share of its words replaced."""
    return " ".join(w if rng.random() > share else rng.choice(SYLLABLES) * 2 for w in source.split(" "))


def by_sentence(before: str, after: str) -> None:
    """Ours: sentences aligned, then words inside edited pairs."""
    old, new = [s.text for s in sentences(before)], [s.text for s in sentences(after)]
    for pair in align(old, new).pairs:
        word_diff(old[pair.before], new[pair.after])


def plain_dmp(before: str, after: str) -> None:
    """diff-match-patch over characters, without its clock."""
    dmp = diff_match_patch()
    dmp.Diff_Timeout = 0
    dmp.diff_main(before, after)


def plain_difflib(before: str, after: str) -> None:
    """difflib over words."""
    difflib.SequenceMatcher(None, before.split(), after.split(), autojunk=False).get_opcodes()


def ways() -> dict[str, Callable[[str, str], object]]:
    """The ways to compare; the C++ diff-match-patch if it is installed."""
    found: dict[str, Callable[[str, str], object]] = {
        "word_diff": word_diff,
        "aligned": by_sentence,
        "difflib": plain_difflib,
        "dmp": plain_dmp,
    }
    try:
        import fast_diff_match_patch
    except ImportError:
        return found
    return found | {"dmp C++": lambda a, b: fast_diff_match_patch.diff(a, b, timelimit=0, cleanup="No")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    count = parser.parse_args().pairs
    for title, size, share in (
        ("5 kB, 1 % edited", 5000, 0.01),
        ("5 kB, 60 % edited", 5000, 0.6),
        ("50 kB, 5 % edited", 50000, 0.05),
    ):
        took: dict[str, list[float]] = {}
        for seed in range(count):
            rng = random.Random(seed)
            before = text(rng, size)
            after = edited(rng, before, share)
            for name, way in ways().items():
                if name == "dmp" and (size > 5000 or share > 0.5) and seed:
                    continue  # seconds each: once is enough
                started = time.process_time()
                way(before, after)
                took.setdefault(name, []).append(1000 * (time.process_time() - started))
        print(title)
        for name, times in took.items():
            print(f"  {name:10} median {statistics.median(times):9.2f} ms   worst {max(times):9.2f} ms   n {len(times)}")


if __name__ == "__main__":
    main()
