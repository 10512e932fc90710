"""The page of health, filled from the status and from what came day by day."""

from collections.abc import Mapping
from datetime import datetime
from statistics import median

from pipeline.changelog.health import Advice, Days, FeedRow, HealthPage, OutletRow
from pipeline.config import Settings
from pipeline.health import OUTCOMES
from pipeline.journey.checking import FeedStatus, OutletStatus, Status, sized, status_of, told_when
from pipeline.model import Outcome
from pipeline.store import Store

DAYS = 30
MOST = 400  # rows of a table; those that need a person come first, so what is left out is well


def health_page(store: Store, settings: Settings, now: datetime) -> HealthPage:
    """How it goes at a moment."""
    found = status_of(store, settings, now)
    daily = {row["outlet"]: row for row in store.rows("health_days", {"now": now})}
    return HealthPage(
        as_of=now,
        advice=tuple(Advice(about=f.about, told=f.told, todo=f.todo) for f in found.findings),
        figures=_figures(found),
        outlets=tuple(_outlet(o, daily.get(o.health.outlet, {})) for o in found.outlets[:MOST]),
        feeds=tuple(_feed(f) for f in found.feeds[:MOST]),
        outlets_in_all=len(found.outlets),
        feeds_in_all=len(found.feeds),
    )


def _figures(found: Status) -> tuple[tuple[str, str], ...]:
    """Of the program itself."""
    m = found.machine
    well = sum(not f.health.failures for f in found.feeds)
    return (
        (f"of {len(found.feeds):,} feeds answer well", f"{well:,}"),
        ("last pass over the feeds", told_when(m.last_pass_at)),
        ("left on the disk", sized(m.free_bytes)),
        ("the store", sized(m.store_bytes)),
        ("its log, not folded in yet", sized(m.log_bytes)),
        ("the archive of responses", sized(m.archive_bytes)),
        ("newest copy of the store", told_when(m.last_backup_at)),
        (
            "last check of the store" + (f", {m.verify_failed} did not hold" if m.verify_failed else ""),
            told_when(m.last_verify_at),
        ),
        ("texts that wait for tracking", f"{m.untracked:,}"),
    )


def _days(what: str, found: Mapping[int, int] | None, usual: float) -> Days:
    """Thirty days, oldest first."""
    return Days(what=what, days=tuple((found or {}).get(n, 0) for n in reversed(range(DAYS))), usual=usual)


def _outlet(found: OutletStatus, daily: Mapping[str, Mapping[int, int]]) -> OutletRow:
    h = found.health
    return OutletRow(
        outlet=h.outlet,
        ailing=found.ailing,
        feeds=h.feeds,
        feeds_failing=h.feeds_failing,
        articles=_days("new articles", daily.get("articles"), h.articles_usual),
        edits=_days("edits", daily.get("edits"), h.edits_usual),
        walls=_days("quarantined looks", daily.get("walls"), h.quarantined_usual),
        looks=h.looks_today,
        texts=h.texts,
        thin=h.thin,
        thin_before=f"{h.thin_before} of {h.texts_before}" if h.texts_before else "",
    )


def _feed(found: FeedStatus) -> FeedRow:
    h = found.health
    known = range(1, max(2, min(DAYS - 1, (h.last_fetched_at - h.added_at).days))) if h.last_fetched_at else range(1, 2)
    how = OUTCOMES[Outcome(h.last_outcome)][0] if h.last_outcome else "was not read yet"
    return FeedRow(
        outlet=h.outlet,
        url=h.url,
        ailing=found.ailing or h.failures > 0,
        how=how if not found.ailing else found.reason,
        reason=h.last_reason or "",
        failures=h.failures,
        last_success_at=h.last_success_at,
        next_due_at=h.next_due_at,
        last_item_at=h.last_item_at,
        items=_days("new items", found.days, median(found.days.get(n, 0) for n in known)),
    )
