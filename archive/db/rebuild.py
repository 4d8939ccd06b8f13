"""Rebuilding a table in SQLite, for migrations. Frozen: migrations that have landed use it as it is.

SQLite alters a table in few ways; for the others the table is made anew under another name, filled, and put in place of
the old one. What hangs on a table is lost on that way unless someone sees to it: indexes, triggers, views.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable


def rebuild_table(connection: sa.Connection, table: sa.Table, values: Mapping[str, str] | None = None) -> None:
    """Put `table` in the place of the table of that name, its rows kept with their ids.

    `table` is defined in the migration, complete with constraints and indexes. `values` are SQL expressions over the
    old table, by name of the new column; a column that is not in it keeps its values. Triggers and indexes that
    others made on the table are made again to the letter, views stay. Foreign keys must be off, as they are while
    migrations run. Whether views and triggers still work is seen when all migrations are done (`dependents`).

    Raises RuntimeError, with its name, where an index or a trigger of a user does not fit the new table.
    """
    driver = connection.connection.driver_connection
    if driver is None or connection.dialect.name != "sqlite":
        raise RuntimeError("rebuild_table is for SQLite; other engines alter a table in place")
    if driver.execute("PRAGMA foreign_keys").fetchone()[0]:
        raise RuntimeError("foreign keys must be off while a table is rebuilt, or rows that point to it are deleted")
    name, new_name = table.name, f"_new_{table.name}"
    own = {str(index.name) for index in table.indexes}
    kept = [
        (kind, other, sql)
        for kind, other, sql in driver.execute(
            "SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL "
            "AND type IN ('index', 'trigger') ORDER BY type, rowid",
            (name,),
        )
        if other not in own
    ]
    expressions = dict(values or {})
    columns = [column.name for column in table.columns]
    sources = ", ".join(expressions.get(column, f'"{column}"') for column in columns)
    targets = ", ".join(f'"{column}"' for column in columns)
    create = str(CreateTable(table).compile(dialect=connection.dialect))
    legacy = driver.execute("PRAGMA legacy_alter_table").fetchone()[0]
    # without it, SQLite refuses to rename while a view names the table that is not there
    driver.execute("PRAGMA legacy_alter_table = ON")
    try:
        connection.exec_driver_sql(create.replace(f"CREATE TABLE {name} ", f'CREATE TABLE "{new_name}" ', 1))
        connection.exec_driver_sql(
            f'INSERT INTO "{new_name}" ({targets}) SELECT {sources} FROM "{name}" ORDER BY rowid'
        )
        connection.exec_driver_sql(f'DROP TABLE "{name}"')
        connection.exec_driver_sql(f'ALTER TABLE "{new_name}" RENAME TO "{name}"')
    finally:
        driver.execute(f"PRAGMA legacy_alter_table = {legacy}")
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        connection.exec_driver_sql(str(CreateIndex(index).compile(dialect=connection.dialect)))
    for kind, other, sql in kept:
        try:
            connection.exec_driver_sql(sql)
        except sa.exc.DatabaseError as error:
            raise RuntimeError(
                f"your {kind} {other} does not fit the new table {name}: {error.orig}; drop it first"
            ) from error
