"""Words, phrases and passages."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from archive.normalize.tokens import tokenize
from archive.queries import reading
from archive.queries.filters import Filters
from archive.queries.search import (
    count_matches,
    make_snippet,
    match_expression,
    query_phrases,
    search_articles,
)

ALL = Filters()

FILES = {
    "café.txt": "The café on the quay\n\nThe waiters of the café say that AT&T and O'Brien paid in C++ lessons a:b.",
    "quay.txt": "A plain account of a cafe that never opened and of a naïve Łódź trader, told by nobody in particular.",
    "東京.txt": "東京の図書館は新しい本を買った。北京大学の学生も来た。",
    "ru.txt": "Библиотека открыла новый зал, и читатели пришли в него в первый же день.",
    "emoji.txt": "The ferry 🚢 was late, and nobody said a word of NOT or NEAR or AND.",
}


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("AT&T", {"café"}),
        ("O'Brien", {"café"}),
        ("C++", {"café"}),
        ("a:b", {"café"}),
        ('"café', {"café", "quay"}),
        ("cafe", {"café", "quay"}),
        ("CAFÉ", {"café", "quay"}),
        ("naive", {"quay"}),
        ("Łódź", {"quay"}),
        ("NOT", {"emoji"}),
        ("not NEAR", {"emoji"}),
        ("北京", {"東京"}),
        ("図書館", {"東京"}),
        ("京", {"東京"}),
        ("東大", set()),
        ("БИБЛИОТЕКА", {"ru"}),
        ("🚢 ferry", {"emoji"}),
        ("🚢", set()),
        ("waiters nobody", set()),
        ("quay", {"café"}),
    ],
)
def test_words(typed: str, names: set[str], archive_of: Callable[[dict[str, str]], Path]) -> None:
    with reading(archive_of(FILES)) as connection:
        found = list(search_articles(connection, typed, ALL))
        assert count_matches(connection, typed, ALL) == len(found)
        beginnings = {"The café": "café", "The wait": "café", "A plain ": "quay", "東京の図書館は": "東京"}
        beginnings |= {"Библиоте": "ru", "The ferr": "emoji"}
        assert {
            next(beginnings[start] for start in beginnings if one["headline"].startswith(start)) for one in found
        } == names
        for one in found:
            for text, hits in ((one["snippet"], one["hits"]), (one["headline"], one["headline_hits"])):
                for start, end in hits:
                    assert tokenize(text[start:end]) in query_phrases(typed)


def test_more_hits_come_first_and_a_headline_counts_more(archive_of: Callable[[dict[str, str]], Path]) -> None:
    body = "It rained on the harbour all day, and the boats stayed where they were until the evening came."
    path = archive_of(
        {
            "a.md": f"---\ntitle: Weather\n---\n{body}",
            "b.md": f"---\ntitle: Harbour\n---\n{body.replace('harbour', 'town')}",
            "c.md": f"---\ntitle: Weather again\n---\n{body} Harbour, harbour, said the harbour master.",
            "d.md": f"---\ntitle: Elsewhere\n---\n{body.replace('harbour', 'hill')}",
        }
    )
    with reading(path) as connection:
        found = list(search_articles(connection, "harbour", ALL))
        assert [one["headline"] for one in found] == ["Harbour", "Weather again", "Weather"]
        assert found[0]["headline_hits"] == [[0, 7]]
        assert found[0]["hits"] == []
        assert found[0]["snippet"].startswith("It rained on the town")
        scores = [one["score"] for one in found]
        assert scores == sorted(scores, reverse=True)
        assert [one["headline"] for one in search_articles(connection, "harbour", ALL, limit=1)] == ["Harbour"]


def test_a_derived_headline_has_no_hits_of_its_own(ask: Connection) -> None:
    found = [one for one in search_articles(ask, "travelled to Beijing", ALL) if one["headline_method"] == "derived"]
    assert found
    assert found[0]["headline_hits"] == []
    assert found[0]["hits"]


def test_only_the_current_text_is_searched(ask: Connection) -> None:
    (one,) = search_articles(ask, "customs 33 up administration", ALL)
    assert one["headline"] == "Customs figures open the week of the visit"
    assert count_matches(ask, "customs 23 up administration", ALL) == 0


def test_filters_narrow_a_search(ask: Connection) -> None:
    everywhere = count_matches(ask, "trade", ALL)
    assert 0 < count_matches(ask, "trade", Filters(source="radio-lintel")) < everywhere
    assert count_matches(ask, "trade", Filters(since="2023-12")) == len(
        list(search_articles(ask, "trade", Filters(since="2023-12")))
    )


def test_without_a_word_nothing_is_found(ask: Connection) -> None:
    for typed in ("", "  ", "++ (", "\ud800"):
        assert list(search_articles(ask, typed, ALL)) == []
        assert count_matches(ask, typed, ALL) == 0


@settings(max_examples=60)
@given(st.text(st.characters(), max_size=30))
@example('" OR "')
@example("NEAR(a b, 2)")
@example("headline : x")
@example("x*")
@example("^x")
@example("-x")
def test_nothing_typed_has_a_meaning_of_its_own(ask: Connection, typed: str) -> None:
    assert count_matches(ask, typed, ALL) == len(list(search_articles(ask, typed, ALL)))


def test_phrases_are_quoted_and_come_once() -> None:
    assert query_phrases("AT&T at&t x\ud800y") == [["at", "t"], ["x"], ["y"]]
    assert match_expression([["at", "t"], ["not"]]) == '"at t" "not"'


TEXT = st.text(st.sampled_from("ab  \n\n.é北京"), max_size=600)


@settings(max_examples=200)
@given(body=TEXT, typed=st.text(st.sampled_from("ab é北京"), max_size=6))
@example(body="a " * 400, typed="a")
@example(body="b" * 700, typed="b" * 700)
@example(body="x " * 300 + "a b", typed="b a")
def test_a_snippet_shows_its_hits(body: str, typed: str) -> None:
    phrases = query_phrases(typed)
    shown = make_snippet(body, phrases)
    assert "\n" not in shown.text
    assert "  " not in shown.text
    single = " ".join(body.split())
    assert shown.text.strip("…").strip() in single
    words = tokenize(body)
    occurs = any(words[start : start + len(phrase)] == phrase for phrase in phrases for start in range(len(words)))
    assert bool(shown.hits) == occurs
    assert shown.hits == sorted(shown.hits, key=lambda hit: (hit[0], -hit[1]))
    for start, end in shown.hits:
        assert tokenize(shown.text[start:end]) in phrases
    if not any(len(" ".join(phrase)) > 200 for phrase in phrases):
        assert len(shown.text) <= 242


def test_a_snippet_takes_the_passage_with_most_of_the_words() -> None:
    body = (
        "The mayor spoke. "
        + "Nothing happened then. " * 30
        + "The mayor met the harbour master. "
        + "More of it. " * 30
    )
    shown = make_snippet(body, [["harbour"], ["mayor"]])
    assert shown.text.startswith("…")
    assert shown.text.endswith("…")
    assert [shown.text[start:end] for start, end in shown.hits] == ["mayor", "harbour"]


def test_blocks_in_a_snippet_are_parted_by_one_space() -> None:
    shown = make_snippet("One block.\n\nAnother\tblock, and a  wide word.", [["another"], ["wide"]])
    assert shown.text == "One block. Another block, and a wide word."
    assert [shown.text[start:end] for start, end in shown.hits] == ["Another", "wide"]


def test_a_snippet_of_a_long_text_comes_soon() -> None:
    shown = make_snippet("word other " * 50_000, [["word"], ["other"], ["missing"]])
    assert shown.text.startswith("word other")
    assert len(shown.hits) > 40
