"""Reads the demo's copy: plain text files that hold articles, and the edits that their outlets make to them later.

    story us-28-point-plan              the story to which the articles of this file belong
    === W01 wire a-slug 11-18 22:40     an article: key, outlet, slug, when it was published (UTC)
    headline: Words                     then optional `byline:`, `related` (see gold.json, related_ok) and `chain:` (lineage)
    A paragraph to a line; `$name` stands for a paragraph of the outlet's own boilerplate.
    >>> 11-19 03:10 bump                an edit at that time; `bump` if the outlet moves its "updated" time
    number: 28-point => 19-point ## why one operation a line, named by the kind of edit that it is

Claims are marked in the prose: `[plan.points=28: a 28-point plan]` is the value 28 for "points" on the aspect "plan". The
marks do not show in the published text. Operations name text as published; what they put in may carry marks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

YEAR = 2025
MARK = re.compile(r"\[([a-z]+)(?:\.([a-z_]+))?=([^:\]]+): ([^\]]+)\]")
OPERATION = re.compile(r"([a-z]+)(?: (title|byline|drop|cut|@-?\d+|@end))?: (.+)")
PAGE = re.compile(r"page (bot_wall|paywall|empty|gone) (\d{3}):(.*)")
ASPECTS = {  # the short names used in marks
    "plan": "plan details",
    "deadline": "deadline",
    "kyiv": "response from Kyiv",
    "moscow": "response from Moscow",
    "europe": "response from European capitals",
    "land": "territory",
    "safety": "security guarantees",
    "author": "who drafted it",
    "talks": "meetings",
}
SILENT = {"cosmetic", "flap", "move"}  # kinds of edit without meaning
SAME_VALUE = {"cosmetic", "name", "quote", "attribution"}  # kinds of edit that leave the value of a claim around them as it is


class CopyError(Exception):
    """A file of the demo's copy cannot be read."""


@dataclass(frozen=True)
class Claim:
    """What a piece of text says on one aspect; `start` and `end` are its place in the published text."""

    aspect: str
    subject: str
    value: str
    start: int
    end: int

    def moved(self, by: int) -> "Claim":
        return Claim(self.aspect, self.subject, self.value, self.start + by, self.end + by)


@dataclass(frozen=True)
class Line:
    """A paragraph or headline as published, and the claims in it."""

    text: str
    claims: tuple[Claim, ...] = ()

    @classmethod
    def parse(cls, source: str) -> "Line":
        text, claims, last = "", [], 0
        for mark in MARK.finditer(source):
            text += source[last : mark.start()]
            claims.append(Claim(ASPECTS[mark[1]], mark[2] or "", mark[3], len(text), len(text) + len(mark[4])))
            text += mark[4]
            last = mark.end()
        text += source[last:]
        if "[" in text or "]" in text:
            raise CopyError(f"a mark that cannot be read: {source}")
        return cls(text, tuple(claims))

    def replaced(self, before: str, new: "Line", keep: bool = False) -> "Line":
        """With `new` for `before`; a claim that the replaced words touch is gone, unless it encloses them and `keep`."""
        if self.text.count(before) != 1:
            raise CopyError(f"{before!r} does not stand exactly once in {self.text!r}")
        start = self.text.index(before)
        end, shift = start + len(before), len(new.text) - len(before)
        kept = [c for c in self.claims if c.end <= start] + [c.moved(shift) for c in self.claims if c.start >= end]
        around = [c for c in self.claims if keep and c.start <= start and end <= c.end and not new.claims]
        kept += [replace(c, end=c.end + shift) for c in around if c not in kept]
        claims = sorted(kept + [c.moved(start) for c in new.claims], key=lambda c: c.start)
        return Line(self.text[:start] + new.text + self.text[end:], tuple(claims))


@dataclass(frozen=True)
class Operation:
    """One labelled edit: its kind, what it applies to, and the words."""

    kind: str
    where: str  # "", title, byline, drop (a paragraph), cut (words), @0, @end ...
    before: str
    after: str
    note: str

    @property
    def meaning(self) -> bool:
        return self.kind not in SILENT


@dataclass(frozen=True)
class Page:
    """What stands for a while in an article's place: a bot wall, a paywall stub, an emptied or a missing page."""

    kind: str
    status: int
    headline: str | None
    paragraphs: tuple[str, ...]


@dataclass
class Step:
    """What an outlet does to an article at one time."""

    at: str
    bump: bool
    operations: list[Operation] = field(default_factory=list)
    page: Page | None = None


@dataclass
class Article:
    """One article of the copy: its first text, and the steps that follow."""

    key: str
    outlet: str
    slug: str
    published: str
    story: str
    headline: Line = field(default_factory=lambda: Line(""))
    byline: str | None = None
    related: bool = False
    chain: tuple[str, ...] = ()  # key of the article that is rewritten ("-" if it is not here), then the sources, nearest first
    paragraphs: list[Line] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


def iso(day: str, clock: str) -> str:
    """The time of "11-18", "22:40" in ISO 8601."""
    if not re.fullmatch(r"\d\d-\d\d", day) or not re.fullmatch(r"\d\d:\d\d", clock):
        raise CopyError(f"not a time: {day} {clock}")
    return f"{YEAR}-{day}T{clock}:00Z"


def operation(line: str) -> Operation:
    """The operation that a line of a step states."""
    body, _, note = line.partition(" ## ")
    found = OPERATION.fullmatch(body)
    if not found:
        raise CopyError(f"not an operation: {line}")
    before, arrow, after = found[3].partition(" => ")
    if arrow:
        return Operation(found[1], found[2] or "", before, after, note)
    return Operation(found[1], found[2] or "", "", before, note)


def page(line: str) -> Page:
    """The page that a line of a step states."""
    found = PAGE.fullmatch(line)
    if not found:
        raise CopyError(f"not a page: {line}")
    headline, *paragraphs = [part.strip() for part in found[3].split(" | ")]
    return Page(found[1], int(found[2]), headline or None, tuple(paragraphs))


def articles(path: Path, boilerplate: dict[str, dict[str, str]]) -> Iterator[Article]:
    """The articles of one file; errors name file and line."""
    story, current = "", None
    for number, line in enumerate(path.read_text(encoding="utf8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            if line.startswith("story "):
                story = line.split()[1]
            elif line.startswith("=== "):
                if current:
                    yield current
                _, key, outlet, slug, day, clock = line.split()
                current = Article(key, outlet, slug, iso(day, clock), story)
            else:
                _read(current, line, boilerplate)
        except (CopyError, ValueError, KeyError, IndexError) as error:
            raise CopyError(f"{path.name}, line {number}: {error}") from error
    if current:
        yield current


def _read(article: Article, line: str, boilerplate: dict[str, dict[str, str]]) -> None:
    """Takes one line into the article that is being read."""
    if line.startswith(">>> "):
        day, clock, *flags = line[4:].split()
        article.steps.append(Step(iso(day, clock), "bump" in flags))
    elif article.steps and line.startswith("page "):
        article.steps[-1].page = page(line)
    elif article.steps:
        article.steps[-1].operations.append(operation(line))
    elif line.startswith("headline: "):
        article.headline = Line.parse(line[10:])
    elif line.startswith("byline: "):
        article.byline = line[8:]
    elif line.startswith("chain: "):
        article.chain = tuple(part.strip() for part in line[7:].split(" | "))
    elif line == "related":
        article.related = True
    elif line.startswith("$"):
        article.paragraphs.append(Line.parse(boilerplate[article.outlet][line[1:]]))
    else:
        article.paragraphs.append(Line.parse(line))
