"""What can be wrong with an archive on a server, beside its rows: constraints, keys, views, the table of words.

The server sees to its files and to the types of values by itself: `pg_amcheck` and data checksums are its own checks.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO, RawIOBase
from typing import IO, Any, cast

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex

from archive.db.engine import errors_explained, open_engine
from archive.db.plain import OnServer
from archive.db.tables import metadata
from archive.db.tables.on_server import tables_of
from archive.db.views import VIEWS
from archive.normalize import vectors
from archive.normalize.tokens import tokenize
from archive.queries.verification import findings
from archive.queries.verification.base import HEADER, Original
from archive.queries.verification.findings import REPAIR, Finding, Wrong, told

RESTORE = "`pg_restore` goes back to a backup"

_CANNOT_WRITE = ("42501", "25006")  # no right to, or nobody has
_PIECE = 1 << 18
_WORDS_AT_ONCE = 200  # articles of which tsvectors are compared

# Those of the table of words, as the migrations make them.
SEARCH_INDEXES = {
    "ix_article_search_vector": "CREATE INDEX ix_article_search_vector ON article_search USING gin (vector)",
    "ix_article_search_too_long": "CREATE INDEX ix_article_search_too_long ON article_search (article_id) "
    "WHERE vector IS NULL",
}

_HERE = "SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
_COLUMNS_OF = (
    "(SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest({key}) WITH ORDINALITY k (number, place) "
    "JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = k.number)"
)
_KEYS = (
    "SELECT c.conrelid::regclass::text, child.relname::text, c.confrelid::regclass::text, parent.relname::text, "
    f"{_COLUMNS_OF.format(key='c.conkey', table='c.conrelid')}, "
    f"{_COLUMNS_OF.format(key='c.confkey', table='c.confrelid')} FROM pg_constraint c "
    "JOIN pg_class child ON child.oid = c.conrelid JOIN pg_class parent ON parent.oid = c.confrelid "
    # where somebody keeps a table in parts, those of the parts are of the whole
    f"WHERE c.contype = 'f' AND c.conparentid = 0 AND c.conrelid IN ({_HERE}) ORDER BY 2, c.conname"
)
_NOT_VALID = f"SELECT conname FROM pg_constraint WHERE NOT convalidated AND conrelid IN ({_HERE}) ORDER BY 1"
_SWITCHED_OFF = (
    "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger "
    f"WHERE tgisinternal AND tgenabled = 'D' AND tgrelid IN ({_HERE}) ORDER BY 1"
)
_INVALID_INDEXES = (
    "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    f"WHERE NOT i.indisvalid AND i.indrelid IN ({_HERE}) ORDER BY 1"
)
_VIEWS = "SELECT viewname FROM pg_views WHERE schemaname = current_schema()"
_WORDS = (
    "SELECT t.id, t.headline, t.body, s.headline, s.body FROM article_text t "
    "JOIN article_search s ON s.article_id = t.id ORDER BY t.id"
)
_OTHER_VECTORS = (
    "SELECT s.article_id FROM unnest(?::bigint[], ?::text[]) w (id, vector) "
    "JOIN article_search s ON s.article_id = w.id WHERE s.vector IS DISTINCT FROM w.vector::tsvector"
)

Key = tuple[str, str, str, str, Sequence[str], Sequence[str]]  # child and parent, quoted and plain; columns of each


@contextmanager
def opened(url: URL) -> Iterator[OnServer]:
    """Give a connection that can only read, in one transaction."""
    engine = open_engine(url, read_only=True)
    try:
        with errors_explained(url), engine.connect() as connection:
            yield OnServer(connection)
    finally:
        engine.dispose()


@contextmanager
def attempted(connection: OnServer) -> Iterator[None]:
    """Let what goes wrong within be undone alone: else the server refuses all that comes after."""
    with connection.connection.begin_nested():
        yield


def integrity(connection: OnServer, *, deep: bool) -> tuple[list[str], list[str]]:  # noqa: ARG001 - as is required
    """Return nothing of the server's files, which it sees to by itself; apart, indexes that were never finished."""
    return [], [f"not finished: index {name}" for (name,) in connection.execute(_INVALID_INDEXES)]


