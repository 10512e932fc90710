"""Aligned sentences and word diffs."""

import os
import subprocess
import sys
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.diff import PairKind, RowOp, align, align_documents, blocks, word_diff
from pipeline.text.tokens import pieces

TEXT = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab .,-'\n\t"),
        st.sampled_from(["e\u0301", "👩‍🚒", "🇫🇷", "中", "ไ", "ท", "ש", "ل", "\u200f", "ö", "1", "2"]).flatmap(
            lambda s: st.sampled_from(s)
        ),
        st.characters(codec="utf8"),
    ),
    max_size=120,
)


def old(parts):
    return "".join(text for op, text in parts if op <= 0)


def new(parts):
    return "".join(text for op, text in parts if op >= 0)


@given(TEXT, TEXT)
def test_the_parts_of_a_diff_join_to_both_texts(before, after):
    """Applied to the old text a diff gives the new one, in every script."""
    parts = word_diff(before, after)
    assert old(parts) == before and new(parts) == after
    assert all(text for _, text in parts)


@given(TEXT)
def test_equal_texts_have_no_difference(text):
    """diff(a, a) changes nothing."""
    assert all(op == 0 for op, _ in word_diff(text, text))


@given(TEXT, TEXT)
def test_no_border_lies_inside_a_token(before, after):
    """A reader never sees half a word, number or sign marked."""
    for side, text, join in ((old, before, -1), (new, after, 1)):
        borders, at = set(), 0
        for op, part in word_diff(before, after):
            if op in (0, join):
                at += len(part)
                borders.add(at)
        cuts, at = {0}, 0
        for piece in pieces(text):
            cuts |= set(range(at, at + len(piece) + 1)) if piece.isspace() else {at, at + len(piece)}
            at += len(piece)
        assert borders <= cuts, side


@given(st.lists(st.integers(0, 5), max_size=30), st.lists(st.integers(0, 5), max_size=30))
def test_blocks_cover_both_sequences_in_order(before, after):
    """Equal blocks are equal, and nothing is left out."""
    found = blocks(before, after)
    assert [x for b in found for x in before[slice(*b.before)]] == before
    assert [x for b in found for x in after[slice(*b.after)]] == after
    assert all(before[slice(*b.before)] == after[slice(*b.after)] for b in found if b.equal)


def test_a_diff_shows_the_words_that_changed_and_no_others():
    """One changed figure is one deletion and one insertion."""
    assert word_diff("A 28-point plan for the port.", "A 19-point plan for the port.") == (
        (0, "A "),
        (-1, "28"),
        (1, "19"),
        (0, "-point plan for the port."),
    )


def test_large_texts_are_compared_within_a_bound_of_work():
    """Fifty kilobytes of unlike text cost tens of milliseconds, whatever they hold."""
    before = " ".join(f"word{i * 7919 % 6000}" for i in range(5500))
    after = " ".join(f"word{i * 104729 % 6000}" for i in range(5500))
    started = time.process_time()
    parts = word_diff(before, after)
    assert time.process_time() - started < 3  # many times the aim, so that a slow machine passes
    assert old(parts) == before and new(parts) == after


def test_a_hopeless_pair_is_replaced_as_a_whole(monkeypatch):
    """Past the bound of work the text is one replacement, not a wrong diff."""
    monkeypatch.setattr("pipeline.diff.words.WORK", 4)
    assert word_diff("a b c d", "e f g h") == ((-1, "a b c d"), (1, "e f g h"))


def test_edits_splits_merges_moves_additions_and_removals_are_told_apart():
    """The seven things that can happen to a sentence."""
    before = [
        "The harbour council met on Monday evening in the old hall.",
        "Twelve members voted for the new bridge, and five stayed away.",
        "Work begins in spring.",
        "The mayor thanked the engineers for their patience.",
        "Nobody spoke for the fishermen.",
        "Their boats lie idle.",
        "The ferry will run until the bridge opens next year.",
        "A museum stands beside the quay.",
    ]
    after = [
        "The ferry will run until the bridge opens next year.",
        "The harbour council met on Tuesday evening in the old hall.",
        "Twelve members voted for the new bridge.",
        "Five stayed away.",
        "Work begins in spring.",
        "Nobody spoke for the fishermen, and their boats lie idle.",
        "The mayor thanked the engineers for their patience.",
        "Protesters threw paint at a statue.",
    ]
    found = align(before, after)
    kinds = {(p.before, p.after): p.kind for p in found.pairs}
    assert kinds[0, 1] is PairKind.EDITED and kinds[2, 4] is PairKind.SAME
    assert kinds[1, 3] is PairKind.SPLIT and kinds[5, 5] is PairKind.MERGED
    assert 6 in found.moved
    assert found.added == (7,) and found.removed == (7,)


def test_what_stands_in_one_place_is_a_replacement():
    """A sentence that gives way to another between the same neighbours is tied to it."""
    found = align(
        ["The quay shook at noon.", "There were no reports of casualties.", "Schools stay shut."],
        ["The quay shook at noon.", "One person was killed by a falling crane.", "Schools stay shut."],
    )
    assert found.replaced == (((1,), (1,)),)
    assert found.added == (1,) and found.removed == (1,)


@settings(max_examples=50)
@given(
    st.lists(st.sampled_from(["A b c.", "D e f g.", "A b c d.", "", "H?"]), max_size=8),
    st.lists(st.sampled_from(["A b c.", "D e f.", "", "H!"]), max_size=8),
)
def test_every_sentence_is_paired_added_or_removed(before, after):
    """Nothing disappears between two versions."""
    found = align(before, after)
    assert {p.before for p in found.pairs} | set(found.removed) == set(range(len(before)))
    assert {p.after for p in found.pairs} | set(found.added) == set(range(len(after)))
    assert all(before[p.before] == after[p.after] for p in found.pairs if p.kind is PairKind.SAME)


def test_rows_of_a_side_by_side_view_follow_the_new_text():
    """Removed sentences stand where they stood; each row knows its paragraphs."""
    rows = align_documents(
        ["One stays here.", "Two goes away for good. Three stays here."],
        ["One stays here.", "Three stays here. Four is new in town."],
    )
    assert [r.op for r in rows] == [RowOp.SAME, RowOp.REMOVE, RowOp.SAME, RowOp.ADD]
    assert rows[2].before.paragraph == rows[2].after.paragraph == 1


def test_alignment_gives_equal_bytes_under_every_hash_seed():
    """Sets inside must not order the result."""
    code = (
        "from pipeline.diff import *\n"
        "a=['The council met on Monday.','Boats lie idle in the old port.','It rained.','No one came to the quay.']\n"
        "b=['It rained.','The council met on Friday.','Boats lie idle.','They lie in the old port of town.','Some sang.']\n"
        "print(align(a,b), word_diff(' '.join(a),' '.join(b)))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": s}, capture_output=True, check=True
        ).stdout
        for s in ("0", "5")
    ]
    assert runs[0] == runs[1]
