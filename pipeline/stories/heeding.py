"""Carrying out what a person decides while the stories go on: at once, and only on the articles that it concerns.

What is closed is moved too, though it is compared with nothing any longer.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.model import HumanDecision, Link, LinkEvent, Story, ident
from pipeline.stories.groups import PERSON
from pipeline.stories.naming import slug_of

if TYPE_CHECKING:
    from pipeline.stories.linker import Linker


def heed(linker: "Linker", made: HumanDecision) -> None:
    """Carry out a decision; it is among the linker's rulings already."""
    orders = concerned(linker, made)
    _tell(linker, made, len(orders))
    items = linker.groups.items
    linker.enforce([items[o] for o in orders if o in items])
    for order in orders:
        if order not in items or items[order].place not in linker.groups.groups:
            _place_closed(linker, order, made)


def concerned(linker: "Linker", d: HumanDecision) -> list[int]:
    """The articles that a decision names, or those of the story that it ends."""
    if d.kind == "merge":
        return linker.groups.links.of(d.other_story_id or "")
    named = d.article_ids or ((d.article_id,) if d.article_id else ())
    return sorted(linker.order_of[a] for a in named if a in linker.order_of)


def _tell(linker: "Linker", d: HumanDecision, articles: int) -> None:
    """The decision itself as a line of the audit trail. Found stories tell themselves that one ends in another."""
    reason = f"Decided by {d.made_by or 'a person'}" + (f": {d.note}" if d.note else ".")
    if d.kind == "rename":
        return  # nothing moves
    if d.kind == "merge":
        if d.story_id in linker.watching:
            gone = Story(story_id=d.other_story_id or "", slug=d.other_slug, title=d.title or d.other_slug, origin="found")
            linker.groups.tell_end(gone, d.story_id, d.made_at, articles, reason)
        return
    event = LinkEvent(
        story_id=d.story_id,
        happened_at=d.made_at,
        kind=d.kind,
        article_id=d.article_id,
        other_story_id=d.other_story_id,
        reason=reason,
        articles=articles or None,
    )
    linker.groups.events.append(event)


# ---- closed stories ------------------------------------------------------------------------------------------------------


def _place_closed(linker: "Linker", order: int, d: HumanDecision) -> None:
    """Move the link of an article whose story is closed."""
    groups, rulings, link = linker.groups, linker.rulings, linker.groups.links[order]
    wanted = rulings.wanted(link.article_id, link.story_id)
    for story_id in wanted:
        watching = linker.watching.get(story_id)
        if watching is not None and order not in watching.links and not rulings.bars(link.article_id, story_id):
            watching.links[order] = _moved(link, story_id, rulings.why(link.article_id, story_id))
    target = groups.went_to(wanted[0])
    if target not in linker.watching and target != link.story_id and not rulings.bars(link.article_id, target):
        _give(linker, target, order, rulings.why(link.article_id, link.story_id), d)
    elif rulings.bars(link.article_id, link.story_id):
        own = ident("sto", "found", link.article_id, d.decision_id)
        _give(linker, own, order, f"Taken out by {d.made_by or 'a person'}.", d)


def _give(linker: "Linker", story_id: str, order: int, reason: str, d: HumanDecision) -> None:
    """Make a closed article part of a story: one that is open, closed, or new and closed from the start."""
    groups, link = linker.groups, linker.groups.links[order]
    groups.links[order] = _moved(link, story_id, reason)
    was = groups.closed.get(link.story_id)
    if story_id not in groups.by_story and story_id not in groups.closed:
        title = linker.rulings.titles.get(story_id) or _headline(linker, order, d) or (was.title if was else link.article_id)
        groups.closed[story_id] = Story(
            story_id=story_id,
            slug=slug_of(title, story_id),
            title=title,
            origin="found",
            first_seen_at=link.linked_at,
            last_seen_at=link.linked_at,
        )
    if was is not None and not groups.links.of(link.story_id):
        del groups.closed[was.story_id]
        if was.story_id in linker.rulings.merges:
            groups.ended[was.story_id] = story_id
            groups.tell_end(was, story_id, link.linked_at, 1, reason)


def _headline(linker: "Linker", order: int, d: HumanDecision) -> str:
    """Of an article that is remembered, or that a decision is about; else none."""
    item = linker.groups.items.get(order)
    return item.headline if item else (d.title or "") if d.kind in ("pin", "unpin") else ""


def _moved(link: Link, story_id: str, reason: str) -> Link:
    return replace(
        link,
        story_id=story_id,
        score=1.0,
        reason=reason,
        runner_up=link.story_id,
        runner_up_score=None,
        review=False,
        method=PERSON,
    )
