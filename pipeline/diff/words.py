"""The words that differ inside a pair of sentences, and the stretches that differ in any two sequences.

Few differences are found by diff-match-patch, many by a bit-parallel common subsequence: both give a shortest script, and the
work is bounded by counts, never by a clock.
"""

from collections.abc import Hashable, Sequence
from itertools import accumulate, chain, compress
from typing import NamedTuple

from diff_match_patch import diff_match_patch
from rapidfuzz.distance import Indel, LCSseq

from pipeline.text.tokens import pieces
from pipeline.words import family

WORK = 100_000_000  # tokens x tokens after equal ends are cut off; past it a text is replaced as one block (about 12 MB, 20 ms)
# Tokens gone and come up to which diff-match-patch compares: its work grows with their square (8: .05 ms, 40: .4 ms).
EDITS = 8
FIRST_CODE = 0x20000  # of the characters that stand for tokens: above the surrogates, which are no characters


class Block(NamedTuple):
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
    codes = {x: code for code, x in enumerate(dict.fromkeys(chain(old, new)))}
    left, right = [codes[x] for x in old], [codes[x] for x in new]
    few = Indel.distance(left, right, score_cutoff=EDITS) <= EDITS
    steps = _match_patch(left, right) if few else _subsequence(left, right)
    found: list[Block] = []
    i = j = shift
    open_at: tuple[int, int] | None = None  # where the differing stretch began that is being read
    for op, length in steps:
        if op:
            open_at = open_at or (i, j)
            i, j = (i + length, j) if op < 0 else (i, j + length)
            continue
        if open_at:
            found.append(Block(False, (open_at[0], i), (open_at[1], j)))
            open_at = None
        found.append(Block(True, (i, i + length), (j, j + length)))
        i, j = i + length, j + length
    if open_at:
        found.append(Block(False, (open_at[0], i), (open_at[1], j)))
    return found


Steps = list[tuple[int, int]]  # (-1 removed | 0 kept | 1 added, number of elements), in order


def _match_patch(left: list[int], right: list[int]) -> Steps:
    """The shortest edit script (Myers 1986) by diff-match-patch, a character a token, its clock off."""
    differ = diff_match_patch()
    differ.Diff_Timeout = 0
    a, b = ("".join(chr(FIRST_CODE + c) for c in side) for side in (left, right))
    return [(op, len(text)) for op, text in differ.diff_main(a, b, False)]


def _subsequence(left: list[int], right: list[int]) -> Steps:
    """A longest common subsequence, bit-parallel (Hyyrö 2004): for stretches that would cost Myers in plain Python too much."""
    steps: Steps = []
    for op in LCSseq.opcodes(left, right):
        gone, come = op.src_end - op.src_start, op.dest_end - op.dest_start
        if op.tag == "equal":
            steps.append((0, gone))
            continue
        if gone:
            steps.append((-1, gone))
        if come:
            steps.append((1, come))
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
    old, new = _Cut(before), _Cut(after)
    parts: list[tuple[int, str]] = []
    for equal, (i, i_end), (j, j_end) in _readable(blocks(old.words, new.words), old.words):
        left, right = before[old.ends[i] : old.ends[i_end]], after[new.ends[j] : new.ends[j_end]]
        if not equal and left[:1] == right[:1] == " " and left[1] != " " and right[1] != " ":  # the common case, at once
            parts += [(0, " "), (-1, left[1:]), (1, right[1:])]
        elif not equal:
            parts += _gap(left, right)
        elif left == right:
            parts.append((0, left))
        else:  # the words are equal, the white space between them is not
            for k, m in zip(range(i, i_end), range(j, j_end), strict=True):
                word = old.words[k]
                space = before[old.ends[k] : old.ends[k + 1] - len(word)], after[new.ends[m] : new.ends[m + 1] - len(word)]
                parts += [*_gap(*space), (0, word)]
    return parts + _gap(before[old.ends[-1] :], after[new.ends[-1] :])


class _Cut:
    """A text as tokens, each with the white space before it."""

    def __init__(self, source: str):
        found = pieces(source)
        token = [not piece.isspace() for piece in found]
        self.words = list(compress(found, token))
        self.ends = [0, *compress(accumulate(map(len, found)), token)]  # of the tokens, behind the start of the text


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
    if not before or not after:
        return [(-1, before), (1, after)]
    least = min(len(before), len(after))
    head = tail = 0
    while head < least and before[head] == after[head] and before[head].isspace():
        head += 1
    while tail < least - head and before[-1 - tail] == after[-1 - tail] and before[-1 - tail].isspace():
        tail += 1
    middle = [(-1, before[head : len(before) - tail]), (1, after[head : len(after) - tail])]
    return [(0, before[:head]), *middle, (0, before[len(before) - tail :])]


def _joined(parts: list[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    """Parts without empty ones; within a change all deleted text stands before all inserted text."""
    out: list[tuple[int, str]] = []
    kept = gone = come = ""
    for op, text in parts:
        if not text:
            continue
        if op == 0:
            if gone or come:
                out += _changed(kept, gone, come)
                kept = gone = come = ""
            kept += text
        elif op < 0:
            gone += text
        else:
            come += text
    return (*out, *_changed(kept, gone, come))


def _changed(kept: str, gone: str, come: str) -> list[tuple[int, str]]:
    """A kept stretch and the change behind it, without what is empty."""
    return [part for part in ((0, kept), (-1, gone), (1, come)) if part[1]]
