"""Quotations of a paragraph and who is said to have spoken them.

Read a paragraph before it is cut into sentences: a quotation may hold several. The speaker is looked for after the
quotation, then before it; a pronoun is the last person named before. What is found carries a confidence, never a certainty.
"""

import re
from dataclasses import dataclass
from functools import cache

from pipeline.text.marks import plain_marks
from pipeline.text.names import names
from pipeline.words import family, lookup

SHORTEST, LONGEST = 8, 900  # characters between the marks

_OPEN = re.compile(r"[“„«]|(?:^|(?<=[\s(\[\-–—:;,]))\"(?=\S)|(?:^|(?<=[\s(\[–—:]))[‘'](?=\w)")
_CLOSE = {
    '"': re.compile('"'),
    "“": re.compile("”|$"),
    "„": re.compile("[“”]"),
    "«": re.compile("»"),
    "‘": re.compile(r"['’](?!\w)"),
    "'": re.compile(r"['’](?!\w)"),
}
_ADVERBS = r"(?:(?:has|had|also|later|then|\w{1,30}ly)\s)*"
_LEADING = re.compile(r"^(?:.*\b[^\W\d_]{4,}\. |(?:But|And|Then|So|When|While|As|which|that|who|and|but|when|while|as)\s)+")
_PRONOUN = re.compile(r"(?:he|she|they|it)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quote:
    """Words between quotation marks, with their place: `paragraph[start:end] == words`, the marks outside."""

    words: str
    start: int
    end: int
    speaker: str = ""  # as written, a pronoun resolved; "" if unknown
    confidence: float = 0.0  # that the speaker is right, measured on a sample by way of finding it


def quotes(paragraph: str) -> tuple[Quote, ...]:
    """The quotations of a paragraph in order. A quotation that is open at its end goes to the end."""
    found = []
    for start, end in quoted(paragraph):
        if SHORTEST <= end - start <= LONGEST:
            speaker, confidence = _speaker(paragraph, start, end)
            found.append(Quote(paragraph[start:end], start, end, speaker, confidence))
    return tuple(found)


def quoted(paragraph: str) -> list[tuple[int, int]]:
    """The places between quotation marks, of any length. Single marks count only where no double ones are."""
    double = any(c in paragraph for c in '“„«"')
    places, at = [], 0
    while m := _OPEN.search(paragraph, at):
        mark = m.group()
        at = m.end()
        if mark in "‘'" and double:
            continue
        close = _CLOSE[mark].search(paragraph, at, at + LONGEST + 1)
        if close and (close.group() or len(paragraph) == close.start()) and "\n\n" not in paragraph[at : close.start()]:
            places.append((at, close.start()))
            at = close.end()
    return places


@cache
def who_pattern() -> str:
    """One who speaks: a name with or without a role before it, a role with its article, or a pronoun."""
    word = r"(?:(?:[A-Z]\.)+|[A-Z][a-z]{1,3}\.(?=\s[A-Z])|[A-Z][\w'’-]{0,40})"
    name = rf"{word}(?:\s(?:(?:of|de|van|von|bin|al|the)\s)?{word}){{0,6}}"
    article = "(?:[Tt]he|[Aa]n?|[Oo]ne|[Aa]nother|[Tt]wo|[Tt]hree|[Ss]everal|[Ss]ome|[Oo]ther)"
    nouns = _any(list(lookup("roles")))
    role = rf"(?:{article}\s)?(?:[\w'’.-]{{1,40}}\s){{0,3}}?(?:{nouns})(?:\s(?:{nouns}))?"
    return rf"(?<![\w'’-])(?:{role}\s{name}|{name}|{role}|[Hh]e|[Ss]he|[Tt]hey)"


def _any(forms: list[str]) -> str:
    return "|".join(sorted(map(re.escape, forms), key=lambda f: (-len(f), f)))


@cache
def say_pattern() -> str:
    """Any verb of saying."""
    return rf"(?:{_any(list(lookup('say_verbs')))})"


@cache
def _after() -> re.Pattern[str]:
    who, say = who_pattern(), say_pattern()
    early = rf"(?P<early>{who})(?:,[^,\"“]{{3,80}},)?\s{_ADVERBS}{say}\b(?P<rest>[^\"“]{{0,40}})"
    return re.compile(rf"[\"”’'»]?,?\s*(?:{say}\s(?P<late>{who})\b|{early})")


@cache
def _before() -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?P<who>{who_pattern()})(?:,[^,\"“]{{3,80}},)?\s{_ADVERBS}{say_pattern()}\b[^\"“”.!?]{{0,60}}"
        rf"|[Aa]ccording to (?P<by>{who_pattern()})[^\"“”]{{0,30}})[\s,:]*[\"“«„‘']$"
    )


def _speaker(paragraph: str, start: int, end: int) -> tuple[str, float]:
    """The speaker of a quotation and how far that can be trusted."""
    after = _after().match(paragraph, end)
    if after and _belongs(paragraph, end, after):
        return _named(paragraph, start - 1, after["late"] or after["early"], 0.85)
    before = _before().search(paragraph, max(0, start - 220), start)
    if before:
        return _named(paragraph, before.start(), before["who"] or before["by"], 0.75)
    return "", 0.0


def _belongs(paragraph: str, end: int, after: re.Match[str]) -> bool:
    """Whether the verb of saying after a quotation speaks of it, not of the next: `"..." X tweeted: "..."`."""
    closed = plain_marks(paragraph[end - 1]) in ".!" and after["early"]
    leads_on = re.search(r"[:,]\s*$", after["rest"] or "")
    opens = paragraph[after.end() : after.end() + 2].strip()[:1] in {'"', "“"}
    return not (closed and leads_on and opens)


def _named(paragraph: str, at: int, who: str, confidence: float) -> tuple[str, float]:
    """The speaker as named; a pronoun becomes the last person named before it, at less confidence, or nobody."""
    if not _PRONOUN.match(who.strip()):
        return _LEADING.sub("", who.strip(" ,.")), confidence
    earlier = [n for n in names(paragraph[:at]) if _can_speak(paragraph, n.start, n.end, n.text)]
    return (earlier[-1].text, 0.6) if earlier else ("", 0.0)


def _can_speak(paragraph: str, start: int, end: int, name: str) -> bool:
    """Whether a name may be meant by "he said": no word that only opens a sentence, no owner of something, no place."""
    owner = re.match(r"['’]", paragraph[end:]) or name.endswith(("'s", "’s"))
    placed = re.search(r"\b(?:in|at|from|near|of|to|the|on|for)\s$", paragraph[:start], re.IGNORECASE)
    return name.lower() not in family("stopwords") and not owner and not placed
