"""Messages to people over any channel that Apprise knows: plain text, to addresses that are secrets of the environment."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from pipeline.errors import ConfigError

LONGEST = 30_000  # characters of a message; channels cut earlier ones by themselves
VALUE = 200  # characters of a before or after
TITLE = 100  # characters of what a title tells


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to tell."""

    subject: str  # the change or edit, by id; the outlet of a warning
    heading: str  # what it belongs to: a story, an outlet
    text: str  # in one line
    news: str  # the shortest form, for a title
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What one rule sends at once."""

    title: str
    body: str


def moved(before: str, after: str) -> str:
    """`28 points -> 19 points`, or what is there alone."""
    old, new = _short(before), _short(after)
    return f"{old} -> {new}" if old and new else new or f"removed: {old}"


def _short(text: str, most: int = VALUE) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def message(rule: str, items: Sequence[Item], most: int) -> Message:
    """The items under their headings, each with its address; of very many the first, and how many there are."""
    blocks = [
        "\n".join([_short(heading), *(line for item in group for line in _lines(item))])
        for heading, group in groupby(items[:most], key=lambda item: item.heading)
    ]
    if len(items) > most:
        blocks.append(f"and {len(items) - most} more: see `writethru changes`, or the reports")
    count = f"{len(items)} news" if len(items) > 1 else _short(items[0].news, TITLE)
    return Message(title=f"{rule}: {count}", body="\n\n".join(blocks)[:LONGEST])


def _lines(item: Item) -> list[str]:
    return [f"- {item.text}", *([f"  {item.url}"] if item.url else [])]


def send(address: str, told: Message, variable: str) -> bool:
    """Send to an address; whether it was taken. Raises ConfigError, which names the variable and never its value."""
    import apprise  # here: a run without rules does not pay for it

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its lines may name addresses
    channel = apprise.Apprise()
    if not channel.add(address):
        raise ConfigError("environment", variable, "holds an address that Apprise does not know")
    return bool(channel.notify(title=told.title, body=told.body, body_format=apprise.NotifyFormat.TEXT))


def due(every_seconds: float, last_sent_at: datetime | None, now: datetime) -> bool:
    """Whether a digest that comes so often is to be sent."""
    return last_sent_at is None or (now - last_sent_at).total_seconds() >= every_seconds
