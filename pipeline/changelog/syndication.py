"""Atom and JSON Feed: one entry a change (or an edited passage), and the entry itself shows the change, not a link to it.

Entry ids are made of change and edit ids, so an entry stays the same entry for ever. A link leads to our page if the folder is
published somewhere (`base_url`), else to the outlet's article.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from markupsafe import Markup
from markupsafe import escape as html

from pipeline.changelog.days import QuietGroup, by_telling, grouped
from pipeline.changelog.escape import one_line, safe_url, shorten, whole
from pipeline.changelog.paths import anchor, article_file, outlet_file, story_folder
from pipeline.changelog.views import ChangeLine, OutletPage, QuietEdit, StoryPage, Words
from pipeline.changelog.wording import EDIT_LABELS, capital, day_of, describe, edit_labels, evidence, iso, side

ATOM = "http://www.w3.org/2005/Atom"
LIMIT = 200  # entries of a feed, the newest; the page and the JSON hold all
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # of a feed that had nothing yet
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "writethru")


@dataclass(frozen=True, slots=True)
class Item:
    """An entry before it is Atom or JSON."""

    key: str  # change_id or edit_id
    title: str
    url: str
    at: datetime
    content: str  # HTML
    author: str
    tags: tuple[str, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A feed before it is Atom or JSON."""

    key: str
    title: str
    home: str  # URL of the page, "" if it is published nowhere
    own: str  # URL of the feed's folder, "" if it is published nowhere
    updated: datetime
    items: tuple[Item, ...]


def story_feed(page: StoryPage, base_url: str = "", aspect: str = "") -> Channel:
    """The changes of a story, or of one aspect of it, newest first; without those that a person has rejected."""
    folder = f"{base_url.rstrip('/')}/{story_folder(page.story)}/" if safe_url(base_url) else ""
    told = [x for x in by_telling(page.changes) if aspect in ("", x.change.aspect) and x.review != "rejected"]
    lines = sorted(told, key=lambda x: x.change.detected_at, reverse=True)[:LIMIT]
    updated = lines[0].change.detected_at if lines else page.story.first_seen_at or page.as_of
    title = f"{one_line(page.story.title)}: {one_line(aspect) or 'changes'}"
    key = f"{page.story.story_id} {aspect}" if aspect else page.story.story_id
    return Channel(key, title, folder, folder, updated, tuple(_change_item(x, folder) for x in lines))


def outlet_feed(page: OutletPage, base_url: str = "") -> Channel:
    """The edits of an outlet that bear meaning, newest first."""
    root = _root(base_url)
    title = f"{one_line(page.outlet)}: what was edited"
    items = _edit_items(page.recent, root)
    updated = items[0].at if items else page.as_of or EPOCH
    home = f"{root}outlets/{outlet_file(page.outlet)}" if root else ""
    return Channel(f"outlet {page.outlet}", title, home, f"{root}outlets/" if root else "", updated, items)


def silent_feed(edits: tuple[QuietEdit, ...], as_of: datetime, base_url: str = "") -> Channel:
    """The silent edits of all articles, newest first."""
    root = _root(base_url)
    items = _edit_items(edits, root)
    return Channel("silent", "Silent edits", root, root, items[0].at if items else as_of, items)


def _root(base_url: str) -> str:
    return base_url.rstrip("/") + "/" if safe_url(base_url) else ""


def _edit_items(edits: tuple[QuietEdit, ...], root: str) -> tuple[Item, ...]:
    """One entry a changed passage, however many kinds of edit it is."""
    return tuple(_edit_item(group, root) for group in grouped(edits)[::-1][:LIMIT])


# ---- entries -------------------------------------------------------------------------------------------------------------


def _marks(words: Words) -> Markup:
    tags = {-1: ("<del>", "</del>"), 0: ("", ""), 1: ("<ins>", "</ins>")}
    return Markup("").join(Markup(tags[s][0]) + html(one_text(t)) + Markup(tags[s][1]) for s, t in words)


def one_text(text: str) -> str:
    """The text of a word-diff segment on one line, its outer spaces kept: they part it from its neighbours."""
    inner = one_line(text)
    if not inner:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + inner + (" " if text[-1].isspace() else "")


def _paragraph(label: str, body: Markup) -> Markup:
    return Markup("<p>{}: {}</p>").format(label, body) if body else Markup("")


