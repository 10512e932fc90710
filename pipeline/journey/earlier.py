"""What was read or judged before: a look that brings its recorded judgement along, a version's page read once more."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from pipeline.archive import read_archived
from pipeline.errors import StoreError
from pipeline.extract import extract
from pipeline.model import Document, KnownArticle, New, Observation, Quarantined, Reverted, Same, Version, VersionDecision
from pipeline.store import Store
from pipeline.versions import standing, text_hash


class Extractor(Protocol):
    """What reads the article of a page; its name and version stand in what it returns."""

    def __call__(self, body: bytes, *, url: str, headers: Mapping[str, str] | None = None) -> Document: ...


def as_judged(seen: Observation, known: KnownArticle) -> VersionDecision:
    """The decision that was recorded of a look."""
    judged = seen.judged
    assert judged is not None, "only for looks that were judged"
    if judged.kind is not None:
        return Quarantined(kind=judged.kind, reason=judged.reason, text_hash=judged.text_hash)
    if seen.document is None:
        return Same(reason=judged.reason)
    mine = text_hash(standing(seen.document, known))
    version_id = known.seen.get(mine)
    if version_id and known.head and known.head.version_id == version_id:
        return Same(reason="The text that stands.")
    if version_id:
        return Reverted(reason=judged.reason, version_id=version_id)
    return New(reason=judged.reason, text_hash=mine)


def page_reader(store: Store, folder: Path, read: Extractor = extract) -> Callable[[Version], Document | None]:
    """A function that reads a version's archived page with the present extractor; None if its page is not in the archive."""

    def read_again(version: Version) -> Document | None:
        reference = store.archive_of(version.version_id)
        if reference is None:
            return None
        try:
            got = read_archived(folder, reference)
        except StoreError:
            return None
        return read(got.body or b"", url=got.final_url, headers=got.headers)

    return read_again
