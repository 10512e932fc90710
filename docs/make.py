"""Makes the documentation that the running code knows.

`python docs/make.py` writes sql.md and commands.md; with `--demo FOLDER` also the excerpts of the README, from a demo's store.
"""

import re
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from pipeline import journey
from pipeline.cli import app
from pipeline.config import load_settings, load_watches
from pipeline.store import Store
from pipeline.store.database import sql_folder

DOCS = Path(__file__).parent
VIEWS = (
    *("feeds", "fetches", "articles", "versions", "revisions", "edits", "quarantine"),
    *("stories", "story_articles", "claims", "changes", "appearances", "copies", "standing", "story_events", "outlet_edits"),
)


def sql_page() -> str:
    """Views with their columns as a store has them, macros, and the questions."""
    with TemporaryDirectory() as folder, Store(Path(folder) / "store.duckdb", now=datetime(2026, 1, 1, tzinfo=UTC)) as store:
        told = store.ask("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").rows
        views = {name: comment for name, comment in told}
        parts = [_SQL_HEAD, _DIAGRAM, "## Views\n"]
        for view in VIEWS:
            columns = store.ask(f"DESCRIBE {view}").rows
            parts.append(f"### `{view}`\n{views[view]}.\n")
            parts.append("| column | type |\n|---|---|\n" + "\n".join(f"| {c[0]} | {c[1]} |" for c in columns) + "\n")
    parts.append("## Table macros\n")
    for file in sorted((sql_folder() / "macros").glob("*.sql")):
        first, *rest = file.read_text(encoding="utf8").splitlines()
        call = rest[0].removeprefix("CREATE OR REPLACE MACRO ").removesuffix(" AS TABLE")
        parts.append(f"- `{call}`: {first.removeprefix('-- ')}")
    parts.append("\n## Questions\nEach of these runs as it stands on the demo's store: `writethru sql < sql/questions/FILE`.\n")
    for file in sorted((sql_folder() / "questions").glob("*.sql")):
        first, *rest = file.read_text(encoding="utf8").splitlines()
        parts.append(f"**{first.removeprefix('-- ')}** (`{file.name}`)\n```sql\n" + "\n".join(rest) + "\n```\n")
    return "\n".join(parts)


_SQL_HEAD = """# SQL
The store is one DuckDB file. `writethru sql "..."` asks it read-only, also while a run goes on; any DuckDB client may open the
snapshot (`writethru.snapshot.duckdb`), which is published after each run. All times are UTC TIMESTAMP: `seen_at` is when we saw
it, `published_at` and `updated_at` are the outlet's, and an unknown time is NULL.

This page is made by `python docs/make.py` from the running code.
"""

_DIAGRAM = """```mermaid
erDiagram
    feeds ||--o{ articles : "list"
    articles ||--o{ fetches : "are fetched"
    articles ||--o{ versions : "have had"
    articles ||--o{ quarantine : "did not show"
    versions ||--o{ appearances : "came to stand"
    articles ||--o{ revisions : "went through"
    revisions ||--o{ edits : "consist of"
    stories ||--o{ story_articles : "are reported by"
    articles ||--o{ story_articles : "report"
    articles ||--o{ copies : "derive from"
    versions ||--o{ claims : "say"
    stories ||--o{ claims : "collect"
    claims ||--o| changes : "amount to"
    stories ||--o{ changes : "log"
    stories ||--o{ standing : "stand at"
```
"""


def commands_page() -> str:
    """Every command with its options, as `--help` tells them."""
    group = typer.main.get_command(app)
    parts = ["# Commands\nThis page is made by `python docs/make.py` from the running code.\n"]
    for name, command in sorted(group.commands.items()):
        arguments = " ".join(p.metavar or p.name.upper() for p in command.params if p.param_type_name == "argument")
        parts.append(f"## `writethru {name}{' ' + arguments if arguments else ''}`\n{command.help}\n")
        options = [p for p in command.params if p.param_type_name == "option"]
        parts.append(
            "| option | |\n|---|---|\n" + "\n".join(f"| `{', '.join(p.opts)}` | {p.help or ''} |" for p in options) + "\n"
        )
    return "\n".join(parts)


PAGES = {"sql.md": sql_page, "commands.md": commands_page}


# ---- what the README shows of the demo's log -----------------------------------------------------------------------------

WIDTH = 110
PER_ASPECT, SILENT = 2, 7  # entries


def excerpt(demo: Path, name: str, day: date) -> str:
    """Lines of one day of the demo's log: some of every aspect, or the silent edits."""
    settings = load_settings(demo / "writethru.toml")
    begin = datetime.combine(day, time(), UTC)
    slug = load_watches(settings.stories)[0].slug
    title, head, *lines = journey.log_lines(settings, slug, None, begin, begin + timedelta(days=1), WIDTH)
    entries = _entries(lines)
    if name == "silent":
        return "\n".join(e[0] for e in [e for e in entries if e[0][7:14] == "silent "][:SILENT])
    aspects = [a.name for a in load_watches(settings.stories)[0].aspects]
    kept: list[str] = []
    for aspect in aspects:
        mine = [e for e in entries if e[0][7:].startswith(aspect[:18])]
        kept += [line for entry in mine[:PER_ASPECT] for line in entry]
    return "\n".join([title, head, *kept])


def _entries(lines: list[str]) -> list[list[str]]:
    """Lines of the log as entries: each begins with a time."""
    out: list[list[str]] = []
    for line in lines:
        if re.match(r"\d\d:\d\d  ", line):
            out.append([line])
        elif out:
            out[-1].append(line)
    return out


def write_excerpts(demo: Path) -> None:
    """Fill the README's marked excerpts, each of the day that its mark names."""
    readme = DOCS.parent / "README.md"

    def fill(m: re.Match[str]) -> str:
        return f"{m[1]}{excerpt(demo, m[2], date.fromisoformat(m[3]))}\n{m[4]}"

    pattern = r"(<!-- (\w+) (\d{4}-\d\d-\d\d) -->\n```\n).*?(```)"
    readme.write_text(re.sub(pattern, fill, readme.read_text(encoding="utf8"), flags=re.S), encoding="utf8")


def main() -> None:
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(), encoding="utf8")
    if len(sys.argv) == 3 and sys.argv[1] == "--demo":
        write_excerpts(Path(sys.argv[2]))


if __name__ == "__main__":
    main()
