"""Which articles are most alike? For suggestions to people, never for decisions.

Likeness of words counts most; of articles that are about equally alike those come first that appeared within hours of each
other, for outlets report one event at about the same time.
"""

import math
from collections.abc import Sequence

import numpy as np

from pipeline.model import Article
from pipeline.stories.index import Index
from pipeline.stories.profile import Vocabulary, read_terms
from pipeline.stories.vectors import heaviest_first

NEAR_HOURS = 2.0  # in which the gain of being near in time falls to a third
NEAR_GAIN = 1.0  # that gain, as a share of the likeness


def rank_alike(articles: Sequence[Article], limit: int = 200) -> list[list[str]]:
    """For each article the ids of the others, most alike first."""
    vocabulary, index = Vocabulary(), Index()
    terms = [read_terms(a.headline, a.paragraphs) for a in articles]
    for counted in terms:
        vocabulary.learn(counted)
    heavy = [heaviest_first(vocabulary.weigh(t)) for t in terms]
    for place, vector in enumerate(heavy, 1):  # each article under a place of its own: place n is article n - 1
        index.insert(place, *vector)
    return [_nearest(articles, n, *index.sums(*vector), limit) for n, vector in enumerate(heavy)]


def _nearest(articles: Sequence[Article], own: int, places: np.ndarray, likeness: np.ndarray, limit: int) -> list[str]:
    near = [_nearness(articles[own], articles[p - 1]) for p in places]
    values = likeness * (1 + NEAR_GAIN * np.array(near))
    order = np.argsort(-values, kind="stable")[: limit + 1]
    return [articles[places[i] - 1].article_id for i in order if places[i] - 1 != own]


def _nearness(a: Article, b: Article) -> float:
    """1 for the same moment, falling towards 0 within hours. By the outlets' times where both are known."""
    both = (a.published_at, b.published_at) if a.published_at and b.published_at else (a.seen_at, b.seen_at)
    gap = both[0] - both[1]
    return math.exp(-abs(gap.total_seconds()) / 3600 / NEAR_HOURS)
