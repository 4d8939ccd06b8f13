import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.normalize.text import (
    after_last_sentence,
    clean_text,
    count_words,
    ends_sentence,
    first_sentence,
    sentence_ends,
)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_every_line_end_becomes_one(line_end: str) -> None:
    assert clean_text(f"One{line_end}two{line_end}") == ("One\ntwo\n", ())


def test_a_clean_text_stays_as_it_is() -> None:
    text = "Water rises\n\n\tThe Orla – „am Abend“ – rose by 3\xa0cm. \u200eשלום\u200f 北京"
    assert clean_text(text) == (text, ())


def test_text_comes_in_nfc_without_a_note() -> None:
    assert clean_text("cafe\u0301") == ("café", ())


@pytest.mark.parametrize("space", [" ", "\t", "\xa0", "\u3000", " \t "])
def test_spaces_at_the_ends_of_lines_go(space: str) -> None:
    assert clean_text(f"  One{space}\n{space}\ntwo{space}") == ("  One\n\ntwo", ())


def test_a_byte_order_mark_goes_only_where_it_leads() -> None:
    assert clean_text("\ufeff\ufeffOne \ufefftwo") == ("One \ufefftwo", ())


@pytest.mark.parametrize(
    ("text", "clean", "notes"),
    [
        ("O\x00ne\x00", "One", ("2 NUL characters removed",)),
        ("\x00One", "One", ("1 NUL character removed",)),
        ("One\x07 \x1btwo\x9b", "One two", ("3 control characters removed",)),
        ("One\x7f", "One", ("1 control character removed",)),
        ("One\x00\x01\n", "One\n", ("1 NUL character removed", "1 control character removed")),
        ("\x00\ufeffOne", "One", ("1 NUL character removed",)),
        ("One \ud800two", "One \ufffdtwo", ("1 lone surrogate replaced",)),
        ("\udc80\udcff!", "\ufffd\ufffd!", ("2 lone surrogates replaced",)),
        ("\ud83d\ude00 \ude00", "😀 \ufffd", ("1 split surrogate pair joined", "1 lone surrogate replaced")),
    ],
)
def test_what_is_mended_is_noted(text: str, clean: str, notes: tuple[str, ...]) -> None:
    assert clean_text(text) == (clean, notes)


@given(st.text(st.characters(), max_size=60))
@settings(max_examples=200)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    clean, _ = clean_text(text)
    assert clean_text(clean) == (clean, ())
    assert unicodedata.is_normalized("NFC", clean)
    clean.encode()


@given(st.text(st.sampled_from("aẹ\u0315\u0300\u0327\u0f73\u0344—"), min_size=60, max_size=300))
@settings(max_examples=50)
def test_long_runs_of_marks_are_normalized_as_unicode_says(text: str) -> None:
    assert clean_text(text)[0] == unicodedata.normalize("NFC", text)


