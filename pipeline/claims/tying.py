"""Figures -> aspects: which aspect a figure belongs to, by the words near it, and the key under which it is held."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline import words
from pipeline.claims.figures import (
    MONEY,
    Figure,
    counts_people,
    is_margin,
    is_number,
    is_verb,
    kinds,
)
from pipeline.claims.lexicon import concept_words, cue_words, stem
from pipeline.claims.profile import AspectProfile, features
from pipeline.claims.routing import Usage
from pipeline.claims.units import Unit, Word, function_stems

NEAR_AT = 0.45  # flat between .40 and .65
IN_CLAUSE, OF_CONTEXT = 0.3, 0.1
NEAR_OTHER, OTHER, OTHER_MONEY = 0.9, 0.9, 0.35  # the same for an aspect that asks for no figures, and its share of the worth
OF_MONEY = 0.6  # what a sum of money is worth on an aspect that asks for money
HOME = 0.3  # what it adds that an earlier form of the sentence was tied to the aspect
ABOUT, LEAST_WORTH = 0.3, -3.0  # what the sentence's worth to the aspect adds: flat from .2 to .8; and its lower bound
VAGUE = 0.4  # taken off for dozens and hundreds
MODIFIED = 2  # words after "12-point" in which the noun stands that it describes
SURE, SURE_BARE, SURE_MONEY = 5, 2, 6  # words between a figure and the word of the aspect that says what it counts
LEADS = frozenset({"is", "was", "to", "at", "now", "stands", "stood", "reached", "risen", "fallen", "revised", "has", "had"})
FIELD_WORDS = 8  # words of a field of a list at most
FALLOFF = 5.0  # words between a figure and a concept that halve its worth
PAYING = frozenset({"cost", "give", "compensate", "loan", "fine", "fraud"})  # concepts that go with sums


@dataclass(frozen=True, slots=True)
class Tied:
    """A figure tied to an aspect: the ledger compares it under its key."""

    aspect: int
    key: str
    figure: Figure
    strength: float
    subject: str  # words that say what is counted, for people
    sure: bool = True  # what it counts is named right beside it in words of the aspect
    bearer: tuple[str, ...] = ()  # stems of the names that stand before it in its clause: whose figure it is


def tie(
    unit: Unit,
    figures: tuple[Figure, ...],
    profiles: tuple[AspectProfile, ...],
    usage: Usage,
    around: tuple[float, ...],
    home: int | None = None,
    worth: Mapping[int, float] | None = None,
) -> tuple[Tied, ...]:
    """Each figure with the quantity aspect that it fits best, if any does well enough.

    Aspects that ask for no figures compete too: where one of them fits best, the figure belongs to its statement and is not
    tied. `around` is the unit's whole score by aspect; `home` is the aspect to which an earlier form of the sentence was tied;
    `worth` is what the whole sentence is worth to each aspect, see `weigh`: where the words near a figure leave it open,
    what the sentence is about decides.
    """
    tied = []
    for figure in figures:
        asked = [(p, _may_take(unit, p, figure)) for p in profiles]
        options = [(_fit(unit, figure, figures, p, usage, around[p.index], takes), takes) for p, takes in asked]
        options = [(o, takes) for o, takes in options if o.strength >= (NEAR_AT if takes else NEAR_OTHER)]
        if options:
            best, takes = max(options, key=lambda o: (_worth_of(o[0], o[1], home, worth or {}), -o[0].aspect))
            if takes:
                tied.append(best)
    return tuple(tied)


def _worth_of(option: Tied, takes: bool, home: int | None, worth: Mapping[int, float]) -> float:
    """By what the aspects compare for a figure: the words near it, where it stood before, and what the sentence is about."""
    near = option.strength
    if not takes:
        near *= OTHER_MONEY if option.figure.unit == MONEY else OTHER
    return near + (HOME if option.aspect == home else 0.0) + ABOUT * max(LEAST_WORTH, worth.get(option.aspect, 0.0))


def _may_take(unit: Unit, profile: AspectProfile, figure: Figure) -> bool:
    """Whether the aspect asks for figures of this unit at all."""
    if not profile.types & {"quantity", "money", "much", "measure"}:
        return False
    if figure.unit == MONEY:
        return asks_money(profile)
    if profile.types & {"much", "money"} and not profile.expects("quantity"):
        return bool(figure.unit)
    if figure.unit in cue_words("time or distance"):
        return bool(profile.weights.keys() & {"size", "level", "speed", "=" + figure.unit})
    if profile.expects("measure"):
        whole = figure.number is None or figure.number == int(figure.number)
        return figure.value != "0" and (bool(figure.unit) or not whole or _touches(unit, figure, profile))
    return True


def asks_money(profile: AspectProfile) -> bool:
    """Whether the wording asks for sums of money."""
    return profile.expects("money") or "money" in profile.weights or "cost" in profile.weights


def _touches(unit: Unit, figure: Figure, profile: AspectProfile) -> bool:
    """Whether a word that anchors the aspect stands right beside the figure: "magnitude 7"."""
    beside = [unit.words[i] for i in (figure.at - 1, figure.at + 1) if 0 <= i < len(unit.words)]
    return any(f in profile.anchors for w in beside for f in features(w))


def _fit(
    unit: Unit,
    figure: Figure,
    others: tuple[Figure, ...],
    profile: AspectProfile,
    usage: Usage,
    around: float,
    takes: bool,
) -> Tied:
    """How near the words of the aspect are to the figure, and under which key it would stand."""
    near, nearest, total = 0.0, None, 0.0
    sums = figure.unit == MONEY and takes
    modifier = figure.unit not in {"", MONEY} and "-" in unit.text[figure.start : figure.end]
    seen: set[str] = set()
    for i, word in enumerate(unit.words):
        if word.clause != figure.clause or (figure.start <= word.start < figure.end):
            continue
        if modifier and not 0 < i - figure.at <= MODIFIED:
            continue
        feature, value = _worth(word, profile, usage)
        if not feature:
            continue
        if feature not in seen:
            seen.add(feature)
            total += value
        if (feature in profile.light and not sums) or _nearer_to_other(i, figure, others):
            continue
        worth = value / (1 + abs(i - figure.at) / FALLOFF)
        if worth > near:
            near, nearest = worth, (feature, word)
    if sums and any(c in PAYING for w in unit.words if w.clause == figure.clause for c in w.concepts):
        near += OF_MONEY
    money = OF_MONEY if figure.unit == MONEY and asks_money(profile) else 0.0
    if not takes and figure.unit != MONEY:
        near = max(near, _named_before(unit, figure, profile, usage))
    strength = near + money + (IN_CLAUSE * total + OF_CONTEXT * around if near or money else 0.0)
    if figure.number is None and not figure.unit:
        strength -= VAGUE
    key, subject = _key(unit, figure, profile, nearest, seen)
    other = figure.known or figure.elsewhen or figure.vague or _of_several(figure, others)
    sure = _is_sure(unit, figure, profile, nearest) and not other and (figure.past is None or sums)
    return Tied(profile.index, key, figure, strength, subject, sure, bearer(unit, figure) if takes else ())


def _of_several(figure: Figure, others: tuple[Figure, ...]) -> bool:
    """Whether a measure is told of each of several: "nine players ran for 300 yards"."""
    if figure.unit not in cue_words("somebody's unit"):
        return False
    return any(
        not o.unit and o.clause == figure.clause and o.end <= figure.start and o.number is not None and o.number > 1
        for o in others
    )


def _named_before(unit: Unit, figure: Figure, profile: AspectProfile, usage: Usage) -> float:
    """What the aspect's own words are worth that stand up to the figure's clause: "Our exit poll: 92 seats" is the poll's."""
    row = [w for w in unit.words[: figure.at] if not w.aside]
    return max((_worth(w, profile, usage)[1] for w in row if any(f in profile.anchors for f in features(w))), default=0.0)


