"""Rules for figures, dates, times and spans."""

from collections.abc import Sequence
from itertools import pairwise

from pipeline.edits.blocks import Block, equivalent
from pipeline.edits.findings import Finding, Scene
from pipeline.edits.keys import Key, KeyKind
from pipeline.model import EditKind
from pipeline.text import Value, ValueKind, stem
from pipeline.words import family, groups


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
    if score := _to_none(block.come, scene.after) or _to_none(block.gone, scene.before):
        return Finding(EditKind.NUMBER, True, f"a score or count of none was {'added' if score in block.come else 'dropped'}")
    return None


def _to_none(found: Sequence[Key], sentence: Sequence[Key]) -> Key | None:
    """The key of "none" as a figure: "13 votes to none"."""
    if not _none(found):
        return None
    ends = {b.start for a, b in pairwise(sentence) if a.key == "to" and b.key in {"none", "nil"}}
    return next((k for k in found if k.start in ends), None)


def _none(found: Sequence[Key]) -> bool:
    return any(k.key in {"no", "none", "nobody", "nil"} for k in found)


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
    if moved := _placed_otherwise(block, scene):
        return Finding(EditKind.DATE, True, f"the time went from {moved[0]} to {moved[1]}")
    a, b = _in(block.gone, family("spans")), _in(block.come, family("spans"))
    if a and b and a[0].stem != b[0].stem:
        return Finding(EditKind.DATE, True, f"the time went from {a[0].text} to {b[0].text}")
    return None


def _beside_date(value: Value, sentence: Sequence[Key]) -> bool:
    """Whether "tomorrow" and the like stand beside the day that they mean."""
    at = next(i for i, k in enumerate(sentence) if k.value is value)
    near = (*sentence[max(0, at - 2) : at], *sentence[at + 1 : at + 3])
    return value.unit == "day" and any(k.value and k.value.kind is ValueKind.DATE and k.value.unit != "day" for k in near)


_TIME_WORDS = frozenset({"since", "until", "before", "after", "early", "mid", "late"})


def _placed_otherwise(block: Block, scene: Scene) -> tuple[str, str] | None:
    """A date or span that stayed behind another word that places it: since 2015, until 2015; last week, next week."""
    gone, come = _placing(block.before, scene.before), _placing(block.after, scene.after)
    if gone and come and gone[0].key != come[0].key and gone[1] == come[1]:
        return f"{gone[0].text} {gone[2]}", f"{come[0].text} {come[2]}"
    return None


def _placing(place: tuple[int, int], sentence: Sequence[Key]) -> tuple[Key, str, str] | None:
    """The word of a block that places what follows it in time, with the key and the text of that; None if there is none."""
    relative, spans = family("relative_words"), family("spans")
    for i in range(place[0], min(place[1], len(sentence) - 1)):
        k, follower = sentence[i], sentence[i + 1]
        dated = follower.value is not None and (
            follower.value.year is not None or follower.value.kind is not ValueKind.QUANTITY
        )
        if (k.key in _TIME_WORDS and (dated or k.key in {"since", "until"})) or (
            k.key in relative and (dated or follower.key in spans)
        ):
            return k, follower.key, follower.text
    return None


_SPAN_LEADS = frozenset({"within", "for", "after", "every", "over", "in"})


def _loose_span(found: Sequence[Key], sentence: Sequence[Key]) -> Key | None:
    """A span without a figure that says when or how long: "within hours"."""
    spans = [k for k in _in(found, family("spans")) if k.key.endswith("s")]
    leads = {b.start for a, b in pairwise(sentence) if a.key in _SPAN_LEADS} if spans else ()
    return next((k for k in spans if k.start in leads), None)


def _style_of_date(value: Value, other: Sequence[Key]) -> bool:
    """A day for words such as "last week" that stand in its place."""
    spans, relative = family("spans"), family("relative_words")
    return any(k.key in spans for k in other) and (value.unit == "day" or any(k.key in relative for k in other))


def _in(found: Sequence[Key], words: frozenset[str]) -> list[Key]:
    return [k for k in found if k.kind is KeyKind.WORD and (k.key in words or k.key.rstrip("s") in words)]
