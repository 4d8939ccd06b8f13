"""Samples of articles for coding: simple random, stratified, and constructed weeks, as content analysts draw them.

Everything is drawn by a number that SHA-256 makes of the seed and of what is drawn (the key of an article, a day): the
same articles and the same seed give the same sample on every machine and with every version of Python, whatever
order the articles came in. What is added to an archive later gets numbers of its own and can only push others out.

Sources: D. Riffe, S. Lacy, F. Fico, Analyzing Media Messages, 2nd ed., Lawrence Erlbaum 2005, ch. 5 (strata,
proportional or not); D. Riffe, C. F. Aust, S. R. Lacy, The effectiveness of random, consecutive day and constructed
week sampling in newspaper content analysis, Journalism Quarterly 70 (1993), 133-139.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, select

from archive.db.tables import articles, sources
from archive.errors import UsageError
from archive.queries.articles import Article, summaries, summary_select
from archive.queries.periods import find_period, period_name
from archive.queries.selection import Conditions

Values = tuple[str | None, ...]
Allocation = Literal["proportional", "equal"]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
STRATA = ("source", "language", "section", "year", "month", "weekday")

_PRECISION = {"year": "year", "month": "month", "weekday": "day"}  # how exactly a date must be known for a stratum
_PAGE = 500


@dataclass(frozen=True)
class Stratum:
    """A part of the articles: its values in the order of `per`, how many articles it has, and how many were drawn.

    Of constructed weeks a stratum is a day: all of its articles are drawn.
    """

    values: Values
    articles: int
    drawn: int


@dataclass(frozen=True)
class Sample:
    """Which articles were drawn, in the order to code them in, and of what.

    `articles` is how many there were to draw from; `undated` and `imprecise` are those that could not be put into a
    stratum, without a date and with one too coarse. `missing` says what could not be drawn, since there is too little.
    """

    per: tuple[str, ...]
    ids: tuple[tuple[int, Stratum], ...]
    strata: tuple[Stratum, ...]
    articles: int
    undated: int
    imprecise: int
    missing: tuple[str, ...] = ()


@dataclass
class _Left:
    """How many articles lack a date for their stratum."""

    undated: int = 0
    imprecise: int = 0


def draw_sample(
    connection: Connection,
    conditions: Conditions,
    size: int,
    seed: int,
    per: Sequence[str] = (),
    allocation: Allocation = "proportional",
) -> Sample:
    """Draw so many of the articles that meet the conditions, or all if there are fewer; each is as likely as any other.

    `per` names STRATA: what they part the articles into is drawn from separately. Proportional allocation gives each
    stratum its part of the sample, by largest remainders, so that the sample is like the whole, and a small stratum may
    get nothing; equal allocation gives each the same, as far as it has so many, so that small ones can be compared, and
    the sample as a whole must be weighted (articles / drawn of the stratum). Articles with no source, language or
    section are a stratum; those with no date, or one too coarse, cannot be drawn where strata are of dates.
    """
    _check(per, STRATA)
    left = _Left()
    sizes = Counter(values for _, values in _placed(connection, conditions, per, left))
    shares = _proportional(sizes, size, seed) if allocation == "proportional" else _equal(sizes, size, seed)
    strata = {values: Stratum(values, sizes[values], shares[values]) for values in sorted(sizes, key=_order)}
    drawn: dict[Values, list[tuple[int, int]]] = {values: [] for values in strata}
    for row, values in _placed(connection, conditions, per, _Left()):
        _keep(drawn[values], (-_number(seed, row.key), row.id), shares[values])
    ids = tuple(
        (article, strata[values]) for values, heap in drawn.items() for _, article in sorted(heap, reverse=True)
    )
    return Sample(tuple(per), ids, tuple(strata.values()), sizes.total(), left.undated, left.imprecise)


def draw_constructed_weeks(
    connection: Connection, conditions: Conditions, weeks: int, seed: int, per: Sequence[str] = ()
) -> Sample:
    """Draw so many Mondays, Tuesdays, … and return all articles of these days that meet the conditions.

    Days are drawn among those from the first to the last day of these articles on which the archive has any article
    at all: a day without an issue cannot be drawn, a day on which nothing meets the conditions can, and gives nothing.
    With `per` (source, language, section) the weeks of each are drawn separately, in its own span; where several have
    a day, they have the same luck with it. Only articles known to the day take part.
    """
    _check(per, ("source", "language", "section"))
    left = _Left()
    by_day: dict[Values, Counter[date]] = defaultdict(Counter)
    for row, values in _placed(connection, conditions, per, left, "day"):
        by_day[values][_day(row)] += 1
    issues: dict[Values, set[date]] = defaultdict(set)
    for row, values in _placed(connection, (), per, _Left(), "day"):
        issues[values].add(_day(row))
    strata: dict[tuple[Values, date], Stratum] = {}
    missing: list[str] = []
    for values in sorted(by_day, key=_order):
        first, last = min(by_day[values]), max(by_day[values])
        days = [day for day in issues[values] if first <= day <= last]
        chosen = _draw_days(days, weeks, seed)
        for day in sorted(chosen):
            number = by_day[values][day]
            strata[values, day] = Stratum((*values, day.isoformat(), WEEKDAYS[day.weekday()]), number, number)
        missing += _missing(values, chosen, weeks)
    drawn: dict[tuple[Values, date], list[tuple[int, int]]] = defaultdict(list)
    for row, values in _placed(connection, conditions, per, _Left(), "day"):
        if (values, _day(row)) in strata:
            drawn[values, _day(row)].append((_number(seed, row.key), row.id))
    ids = tuple((article, stratum) for place, stratum in strata.items() for _, article in sorted(drawn[place]))
    total = sum(counts.total() for counts in by_day.values())
    named = (*per, "day", "weekday")
    return Sample(named, ids, tuple(strata.values()), total, left.undated, left.imprecise, tuple(missing))


def sampled_articles(connection: Connection, sample: Sample) -> Iterator[Article]:
    """Yield the articles of a sample as `list_articles` has them, in the sample's order.

    Each begins with its number in the sample; at its end stand the values of its stratum (`stratum_source`, …), how
    many articles the stratum has and how many were drawn of it.
    """
    for start in range(0, len(sample.ids), _PAGE):
        page = sample.ids[start : start + _PAGE]
        keys = [article for article, _ in page]
        of_id = dict(zip(keys, _in_order(connection, keys), strict=True))
        for number, (article, stratum) in enumerate(page, start + 1):
            values = {f"stratum_{name}": value for name, value in zip(sample.per, stratum.values, strict=True)}
            yield {
                "number": number,
                **of_id[article],
                **values,
                "stratum_articles": stratum.articles,
                "stratum_drawn": stratum.drawn,
            }


def _in_order(connection: Connection, ids: Sequence[int]) -> Iterable[Article]:
    statement = summary_select().where(articles.c.id.in_(ids)).order_by(articles.c.id)
    found = dict(zip(sorted(ids), summaries(connection, statement), strict=True))
    return (found[article] for article in ids)


def _check(per: Sequence[str], known: Sequence[str]) -> None:
    for name in per:
        if name not in known:
            raise UsageError(f"--per {name}: one of {', '.join(known)}")
    if len(set(per)) < len(per):
        raise UsageError(f"--per {','.join(per)}: each name once")


def _number(seed: int, name: str) -> int:
    """Return the number that something is drawn by: the smallest are drawn."""
    return int.from_bytes(sha256(f"{seed}:{name}".encode()).digest())


def _label(values: Values) -> str:
    return "\x1f".join("" if value is None else f"={value}" for value in values)


def _order(values: Values) -> tuple[tuple[bool, str], ...]:
    """Return what strata are sorted by: the alphabet, days of the week in their order, what is not known last."""
    return tuple((value is None, str(WEEKDAYS.index(value)) if value in WEEKDAYS else value or "") for value in values)


def _keep(heap: list[tuple[int, int]], one: tuple[int, int], most: int) -> None:
    """Put one into a heap that keeps so many of the greatest."""
    if len(heap) < most:
        heapq.heappush(heap, one)
    elif most:
        heapq.heappushpop(heap, one)


def _rows(conditions: Conditions) -> Select[Any]:
    article = articles.c
    return (
        select(
            article.id,
            article.key,
            article.language,
            article.section,
            article.published_from,
            article.published_until,
            sources.c.name.label("source"),
        )
        .select_from(articles)
        .outerjoin(sources, sources.c.id == article.source_id)
        .where(*conditions)
    )


def _placed(
    connection: Connection, conditions: Conditions, per: Sequence[str], left: _Left, step: str | None = None
) -> Iterator[tuple[Row[Any], Values]]:
    """Yield articles with their stratum; those whose date is not known as exactly as it needs go into `left`."""
    dated = [name for name in per if name in _PRECISION]
    for row in connection.execute(_rows(conditions).execution_options(yield_per=_PAGE)):
        of_date: dict[str, str] = {}
        if dated or step:
            if row.published_from is None:
                left.undated += 1
                continue
            steps = [step] if step else [_PRECISION[name] for name in dated]
            found = [find_period(row.published_from, row.published_until, one) for one in steps]
            days = [day for day in found if day is not None]
            if len(days) < len(found):
                left.imprecise += 1
                continue
            of_date = {
                name: WEEKDAYS[day.weekday()] if name == "weekday" else period_name(day, name)
                for name, day in zip(dated, days, strict=False)
            }
        yield row, tuple(of_date[name] if name in of_date else getattr(row, name) for name in per)


def _day(row: Row[Any]) -> date:
    return date.fromisoformat(row.published_from[:10])


def _proportional(sizes: Mapping[Values, int], size: int, seed: int) -> dict[Values, int]:
    """Return how many of each stratum are drawn: its part of the sample, what is left by largest remainders."""
    total = sum(sizes.values())
    size = min(size, total)
    parts = {values: divmod(size * number, total) for values, number in sizes.items()}
    shares = {values: whole for values, (whole, _) in parts.items()}
    by_remainder = sorted(parts, key=lambda values: (-parts[values][1], _number(seed, _label(values))))
    for values in by_remainder[: size - sum(shares.values())]:
        shares[values] += 1
    return shares


def _equal(sizes: Mapping[Values, int], size: int, seed: int) -> dict[Values, int]:
    """Return how many of each stratum are drawn: the same of each; what small ones do not have goes to the others."""
    shares: dict[Values, int] = {}
    for values in sorted(sizes, key=lambda values: (sizes[values], _number(seed, _label(values)))):
        shares[values] = min(sizes[values], size // (len(sizes) - len(shares)))
        size -= shares[values]
    return shares


def _draw_days(days: Iterable[date], weeks: int, seed: int) -> list[date]:
    of_weekday: dict[int, list[date]] = defaultdict(list)
    for day in days:
        of_weekday[day.weekday()].append(day)
    return [
        day
        for found in of_weekday.values()
        for day in heapq.nsmallest(weeks, found, key=lambda day: _number(seed, day.isoformat()))
    ]


def _missing(values: Values, chosen: Sequence[date], weeks: int) -> Iterator[str]:
    numbers = Counter(day.weekday() for day in chosen)
    named = ", ".join(value or "not stated" for value in values)
    for weekday, name in enumerate(WEEKDAYS):
        if numbers[weekday] < weeks:
            yield f"{named + ': ' if named else ''}{numbers[weekday]} of {weeks} {name}s"
