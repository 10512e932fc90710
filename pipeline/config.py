"""Settings, and the feeds and stories that a person asked for. The only reader of the environment.

Order, later wins: defaults, `writethru.toml`, `WRITETHRU_*` environment variables (`WRITETHRU_FETCH__TOTAL_TIMEOUT`), options
of the command line. Paths in the file are relative to the file. A mistake ends in a `ConfigError` with file, key and value.
"""

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from pipeline.errors import ConfigError
from pipeline.model import Aspect, ChangeKind, Feed, Watch

FILE_NAME = "writethru.toml"
PREFIX = "WRITETHRU_"
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|m|min|h|d|w)\s*")
_UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CREDENTIALS = re.compile(r"//[^/\s@]*@|password\s*=\s*('[^']*'|\S+)", re.IGNORECASE)
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_REFERENCE = r"^(env:\w+|file:.+)$"  # where a secret is
_LAKE = re.compile(r"ducklake:(?:(postgres):)?(?:(sqlite):)?(.+)", re.DOTALL)
_MESSAGES = {"extra_forbidden": "unknown key", "missing": "is missing"}
SECRETS = ("access_key", "secret_key", "session_token")  # of object storage
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def parse_duration(value: object) -> object:
    """`15m`, `2h`, `1d` as a timedelta; anything else is left for the type to refuse."""
    if isinstance(value, str) and (m := _DURATION.fullmatch(value.lower())):
        try:
            return timedelta(**{_UNITS[m[2]]: float(m[1])})
        except OverflowError:
            raise ValueError("longer than time is counted") from None
    if isinstance(value, str):
        raise ValueError("not a duration; write it as 30s, 15m, 2h or 1d")
    return value


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]


