"""docs/scale.md, from the figures of bench/scale.toml and the assumptions of bench/scale_assumptions.toml. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from scale_model import track_each
from scale_simulation import simulation

Row = Mapping[str, Any]
STAGES = {
    "new": "after the commits of new articles",
    "looks": "and as many of looks",
    "tidied": "after `maintain`",
    "forgotten": "with no history kept",
    "vacuumed": "after PostgreSQL's VACUUM FULL",
}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table of Markdown."""
    return [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *(f"| {' | '.join(row)} |" for row in rows)]


def page(figures: Mapping[str, Any], assumed: str) -> str:
    """The whole document."""
    sections = [
        ("Several workers on one lake", passes(figures["pass"], figures["page"])),
        ("Commits", commits(figures)),
        ("Files, and what `maintain` makes of them", files(figures["growth"])),
        ("The catalog", catalog(figures["catalog"], figures["growth"])),
        ("Questions", questions(figures["question"], figures["asked"]["articles"])),
        ("Judging and linking", judging(figures)),
        ("A million articles a day, and more", simulation(figures, assumed).splitlines()),
    ]
    lines = [*_head(figures["about"])]
    for title, text in sections:
        lines += [f"## {title}", "", *text, ""]
    return "\n".join(lines)


def _head(about: Row) -> list[str]:
    return [
        "# Scale",
        "",
        f"Made by `python bench/scale.py --write`. {about['machine']}, {about['cores']} cores, Python {about['python']}, "
        f"duckdb {about['duckdb']}, its extension ducklake {about['ducklake']}; PostgreSQL on the same machine, which waits "
        "for the disk at each commit.",
        "",
        "CPU-s are process CPU seconds of all threads and processes of the program; those of PostgreSQL are told apart. "
        f"Seconds that passed depend on what else the machine did: its load before it began was {about['load']}.",
        "",
    ]


def passes(rows: Sequence[Row], read: Row) -> list[str]:
    """One table of all passes by all variants."""
    files = {r["what"]: r for r in rows if r["where"] == "a file"}
    out = []
    for r in rows:
        count = max(r["versions"], r["looks"]) or r["feeds"]
        spent = r["cpu"] + r["server"]
        rate = [f"{count / spent:.0f}", f"{count / r['wall']:.0f}"] if count else ["", ""]
        found = f"{r['versions']} versions, {r['looks']} looks" if r["looks"] or r["versions"] else ""
        ratio = f"{spent / files[r['what']]['cpu']:.1f}"
        out.append([r["what"], r["where"], found, f"{r['cpu']:.2f}", f"{r['server']:.2f}", f"{r['wall']:.1f}", *rate, ratio])
    return [
        "A hundred outlets on loopback, each on an address of its own and with no pause between requests; 20 entries with "
        f"their texts in each feed, or five that link to pages of {read['kilobytes']:.0f} kB. Each process is started anew, "
        "imports included: a pass with nothing due tells what a start costs. Every pass was made by each in turn; the feeds "
        "are served by a process on the same cores. Rates count versions where all are new, else looks, else feeds; the "
        "ratio is of all CPU to that with a file. More workers than cores gain nothing here; in earnest they wait for hosts.",
        "",
        *table(["pass", "store", "found", "CPU-s", "PostgreSQL", "seconds", "a CPU-s", "a second", "ratio"], out),
    ]


def commits(figures: Mapping[str, Any]) -> list[str]:
    """By size of the batch, by depth of the history, by how many commit at once."""
    batch = [
        [r["kind"], f"{r['looks']}", *_spent(r), f"{1000 * (r['cpu'] + r['server']) / r['looks']:.2f}"]
        for r in figures["batch"]
    ]
    by_depth = sorted(figures["depth"], key=lambda r: (r["kind"], r["snapshots"]))
    depth = [[r["kind"], f"{r['snapshots']:,}", *_spent(r), f"{1000 * r['of_the_commit']:.0f}"] for r in by_depth]
    return [
        "A transaction of ingestion as `Store.record` writes it: `new` are first looks at articles of 4 to 5 kB with 10 "
        "paragraphs, `looks` are looks that found nothing new (a row for the fetch, and the article's row changed). CPU is "
        "the mean, what passed the median of several.",
        "",
        *table(["kind", "looks in it", "CPU-ms", "PostgreSQL", "ms passed", "CPU-ms a look, both"], batch),
        "",
        "After so many commits, each of which made a snapshot and a file (`small`: 101 rows of one table, as the others were):",
        "",
        *table(["kind", "commits before", "CPU-ms", "PostgreSQL", "ms passed", "of these COMMIT"], depth),
        *_committers(figures.get("committers", ())),
    ]


def _spent(r: Row) -> list[str]:
    return [f"{1000 * r['cpu']:.0f}", f"{1000 * r['server']:.0f}", f"{1000 * r['wall']:.0f}"]


