"""Statements that cannot both be so though no word of one is the opposite of a word of the other. Pure.

Four kinds: how far one actor has gone with one thing ("has not received the plan" against "has accepted it"); a bound against
its absence ("until Friday" against "no deadline"); a place in a sentence that has one filler ("caused by", "written by"),
filled in two ways; contraries and clock times of one thing. Each is read from the sentence alone, by `answers.txt`,
`conflict_cues.txt` and `contraries.txt`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline.changes.against import ALIKE, DENIED_WITHIN, Near, Scene, conflict_cues, stands
from pipeline.changes.entries import Entry
from pipeline.claims import Statement
from pipeline.claims.lexicon import cue_words, cues, stem, stems
from pipeline.claims.units import Word, function_stems, is_negated, read_words
from pipeline.text import ValueKind, values
from pipeline.words import groups, lookup

ORDER = {"unknown": 0, "received": 1, "considers": 2, "postpones": 2}
ORDER |= {"works": 3, "welcomes": 3, "proposes": 3, "accepts": 4, "rejects": 4}
FOR = frozenset({"accepts", "welcomes", "works"})
NEGATED_WITHIN = 3  # words before a cue in which a negation takes hold
BOUNDS = ("deadline", "limit", "ban")
BOUND_NEAR = 4  # words between "no" and the bound that it denies
GONE_NEAR = 8  # words between a bound and the word that says that it is gone
SAME_TOPIC = 0.5  # share of the fewer words about which two fillers are told
SAME_DEED = 0.6  # overlap from which two statements with a clock time tell of one deed
FILLER, TOPIC = 6, 4  # words of a filler, and before it


@dataclass(frozen=True, slots=True)
class Answer:
    """How far somebody has gone with something."""

    status: str  # a key of `answers.txt`, "not " before it where it is denied
    actor: frozenset[str]  # features of the words before it
    thing: frozenset[str]  # features of what else the sentence speaks of


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a sentence that has one filler."""

    kind: str  # "because", or the verb: "written by"
    topic: frozenset[str]
    filler: frozenset[str]
    named: frozenset[str] = frozenset()  # of the filler: its names
    proper: frozenset[str] = frozenset()  # of these: what is no common word, such as "hospital"


@lru_cache(maxsize=1 << 12)
def told(sentence: str) -> tuple[Word, ...]:
    """The words of a sentence outside quotations and the naming of sources."""
    return tuple(w for w in read_words(sentence) if not w.quoted)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A statement with the sentence that makes it."""

    sentence: str
    statement: Statement
    subject: str = ""
    turned: bool = False  # tells what came next: "lifted", "again"


def clashing(
    new: Spoken, near: tuple[Near, ...], figures: Sequence[Entry], scene: Scene, belongs: Mapping[str, Sequence[str]]
) -> tuple[Entry, str] | None:
    """What another source says that cannot be so beside a sentence, and why.

    `figures` are the values that stand, `belongs` tells whose people are named.
    """
    sentence = new.sentence
    (away, holds), slots, answer = bounds_in(sentence), slots_in(sentence), answer_in(sentence)
    if not (answer or away or holds or slots or sides_in(sentence) or times_in(sentence)):
        return None
    for n in near:
        old = n.entry.sentence
        if not _is_rival(n.entry, scene):
            continue
        theirs = answer_in(old)
        if answer and theirs and answers_clash(answer, theirs, belongs):
            return n.entry, "another source gives another answer for the same actor"
        gone, stay = bounds_in(old)
        if away & stay or holds & gone:
            return n.entry, f"a {min(away & stay or holds & gone)} against its absence"
        if any(slots_clash(a, b) for a in slots for b in slots_in(old)):
            return n.entry, "another source names another cause, doer or place"
        if _contrary(new, n):
            return n.entry, "another source says the contrary"
        if _another_time(new, n):
            return n.entry, "another source names another time"
    return _denied_bound(new, away, figures, scene)


def _denied_bound(new: Spoken, away: frozenset[str], figures: Sequence[Entry], scene: Scene) -> tuple[Entry, str] | None:
    """A value that stands under a bound of which a sentence says that it is not there."""
    topic = features(told(new.sentence)) - conflict_cues("gone") if away else frozenset()
    for entry in figures if away else ():
        around = features(told(entry.sentence))
        if _is_rival(entry, scene) and away & bounds_in(entry.sentence)[1] and len(topic & around) > 1:
            return entry, f"says that there is no {min(away)}, where another source gives it"
    return None


def _contrary(new: Spoken, near: Near) -> bool:
    """Whether two statements on one thing, or with one subject, hold a word and its contrary."""
    same = bool(new.subject) and near.entry.subject.lower() == new.subject.lower()
    if new.turned or not (same or near.overlap >= ALIKE) or not _same_days(new.statement, near.said):
        return False
    return are_contrary(sides_in(new.sentence), sides_in(near.entry.sentence))


def _another_time(new: Spoken, near: Near) -> bool:
    """Whether two statements tell one deed at two clock times."""
    mine, theirs = times_in(new.sentence), times_in(near.entry.sentence)
    alike = near.overlap >= SAME_DEED and new.statement.states == near.said.states
    return alike and len(mine) == len(theirs) == 1 and mine != theirs and _same_days(new.statement, near.said)


def _is_rival(entry: Entry, scene: Scene) -> bool:
    """Whether an entry is another source's, stands, and is not history."""
    elsewhere = entry.holders > (entry.number in scene.mine) or entry.first_at == scene.at
    return elsewhere and entry.root != scene.root and stands(entry, scene) and scene.at - entry.last_at <= DENIED_WITHIN


