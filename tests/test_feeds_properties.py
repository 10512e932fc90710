"""Cutting, skipping and re-encoding never change what an item says; nothing hostile raises or takes long."""

import time
from dataclasses import replace
from html import escape
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.feeds import FeedDocument, NotAFeed, NotAFeedKind, read_feed, volatile_hash

steady = settings(deadline=None, derandomize=True)  # the same examples on every machine, however busy it is

URL = "https://feeds.north.example/rss"
XML = {"content-type": "application/xml"}

WORDS = st.text(st.sampled_from("abc é’日🙂 &<>\"'\n;#/="), min_size=1, max_size=30)
TEXT = st.one_of(
    WORDS.map(escape), WORDS.map(lambda w: f"<![CDATA[{w.replace(']]>', '')}]]>"), WORDS.map(lambda w: escape(escape(w)))
)


@st.composite
def rss_items(draw):
    """An RSS item with an id of its own, in elements of several namespaces and in any order."""
    parts = [
        f"<title>{draw(TEXT)}</title>",
        f"<link>/{draw(st.integers(0, 99))}?x=1&amp;y=2</link>",
        f"<description>{draw(TEXT)}</description>",
        f"<c:encoded>{draw(TEXT)}</c:encoded>",
        f"<m:content><m:description>{draw(TEXT)}</m:description></m:content>",
        "<dc:date>2025-11-19T10:00:00Z</dc:date>",
        f"<dc:creator>{draw(TEXT)}</dc:creator>",
    ]
    kept = draw(st.lists(st.sampled_from(parts), unique=True))
    return "".join(kept)


@st.composite
def atom_items(draw):
    """An Atom entry, perhaps with a base of its own."""
    base = draw(st.sampled_from(["", ' xml:base="https://other.example/x/"', ' xml:base="sub/"']))
    title = draw(st.sampled_from(["<title>{}</title>", '<title type="html">{}</title>'])).format(draw(TEXT))
    return base, f'{title}<link href="{draw(st.integers(0, 99))}"/><summary>{draw(TEXT)}</summary>'


@st.composite
def feeds(draw):
    """A well-formed feed of up to five items with ids of their own."""
    if draw(st.booleans()):
        items = [f"<item><guid>id-{n}</guid>{body}</item>" for n, body in enumerate(draw(st.lists(rss_items(), max_size=5)))]
        around = (
            '<rss version="2.0" xmlns:c="http://purl.org/rss/1.0/modules/content/" xmlns:m="http://search.yahoo.com/mrss/"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Täglich</title>{}</channel></rss>'
        )
    else:
        pairs = draw(st.lists(atom_items(), max_size=5))
        items = [f"<entry{base}><id>/id-{n}</id>{body}</entry>" for n, (base, body) in enumerate(pairs)]
        around = '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://base.example/a/"><title>Täglich</title>{}</feed>'
    return '<?xml version="1.0" encoding="utf-8"?>\n' + around.format("\n".join(items))


WRITTEN = st.one_of(
    TEXT, st.sampled_from(["&#8217;", "Ã©", " padded\n", "", "Ann &lt;ann@wire.example&gt;", "<![CDATA[<!-- -->]]>"])
)
PAGES = st.sampled_from(
    ["https://a.example/1?x=1&amp;y=2", " HTTP://A.example/q\n", "https://a.example/é"] * 5
    + ["https://a.example/;b", "/n", "https:///a.example/n"]
)
IDS = st.one_of(PAGES, st.sampled_from(["id 1", "tag:a.example,2026:1", "a:///b"]))


