import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import FIELDS, VERSION_TIMES, Value
from archive.readers.metadata import METADATA_KEYS, Metadata, field_of, read_metadata


def lenient(**keys: object) -> Metadata:
    return read_metadata(keys, "front_matter", strict=False)


def strict(**keys: object) -> Metadata:
    return read_metadata(keys, "sidecar", strict=True)


def texts(metadata: Metadata) -> dict[str, str]:
    return {value.field: value.text for value in metadata.values}


def test_every_key_gives_a_field_that_exists() -> None:
    assert set(METADATA_KEYS.values()) == {*FIELDS, *VERSION_TIMES, "topics"}


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("Title", "headline"),
        ("PUBLICATION-DATE", "published"),
        ("publication date", "published"),
        ("datePublished", "published"),
        ("byline", "authors"),
        ("outlet", "source"),
        ("Link", "url"),
        ("lang", "language"),
        ("rubric", "section"),
        ("guid", "id"),
        ("created", None),
        ("modified", "modified"),
        ("dateModified", "modified"),
        ("Last-Modified", "modified"),
        ("date accessed", "crawled"),
        ("type", None),
    ],
)
def test_keys_are_taken_as_people_write_them(key: str, field: str | None) -> None:
    assert field_of(key) == field


def test_every_field_is_read_with_its_method() -> None:
    metadata = strict(
        title="A visit", date="2023-02", by="A. Okoro", source="Example Gazette", url="https://gazette.example/1",
        lang="en", section="World", id="g-1", kind="news", topics=["trade", "Minsk"],
    )  # fmt: skip
    assert texts(metadata) == {
        "headline": "A visit",
        "published": "2023-02",
        "authors": "A. Okoro",
        "source": "Example Gazette",
        "url": "https://gazette.example/1",
        "language": "en",
        "section": "World",
        "id": "g-1",
        "kind": "news",
    }
    assert metadata.topics == (Value("topics", "trade", "sidecar"), Value("topics", "Minsk", "sidecar"))
    assert {value.method for value in metadata.values} == {"sidecar"}
    assert metadata.notes == ()


def test_several_authors_are_one_value_and_a_byline_stays() -> None:
    assert texts(lenient(authors=["A. Okoro", "Li Wei"])) == {"authors": "A. Okoro; Li Wei"}
    assert texts(lenient(byline="By A. Okoro and Li Wei in Lagos")) == {"authors": "By A. Okoro and Li Wei in Lagos"}
    assert texts(lenient(author={"name": "A. Okoro", "email": "a@gazette.example"})) == {"authors": "A. Okoro"}
    assert texts(lenient(author=["[[A. Okoro]]", "[[people/li|Li Wei]]"])) == {"authors": "A. Okoro; Li Wei"}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("trade, Minsk; sanctions", ["trade", "Minsk", "sanctions"]),
        ("贸易，外交、制裁", ["贸易", "外交", "制裁"]),
        (["trade, and more", "Minsk"], ["trade, and more", "Minsk"]),
        (["trade", "trade", " ", None], ["trade"]),
        ("Belt and Road", ["Belt and Road"]),
        ([2023], ["2023"]),
        ("", []),
        (None, []),
    ],
)
def test_topics_of_a_list_or_of_a_text_with_commas(item: object, expected: list[str]) -> None:
    assert [topic.text for topic in lenient(tags=item).topics] == expected


def test_topics_under_several_keys_add_up() -> None:
    metadata = lenient(tags="trade", keywords=["Minsk", "trade"])
    assert [topic.text for topic in metadata.topics] == ["trade", "Minsk"]
    assert metadata.notes == ()


def test_the_preferred_spelling_wins_and_a_difference_is_noted() -> None:
    metadata = lenient(date="2023-03-01", published="2023-02")
    assert texts(metadata) == {"published": "2023-02"}
    assert metadata.notes == ("key 'date' was not used: 'published' gives the published already",)
    assert lenient(lang="en", language="en").notes == ()


