"""Where an archive is: paths and URLs, and what is refused."""

import sys
from pathlib import Path

import pytest
from sqlalchemy import URL

from archive.db.location import file_of, files_of, locate
from archive.errors import UsageError

SERVER = "postgresql://ada:quill-9@db.example:5433/news"


def test_paths_and_urls_of_files_are_files() -> None:
    assert locate("news.db") == Path("news.db")
    assert locate("sqlite:////data/news.db") == Path("/data/news.db")


@pytest.mark.parametrize(
    "typed", [SERVER, SERVER.replace("postgresql", "postgres"), SERVER.replace("postgresql", "postgresql+psycopg")]
)
def test_a_server_is_shown_without_its_password(typed: str) -> None:
    location = locate(typed)
    assert isinstance(location, URL)
    assert (location.drivername, location.password) == ("postgresql+psycopg", "quill-9")
    assert str(location) == f"{location}" == "postgresql+psycopg://ada:***@db.example:5433/news"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("sqlite://", "names no file; write a path"),
        ("sqlite:///:memory:", "names no file; write a path"),
        ("mysql://ada:quill-9@db.example/news", "write a path, or postgresql://NAME@HOST/DATABASE"),
        ("postgresql+asyncpg://ada:quill-9@db.example/news", "write a path, or postgresql://NAME@HOST/DATABASE"),
        ("postgresql://ada:quill-9@db.example", "names no database"),
        ("postgresql://ada:quill-9@db.example:port/news", "is no database URL"),
        ("://ada:quill-9@", "is no database URL"),
    ],
)
def test_what_names_no_archive_is_refused_and_no_password_is_told(typed: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        locate(typed)
    assert told in str(raised.value)
    assert "quill-9" not in str(raised.value)


def test_without_its_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setattr("archive.db.location.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'archive\[postgres\]'"):
        locate(SERVER)


def test_files_of_an_archive(tmp_path: Path) -> None:
    file, link = tmp_path / "a.db", tmp_path / "link.db"
    file.touch()
    link.symlink_to(file)
    assert {one.name for one in files_of(link)} >= {"a.db", "a.db-wal", "link.db"}
    assert files_of(locate(SERVER)) == []


def test_what_is_for_files_alone_says_so() -> None:
    assert file_of(Path("a.db"), "archive x") == Path("a.db")
    with pytest.raises(UsageError, match=r"archive x works on .* in a file, and .*:\*\*\*@.* is on a server; ask y"):
        file_of(locate(SERVER), "archive x", "ask y")
