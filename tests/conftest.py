"""What all tests share: an archive that Alembic made once, real data beside the checkout, and no network."""

import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings

CHECKOUT = Path(__file__).resolve().parents[1]
SHARED = CHECKOUT.parent / "shared"

_TIMES = {"created_at", "seen_at", "started_at", "finished_at", "loaded_at"}
_KEYS = {
    "articles": ("key",),
    "article_revisions": ("article_id", "number"),
    "originals": ("sha256",),
    "sources": ("slug",),
    "topics": ("scheme", "code"),
}

settings.register_profile(
    "archive", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("archive")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the archive opens a connection; what does fails its test."""

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("a connection was opened")

    for name in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(autouse=True)
def own_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test runs in a folder of its own, without what the machine says about an archive."""
    monkeypatch.chdir(tmp_path_factory.mktemp("here"))
    monkeypatch.delenv("ARCHIVE_DB", raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture(scope="session")
def empty_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive without anything in it, to be copied."""
    from archive.db import schema

    path = tmp_path_factory.mktemp("empty") / "archive.db"
    schema.upgrade(path)
    return path


@pytest.fixture
def database(empty_archive: Path, tmp_path: Path) -> Path:
    """A fresh archive."""
    return Path(shutil.copy(empty_archive, tmp_path / "archive.db"))


@pytest.fixture(scope="session")
def seeds_archive_once(empty_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from archive.ingest import ImportOptions, import_paths

    path = Path(shutil.copy(empty_archive, tmp_path_factory.mktemp("seeds") / "archive.db"))
    import_paths(path, [str(CHECKOUT / "seeds" / "articles")], ImportOptions(jobs=0))
    return path


@pytest.fixture
def seeds_archive(seeds_archive_once: Path, tmp_path: Path) -> Path:
    """An archive of its own that holds the collection of seeds/articles."""
    return Path(shutil.copy(seeds_archive_once, tmp_path / "seeds.db"))


@pytest.fixture
def teach() -> Callable[[Path], list[str]]:
    """Return what imports made-up texts into an archive and tags them, so that there is something to learn.

    Of 30 texts 12 are on `trade` and 12 on `tourism`, as Ada says; 4 more are on trade and 2 on nothing, as nobody says
    yet. What is returned is their keys, in this order.
    """

    def of(path: Path) -> list[str]:
        from archive.decide import Wish, decide
        from archive.ingest import ImportOptions, import_paths

        folder = path.parent / "taught"
        folder.mkdir()
        for number in range(30):
            (folder / f"{number:02}.txt").write_text(taught_text(number))
        import_paths(path, [str(folder)], ImportOptions(jobs=0))
        with closing(sqlite3.connect(path)) as connection:
            rows = connection.execute(
                "SELECT DISTINCT a.key, i.locator FROM articles a JOIN import_items i ON i.article_id = a.id "
                "WHERE i.locator LIKE '%/taught/%' ORDER BY i.locator"
            )
            keys = [key for key, _ in rows]
        topics = {"trade": keys[:12], "tourism": keys[12:24]}
        decide(path, [Wish(key, {}, [topic]) for topic, of_topic in topics.items() for key in of_topic], "Ada")
        return keys

    return of


def taught_text(number: int) -> str:
    """Return one of the texts that `teach` imports: a date, a headline, and a body of words drawn by the number."""
    own = {
        "trade": ["cargo", "tariff", "exports", "customs", "duty", "freight", "merchants", "quota", "shipment", "toll"],
        "tourism": [
            "visitors",
            "hotel",
            "beach",
            "guests",
            "season",
            "holiday",
            "museum",
            "tickets",
            "cruise",
            "rooms",
        ],
        "nothing": ["window", "chair", "kettle", "ladder", "button", "candle", "basket", "pencil", "saddle", "blanket"],
    }
    kind = "tourism" if 12 <= number < 24 else "nothing" if number >= 28 else "trade"
    shared_words = ["council", "town", "morning", "week", "people", "office", "street", "plan", "year", "evening"]
    drawn = Random(number)
    sentences = []
    for _ in range(8):
        words = [*drawn.sample(own[kind], 4), *drawn.sample(shared_words, 6)]
        drawn.shuffle(words)
        sentences.append(f"{' '.join(words).capitalize()}.")
    headline = f"{drawn.choice(own[kind])} and the {drawn.choice(shared_words)}".capitalize()
    return f"---\ndate: 2023-01-{number + 1:02}\n---\n{headline}\n\n{' '.join(sentences)}\n"


@pytest.fixture
def shared() -> Iterator[Path]:
    """The folder of real data beside the checkout; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip("no real data beside the checkout (../shared)")
    yield SHARED


@pytest.fixture(scope="session")
def contents() -> Callable[[Path], dict[str, list[str]]]:
    """Return what gives all that an archive knows, whoever wrote it when: rows without ids, times and imports.

    Instead of an id stands what it leads to. The archive is checked on the way: its file, its search, its references.
    """

    def all_of(database: Path) -> dict[str, list[str]]:
        with closing(sqlite3.connect(database, timeout=30)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            connection.execute("INSERT INTO article_fts(article_fts, rank) VALUES ('integrity-check', 1)")
            connection.rollback()
            tables = [
                name
                for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
                if name not in ("about", "imports", "import_items") and not name.startswith(("article_fts", "sqlite_"))
            ]
            written = _Written(connection)
            return {table: sorted(written.rows(table)) for table in tables}

    return all_of


class _Written:
    """Rows of a database, written out with what they point to."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._tables: dict[str, dict[int, dict[str, Any]]] = {}
        self._targets: dict[str, dict[str, str]] = {}

    def rows(self, table: str) -> list[str]:
        return [repr(self._told(table, row)) for row in self._rows(table).values()]

    def _rows(self, table: str) -> dict[int, dict[str, Any]]:
        if table not in self._tables:
            keys = self._connection.execute(f"PRAGMA foreign_key_list({table})").fetchall()
            self._targets[table] = {column: target for _, _, target, column, *_ in keys}
            found = self._connection.execute(f"SELECT rowid, * FROM {table}")
            names = [description[0] for description in found.description][1:]
            self._tables[table] = {row[0]: dict(zip(names, row[1:], strict=True)) for row in found}
        return self._tables[table]

    def _told(self, table: str, row: dict[str, Any], names: Iterable[str] = ()) -> list[tuple[str, object]]:
        return [(name, self._value(table, name, row[name])) for name in names or row if self._is_told(table, name)]

    def _is_told(self, table: str, name: str) -> bool:
        target = self._targets[table].get(name)
        return name != "id" and name not in _TIMES and target not in ("imports", "import_items")

    def _value(self, table: str, name: str, value: Any) -> object:
        target = self._targets[table].get(name)
        if target is None or value is None:
            return value
        return self._told(target, self._rows(target)[value], _KEYS.get(target, ()))
