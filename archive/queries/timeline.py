"""How many articles were published when: counts by year, month, week or day, as one series or several."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, null, select

from archive.db.tables import article_topics, articles, sources, topics
from archive.errors import UsageError
from archive.queries.periods import find_period, period_name, periods_between
from archive.queries.selection import Conditions

SPLITS = ("source", "topic", "language")


Value = int | str | None  # the id of a source or topic, or a language


@dataclass
class _Counted:
    """Articles by value of the split (None without one) and period, and how many are in no period."""

    articles: dict[Value, dict[date, int]]
    undated: int = 0
    imprecise: int = 0


@dataclass(frozen=True)
class Series:
    """Articles of one query, or of one source, topic or language of it, in each period that has any.

    `value` is the name of the source, topic or language, None where it is not stated; without a split, too. `base` is
    what each count is a share of, if shares were asked for.
    """

    query: str
    value: str | None
    articles: Mapping[date, int]
    base: Mapping[date, int]

    @property
    def total(self) -> int:
        """How many articles the series has."""
        return sum(self.articles.values())

    def share(self, period: date) -> float | None:
        """Return the share of the base that the series has in a period; None where the base is empty."""
        return self.articles.get(period, 0) / self.base[period] if self.base.get(period) else None


@dataclass(frozen=True)
class Timeline:
    """Series over the same periods, from the first to the last that any of them has an article in.

    `undated` and `imprecise` are how many articles of each query are in no period: without a date, and with one that
    is not known exactly enough to lie in one. `omitted` is how many series were left out for being small.
    """

    step: str
    per: str | None
    share: bool
    periods: tuple[date, ...]
    series: tuple[Series, ...]
    undated: Mapping[str, int]
    imprecise: Mapping[str, int]
    omitted: int

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield one row per series and period: its name, its first day, how many articles; where asked for, the share.

        `query` is among the names where there are several, and that of the split where there is one.
        """
        several = len(self.undated) > 1
        for series in self.series:
            for period in self.periods:
                row: dict[str, Any] = {"period": period_name(period, self.step), "starts": period.isoformat()}
                if several:
                    row["query"] = series.query
                if self.per:
                    row[self.per] = series.value
                row["articles"] = series.articles.get(period, 0)
                if self.share:
                    portion = series.share(period)
                    row["of"] = series.base.get(period, 0)
                    row["share"] = None if portion is None else round(portion, 6)
                yield row


def count_by_period(
    connection: Connection,
    queries: Mapping[str, Conditions],
    step: str,
    per: str | None = None,
    limit: int | None = None,
    share: bool = False,
    base: Conditions = (),
) -> Timeline:
    """Count the articles of each query by period: a year, month, ISO week or day, of the local date.

    `queries` are conditions on `articles` by name, in the order of their series. An article counts for the period in
    which its date lies with all that it can mean: one known as 2023-02 counts for a year and a month, and for no week.
    `per` makes a series of each source, topic or language, the largest first, at most `limit` of them; an article
    counts for each of its topics as tagged, not for those above.

    The base of a share is all articles of the archive (all that meet `base`) in the same period, by the same rule,
    whatever the query says; with `per` source or language, those of that source or language.
    """
    if per not in (None, *SPLITS):
        raise UsageError(f"--per {per}: one of {', '.join(SPLITS)}")
    counted = {name: _count(connection, conditions, step, per) for name, conditions in queries.items()}
    totals: Counter[Value] = Counter()
    for found in counted.values():
        totals.update({value: sum(periods.values()) for value, periods in found.articles.items()})
    names = _names(connection, per, totals)
    largest = sorted(totals, key=lambda value: (-totals[value], value is None, names[value] or "", str(value)))
    shown = largest[:limit] if per else [None]
    bases = _count(connection, base, step, per if per != "topic" else None).articles if share else {}
    series = tuple(
        Series(query, names.get(value), found.articles.get(value, {}), bases.get(value if per != "topic" else None, {}))
        for query, found in counted.items()
        for value in shown
    )
    if per == "topic":  # of which an article can have several
        counted = {name: _count(connection, conditions, step, None) for name, conditions in queries.items()}
    return Timeline(
        step,
        per,
        share,
        _span(series, step),
        series if any(one.articles for one in series) else (),
        {name: found.undated for name, found in counted.items()},
        {name: found.imprecise for name, found in counted.items()},
        len(largest) - len(shown) if per else 0,
    )


def _dates(*more: Any) -> Select[Any]:
    """Return the SELECT of how many articles have which dates: few rows, however many articles there are."""
    article = articles.c
    columns = (
        func.substr(article.published_from, 1, 10).label("first"),
        func.substr(article.published_until, 1, 10).label("last"),
        (func.substr(article.published_until, 12) == "00:00:00").label("midnight"),
        *more,
    )
    names = [column.name for column in columns]
    return select(*columns, func.count().label("number")).select_from(articles).group_by(*names)


def _period(row: Any, step: str) -> date | None:
    return find_period(row.first, f"{row.last}T{'00:00:00' if row.midnight else '12:00:00'}", step)


def _count(connection: Connection, conditions: Conditions, step: str, per: str | None) -> _Counted:
    value: ColumnElement[Any] = null()
    if per == "source":
        value = articles.c.source_id
    elif per == "language":
        value = articles.c.language
    elif per == "topic":
        value = article_topics.c.topic_id
    statement = _dates(value.label("value")).where(*conditions)
    if per == "topic":
        statement = statement.outerjoin(article_topics, article_topics.c.article_id == articles.c.id)
    counted = _Counted({})
    for row in connection.execute(statement):
        if row.first is None:
            counted.undated += row.number
        elif (period := _period(row, step)) is None:
            counted.imprecise += row.number
        else:
            of_value = counted.articles.setdefault(row.value, {})
            of_value[period] = of_value.get(period, 0) + row.number
    return counted


def _names(connection: Connection, per: str | None, values: Sequence[Any] | Mapping[Any, Any]) -> dict[Any, str | None]:
    """Return what the values of a split are called."""
    if per in ("source", "topic"):
        named = sources if per == "source" else topics
        return {None: None, **{row.id: row.name for row in connection.execute(select(named.c.id, named.c.name))}}
    return {value: value for value in (None, *values)}


def _span(series: Sequence[Series], step: str) -> tuple[date, ...]:
    periods = [period for one in series for period in one.articles]
    if not periods:
        return ()
    return tuple(periods_between(min(periods), max(periods), step))
