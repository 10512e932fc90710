"""Golden stories: labelled folders go through import and track, and what is found is held against their labels.

These are floors that must not be lost, not the measure of quality: `bench/quality.py` scores in full.
"""

import json
import re
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.cli import run
from pipeline.config import load_settings
from pipeline.journey import ask

ROOT = Path(__file__).parents[1]
HELD_BACK = {
    "strike",
    "outbreak",
    "reservoir-breach",
    "harbour-merger",
    "ondry-bank",
    "lady-avona",
    "quillon-recall",
}  # only ever scored: what goes wrong on them is read by nobody
GOLDEN = sorted(p.parent for p in (ROOT / "tests" / "stories").glob("*/gold.json") if p.parent.name not in HELD_BACK)
STORIES = [ROOT / "seeds" / "demo", *GOLDEN]
PAGES = {"bot_wall", "paywall", "empty", "gone"}
FLOOR = {"edits": 0.93, "noise": 0.65, "watched_precision": 0.90, "watched_recall": 0.50}


@pytest.fixture(scope="module", params=STORIES, ids=lambda p: p.name)
def story(request, tmp_path_factory):
    """(gold, slug, settings) of a labelled story after import and track."""
    folder, home = request.param, tmp_path_factory.mktemp("golden")
    (home / "feeds.toml").write_text("", encoding="utf8")
    (home / "stories.toml").write_text((folder / "stories.toml").read_text(encoding="utf8"), encoding="utf8")
    (home / "writethru.toml").write_text("", encoding="utf8")
    config = ["--config", str(home / "writethru.toml"), "--quiet"]
    assert run(["import", str(folder / "observations.jsonl"), *config]) == 0
    assert run(["track", *config]) == 0
    gold = json.loads((folder / "gold.json").read_text(encoding="utf8"))
    slug = re.search(r'slug = "([^"]+)"', (folder / "stories.toml").read_text(encoding="utf8"))
    assert slug
    return gold, slug[1], load_settings(home / "writethru.toml")


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC).replace(tzinfo=None)


def rows_by_step(settings) -> dict[tuple[str, datetime], list[tuple[bool, set[str], set[str]]]]:
    """(url, seen_at) -> (meaningful, words before, words after) of each edit."""
    out = defaultdict(list)
    query = 'SELECT url, seen_at, meaningful, "before", "after" FROM edits'
    for url, seen, meaningful, before, after in ask(settings, query).rows:
        out[url, seen].append((meaningful, words(before), words(after)))
    return out


def share(done: int, of: int) -> float:
    return done / of if of else 1.0


def test_edits_that_bear_meaning_are_shown(story):
    """A labelled edit with meaning has a meaningful row in its step that holds the words which changed."""
    gold, _, settings = story
    rows = rows_by_step(settings)
    labels = [e for e in gold["edits"] if e["meaning"] and e["kind"] not in PAGES]
    found = 0
    for e in labels:
        gone, come = words(e["before"]) - words(e["after"]), words(e["after"]) - words(e["before"])
        step = rows[e["url"].split("?")[0], at(e["to_at"])]
        found += any(m and gone <= before and come <= after for m, before, after in step)
    assert share(found, len(labels)) >= FLOOR["edits"]


def test_steps_without_meaning_are_kept_out_of_peoples_way(story):
    """A step whose labels are all without meaning has no meaningful row."""
    gold, _, settings = story
    rows = rows_by_step(settings)
    steps = defaultdict(list)
    for e in gold["edits"]:
        if e["kind"] not in PAGES:
            steps[e["url"].split("?")[0], at(e["to_at"])].append(e["meaning"])
    dull = [step for step, meanings in steps.items() if not any(meanings)]
    quiet = sum(not any(m for m, _, _ in rows[step]) for step in dull)
    assert share(quiet, len(dull)) >= FLOOR["noise"]


def test_looks_that_are_no_articles_are_quarantined(story):
    """Bot walls, stubs, emptied and missing pages are listed when they were seen; nothing else is."""
    gold, _, settings = story
    want = {
        (e["url"], at(e["to_at"])) for e in gold["edits"] if e["kind"] in PAGES and e.get("note", "").startswith("transient")
    }
    assert {(url, seen) for url, seen in ask(settings, "SELECT url, seen_at FROM quarantine").rows} == want


def test_the_watched_story_has_its_reports(story):
    """Precision first: what joins belongs; most of what belongs joins."""
    gold, slug, settings = story
    want, loose = set(gold["stories"][slug]), set(gold.get("related_ok", []))
    got = {u for (u,) in ask(settings, f"SELECT url FROM story_articles WHERE slug = '{slug}'").rows} - loose
    assert share(len(got & want), len(got)) >= FLOOR["watched_precision"]
    assert share(len(got & want), len(want - loose)) >= FLOOR["watched_recall"]


def test_each_change_has_its_sentence_and_reason(story):
    """No line without evidence that stands in the version it names."""
    _, _, settings = story
    query = "SELECT c.evidence_after, c.reason, v.text, v.title FROM changes AS c JOIN versions AS v USING (version_id)"
    changes = ask(settings, query).rows
    assert changes
    for evidence, reason, text, title in changes:
        assert reason and (not evidence or evidence in text or evidence in title)


def test_the_store_holds_together(story):
    """Every query of sql/checks returns no rows."""
    _, _, settings = story
    assert run(["verify", "--db", str(settings.db)]) == 0
