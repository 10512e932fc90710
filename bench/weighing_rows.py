"""What the weights of `pipeline/claims/weigh.py` are fitted to: sentences of labelled stories with their signs and labels.

A story is read by the ledger as it is at run time, once for each wording of its aspects, and once more for parts of them. Each
new sentence whose figures went to no aspect becomes a row: the signs by aspect as `weigh` filled them, and the aspects that it
is labelled to tell on. A sentence that repeats within NEAR what is labelled elsewhere is neither right nor wrong: left out.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]
sys.path.append(str(ROOT / "tests"))  # last: some files there have names that others have, too

from stories.build import build, read_watch  # noqa: E402 - found once the folders are on the path

from pipeline.changes import Ledger  # noqa: E402
from pipeline.changes import ledger as ledgers  # noqa: E402
from pipeline.changes.judge import Judge  # noqa: E402
from pipeline.claims.lexicon import stem, stop_stems  # noqa: E402
from pipeline.model import Report, Watch  # noqa: E402
from pipeline.urls import canonical  # noqa: E402

NEAR = timedelta(hours=36)  # within which a repetition is as good as the first telling
HERE, ELSEWHERE = 0.6, 0.75  # share of a label's words that a sentence holds in the labelled article, in another
PARTS = 3
TRANSIENT = "transient"  # how the note of a page begins that was there in an article's place for a while


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence: the signs of each aspect that it was weighed for, and which of these are right (none = it tells nothing)."""

    text: str
    signs: tuple[Mapping[str, float], ...]
    right: tuple[int, ...]
    whole: bool = True  # read with all aspects of its story


@dataclass(frozen=True, slots=True)
class Weighing:
    """A weighed sentence before it is labelled."""

    url: str
    at: datetime
    text: str
    around: str  # with the sentences that go on with it
    signs: Mapping[int, Mapping[str, float]]  # by the aspect's place in the watch


@dataclass(frozen=True, slots=True)
class Label:
    """A change that a story's gold holds."""

    aspect: str
    url: str
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Story:
    """A labelled story."""

    wordings: tuple[Watch, ...]  # as given first
    reports: tuple[Report, ...]
    labels: tuple[Label, ...]


# ---- stories ---------------------------------------------------------------------------------------------------------------


def read_story(folder: Path, rewordings: Path) -> Story:
    """The story of a folder: built if it has a source, else read from its files. Raises OSError, KeyError, ValueError."""
    files = (folder / "observations.jsonl", folder / "gold.json")
    built = (folder / "story.txt").is_file()
    observations, gold = build(folder) if built else tuple(f.read_text(encoding="utf8") for f in files)
    watch, marked = read_watch(folder), json.loads(gold)
    rows = [json.loads(line) for line in observations.splitlines()]
    labels = tuple(
        Label(c["aspect"], _url(c["url"]), datetime.fromisoformat(c["at"]), c["after"]) for c in marked["aspect_changes"]
    )
    return Story(reworded(watch, rewordings), tuple(reports(rows, marked, watch.slug)), labels)


def reworded(watch: Watch, path: Path) -> tuple[Watch, ...]:
    """The watch as given and with each rewording of its aspects."""
    rows = tomllib.loads(path.read_text(encoding="utf8"))["wording"]
    return (watch, *(replace(watch, aspects=tuple(replace(a, about=row[a.name]) for a in watch.aspects)) for row in rows))


def reports(rows: list[dict], gold: dict, slug: str) -> list[Report]:
    """The versions of the story's articles in time order, without pages that stood in an article's place for a while."""
    members = {_url(u) for u in gold["stories"][slug]}
    passing = {(_url(e["url"]), e["to_at"]) for e in gold["edits"] if e.get("note", "").startswith(TRANSIENT)}
    last: dict[str, tuple[str, ...]] = {}
    found = []
    for row in rows:
        url, text = _url(row["url"]), (row["title"], *row["paragraphs"])
        if url in members and (url, row["at"]) not in passing and last.get(url) != text:
            last[url] = text
            found.append(_report(row, url))
    return sorted(found, key=lambda r: (r.seen_at, r.url))


