"""Which articles report one evolving story?

Judged in `decide_story`, `decide_watch`, `decide_split`, `decide_merge` and `decide_copy`.

`Linker` takes articles in the order in which they were seen and keeps the stories. It knows no clock and no store.
"""

from pipeline.stories.linker import METHOD, Linked, Linker

__all__ = ["METHOD", "Linked", "Linker"]
