"""Values over time: one row an outlet, one band a value, time to the right; an SVG with the table behind it.

Drawn by Vega (altair writes the specification, vl-convert renders it). Colours are CSS variables of the page, so that the
picture follows light, dark and print; every band carries its value as text, so that it reads in grey. Two widths are drawn,
because scaled text is not readable on a phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from markupsafe import Markup

from pipeline.changelog.escape import one_line, shorten
from pipeline.changelog.topics import Topic, topics
from pipeline.changelog.views import Said, StoryPage
from pipeline.changelog.wording import capital, iso, plural, shown_value

WIDTHS = (1040, 330)  # pixels: page and phone
MOST_ROWS = 14  # outlets of a picture; the table holds all
MOST_PICTURES = 6
CHARACTER = 6.6  # pixels of a character of 12 px sans-serif text, measured on the wide side
SHADES = 5  # of older values: --band-1 ... --band-5


@dataclass(frozen=True, slots=True)
class Band:
    """A value that an outlet held from `start` to `end`."""

    outlet: str
    value: str
    start: datetime
    end: datetime
    said: Said


@dataclass(frozen=True, slots=True)
class Picture:
    """A timeline: the drawing in two widths, and the bands as a table."""

    aspect: str
    subject: str
    title: str
    wide: Markup
    narrow: Markup
    bands: tuple[Band, ...]
    left_out: int  # outlets that the drawing leaves to the table


def pictures(page: StoryPage) -> tuple[Picture, ...]:
    """The timelines of the topics on which two outlets or more gave two values or more, those first about which most speak."""
    wanted = [t for t in topics(page) if len(t.values) > 1 and len(t.outlets) > 1]
    wanted.sort(key=lambda t: -len(t.outlets))
    return tuple(_picture(page, topic) for topic in wanted[:MOST_PICTURES])


def _picture(page: StoryPage, topic: Topic) -> Picture:
    bands = _bands(topic.said, page.as_of)
    outlets = _rows(bands, topic.stands)
    shown = tuple(b for b in bands if b.outlet in outlets[:MOST_ROWS])
    name = capital(one_line(topic.aspect)) + (f": {one_line(topic.subject)}" if topic.subject else "")
    label = f"{name}: {plural(len(topic.values), 'value')} in {plural(len(outlets), 'outlet')} over time; table below."
    drawn = (_drawn(shown, tuple(outlets[:MOST_ROWS]), topic.values, topic.stands, width, label) for width in WIDTHS)
    wide, narrow = drawn
    return Picture(topic.aspect, topic.subject, name, wide, narrow, bands, max(len(outlets) - MOST_ROWS, 0))


def _bands(said: Sequence[Said], end: datetime) -> tuple[Band, ...]:
    """Per outlet, what it said last at any time; a value said again goes on."""
    bands: list[Band] = []
    for outlet in dict.fromkeys(s.outlet for s in said):
        steps: list[Said] = []
        for one in said:
            if one.outlet == outlet and (not steps or steps[-1].value != one.value):
                steps.append(one)
        ends = [s.seen_at for s in steps[1:]] + [end]
        bands += [Band(outlet, s.value, s.seen_at, max(e, s.seen_at), s) for s, e in zip(steps, ends, strict=True)]
    return tuple(bands)


def _rows(bands: Sequence[Band], stands: str) -> list[str]:
    """Outlets, the first to say what stands on top, those that never did at the bottom."""
    first: dict[str, tuple[bool, datetime]] = {}
    for band in bands:
        rank = (band.value != stands, band.start)
        first[band.outlet] = min(first.get(band.outlet, rank), rank)
    return sorted(first, key=lambda outlet: (first[outlet], outlet))


# ---- the drawing ---------------------------------------------------------------------------------------------------------


def _shades(values: Sequence[str], stands: str) -> list[str]:
    """A colour a value: the accent for the one that stands, greys in the order of appearance for the others."""
    others = [v for v in values if v != stands]
    return ["var(--band-now)" if v == stands else f"var(--band-{others.index(v) % SHADES + 1})" for v in values]


def _label(value: str, pixels: float) -> str:
    """As much of the value as the band holds; nothing rather than a number cut in two."""
    room = int((pixels - 8) / CHARACTER)
    text = shown_value(value)
    return text if len(text) <= room else shorten(text, room) if room >= 12 and " " in text else ""


def _days(start: datetime, end: datetime, most: int) -> list[dict[str, int]]:
    """Midnights between two moments as Vega's date values, thinned to `most`."""
    midnight = start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    found = [midnight + timedelta(days=n) for n in range((end - midnight).days + 1)]
    inside = [d for d in found if start <= d <= end]
    step = -(-len(inside) // most) or 1
    return [{"year": d.year, "month": d.month, "date": d.day, "utc": True} for d in inside[::step]]


def _millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _data(bands: Sequence[Band], stands: str, width: int) -> list[dict[str, str]]:
    start, end = min(b.start for b in bands), max(b.end for b in bands)
    scale = width / max((end - start).total_seconds(), 1)
    least = (end - start) * 4 / width  # four pixels: what was said a moment ago must be seen
    return [
        {
            "outlet": one_line(b.outlet),
            "value": one_line(b.value),
            "start": iso(min(b.start, b.end - least)),
            "end": iso(b.end),
            "label": _label(b.value, (b.end - b.start).total_seconds() * scale),
            "ink": "now" if b.value == stands else "old",
        }
        for b in bands
    ]


@lru_cache(maxsize=512)  # a drawing takes 60 ms: a process that reports again redraws only what changed
def _drawn(
    bands: tuple[Band, ...], outlets: tuple[str, ...], values: tuple[str, ...], stands: str, width: int, label: str
) -> Markup:
    """The SVG, one picture for screen readers. Imported here: the libraries take their time, and few runs need them."""
    import altair as alt
    import vl_convert

    start, end = min(b.start for b in bands), max(b.end for b in bands)
    days = _days(start, end, width // 80)
    axis = alt.Axis(values=days, format="%-d %b") if len(days) > 1 else alt.Axis(tickCount=width // 110, format="%-d %b %H:%M")
    y = alt.Y("outlet:N", title=None, axis=None, sort=[one_line(o) for o in outlets])
    base = alt.Chart(alt.Data(values=_data(bands, stands, width))).encode(
        x=alt.X(
            "start:T", title=None, axis=axis, scale=alt.Scale(type="utc", domain=[_millis(start), _millis(end)], nice=False)
        ),
        y=y,
    )
    colour = alt.Scale(domain=[one_line(v) for v in values], range=_shades(values, stands))
    bars = base.mark_bar(height=17, yOffset=6, stroke="var(--paper)", strokeWidth=1).encode(
        x2="end:T", color=alt.Color("value:N", scale=colour, legend=None)
    )
    inks = alt.Scale(domain=["now", "old"], range=["var(--band-now-ink)", "var(--band-ink)"])
    labels = base.mark_text(align="left", dx=5, yOffset=6, fontSize=12).encode(
        text="label:N", color=alt.Color("ink:N", scale=inks, legend=None)
    )
    rows = alt.Chart(alt.Data(values=[{"outlet": one_line(o)} for o in outlets]))
    names = rows.mark_text(align="left", yOffset=-9, fontSize=12, fill="var(--ink)").encode(
        y=y, x=alt.value(0), text="outlet:N"
    )
    chart = alt.layer(bars, labels, names).resolve_scale(color="independent").properties(width=width, height=alt.Step(38))
    chart = chart.configure(
        background="transparent", font="system-ui, sans-serif", padding={"left": 0, "right": 2, "top": 0, "bottom": 0}
    )
    chart = chart.configure_view(stroke=None).configure_axis(
        labelColor="var(--quiet)", gridColor="var(--hair)", tickColor="var(--hair)", domainColor="var(--hair)", labelFontSize=11
    )
    svg = vl_convert.vegalite_to_svg(chart.to_dict(validate=False))
    return Markup(svg.replace("<svg ", Markup('<svg role="img" aria-label="{}" ').format(label), 1))
