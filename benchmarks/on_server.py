"""What bench_postgresql measures on a server: databases for it, ways to write rows, and searches."""

import itertools
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from measured import Goal, Measured, WrongError
from own_server import OwnServer
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from archive.db.engine import open_engine
from archive.db.inserting import insert_values
from archive.db.location import locate
from archive.queries import reading
from archive.queries.best import find_best
from archive.queries.filters import Asked
from archive.queries.selection import Selection

TOP = 20
CLASSES = {"1 to 3 %": (0.01, 0.03), "10 to 40 %": (0.1, 0.4)}  # of the articles
BATCH = 1_000  # rows that are written at once
_MOST_VALUES = 65_535  # of one statement, as PostgreSQL counts them

_TURNS = ("COPY", "INSERT of many rows", "executemany")
# rows that are small, and those that have a text and its tsvector
WAYS = {"import_items": _TURNS, "article_search": _TURNS}

_FINDING = ("search", "search, as typed", "first search", "search, as text")
_LONG_ENOUGH = 0.02  # seconds


class Databases:
    """Makes databases on a server, and measures what works on them."""

    def __init__(self, url: str, server: OwnServer | None) -> None:
        self._url = make_url(url).set(drivername="postgresql")
        self._server = server
        self._numbers = itertools.count(1)

    @contextmanager
    def new(self, template: str | None = None) -> Iterator[str]:
        """Give the URL of a database, empty or as another one is, which is gone afterwards."""
        name = f"archive_bench_{os.getpid()}_{next(self._numbers)}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {make_url(template).database if template else 'template0'}")
        try:
            yield self._of(name)
        finally:
            self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def settle(self) -> None:
        """Let what was written before come to the disk, so that the next does not wait for it."""
        self._do("CHECKPOINT")
        os.sync()

    def measure(self, measured: Measured, name: str, commands: Sequence[Sequence[str | Path]]) -> list[str]:
        """Measure commands side by side, with what the server does for them where that can be told."""
        return measured.run_at_once(name, commands, cpu_elsewhere=self._server.cpu if self._server else lambda: None)

    def described(self) -> dict[str, str]:
        """Return the server's version, and the settings that matter."""
        names = ("server_version", "fsync", "synchronous_commit", "shared_buffers", "max_wal_size", "autovacuum", "jit")
        with psycopg.connect(self._of(self._url.database or "")) as connection:
            return {name: str(*connection.execute(f"SHOW {name}").fetchone() or "") for name in names}

    def _of(self, database: str) -> str:
        return self._url.set(database=database).render_as_string(hide_password=False)

    def _do(self, statement: str) -> None:
        try:
            with psycopg.connect(self._of(self._url.database or ""), autocommit=True) as connection:
                connection.execute(statement)
        except psycopg.Error as error:  # not there, or the role may not
            raise WrongError(f"the server did not do {statement}: {str(error).strip()}") from error


def measure_ways(measured: Measured, archive: str, turn: int) -> None:
    """Write rows that the archive has into tables like its own, in each way."""
    engine = open_engine(locate(archive))
    with engine.connect() as connection:
        for table, ways in WAYS.items():
            with connection.begin():
                result = connection.exec_driver_sql(f"SELECT * FROM {table} LIMIT {BATCH}")
                columns, rows = list(result.keys()), [tuple(row) for row in result]
                connection.exec_driver_sql(f"CREATE TABLE like_{table} (LIKE {table} INCLUDING ALL)")
            for way in ways if turn % 2 else ways[::-1]:
                start = time.perf_counter()
                with connection.begin():
                    _write(connection, way, f"like_{table}", columns, rows)
                measured.add(f"{way}, {table}", time.perf_counter() - start)
                with connection.begin():
                    number = connection.exec_driver_sql(f"SELECT count(*) FROM like_{table}").scalar()
                    connection.exec_driver_sql(f"TRUNCATE like_{table}")
                if number != len(rows):
                    raise WrongError(f"{way} wrote {number} of {len(rows)} rows")
    engine.dispose()


