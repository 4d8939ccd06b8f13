"""`archive kwic`."""

import csv
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]


def test_hits_stand_below_each_other(seeds: Run) -> None:
    shown = seeds("kwic", "sanction*", "--sort", "right").stdout.splitlines()
    assert len(shown) == 6
    assert len({line.index("«sanctions»") for line in shown}) == 1
    assert all(len(line) <= 122 for line in shown)


@pytest.mark.parametrize(
    ("width", "known"),
    [
        (100, "j5fiq354movg  2023-02-27  The Harbour Cour  "),
        (60, "j5fiq354movg  2023-02-27  "),
        (46, "j5fiq354movg  "),
        (40, "j5fiq354movg  "),
    ],
)
def test_a_narrow_terminal_has_room_for_what_stands_beside_a_hit(width: int, known: str, seeds: Run) -> None:
    (line,) = (one for one in seeds("kwic", "trade", width=width).stdout.splitlines() if one.startswith("j5fiq354movg"))
    assert line.startswith(known)
    assert len(line) <= width
    left, right = line.removeprefix(known).split("«trade»")
    assert min(len(left), len(right)) >= 9
    assert left.endswith("trengthen ")


def test_csv_has_the_columns_that_concordancers_want(seeds: Run) -> None:
    rows: list[dict[str, Any]] = list(csv.DictReader(StringIO(seeds("kwic", "kite", "-f", "csv").stdout)))
    assert list(rows[0]) == ["key", "published", "source", "field", "left", "hit", "right", "start", "end"]
    assert all(len(row["left"]) <= 60 >= len(row["right"]) for row in rows)


def test_what_is_left_out_is_told(seeds: Run) -> None:
    answer = seeds("kwic", "trade", "date:2023-02", "--limit", "2")
    assert answer.stderr.splitlines()[0] == "the first 2 lines; --limit 0 shows all"
    assert answer.stderr.splitlines()[1].startswith("left out: ")
    assert seeds("kwic", "source:lantern-wire").stderr == "nothing found; kwic shows words, and none is asked for\n"
    assert "fewer words find more" in seeds("kwic", "xylophone").stderr


def test_an_explanation_says_how_articles_are_found(seeds: Run, engine: str) -> None:
    for command in (["kwic"], ["search"], ["list"], ["count"], ["count", "--by", "month"]):
        shown = seeds(*command, "trade -sanctions date:2023..", "--explain").stdout
        assert shown.startswith("query\n  AND\n    word trade\n    NOT\n      word sanctions\n    published from 2023-")
        assert "\nSQL\n" in shown
        assert "\nplan\n" in shown
        assert ("VIRTUAL TABLE" if engine == "sqlite" else "article_search") in shown
