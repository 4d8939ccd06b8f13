"""What changed between two texts, by words."""

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.queries import comparison
from archive.queries.comparison import Change, compare_texts, find_hunks, is_word, split_words

WORDS = st.sampled_from(
    [
        "the",
        "a",
        "mayor",
        "spoke",
        "3,500",
        "O'Neil",
        ".",
        ",",
        " ",
        "  ",
        "\n\n",
        "\t",
        "北",
        "京",
        "。",
        "é",
        "\x1b",
        "-",
    ]
)
TEXTS = st.lists(WORDS, max_size=60).map("".join) | st.text(max_size=40)


def marked(before: str, after: str) -> str:
    """Return what changed as one line: [-removed-] {+added+}."""
    marks = {"equal": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(marks[change.op].format(change.text) for change in compare_texts(before, after))


def applied(changes: Sequence[Change], without: str) -> str:
    return "".join(change.text for change in changes if change.op != without)


def check(before: str, after: str) -> list[Change]:
    changes = compare_texts(before, after)
    assert applied(changes, "added") == before
    assert applied(changes, "removed") == after
    assert all(change.text for change in changes)
    ops = [change.op for change in changes]
    for op, following in pairwise(ops):
        assert op != following
        assert (op, following) != ("added", "removed")  # what was removed stands before what came instead
    return changes


@given(TEXTS, TEXTS)
@example("", "")
@example("", "new")
@example("a b", "b a")
@example(" ", "\n\n")
@settings(max_examples=300)
def test_both_texts_come_back_exactly(before: str, after: str) -> None:
    check(before, after)


@given(TEXTS, TEXTS)
@settings(max_examples=150)
def test_both_texts_come_back_exactly_where_difflib_would_take_too_long(before: str, after: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparison, "_MOST_PAIRS", 3)
        check(before, after)


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert compare_texts(text, text) == ([Change("equal", text)] if text else [])


@given(st.text())
def test_words_joined_are_the_text(text: str) -> None:
    assert "".join(split_words(text)) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("up 3.5% to 1,200", ["up", "3.5", "to", "1,200"]),
        ("O'Brien’s well-known AT&T", ["O'Brien’s", "well-known", "AT&T"]),
        ("“Quoted”, he said…", ["Quoted", "he", "said"]),
        ("2023年3月", ["2023", "年", "3", "月"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("𝒜 👍 €5", ["𝒜", "5"]),
    ],
)
def test_what_a_word_is(text: str, words: list[str]) -> None:
    assert [token for token in split_words(text) if is_word(token)] == words


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("Up by 23 percent.", "Up by 33 percent.", "Up by [-23-]{+33+} percent."),
        ("It was -5 there.", "It was 5 there.", "It was [---]5 there."),
        ("人口增长了三倍。", "人口增长了两倍。", "人口增长了[-三-]{+两+}倍。"),
        # what stands between two changes parts them if there is a word in it
        ("one of two", "three of four", "[-one-]{+three+} of [-two-]{+four+}"),
        ("a red cat, by a lake", "one big dog, in any hut", "[-a red cat, by a lake-]{+one big dog, in any hut+}"),
        (
            "Big boats of the old company sank",
            "Nobody in town knew of any loss yet",
            "[-Big boats of the old company sank-]{+Nobody in town knew of any loss yet+}",
        ),
        ("x " + "a b " * 150 + "y", "z " + "a b " * 150 + "w", "[-x-]{+z+} " + "a b " * 150 + "[-y-]{+w+}"),
        # what is put in begins where a sentence or a block begins, and not where both happen to begin alike
        ("The end.", "The start. The end.", "{+The start. +}The end."),
        ("One.\n\nThe last.", "One.\n\nThe new.\n\nThe last.", "One.\n\n{+The new.\n\n+}The last."),
        ("费用为亿元。完", "费用为亿元。船员反对。完", "费用为亿元。{+船员反对。+}完"),
        ("Go. Stop. Go. Wait.", "Go. Wait.", "[-Go. Stop. -]Go. Wait."),
        ("A.\n\nB is here.\n\nC.\n\nD.", "A.\n\nC.\n\nB is here.\n\nD.", "A.\n\n{+C.\n\n+}B is here.\n\n[-C.\n\n-]D."),
    ],
)
def test_what_is_shown_of_a_change(before: str, after: str, shown: str) -> None:
    check(before, after)
    assert marked(before, after) == shown


def test_runs_of_words_that_overlap_hold_on_to_one_word_each() -> None:
    before, after = "1 a b c d e 2", "3 a b c d Z b c d e 4"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparison, "_MOST_PAIRS", 0)
        patch.setattr(comparison, "_UNITS", (comparison._runs,))
        check(before, after)


def test_hunks_do_not_touch() -> None:
    before, after = split_words("a b c d e f g"), split_words("a x c d y f z")
    hunks = find_hunks(before, after)
    assert len(hunks) > 1
    for one, other in pairwise(hunks):
        assert other.start - one.end == other.new_start - one.new_end > 0


def long_text(seed: int, words: int, block: int) -> list[str]:
    """Return words as common as those of a real text, with sentences, and blocks of so many words."""
    chance = random.Random(seed)
    known = ["the", "of", "and", *(f"word{number}" for number in range(5000))]
    text = chance.choices(known, [1 / (rank + 1) for rank in range(len(known))], k=words)
    for at in range(14, words, 15):
        text[at] += "."
    for at in range(block - 1, words, block):
        text[at] += "\n\n"
    return text


@pytest.mark.parametrize("block", [120, 10**9], ids=["blocks", "one block"])
def test_a_long_text_is_compared_by_words_all_the_same(block: int) -> None:
    words = long_text(1, 60_000, block)
    assert comparison._pairs(words, words) > comparison._MOST_PAIRS
    before = " ".join(words)
    for at in range(500, 60_000, 1000):
        words[at] = "CHANGED"
    changes = check(before, " ".join(words))
    assert sum(change.text.count("CHANGED") for change in changes if change.op == "added") == 60
    assert sum(len(change.text.split()) for change in changes if change.op == "added") < 120


def test_a_long_text_without_any_marks_is_compared_by_words_all_the_same() -> None:
    chance = random.Random(2)
    known = [chr(0x4E00 + number) for number in range(2000)]
    text = chance.choices(known, [1 / (rank + 3) for rank in range(2000)], k=30_000)
    before = "".join(text)
    for at in range(500, 30_000, 1000):
        text[at] = "新"
    changes = check(before, "".join(text))
    assert sum(len(change.text) for change in changes if change.op == "added") < 120


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a " * 100_000, "b " * 100_000),
        ("a b " * 50_000, "b a " * 50_000 + "c"),
        ("a\n\n" * 50_000 + "x", "a\n\n" * 40_000 + "y"),
        ("".join(random.Random(3).choices("ab ", k=100_000)), "".join(random.Random(4).choices("ab ", k=100_000))),
    ],
    ids=["nothing shared", "moved by one", "repeated blocks", "two letters"],
)
def test_what_repeats_endlessly_comes_to_an_end(before: str, after: str) -> None:
    check(before, after)
