"""Recorded observations in place of the network: JSON Lines or web archives, plain or gzipped, in any order.

Files are read part by part into the spool, by several processes if asked for; then one writer judges the observations in the
order of their times and commits them chunk by chunk. Memory holds a chunk and the articles that were looked at last, however
long the files are. A run that was broken off anywhere goes on where it was when the same command comes again, and leaves the
rows that it would have left.
"""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path

from pydantic import TypeAdapter

from pipeline.archive import Archive
from pipeline.config import Settings, load_feeds
from pipeline.errors import UsageError
from pipeline.journey.earlier import page_reader
from pipeline.journey.looks import Desk
from pipeline.journey.progress import Progress
from pipeline.journey.sources import PART, TOLD, Look, Part, Work, cut, read_part, unpack
from pipeline.journey.spool import RUN, Facts, Spool, digest_of, program
from pipeline.journey.spread import spread
from pipeline.journey.tally import Tally
from pipeline.journey.warc import Outlets
from pipeline.store import FetchRow, Store
from pipeline.urls import canonical

CHUNK = 1_000  # observations in one transaction
CHUNK_BYTES = 64_000_000  # of them in the spool
HELD = 5_000  # articles that are held in memory: then what is known is read from the store anew
SHOWN = 20  # invalid lines listed one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How an import is cut."""

    part: int = PART
    run: int = RUN
    chunk: int = CHUNK
    held: int = HELD


@dataclass(slots=True)
class ImportSummary:
    """What an import did."""

    lines_read: int = 0
    invalid: list[str] = field(default_factory=list)
    invalid_more: int = 0  # lines that are not valid besides those listed
    passed: Counter[str] = field(default_factory=Counter)  # records of web archives that are no pages, by what they are
    tally: Tally = field(default_factory=Tally)

    def lines(self) -> list[str]:
        t = self.tally
        out = [
            f"{self.lines_read} observations: {t.new_articles} new articles, {t.new_versions} new versions, "
            f"{t.reverted} returns to an earlier text, {t.same} unchanged, {t.quarantined} quarantined"
        ]
        out += [f"passed over: {n} {what}" for what, n in sorted(self.passed.items()) if n]
        out += self.invalid[:SHOWN]
        if (more := len(self.invalid) + self.invalid_more - SHOWN) > 0:
            out.append(f"... and {more} more lines that are not valid")
        return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An import that is under way: what is to be read, and into which spool."""

    work: Work
    parts: Sequence[Part]
    began: datetime  # the clock of the run that began it: the archive's file bears its name

    @property
    def spool(self) -> Spool:
        return Spool(self.work.spool)

    @property
    def unread(self) -> list[Part]:
        """Parts that are not in the spool yet."""
        return [p for p in self.parts if self.spool.facts(p.name) is None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far the writer is."""

    taken: int = 0  # observations
    archived: int = 0  # bytes of the archive's file
    tally: Tally = field(default_factory=Tally)


_MARKS: TypeAdapter[tuple[Mark, Mark]] = TypeAdapter(tuple[Mark, Mark])


def plan(settings: Settings, files: Sequence[Path], now: datetime, sizes: Sizes = Sizes()) -> Plan:
    """Begin an import of these files, or go on with it. Raises UsageError if one cannot be read, ConfigError."""
    feeds = tuple(load_feeds(settings.feeds)) if settings.feeds.exists() else ()
    parts = cut(files, sizes.part)
    of = [(p.resolve(), s.st_size, s.st_mtime_ns) for p in files for s in [p.stat()]]
    spool = Spool(settings.db.with_suffix(".spool"))
    spool.begin(digest_of(program(), of, sizes, settings.fetch.max_bytes, [(f.url, f.outlet) for f in feeds]))
    if (note := spool.note("began")) is None:
        note = {"began": now.isoformat()}
        spool.write_note("began", note)
    work = Work(spool=spool.folder, outlets=Outlets(feeds), max_bytes=settings.fetch.max_bytes, run=sizes.run)
    return Plan(work=work, parts=parts, began=datetime.fromisoformat(note["began"]))


def import_into(
    store: Store,
    settings: Settings,
    files: Sequence[Path],
    now: datetime,
    progress: Progress,
    workers: int = 1,
    sizes: Sizes = Sizes(),
) -> ImportSummary:
    """Take the observations of the files in time order. What is not valid is reported and skipped; the rest is kept."""
    under_way = plan(settings, files, now, sizes)
    try:
        _read(under_way, workers, progress)
    except UsageError:  # it will be other files the next time
        under_way.spool.clear()
        raise
    with Archive(settings.archive_folder, under_way.began) as archive:
        run = Import(store, settings, under_way, archive, sizes)
        with store.bounded():
            run.take_all(progress)
    under_way.spool.clear()
    return run.done


