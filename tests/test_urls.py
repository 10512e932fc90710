"""URLs as identities: the golden table of canonical forms, and the judgements on pages and sites."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.urls import believable_canonical, canonical, is_home, safe_link, same_article, same_site, site

steady = settings(deadline=None, derandomize=True)  # the same examples on every machine, however busy it is

TABLE = Path(__file__).parent / "cases" / "urls.tsv"
ESCAPES = {r"\n": "\n", r"\x00": "\x00", r"\u202e": "\u202e"}


def rows():
    """Each line of the table as a case named by its first column."""
    for line in TABLE.read_text(encoding="utf8").splitlines():
        if line.startswith("#"):
            continue
        case, url, base, want = line.split("\t")
        for written, meant in ESCAPES.items():
            url = url.replace(written, meant)
        yield pytest.param(url, base or None, None if want == "-" else want, id=case)


@pytest.mark.parametrize(("url", "base", "want"), list(rows()))
def test_canonical_form_is_the_one_in_the_table(url, base, want):
    """The identity of articles is frozen: a line of the table never changes by accident."""
    assert canonical(url, base) == want


URLS = st.one_of(
    st.text(max_size=80),
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["http://", "https://news.example", "HTTP://a.b@", "//", "https://[::1]", "www."]),
        st.text(max_size=20),
        st.sampled_from(["/", "?", "#", "/../", "%", "%e9", ":", "&", ";"]),
        st.text(max_size=20),
    ),
)


@steady
@given(URLS)
@example("https://news.example/%25%34%31")
@example("https://news.example/?a=%2&b")
@example("http://0:80:80/")
def test_canonical_is_idempotent_and_always_http(url):
    """Whatever the bytes, the result is None or an http(s) URL that is its own canonical form."""
    once = canonical(url, "https://base.example/feed")
    if once is not None:
        assert once.startswith(("http://", "https://"))
        assert once.isascii() and "\\" not in once and " " not in once
        assert canonical(once) == once


@steady
@given(URLS)
def test_safe_link_never_gives_another_scheme_or_markup(url):
    """What reports put into an href is http(s), and cannot leave its quotes."""
    link = safe_link(url)
    if link is not None:
        assert link.startswith(("http://", "https://"))
        assert not set(link) & set('"<>\\ \n\t')


def test_safe_link_keeps_the_url_as_it_was_seen():
    """A reader's link keeps query and fragment; credentials are not shown."""
    assert safe_link("https://news.example/a?utm_source=x#part") == "https://news.example/a?utm_source=x#part"
    assert safe_link("https://user:secret@news.example/a") == "https://news.example/a"
    assert safe_link("javascript:alert(1)") is None


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.news.co.uk/a", "news.co.uk"),
        ("https://feeds.news.com.au/", "news.com.au"),
        ("https://news.example", "news.example"),
        ("https://a.b.news.example", "news.example"),
        ("http://localhost:8000/", "localhost"),
        ("http://127.0.0.1/", "127.0.0.1"),
        ("http://[::1]/", "::1"),
        ("not a url", None),
    ],
)
def test_site_is_the_registrable_domain(url, name):
    """Public suffixes count as one label; addresses stand for themselves."""
    assert site(url) == name


def test_same_site_is_not_shared_by_customers_of_one_host():
    """Two publishers under one public suffix are two sites; a URL that is none is on no site."""
    assert same_site("https://www.news.example/a", "https://feeds.news.example/rss")
    assert not same_site("https://one.co.uk/", "https://two.co.uk/")
    assert not same_site("https://one.github.io/", "https://two.github.io/")
    assert not same_site("nonsense", "nonsense")


@pytest.mark.parametrize(
    "path", ["", "/", "/index.html", "/en", "/en/", "/en-GB/index.php", "/home", "/?utm_source=x", "/#top"]
)
def test_front_pages_are_home(path):
    """A front page, in one language or with tracking, is home."""
    assert is_home("https://news.example" + path)


@pytest.mark.parametrize("path", ["/a", "/world/", "/?p=12", "/#!/story/1", "/index.html?id=1", "/english"])
def test_pages_that_may_be_articles_are_not_home(path):
    """Anything that can select an article is not home."""
    assert not is_home("https://news.example" + path)


PAGE = "https://www.news.example/world/2025/plan-talks-begin"


