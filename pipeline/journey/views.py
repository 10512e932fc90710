"""From the store's rows to the values that pages are made of. Only reads and arranges; wording and looks are changelog's."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from pipeline.changelog.views import (
    ArticlePage,
    ChangeLine,
    DayCount,
    FeedTrouble,
    Health,
    IndexPage,
    IndexStory,
    KindCount,
    Look,
    OutletPage,
    PairRow,
    QuietEdit,
    ReportRow,
    RevisionRow,
    Said,
    StandingRow,
    StoryPage,
    Voice,
)
from pipeline.diff import word_diff
from pipeline.edits import compare
from pipeline.fetch import redact
from pipeline.model import (
    Aspect,
    Change,
    ChangeKind,
    Edit,
    EditKind,
    Op,
    Outcome,
    QuarantineKind,
    Story,
    Version,
    Watch,
)
from pipeline.store import Store, value_of

DAY = timedelta(days=1)
Row = Mapping[str, Any]
MOST_EDITS = 200  # listed on one page
SPARK_DAYS = 14
MOST_PAIRED = 6  # versions of which a page compares every two


# ---- a story -------------------------------------------------------------------------------------------------------------


def story_page(
    store: Store, story: Story, aspects: Sequence[Aspect], as_of: datetime, since: datetime | None = None
) -> StoryPage:
    """Everything that a story's page shows."""
    mine = {"story_id": story.story_id}
    order = {a.name: n for n, a in enumerate(aspects)}
    changes = tuple(change_line(r) for r in store.rows("page_changes", mine))
    edits = store.rows("page_edits", {**mine, "outlet": None, "most": MOST_EDITS})
    return StoryPage(
        story=story,
        as_of=as_of,
        aspects=tuple(aspects),
        standing=tuple(sorted(map(standing_row, store.rows("page_standing", mine)), key=lambda s: order.get(s.aspect, 99))),
        changes=changes,
        quiet_edits=tuple(quiet_edit(r) for r in edits),
        reports=tuple(value_of(ReportRow, r) for r in store.rows("page_reports", mine)),
        said=tuple(value_of(Said, r) for r in store.rows("page_said", mine)),
        days=tuple(value_of(DayCount, r) for r in store.rows("page_days", mine)),
        since=since,
    )


def change_line(r: Row) -> ChangeLine:
    """A line of the log with what its line and its evidence need."""
    change = value_of(Change, {**r, "kind": ChangeKind(r["kind"])})
    told = {f.name: r[f.name] for f in fields(ChangeLine) if f.name in r and r[f.name] is not None}
    told |= {"chain": tuple(r["chain"] or ()), "change": change}
    if change.evidence_before:
        told["words"] = tuple(word_diff(change.evidence_before, change.evidence_after))
    return ChangeLine(**told)


def standing_row(r: Row) -> StandingRow:
    """A row of what stands, with who says otherwise."""
    first = Voice(
        outlet=r["outlet"],
        url=r["url"],
        seen_at=r["since"],
        article_id=r["article_id"],
        value=r["value"],
        attributed_to=r["attributed_to"],
        source_kind=r["source_kind"] or "",
        seq=r["seq"] or 0,
    )
    return value_of(StandingRow, {**r, "said_by": first, "contested": tuple(map(_contest, json.loads(r["contested"] or "[]")))})


def _contest(c: Row) -> Voice:
    return Voice(
        outlet=c["outlet"],
        url=c["url"],
        seen_at=datetime.fromisoformat(c["since"]),
        article_id=c["article_id"],
        value=c["value"],
        attributed_to=c["root"],
        sentence=c["said"],
        lags=c["lags"],
    )


def edit_of(r: Row) -> Edit:
    """An edit from its row."""
    words = tuple((int(sign), str(text)) for sign, text in json.loads(r["words"] or "[]"))
    return value_of(Edit, {**r, "op": Op(r["op"]), "kind": EditKind(r["kind"]), "words": words})


