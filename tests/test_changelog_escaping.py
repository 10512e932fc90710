"""No text of an outlet becomes structure: hostile texts in every text field, read back by real parsers of each format."""

import csv
import io
import json
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import changelog_story as world
import feedparser
import lxml.etree
import lxml.html
import pytest
from markdown_it import MarkdownIt
from rich.cells import cell_len

from pipeline.changelog import (
    Links,
    outlet_feed,
    render_article,
    render_atom,
    render_csv,
    render_days,
    render_index,
    render_json,
    render_json_feed,
    render_markdown,
    render_outlet,
    render_story,
    silent_feed,
    story_feed,
    terminal_lines,
)
from pipeline.changelog.escape import clean, csv_cell, markdown, one_line, safe_url, whole
from pipeline.changelog.live import (
    DecisionRow,
    FoundVersion,
    Head,
    Hit,
    SearchPage,
    Statement,
    ThenPage,
    render_compare,
    render_decisions,
    render_message,
    render_search,
    render_then,
)
from pipeline.changelog.pictures import pictures
from pipeline.changelog.syndication import Channel
from pipeline.changelog.views import Choice, Live, Site
from pipeline.changelog.wording import SENTENCE
from pipeline.model import RevisionDecision

CASES = Path(__file__).parent / "cases" / "payloads.txt"
PAYLOADS = [json.loads(line) for line in CASES.read_text(encoding="utf8").splitlines() if not line.startswith("#")]
PLAIN = "zq"
HOSTILE_URLS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example/x",
    "/local/path",
    "ftp://evil.example/",
    "http://user:secret@evil.example/",
    "https://evil.example\\@good.example/",
    'https://evil.example/"onmouseover="alert(1)',
    "https://evil.example/<script>",
    "https://evil.example/\u202egnp.exe",
    "https://evil.example/a b",
    "https://evil.example:notaport/",
    "https://[evil",
    "http://",
    "https:",
    "https://evil.example/\x00",
    "",
)


def poisoned(text: str) -> Site:
    """The small site with the text in every text field; in a version's text no blank line, which would be a paragraph."""
    site = world.poison(world.SMALL, text)
    assert isinstance(site, Site)
    article = site.articles[0]
    versions = tuple(replace(v, text=text.replace("\n\n", "\n")) for v in article.versions)
    return replace(site, articles=(replace(article, versions=versions),))


class Skeleton(HTMLParser):
    """The elements and attribute names of a page, the addresses in it, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[object] = []
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append((tag, tuple(name for name, _ in attrs)))
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "xlink:href")]

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.parts.append(("comment", data))

    def handle_pi(self, data: str) -> None:
        self.parts.append(("instruction", data))

    def unknown_decl(self, data: str) -> None:
        self.parts.append(("declaration", data))


def read(page: str) -> Skeleton:
    """A page, parsed."""
    parser = Skeleton()
    parser.feed(page)
    parser.close()
    return parser


def pages(site: Site) -> dict[str, str]:
    """Every kind of page of the small site."""
    links = Links.of(site)
    return {
        "story": render_story(site.stories[0], links),
        "day": next(text for _, text in render_days(site.stories[0], links)),
        "article": render_article(site.articles[0], links),
        "outlet": render_outlet(site.outlets[0], links),
        "index": render_index(site),
        **live_pages(site, links),
    }


def live_pages(site: Site, links: Links) -> dict[str, str]:
    """Every kind of live page, with its forms."""
    story, article = site.stories[0], site.articles[0]
    said = story.reports[0].title
    live = Live(csrf=said, back=f"/{said}", name=said, told=said)
    found = FoundVersion(
        article_id=article.article_id,
        outlet=said,
        url=article.url,
        seq=1,
        seen_at=world.AS_OF,
        headline=said,
        text=said,
        stands=False,
    )
    hit = Hit(latest=found, seqs=(1, 2), excerpt=((0, said), (1, said)))
    search = SearchPage(query=said, outlet=said, story=said, outlets=(said,), stories=((said, said),), hits=(hit,), cut=True)
    told = Statement(
        outlet=said, seen_at=world.AS_OF, subject=said, value=said, attributed_to=said, sentence=said, url=article.url
    )
    head = Head(article_id=article.article_id, outlet=said, url=article.url, title=said, seq=1, seen_at=world.AS_OF)
    then = ThenPage(page=story, at=world.AS_OF, first=world.at(2, "00:00"), hours=90, said=((said, (told,)),), heads=(head,))
    step = article.revisions[0]
    decision = RevisionDecision(kind=step.kind, meaningful=True, reason=said, edits=step.edits)
    row = DecisionRow(
        decision_id=said,
        made_at=world.AS_OF,
        kind=said,
        made_by=said,
        note=said,
        slug="aldermere-dam",
        value=said,
        sentence=said,
        change_id=said,
        holds=True,
    )
    choice = Choice(aspect=said, outlet=said)
    return {
        "live story": render_story(story, links, live, Choice()),
        "live choice": render_story(story, links, live, choice),
        "live article": render_article(article, links, live, ((said, said),)),
        "search": render_search(search, links, live),
        "then": render_then(then, links, live),
        "compare": render_compare(article, 1, 2, decision, links, live),
        "decisions": render_decisions([row, replace(row, slug=f"{said} :")], links, live),
        "message": render_message(said, said, links),
    }


def harmless(payload: str) -> str:
    """A harmless text of the payload's kind: sentences are shown otherwise than values."""
    return PLAIN if len(one_line(payload)) <= SENTENCE else PLAIN * SENTENCE


