"""What needs a person, for a rule of `[[notify]]`: told once when it begins and once when it is over."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.health import CALM, MEANINGS, Finding, Kind, Known, Stands, decide_turn
from pipeline.logs import event
from pipeline.notify import Item
from pipeline.store import Store

log = logging.getLogger(__name__)
HEADINGS = {Stands.BEGUN: "What needs a person", Stands.OVER: "What is over"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """What a rule is to be told, and what is only to be remembered."""

    items: tuple[Item, ...]
    quiet: tuple[str, ...]  # subjects of notices


def alerts(store: Store, rule: str, findings: Sequence[Finding], now: datetime, *, at_once: bool) -> Alerts:
    """What turned since the rule was last told. `at_once`: an end is told without waiting whether it stays one."""
    known = {
        row["finding"]: Known(stands=Stands(row["stands"]), since=row["since"], begun_at=row["begun_at"] or row["since"])
        for row in store.rows("warnings_told", {"rule": rule})
    }
    present = {f.key: f for f in findings}
    items, quiet = [], []
    for key in dict.fromkeys((*present, *known)):
        turn = decide_turn(key in present, known.get(key), now, timedelta(0) if at_once else CALM)
        if turn is None:
            continue
        subject = f"{turn.stands} {key}"
        if turn.told:
            level, name = (logging.INFO, "finding.over") if turn.stands is Stands.OVER else (logging.WARNING, "finding.began")
            event(log, level, name, turn.reason if key not in present else present[key].told, rule=rule, finding=key)
            text = f"{present[key].line}. Next: {present[key].todo}" if key in present else f"{_named(key)}: {turn.reason}"
            news = present[key].line if key in present else f"over: {_named(key)}"
            items.append(Item(subject=subject, heading=HEADINGS[turn.stands], text=text, news=news))
        else:
            quiet.append(subject)
    return Alerts(items=tuple(sorted(items, key=lambda i: i.heading, reverse=True)), quiet=tuple(quiet))


def _named(key: str) -> str:
    """A finding that is gone, by its key: whom it was about, and what it was."""
    kind, _, about = key.partition(" ")
    what = MEANINGS[Kind(kind)] if kind in set(Kind) else kind
    return f"{about}: {what}" if about else what
