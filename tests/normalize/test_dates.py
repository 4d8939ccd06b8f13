"""Stated dates are read exactly as exactly as they are given; mentions are found, and nothing that is no date."""

import re
import time
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import FoundDate, PublishedTime
from archive.normalize.dates import parse_published
from archive.normalize.mentioned_dates import find_dates

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"
MENTIONED = "mentioned in the text"


def found(text: str) -> list[tuple[str, str | None]]:
    return [(mention.text, mention.value) for mention in find_dates(text, "body")]


def values(text: str) -> list[str | None]:
    return [mention.value for mention in find_dates(text, "body")]


# A stated date


@pytest.mark.parametrize(
    ("text", "precision", "starts", "ends", "day"),
    [
        ("2023", "year", "2023-01-01T00:00:00", "2024-01-01T00:00:00", None),
        ("2023-02", "month", "2023-02-01T00:00:00", "2023-03-01T00:00:00", None),
        ("2023-12", "month", "2023-12-01T00:00:00", "2024-01-01T00:00:00", None),
        ("2023-02-28", "day", "2023-02-28T00:00:00", "2023-03-01T00:00:00", "2023-02-28"),
        ("2024-02-29", "day", "2024-02-29T00:00:00", "2024-03-01T00:00:00", "2024-02-29"),
        ("2023-02-28T23:59", "minute", "2023-02-28T23:59:00", "2023-03-01T00:00:00", "2023-02-28"),
        ("2023-02-28T06:30:15", "second", "2023-02-28T06:30:15", "2023-02-28T06:30:16", "2023-02-28"),
        ("2200-12-31T23:59:59", "second", "2200-12-31T23:59:59", "2201-01-01T00:00:00", "2200-12-31"),
    ],
)
def test_a_time_is_the_interval_that_its_text_names(
    text: str, precision: str, starts: str, ends: str, day: str | None
) -> None:
    assert parse_published(text) == PublishedTime(text, precision, starts, ends, day, None)


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-28", "2023/02/28", "2023.02.28", "2023/2/28", "28.02.2023", "28/02/2023", "02/28/2023", "28-02-2023",
        "20230228", "February 28, 2023", "Feb 28 2023", "Feb. 28 2023", "FEB 28, 2023", "28 February 2023",
        "28th of February 2023", "28-Feb-2023", "28 февраля 2023 г.", "28 февраля 2023 года", "2023年2月28日",
        "２０２３年２月２８日", "2023 年 2 月 28 日", "28. Februar 2023", "28 février 2023", "28 FEVRIER 2023",
        "28 de febrero de 2023", "28 febbraio 2023", "28 de fevereiro de 2023", "  28 February\u00a02023\n",
        "Tuesday, 28 February 2023", "Monday 28 February 2023", "mar. 28 février 2023", "вторник, 28 февраля 2023",
        "terça-feira, 28 de fevereiro de 2023",
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_printed(text: str) -> None:
    assert parse_published(text).text == "2023-02-28"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Feb 2023", "2023-02"),
        ("February, 2023", "2023-02"),
        ("2023/02", "2023-02"),
        ("02/2023", "2023-02"),
        ("febrero de 2023", "2023-02"),
        ("2023年2月", "2023-02"),
        ("2023年", "2023"),
        ("2023 г.", "2023"),
        ("mar 2023", "2023-03"),  # March, though "mar" is a Tuesday as well
        ("1er mars 2023", "2023-03-01"),
        ("1º de maio de 2023", "2023-05-01"),
        ("04/04/2023", "2023-04-04"),
        ("03.04.2023", "2023-04-03"),
    ],
)
def test_what_is_not_stated_is_not_filled_in(text: str, expected: str) -> None:
    assert parse_published(text).text == expected


