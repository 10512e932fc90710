"""(before, after) -> aligned sentences, and the words that differ inside a pair. Knows nothing of meaning.

Sentences are paired in this order: equal ones, likely ones (shared rare words and likeness of the sorted words), parts of split
and merged ones, and last what stands in one place without being alike. What lies outside the longest run of pairs in one order
was moved. The work is bounded by counts, never by a clock: the same two texts give the same answer on every machine.
"""

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise, product

from diff_match_patch import diff_match_patch
from rapidfuzz.distance import Indel, LCSseq

from pipeline.text import sentences, stem, word_form
from pipeline.text.tokens import pieces
from pipeline.words import family

WORK = 100_000_000  # tokens x tokens after equal ends are cut off; past it a text is replaced as one block (about 12 MB, 20 ms)
SENTENCES = 10_000  # old tokens x new tokens up to which diff-match-patch compares: pairs of sentences
FIRST_CODE = 0x20000  # of the characters that stand for tokens: above the surrogates, which are no characters
ACCEPT = 0.53  # of half Dice, half likeness of sorted words; measured on sentence pairs with known edits
LEAST_DICE = 0.25  # below it the likeness is not computed
CONTAINED = 0.65  # share of a part's weight that stands in the whole
SLOT = 3  # sentences, at most, that may replace each other in one place
POSTINGS = 200  # sentences; a word that stands in more proposes no pair


class PairKind(StrEnum):
    SAME = "same"  # equal, character by character
    EDITED = "edited"
    SPLIT = "split"  # the new sentence is a part of the old one
    MERGED = "merged"  # the old sentence is a part of the new one


@dataclass(frozen=True, slots=True)
class Pair:
    """An old sentence and the new one that carries it on, by their places."""

    before: int
    after: int
    kind: PairKind


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the sentences of two versions belong together. `replaced` pairs stand in `removed` and `added` as well."""

    pairs: tuple[Pair, ...]
    added: tuple[int, ...]
    removed: tuple[int, ...]
    moved: tuple[int, ...]  # places of old sentences that stand elsewhere now
    replaced: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = ()  # what went and came in one place


# ---- sentences -----------------------------------------------------------------------------------------------------------


class _Side:
    """The sentences of one version in the forms that matching reads."""

    def __init__(self, texts: Sequence[str]):
        self.texts = list(texts)
        self.forms = [word_form(t) for t in texts]
        self.words = [f.split(" ") if f else [] for f in self.forms]
        self.bags = [Counter(w) for w in self.words]
        self.weights: list[float] = []
        self.sorted: dict[int, str] = {}

    def sorted_words(self, i: int) -> str:
        if i not in self.sorted:
            self.sorted[i] = " ".join(sorted(self.words[i]))
        return self.sorted[i]


def align(before: Sequence[str], after: Sequence[str]) -> Alignment:
    """Pairs the sentences of two versions."""
    if list(before) == list(after):
        return Alignment(tuple(Pair(i, i, PairKind.SAME) for i in range(len(before))), (), (), ())
    old, new = _Side(before), _Side(after)
    pairs = _equal(old, new)
    weight = _weigh(old, new)
    pairs += _likely(old, new, weight, {p.before for p in pairs}, {p.after for p in pairs})
    moved = _moved(pairs)
    pairs += _parts(old, new, weight, pairs)
    removed = sorted(set(range(len(old.texts))) - {p.before for p in pairs})
    added = sorted(set(range(len(new.texts))) - {p.after for p in pairs})
    replaced = _slots(old, new, pairs, moved, removed, added)
    ordered = sorted(pairs, key=lambda p: (p.after, p.before))
    return Alignment(tuple(ordered), tuple(added), tuple(removed), tuple(moved), tuple(replaced))


def _equal(old: _Side, new: _Side) -> list[Pair]:
    """Pairs of sentences with equal words: first those that are equal in every mark, the nearest place first."""
    pairs: list[Pair] = []
    used_old: set[int] = set()
    used_new: set[int] = set()
    for left, right in ((old.texts, new.texts), (old.forms, new.forms)):
        for _, i, j in sorted(_equal_places(left, right, used_old, used_new)):
            if i not in used_old and j not in used_new:
                used_old.add(i)
                used_new.add(j)
                pairs.append(Pair(i, j, PairKind.SAME if old.texts[i] == new.texts[j] else PairKind.EDITED))
    return pairs


def _equal_places(left: list[str], right: list[str], used_old: set[int], used_new: set[int]) -> list[tuple[int, int, int]]:
    """Distance, old and new place of each pair of equal forms; of a form that stands very often only the pairs in order."""
    here, there = defaultdict(list), defaultdict(list)
    for i, form in enumerate(left):
        if form and i not in used_old:
            here[form].append(i)
    for j, form in enumerate(right):
        if form and j not in used_new:
            there[form].append(j)
    found = []
    for form, olds in here.items():
        news = there.get(form, [])
        couples = product(olds, news) if len(olds) * len(news) <= POSTINGS else zip(olds, news, strict=False)
        found += [(abs(i - j), i, j) for i, j in couples]
    return found


def _weigh(old: _Side, new: _Side) -> dict[str, float]:
    """Inverse sentence frequency of each word over both versions; sets each sentence's weight."""
    count = len(old.texts) + len(new.texts)
    frequency = Counter(w for side in (old, new) for bag in side.bags for w in bag)
    weight = {w: math.log((count + 1) / (n + 0.5)) for w, n in frequency.items()}
    for side in (old, new):
        side.weights = [sum(weight[w] * n for w, n in bag.items()) for bag in side.bags]
    return weight


