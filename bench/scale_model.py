"""What a million articles a day and more would take, from measured costs and declared assumptions.

Measured costs are those of bench/scale.toml, which `python bench/scale.py --write` writes; assumptions those of
bench/scale_assumptions.toml. Pure: no cost is invented here, and no file is read. Costs that depend on size are taken along a
power law through the two largest sizes that were measured. bench/scale_simulation.py makes tables of it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.model import Outcome
from pipeline.schedule import ArticleState, RecheckPlan, decide_recheck

HERE = Path(__file__).resolve().parent
MEASURED, ASSUMED = HERE / "scale.toml", HERE / "scale_assumptions.toml"
SIZES = (1_000_000, 10_000_000, 100_000_000)
DAY, MONTH_HOURS = 86_400.0, 730.0
YEAR = timedelta(days=365)
MOST = 1e12  # articles a day: who is not full then is never full


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What was not measured: see bench/scale_assumptions.toml."""

    versions_per_article: float
    articles_per_outlet: float
    feeds_per_outlet: float
    busiest_hour: float
    not_modified: float
    page_kilobytes: float
    prose: float
    watched: float
    ledger_ms: float
    story_days: float
    history_days: float
    maintain_hours: float
    question_seconds: float
    question_cores: float
    workers_busy: float
    turn_busy: float
    catalog_cores: float
    linker_gigabytes: float
    request_seconds: float
    vcpu_hour: float
    memory_gigabyte_hour: float
    object_gigabyte_month: float
    disk_gigabyte_month: float
    thousand_puts: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """A cost that grows with size as a power law."""

    size: float  # the largest that was measured
    cost: float  # there
    exponent: float

    def at(self, size: float) -> float:
        return self.cost * (max(size, 1.0) / self.size) ** self.exponent


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A cost of a batch: so much for any, so much for each look in it."""

    fixed: float
    each: float

    def of(self, looks: float) -> float:
        return self.fixed + self.each * looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What was measured. CPU in seconds unless it says otherwise."""

    page_kilobytes: float  # of the pages that were read
    extract: float  # CPU of reading one of them
    look_new: float  # CPU of a look that found a new text, from the socket to the commit
    look_same: float  # ... other bytes and the same text
    look_unmodified: float  # ... 304
    feed: float  # CPU of a feed that tells nothing new
    server_new: float  # CPU of PostgreSQL for these
    server_same: float
    track: Power  # CPU of judging and linking a text, by articles that are remembered
    linker_bytes: float  # memory of an open article
    batch: float  # looks in a batch, as ingestion writes them
    commit_new: Line  # seconds of a batch's transaction
    commit_looks: Line
    puts: float  # files of a batch
    snapshot_bytes: float  # of the catalog, for a commit
    tidy: Line  # seconds, by commits since the last time
    text_bytes: float  # of the lake's files, for a text as the bench makes it
    around_bytes: float  # ... for all that hangs on it
    look_bytes: float  # ... for a look
    archive_kilobytes: float  # archived for a page of the size that was measured
    question: float  # CPU of a documented question for each article stored, mean; without opening the store


# ---- from the files ------------------------------------------------------------------------------------------------------


def power(points: Sequence[tuple[float, float]]) -> Power:
    """The power law through the two largest sizes; a cost that fell is taken to stay as it is."""
    (size, cost), (larger, dearer) = sorted(points)[-2:]
    exponent = math.log(dearer / cost) / math.log(larger / size) if min(cost, dearer) > 0 else 0.0
    return Power(size=larger, cost=dearer, exponent=max(0.0, exponent))


def line(points: Sequence[tuple[float, float]]) -> Line:
    """The straight line through the smallest and the largest size, nowhere below nothing."""
    (size, cost), (larger, dearer) = min(points), max(points)
    each = max(0.0, (dearer - cost) / (larger - size))
    return Line(fixed=max(0.0, cost - each * size), each=each)


def track_each(row: Mapping[str, Any]) -> float:
    """CPU seconds of one more new article in a run of `track`."""
    return (float(row["cpu"]) - float(row["few_cpu"])) / (row["new"] - row["few"])


