"""A lake whose files are objects in a bucket: the same rows, nothing left behind, keys that nobody reads, and clear words
when storage is away, refuses, is full, or is not there."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from buckets import BUCKET, PREFIX, SECRET, buckets
from engines import KIND, PASSWORD, lines_of, store_settings
from test_lake import DAY, extension, home, observations

from pipeline import journey
from pipeline.cli import run
from pipeline.config import Settings, load_settings, secrets_of
from pipeline.errors import ConfigError, QueryError, StoreError
from pipeline.store import engine_of, lease

assert extension
HOLD = "INSERT INTO record.hold VALUES ('tern.example', TIMESTAMP '2027-01-01', 'x')"
MANY = "INSERT INTO record.hold SELECT 'tern.example', TIMESTAMP '2027-01-01', 'x' FROM range(500)"  # too many for the catalog
COUNT = "SELECT count(*) FROM record.hold"


def settings_of(folder: Path, place: dict[str, object]) -> Settings:
    """Settings of a store at a place, with nothing to watch."""
    folder.mkdir(exist_ok=True)
    (folder / "writethru.toml").write_text(lines_of(place), encoding="utf8")
    for name in ("feeds.toml", "stories.toml"):
        (folder / name).write_text("", encoding="utf8")
    return load_settings(folder / "writethru.toml")


def tidy(settings: Settings, now: datetime, history: timedelta | None) -> None:
    with lease(settings.place, "test") as held:
        engine_of(settings.place).tidy(now, history, held.check)


def write(settings: Settings, *statements: str) -> None:
    """Each statement in a transaction of its own."""
    with journey.writing(settings, "test", DAY) as store:
        for sql in statements:
            with store.transaction():
                store.con.execute(sql)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A store in a file."""
    folder = tmp_path_factory.mktemp("file")
    settings = home(folder / "home", "")
    journey.import_files(settings, [observations(folder / "looks.jsonl")], DAY + timedelta(days=1))
    return settings


