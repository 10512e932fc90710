"""What it costs at scale: several workers, commits, the catalog, questions. Figures for docs/scale.md and bench/scale_model.py.

    python bench/scale.py [--workers 1,2,3] [--only PART ...] [--write]

Needs a PostgreSQL on this machine (as the tests do), of which a server of its own is started on loopback; it waits for the disk
at each commit. Passes are made in turn by a store in a file and by lakes with so many worker processes, over the same feeds,
so that ratios hold on a busy machine. CPU seconds are of all processes of the program, those of PostgreSQL apart. --write puts
figures into bench/scale.toml, where what was not measured this time stays as it was, and writes docs/scale.md.
"""

import argparse
import os
import platform
import tempfile
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import scale_parts as parts
from scale_committers import committers
from scale_lake import durable_server
from scale_model import ASSUMED, MEASURED
from scale_page import page

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "scale.md"
MARKS = (1, 100, 1_000, 5_000)  # commits, after which commits are measured
PARTS = ("passes", "reading", "batches", "committers", "growth", "depths", "questions", "tracking", "linking")
ARTICLES = 100_000  # of which questions are asked
Figures = dict[str, Any]


def measure(workers: Sequence[int], only: Sequence[str], folder: Path) -> Figures:
    """The parts that are asked for (all if none is), by name."""
    server = durable_server()

    def grown() -> Figures:
        figures, tables = parts.growth(server, 100, folder / "growth")
        return {"growth": figures, "catalog": tables}

    def asked() -> Figures:
        rows = parts.asked(server, ARTICLES, folder / "questions")
        return {"asked": {"articles": ARTICLES}, "question": rows}

    every: dict[str, Callable[[], Figures]] = {
        "passes": lambda: {"pass": parts.passes(server, workers, folder / "passes")},
        "reading": lambda: {"page": parts.page_read(), "feed": parts.feed_polled(folder / "reading")},
        "batches": lambda: {"batch": parts.batches(server, (50, 500, 1_000), folder / "batches")},
        "committers": lambda: {"committers": committers(server, (1, 2, 3), 20, folder / "committers")},
        "growth": grown,
        "depths": lambda: {"depth": parts.depths(server, MARKS, folder / "depths")},
        "questions": asked,
        "tracking": lambda: {"track": parts.tracked((1_000, 8_000), 20, 200, folder / "tracking")},
        "linking": lambda: {"linking": parts.linked((5_000, 20_000))},
    }
    found: Figures = {}
    for name in only or every:
        begun, cpu = time.monotonic(), time.process_time()
        print(f"{name} ...", flush=True)
        found |= every[name]()
        print(f"{name}: {time.monotonic() - begun:.0f} s, {time.process_time() - cpu:.0f} CPU-s of this process", flush=True)
    return found


def about() -> Figures:
    """Where it was measured."""
    return {
        "machine": platform.machine(),
        "cores": os.cpu_count() or 0,
        "python": platform.python_version(),
        "duckdb": version("duckdb"),
        "ducklake": version("duckdb-extension-ducklake"),
        "load": round(os.getloadavg()[1], 1),
    }


def as_toml(figures: Mapping[str, Any]) -> str:
    """Tables of figures and lists of such tables."""
    lines = ["# Written by `python bench/scale.py --write`; read by bench/scale_model.py. Seconds and bytes.", ""]
    for name, value in figures.items():
        rows, head = (value, f"[[{name}]]") if isinstance(value, list) else ([value], f"[{name}]")
        for row in rows:
            lines += [head, *(f"{key} = {_literal(v)}" for key, v in row.items()), ""]
    return "\n".join(lines)


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--workers", default="1,2,3", help="processes that share a lake")
    options.add_argument("--only", nargs="*", default=[], help="of " + ", ".join(PARTS) + "; or page alone")
    options.add_argument("--write", action="store_true")
    given = options.parse_args()
    old = tomllib.loads(MEASURED.read_text(encoding="utf8")) if MEASURED.exists() else {}
    new: Figures = {}
    if given.only != ["page"]:
        with tempfile.TemporaryDirectory() as folder:
            new = {"about": about()} | measure([int(n) for n in given.workers.split(",")], given.only, Path(folder))
    figures = {**old, **new}
    if given.write:
        MEASURED.write_text(as_toml(figures), encoding="utf8")
    text = page(figures, ASSUMED.read_text(encoding="utf8"))
    print(text)
    if given.write:
        PAGE.write_text(text, encoding="utf8")


if __name__ == "__main__":
    main()
