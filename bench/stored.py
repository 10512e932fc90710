"""What a change check costs when the store is already large. Used by bench/ingest.py.

    python bench/stored.py 10000 1000000

The store is filled by SQL with articles of other feeds, one by one in turn as time would have brought them; each has an item,
an address, a version and an appearance. Then 25 feeds of 20 entries come with other bytes, one entry in twenty edited.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from serving import NOON, Supply, serving

from pipeline import journey
from pipeline.config import Settings, load_settings
from pipeline.store.database import connect

What = TypeVar("What")
HOUR = timedelta(hours=1)
CHECKED = Supply(feeds=25, entries=20)
WARM = 2  # passes that do not count: the file that a snapshot is made of is there from the third on
FEEDS = 2_000  # other feeds that the stored articles came from
FILL = """
CREATE TEMP TABLE other AS
SELECT i, 'art_' || substr(sha256('a' || i), 1, 16) AS article_id, 'ver_' || substr(sha256('v' || i), 1, 16) AS version_id,
       'fed_' || substr(sha256('f' || (i % $feeds)), 1, 16) AS feed_id, 'outlet' || (i % $feeds) || '.example.org' AS outlet,
       'http://outlet' || (i % $feeds) || '.example.org/news/' || i || '/report' AS url,
       i || ' at outlet' || (i % $feeds) || '.example.org' AS guid,
       TIMESTAMP '2025-03-01' + INTERVAL 30 SECOND * i AS seen_at, sha256('t' || i) AS hash
FROM range($count) AS r(i);
INSERT INTO record.article BY NAME
SELECT article_id, url, outlet, feed_id AS feed, guid, seen_at AS first_seen_at, seen_at AS last_seen_at,
       'live' AS status, version_id AS head_version_id, 'Report number ' || i AS title, 0 AS times_changed, 0 AS failures,
       TIMESTAMP '2027-01-01' AS next_due_at, 'by age' AS due_reason, ('0x' || right(article_id, 16))::UBIGINT AS article_key,
       ('0x' || left(sha256(guid), 16))::UBIGINT AS guid_key, ('0x' || left(sha256('report'), 16))::UBIGINT AS name_key
FROM other;
INSERT INTO record.alias BY NAME
SELECT url, article_id, seen_at AS since, 'listed by its feed' AS reason, ('0x' || left(sha256(url), 16))::UBIGINT AS url_key
FROM other;
INSERT INTO record.item BY NAME
SELECT feed_id, 'itm_' || substr(hash, 1, 16) AS item_hash, guid AS key, 'id' AS key_basis, article_id, seen_at,
       'Report number ' || i AS title, ('0x' || right(feed_id, 16))::UBIGINT AS feed_key
FROM other;
INSERT INTO record.version BY NAME
SELECT version_id, article_id, url, outlet, 1 AS seq, seen_at, 'Report number ' || i AS headline,
       'A text of its own, ' || hash || ', as short as it is' AS text, hash AS text_hash, 'en' AS language,
       'feed/1' AS extractor, ('0x' || right(article_id, 16))::UBIGINT AS article_key,
       ('0x' || right(version_id, 16))::UBIGINT AS version_key
FROM other;
INSERT INTO record.appearance BY NAME
SELECT 'app_' || substr(hash, 21, 16) AS appearance_id, article_id, version_id, seen_at, false AS reverted,
       'The first text of this article.' AS reason, ('0x' || right(article_id, 16))::UBIGINT AS article_key
FROM other;
INSERT INTO record.fetch BY NAME
SELECT 'fet_' || substr(hash, 41, 16) AS fetch_id, url, 'page' AS kind, seen_at AS fetched_at, 'ok' AS outcome, 200 AS status
FROM other;
INSERT INTO record.paragraph BY NAME
SELECT outlet, substr(sha256('p' || (i % 40000)), 1, 32) AS fingerprint, article_id, seen_at,
       ('0x' || left(sha256(outlet), 16))::UBIGINT AS outlet_key
FROM other;
"""


def settings_in(folder: Path, feeds: Sequence[str]) -> Settings:
    """A store's folder that follows these feeds and reads texts from them."""
    folder.mkdir(parents=True)
    entries = (f'[[feed]]\nurl = "{url}"\noutlet = "outlet{n}.example"\nread = "feed"\n' for n, url in enumerate(feeds))
    (folder / "feeds.toml").write_text("\n".join(entries), encoding="utf8")
    (folder / "stories.toml").write_text("", encoding="utf8")
    (folder / "writethru.toml").write_text("[fetch]\nallow_private_hosts = true\n", encoding="utf8")
    return load_settings(folder / "writethru.toml")


def cost(work: Callable[[], What]) -> tuple[float, What]:
    """CPU seconds of this process, all its threads, and the result."""
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def fill(db: Path, count: int) -> None:
    """Add `count` articles of other feeds to a store."""
    con = connect(db)
    for statement in FILL.split(";\n"):
        if statement.strip():
            wanted = {"count": count, "feeds": FEEDS} if "$count" in statement else {}
            con.execute(statement, wanted)
    con.close()


def check_cost(stored: int, rounds: int, folder: Path) -> list[float]:
    """CPU seconds of a pass over the checked feeds with so many articles stored, one figure a round."""
    with serving(CHECKED) as press:
        settings = settings_in(folder, press.addresses)
        journey.ingest(settings, NOON + HOUR)
        fill(settings.db, stored)
        costs = []
        for n in range(rounds + WARM):
            press.publish(build=n + 1, edited=n + 1)
            cpu, summary = cost(lambda at=NOON + (n + 2) * HOUR: journey.ingest(settings, at))
            found = summary.tally.new_versions
            assert found == CHECKED.feeds, f"{found} edits were found, {CHECKED.feeds} were made"
            costs.append(cpu)
    return costs[WARM:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    for size in given.sizes:
        with tempfile.TemporaryDirectory() as name:
            costs = check_cost(size, given.rounds, Path(name) / "store")
        print(f"{size:>10,} stored: {statistics.median(costs):.3f} CPU-s ({min(costs):.3f}-{max(costs):.3f})")


if __name__ == "__main__":
    main()
