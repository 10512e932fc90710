"""Events of collecting: how a feed's fetch ended, what a look at an article came to."""

import logging

from pipeline.logs import event
from pipeline.model import FeedState, Fetched, New, Observation, Outcome, Quarantined, Same, VersionDecision

log = logging.getLogger(__name__)
WELL = (Outcome.OK, Outcome.NOT_MODIFIED)


def tell_feed(after: FeedState, got: Fetched) -> None:
    """`feed.failed`, or at level debug `feed.read`."""
    level, name = (logging.DEBUG, "feed.read") if got.outcome in WELL else (logging.WARNING, "feed.failed")
    event(
        log,
        level,
        name,
        outlet=after.feed.outlet,
        feed=got.url,
        outcome=got.outcome.value,
        status=got.status,
        reason=got.reason,
        failures=after.failures,
        next_at=after.next_due_at,
    )


def tell_look(seen: Observation, decision: VersionDecision, versions: int) -> None:
    """`page.edited`, `page.returned` and `page.quarantined`; at level debug `page.new` and `page.same`.

    `versions`: how many the article had before.
    """
    level, name = logging.INFO, "page.returned"
    if isinstance(decision, Quarantined):
        name = "page.quarantined"
    elif isinstance(decision, Same):
        level, name = logging.DEBUG, "page.same"
    elif isinstance(decision, New):
        level, name = (logging.INFO, "page.edited") if versions else (logging.DEBUG, "page.new")
    if not log.isEnabledFor(level):
        return
    title = seen.document.headline if seen.document else None
    kind = decision.kind.value if isinstance(decision, Quarantined) else None
    event(
        log, level, name, outlet=seen.outlet, url=seen.url, title=title, status=seen.status, kind=kind, reason=decision.reason
    )
