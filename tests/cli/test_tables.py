"""Tables are never wider than the terminal, and show what they can."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from archive.cli.drawing import _last_words, outermost
from archive.cli.tables import draw_table, drawn, mark

Run = Callable[..., Result]

CALLS = [
    ["list"],
    ["search", "trade"],
    ["search", "北京"],
    ["show", "zh/访问.md"],
    ["show", "courier/2023-03-01_trade.md"],
    ["why", "zh/访问.md"],
    ["why", "Untitled.txt"],
    ["count"],
    ["sources", "--all"],
    ["topics", "--all"],
    ["topics", "show", "sanctions"],
    ["topics", "test", "trade", "--topic", "sanctions"],
    ["imports"],
    ["imports", "show", "1"],
    ["stats"],
    ["sql", "SELECT * FROM documents"],
    ["sql", "SELECT key, url, created_at FROM articles"],
    ["db", "history"],
]


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_nothing_is_wider_than_the_terminal(call: list[str], width: int, seeds: Run, key: Callable[[str], str]) -> None:
    words = [key(word) if "." in word else word for word in call]
    answer = seeds(*words, width=width)
    assert answer.exit_code == 0
    widest = max(cell_len(line) for line in answer.stdout.splitlines())
    assert widest <= width, answer.stdout


def test_a_narrower_terminal_is_taken_for_one_of_forty(seeds: Run) -> None:
    assert seeds("list", width=10).stdout == seeds("list", width=40).stdout


CELLS = st.one_of(
    st.none(),
    st.integers(),
    st.floats(),
    st.binary(max_size=4),
    st.lists(st.text(max_size=5), max_size=3),
    st.text(max_size=300),
    st.text(st.sampled_from("ab 北京\t\n\x1b\u0301😀"), max_size=80),
)


@settings(max_examples=60)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=4),
    names=st.lists(
        st.sampled_from(["key", "headline", "words", "北京", "\x1b[31m", "note " * 9]), min_size=3, max_size=3
    ),
    width=st.sampled_from([40, 60, 80, 120, 200]),
)
def test_whatever_stands_in_a_table_fits(
    rows: list[tuple[object, ...]], names: list[str], width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    named = [f"{name}{number}" for number, name in enumerate(names)]
    table = draw_table([dict(zip(named, row, strict=True)) for row in rows], {})
    assert max(cell_len(line) for line in table.split("\n")) <= width
    assert "\x1b" not in table


def test_columns_in_which_nothing_stands_are_left_out_where_they_are_named() -> None:
    rows: list[dict[str, Any]] = [{"a": 1, "b": None, "c": "x"}, {"a": 2, "b": "", "c": None}]
    assert draw_table(rows, {"a": "a", "b": "b", "c": "c"}).split("\n")[0] == "a  c"
    assert draw_table(rows, {}).split("\n")[0] == "a  b  c"


def test_what_people_copy_is_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    row = {"slug": "a-rather-long-slug-of-a-source", "name": "A rather long name of a source", "kind": "newspaper"}
    assert row["slug"] in draw_table([row], {})


def test_a_tree_keeps_its_shape(seeds: Run) -> None:
    lines = seeds("topics", "--all", width=70).stdout.splitlines()[2:]
    assert len(lines) == 61
    assert any(line.startswith("  ") and "…" in line for line in lines)


def test_what_does_not_fit_becomes_lines_of_name_and_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    row = {name: f"the value of {name}" for name in ("first", "second", "third", "fourth")}
    assert draw_table([row, row], {}).split("\n") == [
        "first   the value of first",
        "second  the value of second",
        "third   the value of third",
        "fourth  the value of fourth",
        "",
        "first   the value of first",
        "second  the value of second",
        "third   the value of third",
        "fourth  the value of fourth",
    ]


def test_long_values_are_cut_and_lines_joined() -> None:
    shown = draw_table([{"text": "one\n\ttwo" + " word" * 100}], {})
    assert "one two word" in shown
    assert shown.endswith("…")
    assert len(" ".join(shown.split()[2:])) == 201


@pytest.mark.parametrize(
    ("hits", "shown"),
    [
        ([], "a short text"),
        ([(0, 1), (8, 12)], "«a» short «text»"),
        ([(0, 7), (2, 7), (8, 12)], "«a short» «text»"),
    ],
)
def test_hits_stand_out(hits: list[tuple[int, int]], shown: str) -> None:
    assert drawn(lambda console: console.print(mark("a short text", hits, console))) == shown


@given(st.text(st.sampled_from("ab 北…"), max_size=40), st.integers(-3, 40))
def test_the_end_of_a_text_fits(text: str, room: int) -> None:
    shown = _last_words(text, room)
    assert cell_len(shown) <= max(room, 0)
    assert shown == text or text.endswith(shown.removeprefix("…"))


SPANS = st.tuples(st.sampled_from(["body", "headline", "set_aside"]), st.integers(0, 9), st.integers(1, 5))


@given(st.lists(SPANS, max_size=8))
def test_passages_within_others_are_left_out(spans: list[tuple[str, int, int]]) -> None:
    evidence = [{"field": field, "start": start, "end": start + length} for field, start, length in spans]

    def within(one: dict[str, Any], other: dict[str, Any]) -> bool:
        same = one["field"] == other["field"] != "set_aside"
        return same and one != other and other["start"] <= one["start"] and one["end"] <= other["end"]

    given_ = {"field": "topics", "start": None, "end": None}
    assert outermost([given_, *evidence]) == [
        given_,
        *(one for one in evidence if not any(within(one, other) for other in evidence)),
    ]