def check_constraints(connection: OnServer) -> Iterator[Finding]:
    """Yield findings for constraints that rows were not held against, or are not when they are written."""
    cure = "ALTER TABLE … VALIDATE CONSTRAINT … makes the server look"
    unchecked = Wrong("warning", "constraints", "constraint", "that not all rows were held against", cure)
    for (name,) in connection.execute(_NOT_VALID):
        unchecked.add(name)
    yield from unchecked.findings()
    cure = "ALTER TABLE … ENABLE TRIGGER ALL switches them on"
    off = Wrong("warning", "constraints", "table", "whose foreign keys are switched off", cure)
    for (table,) in connection.execute(_SWITCHED_OFF):
        off.add(table)
    yield from off.findings()


def check_foreign_keys(connection: OnServer) -> Iterator[Finding]:
    """Yield a finding for each pair of tables of which one points to rows that the other does not have.

    The server keeps them out, but where a key was dropped, switched off for a while, or not looked over when it was
    made.
    """
    keys = [*_own_keys(), *(key for key in connection.execute(_KEYS).fetchall() if key[1] not in metadata.tables)]
    found: dict[tuple[str, str], Wrong] = {}
    for child, table, parent, parent_table, columns, of_parent in keys:
        if (table, parent_table) == ("articles", "article_revisions"):
            continue  # `current_text` says it better
        # a table of a user's own is theirs, but they may want to know
        is_own = table in metadata.tables or table == "article_search"
        severity, cure = ("error", RESTORE) if is_own else ("warning", None)
        pairs = [(f'c."{one}"', f'p."{other}"') for one, other in zip(columns, of_parent, strict=True)]
        wrong = Wrong(severity, "foreign_keys", "row", f"of {table} pointing to no row of {parent_table}", cure)
        try:
            with attempted(connection):
                for (row,) in connection.execute(
                    f"SELECT {'c.id' if table in metadata.tables else 'c.ctid::text'} FROM {child} c "
                    f"WHERE {' AND '.join(f'{one} IS NOT NULL' for one, _ in pairs)} AND NOT EXISTS "
                    f"(SELECT 1 FROM {parent} p WHERE {' AND '.join(f'{one} = {other}' for one, other in pairs)})"
                ):
                    found.setdefault((table, parent_table), wrong).add(f"row {row}")
        except DBAPIError as error:  # a table of somebody who lets nobody look
            if is_own:
                raise
            yield Finding(severity, "foreign_keys", 0, f"keys of {table} could not be checked: {told(error)}", cure)
    for wrong in found.values():
        yield from wrong.findings()


def _own_keys() -> Iterator[Key]:
    """Yield the keys that this program's tables have where nobody dropped one."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            for key in column.foreign_keys:
                parent = str(key.target_fullname).partition(".")[0]
                yield table.name, table.name, parent, parent, [column.name], [key.column.name]


def check_views(connection: OnServer) -> Iterator[Finding]:
    """Yield a finding for views that are missing; whether they are this program's, `check_writing` finds out."""
    missing = findings.missing_views()
    for name, _ in missing_views(connection):
        missing.add(name)
    yield from missing.findings()


def missing_views(connection: OnServer) -> list[tuple[str, str]]:
    """Return this program's views that are not there, each with the statement that makes it."""
    held = {name for (name,) in connection.execute(_VIEWS)}
    return [(one.name, f"CREATE VIEW {one.name} AS {one.postgresql}") for one in VIEWS if one.name not in held]


def missing_indexes(connection: OnServer) -> list[tuple[str, str]]:
    """Return this program's indexes that are not there, each with the statement that makes it."""
    named = connection.execute("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()")
    held = {name for (name,) in named}
    dialect = connection.connection.dialect
    wanted = {
        str(index.name): str(CreateIndex(index).compile(dialect=dialect))
        for table in tables_of(dialect.name).sorted_tables
        for index in table.indexes
    }
    return [(name, made) for name, made in {**wanted, **SEARCH_INDEXES}.items() if name not in held]


def check_types(_: OnServer) -> Iterator[Finding]:
    """Yield nothing: the server takes no value of another type than its column's."""
    return iter(())


def check_indexed(connection: OnServer) -> Iterator[Finding]:
    """Yield findings for articles of which search has no words or others than their texts, and for others it has."""
    if connection.execute("SELECT to_regclass('article_search')").fetchone() == (None,):
        yield findings.no_search_index()
        return
    yield from findings.unindexed(connection, "SELECT article_id FROM article_search")
    yield from _check_words(connection)


