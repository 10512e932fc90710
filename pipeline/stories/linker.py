"""The linker: articles in, in the order in which they were seen; stories, links, lineage and an audit trail out.

Every article is in one found story, and in each watched story that it reports. Where a found story is mostly watched, its links
are not told a second time for the articles that the watched story has, unless a person put them there.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.model import Article, Copy, HumanDecision, Link, LinkEvent, Story, Watch
from pipeline.pieces import Changes, Kept, Pieces
from pipeline.stories.closing import close_idle
from pipeline.stories.copies import CopyIndex, IsCopy, Known, Pair, decide_copy, shingles
from pipeline.stories.furniture import Furniture
from pipeline.stories.groups import METHOD, Groups
from pipeline.stories.heeding import concerned, heed
from pipeline.stories.judge import Joins, Starts, StaysApart
from pipeline.stories.kept import moment
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
        self.lineage: Kept[str, Copy] = Kept()
        self.order_of: Kept[str, int] = Kept()
        self.next_order = 0
        self.swept_at: datetime | None = None
        self.kept_whole: dict[str, dict[int, bytes]] = {}  # the pieces that were read at once, as they are kept
        self._shown_by = self.rulings  # what people had decided when it was
        self._moved: set[str] = set()  # stories on which a person decided since this linker was loaded or last dumped
        self._copies: list[Copy] = []  # found since then

    # ---- in

    def expect(self, articles: Sequence[Article]) -> None:
        """Read in one go what is kept of articles that come next."""
        self.order_of.want(a.article_id for a in articles)
        for kept in (self.groups.vocabulary.houses, self.furniture.seen):
            kept.want(dict.fromkeys(a.outlet for a in articles))

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
        return self._linked(article.article_id, decision, copy)

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
            return self._linked(article.article_id, Joins(story_id=link.story_id, score=link.score, reason=link.reason), None)
        self.groups.vocabulary.meet(terms)
        item = replace(self._item(article, order, terms), seen_at=old.seen_at, place=old.place)
        decision = self.groups.reread(item, old)
        text = read_text(article)
        for watching in self.watching.values():
            watching.reread(text, item, old)
        self._heed([item])
        return self._linked(article.article_id, decision, self.lineage.get(article.article_id))

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

    def _linked(self, article_id: str, decision: Joins | Starts | StaysApart, copy: Copy | None) -> Linked:
        order = self.order_of[article_id]
        watched = tuple(w.links[order] for w in self.watching.values() if order in w.links)
        return Linked(article_id=article_id, found=decision, watched=watched, copy=copy)

    # ---- between runs

    def dump(self) -> Changes:
        """What must be remembered between runs and has become other. What goes on from it goes on as if it had not stopped."""
        changes = dump_state(self)
        self._remember()
        return changes

    @classmethod
    def load(cls, pieces: Pieces, watches: Sequence[Watch], decisions: Sequence[HumanDecision] = ()) -> "Linker":
        """Go on from what is remembered, with the decisions that it was made with.

        A watch worded otherwise starts without reports. Raises StoreError if it cannot be read, here or on the way.
        """
        linker = cls(watches, decisions)
        load_state(linker, pieces)
        linker._remember()
        return linker

    def take(self, decisions: Sequence[HumanDecision], made: HumanDecision) -> None:
        """Carry out what a person decided just now; `decisions` are all that hold, it included."""
        self.rulings = self.groups.rulings = Rulings(decisions, self.watching)
        named = [s for s in (made.story_id, made.other_story_id) if s]
        self._moved.update(named, (self.groups.went_to(s) for s in named), self._stories_of(made))
        heed(self, made)

    def _stories_of(self, made: HumanDecision) -> set[str]:
        """The found stories of the articles that a decision is about."""
        return {self.groups.links[o].story_id for o in concerned(self, made)}

    def _remember(self) -> None:
        """Take what is told now for what is saved."""
        for watching in self.watching.values():
            watching.told = dict(watching.links)
        self._shown_by, self._moved, self._copies = self.rulings, set(), []
        self.groups.links.touched = {}

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
        self._copies.append(copy)
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
        gone = close_idle(self.groups, now, needed)
        for watching in self.watching.values():
            watching.forget(gone)

    # ---- out

    def links(self) -> list[Link]:
        """Who is in which story now: watched stories first, then the found ones, in the order in which the articles came."""
        links = self.groups.links
        stories = sorted({link.story_id for link in links.values()})
        orders = sorted(o for story_id in stories for o in self._shown(story_id))
        return [link for w in self.watching.values() for _, link in sorted(w.links.items())] + [links[o] for o in orders]

    def _shown(self, story_id: str) -> dict[int, int]:
        """The articles of a found story whose link is told, and when they were linked."""
        links = self.groups.links
        watched = [w.links for w in self.watching.values()]
        return shown(links.inside.get(story_id) or {}, watched, self.rulings, links.get)

    def _shown_before(self, story_id: str) -> dict[int, int]:
        """The same as it was saved."""
        links = self.groups.links
        watched = [w.told for w in self.watching.values()]
        return shown(links.inside.before(story_id) or {}, watched, self._shown_by, links.before)

    def moved(self) -> set[str]:
        """The stories of which links may be other than when this linker was made, loaded (so watching) or last dumped."""
        links = self.groups.links
        out = {*links.touched, *self._moved}
        for w in self.watching.values():
            orders = [o for o in w.links.keys() | w.told.keys() if w.links.get(o) is not w.told.get(o)]
            links.want(orders)
            out.update(link.story_id for o in orders if (link := links.get(o)))
            out.update([w.story_id] if orders else [])
        return out

    def changed_links(self) -> list[Link]:
        """Links that are new or other than then."""
        links, moved = self.groups.links, sorted(self.moved())
        out = [x for w in self.watching.values() for o, x in sorted(w.links.items()) if w.told.get(o) != x]
        for story_id in moved:
            before, touched = self._shown_before(story_id), links.touched.get(story_id, set())
            orders = [o for o in self._shown(story_id) if o not in before or o in touched]
            links.want(orders)
            out += [links[o] for o in orders if o not in before or links[o] != links.before(o)]
        return out

    def removed_links(self) -> list[LinkKey]:
        """(story_id, article_id) of links that were told then and are no more."""
        out = [(w.story_id, x.article_id) for w in self.watching.values() for o, x in w.told.items() if o not in w.links]
        for story_id in sorted(self.moved()):
            gone = self._shown_before(story_id).keys() - self._shown(story_id).keys()
            out += [(story_id, x.article_id) for o in sorted(gone) if (x := self.groups.links.before(o))]
        return out

    def stories(self, story_ids: Collection[str] | None = None) -> list[Story]:
        """The watched stories and the found ones that have a link, closed ones included; of these ids, if any are given."""
        return [story for story, _ in self.counted(story_ids)]

    def counted(self, story_ids: Collection[str] | None = None) -> list[tuple[Story, int]]:
        """The same, each with the number of its articles."""
        every = {link.story_id for link in self.groups.links.values()} if story_ids is None else set(story_ids)
        out = []
        for w in self.watching.values():
            if story_ids is None or w.story_id in every:
                story = Story(story_id=w.story_id, slug=w.watch.slug, title=w.watch.title, origin="watched")
                out.append((self._spanned(story, [link.linked_at for link in w.links.values()]), len(w.links)))
        for story_id in sorted(every - self.watching.keys()):
            orders, found = self._shown(story_id), self.groups.told(story_id)
            if orders and found:
                spans = [moment(t) for t in (min(orders.values()), max(orders.values()))]
                out.append((self._spanned(found, spans), len(orders)))
        return out

    def _spanned(self, story: Story, at: Sequence[datetime]) -> Story:
        named = replace(story, title=self.rulings.titles.get(story.story_id, story.title))
        return replace(named, first_seen_at=min(at), last_seen_at=max(at)) if at else named

    def events(self) -> list[LinkEvent]:
        """The audit trail since this linker was made or loaded, in time order."""
        every = self.groups.events + [e for w in self.watching.values() for e in w.events]
        return sorted(every, key=lambda e: (e.happened_at, e.story_id, e.article_id or "", e.kind))

    def copies(self) -> list[Copy]:
        """Lineage: which article derives from which, in the order in which they came."""
        return sorted(self.lineage.values(), key=lambda c: self.order_of[c.article_id])

    def new_copies(self) -> list[Copy]:
        """Lineage found since this linker was made, loaded or last dumped; what was found before does not change."""
        return list(self._copies)


def shown(
    inside: Mapping[int, int], watched: Sequence[Mapping[int, Link]], rulings: Rulings, link_of: Callable[[int], Link | None]
) -> dict[int, int]:
    """Of the articles of a found story those whose link is told.

    Where it is mostly watched these are not the watched ones, unless a person put them there.
    """
    seen = [o for o in inside if any(o in w for w in watched)]
    if 2 * len(seen) < len(inside):
        return dict(inside)
    hidden = {o for o in seen if not ((link := link_of(o)) and rulings.puts(link))}
    return {o: at for o, at in inside.items() if o not in hidden}
