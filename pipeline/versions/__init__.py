"""Whether a look at an article is a version of it: New, Same, Reverted or Quarantined, with a reason.

In this order: an answer without a page is quarantined; a text that stands is Same; a page that only takes the article's place
is quarantined (`signs`); a text that stood before is Reverted; what remains is New. Headline, body and byline are recognised
apart, so a headline that goes to and fro while the body moves on makes no version, and a body that returns under another
headline is a reversion. Two looks that differ only in the outlet's recurring furniture are the same.

Pure: no clock, no store. The journey passes what it knows of the article and records `standing(seen.document, known)`.
"""

from datetime import timedelta

from pipeline.model import (
    Document,
    KnownArticle,
    New,
    Observation,
    Outcome,
    Quarantined,
    QuarantineKind,
    Reverted,
    Same,
    Version,
    VersionDecision,
)
from pipeline.text import fingerprint
from pipeline.versions.compare import FEED_EXTRACTOR, Key, key, same_source, seen_keys, standing, text_hash
from pipeline.versions.furniture import learn_furniture
from pipeline.versions.phrases import kind_of_title, kinds_of_text
from pipeline.versions.releasing import decide_release
from pipeline.versions.signs import looks_like_article, page_sign, served_sign

__all__ = ["FEED_EXTRACTOR", "decide_release", "decide_version", "learn_furniture", "same_source", "standing", "text_hash"]

PERSISTS_LOOKS = 3  # equal looks in a row, this one among them, after which a suspect text is believed
PERSISTS_FOR = timedelta(hours=6)  # and the time that they must span
_WALLS = (QuarantineKind.BOT_WALL, QuarantineKind.PAYWALL, QuarantineKind.CONSENT)


def decide_version(seen: Observation, known: KnownArticle, *, rebuilt: Document | None = None) -> VersionDecision:
    """Decide what one look at an article is.

    `rebuilt` is the standing version's archived page as the look's extractor reads it, to be given when that is another
    extractor than the version's: what differs only because it is read differently is no edit.
    """
    if seen.outcome is Outcome.NOT_MODIFIED or seen.status == 304:
        return Same(reason="The server says that the page is not modified.")
    if refused := _refused(seen):
        return refused
    if seen.document is None:
        return Quarantined(kind=QuarantineKind.EMPTY, reason="Nothing could be read from the page.")
    document = standing(seen.document, known)
    if known.head is not None and _stands(document, known.head, known.furniture):
        return Same(reason="The text that stands.")
    if not document.headline and not document.paragraphs:
        return Quarantined(kind=QuarantineKind.EMPTY, reason="Neither a headline nor a text could be read.")
    sign = served_sign(seen)
    if sign is None and _has_page(seen.document):
        sign = page_sign(document, known, seen.final_url, seen.seen_url)
    if sign is None:
        return _decide_text(document, known, rebuilt)
    if _persists(seen, document, known):
        return _decide_text(document, known, rebuilt, f"Believed after {PERSISTS_LOOKS} equal looks; at first: {sign.reason} ")
    return Quarantined(kind=sign.kind, reason=sign.reason, text_hash=text_hash(document))


def _refused(seen: Observation) -> Quarantined | None:
    """An answer that is not a page: gone, denied, or no answer at all."""
    if seen.outcome in (Outcome.GONE, Outcome.MISSING) or seen.status in (404, 410):
        return Quarantined(kind=QuarantineKind.GONE, reason=f"The page is gone: the server answers {seen.status}.")
    if seen.outcome is Outcome.EMPTY:
        return Quarantined(kind=QuarantineKind.EMPTY, reason="The server sent an empty page.")
    if seen.outcome is Outcome.OK and seen.status < 400:
        return None
    kind = _refusal_kind(seen)
    if seen.outcome is Outcome.ROBOTS:
        reason = "The site's robots.txt does not allow the page."
    elif kind is not QuarantineKind.BLOCKED:
        reason = f"The server answers {seen.status} with a page that is not the article."
    else:
        said = f"the server answers {seen.status}" if seen.status >= 400 else f"the fetch ended as {seen.outcome}"
        reason = f"The page could not be had: {said}."
    return Quarantined(kind=kind, reason=reason, text_hash=text_hash(seen.document) if seen.document else "")


