"""Requests in, pages out. Reading opens the snapshot, so a run may go on meanwhile; a decision waits for its turn to write."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from urllib.parse import parse_qs, quote, unquote, urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pipeline import journey
from pipeline.changelog import Links
from pipeline.changelog.live import render_message
from pipeline.changelog.pages import TEMPLATES
from pipeline.changelog.views import Choice, Live
from pipeline.config import Settings
from pipeline.errors import StoreBusy, UsageError, WritethruError
from pipeline.journey.browsing import Desk, Query, browsing
from pipeline.journey.deciding import Decision
from pipeline.serve.guard import HEADERS, NAME, SESSION, SIGNED, Access, cookies, new_session

MOST_BYTES = 20_000  # of a form
WAIT = 10.0  # seconds that a decision waits for a run to end
TYPES = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
}
TEXT = "text/plain; charset=utf-8"
METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
REFUSALS = {404: "There is no such page.", 405: "This page takes no such request.", 413: "The form is too long."}
KINDS = ("review", "correct", "pin", "unpin", "undo")  # decisions that have a form
Make = Callable[[Desk, Live], str | None]


class Site:
    """Answers requests about one store."""

    def __init__(self, settings: Settings, access: Access, clock: Callable[[], datetime]):
        self.settings, self.access, self.clock = settings, access, clock
        self._told: dict[str, tuple[str, bool]] = {}  # session -> what its last form came to, and whether it failed
        self._deciding = Lock()

    # ---- pages

    async def page(self, request: Request, make: Make, suffix: str = "html") -> Response:
        """Make a page from the store as it stands."""
        if refusal := self._unseen(request):
            return refusal
        session = cookies(request.headers).get(SESSION) or new_session()
        live = self._live(request, session)
        text = await run_in_threadpool(self._made, make, live)
        if text is None:
            raise HTTPException(404)
        return self._with_session(Response(text, 200, HEADERS, TYPES[suffix]), session)

    def _unseen(self, request: Request) -> Response | None:
        """What who may not look gets to see."""
        if not self.access.answers_to(request.headers.get("host", "")):
            return self._say(request, "Not here", "This server does not go by that name.", 421)
        if not self.access.admits(request.headers):
            return self._say(request, "Sign in", "These pages ask for the token that the server was started with.", 401)
        return None

    def _made(self, make: Make, live: Live) -> str | None:
        with browsing(self.settings, self.clock()) as desk:
            return make(desk, live)

    def _live(self, request: Request, session: str) -> Live:
        told, failed = self._told.pop(session, ("", False))
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        name = unquote(cookies(request.headers).get(NAME, ""))
        return Live(csrf=self.access.mark(session), back=back, name=name, told=told, failed=failed)

    def _with_session(self, response: Response, session: str) -> Response:
        response.set_cookie(SESSION, session, httponly=True, samesite="strict")
        return response

    def _say(self, request: Request, title: str, text: str, status: int) -> Response:
        links = Links(depth=max(0, request.url.path.count("/") - 1))
        return Response(render_message(title, text, links, sign_in=status == 401), status, HEADERS, TYPES["html"])

    async def front(self, request: Request) -> Response:
        return await self.page(request, lambda desk, live: desk.front(live))

    async def health(self, request: Request) -> Response:
        return await self.page(request, lambda desk, live: desk.health(live))

    async def metrics(self, request: Request) -> Response:
        """For a monitor, which shows the token as `Authorization: Bearer`; it gets no cookie."""
        if refusal := self._unseen(request):
            return refusal
        text = await run_in_threadpool(self._measured)
        by_person = "text/html" in request.headers.get("accept", "")  # a browser would save the other type
        return Response(text, 200, HEADERS, TEXT if by_person else METRICS)

    async def alive(self, request: Request) -> Response:
        """For whoever starts it again when it hangs: it answers, and can read the store. It asks for no token."""
        await run_in_threadpool(self._read)
        return Response("ok\n", 200, HEADERS, TEXT)

    def _read(self) -> None:
        with journey.reading(self.settings):
            pass

    def _measured(self) -> str:
        return journey.metrics(journey.status(self.settings, self.clock()))

    async def silent(self, request: Request) -> Response:
        file = f"silent.{request.path_params['suffix']}"
        return await self.page(request, lambda desk, live: desk.silent(file), _suffix(file))

    async def search(self, request: Request) -> Response:
        asked = {name: request.query_params.get(name, "")[:200] for name in ("q", "outlet", "story")}
        query = Query(text=asked["q"], outlet=asked["outlet"], story=asked["story"])
        return await self.page(request, lambda desk, live: desk.search(query, live))

    async def compare(self, request: Request) -> Response:
        article = request.query_params.get("article", "")
        old, new = (_number(request.query_params.get(side, "")) for side in ("old", "new"))
        if old is None or new is None:
            raise HTTPException(404)
        return await self.page(request, lambda desk, live: desk.compared(article, old, new, live))

    async def decisions(self, request: Request) -> Response:
        return await self.page(request, lambda desk, live: desk.decisions(live))

    async def article(self, request: Request) -> Response:
        file = request.path_params["file"]
        return await self.page(request, lambda desk, live: desk.article(file, live))

    async def outlet(self, request: Request) -> Response:
        file = request.path_params["file"]
        return await self.page(request, lambda desk, live: desk.outlet(file, live), _suffix(file))

    async def story(self, request: Request) -> Response:
        folder, chosen = request.path_params["folder"], request.query_params
        choice = Choice(
            aspect=chosen.get("aspect", ""),
            kind=chosen.get("kind", ""),
            outlet=chosen.get("outlet", ""),
            review=chosen.get("review", ""),
            silent=chosen.get("silent") == "1",
        )
        return await self.page(request, lambda desk, live: desk.story(folder, choice, live))

    async def folder(self, request: Request) -> Response:
        """A story's address as people type it."""
        return RedirectResponse(f"/{quote(request.path_params['folder'], safe='')}/index.html", 308, HEADERS)

    async def then(self, request: Request) -> Response:
        folder, hour = request.path_params["folder"], _number(request.query_params.get("hour", ""))
        at = _moment(request.query_params.get("at", ""))
        return await self.page(request, lambda desk, live: desk.then(folder, hour, at, live))

    async def story_file(self, request: Request) -> Response:
        folder, file = request.path_params["folder"], request.path_params["file"]
        return await self.page(request, lambda desk, live: desk.story_file(folder, file, live), _suffix(file))

    async def script(self, request: Request) -> Response:
        return Response((TEMPLATES / "live.js").read_text(encoding="utf8"), 200, HEADERS, "text/javascript; charset=utf-8")

    # ---- forms

    async def decide(self, request: Request) -> Response:
        """Write down a decision and lead back to where the form stood."""
        refused = self._refused(request)
        if refused:
            return refused
        form = await _form(request)
        session = cookies(request.headers).get(SESSION, "")
        if not self.access.is_ours(session, form.get("csrf", "")):
            return self._say(
                request, "Not taken", "The form was made before the server started anew. Go back and reload it.", 403
            )
        if not form.get("made_by", "").strip():
            return self._say(request, "Not taken", "A decision carries a name. Go back and write yours.", 400)
        wanted = Decision(
            kind=request.url.path.strip("/"),
            story=form.get("story", ""),
            articles=(form["articles"],) if form.get("articles") else (),
            about=form.get("about", ""),
            value=form.get("value", ""),
            note=form.get("note", "")[:500],
            made_by=form.get("made_by", "")[:80],
        )
        self._told[session] = await run_in_threadpool(self._decided, wanted)
        while len(self._told) > 1000:
            self._told.pop(next(iter(self._told)))
        response = RedirectResponse(_back(form.get("back", "")), 303, HEADERS)
        if wanted.made_by:
            response.set_cookie(NAME, quote(wanted.made_by), httponly=True, samesite="strict", max_age=365 * 86400)
        return response

    def _decided(self, wanted: Decision) -> tuple[str, bool]:
        """What a decision came to, in words, and whether it failed."""
        try:
            with self._deciding:
                done = journey.decide(self.settings, self.clock(), wanted, wait=WAIT)
        except StoreBusy as busy:
            return f"Not written down: {busy} Nothing is lost but the form.", True
        except UsageError as wrong:
            return f"Not written down: {wrong}", True
        return " · ".join(line for line in done.lines() if "writethru" not in line), False

    def _refused(self, request: Request) -> Response | None:
        if not self.access.answers_to(request.headers.get("host", "")):
            return self._say(request, "Not here", "This server does not go by that name.", 421)
        if not self.access.from_here(request.headers):
            return self._say(request, "Not taken", "A form is only taken from one of these pages.", 403)
        if not self.access.admits(request.headers) and request.url.path != "/sign-in":
            return self._say(request, "Sign in", "These pages ask for the token that the server was started with.", 401)
        return None

    async def sign_in(self, request: Request) -> Response:
        """Take the token; a visitor who has shown it gets a cookie that is not the token."""
        refused = self._refused(request)
        if refused:
            return refused
        if not self.access.is_token((await _form(request)).get("token", "")):
            return self._say(request, "Sign in", "That is not the token.", 401)
        response = RedirectResponse("/", 303, HEADERS)
        response.set_cookie(SIGNED, self.access.signature(), httponly=True, samesite="strict")
        return response

    async def failed(self, request: Request, error: Exception) -> Response:
        """A page that says what is wrong."""
        if isinstance(error, HTTPException):
            title = "Not found" if error.status_code == 404 else "Not taken"
            return self._say(request, title, REFUSALS.get(error.status_code, "This cannot be done."), error.status_code)
        return self._say(request, "Not now", str(error), 503)


