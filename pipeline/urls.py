"""URLs as identities: one canonical form, and judgements on whether two URLs mean one page or one site.

`canonical` never changes which page is fetched: it drops what the server ignores (fragment, tracking, credentials) and spells
the rest in one way. Mobile and AMP forms are other pages of the same article; only `same_article` folds them.
Nothing here opens a connection. Frozen by the table in tests/cases/urls.tsv.
"""

import re
from functools import cache
from ipaddress import ip_address
from posixpath import splitext
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urljoin, urlsplit, urlunsplit

import idna
from tld import get_fld

from pipeline import data

_EDGES = "".join(map(chr, range(0x21)))  # browsers drop C0 controls and blanks at both ends of a link
_BREAKS = re.compile(r"[\t\r\n]")  # ... and these anywhere inside
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HOST = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_SESSION = re.compile(r";(jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PORTS = {"http": 80, "https": 443}
_LONGEST = 4096  # characters; a longer link is not an article's


# ---- one form ------------------------------------------------------------------------------------------------------------


def canonical(url: str | None, base: str | None = None) -> str | None:
    """The form under which a page is known, or None if this is no http(s) URL. `base` resolves a relative one. Idempotent."""
    parts = _split(url, base)
    if parts is None:
        return None
    target = _unwrapped(parts)
    if target is not None:
        return canonical(target)
    query = "&".join(sorted(_kept(parts.query), key=_name))
    fragment = _escaped(parts.fragment, "!$&'()*+,;=:@/?") if parts.fragment.startswith("!") else ""
    return urlunsplit((parts.scheme, parts.netloc, _path(parts.path), query, fragment))


def safe_link(url: str | None) -> str | None:
    """The URL as it was seen, fit for an href: http or https, without credentials or control characters; else None."""
    parts = _split(url, None)
    if parts is None:
        return None
    path, query = _escaped(parts.path, "!$&'()*+,;=:@/"), _escaped(parts.query, "!$&'()*+,;=:@/?[]|")
    return urlunsplit((parts.scheme, parts.netloc, path or "/", query, _escaped(parts.fragment, "!$&'()*+,;=:@/?")))


def _split(url: str | None, base: str | None) -> SplitResult | None:
    """The parts of an absolute http(s) URL, host normalised; None if there is none or parsers could disagree on it."""
    text = _BREAKS.sub("", (url or "").strip(_EDGES + "\u00a0"))
    if not text or len(text) > _LONGEST or "\\" in text.partition("?")[0] or _CONTROL.search(text):
        return None
    try:
        parts = urlsplit(_absolute(text, base))
        host, port = _host(parts.hostname), parts.port
    except ValueError:  # a port or an IPv6 address that is none
        return None
    if parts.scheme not in _PORTS or not host:
        return None
    netloc = host if port is None or port == _PORTS[parts.scheme] else f"{host}:{port}"
    return parts._replace(netloc=netloc)


def _absolute(text: str, base: str | None) -> str:
    """A relative link resolved. One that begins with its own site's host name, or www, only lacks its scheme."""
    first = text.partition("/")[0]
    bare = "." in first and ":" not in first.partition(".")[0]
    if bare and (first.lower().startswith("www.") or (base and same_site(f"https://{first}/", base))):
        return f"{urlsplit(base).scheme if base else 'https'}://{text}"
    if base is None or _SCHEME.match(text):
        return text
    return urljoin(base, text)


def _host(name: str | None) -> str | None:
    """Lower case, Unicode names in their ASCII form, no root dot."""
    if not name:
        return None
    if ":" in name:
        return f"[{ip_address(name).compressed}]"
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError:
            return None
    name = name.lower().removesuffix(".")
    return name if _HOST.fullmatch(name) else None


def _path(path: str) -> str:
    """Escapes in one spelling, session ids dropped, dot segments resolved as RFC 3986 section 5.2.4 says."""
    out: list[str] = []
    segments = _SESSION.sub("", _escaped(path, "!$&'()*+,;=:@/")).split("/")[1:]
    for segment in segments:
        if segment == "..":
            out = out[:-1]
        elif segment != ".":
            out.append(segment)
    if segments and segments[-1] in (".", ".."):
        out.append("")
    return "/" + "/".join(out)


def _escaped(text: str, safe: str) -> str:
    """Unreserved characters plain, every other escape in capitals, everything else that needs it escaped as UTF-8."""

    def one(match: re.Match[str]) -> str:
        char = chr(int(match[0][1:], 16))
        return char if char in _UNRESERVED else match[0].upper()

    return quote(_ESCAPE.sub(one, re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)), safe=safe + "%~", errors="replace")


