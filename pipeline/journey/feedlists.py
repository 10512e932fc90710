"""Lists of feeds in and out: the feeds file as OPML, and OPML as entries of the feeds file."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from pipeline.config import Settings, load_feeds
from pipeline.errors import UsageError
from pipeline.feeds import read_opml, write_opml
from pipeline.model import Feed

MOST = 5_000_001  # bytes read of a list; the reader refuses one that is larger


def feeds_as_opml(settings: Settings) -> str:
    """The feeds that are followed, as OPML."""
    return write_opml(load_feeds(settings.feeds), "Feeds of Writethru")


def feeds_to_add(settings: Settings, file: Path) -> list[Feed]:
    """The feeds of an OPML list that are not followed yet. Raises ConfigError if it is no OPML, UsageError if unreadable."""
    try:
        with file.open("rb") as stream:
            listed = read_opml(stream.read(MOST), str(file))
    except OSError as e:
        raise UsageError(f"{file}: cannot be read: {e.strerror or e}") from None
    followed = {f.url for f in load_feeds(settings.feeds)} if settings.feeds.exists() else set()
    return [f for f in listed if f.url not in followed]


def feeds_as_toml(feeds: Sequence[Feed]) -> str:
    """Feeds as entries of a feeds file."""
    return "\n".join(_entry(f) for f in feeds)


def _entry(feed: Feed) -> str:
    title = [f"title = {_text(feed.title)}"] if feed.title else []
    return "\n".join(["[[feed]]", f"url = {_text(feed.url)}", f"outlet = {_text(feed.outlet)}", *title, ""])


def append_feeds(settings: Settings, feeds: Sequence[Feed]) -> None:
    """Add feeds to the feeds file, which takes its new form at once and only if it is valid then."""
    path = settings.feeds
    before = path.read_text(encoding="utf8") if path.exists() else ""
    gap = "" if not before or before.endswith("\n\n") else "\n" if before.endswith("\n") else "\n\n"
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(before + gap + feeds_as_toml(feeds), encoding="utf8")
        load_feeds(part)
        os.replace(part, path)
    except OSError as e:
        raise UsageError(f"{path}: cannot be written: {e.strerror or e}") from None
    finally:
        part.unlink(missing_ok=True)


def _text(value: str) -> str:
    """A basic string of TOML: as JSON writes it, but for the one control character that JSON lets pass."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