def _worth(word: Word, profile: AspectProfile, usage: Usage) -> tuple[str, float]:
    """The concept (or stem) by which a word matches an aspect, and what it is worth."""
    options = [(profile.weights[f] * usage.rarity(f), f) for f in features(word) if f in profile.weights]
    if not options:
        return "", 0.0
    value = max(options)[0]
    return next((c for c in word.concepts if c in profile.weights), max(options)[1]), value


def _nearer_to_other(i: int, figure: Figure, others: tuple[Figure, ...]) -> bool:
    """Whether a word stands nearer to another figure of the clause."""
    mine = abs(i - figure.at)
    return any(abs(i - o.at) < mine for o in others if o.clause == figure.clause and o.start != figure.start)


def _key(
    unit: Unit, figure: Figure, profile: AspectProfile, nearest: tuple[str, Word] | None, seen: set[str]
) -> tuple[str, str]:
    """(key, subject): the nearest concept, the rarest other one, the unit's class, the kind of people, the giver of money."""
    nearest = _own_noun(unit, figure, profile) or _label(unit, figure, profile) or nearest
    feature = nearest[0] if nearest else ""
    kind = people_kind(unit, figure)
    parts = [feature, figure.unit, kind, *_other_noun(unit, figure, profile), *_narrower(nearest, profile)]
    thing = counted(figure, nearest[1] if nearest and feature not in profile.light else None, kind)
    shown = [] if figure.unit == MONEY else [thing]
    if figure.unit == MONEY or "actor" in profile.types:
        actor = actor_before(unit, figure)
        parts = [figure.unit, actor.lower()] if figure.unit == MONEY and actor else [*parts, actor.lower()]
        shown.insert(0, actor)
    parts += ["per"] * figure.rate + ["by"] * is_margin(unit, figure)
    return "|".join([profile.name, *parts]), " ".join(s for s in shown if s)


