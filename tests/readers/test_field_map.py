"""What people say of columns and keys: `--map` and `--columns`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import UsageError
from archive.readers.field_map import FieldMap, mapped, read_field_map, top_keys

RECORD = {
    "meta": {"date": "2023", "no.dots": "x"},
    "meta.url": "https://mill.example/1",
    "byline": [{"name": "A. Okoro"}, {"name": "Li Wei"}, {}],
    "empty": "",
    "deep": {"a": {"b": [["x", "y"], ["z"]]}},
}


def test_pairs_and_columns_are_read() -> None:
    assert read_field_map([" headline = Titel ", "topics=a=b"], "topics,, body ,-") == FieldMap(
        (("headline", "Titel"), ("topics", "a=b")), ("topics", "", "body", "")
    )
    assert read_field_map([], None) == FieldMap()


@pytest.mark.parametrize(
    ("pairs", "columns", "message"),
    [
        (["headline"], None, "--map headline: write FIELD=COLUMN, such as headline=Title"),
        (["headline="], None, "--map headline=: write FIELD=COLUMN, such as headline=Title"),
        (["title=Titel"], None, "--map title=Titel: 'title' is no field (did you mean 'headline'?)"),
        (["headlien=Titel"], None, "--map headlien=Titel: 'headlien' is no field (did you mean 'headline'?)"),
        (
            ["Titel=headline"],
            None,
            "--map Titel=headline: 'Titel' is no field (did you mean 'headline'?); the field comes first",
        ),
        ([], "topics,headlin", "--columns topics,headlin: 'headlin' is no field (did you mean 'headline'?)"),
        ([], "-,", "--columns -,: names nothing"),
    ],
)
def test_what_names_no_field_is_refused(pairs: list[str], columns: str | None, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_field_map(pairs, columns)
    assert str(caught.value).startswith(message)


def test_a_pair_that_is_turned_round_is_told_of() -> None:
    with pytest.raises(UsageError, match="the field comes first: --map headline=Titel"):
        read_field_map(["Titel=headline"], None)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("meta.date", "2023"),
        ("meta.no.dots", "x"),
        ("meta.url", "https://mill.example/1"),
        ("byline.0.name", "A. Okoro"),
        ("byline.1", {"name": "Li Wei"}),
        ("byline.name", ["A. Okoro", "Li Wei"]),
        ("deep.a.b.1.0", "z"),
        ("byline.17.name", None),
        ("empty", None),
        ("meta.date.year", None),
        ("gone", None),
    ],
)
def test_a_path_leads_into_objects_and_lists(path: str, found: object) -> None:
    assert mapped(RECORD, {"headline": [path]}).get("headline") == found


def test_texts_topics_and_authors_add_up_and_else_the_first_counts() -> None:
    fields = {"topics": ["byline.name", "meta.date"], "url": ["empty", "meta.url", "meta.date"]}
    assert mapped(RECORD, fields) == {"topics": ["A. Okoro", "Li Wei", "2023"], "url": "https://mill.example/1"}
    assert top_keys(RECORD, fields) == {"byline", "meta", "meta.url", "empty"}


@given(st.text("abc.0", max_size=30))
def test_no_path_is_too_much(path: str) -> None:
    nested: dict[str, object] = {"a": [{"b": {}}]}
    for _ in range(50):
        nested = {"a": nested, "0": [nested]}
    mapped(nested, {"body": [path]})