@pytest.mark.parametrize(
    ("text", "expected", "precision", "utc"),
    [
        ("2023-02-28T06:30Z", "2023-02-28T06:30:00Z", "minute", "2023-02-28T06:30:00.000000Z"),
        ("2023-02-28 06:30:15.250 UTC", "2023-02-28T06:30:15Z", "second", "2023-02-28T06:30:15.000000Z"),
        ("2023-03-01T06:30+08:00", "2023-03-01T06:30:00+08:00", "minute", "2023-02-28T22:30:00.000000Z"),
        ("2023-03-01 06:30:00+0800", "2023-03-01T06:30:00+08:00", "second", "2023-02-28T22:30:00.000000Z"),
        ("2023-02-28T06:30-03:30", "2023-02-28T06:30:00-03:30", "minute", "2023-02-28T10:00:00.000000Z"),
        ("2023-02-28T06:30-00:00", "2023-02-28T06:30:00Z", "minute", "2023-02-28T06:30:00.000000Z"),
        ("20230228T063015Z", "2023-02-28T06:30:15Z", "second", "2023-02-28T06:30:15.000000Z"),
        ("Tue, 28 Feb 2023 10:30:00 +0800", "2023-02-28T10:30:00+08:00", "second", "2023-02-28T02:30:00.000000Z"),
        ("Tue, 28 Feb 2023 10:30:00 GMT", "2023-02-28T10:30:00Z", "second", "2023-02-28T10:30:00.000000Z"),
        ("28 Feb 2023 10:30 -0500 (EST)", "2023-02-28T10:30:00-05:00", "minute", "2023-02-28T15:30:00.000000Z"),
        ("Tue Feb 28 10:30:00 +0000 2023", "2023-02-28T10:30:00Z", "second", "2023-02-28T10:30:00.000000Z"),
        ("Feb 28 2023 10:30 GMT+8", "2023-02-28T10:30:00+08:00", "minute", "2023-02-28T02:30:00.000000Z"),
    ],
)
def test_a_known_zone_gives_the_moment_in_utc(text: str, expected: str, precision: str, utc: str) -> None:
    parsed = parse_published(text)
    assert (parsed.text, parsed.precision, parsed.utc) == (expected, precision, utc)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-02-28T06:30", "2023-02-28T06:30"),
        ("2023-02-28 06:30:15,5", "2023-02-28T06:30:15"),
        ("Feb 28, 2023 10:30 AM", "2023-02-28T10:30"),
        ("Feb 28, 2023 12:05 a.m.", "2023-02-28T00:05"),
        ("Feb 28, 2023, 12:05 PM", "2023-02-28T12:05"),
        ("28 February 2023 at 22:30", "2023-02-28T22:30"),
        ("28.02.2023, 10:30 Uhr", "2023-02-28T10:30"),
        ("28/02/2023 10h30", "2023-02-28T10:30"),
        ("28 февраля 2023 г., 10:30", "2023-02-28T10:30"),
        ("28 Feb 2023 10:30:00 CST", "2023-02-28T10:30:00"),
        ("Feb 28, 2023 10:30 PM EST", "2023-02-28T22:30"),
    ],
)
def test_without_a_known_zone_there_is_no_moment_in_utc(text: str, expected: str) -> None:
    parsed = parse_published(text)
    assert (parsed.text, parsed.day, parsed.utc) == (expected, "2023-02-28", None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("03/04/2023", "day or month first?"),
        ("03-04-2023 10:30", "day or month first?"),
        ("2023-02-30", "there is no such day"),
        ("2023-02-29", "there is no such day"),
        ("2023-02-00", "there is no such day"),
        ("31 April 2023", "there is no such day"),
        ("2023-13", "there is no month 13"),
        ("28.13.2023", "there is no month 13"),
        ("28 Brumaire 2023", '"Brumaire" is no month'),
        ("about 2023", '"about" is no month'),
        ("2023-02-28T24:00", "there is no such time"),
        ("2023-02-28T10:60", "there is no such time"),
        ("2023-02-28T10:30:60", "there is no such time"),
        ("Feb 28, 2023 13:30 PM", "there is no such time"),
        ("Feb 28, 2023 0:30 AM", "there is no such time"),
        ("2023-02-28T10:30+24:00", "there is no such time zone"),
        ("2023-02-28T10:30+08:60", "there is no such time zone"),
        ("Feb 2023 10:30", "it has a time, but no day"),
        ("2023 10:30", "it has a time, but no day"),
        ("Feb 16", "it needs a year of four digits"),
        ("16 February", "it needs a year of four digits"),
        ("28 Feb 23", "it needs a year of four digits"),
        ("28.02.23", "it needs a year of four digits"),
        ("1399", "only years from 1400 to 2200 are read"),
        ("2201-01-01", "only years from 1400 to 2200 are read"),
        ("9999-12-31T23:59:59", "only years from 1400 to 2200 are read"),
        ("0000-01-01", "only years from 1400 to 2200 are read"),
        ("", "this is no date"),
        ("Tuesday", "this is no date"),
        ("yesterday", "this is no date"),
        ("2023-02-28T10", "this is no date"),
        ("2023-02-28 or later", "this is no date"),
        ("2023-02-28/2023-03-01", "this is no date"),
        ("1677571200", "this is no date"),
        ("2023" + " " * 200, "this is no date"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        parse_published(text)


DAYS = st.dates(date(1400, 1, 1), date(2200, 12, 31))
LOCAL_TIMES = st.datetimes(datetime(1400, 1, 1), datetime(2200, 12, 31, 23, 59, 59)).map(
    lambda moment: moment.replace(microsecond=0)
)
ZONES = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(DAYS, st.sampled_from([("year", 4), ("month", 7), ("day", 10)]))
@settings(max_examples=100, deadline=None)
def test_a_canonical_day_month_or_year_reads_as_itself(day: date, precision: tuple[str, int]) -> None:
    text = day.isoformat()[: precision[1]]
    parsed = parse_published(text)
    assert (parsed.text, parsed.precision) == (text, precision[0])
    assert parsed.starts[:10] <= day.isoformat() < parsed.ends


@given(LOCAL_TIMES, st.none() | ZONES, st.sampled_from(["minute", "second"]))
@settings(max_examples=100, deadline=None)
def test_a_canonical_time_reads_as_itself(moment: datetime, zone: timezone | None, precision: str) -> None:
    zoned = moment.replace(tzinfo=zone)
    parsed = parse_published(zoned.isoformat(timespec="minutes" if precision == "minute" else "seconds"))
    assert parsed.precision == precision
    assert parse_published(parsed.text).text == parsed.text
    assert parse_published(parsed.text).utc == parsed.utc
    assert (parsed.utc is None) == (zone is None)


SCRAPS = st.sampled_from(
    [
        "2023", "28", "02", "1", "31", "Feb", "February", "May", "mars", "мая", "февраля", "年", "月", "日", "-", "/",
        ".", ":", " ", "\n", ",", "T", "Z", "+08:00", "10:30", "in", "of", "de", "to", "and", "(", ")", "г.", "２",
        "th", "GMT", "AM", "–", "people", "\ud800", "e\u0301", "0", "9999", "1066", "de ", "CST", "Tue, ",
    ]
)  # fmt: skip
TEXTS = st.lists(SCRAPS, max_size=14).map("".join) | st.lists(SCRAPS, max_size=14).map(" ".join) | st.text(max_size=60)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    try:
        parsed = parse_published(text)
    except ValueError as error:
        assert type(error) is ValueError
        assert str(error)
    else:
        assert parsed.starts < parsed.ends
        assert parse_published(parsed.text).text == parsed.text


# Dates in a running text


def test_a_mention_says_what_it_is_and_where_it_stands() -> None:
    assert find_dates("Talks began on Sept 15, 2022.", "headline") == [
        FoundDate(
            text="Sept 15, 2022",
            kind="mentioned",
            method="pattern",
            value="2022-09-15",
            precision="day",
            has_zone=False,
            chosen=False,
            reason=MENTIONED,
            field="headline",
            start=15,
            end=28,
        )
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("announced on Feb 16 a plan", [("Feb 16", "XXXX-02-16")]),
        ("until Sept. 15, said", [("Sept. 15", "XXXX-09-15")]),
        ("on 15 September 2022", [("15 September 2022", "2022-09-15")]),
        ("on February 28th, 2023, we", [("February 28th, 2023", "2023-02-28")]),
        ("the 3rd of May, 2023", [("3rd of May, 2023", "2023-05-03")]),
        ("since February 2023.", [("February 2023", "2023-02")]),
        ("in mid-February 2023", [("February 2023", "2023-02")]),
        ("28 Feb. 2023", [("28 Feb. 2023", "2023-02-28")]),
        ("on Feb 29 a leap day", [("Feb 29", "XXXX-02-29")]),
        ("on Feb\n16", [("Feb\n16", "XXXX-02-16")]),
        ("from April 27 to May 2", [("April 27", "XXXX-04-27"), ("May 2", "XXXX-05-02")]),
        ("On April 5 shares fell", [("April 5", "XXXX-04-05")]),
        ("am 28. Februar 2023 in", [("28. Februar 2023", "2023-02-28")]),
        ("am 5. April", [("5. April", "XXXX-04-05")]),
        ("le 1er mai", [("1er mai", "XXXX-05-01")]),
        ("fin d’août 2023", [("août 2023", "2023-08")]),
        ("el 28 de febrero de 2023", [("28 de febrero de 2023", "2023-02-28")]),
        ("el 10 de Marzo", [("10 de Marzo", "XXXX-03-10")]),
        ("il 2 giugno 2023", [("2 giugno 2023", "2023-06-02")]),
        ("até 3 de abril", [("3 de abril", "XXXX-04-03")]),
        ("em 10 out. 2023", [("10 out. 2023", "2023-10-10")]),
        ("28 февраля 2023 года", [("28 февраля 2023", "2023-02-28")]),
        ("9 мая прошли", [("9 мая", "XXXX-05-09")]),
        ("в феврале 2023 года", [("феврале 2023", "2023-02")]),
        ("于2023年2月28日访问", [("2023年2月28日", "2023-02-28")]),
        ("2月28日至3月2日", [("2月28日", "XXXX-02-28"), ("3月2日", "XXXX-03-02")]),
        ("2023年2月，", [("2023年2月", "2023-02")]),
        ("自2019年以来", [("2019年", "2019")]),
        ("平成の２０２３年２月２８日", [("２０２３年２月２８日", "2023-02-28")]),
    ],
)
def test_months_by_name_or_sign(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "value", "precision", "has_zone"),
    [
        ("2023-02-28", "2023-02-28", "day", False),
        ("2023/02/28", "2023-02-28", "day", False),
        ("2023-02-28T10:00", "2023-02-28T10:00", "minute", False),
        ("2023-02-28T10:00Z", "2023-02-28T10:00:00Z", "minute", True),
        ("2023-02-28 10:00:05+0800", "2023-02-28T10:00:05+08:00", "second", True),
        ("28.02.2023", "2023-02-28", "day", False),
        ("28/02/2023", "2023-02-28", "day", False),
        ("02/28/2023", "2023-02-28", "day", False),
    ],
)
def test_dates_in_figures(text: str, value: str, precision: str, has_zone: bool) -> None:
    (mention,) = find_dates(f"Updated ({text}), again.", "body")
    assert (mention.text, mention.value, mention.precision, mention.has_zone) == (text, value, precision, has_zone)


