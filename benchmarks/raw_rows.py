"""The bare limit of bench_rows: JSON lines into four tables of SQLite and an index of words, by the driver alone.

    python raw_rows.py FILE DATABASE [--triggers]

Prints how many articles the database has. Without `--triggers` the index is built once, at the end, with 64 MB of
memory; with it each row that is added is indexed by a trigger, as programs do that keep a database up to date.
"""

import json
import sqlite3
import sys
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS sources (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS articles (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, source_id INTEGER REFERENCES sources (id), url TEXT,
    published TEXT, headline TEXT, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_date ON articles (published);
CREATE INDEX IF NOT EXISTS by_source ON articles (source_id);
CREATE TABLE IF NOT EXISTS topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS article_topics (
    id INTEGER PRIMARY KEY, article_id INTEGER NOT NULL REFERENCES articles (id),
    topic_id INTEGER NOT NULL REFERENCES topics (id)
);
CREATE INDEX IF NOT EXISTS by_topic ON article_topics (topic_id);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(headline, body, content='articles', content_rowid='id');
"""
TRIGGER = """
CREATE TRIGGER IF NOT EXISTS indexed AFTER INSERT ON articles BEGIN
    INSERT INTO words (rowid, headline, body) VALUES (new.id, new.headline, new.body);
END;
"""
BATCH = 1000


def main() -> None:
    file, database = Path(sys.argv[1]), Path(sys.argv[2])
    by_triggers = "--triggers" in sys.argv[3:]
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + TABLES)
        if by_triggers:
            connection.executescript(TRIGGER)
        with file.open(encoding="utf-8") as lines:
            while some := list(islice(lines, BATCH)):
                _insert(connection, [json.loads(line) for line in some])
        if not by_triggers:
            connection.execute("INSERT INTO words (words, rank) VALUES ('hashsize', 67108864)")
            connection.execute("INSERT INTO words (words) VALUES ('rebuild')")
            connection.execute("INSERT INTO words (words, rank) VALUES ('hashsize', 1048576)")
        connection.commit()
        print(*connection.execute("SELECT count(*) FROM articles").fetchone())


def _insert(connection: sqlite3.Connection, records: list[dict[str, Any]]) -> None:
    (first,) = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM articles").fetchone()
    sources, topics = (
        _known(connection, "sources", {one["source"] for one in records}),
        _known(connection, "topics", {name for one in records for name in one["topics"]}),
    )
    numbered = list(enumerate(records, first))
    connection.executemany(
        "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (number, one["id"], sources[one["source"]], one["url"], one["published"], one["title"], one["body"])
            for number, one in numbered
        ],
    )
    connection.executemany(
        "INSERT INTO article_topics (article_id, topic_id) VALUES (?, ?)",
        [(number, topics[name]) for number, one in numbered for name in one["topics"]],
    )


def _known(connection: sqlite3.Connection, table: str, names: set[str]) -> dict[str, int]:
    connection.executemany(f"INSERT OR IGNORE INTO {table} (name) VALUES (?)", [(name,) for name in sorted(names)])
    return dict(connection.execute(f"SELECT name, id FROM {table}").fetchall())


if __name__ == "__main__":
    main()