@pytest.fixture(scope="module")
def moved(file: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The same moved into a bucket, by the command."""
    place = store_settings(tmp_path_factory.mktemp("bucket"), "s3")
    config = file.db.with_name("writethru.toml")
    config.write_text(lines_of({"s3": place["s3"]}), encoding="utf8")
    command = ["migrate-store", str(place["store"]), "--data", str(place["data"]), "--store-password", f"env:{PASSWORD}"]
    assert run([*command, "--config", str(config)]) == 0
    settings = settings_of(tmp_path_factory.mktemp("moved"), place)
    tidy(settings, DAY, None)  # so that no row is left in the catalog
    return settings


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One that tests write to, and leave rows behind in."""
    folder = tmp_path_factory.mktemp("lake")
    settings = settings_of(folder, store_settings(folder, "s3"))
    write(settings)
    return settings


def holds(settings: Settings) -> list[str]:
    """The objects of one table."""
    assert settings.data
    return [name for name in buckets().names(settings.data) if "/record/hold/" in name]


def test_a_store_goes_into_a_bucket_and_back_and_nothing_is_other(moved, tmp_path, capsys):
    """The command proves it, both ways, row for row; on the way all files are objects under the prefix."""
    names = buckets().names(moved.data)
    assert len(names) > 5 and all(name.endswith((".parquet", "/README.txt")) for name in names)
    assert not list(moved.db.parent.glob("*s3*")) and not list(moved.db.parent.glob("*.lake"))
    assert run(["migrate-store", str(tmp_path / "back.duckdb"), "--config", str(moved.db.with_name("writethru.toml"))]) == 0
    assert any(line.split()[:3] == ["versions", "6", "6"] for line in capsys.readouterr().out.splitlines())


@pytest.mark.skipif(not KIND, reason="in `make lake`: as a move both ways, which is tested always")
def test_a_backup_of_a_bucket_is_a_file_that_a_bucket_takes_back(moved, lake, tmp_path):
    """What runs need in an emergency: without the bucket the copy opens, and it fills another one."""
    copy = tmp_path / "copy.duckdb"
    counts = journey.backup(moved, DAY, copy).counts
    assert counts["versions"] == 6 and journey.restore(lake, DAY, copy).counts == counts
    assert journey.ask(lake, "SELECT count(DISTINCT text_hash), count(*) FROM versions").rows == [(6, 6)]
    with journey.reading(moved) as here:
        assert here.size() > 1000


def test_objects_are_joined_and_deleted_when_their_time_is_over(lake):
    """Small batches become one object; what earlier states had is deleted with them, as is what a killed run left; what another
    may be writing, and what is no table's, stays."""
    before = holds(lake)
    write(lake, MANY, MANY, MANY)
    made = set(holds(lake)) - set(before)
    assert len(made) == 3
    left = f"{next(iter(made)).rpartition('/')[0]}/ducklake-left.parquet"
    buckets().client.put_object(Bucket=BUCKET, Key=left, Body=b"of a run that was killed")
    rows = journey.ask(lake, COUNT).rows
    tidy(lake, datetime.now(UTC), timedelta(0))
    assert made | {left} <= set(holds(lake))
    tidy(lake, datetime.now(UTC) + timedelta(days=2), timedelta(0))
    assert not (made | {left}) & set(holds(lake)) and len(holds(lake)) < 3
    assert any(name.endswith("README.txt") for name in buckets().names(lake.data))
    assert journey.ask(lake, COUNT).rows == rows


# ---- secrets, and what a stranger may ask ----------------------------------------------------------------------------------


def test_keys_stand_in_no_setting_error_or_log(moved, monkeypatch, capsys, caplog):
    """They are named by their place; wrong, absent or right, nobody reads them in what the program says."""
    config, names = str(moved.db.with_name("writethru.toml")), (buckets().key, buckets().secret)
    assert set(names) <= set(secrets_of(moved, feeds=True)) and not any(name in repr(moved) for name in names)
    assert run(["sql", "SELECT count(*) FROM versions", "--config", config]) == 0
    monkeypatch.setenv(SECRET, "wrong-word")
    assert run(["sql", "SELECT count(*) FROM versions WHERE title <> ''", "--config", config]) == 74
    assert run(["backup", "--config", config]) == 74
    monkeypatch.delenv(SECRET)
    assert run(["sql", "SELECT 1", "--config", config]) == 2
    printed = capsys.readouterr()
    assert all(word not in printed.out + printed.err + caplog.text for word in (*names, "wrong-word"))
    assert "refuses the keys that `[s3]` names" in printed.err and f"{SECRET}: not set, but s3.secret_key" in printed.err


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("endpoint", "https://me:very-secret@host.example"),
        ("endpoint", "host.example"),
        ("endpoint", "https://host.example/path"),
        ("access_key", "very-secret"),
        ("secret_key", "very-secret"),
        ("session_token", "very-secret"),
        ("secret", "very-secret"),
        ("url_style", "other"),
    ],
)
def test_what_does_not_tell_where_storage_is_is_refused_and_no_secret_repeated(tmp_path, key, value):
    """The message names file and key."""
    s3 = {"access_key": "env:A", "secret_key": "file:b"} | {key: value}
    with pytest.raises(ConfigError, match=rf"s3\.{key}: ") as refused:
        settings_of(tmp_path, {"data": "s3://tern-news/x", "s3": s3})
    assert "very-secret" not in str(refused.value)


def test_files_that_settings_of_storage_name_are_relative_to_the_file(tmp_path):
    """As everywhere."""
    s3 = {"access_key": "file:key", "secret_key": "env:B", "certificates": "ours.pem"}
    found = settings_of(tmp_path, {"data": "s3://tern-news/x/", "store": "ducklake:c.ducklake", "s3": s3})
    assert found.s3 and (found.s3.access_key, found.s3.certificates) == (f"file:{tmp_path}/key", tmp_path / "ours.pem")
    assert found.place.data == "s3://tern-news/x"


def test_a_stranger_reaches_no_address_and_no_other_object(moved):
    """Neither the web, nor another server by way of an address' parameters, nor what lies beside the lake: the database itself
    refuses, whatever a query looks like."""
    server, port = buckets().endpoint.removeprefix("http://"), buckets().endpoint.rpartition(":")[2]
    beside = f"{moved.data.removeprefix(f's3://{BUCKET}/')}-2/secret.txt"
    for name in ("secret.txt", f"{PREFIX}/secret.txt", beside):
        buckets().client.put_object(Bucket=BUCKET, Key=name, Body=b"hidden")
    closed = "disabled by configuration"
    asked = {
        f"FROM '{buckets().endpoint}/x.csv'": closed,
        f"FROM read_csv('{buckets().endpoint}/x.csv')": closed,
        "FROM read_text('https://tern.example/x')": closed,
        "FROM read_blob('hf://datasets/tern/x')": closed,
        f"FROM read_text('s3://{BUCKET}/secret.txt')": closed,
        "FROM read_text('s3://other-bucket/secret.txt')": closed,
        f"FROM read_text('{moved.data}-2/secret.txt')": closed,
        f"FROM glob('s3://{BUCKET}/**')": closed,
        f"COPY (SELECT 1) TO 's3://{BUCKET}/x.parquet'": closed,
        f"FROM read_text('{moved.data}/../secret.txt')": "refuses the keys",  # signed for another name than is asked for
        f"FROM read_text('{moved.data}/README.txt?s3_endpoint=localhost:{port}')": "README.txt.s3_endpoint",
        f"SET s3_endpoint = 'localhost:{port}'": "locked",
        "SET s3_url_compatibility_mode = false": "locked",
    }
    before = len(buckets().asked)
    with journey.reading(moved) as store:
        store.lock_down()
        for sql, refused in asked.items():
            with pytest.raises((QueryError, StoreError), match=refused):
                store.ask(sql)
            with suppress(duckdb.Error):  # of a question that failed
                store.con.execute("ROLLBACK")
        assert store.ask(f"SELECT content FROM read_text('{moved.data}/README.txt')").rows  # the way is open to the lake alone
    assert {host for _, _, host in buckets().asked[before:]} <= {server}
    with pytest.raises(QueryError, match="cannot be used here"):
        journey.ask(moved, "FROM duckdb_secrets()")


