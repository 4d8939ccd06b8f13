import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import Layout, Link, SetAside
from archive.normalize.layout import LAYOUT_VERSION, lay_out
from archive.normalize.text import clean_text
from archive.normalize.tokens import tokenize

ORIGINALS = Path(__file__).resolve().parents[1] / "originals" / "text"
SHARED = Path(__file__).resolve().parents[3] / "shared"

LEDE = "The council of Elling voted on Monday evening to close the ferry to Sund and to sell both of its boats."
NEXT = "The mayor, who had wanted to keep the ferry, left the town hall before the vote and could not be reached."


def words_of(layout: Layout) -> list[str]:
    texts = [layout.headline or "", *(block.text for block in layout.blocks)]
    return tokenize("\n".join([*texts, *(aside.text for aside in layout.set_aside)]))


def kinds_of(layout: Layout) -> list[str]:
    return [block.kind for block in layout.blocks]


def lay_out_lines(*lines: str) -> Layout:
    return lay_out("\n".join(lines))


@pytest.mark.parametrize("case", sorted(path.stem for path in ORIGINALS.glob("*.txt")))
def test_originals_come_out_as_expected(case: str) -> None:
    expected = json.loads((ORIGINALS / f"{case}.expected.json").read_text(encoding="utf-8"))
    text, notes = clean_text((ORIGINALS / f"{case}.txt").read_text(encoding="utf-8"))
    layout = lay_out(text)
    assert notes == ()
    assert {
        "headline": layout.headline,
        "headline_method": layout.headline_method,
        "blocks": [{"kind": block.kind, "text": block.text} for block in layout.blocks],
        "set_aside": [
            {"kind": aside.kind, "text": aside.text, "after_block": aside.after_block, "rule": aside.rule}
            for aside in layout.set_aside
        ],
        "links": [{"kind": link.kind, "text": link.text} for link in layout.links],
    } == expected


def test_every_original_has_its_pair() -> None:
    texts = {path.stem for path in ORIGINALS.glob("*.txt")}
    assert texts and texts == {path.name.removesuffix(".expected.json") for path in ORIGINALS.glob("*.json")}


@pytest.mark.parametrize("text", ["", " \n\t\n", "\n\n\n", "\u3000"])
def test_a_blank_text_has_nothing(text: str) -> None:
    assert lay_out(text) == Layout(None, None, ())


def test_one_line_is_a_body() -> None:
    layout = lay_out("Ferry to close")
    assert layout.headline is None and layout.headline_method is None
    assert [block.text for block in layout.blocks] == ["Ferry to close"]


@pytest.mark.parametrize(
    "headline",
    [
        "Ferry to close",
        "1 in 3 boats is sold",
        "Why the ferry must close?",
        "“Close it,” says mayor",
        "Ferry closes (again)",
        " ".join(["word"] * 20),
        "Паром закрыт",
        "渡轮即将停航",
        "两" * 41,
        "-5 degrees in Elling",
    ],
)
def test_a_first_line_is_a_headline(headline: str) -> None:
    layout = lay_out_lines(headline, LEDE, NEXT)
    assert (layout.headline, layout.headline_method) == (headline, "first_line")
    assert [block.text for block in layout.blocks] == [LEDE, NEXT]


@pytest.mark.parametrize(
    "line",
    [
        "The ferry closes.",
        "The ferry, which closes,",
        "Three things:",
        "渡轮即将停航。",
        'He said "no."',
        "- Ferry to close",
        "> Ferry to close",
        " ".join(["word"] * 21),
        "两" * 42,
        "w" * 141,
        "Why does the council of a town as small as Elling want to close the ferry to Sund?",
    ],
)
def test_not_every_first_line_is_a_headline(line: str) -> None:
    assert lay_out_lines(line, LEDE, NEXT).headline is None


def test_a_question_before_an_empty_line_is_a_headline() -> None:
    line = "Why does the council of a town as small as Elling want to close the ferry to Sund?"
    assert lay_out(f"{line}\n\n{LEDE}").headline == line


