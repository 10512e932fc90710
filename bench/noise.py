# ruff: noqa: E501 - one rewrite a line reads better than wrapped tables
"""Rewrites of a text that change no fact: what sites, editors' tools and scrapers do to a page between two fetches.

Each takes paragraphs and a random source and gives paragraphs, or None where it finds nothing to do. A judgement that calls one of
them meaningful raises a false alarm.
"""

import html
import random
import re
import textwrap
from collections.abc import Callable

Paragraphs = list[str]
Rewrite = Callable[[Paragraphs, random.Random], Paragraphs | None]

MONTHS = "January February March April August September October November December".split()  # noqa: SIM905
SHORT = {m: m[:3] + "." for m in MONTHS} | {"September": "Sept."}
SMALL = "zero one two three four five six seven eight nine".split()  # noqa: SIM905
SPELLINGS = {
    "organization": "organisation",
    "center": "centre",
    "color": "colour",
    "defense": "defence",
    "program": "programme",
    "labor": "labour",
}
LINKS = (
    "https://site.example/topic/%d",
    "/news/%d",
    "https://cdn.example/l?u=%d&utm_source=rss",
    "http://archive.example/%d/page",
)


def each(edit: Callable[[str], str]) -> Rewrite:
    """A rewrite of every paragraph on its own."""

    def rewrite(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs | None:
        out = [edit(p) for p in paragraphs]
        return out if out != paragraphs else None

    return rewrite


def phrase(make: Callable[[str, random.Random], str]) -> Rewrite:
    """A rewrite of one run of two to four words in a few paragraphs."""

    def rewrite(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs | None:
        out = list(paragraphs)
        for k in rng.sample(range(len(out)), min(4, len(out))):
            words = out[k].split(" ")
            if len(words) < 8:
                continue
            i = rng.randrange(len(words) - 5)
            run = " ".join(words[i : i + rng.randint(2, 4)])
            if any(c in run for c in '"“”()[]*_<>'):
                continue
            out[k] = out[k].replace(run, make(run, rng), 1)
        return out if out != paragraphs else None

    return rewrite


def line(*texts: str, where: str = "end") -> Rewrite:
    """A rewrite that puts one line of furniture into the text."""

    def rewrite(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs:
        text = rng.choice(texts)
        text = (
            text.replace("1%d", str(rng.randint(10, 59)))
            .replace("%d", str(rng.randint(2, 59)))
            .replace("%t", f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}")
        )
        at = {"end": len(paragraphs), "start": 0, "middle": rng.randint(1, max(1, len(paragraphs) - 1))}[where]
        return [*paragraphs[:at], *text.split("\n\n"), *paragraphs[at:]]

    return rewrite


def swap(before: str, after: str | Callable[[re.Match[str]], str]) -> Rewrite:
    """A rewrite of every match of a pattern outside quotations."""
    pattern = re.compile(before)

    def edit(paragraph: str) -> str:
        parts = re.split(r'(“[^”]*”|"[^"]*")', paragraph)
        return "".join(part if k % 2 else pattern.sub(after, part) for k, part in enumerate(parts))

    return each(edit)


def changed_line(make: Callable[[random.Random], str], where: str = "end") -> tuple[Rewrite, Rewrite]:
    """Two rewrites that put different lines of one kind in one place: the page before and after."""
    return line_of(make, where), line_of(make, where)


def line_of(make: Callable[[random.Random], str], where: str) -> Rewrite:
    def rewrite(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs:
        return line(make(rng), where=where)(paragraphs, rng) or paragraphs

    return rewrite


def wrapped(width: int) -> Rewrite:
    return each(lambda p: textwrap.fill(p, width, break_long_words=False, break_on_hyphens=False))


def joined(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs | None:
    """Paragraph borders lost, as a scraper loses them."""
    return [" ".join(paragraphs)] if len(paragraphs) > 1 else None


def paired(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs | None:
    """Every second border lost."""
    return [" ".join(paragraphs[k : k + 2]) for k in range(0, len(paragraphs), 2)] if len(paragraphs) > 2 else None


def parted(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs | None:
    """Paragraphs cut at their sentence ends."""
    out = [s for p in paragraphs for s in re.split(r"(?<=[a-z]{3}\.) (?=[A-Z][a-z]+ [a-z])", p)]
    return out if out != paragraphs else None


def html_page(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs:
    return [f'<p class="c{rng.randint(1, 99)}">{html.escape(p, quote=True)}</p>' for p in paragraphs]


def wordpress(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs:
    return [f'<!-- wp:paragraph {{"id":"{rng.randint(1000, 9999)}"}} --><p>{p}</p><!-- /wp:paragraph -->' for p in paragraphs]


def figures_in_words(m: re.Match[str]) -> str:
    return SMALL[int(m[1])] + m[2]


REWRITES: dict[str, Rewrite] = {
    "bold": phrase(lambda s, r: f"**{s}**"),
    "italic": phrase(lambda s, r: f"*{s}*"),
    "html bold": phrase(lambda s, r: f"<strong>{s}</strong>"),
    "html span": phrase(lambda s, r: f'<span style="color:#{r.randint(100, 999)}">{s}</span>'),
    "link": phrase(lambda s, r: f"[{s}]({r.choice(LINKS) % r.randint(1, 999)})"),
    "html link": phrase(lambda s, r: f'<a href="{r.choice(LINKS) % r.randint(1, 999)}">{s}</a>'),
    "bold link": phrase(lambda s, r: f"**[{s}]({r.choice(LINKS) % r.randint(1, 999)})**"),
    "html page": html_page,
    "cms comments": wordpress,
    "entities": each(lambda p: p.replace("'", "&#8217;").replace("’", "&rsquo;").replace('"', "&quot;").replace("–", "&ndash;")),
    "hard spaces": each(lambda p: re.sub(r" (?=\w+[.,])", "\u00a0", p)),
    "double spaces": each(lambda p: p.replace(". ", ".  ")),
    "escapes": each(lambda p: p.replace("-", r"\-").replace("*", r"\*")),
    "soft hyphens": phrase(lambda s, r: "\u00ad".join(s)),
    "zero width": phrase(lambda s, r: "\u200b".join(s.split(" ")[:1]) + " " + " ".join(s.split(" ")[1:])),
    "wrapped 72": wrapped(72),
    "wrapped 58": wrapped(58),
    "joined": joined,
    "paired": paired,
    "parted": parted,
    "bullets": each(lambda p: "- " + p),
    "star bullets": each(lambda p: "* " + p),
    "heading marks": lambda ps, r: [("## " + p) if len(p) < 60 else p for p in ps] if any(len(p) < 60 for p in ps) else None,
    "curly quotes": each(lambda p: re.sub(r'"([^"]*)"', "“\\1”", p).replace("'", "’")),
    "straight quotes": each(lambda p: p.translate(str.maketrans("“”‘’", "\"\"''"))),
    "dashes": each(lambda p: p.replace(" — ", " - ").replace("—", " - ").replace("–", "-")),
    "em dashes": each(lambda p: p.replace(" - ", " — ").replace(" – ", "—")),
    "ellipsis": each(lambda p: p.replace("...", "…")),
    "ungrouped": swap(r"(?<![\d.,])(\d{1,3}),(\d{3})(?![\d,])", r"\1\2"),
    "grouped by space": swap(r"(?<![\d.,])(\d{1,3}),(\d{3})(?![\d,])", "\\1\u00a0\\2"),
    "percent sign": swap(r"(\d) percent\b", r"\1%"),
    "percent word": swap(r"(\d)%", r"\1 percent"),
    "per cent": swap(r"(\d)(?:%| percent)", r"\1 per cent"),
    "short months": swap(rf"\b({'|'.join(MONTHS)}) (?=\d)", lambda m: SHORT[m[1]] + " "),
    "day first": swap(rf"\b({'|'.join(MONTHS)}) (\d{{1,2}})(?=[ ,.;](?!\s?\d{{4}}))", r"\2 \1"),
    "small numbers in words": swap(r"(?<![\w.,$€£-])([2-9])( (?:people|days|years|months|weeks|hours|members|countries|men|women|children)\b)", figures_in_words),
    "small numbers in figures": swap(
        r"(?<!-)\b(two|three|four|five|six|seven|eight|nine)(?= (?:people|days|years|months|weeks|hours|members|countries|men|women|children)\b)",
        lambda m: str(SMALL.index(m[1])),
    ),
    "millions short": swap(r"([$£€]\d+(?:\.\d+)?) million\b", r"\1m"),
    "billions short": swap(r"([$£€]\d+(?:\.\d+)?) billion\b", r"\1bn"),
    "dollars": swap(r"(?<![A-Za-z])\$(?=\d)", "US$"),
    "initials without stops": swap(r"\bU\.S\.(?= [a-z])", "US"),
    "contractions": swap(r"\b(did|does|do|is|was|were|has|have|had|would|could|should) not\b", r"\1n't"),
    "full forms": swap(r"\b(did|does|do|is|was|were|has|have|had|would|could|should)n['’]t\b", r"\1 not"),
    "clock": swap(r"\b(\d{1,2}) (a|p)\.m\.", r"\1\2m"),
    "titles dropped": swap(r"\b(?:Mr|Mrs|Ms|Dr)\.? (?=[A-Z])", ""),
    "british spelling": swap(r"\b(" + "|".join(SPELLINGS) + r")\b", lambda m: SPELLINGS[m[1]]),
    "serial comma": swap(r"(\w+, \w+), and ", r"\1 and "),
    "comma dropped": swap(r"^(\w+ \w+ \w+), ", r"\1 "),
    "capitals": lambda ps, r: [ps[0].upper() if len(ps[0]) < 90 else ps[0], *ps[1:]] if len(ps[0]) < 90 else None,
    "share line": line("Share", "Share this article", "Facebook Twitter Email", "Share on X", "Copy link", "Share\n\nSave", "Print", "Email this story", "WhatsApp", "Facebook | X | LinkedIn | Email", where="start"),
    "sign-up": line("Sign up for our daily newsletter.", "Subscribe to our newsletter to get the latest updates.", "Get the day's top stories in your inbox.", "Sign up here for the morning briefing.", "Want more? Subscribe now.", "Download our app for breaking news alerts.", where="middle"),
    "advertisement": line("Advertisement", "ADVERTISEMENT", "Article continues below advertisement", "Story continues below", "- Advertisement -", "Sponsored content", where="middle"),
    "footer": line("Copyright 2025 Site Example. All rights reserved.", "© 2025 Example Media Group", "All rights reserved. Terms of use. Privacy policy.", "Contact us: news@site.example", "Follow us on Facebook and X.", "Terms and conditions apply."),
    "related": line("Related: Harbour plan goes to council", "Read more: Ferry fares to rise", "READ ALSO: Council picks new chair", "See also: Ten photographs of the storm", "More on this story\n\nFerry fares to rise\n\nCouncil picks a new chair", "Most read\n\n1. Ferry fares to rise\n\n2. Council picks a new chair", "You may also like\n\nTen photographs of the storm"),
    "stamp added": line("Updated %t GMT", "Last updated: %t", "Published 3 March 2025, %t", "Updated %d minutes ago", "%d min read", "%d minute read", "March 3, 2025 at %t", "Posted on March 3, 2025", "Last modified on Monday 3 March 2025 %t GMT", "Updated: 3:1%d p.m. ET", where="start"),
    "credit": line("Photo: Ana Testa/Pool", "Image: A view of the harbour. (Ana Testa/AFP)", "(Reporting by Ana Testa; Editing by Tom Reyes)", "Image source, Getty Images", "Getty Images", "Photograph by Ana Testa", "Reporting by Ana Testa", where="middle"),
    "tags": line("Tags: harbour, ferry, council", "Topics: Politics, Europe", "Filed under: World", "Topics", "Category: News"),
    "breadcrumbs": line("Home > News > World", "Home / News / World", "1. Home\n\n2. News\n\n3. World", "Skip to content", "Skip to main content", "You are here: Home » News", where="start"),
    "counters": line("%d comments", "%d shares", "Comments (%d)", "1.2k views", "%d likes", "Leave a comment", "Join the conversation"),
    "player": line("Unable to execute JavaScript.", "This video can not be played", "Your browser does not support the video tag.", "Please enable JavaScript to view the comments.", "Listen to this article", "Watch: Harbour from above", "Listen\n\n(%d min)", where="middle"),
    "cookies": line("We use cookies to improve your experience.", "By continuing to use this site you accept our cookie policy.", "Cookie settings", "This site uses cookies. Accept all", where="start"),
    "about": line("About the author", "Ana Testa is a reporter at Example News.", "Got a tip? Email us at tips@site.example.", "For more news, visit site.example.", "Read the full story here.", "Click here to read more.", "Learn more here.", "This story was originally published by Example News."),
}  # fmt: skip


def stamp(rng: random.Random) -> str:
    return rng.choice(
        (
            f"Updated {rng.randint(0, 23):02}:{rng.randint(0, 59):02} GMT",
            f"Last updated: March {rng.randint(1, 28)}, 2025, {rng.randint(1, 12)}:{rng.randint(10, 59)} p.m.",
            f"Updated {rng.randint(2, 50)} minutes ago",
            f"As of {rng.randint(0, 23):02}:{rng.randint(10, 59)} local time",
        )
    )


def teaser(rng: random.Random) -> str:
    return "Most read: " + rng.choice(
        ("Ferry fares to rise", "Council picks a chair", "Ten photographs of the storm", "A dog comes home")
    )


def counter(rng: random.Random) -> str:
    return f"{rng.randint(2, 900)} comments"


CHANGED_LINES: dict[str, tuple[Callable[[random.Random], str], str]] = {
    "stamp changed": (stamp, "start"),
    "teaser changed": (teaser, "end"),
    "counter changed": (counter, "end"),
}
