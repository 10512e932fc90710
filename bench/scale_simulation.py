"""The simulation's part of docs/scale.md, and a way to put in one's own figures.

python bench/scale_simulation.py [--articles 1000000,10000000] [--assume NAME=VALUE ...]
"""

import argparse
import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from scale_model import (
    ASSUMED,
    DAY,
    LIMITS,
    MEASURED,
    SIZES,
    Assumptions,
    Costs,
    Load,
    Money,
    Needs,
    assumptions_of,
    cores,
    costs_of,
    full_at,
    load_of,
    looks_per_article,
    money_of,
    needs_of,
)


def told(value: float, digits: int = 2) -> str:
    """A figure with two digits that count, thousands apart."""
    if value == 0 or math.isinf(value):
        return "never" if math.isinf(value) else "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, places):,.{max(0, places)}f}"


def sizes_table(sizes: Sequence[float], c: Costs, a: Assumptions) -> list[str]:
    """What each size takes."""
    loads = [load_of(s, a) for s in sizes]
    needs = [needs_of(load, c, a) for load in loads]
    money = [money_of(n, a) for n in needs]
    both = list(zip(loads, needs, money, strict=True))
    rows: list[tuple[str, Callable[[Load, Needs, Money], float]]] = [
        ("looks a second, mean", lambda load, n, m: load.looks / DAY),
        ("outlets (assumed)", lambda load, n, m: load.outlets),
        ("cores of workers: fetch, judge, write", lambda load, n, m: cores(n.fetch, a)),
        ("cores of workers: read pages", lambda load, n, m: cores(n.read, a)),
        ("cores of workers: judge and link", lambda load, n, m: cores(n.track, a)),
        ("cores of workers: ledgers of watched stories", lambda load, n, m: cores(n.ledgers, a)),
        ("cores of PostgreSQL", lambda load, n, m: cores(n.catalog, a)),
        ("commits a second, mean", lambda load, n, m: n.commits / DAY),
        ("seconds of commits in a second, mean", lambda load, n, m: n.turn / DAY),
        ("open articles of the linker, millions", lambda load, n, m: load.open_articles / 1e6),
        ("memory of the linker, GB", lambda load, n, m: n.linker / 1e9),
        ("lake, GB a day", lambda load, n, m: n.store / 1e9),
        ("archive, GB a day", lambda load, n, m: n.archive / 1e9),
        ("catalog, GB", lambda load, n, m: n.catalog_bytes / 1e9),
        ("`maintain`, hours a night", lambda load, n, m: n.tidy / 3600),
        ("CPU-s of a question over a year's articles", lambda load, n, m: n.question),
        ("$ a month: workers", lambda load, n, m: m.workers),
        ("$ a month: memory of the linker", lambda load, n, m: m.linker),
        ("$ a month: PostgreSQL", lambda load, n, m: m.catalog),
        ("$ a month: a year's files and archive", lambda load, n, m: m.objects),
        ("$ a month: requests that write", lambda load, n, m: m.requests),
        ("**$ a month in all**", lambda load, n, m: m.total),
        ("$ for a million articles", lambda load, n, m: m.total / 30.4 / load.articles * 1e6),
    ]
    head = "| articles a day | " + " | ".join(f"{s:,.0f}" for s in sizes) + " |\n|" + "---|" * (len(sizes) + 1)
    return [head, *(f"| {name} | " + " | ".join(told(f(*b)) for b in both) + " |" for name, f in rows)]


LARGER = 1_000.0  # looks of a batch, if batches were larger


def limits_table(sizes: Sequence[float], c: Costs, a: Assumptions) -> list[str]:
    """How full each limit is at each size, that which is full first on top; the last column with larger batches."""
    loads = [load_of(s, a) for s in sizes]
    needs = [needs_of(load, c, a) for load in loads]
    first = sorted(LIMITS, key=lambda x: full_at(x, c, a))
    lines = [
        f"| there is one of | full at, articles a day | {' | '.join(f'at {s:,.0f}' for s in sizes)} "
        f"| full at, batches of {LARGER:,.0f} |",
        "|" + "---|" * (len(sizes) + 3),
    ]
    for limit in first:
        uses = [f"{told(100 * limit.use(load, n, a))} %" for load, n in zip(loads, needs, strict=True)]
        lines.append(
            f"| {limit.what} | {told(full_at(limit, c, a))} | {' | '.join(uses)} | {told(full_at(limit, c, a, LARGER))} |"
        )
    return lines


def _full_with(c: Costs, a: Assumptions, more: float) -> str:
    """Articles a day at which one linking process is full, if what it costs grows more steeply or less."""
    linking = next(limit for limit in LIMITS if limit.what.startswith("judging and linking"))
    return told(full_at(linking, replace(c, track=replace(c.track, exponent=max(0.0, c.track.exponent + more))), a))


def verdicts(sizes: Sequence[float], c: Costs, a: Assumptions) -> list[str]:
    """For each size what is full, first things first."""
    lines = []
    for size in sizes:
        load = load_of(size, a)
        needs = needs_of(load, c, a)
        full = sorted((x for x in LIMITS if x.use(load, needs, a) >= 1), key=lambda x: full_at(x, c, a))
        what = "; ".join(f"{x.what} ({told(x.use(load, needs, a))} times what there is)" for x in full)
        lines.append(f"- **{size:,.0f} a day.** " + (f"Full: {what}." if full else "Nothing is full."))
    return lines


