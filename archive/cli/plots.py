"""What is written on plots of a timeline: title, names of series, labels of axes, what is left out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from archive.queries.periods import period_name
from archive.queries.timeline import Series, Timeline

_NICE = (1, 2, 3, 4, 5, 6, 8, 10)
_NOT_STATED = {"source": "source not stated", "topic": "no topic", "language": "language not stated"}


@dataclass(frozen=True)
class Plot:
    """A timeline as it is drawn: counts, or shares in per cent, under a title; `notes` stand below."""

    timeline: Timeline
    about: str
    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        """Return what is shown, of which articles; of several queries, their series say which."""
        shown = "Share of articles" if self.timeline.share else "Articles"
        return f"{shown} by {self.timeline.step}{self.about and f': {self.about}'}"

    def values(self, series: Series) -> list[float | None]:
        """Return what is drawn of a series for each period; None where there is nothing to take a share of."""
        if not self.timeline.share:
            return [series.articles.get(period, 0) for period in self.timeline.periods]
        shares = [series.share(period) for period in self.timeline.periods]
        return [None if share is None else share * 100 for share in shares]

    def name(self, series: Series) -> str:
        """Return what a series is called; '' where it is the only one."""
        names = [series.query] if len(self.timeline.undated) > 1 else []
        if self.timeline.per:
            names.append(_NOT_STATED[self.timeline.per] if series.value is None else series.value)
        return ": ".join(names)

    @property
    def top(self) -> float:
        """Return a round number that no value is above."""
        return round_up(max((value or 0 for one in self.timeline.series for value in self.values(one)), default=0))

    def label(self, value: float) -> str:
        """Return a value as it stands at an axis."""
        return f"{value:,.12g}{' %' if self.timeline.share else ''}"


def round_up(value: float) -> float:
    """Return the smallest round number that is not less.

    >>> [round_up(value) for value in (0, 7, 11, 433, 0.032)]
    [1, 8, 20, 500, 0.04]
    """
    if value <= 0:
        return 1
    power = len(str(int(value))) - 1 if value >= 1 else -next(n for n in range(1, 400) if value * 10**n >= 1)
    for digit in _NICE:
        nice: float = digit * 10**power if power >= 0 else digit / 10**-power
        if nice >= value:
            return nice
    raise AssertionError  # ten of a power is more than any number below the next


_Rule = Callable[[date], bool]


def _months(every: int) -> _Rule:
    return lambda day: day.day == 1 and (day.month - 1) % every == 0


def _years(every: int) -> _Rule:
    return lambda day: (day.month, day.day) == (1, 1) and day.year % every == 0


def _weeks(every: int) -> _Rule:
    return lambda day: (day.isocalendar().week - 1) % every == 0


def _first_weeks(every: int) -> _Rule:
    return lambda day: day.isocalendar().week == 1 and day.isocalendar().year % every == 0


# which periods are labelled, from all to few, and how much of their name is shown
_MANY_YEARS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_BY_YEAR = [("year", _years(every)) for every in _MANY_YEARS]
_BY_MONTH = [*(("month", _months(every)) for every in (1, 3, 6)), *_BY_YEAR]
_TICKS: dict[str, list[tuple[str, _Rule]]] = {
    "year": _BY_YEAR,
    "month": _BY_MONTH,
    "week": [
        *(("week", _weeks(every)) for every in (1, 2, 4, 13)),
        *(("week", _first_weeks(every)) for every in _MANY_YEARS),
    ],
    "day": [("day", lambda _day: True), ("day", lambda day: day.weekday() == 0), *_BY_MONTH],
}


def ticks(periods: Sequence[date], step: str, room: float) -> list[tuple[int, str]]:
    """Return which periods are labelled and how, so that no two labels touch: `room` is how many characters there are.

    >>> ticks([date(2023, month, 1) for month in range(1, 13)], "month", 40)
    [(0, '2023-01'), (3, '2023-04'), (6, '2023-07'), (9, '2023-10')]
    """
    each = room / max(1, len(periods))
    for name, chosen in _TICKS[step]:
        found = [(place, period_name(period, name)) for place, period in enumerate(periods) if chosen(period)]
        if len(found) < 2:
            break
        gaps = (after - before for (before, _), (after, _) in pairwise(found))
        if min(gaps) * each >= len(found[0][1]) + 2:
            return found
    ends = [0] if len(periods) < 2 or room < 2 * 10 + 2 else [0, len(periods) - 1]
    return [(place, period_name(periods[place], step)) for place in ends] if periods else []
