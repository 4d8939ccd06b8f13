"""Samples: the same for the same seed, like the whole, and little disturbed by what comes later."""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from archive.db.location import Location
from archive.db.tables import articles
from archive.errors import UsageError
from archive.ingest import ImportOptions, import_paths
from archive.queries import reading, sampling
from archive.queries.filters import Asked, Filters
from archive.queries.sampling import Sample, draw_constructed_weeks, draw_sample, sampled_articles
from tests.engines import NewArchive

SOURCES = ("Bay Post", "Dune Echo", "")
FIRST = date(2023, 1, 2)  # a Monday


def piece(number: int, day: str, source: str) -> str:
    matter = f"id: p{number}\n" + (f"date: {day}\n" if day else "") + (f"source: {source}\n" if source else "")
    return f"---\n{matter}---\nPiece {number}.\n"


@pytest.fixture
def archive_with(new_archive: NewArchive, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Location]:
    """Return what makes an archive of pieces (number: day, source), imported in this order, or adds to one."""

    names = itertools.cycle(("one.db", "two.db"))  # more than two are not compared

    def make(pieces: dict[int, tuple[str, str]], archive: Location | None = None) -> Location:
        folder = tmp_path_factory.mktemp("pieces")
        if archive is None:
            archive = new_archive("empty", next(names))
        for number, (day, source) in pieces.items():
            (folder / f"{number}.md").write_text(piece(number, day, source))
        import_paths(archive, [str(folder / f"{number}.md") for number in pieces], ImportOptions(jobs=0))
        return archive

    return make


@pytest.fixture
def two_years(archive_with: Callable[..., Location]) -> Location:
    """An archive of 120 articles, a week apart: 72 of one source, 24 of another, 24 of none; 6 without a date."""
    return archive_with(
        {
            number: (
                "" if number % 20 == 0 else str(FIRST + timedelta(days=6 * number)),
                SOURCES[max(0, number % 5 - 2)],
            )
            for number in range(120)
        }
    )


def keys(connection: Connection, sample: Sample) -> list[str]:
    of_id = {row.id: row.key for row in connection.execute(select(articles.c.id, articles.c.key))}
    return [of_id[article] for article, _ in sample.ids]


def test_a_simple_sample_is_what_sha256_says(two_years: Location) -> None:
    """Whoever has the keys and the seed can draw it anew, with any program."""
    with reading(two_years) as connection:
        everything = connection.execute(select(articles.c.key)).scalars().all()
        drawn = draw_sample(connection, [], 10, 7)
        assert keys(connection, drawn) == sorted(everything, key=lambda key: sha256(f"7:{key}".encode()).digest())[:10]
        assert (drawn.articles, drawn.undated, drawn.imprecise) == (120, 0, 0)
        assert set(keys(connection, draw_sample(connection, [], 10, 8))) != set(keys(connection, drawn))


def test_a_known_sample(archive_with: Callable[..., Location]) -> None:
    """What is drawn today is drawn on every machine and by every later version."""
    with reading(archive_with(dict.fromkeys(range(20), ("2023", "Bay Post")))) as connection:
        assert keys(connection, draw_sample(connection, [], 3, 7)) == ["a7kbmvphdcsm", "67ysl6gb2uu5", "axc5dicidmch"]


def test_a_sample_of_more_than_there_are_is_all(two_years: Location) -> None:
    with reading(two_years) as connection:
        for per in ((), ("source", "year")):
            drawn = draw_sample(connection, [articles.c.published.is_not(None)], 1000, 7, per)
            assert len({article for article, _ in drawn.ids}) == len(drawn.ids) == drawn.articles == 114
        assert draw_sample(connection, [articles.c.key == ""], 5, 7, ("source",)).strata == ()


def test_proportional_strata_are_like_the_whole(two_years: Location) -> None:
    with reading(two_years) as connection:
        drawn = draw_sample(connection, [], 20, 7, ("source",))
    assert [(stratum.values, stratum.articles, stratum.drawn) for stratum in drawn.strata] == [
        (("Bay Post",), 72, 12),
        (("Dune Echo",), 24, 4),
        ((None,), 24, 4),
    ]
    assert Counter(stratum.values for _, stratum in drawn.ids) == {("Bay Post",): 12, ("Dune Echo",): 4, (None,): 4}


def test_equal_strata_have_the_same_as_far_as_they_can(two_years: Location) -> None:
    with reading(two_years) as connection:
        drawn = draw_sample(connection, [], 30, 7, ("source",), "equal")
        most = draw_sample(connection, [], 100, 7, ("source",), "equal")
    assert [stratum.drawn for stratum in drawn.strata] == [10, 10, 10]
    assert [stratum.drawn for stratum in most.strata] == [52, 24, 24]