@st.composite
def plain_feeds(draw):
    """A feed of the plainest kind, in which now and then something is odd: what is read without feedparser, and its borders."""
    say = lambda name, text=WRITTEN, attributes=("",): f"<{name}{draw(st.sampled_from(attributes))}>{draw(text)}</{name}>"  # noqa: E731
    rss, items = draw(st.booleans()), []
    for _ in range(draw(st.integers(1, 3))):
        if rss:
            must = [f"<link>{draw(PAGES)}</link>"]
            may = [say("guid", IDS, ["", ' isPermaLink="false"']), say("title"), say("description"), say("c:encoded")]
            may += [
                say("dc:creator"),
                say("author"),
                say("category"),
                say("m:title"),
                "<pubDate>Mon, 02 Mar 2026 12:00:00 GMT</pubDate>",
            ]
            may += [
                '<m:content url="u?a=b"><m:description>x</m:description></m:content>',
                "<dc:date>2026-03-02T12:00:00Z</dc:date>",
            ]
        else:
            must = [f'<link href="{draw(PAGES).strip()}"/>']
            may = [
                say("id", IDS),
                say("title", attributes=["", ' type="html"', ' type="text"', ' type="xhtml"']),
                '<category term="t"/>',
            ]
            may += [
                say("summary", attributes=["", ' type="html"']),
                say("content", attributes=[' type="html"', "", ' type="text"']),
            ]
            may += ["<updated>2026-03-02T12:00:00Z</updated>", "<author><name>Ann</name><uri>u</uri></author>", say("m:title")]
            may += [f'<link rel="{draw(st.sampled_from(["self", "Alternate"]))}" href="{draw(PAGES).strip()}"/>']
        name = "item" if rss else "entry"
        items.append(
            f"<{name}>{''.join(draw(st.permutations(must + draw(st.lists(st.sampled_from(may), unique=True)))))}</{name}>"
        )
    around = (
        '<rss version="2.0" xmlns:c="http://purl.org/rss/1.0/modules/content/" xmlns:m="http://search.yahoo.com/mrss/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Daily</title>{}</channel></rss>'
        if rss
        else '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:m="http://search.yahoo.com/mrss/"><title>Daily</title>{}</feed>'
    )
    return around.format("\n".join(items))


def read(text, known=frozenset(), headers=XML):
    """The document of a feed that has to be one."""
    document = read_feed(text if isinstance(text, bytes) else text.encode("utf8"), url=URL, headers=headers, known=known)
    assert isinstance(document, FeedDocument)
    return document


@steady
@given(feeds(), st.data())
def test_a_feed_cut_at_any_byte_never_changes_an_item(feed, data):
    """What is read of a cut feed is a beginning of what is read of the whole one: items are whole or absent."""
    body = feed.encode("utf8")
    whole = read(body)
    cut = read_feed(body[: data.draw(st.integers(0, len(body)))], url=URL, headers=XML)
    if isinstance(cut, FeedDocument):
        assert cut.entries == whole.entries[: len(cut.entries)]


@steady
@given(plain_feeds())
def test_a_plain_feed_is_read_as_feedparser_reads_it(feed):
    """Plain items have quicker ways. A language on the root and a comment at the end send the same ones the long way."""
    long = (
        feed.replace(">", ' xml:lang="en">', 1)
        .replace("</channel>", "<!-- --></channel>")
        .replace("</feed>", "<!-- --></feed>")
    )
    quick, thorough = read(feed), read(long)
    assert [replace(e, item_hash="") for e in quick.entries] == [replace(e, item_hash="") for e in thorough.entries]
    assert (quick.format, quick.title, quick.warnings) == (thorough.format, thorough.title, thorough.warnings)


@steady
@given(feeds(), st.data())
def test_items_that_are_skipped_change_nothing_for_the_others(feed, data):
    """Reading only the changed items gives what a full reading gives for them, bases, namespaces and entities included."""
    whole = read(feed)
    known = data.draw(st.sets(st.sampled_from([e.item_hash for e in whole.entries]))) if whole.entries else set()
    part = read(feed, known)
    assert part.entries == tuple(e for e in whole.entries if e.item_hash not in known)
    assert (part.title, part.format, part.item_hashes) == (whole.title, whole.format, whole.item_hashes)
    assert set(part.unchanged_hashes) == known


def test_a_known_item_is_read_again_if_its_id_stands_on_another_item_too():
    """Whether an id tells items apart shows only where all that bear it are read."""
    item = '<item><guid isPermaLink="false">n</guid><title>{0}</title><link>https://north.example/{0}</link></item>'
    alone = read(f'<rss version="2.0"><channel>{item.format("a")}</channel></rss>')
    both = f'<rss version="2.0"><channel>{item.format("b")}{item.format("a")}</channel></rss>'
    assert read(both, {e.item_hash for e in alone.entries}).entries == read(both).entries


@steady
@given(feeds(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]), st.booleans())
def test_the_encoding_of_a_feed_does_not_show(feed, encoding, declared):
    """Every Unicode encoding, with and without a mark and a true declaration, gives the same entries."""
    name = "utf-8" if encoding.startswith("utf-8") else encoding[:6]
    text = feed.replace('encoding="utf-8"', f'encoding="{name}"' if declared else "")
    assert read(text.encode(encoding)).entries == read(feed).entries


RSS = '<?xml version="1.0"{}?><rss version="2.0"><channel><item><guid>1</guid><title>{}</title></item></channel></rss>'


