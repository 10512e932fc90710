"""Which aspect a sentence tells something on, and how much it tells: one weighing of all aspects against telling nothing.

A conditional logit: each aspect's worth is a weighted sum of signs, the worth of telling nothing is 0. The weights are those of
largest penalised likelihood on nine labelled stories of different kinds, each with its aspects in the user's words and in three
rewordings (`bench/fit_weighing.py` fits them anew); the signs are those that backward elimination left, and each but
"institution" keeps its direction with any one story left out. What they say is the craft of news writing: the new stands high
up in a text or in what was added to it later, it has a source, a state, an intention or a day to come, and it is not the
reporter's own view. Where its own words leave open which aspect it is on, broad topics and likeness by word vectors decide
(see `topics`, `likeness`).
(McFadden, Conditional logit analysis of qualitative choice behavior, 1974.)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.claims.clauses import main_clause, meets
from pipeline.claims.lexicon import cue_words
from pipeline.claims.parties import NOBODY, Party
from pipeline.claims.profile import AspectProfile
from pipeline.claims.routing import Context, Fit, Sense, Usage, meanings, senses
from pipeline.claims.statements import Statement
from pipeline.claims.units import Unit

NOTHING_ELSE = -1.55  # the constant: what a sentence without any sign is worth
DEEP, SHORT = 8, 9  # paragraphs from which depth no longer counts; words below which a sentence is short
MOST_AROUND = 2.0
LIKENESS = 3.0  # scale of the likeness by vectors, which seldom passes a half
UNLIKE = -0.2  # how far it counts against an aspect: two aspects in nearly the same words are unlike anything
OF_SENTENCE = {
    "deep": -2.7,  # 1 from the eighth paragraph on
    "added": 1.3,  # stands in a later version of an article that was known
    "modal": 0.7,
    "short": -0.35,
    "seen": -2.45,  # the share of it that one earlier sentence holds
    "ahead": 0.9,  # names a day to come
    "state": 0.65,
    "own view": -1.1,  # I, we, my, our
    "institution": 0.25,  # said by an office, a company, a court
    "sourced": 0.3,
    "figure": 0.45,
    "would": 0.45,  # says what would, should or must be
    "unsaid": -0.9,  # its own words say little on any aspect
}
OF_ASPECT = {
    "follows": 0.3,  # the sentence before went there
    "no figure": -0.3,  # on an aspect that asks for figures
    "takes a stance": 0.8,  # on an aspect that asks for answers one of its actors says or does it, and a state is told
    "says": 0.8,  # on an aspect that asks for answers one of its actors says it
    "acts": 0.55,  # on such an aspect one of its actors is the subject
    "meant": 1.3,  # on such an aspect he for whom a pronoun stands was named by a word that carries it
    "another's": -0.7,  # somebody of another aspect says or does it, and nobody of this one
    "meets": 0.95,  # its verb is one of meeting, on an aspect that asks for meetings
    "title": 0.25,
    "before": 0.6,  # what the sentence before is worth to the aspect
    "order": 0.7,
    "topic": 1.85,  # by its broad topics, as far as its own words leave it open
    "alike": 3.05,  # by word vectors, likewise
}


@dataclass(frozen=True, slots=True)
class Weighed:
    """A fit with what the sentence would be worth as a statement on the aspect; 0 = as likely nothing as that."""

    fit: Fit
    worth: float
    signs: Mapping[str, float] = field(default_factory=dict, compare=False)  # by name; bench/fit_weighing.py reads them


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known around a sentence."""

    context: Context
    seen: float = 0.0  # share of its words that one earlier sentence holds
    added: bool = False  # it stands in a later version of an article that was known
    party: Party = NOBODY  # who acts and speaks in it


