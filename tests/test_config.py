"""Settings, feeds and stories files: what is read, and how a mistake is named."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.config import Lake, load_feeds, load_settings, load_watches, secret_of
from pipeline.errors import ConfigError
from pipeline.model import Feed

SEEDS = Path(__file__).parents[1] / "seeds"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf8")
    return path


def test_paths_are_relative_to_the_file_that_names_them(tmp_path):
    """A settings file may be used from any working folder."""
    (tmp_path / "a").mkdir()
    file = write(tmp_path / "a", "writethru.toml", 'db = "data/store.duckdb"\n')
    settings = load_settings(file, folder=tmp_path)
    assert settings.db == tmp_path / "a" / "data" / "store.duckdb"
    assert settings.feeds == tmp_path / "a" / "feeds.toml"


def test_environment_overrides_file_and_options_override_both(tmp_path, monkeypatch):
    """The order of the sources is file, environment, command line."""
    file = write(tmp_path, "writethru.toml", "[fetch]\nretries = 1\nconcurrency = 3\n")
    monkeypatch.setenv("WRITETHRU_FETCH__RETRIES", "4")
    monkeypatch.setenv("WRITETHRU_DB", "other.duckdb")
    settings = load_settings(file, folder=tmp_path)
    assert (settings.fetch.retries, settings.fetch.concurrency) == (4, 3)
    assert settings.db == tmp_path / "other.duckdb"
    assert load_settings(file, {"db": tmp_path / "third.duckdb"}, tmp_path).db == tmp_path / "third.duckdb"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[fetch]\ntotal_timeout = -5", ["fetch.total_timeout", "-5"]),
        ("nonsense = 1", ["nonsense", "unknown key", "1"]),
        ('[recheck]\nthen = "soon"', ["recheck.then", "soon"]),
        ("db = ", ["not valid TOML"]),
    ],
)
def test_a_mistake_in_the_settings_names_file_key_and_value(tmp_path, text, named):
    """What a person must mend stands in the message."""
    file = write(tmp_path, "writethru.toml", text)
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    assert caught.value.exit_code == 2
    assert all(part in str(caught.value) for part in [str(file), *named])


def test_a_mistake_in_the_environment_names_the_variable(tmp_path, monkeypatch):
    """A wrong variable is not blamed on the file."""
    monkeypatch.setenv("WRITETHRU_FETCH__RETRIES", "many")
    with pytest.raises(ConfigError, match=r"environment: WRITETHRU_FETCH__RETRIES.*many"):
        load_settings(folder=tmp_path)


def test_a_settings_file_that_is_named_must_exist(tmp_path):
    """A missing file is an error when it was asked for, and defaults when it was not."""
    with pytest.raises(ConfigError, match="no such file"):
        load_settings(tmp_path / "gone.toml")
    assert load_settings(folder=tmp_path).db == tmp_path / "writethru.duckdb"


def test_feeds_are_read_with_their_options(tmp_path):
    """url and outlet are needed, the rest may be given."""
    file = write(
        tmp_path, "feeds.toml", '[[feed]]\nurl = "https://a.example/f"\noutlet = "A"\nevery = "30m"\nsecret = "A_KEY"\n'
    )
    assert load_feeds(file) == (Feed(url="https://a.example/f", outlet="A", every=timedelta(minutes=30), secret="A_KEY"),)


@pytest.mark.parametrize("name", ["feeds.toml", "stories.toml"])
def test_an_empty_file_is_a_valid_one(tmp_path, name):
    """Nothing to watch is not a mistake."""
    file = write(tmp_path, name, "")
    assert (load_feeds if name == "feeds.toml" else load_watches)(file) == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[[feed]]\nurl = "https://a.example/f"', ["feed 1.outlet", "is missing"]),
        ('[[feed]]\nurl = "ftp://a.example/f"\noutlet = "A"', ["feed 1.url", "ftp://a.example/f"]),
        ('[[feed]]\nurl = "https://a.example/f"\noutlet = "A"\nevery = "often"', ["feed 1.every", "often"]),
        ('[[feed]]\nurl = "https://a.example/f"\noutlet = "A"\n' * 2, ["feed 2.url", "twice"]),
        ('[[feeds]]\nurl = "x"', ["feeds", "unknown key"]),
        ('feed = "x"', ["feed", "[[feed]]"]),
    ],
)
def test_a_mistake_in_the_feeds_names_file_entry_and_key(tmp_path, text, named):
    """Which of many feeds is wrong stands in the message."""
    file = write(tmp_path, "feeds.toml", text)
    with pytest.raises(ConfigError) as caught:
        load_feeds(file)
    assert all(part in str(caught.value) for part in [str(file), *named])


def test_credentials_in_a_feed_address_are_refused_and_not_repeated(tmp_path):
    """A password belongs in the environment, and an error message must not spread it."""
    file = write(tmp_path, "feeds.toml", '[[feed]]\nurl = "https://user:s3cret@a.example/f"\noutlet = "A"')
    with pytest.raises(ConfigError, match="environment variable") as caught:
        load_feeds(file)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[[story]]\nslug = "Bad Slug"\ntitle = "T"\nmatch = ["x"]', ["story 1.slug", "Bad Slug"]),
        ('[[story]]\nslug = "s"\ntitle = "T"\nmatch = []', ["story 1.match"]),
        (
            '[[story]]\nslug = "s"\ntitle = "T"\nmatch = ["x"]\n[[story.aspect]]\nname = "a"\n[[story.aspect]]\nname = "a"',
            ["aspect", "'a'"],
        ),
        ('[[story]]\nslug = "s"\ntitle = "T"\nmatch = ["x"]\n' * 2, ["story 2.slug", "twice"]),
    ],
)
def test_a_mistake_in_the_stories_names_file_entry_and_key(tmp_path, text, named):
    """Which of many stories is wrong stands in the message."""
    file = write(tmp_path, "stories.toml", text)
    with pytest.raises(ConfigError) as caught:
        load_watches(file)
    assert all(part in str(caught.value) for part in [str(file), *named])


def test_a_secret_comes_from_the_environment(monkeypatch):
    """The file names the variable; a variable that is not set is a mistake that names it."""
    feed = Feed(url="https://a.example/f", outlet="A", secret="A_FEED_KEY")
    with pytest.raises(ConfigError, match="A_FEED_KEY"):
        secret_of(feed)
    monkeypatch.setenv("A_FEED_KEY", "user:pass")
    assert secret_of(feed) == "user:pass"


def test_the_seeds_are_valid():
    """What `init` writes can be loaded as it is."""
    watches = load_watches(SEEDS / "stories.toml")
    assert len(watches) == 3 and all(w.aspects for w in watches)


def test_a_lake_is_named_by_its_catalog_and_a_folder(tmp_path):
    """Paths are relative to the file, as everywhere; a file that is named on the command line is the store, no lake."""
    (tmp_path / "writethru.toml").write_text('store = "ducklake:sqlite:lake.sqlite"\ndata = "rows"\n', encoding="utf8")
    settings = load_settings(tmp_path / "writethru.toml")
    assert settings.place == Lake(kind="sqlite", catalog=str(tmp_path / "lake.sqlite"), data=str(tmp_path / "rows"))
    assert settings.place_name == f"ducklake:sqlite:{tmp_path}/lake.sqlite"
    assert load_settings(tmp_path / "writethru.toml", {"db": "a.duckdb", "store": ""}).place == Path.cwd() / "a.duckdb"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('store = "duckdb.db"', "store"),
        ('store = "ducklake:"', "store"),
        ('data = "gs://bucket/x"', "data"),
        ('data = "s3://bucket/../x"', "data"),
        ('data = "s3://bucket/x?s3_endpoint=very-secret"', "data"),
        ('data = "s3://bucket/x"', "s3"),
        ('store_password = "very-secret"', "store_password"),
    ],
)
def test_what_is_no_lake_is_refused_by_key(tmp_path, text, key):
    """The message names file and key, and repeats no password that stands in the wrong place."""
    (tmp_path / "writethru.toml").write_text(text + "\n", encoding="utf8")
    with pytest.raises(ConfigError, match=f": {key}: ") as refused:
        load_settings(tmp_path / "writethru.toml")
    assert "very-secret" not in str(refused.value)
