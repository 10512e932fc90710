"""Runs that write to one lake meet at an article that feeds of both list: what each of them knows of it goes into one row."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, fields, replace
from datetime import datetime

from pipeline.model import ArticleState
from pipeline.store import Batch, Store

LISTED = ("title", "published_at", "updated_at", "summary")  # what a feed says of an article: the last one counts
FOUND = ("outlet", "feed", "guid", "first_seen_at")  # where an article was found: the first one counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """The row of an article to which two runs wrote."""

    state: ArticleState
    reason: str


def decide_meeting(mine: ArticleState, before: ArticleState | None, stands: ArticleState, order: Mapping[str, int]) -> Meeting:
    """What is to stand of an article that another run wrote meanwhile, whichever of the two commits first.

    `mine`: as this run has it; `before`: as this run had read it, None if it was new to this run; `stands`: as it stands.
    `order`: place of each feed, by address, in the list of feeds.
    """
    if before is not None:
        changed = {f.name: v for f in fields(mine) if (v := getattr(mine, f.name)) != getattr(before, f.name)}
        return Meeting(state=replace(stands, **changed), reason="what this run changed is written into what another wrote")
    listed = {name: v for name in LISTED if (v := getattr(mine, name)) is not None}
    if _found(mine, order) >= _found(stands, order):
        return Meeting(state=replace(stands, **listed), reason="found before, or at the same moment by a feed further up")
    found = {name: getattr(mine, name) for name in FOUND}
    missing = {name: v for name, v in listed.items() if getattr(stands, name) is None}
    told = "found later, or at the same moment by a feed further down the list"
    return Meeting(state=replace(stands, **found, **missing), reason=told)


def _found(state: ArticleState, order: Mapping[str, int]) -> tuple[datetime, int]:
    """When, and at which place in the list of feeds."""
    return state.first_seen_at, order.get(state.feed or "", len(order))


def beside_others(store: Store, batch: Batch, outlets: Set[str], order: Mapping[str, int], now: datetime) -> Batch:
    """A batch as it is to be written where other runs have written meanwhile. The caller holds the transaction.

    Articles of `outlets` that were known before this run are nobody else's; all others may have been written.
    """
    shared = [a.article_id for a in batch.articles if a.first_seen_at >= now or a.outlet not in outlets]
    stands = store.article_states(shared) if shared else {}
    if not stands:
        return batch
    met = {
        a.article_id: decide_meeting(a, batch.stood.get(a.article_id), stands[a.article_id], order).state
        for a in batch.articles
        if a.article_id in stands
    }
    read = {i for i, state in stands.items() if state.head_version_id and i not in batch.stood}  # by the other run, just now
    of = {i: state.outlet for i, state in met.items()}
    mine = [(replace(v, outlet=of.get(v.article_id, v.outlet)), file, why) for v, file, why in batch.versions]
    paragraphs = [replace(p, outlet=of.get(p.article_id, p.outlet)) for p in batch.paragraphs]
    return replace(
        batch,
        articles=tuple(met.get(a.article_id, a) for a in batch.articles),
        stood={**batch.stood, **stands},
        versions=tuple(v for v in mine if v[0].article_id not in read),
        appearances=tuple(a for a in batch.appearances if a.article_id not in read),
        paragraphs=tuple(p for p in paragraphs if p.article_id not in read),
        found={**batch.found, **{i: of[i] for i in sorted(read) if of[i] != stands[i].outlet}},
    )