@cache
def plain_elements(text: str) -> dict[str, list[str]]:
    """What libxml2 finds in them."""
    return {name: elements(page) for name, page in pages(poisoned(text)).items()}


@cache
def plain_pages(text: str) -> dict[str, Skeleton]:
    """The same pages with a harmless text."""
    return {name: read(page) for name, page in pages(poisoned(text)).items()}


def elements(page: str) -> list[str]:
    """The elements that libxml2, which repairs as browsers do, finds."""
    return [str(node.tag) for node in lxml.html.fromstring(page.encode()).iter()]


# ---- pages ---------------------------------------------------------------------------------------------------------------


def test_there_are_more_than_sixty_payloads() -> None:
    """The list is long enough to mean something, and no payload stands twice."""
    assert len(PAYLOADS) > 60
    assert len(set(PAYLOADS)) == len(PAYLOADS)


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_a_page_has_the_same_elements_and_attributes_whatever_the_texts_say(payload: str) -> None:
    """Two parsers find in a poisoned page the structure of a harmless one, the text as text, and nothing that acts unseen."""
    for name, page in pages(poisoned(payload)).items():
        found = read(page)
        assert found.parts == plain_pages(harmless(payload))[name].parts, name
        assert elements(page) == plain_elements(harmless(payload))[name], name
        assert one_line(payload)[:60] in one_line(found.text), name
        assert all(re.match(r"data:,$|https?://[a-z]+\.example/|[.#]|[a-z0-9_/-]+(\.|#|$)", a) for a in found.addresses)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page)


@pytest.mark.parametrize("url", HOSTILE_URLS, ids=ascii)
def test_a_page_links_to_web_addresses_only(url: str) -> None:
    """An address that is not plain http or https is shown without a link, in every format."""
    assert safe_url(url) == ""
    small = _with_url(world.SMALL, url)
    for page in pages(small).values():
        assert not [a for a in read(page).addresses if not re.match(r"data:,$|\.\./|#|[a-z0-9_./-]+(#.*)?$", a)]
    tree = MarkdownIt("commonmark").enable("table").parse(render_markdown(small.stories[0]))
    assert not [t for token in tree for t in token.children or () if t.type == "link_open"]
    assert "{http://www.w3.org/2005/Atom}link" not in xml_tags(render_atom(story_feed(small.stories[0])))


def _with_url(value: object, url: str) -> Site:
    """The site with one address in the place of every address."""
    made = world.poison(world.poison_urls(value, url), PLAIN)
    assert isinstance(made, Site)
    return made


