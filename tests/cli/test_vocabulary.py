"""`archive sources` and `archive topics`."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

CHECKOUT = Path(__file__).resolve().parents[2]


def test_sources_are_listed_those_with_most_first(seeds: Run) -> None:
    answer = seeds("sources", "-f", "json")
    rows = json.loads(answer.stdout)
    assert [(row["slug"], row["articles"]) for row in rows] == [
        ("radio-lintel", 5),
        ("harbour-courier", 3),
        ("lantern-wire", 2),
        ("quillmere-gazette", 2),
        ("the-lintel-almanac", 1),
    ]
    assert answer.stderr == "3 articles without a source\n"


def test_first_and_last_are_as_exact_as_known(seeds: Run) -> None:
    rows = {row["slug"]: (row["first"], row["last"]) for row in json.loads(seeds("sources", "-f", "json").stdout)}
    assert rows["harbour-courier"] == ("2023-02-27T17:40:00Z", "2023-12")
    assert rows["the-lintel-almanac"] == ("2023", "2023")
    assert "2023-02-27  2023-12\n" in seeds("sources").stdout


def test_all_sources(seeds: Run) -> None:
    rows = json.loads(seeds("sources", "--all", "-f", "json").stdout)
    assert len(rows) == 100
    assert {row["articles"] for row in rows[5:]} == {0}


def test_no_source(run: Run, database: Path) -> None:
    answer = run("--db", database, "sources")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == "no article has a source; --all lists those that are known\n"


def test_topics_are_a_tree(seeds: Run) -> None:
    lines = seeds("topics").stdout.splitlines()
    economy = next(number for number, line in enumerate(lines) if line.startswith("Economy"))
    assert lines[economy].split() == ["Economy", "economy", "1", "12", "2023", "2023-12-12", "█▂", "▄"]
    assert lines[economy + 1].startswith("  Agriculture ")
    assert any(line.startswith("    E-commerce ") for line in lines)
    rows = json.loads(seeds("topics", "-f", "json").stdout)
    assert {row["depth"] for row in rows} == {0, 1, 2, 3}
    assert all(row["articles"] <= row["with_below"] for row in rows)
    assert all(row["with_below"] for row in rows)


def test_all_topics(seeds: Run) -> None:
    rows = json.loads(seeds("topics", "--all", "-f", "json").stdout)
    assert len(rows) == 61
    assert not all(row["with_below"] for row in rows)


def test_no_topic(run: Run, database: Path) -> None:
    answer = run("--db", database, "topics")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == "no article has a topic; --all lists those that could be\n"


@pytest.mark.parametrize("kind", ["sources", "topics"])
def test_loading_again_changes_nothing(kind: str, seeds: Run) -> None:
    file = Path(shutil.copy(CHECKOUT / "seeds" / f"{kind}.toml", "mine.toml"))
    number = file.read_text(encoding="utf-8").count(f"[[{kind}]]")
    answer = seeds(kind, "load", file)
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout == f"{kind}: 0 added, 0 changed, {number} unchanged\n"


def test_sources_without_a_file_are_those_of_the_program(run: Run) -> None:
    number = (CHECKOUT / "seeds" / "sources.toml").read_text(encoding="utf-8").count("[[sources]]")
    loaded = run("--db", "new.db", "sources", "load")
    assert (loaded.exit_code, loaded.stdout) == (0, f"sources: {number} added, 0 changed, 0 unchanged\n")
    assert run("--db", "new.db", "sources", "load").stdout == f"sources: 0 added, 0 changed, {number} unchanged\n"


def test_loading_adds_and_changes(seeds: Run) -> None:
    Path("s.toml").write_text(
        '[[sources]]\nname = "Night Ferry"\n[[sources]]\nname = "Radio Lintel"\nkind = "website"\n'
    )
    assert seeds("sources", "load", "s.toml").stdout == "sources: 1 added, 1 changed, 0 unchanged\n"
    rows = {row["name"]: row for row in json.loads(seeds("sources", "--all", "-f", "json").stdout)}
    assert rows["Night Ferry"]["slug"] == "night-ferry"
    assert rows["Radio Lintel"]["kind"] == "website"
    Path("t.toml").write_text('[[topics]]\nname = "Ferries"\nphrases = ["night ferry"]\n')
    assert seeds("topics", "load", "t.toml").stdout == "topics: 1 added, 0 changed, 0 unchanged\n"
    assert seeds("count", "--topic", "ferries").stdout == "0\n"


def test_loading_into_a_missing_archive_makes_it(run: Run, tmp_path: Path) -> None:
    Path("t.toml").write_text('[[topics]]\nname = "Ferries"\n')
    assert run("--db", tmp_path / "new.db", "topics", "load", "t.toml").exit_code == 0
    assert run("--db", tmp_path / "new.db", "topics", "--all").stdout.splitlines()[2].split()[0] == "Ferries"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "f.toml cannot be read: No such file or directory"),
        ("", "f.toml has no [[KIND]] in it"),
        ("[[KIND]\n", "f.toml is not valid TOML: "),
        ('[[KIND]]\ncode = "x"\n', "f.toml: entry 1 of [[KIND]] has no name"),
        ('[[KIND]]\nname = "N"\ncolour = "red"\n', "f.toml: N has an unknown key 'colour' (known: "),
        ('[[KIND]]\nname = "N"\naliases = "one"\n', "f.toml: aliases of N must be "),
    ],
)
@pytest.mark.parametrize("kind", ["sources", "topics"])
def test_files_that_cannot_be_loaded(kind: str, content: str | None, message: str, seeds: Run) -> None:
    if content is not None:
        Path("f.toml").write_text(content.replace("KIND", kind))
    before = seeds(kind, "--all", "-f", "json").stdout
    answer = seeds(kind, "load", "f.toml")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr.startswith(f"archive: {message.replace('KIND', kind)}")
    assert seeds(kind, "--all", "-f", "json").stdout == before


def test_a_folder_is_no_vocabulary(seeds: Run) -> None:
    answer = seeds("sources", "load", ".")
    assert (answer.exit_code, answer.stderr) == (1, "archive: . cannot be read: Is a directory\n")


@pytest.mark.parametrize("words", [["topics", "load"], ["topics", "laod"], ["sources", "-x"]])
def test_usage(words: list[str], seeds: Run) -> None:
    assert seeds(*words).exit_code == 2
