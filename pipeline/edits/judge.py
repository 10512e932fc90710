"""decide_edit: what kind of edit turned one sentence into another, whether it bears meaning, and why."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from pipeline.edits.blocks import Block, differing
from pipeline.edits.findings import Context, Finding, Scene
from pipeline.edits.keys import ADDRESS, Key, KeyKind, keys
from pipeline.edits.lines import is_correction, is_date_line, is_furniture, is_stamp
from pipeline.edits.rules import judge_blocks
from pipeline.edits.states import tells_state
from pipeline.edits.wording import has_opposite, opposite, title_changed
from pipeline.model import EditKind
from pipeline.text import fold
from pipeline.words import family

WORDED = "en"  # the language whose word families the rules of wording read

ORDER = (
    EditKind.CORRECTION,
    EditKind.HEADLINE,
    EditKind.QUOTE,
    EditKind.NUMBER,
    EditKind.DATE,
    EditKind.NEGATION,
    EditKind.ATTRIBUTION,
    EditKind.MODALITY,
    EditKind.NAME,
    EditKind.ADDITION,
    EditKind.DELETION,
    EditKind.OTHER,
    EditKind.MOVE,
    EditKind.COSMETIC,
)


@dataclass(frozen=True, slots=True)
class EditDecision:
    """What an edit of one sentence is: its findings, the most telling first. Cosmetic if there is only that."""

    kind: EditKind
    meaningful: bool
    reason: str
    findings: tuple[Finding, ...]


def decide_edit(
    before: str,
    after: str,
    published_at: dt.datetime | None = None,
    context: Callable[[], Context] = Context,
    language: str | None = None,
) -> EditDecision:
    """Judges the step from one sentence (or passage) to another; "" means that nothing stood or stands there.

    `context` gives the names of the rest of both texts: they can prove a misspelling.
    A `language` other than English is judged by figures, dates and quotes alone; unknown is taken for English.
    """
    judged = language in (None, WORDED) and not in_other_script(before + after)
    found = _findings(before, after, published_at, context, judged)
    best: dict[EditKind, Finding] = {}
    for finding in sorted(found, key=lambda f: (not f.meaningful, ORDER.index(f.kind))):
        best.setdefault(finding.kind, finding)
    loud = tuple(f for f in best.values() if f.meaningful)
    kept = loud or tuple(best.values())[:1] or (Finding(EditKind.COSMETIC, False, "the same words in another order or form"),)
    return EditDecision(kept[0].kind, kept[0].meaningful, kept[0].reason, kept)


_OF_OTHER_SCRIPTS = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]")


def in_other_script(text: str) -> bool:
    """Whether most letters of a text are not Latin: no word list of ours reads them, whatever language the page claims."""
    return not text.isascii() and 2 * len(_OF_OTHER_SCRIPTS.findall(text)) > sum(c.isalpha() for c in text)


def _findings(
    before: str, after: str, published_at: dt.datetime | None, context: Callable[[], Context], judged: bool
) -> list[Finding]:
    if not before.strip() or not after.strip():
        return [_one_sided(before, after)]
    if proof := same_letters(before, after):
        return [Finding(EditKind.COSMETIC, False, proof)]
    if is_correction(after) and not is_correction(before):
        return [
            Finding(EditKind.CORRECTION, True, "a note says that the text was corrected"),
            *_inner(before, after, published_at, context, judged),
        ]
    if is_stamp(before) and is_stamp(after):
        return [Finding(EditKind.COSMETIC, False, "a time stamp")]
    if is_furniture(before) and is_furniture(after):
        return [Finding(EditKind.COSMETIC, False, "a line of the page's furniture")]
    if label := _lost_label(before, after):
        return [Finding(EditKind.COSMETIC, False, label)]
    return _inner(before, after, published_at, context, judged)


def _lost_label(before: str, after: str) -> str:
    """Why only a label was put back (or lost) before a text that began (or begins) with its colon or stop, or ""."""
    short, long = (before, after) if len(before) < len(after) else (after, before)
    if not re.match(r"\s*[:.](?!\d)", short) or len(long) - len(short) > 120:
        return ""
    return "a label before a colon or stop" if fold(long).endswith(fold(short)) else ""


def _one_sided(before: str, after: str) -> Finding:
    """A passage that came or went as a whole."""
    text, came = (after, True) if after.strip() else (before, False)
    if came and is_correction(text):
        return Finding(EditKind.CORRECTION, True, "a note says that the text was corrected")
    if is_stamp(text) or is_date_line(text):
        return Finding(EditKind.COSMETIC, False, "a time stamp")
    if is_furniture(text):
        return Finding(EditKind.COSMETIC, False, "a line of the page's furniture")
    if is_label(text):
        return Finding(EditKind.COSMETIC, False, "a heading, label or link text")
    kind = EditKind.ADDITION if came else EditKind.DELETION
    return Finding(kind, True, "a new statement" if came else "a statement is gone")


def is_label(text: str) -> bool:
    """Whether a line is no sentence and states no fact.

    It is short, without an end mark, figure, quotation or unknown name, and tells no state ("Airport closed" is a statement).
    """
    if re.search(r"[.!?…,;]\W*$|[\"“”«»]", text) or len(text.split()) > 8:
        return False
    known, long = family("common_words"), len(text.split()) > 2
    found = keys(text)
    if any(k.value or (k.name and k.key not in known) for k in found):
        return False
    return not any(tells_state(k) and (long or k.key.endswith("ed")) for k in found)


def _inner(
    before: str, after: str, published_at: dt.datetime | None, context: Callable[[], Context], judged: bool
) -> list[Finding]:
    """Findings of the blocks in which the keys differ, and of order where they do not."""
    old, new = keys(before, published_at), keys(after, published_at)
    scene = Scene(old, new, judged, context)
    blocks = differing(old, new)
    found = judge_blocks(blocks, scene)
    if not any(f.meaningful for f in found):
        found += [f for f in (_swapped(old, new, blocks), _signs(before, after, old, new)) if f]
    if judged and (title := title_changed(before, after)):
        found.append(title)
    if judged and blocks:
        told = {f.kind for f in found}
        found += [f for f in _governed_otherwise(old, new) if f.kind not in told]
    return found


# ---- proofs --------------------------------------------------------------------------------------------------------------

_NO_LETTERS = re.compile(r"[\W_]+")
_FIGURES = re.compile(r"(?:(?<!\w)[-+]|[$€£¥#])?\d+(?:[.,:/-]\d+)*%?")


def same_letters(before: str, after: str) -> str:
    """Why two texts are the same to a typesetter, or "": letters in order, figures with their marks, questions, quotations."""
    a, b = fold(before), fold(after)
    if a == b:
        return "white space or typographic marks"
    low_a, low_b = a.casefold(), b.casefold()
    if _NO_LETTERS.sub("", low_a) != _NO_LETTERS.sub("", low_b) or _FIGURES.findall(a) != _FIGURES.findall(b):
        return ""
    if a.count("?") != b.count("?") or _quotations(a) != _quotations(b):
        return ""
    return "capitals, punctuation or joined words" if low_a != low_b else "capital letters"


def _quotations(folded: str) -> list[str]:
    """The letters inside each pair of double quotation marks."""
    return [_NO_LETTERS.sub("", part.casefold()) for part in re.findall(r'"([^"]*)"', folded)]


_SIGN = re.compile(r"[$€£¥₴₽₹±×+=<>](?=\s?\d)|(?<=\d)[%°]")


def _signs(before: str, after: str, old: Sequence[Key], new: Sequence[Key]) -> Finding | None:
    """A sign of money, share or sum beside a figure that came or went outside every value that was read."""
    left, right = _loose_signs(before, old), _loose_signs(after, new)
    if left == right:
        return None
    return Finding(EditKind.OTHER, True, f"a sign changed: {' '.join(left) or 'none'} became {' '.join(right) or 'none'}")


def _loose_signs(text: str, found: Sequence[Key]) -> list[str]:
    signs = list(_SIGN.finditer(text))
    if not signs:
        return []
    inside = bytearray(len(text) + 1)
    for a, b in [(k.start, k.end) for k in found if k.value] + [m.span() for m in ADDRESS.finditer(text)]:
        inside[a:b] = b"\x01" * (b - a)
    return [m.group() for m in signs if not inside[m.start()]]


# ---- order ---------------------------------------------------------------------------------------------------------------


def _swapped(old: Sequence[Key], new: Sequence[Key], blocks: list[Block]) -> Finding | None:
    """Figures, names or opposites that changed places, where the words are all the same."""
    if not blocks or sorted(k.key for k in old) != sorted(k.key for k in new):
        return None
    for kind, what, pick in (
        (EditKind.NUMBER, "figures", lambda k: k.kind is KeyKind.VALUE and k.value and k.value.number is not None),
        (EditKind.DATE, "dates", lambda k: k.kind is KeyKind.VALUE and k.value and k.value.number is None),
        (EditKind.NAME, "names", lambda k: k.name),
    ):
        a, b = _runs(old, pick), _runs(new, pick)
        if len(a) >= 2 and [x for x, _ in a] != [x for x, _ in b] and _strangers(a, b) >= 2:
            return Finding(kind, True, f"two {what} changed places")
    left, right = _first_places(old), _first_places(new)
    turning = sorted(w for w in left if has_opposite(w))
    for x, y in combinations(turning, 2):
        if opposite(x, y) and (left[x] < left[y]) != (right[x] < right[y]):
            return Finding(EditKind.OTHER, True, f"“{x}” and “{y}” changed places")
    return None


_AUXILIARIES = frozenset({"will", "would", "may", "might", "can", "could", "should", "must", "shall"})


def _governed_otherwise(old: Sequence[Key], new: Sequence[Key]) -> list[Finding]:
    """Another clause is denied or hedged: the same "not" or "may" stands before another word that both sentences have."""
    found = []
    for kind, words, what in (
        (EditKind.NEGATION, family("negations"), "what is denied"),
        (EditKind.MODALITY, _AUXILIARIES, "what is certain or planned"),
    ):
        before, after = _governed(old, words), _governed(new, words)
        if sorted(word for word, _ in before) != sorted(word for word, _ in after) or before == after:
            continue
        stems_old, stems_new = {k.stem for k in old}, {k.stem for k in new}
        lost = [g for g in before if g not in after and g[1] in stems_new]
        gained = [g for g in after if g not in before and g[1] in stems_old]
        if pair := next(((a, b) for a in lost for b in gained if a[0] == b[0] and a[1] and b[1]), None):
            (word, was), (_, is_now) = pair
            found.append(Finding(kind, True, f"{what}: “{word}” stood before “{was}” and stands before “{is_now}”"))
    return found


def _governed(sentence: Sequence[Key], words: frozenset[str]) -> list[tuple[str, str]]:
    """Each of some words with the stem of the first word of content behind it, adverbs left out; "" if none follows."""
    out = []
    for i, k in enumerate(sentence):
        if k.key in words and not k.quoted and not k.name:
            follower = next(
                (f for f in sentence[i + 1 : i + 5] if f.content and f.key not in words and not f.key.endswith("ly")), None
            )
            out.append((k.key, follower.stem if follower else ""))
    return out


def _first_places(found: Sequence[Key]) -> dict[str, int]:
    return {k.key: i for i, k in reversed(list(enumerate(found)))}


def _runs(found: Sequence[Key], pick: Callable[[Key], object]) -> list[tuple[str, tuple[str, str]]]:
    """Each run of picked keys with the key before and after it."""
    out: list[tuple[str, tuple[str, str]]] = []
    i = 0
    while i < len(found):
        if not pick(found[i]):
            i += 1
            continue
        j = i
        while j < len(found) and pick(found[j]):
            j += 1
        left = found[i - 1].key if i else "^"
        right = found[j].key if j < len(found) else "$"
        out.append((" ".join(k.key for k in found[i:j]), (left, right)))
        i = j
    return out


def _strangers(a: list[tuple[str, tuple[str, str]]], b: list[tuple[str, tuple[str, str]]]) -> int:
    """How many runs kept no neighbour on either side."""
    places = dict(b)
    return sum(x in places and places[x][0] != sides[0] and places[x][1] != sides[1] for x, sides in a)
