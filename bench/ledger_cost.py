"""What the ledger costs on a long story, and whether it grows with repetitions: python bench/ledger_cost.py FOLDER

FOLDER holds `data/ecbplus/dev.jsonl.gz`. Its reports, the sentences of one event dealt out anew under a fixed seed, make a
story of 2,000 reports that is unlike any: far more is new in it than in a real one. CPU is measured over the last hundred.
Then some reports come again from ten outlets each, word for word: the entries must stay as many.
"""

import random
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.measure_numbers import START, events
from pipeline.changes import Ledger
from pipeline.model import Aspect, Report, Watch

EARLIER, MEASURED, COPIES = 2000, 100, 10
WATCH = Watch(
    slug="long",
    title="A long story",
    match=("x",),
    aspects=(
        Aspect(name="deaths", about="How many people were killed"),
        Aspect(name="injured", about="How many people were injured"),
        Aspect(name="arrests", about="Who was arrested or charged, and what they answer"),
        Aspect(name="money", about="How much money was offered, paid, stolen or lost"),
        Aspect(name="damage", about="What was destroyed or damaged"),
        Aspect(name="court", about="When the hearings and the trial are due, and what the judge decides"),
        Aspect(name="response", about="How the government and the police respond"),
        Aspect(name="meetings", about="Which talks are held, planned or postponed"),
    ),
)


def story(folder: Path, length: int) -> list[Report]:
    """That many reports, each of sentences of one event."""
    rng, made = random.Random(7), []
    pools = [[p for report in reports for p in report.paragraphs] for reports in events(folder).values()]
    for i in range(length):
        pool = rng.choice(pools)
        at = START + timedelta(minutes=10 * i)
        name = f"r{i}"
        texts = tuple(rng.sample(pool, min(15, len(pool))))
        made.append(
            Report(
                article_id=name,
                version_id=name,
                url=f"https://o{i % 40}.example/{name}",
                outlet=f"Outlet {i % 40}",
                seen_at=at,
                published_at=at,
                headline="",
                paragraphs=texts,
                language="en",
            )
        )
    return made


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    reports = story(Path(sys.argv[1]), EARLIER + MEASURED)
    ledger = Ledger(WATCH)
    for report in reports[:EARLIER]:
        ledger.read(report)
    start = time.process_time()
    for report in reports[EARLIER:]:
        ledger.read(report)
    spent = (time.process_time() - start) * 1000 / MEASURED
    print(f"{EARLIER} earlier reports, {len(ledger.shelf.entries)} entries: {spent:.1f} ms of CPU a report")
    entries, lines = len(ledger.shelf.entries), len(ledger.lines)
    for report in reports[::100]:
        for k in range(COPIES):
            name = f"{report.article_id} copy {k}"
            at = reports[-1].seen_at + timedelta(minutes=k)
            ledger.read(replace(report, article_id=name, version_id=name, url=name, outlet=f"Copy {k}", seen_at=at))
    grown, told = len(ledger.shelf.entries) - entries, len(ledger.lines) - lines
    print(f"{len(reports[::100]) * COPIES} repetitions: {grown} entries and {told} lines more")


if __name__ == "__main__":
    main()
