"""Whether the file, its schema and its search index are sound."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex

from archive.db import schema
from archive.db.sqlite import connect_read_only, is_immutable, open_engine
from archive.db.tables import metadata
from archive.db.views import VIEWS
from archive.errors import SchemaError
from archive.queries.verification.findings import REPAIR, RESTORE, UNREADABLE, Finding, Wrong, listed, shortened, told

_MOST = 100  # lines that SQLite tells of damage

# What `PRAGMA integrity_check` says where only an index is wrong: it can be made anew of its table.
_OF_INDEXES = ("row ", "wrong # of entries in index ", "non-unique entry in index ")

_CANNOT_WRITE = ("SQLITE_READONLY", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")

INDEXED_ARTICLES = "SELECT id FROM article_text EXCEPT SELECT id FROM article_fts_docsize"
INDEXED_OTHERS = "SELECT id FROM article_fts_docsize EXCEPT SELECT id FROM article_text"


def check_schema(path: Path) -> Iterator[Finding]:
    """Yield a finding for a schema that is older than this program.

    Raises SchemaError for what is no archive, and for an archive of a newer program.
    """
    try:
        schema.require_known(path)
        revision = schema.current_revision(path)
    except UnicodeDecodeError as error:
        raise SchemaError(f"{path} cannot be read as an archive: {told(error)}") from error
    if revision is None:
        schema.require_current(path)
    if revision != schema.HEAD:
        message = f"the schema is older than this program ({revision}); what depends on it was not checked"
        yield Finding("error", "schema", 1, message, "`archive db upgrade`")


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


def check_integrity(connection: sqlite3.Connection, *, deep: bool) -> Iterator[Finding]:
    """Yield findings for damage to the file, and for indexes that do not agree with their tables."""
    damage, indexes = integrity(connection, deep=deep)
    for check, thing, lines, cure in (
        ("integrity", "the file is damaged", damage, RESTORE),
        ("indexes", "indexes do not agree with their tables", indexes, REPAIR),
    ):
        if lines:
            first = listed([shortened(line) for line in lines[:5]], len(lines))
            yield Finding("error", check, len(lines), f"{thing}: {first}", cure)


def check_foreign_keys(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield a finding for each pair of tables of which one points to rows that the other does not have."""
    found: dict[tuple[str, str], Wrong] = {}
    tables = connection.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    for (table,) in tables.fetchall():
        # a table of a user's own is theirs, but they may want to know
        severity, cure = ("error", RESTORE) if table in metadata.tables else ("warning", None)
        quoted = '"' + table.replace('"', '""') + '"'
        try:
            for _, row_id, parent, _ in connection.execute(f"PRAGMA foreign_key_check({quoted})"):
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
    missing = Wrong("error", "views", "view", "missing", REPAIR)
    altered = Wrong("warning", "views", "view", "other than this program makes it", f"drop it; {REPAIR} makes it again")
    for view in VIEWS:
        if view.name not in held:
            missing.add(view.name)
        elif held[view.name].split() != f"CREATE VIEW {view.name} AS {view.sqlite}".split():
            altered.add(view.name)
    yield from missing.findings()
    yield from altered.findings()


def missing_indexes(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return this program's indexes that are not there, each with the statement that makes it."""
    held = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")}
    indexes = [index for table in metadata.sorted_tables for index in table.indexes if index.name not in held]
    return [(str(index.name), str(CreateIndex(index).compile(dialect=sqlite.dialect()))) for index in indexes]


def check_indexes(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield a finding for indexes that are missing."""
    found = Wrong("error", "indexes", "index", "missing", REPAIR)
    for name, _ in missing_indexes(connection):
        found.add(name)
    yield from found.findings()


def check_tables(path: Path) -> Iterator[Finding]:
    """Yield a finding for tables, columns and indexes that are not as this program's.

    Indexes that others added are theirs, and those that are missing are left to `check_indexes`.
    """
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy.exc import DatabaseError

    found = Wrong("error", "tables", "difference", "from the tables of this program", "`archive db check` shows it")
    engine = open_engine(path, read_only=True)
    options = {
        "compare_type": True,
        "include_name": lambda name, kind, _: kind != "table" or name in metadata.tables,
    }
    try:
        with engine.connect() as connection:
            differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    except DatabaseError as error:
        raise sqlite3.DatabaseError(str(error.orig)) from error
    with closing(connect_read_only(path)) as plain:
        missing = {name for name, _ in missing_indexes(plain)}
    for difference in differences:
        for one in difference if isinstance(difference, list) else [difference]:
            if one[0] != "remove_index" and not (one[0] == "add_index" and one[1].name in missing):
                found.add(_told(one))
    yield from found.findings()


def _told(difference: tuple[object, ...]) -> str:
    deed = str(difference[0]).replace("_", " ").replace("add", "missing").replace("remove", "additional")
    names = [getattr(part, "name", part) for part in difference[1:] if part is not None]
    return f"{deed} {'.'.join(str(name) for name in names[:2])}"


def check_indexed(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield findings for articles that are not in the search index, and for others that are."""
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'article_fts'").fetchall():
        yield Finding("error", "search", 1, "there is no search index", REPAIR)
        return
    for wrong, statement in (
        (Wrong("error", "search", "article", "missing from the search index", REPAIR), INDEXED_ARTICLES),
        (Wrong("error", "search", "entry", "of the search index without an article", REPAIR), INDEXED_OTHERS),
    ):
        for (article_id,) in connection.execute(statement):
            wrong.add(f"number {article_id}")
        yield from wrong.findings()


def check_search(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield a finding for a search index that does not agree with the texts; needs a transaction that can write.

    Raises sqlite3.OperationalError where it cannot.
    """
    try:
        connection.execute("INSERT INTO article_fts(article_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname.startswith(_CANNOT_WRITE):
            raise
        yield Finding("error", "search", 1, "the search index does not agree with the texts", REPAIR)


def check_search_of(path: Path) -> Iterator[Finding]:
    """Yield the same for a file; a note where that cannot be found out, since FTS5 asks for a file it could write."""
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
