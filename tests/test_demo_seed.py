"""The recorded demo story: what is committed is what its sources build, and it is sound."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parent.parent / "seeds" / "demo"
BUILT = ("observations.jsonl", "gold.json", "outlets.json")


def run(script: str, *arguments: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    """One of the demo's scripts, as a person would start it."""
    command = [sys.executable, str(DEMO / "src" / script), *arguments]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize("seed", ["0", "4242"])
def test_the_committed_files_are_what_the_sources_build(tmp_path: Path, seed: str) -> None:
    """Text and labels come from one source, byte for byte, whatever the hash seed."""
    done = run("build.py", str(tmp_path), seed=seed)
    assert done.returncode == 0, done.stderr
    for name in BUILT:
        assert (tmp_path / name).read_bytes() == (DEMO / name).read_bytes(), f"{name} is stale: run seeds/demo/src/build.py"


def test_the_committed_demo_is_sound() -> None:
    """The checker finds nothing wrong with what is committed."""
    done = run("check.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("OK")


def spoiled(tmp_path: Path, name: str, before: str, after: str) -> subprocess.CompletedProcess[str]:
    """The checker's answer to a copy of the demo in which one text has been replaced once."""
    for file in (*BUILT, "stories.toml"):
        (tmp_path / file).write_bytes((DEMO / file).read_bytes())
    source = (tmp_path / name).read_text(encoding="utf8")
    assert before in source
    (tmp_path / name).write_text(source.replace(before, after, 1), encoding="utf8")
    return run("check.py", str(tmp_path))


@pytest.mark.parametrize(
    ("name", "before", "after", "fault"),
    [
        ("observations.jsonl", "There was no draft treaty", "There was a draft treaty", "after is not there"),
        ("observations.jsonl", "https://canalwire.example/article", "https://canalwire.invalid/article", "host"),
        ("gold.json", '"meaning": true', '"meaning": false', "kind and meaning"),
        ("gold.json", '"from_para": 0', '"from_para": 1', "labels do not give the later text"),
        ("outlets.json", "Canal Wire", "Kanal Wire", "outlets.json lacks Canal Wire"),
    ],
)
def test_the_checker_finds_a_spoiled_file(tmp_path: Path, name: str, before: str, after: str, fault: str) -> None:
    """A check that cannot fail would be worth nothing."""
    done = spoiled(tmp_path, name, before, after)
    assert done.returncode == 1
    assert fault in done.stdout


def test_every_line_imports_with_the_documented_fields() -> None:
    """The lines hold the documented keys, and bodies are lists of paragraphs."""
    keys = ["at", "outlet", "feed", "url", "guid", "title", "published", "updated", "byline", "summary", "paragraphs", "status"]
    for line in (DEMO / "observations.jsonl").read_text(encoding="utf8").splitlines():
        record = json.loads(line)
        assert list(record) == keys
        assert all(isinstance(paragraph, str) and paragraph == paragraph.strip() for paragraph in record["paragraphs"])