def quiet_edit(r: Row) -> QuietEdit:
    return value_of(QuietEdit, {**r, "edit": edit_of(r)})


# ---- articles ------------------------------------------------------------------------------------------------------------


def article_pages(store: Store, rows: Sequence[Row], pairs: bool = False) -> list[ArticlePage]:
    """The pages of articles, given their rows of `page_articles`; if asked, with versions compared that are no neighbours."""
    wanted = {"article_ids": [r["article_id"] for r in rows]}
    versions = _by_article([value_of(Version, r) for r in store.rows("page_versions", wanted)])
    steps: dict[str, dict[str, list[Row]]] = {}
    for r in store.rows("page_revisions", wanted):
        steps.setdefault(r["article_id"], {}).setdefault(r["revision_id"], []).append(r)
    looks: dict[str, list[Row]] = {}
    for r in store.rows("page_quarantine", wanted):
        looks.setdefault(r["article_id"], []).append(r)
    stories: dict[str, list[Story]] = {}
    for r in store.rows("page_article_stories", wanted):
        stories.setdefault(r["article_id"], []).append(value_of(Story, r))
    lineage = _lineage(store)
    return [
        value_of(
            ArticlePage,
            {
                **r,
                "versions": tuple(versions.get(r["article_id"], ())),
                "revisions": tuple(_revisions(steps.get(r["article_id"], {}))),
                "quarantined": tuple(_looks(looks.get(r["article_id"], []))),
                "stories": tuple(stories.get(r["article_id"], ())),
                "copy_of": lineage.get(r["article_id"], (None, ()))[0],
                "copies": lineage.get(r["article_id"], (None, ()))[1],
                "pairs": _pairs(versions.get(r["article_id"], ())) if pairs else (),
            },
        )
        for r in rows
    ]


def _pairs(versions: Sequence[Version]) -> tuple[PairRow, ...]:
    """All pairs of a few versions; of many, each with the first and with the last. Neighbours are revisions already."""
    found = [(old, new) for n, old in enumerate(versions) for new in versions[n + 2 :]]
    if len(versions) > MOST_PAIRED:
        found = [(old, new) for old, new in found if old is versions[0] or new is versions[-1]]
    return tuple(_pair(old, new) for old, new in found)


def _pair(old: Version, new: Version) -> PairRow:
    decision = compare(old, new)
    return PairRow(from_seq=old.seq, to_seq=new.seq, reason=decision.reason, edits=decision.edits)


def _by_article(versions: Sequence[Version]) -> dict[str, list[Version]]:
    out: dict[str, list[Version]] = {}
    for v in versions:
        out.setdefault(v.article_id, []).append(v)
    return out


def _revisions(steps: Mapping[str, Sequence[Row]]) -> list[RevisionRow]:
    """One row a step; going to and fro between the same two versions is folded into the first with a count."""
    out: list[RevisionRow] = []
    for revision_id, rows in steps.items():
        r = rows[0]
        out.append(
            RevisionRow(
                revision_id=revision_id,
                from_seq=r["from_seq"],
                to_seq=r["to_seq"],
                seen_at=r["seen_at"],
                kind=EditKind(r["revision_kind"]),
                meaningful=r["revision_meaningful"],
                reason=r["revision_reason"],
                edits=tuple(edit_of(e) for e in rows if e["op"]),
                flaps=0,
            )
        )
    return out


def _looks(rows: Sequence[Row]) -> list[Look]:
    """Equal looks in a row are one with a count."""
    out: list[Look] = []
    for r in rows:
        kind = QuarantineKind(r["kind"])
        if out and (out[-1].kind, out[-1].reason) == (kind, r["reason"]):
            out[-1] = Look(seen_at=out[-1].seen_at, kind=kind, reason=r["reason"], times=out[-1].times + 1, status=r["status"])
        else:
            out.append(Look(seen_at=r["seen_at"], kind=kind, reason=r["reason"], status=r["status"]))
    return out


