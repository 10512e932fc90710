"""How collecting goes, and whether a person should look. Pure: numbers in, a judgement with its reasons out.

Three things are judged: an outlet, a feed, and the machine with its schedule and its store. What needs a person is a `Finding`:
what is the matter, and in one sentence what to do next. The bounds are judgements of what is worth a person's attention, chosen
so that a small outlet's quiet day is none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pipeline.model import Outcome

SILENT_FOR = timedelta(hours=24)  # no feed of the outlet has answered for so long
FAILURES = 5  # in a row
BUSY, QUIET = 5, 2  # articles on a usual day, from which on a day without any is odd; unless more of 28 days were so
WALLED, LOOKS = 0.3, 5  # share of a day's looks, of at least so many
WALLED_MORE, MORE = 0.1, 3  # a smaller share, if it is so many times what is usual
THIN, THIN_BEFORE, TEXTS = 0.5, 0.2, 5  # shares of texts that are next to nothing; of at least so many
PAUSE, MOMENTS, PAUSES = timedelta(days=3), 5, 3  # a feed's silence: so long, so many arrivals known, so many times its longest
LONG = timedelta(days=30)  # as far back as a feed's arrivals are counted
RARE = 5  # times the mean pause that a feed has to be silent for, if nothing came for longer than that
STALE = timedelta(hours=2)  # what was due so long ago, and no pass since: a schedule comes every quarter of an hour
WAITING = timedelta(hours=6)  # texts wait for tracking, which ended last so long ago
SPARE = 500_000_000  # bytes that are left beside what the store's own copies take
UNFOLDED = timedelta(days=1)  # a log beside the store is folded in by the next pass
NIGHTS = timedelta(days=3)  # nightly work, three times missed
CALM = timedelta(hours=1)  # that something has to stay away for before it is told to be over
NEVER = timedelta(days=14)  # the age of a store, from which on it should have a copy


class Kind(StrEnum):
    """What can need a person. The values are the names in metrics and notices."""

    UNREAD = "feeds_unread"
    QUIET = "outlet_quiet"
    WALLED = "pages_walled"
    THIN = "texts_thin"
    SILENT = "feed_silent"
    STILL = "schedule_still"
    OFFLINE = "offline"
    WAITING = "texts_waiting"
    SPACE = "disk_space"
    LOG = "log_unfolded"
    BACKUP = "backup_old"
    VERIFY = "verify_failed"


MEANINGS = {
    Kind.UNREAD: "feeds that cannot be read",
    Kind.QUIET: "nothing new from a busy outlet",
    Kind.WALLED: "pages that are kept from us",
    Kind.THIN: "pages that come without their text",
    Kind.SILENT: "a feed that has gone silent",
    Kind.STILL: "a schedule that stands still",
    Kind.OFFLINE: "no feed that can be read",
    Kind.WAITING: "texts that nobody tracks",
    Kind.SPACE: "too little space on the disk",
    Kind.LOG: "a log that is not folded into the store",
    Kind.BACKUP: "no copy of the store of late",
    Kind.VERIFY: "checks of the store",
}
_MOVED = "Look for the feed's new address on the outlet's pages, and put it into feeds.toml."
_AGAIN = "Wait, for it is tried again by itself; if it lasts for days, look for a new address."
# how a fetch ended -> what that means, and what a person can do about it
OUTCOMES = {
    Outcome.OK: ("answers well", ""),
    Outcome.NOT_MODIFIED: ("answers well", ""),
    Outcome.GONE: ("says that it is gone for good", _MOVED),
    Outcome.MISSING: ("is not found", _MOVED),
    Outcome.DENIED: (
        "is denied to us",
        "Open it in a browser: if it answers there, say who you are in fetch.user_agent, or ask the outlet for leave.",
    ),
    Outcome.RATE_LIMITED: ("asks us to come less often", "Give the feed a longer `every` in feeds.toml."),
    Outcome.SERVER_ERROR: ("has an error of its own", _AGAIN),
    Outcome.UNREACHABLE: ("cannot be reached", "Check the host's name, and this machine's network and name service."),
    Outcome.DEADLINE: ("takes too long to answer", "Wait; if it lasts, allow more time with fetch.total_timeout."),
    Outcome.REDIRECT_REFUSED: (
        "leads to where we may not follow",
        "Open it in a browser, and put the address where it ends into feeds.toml.",
    ),
    Outcome.BLOCKED: (
        "has an address that may not be fetched",
        "Correct the address in feeds.toml, or see fetch.allow_private_hosts.",
    ),
    Outcome.ROBOTS: (
        "is closed to programs by robots.txt",
        "Ask the outlet for leave, or take the feed out of feeds.toml.",
    ),
    Outcome.TOO_LARGE: ("is larger than allowed", "Raise fetch.max_feed_bytes if the feed is worth it."),
    Outcome.TRUNCATED: ("ends before its end", _AGAIN),
    Outcome.BAD_ENCODING: (
        "cannot be decoded",
        "Tell the outlet that its server names a coding which the answer does not have.",
    ),
    Outcome.EMPTY: ("answers with nothing", _MOVED),
    Outcome.NOT_A_FEED: ("answers with something that is no feed", _MOVED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that a person should look at."""

    kind: Kind
    about: str  # the outlet or the feed; "" = the program itself
    told: str  # what is the matter
    todo: str  # what to do next, in one sentence

    @property
    def key(self) -> str:
        """Which finding it is, however its numbers change."""
        return f"{self.kind} {self.about}".rstrip()

    @property
    def line(self) -> str:
        """Whom it is about, and what is the matter."""
        return f"{self.about}: {self.told}" if self.about else self.told


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletHealth:
    """Numbers of one outlet, as the macro `outlet_health` of the store counts them."""

    outlet: str
    feeds: int
    feeds_failing: int
    failures: int  # in a row, of the worst feed
    last_success_at: datetime | None
    next_due_at: datetime | None
    last_outcome: str | None  # of the worst feed
    last_reason: str | None
    articles_today: int  # in the last 24 hours
    articles_usual: float  # median of the 28 days before, or before it fell silent
    edits_today: int
    edits_usual: float
    looks_today: int
    quarantined_today: int
    quarantine_kind: str | None
    texts: int  # first texts of articles in the last three days
    thin: int  # of these, under 400 characters
    texts_before: int  # in the best week of the quarter before; counted only where half of them are thin now
    thin_before: int
    quarantined_usual: float = 0.0  # median of the 28 days before
    quiet_days: int = 0  # of these, without an article


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """State of one feed, and how its items came."""

    url: str  # redacted
    outlet: str
    title: str | None
    added_at: datetime
    last_fetched_at: datetime | None
    last_success_at: datetime | None
    last_outcome: str | None
    last_reason: str | None
    failures: int  # in a row
    next_due_at: datetime | None
    last_item_at: datetime | None  # when something new last came
    moments: int  # at which something new came, in 30 days
    longest_pause: int  # seconds between two of them
    items_before: int  # ever; counted only where nothing came in 30 days


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The program's own state: its schedule, its store, the disk."""

    feeds: int
    feeds_failing: int
    began_at: datetime | None  # when the first feed was followed
    last_pass_at: datetime | None  # when feeds were last looked at
    first_due_at: datetime | None  # of what is due, the longest due
    untracked: int  # texts seen that no judgement has looked at yet
    last_track_at: datetime | None
    store_bytes: int
    log_bytes: int  # of the log beside the store that is not folded in yet
    log_since: datetime | None
    archive_bytes: int
    free_bytes: int
    last_backup_at: datetime | None
    last_verify_at: datetime | None
    verify_failed: int  # checks that did not hold then


