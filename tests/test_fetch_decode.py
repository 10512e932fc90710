"""Content codings: complete or refused, and never large in memory."""

import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fetch.decode import BadBody, Body
from pipeline.model import Outcome

CAP = 1_000_000


def raw_deflate(data: bytes) -> bytes:
    z = zlib.compressobj(wbits=-15)
    return z.compress(data) + z.flush()


ENCODE = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda data: brotli.compress(data, quality=5),
    "zstd": zstandard.compress,
    "identity": bytes,
}
TEXT = b"".join(b"Paragraph %d of the report, with figures %d.\n" % (i, i * i) for i in range(400))


def decode(data: bytes, codings: str, step: int = 1000, cap: int = CAP) -> bytes:
    body = Body(codings, cap)
    for i in range(0, len(data), step):
        body.add(data[i : i + step])
    return body.finish()


def outcome_of(data: bytes, codings: str, cap: int = CAP) -> Outcome:
    with pytest.raises(BadBody) as caught:
        decode(data, codings, cap=cap)
    return caught.value.outcome


@pytest.mark.parametrize("coding", ENCODE)
@given(text=st.binary(max_size=3000), step=st.integers(1, 400))
def test_what_was_encoded_is_decoded_however_it_is_cut_into_pieces(coding, text, step):
    """One byte at a time or all at once."""
    assert decode(ENCODE[coding](text), coding, step) == text


@pytest.mark.parametrize("coding", ENCODE)
def test_long_texts_come_out_whole(coding):
    """Longer than the decoders' steps: what a step holds back comes with the next, the last without any input."""
    long = TEXT * 20
    data = ENCODE[coding](long)
    assert decode(data, coding, len(data)) == decode(data, coding, 100) == long


@given(layers=st.lists(st.sampled_from(sorted(ENCODE)), max_size=3), text=st.binary(max_size=2000))
def test_codings_on_top_of_each_other_are_undone_in_order(layers, text):
    """The last one named was applied last."""
    data = text
    for coding in layers:
        data = ENCODE[coding](data)
    assert decode(data, ", ".join(layers)) == text


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_cut_at_any_byte_is_truncated_and_never_taken(coding):
    """Without the end mark the ending of an article would look deleted."""
    data = ENCODE[coding](TEXT)
    for cut in range(1, len(data), max(1, len(data) // 97)):
        assert outcome_of(data[:cut], coding) == Outcome.TRUNCATED
    assert outcome_of(data[:-1], coding) == Outcome.TRUNCATED


def test_a_gzip_cut_inside_its_second_member_is_truncated():
    """A complete first member does not make the whole complete."""
    data = gzip.compress(b"one") + gzip.compress(TEXT)
    assert outcome_of(data[:-20], "gzip") == Outcome.TRUNCATED


def test_gzip_members_and_zstd_frames_are_all_read():
    """Logs and some networks send several in a row."""
    assert decode(gzip.compress(b"one ") + gzip.compress(b"two"), "gzip", 7) == b"one two"
    assert decode(zstandard.compress(b"one ") + zstandard.compress(b"two"), "zstd", 5) == b"one two"


def test_rubbish_after_a_complete_gzip_is_ignored_as_browsers_do():
    """Padding and stray bytes after the end mark are seen in the wild."""
    for tail in (b"\0" * 8, b"\r\n", b"<!-- -->", b"\x1f"):
        assert decode(gzip.compress(b"all") + tail, "gzip", 3) == b"all"


def test_deflate_is_read_with_and_without_its_wrapping():
    """The standard asks for zlib; some servers send the bare stream."""
    assert decode(zlib.compress(TEXT), "deflate") == decode(raw_deflate(TEXT), "deflate") == TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_plain_text_under_a_false_coding_is_refused(coding):
    """A server that claims a coding and does not apply it."""
    assert outcome_of(b"<html>" + b"plain text" * 200, coding) in (Outcome.BAD_ENCODING, Outcome.TRUNCATED)


@pytest.mark.parametrize("codings", ["compress", "sdch", "gzip, aes128gcm", "gzip, gzip, gzip, gzip"])
def test_unknown_and_too_many_codings_are_refused(codings):
    """What cannot be decoded within bounds is not tried."""
    with pytest.raises(BadBody) as caught:
        Body(codings, CAP)
    assert caught.value.outcome == Outcome.BAD_ENCODING


@pytest.mark.parametrize("codings", ["", "identity", "UTF-8", "none", " GZIP "])
def test_names_that_mean_nothing_and_odd_spellings_are_understood(codings):
    """Seen in the wild: a charset in the wrong header."""
    data = gzip.compress(TEXT) if "GZIP" in codings else TEXT
    assert decode(data, codings) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_too_large_long_before_it_is_inflated(coding):
    """64 MB of zeros behind a small body (GHSA-2qfp: the brotli bomb that passed Scrapy's limit)."""
    assert outcome_of(ENCODE[coding](b"\0" * 64_000_000), coding) == Outcome.TOO_LARGE


def test_a_bomb_inside_a_bomb_is_too_large():
    """The inner layer is counted too: many empty members decode to nothing, but cost time."""
    assert outcome_of(gzip.compress(gzip.compress(b"\0" * 64_000_000)), "gzip, gzip") == Outcome.TOO_LARGE
    empties = gzip.compress(gzip.compress(b"") * 500_000)
    assert len(empties) < 50_000
    assert outcome_of(empties, "gzip, gzip") == Outcome.TOO_LARGE


def test_the_cap_is_exact_for_the_text():
    """As many bytes as allowed are taken, one more is not."""
    assert decode(gzip.compress(b"x" * CAP), "gzip") == b"x" * CAP
    assert outcome_of(gzip.compress(b"x" * (CAP + 1)), "gzip") == Outcome.TOO_LARGE
    assert outcome_of(b"x" * (CAP + 1), "") == Outcome.TOO_LARGE


def test_a_zstd_frame_that_wants_a_huge_window_is_refused():
    """RFC 8878 asks for 8 MB; a frame may claim terabytes."""
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    z = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    assert outcome_of(z.compress(TEXT) + z.flush(), "zstd") == Outcome.BAD_ENCODING


@given(st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, br", "zstd, gzip"]), st.binary(max_size=500))
def test_no_bytes_raise_anything_but_a_bad_body(codings, data):
    """Rubbish in, an outcome out."""
    try:
        decode(data, codings, 50)
    except BadBody as e:
        assert e.outcome in (Outcome.BAD_ENCODING, Outcome.TRUNCATED, Outcome.TOO_LARGE)
