"""How Alembic meets an archive: under the write lock, in one transaction, with the proof that nothing was lost.

The same for `archive db upgrade` and for plain `alembic upgrade`. Foreign keys are off while tables are rebuilt, or
rows that point to them would be deleted; that no row points nowhere is checked before anything is committed.
"""

import os
from typing import Any

from alembic import context

from archive.db import proof
from archive.db.engine import DEFAULT_DATABASE, database_path, open_engine, truncate_wal
from archive.db.schema import require_known
from archive.db.tables import metadata
from archive.version import __version__

config = context.config

# A second upgrader waits for the first, however large the archive.
WAIT_FOR_LOCK_MS = 24 * 3600 * 1000


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave out what Alembic does not manage: FTS5's own tables, and tables that users added."""
    return kind != "table" or name in metadata.tables


def is_migrating() -> bool:
    """Tell whether this run may migrate: `current`, `check` and the like only look."""
    try:
        context.get_revision_argument()
    except KeyError:
        return False
    return True


def run() -> None:
    path = config.attributes.get("database") or database_path(
        context.get_x_argument(as_dictionary=True).get("db") or os.environ.get("ARCHIVE_DB") or DEFAULT_DATABASE
    )
    migrating = is_migrating()
    if migrating and path.exists():
        require_known(path)
    engine = open_engine(path, read_only=not migrating and path.exists())
    steps: list[Any] = []
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        # SQLAlchemy begins a transaction before it sends a PRAGMA, and inside one this PRAGMA does nothing
        driver.execute("PRAGMA foreign_keys = OFF")
        if migrating:
            driver.execute(f"PRAGMA busy_timeout = {WAIT_FOR_LOCK_MS}")
        with connection.begin():
            context.configure(
                connection=connection,
                target_metadata=metadata,
                include_name=include_name,
                transactional_ddl=True,
                compare_type=True,
                on_version_apply=lambda step, **_: steps.append(step),
            )
            heads = context.get_context().get_current_heads()
            wanted = context.script.get_heads() if migrating and context.get_revision_argument() == "head" else None
            before = None
            # a new archive has nothing to lose, and one that is up to date is left alone
            if migrating and heads and heads != wanted:
                if locked := config.attributes.get("locked"):
                    locked(connection)
                before = proof.take_inventory(driver)
            if watch := config.attributes.get("watch"):
                watch(connection)
            context.run_migrations()
            if watch:
                watch(None)
            if steps:
                differences = prove(connection, before, steps)
                if differences:
                    raise proof.ProofError(differences)
                record_version(driver)
    if migrating:
        truncate_wal(engine)


def prove(connection: Any, before: proof.Inventory | None, steps: list[Any]) -> list[str]:
    """Return what does not add up after these migrations."""
    driver = connection.connection.driver_connection
    modules = [(step.is_upgrade, step.up_revision.module) for step in steps]
    differences = proof.check_foreign_keys(driver) + proof.check_search(driver)
    if before is not None:
        ups = proof.declared(module.CHANGES for is_upgrade, module in modules if is_upgrade)
        downs = proof.declared(module.CHANGES for is_upgrade, module in modules if not is_upgrade)
        changes = ups if modules[0][0] else downs.inverted()
        differences += proof.compare(before, proof.take_inventory(driver), changes)
    for is_upgrade, module in modules:
        wrong = module.invariant(connection) if is_upgrade else None
        if wrong:
            differences.append(f"{module.revision}: {wrong}")
    return differences


def record_version(driver: Any) -> None:
    """Keep which version of the program made the schema, so that an older one can say which is needed."""
    if driver.execute("SELECT 1 FROM sqlite_schema WHERE name = 'about'").fetchall():
        driver.execute(
            "INSERT INTO about (name, value) VALUES ('program_version', ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (__version__,),
        )


if context.is_offline_mode():
    raise SystemExit("An archive is upgraded on its file; `archive db upgrade --sql` shows the statements.")
run()
