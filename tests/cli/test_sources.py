"""`archive sources merge|rename|alias|domain|split`: what they take, say and refuse."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result

Run = Callable[..., Result]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["merge", "quillmere-gazette", "into", "lantern-wire"], "quillmere-gazette: merged into lantern-wire"),
        (["merge", "Quillmere Gazette", "Lantern Wire"], "quillmere-gazette: merged into lantern-wire"),
        (["rename", "lantern-wire", "The Lantern"], "lantern-wire: renamed The Lantern"),
        (["alias", "lantern-wire", "L. Wire"], "lantern-wire: also named L. Wire"),
        (["domain", "radio-lintel", "www.fm.example"], "radio-lintel: has the domain fm.example"),
        (["split", "lantern-wire", "提灯通讯社"], "lantern-wire: without 提灯通讯社"),
    ],
)
def test_what_is_said_of_a_source_is_on_record_and_taken_back(seeds: Run, words: list[str], what: str) -> None:
    before = seeds("sources", "--all", "-f", "json").stdout
    answer = seeds("sources", *words, "--because", "as I know", "--who", "Ada")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (
        0,
        "decision 1 added; `archive decisions undo 1` takes it back\n",
        "",
    )
    assert f"Ada  {what}  as I know" in seeds("decisions").stdout
    (row,) = json.loads(seeds("decisions", "-f", "json").stdout)
    assert (row["key"], row["subject"], row["reason"]) == (None, f"source_{words[0]}", "as I know")
    assert seeds("decisions", "undo", "1").exit_code == 0
    assert seeds("sources", "--all", "-f", "json").stdout == before


def test_what_is_so_already_is_told(seeds: Run) -> None:
    answer = seeds("sources", "alias", "lantern-wire", "lantern wire")
    assert (answer.exit_code, answer.stdout) == (0, "it is so already\n")
    assert seeds("decisions").stdout == ""


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["merge", "lantern-wire"], 2, "name two: archive sources merge lantern-wyre into lantern-wire"),
        (["merge", "a", "into", "b", "c"], 2, "name two: "),
        (["merge", "nobody", "lantern-wire"], 1, "there is no source 'nobody'; `archive sources --all` lists them"),
        (["alias", "lantern-wire", "Radio Lintel"], 2, "'Radio Lintel' leads to radio-lintel; `archive sources merge"),
        (["rename", "lantern-wire", "x", "--who", " "], 2, "nobody is named who decides"),
    ],
)
def test_a_call_that_is_off_is_told_and_changes_nothing(seeds: Run, words: list[str], code: int, told: str) -> None:
    answer = seeds("sources", *words)
    assert (answer.exit_code, answer.stdout) == (code, "")
    assert told in answer.stderr
    assert seeds("decisions").stdout == ""
