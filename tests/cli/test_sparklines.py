"""Sparklines: as many cells as there is room for, and bars that any terminal can show."""

import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.cli.sparklines import bars_of_terminal, months_a_bar, months_between, months_of, sparkline

MONTHS = months_between("2021-11", "2024-02")


@given(st.dictionaries(st.sampled_from(MONTHS), st.integers(1, 10**6)), st.integers(1, 60))
def test_a_bar_for_each_month_or_for_several(counted: dict[str, int], room: int) -> None:
    line = sparkline(counted, MONTHS, room)
    at_once = months_a_bar(MONTHS, room)
    assert len(line) <= room
    assert bool(line) == bool(counted)
    if counted:
        assert "█" in line
        assert len(line) == -(-len(MONTHS) // at_once)
        for place, bar in enumerate(line):
            months = MONTHS[place * at_once : (place + 1) * at_once]
            assert (bar == " ") == (not any(month in counted for month in months))


def test_bars_grow_with_the_numbers() -> None:
    months = MONTHS[:8]
    assert sparkline({month: number for number, month in enumerate(months, 1)}, months, 8) == "▁▂▃▄▅▆▇█"
    assert sparkline({months[0]: 1, months[7]: 1000}, months, 8) == "▁      █"  # what is not nothing is seen
    assert sparkline({months[0]: 1, months[7]: 1000}, months, 3) == "▁ █"
    assert sparkline({months[0]: 4}, months, 8, ".:-=+*#@").rstrip() == "@"


def test_no_month_is_no_line() -> None:
    assert sparkline({}, [], 10) == sparkline({}, MONTHS, 10) == ""
    assert months_of([{"months": []}]) == []
    rows = [{"months": [{"month": "2022-12", "articles": 1}]}, {"months": [{"month": "2023-02", "articles": 1}]}]
    assert months_of(rows) == ["2022-12", "2023-01", "2023-02"]


@pytest.mark.parametrize(("encoding", "bars"), [("utf-8", "▁▂▃▄▅▆▇█"), ("latin-1", ".:-=+*#@"), ("ascii", ".:-=+*#@")])
def test_a_terminal_that_has_no_blocks(encoding: str, bars: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert bars_of_terminal() == bars
