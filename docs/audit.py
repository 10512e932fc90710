"""The table of dependencies in security.md: what each is for, what of strangers it sees, what bounds it, its version.

`python docs/audit.py --write` writes it; without, it tells whether it would change anything.
"""

import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

DOCS = Path(__file__).parent
ROOT = DOCS.parent
BETWEEN = re.compile(r"(?<=<!-- dependencies -->\n).*(?=<!-- /dependencies -->)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """A line of pyproject.toml."""

    requirement: Requirement
    reason: str
    pinned: str | None
    sees: str
    bound: str


def pinned() -> dict[str, str]:
    """Name in its canonical form -> version of constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf8").split()
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def dependencies() -> list[Dependency]:
    """Those that a user of the program installs, in the order of pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf8")
    reasons = dict(re.findall(r'^ *"([^"]+)", +# (.+)$', text, re.M))
    told = tomllib.loads((DOCS / "dependencies.toml").read_text(encoding="utf8"))
    versions = pinned()
    found = []
    for line in tomllib.loads(text)["project"]["dependencies"]:
        requirement = Requirement(line)
        about = told.get(requirement.name, {})
        found.append(
            Dependency(
                requirement=requirement,
                reason=reasons.get(line, ""),
                pinned=versions.get(canonicalize_name(requirement.name)),
                sees=about.get("sees", ""),
                bound=about.get("bound", ""),
            )
        )
    return found


def table() -> str:
    """As Markdown."""
    head = "| package | pinned | for | sees of strangers | bound by |\n|---|---|---|---|---|\n"
    rows = [f"| {d.requirement.name} | {d.pinned} | {d.reason} | {d.sees} | {d.bound} |" for d in dependencies()]
    return head + "\n".join(rows) + "\n"


def page() -> str:
    """security.md with the table as it should be."""
    return BETWEEN.sub(lambda _: table(), (DOCS / "security.md").read_text(encoding="utf8"))


def main() -> int:
    """Write the table, or tell whether it is up to date."""
    if "--write" in sys.argv:
        (DOCS / "security.md").write_text(page(), encoding="utf8")
        return 0
    return int(page() != (DOCS / "security.md").read_text(encoding="utf8"))


if __name__ == "__main__":
    sys.exit(main())