def test_a_hostile_run_of_marks_takes_no_time() -> None:
    started = time.perf_counter()
    clean_text("a" + "\u0315\u0300" * 100_000)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("text", "words"), [("", 0), ("The Orla rose by 3 cm.", 6), ("北京 and 上海", 5), ("– ** –", 0)]
)
def test_words_are_counted_as_search_counts_them(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize(
    "text",
    ["He left.", "Why?", "No!", "And so on…", "他走了。", "走！", "谁？", "هل غادر؟", "وہ چلا گیا۔", "वह गया।"],
)
def test_a_sentence_has_an_end(text: str) -> None:
    assert ends_sentence(text)


@pytest.mark.parametrize(
    "text",
    ['"He left."', "(He left.)", "“He left.”", "「他走了。」", "»Er ging.«", "„Er ging.“", "He said 'no.'\"", 'No. "'],
)
def test_quotes_and_brackets_may_close_it(text: str) -> None:
    assert ends_sentence(text)


@pytest.mark.parametrize("text", ["", " ", "Conclusion", "He said:", "He left (at last)", "No. 5", ")", "今天，"])
def test_not_everything_ends_as_a_sentence(text: str) -> None:
    assert not ends_sentence(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", ""),
        (" \n\n ", ""),
        ("He left. She stayed.", "He left."),
        ("  He\n left.  She stayed.", "He left."),
        ("Town hall\n\nHe left.", "Town hall"),
        ("The U.S. envoy left. She stayed.", "The U.S. envoy left."),
        ("Mr. Lund met Dr. Okoro. They spoke.", "Mr. Lund met Dr. Okoro."),
        ("J. R. Brandt left. She stayed.", "J. R. Brandt left."),
        ("Bus No. 5 stopped. It was late.", "Bus No. 5 stopped."),
        ("The answer was no. Then they left.", "The answer was no."),
        ("On Feb. 28 it froze. Ice came.", "On Feb. 28 it froze."),
        ("Prices rose 3.5 percent. Wages fell.", "Prices rose 3.5 percent."),
        ("It happened in 2023. Nobody saw it.", "It happened in 2023."),
        ("1. First of all, he left. She stayed.", "1. First of all, he left."),
        ("She left at 5 p.m. on Friday. He stayed.", "She left at 5 p.m. on Friday."),
        ('"Will he leave?" she asked. He did.', '"Will he leave?" she asked.'),
        ('He said: "I leave." She stayed.', 'He said: "I leave."'),
        ("Er kam am 5. März an. Sie blieb.", "Er kam am 5. März an."),
        ("Он живёт на ул. Ленина. Она уехала.", "Он живёт на ул. Ленина."),
        ("A. С. Пушкин уехал… Она осталась.", "A. С. Пушкин уехал…"),
        ("两国部长周二会晤。他们商定了水价。", "两国部长周二会晤。"),
        ("“谁走了？”她问。", "“谁走了？”"),
        ("他走了!我们留下。", "他走了!"),
        ("Why?! Nobody knows.", "Why?!"),
    ],
)
def test_a_derived_headline_is_the_first_sentence(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence


def test_in_doubt_a_sentence_goes_on() -> None:
    assert list(sentence_ends("Etwa am 5. Mai, in the U.S. He left")) == []


def test_a_number_ends_a_sentence_that_it_does_not_start() -> None:
    assert list(sentence_ends("He is 9. She is 8. 7. Nobody")) == [8, 18]


def test_a_long_sentence_is_cut_at_a_word() -> None:
    headline = first_sentence("The council of Elling, " * 20 + "left.")
    assert headline == ("The council of Elling, " * 7)[:-9] + "…"
    assert len(headline) <= 160


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("One two three four", "One two…"),
        ("One two, three", "One two…"),
        ("One two thr", "One two…"),
        ("Onetwothreefourfive", "Onetwothr…"),
        ("One 部长周二会晤商定", "One 部长周二会…"),
        ("One two th", "One two th"),
        ('One two."', 'One two."'),
    ],
)
def test_a_cut_stands_between_words(text: str, cut: str) -> None:
    assert first_sentence(text, 10) == cut


@given(st.text(st.sampled_from("ab.!。 \n“”中,"), max_size=400), st.integers(5, 60))
@settings(max_examples=200)
def test_a_derived_headline_fits_and_starts_the_text(text: str, limit: int) -> None:
    headline = first_sentence(text, limit)
    assert len(headline) <= limit
    assert " ".join(text.split()).startswith(headline.removesuffix("…"))
    assert "\n" not in headline and headline == headline.strip()


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("He left. More on this", "More on this"),
        ('He "left." More', "More"),
        ("He left.", ""),
        ("他走了。白俄罗斯", "白俄罗斯"),
        ("Why? he asked", "he asked"),
        ("No sentence here", None),
        ("Home of the U.S. Army", None),
        ("Version 3.5", None),
        ("", None),
    ],
)
def test_what_follows_the_last_sentence(text: str, after: str | None) -> None:
    start = after_last_sentence(text)
    assert (None if start is None else text[start:]) == after
