"""What cannot be read, or only in part: every unit gets one outcome, and nothing stops the import."""

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from archive import portions, prepare
from archive.db.location import Location
from archive.documents import Failure
from archive.errors import UsageError
from archive.ingest import OUTCOMES, ImportOptions, Listener, import_paths
from archive.normalize.article import normalize_document
from archive.readers.base import HEAD
from archive.readers.files import FoundFile, read_bytes
from archive.workers import Workers
from tests.engines import located

Rows = Callable[..., list[tuple[Any, ...]]]
Run = Callable[..., "subprocess.CompletedProcess[str]"]

GOOD = "The mayor of Lindby opened the new harbour on Monday, and {} boats came in before noon.\n"

# What each file is, and for those that cannot be read a part of the reason and of the cure.
FILES = {
    "a-good.txt": GOOD.format(3).encode(),
    "b-good.md": b"# The harbour opens\n\n" + GOOD.format(4).encode(),
    "empty.txt": b"",
    "blank.txt": b" \r\n\t\n",
    "binary.txt": bytes(range(32)) * 40,
    "picture.jpg": b"\xff\xd8\xff\xe0" + bytes(range(256)),
    "page.html": b"<!DOCTYPE html>\n<html><body><p>Harbour</p></body></html>",
    "undecodable.txt": b"Harbour " + b"\xe9 " * 500,
    "latin-1.txt": "Le café de la gare était fermé. Déjà, on l'avait dit à Orléans.\n".encode("latin-1"),
    "cut.txt": "The café of the harbour closed early and the café".encode()[:-1],
    "nul.txt": b"The harbour\x00 of Lindby is open, and boats\x00 came in.\n",
    "surrogates.txt": b"The harbour \xed\xa0\x80 is open \xed\xa0\xbd\xed\xb8\x80 again.\n",
    "escapes.md": b'---\ntitle: "Harbour \\ud800 opens"\nsource: "Lindby \\ud83d\\ude00 Post"\n---\nBoats came in.\n',
    "crlf.txt": b"Boats come in\r\n\r\nThe first boat came at noon and was empty.\r\n",
    "cr.txt": b"Boats come in\r\rThe second boat came an hour later and was full.\r",
    "utf-16.txt": "The harbour is open, and this is UTF-16.\n".encode("utf-16"),
    "secret.txt": b"Nobody may read this.\n",
    "front-matter.md": b"---\ntitle: [never closed\n---\nThe text after it is still the text.\n",
    "key.txt": b"The sidecar of this text has a key that nobody knows.\n",
    "key.txt.meta.toml": b'titel = "Harbour"\nsource = "Lindby Post"\n',
    "sidecar.txt": b"The sidecar of this text is no TOML.\n",
    "sidecar.meta.toml": b"title = \n",
    "orphan.meta.toml": b'title = "Of a text that is gone"\n',
    "date.md": b"---\ndate: the day after\n---\nThe date of this text is none.\n",
    "no-such-day.md": b"---\ndate: 2023-02-31\n---\nThe day of this text never was.\n",
    "caf\udce9.txt": b"The name of this file is not UTF-8.\n",
    "line\nend \x1b[31m.txt": b"The name of this file would colour the terminal.\n",
    "line\nend \x1b[31m empty.txt": b"",
    "quotations.md": b">" * 5000 + b" a quotation in quotations\n",
    "brackets.md": b"[" * 50_000 + b"x\n",
}
FAILED = {
    "empty.txt": ("empty file", "remove it"),
    "blank.txt": ("no text in it", "remove it"),
    "binary.txt": ("binary data", "save its text"),
    "picture.jpg": ("a JPEG image", "save its text"),
    "page.html": ("no article in it", "save its text"),
    "undecodable.txt": ("not text in any encoding", "iconv"),
    "secret.txt": ("no permission", "chmod"),
    "line\\x0aend \\x1b[31m empty.txt": ("empty file", "remove it"),
    "pipe.txt": ("a pipe", "archive import -"),
    "socket.txt": ("a socket", "leave it out"),
    "dangling.txt": ("not there", "remove the link"),
    "loop.txt": ("leads back to itself", "remove the link"),
    "below/up": ("a folder that it stands in", "remove the link"),
    "locked": ("no permission", "chmod"),
}
NOTED = {
    "latin-1.txt": "guessed",
    "cut.txt": "ends within a character",
    "nul.txt": "2 NUL characters removed",
    "surrogates.txt": "1 split surrogate pair joined; 1 lone surrogate replaced",
    "escapes.md": "1 lone surrogate replaced",
    "front-matter.md": "front matter was not used: line 3",
    "key.txt": "unknown key 'titel' (did you mean 'title'?)",
    "sidecar.txt": "sidecar.meta.toml was not used: it is not TOML",
    "date.md": "date 'the day after' was not used",
    "no-such-day.md": "date '2023-02-31' was not used",
    "quotations.md": "taken as plain text",
    "brackets.md": "taken as plain text",
}
DEEP = "below" + "/d" * 200 + "/deep.txt"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users may enter."""
    folder = Path(tempfile.mkdtemp(prefix="imports-")).resolve()
    folder.chmod(0o755)
    yield folder
    for locked in [one for one in folder.rglob("*") if one.name in ("locked", "read-only")]:
        locked.chmod(0o700)
    shutil.rmtree(folder)


# Imports as a user who is not root. All that it needs is loaded before, in this process: that user may not be able to
# read it.
_AS_NOBODY = """
import multiprocessing.popen_spawn_posix, os, sys, tempfile
from contextlib import suppress
from archive.cli import main
words = sys.argv[1:]
if os.geteuid() == 0:
    outputs = [os.dup(1), os.dup(2)]
    for number in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    with tempfile.TemporaryDirectory() as folder, suppress(SystemExit):
        sys.argv = ["archive", "--db", folder + "/archive.db", "import", "--jobs", "0", *words[3:]]
        main()
    for number, output in enumerate(outputs, 1):
        os.dup2(output, number)
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
sys.argv = ["archive", *words]
main()
"""


def run_as_nobody(database: Location, *words: object) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY, "--db", str(database), *map(str, words)], capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def give_to_nobody(folder: Path) -> None:
    if os.geteuid() == 0:
        for one in (folder, *folder.rglob("*")):
            os.chown(one, 65534, 65534, follow_symlinks=False)


def lay_out(folder: Path) -> None:
    """Make the folder of all that can be wrong."""
    (folder / DEEP).parent.mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    (folder / DEEP).write_text("This text lies two hundred folders deep.\n")
    os.mkfifo(folder / "pipe.txt")
    os.mknod(folder / "socket.txt", 0o140600)
    (folder / "dangling.txt").symlink_to("nowhere.txt")
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "below" / "up").symlink_to("..")
    (folder / "locked").mkdir()
    (folder / "locked" / "unseen.txt").write_text("Nobody sees this.\n")
    give_to_nobody(folder)
    (folder / "locked").chmod(0)
    (folder / "secret.txt").chmod(0)


def items_of(query: Rows, database: Location, number: int, folder: Path) -> dict[str, tuple[str, str | None]]:
    """Return the outcome of each unit of an import and its reason, by its place in the folder."""
    found = query(database, "SELECT locator, outcome, reason FROM import_items WHERE import_id = ?", number)
    items = {os.path.relpath(locator, folder): (outcome, reason) for locator, outcome, reason in found}
    assert len(items) == len(found)
    return items


def test_whatever_is_in_a_folder_every_unit_has_one_outcome(open_folder: Path, query: Rows) -> None:
    folder, database = open_folder / "in", open_folder / "archive.db"
    folder.mkdir()
    lay_out(folder)
    open_folder.chmod(0o777)
    done = run_as_nobody(database, "import", "-f", "json", folder)
    assert done.returncode == 1
    summary = json.loads(done.stdout)
    items = items_of(query, database, 1, folder)
    assert sum(summary[outcome] for outcome in OUTCOMES) == summary["units"] == len(items)

    failed = {place: reason or "" for place, (outcome, reason) in items.items() if outcome == "failed"}
    assert failed.keys() == FAILED.keys()
    for place, (reason, cure) in FAILED.items():
        assert reason in failed[place]
        assert cure in failed[place].partition("; ")[2]
        assert f"{folder}/{place}: {failed[place]}\n" in done.stderr
    assert "\x1b" not in done.stderr

    configuration = {name for name in FILES if name.endswith(".meta.toml")}
    storable = {name.replace("\n", "\\x0a").replace("\x1b", "\\x1b").replace("\udce9", "\\xe9") for name in FILES}
    expected = (storable - configuration - FAILED.keys()) | {DEEP}
    assert {place for place, (outcome, _) in items.items() if outcome == "added"} == expected
    assert summary["added"] == len(expected)
    for place in expected:
        assert (items[place][1] is None) == (place not in NOTED), (place, items[place])
        assert NOTED.get(place, "") in (items[place][1] or "")
    bodies: dict[str, str] = dict(
        query(database, "SELECT locator, body FROM import_items JOIN article_revisions r ON r.id = revision_id")
    )
    assert bodies[f"{folder}/crlf.txt"] == "Boats come in\n\nThe first boat came at noon and was empty."
    assert bodies[f"{folder}/cr.txt"] == "Boats come in\n\nThe second boat came an hour later and was full."
    assert bodies[f"{folder}/surrogates.txt"] == "The harbour \ufffd is open \U0001f600 again."
    assert not any("\x00" in body or "\r" in body for body in bodies.values())
    assert query(database, "SELECT name FROM sources WHERE name LIKE 'Lindby%' ORDER BY name") == [
        ("Lindby Post",),
        ("Lindby \U0001f600 Post",),
    ]

    again = run_as_nobody(database, "import", "--quiet", "-f", "json", folder)
    assert again.returncode == 1
    assert json.loads(again.stdout)["unchanged"] == summary["added"]
    items_again = items_of(query, database, 2, folder)
    assert {place: reason for place, (outcome, reason) in items_again.items() if outcome == "failed"} == failed
    # where that user may not run the interpreter, Python warns that no process can be had
    said = [[line for line in one.stderr.splitlines() if line.startswith("failed: ")] for one in (done, again)]
    assert said[0] == said[1]
    assert "note: " not in again.stderr


@pytest.mark.parametrize(("name", "millions"), [("line.txt", 200), ("line.md", 40)])
def test_a_line_of_millions_of_characters_fails_quickly_and_within_memory(
    database: Location, tmp_path: Path, query: Rows, name: str, millions: int
) -> None:
    file = tmp_path / name
    with file.open("w") as stream:
        for _ in range(millions):
            stream.write("harbour " * 125_000)
    process = subprocess.Popen(
        [sys.executable, "-m", "archive", "--db", located(database), "import", str(file)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process.stderr:
        said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    file.unlink()
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 1
    assert f"{millions},000,000 characters is over the limit of 5,000,000" in said
    assert "--max-characters" in said
    assert query(database, "SELECT outcome FROM import_items") == [("failed",)]
    assert usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) < 1_500_000_000
    assert usage.ru_utime + usage.ru_stime < 20


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_the_longest_text_is_what_max_characters_says(
    database: Location, tmp_path: Path, query: Rows, name: str
) -> None:
    file = tmp_path / name
    file.write_text("boat " * 100 + "\n\n" + "ship " * 100)
    import_paths(database, [str(file)], ImportOptions(max_characters=500))
    import_paths(database, [str(file)], ImportOptions(max_characters=5000))
    failed, added = query(database, "SELECT outcome, reason FROM import_items ORDER BY id")
    assert failed[0] == "failed"
    assert "over the limit of 500" in failed[1]
    assert added == ("added", None)


class Batches(Listener):
    """Hears how many units each batch had, and what failed."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.failures: list[Failure] = []

    def units_done(self, number: int, outcomes: Any) -> None:
        self.sizes.append(number)

    def failed(self, failure: Failure) -> None:
        self.failures.append(failure)


