"""Watched stories as they grow.

They lie over the found ones: an article may be a report of several watched stories, and what is found does not depend on what
is watched. Found stories help: the nearest one that is not watched is the rival, and those that hold reports are searched for
more.
"""

from collections import deque
from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from itertools import islice

from pipeline.model import Link, LinkEvent, Watch
from pipeline.stories.groups import METHOD, PERSON, Groups, spread
from pipeline.stories.judge import Halves
from pipeline.stories.members import Group, Item, next_size
from pipeline.stories.parting import part
from pipeline.stories.sense import FROM, LEAST, Means, decide_earlier, decide_sense, how_much_said
from pipeline.stories.vectors import Centroid, typical
from pipeline.stories.watch import (
    OPENING,
    Joins,
    Pattern,
    Signs,
    Standing,
    StaysApart,
    Strength,
    Text,
    decide_watch,
    read_signs,
)

RETRY = timedelta(
    hours=48
)  # how far back a growing story looks for reports among all articles; farther back are its neighbours
RECENT = timedelta(days=10)
ALIKE = 0.3  # likeness with the core, in parts of that within, from which a found story of reports without words is part of it
OURS = 0.6  # share of a found story's articles that have the person's words: then it is part of the watched story
KIN, KIN_SHARE = 8, 0.5  # reports of a found story, and the share of them inside, that show what it is
ONE = 0.8  # likeness of what is outside with what is inside, in parts of that within, from which they are one matter
FAR = 0.10  # a report that is less like the others than this, in parts of what is usual among them, is dropped
ASTRAY = 0.2  # the same for a report from before the first ones that have the whole title
LOOK_FROM = 3
AHEAD = 50  # articles that are read together with the oldest that is tried
SURE = 3  # reports with the whole title that show what the story is


