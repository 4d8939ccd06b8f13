import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import Block, Link
from archive.readers.commonmark import TooComplexError, lay_out_markdown


def blocks(text: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in lay_out_markdown(text).blocks]


def test_the_first_heading_of_level_1_is_the_headline() -> None:
    layout = lay_out_markdown("# Harbour *talks*\n\nText.\n\n## More\n\n# Again\n")
    assert (layout.headline, layout.headline_method) == ("Harbour talks", "first_line")
    assert layout.blocks == (Block("paragraph", "Text."), Block("heading", "More", 2), Block("heading", "Again", 1))


@pytest.mark.parametrize("text", ["Harbour\n**talks**\n===\n\nText.", "<!-- a remark -->\n\n# Harbour talks\n\nText."])
def test_other_ways_to_write_a_headline(text: str) -> None:
    assert lay_out_markdown(text).headline == "Harbour talks"


@pytest.mark.parametrize(
    "text",
    ["Text.\n\n# Harbour talks", "## Harbour talks\n\nText.", "> # Harbour talks\n\nText.", "# \n\nText.", "Text."],
)
def test_what_is_no_headline(text: str) -> None:
    layout = lay_out_markdown(text)
    assert (layout.headline, layout.headline_method) == (None, None)
    assert layout.blocks


def test_a_heading_stays_where_another_headline_is_given() -> None:
    assert lay_out_markdown("# Talks begin\n\nText.", "Harbour talks").blocks[0] == Block("heading", "Talks begin", 1)
    same = lay_out_markdown("# Harbour  Talks\n\nText.", "Harbour talks")
    assert (same.headline, same.blocks) == ("Harbour Talks", (Block("paragraph", "Text."),))


def test_marks_go_and_text_stays() -> None:
    text = "They *met* in **the `old` port**\nand \\*spoke\\* of AT&amp;T, <b>bold</b> &#8211; H<sub>2</sub>O."
    assert blocks(text) == [("paragraph", "They met in the old port and *spoke* of AT&T, bold – H2O.")]


def test_line_breaks() -> None:
    assert blocks("one\ntwo  \nthree\\\nfour<br>five<BR/>\n<br/>six") == [
        ("paragraph", "one two\nthree\nfour\nfive\nsix")
    ]


def test_a_line_break_between_chinese_characters_is_nothing() -> None:
    assert blocks("港口代表团\n星期二抵达，\n就贸易\nABC\n会谈。") == [
        ("paragraph", "港口代表团星期二抵达，就贸易 ABC 会谈。")
    ]
    assert blocks("항구\n대표단") == [("paragraph", "항구 대표단")]


def test_lists_and_quotations() -> None:
    text = "- one\n  - two\n\n    more\n- three\n\n1. four\n\n> said\n> so\n>\n> - five\n>\n> # six\n"
    assert blocks(text) == [
        ("list", "one"),
        ("list", "two"),
        ("list", "more"),
        ("list", "three"),
        ("list", "four"),
        ("quote", "said so"),
        ("list", "five"),
        ("quote", "six"),
    ]


def test_code_and_rules() -> None:
    assert blocks("```python\n\na = 1\n\n  b\n```\n\n---\n\n    c  \n    d\n\n```\n```\n") == [
        ("code", "a = 1\n\n  b"),
        ("code", "c  \nd"),
    ]


def test_a_table_is_a_block_of_rows() -> None:
    text = "| port | *ships* |\n|---|---|\n| Olkhovka | [5](https://port.example) |\n| Sund | a<br>b |\n\nText."
    layout = lay_out_markdown(text)
    assert layout.blocks == (Block("table", "port | ships\nOlkhovka | 5\nSund | a b"), Block("paragraph", "Text."))
    assert layout.links == (Link("link", "5", "https://port.example"),)


def test_links_are_recorded_as_they_were_written() -> None:
    text = (
        "[the *port*](<https://port.example/ä b>) <https://a.example> [here](#below) [][x] [gone]( )"
        "\n\n[x]: /relative\n[unused]: https://b.example 'A title'\n"
    )
    assert lay_out_markdown(text).links == (
        Link("link", "the port", "https://port.example/ä b"),
        Link("link", "https://a.example", "https://a.example"),
        Link("link", None, "/relative"),
        Link("link", "A title", "https://b.example"),
    )


