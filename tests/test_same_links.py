"""Tracking as news comes in and deriving all anew give the same rows, on recorded stories, with decisions of people between."""

import json
from pathlib import Path

import duckdb
import pytest

from pipeline import journey
from pipeline.cli import run
from pipeline.config import load_settings

ROOT = Path(__file__).parents[1]
STORIES = [ROOT / "seeds" / "demo", *(ROOT / "tests" / "stories" / name for name in ("kellan-trial", "mirovia-election"))]
PARTS = 6
DERIVED = ("tracked", "revision", "edit", "story", "link", "story_event", "copy", "claim", "change", "standing")


def rows(db: Path) -> dict[str, list[str]]:
    """Every derived row, and a digest of what is remembered."""
    with duckdb.connect(str(db), read_only=True) as con:
        out = {t: sorted(map(repr, con.execute(f"SELECT * FROM derived.{t}").fetchall())) for t in DERIVED}
        state = "SELECT name, method, through, covers, md5(data) FROM derived.state"
        memory = "SELECT name, kind, number, md5(data) FROM derived.memory"
        return out | {x: sorted(map(repr, con.execute(q).fetchall())) for x, q in (("state", state), ("memory", memory))}


def parts(lines: list[str]) -> list[list[str]]:
    """The observations in time order in some parts; what was seen at one moment is in one part, as in a run."""
    moments = sorted({json.loads(x)["at"] for x in lines})
    size = -(-len(moments) // PARTS)
    number = {at: n // size for n, at in enumerate(moments)}
    out: list[list[str]] = [[] for _ in range(PARTS)]
    for x in lines:
        out[number[json.loads(x)["at"]]].append(x)
    return [p for p in out if p]


def decide(home: Path, part: int) -> None:
    """Some decisions on what is there, each of another kind."""
    settings = load_settings(home / "writethru.toml")
    query = "SELECT slug FROM stories WHERE origin = 'found' AND article_count > 1 ORDER BY first_seen_at, slug"
    found = [slug for (slug,) in journey.ask(settings, query).rows]
    articles = "SELECT url FROM story_articles WHERE slug = '{}' ORDER BY linked_at, url"
    first, last = found[0], found[-1]
    inside = [url for (url,) in journey.ask(settings, articles.format(first)).rows]
    command = [
        ["pin", inside[0], last],
        ["merge", last, first],
        ["rename", first, "What a person calls it"],
        ["split", first, inside[-1], "--title", "A part of its own"],
        ["unpin", inside[0], first],
    ][part % 5]
    assert run([*command, "--config", str(home / "writethru.toml"), "-q"]) == 0


CASES = [(folder, False) for folder in STORIES] + [(STORIES[0], True)]


@pytest.mark.parametrize(("folder", "decided"), CASES, ids=[f"{p.name}{' with decisions' if d else ''}" for p, d in CASES])
def test_tracking_part_by_part_and_rebuilding_give_the_same_rows(folder, decided, tmp_path):
    """Six runs over the record, day after day, then one over all of it: every derived row is the same, the memory too."""
    lines = sorted((folder / "observations.jsonl").read_text(encoding="utf8").splitlines(), key=lambda x: json.loads(x)["at"])
    for name, text in (
        ("writethru.toml", ""),
        ("feeds.toml", ""),
        ("stories.toml", (folder / "stories.toml").read_text("utf8")),
    ):
        (tmp_path / name).write_text(text, encoding="utf8")
    config = ["--config", str(tmp_path / "writethru.toml"), "-q"]
    for part, mine in enumerate(parts(lines)):
        (tmp_path / "part.jsonl").write_text("\n".join(mine), encoding="utf8")
        assert run(["import", str(tmp_path / "part.jsonl"), *config]) == 0
        assert run(["track", *config]) == 0
        if decided and 1 <= part < PARTS - 1:
            decide(tmp_path, part)
    db = load_settings(tmp_path / "writethru.toml").db
    live = rows(db)
    assert run(["track", "--rebuild", *config]) == 0
    again = rows(db)
    for table, found in live.items():
        assert found == again[table], table
    assert len(live["link"]) > 10 and len(live["change"]) > 10
