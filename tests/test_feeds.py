"""What feeds say: one file of tests/cases/feeds is one case, which states its description and its assertions itself."""

import json
import operator
import re
from datetime import datetime
from pathlib import Path

import pytest

from pipeline.feeds import FeedDocument, NotAFeed, read_feed

CASES = Path(__file__).parent / "cases" / "feeds"
URL = "https://feeds.north.example/news/rss"
PATHS = sorted(path.relative_to(CASES).as_posix() for path in CASES.rglob("*.*"))
HEAD = re.compile(r"<!--\s*Description: (?P<about>.+?)\nExpect:\n(?P<expect>.+?)\n-->", re.DOTALL)
ASSERTION = re.compile(r"(?P<length>len\()?(?P<path>[\w.\[\]]+)\)? == (?P<value>.+)")


def assertions(name: str, body: str) -> list[str]:
    """The lines of a case's head; a file without description or assertions is an error of its own."""
    if name.endswith(".json"):
        case = json.loads(body)["_case"]
        assert case["description"]
        return case["expect"]
    head = HEAD.search(body)
    assert head, f"{name} states no description and assertions"
    return [line.strip() for line in head["expect"].splitlines()]


def value_at(document: FeedDocument | NotAFeed, path: str) -> object:
    """`entries[0].title` and the like, times as ISO 8601."""
    value: object = document
    for name, index in re.findall(r"(\w+)(?:\[(\d+)\])?", path):
        value = operator.attrgetter(name)(value)
        value = value[int(index)] if index else value
    return value.isoformat() if isinstance(value, datetime) else value


@pytest.mark.parametrize("name", PATHS)
def test_case_says_what_its_head_promises(name):
    """Each assertion in the head of a case holds."""
    body = (CASES / name).read_bytes()
    document = read_feed(body, url=URL, headers={"content-type": "application/xml; charset=utf-8"})
    lines = assertions(name, body.decode("utf8"))
    assert lines
    for line in lines:
        parts = ASSERTION.fullmatch(line)
        assert parts, f"not an assertion: {line}"
        value = value_at(document, parts["path"])
        assert (len(value) if parts["length"] else value) == json.loads(parts["value"]), line
