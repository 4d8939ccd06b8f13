"""Agreement of coders, on published tables, by its properties, and against the definition taken literally."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.agreement import Agreement, agreement

# K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011); a line is an observer, a dot says nothing.
BINARY = """
0 1 0 0 0 0 0 0 1 0
1 1 1 0 0 1 0 0 0 0
"""
NOMINAL = """
a a b b d c c c e d d a
b a b b b c c c e d d d
"""
MISSING = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""


def units_of(table: str) -> list[list[str]]:
    lines = [line.split() for line in table.strip().splitlines()]
    return [[value for value in unit if value != "."] for unit in zip(*lines, strict=True)]


@pytest.mark.parametrize(
    ("table", "units", "percent", "alpha"),
    [(BINARY, 10, 60.0, 0.095), (NOMINAL, 12, 75.0, 0.692), (MISSING, 11, 80.0, 0.743)],
)
def test_published_tables_give_what_was_published(table: str, units: int, percent: float, alpha: float) -> None:
    found = agreement(units_of(table))
    assert (found.units, found.percent, round(found.alpha or 0, 3)) == (units, percent, alpha)


def test_coders_who_always_differ_agree_less_than_by_chance() -> None:
    assert agreement(["ab", "ba"]) == Agreement(2, 0.0, -0.5)


@pytest.mark.parametrize(
    ("units", "found"),
    [
        ([], Agreement(0, None, None)),
        (["a", "", "b"], Agreement(0, None, None)),
        (["aa", "aaa", "b"], Agreement(2, 100.0, None)),  # nothing varies where it can be compared
        (["aa", "bb"], Agreement(2, 100.0, 1.0)),
    ],
)
def test_what_is_not_defined_is_none(units: list[str], found: Agreement) -> None:
    assert agreement(units) == found


UNITS = st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=8)


def by_definition(units: list[list[str]]) -> Agreement:
    """Return it from the coincidence matrix, filled pair by pair, as the paper has it."""
    units = [unit for unit in units if len(unit) > 1]
    coincidences: dict[tuple[str, str], float] = {}
    for unit in units:
        for pair in permutations(unit, 2):
            coincidences[pair] = coincidences.get(pair, 0) + 1 / (len(unit) - 1)
    n = sum(coincidences.values())
    if not units:
        return Agreement(0, None, None)
    n_c = {c: sum(number for (one, _), number in coincidences.items() if one == c) for c in "abc"}
    observed = sum(number for (c, k), number in coincidences.items() if c != k) / n
    expected = sum(n_c[c] * n_c[k] for c, k in permutations("abc", 2)) / (n * (n - 1))
    return Agreement(len(units), 100 * (1 - observed), 1 - observed / expected if expected > 1e-9 else None)


@given(units=UNITS)
def test_it_is_what_the_definition_says(units: list[list[str]]) -> None:
    found, expected = agreement(units), by_definition(units)
    assert found.units == expected.units
    assert (found.percent is None, found.alpha is None) == (expected.percent is None, expected.alpha is None)
    assert found.percent is None or found.percent == pytest.approx(expected.percent)
    assert found.alpha is None or found.alpha == pytest.approx(expected.alpha)


@given(units=UNITS, data=st.data())
def test_the_order_of_coders_and_units_does_not_matter(units: list[list[str]], data: st.DataObject) -> None:
    mixed = [data.draw(st.permutations(unit)) for unit in data.draw(st.permutations(units))]
    assert agreement(mixed) == agreement(units)


@given(units=UNITS)
def test_names_of_values_do_not_matter(units: list[list[str]]) -> None:
    assert agreement([["bca"["abc".index(value)] for value in unit] for unit in units]) == agreement(units)


@given(units=st.lists(st.tuples(st.sampled_from("abc"), st.integers(2, 4)), min_size=1, max_size=6))
def test_perfect_agreement_is_one(units: list[tuple[str, int]]) -> None:
    varies = len({value for value, _ in units}) > 1
    assert agreement([value * many for value, many in units]) == Agreement(len(units), 100.0, 1.0 if varies else None)