def _committers(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return []
    told = [
        [
            f"{r['processes']}",
            f"{r['commits'] / r['wall']:.1f}",
            f"{1000 * r['median']:.0f}",
            f"{1000 * r['slowest']:.0f}",
            f"{1000 * r['cpu'] / r['commits']:.0f}",
            f"{1000 * r['server'] / r['commits']:.0f}",
        ]
        for r in rows
    ]
    return [
        "",
        "Several processes at once, each writing batches of new articles one after the other, one at a time under the turn:",
        "",
        *table(
            ["processes", "commits a second", "median ms, waiting included", "slowest", "CPU-ms a commit", "PostgreSQL"], told
        ),
    ]


def files(g: Row) -> list[str]:
    """What many small commits leave, and what it costs to put that in order."""
    scans = {"looks": "scan_before", "tidied": "scan_after_tidy", "forgotten": "scan_after_forget"}
    rows = []
    for stage, name in STAGES.items():
        scan = scans.get(stage)
        told = [f"{g[f'{scan}_cpu']:.2f}", f"{g[f'{scan}_server']:.2f}", f"{g[f'{scan}_wall']:.2f}"] if scan else ["", "", ""]
        rows.append(
            [
                name,
                f"{g[f'{stage}_files']:,}",
                f"{g[f'{stage}_file_bytes'] / 1e6:.1f}",
                f"{g[f'{stage}_catalog_bytes'] / 1e6:.1f}",
                f"{g[f'{stage}_catalog_rows']:,}",
                *told,
            ]
        )
    return [
        f"{g['commits']} commits of {g['looks_a_batch']} new articles each, then as many of looks at the same articles. "
        "Up to 100 rows of an insert stay in the catalog until the next `maintain`, so most of a batch makes no file; "
        "then come Parquet files, joined as far as they can be. A full scan reads every column of what ingestion writes.",
        "",
        *table(["", "files", "MB of them", "MB of the catalog", "its rows", "full scan CPU-s", "PostgreSQL", "seconds"], rows),
        "",
        f"`maintain`'s part in this: {g['tidy_cpu']:.2f} CPU-s, {g['tidy_server']:.2f} of PostgreSQL, {g['tidy_wall']:.1f} s; "
        f"to forget all history {g['forget_cpu']:.2f}, {g['forget_server']:.2f}, {g['forget_wall']:.1f} s. What was removed "
        "is free space inside PostgreSQL's files, which it fills again; only VACUUM FULL gives it back to the disk.",
        "",
        f"In the end a text takes {g['text_bytes']:,} bytes of Parquet, what hangs on it {g['around_bytes']:,}, a look "
        f"{g['look_bytes']:,}.",
    ]


def catalog(rows: Sequence[Row], g: Row) -> list[str]:
    """Tables of the catalog by what a commit and a thousand versions add to them."""
    out = []
    versions = g["commits"] * g["looks_a_batch"]
    for r in sorted(rows, key=lambda r: -r["looks_bytes"]):
        new, looks = r["new_rows"] - r["empty_rows"], r["looks_rows"] - r["new_rows"]
        grown = r["looks_bytes"] - r["empty_bytes"]
        out.append(
            [
                r["table"],
                f"{new / g['commits']:.1f}",
                f"{looks / g['commits']:.1f}",
                f"{grown / 2 / g['commits']:,.0f}",
                f"{1000 * grown / versions:,.0f}",
                f"{r['looks_rows']:,}",
                f"{r['tidied_rows']:,}",
                f"{r['forgotten_rows']:,}",
                f"{r['vacuumed_bytes']:,}",
            ]
        )
    head = [
        "table",
        "rows a commit, new",
        "rows a commit, looks",
        "bytes a commit",
        "bytes a thousand versions",
        "rows",
        "after `maintain`",
        "without history",
        "bytes then, vacuumed",
    ]
    return [
        "Tables that took 64 kB or more at some time; those of rows that were not written out yet are taken together.",
        "",
        *table(head, out),
    ]


def questions(rows: Sequence[Row], articles: int) -> list[str]:
    """All together, and those of which a lake costs most."""
    opened, asked = rows[0], rows[1:]
    whole = {"question": "all of them", **{k: sum(r[k] for r in asked) for k in ("file", "lake", "server")}}
    both = [whole, opened, *sorted(asked, key=lambda r: -r["lake"])[:8]]
    told = [
        [
            r["question"].replace("_", " "),
            f"{r['file']:.3f}",
            f"{r['lake']:.3f}",
            f"{r['server']:.3f}",
            f"{(r['lake'] + r['server']) / max(r['file'], 1e-4):.1f}",
        ]
        for r in both
    ]
    return [
        f"The {len(asked)} questions of `sql/questions`, each asked twice of a file and of a lake with the same {articles:,} "
        "articles; the second time counts. The lake was written at once, so its files are few and whole, as after "
        "`maintain`. To open the store is part of each; the eight dearest:",
        "",
        *table(["question", "file, CPU-s", "lake, CPU-s", "PostgreSQL", "ratio"], told),
    ]


def judging(figures: Mapping[str, Any]) -> list[str]:
    """What one process does for all."""
    tracked = [
        [
            f"{r['stored']:,}",
            f"{r['few_cpu']:.2f}",
            f"{r['cpu']:.2f}",
            f"{1000 * track_each(r):.1f}",
            f"{r['remembered'] / r['stored'] / 1000:.1f}",
        ]
        for r in figures["track"]
    ]
    linked = [
        [f"{r['open']:,}", f"{r['ms']:.2f}", f"{r['entering_ms']:.2f}", f"{r['bytes'] / 1000:.1f}", f"{r['right']:.3f}"]
        for r in figures["linking"]
    ]
    runs = [f"{figures['track'][0][k]} new, CPU-s" for k in ("few", "new")]
    return [
        "Runs of `track` over new articles of a made stream (bench/tracking.py), with the store in a file; what one more "
        "article costs is told by the difference:",
        "",
        *table(
            [
                "stored",
                *runs,
                "CPU-ms an article",
                "kB remembered of each",
            ],
            tracked,
        ),
        "",
        "The linker alone, in memory (bench/linking.py):",
        "",
        *table(["open articles", "ms a decision", "ms to enter", "kB of memory each", "right"], linked),
    ]
