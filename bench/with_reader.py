"""The peer of bench/ingest.py: lemon24/reader over the same feeds, in a process of its own and under its own Python.

Reads one JSON line a request from standard input, `{"db": FILE, "feeds": [URL, ...]}`, makes one pass over the feeds with
`update_feeds(scheduled=False)` and answers with one JSON line: CPU seconds of this process and what the pass found.
"""

import json
import sys
import time

import reader


def one_pass(db: str, feeds: list[str]) -> dict[str, object]:
    """One pass; new feeds are added first, which is not measured."""
    store = reader.make_reader(db)
    known = {feed.url for feed in store.get_feeds()}
    for url in feeds:
        if url not in known:
            store.add_feed(url)
    started = time.process_time()
    store.update_feeds(scheduled=False)
    cpu = time.process_time() - started
    found = {"cpu": cpu, "entries": store.get_entry_counts().total, "version": reader.__version__}
    store.close()
    return found


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(one_pass(asked["db"], asked["feeds"])), flush=True)


if __name__ == "__main__":
    main()