def _likely(old: _Side, new: _Side, weight: dict[str, float], used_old: set[int], used_new: set[int]) -> list[Pair]:
    """One-to-one pairs, the likeliest first: Dice of the weighted words and likeness of the sorted words, half each."""
    shared = _shared_weights(old, new, weight, used_old, used_new)
    scored = []
    for (i, j), common in shared.items():
        dice = 2 * common / (old.weights[i] + new.weights[j])
        if dice < LEAST_DICE:
            continue
        likeness = Indel.normalized_similarity(old.sorted_words(i), new.sorted_words(j))
        apart = abs(i / len(old.texts) - j / len(new.texts))
        score = 0.5 * dice + 0.5 * likeness - 0.02 * apart
        if score >= ACCEPT:
            scored.append((-round(score, 9), i, j))
    pairs, taken_old, taken_new = [], set(), set()
    for _, i, j in sorted(scored):
        if i not in taken_old and j not in taken_new:
            taken_old.add(i)
            taken_new.add(j)
            pairs.append(Pair(i, j, PairKind.EDITED))
    return pairs


def _shared_weights(
    old: _Side, new: _Side, weight: dict[str, float], used_old: set[int], used_new: set[int]
) -> dict[tuple[int, int], float]:
    """The weight of the words that unmatched sentences share, through an inverted index."""
    index: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for i, bag in enumerate(old.bags):
        if i not in used_old:
            for word, n in bag.items():
                index[word].append((i, n))
    shared: dict[tuple[int, int], float] = defaultdict(float)
    for j, bag in enumerate(new.bags):
        if j in used_new:
            continue
        for word, n in bag.items():
            postings = index.get(word, ())
            if len(postings) <= POSTINGS:
                for i, m in postings:
                    shared[i, j] += weight[word] * min(n, m)
    return shared


def _parts(old: _Side, new: _Side, weight: dict[str, float], pairs: list[Pair]) -> list[Pair]:
    """Unmatched sentences of three words or more that stand almost whole in a sentence of the other version."""
    edited_old = {p.before for p in pairs if p.kind is PairKind.EDITED}
    edited_new = {p.after for p in pairs if p.kind is PairKind.EDITED}
    free_old = set(range(len(old.texts))) - {p.before for p in pairs}
    free_new = set(range(len(new.texts))) - {p.after for p in pairs}
    found = []
    for part in sorted(free_new):
        if (whole := _whole(new, part, old, sorted(edited_old | free_old), weight)) is not None:
            found.append(Pair(whole, part, PairKind.SPLIT))
    for part in sorted(free_old):
        if (whole := _whole(old, part, new, sorted(edited_new | free_new), weight)) is not None:
            found.append(Pair(part, whole, PairKind.MERGED))
    return list({(p.before, p.after): p for p in found}.values())


