"""Archives to ask, made of texts that a test writes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from archive.ingest import ImportOptions, import_paths
from archive.queries import reading


@pytest.fixture
def ask(seeds_archive: Path) -> Iterator[Connection]:
    """A connection that reads the archive of seeds/articles."""
    with reading(seeds_archive) as connection:
        yield connection


@pytest.fixture
def archive_of(database: Path, tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Return what makes an archive of files given as name: text, imported in their order."""

    def make(files: dict[str, str]) -> Path:
        folder = tmp_path / "files"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        import_paths(database, [str(folder / name) for name in files], ImportOptions(jobs=0))
        return database

    return make