def _lineage(store: Store) -> dict[str, tuple[ReportRow | None, tuple[ReportRow, ...]]]:
    """article_id -> (what it is a copy of, its copies)."""
    out: dict[str, tuple[ReportRow | None, tuple[ReportRow, ...]]] = {}
    for r in store.rows("page_copies"):
        source, copy = (
            value_of(ReportRow, {k.removeprefix(side): v for k, v in r.items() if k.startswith(side)})
            for side in ("source_", "copy_")
        )
        out[copy.article_id] = (source, out.get(copy.article_id, (None, ()))[1])
        before = out.get(source.article_id, (None, ()))
        out[source.article_id] = (before[0], (*before[1], copy))
    return out


# ---- outlets -------------------------------------------------------------------------------------------------------------


def outlet_pages(store: Store, as_of: datetime) -> list[OutletPage]:
    """How each outlet edits."""
    kinds: dict[str, list[KindCount]] = {}
    for r in store.rows("page_outlet_kinds"):
        kinds.setdefault(r["outlet"], []).append(KindCount(kind=EditKind(r["kind"]), edits=r["edits"], silent=r["silent"]))
    recent: dict[str, list[QuietEdit]] = {}
    for r in store.rows("page_edits", {"story_id": None, "outlet": None, "most": 20 * MOST_EDITS}):
        mine = recent.setdefault(r["outlet"], [])
        if len(mine) < MOST_EDITS // 4:
            mine.append(quiet_edit(r))
    return [_outlet_page(r, kinds, recent, as_of) for r in store.rows("page_outlets")]


def _outlet_page(r: Row, kinds: dict[str, list[KindCount]], recent: dict[str, list[QuietEdit]], as_of: datetime) -> OutletPage:
    soon = r["first_edit_seconds"]
    told = {
        "first_edit_after": timedelta(seconds=float(soon)) if soon is not None else None,
        "kinds": tuple(kinds.get(r["outlet"], ())),
        "recent": tuple(recent.get(r["outlet"], ())),
        "as_of": as_of,
    }
    return value_of(OutletPage, {**r, **told})


# ---- the front page ------------------------------------------------------------------------------------------------------


def index_page(store: Store, pages: Sequence[StoryPage], as_of: datetime, since: datetime | None = None) -> IndexPage:
    """The front page: what moved in each story, and how collecting went."""
    begin = since or as_of - DAY
    rows = [{**r, "url": redact(r["url"]), "outcome": Outcome(r["outcome"])} for r in store.rows("page_troubles")]
    troubles = [value_of(FeedTrouble, row) for row in rows]
    health = value_of(Health, {**store.rows("page_health", {"since": begin})[0], "troubles": tuple(troubles)})
    return IndexPage(as_of=as_of, stories=tuple(_index_story(p, begin) for p in pages), health=health, since=since)


def _index_story(page: StoryPage, begin: datetime) -> IndexStory:
    first = page.as_of.date() - timedelta(days=SPARK_DAYS - 1)
    per_day = [c.change.detected_at.date() for c in page.changes]
    moved = tuple(c for c in page.changes if c.change.detected_at > begin)
    return IndexStory(
        story=page.story,
        reports=len(page.reports),
        outlets=len({r.outlet for r in page.reports}),
        changes=len(page.changes),
        moved=moved,
        last=() if moved else tuple(c for c in page.changes if c.change.detected_at.date() == max(per_day)),
        quiet_edits=sum(e.seen_at > begin for e in page.quiet_edits),
        repeats=sum(d.repeats for d in page.days if d.day >= begin.date()),
        daily=tuple(per_day.count(first + timedelta(days=n)) for n in range(SPARK_DAYS)),
    )


def aspects_of(story: Story, watches: Sequence[Watch]) -> tuple[Aspect, ...]:
    """The aspects of a watched story, none for a found one."""
    return next((w.aspects for w in watches if w.story_id == story.story_id), ())
