"""Speakers of quotations: how often the one that is named is right.

    python bench/measure_quotes.py FOLDER [--wrong] [--unlabelled]

FOLDER holds `data/ecbplus/dev.jsonl.gz`: real reports. A sentence is read behind the one before it, as in a paragraph, and
of the quotations that begin in it one in seven with a speaker is looked at, chosen by a checksum. `quote_speakers.txt` holds
labels made by hand, and no text: the article, the sentence, the number of the quotation, the speaker given, right or wrong.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.measure_numbers import written
from pipeline.text.quotes import quotes

LABELS = Path(__file__).parent / "quote_speakers.txt"
EVERY = 7


@dataclass(frozen=True, slots=True)
class Sample:
    """A quotation with the speaker that was found."""

    key: str  # article, number of the sentence, number of the quotation in it
    speaker: str
    text: str  # for the person who labels; never written to a file


def samples(folder: Path) -> Iterator[Sample]:
    """The quotations that are looked at, in the order of the articles."""
    with gzip.open(folder / "data" / "ecbplus" / "dev.jsonl.gz", "rt", encoding="utf8") as lines:
        rows = sorted((json.loads(line) for line in lines), key=lambda row: row["doc"])
    for row in rows:
        texts = [written(s) for s in row["sentences"]]
        for i, text in enumerate(texts):
            before = texts[i - 1] + " " if i else ""
            for k, quote in enumerate(q for q in quotes(before + text) if q.start >= len(before)):
                key = f"{row['doc']}\t{i}\t{k}"
                if quote.speaker and crc32(key.encode()) % EVERY == 0:
                    yield Sample(key, quote.speaker, before + "||" + text)


def labels() -> dict[str, tuple[str, bool]]:
    """Key -> the speaker that was judged, and whether it was right."""
    rows = (line.split("\t") for line in LABELS.read_text(encoding="utf8").splitlines() if line and line[0] != "#")
    return {"\t".join(row[:3]): (row[3], row[4] == "right") for row in rows}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folder", type=Path)
    p.add_argument("--wrong", action="store_true", help="list those that are wrong")
    p.add_argument("--unlabelled", action="store_true", help="list those that nobody has labelled as they are now")
    a = p.parse_args()
    known = labels() if LABELS.is_file() else {}
    rows = list(samples(a.folder))
    judged = [(s, known[s.key][1]) for s in rows if s.key in known and known[s.key][0] == s.speaker]
    right = sum(ok for _, ok in judged)
    print(f"looked at {len(rows)}  labelled {len(judged)}  right {right}  precision {right / (len(judged) or 1):.3f}")
    fresh = [s for s in rows if s.key not in known or known[s.key][0] != s.speaker]
    for s in [s for s, ok in judged if not ok] if a.wrong else fresh if a.unlabelled else []:
        print(f"{s.key}\t{s.speaker}\n    {s.text}")


if __name__ == "__main__":
    main()
