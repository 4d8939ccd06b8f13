"""What TAB completes, as bash, zsh and fish are answered; and in a bash that really runs."""

import os
import pty
import select
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from archive.cli import COMMANDS, cli
from tests.engines import connected

Run = Callable[..., Result]
Ask = Callable[..., list[str]]

CHECKOUT = Path(__file__).resolve().parents[2]
BREAKS = "\"'><=;|&(: \t\n"


def answers(line: str, shell: str, database: Path) -> list[str]:
    env = {"_ARCHIVE_COMPLETE": f"{shell}_complete", "COMP_LINE": line, "COMP_WORDBREAKS": BREAKS}
    result = CliRunner().invoke(cli, [], env={**env, "ARCHIVE_DB": str(database)}, prog_name="archive")
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.splitlines() if result.stdout.strip() else []


@pytest.fixture
def bash(seeds_archive: Path) -> Ask:
    """Return what gives the answers that bash gets for a line up to the cursor."""
    return lambda line, database=seeds_archive: answers(line, "bash", database)


@pytest.fixture
def fish(seeds_archive: Path) -> Ask:
    """Return what gives the answers that fish gets: whole words, with remarks."""
    return lambda line, database=seeds_archive: answers(line, "fish", database)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("archive se", ["plain,search", "plain,set"]),
        ("archive --d", ["plain,--db"]),
        ("archive --db ", ["file,"]),
        ("archive query ", ["plain,drop", "plain,save"]),
        ("archive completion ", ["plain,bash", "plain,zsh", "plain,fish"]),
        ("archive count --by se", ["plain,section"]),
        ("archive copy a.db b.db --without t", ["plain,texts"]),
        ("archive list --include-i", ["plain,--include-imprecise"]),
        ("archive list sou", ["open,source:"]),
        ("archive list se", ["open,section:"]),
        ("archive list h", ["open,has:", "open,headline:"]),
        # bash replaces what stands behind the colon
        ("archive list source:r", ["plain,radio-lintel"]),
        ("archive list source:RADIO", ["plain,radio-lintel"]),
        ("archive list trade source:qu", ["plain,quillmere-gazette"]),
        ("archive list source:nobody", []),
        ("archive list trade", []),
        ("archive list topic:t", ["plain,tourism", "plain,trade"]),
        ("archive list has:rev", ["plain,revisions"]),
        ("archive list import:", ["plain,1", "plain,last"]),
        ("archive list language:z", ["plain,zh"]),
        ("archive list section:b", ["plain,Business"]),
        ("archive list date:", []),
        # words with spaces
        ("archive list author:i", ['plain,\\"Ines\\ Marlow\\"']),
        ("archive list author:marl", ['plain,\\"Ines\\ Marlow\\"']),
        ('archive list source:\\"Radio\\ L', ['plain,\\"Radio\\ Lintel\\"']),
        # within quotes
        ("archive list 'trade -source:r", ["plain,trade -source:radio-lintel"]),
        ("archive list 'trade (source:r", ["plain,trade (source:radio-lintel"]),
        ("archive list 'source:\"Radio L", ['plain,source:"Radio Lintel"']),
        ('archive list "trade source:\\"Radio L', ['plain,trade source:\\"Radio Lintel\\"']),
        ("archive list 'topic:(trade OR tou", ["plain,topic:(trade OR tourism"]),
        # one alone would make bash close the quotes
        ("archive list 'trade sou", ["open,trade source:", "open,trade source:…"]),
        ("archive list '\"trade sou", []),
        ("archive list trade -- -sou", ["open,-source:"]),
        ("archive list --source Rad", ["plain,radio-lintel"]),
        ("archive list --source=Rad", ["plain,radio-lintel"]),
        ("archive show 7u", ["plain,7u4bzebenofx"]),
        ("archive show --query 'trade sou", ["open,trade source:", "open,trade source:…"]),
        ("archive terms trade --against topic:tou", ["plain,tourism"]),
        ("archive tag 7u4bzebenofx -- +tou", ["plain,+tourism"]),
        ("archive tag 7u4bzebenofx -- -tou", ["plain,-tourism"]),
        ("archive set 7u4bzebenofx pub", ["open,published="]),
        ("archive set 7u4bzebenofx source=radio", ["plain,radio-lintel"]),
        ("archive set 7u4bzebenofx published=", []),
        ("archive sources merge ri", ["plain,ria-novosti", "plain,ritzau"]),  # those without an article
        ("archive sources merge tass into ri", ["plain,ria-novosti", "plain,ritzau"]),
        ("archive topics rename tou", ["plain,tourism"]),
        ("archive topics show tou", ["plain,tourism"]),
        ("archive topics test --topic tou", ["plain,tourism"]),
        ("archive topics list topic:tou", ["plain,tourism"]),
        ("archive imports show ", ["plain,1"]),
        ("archive imports undo ", ["plain,1"]),
    ],
)
def test_bash_is_answered(line: str, expected: list[str], bash: Ask) -> None:
    assert bash(line) == expected


