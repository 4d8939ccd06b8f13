"""Phrases of a vocabulary: every occurrence, in the order of the text, the longest first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.normalize.phrases import Found, Phrase, PhraseMatcher
from archive.normalize.tokens import tokenize

WORDS = st.sampled_from(["a", "b", "c", "北", "京"])
PHRASES = st.lists(
    st.builds(Phrase, st.integers(1, 3), st.lists(WORDS, min_size=1, max_size=3).map(" ".join)), max_size=6
)


@given(phrases=PHRASES, words=st.lists(WORDS, max_size=30))
def test_all_occurrences_are_found(phrases: list[Phrase], words: list[str]) -> None:
    expected = []
    for start in range(len(words)):
        here = [
            Found(phrase, start, start + len(tokenize(phrase.text)), words[:start].count(words[start]))
            for phrase in phrases
            if words[start : start + len(tokenize(phrase.text))] == tokenize(phrase.text)
        ]
        expected += sorted(here, key=lambda found: (-found.end, found.phrase))
    assert PhraseMatcher(phrases).find(words) == expected


@pytest.mark.parametrize(
    ("phrase", "text", "times"),
    [
        ("Belt and Road", "the BELT-and-road, one belt and one road", 1),
        ("US", "us and the U.S.", 1),
        ("Müller", "muller, MÜLLER; Mu\u0308ller and Mueller", 3),
        ("北京", "北京大学在北京", 2),
        ("人权", "个人权利", 1),
        ("art", "part of the artist", 0),
        ("trade war", "trade", 0),
        ("?!", "what?!", 0),
        ("a a", "a a a", 2),
    ],
)
def test_phrases_are_compared_word_by_word(phrase: str, text: str, times: int) -> None:
    assert len(PhraseMatcher([Phrase(1, phrase)]).find(tokenize(text))) == times


def test_no_phrases_find_nothing() -> None:
    assert PhraseMatcher([]).find(["a"]) == []


def test_of_one_phrase_a_thousand_passages_are_kept() -> None:
    found = PhraseMatcher([Phrase(1, "a"), Phrase(1, "a b"), Phrase(2, "a")]).find(["a", "b"] * 1500)
    assert [sum(one.phrase == phrase for one in found) for phrase in {one.phrase for one in found}] == [1000] * 3
    assert max(one.start for one in found) == 1998
