"""`archive topics load` and `archive topics export`."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

BOATS = """
[[topics]]
name = "Boat"
scheme = "boats"
code = "b"

[[topics]]
name = "Ferry"
scheme = "boats"
code = "f"
parent = "b"
"""


@pytest.fixture
def boats(run: Run) -> Run:
    """What runs a command on an archive that knows boats; in the folder is boats.toml."""
    Path("boats.toml").write_text(BOATS)

    def on_boats(*words: object, **how: object) -> Result:
        return run("--db", "boats.db", *words, **how)

    assert on_boats("topics", "load", "boats.toml").exit_code == 0
    return on_boats


def test_a_load_is_told_in_numbers(boats: Run) -> None:
    Path("more.toml").write_text(BOATS.replace('code = "f"', 'code = "r"\nretired = true').replace("Ferry", "Raft"))
    answer = boats("topics", "load", "more.toml")
    assert (answer.exit_code, answer.stdout) == (0, "topics: 1 added, 0 changed, 1 unchanged\n")
    assert answer.stderr == (
        "1 topic stays that the vocabulary here has and the file has not; --prune removes what nothing rests on\n"
    )
    Path("more.toml").write_text(BOATS.replace("Boat", "Boats").replace('parent = "b"', "retired = true"))
    answer = boats("topics", "load", "more.toml", "--prune")
    assert (answer.stdout, answer.stderr) == ("topics: 0 added, 2 changed, 0 unchanged, 1 retired, 1 removed\n", "")
    assert json.loads(boats("topics", "load", "more.toml", "-f", "json").stdout) == {
        **{"added": 0, "changed": 0, "unchanged": 2, "retired": 0, "removed": 0, "lacking": 0},
    }


def test_a_dry_run_tells_topic_by_topic(boats: Run) -> None:
    content = BOATS.partition('[[topics]]\nname = "Ferry"')[0].replace('"Boat"', '"Vessel"')
    Path("more.toml").write_text(content + '[[topics]]\nname = "\\u202eRaft"\nscheme = "boats"\ncode = "r"\n')
    before = boats("topics", "export").stdout
    answer = boats("topics", "load", "more.toml", "--dry-run", "--prune")
    assert answer.exit_code == 0
    assert [line.split() for line in answer.stdout.splitlines()[2:]] == [
        ["add", "boats:r", "\\u202eRaft"],
        ["change", "boats:b", "Vessel", "name;", "names"],
        ["remove", "boats:f", "Ferry"],
    ]
    assert answer.stderr == "it would be 1 added, 1 changed, 0 unchanged, 1 removed\n"
    assert boats("topics", "export").stdout == before
    rows = json.loads(boats("topics", "load", "more.toml", "--dry-run", "-f", "json").stdout)
    assert rows[1] == {"what": "change", "topic": "boats:b", "name": "Vessel", "fields": ["name", "names"]}
    answer = boats("topics", "load", "boats.toml", "--dry-run")
    assert (answer.stdout, answer.stderr) == ("", "it would be 0 added, 0 changed, 2 unchanged\n")


def test_a_dry_run_makes_no_archive(run: Run) -> None:
    Path("boats.toml").write_text(BOATS)
    assert run("--db", "none.db", "topics", "load", "boats.toml", "--dry-run").exit_code == 0
    assert not Path("none.db").exists()


def test_standard_input(boats: Run) -> None:
    answer = boats("topics", "load", "-", "--scheme", "ships", stdin="code,name\nf,Ferry\n")
    assert (answer.exit_code, answer.stdout) == (0, "topics: 1 added, 0 changed, 0 unchanged\n")
    assert "ships,f,Ferry," in boats("topics", "export", "--scheme", "ships", "-f", "csv").stdout
    answer = boats("topics", "load", "-", stdin="code,name\nf,\n")
    assert (answer.exit_code, answer.stderr) == (1, "archive: standard input: row 1 has no name (line 2)\n")


def test_the_shown_language(boats: Run) -> None:
    Path("words.csv").write_text("code,name@de,name@en\nf,Fähre,Ferry\n")
    boats("topics", "load", "words.csv", "--language", "de")
    assert 'name = "Fähre"' in boats("topics", "export", "--scheme", "local").stdout.splitlines()
    for wrong in (["--language", "1 2"], ["--scheme", "a:b"]):
        answer = boats("topics", "load", "words.csv", *wrong)
        assert answer.exit_code == 2
        assert answer.stderr.startswith(f"archive: {wrong[0]} {wrong[1]}: ")


def test_what_was_mended_is_told_and_not_without_end(boats: Run) -> None:
    entry = '[[topics]]\nname = "T{0}"\ndefinition = "\\u0001a"\n'
    Path("words.toml").write_text("".join(entry.format(number) for number in range(25)))
    lines = boats("topics", "load", "words.toml").stderr.splitlines()
    assert lines[0] == "words.toml: in the definition of T0: 1 control character removed"
    assert lines[20:] == ["words.toml: 5 more such notes"]


def test_a_rule_that_does_not_parse_is_pointed_at(boats: Run) -> None:
    Path("words.toml").write_text('[[topics]]\nname = "Boat"\nrules = ["raft", "boat AND"]\n')
    answer = boats("topics", "load", "words.toml")
    assert answer.exit_code == 1
    first, *pointed_at = answer.stderr.splitlines()
    assert first.startswith("archive: words.toml: a rule of Boat cannot be understood (line 3): ")
    assert pointed_at == ["  boat AND", "       ^^^"]


def test_an_export_goes_to_stdout_or_to_a_file_by_its_name(boats: Run) -> None:
    shown = boats("topics", "export").stdout
    assert shown.count("[[topics]]") == 2
    starts = {"toml": "[[topics]]", "csv": "scheme,code", "ttl": "@prefix", "jsonld": '{"@context"', "rdf": "<?xml"}
    for ending, start in starts.items():
        answer = boats("topics", "export", "-o", f"out.{ending}")
        assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", f"2 topics written to out.{ending}\n")
        assert Path(f"out.{ending}").read_text().startswith(start)
        answer = boats("topics", "load", f"out.{ending}")
        assert (answer.stdout, answer.stderr) == ("topics: 0 added, 0 changed, 2 unchanged\n", "")
    assert boats("topics", "export", "-f", "turtle", "-o", "-").stdout == Path("out.ttl").read_text()
    rows = list(csv.DictReader(io.StringIO(boats("topics", "export", "-f", "csv").stdout)))
    assert [row["code"] for row in rows] == ["b", "f"]


def test_an_export_of_what_is_not_there(boats: Run, run: Run, database: Path) -> None:
    answer = boats("topics", "export", "--scheme", "ships")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr == "archive: there is no scheme 'ships'; there are boats\n"
    answer = run("--db", database, "topics", "export", "-f", "csv")
    assert answer.exit_code == 0
    assert answer.stdout.startswith("scheme,code,name")
    assert answer.stderr == "there is no topic to export; `archive topics load` loads some\n"


def test_an_export_does_not_write_over_the_archive(boats: Run) -> None:
    answer = boats("topics", "export", "-o", "boats.db")
    assert (answer.exit_code, answer.stderr) == (2, "archive: boats.db is the archive itself; name another file\n")
    answer = boats("topics", "export", "-o", "nowhere/out.toml")
    assert (answer.exit_code, answer.stderr) == (
        1,
        "archive: nowhere/out.toml cannot be written: No such file or directory\n",
    )
