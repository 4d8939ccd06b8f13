"""What queries ask of articles beside their text."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection

from archive.decide import Wish, decide
from archive.queries import reading
from archive.queries.articles import count_articles, find_keys, list_articles
from archive.queries.facts import FACTS, HAS
from archive.queries.filters import Asked
from archive.query_language.mistakes import QueryError
from archive.query_language.pieces import FACTS as KNOWN_TO_THE_PARSER
from tests.engines import connected

PIECES = {
    "a.md": "url: https://www.mill.example/politics/a?utm_source=x\nsource: The Mill\nauthor: Ana Ünal\n"
    "section: Politics",
    "b.md": "url: https://m.mill.example/sport/b\nsource: Mill Weekly\nauthor: Ünal Öz; Bo Ek\n"
    "section: sport\nkind: news",
    "c.md": "url: https://news.mill.example/c\nauthor: Bo\nlanguage: pt-BR\nsection: POLITICS\nkind: Opinion",
    "d.md": "url: https://watermill.example/\nlanguage: ptx\npage: A3",
    "e.md": "source: Lantern Wire\nlanguage: pt\ndate: 2023",
}


@pytest.fixture
def pieces(archive_of: Callable[[dict[str, str]], Path]) -> Path:
    return archive_of(
        {name: f"---\ntitle: {name[0]}\n{says}\n---\nPiece {name[0]} of {name}.\n" for name, says in PIECES.items()}
    )


def named(path: Path, query: str) -> str:
    with reading(path) as connection:
        found = list_articles(connection, Asked(query).selection(connection))
        return "".join(sorted(one["headline"] for one in found))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("source:the-mill", "a"),
        ('source:"THE mill"', "a"),
        ("source:mill*", "b"),
        ("source:(the-mill OR lantern-wire)", "ae"),
        ("-source:the-mill", "bcde"),
        ("author:ünal", "ab"),
        ("author:unal", "ab"),
        ('author:"bo ek"', "b"),
        ("author:bo", "bc"),
        ("author:an*", "a"),
        ("-author:bo", "ade"),
        ("language:pt", "ce"),
        ("language:PT_br", "c"),
        ("-language:pt", "abd"),
        ("section:politics", "ac"),
        ("section:pol*", "ac"),
        ("kind:opinion", "c"),
        ("-kind:opinion", "abde"),
        ("url:mill.example", "abc"),
        ("url:www.mill.example", "abc"),
        ("url:news.mill.example", "c"),
        ("url:http://mill.example/politics/a?utm_medium=y", "a"),
        ("url:mill.example/sport/*", "b"),
        ("url:mill.example*", "ab"),
        ("url:mill.example/nothing", ""),
        ("url:watermill.example", "d"),
        ("import:1", "abcde"),
        ("import:last", "abcde"),
        ("has:date", "e"),
        ("has:DAY", ""),
        ("has:month", ""),
        ("language:=pt", "e"),
        ("-language:=pt", "abcd"),
        ("section:=Politics", "a"),
        ("section:(=POLITICS OR =sport)", "bc"),
        ("kind:=Opinion", "c"),
        ('author:="Ana Ünal"', "a"),
        ('author:"=Bo"', "c"),
        ("has:page", "d"),
        ("-has:source", "cd"),
        ("has:url has:author", "abc"),
        ("key:0 key:1", ""),
    ],
)
def test_facts(query: str, found: str, pieces: Path) -> None:
    assert named(pieces, query) == found


def test_articles_are_named_by_the_beginning_of_their_key(pieces: Path) -> None:
    with reading(pieces) as connection:
        keys = find_keys(connection, Asked().selection(connection))
        for key in keys:
            for text in (key, key[:8].upper(), f"{key[:9]}*"):
                assert find_keys(connection, Asked(f"key:{text}").selection(connection)) == [key]
            assert find_keys(connection, Asked(f"-key:{key}").selection(connection)) == [k for k in keys if k != key]


def test_a_name_that_led_to_an_article_before_finds_it_still(pieces: Path) -> None:
    """A page is found at every address that it was imported from."""
    with connected(pieces) as connection, connection:
        connection.execute(
            "INSERT INTO article_identifiers (article_id, scheme, scope, value)"
            " SELECT id, 'url', '', 'https://mirror.example/a' FROM articles WHERE url LIKE '%politics%'"
        )
    assert named(pieces, "url:mirror.example") == named(pieces, "url:mirror.example/a") == "a"


def test_what_people_decided_counts(pieces: Path) -> None:
    with reading(pieces) as connection:
        (key,) = find_keys(connection, Asked("headline:a").selection(connection))
    decide(pieces, [Wish(key, {"kind": "opinion", "source": None, "headline": None}, ("kites",))], "Ada")
    assert named(pieces, "kind:opinion -has:source has:decision topic:kites -has:headline").startswith("Piece a")
    assert named(pieces, "headline:a") == ""


def test_copies_and_revisions_are_found(ask: Connection) -> None:
    assert count_articles(ask, Asked("has:copies").selection(ask)) == 2
    assert count_articles(ask, Asked("has:revisions").selection(ask)) == 1
    assert count_articles(ask, Asked("has:copies -has:copies").selection(ask)) == 0


@pytest.mark.parametrize("what", HAS)
def test_what_articles_have_or_have_not_adds_up(what: str, ask: Connection) -> None:
    having, lacking = (count_articles(ask, Asked(f"{sign}has:{what}").selection(ask)) for sign in ("", "-"))
    assert having + lacking == count_articles(ask)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (
            "source:lantrn",
            "there is no source 'lantrn'; 'Lantern Wire' was probably meant; `archive sources` lists them",
        ),
        ("source:zz*", "there is no source 'zz*'; `archive sources` lists them"),
        ("source:*", "there is no source '*'; `archive sources` lists them"),
        (
            "topic:sanctoins",
            "there is no topic 'sanctoins'; 'Sanctions' was probably meant; `archive topics` lists them",
        ),
        ("author:ünel", "there is no author 'ünel'; 'Ana Ünal' was probably meant"),
        ("author:++", "no name is in it; write author:okoro"),
        ("section:sprot", "there is no section 'sprot'; 'sport' was probably meant"),
        ("kind:zzz", "there is no kind 'zzz'"),
        ("language:e", "not a language tag such as 'en' or 'zh-Hant'"),
        ("url:::", "write url:lantern.example or url:lantern.example/a-page"),
        ("key:ä", "keys are of letters and digits; `archive list` shows them"),
        ("import:7", "there is no import 7; `archive imports` lists them"),
        ("import:x", "there is no import x; `archive imports` lists them"),
        ("has:sauce", "; has:source was probably meant"),
        ("query:nosuch", "no query is saved as 'nosuch'; `archive query` lists those that are"),
        ("corpus:nosuch", "there is no corpus 'nosuch'; `archive corpus` lists them"),
    ],
)
def test_names_that_lead_nowhere_are_shown_with_what_was_probably_meant(query: str, reason: str, pieces: Path) -> None:
    with reading(pieces) as connection:
        with pytest.raises(QueryError) as caught:
            Asked(f"a {query}").selection(connection)
        assert reason in caught.value.reason
        assert caught.value.span == (2, 2 + len(query))


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("source:lantern wire a", 'source:"lantern wire"'),
        ("author:Li  WEI", ""),
        ("section:arts and letters", 'section:"arts and letters"'),
        ("section:arts\tand letters", 'section:"arts and letters"'),
        ("section:(arts and) letters", ""),
        ("section:arts AND letters", 'section:"arts AND letters"'),
    ],
)
def test_a_name_with_a_space_is_asked_back(
    query: str, meant: str, archive_of: Callable[[dict[str, str]], Path]
) -> None:
    path = archive_of({"a.md": "---\nsource: Lantern Wire\nsection: Arts and Letters\n---\nPiece a.\n"})
    with reading(path) as connection, pytest.raises(QueryError) as caught:
        Asked(query).selection(connection)
    if meant:
        assert caught.value.reason == f"a name with a space stands in quotes: {meant}"
    else:
        assert caught.value.reason.startswith("there is no ")


def test_the_parser_and_sql_know_the_same_facts() -> None:
    assert {*FACTS, "query"} == {*KNOWN_TO_THE_PARSER}
