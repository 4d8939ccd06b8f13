"""However a sequence of units is cut into imports and batches, the same archive comes of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import portions
from archive.db import store, vocabulary
from archive.db.engine import open_engine
from archive.db.ids import Ids
from archive.db.location import Location
from archive.db.tables import metadata
from archive.documents import Article, Given
from archive.ingest import ImportOptions, import_paths, load_vocabulary
from archive.prepare import Preparer, Settings, Task
from archive.readers.files import FoundFile
from archive.resolve.identity import IdentityResolver
from archive.resolve.sources import SourceResolver
from archive.resolve.topics import TopicResolver
from tests.engines import Archives, NewArchive, assert_sound, connected

SOURCES = """
[[sources]]
name = "Alpha Post"
aliases = ["Alpha"]
domains = ["alpha.example"]

[[sources]]
name = "Beta News"
aliases = ["Beta"]
"""

TOPICS = """
[[topics]]
name = "Rivers"
phrases = ["river", "upper river", "Höhe"]

[[topics]]
name = "Ferries"
parent = "rivers"
phrases = ["ferry", "river ferry"]

[[topics]]
name = "Weather"
aliases = ["Storms"]
phrases = ["storm"]
"""

LONG = (
    "The river ferry stopped on Monday morning after a storm broke its landing stage near the old mill. "
    "The upper river stood -5 centimetres below the mark, and two crews worked until late at night in the Höhe. "
    "People crossed by the bridge instead, which took them an hour, and some of them said they would rather wait. "
    "The council meets again on Thursday to decide whether a second ferry can be paid for this year."
)
OTHER = (
    "A bakery in the harbour town has baked the same dark bread for ninety years and will not change it now. "
    "Its owner sold the recipe to nobody, although three firms asked for it and one came back every single spring. "
    "On 3 March 2021 the shop burned, and the neighbours carried the sourdough out before they carried the till. "
    "The oven was rebuilt from the old bricks, and the first loaves were given away on the market square."
)
SHORT = "The ferry runs again. Nobody knows for how long the storm will spare it."

TEXTS = (
    LONG,
    LONG.replace("Monday", "Tuesday"),
    LONG.replace("-5", "5"),
    "Ferry stops on the upper river\n\n" + LONG,
    "Ferry stops in the storm\n\n" + LONG,
    LONG + " Storms** on the river",
    LONG + "\n- A storm is coming\n- The mill is sold\n- Ninety years of bread",
    OTHER,
    SHORT,
    SHORT.replace("again", "anew"),
)
PLACES = ("a.txt", "b.txt", "alpha/c.txt", "alpha/d.txt")


@dataclass(frozen=True)
class Step:
    """What a file holds when it is imported."""

    place: str
    text: str
    front_matter: tuple[tuple[str, str], ...]

    def content(self) -> bytes:
        lines = [f"{key}: {value}" for key, value in self.front_matter]
        return "\n".join(["---", *lines, "---", self.text] if lines else [self.text]).encode()


def _some(key: str, *values: str) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    return st.sampled_from(((), (), *(((key, value),) for value in values)))


FRONT_MATTER = st.builds(
    lambda *parts: sum(parts, ()),
    _some("id", "1", "2"),
    _some("url", "https://alpha.example/1", "https://www.alpha.example/1?utm_source=x", "https://else.example/2"),
    _some("source", "Alpha", "Beta", "Gamma"),
    _some("modified", "2023-03-01", "2023-03-02T06:30:00Z", "2023"),
    _some("saved", "2023-03-05", "2023-03-06"),
    _some("date", "2023-02", "2023-02-28", "28 February 2023", "soon"),
    _some("author", "A. Okoro", "Li Wei and A. Okoro"),
    _some("tags", "Rivers", "Storms, Bread"),
    _some("title", "A title", "Ferry stops in the storm"),
)
STEPS = st.lists(
    st.builds(Step, st.sampled_from(PLACES), st.sampled_from(TEXTS), FRONT_MATTER | st.just(())),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="session")
def small_archive(archives: Archives, engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Location]:
    """An archive with a vocabulary that is small, and so quick to load."""
    folder = tmp_path_factory.mktemp("small")
    archive = archives.copy(engine, "empty", folder / "archive.db")
    for kind, content in (("sources", SOURCES), ("topics", TOPICS)):
        file = folder / f"{kind}.toml"
        file.write_text(content)
        load_vocabulary(archive, file, kind)
    yield archive
    archives.gone(archive)


# What names a row of a table, whatever its id.
NAMES = {
    # a server gives ids by many at once, of which some may be left: units are known by how many were before them
    "import_items": "SELECT id, row_number() OVER (ORDER BY id) FROM import_items",
    "articles": "SELECT id, key FROM articles",
    "article_revisions": "SELECT r.id, a.key || '/' || r.number FROM article_revisions r "
    "JOIN articles a ON a.id = r.article_id",
    "article_topics": "SELECT g.id, a.key || ' ' || t.code FROM article_topics g "
    "JOIN articles a ON a.id = g.article_id JOIN topics t ON t.id = g.topic_id",
    "authors": "SELECT id, name_key FROM authors",
    "originals": "SELECT id, sha256 FROM originals",
    "set_aside": "SELECT s.id, a.key || '/' || r.number || '/' || s.position FROM set_aside s "
    "JOIN article_revisions r ON r.id = s.revision_id JOIN articles a ON a.id = r.article_id",
    "sources": "SELECT id, slug FROM sources",
    "topics": "SELECT id, scheme || ':' || code FROM topics",
}
TIMES = {"created_at", "seen_at", "started_at", "finished_at"}


def dump(path: Location) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of an archive with names in place of ids, without times and without the imports themselves."""
    with connected(path) as connection:
        named = {table: dict(connection.execute(query).fetchall()) for table, query in NAMES.items()}
        found = {}
        for table in sorted(metadata.tables.keys() - {"imports", "about"}):
            targets = {
                key.parent.name: key.column.table.name
                for key in metadata.tables[table].foreign_keys
                if key.column.table.name in named
            }
            left_out = {"id", *TIMES, *({"import_id", "position"} if table == "import_items" else ())}
            columns = [column.name for column in metadata.tables[table].columns if column.name not in left_out]
            quoted = ", ".join(f'"{column}"' for column in columns)
            rows = connection.execute(f"SELECT {quoted} FROM {table} ORDER BY id").fetchall()
            found[table] = [
                tuple(
                    named[targets[column]].get(value, value) if column in targets else value
                    for column, value in zip(columns, row, strict=True)
                )
                for row in rows
            ]
            if table != "import_items":
                found[table].sort(key=repr)
    return found


