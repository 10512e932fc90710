"""Builds and checks two golden stories: python tests/stories/reservoir-breach/both.py [build|check]; exit 0 = no faults.

The source format is that of `../strike/newsroom.py`: copy.txt (the watched story) and others.txt beside each other. Three
rewordings of the aspects are in wordings.toml. `build` writes observations.jsonl and gold.json; both words hold the files
against the source and the rules of `../strike/check.py`, with counts of their own.
"""

import sys
import tomllib
from collections import Counter
from pathlib import Path

STORIES = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(STORIES / "strike"))
import newsroom  # noqa: E402

NAMES = ("reservoir-breach", "harbour-merger")
newsroom.SLUGS.update({name: name for name in NAMES})
import check  # noqa: E402


class Both(check.Check):
    """The rules of the other newsroom stories, with the rewordings and counts of these two."""

    def wordings(self) -> None:
        users = tomllib.loads((self.folder / "wordings.toml").read_text(encoding="utf8"))["wording"]
        self.need(len(users) == 3 and all(list(user) == self.names for user in users), "wordings.toml")

    def counts(self) -> None:
        gold = self.gold
        must = Counter(c["aspect"] for c in gold["aspect_changes"] if not c.get("repeat"))
        several = [len(self.by[u]) for u in self.main if len(self.by[u]) > 1]
        kinds = Counter(e["kind"] for e in gold["edits"])
        self.need(20 <= len(self.main) <= 28 and len(several) >= 16, f"articles {len(self.main)}, with versions {len(several)}")
        self.need(sum(must.values()) >= 40 and set(must) == set(self.names) and 6 <= len(must) <= 8, f"aspect changes {must}")
        self.need(len(gold["conflicts"]) >= 4, "conflicts")
        repeats = len(gold["aspect_changes"]) - sum(must.values())
        outlets, versions = len({o["outlet"] for o in self.rows}), sum(len(self.by[u]) for u in self.main)
        loud = sum(e["meaning"] for e in gold["edits"])
        print(f"{self.name}: articles {len(self.by)}, observations {len(self.rows)}, outlets {outlets}")
        print(f"  watched {len(self.main)}, with versions {len(several)}, versions of it {versions}")
        print(f"  stories {[(k, len(v)) for k, v in gold['stories'].items()]}, related {len(gold['related_ok'])}")
        print(f"  edits {len(gold['edits'])}, with meaning {loud}: {dict(kinds.most_common())}")
        print(f"  changes {sum(must.values())} required, {repeats} repeats: {dict(must.most_common())}")
        print(f"  conflicts {len(gold['conflicts'])}, lineage {len(gold['lineage'])}")


def main() -> int:
    names = [name for name in NAMES if name in sys.argv or not set(NAMES) & set(sys.argv)]
    if "check" not in sys.argv:
        for name in names:
            observations, gold = newsroom.build(STORIES / name)
            (STORIES / name / "observations.jsonl").write_text(observations, encoding="utf8")
            (STORIES / name / "gold.json").write_text(gold, encoding="utf8")
    faults = [f"{name}: {fault}" for name in names for fault in Both(name).run()]
    print("\n".join(faults) or "no faults")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