def _kept(query: str) -> list[str]:
    """The parameters that may choose content, each in one spelling."""
    pieces = (piece.removeprefix("amp;") for piece in query.replace("&amp;", "&").split("&"))
    return [_escaped(piece, "!$'()*+,;=:@/?[]|") for piece in pieces if piece and not _tracks(piece)]


def _name(piece: str) -> str:
    return piece.partition("=")[0]


def _tracks(piece: str) -> bool:
    name, _, value = piece.partition("=")
    return bool(_tracking().fullmatch(f"{unquote(name).lower()}={unquote(value).lower()}"))


@cache
def _tracking() -> re.Pattern[str]:
    """The table as one pattern over `name=value`; a rule without a value holds for every value."""

    def pattern(rule: str) -> str:
        return re.escape(rule if "=" in rule else rule + "=*").replace(r"\*", ".*")

    return re.compile("|".join(map(pattern, data.lines("tracking"))), re.DOTALL)


def _unwrapped(parts: SplitResult) -> str | None:
    """The address that a redirect service was given, if this is one."""
    for name in _wrappers().get((parts.netloc, parts.path or "/"), ()):
        for key, value in parse_qsl(parts.query):
            if key == name and re.match(r"https?://", value, re.IGNORECASE):
                return value
    return None


@cache
def _wrappers() -> dict[tuple[str, str], list[str]]:
    table: dict[tuple[str, str], list[str]] = {}
    for line in data.lines("wrappers"):
        host, path, name = line.split()
        table.setdefault((host, path), []).append(name)
    return table


# ---- sites and home pages ------------------------------------------------------------------------------------------------


def site(url: str) -> str | None:
    """The registrable domain, by the public suffix list; for a host outside it the last two labels, for an address itself."""
    parts = _split(url, None)
    host = (parts.hostname if parts else None) or ""
    if not host or ":" in host or re.fullmatch(r"[\d.]+", host):
        return host or None
    return get_fld(f"https://{host}/", fail_silently=True, search_private=True) or ".".join(host.split(".")[-2:])


def same_site(a: str, b: str) -> bool:
    """Both URLs belong to one registrable domain."""
    return site(a) is not None and site(a) == site(b)


_HOME = re.compile(r"(/[a-z]{2}([-_][a-z]{2})?)?(/((index|default|home|homepage|main)(\.[a-z]{2,5})?)?)?", re.IGNORECASE)


def is_home(url: str) -> bool:
    """The URL is a site's front page (of one language, perhaps), not an article."""
    parts = urlsplit(canonical(url) or "")
    return bool(parts.netloc) and not parts.query and not parts.fragment and bool(_HOME.fullmatch(parts.path))


# ---- one article ---------------------------------------------------------------------------------------------------------

_DEVICE = re.compile(r"^(www\d?|m|mobile|amp|wap|touch)\.(?=[^.]+\.)")
_AMP_CACHE = re.compile(r"/(?:amp|c|v|a)/(?:amp/)?(s/)?([^/]+\.[^/]+)(/.*)?")
_FORMS = re.compile(r"(?<=/)(amp|amphtml|mobile|print)(/|$)|[./](amp|amphtml|print)(?=\.html?$|$)|(?<=\w)\.amp(?=\.|$)")
_FORM_QUERY = re.compile(r"_?amp(=.*)?|output(type)?=amp|view=(amp|mobile|print)|(print|mobile)(=(1|true|y|yes)?)?|m=1")


