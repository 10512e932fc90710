"""Numbers beside the texts by which rows are looked up: a scan for a number costs a sixth of one for a text.

`sql/migrations/0004_keys.sql` makes the same numbers of rows that were there before, and a check of `sql/checks` compares them.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

Row = Mapping[str, Any]  # a row of a table: what a database column holds has no static type


def id_key(identifier: str) -> int:
    """An id's number: its 16 hex digits, so that two ids of one kind never share it."""
    return int(identifier[-16:], 16)


def text_key(text: str | None) -> int | None:
    """Another text's number: the first 64 bits of its SHA-256."""
    return int(hashlib.sha256(text.encode("utf8", "replace")).hexdigest()[:16], 16) if text is not None else None


def last_part(url: str) -> str:
    """What names an article in its address: the last part of the path."""
    return url.partition("?")[0].rstrip("/").rpartition("/")[2]


# table -> column -> how it is made of a row
KEYS: Mapping[str, Mapping[str, Callable[[Row], int | None]]] = {
    "record.item": {"feed_key": lambda r: id_key(r["feed_id"])},
    "record.alias": {"url_key": lambda r: text_key(r["url"])},
    "record.article": {
        "article_key": lambda r: id_key(r["article_id"]),
        "guid_key": lambda r: text_key(r["guid"]),
        "name_key": lambda r: text_key(last_part(r["url"])),
    },
    "record.version": {
        "article_key": lambda r: id_key(r["article_id"]),
        "version_key": lambda r: id_key(r["version_id"]),
    },
    "record.appearance": {"article_key": lambda r: id_key(r["article_id"])},
    "record.paragraph": {"outlet_key": lambda r: text_key(r["outlet"])},
}
# (table, column that names a row) -> the number to find the row by
MATCHED: Mapping[tuple[str, str], str] = {
    ("record.alias", "url"): "url_key",
    ("record.article", "article_id"): "article_key",
    ("record.version", "version_id"): "version_key",
}