def application(settings: Settings, access: Access, clock: Callable[[], datetime]) -> Starlette:
    """The web application."""
    site = Site(settings, access, clock)
    routes = [
        Route("/", site.front),
        Route("/index.html", site.front),
        Route("/live.js", site.script),
        Route("/search", site.search),
        Route("/compare", site.compare),
        Route("/decisions", site.decisions),
        Route("/health.html", site.health),
        Route("/metrics", site.metrics),
        Route("/healthz", site.alive),
        Route("/sign-in", site.sign_in, methods=["POST"]),
        *(Route(f"/{kind}", site.decide, methods=["POST"]) for kind in KINDS),
        Route("/silent.{suffix}", site.silent),
        Route("/articles/{file}", site.article),
        Route("/outlets/{file}", site.outlet),
        Route("/{folder}", site.folder),
        Route("/{folder}/", site.story),
        Route("/{folder}/index.html", site.story),
        Route("/{folder}/then", site.then),
        Route("/{folder}/{file}", site.story_file),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: site.failed, WritethruError: site.failed})
    app.router.redirect_slashes = False  # would lead to whatever host the request names
    return app


# ---- what requests carry -------------------------------------------------------------------------------------------------


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, of each name the last. Raises HTTPException if it is too long."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise HTTPException(413)
    try:
        fields = parse_qs(body.decode("utf8", "replace"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise HTTPException(413) from None
    return {name: values[-1].strip() for name, values in fields.items()}


def _suffix(file: str) -> str:
    """The kind of a file by its name. Raises HTTPException where it is none of ours."""
    suffix = file.rpartition(".")[2]
    if suffix not in TYPES:
        raise HTTPException(404)
    return suffix


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _moment(text: str) -> datetime | None:
    """A moment as a browser's form writes it; None if it is none."""
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):  # the latter: at the ends of the calendar, in another zone
        return None


def _back(address: str) -> str:
    """Where to go after a form: a page of this server, never another's."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    local = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return address if local and address.isprintable() and "\\" not in address else "/"
