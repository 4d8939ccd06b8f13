"""Triggers and views on a server through an upgrade: what users hung on the tables comes out of it as it was.

As in files, triggers of users are set aside while migrations run. PostgreSQL itself refuses to take away what a view,
a trigger or a key of a user needs; into functions it does not look.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy.exc import DBAPIError

from archive.db.inventories.base import quoted

_AGAIN = {"O": "ENABLE TRIGGER", "R": "ENABLE REPLICA TRIGGER", "A": "ENABLE ALWAYS TRIGGER"}
_TRIGGERS = (
    "SELECT relname, tgname, tgenabled::text FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid "
    "WHERE NOT tgisinternal AND relkind = 'r' AND relnamespace = current_schema()::regnamespace AND tgenabled <> 'D' "
    "ORDER BY 1, 2"
)
# dependent objects; and a column whose type a view needs
_NEEDED = ("2BP01", "0A000")


class Trigger(NamedTuple):
    """A trigger that is switched on."""

    table: str
    name: str
    state: str


def set_triggers_aside(driver: Any) -> list[Trigger]:
    """Switch off the triggers of users, and return them."""
    triggers = [Trigger(*row) for row in driver.execute(_TRIGGERS).fetchall()]
    for one in triggers:
        driver.execute(f"ALTER TABLE {quoted(one.table)} DISABLE TRIGGER {quoted(one.name)}")
    return triggers


def put_triggers_back(driver: Any, triggers: list[Trigger]) -> None:
    """Switch triggers on again, as they were; one that is gone is missed by the proof."""
    names = "SELECT relname, tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE NOT tgisinternal"
    there = set(driver.execute(f"{names} AND relnamespace = current_schema()::regnamespace").fetchall())
    for one in triggers:
        if (one.table, one.name) in there:
            driver.execute(f"ALTER TABLE {quoted(one.table)} {_AGAIN[one.state]} {quoted(one.name)}")


@contextmanager
def dependents_named() -> Iterator[None]:
    """Name what needs something that a migration takes away: a RuntimeError, as `rebuild_table` raises."""
    try:
        yield
    except DBAPIError as error:
        detail = getattr(getattr(error.orig, "diag", None), "message_detail", None) or ""
        if getattr(error.orig, "sqlstate", None) not in _NEEDED or "depend" not in detail:
            raise
        raise RuntimeError(f"{', '.join(detail.splitlines())}; drop it first") from error
