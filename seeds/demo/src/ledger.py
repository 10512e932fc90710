"""Claims in time order -> what the story's change log should say: the rules stand in ../README.md, "aspect_changes"."""

from collections import defaultdict
from dataclasses import dataclass, field

from copydesk import CopyError
from press import Record, Seen

Key = tuple[str, str]  # aspect, subject
Said = dict[str, list[str]]  # value -> the words that give it, in the order of the text


@dataclass
class _Ledger:
    known: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))  # values given so far, by anyone
    latest: dict[Key, str] = field(default_factory=dict)  # the words last said
    mine: dict[str, dict[Key, Said]] = field(default_factory=dict)  # what each article says now
    first: dict[tuple[Key, str], tuple[str, str]] = field(default_factory=dict)  # where and when a value came first

    def note_first(self, key: Key, value: str, seen: Seen) -> None:
        """Two articles that are first with a value at one time would leave open which of them the change is."""
        at, url = self.first.setdefault((key, value), (seen.at, seen.url))
        if at == seen.at and url != seen.url:
            raise CopyError(f"{key} = {value} is first given by two articles at {at}: {url} and {seen.url}")


def _said(seen: Seen) -> dict[Key, Said]:
    said: dict[Key, Said] = {}
    for claim, words in seen.claims:
        said.setdefault((claim.aspect, claim.subject), {}).setdefault(claim.value, []).append(words)
    return said


def aspect_changes(observations: list[Seen], corrected: set[tuple[str, str]]) -> list[Record]:
    """The changes of one story. `corrected` holds (url, at) of versions that carry a new correction note."""
    ledger, out = _Ledger(), []
    for seen in observations:
        now = _said(seen)
        for key, values in now.items():
            out += _entries(ledger, seen, key, values, (seen.url, seen.at) in corrected)
        ledger.mine[seen.url] = now
    return out


def _entries(ledger: _Ledger, seen: Seen, key: Key, values: Said, corrected: bool) -> list[Record]:
    """What one version adds on one aspect and subject."""
    before, known = ledger.mine.get(seen.url, {}).get(key, {}), ledger.known[key]
    gone = [words for value, all_words in before.items() if value not in values for words in all_words]
    rows = []
    for value, words in values.items():
        ledger.note_first(key, value, seen)
        fresh = [w for w in words if w not in before.get(value, [])]
        if value not in known:
            rows.append((words[0], "new value" if known else "first value", False))
        elif before and value not in before:
            rows.append((words[0], "correction" if corrected else "catches up", not corrected))
        elif gone and fresh:
            rows.append((fresh[0], "catches up", True))
        known.add(value)
    earlier = gone[0] if gone else ledger.latest.get(key, "")
    told = [words[0] for value, words in values.items() if value not in before]
    if told:
        ledger.latest[key] = told[-1]
    return [_entry(seen, key, earlier, *row) for row in rows]


def _entry(seen: Seen, key: Key, before: str, after: str, note: str, repeat: bool) -> Record:
    entry: Record = {"aspect": key[0], "subject": key[1], "at": seen.at, "url": seen.url, "before": before, "after": after}
    return entry | {"note": note} | ({"repeat": True} if repeat else {})
