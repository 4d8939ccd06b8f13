"""How Alembic meets an archive: under the write lock, in one transaction, with the proof that nothing was lost.

The same for `archive db upgrade` and for plain `alembic upgrade`. Foreign keys are off while tables are rebuilt, or
rows that point to them would be deleted; that no row points nowhere is checked before anything is committed.
"""

import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import context
from alembic.util.exc import CommandError
from sqlalchemy import URL, Connection, text

from archive.db import proof
from archive.db.dependents import postgresql as on_server
from archive.db.dependents import sqlite as in_file
from archive.db.engine import open_engine, settle
from archive.db.location import DEFAULT_DATABASE, locate
from archive.db.schema import FIRST_ON_POSTGRESQL, require_known, steps_to
from archive.db.search import impacts
from archive.db.search.ahead import Ahead, made_ahead, nothing_ahead
from archive.db.sqlite import connect_read_only, driver_of
from archive.db.tables import metadata
from archive.db.tables.on_server import tables_of
from archive.errors import SchemaError
from archive.running import Watch, signals_held, unwatched
from archive.version import __version__

config = context.config

# A second upgrader waits for the first, however large the archive.
WAIT_FOR_LOCK_MS = 24 * 3600 * 1000

watch: Watch = config.attributes.get("watch", unwatched)


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


def destinations() -> tuple[str, ...]:
    """Return the migrations that this run is to end at: one, or none for `base`."""
    named = context.get_revision_argument()
    return (named,) if isinstance(named, str) else named or ()


def is_there(heads: tuple[str, ...]) -> bool:
    """Tell whether the archive stands where it is to go: then it is left alone."""
    try:
        wanted = context.script.get_revisions(destinations())
    except CommandError:
        return False  # relative ones, such as +1, are never there yet
    return set(heads) == {script.revision for script in wanted if script is not None}


def require_something(path: Path, *, migrating: bool) -> None:
    """Refuse to look at, or to take back, what is not there: a database that is opened would be made."""
    if path.exists():
        return
    command = getattr(config.cmd_opts, "cmd", None)  # of plain Alembic; what the program runs itself is an upgrade
    is_upgrade = migrating and (command is None or command[0].__name__ == "upgrade")
    try:
        if is_upgrade and any(steps_to(revision, None) for revision in destinations() or ("",)):
            return
    except SchemaError as error:
        raise CommandError(str(error)) from error
    raise CommandError(f"there is no archive at {path}; `archive db upgrade`, or `alembic upgrade head`, makes one")


def require_declarations() -> None:
    """Refuse migrations that do not say what they change, before any of them runs."""
    for script in context.script.walk_revisions():
        for name in ("CHANGES", "invariant"):
            if not hasattr(script.module, name):
                raise SchemaError(
                    f"migration {script.revision} declares no {name}, which migrations/script.py.mako asks for; "
                    "nothing was changed"
                )
        try:
            proof.declared([script.module.CHANGES])
        except ValueError as error:
            raise SchemaError(f"migration {script.revision}: {error}; nothing was changed") from error


def in_one_transaction(action: int, *_: Any) -> int:
    """Let SQLite refuse what would end the transaction: what was committed could not be undone."""
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_TRANSACTION else sqlite3.SQLITE_OK


def run() -> None:
    location = config.attributes.get("database") or locate(
        context.get_x_argument(as_dictionary=True).get("db") or os.environ.get("ARCHIVE_DB") or DEFAULT_DATABASE
    )
    migrating = is_migrating()
    if migrating:
        require_declarations()
    if isinstance(location, Path):
        run_on_file(location, migrating=migrating)
    else:
        run_on_server(location, migrating=migrating)


def configure(connection: Connection, steps: list[Any]) -> tuple[str, ...]:
    """Tell Alembic what it works on; returns where the archive stands. Migrations that run are added to `steps`."""
    context.configure(
        connection=connection,
        target_metadata=tables_of(connection.dialect.name),
        include_name=include_name,
        transactional_ddl=True,
        compare_type=True,
        on_version_apply=lambda step, **_: applied(step, steps),
    )
    return context.get_context().get_current_heads()


def applied(step: Any, steps: list[Any]) -> None:
    """Note that a migration was run."""
    steps.append(step)
    watch("migrations", len(steps), config.attributes.get("number_of_steps"))


def inventory(driver: Any, when: str) -> proof.Inventory:
    """Return what is in the archive, of which is told as of what was or is."""
    return proof.take_inventory(driver, lambda table, done, total: watch(f"{when}: {table}", done, total))


def run_on_server(url: URL, *, migrating: bool) -> None:
    """Migrate an archive on PostgreSQL: in one transaction, which holds the write lock."""
    require_known(url)
    engine = open_engine(url, read_only=not migrating)
    steps: list[Any] = []
    with engine.connect() as connection, told_with_cure(connection), connection.begin() as transaction:
        driver = connection.connection.driver_connection
        heads = configure(connection, steps)
        if migrating:
            require_later()
        before = None
        triggers: list[on_server.Trigger] = []
        if migrating and heads and not is_there(heads):
            if locked := config.attributes.get("locked"):
                locked(connection)
            before = inventory(driver, "before")
            triggers = on_server.set_triggers_aside(driver)
        if at_migrations := config.attributes.get("at_migrations"):
            at_migrations(connection)
        if migrating and not heads:
            begin_on_server(connection)
        with signals_held(), on_server.dependents_named():
            context.run_migrations()
        if at_migrations:
            at_migrations(None)
        on_server.put_triggers_back(driver, triggers)
        if steps:
            differences = prove(connection, None, before, steps)
            if differences:
                raise proof.ProofError(differences)
        if steps or (migrating and not heads):
            record_version(connection)
        if config.attributes.get("rehearsing"):
            transaction.rollback()
        else:
            watch("commit", 0, None)