def costs_of(measured: Mapping[str, Any]) -> Costs:
    """The costs in the figures that bench/scale.py wrote."""
    one = {r["what"]: r for r in measured["pass"] if r["workers"] == 1 and r["where"].startswith("lake")}
    new, same, unmodified, idle = (one[w] for w in ("pages, all new", "pages, 5 % edited", "pages, 304", "nothing due"))
    growth, batches = measured["growth"], measured["batch"]
    feed = measured["feed"]["cpu"]

    def each(row: Mapping[str, Any], whose: str = "cpu") -> float:
        # without what a process takes to start: in earnest it looks at many more pages before it ends
        others = idle[whose] + (feed * row["feeds"] if whose == "cpu" else 0.0)
        return max(0.0, float(row[whose]) - others) / float(row["looks"])

    def by_size(kind: str) -> list[tuple[float, float]]:
        return [(r["looks"], r["wall"]) for r in batches if r["kind"] == kind]

    opened, *asked = (r["lake"] + r["server"] for r in measured["question"])
    tracked = [(r["stored"], track_each(r)) for r in measured["track"]]
    return Costs(
        page_kilobytes=measured["page"]["kilobytes"],
        extract=measured["page"]["cpu"],
        look_new=each(new),
        look_same=each(same),
        look_unmodified=each(unmodified),
        feed=feed,
        server_new=each(new, "server"),
        server_same=each(same, "server"),
        track=power(tracked),
        linker_bytes=measured["linking"][-1]["bytes"],
        batch=growth["looks_a_batch"],
        commit_new=line(by_size("new")),
        commit_looks=line(by_size("looks")),
        puts=growth["new_files"] / growth["commits"],
        snapshot_bytes=(growth["looks_catalog_bytes"] - growth["new_catalog_bytes"]) / growth["commits"],
        tidy=Line(fixed=0.0, each=growth["tidy_wall"] / (2 * growth["commits"])),
        text_bytes=growth["text_bytes"],
        around_bytes=growth["around_bytes"],
        look_bytes=growth["look_bytes"],
        archive_kilobytes=new["archive_bytes"] / new["versions"] / 1000,
        question=max(0.0, sum(asked) / len(asked) - opened) / measured["asked"]["articles"],
    )


def assumptions_of(read: Mapping[str, Mapping[str, float]], own: Mapping[str, float] | None = None) -> Assumptions:
    """The declared assumptions, some of them in one's own figures. Raises SystemExit on a name that is none."""
    declared = Assumptions(**{name: float(v) for table in read.values() for name, v in table.items()})
    known = {f.name for f in fields(Assumptions)}
    if unknown := sorted(set(own or {}) - known):
        raise SystemExit(f"{', '.join(unknown)}: no assumption. There are: {', '.join(sorted(known))}")
    return replace(declared, **(own or {}))


# ---- the load ------------------------------------------------------------------------------------------------------------


@cache
def looks_per_article() -> int:
    """Looks at an article in its first year, if it is never edited: the schedule's decisions, one after the other."""
    plan, url = RecheckPlan(), "https://tern.example/report"
    first = now = datetime(2026, 1, 1, tzinfo=UTC)
    looks = 0
    while now - first < YEAR:
        looks += 1
        now = decide_recheck(ArticleState(url=url, first_seen_at=first, outcome=Outcome.OK), now, plan).due_at
    return looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A day after the first year, when articles of a whole year are looked at again."""

    articles: float
    versions: float
    looks: float
    unmodified: float  # looks answered with 304
    same: float  # looks that were answered with other bytes and the same text
    feeds: float  # polls
    outlets: float
    open_articles: float  # that the linker remembers


def load_of(articles: float, a: Assumptions) -> Load:
    """What so many articles a day bring."""
    versions, looks = articles * a.versions_per_article, articles * looks_per_article()
    again = max(0.0, looks - versions)
    outlets = articles / a.articles_per_outlet
    return Load(
        articles=articles,
        versions=versions,
        looks=looks,
        unmodified=again * a.not_modified,
        same=again * (1 - a.not_modified),
        feeds=outlets * a.feeds_per_outlet * 96,
        outlets=outlets,
        open_articles=articles * a.story_days,
    )


# ---- what it takes -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a day takes; CPU in seconds a day, in all."""

    fetch: float  # fetching, judging and writing looks, without reading pages
    read: float  # reading pages
    track: float  # judging and linking
    ledgers: float
    catalog: float  # PostgreSQL
    commits: float  # transactions
    turn: float  # seconds in which one of them is under way
    linker: float  # bytes of memory
    puts: float  # requests that write an object
    store: float  # bytes that a day adds to the lake
    archive: float  # bytes that a day adds to the archive
    catalog_bytes: float
    tidy: float  # seconds of `maintain` a night
    question: float  # of a question over all articles of a year

    @property
    def workers(self) -> float:
        return self.fetch + self.read + self.track + self.ledgers


