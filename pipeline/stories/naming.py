"""A found story's title and slug. The slug never changes; the title may change only at the few sizes named here."""

import re
import unicodedata
from collections.abc import Sequence

from pipeline.stories.profile import Profile
from pipeline.stories.vectors import Centroid

TITLE_SIZES = (3, 8, 20)  # numbers of articles at which the title is chosen again
LEAD_OVER = 1.15  # a new title must be so much more central than the one that stands
_WORD = re.compile(r"[a-z0-9]+")


def slug_of(headline: str, story_id: str) -> str:
    """Readable and unique: the headline's words and the start of the story's id."""
    flat = unicodedata.normalize("NFKD", headline).encode("ascii", "ignore").decode().lower().replace("'", "")
    words, length = [], 0
    for word in _WORD.findall(flat):
        length += len(word) + 1
        if length > 56:
            break
        words.append(word)
    return "-".join([*(words or ["story"]), story_id.rpartition("_")[2][:6]])


def best_title(current: str, centroid: Centroid, members: Sequence[tuple[str, Profile]]) -> str:
    """The headline of the article that is most like the whole story, if it is clearly more so than the title that stands."""
    scored = [(centroid.likeness(profile), headline) for headline, profile in members if headline]
    if not scored:
        return current
    standing = max((s for s, headline in scored if headline == current), default=0.0)
    score, headline = max(scored, key=lambda x: (x[0], x[1]))
    return headline if score > LEAD_OVER * standing else current
