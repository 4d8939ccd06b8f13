"""What all tables share: how constraints are named, what an id is, how a time is written."""

import sqlalchemy
from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, text
from sqlalchemy.sql.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# What a column of methods can hold, nearest to the text first; a test holds it against `documents.METHODS`.
GIVEN_BY = (
    "front_matter, record, header, json_ld, opengraph, meta, markup, saved_from, sidecar, archive_toml, option, "
    "time_element, trafilatura, detected"
)

# SQLite makes a column an alias of the rowid only where its type is INTEGER to the letter.
Id = BigInteger().with_variant(Integer, "sqlite")

# Texts are compared and sorted by their code points on every engine, whatever the language of a server.
Text = sqlalchemy.Text().with_variant(sqlalchemy.Text(collation="C"), "postgresql")
# The same, where inputs give it and it is looked up: longer, it may be, than an index of a server takes (`on_server`).
LongText = sqlalchemy.Text().with_variant(sqlalchemy.Text(collation="C"), "postgresql")


def table(name: str, doc: str, *items: SchemaItem) -> Table:
    """Return a table with an `id` before its columns; `doc` says what one row is."""
    first = Column("id", Id, primary_key=True, doc="Number of the row; increases, and is never cited.")
    return Table(name, metadata, first, *items, info={"doc": doc})


def reference(name: str, target: str, doc: str, *, nullable: bool = False, index: bool = False) -> Column[int]:
    """Return a column that holds the id of a row of `target`."""
    return Column(name, Id, ForeignKey(f"{target}.id"), nullable=nullable, index=index, doc=doc)


def index_of_few(column: str) -> Index:
    """Return an index of the few rows in which a column is not NULL: nothing for most rows to keep up.

    `on_server` says the same to PostgreSQL: said here, it would load all that SQLAlchemy has for that, and a command
    would take a tenth longer.
    """
    return Index(None, column, sqlite_where=text(f"{column} IS NOT NULL"))
