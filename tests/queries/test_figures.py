"""Figures: numbers in digits, with sign, currency and unit as written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.queries.figures import find_figures


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Twelve ships, 12 ships, 1,200 ships.", ["12", "1,200"]),
        ("up 5.2% or 5.2 percent, 3 per cent", ["5.2%", "5.2 percent", "3 per cent"]),
        (
            "$3.5 million, US$4bn, €5, 6 €, USD 7 and 8 dollars",
            ["$3.5 million", "US$4bn", "€5", "6 €", "USD 7", "8 dollars"],
        ),
        ("from -5 °C to 5 °C, −3 to +3", ["-5 °C", "5 °C", "−3", "+3"]),
        ("1 234 567 roubles, in 2023 500 people", ["1 234 567 roubles", "2023", "500"]),
        ("12.345,67 Mrd Euro", ["12.345,67 Mrd Euro"]),
        ("5 млн рублей, 33 процента", ["5 млн рублей", "33 процента"]),
        ("at 10:30 on 2023-02-28, pages 3–5", ["10:30", "2023-02-28", "3–5"]),
        ("中国3000人，增长5.2%，30亿元，2023年", ["3000人", "5.2%", "30亿元", "2023年"]),
        ("the 20th, the 1990s, a 40-year-old", ["20th", "1990s", "40"]),
        ("COVID-19, G20, F-16, ISO9001, A3, OS/2", []),
        ("3\u00a0million", ["3 million"]),
        ("3 metres, 3 mixed results", ["3 metres", "3"]),
        ("", []),
    ],
)
def test_figures_as_written(text: str, figures: list[str]) -> None:
    assert [figure.text for figure in find_figures(text)] == figures


@given(st.text(st.sampled_from("ab 15.,:-$%€ 万元中\n ")))
def test_figures_are_where_they_are_said_to_be(text: str) -> None:
    end = 0
    for figure in find_figures(text):
        assert end <= figure.start < figure.end
        assert " ".join(text[figure.start : figure.end].split()) == figure.text
        assert any(character.isdigit() for character in figure.text)
        end = figure.end


@pytest.mark.parametrize("part", ["1", "1,", "1 ", "1 000 ", "a1", "1-", "1 per ", "$", "-", "1 million ", "中1"])
def test_long_texts_of_digits_come_to_an_end(part: str) -> None:
    find_figures(part * 50_000)