@pytest.mark.parametrize("short", range(4))
def test_a_long_sentence_follows_a_headline_within_three_blocks(short: int) -> None:
    layout = lay_out_lines("Ferry to close", *["It is so."] * short, LEDE)
    assert (layout.headline is not None) == (short < 3)


def test_lines_without_sentences_have_no_headline() -> None:
    assert lay_out_lines("Ferry to close", LEDE.removesuffix("."), NEXT.removesuffix(".")).headline is None


@pytest.mark.parametrize("body", [" ".join(["word"] * 1000), "He left. " * 500])
def test_a_sentence_is_looked_for_at_the_start_of_a_block(body: str) -> None:
    assert (lay_out_lines("Ferry to close", body).headline is None) == body.startswith("He")


def test_chinese_counts_two_characters_as_a_word() -> None:
    assert lay_out_lines("渡轮停航", "两" * 23 + "。", "两。").headline is None
    assert lay_out_lines("渡轮停航", "两" * 24 + "。", "两。").headline == "渡轮停航"


@pytest.mark.parametrize(
    "heading",
    ["Conclusion", "Timing: sudden", "1. What comes next", "Why now (and how)", "Почему сейчас", "为什么是现在", "II"],
)
def test_headings_are_found(heading: str) -> None:
    assert kinds_of(lay_out_lines(LEDE, heading, NEXT)) == ["paragraph", "heading", "paragraph"]


@pytest.mark.parametrize(
    ("before", "line", "after"),
    [
        (LEDE, "and then", NEXT),
        (LEDE, "Why now?", NEXT),
        (LEDE, "Three things:", NEXT),
        (LEDE, "So they asked -", NEXT),
        (LEDE, "X", NEXT),
        (LEDE, "“Why now”", NEXT),
        (LEDE, "- Why now", NEXT),
        (LEDE, " ".join(["Word"] * 13), NEXT),
        (LEDE, "W" * 91, NEXT * 2),
        (LEDE, "Why the council of Elling wants to close the ferry to Sund", NEXT[:60] + " a b c d e."),
        (LEDE.removesuffix("."), "Conclusion", NEXT),
        (LEDE, "Conclusion", NEXT.removesuffix(".")),
        (LEDE, "Conclusion", "He left, and nobody else could be reached before night."),
        (LEDE, "Conclusion", NEXT.lower()),
    ],
)
def test_not_every_short_line_is_a_heading(before: str, line: str, after: str) -> None:
    assert "heading" not in kinds_of(lay_out_lines(before, line, after))


def test_neither_the_first_nor_the_last_block_is_a_heading() -> None:
    layout = lay_out_lines("Ferry to close", "A view", LEDE, "Conclusion")
    assert layout.headline == "Ferry to close"
    assert kinds_of(layout) == ["paragraph"] * 3


def test_a_heading_has_no_level() -> None:
    assert lay_out_lines(LEDE, "Conclusion", NEXT).blocks[1].level is None


@pytest.mark.parametrize("mark", "-*•–—")
def test_related_headlines_are_set_aside_in_order(mark: str) -> None:
    related = ["Boats for sale", "What a ticket costs?", "The last captain (3)"]
    layout = lay_out_lines(LEDE, NEXT, *[f"{mark} {line}" for line in related])
    assert kinds_of(layout) == ["paragraph"] * 2
    assert layout.set_aside == tuple(
        SetAside("related_headline", line, 2, "related_headlines", LAYOUT_VERSION) for line in related
    )
    assert layout.links == tuple(Link("related_headline", line, None) for line in related)


def test_related_headlines_may_be_parted_by_empty_lines() -> None:
    layout = lay_out(f"{LEDE}\n\n- One boat\n\n- Two boats\n\n- Three boats\n")
    assert [aside.text for aside in layout.set_aside] == ["One boat", "Two boats", "Three boats"]