@dataclass(frozen=True, slots=True)
class Well:
    """Nothing that a person should look at."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ailing:
    """Something that a person should look at."""

    reason: str
    findings: tuple[Finding, ...] = ()


def _judged(found: list[Finding], well: str) -> Well | Ailing:
    return Ailing("; ".join(f.told for f in found), tuple(found)) if found else Well(well)


# ---- an outlet -----------------------------------------------------------------------------------------------------------


def decide_health(outlet: OutletHealth, now: datetime) -> Well | Ailing:
    """Whether collecting from an outlet goes as it usually does."""
    told = (
        (Kind.UNREAD, _feeds(outlet, now), todo_of(outlet.last_outcome)),
        (Kind.QUIET, _articles(outlet), "Compare the feed with the outlet's front page: it may have moved without saying so."),
        (
            Kind.WALLED,
            _walls(outlet),
            'Open one of its pages; if it is closed to programs, try the feed alone: `read = "feed"`.',
        ),
        (
            Kind.THIN,
            _texts(outlet),
            "Compare one of its new pages with what was read of it: the pages may have been redesigned.",
        ),
    )
    found = [Finding(kind=kind, about=outlet.outlet, told=text, todo=todo) for kind, text, todo in told if text]
    return _judged(found, f"{outlet.articles_today} new articles and {outlet.edits_today} edits in a day, as usual")


def todo_of(outcome: str | None) -> str:
    """What a person can do about a fetch that ended so."""
    return OUTCOMES[Outcome(outcome)][1] if outcome in set(Outcome) else "Open the feed's address in a browser."


def _feeds(outlet: OutletHealth, now: datetime) -> str | None:
    """Feeds that do not answer."""
    if not outlet.feeds_failing:
        return None
    last = outlet.last_success_at
    if last is None:
        return f"no feed has ever been read: {_why(outlet)}" if outlet.failures >= FAILURES else None
    if outlet.feeds_failing == outlet.feeds and now - last > SILENT_FOR:
        return f"no feed has been read since {last:%-d %b %H:%M}: {_why(outlet)}"
    if outlet.failures >= FAILURES:
        return f"{outlet.feeds_failing} of {outlet.feeds} feeds have failed {outlet.failures} times in a row: {_why(outlet)}"
    return None


def _why(outlet: OutletHealth) -> str:
    return outlet.last_reason or outlet.last_outcome or "no reason is known"


def _articles(outlet: OutletHealth) -> str | None:
    """A busy outlet that publishes nothing: its feed may have moved without saying so."""
    odd = outlet.articles_usual >= BUSY and outlet.quiet_days <= QUIET
    if odd and not outlet.articles_today and not outlet.feeds_failing:
        return f"its feeds are read, but nothing new came in a day (usual: {outlet.articles_usual:.0f} articles)"
    return None


def _walls(outlet: OutletHealth) -> str | None:
    """Pages that are kept from us: many of a day's looks, or many more than usual."""
    looks, walls, usual = outlet.looks_today, outlet.quarantined_today, outlet.quarantined_usual
    many = looks >= LOOKS and walls > WALLED * looks
    more = walls >= LOOKS and walls > WALLED_MORE * looks and walls > MORE * usual
    if not (many or more):
        return None
    kind = (outlet.quarantine_kind or "unknown").replace("_", " ")
    beside = f" (usual: {usual:.0f})" if usual else ""
    return f"{walls} of {looks} looks at pages in a day were quarantined{beside}, mostly: {kind}"


