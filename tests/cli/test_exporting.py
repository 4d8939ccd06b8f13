"""`archive export`: what it writes, and where."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from archive.exports import FIELDS, FORMATS, TEXT_FORMATS
from tests.engines import state

Run = Callable[..., Result]

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("form", TEXT_FORMATS)
def test_a_file_and_stdout_get_the_same(form: str, seeds: Run) -> None:
    shown = seeds("export", "-f", form)
    assert (shown.exit_code, shown.stderr) == (0, "")
    written = seeds("export", "-f", form, "-o", "out")
    assert (written.exit_code, written.stdout, written.stderr) == (0, "", "16 articles written to out\n")
    assert Path("out").read_bytes() == shown.stdout_bytes
    assert seeds("export", "-f", form, "-o", "-").stdout_bytes == shown.stdout_bytes


def test_json_lines_are_what_comes_without_a_format(seeds: Run) -> None:
    lines = seeds("export", "--source", "lantern-wire").stdout.splitlines()
    assert [json.loads(line)["source"] for line in lines] == ["Lantern Wire", "Lantern Wire"]
    assert list(json.loads(lines[0])) == list(FIELDS)


def test_what_is_exported_can_be_piped_into_another_archive(seeds: Run, run: Run) -> None:
    lines = seeds("export").stdout_bytes
    assert run("--db", "other.db", "import", "--quiet", "-", stdin=lines).stdout.startswith(
        "import 1: 16 read = 16 added"
    )
    assert run("--db", "other.db", "export", "--fields", "key").stdout == seeds("export", "--fields", "key").stdout


def test_fields_are_those_asked_for(seeds: Run) -> None:
    answer = seeds("export", "-f", "csv", "--fields", "published, key,key", "--source", "the-lintel-almanac")
    assert answer.stdout == "published,key\n2023,42dtbjmmy2tt\n"
    for form, fields, message in (
        ("csv", "key,headlin", "there is no field 'headlin' (did you mean 'headline'?); there are key, headline,"),
        ("csv", "xyz", "there is no field 'xyz'; there are key, headline,"),
        ("jsonl", ",", "--fields names none"),
        ("ris", "key", "--fields is for -f jsonl and -f csv; -f ris has fields of its own"),
    ):
        answer = seeds("export", "-f", form, "--fields", fields)
        assert answer.exit_code == 2
        assert message in answer.stderr
        assert answer.stdout == ""


def test_safe_csv(run: Run) -> None:
    Path("a.md").write_text('---\ntitle: "=1+1"\n---\nA text.\n')
    run("import", "a.md")
    command = ["export", "-f", "csv", "--fields", "headline"]
    assert run(*command).stdout == "headline\n=1+1\n"
    assert run(*command, "--safe-csv").stdout == '"headline"\n"\'=1+1"\n'
    answer = run("export", "--safe-csv")
    assert (answer.exit_code, answer.stderr) == (2, "archive: --safe-csv is for -f csv\n")


def test_markdown_is_a_folder(seeds: Run, run: Run) -> None:
    answer = seeds("export", "-f", "md", "-o", "new/notes")
    assert (answer.exit_code, answer.stderr) == (0, "16 articles written to new/notes\n")
    names = sorted(path.name for path in Path("new/notes").iterdir())
    assert len(names) == 16
    assert "2023_two-visits-in-one-year_42dtbjmmy2tt.md" in names
    assert run("--db", "other.db", "import", "-q", "new").stdout.startswith("import 1: 16 read = 16 added")


def test_a_folder_that_is_not_empty_is_left_alone_unless_forced(seeds: Run) -> None:
    folder = Path("notes")
    folder.mkdir()
    outside = Path("outside.txt")
    outside.write_text("mine")
    (folder / "2023_two-visits-in-one-year_42dtbjmmy2tt.md").symlink_to(outside.resolve())
    command = ["export", "-f", "md", "--source", "the-lintel-almanac", "-o", "notes"]
    answer = seeds(*command)
    assert answer.exit_code == 2
    assert answer.stderr == ("archive: notes is not empty; name another folder, or say --force to write into it\n")
    assert seeds(*command, "--force").exit_code == 0
    assert outside.read_text() == "mine"
    (file,) = folder.iterdir()
    assert not file.is_symlink()
    assert 'key: "42dtbjmmy2tt"' in file.read_text()
    assert seeds(*command, "--force").exit_code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-f", "md"], "-f md writes a file for each article; name a folder with -o"),
        (["-f", "md", "-o", "-"], "-f md writes a file for each article; name a folder with -o"),
        (["--force"], "--force is for -f md; a file is written over anyway"),
    ],
)
def test_calls_that_are_off(words: list[str], message: str, seeds: Run) -> None:
    answer = seeds("export", *words)
    assert (answer.exit_code, answer.stdout, answer.stderr) == (2, "", f"archive: {message}\n")


@pytest.mark.sqlite("a file that an answer could be written over")
def test_the_archive_itself_is_not_written_over(seeds: Run, seeds_archive: Path) -> None:
    Path("link.db").symlink_to(seeds_archive)
    before = state(seeds_archive)
    for name in (seeds_archive, "link.db"):
        answer = seeds("export", "-o", name)
        assert answer.exit_code == 2
        assert "is the archive itself" in answer.stderr
    assert state(seeds_archive) == before


def test_a_file_is_replaced_when_it_is_whole(seeds: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    target = Path("out.jsonl")
    target.write_text("old")
    target.chmod(0o600)
    Path("link.jsonl").symlink_to(target)
    assert seeds("export", "-o", "link.jsonl").exit_code == 0
    assert Path("link.jsonl").is_symlink()
    assert len(target.read_text().splitlines()) == 16
    assert target.stat().st_mode & 0o777 == 0o600
    old = target.read_text()

    def breaks(*_: object) -> Iterator[object]:
        yield from ()
        raise KeyboardInterrupt

    monkeypatch.setattr("archive.cli.exporting.export_articles", breaks)
    assert seeds("export", "-o", "out.jsonl").exit_code == 130
    assert target.read_text() == old
    assert sorted(path.name for path in Path().iterdir()) == ["link.jsonl", "out.jsonl"]


def test_a_place_that_cannot_be_written_to_has_a_reason(seeds: Run) -> None:
    Path("file").write_text("")
    for words in (["-o", "none/out"], ["-f", "md", "-o", "file"]):
        answer = seeds("export", *words)
        assert answer.exit_code == 1
        assert "cannot be written: " in answer.stderr
    assert seeds("export", "-o", os.devnull).exit_code == 0
    assert Path(os.devnull).is_char_device()


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "md"])
def test_nothing_found_is_an_empty_answer(form: str, seeds: Run) -> None:
    answer = seeds("export", "-f", form, "--until", "1900")
    assert answer.exit_code == 0
    assert answer.stderr == "nothing to export; fewer options find more\nleft out: 6 without a date\n"
    if form in ("ninjs", "jsonld", "csljson"):
        json.loads(answer.stdout)
    elif form == "csv":
        assert list(csv.DictReader(io.StringIO(answer.stdout))) == []
    else:
        assert answer.stdout == ""


def test_an_empty_archive(run: Run, database: Path) -> None:
    answer = run("--db", database, "export")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", "nothing to export\n")


def test_whoever_has_seen_enough_ends_it_quietly(seeds_archive: Path) -> None:
    script = (
        "import archive.queries.export as e, itertools; real = e.export_articles;"
        "e.export_articles = lambda *a: itertools.islice(itertools.cycle(list(real(*a))), 5000);"
        "from archive.cli import main; main()"
    )
    shell = subprocess.run(
        ["bash", "-c", '"$0" -c "$1" --db "$2" export | head -c 10', sys.executable, script, str(seeds_archive)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shell.stdout == '{"key": "e'
    assert shell.stderr == ""


def test_the_document_has_every_format_and_field() -> None:
    text = (CHECKOUT / "docs" / "exports.md").read_text(encoding="utf-8")
    for name in (*FORMATS, *FIELDS):
        assert f"`{name}`" in text, name
