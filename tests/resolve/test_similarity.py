"""How much two texts have in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.resolve.similarity import shared_shingles

WORDS = st.lists(st.sampled_from(["a", "b", "c", "北"]), max_size=12).map(" ".join)


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("", "", 1.0),
        ("", "a", 0.0),
        ("a", "a", 1.0),
        ("a b", "b a", 1.0),
        ("a b", "a b c", 2 / 3),
        ("a b c", "a b", 2 / 3),
        ("a b c", "a b c", 1.0),
        ("a b c", "c b a", 0.0),
        ("a b c d", "a b c e", 1 / 3),
        ("The CAFÉ, again!", "the cafe again", 1.0),
        ("北京大学", "北京大學", 1 / 3),
    ],
)
def test_runs_of_three_words_are_compared_and_words_where_there_are_fewer(one: str, other: str, shared: float) -> None:
    assert shared_shingles(one, other) == pytest.approx(shared)


@given(one=WORDS, other=WORDS)
def test_it_is_a_share_that_does_not_depend_on_the_order(one: str, other: str) -> None:
    assert 0 <= shared_shingles(one, other) == shared_shingles(other, one) <= 1
    assert shared_shingles(one, one) == 1
