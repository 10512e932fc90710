"""How the outlets of `world` look: feeds in three formats, and pages with the furniture of real news sites.

All of it is invented. What stands around the article (navigation, clock, visitor counter, teasers, related links, newsletter
box, share lines) depends on `n`, the number of the fetch, and so differs at every fetch without any editor's doing.
"""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from world import Article, Outlet

SECTIONS = ("World", "Politics", "Business", "Science", "Culture", "Sport", "Weather", "Opinion")
TEASERS = (
    "Ferry crews vote on new shift pattern",
    "Museum reopens its east wing after two years",
    "Why the price of barley keeps climbing",
    "Council delays decision on tram extension",
    "Rowers finish coastal race in record heat",
    "Five walks for a long weekend",
    "Orchestra names its next conductor",
    "Farmers wait for rain in the northern valley",
    "A baker's guide to rye",
    "Observatory counts 40 meteors in an hour",
    "Bridge repairs to last until spring",
    "Chess club wins league on tie-break",
)
OPENING = datetime(2025, 1, 6, 6, 0, tzinfo=UTC)  # what the pages' own clocks count from


def teasers(n: int, count: int) -> list[str]:
    """Some headlines of other stories; others at every fetch."""
    return [TEASERS[(n * 5 + i * 7) % len(TEASERS)] for i in range(count)]


def _clock(n: int) -> str:
    return (OPENING + timedelta(seconds=n * 97)).strftime("%A %d %B %Y, %H:%M:%S")


# ---- feeds ---------------------------------------------------------------------------------------------------------------


def rss(outlet: "Outlet", n: int) -> str:
    items = "".join(
        f"<item><title>{escape(a.feed_title)}</title><link>{escape(a.feed_link)}</link>"
        f'<guid isPermaLink="false">{escape(a.guid)}</guid>{_rss_date(a.published)}'
        f"<description>{escape(a.summary)}</description></item>"
        for a in outlet.listed()
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
        f"<title>{escape(outlet.name)}</title><link>{outlet.url}/</link><description>News</description>"
        f"<lastBuildDate>{format_datetime(OPENING + timedelta(minutes=n), usegmt=True)}</lastBuildDate>"
        f"{items}</channel></rss>"
    )


def _rss_date(at: datetime | None) -> str:
    return f"<pubDate>{format_datetime(at.astimezone(UTC), usegmt=True)}</pubDate>" if at else ""


def atom(outlet: "Outlet", n: int) -> str:
    entries = "".join(
        f'<entry><title>{escape(a.feed_title)}</title><link rel="alternate" href="{escape(a.feed_link)}"/>'
        f"<id>{escape(a.guid)}</id>{_atom_dates(a)}<summary>{escape(a.summary)}</summary>"
        f"<author><name>{escape(a.byline)}</name></author></entry>"
        for a in outlet.listed()
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>{escape(outlet.name)}</title><id>{outlet.url}/</id>"
        f"<updated>{(OPENING + timedelta(minutes=n)).isoformat()}</updated>{entries}</feed>"
    )


def _atom_dates(a: "Article") -> str:
    published = f"<published>{a.published.isoformat()}</published>" if a.published else ""
    updated = a.updated or a.published
    return published + (f"<updated>{updated.isoformat()}</updated>" if updated else "")


