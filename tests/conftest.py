"""What all tests share: an archive that Alembic made once, real data beside the checkout, and no network."""

import os
import socket
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings

from archive.db.location import Location

pytest.register_assert_rewrite("tests.engines")

from tests.engines import (  # noqa: E402 - rewritten first
    ENGINES,
    Archives,
    NewPlace,
    assert_sound,
    connected,
    plain,
    require_reason,
    running_server,
)

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


# Test files and folders of which the default run takes the first case of each test through PostgreSQL, and of others
# none; `make test-all-cases` takes all.
_ON_SERVERS = (
    *(f"tests/{folder}/" for folder in ("exports", "queries", "vocabularies")),
    *(f"tests/test_{name}.py" for name in ("decide", "import", "migrations", "undoing", "versions")),
    *(f"tests/cli/test_{name}.py" for name in ("concordance", "escaping", "formats", "saving", "tables", "terminal")),
    "tests/imports/test_looking.py",
    "tests/db/test_schema.py",
    "tests/upgrades/test_at_once.py",
    "tests/db/test_driver_errors.py",
    "tests/db/test_shared_statements.py",
    "tests/db/test_long_values.py",
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what works on an archive once for each engine, but for what is about one of them (marked by its name)."""
    for mark in metafunc.definition.iter_markers(ENGINES[0]):
        require_reason(metafunc.definition.nodeid, mark)
    if "engine" in metafunc.fixturenames:
        only = [engine for engine in ENGINES if metafunc.definition.get_closest_marker(engine)]
        metafunc.parametrize("engine", only or ENGINES, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL take the first case of each test of some files, unless `make test-all-cases` asks for all."""
    if os.environ.get("ARCHIVE_ALL_CASES"):
        return
    seen: Counter[str] = Counter()
    left_out = []
    for item in items:
        callspec = getattr(item, "callspec", None)
        if callspec is not None and callspec.params.get("engine") == ENGINES[1]:
            function = item.nodeid.partition("[")[0]
            seen[function] += 1
            if seen[function] > 1 or not function.startswith(_ON_SERVERS):
                left_out.append(item)
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The engine that a test is run on."""
    return str(getattr(request, "param", ENGINES[0]))  # where it is asked for while the test runs


@pytest.fixture(scope="session")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archives]:
    """Archives that were made once, to be copied, on both engines."""
    with running_server() as server:
        yield Archives(tmp_path_factory.mktemp("archives"), server, CHECKOUT / "seeds" / "articles")


@pytest.fixture(scope="session")
def empty_archive(archives: Archives) -> Path:
    """A file without anything in it, to be copied."""
    path = archives.made("sqlite", "empty")
    assert isinstance(path, Path)
    return path


@pytest.fixture(scope="session")
def seeds_archive_once(archives: Archives) -> Path:
    """A file that holds the collection of seeds/articles, to be copied."""
    path = archives.made("sqlite", "seeds")
    assert isinstance(path, Path)
    return path


@pytest.fixture
def new_archive(archives: Archives, engine: str, tmp_path: Path) -> Iterator[Callable[..., Location]]:
    """Return what makes an archive of the test's engine: `empty`, `seeds` or as another one, which nobody is using.

    It is in a file by that name, or in a database that takes the place of the last one by that name. Of None comes the
    place alone: a name of no file, or a database without tables.
    """
    made: dict[str, Location] = {}

    def make(content: str | Location | None = "empty", name: str = "archive.db") -> Location:
        of = archives.made(engine, content) if isinstance(content, str) else content
        if name in made:
            archives.gone(made[name])
        made[name] = archives.place(engine, tmp_path / name) if of is None else archives.copy_of(of, tmp_path / name)
        return made[name]

    yield make
    for one in made.values():
        archives.gone(one)


@pytest.fixture
def database(new_archive: Callable[..., Location]) -> Location:
    """A fresh archive."""
    return new_archive()


@pytest.fixture
def seeds_archive(new_archive: Callable[..., Location]) -> Location:
    """An archive of its own that holds the collection of seeds/articles."""
    return new_archive("seeds", "seeds.db")


@pytest.fixture
def teach(tmp_path: Path) -> Callable[[Location], list[str]]:
    """Return what imports made-up texts into an archive and tags them, so that there is something to learn.

    Of 30 texts 12 are on `trade` and 12 on `tourism`, as Ada says; 4 more are on trade and 2 on nothing, as nobody says
    yet. What is returned is their keys, in this order.
    """

    def of(path: Location) -> list[str]:
        from archive.decide import Wish, decide
        from archive.ingest import ImportOptions, import_paths

        folder = tmp_path / "taught"
        folder.mkdir()
        for number in range(30):
            (folder / f"{number:02}.txt").write_text(taught_text(number))
        import_paths(path, [str(folder)], ImportOptions(jobs=0))
        with connected(path) as connection:
            rows = connection.execute(
                "SELECT DISTINCT a.key, i.locator FROM articles a JOIN import_items i ON i.article_id = a.id "
                "WHERE i.locator LIKE '%/taught/%' ORDER BY i.locator"
            )
            keys = [key for key, _ in rows]
        topics = {"trade": keys[:12], "tourism": keys[12:24]}
        decide(path, [Wish(key, {}, [topic]) for topic, of_topic in topics.items() for key in of_topic], "Ada")
        return keys

    return of


@pytest.fixture
def new_place(archives: Archives, tmp_path: Path) -> Iterator[NewPlace]:
    """Return what gives a place for an archive on an engine: a file that is missing, or an empty database."""
    made: list[Location] = []

    def make(engine: str) -> Location:
        if engine == "sqlite":
            made.append(tmp_path / f"place-{len(made)}.db")
        else:
            assert archives.server
            made.append(archives.server.new())
        return made[-1]

    yield make
    for one in made:
        archives.gone(one)


@pytest.fixture
def populated(seeds_archive: Location, teach: Callable[[Location], list[str]], tmp_path: Path) -> Location:
    """The collection of seeds/articles and made-up texts, with rows in nearly every table."""
    from archive.corpora import freeze_corpus
    from archive.decide import Wish, decide, decide_about
    from archive.ingest import ImportOptions, import_paths
    from archive.learn import Source, learn
    from archive.queries.filters import Asked
    from archive.saved_queries import save_query
    from archive.suggesting import suggest

    keys = teach(seeds_archive)
    learn(seeds_archive, Source(), "Ada")
    suggest(seeds_archive, Asked())
    decide(seeds_archive, [Wish(keys[0], {"section": "Port", "headline": None}, (), ["trade"], "in passing")], "Bo")
    decide_about(seeds_archive, "source_alias", "lantern-wire", "Lantern Evening Wire", "Ada", None)
    save_query(seeds_archive, "lately", "trade date:-3w..")
    freeze_corpus(seeds_archive, "trade", Asked("topic:trade"), "Ada")
    text = tmp_path / "taught" / "07.txt"
    text.write_text(text.read_text() + "\nA sentence more than there was before.\n")
    (tmp_path / "taught" / "lines.jsonl").write_text(
        '{"text": "Four boxes were counted twice.", "url": "https://a.example/1"}\n'
    )
    import_paths(seeds_archive, [str(text.parent)], ImportOptions(jobs=0))
    return seeds_archive


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
def contents() -> Callable[[Location], dict[str, list[str]]]:
    """Return what gives all that an archive knows, whoever wrote it when: rows without ids, times and imports.

    Instead of an id stands what it leads to. The archive is checked on the way: its file, its search, its references.
    """
    from archive.db.tables import metadata

    def all_of(database: Location) -> dict[str, list[str]]:
        assert_sound(database)
        with connected(database) as connection:
            written = _Written(connection)
            names = [name for name in sorted(metadata.tables) if name not in ("about", "imports", "import_items")]
            return {name: sorted(written.rows(name)) for name in names}

    return all_of


class _Written:
    """Rows of a database, written out with what they point to."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._tables: dict[str, dict[int, dict[str, Any]]] = {}

    def rows(self, table: str) -> list[str]:
        return [repr(self._told(table, row)) for row in self._rows(table).values()]

    def _rows(self, table: str) -> dict[int, dict[str, Any]]:
        if table not in self._tables:
            found = self._connection.execute(f"SELECT * FROM {table} ORDER BY id")
            names = [description[0] for description in found.description]
            read = [dict(zip(names, map(plain, row), strict=True)) for row in found.fetchall()]
            self._tables[table] = {row["id"]: row for row in read}
        return self._tables[table]

    def _told(self, table: str, row: dict[str, Any], names: Iterable[str] = ()) -> list[tuple[str, object]]:
        columns = names or sorted(row)  # on a server their order is another
        return [(name, self._value(table, name, row[name])) for name in columns if names or self._is_told(table, name)]

    def _is_told(self, table: str, name: str) -> bool:
        return name != "id" and name not in _TIMES and _target(table, name) not in ("imports", "import_items")

    def _value(self, table: str, name: str, value: Any) -> object:
        target = _target(table, name)
        if target is None or value is None:
            return value
        return self._told(target, self._rows(target)[value], _KEYS.get(target, ()))


def _target(table: str, column: str) -> str | None:
    """Return the table that a column leads to."""
    from archive.db.tables import metadata

    return next((key.column.table.name for key in metadata.tables[table].c[column].foreign_keys), None)