@pytest.mark.parametrize(
    ("prolog", "header", "actual", "title"),
    [
        (' encoding="windows-1251"', "text/xml", "windows-1251", "Новини"),
        ("", "text/xml; charset=koi8-r", "koi8-r", "Новини"),
        (' encoding="utf-8"', "text/xml; charset=iso-8859-1", "utf-8", "Straße"),
        (' encoding="iso-8859-1"', "text/xml", "utf-8", "Straße"),
        (' encoding="utf-8"', "text/xml", "cp1252", "“Straße” – naïve"),
        (' encoding="iso-8859-1"', "text/xml", "cp1252", "“Straße”"),
        (' encoding="iso-2022-jp"', "text/xml", "iso-2022-jp", "日本語"),
        (' encoding="gb2312"', "text/xml", "gb18030", "新闻"),
        (' encoding="shift_jis"', "text/xml", "shift_jis", "日本語"),
        (' encoding="no-such-thing"', "text/xml; charset=nor-this", "utf-8", "Straße"),
        (' encoding="us-ascii"', "", "utf-8", "日本語"),
    ],
)
def test_declarations_that_lie_do_not_spoil_titles(prolog, header, actual, title):
    """The bytes decide first, then header and prolog."""
    document = read(RSS.format(prolog, title).encode(actual), headers={"content-type": header})
    assert [e.title for e in document.entries] == [title]


def test_one_stray_byte_spoils_one_character():
    """A single byte of another encoding is read by itself: the other titles of that day stay as they were."""
    body = RSS.format(' encoding="utf-8"', "Straße X Täglich").encode("utf8").replace(b"X", b"\x93")
    assert read(body).entries[0].title == "Straße “ Täglich"


# ---- the gate ------------------------------------------------------------------------------------------------------------

HEADED = """<rss version="2.0"><channel><title>T</title><lastBuildDate>{0}</lastBuildDate><pubDate>{0}</pubDate><ttl>{1}</ttl>
<generator>Press {1}</generator><!-- built in {1} ms -->
<item><guid>1</guid><pubDate>{2}</pubDate></item></channel></rss><!-- {1} -->"""


def test_volatile_fields_outside_items_do_not_open_the_gate():
    """Build dates, ttl, generator and comments move on every request; nothing was published."""
    once = HEADED.format("Wed, 19 Nov 2025 10:00:00 GMT", "5", "Wed, 19 Nov 2025 09:00:00 GMT").encode()
    again = HEADED.format("Wed, 19 Nov 2025 10:15:00 GMT", "1234", "Wed, 19 Nov 2025 09:00:00 GMT").encode()
    assert volatile_hash(once) == volatile_hash(again)
    assert once != again


def test_a_date_inside_an_item_opens_the_gate():
    """The same fields count inside an item."""
    once = HEADED.format("a", "5", "Wed, 19 Nov 2025 09:00:00 GMT").encode()
    again = HEADED.format("a", "5", "Wed, 19 Nov 2025 09:00:01 GMT").encode()
    assert volatile_hash(once) != volatile_hash(again)


@steady
@given(feeds(), st.data())
def test_equal_gates_mean_equal_items(feed, data):
    """Whatever byte is altered: if the gate stays shut, no entry changed."""
    body = bytearray(feed.encode("utf8"))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place : place + 1] = data.draw(st.binary(max_size=3))
    if volatile_hash(bytes(body)) == volatile_hash(feed.encode("utf8")):
        assert read(bytes(body)).entries == read(feed).entries


# ---- hostile bodies ------------------------------------------------------------------------------------------------------


@steady
@given(feeds(), st.data())
def test_no_mutation_of_a_feed_raises(feed, data):
    """Markup broken anywhere gives entries or a reason."""
    body = feed.encode("utf8")
    scraps = [
        b"<",
        b">",
        b"&",
        b'"',
        b"<!--",
        b"]]>",
        b"<![CDATA[",
        b"&#",
        b"&#99999999;",
        b"\x00",
        b"\xff",
        b"</item>",
        b"<item>",
        b"<!",
    ]
    for _ in range(data.draw(st.integers(1, 4))):
        a, b = sorted(data.draw(st.lists(st.integers(0, len(body)), min_size=2, max_size=2)))
        body = body[:a] + data.draw(st.sampled_from(scraps)) + body[data.draw(st.sampled_from([a, b])) :]
    assert isinstance(read_feed(body, url=URL, headers=XML), FeedDocument | NotAFeed)


