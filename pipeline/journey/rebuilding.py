"""Rebuild: every archived response read again by the present extractor, and the record made anew from that.

Article by article: its looks are taken once more in time order and judged by the same `decide_version`, each archived page as
the present extractor reads it. All of an article's archived texts change together, so its revisions compare like with like. An
article that reads as it did is left alone; so is one whose texts could not all be read again alike. What is replaced moves to
`record.superseded_*`.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from pipeline.config import Settings
from pipeline.errors import StoreError
from pipeline.extract import extract
from pipeline.journey.earlier import Extractor
from pipeline.journey.identity import Pending
from pipeline.journey.looks import Desk
from pipeline.journey.progress import Progress, silent
from pipeline.journey.rereading import Ahead, Piece, Reading, piece_of, read_again, read_piece
from pipeline.journey.tracking import TrackSummary, track_store
from pipeline.journey.warc import outcome_of
from pipeline.model import (
    ArticleState,
    Document,
    Judged,
    KnownArticle,
    New,
    Observation,
    Outcome,
    Quarantined,
    QuarantineKind,
    Reverted,
    Same,
    Version,
    VersionDecision,
    ident,
)
from pipeline.store import Batch, KeptVersion, RecordedLook, Replacement, Store
from pipeline.versions import decide_release
from pipeline.versions.furniture import ARTICLES

CHUNK = 100  # articles read from the store at once
SHOWN = 20  # looks listed one by one


@dataclass(slots=True)
class RebuildSummary:
    """What a rebuild did, or would do."""

    dry_run: bool
    articles: int = 0  # that have archived responses
    responses: int = 0  # read again
    rebuilt: int = 0  # articles whose record was made anew
    versions: int = 0  # that were replaced
    accepted: list[str] = field(default_factory=list)  # quarantined looks that prove to show the article
    refused: list[str] = field(default_factory=list)  # versions that prove to be no article
    left: list[str] = field(default_factory=list)  # articles that could not be read again as a whole
    tracked: TrackSummary | None = None

    def lines(self) -> list[str]:
        done = "would be" if self.dry_run else "were"
        out = [
            f"{self.responses} archived responses of {self.articles} articles read again: "
            f"{self.rebuilt} articles with {self.versions} versions {done} rebuilt"
        ]
        for title, found in (("proves to be the article", self.accepted), ("proves to be no article", self.refused)):
            out += [f"{title}: {x}" for x in found[:SHOWN]]
            out += [f"... and {len(found) - SHOWN} more looks"] if len(found) > SHOWN else []
        out += [f"left as it is: {x}" for x in self.left[:SHOWN]]
        out += [f"... and {len(self.left) - SHOWN} more articles"] if len(self.left) > SHOWN else []
        return out + (self.tracked.lines() if self.tracked else [])


def rebuild_store(
    store: Store,
    settings: Settings,
    now: datetime,
    dry_run: bool,
    read: Extractor = extract,
    progress: Progress = silent,
    workers: int = 1,
) -> RebuildSummary:
    """Rebuild what the archive can rebuild, then derive again what follows from it; a dry run only tells what would change.

    Several workers read what is archived ahead, with the extractor of this program.
    """
    done = RebuildSummary(dry_run=dry_run)
    with store.bounded():
        chunks = _chunks(store)
        wanted, desk = sum(map(len, chunks)), Rereading(store)
        ahead = _read_ahead(store, settings, dry_run, chunks, workers, progress) if workers > 1 and chunks else None
        for readings, article in _archived(store, settings.archive_folder, read, chunks, ahead):
            _rebuild(store, readings, desk, article, now, done)
            done.articles += 1
            progress("articles", done.articles, wanted)
        if ahead:
            ahead.clear()
    if not dry_run:
        done.tracked = track_store(store, settings, now, done.rebuilt > 0, progress)
    return done


def _archived(
    store: Store, folder: Path, read: Extractor, chunks: Sequence[Sequence[str]], ahead: Ahead | None
) -> Iterator[tuple["_Readings", "Recorded"]]:
    """Each archived article, and what reads its responses."""
    for chunk in chunks:
        articles = list(_articles(store, chunk))
        known = ahead.of(piece_of({a.state.article_id: a.looks for a in articles})) if ahead else {}
        readings = _Readings(folder, read, known)
        yield from ((readings, article) for article in articles)


def _chunks(store: Store) -> list[Sequence[str]]:
    """The archived articles, as many as are read together."""
    wanted = store.archived_articles()
    return [wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK)]


def _ahead(settings: Settings, dry_run: bool) -> Ahead:
    return Ahead(settings.db.with_suffix(".dry-run.spool" if dry_run else ".rebuild.spool"), settings.archive_folder)


def _pieces(store: Store, chunks: Sequence[Sequence[str]]) -> Iterator[Piece]:
    return (piece_of({i: looks.get(i, []) for i in chunk}) for chunk in chunks for looks in [store.looks(chunk)])


def _read_ahead(
    store: Store, settings: Settings, dry_run: bool, chunks: Sequence[Sequence[str]], workers: int, progress: Progress
) -> Ahead:
    """Everything that is archived, read by several processes."""
    ahead = _ahead(settings, dry_run)
    ahead.read(_pieces(store, chunks), workers, lambda n: progress("chunks read", n, len(chunks)))
    return ahead


def unread_chunks(store: Store, settings: Settings) -> list[int]:
    """Begin to read ahead, or go on with it: the numbers of the chunks of archived articles that are still to be read."""
    return _ahead(settings, False).unread(_pieces(store, _chunks(store)))


def read_chunk(store: Store, settings: Settings, number: int) -> None:
    """Read one of these into the spool, where a rebuild by several workers finds it."""
    (piece,) = _pieces(store, _chunks(store)[number : number + 1])
    ahead = _ahead(settings, False)
    read_piece(ahead.spool.folder, ahead.folder, piece)


class _Readings:
    """Archived responses as the present extractor reads them: what was read ahead, else now."""

    def __init__(self, folder: Path, read: Extractor, known: Mapping[str, Reading]):
        self._folder, self._read, self._known = folder, read, known

    def of(self, reference: str) -> Reading:
        """Raises StoreError if it cannot be read."""
        found = self._known.get(reference) or read_again(self._folder, reference, self._read)
        if found.problem:
            raise StoreError(found.problem)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An article as the record has it."""

    state: ArticleState
    looks: list[RecordedLook]
    kept: Mapping[str, KeptVersion]  # by version_id


