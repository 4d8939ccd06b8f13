"""An archive, or a part of it, into another place: from file to server, back, or to another of the same kind.

Rows go over as they are, with their ids, table by table and a portion at a time, each portion in a transaction of its
own: a copy that was interrupted goes on where it stopped. Until it is whole, and proved to be the same by checksums of
every column, the target says in `about` that it is not, and nothing else opens it.
"""

import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select
from sqlalchemy.exc import DBAPIError

from archive.db import bulk, proof, schema
from archive.db.clock import now
from archive.db.engine import errors_explained, open_engine, settle, trusting
from archive.db.inserting import insert_values
from archive.db.inventories import ColumnSums, TableState, inventory_of
from archive.db.leaving import Leaving, parts_named
from archive.db.left_behind import left_behind
from archive.db.location import Location
from archive.db.plain import plain_of
from archive.db.search import index_of
from archive.db.tables import about, articles, metadata
from archive.db.tables.on_server import tables_of
from archive.db.unfinished import PART_OF, PART_QUERY, PARTS, UNFINISHED, WITHOUT, Unfinished
from archive.db.views import VIEWS
from archive.errors import ArchiveError, NotFoundError, UsageError
from archive.queries import reading
from archive.queries.filters import Asked
from archive.queries.part import Part, part_of
from archive.running import Watch, seldom_collecting, signals_held, stopped_in_order, unwatched

_PAGES_AT_ONCE = 40  # of rows, in one transaction
_IDS_AT_ONCE = 2_000  # rows of a part, in one statement
_INDEXED_AT_ONCE = 2_000  # articles, in one transaction