@pytest.mark.parametrize(
    ("text", "passage", "reason"),
    [
        ("by 03/04/2023 it", "03/04/2023", "day or month first?"),
        ("on Feb 30 it", "Feb 30", "there is no such day"),
        ("on 29 February 2023 it", "29 February 2023", "there is no such day"),
        ("2023-02-30", "2023-02-30", "there is no such day"),
        ("2023年2月30日", "2023年2月30日", "there is no such day"),
        ("on 28.13.2023", "28.13.2023", "there is no month 13"),
        ("on 14 October 1066", "14 October 1066", "only years from 1400 to 2200 are read"),
        ("in October 1066", "October 1066", "only years from 1400 to 2200 are read"),
    ],
)
def test_what_cannot_be_read_is_kept_with_the_reason(text: str, passage: str, reason: str) -> None:
    (mention,) = find_dates(text, "body")
    assert (mention.text, mention.value, mention.precision, mention.reason) == (passage, None, None, reason)


@pytest.mark.parametrize("text", ["10-12 May 2023", "May 10–12, 2023", "10.–12. Mai 2023"])
def test_of_several_days_the_first_is_the_value_and_the_reason_says_so(text: str) -> None:
    (mention,) = find_dates(f"Held {text}.", "body")
    assert (mention.text, mention.value) == (text, "2023-05-10")
    assert mention.reason == "mentioned in the text; the first of several days"