def test_saved_queries_and_corpora(bash: Ask, fish: Ask, seeds: Run) -> None:
    seeds("query", "save", "lately", "trade date:-3w..")
    seeds("corpus", "freeze", "visit", "topic:trade")
    assert bash("archive query drop l") == ["plain,lately"]
    assert bash("archive count query:") == ["plain,lately"]
    assert bash("archive query save x query:") == ["plain,lately"]
    assert fish("archive count query:l") == ["plain,query:lately\ttrade date:-3w.."]
    assert bash("archive corpus verify v") == bash("archive list corpus:") == ["plain,visit"]
    assert bash("archive corpus freeze v") == []  # a new name


def test_all_commands_and_what_they_are(fish: Ask) -> None:
    assert fish("archive ") == [f"plain,{name}\t{text}" for name, (_, _, text) in COMMANDS.items()]


def test_fish_and_zsh_get_whole_words_and_remarks(fish: Ask, seeds_archive: Path) -> None:
    assert fish("archive list 'trade source:r") == ["plain,trade source:radio-lintel\tRadio Lintel"]
    assert fish("archive show 7u4") == ["plain,7u4bzebenofx\tIndustrial park awaits the president"]
    assert fish("archive list 'it\\'s source:r") == ["plain,it's source:radio-lintel\tRadio Lintel"]
    assert answers("archive list source:r", "zsh", seeds_archive) == ["plain", "source:radio-lintel", "Radio Lintel"]
    assert answers("archive list sou", "zsh", seeds_archive) == ["open", "source:", "_"]


def test_what_is_copied_is_asked_of_what_it_is_copied_from(bash: Ask, seeds_archive: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "none.db"
    if isinstance(seeds_archive, Path):
        line = f"archive copy {seeds_archive} b.db --query source:radio"
        assert bash(line, nowhere) == ["plain,radio-lintel"]
        assert bash("archive copy --query source:radio") == []


def test_every_key_argument_and_query_is_completed() -> None:
    """What a command calls KEY or QUERY is completed everywhere."""

    def below(group: click.Group) -> list[click.Command]:
        context = click.Context(group)
        found = [group.get_command(context, name) for name in group.list_commands(context)]
        return [one for command in found if command for one in (command, *_subcommands(command))]

    def _subcommands(command: click.Command) -> list[click.Command]:
        return below(command) if isinstance(command, click.Group) else []

    missing = [
        (command.name, parameter.name)
        for command in below(cli)
        for parameter in command.params
        if any(word in (parameter.metavar or "") for word in ("KEY", "QUERY", "TOPIC", "SOURCE"))
        and parameter._custom_shell_complete is None
    ]
    assert missing == []


def test_control_characters_are_not_sent_to_a_terminal(bash: Ask, fish: Ask, seeds_archive: Path) -> None:
    with connected(seeds_archive) as connection, connection:
        connection.execute("UPDATE sources SET name = ? WHERE slug = 'radio-lintel'", ("Radio\x1b[31m",))
        connection.execute("UPDATE articles SET section = ? WHERE section = 'Business'", ("Bus\nx",))
    assert fish("archive list source:r") == ["plain,source:radio-lintel\tRadio\\x1b[31m"]
    assert bash("archive list section:b") == []


def test_what_have_nothing_in_common_with_what_was_typed_takes_nothing_of_it_away(
    bash: Ask, seeds_archive: Path
) -> None:
    with connected(seeds_archive) as connection, connection:
        for name in ("Ada Orrin", "Bo Orrin"):
            connection.execute("INSERT INTO authors (name, name_key) VALUES (?, ?)", (name, name.lower()))
    assert bash("archive list author:orr") == ['plain,\\"Ada\\ Orrin\\"', 'plain,\\"Bo\\ Orrin\\"', "plain,orr"]


@pytest.mark.sqlite("missing, locked and other files")
@pytest.mark.parametrize("what", ["missing", "folder", "no database", "older", "locked"])
def test_an_archive_that_cannot_be_asked_completes_nothing_and_says_nothing(
    what: str, bash: Ask, seeds_archive: Path
) -> None:
    database = seeds_archive
    held = None
    if what == "missing":
        database = Path("none.db")
    elif what == "folder":
        database = Path()
    elif what == "no database":
        database = Path("text.db")
        database.write_text("no database at all, but quite some text\n" * 50)
    else:
        held = sqlite3.connect(seeds_archive, isolation_level=None)
        if what == "older":
            held.execute("UPDATE alembic_version SET version_num = '20261122_first_archive'")
        else:
            held.execute("PRAGMA locking_mode = EXCLUSIVE")
            held.execute("PRAGMA journal_mode = DELETE")
            held.execute("BEGIN EXCLUSIVE")
    before = time.monotonic()
    for line in ("archive list source:", "archive show 7", "archive sources merge r", "archive tag -- +t"):
        assert bash(line, database) == []
    assert bash("archive list sou", database) == ["open,source:"]
    assert time.monotonic() - before < 5
    if held:
        held.close()
    assert not Path("none.db").exists()


@pytest.mark.sqlite("what a look leaves beside a file")
def test_nothing_is_written(bash: Ask, seeds_archive: Path) -> None:
    before = {file.name: file.read_bytes() for file in seeds_archive.parent.iterdir() if file.is_file()}
    assert bash("archive list source:r") == ["plain,radio-lintel"]
    assert {file.name: file.read_bytes() for file in seeds_archive.parent.iterdir() if file.is_file()} == before


@pytest.mark.sqlite("names of files")
def test_home_and_variables_are_put_in_for_db(bash: Ask, seeds_archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(seeds_archive.parent))
    for where in ("~", "$HOME"):
        line = f"archive --db {where}/{seeds_archive.name} list source:r"
        assert bash(line, Path("none.db")) == ["plain,radio-lintel"]


def test_scripts_are_those_that_click_gives(run: Run) -> None:
    for shell in ("bash", "zsh", "fish"):
        script = run("completion", shell)
        assert (script.exit_code, script.stderr) == (0, "")
        asked = CliRunner().invoke(cli, [], env={"_ARCHIVE_COMPLETE": f"{shell}_source"}, prog_name="archive")
        assert script.stdout == asked.stdout
        assert f"_ARCHIVE_COMPLETE={shell}_complete" in script.stdout


def test_commands_are_completed_without_loading_them() -> None:
    code = "import sys, archive.cli\ntry:\n archive.cli.main()\nfinally:\n print(sorted(sys.modules), file=sys.stderr)"
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT), "_ARCHIVE_COMPLETE": "bash_complete", "COMP_LINE": "archive se"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "plain,search\nplain,set\n"
    assert "'sqlalchemy'" not in done.stderr
    assert "'archive.cli.articles'" not in done.stderr