def test_long_texts_are_few_in_a_batch_and_large_files_few_in_a_chunk(
    database: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        (tmp_path / f"{number:02}.txt").write_text(f"{number:02} " + "x" * (1_000_000 if number == 20 else 999_000))
    chunks: list[int] = []

    class Counting(Workers):
        def prepare(self, given: Iterable[list[prepare.Task]]) -> Iterator[list[prepare.Prepared]]:
            for results in super().prepare(given):
                chunks.append(len(results))
                yield results

    monkeypatch.setattr("archive.ingest.Workers", Counting)
    heard = Batches()
    summary = import_paths(database, [str(tmp_path)], ImportOptions(jobs=0), heard)
    assert summary.outcomes["added"] == 30 == sum(heard.sizes) == sum(chunks)
    assert max(heard.sizes) * 999_000 <= portions.BATCH * portions.LONG
    assert chunks == [*[2] * 10, 1, *[2] * 4, 1]


def test_a_file_that_vanishes_after_it_was_found_fails(
    database: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: Rows
) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(GOOD.format(name) + "It came in again. " * 500)  # more than tells what it is

    def take_away(found: FoundFile, limit: int) -> bytes:
        if found.path.endswith("b.txt"):
            Path(found.path).unlink()
        return read_bytes(found, limit)

    monkeypatch.setattr(prepare, "read_bytes", take_away)
    heard = Batches()
    import_paths(database, [str(tmp_path)], ImportOptions(jobs=0), heard)
    assert heard.failures == [
        Failure(
            str(tmp_path / "b.txt"),
            "it is not there any more",
            "run the import again when nothing else changes the files",
        )
    ]
    assert query(database, "SELECT outcome FROM import_items ORDER BY position") == [
        ("added",),
        ("failed",),
        ("added",),
    ]


def test_a_defect_of_the_program_costs_one_file_and_no_more(
    database: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: Rows
) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(GOOD.format(name))
    normalize = normalize_document

    def stumble(document: Any, *rest: Any, **named: Any) -> Any:
        if document.locator.endswith("b.txt"):
            raise ValueError("no such \ud800 word")
        return normalize(document, *rest, **named)

    monkeypatch.setattr(prepare, normalize.__name__, stumble)
    import_paths(database, [str(tmp_path)], ImportOptions(jobs=0))
    assert query(database, "SELECT outcome, reason FROM import_items ORDER BY position") == [
        ("added", None),
        (
            "failed",
            "a defect of this program (ValueError: 'no such \\ud800 word'); report it, with the file if you can",
        ),
        ("added", None),
    ]


def test_of_a_file_that_grows_what_was_there_is_taken(
    database: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: Rows
) -> None:
    file = tmp_path / "log.txt"
    line = "The boat of the harbour master came in again.\n"
    file.write_text(line * 3000)
    read = os.read

    def grow_and_read(descriptor: int, size: int) -> bytes:
        if size > HEAD:  # not yet when it is looked at what it is
            with file.open("a") as stream:
                stream.write(line * 1000)
        return read(descriptor, min(size, 50_000))

    monkeypatch.setattr(os, "read", grow_and_read)
    assert import_paths(database, [str(file)], ImportOptions(jobs=0)).outcomes == {"added": 1}
    monkeypatch.undo()
    assert query(database, "SELECT size FROM originals") == [(len(line) * 3000,)]
    assert file.stat().st_size > len(line) * 3000
    assert import_paths(database, [str(file)], ImportOptions(jobs=0)).outcomes == {"revised": 1}


@pytest.mark.parametrize("size", [0, 1])
def test_a_file_that_shrinks_is_taken_as_it_is_then(
    database: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: Rows, size: int
) -> None:
    file = tmp_path / "log.txt"
    file.write_text("The boat of the harbour master came in again.\n" * 200)  # more than tells what it is
    read = os.read

    def shrink_and_read(descriptor: int, most: int) -> bytes:
        os.truncate(file, size * 46)
        return read(descriptor, most)

    monkeypatch.setattr(os, "read", shrink_and_read)
    import_paths(database, [str(file)], ImportOptions(jobs=0))
    assert query(database, "SELECT outcome, reason FROM import_items") == [
        ("added", None) if size else ("failed", "empty file; remove it, or fill it")
    ]


def test_standard_input_whatever_it_gives(run: Run, database: Location, query: Rows) -> None:
    def take(content: bytes, *options: str) -> tuple[int, str]:
        with tempfile.TemporaryFile() as stream:
            stream.write(content)
            stream.seek(0)
            done = run(database, "import", *options, "-", stdin=stream)
        return done.returncode, done.stderr

    assert take(GOOD.format(5).encode()) == (0, "")
    code, said = take(b"x" * 1_000_001, "--max-size", "1")
    assert (code, "failed: -: it is over the limit of 1 MB; raise the limit with `--max-size`" in said) == (1, True)
    for content in (GOOD.format(5).encode(), b"", bytes(range(32)) * 40):
        import_paths(database, ["-"], stdin=io.BytesIO(content))
    found = query(database, "SELECT outcome, reason FROM import_items ORDER BY id")
    assert [outcome for outcome, _ in found] == ["added", "failed", "unchanged", "failed", "failed"]
    assert found[3][1] == "empty file; remove it, or fill it"
    assert "binary data" in found[4][1]


def test_standard_input_that_is_closed(run: Run, database: Location, tmp_path: Path) -> None:
    def close() -> None:
        os.close(0)

    file = tmp_path / "a.txt"
    file.write_text(GOOD.format(6))
    assert run(database, "import", file, preexec_fn=close).returncode == 0
    done = run(database, "import", "-", preexec_fn=close)
    assert done.returncode == 1
    assert done.stderr.startswith("failed: -: ")


def test_standard_input_is_read_where_python_gives_it(database: Location, query: Rows) -> None:
    import_paths(database, ["-", "-"], stdin=io.BytesIO(GOOD.format(7).encode()))
    import_paths(database, ["-"], stdin=None)
    assert query(database, "SELECT outcome, reason FROM import_items ORDER BY id") == [
        ("added", None),
        ("failed", "empty file; remove it, or fill it"),
        ("failed", "there is no standard input to read"),
    ]


def test_a_file_over_max_size_fails_and_the_rest_goes_on(
    run: Run, database: Location, tmp_path: Path, query: Rows
) -> None:
    (tmp_path / "a.txt").write_text("x" * 1_000_001)
    (tmp_path / "b.txt").write_text(GOOD.format(8))
    done = run(database, "import", "--max-size", "1", tmp_path)
    assert done.returncode == 1
    assert "over the limit of 1 MB; raise the limit with `--max-size`" in done.stderr
    assert query(database, "SELECT outcome FROM import_items ORDER BY position") == [("failed",), ("added",)]


def test_files_named_several_times_are_units_each_time_over_batches_too(
    database: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: Rows
) -> None:
    monkeypatch.setattr(portions, "BATCH", 2)
    monkeypatch.setattr(portions, "UNCHANGED_WEIGHT", 1)
    monkeypatch.setattr("archive.portions.CHUNK", 3)
    for number in range(7):
        (tmp_path / f"{number}.txt").write_text(GOOD.format(number))
    paths = [str(tmp_path), str(tmp_path / "3.txt"), str(tmp_path), f"{tmp_path}/../{tmp_path.name}/3.txt"]
    first = import_paths(database, paths, ImportOptions(jobs=0))
    assert first.outcomes == {"added": 7, "unchanged": 9}
    second = import_paths(database, paths, ImportOptions(jobs=0))
    assert second.outcomes == {"unchanged": 16}
    positions = query(database, "SELECT position FROM import_items WHERE import_id = ? ORDER BY id", second.import_id)
    assert [position for (position,) in positions] == list(range(1, 17))


@pytest.mark.sqlite("a file that stands among those that are imported")
def test_the_archive_in_the_folder_is_no_unit_by_whatever_way_it_is_reached(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(GOOD.format(9))
    (folder / "link.db").symlink_to("archive.db")
    (tmp_path / "other").symlink_to("in")
    database = Path(shutil.copy(database, folder / "archive.db"))
    ways: Sequence[tuple[Path, Path]] = (
        (folder / "archive.db", folder),
        (folder / "link.db", folder),
        (tmp_path / "other" / "archive.db", folder),
        (folder / "archive.db", tmp_path / "other"),
        (folder / ".." / "in" / "archive.db", folder),
        (folder / "archive.db", folder / "archive.db"),
    )
    (folder / "link.db").unlink()
    for way, path in ways:
        if way.name == "link.db":
            way.symlink_to("archive.db")
        summary = import_paths(way, [str(path)])
        assert (summary.outcomes["failed"], summary.units) == (0, int(path.is_dir())), (way, path)
        (folder / "link.db").unlink(missing_ok=True)
    with (folder / "archive.db").open("rb") as stream:
        assert stream.read(6) == b"SQLite"


@pytest.mark.parametrize("option", ["source", "topic"])
def test_an_option_that_is_no_text_is_refused(
    run: Run, database: Location, tmp_path: Path, query: Rows, option: str
) -> None:
    done = run(database, "import", f"--{option}=Lindby \udce9 Post", tmp_path)
    assert done.returncode == 2
    assert f"--{option} " in done.stderr
    assert "UTF-8" in done.stderr
    with pytest.raises(UsageError, match="not UTF-8"):
        import_paths(
            database, [], ImportOptions(**{"source": "\ud800"} if option == "source" else {"topics": ["\ud800"]})
        )
    assert query(database, "SELECT * FROM imports") == []


_NO_NETWORK = """
import socket
def refuse(*_, **__):
    raise AssertionError("a connection was opened")
for name in ("connect", "connect_ex", "bind", "sendto"):
    setattr(socket.socket, name, refuse)
socket.getaddrinfo = refuse
"""


def test_no_command_opens_a_connection(run: Run, database: Location, tmp_path: Path, many: Path) -> None:
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(_NO_NETWORK)
    guarded = {**os.environ, "PYTHONPATH": str(tmp_path / "guard")}
    probe = "import socket; socket.create_connection(('127.0.0.1', 9))"
    assert (
        "a connection was opened"
        in subprocess.run([sys.executable, "-c", probe], env=guarded, capture_output=True, text=True).stderr
    )
    # enough files for processes of their own
    done = run(database, "import", "--jobs", "2", *sorted(many.iterdir())[:3], env=guarded)
    assert (done.returncode, done.stdout[:18]) == (1, "import 1: 1,200 re")
    for words in (["list", "--limit", "3"], ["search", "harbour"], ["sql", "SELECT count(*) FROM articles"], ["stats"]):
        assert run(database, *words, env=guarded).returncode == 0


@pytest.mark.sqlite("modes of files; roles that may not write are in tests/upgrades")
@pytest.mark.parametrize("case", ["file", "folder", "missing", "hidden"])
def test_an_archive_that_may_not_be_written_is_said_so(open_folder: Path, database: Path, case: str) -> None:
    folder = open_folder / ("locked" if case == "hidden" else "read-only")
    folder.mkdir()
    (open_folder / "a.txt").write_text(GOOD.format(10))
    path = folder / "archive.db"
    if case != "missing":
        shutil.copy(database, path)
    give_to_nobody(folder)
    if case == "file":
        path.chmod(0o444)
    else:
        folder.chmod(0 if case == "hidden" else 0o555)
    before = path.read_bytes() if path.exists() else None
    done = run_as_nobody(path, "import", open_folder / "a.txt")
    assert done.returncode == 1
    assert done.stdout == ""
    (said,) = done.stderr.splitlines()
    assert said.startswith(f"archive: {path} cannot be written")
    assert "chmod" in said
    folder.chmod(0o755)
    assert (path.read_bytes() if path.exists() else None) == before