def needs_of(load: Load, c: Costs, a: Assumptions, batch: float | None = None) -> Needs:
    """What a load takes, written in batches of so many looks (as ingestion does it, unless told otherwise)."""
    batch = batch or c.batch
    pages, larger = load.versions + load.same, a.page_kilobytes / c.page_kilobytes
    again = load.looks - load.versions
    fetch = (
        load.versions * max(0.0, c.look_new - c.extract)
        + load.same * max(0.0, c.look_same - c.extract)
        + load.unmodified * c.look_unmodified
        + load.feeds * c.feed
    )
    commits = load.looks / batch
    turn = load.versions / batch * c.commit_new.of(batch) + again / batch * c.commit_looks.of(batch)
    tracking = load.versions * c.track.at(load.open_articles)
    return Needs(
        fetch=fetch,
        read=pages * c.extract * larger,
        track=tracking,
        ledgers=load.versions * a.watched * a.ledger_ms / 1000,
        catalog=(load.versions * c.server_new + again * c.server_same) * c.batch / batch,
        commits=commits,
        turn=turn,
        linker=load.open_articles * c.linker_bytes,
        puts=commits * c.puts,
        store=load.versions * (c.text_bytes * a.prose + c.around_bytes) + load.looks * c.look_bytes,
        archive=load.versions * c.archive_kilobytes * 1000 * larger,
        catalog_bytes=commits * c.snapshot_bytes * max(1.0, a.history_days),
        tidy=c.tidy.of(commits),
        question=load.articles * YEAR.days * c.question,
    )


# ---- what is full first --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Something there is one of: how full it is (1 = full), and what would have to be built when it is."""

    what: str
    use: Callable[[Load, Needs, Assumptions], float]
    remedy: str


LIMITS = (
    Limit(
        what="commits, one at a time",
        use=lambda load, n, a: n.turn * a.busiest_hour / DAY / a.turn_busy,
        remedy="larger batches first: a commit costs much the same for 50 looks and for 500; then the record split by outlet "
        "into several lakes, each with a turn of its own, and views over all of them",
    ),
    Limit(
        what="`maintain`, while nothing else writes",
        use=lambda load, n, a: n.tidy / 3600 / a.maintain_hours,
        remedy="writing out and joining files by table and outlet, beside the workers, under a lease for each",
    ),
    Limit(
        what="judging and linking, one process",
        use=lambda load, n, a: n.track * a.busiest_hour / DAY / a.turn_busy,
        remedy="edits judged by every worker, so that only linking is left to one; then several linkers, texts dealt out by "
        "language or by their heaviest words, and a step that joins their stories",
    ),
    Limit(
        what="memory of the linker, all open articles in it",
        use=lambda load, n, a: n.linker / 1e9 / a.linker_gigabytes,
        remedy="the same several linkers; or an index of open articles on disk",
    ),
    Limit(
        what="patience with a question over a year",
        use=lambda load, n, a: n.question / a.question_cores / a.question_seconds,
        remedy="files laid out by day and outlet, so that a question reads the days that it names; counts by day that are kept",
    ),
    Limit(
        what="PostgreSQL's CPU",
        use=lambda load, n, a: n.catalog * a.busiest_hour / DAY / a.turn_busy / a.catalog_cores,
        remedy="larger batches; then one catalog a part of the record",
    ),
    Limit(
        what="requests to one host",
        use=lambda load, n, a: load.looks / load.outlets * a.busiest_hour * a.request_seconds / DAY,
        remedy="nothing to build: outlets that allow it are asked more often",
    ),
)


def full_at(limit: Limit, c: Costs, a: Assumptions, batch: float | None = None) -> float:
    """Articles a day at which a limit is reached: by halving, for use only grows. Infinite if it never is."""

    def use(articles: float) -> float:
        load = load_of(articles, a)
        return limit.use(load, needs_of(load, c, a, batch), a)

    if use(MOST) < 1:
        return math.inf
    low, high = 0.0, math.log(MOST)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if use(math.exp(middle)) < 1 else (low, middle)
    return math.exp(high)


# ---- money ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Dollars a month, after the first year."""

    workers: float
    linker: float
    catalog: float
    objects: float
    requests: float

    @property
    def total(self) -> float:
        return self.workers + self.linker + self.catalog + self.objects + self.requests


def cores(seconds_a_day: float, a: Assumptions) -> float:
    """Cores that are busy in the busiest hour as far as planned."""
    return seconds_a_day * a.busiest_hour / DAY / a.workers_busy


def money_of(n: Needs, a: Assumptions) -> Money:
    """What the needs cost, a year's growth stored."""
    return Money(
        workers=cores(n.workers, a) * MONTH_HOURS * a.vcpu_hour,
        linker=n.linker / 1e9 * MONTH_HOURS * a.memory_gigabyte_hour,
        catalog=cores(n.catalog, a) * MONTH_HOURS * a.vcpu_hour + n.catalog_bytes / 1e9 * a.disk_gigabyte_month,
        objects=(n.store + n.archive) * 365 / 1e9 * a.object_gigabyte_month,
        requests=n.puts * 30.4 / 1000 * a.thousand_puts,
    )