def weigh(
    unit: Unit,
    statement: Statement,
    fits: Sequence[Fit],
    profiles: tuple[AspectProfile, ...],
    usage: Usage,
    setting: Setting,
) -> tuple[Weighed, ...]:
    """What the sentence is worth to each aspect, the one most worth first; aspects that take figures only are among them."""
    unsaid = 1 / (1 + max((f.own for f in fits), default=0.0))
    of_sentence = signs_of_sentence(unit, statement, setting) | {"unsaid": unsaid}
    base = NOTHING_ELSE + sum(OF_SENTENCE[name] * value for name, value in of_sentence.items())
    meant, acting = senses(unit, profiles, usage), read_acting(unit, profiles, usage)
    found = []
    for fit in fits:
        signs = signs_of_aspect(statement, fit, profiles[fit.aspect], acting, setting)
        signs |= signs_of_sense(meant[fit.aspect], unsaid)
        worth = base + sum(OF_ASPECT[name] * value for name, value in signs.items())
        found.append(Weighed(fit, worth, of_sentence | signs))
    return tuple(sorted(found, key=lambda w: (-w.worth, w.fit.aspect)))


def signs_of_sentence(unit: Unit, statement: Statement, setting: Setting) -> dict[str, float]:
    """The signs that a sentence tells something, on whatever aspect."""
    lows = {w.low for w in unit.words}
    row, verb = main_clause(unit)
    return {
        "deep": min(unit.paragraph, DEEP) / DEEP,
        "added": float(setting.added),
        "modal": float(bool(statement.modals)),
        "short": float(len(unit.words) < SHORT),
        "seen": setting.seen,
        "ahead": float(statement.future),
        "state": float(bool(statement.states)),
        "own view": float(bool(lows & cue_words("first person"))),
        "institution": float(any(s.kind.value == "institution" for s in unit.sources)),
        "sourced": float(statement.sourced),
        "figure": float(bool(statement.figures)),
        "would": float(any(w.low in cue_words("norm modal") for w in row[verb : verb + 3])),
    }


@dataclass(frozen=True, slots=True)
class Acting:
    """Who says or does it, by the aspects whose wording names them."""

    subjects: frozenset[int]  # aspects of which an actor is the subject
    doers: frozenset[int]  # the same, and those of which an actor is the source
    meets: bool  # the verb is one of meeting


def read_acting(unit: Unit, profiles: tuple[AspectProfile, ...], usage: Usage) -> Acting:
    """The aspects whose actors say or do what a sentence tells."""
    row, verb = main_clause(unit)
    subject = frozenset(f for w in row[:verb] for f in meanings(w, usage))
    voice = frozenset(f for w in unit.words if w.source for f in meanings(w, usage))
    subjects = frozenset(p.index for p in profiles if not p.actors.isdisjoint(subject))
    voices = frozenset(p.index for p in profiles if not p.actors.isdisjoint(voice))
    return Acting(subjects, subjects | voices, meets(row, verb))


def signs_of_aspect(
    statement: Statement, fit: Fit, profile: AspectProfile, acting: Acting, setting: Setting
) -> dict[str, float]:
    """The signs that a sentence tells it on this aspect."""
    here, context, party, actors = fit.aspect, setting.context, setting.party, profile.actors
    asks_figures = bool(profile.types & {"quantity", "money", "measure", "much"})
    answers = profile.expects("response")
    return {
        "follows": float(context.previous == here),
        "no figure": float(asks_figures and not statement.figures),
        "takes a stance": float(answers and bool(statement.states) and here in acting.doers),
        "says": float(answers and not actors.isdisjoint(party.voice)),
        "acts": float(answers and not actors.isdisjoint(party.subject)),
        "meant": float(answers and not profile.anchors.isdisjoint(party.meant)),
        "another's": float(here not in acting.subjects and bool(acting.doers - {here})),
        "meets": float(profile.expects("meeting") and acting.meets),
        "title": min(MOST_AROUND, context.title[here] if context.title else 0.0),
        "before": min(MOST_AROUND, context.before[here] if context.before else 0.0),
        "order": fit.order,
    }


def signs_of_sense(sense: Sense, unsaid: float) -> dict[str, float]:
    """The signs by what it means; they count as far as its own words leave open where it belongs (`unsaid`: 1 = wholly)."""
    return {"topic": sense.topic * unsaid, "alike": max(UNLIKE, LIKENESS * sense.alike) * unsaid}
