"""Telling people: each address of each rule of `[[notify]]` gets what was asked for, once, at once or as a digest.

A rule begins with what comes after it: what was there before is noted without a message. What could not be sent is tried again,
however long a channel is down. What is told is read from the snapshot, so nobody waits for a slow channel; a lease of its own,
on a lake one for all machines, keeps two runs from sending the same.
"""

import logging
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.config import NotifyEntry, Settings
from pipeline.errors import ConfigError
from pipeline.health import Finding
from pipeline.journey.alerting import alerts
from pipeline.journey.asking import reading
from pipeline.journey.checking import status_of
from pipeline.logs import event
from pipeline.notify import Item, Message, due, message, moved, send
from pipeline.store import Holding, Store

log = logging.getLogger(__name__)
BACK = timedelta(days=2)  # what was seen longer before is history that somebody filled in, and no news
FAILED = "could not be sent"  # the subject of the note that a channel is down


@dataclass(slots=True)
class NotifySummary:
    """What was sent."""

    told: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # rules that cannot be served as they are set up

    def lines(self) -> list[str]:
        return [*self.told, *self.problems]


@dataclass(frozen=True, slots=True)
class Post:
    """One address of a rule. What it was told is remembered under `key`: the rule's name, and the address's place."""

    rule: NotifyEntry
    key: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is to be written down."""

    key: str
    subjects: tuple[str, ...]
    sent: bool


def notify_all(settings: Settings, now: datetime, held: Holding, *, dry_run: bool) -> tuple[NotifySummary, list[Note]]:
    """Send what the rules ask for. A rule that cannot be served stops no other. The notes are the caller's to keep."""
    done, notes = NotifySummary(), []
    with reading(settings) as store:
        found = status_of(store, settings, now).findings if any(rule.warnings for rule in settings.notify) else ()
        for rule in settings.notify:
            held.check()
            try:
                posts = _posts(rule)
                notes += [n for post in posts for n in _serve(store, post, found, now, done, dry_run)]
            except ConfigError as e:
                done.problems.append(str(e))
    return done, notes


def note_all(store: Store, notes: Sequence[Note], now: datetime) -> None:
    """Write down what was sent, and what is known without having been sent."""
    for note in notes:
        store.add_notices(note.key, note.subjects, now, sent=note.sent)


def try_all(settings: Settings) -> NotifySummary:
    """Send each address of each rule a line that says so: whether it arrives is for the reader to see."""
    done = NotifySummary()
    for rule in settings.notify:
        try:
            for post in _posts(rule):
                told = Message(f"{post.key}: a test", "Messages of Writethru arrive here.")
                sent = send(post.address, told, rule.to)
                done.told.append(f"{post.key}: a test was {'sent' if sent else 'not taken: is the address right?'}")
        except ConfigError as e:
            done.problems.append(str(e))
    return done


def _posts(rule: NotifyEntry) -> list[Post]:
    """The addresses of a rule. Raises ConfigError if its variable is not set."""
    if not (value := os.environ.get(rule.to, "").split()):
        raise ConfigError("environment", rule.to, f"not set, but the rule {rule.name!r} of [[notify]] names it")
    return [Post(rule, rule.name if n == 1 else f"{rule.name} ({n})", address) for n, address in enumerate(value, 1)]


def _serve(
    store: Store, post: Post, found: Sequence[Finding], now: datetime, done: NotifySummary, dry_run: bool
) -> Iterator[Note]:
    """Tell one address what is new to it."""
    row = store.rows("rule_state", {"rule": post.key, "failed": FAILED})[0]
    if row["began_at"] is None:
        known = tuple(i.subject for i in _items(store, post, now - BACK))
        done.told.append(f"{post.key}: begins; {len(known)} things of the last two days are not sent")
        yield Note(key=post.key, subjects=("", *known), sent=False)
        return
    every, last = post.rule.every, row["last_sent_at"] or row["began_at"]
    if every is not None and not due(every.total_seconds(), last, now):
        return
    items = list(_items(store, post, min(now - BACK - (every or timedelta(0)), (row["failed_since"] or now) - BACK)))
    if post.rule.warnings:
        turned = alerts(store, post.key, found, now, at_once=every is not None)
        items += turned.items
        if turned.quiet and not dry_run:
            yield Note(key=post.key, subjects=turned.quiet, sent=False)
    if items and (note := _send(post, items, row["failed_since"] is not None, done, dry_run)):
        yield note


def _send(post: Post, items: list[Item], failed_before: bool, done: NotifySummary, dry_run: bool) -> Note | None:
    told: Message = message(post.key, items, post.rule.most)
    if dry_run:
        done.told += [told.title, *told.body.splitlines()]
        return None
    if send(post.address, told, post.rule.to):
        done.told.append(f"{post.key}: {len(items)} things sent")
        event(log, logging.INFO, "notice.sent", rule=post.key, things=len(items))
        return Note(key=post.key, subjects=tuple(i.subject for i in items), sent=True)
    done.told.append(f"{post.key}: could not be sent; it is tried again with the next run")
    event(log, logging.WARNING, "notice.failed", rule=post.key, things=len(items))
    return None if failed_before else Note(key=post.key, subjects=(FAILED,), sent=False)


def _items(store: Store, post: Post, since: datetime) -> Iterator[Item]:
    rule = post.rule
    for row in store.rows("unnoticed_changes", {"rule": post.key, "since": since}):
        if _wanted(rule, row["slug"], row["aspect"], row["kind"], row["outlet"]):
            more = f", {row['corroborations']} more say so" if row["corroborations"] else ""
            text = f"{row['aspect']}: {moved(row['before'], row['after'])} ({row['outlet']}, {row['kind']}{more})"
            news = f"{row['aspect']}: {moved('', row['after'])}"
            yield Item(subject=row["change_id"], heading=row["story"], text=text, news=news, url=row["url"])
    if rule.silent_edits:
        for row in store.rows("unnoticed_edits", {"rule": post.key, "since": since}):
            if _among(row["outlet"], rule.outlets):
                text = f"{row['title']}: {moved(row['before'], row['after'])} ({row['reason']})"
                news, heading = f"{row['outlet']} changed: {row['title']}", f"{row['outlet']}, without a note"
                yield Item(subject=row["edit_id"], heading=heading, text=text, news=news, url=row["url"])


def _wanted(rule: NotifyEntry, slug: str, aspect: str, kind: str, outlet: str) -> bool:
    told = ((slug, rule.stories), (aspect, rule.aspects), (kind, rule.kinds), (outlet, rule.outlets))
    return rule.changes and all(_among(value, asked) for value, asked in told)


def _among(value: str, asked: Collection[str]) -> bool:
    return not asked or value in asked
