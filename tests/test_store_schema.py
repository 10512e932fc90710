"""An older store is brought up to date whole; what lookups go by is made for the rows that were there before."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipeline.errors import StoreBusy, StoreError
from pipeline.model import ident
from pipeline.store import Store, check_files
from pipeline.store.database import STORAGE_VERSION, schema

NOW = datetime(2026, 5, 1, tzinfo=UTC)
URL, GUID, OUTLET = "https://www.tern.example/news/the-bridge/?id=4", "bridge at tern", "Tern"
FEED, ARTICLE = ident("fed", "https://tern.example/feed"), ident("art", URL)
VERSION = ident("ver", ARTICLE, "text")
ROWS = f"""
INSERT INTO record.article BY NAME SELECT '{ARTICLE}' AS article_id, '{URL}' AS url, '{OUTLET}' AS outlet, '{GUID}' AS guid,
  TIMESTAMP '2026-04-01' AS first_seen_at, TIMESTAMP '2026-04-01' AS last_seen_at, 'live' AS status,
  '{VERSION}' AS head_version_id, 0 AS times_changed, 0 AS failures;
INSERT INTO record.alias VALUES ('{URL}', '{ARTICLE}', TIMESTAMP '2026-04-01', 'listed by its feed');
INSERT INTO record.item BY NAME SELECT '{FEED}' AS feed_id, 'hash' AS item_hash, '{GUID}' AS key, 'id' AS key_basis,
  '{ARTICLE}' AS article_id, TIMESTAMP '2026-04-01' AS seen_at;
INSERT INTO record.version BY NAME SELECT '{VERSION}' AS version_id, '{ARTICLE}' AS article_id, '{URL}' AS url,
  '{OUTLET}' AS outlet, 1 AS seq, TIMESTAMP '2026-04-01' AS seen_at, 'The bridge' AS headline, 'It stands.' AS text,
  'text' AS text_hash, 'feed/1' AS extractor;
INSERT INTO record.appearance VALUES
  ('{ident("app", VERSION)}', '{ARTICLE}', '{VERSION}', TIMESTAMP '2026-04-01', false, 'First.');
INSERT INTO record.paragraph VALUES ('{OUTLET}', 'mark', '{ARTICLE}', TIMESTAMP '2026-04-01');
"""


def store_of(file: Path, migrations: int) -> Path:
    """A store as a program left it that knew so many migrations, with one article."""
    with duckdb.connect(str(file), config={"storage_compatibility_version": STORAGE_VERSION}) as con:
        con.execute("CREATE TABLE main.migration (name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL)")
        for name, text in list(schema().migrations.items())[:migrations]:
            con.execute(text)
            con.execute("INSERT INTO main.migration VALUES ($name, TIMESTAMP '2026-04-01')", {"name": name})
        con.execute(ROWS)
    return file


@pytest.mark.parametrize("migrations", [1, 2, 3])
def test_what_an_older_program_stored_is_found(tmp_path, migrations):
    """By address, guid, name, outlet, feed and id, after whichever schema."""
    with Store(store_of(tmp_path / "old.duckdb", migrations), now=NOW) as store:
        assert store.articles_by_url([URL, "https://tern.example/other"]) == {URL: ARTICLE}
        assert store.articles_by_guid([GUID]) == {(OUTLET, GUID): ARTICLE}
        assert store.namesakes(["the-bridge"]) == {(OUTLET, "the-bridge"): [ARTICLE]}
        assert store.paragraphs_of_outlets([OUTLET]) == {OUTLET: {"mark": {ARTICLE}}}
        assert [i.key for i in store.items([FEED])[FEED]] == [GUID]
        states, stood = store.article_states([ARTICLE]), store.appearances([ARTICLE])
        assert store.known_articles(states, stood)[ARTICLE].seen == {"text": VERSION}
        assert {name for name, text in check_files() if store.ask(text).rows} == set()


def test_a_store_is_migrated_once(tmp_path):
    """Opened again it has the same migrations, each noted once, and it opens by any other program of this version."""
    file = store_of(tmp_path / "old.duckdb", 3)
    for _ in range(2):
        with Store(file, now=NOW) as store:
            assert store.ask("SELECT name FROM main.migration ORDER BY name").rows == [
                (n,) for n in sorted(schema().migrations)
            ]
    with Store(file, now=NOW, read_only=True) as store:
        assert store.ask("SELECT article_id FROM articles").rows == [(ARTICLE,)]


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path):
    """The row that it stumbles over is named by the database; a later opening can try again."""
    file = store_of(tmp_path / "old.duckdb", 3)
    with duckdb.connect(str(file)) as con:
        con.execute("UPDATE record.item SET feed_id = 'no id'")
    with pytest.raises(duckdb.ConversionException):
        Store(file, now=NOW)
    with duckdb.connect(str(file)) as con:
        assert con.execute("SELECT count(*) FROM main.migration").fetchall() == [(3,)]
        assert "feed_key" not in [c[0] for c in con.execute("SELECT * FROM record.item LIMIT 0").description]
        con.execute("UPDATE record.item SET feed_id = $id", {"id": FEED})
    with Store(file, now=NOW) as store:
        assert list(store.items([FEED])) == [FEED]


def test_a_store_of_a_newer_program_is_refused(tmp_path):
    """With the name of what is not known."""
    file = store_of(tmp_path / "new.duckdb", 3)
    with duckdb.connect(str(file)) as con:
        con.execute("INSERT INTO main.migration VALUES ('9999_of_tomorrow', TIMESTAMP '2026-04-01')")
    with pytest.raises(StoreError, match="9999_of_tomorrow"):
        Store(file, now=NOW)
    duckdb.connect(str(file)).close()  # and it is not held any longer


def test_a_store_is_open_for_writing_once(tmp_path):
    """A second opening in the same process says who holds it, and does no harm to the first."""
    file = store_of(tmp_path / "old.duckdb", 3)
    with Store(file, now=NOW) as store:
        with pytest.raises(StoreBusy, match="this process"):
            Store(file, now=NOW)
        assert store.articles_by_url([URL]) == {URL: ARTICLE}


def test_what_goes_wrong_in_one_store_is_no_matter_to_the_next(tmp_path):
    """Whatever ended it: it is closed, its log is not lost, and another one opens."""
    one, other = (store_of(tmp_path / name, 3) for name in ("one.duckdb", "other.duckdb"))
    with pytest.raises(ZeroDivisionError), Store(one, now=NOW) as store, store.transaction():
        store.con.execute("DELETE FROM record.alias")
        raise ZeroDivisionError
    for file in (other, one):
        with Store(file, now=NOW) as store:
            assert store.articles_by_url([URL]) == {URL: ARTICLE}
        duckdb.connect(str(file)).close()
