"""Phrases of a vocabulary: every occurrence, whichever way they are looked for."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.normalize import wordings as module
from archive.normalize.matching import Matchers, find_matches
from archive.normalize.phrases import MOST, Phrase, PhraseMatcher
from archive.normalize.tokens import tokenize
from archive.normalize.wordings import MANY

WORDS = st.sampled_from(["a", "b", "c", "北", "京"])
PHRASES = st.lists(
    st.builds(Phrase, st.integers(1, 3), st.lists(WORDS, min_size=1, max_size=3).map(" ".join)), max_size=6, unique=True
)
WAYS = (False, True)


@pytest.mark.parametrize("by_automaton", WAYS)
@given(phrases=PHRASES, words=st.lists(WORDS | st.just("d"), max_size=30))
def test_all_occurrences_are_found(by_automaton: bool, phrases: list[Phrase], words: list[str]) -> None:
    expected = sorted(
        (start, start + len(tokenize(phrase.text)), phrase)
        for start in range(len(words))
        for phrase in phrases
        if words[start : start + len(tokenize(phrase.text))] == tokenize(phrase.text)
    )
    matcher = PhraseMatcher(phrases, by_automaton=by_automaton)
    found = matcher.find(words)
    assert (
        sorted((start, end, phrase) for number, start, end in found for phrase in matcher.phrases[number]) == expected
    )
    assert all(list(of) == sorted(of) for of in matcher.phrases)


@pytest.mark.parametrize("by_automaton", WAYS)
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
def test_phrases_are_compared_word_by_word(by_automaton: bool, phrase: str, text: str, times: int) -> None:
    assert len(PhraseMatcher([Phrase(1, phrase)], by_automaton=by_automaton).find(tokenize(text))) == times


@pytest.mark.parametrize("by_automaton", WAYS)
def test_no_phrases_find_nothing(by_automaton: bool) -> None:
    assert PhraseMatcher([], by_automaton=by_automaton).find(["a"]) == []


@pytest.mark.parametrize("by_automaton", WAYS)
def test_more_words_than_a_byte_or_a_plane_has_characters(by_automaton: bool) -> None:
    """Each word is a character to the automaton; some characters stand for nothing on their own."""
    number = 0xE100
    matcher = PhraseMatcher((Phrase(at, f"w{at}") for at in range(number)), by_automaton=by_automaton)
    for at in (0, 1, 0xD77F, 0xD780, 0xDFFF, number - 1):
        assert matcher.find(["x", f"w{at}"]) == [(at, 1, 2)]


def test_many_phrases_are_left_to_the_automaton_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [Phrase(1, f"w{at}") for at in range(MANY)]
    made: list[int] = []
    automaton = module._automaton

    def counted(wordings: Sequence[tuple[str, ...]]) -> module.Finder:
        made.append(len(wordings))
        return automaton(wordings)

    monkeypatch.setattr(module, "_automaton", counted)
    found = PhraseMatcher(many).find(["w7"])
    assert made == [MANY]
    PhraseMatcher(many[1:])
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    assert PhraseMatcher(many).find(["w7"]) == found
    assert made == [MANY]


def test_there_are_more_words_than_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LAST_CHARACTER", 0x81)
    matcher = PhraseMatcher([Phrase(1, "a b"), Phrase(2, "c")], by_automaton=True)
    assert matcher.find(["a", "b", "c"]) == [(0, 0, 2), (1, 2, 3)]


@pytest.mark.parametrize("by_automaton", WAYS)
def test_of_one_phrase_a_thousand_passages_are_kept(by_automaton: bool) -> None:
    matcher = PhraseMatcher([Phrase(1, "a"), Phrase(1, "a b"), Phrase(2, "a")], by_automaton=by_automaton)
    found = list(find_matches(None, "a b " * 1500, (), Matchers(matcher, PhraseMatcher([]))))
    assert [sum((one.topic_id, one.rule) == which for one in found) for which in ((1, "a"), (1, "a b"), (2, "a"))] == [
        MOST
    ] * 3
    assert max(one.start or 0 for one in found) == 4 * (MOST - 1)
