"""Tracking: what the record means. Edits of articles, stories of articles, claims and changes of stories.

Only articles with new appearances are judged, only stories with new reports are read. Everything is derived: `rebuild` forgets
it all and derives it again from the record, with the same result.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.config import Settings, load_watches
from pipeline.edits import compare, explained
from pipeline.journey.ledgers import UNREAD, ReadStory, corrections, ledgers_stand, read_story, write_story
from pipeline.journey.linking import Linked, link_new, linking_stands, write_links
from pipeline.journey.progress import Progress
from pipeline.model import Appearance, EditKind, RevisionDecision, Version, Watch
from pipeline.store import Revised, Store

CHUNK = 5_000  # appearances judged in one transaction


@dataclass(slots=True)
class TrackSummary:
    """What tracking did."""

    appearances: int = 0
    revisions: int = 0
    meaningful: int = 0
    articles_linked: int = 0
    stories: dict[str, int] = field(default_factory=dict)  # slug -> lines of its change log that are new
    left: list[str] = field(default_factory=list)  # to other runs: what, and to whom

    def add(self, judged: "Judged") -> None:
        """Count what new texts came to."""
        self.appearances += len(judged.part)
        self.revisions += len(judged.revisions)
        self.meaningful += sum(r.decision.meaningful for r in judged.revisions)
        self.articles_linked += judged.linked.articles

    def told(self, watch: Watch, found: ReadStory | None) -> None:
        """Count what reading a story came to."""
        self.stories[watch.slug] = self.stories.get(watch.slug, 0) + (found.new_lines if found else 0)

    def lines(self) -> list[str]:
        out = [
            f"{self.appearances} new texts judged: {self.revisions} revisions, {self.meaningful} of them with meaning; "
            f"{self.articles_linked} articles linked"
        ]
        return out + [f"{slug}: {n} new lines in the change log" for slug, n in self.stories.items() if n] + self.left


def track_store(store: Store, settings: Settings, now: datetime, rebuild: bool, progress: Progress) -> TrackSummary:
    """Judge what is new in an open store that nobody else writes to."""
    watches = load_watches(settings.stories)
    if rebuild:
        with store.transaction():
            store.forget_derived()
    done = TrackSummary()
    parts = list(chunks(store.untracked()))
    if not parts and not (linking_stands(store, watches) and ledgers_stand(store, watches)):
        parts = [[]]
    for part in parts:
        with store.transaction():
            track_part(store, watches, part, now, part is parts[-1], done, progress)
    return done


def chunks(todo: Sequence[Appearance]) -> Iterator[Sequence[Appearance]]:
    """New texts, as many at a time as are judged in one transaction."""
    return (todo[i : i + CHUNK] for i in range(0, len(todo), CHUNK))


def track_part(
    store: Store,
    watches: Sequence[Watch],
    part: Sequence[Appearance],
    now: datetime,
    last: bool,
    done: TrackSummary,
    progress: Progress,
) -> None:
    """Judge some new texts (none: only what people decided) and what hangs on them; the caller holds the transaction."""
    judged = judge(store, watches, part, last, progress)
    write_judged(store, watches, judged, now)
    done.add(judged)
    corrected = corrections(store)
    for watch in watches:
        found = read_story(store, watch, corrected, progress)
        if found:
            write_story(store, found, now)
        done.told(watch, found)
    if not part:
        store.forget_state(UNREAD)


# ---- edits and stories: the same for all watches -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What some new texts amount to, ready to be written."""

    part: Sequence[Appearance]
    revisions: Sequence[Revised]
    linked: Linked


def judge(store: Store, watches: Sequence[Watch], part: Sequence[Appearance], last: bool, progress: Progress) -> Judged:
    """Judge some new texts and link them. Nothing is written."""
    revisions = list(revise(store, part, progress))
    return Judged(part=part, revisions=revisions, linked=link_new(store, watches, part, last, progress))


def write_judged(store: Store, watches: Sequence[Watch], judged: Judged, now: datetime) -> None:
    """Write what new texts amount to; the caller holds the transaction."""
    store.save_revisions(judged.revisions, {a.article_id for a in judged.part})
    write_links(store, watches, judged.linked, now)
    store.mark_tracked(judged.part)


# ---- revisions -----------------------------------------------------------------------------------------------------------


def revise(store: Store, part: Sequence[Appearance], progress: Progress) -> Iterator[Revised]:
    """Judge the steps that new appearances make, and anew those that a headline's return shows to have been a flap.

    A note may explain what was changed before it came: an article with a note has all its steps judged.
    """
    articles = store.appearances({a.article_id for a in part})
    new = {a.appearance_id for a in part}
    steps = {article_id: list(_steps(all_of_one, new)) for article_id, all_of_one in articles.items()}
    versions = store.versions({a.version_id for found in steps.values() for s in found for a in s.needed()})
    total, done = sum(len(found) for found in steps.values()), 0
    for article_id, found in steps.items():
        revised = [_revised(step, versions) for step in found]
        last = found[-1].after.appearance_id if found else ""
        if any(_has_note(r) for r in revised) or (found and last != articles[article_id][-1].appearance_id):
            every = list(_steps(articles[article_id], {a.appearance_id for a in articles[article_id]}))
            texts = store.versions({a.version_id for s in every for a in s.needed()})
            revised = [_revised(step, texts) for step in every]
            told = explained([r.decision for r in revised])
            revised = [replace(r, decision=d) for r, d in zip(revised, told, strict=True)]
        yield from revised
        done += len(found)
        progress("edits", done, total)


def _revised(step: "Step", versions: Mapping[str, Version]) -> Revised:
    before, after = versions[step.before.version_id], versions[step.after.version_id]
    headlines = [versions[a.version_id].headline for a in step.earlier]
    if step.following and versions[step.following.version_id].headline == before.headline:
        headlines.append(after.headline)  # it did not stay: known now, though not when it came
    return Revised(
        article_id=after.article_id,
        url=after.url,
        from_version_id=before.version_id,
        to_version_id=after.version_id,
        seen_at=step.after.seen_at,
        decision=_judge(before, after, headlines),
    )


def _has_note(revised: Revised) -> bool:
    return any(e.kind is EditKind.CORRECTION for e in revised.decision.edits)


def _judge(before: Version, after: Version, headlines: Sequence[str]) -> RevisionDecision:
    """What a step amounts to. A text that was read in another way differs for reasons of ours: no edit of the outlet's."""
    if before.extractor == after.extractor:
        return compare(before, after, headlines)
    reason = f"read by {after.extractor}, the one before by {before.extractor}: what differs need not be the outlet's doing"
    return RevisionDecision(kind=EditKind.COSMETIC, meaningful=False, reason=reason, edits=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Two successive appearances of an article, and what stood before and after them."""

    before: Appearance
    after: Appearance
    earlier: tuple[Appearance, ...]
    following: Appearance | None

    def needed(self) -> tuple[Appearance, ...]:
        return (self.before, self.after, *self.earlier, *([self.following] if self.following else []))


def _steps(appearances: Sequence[Appearance], new: set[str]) -> Iterator[Step]:
    """The steps to judge of one article: into a new appearance, out of one (a late arrival), and before one that returns."""
    for i in range(1, len(appearances)):
        before, after = appearances[i - 1], appearances[i]
        following = appearances[i + 1] if i + 1 < len(appearances) else None
        if any(a is not None and a.appearance_id in new for a in (before, after, following)):
            yield Step(before=before, after=after, earlier=tuple(appearances[:i]), following=following)
