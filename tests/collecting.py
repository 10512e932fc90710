"""A desk that collects from a `World`: real settings and files, a real store, a clock that the test moves.

with world.serve():
    desk = Desk(tmp_path, world)
    desk.ingest(DAY)
    assert desk.values("SELECT count(*) FROM versions") == [1]
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engines import KIND, store_lines
from world import World

from pipeline import journey
from pipeline.config import Settings, load_settings
from pipeline.journey.collect import ingest_into
from pipeline.journey.equipment import IngestSummary
from pipeline.journey.importing import ImportSummary
from pipeline.journey.progress import silent
from pipeline.model import Feed
from pipeline.store import check_files

DAY = datetime(2025, 3, 4, 9, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SETTINGS = """\
[fetch]
allow_private_hosts = true
per_host_delay = 0
retries = 0
total_timeout = {timeout}
"""


@dataclass
class Desk:
    """One store, and the feeds that it follows: the world's own unless others are given."""

    folder: Path
    world: World
    feeds: Sequence[Feed] | None = None
    timeout: float = 20.0
    engine: str = KIND
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        text = store_lines(self.folder, self.engine) + SETTINGS.format(timeout=self.timeout)
        (self.folder / "writethru.toml").write_text(text, encoding="utf8")
        (self.folder / "stories.toml").write_text("", encoding="utf8")
        self.settings = load_settings(self.folder / "writethru.toml")
        if self.world.port:
            self.follow(self.feeds if self.feeds is not None else self.world.feeds)

    def follow(self, feeds: Sequence[Feed]) -> None:
        """Write feeds.toml."""
        self.settings.feeds.write_text("\n".join(map(_table, feeds)), encoding="utf8")

    def ingest(self, at: datetime, everything: bool = False) -> IngestSummary:
        return journey.ingest(self.settings, at, everything=everything)

    def ingest_all(self, *times: datetime) -> None:
        """Everything due, at each of these moments."""
        for at in times:
            self.ingest(at, everything=True)

    def ingest_through(self, proxy: str, at: datetime, everything: bool = False) -> IngestSummary:
        """For a named world, whose hosts only its proxy knows."""
        with journey.writing(self.settings, "ingest", at) as store:
            return ingest_into(store, self.settings, at, everything, silent, proxy)

    def polls(self, times: Sequence[datetime], everything: bool = False) -> Iterator[datetime]:
        """Ingest at each moment, in one open store; the caller's loop runs before each of them."""
        with journey.writing(self.settings, "ingest", times[-1]) as store:
            for at in times:
                yield at
                ingest_into(store, self.settings, at, everything, silent)

    def import_files(self, *files: Path, at: datetime = DAY) -> ImportSummary:
        return journey.import_files(self.settings, files, at)

    def rows(self, sql: str) -> list[tuple]:
        return journey.ask(self.settings, sql).rows

    def all_rows(self, queries: Iterable[str]) -> list[list[tuple]]:
        """The rows of many queries, with the store opened once."""
        with journey.reading(self.settings) as store:
            return [store.ask(sql).rows for sql in queries]

    def values(self, sql: str) -> list:
        """The only column of a query."""
        return [value for (value,) in self.rows(sql)]

    def value(self, sql: str):
        """The only value of a query."""
        (only,) = self.values(sql)
        return only

    def titles(self, moment: datetime | None = None) -> list[str]:
        """Headlines that stand, or stood at a moment."""
        at = f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S}'" if moment else "TIMESTAMP '2100-01-01'"
        return self.values(f"SELECT title FROM as_of({at}) ORDER BY title")

    def text(self, moment: datetime) -> str:
        """The only text that stood at a moment."""
        return self.stood([moment])[0][1]

    def stood(self, moments: Iterable[datetime]) -> list[tuple[str, str]]:
        """(headline, text) of the only article that was known at each moment."""
        sql = "SELECT title, text FROM as_of(TIMESTAMP '{:%Y-%m-%d %H:%M:%S}')"
        found = self.all_rows(sql.format(at) for at in moments)
        assert all(len(rows) == 1 for rows in found), found
        return [rows[0] for rows in found]

    def kinds(self) -> list[str]:
        """Kinds of the quarantined looks, in time order."""
        return self.values("SELECT kind FROM quarantine ORDER BY seen_at, url")

    def broken(self) -> dict[str, list[tuple]]:
        """The checks of sql/checks that do not hold, with the rows that they found."""
        checks = dict(check_files())
        found = dict(zip(checks, self.all_rows(checks.values()), strict=True))
        return {name: rows for name, rows in found.items() if rows}


def _table(feed: Feed) -> str:
    lines = ["[[feed]]", f'url = "{feed.url}"', f'outlet = "{feed.outlet}"', f'read = "{feed.read}"']
    if feed.secret:
        lines.append(f'secret = "{feed.secret}"')
    if feed.every:
        lines.append(f'every = "{int(feed.every.total_seconds())}s"')
    return "\n".join(lines) + "\n"