def _articles(store: Store, article_ids: Sequence[str]) -> Iterator[Recorded]:
    states, looks, kept = store.article_states(article_ids), store.looks(article_ids), store.kept_versions(article_ids)
    for i in article_ids:
        yield Recorded(state=states[i], looks=looks.get(i, []), kept=kept.get(i, {}))


def _rebuild(
    store: Store, readings: _Readings, desk: "Rereading", article: Recorded, now: datetime, done: RebuildSummary
) -> None:
    try:
        seen = {x.row_id: _read(readings, x, article.state) for x in article.looks if x.archive and x.row_id}
    except StoreError as e:
        done.left.append(f"{article.state.url}: {e}")
        return
    done.responses += len(seen)
    decisions = desk.take(article, seen)
    flips = _flips(article, decisions)
    if not flips and not _reads_otherwise(article, seen):
        return
    if reason := _torn(article, seen):
        done.left.append(f"{article.state.url}: {reason}")
        return
    change = _replacement(article, desk.batch(), decisions)
    done.accepted += [x for accepted, x in flips if accepted]
    done.refused += [x for accepted, x in flips if not accepted]
    done.versions += len(change.versions)
    done.rebuilt += 1
    if done.dry_run:
        return
    with store.transaction():
        if done.rebuilt == 1:  # a rebuild that is broken off must not leave edits of versions that are gone
            store.forget_derived()
        store.replace(change, now)


def _read(readings: _Readings, look: RecordedLook, state: ArticleState) -> Observation:
    """A look as the present extractor reads its archived response."""
    got = readings.of(look.archive or "")
    status = look.status or got.status or 0
    return Observation(
        at=look.seen_at,
        url=state.url,
        seen_url=look.url or look.page_url,
        outlet=state.outlet,
        feed=state.feed,
        guid=state.guid,
        status=status,
        outcome=Outcome(look.outcome) if look.outcome else outcome_of(status),
        final_url=got.final_url,
        document=got.document,
        archive=look.archive,
    )


