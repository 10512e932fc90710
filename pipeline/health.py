"""How collecting goes, and whether a person should look. Pure: numbers in, a judgement with its reasons out.

The bounds are judgements of what is worth a person's attention, chosen so that a small outlet's quiet day is none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

SILENT_FOR = timedelta(hours=24)  # no feed of the outlet has answered for so long
FAILURES = 5  # in a row
BUSY = 5  # articles on a usual day, from which on a day without any is odd
WALLED, LOOKS = 0.3, 5  # share of a day's looks, of at least so many
THIN, THIN_BEFORE, TEXTS = 0.5, 0.2, 5  # shares of texts that are next to nothing; of at least so many


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletHealth:
    """Numbers of one outlet, as the macro `outlet_health` of the store counts them."""

    outlet: str
    feeds: int
    feeds_failing: int
    failures: int  # in a row, of the worst feed
    last_success_at: datetime | None
    next_due_at: datetime | None
    last_outcome: str | None  # of the worst feed
    last_reason: str | None
    articles_today: int  # in the last 24 hours
    articles_usual: float  # median of the 28 days before
    edits_today: int
    edits_usual: float
    looks_today: int
    quarantined_today: int
    quarantine_kind: str | None
    texts: int  # first texts of articles in the last three days
    thin: int  # of these, under 400 characters
    texts_before: int  # in the four weeks before
    thin_before: int


@dataclass(frozen=True, slots=True)
class Well:
    """Nothing that a person should look at."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ailing:
    """Something that a person should look at."""

    reason: str


def decide_health(outlet: OutletHealth, now: datetime) -> Well | Ailing:
    """Whether collecting from an outlet goes as it usually does."""
    found = [told for told in (_feeds(outlet, now), _articles(outlet), _walls(outlet), _texts(outlet)) if told]
    if found:
        return Ailing("; ".join(found))
    return Well(f"{outlet.articles_today} new articles and {outlet.edits_today} edits in a day, as usual")


def _feeds(outlet: OutletHealth, now: datetime) -> str | None:
    """Feeds that do not answer."""
    if not outlet.feeds_failing:
        return None
    last = outlet.last_success_at
    if last is None:
        return f"no feed has ever been read: {_why(outlet)}" if outlet.failures >= FAILURES else None
    if outlet.feeds_failing == outlet.feeds and now - last > SILENT_FOR:
        return f"no feed has been read since {last:%-d %b %H:%M}: {_why(outlet)}"
    if outlet.failures >= FAILURES:
        return f"{outlet.feeds_failing} of {outlet.feeds} feeds have failed {outlet.failures} times in a row: {_why(outlet)}"
    return None


def _why(outlet: OutletHealth) -> str:
    return outlet.last_reason or outlet.last_outcome or "no reason is known"


def _articles(outlet: OutletHealth) -> str | None:
    """A busy outlet that publishes nothing: its feed may have moved without saying so."""
    if outlet.articles_usual >= BUSY and not outlet.articles_today and not outlet.feeds_failing:
        return f"its feeds are read, but nothing new came in a day (usual: {outlet.articles_usual:.0f} articles)"
    return None


def _walls(outlet: OutletHealth) -> str | None:
    """Pages that are kept from us."""
    if outlet.looks_today >= LOOKS and outlet.quarantined_today > WALLED * outlet.looks_today:
        kind = (outlet.quarantine_kind or "unknown").replace("_", " ")
        return f"{outlet.quarantined_today} of {outlet.looks_today} looks at pages in a day were quarantined, mostly: {kind}"
    return None


def _texts(outlet: OutletHealth) -> str | None:
    """Pages that came with text and now come with next to none: the outlet's pages may have been redesigned."""
    if outlet.texts < TEXTS or outlet.thin < THIN * outlet.texts:
        return None
    if outlet.texts_before < TEXTS or outlet.thin_before > THIN_BEFORE * outlet.texts_before:
        return None
    before = f"{outlet.thin_before} of {outlet.texts_before}"
    return f"{outlet.thin} of {outlet.texts} new articles have next to no text (before: {before})"
