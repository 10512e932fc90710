"""What an answer means: pure rules about status codes, redirects and Retry-After."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from yarl import URL

from pipeline.fetch.guard import Blocked, Guard, parse_url
from pipeline.model import Outcome

LONGEST_WAIT = timedelta(days=7)
PERMANENT = frozenset({301, 308})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_DIGITS = re.compile(r"[+-]?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Follow:
    """The redirect may be followed."""

    url: URL
    same_origin: bool  # else nothing of ours may be sent along
    reason: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """The redirect ends here."""

    outcome: Outcome
    reason: str


def decide_redirect(location: str | None, seen: tuple[URL, ...], guard: Guard, *, limit: int, secret: bool) -> Follow | Refuse:
    """Whether to follow a redirect from the last URL of `seen` (all URLs so far, in order)."""
    here = seen[-1]
    if not location:
        return Refuse(Outcome.REDIRECT_REFUSED, "the server redirects without saying where to")
    try:
        target = guard.check(_joined(here, location.strip())).with_user(None)
    except Blocked as e:
        return Refuse(Outcome.BLOCKED, f"the redirect's target is refused: {e}")
    if target in seen:
        return Refuse(Outcome.REDIRECT_REFUSED, "the redirects run in a loop")
    if len(seen) > limit:
        return Refuse(Outcome.REDIRECT_REFUSED, f"more than {limit} redirects")
    if secret and here.scheme == "https" and target.scheme == "http":
        return Refuse(Outcome.REDIRECT_REFUSED, "the redirect leads from https to http while a secret is sent")
    same = target.origin() == here.origin()
    return Follow(target, same, "same site" if same else "another origin, so no credentials and validators go along")


def _joined(here: URL, location: str) -> str:
    """The target as text. The raw text is checked before parsing: a backslash means different hosts to different parsers."""
    if "\\" in location or any(c <= " " or c == "\x7f" for c in location):
        raise Blocked("the URL holds a backslash, a space or a control character")
    return str(here.join(parse_url(location)))


def decide_outcome(status: int, *, conditional: bool, retry_after: bool) -> tuple[Outcome, str]:
    """What a final status says, before its body is looked at. `conditional`: validators were sent to this URL."""
    if status == 304:
        if conditional:
            return Outcome.NOT_MODIFIED, "unchanged since the last visit"
        return Outcome.SERVER_ERROR, "304, though no validators were sent"
    if status in (204, 205):
        return Outcome.EMPTY, f"{status}: the server has nothing to show"
    if status == 206:
        return Outcome.TRUNCATED, "206: a part only, which was not asked for"
    if 200 <= status < 300:
        return Outcome.OK, "fetched"
    if 300 <= status < 400:
        return Outcome.REDIRECT_REFUSED, f"{status}: a redirect that cannot be followed"
    if status == 404:
        return Outcome.MISSING, "404: not found"
    if status == 410:
        return Outcome.GONE, "410: gone for good"
    if status == 429 or (status == 503 and retry_after):
        return Outcome.RATE_LIMITED, f"{status}: the host asks to wait"
    if 400 <= status < 500:
        return Outcome.DENIED, f"{status}: access denied"
    return Outcome.SERVER_ERROR, f"{status}: server error"


def parse_retry_after(value: str | None, headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Retry-After as a wait, clamped to [0, 7 days]; None if there is none or it says nothing.

    A date is taken relative to the answer's own Date, so that neither clock has to be right; without one, relative to `now`.
    """
    text = (value or "").strip()
    if _DIGITS.fullmatch(text):
        return _clamped(float(text[:20]))
    until = _http_date(text)
    if until is None:
        return None
    return _clamped((until - (_http_date(headers.get("date", "")) or now)).total_seconds())


def _clamped(seconds: float) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0.0), LONGEST_WAIT.total_seconds()))


def _http_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
