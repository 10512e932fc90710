"""The nightly look at all stories: pairs that look like one are proposed to people, and merged where there is no doubt."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.config import Settings, load_watches
from pipeline.journey.decision import Decision
from pipeline.journey.linking import saved_linker
from pipeline.journey.progress import Progress
from pipeline.model import Watch, ident
from pipeline.store import Store
from pipeline.stories import METHOD
from pipeline.stories.proposals import Proposal, propose

PROGRAM = "writethru"  # who merged what was beyond doubt


@dataclass(slots=True)
class MaintainSummary:
    """What the nightly look found."""

    proposed: int = 0
    merged: list[str] = field(default_factory=list)  # what was merged without asking, in words

    def lines(self) -> list[str]:
        asked = f"{self.proposed} pairs of stories look like one: see `writethru proposals`"
        return [asked if self.proposed else "no new pair of stories looks like one", *self.merged]


def maintain_in(store: Store, settings: Settings, now: datetime, progress: Progress) -> MaintainSummary:
    """Propose merges in an open store; each is proposed once, whatever the answer."""
    watches = load_watches(settings.stories)
    done = MaintainSummary()
    linker = saved_linker(store, watches)
    if linker is None:
        return done
    found = propose(linker.groups, store.asked_about())
    store.add_proposals([_row(p, now) for p in found])
    done.proposed = sum(not p.decision.sure for p in found)
    for n, proposal in enumerate(sure := [p for p in found if p.decision.sure], 1):
        done.merged += _merge(store, settings, watches, now, proposal, progress)
        progress("merges", n, len(sure))
    return done


def _row(p: Proposal, now: datetime) -> dict[str, object]:
    d = p.decision
    return {
        "proposal_id": ident("pro", *sorted((p.story_id, p.other_story_id))),
        "proposed_at": now,
        "story_id": p.story_id,
        "other_story_id": p.other_story_id,
        "score": round(d.score, 4),
        "needed": round(d.needed, 4),
        "sure": d.sure,
        "reason": d.reason,
        "method": METHOD,
    }


def _merge(
    store: Store, settings: Settings, watches: Sequence[Watch], now: datetime, p: Proposal, progress: Progress
) -> list[str]:
    """Carry out what is beyond doubt as a decision of the program's, unless an earlier one of the night has ended a story."""
    from pipeline.journey.deciding import carry_out
    from pipeline.journey.naming import story_named

    gone, into = (story_named(store, watches, s) for s in (p.other_story_id, p.story_id))
    if gone.story_id == into.story_id:
        return []
    wanted = Decision(kind="merge", story=gone.story_id, other=into.story_id, note=p.decision.reason, made_by=PROGRAM)
    return [carry_out(store, settings, now, wanted, progress).told]
