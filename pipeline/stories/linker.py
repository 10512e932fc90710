"""The linker: articles in, in the order in which they were seen; stories, links, lineage and an audit trail out.

Every article is in one found story, and in each watched story that it reports. Where a found story is mostly watched, its links
are not told a second time for the articles that the watched story has, unless a person put them there.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.model import Article, Copy, HumanDecision, Link, LinkEvent, Story, Watch
from pipeline.stories.copies import CopyIndex, IsCopy, Known, Pair, decide_copy, shingles
from pipeline.stories.furniture import Furniture
from pipeline.stories.groups import METHOD, Groups
from pipeline.stories.heeding import heed
from pipeline.stories.judge import Joins, Starts, StaysApart
from pipeline.stories.members import Item
from pipeline.stories.profile import Terms, read_terms
from pipeline.stories.rulings import Rulings
from pipeline.stories.state import dump_state, load_state
from pipeline.stories.vectors import likeness_of
from pipeline.stories.watch import read_text
from pipeline.stories.watching import Watching

GROWN = 1.2  # a later text with so many times the words (or so few) is read anew
SWEEP = timedelta(hours=12)  # how often idle stories are looked for
LinkKey = tuple[str, str]  # story_id, article_id

__all__ = ["METHOD", "Linked", "Linker"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """What became of one article at once; second looks may change it later."""

    article_id: str
    found: Joins | Starts | StaysApart
    watched: tuple[Link, ...]
    copy: Copy | None = None


class Linker:
    """Keeps the stories. `decisions` by people hold whatever the articles say."""

    def __init__(self, watches: Sequence[Watch], decisions: Sequence[HumanDecision] = ()):
        self.rulings = Rulings(decisions, {w.story_id for w in watches})
        self.groups = Groups(self.rulings)
        self.watching = {w.story_id: Watching(w, self.groups) for w in watches}
        self.groups.watched = frozenset(self.watching)
        self.copy_index = CopyIndex()
        self.furniture = Furniture()
        self.lineage: dict[str, Copy] = {}
        self.order_of: dict[str, int] = {}
        self.next_order = 0
        self.swept_at: datetime | None = None
        self._saved: dict[LinkKey, Link] = {}  # what links() told when the linker was loaded or last dumped
        self._saved_copies = 0

    # ---- in

    def add(self, article: Article) -> Linked:
        """Link an article; one that is known already is read as its later version."""
        if article.article_id in self.order_of:
            return self.update(article)
        self._close_idle(article.seen_at)
        terms = self._read(article)
        self.groups.vocabulary.learn(terms, article.outlet)
        item = self._item(article, self.next_order, terms)
        self.order_of[article.article_id] = item.order
        self.next_order += 1
        self.groups.items[item.order] = item
        copy = self._trace(article, item)
        decision = self._decide(item, copy)
        splits = self.groups.splits
        self.groups.add(item, decision, self.rulings.target.get(item.article_id))
        self.furniture.learn(article.outlet, item.order, article.paragraphs, self._story_of)
        text = read_text(article)
        for watching in self.watching.values():
            watching.add(text, item)
            if self.groups.splits != splits:
                watching.look_at_kin(item.seen_at)
        self._heed([item])
        return self._told(article.article_id, decision, copy)

    def update(self, article: Article) -> Linked:
        """Read a later version of a known article; an unknown one is added. Small edits do not move anything."""
        order = self.order_of.get(article.article_id)
        if order is None:
            return self.add(article)
        old = self.groups.items.get(order)
        link = self.groups.links[order]
        terms = self._read(article)
        same = old is not None and old.headline == article.headline
        if old is None or (same and 1 / GROWN < (terms.words + 1) / (old.profile.words + 1) < GROWN):
            return self._told(article.article_id, Joins(story_id=link.story_id, score=link.score, reason=link.reason), None)
        self.groups.vocabulary.meet(terms)
        item = replace(self._item(article, order, terms), seen_at=old.seen_at, place=old.place)
        decision = self.groups.reread(item, old)
        text = read_text(article)
        for watching in self.watching.values():
            watching.reread(text, item, old)
        self._heed([item])
        return self._told(article.article_id, decision, self.lineage.get(article.article_id))

    def _read(self, article: Article) -> Terms:
        return read_terms(article.headline, self.furniture.strip(article.outlet, article.paragraphs, self._story_of))

    def _item(self, article: Article, order: int, terms: Terms) -> Item:
        profile = self.groups.vocabulary.weigh(terms, article.outlet)
        return Item(order, article.article_id, article.seen_at, article.headline, profile)

    def _story_of(self, order: int) -> str | None:
        link = self.groups.links.get(order)
        return link.story_id if link else None

    def _decide(self, item: Item, copy: Copy | None) -> Joins | Starts | StaysApart:
        source = self.groups.items.get(self.groups.sources.get(item.order, -1))
        group = self.groups.groups.get(source.place) if source else None
        if copy and group and not self.rulings.bars(item.article_id, group.story_id):
            return Joins(story_id=group.story_id, score=1.0, reason=f"In the story of its source. {copy.reason}")
        return self.groups.decide(item)

    def _told(self, article_id: str, decision: Joins | Starts | StaysApart, copy: Copy | None) -> Linked:
        order = self.order_of[article_id]
        watched = tuple(w.links[order] for w in self.watching.values() if order in w.links)
        return Linked(article_id=article_id, found=decision, watched=watched, copy=copy)

    # ---- between runs

    def dump(self) -> bytes:
        """All that must be remembered between runs. What goes on from it goes on exactly as if it had never stopped."""
        data = dump_state(self)
        self._remember()
        return data

    @classmethod
    def load(cls, data: bytes, watches: Sequence[Watch], decisions: Sequence[HumanDecision] = ()) -> "Linker":
        """Go on from a dump, with the decisions that it was made with. A watch worded otherwise starts without reports."""
        linker = cls(watches, decisions)
        load_state(linker, data)
        linker._remember()
        return linker

    def take(self, decisions: Sequence[HumanDecision], made: HumanDecision) -> None:
        """Carry out what a person decided just now; `decisions` are all that hold, it included."""
        self.rulings = self.groups.rulings = Rulings(decisions, self.watching)
        heed(self, made)

    def _remember(self) -> None:
        """Take what is told now for what is saved."""
        self._saved = {(x.story_id, x.article_id): x for x in self.links()}
        self._saved_copies = len(self.lineage)

    # ---- lineage

    def _trace(self, article: Article, item: Item) -> Copy | None:
        """Find the article from which this one derives, and remember this one."""
        hashes = shingles(article)
        named = self.copy_index.credited(article)
        pairs = [self._pair(article, k, r, i, k.outlet in named) for k, r, i in self.copy_index.alike(hashes)]
        credited = self.copy_index.of_outlets(named)
        pairs += [self._credit(item, known) for known in credited if known.order in self.groups.items]
        decision = decide_copy(pairs)
        self.copy_index.add(Known(item.order, article.article_id, article.outlet, article.seen_at, hashes))
        if not isinstance(decision, IsCopy):
            return None
        copy = Copy(
            article_id=article.article_id,
            source_article_id=decision.source_article_id,
            similarity=decision.similarity,
            reason=decision.reason,
        )
        self.lineage[article.article_id] = copy
        self.groups.sources[item.order] = self.order_of[decision.source_article_id]
        return copy

    @staticmethod
    def _pair(article: Article, known: Known, resemblance: float, inside: float, credited: bool) -> Pair:
        return Pair(
            source_article_id=known.article_id,
            source_outlet=known.outlet,
            same_outlet=known.outlet == article.outlet,
            resemblance=resemblance,
            inside=inside,
            credited=credited,
        )

    def _credit(self, item: Item, known: Known) -> Pair:
        return Pair(
            source_article_id=known.article_id,
            source_outlet=known.outlet,
            same_outlet=False,
            likeness=likeness_of(item.profile, self.groups.items[known.order].profile),
            credited=True,
        )

    # ---- people, time

    def _heed(self, items: Iterable[Item]) -> None:
        """Do what people decided, as far as the stories and articles concerned are there."""
        if not self.rulings.held:
            return
        self.groups.merge_as_told()
        for item in items:
            found = self.groups.links[item.order].story_id
            for target in self.rulings.wanted(item.article_id, found):
                watching = self.watching.get(target)
                if watching and not self.rulings.bars(item.article_id, target) and not watching.pinned(item.order):
                    pinned = target in self.rulings.pins.get(item.article_id, ())
                    watching.pin(item, self.rulings.why(item.article_id, target if pinned else found))

    def enforce(self, items: Sequence[Item]) -> None:
        """Do all that people decided about articles."""
        for item in items:
            self.groups.place_as_told(item)
            for watching in self.watching.values():
                if item.order in watching.links and self.rulings.bars(item.article_id, watching.story_id):
                    watching.leave(item, "Taken out by a person.")
        self._heed(items)

    def _close_idle(self, now: datetime) -> None:
        if self.swept_at is None:
            self.swept_at = now
        if now - self.swept_at < SWEEP:
            return
        self.swept_at = now
        needed = {o for w in self.watching.values() for o in (*w.links, *w.tried)}
        self.groups.close_idle(now, needed)
        for watching in self.watching.values():
            watching.forget_closed()

    # ---- out

    def links(self) -> list[Link]:
        """Who is in which story now: watched stories first, then the found ones, in the order in which the articles came."""
        watched = {o for w in self.watching.values() for o in w.links}
        size = Counter(link.story_id for link in self.groups.links.values())
        inside = Counter(self.groups.links[o].story_id for o in watched)
        shown = [
            link
            for order, link in sorted(self.groups.links.items())
            if order not in watched or self.rulings.puts(link) or 2 * inside[link.story_id] < size[link.story_id]
        ]
        return [link for w in self.watching.values() for _, link in sorted(w.links.items())] + shown

    def changed_links(self) -> list[Link]:
        """Links that are new or other than when this linker was made, loaded (with the same watches) or last dumped."""
        return [x for x in self.links() if self._saved.get((x.story_id, x.article_id)) != x]

    def removed_links(self) -> list[LinkKey]:
        """(story_id, article_id) of links that were told then and are no more."""
        now = {(x.story_id, x.article_id) for x in self.links()}
        return [key for key in self._saved if key not in now]

    def stories(self) -> list[Story]:
        """The watched stories and the found ones that have a link, closed ones included."""
        spans: dict[str, tuple[datetime, datetime]] = {}
        for link in self.links():
            first, last = spans.get(link.story_id, (link.linked_at, link.linked_at))
            spans[link.story_id] = (min(first, link.linked_at), max(last, link.linked_at))
        found = [self.groups.story(g) for g in self.groups.groups.values()] + list(self.groups.closed.values())
        watched = [
            Story(story_id=w.story_id, slug=w.watch.slug, title=w.watch.title, origin="watched") for w in self.watching.values()
        ]
        out = []
        for story in watched + [f for f in found if f.story_id in spans]:
            span = spans.get(story.story_id)
            title = self.rulings.titles.get(story.story_id, story.title)
            named = replace(story, title=title)
            out.append(replace(named, first_seen_at=span[0], last_seen_at=span[1]) if span else named)
        return out

    def events(self) -> list[LinkEvent]:
        """The audit trail since this linker was made or loaded, in time order."""
        every = self.groups.events + [e for w in self.watching.values() for e in w.events]
        return sorted(every, key=lambda e: (e.happened_at, e.story_id, e.article_id or "", e.kind))

    def copies(self) -> list[Copy]:
        """Lineage: which article derives from which."""
        return list(self.lineage.values())

    def new_copies(self) -> list[Copy]:
        """Lineage found since this linker was made, loaded or last dumped; what was found before does not change."""
        return list(self.lineage.values())[self._saved_copies :]
