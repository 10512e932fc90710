"""Telling people: each rule of `[[notify]]` gets what it asked for, once, at once or as a digest.

A rule begins with what comes after it: what was there before is noted without a message. What could not be sent is tried again.
"""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.config import NotifyEntry, Settings
from pipeline.errors import ConfigError
from pipeline.journey.checking import status_of
from pipeline.notify import Item, due, message, moved, send
from pipeline.store import Store

BACK = timedelta(days=2)  # what was seen longer ago is history that somebody filled in, and no news
AGAIN = timedelta(hours=24)  # a warning that still holds is repeated


@dataclass(slots=True)
class NotifySummary:
    """What was sent."""

    told: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        return self.told


@dataclass(frozen=True, slots=True)
class Begun:
    """How a rule stands."""

    began_at: datetime | None
    last_sent_at: datetime | None


def notify_in(store: Store, settings: Settings, now: datetime, *, dry_run: bool = False) -> NotifySummary:
    """Send what the rules ask for. Raises ConfigError for a rule whose address is not set."""
    done = NotifySummary()
    for rule in settings.notify:
        begun = Begun(**store.rows("rule_state", {"rule": rule.name})[0])
        if begun.began_at is None:
            _begin(store, rule, now, done, dry_run)
        elif rule.every is None or due(rule.every.total_seconds(), begun.last_sent_at or begun.began_at, now):
            _tell(store, settings, rule, now, done, dry_run)
    return done


def _begin(store: Store, rule: NotifyEntry, now: datetime, done: NotifySummary, dry_run: bool) -> None:
    """Note what is there already, so that the first message tells of what comes."""
    known = [i.subject for i in _items(store, rule, now - BACK)]
    done.told.append(f"{rule.name}: begins; {len(known)} things of the last two days are not sent")
    if not dry_run:
        store.add_notices(rule.name, ["", *known], now, sent=False)


def _tell(store: Store, settings: Settings, rule: NotifyEntry, now: datetime, done: NotifySummary, dry_run: bool) -> None:
    items = list(_items(store, rule, now - BACK - (rule.every or timedelta(0))))
    if rule.warnings:
        items += _warnings(store, settings, rule, now)
    if not items:
        return
    told = message(rule.name, items, rule.most)
    if dry_run:
        done.told += [told.title, *told.body.splitlines()]
    elif send(_addresses(rule), told, rule.to):
        store.add_notices(rule.name, [i.subject for i in items], now, sent=True)
        done.told.append(f"{rule.name}: {len(items)} things sent")
    else:
        done.told.append(f"{rule.name}: could not be sent; it is tried again with the next run")


def _addresses(rule: NotifyEntry) -> list[str]:
    if not (value := os.environ.get(rule.to, "").split()):
        raise ConfigError("environment", rule.to, f"not set, but the rule {rule.name!r} of [[notify]] names it")
    return value


def _items(store: Store, rule: NotifyEntry, since: datetime) -> Iterator[Item]:
    for row in store.rows("unnoticed_changes", {"rule": rule.name, "since": since}):
        if _wanted(rule, row["slug"], row["aspect"], row["kind"], row["outlet"]):
            more = f", {row['corroborations']} more say so" if row["corroborations"] else ""
            text = f"{row['aspect']}: {moved(row['before'], row['after'])} ({row['outlet']}, {row['kind']}{more})"
            yield Item(subject=row["change_id"], heading=row["story"], text=text, url=row["url"])
    if rule.silent_edits:
        for row in store.rows("unnoticed_edits", {"rule": rule.name, "since": since}):
            if _among(row["outlet"], rule.outlets):
                text = f"{row['title']}: {moved(row['before'], row['after'])} ({row['reason']})"
                yield Item(subject=row["edit_id"], heading=f"{row['outlet']}, without a note", text=text, url=row["url"])


def _wanted(rule: NotifyEntry, slug: str, aspect: str, kind: str, outlet: str) -> bool:
    told = ((slug, rule.stories), (aspect, rule.aspects), (kind, rule.kinds), (outlet, rule.outlets))
    return rule.changes and all(_among(value, asked) for value, asked in told)


def _among(value: str, asked: Collection[str]) -> bool:
    return not asked or value in asked


def _warnings(store: Store, settings: Settings, rule: NotifyEntry, now: datetime) -> list[Item]:
    """What needs a person, each once a day."""
    warned = {r["subject"] for r in store.rows("warned_of", {"rule": rule.name, "since": now - AGAIN})}
    found = status_of(store, settings, now)
    items = [(f"warning {o.health.outlet}", f"{o.health.outlet}: {o.reason}") for o in found.outlets if o.ailing]
    return [Item(subject=s, heading="What needs a person", text=t) for s, t in items if s not in warned]
