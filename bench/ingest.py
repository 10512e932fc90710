"""What ingestion costs, beside lemon24/reader over the same feeds. Process CPU; the two take turns in every round.

    python bench/ingest.py [--reader-python PATH] [--rounds N] [--write]

PATH is the Python of an environment that has `reader` installed; without it only our own passes are measured. Feeds come from
bench/serving.py on loopback and carry their articles whole, so both read texts from the feed (`read = "feed"` for us).
--write puts the figures into docs/performance.md.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from types import TracebackType

from serving import NOON, Issue, Press, Supply, document, host_of, serving
from stored import HOUR, check_cost, cost, settings_in

from pipeline import journey
from pipeline.extract import document_from_entry
from pipeline.feeds import read_feed
from pipeline.model import KnownArticle, Observation
from pipeline.versions import decide_version

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "performance.md"
COLD = """
from pipeline.cli import main
try:
    main()
finally:
    print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
HEAVY = (
    "feedparser",
    "trafilatura",
    "lxml",
    "aiohttp",
    "httptools",
    "numpy",
    "py3langid",
    "prefect",
    "altair",
    "jinja2",
    "warcio",
)


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass over the feeds: what is published before it."""

    name: str
    build: int
    edited: int
    validators: bool
    target: str  # in words, of the ratio to the peer
    most: float  # that ratio


PASSES = (
    Pass("first", 0, 0, True, "no dearer", 1.0),
    Pass("nothing new, 304", 0, 0, True, "1/5", 1 / 5),
    Pass("nothing new, 200 with the same bytes", 0, 0, False, "1/50", 1 / 50),
    Pass("nothing new, 200 with another build date", 1, 0, False, "1/10", 1 / 10),
    Pass("5 % of the entries edited", 2, 1, False, "1/10", 1 / 10),
)


@dataclass(slots=True)
class Figures:
    """CPU seconds by pass, one figure a round."""

    ours: dict[str, list[float]] = field(default_factory=dict)
    peer: dict[str, list[float]] = field(default_factory=dict)
    tracking: dict[str, list[float]] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)
    peer_version: str = ""


class Peer:
    """reader in its own process."""

    def __init__(self, python: str):
        command = [python, str(Path(__file__).with_name("with_reader.py"))]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def run(self, db: Path, feeds: Sequence[str]) -> tuple[float, str]:
        """One pass: CPU seconds, and the peer's version."""
        assert self.process.stdin is not None and self.process.stdout is not None
        print(json.dumps({"db": str(db), "feeds": list(feeds)}), file=self.process.stdin, flush=True)
        told = json.loads(self.process.stdout.readline())
        return float(told["cpu"]), str(told["version"])


# ---- warm passes ---------------------------------------------------------------------------------------------------------


def one_round(
    press: Press, folder: Path, peer: Peer | None, feeds: Sequence[str], ours_first: bool = True, track: bool = False
) -> Figures:
    """Every pass once, with fresh stores. Who goes first changes from round to round."""
    figures = Figures()
    settings = settings_in(folder, feeds)
    now = NOON + HOUR

    def ours(name: str, at: datetime) -> None:
        cpu, summary = cost(lambda: journey.ingest(settings, at))
        figures.ours[name] = [cpu]
        figures.found[name] = f"{summary.tally.new_articles} articles, {summary.tally.new_versions} versions"

    def theirs(name: str) -> None:
        if peer:
            cpu, figures.peer_version = peer.run(folder / "reader.sqlite", feeds)
            figures.peer[name] = [cpu]

    for n, step in enumerate(PASSES):
        press.publish(build=step.build, edited=step.edited, validators=step.validators)
        at = now + n * HOUR
        for run in (ours, theirs) if ours_first else (theirs, ours):
            run(step.name, at) if run is ours else run(step.name)
        if track and step.name in (PASSES[0].name, PASSES[-1].name):
            figures.tracking[step.name] = [cost(lambda at=at: journey.track(settings, at))[0]]
    return figures


