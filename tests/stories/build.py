"""Builds golden stories: python tests/stories/build.py [SLUG...] makes observations.jsonl and gold.json from a story.txt.

Everything is invented. Labels are made by the marks and operations of the source, so text and labels cannot drift apart:

    outlet NAME | HOST                         an outlet
    == KEY | OUTLET | TIME | HEADLINE          an article, first seen at TIME; its paragraphs follow, one a line
    -- TIME                                    the next version of that article; its operations follow, one a line:
    ~ KIND: before => after                        words replaced in the one place where they stand (KIND is an edit's kind)
    ^ KIND: new headline
    + KIND INDEX: a new paragraph before INDEX (-1 = at the end)
    - KIND: the beginning of a paragraph that goes
    !! ASPECT | TIME | KEY: words | KEY: words | NOTE     two statements that stand against each other at TIME

A claim is marked `[aspect@subject=value|the words]` in the prose (`@subject` only if it is not the aspect's main thing). A
change of an aspect is due where a value appears that no report gave before; where a report moves to a value that others had, it
is a `repeat`, which a log may list or not, unless the same version carries a correction note.
"""

import json
import re
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pipeline.model import Aspect, Watch

HERE = Path(__file__).parent
MARK = re.compile(r"\[([\w ]+?)(?:@([\w ]+))?=([^|\]]+)\|([^\]]+)\]")
NO_MEANING = {"cosmetic", "move"}


@dataclass
class Article:
    """An article while it is being built: marked texts, the headline first."""

    key: str
    outlet: str
    host: str
    url: str
    first_at: str
    texts: list[str] = field(default_factory=list)
    at: str = ""
    corrected: bool = False


def visible(text: str) -> str:
    return MARK.sub(lambda m: m[4], text)


def claims(texts: list[str]) -> list[tuple[str, str, str, str]]:
    """(aspect, subject, value, words) of every mark."""
    return [(m[1], m[2] or "", m[3], m[4]) for text in texts for m in MARK.finditer(text)]


def moment(text: str) -> str:
    """`2026-05-04 18:10` as ISO 8601 in UTC."""
    day, clock = text.split()
    return f"{day}T{clock}:00Z"


