"""What is in a PostgreSQL database: the schema that an archive is in."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from archive.db.inventories.base import ColumnSums, Inventory, TableState, is_counted, pages_of, quoted, watched
from archive.normalize.tokens import tokenize
from archive.normalize.vectors import in_order
from archive.running import Watch

# How values of a type are read, so that they are as SQLite has them; all others as text.
_READ_AS = {
    "boolean": ("{}::integer::bigint", "int8"),
    "smallint": ("{}::bigint", "int8"),
    "integer": ("{}::bigint", "int8"),
    "bigint": ("{}", "int8"),
    "real": ("{}::double precision", "float8"),
    "double precision": ("{}", "float8"),
    "bytea": ("{}", "bytea"),
}
_AS_TEXT = ("{}::text", "text")

_COLUMNS = (
    "SELECT attname, format_type(atttypid, NULL), attgenerated <> '' FROM pg_attribute "
    "WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)
_KEY = (
    "SELECT attname FROM pg_index, unnest(indkey) WITH ORDINALITY AS key (number, place) "
    "JOIN pg_attribute ON attnum = key.number "
    "WHERE indrelid = to_regclass(%s) AND indisprimary AND attrelid = indrelid ORDER BY key.place"
)
# of each article its text and its words in the index, of which one may be missing
_SEARCHED = (
    "SELECT t.headline::text, t.body::text, s.headline::text, s.body::text "
    "FROM article_text t FULL JOIN article_search s ON s.article_id = t.id"
)
_HERE = "relnamespace = current_schema()::regnamespace"
_TABLES = f"SELECT relname FROM pg_class WHERE relkind = 'r' AND {_HERE} ORDER BY relname"
# A table as it would be made, but for the order of its columns; whether a trigger is switched off is part of it.
_OBJECTS = f"""
SELECT 'table', relname, relname, concat_ws(E'\\n',
         (SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attcollation::regcollation,
                                      CASE WHEN attnotnull THEN 'NOT NULL' END, pg_get_expr(adbin, adrelid)), E'\\n'
                            ORDER BY attname)
            FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
           WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped),
         (SELECT string_agg(conname || ' ' || pg_get_constraintdef(oid), E'\\n' ORDER BY conname)
            FROM pg_constraint WHERE conrelid = c.oid AND contype <> 'n'))
  FROM pg_class c WHERE relkind = 'r' AND {_HERE}
 UNION ALL
SELECT 'view', relname, relname, pg_get_viewdef(oid) FROM pg_class WHERE relkind IN ('v', 'm') AND {_HERE}
 UNION ALL
SELECT 'index', i.relname, t.relname, pg_get_indexdef(i.oid)
  FROM pg_index JOIN pg_class i ON i.oid = indexrelid JOIN pg_class t ON t.oid = indrelid
 WHERE t.{_HERE} AND t.relkind IN ('r', 'm') AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.oid)
 UNION ALL
SELECT 'trigger', tgname, relname, tgenabled::text || ' ' || pg_get_triggerdef(t.oid)
  FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid WHERE NOT tgisinternal AND {_HERE}
"""


def take_inventory(connection: Any, watch: Watch) -> Inventory:
    """Return what is in a database now, users' own tables too, the archive's search index not."""
    names = [name for (name,) in connection.execute(_TABLES).fetchall() if is_counted(name)]
    tables = {name: table_state(connection, name) for name in watched(names, watch)}
    return Inventory(tables, objects(connection))


def objects(connection: Any) -> dict[str, tuple[str, str]]:
    """Return by `type:name` each object with the table it is of and its statement."""
    return {
        f"{kind}:{name}": (table, statement)
        for kind, name, table, statement in connection.execute(_OBJECTS).fetchall()
        if is_counted(table)
    }


def table_state(connection: Any, name: str) -> TableState:
    """Return what is in a table."""
    described = connection.execute(_COLUMNS, (quoted(name),)).fetchall()
    columns = [column for column, _, generated in described if not generated]
    sums = ColumnSums(columns)
    for page in pages(connection, name, columns):
        sums.add(page)
    return sums.state(frozenset(column for column, _, generated in described if generated))


def pages(
    connection: Any, name: str, columns: list[str] | None = None, where: str = ""
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of a table in the order of their ids, in portions; after its values each row has its size.

    `columns` are those that are wanted, in this order; `where` is a condition in SQL.
    """
    described = connection.execute(_COLUMNS, (quoted(name),)).fetchall()
    kinds = {column: kind for column, kind, generated in described if not generated}
    wanted = columns if columns is not None else list(kinds)
    read = [_READ_AS.get(kinds[column], _AS_TEXT) for column in wanted]
    lengths = [f"coalesce(octet_length({quoted(one)}), 0)" for one in wanted if kinds[one] == "bytea"]
    values = [form.format(quoted(column)) for column, (form, _) in zip(wanted, read, strict=True)]
    values.append(f"({' + '.join(lengths) or '0'})::bigint")
    key = [quoted(column) for (column,) in connection.execute(_KEY, (quoted(name),)).fetchall()]
    statement = (
        f"COPY (SELECT {', '.join(values)} FROM {quoted(name)} listed {where and f'WHERE {where}'} "
        f"""ORDER BY {", ".join(key) or 'listed::text COLLATE "C"'}) TO STDOUT (FORMAT BINARY)"""
    )
    return pages_of(_streamed(connection, statement, [kind for _, kind in read] + ["int8"]))


def pointing_nowhere(_connection: Any) -> Counter[tuple[str, int | None, str]]:
    """Return rows whose foreign keys lead nowhere: none, which the server itself sees to."""
    return Counter()


def search_problem(connection: Any) -> str | None:
    """Return how the search index is out of step with the texts, if it is."""
    (is_there,) = connection.execute("SELECT to_regclass('article_search') IS NOT NULL").fetchone()
    if not is_there:
        return None
    wrong = 0
    for headline, body, *indexed in _streamed(
        connection, f"COPY ({_SEARCHED}) TO STDOUT (FORMAT BINARY)", ["text"] * 4
    ):
        wrong += body is None or [in_order(tokenize(headline or "")), in_order(tokenize(body))] != indexed
    return f"{wrong} differ" if wrong else None


def _streamed(connection: Any, statement: str, kinds: list[str]) -> Iterator[tuple[Any, ...]]:
    # COPY sends row after row; a cursor would fetch as many at once as it is told to, however large they are
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(kinds)
        yield from copy.rows()
