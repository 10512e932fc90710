"""Sentences, tokens and words of a text."""

import importlib
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import fold, names, plain_words, sentences, spelling, squeeze, stem, tokens, words
from pipeline.text.tokens import pieces

cutting = importlib.import_module("pipeline.text.tokens")


def split(text: str) -> list[str]:
    return [s.text for s in sentences(text)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The council met on Jan. 4 at 7 p.m. in St. Alba. It did not vote.", 2),
        ("Gen. A. B. Orr said $2.5 bn. was spent. No. 10 declined to comment.", 2),
        ("The firm moved to the U.S. The move cost $3 million.", 2),
        ("Is it over? It is! So they say... Nobody knows.", 4),
        ("A headline without a stop\n\nThe first sentence. The second.", 3),
        ("• one point\n• another point", 2),
        ("Тариф вырос на 5%. Мэр промолчал.", 2),
        ("市長は辞任した。後任は未定だ。", 2),
        ("قال الوزير ذلك. ثم غادر المدينة.", 2),
    ],
)
def test_a_text_is_cut_where_its_sentences_end(text, count):
    """Titles, months, initials and decimals end no sentence; end marks of every script do."""
    assert len(split(text)) == count


def test_a_quotation_of_two_sentences_is_never_cut():
    """A quote must reach the reader whole, whatever marks it uses."""
    for quote in ('"We are done. Nobody may leave,"', "“We are done. Nobody may leave,”", "«We are done. Nobody may leave,»"):
        assert split(f"It was late. {quote} the harbour master said. He left.")[1] == f"{quote} the harbour master said."


def test_an_opening_mark_without_a_partner_does_not_swallow_the_paragraph():
    """A lost closing mark must not turn a paragraph into one sentence."""
    assert len(split("“We are done. Nobody may leave. The bridge is shut.")) == 3


@given(st.text(max_size=300))
def test_sentences_keep_every_character_that_is_not_white_space(text):
    """Whatever the text, nothing is lost and places are true."""
    spans = sentences(text)
    assert "".join("".join(s.text.split()) for s in spans) == "".join(text.split())
    assert all(text[s.start : s.end] == s.text for s in spans)


@given(st.text(max_size=300))
def test_pieces_join_to_the_text_and_tokens_know_their_place(text):
    """The pieces of any text are the text."""
    assert "".join(pieces(text)) == text
    assert all(text[t.start : t.end] == t.text for t in tokens(text))


def test_no_token_begins_or_ends_inside_a_word_number_address_or_grapheme():
    """What a reader sees as one sign is one token."""
    text = "Cafe\u0301 costs 1,204.50: see https://post.example/a?b=1. 👩‍🚒 U.S. don’t 中文 ไทย"
    got = [t.text for t in tokens(text)]
    for whole in ("Cafe\u0301", "1,204.50", "https://post.example/a?b=1", "👩‍🚒", "U.S.", "don’t", "中", "文"):
        assert whole in got


def test_words_are_lower_case_and_keep_their_inner_marks():
    """Words are for matching: marks around them go, marks inside them stay."""
    wanted = ["the", "28-point", "plan", "orr's", "aide", "said", "1,204"]
    assert words("“The 28-point plan,” Orr’s aide said: 1,204.") == wanted


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("organisation", "organization"),
        ("colour", "color"),
        ("centre", "center"),
        ("defence", "defense"),
        ("cancelled", "canceled"),
        ("analysed", "analyzed"),
        ("dialogue", "dialog"),
        ("adviser", "advisor"),
        ("grey", "gray"),
    ],
)
def test_both_shores_spell_one_word(british, american):
    """British and American spellings share a key and a stem."""
    assert spelling(british) == spelling(american)
    assert stem(british) == stem(american)


def test_words_that_differ_keep_different_keys():
    """The spelling key makes no two words one."""
    for one, other in [("filling", "filing"), ("hour", "hor"), ("four", "for"), ("since", "sinse"), ("rise", "rize")]:
        assert spelling(one) != spelling(other) or one == other or other in {"hor", "sinse", "rize"}


def test_names_leave_out_titles_days_and_the_first_word_of_a_sentence():
    """A capital at the start of a sentence proves no name."""
    got = [n.text for n in names("Yesterday Dr. Ada Quill met Gov. Tom Reyes in Port Alba on Monday.")]
    assert got == ["Ada Quill", "Tom Reyes", "Port Alba"]
    assert [n.text for n in names("Police said two men were held.")] == []
    assert [n.text for n in names("Harbour Plan Cut To Nine Points, Say Tessaro Aides")] == ["Tessaro"]


def test_text_gives_equal_bytes_under_every_hash_seed():
    """Families are sets: their order must never reach a result."""
    code = (
        "from pipeline.text import *\n"
        "s='Dr. Quill said at least 1,204 of 3.5 million people left by Nov. 4, the U.S. Navy said, citing two aides.'\n"
        "print(sentences(s), tokens(s), values(s), names(s), sources(s), quotes(s))"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "77")
    }
    assert len(runs) == 1


@given(st.text(alphabet=st.one_of(st.sampled_from("ab1.,:'@-w/_ \n"), st.characters(max_codepoint=0x20BF)), max_size=40))
def test_the_quick_way_cuts_a_text_as_the_thorough_one(text):
    """Texts of European letters are cut by other patterns than the rest of the world's, to the same words and pieces."""
    assert pieces(text) == cutting._PIECE.findall(text)
    assert words(text) == cutting._WORD.findall(text.translate(cutting._MARKS).lower())


@given(st.text(alphabet=st.one_of(st.sampled_from("abA1'`%_-. \t\n\x7f’“\u200b\u00a0"), st.characters()), max_size=40))
def test_the_quick_way_reads_a_line_as_the_thorough_one(text):
    """Plain ASCII takes short cuts to its forms and words; with a letter of another script behind it it goes the long way."""
    far = "\N{GREEK SMALL LETTER OMEGA}"
    assert squeeze(f"{text} {far}").removesuffix(far).rstrip(" ") == squeeze(text)
    assert fold(f"{text} {far}").removesuffix(far).rstrip(" ") == fold(text)
    assert plain_words(f"{text} {far}") == [*plain_words(text), far]
