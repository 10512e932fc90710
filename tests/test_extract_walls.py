"""From bytes to decision: stubs as real pages, read by `extract` and judged by `decide_version`."""

from datetime import UTC, datetime
from html import escape

import pytest
from cases.pages import kit

from pipeline.extract import extract
from pipeline.model import KnownArticle, New, Observation, Quarantined, Same, Version
from pipeline.versions import decide_version, text_hash

AT = datetime(2026, 2, 11, 8, tzinfo=UTC)
STUBS = [
    c for name in ("stubs", "stubs_held_out") for c in kit.load(name, "stub") if c["status"] == 200 and not c.get("challenge")
]


def known(template: str, name: str) -> KnownArticle:
    """The article as its page gave it at an earlier fetch."""
    seen = extract(kit.page(template, name, 1).encode(), url=kit.url_of(name))
    mark = text_hash(seen)
    head = Version(
        version_id="ver_1",
        article_id="art_1",
        url=kit.url_of(name),
        outlet=kit.SITE,
        seq=1,
        seen_at=AT,
        headline=seen.headline,
        text="\n\n".join(seen.paragraphs),
        text_hash=mark,
        byline=seen.byline,
        published_at=seen.published_at,
        extractor=seen.extractor,
    )
    return KnownArticle(article_id="art_1", head=head, seen={mark: "ver_1"}, headlines=(seen.headline,))


UNKNOWN = KnownArticle(article_id="art_1", head=None, seen={})


def look(page: str, name: str, knowing: KnownArticle, final_url: str | None = None):
    document = extract(page.encode(), url=kit.url_of(name))
    seen = Observation(
        at=AT, url=kit.url_of(name), seen_url=kit.url_of(name), outlet=kit.SITE, document=document, final_url=final_url
    )
    return decide_version(seen, knowing)


def stub_page(case: dict, name: str) -> str:
    """A wall on a page of its own, or the lead of the article in the outlet's own template, then the wall's box."""
    lines = "".join(
        f"<p>{escape(p)}</p>" if p.endswith((".", "?", "!")) else f"<button>{escape(p)}</button>" for p in case["paragraphs"]
    )
    if not case.get("lead"):
        title = case["title"]
        return f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1><div>{lines}</div></body></html>"
    article = kit.ARTICLES[name]
    blocks = [{"p": p} for p in kit.paragraphs(article)[: case["lead"]]]
    if case.get("cut"):
        blocks[-1] = {"p": blocks[-1]["p"][:90].rsplit(" ", 1)[0] + "..."}
    page = kit.page("semantic", name, 4, {**article, "blocks": blocks})
    if case.get("declared"):
        page = page.replace('"isAccessibleForFree": true', '"isAccessibleForFree": false')
    box = f'<div class="subscription-wall">{lines}</div>' if len(case["paragraphs"]) % 2 else lines
    return page.replace("</article>", f"{box}</article>", 1)


@pytest.mark.parametrize("name", ["harbour", "inquiry"])
@pytest.mark.parametrize("case", STUBS, ids=[f"{i}-{c['kind']}" for i, c in enumerate(STUBS)])
def test_no_stub_page_is_a_version(case, name):
    """Of a known article as of a new one; then the article's page is seen to stand."""
    final_url = kit.HOST + "/" if case.get("home") else None
    for knowing in (known("semantic", name), UNKNOWN):
        decision = look(stub_page(case, name), name, knowing, final_url)
        assert isinstance(decision, Quarantined), decision
        assert decision.kind in [case["kind"], *case.get("also", []), "empty"], decision
    assert isinstance(look(kit.page("semantic", name, 9), name, known("semantic", name)), Same)


@pytest.mark.parametrize("template", kit.TEMPLATES)
@pytest.mark.parametrize("name", list(kit.ARTICLES))
def test_no_template_turns_an_article_into_a_wall(template, name):
    """Cookie banners, newsletter boxes and share lines around an article are not signs against it, however short it is."""
    assert isinstance(look(kit.page(template, name, 2), name, UNKNOWN), New)
    assert isinstance(look(kit.page(template, name, 6), name, known(template, name)), Same)


@pytest.mark.parametrize("template", kit.TEMPLATES)
def test_an_edit_is_seen_through_any_template(template):
    """And seen once: the next fetch shows it standing."""
    article = kit.ARTICLES["inquiry"]
    blocks = [{**b, "p": b["p"].replace("19 people", "21 people")} if "p" in b else b for b in article["blocks"]]
    assert isinstance(
        look(kit.page(template, "inquiry", 5, {**article, "blocks": blocks}), "inquiry", known(template, "inquiry")), New
    )
