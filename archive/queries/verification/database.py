"""Whether the schema is this program's."""

from collections.abc import Iterator

from archive.db import schema
from archive.db.engine import open_engine
from archive.db.location import Location
from archive.db.plain import Plain
from archive.db.tables import metadata
from archive.db.tables.on_server import tables_of
from archive.errors import SchemaError
from archive.queries.verification.base import Engine
from archive.queries.verification.findings import REPAIR, RESTORE, Finding, Wrong, listed, shortened, told


def check_schema(location: Location) -> Iterator[Finding]:
    """Yield a finding for a schema that is older than this program.

    Raises SchemaError for what is no archive, and for an archive of a newer program.
    """
    try:
        schema.require_known(location)
        revision = schema.current_revision(location)
    except UnicodeDecodeError as error:
        raise SchemaError(f"{location} cannot be read as an archive: {told(error)}") from error
    if revision is None:
        schema.require_current(location)
    if revision != schema.HEAD:
        message = f"the schema is older than this program ({revision}); what depends on it was not checked"
        yield Finding("error", "schema", 1, message, "`archive db upgrade`")


def check_integrity(connection: Plain, engine: Engine, *, deep: bool) -> Iterator[Finding]:
    """Yield findings for damage to the file, and for indexes that do not agree with their tables."""
    damage, indexes = engine.integrity(connection, deep=deep)
    for check, thing, lines, cure in (
        ("integrity", "the file is damaged", damage, RESTORE),
        ("indexes", "indexes do not agree with their tables", indexes, REPAIR),
    ):
        if lines:
            first = listed([shortened(line) for line in lines[:5]], len(lines))
            yield Finding("error", check, len(lines), f"{thing}: {first}", cure)


def check_indexes(connection: Plain, engine: Engine) -> Iterator[Finding]:
    """Yield a finding for indexes that are missing."""
    found = Wrong("error", "indexes", "index", "missing", REPAIR)
    for name, _ in engine.missing_indexes(connection):
        found.add(name)
    yield from found.findings()


def check_tables(location: Location, engine: Engine) -> Iterator[Finding]:
    """Yield a finding for tables, columns and indexes that are not as this program's.

    Indexes that others added are theirs, and those that are missing are left to `check_indexes`.
    """
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    found = Wrong("error", "tables", "difference", "from the tables of this program", "`archive db check` shows it")
    tables = open_engine(location, read_only=True)
    options = {
        "compare_type": True,
        "include_name": lambda name, kind, _: kind != "table" or name in metadata.tables,
    }
    try:
        with tables.connect() as connection:
            differences = compare_metadata(
                MigrationContext.configure(connection, opts=options), tables_of(connection.dialect.name)
            )
    finally:
        tables.dispose()
    with engine.opened(location) as plain:
        missing = {name for name, _ in engine.missing_indexes(plain)}
    for difference in differences:
        for one in difference if isinstance(difference, list) else [difference]:
            if one[0] != "remove_index" and not (one[0] == "add_index" and one[1].name in missing):
                found.add(_told(one))
    yield from found.findings()


def _told(difference: tuple[object, ...]) -> str:
    deed = str(difference[0]).replace("_", " ").replace("add", "missing").replace("remove", "additional")
    names = [getattr(part, "name", part) for part in difference[1:] if part is not None]
    return f"{deed} {'.'.join(str(name) for name in names[:2])}"
