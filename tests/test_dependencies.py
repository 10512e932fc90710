"""Dependencies: each has its reason, what it sees of strangers and what bounds it, and a pinned version that is allowed."""

import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))
import audit  # noqa: E402

# Versions that were measured to do harm, and what they do. The ranges of pyproject.toml must keep them out.
HARMFUL = {
    "duckdb==1.4.4": "loses every committed row when a checkpoint meets a full disk",
    "duckdb==1.4.5": "the same",
    "duckdb==1.5.2": "crashes on data packed in bits",
    "fastapi==0.155.0": "Prefect's server does not start",
    "fastapi==0.165.0": "the same",
    "sqlalchemy==2.1.9": "Prefect's schedule creates no run, and says nothing",
    "brotli==1.1.0": "knows no bound on its output",
    "apprise==2.0.0": "Prefect refuses it",
}


@pytest.mark.parametrize("dependency", audit.dependencies(), ids=lambda d: d.requirement.name)
def test_a_dependency_says_why_it_is_there_and_what_bounds_it(dependency):
    """Reason in pyproject.toml, the rest in docs/dependencies.toml."""
    assert dependency.reason and dependency.sees and dependency.bound


def test_nothing_is_told_of_what_is_no_dependency():
    """A line that is left over would hide one that is missing."""
    told = tomllib.loads((ROOT / "docs" / "dependencies.toml").read_text(encoding="utf8"))
    assert set(told) == {d.requirement.name for d in audit.dependencies()}


def test_the_table_of_the_security_page_is_as_it_would_be_made():
    """`python docs/audit.py --write` would change nothing."""
    assert audit.table() in (ROOT / "docs" / "security.md").read_text(encoding="utf8")
    assert audit.page() == (ROOT / "docs" / "security.md").read_text(encoding="utf8")


def test_every_direct_dependency_is_pinned_to_a_version_that_is_allowed():
    """Those of the extras, too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    pinned = audit.pinned()
    for requirement in map(Requirement, lines):
        name = canonicalize_name(requirement.name)
        if name != "writethru":
            assert name in pinned, f"{requirement.name} is not pinned"
            assert requirement.specifier.contains(pinned[name]), f"{requirement} does not allow {pinned[name]}"


@pytest.mark.parametrize("harmful", sorted(HARMFUL))
def test_a_version_that_does_harm_is_neither_pinned_nor_allowed(harmful):
    """Each was measured; HARMFUL says what it does."""
    name, _, version = harmful.partition("==")
    (allowed,) = [d.requirement.specifier for d in audit.dependencies() if canonicalize_name(d.requirement.name) == name]
    assert not allowed.contains(version)
    assert audit.pinned()[name] != version
