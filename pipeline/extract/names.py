"""What stands on a document to say how it was read."""

from importlib.metadata import version

EXTRACTOR = f"page/1+trafilatura/{version('trafilatura')}"
IMPORT_EXTRACTOR = "import/1"  # a record that brought its own text
FEED_EXTRACTOR = "feed/1"  # a record or a feed's item without any body: only headline and summary
