"""What stands now on each aspect: the newest value of each key and the newest state, who says so, and who says otherwise."""

from collections.abc import Iterable, Sequence

from pipeline.changes.entries import Entry
from pipeline.model import Change, Contest, Standing

LAGGING_MOST = 3  # older values shown beside the newest one
ROWS_MOST = 6  # rows of one aspect: the contested ones, then the newest


def what_stands(aspects: Sequence[str], entries: Sequence[Entry], lines: Sequence[Change]) -> list[Standing]:
    """The rows of every aspect in the aspects' order, the newest first. What no report holds any longer does not stand."""
    rows: list[tuple[int, Standing]] = []
    keys: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.key and entry.holders > 0 and not entry.retracted:
            keys.setdefault(entry.key, []).append(entry)
    for held in keys.values():
        newest = max(held, key=lambda e: (e.first_at, e.number))
        rows.append((newest.aspect, _row(aspects, newest, [e for e in held if e is not newest], lines)))
    told: dict[tuple[int, str], Entry] = {}
    for entry in entries:
        if entry.statement is not None and entry.line >= 0 and entry.holders > 0:
            told[entry.aspect, entry.subject] = entry
    rows += [(e.aspect, _row(aspects, e, [], lines)) for e in told.values()]
    return [row for i in range(len(aspects)) for row in _newest(row for at, row in rows if at == i)]


def _newest(rows: Iterable[Standing]) -> list[Standing]:
    """The rows to show, newest first: what is contested is never left out for a newer statement."""
    kept = sorted(rows, key=lambda row: (not row.contested, *_by_age(row)))[:ROWS_MOST]
    return sorted(kept, key=_by_age)


def _by_age(row: Standing) -> tuple[float, str, str]:
    return -row.since.timestamp(), row.subject, row.key


def _row(aspects: Sequence[str], entry: Entry, others: list[Entry], lines: Sequence[Change]) -> Standing:
    change = lines[entry.line] if entry.line >= 0 else None
    return Standing(
        aspect=aspects[entry.aspect],
        subject=entry.subject,
        now=change.after if change else entry.clause,
        value=entry.value,
        since=entry.first_at,
        outlet=entry.outlet,
        article_id=entry.article_id,
        url=entry.url,
        attributed_to=change.attributed_to if change else entry.root,
        independent=len(entry.roots),
        repeats=entry.repeats,
        contested=_contests(entry, others),
        change_id=change.change_id if change else "",
        key=entry.key,
    )


def _contests(newest: Entry, others: list[Entry]) -> tuple[Contest, ...]:
    """What stands beside the newest value: all that is said against it, and the last few that only lag."""
    found = [_contest(e, newest) for e in sorted(others, key=lambda e: (e.first_at, e.number))]
    lagging = [c for c in found if c.lags][-LAGGING_MOST:]
    return tuple(c for c in found if not c.lags or c in lagging)


def _contest(other: Entry, newest: Entry) -> Contest:
    return Contest(
        value=other.value,
        said=other.clause,
        outlet=other.outlet,
        article_id=other.article_id,
        url=other.url,
        root=other.root,
        since=other.first_at,
        lags=other.last_at < newest.first_at,
    )
