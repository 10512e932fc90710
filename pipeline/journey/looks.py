"""Looks at articles, in time order, turned into rows: the one place where an observation meets what is known.

Live pages and recorded lines take the same way through here, so an import leaves what live ingestion at those times would have.
"""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.journey.earlier import as_judged
from pipeline.journey.timeline import place
from pipeline.model import (
    Alias,
    Appearance,
    ArticleState,
    Document,
    Entry,
    Feed,
    KnownArticle,
    New,
    Observation,
    Outcome,
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
from pipeline.store import Batch, FetchRow, ParagraphRow, Store
from pipeline.text import fingerprint
from pipeline.versions import decide_version, same_source, standing, text_hash
from pipeline.versions.furniture import ARTICLES, is_furniture_like

# Ends of a fetch that say something of the article; the others say something of the network or the server's health.
LOOKS = frozenset(
    {Outcome.OK, Outcome.NOT_MODIFIED, Outcome.GONE, Outcome.MISSING, Outcome.DENIED, Outcome.EMPTY, Outcome.ROBOTS}
)
ALIKE = 0.2  # a text that shares less with the known one is another article under the same id
NAME = 8  # characters that the last part of an address needs to name an article
HELD = 5_000  # versions that are held in memory: a long import must not hold every text
NAMESAKES = 5  # articles of one outlet that may bear it, if it is a name


@dataclass(slots=True)
class Tally:
    """What became of the looks."""

    looks: int = 0
    new_articles: int = 0
    new_versions: int = 0
    reverted: int = 0
    same: int = 0
    quarantined: int = 0


@dataclass(slots=True)
class Pending:
    """Rows of looks that are not written yet."""

    aliases: list[Alias] = field(default_factory=list)
    versions: list[tuple[Version, str | None, str]] = field(default_factory=list)
    earlier: list[tuple[Version, str | None, str]] = field(default_factory=list)  # known ones, as an earlier look saw them
    appearances: list[Appearance] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)  # appearance_ids that a late look proved to be none
    late: set[str] = field(default_factory=set)  # article_ids whose past has changed
    quarantined: list[QuarantinedLook] = field(default_factory=list)
    paragraphs: list[ParagraphRow] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)  # article_ids whose state row is to be written


