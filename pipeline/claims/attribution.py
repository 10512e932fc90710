"""Who says it: the chain of sources of a sentence, and the root by which independent sources are counted."""

from dataclasses import dataclass

from pipeline.claims.lexicon import cue_words
from pipeline.claims.units import Unit

MIDDLE = frozenset({"report", "reports", "agency", "wire", "newspaper", "paper", "article"})  # "the report said": passed on


@dataclass(frozen=True, slots=True)
class Attribution:
    """Where a sentence's word comes from."""

    root: str  # compared form: the last capitalised word of the innermost source, else the outlet
    named: str  # as written, "" if nobody is named
    chain: tuple[str, ...] = ()  # nearest first
    kind: str = "outlet"
    spans: tuple[tuple[int, int], ...] = ()  # places of the names in the unit


def attribute(unit: Unit, outlet: str, last: str = "", outlets: frozenset[str] = frozenset()) -> Attribution:
    """The sources of a unit. A pronoun is the source named last; another outlet is a link of the chain, never its root."""
    found = unit.sources
    links = [s for s in found if not _is_outlet(s.name, outlets)]
    spans = tuple((s.start, s.end) for s in found)
    chain = tuple(s.name for s in found)
    if not links:
        return Attribution(root_of(outlet), "", chain, "outlet", spans)
    inner = links[-1]
    if inner.name.lower() in cue_words("pronoun"):
        return Attribution(last or root_of(outlet), inner.name, chain, inner.kind.value, spans)
    return Attribution(root_of(inner.name), inner.name, chain, inner.kind.value, spans)


def _is_outlet(name: str, outlets: frozenset[str]) -> bool:
    low = name.lower().removeprefix("the ")
    return low in outlets or low.split()[-1] in MIDDLE


def root_of(name: str) -> str:
    """The compared form of a source: its last capitalised word, else its last word."""
    row = name.replace(",", " ").split()
    capitals = [w for w in row if w[:1].isupper() and w.lower() not in cue_words("determiner")]
    return (capitals or row or [""])[-1].lower().removesuffix("'s")