@pytest.mark.parametrize(
    "url", ["https://good.example/a?b=c&d=e#f", "http://good.example:8080/ü/(x)", "https://пример.example/"]
)
def test_a_web_address_is_linked_as_it_is(url: str) -> None:
    """Nothing is lost from an address that may be linked."""
    assert safe_url(url) == url
    page = pages(_with_url(world.SMALL, url))["story"]
    assert url in read(page).addresses


@pytest.mark.parametrize("start", range(0, len(PAYLOADS), 13))
def test_a_timeline_shows_texts_as_text(start: int) -> None:
    """The drawing is well-formed XML with the elements of a harmless one, whatever outlets and values are called."""
    texts = PAYLOADS[start : start + 13]
    found, plain = _drawing(texts), _drawing([PLAIN] * len(texts))
    assert {n.tag for n in found.iter()} <= {n.tag for n in plain.iter()} and len(found) == len(plain)
    told = one_line(" ".join(found.itertext()))
    assert all(one_line(text)[:12] in told for text in texts)


def _drawing(texts: list[str]) -> lxml.etree._Element:
    """The timeline of outlets with these names that give two values with these names."""
    form = world.said()[0]
    said = [
        replace(form, aspect="a", subject="", outlet=f"{text}{n}", value=f"{text}{value}", seen_at=world.at(day, "08:00"))
        for n, text in enumerate([*texts, PLAIN])
        for value, day in ((1, 2), (2, 4))
    ]
    [picture] = pictures(replace(world.PAGE, said=tuple(said), standing=()))
    return lxml.etree.fromstring(str(picture.wide).encode())


# ---- Markdown ------------------------------------------------------------------------------------------------------------


