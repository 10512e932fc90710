"""Which aspect a unit speaks of: weighted features, their rarity in the story so far, learned words, the article's context."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.claims.lexicon import cue_words
from pipeline.claims.likeness import Said, likeness, plain_text, vector
from pipeline.claims.profile import AspectProfile, features
from pipeline.claims.topics import ASIDE as TOPIC_ASIDE
from pipeline.claims.topics import share_in, weigh_topics
from pipeline.claims.units import Unit, Word, function_stems
from pipeline.words import family, lookup

ASIDE = 0.35  # a word in a phrase that says where or who says it, or a title
TITLE, BEFORE, TWO_BEFORE, CONTEXT_MOST = 0.35, 0.27, 0.11, 1.0
FOLLOWS, FOLLOWS_ACROSS = 0.7, 0.25
LEARNED_NAME, LEARNED_WORD, LEARNED_MOST = 0.5, 0.25, 1.0
LEARN_TIMES, LEARN_SHARE, LEARN_RARE = 3, 0.8, 0.12
CONTEXT_FREE, CONTEXT_OWN = 0.3, 0.6  # context adds at most this, and this share of what the words say themselves
RESPONDS = 0.6  # what it adds on an aspect that asks for answers if one of its actors speaks
FOCUS = 0.9  # score of a telling unit without words of its own in an article that is all on one aspect
KIN = 0.6  # what sharing all words with an earlier statement of the aspect is worth in comparison
ENOUGH = 0.6  # score from which an anchored aspect is a candidate
DATED, DATED_FROM = 1.0, 0.4  # what a day to come adds on an aspect that asks when, and the own score that it takes
COMMON, RARE = 0.5, 1.5  # bounds of a feature's rarity: a word that every report uses still tells its aspect
FIRM = 0.5  # what a firm hold is worth in comparison
LEARNED_ALONE = 0.7  # learned words that hold alone
STRONG = 0.5  # weight of a feature that counts as a witness with another, and alone


@lru_cache(maxsize=1 << 12)
def rarity_of(units: int, held: int) -> float:
    """Weight of what so many of so many units hold."""
    return min(RARE, max(COMMON, math.log((units + 20) / (held + 1)) / 2.2))


@dataclass(slots=True)
class Usage:
    """How the story has used words so far: for rarity, and for the words that go with one aspect."""

    units: int = 0
    seen: Counter[str] = field(default_factory=Counter)  # feature -> units that hold it
    learned: dict[str, Counter[int]] = field(default_factory=dict)  # stem -> aspect index -> confident units
    belongs: dict[str, list[str]] = field(default_factory=dict)  # stem of a name -> countries and bodies it was tied to
    said: Said = field(default_factory=Said)  # what all sentences so far have in common

    def rarity(self, feature: str) -> float:
        """Weight of a feature by how few of the story's units hold it; between .5 and 1.5."""
        return rarity_of(self.units, self.seen.get(feature, 0))

    def count(self, unit: Unit) -> None:
        """Counts a unit's features once."""
        self.units += 1
        self.introduce(unit)
        self.seen.update({f for w in unit.words for f in features(w)})
        self.said.add(vector(plain_text(unit.words)))

    def introduce(self, unit: Unit) -> None:
        """Remembers whose people are named: "Kremlin spokesman Ivan Orel", "Finland's prime minister, Aino Salo"."""
        for i, word in enumerate(unit.words):
            tied = tuple(c for c in word.concepts if c[0] == "@")
            if not tied:
                continue
            office = [w for w in unit.words[i + 1 : i + 6]]
            roles = [k for k, w in enumerate(office) if w.low in lookup("roles") or w.low in family("titles")]
            if not roles or any(w.low in function_stems() for w in office[: roles[-1]]):
                continue
            for named in office[roles[-1] + 1 : roles[-1] + 4]:
                if not named.text[:1].isupper() or any(c[0] == "@" for c in named.concepts):
                    break
                known = self.belongs.setdefault(named.stem, [])
                known += [c for c in tied if c not in known]

    def learn(self, unit: Unit, aspect: int) -> None:
        """Remembers that a unit with these words was surely on this aspect."""
        for word in unit.words:
            if word.stem not in function_stems() and not word.quoted:
                self.learned.setdefault(word.stem, Counter())[aspect] += 1


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a unit fits an aspect."""

    aspect: int
    own: float  # by its own words
    score: float  # with learned words and context
    order: float  # by which aspects are compared: context counts half
    hold: int  # 2 firm, 1 loose, 0 none: see `_hold`

    @property
    def usable(self) -> bool:
        """Whether the aspect is a candidate at all."""
        return self.hold > 0 and self.score >= ENOUGH


@dataclass(frozen=True, slots=True)
class Context:
    """What the article said around a unit."""

    title: tuple[float, ...] = ()  # own score of the headline by aspect
    before: tuple[float, ...] = ()  # of the unit before in the same paragraph
    two_before: tuple[float, ...] = ()
    previous: int | None = None  # aspect that the unit before went to
    same_paragraph: bool = False
    stance: bool = False  # the unit tells a stance, a state or a deed
    focus: int | None = None  # aspect that the whole article is on, and the unit tells something


def matches(
    unit: Unit,
    profile: AspectProfile,
    usage: Usage,
    context: Context,
    rows: Sequence[tuple[Word, tuple[str, ...]]] | None = None,
) -> dict[str, tuple[float, bool]]:
    """Best-matching feature of each word that the profile knows: feature -> (value, only in an aside).

    `rows`: the unit's words with their meanings, where they are at hand.
    """
    found: dict[str, tuple[float, bool]] = {}
    known_words = profile.weights.keys()
    for word, features_of in rows if rows is not None else meant(unit, usage):
        if known_words.isdisjoint(features_of):
            continue
        best, value = "", 0.0
        for feature in features_of:
            if feature in profile.weights:
                worth = profile.weights[feature] * usage.rarity(feature) * profile.share(word, feature)
                if worth > value or (worth == value and best[:1] == "="):
                    best, value = feature, worth
        concept = next((c for c in word.concepts if c in profile.weights), best)
        known = found.get(concept)
        actor = names_actor(word, profile, usage)
        response = profile.expects("response")
        speaks = actor and word.source and response
        silent = actor and not speaks and (not _is_subject(unit, word) or (response and not context.stance))
        aside = (word.aside and not speaks) or silent
        aside = aside and (known is None or known[1])
        found[concept] = (max(value, known[0] if known else 0.0), aside)
    return found


def meanings(word: Word, usage: Usage) -> tuple[str, ...]:
    """The features of a word, with what the story has told of a name: whose spokesman, whose minister."""
    told = usage.belongs.get(word.stem) if word.text[:1].isupper() else None
    return (*features(word), *told) if told else features(word)


def meant(unit: Unit, usage: Usage) -> list[tuple[Word, tuple[str, ...]]]:
    """The words of a unit with their meanings."""
    return [(word, meanings(word, usage)) for word in unit.words]


def names_actor(word: Word, profile: AspectProfile, usage: Usage) -> bool:
    """Whether a word names somebody of the aspect's wording, or somebody whom the story has tied to them."""
    return bool(profile.actors) and not profile.actors.isdisjoint(meanings(word, usage))


