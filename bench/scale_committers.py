"""Processes that commit to one lake at once, each batches of new articles one after the other. Used by bench/scale.py.

They start together: each opens the lake, writes one batch that does not count, says so and waits for a line on its standard
input. Then it tells, as JSON, how long each of its batches took from wanting to write to being committed, and its CPU.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from scale_lake import ROOT, Server, lake_of, server_cpu
from scale_made import Made
from scale_parts import NOON, Row, emptied, say

from pipeline.config import Lake
from pipeline.store import Store, lease, share

APART = 1_000_000  # numbers of articles between two processes


def committers(server: Server, counts: Sequence[int], commits: int, folder: Path) -> list[Row]:
    """So many processes at once, each with so many commits: what each takes, waiting for its turn included."""
    rows: list[Row] = []
    for count in counts:
        lake = lake_of(server, emptied(folder))
        with lease(lake, "bench"), Store(lake, now=NOON):
            pass
        before = server_cpu(server)
        wall, told = side_by_side(lake, count, commits)
        waits = [s for t in told for s in t.seconds]
        rows.append(
            {
                "processes": count,
                "commits": len(waits),
                "wall": round(wall, 3),
                "median": round(statistics.median(waits), 4),
                "slowest": round(max(waits), 4),
                "cpu": round(sum(t.cpu for t in told), 3),
                "server": round(server_cpu(server) - before, 3),
            }
        )
        say("  {processes} processes, {commits} commits: {wall} s, median {median} s, slowest {slowest} s", rows[-1])
    return rows


@dataclass(frozen=True, slots=True)
class Told:
    """What one of the processes took."""

    seconds: Sequence[float]  # for each commit
    cpu: float


def side_by_side(lake: Lake, count: int, commits: int) -> tuple[float, list[Told]]:
    """Seconds from the word to the last commit, and what each process tells."""
    what = [sys.executable, __file__, lake.catalog, lake.data, lake.password or "", "--commits", str(commits), "--number"]
    running = [
        subprocess.Popen(
            [*what, str(n)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for n in range(count)
    ]
    for process in running:
        assert process.stdout is not None
        process.stdout.readline()  # it is ready
    begun = time.perf_counter()
    for process in running:
        assert process.stdin is not None
        print("go", file=process.stdin, flush=True)
    told = [Told(**json.loads(process.communicate()[0])) for process in running]
    return time.perf_counter() - begun, told


def commit_all(lake: Lake, number: int, commits: int) -> None:
    """One of the processes."""
    made, seconds = Made(number * APART), []
    batches = [made.new() for _ in range(commits + 1)]
    with share(lake, "bench") as mine, Store(lake, now=NOON, share=mine) as store:
        store.write("record", lambda: store.record(batches[0]))
        print("ready", flush=True)
        sys.stdin.readline()
        cpu = time.process_time()
        for batch in batches[1:]:
            begun = time.perf_counter()
            store.write("record", lambda batch=batch: store.record(batch))
            seconds.append(time.perf_counter() - begun)
        cpu = time.process_time() - cpu
    print(json.dumps(asdict(Told(seconds, cpu))))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("catalog")
    options.add_argument("data")
    options.add_argument("password", help="where it is: env:NAME")
    options.add_argument("--number", type=int, required=True)
    options.add_argument("--commits", type=int, required=True)
    given = options.parse_args()
    commit_all(
        Lake(kind="postgres", catalog=given.catalog, data=given.data, password=given.password), given.number, given.commits
    )


if __name__ == "__main__":
    main()