def _read(under_way: Plan, workers: int, progress: Progress) -> None:
    """Read what is not in the spool yet."""
    parts, total = under_way.unread, len(under_way.parts)
    done = total - len(parts)

    def tell() -> None:
        if total > 1:
            progress("parts read", done, total)

    if workers > 1 and len(parts) > 1:
        size = 0
        for n in spread(partial(read_part, under_way.work), parts, workers):
            grown = under_way.spool.size()
            if grown != size:  # else nobody would notice that the workers hang
                done, size = total - len(parts) + n, grown
                tell()
        return
    for part in parts:
        read_part(under_way.work, part, tell)
        done += 1
        tell()


class Import:
    """One import, once its files are read."""

    def __init__(self, store: Store, settings: Settings, under_way: Plan, archive: Archive, sizes: Sizes):
        self.store, self.archive, self.sizes = store, archive, sizes
        self.spool, self.parts = under_way.spool, under_way.parts
        self.reader = page_reader(store, settings.archive_folder)
        self.done = _summary(self.spool, self.parts)
        self.mark = Mark()
        self._begin(Tally())

    def _begin(self, tally: Tally) -> None:
        self.desk = Desk(self.store, self.reader)
        self.desk.tally = tally

    def take_all(self, progress: Progress) -> None:
        """Judge the observations in the order of their times, from where an earlier run was broken off."""
        entries = self._go_on(data for _, data in self.spool.merged([p.name for p in self.parts]))
        while chunk := _chunk(entries, self.sizes.chunk):
            self._take([unpack(data) for data in chunk])
            progress("observations", self.mark.taken, self.done.lines_read)
        self.done.tally = self.desk.tally

    def _go_on(self, entries: Iterator[bytes]) -> Iterator[bytes]:
        """What is still to be taken. The chunk at which a run was broken off was one transaction: its fetches tell whether
        the store has it; if not, what it had put into the archive is taken away again."""
        note = self.spool.note("mark")
        if note is None:
            self.mark = Mark(archived=self.archive.size)
            self.spool.write_note("mark", _noted(self.mark, self.mark))
            return entries
        self.mark, after = _MARKS.validate_python((note["before"], note["after"]))
        deque(islice(entries, self.mark.taken), maxlen=0)
        chunk = list(islice(entries, after.taken - self.mark.taken))
        if chunk and self.store.has_fetches([unpack(data).fetch(None) for data in chunk]):
            self.mark, chunk = after, []
        elif self.store.archived_up_to(self.archive.name) < self.mark.archived:
            self.archive.cut(self.mark.archived)
        self._begin(replace(self.mark.tally))
        return chain(chunk, entries)

    def _take(self, looks: Sequence[Look]) -> None:
        """Judge a chunk and write it in one transaction. Archived pages reach the disk before the rows that name them."""
        if self.desk.articles > self.sizes.held:
            self._begin(self.desk.tally)
        self.desk.load([look.seen for look in looks])
        self.desk.load_urls([canonical(look.seen.seen_url) or look.seen.seen_url for look in looks if look.moved])
        rows = [self._look(look) for look in looks]
        self.archive.sync()
        after = Mark(taken=self.mark.taken + len(looks), archived=self.archive.size, tally=replace(self.desk.tally))
        self.spool.write_note("mark", _noted(self.mark, after))
        with self.store.transaction():
            self.store.record(self.desk.batch(fetches=rows))
        self.mark = after

    def _look(self, look: Look) -> FetchRow:
        seen, kept = look.seen, list[str]()

        def keep() -> str:
            kept.append(self.archive.append(look.record))
            return kept[0]

        known = self.desk.known_as(seen.url) if look.moved else None
        if known:
            self._move(known, look)
        self.desk.look(seen, keep if look.record else None)
        if look.moved and not known and (met := self.desk.known_as(seen.url)):
            self._move(met, look)  # a part of a record may begin with a look after the move
        return look.fetch(kept[0] if kept else None)

    def _move(self, article_id: str, look: Look) -> None:
        self.desk.move(article_id, canonical(look.seen.seen_url), look.seen.at)


def _noted(before: Mark, after: Mark) -> Facts:
    return {"before": asdict(before), "after": asdict(after)}


def _chunk(entries: Iterator[bytes], most: int) -> list[bytes]:
    """The next entries: so many at most, and of a size that memory holds."""
    chunk, size = list[bytes](), 0
    while len(chunk) < most and size < CHUNK_BYTES and (data := next(entries, None)) is not None:
        chunk.append(data)
        size += len(data)
    return chunk


def _summary(spool: Spool, parts: Sequence[Part]) -> ImportSummary:
    """What reading told, file by file: lines are numbered from the beginning of their file."""
    done, lines, file = ImportSummary(), 0, 0
    for part in parts:
        told = spool.facts(part.name) or {}
        if part.file != file:
            lines, file = 0, part.file
        shown = told["invalid"][: max(0, TOLD - len(done.invalid))]
        done.invalid += [f"{part.path}, line {lines + n}: skipped: {why}" for n, why in shown]
        done.invalid_more += told["more"] + len(told["invalid"]) - len(shown)
        done.passed.update(told["passed"])
        done.lines_read += told["observations"]
        lines += told["lines"]
    return done
