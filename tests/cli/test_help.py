"""Every command explains itself: what it does, and examples that run; and `archive --help` costs no more than click."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import Result
from sqlalchemy import URL

from archive.cli import COMMANDS, cli
from archive.db.location import Location

Run = Callable[..., Result]

CHECKOUT = Path(__file__).resolve().parents[2]
HEAVY = {"sqlalchemy", "alembic", "rich", "yaml", "zstandard", "markdown_it", "cchardet", "matplotlib", "plotext"}
HEAVY |= {"numpy", "scipy", "sklearn"}
OURS = {"archive", "archive.version", "archive.cli", "archive.errors"}


def commands(group: click.Group = cli, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield each command and subcommand with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*words, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))


ALL = dict(commands())


def examples(command: click.Command) -> list[str]:
    """Return the command lines of a help text, those of its last block; what stands after two spaces is a remark."""
    _, mark, block = (command.help or "").rpartition("\b\n")
    assert mark, command.name
    return [line.strip().split("  ")[0] for line in block.strip().splitlines()]


EXAMPLES = sorted({example for command in [cli, *ALL.values()] for example in examples(command)})


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_help_says_what_a_command_does_and_shows_it(words: tuple[str, ...], run: Run) -> None:
    command = ALL[words]
    first = (command.help or "").split("\n")[0]
    assert first.endswith("."), first
    assert len(first) <= 66  # one line beside the name, in 80 columns
    assert any(f"archive {' '.join(words)}" in example for example in examples(command)), command.help
    shown = run(*words, "--help")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert first in shown.stdout


def test_the_list_of_commands_says_what_each_says_itself() -> None:
    assert {name: text for name, (_, _, text) in COMMANDS.items()} == {
        words[0]: (command.help or "").split("\n")[0] for words, command in ALL.items() if len(words) == 1
    }


def test_options_say_what_they_do() -> None:
    for words, command in ALL.items():
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, (words, option.name)


# what is otherwise on a server: it has programs of its own for copies, and no older schemas
OF_FILES = {
    "db backup": (2, "works on archives in a file"),
    "db restore": (2, "works on archives in a file"),
    "db downgrade": (1, "archives on PostgreSQL begin with"),
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_run(
    example: str,
    run: Run,
    seeds_archive: Location,
    key: Callable[[str], str],
    teach: Callable[[Location], list[str]],
    on_terminal: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for folder in ("clippings", "2023"):
        shutil.copytree(CHECKOUT / "seeds" / "articles" / "courier", folder)
    Path("notes.md").write_text("# Notes on a harbour\n\nFour boxes were counted twice, and one was never there.\n")
    for kind in ("sources", "topics"):
        shutil.copy(CHECKOUT / "seeds" / f"{kind}.toml", f"my-{kind}.toml")
    clip, clipped = key("courier/2023-03-01_trade.md"), key("clippings/mayor.txt")
    Path("corrections.csv").write_text(f"key,published,because\n{clip},2023-03,imprint\n{clipped},=,none given\n")
    Path("export.csv").write_text("Titel,Artikel\nThe ferry,It left on Monday.\n")
    Path("train.csv").write_text("3,The ferry,It left on Tuesday.\n")
    if "sources merge" in example:
        Path("wyre.txt").write_text("A text.")
        run("--db", seeds_archive, "import", "--source", "Lantern Wyre", "wyre.txt")
    if "sources split" in example:
        run("--db", seeds_archive, "sources", "alias", "lantern-wire", "Lantern Evening Wire")
    if "query:" in example or "query drop" in example:
        for name in ("belarus", "lately"):
            run("--db", seeds_archive, "query", "save", name, "date:2023")
    if " corpus " in example and " freeze " not in example:
        run("--db", seeds_archive, "corpus", "freeze", "trade-2023", "topic:trade")
    if any(f" topics {verb}" in example for verb in ("learn", "suggest", "evaluate")):
        teach(seeds_archive)
        if " suggest" in example:
            assert run("--db", seeds_archive, "topics", "learn").exit_code == 0
    for number in range(1, 13 if " decisions " in example else 1):
        run("--db", seeds_archive, "set", clip, f"page=A{number}")
    written = run("--db", seeds_archive, "decisions", "dump", "-").stdout
    if "dump" not in example:
        Path("decisions.jsonl").write_text(written)
    if isinstance(seeds_archive, Path):
        for name in ("archive.db", "archive.before-20261122_first_archive.db"):
            shutil.copy(seeds_archive, name)
    monkeypatch.setenv("ARCHIVE_DB", str(seeds_archive) if isinstance(seeds_archive, URL) else "archive.db")

    # what other programs of a pipe do is not looked at: echo gives its words, pandoc a text
    stages = [shlex.split(stage) for stage in example.split(" | ")]
    number = [words[0] for words in stages].index("archive")
    before = stages[number - 1] if number else []
    stdin = " ".join(before[1:]) if before[:1] == ["echo"] else "A text from elsewhere."
    words = stages[number][1:]
    if ">" in words:
        words = words[: words.index(">")]
    known = {"KEY": clip, "4h7q": clip[:5], "7u4bzebenofx": clip, "j5fiq354movg": clipped}
    if isinstance(seeds_archive, URL):
        known["archive.db"] = str(seeds_archive)
    words = [known.get(word, word) for word in words]

    if "review" in words:
        terminal = on_terminal(*words)
        assert "1 of" in terminal.until()
        assert "quit" in terminal.ends("q")
        assert terminal.process.returncode == 0
        return
    answer = run(*words, stdin=stdin)
    if isinstance(seeds_archive, URL) and (told := OF_FILES.get(" ".join(words[:2]))):
        assert (answer.exit_code, told[1] in answer.stderr) == (told[0], True)
        return
    assert answer.exit_code == 0, answer.stderr
    if "-o" in words:
        out = Path(words[-1])
        assert any(out.iterdir()) if out.is_dir() else out.read_bytes()
    else:
        assert (answer.stdout + answer.stderr).strip()


def test_examples_are_found_in_all_shapes() -> None:
    """The test above would say nothing of what the search for examples does not see."""
    assert {"archive import clippings/ notes.md", "archive db current"} <= set(EXAMPLES)
    assert len(EXAMPLES) >= len(ALL)


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("nosuch",)])
def test_starting_imports_nothing_heavy(words: tuple[str, ...]) -> None:
    program = (
        "import sys\nfrom archive.cli import main\n"
        "try:\n    main()\nfinally:\n    print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    imported = set(done.stderr.splitlines())
    assert "archive.cli" in imported
    assert not HEAVY & imported
    assert {name for name in imported if name.partition(".")[0] == "archive"} <= OURS | {"archive.cli.escaping"}


def test_a_near_command_is_named(run: Run) -> None:
    answer = run("serach", "trade")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "No such command 'serach'. Did you mean 'search'?" in answer.stderr


def test_a_far_command_is_not(run: Run) -> None:
    answer = run("xyzzy")
    assert answer.exit_code == 2
    assert "No such command 'xyzzy'." in answer.stderr
    assert "Did you mean" not in answer.stderr


def test_an_unknown_option_is_a_usage_error(run: Run) -> None:
    answer = run("list", "--sorce", "x")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "--source" in answer.stderr


def test_db_stands_before_the_command(run: Run) -> None:
    answer = run("list", "--db", "x.db")
    assert answer.exit_code == 2
    assert "--db stands before the command" in answer.stderr


def test_an_error_of_usage_shows_no_control_characters(run: Run) -> None:
    answer = run("list", "--\x1b]0;title\x07")
    assert answer.exit_code == 2
    assert "\\x1b]0;title\\x07" in answer.stderr
    assert "\x1b" not in answer.stderr


def test_no_command_shows_the_help(run: Run) -> None:
    answer = run()
    assert answer.exit_code == 2
    assert "Commands:" in answer.stdout + answer.stderr
