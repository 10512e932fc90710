"""The demo as a new user runs it, and every promise of the README that it can keep."""

import json
import os
import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.cli import run
from pipeline.config import load_settings
from pipeline.journey import ask, reading

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf8")
CONTRACT = {
    "feeds": "feed_id url title outlet last_fetched_at last_outcome next_due_at",
    "fetches": "fetch_id url fetched_at outcome status bytes reason",
    "articles": "article_id url outlet title first_seen_at last_seen_at status",
    "versions": "version_id article_id url seq seen_at published_at updated_at title byline text text_hash extractor",
    "revisions": "revision_id article_id url from_version_id to_version_id seen_at kind meaningful reason",
    "edits": "edit_id revision_id article_id url seen_at op kind meaningful before after reason",
    "quarantine": "url seen_at kind reason",
    "stories": "story_id slug title origin first_seen_at last_seen_at article_count",
    "story_articles": "story_id slug article_id url score reason linked_at",
    "claims": "claim_id story_id slug aspect article_id version_id url seen_at subject value status attributed_to sentence",
    "changes": "change_id story_id slug aspect detected_at url article_id version_id kind subject before after evidence_before"
    " evidence_after attributed_to corroborations reason review",
}


@pytest.mark.parametrize("view", sorted(CONTRACT))
def test_every_view_has_the_promised_columns_and_rows(settings, view):
    """The SQL surface is a contract: these columns come first, in this order, and the demo fills every view."""
    rows = ask(settings, f'SELECT * FROM "{view}"')
    assert list(rows.columns[: len(CONTRACT[view].split())]) == CONTRACT[view].split()
    assert rows.rows
    with reading(settings) as store:
        assert store.ask("SELECT comment FROM duckdb_views() WHERE view_name = $v", {"v": view}).rows[0][0]


def test_what_the_demo_prints_ends_with_what_to_read_and_try_next(demo):
    """A new user is told where the reports are; every command that is suggested works."""
    printed = (demo / "printed.txt").read_text(encoding="utf8")
    assert f"{demo}/reports/index.html" in printed
    suggested = re.findall(r"^  writethru (.*)$", printed, re.M)
    assert len(suggested) >= 3
    for line in suggested[:3]:
        arguments = [a.strip('"') for a in re.findall(r'"[^"]*"|\S+', line)]
        assert run(arguments) == 0


def test_a_second_demo_adds_nothing(demo):
    """Every step can run again without adding a row."""
    views = [*CONTRACT, "appearances", "copies", "standing", "story_events"]
    settings = load_settings(demo / "writethru.toml")
    with reading(settings) as store:
        before = store.counts(views)
    assert run(["demo", "--out", str(demo), "--quiet"]) == 0
    with reading(settings) as store:
        assert store.counts(views) == before


def test_the_replay_saw_the_record(demo, settings):
    """Polled as live feeds and pages at the recorded times, nearly every recorded text was seen; none was made up."""
    lines = (ROOT / "seeds" / "demo" / "observations.jsonl").read_text(encoding="utf8").splitlines()
    recorded = {(o["title"], "\n\n".join(o["paragraphs"])) for o in map(json.loads, lines) if o["status"] == 200}
    seen = {(title, text) for title, text in ask(settings, "SELECT title, text FROM versions").rows}
    assert seen <= recorded
    assert len(seen) >= 0.95 * len(recorded)


def test_the_checks_hold(demo):
    """Every query of sql/checks returns no rows."""
    assert run(["verify", "--config", str(demo / "writethru.toml")]) == 0


@pytest.mark.parametrize("n", range(len(re.findall(r"```sql\n(.*?)```", README, re.S))))
def test_the_sql_of_the_readme_runs(settings, n):
    """What the README shows can be pasted."""
    assert ask(settings, re.findall(r"```sql\n(.*?)```", README, re.S)[n]).rows


@pytest.mark.parametrize("part", ["excerpt", "silent"])
def test_the_excerpts_of_the_readme_are_real(demo, part):
    """The README opens with lines that the demo's change log of that day really has."""
    shown = re.search(rf"<!-- {part} ([-\d]+) -->\n```\n(.*?)```", README, re.S)
    assert shown and shown[2].strip()
    day = date.fromisoformat(shown[1])
    log = _changes(demo, "--since", day.isoformat(), "--until", (day + timedelta(days=1)).isoformat())
    for line in filter(None, map(str.strip, shown[2].splitlines())):
        assert line in log


def _changes(demo: Path, *options: str) -> str:
    """What `writethru changes` prints of the demo's store."""
    start = [sys.executable, "-c", "from pipeline.cli import main; main()", "changes", "--config", str(demo / "writethru.toml")]
    kept = {"LAKE_PASSWORD"} & os.environ.keys()  # where the tests run with the store in a lake
    environment = {"PATH": "/usr/bin:/bin", "COLUMNS": "110", **{name: os.environ[name] for name in kept}}
    return subprocess.run([*start, *options], capture_output=True, text=True, env=environment).stdout


def test_the_log_of_the_whole_demo_is_read_in_ninety_lines(demo):
    """A month of reports in what a person reads at one sitting, with every day that brought a change; --all has it all."""
    short, whole = _changes(demo).splitlines(), _changes(demo, "--all")
    assert len(short) <= 90 and max(map(len, short)) <= 110
    days = {
        f"{datetime.strptime(d, '%A %d %B %Y'):%d %b}".lstrip("0") for d in re.findall(r"^\w+day \d+ \w+ \d{4}$", whole, re.M)
    }
    assert len(days) > 30 and {line[:6].strip() for line in short if re.match(r"\d+ [A-Z]", line)} == days


def test_why_explains_every_kind_of_thing(settings, demo, capsys):
    """Each id leads to a reason in words."""
    asked = {
        "changes": "change_id",
        "edits": "edit_id",
        "claims": "claim_id",
        "revisions": "revision_id",
        "story_articles": "link_id",
        "versions": "version_id",
        "quarantine": "quarantine_id",
    }
    for view, key in asked.items():
        identifier = ask(settings, f"SELECT {key} FROM {view} ORDER BY 1 LIMIT 1").rows[0][0]
        assert run(["why", identifier, "--config", str(demo / "writethru.toml")]) == 0
        assert "because" in capsys.readouterr().out or view in ("versions", "quarantine")
