"""What an aspect is about, built once from its name, its `about` sentence and its terms.

Each word of the wording becomes features: its own stem and the concepts it belongs to. Weights follow where the word stands
(name, terms, said twice, in passing), how many aspects of the story share it, and whether it could stand in any story.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from functools import cache

from pipeline import words
from pipeline.claims.lexicon import cues, stem, stop_stems
from pipeline.claims.likeness import plain_text
from pipeline.claims.topics import contrasted, weigh_topics
from pipeline.claims.units import Word, read_words
from pipeline.model import Aspect, Watch

IN_NAME, TWICE, TERM, PLAIN, CAPITAL = 2.0, 1.5, 1.5, 1.0, 0.45  # measured on the development stories; flat within +-25 percent
SHARED = -0.7  # exponent on the number of aspects that hold a feature
OF_TITLE, LIGHT, AMBIGUOUS = 0.4, 0.6, 0.8
_LISTED = re.compile(r"\b(?:such as|like|including|for example|especially|namely)\b(.*)", re.I)


@dataclass(frozen=True, slots=True)
class AspectProfile:
    """An aspect as routing sees it."""

    name: str
    index: int  # place among the story's aspects
    weights: dict[str, float]  # feature -> weight; "=stem" is a word itself, others are concepts
    anchors: frozenset[str]  # features that can carry a sentence alone
    light: frozenset[str]  # features that occur in every kind of news
    actors: frozenset[str]  # features of the names in the wording: who or where, not what
    types: frozenset[str]  # what the wording asks for: quantity, measure, much, money, date, status, response, cause
    pure: bool  # asks for figures only
    title: frozenset[str] = frozenset()  # concepts of the story's title: what every sentence may call the story's matter
    topics: dict[str, float] = field(default_factory=dict)  # broad topic -> how much more this one asks for it than the others
    wording: str = ""  # name and about without names of people and places, for likeness
    story: str = ""  # the story's title, likewise

    def share(self, word: Word, feature: str) -> float:
        """What counts of a match by this feature: little if the word only names the story's own matter in another way."""
        meant = {c for c in word.concepts if c[0] != "@"}
        return OF_TITLE if meant and meant <= self.title and feature not in self.title else 1.0

    def expects(self, kind: str) -> bool:
        """Whether the wording asks for this type."""
        return kind in self.types


@cache
def light_concepts() -> frozenset[str]:
    """Concepts of every kind of news."""
    return words.family("aspect_light")


def features(word: Word) -> tuple[str, ...]:
    """What a word can be matched by: itself and its concepts."""
    return ("=" + word.stem, *word.concepts)


def asked_features(word: Word) -> tuple[str, ...]:
    """What a word of an aspect's wording asks for: of a country its own name alone, not the union that it lies in."""
    places = [c for c in word.concepts if c[0] == "@"]
    union = {"@europe"} if len(places) > 1 else set()
    return ("=" + word.stem, *(c for c in word.concepts if c not in union))


def build_profiles(watch: Watch) -> tuple[AspectProfile, ...]:
    """The profiles of a story's aspects; each weight depends on all of them."""
    title = {f for w in read_words(watch.title) for f in _sure_features(w)}
    raw = [_raw_weights(aspect) for aspect in watch.aspects]
    shared = Counter(f for weights, _, _ in raw for f in weights)
    named = Counter(f for aspect in watch.aspects for w in _content(aspect.name) for f in asked_features(w))
    whole = Aspect(name="", about=watch.title)
    topics = contrasted([_asked_topics(aspect) for aspect in (*watch.aspects, whole)])
    profiles = (
        _profile(i, aspect, raw[i], shared, title, {f for f in named if f not in _named(aspect)})
        for i, aspect in enumerate(watch.aspects)
    )
    return tuple(
        replace(p, topics=topics[p.index], wording=_wording(watch.aspects[p.index]), story=_wording(whole)) for p in profiles
    )


def _asked_topics(aspect: Aspect) -> dict[str, float]:
    """The broad topics of a wording, those of the name first."""
    total: dict[str, float] = defaultdict(float)
    for text, weight in ((aspect.name, IN_NAME), *((term, TERM) for term in aspect.terms), (aspect.about, PLAIN)):
        row = [(w, 0.0 if w.stem in stop_stems() else weight * (CAPITAL if w.name else 1)) for w in read_words(text)]
        for topic, value in weigh_topics(row).items():
            total[topic] += value
    return total


