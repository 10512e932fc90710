"""Who says it: the chain of sources of a sentence, and the root by which independent sources are counted."""

import re
from collections.abc import Set
from dataclasses import dataclass

from pipeline.claims.lexicon import cue_words
from pipeline.claims.units import Unit
from pipeline.text import Source

MIDDLE = frozenset({"report", "reports", "agency", "wire", "newspaper", "paper", "article"})  # "the report said": passed on


_NAMES = r"[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*)*"
_JOINED = re.compile(rf"(?:\b[Tt]he )?{_NAMES}(?:, {_NAMES})*,? and (?:the )?$")


@dataclass(frozen=True, slots=True)
class Attribution:
    """Where a sentence's word comes from."""

    root: str  # compared form: the last capitalised word of the innermost source, else the outlet
    named: str  # as written, "" if nobody is named
    chain: tuple[str, ...] = ()  # nearest first
    kind: str = "outlet"
    spans: tuple[tuple[int, int], ...] = ()  # places of the names in the unit


def attribute(unit: Unit, outlet: str, last: str = "", outlets: Set[str] = frozenset()) -> Attribution:
    """The sources of a unit. A pronoun is the source named last; another outlet is a link of the chain, never its root."""
    found = unit.sources
    links = [s for s in found if not _is_outlet(s.name, outlets) and is_name(s.name)]
    spans = tuple((s.start, s.end) for s in found)
    chain = tuple(s.name for s in found if is_name(s.name))
    if not links:
        return Attribution(root_of(outlet), "", chain, "outlet", spans)
    inner = links[-1]
    if inner.name.lower() in cue_words("pronoun"):
        chain = tuple(name for name in chain if name.lower() not in cue_words("pronoun"))
        return Attribution(root_of(last) if last else root_of(outlet), last, chain, inner.kind.value, spans)
    name = _whole(unit, inner)
    return Attribution(root_of(inner.name), name, chain, inner.kind.value, spans)


def is_name(name: str) -> bool:
    """Whether a source is a name or a noun phrase: no remains of another phrase ("than in a draft"), nobody's possession."""
    low = name.lower().split()
    if not low or low[-1].endswith(("'s", "’s")):
        return False
    return low[0] in cue_words("determiner") | cue_words("pronoun") or low[0] not in cue_words("no name")


def _whole(unit: Unit, source: Source) -> str:
    """The name with those that it is joined to: "Marel and Orlania said"."""
    joined = _JOINED.search(unit.text[: source.start])
    return joined[0] + source.name if joined and source.name[:1].isupper() else source.name


def _is_outlet(name: str, outlets: Set[str]) -> bool:
    low = name.lower().removeprefix("the ")
    return low in outlets or low.split()[-1] in MIDDLE


def root_of(name: str) -> str:
    """The compared form of a source: its last capitalised word, else its last word."""
    row = name.replace(",", " ").split()
    capitals = [w for w in row if w[:1].isupper() and w.lower() not in cue_words("determiner")]
    return (capitals or row or [""])[-1].lower().removesuffix("'s")
