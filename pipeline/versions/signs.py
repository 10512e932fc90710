"""Whether a look shows the article at all: the signs of a page that only stands in its place.

Three kinds of evidence, weakest last: what the server says (status, challenge header, where a redirect led), what the page says
(titles and notices of walls, and how much of the text they make up), and how the text relates to what is known of the article
(shorter, sharing nothing, shorn of byline and dates). The last never convicts alone: an article may be rewritten from the
first word to the last, cut to a quarter or started afresh, and that is news.
"""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from urllib.parse import urlsplit

from pipeline.model import Document, KnownArticle, Observation, QuarantineKind, Version
from pipeline.text import fold
from pipeline.versions.furniture import is_furniture
from pipeline.versions.phrases import kind_of_title, kinds_of_text

NOTICE = 250  # words: a text with more is not a wall, however it is headed
STUB = 200  # words that a stub may show of an article of which no full text is known
PROSE = 60  # words of own sentences that make a page an article in spite of a wall's headline
BUTTON = 4  # words: a line of at most this many without an end mark is a button or a label
LINE = 12  # words of a line beside an invitation that may be part of it
SHORN = 0.6  # a stub shows less than this share of the known text
ALIEN = 80  # words: a text that shares nothing with the article and has no more is suspect
KIN = 0.2  # a text with less than this share of its words in the article's is foreign to it
_TOKEN = re.compile(r"[^\W_]+")
_NO_WORD = "".join(c if c.isalnum() else " " for c in map(chr, range(128)))  # counts ASCII as the pattern does, and quicker
_NAME = re.compile(r"(?<![.!?:] )(?<!^)\b(?:[^\W\d_a-z][^\W_]+|\d+)\b")
_END = re.compile(r"[.!?:;\"'”’)\]。！？]$")
_CUT = re.compile(r"(?:\.\.\.|…)\W*$")
_LANDINGS = {
    **dict.fromkeys(("login", "signin", "sign-in", "log-in", "subscribe", "register", "paywall"), QuarantineKind.PAYWALL),
    **dict.fromkeys(("consent", "collectconsent", "cookies", "cookie-consent", "privacy-consent"), QuarantineKind.CONSENT),
    **dict.fromkeys(("captcha", "challenge", "blocked", "access-denied", "botcheck"), QuarantineKind.BOT_WALL),
    **dict.fromkeys(("404", "404.html", "not-found", "notfound", "page-not-found", "error"), QuarantineKind.SOFT_404),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """Why a look is not the article."""

    kind: QuarantineKind
    reason: str


def served_sign(seen: Observation) -> Sign | None:
    """What the server itself says is wrong, whatever the page shows."""
    signs = seen.document.signs if seen.document else None
    if signs and signs.challenge:
        return Sign(kind=QuarantineKind.BOT_WALL, reason="The answer is a bot challenge.")
    if seen.final_url and _is_home(seen.final_url) and not _is_home(seen.seen_url):
        return Sign(kind=QuarantineKind.SOFT_404, reason=f"The page redirects home, to {seen.final_url}.")
    return None


def page_sign(document: Document, known: KnownArticle, final_url: str | None = None, seen_url: str = "") -> Sign | None:
    """What page and known text together say is wrong; None if this looks like the article."""
    page = _Page(document, known)
    for look in (_empty, _furniture_only, _headed_as_wall, _mostly_notice, _stub, _alien):
        if sign := look(page):
            return sign
    return _landed_elsewhere(page, final_url, seen_url)


def looks_like_article(document: Document) -> bool:
    """Whether a quarantined text may be believed once it persists: sentences, and not a word of a wall."""
    texts = [document.headline, document.signs.page_title, *document.paragraphs]
    if any(kinds_of_text(t) for t in texts) or any(kind_of_title(t) for t in texts[:2]):
        return False
    return sum(_size(p) for p in document.paragraphs if _is_sentence(p)) >= 40 and not _CUT.search(document.paragraphs[-1])


# ---- the page, read once -------------------------------------------------------------------------------------------------


class _Page:
    """A look with its words counted and its notices found, as far as somebody asks."""

    def __init__(self, document: Document, known: KnownArticle):
        self.document, self.known = document, known
        head = known.head
        self.head = head if head and head.text and not head.extractor.startswith("feed/") else None  # if it is a page's text

    @cached_property
    def kinds(self) -> tuple[frozenset[QuarantineKind], ...]:
        """Of the notices in each paragraph."""
        return tuple(kinds_of_text(p) for p in self.document.paragraphs)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        return tuple(_size(p) for p in self.document.paragraphs)

    @cached_property
    def size(self) -> int:
        """Words of the text."""
        return sum(self.sizes)

    @cached_property
    def own(self) -> int:
        """Words in paragraphs that are neither notice nor button."""
        return sum(map(self._own_words, self.document.paragraphs))

    def has_own(self, words: int) -> bool:
        """Whether there are so many words of its own: of most articles the first paragraphs tell."""
        return any(total >= words for total in accumulate(map(self._own_words, self.document.paragraphs)))

    def _own_words(self, paragraph: str) -> int:
        return 0 if _is_button(paragraph) or kinds_of_text(paragraph) else _size(paragraph)

    @cached_property
    def headed(self) -> QuarantineKind | None:
        """What the headline or page title announces."""
        return _headed(self.document, self.known)

    def all_kinds(self) -> list[QuarantineKind]:
        """Every kind that a paragraph's notice points to, in the order of their weight."""
        found = [k for k in QuarantineKind for kinds in self.kinds if k in kinds]
        return sorted(found, key=lambda k: (-found.count(k), list(QuarantineKind).index(k)))


def _headed(document: Document, known: KnownArticle) -> QuarantineKind | None:
    stood = {fold(h) for h in known.headlines} | ({fold(known.head.headline)} if known.head else set())
    if document.headline and fold(document.headline) in stood:
        return None
    return kind_of_title(document.headline) or kind_of_title(document.signs.page_title)


# ---- the looks, strongest first ------------------------------------------------------------------------------------------


def _empty(page: _Page) -> Sign | None:
    if any(_size(p) >= 4 for p in page.document.paragraphs) or page.size >= 4:
        return None
    if page.headed:
        return Sign(kind=page.headed, reason=f"The page has no text, and its title is “{_title(page)}”.")
    return Sign(kind=QuarantineKind.EMPTY, reason="The page has no text.")


def _furniture_only(page: _Page) -> Sign | None:
    paragraphs = page.document.paragraphs
    if not all(is_furniture(p, page.known.furniture) for p in paragraphs):
        return None
    kind = next(iter(page.all_kinds()), QuarantineKind.EMPTY)
    return Sign(kind=kind, reason="The page shows nothing but what this outlet's other pages show as well.")


def _headed_as_wall(page: _Page) -> Sign | None:
    if page.headed is None or page.size > NOTICE or page.own >= PROSE or _shares_paragraph(page):
        return None
    kind = page.headed
    if kind is QuarantineKind.SOFT_404 and page.all_kinds():  # "Sorry" heads many kinds of page; its text tells which
        kind = page.all_kinds()[0]
    return Sign(kind=kind, reason=f"The page is headed “{_title(page)}” and has little text of its own.")


def _mostly_notice(page: _Page) -> Sign | None:
    if page.has_own(PROSE) or not any(page.kinds) or page.own > 0.5 * page.size or _shares_paragraph(page):
        return None
    kinds = page.all_kinds()
    said = next(p for p, k in zip(page.document.paragraphs, page.kinds, strict=True) if kinds[0] in k)
    return Sign(kind=kinds[0], reason=f"Most of the text is a notice: “{_short(said)}”")


def _stub(page: _Page) -> Sign | None:
    """The beginning of an article with an invitation to pay, or less of it than is known with a declared paywall."""
    tail = _invitations(page)
    cut = bool(_CUT.search(next((p for p in reversed(page.document.paragraphs) if p not in tail and not _is_button(p)), "")))
    declared = page.document.signs.paywall_declared
    if page.head is None:
        found = (tail or declared) and page.own < (STUB if tail else PROSE)
        shown = "only the beginning of an article"
    else:
        found = (tail and _is_less(page, page.head)) or ((declared or cut) and _is_part(page, page.head))
        shown = "only a part of the known text"
    if not found:
        return None
    why = f"asks: “{_short(tail[0])}”" if tail else "breaks off." if cut else "is declared to be behind a paywall."
    return Sign(kind=QuarantineKind.PAYWALL, reason=f"The page shows {shown} and {why}")


def _invitations(page: _Page) -> list[str]:
    """Invitations to pay or register in a box of the page or among the last paragraphs.

    Not those that the standing text has as well. Where nothing is known of the article, promotions do not count either.
    """
    stood = {fold(p) for p in page.head.paragraphs} if page.head else set()
    last = [p for p in page.document.paragraphs[-5:] if QuarantineKind.PAYWALL in kinds_of_text(p)]
    likely = [p for p in (page.document.signs.notice, *last) if p and fold(p) not in stood]
    return [p for p in likely if QuarantineKind.PAYWALL in kinds_of_text(p, offers=page.head is not None)]


def _is_less(page: _Page, head: Version) -> bool:
    """Whether a look with an invitation shows much less than the standing text, or a part of it and a few short lines."""
    return page.own < SHORN * _size(head.text) or _is_part(page, head, line=LINE)


def _is_part(page: _Page, head: Version, line: int = 0) -> bool:
    """Whether all that the look says stands in the known text too, lines of so many words aside, and that says more."""
    own = [fold(p) for p, kinds in zip(page.document.paragraphs, page.kinds, strict=True) if not kinds and not _is_button(p)]
    text = fold(" ".join(head.paragraphs))
    stands = [_CUT.sub("", p).rstrip() in text for p in own]
    return any(stands) and page.own < _size(head.text) and all(s or _size(p) <= line for s, p in zip(stands, own, strict=True))


def _alien(page: _Page) -> Sign | None:
    """A short text that has no word in common with the article, on a page that says less about itself than before."""
    head = page.head
    if head is None or page.size > ALIEN or page.size >= _size(head.text) or _is_kin(page.document, head, page.known):
        return None
    shrunk = page.size < 0.3 * _size(head.text)
    shorn = bool(head.byline or head.published_at) and not (page.document.byline or page.document.published_at)
    if not (page.document.signs.noindex or (shrunk and shorn)):
        return None
    kind = next(iter(page.all_kinds()), QuarantineKind.SOFT_404)
    return Sign(kind=kind, reason="A few lines that have nothing in common with the article, not even its byline and dates.")


def _landed_elsewhere(page: _Page, final_url: str | None, seen_url: str) -> Sign | None:
    """A redirect to a log-in, consent or error page that carries nothing of the article."""
    if not final_url:
        return None
    segments = set(urlsplit(final_url).path.casefold().strip("/").split("/")) - set(
        urlsplit(seen_url).path.casefold().split("/")
    )
    kinds = [_LANDINGS[s] for s in sorted(segments) if s in _LANDINGS]
    if not kinds or page.size > NOTICE or (page.head and _is_kin(replace(page.document, headline=""), page.head, page.known)):
        return None
    return Sign(kind=kinds[0], reason=f"The page redirects to {final_url}.")


# ---- small measures ------------------------------------------------------------------------------------------------------


def _size(text: str) -> int:
    """How many words, figures and parts of them between apostrophes and hyphens."""
    return len(text.translate(_NO_WORD).split()) if text.isascii() else len(_TOKEN.findall(text))


def _is_sentence(paragraph: str) -> bool:
    return bool(_END.search(paragraph.strip())) and _size(paragraph) > BUTTON


def _is_button(paragraph: str) -> bool:
    return _is_unended(paragraph) and _size(paragraph) <= BUTTON


def _is_unended(paragraph: str) -> bool:
    return not _END.search(paragraph.strip())


def _content(text: str) -> set[str]:
    """Words long enough to mean something, and figures."""
    return {t for t in _TOKEN.findall(fold(text).casefold()) if len(t) >= 4 or any(c.isdigit() for c in t)}


def _names(text: str) -> set[str]:
    """Capitalised words inside sentences, and figures: what even a translation keeps."""
    return {t for t in _NAME.findall(fold(text)) if len(t) >= 4 or t.isdigit()}


def _is_kin(document: Document, head: Version, known: KnownArticle) -> bool:
    """Whether a look has anything in common with the article: a name, a figure, or a fifth of its words."""
    mine = " ".join((document.headline, *document.paragraphs))
    theirs = " ".join((head.headline, head.text, *known.headlines))
    have = _content(mine)
    return bool(_names(mine) & _names(theirs)) or len(have & _content(theirs)) >= KIN * max(1, len(have))


def _shares_paragraph(page: _Page) -> bool:
    """Whether a paragraph of some length stands in the known text: then it is the article, or a stub of it."""
    if page.head is None:
        return False
    mine = {fold(p) for p, k in zip(page.document.paragraphs, page.kinds, strict=True) if not k and _size(p) > BUTTON}
    return bool(mine & {fold(p) for p in page.head.paragraphs})


def _is_home(url: str) -> bool:
    path = urlsplit(url).path.casefold().rstrip("/")
    return path in (
        "",
        "/index.html",
        "/index.htm",
        "/index.php",
        "/home",
        "/en",
        "/de",
        "/fr",
        "/es",
        "/us",
        "/uk",
        "/international",
    )


def _title(page: _Page) -> str:
    return _short(page.document.headline if kind_of_title(page.document.headline) else page.document.signs.page_title)


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79].rstrip() + "…"
