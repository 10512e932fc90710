"""What is fuzzed, and what each promises about any bytes at all.

Of every value that comes out: it can be stored and shown (no control characters, no half characters), a date lies in the years
that the text names, and nothing but the errors that are made for people comes out as an error.
"""

import gzip
import re
import sys
import tempfile
import unicodedata
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from html import unescape
from pathlib import Path
from zlib import crc32
from zoneinfo import ZoneInfo

from fuzz.engine import Target
from fuzz.mutate import words
from pipeline import journey
from pipeline.config import load_feeds, load_settings, load_watches
from pipeline.dates import parse_date
from pipeline.errors import ConfigError, UsageError
from pipeline.extract import document_from_entry, extract
from pipeline.feeds import FeedDocument, NotAFeed, read_feed, read_opml, volatile_hash
from pipeline.journey.warc import is_warc
from pipeline.text import squeeze

CASES = Path(__file__).parents[1] / "cases"
SEEDS = Path(__file__).parent / "seeds"
sys.path.insert(0, str(CASES / "pages"))
URL = "https://tern.example/news/ferry"
KYIV = ZoneInfo("Europe/Kyiv")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 2, tzinfo=UTC)
CANARY = "canary-91c4"


def files(folder: Path) -> list[bytes]:
    return [f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()]


# ---- promises ------------------------------------------------------------------------------------------------------------


def holds_together(value: object) -> None:
    """Every text in a value can be stored and shown; every time is an instant of our centuries."""
    if isinstance(value, str):
        value.encode("utf8")
        assert not CONTROL.search(value), f"a control character in {value[:80]!r}"
    elif isinstance(value, datetime):
        assert value.tzinfo is not None and EARLIEST < value < LATEST, value
    elif isinstance(value, tuple | list):
        for one in value:
            holds_together(one)
    elif is_dataclass(value):
        for name in (f.name for f in fields(value)):
            if name not in ("content", "raw_url", "key"):  # for the extractor and for redirects, as written; a name of ours
                holds_together(getattr(value, name))


def is_written(at: datetime, written: str) -> None:
    """A date was not made up: its year, or that beside it, for the sake of zones, stands in the text."""
    digits = plain_digits(CONTROL.sub("", written))
    years = {str(y) for y in (at.year - 1, at.year, at.year + 1)}
    assert any(y in digits or y[2:] in digits for y in years), f"{at} is not in {written[:200]!r}"


def plain_digits(text: str) -> str:
    """Digits of all scripts as 0 to 9."""
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)


def is_a_web_address(url: str | None) -> None:
    assert url is None or re.match(r"https?://[^/\s]", url), url


# ---- feeds ---------------------------------------------------------------------------------------------------------------

TYPES = (
    None,
    "application/xml",
    "application/rss+xml; charset=utf-8",
    "text/xml; charset=windows-1251",
    "application/json",
    "x",
)


def feeds(body: bytes) -> None:
    """A feed or the reason why it is none; the same again; what is known is skipped and nothing else."""
    kind = TYPES[crc32(body[:64]) % len(TYPES)]
    headers = {"content-type": kind} if kind else {}
    volatile_hash(body)
    found = read_feed(body, url=URL, headers=headers, zone=KYIV if len(body) % 2 else None)
    if isinstance(found, NotAFeed):
        assert found.reason
        read_opml_or_not(body)
        return
    assert isinstance(found, FeedDocument) and len(found.entries) <= 2_000
    holds_together(found)
    for entry in found.entries:
        is_a_web_address(entry.url)
        assert entry.key
        for at, raw in ((entry.published_at, entry.published_raw), (entry.updated_at, entry.updated_raw)):
            if at is not None:
                assert raw
                is_written(at, raw)
    for entry in found.entries[:3]:
        holds_together(document_from_entry(entry))
    again = read_feed(body, url=URL, headers=headers, known=frozenset(found.item_hashes))
    assert isinstance(again, FeedDocument) and again.item_hashes == found.item_hashes
    assert len(again.entries) <= len(found.entries)


def read_opml_or_not(body: bytes) -> None:
    """A list of feeds is read, or refused in words."""
    try:
        holds_together(read_opml(body))
    except ConfigError as refused:
        assert str(refused)


# ---- pages ---------------------------------------------------------------------------------------------------------------


@cache
def pages_seeds() -> tuple[bytes, ...]:
    import kit

    made = [kit.page(t, a, 1).encode("utf8") for n, t in enumerate(kit.TEMPLATES) for a in list(kit.ARTICLES)[n % 3 :: 3]]
    return (*made, *files(SEEDS / "pages"))


