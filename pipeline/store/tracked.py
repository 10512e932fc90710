"""Tracking: revisions, edits, stories, claims and changes, all of it derived from the record and replaceable."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from pipeline.model import (
    Appearance,
    Article,
    Change,
    Claim,
    Copy,
    Edit,
    HumanDecision,
    Link,
    LinkEvent,
    Report,
    RevisionDecision,
    Standing,
    Story,
    Version,
    ident,
)
from pipeline.store.database import Row, Tables, keyed, naive, query, read
from pipeline.store.keys import id_key
from pipeline.store.memory import Memory
from pipeline.store.rows import plain_row, value_of

DERIVED = (
    "tracked",
    "state",
    "memory",
    "revision",
    "edit",
    "story",
    "link",
    "story_event",
    "copy",
    "claim",
    "change",
    "standing",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """A judged step of an article."""

    article_id: str
    url: str
    from_version_id: str
    to_version_id: str
    seen_at: datetime
    decision: RevisionDecision

    @property
    def revision_id(self) -> str:
        return ident("rev", self.article_id, self.from_version_id, self.to_version_id, self.seen_at.isoformat())


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedState:
    """What the linker or a ledger remembers between runs."""

    name: str
    method: str  # name/version of what wrote it; another one starts anew
    through: datetime | None  # the latest look that it has seen
    covers: str  # digest of what it was made from, "" if that cannot come late
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Linking:
    """What became of stories since they were last saved."""

    stories: Sequence[Story]  # that moved, as they stand now
    gone: Collection[str]  # story_ids that are told no longer
    counts: Mapping[str, int]  # articles by story
    links: Sequence[Link]  # new or other than before
    removed: Sequence[tuple[str, str]]  # (story_id, article_id)
    events: Sequence[LinkEvent]
    copies: Sequence[Copy]  # new
    anew: bool  # all was linked anew: nothing that was saved before stands


class Tracked:
    """The part of the store that tracking reads and writes."""

    con: duckdb.DuckDBPyConnection
    tables: Tables

    # ---- what is new

    def untracked(self) -> list[Appearance]:
        """Appearances that no tracking has seen, in time order."""
        return [value_of(Appearance, r) for r in read(self.con, query("untracked"))]

    def mark_tracked(self, appearances: Sequence[Appearance]) -> None:
        self.tables.insert("derived.tracked", [{"appearance_id": a.appearance_id} for a in appearances])

    def forget_derived(self) -> None:
        """Drop everything that can be made again from the record."""
        for table in DERIVED:
            self.con.execute(f"DELETE FROM derived.{table}")

    def appearances(self, article_ids: Iterable[str]) -> dict[str, list[Appearance]]:
        """All appearances of articles, in time order, by article_id."""
        out: dict[str, list[Appearance]] = {}
        for r in keyed(self.con, "appearances_of", map(id_key, article_ids)):
            out.setdefault(str(r["article_id"]), []).append(value_of(Appearance, r))
        return out

    def versions(self, version_ids: Iterable[str]) -> dict[str, Version]:
        """Versions by id."""
        rows = keyed(self.con, "versions_by_id", map(id_key, version_ids))
        return {str(r["version_id"]): value_of(Version, r) for r in rows}

    # ---- revisions and edits

    def save_revisions(self, revisions: Sequence[Revised], article_ids: Iterable[str]) -> None:
        """Write revisions of articles with their edits. What stood under the same id is replaced.

        Steps that are none any more, since a text that stood in between became known late, are removed.
        """
        ids = [r.revision_id for r in revisions]
        ids += [r["revision_id"] for r in read(self.con, query("undone_revisions"), {"article_ids": sorted(set(article_ids))})]
        self.tables.delete("derived.revision", "revision_id", ids)
        self.tables.delete("derived.edit", "revision_id", ids)
        self.tables.insert("derived.revision", [_revision_row(r) for r in revisions])
        self.tables.insert("derived.edit", [_edit_row(r, n, e) for r in revisions for n, e in enumerate(r.decision.edits)])

    # ---- stories

    def decisions(self) -> list[HumanDecision]:
        """Everything that people decided, in time order. An article that proved to be another one goes by that one's id."""
        rows = read(self.con, query("decisions"))
        named = {a for r in rows for a in (r["article_id"], *(r["article_ids"] or ())) if a}
        now = {r["article_id"]: r["now"] for r in read(self.con, query("renamed_articles"), {"article_ids": sorted(named)})}
        return [_decision(r, now) for r in rows]

    def add_decisions(self, decisions: Sequence[HumanDecision]) -> None:
        """Write what people decided. Rows are never changed or removed."""
        self.tables.insert("record.decision", [plain_row(d) for d in decisions])

    def add_proposals(self, rows: Sequence[Row]) -> None:
        """Write pairs of stories that look like one, each pair once."""
        self.tables.insert_absent("record.proposal", "proposal_id", rows)

    def asked_about(self) -> set[frozenset[str]]:
        """The pairs of stories that were proposed to be one."""
        rows = read(self.con, "SELECT story_id, other_story_id FROM record.proposal")
        return {frozenset((r["story_id"], r["other_story_id"])) for r in rows}

    def tracked_appearances(self) -> list[Appearance]:
        """Every appearance that tracking has seen, in time order."""
        return [value_of(Appearance, r) for r in read(self.con, query("tracked_appearances"))]

    def texts(self, appearances: Sequence[Appearance]) -> list[Article]:
        """What the linker reads: the text of each appearance, in time order."""
        wanted = {"appearance_ids": [a.appearance_id for a in appearances]}
        return [_article(r) for r in read(self.con, query("texts"), wanted)]

    def save_stories(self, linking: Linking) -> None:
        """Write what became of stories: only the rows that differ from what was saved."""
        if linking.anew:
            for table in ("story", "link", "copy", "story_event"):
                self.con.execute(f"DELETE FROM derived.{table}")
        moved = [x.story_id for x in linking.stories]
        self.tables.delete("derived.story", "story_id", [*moved, *linking.gone])
        links = [{"link_id": _link_id(x.story_id, x.article_id), **plain_row(x)} for x in linking.links]
        gone = [_link_id(*key) for key in linking.removed]
        self.tables.delete("derived.link", "link_id", [*gone, *(str(x["link_id"]) for x in links)])
        stories = [plain_row(s) | {"article_count": linking.counts.get(s.story_id, 0)} for s in linking.stories]
        self.tables.insert("derived.story", stories)
        self.tables.insert("derived.link", links)
        self.tables.insert("derived.copy", [plain_row(c) for c in linking.copies])
        rows = [{"event_id": _event_id(e), **plain_row(e)} for e in linking.events]
        self.tables.insert_absent("derived.story_event", "event_id", rows)

    def forget_ledgers(self, but: Collection[str]) -> None:
        """Drop what was read of stories that are not among these: nobody watches them any longer."""
        stories, names = sorted(but), [f"ledger {story_id}" for story_id in sorted(but)]
        for table in ("claim", "change", "standing"):
            self.con.execute(f"DELETE FROM derived.{table} WHERE NOT list_contains($kept, story_id)", {"kept": stories})
        for table in ("state", "memory"):
            self.con.execute(
                f"DELETE FROM derived.{table} WHERE starts_with(name, 'ledger ') AND NOT list_contains($kept, name)",
                {"kept": names},
            )

    def save_state(self, state: SavedState, now: datetime) -> None:
        self.tables.delete("derived.state", "name", [state.name])
        self.con.execute(
            "INSERT INTO derived.state VALUES ($name, $method, $now, $through, $covers, $data)",
            {
                "name": state.name,
                "method": state.method,
                "now": naive(now),
                "through": naive(state.through),
                "covers": state.covers,
                "data": state.data,
            },
        )

    def forget_state(self, name: str) -> None:
        """Nothing is remembered under a name any more."""
        self.tables.delete("derived.state", "name", [name])

    def memory(self, name: str) -> "Memory":
        """What is remembered under a name, piece by piece."""
        return Memory(self.con, name)

    def load_state(self, name: str) -> SavedState | None:
        rows = read(
            self.con, "SELECT name, method, through, covers, data FROM derived.state WHERE name = $name", {"name": name}
        )
        return value_of(SavedState, rows[0]) if rows else None

    def saved_methods(self) -> dict[str, tuple[str, str]]:
        """name -> (method, covers) of everything that is remembered."""
        rows = read(self.con, "SELECT name, method, covers FROM derived.state ORDER BY name")
        return {r["name"]: (r["method"], r["covers"] or "") for r in rows}

    # ---- the ledger

    def reports(self, story_id: str, since: datetime | None = None) -> list[Report]:
        """Every version of every article of a story, when it came to stand, in time order; after `since` if given."""
        rows = read(self.con, query("reports_of_story"), {"story_id": story_id, "since": since})
        return [_report(r) for r in rows]

    def report_keys(self, story_id: str) -> list[tuple[datetime, str]]:
        """(seen_at, version_id) of every report of a story, in time order."""
        return [(r["seen_at"], r["version_id"]) for r in read(self.con, query("report_keys"), {"story_id": story_id})]

    def change_ids(self, story_id: str) -> set[str]:
        """The lines of a story's change log."""
        rows = read(self.con, "SELECT change_id FROM derived.change WHERE story_id = $story_id", {"story_id": story_id})
        return {r["change_id"] for r in rows}

    def save_ledger(
        self, story_id: str, claims: Sequence[Claim], changes: Sequence[Change], standing: Sequence[Standing], anew: bool
    ) -> None:
        """Write what a ledger found: claims are added (or replaced if the ledger was made anew), the log is replaced."""
        if anew:
            self.tables.delete("derived.claim", "story_id", [story_id])
        for table in ("change", "standing"):
            self.tables.delete(f"derived.{table}", "story_id", [story_id])
        mine = {"story_id": story_id}
        self.tables.insert_absent("derived.claim", "claim_id", [plain_row(c) | mine for c in claims])
        self.tables.insert("derived.change", [plain_row(c) | mine | {"kind": c.kind.value} for c in changes])
        self.tables.insert("derived.standing", [_standing_row(s) | mine for s in standing])


