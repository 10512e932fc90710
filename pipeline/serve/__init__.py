"""The live pages over HTTP: the reports as they stand at each click, search, any moment, review. On 127.0.0.1 unless told.

`site` answers requests, `guard` lets through what may ask: it knows hosts, tokens and where a form came from.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address

import uvicorn

from pipeline import journey
from pipeline.config import Settings
from pipeline.errors import StoreBusy, UsageError
from pipeline.logs import event
from pipeline.serve.guard import Access
from pipeline.serve.site import application

log = logging.getLogger(__name__)
HOST = "127.0.0.1"
TOKEN_LENGTH = 20  # characters below which a token could be guessed

__all__ = ["HOST", "Access", "application", "serve"]


def serve(settings: Settings, port: int, say: Callable[[str], None], host: str = HOST, token: str = "") -> None:
    """Serve until stopped. Raises UsageError if others could reach the pages and there is no token for them."""
    if not _loopback(host) and len(token) < TOKEN_LENGTH:
        raise UsageError(
            f"{host} can be reached from other machines: set a token of {TOKEN_LENGTH} characters or more in WRITETHRU_TOKEN"
        )
    with journey.reading(settings):
        pass  # says what to do if there is no store yet
    _bring_up_to_date(settings)
    app = application(settings, Access(host=host, port=port, token=token), lambda: datetime.now(UTC))
    say(
        f"http://{_shown(host)}:{port}/ shows {settings.place_name}{'; a token is asked for' if token else ''}. Ctrl-C ends it."
    )
    event(log, logging.INFO, "serve.began", host=host, port=port, token=bool(token))
    # without a configuration of its own, what the server warns of goes where the program's log goes
    uvicorn.run(app, host=host, port=port, log_config=None, log_level="warning", server_header=False, proxy_headers=False)


def _bring_up_to_date(settings: Settings) -> None:
    """Publish a snapshot with the views that the pages ask, also of a store that an earlier program left.

    Raises StoreBusy if a run holds the store and nothing was published yet.
    """
    try:
        journey.snapshot(settings, datetime.now(UTC))
    except StoreBusy:
        if not settings.snapshot_file.exists():
            raise


def _loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
