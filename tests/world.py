"""A fake world of news outlets, served over real HTTP on loopback.

    world = World()
    tern = world.outlet("The Daily Tern", feed="rss", flavour="broadsheet")
    talks = tern.publish("harbour-talks", headline="Harbour talks resume", paragraphs=[...], at=DAY)
    with world.serve():                        # world.feeds is now a list[Feed] to fetch
        ...
        talks.edit(paragraph=2, text="...")    # silently: nothing but the words change
        tern.block()                           # every page is a bot wall

Each outlet has a loopback address of its own (127.0.0.10, .11, ...) on one port, so that what is meant per host can be seen
per host. With `World(named=True)` URLs read `http://daily-tern.example/...` and are the same in every run; `serve()` then
yields the address of an HTTP proxy that knows these names: `FetchSettings(proxies={"http": base_url})`.
Every request that arrives is a `Hit` in `world.log`. Nothing here is random: what varies depends on the number of the fetch.
"""

import asyncio
import hashlib
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import world_pages as pages
from aiohttp import web

from pipeline.model import Feed


@dataclass(frozen=True)
class Hit:
    """One request as the server saw it."""

    host: str
    path: str
    status: int
    started: float  # monotonic seconds
    ended: float
    headers: dict[str, str]  # names in lower case


@dataclass
class Answer:
    """A scripted answer that takes the place of the real one, `times` times."""

    status: int
    times: int
    body: str
    headers: dict[str, str]


@dataclass
class Article:
    """One story page of one outlet. Its methods are what editors, owners and content networks do to it."""

    outlet: "Outlet"
    slug: str
    shown: str  # the headline that the page shows
    paragraphs: list[str]
    byline: str
    published: datetime | None
    guid: str
    updated: datetime | None = None
    in_feed: bool = True
    state: str = "up"  # up, gone, soft_404, home, empty
    gone_status: int = 404
    moved_from: dict[str, int] = field(default_factory=dict)  # old path -> status of the redirect
    flaps: tuple[str, ...] = ()
    fetches: int = 0

    @property
    def path(self) -> str:
        return f"/news/{self.slug}"

    @property
    def url(self) -> str:
        return self.outlet.url + self.path

    @property
    def feed_title(self) -> str:
        return self.shown

    @property
    def feed_link(self) -> str:
        return self.url + self.outlet.tracking

    @property
    def summary(self) -> str:
        return self.paragraphs[0][:200] if self.paragraphs else ""

    def edit(self, *, paragraph: int, text: str, at: datetime | None = None) -> None:
        """Paragraph `paragraph` (from 0) now reads `text`; silent unless `at` moves the page's modified time."""
        self.paragraphs[paragraph] = text
        self.touch(at)

    def replace(self, old: str, new: str, at: datetime | None = None) -> None:
        """Words inside the paragraphs change; they must be there."""
        assert any(old in p for p in self.paragraphs), f"{old!r} is not in {self.slug}"
        self.paragraphs = [p.replace(old, new) for p in self.paragraphs]
        self.touch(at)

    def insert(self, *, paragraph: int, text: str, at: datetime | None = None) -> None:
        self.paragraphs.insert(paragraph, text)
        self.touch(at)

    def remove(self, *, paragraph: int, at: datetime | None = None) -> None:
        del self.paragraphs[paragraph]
        self.touch(at)

    def headline(self, text: str, at: datetime | None = None) -> None:
        self.shown = text
        self.touch(at)

    def touch(self, at: datetime | None) -> None:
        """Move the modified time and nothing else; None leaves it."""
        self.updated = at or self.updated

    def flap(self, *headlines: str) -> None:
        """From now on the page's headline takes turns, one a fetch; no argument ends it."""
        self.flaps = headlines

    def vanish(self, status: int = 404) -> None:
        self.state, self.gone_status = "gone", status

    def soft_404(self) -> None:
        """200, but the page says that there is none."""
        self.state = "soft_404"

    def redirect_home(self) -> None:
        self.state = "home"

    def go_empty(self) -> None:
        """200, all furniture and no text."""
        self.state = "empty"

    def come_back(self) -> None:
        self.state = "up"

    def move(self, slug: str, status: int = 301) -> None:
        """A new address; the old one redirects to it."""
        self.moved_from[self.path] = status
        self.slug = slug

    def render(self) -> str:
        self.fetches += 1
        if self.flaps:
            self.shown = self.flaps[(self.fetches - 1) % len(self.flaps)]
        return pages.page(self, self.fetches + self.outlet.number)


