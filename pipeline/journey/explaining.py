"""`why`: the reason and the evidence behind anything that has an id, in words."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.store import Store

Row = Mapping[str, Any]


def lines_of(store: Store, view: str, row: Row) -> list[str]:
    """What decided, on what evidence, and where to look next."""
    special = {"changes": _change, "edits": _edit, "claims": _claim, "revisions": _revision, "story_articles": _link}
    special |= {"articles": _article, "stories": _story, "decisions": _decision}
    body = special[view](store, row) if view in special else _fields(row)
    return [f"{_title(view)} {next(iter(i for k, i in row.items() if str(k).endswith('_id')), '')}", *body]


def _title(view: str) -> str:
    return {"story_articles": "link", "quarantine": "quarantined look"}.get(view, view.removesuffix("s"))


def _on(r: Row) -> str:
    return f"{r['aspect']}: {r['subject']}" if r["subject"] else str(r["aspect"])


def _at(value: Any) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC" if value else "unknown"


def _change(store: Store, r: Row) -> list[str]:
    claim = store.rows("why_claim", {"claim_id": r["claim_id"]})
    nearest = store.rows("why_repetitions", {"story_id": r["story_id"], "aspect": r["aspect"], "since": r["detected_at"]})
    told = [
        f"{r['kind']} on {_on(r)} in the story {r['slug']}, {_at(r['detected_at'])}",
        f"  before:  {r['before'] or '(nothing was said)'}",
        f"  after:   {r['after']}",
        f"Decided because {r['reason']}",
        "Evidence",
        f"  before:  {r['evidence_before'] or '-'}",
        *([f"           {r['before_url']}"] if r["before_url"] else []),
        f"  after:   {r['evidence_after']}",
        f"           {r['url']} ({r['version_id']})",
        f"Said by {r['attributed_to'] or 'the outlet itself'}",
    ]
    for c in claim:
        told.append(
            f"Chain of sources: {' <- '.join(c['chain']) if c['chain'] else 'none named'}; confidence {c['confidence']:.2f}"
        )
    told.append(f"Repeated by {r['repeats']} reports, {r['corroborations']} of them independent sources")
    for n in nearest[:1]:
        told += [
            "Nearest later statement that was judged a repetition",
            f"  {n['sentence']}",
            f"           {n['url']}: {n['reason']}",
        ]
    if r["review"]:
        told.append(f"A person's verdict: {r['review']}{' - ' + r['review_note'] if r['review_note'] else ''}")
    return told


def _edit(store: Store, r: Row) -> list[str]:
    words = json.loads(r["words"] or "[]")
    marked = "".join(f"[-{t}-]" if s < 0 else f"{{+{t}+}}" if s > 0 else t for s, t in words)
    return [
        f"{r['op']} in the {r['field']}, kind {r['kind']}, {'bears meaning' if r['meaningful'] else 'no meaning'}"
        f"{', silent: no note explains it' if r['silent'] else ''}",
        f"Decided because {r['reason']}",
        f"  before:  {r['before'] or '(nothing)'}",
        f"  after:   {r['after'] or '(nothing)'}",
        *([f"  words:   {marked}"] if marked else []),
        f"Seen {_at(r['seen_at'])} in {r['url']} (revision {r['revision_id']})",
    ]


def _claim(store: Store, r: Row) -> list[str]:
    return [
        f"{r['kind']} on {_on(r)} in the story {r['slug']}",
        f"  value:   {' '.join(x for x in (r['hedge'], r['value'], r['status']) if x) or '-'}",
        f"  from:    {r['sentence']}",
        f"           {r['url']} ({r['version_id']}), paragraph {r['paragraph']}, characters {r['start']}-{r['end']}",
        f"Said by {r['attributed_to'] or 'the outlet itself'}; chain: {' <- '.join(r['chain']) or 'none named'}",
        f"The ledger: {r['verdict']}, because {r['reason']}",
    ]


def _revision(store: Store, r: Row) -> list[str]:
    edits = store.rows("why_edits", {"revision_id": r["revision_id"]})
    told = [f"{r['kind']}, {'bears meaning' if r['meaningful'] else 'no meaning'}, because {r['reason']}"]
    told += [f"  {e['edit_id']}  {e['kind']:<12} {'*' if e['meaningful'] else ' '} {e['reason']}" for e in edits]
    return [*told, f"Seen {_at(r['seen_at'])} in {r['url']}: {r['from_version_id']} -> {r['to_version_id']}"]


def _link(store: Store, r: Row) -> list[str]:
    told = [
        f"{r['url']} ({r['article_id']}) is part of the story {r['slug']}, score {r['score']:.3f}",
        f"Decided because {r['reason']}",
    ]
    if r["runner_up"]:
        told.append(f"The next best story was {r['runner_up']}, score {r['runner_up_score'] or 0:.3f}")
    return [
        *told,
        f"Linked {_at(r['linked_at'])} by {r['method'] or 'the linker'}{'; worth a look by a person' if r['review'] else ''}",
    ]


def _article(store: Store, r: Row) -> list[str]:
    mine = {"article_id": r["article_id"]}
    told = [
        f"{r['title'] or '(no headline yet)'}",
        f"  {r['outlet']}, {r['url']}, {r['status']}, first seen {_at(r['first_seen_at'])}",
    ]
    told += [f"Part of the story {s['slug']} ({s['link_id']}): {s['reason']}" for s in store.rows("why_article_stories", mine)]
    return told + _lineage(store.rows("why_lineage", mine))


def _lineage(rows: Sequence[Row]) -> list[str]:
    """The chain of copies in words, and what derives from the article itself."""
    back = [r for r in rows if r["way"] == "from"]
    taken = [f"  {r['outlet']}, {_at(r['first_seen_at'])}: {r['url']}" for r in rows if r["way"] == "to"]
    told = []
    if back:
        told += [f"Its text derives from another's: {' <- '.join(r['outlet'] for r in back)}; they count as one source"]
        told += [f"  {r['outlet']}, {_at(r['first_seen_at'])}: {r['reason'] or 'told it first'}" for r in back]
    return told + (["Articles that derive from it:", *taken] if taken else [])


def _story(store: Store, r: Row) -> list[str]:
    told = [
        f"{r['title']}",
        f"  {r['slug']}, {r['origin']}, {r['article_count']} articles, {_at(r['first_seen_at'])} to {_at(r['last_seen_at'])}",
    ]
    if r["split_from"]:
        told.append(f"Split from the story {r['split_from']}")
    if r["merged_into"]:
        told.append(f"Ended in the story {r['merged_into']}")
    events = store.rows("why_story_events", {"story_id": r["story_id"]})
    return told + [f"  {_at(e['happened_at'])}  {e['kind']:<8} {_event(e)}" for e in events]


def _event(e: Row) -> str:
    other = e["other_slug"] or e["other_story_id"]
    return " ".join(x for x in (f"{other}:" if other else "", e["reason"]) if x)


def _decision(store: Store, r: Row) -> list[str]:
    who = r["made_by"] or "a person"
    told = [
        f"{r['kind']} by {who}, {_at(r['made_at'])}, on {r['slug'] or r['story_id']}{'' if r['holds'] else '; holds no longer'}"
    ]
    if r["undone_by"]:
        told.append(f"Undone by {r['undone_by']}")
    skip = ("decision_id", "kind", "made_by", "made_at", "slug", "holds", "undone_by", "read_through")
    return told + _fields({k: v for k, v in r.items() if k not in skip})


def _fields(row: Row) -> list[str]:
    width = max(len(k) for k in row)
    return [f"  {k:<{width}}  {_at(v) if hasattr(v, 'strftime') else v}" for k, v in row.items() if v not in (None, "")]
