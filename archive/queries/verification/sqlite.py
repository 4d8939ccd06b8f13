"""What can be wrong with an archive in a file, beside its rows: the file, types of values, keys, FTS5's index."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import IO, cast
from urllib.parse import quote

from sqlalchemy import Boolean, Column, Float, Integer, LargeBinary
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex

from archive.db.inventories.base import quoted
from archive.db.schema import HEAD, not_a_database
from archive.db.search import impacts
from archive.db.search.fts5 import vocabulary
from archive.db.sqlite import connect_read_only, is_immutable
from archive.db.tables import metadata
from archive.db.views import VIEWS
from archive.queries.verification import findings
from archive.queries.verification.base import Original
from archive.queries.verification.findings import REPAIR, UNREADABLE, Finding, Wrong, told

RESTORE = findings.RESTORE

_MOST = 100  # lines that SQLite tells of damage

# What `PRAGMA integrity_check` says where only an index is wrong: it can be made anew of its table.
_OF_INDEXES = ("row ", "wrong # of entries in index ", "non-unique entry in index ")

_CANNOT_WRITE = ("SQLITE_READONLY", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection that can only read, in one transaction.

    Raises SchemaError for what is so damaged that it cannot be opened.
    """
    with not_a_database(path), closing(connect_read_only(path)) as connection:
        prepare(connection)
        connection.execute("BEGIN")
        yield connection


def prepare(connection: sqlite3.Connection) -> None:
    """Set up a connection for checks: transactions are begun by hand, and no text is too damaged to be looked at."""
    connection.isolation_level = None
    connection.text_factory = _text
    connection.execute("PRAGMA cache_size = -65536")


def attempted(_: sqlite3.Connection) -> AbstractContextManager[None]:
    """Let what goes wrong within be undone alone: a question that cannot be answered leaves nothing to undo."""
    return nullcontext()


def integrity(connection: sqlite3.Connection, *, deep: bool) -> tuple[list[str], list[str]]:
    """Return what SQLite says is wrong with the file, and of that, apart, what is wrong with indexes only.

    What newer SQLites tell of full-text indexes is left to `check_search`.
    """
    pragma = "integrity_check" if deep else "quick_check"
    try:
        messages = [str(message) for (message,) in connection.execute(f"PRAGMA {pragma}({_MOST})")]
    except UNREADABLE as error:
        messages = [told(error)]  # so damaged that SQLite cannot even look
    lines = [
        line
        for message in messages
        for line in message.splitlines()
        if line not in ("ok", "*** in database main ***") and "FTS5" not in line
    ]
    indexes = [line for line in lines if line.startswith(_OF_INDEXES) and " index " in line]
    return [line for line in lines if line not in indexes], indexes


def check_constraints(_: sqlite3.Connection) -> Iterator[Finding]:
    """Yield nothing: a constraint is what the table is made of, and whoever switches keys off does so for himself."""
    return iter(())