def _refusal_kind(seen: Observation) -> QuarantineKind:
    """What a page that comes with an error status is: the wall that it says it is, else just blocked."""
    document = seen.document
    if document is None:
        return QuarantineKind.PAYWALL if seen.status == 402 else QuarantineKind.BLOCKED
    if document.signs.challenge:
        return QuarantineKind.BOT_WALL
    said = [kind_of_title(document.headline), kind_of_title(document.signs.page_title)]
    said += [kind for paragraph in document.paragraphs for kind in sorted(kinds_of_text(paragraph))]
    found = next((kind for kind in _WALLS if kind in said), QuarantineKind.BLOCKED)
    return QuarantineKind.PAYWALL if seen.status == 402 and found is QuarantineKind.BLOCKED else found


def _has_page(seen: Document) -> bool:
    """A feed's item alone shows no page that could be a wall."""
    return not seen.extractor.startswith("feed/") or bool(seen.paragraphs)


def _persists(seen: Observation, document: Document, known: KnownArticle) -> bool:
    suspect = known.suspect
    if suspect is None or suspect.text_hash != text_hash(document):
        return False
    long_enough = suspect.times + 1 >= PERSISTS_LOOKS and seen.at - suspect.first_at >= PERSISTS_FOR
    return long_enough and looks_like_article(document)


def _decide_text(document: Document, known: KnownArticle, rebuilt: Document | None, prefix: str = "") -> VersionDecision:
    """New, Same or Reverted, for a document that is the article."""
    mine = key(document)
    if known.head is None and not known.seen:
        return New(reason=f"{prefix}The first text of this article.", text_hash=str(mine))
    if rebuilt is not None and key(rebuilt, known.furniture) == key(document, known.furniture):
        return Same(reason="The page is unchanged; only the extractor reads it differently.")
    seen = seen_keys(known.seen)
    if version_id := known.seen.get(str(mine)):
        return Reverted(reason="A text that stood before stands again.", version_id=version_id)
    return _decide_parts(document, mine, known, seen, prefix)


def _decide_parts(document: Document, mine: Key, known: KnownArticle, seen: dict[str, Key], prefix: str) -> VersionDecision:
    """A combination of parts that has not stood before: new if any of the parts is."""
    bodies = [version_id for version_id, k in seen.items() if k.body == mine.body]
    same_body = known.head is not None and key(document, known.furniture).body == key(known.head, known.furniture).body
    bylines = {k.byline for k in seen.values()} - {""}
    fresh = []
    if mine.headline not in _headlines(known, seen):
        fresh.append("headline")
    if not bodies and not same_body:
        fresh.append("text")
    if mine.byline and bylines and mine.byline not in bylines:
        fresh.append("byline")
    if fresh:
        return New(reason=prefix + _new_reason(fresh, document, known), text_hash=str(mine))
    if same_body:
        return Same(reason="The text that stands, under a headline or byline that stood before.")
    return Reverted(
        reason="A text that stood before stands again, under a headline that has stood as well.", version_id=bodies[-1]
    )


def _new_reason(fresh: list[str], document: Document, known: KnownArticle) -> str:
    named = " and ".join([", ".join(fresh[:-1]), fresh[-1]] if len(fresh) > 1 else fresh)
    verb = "is" if len(fresh) == 1 else "are"
    note = ""
    if known.head is not None and not same_source(known.head, document):
        note = f" It was read by {document.extractor}, the one before by {known.head.extractor}."
    return f"The {named} {verb} new to this article.{note}"


def _stands(document: Document, head: Version, furniture: frozenset[str]) -> bool:
    """Whether the look shows the standing version; a byline that is not shown counts as unchanged."""
    a, b = key(document, furniture), key(head, furniture)
    return a.headline == b.headline and a.body == b.body and (a.byline == b.byline or not a.byline or not b.byline)


def _headlines(known: KnownArticle, seen: dict[str, Key]) -> set[str]:
    return {k.headline for k in seen.values()} | {fingerprint(h)[:16] for h in known.headlines}