def remedies(c: Costs, a: Assumptions) -> list[str]:
    """What would have to be built, in the order in which it is needed."""
    return [
        f"{n}. {x.what[0].upper()}{x.what[1:]}: {x.remedy}."
        for n, x in enumerate(sorted(LIMITS, key=lambda x: full_at(x, c, a)), 1)
    ]


def costs_table(c: Costs) -> list[str]:
    """The measured costs that all of it is made of."""
    ms, batch = 1000.0, f"of {c.batch:.0f}"
    rows = [
        ("CPU-ms of a look that finds a new text, from the socket to the commit", ms * c.look_new, "pages, all new"),
        ("... that finds other bytes and the same text", ms * c.look_same, "pages, 5 % edited"),
        ("... that is answered with 304", ms * c.look_unmodified, "pages, 304"),
        (f"of these, CPU-ms of reading a page of {c.page_kilobytes:.0f} kB", ms * c.extract, "by itself"),
        ("CPU-ms of asking a feed for nothing new", ms * c.feed, "by itself, warm"),
        ("CPU-ms of PostgreSQL for a look that finds a new text", ms * c.server_new, "pages, all new"),
        ("... for any other", ms * c.server_same, "pages, 5 % edited"),
        (f"ms that pass in a transaction {batch} first looks", ms * c.commit_new.of(c.batch), "commits"),
        (f"... {batch} looks that find nothing new", ms * c.commit_looks.of(c.batch), "commits"),
        ("files of a commit", c.puts, "files"),
        ("ms of `maintain` for a commit", ms * c.tidy.each, "files"),
        ("bytes of the catalog for a commit", c.snapshot_bytes, "the catalog"),
        ("bytes of a text in the lake, as it is made here", c.text_bytes, "files"),
        ("... of what hangs on it", c.around_bytes, "files"),
        ("... of a look", c.look_bytes, "files"),
        ("kB archived for a new text", c.archive_kilobytes, "pages, all new"),
        (f"CPU-ms of judging and linking a text, {c.track.size:,.0f} remembered", ms * c.track.cost, "tracking"),
        ("kB of memory of an open article", c.linker_bytes / 1000, "the linker alone"),
        ("CPU-ms of a question for 1,000 articles stored", 1e6 * c.question, "questions"),
    ]
    head = ["| measured | value | above in |", "|---|---|---|"]
    return head + [f"| {name} | {told(value)} | {where} |" for name, value, where in rows]


def assumed_table(a: Assumptions, text: str) -> list[str]:
    """Every assumption with the comment that stands beside it in its file."""
    notes = {row.partition("=")[0].strip(): row.partition("#")[2].strip() for row in text.splitlines() if "=" in row}
    return ["| assumption | value | of |", "|---|---|---|"] + [
        f"| `{f.name}` | {getattr(a, f.name):g} | {notes.get(f.name, '')} |" for f in fields(a)
    ]


def simulation(
    measured: Mapping[str, Any], assumed: str, own: Mapping[str, float] | None = None, sizes: Sequence[float] = SIZES
) -> str:
    """The section of docs/scale.md: `measured` as read, `assumed` as the text of its file."""
    c, a = costs_of(measured), assumptions_of(tomllib.loads(assumed), own)
    return "\n".join(
        [
            f"An article is looked at {looks_per_article()} times in its first year if it is never edited (the schedule's own "
            f"decisions, followed), so looks are what costs. A batch is {c.batch:.0f} looks.",
            "",
            *sizes_table(sizes, c, a),
            "",
            f"Judging and linking cost {1000 * c.track.cost:.1f} ms of CPU a text at {c.track.size:,.0f} articles remembered, "
            f"which was measured, and are taken to grow as they did there, with exponent {c.track.exponent:.2f}: "
            f"{load_of(sizes[0], a).open_articles / 1e6:.0f} million and more lie far beyond what was measured. With an "
            f"exponent 0.1 higher or lower, one process is full at {_full_with(c, a, 0.1)} or {_full_with(c, a, -0.1)} "
            "articles a day.",
            "",
            "Files, bytes, requests and questions are taken to grow in proportion. The disk, the network and waiting for "
            "either are in no figure but those of transactions and of `maintain`, which are seconds that passed.",
            "",
            "### What is full first",
            "",
            *limits_table(sizes, c, a),
            "",
            *verdicts(sizes, c, a),
            "",
            "### What would have to be built, in this order",
            "",
            *remedies(c, a),
            "",
            "### Measured costs",
            "",
            *costs_table(c),
            "",
            "### Assumptions",
            "",
            "Put in your own: `python bench/scale_simulation.py --assume vcpu_hour=0.03 watched=0.1`.",
            "",
            *assumed_table(a, assumed),
        ]
    )


def main() -> None:
    """Print the simulation, with one's own assumptions."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--articles", default=",".join(map(str, SIZES)), help="articles a day")
    options.add_argument("--assume", nargs="*", default=[], metavar="NAME=VALUE", help="in place of what is declared")
    given = options.parse_args()
    own = {name: float(value) for name, _, value in (pair.partition("=") for pair in given.assume)}
    measured = tomllib.loads(MEASURED.read_text(encoding="utf8"))
    sizes = [float(s) for s in given.articles.split(",")]
    print(simulation(measured, ASSUMED.read_text(encoding="utf8"), own, sizes))


if __name__ == "__main__":
    main()
