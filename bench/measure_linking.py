"""Thin functions around the linker, for scoring it, and its score on a labelled stream: bench/measure_linking.py [--wrong]

`link(items)` and `rank(items)` take `{id, title, text, published}` in the order in which they were seen. Two labelled streams,
one developed on (linking_development.txt) and one held out (linking_heldout.txt), are scored for found stories (B-cubed) and
for each wording of a watch: precision and recall of the watched story, their mean over wordings, and the worst.
"""

import sys
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.model import Article, Watch
from pipeline.stories import Linker
from pipeline.stories.alike import rank_alike

HERE = Path(__file__).parent
STREAMS = (
    ("linking_development.txt", "linking_development_watches.toml"),
    ("linking_heldout.txt", "linking_watches.toml"),
)
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


# ---- the labelled stream


def labelled(path: Path) -> list[tuple[str, Article]]:
    """(story, article) in time order."""
    found: list[tuple[str, list[str], list[str]]] = []
    for line in path.read_text(encoding="utf8").splitlines():
        if line.startswith("## "):
            story, *head = [cell.strip() for cell in line[3:].split("|", 3)]
            found.append((story, head, []))
        elif found and line.strip():
            found[-1][2].append(line)
    found.sort(key=lambda x: x[1][1])
    return [(story, _labelled_article(f"art_{n:02}", head, body)) for n, (story, head, body) in enumerate(found)]


def _labelled_article(name: str, head: list[str], body: list[str]) -> Article:
    outlet, at, headline = head
    seen = datetime.fromisoformat(at).replace(tzinfo=UTC)
    url = f"https://outlet.example/{name}"
    return Article(article_id=name, url=url, outlet=outlet, seen_at=seen, headline=headline, paragraphs=tuple(body))


def wordings(path: Path) -> list[tuple[str, Watch]]:
    """(story, a wording of the watch)."""
    tables = tomllib.loads(path.read_text(encoding="utf8"))
    return [
        (story, Watch(slug="watched", title=w["title"], match=tuple(w["match"]), exclude=tuple(w.get("exclude", ()))))
        for story, rows in tables.items()
        for w in rows
    ]


def b_cubed(gold: Sequence[str], got: Sequence[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 (Bagga and Baldwin 1998)."""
    both, by_gold, by_got = Counter(zip(gold, got, strict=True)), Counter(gold), Counter(got)
    precision = sum(n * n / by_got[k[1]] for k, n in both.items()) / len(gold)
    recall = sum(n * n / by_gold[k[0]] for k, n in both.items()) / len(gold)
    return precision, recall, 2 * precision * recall / (precision + recall)


def watched(stream: Sequence[tuple[str, Article]], watch: Watch) -> set[str]:
    """The articles that are reports of a watch when all have been seen."""
    linker = Linker([watch])
    for _, article in stream:
        linker.add(article)
    return {x.article_id for x in linker.links() if x.story_id == watch.story_id}


def score(articles: str, watches: str, wrong: bool) -> None:
    """Score one stream and print it."""
    stream = labelled(HERE / articles)
    print(articles)
    _score_found(stream, wrong)
    results = [_score_watch(stream, key, watch, wrong) for key, watch in wordings(HERE / watches)]
    for n, name in enumerate(("precision", "recall")):
        values = [r[n] for r in results]
        print(f"watched, {len(values)} wordings: mean {name} {sum(values) / len(values):.3f}, worst {min(values):.3f}")


def _score_found(stream: Sequence[tuple[str, Article]], wrong: bool) -> None:
    linker = Linker(())
    for _, article in stream:
        linker.add(article)
    story = {x.article_id: x.story_id for x in linker.links()}
    scores = b_cubed([s for s, _ in stream], [story[a.article_id] for _, a in stream])
    print("found stories: B-cubed P {:.3f} R {:.3f} F1 {:.3f}".format(*scores), f"stories {len(set(story.values()))}")
    for name in dict.fromkeys(story.values()) if wrong else ():
        print("  ", [f"{s}: {a.headline}" for s, a in stream if story[a.article_id] == name])


def _score_watch(stream: Sequence[tuple[str, Article]], key: str, watch: Watch, wrong: bool) -> tuple[float, float]:
    got, want = watched(stream, watch), {a.article_id for s, a in stream if s == key}
    precision, recall = len(got & want) / max(1, len(got)), len(got & want) / len(want)
    print(f"{precision:.2f} {recall:.2f} {key}: {watch.title} {list(watch.match)}")
    for mark, ids in (("+", got - want), ("-", want - got)) if wrong else ():
        print("\n".join(f"      {mark} {s}: {a.headline}" for s, a in stream if a.article_id in ids) or f"      no {mark}")
    return precision, recall


def main() -> None:
    """Score the labelled streams."""
    for articles, watches in STREAMS:
        score(articles, watches, "--wrong" in sys.argv)


if __name__ == "__main__":
    main()