def json_feed(outlet: "Outlet", n: int) -> str:
    items = [
        {
            "id": a.guid,
            "url": a.feed_link,
            "title": a.feed_title,
            "summary": a.summary,
            **({"date_published": a.published.isoformat()} if a.published else {}),
            **({"date_modified": a.updated.isoformat()} if a.updated else {}),
            "authors": [{"name": a.byline}],
        }
        for a in outlet.listed()
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": outlet.name, "_built": n, "items": items})


FEEDS = {
    "rss": (rss, "application/rss+xml; charset=utf-8"),
    "atom": (atom, "application/atom+xml; charset=utf-8"),
    "json": (json_feed, "application/feed+json"),
}


# ---- pages ---------------------------------------------------------------------------------------------------------------


def page(a: "Article", n: int) -> str:
    """The article's page as the n-th visitor sees it."""
    paragraphs = a.paragraphs[:1] if a.outlet.walled else a.paragraphs
    return FLAVOURS[a.outlet.flavour](a, n, [escape(p) for p in paragraphs])


def _head(a: "Article", title: str, extra: str = "") -> str:
    return (
        f'<!doctype html><html lang="{a.outlet.language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<link rel="canonical" href="{escape(a.url)}"><meta property="og:site_name" content="{escape(a.outlet.name)}">'
        f'<meta property="og:title" content="{escape(a.shown)}"><meta property="og:url" content="{escape(a.url)}">'
        f'<meta property="og:type" content="article">{extra}</head>'
    )


def _nav(a: "Article", n: int) -> str:
    links = "".join(f'<li><a href="/{s.lower()}">{s}</a></li>' for s in SECTIONS)
    return (
        f'<header class="site-header"><a class="logo" href="/">{escape(a.outlet.name)}</a><p class="clock">{_clock(n)} · '
        f'{8 + n % 9}°C</p><nav aria-label="Sections"><ul>{links}</ul></nav></header>'
    )


def _rail(n: int, heading: str, count: int = 5) -> str:
    items = "".join(f'<li><a href="/t/{n}-{i}">{t}</a></li>' for i, t in enumerate(teasers(n, count)))
    return f'<aside class="rail"><h2>{heading}</h2><ol>{items}</ol></aside>'


def _footer(a: "Article", n: int) -> str:
    return (
        '<div class="newsletter"><h3>The morning letter</h3><p>Get the five stories that matter in your inbox every day.</p>'
        '<form><input type="email" placeholder="Your email"><button>Sign up</button></form></div>'
        f'<p class="counter">{10_000 + n * 13} people are reading this site now</p>'
        f'<footer><p>© {escape(a.outlet.name)}. All rights reserved.</p><p><a href="/terms">Terms</a> '
        '<a href="/privacy">Privacy</a> <a href="/contact">Contact us</a></p></footer></body></html>'
    )


def _subscribe(a: "Article") -> str:
    text = "Subscribe to continue reading. Already a subscriber? Log in. Your first month costs one crown."
    return f'<div class="subscribe-wall"><p>{text}</p></div>' if a.outlet.walled else ""


def _share(n: int) -> str:
    return f'<ul class="share"><li>Share</li><li>Copy link</li><li>Print</li></ul><p class="shares">{n % 50 + 3} shares</p>'


def _linked_data(a: "Article") -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": a.shown,
        "author": [{"@type": "Person", "name": a.byline}],
        "isAccessibleForFree": not a.outlet.walled,
        **({"datePublished": a.published.isoformat()} if a.published else {}),
        **({"dateModified": (a.updated or a.published).isoformat()} if a.updated or a.published else {}),
    }
    return '<script type="application/ld+json">' + json.dumps(data).replace("<", "\\u003c") + "</script>"


def _time(at: datetime | None, word: str) -> str:
    return f'<time datetime="{at.isoformat()}">{word} {at.strftime("%d %B %Y %H:%M")} UTC</time>' if at else ""


def broadsheet(a: "Article", n: int, paragraphs: list[str]) -> str:
    """Clean semantic markup with JSON-LD; related links and comments below."""
    body = "".join(f"<p>{p}</p>" for p in paragraphs)
    return (
        _head(a, f"{a.shown} | {a.outlet.name}", _linked_data(a))
        + f"<body>{_nav(a, n)}<main><article><h1>{escape(a.shown)}</h1>"
        f'<p class="byline">By <span rel="author">{escape(a.byline)}</span></p>{_time(a.published, "Published")}'
        f'{_time(a.updated, "Updated")}{_share(n)}<div class="article-body">{body}</div>{_subscribe(a)}</article>'
        f"{_rail(n, 'Most read')}</main><section class='comments'><h2>{n % 31} comments</h2></section>" + _footer(a, n)
    )


