"""Where a text that came to stand belongs among those that stood before and after it.

Looks mostly come in time order; recorded ones may come late, after others that were made later. The timeline is then what it
would be had they come in order: what stood when the article was next looked at stands again, and a text that was already
standing does not come to stand a second time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.model import Appearance


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An article's appearances with a new one among them."""

    stood: tuple[Appearance, ...]  # all of them, in time order
    added: tuple[Appearance, ...]
    withdrawn: tuple[Appearance, ...]  # what proved to be no coming to stand


def place(stood: Sequence[Appearance], new: Appearance, seen_next: datetime | None) -> Placed:
    """Put an appearance into its place. `seen_next`: when the article itself was next seen, if that is known."""
    before = [a for a in stood if a.seen_at <= new.seen_at]
    after = [a for a in stood if a.seen_at > new.seen_at]
    added, withdrawn = [new], []
    if before and seen_next and (not after or seen_next < after[0].seen_at):
        last = before[-1]
        reason = "It stands when the article is next seen; what stood in between became known later."
        added.append(replace(last, seen_at=seen_next, reverted=True, reason=reason))
    elif after and after[0].version_id == new.version_id:
        withdrawn.append(after.pop(0))
    return Placed(stood=(*before, *added, *after), added=tuple(added), withdrawn=tuple(withdrawn))
