"""Numbers, dates and times: one fact has one key in every notation."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import ValueKind, values

FRIDAY = datetime(2025, 3, 14, 9, tzinfo=UTC)


def keys(sentence: str) -> list[str]:
    return [v.key for v in values(sentence)]


@pytest.mark.parametrize(
    "forms",
    [
        ("1,204 boats", "1204 boats", "1 204 boats", "1204 boats"),
        ("30.000 people", "30,000 people", "30000 people", "thirty thousand people", "30k people"),
        ("$1.2 billion", "US$1.2bn", "USD 1.2 billion", "1.2 billion dollars", "$1,200,000,000"),
        ("45% of", "45 percent of", "45 per cent of", "45 pct of"),
        ("half of the fleet", "50 percent of the fleet", "50% of the fleet"),
        ("4 1/2 hours", "4½ hours", "4.5 hours", "four-and-a-half hours", "four and a half hours"),
        ("sixty-one boats", "61 boats"),
        ("a hundred boats", "100 boats", "one hundred boats"),
        ("two dozen boats", "24 boats"),
        ("£5m", "5 million pounds", "£5,000,000"),
        ("11th hour", "eleventh hour"),
        ("-5 degrees", "minus 5 degrees"),
        ("7 a.m.", "7am", "7:00 a.m.", "07:00"),
        ("7 p.m.", "19:00", "7pm"),
        ("Nov. 20", "November 20", "20 November", "November 20th", "the 20th of November"),
        ("November 20, 2025", "2025-11-20", "20 Nov 2025", "20.11.2025", "11/20/2025"),
        ("3,5 percent", "3.5%"),
    ],
)
def test_one_value_has_one_key_in_every_notation(forms):
    """Grouping, words, signs and order of a notation carry no fact."""
    assert len({tuple(k for k in keys(f"It took {form} there.")) for form in forms}) == 1
    assert keys(f"It took {forms[0]} there.")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("$1.5 billion", "$15 billion"),
        ("10%", "10"),
        ("-5", "5"),
        ("1-2", "12"),
        ("600,000 troops", "800,000 troops"),
        ("28-point plan", "19-point plan"),
        ("5 million", "5 billion"),
        ("$5", "€5"),
        ("5 km", "5 miles"),
        ("Nov. 23", "Nov. 27"),
        ("7 a.m.", "7 p.m."),
        ("14:00", "18:00"),
        ("4.5", "45"),
        ("fifteen", "fifty"),
    ],
)
def test_different_values_have_different_keys(one, other):
    """A dropped sign, mark or digit is a changed fact."""
    assert keys(f"It was {one} there.") != keys(f"It was {other} there.")


@pytest.mark.parametrize(
    "text", ["dozens of boats", "an F-16 and a B12", "the AK-47s", "one of them", "the 76ers", "hundreds fled", "COVID-19"]
)
def test_what_is_no_number_has_no_value(text):
    """Codes, vague amounts and a bare "one" are words."""
    assert keys(f"They saw {text}.") == []


def test_one_counts_only_before_a_person_or_a_unit():
    """ "One person" is a count, "one of them" is not."""
    assert keys("One person was hurt.") == ["1"]
    assert keys("It lasted one day.") == ["1 day"]


def test_a_quantity_knows_its_hedge_noun_unit_and_age():
    """The ledger files a number under what is counted."""
    first, second = values("At least 12 harbour pilots and a 58-year-old clerk were held.")
    assert (first.hedge, first.noun) == ("at least", "pilots")
    assert second.age and second.unit == "year" and second.noun == "clerk"
    (plan,) = values("A 28-point peace plan was signed.")
    assert (plan.unit, plan.noun) == ("point", "plan")


def test_ranges_hold_both_ends_and_changes_hold_two_values():
    """ "10 to 12" is a range; "from 10 to 12" is a change."""
    assert keys("It took 10 to 12 boats.") == keys("It took 10-12 boats.") == keys("It took between 10 and 12 boats.")
    assert keys("It rose from 10 to 12.") == ["10", "12"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("It closed yesterday.", date(2025, 3, 13)),
        ("It closed on Tuesday.", date(2025, 3, 11)),
        ("It will close on Tuesday.", date(2025, 3, 18)),
        ("It must close by Monday.", date(2025, 3, 17)),
        ("It closed on Dec. 30.", date(2024, 12, 30)),
        ("It closed on 30 December 2023.", date(2023, 12, 30)),
    ],
)
def test_relative_dates_are_resolved_by_the_day_of_publication(text, day):
    """A weekday after a past verb lies behind, after "will" or "by" ahead."""
    (value,) = values(text, FRIDAY)
    assert value.kind is ValueKind.DATE and value.date == day


def test_an_impossible_date_is_no_calendar_day():
    """The 31st of February stays what is written."""
    (value,) = values("It closed on February 31.", FRIDAY)
    assert value.date is None and value.day == 31


def test_may_and_march_are_words_unless_they_stand_as_months():
    """ "May close" holds no date."""
    assert keys("They may close and march on.") == []
    assert keys("They close in May.") == ["date /5///"]


def test_four_figures_are_a_year_or_a_count():
    """What follows tells a year from a count."""
    assert keys("In 2000 the port closed.") == ["date 2000////"]
    assert keys("The 2000 people left.") == ["2000"]


@given(st.text(max_size=200))
def test_values_of_any_text_lie_in_order_inside_it(text):
    """Hostile text gives places that are true and never overlap."""
    found = values(text, FRIDAY)
    assert all(text[v.start : v.end] == v.text for v in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("sentence", "keys"),
    [
        ("A deal worth $200MM was signed.", ["200000000 usd"]),
        ("It rained 12 mm.", ["12 millimetre"]),
        ("Offers lie between $140 and $150 million.", ["140000000..150000000 usd"]),
        ("Offers of $140 to $150 million came in.", ["140000000..150000000 usd"]),
        ("It pays $184 million or $23 million per season.", ["184000000 usd", "23000000 usd"]),
        ("It went from $5 to $7.", ["5 usd", "7 usd"]),
        ("Between €5 and $7 was paid.", ["5 eur", "7 usd"]),
    ],
)
def test_sums_in_millions_and_between_two_signs(sentence, keys):
    """The sign of a currency may stand before both ends of a range; MM behind a sum is a million."""
    assert [v.key for v in values(sentence)] == keys


@pytest.mark.parametrize(
    "sentence",
    ["There sat Olena Ode, 41.", "Olena Ode (41) said so.", "Olena Ode, 41 - a nurse - said so.", "She, who is 41, said so."],
)
def test_a_small_number_behind_a_full_name_is_an_age(sentence):
    """An age is told as such, whatever mark closes it."""
    assert [v.age for v in values(sentence)] == [True]


@pytest.mark.parametrize("sentence", ["The toll in Nord Talvik rose to 41.", "The dead in Talvik: 41.", "Paris, 41, won."])
def test_a_small_number_elsewhere_is_no_age(sentence):
    """Without a full name and a comma or bracket before it, a number at the end of a sentence is a count."""
    assert [v.age for v in values(sentence)] == [sentence.startswith("Paris")]  # between two commas it may be anybody's


def test_a_noun_that_looks_like_a_participle_is_not_what_is_counted():
    """ "Two speed boats" are boats."""
    assert [v.noun for v in values("The crew of two speed boats fled.")] == ["boats"]


@pytest.mark.parametrize(
    "sentence", ["Several million people fled.", "A few hundred men stayed.", "A couple of thousand came."]
)
def test_an_order_of_several_is_no_value(sentence):
    """ "Several million" is not one million: it cannot be read for certain."""
    assert not values(sentence)
