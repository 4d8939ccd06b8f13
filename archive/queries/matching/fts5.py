"""Words of a query as FTS5 has them. Every word is quoted, so that none is an operator."""

import re
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    String,
    bindparam,
    column,
    func,
    literal_column,
    select,
    table,
)

from archive.db.kept_statements import run_kept
from archive.db.tables import articles
from archive.frozen import Frozen
from archive.normalize.impacts import HEADLINE_WEIGHT
from archive.queries.matching import impacts
from archive.queries.matching.base import Best, Condition, Frequency, Passing
from archive.query_language.tree import And, Near, Node, Not, Or, Saved, Words

_SAMPLE = 200  # matches that tell how frequent a word is
_PLACES, _OF_EACH = 4, 25  # that tell which share of the matches passes other conditions

_At = Literal["first", "last"]

_FREQUENT = 5_000  # articles that match: of fewer, all are ranked in a millisecond or two
_ONE_WORD = re.compile(r'\(*"([^" ]+)"\)*')

INDEX = table("article_fts", column("rowid", Integer))


_MATCH = literal_column("article_fts").op("MATCH")
_GIVEN: Condition = _MATCH(bindparam("match", type_=String))
# with the sum FTS5 cannot look rowids up one by one, which SQLite thinks is quick: matches are read first
_JOINED: Condition = articles.c.id == INDEX.c.rowid + 0


class Fts5(Frozen):
    """A query of FTS5's; where it is None, what stands in the parameter `match`."""

    expression: str | None = None

    @property
    def index(self) -> FromClause:
        """The index."""
        return INDEX

    @property
    def id(self) -> ColumnElement[int]:
        """The id of an article."""
        return INDEX.c.rowid

    @property
    def joined(self) -> Condition:
        """What joins `articles` to the index."""
        return _JOINED

    @property
    def found(self) -> Condition:
        """The condition that an article matches."""
        return _GIVEN if self.expression is None else _MATCH(self.expression)

    @property
    def score(self) -> ColumnElement[float]:
        """bm25, which is less for better matches, turned round."""
        return literal_column(f"-bm25(article_fts, {HEADLINE_WEIGHT:.1f}, 1.0)")

    @property
    def form(self) -> "Fts5":
        """The query that stands in a parameter."""
        return _FORM

    @property
    def values(self) -> dict[str, Any]:
        """This query, for that parameter."""
        return {"match": self.expression}

    def frequency(self, connection: Connection, *, thorough: bool) -> Frequency:
        """Return how many articles match, by how close together some matches stand.

        These are the first and the last ones, and if `thorough` those at each quarter of the way, too.
        """
        number, lowest, highest = self._some(connection, "first")
        if number < _SAMPLE:
            return Frequency(0, 0)
        _, back, end = self._some(connection, "last")
        shares = [number / (highest - lowest + 1), number / (end - back + 1)]
        for quarter in (1, 2, 3) if thorough else ():
            after = end * quarter // 4
            number, _, highest = self._some(connection, "first", after)
            shares.append(number / ((highest if number == _SAMPLE else end) - after))
        # words come and go: the share is that of where it is rarest
        return Frequency(min(shares), int(sum(shares) / len(shares) * impacts.articles_indexed(connection)))

    def some(self, connection: Connection) -> Sequence[int]:
        """Return some that follow each other at each of a few places, where there are many."""
        if not self.is_frequent(connection):
            return ()
        _, _, end = self._some(connection, "last")
        found: list[int] = []
        for place in range(_PLACES):
            after = {"after": end * place // _PLACES, "sample": _OF_EACH}
            found += (article_id for (article_id,) in run_kept(connection, _matches("first"), self.values | after))
        return found

    def best(self, connection: Connection, limit: int, passing: Passing | None) -> Best | None:
        """Return the best of those that pass in the order of impacts, where it is one word, and a frequent one."""
        word = _ONE_WORD.fullmatch(self.expression or "")
        with suppress(sqlite3.DatabaseError):  # an index that is damaged is not needed; `archive verify` tells of it
            if word is not None and self.is_frequent(connection):
                return impacts.best_by_impact(connection, word[1], limit, passing)
        return None

    def is_frequent(self, connection: Connection) -> bool:
        """Tell whether so many articles seem to match that it pays to look at impacts."""
        number, lowest, highest = self._some(connection, "first")
        guess = number / (highest - lowest + 1) * impacts.articles_indexed(connection) if number == _SAMPLE else 0
        return bool(guess >= _FREQUENT)

    def _some(self, connection: Connection, at: _At, after: int = 0) -> Sequence[Any]:
        """Return how many of the first or last matches there are, up to _SAMPLE, and the lowest and highest id."""
        (found,) = run_kept(connection, _sample(at), {**self.values, "after": after, "sample": _SAMPLE})
        return found


_FORM = Fts5()


@cache
def _matches(at: _At) -> Select[int]:
    order = INDEX.c.rowid if at == "first" else INDEX.c.rowid.desc()
    matches = select(INDEX.c.rowid).where(_GIVEN, INDEX.c.rowid > bindparam("after", type_=Integer)).order_by(order)
    return matches.limit(bindparam("sample", type_=Integer))


@cache
def _sample(at: _At) -> Select[int, Any, Any]:
    some = _matches(at).subquery()
    return select(func.count(), func.min(some.c.rowid), func.max(some.c.rowid))


def fts_expression(node: Node) -> str:
    """Return the FTS5 query that finds what a part of a query finds by words.

    >>> fts_expression(Or((Words(("at", "t")), Words(("merge",), is_prefix=True, column="headline"))))
    '("at t") OR (headline : "merge" *)'
    """
    match node:
        case Words(_, _, column):
            return _in_column(column, _phrase(node))
        case Near(terms, _, column):
            return _in_column(column, f"NEAR({' '.join(map(_phrase, terms))}, {node.reach})")
        case Or(parts):
            return " OR ".join(f"({fts_expression(part)})" for part in parts)
        case And(parts):
            return _all_of(parts)
        case Saved(_, query) if query.tree is not None:
            return fts_expression(query.tree)
    raise TypeError("only words have an expression")


def _all_of(parts: tuple[Node, ...]) -> str:
    expression = " AND ".join(f"({fts_expression(part)})" for part in parts if not isinstance(part, Not))
    excluded = " OR ".join(f"({fts_expression(part.part)})" for part in parts if isinstance(part, Not))
    return f"({expression}) NOT ({excluded})" if excluded else expression


def _in_column(column: str | None, expression: str) -> str:
    return expression if column is None else f"{column} : {expression}"


def _phrase(words: Words) -> str:
    return f'"{" ".join(words.words)}"' + (" *" if words.is_prefix else "")
