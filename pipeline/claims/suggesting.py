"""Which further words go with an aspect? Shown to people for approval, never applied.

A term's weight is the log-odds ratio between its use in the aspect's sentences and in the story's other ones, under a Dirichlet
prior of how the whole story uses it, in standard deviations (B. Monroe, M. Colaresi, K. Quinn, "Fightin' Words", Political
Analysis 16, 2008).
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pipeline import words
from pipeline.claims.lexicon import stem, stop_stems
from pipeline.claims.profile import AspectProfile, build_profiles, features
from pipeline.claims.units import Word, function_stems, read_words
from pipeline.model import Watch

PRIOR = 10.0  # sentences that the prior counts as
LEAST = 3  # sentences of the aspect with the term
OUTLETS = 2  # outlets that wrote them
SURE = 1.96  # standard deviations
OWN = 0.5  # of the sentences with a term that are the aspect's: what stands elsewhere as often would draw those in
SHARE = 0.6  # of a word's sentences with a phrase that it stands in: then only the phrase is shown
MOST = 8  # terms an aspect

_IDLE = ("weekdays", "months", "number_words", "roles", "say_verbs")  # word families
Term = tuple[str, ...]  # stems of one word or of two that follow each other


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence of a story, told once however often it stands somewhere."""

    text: str
    aspects: frozenset[str]  # that it was filed under
    outlets: frozenset[str]  # that wrote it, copies aside


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A term that a person may add to an aspect."""

    aspect: str
    term: str
    sentences: int  # of the aspect that have it
    outlets: int  # that wrote them
    elsewhere: int  # other sentences of the story that have it
    weight: float  # standard deviations
    example: str


def suggest_terms(watch: Watch, sentences: Sequence[Said]) -> list[Suggestion]:
    """The terms that tell an aspect's sentences from the story's other ones and are not in its wording, the surest first."""
    read = [(said, _terms(read_words(said.text))) for said in sentences]
    everywhere = Counter(term for _, terms in read for term in terms)
    found: list[Suggestion] = []
    for profile in build_profiles(watch):
        mine = [(said, terms) for said, terms in read if profile.name in said.aspects]
        known = _said_already(watch, profile)
        weighed = _weighed(profile.name, mine, everywhere, len(read))
        found += _whole_phrases([w for w in weighed if not _is_known(w[0], known, profile)])[:MOST]
    return found


def _terms(row: Sequence[Word]) -> dict[Term, str]:
    """The terms of a sentence, as it writes them."""
    found: dict[Term, str] = {}
    before: Word | None = None
    for word in row:
        if not _tells(word):
            before = None
            continue
        found.setdefault((word.stem,), _written(word))
        if before and word.start - before.end == 1:
            found.setdefault((before.stem, word.stem), f"{_written(before)} {_written(word)}")
        before = word
    return found


def _tells(word: Word) -> bool:
    """Whether a word names something; times, numbers, offices and saying go with every aspect."""
    plain = len(word.low) > 2 and not word.low[0].isdigit()
    return plain and word.stem not in _idle_stems()


@cache
def _idle_stems() -> frozenset[str]:
    return stop_stems() | function_stems() | {stem(form) for family in _IDLE for form in words.lookup(family)}


def _written(word: Word) -> str:
    named = word.name or (word.start > 0 and word.text[:1].isupper())
    return word.text.removesuffix("'s").removesuffix("’s") if named else word.low


def _said_already(watch: Watch, profile: AspectProfile) -> frozenset[str]:
    """Stems of the story's own words, which tell no aspect, and of the names of its other aspects."""
    others = (a.name for a in watch.aspects if a.name != profile.name)
    return frozenset(stem(word.text) for text in (watch.title, *watch.match, *others) for word in read_words(text))


def _is_known(suggestion: Suggestion, known: frozenset[str], profile: AspectProfile) -> bool:
    """Whether the wording has the term already, in these words or in others of their meaning."""
    row = read_words(suggestion.term)
    return any(w.stem in known for w in row) or all(not profile.weights.keys().isdisjoint(features(w)) for w in row)


def _weighed(
    aspect: str, mine: Sequence[tuple[Said, dict[Term, str]]], everywhere: Counter[Term], total: int
) -> list[tuple[Suggestion, Term]]:
    """Every term that is sure enough, with its stems, the surest first."""
    held: dict[Term, list[tuple[Said, str]]] = {}
    for said, terms in mine:
        for term, written in terms.items():
            held.setdefault(term, []).append((said, written))
    out = []
    for term, uses in held.items():
        outlets = frozenset[str]().union(*(said.outlets for said, _ in uses))
        elsewhere, share = everywhere[term] - len(uses), everywhere[term] / (total + 1)
        weight = _log_odds(len(uses), len(mine), elsewhere, total - len(mine), share)
        often = len(uses) >= max(LEAST, OWN * everywhere[term])
        if often and len(outlets) >= OUTLETS and weight >= SURE:
            out.append((_suggestion(aspect, uses, len(outlets), elsewhere, weight), term))
    return sorted(out, key=lambda s: (-s[0].weight, s[1]))


def _suggestion(aspect: str, uses: Sequence[tuple[Said, str]], outlets: int, elsewhere: int, weight: float) -> Suggestion:
    written = Counter(form for _, form in uses).most_common(1)[0][0]
    example = min((said.text for said, _ in uses), key=lambda text: (len(text), text))
    return Suggestion(
        aspect=aspect,
        term=written,
        sentences=len(uses),
        outlets=outlets,
        elsewhere=elsewhere,
        weight=round(weight, 2),
        example=example,
    )


def _log_odds(mine: int, of_mine: int, others: int, of_others: int, share: float) -> float:
    """The log-odds ratio of a term in two sets of sentences, in standard deviations."""
    prior = PRIOR * share

    def odds(used: int, of: int) -> float:
        return math.log((used + prior) / (of + PRIOR - used - prior))

    spread = math.sqrt(1 / (mine + prior) + 1 / (others + prior))
    return (odds(mine, of_mine) - odds(others, of_others)) / spread


def _whole_phrases(found: Sequence[tuple[Suggestion, Term]]) -> list[Suggestion]:
    """Without words that mostly stand in a phrase which is shown, and without phrases that say less than their word."""
    kept: list[tuple[Suggestion, Term]] = []
    phrases = {term: s for s, term in found if len(term) > 1}
    for suggestion, term in found:
        inside = [p for t, p in phrases.items() if len(term) == 1 and term[0] in t]
        if any(p.sentences >= SHARE * suggestion.sentences for p in inside):
            continue
        if len(term) > 1 and any(t[0] in term for _, t in kept if len(t) == 1):
            continue
        kept.append((suggestion, term))
    return [suggestion for suggestion, _ in kept]
