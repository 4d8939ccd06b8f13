"""What was deleted, wiped from the tables of a server: rows that are dead, and what it keeps of values beside them.

What a server wrote elsewhere it keeps by its own rules: its log (WAL), replicas, backups. docs/forgetting.md says so.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from archive.db import tombstones
from archive.db.engine import errors_explained, open_engine
from archive.db.tables import metadata
from archive.errors import ArchiveError

PATIENCE_MS = 2_000  # for others to be done

_MAY_WIPE = "SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()"
# A dead row stays for as long as anybody could see it: transactions, also those that wait for their second half, and
# replicas that send back what they look at.
_EARLIER = (
    "SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type <> 'autovacuum worker' "
    "AND greatest(age(backend_xmin), age(backend_xid)) >= age(%(before)s::text::xid)) "
    "+ (SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()) "
    "+ (SELECT count(*) FROM pg_replication_slots WHERE age(xmin) >= age(%(before)s::text::xid))"
)


@contextmanager
def alone(url: URL) -> Iterator[Connection]:
    """Give a connection that can wipe what it deletes.

    Raises ArchiveError, with nothing done, while anybody else has a transaction open from before: what that sees has
    to stay. Also for a role that may not have the tables written anew.
    """
    engine = open_engine(url)
    try:
        with errors_explained(url), engine.connect() as connection:
            with connection.begin():
                may_wipe = connection.exec_driver_sql(_MAY_WIPE).scalar_one()
            if not may_wipe:
                raise ArchiveError(
                    f"only the owner of the database can wipe what is deleted from {url}; name that role in the URL; "
                    "nothing was done"
                )
            if not _are_gone(connection):
                raise ArchiveError(
                    f"others have {url} open, and what they read cannot be wiped: end them (imports, other programs, "
                    "notebooks, transactions that were left open) and do the same again; nothing was done"
                )
            yield connection
    finally:
        engine.dispose()


def wipe(connection: Connection) -> None:
    """Write all tables anew, with their indexes, and what the server has noted of their values: none is left of rows.

    For a connection that is `alone`. The disk must have room for the largest table once more.
    """
    if not _are_gone(connection):
        raise ArchiveError("others still have transactions open that could see it")
    tables = ", ".join((*sorted(metadata.tables), "article_search"))
    with connection.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as apart:
        apart.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {tables}")
        # samples of values, of which those from before are dead now
        apart.exec_driver_sql("VACUUM (FULL) pg_statistic")
    with connection.begin():
        tombstones.mark_wiped(connection)


def _are_gone(connection: Connection) -> bool:
    """Tell whether all transactions that were open before now have ended, or do so within a moment."""
    with connection.begin():
        before = connection.exec_driver_sql("SELECT pg_current_xact_id()::xid::text").scalar_one()
    until = time.monotonic() + PATIENCE_MS / 1000
    while True:
        with connection.begin():
            if not connection.exec_driver_sql(_EARLIER, {"before": before}).scalar_one():
                return True
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