def test_descriptions_of_images_and_html_are_set_aside() -> None:
    text = (
        "One.\n\n![The *port*](p.jpg \"At dawn\") and text ![](q.jpg)\n\n<div class='x'>\nraw\n</div>\n\n"
        "Two <!-- a remark --> three.\n\n[![A ship](s.jpg)](https://port.example)\n"
    )
    layout = lay_out_markdown(text)
    assert [(passage.kind, passage.text, passage.after_block, passage.rule) for passage in layout.set_aside] == [
        ("caption", "The port", 1, "image_alt"),
        ("caption", "At dawn", 1, "image_title"),
        ("markup", "<div class='x'>\nraw\n</div>", 2, "html_block"),
        ("markup", "<!-- a remark -->", 2, "html_inline"),
        ("caption", "A ship", 3, "image_alt"),
    ]
    assert [block.text for block in layout.blocks] == ["One.", "and text", "Two three."]
    assert layout.links == (Link("link", None, "https://port.example"),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (">" * 100_000, "within each other"),
        ("- " * 30 + "a", "within each other"),
        ("[" * 500_000, "too many marks"),
        ("![" * 250_000, "too many marks"),
        ("a <![CDATA[" * 50_000, "too many marks"),
        ("a\n" * 450_000, "too many marks"),
        ("- a\n" * 200_000, "too many marks"),
        (">" * 38 + "a\n" * 200_000, "too many marks"),
        ("*" * 5_000_000, "longer than"),
        ("*a " * 60_000, "marks of emphasis"),
        ("|a|b|\n|-|-|\n" + "|c|d|\n" * 100_000, "of tables"),
    ],
    ids=lambda value: value[:12],
)
def test_what_would_cost_too_much_is_refused_within_seconds(text: str, words: str) -> None:
    start = time.perf_counter()
    with pytest.raises(TooComplexError, match=words):
        lay_out_markdown(text)
    assert time.perf_counter() - start < 20


def test_a_long_run_of_spaces_costs_nothing() -> None:
    start = time.perf_counter()
    assert blocks("a" + " " * 900_000 + "b") == [("paragraph", "a b")]
    assert time.perf_counter() - start < 5


def test_a_long_text_without_malice_is_taken_apart() -> None:
    text = "The *delegation* of the [port](https://port.example/news) arrived on Tuesday.\n\n" * 5_000
    assert len(lay_out_markdown(text).blocks) == 5_000


def test_too_many_frames_are_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    import archive.readers.commonmark as commonmark

    class Parser:
        def parse(self, text: str, env: object) -> None:
            raise RecursionError

    monkeypatch.setattr(commonmark, "_parser", Parser)
    with pytest.raises(TooComplexError, match="too many marks within each other"):
        lay_out_markdown("Text.")


MARKS = st.text(st.sampled_from("ab \n\t#*_-+>`~[]()<>!&;|:\\\"'=1.\x01\ud800ä北\u2028"), max_size=80)


@settings(max_examples=400)
@given(MARKS, st.none() | st.text(max_size=5))
def test_any_text_is_taken_apart_or_refused(text: str, headline: str | None) -> None:
    layout = lay_out_markdown(text, headline)
    assert all(block.text.strip() == block.text or block.kind == "code" for block in layout.blocks)
    assert all(block.text for block in layout.blocks)
    assert all(0 <= passage.after_block <= len(layout.blocks) for passage in layout.set_aside)


@settings(max_examples=100)
@given(st.lists(st.text(st.sampled_from("abcdefgh"), min_size=1, max_size=8), min_size=1, max_size=12))
def test_no_word_of_a_text_is_lost(words: list[str]) -> None:
    a, b, c, d, e, f, g = (words * 7)[:7]
    layout = lay_out_markdown(f"# {a}\n\n> {b}\n\n- {c}\n- *{d}* [{e}](u)\n\n![{f}](v)\n\n`{g}`\n")
    kept = " ".join(
        [layout.headline or "", *(block.text for block in layout.blocks), *(aside.text for aside in layout.set_aside)]
    )
    assert {a, b, c, d, e, f, g} <= set(kept.split())