def check_soundness(path: Location) -> None:
    """Fail if a row points nowhere, the index is not that of the texts, or an article has no or another's text."""
    assert_sound(path)
    with connected(path) as connection:
        wrong = connection.execute(
            "SELECT a.key FROM articles a LEFT JOIN article_revisions r ON r.id = a.revision_id "
            "WHERE r.id IS NULL OR r.article_id != a.id "
            "OR (r.number != (SELECT max(number) FROM article_revisions WHERE article_id = a.id) "
            "AND coalesce(r.modified_at, r.crawled_at) IS NULL)"
        ).fetchall()
        assert wrong == []
        evidence = connection.execute(
            "SELECT rule, passage, field FROM tag_overview WHERE field != 'topics'"
        ).fetchall()
        for rule, passage, field in evidence:
            assert rule.casefold() == passage.casefold(), (rule, passage, field)
        chosen = connection.execute(
            "SELECT a.key FROM articles a LEFT JOIN article_dates d ON d.article_id = a.id AND d.chosen "
            "GROUP BY a.id HAVING count(d.id) != count(DISTINCT a.published) "
            "OR max(d.value) IS DISTINCT FROM max(a.published)"
        ).fetchall()
        assert chosen == []


def lay(folder: Path, steps: Sequence[Step]) -> list[str]:
    """Write files as the steps say and return their paths."""
    for step in steps:
        file = folder / step.place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(step.content())
    return [str(folder / step.place) for step in steps]


