"""The change log as data: JSON after `docs/report-schema.json`, and CSV that no spreadsheet takes for formulas.

The columns of a change are those of the SQL view `changes`, under the same names, so that file and query can be joined.
"""

import csv
import io
import json
from datetime import datetime

from pipeline.changelog.days import aspect_order, begin, log
from pipeline.changelog.escape import csv_cell, whole
from pipeline.changelog.views import ChangeLine, QuietEdit, ReportRow, StandingRow, StoryPage, Voice
from pipeline.changelog.wording import iso

SCHEMA = "writethru/changes/1"  # raised when a field changes its meaning; new fields do not raise it

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

CSV_COLUMNS = (
    "change_id", "story_id", "slug", "aspect", "detected_at", "url", "article_id", "version_id", "kind", "subject", "before",
    "after", "value_before", "value_after", "evidence_before", "evidence_after", "attributed_to", "source_kind", "outlet",
    "before_outlet", "before_url", "corroborations", "repeats", "silent", "reason", "review",
)  # fmt: skip


def render_json(page: StoryPage) -> str:
    """The story's change log as one JSON object, changes newest day first."""
    story = page.story
    document: dict[str, Json] = {
        "schema": SCHEMA,
        "as_of": iso(page.as_of),
        "since": iso(begin(page)),
        "story": {
            "story_id": story.story_id,
            "slug": story.slug,
            "title": story.title,
            "origin": story.origin,
            "first_seen_at": _time(story.first_seen_at),
            "last_seen_at": _time(story.last_seen_at),
            "aspects": [*aspect_order(page)],
        },
        "standing": [_standing(row) for row in page.standing],
        "changes": [_change(page, line) for line in ordered(page)],
        "quiet_edits": [_quiet(q) for q in sorted(page.quiet_edits, key=lambda q: (q.seen_at, q.edit_id), reverse=True)],
        "reports": [_report(r) for r in page.reports],
        "days": [
            {
                "day": d.day.isoformat(),
                "changes": d.changes,
                "reports": d.count.reports,
                "repeats": d.count.repeats,
                "folded_edits": d.count.folded_edits,
            }
            for d in log(page)
        ],
    }
    return whole(json.dumps(document, ensure_ascii=False, indent=1)) + "\n"


def render_csv(page: StoryPage) -> str:
    """One row a change, in the log's order; texts on one line each."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for line in ordered(page):
        change = _change(page, line)
        writer.writerow([_cell(change[column]) for column in CSV_COLUMNS])
    return out.getvalue()


def ordered(page: StoryPage) -> tuple[ChangeLine, ...]:
    """The changes in the log's order."""
    return tuple(line for day in log(page) for group in day.aspects for line in group.lines)


def _cell(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return csv_cell(value) if isinstance(value, str) else "" if value is None else str(value)


def _time(at: datetime | None) -> str | None:
    return iso(at) if at else None


def _change(page: StoryPage, line: ChangeLine) -> dict[str, Json]:
    change = line.change
    return {
        "change_id": change.change_id,
        "story_id": page.story.story_id,
        "slug": page.story.slug,
        "aspect": change.aspect,
        "detected_at": iso(change.detected_at),
        "published_at": _time(line.published_at),
        "url": change.url,
        "article_id": change.article_id,
        "version_id": change.version_id,
        "claim_id": change.claim_id,
        "kind": change.kind.value,
        "subject": change.subject,
        "before": change.before,
        "after": change.after,
        "value_before": change.value_before,
        "value_after": change.value_after,
        "evidence_before": change.evidence_before,
        "evidence_after": change.evidence_after,
        "words": [[sign, text] for sign, text in line.words],
        "attributed_to": change.attributed_to,
        "source_kind": line.source_kind,
        "hedge": line.hedge,
        "chain": [*line.chain],
        "outlet": line.outlet,
        "title": line.title,
        "before_outlet": line.before_outlet,
        "before_url": change.before_url,
        "before_seen_at": _time(line.before_seen_at),
        "corroborations": change.corroborations,
        "corroborated_by": [_voice(v) for v in line.corroborated_by],
        "repeats": change.repeats,
        "dissent": [_voice(v) for v in line.dissent],
        "silent": line.silent,
        "rank": round(change.rank, 4),
        "confidence": round(change.confidence, 4),
        "reason": change.reason,
        "otherwise": line.otherwise,
        "review": line.review,
        "review_by": line.review_by,
        "review_note": line.review_note,
    }


def _voice(voice: Voice) -> dict[str, Json]:
    return {
        "outlet": voice.outlet,
        "url": voice.url,
        "seen_at": iso(voice.seen_at),
        "value": voice.value,
        "attributed_to": voice.attributed_to,
        "source_kind": voice.source_kind,
        "sentence": voice.sentence,
        "lags": voice.lags,
        "note": voice.note,
    }


def _standing(row: StandingRow) -> dict[str, Json]:
    return {
        "aspect": row.aspect,
        "subject": row.subject,
        "now": row.now,
        "value": row.value,
        "since": iso(row.since),
        "said_by": _voice(row.said_by),
        "independent": row.independent,
        "repeats": row.repeats,
        "contested": [_voice(v) for v in row.contested],
        "change_id": row.change_id,
    }


def _quiet(quiet: QuietEdit) -> dict[str, Json]:
    edit = quiet.edit
    return {
        "edit_id": quiet.edit_id,
        "outlet": quiet.outlet,
        "article_id": quiet.article_id,
        "url": quiet.url,
        "seen_at": iso(quiet.seen_at),
        "from_seq": quiet.from_seq,
        "to_seq": quiet.to_seq,
        "op": edit.op.value,
        "kind": edit.kind.value,
        "field": edit.field,
        "before": edit.before,
        "after": edit.after,
        "words": [[sign, text] for sign, text in edit.words],
        "silent": edit.silent,
        "reason": edit.reason,
        "aspect": quiet.aspect,
    }


def _report(report: ReportRow) -> dict[str, Json]:
    return {
        "article_id": report.article_id,
        "outlet": report.outlet,
        "title": report.title,
        "url": report.url,
        "first_seen_at": iso(report.first_seen_at),
        "published_at": _time(report.published_at),
        "versions": report.versions,
        "copy_of": report.copy_of or None,
        "score": report.score,
        "reason": report.reason,
    }
