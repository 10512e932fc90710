"""The change log as pages, Markdown, JSON, CSV, feeds and terminal lines: view values in, texts out.

`views` says what a page is made of; every renderer is a pure function of such values. Only `write_site` touches files.
"""

from pipeline.changelog.data import render_csv, render_json
from pipeline.changelog.markdown import render_markdown
from pipeline.changelog.pages import render_article, render_days, render_index, render_outlet, render_story
from pipeline.changelog.paths import Links
from pipeline.changelog.site import ReportError, site_files, write_articles, write_site
from pipeline.changelog.syndication import outlet_feed, render_atom, render_json_feed, silent_feed, story_feed
from pipeline.changelog.terminal import terminal_lines

__all__ = [
    "Links",
    "ReportError",
    "outlet_feed",
    "render_article",
    "render_atom",
    "render_csv",
    "render_days",
    "render_index",
    "render_json",
    "render_json_feed",
    "render_markdown",
    "render_outlet",
    "render_story",
    "silent_feed",
    "site_files",
    "story_feed",
    "terminal_lines",
    "write_articles",
    "write_site",
]
