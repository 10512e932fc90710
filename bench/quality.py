"""Scores every judgement on real data and golden stories, and writes docs/quality.md.

    python bench/quality.py FOLDER [--only NAME,...] [--no-write]

FOLDER holds `evaluate/` (scripts that score callables) and `data/`. Scores on a story whose errors nobody had read stand in
bench/first_run.toml and are never redone.
"""

import argparse
import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import peers, steadiness  # noqa: E402 - found once the root is on the path

PAGE = ROOT / "docs" / "quality.md"
NOTES = ROOT / "docs" / "quality-notes.md"
EXE = f"{sys.executable} -c 'from pipeline.cli import main; main()'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A script with the callables that it scores."""

    name: str
    title: str
    script: str
    callables: tuple[str, ...]
    columns: tuple[str, ...]
    options: tuple[str, ...] = ()


BENCHES = (
    Bench(
        name="versions",
        title="Is it an edit at all? Headlines that go to and fro",
        script="flaps.py",
        callables=("bench.measure_flaps:decide",),
        columns=("real", "lost", "spurious", "per_real"),
    ),
    Bench(
        name="feeds",
        title="Feeds read again and again",
        script="replay_rss.py",
        callables=("bench.measure_feeds:parse_again",),
        columns=("snapshots", "raised", "agree", "dates", "twice", "ids", "in_place"),
    ),
    Bench(
        name="sentences",
        title="Where sentences end",
        script="sentences.py",
        callables=("bench.measure_edits:split",),
        columns=("P", "R", "F1", "text_kept", "hard"),
    ),
    Bench(
        name="alignment",
        title="Which sentence became which",
        script="alignment.py",
        callables=("bench.measure_edits:align",),
        columns=("pairs_F1", "added_F1", "removed_F1", "moved_F1", "R_heavy"),
    ),
    Bench(
        name="meaning",
        title="Does the edit mean something?",
        script="edit_meaning.py",
        callables=("bench.measure_edits:meaningful",),
        columns=("n", "true", "called", "accuracy", "P", "R", "F1"),
    ),
    Bench(
        name="linking",
        title="Is it the same story?",
        script="linking.py",
        callables=("bench.measure_linking:link", "--rank", "bench.measure_linking:rank"),
        columns=("B3_P", "B3_R", "B3_F1", "stories", "largest", "recall@1", "recall@10", "MRR"),
    ),
)
STORY_COLUMNS = {
    "edits": ("recall", "precision", "kind", "gold", "rows"),
    "quarantine": ("recall", "precision", "gold", "rows"),
    "stories": ("F", "watched_P", "watched_R"),
    "aspects": ("recall", "precision", "conflicts", "gold", "rows"),
}


@dataclass(slots=True)
class Page:
    """The document while it grows."""

    parts: list[str] = field(default_factory=list)

    def table(self, columns: tuple[str, ...], rows: list[tuple[str, dict[str, object]]], first: str = "") -> None:
        used = [c for c in columns if any(c in r for _, r in rows)]
        lines = [f"| {first} | " + " | ".join(used) + " |", "|---" * (len(used) + 1) + "|"]
        lines += [f"| {name} | " + " | ".join(shown(r.get(c)) for c in used) + " |" for name, r in rows]
        self.parts.append("\n".join(lines))


def shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return "" if value is None else str(value)


def score(bench: Bench, folder: Path) -> list[dict[str, object]]:
    """The rows of one script."""
    command = [sys.executable, str(folder / "evaluate" / bench.script), "--json", *bench.options, *bench.callables]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if not rows:
        raise SystemExit(f"{bench.script}: {done.stderr.strip()[-2000:]}")
    return rows


def score_story(script: Path, corpus: Path) -> dict[str, dict[str, object]]:
    """The parts of a labelled story, scored through the command line as a user has it."""
    command = [sys.executable, str(script), str(corpus), "--exe", EXE, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if not done.stdout.strip().startswith("{"):
        raise SystemExit(f"{corpus.name}: {(done.stderr or done.stdout).strip()[-2000:]}")
    return json.loads(done.stdout)


def stories(folder: Path) -> dict[str, Path]:
    """The labelled stories that were developed on."""
    own = {"demo": ROOT / "seeds" / "demo"}
    golden = sorted(p.parent for p in (ROOT / "tests" / "stories").glob("*/gold.json"))
    own |= {p.name: p for p in golden}
    return own | {p.parent.name: p.parent for p in sorted((folder / "data" / "stories").glob("*/gold.json"))}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--only", help="comma-separated names: " + ", ".join([*(b.name for b in BENCHES), "steadiness", "stories"])
    )
    parser.add_argument("--no-write", action="store_true", help="print only")
    a = parser.parse_args(arguments)
    wanted = a.only.split(",") if a.only else [*(b.name for b in BENCHES), "steadiness", "stories"]
    best = tomllib.loads((ROOT / "bench" / "best_known.toml").read_text(encoding="utf8"))
    page = Page()
    for bench in BENCHES:
        if bench.name in wanted:
            page.parts.append(f"## {bench.title}\n`python FOLDER/evaluate/{bench.script} {' '.join(bench.callables)}`")
            rows = [(str(r["bench"]), r) for r in score(bench, a.folder)]
            rows += [(f"*best known: {k}*", v) for k, v in best.get(bench.name, {}).items()]
            page.table(bench.columns, rows, bench.script)
        if bench.name in _BESIDE and bench.name in wanted:
            _BESIDE[bench.name](page, bench, a.folder, best)
    if "steadiness" in wanted:
        _steadiness(page, a.folder)
    if "stories" in wanted:
        _stories(page, a.folder, best)
    text = "\n\n".join(page.parts) + "\n"
    print(text)
    if not a.no_write and not a.only:
        PAGE.write_text(HEAD + text + "\n" + NOTES.read_text(encoding="utf8"), encoding="utf8")