def tree(text: str) -> list[tuple[str, list[str]]]:
    """The tokens of a Markdown text, as CommonMark with GitHub's tables and strike-through reads it."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    kept = [(t.type, [c.type for c in t.children or () if c.type not in ("text", "text_special")]) for t in tokens]
    return kept


@cache
def plain_tree() -> list[tuple[str, list[str]]]:
    """The tokens of the harmless change log."""
    return tree(render_markdown(poisoned(PLAIN).stories[0]))


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_markdown_has_the_same_tree_whatever_the_texts_say(payload: str) -> None:
    """No heading, list, table cell, link, emphasis, code or HTML comes from a text, and the title reads as it was."""
    page = poisoned(payload).stories[0]
    text = render_markdown(page)
    assert tree(text) == plain_tree()
    heading = MarkdownIt("commonmark").parse(text)[1]
    assert "".join(c.content for c in heading.children or ()) == one_line(payload) + ": change log"


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_markdown_text_means_itself_alone_on_a_line_too(payload: str) -> None:
    """An escaped text at the start of a line is a paragraph that reads as the text."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown(payload))
    assert [t.type for t in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert "".join(c.content for c in tokens[1].children or ()) == one_line(payload)


def test_markdown_gives_github_nothing_to_link_by_itself() -> None:
    """Bare addresses, which GitHub links unasked, are broken up by an escape that no reader sees."""
    for text in ("https://evil.example/", "see www.evil.example", "HTTP://evil.example", "mailto:x@evil.example"):
        assert not re.search(r"(?i)\w://|\bwww\.|mailto:", markdown(text))


# ---- feeds ---------------------------------------------------------------------------------------------------------------


def xml_tags(text: str) -> list[str]:
    """The elements of an XML text."""
    return [str(node.tag) for node in lxml.etree.fromstring(text.encode()).iter()]


def contents(feed: str) -> list[list[object]]:
    """The structure of the HTML that the entries of an Atom feed carry."""
    found = lxml.etree.fromstring(feed.encode()).iterfind("a:entry/a:content", {"a": "http://www.w3.org/2005/Atom"})
    return [read(node.text or "").parts for node in found]


@cache
def plain_feeds() -> list[str]:
    """The harmless story feed and silent feed."""
    return feeds(poisoned(PLAIN))


def channels(site: Site) -> list[Channel]:
    """Every kind of feed of a site: a story's, an aspect's, an outlet's, that of silent edits."""
    story = site.stories[0]
    aspect = story.changes[0].change.aspect
    silent = silent_feed(site.silent, site.index.as_of)
    return [story_feed(story), story_feed(story, aspect=aspect), outlet_feed(site.outlets[0]), silent]


def feeds(site: Site) -> list[str]:
    """They as Atom."""
    return [render_atom(channel) for channel in channels(site)]


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_a_feed_has_the_same_elements_whatever_the_texts_say(payload: str) -> None:
    """feedparser and libxml2 read the feed, its content holds our few elements only, its titles are the texts."""
    site = poisoned(payload)
    for made, plain in zip(feeds(site), plain_feeds(), strict=True):
        assert xml_tags(made) == xml_tags(plain)
        raw = lxml.etree.fromstring(made.encode())
        name = {"a": "http://www.w3.org/2005/Atom"}
        contents = [read(node.text).parts for node in raw.iterfind("a:entry/a:content", name)]
        assert contents == [
            read(n.text).parts for n in lxml.etree.fromstring(plain.encode()).iterfind("a:entry/a:content", name)
        ]
        assert {p[0] for c in contents for p in c if isinstance(p, tuple)} <= {"p", "strong", "del", "ins"}
        parsed = feedparser.parse(io.BytesIO(made.encode()))
        assert not parsed.bozo
        assert len(parsed.entries) == len(raw.findall("a:entry", name)) > 0
        assert all(one_line(payload)[:40] in one_line(read(e.content[0].value).text) for e in parsed.entries)


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_json_feed_and_json_hold_the_texts_untouched(payload: str) -> None:
    """JSON needs no escaping of ours: what goes in comes out, but for half surrogate pairs, which are no text."""
    site = poisoned(payload)
    page = site.stories[0]
    data = json.loads(render_json(page).encode())
    assert {c["reason"] for c in data["changes"]} == {whole(payload)}
    assert data["story"]["title"] == whole(payload)
    for channel in channels(site):
        feed = json.loads(render_json_feed(channel).encode())
        assert len(feed["items"]) == len(channel.items) > 0
        tags = {p[0] for i in feed["items"] for p in read(i["content_html"]).parts if isinstance(p, tuple)}
        assert tags <= {"p", "strong", "del", "ins"}


# ---- CSV and terminal ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_csv_has_its_rows_and_columns_and_no_formula(payload: str) -> None:
    """Every row has every column, and no cell begins with what a spreadsheet computes."""
    rows = list(csv.reader(io.StringIO(render_csv(poisoned(payload).stories[0]), newline="")))
    assert len(rows) == 3
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r＝＋－＠")]
    assert {one_line(payload), "'" + one_line(payload)} & set(rows[1])


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "\u200b=1", "＝1"])
def test_a_cell_that_would_be_a_formula_gets_an_apostrophe(text: str) -> None:
    """Also behind white space; a cell that begins with anything else stays as it is."""
    assert csv_cell(text)[0] in "'\u200b"
    assert csv_cell("28-point plan = old") == "28-point plan = old"


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_terminal_lines_keep_their_width_and_obey_nothing(payload: str) -> None:
    """No line has a control character or is wider than asked, and no text makes an entry of its own."""
    page = poisoned(payload).stories[0]
    for width in (40, 100):
        lines = terminal_lines(page, width)
        heads = [line[:7] for line in lines if re.match(r"\d\d:\d\d  ", line)]
        plain = terminal_lines(poisoned(PLAIN).stories[0], width)
        assert heads == [line[:7] for line in plain if re.match(r"\d\d:\d\d  ", line)]
        assert all(cell_len(line) <= width for line in lines)
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "".join(lines))


def test_cleaning_twice_is_cleaning_once() -> None:
    """The safe forms are stable."""
    for payload in PAYLOADS:
        assert clean(clean(payload)) == clean(payload)
        assert one_line(one_line(payload)) == one_line(payload)
