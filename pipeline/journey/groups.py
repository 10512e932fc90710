"""How what is due is shared out among runs: in groups of hosts that hang together. Pure.

Only one run at a time may ask a host, and what is learned of an outlet is learned from all its pages. So what shares a host or
an outlet goes to one run, as a whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_HOSTS = 50  # of a group, unless more of them hang together
GROUPS = 8  # into which even little work is shared out, so that several runs have some of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One feed or page that is due."""

    key: str  # feed_id or article_id
    outlet: str
    hosts: tuple[str, ...]  # that it takes to fetch it, as far as they are known


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What one run takes in one go."""

    keys: frozenset[str]
    outlets: tuple[str, ...]
    hosts: tuple[str, ...]

    @property
    def leases(self) -> list[str]:
        """What a run must hold to work on it."""
        return [*map(host_lease, self.hosts), *map(outlet_lease, self.outlets)]


def host_lease(host: str) -> str:
    """The name of the lease on a host."""
    return f"host {host}"


def outlet_lease(outlet: str) -> str:
    """The name of the lease on what is known of an outlet."""
    return f"outlet {outlet}"


def decide_groups(due: Sequence[Due]) -> tuple[tuple[Group, ...], str]:
    """Share out what is due: what hangs together by host or outlet stays together; the order is that of what is due.

    Returns the groups and the reason.
    """
    parts = _together(due)
    hosts = sum(len({h for d in part for h in d.hosts}) for part in parts)
    most = max(1, min(MOST_HOSTS, -(-hosts // GROUPS)))
    groups: list[list[Due]] = []
    size = 0  # hosts of the last group
    for part in parts:
        mine = len({h for d in part for h in d.hosts})
        if not groups or size + mine > most:
            groups.append([])
            size = 0
        groups[-1] += part
        size += mine
    reason = f"{len(due)} due on {hosts} hosts, in groups of up to {most} hosts unless more hang together"
    return tuple(map(_group, groups)), reason


def _group(due: Sequence[Due]) -> Group:
    outlets, hosts = dict.fromkeys(d.outlet for d in due), dict.fromkeys(h for d in due for h in d.hosts)
    return Group(keys=frozenset(d.key for d in due), outlets=tuple(outlets), hosts=tuple(hosts))


def _together(due: Iterable[Due]) -> list[list[Due]]:
    """What shares a host or an outlet, also by way of others, in one part (union-find with path halving)."""
    above: dict[str, str] = {}

    def top(name: str) -> str:
        above.setdefault(name, name)
        while above[name] != name:
            above[name] = name = above[above[name]]
        return name

    due = list(due)
    for d in due:
        for host in d.hosts:
            above[top(host_lease(host))] = top(outlet_lease(d.outlet))
    parts: dict[str, list[Due]] = {}
    for d in due:
        parts.setdefault(top(outlet_lease(d.outlet)), []).append(d)
    return list(parts.values())