@dataclass
class Outlet:
    """A publisher with one feed. `flavour`: broadsheet, wire, tabloid or blog (see world_pages)."""

    world: "World"
    number: int
    name: str
    host: str
    kind: str  # rss, atom or json
    flavour: str
    language: str = "en"
    tracking: str = ""  # appended to links in the feed, e.g. "?utm_source=rss"
    feed_limit: int = 30
    every: timedelta | None = None
    secret: str | None = None  # name of an environment variable, as in feeds.toml
    robots: str | None = None  # None: 404
    feed_path: str = "/feed"
    articles: list[Article] = field(default_factory=list)
    walled: bool = False  # behind a paywall: a first paragraph and an offer
    wall: Answer | None = None
    delay: float = 0.0  # seconds before each answer
    validators: bool = True  # the feed sends ETag and answers 304
    feed_fetches: int = 0
    home_fetches: int = 0
    _scripts: dict[str, list[Answer]] = field(default_factory=lambda: {"feed": [], "page": []})
    _moved_feeds: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"127.0.{self.number // 200}.{10 + self.number % 200}"

    @property
    def url(self) -> str:
        return f"http://{self.host}" if self.world.named else f"http://{self.address}:{self.world.port}"

    @property
    def feed(self) -> Feed:
        return Feed(url=self.url + self.feed_path, outlet=self.name, title=self.name, every=self.every, secret=self.secret)

    def publish(
        self,
        slug: str,
        *,
        headline: str | None = None,
        paragraphs: Sequence[str] = (),
        at: datetime | None = None,
        byline: str = "Mara Lindqvist",
        guid: str | None = None,
        in_feed: bool = True,
    ) -> Article:
        """A new article; headline and paragraphs are invented from the slug if not given."""
        words = slug.replace("-", " ").capitalize()
        article = Article(
            outlet=self,
            slug=slug,
            shown=headline or f"{words}: what is known",
            paragraphs=list(paragraphs) or invented(slug),
            byline=byline,
            published=at,
            guid=f"{self.host}:{slug}" if guid is None else guid,
            in_feed=in_feed,
        )
        self.articles.append(article)
        return article

    def listed(self) -> list[Article]:
        """What the feed carries, newest first."""
        return [a for a in reversed(self.articles) if a.in_feed][: self.feed_limit]

    def block(self, status: int = 403) -> None:
        """A bot wall in front of every page (the feed stays open); status 200 is the treacherous kind."""
        self.wall = Answer(
            status, 0, pages.bot_wall(self), {"Server": "cloudflare"} | ({"cf-mitigated": "challenge"} if status != 200 else {})
        )

    def consent(self) -> None:
        """A consent page in place of every page, with status 200."""
        self.wall = Answer(200, 0, pages.consent_wall(self), {})

    def unblock(self) -> None:
        self.wall = None

    def paywall(self, up: bool = True) -> None:
        self.walled = up

    def answer(self, status: int, *, times: int = 1, on: str = "feed", body: str = "", **headers: str) -> None:
        """The next `times` requests for the feed (or `on="page"`: any page) get this; `Retry_After="90"` sets a header."""
        named = {k.replace("_", "-"): v for k, v in headers.items()}
        self._scripts[on].append(Answer(status, times, body, named))

    def move_feed(self, path_or_url: str, status: int = 301) -> None:
        """The feed's address redirects; a path moves the feed there, a full URL sends readers elsewhere."""
        target = path_or_url if "//" in path_or_url else self.url + path_or_url
        self._moved_feeds[self.feed_path] = (status, target)
        if "//" not in path_or_url:
            self.feed_path = path_or_url

    def hits(self, path: str | None = None) -> list[Hit]:
        """The requests that reached this outlet, for one path or all."""
        mine = {self.host, self.address}
        return [h for h in self.world.log if h.host in mine and path in (None, h.path)]

    # ---- answering

    def respond(self, path: str, headers: dict[str, str]) -> web.Response:
        if path == "/robots.txt":
            return web.Response(status=404) if self.robots is None else web.Response(text=self.robots)
        on_feed = path == self.feed_path or path in self._moved_feeds
        if scripted := self._next_answer("feed" if on_feed else "page"):
            return _response(scripted)
        if path in self._moved_feeds:
            status, target = self._moved_feeds[path]
            return web.Response(status=status, headers={"Location": target})
        return self._feed_response(headers) if on_feed else self._page_response(path)

    def _next_answer(self, on: str) -> Answer | None:
        queue = self._scripts[on]
        if not queue:
            return None
        queue[0].times -= 1
        return queue.pop(0) if queue[0].times <= 0 else queue[0]

    def _feed_response(self, headers: dict[str, str]) -> web.Response:
        self.feed_fetches += 1
        render, content_type = pages.FEEDS[self.kind]
        etag = '"' + hashlib.sha256(render(self, 0).encode()).hexdigest()[:16] + '"'  # build dates left out
        own = {"ETag": etag} if self.validators else {}
        if self.validators and headers.get("if-none-match") == etag:
            return web.Response(status=304, headers=own)
        return web.Response(body=render(self, self.feed_fetches).encode(), headers=own | {"Content-Type": content_type})

    def _page_response(self, path: str) -> web.Response:
        if self.wall:
            return _response(self.wall)
        for a in self.articles:
            if path in a.moved_from:
                return web.Response(status=a.moved_from[path], headers={"Location": a.path})
            if path == a.path:
                return self._article_response(a)
        if path == "/":
            self.home_fetches += 1
            return _html(pages.home(self, self.home_fetches))
        return _html(pages.not_found(self), 404)

    def _article_response(self, a: Article) -> web.Response:
        if a.state == "gone":
            return _html(pages.not_found(self), a.gone_status)
        if a.state == "soft_404":
            return _html(pages.not_found(self))
        if a.state == "home":
            return web.Response(status=302, headers={"Location": "/"})
        if a.state == "empty":
            kept, a.paragraphs = a.paragraphs, []
            try:
                return _html(a.render())
            finally:
                a.paragraphs = kept
        return _html(a.render())


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html")


