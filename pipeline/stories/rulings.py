"""What people decided about stories, in the form in which the linker asks for it. A person wins over the linker for ever.

The last decision on the same matter holds. Stories on which a person decided are *held*: no second look takes them apart or
lets them end in another story; and those that a person composed take in no other story by likeness.
"""

from collections.abc import Collection, Sequence

from pipeline.errors import UsageError
from pipeline.model import HumanDecision, Link, ident

KINDS = ("pin", "unpin", "merge", "split", "rename", "apart")


class Rulings:
    """Decisions by people, resolved. An article is put into one found story at most, and into any number of watched ones."""

    def __init__(self, decisions: Sequence[HumanDecision] = (), watched: Collection[str] = ()):
        self.watched = frozenset(watched)
        self.place: dict[str, HumanDecision] = {}  # article -> the decision that puts it into a found story
        self.target: dict[str, str] = {}  # article -> that story
        self.pins: dict[str, dict[str, HumanDecision]] = {}  # article -> watched stories into which it was put
        self.barred: dict[str, dict[str, HumanDecision]] = {}  # article -> stories that it is not of
        self.merges: dict[str, HumanDecision] = {}  # the story that ends -> the decision
        self.apart: set[frozenset[str]] = set()  # pairs of stories that are not one
        self.titles: dict[str, str] = {}
        self.parts: dict[str, str] = {}  # stories that people split off -> the title that they gave them then
        self.held: set[str] = set()
        self.composed: set[str] = set()  # into which people put articles: likeness with those says nothing
        for decision in sorted(decisions, key=lambda d: (d.made_at, d.decision_id)):
            self._take(decision)

    def _take(self, d: HumanDecision) -> None:
        if d.kind not in KINDS:
            raise UsageError(f"decision {d.decision_id}: {d.kind!r} is not one of {', '.join(KINDS)}")
        if d.kind != "rename":  # what a story is called says nothing of what is in it
            self.held.add(d.story_id)
        match d.kind:
            case "pin":
                self._put(d, _needed(d, "article_id"), d.story_id)
            case "unpin":
                self._bar(d, _needed(d, "article_id"), d.story_id)
            case "split":
                article = _needed(d, "article_id")
                part = d.other_story_id or ident("sto", "split", d.story_id, article)
                self._bar(d, article, d.story_id)
                self._put(d, article, part)
                self.merges.pop(part, None)
                self.apart.add(frozenset((d.story_id, part)))
                self.held.add(part)
                if d.title:
                    self.titles[part] = self.parts[part] = d.title
            case "merge":
                other = _needed(d, "other_story_id")
                if other == d.story_id:
                    raise UsageError(f"decision {d.decision_id}: a story cannot be merged with itself")
                self.merges.pop(d.story_id, None)
                self.merges[other] = d
                self.apart.discard(frozenset((d.story_id, other)))
            case "apart":
                other = _needed(d, "other_story_id")
                self.held.add(other)
                for gone, into in ((d.story_id, other), (other, d.story_id)):
                    if gone in self.merges and self.merges[gone].story_id == into:
                        del self.merges[gone]
                self.apart.add(frozenset((d.story_id, other)))
            case "rename":
                self.titles[d.story_id] = _needed(d, "title")

    def _put(self, d: HumanDecision, article: str, story: str) -> None:
        if story in self.watched:
            self.pins.setdefault(article, {})[story] = d
        else:
            self.place[article], self.target[article] = d, story
            self.composed.add(story)
        self.barred.get(article, {}).pop(story, None)

    def _bar(self, d: HumanDecision, article: str, story: str) -> None:
        self.barred.setdefault(article, {})[story] = d
        self.pins.get(article, {}).pop(story, None)
        if self.target.get(article) == story:
            del self.place[article], self.target[article]

    def end_of(self, story_id: str) -> str:
        """The story in which a story ended by a person's merges; itself if in none."""
        seen = {story_id}
        while (d := self.merges.get(story_id)) and d.story_id not in seen:
            story_id = d.story_id
            seen.add(story_id)
        return story_id

    def why(self, article_id: str, story_id: str) -> str:
        """The reason for a place that a person chose: for the article itself, or for the story that it was in."""
        d = self.pins.get(article_id, {}).get(story_id) or self.place.get(article_id) or self.merges.get(story_id)
        who = (d.made_by if d else "") or "a person"
        return f"Put here by {who}" + (f": {d.note}" if d and d.note else ".")

    def wanted(self, article_id: str, found: str) -> list[str]:
        """The stories that a person wants an article in, given the found story that it is in."""
        own = self.end_of(self.target.get(article_id, found))
        return list(dict.fromkeys([own, *(self.end_of(s) for s in self.pins.get(article_id, ()))]))

    def puts(self, link: Link) -> bool:
        """Did a person put the article into this found story?"""
        target = self.target.get(link.article_id)
        return target is not None and self.end_of(target) == link.story_id

    def bars(self, article_id: str, story_id: str) -> bool:
        """Did a person say that the article is not of the story?"""
        return story_id in self.barred.get(article_id, {})


def _needed(d: HumanDecision, name: str) -> str:
    value = getattr(d, name)
    if not value:
        raise UsageError(f"decision {d.decision_id}: a {d.kind} needs {name}")
    return str(value)
