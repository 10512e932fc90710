"""The command line: exit codes, messages that name what to mend, options where people put them."""

import json
from pathlib import Path

import pytest
from engines import of_a_file, store_lines

from pipeline.cli import run

LINE = {
    "at": "2026-03-02T09:00:00Z",
    "url": "https://tern.example/harbour",
    "outlet": "The Daily Tern",
    "title": "Harbour talks resume",
    "paragraphs": ["The harbour talks resumed on Monday, the mediator Ana Kelso said.", "There are 12 open points."],
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with settings, no feeds and no stories."""
    (tmp_path / "writethru.toml").write_text('db = "store.duckdb"\n' + store_lines(tmp_path), encoding="utf8")
    (tmp_path / "feeds.toml").write_text("", encoding="utf8")
    (tmp_path / "stories.toml").write_text("", encoding="utf8")
    return tmp_path


def call(home: Path, *arguments: str) -> int:
    return run([*arguments, "--config", str(home / "writethru.toml")])


def test_the_whole_way_with_nothing_to_watch(home, capsys):
    """Empty feeds and stories files are valid: every command works and says so."""
    assert call(home, "run", "--quiet") == 0
    assert call(home, "stories") == 0
    assert call(home, "verify") == 0
    assert (home / "reports" / "index.html").exists()


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        ("writethru.toml", "[fetch]\nretries = -1\n", ["fetch.retries", "-1"]),
        ("feeds.toml", '[[feed]]\nurl = "gopher://x"\noutlet = "X"\n', ["feed 1.url", "gopher://x"]),
        ("stories.toml", '[[story]]\nslug = "a"\ntitle = "A"\n', ["story 1.match", "missing"]),
        ("stories.toml", "[[story]\n", ["not valid TOML"]),
    ],
)
def test_a_broken_file_ends_with_2_and_is_named(home, capsys, file, text, named):
    """File, key and value stand in the message; nothing else happens."""
    (home / file).write_text(text, encoding="utf8")
    assert call(home, "run") == 2
    message = capsys.readouterr().err
    assert all(part in message for part in [str(home / file), *named])


@pytest.mark.parametrize("arguments", [["nonsense"], ["sql", "--format", "stone"], ["track", "--nonsense"], ["import"]])
def test_a_call_that_is_not_understood_ends_with_2(arguments):
    """Usage errors are the parser's."""
    assert run(arguments) == 2


def test_a_clock_that_is_no_time_is_named(home, capsys):
    """--now takes ISO 8601."""
    assert call(home, "track", "--now", "soon") == 2
    assert "'soon' is not a time" in capsys.readouterr().err


def test_lists_before_there_is_a_store_say_what_to_do(home, capsys):
    """No trace of a database, but a sentence that helps."""
    assert call(home, "stories") == 2
    assert "writethru run" in capsys.readouterr().err


@of_a_file
def test_a_file_that_is_no_store_is_refused_and_left_alone(home, capsys):
    """A foreign file is never overwritten."""
    (home / "store.duckdb").write_bytes(b"this is a letter, not a database" * 100)
    assert call(home, "track") == 74
    assert str(home / "store.duckdb") in capsys.readouterr().err
    assert (home / "store.duckdb").read_bytes().startswith(b"this is a letter")


def test_summaries_as_json(home, capsys):
    """--json prints the summary for programs."""
    (home / "o.jsonl").write_text(json.dumps(LINE) + "\n{}\n", encoding="utf8")
    assert call(home, "import", str(home / "o.jsonl"), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["lines_read"] == 1 and told["tally"]["new_versions"] == 1
    assert "line 2" in told["invalid"][0]


def test_init_writes_files_once(tmp_path, capsys):
    """What is there already is left alone."""
    assert run(["init", str(tmp_path)]) == 0
    (tmp_path / "feeds.toml").write_text("", encoding="utf8")
    assert run(["init", str(tmp_path)]) == 0
    assert (tmp_path / "feeds.toml").read_text(encoding="utf8") == ""
    assert "left alone" in capsys.readouterr().out


def test_backup_copies_and_overwrites_nothing(home, capsys):
    """A backup is opened and counted; an existing file stays."""
    (home / "o.jsonl").write_text(json.dumps(LINE) + "\n", encoding="utf8")
    assert call(home, "import", str(home / "o.jsonl"), "-q") == 0
    assert call(home, "backup", str(home / "copy.duckdb")) == 0
    assert "1 versions" in capsys.readouterr().out
    assert call(home, "backup", str(home / "copy.duckdb")) == 2
    assert run(["sql", "SELECT count(*) AS n FROM versions", "--format", "json", "--db", str(home / "copy.duckdb")]) == 0
    assert json.loads(capsys.readouterr().out) == [{"n": 1}]


def test_tracking_again_and_rebuilding_give_the_same_rows(home, capsys):
    """Everything derived can be dropped and made again."""
    later = LINE | {"at": "2026-03-02T11:00:00Z", "paragraphs": [LINE["paragraphs"][0], "There are 9 open points."]}
    (home / "o.jsonl").write_text("\n".join(map(json.dumps, [LINE, later])), encoding="utf8")
    assert call(home, "import", str(home / "o.jsonl"), "-q") == 0
    query = ["sql", "SELECT edit_id, kind, before, after, reason FROM edits ORDER BY ALL", "--format", "json"]
    seen = []
    for extra in ([], [], ["--rebuild"]):
        assert call(home, "track", "-q", *extra) == 0
        assert call(home, *query) == 0
        seen.append(capsys.readouterr().out)
    assert len(json.loads(seen[0])) == 1 and seen[0] == seen[1] == seen[2]


def test_a_long_stage_tells_its_rate_and_what_is_left(monkeypatch):
    """Each half minute at most, where no bar can be drawn."""
    import io

    from rich.console import Console

    from pipeline.cli import output

    out, clock = io.StringIO(), iter([0.0, 10.0, 40.0, 50.0, 80.0])
    monkeypatch.setattr(output, "monotonic", lambda: next(clock))
    reporter = output.Reporter(Console(file=out), quiet=False)
    for done in (0, 100, 400, 500, 800, 1000):
        reporter("observations", done, 1000)
    assert out.getvalue().splitlines() == [
        "observations: 400 of 1000, 10.0 a second, 0:01:00 left",
        "observations: 800 of 1000, 10.0 a second, 0:00:20 left",
        "observations: 1000",
    ]