def _is_subject(unit: Unit, word: Word) -> bool:
    """Whether a name opens its clause, with at most its title or article before it: it acts, it is not only mentioned."""
    before = [w for w in unit.words if w.clause == word.clause and w.start < word.start]
    return len(before) <= 3 and all(w.name or w.aside or w.low in cue_words("determiner") for w in before)


def own_score(found: dict[str, tuple[float, bool]]) -> float:
    """The sum of a unit's matches; those in asides count a third."""
    return sum(value * (ASIDE if aside else 1.0) for value, aside in found.values())


def learned_score(unit: Unit, aspect: int, usage: Usage) -> float:
    """What words add that went with this aspect before: at least three times and in four of five cases."""
    total = 0.0
    for stem, name in {w.stem: w.name for w in unit.words}.items():
        counts = usage.learned.get(stem)
        if not counts or counts[aspect] < LEARN_TIMES:
            continue
        rare = usage.seen["=" + stem] <= max(4, LEARN_RARE * usage.units)
        if rare and counts[aspect] >= LEARN_SHARE * sum(counts.values()):
            total += LEARNED_NAME if name else LEARNED_WORD
    return min(LEARNED_MOST, total)


@dataclass(frozen=True, slots=True)
class Sense:
    """What a unit means beyond the words that it shares with an aspect's wording."""

    topic: float = 0.0  # share of its broad topics that the aspect asks for more than the others do
    alike: float = 0.0  # likeness by word vectors, -1 to 1


def senses(unit: Unit, profiles: tuple[AspectProfile, ...], usage: Usage) -> tuple[Sense, ...]:
    """The sense of a unit for each aspect."""
    told = weigh_topics([(w, usage.rarity("=" + w.stem) * (TOPIC_ASIDE if w.aside or w.source else 1)) for w in unit.words])
    asked = tuple(p.wording for p in profiles)
    alike = likeness(plain_text(unit.words), asked, profiles[0].story if profiles else "", usage.said)
    return tuple(Sense(share_in(told, p.topics), near) for p, near in zip(profiles, alike, strict=True))