def test_articles_of_no_year_are_counted_apart(archive_with: Callable[..., Location]) -> None:
    pieces = {1: ("2023-04", "Bay Post"), 2: ("2023", "Bay Post"), 3: ("", "Bay Post"), 4: ("2024-05-06", "Bay Post")}
    with reading(archive_with(pieces)) as connection:
        by_year = draw_sample(connection, [], 10, 7, ["year"])
        by_month = draw_sample(connection, [], 10, 7, ["source", "month", "weekday"])
    assert [(one.values, one.articles) for one in by_year.strata] == [(("2023",), 2), (("2024",), 1)]
    assert (by_year.articles, by_year.undated, by_year.imprecise) == (3, 1, 0)
    assert [one.values for one in by_month.strata] == [("Bay Post", "2024-05", "Monday")]
    assert (by_month.undated, by_month.imprecise) == (1, 2)


def test_strata_stand_in_order(two_years: Location) -> None:
    with reading(two_years) as connection:
        days = draw_sample(connection, [], 60, 7, ["weekday"]).strata
        sources = draw_sample(connection, [], 60, 7, ["source"]).strata
    assert [one.values[0] for one in days] == list(sampling.WEEKDAYS)
    assert [one.values[0] for one in sources] == ["Bay Post", "Dune Echo", None]


