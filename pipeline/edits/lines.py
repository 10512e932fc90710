"""Lines that are no part of the report: time stamps, a page's furniture, teasers; and notes that announce a correction."""

import re
from collections.abc import Sequence
from functools import cache

from pipeline.text import ValueKind, fold, values
from pipeline.text.marks import lower_marks
from pipeline.words import family, lines, lookup

LONGEST_STAMP = 22  # words
LONGEST_FURNITURE = 32  # words
TEASER_REACH = 8  # sentences before a closing line
TEASER_LEAST = 15  # sentences of a text that can have a teaser tail

_WORD = re.compile(r"[^\W\d_]+")


@cache
def _patterns(name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The patterns of a family as two: those anchored at the start, which one look at the start decides, and the others."""
    anchored = [line for line in lines(name) if line.startswith("^")]
    others = [line for line in lines(name) if not line.startswith("^")]
    return _any_of(anchored), _any_of(others)


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns) or r"(?!)")


def _matches(name: str, line: str) -> bool:
    low = lower_marks(fold(line))
    anchored, others = _patterns(name)
    return bool(anchored.match(low) or others.search(low))


def is_furniture(line: str) -> bool:
    """Whether a line belongs to the page, not to the report."""
    if len(line.split()) > LONGEST_FURNITURE or _QUOTES.search(line):
        return False
    return _matches("boilerplate", line) or is_agency(line) or bool(_BYLINE.fullmatch(line.strip()))


_QUOTES = re.compile(r"[\"“„«][^\"”»]*(?: [^ \"”»]+){4}[\"”»]")  # five words and more that somebody said
_BYLINE = re.compile(
    r"By (?:[A-Z][\w.'’-]*(?:,? (?:and |in )?)?){1,9}"
    r"|(?:[A-Z][\w.'’-]* ){1,3}[A-Z][\w'’-]*(?:,| [|/-]) (?:[\w&'’-]+ ){0,4}"
    r"(?:[Cc]orrespondent|[Rr]eporter|[Ee]ditor|[Ww]riter|[Cc]olumnist|[Bb]ureau [Cc]hief)"
)


def is_agency(line: str) -> bool:
    """Whether a line is a credit: an agency's name, alone or behind a photographer's."""
    parts = re.split(r"\s*[/|]\s*", fold(line).strip(" .,()-[]"))
    bare = [p.strip().removesuffix(" Images").removesuffix(" Photo") for p in parts]
    return len(line.split()) <= 8 and any(p in lookup("wires") or p.lower() in family("picture_agencies") for p in bare[-2:])


def is_date_line(line: str) -> bool:
    """Whether a line holds a day and nothing else. Where it came or went it is layout; where it changed it may be a fact."""
    if len(line.split()) > 6:
        return False
    found = values(line)
    covered = sum(v.end - v.start for v in found)
    letters = sum(c.isalnum() for c in line)
    return bool(found) and all(v.kind is ValueKind.DATE for v in found) and covered >= letters


_HEADING = re.compile(
    r"^(?:related|more (?:on|from|in|about)|most (?:read|popular|viewed|shared)|you may|recommended|read (?:more|next|also)|"
    r"see also|up next|top stories|trending|latest|editor'?s'? picks|don'?t miss|also in|in other news|what to read)\b"
)


def listed_places(texts: Sequence[str]) -> set[int]:
    """The places of headlines that follow a heading such as "Related" or "Most read": lines without an end mark."""
    found: set[int] = set()
    for k, text in enumerate(texts):
        heading = len(text.split()) <= 6 and _HEADING.match(lower_marks(fold(text))) and not re.search(r"[.!?]$", text)
        follows = k - 1 in found and len(text.split()) <= 16 and not re.search(r"[.!?…\"”]\W*$", text)
        if heading or follows:
            found.add(k)
    return found


_BIO = re.compile(
    r"^[\w .'-]{4,40} (?:is|was|covers|writes|reports) (?:an? |the |for |on |about )?(?:[\w'-]+ ){0,5}"
    r"(?:reporter|correspondent|editor|columnist|writer|journalist|producer|contributor|bureau chief|news desk)\b.{0,100}$"
)


def is_bio(line: str) -> bool:
    """Whether a line at the end of a text tells who wrote it."""
    return len(line.split()) <= LONGEST_FURNITURE and bool(_BIO.match(lower_marks(fold(line))))


_MACHINE_TIME = re.compile(  # times as programs write them: 2025-03-12T10:22:00Z; 12.03.2025 - 14:33; 3h ago, alone "3h"
    r"\b\d{4}-\d\d-\d\d[t ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:z|[-+]\d\d:?\d\d)?\b"
    r"|\b\d{1,2}([./-])\d{1,2}\1(?:20)?\d\d\b(?=\W{1,3}\d{1,2}[:.h]\d\d)"
    r"|\b\d{1,2} ?[smhdw](?= ago\b)|^\d{1,2} ?[mhdw]$"
)
_LENGTHS = frozenset({"second", "minute", "hour", "day"})


def is_stamp(line: str) -> bool:
    """Whether a line holds a time of publication or change and nothing but places beside it.

    A day alone, without a clock time or a word such as "updated", may be the day of the event: it is no stamp.
    """
    low = lower_marks(line)
    if len(line.split()) > LONGEST_STAMP or re.search(r"\b(?:was|were|is|are|has)\b.*\.\W*$", low) or _has_other_words(line):
        return False  # too long, or a whole sentence
    low, machine = _MACHINE_TIME.subn(lambda m: " " * len(m[0]), low)
    found = values(low if machine else line)
    passed = re.search(r"\b(?:ago|read|reading time)\b|^\W*updated", low) is not None  # "3 hours ago", "2 min read"
    timed = [v for v in found if v.kind in (ValueKind.DATE, ValueKind.TIME) or (passed and v.unit in _LENGTHS)]
    if any(v.kind is ValueKind.QUANTITY and v.unit not in _LENGTHS for v in found):
        return False  # a count is no time
    for v in found:
        low = low[: v.start] + " " * (v.end - v.start) + low[v.end :]
    words = _WORD.findall(low)
    left = [w for w in words if w not in family("stamps") and w not in lookup("months") and w not in lookup("weekdays")]
    if machine:
        return not left or (len(left) <= 3 and _starts_with_stamp(line))
    if not timed or (not words and all(v.kind is ValueKind.DATE for v in timed)):
        return False
    places = all(w.title() in line or w.upper() in line for w in left)
    return not left or (len(left) <= 3 and places and _starts_with_stamp(line))


def _has_other_words(line: str) -> bool:
    """Whether more than three lower-case words are neither of stamps nor of numbers: cheaper than to read the values."""
    known = _stamp_words()
    return sum(w.islower() and w not in known for w in _WORD.findall(line)) > 3


@cache
def _stamp_words() -> frozenset[str]:
    """Words that stamps and the values in them are made of."""
    forms = [
        f for name in ("number_words", "multipliers", "units", "months", "weekdays", "relative_days") for f in lookup(name)
    ]
    return family("stamps") | frozenset(word for form in forms for word in form.split())


def _starts_with_stamp(line: str) -> bool:
    return bool(
        re.match(
            r"\W*(?:last |first )?(?:updated?|published|posted|modified|amended|reissued|issued|revised)\b", lower_marks(line)
        )
    )


def is_correction(text: str) -> bool:
    """Whether a text admits or announces a correction."""
    return _matches("corrections", text)


def closing_at(texts: Sequence[str]) -> int | None:
    """The place of the first of the last closing lines of a text, in its last third."""
    at = None
    for k in range(len(texts) - 1, len(texts) * 2 // 3 - 1, -1):
        if len(texts[k].split()) <= LONGEST_FURNITURE and _matches("closing_lines", texts[k]):
            if at is not None and at - k > 3:
                break
            at = k
    return at


def teaser_zone(texts: Sequence[str]) -> range:
    """The places before and behind the closing lines where a page puts teasers of other stories; empty in a short text."""
    close = closing_at(texts) if len(texts) >= TEASER_LEAST else None
    return range(0) if close is None else range(max(0, close - TEASER_REACH), len(texts))


def starts_with_time(text: str) -> bool:
    """Whether a passage begins with a clock time, as entries of a live page do."""
    return bool(re.match(r"\W*\d{1,2}[:.]\d\d\b", text))
