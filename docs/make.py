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
    *("lineage", "slugs", "decisions", "change_reviews", "proposals", "superseded_versions"),
)


def sql_page() -> str:
    """Views with their columns as a store has them, macros, and the questions."""
    with TemporaryDirectory() as folder, Store(Path(folder) / "store.duckdb", now=datetime(2026, 1, 1, tzinfo=UTC)) as store:
        told = store.ask("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").rows
        columns = {view: _columns(store, view) for view in VIEWS}
        parts = [_SQL_HEAD, _diagram({view: [c[0] for c in found] for view, found in columns.items()}), "## Views\n"]
        for view in VIEWS:
            parts.append(f"### `{view}`\n{dict(told)[view]}.\n")
            parts.append("| column | type | meaning |\n|---|---|---|\n" + "\n".join(map(_row, columns[view])) + "\n")
        parts += ["## Table macros\n", *_macros(store)]
    questions = sql_folder() / "questions"
    parts += [_QUESTIONS_HEAD, *map(_question, sorted(questions.glob("*.sql")))]
    parts += [_LAKE_HEAD, *map(_question, sorted((questions / "lake").glob("*.sql")))]
    return "\n".join(parts)


def _question(file: Path) -> str:
    first, *rest = file.read_text(encoding="utf8").splitlines()
    return f"**{first.removeprefix('-- ')}** (`{file.name}`)\n```sql\n" + "\n".join(rest) + "\n```\n"


def _columns(store: Store, view: str) -> list[tuple[str, str, str]]:
    """(name, type, meaning) of a view's columns, in their order."""
    asked = "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = $view ORDER BY column_index"
    return [(name, kind, told or "") for name, kind, told in store.ask(asked, {"view": view}).rows]


def _row(cells: tuple[str, str, str]) -> str:
    return "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |"


def _macros(store: Store) -> list[str]:
    """Each table macro: how it is called, what it gives, its columns."""
    asked = """SELECT function_name, parameters, comment FROM duckdb_functions()
        WHERE function_type = 'table_macro' AND NOT internal AND schema_name = 'main' ORDER BY 1"""
    parts = []
    for name, parameters, told in store.ask(asked).rows:
        nothing = ", ".join("NULL::TIMESTAMP" if p == "ts" else "NULL::VARCHAR" for p in parameters)
        columns = ", ".join(f"`{c[0]}`" for c in store.ask(f"DESCRIBE FROM {name}({nothing})").rows)
        parts.append(f"### `{name}({', '.join(parameters)})`\n{told}.\n\nColumns: {columns}.\n")
    return parts


# ---- the diagram: which view's rows name which other view's -----------------------------------------------------------------

KEYS = {
    **{"feed_id": "feeds", "article_id": "articles", "version_id": "versions", "revision_id": "revisions"},
    **{"story_id": "stories", "claim_id": "claims", "change_id": "changes"},
}


def _diagram(columns: dict[str, list[str]]) -> str:
    """The views as an entity diagram. A view that names another only by way of a third has no line of its own to it."""
    edges = {(owner, view): c for view, found in columns.items() for c in found if (owner := KEYS.get(c, view)) != view}
    direct = {e: c for e, c in edges.items() if not any(_leads(edges, m, e[1]) for a, m in edges if a == e[0] and m != e[1])}
    lines = [f'    {owner} ||--o{{ {view} : "{c}"' for (owner, view), c in sorted(direct.items())]
    return "\n".join(["```mermaid", "erDiagram", *lines, "```", ""])


def _leads(edges: dict[tuple[str, str], str], start: str, goal: str, seen: frozenset[str] = frozenset()) -> bool:
    """Whether one view reaches another over the edges."""
    ways = [b for a, b in edges if a == start and b not in seen]
    return goal in ways or any(_leads(edges, b, goal, seen | {start, b}) for b in ways)


_SQL_HEAD = """# SQL
The store is one DuckDB file. `writethru sql "..."` asks it read-only, also while a run goes on; any DuckDB client may open the
snapshot (`writethru.snapshot.duckdb`), which is published after each run. All times are UTC TIMESTAMP: `seen_at` is when we saw
it, `published_at` and `updated_at` are the outlet's, and an unknown time is NULL.

`writethru sql` takes one statement that reads. It can reach the store and nothing else: no files, no network, no settings, no
extensions. It stops after a minute (`--timeout`) and prints 10,000 rows at most (`--limit`); `--format parquet -o FILE` has all
rows with their types. What is told here also stands in the file itself, as comments on views, columns and macros.

A line of the diagram names the column that leads from one view to the other. This page is made by `python docs/make.py`.
"""
_QUESTIONS_HEAD = """
## Questions
Each of these runs as it stands on the demo's store: `writethru sql < sql/questions/FILE`.
"""
_LAKE_HEAD = """
## Questions about the history of a lake
A store in a lake ([Operations](operations.md)) keeps its earlier states, for as long as `[keep] history` says: `writethru sql <
sql/questions/lake/FILE`.
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
