"""What an edit did to a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.queries.edits import KINDS, Edit, Text, describe_edit

STORY = (
    "The harbour opened on Tuesday with 12 ships. Nobody was hurt, the police said. One crane fell.\n\n"
    "A union has called for a strike. It begins on Monday.\n\n"
    "The next boat leaves at 10:30."
)


def edit(before: str, after: str, headline: str | None = "Harbour", other: str | None = "Harbour") -> Edit:
    return describe_edit(Text(headline, before), Text(other, after))


def changed(old: str, new: str) -> Edit:
    """Return what is told of the story with something in it replaced."""
    assert STORY.count(old) == 1
    return edit(STORY, STORY.replace(old, new))


def test_nothing() -> None:
    assert edit(STORY, STORY) == Edit((), (), (), (), (), (), 0.0)


def test_a_headline() -> None:
    told = edit(STORY, STORY, "Harbour opens", "Harbour closed")
    assert told.kinds == ("headline",)
    assert 0 < told.percent < 10
    assert edit(STORY, STORY, None, "Harbour").kinds == ("headline",)
    assert edit(STORY, STORY, "12 ships", "14 ships").figures == (("12", "14"),)


def test_a_word() -> None:
    told = changed("Tuesday", "Wednesday")
    assert told.kinds == ("wording",)
    assert told.percent == pytest.approx(100 * 2 / 70)


def test_a_figure() -> None:
    told = changed("12 ships", "14 ships")
    assert (told.kinds, told.figures) == (("figures",), (("12", "14"),))


@pytest.mark.parametrize(
    ("before", "after", "figures"),
    [
        ("It cost 3.5 million in all.", "It cost 3.5 billion in all.", [("3.5 million", "3.5 billion")]),
        ("It fell to -5 at night here.", "It fell to 5 at night here.", [("-5", "5")]),
        ("From 3 to 5, they say now.", "From 4 to 6, they say now.", [("3", "4"), ("5", "6")]),
        ("Some 40 came and 40 went away.", "Some 40 came and all went away.", [("40", None)]),
        ("They came in the night.", "They came at 10:30 in the night.", [(None, "10:30")]),
        ("Some 40 came. All went home by boat.", "Some came. All 12 went home by boat.", [("40", None), (None, "12")]),
        ("Then 12 came by boat and 12 left.", "Then 12 came by boat and 14 left.", [("12", "14")]),
        ("They met 3 times and 5 times.", "They met 5 times and 3 times.", []),
        ("About 3\u00a0million of them.", "About 3 million of them.", []),
        ("增长了30亿元，共3000人。", "增长了32亿元，共3000人。", [("30亿元", "32亿元")]),
    ],
)
def test_figures_old_and_new(before: str, after: str, figures: list[tuple[str | None, str | None]]) -> None:
    assert list(edit(before, after).figures) == figures


def test_passages_gone_and_new() -> None:
    told = changed(" Nobody was hurt, the police said.", "")
    assert told.kinds == ("passages_gone",)
    assert told.passages_gone == ("Nobody was hurt, the police said.",)
    told = changed("One crane fell.", "One crane fell. It was not in use at the time.")
    assert told.kinds == ("passages_new",)
    assert told.passages_new == ("It was not in use at the time.",)


def test_sentences_that_follow_each_other_are_one_passage_within_a_block() -> None:
    told = edit(STORY, "The harbour opened on Tuesday with 12 ships.")
    assert told.passages_gone == (
        "Nobody was hurt, the police said. One crane fell.",
        "A union has called for a strike. It begins on Monday.",
        "The next boat leaves at 10:30.",
    )
    assert told.kinds == ("figures", "passages_gone")


def test_a_sentence_said_anew_is_gone_and_new() -> None:
    told = changed("Nobody was hurt, the police said.", "Two men died that evening, according to doctors.")
    assert told.kinds == ("passages_gone", "passages_new")
    assert told.passages_gone == ("Nobody was hurt, the police said.",)


def test_what_moved_is_neither_gone_nor_new() -> None:
    first, second, third = STORY.split("\n\n")
    told = edit(STORY, "\n\n".join([first, third, second]))
    assert told.kinds == ("order",)
    assert told.percent > 0


def test_marks_and_white_space() -> None:
    assert changed("hurt, the", "hurt; the").kinds == ("layout",)
    assert changed("hurt, the", "hurt; the").percent == 0
    assert changed("ships. Nobody", "ships.\n\nNobody").kinds == ("layout",)


def test_what_was_set_aside() -> None:
    told = describe_edit(Text("A", "B", ("one", "two", "two")), Text("A", "B", ("two", "one", "three")))
    assert told.kinds == ("set_aside",)
    assert (told.set_aside_gone, told.set_aside_new) == (("two",), ("three",))


def test_another_text_altogether() -> None:
    told = edit("All quiet here.", "Bridges fell there!", None, None)
    assert told.percent == 100
    assert told.kinds == ("passages_gone", "passages_new")


TEXTS = st.builds(
    Text,
    st.none() | st.sampled_from(["Harbour", "Harbour opens", "12"]),
    st.lists(st.sampled_from([*STORY.split(". "), "12", "13 km", "。", "\n\n", " ", "北京"]), max_size=8).map(
        ". ".join
    ),
    st.lists(st.sampled_from(["x", "y"]), max_size=2).map(tuple),
)


@given(TEXTS, TEXTS)
def test_something_is_told_exactly_where_something_differs(before: Text, after: Text) -> None:
    told = describe_edit(before, after)
    same = (before.headline or "", before.body, sorted(before.set_aside)) == (
        *(after.headline or "", after.body),
        sorted(after.set_aside),
    )
    assert bool(told.kinds) == (not same)
    assert list(told.kinds) == [kind for kind in KINDS if kind in told.kinds]
    assert 0 <= told.percent <= 100
    assert all(passage in before.body for passage in told.passages_gone)
    assert all(passage in after.body for passage in told.passages_new)
