"""The pages: Jinja2 templates with escaping on, filled from view values. They need no script and load nothing.

Every text passes `clean` and autoescape (see `environment`); every address passes `safe_url` or is one of ours from `Links`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_environment
from markupsafe import Markup

from pipeline.changelog import days, wording
from pipeline.changelog.compare import Run, compare
from pipeline.changelog.escape import clean, one_line, safe_url, shorten
from pipeline.changelog.folding import Entry
from pipeline.changelog.matrix import matrix
from pipeline.changelog.paths import Links, anchor, aspect_feed, outlet_file, safe_slug
from pipeline.changelog.pictures import pictures
from pipeline.changelog.views import (
    ArticlePage,
    Choice,
    IndexPage,
    Live,
    OutletPage,
    PairRow,
    ReportRow,
    RevisionRow,
    Site,
    StandingRow,
    StoryPage,
)
from pipeline.model import ChangeKind, Edit, EditKind, Version

BRIEF = 7  # lines of what moved that stand open; the others are folded
OPEN = 6  # lines of one aspect on one day that stand open
OPEN_DAYS = 4  # days of a story's page that stand open
LAST = 3  # lines of the front page for a story that did not move
FULL_DAYS = 14  # days of a story's page that carry their evidence; of older ones, their own pages do
REPORTS = 40  # reports in the first table
SUBJECTS = 3  # subjects of an aspect in the first table of what stands
TEMPLATES = Path(__file__).parent.parent / "templates"


def _finalize(value: object) -> object:
    """What a template prints: a foreign text without control characters; markup of our own as it is."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@pass_environment
def _include_css(env: Environment, name: str) -> Markup:
    return Markup(env.loader.get_source(env, name)[0]) if env.loader else Markup("")


@cache
def environment() -> Environment:
    """The one environment: autoescape on for every template whatever its name, an undefined name is an error."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf8"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    names = (
        "clock",
        "day_of",
        "short_date",
        "long_date",
        "moment",
        "iso",
        "plural",
        "span",
        "whose",
        "sources",
        "capital",
        "shown_value",
    )
    env.filters |= {name: getattr(wording, name) for name in (*names, "shown_value")}
    env.filters |= {"safe_url": safe_url, "anchor": anchor, "one_line": one_line, "shorten": shorten, "css": _include_css}
    env.filters |= {
        "safe_slug": safe_slug,
        "aspect_feed": aspect_feed,
        "outlet_feed": lambda outlet: outlet_file(outlet).removesuffix(".html"),
    }
    env.globals |= {
        "live": None,
        "sign_in": False,
        "choice": None,
        "BRIEF": BRIEF,
        "OPEN": OPEN,
        "OPEN_DAYS": OPEN_DAYS,
        "LAST": LAST,
        "FULL_DAYS": FULL_DAYS,
        "REPORTS": REPORTS,
        "describe": wording.describe,
        "alone": Entry,
        "half_kept": wording.half_kept,
        "evidence": wording.evidence,
        "standing_contest": wording.standing_contest,
        "contrary": wording.contrary,
        "changed_words": wording.changed_words,
        "CHANGE_LABELS": wording.CHANGE_LABELS,
        "CHANGE_MEANINGS": wording.CHANGE_MEANINGS,
        "EDIT_LABELS": wording.EDIT_LABELS,
        "LOOK_LABELS": wording.LOOK_LABELS,
    }
    return env


# ---- the pages -----------------------------------------------------------------------------------------------------------


def render_story(page: StoryPage, links: Links | None = None, live: Live | None = None, choice: Choice | None = None) -> str:
    """A story's page. Live, it has forms, and its log shows what was chosen."""
    whole, page = page, choice.of(page) if choice else page
    return environment().get_template("story.html").render(
        page=whole,
        live=live,
        choice=choice,
        options=Options.of(whole),
        links=links or Links(),
        days=days.log(page),
        standing=_standing(page),
        begin=days.begin(whole),
        moved=days.moved(whole),
        last_word=days.last_word(whole),
        order=days.aspect_order(whole),
        outlets=len({r.outlet for r in page.reports}),
        pictures=pictures(page),
        matrix=matrix(page),
        reports=_with_copies(page.reports),
    )  # fmt: skip


def render_days(page: StoryPage, links: Links | None = None) -> Iterator[tuple[date, str]]:
    """A page for every day of a story's log: its changes with evidence, and what a reader could know by its end."""
    found = days.log(page)
    yield from ((day.day, _render_day(page, found, n, links, None)) for n, day in enumerate(found))


def render_day(page: StoryPage, day: date, links: Links, live: Live) -> str | None:
    """The page of one day, None if the log has no such day."""
    found = days.log(page)
    return next((_render_day(page, found, n, links, live) for n, d in enumerate(found) if d.day == day), None)


def _render_day(page: StoryPage, found: Sequence[days.Day], n: int, links: Links | None, live: Live | None) -> str:
    return environment().get_template("day.html").render(
        page=page,
        links=links or Links(),
        live=live,
        d=found[n],
        order=days.aspect_order(page),
        earlier=found[n + 1].day if n + 1 < len(found) else None,
        later=found[n - 1].day if n else None,
        until=days.latest(page, found[n].day),
    )  # fmt: skip


def render_article(
    page: ArticlePage, links: Links | None = None, live: Live | None = None, stories: Sequence[tuple[str, str]] = ()
) -> str:
    """An article's page."""
    return environment().get_template("article.html").render(
        page=page,
        links=links or Links(),
        live=live,
        stories=stories,
        steps=_steps(page),
        ladder=_ladder(page),
        pairs=_pairs(page),
        paired={(p.from_seq, p.to_seq) for p in page.pairs},
    )  # fmt: skip