def test_rows_of_a_sample(two_years: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    with reading(two_years) as connection:
        drawn = draw_sample(connection, [], 20, 7, ("source", "year"))
        rows = list(sampled_articles(connection, drawn))
        monkeypatch.setattr(sampling, "_PAGE", 3)
        assert list(sampled_articles(connection, drawn)) == rows
        assert [row["key"] for row in rows] == keys(connection, drawn)
    assert [row["number"] for row in rows] == list(range(1, 21))
    for row in rows:
        assert (row["stratum_source"], row["stratum_year"]) == (row["source"], row["published"][:4])
        assert 0 < row["stratum_drawn"] <= row["stratum_articles"]
    assert list(rows[0])[-4:] == ["stratum_source", "stratum_year", "stratum_articles", "stratum_drawn"]


@given(
    st.dictionaries(st.tuples(st.text(max_size=3) | st.none()), st.integers(1, 50), min_size=1, max_size=8),
    st.integers(1, 300),
    st.integers(),
)
def test_allocations_add_up_and_ask_for_no_more_than_there_is(
    sizes: dict[tuple[str | None, ...], int], size: int, seed: int
) -> None:
    wanted = min(size, sum(sizes.values()))
    exact = {values: wanted * number / sum(sizes.values()) for values, number in sizes.items()}
    for allocate in (sampling._proportional, sampling._equal):
        shares = allocate(sizes, size, seed)
        assert sum(shares.values()) == wanted
        assert all(0 <= shares[values] <= number for values, number in sizes.items())
        assert allocate(dict(reversed(sizes.items())), size, seed) == shares
    assert all(abs(number - exact[values]) < 1 for values, number in sampling._proportional(sizes, size, seed).items())
    most = max(sampling._equal(sizes, size, seed).values())
    assert all(
        number in (sizes[values], most, most - 1) for values, number in sampling._equal(sizes, size, seed).items()
    )


PIECES = st.dictionaries(
    st.integers(0, 60),
    st.tuples(
        st.integers(0, 9).map(lambda days: str(FIRST + timedelta(days=days))) | st.sampled_from(["", "2023-01"]),
        st.sampled_from(SOURCES),
    ),
    min_size=2,
    max_size=25,
)


def all_samples(path: Location, seed: int) -> list[list[str]]:
    with reading(path) as connection:
        return [
            keys(connection, drawn)
            for drawn in (
                draw_sample(connection, [], 5, seed),
                draw_sample(connection, [], 5, seed, ("source", "year")),
                draw_sample(connection, [], 5, seed, ("source",), "equal"),
                draw_constructed_weeks(connection, [], 1, seed),
                draw_constructed_weeks(connection, [], 2, seed, ("source",)),
            )
        ]


@settings(max_examples=12)
@given(pieces=PIECES, seed=st.integers(-5, 5), data=st.data())
def test_the_order_of_imports_makes_no_difference(
    pieces: dict[int, tuple[str, str]], seed: int, data: st.DataObject, archive_with: Callable[..., Location]
) -> None:
    shuffled = dict(data.draw(st.permutations(list(pieces.items()))))
    assert all_samples(archive_with(pieces), seed) == all_samples(archive_with(shuffled), seed)


@settings(max_examples=12)
@given(pieces=PIECES, seed=st.integers(-5, 5), size=st.integers(1, 8))
def test_what_is_added_only_pushes_others_out(
    pieces: dict[int, tuple[str, str]], seed: int, size: int, archive_with: Callable[..., Location]
) -> None:
    """A sample after more came in is the earlier one, but for places that what came in took."""
    items = list(pieces.items())
    path = archive_with(dict(items[: len(items) // 2]))
    with reading(path) as connection:
        known = set(connection.execute(select(articles.c.key)).scalars())
        before = keys(connection, draw_sample(connection, [], size, seed))
        weeks_before = draw_constructed_weeks(connection, [], 1, seed)
    archive_with(dict(items[len(items) // 2 :]), path)
    with reading(path) as connection:
        after = keys(connection, draw_sample(connection, [], size, seed))
        weeks_after = draw_constructed_weeks(connection, [], 1, seed)
        days = {
            day[:10]
            for day in connection.execute(
                select(articles.c.published_from).where(articles.c.key.not_in(known))
            ).scalars()
            if day
        }
    assert set(after) - set(before) <= set(after) - known
    assert [key for key in before if key in after] == [key for key in after if key in known]
    assert set(days_of(weeks_after)) - set(days_of(weeks_before)) <= days


def days_of(drawn: Sample) -> list[str]:
    return [stratum.values[-2] or "" for stratum in drawn.strata]


def test_a_constructed_week_has_each_day_once_and_all_its_articles(archive_with: Callable[..., Location]) -> None:
    pieces = {number: (str(FIRST + timedelta(days=number % 28)), "Bay Post") for number in range(84)}
    with reading(archive_with(pieces)) as connection:
        one, three = (draw_constructed_weeks(connection, [], weeks, 7) for weeks in (1, 3))
        other = draw_constructed_weeks(connection, [], 1, 8)
        rows = list(sampled_articles(connection, one))
    assert sorted(date.fromisoformat(day).weekday() for day in days_of(one)) == list(range(7))
    assert Counter(row["published"] for row in rows) == dict.fromkeys(days_of(one), 3)
    assert [row["stratum_day"] for row in rows] == sorted(row["published"] for row in rows)
    assert all(
        row["stratum_weekday"] == sampling.WEEKDAYS[date.fromisoformat(row["published"]).weekday()] for row in rows
    )
    assert (len(days_of(three)), len(three.ids), three.missing) == (21, 63, ())
    assert set(days_of(one)) < set(days_of(three))
    assert days_of(other) != days_of(one)


def test_days_are_drawn_among_those_on_which_the_archive_has_anything(archive_with: Callable[..., Location]) -> None:
    """A day without an issue cannot be drawn; one without an article that is meant can, and gives nothing."""
    pieces = {number: (str(FIRST + timedelta(days=7 * number)), SOURCES[number % 2]) for number in range(8)}
    with reading(archive_with(pieces)) as connection:
        echo = Asked(filters=Filters(source="Dune Echo")).selection(connection).as_conditions()
        drawn = draw_constructed_weeks(connection, echo, 7, 7)
        of_source = draw_constructed_weeks(connection, echo, 7, 7, ["source"])
    assert len(drawn.strata) == 7  # from the first to the last of its own, all of them Mondays
    assert [stratum.articles for stratum in drawn.strata] == [1, 0, 1, 0, 1, 0, 1]
    assert len(drawn.ids) == 4
    assert drawn.missing == tuple(f"0 of 7 {name}s" for name in sampling.WEEKDAYS[1:])
    assert [stratum.values[0] for stratum in of_source.strata] == ["Dune Echo"] * 4
    assert of_source.missing[0] == "Dune Echo: 4 of 7 Mondays"


def test_constructed_weeks_need_the_day(archive_with: Callable[..., Location]) -> None:
    pieces = {1: ("2023-04", "Bay Post"), 2: ("", ""), 3: ("2023-04-05T06:07:08Z", "")}
    with reading(archive_with(pieces)) as connection:
        drawn = draw_constructed_weeks(connection, [], 1, 7)
    assert (drawn.articles, drawn.undated, drawn.imprecise, len(drawn.ids)) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("per", "weeks", "told"),
    [
        (["topic"], None, r"--per topic: one of source, language, section, year, month, weekday"),
        (["year", "year"], None, r"--per year,year: each name once"),
        (["year"], 1, r"--per year: one of source, language, section"),
    ],
)
def test_what_cannot_be_a_stratum(per: Sequence[str], weeks: int | None, told: str, ask: Connection) -> None:
    how: Any = (ask, [], weeks or 5, 7, per)
    with pytest.raises(UsageError, match=told):
        draw_constructed_weeks(*how) if weeks else draw_sample(*how)
