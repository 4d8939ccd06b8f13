"""Which of the imports that have not recorded an end still run.

On a server that is known for certain, whatever machine they are on: each holds a lock by its number as long as it is
connected. Of an archive in a file the process is asked for, and of one on another machine nobody knows.
"""

from sqlalchemy import Connection, text

from archive.db.plain import OnServer, Plain
from archive.running import still_runs

_CLASS = 0x61726368  # "arch"; with two numbers, so that it is never the write lock
_HOLD = text("SELECT pg_advisory_lock_shared(:class, :import_id)")
_HELD = (
    f"SELECT CAST(objid AS bigint) FROM pg_locks WHERE locktype = 'advisory' AND classid = {_CLASS} AND objsubid = 2 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def hold(connection: Connection, import_id: int) -> None:
    """Let others know that an import runs, as long as this connection lasts; for the transaction that begins it."""
    if connection.dialect.name != "sqlite":
        connection.execute(_HOLD, {"class": _CLASS, "import_id": import_id})


def find_running(connection: Plain) -> tuple[list[int], list[int]]:
    """Return the imports that run, and those that are said to run but were killed."""
    said = connection.execute("SELECT id, process FROM imports WHERE status = 'running' ORDER BY id").fetchall()
    if isinstance(connection, OnServer):
        held = {number for (number,) in connection.execute(_HELD)}
        running = [import_id for import_id, _ in said if import_id in held]
    else:
        running = [import_id for import_id, process in said if still_runs(process)]
    return running, [import_id for import_id, _ in said if import_id not in running]
