"""Looks at articles, in time order, turned into rows: the one place where an observation meets what is known.

Live pages and recorded lines take the same way through here, so an import leaves what live ingestion at those times would have.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from pipeline.journey.earlier import as_judged
from pipeline.journey.identity import HELD, LOOKS, Pending, Registry, addresses
from pipeline.journey.telling import tell_look
from pipeline.journey.timeline import place
from pipeline.model import (
    Appearance,
    ArticleState,
    Document,
    KnownArticle,
    New,
    Observation,
    Quarantined,
    QuarantinedLook,
    QuarantineKind,
    Reverted,
    Same,
    Suspect,
    Version,
    VersionDecision,
    ident,
)
from pipeline.store import Batch, FetchRow, ParagraphRow
from pipeline.text import fingerprint
from pipeline.versions import decide_version, same_source, standing
from pipeline.versions.furniture import ARTICLES, is_furniture_like


class Desk(Registry):
    """Takes looks one after the other. `load` before them, `batch` after them."""

    # ---- one look

    def look(self, seen: Observation, keep: Callable[[], str] | None = None) -> VersionDecision | None:
        """Judge one look and keep what it adds; None if it says nothing of the article.

        `keep` archives the response: called only if there is something to keep.
        """
        self.load_urls([u for u in addresses(seen) if u not in self._ids])
        state = self._article_of(seen)
        known = self._known_at(state.article_id, seen)
        decision = self._decide(seen, known)
        if _is_trouble(seen, decision):
            return None
        if not isinstance(decision, Quarantined) and not seen.judged:
            if twin := self._twin(seen, state):
                state = self._fold(state, twin, seen)
                known = self._known_at(state.article_id, seen)
                decision = self._decide(seen, known)
            state = self._met_at(seen, state)
        if keep and not isinstance(decision, Same):
            seen = replace(seen, archive=keep())
        self.tally.looks += 1
        tell_look(seen, decision, len(known.seen))
        self._add(seen, state, known, decision)
        return decision

    def _add(self, seen: Observation, state: ArticleState, known: KnownArticle, decision: VersionDecision) -> None:
        """Keep what a decision adds."""
        match decision:
            case New():
                self._new(seen, state, known, decision)
            case Reverted():
                self._reverted(seen, state, known, decision)
            case Quarantined():
                self._quarantined(seen, state, known, decision)
            case Same():
                self._same(seen, state, known, decision)

    def _decide(self, seen: Observation, known: KnownArticle) -> VersionDecision:
        """Judge a look. One that was judged when it was recorded stands as it was."""
        return as_judged(seen, known) if seen.judged else decide_version(seen, known, rebuilt=self._rebuilt(seen, known))

    def _rebuilt(self, seen: Observation, known: KnownArticle) -> Document | None:
        """The standing version's archived page as this look's extractor reads it, if it was another that had read it."""
        head, document = known.head, seen.document
        if self._read_again is None or head is None or document is None or same_source(head, document):
            return None
        again = self._read_again(head)
        return again if again and again.extractor == document.extractor else None

    # ---- what it adds

    def _new(self, seen: Observation, state: ArticleState, known: KnownArticle, decision: New) -> None:
        mine = self._known[state.article_id]
        version = _version(seen, state, known, decision, seq=len(mine.seen) + 1)
        self._versions.setdefault(version.version_id, version)
        if version.text_hash not in mine.seen:
            self._pending.versions.append((version, seen.archive, decision.reason))
            self._learn(version)
            self._known[state.article_id] = replace(mine, seen={**mine.seen, version.text_hash: version.version_id})
            self.tally.new_versions += 1
        else:
            self._pending.earlier.append((version, seen.archive, decision.reason))
        if state.guid and mine.head is None:
            self._guids[state.outlet, state.guid] = state.article_id
        self._stand(seen, state, version, reverted=False, reason=decision.reason)

    def _reverted(self, seen: Observation, state: ArticleState, known: KnownArticle, decision: Reverted) -> None:
        self._stand(seen, state, self._version_of(decision.version_id), reverted=True, reason=decision.reason)
        self.tally.reverted += 1

    def _stand(self, seen: Observation, state: ArticleState, version: Version, *, reverted: bool, reason: str) -> None:
        """A version came to stand: now, or in the past, if the look comes late."""
        new = Appearance(
            article_id=state.article_id, version_id=version.version_id, seen_at=seen.at, reverted=reverted, reason=reason
        )
        late = seen.at < state.last_seen_at
        placed = place(self._stood.get(state.article_id, ()), new, self._seen_next(state, seen.at) if late else None)
        self._stood[state.article_id] = placed.stood
        self._pending.appearances += placed.added
        again = {a.appearance_id for a in placed.added}  # an earlier late look may have taken back what this one shows to stand
        self._pending.withdrawn = [i for i in self._pending.withdrawn if i not in again]
        self._pending.withdrawn += [a.appearance_id for a in placed.withdrawn]
        if late:
            self._pending.late.add(state.article_id)
        head = self._version_of(placed.stood[-1].version_id)
        mine = self._known[state.article_id]
        headlines = (version.headline, *mine.headlines) if late else (*mine.headlines, version.headline)
        self._known[state.article_id] = replace(mine, head=head, headlines=headlines, suspect=mine.suspect if late else None)
        changes = len(placed.stood) - 1
        self.update_state(
            replace(
                self._earlier(state, seen) if late else self._lively(state, seen),
                head_version_id=head.version_id,
                times_changed=changes,
                last_changed_at=placed.stood[-1].seen_at if changes else None,
            )
        )

    def _seen_next(self, state: ArticleState, at: datetime) -> datetime | None:
        """When the article itself was next seen after a moment in the past."""
        found = self.store.seen_next(state.article_id, at)
        return found or (state.last_seen_at if state.status == "live" else None)

    def _same(self, seen: Observation, state: ArticleState, known: KnownArticle, decision: VersionDecision) -> None:
        self.tally.same += 1
        if seen.at < state.last_seen_at:
            self.update_state(self._earlier(state, seen))
            return
        self._known[state.article_id] = replace(self._known[state.article_id], suspect=None)
        self.update_state(self._lively(state, seen))

    def _lively(self, state: ArticleState, seen: Observation) -> ArticleState:
        return replace(state, status="live", last_seen_at=max(state.last_seen_at, seen.at), suspect=None, failures=0)

    def _earlier(self, state: ArticleState, seen: Observation) -> ArticleState:
        """After a look that comes late: it says nothing of how the article stands now."""
        status = "live" if state.status == "new" else state.status
        return replace(state, status=status, first_seen_at=min(state.first_seen_at, seen.at))

    def _quarantined(self, seen: Observation, state: ArticleState, known: KnownArticle, decision: Quarantined) -> None:
        self._pending.quarantined.append(
            QuarantinedLook(
                article_id=state.article_id,
                url=state.url,
                seen_at=seen.at,
                kind=decision.kind,
                reason=decision.reason,
                status=seen.status,
                text_hash=decision.text_hash,
                archive=seen.archive,
            )
        )
        self.tally.quarantined += 1
        if seen.at < state.last_seen_at:
            self.update_state(replace(state, first_seen_at=min(state.first_seen_at, seen.at)))
            return
        suspect = _suspect(self._known[state.article_id].suspect, decision, seen.at)
        self._known[state.article_id] = replace(self._known[state.article_id], suspect=suspect)
        status = "gone" if decision.kind is QuarantineKind.GONE else "suspect"
        self.update_state(replace(state, status=status, suspect=suspect, last_seen_at=seen.at))

    def _learn(self, version: Version) -> None:
        """Count the paragraphs that read like furniture; those that recur across an outlet's articles are furniture."""
        seen = self._paragraphs.setdefault(version.outlet, {})
        suspects = (p for p in version.paragraphs if is_furniture_like(p))
        for mark in dict.fromkeys(fingerprint(p) for p in suspects):
            articles = seen.setdefault(mark, set())
            if version.article_id in articles:
                continue
            articles.add(version.article_id)
            row = ParagraphRow(outlet=version.outlet, fingerprint=mark, article_id=version.article_id, seen_at=version.seen_at)
            self._pending.paragraphs.append(row)
            if len(articles) == ARTICLES:
                self._furniture[version.outlet] = self._furniture.get(version.outlet, frozenset()) | {mark}

    def batch(self, fetches: Sequence[FetchRow] = ()) -> Batch:
        """The rows since the last call, and the fetches that brought them."""
        pending, self._pending = self._pending, Pending()
        if len(self._versions) > HELD:
            self._versions.clear()
        articles = {i: self._states[i] for i in sorted(pending.touched)}
        stood = {i: self._stored[i] for i in articles if i in self._stored}
        self._stored |= articles
        return Batch(
            fetches=tuple(fetches),
            articles=tuple(articles.values()),
            stood=stood,
            aliases=tuple(pending.aliases),
            versions=tuple(pending.versions),
            earlier=tuple(pending.earlier),
            appearances=_standing_ones(pending),
            withdrawn=tuple(pending.withdrawn),
            late=tuple(sorted(pending.late)),
            quarantined=tuple(pending.quarantined),
            paragraphs=tuple(pending.paragraphs),
            found=pending.found,
        )


