"""Flaps and reversions on recorded front-page states: the callable for a scorer that hands over one link after the other.

A link is a list of states {seen_at, title, summary} in time order; the answer is one decision a state: new, same, reverted or
quarantined. The states go through `decide_version` as looks that saw a feed's item and no page, one after the other, with
nothing known but the past.

    python PATH/TO/flaps.py bench.measure_flaps:decide
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pipeline.model import Document, KnownArticle, New, Observation, Reverted, Version, ident
from pipeline.versions import FEED_EXTRACTOR, decide_version, standing

URL = "https://outlet.example/article"


def decide(states: Sequence[Mapping[str, object]]) -> list[str]:
    """One decision for each state of one link."""
    versions: dict[str, Version] = {}
    seen: dict[str, str] = {}
    headlines: list[str] = []
    head: Version | None = None
    answers = []
    for state in states:
        known = KnownArticle(article_id="art_1", head=head, seen=seen, headlines=tuple(headlines))
        look = _look(state)
        decision = decide_version(look, known)
        answers.append(type(decision).__name__.lower())
        if isinstance(decision, New):
            head = _version(standing(look.document, known), decision.text_hash, look.at, len(versions) + 1)
            versions[head.version_id], seen[decision.text_hash] = head, head.version_id
        elif isinstance(decision, Reverted):
            head = versions[decision.version_id]
        headlines.append(head.headline)
    return answers


def _look(state: Mapping[str, object]) -> Observation:
    at = state["seen_at"]
    assert isinstance(at, datetime)
    document = Document(
        headline=str(state["title"]), paragraphs=(), summary=str(state["summary"]) or None, extractor=FEED_EXTRACTOR
    )
    return Observation(at=at, url=URL, seen_url=URL, outlet="", document=document)


def _version(document: Document, text_hash: str, at: datetime, seq: int) -> Version:
    return Version(
        version_id=ident("ver", "art_1", text_hash),
        article_id="art_1",
        url=URL,
        outlet="",
        seq=seq,
        seen_at=at,
        headline=document.headline,
        text="\n\n".join(document.paragraphs),
        text_hash=text_hash,
        byline=document.byline,
        summary=document.summary,
        extractor=document.extractor,
    )
