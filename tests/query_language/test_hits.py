"""Where the words of a query stand."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.query_language.hits import Hit, find_hits
from archive.query_language.reference import Known, evaluate
from archive.query_language.tree import Near, Words

WORDS = st.lists(st.sampled_from(["a", "ab", "b", "c", "x", "y"]), max_size=14)
TERMS = st.builds(Words, st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=2).map(tuple), st.booleans())
NEAR = st.builds(Near, st.lists(TERMS, min_size=2, max_size=3, unique=True).map(tuple), st.integers(0, 5))


def passages(near: Near, words: list[str]) -> set[Hit]:
    """Return all passages that have all terms near enough, found by trying each combination."""
    places = [find_hits(term, words) for term in near.terms]
    return {
        Hit(min(hit.first for hit in chosen), max(hit.last for hit in chosen))
        for chosen in product(*places)
        if all(max(hit.first for hit in chosen) - hit.last <= near.reach for hit in chosen)
    }


@given(TERMS, WORDS)
def test_a_phrase_stands_where_its_words_do(phrase: Words, words: list[str]) -> None:
    hits = find_hits(phrase, words)
    for at in range(len(words) - len(phrase.words) + 1):
        *whole, last = words[at : at + len(phrase.words)]
        fits = last.startswith(phrase.words[-1]) if phrase.is_prefix else last == phrase.words[-1]
        assert (Hit(at, at + len(phrase.words)) in hits) == (tuple(whole) == phrase.words[:-1] and fits)
    assert hits == sorted(set(hits))


@given(NEAR, WORDS)
def test_near_hits_are_the_shortest_passages(near: Near, words: list[str]) -> None:
    everywhere = passages(near, words)
    shortest = {
        one
        for one in everywhere
        if not any(one != other and one.first <= other.first and other.last <= one.last for other in everywhere)
    }
    hits = find_hits(near, words)
    assert set(hits) == shortest
    assert hits == sorted(set(hits))


@given(st.one_of(TERMS, NEAR), WORDS)
def test_there_is_a_hit_where_the_text_matches(part: Words | Near, words: list[str]) -> None:
    article = Known("k", {"headline": [], "body": words}, None, None, {})
    assert bool(find_hits(part, words)) == evaluate(part, article)


@pytest.mark.parametrize(
    ("distance", "hits"), [(0, []), (1, [Hit(0, 3)]), (2, [Hit(0, 3)]), (4, [Hit(0, 3), Hit(2, 8)])]
)
def test_at_most_so_many_words_between(distance: int, hits: list[Hit]) -> None:
    words = ["trade", "and", "sanctions", "and", "all", "that", "then", "trade"]
    near = Near((Words(("trade",)), Words(("sanctions",))), distance)
    assert find_hits(near, words) == hits


def test_the_words_of_terms_between_do_not_count() -> None:
    words = ["one", "two", "three"]
    assert find_hits(Near((Words(("one",)), Words(("two",)), Words(("three",))), 0), words) == [Hit(0, 3)]
