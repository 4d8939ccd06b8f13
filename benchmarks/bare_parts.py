"""The parts of an import of text files, bare and one after the other: what a program pays that does nothing else.

    python bare_parts.py FOLDER TOPICS DATABASE

Prints as JSON how many files there were, how many phrases were found, and the seconds of each part: reading, SHA-256,
decoding and splitting, packing each file by zstd as the archive does, finding the phrases of a vocabulary (TOML) by an
automaton in texts in lower case, rows by executemany into three tables, and an index of words that is built once.
"""

import hashlib
import json
import os
import sqlite3
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import zstandard
from ahocorasick_rs import AhoCorasick, MatchKind

TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE originals (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, content BLOB NOT NULL);
CREATE TABLE articles (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, original_id INTEGER NOT NULL REFERENCES originals (id),
    headline TEXT, body TEXT NOT NULL
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, article_id INTEGER NOT NULL REFERENCES articles (id), phrase TEXT NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL
);
CREATE INDEX by_article ON passages (article_id);
CREATE VIRTUAL TABLE words USING fts5(headline, body, content='articles', content_rowid='id');
INSERT INTO words (words, rank) VALUES ('hashsize', 67108864);
"""
LEVEL = 3  # of zstd, as the archive packs


def main() -> None:
    folder, topics, database = (Path(word) for word in sys.argv[1:4])
    phrases = [
        phrase.lower()
        for topic in tomllib.loads(topics.read_text(encoding="utf-8"))["topics"]
        for phrase in topic["phrases"]
    ]
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(part: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        seconds[part] = time.perf_counter() - start

    with timed("reading"):
        paths = [os.path.join(path, name) for path, _, names in os.walk(folder) for name in names]  # noqa: PTH118
        contents = []
        for path in paths:
            with open(path, "rb") as file:  # noqa: PTH123 - a Path costs more than the file
                contents.append(file.read())
    with timed("SHA-256"):
        digests = [hashlib.sha256(content).hexdigest() for content in contents]
    with timed("decoding, splitting"):
        blocks = [content.decode().split("\n\n") for content in contents]
        bodies = ["\n\n".join(some[1:]) for some in blocks]
    with timed("zstd"):
        packer = zstandard.ZstdCompressor(level=LEVEL)
        packed = [packer.compress(content) for content in contents]
    with timed("phrases"):
        automaton = AhoCorasick(phrases, matchkind=MatchKind.LeftmostLongest)
        found = [automaton.find_matches_as_indexes(body.lower()) for body in bodies]
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(TABLES)
        with timed("rows"), connection:
            ids = {digest: number for number, digest in enumerate(dict.fromkeys(digests), 1)}
            originals = {ids[digest]: (ids[digest], digest, one) for digest, one in zip(digests, packed, strict=True)}
            connection.executemany("INSERT INTO originals VALUES (?, ?, ?)", originals.values())
            connection.executemany(
                "INSERT INTO articles VALUES (?, ?, ?, ?, ?)",
                [
                    (number, path, ids[digest], some[0], body)
                    for number, (path, digest, some, body) in enumerate(
                        zip(paths, digests, blocks, bodies, strict=True), 1
                    )
                ],
            )
            connection.executemany(
                'INSERT INTO passages (article_id, phrase, start, "end") VALUES (?, ?, ?, ?)',
                [(number, phrases[one[0]], *one[1:]) for number, some in enumerate(found, 1) for one in some],
            )
        with timed("index of words"), connection:
            connection.execute("INSERT INTO words (words) VALUES ('rebuild')")
    print(json.dumps({"files": len(paths), "found": sum(map(len, found)), "seconds": seconds}))


if __name__ == "__main__":
    main()
