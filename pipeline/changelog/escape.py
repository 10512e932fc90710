"""Foreign text made safe for each format. Everything that an outlet wrote passes through here or through Jinja's autoescape.

What no format may carry is taken out first (`clean`): control characters, marks that turn the direction of text, halves of
surrogate pairs. What only one format reads as structure is escaped by that format's own function.
"""

import re
from urllib.parse import urlsplit

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1
    "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates of direction
    "\ufeff\ufffe\uffff\ufff9-\ufffb]"  # byte order mark, non-characters, interlinear marks
)
_BREAK = re.compile("\r\n?|[\u2028\u2029\x0b\x0c\x85]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~$])")
_MARKDOWN_ENTITY = re.compile(r"&(?=#?\w+;)")
_MARKDOWN_START = re.compile(r"^([#+=:-])|^(\d{1,9})([.)])(?=\s|$)")  # what opens a heading, list, rule or definition
_MARKDOWN_LINK = re.compile(r"(?i)\b(www)\.|(?<=\w):(?=//)|\b(mailto|xmpp):")  # what GitHub links without being asked
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def whole(text: str) -> str:
    """The text with half surrogate pairs replaced, so that it can be written as UTF-8; nothing else is touched."""
    return _SURROGATE.sub("\ufffd", text)


def clean(text: str) -> str:
    """The text without what is not text: control characters but tab and newline, and marks that turn its direction."""
    return whole(_CONTROL.sub("", _BREAK.sub("\n", text)))


def one_line(text: str) -> str:
    """The cleaned text on one line, white space collapsed."""
    return " ".join(clean(text).split())


def shorten(text: str, limit: int) -> str:
    """One line of at most `limit` characters, cut between words where that is possible."""
    line = one_line(text)
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    cut = head.rfind(" ")
    return (head[:cut] if cut > limit // 2 else head).rstrip(" ,;:") + "…"


def safe_url(url: str) -> str:
    """The URL if a page may link to it: http(s), a host, no user part, no character that parsers disagree on. Else ""."""
    if not url or any(c <= " " or c in '\\"<>`' or "\x7f" <= c <= "\xa0" for c in url) or clean(url) != url:
        return ""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises if it is no port
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc else ""


def markdown(text: str) -> str:
    """The text as CommonMark (and GitHub's dialect) shows it literally, wherever in a line it stands."""
    line = _MARKDOWN.sub(r"\\\1", one_line(text))
    line = _MARKDOWN_ENTITY.sub(r"\\&", line)
    line = _MARKDOWN_LINK.sub(lambda m: m.group(0)[:-1] + "\\" + m.group(0)[-1], line)
    return _MARKDOWN_START.sub(lambda m: f"\\{m.group(1)}" if m.group(1) else f"{m.group(2)}\\{m.group(3)}", line)


def markdown_link(text: str, url: str) -> str:
    """A Markdown link, or the text alone if the URL may not be linked."""
    shown, target = markdown(text), safe_url(url)
    if not target:
        return shown
    target = re.sub(r"[()\[\]*_|~\\$]", lambda m: f"%{ord(m.group(0)):02X}", target)
    return f"[{shown}]({target})"


def csv_cell(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    line = one_line(text)
    return "'" + line if line.startswith(_FORMULA) else line
