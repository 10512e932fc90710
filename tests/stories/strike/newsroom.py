"""Builds two golden stories of a whole newsroom: python tests/stories/strike/newsroom.py [strike|outbreak ...].

Writes observations.jsonl and gold.json beside the source, copy.txt (the watched story) and others.txt (the rest of the days).
The source is that of `../build.py` (marked claims, operations that make the labels), with what many outlets need besides:

    month 2026-10                                      times below are `DAY HH:MM` in UTC
    outlet KEY | NAME | HOST | FEED | PATH | GUID      PATH and GUID are patterns of {day}, {slash}, {slug}, {n}
    story NAME                                         the articles that follow belong to it
    == KEY | OUTLET | TIME | SLUG | HEADLINE           an article; `@by NAMES`, `@seen TIME`, `@related`, paragraphs
    -- TIME [| HH:MM]                                  the next version, and the update time that the outlet shows
    ~ KIND: before => after         in the body;  ^ KIND: new headline;  @ KIND: new byline
    + KIND INDEX: paragraph         - KIND: start of a paragraph        > INDEX: start of a paragraph that moves there
    " start of a paragraph          its quotation marks become curly;   ? utm_x=y   the link carries tracking parameters
    % KIND STATUS | HEADLINE | paragraph | ...         a page takes the article's place (an empty HEADLINE keeps it)
    lineage KEY | SOURCE or - | chain, nearest first
    !! ASPECT | TIME | KEY: words | KEY: words | NOTE

An operation may end in ` // note`.
"""

import hashlib
import json
import re
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

STORIES = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(STORIES))
from build import Builder, claims, moment, visible  # noqa: E402

PAGES = {"bot_wall", "paywall", "empty", "gone"}
QUIET = PAGES | {"cosmetic", "flap", "move"}
SLUGS = {"strike": "trh-strike", "outbreak": "vell-outbreak"}


@dataclass
class Report:
    """An article while it is being built: marked texts (the headline first) and what its feed says of it."""

    url: str
    outlet: str
    feed: str
    guid: str
    published: str
    at: str
    texts: list[str] = field(default_factory=list)
    byline: str | None = None
    updated: str | None = None
    suffix: str = ""
    page: tuple[str, int, str, list[str]] | None = None  # kind, status, headline, paragraphs


