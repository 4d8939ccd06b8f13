"""What a check finds: how bad it is, what is wrong and where, and what helps."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError

from archive.db.plain import Plain
from archive.db.postgresql import is_of_statement

SEVERITIES = ("error", "warning", "note")

REPAIR = "`archive repair`"
RESTORE = "`archive db restore BACKUP` goes back to a backup"

# What is raised of what cannot be looked at: the second where SQLite's message repeats what is no UTF-8, the last by
# a server.
UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError, DBAPIError)

_FIRST = 5  # places that are named
_LONGEST = 80  # characters of a place

_PLURALS = {"corpus": "corpora", "entry": "entries", "index": "indexes", "unit of an import": "units of imports"}


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be.

    `severity` is error (something is lost, damaged or contradicts itself), warning (something that should not be, and
    does no harm yet) or note; `number` is of how many rows or places; `cure` is the command that helps, None where
    none does.
    """

    severity: str
    check: str
    number: int
    message: str
    cure: str | None


class Wrong:
    """Counts what is wrong in one way, and remembers where the first few are."""

    def __init__(self, severity: str, check: str, thing: str, wrong: str, cure: str | None) -> None:
        self._severity = severity
        self._check = check
        self._thing = thing
        self._wrong = wrong
        self._cure = cure
        self._first: list[str] = []
        self.number = 0

    def add(self, place: object) -> None:
        """Count one more, at this place."""
        self.number += 1
        if len(self._first) < _FIRST:
            self._first.append(shortened(str(place)))

    def findings(self) -> Iterator[Finding]:
        """Yield the one finding there is, if anything is wrong."""
        if self.number:
            told = f"{counted(self.number, self._thing)} {self._wrong}: {listed(self._first, self.number)}"
            yield Finding(self._severity, self._check, self.number, told, self._cure)


class Check(NamedTuple):
    """A question whose answer should be empty: `sql` selects, for each row that is wrong, where it is."""

    severity: str
    name: str
    thing: str
    wrong: str
    cure: str | None
    sql: str

    def findings(self, connection: Plain) -> Iterator[Finding]:
        """Yield what is wrong, as one finding."""
        found = Wrong(self.severity, self.name, self.thing, self.wrong, self.cure)
        for (place,) in connection.execute(self.sql):
            found.add(place)
        yield from found.findings()


def no_search_index() -> Finding:
    """Return the finding that articles cannot be searched at all."""
    return Finding("error", "search", 1, "there is no search index", REPAIR)


def unindexed(connection: Plain, indexed: str, index: str = "search index") -> Iterator[Finding]:
    """Yield findings for articles that are not in an index, and for others that are; `indexed` selects those in it."""
    articles = "SELECT id FROM article_text"
    for wrong, statement in (
        (Wrong("error", "search", "article", f"missing from the {index}", REPAIR), f"{articles} EXCEPT {indexed}"),
        (
            Wrong("error", "search", "entry", f"of the {index} without an article", REPAIR),
            f"{indexed} EXCEPT {articles}",
        ),
    ):
        for (article_id,) in connection.execute(statement):
            wrong.add(f"number {article_id}")
        yield from wrong.findings()


def missing_views() -> Wrong:
    """Return what views are collected in that are not there."""
    return Wrong("error", "views", "view", "missing", REPAIR)


def altered_views() -> Wrong:
    """Return what views are collected in that are not this program's."""
    return Wrong("warning", "views", "view", "other than this program makes it", f"drop it; {REPAIR} makes it again")


def guarded(
    name: str, findings: Iterable[Finding], within: AbstractContextManager[None] | None = None
) -> Iterator[Finding]:
    """Yield findings, looked for `within` what undoes a failure; that the archive is too damaged is one of them.

    What a server says of itself, and not of what is in it, is raised.
    """
    try:
        with within or nullcontext():
            yield from findings
    except UNREADABLE as error:
        if isinstance(error, DBAPIError) and not (isinstance(error.orig, sqlite3.Error) or is_of_statement(error)):
            raise
        yield Finding("error", name, 0, f"'{name}' could not be checked: {told(error)}", RESTORE)


def told(error: Exception) -> str:
    """Return what the database says of what it cannot read."""
    if isinstance(error, DBAPIError):
        return " ".join(str(error.orig).split())
    return error.object.decode(errors="replace") if isinstance(error, UnicodeDecodeError) else str(error)


def counted(number: int, thing: str) -> str:
    """Return a number of things in words.

    >>> counted(1, "article"), counted(1200, "article")
    ('1 article', '1,200 articles')
    """
    return f"{number:,} {thing if number == 1 else _PLURALS.get(thing, thing + 's')}"


def listed(first: Iterable[str], number: int) -> str:
    """Return the first few places, and that there are more.

    >>> listed(["a", "b"], 9)
    'a, b, …'
    """
    places = list(first)
    return ", ".join(places) + (", …" if number > len(places) else "")


def shortened(text: str) -> str:
    """Return a place on one line, not longer than is pleasant to read."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