@steady
@given(st.binary(max_size=200))
def test_any_bytes_give_a_document_or_a_reason(body):
    """Noise is no feed, and no crash."""
    result = read_feed(body, url=URL)
    assert isinstance(result, FeedDocument) or result.reason


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", NotAFeedKind.EMPTY),
        (b" \r\n\t", NotAFeedKind.EMPTY),
        (b"\xef\xbb\xbf", NotAFeedKind.EMPTY),
        (b"\x89PNG\r\n\x1a\n0000", NotAFeedKind.BINARY),
        (b"\x1f\x8b\x08\x00", NotAFeedKind.BINARY),
        (b"just words", NotAFeedKind.TEXT),
        (b"https://north.example/rss", NotAFeedKind.TEXT),
        (b"/etc/hostname", NotAFeedKind.TEXT),
        (b"<html><body>No</body></html>", NotAFeedKind.HTML),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NotAFeedKind.XML),
        (b'{"error": 1}', NotAFeedKind.JSON),
        (b"[1, 2", NotAFeedKind.JSON),
        (b"[" * 100_000, NotAFeedKind.JSON),
        (b"<rss" * 10, NotAFeedKind.XML),
    ],
)
def test_what_is_no_feed_is_named(body, kind):
    """A body that is a URL or a path is text: nothing is fetched or opened."""
    result = read_feed(body, url=URL)
    assert isinstance(result, NotAFeed)
    assert result.kind is kind


def rss(inner):
    return b'<rss version="2.0"><channel><title>T</title>' + inner + b"</channel></rss>"


def item(inner):
    return b"<item><guid>1</guid><title>T</title>" + inner + b"</item>"


BOMB = b"<!DOCTYPE r [" + b"".join(b'<!ENTITY e%d "&e%d;&e%d;">' % (n + 1, n, n) for n in range(200)) + b"]>"


@pytest.mark.parametrize(
    ("name", "body", "seconds"),
    [
        ("entities in entities", BOMB + rss(item(b"<description>&e200;</description>")), 0.05),
        ("one long entity", b'<!DOCTYPE r [<!ENTITY a "' + b"x" * 100_000 + b'">]>' + rss(b"&a;" * 100_000), 0.05),
        ("depth outside items", rss(b"<a>" * 100_000), 0.5),
        ("depth inside an item", rss(item(b"<a>" * 100_000)), 1),
        ("items without end", rss(b"<item>" * 100_000), 3),
        ("comments without end", rss(item(b"<!--" * 200_000)), 1),
        ("sections without end", rss(item(b"<![CDATA[" * 100_000)), 1),
        ("attributes", rss(b"<item " + b"".join(b'a%d="" ' % n for n in range(50_000)) + b"/>"), 1),
        ("a long author", rss(item(b"<author>" + b"a" * 500_000 + b"</author>")), 1),
        ("many categories", rss(item(b"".join(b"<category>%d</category>" % n for n in range(20_000)))), 3),
        ("a long root", b"<rss a='" + b"x" * 1_000_000 + b"'><channel>" + item(b"<b>") * 1_000 + b"</channel></rss>", 1),
        ("a reference of many figures", rss(item(b"<description>&#" + b"1" * 10_000 + b";</description>")), 1),
        ("a long date", rss(item(b"<pubDate>" + b"1 " * 200_000 + b"</pubDate>")), 1),
        ("angle brackets", rss(item(b"<" * 200_000)), 3),
    ],
)
def test_hostile_documents_cost_little(name, body, seconds):
    """Time is bounded by the size of a document, not by what it makes a parser do. Processor time, with a margin."""
    volatile_hash(body), read_feed(rss(item(b"")), url=URL)  # imports are not part of it
    start = time.process_time()
    read_feed(body, url=URL, headers=XML)
    volatile_hash(body)
    assert time.process_time() - start < 3 * seconds, name  # a machine may be slow; what is not bounded takes minutes


def test_a_feed_of_too_many_items_is_cut_with_a_warning():
    """The first 2,000 items are read, in order."""
    body = rss(b"".join(b"<item><guid>g%d</guid></item>" % n for n in range(2_500)))
    document = read(body)
    assert [e.key for e in document.entries] == [f"g{n}" for n in range(2_000)]
    assert document.warnings == ("Only the first 2000 items were read; the feed has more.",)
    whole = read(rss(b"".join(b"<item><guid>g%d</guid></item>" % n for n in range(2_000))))
    assert (len(whole.entries), whole.warnings) == (2_000, ())


def test_the_order_is_the_feeds():
    """Entries keep the order of the document, which need not be by time."""
    body = rss(b"".join(b"<item><guid>%d</guid></item>" % n for n in (3, 1, 2)))
    assert [e.key for e in read(body).entries] == ["3", "1", "2"]
    assert all(a.item_hash != b.item_hash for a, b in pairwise(read(body).entries))
