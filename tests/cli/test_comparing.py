"""`archive diff` and `archive copies`."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Literal

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from archive.cli.diff_drawing import draw_changes
from archive.cli.diff_page import write_page
from archive.queries.comparison import compare_texts

Run = Callable[..., Result]

STATE = {"seen_at": "2026-03-01T12:00:00.000000Z", "cause": "import"}


@pytest.fixture
def compared(tmp_path: Path, run: Run) -> Callable[..., Run]:
    """Return what makes an archive of one article in these states, and runs `archive WORDS… KEY MORE…` on it."""

    def make(*bodies: str, headline: str = "Ferry") -> Run:
        for body in bodies:
            (tmp_path / "piece.md").write_text(
                f"---\ntitle: {json.dumps(headline)}\nurl: https://example.org/a\nlanguage: en\n---\n{body}\n"
            )
            assert run("--db", tmp_path / "a.db", "import", "-q", "--jobs", "0", tmp_path / "piece.md").exit_code == 0
        key = json.loads(run("--db", tmp_path / "a.db", "list", "-f", "json").stdout)[0]["key"]
        return lambda command, *more, **how: run("--db", tmp_path / "a.db", command, key, *more, **how)

    return make


def comparison(before: str, after: str) -> dict[str, object]:
    changes = [{"field": "body", "op": op, "text": text} for op, text in compare_texts(before, after)]
    states = {"before": {"revision": 1, **STATE}, "after": {"revision": 2, **STATE}}
    return {"key": "4h7q", "source": None, "language": None, **states, "changes": changes}


def drawn(before: str, after: str, color: Literal["standard"] | None = None, width: int = 120) -> list[str]:
    """Return the paragraphs of what is drawn of two bodies, without what stands above them."""
    file = StringIO()
    console = Console(
        file=file, width=width, color_system=color, force_terminal=color is not None, highlight=False, markup=False
    )
    draw_changes(console, comparison(before, after))
    return [block.strip("\n") for block in file.getvalue().split("\n\n")[1:]]


def test_what_changed_stands_in_brackets_where_there_is_no_colour(seeds: Run, key: Callable[[str], str]) -> None:
    answer = seeds("diff", key("wire/lw-0457.md"))
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert "up by [-23-]{+33+} percent" in answer.stdout
    assert "revision 1 (import, seen " in answer.stdout
    assert answer.stdout.endswith("… 2 paragraphs unchanged …\n")


def test_colours_take_the_place_of_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR")
    (shown,) = drawn("Up by 23 percent.", "Up by 33 percent.", color="standard")
    assert shown == "Up by \x1b[9;31m23\x1b[0m\x1b[4;32m33\x1b[0m percent."


def test_rows_give_both_texts_back(compared: Callable[..., Run]) -> None:
    ask = compared("One boat.\n\nTwo boats.", "One boat.\n\nThree boats.")
    rows = json.loads(ask("diff", "-f", "json").stdout)
    assert rows == [
        {"field": "headline", "op": "equal", "text": "Ferry"},
        {"field": "body", "op": "equal", "text": "One boat.\n\n"},
        {"field": "body", "op": "removed", "text": "Two"},
        {"field": "body", "op": "added", "text": "Three"},
        {"field": "body", "op": "equal", "text": " boats."},
    ]
    assert ask("diff", "2", "1", "-f", "csv").stdout.splitlines()[-3:-1] == ["body,removed,Three", "body,added,Two"]


def test_one_revision_says_so(seeds: Run, key: Callable[[str], str]) -> None:
    for form, out in (("table", ""), ("json", "[]\n"), ("jsonl", ""), ("csv", ""), ("html", "")):
        answer = seeds("diff", key("zh/访问.md"), "-f", form)
        assert (answer.exit_code, answer.stdout) == (0, out)
        assert answer.stderr == f"{key('zh/访问.md')} has one revision only; there is nothing to compare\n"


def test_texts_that_are_the_same_say_so(compared: Callable[..., Run]) -> None:
    answer = compared("One boat.", "Two boats.")("diff", "1", "1")
    assert (answer.exit_code, answer.stderr) == (0, "headline and body are the same\n")
    assert "1 paragraph unchanged" in answer.stdout


def test_an_unknown_revision_names_those_there_are(compared: Callable[..., Run]) -> None:
    ask = compared("One boat.", "Two boats.")
    for words in (("diff", "1", "7"), ("diff", "7"), ("show", "--revision", "7"), ("show", "--revision", "0")):
        answer = ask(*words)
        assert (answer.exit_code, answer.stdout) == (1, "")
        assert answer.stderr.rstrip().endswith("; it has 1, 2")
    assert ask("diff", "one").exit_code == 2


def test_paragraphs_without_a_change_give_way_to_their_number() -> None:
    before = "\n\n".join(["One.", "Two.", "A boat.", "Four.", "Five.", "Six.", "A crane.", "Eight."])
    after = before.replace("boat", "ship").replace("crane", "cart")
    assert drawn(before, after) == [
        "… 2 paragraphs unchanged …",
        "A [-boat-]{+ship+}.",
        "… 3 paragraphs unchanged …",
        "A [-crane-]{+cart+}.",
        "… 1 paragraph unchanged …",
    ]


def test_neighbours_stay_apart_and_a_new_paragraph_stands_alone() -> None:
    assert drawn("A boat.\n\nA crane.", "A ship.\n\nA cart.") == ["A [-boat-]{+ship+}.", "A [-crane-]{+cart+}."]
    assert drawn("One.\n\nTwo here.", "One.\n\nNew.\n\nTwo here.") == [
        "… 1 paragraph unchanged …",
        "{+New.+}",
        "Two here.",
    ]


def test_a_long_paragraph_is_shown_around_its_changes() -> None:
    words = [f"word{number}" for number in range(400)]
    before = " ".join(words)
    words[100] = words[300] = "CHANGED"
    (shown,) = drawn(before, " ".join(words), width=10_000)
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert " word99 [-word100-]{+CHANGED+} word101 " in shown
    assert " … " in shown[20:-20]
    assert len(shown) < 1200


def test_white_space_that_changed_is_visible() -> None:
    assert drawn("One. Two.", "One.\n\nTwo.") == ["One.[-␣-]{+¶¶+}", "Two."]
    assert drawn("One.\n\nTwo.", "One. Two.") == ["One.[-¶¶-]{+␣+}Two."]


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "html"])
def test_nothing_in_a_text_is_obeyed(form: str, compared: Callable[..., Run]) -> None:
    ask = compared("Old \u202e<b>line</b> \x85&", "New \u2066<i>line</i>", headline="Odd \u202e</h1><script>")
    shown = ask("diff", "-f", form).stdout
    assert not set(shown) & set("\u202e\u2066\x85\x1b")
    assert "\\u202e" in shown
    if form == "html":
        assert "<b>" not in shown
        assert "<script>" not in shown
        assert "&lt;/h1&gt;" in shown


class Page(HTMLParser):
    """What a page has of the two texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts = {"del": "", "ins": ""}
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "article" in self.open:
            for mine, other in (("del", "ins"), ("ins", "del")):
                if other not in self.open:
                    self.texts[mine] += data


