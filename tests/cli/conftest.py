"""The command line, run in this process: exit code, stdout and stderr apart; an error nobody caught fails the test."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.cli import cli

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run() -> Callable[..., Result]:
    """Return what runs `archive WORDS…`; `width` is the terminal's."""

    def invoke(*words: object, stdin: str | bytes | None = None, width: int = 120) -> Result:
        runner = CliRunner(env={"COLUMNS": str(width)})
        result = runner.invoke(cli, [str(word) for word in words], input=stdin, prog_name="archive")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


@pytest.fixture
def seeds(seeds_archive: Path, run: Callable[..., Result]) -> Callable[..., Result]:
    """Return what runs `archive WORDS…` on a copy of the archive of seeds/articles."""
    return lambda *words, **how: run("--db", seeds_archive, *words, **how)


@pytest.fixture
def key(seeds_archive: Path) -> Callable[[str], str]:
    """Return what gives the key of the one article that a file of seeds/articles was made into."""
    import sqlite3
    from contextlib import closing

    def of(file: str) -> str:
        with closing(sqlite3.connect(seeds_archive)) as connection:
            rows = connection.execute(
                "SELECT DISTINCT a.key FROM articles a JOIN import_items i ON i.article_id = a.id"
                " WHERE i.locator LIKE '%/seeds/articles/' || ?",
                (file,),
            ).fetchall()
        assert len(rows) == 1, file
        return str(rows[0][0])

    return of