def _wording(aspect: Aspect) -> str:
    """Name and about as one text without names; a capital that only opens the sentence is none."""
    return plain_text(read_words(f"{aspect.name}: {aspect.about[:1].lower()}{aspect.about[1:]}".removeprefix(": ")))


def _sure_features(word: Word) -> tuple[str, ...]:
    """The features of a word without the concepts of its other meanings."""
    sure = word.concepts if len(word.concepts) < 2 else tuple(c for c in word.concepts if c[0] == "@" or stem(c) == word.stem)
    return ("=" + word.stem, *sure)


def _named(aspect: Aspect) -> set[str]:
    return {f for w in _content(aspect.name) for f in asked_features(w)}


def _content(wording: str) -> list[Word]:
    """The words of a wording that name something."""
    return [w for w in read_words(wording) if w.stem not in stop_stems() and not w.low.isdigit()]


def _raw_weights(aspect: Aspect) -> tuple[dict[str, float], set[str], set[str]]:
    """Feature -> weight by place of the word, the anchors, and the actors."""
    weights: dict[str, float] = {}
    anchors: set[str] = set()
    about = _content(aspect.about)
    said = Counter(f for w in [*_content(aspect.name), *about] for f in {*asked_features(w)})
    listed = _LISTED.search(aspect.about)
    first_listed = listed.start(1) if listed else len(aspect.about)
    rows = [(w, IN_NAME, True) for w in _content(aspect.name)]
    rows += [(w, TERM, True) for term in aspect.terms for w in _content(term)]
    rows += [(w, CAPITAL if w.name else PLAIN, w.start >= first_listed) for w in about]
    for word, weight, anchor in rows:
        own = asked_features(word)
        for feature in own:
            twice = said[feature] > 1 and not word.name
            value = max(weight, TWICE) if twice else weight
            value *= AMBIGUOUS ** max(0, len(own) - 2) if feature[0] != "=" else 1
            weights[feature] = max(weights.get(feature, 0.0), value)
            if anchor or twice:
                anchors.add(feature)
    names = [w for w in [*_content(aspect.name), *about] if w.name or any(f[0] == "@" for f in w.concepts)]
    return weights, anchors, {f for w in names for f in asked_features(w) if f[0] in "=@"}


def _profile(
    index: int,
    aspect: Aspect,
    raw: tuple[dict[str, float], set[str], set[str]],
    shared: Counter[str],
    title: set[str],
    of_others: set[str],
) -> AspectProfile:
    """The weights of one aspect in the light of all; a word of another aspect's name cannot anchor this one."""
    named = _named(aspect)
    weights = {}
    for feature, weight in raw[0].items():
        weight *= shared[feature] ** SHARED
        own_name = feature in named and (feature[0] in "=@" or feature not in title)
        weight *= OF_TITLE if feature in title and not own_name else 1
        weights[feature] = weight * (LIGHT if feature in light_concepts() and feature not in named else 1)
    sure = {f for f in named if f[0] in "=@" or f not in title}
    anchors = {f for f in raw[1] if f in sure or (f not in of_others and f not in title and f not in light_concepts())}
    types = _types(aspect)
    return AspectProfile(
        name=aspect.name,
        index=index,
        weights=weights,
        anchors=frozenset(anchors),
        light=frozenset(f for f in weights if f in light_concepts() and f not in named),
        actors=frozenset(raw[2]),
        types=types,
        pure=_is_pure(aspect, types),
        title=frozenset(f for f in title if f[0] not in "=@"),
    )


def _types(aspect: Aspect) -> frozenset[str]:
    """Types that the wording asks for, by its cues."""
    row = tuple(w.low for w in read_words(f"{aspect.name} . {aspect.about}"))
    return frozenset(hit.label for hit in cues("aspect_types").find(row))


def _is_pure(aspect: Aspect, types: frozenset[str]) -> bool:
    """Whether the wording asks for a figure and nothing else: "how many ..." without who, why, what, whether."""
    low = f" {aspect.about.lower()} "
    asks_more = re.search(r"\b(?:who|whom|why|what|whether|which|when|where|according|says?|does|do)\b|:", low)
    return "quantity" in types and not asks_more and not types & {"response", "cause", "date", "status"}
