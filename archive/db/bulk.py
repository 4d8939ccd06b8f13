"""Filling an empty archive: what would be kept up or looked up row by row is done once, at the end."""

from sqlalchemy import Connection, func, select
from sqlalchemy.schema import AddConstraint, CreateIndex, DropConstraint, DropIndex

from archive.db.tables.on_server import tables_of


def loosen(connection: Connection) -> None:
    """Drop indexes and, where the engine can, foreign keys; what is dropped already is left at that."""
    for table in tables_of(connection.dialect.name).sorted_tables:
        for index in table.indexes:
            connection.execute(DropIndex(index, if_exists=True))
        if connection.dialect.supports_alter:
            for key in table.foreign_key_constraints:
                connection.execute(DropConstraint(key, if_exists=True))


def fasten(connection: Connection) -> None:
    """Make again what `loosen` dropped, and let new rows be numbered after those that are there."""
    tables = tables_of(connection.dialect.name)
    for table in tables.sorted_tables:
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            connection.execute(CreateIndex(index))
    if not connection.dialect.supports_alter:
        return
    for table in tables.sorted_tables:
        for key in sorted(table.foreign_key_constraints, key=lambda key: str(key.name)):
            connection.execute(AddConstraint(key))
    for name, table in tables.tables.items():
        highest = connection.scalar(select(func.max(table.c.id)))
        if highest is not None and highest > 0:
            connection.execute(select(func.setval(func.pg_get_serial_sequence(name, "id"), highest)))
    connection.exec_driver_sql("ANALYZE")