def _texts(outlet: OutletHealth) -> str | None:
    """Pages that came with text and now come with next to none: the outlet's pages may have been redesigned."""
    if outlet.texts < TEXTS or outlet.thin < THIN * outlet.texts:
        return None
    if outlet.texts_before < TEXTS or outlet.thin_before > THIN_BEFORE * outlet.texts_before:
        return None
    before = f"{outlet.thin_before} of {outlet.texts_before}"
    return f"{outlet.thin} of {outlet.texts} new articles have next to no text (before: {before})"


# ---- a feed --------------------------------------------------------------------------------------------------------------


def decide_feed(feed: FeedHealth, now: datetime) -> Well | Ailing:
    """Whether a feed that is read still brings something new as it used to. One that fails is its outlet's finding."""
    last = feed.last_item_at
    if feed.failures or last is None:
        return Well("it fails" if feed.failures else "nothing has come yet")
    pause = now - last
    if feed.moments:
        usual = timedelta(seconds=feed.longest_pause)
        silent = feed.moments >= MOMENTS and pause > max(PAUSE, PAUSES * usual)
        told = f"nothing new for {_days(pause)} (its longest pause in 30 days: {_days(usual)})"
    else:
        mean = (last - feed.added_at) / max(1, feed.items_before)
        silent = feed.items_before >= MOMENTS and pause > max(LONG, RARE * mean)
        told = f"nothing new for {_days(pause)}, though it answers"
    if not silent:
        return Well(f"something new came {_days(pause)} ago")
    todo = "Compare it with the outlet's front page: if only the feed stands still, look for the one that took its place."
    return _judged([Finding(kind=Kind.SILENT, about=f"{feed.outlet}, {feed.url}", told=told, todo=todo)], "")


def _days(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} h" if hours >= 2 else f"{hours * 60:.0f} min"


# ---- the program itself --------------------------------------------------------------------------------------------------


def decide_machine(machine: Machine, now: datetime) -> Well | Ailing:
    """Whether passes come as scheduled, the store is looked after, and there is space to go on."""
    found = [*_schedule(machine, now), *_disk(machine, now), *_nightly(machine, now)]
    return _judged(found, "passes come, there is space, and copies are made")


def _own(kind: Kind, told: str, todo: str) -> Finding:
    return Finding(kind=kind, about="", told=told, todo=todo)


