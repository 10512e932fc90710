"""The article of a page: the same in any furniture, in any character set, from hostile bytes, and from records."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cases.pages import kit
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract import EXTRACTOR, FEED_EXTRACTOR, IMPORT_EXTRACTOR, document_from_entry, extract
from pipeline.extract.documents import document_from_record
from pipeline.model import Document, Entry

URL = kit.url_of("harbour")
LONG = (
    "The council of Osk has voted to build a second bridge over the river, which will cost 12 million crowns and open in 2028."
)


def read(page: str | bytes, **options) -> Document:
    return extract(page if isinstance(page, bytes) else page.encode(), url=URL, **options)


def page(body: str, head: str = "", headline: str = "Osk to build a second bridge") -> str:
    head = f"<head><title>{headline}</title>{head}</head>"
    return f"<!doctype html><html lang='en'>{head}<body><h1>{headline}</h1>{body}</body></html>"


def linked(**fields) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


# ---- stable under changing furniture -------------------------------------------------------------------------------------

CASES = [(template, name) for template in kit.TEMPLATES for name in kit.ARTICLES]


@pytest.mark.parametrize(("template", "name"), CASES, ids=[f"{t}-{n}" for t, n in CASES])
def test_the_article_is_read_whole_and_alone_at_every_fetch(template, name):
    """Whatever clock, counter, teaser, box or banner stands around and inside it."""
    documents = {extract(kit.page(template, name, fetch).encode(), url=kit.url_of(name)) for fetch in range(5)}
    signless = {(d.headline, d.paragraphs, d.byline, d.published_at, d.updated_at, d.language) for d in documents}
    assert len(signless) == 1
    document = documents.pop()
    assert document.paragraphs == kit.paragraphs(kit.ARTICLES[name])
    assert document.headline == kit.ARTICLES[name]["headline"]
    assert document.canonical_url in (None, kit.url_of(name))


def test_there_are_at_least_eight_templates():
    """Each of another make: semantic, divisions, tables, line breaks, components ..."""
    assert len(kit.TEMPLATES) >= 8


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from(kit.TEMPLATES))
def test_any_draw_of_furniture_leaves_the_paragraphs_alone(fetch, template):
    """The property behind the cases above, over furniture that nobody looked at."""
    document = extract(kit.page(template, "inquiry", fetch).encode(), url=kit.url_of("inquiry"))
    assert document.paragraphs == kit.paragraphs(kit.ARTICLES["inquiry"])


@pytest.mark.parametrize("template", kit.TEMPLATES)
def test_an_edit_shows_as_that_edit(template):
    """One changed figure changes one paragraph, and one added paragraph adds one."""
    article = kit.ARTICLES["harbour"]
    blocks = [{"p": "A truck now stands across the gate."} if b.get("p") == "No deal." else b for b in article["blocks"]]
    blocks[0] = {"p": blocks[0]["p"].replace("41 ships", "14 ships")}
    edited = {**article, "blocks": [*blocks, {"p": "Police were called."}]}
    document = extract(kit.page(template, "harbour", 3, edited).encode(), url=URL)
    assert document.paragraphs == kit.paragraphs(edited)


def test_the_same_bytes_give_the_same_document():
    """Twice in one process."""
    body = kit.page("press", "inquiry", 1).encode()
    assert extract(body, url=URL) == extract(body, url=URL)


# ---- paragraphs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "paragraphs"),
    [
        ("<p>One <a href='/x'>linked</a> word.</p><p>Two&nbsp;<b>bold</b>.</p>", ("One linked word.", "Two bold.")),
        (f"{LONG}<br><br>Second part of it.<br>Still second.", (LONG, "Second part of it. Still second.")),
        (f"<p>{LONG}</p><ul><li>First</li><li>Second</li></ul><p>End.</p>", (LONG, "First", "Second", "End.")),
        (f"<p>{LONG}</p><h2>Empty heading</h2>", (LONG,)),
        (f"<p>{LONG}</p><table><tr><th>A</th><td>1</td></tr><tr><th>B</th><td></td></tr></table>", (LONG, "A | 1", "B")),
        (f"<p>{LONG}</p><p>H<sub>2</sub>O, 5<sup>th</sup></p>", (LONG, "H2O, 5th")),
        (f"<p>{LONG}</p><p hidden>Secret.</p><p style='display: none'>Hidden.</p>", (LONG,)),
        (f"<p>{LONG}</p><p>Share</p><p>5 min read</p><p>1,204 views</p><p>Advertisement</p>", (LONG,)),
        (f"<p>{LONG}</p><p>Read more: <a href='/y'>Storm over Selm</a></p>", (LONG,)),
        (f"<p>{LONG}</p><p>Correction: it is 12 million, not 21.</p>", (LONG, "Correction: it is 12 million, not 21.")),
        (f"<blockquote>{LONG}</blockquote><pre>a  line\nand another</pre>", (LONG, "a line and another")),
        (f"<div>{LONG}<div>Loose text.</div>More of it.</div>", (LONG, "Loose text.", "More of it.")),
    ],
)
def test_paragraphs_are_kept_apart(body, paragraphs):
    """Lists, quotes, tables and line breaks end a paragraph; mark-up inside a sentence does not."""
    assert read(page(f"<div class='article-body'>{body}</div>")).paragraphs == paragraphs


def test_a_page_without_a_headline_is_found_by_its_text():
    """Where no heading helps, the main text is what trafilatura takes for it, in our paragraphs."""
    text = [f"{LONG} Part {n}, said the mayor, would take a year." for n in range(6)]
    body = "".join(f"<div><span>{p}</span></div>" for p in text)
    menu = "<div><a href='/a'>News</a> <a href='/b'>Sport</a></div>"
    assert read(f"<html><body>{menu}<div>{body}</div>{menu}</body></html>").paragraphs == tuple(text)


def test_text_that_stands_in_linked_data_alone_is_read_from_there():
    """A page that fills itself by script often carries its text for search engines."""
    body = "\n\n".join([LONG, "It is the third try.", LONG])
    assert read(page("<div id='app'></div>", linked(headline="Osk to build", articleBody=body))).paragraphs == tuple(
        body.split("\n\n")
    )


def test_what_asks_to_pay_is_a_notice_and_not_a_paragraph():
    """The article keeps its own text, and the decider learns of the box."""
    document = read(page(f"<div><p>{LONG}</p></div><div class='paywall-box'><p>Subscribe to continue reading.</p></div>"))
    assert document.paragraphs == (LONG,)
    assert document.signs.notice == "Subscribe to continue reading."


# ---- metadata ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "body", "headline"),
    [
        ("<title>Bridge vote | The Orvane Post</title>", "<h1>Bridge vote</h1>", "Bridge vote"),
        ("<title>The Orvane Post - Bridge vote - who paid</title>", "", "Bridge vote - who paid"),
        ("<title>Bridge vote - Orvanepost.example</title>", "", "Bridge vote"),
        ("<meta property='og:site_name' content='Orvane News'><title>Bridge vote :: Orvane News</title>", "", "Bridge vote"),
        (
            "<title>Vote</title>" + linked(headline="Bridge vote splits Osk"),
            "<h1>The Orvane Post</h1>",
            "Bridge vote splits Osk",
        ),
        ("<title>x</title>" + linked(headline="Bridge vote &amp; more"), "", "Bridge vote & more"),
        (
            "<meta property='og:title' content='Bridge vote in Osk'>",
            "<h1>Menu</h1><h1>Bridge vote in Osk!</h1>",
            "Bridge vote in Osk!",
        ),
        ("<title>Osk says 5 - 3 is fine</title>", "", "Osk says 5 - 3 is fine"),
    ],
)
def test_the_headline_is_what_readers_see_without_the_sites_name(head, body, headline):
    """The h1 that other titles confirm, else the titles in their order."""
    assert read(f"<html><head>{head}</head><body>{body}<p>{LONG}</p></body></html>").headline == headline


def test_linked_data_goes_before_meta_and_markup():
    """Byline, dates, language and canonical address, each from its surest source."""
    head = linked(
        headline="Osk to build a second bridge",
        author=[{"name": "Lena Marsk"}, {"name": "Aron Pell"}],
        datePublished="2026-02-11T06:30:00+01:00",
        dateModified="2026-02-11T09:05:00+01:00",
    )
    head += "<meta name='author' content='Desk'><meta property='article:published_time' content='2020-01-01T00:00:00Z'>"
    head += f"<link rel='canonical' href='{URL}?utm_source=x'>"
    document = read(page(f"<p>{LONG}</p>", head))
    assert document.byline == "Lena Marsk, Aron Pell"
    assert document.published_at == datetime(2026, 2, 11, 5, 30, tzinfo=UTC)
    assert document.updated_at == datetime(2026, 2, 11, 8, 5, tzinfo=UTC)
    assert (document.language, document.canonical_url) == ("en", URL)


def test_broken_or_hostile_linked_data_is_passed_over():
    """Neither syntax errors nor nests nor odd types stop the page."""
    deep = '<script type="application/ld+json">' + "[" * 100_000 + "</script>"
    odd = linked(headline=["List"], author=7, datePublished={"a": 1}, publisher=[1], isAccessibleForFree=[], articleBody={})
    document = read(page(f"<p>{LONG}</p>", deep + "<script type='application/ld+json'>{,</script>" + odd))
    assert document.paragraphs == (LONG,)


@pytest.mark.parametrize("canonical", ["/", "https://elsewhere.example/2026/02/harbour", "javascript:alert(1)"])
def test_a_canonical_link_to_elsewhere_is_not_believed(canonical):
    """Home pages, other sites and scripts are no address of this article."""
    assert read(page(f"<p>{LONG}</p>", f"<link rel='canonical' href='{canonical}'>")).canonical_url is None


def test_the_language_is_declared_or_detected_or_unknown():
    """A declaration that the script contradicts is not believed; a short text without one stays unknown."""
    assert read(f"<html lang='DE-at'><body><h1>T</h1><p>{LONG}</p></body></html>").language == "de"
    russian = (
        "Совет города Оск проголосовал за строительство второго моста через реку, который обойдется в 12 миллионов крон. " * 3
    )
    assert read(f"<html lang='en'><body><h1>Мост</h1><p>{russian}</p></body></html>").language == "ru"
    assert read("<html><body><h1>T</h1><p>Too short to tell.</p></body></html>").language is None


# ---- signs ---------------------------------------------------------------------------------------------------------------


def test_the_signs_of_a_page_are_read():
    """Title, words, paywall, challenge and robots, from page and headers."""
    plain = read(page(f"<p>{LONG}</p>")).signs
    assert (plain.page_title, plain.paywall_declared, plain.challenge, plain.noindex) == (
        "Osk to build a second bridge",
        False,
        False,
        False,
    )
    assert plain.visible_words == len(f"Osk to build a second bridge {LONG}".split())
    assert read(page("", linked(headline="x", isAccessibleForFree="False"))).signs.paywall_declared
    assert read(page("<p>Wait</p>"), headers={"cf-mitigated": "challenge"}).signs.challenge
    assert read(page("<p>Wait</p><script>window._cf_chl_opt={}</script>")).signs.challenge
    assert not read(page(f"<p>{LONG}</p>" * 20 + "<script>window._cf_chl_opt={}</script>")).signs.challenge
    assert read(page("", "<meta name='robots' content='NOINDEX'>")).signs.noindex
    assert read(page(""), headers={"x-robots-tag": "noindex"}).signs.noindex


def test_the_extractor_names_its_version():
    """A better reading of the same bytes must not look like an edit."""
    assert read(page("")).extractor == EXTRACTOR and "trafilatura/" in EXTRACTOR


# ---- bytes ---------------------------------------------------------------------------------------------------------------

ACCENTS = "Fünf Brücken für Ösk, “sagt” der Bürgermeister – 5 € das Stück, und das ist für alle hier kein Geld mehr."


@pytest.mark.parametrize(
    ("encoding", "declared", "header"),
    [
        ("utf-8", "", None),
        ("utf-8", "<meta charset='iso-8859-1'>", "text/html; charset=windows-1252"),
        ("utf-8-sig", "<meta charset='windows-1251'>", None),
        ("cp1252", "<meta charset='iso-8859-1'>", None),
        ("cp1252", "", "text/html; charset=ISO-8859-1"),
        ("cp1252", "<meta charset='utf-8'>", "text/html; charset=windows-1252"),
        ("utf-16", "", None),
        ("utf-16-le", "", None),
        ("utf-16-be", "", "text/html; charset=utf-16be"),
    ],
)
def test_the_character_set_is_found_whatever_is_declared(encoding, declared, header):
    """Bytes that are valid UTF-8 are UTF-8; else the declarations count."""
    document = read(page(f"<p>{ACCENTS}</p>", declared).encode(encoding), content_type=header)
    assert document.paragraphs == (ACCENTS,)


def test_an_undeclared_character_set_is_detected():
    """From the bytes alone."""
    russian = "Совет города проголосовал за строительство второго моста через реку, который обойдется в миллион крон. " * 4
    assert read(page(f"<p>{russian}</p>").encode("cp1251")).paragraphs == (russian.strip(),)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"\x00" * 1000,
        b"\xff\xfe",
        b"<!-- only a comment",
        b"<?xml version='1.0' encoding='utf-16'?><html/>",
        b'{"json": true}',
        b"%PDF-1.7 \x80\x81",
        b"<html><body><p>&#0;&#xD800;&#x1F;&#x202E;</p></body></html>",
        b"<table>" * 3000,
        b"<svg><h1>x</h1></svg><h1></h1>",
    ],
)
def test_no_bytes_raise(body):
    """Nothing that a server may send stops the reading."""
    document = read(body)
    assert isinstance(document, Document)
    assert not any(c in "".join((document.headline, *document.paragraphs)) for c in "\x00\x1f\u202e\ud800")


TAGS = (
    "<p>",
    "</p>",
    "<h1>",
    "<div class=ad>",
    "<table><tr><td>",
    "</div>",
    "<li>",
    "text. ",
    "<a href=x>",
    "<time>",
    "<!--",
    "<b>",
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(TAGS), max_size=60))
def test_any_soup_of_tags_gives_a_document(tags):
    """Unclosed and misplaced elements included."""
    assert isinstance(read("".join(tags)), Document)


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 50_000 + LONG,
        f"<div><h2><a href='/x'>{LONG}</a></h2></div>" * 3_000,
        f"<div class='a'><p>{LONG}</p>" * 200 + "</div>" * 200,
        "<a href='/x'>x</a> " * 20_000,
        f"<ul>{'<li><a href=/x>y</a></li>' * 10_000}</ul>",
    ],
    ids=["deep", "cards", "nested", "links", "list"],
)
def test_large_and_odd_pages_are_read_in_bounded_time(body):
    """The work grows with the page, not with its square."""
    start = time.process_time()
    read(page(body))
    assert time.process_time() - start < 5


# ---- records -------------------------------------------------------------------------------------------------------------


def test_a_record_keeps_its_own_words():
    """Paragraphs as given, cleaned; nothing is taken for furniture."""
    document = document_from_record(
        url=URL, title=" A  title ", paragraphs=["One.", " ", "Advertisement"], byline="By L. Marsk", summary="S"
    )
    assert document == Document(
        headline="A title",
        paragraphs=("One.", "Advertisement"),
        byline="By L. Marsk",
        summary="S",
        extractor=IMPORT_EXTRACTOR,
        signs=document.signs,
    )


@pytest.mark.parametrize(("text", "count"), [("One.\n\nTwo\nlines.\n\n\n\nThree.", 3), ("One.\nTwo.", 2), ("", 0)])
def test_a_recorded_text_is_split_at_blank_lines_or_else_at_lines(text, count):
    """And an empty one is an empty page, not a missing one."""
    document = document_from_record(url=URL, title="T", text=text)
    assert len(document.paragraphs) == count and document.extractor == IMPORT_EXTRACTOR


def test_a_record_without_any_body_is_a_feeds_item():
    """It can give a headline, but never empty an article."""
    assert document_from_record(url=URL, title="T", summary="S").extractor == FEED_EXTRACTOR


def test_recorded_html_is_read_like_a_page_and_the_records_own_fields_go_first():
    """So that an import leaves what live ingestion would have."""
    html = kit.page("semantic", "harbour", 1)
    given = datetime(2026, 2, 1, tzinfo=UTC)
    document = document_from_record(url=URL, title="Own title", html=html, published_at=given)
    page = extract(html.encode(), url=URL)
    assert document.paragraphs == page.paragraphs and document.extractor == EXTRACTOR
    assert (document.headline, document.published_at, document.updated_at) == ("Own title", given, page.updated_at)


def test_the_content_of_an_item_is_read_without_comments_and_scripts():
    """What a reader does not see is no text of the article, in a feed as on a page."""
    content = "<p>The bridge <!-- draft --> is shut.</p><script>track()</script><style>p {}</style><?x y?><p>Buses run.</p>"
    entry = Entry(
        feed_url="f", key="k", key_basis="id", raw_id=None, url=None, raw_url=None, title="T", summary=None, content=content
    )
    assert document_from_entry(entry).paragraphs == ("The bridge is shut.", "Buses run.")
    assert document_from_entry(replace(entry, content="<!-- nothing -->")).paragraphs == ()
