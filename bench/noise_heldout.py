# ruff: noqa: E501 - one rewrite a line reads better than wrapped tables
"""A second set of rewrites that change no fact, written before its author had read a rule of `pipeline/edits`.

`bench/noise.py` was read while the rules were written; the first score on this set is the one to believe
(docs/quality-notes.md). No rule may be written for one of its lines.
"""

import random
import re
import textwrap
import unicodedata
from collections.abc import Callable

Paragraphs = list[str]
Rewrite = Callable[[Paragraphs, random.Random], Paragraphs | None]

MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
TEENS = {"eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16", "twenty": "20", "thirty": "30"}  # fmt: skip


def swap(pattern: str, new: str | Callable[[re.Match[str]], str], flags: int = 0) -> Rewrite:
    """Every match of a pattern in every paragraph, replaced."""
    compiled = re.compile(pattern, flags)

    def rewrite(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs | None:
        out = [compiled.sub(new, p) for p in paragraphs]
        return out if out != paragraphs else None

    return rewrite


def reword(pattern: str, new: str | Callable[[re.Match[str]], str], flags: int = 0) -> Rewrite:
    """Every match of a pattern outside quotations, replaced: inside them another wording is an edit of the quotation."""
    compiled = re.compile(pattern, flags)

    def rewrite(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs | None:
        cut = [re.split('("[^"]*"|\u201c[^\u201d]*\u201d)', p) for p in paragraphs]
        out = ["".join(part if k % 2 else compiled.sub(new, part) for k, part in enumerate(parts)) for parts in cut]
        return out if out != paragraphs else None

    return rewrite


def words(**table: str) -> Rewrite:
    """Whole words replaced by others of the same meaning, first capitals kept."""

    def new(m: re.Match[str]) -> str:
        word = table[m.group().lower().replace(" ", "_").replace("-", "__")]
        return word.capitalize() if m.group()[0].isupper() else word

    keys = "|".join(k.replace("__", "-").replace("_", " ") for k in table)
    return reword(rf"\b(?:{keys})\b", new, re.IGNORECASE)


def put(*lines: str, at: str = "end") -> Rewrite:
    """One line of furniture put at the start, at the end or between two paragraphs."""

    def rewrite(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs:
        k = {"start": 0, "end": len(paragraphs)}.get(at, rng.randint(1, max(1, len(paragraphs) - 1)))
        return [*paragraphs[:k], rng.choice(lines), *paragraphs[k:]]

    return rewrite


def inline(*marks: str) -> Rewrite:
    """A mark behind one word of three paragraphs."""

    def rewrite(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs | None:
        out = list(paragraphs)
        for k in rng.sample(range(len(out)), min(3, len(out))):
            parts = out[k].split(" ")
            if len(parts) > 6:
                i = rng.randrange(2, len(parts) - 2)
                parts[i] += rng.choice(marks)
                out[k] = " ".join(parts)
        return out if out != paragraphs else None

    return rewrite


def around(*marks: tuple[str, str]) -> Rewrite:
    """Marks around two words of three paragraphs."""

    def rewrite(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs | None:
        out = list(paragraphs)
        for k in rng.sample(range(len(out)), min(3, len(out))):
            parts = out[k].split(" ")
            if len(parts) > 8:
                i = rng.randrange(1, len(parts) - 3)
                left, right = rng.choice(marks)
                parts[i : i + 2] = [f"{left}{parts[i]} {parts[i + 1]}{right}"]
                out[k] = " ".join(parts)
        return out if out != paragraphs else None

    return rewrite


def whole(edit: Callable[[Paragraphs, random.Random], Paragraphs]) -> Rewrite:
    def rewrite(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs | None:
        out = edit(list(paragraphs), rng)
        return out if out != paragraphs else None

    return rewrite


def divided(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs:
    return [part for p in paragraphs for part in re.split(r"(?<=[a-z]{4}\.) (?=[A-Z][a-z])", p, maxsplit=1)]


def doubled(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs:
    return [re.sub(r"\b(the|of|in|to|and)\b(?= [a-z]{4,})", r"\1 \1", p, count=1) for p in paragraphs]


def slips(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs:
    """Two neighbouring letters of one long common word change places."""
    return [re.sub(r"\b(because|between|different|government|officials|together|following)\b", lambda m: m.group()[:4] + m.group()[5] + m.group()[4] + m.group()[6:], p, count=1) for p in paragraphs]  # fmt: skip


def listed(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs:
    return [f"\u2022 {p}" if k % 3 == 1 else p for k, p in enumerate(paragraphs)]


def shouted(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs:
    return [re.sub(r"^(\w+ \w+ \w+)", lambda m: m.group().upper(), paragraphs[0]), *paragraphs[1:]]


REWRITES: dict[str, Rewrite] = {
    "ellipsis mark": swap(r"\.\.\.|\u2026", lambda m: "\u2026" if m.group() == "..." else "..."),
    "dash set tight": swap(r" [\u2013\u2014-] |--", "\u2014"),
    "quotes british": swap(r"[\"\u201c]([^\"\u201c\u201d'\u2019]{3,80})[\"\u201d]", "\u2018\\1\u2019"),
    "quotes guillemets": swap(r"[\"\u201c]([^\"\u201c\u201d]{3,80})[\"\u201d]", "\u00ab\\1\u00bb"),
    "ligatures": swap(r"fi", "\ufb01"),
    "soft hyphens": swap(r"\b(\w{5})(\w{4,})", "\\1\u00ad\\2"),
    "hyphen that does not break": swap(r"(?<=[a-z])-(?=[a-z])", "\u2011"),
    "letters decomposed": whole(lambda p, rng: [unicodedata.normalize("NFD", t) for t in p]),
    "space before a unit": swap(r"(?<=\d) (?=[a-z])", "\u00a0"),
    "two spaces": swap(r"(?<=[.?!]) (?=[A-Z])", "  "),
    "entities twice": swap(r"'|\u2019", "&amp;#39;"),
    "wrong encoding": swap("['\u2019]", "\u00e2\u20ac\u2122"),
    "percent sign": reword(r"(?<=\d) ?(?:per cent|percent)\b", "%"),
    "percent word": reword(r"(?<=\d)%", " per cent"),
    "thousands by thin space": swap(r"(?<=\d),(?=\d{3}\b)", "\u2009"),
    "thousands closed up": swap(r"(?<=\d),(?=\d{3}\b)", ""),
    "millions short": reword(r"(?<=\d) million\b", "m"),
    "billions short": reword(r"(?<=\d) billion\b", "bn"),
    "figures for words": words(**TEENS),
    "hours short": reword(r"(?<=\d) ([ap])\.m\.", r"\1m"),
    "day before month": reword(rf"\b({MONTH}) (\d{{1,2}})(?=[ .,;])(?!, \d{{4}})", r"\2 \1"),
    "day with an ending": reword(rf"\b({MONTH}) ([4-9]|1[0-9]|20)\b", r"\1 \2th"),
    "kilometres out": reword(r"(?<=\d) km\b", " kilometres"),
    "initials closed": reword(r"\b([A-Z])\.([A-Z])\.(?: ?([A-Z])\.)?", lambda m: "".join(g for g in m.groups() if g)),
    "on before weekdays gone": reword(r" on (?=(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b)", " "),
    "contracted": words(did_not="didn't", was_not="wasn't", has_not="hasn't", could_not="couldn't", does_not="doesn't", is_not="isn't"),
    "contractions out": reword(r"n['\u2019]t\b(?<!can['\u2019]t)(?<!won['\u2019]t)", " not"),
    "conjunctions": words(toward="towards", among="amongst", afterward="afterwards", amid="amidst"),
    "ise endings": reword(r"(?<=\w{3})iz(?=e[sd]?\b|ing\b|ation\b)", "is"),
    "our endings": words(neighbor="neighbour", neighbors="neighbours", harbor="harbour", honor="honour", rumors="rumours", favor="favour"),
    "series comma": reword(r"(\w+, \w+) (and|or) (?=\w+[.,;])", r"\1, \2 "),
    "titles lower": reword(r"\b(President|Prime Minister|Chancellor|Governor|Senator|Mayor|Judge)\b(?= [A-Z])", lambda m: m.group().lower()),
    "hyphens of compounds": reword(r"\b(long|short|high|low)-(term|level|profile|risk)\b", r"\1 \2"),
    "compounds closed": words(health_care="healthcare", web_site="website", e__mail="email", home_town="hometown", co__operation="cooperation", on__line="online"),
    "said moved": reword(r"\b([A-Z][a-z]+) said\.", r"said \1."),
    "that gone after said": reword(r"\bsaid that\b", "said"),
    "comma after opening": reword(r"^(In|On|After|For) (\w+ \w+), ", r"\1 \2 "),
    "word doubled": whole(doubled),
    "letters swapped": whole(slips),
    "space lost": swap(r"(?<=[a-z]{5}\.) (?=[A-Z][a-z]{3})", ""),
    "a for an": reword(r"\ban (?=[aeiou])", "a "),
    "first words shouted": whole(shouted),
    "paragraphs divided": whole(divided),
    "paragraph marks": whole(lambda p, rng: [f"<p class=\"body\">{t}</p>" for t in p]),
    "line breaks": whole(lambda p, rng: ["<br/>".join(textwrap.wrap(t, 60)) for t in p]),
    "wrapped hard": whole(lambda p, rng: [textwrap.fill(t, 66) for t in p]),
    "bullets": whole(listed),
    "subheading": put("Background", "What we know", "Key points", "What happens next", "Reaction", at="middle"),
    "footnote marks": inline("[1]", "[2]", "<sup>3</sup>"),
    "new tab": inline(" (opens in new tab)", " (external link)"),
    "pictured": inline(" (pictured)", " (pictured above)", " (left)"),
    "link marks": around(("[", "](https://site.example/a/b?c=1 \"A title\")"), ("<a href=\"/tag/x\" rel=\"nofollow\">", "</a>")),
    "emphasis": around(("<em>", "</em>"), ("<span class=\"hl\">", "</span>"), ("__", "__")),
    "credit of a picture": put("Photo: Ana Testa / Example Pictures", "Image source, Example Pictures", "Picture: Example Wire via Pool", "File photo. Credit: Ana Testa", at="middle"),
    "share bar": put("Share this article", "Copy link", "Save for later", "Share on social media", "Print this page", at="start"),
    "audio": put("Listen to this article (4 min)", "This article is read by an automated voice.", "Listen \u00b7 6:12", at="start"),
    "advertisement": put("Advertisement", "Article continues after advertisement", "Story continues below", "Sponsored content", at="middle"),
    "see also": put("See also: Ten walks for a wet weekend", "Also read: Ferry fares to rise in autumn", "Related: The bakers who never sleep", "More on this story", at="middle"),
    "newsletter": put("Sign up for our morning briefing, delivered to your inbox every weekday.", "Get the day's top stories in our newsletter.", "Subscribe now for unlimited access.", "Enjoying this article? Become a member today."),
    "credits": put("Reporting by Ana Testa; editing by Bo Prova", "Additional reporting by Bo Prova.", "By Staff and agencies", "Ana Testa contributed to this report."),
    "rights": put("\u00a9 2025 Example News. All rights reserved.", "Copyright Example News Group Ltd.", "This material may not be published, broadcast, rewritten or redistributed."),
    "cookies": put("We use cookies to improve your experience. Accept all", "By continuing you agree to our terms of use and privacy policy.", at="start"),
    "player": put("Play video", "Watch: The moment the bridge opened", "Media caption, The harbour seen from the air", "This video can not be played", at="middle"),
    "tags": put("Topics: Weather | Transport | Europe", "Tags: harbour, council, ferries", "Filed under: News, Local"),
    "app": put("Download our app for breaking news alerts.", "Follow us on social media for the latest.", "Join our channel to get updates first."),
    "complaints": put("Report a correction or typo", "Spotted a mistake? Let us know.", "Comments are closed.", "Be the first to comment."),
    "byline": put("By Ana Testa", "Ana Testa, Harbour correspondent", "Ana Testa and Bo Prova in Porto Esempio", at="start"),
}  # fmt: skip


def ago(rng: random.Random) -> str:
    return rng.choice((f"Published {rng.randint(2, 20)} hours ago", f"{rng.randint(2, 50)} min ago", f"Posted {rng.randint(1, 28)} Mar 2025, {rng.randint(10, 23)}:{rng.randint(10, 59)}"))  # fmt: skip


def modified(rng: random.Random) -> str:
    return rng.choice((f"First published on {rng.randint(1, 28)} March 2025 {rng.randint(10, 23)}.{rng.randint(10, 59)} CET", f"Modified {rng.randint(1, 12)}:{rng.randint(10, 59)} PM EST, Mon March {rng.randint(1, 28)}, 2025", f"This page was last changed at {rng.randint(10, 23)}:{rng.randint(10, 59)}."))  # fmt: skip


def readers(rng: random.Random) -> str:
    return rng.choice((f"{rng.randint(20, 9000):,} people are reading this", f"{rng.randint(2, 900)} shares", f"Views: {rng.randint(1000, 90000):,}", f"Comments ({rng.randint(2, 90)})"))  # fmt: skip


def length(rng: random.Random) -> str:
    return rng.choice((f"{rng.randint(2, 12)} min read", f"Reading time: {rng.randint(2, 12)} minutes", f"Listen to this story: {rng.randint(2, 9)} min {rng.randint(10, 59)} sec"))  # fmt: skip


def promoted(rng: random.Random) -> str:
    return rng.choice(("Read next: ", "You may also like: ", "Trending: ", "Editor's picks: ")) + rng.choice(("A bakery that never sleeps", "Fares to rise on ferries", "Ten walks for a wet weekend", "Museum finds a lost painting"))  # fmt: skip


# What stands in a line of its own and differs between two fetches, and where in the text.
CHANGED_LINES: dict[str, tuple[Callable[[random.Random], str], str]] = {
    "age changed": (ago, "start"),
    "modified changed": (modified, "start"),
    "readers changed": (readers, "end"),
    "length changed": (length, "start"),
    "promoted changed": (promoted, "end"),
}