def same_article(a: str, b: str) -> bool:
    """The URLs differ in scheme, `www`, mobile, AMP or print form, closing slash or index file alone."""
    key = _article_key(a)
    return key is not None and key == _article_key(b)


def _article_key(url: str) -> str | None:
    form = canonical(_out_of_cache(canonical(url)))
    if form is None:
        return None
    parts = urlsplit(form)
    host = _DEVICE.sub("", parts.netloc)
    path = re.sub(r"/(index\.\w+)?$", "", _FORMS.sub("", parts.path)).rstrip("/")
    query = "&".join(piece for piece in parts.query.split("&") if not _FORM_QUERY.fullmatch(piece.lower()))
    return f"{host}{path}?{query}#{parts.fragment}"


def _out_of_cache(url: str | None) -> str | None:
    """The publisher's address of a page in an AMP cache; any other URL as it is."""
    parts = urlsplit(url or "")
    if not parts.netloc.endswith(".cdn.ampproject.org") and not (
        parts.netloc == "www.google.com" and parts.path[:5] == "/amp/"
    ):
        return url
    match = _AMP_CACHE.fullmatch(parts.path)
    return f"http{'s' if match[1] else ''}://{match[2]}{match[3] or '/'}" if match else url


def believable_canonical(page_url: str, rel_canonical: str | None) -> str | None:
    """The canonical form of a page's own rel=canonical (or og:url), or None if it cannot mean this article.

    Not believed: a home page, another registrable site, a section above the article, an article with other ids or, where
    neither has an id, with no word in common.
    """
    page, target = canonical(page_url), canonical(rel_canonical, page_url)
    if page is None or target is None:
        return None
    if same_article(page, target):
        return target
    home = is_home(target) and not is_home(page)
    publisher = _out_of_cache(page) or page
    if home or not same_site(publisher, target) or _is_section_of(target, publisher) or _tells_apart(publisher, target):
        return None
    return target


def _is_section_of(target: str, page: str) -> bool:
    """The target's path is a beginning of the page's, and what follows names an article rather than a part or a form."""
    above, path = urlsplit(target).path.rstrip("/") + "/", urlsplit(page).path
    if urlsplit(target).query or not path.startswith(above):
        return False
    rest = path[len(above) :]
    return bool(_ids(rest)) or len(_slug(rest)) >= 3


def _tells_apart(page: str, target: str) -> bool:
    ours, theirs = _ids(page), _ids(target)
    if ours and theirs:
        return not ours & theirs
    words, others = _slug(urlsplit(page).path), _slug(urlsplit(target).path)
    return not (ours or theirs) and len(words) >= 3 and len(others) >= 3 and not words & others


def _ids(url: str) -> frozenset[str]:
    """What looks like an article's number: five digits or more, or eight hex digits with a figure and a letter; no dates."""
    text = re.sub(r"(?<!\d)(19|20)\d{2}[-/]?(0[1-9]|1[0-2])[-/]?([0-2]\d|3[01])(?!\d)", "", unquote(url)).lower()
    found = re.findall(r"(?<![0-9a-z])(?:[a-z]{0,2}\d{5,}|(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,})(?![0-9a-z])", text)
    return frozenset(found)


def _slug(path: str) -> frozenset[str]:
    """The words of the last segment that has any."""
    last = next((s for s in reversed(path.split("/")) if re.search(r"[^\W\d_]{3}", unquote(s))), "")
    return frozenset(word for word in re.findall(r"[^\W\d_]+", unquote(splitext(last)[0]).lower()) if len(word) > 2)
