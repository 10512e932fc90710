"""The judgements of text, diff and edits as plain callables for scripts that score them, and a measure of their steadiness.

    python bench/measure_edits.py DATA [--texts N] [--seed N] [--set first|heldout|second] [--show CLASS]

DATA is a folder of texts (`.jsonl` or `.jsonl.gz`, a row's `text`, `body`, `paragraphs` or `sentences`). Each text is
rewritten without changing a fact (noise.py, noise_heldout.py or noise_second.py: what is called is a false alarm) and changed
in one fact (facts.py or facts_second.py: what is not called is a miss; the second set knows which kinds tell a change rightly).
"""

import argparse
import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from bench import facts, facts_second, noise, noise_heldout, noise_second
from bench.lone import lone_meaning
from bench.noise import line_of
from pipeline import diff
from pipeline.edits import compare_bodies
from pipeline.model import Edit
from pipeline.text import sentences


def split(text: str) -> list[str]:
    """The sentences of a text as strings, those inside quotations too, as the gold of sentence ends has them."""
    return [s.text for s in sentences(text, whole_quotes=False)]


def align(before: list[str], after: list[str]) -> dict[str, list]:
    """The alignment of two lists of sentences, as places."""
    found = diff.align(before, after)
    pairs = [(p.before, p.after) for p in found.pairs]
    return {"pairs": pairs, "added": list(found.added), "removed": list(found.removed), "moved": list(found.moved)}


def meaningful(before: str, after: str) -> bool:
    """Whether the step from one text to another bears meaning: bodies as the product judges them, lone passages by points."""
    if len(before) + len(after) < 3000 and all("\n\n" not in t and len(sentences(t)) <= 3 for t in (before, after)):
        return lone_meaning(before, after)
    return any(e.meaningful for e in compare_bodies(before, after))


# ---- steadiness ----------------------------------------------------------------------------------------------------------


NOISE = {"first": noise, "heldout": noise_heldout, "second": noise_second}
FACTS = {"first": facts, "heldout": facts, "second": facts_second}


def texts(folder: Path, count: int, seed: int = 5) -> list[list[str]]:
    """Up to `count` texts of five paragraphs or sentences and more, chosen by a fixed seed."""
    found = [p for p in _rows(folder) if len(" ".join(p)) > 600]
    random.Random(seed).shuffle(found)
    return found[:count]


def _rows(folder: Path) -> Iterator[list[str]]:
    for file in sorted(folder.rglob("*.jsonl*")):
        with gzip.open(file, "rt", encoding="utf8") if file.suffix == ".gz" else file.open(encoding="utf8") as rows:
            for row in map(json.loads, rows):
                body = row.get("paragraphs") or row.get("text") or row.get("body") or " ".join(row.get("sentences", []))
                paragraphs = body if isinstance(body, list) else [p for p in body.replace("\r", "").split("\n\n") if p.strip()]
                yield [p.strip() for p in _cut(paragraphs)]


def _cut(paragraphs: list[str]) -> list[str]:
    """Paragraphs; a body on one line is cut into some of three sentences."""
    if len(paragraphs) > 2:
        return paragraphs[:40]
    parts = [s.text for p in paragraphs for s in sentences(p)][:60]
    return [" ".join(parts[k : k + 3]) for k in range(0, len(parts), 3)]


def loud(before: list[str], after: list[str]) -> list[Edit]:
    """The edits between two lists of paragraphs that are called meaningful."""
    return [e for e in compare_bodies("\n\n".join(before), "\n\n".join(after)) if e.meaningful]


def false_alarms(bodies: list[list[str]], noise: ModuleType) -> tuple[Counter, Counter, dict[str, list[Edit]]]:
    """Tried and called by class of noise, with the edits called."""
    tried, called, shown = Counter(), Counter(), defaultdict(list)
    for n, body in enumerate(bodies):
        pairs = [(name, body, rewrite(body, random.Random(f"{name}{n}"))) for name, rewrite in noise.REWRITES.items()]
        for name, (make, where) in noise.CHANGED_LINES.items():
            put = line_of(make, where)
            pairs.append((name, put(body, random.Random(f"{name}{n}a")), put(body, random.Random(f"{name}{n}b"))))
        for name, before, after in pairs:
            if after is None:
                continue
            for way, (a, b) in (("", (before, after)), (" undone", (after, before))):
                found = loud(a, b)
                tried[name + way] += 1
                called[name + way] += bool(found)
                shown[name + way] += found
    return tried, called, shown


@dataclass(slots=True)
class Misses:
    """Changes of facts by class: tried, not called, told as another kind than the class's own; the cases missed."""

    tried: Counter = field(default_factory=Counter)
    missed: Counter = field(default_factory=Counter)
    otherwise: Counter = field(default_factory=Counter)
    shown: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def misses(bodies: list[list[str]], facts: ModuleType) -> Misses:
    """Each class of fact changed once in each text that has one."""
    found = Misses()
    kinds = getattr(facts, "KINDS", {})
    for n, body in enumerate(bodies):
        for name, mutate in facts.MUTATIONS.items():
            rng = random.Random(f"{name}{n}")
            k = rng.randrange(len(body))
            for at in [*range(k, len(body)), *range(k)]:
                new = mutate(body[at], rng)
                if new is not None and new != body[at]:
                    told = loud(body, [*body[:at], new, *body[at + 1 :]])
                    _count(found, name, kinds.get(name), told, f"{body[at]}\n      -> {new}")
                    break
    return found


def _count(found: Misses, name: str, kinds: frozenset[str] | None, told: list[Edit], case: str) -> None:
    found.tried[name] += 1
    found.missed[name] += not told
    wrong = bool(told and kinds and not kinds & {e.kind.value for e in told})
    found.otherwise[name] += wrong
    if wrong or not told:
        found.shown[name].append(f"{[(e.kind.value, e.reason) for e in told]} {case}")


def report(title: str, tried: Counter, hit: Counter) -> None:
    """One line a class, the worst first."""
    print(
        f"{title}: {sum(hit.values())} of {sum(tried.values())} = {100 * sum(hit.values()) / max(1, sum(tried.values())):.2f} %"
    )
    for name in sorted(tried, key=lambda k: (-hit[k] / tried[k], k)):
        if hit[name]:
            print(f"  {name:28} {hit[name]:4} of {tried[name]:4}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--texts", type=int, default=60)
    parser.add_argument("--seed", type=int, default=5, help="of the choice of texts")
    parser.add_argument("--set", choices=NOISE, default="first", help="of rewrites and changes of facts")
    parser.add_argument("--show", default="", help="print the cases of this class")
    arguments = parser.parse_args()
    bodies = texts(arguments.data, arguments.texts, arguments.seed)
    tried, called, edits = false_alarms(bodies, NOISE[arguments.set])
    report(f"false alarms on noise, {len(bodies)} texts", tried, called)
    for edit in [e for name, found in edits.items() if arguments.show and arguments.show in name for e in found][:40]:
        print(f"    {edit.kind}: {edit.reason}\n      {edit.before[:200]}\n      -> {edit.after[:200]}")
    found = misses(bodies, FACTS[arguments.set])
    report("facts missed", found.tried, found.missed)
    report("facts told as another kind", found.tried, found.otherwise)
    for case in [c for name, cases in found.shown.items() if arguments.show and arguments.show in name for c in cases][:20]:
        print("   ", case[:900])


if __name__ == "__main__":
    main()