@pytest.mark.parametrize(
    "lines",
    [
        (LEDE, "- One boat", "- Two boats"),
        (LEDE, "- One boat", "- Two boats.", "- Three boats"),
        (LEDE, "- one boat;", "- two boats;", "- three boats"),
        (LEDE, "- One boat", "- Two boats", "- " + "word " * 25 + "end"),
        (LEDE, "- One boat", "- Two boats", "- Three boats", "The end"),
        (LEDE, "- An item", NEXT, "- One boat", "- Two boats", "- Three boats"),
        ("The council decided:", "- One boat", "- Two boats", "- Three boats"),
        ("- One boat", "- Two boats", "- Three boats"),
    ],
)
def test_other_lists_stay_in_the_body(lines: tuple[str, ...]) -> None:
    layout = lay_out_lines(*lines)
    assert layout.set_aside == () and layout.links == ()
    assert [block.text for block in layout.blocks] == list(lines)
    assert [block.text for block in layout.blocks if block.kind == "list"] == [
        line for line in lines if line.startswith("- ")
    ]


def test_a_dash_before_a_sentence_is_speech() -> None:
    layout = lay_out_lines(LEDE, "— We close it, he said.", "— a boat", NEXT)
    assert kinds_of(layout) == ["paragraph", "paragraph", "list", "paragraph"]


@pytest.mark.parametrize("tags", ["Elling** ferry, council", "elling** a ** b**", "埃灵** 渡轮", "w " * 14 + "w**"])
@pytest.mark.parametrize("gap", [" ", "\n", "\n\n"])
def test_trailing_tags_are_set_aside(tags: str, gap: str) -> None:
    layout = lay_out(f"{LEDE}\n{NEXT}{gap}{tags}")
    assert layout.set_aside == (SetAside("trailing_tags", tags, 2, "trailing_tags", LAYOUT_VERSION),)
    assert [block.text for block in layout.blocks] == [LEDE, NEXT]
    assert layout.links == ()


def test_tags_follow_a_chinese_sentence_without_a_space() -> None:
    layout = lay_out("渡轮停航。埃灵** 渡轮")
    assert [aside.text for aside in layout.set_aside] == ["埃灵** 渡轮"]
    assert [block.text for block in layout.blocks] == ["渡轮停航。"]


@pytest.mark.parametrize(
    "end",
    [
        "Elling** ferry, council.",
        "Elling** ferry** council",
        "** Elling ferry",
        "Elling ferry, council",
        "word " * 15 + "w**",
        "of the U.S. Elling** ferry",
        "v3.5** ferry",
    ],
)
def test_other_ends_stay_in_the_body(end: str) -> None:
    layout = lay_out(f"{LEDE} {end}")
    assert layout.set_aside == ()
    assert layout.blocks[-1].text == f"{LEDE} {end}"


@pytest.mark.parametrize("before", ["Ferry to close", "The council decided:"])
def test_tags_alone_on_a_line_follow_a_sentence(before: str) -> None:
    assert lay_out_lines(before, "Elling** ferry").set_aside == ()
    assert lay_out("Elling** ferry").set_aside == ()


LINE = st.sampled_from(
    [
        "",
        "",
        LEDE,
        NEXT,
        "Conclusion",
        "Ferry to close",
        "Why now?",
        "- One boat",
        "* Two boats",
        "• 渡轮",
        "— Нет, — сказал он.",
        "  indented and so on, wherever it may lead us",
        "> quoted",
        "Elling** ferry",
        "He left. Elling** ferry",
        "渡轮停航。埃灵** 渡轮",
        "奥拉河谷两国部长周二商定下游各镇水价每年上调",
        "the town of Sund, which is not far from Elling",
        "- - -",
        "**",
        "…",
        "e\u0301\u200b",
    ]
)


