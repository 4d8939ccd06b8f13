"""How Alembic meets an archive: one transaction under the write lock, foreign keys checked before it is committed."""

import os
from typing import Any

from alembic import context

from archive.db.engine import DEFAULT_DATABASE, database_path, open_engine, truncate_wal
from archive.db.tables import metadata
from archive.errors import SchemaError

config = context.config


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave out what Alembic does not manage: FTS5's own tables, and tables that users added."""
    return kind != "table" or name in metadata.tables


def run() -> None:
    path = config.attributes.get("database") or database_path(
        context.get_x_argument(as_dictionary=True).get("db") or os.environ.get("ARCHIVE_DB") or DEFAULT_DATABASE
    )
    engine = open_engine(path)
    with engine.connect() as connection:
        # SQLAlchemy begins a transaction before it sends a PRAGMA, and inside one this PRAGMA does nothing
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            context.configure(
                connection=connection,
                target_metadata=metadata,
                include_name=include_name,
                transactional_ddl=True,
                compare_type=True,
            )
            context.run_migrations()
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise SchemaError(
                    f"{len(broken)} rows would point to rows that are not there "
                    f"(first: {broken[0][0]} to {broken[0][2]}); nothing was changed"
                )
    truncate_wal(engine)


if context.is_offline_mode():
    raise SystemExit("An archive is upgraded on its file: `alembic upgrade head`, without --sql.")
run()