def own_scores(unit: Unit, profiles: tuple[AspectProfile, ...], usage: Usage) -> tuple[float, ...]:
    """Own score by aspect, without context."""
    rows = meant(unit, usage)
    return tuple(own_score(matches(unit, p, usage, Context(), rows)) for p in profiles)


def fit(
    unit: Unit,
    profile: AspectProfile,
    usage: Usage,
    context: Context,
    ahead: bool = False,
    kin: float = 0.0,
    rows: Sequence[tuple[Word, tuple[str, ...]]] | None = None,
) -> Fit:
    """The fit of a unit to one aspect; `kin` is how much it shares with what was said there before."""
    i, found = profile.index, matches(unit, profile, usage, context, rows)
    own, names = own_score(found), learned_score(unit, profile.index, usage)
    around = CONTEXT_OWN * own + CONTEXT_FREE if own else CONTEXT_FREE
    around = min(
        around, TITLE * _at(context.title, i) + BEFORE * _at(context.before, i) + TWO_BEFORE * _at(context.two_before, i)
    )
    score = own + names + min(CONTEXT_MOST, around)
    dated = DATED if profile.expects("date") and ahead and own >= DATED_FROM else 0.0
    score += dated
    if context.previous == i:
        score += FOLLOWS if context.same_paragraph or unit.follows else FOLLOWS_ACROSS
    near = context.previous == i or _at(context.title, i) >= 1.0
    if profile.expects("response") and _answers(unit, profile, usage, context):
        score += RESPONDS
    if context.focus == i:
        score = max(score, FOCUS)
    order = KIN * kin + own + dated + 0.5 * (score - own - dated)
    return Fit(i, own, score, order, _hold(unit, profile, found, names, near, bool(dated), context, usage))


def _at(scores: tuple[float, ...], i: int) -> float:
    return scores[i] if scores else 0.0


def _hold(
    unit: Unit,
    profile: AspectProfile,
    found: dict[str, tuple[float, bool]],
    names: float,
    near: bool,
    dated: bool,
    context: Context,
    usage: Usage,
) -> int:
    """How firmly the sentence itself, not only what stands around it, holds to the aspect: 2 firmly, 1 loosely, 0 not."""
    outside = [f for f, (_, aside) in found.items() if not aside]
    strong = [f for f in outside if profile.weights[f] >= STRONG and f not in profile.light and not _is_actor(profile, f)]
    if any(f in profile.anchors for f in outside) or len(strong) >= 2:
        return 2
    if profile.expects("response") and _actor_speaks(unit, profile, usage):
        return 2
    actor = any(_is_actor(profile, f) for f in outside)
    if strong and (names >= LEARNED_NAME or near or dated or actor or any(f in profile.anchors for f in found)):
        return 2
    if context.focus == profile.index:
        return 1
    return 1 if any(f in profile.anchors for f in found) or names >= LEARNED_ALONE or (strong and unit.follows) else 0


def _is_actor(profile: AspectProfile, feature: str) -> bool:
    """Whether a feature is a name in the wording: it says who or where, not what."""
    return feature in profile.actors and feature not in profile.anchors


def _answers(unit: Unit, profile: AspectProfile, usage: Usage, context: Context) -> bool:
    """Whether an actor of the aspect says it, or takes a stance in it."""
    if any(w.source and names_actor(w, profile, usage) for w in unit.words):
        return True
    return context.stance and any(names_actor(w, profile, usage) and _is_subject(unit, w) for w in unit.words)


def _actor_speaks(unit: Unit, profile: AspectProfile, usage: Usage) -> bool:
    """Whether an actor of the aspect's wording stands as the subject, before the sentence's first verb of saying or modal."""
    for word in unit.words[:8]:
        if names_actor(word, profile, usage) and not word.aside:
            return True
        if word.low in cue_words("say") or word.low in cue_words("modal"):
            return False
    return False


def route(
    unit: Unit,
    profiles: tuple[AspectProfile, ...],
    usage: Usage,
    context: Context,
    ahead: bool = False,
    kin: Mapping[int, float] | None = None,
) -> tuple[Fit, ...]:
    """Fits to all aspects, the best first; `ahead` if the unit names a day to come, `kin` what it shares with what was said."""
    rows = meant(unit, usage)
    fits = [fit(unit, p, usage, context, ahead, (kin or {}).get(p.index, 0.0), rows) for p in profiles]
    return tuple(sorted(fits, key=lambda f: (-f.usable, -f.order - (FIRM if f.hold == 2 else 0.0), f.aspect)))
