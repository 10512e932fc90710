"""Which decisions of people hold, and in what form the linker takes them. Pure: rows in, rows out."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from pipeline.model import HumanDecision, ident

STORY_KINDS = ("pin", "unpin", "merge", "split", "rename", "apart")


def in_order(decisions: Sequence[HumanDecision]) -> list[HumanDecision]:
    """As they were carried out: by how far the linker had read, then by when they were made."""
    return sorted(decisions, key=lambda d: (d.read_through or d.made_at, d.made_at, d.decision_id))


def that_hold(decisions: Sequence[HumanDecision]) -> list[HumanDecision]:
    """Those that no later row undoes; the rows that undo are no decisions of their own."""
    undone = {d.undoes for d in decisions}
    return [d for d in decisions if d.kind != "undo" and d.decision_id not in undone]


def on_stories(decisions: Sequence[HumanDecision], watched: Collection[str]) -> list[HumanDecision]:
    """Those about stories. What concerns a story that is watched no longer rests until it is watched again."""
    return [d for d in decisions if d.kind in STORY_KINDS and not _rests(d, watched)]


def one_by_one(decisions: Sequence[HumanDecision]) -> list[HumanDecision]:
    """A split of several articles as one decision for each."""
    return [one for d in decisions for one in _each(d)]


def _rests(d: HumanDecision, watched: Collection[str]) -> bool:
    named = ((d.story_id, d.slug), (d.other_story_id, d.other_slug))
    return any(story == ident("sto", "watched", slug) and story not in watched for story, slug in named)


def _each(d: HumanDecision) -> list[HumanDecision]:
    if d.kind != "split" or not d.article_ids:
        return [d]
    return [replace(d, decision_id=f"{d.decision_id}.{n}", article_id=a) for n, a in enumerate(d.article_ids)]
