"""The page of health: what needs a person, each outlet and feed beside its usual, and the program itself.

Rendering only: what is judged comes in judged, in words.
"""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from pipeline.changelog.pages import environment
from pipeline.changelog.paths import Links
from pipeline.changelog.views import Live

HEIGHT, STEP = 24, 4  # pixels of a picture, and of a day in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Something that needs a person."""

    about: str  # an outlet or a feed; "" = the program itself
    told: str
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """What came day by day."""

    what: str  # "articles", as people name them
    days: tuple[int, ...]  # oldest first; the last is the last 24 hours
    usual: float

    @property
    def today(self) -> int:
        return self.days[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletRow:
    """An outlet."""

    outlet: str
    ailing: bool
    feeds: int
    feeds_failing: int
    articles: Days
    edits: Days
    walls: Days
    looks: int  # in the last 24 hours
    texts: int  # first texts of three days
    thin: int  # of these, with next to no text
    thin_before: str  # "2 of 80", or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A feed."""

    outlet: str
    url: str  # redacted
    ailing: bool
    how: str  # its last fetch went, in words: "is denied to us"
    reason: str  # as the server or the network told it
    failures: int
    last_success_at: datetime | None
    next_due_at: datetime | None
    last_item_at: datetime | None
    items: Days


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPage:
    """How it goes at a moment."""

    as_of: datetime
    advice: tuple[Advice, ...]
    figures: tuple[tuple[str, str], ...]  # what, how much: of the program itself
    outlets: tuple[OutletRow, ...]  # those that need a person first
    feeds: tuple[FeedRow, ...]
    outlets_in_all: int
    feeds_in_all: int


def render_health(page: HealthPage, links: Links | None = None, live: Live | None = None) -> str:
    """The page."""
    template = environment().get_template("health.html")
    return template.render(page=page, links=links or Links(depth=0), live=live, picture=picture)


def picture(found: Days) -> Markup:
    """A bar a day, the last one marked, a line at what is usual; in words for whoever cannot see it."""
    most = max(*found.days, found.usual, 1)
    tops = [round(HEIGHT * n / most) or (1 if n else 0) for n in found.days]
    bars = "".join(f"M{STEP * i + 2} {HEIGHT}v-{top}" for i, top in enumerate(tops[:-1]) if top)
    width, last = STEP * len(tops), STEP * len(tops) - 2
    usual = HEIGHT - round(HEIGHT * found.usual / most)
    label = (
        f"{found.what} a day over {len(found.days)} days: {found.today} in the last 24 hours, "
        f"usually {found.usual:g}, at most {max(found.days)}"
    )
    return Markup(
        '<svg class="pulse" width="{}" height="{}" role="img" aria-label="{}"><path class="base" d="M0 {}h{}"></path>'
        '<path d="{}"></path><path class="today" d="{}"></path><path class="usual" d="M0 {}h{}"></path></svg>'
    ).format(
        width,
        HEIGHT + 1,
        label,
        HEIGHT,
        width,
        bars or "M0 0",
        f"M{last} {HEIGHT}v-{tops[-1]}" if tops[-1] else "M0 0",
        usual,
        width,
    )
