"""The ledger on small stories, one file each in `cases/ledger`: the lines it gives are exactly those that the file states."""

import tomllib
from datetime import datetime
from pathlib import Path

import pytest

from pipeline.changes import Ledger
from pipeline.model import Aspect, Report, Watch

CASES = sorted((Path(__file__).parent / "cases" / "ledger").glob("*.toml"))


def watch_of(case: dict) -> Watch:
    aspects = tuple(Aspect(name=name, about=about) for name, about in case["aspects"])
    return Watch(slug="case", title=case.get("title", "A story"), match=("story",), aspects=aspects)


def report_of(row: dict) -> Report:
    at = datetime.fromisoformat(row["at"])
    return Report(
        article_id=row["article"],
        version_id=f"{row['article']} {row['at']}",
        url=f"https://{row['article']}.example/",
        outlet=row["outlet"],
        seen_at=at,
        headline=row.get("headline", ""),
        paragraphs=tuple(row["paragraphs"]),
        published_at=datetime.fromisoformat(row["published"]) if "published" in row else None,
        language="en",
        copy_of=row.get("copy_of"),
    )


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_log_has_exactly_the_lines_that_the_case_states(path):
    """Each stated part of a line must be found in it: kind and counts equal, texts contained."""
    case = tomllib.loads(path.read_text(encoding="utf8"))
    ledger = Ledger(watch_of(case))
    for row in case["report"]:
        ledger.read(report_of(row))
    lines = ledger.changes()
    shown = "\n".join(f"{c.aspect} {c.kind}: {c.before!r} -> {c.after!r} ({c.reason})" for c in lines)
    expected = case.get("line", [])
    assert len(lines) == len(expected), f"{case['about']}\n{shown}"
    for change, wanted in zip(lines, expected, strict=True):
        for name, value in wanted.items():
            found = getattr(change, name)
            held = found == value if name in {"kind", "aspect"} or isinstance(value, int) else value in found
            assert held, f"{case['about']}\n{name} should hold {value!r}\n{shown}"