def _response(a: Answer) -> web.Response:
    headers = {"Content-Type": "text/html; charset=utf-8"} | a.headers
    return web.Response(status=a.status, body=a.body.encode() if a.status not in (204, 304) else None, headers=headers)


@dataclass
class World:
    """All outlets, and the server that shows them."""

    named: bool = False
    outlets: list[Outlet] = field(default_factory=list)
    log: list[Hit] = field(default_factory=list)
    port: int = 0  # chosen when first served, kept from then on
    _loop: asyncio.AbstractEventLoop | None = None
    _runner: web.ServerRunner | None = None

    def outlet(self, name: str, *, feed: str = "rss", flavour: str = "broadsheet", **more: object) -> Outlet:
        """A new outlet; `more` are fields of Outlet, such as tracking, robots or secret."""
        host = re.sub(r"[^a-z0-9]+", "-", name.lower().removeprefix("the ")).strip("-") + ".example"
        made = Outlet(self, len(self.outlets), name, host, feed, flavour, **more)
        self.outlets.append(made)
        if self._loop and not self.named:
            asyncio.run_coroutine_threadsafe(self._listen(made.address), self._loop).result()
        return made

    @property
    def feeds(self) -> list[Feed]:
        """One feed an outlet. Unless named, only once served: before that the port is not known."""
        assert self.named or self.port, "serve the world first: its port is not chosen yet"
        return [o.feed for o in self.outlets]

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Answer on loopback until the block ends; yields http://127.0.0.1:PORT, which is also the proxy for named worlds."""
        self._loop = asyncio.new_event_loop()
        thread = threading.Thread(target=self._loop.run_forever, name="world", daemon=True)
        thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
            yield f"http://127.0.0.1:{self.port}"
        finally:
            if self._runner:
                asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()
            self._loop = self._runner = None

    async def _start(self) -> None:
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        await self._listen("127.0.0.1")
        self.port = self._runner.addresses[0][1]
        for outlet in self.outlets if not self.named else ():
            await self._listen(outlet.address)

    async def _listen(self, address: str) -> None:
        await web.TCPSite(self._runner, address, self.port, reuse_address=True).start()

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        started = time.monotonic()
        target = urlsplit(request.raw_path)  # absolute when we are asked as a proxy
        host = (target.hostname or request.headers.get("Host", "").rsplit(":", 1)[0]).lower()
        headers = {k.lower(): v for k, v in request.headers.items()}
        outlet = next((o for o in self.outlets if host in (o.host, o.address)), None)
        if outlet and outlet.delay:
            await asyncio.sleep(outlet.delay)
        response = outlet.respond(target.path or "/", headers) if outlet else web.Response(status=404, text="no such outlet")
        self.log.append(Hit(host, target.path, response.status, started, time.monotonic(), headers))
        return response


SENTENCES = (
    "Officials in the port city said on {day} that {topic} would be discussed again within {n} days.",
    "The council had set aside {n} million crowns for {topic}, according to its budget.",
    '"We have listened to both sides and we will publish the figures," said Ilse Brandt, who chairs the committee.',
    "Two members of the delegation, who asked not to be named, said that {topic} was not on the agenda at first.",
    "At least {n} people took part in the meeting, which lasted until late in the evening.",
    "The neighbouring district has not yet said whether it accepts the terms.",
    "A spokesman for the harbour authority denied that any agreement had been signed.",
    "Talks on {topic} began last spring and were postponed twice because of storms.",
    "The next round is due on {day}, when the mediators are expected to present a draft.",
    "Residents have waited {n} years for a decision, the town's archive shows.",
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def invented(slug: str, paragraphs: int = 7) -> list[str]:
    """Some paragraphs about nothing that exists, always the same for the same slug."""
    seed = int(hashlib.sha256(slug.encode()).hexdigest()[:8], 16)
    topic = "the " + slug.replace("-", " ")

    def sentence(i: int) -> str:
        text = SENTENCES[(seed + i * 3) % len(SENTENCES)]
        return text.format(topic=topic, n=2 + (seed // (i + 1)) % 40, day=DAYS[(seed + i) % len(DAYS)])

    return [f"{sentence(2 * i)} {sentence(2 * i + 1)}" for i in range(paragraphs)]