@given(st.lists(LINE, max_size=14))
@settings(max_examples=200)
def test_every_word_is_somewhere_in_order(lines: list[str]) -> None:
    text, _ = clean_text("\n".join(lines))
    assert words_of(lay_out(text)) == tokenize(text)


@given(st.text(st.sampled_from('aB1 \n\n-*•—.?!。，中國ก\u0301>:\t\u3000"”'), max_size=120))
@settings(max_examples=200)
def test_every_word_of_any_text_is_somewhere(text: str) -> None:
    text, _ = clean_text(text)
    layout = lay_out(text)
    assert words_of(layout) == tokenize(text)
    assert all(block.text == block.text.strip() and block.text for block in layout.blocks)


@pytest.mark.parametrize(
    "text",
    [
        "A line of text\n" * 50_000,
        "this line of text goes on in lower case for ever\n" * 20_000,
        "奥拉河谷两国部长周二商定下游各镇水价每年上调\n" * 5_000,
        "- a\n" * 50_000,
        f"{LEDE}\n" + "- a\n" * 50_000,
        "word " * 400_000,
        "**" * 500_000,
        "Head\n" + "." * 1_000_000,
        "Head\n" + ". " * 500_000,
    ],
    ids=["lines", "wrapped", "chinese", "items", "related", "one line", "asterisks", "stops", "parted stops"],
)
def test_hostile_texts_take_linear_time(text: str) -> None:
    started = time.perf_counter()
    lay_out(text)
    assert time.perf_counter() - started < 5


def read_shared(*parts: str) -> list[Path]:
    folder = SHARED.joinpath(*parts)
    if not folder.is_dir():
        pytest.skip(f"no {'/'.join(parts)} beside the checkout")
    return sorted(folder.rglob("*.txt"))


@pytest.mark.shared
def test_the_report_with_related_headlines() -> None:
    (path,) = (path for path in read_shared("seeds") if path.name.startswith("000"))
    text, _ = clean_text(path.read_text(encoding="utf-8"))
    lines = text.split("\n")
    layout = lay_out(text)
    assert (layout.headline, layout.headline_method) == (lines[0], "first_line")
    assert [block.text for block in layout.blocks] == lines[1:13]
    assert kinds_of(layout) == ["paragraph"] * 12
    assert ["- " + aside.text for aside in layout.set_aside] == lines[13:19]
    assert {(aside.kind, aside.after_block) for aside in layout.set_aside} == {("related_headline", 12)}
    assert [link.text for link in layout.links] == [aside.text for aside in layout.set_aside]


@pytest.mark.shared
def test_the_commentary_with_headings_and_tags() -> None:
    (path,) = (path for path in read_shared("seeds") if path.name.startswith("002"))
    text, _ = clean_text(path.read_text(encoding="utf-8"))
    layout = lay_out(text)
    assert layout.headline is None
    assert [block.text for block in layout.blocks if block.kind == "heading"] == [
        "Time of visit: Sudden",
        "Level of visit: low-key and high-standard",
        "The content of the visit to China: comprehensive and in-depth",
        "Conclusion",
    ]
    assert [(aside.kind, aside.text) for aside in layout.set_aside] == [
        ("trailing_tags", "Belarus** Lukashenko visited China")
    ]
    assert layout.blocks[-1].text.endswith("to a new level.")
    assert words_of(layout) == tokenize(text)


@pytest.mark.shared
def test_news_texts_with_and_without_their_titles() -> None:
    paths = read_shared("corpora", "text-bbc")
    assert len(paths) == 256
    for path in paths:
        text, _ = clean_text(path.read_bytes().decode("utf-8", "replace"))
        title, _, body = text.strip().partition("\n")
        titled, untitled = lay_out(text), lay_out(body)
        assert (titled.headline, untitled.headline) == (title, None), path
        assert titled.blocks == untitled.blocks
        assert "heading" not in kinds_of(titled)
        assert titled.set_aside == untitled.set_aside == ()
        assert words_of(titled) == tokenize(text)
