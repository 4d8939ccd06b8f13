"""Where a query that is still being typed stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.query_language.unfinished import Unfinished, as_value, unfinished


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Unfinished("", None, "")),
        ("trade ", Unfinished("trade ", None, "")),
        ("-", Unfinished("-", None, "")),
        ("a -sou", Unfinished("a -", None, "sou")),
        ("(sou", Unfinished("(", None, "sou")),
        ("well-known", Unfinished("", None, "well-known")),
        ("source:", Unfinished("source:", "source", "")),
        ("Source:x", Unfinished("", None, "Source:x")),
        ("source:ra", Unfinished("source:", "source", "ra")),
        ("source:ra ", Unfinished("source:ra ", None, "")),
        ("topic:a:b", Unfinished("topic:", "topic", "a:b")),
        ('source:"Radio L', Unfinished("source:", "source", "Radio L", True)),
        ('source:"Radio L" ', Unfinished('source:"Radio L" ', None, "")),
        ('source:"Radio L"', None),
        ('"a phrase with source:r', None),
        ('"a phrase" source:r', Unfinished('"a phrase" source:', "source", "r")),
        ("topic:(", Unfinished("topic:(", "topic", "")),
        ("topic:(a OR b", Unfinished("topic:(a OR ", "topic", "b")),
        ("topic:(a OR b) c", Unfinished("topic:(a OR b) ", None, "c")),
        ("(a)", None),
        ("))", None),
    ],
)
def test_the_end_of_a_query(text: str, expected: Unfinished | None) -> None:
    assert unfinished(text) == expected


@given(st.text(alphabet='ab:"() -+*source', max_size=30))
def test_any_text_is_what_stands_before_and_what_was_typed(text: str) -> None:
    end = unfinished(text)
    if end is not None:
        assert end.before + '"' * end.is_quoted + end.typed == text


def test_values_as_written() -> None:
    assert [as_value(one) for one in ("en", "two words", "a(b)", 'say "so"')] == ["en", '"two words"', '"a(b)"', None]
