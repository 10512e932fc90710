"""A report on its way through the ledger: which sentences are fresh, what they replaced, and what was found in them."""

from dataclasses import dataclass, field, replace

from pipeline.changes.decide import Verdict
from pipeline.changes.entries import Held, Reported, Telling
from pipeline.changes.pairing import Side, in_its_place, pair
from pipeline.claims import Unit, is_note, read_unit, split
from pipeline.claims.attribution import Attribution
from pipeline.model import Report


@dataclass(slots=True)
class Reading:
    """A fresh sentence."""

    unit: Unit
    held: Held
    was: Held | None = None  # the sentence that it replaced
    evidence: str = ""  # the sentence with those of its paragraph that go on about it
    attribution: Attribution = field(default_factory=lambda: Attribution("", ""))


@dataclass(frozen=True, slots=True)
class Page:
    """A report against the article's last text."""

    report: Report
    units: tuple[Unit, ...]
    fresh: dict[int, Reading]  # by place among the units
    kept: dict[int, Held]
    gone: tuple[Held, ...]  # sentences of the last text that nothing replaced
    known: bool  # the article has been read before


@dataclass(frozen=True, slots=True)
class Finding:
    """A judged claim, before it is written down."""

    reading: Reading
    aspect: int
    verdict: Verdict
    kind: str
    subject: str
    value: str
    start: int  # offsets of the words that say it, in the unit's text
    end: int
    entry: int  # its entry's number, -1 = none
    confidence: float
    key: str = ""
    status: str = ""
    hedge: str = ""
    loose: bool = False  # held to its aspect by what stands around it more than by its own words

    @property
    def telling(self) -> Telling:
        """What is remembered of it for when the sentence comes again."""
        place = (self.start, self.end, self.entry, self.confidence, self.key, self.status, self.hedge, self.loose)
        return Telling(self.aspect, self.kind, self.subject, self.value, *place)


def read_page(report: Report, before: Reported | None) -> Page:
    """Reads a report and matches it with the article's last text: equal sentences first, then by likeness."""
    year = (report.published_at or report.seen_at).year
    units = tuple(read_unit(sentence, paragraph, start, year) for sentence, paragraph, start, _ in split(report))
    left: dict[str, list[Held]] = {}
    for held in before.sentences if before else ():
        left.setdefault(held.normal, []).append(held)
    kept: dict[int, Held] = {}
    for i, unit in enumerate(units):
        if left.get(unit.normal):
            kept[i] = replace(left[unit.normal].pop(0), paragraph=unit.paragraph, text=unit.text)
    places = [i for i in range(len(units)) if i not in kept]
    gone = sorted((held for rest in left.values() for held in rest), key=lambda h: (h.paragraph, h.normal))
    sides = [Side(units[i].normal, units[i].paragraph) for i in places], [Side(h.normal, h.paragraph) for h in gone]
    pairs = pair(*sides)
    if any(is_note(units[i].text) for i in places):
        pairs |= in_its_place(*sides, pairs)
    fresh = {i: _reading(units, i, gone[pairs[k]] if k in pairs else None) for k, i in enumerate(places)}
    replaced = set(pairs.values())
    return Page(report, units, fresh, kept, tuple(h for j, h in enumerate(gone) if j not in replaced), before is not None)


def _reading(units: tuple[Unit, ...], i: int, was: Held | None) -> Reading:
    unit = units[i]
    return Reading(unit, Held(unit.text, unit.normal, unit.paragraph), was, with_followers(units, i))


def with_followers(units: tuple[Unit, ...], i: int) -> str:
    """A sentence with the ones after it in its paragraph that open with a pronoun, or with the one before if it does itself."""
    start = i - 1 if units[i].follows and i and units[i - 1].paragraph == units[i].paragraph else i
    end = i + 1
    while end < len(units) and units[end].follows and units[end].paragraph == units[i].paragraph:
        end += 1
    return " ".join(unit.text for unit in units[start:end])
