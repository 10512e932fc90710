"""What can be set side by side: the values of one quantity, or of the dates on one aspect, by outlet and time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.changelog.days import aspect_order
from pipeline.changelog.views import Said, StoryPage


@dataclass(frozen=True, slots=True)
class Topic:
    """Statements whose values can be compared, in time order."""

    aspect: str
    key: str  # Said.topic, or the subject where that is empty
    subject: str  # as most of the statements have it
    said: tuple[Said, ...]
    stands: str  # the value that stands now
    since: datetime  # since when

    @property
    def outlets(self) -> tuple[str, ...]:
        """Who speaks about it, the first first."""
        return tuple(dict.fromkeys(s.outlet for s in self.said))

    @property
    def values(self) -> tuple[str, ...]:
        """What was said, the first first."""
        return tuple(dict.fromkeys(s.value for s in self.said))


def topics(page: StoryPage) -> tuple[Topic, ...]:
    """The topics with a value, aspects in their order, in an aspect those first about which most outlets speak."""
    grouped: dict[tuple[str, str], list[Said]] = {}
    for said in sorted(page.said, key=lambda s: (s.seen_at, s.outlet, s.article_id, s.value)):
        if said.value:
            grouped.setdefault((said.aspect, said.topic or said.subject), []).append(said)
    order = aspect_order(page)
    found = [_topic(page, aspect, key, said) for (aspect, key), said in grouped.items()]
    return tuple(sorted(found, key=lambda t: (_place(order, t.aspect), -len(t.outlets), t.subject, t.key)))


def _place(order: tuple[str, ...], aspect: str) -> int:
    return order.index(aspect) if aspect in order else len(order)


def _topic(page: StoryPage, aspect: str, key: str, said: Sequence[Said]) -> Topic:
    subject = Counter(s.subject for s in said).most_common(1)[0][0]
    values = {s.value for s in said}
    standing = [r for r in page.standing if r.aspect == aspect and (r.key == key if r.key else r.subject == key)]
    told = next(((r.value or r.now, r.since) for r in standing if (r.value or r.now) in values), None)
    stands, since = told or (said[-1].value, _since(said))
    return Topic(aspect, key, subject, tuple(said), stands, since)


def _since(said: Sequence[Said]) -> datetime:
    """Since when the value said last stands: when it was first said after every other value had come up."""
    last = said[-1].value
    first = {s.value: s.seen_at for s in reversed(said)}
    others = max((at for value, at in first.items() if value != last), default=said[0].seen_at)
    return min(s.seen_at for s in said if s.value == last and s.seen_at >= others)
