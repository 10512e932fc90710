"""One line for what belongs together on a day: a value that moved on, the same move again, a statement in other words.

Nothing is dropped here: what a line stands for beside its own change hangs below it, and the statements that earned no line
are kept with their count. A renderer shows the first, folds the second, counts the third.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.changelog.views import ChangeLine
from pipeline.changelog.wording import is_quantity, shown_value
from pipeline.model import ChangeKind

EARNED = 2.0  # rank from which a line without a figure has earned its place: the ledger gives it to a first figure
PLAIN = 1  # statements below that which an aspect keeps on a day
ALIKE = 0.75  # share of the shorter statement's words that stand in the other, from which the two say one thing
FEWEST = 4  # words that must be shared before two statements are held for one


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log as a reader meets it: a change, and those of the day that only led to it or repeat it."""

    lead: ChangeLine
    folded: tuple[ChangeLine, ...] = ()  # in time order
    path: tuple[str, ...] = ()  # the values that the day went through, if more than two: 600,000; 800,000; 600,000

    @property
    def lines(self) -> tuple[ChangeLine, ...]:
        """Every change that it stands for, the lead first."""
        return (self.lead, *self.folded)

    @property
    def plain(self) -> bool:
        """Whether it only adds a statement: no figure or state moved."""
        return all(is_plain(line) for line in self.lines)


def is_plain(line: ChangeLine) -> bool:
    """Whether a change is a mere statement, or a statement in other words."""
    change = line.change
    if change.kind not in (ChangeKind.NEW, ChangeKind.CHANGED):
        return False
    return (not line.key and change.rank < EARNED) or written_alike(change.before, change.after)


def telling(line: ChangeLine) -> tuple[bool, float, int]:
    """Sort key, the most telling first: rank, then how many say so; what a person has rejected last."""
    return line.review == "rejected", -line.change.rank, -line.change.corroborations


def entries(lines: Iterable[ChangeLine]) -> tuple[Entry, ...]:
    """The changes of one aspect on one day as lines, the most telling first."""
    groups: list[list[ChangeLine]] = []
    for line in sorted(lines, key=lambda x: (x.change.detected_at, x.change.change_id)):
        home = next((g for g in groups if any(belongs(line, earlier) for earlier in g)), None)
        if home is None:
            groups.append([line])
        else:
            home.append(line)
    made = [_entry(group) for group in groups]
    return tuple(sorted(made, key=lambda e: (*telling(e.lead), e.lead.change.detected_at, e.lead.change.change_id)))


def kept(found: Sequence[Entry]) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """The lines that an aspect shows of a day, and the statements that are only counted."""
    plain = [e for e in found if e.plain]
    rest = {id(e) for e in plain[PLAIN:]}
    return tuple(e for e in found if id(e) not in rest), tuple(e for e in found if id(e) in rest)


def belongs(line: ChangeLine, earlier: ChangeLine) -> bool:
    """Whether a change carries an earlier one of its aspect and day on, or says it again. A verdict stays with its own line."""
    if line.review or earlier.review:
        return False
    new, old = line.change, earlier.change
    if line.key or earlier.key:
        same = (line.key, new.subject) == (earlier.key, old.subject) and new.value_after != ""
        return _same_figure(line, earlier) or (same and old.value_after in (new.value_before, new.value_after))
    if new.evidence_before and new.evidence_before == old.evidence_after:
        return True
    return new.kind is ChangeKind.NEW and old.kind is ChangeKind.NEW and alike(new.evidence_after, old.evidence_after)


def _same_figure(line: ChangeLine, earlier: ChangeLine) -> bool:
    """Whether a first figure is one that the day has under a like name: 19 of the points, 19 points of the plan."""
    new, old = line.change, earlier.change
    if new.kind is not ChangeKind.NEW or not is_quantity(new.value_after) or not is_quantity(old.value_after):
        return False
    return new.value_after.split()[0] == old.value_after.split()[0] and bool(_names(line) & _names(earlier))


def _names(line: ChangeLine) -> frozenset[str]:
    """The words that name a quantity: those of its key, without the aspect's, and its unit."""
    words = _words(line.key.removeprefix(line.change.aspect)) | _words(line.change.value_after)
    return words - _figures(words)


def alike(one: str, other: str) -> bool:
    """Whether two statements say one thing: the same figures, and nearly all words of the shorter stand in the longer."""
    a, b = _words(one), _words(other)
    shared = len(a & b)
    return _figures(a) == _figures(b) and shared >= FEWEST and shared >= ALIKE * min(len(a), len(b))


def written_alike(before: str, after: str) -> bool:
    """Whether two texts differ in marks and spaces only: 600 000 and 600,000."""
    return bool(before) and re.sub(r"\W", "", before.casefold()) == re.sub(r"\W", "", after.casefold())


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))


def _figures(words: frozenset[str]) -> frozenset[str]:
    return frozenset(w for w in words if w[0].isdigit())


def _entry(group: Sequence[ChangeLine]) -> Entry:
    """The line of a group in time order: its most telling change leads, of equal ones the last: it stood at the day's end."""
    lead = min(reversed(group), key=telling)
    return Entry(lead, tuple(x for x in group if x is not lead), _path(group))


def _path(group: Sequence[ChangeLine]) -> tuple[str, ...]:
    """The figures that a quantity went through, the unit at the last if they share one; () if there are fewer than three."""
    found = [group[0].change.value_before, *(x.change.value_after for x in group)] if group[0].key else []
    values = [v for v in found if v]
    if not all(map(is_quantity, values)):
        return ()
    steps = [v for n, v in enumerate(values) if n == 0 or v.split()[0] != values[n - 1].split()[0]]
    units = {v.partition(" ")[2] for v in steps}
    shown = [v.split()[0] for v in steps[:-1]] + steps[-1:] if len(units) == 1 else steps
    return tuple(map(shown_value, shown)) if len(steps) > 2 else ()
