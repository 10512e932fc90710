"""The review pages on 127.0.0.1: the reports as they stand now. A run that ends while they are open shows at the next click."""

from collections.abc import Callable
from datetime import UTC, datetime

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from pipeline import journey
from pipeline.config import Settings

HOST = "127.0.0.1"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Pages(StaticFiles):
    """The folder of reports, written anew when the snapshot is newer than what was written."""

    def __init__(self, settings: Settings):
        settings.reports.mkdir(parents=True, exist_ok=True)
        super().__init__(directory=settings.reports, html=True)
        self._settings, self._shown = settings, 0

    async def get_response(self, path: str, scope: Scope) -> Response:
        self._refresh()
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        return response

    def _refresh(self) -> None:
        snapshot = self._settings.snapshot_file
        stamp = snapshot.stat().st_mtime_ns if snapshot.exists() else 0
        if stamp and stamp != self._shown:
            journey.report(self._settings, datetime.now(UTC))
            self._shown = stamp


async def not_found(request: Request, error: Exception) -> Response:
    """A page that says where to go."""
    text = '<!doctype html><title>Not found</title><p>There is no such page. <a href="/">All stories</a></p>'
    return Response(text, 404, HEADERS, "text/html; charset=utf-8")


def application(settings: Settings) -> Starlette:
    """The web application. Answers to local names only, so that no other site's page can reach it by a name of its own."""
    trusted = Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost", "[::1]"])
    return Starlette(routes=[Mount("/", Pages(settings))], middleware=[trusted], exception_handlers={404: not_found})


def serve(settings: Settings, port: int, say: Callable[[str], None]) -> None:
    """Serve until stopped."""
    with journey.reading(settings):
        pass  # says what to do if there is no store yet
    say(f"http://{HOST}:{port}/ shows {settings.reports}. Ctrl-C ends it.")
    uvicorn.run(application(settings), host=HOST, port=port, log_level="warning", server_header=False)