def _whole(side: _Side, part: int, other: _Side, candidates: list[int], weight: dict[str, float]) -> int | None:
    """The sentence of the other version that holds the most of a part, if it holds enough."""
    if len(side.words[part]) < 3 or not side.weights[part]:
        return None
    best = CONTAINED
    place: int | None = None
    for k in candidates:
        if len(other.words[k]) <= len(side.words[part]):
            continue
        common = sum(weight[w] * min(n, other.bags[k][w]) for w, n in side.bags[part].items() if w in other.bags[k])
        if common / side.weights[part] > best:
            best, place = common / side.weights[part], k
    return place


def _moved(pairs: list[Pair]) -> list[int]:
    """Old places of pairs outside a longest increasing subsequence: the fewest sentences that explain the new order."""
    ordered = sorted(pairs, key=lambda p: p.before)
    tails: list[int] = []  # the least last place of a run of each length
    at: list[int] = []  # indexes into `ordered`, beside `tails`
    previous: list[int] = []
    for k, pair in enumerate(ordered):
        length = bisect_left(tails, pair.after)
        previous.append(at[length - 1] if length else -1)
        if length == len(tails):
            tails.append(pair.after)
            at.append(k)
        else:
            tails[length], at[length] = pair.after, k
    keep, k = set(), at[-1] if at else -1
    while k >= 0:
        keep.add(k)
        k = previous[k]
    return [p.before for k, p in enumerate(ordered) if k not in keep]


def _slots(
    old: _Side, new: _Side, pairs: list[Pair], moved: list[int], removed: list[int], added: list[int]
) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """What went and what came between the same two neighbours, where the one can stand for the other."""
    if not removed or not added:
        return []
    anchors = sorted((p.before, p.after) for p in pairs if p.before not in set(moved))
    anchors = [(-1, -1), *anchors, (len(old.texts), len(new.texts))]
    slots = []
    for (i, j), (next_i, next_j) in pairwise(anchors):
        gone = tuple(k for k in removed if i < k < next_i)
        come = tuple(k for k in added if j < k < next_j)
        if gone and come and len(gone) <= SLOT and len(come) <= SLOT and _stand_in(old, new, gone, come):
            slots.append((gone, come))
    return slots


def _stand_in(old: _Side, new: _Side, gone: tuple[int, ...], come: tuple[int, ...]) -> bool:
    """Whether what came can replace what went: one for one, or a content word in common."""
    if len(gone) == len(come) == 1:
        return True
    return bool(_content(old, gone) & _content(new, come))


def _content(side: _Side, places: tuple[int, ...]) -> set[str]:
    return {stem(w) for k in places for w in side.words[k] if len(w) > 2 and w not in family("stopwords")}


# ---- documents -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence with the paragraph in which it stands."""

    text: str
    paragraph: int


