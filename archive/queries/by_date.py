"""Articles in the order of their dates, the newest or oldest few of a query found soonest.

The newest with a frequent word stand among the newest of all: among twice as many as should be enough, by how frequent
it is. So these are gone through first, in one of two ways: each is looked up in the index of words, or all matches are
read and told whether they are among them. Where fewer than wanted are found, all matches are sorted.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Integer, Select, String, and_, bindparam, or_, select, union_all

from archive.db.kept_statements import run_kept
from archive.db.tables import articles
from archive.db.tables.article import COUNTING
from archive.queries.matching import Condition, Frequency, Match
from archive.queries.selection import Selection, with_words

_TIMES = 2  # as many articles are gone through as should be enough
_READ = 200  # matches that are read and told in the time that one more article to go through takes to be looked up
_TOLD = 4  # matches to each article to go through from which on that is surely sooner done than sorting all
_SOME = 34  # articles that are looked up in the time it takes to sort all matches, however many

_MOMENT: Any = bindparam("moment", type_=String)  # at which the last article that is gone through stands

_Way = Literal["looked up", "joined", "side by side"]


class _Asked(NamedTuple):
    statement: Select[int]
    values: dict[str, Any]


def ids_in_order(
    connection: Connection, selection: Selection, sort: str = "newest", limit: int | None = None
) -> Sequence[int]:
    """Return the ids of articles by date (`sort`: newest or oldest), undated ones last."""
    found = _found_among_the_first(connection, selection, sort, limit)
    return found or _ids(connection, selection, _of_all(connection, selection, sort, limit))


def in_order(
    connection: Connection, selection: Selection, sort: str = "newest", limit: int | None = None
) -> Select[int]:
    """Return the SELECT of the same, which does not go through the first of them first."""
    return _narrowed(selection, _of_all(connection, selection, sort, limit))


def narrowed_in_order(
    statement: Select[Any], connection: Connection, selection: Selection, sort: str, limit: int | None
) -> Select[Any]:
    """Return of a SELECT from `articles`, which names no conditions, those that `ids_in_order` returns, in order."""
    found = _found_among_the_first(connection, selection, sort, limit)
    if found:
        return statement.where(articles.c.id.in_(found)).order_by(*date_order(sort))
    chosen = in_order(connection, selection, sort, limit).subquery()
    return statement.join(chosen, chosen.c.id == articles.c.id).order_by(*date_order(sort))


def asked_first(
    connection: Connection, selection: Selection, sort: str = "newest", limit: int | None = None
) -> Select[int]:
    """Return the SELECT that `ids_in_order` begins with, and mostly ends with."""
    among = _among_the_first(connection, selection, sort, limit)
    return _narrowed(selection, among or _of_all(connection, selection, sort, limit))


def is_tried(connection: Connection, selection: Selection, sort: str, limit: int | None) -> bool:
    """Tell whether what `asked_first` returns may find too few, so that all are sorted then."""
    return _among_the_first(connection, selection, sort, limit) is not None


def date_order(sort: str, number: ColumnElement[int] = articles.c.id) -> tuple[ColumnElement[Any], ...]:
    """Return the order of dates, undated articles last; of one moment, the last or first by their number."""
    first = articles.c.published_from
    return (first.desc().nulls_last(), number.desc()) if sort == "newest" else (first.asc().nulls_last(), number)


def from_index(statement: Select[Any]) -> Select[Any]:
    """Return a SELECT `with_words` of id, source and date alone that finds these side by side."""
    # SQLite takes the article itself wherever it has its id
    return statement.with_hint(articles, f"INDEXED BY {COUNTING}", "sqlite")


def _ids(connection: Connection, selection: Selection, asked: _Asked) -> Sequence[int]:
    return [row[0] for row in selection.execute(connection, asked.statement, **asked.values)]


def _narrowed(selection: Selection, asked: _Asked) -> Select[int]:
    return selection.narrowed(asked.statement, **asked.values)


def _found_among_the_first(connection: Connection, selection: Selection, sort: str, limit: int | None) -> Sequence[int]:
    """Return the few that are wanted, or none where all that match have to be sorted."""
    among = _among_the_first(connection, selection, sort, limit)
    found = [] if among is None else _ids(connection, selection, among)
    return found if len(found) == limit else []


def _among_the_first(connection: Connection, selection: Selection, sort: str, limit: int | None) -> _Asked | None:
    """Return what finds the few that are wanted if they are among the first; None where to sort all is as soon done."""
    match = selection.match
    # of what passes other conditions nobody knows how much there is
    if match is None or limit is None or not selection.is_all_visible:
        return None
    if not _pays(match.frequency(connection, thorough=False), limit):
        return None
    frequency = match.frequency(connection, thorough=True)
    if not _pays(frequency, limit):
        return None
    among = int(_TIMES * limit / frequency.share)
    ((moment, last),) = run_kept(connection, _last(sort), {"before": among - 1}) or [(None, None)]
    if moment is None:
        return None
    values = {"limit": limit, "moment": moment, "last": last}
    way: _Way = "looked up" if among * _READ <= frequency.articles else "side by side"
    return _Asked(_ordered_up_to(match.form, way, sort), values)


def _pays(frequency: Frequency, limit: int) -> bool:
    """Tell whether enough of the matches should stand among so few articles that these are sooner gone through."""
    return _TIMES * limit * _TOLD <= frequency.share * frequency.articles


def _of_all(connection: Connection, selection: Selection, sort: str, limit: int | None) -> _Asked:
    match = selection.match
    way: _Way = "joined"
    if match is not None and selection.is_all_visible:
        way = "side by side"
    elif match is not None and limit is not None and limit < _SOME * match.frequency(connection, thorough=False).share:
        way = "looked up"
    elif match is not None and selection.is_in_index:
        way = "side by side"
    statement = _ordered(None if match is None else match.form, way, sort, limit is not None)
    return _Asked(statement, {} if limit is None else {"limit": limit})


@lru_cache(maxsize=64)
def _ordered(match: Match | None, way: _Way, sort: str, is_limited: bool) -> Select[int]:
    number: ColumnElement[int] = articles.c.id
    if match is not None and way != "looked up":
        number = match.id  # where both have it, the index of words gives the id sooner
    statement = select(number.label("id")).select_from(articles)
    if match is not None and way == "looked up":
        statement = statement.where(select(1).where(match.found, match.id == articles.c.id).exists())
    elif match is not None:
        statement = with_words(statement, match)
    if way == "side by side":
        statement = from_index(statement)
    statement = statement.order_by(*date_order(sort, number))
    return statement.limit(bindparam("limit", type_=Integer)) if is_limited else statement


@lru_cache(maxsize=64)
def _ordered_up_to(match: Match, way: _Way, sort: str) -> Select[int]:
    """Return the SELECT of the few that are wanted, among the articles up to the `last` one, which is at a `moment`."""
    statement = _ordered(match, way, sort, is_limited=True)
    if way == "looked up":
        at = articles.c.published_from
        within = at >= _MOMENT if sort == "newest" else at <= _MOMENT
        return statement.where(within, or_(*_up_to_the_last(articles.c, sort)))
    first = articles.alias("first").c
    # in two parts, since many may have one moment, where only the year is known; and with the sum matches are read as
    # they come, and not looked up one by one
    parts = (select(first.id).where(part) for part in _up_to_the_last(first, sort))
    return statement.where((match.id + 0).in_(union_all(*parts)))


def _up_to_the_last(article: Any, sort: str) -> tuple[Condition, Condition]:
    """Return the conditions that an article stands at another moment before the last one, or at the same up to it."""
    at, last = article.published_from, bindparam("last", type_=Integer)
    if sort == "newest":
        return at > _MOMENT, and_(at == _MOMENT, article.id >= last)
    return at < _MOMENT, and_(at == _MOMENT, article.id <= last)


@lru_cache(maxsize=2)
def _last(sort: str) -> Select[Any]:
    """Return the SELECT of where the last of so many articles by date stands."""
    before = bindparam("before", type_=Integer)
    return select(articles.c.published_from, articles.c.id).order_by(*date_order(sort)).limit(1).offset(before)
