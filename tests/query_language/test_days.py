"""Days as a query names them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.query_language.days import parse_days

TODAY = date(2024, 3, 31)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", "2024-03-31", "2024-04-01"),
        ("yesterday", "2024-03-30", "2024-03-31"),
        ("-3d", "2024-03-28", "2024-03-29"),
        ("-2w", "2024-03-17", "2024-03-18"),
        ("-1m", "2024-02-29", "2024-03-01"),
        ("-13m", "2023-02-28", "2023-03-01"),
        ("-1y..yesterday", "2023-03-31", "2024-03-31"),
        ("2023..-1m", "2023-01-01", "2024-03-01"),
        ("2022..2023-02", "2022-01-01", "2023-03-01"),
        ("..2023", None, "2024-01-01"),
        ("-4y..", "2020-03-31", None),
    ],
)
def test_days(text: str, first: str | None, last: str | None) -> None:
    starts, ends = parse_days(text, TODAY)
    assert (starts, ends) == (first and f"{first}T00:00:00", last and f"{last}T00:00:00")


@pytest.mark.parametrize("text", ["", "..", "-3x", "-3", "soon", "2023...2024", "-99999y", "-700y", "2023-02-30.."])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_days(text, TODAY)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 1200), st.sampled_from("dwmy"))
def test_days_before_are_days(today: date, number: int, unit: str) -> None:
    try:
        starts, ends = parse_days(f"-{number}{unit}", today)
    except ValueError:
        assert unit == "y" and today.year - number < 1400
    else:
        assert starts is not None
        assert ends is not None
        assert starts < ends
        assert starts[:10] <= today.isoformat()
