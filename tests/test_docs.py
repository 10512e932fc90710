"""Documentation that the running code can make is made from it."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))
import make  # noqa: E402


@pytest.mark.parametrize("page", sorted(make.PAGES))
def test_a_made_page_is_as_the_code_makes_it(page):
    """`python docs/make.py` would change nothing."""
    assert (ROOT / "docs" / page).read_text(encoding="utf8") == make.PAGES[page]()


def test_links_between_documents_lead_somewhere():
    """Every relative link of the README and the documents exists."""
    for file in [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", file.read_text(encoding="utf8")):
            assert (file.parent / target).exists(), f"{file.name}: {target}"


def test_the_journey_table_names_real_judgements():
    """Each `decide_*` and each folder of the README's table exists."""
    readme = (ROOT / "README.md").read_text(encoding="utf8")
    code = "\n".join(p.read_text(encoding="utf8") for p in (ROOT / "pipeline").rglob("*.py"))
    for name in set(re.findall(r"`(decide_\w+)`", readme)):
        assert f"def {name}(" in code, name
    for path in set(re.findall(r"`((?:pipeline|flows|sql|seeds)/[\w/]*(?:\.py)?)`", readme)):
        assert (ROOT / path).exists(), path


def test_constraints_name_versions_only():
    """No address of a registry and no path of a machine gets into the pins."""
    for line in (ROOT / "constraints.txt").read_text(encoding="utf8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[^ ]+", line), line


def test_each_dependency_says_why():
    """Every line of the dependencies carries its reason."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf8")
    listed = re.findall(r'^ *"([^"]+)",(.*)$', text, re.M)
    dependencies = [(name, rest) for name, rest in listed if re.search(r"[=<>~]", name)]
    assert len(dependencies) > 10 and all(re.search(r"# \w+", rest) for _, rest in dependencies)


def test_the_tests_that_the_security_page_names_are_there():
    """Each threat has a test file that would notice."""
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf8")
    named = set(re.findall(r"`(test_\w+)`", text))
    assert len(named) > 12
    assert {f"{name}.py" for name in named} <= {p.name for p in (ROOT / "tests").glob("test_*.py")}


def test_the_page_on_files_names_every_key():
    """Of feeds, stories, settings and recorded observations."""
    from pipeline.config import (
        AspectEntry,
        FeedEntry,
        FetchConfig,
        KeepConfig,
        LeaseConfig,
        LogConfig,
        NotifyEntry,
        ObjectsConfig,
        RecheckConfig,
        Settings,
        StoryEntry,
    )
    from pipeline.journey.lines import Line

    text = (ROOT / "docs" / "files.md").read_text(encoding="utf8")
    tables = {"fetch", "recheck", "lease", "keep", "log", "notify", "aspect", "s3"}
    for kind in (
        FeedEntry,
        StoryEntry,
        AspectEntry,
        Settings,
        FetchConfig,
        RecheckConfig,
        LeaseConfig,
        KeepConfig,
        LogConfig,
        NotifyEntry,
        ObjectsConfig,
        Line,
    ):
        missing = [name for name in kind.model_fields if f"`{name}`" not in text and name not in tables]
        assert not missing, (kind.__name__, missing)
