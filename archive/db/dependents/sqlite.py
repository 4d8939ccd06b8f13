"""Views and triggers through an upgrade: what users hung on the tables comes out of it to the letter.

The archive itself has no triggers. Those in it are a user's, and are not about upgrades: while migrations run they are
set aside, so that a backfill is not taken for an edit. SQLite does not look into a trigger or a view when it is made;
that one names a column which is no more comes out when it is used, so each is compiled. What it would do is not tried.
"""

import sqlite3

from archive.db.inventories.base import quoted

Trigger = tuple[str, str]  # its name and its statement
Failing = dict[tuple[str, str], str]  # what cannot be done, by table or view and act: SQLite's reason


def set_triggers_aside(connection: sqlite3.Connection) -> list[Trigger]:
    """Take all triggers out of the database and return them, in the order in which they were made."""
    listed = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid")
    triggers: list[Trigger] = listed.fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {quoted(name)}")
    return triggers


def put_triggers_back(connection: sqlite3.Connection, triggers: list[Trigger]) -> list[str]:
    """Make triggers again; returns, in words, for which there is no place any more."""
    problems = []
    for name, statement in triggers:
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as error:
            problems.append(f"your trigger {name} has no place any more ({error}); drop it first")
    return problems


def find_failing(connection: sqlite3.Connection) -> Failing:
    """Return which views cannot be read, and which tables with triggers cannot be written; does neither."""
    failing: Failing = {}
    for (view,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'view'").fetchall():
        _try(connection, failing, view, "SELECT", f"SELECT * FROM {quoted(view)}")
    for (table,) in connection.execute("SELECT DISTINCT tbl_name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        _try(connection, failing, table, "INSERT", f"INSERT INTO {quoted(table)} DEFAULT VALUES")
        _try(connection, failing, table, "DELETE", f"DELETE FROM {quoted(table)}")
        try:
            columns = connection.execute(f"PRAGMA table_xinfo({quoted(table)})").fetchall()
        except sqlite3.OperationalError as error:  # a view that cannot be read
            failing[table, "UPDATE"] = str(error)
            continue
        values = ", ".join(f"{quoted(row[1])} = {quoted(row[1])}" for row in columns if row[6] == 0)
        _try(connection, failing, table, "UPDATE", f"UPDATE {quoted(table)} SET {values}")
    return failing


def newly_failing(connection: sqlite3.Connection, before: Failing) -> list[str]:
    """Return which views and triggers do not work any more, in words; what did not work before is left at that."""
    problems = []
    for (name, act), reason in find_failing(connection).items():
        if (name, act) in before:
            continue
        if act == "SELECT":
            problems.append(f"view {name} does not work any more ({reason}); drop it first")
            continue
        rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?", (name,))
        names = ", ".join(row[0] for row in rows)
        problems.append(f"a trigger of {name} ({names}) does not work any more on {act} ({reason}); drop it first")
    return problems


def _try(connection: sqlite3.Connection, failing: Failing, name: str, act: str, statement: str) -> None:
    # Python keeps what SQLite made of a statement, which EXPLAIN does not look over when the schema has changed since
    (schema,) = connection.execute("PRAGMA schema_version").fetchone()
    try:
        connection.execute(f"EXPLAIN {statement} -- {schema}").close()
    except sqlite3.OperationalError as error:
        failing[name, act] = str(error)
