"""What a run of `track` costs as the store grows: python bench/tracking.py [--sizes 1000,4000,20000,60000]

A stream of made articles, 2,000 a day from a hundred outlets: words drawn by Zipf's law, stories that go on for days and share
words and names, one article in twenty a copy. At each size: a run with nothing new, one with 20 and one with 200 new articles.
Warm, process CPU of all threads, the store's opening, closing and snapshot included; then the size of what is remembered.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from pipeline import journey
from pipeline.config import Settings, load_settings
from pipeline.model import ident
from pipeline.store import Store

START = datetime(2026, 1, 1, tzinfo=UTC)
APART = timedelta(seconds=43)  # 2,000 a day
OUTLETS, OPEN = 100, 500  # outlets; stories of which the next article may be
WORDS, OWN, NAMES, PARAGRAPHS = 60_000, 40, 6, 5
COPIES = 20  # one article in so many is a copy of another one of its story
STORY = 8  # articles of a story on average
PART = 2_000  # articles that one run takes while the store is filled
NEW = (0, 20, 200)
WATCHED = """[[story]]
slug = "watched"
title = "A word of one story"
match = ["{}", "{}"]

[[story.aspect]]
name = "damage"
about = "What was damaged"
"""


class Stream:
    """Makes one article after the other; the same for the same seed."""

    def __init__(self, seed: int):
        self.random, self.number = random.Random(seed), 0
        self.weights = [1 / (n + 20) for n in range(WORDS)]
        self.totals = self._added_up(self.weights)
        self.stories: list[tuple[list[str], list[str], list[str]]] = []  # words, names, texts so far

    @staticmethod
    def _added_up(weights: Sequence[float]) -> list[float]:
        out, total = [], 0.0
        for w in weights:
            total += w
            out.append(total)
        return out

    def _words(self, count: int) -> list[str]:
        return [_word(n) for n in self.random.choices(range(WORDS), cum_weights=self.totals, k=count)]

    def _story(self) -> tuple[list[str], list[str], list[str]]:
        if not self.stories or self.random.random() < 1 / STORY:
            names = [_word(WORDS + self.random.randrange(20_000)).capitalize() for _ in range(NAMES)]
            self.stories = [*self.stories[-OPEN:], ([_word(self.random.randrange(WORDS)) for _ in range(OWN)], names, [])]
            return self.stories[-1]
        return self.random.choice(self.stories)

    def next(self) -> dict[str, Any]:
        """Article, version and appearance in one row."""
        number, at = self.number, START + APART * self.number
        self.number += 1
        words, names, texts = self._story()
        if texts and self.random.random() < 1 / COPIES:
            text = texts[-1]
        else:
            told = [
                self.random.choices(words, k=10) + self._words(20) + self.random.choices(names, k=3) for _ in range(PARAGRAPHS)
            ]
            text = "\n\n".join(_sentence(self.random, part) for part in told)
        texts[:] = [text]
        outlet = f"outlet{number % OUTLETS}.example"
        url = f"https://{outlet}/{number}"
        headline = " ".join([*self.random.choices(words, k=5), self.random.choice(names)])
        article, version = ident("art", url), ident("ver", url)
        return {
            "url": url,
            "outlet": outlet,
            "at": at,
            "headline": headline,
            "text": text,
            "article": article,
            "version": version,
        }


def _word(number: int) -> str:
    """A made word; every number has one of its own, with no letters in common with its neighbours'."""
    rest, out = (number + 1) * 40_503_737 % 26**6, ""
    for _ in range(6):
        rest, letter = divmod(rest, 26)
        out += chr(97 + letter)
    return out


def _sentence(rng: random.Random, words: list[str]) -> str:
    rng.shuffle(words)
    text = " ".join(words)
    return text[:1].upper() + text[1:] + "."


def put(store: Store, rows: Sequence[dict[str, Any]]) -> None:
    """Write made articles into the record."""
    base = [{"article_id": r["article"], "url": r["url"], "outlet": r["outlet"]} for r in rows]
    seen = [{"first_seen_at": r["at"], "last_seen_at": r["at"], "next_due_at": r["at"]} for r in rows]
    fixed = {
        "status": "live",
        "times_changed": 0,
        "failures": 0,
        "due_reason": "by age",
        "feed": "fed_0000000000000001",
        "guid": None,
    }
    made = [
        b | s | fixed | {"head_version_id": r["version"], "title": r["headline"]}
        for b, s, r in zip(base, seen, rows, strict=True)
    ]
    store.tables.insert("record.article", made)
    same = {"seq": 1, "language": "en", "extractor": "feed/1", "text_hash": "made"}
    told = [{"version_id": r["version"], "seen_at": r["at"], "headline": r["headline"], "text": r["text"]} for r in rows]
    store.tables.insert("record.version", [b | t | same for b, t in zip(base, told, strict=True)])
    shown = [
        {
            "appearance_id": ident("app", r["article"], r["version"], r["at"].isoformat()),
            "article_id": r["article"],
            "version_id": r["version"],
            "seen_at": r["at"],
            "reverted": False,
            "reason": "The first text of this article.",
        }
        for r in rows
    ]
    store.tables.insert("record.appearance", shown)


def add(settings: Settings, stream: Stream, count: int) -> datetime:
    """Write so many further articles into the store; returns when the last was seen."""
    rows = [stream.next() for _ in range(count)]
    with Store(settings.db, now=START) as store, store.transaction():
        for start in range(0, count, PART):
            put(store, rows[start : start + PART])
    return START + APART * stream.number


def spent_on_track(settings: Settings, now: datetime) -> tuple[float, float]:
    """CPU seconds and seconds of one run."""
    cpu, wall = time.process_time(), time.perf_counter()
    journey.track(settings, now)
    return time.process_time() - cpu, time.perf_counter() - wall


def remembered(settings: Settings) -> int:
    """Bytes of what the linker and the ledgers remember."""
    with duckdb.connect(str(settings.db), read_only=True) as con:
        tables = [t for (t,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'derived'").fetchall()]
        kept = [t for t in tables if t in ("state", "memory")]
        return sum(con.execute(f"SELECT coalesce(sum(octet_length(data)), 0) FROM derived.{t}").fetchall()[0][0] for t in kept)


def measure(sizes: Sequence[int], folder: Path) -> None:
    """Print a line a size."""
    watched = WATCHED.format(*(_word(WORDS + n).capitalize() for n in range(2)))
    for name, text in (("writethru.toml", ""), ("feeds.toml", ""), ("stories.toml", watched)):
        (folder / name).write_text(text, encoding="utf8")
    settings, stream = load_settings(folder / "writethru.toml"), Stream(1)
    for size in sizes:
        filling = 0.0
        while stream.number < size:
            now = add(settings, stream, min(PART, size - stream.number))
            filling += spent_on_track(settings, now)[0]
        told = []
        for count in NEW:
            now = add(settings, stream, count) if count else START + APART * stream.number
            spent_on_track(settings, now) if not count else None  # the snapshot of what came before
            cpu, wall = spent_on_track(settings, now)
            told.append(f"{count} new {cpu:.3f} CPU-s ({wall:.3f} s)")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{size:>7}: {', '.join(told)}; remembered {remembered(settings) / 1e6:.1f} MB; peak {memory:.0f} MB", flush=True)
        print(f"         filled at {filling:.1f} CPU-s in runs of {PART}", flush=True)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,4000,20000,60000", help="numbers of stored articles")
    sizes = [int(s) for s in parser.parse_args().sizes.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        measure(sizes, Path(folder))


if __name__ == "__main__":
    main()