def wire(a: "Article", n: int, paragraphs: list[str]) -> str:
    """Plain divisions, dates in meta tags, no linked data; a strip of headlines above the story."""
    metas = f'<meta name="author" content="{escape(a.byline)}">'
    metas += f'<meta property="article:published_time" content="{a.published.isoformat()}">' if a.published else ""
    metas += f'<meta property="article:modified_time" content="{a.updated.isoformat()}">' if a.updated else ""
    strip = " · ".join(teasers(n, 3))
    body = "".join(f'<p class="txt">{p}</p>' for p in paragraphs)
    return (
        _head(a, f"{a.shown} - {a.outlet.name}", metas) + f'<body>{_nav(a, n)}<div class="ticker">Latest: {strip}</div>'
        f'<div id="story"><h1 class="hed">{escape(a.shown)}</h1><div class="by">{escape(a.byline)}</div>'
        f'<div class="story-text">{body}</div>{_subscribe(a)}</div>{_rail(n, "More from this section", 4)}' + _footer(a, n)
    )


def tabloid(a: "Article", n: int, paragraphs: list[str]) -> str:
    """Teasers between the paragraphs, a captioned picture, share lines twice."""
    blocks = []
    for i, p in enumerate(paragraphs):
        blocks.append(f"<p>{p}</p>")
        if i % 2:
            blocks.append(f'<p class="promo"><strong>READ MORE: <a href="/t/{n}{i}">{teasers(n + i, 1)[0]}</a></strong></p>')
    return (
        _head(a, a.shown, _linked_data(a))
        + f'<body>{_nav(a, n)}{_rail(n, "Trending", 6)}<article class="story"><h1>{escape(a.shown)}</h1>'
        f'{_share(n)}<p class="author">By {escape(a.byline)}</p><figure><img src="/i/{n}.jpg" alt=""><figcaption>A library '
        f"picture (Image: {escape(a.outlet.name)})</figcaption></figure>{''.join(blocks)}{_subscribe(a)}{_share(n)}</article>"
        + _footer(a, n)
    )


def blog(a: "Article", n: int, paragraphs: list[str]) -> str:
    """A weblog's theme: entry-content, tags, previous and next links, recent posts."""
    body = "".join(f"<p>{p}</p>\n" for p in paragraphs)
    previous = teasers(n, 1)[0]
    return (
        _head(a, f"{a.shown} – {a.outlet.name}") + f'<body class="single-post">{_nav(a, n)}<div id="content">'
        f'<article class="post hentry"><header class="entry-header"><h1 class="entry-title">{escape(a.shown)}</h1>'
        f'<div class="entry-meta">{_time(a.published, "Posted on")} by <span class="author vcard">{escape(a.byline)}</span>'
        f'</div></header><div class="entry-content">{body}</div>{_subscribe(a)}'
        '<footer class="entry-footer">Tagged: news, notes</footer></article>'
        f'<nav class="post-navigation"><a href="/p/{n}">Previous post: {previous}</a></nav></div>'
        f"{_rail(n, 'Recent posts')}" + _footer(a, n)
    )


FLAVOURS = {"broadsheet": broadsheet, "wire": wire, "tabloid": tabloid, "blog": blog}


# ---- pages that are no article ---------------------------------------------------------------------------------------------


def bot_wall(outlet: "Outlet") -> str:
    return (
        "<!doctype html><html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1>"
        f"<p>{escape(outlet.host)} needs to review the security of your connection before proceeding.</p>"
        "<p>Enable JavaScript and cookies to continue.</p></body></html>"
    )


def consent_wall(outlet: "Outlet") -> str:
    return (
        f"<!doctype html><html><head><title>Before you continue to {escape(outlet.name)}</title></head><body>"
        "<h1>We value your privacy</h1><p>We and our 412 partners store and access information on a device. Accept all or "
        "manage your choices to continue.</p><button>Accept all</button><button>Manage</button></body></html>"
    )


def not_found(outlet: "Outlet") -> str:
    return (
        f"<!doctype html><html><head><title>Page not found | {escape(outlet.name)}</title></head><body><h1>Page not found</h1>"
        "<p>The page you were looking for does not exist or has been removed.</p><a href='/'>Home</a></body></html>"
    )


def home(outlet: "Outlet", n: int) -> str:
    items = "".join(f'<li><a href="{escape(a.url)}">{escape(a.shown)}</a></li>' for a in outlet.listed())
    extra = "".join(f"<li>{t}</li>" for t in teasers(n, 8))
    return (
        f"<!doctype html><html><head><title>{escape(outlet.name)}</title></head><body><h1>{escape(outlet.name)}</h1>"
        f"<p>{_clock(n)}</p><ul>{items}{extra}</ul></body></html>"
    )