def _same_days(new: Statement, old: Statement) -> bool:
    """Whether two statements may tell of one day."""
    return not (new.dates and old.dates) or bool(new.dates & old.dates)


# ---- contraries and times ------------------------------------------------------------------------------------------------


@cache
def contraries() -> tuple[tuple[tuple[str, ...], frozenset[tuple[str, ...]]], ...]:
    """Stems of a word or phrase, and those of its contraries; both ways."""
    pairs: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for word, others in groups("contraries").items():
        for other in others:
            pairs.setdefault(stems(word), set()).add(stems(other))
            pairs.setdefault(stems(other), set()).add(stems(word))
    return tuple((word, frozenset(others)) for word, others in sorted(pairs.items()))


@lru_cache(maxsize=1 << 12)
def sides_in(sentence: str) -> frozenset[tuple[str, ...]]:
    """The words of a sentence that have a contrary, as stems; none of a sentence with a negation."""
    row = told(sentence)
    if is_negated(row):
        return frozenset()
    spoken = " " + " ".join(w.stem for w in row if not w.source) + " "
    return frozenset(word for word, _ in contraries() if f" {' '.join(word)} " in spoken)


def are_contrary(mine: frozenset[tuple[str, ...]], theirs: frozenset[tuple[str, ...]]) -> bool:
    """Whether one of two sentences holds a word and the other its contrary, and neither holds both."""
    sides = (row for row in contraries() if row[0] in mine and row[0] not in theirs)
    return any(others & theirs and not others & mine for _, others in sides)


@lru_cache(maxsize=1 << 12)
def times_in(sentence: str) -> frozenset[str]:
    """The clock times of a sentence."""
    return frozenset(v.key for v in values(sentence, None) if v.kind is ValueKind.TIME)


# ---- answers ---------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1 << 12)
def answer_in(sentence: str) -> Answer | None:
    """The answer that goes furthest of those that a sentence tells."""
    row = told(sentence)
    best: tuple[int, int, str, int] | None = None
    end = 0
    for hit in cues("answers").find(tuple(w.low for w in row)):
        if hit.start < end:
            continue  # "received" inside "has not received"
        end = hit.end
        found = (ORDER[hit.label], hit.end - hit.start, hit.label, hit.start)
        best = found if best is None or found[:2] > best[:2] else best
    if best is None:
        return None
    _, length, label, at = best
    before = [w for w in row[max(0, at - NEGATED_WITHIN) : at] if w.clause == row[at].clause]
    status = f"not {label}" if label != "unknown" and is_negated(tuple(before)) else label
    actor = features(w for w in row[:at] if not w.low[0].isdigit())
    thing = features(w for i, w in enumerate(row) if not at <= i < at + length and not w.name) - actor
    return Answer(status, actor, thing) if actor else None


def features(row: Iterable[Word]) -> frozenset[str]:
    """Stems and concepts of the content words of a row."""
    found = set()
    for word in row:
        if word.stem not in function_stems() and word.low not in cue_words("say"):
            found |= {word.stem, *word.concepts}
    return frozenset(found)


def answers_clash(new: Answer, old: Answer, belongs: Mapping[str, Sequence[str]]) -> bool:
    """Whether one actor cannot have answered one thing in both ways; a step on the way is no clash, a step back is."""
    mine, theirs = _people(new.actor, belongs), _people(old.actor, belongs)
    if not mine & theirs or not new.thing & old.thing:
        return False
    a, b = new.status, old.status
    if a.removeprefix("not ") == b.removeprefix("not "):
        return a != b
    if a.startswith("not ") or b.startswith("not "):
        return False
    if "rejects" in (a, b) and ({a, b} - {"rejects"} <= FOR):
        return True
    return ORDER[b] == ORDER["accepts"] and ORDER[a] < ORDER[b]


