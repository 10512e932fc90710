"""Who is said to have said it: the attributions of a sentence, from the outlet that passes it on to the one who knows."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from pipeline.text.quotes import say_pattern, who_pattern
from pipeline.words import lookup


class SourceKind(StrEnum):
    PERSON = "person"
    INSTITUTION = "institution"
    DOCUMENT = "document"
    UNNAMED = "unnamed official"
    OUTLET = "outlet"


@dataclass(frozen=True, slots=True)
class Source:
    """One link of a chain of attribution: `sentence[start:end] == name`."""

    name: str
    relation: str  # dateline, reported, told, interview, reported by, according to, citing, said
    kind: SourceKind
    start: int
    end: int


_DEPTH = {"dateline": 0, "reported": 1, "told": 1, "interview": 1, "reported by": 2, "according to": 3, "citing": 3, "said": 4}


def sources(sentence: str) -> tuple[Source, ...]:
    """The attributions of a sentence, outermost first: in "X reported, citing Y" X stands before Y; also in "Y told X"."""
    found: list[Source] = []
    for relation, pattern in _patterns():
        for m in pattern.finditer(sentence):
            name = m["who"].rstrip(" ,.'’-")
            start, end = m.start("who"), m.start("who") + len(name)
            if wire := _wire_at_end().search(name):  # "the online media outlet Axios"
                name, start = wire.group(), start + wire.start()
            if name and all(end <= s.start or start >= s.end for s in found):
                found.append(Source(name, _relation(relation, name), kind_of(name), start, end))
    return tuple(sorted(found, key=lambda s: (s.kind is not SourceKind.OUTLET, _DEPTH[s.relation], s.start)))


def _relation(relation: str, name: str) -> str:
    """An outlet that "said" has reported."""
    return "reported" if relation == "said" and kind_of(name) is SourceKind.OUTLET else relation


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    who, say = who_pattern(), say_pattern()
    wires, official = _any(lookup("wires")), _any(w for w, k in lookup("roles").items() if k == "official")
    adverb = r"(?:(?:has|had|have|also|first|later|earlier|then|previously|exclusively|\w{1,30}ly)\s)*"
    lead = r"(?:[a-z][\w-]{0,40}\s){0,4}?"  # "the online media outlet" before the name
    return (
        ("dateline", re.compile(rf"\((?P<who>{wires})\)")),
        ("reported by", re.compile(rf"\b(?:reported|published|obtained|seen|reviewed|cited|quoted)\sby\s{lead}(?P<who>{who})")),
        ("according to", re.compile(rf"\b[Aa]ccording\sto\s{lead}(?P<who>{who})")),
        ("citing", re.compile(rf"\b(?:citing|quoting|cites|cited|quotes|quoted)\s{lead}(?P<who>{who})")),
        ("told", re.compile(rf"\b(?:told|informed|spoke\sto|speaking\sto|confirmed\sto)\s{lead}(?P<who>{wires})\b")),
        ("interview", re.compile(rf"\binterview\s(?:with|to|on|published\sby)\s{lead}(?P<who>{wires})\b")),
        ("said", re.compile(rf"(?P<who>{who})(?:\s\([A-Z]+\))?(?:,[^,]{{3,80}},)?\s{adverb}{say}\b")),
        (
            "said",
            re.compile(rf"(?P<who>\b(?:[\w-]{{1,40}}\s){{0,3}}?(?:{official}))\s{_KNOWING}[^,.\"“”]{{3,60}}?\s{adverb}{say}\b"),
        ),
        ("said", re.compile(rf",[\"”’]?\s(?:{say})\s(?P<who>{who})")),
        ("said", re.compile(rf"(?:^|(?<=,\s)|(?<=[\"”]\s))(?P<who>{_ANYBODY})\s{adverb}{say}\b")),
    )


# "the insurer", "two shareholders": whoever stands right beside the verb, whatever the noun
_ARTICLE = r"(?:[Tt]he|[Aa]n?|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir|[Tt]wo|[Tt]hree|[Ss]everal)"
_ANYBODY = rf"{_ARTICLE}\s(?:[a-z][a-z'’-]{{1,20}}\s){{0,3}}?(?!(?:was|were|is|are|been|ha[sd]|have|be)\b)[a-z][a-z'’-]{{2,20}}"
_KNOWING = r"(?:familiar|briefed|close|with|who|in|from|at|of|on|speaking)\s"


def _any(forms: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, forms), key=lambda w: (-len(w), w)))


@cache
def _wire_at_end() -> re.Pattern[str]:
    return re.compile(rf"(?<!^)\b(?:{_any(lookup('wires'))})$")


def kind_of(name: str) -> SourceKind:
    """What kind of source a name or noun phrase stands for."""
    low = name.lower()
    bare = re.sub(r"^the\s+", "", low)
    if bare in _wires() or low in _wires():
        return SourceKind.OUTLET
    kind = _role(low)
    named = bool(re.search(r"[A-Z]", name)) and not _only_article(name)
    if kind == "outlet":
        return SourceKind.OUTLET
    if kind == "official":
        return SourceKind.UNNAMED
    if kind == "person":
        return SourceKind.PERSON if named else SourceKind.UNNAMED
    if kind == "document":
        return SourceKind.DOCUMENT
    return SourceKind.INSTITUTION if kind == "institution" else SourceKind.PERSON


@cache
def _wires() -> frozenset[str]:
    return frozenset(w.lower().removeprefix("the ") for w in lookup("wires"))


def _only_article(name: str) -> bool:
    """Whether the only capital of a phrase is that of its article."""
    return not re.search(r"[A-Z]", re.sub(r"^(?:The|An?|One|Two|Three|Several|Some|Another|Other)\s", "", name))


def _role(low: str) -> str:
    """The kind of the last role word in a phrase; "" without one."""
    for word in reversed(re.findall(r"[\w'-]+", low)):
        kind = lookup("roles").get(word)
        if kind:
            return kind
    return ""