def check_foreign_keys(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield a finding for each pair of tables of which one points to rows that the other does not have."""
    found: dict[tuple[str, str], Wrong] = {}
    tables = connection.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    for (table,) in tables.fetchall():
        # a table of a user's own is theirs, but they may want to know
        severity, cure = ("error", RESTORE) if table in metadata.tables else ("warning", None)
        try:
            for _, row_id, parent, _ in connection.execute(f"PRAGMA foreign_key_check({quoted(table)})"):
                if (table, parent) == ("articles", "article_revisions"):
                    continue  # `current_text` says it better
                pointing = f"of {table} pointing to no row of {parent}"
                wrong = Wrong(severity, "foreign_keys", "row", pointing, cure)
                found.setdefault((table, parent), wrong).add(f"row {row_id}")
        except sqlite3.OperationalError as error:  # a key that leads to no unique column
            yield Finding(severity, "foreign_keys", 0, f"keys of {table} could not be checked: {error}", cure)
    for wrong in found.values():
        yield from wrong.findings()


def check_views(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield findings for views that are missing or are not this program's."""
    held = dict(connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'view'"))
    missing, altered = findings.missing_views(), findings.altered_views()
    for view in VIEWS:
        if view.name not in held:
            missing.add(view.name)
        elif held[view.name].split() != f"CREATE VIEW {view.name} AS {view.sqlite}".split():
            altered.add(view.name)
    yield from missing.findings()
    yield from altered.findings()


def missing_views(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return this program's views that are not there, each with the statement that makes it."""
    held = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    return [(one.name, f"CREATE VIEW {one.name} AS\n{one.sqlite.strip()}") for one in VIEWS if one.name not in held]


def missing_indexes(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return this program's indexes that are not there, each with the statement that makes it."""
    held = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")}
    indexes = [index for table in metadata.sorted_tables for index in table.indexes if index.name not in held]
    return [(str(index.name), str(CreateIndex(index).compile(dialect=sqlite.dialect()))) for index in indexes]


def check_types(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield a finding for values of another type than their column's, which SQLite takes all the same."""
    found = Wrong("error", "types", "value", "of a type that the column cannot hold", RESTORE)
    for table in metadata.sorted_tables:
        wrong = {column.name: _has_other_type(column) for column in table.columns}
        named = " ".join(f"WHEN {condition} THEN '{name}'" for name, condition in wrong.items())
        for row_id, column_name in connection.execute(
            f"SELECT id, CASE {named} END FROM {table.name} WHERE {' OR '.join(wrong.values())}"
        ):
            found.add(f"{table.name}.{column_name} (row {row_id})")
    yield from found.findings()


def _has_other_type(column: "Column[object]") -> str:
    name = f'"{column.name}"'
    if isinstance(column.type, Boolean):
        return f"{name} NOT IN (0, 1)"
    kinds = {Integer: "integer", Float: "real", LargeBinary: "blob"}
    kind = next((word for known, word in kinds.items() if isinstance(column.type, known)), "text")
    return f"typeof({name}) NOT IN ('{kind}', 'null')"


def check_indexed(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield findings for articles that are not in the search index, and for others that are."""
    if not _has_table(connection, "article_fts"):
        yield findings.no_search_index()
        return
    yield from findings.unindexed(connection, "SELECT id FROM article_fts_docsize")
    if has_impacts(connection):
        if not _has_table(connection, "article_impacts"):
            yield Finding("error", "search", 1, "there is no index of impacts", REPAIR)
            return
        yield from findings.unindexed(connection, "SELECT id FROM article_impacts_docsize", "index of impacts")


def has_impacts(connection: sqlite3.Connection) -> bool:
    """Tell whether the schema is one with an index of impacts, also where that is gone."""
    is_current = connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
    return is_current or _has_table(connection, "article_impacts")


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    return bool(connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (name,)).fetchall())


def check_search(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield a finding for a search index that does not agree with the texts; needs a transaction that can write.

    Raises sqlite3.OperationalError where it cannot.
    """
    try:
        connection.execute("INSERT INTO article_fts(article_fts, rank) VALUES ('integrity-check', 1)")
        if is_there := _has_table(connection, "article_impacts"):
            connection.execute("INSERT INTO article_impacts(article_impacts) VALUES ('integrity-check')")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname.startswith(_CANNOT_WRITE):
            raise
        yield Finding("error", "search", 1, "the search index does not agree with the texts", REPAIR)
        return
    if is_there:
        other = "of which the index of impacts has other words than the text"
        wrong = Wrong("error", "search", "article", other, REPAIR)
        entries = connection.execute(f"SELECT term, doc FROM {vocabulary(connection, 'article_impacts', 'instance')}")
        for article_id in impacts.out_of_step(connection, entries):
            wrong.add(f"number {article_id}")
        yield from wrong.findings()


def check_writing(connection: sqlite3.Connection, *, is_current: bool) -> Iterator[tuple[str, Iterator[Finding]]]:  # noqa: ARG001 - as is required
    """Yield the checks that write to find out: FTS5's own of its index."""
    yield "search", check_search(connection)


def check_apart(path: Path, *, is_current: bool) -> Iterator[tuple[str, Iterator[Finding]]]:  # noqa: ARG001 - as is required
    """Yield the same for a file."""
    yield "search", _check_search_of(path)


def _check_search_of(path: Path) -> Iterator[Finding]:
    """Yield what `check_search` does; a note where FTS5, which asks for a file it could write, does not find out."""
    cannot = "the search index was not compared with the texts"
    if is_immutable(path):
        yield Finding("note", "search", 0, f"{cannot}: the file can only be read", None)
        return
    name = f"file:{quote(bytes(path.absolute()))}?mode=rw"
    with closing(sqlite3.connect(name, uri=True, timeout=30, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield from check_search(connection)
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            yield Finding("note", "search", 0, f"{cannot}: {error}", None)


def originals(connection: sqlite3.Connection, *, whole: bool) -> Iterator[Original]:  # noqa: ARG001 - as is required
    """Yield all bytes as received, each to be read piece by piece."""
    for row_id, sha256, size in connection.execute(
        "SELECT id, sha256, size FROM originals WHERE typeof(content) = 'blob' AND typeof(size) = 'integer' ORDER BY id"
    ):
        with connection.blobopen("originals", "content", row_id, readonly=True) as blob:
            yield Original(row_id, sha256, size, cast(IO[bytes], blob), not len(blob))


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