def _write(connection: Connection, way: str, table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    if way == "COPY":
        insert_values(connection, table, columns, rows)
        return
    driver: Any = connection.connection.driver_connection
    names = ", ".join(f'"{column}"' for column in columns)
    values = f"({', '.join(['%s'] * len(columns))})"
    if way == "executemany":
        with driver.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES {values}", rows)
        return
    at_once = _MOST_VALUES // len(columns)
    for first in range(0, len(rows), at_once):
        some = rows[first : first + at_once]
        statement = f"INSERT INTO {table} ({names}) VALUES {', '.join([values] * len(some))}"
        driver.execute(statement, [value for row in some for value in row])


def measure_search(measured: Measured, archive: str, rounds: int) -> dict[str, str]:
    """Ask for the best matches of a word of each class in each way; returns the words."""
    with psycopg.connect(archive, autocommit=True) as own:
        own.execute("VACUUM (ANALYZE) article_search")  # what is still to be put into the index, too
    with reading(locate(archive)) as connection:
        words = _words(connection)
        for name, word in words.items():
            things = _ways_to_find(connection, word)
            answers = [[(row[0], round(row[1], 6)) for row in run()] for run in things.values()]
            if not answers[0] or any(answer != answers[0] for answer in answers):
                raise WrongError(f"search, {name}: the answers differ")
            often = {thing: _how_often(run) for thing, run in things.items()}
            for turn in range(rounds):
                for thing in things if turn % 2 else reversed(things):
                    start = time.perf_counter()
                    for _ in range(often[thing]):
                        things[thing]()
                    measured.add(f"{thing}, {name}", (time.perf_counter() - start) / often[thing])
    return words


def search_goals(words: dict[str, str]) -> list[Goal]:
    """Return what is asked of searches."""
    *ours, by_hand = _FINDING
    return [
        Goal(f"{thing}, {name}", (f"{thing}, {name}",), (f"{by_hand}, {name}",), "× the same as text", at_most=at_most)
        for thing, at_most in zip(ours, (1.15, 1.15, None), strict=True)
        for name in words
    ]


def _words(connection: Connection) -> dict[str, str]:
    """Return a word of each class: of those in it, the one nearest the middle."""
    total = connection.exec_driver_sql("SELECT count(*) FROM article_search").scalar() or 0
    rows = connection.exec_driver_sql(
        "SELECT word, ndoc FROM ts_stat('SELECT vector FROM article_search') ORDER BY ndoc DESC, word"
    ).all()
    found = {}
    for name, (least, most) in CLASSES.items():
        inside = [word for word, number in rows if least * total <= number <= most * total and word.isalpha()]
        if not inside:
            raise WrongError(f"no word stands in {name} of the articles")
        found[name] = inside[len(inside) // 2]
    return found


def _ways_to_find(connection: Connection, word: str) -> dict[str, Callable[[], list[Any]]]:
    driver: Any = connection.connection.driver_connection
    query = f"'''{word}'''::tsquery"
    by_hand = (
        f"SELECT article_id, ts_rank('{{0.1,0.2,0.2,1.0}}'::real[], vector, {query}) "
        f"FROM article_search WHERE vector @@ {query} ORDER BY 2 DESC, 1 LIMIT {TOP}"
    )

    def found(asked: Selection) -> list[Any]:
        assert asked.match is not None
        return list(find_best(connection, asked, asked.match, TOP))

    def first() -> list[Any]:
        connection.info.clear()  # what is asked once and remembered: what is hidden, what was left behind
        return found(Asked(word).selection(connection))

    asked = Asked(word).selection(connection)
    finding: tuple[Callable[[], list[Any]], ...] = (
        lambda: found(asked),
        lambda: found(Asked(word).selection(connection)),
        first,
        lambda: driver.execute(by_hand).fetchall(),
    )
    return dict(zip(_FINDING, finding, strict=True))


def _how_often(run: Callable[[], list[Any]]) -> int:
    """Return how many runs in a row take long enough to be timed together."""
    start = time.perf_counter()
    run()
    return 1 + int(_LONG_ENOUGH / (time.perf_counter() - start))
