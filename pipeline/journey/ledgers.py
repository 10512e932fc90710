"""The ledgers of watched stories: what their reports say, read as far as it was not read yet.

To read a story and to write what was found are two steps: who shares a store with others reads without keeping them waiting.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.changes import METHOD, DumpError, Ledger
from pipeline.journey.progress import Progress
from pipeline.model import Change, Claim, HumanDecision, Report, Standing, Watch, ident
from pipeline.pieces import Changes, Pieces
from pipeline.store import SavedState, Store
from pipeline.stories import that_hold

UNREAD = "unread"  # the state that is saved while ledgers may not have read all that is linked


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStory:
    """What a ledger found in reports that it had not read, ready to be written."""

    story_id: str
    claims: Sequence[Claim]  # new; all if the story was read anew
    changes: Sequence[Change]  # the whole log
    standing: Sequence[Standing]
    anew: bool  # something came late or was decided: all was read from the start
    pieces: Changes  # of the ledger's memory
    state: SavedState
    new_lines: int  # of the log
    reports: int  # that were read


def ledger_name(watch: Watch) -> str:
    """Under which a watched story's ledger is remembered."""
    return f"ledger {watch.story_id}"


def ledger_method(watch: Watch, corrections: Sequence[HumanDecision]) -> str:
    """Another ledger, the same story worded otherwise or with other corrections cannot go on from what was remembered."""
    mine = [d.decision_id for d in corrections if d.story_id == watch.story_id]
    return f"{METHOD} {ident('wat', repr(watch), *mine)}"


def ledgers_stand(store: Store, watches: Sequence[Watch]) -> bool:
    """Has each ledger read what is linked, with what people corrected, for the story as it is worded now?"""
    states, corrected = store.saved_methods(), corrections(store)
    read = all(states.get(ledger_name(w), ("",))[0] == ledger_method(w, corrected) for w in watches)
    return read and UNREAD not in states


def corrections(store: Store) -> list[HumanDecision]:
    """What people corrected and holds."""
    return [d for d in that_hold(store.decisions()) if d.kind == "correct"]


@dataclass(frozen=True, slots=True)
class Known:
    """How far a ledger has read."""

    keys: Sequence[tuple[datetime, str]]  # of all reports: when they came to stand, and what
    saved: SavedState | None  # from which it can go on; None: nothing, or not what would have to be read
    whole: bool  # it has read all of them

    @property
    def through(self) -> datetime | None:
        return self.keys[-1][0] if self.keys else None


def known(store: Store, watch: Watch, corrected: Sequence[HumanDecision], until: datetime | None = None) -> Known:
    """How far a watched story is read. `until`: reports of later looks do not count."""
    keys = [k for k in store.report_keys(watch.story_id) if until is None or k[0] <= until]
    saved = store.load_state(ledger_name(watch))
    if saved and (saved.method != ledger_method(watch, corrected) or saved.covers != _covers(keys, saved.through)):
        saved = None
    return Known(keys, saved, saved is not None and saved.through == (keys[-1][0] if keys else None))


def read_story(
    store: Store, watch: Watch, corrected: Sequence[HumanDecision], progress: Progress, until: datetime | None = None
) -> ReadStory | None:
    """Read what a watched story's reports say that the ledger has not read; from the start if something came late.

    None if it has read all of them. `until`: reports of later looks wait. Nothing is written.
    """
    before = known(store, watch, corrected, until)
    if before.whole:
        return None
    name, mine = ledger_name(watch), [d for d in corrected if d.story_id == watch.story_id]
    kept = _kept_ledger(watch, store.memory(name), mine) if before.saved else None
    ledger = kept or Ledger(watch, mine)
    reports = store.reports(watch.story_id, before.saved.through if before.saved and kept else None)
    reports = [r for r in reports if until is None or r.seen_at <= until]
    told = store.change_ids(watch.story_id)
    claims, found = _read_reports(ledger, watch, reports, progress)
    return ReadStory(
        story_id=watch.story_id,
        claims=claims,
        changes=ledger.changes(),
        standing=ledger.standing(),
        anew=kept is None,
        pieces=ledger.dump(),
        state=SavedState(
            name=name,
            method=ledger_method(watch, corrected),
            through=before.through,
            covers=_covers(before.keys, before.through),
            data=b"",
        ),
        new_lines=sum(c.change_id not in told for c in found),
        reports=len(reports),
    )


def write_story(store: Store, found: ReadStory, now: datetime) -> None:
    """Write what reading a story found; the caller holds the transaction."""
    store.save_ledger(found.story_id, found.claims, found.changes, found.standing, anew=found.anew)
    memory = store.memory(found.state.name)
    if found.anew:
        memory.forget()
    memory.write(found.pieces.gone, found.pieces.come)
    store.save_state(found.state, now)


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