def measure(supply: Supply, rounds: int, reader_python: str | None, folder: Path) -> Figures:
    """All rounds, after one over a few feeds that warms both processes up."""
    total = Figures()
    with ExitStack() as stack:
        press = stack.enter_context(serving(supply))
        peer = stack.enter_context(Peer(reader_python)) if reader_python else None
        one_round(press, folder / "warm", peer, press.addresses[:4])
        for n in range(rounds):
            got = one_round(press, folder / str(n), peer, press.addresses, n % 2 == 0, track=n == rounds - 1)
            for mine, new in ((total.ours, got.ours), (total.peer, got.peer), (total.tracking, got.tracking)):
                for name, values in new.items():
                    mine.setdefault(name, []).extend(values)
            total.found, total.peer_version = got.found, got.peer_version
            for who, costs in (("ours", got.ours), ("peer", got.peer)):
                print(f"round {n + 1} of {rounds}, {who}:", *(f"{v[0]:.3f}" for v in costs.values()), file=sys.stderr)
    return total


# ---- cold commands -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cold:
    """A command in a process of its own."""

    what: str
    cpu: float  # seconds, user and system
    peak: int  # kB


def cold(what: str, arguments: Sequence[str], folder: Path) -> Cold:
    """Run a command; its CPU time with all imports, and its peak memory as the system counted it from its start."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", COLD, *arguments], cwd=folder, env=environment(), capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cold(what, cpu, int(done.stdout.split()[-2]))


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def cold_commands(supply: Supply, rounds: int, folder: Path) -> list[Cold]:
    """The commands of a schedule, each the median of the rounds."""
    runs: dict[str, list[Cold]] = {}
    with serving(supply) as press:
        for n in range(rounds):
            place = folder / f"cold{n}"
            settings_in(place, press.addresses)
            for hour, what in ((1, "first pass"), (2, "all feeds answer 304"), (2, "no feed is due")):
                now = (NOON + hour * HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")
                runs.setdefault(what, []).append(cold(what, ["ingest", "--now", now, "--quiet"], place))
    return [sorted(found, key=lambda c: c.cpu)[len(found) // 2] for found in runs.values()]


def imported(folder: Path) -> list[str]:
    """The heavy modules that an ingest with nothing to do imports all the same."""
    now = (NOON + 2 * HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")
    ask = f"{COLD}    import sys\n    print(*(m for m in {HEAVY!r} if m in sys.modules))"
    command = [sys.executable, "-c", ask, "ingest", "--now", now, "--quiet"]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1].split()


# ---- the parts of a first pass -------------------------------------------------------------------------------------------


def parts(supply: Supply, rounds: int) -> dict[str, float]:
    """CPU seconds of the pure stages of a first pass over all feeds, each by itself: the best of the rounds."""
    bodies = [document(supply, n, host_of(n), Issue()) for n in range(supply.feeds)]
    headers = {"content-type": "application/xml"}
    known = KnownArticle(article_id="art", head=None, seen={})
    took: dict[str, list[float]] = {}
    for _ in range(rounds):
        cpu, read = cost(lambda: [read_feed(b, url=f"http://{host_of(0)}/", headers=headers) for b in bodies])
        took.setdefault("feeds cut into items and parsed", []).append(cpu)
        entries = [e for d in read for e in d.entries]
        cpu, documents = cost(lambda entries=entries: [document_from_entry(e) for e in entries])
        took.setdefault("texts extracted from the entries", []).append(cpu)
        looks = [
            Observation(at=NOON, url=e.url, seen_url=e.url, outlet="o.example", document=d)
            for e, d in zip(entries, documents, strict=True)
        ]
        took.setdefault("judged whether each is a version", []).append(
            cost(lambda looks=looks: [decide_version(look, known) for look in looks])[0]
        )
    return {name: min(values) for name, values in took.items()}


# ---- the page ------------------------------------------------------------------------------------------------------------


def ratio(ours: float, peer: float | None) -> str:
    if not peer:
        return "-"
    return f"1/{peer / ours:.1f}" if ours < peer else f"{ours / peer:.2f}"


def passes_table(figures: Figures) -> list[str]:
    """The passes beside the peer's."""
    peer_name = f"reader {figures.peer_version}" if figures.peer else "reader (not measured)"
    lines = [f"| pass | found | Writethru | {peer_name} | ratio | target |", "|---|---|---|---|---|---|"]
    for step in PASSES:
        ours = statistics.median(figures.ours[step.name])
        theirs = statistics.median(figures.peer[step.name]) if figures.peer else None
        shown = spread(figures.peer[step.name]) if figures.peer else "-"
        target = step.target + ("" if not theirs else ": met" if ours <= step.most * theirs else ": not met")
        lines.append(
            f"| {step.name} | {figures.found[step.name]} | {spread(figures.ours[step.name])} | {shown} "
            f"| {ratio(ours, theirs)} | {target} |"
        )
    for name, values in figures.tracking.items():
        lines.append(f"| tracking after: {name} | | {spread(values)} | does not track | | |")
    return lines


def spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.3f} ({min(values):.3f}-{max(values):.3f})"


def cold_table(commands: Sequence[Cold]) -> list[str]:
    lines = ["| command `writethru ingest` | CPU-s with imports | peak memory |", "|---|---|---|"]
    return lines + [f"| {c.what} | {c.cpu:.2f} | {c.peak / 1024:.0f} MB |" for c in commands]


def growth_table(costs: dict[int, list[float]]) -> list[str]:
    if not costs:
        return ["Not measured."]
    smallest = statistics.median(costs[min(costs)])
    lines = ["| articles stored | CPU-s of the pass | ratio |", "|---|---|---|"]
    for size, values in costs.items():
        lines.append(f"| {size:,} | {spread(values)} | {statistics.median(values) / smallest:.2f} |")
    return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """All that was measured."""

    supply: Supply
    rounds: int
    figures: Figures
    stages: dict[str, float]
    commands: Sequence[Cold]
    heavy: Sequence[str]  # modules
    costs: dict[int, list[float]]  # by articles stored


def page(r: Results) -> str:
    """docs/performance.md."""
    about = (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, duckdb {version('duckdb')}, "
        f"feedparser {version('feedparser')}, httptools {version('httptools')}"
    )
    return "\n".join(
        [
            "# Performance",
            "",
            f"Made by `python bench/ingest.py --reader-python PATH --write`. {about}.",
            "",
            f"Figures are process CPU seconds of all threads: the median of {r.rounds} rounds and their range. The machine is "
            "shared, so absolute figures are its own; ratios are what counts. In every round both programs take each pass in "
            "turn over the same feeds.",
            "",
            f"## Passes over {r.supply.feeds} feeds with {r.supply.entries} entries each",
            "",
            "Half RSS, half Atom, on loopback, each feed on an address of its own; each entry carries its article, 4 to 5 kB. "
            "Both programs read texts from the feed. We also obey robots.txt, extract the text of each entry, judge whether it "
            "is an edit, and keep every version; reader keeps the last one. Processes are warm. Tracking (edits, stories, "
            "claims, changes) has no counterpart in reader; it was measured in the last round.",
            "",
            *passes_table(r.figures),
            "",
            "Of our first pass, each stage by itself: " + ", ".join(f"{k} {v:.2f}" for k, v in r.stages.items()) + ".",
            "",
            "## Cold commands",
            "",
            "A schedule or a person starts a process each time. With nothing to do, of the heavy libraries these are imported: "
            f"{', '.join(r.heavy) or 'none'}.",
            "",
            *cold_table(r.commands),
            "",
            "## A change check in a large store",
            "",
            "25 feeds with 20 entries each answer with other bytes, one entry in twenty is edited; the store holds so many "
            "other articles already, each with a version, an item and an address. The whole pass, warm; two passes before do "
            "not count, for the third is the first whose snapshot is made of an older one: of that file, which is kept beside "
            "the snapshot, only the blocks that differ are written.",
            "",
            *growth_table(r.costs),
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reader-python", help="the Python of an environment with `reader`")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--entries", type=int, default=20)
    parser.add_argument(
        "--stored", type=int, nargs="*", default=[10_000, 100_000, 1_000_000], help="articles, for the change check"
    )
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    supply = Supply(given.feeds, given.entries)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = measure(supply, given.rounds, given.reader_python, folder)
        commands = cold_commands(supply, given.rounds, folder)
        heavy = imported(folder / "cold0")
        costs = {size: check_cost(size, given.rounds, folder / f"stored{size}") for size in given.stored}
    stages = parts(supply, given.rounds)
    results = Results(
        supply=supply, rounds=given.rounds, figures=figures, stages=stages, commands=commands, heavy=heavy, costs=costs
    )
    text = page(results)
    if given.write:
        PAGE.write_text(text, encoding="utf8")
    print(text)


if __name__ == "__main__":
    main()
