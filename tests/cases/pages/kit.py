"""The pages of this folder as values: articles in furniture that changes at each fetch, and pages in an article's place."""

import html
import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2

HERE = Path(__file__).parent
SITE, HOST = "The Orvane Post", "https://orvanepost.example"
ARTICLES = tomllib.loads((HERE / "articles.toml").read_text(encoding="utf8"))
TEMPLATES = tuple(sorted(p.stem for p in (HERE / "templates").glob("[a-z]*.html")))

_ENVIRONMENT = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True)
_THINGS = (
    "minister",
    "storm",
    "bridge",
    "council",
    "budget",
    "river",
    "match",
    "court",
    "vaccine",
    "train",
    "winter",
    "school",
)
_PLACES = ("Osk", "Vessa", "Selm", "Ashfold")


def load(name: str, table: str) -> list[dict]:
    """The cases of a TOML file of this folder."""
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf8"))[table]


def url_of(name: str) -> str:
    return f"{HOST}/2026/02/{name}"


def page(template: str, name: str, fetch: int, article: Mapping | None = None) -> str:
    """The article as a page of the template at its n-th fetch."""
    article = article or ARTICLES[name]
    language = "de" if name == "german" else "en"
    values = {"a": article, "f": _furniture(fetch, len(article["blocks"])), "site": SITE, "url": url_of(name), "lang": language}
    return _ENVIRONMENT.get_template(f"{template}.html").render(values)


def paragraphs(article: Mapping) -> tuple[str, ...]:
    """The paragraphs that a reader should find: one a list item, heading, quoted paragraph or table row."""
    return tuple(text for block in article["blocks"] for text in _texts(block))


def _texts(block: Mapping) -> Sequence[str]:
    if "table" in block:
        return [" | ".join(row) for row in block["table"]]
    (value,) = block.values()
    return [html.unescape(re.sub(r"<[^>]+>", "", text)) for text in ([value] if isinstance(value, str) else value)]


def _furniture(fetch: int, blocks: int) -> dict:
    """Everything on a page that is not the article, drawn anew for each fetch."""
    draw = random.Random(fetch)
    return {
        "teasers": [_teaser(draw) for _ in range(8)],
        "turn": draw.randrange(6),
        "number": draw.randrange(100, 99_999),
        "clock": f"{draw.randrange(24):02}:{draw.randrange(60):02}",
        "degrees": draw.randrange(-9, 30),
        "ticker": draw.random() < 0.5,
        "cookies": draw.random() < 0.5,
        "letter": draw.choice(["Morning", "Harbour", "Money"]),
        "ago": draw.randrange(2, 20),
        "hash": f"{draw.randrange(16**6):06x}",
        "boxes_after": sorted(draw.sample(range(1, blocks + 1), min(blocks, draw.randrange(4)))),
    }


def _teaser(draw: random.Random) -> dict:
    thing, other, place = draw.choice(_THINGS), draw.choice(_THINGS), draw.choice(_PLACES)
    text = f"The {thing} of {place} has cost {draw.randrange(2, 900)} million crowns, officials said, and more is to come."
    title = f"{thing.title()} {draw.choice(['faces', 'wins', 'awaits', 'rejects'])} {other} in {place}"
    return {"title": title, "text": text, "slug": f"s{draw.randrange(10**6)}", "ago": draw.randrange(2, 59)}
