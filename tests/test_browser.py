"""The pages in a real Chromium: wide and narrow, light and dark, with the keyboard alone, and checked for accessibility by axe.

Needs `playwright` and `axe-playwright-python` (the extra `browser`) and a Chromium of the system; no browser is downloaded.
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import STORY, Visitor, copy_of, served

from pipeline.config import Settings
from pipeline.journey import ask

sync_api = pytest.importorskip("playwright.sync_api")
axe_api = pytest.importorskip("axe_playwright_python.sync_playwright")
CHROMIUM = os.environ.get("WRITETHRU_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")]
ALONE = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
]
WINDOWS = ((360, "dark"), (768, "light"), (1280, "light"), (1280, "dark"))


@pytest.fixture(scope="module")
def browser() -> Iterator["sync_api.Browser"]:
    """The system's Chromium, without a window and without a word to anybody."""
    with sync_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=ALONE)
        yield made
        made.close()


@pytest.fixture(scope="module")
def home(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy of the demo's store."""
    return copy_of(demo, tmp_path_factory.mktemp("browser") / "demo")


@pytest.fixture(scope="module")
def visitor(home: Settings) -> Iterator[Visitor]:
    """A server of that store."""
    with served(home) as somebody:
        yield somebody


def opened(browser: "sync_api.Browser", width: int = 1280, scheme: str = "light", **more: object) -> "sync_api.Page":
    """A fresh page of a browser of that width."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **more)
    context.set_default_timeout(20_000)
    return context.new_page()


def reports(demo: Path) -> dict[str, str]:
    """One static page of each kind, by address; the article with most versions."""
    folder = demo / "reports"
    article = max((folder / "articles").iterdir(), key=lambda p: p.read_text(encoding="utf8").count('class="step"'))
    paths = ("index.html", "health.html", f"{STORY}/index.html", f"{STORY}/2025-11-24.html", "outlets/potomac-ledger.html")
    return {p: (folder / p).as_uri() for p in (*paths, f"articles/{article.name}")}


def live_pages(visitor: Visitor, home: Settings) -> list[str]:
    """One live page of each kind."""
    article = ask(home, "SELECT article_id FROM versions GROUP BY 1 HAVING count(*) > 3 ORDER BY 1").rows[0][0]
    file = re.search(rf'href="\.\./articles/({article}-[^"#]+)', visitor.get(f"/{STORY}/index.html").text)
    assert file
    paths = ("/", f"/{STORY}/index.html", f"/{STORY}/then?hour=140", "/search?q=deadline", "/decisions", "/health.html")
    paths = (*paths, "/nothing/here")
    return [*paths, f"/articles/{file[1]}", f"/compare?article={article}&old=1&new=3"]


def complaints(page: "sync_api.Page") -> list[str]:
    """What axe finds wrong with a page."""
    found = axe_api.Axe().run(page).response["violations"]
    return [f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:120]}" for v in found]


def overflow(page: "sync_api.Page") -> int:
    """Pixels by which a page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


# ---- the reports ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
def test_no_report_scrolls_sideways_or_hinders_anybody(browser, demo, width, scheme) -> None:
    """Phone, tablet and desk, light and dark: axe has no complaint, also of contrast; nothing is asked of the network."""
    page = opened(browser, width, scheme, bypass_csp=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name, address in reports(demo).items():
        page.goto(address)
        assert overflow(page) <= 0, name
        assert width == 768 or complaints(page) == [], name
    assert all(address.startswith("file:") for address in asked)
    page.context.close()


def test_reports_need_no_script(browser, demo) -> None:
    """With scripts off a line's address opens what it is folded in, and the two ways to show two versions can be chosen."""
    page = opened(browser, java_script_enabled=False)
    story = reports(demo)[f"{STORY}/index.html"]
    page.goto(story)
    folded = page.locator("details.older li.line").last
    assert not folded.is_visible()
    page.goto(f"{story}#{folded.get_attribute('id')}")
    assert folded.is_visible()
    article = next(a for p, a in reports(demo).items() if p.startswith("articles/"))
    page.goto(article)
    page.locator("details.both > summary").first.click()
    pair = page.locator("details.both .pair:has(.before ins, .before del, .after ins, .after del)").first
    assert pair.locator(".inline").is_visible()
    page.get_by_label("Side by side").check()
    assert pair.locator(".after").is_visible() and not pair.locator(".inline").is_visible()
    page.context.close()


def test_one_aspect_can_be_shown_alone(browser, demo) -> None:
    """The choice above the log hides the others."""
    page = opened(browser)
    page.goto(reports(demo)[f"{STORY}/index.html"])
    page.get_by_label("Deadline", exact=True).check()
    shown = page.locator(".log .aspect:visible > .name").all_inner_texts()
    assert set(shown) <= {"Deadline"}
    page.context.close()


def test_the_keyboard_is_enough(browser, demo) -> None:
    """The first stop leads past the head of the page; every stop can be seen; folds open with Enter."""
    page = opened(browser)
    page.goto(reports(demo)[f"{STORY}/index.html"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    for _ in range(40):
        page.keyboard.press("Tab")
        visible = page.evaluate(
            """() => { const e = document.activeElement, r = e.getBoundingClientRect();
               const lit = getComputedStyle(e).outlineStyle !== 'none' || e.closest('label');
               return e === document.body || (r.width > 0 && r.height > 0 && !!lit) }"""
        )
        assert visible, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    summary = page.locator(".log details > summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert summary.evaluate("e => e.parentElement.open")
    page.context.close()


def test_a_printed_page_has_no_forms_and_shows_the_evidence(browser, demo) -> None:
    """What is folded on the screen is open on paper."""
    page = opened(browser)
    page.goto(reports(demo)[f"{STORY}/2025-11-24.html"])
    page.emulate_media(media="print")
    assert page.locator(".why").first.evaluate("e => e.getBoundingClientRect().height") > 20
    assert not page.locator("nav.contents").is_visible()
    assert page.pdf(format="A4")[:5] == b"%PDF-"
    page.context.close()


# ---- the live pages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), WINDOWS[:3])
def test_no_live_page_scrolls_sideways_or_hinders_anybody(browser, visitor, home, width, scheme) -> None:
    """As with the reports, forms included, with everything unfolded too."""
    page = opened(browser, width, scheme, bypass_csp=True)
    for path in live_pages(visitor, home):
        page.goto(visitor.origin + path)
        assert overflow(page) <= 0, path
        assert width == 768 or complaints(page) == [], path
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        assert overflow(page) <= 0, path
    assert complaints(page) == []
    page.context.close()


def test_the_policy_of_the_pages_does_not_stand_in_their_own_way(browser, visitor, home) -> None:
    """No page breaks a rule that it sets itself, and none reports an error."""
    page = opened(browser)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in live_pages(visitor, home):
        if path == "/nothing/here":
            continue
        page.goto(visitor.origin + path)
    assert said == []
    page.context.close()


def test_search_and_compare_two_versions(browser, visitor) -> None:
    """From the front page to a text that was edited away, to its article, to two versions side by side."""
    page = opened(browser)
    page.goto(visitor.origin)
    page.get_by_label("Search all versions").fill('"did not immediately respond"')
    page.keyboard.press("Enter")
    sync_api.expect(page.locator(".badge", has_text="edited away").first).to_be_visible()
    page.locator(".hits h3 a").first.click()
    page.get_by_label("Compare version").select_option(index=0)
    page.get_by_label("with", exact=True).select_option(index=1)
    page.get_by_role("button", name="Compare").click()
    assert page.get_by_role("heading", name="What differs").is_visible()
    assert page.locator(".pair .before del").first.is_visible()
    page.get_by_label("Marked in one text").check()
    assert not page.locator(".pair .before del").first.is_visible()
    page.context.close()


def test_the_slider_leads_to_any_moment(browser, visitor) -> None:
    """With the keyboard: it says where it stands, and the page follows; without scripts the button does it."""
    page = opened(browser)
    page.goto(f"{visitor.origin}/{STORY}/then?hour=100")
    first = page.locator("h1").inner_text()
    slider = page.get_by_role("slider", name="Time")
    slider.focus()
    with page.expect_navigation():
        page.keyboard.press("ArrowRight")
    assert "hour=101" in page.url and page.locator("h1").inner_text() != first
    plain = opened(browser, java_script_enabled=False)
    plain.goto(f"{visitor.origin}/{STORY}/then?hour=100")
    plain.get_by_role("slider", name="Time").press("ArrowRight")
    plain.get_by_role("button", name="Show").first.click()
    assert "hour=101" in plain.url
    for opening in (page, plain):
        opening.context.close()


def test_a_line_is_rejected_and_the_verdict_taken_back(browser, visitor, home) -> None:
    """By keyboard from the fold to the button; the page comes back to the line and says what was written down."""
    page = opened(browser)
    page.goto(f"{visitor.origin}/{STORY}/index.html")
    line = page.locator(".log li.line").first
    ident = line.get_attribute("id")
    line.locator("details.review > summary").press("Enter")
    form = line.locator("details.review form").first
    form.get_by_label("Your name").fill("Ana Kelso")
    form.get_by_label("Note").fill("only a draft")
    form.get_by_role("button", name="Reject").press("Enter")
    page.wait_for_url(f"**/index.html#{ident}")
    assert "rejected" in page.get_by_role("status").inner_text()
    line = page.locator(f"#{ident}")
    assert "rejected by Ana Kelso: only a draft" in line.locator(".judged").inner_text()
    assert ask(home, f"SELECT review FROM changes WHERE change_id = '{ident}'").rows == [("rejected",)]
    line.get_by_role("button", name="Take back").click()
    page.wait_for_load_state()
    assert page.locator(f"#{ident} .judged").count() == 0
    assert ask(home, f"SELECT review FROM changes WHERE change_id = '{ident}'").rows == [(None,)]
    page.context.close()


def test_another_site_cannot_make_a_visitor_decide(browser, visitor, home, tmp_path) -> None:
    """A page from elsewhere that sends a form here, cookies and all, gets nothing written down."""
    change = ask(home, "SELECT change_id FROM changes ORDER BY 1").rows[0][0]
    before = len(ask(home, "FROM decisions").rows)
    trap = tmp_path / "trap.html"
    trap.write_text(
        f'<form method="post" action="{visitor.origin}/review"><input name="about" value="{change}">'
        f'<input name="value" value="accept"><input name="csrf" value="{visitor.mark()}"><button>Win</button></form>',
        encoding="utf8",
    )
    page = opened(browser)
    page.goto(visitor.origin)
    page.goto(trap.as_uri())
    page.get_by_role("button").click()
    assert "Not taken" in page.locator("h1").inner_text()
    assert len(ask(home, "FROM decisions").rows) == before
    page.context.close()
