"""A page's bytes -> the article that it carries. Reads hostile HTML; decides nothing about edits.

`extract` parses (`markup`), reads what the page says about its article (`metadata`), takes the furniture out (`prune`), cuts
the rest into blocks (`blocks`), chooses those that are the article (`region`) and drops the lines among them that are not text
(`lines`); `documents` takes these steps. Pure and deterministic: the same bytes give the same Document, and so does the same
article in other furniture. The parsers are loaded when there is something to read, not before.
"""

from collections.abc import Mapping

from pipeline.extract.names import EXTRACTOR, FEED_EXTRACTOR, IMPORT_EXTRACTOR
from pipeline.model import Document, Entry

__all__ = ["EXTRACTOR", "FEED_EXTRACTOR", "IMPORT_EXTRACTOR", "document_from_entry", "extract"]


def extract(body: bytes, *, url: str, content_type: str | None = None, headers: Mapping[str, str] | None = None) -> Document:
    """Read the article of a page. `headers` are the response's, names in lower case; the Content-Type may stand there too."""
    from pipeline.extract import documents

    return documents.extract(body, url=url, content_type=content_type, headers=headers)


def document_from_entry(entry: Entry) -> Document:
    """The document that an item of a feed carries by itself: its content, else its summary. For feeds read without pages."""
    from pipeline.extract import documents

    return documents.document_from_entry(entry)