class Watching:
    """One watched story."""

    def __init__(self, watch: Watch, groups: Groups):
        self.watch, self.groups = watch, groups
        self.pattern = Pattern(watch)
        self.story_id = watch.story_id
        self.links: dict[int, Link] = {}
        self.core: set[int] = set()  # the reports that shape the centroid
        self.signs: dict[int, Signs] = {}  # of reports and of what may yet become one
        self.earlier: set[int] = set()  # reports once, of an earlier matter: they are not tried again
        self.tried: deque[int] = deque()
        self.centroid = Centroid()
        self.next_look = LOOK_FROM
        self.last: datetime | None = None
        self.events: list[LinkEvent] = []
        self.told: dict[int, Link] = {}  # the links when this memory was read or last written

    # ---- entering, leaving

    def add(self, text: Text, item: Item) -> None:
        """Try a new article."""
        self.signs[item.order] = read_signs(text, self.pattern)
        self.tried.append(item.order)
        if self.groups.items.here(self.tried[0]) is None:
            self.groups.items.want(islice(self.tried, AHEAD))
        while item.seen_at - self.groups.items[self.tried[0]].seen_at > RETRY:
            old = self.tried.popleft()
            if old not in self.links and not (self.signs[old].strength or self.signs[old].excluded):
                del self.signs[old]
        if self.attempt(item):
            self.look(item.seen_at)
        self._look_at_story(item)

    def forget(self, gone: Set[int]) -> None:
        """Drop what is remembered of articles that are gone."""
        self.signs = {o: s for o, s in self.signs.items() if o not in gone}
        self.earlier -= gone

    def reread(self, text: Text, item: Item, old: Item) -> None:
        """Take an article's later text in place of the earlier one."""
        self.signs[item.order] = read_signs(text, self.pattern)
        if item.order in self.core:
            self.centroid.remove(old.profile)
            self.centroid.add(item.profile)
        elif item.order not in self.links and self.attempt(item):
            self.look(item.seen_at)

    def attempt(self, item: Item) -> bool:
        """Let an article join if it is a report of the story."""
        ruling = self.groups.rulings
        if ruling.bars(item.article_id, self.story_id):
            return False
        decision = decide_watch(self._signs(item.order), self._standing(item))
        if isinstance(decision, Joins):
            self._enter(item, decision, METHOD)
        return isinstance(decision, Joins)

    def pinned(self, order: int) -> bool:
        """Did a person put it here?"""
        return order in self.links and self.links[order].method == PERSON

    def pin(self, item: Item, reason: str) -> None:
        """A person's word: the article is a report."""
        if item.order in self.links:
            self.leave(item, "Put here by a person instead.")
        self._enter(item, Joins(score=1.0, reason=reason, core=True), PERSON)

    def _enter(self, item: Item, decision: Joins, method: str) -> None:
        link = Link(
            story_id=self.story_id,
            article_id=item.article_id,
            score=round(decision.score, 4),
            reason=decision.reason,
            linked_at=item.seen_at,
            review=decision.review,
            method=method,
        )
        self.links[item.order] = link
        if decision.core:
            self.core.add(item.order)
            self.centroid.add(item.profile)
        self.last = item.seen_at if self.last is None else max(self.last, item.seen_at)
        self._tell(item, "pinned" if method == PERSON else "joined", decision.reason, item.seen_at)

    def leave(self, item: Item, reason: str, at: datetime | None = None) -> None:
        """Take an article out."""
        del self.links[item.order]
        if item.order in self.core:
            self.core.remove(item.order)
            self.centroid.remove(item.profile)
        self._tell(item, "left", reason, at or item.seen_at)

    def _tell(self, item: Item, kind: str, reason: str, at: datetime) -> None:
        event = LinkEvent(story_id=self.story_id, happened_at=at, kind=kind, article_id=item.article_id, reason=reason)
        self.events.append(event)

    # ---- how an article stands

    def _standing(self, item: Item) -> Standing:
        like = self.centroid.likeness(item.profile) if self.core else 0.0
        inside = item.order in self.links  # judged again: that the story went on says nothing against an early report
        recent = inside or (self.last is not None and abs(item.seen_at - self.last) <= RECENT)
        if self.groups.sources.get(item.order) in self.links:
            return Standing(reports=len(self.core), likeness=like, recent=recent, source_inside=True)
        usual = self._usual(self.centroid)
        if self._signs(item.order).excluded or not self.core or like < FAR * usual:
            return Standing(reports=len(self.core), likeness=like, usual=usual, recent=recent)
        rival = self.groups.likeness_elsewhere(item, self._ours)
        group = self.groups.groups.get(item.place)
        kin = group is not None and not self._signs(item.order).strength and self._one_matter(group, item.order)
        return Standing(reports=len(self.core), likeness=like, usual=usual, rival=rival, recent=recent, kin=kin)

    def _signs(self, order: int) -> Signs:
        return self.signs.get(order, Signs())

    def _usual(self, reports: Centroid) -> float:
        """The likeness that a report has with the others."""
        return typical(self.groups.prior_inside(reports), max(reports.size, 1))

    def _ours(self, group: Group) -> bool:
        """Is a found story part of the watched one: by reports with the person's words, or by others and likeness?"""
        size = len(group.members)
        if 2 * sum(o in self.core for o in group.members) >= size:
            return True
        if self.core and 2 * sum(o in self.links for o in group.members) >= size:
            alike = self._halves(self.centroid, group.centroid).ratio >= ALIKE
        else:
            alike = False
        signs = [self.signs[o] for o in group.members if o in self.signs]
        return alike or sum(s.strength >= Strength.FAIR and not s.excluded for s in signs) >= OURS * size

    def _one_matter(self, group: Group, beside: int | None = None) -> bool:
        """Is half of a found story inside, and the rest as like that as reports of one matter? One may stand `beside`."""
        inside = [o for o in group.members if o in self.links and o != beside]
        rest = [o for o in group.members if o not in self.links or o == beside]
        judged = len(group.members) - (beside is not None)
        if len(group.members) < KIN or not rest or len(inside) < KIN_SHARE * judged:
            return False
        return self._halves(self._sum(spread(inside)), self._sum(spread(rest))).ratio >= ONE

    # ---- the second look

    def look(self, at: datetime) -> None:
        """Look at the last articles again if the story has grown enough."""
        size = len(self.links)
        if size < self.next_look:
            return
        self.groups.items.want({*self.links, *self.tried})
        self.next_look = max(5, next_size(size))
        self._drop_astray(at)
        self._drop_far(at)
        self._drop_other_sense(at)
        self._drop_earlier_kin(at)
        self.look_at_kin(at)
        for order in self._worth_a_try():
            if order not in self.links and order not in self.earlier:
                self.attempt(self.groups.items[order])

    def _worth_a_try(self) -> list[int]:
        """The articles of the last days, and in the found stories that hold reports those later than the first ones.

        Of a found story that is one matter with the watched one also what came before and has hardly any of the words.
        """
        first = sorted(self.core)[OPENING - 1 : OPENING]
        if not first:
            return list(self.tried)
        kin = set(self.tried)
        for place in sorted({self.groups.items[o].place for o in self.core}):
            group = self.groups.groups.get(place)
            early = group is not None and self._one_matter(group)
            members = group.members if group else ()
            kin.update(o for o in members if o > first[0] or (early and self._signs(o).strength < Strength.FAIR))
        return sorted(kin)

    def _drop_astray(self, at: datetime) -> None:
        """The first reports may be of an earlier matter. Once some have the whole title, those decide what the story is."""
        full = sorted(o for o in self.core if self._signs(o).full)
        if len(full) < SURE:
            return
        sure = Centroid([self.groups.items[o].profile for o in full])
        least = ASTRAY * self._usual(sure)
        for order in sorted(self.core):
            item = self.groups.items[order]
            early = order < full[SURE - 1] and not self._signs(order).full
            if early and not self.pinned(order) and sure.likeness(item.profile) < least:
                self.leave(item, "It came before the first reports with the whole title, and is not like them.", at)

    def _drop_other_sense(self, at: datetime) -> None:
        """Of two matters that the person's words fit, keep the one that has more of them."""
        if len(self.core) < FROM:
            return
        orders = sorted(self.core)
        sample = spread(orders)
        found = part([self.groups.items[o].profile for o in sample], LEAST, 1.0)
        if found is None:
            return
        sides = [[sample[i] for i in rows] for rows in found.rows]
        said, before = (self._said(sides[0]), self._said(sides[1])), (_before(*sides), _before(*sides[::-1]))
        decision = decide_sense(found.halves, said, before)
        if not isinstance(decision, Means):
            return
        kept, gone = sides[decision.part], sides[1 - decision.part]
        ours, theirs = self._sum(kept), self._sum(gone)
        items = [self.groups.items[o] for o in orders if o not in kept]
        nearer = [i for i in items if i.order in gone or theirs.likeness(i.profile) > ours.likeness(i.profile)]
        self._leave_other(nearer, decision, at)

    def _drop_earlier_kin(self, at: datetime) -> None:
        """Found stories of an earlier matter may have opened the watch. Set them against the one that has most of the words."""
        by_story: dict[int, list[int]] = {}
        for order in sorted(self.core):
            by_story.setdefault(self.groups.items[order].place, []).append(order)
        kin = [orders for orders in by_story.values() if len(orders) >= LEAST]
        if len(kin) < 2:
            return
        main = max(kin, key=lambda orders: (len(orders) * self._said(orders), -orders[0]))
        ours = self._sum(main)
        for orders in kin:
            if orders[0] < main[0]:
                halves = self._halves(self._sum(orders), ours)
                decision = decide_earlier(halves, (self._said(orders), self._said(main)))
                if isinstance(decision, Means):
                    self._leave_other([self.groups.items[o] for o in orders], decision, at)

    def _leave_other(self, items: Sequence[Item], decision: Means, at: datetime) -> None:
        """Take out reports of a matter that is not meant."""
        for item in items:
            if not self.pinned(item.order):
                self.leave(item, decision.reason, at)
                if decision.earlier:
                    self.earlier.add(item.order)

    def _sum(self, orders: Sequence[int]) -> Centroid:
        return Centroid([self.groups.items[o].profile for o in orders])

    def _halves(self, a: Centroid, b: Centroid) -> Halves:
        inside = (self.groups.prior_inside(a) + self.groups.prior_inside(b)) / 2
        return Halves(sizes=(a.size, b.size), between=a.between(b), inside=inside, words=1.0)

    def _said(self, orders: Sequence[int]) -> float:
        """How much of the person's words some articles have, on average."""
        return sum(how_much_said(self._signs(o), self.groups.vocabulary) for o in orders) / len(orders)

    def _drop_far(self, at: datetime) -> None:
        least = FAR * self._usual(self.centroid)
        for order in sorted(self.core):
            item = self.groups.items[order]
            if not self.pinned(order) and self.centroid.likeness_without(item.profile) < least:
                self.leave(item, "The other reports have turned out not to be like it.", at)

    def look_at_kin(self, at: datetime) -> None:
        """Judge again those that joined by likeness alone: their found story may have been split since."""
        self._judge_again(sorted(self.links.keys() - self.core), at)

    def _look_at_story(self, item: Item) -> None:
        """Judge again those that joined by likeness alone of the found story that an article joined."""
        group = self.groups.groups.get(item.place)
        if group is not None and len(group.members) <= KIN:
            beside = [o for o in group.members if o != item.order and o in self.links and o not in self.core]
            self.groups.items.want(beside)
            self._judge_again(beside, item.seen_at)

    def _judge_again(self, orders: Sequence[int], at: datetime) -> None:
        for order in orders:
            if self.pinned(order):
                continue  # perhaps of a closed story, and not in memory any longer
            item = self.groups.items[order]
            decision = decide_watch(self._signs(order), self._standing(item))
            if isinstance(decision, StaysApart):
                self.leave(item, f"Looked at again: {decision.reason}", at)


def _before(part: Sequence[int], other: Sequence[int]) -> float:
    """The share of some articles that came before the first of others."""
    first = min(other)
    return sum(o < first for o in part) / len(part)
