"""A run's share of the work in a lake that several fill: group after group of what is due, as long as there is one to take.

Nothing tells the runs of each other but the leases. A group is taken if nobody else has any of its hosts or outlets, or has had
it since this run looked at what is due. When it is done its leases are given back, and what came of it is due to whoever looks.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from math import inf
from time import monotonic, process_time

from pipeline.journey.collect import Ingest, due_feeds, due_pages, host_of
from pipeline.journey.equipment import Elsewhere, Equipment
from pipeline.journey.groups import Due, Group, decide_groups, host_lease
from pipeline.model import ArticleState, FeedState
from pipeline.store import Holder, Share

PACE = 0.2  # seconds after which it is looked again whether there is room for one more group
BUSY = 0.5  # share of a processor in use, from which on there is none
PATIENCE = 5.0  # seconds to wait for a host that only a redirect named, and that another run has
log = logging.getLogger(__name__)
_mine: ContextVar[set[str]] = ContextVar("_mine")  # hosts of the group that a task works on


class Shift:
    """One run at work beside others."""

    def __init__(self, kit: Equipment, share: Share):
        self.kit, self.share = kit, share
        self._tried: set[str] = set()  # feeds and pages that this run has had: they are not tried twice
        self._users: Counter[str] = Counter()  # hosts that this run has, by how many of its groups use them
        self._asked: dict[str, float] = {}  # when another run last asked a host, until this run has
        self._under_way: set[asyncio.Task[None]] = set()
        kit.leave = self._leave

    async def go(self, everything: bool) -> None:
        """Round after round, until nothing is due that is free."""
        async with self.kit.in_use():
            while await self._round(everything):
                everything = False

    async def _round(self, everything: bool) -> bool:
        """Take what is due and free. Whether it is worth to look again."""
        standing = self.share.standing()  # before it is read what is due
        feeds = {s.feed.feed_id: s for s in due_feeds(self.kit, everything)}
        due = [*map(_due_feed, feeds.values()), *map(_due_page, due_pages(self.kit, everything))]
        held = {h.host for h in self.kit.store.holds(self.kit.now)}
        groups, reason = decide_groups([d for d in due if d.key not in self._tried and d.hosts[0] not in held])
        log.debug("shared out: %s", reason)
        left: list[Group] = []
        async with asyncio.TaskGroup() as tasks:
            for group in groups:
                await self._room()
                if self.share.take(group.leases, standing):
                    self._have(group.hosts)
                    task = tasks.create_task(self._work(group, [s for i, s in feeds.items() if i in group.keys], everything))
                    self._under_way.add(task)
                    task.add_done_callback(self._under_way.discard)
                else:
                    left.append(group)
        others = self.share.others()
        self.kit.done.elsewhere = told_elsewhere(left, others)
        free = any(others.keys().isdisjoint(group.leases) for group in left) and "store" not in others
        return len(left) < len(groups) or free

    async def _room(self) -> None:
        """Wait until no group is under way, or those that are leave processor and network something to do."""
        while self._under_way:
            used, at = process_time(), monotonic()
            await asyncio.wait(self._under_way, timeout=PACE, return_when=asyncio.FIRST_COMPLETED)
            passed = monotonic() - at
            idle = (
                PACE <= passed < 1.5 * PACE and process_time() - used < BUSY * passed
            )  # later: something kept it from looking
            if idle and len(self._users) < self.kit.fetching.concurrency:
                return

    async def _work(self, group: Group, feeds: Sequence[FeedState], everything: bool) -> None:
        """Poll the feeds of a group, and read the pages of its outlets."""
        mine = set(group.hosts)
        _mine.set(mine)
        self._tried |= group.keys
        part = Ingest(self.kit, frozenset(group.outlets))
        await part.poll_feeds(feeds)
        pages = due_pages(self.kit, everything, frozenset(group.outlets))
        hosts = {host_of(page.url) for page in pages}
        mine |= {host for host in sorted(hosts - mine) if self._take(host)}
        pages = [page for page in pages if host_of(page.url) in mine]
        self._tried |= {page.article_id for page in pages}
        await part.read_pages(pages)
        self._give_back(group, mine)

    # ---- hosts

    def _have(self, hosts: Iterable[str]) -> None:
        for host in hosts:
            self._users[host] += 1
            self._asked[host] = monotonic() - self.share.rested(host_lease(host))

    def _take(self, host: str) -> bool:
        """Have one more host for a group, if nobody else has it."""
        if self._users[host]:
            self._users[host] += 1
            return True
        if not self.share.take([host_lease(host)]):
            del self._users[host]
            return False
        self._have([host])
        return True

    def _give_back(self, group: Group, hosts: Iterable[str]) -> None:
        self._users.subtract(hosts)
        free = sorted(host for host in hosts if not self._users[host])
        self._users += Counter()  # without those that are at nothing
        self.share.give_back([*map(host_lease, free), *(lease for lease in group.leases if lease.startswith("outlet "))])

    async def _leave(self, host: str, gap: float) -> None:
        """Before each request: is this host still ours, and has it had its pause since another run asked it?"""
        self.share.on_time()
        mine, until = _mine.get(), monotonic() + PATIENCE
        while host not in mine:
            if self._take(host):
                mine.add(host)
            elif monotonic() > until:
                raise Elsewhere(host)
            else:
                await asyncio.sleep(PACE)
        pause = self._asked.pop(host, -inf) + gap - monotonic()
        if pause > 0:
            await asyncio.sleep(pause)
        self.share.on_time()


def _due_feed(state: FeedState) -> Due:
    urls = (state.moved_to or state.feed.url, state.feed.url, *filter(None, state.moves))
    hosts = tuple(dict.fromkeys(map(host_of, urls)))
    return Due(key=state.feed.feed_id, outlet=state.feed.outlet, hosts=hosts)


def _due_page(state: ArticleState) -> Due:
    return Due(key=state.article_id, outlet=state.outlet, hosts=(host_of(state.url),))


def told_elsewhere(left: Sequence[Group], others: Mapping[str, Holder]) -> list[str]:
    """What to say of groups that could not be taken: who has them."""
    if store := others.get("store"):
        return [f"{sum(len(g.hosts) for g in left)} hosts are left for later: the store is held by {store.named()}"]
    hosts = dict.fromkeys(host for group in left if not others.keys().isdisjoint(group.leases) for host in group.hosts)
    holders = Counter(others[lease].named() for host in hosts if (lease := host_lease(host)) in others)
    return [f"{n} host{'s are' if n > 1 else ' is'} being read by {name}" for name, n in sorted(holders.items())]
