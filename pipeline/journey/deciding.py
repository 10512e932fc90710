"""What people decide: each decision is checked, written as a row that is never changed, and carried out at once.

A decision on stories moves links and, with them, the change logs that hang on them. A decision is undone by another row; then
all is linked anew without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pipeline.changes import value_as_written
from pipeline.config import Settings, load_watches
from pipeline.errors import UsageError
from pipeline.journey.decision import Decision
from pipeline.journey.naming import NamedArticle, NamedStory, article_named, nearest, story_named
from pipeline.journey.progress import Progress
from pipeline.journey.tracking import TrackSummary, track_part
from pipeline.model import HumanDecision, Watch, ident
from pipeline.store import Store
from pipeline.stories import that_hold

VERDICTS = {"accept": "accepted", "reject": "rejected", "watch": "watch"}
LOG_KINDS = ("review",)  # on which no derived row hangs


@dataclass(slots=True)
class Decided:
    """What a decision came to."""

    decision_id: str
    kind: str
    told: str  # in words
    lines_new: dict[str, int] = field(default_factory=dict)  # slug -> lines of its change log that are new

    def lines(self) -> list[str]:
        moved = [f"{slug}: {n} new lines in the change log" for slug, n in self.lines_new.items() if n]
        take_back = [] if self.kind == "undo" else [f"Take it back with: writethru undo {self.decision_id}"]
        return [self.told, *moved, *take_back]


def carry_out(store: Store, settings: Settings, now: datetime, wanted: Decision, progress: Progress) -> Decided:
    """Write a decision into an open store and carry it out, all or nothing. Raises UsageError; then nothing was written."""
    watches = load_watches(settings.stories)
    with store.transaction():
        maker = Maker(store, watches, now, wanted)
        row, told = maker.row()
        store.add_decisions([row])
        done = TrackSummary()
        if row.kind not in LOG_KINDS:
            track_part(store, watches, [], now, True, done, progress)
        if row.kind == "split":
            told += f": {story_named(store, watches, row.other_story_id or '').slug}"
    return Decided(decision_id=row.decision_id, kind=row.kind, told=told, lines_new=done.stories)


class Maker:
    """Makes the row of a decision, with what it says in words."""

    def __init__(self, store: Store, watches: Sequence[Watch], now: datetime, wanted: Decision):
        self.store, self.watches, self.wanted = store, watches, wanted
        self.known = store.decisions()
        self.at = _free_moment(now, self.known)

    def row(self) -> tuple[HumanDecision, str]:
        """(the row, what it says). Raises UsageError."""
        makers = {
            "pin": self._pin,
            "unpin": self._pin,
            "merge": self._merge,
            "apart": self._apart,
            "split": self._split,
            "rename": self._rename,
            "review": self._review,
            "correct": self._correct,
            "undo": self._undo,
        }
        if self.wanted.kind not in makers:
            raise UsageError(f"{self.wanted.kind!r} is no decision: one of {', '.join(makers)}")
        row, told = makers[self.wanted.kind]()
        return row, told

    def _base(self, kind: str, story_id: str, slug: str) -> HumanDecision:
        saved = self.store.load_state("linker")
        return HumanDecision(
            decision_id=ident("dec", self.at.isoformat(), kind, story_id),
            made_at=self.at,
            kind=kind,
            story_id=story_id,
            slug=slug,
            note=self.wanted.note.strip(),
            made_by=self.wanted.made_by.strip(),
            read_through=saved.through if saved else None,
        )

    def _story(self, name: str) -> NamedStory:
        return story_named(self.store, self.watches, name)

    def _article(self) -> NamedArticle:
        if len(self.wanted.articles) != 1:
            raise UsageError(f"a {self.wanted.kind} is about one article")
        return article_named(self.store, self.wanted.articles[0])

    # ---- stories

    def _pin(self) -> tuple[HumanDecision, str]:
        article, story = self._article(), self._story(self.wanted.story)
        row = self._base(self.wanted.kind, story.story_id, story.slug)
        said = "is a report of" if row.kind == "pin" else "is no report of"
        return replace(row, article_id=article.article_id, title=article.title), f"{article.url} {said} {story.slug}"

    def _merge(self) -> tuple[HumanDecision, str]:
        return self._merged(self._story(self.wanted.story), self._story(self.wanted.other))

    def _merged(self, gone: NamedStory, into: NamedStory) -> tuple[HumanDecision, str]:
        if gone.story_id == into.story_id:
            raise UsageError(f"{self.wanted.story or gone.slug} and {self.wanted.other or into.slug} are one story already")
        if gone.origin == "watched":
            raise UsageError(
                f"{gone.slug} is watched, so it cannot end in another: merge the other into it, or watch it no longer"
            )
        row = replace(
            self._base("merge", into.story_id, into.slug),
            other_story_id=gone.story_id,
            other_slug=gone.slug,
            title=gone.title,
        )
        return row, f"{gone.slug} ends in {into.slug}"

    def _apart(self) -> tuple[HumanDecision, str]:
        return self._kept_apart(self._story(self.wanted.story), self._story(self.wanted.other))

    def _kept_apart(self, one: NamedStory, other: NamedStory) -> tuple[HumanDecision, str]:
        if one.story_id == other.story_id:
            raise UsageError(f"{one.slug} is one story: take articles out of it with split")
        row = self._base("apart", one.story_id, one.slug)
        return (
            replace(row, other_story_id=other.story_id, other_slug=other.slug),
            f"{one.slug} and {other.slug} are two stories",
        )

    def _split(self) -> tuple[HumanDecision, str]:
        story = self._story(self.wanted.story)
        articles = {a.article_id: a for a in (article_named(self.store, name) for name in self.wanted.articles)}
        inside = {r["article_id"] for r in self.store.rows("articles_of_story", {"story_id": story.story_id})}
        if strange := [a.url for i, a in articles.items() if i not in inside]:
            raise UsageError(f"{strange[0]} is not in {story.slug}: only what is in a story can be split from it")
        if not articles or (story.origin == "found" and len(articles) == len(inside)):
            raise UsageError(f"a split takes some of the {len(inside)} articles of {story.slug}, not {len(articles)} of them")
        row = self._base("split", story.story_id, story.slug)
        row = replace(
            row,
            article_ids=tuple(articles),
            article_id=next(iter(articles)) if len(articles) == 1 else None,
            other_story_id=ident("sto", "split", row.decision_id),
            title=self.wanted.title.strip() or None,
        )
        return row, f"{len(articles)} articles of {story.slug} are a story of their own"

    def _rename(self) -> tuple[HumanDecision, str]:
        story, title = self._story(self.wanted.story), " ".join(self.wanted.title.split())
        if not title:
            raise UsageError("a story needs a title")
        return replace(self._base("rename", story.story_id, story.slug), title=title), f"{story.slug} is called {title!r}"

    # ---- the log

    def _review(self) -> tuple[HumanDecision, str]:
        if self.wanted.value not in VERDICTS:
            raise UsageError(f"{self.wanted.value!r} is no verdict: one of {', '.join(VERDICTS)}")
        if self.wanted.about.startswith("pro_"):
            return self._answer()
        view, change = self.store.explain(self.wanted.about)
        if view != "changes":
            raise UsageError(f"{self.wanted.about}: only lines of the change log (chg_) and proposals (pro_) are reviewed")
        row = replace(
            self._base("review", change["story_id"], change["slug"]),
            change_id=change["change_id"],
            article_id=change["article_id"],
            aspect=change["aspect"],
            sentence=change["evidence_after"],
            was=change["value_after"],
            value=VERDICTS[self.wanted.value],
        )
        return row, f"{change['slug']}, {change['aspect']}, “{change['after']}”: {row.value}"

    def _answer(self) -> tuple[HumanDecision, str]:
        """A verdict on a proposal is a decision on its two stories."""
        _, found = self.store.explain(self.wanted.about)
        if self.wanted.value == "watch":
            raise UsageError("a proposal is accepted or rejected; left alone it stays open")
        into, gone = self._story(found["story_id"]), self._story(found["other_story_id"])
        return self._merged(gone, into) if self.wanted.value == "accept" else self._kept_apart(into, gone)

    def _correct(self) -> tuple[HumanDecision, str]:
        view, claim = self.store.explain(self.wanted.about)
        if view != "claims":
            raise UsageError(f"{self.wanted.about}: only claims (clm_) have a value to correct")
        if not claim["value"]:
            raise UsageError(f"{self.wanted.about}: this claim is a statement without a number or date, so it has no value")
        value = value_as_written(self.wanted.value, claim["value"], claim["kind"])
        if value is None:
            wants = "one number with its unit" if claim["kind"] == "quantity" else "a date such as 2025-11-27"
            raise UsageError(f"{self.wanted.value!r} cannot be read as {wants}; it was read as {claim['value']!r}")
        row = replace(
            self._base("correct", claim["story_id"], claim["slug"]),
            claim_id=claim["claim_id"],
            article_id=claim["article_id"],
            aspect=claim["aspect"],
            sentence=claim["sentence"],
            was=self._as_read(claim["sentence"], claim["value"]),
            value=value,
        )
        return row, f"{claim['slug']}, {claim['aspect']}: {value}, not {claim['value']}"

    def _as_read(self, sentence: str, value: str) -> str:
        """What had been read, if the value is itself an earlier correction."""
        earlier = [d for d in that_hold(self.known) if d.kind == "correct" and (d.sentence, d.value) == (sentence, value)]
        return earlier[-1].was or value if earlier else value

    def _undo(self) -> tuple[HumanDecision, str]:
        about = self.wanted.about.strip()
        found = [d for d in self.known if about and d.decision_id.startswith(about)]
        if len(found) != 1:
            near = nearest(about, {d.decision_id: d.kind for d in self.known})
            told = "more than one decision has an id that begins so" if found else f"there is no decision {about!r}"
            raise UsageError(f"{told}. " + (f"The nearest: {', '.join(near)}" if near else "Nobody has decided anything yet"))
        d = found[0]
        if d.kind == "undo":
            raise UsageError(f"{d.decision_id} took a decision back; to have it again, decide it again")
        if any(x.undoes == d.decision_id for x in self.known):
            raise UsageError(f"{d.decision_id} has been undone already")
        row = replace(self._base("undo", d.story_id, d.slug), undoes=d.decision_id, change_id=d.change_id, claim_id=d.claim_id)
        return row, f"undone: {d.kind} of {d.made_at:%Y-%m-%d %H:%M} on {d.slug or d.story_id}"


def _free_moment(now: datetime, known: Sequence[HumanDecision]) -> datetime:
    """The moment itself, or just after it where a decision was made at that very moment: their order is that of their times."""
    taken = {d.made_at for d in known}
    while now in taken:
        now += timedelta(microseconds=1)
    return now