class Newsroom(Builder):
    """A builder with several stories, feeds, bylines and pages that come and go."""

    def __init__(self, slug: str):
        super().__init__(slug)
        self.month, self.story, self.serial = "", slug, 400
        self.outlets, self.stories, self.related, self.lineage, self.same = {}, {}, [], [], []
        self.shown: dict[str, list[dict[str, object]]] = {}  # url -> its observations so far
        self.page_now: dict[str, str] = {}  # url -> the kind of page that stands in the article's place
        self.real: dict[str, dict[str, object]] = {}  # url -> its last observation that was the article itself

    def moment(self, text: str) -> str:
        return moment(f"{self.month}-{text.strip()}")

    def line(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        parts = [part.strip() for part in rest.split("|")]
        if word == "month":
            self.month = rest
        elif word == "outlet":
            self.outlets[parts[0]] = parts[1:]
        elif word == "story":
            self.story = rest
        elif word == "lineage":
            source = self.articles[parts[1]].url if parts[1] != "-" else None
            self.lineage.append(dict(url=self.articles[parts[0]].url, source_url=source, chain=parts[2].split(", ")))
        elif word == "==":
            self.start(*(part.strip() for part in rest.split("|", 4)))
        elif word == "--":
            self.emit()
            self.next_version(*parts)
        elif word == "!!":
            self.conflict(parts[0], f"{self.month}-{parts[1]}", *parts[2:])
        elif word in ("@by", "@seen", "@related"):
            self.attribute(word, rest)
        elif self.editing:
            self.operate(word, rest)
        else:
            self.now.texts.append(line)

    def start(self, key: str, outlet: str, at: str, slug: str, headline: str) -> None:
        self.emit()
        self.editing, self.serial = False, self.serial + 7
        name, host, feed, path, guid = self.outlets[outlet]
        day, published = f"{self.month}-{at[:2]}", self.moment(at)
        digest = hashlib.sha1(key.encode()).hexdigest()[:10]
        words = dict(day=day, slash=day.replace("-", "/"), slug=slug, n=self.serial, h=digest)
        seen = datetime.fromisoformat(published) + timedelta(minutes=4 + self.serial % 13)
        url = f"https://{host}{path.format(**words)}"
        assert url not in self.shown and key not in self.articles, key
        self.now = Report(url, name, feed, guid.format(**words), published, f"{seen:%Y-%m-%dT%H:%M:00Z}", [headline])
        self.articles[key], self.shown[url] = self.now, []
        self.stories.setdefault(self.story, []).append(url)

    def attribute(self, word: str, rest: str) -> None:
        if word == "@by":
            self.now.byline = rest
        elif word == "@seen":
            self.now.at = self.moment(rest)
        else:
            self.related.append(self.now.url)

    def next_version(self, at: str, updated: str = "") -> None:
        report, self.editing = self.now, True
        report.at, report.suffix, report.page = self.moment(at), "", None
        if updated:
            report.updated = self.moment(f"{at[:2]} {updated}")

    def emit(self) -> None:
        """The article, or the page in its place, becomes an observation, once."""
        report = self.now
        if report is None or not report.at:
            return
        title, *body = (visible(text) for text in report.texts)
        kind, status, headline, paragraphs = report.page or ("", 200, title, body)
        earlier = self.shown[report.url]
        bare = kind in ("bot_wall", "gone")
        row = dict(at=report.at, outlet=report.outlet, feed=report.feed, url=report.url + report.suffix, guid=report.guid)
        row |= dict(title=headline or title, published=report.published, updated=report.updated)
        row |= dict(byline=None if bare else report.byline, summary="" if kind == "gone" else self.summary(report))
        row |= dict(paragraphs=paragraphs, status=status)
        assert not earlier or earlier[-1]["at"] < row["at"], (report.url, row["at"])
        self.page_labels(report.url, kind, row)
        earlier.append(row)
        if not kind:
            self.compare(report.url, row)
        self.observations.append((row, None if kind else claims(report.texts), report.url))
        report.at = ""

    def summary(self, report: Report) -> str:
        """A feed's summary stays as it was first published."""
        if self.shown[report.url]:
            return self.shown[report.url][0]["summary"]
        texts = [visible(t) for t in report.texts[1:]]
        text = next((t for t in texts if len(t) > 60 and not t.startswith("Updated")), texts[0])
        return text if len(text) <= 200 else text[:200].rsplit(" ", 1)[0] + "..."

    def compare(self, url: str, row: dict[str, object]) -> None:
        before = self.real.get(url)
        if before and all(before[f] == row[f] for f in ("title", "byline", "paragraphs", "url")):
            self.same.append(dict(url=url, from_at=before["at"], to_at=row["at"]))
        self.real[url] = row

    def page_labels(self, url: str, kind: str, row: dict[str, object]) -> None:
        """A page that takes the article's place, or gives it back, is labelled against what was shown before it."""
        earlier = self.shown[url]
        was, self.page_now[url] = self.page_now.get(url, ""), kind
        if not kind and not was:
            return
        old, new = earlier[-1]["paragraphs"], row["paragraphs"]
        gone, come = next((p for p in old if p not in new), ""), next((p for p in reversed(new) if p not in old), "")
        note = "transient page replaces the article" if kind else "article text comes back"
        label = dict(url=url, from_at=earlier[-1]["at"], to_at=row["at"], kind=kind or was, meaning=False)
        self.edits.append(label | dict(before=gone, after=come, where="page", note=note))

    def operate(self, sign: str, rest: str) -> None:
        rest, _, note = rest.partition(" // ")
        if sign == '"':
            return self.curl(self.find(rest), note)
        if sign == "?":
            self.now.suffix = f"?{rest}"
            return self.label("cosmetic", self.now.url, self.now.url + self.now.suffix, "url", note)
        if sign == "%":
            kind, headline, *paragraphs = (part.strip() for part in rest.split("|"))
            name, status = kind.split()
            self.now.page = (name, int(status), headline, paragraphs)
            return None
        head, _, text = rest.partition(": ")
        kind, _, index = head.partition(" ")
        signs = {"~": self.words, "^": self.headline, "@": self.signed, "+": self.added, "-": self.dropped, ">": self.moved}
        return signs[sign](kind, index, text, note)

    def find(self, start: str) -> int:
        (i,) = (i for i, t in enumerate(self.now.texts) if i and visible(t).startswith(start))
        return i

    def words(self, kind: str, index: str, text: str, note: str) -> None:
        before, after = text.split(" => ")
        found = [i for i, t in enumerate(self.now.texts) if i and visible(t).count(before)]
        assert len(found) == 1 and visible(self.now.texts[found[0]]).count(before) == 1, (self.now.url, before, found)
        i, said = found[0], claims(self.now.texts)
        self.now.texts[i] = self.replaced(self.now.texts[i], before, after)
        same = [c[:3] for c in said] == [c[:3] for c in claims(self.now.texts)]
        assert same or kind not in QUIET, f"a mark is lost: {before}"
        self.label(kind, before, visible(after), "body", note, from_para=i - 1, to_para=i - 1)

    def headline(self, kind: str, index: str, text: str, note: str) -> None:
        self.label(kind, visible(self.now.texts[0]), visible(text), "title", note)
        self.now.texts[0] = text

    def signed(self, kind: str, index: str, text: str, note: str) -> None:
        self.label(kind, self.now.byline or "", text, "byline", note)
        self.now.byline = text

    def added(self, kind: str, index: str, text: str, note: str) -> None:
        i = int(index) if int(index) >= 0 else len(self.now.texts) + int(index)
        self.now.texts.insert(i + 1, text)
        self.label(kind, "", visible(text), "body", note, to_para=i)

    def dropped(self, kind: str, index: str, text: str, note: str) -> None:
        i = self.find(text)
        self.label(kind, visible(self.now.texts.pop(i)), "", "body", note, from_para=i - 1)

    def moved(self, kind: str, index: str, text: str, note: str) -> None:
        i, j = self.find(text), int(kind)
        self.now.texts.insert(j + 1, self.now.texts.pop(i))
        plain = visible(self.now.texts[j + 1])
        assert i != j + 1, plain
        self.label("move", plain, plain, "body", note, from_para=i - 1, to_para=j)

    def curl(self, i: int, note: str) -> None:
        before = visible(self.now.texts[i])
        text = re.sub(r'(^|[\s(|])"', "\\1\u201c", self.now.texts[i]).replace('"', "\u201d")
        self.now.texts[i] = re.sub(r"(\w)'(\w)", "\\1\u2019\\2", text)
        self.label("cosmetic", before, visible(self.now.texts[i]), "body", note, from_para=i - 1, to_para=i - 1)

    def label(self, kind: str, before: str, after: str, where: str, note: str = "", **places: int) -> None:
        url = self.now.url
        row = dict(url=url, from_at=self.real[url]["at"], to_at=self.now.at, kind=kind, meaning=kind not in QUIET)
        self.edits.append(row | dict(before=before, after=after, where=where) | places | ({"note": note} if note else {}))

    def aspect_changes(self) -> list[dict[str, object]]:
        """Claims of the watched story in time order against what it had said before."""
        said, latest, mine, found = {}, {}, {}, []
        watched = [o for o in self.observations if o[2] in self.stories[self.slug] and o[1] is not None]
        for row, marked, url in sorted(watched, key=lambda o: (o[0]["at"], o[2])):
            now: dict[tuple[str, str], dict[str, str]] = {}
            for aspect, subject, value, words in marked:
                now.setdefault((aspect, subject), {}).setdefault(value, words)
            for key, values in now.items():
                before, known = mine.get(url, {}).get(key, {}), said.setdefault(key, set())
                gone = [words for value, words in before.items() if value not in values]
                label = dict(
                    aspect=key[0], subject=key[1], at=row["at"], url=url, before=gone[0] if gone else latest.get(key, "")
                )
                for value, words in values.items():
                    note = self.note(value, known, before, (url, row["at"]))
                    if note:
                        found.append(label | dict(after=words, note=note) | ({"repeat": True} if note == "catches up" else {}))
                    known.add(value)
                for value, words in values.items():
                    if value not in before:
                        latest[key] = words
            mine[url] = now
        return found

    def note(self, value: str, known: set[str], before: dict[str, str], version: tuple[str, str]) -> str:
        """Why a value in a version is a change; empty if it only repeats what the story has said."""
        if value not in known:
            return "new value" if known else "first value"
        if not before or value in before:
            return ""
        corrected = any(e["kind"] == "correction" and (e["url"], e["to_at"]) == version for e in self.edits)
        return "correction" if corrected else "catches up"

    def gold(self) -> dict[str, object]:
        edits = sorted(self.edits, key=lambda e: (e["to_at"], e["url"]))
        base = dict(stories=self.stories, related_ok=self.related, edits=edits, aspect_changes=self.aspect_changes())
        return base | dict(conflicts=self.conflicts, lineage=self.lineage, no_change=self.same)


def build(folder: Path) -> tuple[str, str]:
    """The text of observations.jsonl and of gold.json for a story's folder."""
    room = Newsroom(SLUGS[folder.name])
    room.read((folder / "copy.txt").read_text(encoding="utf8") + (folder / "others.txt").read_text(encoding="utf8"))
    rows = [row for row, _, _ in sorted(room.observations, key=lambda o: (o[0]["at"], o[0]["url"]))]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return lines, json.dumps(room.gold(), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    for name in sys.argv[1:] or SLUGS:
        observations, gold = build(STORIES / name)
        (STORIES / name / "observations.jsonl").write_text(observations, encoding="utf8")
        (STORIES / name / "gold.json").write_text(gold, encoding="utf8")


if __name__ == "__main__":
    main()