@pytest.mark.parametrize(
    "text",
    [
        "in February we", "He may 10 times", "May is here", "March on, all 12 of you", "5 out of 10", "a set of 5",
        "2 set", "10 ago", "the Mars 2020 rover", "came in at 5. May said", "in February.\n\n2023 brought",
        "march 5", "March 5,000 miles", "May 5.5 points", "Feb 45", "In May 10 people died", "In May 2000 people",
        "won 2-1 May", "In May 2-1", "May 16-year-olds", "Feb, 16", "version 2.2023", "10.2.2023.5", "99/99/2023",
        "2023-13-01", "https://example.org/2023/02/28/a", "1.5.3000", "12345678", "3月と5", "3个月",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_date_is_left(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("On May 5, 2000 people came", ["XXXX-05-05"]),
        ("On May 5, 2004 people came", ["2004-05-05"]),
        ("in May 2004 shares fell", ["2004-05"]),
        ("on Feb 16, 2,000 people", ["XXXX-02-16"]),
        ("on 5 May. 2004 was", ["XXXX-05-05"]),
        ("on 16 Feb 1900 GMT", ["XXXX-02-16"]),
        ("on 5 May 3000 came", ["XXXX-05-05"]),
        ("2023-02-28 10:00 PM", ["2023-02-28"]),
    ],
)
def test_a_number_after_a_day_is_its_year_only_where_it_can_be(text: str, expected: list[str]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("twice in 2023, which", ["2023"]),
        ("In 2023 Lena Ostrov sang", ["2023"]),
        ("IN 2023", ["2023"]),
        ("the year 2023", ["2023"]),
        ("by 2030 and beyond", ["2030"]),
        ("in mid-2023.", ["2023"]),
        ("early 2023", ["2023"]),
        ("at the end of 2023.", ["2023"]),
        ("the revolution of 1917.", ["1917"]),
        ("spring 2023", ["2023"]),
        ("in 2021 and 2022, and", ["2021", "2022"]),
        ("from 2019 to 2022.", ["2019", "2022"]),
        ("in 2021-2022.", ["2021", "2022"]),
        ("in 2021–22.", ["2021"]),
        ("in 2003/4.", ["2003"]),
        ("in 2003, 2004 and 2005.", ["2003", "2004", "2005"]),
        ("in 2004, 1500 Lurians left", ["2004"]),
        ("The Long Road (2019) and", ["2019"]),
        ("(1956–2010)", ["1956", "2010"]),
        ("im Jahr 2023 wurde", ["2023"]),
        ("seit 2019.", ["2019"]),
        ("depuis 2019, l'usine", ["2019"]),
        ("a finales de 2023.", ["2023"]),
        ("В 2023 году", ["2023"]),
        ("с 2019 по 2022 год", ["2019", "2022"]),
        ("планы 2021–2022 годов", ["2021", "2022"]),
    ],
)
def test_a_year_alone_counts_where_the_words_make_it_one(text: str, expected: list[str]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2023", "room 2023", "in 2000 cases", "of 2000 people", "of 2000 Menschen", "vor 2000 Jahren", "by 2000 votes",
        "a total of 2000.", "costs of 2000.", "más de 2000.", "in 2,022", "2,022 in", "in $2022", "in 2022%",
        "in 2022 %", "in 2000.5", "in 1399", "in 2201", "in 20230", "in the 1990s", "in 1990's", "in 2000-strong",
        "in 2048 * 1080", "by 1900 GMT", "from 1500 to 1700 GMT", "at 2000", "в 2000 человек", "2000年前", "1990年代",
        "EM 2024", "(2019, p. 4)", "2003, 2004", "in №2023", "in 2000-15x",
    ],
)  # fmt: skip
def test_most_numbers_of_four_digits_are_no_years(text: str) -> None:
    assert [value for value in values(text) if value and len(value) == 4] == []