class Strict(BaseModel):
    """A table of a file: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FetchConfig(Strict):
    """`[fetch]`: how politely and how patiently."""

    per_host_delay: float = Field(1.0, ge=0, description="seconds between two requests to one host")
    total_timeout: float = Field(30.0, gt=0, description="seconds for one whole exchange, redirects included")
    max_bytes: int = Field(5_000_000, gt=0, description="largest page after decoding")
    max_feed_bytes: int = Field(10_000_000, gt=0, description="largest feed after decoding")
    user_agent: str = "Writethru/0.1 (news change tracking; contact: set fetch.user_agent)"
    allow_private_hosts: bool = Field(False, description="fetch from loopback and private addresses too")
    concurrency: int = Field(50, gt=0, description="requests in flight over all hosts")
    retries: int = Field(2, ge=0)
    robots: bool = Field(True, description="obey robots.txt")
    feed_every: Duration = Field(timedelta(minutes=15), description="for feeds without `every`")


class RecheckConfig(Strict):
    """`[recheck]`: when an article is read again, by its age."""

    first_day: tuple[Duration, ...] = tuple(timedelta(minutes=m) for m in (15, 30, 60, 120, 240, 480, 960, 1440))
    daily_until: Duration = timedelta(days=7)
    weekly_until: Duration = timedelta(days=30)
    then: Duration = timedelta(days=30)


class KeepConfig(Strict):
    """`[keep]`: for how long. Versions, edits and what people decided are kept for ever."""

    backups: Duration = Field(timedelta(days=30), description="dated copies beside the store; the newest always stays")
    responses: Duration | None = Field(None, description="archived responses; for ever if not given")
    history: Duration | None = Field(None, description="earlier states of a lake; for ever if not given")


class LeaseConfig(Strict):
    """`[lease]`: after what a run that holds the store is taken for one that hangs."""

    silent: Duration = Field(timedelta(minutes=5), gt=timedelta(0), description="without a sign of life of its process")
    idle: Duration = Field(timedelta(hours=1), gt=timedelta(0), description="without getting on: then it gives no more signs")


class LogConfig(Strict):
    """`[log]`: a line an event, for whoever watches a program that runs by itself."""

    form: Literal["json", "text"] | None = Field(None, description="on standard error, unless a file is named")
    file: Path | None = Field(None, description="in place of standard error")
    level: Literal["debug", "info", "warning", "error"] = "info"
    size: int = Field(10_000_000, gt=0, description="bytes of the file, from which on it is put aside")
    keep: int = Field(5, ge=1, description="files put aside that are kept")


class NotifyEntry(Strict):
    """One `[[notify]]`: who is told of what, and when. What is not named is not narrowed down."""

    name: str = Field(min_length=1, max_length=80)
    to: str = Field(pattern=r"^[A-Za-z_]\w*$", description="environment variable that holds addresses as Apprise writes them")
    stories: tuple[str, ...] = Field((), description="slugs")
    aspects: tuple[str, ...] = ()
    kinds: tuple[ChangeKind, ...] = ()
    outlets: tuple[str, ...] = ()
    changes: bool = Field(True, description="lines of the change log")
    silent_edits: bool = Field(False, description="edits that bear meaning and carry no note")
    warnings: bool = Field(False, description="what `writethru status` warns of")
    every: Duration | None = Field(None, description="a digest so often; at once if not given")
    most: int = Field(40, gt=0, description="things in one message")


class ObjectsConfig(Strict):
    """`[s3]`: the object storage that holds a lake's files if `data` is `s3://BUCKET/PREFIX`. Keys are named by their place."""

    endpoint: str | None = Field(None, description="https://HOST[:PORT], or http:// without TLS; Amazon's own if not given")
    region: str = Field("us-east-1", pattern=r"^[A-Za-z0-9-]+$")
    url_style: Literal["path", "vhost"] = Field("path", description="the bucket in the path, or in the name of the host")
    access_key: str = Field(pattern=_REFERENCE, description="where the key's name is: env:NAME or file:PATH")
    secret_key: str = Field(pattern=_REFERENCE, description="where the key is")
    session_token: str | None = Field(None, pattern=_REFERENCE, description="of keys that hold for a time: where it is")
    certificates: Path | None = Field(None, description="file of trusted certificates, in place of the system's")

    @field_validator("endpoint")
    @classmethod
    def plain_host(cls, endpoint: str | None) -> str | None:
        if endpoint is not None and not re.fullmatch(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?/?", endpoint):
            raise ValueError("not a server's address: write https://HOST or https://HOST:PORT, without path or credentials")
        return endpoint.rstrip("/") if endpoint else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lake:
    """A store in a lake: its tables are Parquet files in a folder, and a database, the catalog, tells which of them count."""

    kind: Literal["postgres", "sqlite", "duckdb"]  # of the catalog
    catalog: str  # how PostgreSQL is reached (`host=... dbname=...`), without a password; else the catalog's file
    data: str  # folder of the Parquet files, or s3://BUCKET/PREFIX
    password: str | None = None  # where PostgreSQL's password is: env:NAME or file:PATH
    objects: ObjectsConfig | None = None  # where the bucket is, if the files are in one

    @property
    def name(self) -> str:
        """As settings and messages have it."""
        return f"ducklake:{self.catalog}" if self.kind == "duckdb" else f"ducklake:{self.kind}:{self.catalog}"


Place = Path | Lake  # where a store is


class Settings(BaseSettings):
    """What a run needs to know. All paths are absolute once loaded."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

    db: Path = Path("writethru.duckdb")
    store: str | None = Field(None, description="a lake in place of the file `db`: ducklake:postgres:..., ducklake:sqlite:FILE")
    data: str | None = Field(
        None, description="a lake's Parquet files: a folder, beside `db` if not given, or s3://BUCKET/PREFIX"
    )
    s3: ObjectsConfig | None = Field(None, validate_default=True)
    store_password: str | None = Field(None, pattern=_REFERENCE, description="where a lake's password is")
    feeds: Path = Path("feeds.toml")
    stories: Path = Path("stories.toml")
    reports: Path = Path("reports")
    archive: Path | None = None  # folder of archived responses; beside the store if not given
    snapshot: Path | None = None  # the file that others may open read-only; beside the store if not given
    time_zone: str = Field("UTC", description="in which --since yesterday is meant")
    fetch: FetchConfig = Field(default_factory=lambda: FetchConfig.model_validate({}))
    recheck: RecheckConfig = Field(default_factory=RecheckConfig)
    notify: tuple[NotifyEntry, ...] = ()
    lease: LeaseConfig = Field(default_factory=lambda: LeaseConfig.model_validate({}))
    keep: KeepConfig = Field(default_factory=lambda: KeepConfig.model_validate({}))
    log: LogConfig = Field(default_factory=lambda: LogConfig.model_validate({}))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load_settings` passes in: it merges the sources itself, so that each mistake names its own."""
        return (init_settings,)

    @field_validator("notify")
    @classmethod
    def different_rules(cls, rules: tuple[NotifyEntry, ...]) -> tuple[NotifyEntry, ...]:
        names = [r.name for r in rules]
        if twice := [n for n in names if names.count(n) > 1]:
            raise ValueError(f"two rules are named {twice[0]!r}")
        return rules

    @field_validator("store")
    @classmethod
    def lake_without_secrets(cls, store: str | None) -> str | None:
        if store and not _LAKE.fullmatch(store):
            raise ValueError("not a lake: write it as ducklake:postgres:dbname=... host=..., or ducklake:sqlite:FILE")
        if store and _CREDENTIALS.search(store):
            raise ValueError("a password does not stand here: name its place, store_password = 'env:NAME' or 'file:PATH'")
        return store

    @field_validator("data")
    @classmethod
    def folder_of_files(cls, data: str | None) -> str | None:
        if data is None or "://" not in data:
            return data
        if not _BUCKET.fullmatch(data.rstrip("/")):
            raise ValueError("neither a folder that every machine that uses the lake can reach, nor s3://BUCKET/PREFIX")
        return data.rstrip("/")

    @field_validator("s3")
    @classmethod
    def storage_of_objects(cls, s3: ObjectsConfig | None, info: ValidationInfo) -> ObjectsConfig | None:
        if s3 is None and "://" in (info.data.get("data") or ""):
            raise ValueError("is missing: `data` names a bucket, so the table [s3] must tell where that is, and the keys")
        return s3

    @property
    def place(self) -> Place:
        """Where the store is."""
        data = self.data or str(self.db.with_suffix(".lake"))
        return lake_of(self.store, data, self.store_password, self.s3) if self.store else self.db

    @property
    def place_name(self) -> str:
        """As messages call the store."""
        return self.place.name if isinstance(self.place, Lake) else str(self.place)

    @property
    def archive_folder(self) -> Path:
        return self.archive or self.db.with_suffix(".archive")

    @property
    def snapshot_file(self) -> Path:
        return self.snapshot or self.db.with_suffix(".snapshot.duckdb")


Entry = TypeVar("Entry", bound=Strict)
PATHS = ("db", "feeds", "stories", "reports", "archive", "snapshot")


def lake_of(store: str, data: str, password: str | None, objects: ObjectsConfig | None = None) -> Lake:
    """A lake as the settings name it."""
    found = _LAKE.fullmatch(store)
    assert found, store
    kind: Literal["postgres", "sqlite", "duckdb"] = "postgres" if found[1] else "sqlite" if found[2] else "duckdb"
    return Lake(
        kind=kind, catalog=found[3], data=data, password=password, objects=objects if data.startswith("s3://") else None
    )


def load_settings(file: Path | None = None, overrides: Mapping[str, object] = {}, folder: Path | None = None) -> Settings:
    """The settings for one run. `overrides` are the command line's; `folder` is where to look for a file if none is named."""
    folder = folder or Path.cwd()
    found = file or (folder / FILE_NAME if (folder / FILE_NAME).is_file() else None)
    home = found.resolve().parent if found else folder
    values = _absolute(read_toml(found), home) if found else {}
    environment = _absolute(_from_environment(), folder)
    usual = {p: str(home / Settings.model_fields[p].default) for p in ("db", "feeds", "stories", "reports")}
    values = _merge(_merge(usual, values), environment)
    values = _merge(values, _absolute({k: v for k, v in overrides.items() if v is not None}, folder))
    try:
        return Settings.model_validate(values)
    except ValidationError as e:
        raise _config_error(e, str(found or folder / FILE_NAME), environment) from None


def load_feeds(file: Path) -> tuple[Feed, ...]:
    """The feeds of a feeds.toml, in its order. Twice the same address is a mistake."""
    feeds = [Feed(**f.model_dump()) for f in _read_list(file, "feed", FeedEntry)]
    _unique(file, "feed", "url", [f.url for f in feeds])
    return tuple(feeds)


def load_watches(file: Path) -> tuple[Watch, ...]:
    """The watched stories of a stories.toml, in its order."""
    entries = _read_list(file, "story", StoryEntry)
    _unique(file, "story", "slug", [s.slug for s in entries])
    return tuple(_watch(s) for s in entries)


class FeedEntry(Strict):
    """One `[[feed]]`."""

    url: str
    outlet: str = Field(min_length=1)
    title: str | None = None
    every: Duration | None = None
    secret: str | None = Field(None, description="name of the environment variable that holds the credentials")
    read: Literal["pages", "feed"] = Field("pages", description="where the text comes from: the pages, or the feed itself")

    @field_validator("url")
    @classmethod
    def plain_web_address(cls, url: str) -> str:
        if not re.match(r"https?://[^/\s@]+(/\S*)?$", url):
            raise ValueError("not a plain http(s) address; credentials belong in an environment variable named in `secret`")
        return url


class AspectEntry(Strict):
    """One `[[story.aspect]]`."""

    name: str = Field(min_length=1)
    about: str = ""
    terms: tuple[str, ...] = ()


class StoryEntry(Strict):
    """One `[[story]]`."""

    slug: str
    title: str = Field(min_length=1)
    match: tuple[str, ...] = Field(min_length=1)
    exclude: tuple[str, ...] = ()
    aspect: tuple[AspectEntry, ...] = ()

    @field_validator("slug")
    @classmethod
    def plain_slug(cls, slug: str) -> str:
        if not _SLUG.fullmatch(slug) or len(slug) > 60:
            raise ValueError("not a slug: at most 60 lower-case letters and digits with single hyphens between")
        return slug

    @field_validator("aspect")
    @classmethod
    def different_names(cls, aspects: tuple[AspectEntry, ...]) -> tuple[AspectEntry, ...]:
        names = [a.name for a in aspects]
        if twice := [n for n in names if names.count(n) > 1]:
            raise ValueError(f"two aspects are named {twice[0]!r}")
        return aspects


def password_of(lake: Lake) -> str | None:
    """The password of a lake's catalog from where the settings say it is. Raises ConfigError if nothing is there."""
    return None if lake.password is None else _secret_at(lake.password, "store_password")


def keys_of(objects: ObjectsConfig) -> tuple[str, str, str | None]:
    """Access key, secret key and session token of object storage, from where the settings say they are. Raises ConfigError."""
    token = objects.session_token and _secret_at(objects.session_token, "s3.session_token")
    return _secret_at(objects.access_key, "s3.access_key"), _secret_at(objects.secret_key, "s3.secret_key"), token


def _secret_at(reference: str, setting: str) -> str:
    """What stands at env:NAME or file:PATH. Raises ConfigError if nothing is there."""
    kind, _, name = reference.partition(":")
    if kind == "file":
        try:
            return Path(name).read_text(encoding="utf8").strip()
        except (OSError, UnicodeDecodeError) as e:
            raise ConfigError(name, "", f"cannot be read, but {setting} names it: {type(e).__name__}") from None
    if (value := os.environ.get(name)) is None:
        raise ConfigError("environment", name, f"not set, but {setting} names it")
    return value


def secret_of(feed: Feed) -> str | None:
    """The credentials of a feed from the environment variable that it names. Raises ConfigError if it is not set."""
    if feed.secret is None:
        return None
    if (value := os.environ.get(feed.secret)) is None:
        raise ConfigError("environment", feed.secret, f"not set, but the feed {feed.url} names it as its secret")
    return value


def secrets_of(settings: Settings, *, feeds: bool) -> tuple[str, ...]:
    """What must stand in no text: the addresses of channels, a lake's password and keys, and the credentials of `feeds`, as far
    as they are there. A file of feeds that cannot be read names none: who needs its feeds says what is wrong with it."""
    of_lake = secrets_of_lake(settings.place) if isinstance(settings.place, Lake) else ()
    names = [rule.to for rule in settings.notify]
    if feeds:
        with suppress(ConfigError):
            names += [feed.secret for feed in load_feeds(settings.feeds) if feed.secret]
    parts = [part for name in dict.fromkeys(names) for part in os.environ.get(name, "").split()]
    return (*parts, *of_lake)


def secrets_of_lake(lake: Lake) -> tuple[str, ...]:
    """The password and the keys of a lake, as far as they are there."""
    found: list[str | None] = []
    with suppress(ConfigError):
        found.append(password_of(lake))
    with suppress(ConfigError):
        found += keys_of(lake.objects) if lake.objects else ()
    return tuple(secret for secret in found if secret)


def read_toml(file: Path) -> dict[str, object]:
    """A TOML file as plain values. Raises ConfigError with file and line."""
    try:
        return tomllib.loads(file.read_text(encoding="utf8"))
    except FileNotFoundError:
        raise ConfigError(file, "", "there is no such file. `writethru init` makes one to start from") from None
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigError(file, "", f"cannot be read: {e}") from None
    except tomllib.TOMLDecodeError as e:
        raise ConfigError(file, "", f"is not valid TOML: {e}") from None
    except RecursionError:
        raise ConfigError(file, "", "is nested too deeply") from None


def _watch(s: StoryEntry) -> Watch:
    aspects = tuple(Aspect(name=a.name, about=a.about, terms=a.terms) for a in s.aspect)
    return Watch(slug=s.slug, title=s.title, match=s.match, exclude=s.exclude, aspects=aspects)


def _read_list(file: Path, key: str, kind: type[Entry]) -> list[Entry]:
    table = read_toml(file)
    if unknown := sorted(set(table) - {key}):
        raise ConfigError(file, unknown[0], f"unknown key; this file holds [[{key}]] tables only")
    items = table.get(key, [])
    if not isinstance(items, list):
        raise ConfigError(file, key, f"must be written as [[{key}]], once for each")
    out = []
    for n, item in enumerate(items, 1):
        try:
            out.append(kind.model_validate(item))
        except ValidationError as e:
            raise _config_error(e, str(file), {}, f"{key} {n}") from None
    return out


def _unique(file: Path, key: str, field: str, values: Sequence[str]) -> None:
    for n, value in enumerate(values, 1):
        if value in values[: n - 1]:
            raise ConfigError(file, f"{key} {n}.{field}", "stands twice in this file", value)


def _from_environment() -> dict[str, object]:
    class Environment(Settings):
        pass

    return dict(EnvSettingsSource(Environment, env_prefix=PREFIX, env_nested_delimiter="__")())


def _absolute(values: Mapping[str, object], folder: Path) -> dict[str, object]:
    found: dict[str, object] = {k: _placed(k, v, folder) if isinstance(v, str | Path) else v for k, v in values.items()}
    log = found.get("log")
    if isinstance(log, dict) and log.get("file"):
        found["log"] = {**log, "file": str(folder / str(log["file"]))}
    if isinstance(s3 := found.get("s3"), dict):
        found["s3"] = {k: _placed(k, v, folder) if isinstance(v, str) else v for k, v in s3.items()}
    return found


def _placed(key: str, value: str | Path, folder: Path) -> str:
    """A setting with the path in it, if there is one, made absolute."""
    text = str(value)
    if key in PATHS or (key == "data" and "://" not in text):
        return str(folder / text)
    if key == "store" and (found := _LAKE.fullmatch(text)) and not found[1]:
        return f"{text.removesuffix(found[3])}{folder / found[3]}"
    if key == "certificates":
        return str(folder / text)
    if key in ("store_password", *SECRETS) and text.startswith("file:"):
        return f"file:{folder / text.removeprefix('file:')}"
    return text


def _merge(low: Mapping[str, object], high: Mapping[str, object]) -> dict[str, object]:
    out = dict(low)
    for key, value in high.items():
        mine = out.get(key)
        out[key] = _merge(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
    return out


def _may_be_secret(path: Sequence[str], value: str) -> bool:
    if path == ["data"]:
        return "?" in value
    return path == ["store_password"] or (path[:1] == ["s3"] and path[-1] not in ("endpoint", "region", "url_style"))


def _hidden(credentials: re.Match[str]) -> str:
    return "//***@" if credentials[0].startswith("/") else "password=***"


def _config_error(e: ValidationError, file: str, environment: Mapping[str, object], prefix: str = "") -> ConfigError:
    first = e.errors()[0]
    path = [str(p) for p in first["loc"]]
    value = first["input"] if isinstance(first["input"], str | int | float | bool) else None
    if isinstance(value, str):  # what was written in the wrong place may be a secret itself
        value = None if _may_be_secret(path, value) else _CREDENTIALS.sub(_hidden, value)
    problem = _MESSAGES.get(first["type"], first["msg"].removeprefix("Value error, "))
    inside: object = environment
    for p in path:
        inside = inside.get(p) if isinstance(inside, dict) else None
    if inside is not None:
        return ConfigError("environment", PREFIX + "__".join(path).upper(), problem, value)
    return ConfigError(file, ".".join([*([prefix] if prefix else []), *path]), problem, value)