@dataclass
class Copied:
    """What a copy has: the state of each table, the same on both sides; and what of the users' own stayed behind."""

    tables: dict[str, TableState] = field(default_factory=dict)
    left_behind: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows it has, in all tables."""
        return sum(state.rows for state in self.tables.values())


def copy_archive(
    source: Location,
    target: Location,
    *,
    query: str | None = None,
    without: Collection[str] = (),
    anew: bool = False,
    watch: Watch = unwatched,
) -> Copied:
    """Copy an archive, or the part of it that a `query` finds, into an empty place.

    That is a file that is missing, an empty database, or an archive with nothing in it. It can be `without` originals
    (the bytes as received), or texts (with them no word of a headline or body): all rows are there, and say so. A part,
    or what is without some of it, is an archive of its own, with another id, which says what it is of. What was
    interrupted goes on, or with `anew` begins again. What users added of their own (tables, views, triggers, indexes)
    stays behind. Raises UsageError where the target is not empty, NotFoundError where the query finds nothing, and
    ArchiveError where the copy cannot be made or is not the same in the end; the target then says that it is not whole.
    """
    parts = parts_named(without)
    if source == target or (isinstance(source, Path) and isinstance(target, Path) and _is_same(source, target)):
        raise UsageError(f"{source} cannot be copied into itself; name another place")
    with seldom_collecting(), stopped_in_order(), reading(source) as connection:
        archive_id = connection.scalar(select(about.c.value).where(about.c.name == "archive_id"))
        part = None if query is None else part_of(connection, Asked(query).selection(connection))
        if part is not None and not part["articles"]:
            raise NotFoundError(f"no article of {source} is found by '{query}'; nothing was copied")
        mark = Unfinished(str(archive_id), str(source), query, parts)
        _prepare(target, mark, anew=anew)
        engine = open_engine(target)
        try:
            with errors_explained(target), trusting(engine) as writing:
                copied = _Copying(source, connection, target, writing, mark, part, watch).run()
            settle(engine)
            return copied
        finally:
            engine.dispose()


def _prepare(target: Location, mark: Unfinished, *, anew: bool) -> None:
    """See to it that the target is an archive with nothing in it but what this copy has written before."""
    unfinished = None
    if schema.is_there(target):
        revision, unfinished = schema.standing(target)
        if unfinished is not None and not anew and not unfinished.is_of(mark):
            raise UsageError(
                f"{target} is a copy of something else that is not whole; `{unfinished.command(target)}` goes on with "
                "it, --anew begins again with what you copy now"
            )
        if revision is None:
            schema.upgrade(target)
        elif unfinished is None:
            schema.require_current(target)
    else:
        schema.upgrade(target)
    engine = open_engine(target)
    try:
        with errors_explained(target), trusting(engine) as connection, signals_held(), connection.begin():
            schema.require_unchanged(connection)
            if unfinished is None:
                _require_empty(connection, target)
            elif anew:
                index_of(connection).clear(connection)
                bulk.loosen(connection)
                for table in reversed(metadata.sorted_tables):
                    connection.execute(delete(table))
            if unfinished is None or anew:
                connection.execute(insert(about), {"name": UNFINISHED, "value": mark.to_text()})
                bulk.loosen(connection)
    finally:
        engine.dispose()


def _is_same(source: Path, target: Path) -> bool:
    return schema.is_there(source) and schema.is_there(target) and source.samefile(target)


def _require_empty(connection: Connection, target: Location) -> None:
    for table in metadata.sorted_tables:
        if table is not about and connection.scalar(select(select(table.c.id).exists())):
            raise UsageError(
                f"{target} has an archive in it already; name a file that does not exist, or an empty database"
            )


class _Copying:
    """One copy, into an archive that has been made ready for it."""

    def __init__(
        self,
        source: Location,
        reading_from: Connection,
        target: Location,
        writing: Connection,
        mark: Unfinished,
        part: Part | None,
        watch: Watch,
    ) -> None:
        self._source = source
        self._reading = reading_from
        self._target = target
        self._writing = writing
        self._mark = mark
        self._part = part
        self._watch = watch

    def run(self) -> Copied:
        sums = {table.name: self._copy(table) for table in metadata.sorted_tables if table is not about}
        self._index()
        self._prove(sums)
        with signals_held(), self._written("keys and indexes"):
            self._watch("keys and indexes", 0, None)
            self._writing.execute(delete(about))
            sums["about"] = self._copy_about()
            bulk.fasten(self._writing)
        return Copied(dict(sorted(sums.items())), self._left_behind())

    def _left_behind(self) -> list[str]:
        """Return what is in the source and no part of an archive, as `view mine`."""
        driver = self._reading.connection.driver_connection
        tables = tables_of(self._reading.dialect.name).tables
        own = {f"table:{name}" for name in (*tables, "article_fts", "article_impacts")} | {
            f"view:{view.name}" for view in VIEWS
        }
        own |= {f"index:{index.name}" for table in tables.values() for index in table.indexes}
        return [name.replace(":", " ", 1) for name in sorted(inventory_of(driver).objects(driver).keys() - own)]

    def _copy(self, table: Table) -> TableState:
        """Write the rows of a table that are not there yet; returns what all of them are."""
        columns = [column.name for column in table.columns]
        total = self._reading.scalar(select(func.max(table.c.id))) or 0
        sums = ColumnSums(columns)
        pages = self._pages(table, Leaving(table.name, columns, self._mark.without))
        with self._written(table.name):
            there = self._highest(table)
        is_left = True
        while is_left:
            is_left = False
            with signals_held(), self._written(table.name):
                if self._highest(table) != there:
                    raise ArchiveError(f"another copy is written into {self._target}; end one of the two")
                for page in islice(pages, _PAGES_AT_ONCE):
                    is_left = True
                    sums.add(page)
                    new = [row[:-1] for row in page if there is None or row[0] > there]
                    if new:
                        insert_values(self._writing, table.name, columns, new)
                        there = int(new[-1][0])
                    self._watch(table.name, page[-1][0], total)
        return sums.state()

    def _highest(self, table: Table) -> int | None:
        """Return the highest id of a table in the target, None where it has no rows."""
        highest: int | None = self._writing.scalar(select(func.max(table.c.id)))
        return highest

    def _pages(self, table: Table, leaving: Leaving) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows that are wanted as they go over; after its values each has its size."""
        driver = self._reading.connection.driver_connection
        with errors_explained(self._source):
            for where in self._conditions(table):
                for page in inventory_of(driver).pages(driver, table.name, leaving.read, where):
                    yield leaving.page(page)

    def _conditions(self, table: Table) -> Iterator[str]:
        """Yield which rows are wanted, some at a time in the order of their ids."""
        if self._part is None or table is about:
            yield ""
            return
        ids = iter(sorted(self._part.get(table.name, ())))
        while some := list(islice(ids, _IDS_AT_ONCE)):
            yield f"id IN ({', '.join(map(str, some))})"

    def _copy_about(self) -> TableState:
        columns = [column.name for column in about.columns]
        sums = ColumnSums(columns)
        for page in self._pages(about, Leaving(about.name, columns, ())):
            sums.add(page)
            insert_values(self._writing, "about", columns, [row[:-1] for row in page])
        if self._part is not None or self._mark.without:
            self._write_what_it_is_of()
        return sums.state()

    def _write_what_it_is_of(self) -> None:
        """Let the target be another archive, which says what it is a part of and what it is without."""
        mark, before = self._mark, left_behind(plain_of(self._writing)).parts
        without = ", ".join(part for part in PARTS if part in (*before, *mark.without))
        facts = {
            **{"archive_id": str(uuid.uuid4()), "created_at": now()},
            **{PART_OF: mark.archive_id, PART_QUERY: mark.query, WITHOUT: without or None},
        }
        for name, value in facts.items():
            self._writing.execute(delete(about).where(about.c.name == name))
            if value is not None:
                row = {"id": (self._highest(about) or 0) + 1, "name": name, "value": value}
                self._writing.execute(insert(about), row)

    def _index(self) -> None:
        """Build the search index, anew where it was begun: how far that came is not known of all engines."""
        index = index_of(self._writing)
        with signals_held(), self._written("the search index"):
            highest = self._writing.scalar(select(func.max(articles.c.id))) or 0
            index.clear(self._writing)
        for first in range(1, highest + 1, _INDEXED_AT_ONCE):
            self._watch("search index", first, highest)
            with signals_held(), self._written("the search index"):
                index.add_range(self._writing, first, first + _INDEXED_AT_ONCE - 1)

    def _prove(self, sums: dict[str, TableState]) -> None:
        """Raise ArchiveError where the target, read again, does not have what the source has."""
        differences = []
        with self._writing.begin():
            driver = self._writing.connection.driver_connection
            for name, state in sums.items():
                self._watch(f"comparing {name}", 0, None)
                differences += proof.compare_table(name, state, inventory_of(driver).table_state(driver, name))
            differences += proof.check_foreign_keys(driver)
        if differences:
            told = "\n  ".join(differences)
            raise ArchiveError(
                f"{self._target} is not as {self._source}: the latter was changed since the copy was begun, or is "
                f"damaged, which `archive verify` tells; `{self._mark.command(self._target)} --anew` begins again\n"
                f"  {told}"
            )

    @contextmanager
    def _written(self, what: str) -> Iterator[None]:
        """Write in one transaction; what the target refuses to take becomes an ArchiveError that says of what."""
        try:
            with errors_explained(self._target), self._writing.begin():
                yield
        except DBAPIError as error:
            said = " ".join(str(error.orig).split())
            raise ArchiveError(
                f"{what} cannot be written as it is in {self._source} ({said}); `archive verify` tells whether that is "
                f"sound; {self._target} is not whole"
            ) from error
