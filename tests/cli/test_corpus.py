"""`archive corpus freeze|verify|methods|texts|drop`: what they take, say and refuse."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.engines import connected

Run = Callable[..., Result]


def test_a_corpus_is_frozen_listed_and_dropped(seeds: Run) -> None:
    answer = seeds("corpus")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == "no corpus is frozen yet; `archive corpus freeze` does it\n"
    answer = seeds("corpus", "freeze", "Trade-2023", "topic:trade", "date:2023", "--who", "Ada")
    (row,) = json.loads(seeds("corpus", "-f", "json").stdout)
    assert (answer.exit_code, answer.stdout) == (
        0,
        f"corpus:trade-2023 frozen: {row['articles']} articles\nSHA-256 {row['sha256']}\n",
    )
    assert answer.stderr == f"left out: {row['left_out_undated']} without a date\n"
    assert (row["name"], row["query"], row["who"]) == ("trade-2023", "topic:trade date:2023", "Ada")
    lines = seeds("corpus").stdout.splitlines()
    assert lines[0].split() == ["name", "articles", "frozen", "who", "query"]
    assert lines[2].startswith("trade-2023")
    answer = seeds("corpus", "drop", "Trade-2023")
    assert (answer.exit_code, answer.stdout) == (0, "corpus:trade-2023 is gone\n")
    assert seeds("corpus").stdout == ""


def test_options_are_part_of_the_record(seeds: Run) -> None:
    answer = seeds(
        *("corpus", "freeze", "x", "trade OR museums", "--topic", "economy", "--since", "2022"),
        *("--include-imprecise", "--one-per-text"),
    )
    assert answer.exit_code == 0, answer.stderr
    (row,) = json.loads(seeds("corpus", "-f", "json").stdout)
    assert row["query"] == '(trade OR museums) topic:"economy" date:"2022.."'
    assert (row["includes_imprecise"], row["one_per_text"], row["left_out_imprecise"]) == (True, True, 0)
    assert f"{row['left_out_copies']} as copies" in answer.stderr
    again = seeds("corpus", "freeze", "y", row["query"], "--include-imprecise", "--one-per-text")
    assert row["sha256"] in again.stdout


def test_who_comes_from_the_environment(seeds: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_WHO", "Bo")
    seeds("corpus", "freeze", "x", "trade")
    assert json.loads(seeds("corpus", "-f", "json").stdout)[0]["who"] == "Bo"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["freeze", "taken", "trade"], 2, "there is a corpus taken, and a corpus is never altered; take another name"),
        (["freeze", "x"], 2, "say which articles are meant; * means all of them"),
        (["freeze", "x", "&"], 2, "there is no word in the query"),
        (["freeze", "x", "zeppelin"], 2, "the query finds nothing to be frozen"),
        (["freeze", "x y", "trade"], 2, "'x y' is no name"),
        (["freeze", "x", "sorce:wire"], 2, "there is no field sorce:; write source:"),
        (["freeze", "x", "trade", "--who", " "], 2, "nobody is named who freezes it"),
        (["freeze", "x", "trade", "--source", 'a"b c'], 2, "there is no source 'a\"b c'"),
        (["verify", "takn"], 1, "there is no corpus 'takn'; 'taken' was probably meant"),
        (["methods", "nosuch"], 1, "there is no corpus 'nosuch'; `archive corpus` lists those that are"),
        (["texts", "nosuch"], 1, "there is no corpus 'nosuch'"),
        (["drop", "nosuch"], 1, "there is no corpus 'nosuch'"),
    ],
)
def test_what_is_off_is_told(seeds: Run, words: list[str], code: int, told: str) -> None:
    seeds("corpus", "freeze", "taken", "museums")
    before = seeds("corpus", "-f", "json").stdout
    answer = seeds("corpus", *words)
    assert (answer.exit_code, answer.stdout) == (code, "")
    assert told in answer.stderr
    assert seeds("corpus", "-f", "json").stdout == before


def test_verifying(seeds: Run, seeds_archive: Path, key: Callable[[str], str], tmp_path: Path) -> None:
    seeds("corpus", "freeze", "all", "*")
    answer = seeds("corpus", "verify", "all")
    assert (answer.exit_code, answer.stdout) == (0, "corpus:all is as it was frozen: 16 articles\n")
    revised, gone, altered = key("wire/lw-0457.md"), key("zh/访问.md"), key("ru/визит.md")
    (tmp_path / "lw-0457.md").write_text(
        "---\nid: LW-2023-0457\nsource: Lantern Wire\n---\nAnother state of the piece, of nine words.\n"
    )
    seeds("import", str(tmp_path / "lw-0457.md"))
    answer = seeds("corpus", "verify", "all")
    assert (answer.exit_code, answer.stdout) == (
        0,
        "corpus:all is as it was frozen: 16 articles\n"
        f"revised since, which is no fault: {revised} (frozen 2, current 3)\n",
    )
    with connected(seeds_archive) as connection, connection:
        of_key = "WHERE article_id = (SELECT id FROM articles WHERE key = ?)"
        connection.execute(f"DELETE FROM article_revisions {of_key}", (gone,))
        connection.execute(f"UPDATE article_revisions SET headline = NULL {of_key}", (altered,))
        connection.execute("UPDATE corpora SET sha256 = 'ab'")
    answer = seeds("corpus", "verify", "all")
    assert answer.exit_code == 1
    lines = answer.stdout.splitlines()
    assert lines[0] == "corpus:all is not as it was frozen: 16 articles"
    assert lines[1].startswith("its checksum was ab, and is ")
    assert lines[2:4] == [f"gone: {gone}", f"altered: {altered}"]
    answer = seeds("corpus", "verify", "all", "-f", "json")
    assert answer.exit_code == 1
    found = json.loads(answer.stdout)
    assert (found["is_sound"], found["gone"], found["altered"]) == (False, [gone], [altered])
    assert found["revised"] == [{"key": revised, "number": 2, "current": 3}]
    answer = seeds("corpus", "texts", "all", "-f", "jsonl")
    assert answer.stderr == "1 are gone; `archive corpus verify` names them\n"
    assert len(answer.stdout.splitlines()) == 16


def test_methods_are_one_line_to_be_pasted(seeds: Run) -> None:
    seeds("corpus", "freeze", "all", "*", "--who", "Ada\x1b[31m")
    answer = seeds("corpus", "methods", "all")
    assert answer.stdout.count("\n") == 1
    assert "\x1b" not in answer.stdout
    assert answer.stdout.startswith("The corpus “all” was frozen on ")
    told = json.loads(seeds("corpus", "methods", "all", "-f", "json").stdout)
    assert (told["articles"], told["query"], told["units"]) == (16, "*", 19)


def test_texts_are_those_that_were_frozen(seeds: Run, key: Callable[[str], str], tmp_path: Path) -> None:
    seeds("corpus", "freeze", "wire", "--source", "lantern-wire")
    before = {form: seeds("corpus", "texts", "wire", "-f", form).stdout for form in ("jsonl", "csv", "json", "table")}
    (tmp_path / "lw-0457.md").write_text("---\nid: LW-2023-0457\nsource: Lantern Wire\n---\nAnother state of it.\n")
    seeds("import", str(tmp_path / "lw-0457.md"))
    assert before == {form: seeds("corpus", "texts", "wire", "-f", form).stdout for form in before}
    rows = {row["key"]: row for row in csv.DictReader(io.StringIO(before["csv"]))}
    assert rows[key("wire/lw-0457.md")]["number"] == "2"
    assert "up by 33 percent" in rows[key("wire/lw-0457.md")]["body"]
    assert "Customs figures open the week of the visit" in before["table"]
