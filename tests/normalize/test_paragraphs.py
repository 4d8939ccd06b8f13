import pytest

from archive.normalize.paragraphs import is_list_item, split_paragraphs

WRAPPED = "The council of Elling voted on Monday to close\nthe ferry, and to sell both of its boats to the\n"


@pytest.mark.parametrize("line", ["- a", "* a", "• a", "– a", "— a", "-\ta", "- -5"])
def test_a_mark_and_a_space_make_an_item(line: str) -> None:
    assert is_list_item(line)


@pytest.mark.parametrize("line", ["", "-", "--", "-5", "**a** b", "* * *", "a - b", "- –"])
def test_without_them_there_is_none(line: str) -> None:
    assert not is_list_item(line)


@pytest.mark.parametrize("text", ["", " ", "\n\n", " \n \n\n \n"])
def test_a_blank_text_has_no_paragraphs(text: str) -> None:
    assert split_paragraphs(text) == ([], False)


@pytest.mark.parametrize(
    ("text", "paragraphs", "parted"),
    [
        ("One.", ["One."], False),
        ("\n\n  One.\n\n\n\nTwo.\n", ["One.", "Two."], True),
        ("One.\nTwo.\nThree.", ["One.", "Two.", "Three."], False),
        ("One.\nTwo.\n\nThree.", ["One.", "Two.", "Three."], False),
        ("One.\n\nTwo.\n\u3000\u3000Three.", ["One.", "Two.", "Three."], True),
        ("One.\n \nTwo.", ["One.", "Two."], False),
    ],
)
def test_lines_are_paragraphs_unless_wrapped(text: str, paragraphs: list[str], parted: bool) -> None:
    assert split_paragraphs(text) == (paragraphs, parted)


def test_wrapped_lines_are_joined() -> None:
    assert split_paragraphs(WRAPPED + "town of Sund.") == ([WRAPPED.replace("\n", " ") + "town of Sund."], False)


def test_a_short_line_ends_a_wrapped_paragraph() -> None:
    paragraphs, _ = split_paragraphs(WRAPPED + "town of Sund.\nThe mayor was not there, and did not want to talk of it")
    assert [paragraph[:9] for paragraph in paragraphs] == ["The counc", "The mayor"]


def test_a_headline_stays_apart_from_wrapped_lines() -> None:
    paragraphs, _ = split_paragraphs("Ferry to close\n" + WRAPPED)
    assert paragraphs[0] == "Ferry to close"
    assert len(paragraphs) == 2


def test_indentation_parts_wrapped_paragraphs() -> None:
    paragraphs, _ = split_paragraphs(f"Nobody knew it\nBefore {WRAPPED}    {WRAPPED}   Tav")
    assert [paragraph[:10] for paragraph in paragraphs] == ["Nobody kne", "The counci", "Tav"]


def test_items_of_a_list_stay_apart_and_go_on_where_indented() -> None:
    items = "- the first thing that it decided on Monday\n  evening\n- the second\n- The third"
    paragraphs, _ = split_paragraphs(WRAPPED + "town of Sund, or:\n" + items)
    assert paragraphs[1:] == ["- the first thing that it decided on Monday evening", "- the second", "- The third"]


def test_a_dash_within_a_sentence_is_no_item() -> None:
    paragraphs, _ = split_paragraphs(WRAPPED + "town of Sund, in the winter of the next year –\n– as it had planned")
    assert len(paragraphs) == 1


def test_quoted_lines_stay_apart() -> None:
    paragraphs, _ = split_paragraphs(WRAPPED + "> and so it was decided\n> on Monday")
    assert paragraphs[1:] == ["> and so it was decided", "> on Monday"]


def test_one_line_in_lower_case_does_not_make_a_text_wrapped() -> None:
    lines = ["A new telephone", "eShop of Elling sells the first of them on Monday morning", "Nobody came."]
    assert split_paragraphs("\n".join(lines))[0] == lines


@pytest.mark.parametrize("width", [39, 101])
def test_other_widths_are_not_wrapped(width: int) -> None:
    lines = ["a" * (width - 2) + " b", "a b"]
    assert split_paragraphs("\n".join(lines))[0] == lines


@pytest.mark.parametrize("width", [40, 100])
def test_usual_widths_are(width: int) -> None:
    assert split_paragraphs("a" * (width - 2) + " b\na b")[0] == ["a" * (width - 2) + " b a b"]


def test_chinese_is_joined_without_a_space() -> None:
    text = "奥拉河谷两国部长周二商定下游各镇水价每年上调\n，结束了持续四年的争端，引起 Lund 与 Okoro\n等人的关注。"
    assert split_paragraphs(text)[0] == [
        "奥拉河谷两国部长周二商定下游各镇水价每年上调，结束了持续四年的争端，引起 Lund 与 Okoro 等人的关注。"
    ]


def test_chinese_lines_that_end_sentences_are_paragraphs() -> None:
    lines = ["奥拉河谷两国部长周二商定下游各镇水价每年上调。"] * 3
    assert split_paragraphs("\n".join(lines))[0] == lines
