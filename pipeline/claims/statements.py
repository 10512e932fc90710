"""What a unit says beside its figures: states of things, stances of actors, dates, polarity, and who says it."""

from dataclasses import dataclass
from datetime import date, datetime

from pipeline import words
from pipeline.claims.lexicon import cue_words, cues
from pipeline.claims.units import Unit, Word, is_negated
from pipeline.text import ValueKind, values

FLIPS = {
    "force.on": "force.off",
    "access.open": "access.closed",
    "condition.sound": "condition.broken",
    "custody.held": "custody.free",
    "outcome.won": "outcome.lost",
    "court.guilty": "court.innocent",
    "vote.passed": "vote.failed",
    "need.yes": "need.no",
    "life.found": "life.lost",
}
FLIPS |= {value: key for key, value in FLIPS.items()}
NEGATED_BEHIND = frozenset({"will", "is", "are"})
NEGATED_WITHIN = 3  # words before a cue in which a negation takes hold
MOSTLY_QUOTED = 0.6
_QUALIFIERS = {
    "only": "partly",
    "partially": "partly",
    "partly": "partly",
    "fully": "fully",
    "all": "fully",
    "commercial": "commercial",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """The comparable content of a unit."""

    stems: frozenset[str]  # content
    names: frozenset[str]  # stems of capitalised words
    states: frozenset[str]  # "dimension.value"; stances as "stance.value"
    dates: frozenset[str]  # resolved days, else as written
    figures: frozenset[str]  # canonical values
    negated: bool
    modals: frozenset[str]
    ahead: frozenset[str] = frozenset()  # those of the dates that were still to come
    acts: bool = False  # tells of a deed
    quoted: bool = False  # mostly somebody's words
    sourced: bool = False  # says who says so

    @property
    def future(self) -> bool:
        """Whether it tells of a day to come."""
        return bool(self.ahead)

    @property
    def dimensions(self) -> frozenset[str]:
        """The dimensions in which it tells a state."""
        return frozenset(s.partition(".")[0] for s in self.states)


def read_statement(unit: Unit, figures: frozenset[str], published_at: datetime | None) -> Statement:
    """A unit's statement."""
    told = values(unit.text, published_at)
    days = [v for v in told if v.kind == ValueKind.DATE]
    valued = {w.stem for w in unit.words if any(v.start <= w.start < v.end for v in told)}
    today = published_at.date() if published_at else None
    lows = [w.low for w in unit.words if not w.quoted]
    quoted = sum(w.quoted for w in unit.words)
    return Statement(
        stems=unit.content - valued,
        names=frozenset(w.stem for w in unit.words if w.name),
        states=read_states(unit),
        dates=frozenset(v.date.isoformat() if v.date else v.key for v in days if v.year is None or v.month),
        ahead=frozenset(v.date.isoformat() for v in days if v.date is not None and _ahead(v.date, today)),
        figures=figures,
        negated=unit.negated,
        modals=frozenset(low for low in lows if low in cue_words("modal")),
        acts=any(low in words.family("acts") for low in lows),
        quoted=quoted > MOSTLY_QUOTED * len(unit.words),
        sourced=any(low in cue_words("say") for low in lows),
    )


def _ahead(day: date, today: date | None) -> bool:
    return today is not None and day > today


def read_states(unit: Unit) -> frozenset[str]:
    """States and stances that a unit tells outside quotations; in each dimension the last one told."""
    row = [w for w in unit.words if not w.quoted]
    lows = tuple(w.low for w in row)
    told: dict[str, str] = {}
    for hit in sorted(cues("states").find(lows), key=lambda h: h.end):
        told[hit.label.partition(".")[0]] = _signed(hit.label, row, hit.start, hit.end)
    if "access" in told:
        told["access"] += "".join(sorted({" " + _QUALIFIERS[w] for w in lows if w in _QUALIFIERS}))
    for hit in sorted(cues("stances").find(lows), key=lambda h: h.end):
        told["stance"] = _signed("stance." + hit.label, row, hit.start, hit.end)
    return frozenset(told.values())


def _signed(label: str, row: list[Word], at: int, end: int) -> str:
    """The state, turned round if a negation stands just before its cue, or right behind it: "will not"."""
    near = tuple(w for w in row[max(0, at - NEGATED_WITHIN) : at] if w.clause == row[at].clause)
    behind = tuple(w for w in row[end : end + 1] if w.low in {"not", "never"} and row[at].low in NEGATED_BEHIND)
    if not is_negated(near + behind):
        return label
    dimension, _, value = label.partition(".")
    return FLIPS.get(label, f"{dimension}.not {value}")


def clause_span(unit: Unit, start: int, end: int) -> tuple[int, int]:
    """Offsets of the clauses in which a stretch of the unit lies."""
    clauses = {w.clause for w in unit.words if w.end > start and w.start < end}
    if not clauses:
        return 0, len(unit.text)
    inside = [w for w in unit.words if min(clauses) <= w.clause <= max(clauses)]
    return inside[0].start, inside[-1].end