class Desk:
    """Takes looks one after the other. `load` before them, `batch` after them."""

    def __init__(self, store: Store, read_again: Callable[[Version], Document | None] | None = None):
        """`read_again` reads a version's archived page with the present extractor."""
        self.store, self._read_again = store, read_again
        self.tally = Tally()
        self._ids: dict[str, str] = {}  # address -> article_id
        self._asked: set[str] = set()  # addresses that the store was asked for
        self._guids: dict[tuple[str, str], str] = {}  # (outlet, guid) -> article_id, of one that has been read if there is any
        self._claimed: dict[str, str] = {}  # article_id of one not read yet -> the one whose page says that it is that article
        self._namesakes: dict[tuple[str, str], list[str]] = {}  # (outlet, last part of the address) -> article_ids
        self._states: dict[str, ArticleState] = {}
        self._known: dict[str, KnownArticle] = {}
        self._stood: dict[str, Sequence[Appearance]] = {}  # appearances of each article, in time order
        self._versions: dict[str, Version] = {}  # those that a look needed, by id
        self._paragraphs: dict[str, dict[str, set[str]]] = {}  # outlet -> fingerprint -> article_ids
        self._furniture: dict[str, frozenset[str]] = {}
        self._pending = Pending()

    # ---- what is known

    def load(self, observations: Sequence[Observation]) -> None:
        """Read what the store knows of the articles that these looks are at."""
        self.load_urls([u for o in observations for u in _addresses(o)])
        self._load_guids([o.guid for o in observations if o.guid])
        self._load_paragraphs({o.outlet for o in observations})
        self._load_namesakes([o.url for o in observations if not self._known_as(o.url)])
        self._load_past(observations)

    def _load_past(self, observations: Sequence[Observation]) -> None:
        """Read the versions of the articles that some of these looks see at an earlier time than what stands."""
        looks = ((o.at, self._stood.get(self._known_as(o.url) or "", ())) for o in observations)
        needed = {a.version_id for at, stood in looks if stood and at < stood[-1].seen_at for a in stood}
        self._versions |= self.store.versions(needed - set(self._versions)) if needed else {}

    def _load_namesakes(self, urls: Sequence[str]) -> None:
        """Read which articles bear the same last part of their address as these."""
        names = {name for url in urls if len(name := _last_part(url)) >= NAME}
        for (outlet, name), article_ids in (self.store.namesakes(names) if names else {}).items():
            mine = self._namesakes.setdefault((outlet, name), [])
            mine += [i for i in article_ids if i not in mine]
            self._load_states(article_ids)

    def load_urls(self, urls: Sequence[str], outlets: Set[str] = frozenset()) -> None:
        """Read what the store knows of the articles at these addresses, and of what recurs at these outlets."""
        self._load_paragraphs(outlets)
        new = {url for url in urls if url not in self._ids and url not in self._asked}
        self._asked |= new
        wanted = {form for url in new for form in (url, *_forms(url))}
        found = self.store.articles_by_url(wanted) if wanted else {}
        self._ids |= {url: article_id for url, article_id in found.items() if url not in self._ids}
        self._load_states(found.values())

    def load_entries(self, entries: Sequence[Entry], outlets: Set[str]) -> None:
        """Read what the store knows of what the entries of these outlets' feeds lead to."""
        self.load_urls([e.url for e in entries if e.url], outlets)
        self._load_guids([e.raw_id for e in entries if e.raw_id])
        self._load_namesakes([e.url for e in entries if e.url and not self._known_as(e.url)])

    def load_articles(self, states: Sequence[ArticleState]) -> None:
        """Read what a look at each of these articles is judged by."""
        self._ids |= {s.url: s.article_id for s in states}
        self._load_states(s.article_id for s in states)
        self._load_guids([s.guid for s in states if s.guid])
        self._load_paragraphs({s.outlet for s in states})
        self._load_namesakes([s.url for s in states if s.head_version_id is None])

    def _load_guids(self, guids: Sequence[str]) -> None:
        found = self.store.articles_by_guid(guids) if guids else {}
        fresh = {k: v for k, v in found.items() if k not in self._guids}
        self._guids |= fresh
        self._load_states(fresh.values())

    def _load_states(self, article_ids: Iterable[str]) -> None:
        wanted = sorted(set(article_ids) - set(self._states))
        if wanted:
            states, stood = self.store.article_states(wanted), self.store.appearances(wanted)
            self._states |= states
            self._stood |= stood
            self._known |= self.store.known_articles(states, stood)

    def _load_paragraphs(self, outlets: Set[str]) -> None:
        wanted = outlets - set(self._paragraphs)
        found = self.store.paragraphs_of_outlets(wanted) if wanted else {}
        for outlet in sorted(wanted):
            self._paragraphs[outlet] = found.get(outlet, {})
            recurring = (mark for mark, articles in self._paragraphs[outlet].items() if len(articles) >= ARTICLES)
            self._furniture[outlet] = frozenset(recurring)

    def add_state(self, state: ArticleState, reason: str) -> None:
        """A new article, met in a feed before it was ever read."""
        self._states[state.article_id] = state
        self._known[state.article_id] = KnownArticle(article_id=state.article_id, head=None, seen={})
        self._namesakes.setdefault((state.outlet, _last_part(state.url)), []).append(state.article_id)
        self._alias(state.url, state.article_id, state.first_seen_at, reason)
        self._pending.touched.add(state.article_id)
        self.tally.new_articles += 1

    def meet(self, entry: Entry, feed: Feed, now: datetime) -> str | None:
        """The article that an entry of a feed lists; a new one is due at once. None for an entry without a link."""
        if entry.url is None:
            return None
        told = {
            "published_at": entry.published_at,
            "updated_at": entry.updated_at,
            "title": entry.title,
            "summary": entry.summary,
        }
        if article_id := self._known_as(entry.url):
            if entry.url not in self._ids:
                self.move(article_id, entry.url, now)
            state = self._states[article_id]
            self.update_state(replace(state, **{k: v if v is not None else getattr(state, k) for k, v in told.items()}))
            if state.status == "gone" and entry.url != state.url:
                self.move(article_id, entry.url, now)
                self.make_due(article_id, now, "gone where it was, listed at another of its addresses")
            return article_id
        state = ArticleState(
            article_id=ident("art", entry.url),
            url=entry.url,
            outlet=feed.outlet,
            feed=feed.url,
            guid=entry.raw_id,
            first_seen_at=now,
            last_seen_at=now,
            next_due_at=now,
            due_reason="new in the feed",
            **told,
        )
        self.add_state(state, "listed by its feed")
        return state.article_id

    def make_due(self, article_id: str, now: datetime, reason: str) -> None:
        """Read an article again now."""
        self.update_state(replace(self._states[article_id], next_due_at=now, due_reason=reason))

    def state(self, article_id: str) -> ArticleState:
        """The state of an article; of the one that it proved to be, if it was met under two addresses."""
        state = self._states[article_id]
        return self._states[self._ids[state.url]] if state.status == "alias" else state

    def update_state(self, state: ArticleState) -> None:
        """Replace an article's state row."""
        self._states[state.article_id] = state
        self._pending.touched.add(state.article_id)

    # ---- one look

    def look(self, seen: Observation, keep: Callable[[], str] | None = None) -> VersionDecision | None:
        """Judge one look and keep what it adds; None if it says nothing of the article.

        `keep` archives the response: called only if there is something to keep.
        """
        self.load_urls([u for u in _addresses(seen) if u not in self._ids])
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
        {New: self._new, Reverted: self._reverted, Quarantined: self._quarantined}.get(type(decision), self._same)(
            seen, state, known, decision
        )
        return decision

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

    # ---- whose look it is

    def _article_of(self, seen: Observation) -> ArticleState:
        """The article at this address; a new address may be that of a known one, by what its page says or by its guid."""
        found = (article_id for url in _addresses(seen) if (article_id := self._known_as(url)))
        return self._states[next(found, None) or (not seen.judged and self._by_guid(seen)) or self._start(seen)]

    def _known_as(self, url: str) -> str | None:
        """The article at an address; at its other form, if only scheme and `www` differ."""
        return next((self._ids[form] for form in (url, *_forms(url)) if form in self._ids), None)

    def _by_guid(self, seen: Observation) -> str | None:
        """A known guid on a new address is a move of the article, unless the text is another: then the guid was reused."""
        article_id = self._guids.get((seen.outlet, seen.guid)) if seen.guid else None
        return article_id if article_id and self._is_alike(article_id, seen) else None

    def _is_alike(self, article_id: str, seen: Observation) -> bool:
        """Whether a look can be one at an article, as far as the text tells. It cannot tell where either text is unknown."""
        head = self._known[article_id].head
        if head is None or seen.document is None:
            return True
        return head.headline == seen.document.headline or _overlap(head.paragraphs, seen.document.paragraphs) >= ALIKE

    def _twin(self, seen: Observation, state: ArticleState) -> str | None:
        """An article that was read before, if this one, never read yet, proves to be the same under another address."""
        if state.head_version_id or seen.document is None:
            return None
        told = self._told(seen)
        others = (told, self._claimed.get(state.article_id), self._by_guid(seen), self._by_text(seen, state))
        found = [i for i in others if i and i != state.article_id]
        if told and told in found and not self._states[told].head_version_id:
            self._claimed[told] = state.article_id
        return next((i for i in found if self._states[i].head_version_id and self._is_alike(i, seen)), None)

    def _by_text(self, seen: Observation, state: ArticleState) -> str | None:
        """The outlet's article that has the same text and the same last part of its address: the site has moved."""
        assert seen.document is not None, "only asked of a look that showed a text"
        name = _last_part(state.url)
        others = [i for i in self._namesakes.get((state.outlet, name), []) if i != state.article_id]
        if len(name) < NAME or not 0 < len(others) <= NAMESAKES:
            return None
        mine = text_hash(seen.document)
        return next((i for i in others if mine in self._known[i].seen and self._states[i].status != "alias"), None)

    def _told(self, seen: Observation) -> str | None:
        """The article that the page says it is."""
        return self._ids.get(seen.document.canonical_url or "") if seen.document else None

    def _fold(self, state: ArticleState, into: str, seen: Observation) -> ArticleState:
        """One article met under two addresses: the one that was never read becomes an address of the other.

        Unless the page itself says that the other one is the right address, this newer one is.
        """
        told = self._told(seen)
        self._alias(state.url, into, seen.at, "the same article under another address")
        self.update_state(replace(state, status="alias", next_due_at=None, due_reason=f"is {into}"))
        return self._states[into] if told == into else self.move(into, state.url, seen.at)

    def _met_at(self, seen: Observation, state: ArticleState) -> ArticleState:
        """Note the addresses of a look that showed the article; a guid that is kept on a new one moves the article there."""
        moved = seen.url not in self._ids and self._told(seen) != state.article_id and seen.at >= state.last_seen_at
        for url in _addresses(seen):
            if url not in self._ids:
                self._alias(url, state.article_id, seen.at, "met under this address too")
        return self.move(state.article_id, seen.url, seen.at) if moved else state

    def move(self, article_id: str, url: str | None, at: datetime) -> ArticleState:
        """The article is to be read at another address from now on, unless that is another article's."""
        state = self._states[article_id]
        if url is None or url == state.url:
            return state
        self.load_urls([url])
        other = self._states[self._ids.get(url, article_id)]
        if other.article_id != article_id and other.head_version_id:
            return state
        if other.article_id != article_id:
            self.update_state(replace(other, status="alias", next_due_at=None, due_reason=f"is {article_id}"))
        if self._ids.get(url) != article_id:
            self._alias(url, article_id, at, "moved to this address")
        self.update_state(replace(state, url=url, etag=None, last_modified=None, body_hash=None))
        return self._states[article_id]

    def _start(self, seen: Observation) -> str:
        article_id = ident("art", seen.url)
        self.add_state(
            ArticleState(
                article_id=article_id,
                url=seen.url,
                outlet=seen.outlet,
                feed=seen.feed,
                guid=seen.guid,
                first_seen_at=seen.at,
                last_seen_at=seen.at,
            ),
            "first seen here",
        )
        if seen.guid:
            self._guids.setdefault((seen.outlet, seen.guid), article_id)
        return article_id

    def _known_at(self, article_id: str, seen: Observation) -> KnownArticle:
        """What was known when this was seen: a look that arrives late is judged against what stood then."""
        known = replace(self._known[article_id], furniture=self._furniture.get(seen.outlet, frozenset()))
        stood = self._stood.get(article_id, [])
        if not stood or seen.at >= stood[-1].seen_at:
            return known
        before = [self._version_of(a.version_id) for a in stood if a.seen_at <= seen.at]
        return replace(
            known,
            head=before[-1] if before else None,
            seen={v.text_hash: v.version_id for v in before},
            headlines=tuple(v.headline for v in before),
            suspect=None,
        )

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

    def _version_of(self, version_id: str) -> Version:
        if version_id not in self._versions:
            self._versions |= self.store.versions([version_id])
        return self._versions[version_id]

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

    def _alias(self, url: str, article_id: str, since: datetime, reason: str) -> None:
        self._ids[url] = article_id
        self._pending.aliases.append(Alias(url=url, article_id=article_id, since=since, reason=reason))

    def batch(self, fetches: Sequence[FetchRow] = ()) -> Batch:
        """The rows since the last call, and the fetches that brought them."""
        pending, self._pending = self._pending, Pending()
        if len(self._versions) > HELD:
            self._versions.clear()
        return Batch(
            fetches=tuple(fetches),
            articles=tuple(self._states[i] for i in sorted(pending.touched)),
            aliases=tuple(pending.aliases),
            versions=tuple(pending.versions),
            earlier=tuple(pending.earlier),
            appearances=_standing_ones(pending),
            withdrawn=tuple(pending.withdrawn),
            late=tuple(sorted(pending.late)),
            quarantined=tuple(pending.quarantined),
            paragraphs=tuple(pending.paragraphs),
        )


