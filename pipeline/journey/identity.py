"""Whose look it is, and what is known of that article: addresses, guids, texts, and what the store holds of each.

An article is known by its addresses, each of them for good. A guid that is kept on a new address, or a text that is the same
there, is a move; a guid on another text is another article.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.journey.tally import Tally
from pipeline.model import (
    Alias,
    Appearance,
    ArticleState,
    Document,
    Entry,
    Feed,
    KnownArticle,
    Observation,
    Outcome,
    QuarantinedLook,
    Version,
    ident,
)
from pipeline.store import ParagraphRow, Store, last_part
from pipeline.versions import text_hash
from pipeline.versions.furniture import ARTICLES

# Ends of a fetch that say something of the article; the others say something of the network or the server's health.
LOOKS = frozenset(
    {Outcome.OK, Outcome.NOT_MODIFIED, Outcome.GONE, Outcome.MISSING, Outcome.DENIED, Outcome.EMPTY, Outcome.ROBOTS}
)
ALIKE = 0.2  # a text that shares less with the known one is another article under the same id
NAME = 8  # characters that the last part of an address needs to name an article
HELD = 5_000  # versions that are held in memory: a long import must not hold every text
NAMESAKES = 5  # articles of one outlet that may bear it, if it is a name


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
    found: dict[str, str] = field(default_factory=dict)  # article_id -> another outlet than its versions say
    touched: set[str] = field(default_factory=set)  # article_ids whose state row is to be written


class Registry:
    """What is known of articles while looks are taken: read from the store in parts, kept in step with what is decided."""

    def __init__(
        self, store: Store, read_again: Callable[[Version], Document | None] | None = None, tally: Tally | None = None
    ):
        """`read_again` reads a version's archived page with the present extractor; `tally` is counted on."""
        self.store, self._read_again = store, read_again
        self.tally = tally or Tally()
        self._ids: dict[str, str] = {}  # address -> article_id
        self._asked: set[str] = set()  # addresses that the store was asked for
        self._guids: dict[tuple[str, str], str] = {}  # (outlet, guid) -> article_id, of one that has been read if there is any
        self._claimed: dict[str, str] = {}  # article_id of one not read yet -> the one whose page says that it is that article
        self._namesakes: dict[tuple[str, str], list[str]] = {}  # (outlet, last part of the address) -> article_ids
        self._states: dict[str, ArticleState] = {}
        self._stored: dict[str, ArticleState] = {}  # as the store holds them
        self._known: dict[str, KnownArticle] = {}
        self._stood: dict[str, Sequence[Appearance]] = {}  # appearances of each article, in time order
        self._versions: dict[str, Version] = {}  # those that a look needed, by id
        self._paragraphs: dict[str, dict[str, set[str]]] = {}  # outlet -> fingerprint -> article_ids
        self._furniture: dict[str, frozenset[str]] = {}
        self._places: dict[str, tuple[int, int]] = {}  # of the feeds that have listed an article: the first, the last
        self._pending = Pending()

    # ---- what is known

    @property
    def articles(self) -> int:
        """How many articles are held in memory."""
        return len(self._states)

    def load(self, observations: Sequence[Observation]) -> None:
        """Read what the store knows of the articles that these looks are at."""
        self.load_urls([u for o in observations for u in addresses(o)])
        self._load_guids([o.guid for o in observations if o.guid])
        self._load_paragraphs({o.outlet for o in observations})
        self._load_namesakes([o.url for o in observations if not self.known_as(o.url)])
        self._load_past(observations)

    def _load_past(self, observations: Sequence[Observation]) -> None:
        """Read the versions of the articles that some of these looks see at an earlier time than what stands."""
        looks = ((o.at, self._stood.get(self.known_as(o.url) or "", ())) for o in observations)
        needed = {a.version_id for at, stood in looks if stood and at < stood[-1].seen_at for a in stood}
        self._versions |= self.store.versions(needed - set(self._versions)) if needed else {}

    def _load_namesakes(self, urls: Sequence[str]) -> None:
        """Read which articles bear the same last part of their address as these."""
        names = {name for url in urls if len(name := last_part(url)) >= NAME}
        for (outlet, name), article_ids in (self.store.namesakes(names) if names else {}).items():
            mine = self._namesakes.setdefault((outlet, name), [])
            mine += [i for i in article_ids if i not in mine]
            self._load_states(article_ids)

    def load_urls(self, urls: Sequence[str], outlets: Set[str] = frozenset()) -> None:
        """Read what the store knows of the articles at these addresses, and of what recurs at these outlets."""
        self._load_paragraphs(outlets)
        new = {url for url in urls if url not in self._ids and url not in self._asked}
        self._asked |= new
        found = self.store.articles_by_url(new) if new else {}
        if others := {form for url in new - found.keys() for form in _forms(url)}:
            found |= self.store.articles_by_url(others)
        self._ids |= {url: article_id for url, article_id in found.items() if url not in self._ids}
        self._load_states(found.values())

    def load_entries(self, entries: Sequence[Entry], outlets: Set[str]) -> None:
        """Read what the store knows of what the entries of these outlets' feeds lead to."""
        self.load_urls([e.url for e in entries if e.url], outlets)
        self._load_guids([e.raw_id for e in entries if e.raw_id and not (e.url and self._is_read(e.url))])
        self._load_namesakes([e.url for e in entries if e.url and not self.known_as(e.url)])

    def load_articles(self, states: Sequence[ArticleState]) -> None:
        """Read what a look at each of these articles is judged by."""
        self._ids |= {s.url: s.article_id for s in states}
        self._load_states(s.article_id for s in states)
        self._load_guids([s.guid for s in states if s.guid and s.head_version_id is None])
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
            self._stored |= states
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
        self._namesakes.setdefault((state.outlet, last_part(state.url)), []).append(state.article_id)
        self._alias(state.url, state.article_id, state.first_seen_at, reason)
        self._pending.touched.add(state.article_id)
        self.tally.new_articles += 1

    def meet(self, entry: Entry, feed: Feed, now: datetime, order: Mapping[str, int]) -> str | None:
        """The article that an entry of a feed lists; a new one is due at once. None for an entry without a link.

        `order`: address of each feed -> its place in the list of feeds, which tells what counts if several list it now.
        """
        if entry.url is None:
            return None
        if article_id := self.known_as(entry.url):
            if entry.url not in self._ids:
                self.move(article_id, entry.url, now)
            state = self._states[article_id]
            self.update_state(self._listed(state, entry, feed, now, order))
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
            published_at=entry.published_at,
            updated_at=entry.updated_at,
            title=entry.title,
            summary=entry.summary,
        )
        self.add_state(state, "listed by its feed")
        self._places[state.article_id] = (order[feed.url], order[feed.url])
        return state.article_id

    def _listed(self, state: ArticleState, entry: Entry, feed: Feed, now: datetime, order: Mapping[str, int]) -> ArticleState:
        """A known article with what a feed says of it. If several say something now, the last one in the list counts;
        of those that found it, the first one. In whichever order they come, the end is the same."""
        found = order.get(state.feed or "", -1) if state.first_seen_at == now else -1  # -1: before any feed of this run
        first, last = self._places.get(state.article_id, (found, found))
        place = order[feed.url]
        said = (entry.published_at, entry.updated_at, entry.title, entry.summary)
        known = (state.published_at, state.updated_at, state.title, state.summary)
        upper, lower = (said, known) if place >= last else (known, said)
        self._places[state.article_id] = (min(first, place), max(last, place))
        state = replace(
            state,
            published_at=upper[0] or lower[0],
            updated_at=upper[1] or lower[1],
            title=upper[2] or lower[2],
            summary=upper[3] or lower[3],
        )
        if place >= first:
            return state
        name = last_part(state.url)
        if state.article_id in (known_there := self._namesakes.get((state.outlet, name), [])):
            known_there.remove(state.article_id)
        self._namesakes.setdefault((feed.outlet, name), []).append(state.article_id)
        if state.head_version_id:
            self._pending.found[state.article_id] = feed.outlet
        return replace(state, outlet=feed.outlet, feed=feed.url, guid=entry.raw_id)

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

    # ---- whose look it is

    def _article_of(self, seen: Observation) -> ArticleState:
        """The article at this address; a new address may be that of a known one, by what its page says or by its guid."""
        found = (article_id for url in addresses(seen) if (article_id := self.known_as(url)))
        return self._states[next(found, None) or (not seen.judged and self._by_guid(seen)) or self._start(seen)]

    def known_as(self, url: str) -> str | None:
        """The article at an address; at its other form, if only scheme and `www` differ."""
        return next((self._ids[form] for form in (url, *_forms(url)) if form in self._ids), None)

    def _is_read(self, url: str) -> bool:
        """Whether the address is that of an article that has been read: its guid tells nothing more then."""
        article_id = self.known_as(url)
        return article_id is not None and self._states[article_id].head_version_id is not None

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
        name = last_part(state.url)
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
        for url in addresses(seen):
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

    def _version_of(self, version_id: str) -> Version:
        if version_id not in self._versions:
            self._versions |= self.store.versions([version_id])
        return self._versions[version_id]

    def _alias(self, url: str, article_id: str, since: datetime, reason: str) -> None:
        self._ids[url] = article_id
        self._pending.aliases.append(Alias(url=url, article_id=article_id, since=since, reason=reason))


def addresses(seen: Observation) -> list[str]:
    """The addresses under which the article may be known, the surest first."""
    canonical = seen.document.canonical_url if seen.document else None
    return list(dict.fromkeys(u for u in (seen.url, canonical) if u))


def _forms(url: str) -> list[str]:
    """The same address with the other scheme, with `www` or without it, or both."""
    scheme, _, rest = url.partition("://")
    hosts = (rest, rest.removeprefix("www.") if rest.startswith("www.") else f"www.{rest}")
    return [form for s in (scheme, "http" if scheme == "https" else "https") for h in hosts if (form := f"{s}://{h}") != url]


def _overlap(a: Sequence[str], b: Sequence[str]) -> float:
    """Share of the shorter text's runs of three words that both texts have."""
    x, y = (_runs(" ".join(side).lower().split()) for side in (a, b))
    return len(x & y) / max(1, min(len(x), len(y)))


def _runs(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + 3]) for i in range(max(1, len(words) - 2))}