def _people(actor: frozenset[str], belongs: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The actor with the countries and bodies for which he speaks."""
    return actor | {c for s in sorted(actor) for c in belongs.get(s, ())}


# ---- bounds ----------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1 << 12)
def bounds_in(sentence: str) -> tuple[frozenset[str], frozenset[str]]:
    """The kinds of bounds that a sentence says are not there, and those that it says hold."""
    lows = [w.low for w in told(sentence)]
    away = {kind for kind in BOUNDS for i, low in enumerate(lows) if low in conflict_cues(kind) and _is_away(lows, i)}
    holds = {kind for kind in BOUNDS if kind not in away and _holds(sentence, lows, kind)}
    return frozenset(away), frozenset(holds)


def _is_away(lows: Sequence[str], at: int) -> bool:
    before, after = lows[max(0, at - BOUND_NEAR) : at], lows[at + 1 : at + 1 + GONE_NEAR]
    if set(before) & {"no", "without", "not"}:
        return True
    behind = next((i for i, w in enumerate(after) if w in {"is", "are", "was", "were", "been", "be"}), None)
    said = after[behind + 1 : behind + 3] if behind is not None else []
    if set(said) & conflict_cues("gone") or said == ["no", "longer"]:
        return True
    return bool(set(before) & (conflict_cues("gone") - {"gone", "void"}))


_BY_DAY = re.compile(r"\b(?:until|till|by)\s+$")


def _holds(sentence: str, lows: Sequence[str], kind: str) -> bool:
    """Whether a bound is said to hold: a deadline with its day, a limit with its figure, a ban that stays."""
    binding = any(phrase in f" {' '.join(lows)} " for phrase in sorted(f" {cue} " for cue in conflict_cues("binding")))
    named = bool(set(lows) & conflict_cues(kind))
    if kind == "ban":
        return named and binding
    found = values(sentence, None)
    if kind == "limit":
        return named and any(v.kind is ValueKind.QUANTITY for v in found)
    days = [v for v in found if v.kind is ValueKind.DATE]
    return (named and bool(days)) or (
        binding and any(_BY_DAY.search(sentence[max(0, v.start - 12) : v.start].lower()) for v in days)
    )


# ---- places with one filler --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1 << 12)
def slots_in(sentence: str) -> tuple[Slot, ...]:
    """The places with one filler of a sentence that does not deny them."""
    row = told(sentence)
    if is_negated(row):
        return ()
    lows = tuple(w.low for w in row)
    found = [_slot("because", row, hit.start, hit.end) for hit in cues("conflict_cues").find(lows) if hit.label == "because"]
    for i, low in enumerate(lows[:-2]):
        after = lows[i + 1]
        if low in conflict_cues("deed") and after in {"by", "up"}:
            found.append(_slot(f"{stem(low)} by", row, i, i + (2 if after == "by" else 3)))
        if low in conflict_cues("whereabouts") and after in {"to", "at", "in"}:
            found.append(_slot(f"{stem(low)} to", row, i, i + 2))
        if low.startswith("blam") and "on" in lows[i + 1 : i + 6]:
            at = lows.index("on", i + 1)
            found.append(Slot("because", features(row[i + 1 : at]), features(_filler(row, at + 1))))
    return tuple(s for s in found if s.topic and s.filler)


def _slot(kind: str, row: Sequence[Word], start: int, end: int) -> Slot:
    filler = _filler(row, end)
    named = [w for w in filler if w.name]
    proper = [w for w in named if all(c[0] == "@" for c in w.concepts) and w.low not in lookup("roles")]
    return Slot(kind, _topic(row[:start]), features(filler), features(named), features(proper))


def _topic(row: Sequence[Word]) -> frozenset[str]:
    """Stems of what is said right before a filler: words alone, since two things of one family are two things."""
    told = [w for w in row if w.stem not in function_stems() and not w.source and w.clause == row[-1].clause]
    return frozenset(w.stem for w in told[-TOPIC:])


def _filler(row: Sequence[Word], at: int) -> Sequence[Word]:
    """The words of a clause from a place on."""
    return [w for w in row[at : at + FILLER] if w.clause == row[at].clause and not w.source] if at < len(row) else []


def slots_clash(new: Slot, old: Slot) -> bool:
    """Whether two sources fill one place in two ways."""
    if new.kind != old.kind or _same_filler(new, old):
        return False
    shared = len(new.topic & old.topic)
    return shared > 0 and shared >= SAME_TOPIC * min(len(new.topic), len(old.topic))


def _same_filler(new: Slot, old: Slot) -> bool:
    if new.proper and old.proper:
        return bool(new.proper & old.proper)
    if new.named and old.named:
        return new.named <= old.named or old.named <= new.named
    return bool(new.filler & old.filler)