def _revision_row(r: Revised) -> dict[str, object]:
    d = r.decision
    row = {k: getattr(r, k) for k in ("revision_id", "article_id", "url", "from_version_id", "to_version_id", "seen_at")}
    return row | {"kind": d.kind.value, "meaningful": d.meaningful, "reason": d.reason}


def _edit_row(r: Revised, n: int, e: Edit) -> dict[str, object]:
    row = plain_row(e) | {
        "op": e.op.value,
        "kind": e.kind.value,
        "words": json.dumps([list(w) for w in e.words], ensure_ascii=False),
    }
    return row | {
        "edit_id": ident("edt", r.revision_id, n, e.field, e.kind.value, e.before, e.after),
        "revision_id": r.revision_id,
        "article_id": r.article_id,
        "url": r.url,
        "seen_at": r.seen_at,
        "ordinal": n,
    }


def _standing_row(s: Standing) -> dict[str, object]:
    contested = [plain_row(c) | {"since": c.since.isoformat()} for c in s.contested]
    return plain_row(s) | {"contested": json.dumps(contested, ensure_ascii=False)}


def _link_id(story_id: str, article_id: str) -> str:
    return ident("lnk", story_id, article_id)


def _decision(r: Row, now: Mapping[str, str]) -> HumanDecision:
    told = {k: v for k, v in r.items() if v is not None}
    told["article_ids"] = tuple(now.get(a, a) for a in r["article_ids"] or ())
    if r["article_id"]:
        told["article_id"] = now.get(r["article_id"], r["article_id"])
    return value_of(HumanDecision, told)


def _event_id(e: LinkEvent) -> str:
    return ident("evt", e.story_id, e.happened_at.isoformat(), e.kind, e.article_id, e.other_story_id)


def _article(r: Row) -> Article:
    return value_of(Article, {**r, "paragraphs": _paragraphs(r)})


def _report(r: Row) -> Report:
    return value_of(Report, {**r, "paragraphs": _paragraphs(r)})


def _paragraphs(r: Row) -> tuple[str, ...]:
    return tuple(str(r["text"]).split("\n\n")) if r["text"] else ()