class Store:
    """An archive into which units are imported a batch at a time, as an import does it."""

    def __init__(self, path: Location, folder: Path) -> None:
        self.path = path
        self._folder = folder
        self._position = 1

    def __enter__(self) -> "Store":
        self._connection = open_engine(self.path).connect()
        if isinstance(self.path, Path):  # what is tested has nothing to do with power cuts
            driver = self._connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA synchronous = OFF")
        with self._connection.begin():
            self._import_id = store.begin_import(self._connection, "", "", "")
            self._sources = SourceResolver(self._connection)
            self._topics = TopicResolver(self._connection)
            self._preparer = Preparer(
                Settings(
                    Given(),
                    tuple(vocabulary.all_phrases(self._connection)),
                    tuple(vocabulary.vocabulary_names(self._connection)),
                )
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def write(self, batch: Sequence[Step]) -> None:
        """Import what files held, one after the other, in one transaction."""
        units = [self._unit(step) for step in batch]
        with self._connection.begin():
            ids = Ids(self._connection)
            resolver = IdentityResolver(self._connection, units, self._sources, self._topics, ids)
            changes = [resolver.decide(unit, ids.take("import_items")) for unit in units]
            store.write_batch(self._connection, self._import_id, self._position, changes, ids)
        self._position += len(batch)

    def _unit(self, step: Step) -> Article:
        path = str(self._folder / step.place)
        ((unit,),) = self._preparer.prepare([Task(FoundFile(path, path, str(self._folder), None), step.content())])
        assert isinstance(unit, Article)
        return unit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files stand, or would stand; those in `alpha` have a source and a topic in common."""
    (tmp_path / "alpha").mkdir()
    (tmp_path / "alpha" / "archive.toml").write_text('source = "Alpha Post"\ntopics = ["Rivers"]\n')
    return tmp_path


@given(steps=STEPS, data=st.data())
@settings(max_examples=60)
def test_any_split_into_batches_gives_the_same_archive(
    small_archive: Location, new_archive: NewArchive, folder: Path, steps: list[Step], data: st.DataObject
) -> None:
    with Store(new_archive(small_archive, "one.db"), folder) as one_by_one:
        for step in steps:
            one_by_one.write([step])
            check_soundness(one_by_one.path)
    with Store(new_archive(small_archive, "split.db"), folder) as split:
        waiting = list(steps)
        while waiting:
            number = data.draw(st.integers(1, len(waiting)), label="units in this batch")
            split.write(waiting[:number])
            check_soundness(split.path)
            del waiting[:number]
    assert dump(split.path) == dump(one_by_one.path)


@given(steps=STEPS, batch=st.integers(1, 5), data=st.data())
@settings(max_examples=15)
def test_any_split_into_imports_gives_the_same_archive(
    small_archive: Location,
    new_archive: NewArchive,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    steps: list[Step],
    batch: int,
    data: st.DataObject,
) -> None:
    one_by_one = new_archive(small_archive, "one.db")
    for step in steps:
        import_paths(one_by_one, lay(folder, [step]), ImportOptions(jobs=0))
    check_soundness(one_by_one)

    monkeypatch.setattr(portions, "BATCH", batch)
    split = new_archive(small_archive, "split.db")
    waiting = list(steps)
    while waiting:
        # an import reads a file once, in the state in which it then is
        distinct = next(
            (number for number, step in enumerate(waiting) if step.place in [one.place for one in waiting[:number]]),
            len(waiting),
        )
        number = data.draw(st.integers(1, distinct), label="files in this import")
        assert import_paths(split, lay(folder, waiting[:number]), ImportOptions(jobs=0)).units == number
        check_soundness(split)
        del waiting[:number]
    assert dump(split) == dump(one_by_one)

    last = {step.place: step for step in steps}
    again = import_paths(split, lay(folder, list(last.values())), ImportOptions(jobs=0))
    assert again.outcomes == {"unchanged": len(last)}
    check_soundness(split)
