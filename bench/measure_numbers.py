"""Numbers across outlets: how many of the shown conflicts and updates are between figures of one thing.

    python bench/measure_numbers.py FOLDER [--wrong] [--unlabelled]

FOLDER holds `data/ecbplus/dev.jsonl.gz`: real reports, several outlets to an event, without dates. Each event is read by
the ledger as a story with the aspects of `number_watches.toml`, an article an hour; a line that sets a figure against an
earlier one is a shown pair. `number_pairs.txt` holds labels made by hand, and no text: for each pair the two articles and
values, and whether both count the same thing of the same event, so that a reader is served by the line.
"""

import argparse
import gzip
import json
import re
import sys
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipeline.changes import Ledger
from pipeline.model import Aspect, Change, ChangeKind, Report, Watch

HERE = Path(__file__).parent
LABELS, WATCHES = HERE / "number_pairs.txt", HERE / "number_watches.toml"
START = datetime(2013, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two figures that a line sets against each other."""

    event: str
    before: str  # article and value
    after: str
    aspect: str
    kind: str
    texts: tuple[str, str]  # for the person who labels; never written to a file

    @property
    def key(self) -> str:
        return f"{self.event}\t{self.before}\t{self.after}"


def written(tokens: str) -> str:
    """A tokenised sentence as it would be printed."""
    text = re.sub(r"\s*``\s*", ' "', tokens)
    text = re.sub(r"\s*''", '"', text)
    text = re.sub(r"\s+([,.;:!?)%]|'s\b|n't\b|'re\b|'ve\b|'ll\b|'d\b|')", r"\1", text)
    text = re.sub(r"([($£€])\s+", r"\1", text)
    text = re.sub(r"(\d)\s*([,.:])\s*(\d)", r"\1\2\3", text)
    text = re.sub(r"\b([ap])\. m\.", r"\1.m.", text)
    return re.sub(r"(\w) - (\w)", r"\1-\2", text).strip()


def events(folder: Path) -> dict[str, list[Report]]:
    """The reports of each event, in the order of their names, an hour apart."""
    found: dict[str, list[Report]] = defaultdict(list)
    with gzip.open(folder / "data" / "ecbplus" / "dev.jsonl.gz", "rt", encoding="utf8") as lines:
        rows = sorted((json.loads(line) for line in lines), key=lambda row: (row["subtopic"], row["doc"]))
    for row in rows:
        texts = [written(s) for s in row["sentences"] if not s.startswith("http :")]
        at = START + timedelta(hours=len(found[row["subtopic"]]))
        found[row["subtopic"]].append(
            Report(
                article_id=row["doc"],
                version_id=row["doc"],
                url=row["doc"],
                outlet=row["doc"],
                seen_at=at,
                headline="",
                paragraphs=tuple(texts),
                published_at=at,
                language="en",
            )
        )
    return found


def shown(event: str, reports: list[Report], wanted: dict[str, str]) -> list[Pair]:
    """The pairs of figures that the log of an event shows."""
    watch = Watch(slug=event, title="", match=("x",), aspects=tuple(Aspect(name=n, about=a) for n, a in wanted.items()))
    ledger = Ledger(watch)
    for report in reports:
        ledger.read(report)
    kinds = {ChangeKind.CONFLICT, ChangeKind.CHANGED}
    return [pair_of(event, c) for c in ledger.changes() if c.kind in kinds and c.value_before and c.value_after]


def pair_of(event: str, c: Change) -> Pair:
    """A line as a pair."""
    before, after = f"{c.before_url} {c.value_before}", f"{c.url} {c.value_after}"
    return Pair(event, before, after, c.aspect, c.kind.value, (c.evidence_before, c.evidence_after))


def labels() -> dict[str, bool]:
    """The labels by pair: whether it is right to set the two figures against each other."""
    rows = (line.split("\t") for line in LABELS.read_text(encoding="utf8").splitlines() if line and line[0] != "#")
    return {"\t".join(row[:3]): row[3] == "same" for row in rows}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folder", type=Path)
    p.add_argument("--wrong", action="store_true", help="list the pairs that are of two things")
    p.add_argument("--unlabelled", action="store_true", help="list the pairs that nobody has labelled")
    a = p.parse_args()
    watches = tomllib.loads(WATCHES.read_text(encoding="utf8"))
    read = events(a.folder)
    pairs = [pair for event, wanted in watches.items() for pair in shown(event, read[event], wanted)]
    known = labels() if LABELS.is_file() else {}
    right = [pair for pair in pairs if known.get(pair.key)]
    wrong = [pair for pair in pairs if known.get(pair.key) is False]
    judged = len(right) + len(wrong)
    share = f"{len(right) / judged:.3f}" if judged else "-"
    same = sum(known.values())
    print(f"labels {len(known)}  of one thing {same}  shown {len(pairs)}  labelled {judged}", end="  ")
    print(f"right {len(right)}  precision {share}")
    print(f"of the labelled pairs of one thing shown: {len(right) / same:.3f}" if same else "no labels")
    for pair in wrong if a.wrong else [q for q in pairs if q.key not in known] if a.unlabelled else []:
        print(f"{pair.key}\t{pair.aspect} {pair.kind}\n    {pair.texts[0]}\n    {pair.texts[1]}")


if __name__ == "__main__":
    main()
