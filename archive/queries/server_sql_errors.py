"""What a person is told when a server refuses a statement of their own, and what to do about it."""

import re
from collections.abc import Callable, Sequence

import psycopg
from psycopg import errors
from sqlalchemy.engine import URL

from archive.db.postgresql import explained_by_server
from archive.errors import ArchiveError, TimeLimitError, UsageError
from archive.queries.server_sql_guard import TO_BEGIN_WITH, Prepared, refusal
from archive.queries.sql_errors import near_column, near_table
from archive.query_language.mistakes import pointed_at

Names = Sequence[tuple[str, Sequence[str]]]

_WRITING = frozenset(["INSERT", "UPDATE", "DELETE", "MERGE"])
# What SQLite has and PostgreSQL has not.
_WORDS_FOR = {
    "char": "chr()",
    "date": "a cast: '2023-02-01'::date",
    "datetime": "a cast: published_on::timestamp",
    "group_concat": "string_agg()",
    "ifnull": "coalesce()",
    "instr": "strpos()",
    "json_each": "json_array_elements()",
    "julianday": "a cast: published_on::date",
    "printf": "format()",
    "strftime": "to_char()",
    "total": "sum()",
}


def timed_out(time_limit: float) -> TimeLimitError:
    """Return what is raised where a statement has taken all of its time."""
    return TimeLimitError(
        f"the statement ran longer than {time_limit:g} s and was ended; allow more with --time-limit SECONDS, or see"
        " with EXPLAIN what takes the time"
    )


def explained(
    error: psycopg.Error,
    prepared: Prepared,
    prefix: int,
    time_limit: float,
    url: URL,
    names: Callable[[], Names],
) -> ArchiveError:
    """Return what an error of the server's stands for, with what to do about it.

    `prefix` is how many characters are sent before the statement; `names` gives tables and views with their columns.
    """
    said = error.diag.message_primary or " ".join(str(error).split())
    if isinstance(error, errors.QueryCanceled):
        if "timeout" in said:
            return timed_out(time_limit)
        return ArchiveError(f"the statement was ended on the server ({said}); ask again")
    if isinstance(error, errors.LockNotAvailable):
        return ArchiveError("another program is changing the archive, and does not stop; try again later")
    if isinstance(error, errors.ReadOnlySqlTransaction):
        found = re.match(r"cannot execute (.+) in a read-only", said)
        deed = found[1] if found else prepared.first_word
        return UsageError(refusal("what changes data in WITH" if deed == "SELECT" else deed))
    if isinstance(error, errors.InvalidCursorDefinition) or "INTO is not allowed" in said:
        return UsageError(refusal("what is written INTO a table"))
    if isinstance(error, errors.FeatureNotSupported) and "WITH" in said:
        return UsageError(refusal("what changes data in WITH"))
    if isinstance(error, errors.InsufficientPrivilege):
        return UsageError(
            f"{said}; who owns it can allow it with GRANT SELECT. What reaches beyond the database stays refused"
        )
    if isinstance(error, errors.SyntaxError) and prepared.first_word == "WITH":
        word = re.search(r'at or near "(\w+)"', said)
        if word and word[1].upper() in _WRITING:
            return UsageError(refusal(word[1].upper()))
    if isinstance(error, errors.SyntaxError) and "multiple commands" in said:
        return UsageError("archive sql runs one statement at a time; give the second one to a second call")
    if isinstance(error, errors.ProtocolViolation) and "parameters" in said:
        return UsageError(f"{said}; write the values as :name, and give each one with that name")
    if error.sqlstate is None or error.sqlstate[:2] not in ("0A", "21", "22", "42", "54"):
        return explained_by_server(url, error) or ArchiveError(f"the server could not answer: {said}")
    cure = _cure(error, said, names)
    told = f"{said}; {cure}" if cure else said
    if error.diag.statement_position is None:
        return UsageError(told)
    start = prepared.place(int(error.diag.statement_position) - 1 - prefix)
    length = re.match(r"[\w$\x80-\U0010ffff]*", prepared.said[start:])
    return UsageError(f"{told}\n{pointed_at(prepared.said, (start, start + (length.end() if length else 0)))}")


def _cure(error: psycopg.Error, said: str, names: Callable[[], Names]) -> str:
    """Return what was perhaps meant."""
    if isinstance(error, errors.UndefinedTable) and (found := re.match(r'relation "(.+)" does not exist', said)):
        if found[1].startswith("article_fts"):
            return "on a server words are looked up in article_search: see Search in docs/sql.md"
        return near_table(found[1], names(), TO_BEGIN_WITH)
    if isinstance(error, errors.UndefinedColumn) and (found := re.match(r'column "?(.+?)"? does not exist', said)):
        return near_column(found[1], names(), TO_BEGIN_WITH, "SELECT * FROM {} LIMIT 0")
    if isinstance(error, errors.UndefinedFunction) and (found := re.match(r"function ([\w]+)\(", said)):
        instead = _WORDS_FOR.get(found[1].lower())
        return f"PostgreSQL has {instead}" if instead else "see docs/sql.md for what is written otherwise on a server"
    if isinstance(error, errors.UndefinedParameter):
        return "write the values as :name, and give each one with that name"
    if isinstance(error, errors.SyntaxError) and re.search(r'at or near "(match|glob)"', said, re.IGNORECASE):
        return "MATCH and GLOB are SQLite's; see Search in docs/sql.md for what is written on a server"
    return (error.diag.message_hint or "").rstrip(".")
