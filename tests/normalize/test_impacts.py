"""What words count in a text, and terms that say so in order."""

from hypothesis import given
from hypothesis import strategies as st

from archive.normalize.impacts import (
    LEAST,
    LONGEST_WORD,
    highest_from,
    highest_left_out,
    impact,
    impact_terms,
    read_term,
    span_of,
)

WORDS = st.lists(st.sampled_from(["a", "b", "ab", "ö", "京", "x9"]), max_size=400)


@given(WORDS, WORDS)
def test_terms_say_what_stands_in_a_text(headline: list[str], body: list[str]) -> None:
    for term in impact_terms(headline, body).split():
        word, one = term.split(".")[0], read_term(term)
        assert one.frequency == 5 * headline.count(word) + body.count(word)
        assert one.length == len(headline) + len(body)


@given(WORDS, WORDS)
def test_all_of_a_high_impact_is_kept(headline: list[str], body: list[str]) -> None:
    kept = {term.split(".")[0] for term in impact_terms(headline, body).split()}
    for word in {*headline, *body}:
        value = impact(5 * headline.count(word) + body.count(word), len(headline) + len(body))
        assert (word in kept) == (value >= LEAST) or abs(value - LEAST) < 1e-9


@given(st.integers(1, 5_000_000), st.integers(1, 1_000_000), st.floats(1, 100_000))
def test_no_impact_is_above_what_its_place_promises(frequency: int, length: int, usual: float) -> None:
    frequency = min(frequency, 5 * length)
    (term,) = impact_terms(["w"] * 0, ["w"] * 9).split()
    assert len(term.split(".")[1]) == 4
    value = impact(frequency, length)
    if value < LEAST:
        assert impact(frequency, length, usual) <= highest_left_out(usual)
        return
    from archive.normalize.impacts import _place

    assert 1_000 <= _place(value) <= 9_999
    assert impact(frequency, length, usual) <= highest_from(_place(value), usual)


def test_terms_of_a_word_stand_together_with_the_highest_first() -> None:
    terms = [impact_terms(["peace"] * times, ["talks"] * 50) for times in (1, 2, 5)]
    in_order = sorted(term for text in terms for term in text.split() if term.startswith("peace."))
    assert [read_term(term).frequency for term in in_order] == [25, 10, 5]
    first, last = span_of("peace")
    assert all(first <= term < last for term in in_order)
    assert not any(first <= term < last for term in impact_terms(["peaceful", "peac"], []).split())


def test_words_that_are_too_long_are_left_out() -> None:
    assert impact_terms(["x" * LONGEST_WORD, "y" * (LONGEST_WORD + 1)], []).startswith("xxx")
    assert "y" not in impact_terms(["x" * LONGEST_WORD, "y" * (LONGEST_WORD + 1)], [])


def test_of_no_words_nothing_is_kept() -> None:
    assert impact_terms([], []) == ""