def _change_item(line: ChangeLine, folder: str) -> Item:
    change = line.change
    text = describe(line, day_of(change.detected_at))
    before, after = evidence(line)
    told = Markup("<p><strong>{}</strong> {}</p>").format(text.change, f"({text.label})")
    told += Markup("<p>First in {}, {} UTC, {}; {}.</p>").format(text.outlet, text.at, text.whose, text.support)
    told += _paragraph("Before", _marks(before)) + _paragraph("Now", _marks(after))
    told += Markup("").join(_paragraph("Says otherwise", html(c)) for c in text.contrary)
    told += Markup("").join(_paragraph(f"Still {text.before}", html(x)) for x in text.lagging)
    told += _paragraph("Why", html(one_line(change.reason)))
    return Item(
        key=change.change_id,
        title=f"{capital(one_line(change.aspect))}: {shorten(text.change, 160)}",
        url=f"{folder}index.html#{anchor(change.change_id)}" if folder else safe_url(change.url),
        at=change.detected_at,
        content=str(told),
        author=text.outlet,
        tags=(one_line(change.aspect), text.label),
        summary=f"{text.outlet}, {text.at} UTC, {text.whose}; {text.support}.",
    )


def _edit_item(group: QuietGroup, root: str) -> Item:
    quiet, edit = group.lead, group.lead.edit
    words: Words = edit.words or tuple((s, t) for s, t in ((-1, edit.before), (1, edit.after)) if t)
    labels = edit_labels(group.edits)
    told = _paragraph("Before", _marks(side(words, -1))) if edit.before else Markup("")
    told += _paragraph("Now", _marks(side(words, 1))) if edit.after else Markup("")
    for reason in dict.fromkeys(one_line(e.reason) for e in group.edits):
        told += _paragraph("Why it is listed", html(reason))
    page = f"{root}articles/{article_file(quiet.article_id, quiet.outlet)}#r{quiet.to_seq}"
    note = "no note" if group.silent else "with a note"
    return Item(
        key=quiet.edit_id,
        title=f"{one_line(quiet.outlet)}: {labels} in “{shorten(quiet.title, 120)}”",
        url=page if root else safe_url(quiet.url),
        at=quiet.seen_at,
        content=str(told),
        author=one_line(quiet.outlet),
        tags=tuple(dict.fromkeys(EDIT_LABELS[e.kind] for e in group.edits)),
        summary=f"Version {quiet.from_seq} to {quiet.to_seq}, {note}.",
    )


# ---- formats -------------------------------------------------------------------------------------------------------------


def _urn(key: str) -> str:
    return uuid.uuid5(NAMESPACE, whole(key)).urn


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    node = ET.SubElement(parent, tag, attributes)
    node.text = text or None
    return node


def render_atom(feed: Channel, file: str = "feed.atom") -> str:
    """The feed as Atom 1.0 (RFC 4287)."""
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _add(root, "id", _urn(feed.key))
    _add(root, "title", feed.title)
    _add(root, "updated", iso(feed.updated))
    _add(root, "generator", "Writethru")
    if feed.own:
        _add(root, "link", rel="self", type="application/atom+xml", href=feed.own + file)
        _add(root, "link", rel="alternate", type="text/html", href=feed.home)
    for item in feed.items:
        _atom_entry(root, item)
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + whole(ET.tostring(root, encoding="unicode")) + "\n"


def _atom_entry(root: ET.Element, item: Item) -> None:
    entry = _add(root, "entry")
    _add(entry, "id", _urn(item.key))
    _add(entry, "title", item.title)
    _add(entry, "updated", iso(item.at))
    _add(entry, "published", iso(item.at))
    _add(_add(entry, "author"), "name", item.author or "unknown")
    if item.url:
        _add(entry, "link", rel="alternate", href=item.url)
    for tag in item.tags:
        _add(entry, "category", term=tag or "-")
    _add(entry, "summary", item.summary)
    _add(entry, "content", item.content, type="html")


def render_json_feed(feed: Channel, file: str = "feed.json") -> str:
    """The feed as JSON Feed 1.1."""
    document = {"version": "https://jsonfeed.org/version/1.1", "title": feed.title, "language": "en"}
    if feed.own:
        document |= {"home_page_url": feed.home, "feed_url": feed.own + file}
    items = [
        {"id": _urn(item.key)}
        | ({"url": item.url} if item.url else {})
        | {
            "title": item.title,
            "summary": item.summary,
            "content_html": item.content,
            "date_published": iso(item.at),
            "authors": [{"name": item.author}],
            "tags": list(item.tags),
        }
        for item in feed.items
    ]
    return whole(json.dumps(document | {"items": items}, ensure_ascii=False, indent=1)) + "\n"
