import hashlib
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.documents import Article, Given, Original
from archive.exports.md import file_name, to_markdown
from archive.normalize.text import clean_text
from archive.prepare import Preparer, Settings
from archive.readers import identify
from archive.readers.front_matter import split_front_matter
from tests.exports.articles import FULL, article

PREPARER = Preparer(Settings(Given()))


def read(text: str) -> Article:
    content = text.encode()
    assert identify(content, "a.md")[0].name == "markdown"
    original = Original(hashlib.sha256(content).hexdigest(), "text/markdown", len(content), b"")
    made = PREPARER.prepare_again("a.md", original, content, Given())
    assert isinstance(made, Article), made
    assert made.notes == ()
    return made


def with_blocks(*blocks: tuple[str, str] | tuple[str, str, int], **known: Any) -> dict[str, Any]:
    """Return an article with a body of blocks: kind, text, and the level of a heading."""
    described, start = [], 0
    for position, (kind, text, *level) in enumerate(blocks):
        if kind != "paragraph":
            one = {"position": position, "kind": kind, "level": level[0] if level else None}
            described.append({**one, "start": start, "end": start + len(text)})
        start += len(text) + 2
    return article(body="\n\n".join(text for _, text, *_ in blocks), blocks=described, **known)


def reads_back(one: dict[str, Any]) -> Article:
    made = read(to_markdown(one))
    assert (made.body, made.headline) == (one["body"], one["headline"])
    assert made.set_aside == ()
    assert made.links == ()
    read_blocks = [(position, kind, start, end) for position, kind, _, start, end in made.blocks]
    assert read_blocks == [
        tuple(block[name] for name in ("position", "kind", "start", "end")) for block in one["blocks"]
    ]
    return made


def test_what_is_known_stands_in_the_front_matter() -> None:
    front = split_front_matter(to_markdown(FULL))
    assert front is not None
    assert front.notes == ()
    assert front.mapping == {
        "key": "7u4bzebenofx",
        "title": FULL["headline"],
        "topics": [{"scheme": "medtop", "code": "20000574", "name": "Elections"}],
        "topics_by_rule": ["Eels"],
        **{name: FULL[name] for name in ("source", "published", "language", "section", "kind", "page", "edition")},
        **{name: FULL[name] for name in ("rights", "id", "url", "byline", "modified", "crawled")},
    }
    made = reads_back(FULL)
    assert [name for name, _ in made.authors] == FULL["authors"]
    assert made.headline_method == "given"


def test_a_time_that_is_known_to_the_minute_has_no_seconds() -> None:
    made = reads_back(article(published="2023-02-28T06:30:00+01:00", published_precision="minute"))
    assert made.published is not None
    assert (made.published.text, made.published.precision) == ("2023-02-28T06:30:00+01:00", "minute")


def test_authors_stand_there_where_no_byline_is_known() -> None:
    assert [name for name, _ in reads_back(article(authors=["A. Okoro", "李伟"])).authors] == ["A. Okoro", "李伟"]


def test_a_headline_of_the_text_is_its_first_heading() -> None:
    one = article(headline="5 * 5 # is *not* 26 #", headline_method="first_line")
    assert to_markdown(one) == "# 5 \\* 5 \\# is \\*not\\* 26 \\#\n\nA text.\n"
    assert reads_back(one).headline_method == "first_line"


def test_an_article_of_which_nothing_else_is_known_has_no_front_matter() -> None:
    assert to_markdown(article()) == "A text.\n"
    assert reads_back(article(body="---\nkey: value\n---\n\nA text.")).values == {}


