"""Statements that stand against each other: what is opposite, what is denied, what is out of date. Pure.

Two reports contradict each other only while both stand: the other side must be held by an article now, and must be of another
source. What was said long ago is history, not the other side of a conflict.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache

from pipeline.changes.entries import Entry
from pipeline.claims import Statement
from pipeline.claims.lexicon import WORD, cue_words, say_words, stem
from pipeline.claims.statements import FLIPS
from pipeline.claims.units import function_stems
from pipeline.words import groups

DENIED_WITHIN = timedelta(hours=48)
DATED_WITHIN = timedelta(hours=36)  # two dates for one thing stand against each other if told this close together
STALE_FROM, STALE_TO = timedelta(hours=2), timedelta(days=30)  # a state is out of date, and no longer only history
DENIES = 0.3  # overlap of a denial with what it denies
MOVED = frozenset({"plan.off", "plan.extended", "force.off", "progress.ended"})  # states that move a date
SHIFTING = frozenset({"stance", "plan", "progress", "knowledge", "need"})  # dimensions in which many things are so at once
PLAIN_SHARED = 2  # words in common from which a bare "not" is a contradiction
DENIED_NEAR, DENIED_WORDS = 5, 2  # words behind a negation, and the content words among them that it denies
ALIKE = 0.45  # overlap that makes two statements speak of one thing
AGAINST = {"stance.accepts": "stance.rejects", "stance.confirms": "stance.denies"}
AGAINST |= {"deal.made": "deal.broken"}
AGAINST |= {value: key for key, value in AGAINST.items()}


@dataclass(frozen=True, slots=True)
class Scene:
    """The circumstances of a claim."""

    at: datetime
    article_id: str
    root: str
    noted: bool = False  # its version carries a correction note
    mine: frozenset[int] = frozenset()  # numbers of the entries that this article held before
    told_at: datetime | None = None  # when the outlet told it: earlier than `at` for an article that was found late
    named: bool = False  # the report names its source
    own: str = ""  # the outlet as a source


@dataclass(frozen=True, slots=True)
class Near:
    """An earlier statement of the aspect, and how much the two share."""

    entry: Entry
    said: Statement  # its content
    contained: float  # share of the new statement's weight that it holds
    overlap: float  # shared weight over the lighter of the two
    topical: bool  # they share a concept of the aspect
    names: bool  # they share an actor


@cache
def conflict_cues(kind: str) -> frozenset[str]:
    """The members of one class of `conflict_cues.txt`."""
    return frozenset(groups("conflict_cues")[kind])


def opposite(a: Statement, b: Statement) -> bool:
    """Whether two statements on one thing cannot both be so."""
    return excluded(a.states, b.states) or a.negated != b.negated


def excluded(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether a state of one thing excludes one of the other's."""
    return any(counter(s) in theirs or FLIPS.get(s) in theirs or AGAINST.get(s) in theirs for s in mine)


def counter(state: str) -> str:
    """The same state with the other sign: "plan.planned" and "plan.not planned"."""
    dimension, _, value = state.partition(".")
    return f"{dimension}.{value.removeprefix('not ')}" if value.startswith("not ") else f"{dimension}.not {value}"


def contradicted(new: Statement, sentence: str, near: tuple[Near, ...], scene: Scene, turned: bool = False) -> Near | None:
    """A statement of somebody else that still stands and says the opposite; `turned`: the new one tells what came next."""
    for n in near:
        other = n.entry
        held = other.holders > (other.number in scene.mine and other.root == scene.root) or other.first_at == scene.at
        if scene.at - other.last_at > DENIED_WITHIN or not held or other.root == scene.root:
            continue
        if n.overlap < ALIKE or not opposite(new, n.said) or not _of_one_thing(new, sentence, n):
            continue
        if not tells_of_later(new, n.said) and not (turned and other.first_at < scene.at):
            return n
    return None