class Builder:
    """Reads the source line by line and collects observations, edits and conflicts."""

    def __init__(self, slug: str):
        self.slug, self.hosts, self.articles = slug, {}, {}
        self.observations, self.edits, self.conflicts = [], [], []
        self.now: Article | None = None
        self.editing = False  # inside a later version: lines are operations

    def read(self, source: str) -> None:
        for line in source.splitlines():
            if line.strip() and not line.startswith("#"):
                self.line(line.strip())
        self.emit()

    def line(self, line: str) -> None:
        if line.startswith("outlet "):
            name, host = (part.strip() for part in line[7:].split("|"))
            self.hosts[name] = host
        elif line.startswith("== "):
            self.start(*(part.strip() for part in line[3:].split("|", 3)))
        elif line.startswith("-- "):
            self.emit()
            self.now.at, self.now.corrected, self.editing = moment(line[3:]), False, True
        elif line.startswith("!! "):
            self.conflict(*(part.strip() for part in line[3:].split("|")))
        elif self.editing and re.match(r"[~^+-] ", line):
            self.operate(line[0], line[2:])
        else:
            self.now.texts.append(line)

    def start(self, key: str, outlet: str, at: str, headline: str) -> None:
        self.emit()
        self.editing = False
        host = self.hosts[outlet]
        words = re.findall(r"[a-z0-9]+", visible(headline).lower())
        url = f"https://{host}/{at[:10]}/{'-'.join(words[:5])}-{key.lower()}"
        self.now = self.articles[key] = Article(key, outlet, host, url, moment(at), [headline], moment(at))

    def emit(self) -> None:
        """The article as it stands becomes an observation, once."""
        article = self.now
        if article is None or not article.at:
            return
        title, *paragraphs = (visible(text) for text in article.texts)
        row = dict(at=article.at, outlet=article.outlet, url=article.url, guid=article.url, title=title)
        row |= dict(published=article.first_at, updated=article.at if article.at != article.first_at else None)
        row |= dict(summary=self.first_paragraph(article, paragraphs), paragraphs=paragraphs, status=200)
        self.observations.append((row, claims(article.texts), article.corrected))
        article.at = ""

    def first_paragraph(self, article: Article, paragraphs: list[str]) -> str:
        """A feed's summary stays as it was first published."""
        before = [row for row, _, _ in self.observations if row["url"] == article.url]
        return before[0]["summary"] if before else paragraphs[0]

    def operate(self, sign: str, rest: str) -> None:
        head, _, text = rest.partition(": ")
        kind, _, index = head.partition(" ")
        texts, place, before, after = self.now.texts, "body", "", ""
        if sign == "~":
            before, after = text.split(" => ")
            (i,) = (i for i, t in enumerate(texts) if visible(t).count(before) == 1)
            texts[i], place = self.replaced(texts[i], before, after), "title" if i == 0 else "body"
        elif sign == "^":
            before, after, texts[0], place = visible(texts[0]), text, text, "title"
        elif sign == "+":
            after = text
            texts.insert(len(texts) if index == "-1" else int(index) + 1, text)
        else:
            (i,) = (i for i, t in enumerate(texts) if i and visible(t).startswith(text))
            before = visible(texts.pop(i))
        self.now.corrected |= kind == "correction"
        self.label(kind, visible(before), visible(after), place)

    @staticmethod
    def replaced(text: str, before: str, after: str) -> str:
        """The words replaced in a marked text; a mark that they touch is dropped, so `after` carries the new one."""
        plain, spans, last = "", [], 0
        for m in MARK.finditer(text):
            plain += text[last : m.start()]
            spans.append((len(plain), len(plain) + len(m[4]), m[0]))
            plain, last = plain + m[4], m.end()
        plain += text[last:]
        start = plain.index(before)
        out, pos = "", 0
        pieces = [(s, e, mark) for s, e, mark in spans if e <= start or s >= start + len(before)]
        for s, e, piece in sorted([*pieces, (start, start + len(before), after)]):
            out, pos = out + plain[pos:s] + piece, e
        return out + plain[pos:]

    def label(self, kind: str, before: str, after: str, place: str) -> None:
        earlier = [row["at"] for row, _, _ in self.observations if row["url"] == self.now.url]
        self.edits.append(
            dict(url=self.now.url, from_at=earlier[-1], to_at=self.now.at, kind=kind, meaning=kind not in NO_MEANING)
            | dict(before=before, after=after, where=place)
        )

    def conflict(self, aspect: str, at: str, left: str, right: str, note: str) -> None:
        sides = {}
        for name, side in (("a", left), ("b", right)):
            key, _, words = side.partition(": ")
            sides[name] = dict(url=self.articles[key].url, text=words)
        self.conflicts.append(dict(aspect=aspect, at=moment(at), note=note, **sides))

    def aspect_changes(self) -> list[dict[str, object]]:
        """Claims in time order against what the story had said."""
        said, latest, mine, found = {}, {}, {}, []
        for row, marked, corrected in sorted(self.observations, key=lambda o: (o[0]["at"], o[0]["url"])):
            now: dict[tuple[str, str], dict[str, str]] = {}
            for aspect, subject, value, words in marked:
                now.setdefault((aspect, subject), {}).setdefault(value, words)
            for key, values in now.items():
                before, known = mine.get((row["url"], key), {}), said.setdefault(key, set())
                gone = [words for value, words in before.items() if value not in values]
                for value, words in values.items():
                    moved = bool(before) and value not in before
                    if value not in known or moved:
                        change = dict(aspect=key[0], subject=key[1], at=row["at"], url=row["url"])
                        change |= dict(before=gone[0] if gone else latest.get(key, ""), after=words)
                        found.append(change | ({"repeat": True} if value in known and not corrected else {}))
                    if value not in before:
                        latest[key] = words
                    known.add(value)
                mine[row["url"], key] = values
        return found

    def gold(self) -> dict[str, object]:
        urls = [article.url for article in self.articles.values()]
        base = dict(stories={self.slug: urls}, related_ok=[], edits=sorted(self.edits, key=lambda e: (e["to_at"], e["url"])))
        return base | dict(aspect_changes=self.aspect_changes(), conflicts=self.conflicts, lineage=[], no_change=[])


def read_watch(folder: Path) -> Watch:
    """The watched story of a folder's stories.toml."""
    story = tomllib.loads((folder / "stories.toml").read_text(encoding="utf8"))["story"][0]
    aspects = tuple(Aspect(name=a["name"], about=a["about"]) for a in story["aspect"])
    return Watch(slug=story["slug"], title=story["title"], match=tuple(story["match"]), aspects=aspects)


def build(folder: Path) -> tuple[str, str]:
    """The text of observations.jsonl and of gold.json for a story's folder."""
    builder = Builder(folder.name)
    builder.read((folder / "story.txt").read_text(encoding="utf8"))
    rows = sorted((row for row, _, _ in builder.observations), key=lambda row: (row["at"], row["url"]))
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return lines, json.dumps(builder.gold(), ensure_ascii=False, indent=1) + "\n"


def main(slugs: list[str]) -> None:
    for folder in sorted(path.parent for path in HERE.glob("*/story.txt")):
        if not slugs or folder.name in slugs:
            observations, gold = build(folder)
            (folder / "observations.jsonl").write_text(observations, encoding="utf8")
            (folder / "gold.json").write_text(gold, encoding="utf8")


if __name__ == "__main__":
    main(sys.argv[1:])