@pytest.fixture
def shell(seeds_archive: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of a bash in which `archive` is this program."""
    program = tmp_path / "bin" / "archive"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m archive "$@"\n')
    program.chmod(0o755)
    path = f"{program.parent}:{os.environ['PATH']}"
    return {"PATH": path, "PYTHONPATH": str(CHECKOUT), "ARCHIVE_DB": str(seeds_archive), "TERM": "dumb"}


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("echo; archive list sou\tr\t", "archive list source:radio-lintel "),
        ("archive list 'trade sou\tr\t", "archive list 'trade source:radio-lintel' "),
        ("archive list author:i\t", 'archive list author:\\"Ines\\ Marlow\\" '),
        ("archive list --source Quill\t", "archive list --source quillmere-gazette "),
        ("archive set x sou\tradio\t", "archive set x source=radio-lintel "),
    ],
)
def test_in_bash(typed: str, expected: str, shell: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"], stdin=theirs, stdout=theirs, stderr=theirs, env=shell, close_fds=True
    ) as running:
        os.close(theirs)
        os.write(ours, b"bind 'set enable-bracketed-paste off'; PS1='> '\n")
        os.write(ours, b'eval "$(archive completion bash)"; echo rea""dy\n')
        seen = _read(ours, "ready")
        os.write(ours, typed.encode())
        seen = _read(ours, expected)
        os.write(ours, b"\x15\nexit\n")
        running.wait(timeout=30)
    os.close(ours)
    assert expected in seen


def _read(terminal: int, wanted: str) -> str:
    """Return what the terminal shows until it shows what is wanted, or nothing more for a while."""
    seen = ""
    while wanted not in _shown(seen) and select.select([terminal], [], [], 15)[0]:
        seen += os.read(terminal, 65536).decode(errors="replace")
    return _shown(seen)


def _shown(sent: str) -> str:
    """Return what stands there, where a backspace goes back and what follows is written over it."""
    cells: list[str] = []
    at = 0
    for character in sent.replace("\x07", ""):
        if character == "\x08":
            at -= 1
        else:
            cells[at : at + 1] = [character]
            at += 1
    return "".join(cells)
