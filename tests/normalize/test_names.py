"""Names as they are matched, and as they are written in commands and codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.normalize.names import name_key, slug


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Xinhua News", " xinhua\u00a0\n NEWS "),
        ("Straße", "STRASSE"),
        ("Café", "Cafe\u0301"),
        ("ＴＡＳＳ", "tass"),
        ("ﬁnance", "Finance"),
        ("БелТА", "белта"),
        ("新华社", "新华社"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("Cafe", "Café"), ("C", "C++"), ("Mill-Post", "Mill Post"), ("AP", "A P")])
def test_other_names_have_other_keys(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(name=st.text(max_size=20))
def test_a_key_is_its_own_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("The Harbour Courier", "the-harbour-courier"),
        ("  A&B -- C  ", "a-b-c"),
        ("_draft_", "draft"),
        ("Беларусь сегодня", "беларусь-сегодня"),
        ("?!", "x"),
        ("", "x"),
    ],
)
def test_slugs(name: str, short: str) -> None:
    assert slug(name) == short


@given(name=st.text(max_size=20))
def test_a_slug_has_no_spaces_is_never_empty_and_stays_as_it_is(name: str) -> None:
    short = slug(name)
    assert short
    assert not any(character.isspace() or character in "/:;,'\"" for character in short)
    assert slug(short) == short
