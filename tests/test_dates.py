"""Published dates: the table of written forms, and the promise that nothing is made up."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dates import ZoneState, parse_date

steady = settings(deadline=None, derandomize=True)  # the same examples on every machine, however busy it is

TABLE = Path(__file__).parent / "cases" / "dates.tsv"
KYIV = ZoneInfo("Europe/Kyiv")


def rows():
    """Each line of the table as a case named by its first column."""
    for line in TABLE.read_text(encoding="utf8").splitlines():
        if not line.startswith("#"):
            case, written, instant, state = line.split("\t")
            at = None if instant == "-" else datetime.fromisoformat(instant).replace(tzinfo=UTC)
            yield pytest.param(written, at, state, id=case)


@pytest.mark.parametrize(("written", "at", "state"), list(rows()))
def test_written_date_is_read_as_the_table_says(written, at, state):
    """An instant only where the writing leaves no choice; the raw text is kept in every case."""
    parsed = parse_date(written)
    assert (parsed.at, parsed.zone) == (at, state)
    assert parsed.raw == written
    assert parsed.reason


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("19.11.2025 14:05", "2025-11-19T12:05:00"),
        ("19.11.2025, 14:05 Uhr", "2025-11-19T12:05:00"),
        ("2025-07-16T14:05:00", "2025-07-16T11:05:00"),
        ("2025-11-19", "2025-11-18T22:00:00"),
        ("Wed, 19 Nov 2025 02:30:00 IST", "2025-11-19T00:30:00"),
        ("Wed, 19 Nov 2025 02:30:00 +0000", "2025-11-19T02:30:00"),
        ("Wed, 19 Nov 2025 02:30:00 GMT", "2025-11-19T02:30:00"),
    ],
)
def test_the_outlets_zone_serves_only_where_none_is_certain(written, utc):
    """A configured zone fills a gap and never overrules what is written."""
    assert parse_date(written, KYIV).at == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize("written", ["1763561100", "1", "2025", "20251119", "04/05/2025 10:00", "0001-01-01", "words", ""])
def test_the_outlets_zone_turns_no_number_or_word_into_a_date(written):
    """What is no date stays none with a configured zone."""
    assert parse_date(written, KYIV).at is None


def test_a_reason_names_the_missing_zone():
    """A person who asks why a time is unknown is told."""
    parsed = parse_date("19.11.2025 14:05")
    assert parsed.zone is ZoneState.UNKNOWN
    assert parsed.reason == "no zone is given, so the instant is not known"


MOMENTS = st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2099, 12, 30)).map(lambda d: d.replace(microsecond=0))
OFFSETS = st.integers(-12 * 4, 14 * 4).map(lambda q: timezone(timedelta(minutes=15 * q)))
FORMS = (
    "%a, %d %b %Y %H:%M:%S %z",
    "%d %B %Y %H:%M:%S %z",
    "%Y-%m-%dT%H:%M:%S%z",
    "%d.%m.%Y %H:%M:%S %z",
    "%b %d, %Y %I:%M:%S %p %z",
)


@steady
@given(MOMENTS, OFFSETS, st.sampled_from(FORMS))
def test_every_instant_survives_writing_and_reading(moment, offset, form):
    """Reading is the inverse of writing for each common form, in every offset."""
    aware = moment.replace(tzinfo=offset)
    parsed = parse_date(aware.strftime(form))
    assert parsed.at == aware
    assert parsed.zone is ZoneState.OFFSET


IDS = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.from_regex(r"\A[0-9a-f]{4,40}\Z"),
    st.from_regex(r"\A[a-z]{1,12}[-_:/][0-9]{1,14}\Z"),
    st.from_regex(r"\A[0-9]{1,8}[-_.:/][0-9]{1,8}\Z"),
    st.uuids().map(str),
    st.text(alphabet=st.characters(exclude_categories=["Nd"]), max_size=60),
    st.lists(st.sampled_from(["may", "march", "sunday", "7", "19", "2025", "am", "at", "of", "mon", "jan"]), max_size=5).map(
        " ".join
    ),
    st.floats(allow_nan=False).map(str),
)


@steady
@given(IDS)
def test_no_id_number_or_word_ever_becomes_an_instant(text):
    """Zero fabricated dates: without day, month, year and clock nothing is an instant."""
    assert parse_date(text).at is None


@steady
@given(st.text(max_size=120), st.sampled_from([None, KYIV]))
def test_any_text_gives_a_value_and_a_reason(text, zone):
    """Hostile dates raise nothing and always say why."""
    parsed = parse_date(text, zone)
    assert parsed.reason
    assert parsed.at is None or parsed.at.tzinfo is UTC


@steady
@given(st.text(alphabet="0123456789:.,-+/TZ GMTapmNov", max_size=40), st.sampled_from([None, KYIV]))
def test_garbled_dates_raise_nothing(text, zone):
    """Texts made of the pieces of dates are read or refused, never an error."""
    assert parse_date(text, zone).raw == text.strip()


@given(
    st.sampled_from([1, 1899, 1900, 1969, 1970, 2026, 2099, 2100, 9999]),
    st.tuples(*(st.integers(0, most) for most in (13, 32, 25, 61, 61))),
    st.sampled_from(["GMT", "Z", "+00:00", "-0530", "+14:00", "+1459", "+1500", "+01:75", "EST", ""]),
    st.booleans(),
)
def test_the_usual_forms_are_read_as_the_thorough_way_reads_them(year, parts, zone, iso):
    """Dates in exactly the form of a standard have a way of their own; an empty comment behind one sends it the long way."""
    month, day, *clock = parts
    time = ":".join(f"{n:02}" for n in clock)
    name = ["", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Nil"][month]
    written = f"{year:04}-{month:02}-{day:02}T{time}{zone}" if iso else f"Tue, {day} {name} {year:04} {time} {zone}"
    quick, thorough = parse_date(written), parse_date(f"{written} ()")
    assert (quick.at, quick.zone, quick.reason) == (thorough.at, thorough.zone, thorough.reason)