# ---- when storage is away, refuses, is full, or is not there ---------------------------------------------------------------


def test_a_lake_that_cannot_have_its_place_is_not_made(tmp_path):
    """It says what is wrong, and the catalog notes no wrong name, so that it can be made when that is mended."""
    place = store_settings(tmp_path, "s3")
    wrong = [
        (place | {"data": "s3://no-such-bucket/x"}, "refuses the keys|there is no such bucket"),
        (place | {"s3": place["s3"] | {"endpoint": "http://127.0.0.1:1"}}, "does not answer"),
        (place | {"data": f"s3://{BUCKET}/taken"}, "there are Parquet files already"),
    ]
    buckets().client.put_object(Bucket=BUCKET, Key="taken/record/hold/x.parquet", Body=b"another's")
    for settings, told in wrong:
        with pytest.raises(StoreError, match=told):
            write(settings_of(tmp_path, settings), HOLD)
    assert not engine_of(settings_of(tmp_path, place).place).exists()


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("503 Slow Down", "does not answer"),
        ("507 Insufficient Storage", "is full"),
    ],
)
def test_storage_that_fails_in_the_middle_costs_a_run_and_no_row(lake, status, told):
    """What was committed is there, what was not is not, nor any object of it; the same again works when storage does."""
    [(rows,)] = journey.ask(lake, COUNT).rows
    before = buckets().names(lake.data)
    with (
        buckets().fails(lambda method, path: status if path.endswith(".parquet") and method == "PUT" else None),
        pytest.raises(StoreError, match=told),
    ):
        write(lake, HOLD, MANY)
    assert journey.ask(lake, COUNT).rows == [(rows + 1,)]
    assert buckets().names(lake.data) == before


def test_an_object_that_is_missing_is_told_with_its_name(lake, capsys):
    """Someone deleted it by hand: no bug of the program's, and no empty table."""
    before = holds(lake)
    write(lake, MANY)
    [name] = set(holds(lake)) - set(before)
    client, place = buckets().client, {"Bucket": BUCKET, "Key": name}
    kept = client.get_object(**place)["Body"].read()
    client.delete_object(**place)
    assert run(["sql", "SELECT max(host) FROM record.hold", "--config", str(lake.db.with_name("writethru.toml"))]) == 74
    told = capsys.readouterr().err
    assert "an object of the lake is missing" in told and name in told
    client.put_object(**place, Body=kept)


def test_a_certificate_must_be_known(lake, tmp_path):
    """TLS is checked; a file of one's own certificates is enough."""
    from cryptography.hazmat.primitives import serialization
    from werkzeug.serving import generate_adhoc_ssl_pair

    certificate, key = generate_adhoc_ssl_pair("localhost")
    public = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "server.pem").write_bytes(private + public)
    (tmp_path / "ours.pem").write_bytes(public)
    write(lake, MANY)
    assert lake.s3 and lake.store and lake.data
    secure = buckets().settings(f"https://localhost:{buckets().serve(tmp_path / 'server.pem')}")
    place = {"store": lake.store, "data": lake.data, "store_password": f"env:{PASSWORD}", "s3": secure}
    asked = "SELECT max(host) FROM record.hold"
    with pytest.raises(StoreError, match="does not answer"):
        journey.ask(settings_of(tmp_path / "unknown", place), asked)
    known = settings_of(tmp_path / "known", place | {"s3": secure | {"certificates": str(tmp_path / "ours.pem")}})
    assert journey.ask(known, asked).rows == [("tern.example",)]
