"""Where two sentences differ: blocks of keys, and what is left of a block when all that says the same is cancelled."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from itertools import pairwise

from pipeline import diff
from pipeline.edits.keys import Key, KeyKind
from pipeline.text import Value, ValueKind, spelling, stem
from pipeline.words import family, groups

LOOKS = 20_000  # pairs of keys of one block that are compared: two sides of some 140 words, about 20 ms


@dataclass(frozen=True, slots=True)
class Block:
    """One place where two sentences differ, as half-open ranges of their keys, and its net: what has no counterpart."""

    before: tuple[int, int]
    after: tuple[int, int]
    gone: tuple[Key, ...] = ()
    come: tuple[Key, ...] = ()


def differing(before: Sequence[Key], after: Sequence[Key]) -> list[Block]:
    """The blocks in which two sentences differ, near ones merged, with their net."""
    found = [
        Block(b.before, b.after) for b in diff.blocks([_seen(k) for k in before], [_seen(k) for k in after]) if not b.equal
    ]
    merged = _merged(found, before)
    gained = Counter(k.key for k in after)
    gained.subtract(Counter(k.key for k in before))
    return [_netted(b, before, after, gained) for b in merged]


def _seen(key: Key) -> tuple[str, bool]:
    return key.key, key.quoted


def _merged(found: list[Block], before: Sequence[Key]) -> list[Block]:
    """Blocks that are one function word apart, or a pure insertion and a pure deletion one word apart, are one."""
    out: list[Block] = []
    for block in found:
        if out:
            last = out[-1]
            between = before[last.before[1] : block.before[0]]
            one_sided = _one_sided(last) and _one_sided(block) and _one_sided(last) != _one_sided(block)
            if len(between) == 1 and (between[0].stop or one_sided):
                out[-1] = Block((last.before[0], block.before[1]), (last.after[0], block.after[1]))
                continue
        out.append(block)
    return out


def _one_sided(block: Block) -> int:
    """-1 for a deletion, 1 for an insertion, 0 for a replacement."""
    if block.before[0] == block.before[1]:
        return 1
    return -1 if block.after[0] == block.after[1] else 0


def _netted(block: Block, before: Sequence[Key], after: Sequence[Key], gained: Counter[str]) -> Block:
    gone = [k for k in before[slice(*block.before)] if gained[k.key] < 0 or k.quoted or k.kind is KeyKind.VALUE]
    come = [k for k in after[slice(*block.after)] if gained[k.key] > 0 or k.quoted or k.kind is KeyKind.VALUE]
    gone, come = _cancel(gone, come)
    return Block(block.before, block.after, tuple(gone), tuple(come))


def _cancel(gone: list[Key], come: list[Key]) -> tuple[list[Key], list[Key]]:
    """Both lists without what says the same: equal keys first, then equal values, forms of a word, synonyms.

    Past LOOKS comparisons nothing is cancelled any more: what is left is shown, not hushed.
    """
    if not gone or not come:
        return gone, come
    gone, come = _without(gone, come), _without(come, gone)
    for same in (_same_value, _same_word):
        looks = LOOKS
        rest = list(come)
        left = []
        for k in gone:
            looks -= len(rest)
            partner = next((i for i, c in enumerate(rest) if same(k, c)), None) if looks > 0 else None
            if partner is None:
                left.append(k)
            else:
                del rest[partner]
        gone, come = left, rest
    return _without_ends(gone, come)


def _without_ends(gone: list[Key], come: list[Key]) -> tuple[list[Key], list[Key]]:
    """Both lists without a range whose two ends stand as figures of their own on the other side: 52-48, 52 to 48."""
    for ranges, ends in ((gone, come), (come, gone)):
        for k, value in [(k, k.value) for k in ranges if k.value and k.value.high is not None]:
            low = next((e for e in ends if _is_single(e, value.number)), None)
            high = next((e for e in ends if e is not low and _is_single(e, value.high)), None)
            if low and high:
                ranges.remove(k)
                ends.remove(low)
                ends.remove(high)
    return _without_shares(gone, come)


def _without_shares(gone: list[Key], come: list[Key]) -> tuple[list[Key], list[Key]]:
    """Both lists without "six in ten" where the other side says 60 percent."""
    for parts, wholes in ((gone, come), (come, gone)):
        for k, value in [(k, k.value) for k in wholes if k.value and k.value.percent]:
            for a, b in pairwise([p for p in parts if p.value or p.key == "one"]):
                if b.start - a.end <= len(" out of ") and _share(a, b) == value.number:
                    wholes.remove(k)
                    parts[:] = [p for p in parts if p not in (a, b) and not (p.stop and a.end <= p.start < b.start)]
                    break
    return gone, come


def _share(part: Key, whole: Key) -> Decimal | None:
    """The percentage that "six" and "ten" make, if they can."""
    count = Decimal(1) if part.key == "one" else part.value.number if part.value else None
    of = whole.value.number if whole.value and not whole.value.unit else None
    return 100 * count / of if count and of and count < of else None


def _without(found: list[Key], other: list[Key]) -> list[Key]:
    """The keys that the other list does not hold as well, counted; of equal ones the last are left."""
    if not found or not other:
        return found
    there: dict[tuple[str, bool], int] = {}
    for k in other:
        there[_identity(k)] = there.get(_identity(k), 0) + 1
    left = []
    for k in found:
        if there.get(_identity(k), 0) > 0:
            there[_identity(k)] -= 1
        else:
            left.append(k)
    return left


def _identity(key: Key) -> tuple[str, bool]:
    """What makes two keys one: a word inside quotation marks is not the same word outside them, a value is."""
    return key.key, key.quoted and key.kind is not KeyKind.VALUE


def _is_single(key: Key, number: Decimal | None) -> bool:
    """Whether a key is this one figure, no range."""
    return key.value is not None and key.value.high is None and key.value.number == number


# ---- values --------------------------------------------------------------------------------------------------------------


def _same_value(a: Key, b: Key) -> bool:
    return a.value is not None and b.value is not None and equivalent(a.value, b.value)


def equivalent(a: Value, b: Value) -> bool:
    """Whether two values are one fact in two notations."""
    if a.key == b.key:
        return True
    if a.kind is ValueKind.DATE and b.kind is ValueKind.DATE:
        return _same_date(a, b)
    if a.kind is ValueKind.TIME and b.kind is ValueKind.TIME:
        return (not a.meridiem or not b.meridiem) and (a.minutes or 0) % 720 == (b.minutes or 0) % 720
    if _short_millions(a, b) or _short_millions(b, a) or _rescaled(a, b) or _dotted(a, b) or _dotted(b, a):
        return True
    if a.age != b.age and a.number == b.number:  # "the 52-year-old", "who is 52"
        return not (b if a.age else a).unit
    if {a.kind, b.kind} == {ValueKind.DATE, ValueKind.QUANTITY}:
        year, quantity = (a, b) if a.kind is ValueKind.DATE else (b, a)
        return year.year is not None and year.month is None and quantity.number == year.year and not quantity.unit
    return False


def _short_millions(a: Value, b: Value) -> bool:
    """Whether one says "63m", which may be metres, where the other says 63 million."""
    if a.unit != "metre" or b.unit or a.number is None or not re.search(r"\dm$", a.text):
        return False
    return b.number == a.number * 10**6


def _rescaled(a: Value, b: Value) -> bool:
    """Whether two values are one length, mass, area or share in units of one system: 1.2 km, 1,200 metres."""
    scales = groups("unit_scales")
    if a.number == b.number and {a.unit, b.unit} in ({"degree", "degree celsius"}, {"degree", "degree fahrenheit"}):
        return a.high == b.high
    if a.unit == b.unit or a.number is None or b.number is None or a.unit not in scales or b.unit not in scales:
        return False
    (what, one), (other, many) = scales[a.unit], scales[b.unit]
    ends = [(a.number, b.number), (a.high or a.number, b.high or b.number)]
    return what == other and all(x * int(one) == y * int(many) for x, y in ends)


_DOTTED = re.compile(r"[1-9]\d{0,2}\.\d{3}")


def _dotted(a: Value, b: Value) -> bool:
    """Whether one says "12.500" where the other says 12,500: a point that parts thousands, as much of Europe sets it."""
    if a.number is None or b.number is None or a.unit != b.unit or not _DOTTED.fullmatch(a.text):
        return False
    return b.number == a.number * 1000 and b.text.replace(",", ".") == a.text


def _same_date(a: Value, b: Value) -> bool:
    """Whether all fields that both dates state agree, and one does; a weekday or "yesterday" is weighed by the calendar."""
    if a.date and b.date:
        return a.date == b.date
    relative = bool(a.unit) or bool(b.unit)
    if relative:
        return a.unit == b.unit == "day" and a.key == b.key
    pairs = [
        (x, y)
        for x, y in ((a.year, b.year), (a.month, b.month), (a.day, b.day), (a.weekday, b.weekday))
        if x is not None and y is not None
    ]
    return (bool(pairs) and all(x == y for x, y in pairs) and (a.day is None) == (b.day is None)) or _weekday_for_day(a, b)


def _weekday_for_day(a: Value, b: Value) -> bool:
    """A weekday that gives way to a full date, where neither can be placed in the calendar: a matter of style."""
    only = [v.weekday is not None and v.day is None for v in (a, b)]
    full = [v.day is not None for v in (a, b)]
    return (only[0] and full[1] and b.weekday in (None, a.weekday)) or (only[1] and full[0] and a.weekday in (None, b.weekday))


# ---- words ---------------------------------------------------------------------------------------------------------------


def _same_word(a: Key, b: Key) -> bool:
    if a.kind is not KeyKind.WORD or b.kind is not KeyKind.WORD or a.quoted or b.quoted:
        return False
    if a.name or b.name:
        return _same_name(a, b)
    return same_word(a.key, b.key)


def _same_name(a: Key, b: Key) -> bool:
    """Names are one only if equal but for a plural s; a capital added to a known word is typography."""
    one, other = spelling(a.key), spelling(b.key)
    if one == other or one + "s" == other or other + "s" == one:
        return True
    return a.name != b.name and same_word(a.key, b.key)


@lru_cache(maxsize=1 << 14)
def same_word(a: str, b: str) -> bool:
    """Whether two lower-case words are forms of one word, or stand for each other."""
    if a == b:
        return True
    if synonyms(stem(a)) & synonyms(stem(b)) or _same_degree(a, b):
        return True
    if _fixed(a) or _fixed(b):
        return False
    if stem(a) == stem(b):
        return True
    return _inflected(a, b)


def _same_degree(a: str, b: str) -> bool:
    """Whether two words are the same step of synonyms: softer, milder."""
    for ending in ("er", "est"):
        if a.endswith(ending) and b.endswith(ending) and min(len(a), len(b)) > len(ending) + 2:
            one, other = a.removesuffix(ending), b.removesuffix(ending)
            if any(synonyms(stem(x)) & synonyms(stem(y)) for x in (one, one + "e") for y in (other, other + "e")):
                return True
    return False


@cache
def _fixed_words() -> frozenset[str]:
    return family("negations") | family("modals") | family("scope") | family("denials")


def _fixed(word: str) -> bool:
    """Words whose every form counts."""
    return word in _fixed_words()


_SUFFIX = re.compile(
    r"(?:|s|es|ed|d|ing|er|ers|or|ors|ion|ions|tion|ive|al|ally|ial|ially|ly|ment|ments|ness|ity|ies|ied|ance|ence|ant|ent|ate|ated|ation|ations|ic|ical|"
    r"able|ible|ful|e|r|t|th|en|y|ian|ians|an|ans|ish|ists?|ism|ing|ting|ted|ning|ned|red|ring|led|ling)$"
)


def _inflected(a: str, b: str) -> bool:
    """A common beginning of five letters and three fifths of the longer word, with endings of inflection or derivation."""
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    rest = (a[head:], b[head:])
    if head < 5 or head < 0.6 * max(len(a), len(b)) or set(rest) in ({"e", "y"}, {"y", ""}, {"ian", "y"}, {"er", "ing"}):
        return False
    return all(len(r) <= 4 and _SUFFIX.match(r) for r in rest)


@cache
def _synonym_groups() -> dict[str, frozenset[int]]:
    table: dict[str, set[int]] = {}
    for n, (key, members) in enumerate(groups("synonyms").items()):
        for word in (key, *members):
            table.setdefault(stem(word), set()).add(n)
    for n, members in enumerate(groups("say_verbs").values(), start=10_000):
        for word in members:
            table.setdefault(stem(word), set()).add(n)
    return {word: frozenset(found) for word, found in table.items()}


def synonyms(word: str) -> frozenset[int]:
    return _synonym_groups().get(word, frozenset())