def test_offsets_count_code_points() -> None:
    text = "𝔘𝔫 café 北京, 28 February 2023"
    (mention,) = find_dates(text, "body")
    assert text[mention.start : mention.end] == mention.text == "28 February 2023"


def check_mentions(text: str) -> list[FoundDate]:
    mentions = find_dates(text, "body")
    done = 0
    for mention in mentions:
        assert mention.start is not None
        assert mention.end is not None
        assert done <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
        assert (mention.value is None) == (mention.precision is None)
        assert not mention.chosen
        assert mention.reason
        done = mention.end
    return mentions


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_any_text_gives_ordered_passages_that_do_not_overlap(text: str) -> None:
    check_mentions(text)


@given(DAYS, st.sampled_from(["{0:%-d} {0:%B} {1}", "{0:%B} {0:%-d}, {1}", "{1}-{0:%m-%d}", "{1}年{0:%-m}月{0:%-d}日"]))
@settings(max_examples=100, deadline=None)
def test_a_day_written_out_is_found_whole(day: date, form: str) -> None:
    written = form.format(day, day.year)
    assert found(f"Signed on {written}, they say.") == [(written, day.isoformat())]
    assert parse_published(written).text == day.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "1234567890" * 30_000,
        "2023 " * 30_000,
        "May " * 100_000,
        "Feb 30 " * 20_000,
        "2023-" * 30_000,
        "2023" + " " * 300_000,
        "in " + "2023, " * 30_000,
        "1 " * 60_000,
        "2023 " + "a" * 300_000,
        "２" * 100_000,
        "1月" * 60_000,
    ],
    ids=lambda text: text[:8],
)
def test_hostile_texts_take_time_in_proportion_to_their_length(text: str) -> None:
    started = time.perf_counter()
    check_mentions(text)
    assert time.perf_counter() - started < 5  # about 0.2 s; were it quadratic, minutes


@pytest.mark.shared
def test_mentions_in_the_two_real_documents() -> None:
    if not (SHARED / "seeds").is_dir():
        pytest.skip("no folder `shared` beside the checkout")
    expected = {"000": ["XXXX-02-16", "XXXX-09-15", "2022"], "002": ["2023", "2021", "2022"]}
    for path in sorted((SHARED / "seeds").glob("*.txt")):
        mentions = check_mentions(path.read_text(encoding="utf-8"))
        assert [mention.value for mention in mentions] == expected[path.name[:3]]


@pytest.mark.shared
def test_real_articles_mention_only_plausible_years() -> None:
    folder = SHARED / "corpora" / "text-bbc"
    if not folder.is_dir():
        pytest.skip("no folder `shared` beside the checkout")
    mentions = [
        mention
        for path in sorted(folder.glob("*/*.txt"))
        for mention in check_mentions(path.read_text(encoding="utf-8", errors="replace"))
    ]
    years = [int(mention.value) for mention in mentions if mention.value and mention.precision == "year"]
    assert len(mentions) > 250
    assert all(1500 < year < 2030 for year in years)  # articles of 2004 and 2005
