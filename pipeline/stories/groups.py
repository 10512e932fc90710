"""Found stories as they grow: an article joins the nearest story or starts one; growing stories are looked at again.

The first decision is generous; the second look splits what proves to be two stories, merges what proves to be one, and lets a
grown story take in the small ones that now fit it. Cost does not grow with the number of stories: see `index`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from pipeline.model import Link, LinkEvent, Story, ident
from pipeline.pieces import Kept
from pipeline.stories.index import NOBODY, Index
from pipeline.stories.judge import (
    JOIN,
    Candidate,
    Halves,
    Joins,
    Merges,
    Splits,
    Starts,
    StaysApart,
    decide_merge,
    decide_split,
    decide_story,
)
from pipeline.stories.kept import Links, Spans
from pipeline.stories.members import Group, Item, next_size
from pipeline.stories.naming import TITLE_SIZES, best_title, slug_of
from pipeline.stories.parting import part
from pipeline.stories.profile import Profile, Vocabulary
from pipeline.stories.rulings import Rulings
from pipeline.stories.vectors import (
    Centroid,
    heaviest_first,
    overlap,
    scaled,
)

METHOD = "words/7"
PERSON = "person"
EXACT = 12  # stories that are compared exactly
PROBE = 40  # heaviest terms of a story that look for its kin
KIN = 3  # stories that a second look may merge with
SAMPLE = 30  # articles whose pairs a second look compares
SMALL = 4  # articles of a story that a grown one may take in
GROWN = 5
SHOWN = 4  # terms named in a reason
MEMORY = 20  # last articles that tell how long a story's articles are
PRIOR = 3.0  # weight, in pairs, of what is usual inside a story


def spread(orders: Sequence[int]) -> list[int]:
    """Some articles from all of a story's time, the first and the last among them."""
    if len(orders) <= SAMPLE:
        return list(orders)
    step = (len(orders) - 1) / (SAMPLE - 1)
    return [orders[round(n * step)] for n in range(SAMPLE)]


