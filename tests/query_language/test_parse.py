"""From what is typed to what it means."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.normalize.tokens import tokenize
from archive.query_language.mistakes import QueryError
from archive.query_language.parse import parse_query
from archive.query_language.tree import (
    And,
    Everything,
    Fact,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Published,
    Query,
    Words,
    drawn,
    leaves,
)

TODAY = date(2026, 11, 22)


def word(*words: str, column: str | None = None) -> Words:
    return Words(words, column=column)


def beginning(*words: str) -> Words:
    return Words(words, is_prefix=True)


A, B, C, D = word("a"), word("b"), word("c"), word("d")


def parsed(text: str) -> Node | None:
    return parse_query(text, TODAY).tree


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a OR b c", Or((A, And((B, C))))),
        ("a b OR c d", Or((And((A, B)), And((C, D))))),
        ("(a OR b) c", And((Or((A, B)), C))),
        ("a OR b OR c", Or((A, B, C))),
        ("a (b c) d", And((A, B, C, D))),
        ("a a b", And((A, B))),
        ("NOT a", Not(A)),
        ("-a", Not(A)),
        ("NOT a b", And((Not(A), B))),
        ("a -b", And((A, Not(B)))),
        ("a NOT b", And((A, Not(B)))),
        ("a OR NOT b", Or((A, Not(B)))),
        ("-(a OR b) c", And((Not(Or((A, B))), C))),
        ("NOT NOT a", Not(Not(A))),
        ('-"a b"', Not(word("a", "b"))),
        ("+a b", And((A, B))),
        ("and or not", And((word("and"), word("or"), word("not")))),
        ('"AND"', word("and")),
        ("AT&T", word("at", "t")),
        ("O'Brien", word("o", "brien")),
        ("C++", word("c")),
        ("foo-bar", word("foo", "bar")),
        ("10:30", word("10", "30")),
        ("10^6", word("10", "6")),
        ("note:this", word("note", "this")),
        ("https://mill.example/a", word("https", "mill", "example", "a")),
        ("北京", word("北", "京")),
        ("Café", word("cafe")),
        ("'quoted'", word("quoted")),
        ("Who won?", And((word("who"), word("won")))),
        ("& a", A),
        ("a OR -", A),
        ("NOT ++ a", A),
        ("++ --", None),
        ("", None),
        ("econom*", beginning("econom")),
        ("foo-ba*", beginning("foo", "ba")),
        ("a **", A),
        ("a+*", A),
        ("*", Everything()),
        ("* -a", And((Everything(), Not(A)))),
        ('"a b"', word("a", "b")),
        ("“a b”", word("a", "b")),
        ("«a b»", word("a", "b")),
        ('x"a b"y', And((word("x"), word("a", "b"), word("y")))),
        ('"a b*"', beginning("a", "b")),
        ('"a b"~5', Near((A, B), 5)),
        ('"a a b"~5', Near((A, B), 5)),
        ('"a a"~5', A),
        ('"at&t b*"~0', Near((word("at", "t"), beginning("b")), 0)),
        ("headline:a", word("a", column="headline")),
        ('body:"a b"', word("a", "b", column="body")),
        ("headline:(a OR b)", Or((word("a", column="headline"), word("b", column="headline")))),
        ("headline:(a source:b) c", And((word("a", column="headline"), Fact("source", "b"), C))),
        ('headline:"a b"~2', Near((word("a", column="headline"), word("b", column="headline")), 2, "headline")),
        ("topic:medtop:1", Fact("topic", "medtop:1")),
        ('source:"radio  lintel"', Fact("source", "radio lintel")),
        ("source:(a OR b)", Or((Fact("source", "a"), Fact("source", "b")))),
        ("-topic:x", Not(Fact("topic", "x"))),
        ("url:https://m.example/a?b=(c)", Fact("url", "https://m.example/a?b=(c)")),
        ("(url:m.example/a)", Fact("url", "m.example/a")),
        ("date:2023-02", Published("2023-02-01T00:00:00", "2023-03-01T00:00:00")),
        ("date:2023..", Published("2023-01-01T00:00:00", None)),
        ("date:-3w..", Published("2026-11-01T00:00:00", None)),
        ("-date:2023", Not(Published("2023-01-01T00:00:00", "2024-01-01T00:00:00"))),
        ('date:"28 February 2023"', Published("2023-02-28T00:00:00", "2023-03-01T00:00:00")),
    ],
)
def test_what_is_typed_means(typed: str, meant: Node | None) -> None:
    assert parsed(typed) == meant


@pytest.mark.parametrize(
    ("typed", "reason", "pointed_at"),
    [
        ('a "b c', 'this phrase has no end; write another " where it ends', '"'),
        ("a AND", "nothing stands after AND", "AND"),
        ("OR a", 'nothing stands before OR; as a word it is "OR"', "OR"),
        ("a AND OR b", "nothing stands after AND", "AND"),
        ("(a OR ) b", "nothing stands after OR", "OR"),
        ("NOT", "nothing stands after NOT", "NOT"),
        ("a ()", "nothing stands in these parentheses", "()"),
        ("(a", "this parenthesis is not closed; write ) where it ends", "("),
        ("a)", "no parenthesis is open here; take it out, or quote it", ")"),
        ("a || b", "write OR", "||"),
        ("a && b", "write AND", "&&"),
        ("te*t", "a * stands at the end of a word: econom*", "*"),
        ('"a* b"', "a * stands at the end of a word: econom*", "*"),
        ("foo~2", '~ stands after a phrase: "a b"~5; like words are found with econom*', "~"),
        ('"a b"~x', 'after ~ stands how many words may be between: "a b"~5', "~"),
        ("source: x", "nothing stands after source:; write source:radio-lintel", "source:"),
        ('source:""', "nothing stands after source:; write source:radio-lintel", 'source:""'),
        ("title:foo", "there is no field title:; write headline:, or quote it as words", "title:"),
        ("titel:foo", "there is no field titel:; write headline:, or quote it as words", "titel:"),
        ("Souce:foo", "there is no field Souce:; write source:, or quote it as words", "Souce:"),
        ("date:32", "this is no date; write 2023-02, 2023-02..2023-12, 2023.. or -3w..", "32"),
        ("date:2023-02-30", "there is no such day", "2023-02-30"),
        ("date:2024..2023", "2024 is later than 2023; write 2023..2024", "2024..2023"),
        ("date:..", "a span has a beginning or an end: 2023.., ..2023, 2023..2024", ".."),
        (
            "a date:[2023 TO 2024-02]",
            "a span of time is written date:2023..2024-02, both included",
            "[2023 TO 2024-02]",
        ),
        ("date:{2023 TO *} a", "a span of time is written date:2023.., both included", "{2023 TO *}"),
        ("date:>=2023-02", "a span of time is written date:2023-02.., both included", ">=2023-02"),
        ("date:(<2023 OR today)", "a span of time is written date:..2023, both included", "<2023"),
        ("a^2", "words have no weights here; leave it out", "^2"),
        ('"a b"^1.5 c', "words have no weights here; leave it out", "^1.5"),
        ("date:-9999y", "only years from 1400 to 2200 are read", "-9999y"),
        ("(" * 21 + "a" + ")" * 21, "it is nested deeper than 20; save parts of it as queries", "("),
        ("NOT " * 21 + "a", "it is nested deeper than 20; save parts of it as queries", "NOT"),
        ("has:date " * 301, "there are more than 300 fields; save parts of it", "has:date"),
        ("a OR " * 700 + "a", "there are more than 600 words and fields to join", "a"),
        ("a " * 5001, "there are more than 5,000 words; save parts of it", "a"),
        ("a" * 200_001, "the query is longer than 200,000 characters; save parts of it", "a" * 80),
    ],
)
def test_what_cannot_be_meant_is_shown_with_its_place(typed: str, reason: str, pointed_at: str) -> None:
    with pytest.raises(QueryError) as caught:
        parsed(typed)
    assert caught.value.reason == reason
    assert typed[slice(*caught.value.span)] == pointed_at
    told, shown, carets = str(caught.value).split("\n")
    assert told == reason
    start = len(carets) - len(carets.lstrip())
    assert shown[start : start + len(carets.strip())] == pointed_at


def test_carets_stand_below_wide_characters() -> None:
    with pytest.raises(QueryError) as caught:
        parsed("北京 AND")
    assert str(caught.value).split("\n")[1:] == ["  北京 AND", "       ^^^"]


def test_control_characters_are_not_sent_to_the_terminal() -> None:
    with pytest.raises(QueryError) as caught:
        parsed("\x1b]0;x\x07 (a\nb")
    assert str(caught.value).split("\n")[1] == "   ]0;x  (a b"


@given(st.text(max_size=40))
@example('"')
@example("a:(b")
@example("date:\ud800")
@example("𝟚*")
def test_nothing_typed_raises_but_a_mistake(typed: str) -> None:
    try:
        query = parse_query(typed, TODAY)
    except QueryError as error:
        assert 0 <= error.span[0] <= error.span[1] <= len(typed)
    else:
        assert all(leaf.span[1] <= len(typed) for leaf, _ in leaves(query.tree))


@given(st.text(max_size=40))
def test_taken_as_words_everything_is_words(typed: str) -> None:
    query = parse_query(typed, TODAY, words_only=True)
    words = [leaf.words for leaf, wanted in leaves(query.tree) if wanted and isinstance(leaf, Words)]
    plain = "".join(" " if "\ud800" <= character <= "\udfff" else character for character in typed)
    assert words == list(dict.fromkeys(tuple(tokenize(part)) for part in plain.split() if tokenize(part)))


def test_what_has_no_word_is_told() -> None:
    query = parse_query("a & b", TODAY)
    assert [query.text[slice(*span)] for span in query.dropped] == ["&"]


LEAVES: st.SearchStrategy[Leaf] = st.sampled_from(
    [
        *(A, B, word("at", "t"), beginning("econom"), word("a", column="headline"), Near((A, B), 3)),
        *(Fact("source", "x"), Fact("topic", "medtop:1"), Published("2023-01-01T00:00:00", "2024-01-01T00:00:00")),
    ]
)
TREES = st.recursive(
    LEAVES,
    lambda part: st.one_of(
        part.map(Not),
        st.lists(part, min_size=2, max_size=3, unique=True).map(lambda parts: And(tuple(parts))),
        st.lists(part, min_size=2, max_size=3, unique=True).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=8,
)


def written(node: Node) -> str:
    match node:
        case And(parts):
            return "(" + " ".join(written(part) for part in parts) + ")"
        case Or(parts):
            return "(" + " OR ".join(written(part) for part in parts) + ")"
        case Not(part):
            return f"NOT {written(part)}"
        case Words(words, is_prefix, column):
            return (f"{column}:" if column else "") + f'"{" ".join(words)}{"*" if is_prefix else ""}"'
        case Near(terms, distance):
            return f'"{" ".join(term.words[0] for term in terms)}"~{distance}'
        case Fact(name, value):
            return f"{name}:{value}"
        case Published():
            return "date:2023"
    raise TypeError(node)


def flat(node: Node) -> Node:
    """Return a tree without an AND within an AND, or anything said twice, as the parser has it."""
    match node:
        case Not(part):
            return Not(flat(part))
        case And(parts) | Or(parts):
            kind = type(node)
            below = [one for part in map(flat, parts) for one in (part.parts if isinstance(part, kind) else (part,))]
            once = tuple(dict.fromkeys(below))
            return kind(once) if len(once) > 1 else once[0]
        case _:
            return node


@given(TREES)
def test_a_tree_that_is_written_down_is_read_again(tree: Node) -> None:
    assert parsed(written(tree)) == flat(tree)


def test_a_tree_is_drawn_with_what_is_below_indented() -> None:
    query = parse_query('(a OR "b c"~2) -headline:econom* date:2023.. source:x *', TODAY)
    assert list(drawn(query.tree)) == [
        "AND",
        "  OR",
        "    word a",
        "    within 2 words: b, c",
        "  NOT",
        "    word econom* in headline",
        "  published from 2023-01-01T00:00:00 until before the end of time",
        "  source x",
        "  all articles",
    ]
    assert list(drawn(Query("", None).tree)) == ["nothing"]