def render_outlet(page: OutletPage, links: Links | None = None, live: Live | None = None) -> str:
    """An outlet's page."""
    recent = days.grouped(page.recent)[::-1]
    return environment().get_template("outlet.html").render(page=page, recent=recent, links=links or Links(), live=live)


def render_index(site: Site, links: Links | None = None, live: Live | None = None) -> str:
    """The front page."""
    page: IndexPage = site.index
    return environment().get_template("index.html").render(
        page=page,
        links=links or Links.of(site, depth=0),
        live=live,
        begin=days.begin(page),
        moved={s.story.story_id: days.by_telling(s.moved) for s in page.stories},
        last={s.story.story_id: days.by_telling(s.last) for s in page.stories},
        followed=[s for s in page.stories if s.story.origin == "watched" or s.changes],
        found=[s for s in page.stories if s.story.origin != "watched" and not s.changes],
        outlets=sorted(site.outlets, key=lambda o: (-o.silent, o.outlet.casefold())),
        has_health=site.has_health,
    )  # fmt: skip


# ---- arranged for the templates ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What can be chosen on a story's page."""

    aspects: tuple[str, ...]
    kinds: tuple[str, ...]
    outlets: tuple[str, ...]

    @classmethod
    def of(cls, page: StoryPage) -> "Options":
        """What the page has."""
        kinds = {x.change.kind.value for x in page.changes}
        outlets = {x.outlet for x in page.changes} | {q.outlet for q in page.quiet_edits}
        return cls(
            aspects=days.aspect_order(page),
            kinds=tuple(k.value for k in ChangeKind if k.value in kinds),
            outlets=tuple(sorted(outlets, key=str.casefold)),
        )


def _standing(page: StoryPage) -> tuple[list[StandingRow], list[StandingRow]]:
    """The rows of what stands: of each aspect the first few and all that are contested, and the others."""
    first: list[StandingRow] = []
    others: list[StandingRow] = []
    for _, rows in groupby(page.standing, key=lambda row: row.aspect):
        for n, row in enumerate(rows):
            (first if n < SUBJECTS or row.contested else others).append(row)
    return first, others


def _with_copies(reports: Sequence[ReportRow]) -> list[tuple[ReportRow, list[ReportRow]]]:
    """Reports newest first, each with the copies of it; a copy of an article outside the story stands for itself."""
    newest = sorted(reports, key=lambda r: (r.first_seen_at, r.article_id), reverse=True)
    known = {r.article_id: r for r in newest}
    copies: dict[str, list[ReportRow]] = {}
    for report in newest:
        root = _root(report, known)
        if root != report.article_id:
            copies.setdefault(root, []).append(report)
    copied = {r.article_id for found in copies.values() for r in found}
    return [(r, copies.get(r.article_id, [])) for r in newest if r.article_id not in copied]


def _root(report: ReportRow, known: dict[str, ReportRow]) -> str:
    """The article at the end of a chain of copies; the article itself if the chain is a ring."""
    seen = [report.article_id]
    while (source := known[seen[-1]].copy_of) in known:
        if source in seen:
            return report.article_id
        seen.append(source)
    return seen[-1]


def _steps(page: ArticlePage) -> list[tuple[RevisionRow, list[list[Edit]], list[list[Edit]], tuple[Run, ...]]]:
    """Per revision, newest first: its meaning-bearing passages by kind, its cosmetic ones, the two texts compared."""
    versions = {v.seq: v for v in page.versions}
    steps = []
    for step in sorted(page.revisions, key=lambda r: (r.seen_at, r.to_seq), reverse=True):
        by_kind = sorted(step.edits, key=lambda e: list(EditKind).index(e.kind))
        old, new = versions.get(step.from_seq), versions.get(step.to_seq)
        runs = compare(old, new, step.edits) if old and new else ()
        telling, slight = [e for e in by_kind if e.meaningful], [e for e in by_kind if not e.meaningful]
        steps.append((step, passages(telling), passages(slight), runs))
    return steps


def _pairs(page: ArticlePage) -> list[tuple[PairRow, list[list[Edit]], tuple[Run, ...]]]:
    """Per further pair of versions: its meaning-bearing passages, the two texts compared."""
    versions = {v.seq: v for v in page.versions}
    return [
        (
            pair,
            passages(e for e in pair.edits if e.meaningful),
            compare(versions[pair.from_seq], versions[pair.to_seq], pair.edits),
        )
        for pair in page.pairs
        if {pair.from_seq, pair.to_seq} <= versions.keys()
    ]


def passages(edits: Iterable[Edit]) -> list[list[Edit]]:
    """Edits of one passage together: a sentence may have been judged for its number and for its source."""
    found: dict[tuple[str, str, str], list[Edit]] = {}
    for edit in edits:
        found.setdefault((edit.field, edit.before, edit.after), []).append(edit)
    return list(found.values())


def _ladder(page: ArticlePage) -> list[tuple[Version, RevisionRow | None, int, int]]:
    """Per version: the step that led to it, the words changed by it, and the height of its tick in per cent of the tallest."""
    led = {r.to_seq: r for r in sorted(page.revisions, key=lambda r: r.seen_at, reverse=True)}
    changed = {v.seq: _words_changed(led.get(v.seq)) for v in page.versions}
    most = max(changed.values(), default=0) or 1
    return [(v, led.get(v.seq), changed[v.seq], round(100 * changed[v.seq] / most)) for v in page.versions]


def _words_changed(step: RevisionRow | None) -> int:
    """Words put in or taken out by a step."""
    if step is None:
        return 0
    count = 0
    for edit in step.edits:
        words = edit.words or ((-1, edit.before), (1, edit.after))
        count += sum(len(text.split()) for sign, text in words if sign)
    return count
