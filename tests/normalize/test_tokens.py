"""Words: the same as the search index has, and where they stand."""

import sqlite3
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.normalize.tokens import has_unspaced_script, index_text, is_nfkc, passage_spans, token_spans, tokenize

# Characters on which tokenizers disagree, beside any others that there are.
ODD = (
    "aAbZ09 _-'’.&\n\t\u00a0éÉßẞſİıΣςΐǰŁøЖжЁё\u0301\u0308\u0345\u200b\u200d\ufeff中国大学アｱーเมืองမြန်ខ្មែរ한국עאبًا२🙂ﬁ½²"
)
CHARACTERS = st.sampled_from(ODD) | st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
TEXTS = st.text(CHARACTERS, max_size=60)
# few words, so that they come back
REPETITIVE = st.lists(
    st.sampled_from(["a", "Á", "ab", "a\u0301b", "\u0301", "北", "京", " ", " ", "-", "ba"]), max_size=40
).map("".join)


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    """A search index with the tokenizer of the archive's."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE words USING fts5(text, tokenize='unicode61 remove_diacritics 2')")
        connection.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'instance')")
        yield connection


@given(text=TEXTS)
@example("Straße CAFÉ cafe\u0301 ﬁnance İstanbul")
@example("x" + "".join(map(chr, range(0xC0, 0x180))))  # more than a handful of accents
@example("\u0301 \u0301a a\u0301")
def test_words_are_those_of_the_search_index(index: sqlite3.Connection, text: str) -> None:
    index.execute("DELETE FROM words")
    index.execute("INSERT INTO words(text) VALUES (?)", (index_text(text) or text,))
    assert tokenize(text) == [term for (term,) in index.execute('SELECT term FROM vocabulary ORDER BY "offset"')]


@given(text=TEXTS | REPETITIVE)
@example("京\u0301京")  # a mark after a character that is a word of its own
@example("北\u0301\u0308ab")
def test_each_word_stands_where_its_span_says(text: str) -> None:
    words, spans = tokenize(text), token_spans(text)
    assert [tokenize(text[start:end]) for start, end in spans] == [[word] for word in words]
    ends = [0, *(end for _, end in spans)]
    assert all(before <= start < end for before, (start, end) in zip(ends, spans, strict=False))


@given(text=TEXTS | REPETITIVE, data=st.data())
def test_passages_stand_where_their_first_and_last_words_do(text: str, data: st.DataObject) -> None:
    words, spans = tokenize(text), token_spans(text)
    passages = []
    for first in range(len(words)):
        last = data.draw(st.integers(first + 1, len(words)), label=f"passage from {first}")
        passages.append((first, last))
    assert passage_spans(text, words, passages) == [(spans[first][0], spans[last - 1][1]) for first, last in passages]


@given(text=TEXTS)
def test_a_folded_word_folds_to_itself(text: str) -> None:
    words = tokenize(text)
    assert tokenize(" ".join(words)) == words


@given(text=TEXTS)
def test_few_and_many_kinds_of_characters_fold_alike(text: str) -> None:
    many = " ".join(map(chr, range(0x400, 0x430)))
    assert tokenize(f"{text} {many}") == tokenize(text) + tokenize(many)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \n ", []),
        ("AT&T’s O'Brien, C++", ["at", "t", "s", "o", "brien", "c"]),
        ("COVID-19 in 2023", ["covid", "19", "in", "2023"]),
        ("Лукашенко ВСТРЕТИЛСЯ", ["лукашенко", "встретился"]),
        ("卢卡申科2023访华", ["卢", "卡", "申", "科", "2023", "访", "华"]),
        ("the China一带", ["the", "china", "一", "带"]),
        ("한국어 뉴스", ["한국어", "뉴스"]),
        ("snake_case", ["snake", "case"]),
    ],
)
def test_words_of_many_scripts(text: str, words: list[str]) -> None:
    assert tokenize(text) == words


def test_only_scripts_without_spaces_are_indexed_otherwise() -> None:
    for text in ("", "plain", "Müller in Łódź", "Минск", "한국어", "עברית"):
        assert index_text(text) is None
        assert not has_unspaced_script(text)
    for text in ("北京", "東京タワー", "ｱ", "กรุงเทพ", "ລາວ", "ភ្នំពេញ", "ရန်ကုန်", "\U00020000"):
        assert has_unspaced_script(text)
        assert index_text(f"a{text}") == "a" + "".join(f" {character} " for character in text)


# marks and parts of syllables, which compose with what stands before them
COMPOSING = st.sampled_from("aeoсиαᄀ가ᅡᆨোিো\u0301\u0308\u0338\u3099かﬁ½－“”é") | CHARACTERS


@given(text=st.text(COMPOSING, max_size=30))
def test_that_a_text_is_in_nfkc_is_told_by_its_characters(text: str) -> None:
    assert is_nfkc(text) == unicodedata.is_normalized("NFKC", text)


def test_what_composes_with_the_character_before_it_is_looked_at_in_its_place() -> None:
    composed = 0
    for point in range(sys.maxunicode + 1):
        character = chr(point)
        parts = unicodedata.normalize("NFD", character)
        if len(parts) == 2 and unicodedata.is_normalized("NFKC", character):
            assert not is_nfkc(parts)
            composed += 1
    assert composed > 1000