def _narrower(nearest: tuple[str, Word] | None, profile: AspectProfile) -> list[str]:
    """The narrower thing that the nearest word names, where a family of one word keeps it apart."""
    if nearest is None:
        return []
    families = words.groups("concepts")
    return [c for c in nearest[1].concepts if c not in profile.weights and len(families.get(c, ())) == 1]


def _own_noun(unit: Unit, figure: Figure, profile: AspectProfile) -> tuple[str, Word] | None:
    """The noun that a figure counts, where it is a word of the aspect: "won 89 seats" counts seats."""
    for word in unit.words[figure.at : figure.at + 4]:
        if word.low == figure.noun and word.start >= figure.end:
            concepts = [c for c in word.concepts if c in profile.weights]
            return (concepts[0], word) if concepts else None
    return None


def _is_sure(unit: Unit, figure: Figure, profile: AspectProfile, nearest: tuple[str, Word] | None) -> bool:
    """Whether what is counted stands right beside the figure in words of the aspect: the noun, or the verb beside people."""
    if figure.describes or _own_noun(unit, figure, profile) or _label(unit, figure, profile):
        return True
    if figure.unit and figure.unit not in {MONEY, "percent"}:
        return any(f in profile.weights for f in ("=" + stem(figure.unit), *concept_words().get(stem(figure.unit), ())))
    bare = counts_people(figure) and figure.noun not in kinds()
    if figure.unit == MONEY and nearest is None:
        return bool(actor_before(unit, figure))
    if nearest is None or not (bare or figure.noun in kinds() or figure.unit):
        return False
    at = next(i for i, w in enumerate(unit.words) if w is nearest[1])
    apart = at - figure.at
    if bare and not figure.unit:
        return -SURE_BARE <= apart <= SURE or (apart < 0 and all(_leads_on(w, profile) for w in unit.words[at + 1 : figure.at]))
    return abs(apart) <= (SURE_MONEY if figure.unit else SURE)


def _leads_on(word: Word, profile: AspectProfile) -> bool:
    """Whether a word only leads from a noun to its number: "the toll *has now risen to* 187"."""
    led = word.stem in function_stems() or word.low in cue_words("change verb") or word.low in LEADS
    return led or word.aside or any(f in profile.weights for f in features(word))