class RowOp(StrEnum):
    SAME = "same"
    CHANGE = "change"
    MOVE = "move"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a side-by-side view."""

    before: Place | None
    after: Place | None
    op: RowOp


@dataclass(frozen=True, slots=True)
class Aligned:
    """Two documents cut into sentences, and how these belong together."""

    before: tuple[Place, ...]
    after: tuple[Place, ...]
    alignment: Alignment


def places(paragraphs: Sequence[str]) -> tuple[Place, ...]:
    """The sentences of a document with their paragraphs."""
    return tuple(Place(s.text, k) for k, paragraph in enumerate(paragraphs) for s in sentences(paragraph))


def align_paragraphs(before: Sequence[str], after: Sequence[str]) -> Aligned:
    """Two documents, given as paragraphs, aligned sentence by sentence."""
    old, new = places(before), places(after)
    return Aligned(old, new, align([p.text for p in old], [p.text for p in new]))


def align_documents(before: Sequence[str], after: Sequence[str]) -> tuple[Row, ...]:
    """The rows of a side-by-side view in the order of the new text; what was removed stands where it stood."""
    found = align_paragraphs(before, after)
    alignment, moved = found.alignment, set(found.alignment.moved)
    by_after: dict[int, list[Pair]] = defaultdict(list)
    for pair in alignment.pairs:
        by_after[pair.after].append(pair)
    rows: list[Row] = []
    waiting = list(alignment.removed)
    for j, place in enumerate(found.after):
        matched = by_after.get(j, [])
        anchor = max((p.before for p in matched if p.before not in moved), default=-1)
        while waiting and waiting[0] < anchor:
            rows.append(Row(found.before[waiting.pop(0)], None, RowOp.REMOVE))
        rows += [Row(found.before[p.before], place, _row_op(p, moved)) for p in matched] or [Row(None, place, RowOp.ADD)]
    rows += [Row(found.before[k], None, RowOp.REMOVE) for k in waiting]
    return tuple(rows)


def _row_op(pair: Pair, moved: set[int]) -> RowOp:
    if pair.kind is not PairKind.SAME:
        return RowOp.CHANGE
    return RowOp.MOVE if pair.before in moved else RowOp.SAME


# ---- words ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch that is equal in both sequences, or what of the one was replaced by what of the other."""

    equal: bool
    before: tuple[int, int]  # half-open places in the old sequence
    after: tuple[int, int]