class Rereading(Desk):
    """A desk that takes the looks at one article again from the first, as if it had never been read."""

    def take(self, article: Recorded, seen: Mapping[str, Observation]) -> dict[str, VersionDecision]:
        """What each archived look amounts to now, by the id of its row. `batch` then holds the article's new record."""
        self._start_over(article.state)
        decisions: dict[str, VersionDecision] = {}
        stands: Observation | None = None  # the look that showed what has stood since
        between = False  # whether anything else was shown after that
        for look in article.looks:
            if look.what == "same":
                if stands is not None and between:
                    between = isinstance(self.look(replace(stands, at=look.seen_at)), Quarantined)
                continue
            now = seen.get(look.row_id) or _as_recorded(look, article)
            self._tell(look, article)
            decision = self._judge(now, look)
            if look.row_id in seen:
                decisions[look.row_id] = decision
            between = look.what == "quarantine" or isinstance(decision, Quarantined)
            stands = now if look.what == "appearance" else stands
        return decisions

    def _tell(self, look: RecordedLook, article: Recorded) -> None:
        """What the feed had told by then, for a page that does not tell: as the record has it, nothing from later on."""
        kept = article.kept[look.version_id][0] if look.version_id else None
        said = kept or article.state
        published, updated = (
            at if kept or (at and at <= look.seen_at) else None for at in (said.published_at, said.updated_at)
        )
        self._states[self._only] = replace(
            self._states[self._only], published_at=published, updated_at=updated, summary=said.summary
        )

    def _start_over(self, state: ArticleState) -> None:
        self._load_paragraphs({state.outlet})
        self._recurring = self.store.furniture_since(state.outlet, ARTICLES)
        self._only = state.article_id
        never_read = replace(state, status="new", head_version_id=None, suspect=None, times_changed=0, last_changed_at=None)
        self._states = {self._only: replace(never_read, last_seen_at=state.first_seen_at)}
        self._known = {self._only: KnownArticle(article_id=self._only, head=None, seen={})}
        self._stood, self._versions, self._pending = {}, {}, Pending()

    def _judge(self, seen: Observation, look: RecordedLook) -> VersionDecision:
        """Judge a look by what recurred at the outlet then; whether what came to recur in that run counts, the record tells."""
        held = _held(look)
        decision = self._decide_at(seen, until_then=False)
        if isinstance(decision, Quarantined) != bool(held):
            decision = self._decide_at(seen, until_then=True)
        if held and seen.document and isinstance(decide_release(seen.document, held, decision), Quarantined):
            seen = replace(seen, judged=Judged(reason=held.reason, kind=held.kind, text_hash=held.text_hash))
        return self.look(seen) or decision

    def _decide_at(self, seen: Observation, until_then: bool) -> VersionDecision:
        marks = (mark for since, mark in self._recurring if since < seen.at or (until_then and since == seen.at))
        self._furniture[seen.outlet] = frozenset(marks)
        return self._decide(seen, self._known_at(self._only, seen))

    # Whose look it is was decided when it was made.

    def load_urls(self, urls: Sequence[str], outlets: Set[str] = frozenset()) -> None:
        return

    def _article_of(self, seen: Observation) -> ArticleState:
        return self._states[self._only]

    def _twin(self, seen: Observation, state: ArticleState) -> str | None:
        return None

    def _met_at(self, seen: Observation, state: ArticleState) -> ArticleState:
        return state


def _held(look: RecordedLook) -> Quarantined | None:
    """What a look was held as, if it was."""
    if look.kind is None:
        return None
    return Quarantined(kind=QuarantineKind(look.kind), reason=look.reason, text_hash=look.text_hash or "")


def _as_recorded(look: RecordedLook, article: Recorded) -> Observation:
    """A look without an archived response: it stays what it was."""
    held = _held(look)
    document = None if held else _document_of(article.kept[look.version_id or ""][0])
    return Observation(
        at=look.seen_at,
        url=article.state.url,
        seen_url=look.page_url,
        outlet=article.state.outlet,
        status=look.status or 0,
        document=document,
        judged=Judged(reason=look.reason, kind=held.kind if held else None, text_hash=look.text_hash or ""),
    )


def _document_of(version: Version) -> Document:
    return Document(
        headline=version.headline,
        paragraphs=version.paragraphs,
        byline=version.byline,
        published_at=version.published_at,
        updated_at=version.updated_at,
        summary=version.summary,
        language=version.language,
        extractor=version.extractor,
    )


# ---- what differs --------------------------------------------------------------------------------------------------------


def _flips(article: Recorded, decisions: Mapping[str, VersionDecision]) -> list[tuple[bool, str]]:
    """(whether it is accepted now, told in words) of each look that was quarantined and is not now, or the other way round."""
    out = []
    for look in article.looks:
        decision = decisions.get(look.row_id)
        was = look.what == "quarantine"
        if decision is not None and isinstance(decision, Quarantined) != was:
            before = f" It was held as {look.kind}: {look.reason}" if was else ""
            out.append((was, f"{look.page_url}, seen {look.seen_at:%Y-%m-%d %H:%M}: {decision.reason}{before}"))
    return out


def _reads_otherwise(article: Recorded, seen: Mapping[str, Observation]) -> bool:
    """Whether any of the versions is now read otherwise than it was."""
    made = [
        (article.kept[x.version_id or ""], seen[x.row_id]) for x in article.looks if x.what == "appearance" and x.row_id in seen
    ]
    return any(o.document is None or not _is_as_read(kept[0], o.document) for kept, o in made if kept[1] == o.archive)


