"""What linking costs as the number of open articles grows: python bench/linking.py [--sizes 10000,100000,1000000]

Synthetic articles: words drawn by Zipf's law, stories of eight articles that share some of their words. For each size the
linker's index is filled, then articles that it has not seen ask for their story. Prints CPU milliseconds for the first
decision, the share that found the right story, memory, and the growth exponent from the smallest size to the largest.
"""

import argparse
import math
import resource
import time
from datetime import UTC, datetime

import numpy as np

from pipeline.stories.groups import Groups
from pipeline.stories.judge import Joins
from pipeline.stories.members import Item
from pipeline.stories.profile import Terms
from pipeline.stories.rulings import Rulings

SIZE = 8  # articles a story
WORDS, OWN, NAMES, PIECES = 80, 30, 8, 20  # words of an article; how many its story shares; names; pieces of the headline
QUERIES = 400
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Maker:
    """Makes articles of stories; the same for the same seed."""

    def __init__(self, seed: int):
        self.random = np.random.default_rng(seed)

    def draw(self, count: int, limit: int) -> np.ndarray:
        """Word numbers by Zipf's law with exponent 1.1, cut at a limit."""
        return self.random.zipf(1.1, count) % limit

    def story(self, stories: int) -> tuple[np.ndarray, np.ndarray]:
        """The words and names that a story's articles share, its own ones partly."""
        return self.draw(OWN, 400_000), self.random.integers(0, 20_000 + 2 * stories, NAMES)

    def article(self, words: np.ndarray, names: np.ndarray) -> Terms:
        """An article: half of its story's words, and others."""
        own = self.random.choice(words, OWN // 2)
        text = [f"w{n}" for n in np.concatenate([own, self.draw(WORDS - OWN // 2, 400_000)])]
        called = [f"n{n}" for n in self.random.choice(names, NAMES // 2)]
        lead = text[::5] + called
        pieces = [f"p{n % 60_000}" for n in np.concatenate([own[:10], self.draw(PIECES - 10, 60_000)])]
        return Terms(tuple(dict.fromkeys(part, 1) for part in (text + called, lead, called, pieces)), WORDS)


def fill(articles: int) -> tuple[Groups, list[tuple[Terms, str]]]:
    """A linker's stories with so many open articles, and questions with the right answer."""
    maker, groups = Maker(1), Groups(Rulings())
    stories = articles // SIZE
    asked = set(maker.random.choice(stories, min(QUERIES, stories), replace=False).tolist())
    questions: list[tuple[Terms, str]] = []
    order = 0
    for number in range(stories):
        words, names = maker.story(stories)
        group = None
        for _ in range(SIZE):
            terms = maker.article(words, names)
            groups.vocabulary.learn(terms)
            item = Item(order, f"a{order}", NOW, "", groups.vocabulary.weigh(terms))
            groups.items[order] = item
            group = group or groups.start(item)
            groups.enter(group, item)
            order += 1
        if number in asked:
            questions.append((maker.article(words, names), group.story_id))
    return groups, questions


def ask(groups: Groups, questions: list[tuple[Terms, str]]) -> tuple[float, float]:
    """CPU milliseconds a first decision, and the share that joined the right story."""
    items = [Item(-1, "q", NOW, "", groups.vocabulary.weigh(terms)) for terms, _ in questions]
    groups.decide(items[0])
    begun = time.process_time()
    decisions = [groups.decide(item) for item in items]
    spent = time.process_time() - begun
    right = sum(isinstance(d, Joins) and d.story_id == s for d, (_, s) in zip(decisions, questions, strict=True))
    return 1000 * spent / len(items), right / len(items)


def growth(sizes: list[int]) -> None:
    """Print a line a size."""
    costs = []
    for size in sizes:
        begun = time.process_time()
        groups, questions = fill(size)
        filled = time.process_time() - begun
        cost, right = ask(groups, questions)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        costs.append(cost)
        print(
            f"{size:>9} open articles: {cost:.2f} ms a decision, right {right:.3f}; filled at {1000 * filled / size:.2f} ms an "
            f"article; {memory:.0f} MB ({1024 * memory / size:.1f} kB an article)",
            flush=True,
        )
    if len(sizes) > 1:
        print(f"exponent {math.log(costs[-1] / costs[0]) / math.log(sizes[-1] / sizes[0]):.2f}")


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000", help="numbers of open articles")
    growth([int(s) for s in parser.parse_args().sizes.split(",")])


if __name__ == "__main__":
    main()
