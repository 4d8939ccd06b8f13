"""What a person is told when a statement of their own is refused or fails, and what to do about it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from archive.errors import ArchiveError, SchemaError, UsageError

ALL_NAMES = """archive sql "SELECT name FROM sqlite_schema\""""

Names = Sequence[tuple[str, Sequence[str]]]

# Statements that can be let through. Of others the first word says best what was refused.
READING = frozenset(["SELECT", "WITH", "VALUES", "EXPLAIN", "PRAGMA"])


def explained(report: Mapping[str, Any], first_word: str, statement: str) -> ArchiveError:
    """Return the error that a report of the process stands for, with what to do about it."""
    code = report["code"] or ""
    message = report["message"]
    if report["refused"]:
        what, name = report["refused"]
        return UsageError(_refusal(what, name, first_word))
    if message.endswith("may not be modified"):
        return UsageError(_refusal("UPDATE", "", first_word))
    if code == "SQLITE_NOTADB":
        return SchemaError("the file is no database; give the archive with --db PATH")
    if code.startswith("SQLITE_CORRUPT"):
        return ArchiveError(f"the database or its search index is damaged ({message}); restore it from a backup")
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return ArchiveError("another program is writing to the database, and does not stop; try again later")
    if report["type"] == "MemoryError":
        return ArchiveError("the statement needs more memory than it is allowed; ask for less at a time")
    if not report["opened"]:
        return SchemaError(
            f"the database cannot be opened ({message}); it must be readable, and if a file that ends in -wal or"
            " -journal stands beside it, the folder must be writable: else copy them together to one that is"
        )
    if code.startswith(("SQLITE_IOERR", "SQLITE_FULL", "SQLITE_CANTOPEN")):
        return ArchiveError(
            f"the database could not be read, or there was no room to sort in ({message});"
            " ask for fewer columns or rows, or set TMPDIR to a larger disk"
        )
    return UsageError(_with_cure(message, report["value_bytes"], report["names"], statement))


def _refusal(what: str, name: str, first_word: str) -> str:
    if what == "PRAGMA":
        return (
            f"archive sql only reads; PRAGMA {name} is refused, or at least its value is. Allowed are those that only"
            " tell, such as PRAGMA table_info(articles)"
        )
    if what == "the function":
        return f"archive sql only reads; the function {name}() is refused, because it reaches beyond the database"
    if first_word == "ATTACH":
        return "archive sql only reads the one archive; ATTACH is refused. Join on a copy, with the sqlite3 program"
    if first_word == "CREATE":
        return "archive sql only reads; CREATE is refused. Name a result within the statement: WITH name AS (SELECT …)"
    deed = what if first_word in READING else first_word
    return f"archive sql only reads; {deed} is refused. Change a copy instead: archive db backup COPY makes one"


def _with_cure(message: str, value_bytes: int, names: Names, statement: str) -> str:
    """Return SQLite's message with the names that are near, or what else to write, where that is known."""
    if "too big" in message:
        return f"{message}: a value has at most {value_bytes:,} bytes here; take a part of it with substr()"
    if "pattern too complex" in message:
        return f"{message}: a pattern has at most 100 bytes here; use instr(), or MATCH on the search index"
    if "binding" in message.lower():
        return f"{message} Write the values as :name, and give each one with that name"
    cures = [_near(message, names)]
    if re.search(r"\bmatch\b", statement, re.IGNORECASE) and not message.startswith("no such table"):
        cures.append("""in MATCH, put each word in double quotes: MATCH '"foo-bar"'""")
    return "; ".join([message, *filter(None, cures)])


def _near(message: str, names: Names) -> str:
    """Return the tables or columns that a missing one may have been meant to be, and how to see all of them.

    >>> _near("no such column: a.headlin", [("articles", ["id", "headline"]), ("topics", ["id"])])
    'near: headline (in articles); see the names with PRAGMA table_info(articles)'
    """
    found = re.match(r"no such (table|column): (.+)", message, re.DOTALL)
    if not found:
        return ""
    if found[1] == "table":
        return near_table(found[2], names, ALL_NAMES)
    return near_column(found[2], names, ALL_NAMES, "PRAGMA table_info({})")


def near_table(missing: str, names: Names, all_names: str) -> str:
    """Return the tables that a missing one may have been meant to be, and how to see all of them."""
    import difflib

    near = difflib.get_close_matches(_last(missing), [table for table, _ in names], n=5)
    listed = f"near: {', '.join(near)}; " if near else ""
    return f"{listed}all names: {all_names}"


def near_column(missing: str, names: Names, all_names: str, of_table: str) -> str:
    """Return the columns that a missing one may have been meant to be, and how to see those of a table (`{}`)."""
    import difflib

    tables: dict[str, list[str]] = {}
    for table, columns in names:
        for column in columns:
            tables.setdefault(column, []).append(table)
    near = difflib.get_close_matches(_last(missing), tables, n=5)
    if not near:
        return f"all names: {all_names}"
    listed = ", ".join(f"{column} (in {', '.join(tables[column][:5])})" for column in near)
    return f"near: {listed}; see the names with {of_table.format(tables[near[0]][0])}"


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1].casefold()