def _standing_ones(pending: Pending) -> tuple[Appearance, ...]:
    """What was found and not taken back within the same batch."""
    return tuple(a for a in pending.appearances if a.appearance_id not in pending.withdrawn)


def _is_trouble(seen: Observation, decision: VersionDecision) -> bool:
    """A server that fails or asks to wait says nothing of the article, unless the page that it sends is a wall."""
    blocked = isinstance(decision, Quarantined) and decision.kind is QuarantineKind.BLOCKED
    return blocked and seen.outcome not in LOOKS


def _version(seen: Observation, state: ArticleState, known: KnownArticle, decision: New, seq: int) -> Version:
    assert seen.document is not None, "only a document makes a version"
    document = standing(seen.document, known)
    return Version(
        version_id=ident("ver", state.article_id, decision.text_hash),
        article_id=state.article_id,
        url=state.url,
        outlet=state.outlet,
        seq=seq,
        seen_at=seen.at,
        headline=document.headline,
        text="\n\n".join(document.paragraphs),
        text_hash=decision.text_hash,
        byline=document.byline,
        published_at=document.published_at or state.published_at,
        updated_at=document.updated_at or state.updated_at,
        summary=document.summary or state.summary,
        language=document.language,
        extractor=document.extractor,
    )


def _suspect(before: Suspect | None, decision: Quarantined, at: datetime) -> Suspect:
    if before and before.kind is decision.kind and before.text_hash == decision.text_hash:
        return replace(before, times=before.times + 1)
    return Suspect(kind=decision.kind, text_hash=decision.text_hash, first_at=at, times=1)
