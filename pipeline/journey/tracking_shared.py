"""Tracking beside other runs: one of them links what is new, and each watched story is read by one of them.

What a step needs is read of one state of the store and weighed while nobody waits; to write what came of it a run waits for its
turn. Whoever finds a part of the work taken leaves it to whoever has it: that one looks again after it has given it back, and
so finds what came meanwhile. What a run that dies leaves behind, the next one finds: texts that are not tracked, and the mark
that ledgers may not have read all that is linked.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from time import monotonic, sleep

from pipeline.config import Settings, load_watches
from pipeline.journey.ledgers import UNREAD, ReadStory, corrections, known, ledgers_stand, read_story, write_story
from pipeline.journey.linking import NAME, linking_stands
from pipeline.journey.progress import Progress
from pipeline.journey.tracking import Judged, TrackSummary, chunks, judge, write_judged
from pipeline.logs import event
from pipeline.model import Appearance, Watch, ident
from pipeline.store import SavedState, Share, Store

LINKING = "stories"  # the lease on what is new and on what it does to stories
READING = "host "  # the leases on hosts whose feeds and pages are being read
CLEARING = "unread"  # the lease on the mark
PATIENCE = 60.0  # seconds to wait for another run to have linked, so as to read some of the stories then
POLL = 0.25  # seconds between two looks whether it has
log = logging.getLogger(__name__)


def track_shared(store: Store, share: Share, settings: Settings, now: datetime, progress: Progress) -> TrackSummary:
    """Judge what is new in an open store to which others write, too."""
    work = Shared(store, share, load_watches(settings.stories), now, progress)
    until = monotonic() + PATIENCE
    while True:
        linked = work.link()
        work.read()
        if linked or monotonic() > until:
            work.done.left = list(work.left.values())
            return work.done
        sleep(POLL)


class Shared:
    """One run's part in tracking."""

    def __init__(self, store: Store, share: Share, watches: Sequence[Watch], now: datetime, progress: Progress):
        self.store, self.share, self.watches, self.now, self.progress = store, share, watches, now, progress
        self.done, self.read_stories = TrackSummary(), 0
        self.left: dict[str, str] = {}  # what -> the same, and to whom

    # ---- edits and links

    def link(self) -> bool:
        """Judge and link what is new, until nothing is left. False: another run is at it."""
        self.left.clear()
        while self._parts():
            if not self.share.take([LINKING]):
                self._leave("new texts are being linked", LINKING)
                return False
            parts = self._parts()
            for part in parts:
                with self.store.one_state():
                    judged = judge(self.store, self.watches, part, part is parts[-1], self.progress)
                self.store.write("derived", partial(self._write_judged, judged))
                self.done.add(judged)
            self.share.give_back([LINKING])
        return True

    def _parts(self) -> list[Sequence[Appearance]]:
        """What is to be linked, in parts; one without texts if it is only what people decided.

        Linking follows the looks' times, so that it does not depend on who has read his share of them first: texts wait while
        another run still reads what was due at that moment or before.
        """
        readers = {h.clock: h for name, h in self.share.others().items() if name.startswith(READING) and h.clock}
        first = min(readers, key=datetime.fromisoformat, default=None)
        with self.store.one_state():
            new = self.store.untracked()
            ready = [a for a in new if first is None or a.seen_at < datetime.fromisoformat(first)]
            if first and len(ready) < len(new):
                what = f"{len(new) - len(ready)} new texts wait until the due pages are read"
                self.left[what] = f"{what} by {readers[first].named()}"
            return list(chunks(ready)) or ([] if linking_stands(self.store, self.watches) else [[]])

    def _write_judged(self, judged: Judged) -> None:
        write_judged(self.store, self.watches, judged, self.now)
        mark = ident("unr", judged.linked.state.covers, *(a.appearance_id for a in judged.part))
        self.store.save_state(SavedState(name=UNREAD, method="", through=None, covers=mark, data=b""), self.now)

    # ---- ledgers

    def read(self) -> None:
        """Read the watched stories that are not read up to what is linked and that no other run reads."""
        while not self._stand():
            with self.store.one_state():
                mark = self.store.load_state(UNREAD)
            read = self.read_stories
            whole = all([self._read_up(watch) for watch in self.watches])
            if not (self._cleared(mark) if whole and mark else self.read_stories > read):
                return  # what is left is left to others: they look again when they have read it

    def _stand(self) -> bool:
        with self.store.one_state():
            return ledgers_stand(self.store, self.watches)

    def _cleared(self, mark: SavedState) -> bool:
        """Take the mark away, if it is still the one that was seen before all stories were found read. False: another does."""
        if not self.share.take([CLEARING]):
            return False
        self.store.write("derived", partial(self._clear, mark))
        self.share.give_back([CLEARING])
        return True

    def _read_up(self, watch: Watch) -> bool:
        """Read a story until nothing is left to read; False if another run reads it."""
        lease = f"story {watch.story_id}"
        while not self._whole(watch):
            if not self.share.take([lease]):
                self._leave(f"{watch.slug} is being read", lease)
                return False
            started = monotonic()
            event(log, logging.DEBUG, "story.began", story=watch.slug)
            with self.store.one_state():
                found = read_story(self.store, watch, corrections(self.store), self.progress, self._linked_through())
            if found:
                self.store.write("derived", partial(self._write_story, found))
                self.done.told(watch, found)
                self.read_stories += 1
            self._tell(watch, found, monotonic() - started)
            self.share.give_back([lease])
        return True

    def _tell(self, watch: Watch, found: ReadStory | None, seconds: float) -> None:
        """Of none another run had read what was left just before."""
        reports, lines = (found.reports, found.new_lines) if found else (0, 0)
        event(log, logging.INFO, "story.read", story=watch.slug, reports=reports, lines=lines, seconds=round(seconds, 3))

    def _whole(self, watch: Watch) -> bool:
        with self.store.one_state():
            return known(self.store, watch, corrections(self.store), self._linked_through()).whole

    def _linked_through(self) -> datetime | None:
        """Of later looks nobody has said yet which stories they are of."""
        linker = self.store.load_state(NAME)
        return linker.through if linker else None

    def _write_story(self, found: ReadStory) -> None:
        write_story(self.store, found, self.now)

    def _clear(self, mark: SavedState) -> None:
        stands = self.store.load_state(UNREAD)
        if stands and stands.covers == mark.covers:
            self.store.forget_state(UNREAD)

    def _leave(self, what: str, lease: str) -> None:
        """Say to whom something is left."""
        others = self.share.others()
        holder = others.get(lease) or others.get("store")
        self.left[what] = f"{what} by {holder.named() if holder else 'another run'}"
