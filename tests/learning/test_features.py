"""Terms of texts, what each is worth, and how texts are divided for tests."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.learning.features import Terms, Text, count_terms
from archive.learning.folds import divide, rarest


def test_terms_are_the_words_of_search_and_those_of_the_headline_again() -> None:
    counts = count_terms(Text("Café prices", "The café in 北京: prices, prices."))
    assert counts["cafe"] == 2
    assert counts["prices"] == 3
    assert counts["headline:cafe"] == counts["headline:prices"] == 1
    assert counts["北"] == 1
    assert "headline:the" not in counts


def test_a_term_of_one_text_is_none_and_repeats_count_as_one_text() -> None:
    counted = [count_terms(Text("", text)) for text in ("ferry oil", "ferry oil", "ferry salt", "salt")]
    assert Terms.of(counted, ["a", "b", "c", "d"]).terms == ("ferry", "oil", "salt")
    assert Terms.of(counted, ["a", "a", "c", "d"]).terms == ("ferry", "salt")


def test_the_most_frequent_terms_are_kept(monkeypatch: object) -> None:
    counted = [count_terms(Text("", text)) for text in ("a b c", "a b c", "a b", "a")]
    import archive.learning.features as features

    monkeypatch.setattr(features, "MOST_TERMS", 2)  # type: ignore[attr-defined]
    assert Terms.of(counted, range(4)).terms == ("a", "b")


def test_what_stands_in_every_text_is_worth_nothing_and_rare_words_more() -> None:
    counted = [count_terms(Text("", text)) for text in ("the ferry oil", "the ferry oil", "the ferry", "the")]
    terms = Terms.of(counted, range(4))
    worth = dict(zip(terms.terms, terms.idf, strict=True))
    assert worth["the"] == 0
    assert 0 < worth["ferry"] < worth["oil"]


@given(st.lists(st.sampled_from(["oil", "ferry", "salt", "rope", "unknown"]), max_size=30))
@settings(max_examples=50)
def test_a_vector_has_length_one_or_nothing(words: list[str]) -> None:
    terms = Terms.of(
        [count_terms(Text("", f"{word} x{word}")) for word in ("oil", "ferry", "salt", "rope") * 2], range(8)
    )
    numbers, values = terms.vector(count_terms(Text("", " ".join(words))))
    assert len(numbers) == len(values) == len({*words} - {"unknown"})
    assert list(numbers) == sorted(numbers)
    assert not len(values) or np.isclose(np.sqrt((values**2).sum()), 1)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), min_size=1, max_size=60),
    st.integers(2, 6),
    st.integers(0, 5),
)
@settings(max_examples=80)
def test_repeats_are_in_one_part_and_every_kind_in_all(texts: list[tuple[int, int]], number: int, seed: int) -> None:
    kinds, groups = [kind for kind, _ in texts], [group for _, group in texts]
    parts = divide(kinds, groups, number, seed)
    assert (parts == divide(kinds, groups, number, seed)).all()
    for group in set(groups):
        assert len({part for part, one in zip(parts, groups, strict=True) if one == group}) == 1
    firsts = {group: place for place, group in reversed(list(enumerate(groups)))}
    for kind in set(kinds):
        of_kind = [parts[place] for place in firsts.values() if kinds[place] == kind]
        dealt = [of_kind.count(part) for part in range(number)]
        assert max(dealt) - min(dealt) <= 1


def test_a_text_is_dealt_out_by_its_rarest_topic() -> None:
    labels = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 0], [-1, -1, 1]], dtype=np.int8)
    assert rarest(labels) == [1, 0, -1, 2]
