# ruff: noqa: E501 - one rewrite a line reads better than wrapped tables
"""A third set of rewrites that change no fact, other classes than in noise.py and noise_heldout.py.

Written whole before it was run once, by somebody who had not read a rule of `pipeline/edits`; the score of that run stands in
bench/first_run.toml. No rule may be written for one of its lines.
"""

import random
import re
import unicodedata
from collections.abc import Callable

from bench.noise_heldout import Paragraphs, Rewrite, inline, put, reword, swap, whole, words

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
ORDINALS = {"18th": "eighteenth", "19th": "nineteenth", "20th": "twentieth", "21st": "twenty-first"}
COUNTS = {"2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven", "8": "eight", "9": "nine"}
STATES = {"California": "Calif.", "Virginia": "Va.", "Florida": "Fla.", "Massachusetts": "Mass.", "Pennsylvania": "Pa.", "Michigan": "Mich.", "Arizona": "Ariz.", "Illinois": "Ill."}  # fmt: skip
RANKS = {"Governor": "Gov.", "Senator": "Sen.", "General": "Gen.", "Professor": "Prof.", "Lieutenant": "Lt.", "Representative": "Rep.", "Sergeant": "Sgt."}  # fmt: skip


def table(known: dict[str, str], after: str = r"\b", before: str = r"\b") -> Rewrite:
    """Whole words by a table, capitals as written there."""
    return reword(before + "(?:" + "|".join(re.escape(k) for k in known) + ")" + after, lambda m: known[m.group()])


def each(edit: Callable[[str], str]) -> Rewrite:
    return whole(lambda p, rng: [edit(t) for t in p])


def wrapped(left: str, right: str) -> Rewrite:
    return each(lambda t: left + t + right)


