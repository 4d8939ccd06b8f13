"""Archives to ask, made of texts that a test writes."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from archive.ingest import ImportOptions, import_paths
from archive.normalize.tokens import tokenize
from archive.queries import reading
from archive.query_language.reference import Known
from tests.engines import connected


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


@pytest.fixture(scope="session")
def known_articles() -> Callable[[Path], list[Known]]:
    """Return what gives all articles of an archive by their words and values, read with plain SQL."""

    def read(path: Path) -> list[Known]:
        with connected(path) as connection:
            return list(_known(connection))

    return read


def _known(connection: sqlite3.Connection) -> Iterator[Known]:
    def names(sql: str, number: int | None) -> list[str]:
        return [str(row[0]) for row in connection.execute(sql, (number,))]

    parents = dict(connection.execute("SELECT id, parent_id FROM topics"))
    for article_id, key, headline, body, starts, ends, source_id, until, *stated in connection.execute(
        "SELECT a.id, a.key, t.headline, t.body, a.published_from, a.published_until, a.source_id, "
        "a.embargo_until, a.language, a.section, a.kind, a.status FROM articles a JOIN article_text t ON t.id = a.id"
    ).fetchall():
        topics = {int(one) for one in names("SELECT topic_id FROM article_topics WHERE article_id = ?", article_id)}
        above: set[int] = set()
        for topic in topics:
            while topic is not None and topic not in above:
                above.add(topic)
                topic = parents[topic]
        facts = {
            "source": names("SELECT name FROM source_names WHERE source_id = ?", source_id)
            + names("SELECT slug FROM sources WHERE id = ?", source_id),
            "credited": [
                name
                for source in names("SELECT source_id FROM article_credits WHERE article_id = ?", article_id)
                for name in names("SELECT name FROM source_names WHERE source_id = ?", int(source))
                + names("SELECT slug FROM sources WHERE id = ?", int(source))
            ],
            "topic": [name for one in above for name in names("SELECT name FROM topic_names WHERE topic_id = ?", one)],
            "author": names(
                "SELECT name FROM authors JOIN article_authors ON author_id = authors.id WHERE article_id = ?",
                article_id,
            ),
            "import": names("SELECT import_id FROM import_items WHERE article_id = ?", article_id),
            **{
                name: [one] * bool(one)
                for name, one in zip(("language", "section", "kind", "status"), stated, strict=True)
            },
            "date": [starts] * bool(starts),
            "embargo": [until] * bool(until),
        }
        facts["has"] = ["credit" if name == "credited" else name for name, values in facts.items() if values]
        yield Known(
            key,
            {"headline": tokenize(headline or ""), "body": tokenize(body)},
            starts,
            ends,
            {name: frozenset(values) for name, values in facts.items()},
            until,
        )
