"""Which articles report one evolving story?

Judged in `decide_story`, `decide_watch`, `decide_split`, `decide_merge` and `decide_copy`.

`Linker` takes articles in the order in which they were seen and keeps the stories. It knows no clock and no store.
"""

from pipeline.pieces import Changes, InMemory, Pieces
from pipeline.stories.decided import STORY_KINDS, in_order, on_stories, one_by_one, that_hold
from pipeline.stories.linker import METHOD, Linked, Linker
from pipeline.stories.watch import wording

__all__ = [
    "METHOD",
    "STORY_KINDS",
    "Changes",
    "InMemory",
    "Linked",
    "Linker",
    "Pieces",
    "in_order",
    "on_stories",
    "one_by_one",
    "that_hold",
    "wording",
]
