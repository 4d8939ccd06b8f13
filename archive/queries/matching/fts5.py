"""Words of a query as FTS5 has them. Every word is quoted, so that none is an operator."""

import re
import sqlite3
from contextlib import suppress
from functools import cache
from typing import Any

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

    def frequency(self, connection: Connection) -> Frequency:
        """Return how many articles match, by how far apart the first of them stand."""
        ((number, lowest, highest),) = run_kept(connection, _first(), {**self.values, "sample": _SAMPLE})
        if number < _SAMPLE:
            return Frequency(0, 0)
        share = number / (highest - lowest + 1)
        return Frequency(share, int(share * impacts.articles_indexed(connection)))

    def best(self, connection: Connection, limit: int, passing: Passing | None) -> Best | None:
        """Return the best of those that pass in the order of impacts, where it is one word, and a frequent one."""
        word = _ONE_WORD.fullmatch(self.expression or "")
        with suppress(sqlite3.DatabaseError):  # an index that is damaged is not needed; `archive verify` tells of it
            if word is not None and self.is_frequent(connection):
                return impacts.best_by_impact(connection, word[1], limit, passing)
        return None

    def is_frequent(self, connection: Connection) -> bool:
        """Tell whether so many articles seem to match that it pays to look at impacts."""
        return self.frequency(connection).articles >= _FREQUENT


_FORM = Fts5()


@cache
def _first() -> Select[int, Any, Any]:
    first = select(INDEX.c.rowid).where(_GIVEN).limit(bindparam("sample", type_=Integer)).subquery()
    return select(func.count(), func.min(first.c.rowid), func.max(first.c.rowid))


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