def _check_words(connection: OnServer) -> Iterator[Finding]:
    wrong = Wrong("error", "search", "article", "of which the search index has other words than the text", REPAIR)
    some: dict[int, str | None] = {}
    for article_id, headline, body, *held in connection.execute(_WORDS):
        words = tokenize(headline or ""), tokenize(body)
        if held != [vectors.in_order(one) for one in words]:
            wrong.add(f"number {article_id}")
            continue
        some[article_id] = vectors.vector_of(*words)
        if len(some) == _WORDS_AT_ONCE:
            _compare_vectors(connection, some, wrong)
            some = {}
    _compare_vectors(connection, some, wrong)
    yield from wrong.findings()


def _compare_vectors(connection: OnServer, some: dict[int, str | None], wrong: Wrong) -> None:
    for (article_id,) in connection.execute(_OTHER_VECTORS, (list(some), list(some.values()))):
        wrong.add(f"number {article_id}")


def check_writing(connection: OnServer, *, is_current: bool) -> Iterator[tuple[str, Iterator[Finding]]]:
    """Yield the checks that write to find out: what a view is is told only by making another one."""
    if is_current:
        yield "views", _check_altered_views(connection)


def check_apart(url: URL, *, is_current: bool) -> Iterator[tuple[str, Iterator[Finding]]]:
    """Yield the same for a database."""
    if is_current:
        yield "views", _check_altered_views_of(url)


def _check_altered_views(connection: OnServer) -> Iterator[Finding]:
    altered = findings.altered_views()
    held = {name for (name,) in connection.execute(_VIEWS)}
    for view in VIEWS:
        if view.name in held and not _is_as_made(connection, view.name, view.postgresql):
            altered.add(view.name)
    yield from altered.findings()


def _is_as_made(connection: OnServer, name: str, statement: str) -> bool:
    """Tell whether the server writes a view as it writes one that is made now."""
    made = connection.connection.begin_nested()
    try:
        connection.execute(f"CREATE TEMPORARY VIEW {name}_as_made AS {statement}")
        (is_same,) = connection.execute(
            "SELECT pg_get_viewdef(to_regclass(current_schema() || ?)) = pg_get_viewdef(to_regclass(?))",
            (f".{name}", f"pg_temp.{name}_as_made"),
        ).fetchone()
    finally:
        made.rollback()
    return bool(is_same)


def _check_altered_views_of(url: URL) -> Iterator[Finding]:
    engine = open_engine(url, read_only=True)
    try:
        with errors_explained(url), engine.connect() as connection:
            # without the write lock, which an import may hold for hours: what is made here, nobody else sees
            connection = connection.execution_options(postgresql_readonly=False)
            try:
                yield from _check_altered_views(OnServer(connection))
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _CANNOT_WRITE:
                    raise
                yield Finding("note", "views", 0, f"views were not compared with this program's: {told(error)}", None)
            connection.rollback()
    finally:
        engine.dispose()


def originals(connection: OnServer, *, whole: bool) -> Iterator[Original]:
    """Yield all bytes as received; of a long one, what follows the first piece is asked for as it is read."""
    length = _PIECE if whole else HEADER
    for number, sha256, size, start in connection.execute(
        f"SELECT id, sha256, size, substring(content FROM 1 FOR {length}) FROM originals ORDER BY id"
    ):
        is_all = not whole or len(start) < length
        frame: Any = BytesIO(start) if is_all else _Content(connection, number, start)
        yield Original(number, sha256, size, cast(IO[bytes], frame), not start)


class _Content(RawIOBase):
    """Bytes as received, read piece by piece."""

    def __init__(self, connection: OnServer, row_id: int, start: bytes) -> None:
        self._connection = connection
        self._row_id = row_id
        self._piece = start
        self._at = len(start)  # within all of it, where the piece ends

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._piece:
            (self._piece,) = self._connection.execute(
                f"SELECT substring(content FROM {self._at + 1} FOR {_PIECE}) FROM originals WHERE id = ?",
                (self._row_id,),
            ).fetchone()
            self._at += len(self._piece)
        taken = self._piece[: len(buffer)]
        buffer[: len(taken)] = taken
        self._piece = self._piece[len(taken) :]
        return len(taken)
