"""Scores the ledger on labelled stories in process: python bench/measure_ledger.py EVALUATE FOLDER... [--wrong] [--log]

EVALUATE is the folder that holds `story.py`, whose rules for aspects are used as they are. A FOLDER holds observations.jsonl,
stories.toml and gold.json; membership of the story is taken from the gold, so that only the ledger is measured. A
`wordings.toml` in the folder (or --wordings FILE) rewords the aspects; each rewording is scored too, the worst counts.
"""

import argparse
import importlib.util
import json
import sys
import time
import tomllib
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipeline.changes import Ledger
from pipeline.model import Aspect, Change, Report, Watch


def load_rules(folder: Path) -> ModuleType:
    """The scoring script as a module."""
    spec = importlib.util.spec_from_file_location("story_rules", folder / "story.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_watch(folder: Path) -> Watch:
    """The watched story of a folder."""
    story = tomllib.loads((folder / "stories.toml").read_text(encoding="utf8"))["story"][0]
    aspects = tuple(Aspect(name=a["name"], about=a["about"], terms=tuple(a.get("terms", ()))) for a in story["aspect"])
    return Watch(slug=story["slug"], title=story["title"], match=tuple(story["match"]), aspects=aspects)


def reports(folder: Path, rules: ModuleType, gold: dict, slug: str) -> list[Report]:
    """The real versions of the story's articles in time order."""
    urls = {rules.canonical(u) for u in gold["stories"][slug]}
    fakes = {
        (e["url"], e["to_at"]) for e in gold["edits"] if e["kind"] in rules.PAGES and e.get("note", "").startswith("transient")
    }
    found: list[Report] = []
    for line in (folder / "observations.jsonl").read_text(encoding="utf8").splitlines():
        row = json.loads(line)
        url = rules.canonical(row["url"])
        text = (url, row["title"], *row["paragraphs"])
        if url not in urls or (url, row["at"]) in fakes or _head(found, url) == text[1:]:
            continue
        at = datetime.fromisoformat(row["at"])
        published = datetime.fromisoformat(row["published"]) if row.get("published") else None
        found.append(
            Report(
                article_id=url,
                version_id=f"{url} {row['at']}",
                url=url,
                outlet=row["outlet"],
                seen_at=at,
                headline=row["title"],
                paragraphs=tuple(row["paragraphs"]),
                published_at=published,
                language="en",
            )
        )
    return sorted(found, key=lambda r: (r.seen_at, r.url))


def _head(found: list[Report], url: str) -> tuple[str, ...]:
    last = next((r for r in reversed(found) if r.url == url), None)
    return (last.headline, *last.paragraphs) if last else ()


class InProcess:
    """Answers the scorer's query from the ledger's lines."""

    def __init__(self, slug: str, changes: list[Change]):
        self.slug, self.changes = slug, changes

    def rows(self, query: str) -> list[dict]:
        return [
            dict(
                slug=self.slug,
                aspect=c.aspect,
                detected_at=c.detected_at.isoformat(),
                url=c.url,
                kind=str(c.kind),
                before=c.before,
                after=c.after,
                evidence_before=c.evidence_before,
                evidence_after=c.evidence_after,
                reason=c.reason,
            )
            for c in self.changes
        ]


def run(watch: Watch, rows: list[Report]) -> tuple[Ledger, float]:
    """The ledger after all reports, and CPU seconds."""
    ledger, start = Ledger(watch), time.process_time()
    for report in rows:
        ledger.read(report)
    return ledger, time.process_time() - start


def wordings(folder: Path, watch: Watch, extra: Path | None) -> list[tuple[str, Watch]]:
    """The watch as given and its rewordings."""
    found = [("given", watch)]
    path = extra or folder / "wordings.toml"
    if path.is_file():
        for i, row in enumerate(tomllib.loads(path.read_text(encoding="utf8"))["wording"], 1):
            aspects = tuple(replace(a, about=row[a.name]) for a in watch.aspects)
            found.append((f"wording {i}", replace(watch, aspects=aspects)))
    return found


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("evaluate", type=Path)
    p.add_argument("folders", type=Path, nargs="+")
    p.add_argument("--wrong", action="store_true", help="list the wrong cases of the given wording by class")
    p.add_argument("--log", action="store_true", help="print the lines of the given wording")
    p.add_argument("--wordings", type=Path, help="a file of rewordings, if the folder has none")
    p.add_argument("--only", help="score this wording only: given, or 'wording 2'")
    a = p.parse_args()
    rules = load_rules(a.evaluate)
    for folder in a.folders:
        gold, watch = rules.read_gold(folder), read_watch(folder)
        rows = reports(folder, rules, gold, watch.slug)
        for name, worded in wordings(folder, watch, a.wordings):
            if a.only and name != a.only:
                continue
            ledger, cpu = run(worded, rows)
            product = InProcess(watch.slug, ledger.changes())
            scores, wrong = rules.score_aspects(product, gold, watch.slug)
            shown = "  ".join(f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in scores.items())
            print(f"{watch.slug:<18} {name:<10} {shown}  ms/report {cpu * 1000 / len(rows):.1f}")
            if a.log and (name == "given" or a.only):
                for c in ledger.changes():
                    print(f"   {c.detected_at:%d %H:%M} {c.aspect:<12} {c.kind:<9} {c.before[:50]!r} -> {c.after[:110]!r}")
                    print(f"      {c.reason}")
            if a.wrong and (name == "given" or a.only):
                for kind, cases in sorted(wrong.items(), key=lambda item: -len(item[1])):
                    print(f"  {kind}: {len(cases)}")
                    for case in cases:
                        print(f"    {case}")


if __name__ == "__main__":
    main()
