"""`archive set`, `archive tag`, `archive decisions`: what they take, say and refuse."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


@pytest.fixture
def mayor(key: Callable[[str], str]) -> str:
    return key("clippings/mayor.txt")


@pytest.fixture
def trade(key: Callable[[str], str]) -> str:
    return key("courier/2023-03-01_trade.md")


def of(seeds: Run, key: str) -> dict[str, object]:
    value: dict[str, object] = json.loads(seeds("show", key, "-f", "json").stdout)
    return value


def test_values_are_set_for_several_articles(seeds: Run, mayor: str, trade: str) -> None:
    answer = seeds("set", mayor[:6], trade, "section=Sea", "published=2023-02", "--because", "imprint", "--who", "Ada")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "decisions: 4 added\n", "")
    for key in (mayor, trade):
        assert (of(seeds, key)["section"], of(seeds, key)["published"]) == ("Sea", "2023-02")
    again = seeds("set", mayor, "section=Sea")
    assert again.stdout == "decisions: 0 added, 1 decided so already\n"


def test_nothing_after_the_sign_says_that_none_is_known(seeds: Run, mayor: str) -> None:
    assert seeds("set", mayor, "published=").exit_code == 0
    assert of(seeds, mayor)["published"] is None
    assert "published=" in seeds("decisions").stdout


def test_a_value_may_have_the_sign_in_it(seeds: Run, mayor: str) -> None:
    assert seeds("set", mayor, "headline=1 + 1 = 2").exit_code == 0
    assert of(seeds, mayor)["headline"] == "1 + 1 = 2"


def test_what_is_new_by_name_is_told(seeds: Run, mayor: str) -> None:
    assert seeds("set", mayor, "source=The Eel Post").stderr == "new: source 'The Eel Post'\n"
    assert seeds("set", mayor, "source=lantern wire").stderr == ""
    assert of(seeds, mayor)["source"] == "Lantern Wire"
    assert seeds("tag", mayor, "--", "+Eel pie").stderr == "new: topic local:eel-pie\n"


def test_topics_are_put_on_and_taken_off(seeds: Run, mayor: str) -> None:
    answer = seeds("tag", "--because", "in passing", mayor, "--", "+Belt and Road", "-china")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "decisions: 2 added\n", "")
    topics = of(seeds, mayor)["topics"]
    assert isinstance(topics, list) and "Belt and Road" in topics and "China" not in topics
    why = seeds("why", mayor).stdout
    assert "2 -local:china, by " in why and ": in passing" in why
    assert "Belt and Road (local:belt-and-road)\n  a person's decision\n" in why
    assert "not China (local:china): decision 2; 1 passages or inputs speak for it\n" in why


def test_values_come_from_a_table(seeds: Run, mayor: str, trade: str) -> None:
    Path("corrections.csv").write_text(
        f"key,published,section,because\n{mayor},2023-02,,imprint\n{trade},=,Sea,\n", encoding="utf-8-sig"
    )
    answer = seeds("set", "--from", "corrections.csv", "--because", "as told", "--who", "Ada")
    assert (answer.exit_code, answer.stdout) == (0, "decisions: 3 added\n")
    rows = json.loads(seeds("decisions", "-f", "json").stdout)
    assert [(row["key"], row["name"], row["value"], row["reason"]) for row in reversed(rows)] == [
        (mayor, "published", "2023-02", "imprint"),
        (trade, "published", None, "as told"),
        (trade, "section", "Sea", "as told"),
    ]
    assert seeds("set", "--from", "-", stdin=f"key,section\n{mayor},Sky\n").exit_code == 0
    assert of(seeds, mayor)["section"] == "Sky"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("", "says nothing; its first line names a column `key`"),
        ("key,section\n", "says nothing"),
        ("section\nSea\n", "line 2 of t.csv names no article in a column `key`"),
        ("key,section\nKEY\n", "line 2 of t.csv has not as many cells as the first"),
        ("key,section\nKEY,Sea,more\n", "line 2 of t.csv has not as many cells as the first"),
        ("key,colour\nKEY,red\n", "'colour' is no field that can be set"),
        ('key,section\nKEY,"Sea\n', "t.csv is no CSV in UTF-8"),
    ],
)
def test_a_table_that_is_off_changes_nothing(seeds: Run, mayor: str, table: str, told: str) -> None:
    Path("t.csv").write_text(table.replace("KEY", mayor))
    answer = seeds("set", "--from", "t.csv")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert told in answer.stderr
    assert seeds("decisions").stdout == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["set", "KEY"], "name at least one KEY and one FIELD=VALUE"),
        (["set", "section=Sea"], "name at least one KEY and one FIELD=VALUE"),
        (["set", "KEY", "section=Sea", "section=Sky"], "section is said twice; say it once"),
        (["set", "--from", "no.csv"], "no.csv cannot be read: No such file or directory"),
        (["set", "KEY", "section=Sea", "--from", "no.csv"], "either on the command line or in a file"),
        (["tag", "KEY"], "name at least one KEY, then what to do"),
        (["tag", "--", "+trade"], "name at least one KEY, then what to do"),
        (["tag", "KEY", "--", "+"], "name at least one KEY, then what to do"),
        (["tag", "KEY", "--", "+trade", "--who", "Ada"], "--who stands after the -- that ends the options"),
        (["decisions", "restore", "no.jsonl"], "no.jsonl cannot be read: No such file or directory"),
        (["decisions", "dump", "there.jsonl"], "there.jsonl exists; name a file that does not"),
        (["set", "KEY", "section=Sea", "--who", " "], "nobody is named who decides"),
    ],
)
def test_a_call_that_is_off_is_told(seeds: Run, mayor: str, words: list[str], told: str) -> None:
    Path("there.jsonl").touch()
    answer = seeds(*(mayor if word == "KEY" else word for word in words))
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert told in answer.stderr


def test_who_decides_is_named_or_configured_or_logged_in(
    seeds: Run, mayor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "ada")
    seeds("set", mayor, "section=1")
    monkeypatch.setenv("ARCHIVE_WHO", "Bo Lim")
    seeds("set", mayor, "section=2")
    seeds("set", mayor, "section=3", "--who", "Cy")
    assert [row["who"] for row in json.loads(seeds("decisions", "-f", "json").stdout)] == ["Cy", "Bo Lim", "ada"]


def test_decisions_are_listed_taken_back_and_kept_in_a_file(seeds: Run, mayor: str, trade: str, run: Run) -> None:
    seeds("set", mayor, "section=Sea", "--because", "as printed")
    seeds("set", trade, "section=Sky")
    assert [line.split()[0] for line in seeds("decisions", "--article", mayor).stdout.splitlines()[2:]] == ["1"]
    assert seeds("decisions", "undo", "1").stdout == "decision 1 taken back, by decision 3\n"
    assert seeds("decisions", "undo", "1").exit_code == 2
    assert seeds("decisions", "undo", "9").exit_code == 1
    shown = seeds("decisions").stdout.splitlines()
    assert shown[0].split()[-2:] == ["undone", "by"]
    assert shown[2].split()[-3:] == ["takes", "1", "back"]
    answer = seeds("decisions", "dump", "kept.jsonl")
    assert (answer.exit_code, answer.stderr) == (0, "3 decisions written\n")
    assert Path("kept.jsonl").read_text() == seeds("decisions", "dump").stdout
    assert seeds("decisions", "restore", "kept.jsonl").stdout == (
        "decisions: 0 added, 3 there already, 0 passed over\n"
    )
    Path("a.txt").write_text("Another archive.")
    run("--db", "other.db", "import", "-q", "a.txt")
    answer = run("--db", "other.db", "decisions", "restore", "kept.jsonl")
    assert (answer.exit_code, answer.stdout) == (1, "decisions: 0 added, 0 there already, 3 passed over\n")
    assert answer.stderr.splitlines()[0] == (
        f"passed over: there is no article {mayor} (line 1); import it and restore the file again"
    )


def test_people_who_contradict_each_other_are_told_of(seeds: Run, mayor: str) -> None:
    seeds("set", mayor, "section=Sea", "--who", "Ada")
    seeds("set", mayor, "section=Sky", "--who", "Bo")
    answer = seeds("decisions", "restore", "-", stdin=seeds("decisions", "dump").stdout)
    assert answer.stderr == f"note: {mayor} section: Ada said 'Sea', Bo later 'Sky'; the later counts\n"


def test_a_file_that_is_not_of_decisions_is_refused(seeds: Run) -> None:
    answer = seeds("decisions", "restore", "-", stdin="Dear reader\n")
    assert answer.exit_code == 2
    assert "line 1 is no decision as `archive decisions dump` writes it: not JSON" in answer.stderr
    assert seeds("decisions").stderr == "nobody has decided anything yet; `archive set` and `archive tag` do\n"


@pytest.mark.parametrize(
    "words",
    [
        ["set", "KEY", "section=\udce9"],
        ["set", "KEY", "section=Sea", "--who", "\udce9"],
        ["set", "KEY", "section=Sea", "--because", "\udce9"],
        ["tag", "KEY", "--", "+\udce9"],
        ["sources", "merge", "\udce9", "lantern-wire"],
        ["sources", "alias", "lantern-wire", "\udce9"],
        ["decisions", "undo", "1", "--because", "\udce9"],
    ],
    ids=" ".join,
)
def test_what_is_typed_in_another_encoding_is_refused(seeds: Run, mayor: str, words: list[str]) -> None:
    seeds("set", mayor, "page=A1")
    answer = seeds(*(mayor if word == "KEY" else word for word in words))
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr.endswith("it is not UTF-8; write it in UTF-8\n")
    assert len(seeds("decisions", "-f", "jsonl").stdout.splitlines()) == 1


def test_whose_word_counts_is_told_and_set(seeds: Run, trade: str) -> None:
    assert seeds("topics", "deciding").stdout == (
        "where people say otherwise of a tag, the latest counts\nwho decided about topics: nobody\n"
    )
    for who, sign in (("Ann Okoro", "+"), ("Ben", "-"), ("Cy", "+")):
        seeds("tag", trade, "--who", who, "--", f"{sign}lace")
    answer = seeds("topics", "deciding", "person", "ben", "--who", "Ed", "--because", "the first reader")
    assert (answer.exit_code, answer.stdout) == (
        0,
        "decision 4 added, 0 tags put on, 1 taken off; `archive decisions undo 4` takes it back\n",
    )
    assert seeds("topics", "deciding", "person", "Ben").stdout == "it is so already; 0 tags put on, 0 taken off\n"
    told = seeds("topics", "deciding").stdout
    assert told.startswith("where people say otherwise of a tag, what Ben says counts (decision 4 by Ed, ")
    assert told.endswith(": the first reader)\nwho decided about topics: Ann Okoro, Ben, Cy\n")
    why = seeds("why", trade).stdout
    assert "What people say of topics (what Ben says counts)\n" in why
    assert "lace (local:lace): 2 yes (Ann Okoro, Cy), 1 no (Ben); decision 2 is shown\n" in why
    answer = seeds("topics", "deciding", "majority")
    assert answer.stdout.startswith("decision 5 added, 1 tag put on, 0 taken off; ")
    assert "; decision 3 is shown\n" in seeds("why", trade).stdout
    whats = [" ".join(line.split()) for line in seeds("decisions").stdout.splitlines()]
    assert whats[2].endswith("of topics the majority counts")
    assert whats[3].endswith("what Ben says of topics counts the first reader")
    assert seeds("decisions", "undo", "5").exit_code == 0
    assert json.loads(seeds("topics", "deciding", "-f", "json").stdout)["person"] == "Ben"


def test_a_word_that_does_not_count_is_told(seeds: Run, trade: str) -> None:
    seeds("tag", trade, "--who", "Ann", "--", "+lace")
    seeds("tag", trade, "--who", "Ben", "--", "+trade")
    seeds("topics", "deciding", "person", "Ben")
    assert "lace (local:lace): 1 yes (Ann); none of it is shown\n" in seeds("why", trade).stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["eldest"], "say which decisions count: archive topics deciding majority, … latest, or … person"),
        (["person"], "say which decisions count"),
        (["majority", "Ann"], "say which decisions count"),
        (["person", "Ann", "Okoro"], "say which decisions count"),
        (["person", " "], "nobody is named; name the person"),
        (["person", "Zoe"], "'Zoe' decided about no topic; nobody did"),
        (["majority", "--who", " "], "nobody is named who decides"),
    ],
)
def test_a_rule_that_is_off_is_told(seeds: Run, words: list[str], told: str) -> None:
    answer = seeds("topics", "deciding", *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert told in answer.stderr
    assert seeds("decisions").stdout == ""