def _schedule(m: Machine, now: datetime) -> Iterator[Finding]:
    """Feeds that nobody polls, texts that nobody tracks, and no network."""
    todo = "Look at the timer, at cron or at Prefect's worker, and start `writethru run` once by hand."
    if m.feeds and m.last_pass_at is None:
        yield _own(Kind.STILL, "nothing has been fetched ever: is the schedule running?", todo)
    elif m.last_pass_at and now - m.last_pass_at > STALE and m.first_due_at and now - m.first_due_at > STALE:
        told = f"nothing has been fetched since {m.last_pass_at:%-d %b %H:%M}: is the schedule running?"
        yield _own(Kind.STILL, told, todo)
    if m.feeds > 1 and m.feeds == m.feeds_failing:
        told = f"none of {m.feeds} feeds could be read: is there a network?"
        yield _own(Kind.OFFLINE, told, "Look at this machine's network, name service and clock.")
    if m.untracked and m.last_track_at and now - m.last_track_at > WAITING:
        told = f"{m.untracked} texts wait since {m.last_track_at:%-d %b %H:%M} to be judged"
        yield _own(Kind.WAITING, told, "Run `writethru track`: its message says why it stopped.")


def _disk(m: Machine, now: datetime) -> Iterator[Finding]:
    """Too little space for what the program writes next, and a log that was left lying."""
    need = 2 * m.store_bytes + SPARE  # the next snapshot, the next backup
    if m.free_bytes < need:
        told = f"{_size(m.free_bytes)} are left on the disk; the next copies of the store take {_size(2 * m.store_bytes)}"
        yield _own(Kind.SPACE, told, "Free some space, or let go of more with [keep] `backups` and `responses`.")
    if m.log_since and now - m.log_since > UNFOLDED:
        told = f"{_size(m.log_bytes)} of what was written stand in the log beside the store since {m.log_since:%-d %b %H:%M}"
        yield _own(Kind.LOG, told, "Never delete that file: run `writethru snapshot`, which folds it in.")


def _nightly(m: Machine, now: datetime) -> Iterator[Finding]:
    """Copies that are not made, checks that do not hold or are not made."""
    todo = "Run `writethru backup`, and look at why the nightly job no longer does."
    if m.last_backup_at is None:
        if m.began_at and now - m.began_at > NEVER:
            yield _own(Kind.BACKUP, "there is no copy of the store", "Run `writethru backup`, nightly from now on.")
    elif now - m.last_backup_at > NIGHTS:
        yield _own(Kind.BACKUP, f"the newest copy of the store is {_days(now - m.last_backup_at)} old", todo)
    if m.verify_failed:
        told = f"{m.verify_failed} checks of the store did not hold on {m.last_verify_at:%-d %b %H:%M}"
        yield _own(Kind.VERIFY, told, "Run `writethru verify`: it names them, and the query that shows the rows.")
    elif m.last_verify_at and now - m.last_verify_at > NIGHTS:
        told = f"the store was last checked {_days(now - m.last_verify_at)} ago"
        yield _own(Kind.VERIFY, told, "Run `writethru verify`, and look at why the nightly job no longer does.")


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


# ---- whom to tell, and when ----------------------------------------------------------------------------------------------


class Stands(StrEnum):
    """How a finding stands with somebody who is told of it."""

    BEGUN = "begun"  # told
    CALM = "calm"  # it is gone; told if it stays away
    STILL = "still"  # it came back meanwhile, and nobody was told that it was gone
    OVER = "over"  # told


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What somebody knows of a finding."""

    stands: Stands
    since: datetime
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """A finding stands otherwise now."""

    stands: Stands
    told: bool  # somebody should hear of it
    reason: str


def decide_turn(present: bool, known: Known | None, now: datetime, calm: timedelta = CALM) -> Turn | None:
    """Whether a finding's begin or end is to be told: each once, and no end of what comes back within `calm`."""
    open_ = known is not None and known.stands is not Stands.OVER
    if present and not open_:
        return Turn(Stands.BEGUN, True, "it begins")
    if present and known and known.stands is Stands.CALM:
        return Turn(Stands.STILL, False, "it came back before anybody was told that it was gone")
    if present or not known or not open_:
        return None
    if not calm or (known.stands is Stands.CALM and now - known.since >= calm):
        return Turn(Stands.OVER, True, f"it is over; it began {_days(now - known.begun_at)} ago")
    return None if known.stands is Stands.CALM else Turn(Stands.CALM, False, "it is gone; perhaps only for a moment")
