"""The folder of reports. Writes only files whose bytes changed, each in one step, and only below the folder."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from pipeline.changelog.data import render_csv, render_json
from pipeline.changelog.days import aspect_order
from pipeline.changelog.health import HealthPage, render_health
from pipeline.changelog.markdown import render_markdown
from pipeline.changelog.pages import render_article, render_days, render_index, render_outlet, render_story
from pipeline.changelog.paths import Links, article_file, aspect_feed, outlet_file, story_folder
from pipeline.changelog.syndication import Channel, outlet_feed, render_atom, render_json_feed, silent_feed, story_feed
from pipeline.changelog.views import ArticlePage, Site, StoryPage
from pipeline.errors import WritethruError

HEALTH_FILE = "health.html"


class ReportError(WritethruError):
    """The reports cannot be written."""

    exit_code = 74


def write_site(site: Site, folder: Path) -> list[Path]:
    """Write a site's files below `folder` (made if missing); the paths that were new or changed, in the order written.

    A file appears whole or not at all. Pages of earlier runs that this site does not name are left alone, so that links to
    them stay valid. Raises ReportError, with the path, if a file cannot be written or would lie outside the folder.
    """
    return _write_all(site_files(site), Path(folder))


def write_articles(pages: Iterable[ArticlePage], links: Links, folder: Path) -> list[Path]:
    """Write article pages alone, one at a time: `pages` may be a generator over more than memory holds. As write_site."""
    files = ((f"articles/{article_file(p.article_id, p.outlet)}", render_article(p, links)) for p in pages)
    return _write_all(files, Path(folder))


def write_health(page: HealthPage, links: Links, folder: Path) -> list[Path]:
    """Write the page of health alone. As write_site."""
    return _write_all([(HEALTH_FILE, render_health(page, links))], Path(folder))


def _write_all(files: Iterable[tuple[str, str]], root: Path) -> list[Path]:
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReportError(f"{root}: cannot be made: {error.strerror}") from error
    return [root / path for path, text in files if _write(root, path, text.encode("utf8"))]


def site_files(site: Site) -> Iterator[tuple[str, str]]:
    """Every file of a site, path below the folder and text. The front page comes last: it links to the others."""
    links = Links.of(site)
    for story in site.stories:
        name = story_folder(story.story)
        yield f"{name}/index.html", render_story(story, links)
        yield from ((f"{name}/{day.isoformat()}.html", text) for day, text in render_days(story, links))
        yield from ((f"{name}/{file}", text()) for file, text in story_texts(story, site.base_url).items())
    for article in site.articles:
        yield f"articles/{article_file(article.article_id, article.outlet)}", render_article(article, links)
    for outlet in site.outlets:
        yield f"outlets/{outlet_file(outlet.outlet)}", render_outlet(outlet, links)
        stem = outlet_file(outlet.outlet).removesuffix(".html")
        yield from ((f"outlets/{file}", text()) for file, text in feed_texts(stem, outlet_feed(outlet, site.base_url)).items())
    silent = silent_feed(site.silent, site.index.as_of, site.base_url)
    yield from ((file, text()) for file, text in feed_texts("silent", silent).items())
    yield "index.html", render_index(site)


Texts = dict[str, Callable[[], str]]  # file name -> what makes its text


def story_texts(story: StoryPage, base_url: str = "") -> Texts:
    """The files of a story that are not pages."""
    texts: Texts = {
        "changelog.md": partial(render_markdown, story),
        "changes.json": partial(render_json, story),
        "changes.csv": partial(render_csv, story),
        **feed_texts("feed", story_feed(story, base_url)),
    }
    for aspect in aspect_order(story):
        texts |= feed_texts(aspect_feed(aspect), story_feed(story, base_url, aspect))
    return texts


def feed_texts(stem: str, feed: Channel) -> Texts:
    """A feed as Atom and as JSON Feed."""
    return {
        f"{stem}.atom": partial(render_atom, feed, f"{stem}.atom"),
        f"{stem}.json": partial(render_json_feed, feed, f"{stem}.json"),
    }


def _write(root: Path, path: str, body: bytes) -> bool:
    """Put a file in place unless it is there with the same bytes; whether it was written."""
    target = root / path
    try:
        target.parent.mkdir(exist_ok=True)
        if not target.parent.resolve().is_relative_to(root.resolve()):
            raise ReportError(f"{target}: leads out of {root}")
        if not target.is_symlink() and target.is_file() and target.read_bytes() == body:
            return False
        _replace(target, body)
    except OSError as error:
        raise ReportError(f"{target}: cannot be written: {error.strerror or error}") from error
    return True


def _replace(target: Path, body: bytes) -> None:
    """Write beside the target, then rename over it: a reader sees the old file or the new one, and a link is replaced.

    What a killed run left beside it is taken away: the name is always the same.
    """
    temporary = target.with_name(f".{target.name}.new")
    temporary.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:
            file.write(body)
            os.fchmod(file.fileno(), 0o644)
        os.replace(temporary, target)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise
