"""The rules that read a block: each says what kind of edit it is, whether it bears meaning, and why, in a reader's words."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from rapidfuzz.distance import DamerauLevenshtein

from pipeline.edits.blocks import Block, equivalent, synonyms
from pipeline.edits.keys import Key, KeyKind, bare
from pipeline.model import EditKind
from pipeline.text import Value, ValueKind, stem
from pipeline.words import family, groups, lookup


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an edit does."""

    kind: EditKind
    meaningful: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Context:
    """What the rest of both versions says: proof that a name was misspelt."""

    old_words: frozenset[str] = frozenset()  # of the old text outside the sentence, lower-case and bare
    new_words: frozenset[str] = frozenset()  # of the whole new text


@dataclass(frozen=True, slots=True)
class Scene:
    """Both sentences as keys, for rules that look beyond their block."""

    before: tuple[Key, ...]
    after: tuple[Key, ...]
    context: Callable[[], Context] = Context  # asked only where a name may be misspelt: reading all names costs


def text_of(found: Sequence[Key]) -> str:
    """The words of keys as written, for a reason."""
    return " ".join(k.text for k in found)


def judge_block(block: Block, scene: Scene) -> list[Finding]:
    """All findings of one block. Plain words speak only where no rule of facts did."""
    if reason := style(block, scene):
        return [Finding(EditKind.COSMETIC, False, reason)]
    if marks := quotation_marks(block, scene):
        return [marks]
    found = [finding for rule in _FACTS if (finding := rule(block, scene))]
    if any(f.meaningful for f in found):
        return found
    plain = plain_words(block, scene)
    return [*found, plain] if plain else found


# ---- style ---------------------------------------------------------------------------------------------------------------


def style(block: Block, scene: Scene) -> str:
    """Why a block is proven to be a matter of style, or ""."""
    changed = block.gone + block.come
    if changed and all(k.bracket for k in changed) and _about_links(changed):
        return "a note about a link or attachment"
    if len(block.gone) == len(block.come) == 1 and not changed[0].quoted and is_typo(changed[0].key, changed[1].text.lower()):
        return f"a misspelling: {changed[0].text}, {changed[1].text}"
    if block.gone and block.come and (_day_in_words(block.gone, block.come) or _day_in_words(block.come, block.gone)):
        return f"a date in other words: {text_of(block.gone)}, {text_of(block.come)}"
    for side, raw in ((block.come, scene.after[slice(*block.after)]), (block.gone, scene.before[slice(*block.before)])):
        if side == changed and _written_out(raw, scene):
            return f"{text_of(raw)} is a short form written out"
    return ""


def _about_links(found: Sequence[Key]) -> bool:
    """Whether words speak of a link alone, or are an editor's placeholder for one."""
    words = family("link_words")
    if found[0].key in {"insert", "tk", "placeholder"}:
        return True
    return any(k.key in words for k in found) and all(k.key in words or k.stop for k in found)


def _day_in_words(words: Sequence[Key], dates: Sequence[Key]) -> bool:
    """Whether words such as "last month" stand where a date stands that says more."""
    words, dates = [k for k in words if not k.stop or k.key in family("relative_words")], [k for k in dates if not k.stop]
    if not words or not dates or not all(k.value and k.value.kind is ValueKind.DATE for k in dates):
        return False
    relative, spans = family("relative_words"), family("spans")
    return all(k.key in relative or k.key in spans for k in words) and {k.key in spans for k in words} == {True, False}


def _written_out(raw: Sequence[Key], scene: Scene) -> bool:
    """Whether words that stand on one side only are what an abbreviation means that stands in both sentences."""
    big = [k.key[0] for k in raw if k.text[:1].isupper() and not (k.text.isupper() and len(k.text) > 1)]
    every = [k.key[0] for k in raw if not (k.text.isupper() and len(k.text) > 1)]
    both = {k.key for k in scene.before if k.text.isupper() and len(k.key) > 1} & {k.key for k in scene.after}
    return len(big) > 1 and ("".join(big) in both or "".join(every) in both)


# ---- quotes --------------------------------------------------------------------------------------------------------------


def quote(block: Block, scene: Scene) -> Finding | None:
    """Words inside quotation marks that changed, came or went; inside them nothing is a synonym."""
    gone, come = [k for k in block.gone if k.quoted], [k for k in block.come if k.quoted]
    if not gone and not come:
        return None
    if gone and come:
        return Finding(EditKind.QUOTE, True, f"quoted words went from “{text_of(gone)}” to “{text_of(come)}”")
    if gone:
        return Finding(EditKind.QUOTE, True, f"quoted words were dropped: “{text_of(gone)}”")
    return Finding(EditKind.QUOTE, True, f"quoted words were added: “{text_of(come)}”")


def quotation_marks(block: Block, scene: Scene) -> Finding | None:
    """Quotation marks that came or went round words that stayed; round a mere name or title they are style."""
    old, new = scene.before[slice(*block.before)], scene.after[slice(*block.after)]
    if [k.key for k in old] != [k.key for k in new] or not any(k.quoted for k in (*old, *new)):
        return None
    words = [k for k in new if k.content]
    if not words or all(k.name for k in words):
        return Finding(EditKind.COSMETIC, False, "quotation marks round a name came or went")
    if all(k.quoted for k in new):
        return Finding(EditKind.QUOTE, True, f"“{text_of(new)}” was put into quotation marks")
    return Finding(EditKind.QUOTE, True, f"“{text_of(old)}” lost its quotation marks")


# ---- numbers and dates ---------------------------------------------------------------------------------------------------


def _values(found: Sequence[Key], dated: bool) -> list[Value]:
    kinds = (ValueKind.DATE, ValueKind.TIME) if dated else (ValueKind.QUANTITY, ValueKind.ORDINAL)
    return [k.value for k in found if k.value and k.value.kind in kinds]


def _unmatched(values: list[Value], other: Sequence[Key], own: Sequence[Key]) -> list[Value]:
    """Values of one side that the other sentence as a whole does not hold as often."""
    out = []
    for v in values:
        here = sum(k.value is not None and equivalent(k.value, v) for k in own)
        there = sum(k.value is not None and equivalent(k.value, v) for k in other)
        if here > there:
            out.append(v)
    return out


def number(block: Block, scene: Scene) -> Finding | None:
    """A figure, amount, unit or count that changed, came or went."""
    gone = _unmatched(_values(block.gone, False), scene.after, scene.before)
    come = _unmatched(_values(block.come, False), scene.before, scene.after)
    if gone and come:
        a, b = _partners(gone, come)
        return Finding(EditKind.NUMBER, True, _number_reason(a, b))
    if come:
        return Finding(
            EditKind.NUMBER,
            True,
            f"a figure was added: {_figure(come[0])}" if not _none(block.gone) else f"none became {_figure(come[0])}",
        )
    if gone:
        return Finding(
            EditKind.NUMBER,
            True,
            f"a figure was dropped: {_figure(gone[0])}" if not _none(block.come) else f"{_figure(gone[0])} became none",
        )
    return None


def _none(found: Sequence[Key]) -> bool:
    return any(k.key in {"no", "none", "nobody"} for k in found)


def _partners(gone: list[Value], come: list[Value]) -> tuple[Value, Value]:
    """The old and new value of one thing: the same unit or noun if there is such a pair, else the first of each."""
    for a in gone:
        for b in come:
            if (a.unit and a.unit == b.unit) or (a.noun and stem(a.noun) == stem(b.noun)):
                return a, b
    return gone[0], come[0]


def _figure(value: Value) -> str:
    return f"{value.text} {value.noun}".strip()


def _number_reason(a: Value, b: Value) -> str:
    if a.number == b.number and a.high == b.high and a.unit != b.unit:
        return f"the unit changed: {a.text} became {b.text}"
    what = _counted(a) or _counted(b)
    return f"the number of {what} went from {a.text} to {b.text}" if what else f"{a.text} became {b.text}"


def _counted(value: Value) -> str:
    """What a value counts, in the plural that a reason needs; "" for money, shares and ages."""
    if value.percent or value.age or value.unit in groups("currencies") or value.kind is ValueKind.ORDINAL:
        return ""
    word = value.unit or value.noun
    if not word or word in family("stopwords"):
        return ""
    return word if word.endswith("s") or word in family("person_nouns") else word + "s"


def date(block: Block, scene: Scene) -> Finding | None:
    """A date, time or span that changed, came or went."""
    gone = _unmatched(_values(block.gone, True), scene.after, scene.before)
    come = _unmatched(_values(block.come, True), scene.before, scene.after)
    if gone and come:
        return Finding(EditKind.DATE, True, f"the date or time went from {gone[0].text} to {come[0].text}")
    if come and not _style_of_date(come[0], block.gone) and not _beside_date(come[0], scene.after):
        return Finding(EditKind.DATE, True, f"a date or time was added: {come[0].text}")
    if gone and not _style_of_date(gone[0], block.come) and not _beside_date(gone[0], scene.before):
        return Finding(EditKind.DATE, True, f"a date or time was dropped: {gone[0].text}")
    if loose := _loose_span(block.gone, scene.before) or _loose_span(block.come, scene.after):
        return Finding(EditKind.DATE, True, f"a time was {'added' if loose in block.come else 'dropped'}: {loose.text}")
    a, b = _in(block.gone, family("spans")), _in(block.come, family("spans"))
    if a and b and a[0].stem != b[0].stem:
        return Finding(EditKind.DATE, True, f"the time went from {a[0].text} to {b[0].text}")
    return None


def _beside_date(value: Value, sentence: Sequence[Key]) -> bool:
    """Whether "tomorrow" and the like stand beside the day that they mean."""
    at = next(i for i, k in enumerate(sentence) if k.value is value)
    near = sentence[max(0, at - 2) : at] + sentence[at + 1 : at + 3]
    return value.unit == "day" and any(k.value and k.value.kind is ValueKind.DATE and k.value.unit != "day" for k in near)


_SPAN_LEADS = frozenset({"within", "for", "after", "every", "over", "in"})


def _loose_span(found: Sequence[Key], sentence: Sequence[Key]) -> Key | None:
    """A span without a figure that says when or how long: "within hours"."""
    leads = {b.start for a, b in pairwise(sentence) if a.key in _SPAN_LEADS}
    return next((k for k in _in(found, family("spans")) if k.start in leads and k.key.endswith("s")), None)


def _style_of_date(value: Value, other: Sequence[Key]) -> bool:
    """A day for words such as "last week" that stand in its place."""
    spans, relative = family("spans"), family("relative_words")
    return any(k.key in spans for k in other) and (value.unit == "day" or any(k.key in relative for k in other))


def _in(found: Sequence[Key], words: frozenset[str]) -> list[Key]:
    return [k for k in found if k.kind is KeyKind.WORD and (k.key in words or k.key.rstrip("s") in words)]


# ---- negation, attribution, modality -------------------------------------------------------------------------------------


def negation(block: Block, scene: Scene) -> Finding | None:
    """A denial that came or went: "not" and its kin counted over the sentences, or a verb of denial on one side."""
    words = family("negations")
    before, after = sum(k.key in words for k in scene.before), sum(k.key in words for k in scene.after)
    here = [k for k in block.gone + block.come if k.key in words]
    if here and before != after:
        return Finding(EditKind.NEGATION, True, f"“{here[0].text}” was {'added' if after > before else 'dropped'}")
    gone, come = _stems_in(block.gone, "denials"), _stems_in(block.come, "denials")
    if bool(gone) != bool(come):
        said = (gone or come)[0].text
        return Finding(EditKind.NEGATION, True, f"“{said}” was {'dropped' if gone else 'added'}")
    return None


@cache
def _stem_set(name: str) -> frozenset[str]:
    return frozenset(stem(w) for w in family(name))


def _stems_in(found: Sequence[Key], name: str) -> list[Key]:
    return [k for k in found if k.kind is KeyKind.WORD and not k.name and k.stem in _stem_set(name)]


def attribution(block: Block, scene: Scene) -> Finding | None:
    """Who is said to have said it, or with what force."""
    gone, come = _say(block.gone), _say(block.come)
    if gone and come and lookup("say_verbs").get(gone[0].key) != lookup("say_verbs").get(come[0].key):
        return Finding(EditKind.ATTRIBUTION, True, f"“{gone[0].text}” became “{come[0].text}”")
    who_gone, who_come = _who(block.gone), _who(block.come)
    if (who_gone or who_come) and (gone or come or _beside_say(block, scene)):
        return Finding(EditKind.ATTRIBUTION, True, _who_reason(who_gone, who_come))
    if bool(gone) != bool(come) and sum(k.content for k in block.gone + block.come) <= 3:
        return Finding(EditKind.ATTRIBUTION, True, _said_reason(gone, come))
    left, right = [k for k in block.gone if k.content], [k for k in block.come if k.content]
    if left and right and _before_say(block, scene):
        return Finding(EditKind.ATTRIBUTION, True, _who_reason(left, right))
    return None


def _said_reason(gone: Sequence[Key], come: Sequence[Key]) -> str:
    if come:
        return f"“{come[0].text}” was added: the statement is now someone's"
    return f"“{gone[0].text}” was dropped: the statement is now the outlet's own"


def _before_say(block: Block, scene: Scene) -> bool:
    """Whether the block stands right before a plain verb of saying, where the speaker stands."""
    following = scene.after[block.after[1] : block.after[1] + 1]
    return bool(following) and lookup("say_verbs").get(following[0].key) in {"said", "reported", "announced"}


def _say(found: Sequence[Key]) -> list[Key]:
    return [
        k for k in found if k.kind is KeyKind.WORD and not k.name and (k.key in lookup("say_verbs") or k.key == "according to")
    ]


def _who(found: Sequence[Key]) -> list[Key]:
    roles, wires = lookup("roles"), _wire_words()
    return [k for k in found if k.kind is KeyKind.WORD and (k.name or k.key in roles or k.key in wires)]


@cache
def _wire_words() -> frozenset[str]:
    return frozenset(bare(w) for w in lookup("wires"))


def _beside_say(block: Block, scene: Scene) -> bool:
    """Whether a verb of saying that stayed stands within two keys of the block."""
    near = scene.after[max(0, block.after[0] - 2) : block.after[0]] + scene.after[block.after[1] : block.after[1] + 2]
    return bool(_say(near))


def _who_reason(gone: list[Key], come: list[Key]) -> str:
    if gone and come:
        return f"the source went from {text_of(gone)} to {text_of(come)}"
    return f"a source was added: {text_of(come)}" if come else f"a source was dropped: {text_of(gone)}"


def modality(block: Block, scene: Scene) -> Finding | None:
    """How certain, planned, allowed or done a thing is said to be."""
    for rule in (_modal, _intent, _status, _turn, _hedge, _scope):
        if finding := rule(block, scene):
            return finding
    return None


def _modal(block: Block, scene: Scene) -> Finding | None:
    words = family("modals")
    before, after = (
        Counter(k.key for k in scene.before if k.key in words),
        Counter(k.key for k in scene.after if k.key in words),
    )
    gone = [k for k in block.gone if k.key in words and before[k.key] > after[k.key]]
    come = [k for k in block.come if k.key in words and after[k.key] > before[k.key]]
    if not gone and not come:
        return None
    if gone and come and (gone[0].stem == come[0].stem or synonyms(gone[0].stem) & synonyms(come[0].stem)):
        return None
    return Finding(EditKind.MODALITY, True, _moved("how certain or planned it is", gone, come))


def _intent(block: Block, scene: Scene) -> Finding | None:
    """A verb such as "offered to" that came or went before the deed."""
    gone, come = _infinitive(block.gone, scene.before), _infinitive(block.come, scene.after)
    if bool(gone) == bool(come):
        return None
    return Finding(EditKind.MODALITY, True, _moved("whether it was done or only meant", gone, come))


def _infinitive(found: Sequence[Key], sentence: Sequence[Key]) -> list[Key]:
    starts = {a.start for a, b in pairwise(sentence) if b.key == "to"}
    return [k for k in found if k.key in family("intents") and k.start in starts]


def _moved(what: str, gone: Sequence[Key], come: Sequence[Key]) -> str:
    if gone and come:
        return f"{what}: “{text_of(gone)}” became “{text_of(come)}”"
    return f"{what}: “{text_of(come)}” was added" if come else f"{what}: “{text_of(gone)}” was dropped"


@cache
def _families() -> dict[str, frozenset[str]]:
    """Stem of a state word -> the families it belongs to."""
    table: dict[str, set[str]] = {}
    for name, members in groups("statuses").items():
        for word in members:
            table.setdefault(stem(word), set()).add(name)
    return {word: frozenset(found) for word, found in table.items()}


def _status(block: Block, scene: Scene) -> Finding | None:
    for a in block.gone:
        for b in block.come:
            if (
                a.kind is b.kind is KeyKind.WORD
                and a.stem != b.stem
                and _families().get(a.stem, frozenset()) & _families().get(b.stem, frozenset())
            ):
                return Finding(EditKind.MODALITY, True, f"the state went from “{a.text}” to “{b.text}”")
    return None


def _turn(block: Block, scene: Scene) -> Finding | None:
    gone, come = _stems_in(block.gone, "turns"), _stems_in(block.come, "turns")
    if bool(gone) == bool(come):
        return None
    return Finding(EditKind.MODALITY, True, _moved("the state", gone, come))


def _hedge(block: Block, scene: Scene) -> Finding | None:
    """A hedge that came, went or changed before a number that stayed. "About" on a conversion or another notation is style."""
    gone, come = _hedges(block.gone), _hedges(block.come)
    if (not gone and not come) or [k.key for k in gone] == [k.key for k in come]:
        return None
    side, place = (scene.after, come[0]) if come else (scene.before, gone[0])
    value = next((k.value for k in side if k.start >= place.end and k.value), None)
    kept = value and [k.value for k in (scene.before if come else scene.after) if k.value and equivalent(k.value, value)]
    if not value or not kept:
        return None
    soft = {k.key for k in gone + come} <= {"hedge about", "hedge exactly"}
    if soft and (place.bracket or all(v.text != value.text for v in kept)):
        return Finding(
            EditKind.COSMETIC, False, f"“{place.text}” before a figure that is a conversion or stands in another notation"
        )
    return Finding(EditKind.MODALITY, True, _moved(f"how sure the figure {value.text} is", gone, come))


def _hedges(found: Sequence[Key]) -> list[Key]:
    return [k for k in found if k.kind is KeyKind.HEDGE]


def _scope(block: Block, scene: Scene) -> Finding | None:
    words = family("scope")
    gone = [k for k in block.gone if k.key in words and not k.name]
    come = [k for k in block.come if k.key in words and not k.name]
    if (not gone and not come) or (gone and come and stem(gone[0].key) == stem(come[0].key)):
        return None
    return Finding(EditKind.MODALITY, True, _moved("how far it reaches", gone, come))


# ---- names and plain words -----------------------------------------------------------------------------------------------


def name(block: Block, scene: Scene) -> Finding | None:
    """Who or what place is meant, or how a name is spelt."""
    gone, come = [k for k in block.gone if k.name], [k for k in block.come if k.name]
    if not gone and not come:
        return None
    if gone and come:
        if abbreviates(gone, come, block) or abbreviates(come, gone, block):
            return Finding(EditKind.COSMETIC, False, f"{text_of(gone)} and {text_of(come)} are one name, long and short")
        if _respelt(gone, come) and _misspelt(gone, come, scene):
            return Finding(EditKind.COSMETIC, False, f"a misspelt name: the text spells it {text_of(come)} elsewhere")
        if _respelt(gone, come):
            return Finding(
                EditKind.NAME, True, f"a name is spelt differently (respelt): {text_of(gone)} became {text_of(come)}"
            )
        return Finding(EditKind.NAME, True, f"the name went from {text_of(gone)} to {text_of(come)}")
    found, other = (gone, block.come) if gone else (come, block.gone)
    if all(_is_title(k) for k in found) and not any(k.content for k in other):
        return Finding(EditKind.COSMETIC, False, f"the title {text_of(found)} came or went")
    if any(k.content for k in other):
        return Finding(EditKind.NAME, True, f"the name {text_of(found)} {'gave way' if gone else 'came in'}")
    kind = EditKind.DELETION if gone else EditKind.ADDITION
    return Finding(kind, True, f"{'dropped' if gone else 'added'}: {text_of(found)}")


def _misspelt(gone: Sequence[Key], come: Sequence[Key], scene: Scene) -> bool:
    """Whether the text itself proves a misspelling: it has the new form elsewhere and the old one nowhere else."""
    long = all(len(k.key) >= 5 and not k.text.isupper() for k in (*gone, *come))
    if not long:
        return False
    context = scene.context()
    return all(k.key in context.old_words for k in come) and not any(k.key in context.new_words for k in gone)


def _is_title(key: Key) -> bool:
    return key.key in lookup("roles") or key.key in family("titles") or key.key == "prime minister"


def _respelt(gone: list[Key], come: list[Key]) -> bool:
    """Whether each name that came is one that went, but for one or two letters."""
    if len(gone) != len(come):
        return False
    return all(
        DamerauLevenshtein.distance(a.key, b.key) <= (2 if len(a.key) > 4 else 1) for a, b in zip(gone, come, strict=True)
    )


def abbreviates(long: Sequence[Key], short: Sequence[Key], block: Block) -> bool:
    """Whether one side is made of the initials of the other's words, with or without small words between."""
    letters = "".join(k.key for k in short if k.text.isupper() or "." in k.text)
    if len(letters) < 2 or len(short) > 2:
        return False
    words = [k for k in (block.gone if long[0] in block.gone else block.come) if k.kind is KeyKind.WORD and k not in short]
    big = "".join(k.key[0] for k in words if k.text[:1].isupper())
    every = "".join(k.key[0] for k in words)
    return letters in (big, every)


def plain_words(block: Block, scene: Scene) -> Finding | None:
    """Words that are no name, figure, state or source."""
    gone, come = _plain(block.gone), _plain(block.come)
    if any(k.kind is KeyKind.MARK for k in block.gone + block.come):
        return Finding(EditKind.OTHER, True, "a statement became a question, or a question a statement")
    if pair := _opposite(block.gone, block.come):
        return Finding(EditKind.OTHER, True, f"“{pair[0].text}” became “{pair[1].text}”")
    if not gone and not come:
        return None
    if "".join(k.key for k in block.gone) == "".join(k.key for k in block.come):
        return Finding(EditKind.COSMETIC, False, "words were joined or parted")
    if gone and come:
        return Finding(EditKind.OTHER, True, f"“{text_of(gone)}” became “{text_of(come)}”")
    side = gone or come
    verb = "dropped" if gone else "added"
    if len(side) >= 2 or _telling(side[0]):
        return Finding(EditKind.DELETION if gone else EditKind.ADDITION, True, f"{verb}: “{text_of(side)}”")
    return Finding(EditKind.COSMETIC, False, f"one word was {verb} that carries no fact by itself: “{text_of(side)}”")


def _plain(found: Sequence[Key]) -> list[Key]:
    return [k for k in found if k.content and not k.name and not k.value]


def _telling(key: Key) -> bool:
    """Whether a single word more or less can change what is said: a person or role, or a word that has an opposite."""
    if key.key in family("spans"):
        return False
    return key.key in family("person_nouns") or key.key in lookup("roles") or any(key.key == a for a, _ in _opposites())


def _opposite(gone: Sequence[Key], come: Sequence[Key]) -> tuple[Key, Key] | None:
    for a in gone:
        for b in come:
            if not a.name and not b.name and opposite(a.key, b.key):
                return a, b
    return None


@cache
def _opposites() -> frozenset[tuple[str, str]]:
    pairs = [(key, word) for key, words in groups("opposites").items() for word in words]
    return frozenset(pairs) | frozenset((b, a) for a, b in pairs)


def opposite(a: str, b: str) -> bool:
    """Whether two words turn a statement round."""
    return (a, b) in _opposites()


def is_typo(a: str, b: str) -> bool:
    """Whether an unknown word gave way to a known one with a letter more or less, or with two letters in each other's place.

    Another letter in its place is no proof: "defunding" and "defending" differ so.
    """
    if min(len(a), len(b)) < 3 or is_known(a) or not is_known(b):
        return False
    swapped = len(a) == len(b) and sorted(a) == sorted(b)
    return (swapped or len(a) != len(b)) and DamerauLevenshtein.distance(a, b) <= (1 if min(len(a), len(b)) < 8 else 2)


def is_known(word: str) -> bool:
    """Whether a lower-case word is known English, as it stands or behind a beginning such as "re"."""
    known = family("common_words")
    beginnings = (head for head in sorted(family("word_beginnings")) if word.startswith(head) and len(word) >= len(head) + 4)
    return word in known or any(word[len(head) :] in known for head in beginnings)


_FACTS: tuple[Callable[[Block, Scene], Finding | None], ...] = (quote, number, date, negation, attribution, modality, name)
