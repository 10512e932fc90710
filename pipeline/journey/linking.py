"""Linking what is new, and carrying out what people decided, each decision at its place among the articles.

Going on from what is saved and linking all anew take the same steps in the same order, so they end the same. A decision that is
undone never was: all is linked anew without it, unless it only gave a title.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.errors import StoreError
from pipeline.journey.progress import Progress
from pipeline.model import Appearance, Article, HumanDecision, Watch, ident
from pipeline.pieces import Changes
from pipeline.store import Linking, SavedState, Store
from pipeline.stories import METHOD, Linker, in_order, on_stories, one_by_one, that_hold, wording

NAME = "linker"
TEXTS = 500  # read at a time


def linker_method(watches: Sequence[Watch]) -> str:
    """Another linker or another set of watches cannot go on from what was remembered."""
    return f"{METHOD} {ident('wat', *map(wording, watches))}"


def _on_stories(every: Sequence[HumanDecision], watches: Sequence[Watch]) -> list[HumanDecision]:
    """What people decided about stories and holds, in the order in which it is carried out."""
    return in_order(on_stories(that_hold(every), {w.story_id for w in watches}))


class Desk:
    """A linker at work on a store."""

    def __init__(self, store: Store, watches: Sequence[Watch]):
        self.store, self.watches = store, watches
        self.saved = store.load_state(NAME)
        every = store.decisions()
        rows = _on_stories(every, watches)
        heeded = set(self.saved.covers.split()) if self.saved else set()
        self.done = [r for r in rows if r.decision_id in heeded]
        gone = heeded - _ids(rows)
        titles = [d for d in every if d.decision_id in gone and d.kind == "rename"]  # no link hangs on them
        self.unnamed = {d.story_id for d in titles}
        going_on = self._go_on() if len(titles) == len(gone) else None
        self.anew = going_on is None
        self.linker = going_on or Linker(watches)
        self.done = [] if self.anew else self.done
        self.due = [r for r in rows if r not in self.done]

    def _go_on(self) -> Linker | None:
        """The linker as it was saved; None if it was another one, or cannot be read."""
        if self.saved is None or self.saved.method != linker_method(self.watches):
            return None
        try:
            return Linker.load(self.store.memory(NAME), self.watches, one_by_one(self.done))
        except StoreError:  # of another version of the program: all is linked anew
            return None

    def link(self, part: Sequence[Appearance], last: bool, progress: Progress) -> int:
        """Link new texts (and all earlier ones if it is done anew); returns how many articles were read."""
        stream = self._all(part) if self.anew else list(part)
        for start in range(0, len(stream), TEXTS):
            articles = self.store.texts(stream[start : start + TEXTS])
            self.linker.expect(articles)
            for article in articles:
                self._add(article)
            progress("stories", min(start + TEXTS, len(stream)), len(stream))
        while last and self.due:
            self._take()
        return len({a.article_id for a in stream})

    def _all(self, part: Sequence[Appearance]) -> list[Appearance]:
        return sorted([*self.store.tracked_appearances(), *part], key=lambda a: (a.seen_at, a.article_id, a.appearance_id))

    def _add(self, article: Article) -> None:
        while self.due and (self.due[0].read_through or self.due[0].made_at) < article.seen_at:
            self._take()
        self.linker.add(article)

    def _take(self) -> None:
        self.done.append(self.due.pop(0))
        self.linker.take(one_by_one(self.done), self.done[-1])

    def result(self, through: datetime | None) -> "Linked":
        """What differs from what was saved, and what to go on from. What is told is taken for written."""
        linker = self.linker
        changed, removed = linker.changed_links(), linker.removed_links()
        moved = {x.story_id for x in changed} | {story_id for story_id, _ in removed}
        moved |= self.unnamed | {w.story_id for w in self.watches} | {d.story_id for d in self.done}
        counted = linker.counted(moved)
        linking = Linking(
            stories=[s for s, _ in counted],
            gone=moved - {s.story_id for s, _ in counted},
            counts={s.story_id: n for s, n in counted},
            links=changed,
            removed=removed,
            events=linker.events(),
            copies=linker.new_copies(),
            anew=self.anew,
        )
        covers = " ".join(d.decision_id for d in self.done)
        state = SavedState(name=NAME, method=linker_method(self.watches), through=through, covers=covers, data=b"")
        return Linked(linking=linking, pieces=linker.dump(), state=state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """What linking came to, ready to be written."""

    linking: Linking
    pieces: Changes  # of the linker's memory
    state: SavedState
    articles: int = 0  # that were read


def link_new(store: Store, watches: Sequence[Watch], part: Sequence[Appearance], last: bool, progress: Progress) -> Linked:
    """Link new texts and carry out new decisions. `last`: nothing more follows at once. Nothing is written."""
    desk = Desk(store, watches)
    read = desk.link(part, last, progress)
    before = [desk.saved.through] if desk.saved and desk.saved.through else []
    return replace(desk.result(max([*before, *(a.seen_at for a in part)], default=None)), articles=read)


def write_links(store: Store, watches: Sequence[Watch], linked: Linked, now: datetime) -> None:
    """Write what linking came to; the caller holds the transaction."""
    store.save_stories(linked.linking)
    memory = store.memory(NAME)
    if linked.linking.anew:
        memory.forget()
    memory.write(linked.pieces.gone, linked.pieces.come)
    store.save_state(linked.state, now)
    if linked.linking.anew:
        store.forget_ledgers({w.story_id for w in watches})


def saved_linker(store: Store, watches: Sequence[Watch]) -> Linker | None:
    """The linker as it was saved; None if it cannot go on from there."""
    desk = Desk(store, watches)
    return None if desk.anew else desk.linker


def linking_stands(store: Store, watches: Sequence[Watch]) -> bool:
    """Is all carried out that people decided and wrote into the list of stories?"""
    method, covers = store.saved_methods().get(NAME, ("", ""))
    return method == linker_method(watches) and set(covers.split()) == _ids(_on_stories(store.decisions(), watches))


def _ids(decisions: Sequence[HumanDecision]) -> set[str]:
    return {d.decision_id for d in decisions}