@given(*[st.lists(st.sampled_from(["<b>", "&", '"', "one", " ", "\n\n", "two", "&lt;", "-->"])).map("".join)] * 2)
def test_a_page_holds_both_texts(before: str, after: str) -> None:
    page = Page(write_page(comparison(before, after)))
    assert (page.texts["del"], page.texts["ins"]) == (before, after)


def test_a_page_needs_nothing_else_and_says_its_language(compared: Callable[..., Run]) -> None:
    page = compared("One boat.", "Two boats.")("diff", "-f", "html").stdout
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert "<del>One boat</del><ins>Two boats</ins>." in page
    assert not any(word in page for word in ("src=", "href=", "@import", "http"))


def test_copies(seeds: Run, key: Callable[[str], str]) -> None:
    asked, other = key("courier/park.md"), key("gazette/park.md")
    answer = seeds("copies", asked)
    assert (answer.exit_code, answer.stderr) == (0, "")
    lines = answer.stdout.splitlines()
    assert [line.split()[0] for line in lines[2:4]] == [asked, other]
    assert "  yes  " in lines[3]
    assert lines[-2] == f"Places of {asked}"
    assert lines[-1].endswith("courier/park.md")
    rows = json.loads(seeds("copies", asked, "-f", "json").stdout)
    assert [(row["key"], row["is_copy"]) for row in rows] == [(asked, False), (other, True)]
    assert [Path(row["places"][0]).parent.name for row in rows] == ["courier", "gazette"]


def test_no_copy_says_so(seeds: Run, key: Callable[[str], str]) -> None:
    answer = seeds("copies", key("2023-02-28 visit preview.txt"))
    assert (answer.exit_code, answer.stderr) == (0, "no other article has this text\n")
    assert len(answer.stdout.split("Places of ")[1].splitlines()) == 3
