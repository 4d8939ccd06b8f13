"""Language tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.normalize.language import language_tag


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"),
        (" EN ", "en"),
        ("en_us", "en-US"),
        ("PT-br", "pt-BR"),
        ("ZH-HANT", "zh-Hant"),
        ("zh_hant_tw", "zh-Hant-TW"),
        ("be-1959acad", "be-1959acad"),
        ("es-419", "es-419"),
        ("ckb", "ckb"),
    ],
)
def test_tags_have_their_usual_case(text: str, tag: str) -> None:
    assert language_tag(text) == tag


@pytest.mark.parametrize("text", ["", "e", "English", "русский", "en-", "-en", "en--us", "en us", "en-waytoolong"])
def test_what_is_no_tag_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a language tag such as 'en'"):
        language_tag(text)


@given(text=st.from_regex(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,3}", fullmatch=True))
def test_a_tag_stays_as_it_is(text: str) -> None:
    tag = language_tag(text)
    assert language_tag(tag) == tag
    assert tag.lower() == text.lower().replace("_", "-")
