"""Keywords in context."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from archive.normalize.tokens import tokenize
from archive.queries import reading
from archive.queries.article import show_article
from archive.queries.articles import count_articles
from archive.queries.filters import Asked
from archive.queries.kwic import SORTS, hit_spans, list_hits
from archive.query_language.tree import Words

FILES = {
    "a.md": "---\ntitle: Wool and wheat\ndate: 2023-02\n---\nThe wool market fell.\n\nNobody sold\twool; wheat rose.",
    "b.md": "---\ntitle: Quiet\ndate: 2024\n---\nA woollen coat, said the market woman, is no wool market.",
    "c.md": "---\ntitle: 羊毛\n---\n羊毛市场很安静。",
}


def lines(connection: Connection, query: str, **options: object) -> list[tuple[str, str, str]]:
    found = list_hits(connection, Asked(query).selection(connection), **options)  # type: ignore[arg-type]
    return [(line["left"], line["hit"], line["right"]) for line in found]


@pytest.fixture
def wool(archive_of: Callable[[dict[str, str]], Path]) -> Path:
    return archive_of(FILES)


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("wool", ["wool", "Wool", "wool", "wool"]),
        ("wool*", ["woollen", "wool", "Wool", "wool", "wool"]),
        ("headline:wool", ["Wool"]),
        ("body:wool", ["wool", "wool", "wool"]),
        ('"wool market"', ["wool market", "wool market"]),
        ('wool "wool market"', ["wool market", "Wool", "wool market", "wool"]),
        ('"wheat wool"~1', ["Wool and wheat", "wool; wheat"]),
        ("wool -wheat", ["wool"]),
        ("wheat NOT xylophone", ["wheat", "wheat"]),
        ("羊毛", ["羊毛", "羊毛"]),
        ("has:date", []),
    ],
)
def test_each_place_is_a_line(query: str, hits: list[str], wool: Path) -> None:
    with reading(wool) as connection:
        assert [hit for _, hit, _ in lines(connection, query)] == hits


def test_context_is_on_one_line_and_as_wide_as_asked(wool: Path) -> None:
    with reading(wool) as connection:
        assert lines(connection, "sold", width=8) == [(" Nobody ", "sold", " wool; w")]
        (line,) = list_hits(connection, Asked("sold").selection(connection))
    assert (line["field"], line["published"], line["source"]) == ("body", "2023-02", None)


@pytest.mark.parametrize("sort", SORTS)
def test_lines_are_the_same_in_any_order(sort: str, ask: Connection) -> None:
    selection = Asked("trade OR sanction*").selection(ask)
    found = list(list_hits(ask, selection, sort=sort))
    assert sorted(map(str, found)) == sorted(map(str, list_hits(ask, selection)))
    assert list(list_hits(ask, selection, sort=sort, limit=3)) == found[:3]
    if sort == "right":
        assert [tokenize(one["right"]) for one in found] == sorted(tokenize(one["right"]) for one in found)
    if sort == "left":
        nearest = [tokenize(one["left"])[::-1] for one in found]
        assert nearest == sorted(nearest)


def test_each_article_that_is_found_has_a_line_and_each_line_its_passage(ask: Connection) -> None:
    for query in ("trade", 'econom* OR "state visit"', '"visit trade"~9'):
        selection = Asked(query).selection(ask)
        found = list(list_hits(ask, selection))
        assert len({line["key"] for line in found}) == count_articles(ask, selection) > 0
        for line in found:
            text = show_article(ask, line["key"])[line["field"]]
            assert " ".join(text[line["start"] : line["end"]].split()) == line["hit"]


@given(
    st.text(st.sampled_from("ab b\n"), max_size=40),
    st.lists(st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=3).map(tuple), max_size=3),
)
def test_no_hit_is_within_another(text: str, phrases: list[tuple[str, ...]]) -> None:
    spans = hit_spans(text, [Words(phrase) for phrase in phrases], "body")
    assert spans == sorted(set(spans))
    for one in spans:
        assert tuple(tokenize(text[slice(*one)])) in phrases
        assert not any(other != one and other[0] <= one[0] and one[1] <= other[1] for other in spans)