@pytest.mark.parametrize(
    "one",
    [
        with_blocks(("heading", "First", 1), ("paragraph", "Text.")),
        with_blocks(("heading", "First", 1), ("paragraph", "Text."), headline="First", headline_method="given"),
        with_blocks(("heading", "Other", 1), ("paragraph", "Text."), headline="First", headline_method="given"),
        with_blocks(("heading", "First", 1), ("heading", "First", 1), headline="Top", headline_method="first_line"),
        with_blocks(("list", "- one"), ("list", "two\nlines"), ("paragraph", "Text."), ("list", "1. one")),
        with_blocks(("quote", "one\ntwo"), ("quote", "three"), ("paragraph", "> no quote")),
        with_blocks(("code", "if x:\n    y = '```'\n\n\tz"), ("code", "````\n~~~")),
        with_blocks(("table", "a | b\n1 | 2"), ("table", "a | b\nc"), ("table", "x |"), ("table", "1 | \\|\n | y")),
        with_blocks(("list", "a"), ("code", "b"), ("list", "c"), ("quote", "d"), ("list", "e"), ("table", "f")),
        article(body="two  blanks,\ta tab\n  an indented line\n\n\u3000\u3000段落\n\n\xa0hard"),
        article(body="a | b\n:-- | --:\n\nTitle\n===\n\nTitle\n---\n\n+++\n\n- - -\n\n~~~\n\n10) ten\n10. ten"),
        article(body="<b>no HTML</b> &amp; &#42; AT&T <!-- x --> [link](url) [ref]: /x\n\n[ref]: /x\n\n![a](b)"),
        article(body="ends in a backslash\\\nand goes on\\\n\n`code` *a* _b_ **c** https://mill.example/a_b_c"),
        article(body=""),
    ],
)
def test_blocks_and_marks_read_back(one: dict[str, Any]) -> None:
    if not one["body"] and not one["headline"]:
        one = {**one, "headline": "Alone", "headline_method": "given"}
    reads_back(one)


def test_the_level_of_a_heading_is_kept_where_there_is_one() -> None:
    made = read(to_markdown(with_blocks(("paragraph", "A."), ("heading", "B", 5), ("heading", "C"))))
    assert [level for _, _, level, _, _ in made.blocks] == [5, 2]


MARKS = "\\`*_{}[]()<>#+-.!|&~:=@\"'/0123456789"
CHARACTERS = st.sampled_from(MARKS + "  \t\n\u3000\xa0ab李がé\u0301;x") | st.characters(
    exclude_categories=["Cs"], exclude_characters="\ufeff\ufdd0"
)


def cleaned(text: str) -> str:
    return clean_text(re.sub("\n{2,}", "\n", clean_text(text)[0]).strip("\n"))[0].rstrip()


LINES = st.text(CHARACTERS, max_size=30).map(cleaned).filter(lambda text: text.strip())
ONE_LINE = LINES.map(lambda text: " ".join(text.split()))
CODE = st.text(CHARACTERS, max_size=30).map(lambda text: clean_text(text)[0].strip("\n").rstrip()).filter(str.strip)
BLOCKS = st.one_of(
    st.tuples(st.sampled_from(["paragraph", "paragraph", "list", "quote"]), LINES),
    st.tuples(st.just("heading"), ONE_LINE, st.integers(1, 6)),
    st.tuples(st.just("code"), CODE),
    st.tuples(
        st.just("table"),
        st.lists(st.lists(ONE_LINE, min_size=1, max_size=3).map(" | ".join), min_size=1).map("\n".join),
    ),
)


@settings(max_examples=400)
@given(st.lists(BLOCKS, min_size=1, max_size=5), st.none() | ONE_LINE, st.sampled_from(["given", "first_line"]))
@example([("paragraph", "0")], "0", "first_line")
def test_any_text_reads_back(blocks: list[Any], headline: str | None, method: str) -> None:
    reads_back(with_blocks(*blocks, headline=headline, headline_method=headline and method))


@settings(max_examples=200)
@given(st.text(CHARACTERS, max_size=40))
def test_any_value_reads_back(text: str) -> None:
    value = " ".join(clean_text(text)[0].split())
    made = read(to_markdown(article(section=value or None, headline="Top", headline_method="given")))
    assert (made.values["section"].text if value else "") == value


@pytest.mark.parametrize(
    ("known", "name"),
    [
        ({"headline": "../../etc/passwd"}, "etc-passwd_7u4bzebenofx.md"),
        ({"headline": "\\..\\con: NUL?", "published": "2023-02-28T06:30Z"}, "2023-02-28_con-nul_7u4bzebenofx.md"),
        ({"headline": "卢卡申科再访北京", "published": "2023"}, "2023_卢卡申科再访北京_7u4bzebenofx.md"),
        ({"headline": "…"}, "7u4bzebenofx.md"),
        ({}, "7u4bzebenofx.md"),
    ],
)
def test_names_of_files(known: dict[str, Any], name: str) -> None:
    assert file_name(article(**known)) == name


@given(st.text(), st.text())
def test_no_name_leads_anywhere(headline: str, key: str) -> None:
    name = file_name(article(headline=headline, key=key + "k"))
    assert re.fullmatch(r"[\w-]+\.md", name)
    assert len(name.encode()) <= 255 + 4 * len(key)
