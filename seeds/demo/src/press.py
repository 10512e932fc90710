"""Plays the copy: what a reader who polls the outlets sees, and a label for every edit, made by the edit itself."""

import bisect
import hashlib
import re
from dataclasses import dataclass, field, replace

from copydesk import SAME_VALUE, Article, Claim, CopyError, Line, Operation, Page, Step

FIELDS = [
    "at",
    "outlet",
    "feed",
    "url",
    "guid",
    "title",
    "published",
    "updated",
    "byline",
    "summary",
    "paragraphs",
    "status",
]  # of an observation, in this order
Record = dict[str, object]


@dataclass(frozen=True)
class Outlet:
    """One invented outlet, as outlets.toml has it."""

    key: str
    name: str
    host: str
    feed_path: str
    feed_format: str
    template: str
    path: str  # of an article, with {slug}, {day}, {slash} and {n}
    guid: str  # with {n}, {h} and {url}
    boilerplate: dict[str, str]

    @property
    def feed(self) -> str:
        return f"https://{self.host}{self.feed_path}"


@dataclass(frozen=True)
class Seen:
    """One observation, with the claims that its text makes; `real` is false for a transient page."""

    record: Record
    url: str
    real: bool
    claims: tuple[tuple[Claim, str], ...]

    @property
    def at(self) -> str:
        return str(self.record["at"])


@dataclass
class Played:
    """An article's observations and labels."""

    article: Article
    url: str
    seen: list[Seen] = field(default_factory=list)
    edits: list[Record] = field(default_factory=list)


@dataclass
class _Text:
    """The text of an article while it is being edited."""

    title: Line
    byline: str | None
    paragraphs: list[Line]
    updated: str | None = None

    def copy(self) -> "_Text":
        return replace(self, paragraphs=list(self.paragraphs))


def play(article: Article, outlet: Outlet, polls: list[str]) -> Played:
    """All that is seen of one article: each of its states at the first poll after it was published."""
    return _Player(article, outlet, polls).run()


def summary(paragraphs: list[str]) -> str:
    """The teaser that a feed shows: the opening of the first paragraph of some length, cut at a word."""
    opening = next((p for p in paragraphs if len(p) > 60 and not p.startswith(("Last updated", "Stand "))), paragraphs[0])
    return opening if len(opening) <= 180 else opening[:180].rsplit(" ", 1)[0] + "..."