@pytest.mark.parametrize(
    "other",
    [
        "http://www.news.example/world/2025/plan-talks-begin",
        "https://news.example/world/2025/plan-talks-begin/",
        "https://m.news.example/world/2025/plan-talks-begin",
        "https://amp.news.example/world/2025/plan-talks-begin",
        "https://www.news.example/amp/world/2025/plan-talks-begin",
        "https://www.news.example/world/2025/plan-talks-begin/amp/",
        "https://www.news.example/world/2025/plan-talks-begin?amp=1",
        "https://www.news.example/world/2025/plan-talks-begin?outputType=amp",
        "https://www.news.example/world/2025/plan-talks-begin/print",
        "https://www.news.example/world/2025/plan-talks-begin?utm_source=x#y",
        "https://www.news.example/world/2025/plan-talks-begin/index.html",
        "https://www-news-example.cdn.ampproject.org/c/s/www.news.example/world/2025/plan-talks-begin",
        "https://www.google.com/amp/s/www.news.example/world/2025/plan-talks-begin",
    ],
)
def test_forms_of_one_page_are_the_same_article(other):
    """Scheme, www, mobile, AMP and print forms fold, in both directions."""
    assert same_article(PAGE, other)
    assert same_article(other, PAGE)


@pytest.mark.parametrize(
    "other",
    [
        "https://www.news.example/world/2025/plan-talks-end",
        "https://www.other.example/world/2025/plan-talks-begin",
        "https://www.news.example/world/2025/plan-talks-begin?page=2",
        "https://www.news.example/world/2025/plan-talks-begin?view=all",
        "https://uk.news.example/world/2025/plan-talks-begin",
        "https://www.news.example/world/2025/plan-talks-begin-amplified",
        "nonsense",
    ],
)
def test_other_pages_are_not_the_same_article(other):
    """Another path, site, page or edition is another article."""
    assert not same_article(PAGE, other)


@pytest.mark.parametrize(
    ("page", "rel", "want"),
    [
        ("https://news.example/a/plan-talks-begin?x=1", "/a/plan-talks-begin", "https://news.example/a/plan-talks-begin"),
        ("https://m.news.example/a", "https://www.news.example/a", "https://www.news.example/a"),
        ("https://news.example/amp/a", "https://news.example/a?utm_source=amp", "https://news.example/a"),
        ("https://news.example/?p=123456", "https://news.example/plan-talks-begin", "https://news.example/plan-talks-begin"),
        ("https://news.example/old-slug-here-123456", "/new-words-there-123456", "https://news.example/new-words-there-123456"),
        ("https://news.example/plan-talks-begin/2", "/plan-talks-begin", "https://news.example/plan-talks-begin"),
        ("https://news.example/plan-talks-begin", "/plan-talks-resume-today", "https://news.example/plan-talks-resume-today"),
        ("https://news.example/", "https://www.news.example/", "https://www.news.example/"),
        (
            "https://www-news-example.cdn.ampproject.org/c/s/www.news.example/a",
            "https://www.news.example/a",
            "https://www.news.example/a",
        ),
    ],
)
def test_a_canonical_that_can_mean_this_article_is_believed(page, rel, want):
    """Other forms, slugs and query strings of the same article are believed, in canonical form."""
    assert believable_canonical(page, rel) == want


@pytest.mark.parametrize(
    ("page", "rel"),
    [
        ("https://news.example/a/plan-talks-begin", "https://news.example/"),
        ("https://news.example/a/plan-talks-begin", "https://news.example/en/"),
        ("https://news.example/a/plan-talks-begin", "https://other.example/a/plan-talks-begin"),
        ("https://news.example/world/plan-talks-begin", "https://news.example/world/"),
        ("https://news.example/world/123456", "https://news.example/world"),
        ("https://news.example/plan-talks-begin-123456", "https://news.example/plan-talks-begin-654321"),
        ("https://news.example/plan-talks-begin", "https://news.example/storm-hits-northern-coast"),
        ("https://news.example/a", "javascript:alert(1)"),
        ("https://news.example/a", ""),
        ("https://news.example/a", None),
        ("nonsense", "https://news.example/a"),
    ],
)
def test_a_canonical_that_cannot_mean_this_article_is_ignored(page, rel):
    """A home page, another site, a section or another article is no alias of this one."""
    assert believable_canonical(page, rel) is None
