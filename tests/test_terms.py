"""Suggested terms: what goes with one aspect and not with the others, shown for approval and never applied."""

import csv
import io
import json
import tomllib
from pathlib import Path

import pytest

from pipeline.claims import Said, suggest_terms
from pipeline.cli import run
from pipeline.model import Aspect, Watch

WATCH = Watch(
    slug="harbour",
    title="The harbour of Lindholm",
    match=("Lindholm harbour",),
    aspects=(
        Aspect(name="cost", about="How much the new harbour costs and who pays"),
        Aspect(name="protest", about="Who is against it, and what they do"),
    ),
)


def said(text: str, *aspects: str, outlets: str = "Tern Heron") -> Said:
    return Said(text=text, aspects=frozenset(aspects), outlets=frozenset(outlets.split()))


PROTEST = [said(f"Anglers blocked the quay on day {n} of their vigil.", "protest") for n in range(4)]
COST = [said(f"The bill for the pile driver came to {n} million crowns.", "cost") for n in range(4)]
OTHER = [said(f"The quay is {n} metres long.") for n in range(6)]


def terms(*sentences: Said, watch: Watch = WATCH) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {a.name: [] for a in watch.aspects}
    for suggestion in suggest_terms(watch, sentences):
        found[suggestion.aspect].append(suggestion.term)
    return found


def test_what_stands_in_the_sentences_of_one_aspect_alone_is_suggested():
    """And what stands elsewhere as well is not: the quay tells nothing."""
    found = terms(*PROTEST, *COST, *OTHER)
    assert "vigil" in found["protest"] and "pile driver" in found["cost"]
    assert not any("quay" in term.split() for term in found["protest"])


def test_words_of_the_wording_and_of_the_story_are_known_already():
    """Neither the aspect's own words in any of their forms, nor the story's, nor those of another aspect's name."""
    again = [said(f"The harbour's protest cost Lindholm {n} ships, who protested.", "protest") for n in range(5)]
    assert terms(*again, *COST, *OTHER)["protest"] == ["ships"]


def test_one_outlets_habit_is_no_suggestion():
    """A word that a single outlet uses is its style."""
    alone = [said(f"Anglers blocked pier {n} with rafts.", "protest", outlets="Tern") for n in range(5)]
    assert terms(*alone, *COST, *OTHER)["protest"] == []


def test_numbers_days_and_offices_are_no_terms():
    """They go with every aspect."""
    plain = [said(f"On Monday three ministers said {n} things.", "protest") for n in range(5)]
    assert set(terms(*plain, *COST, *OTHER)["protest"]) <= {"things"}


def test_a_phrase_is_shown_in_place_of_its_words():
    """Two words that stand together, once."""
    found = terms(*COST, *PROTEST, *OTHER)["cost"]
    assert "pile driver" in found and not {"pile", "driver"} & set(found)


REPORTS = {
    "tern": [
        "The Lindholm harbour will cost {n}{n} million crowns, the auditors of the town said.",
        "Opposition to the quay came from anglers, who kept a vigil of {n} hours beside the lighthouse.",
        "Room for forty ships is planned.",
    ],
    "heron": [
        "Auditors put what it costs to build the Lindholm harbour at {n}{n} million crowns.",
        "With a vigil in the rain the anglers showed their opposition for the {n}th time this spring.",
        "No ship has been seen there since the winter.",
    ],
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a watched story whose reports were read and tracked."""
    (tmp_path / "writethru.toml").write_text('db = "store.duckdb"\n', encoding="utf8")
    (tmp_path / "feeds.toml").write_text("", encoding="utf8")
    (tmp_path / "stories.toml").write_text(
        '[[story]]\nslug = "harbour"\ntitle = "The harbour of Lindholm"\nmatch = ["Lindholm harbour"]\n'
        '[[story.aspect]]\nname = "cost"\nabout = "How much the new harbour costs and who pays"\nterms = ["budget"]\n'
        '[[story.aspect]]\nname = "opposition"\nabout = "Who opposes the harbour, and how"\n',
        encoding="utf8",
    )
    rows = [
        {
            "at": f"2026-03-0{n}T09:00:00Z",
            "url": f"https://{outlet}.example/harbour-{n}",
            "outlet": outlet,
            "title": f"Lindholm harbour, {outlet} notes, day {n}",
            "paragraphs": [line.format(n=n) for line in lines],
        }
        for n in range(1, 5)
        for outlet, lines in REPORTS.items()
    ]
    file = tmp_path / "seen.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf8")
    assert call(tmp_path, "import", str(file), "--quiet") == 0
    assert call(tmp_path, "track", "--quiet") == 0
    return tmp_path


def call(home: Path, *arguments: str) -> int:
    return run([*arguments, "--config", str(home / "writethru.toml")])


def test_the_command_prints_lines_for_stories_toml_and_changes_nothing(home, capsys):
    """What it prints can be pasted, with the terms that stand there; the file itself is as it was."""
    before = (home / "stories.toml").read_bytes()
    capsys.readouterr()
    assert call(home, "terms", "harbour") == 0
    printed = capsys.readouterr().out
    pasted = tomllib.loads("[[story]]\n" + printed[printed.index("[[story.aspect]]") :])
    by_name = {a["name"]: a["terms"] for a in pasted["story"][0]["aspect"]}
    assert by_name["cost"][0] == "budget" and len(by_name["cost"]) > 1
    assert (home / "stories.toml").read_bytes() == before


def test_the_command_speaks_json_and_csv_with_an_example_each(home, capsys):
    """The same rows in every form."""
    capsys.readouterr()
    assert call(home, "terms", "harbour", "--format", "json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows and all(row["term"].lower() in row["example"].lower() for row in rows)
    assert call(home, "terms", "harbour", "--aspect", "cost", "--format", "csv") == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["term"] for row in table] == [row["term"] for row in rows if row["aspect"] == "cost"]


@pytest.mark.parametrize(
    ("arguments", "named"), [(["canal"], "watches no story 'canal'"), (["harbour", "--aspect", "x"], "no aspect 'x'")]
)
def test_a_story_or_aspect_that_is_not_watched_is_named(home, capsys, arguments, named):
    """With those that are."""
    assert call(home, "terms", *arguments) == 2
    message = capsys.readouterr().err
    assert named in message and ("harbour" in message or "cost" in message)