class _Player:
    """Walks through an article's steps; `real` is the time of the last real text, `last` that of the last look."""

    def __init__(self, article: Article, outlet: Outlet, polls: list[str]):
        digest = hashlib.sha256(article.key.encode()).hexdigest()
        number, day = int(digest[:6], 16) % 90000 + 10000, article.published[:10]
        path = outlet.path.format(slug=article.slug, day=day, slash=day.replace("-", "/"), n=number)
        self.polls, self.article = polls, article
        self.out = Played(article, f"https://{outlet.host}{path}")
        self.fixed: Record = {
            "outlet": outlet.name,
            "feed": outlet.feed,
            "guid": outlet.guid.format(n=number, h=digest[:10], url=self.out.url),
            "published": article.published,
            "summary": summary([p.text for p in article.paragraphs]),
        }
        self.text = _Text(article.headline, article.byline, list(article.paragraphs))

    def poll(self, time: str) -> str:
        return self.polls[bisect.bisect_left(self.polls, time)]

    def show(self, at: str, shown_url: str | None = None) -> None:
        """Adds the observation of the text as it stands."""
        record = {
            "at": at,
            "url": shown_url or self.out.url,
            "title": self.text.title.text,
            "updated": self.text.updated,
            "byline": self.text.byline,
            "paragraphs": [p.text for p in self.text.paragraphs],
            "status": 200,
        }
        claims = tuple((c, p.text[c.start : c.end]) for p in [self.text.title, *self.text.paragraphs] for c in p.claims)
        self.out.seen.append(Seen(self.ordered(record), self.out.url, True, claims))

    def show_page(self, at: str, page: Page) -> None:
        """Adds the observation of a transient page."""
        record = {
            "at": at,
            "url": self.out.url,
            "title": page.headline or self.text.title.text,
            "updated": self.text.updated,
            "byline": None if page.kind in ("bot_wall", "gone") else self.text.byline,
            "paragraphs": list(page.paragraphs),
            "status": page.status,
        }
        if page.kind == "gone":
            record["summary"] = ""
        self.out.seen.append(Seen(self.ordered(record), self.out.url, False, ()))

    def ordered(self, record: Record) -> Record:
        merged = {**self.fixed, **record}
        return {name: merged[name] for name in FIELDS}

    def label(self, op: Operation, before: str, after: str, where: str, **places: int) -> None:
        self.put(self.real, self.now, op.kind, op.meaning, before, after, where, op.note, places)

    def put(
        self, start: str, end: str, kind: str, meaning: bool, before: str, after: str, where: str, note: str, places: dict
    ) -> None:
        edit: Record = {"url": self.out.url, "from_at": start, "to_at": end, "kind": kind, "meaning": meaning}
        edit |= {"before": before, "after": after, "where": where, **places}
        self.out.edits.append(edit | ({"note": note} if note else {}))

    def run(self) -> Played:
        self.real = self.last = self.poll(self.article.published)
        self.show(self.real)
        pending: tuple[Page, str] | None = None
        for step in self.article.steps:
            self.now = self.poll(step.at)
            if self.now <= self.last:
                raise CopyError(f"{self.article.key}: no poll between {self.last} and the edit of {step.at}")
            if step.page:
                pending = self.replace_by(step.page)
                continue
            shown_before = self.out.seen[-1].record["paragraphs"]
            self.edit(step)
            if pending:
                page, mark = pending
                back = next(p.text for p in self.text.paragraphs if p.text not in shown_before)
                self.put(self.last, self.now, page.kind, False, mark, back, "page", "article text comes back", {})
                pending = None
            self.real = self.last = self.now
        return self.out

    def replace_by(self, page: Page) -> tuple[Page, str]:
        """Shows a transient page; answers with it and the words by which it is known."""
        before = next(p.text for p in self.text.paragraphs if p.text not in page.paragraphs)
        mark = "" if not page.paragraphs else page.paragraphs[-1 if page.kind == "paywall" else 0]
        self.show_page(self.now, page)
        self.put(self.last, self.now, page.kind, False, before, mark, "page", "transient page replaces the article", {})
        self.last = self.now
        return page, mark

    def edit(self, step: Step) -> None:
        self.text = self.text.copy()
        if step.bump:
            self.text.updated = step.at
        shown_url = None
        for op in step.operations:
            if op.kind == "tracking":
                shown_url = self.out.url + op.after
                self.put(self.real, self.now, "cosmetic", False, self.out.url, shown_url, "url", "tracking parameters only", {})
            else:
                self.apply(op)
        self.show(self.now, shown_url)

    def apply(self, op: Operation) -> None:
        """Carries out one operation and labels it."""
        paragraphs = self.text.paragraphs
        if op.kind in ("headline", "flap") or op.where == "title":
            new = Line.parse(op.after)
            self.label(op, self.text.title.text, new.text, "title")
            self.text.title = new
        elif op.where == "byline":
            self.label(op, self.text.byline or "", op.after, "byline")
            self.text.byline = op.after
        elif op.kind == "curly":
            self.curl(self.find(op.after))
        elif op.kind == "move":
            start, goal = self.find(op.after), int(op.where.removeprefix("@"))
            line = paragraphs.pop(start)
            paragraphs.insert(goal, line)
            self.label(op, line.text, line.text, "body", from_para=start, to_para=goal)
        elif op.where.startswith("@"):
            place = len(paragraphs) if op.where == "@end" else int(op.where[1:])
            place += len(paragraphs) if place < 0 else 0
            paragraphs.insert(place, Line.parse(op.after))
            self.label(op, "", paragraphs[place].text, "body", to_para=place)
        elif op.where == "cut":
            space = "" if op.after[0] in ",;" else " "
            self.substitute(replace(op, before=space + op.after, after=""))
        elif op.kind == "deletion" or op.where == "drop":
            start = self.find(op.after)
            self.label(op, paragraphs.pop(start).text, "", "body", from_para=start)
        else:
            self.substitute(op)

    def substitute(self, op: Operation) -> None:
        places = [i for i, p in enumerate(self.text.paragraphs) if op.before in p.text]
        if not op.before or len(places) != 1:
            raise CopyError(f"{self.article.key}: {op.before!r} stands in {len(places)} paragraphs at {self.now}")
        new, place = Line.parse(op.after), places[0]
        self.text.paragraphs[place] = self.text.paragraphs[place].replaced(op.before, new, op.kind in SAME_VALUE)
        self.label(op, op.before, new.text, "body", from_para=place, to_para=place)

    def find(self, start: str) -> int:
        places = [i for i, p in enumerate(self.text.paragraphs) if p.text.startswith(start)]
        if len(places) != 1:
            raise CopyError(f"{self.article.key}: {len(places)} paragraphs start with {start!r} at {self.now}")
        return places[0]

    def curl(self, place: int) -> None:
        """Typographic quotation marks in one paragraph."""
        line = self.text.paragraphs[place]
        text = re.sub(r'(^|[\s(])"', "\\1\u201c", line.text).replace('"', "\u201d")
        text = re.sub(r"(\w)'(\w)", "\\1\u2019\\2", text)
        if text == line.text:
            raise CopyError(f"{self.article.key}: nothing to curl in {text!r}")
        self.text.paragraphs[place] = Line(text, line.claims)
        places = {"from_para": place, "to_para": place}
        self.put(self.real, self.now, "cosmetic", False, line.text, text, "body", "curly quotation marks", places)
