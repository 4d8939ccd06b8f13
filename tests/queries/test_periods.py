"""Which period a date lies in."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.normalize.dates import parse_published
from archive.queries.periods import STEPS, find_period, first_day, following, period_name, periods_between


@pytest.mark.parametrize(
    ("published", "names"),
    [
        ("2023", ["2023", None, None, None]),
        ("2023-02", ["2023", "2023-02", None, None]),
        ("2023-01-01", ["2023", "2023-01", "2022-W52", "2023-01-01"]),
        ("2020-12-31", ["2020", "2020-12", "2020-W53", "2020-12-31"]),
        (
            "2023-12-31T23:59:59+08:00",
            ["2023", "2023-12", "2023-W52", "2023-12-31"],
        ),  # the local day, to its last second
        ("2023-03-01T00:00", ["2023", "2023-03", "2023-W09", "2023-03-01"]),
    ],
)
def test_a_date_lies_in_what_it_is_exact_enough_for(published: str, names: list[str | None]) -> None:
    time = parse_published(published)
    found = [find_period(time.starts, time.ends, step) for step in STEPS]
    assert [period and period_name(period, step) for period, step in zip(found, STEPS, strict=True)] == names


def test_a_span_of_days_within_a_month() -> None:
    span = ("2023-02-03T00:00:00", "2023-02-05T00:00:00")
    assert [find_period(*span, step) for step in STEPS] == [date(2023, 1, 1), date(2023, 2, 1), date(2023, 1, 30), None]


@given(st.dates(date(1600, 1, 1), date(2400, 1, 1)), st.sampled_from(STEPS))
def test_periods_follow_each_other_without_gap(day: date, step: str) -> None:
    period = first_day(day, step)
    assert period <= day < following(period, step)
    assert first_day(following(period, step) - timedelta(days=1), step) == period
    assert period_name(period, step) != period_name(following(period, step), step)
    assert period_name(day, step) == period_name(period, step)


@pytest.mark.parametrize(("step", "number"), [("year", 3), ("month", 25), ("week", 105), ("day", 732)])
def test_all_periods_between_two(step: str, number: int) -> None:
    first, last = first_day(date(2022, 1, 1), step), first_day(date(2024, 1, 2), step)
    periods = list(periods_between(first, last, step))
    assert len(periods) == number + (step == "week")
    assert (periods[0], periods[-1]) == (first, last)
