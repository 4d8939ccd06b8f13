"""Which articles match the words of a query best.

In one of three ways, the soonest first: of one frequent word the best are read in the order of impacts; where most
matches pass the other conditions, all are ranked, and the best looked at; else each match is looked up, and those that
pass are ranked.
"""

import json
from collections.abc import Collection
from functools import cache, lru_cache
from typing import Any, Literal

from sqlalchemy import Connection, Integer, Select, String, bindparam, func, select

from archive.db.kept_statements import run_kept
from archive.db.tables import articles
from archive.queries.by_date import from_index
from archive.queries.matching import Best, Match
from archive.queries.selection import Selection

Way = Literal["by impact", "among the best of all", "by the statement"]

FEW = 500  # articles that are found first, and then looked up

# Share of the matches that have to pass for all to be ranked first. MEASURED: to look one up takes three quarters of
# the time that it takes to rank it.
_MOST = 0.3
_ENOUGH = 2  # times as many are looked at as should be enough

# As one parameter: SQLAlchemy makes one statement for any number of them. Only FTS5 has passing articles asked for.
_GIVEN = select(func.json_each(bindparam("ids", type_=String)).table_valued("value").c.value)


def find_best(connection: Connection, selection: Selection, match: Match, limit: int) -> Best:
    """Return the articles that match best, with their scores, the best first."""
    _, best = _best_sooner(connection, selection, match, limit)
    if best is None:
        statement = _ranked_of(selection, match, is_limited=True)
        found: Any = selection.execute(connection, statement, limit=limit)
        best = list(found)
    return best


def way_to_best(connection: Connection, selection: Selection, limit: int | None, sort: str) -> Way:
    """Return how `search_articles` finds the articles that it gives first."""
    if selection.match is None or sort != "relevance" or limit is None or limit > FEW:
        return "by the statement"
    return _best_sooner(connection, selection, selection.match, limit)[0]


def _best_sooner(connection: Connection, selection: Selection, match: Match, limit: int) -> tuple[Way, Best | None]:
    """Return the best where they are found sooner than by the one statement that does it, and how."""

    @cache
    def among() -> Select[int]:
        statement = select(articles.c.id).where(articles.c.id.in_(_GIVEN), *selection.conditions)
        return from_index(statement) if selection.is_in_index else statement

    def passing(ids: Collection[int]) -> Collection[int]:
        return connection.scalars(among(), {"ids": json.dumps([*ids])}).all()

    if (best := match.best(connection, limit, passing if selection.conditions else None)) is not None:
        return "by impact", best
    some = match.some(connection) if selection.conditions else ()
    share = len(passing(some)) / len(some) if some else 0
    if share >= _MOST:
        values = match.values | {"limit": int(_ENOUGH * limit / share)}
        ranked: Any = run_kept(
            connection, _ranked(match.form, is_narrowed=False, is_in_index=False, is_limited=True), values
        )
        those = set(passing([article_id for article_id, _ in ranked]))
        best = [one for one in ranked if one[0] in those][:limit]
        if len(best) == limit:
            return "among the best of all", best
    return "by the statement", None


def best_matches(selection: Selection, match: Match, limit: int | None) -> Select[Any]:
    """Return the SELECT of the articles that match best: id and score."""
    statement = _ranked_of(selection, match, limit is not None)
    return selection.narrowed(statement, **({} if limit is None else {"limit": limit}))


def _ranked_of(selection: Selection, match: Match, is_limited: bool) -> Select[Any]:
    is_narrowed = bool(selection.conditions)
    return _ranked(match.form, is_narrowed, is_narrowed and selection.is_in_index, is_limited)


@lru_cache(maxsize=64)
def _ranked(match: Match, is_narrowed: bool, is_in_index: bool, is_limited: bool) -> Select[Any]:
    score = match.score.label("score")
    found: Any = select(match.id.label("id"), score).where(match.found).order_by(score.desc(), match.id)
    if is_narrowed:
        found = found.join(articles, match.joined)
    if is_in_index:
        found = from_index(found)
    if is_limited:
        found = found.limit(bindparam("limit", type_=Integer))
    statement: Select[Any] = found
    return statement
