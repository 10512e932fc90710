"""Stories that have been idle too long are closed: they find no more articles, and what was remembered of those goes."""

from collections.abc import Set
from datetime import datetime, timedelta

from pipeline.stories.groups import Groups
from pipeline.stories.index import NOBODY
from pipeline.stories.members import Group
from pipeline.stories.vectors import heaviest_first

IDLE = timedelta(days=14)  # after which a story is closed
SWEEP_FROM = 1000  # closed articles from which the index is swept


def close_idle(groups: Groups, now: datetime, needed: Set[int]) -> Set[int]:
    """Close the stories that have been idle too long. Of their articles only `needed` stay; returns the others."""
    for group in _idle(groups, now):
        _close(groups, group)
    gone = groups.waiting - needed
    groups.waiting -= gone
    groups.items.want(gone)
    for order in sorted(gone):
        del groups.items[order]
    if groups.index.dead > SWEEP_FROM and groups.index.dead > len(groups.items.read_so_far()) // 4:
        groups.index.sweep()
    return gone


def _idle(groups: Groups, now: datetime) -> list[Group]:
    """The stories that have had no article for long, oldest first; those that have not been read are told by their spans."""
    places = set(groups.spans.idle_since(now - IDLE))
    places |= {place for place, g in groups.groups.read_so_far() if now - g.last_seen_at > IDLE}
    groups.groups.want(places)
    found = [groups.groups.get(place) for place in sorted(places)]
    return [g for g in found if g is not None and now - g.last_seen_at > IDLE]


def _close(groups: Groups, group: Group) -> None:
    groups.items.want(group.members)
    for order in group.members:
        item = groups.items[order]
        groups.index.close(item.slot, heaviest_first(item.profile)[0])
        item.place = NOBODY
    groups.closed[group.story_id] = groups.story(group)
    del groups.groups[group.place], groups.by_story[group.story_id]
    groups.waiting.update(group.members)
