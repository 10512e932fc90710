"""Rules for style, names and plain words: what is left when no figure, quote, source or state changed."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from pipeline.edits.blocks import Block
from pipeline.edits.findings import Finding, Scene, text_of
from pipeline.edits.keys import Key, KeyKind
from pipeline.model import EditKind
from pipeline.text import ValueKind
from pipeline.words import family, groups, lookup

LONG_WORD = 7  # letters from which one letter more or less is a misprint, not another word

# ---- style ---------------------------------------------------------------------------------------------------------------


def style(block: Block, scene: Scene) -> str:
    """Why a block is proven to be a matter of style, or ""."""
    changed = block.gone + block.come
    if changed and all(k.bracket for k in changed) and _about_links(changed):
        return "a note about a link or attachment"
    if len(block.gone) == len(block.come) == 1 and _misprint(*changed):
        return f"a misspelling: {changed[0].text}, {changed[1].text}"
    if block.gone and block.come and (_day_in_words(block.gone, block.come) or _day_in_words(block.come, block.gone)):
        return f"a date in other words: {text_of(block.gone)}, {text_of(block.come)}"
    for side, raw in ((block.come, scene.after[slice(*block.after)]), (block.gone, scene.before[slice(*block.before)])):
        if side == changed and _written_out(raw, scene):
            return f"{text_of(raw)} is a short form written out"
    return ""


def _misprint(a: Key, b: Key) -> bool:
    """Whether a word gave way to itself, misprinted or put right; in a quotation or for the worse only if it is long."""
    if not is_typo(a.key, b.text.lower()):
        return False
    sure = a.text.islower() and b.text.islower() and min(len(a.key), len(b.key)) >= LONG_WORD
    return sure or not (a.quoted or is_known(a.key)) or (not a.quoted and sorted(a.key) == sorted(b.text.lower()))


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


# ---- names and plain words -----------------------------------------------------------------------------------------------


def name(block: Block, scene: Scene) -> Finding | None:
    """Who or what place is meant, or how a name is spelt."""
    gone, come = _names(block.gone), _names(block.come)
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


def _names(found: Sequence[Key]) -> list[Key]:
    """The words of names but for those that join them: the Ministry of Health is the Health Ministry."""
    return [k for k in found if k.name and (k.text[:1].isupper() or k.key not in family("stopwords"))]


def _misspelt(gone: Sequence[Key], come: Sequence[Key], scene: Scene) -> bool:
    """Whether the text itself proves a misspelling: it has the new form elsewhere and the old one nowhere else."""
    long = all(len(k.key) >= 5 and not k.text.isupper() for k in (*gone, *come))
    if not long:
        return False
    context = scene.context()
    return all(context.stood(k.key) for k in come) and not any(context.stands(k.key) for k in gone)


_TRANSLITERATIONS = (
    (re.compile(r"t?sch|sh"), "s"),
    (re.compile(r"kh|ch"), "h"),
    (re.compile(r"zh"), "z"),
    (re.compile(r"w"), "v"),
    (re.compile(r"ou|oo"), "u"),
    (re.compile(r"ks"), "x"),
    (re.compile(r"q"), "k"),
    (re.compile(r"(?:iy|ij|yj|yy|ii)$|(?<=sk)[iy]$"), "i"),
    (re.compile(r"[jy](?=[aeou])|(?<=[aeou])[jy]"), "i"),
)


@lru_cache(maxsize=1 << 12)
def _sound(name: str) -> str:
    """What the usual ways to write a name of another script in Latin letters have in common."""
    for pattern, common in _TRANSLITERATIONS:
        name = pattern.sub(common, name)
    return name


def house_spelling(block: Block, scene: Scene) -> tuple[Block, str]:
    """A block without names that the new text writes another way throughout, as a house style does, and what these are.

    Only ways to write another script count (Wasyl, Vasyl): a letter changed in any other way is a correction of the name.
    """
    gone, come, told = list(block.gone), list(block.come), []
    for a in block.gone:
        b = next((c for c in come if a.name and c.name and a.key != c.key and _sound(a.key) == _sound(c.key)), None)
        if b is None or a.quoted != b.quoted or scene.context().stands(a.key):
            continue
        gone.remove(a)
        come.remove(b)
        told.append(f"{a.text}, {b.text}")
    if not told:
        return block, ""
    return replace(block, gone=tuple(gone), come=tuple(come)), "; ".join(told)


@cache
def _titled() -> re.Pattern[str]:
    forms = sorted({f for key, short in groups("ranks").items() for f in (key, *short)}, key=lambda f: (-len(f), f))
    return re.compile(rf"\b((?:(?:{'|'.join(f.capitalize() for f in forms)})\.? )+)((?:[A-Z][\w'’-]+ ?)+)")


def title_changed(before: str, after: str) -> Finding | None:
    """Somebody who bore a rank or form of address bears another. That one came or went, or is written short, is style."""
    old, new = _bearers(before), _bearers(after)
    for person, rank in old.items():
        if person in new and new[person][0] != rank[0]:
            return Finding(EditKind.NAME, True, f"the title of {person} went from {rank[1]} to {new[person][1]}")
    return None


def _bearers(text: str) -> dict[str, tuple[tuple[str, ...], str]]:
    """The last names that follow a rank, each with the ranks in one form and as written."""
    short = lookup("ranks")
    found = {}
    for m in _titled().finditer(text):
        ranks = [w.rstrip(".").lower() for w in m[1].split()]
        found[m[2].split()[-1].removesuffix("'s").removesuffix("’s")] = (tuple(short.get(r, r) for r in ranks), m[1].strip())
    return found


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
    return key.key in family("person_nouns") or key.key in lookup("roles") or has_opposite(key.key)


def _opposite(gone: Sequence[Key], come: Sequence[Key]) -> tuple[Key, Key] | None:
    right = [k for k in come if has_opposite(k.key) and not k.name]
    for a in gone if right else ():
        for b in right if has_opposite(a.key) and not a.name else ():
            if opposite(a.key, b.key):
                return a, b
    return None


@cache
def _opposites() -> frozenset[tuple[str, str]]:
    pairs = [(key, word) for key, words in groups("opposites").items() for word in words]
    return frozenset(pairs) | frozenset((b, a) for a, b in pairs)


@cache
def _with_opposite() -> frozenset[str]:
    return frozenset(a for a, _ in _opposites())


def has_opposite(word: str) -> bool:
    """Whether there is a word that would turn a statement round in this one's place."""
    return word in _with_opposite()


def opposite(a: str, b: str) -> bool:
    """Whether two words turn a statement round."""
    return (a, b) in _opposites()


def is_typo(a: str, b: str) -> bool:
    """Whether of two words one is known, and the other is it with a letter more or less or with two letters exchanged.

    Another letter in its place is no proof: "defunding" and "defending" differ so.
    """
    if min(len(a), len(b)) < 3 or is_known(a) == is_known(b):
        return False
    swapped = len(a) == len(b) and sorted(a) == sorted(b)
    if is_known(a):
        return (swapped or len(a) != len(b)) and len(a) >= 6 and DamerauLevenshtein.distance(a, b) == 1
    return (swapped or len(a) != len(b)) and DamerauLevenshtein.distance(a, b) <= (1 if min(len(a), len(b)) < 8 else 2)


def is_known(word: str) -> bool:
    """Whether a lower-case word is known English, as it stands or behind a beginning such as "re"."""
    known = family("common_words")
    beginnings = (head for head in sorted(family("word_beginnings")) if word.startswith(head) and len(word) >= len(head) + 4)
    return word in known or any(word[len(head) :] in known for head in beginnings)
