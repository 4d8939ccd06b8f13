import os
from pathlib import Path

import pytest

from archive.documents import Given, Value
from archive.readers.defaults import FolderDefaults, read_sidecar
from archive.readers.files import FoundFile


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def given(path: Path, root: Path) -> Given:
    return FolderDefaults().given(FoundFile(str(path), str(path), str(root), None))


def texts(given: Given) -> dict[str, str]:
    return {value.field: value.text for value in given.values}


def test_a_sidecar_gives_values_topics_and_its_digest(tmp_path: Path) -> None:
    path = write(tmp_path / "a.meta.toml", 'title = "A visit"\ndate = 2023-02-28\ntags = ["trade"]\n')
    sidecar = read_sidecar(str(path))
    assert texts(sidecar) == {"headline": "A visit", "published": "2023-02-28"}
    assert sidecar.topics == (Value("topics", "trade", "sidecar"),)
    assert sidecar.notes == ()
    assert len(sidecar.digest) == 64


def test_times_of_toml_keep_offset_and_precision(tmp_path: Path) -> None:
    path = write(tmp_path / "a.meta.toml", "published = 2023-02-28T06:30:00+08:00")
    assert texts(read_sidecar(str(path))) == {"published": "2023-02-28T06:30:00+08:00"}
    path = write(tmp_path / "a.meta.toml", "published = 2023-02-28 06:30:00")
    assert texts(read_sidecar(str(path))) == {"published": "2023-02-28T06:30:00"}


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    path = write(tmp_path / "a.meta.toml", b'\xef\xbb\xbftitle = "A visit"\r\n')
    assert texts(read_sidecar(str(path))) == {"headline": "A visit"}


def test_an_unknown_key_is_noted_with_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.meta.toml", 'titel = "A visit"')
    assert read_sidecar(str(path)).notes == (f"{path}: unknown key 'titel' (did you mean 'title'?)",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("\ntitle = A visit", "line 2"),
        (b'title = "caf\xe9"', "line 1 is not UTF-8"),
        ('title = "A visit"'.encode("utf-16"), "line 1 is not UTF-8"),
        ("a = " + "[" * 10_000, "nested"),
        (b"\x00\x01", "line 1"),
    ],
    ids=lambda value: value[:20],
)
def test_a_broken_sidecar_gives_a_note_and_its_digest_only(tmp_path: Path, content: str | bytes, words: str) -> None:
    path = write(tmp_path / "a.meta.toml", content)
    sidecar = read_sidecar(str(path))
    (note,) = sidecar.notes
    assert note.startswith(f"{path} was not used: ")
    assert words in note
    assert "; " in note  # the cure
    assert (sidecar.values, sidecar.topics) == ((), ())
    assert sidecar.digest


def test_a_sidecar_that_cannot_be_opened_gives_a_note(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("gone", "pipe", ""):
        sidecar = read_sidecar(str(tmp_path / name))
        assert sidecar.notes
        assert sidecar.digest == ""


def test_a_sidecar_over_a_megabyte_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.meta.toml", "#" * 1_000_001)
    assert "over the limit" in read_sidecar(str(path)).notes[0]


def test_nearer_defaults_win_and_topics_add_up(tmp_path: Path) -> None:
    write(tmp_path / "archive.toml", 'source = "Example Gazette"\nlanguage = "en"\ntopics = ["trade"]')
    write(tmp_path / "a" / "b" / "archive.toml", 'source = "Harbour News"\ntopics = ["Minsk", "trade"]')
    found = given(tmp_path / "a" / "b" / "c.txt", tmp_path)
    assert texts(found) == {"source": "Harbour News", "language": "en"}
    assert [topic.text for topic in found.topics] == ["Minsk", "trade"]
    assert {value.method for value in (*found.values, *found.topics)} == {"archive_toml"}
    assert found.digest


def test_defaults_above_the_root_do_not_count(tmp_path: Path) -> None:
    write(tmp_path / "archive.toml", 'source = "Example Gazette"')
    assert given(tmp_path / "a" / "b.txt", tmp_path / "a") == Given()


def test_the_digest_tells_which_files_said_something(tmp_path: Path) -> None:
    write(tmp_path / "archive.toml", 'source = "Example Gazette"')
    before = given(tmp_path / "a" / "b.txt", tmp_path).digest
    assert before == given(tmp_path / "c.txt", tmp_path).digest
    write(tmp_path / "a" / "archive.toml", "# nothing yet")
    assert given(tmp_path / "a" / "b.txt", tmp_path).digest not in (before, "")


def test_a_folder_is_looked_at_once(tmp_path: Path) -> None:
    write(tmp_path / "archive.toml", 'source = "Example Gazette"')
    defaults = FolderDefaults()
    first = defaults.given(FoundFile(f"{tmp_path}/a.txt", "a", str(tmp_path), None))
    (tmp_path / "archive.toml").unlink()
    assert defaults.given(FoundFile(f"{tmp_path}/b.txt", "b", str(tmp_path), None)) is first


def test_what_belongs_to_one_article_is_refused_as_a_default(tmp_path: Path) -> None:
    path = write(tmp_path / "archive.toml", 'Title = "A"\nlink = "https://gazette.example/1"\nid = 1\nlang = "en"')
    found = given(tmp_path / "a.txt", tmp_path)
    assert texts(found) == {"language": "en"}
    assert [note.split(" belongs")[0] for note in found.notes] == [
        f"{path}: key '{key}'" for key in ("Title", "link", "id")
    ]


def test_a_source_with_an_address_stays_a_source(tmp_path: Path) -> None:
    write(tmp_path / "archive.toml", 'source = "https://gazette.example/news"')
    assert texts(given(tmp_path / "a.txt", tmp_path)) == {"source": "https://gazette.example/news"}


def test_broken_defaults_leave_those_above_in_force(tmp_path: Path) -> None:
    write(tmp_path / "archive.toml", 'source = "Example Gazette"')
    write(tmp_path / "a" / "archive.toml", "source = ")
    found = given(tmp_path / "a" / "b.txt", tmp_path)
    assert texts(found) == {"source": "Example Gazette"}
    assert len(found.notes) == 1


def test_standard_input_takes_the_defaults_of_its_root(tmp_path: Path) -> None:
    write(tmp_path / "archive.toml", 'source = "Example Gazette"')
    assert texts(FolderDefaults().given(FoundFile("-", "-", str(tmp_path), None))) == {"source": "Example Gazette"}


def test_a_root_that_is_not_above_the_file_ends_at_the_top(tmp_path: Path) -> None:
    assert FolderDefaults().given(FoundFile("/nowhere/a.txt", "a", str(tmp_path), None)).notes == ()
