"""Who may import whom: the layers of the house, and the one door to each outside world."""

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import get_args, get_origin, get_type_hints

import pytest

ROOT = Path(__file__).parents[1]
GROUND = {"errors", "model", "config", "words", "data"}
MAY_IMPORT = {
    **{part: {"errors", "model", "words"} for part in GROUND},
    "pieces": {"errors"},
    "urls": GROUND,
    "text": GROUND,
    "dates": GROUND | {"text"},
    "schedule": GROUND,
    "health": GROUND,
    "notify": GROUND,
    "logs": GROUND | {"fetch"},
    "archive": GROUND,
    "diff": GROUND | {"text"},
    "fetch": GROUND | {"urls", "text"},
    "feeds": GROUND | {"urls", "text", "dates"},
    "extract": GROUND | {"urls", "text", "dates"},
    "claims": GROUND | {"text"},
    **dict.fromkeys(["versions", "edits", "stories", "changes"], GROUND | {"text", "diff", "claims", "urls", "pieces"}),
    "changelog": GROUND,
    "store": GROUND,
    "journey": {"*"},
    "demo": {"config", "errors", "journey"},
    "serve": {"config", "errors", "journey", "changelog", "logs"},
    "cli": {"config", "errors", "journey", "store", "demo", "serve", "health", "logs"},
}
SOLE_IMPORTERS = {
    "duckdb": {"store"},
    "feedparser": {"feeds"},
    "diff_match_patch": {"diff"},
    "aiohttp": set(),
    "httptools": {"fetch"},
    "prefect": set(),
    "prefect_dask": set(),
    "dask": set(),
    "distributed": set(),
    "jinja2": {"changelog", "demo"},
    "warcio": {"archive"},
    "prometheus_client": {"journey"},
    "apprise": {"notify"},
    "trafilatura": {"extract"},
    "typer": {"cli"},
    "starlette": {"serve"},
    "uvicorn": {"serve"},
    "wordllama": {"text"},
}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
MAY_ASK_THE_CLOCK = {"cli", "serve"}  # where a person or a browser starts something


def part_of(path: Path) -> str:
    """The module or package of the pipeline that a file belongs to."""
    return path.relative_to(ROOT / "pipeline").parts[0].removesuffix(".py")


FILES = sorted(p for p in (ROOT / "pipeline").rglob("*.py") if p.name != "__init__.py" or p.parent.name != "pipeline")


@cache
def tree(path: Path) -> ast.Module:
    """A file as Python reads it, when a test first asks: not while tests are collected, which every worker does."""
    return ast.parse(path.read_text(encoding="utf8"))


def imported(path: Path) -> set[str]:
    """Dotted names of everything that a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{a.name}" for a in node.names}
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_what_its_layer_may(path):
    """The journey is a stack: nothing below reaches up, and no judgement reads a store."""
    own = part_of(path)
    used = {n.split(".")[1] for n in imported(path) if n.startswith("pipeline.")} - {own}
    known = {p.name.removesuffix(".py") for p in (ROOT / "pipeline").iterdir()}
    allowed = MAY_IMPORT[own]
    assert "*" in allowed or (used & known) <= allowed, f"{path.name} imports {sorted((used & known) - allowed)}"


@pytest.mark.parametrize("library", sorted(SOLE_IMPORTERS))
def test_an_outside_world_has_one_door(library):
    """Each of these libraries is imported in one place."""
    users = {part_of(p) for p in FILES if any(n == library or n.startswith(library + ".") for n in imported(p))}
    assert users <= SOLE_IMPORTERS[library]


def test_no_module_asks_the_clock():
    """Time comes in as an argument, so that a replay gives the same log."""
    found = []
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
                owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
                if (owner, node.attr) in CLOCKS and part_of(path) not in MAY_ASK_THE_CLOCK:
                    found.append(f"{path.name}:{node.lineno}")
    assert not found


def test_feedparser_is_only_given_a_buffer():
    """Given text or bytes it would open paths and fetch addresses that stand in a feed."""
    functions = [n for path in FILES for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef)]
    callers = [ast.unparse(f) for f in functions if "feedparser.parse(" in ast.unparse(f)]
    assert callers
    assert all("feedparser.parse(stream," in c and "stream = io.BytesIO(" in c for c in callers)


def judgements() -> list[Callable[..., object]]:
    """Every `decide_` function of the pipeline."""
    found = []
    for path in FILES:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        names = re.findall(r"^def (decide_\w+)", path.read_text(encoding="utf8"), re.MULTILINE)
        found += [getattr(importlib.import_module(module), name) for name in names]
    return found


@pytest.mark.parametrize("judgement", judgements(), ids=lambda f: f.__name__)
def test_every_judgement_gives_a_reason(judgement):
    """Whatever a `decide_` function returns carries its reason in words."""
    returned = get_type_hints(judgement)["return"]
    if get_origin(returned) is tuple:
        assert get_args(returned)[-1] is str
        return
    for kind in set(get_args(returned) or (returned,)) - {type(None)}:  # None: nothing to decide
        assert get_type_hints(kind).get("reason") is str, kind.__name__


def test_the_judgements_of_the_design_are_there():
    """The four judgements that the product stands on."""
    assert {"decide_version", "decide_edit", "decide_story", "decide_changes"} <= {f.__name__ for f in judgements()}


def test_nothing_of_a_lake_is_loaded_unless_the_settings_name_one(tmp_path):
    """Neither the engine nor an extension: whoever keeps a file pays nothing for lakes."""
    code = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipeline import journey
from pipeline.store import Store
with Store(Path({str(tmp_path / "store.duckdb")!r}), now=datetime(2026, 1, 1, tzinfo=UTC)) as store:
    asked = "SELECT count(*) FROM duckdb_extensions() WHERE loaded AND install_mode <> 'STATICALLY_LINKED'"
    loaded = store.con.execute(asked).fetchall()
lake = ("pipeline.store.lake", "pipeline.store.catalog")
print([m for m in sys.modules if m in lake or m.startswith("duckdb_extension")], loaded)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert done.stdout == "[] [(0,)]\n", done.stdout + done.stderr