class Groups:
    """All open found stories."""

    def __init__(self, rulings: Rulings):
        self.rulings = rulings
        self.vocabulary = Vocabulary()
        self.index = Index()
        self.items: Kept[int, Item] = Kept()
        self.groups: Kept[int, Group] = Kept()
        self.spans = Spans()  # of the stories that have not been read
        self.by_story: Kept[str, int] = Kept()
        self.links = Links()
        self.events: list[LinkEvent] = []
        self.usual_inside: float | None = None
        self.ended: Kept[str, str] = Kept()  # story -> the story in which it ended
        self.closed: Kept[str, Story] = Kept()
        self.waiting: set[int] = set()  # articles of closed stories that are needed all the same
        self.watched: frozenset[str] = frozenset()  # ids of watched stories
        self.splits = 0
        self.sources: dict[int, int] = {}  # copy or rewrite -> the article from which it derives

    # ---- the first decision

    def add(self, item: Item, decision: Joins | Starts | StaysApart, told: str | None = None) -> None:
        """Put an article where a decision says, or where a person told."""
        target = self.rulings.end_of(told) if told else None
        if target and self.may_hold(target):
            group = self._story(target, item)
            decision = Joins(story_id=target, score=1.0, reason=self.rulings.why(item.article_id, target))
        else:
            group = self.groups[self.by_story[decision.story_id]] if isinstance(decision, Joins) else self._own_story(item)
        self.enter(group, item)
        self._record(group, item, decision, PERSON if target == group.story_id else METHOD)
        self.look(group)

    def _own_story(self, item: Item) -> Group:
        """The story that an article starts; a person may have put others into it before it came (when all is linked anew)."""
        own = ident("sto", "found", item.article_id)
        awaited = own in self.rulings.held and own in self.by_story and not self.rulings.bars(item.article_id, own)
        return self.groups[self.by_story[own]] if awaited else self.start(item)

    def may_hold(self, story_id: str) -> bool:
        """Is this a found story's id? Watched stories keep their articles themselves."""
        return story_id not in self.watched

    def _story(self, story_id: str, item: Item) -> Group:
        """The open story of this id, or of the story in which it ended; started if there is none."""
        story_id = self.went_to(story_id)
        if story_id in self.closed:
            return self.reopen(story_id)
        place = self.by_story.get(story_id)
        return self.groups[place] if place is not None else self.start(item, story_id)

    def went_to(self, story_id: str) -> str:
        """The story in which a story ended, itself if it did not."""
        while story_id in self.ended and story_id not in self.by_story and story_id not in self.closed:
            story_id = self.ended[story_id]
        return story_id

    def reopen(self, story_id: str) -> Group:
        """Let a closed story go on: a person put something into it. What it had stays, and says nothing of what is like it."""
        told = self.closed.pop(story_id)
        first, last = told.first_seen_at, told.last_seen_at
        assert first is not None and last is not None
        return self._open(story_id, told.slug, told.title, first, last)

    def place_as_told(self, item: Item) -> None:
        """Move an article to where a person wants it, if it is not there."""
        if item.place not in self.groups:
            return
        here = self.groups[item.place].story_id
        told = self.rulings.target.get(item.article_id)
        target = self.rulings.end_of(told) if told else None
        if target and self.may_hold(target) and here != target:
            self.leave(item)
            self.add(item, Starts(reason=""), told)
        elif self.rulings.bars(item.article_id, here):
            self.leave(item)
            self.add(item, self.decide(item))

    def merge_as_told(self) -> None:
        """Let the stories end that people merged into others, if both are there."""
        for gone, decision in self.rulings.merges.items():
            into = self.rulings.end_of(gone)
            if gone in self.by_story and into in self.by_story:
                who = decision.made_by or "a person"
                reason = f"Merged by {who}" + (f": {decision.note}" if decision.note else ".")
                self.end_in(self.groups[self.by_story[gone]], self.groups[self.by_story[into]], reason, PERSON)

    def reread(self, item: Item, old: Item) -> Joins | Starts | StaysApart:
        """Put an article's later profile in place of the earlier one; a weak link is decided again."""
        self.items[item.order] = item
        group, link = self.groups.get(old.place), self.links[item.order]
        if group is None:
            return Joins(story_id=link.story_id, score=link.score, reason=link.reason)
        group.centroid.remove(old.profile)
        group.centroid.add(item.profile)
        self.index.close(old.slot, heaviest_first(old.profile)[0])
        item.slot = self.index.insert(group.place, *heaviest_first(item.profile))
        decision = self.decide(item)
        weak = link.method == METHOD and (link.review or len(group.members) == 1)
        if not weak or not isinstance(decision, Joins) or decision.story_id == group.story_id:
            return Joins(story_id=group.story_id, score=link.score, reason=link.reason)
        self.leave(item)
        self.tell(group.story_id, item.seen_at, "left", item, decision.story_id, "Its later text belongs elsewhere.")
        self.add(item, decision)
        return decision

    def decide(self, item: Item) -> Joins | Starts | StaysApart:
        """Which found story would take the article?"""
        profile = item.profile
        near = [g for g in self.nearest(*heaviest_first(profile), EXACT) if not self.rulings.bars(item.article_id, g.story_id)]
        candidates = [self._candidate(g, item) for g in near]
        if candidates:
            best = min(range(len(candidates)), key=lambda n: (-candidates[n].score, candidates[n].story_id))
            candidates[best] = replace(candidates[best], shared=self._shared(near[best], profile))
        return decide_story(profile.words, candidates)

    def _candidate(self, group: Group, item: Item) -> Candidate:
        return Candidate(story_id=group.story_id, title=group.title, score=self._fit(group, item))

    def _fit(self, group: Group, item: Item) -> float:
        """The likeness of an article with a story, itself left out."""
        if item.place != group.place:
            return group.centroid.likeness(item.profile)
        return group.centroid.likeness_without(item.profile) if len(group.members) > 1 else 0.0

    def _shared(self, group: Group, profile: Profile) -> tuple[str, ...]:
        """The terms that do most for the likeness, as words."""
        mine, theirs = overlap(profile.numbers, group.centroid.numbers)
        return self._as_words(profile.numbers[mine], scaled(profile)[mine] * group.centroid.weights[theirs])

    def shared_terms(self, a: Group, b: Group) -> tuple[str, ...]:
        """The terms that do most for the likeness of two stories, as words."""
        mine, theirs = overlap(a.centroid.numbers, b.centroid.numbers)
        return self._as_words(a.centroid.numbers[mine], a.centroid.weights[mine] * b.centroid.weights[theirs])

    def _as_words(self, numbers: np.ndarray, value: np.ndarray) -> tuple[str, ...]:
        names: list[str] = []
        for at in np.argsort(-value, kind="stable")[: 4 * SHOWN].tolist():
            key = self.vocabulary.terms[int(numbers[at]) >> 2]
            if key[:1] in "ble" and key[1:] not in names:
                names.append(key[1:])
        return tuple(names[:SHOWN])

    def nearest(self, numbers: np.ndarray, values: np.ndarray, count: int) -> list[Group]:
        """The open stories that come nearest by the terms given, heaviest first; nearest first."""
        places, totals = self.index.sums(numbers, values)
        if not len(places):
            return []
        if len(places) > 20 * count:  # a length is dear: look only at those with the largest sums
            top = np.sort(np.argpartition(-totals, 20 * count)[: 20 * count])
            places, totals = places[top], totals[top]
        lengths = np.array([self._length(p) for p in places.tolist()])
        order = np.argsort(-totals / lengths, kind="stable")[:count]
        self.groups.want(int(places[i]) for i in order)
        return [self.groups[int(places[i])] for i in order]

    def _length(self, place: int) -> float:
        group = self.groups.here(place)
        return self.spans.length(place) if group is None else group.centroid.length

    def _size(self, place: int) -> int:
        group = self.groups.here(place)
        return self.spans.size(place) if group is None else len(group.members)

    # ---- entering, leaving

    def start(self, item: Item, story_id: str | None = None) -> Group:
        """An empty story that an article starts."""
        if story_id is None:
            story_id = ident("sto", "found", item.article_id)
            while (
                story_id in self.by_story or story_id in self.ended or story_id in self.closed
            ):  # it started another story once
                story_id = ident("sto", "found", item.article_id, story_id)
        title = self.rulings.parts.get(story_id, item.headline)
        group = self._open(story_id, slug_of(title, story_id), item.headline, item.seen_at, item.seen_at)
        self.tell(story_id, item.seen_at, "started", item, reason="")
        return group

    def _open(self, story_id: str, slug: str, title: str, first: datetime, last: datetime) -> Group:
        place = self.index.places
        self.groups[place] = group = Group(place, story_id, slug, title, [], Centroid(), first, last)
        self.by_story[story_id] = place
        self.index.places = place + 1
        return group

    def enter(self, group: Group, item: Item) -> None:
        group.members.append(item.order)
        group.centroid.add(item.profile)
        item.place = group.place
        item.slot = self.index.insert(group.place, *heaviest_first(item.profile))
        group.first_seen_at = min(group.first_seen_at, item.seen_at)
        group.last_seen_at = max(group.last_seen_at, item.seen_at)

    def leave(self, item: Item) -> None:
        """Take an article out of its found story; an empty story ends."""
        group = self.groups[item.place]
        group.members.remove(item.order)
        group.centroid.remove(item.profile)
        self.index.close(item.slot, heaviest_first(item.profile)[0])
        item.place = NOBODY
        del self.links[item.order]
        if not group.members:
            del self.groups[group.place], self.by_story[group.story_id]

    def likeness_elsewhere(self, item: Item, ours: Callable[[Group], bool]) -> float:
        """The likeness of an article with the nearest found story that is not ours."""
        near = self.nearest(*heaviest_first(item.profile), EXACT)
        return max((self._fit(g, item) for g in near if not ours(g)), default=0.0)

    def _record(self, group: Group, item: Item, decision: Joins | Starts | StaysApart, method: str) -> None:
        joins = decision if isinstance(decision, Joins) else None
        self.links[item.order] = Link(
            story_id=group.story_id,
            article_id=item.article_id,
            score=round(joins.score, 4) if joins else 1.0,
            reason=decision.reason,
            linked_at=item.seen_at,
            runner_up=joins.runner_up if joins else None,
            runner_up_score=round(joins.runner_up_score, 4) if joins and joins.runner_up_score is not None else None,
            review=not isinstance(decision, StaysApart) and decision.review,
            method=method,
        )
        if joins:
            self.tell(group.story_id, item.seen_at, "pinned" if method == PERSON else "joined", item, reason=decision.reason)

    def tell(
        self, story_id: str, at: datetime, kind: str, item: Item | None = None, other: str | None = None, reason: str = ""
    ) -> None:
        """Write a line of the audit trail."""
        article = item.article_id if item else None
        event = LinkEvent(story_id=story_id, happened_at=at, kind=kind, article_id=article, other_story_id=other, reason=reason)
        self.events.append(event)

    def tell_end(self, gone: Story, into: str, at: datetime, articles: int, reason: str) -> None:
        """Write that a story ended in another, with the address that it had."""
        self.events.append(
            LinkEvent(
                story_id=into,
                happened_at=at,
                kind="merged",
                other_story_id=gone.story_id,
                reason=reason,
                other_slug=gone.slug,
                other_title=gone.title,
                articles=articles,
            )
        )

    def _fill(self, group: Group, orders: Sequence[int]) -> None:
        """Make these the members of a story."""
        group.members = list(orders)
        items = [self.items[o] for o in orders]
        group.centroid = Centroid([i.profile for i in items])
        for item in items:
            item.place = group.place
            self.index.assign(item.slot, group.place)
        group.first_seen_at = min(i.seen_at for i in items)
        group.last_seen_at = max(i.seen_at for i in items)
        group.next_look = next_size(len(orders))

    def _move_links(self, orders: Sequence[int], story_id: str, reason: str, method: str = METHOD) -> None:
        for order in orders:
            old = self.links[order]
            changed = replace(
                old, story_id=story_id, reason=reason, runner_up=old.story_id, runner_up_score=None, method=method
            )
            self.links[order] = changed

    # ---- the second look

    def look(self, group: Group) -> None:
        """Look at a story that has just grown, if it is time to."""
        size = len(group.members)
        if size < group.next_look:
            return
        group.next_look = next_size(size)
        self.items.want({*spread(group.members), *group.members[-SAMPLE:]})
        inside = group.centroid.inside()
        if size >= 3 and inside is not None:
            self.usual_inside = inside if self.usual_inside is None else 0.99 * self.usual_inside + 0.01 * inside
        if size >= GROWN:
            self._split_up(group)
        group = self._try_merge(group)
        if len(group.members) >= GROWN:
            self._take_in(group)
        if any(size < s <= len(group.members) for s in TITLE_SIZES) or size in TITLE_SIZES:
            group.title = best_title(group.title, group.centroid, [self._named(o) for o in group.members[-SAMPLE:]])

    def _named(self, order: int) -> tuple[str, Profile]:
        item = self.items[order]
        return item.headline, item.profile

    def words(self, group: Group) -> float:
        """The typical number of kept words of a story's articles: the geometric mean of the last ones."""
        self.items.want(group.members[-MEMORY:])
        logs = [math.log(max(1, self.items[o].profile.words)) for o in group.members[-MEMORY:]]
        return math.exp(sum(logs) / len(logs))

    def _split_up(self, group: Group) -> None:
        """Split a story as often as it takes: what a split sets free may be two matters itself."""
        parts = [group]
        while parts:
            one = parts.pop()
            other = self._try_split(one)
            if other is not None:
                parts += [g for g in (one, other) if len(g.members) >= GROWN]

    def _try_split(self, group: Group) -> Group | None:
        """Part a story if it is two; the new one."""
        if group.story_id in self.rulings.held:
            return None
        sample = spread(group.members)
        found = part([self.items[o].profile for o in sample], max(3, math.ceil(0.15 * len(sample))), self.words(group))
        decision = decide_split(found.halves) if found else None
        if found is None or not isinstance(decision, Splits):
            return None
        a, b = found.rows
        return self._split(group, [sample[i] for i in a], [sample[i] for i in b], decision.reason)

    def _split(self, group: Group, first: list[int], second: list[int], reason: str) -> Group:
        """Part a story; what was not sampled goes to the nearer part, and the larger part keeps the id."""
        sums = [Centroid([self.items[o].profile for o in part]) for part in (first, second)]
        sides = {**dict.fromkeys(first, 0), **dict.fromkeys(second, 1)}
        parts: tuple[list[int], list[int]] = ([], [])
        for order in group.members:
            side = sides.get(order)
            if side is None:
                profile = self.items[order].profile
                side = int(sums[1].likeness(profile) > sums[0].likeness(profile))
            parts[side].append(order)
        stays, goes = parts if len(parts[0]) >= len(parts[1]) else parts[::-1]
        at = max(self.items[o].seen_at for o in group.members)
        other = self.start(self.items[goes[0]])
        self._fill(group, stays)
        self._fill(other, goes)
        self._move_links(goes, other.story_id, reason)
        self.splits += 1
        self.tell(group.story_id, at, "split", None, other.story_id, reason)
        if all(self.items[o].headline != group.title for o in stays):
            group.title = best_title("", group.centroid, [self._named(o) for o in stays])
        return other

    def prior_inside(self, centroid: Centroid) -> float:
        """Mean likeness of pairs within, drawn towards what is usual the fewer pairs there are."""
        pairs = centroid.size * (centroid.size - 1) / 2
        usual = 0.3 if self.usual_inside is None else self.usual_inside
        return ((centroid.inside() or 0.0) * pairs + PRIOR * usual) / (pairs + PRIOR)

    def pair(self, a: Group, b: Group) -> Halves:
        """Two stories, set against each other."""
        weights = np.array([min(len(g.members), 20) for g in (a, b)], float)
        insides = np.array([self.prior_inside(g.centroid) for g in (a, b)])
        logs = np.array([math.log(self.words(g)) for g in (a, b)])
        return Halves(
            sizes=(len(a.members), len(b.members)),
            between=a.centroid.between(b.centroid),
            inside=float(insides @ weights / weights.sum()),
            words=math.exp(float(logs @ weights / weights.sum())),
        )

    def _try_merge(self, group: Group) -> Group:
        """Merge with the one of the nearest stories that fits best, if one does; what is left of both."""
        near = [g for g in self.nearest(*group.centroid.heaviest(PROBE), KIN + 1) if g is not group][:KIN]
        fits = []
        for other in near:
            decision = decide_merge(self.pair(group, other))
            if isinstance(decision, Merges) and self.may_be_one(group, other):
                fits.append((decision.ratio, -other.place, decision.reason))
        if not fits:
            return group
        _, place, reason = max(fits)
        return self._merge(group, self.groups[-place], reason)

    def may_be_one(self, a: Group, b: Group) -> bool:
        """Does no person's decision stand against it?"""
        if a.story_id in self.rulings.held and b.story_id in self.rulings.held:
            return False
        if a.story_id in self.rulings.composed or b.story_id in self.rulings.composed:
            return False
        if frozenset((a.story_id, b.story_id)) in self.rulings.apart:
            return False
        barred = self.rulings.barred
        return not barred or not any(
            self.rulings.bars(self.items[o].article_id, into.story_id) for x, into in ((a, b), (b, a)) for o in x.members
        )

    def _merge(self, a: Group, b: Group, reason: str, method: str = METHOD) -> Group:
        """Let the smaller story end in the larger one; one on which a person decided goes on."""
        into, gone = self.larger_first(a, b)
        return self.end_in(gone, into, reason, method)

    def larger_first(self, a: Group, b: Group) -> tuple[Group, Group]:
        """(the one that goes on, the one that ends) of two stories."""
        rank = [(g.story_id in self.rulings.held, len(g.members), -g.place) for g in (a, b)]
        return (a, b) if rank[0] > rank[1] else (b, a)

    def end_in(self, gone: Group, into: Group, reason: str, method: str = METHOD) -> Group:
        """Let a story end in another."""
        moved = list(gone.members)
        into.members = sorted(into.members + moved)
        into.centroid.absorb(gone.centroid)
        for order in moved:
            self.items[order].place = into.place
            self.index.assign(self.items[order].slot, into.place)
        into.first_seen_at = min(into.first_seen_at, gone.first_seen_at)
        into.last_seen_at = at = max(into.last_seen_at, gone.last_seen_at)
        self._move_links(moved, into.story_id, reason, method)
        del self.groups[gone.place], self.by_story[gone.story_id]
        self.ended[gone.story_id] = into.story_id
        self.tell_end(self.story(gone), into.story_id, at, len(moved), reason)
        return into

    def _take_in(self, group: Group) -> None:
        """Let small stories whose every article would join the grown one end in it."""
        places, totals = self.index.sums(*group.centroid.heaviest(PROBE))
        small = []
        for place, total in zip(places.tolist(), totals.tolist(), strict=True):
            size = self._size(place)
            if place != group.place and size <= SMALL:
                small.append((-total / size, place))
        for _, place in sorted(small)[:8]:
            other = self.groups[place]
            scores = [group.centroid.likeness(self.items[o].profile) for o in other.members]
            held = other.story_id in self.rulings.held
            if min(scores) >= JOIN.at(self.words(other)) and not held and self.may_be_one(group, other):
                self.end_in(other, group, f"Its articles would join the story as it is now (likeness {min(scores):.2f}).")

    # ---- as others see them

    def told(self, story_id: str) -> Story | None:
        """A found story, open or closed, by its id."""
        place = self.by_story.get(story_id)
        return self.closed.get(story_id) if place is None else self.story(self.groups[place])

    def story(self, group: Group) -> Story:
        """A found story as others see it."""
        return Story(
            story_id=group.story_id,
            slug=group.slug,
            title=group.title,
            origin="found",
            first_seen_at=group.first_seen_at,
            last_seen_at=group.last_seen_at,
        )