def _alignment_beside(page: Page, bench: Bench, folder: Path, best: dict) -> None:
    """The same pairs aligned by diff-match-patch alone."""
    row = score(replace(bench, callables=("bench.peers:align_match_patch",)), folder)[0]
    page.parts[-1] += (
        f"\n| *diff-match-patch over sentences, measured here* | {' | '.join(shown(row.get(c)) for c in bench.columns)} |"
    )


PEERS = {
    "bench.measure_edits:meaningful": "**this program**",
    "bench.peers:newsdiff": "newsdiff's rule",
    "bench.peers:diffengine": "diffengine's rule",
    "bench.peers:newsdiffs": "NewsDiffs' rule",
    "bench.peers:plain_difflib": "difflib, words: whatever differs",
    "bench.peers:plain_match_patch": "diff-match-patch: whatever differs",
}
SETS = {
    "whitehouse": ("accuracy", "F1"),
    "news_dumpster": ("F1",),
    "iterater-dev": ("F1",),
    "iterater-train": ("F1",),
    "whitehouse-noise": ("called",),
    "bbc-headline-case": ("called",),
}


def _meaning_beside(page: Page, bench: Bench, folder: Path, best: dict) -> None:
    """The same sets by the rules of other trackers, by plain diffs and by the baselines of the scripts, a line each."""
    found: dict[str, dict[str, object]] = {PEERS[c]: {} for c in PEERS}
    for row in score(replace(bench, callables=tuple(PEERS)), folder):
        name = str(row["bench"]).rpartition(" ")[2]
        found[PEERS[str(row["callable"])]] |= {f"{name} {c}": row[c] for c in SETS[name]}
    rows = [*found.items(), *((f"*{k}*", v) for k, v in best["meaning_beside"].items())]
    page.parts.append(
        "The same sets by other rules (`called` on the last two: false alarms); lines in italics as measured before."
    )
    page.table(tuple(f"{name} {c}" for name, columns in SETS.items() for c in columns), rows, "rule")


_BESIDE = {"alignment": _alignment_beside, "meaning": _meaning_beside}


def _steadiness(page: Page, folder: Path) -> None:
    """Noise by time and template, rewritten texts beside peers' rules, revisions of the stories, and first runs."""
    page.parts.append(
        "## Is it steady? Noise, and facts changed by a generator\n`python bench/steadiness.py FOLDER`\n\n"
        "Revisions of a government's pages without a changed word of the author: how many are called, by time and by template."
    )
    page.table(("n", "called"), list(steadiness.noise_splits(folder).items()), "whitehouse-noise, all of it")
    page.parts.append(
        "News texts rewritten without changing a fact (share called), and with one fact changed (share hidden); three sets of "
        "rewrites and two of changes, of which the first was developed on, the others once read:"
    )
    beside = steadiness.beside_peers(folder)
    page.table(tuple(next(iter(beside.values()))), list(beside.items()), "rule")
    page.parts.append(
        "Labelled revisions of the stories, shown or not (`python bench/peers.py STORY...`): share of the edits with meaning "
        "that stand in a revision shown, of the revisions shown that hold one, of the others that are kept quiet."
    )
    rules = peers.scores(list(stories(folder).values()))
    page.table(("revisions", "shown", "recall", "precision", "quiet"), list(rules.items()), "rule")
    first = tomllib.loads((ROOT / "bench" / "first_run.toml").read_text(encoding="utf8"))
    rows = [(f"{name}, {part}", told) for name in FIRST for part, told in first[name].items()]
    page.parts.append("First runs of sets whose author had not read a rule and whose errors nobody had read:")
    page.table(("judgements", "right", "rewrites", "called", "facts", "missed", "other_kind"), rows, "**first run**")


FIRST = ("noise_heldout", "second", "probes", "probes_second")  # of bench/first_run.toml, beside the stories


def _stories(page: Page, folder: Path, best: dict) -> None:
    first = tomllib.loads((ROOT / "bench" / "first_run.toml").read_text(encoding="utf8"))
    scored = {name: score_story(folder / "evaluate" / "story.py", corpus) for name, corpus in stories(folder).items()}
    for part, columns in STORY_COLUMNS.items():
        command = f"python FOLDER/evaluate/story.py STORY --exe .venv/bin/writethru --only {part}"
        page.parts.append(f"## Labelled stories: {part}\n`{command}`")
        rows = [
            (f"{name}, errors unread" if part in first.get(name, {}) else name, parts[part]) for name, parts in scored.items()
        ]
        rows += [(f"**{name}, first run**", told[part]) for name, told in first.items() if part in told]
        rows += [(f"*best known: {k}*", v) for k, v in best.get(part, {}).items()]
        page.table(columns, rows, "story")


HEAD = """# Quality
How often the program is right, measured; made by `python bench/quality.py FOLDER`. Higher is better, except `lost`, `spurious`
and `called` on sets without any true edit. Lines in italics are the best known figures of others, or of earlier trials.
"First run" is the score on a labelled story before anybody had read its errors: the figure to trust.

"""

if __name__ == "__main__":
    main()