def without_marks(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def block(*lines: str, at: str = "end") -> Rewrite:
    """Several lines of furniture, each a paragraph, together."""

    def rewrite(paragraphs: Paragraphs, rng: random.Random) -> Paragraphs:
        return [*lines, *paragraphs] if at == "start" else [*paragraphs, *lines]

    return rewrite


REWRITES: dict[str, Rewrite] = {
    # what editors' tools and browsers leave behind
    "editor's comments": whole(lambda p, rng: [x for t in p for x in ("<!-- wp:paragraph -->", f"<p>{t}</p>", "<!-- /wp:paragraph -->")]),
    "paragraphs with attributes": wrapped('<div class="txt" data-block="body-4"><p dir="ltr">', "</p></div>"),
    "initial set large": each(lambda t: re.sub(r"^([A-Z])(?=[a-z])", r'<span class="dropcap">\1</span>', t)),
    "first words bold": each(lambda t: re.sub(r"^(\w+ \w+)", r"<strong>\1</strong>", t)),
    "quotes as entities": swap(r"[\"\u201c\u201d]", "&quot;"),
    "quotes as hex": swap(r"[\u2019']", "&#x27;"),
    "spaces as entities": swap(r"(?<=\w) (?=\w)", "&nbsp;"),
    "line separators": swap(r"(?<=[.?!]) (?=[A-Z])", "\u2028"),
    "returns": each(lambda t: t + "\r"),
    "tabs": each(lambda t: "\t" + t + "  "),
    "byte order mark": each(lambda t: "\ufeff" + t),
    "marks of direction": swap(r"(?<=[a-z]) (?=[A-Z])", "\u200e "),
    "joiners": swap(r"(?<=[a-z]{4})-(?=[a-z]{4})", "\u2060-\u2060"),
    "scripts": put("<script>window.ads=window.ads||[];ads.push({slot:4});</script>", '<style>.c{color:#333}</style>', at="middle"),
    "frames": put('<iframe src="https://video.example/e/812" title="Player"></iframe>', '<figure><img src="/i/2.jpg" alt="A harbour"><figcaption>The harbour</figcaption></figure>', at="middle"),
    "picture in mark-up": put("![A harbour at dusk](https://cdn.example/9.jpg)", "[![Harbour](a.jpg)](https://site.example/g)", at="middle"),
    "rule": put("***", "---", "* * *", "\u2014\u2014\u2014", at="middle"),
    "definition marks": inline("<wbr>", "<!-- 3 -->", "\u200b"),
    "quotes low": swap(r"[\"\u201c]([^\"\u201c\u201d]{3,90})[\"\u201d]", "\u201e\\1\u201c"),
    "apostrophe as accent": swap(r"(?<=[a-z])['\u2019](?=s\b)", "\u00b4"),
    "accents gone": whole(lambda p, rng: [without_marks(t) for t in p]),
    # notation
    "half hours": reword(r"(?<=\d):00 (?=[ap]\.?m)", " "),
    "clock capitals": reword(r"(?<=\d) ?([ap])\.m\.", lambda m: f" {m.group(1).upper()}M"),
    "centuries": table(ORDINALS),
    "small counts": reword(r"(?<![\w$\u20ac\u00a3.,/-])[2-9](?= [a-z]{4,}s\b)", lambda m: COUNTS[m.group()]),
    "ages": reword(r"\b([2-9])-year-old", lambda m: COUNTS[m.group(1)] + "-year-old"),
    "decades": reword(r"\b(1[89]\d0|20\d0)s\b", r"\1's"),
    "millions mn": reword(r"(?<=\d) million\b", "mn"),
    "dollars by code": reword(r"(?<![A-Z])\$(?=\d)", "US$"),
    "metres short": reword(r"(?<=\d) (?:metres|meters)\b", "m"),
    "kilograms short": reword(r"(?<=\d) (?:kilograms|kilogrammes|kilos)\b", "kg"),
    "miles an hour": reword(r"(?<=\d) miles per hour\b", "mph"),
    "square measures": reword(r"\bsquare (kilometres|kilometers|miles|feet)\b", lambda m: {"k": "sq km", "m": "sq mi", "f": "sq ft"}[m.group(1)[0]]),
    "percent pc": reword(r"(?<=\d) ?(?:per cent|percent|%)", "pc"),
    "numero": reword(r"\bNo\. (?=\d)", "No "),
    "month and year": reword(rf"\b({MONTHS}) ((?:19|20)\d\d)\b", r"\1, \2"),
    "month short": reword(r"\b(January|February|August|September|October|November|December) (?=\d{1,2}\b)", lambda m: m.group(1)[:3] + " "),
    "range by word": reword(r"(?<![\d-])(\d{1,2})[\u2013-](\d{1,2}) (?=[a-z]{4,}s\b)", r"\1 to \2 "),
    "thirds": words(one__third="a third", two__thirds="two thirds", one__quarter="a quarter"),
    # names and house style
    "ranks short": table(RANKS, after=r"(?= [A-Z][a-z])"),
    "states short": table(STATES, before=r"(?<=, )"),
    "capital district": reword(r"\bWashington, D\.C\.", "Washington DC"),
    "company forms": reword(r"\b(Inc|Corp|Ltd|Co)\.(?=[ ,])", r"\1"),
    "company form comma": reword(r", (?=Inc\.?|Ltd\.?)", " "),
    "saints": reword(r"\bSt\. (?=[A-Z])", "St "),
    "honorific points": reword(r"\b(Mr|Mrs|Ms|Dr)\.? (?=[A-Z])", lambda m: m.group(1) + ("" if "." in m.group() else ".") + " "),
    "union short": reword(r"\bEuropean Union\b", "EU"),
    "nations short": reword(r"\bUnited Nations\b", "UN"),
    "internet": words(internet="Internet"),
    "versus": reword(r"\bvs?\.? (?=[A-Z])", "versus "),
    # spelling and small words
    "double l": reword(r"\b(travel|cancel|label|model|signal|fuel)(ed|ing)\b", r"\1l\2"),
    "judgement": words(judgment="judgement", aging="ageing", gray="grey", skeptical="sceptical", catalog="catalogue", mold="mould", plow="plough", tire="tyre", curb="kerb", jewelry="jewellery"),
    "re endings": words(theater="theatre", meter="metre", fiber="fibre", liter="litre", caliber="calibre"),
    "advisor": words(adviser="advisor", advisers="advisors"),
    "learnt": words(learned="learnt", burned="burnt", dreamed="dreamt", spelled="spelt"),
    "whilst": words(till="until", though="although", amidst="amid", besides="in addition to"),
    "in order to": reword(r"\bin order to\b", "to"),
    "prior to": reword(r"\bprior to\b", "before"),
    "a number of": reword(r"\ba number of\b", "several"),
    "around": reword(r"\b(?:about|approximately|roughly) (?=\d)", "around "),
    "which for that": reword(r"(?<=[a-z]), which (?=(?:is|was|has|had)\b)", " that "),
    "however": reword(r"^However, (\w)", lambda m: m.group(1).upper()),
    "semicolons": reword(r"; (?=(?:he|she|they|it|but|and)\b)", ", "),
    "possessive s": reword(r"(?<=[a-z]s)['\u2019](?= [a-z])", "\u2019s"),
    "exclamation": reword(r"!(?= |$)", "."),
    "colon capital": reword(r"(?<=: )([A-Z])(?=[a-z]+ [a-z])", lambda m: m.group(1).lower()),
    "compounds": words(ceasefire="cease-fire", policymakers="policy makers", lawmakers="law-makers", goodbye="good-bye", lineup="line-up", makeup="make-up", rollout="roll-out", fundraising="fund-raising", decision__making="decision making"),
    "letters dropped": whole(lambda p, rng: [re.sub(r"\b(government|committee|necessary|immediately|accommodation|successful|recommended)\b", lambda m: m.group()[:4] + m.group()[5:], t, count=1) for t in p]),
    # furniture
    "wall": block("This article is for subscribers only.", "Already a subscriber? Log in", at="end"),
    "support": put("Your support keeps our newsroom independent. Give from as little as $1.", "Readers like you make our work possible.", "If you value our reporting, please consider a gift."),
    "trail": put("Home > News > Local", "Home / World / Europe", "News \u203a Business \u203a Energy", at="start"),
    "weather": put("Porto Esempio 12\u00b0C, light rain", "Today's weather: 8\u00b0 / 14\u00b0", at="start"),
    "ticker": put("EXI 4,210.33 +0.41%", "Crude 71.20 \u25bc 0.3%", at="start"),
    "pager": put("Previous article | Next article", "Page 1 of 3", "Next: page 2", "Back to top"),
    "gallery": put("1 of 12", "View gallery (7 photos)", "Slide 3 of 9", "Show all 14 images", at="middle"),
    "gift": put("Gift this article", "Add to reading list", "Text size: A A A", "Bookmark", at="start"),
    "skip": put("Skip to main content", "Toggle navigation", "Open search", "Accessibility help", at="start"),
    "summary tool": put("This summary was generated by a machine and checked by an editor.", "Key takeaways generated with the help of software", at="start"),
    "poll": put("Take part in our poll", "Vote now: should fares be frozen?", "Quiz: how well do you know your harbour?"),
    "feed line": put("Ana Testa \u2022 2h", "Story by Bo Prova", "Written by Ana Testa, Staff Writer", "Words: Ana Testa. Pictures: Bo Prova", at="start"),
    "list of read": block("Most popular", "Ten walks for a wet weekend", "A bakery that never sleeps", "Museum finds a lost painting"),
    "recommended": block("Recommended for you", "Fares to rise on ferries", "The chess club that beat a town"),
    "contact": put("Got a tip? Write to tips@news.example", "Contact the newsroom: +44 20 7946 0000", "Email the reporter at ana@news.example"),
    "editors": put("Edited by: Bo Prova", "Editor: Bo Prova", "Translated by Ana Testa", "With files from Example Wire"),
    "place line": put("Porto Esempio", "Business | Energy", "ANALYSIS", "Explainer", at="start"),
    "channel": put("Join the conversation", "View comments", "Log in to comment", "Sort by: newest first"),
    "trust": put("Our standards: the newsroom's principles of trust", "How we report: read our code of conduct", "Why you can trust us"),
}  # fmt: skip


def zoned(rng: random.Random) -> str:
    return rng.choice((f"Updated on: Mar {rng.randint(1, 28):02}, 2025 | {rng.randint(1, 12):02}:{rng.randint(10, 59)} PM IST", f"Last Updated : {rng.randint(1, 28)}/03/2025, {rng.randint(10, 23)}:{rng.randint(10, 59)}", f"Edited {rng.randint(2, 22)}h ago", f"{rng.randint(2, 28)}d"))  # fmt: skip


def long_stamp(rng: random.Random) -> str:
    return rng.choice((f"Published at {rng.randint(1, 11)}:{rng.randint(10, 59)} a.m. ET on March {rng.randint(1, 28)}, 2025", f"{rng.randint(1, 28)}.03.2025 - {rng.randint(10, 23)}:{rng.randint(10, 59)}", f"2025-03-{rng.randint(10, 28)}T{rng.randint(10, 23)}:{rng.randint(10, 59)}:00Z"))  # fmt: skip


def liked(rng: random.Random) -> str:
    return rng.choice((f"{rng.randint(1, 9)}.{rng.randint(1, 9)}K shares", f"{rng.randint(20, 900)} likes", f"Poll closed: {rng.randint(200, 9000):,} votes", f"Be one of {rng.randint(20, 900)} to react"))  # fmt: skip


def market(rng: random.Random) -> str:
    return f"EXI {rng.randint(4000, 4999):,}.{rng.randint(10, 99)} {rng.choice('+-')}{rng.random():.2f}%"


def sky(rng: random.Random) -> str:
    return f"Porto Esempio {rng.randint(-4, 31)}\u00b0C, {rng.choice(('light rain', 'clear', 'fog', 'snow'))}"


def ranked(rng: random.Random) -> str:
    return f"{rng.randint(1, 5)}. " + rng.choice(("A bakery that never sleeps", "Ten walks for a wet weekend", "Museum finds a lost painting"))  # fmt: skip


# What stands in a line of its own and differs between two fetches, and where in the text.
CHANGED_LINES: dict[str, tuple[Callable[[random.Random], str], str]] = {
    "zoned stamp changed": (zoned, "start"),
    "long stamp changed": (long_stamp, "start"),
    "likes changed": (liked, "end"),
    "market line changed": (market, "start"),
    "weather changed": (sky, "start"),
    "ranked teaser changed": (ranked, "end"),
}
