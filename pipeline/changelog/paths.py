"""Names of files and anchors: made of ids and ASCII slugs, so that no title can lead out of the folder; stable over time."""

import re
import unicodedata
from hashlib import sha256

from pipeline.changelog.views import Site
from pipeline.model import Story

LIMIT = 60  # characters of a slug
_TAKEN = frozenset(  # names of our own at the top of the folder and of the live pages
    {"articles", "outlets", "index", "silent", "search", "compare", "decisions", "review", "correct", "pin", "unpin", "undo"}
)
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))})  # of Windows


def slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens, at most LIMIT characters; "" if nothing of the text is left."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower())[:LIMIT].strip("-")


def _mark(text: str) -> str:
    return sha256(text.encode("utf8", "replace")).hexdigest()[:8]


def name(text: str) -> str:
    """A file name without suffix: the text itself if it is one, else its slug with a mark of the text, so that two texts
    never share a name (but for letter case, which file systems confuse)."""
    made = slug(text)
    lossless = bool(made) and made.replace("-", " ") == text.lower() and made not in _DEVICES
    return made if lossless else f"{made or 'x'}-{_mark(text)}"


def story_folder(story: Story) -> str:
    """The folder of a story: its slug, as the stories file has it, if that is a safe name."""
    return safe_slug(story.slug) or f"{slug(story.slug) or 'story'}-{_mark(story.story_id)}"


def safe_slug(text: str) -> str:
    """The slug if it may be the name of a folder, else ""."""
    fine = re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,79}", text) and text not in _DEVICES | _TAKEN
    return text if fine else ""


def article_file(article_id: str, outlet: str) -> str:
    """The page of an article. The outlet's name makes it readable; a headline would change and break links."""
    fine = re.fullmatch(r"[a-z0-9_]{1,40}", article_id) and article_id not in _DEVICES
    first = article_id if fine else _mark(article_id)
    return f"{first}-{slug(outlet) or 'outlet'}.html"


def outlet_file(outlet: str) -> str:
    """The page of an outlet."""
    return f"{name(outlet)}.html"


def aspect_feed(aspect: str) -> str:
    """The feed of an aspect in the folder of its story, without suffix."""
    return f"feed-{name(aspect)}"


def anchor(ident: str) -> str:
    """A fragment made of an id: letters, digits, hyphen and underscore only."""
    return ident if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,60}", ident) else f"x{_mark(ident)}"


class Links:
    """Which pages exist, and how to reach them from a page `depth` folders down. "" where there is no page to link to."""

    def __init__(self, articles: frozenset[str] = frozenset(), outlets: frozenset[str] = frozenset(), depth: int = 1):
        self._articles, self._outlets, self._up = articles, outlets, "../" * depth

    @classmethod
    def of(cls, site: Site, depth: int = 1) -> "Links":
        """The links of a site: the articles written now or before, and its outlets."""
        articles = site.kept_articles | {page.article_id for page in site.articles}
        return cls(articles, frozenset(page.outlet for page in site.outlets), depth)

    @property
    def outlets(self) -> frozenset[str]:
        """The outlets that have a page."""
        return self._outlets

    def top(self, path: str = "") -> str:
        """A path below the top folder."""
        return self._up + path

    def article(self, article_id: str, outlet: str, seq: int = 0) -> str:
        """An article's page, at a version if its number is known."""
        if article_id not in self._articles:
            return ""
        return f"{self._up}articles/{article_file(article_id, outlet)}" + (f"#v{seq}" if seq else "")

    def revision(self, article_id: str, outlet: str, to_seq: int) -> str:
        """The place on an article's page where the step to a version is shown."""
        page = self.article(article_id, outlet)
        return f"{page}#r{to_seq}" if page else ""

    def outlet(self, outlet: str) -> str:
        """An outlet's page."""
        return f"{self._up}outlets/{outlet_file(outlet)}" if outlet in self._outlets else ""

    def story(self, story: Story) -> str:
        """A story's page."""
        return f"{self._up}{story_folder(story)}/index.html"
