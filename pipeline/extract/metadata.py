"""What a page says about its article outside the text: headline, byline, dates, language, canonical address.

Sources, surest first, for each field:
- headline: the h1 that the page's other titles confirm, JSON-LD headline, og:title, twitter:title, the only h1, <title>;
- byline: JSON-LD author, meta author, rel=author or itemprop=author, an element of class byline or author;
- published, updated: JSON-LD, meta (article:published_time and the like), itemprop, <time datetime> beside the headline;
- language: <html lang>, JSON-LD inLanguage; canonical address: link rel=canonical, og:url, JSON-LD, if it is believable.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape

from lxml.html import HtmlElement

from pipeline.dates import parse_date
from pipeline.text import fold, squeeze
from pipeline.urls import believable_canonical, site

_ARTICLE_TYPES = re.compile(r"(?:Article|Posting|Report|Review)$")
_MOST_JSON = 500_000  # characters of linked data that are read
_NODES = 2_000  # nodes of linked data that are looked at
_PUBLISHED = re.findall(
    r"\S+",
    "article:published_time og:article:published_time datepublished date dc.date dc.date.issued dcterms.created dcterms.date "
    "parsely-pub-date sailthru.date pubdate publishdate publish-date",
)
_UPDATED = re.findall(
    r"\S+",
    "article:modified_time og:article:modified_time og:updated_time datemodified lastmod last-modified dcterms.modified "
    "dc.date.modified revised",
)
_AUTHOR_META = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl")
_SITE_META = ("og:site_name", "application-name", "apple-mobile-web-app-title", "twitter:site")
_SEPARATOR = re.compile(r"\s+[|\-–—:·•»›/]{1,2}\s+|\s*\|\s*")
_LETTERS = re.compile(r"[^\W_]+")
_LANGUAGE = re.compile(r"^([A-Za-z]{2})(?:[-_].*)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What was found, and the heading element that the headline was confirmed by."""

    headline: str
    heading: HtmlElement | None
    byline: str | None
    published_at: datetime | None
    updated_at: datetime | None
    summary: str | None
    language: str | None
    canonical_url: str | None
    paywalled: bool
    body: str  # JSON-LD articleBody
    page_title: str


class _Page:
    """A page's metadata, gathered once."""

    def __init__(self, tree: HtmlElement, url: str):
        self.tree, self.url = tree, url
        self.metas = _metas(tree)
        self.article = _linked_article(tree)
        self.title = squeeze(next((t.text_content() for t in tree.iter("title")), ""))
        self.sites = _site_names(self.metas, self.article, url)

    def meta(self, *names: str) -> str:
        return next((self.metas[n] for n in names if self.metas.get(n)), "")

    def linked(self, name: str) -> str:
        """A text of the JSON-LD article."""
        value = self.article.get(name)
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, Mapping):
            value = value.get("@id") or value.get("url") or value.get("name")
        return squeeze(unescape(value)) if isinstance(value, str) else ""


def read_metadata(tree: HtmlElement, url: str) -> Metadata:
    """Read the metadata of a page that has not been pruned yet."""
    page = _Page(tree, url)
    headline, heading = _headline(page)
    published, updated = _dates(page, heading)
    body = page.article.get("articleBody")
    return Metadata(
        headline=headline,
        heading=heading,
        byline=_byline(page),
        published_at=published,
        updated_at=updated,
        summary=page.linked("description") or page.meta("description", "og:description", "twitter:description") or None,
        language=_language(page),
        canonical_url=_canonical(page),
        paywalled=_is_paywalled(page),
        body=body if isinstance(body, str) else "",
        page_title=page.title,
    )


# ---- headline ------------------------------------------------------------------------------------------------------------


def _headline(page: _Page) -> tuple[str, HtmlElement | None]:
    named = [page.linked("headline") or page.linked("name"), page.meta("og:title"), page.meta("twitter:title")]
    named = [without_site(t, page.sites) for t in named if t]
    titles = [*named, *_title_parts(page)]
    headings = [(h, squeeze(h.text_content())) for h in page.tree.iter("h1")]
    headings = [(h, text) for h, text in headings if text and not _is_site(text, page.sites)]
    rated = [(max((_likeness(text, t) for t in titles), default=0.0), text, h) for h, text in headings]
    best = max(rated, key=lambda r: r[0], default=None)
    if best and (best[0] >= 0.5 or (len(headings) == 1 and not named)):
        return best[1], best[2]
    heading = headings[0][0] if len(headings) == 1 else None
    return next((t for t in titles if t), ""), heading


def _title_parts(page: _Page) -> list[str]:
    return [without_site(page.title, page.sites)] if page.title else []


def without_site(title: str, sites: frozenset[str]) -> str:
    """A title without the site's name before or behind it."""
    parts = _SEPARATOR.split(title)
    if len(parts) < 2:
        return title
    borders = [m.span() for m in _SEPARATOR.finditer(title)]
    if _is_site(parts[-1], sites):
        return without_site(title[: borders[-1][0]].strip(), sites)
    if _is_site(parts[0], sites):
        return without_site(title[borders[0][1] :].strip(), sites)
    return title


def _is_site(text: str, sites: frozenset[str]) -> bool:
    letters = _letters(text)
    return letters in sites or letters.removeprefix("the") in sites


def _site_names(metas: Mapping[str, str], article: Mapping[str, object], url: str) -> frozenset[str]:
    publisher = article.get("publisher")
    names = [metas.get(n, "").lstrip("@") for n in _SITE_META]
    if isinstance(publisher, Mapping) and isinstance(publisher.get("name"), str):
        names.append(str(publisher["name"]))
    domain = site(url) or ""
    host = url.partition("://")[2].partition("/")[0].removeprefix("www.")
    names += [domain, domain.partition(".")[0], host, *host.split(".")[:-1]]
    return frozenset(_letters(n) for n in names if len(_letters(n)) > 1)


