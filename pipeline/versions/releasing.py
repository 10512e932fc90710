"""Whether a look that was held in quarantine may count, now that its archived page is read again."""

from pipeline.model import Document, Quarantined, Same, VersionDecision
from pipeline.versions.compare import text_hash
from pipeline.versions.signs import looks_like_article


def decide_release(document: Document, held: Quarantined, now: VersionDecision) -> VersionDecision:
    """Decide what a look is that was held and is judged otherwise now.

    A page that reads as it did is what it is judged to be today. One on which another extractor finds another text must read
    like an article: what an extractor picks up on an emptied page or a wall would be an edit that the outlet never made.
    """
    if isinstance(now, Quarantined | Same) or text_hash(document) == held.text_hash or looks_like_article(document):
        return now
    reason = f"{held.reason} Read again, it does not read like an article either."
    return Quarantined(kind=held.kind, reason=reason, text_hash=text_hash(document))