def pages(body: bytes) -> None:
    """A document with plain paragraphs; its dates stand in the page."""
    kind = ("text/html", "text/html; charset=utf-8", None, "text/html; charset=nonsense")[crc32(body[:64]) % 4]
    found = extract(body, url=URL, content_type=kind)
    holds_together(found)
    assert all(p and p == p.strip() and "\n" not in p for p in found.paragraphs)
    is_a_web_address(found.canonical_url)
    written = unescape("".join(body.decode(c, "ignore") for c in ("utf8", "utf-16", "utf-16-be", "utf-32-be")))
    written += json_unescaped(written)
    for at in (found.published_at, found.updated_at):
        if at is not None:
            is_written(at, written)
    if len(body) % 8 == 0:
        assert extract(body, url=URL, content_type=kind) == found


def json_unescaped(text: str) -> str:
    """With the escapes of JSON read, as in the data that pages carry."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)


# ---- dates ---------------------------------------------------------------------------------------------------------------


def dates(body: bytes) -> None:
    """An instant that stands in the text, or None with a reason; white space around it changes nothing."""
    text = squeeze(body.decode("utf8", "replace"))
    for zone in (None, KYIV):
        found = parse_date(text, zone)
        assert found.reason and found.raw == text.strip()
        assert parse_date(f" \n{text}\t", zone).at == found.at
        if found.at is not None:
            assert found.at.utcoffset() == timedelta(0) and EARLIEST < found.at < LATEST
            is_written(found.at, text)
            assert re.search(r"\d", text)
            digits = plain_digits(text)
            days = {(found.at + timedelta(days=n)).day for n in (-1, 0, 1)}
            assert any(re.search(rf"(?<!\d)0?{day}(?!\d)|{day:02}", digits) for day in days), (found, text)
            assert parse_date(found.at.isoformat()).at == found.at.replace(microsecond=0)
    assert parse_date(text).at in (None, parse_date(text, KYIV).at)


# ---- recorded observations -------------------------------------------------------------------------------------------------


def imports(body: bytes) -> None:
    """Each line is taken or told; what was taken passes every check of the store."""
    with tempfile.TemporaryDirectory() as folder:
        settings, zipped = load_settings(None, {}, Path(folder)), len(body) % 5 == 0
        file = Path(folder, "fuzz.jsonl.gz" if zipped else "fuzz.jsonl")
        file.write_bytes(gzip.compress(body)[: None if len(body) % 3 else -3] if zipped else body)
        now = datetime(2026, 3, 4, 12, tzinfo=UTC)
        try:
            done = journey.import_files(settings, [file], now)
        except UsageError as refused:
            assert str(file) in str(refused)
            return
        assert all("\n" not in line for line in done.invalid)
        if not is_warc(file):
            lines = sum(bool(line.strip()) for line in body.split(b"\n"))
            assert done.lines_read + len(done.invalid) + done.invalid_more == lines, (done, lines)
        checked = journey.verify(settings, now)
        assert not checked.failures and not checked.archive, checked.lines()


def imports_seeds() -> list[bytes]:
    return files(SEEDS / "imports")


# ---- settings --------------------------------------------------------------------------------------------------------------


def settings(body: bytes) -> None:
    """Values of the right kind, or a mistake that names the file; credentials in it are not shown."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "writethru.toml")
        file.write_bytes(body)
        for read in (lambda: load_settings(file, folder=Path(folder)), lambda: load_feeds(file), lambda: load_watches(file)):
            try:
                found = read()
            except ConfigError as mistake:
                assert str(file) in str(mistake) and mistake.exit_code == 2
                assert f":{CANARY}@" not in str(mistake), str(mistake)
                continue
            for feed in found if isinstance(found, tuple) else ():
                if hasattr(feed, "url"):
                    is_a_web_address(feed.url)
            if not isinstance(found, tuple):
                assert found.db.is_absolute() and found.lease.silent > timedelta(0)


def dates_seeds() -> list[bytes]:
    lines = (CASES / "dates.tsv").read_text(encoding="utf8").splitlines()
    return [line.split("\t")[1].encode("utf8") for line in lines if not line.startswith("#")]


TARGETS = {
    t.name: t
    for t in (
        Target(name="feeds", check=feeds, seeds=lambda: files(CASES / "feeds") + files(SEEDS / "feeds"), tokens=words("feeds")),
        Target(name="pages", check=pages, seeds=pages_seeds, tokens=words("pages")),
        Target(name="dates", check=dates, seeds=dates_seeds, tokens=words("dates"), seconds=1),
        Target(name="imports", check=imports, seeds=imports_seeds, tokens=words("imports"), seconds=20),
        Target(name="settings", check=settings, seeds=lambda: files(SEEDS / "settings"), tokens=words("settings"), seconds=3),
    )
}
