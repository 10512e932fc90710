"""What questions and lists cost as a store grows: python bench/questions.py DEMO [--sizes 10000,100000,1000000] [--write]

DEMO is the folder that `writethru demo` leaves. Its store is copied and filled with articles of other feeds, one in five of
them edited, eight to a story. Then every question of sql/questions is asked, and the commands that people use most. Process CPU
seconds of all threads, each asked twice, the second time counts; --write puts the figures into docs/operations.md.
"""

import argparse
import contextlib
import io
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from stored import cost, fill

from pipeline import cli, journey
from pipeline.config import Settings, load_settings
from pipeline.store.database import connect

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "operations.md"
NOW = "2025-12-25T18:00:00Z"
DERIVED = """
INSERT INTO derived.revision BY NAME
SELECT 'rev_' || right(version_id, 16) AS revision_id, article_id, url,
       version_id AS from_version_id, version_id AS to_version_id,
       seen_at + INTERVAL 1 HOUR AS seen_at, 'edited' AS kind, true AS meaningful, 'A number went up.' AS reason
FROM record.version WHERE outlet LIKE 'outlet%' AND version_key % 5 = 0;
INSERT INTO derived.edit BY NAME
SELECT 'edt_' || right(version_id, 16) AS edit_id, 'rev_' || right(version_id, 16) AS revision_id, article_id, url,
       seen_at + INTERVAL 1 HOUR AS seen_at, 0 AS ordinal, 'change' AS op, 'number' AS kind, true AS meaningful,
       version_key % 2 = 0 AS silent,
       'text' AS field, 'Up to 40 boats' AS "before", 'Up to 60 boats' AS "after", 'A number went up.' AS reason
FROM record.version WHERE outlet LIKE 'outlet%' AND version_key % 5 = 0;
INSERT INTO derived.story BY NAME
SELECT 'sto_' || n AS story_id, 'story-' || n AS slug, 'Story number ' || n AS title, 'found' AS origin,
       TIMESTAMP '2025-03-01' + INTERVAL 4 MINUTE * n AS first_seen_at,
       TIMESTAMP '2025-03-01' + INTERVAL 4 MINUTE * n AS last_seen_at,
       8 AS article_count
FROM range((SELECT count(*) // 8 FROM record.version WHERE outlet LIKE 'outlet%')) AS r(n);
INSERT INTO derived.link BY NAME
SELECT 'lnk_' || right(version_id, 16) AS link_id, 'sto_' || (row_number() OVER (ORDER BY seen_at) // 8) AS story_id,
       article_id,
       0.9 AS score, 'It shares its words.' AS reason, seen_at AS linked_at, false AS review, 'words' AS method
FROM record.version WHERE outlet LIKE 'outlet%';
INSERT INTO derived.tracked SELECT appearance_id FROM record.appearance WHERE version_id IN
    (SELECT version_id FROM record.version WHERE outlet LIKE 'outlet%');
"""


def quietly(*words: str) -> None:
    """Run a command of the command line; what it prints is of no interest."""
    with contextlib.redirect_stdout(io.StringIO()):
        assert cli.run(list(words)) == 0, words


def asked(settings: Settings, home: Path) -> dict[str, Callable[[], object]]:
    """What is measured, by name."""
    options = ["--db", str(settings.db), "--config", str(home / "writethru.toml"), "--now", NOW]
    day = ["--since", "1d", "--until", NOW, *options]
    questions = {f.stem: f.read_text(encoding="utf8") for f in sorted((ROOT / "sql" / "questions").glob("*.sql"))}
    found: dict[str, Callable[[], object]] = {q: lambda t=text: journey.ask(settings, t) for q, text in questions.items()}
    found["open the snapshot"] = lambda: journey.ask(settings, "SELECT 1")
    found["changes of a day"] = lambda: quietly("changes", *day)
    found["articles --edited of a day"] = lambda: quietly("articles", "--edited", *day)
    found["stories of a day"] = lambda: quietly("stories", *day)
    found["status"] = lambda: quietly("status", *options)
    found["verify"] = lambda: journey.verify(settings, datetime.fromisoformat(NOW))
    return found


def measure(demo: Path, size: int) -> dict[str, float]:
    """Name -> CPU seconds with so many articles stored besides the demo's."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "desk"
        shutil.copytree(demo, home)
        settings = load_settings(home / "writethru.toml")
        fill(settings.db, size)
        con = connect(settings.db)
        for statement in DERIVED.split(";\n"):
            if statement.strip():
                con.execute(statement)
        con.close()
        settings.snapshot_file.unlink()
        shutil.copyfile(settings.db, settings.snapshot_file)
        found = {}
        for name, work in asked(settings, home).items():
            work()
            found[name] = cost(work)[0]
            print(f"{size:>10,}  {name:50} {found[name]:8.3f}", flush=True)
        return found


def page(sizes: list[int], found: dict[int, dict[str, float]]) -> str:
    """The section of docs/operations.md: the whole of the questions, the dearest of them, and the commands."""
    questions = [n for n in found[sizes[0]] if n[:2].isdigit()]
    dearest = sorted(questions, key=lambda n: -found[sizes[-1]][n])[:5]
    rows = [("all questions of sql/questions", {s: sum(found[s][q] for q in questions) for s in sizes})]
    rows += [(f"{n[:2]} {n[3:].replace('_', ' ')}", {s: found[s][n] for s in sizes}) for n in dearest]
    rows += [(f"`{n}`", {s: found[s][n] for s in sizes}) for n in found[sizes[0]] if n not in questions]
    head = "| asked | " + " | ".join(f"{s:,}" for s in sizes) + " | growth |\n|" + "---|" * (len(sizes) + 2)
    lines = [
        f"| {name} | " + " | ".join(f"{by[s]:.3f}" for s in sizes) + f" | {by[sizes[-1]] / max(by[sizes[0]], 1e-4):.1f}x |"
        for name, by in rows
    ]
    return "\n".join(
        [
            f"CPU seconds with so many articles stored; {len(questions)} questions, the five dearest by themselves.",
            "",
            head,
            *lines,
        ]
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("demo", type=Path)
    options.add_argument("--sizes", default="10000,100000,1000000")
    options.add_argument("--write", action="store_true")
    given = options.parse_args()
    sizes = [int(s) for s in given.sizes.split(",")]
    text = page(sizes, {size: measure(given.demo, size) for size in sizes})
    print(text)
    if given.write:
        old = PAGE.read_text(encoding="utf8")
        start, end = old.index("<!-- questions -->"), old.index("<!-- /questions -->")
        PAGE.write_text(f"{old[:start]}<!-- questions -->\n{text}\n{old[end:]}", encoding="utf8")


if __name__ == "__main__":
    main()
