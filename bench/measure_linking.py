"""Thin functions around the linker, for scoring it: articles as plain items in, story ids or rankings out.

`link(items)` and `rank(items)` take `{id, title, text, published}` in the order in which they were seen.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: a second thread costs more than it saves

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pipeline.model import Article
from pipeline.stories import Linker
from pipeline.stories.alike import rank_alike

DAYS_APART = 10 * 86_400  # seconds between articles without a time, so that time tells nothing of them
START = datetime(2026, 1, 1, tzinfo=UTC)
Items = Sequence[Mapping[str, object]]


def article_of(item: Mapping[str, object], order: int) -> Article:
    """An item as the linker sees it; without a time it comes a second after the one before."""
    seen = item["published"] if isinstance(item["published"], datetime) else START + timedelta(seconds=order)
    text = str(item["text"])
    return Article(
        article_id=str(item["id"]),
        url=f"https://outlet.example/{item['id']}",
        outlet="outlet",
        seen_at=seen,
        headline=str(item["title"]),
        paragraphs=(text,) if text else (),
    )


def link(items: Items) -> list[str]:
    """The story of each article when all have been seen."""
    linker = Linker(())
    for order, item in enumerate(items):
        linker.add(article_of(item, order))
    story = {x.article_id: x.story_id for x in linker.links()}
    return [story[str(item["id"])] for item in items]


def rank(items: Items) -> list[list[str]]:
    """For each article the others, most alike first."""
    return rank_alike([article_of(item, order * DAYS_APART) for order, item in enumerate(items)])
