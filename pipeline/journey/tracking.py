"""Tracking: what the record means. Edits of articles, stories of articles, claims and changes of stories.

Only articles with new appearances are judged, only stories with new reports are read. Everything is derived: `rebuild` forgets
it all and derives it again from the record, with the same result.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.changes import METHOD as LEDGER_METHOD
from pipeline.changes import DumpError, Ledger
from pipeline.config import Settings, load_watches
from pipeline.edits import compare, explained
from pipeline.journey.linking import link_new, linking_stands
from pipeline.journey.progress import Progress
from pipeline.model import Appearance, Change, Claim, EditKind, HumanDecision, Report, RevisionDecision, Version, Watch, ident
from pipeline.pieces import Pieces
from pipeline.store import Revised, SavedState, Store
from pipeline.stories import that_hold

CHUNK = 5_000  # appearances judged in one transaction


@dataclass(slots=True)
class TrackSummary:
    """What tracking did."""

    appearances: int = 0
    revisions: int = 0
    meaningful: int = 0
    articles_linked: int = 0
    stories: dict[str, int] = field(default_factory=dict)  # slug -> lines of its change log that are new

    def lines(self) -> list[str]:
        out = [
            f"{self.appearances} new texts judged: {self.revisions} revisions, {self.meaningful} of them with meaning; "
            f"{self.articles_linked} articles linked"
        ]
        return out + [f"{slug}: {n} new lines in the change log" for slug, n in self.stories.items() if n]


def track_store(store: Store, settings: Settings, now: datetime, rebuild: bool, progress: Progress) -> TrackSummary:
    """Judge what is new in an open store."""
    watches = load_watches(settings.stories)
    if rebuild:
        with store.transaction():
            store.forget_derived()
    done = TrackSummary()
    parts = list(_chunks(store.untracked()))
    if not parts and not _stands(store, watches):
        parts = [[]]
    for part in parts:
        with store.transaction():
            track_part(store, watches, part, now, part is parts[-1], done, progress)
    return done


def _stands(store: Store, watches: Sequence[Watch]) -> bool:
    """Is all done but for new texts: no new decision of a person, no watched story worded otherwise?"""
    methods, corrections = store.saved_methods(), _corrections(store)
    read = all(methods.get(ledger_name(w), ("",))[0] == ledger_method(w, corrections) for w in watches)
    return read and linking_stands(store, watches)


def _chunks(todo: Sequence[Appearance]) -> Iterator[Sequence[Appearance]]:
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
    revisions = list(revise(store, part, progress))
    store.save_revisions(revisions, {a.article_id for a in part})
    done.appearances += len(part)
    done.revisions += len(revisions)
    done.meaningful += sum(r.decision.meaningful for r in revisions)
    done.articles_linked += link_new(store, watches, part, now, last, progress)
    corrections = _corrections(store)
    for watch in watches:
        done.stories[watch.slug] = done.stories.get(watch.slug, 0) + _read_story(store, watch, corrections, now, progress)
    store.mark_tracked(part)


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


# ---- the ledger ----------------------------------------------------------------------------------------------------------


def ledger_name(watch: Watch) -> str:
    """Under which a watched story's ledger is remembered."""
    return f"ledger {watch.story_id}"


def ledger_method(watch: Watch, corrections: Sequence[HumanDecision]) -> str:
    """Another ledger, the same story worded otherwise or with other corrections cannot go on from what was remembered."""
    mine = [d.decision_id for d in corrections if d.story_id == watch.story_id]
    return f"{LEDGER_METHOD} {ident('wat', repr(watch), *mine)}"


def _corrections(store: Store) -> list[HumanDecision]:
    """What people corrected and holds."""
    return [d for d in that_hold(store.decisions()) if d.kind == "correct"]


def _read_story(store: Store, watch: Watch, corrections: Sequence[HumanDecision], now: datetime, progress: Progress) -> int:
    """Read what a watched story's reports say that the ledger has not read; from the start if something came late."""
    name, method = ledger_name(watch), ledger_method(watch, corrections)
    mine = [d for d in corrections if d.story_id == watch.story_id]
    keys = store.report_keys(watch.story_id)
    saved = store.load_state(name)
    going_on = saved is not None and saved.method == method and saved.covers == _covers(keys, saved.through)
    if saved and going_on and keys and keys[-1][0] == saved.through:
        return 0
    memory = store.memory(name)
    ledger = _kept_ledger(watch, memory, mine) if going_on else None
    going_on = ledger is not None
    ledger = ledger or Ledger(watch, mine)
    reports = store.reports(watch.story_id, saved.through if saved and going_on else None)
    told = store.change_ids(watch.story_id)
    claims, found = _read_reports(ledger, watch, reports, progress)
    store.save_ledger(watch.story_id, claims, ledger.changes(), ledger.standing(), anew=not going_on)
    through = keys[-1][0] if keys else None
    changes = ledger.dump()
    if not going_on:
        memory.forget()
    memory.write(changes.gone, changes.come)
    state = SavedState(name=name, method=method, through=through, covers=_covers(keys, through), data=b"")
    store.save_state(state, now)
    return sum(c.change_id not in told for c in found)


def _kept_ledger(watch: Watch, memory: Pieces, mine: Sequence[HumanDecision]) -> Ledger | None:
    """The ledger as it was saved; None if it cannot be read, so that the story is read anew."""
    try:
        return Ledger.load(watch, memory, mine)
    except DumpError:
        return None


def _covers(keys: Sequence[tuple[datetime, str]], through: datetime | None) -> str:
    """What a ledger that has read all up to a moment must have read: if it differs, something came late or left the story."""
    return ident("cov", *[f"{at.isoformat()} {version}" for at, version in keys if through is not None and at <= through])


def _read_reports(
    ledger: Ledger, watch: Watch, reports: Sequence[Report], progress: Progress
) -> tuple[list[Claim], list[Change]]:
    claims: list[Claim] = []
    changes: list[Change] = []
    for n, report in enumerate(reports, 1):
        step = ledger.read(report)
        claims += step.claims
        changes += step.changes
        progress(watch.slug, n, len(reports))
    return claims, changes