def _of_one_thing(new: Statement, sentence: str, near: Near) -> bool:
    """Whether two opposite statements share what they are about; where only a "not" tells them apart, also what it denies."""
    shared = (new.stems & near.said.stems) - new.names - near.said.names - say_stems()
    if excluded(new.states, near.said.states):
        return bool(shared or new.dates & near.said.dates)
    denied = negated_in(sentence) if new.negated else negated_in(near.entry.sentence)
    return len(shared) >= PLAIN_SHARED and bool(denied & shared)


@lru_cache(maxsize=1 << 12)
def negated_in(sentence: str) -> frozenset[str]:
    """Stems of what the negations of a sentence deny: the content words right behind them."""
    lows = [m[0].lower() for m in WORD.finditer(sentence)]
    found: set[str] = set()
    for i, low in enumerate(lows):
        if low in cue_words("negation") or low.endswith(("n't", "n’t")):
            found.update(
                [s for w in lows[i + 1 : i + 1 + DENIED_NEAR] if (s := stem(w)) not in function_stems()][:DENIED_WORDS]
            )
    return frozenset(found)


@cache
def say_stems() -> frozenset[str]:
    """Stems of verbs of saying: that two statements share one makes them no statements on one thing."""
    return frozenset(stem(word) for word in say_words())


def tells_of_later(new: Statement, old: Statement) -> bool:
    """Whether a statement is of a later day than another, both past: "released on Saturday" after "held on Friday"."""
    return bool(new.dates and old.dates) and not (new.ahead or old.ahead) and max(new.dates) > max(old.dates)


def stands(entry: Entry, scene: Scene) -> bool:
    """Whether an article says it now, this very report included."""
    return entry.holders > 0 or entry.first_at == scene.at


def denied(new: Statement, near: tuple[Near, ...], scene: Scene) -> Near | None:
    """What a denial denies: a standing statement of somebody else on the same thing, itself no denial."""
    if "stance.denies" not in new.states:
        return None
    for n in near:
        shared = (new.stems & n.said.stems) - new.names
        theirs = n.entry.root != scene.root and stands(n.entry, scene) and not n.said.negated
        if theirs and n.overlap >= DENIES and len(shared) > 1 and "stance.denies" not in n.said.states:
            return n
    return None


def other_date(new: Statement, dated: list[Near], scene: Scene) -> Near | None:
    """A different day for the same thing that another source names and an article still holds; not if the day was moved."""
    if new.negated or new.states & MOVED:
        return None
    for n in dated:
        elsewhere = n.entry.holders > (n.entry.number in scene.mine) and n.entry.root != scene.root
        near = n.overlap >= ALIKE and scene.at - n.entry.last_at <= DATED_WITHIN
        if elsewhere and near and n.said.ahead and not n.said.negated and not n.said.ahead & new.dates:
            return n
    return None


def out_of_date(new: Statement, same: Near, kin: list[Near], scene: Scene) -> Near | None:
    """The newer state of the same actor that a report leaves out which tells an overtaken one; once for a state."""
    if same.entry.lagging or same.entry.number in scene.mine:
        return None
    told = scene.told_at or scene.at
    for n in sorted(kin, key=lambda n: (n.entry.first_at, n.entry.number), reverse=True):
        dimensions = (new.dimensions & n.said.dimensions) - SHIFTING
        differs = any(s not in n.said.states for s in new.states if s.partition(".")[0] in dimensions)
        if not dimensions or not n.names:
            continue
        stood = told - n.entry.first_at
        newer = n.entry.first_at > same.entry.first_at and n.entry.root != scene.root and stands(n.entry, scene)
        return n if differs and newer and STALE_FROM <= stood <= STALE_TO else None
    return None


def still_held(gone: frozenset[str], others: list[Near], scene: Scene) -> Near | None:
    """Another article that still says what the edit took out."""
    for n in others:
        held = n.entry.holders > (n.entry.number in scene.mine)
        if held and gone and len(gone & n.said.stems) >= 0.5 * len(gone):
            return n
    return None
