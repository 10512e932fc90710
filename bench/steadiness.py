"""Tables for docs/quality.md: false alarms on real noise by time and by what made it, and rewritten texts beside peers' rules.

    python bench/steadiness.py FOLDER

FOLDER holds `data/`. Real noise are revisions of a government's pages in which no word of the author changed (mark-up,
templates, a move to an archive); a split by time or by template shows whether a rule knows more than what it was read beside.
"""

import gzip
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from bench.measure_edits import FACTS, NOISE, texts
from bench.peers import RULES, Rule
from pipeline.edits import compare_bodies

TEXTS = 8  # of each set that are rewritten for the table of rules
MASS = 20  # revisions of one moment from which they are the work of a machine


def noise_splits(folder: Path) -> dict[str, dict[str, int]]:
    """Revisions without a word of the author, and how many are called: by year, by what touched them and by section."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: {"n": 0, "called": 0})
    pairs = list(_noise(folder / "data" / "whitehouse_versions" / "dev.jsonl.gz"))
    moments: dict[str, int] = defaultdict(int)
    for row, _ in pairs:
        moments[row["seen_at"]] += 1
    for row, before in pairs:
        called = any(e.meaningful for e in compare_bodies(before, row["body"]))
        alone = "touched alone" if moments[row["seen_at"]] < MASS else "touched in one go with others"
        for name in (f"seen in {row['seen_at'][:4]}", alone, row["section"], "all"):
            found[name]["n"] += 1
            found[name]["called"] += called
    return {name: found[name] for name in sorted(found, key=lambda n: (n == "all", n))}


def _noise(file: Path) -> Iterator[tuple[dict[str, str], str]]:
    """Rows whose change is of form alone, each with the body that stood before."""
    with gzip.open(file, "rt", encoding="utf8") as lines:
        rows = [json.loads(line) for line in lines]
    bodies = {(r["path"], int(r["version"])): r["body"] for r in rows}
    for row in rows:
        before = bodies.get((row["path"], int(row["version"]) - 1))
        if row["change_kind"] in ("format", "template") and before is not None:
            yield row, before


def beside_peers(folder: Path) -> dict[str, dict[str, float]]:
    """For each rule the share of rewrites that it calls, set by set, and of changed facts that it hides."""
    bodies = [body for name in ("ecbplus", "news_dumpster") for body in texts(folder / "data" / name, TEXTS, seed=23)]
    out: dict[str, dict[str, float]] = {name: {} for name in RULES}
    for title, pairs in (*_rewritten(bodies), *_changed(bodies)):
        for name, rule in RULES.items():
            out[name][title] = _share(rule, pairs, shown="called" in title)
    return out


Pairs = list[tuple[str, str]]


def _rewritten(bodies: list[list[str]]) -> Iterator[tuple[str, Pairs]]:
    for name, module in NOISE.items():
        made = [
            (body, rewrite(body, random.Random(f"{kind}{n}")))
            for n, body in enumerate(bodies)
            for kind, rewrite in module.REWRITES.items()
        ]
        yield f"called: {name}", [("\n\n".join(a), "\n\n".join(b)) for a, b in made if b is not None]


def _changed(bodies: list[list[str]]) -> Iterator[tuple[str, Pairs]]:
    for name in ("first", "second"):
        pairs = []
        for n, body in enumerate(bodies):
            for kind, change in FACTS[name].MUTATIONS.items():
                rng = random.Random(f"{kind}{n}")
                new = next(((k, s) for k, p in enumerate(body) if (s := change(p, rng)) not in (None, p)), None)
                if new:
                    pairs.append(("\n\n".join(body), "\n\n".join([*body[: new[0]], new[1], *body[new[0] + 1 :]])))
        yield f"hidden facts: {name}", pairs


def _share(rule: Rule, pairs: Pairs, shown: bool) -> float:
    """Pairs are given a headline of their own, as an article has one, so that its rule for a first line finds one."""
    hits = sum(rule(f"Harbour council meets\n\n{a}", f"Harbour council meets\n\n{b}") == shown for a, b in pairs)
    return hits / max(1, len(pairs))


if __name__ == "__main__":
    where = Path(sys.argv[1])
    for key, row in [*noise_splits(where).items(), *beside_peers(where).items()]:
        print(f"{key:32}", *(f"{k}: {v:.3f}" if isinstance(v, float) else f"{k}: {v}" for k, v in row.items()))