def _letters(text: str) -> str:
    return "".join(_LETTERS.findall(fold(text).casefold()))


def _likeness(a: str, b: str) -> float:
    """Share of the shorter title's words that the other has."""
    x, y = (set(_LETTERS.findall(fold(t).casefold())) for t in (a, b))
    return len(x & y) / max(1, min(len(x), len(y)))


# ---- byline, dates, language, address ------------------------------------------------------------------------------------


def _byline(page: _Page) -> str | None:
    names = _author_names(page.article.get("author") or page.article.get("creator"))
    if not names:
        names = [page.meta(*_AUTHOR_META)]
    if not any(names):
        found: list[HtmlElement] = next((f for f in map(page.tree.xpath, _AUTHOR_XPATHS) if f), [])
        names = [squeeze(e.text_content()) for e in found[:8]]
    names = [n for n in dict.fromkeys(names) if n and "://" not in n and len(n.split()) <= 12]
    return ", ".join(names) or None


_AUTHOR_XPATHS = (  # the first that finds anything
    "//*[@itemprop='author']//*[@itemprop='name'] | //*[@itemprop='author' and not(descendant::*[@itemprop='name'])]",
    "//*[@rel='author']",
    "//*[contains(concat(' ', @class, ' '), ' byline ') or contains(concat(' ', @class, ' '), ' author ')]",
)


def _author_names(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    named = [v.get("name") if isinstance(v, Mapping) else v for v in values[:20]]
    flat = [n for v in named for n in (v if isinstance(v, list) else [v])]
    return [squeeze(unescape(n)) for n in flat if isinstance(n, str) and n.strip()]


def _dates(page: _Page, heading: HtmlElement | None) -> tuple[datetime | None, datetime | None]:
    published = _first_date(
        [page.linked("datePublished"), page.linked("uploadDate"), *(page.metas.get(n, "") for n in _PUBLISHED)]
    )
    updated = _first_date([page.linked("dateModified"), *(page.metas.get(n, "") for n in _UPDATED)])
    published = published or _first_date(_item_dates(page.tree, "datePublished"))
    updated = updated or _first_date(_item_dates(page.tree, "dateModified"))
    if published and updated:
        return published, updated
    times = list(_times(heading))
    published = published or _first_date([t for t, changed in times if not changed])
    updated = updated or _first_date([t for t, changed in times if changed])
    return published, updated


def _item_dates(tree: HtmlElement, name: str) -> list[str]:
    found = tree.xpath("//*[@itemprop=$name]", name=name)[:3]
    return [e.get("content") or e.get("datetime") or "" for e in found]


def _times(heading: HtmlElement | None) -> Iterator[tuple[str, bool]]:
    """The <time> elements near the headline, and whether each says that it is of an update."""
    if heading is None:
        return
    holder = next(
        (a for a in heading.iterancestors() if a.tag in ("article", "main", "body") or a.find(".//time") is not None), heading
    )
    for element in list(holder.iter("time"))[:4]:
        said = f"{element.get('class', '')} {element.get('itemprop', '')} {element.text_content()}".casefold()
        yield element.get("datetime", ""), any(word in said for word in ("updat", "modif", "aktualis", "mis à jour"))


def _first_date(texts: Sequence[str]) -> datetime | None:
    return next((at for text in texts if text and (at := parse_date(text).at)), None)


def _language(page: _Page) -> str | None:
    root = page.tree.getroottree().getroot()
    for value in (root.get("lang"), root.get("xml:lang"), page.linked("inLanguage"), page.meta("content-language")):
        if value and (found := _LANGUAGE.match(value.strip())):
            return found[1].lower()
    return None


def _canonical(page: _Page) -> str | None:
    links = [e.get("href") for e in page.tree.iter("link") if "canonical" in (e.get("rel") or "").lower().split()]
    for value in (*links[:1], page.meta("og:url"), page.linked("mainEntityOfPage"), page.linked("url")):
        if value and (found := believable_canonical(page.url, value)):
            return found
    return None


def _is_paywalled(page: _Page) -> bool:
    free = page.article.get("isAccessibleForFree")
    return free is False or str(free).casefold() == "false" or page.meta("article:content_tier").casefold() == "locked"


# ---- sources -------------------------------------------------------------------------------------------------------------


def _metas(tree: HtmlElement) -> dict[str, str]:
    """Name or property in lower case -> content; the first one counts."""
    out: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("http-equiv")
        content = squeeze(element.get("content"))
        if name and content:
            out.setdefault(name.strip().lower(), content)
    return out


def _linked_article(tree: HtmlElement) -> Mapping[str, object]:
    """The first article among the page's JSON-LD nodes; broken scripts are passed over."""
    left = _MOST_JSON
    for script in tree.xpath("//script[contains(@type, 'ld+json')]"):
        text = script.text_content()
        left -= len(text)
        if left < 0:
            break
        for node in _nodes(_load(text)):
            kinds = node.get("@type")
            kinds = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(k, str) and _ARTICLE_TYPES.search(k) for k in kinds):
                return node
    return {}


def _load(text: str) -> object:
    text = text.strip().removeprefix("<!--").removesuffix("-->").removeprefix("//<![CDATA[").removesuffix("//]]>").strip()
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(value: object) -> Iterator[Mapping[str, object]]:
    """The objects of a JSON-LD document, the outer ones first."""
    queue, seen = [value], 0
    while queue and seen < _NODES:
        node, seen = queue.pop(0), seen + 1
        if isinstance(node, list):
            queue += node
        elif isinstance(node, Mapping):
            yield node
            queue += [node[k] for k in ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "itemListElement") if k in node]