def blocks(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[Block]:
    """Two sequences as alternating equal and differing stretches."""
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    found = [Block(True, (0, head), (0, head))] if head else []
    found += _middle(old, new, head)
    if tail:
        found.append(Block(True, (len(before) - tail, len(before)), (len(after) - tail, len(after))))
    return found


def _common(before: Sequence[Hashable], after: Sequence[Hashable]) -> int:
    for k, (a, b) in enumerate(zip(before, after, strict=False)):
        if a != b:
            return k
    return min(len(before), len(after))


def _middle(old: Sequence[Hashable], new: Sequence[Hashable], shift: int) -> list[Block]:
    if not old and not new:
        return []
    if not old or not new or len(old) * len(new) > WORK:
        return [Block(False, (shift, shift + len(old)), (shift, shift + len(new)))]
    codes: dict[Hashable, int] = {}
    left = [codes.setdefault(x, len(codes)) for x in old]
    right = [codes.setdefault(x, len(codes)) for x in new]
    steps = _match_patch(left, right) if len(old) * len(new) <= SENTENCES else _subsequence(left, right)
    found: list[Block] = []
    i = j = shift
    for op, length in steps:
        k, m = (i + length if op <= 0 else i), (j + length if op >= 0 else j)
        if op and found and not found[-1].equal:
            found[-1] = Block(False, (found[-1].before[0], k), (found[-1].after[0], m))
        else:
            found.append(Block(op == 0, (i, k), (j, m)))
        i, j = k, m
    return found


Steps = list[tuple[int, int]]  # (-1 removed | 0 kept | 1 added, number of elements), in order


def _match_patch(left: list[int], right: list[int]) -> Steps:
    """The shortest edit script (Myers 1986) by diff-match-patch, a character a token; its clock is off: load changes nothing."""
    differ = diff_match_patch()
    differ.Diff_Timeout = 0
    a, b = ("".join(chr(FIRST_CODE + c) for c in side) for side in (left, right))
    return [(op, len(text)) for op, text in differ.diff_main(a, b, False)]


def _subsequence(left: list[int], right: list[int]) -> Steps:
    """A longest common subsequence, bit-parallel (Hyyrö 2004): for stretches too long for Myers in plain Python."""
    steps: Steps = []
    for op in LCSseq.opcodes(left, right):
        gone, come = op.src_end - op.src_start, op.dest_end - op.dest_start
        steps += [(0, gone)] if op.tag == "equal" else [(sign, n) for sign, n in ((-1, gone), (1, come)) if n]
    return steps


def word_diff(before: str, after: str) -> tuple[tuple[int, str], ...]:
    """What was deleted (-1), kept (0) and inserted (1), in order; -1 and 0 join to `before`, 0 and 1 to `after`.

    No border lies inside a word, number, address or grapheme. White space between kept words is kept where it is equal.
    """
    if before == after:
        return ((0, before),) if before else ()
    head = _equal_head(before, after)
    tail = _equal_head(before[head:][::-1], after[head:][::-1])
    inner = _inner_diff(before[head : len(before) - tail], after[head : len(after) - tail])
    return _joined([(0, before[:head]), *inner, (0, before[len(before) - tail :])])


def _equal_head(before: str, after: str) -> int:
    """How many characters both texts begin with, up to the last white space among them: cheap, and never inside a token."""
    low, high = 0, min(len(before), len(after))
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == after[low:middle]:
            low = middle
        else:
            high = middle - 1
    while low and not before[low - 1].isspace():
        low -= 1
    return low


def _inner_diff(before: str, after: str) -> list[tuple[int, str]]:
    """The parts of a diff of two texts that differ at both ends."""
    old, new = _spaced(before), _spaced(after)
    parts: list[tuple[int, str]] = []
    for block in _readable(blocks([w for w, _ in old], [w for w, _ in new]), [w for w, _ in old]):
        left, right = old[slice(*block.before)], new[slice(*block.after)]
        if block.equal:
            for (word, space), (_, other) in zip(left, right, strict=True):
                parts += [(0, space + word)] if space == other else [*_gap(space, other), (0, word)]
        else:
            parts += _gap("".join(s + w for w, s in left), "".join(s + w for w, s in right))
    return parts + _gap(before[sum(len(w) + len(s) for w, s in old) :], after[sum(len(w) + len(s) for w, s in new) :])


def _spaced(text: str) -> list[tuple[str, str]]:
    """Each token with the white space before it."""
    out, space = [], ""
    for piece in pieces(text):
        if piece.isspace():
            space = piece
        else:
            out.append((piece, space))
            space = ""
    return out


def _readable(found: list[Block], old: list[str]) -> list[Block]:
    """Blocks in which a lone mark or function word between two changes is part of the change."""
    out: list[Block] = []
    for k, block in enumerate(found):
        inner = 0 < k < len(found) - 1
        light = block.equal and inner and block.before[1] - block.before[0] <= 1 and _light(old[block.before[0]])
        if out and not out[-1].equal and (light or not block.equal):
            out[-1] = Block(False, (out[-1].before[0], block.before[1]), (out[-1].after[0], block.after[1]))
        else:
            out.append(block)
    return out


def _light(token: str) -> bool:
    return not any(c.isalnum() for c in token) or token.lower() in family("stopwords")


def _gap(before: str, after: str) -> list[tuple[int, str]]:
    """What stands between two kept words: equal white space at both ends is kept."""
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head] and before[head].isspace():
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail] and before[-1 - tail].isspace():
        tail += 1
    middle = [(-1, before[head : len(before) - tail]), (1, after[head : len(after) - tail])]
    return [(0, before[:head]), *middle, (0, before[len(before) - tail :])]


def _joined(parts: list[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    """Parts without empty ones; within a change all deleted text stands before all inserted text."""
    out: list[tuple[int, str]] = []
    gone = come = ""
    for op, text in [*(p for p in parts if p[1]), (0, "")]:
        if op < 0:
            gone += text
            continue
        if op > 0:
            come += text
            continue
        out += [(sign, chunk) for sign, chunk in ((-1, gone), (1, come)) if chunk]
        gone = come = ""
        if out and out[-1][0] == 0:
            out[-1] = (0, out[-1][1] + text)
        elif text:
            out.append((0, text))
    return tuple(out)