def _standing_ones(pending: Pending) -> tuple[Appearance, ...]:
    """What was found and not taken back within the same batch."""
    return tuple(a for a in pending.appearances if a.appearance_id not in pending.withdrawn)


def _is_trouble(seen: Observation, decision: VersionDecision) -> bool:
    """A server that fails or asks to wait says nothing of the article, unless the page that it sends is a wall."""
    blocked = isinstance(decision, Quarantined) and decision.kind is QuarantineKind.BLOCKED
    return blocked and seen.outcome not in LOOKS


def _addresses(seen: Observation) -> list[str]:
    """The addresses under which the article may be known, the surest first."""
    canonical = seen.document.canonical_url if seen.document else None
    return list(dict.fromkeys(u for u in (seen.url, canonical) if u))


def _forms(url: str) -> list[str]:
    """The same address with the other scheme, with `www` or without it, or both."""
    scheme, _, rest = url.partition("://")
    hosts = (rest, rest.removeprefix("www.") if rest.startswith("www.") else f"www.{rest}")
    return [form for s in (scheme, "http" if scheme == "https" else "https") for h in hosts if (form := f"{s}://{h}") != url]


def _last_part(url: str) -> str:
    """What names the article in its address."""
    return url.partition("?")[0].rstrip("/").rpartition("/")[2]


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


def _overlap(a: Sequence[str], b: Sequence[str]) -> float:
    """Share of the shorter text's runs of three words that both texts have."""
    x, y = (_runs(" ".join(side).lower().split()) for side in (a, b))
    return len(x & y) / max(1, min(len(x), len(y)))


def _runs(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + 3]) for i in range(max(1, len(words) - 2))}
