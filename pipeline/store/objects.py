"""A lake's files in object storage that speaks S3: how DuckDB reaches it, and what goes wrong there, in words.

DuckDB's extension httpfs does the work. It is let at the lake's own files only: the keys are a secret of DuckDB that holds for
their prefix and nothing wider, and an address cannot lead to another server. (`enable_global_s3_configuration` must stay as it
is: switched off, it switches off what keeps addresses from doing so.)
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import duckdb

from pipeline.config import Lake, ObjectsConfig, keys_of
from pipeline.errors import StoreError
from pipeline.store.database import first_line, quoted

EXTENSION = "httpfs"
SETTINGS = {
    "s3_url_compatibility_mode": "true",  # else `s3://BUCKET/KEY?s3_endpoint=HOST` in a stranger's query asks any server
    "enable_server_cert_verification": "true",
    "enable_curl_server_cert_verification": "true",
}
ABOUT = "These are the files of a lake of Writethru. Its catalog tells which of them count: delete none by hand."
_OURS = re.compile(r"\bHTTP\b|s3://")
_AWAY = re.compile(
    r"could not (?:connect|resolve)|SSL|time-?out|timed out|connection|server error|HTTP(?: code)? 5\d\d|SlowDown",
    re.IGNORECASE,
)
_REFUSED = re.compile(r"HTTP(?: code)? 40[13]|AccessDenied|SignatureDoesNotMatch|InvalidAccessKeyId|Authentication Failure")
_FULL = re.compile(r"HTTP(?: code)? 507|StorageFull|QuotaExceeded|EntityTooLarge")
_NO_BUCKET = re.compile(r"NoSuchBucket|PUT.{0,300}HTTP(?: code)? 404|HTTP code 404", re.DOTALL)
_MISSING = re.compile(r"HTTP(?: code)? 404|NoSuchKey")
_AGAIN = "What was committed is kept. Then run the same command again"


def prepare(con: duckdb.DuckDBPyConnection, objects: ObjectsConfig) -> None:
    """Settle, for all that a connection does, how storage is spoken to. The extension is loaded."""
    for name, value in SETTINGS.items():
        con.execute(f"SET GLOBAL {name} = {value}")
    if objects.certificates is not None:
        con.execute(f"SET GLOBAL ca_cert_file = {quoted(str(objects.certificates))}")


def tell_keys(con: duckdb.DuckDBPyConnection, lake: Lake, secret: str) -> None:
    """Hand over the keys, for the lake's own prefix. Asked for anew at each opening: they may have become others."""
    assert lake.objects
    given = {name: value for name, value in _secret(lake.objects).items() if value is not None}
    told = ", ".join(f"{name} {quoted(value)}" for name, value in given.items())
    con.execute(f"CREATE OR REPLACE TEMPORARY SECRET {secret} (TYPE s3, PROVIDER config, {told}, SCOPE {quoted(folder(lake))})")


def _secret(objects: ObjectsConfig) -> dict[str, str | None]:
    key, secret, token = keys_of(objects)
    scheme, _, host = (objects.endpoint or "").rpartition("://")
    return {
        "KEY_ID": key,
        "SECRET": secret,
        "SESSION_TOKEN": token,
        "REGION": objects.region,
        "URL_STYLE": objects.url_style,
        "ENDPOINT": host or None,
        "USE_SSL": "false" if scheme == "http" else "true",
    }


def folder(lake: Lake) -> str:
    """The prefix of all names, so that `s3://BUCKET/NEWS` does not let into `s3://BUCKET/NEWS-2`."""
    return lake.data.rstrip("/") + "/"


def claim(con: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Before a lake is made: that nothing else lies at its place, and that it can be listed, read and written.

    Raises StoreError if there is something; duckdb.Error if the storage does not answer, or refuses.
    """
    with listing(con):
        found = con.execute(f"SELECT true FROM glob({quoted(folder(lake) + '**/*.parquet')}) LIMIT 1").fetchall()
    if found:
        raise StoreError(f"{lake.data}: there are Parquet files already. A lake has a place of its own: name an empty one")
    about = folder(lake) + "README.txt"
    con.execute(f"COPY (SELECT {quoted(ABOUT)}) TO {quoted(about)} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '')")


@contextmanager
def listing(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Inside, names with `*` list objects: switched off together with parameters in addresses. Not for a stranger's query."""
    con.execute("SET GLOBAL s3_url_compatibility_mode = false")
    try:
        yield
    finally:
        con.execute("SET GLOBAL s3_url_compatibility_mode = true")


def trouble(lake: Lake, error: BaseException, secrets: Iterable[str]) -> StoreError | None:
    """What happened to the storage, if that is what an error of DuckDB tells; None if it is about something else."""
    text = str(error)
    if lake.objects is None or not isinstance(error, duckdb.Error | RuntimeError) or not _OURS.search(text):
        return None
    if (advice := _advice(text)) is None:
        return None
    said = first_line(error)
    for secret in secrets:
        said = said.replace(secret, "***")
    return StoreError(f"{lake.data}: {advice[0]} ({said}). {advice[1]}")


def _advice(text: str) -> tuple[str, str] | None:
    """What happened, and what to do."""
    if _FULL.search(text):
        return "the object storage is full", f"Free some space. {_AGAIN}"
    if _REFUSED.search(text):
        needed = "They must be allowed to list, read, write and delete under this prefix; the clock must be right, too"
        return "the object storage refuses the keys that `[s3]` names", needed
    if _NO_BUCKET.search(text):
        return "there is no such bucket", "Make it, or name another in `data`"
    if _MISSING.search(text):
        return "an object of the lake is missing", "Was it deleted by hand? To go on from a backup: writethru restore FILE"
    if _AWAY.search(text):
        return "the object storage does not answer", f"Look after `[s3] endpoint`. {_AGAIN}"
    return None
