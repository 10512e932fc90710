"""The calendar days that phrases of a sentence mean: a frozen table. What cannot be told is no day, never a guess."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.text import ValueKind, values

TABLE = Path(__file__).parent / "cases" / "day_phrases.tsv"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TIMES = st.datetimes(datetime(2000, 1, 10), datetime(2099, 12, 20))
ZONES = st.integers(-48, 56).filter(bool).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


def rows():
    """Each line of the table as a case named by its sentence."""
    for line in TABLE.read_text(encoding="utf8").splitlines():
        if not line.startswith("#"):
            at, marked, day = line.split("\t")
            yield pytest.param(at, marked, None if day == "-" else date.fromisoformat(day), id=f"{marked} {at}")


def told(sentence, published_at):
    """The days that are told, by the place where their words begin."""
    found = values(sentence, published_at)
    return {v.start: v.date for v in found if v.kind is ValueKind.DATE}


@pytest.mark.parametrize(("at", "marked", "day"), list(rows()))
def test_a_phrase_means_the_day_that_the_table_says(at, marked, day):
    """Tense and zone decide; an open phrase names no day."""
    published = datetime.fromisoformat(at)
    published = published.astimezone(UTC) if not published.utcoffset() else published
    days = told(marked.replace("[", "").replace("]", ""), published)
    assert days.get(marked.index("[")) == day


def test_the_table_is_long_enough_to_mean_something():
    """At least sixty phrases, a quarter of them open."""
    days = [row.values[2] for row in rows()]
    assert len(days) >= 60 and sum(day is None for day in days) >= 15


@settings(deadline=None, derandomize=True)
@given(TIMES, ZONES, st.integers(0, 6))
def test_a_weekday_lies_within_a_week_on_the_side_that_its_tense_tells(at, zone, weekday):
    """In every zone, behind in the past and ahead in the future, today at most."""
    published, name = at.replace(tzinfo=zone), WEEKDAYS[weekday]
    (past,) = told(f"The council voted on {name}.", published).values()
    (future,) = told(f"The council will vote on {name}.", published).values()
    today = published.date()
    assert past.weekday() == future.weekday() == weekday
    assert timedelta(0) <= today - past < timedelta(7) and timedelta(0) <= future - today < timedelta(7)


@settings(deadline=None, derandomize=True)
@given(TIMES, st.integers(0, 6), st.sampled_from(["The council voted on {}.", "The council will vote on {}."]))
def test_without_a_zone_no_day_is_told_that_another_zone_would_tell_otherwise(at, weekday, sentence):
    """Unless it is the day of publication itself, which is what an outlet means by its name."""
    text = sentence.format(WEEKDAYS[weekday])
    (day,) = told(text, at.replace(tzinfo=UTC)).values()
    for hours in (-11, -5, 1, 5, 9, 13):
        local = at.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=hours)))
        (there,) = told(text, local).values()
        assert day in (None, there, at.date())
