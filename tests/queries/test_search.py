"""Words, phrases and passages."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from archive.normalize.tokens import tokenize
from archive.queries import reading
from archive.queries.articles import count_articles, list_articles
from archive.queries.filters import Asked
from archive.queries.search import make_snippet, search_articles
from archive.queries.selection import Selection
from archive.query_language.tree import Words


def literally(connection: Connection, typed: str) -> Selection:
    return Asked(typed, words_only=True).selection(connection)


def asking(connection: Connection, typed: str) -> Selection:
    return Asked(typed).selection(connection)


def parts(typed: str) -> list[Words]:
    return [Words(tuple(words)) for part in typed.split() if (words := tokenize(part))]


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
        found = list(search_articles(connection, literally(connection, typed)))
        assert count_articles(connection, literally(connection, typed)) == len(found)
        beginnings = {"The café": "café", "The wait": "café", "A plain ": "quay", "東京の図書館は": "東京"}
        beginnings |= {"Библиоте": "ru", "The ferr": "emoji"}
        assert {
            next(beginnings[start] for start in beginnings if one["headline"].startswith(start)) for one in found
        } == names
        for one in found:
            for text, hits in ((one["snippet"], one["hits"]), (one["headline"], one["headline_hits"])):
                for start, end in hits:
                    assert Words(tuple(tokenize(text[start:end]))) in parts(typed)


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
        found = list(search_articles(connection, asking(connection, "harbour")))
        assert [one["headline"] for one in found] == ["Harbour", "Weather again", "Weather"]
        assert found[0]["headline_hits"] == [[0, 7]]
        assert found[0]["hits"] == []
        assert found[0]["snippet"].startswith("It rained on the town")
        scores = [one["score"] for one in found]
        assert scores == sorted(scores, reverse=True)
        assert [one["headline"] for one in search_articles(connection, asking(connection, "harbour"), limit=1)] == [
            "Harbour"
        ]


def test_a_derived_headline_has_no_hits_of_its_own(ask: Connection) -> None:
    articles = search_articles(ask, asking(ask, "travelled to Beijing"))
    found = [one for one in articles if one["headline_method"] == "derived"]
    assert found
    assert found[0]["headline_hits"] == []
    assert found[0]["hits"]


def test_only_the_current_text_is_searched(ask: Connection) -> None:
    (one,) = search_articles(ask, asking(ask, "customs 33 up administration"))
    assert one["headline"] == "Customs figures open the week of the visit"
    assert count_articles(ask, asking(ask, "customs 23 up administration")) == 0


def test_facts_narrow_a_search(ask: Connection) -> None:
    everywhere = count_articles(ask, asking(ask, "trade"))
    assert 0 < count_articles(ask, asking(ask, "trade source:radio-lintel")) < everywhere
    late = asking(ask, "trade date:2023-12..")
    assert count_articles(ask, late) == len(list(search_articles(ask, late)))


@pytest.mark.parametrize("typed", ["trade", "trade -sanctions", "trade source:radio-lintel", "has:date OR trade"])
def test_a_search_can_be_in_the_order_of_dates(typed: str, ask: Connection) -> None:
    selection = asking(ask, typed)
    newest = list(search_articles(ask, selection, sort="newest"))
    oldest = list(search_articles(ask, selection, sort="oldest"))
    assert [one["key"] for one in newest] == [one["key"] for one in list_articles(ask, selection)]
    assert [one["key"] for one in oldest] == [one["key"] for one in list_articles(ask, selection, sort="oldest")]
    dates = [one["published"][:4] for one in newest if one["published"]]
    assert dates == sorted(dates, reverse=True)
    assert {one["score"] for one in newest} == {None}
    assert [one["key"] for one in search_articles(ask, selection, 2, "newest")] == [one["key"] for one in newest[:2]]


def test_without_a_word_there_is_no_rank(ask: Connection) -> None:
    found = list(search_articles(ask, asking(ask, "source:radio-lintel")))
    assert [one["key"] for one in found] == [
        one["key"] for one in list_articles(ask, asking(ask, "source:radio-lintel"))
    ]
    assert {(one["score"], len(one["hits"])) for one in found} == {(None, 0)}


def test_without_a_word_nothing_is_found(ask: Connection) -> None:
    for typed in ("++ (", "\ud800", "- +"):
        assert list(search_articles(ask, literally(ask, typed))) == []
        assert count_articles(ask, literally(ask, typed)) == 0


def test_hits_of_beginnings_and_of_words_near_each_other_are_shown(
    archive_of: Callable[[dict[str, str]], Path],
) -> None:
    path = archive_of({"a.txt": "Traders spoke of trade in the long hall, and of trading sanctions and wool."})
    with reading(path) as connection:
        (one,) = search_articles(connection, asking(connection, 'trad* "wool sanctions"~1 -xylophone'))
        assert [one["snippet"][start:end] for start, end in one["hits"]] == [
            *("Traders", "trade", "trading", "sanctions and wool")
        ]


@settings(max_examples=60)
@given(st.text(st.characters(), max_size=30))
@example('" OR "')
@example("NEAR(a b, 2)")
@example("headline : x")
@example("x*")
@example("^x")
@example("-x")
def test_nothing_typed_has_a_meaning_of_its_own(ask: Connection, typed: str) -> None:
    selection = literally(ask, typed)
    assert count_articles(ask, selection) == len(list(search_articles(ask, selection)))


TEXT = st.text(st.sampled_from("ab  \n\n.é北京"), max_size=600)


@settings(max_examples=200)
@given(body=TEXT, typed=st.text(st.sampled_from("ab é北京"), max_size=6))
@example(body="a " * 400, typed="a")
@example(body="b" * 700, typed="b" * 700)
@example(body="x " * 300 + "a b", typed="b a")
def test_a_snippet_shows_its_hits(body: str, typed: str) -> None:
    phrases = [one.words for one in parts(typed)]
    shown = make_snippet(body, parts(typed))
    assert "\n" not in shown.text
    assert "  " not in shown.text
    single = " ".join(body.split())
    assert shown.text.strip("…").strip() in single
    words = tokenize(body)
    occurs = any(
        tuple(words[start : start + len(phrase)]) == phrase for phrase in phrases for start in range(len(words))
    )
    assert bool(shown.hits) == occurs
    assert shown.hits == sorted(shown.hits, key=lambda hit: (hit[0], -hit[1]))
    for start, end in shown.hits:
        assert tuple(tokenize(shown.text[start:end])) in phrases
    if not any(len(" ".join(phrase)) > 200 for phrase in phrases):
        assert len(shown.text) <= 242


def test_a_snippet_takes_the_passage_with_most_of_the_words() -> None:
    body = (
        "The mayor spoke. "
        + "Nothing happened then. " * 30
        + "The mayor met the harbour master. "
        + "More of it. " * 30
    )
    shown = make_snippet(body, parts("harbour mayor"))
    assert shown.text.startswith("…")
    assert shown.text.endswith("…")
    assert [shown.text[start:end] for start, end in shown.hits] == ["mayor", "harbour"]


def test_blocks_in_a_snippet_are_parted_by_one_space() -> None:
    shown = make_snippet("One block.\n\nAnother\tblock, and a  wide word.", parts("another wide"))
    assert shown.text == "One block. Another block, and a wide word."
    assert [shown.text[start:end] for start, end in shown.hits] == ["Another", "wide"]


def test_a_snippet_of_a_long_text_comes_soon() -> None:
    shown = make_snippet("word other " * 50_000, parts("word other missing"))
    assert shown.text.startswith("word other")
    assert len(shown.hits) > 40