def require_later() -> None:
    """Refuse to go where there are no archives on PostgreSQL: before the migration that they begin with."""
    earlier = {script.revision for script in context.script.iterate_revisions(FIRST_ON_POSTGRESQL, "base")}
    targets = {script.revision for script in context.script.get_revisions(destinations()) if script is not None}
    if not targets or targets & earlier - {FIRST_ON_POSTGRESQL}:
        raise CommandError(f"archives on PostgreSQL begin with {FIRST_ON_POSTGRESQL}; nothing was changed")


def begin_on_server(connection: Connection) -> None:
    """Make the tables as of the migration that archives on PostgreSQL begin with."""
    statements = Path(context.script.dir, "postgresql", f"{FIRST_ON_POSTGRESQL}.sql").read_text(encoding="utf-8")
    connection.exec_driver_sql(statements)
    connection.execute(
        text("INSERT INTO about (name, value) VALUES ('archive_id', :id), ('created_at', :created)"),
        {"id": str(uuid.uuid4()), "created": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"},
    )
    context.get_context().stamp(context.script, FIRST_ON_POSTGRESQL)


def run_on_file(path: Path, *, migrating: bool) -> None:
    require_something(path, migrating=migrating)
    if migrating and path.exists():
        require_known(path)
    engine = open_engine(path, read_only=not migrating)
    steps: list[Any] = []
    with engine.connect() as connection, told_with_cure(connection), ExitStack() as beside:
        driver = driver_of(connection)
        # SQLAlchemy begins a transaction before it sends a PRAGMA, and inside one this PRAGMA does nothing
        driver.execute("PRAGMA foreign_keys = OFF")
        if migrating:
            driver.execute(f"PRAGMA busy_timeout = {WAIT_FOR_LOCK_MS}")
        with connection.begin():
            heads = configure(connection, steps)
            before = None
            failing: in_file.Failing = {}
            triggers: list[in_file.Trigger] = []
            ahead: Ahead = nothing_ahead
            # a new archive has nothing to lose, and one that is up to date is left alone
            if migrating and heads and not is_there(heads):
                if not has_impacts(connection):
                    ahead = beside.enter_context(made_ahead(path))
                if locked := config.attributes.get("locked"):
                    locked(connection)
                before = inventory(driver, "before")
                failing = in_file.find_failing(driver)
                triggers = in_file.set_triggers_aside(driver)
            if at_migrations := config.attributes.get("at_migrations"):
                at_migrations(connection)
            with signals_held():
                driver.set_authorizer(in_one_transaction)
                try:
                    context.run_migrations()
                finally:
                    driver.set_authorizer(None)
            if at_migrations:
                at_migrations(None)
            differences = in_file.put_triggers_back(driver, triggers)
            if steps:
                differences += in_file.newly_failing(driver, failing)
                differences += prove(connection, path, before, steps)
                if differences:
                    raise proof.ProofError(differences)
                if connection.exec_driver_sql("SELECT 1 FROM sqlite_schema WHERE name = 'about'").first():
                    record_version(connection)
                # of a schema before there was one, there is nothing to fill
                if has_impacts(connection):
                    watch("index of impacts", 0, None)
                    impacts.add_missing(driver, ahead())
            watch("commit", 0, None)
    if migrating:
        settle(engine)


def has_impacts(connection: Connection) -> bool:
    """Tell whether the schema is one with an index of impacts."""
    return connection.exec_driver_sql("SELECT 1 FROM sqlite_schema WHERE name = 'article_impacts'").first() is not None


@contextmanager
def told_with_cure(connection: Any) -> Iterator[None]:
    """Name the cure of a search index that was out of step already before what was undone."""
    try:
        yield
    except proof.ProofError as error:
        with connection.begin():
            was = proof.check_search(connection.connection.driver_connection)
        raise proof.ProofError(
            [
                f"{told}, and did not before; `archive repair` builds it anew" if told in was else told
                for told in error.differences
            ]
        ) from error


def prove(connection: Any, path: Path | None, before: proof.Inventory | None, steps: list[Any]) -> list[str]:
    """Return what does not add up after these migrations."""
    driver = connection.connection.driver_connection
    modules = [(step.is_upgrade, step.up_revision.module) for step in steps]
    watch("foreign keys", 0, None)
    differences = proof.check_foreign_keys(driver)
    if differences and before is not None and path is not None:
        # what led nowhere before is not this upgrade's doing; another connection sees it as it was
        with closing(connect_read_only(path)) as unchanged:
            differences = proof.check_foreign_keys(driver, unchanged)
    watch("search index", 0, None)
    differences += proof.check_search(driver)
    if before is not None:
        if modules[0][0]:
            changes = proof.declared(module.CHANGES for _, module in modules)
        else:
            changes = proof.declared(module.CHANGES for _, module in reversed(modules)).inverted()
        differences += proof.compare(before, inventory(driver, "after"), changes)
    for number, (is_upgrade, module) in enumerate(modules):
        watch("what migrations say must be true", number, len(modules))
        wrong = module.invariant(connection) if is_upgrade else None
        if wrong:
            differences.append(f"{module.revision}: {wrong}")
    return differences


def record_version(connection: Connection) -> None:
    """Keep which version of the program made the schema, so that an older one can say which is needed."""
    connection.execute(
        text(
            "INSERT INTO about (name, value) VALUES ('program_version', :version) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        ),
        {"version": __version__},
    )


if context.is_offline_mode():
    raise SystemExit("An archive is upgraded on its file; `archive db upgrade --sql` shows the statements.")
run()