def bearer(unit: Unit, figure: Figure) -> tuple[str, ...]:
    """Stems of the names before a figure in its clause that are no source, place or day."""
    row = [w for w in unit.words if w.end <= figure.start and not w.aside and not w.source]
    if (
        not figure.unit or figure.unit == MONEY
    ):  # a measure may be of whoever the sentence names: "Garrard, who ..., ran two yards"
        row = [w for w in row if w.clause == figure.clause]
    opens = row[:1] if row and row[0].start == 0 and _is_opening_name(row[0]) else []
    names = [w for w in row if w.name and not any(c[0] == "@" for c in w.concepts)]
    days = words.lookup("weekdays").keys() | words.lookup("months").keys()
    return tuple(dict.fromkeys(w.stem for w in (*opens, *names) if w.low not in days))


def _is_opening_name(word: Word) -> bool:
    """Whether the first word of a sentence is likely a name: no common word, no word with a meaning of its own."""
    plain = (
        word.low in words.family("common_words") or word.stem in function_stems() or bool(word.concepts) or is_verb(word.low)
    )
    return word.text[:1].isupper() and not plain and not is_number(word.low)


def _label(unit: Unit, figure: Figure, profile: AspectProfile) -> tuple[str, Word] | None:
    """The thing that a field of a list counts: its first word that the aspect asks for, as in "Houses destroyed: 9,300"."""
    if ":" not in unit.text[: figure.start] or len(unit.words) > FIELD_WORDS:
        return None
    for word in unit.words[: figure.at]:
        concepts = [c for c in word.concepts if c in profile.weights and c not in profile.light]
        if concepts:
            return concepts[0], word
    return None


def _other_noun(unit: Unit, figure: Figure, profile: AspectProfile) -> list[str]:
    """The noun that a plain count has right behind it, where the aspect does not ask for it: "fall into four groups"."""
    at = figure.at + 1
    if figure.unit or figure.noun in kinds() or at >= len(unit.words) or unit.words[at].low != figure.noun:
        return []
    foreign = (
        figure.noun.isalpha() and not is_verb(figure.noun) and not any(f in profile.weights for f in features(unit.words[at]))
    )
    return ["=" + unit.words[at].stem] if foreign else []


def counted(figure: Figure, nearest: Word | None, kind: str) -> str:
    """What a figure counts, as written: its noun, else the nearest word of the aspect that is no verb."""
    named = [figure.noun] if figure.noun.isalpha() else []
    return next((w for w in (*named, *([nearest.low] if nearest else [])) if not is_verb(w)), kind)


def people_kind(unit: Unit, figure: Figure) -> str:
    """The kind of people counted, "" for people in general or for things."""
    after = [w for w in unit.words if w.start >= figure.end and w.clause == figure.clause][:4]
    for word in after:
        kind = kinds().get(word.low)
        if kind:
            return "" if kind == "person" else kind
    return ""


def actor_before(unit: Unit, figure: Figure) -> str:
    """The capitalised words that stand last before a figure, else first after it, in its clause: who gives, who gets."""
    row = [w for w in unit.words if w.clause == figure.clause and w.stem not in function_stems()]
    before = [w for w in row if w.end <= figure.start and (w.name or (w.start == 0 and w.text[:1].isupper()))]
    if before:
        return _run(unit, before[-1])
    after = [w for w in row if w.start >= figure.end and w.name]
    return _run(unit, after[0]) if after else ""


def _run(unit: Unit, last: Word) -> str:
    """The whole run of capitalised words that a word belongs to."""
    row = list(unit.words)
    i = j = row.index(last)
    while i and (row[i - 1].name or (i == 1 and row[0].text[:1].isupper() and row[0].low not in cue_words("determiner"))):
        i -= 1
    while j + 1 < len(row) and row[j + 1].name and row[j + 1].start - row[j].end <= 1:
        j += 1
    return " ".join(w.text for w in row[i : j + 1] if w.low not in cue_words("determiner"))
