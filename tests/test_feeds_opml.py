"""Lists of feeds, in and out; and the one way in which feedparser may be called."""

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import load_feeds
from pipeline.errors import ConfigError
from pipeline.feeds import read_opml, write_opml
from pipeline.model import Feed
from pipeline.urls import safe_link

steady = settings(deadline=None, derandomize=True)  # the same examples on every machine, however busy it is

LIST = b"""<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Mine</title></head><body>
<outline text="World">
  <outline type="rss" text="Northern Post" title="Northern Post: world" xmlUrl="https://north.example/rss"/>
  <outline type="rss" text="Again" xmlUrl="https://north.example/rss"/>
  <outline type="rss" text="Bad" xmlUrl="javascript:alert(1)"/>
</outline>
<outline text="Harbour Wire" xmlUrl="https://harbour.example/atom" category="/Harbour"/>
<outline xmlUrl="https://nameless.example/feed"/>
</body></opml>"""


def test_a_list_gives_each_feed_once_in_order():
    """Folders, repetitions and links that are no feeds are passed over; a feed without a name is called by its host."""
    assert [(f.url, f.outlet, f.title) for f in read_opml(LIST)] == [
        ("https://north.example/rss", "Northern Post: world", "Northern Post: world"),
        ("https://harbour.example/atom", "Harbour", "Harbour Wire"),
        ("https://nameless.example/feed", "nameless.example", None),
    ]


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zs", "Zl", "Zp", "Cn"]), min_size=1, max_size=20
).filter(lambda name: "/" not in name)


@steady
@given(
    st.lists(
        st.builds(Feed, url=st.integers(0, 99).map("https://north.example/{}".format), outlet=NAMES, title=NAMES), max_size=4
    )
)
def test_what_is_written_is_read_again(feeds):
    """A list survives the way out and in, whatever stands in its names."""
    unique = list({feed.url: feed for feed in feeds}.values())
    again = read_opml(write_opml(unique, title='<"&>').encode("utf8"))
    assert [f.url for f in again] == [f.url for f in unique]
    assert len(again) == len(unique)


def test_secrets_stay_at_home():
    """The name of a secret is not part of a list that is passed on."""
    text = write_opml([Feed(url="https://north.example/rss", outlet="Northern Post", secret="NORTH_TOKEN")])
    assert "NORTH_TOKEN" not in text
    assert 'xmlUrl="https://north.example/rss"' in text


@pytest.mark.parametrize(
    "body",
    [b"", b"words", b"<rss/>", b"<opml>", b'<!DOCTYPE opml [<!ENTITY a "x">]><opml/>', b"{}"],
)
def test_what_is_no_list_is_a_clear_error(body):
    """The error names the file."""
    with pytest.raises(ConfigError, match=r"my\.opml"):
        read_opml(body, "my.opml")


def test_feedparser_is_called_in_one_place_and_with_a_stream():
    """Given text or bytes, feedparser opens files and URLs: a body that is only a URL would be fetched."""
    calls = []
    for path in sorted(Path(__file__).parents[1].joinpath("pipeline").rglob("*.py")):
        source = path.read_text(encoding="utf8")
        nodes = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call)] if "feedparser" in source else []
        calls += [(path.name, ast.unparse(n)) for n in nodes if ast.unparse(n.func).startswith("feedparser.")]
        assert not calls or path.name != "syndicated.py" or "stream = io.BytesIO(" in source
    assert [(name, call.startswith("feedparser.parse(stream, ")) for name, call in calls] == [("syndicated.py", True)]


def test_the_feeds_to_start_from_are_many_and_fit_to_fetch():
    """Every address of seeds/feeds.toml is a link as it stands; many outlets are among them."""
    feeds = load_feeds(Path(__file__).parents[1] / "seeds" / "feeds.toml")
    assert len({f.outlet for f in feeds}) >= 30
    assert [f.url for f in feeds] == [safe_link(f.url) for f in feeds]
    assert all(f.title and f.every for f in feeds)
