"""What the live pages add to the static ones: filters, search, a story as of a moment, two versions of choice, decisions.

Rendering only; `journey.browsing` fills the values, `serve` speaks HTTP.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.changelog import days
from pipeline.changelog.compare import compare
from pipeline.changelog.escape import one_line
from pipeline.changelog.matrix import matrix
from pipeline.changelog.pages import environment, passages
from pipeline.changelog.paths import Links
from pipeline.changelog.views import ArticlePage, Live, StoryPage, Words
from pipeline.model import RevisionDecision

AROUND = 110  # characters shown on each side of a word that was searched


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundVersion:
    """A version that has all the words."""

    article_id: str
    outlet: str
    url: str
    seq: int
    seen_at: datetime
    headline: str
    text: str
    stands: bool  # it is what the article says now


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article of which at least one version has the words."""

    latest: FoundVersion
    seqs: tuple[int, ...]  # of all such versions
    excerpt: Words  # the words marked (1)

    @property
    def gone(self) -> bool:
        """The words stood once and stand no more."""
        return not self.latest.stands


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """An answer to a search over all versions."""

    query: str
    outlet: str = ""
    story: str = ""
    outlets: tuple[str, ...] = ()
    stories: tuple[tuple[str, str], ...] = ()  # slug, title
    hits: tuple[Hit, ...] = ()
    cut: bool = False  # there are more


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What an outlet's page said on an aspect at a moment."""

    outlet: str
    seen_at: datetime
    subject: str
    value: str
    attributed_to: str
    sentence: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A report as it stood at a moment."""

    article_id: str
    outlet: str
    url: str
    title: str
    seq: int
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ThenPage:
    """A story as it was known at a moment."""

    page: StoryPage  # until then
    at: datetime
    first: datetime  # where the slider begins
    hours: int  # its length
    said: tuple[tuple[str, tuple[Statement, ...]], ...] = ()  # by aspect, of each outlet the newest
    heads: tuple[Head, ...] = ()

    @property
    def hour(self) -> int:
        """Where the slider stands."""
        return max(0, min(self.hours, round((self.at - self.first) / timedelta(hours=1))))


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """A decision of a person."""

    decision_id: str
    made_at: datetime
    kind: str
    made_by: str
    note: str
    slug: str
    value: str
    sentence: str
    change_id: str
    holds: bool


# ---- pages ---------------------------------------------------------------------------------------------------------------


def render_search(page: SearchPage, links: Links, live: Live) -> str:
    """The answer to a search."""
    return environment().get_template("search.html").render(page=page, links=links, live=live)


def render_then(then: ThenPage, links: Links, live: Live) -> str:
    """A story as of a moment."""
    return environment().get_template("then.html").render(
        then=then,
        page=then.page,
        links=links,
        live=live,
        until=days.latest_until(then.page, then.at),
        matrix=matrix(then.page),
    )  # fmt: skip


def render_compare(page: ArticlePage, old: int, new: int, found: RevisionDecision, links: Links, live: Live) -> str:
    """Two versions of an article, whichever they are."""
    versions = {v.seq: v for v in page.versions}
    return environment().get_template("compare.html").render(
        page=page,
        links=links,
        live=live,
        old=versions[old],
        new=versions[new],
        found=found,
        telling=passages(e for e in found.edits if e.meaningful),
        slight=passages(e for e in found.edits if not e.meaningful),
        runs=compare(versions[old], versions[new], found.edits),
    )  # fmt: skip


def render_decisions(rows: Sequence[DecisionRow], links: Links, live: Live) -> str:
    """What people decided."""
    return environment().get_template("decisions.html").render(rows=rows, links=links, live=live)


def render_message(title: str, text: str, links: Links, live: Live | None = None, sign_in: bool = False) -> str:
    """A page that only says something, or asks for the token."""
    template = environment().get_template("message.html")
    return template.render(title=title, text=text, links=links, live=live, sign_in=sign_in)


# ---- search --------------------------------------------------------------------------------------------------------------


def terms(query: str) -> tuple[str, ...]:
    """The words of a search; what stands in quotation marks is one."""
    found = re.findall(r'"([^"]+)"|(\S+)', query)
    return tuple(dict.fromkeys(one_line(a or b) for a, b in found if one_line(a or b)))[:8]


def hits(versions: Sequence[FoundVersion], words: Sequence[str]) -> tuple[Hit, ...]:
    """Versions, newest first, as one hit an article; those that still say so come first."""
    grouped: dict[str, list[FoundVersion]] = {}
    for version in versions:
        grouped.setdefault(version.article_id, []).append(version)
    made = []
    for found in grouped.values():
        best = next((v for v in found if v.stands), found[0])
        made.append(Hit(latest=best, seqs=tuple(sorted(v.seq for v in found)), excerpt=excerpt(best, words)))
    return tuple(sorted(made, key=lambda h: h.gone))


def excerpt(version: FoundVersion, words: Sequence[str]) -> Words:
    """Where the words stand: round the first of them, each marked."""
    pattern = re.compile("|".join(re.escape(w) for w in sorted(words, key=len, reverse=True)), re.IGNORECASE)
    text = one_line(version.text) if pattern.search(version.text) else one_line(f"{version.headline} – {version.text}")
    first = pattern.search(text)
    start = max(0, (first.start() if first else 0) - AROUND)
    end = min(len(text), (first.end() if first else 0) + AROUND)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = text.find(" ", end) if text.find(" ", end) > 0 else len(text)
    shown = ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
    parts: list[tuple[int, str]] = []
    at = 0
    for match in pattern.finditer(shown):
        parts += [(0, shown[at : match.start()]), (1, match[0])]
        at = match.end()
    return tuple((sign, text) for sign, text in [*parts, (0, shown[at:])] if text)