def _is_as_read(version: Version, document: Document) -> bool:
    """Whether a version is what an extractor reads. Times and summary that the page does not tell came from the feed."""
    if (version.headline, version.byline, version.language) != (document.headline, document.byline, document.language):
        return False
    told = (document.published_at, document.updated_at, document.summary)
    had = (version.published_at, version.updated_at, version.summary)
    same_text = version.extractor == document.extractor and version.text == "\n\n".join(document.paragraphs)
    return same_text and all(now in (None, before) for now, before in zip(told, had, strict=True))


def _torn(article: Recorded, seen: Mapping[str, Observation]) -> str:
    """Why an article cannot be read again as a whole; "" if it can: all texts that compare today must do so afterwards."""
    present = {o.document.extractor for o in seen.values() if o.document}
    archived = {v.extractor for v, archive, _ in article.kept.values() if archive}
    bare = {v.extractor for v, archive, _ in article.kept.values() if not archive}
    if shared := sorted((archived & bare) - present):
        return f"a text without an archived page was read by {shared[0]} too, and would no longer compare with the others"
    return ""


# ---- what takes its place ------------------------------------------------------------------------------------------------


def _replacement(article: Recorded, batch: Batch, decisions: Mapping[str, VersionDecision]) -> Replacement:
    """The rows that go and the rows that come."""
    versions = {v.version_id: _kept_or_new(article, (v, archive, reason)) for v, archive, reason in batch.versions}
    stood = {a.appearance_id: a for a in batch.appearances}
    recorded = {x.row_id: x for x in article.looks if x.what == "appearance"}
    stays = {i for i, x in recorded.items() if i in stood and stood[i].reverted == x.reverted}
    looks = [x for x in article.looks if x.what == "quarantine"]
    held = {x.seen_at for x in looks}
    accepted = [x.row_id for x in looks if isinstance(decisions.get(x.row_id), New | Same | Reverted)]
    return Replacement(
        versions={i: _why(i, article, versions, decisions) for i, old in article.kept.items() if versions.get(i) != old},
        appearances={i: _reason(decisions.get(i)) for i in recorded if i not in stays},
        quarantined={i: _reason(decisions.get(i)) for i in accepted},
        batch=Batch(
            articles=(_state(article.state, batch.articles[0]),),
            versions=tuple(v for i, v in versions.items() if article.kept.get(i) != v),
            appearances=tuple(a for i, a in stood.items() if i not in stays),
            quarantined=tuple(q for q in batch.quarantined if q.seen_at not in held),
            paragraphs=batch.paragraphs,
        ),
    )


def _kept_or_new(article: Recorded, made: KeptVersion) -> KeptVersion:
    """The recorded row of a version that reads as it did, in its present place; else the new one."""
    new, old = made[0], article.kept.get(made[0].version_id)
    if old is None or not _is_as_read(old[0], _document_of(replace(new, published_at=None, updated_at=None, summary=None))):
        return made
    return (replace(old[0], seq=new.seq, seen_at=new.seen_at), old[1], old[2])


def _state(before: ArticleState, after: ArticleState) -> ArticleState:
    """The article's state row: how it stands is new, how it is followed stays. A page that is refused is asked for anew."""
    out = replace(
        before,
        status=after.status,
        head_version_id=after.head_version_id,
        suspect=after.suspect,
        times_changed=after.times_changed,
        last_changed_at=after.last_changed_at,
    )
    return out if after.status == "live" else replace(out, etag=None, last_modified=None, body_hash=None)


def _why(
    version_id: str, article: Recorded, versions: Mapping[str, KeptVersion], decisions: Mapping[str, VersionDecision]
) -> str:
    """Why a version's row no longer stands."""
    old = article.kept[version_id]
    if new := versions.get(version_id):
        if _is_as_read(old[0], _document_of(new[0])):
            return "Its place among the article's texts is another."
        return f"Read again by {new[0].extractor}."
    made = next((x.row_id for x in article.looks if x.version_id == version_id and x.archive == old[1]), "")
    decision = decisions.get(made)
    if isinstance(decision, New | Reverted):
        now = decision.version_id if isinstance(decision, Reverted) else ident("ver", old[0].article_id, decision.text_hash)
        return f"Its page is read as {now} now."
    return _reason(decision)


def _reason(decision: VersionDecision | None) -> str:
    return f"Read again: {decision.reason}" if decision else "Read again: what stood before it is read otherwise."