def _report(row: dict, url: str) -> Report:
    return Report(
        article_id=url,
        version_id=f"{url} {row['at']}",
        url=url,
        outlet=row["outlet"],
        seen_at=datetime.fromisoformat(row["at"]),
        headline=row["title"],
        paragraphs=tuple(row["paragraphs"]),
        published_at=datetime.fromisoformat(row["published"]) if row.get("published") else None,
        language="en",
    )


def _url(url: str) -> str:
    return canonical(url) or url


def parts(watch: Watch) -> Iterator[Watch]:
    """The watch with a third of its aspects, three times, and with a single one, twice."""
    aspects = watch.aspects
    for n in range(PARTS):
        yield replace(watch, aspects=aspects[n::PARTS])
    for n in (1, len(aspects) // 2):
        yield replace(watch, aspects=(aspects[n],))


# ---- what the program makes of them ----------------------------------------------------------------------------------------


def weighings(watch: Watch, rows: tuple[Report, ...]) -> list[Weighing]:
    """Every new sentence that the ledger weighed and of which no figure went to an aspect, headlines aside."""
    heard: list[Weighing] = []

    class Listening(Judge):
        """The program's judge; what it weighed is kept."""

        weighed = ()

        def _aspect(self, reading, fits, weighed, *rest):
            self.weighed = weighed
            return super()._aspect(reading, fits, weighed, *rest)

        def _judge_one(self, reading, place):
            findings = super()._judge_one(reading, place)
            new = reading.was is None and reading.unit.paragraph >= 0
            if new and self.weighed and not any(f.key for f in findings):
                signs = {w.fit.aspect: w.signs for w in sorted(self.weighed, key=lambda w: w.fit.aspect)}
                report, text = place.page.report, reading.unit.text
                heard.append(Weighing(report.url, report.seen_at, text, reading.evidence or text, signs))
            return findings

    with patch.object(ledgers, "Judge", Listening):
        ledger = Ledger(watch)
        for report in rows:
            ledger.read(report)
    return heard


def rows_of(story: Story) -> list[Row]:
    """The rows of a story by all its wordings, and by parts of its aspects as given."""
    given = story.wordings[0]
    whole = [row for watch in story.wordings for row in _labelled(watch, story, True)]
    return whole + [row for watch in parts(given) for row in _labelled(watch, story, False)]


def _labelled(watch: Watch, story: Story, whole: bool) -> Iterator[Row]:
    names = [a.name for a in watch.aspects]
    for said in weighings(watch, story.reports):
        near = [x for x in story.labels if x.aspect in names and abs(x.at - said.at) <= NEAR]
        told = {names.index(x.aspect) for x in near if tells(said, x)}
        right = tuple(i for i, aspect in enumerate(said.signs) if aspect in told)
        if right or not (told or any(repeats(said, x) for x in near)):
            yield Row(said.text, tuple(said.signs.values()), right, whole)


def tells(said: Weighing, label: Label) -> bool:
    """Whether a sentence is the one that a label means."""
    return said.url == label.url and said.at == label.at and holds(said.text, label.words, HERE)


def repeats(said: Weighing, label: Label) -> bool:
    """Whether a sentence holds what is labelled at another place."""
    return holds(said.around, label.words, HERE if said.url == label.url else ELSEWHERE)


def holds(text: str, words: str, least: float) -> bool:
    """Whether a text has all figures of the words, and this share of the words that tell something."""
    need, have = _tokens(words), _tokens(text)
    telling = [w for w in need if w not in stop_stems()] or need
    figures = {w for w in need if w[0].isdigit()}
    return figures <= set(have) and sum(w in set(have) for w in telling) >= least * len(telling)


def _tokens(text: str) -> list[str]:
    plain = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text.lower().replace("’", "'"))
    return [stem(w) for w in re.findall(r"[a-z0-9]+(?:[.,'][a-z0-9]+)*%?", plain)]