def test_what_says_nothing_is_absent() -> None:
    assert strict(title="", date=None, author=[], source=" ", lang="null") == Metadata(
        (Value("language", "null", "sidecar"),)
    )


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (datetime.date(2023, 2, 28), "2023-02-28"),
        (datetime.datetime(2023, 2, 28, 6, 30), "2023-02-28T06:30:00"),
        (
            datetime.datetime(2023, 2, 28, 6, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=8))),
            "2023-02-28T06:30:00+08:00",
        ),
        (2023, "2023"),
        (["2023-02"], "2023-02"),
    ],
)
def test_dates_keep_their_precision_and_zone(item: object, text: str) -> None:
    assert texts(strict(published=item)) == {"published": text}


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ({"year": 2023}, "it is a table, not text"),
        (["2023", "2024"], "it is a list, and only one is expected"),
        (2023.1, "it is not text; put it into quotes"),
        (datetime.time(6, 30), "it is not text; put it into quotes"),
        (True, "it is true or false, not text"),
        (10**18, "it is not text; put it into quotes"),
    ],
)
def test_what_cannot_be_a_value_is_noted_and_the_rest_is_used(item: object, why: str) -> None:
    metadata = strict(date=item, title="A visit")
    assert texts(metadata) == {"headline": "A visit"}
    assert metadata.notes == (f"key 'date' was not used: {why}",)


def test_the_next_spelling_is_used_where_the_first_cannot_be() -> None:
    metadata = lenient(canonical={"a": "b"}, url="/2023/visit", link="https://gazette.example/1")
    assert texts(metadata) == {"url": "https://gazette.example/1"}
    assert len(metadata.notes) == 1


def test_lists_of_lists_are_noted() -> None:
    assert strict(tags=[["trade"]]).notes == ("key 'tags' was not used: it is a list of lists",)
    assert strict(authors=[["A. Okoro"]]).notes == ("key 'authors' was not used: it is a list of lists",)


def test_an_unknown_key_is_noted_where_the_file_is_written_for_the_archive() -> None:
    assert strict(titel="A visit").notes == ("unknown key 'titel' (did you mean 'title'?)",)
    assert strict(zzzzzz="A visit").notes == ("unknown key 'zzzzzz'",)
    assert lenient(titel="A visit", layout="post").notes == ()


def test_many_unknown_keys_are_counted() -> None:
    notes = strict(**{f"zz{number}": "" for number in range(30)}).notes
    assert len(notes) == 11
    assert notes[-1] == "20 more unknown keys"


@pytest.mark.parametrize("flag", ["true", "False", True, "no"])
def test_published_as_a_flag_of_other_programs_is_no_date(flag: object) -> None:
    assert lenient(published=flag, date="2023-02") == Metadata((Value("published", "2023-02", "front_matter"),))


def test_a_path_within_a_site_is_no_address_in_front_matter() -> None:
    assert lenient(permalink="/2023/visit") == Metadata()
    assert texts(lenient(permalink="//gazette.example/1")) == {"url": "//gazette.example/1"}
    assert texts(strict(url="/2023/visit")) == {"url": "/2023/visit"}


def test_a_source_that_is_the_address_of_a_page_is_the_url() -> None:
    assert texts(lenient(source="https://gazette.example/1")) == {"url": "https://gazette.example/1"}
    assert texts(lenient(source="https://gazette.example/")) == {"source": "https://gazette.example/"}
    assert texts(strict(source="https://gazette.example/1")) == {"source": "https://gazette.example/1"}


ITEMS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.datetimes() | st.times(),
    lambda items: st.lists(items, max_size=3) | st.dictionaries(st.text(max_size=5), items, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(sorted(METADATA_KEYS)) | st.text(), ITEMS, max_size=6), st.booleans())
def test_whatever_is_written_gives_at_most_one_value_of_each_field(mapping: dict[str, Any], is_strict: bool) -> None:
    metadata = read_metadata(mapping, "sidecar", strict=is_strict)
    fields = [value.field for value in metadata.values]
    assert len(fields) == len(set(fields))
    assert all(value.text.strip() for value in (*metadata.values, *metadata.topics))
    "".join(metadata.notes).encode()
