"""Articles with all that is known of them, and what becomes of them in another archive."""

import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from archive.db.location import Location
from archive.decide import Wish, decide
from archive.exports import FIELDS, writer
from archive.exports.md import file_name, to_markdown
from archive.ingest import ImportOptions, ImportSummary, import_paths
from archive.queries import reading
from archive.queries.export import export_articles
from archive.queries.filters import Asked, Filters
from tests.engines import NewArchive, connected

# what a revision's number and the place of an article tell is of the archive it is in
_OF_THE_ARCHIVE = ("revision",)
_NOT_IN_MARKDOWN = (*_OF_THE_ARCHIVE, "set_aside", "links")


def run(database: Location, *paths: Path) -> ImportSummary:
    return import_paths(database, [str(path) for path in paths], ImportOptions(jobs=0))


def exported(database: Location, **filters: Any) -> list[dict[str, Any]]:
    with reading(database) as connection:
        return list(
            export_articles(connection, Asked(filters=Filters(**filters)).selection(connection).as_conditions())
        )


def write_lines(database: Location, file: Path) -> Path:
    with reading(database) as connection, file.open("w", encoding="utf-8") as out:
        out.writelines(writer("jsonl")(export_articles(connection)))
    return file


def write_notes(database: Path, folder: Path) -> Path:
    folder.mkdir()
    for article in exported(database):
        (folder / file_name(article)).write_text(to_markdown(article), encoding="utf-8")
    return folder


def without(articles: list[dict[str, Any]], *names: str) -> dict[str, dict[str, Any]]:
    return {one["key"]: {name: value for name, value in one.items() if name not in names} for one in articles}


@pytest.fixture
def other(new_archive: NewArchive) -> Location:
    """A second fresh archive."""
    return new_archive("empty", "other.db")


def test_every_field_is_there_in_the_order_of_coming(seeds_archive: Path) -> None:
    found = exported(seeds_archive)
    assert all(set(one) == set(FIELDS) for one in found)
    with connected(seeds_archive) as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM articles ORDER BY id")]
    assert [one["key"] for one in found] == keys


def test_only_the_articles_that_conditions_name(seeds_archive: Path) -> None:
    found = exported(seeds_archive, source="lantern-wire", since="2023-02", until="2023-02")
    assert [one["headline"] for one in found] == ["Customs figures open the week of the visit"]


def test_pages_follow_each_other(seeds_archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = exported(seeds_archive)
    monkeypatch.setattr("archive.queries.export._PAGE", 3)
    assert exported(seeds_archive) == whole


def test_a_derived_headline_is_none(database: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The ferry stopped.")
    run(database, tmp_path / "a.txt")
    (found,) = exported(database)
    assert (found["headline"], found["headline_method"], found["body"]) == (None, None, "The ferry stopped.")


def test_what_a_person_decided_is_what_an_article_is(database: Path, other: Location, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "---\nauthor: A. Okoro\ntopics: [trade, eels]\ndate: 2023-02\n---\n# Ferry\n\nThe ferry."
    )
    run(database, tmp_path / "a.md")
    key = exported(database)[0]["key"]
    fields = {"headline": "Boat", "authors": "Li Wei", "published": None, "source": "Mill Post"}
    decide(database, [Wish(key, fields, ("mud",), ("eels",))], "ann")
    (found,) = exported(database)
    assert (found["headline"], found["headline_method"], found["published"]) == ("Boat", "decided", None)
    assert (found["authors"], found["source"]) == (["Li Wei"], "Mill Post")
    methods = {topic["name"]: topic["methods"] for topic in found["topics"]}
    assert set(methods) == {"Trade", "mud"}
    assert methods["mud"] == ["decision"]
    run(other, write_lines(database, tmp_path / "a.jsonl"))
    (again,) = exported(other)
    assert again["headline_method"] == "given"
    for name in ("headline", "body", "authors", "source", "published"):
        assert again[name] == found[name]
    assert {topic["name"] for topic in again["topics"]} == {"Trade", "mud"}


def test_json_lines_come_back_as_the_same_articles(
    seeds_archive: Path, other: Location, tmp_path: Path, contents: Callable[[Location], dict[str, list[str]]]
) -> None:
    file = write_lines(seeds_archive, tmp_path / "all.jsonl")
    summary = run(other, file)
    assert summary.outcomes == {"added": 16}
    assert without(exported(other), *_OF_THE_ARCHIVE) == without(exported(seeds_archive), *_OF_THE_ARCHIVE)
    assert run(other, file).outcomes == {"unchanged": 16}
    contents(other)
    query = (
        "SELECT text_sha256, fingerprint FROM article_revisions r JOIN articles a ON a.revision_id = r.id ORDER BY 1"
    )
    with connected(seeds_archive) as one, connected(other) as two:
        assert one.execute(query).fetchall() == two.execute(query).fetchall()
        evidence = (
            "SELECT a.key, t.code, e.method, e.field, e.start, e.end FROM tag_evidence e "
            "JOIN article_topics g ON g.id = e.article_topic_id JOIN articles a ON a.id = g.article_id "
            "JOIN topics t ON t.id = g.topic_id WHERE e.method <> 'given' ORDER BY 1, 2, 3, 4, 5, 6"
        )
        assert one.execute(evidence).fetchall() == two.execute(evidence).fetchall()


def test_markdown_comes_back_as_the_same_articles(seeds_archive: Path, other: Location, tmp_path: Path) -> None:
    summary = run(other, write_notes(seeds_archive, tmp_path / "notes"))
    assert summary.outcomes == {"added": 16}

    def comparable(database: Location) -> dict[str, dict[str, Any]]:
        articles = without(exported(database), *_NOT_IN_MARKDOWN)
        for one in articles.values():
            one["blocks"] = [{**block, "level": block["level"] or 2} for block in one["blocks"]]
            # tags that trailed the text are not in it any more, and were given to the article
            one["topics"] = [
                (topic["scheme"], topic["code"], sorted({*topic["methods"]} - {"given", "trailing_tags"}))
                for topic in one["topics"]
            ]
        return articles

    assert comparable(other) == comparable(seeds_archive)


TEXTS = st.text(
    st.sampled_from("ab .\n\t-*#>|\"'\\é李\u2028\x00\u0301") | st.characters(exclude_characters="\ufeff"), max_size=80
)
OPTIONAL = {
    "date": st.sampled_from(["2023", "2023-02", "2023-02-28", "2023-02-28T06:30", "28 Feb 2023 06:30 +0100"]),
    "topics": st.lists(TEXTS, max_size=2),
    "modified": st.just("2023-03-01"),
    "source": TEXTS,
}
# never both of an id and a URL: a key is made of what is stated first
IDENTIFIERS: tuple[dict[str, st.SearchStrategy[str]], ...] = (
    {},
    {"id": st.integers(0, 99).map(str)},
    {"url": st.sampled_from(["https://mill.example/a", "mill.example"])},
)
RECORDS = st.one_of(
    [
        st.fixed_dictionaries(
            {"body": TEXTS, "title": TEXTS, "section": TEXTS, "authors": st.lists(TEXTS, max_size=3), **one},
            optional=OPTIONAL,
        )
        for one in IDENTIFIERS
    ]
)


@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # to shrink takes minutes
@given(records=st.lists(RECORDS, min_size=1, max_size=4))
def test_odd_texts_come_back_as_the_same_articles(
    records: list[dict[str, Any]], new_archive: NewArchive, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("odd")
    one, two = (new_archive("empty", name) for name in ("one.db", "two.db"))
    wire = folder / "wire.jsonl"
    wire.write_text("".join(json.dumps(record) + "\n" for record in records))
    run(one, wire)
    summary = run(two, write_lines(one, folder / "export.jsonl"))
    before, after = exported(one), exported(two)
    assert summary.outcomes["failed"] == 0 or not before
    # a key that is made of a place is another one at another place
    compared = [
        [{name: article[name] for name in FIELDS if name not in ("key", "revision")} for article in articles]
        for articles in (before, after)
    ]
    assert compared[0] == compared[1]
    identified = [article["key"] for article in before if article["id"] or article["url"]]
    assert [article["key"] for article in after if article["id"] or article["url"]] == identified


def test_topics_without_a_letter_in_their_names_keep_their_codes(
    database: Path, new_archive: NewArchive, tmp_path: Path
) -> None:
    """Their codes are numbers in the order in which they came, which is not that of their names."""
    other = new_archive("empty", "other.db")
    wire = tmp_path / "wire.jsonl"
    wire.write_text(json.dumps({"title": "Ferry", "text": "It left.", "topics": ["\U000ddd78", "\U000a6827"]}) + "\n")
    run(database, wire)
    run(other, write_lines(database, tmp_path / "export.jsonl"))
    before, after = exported(database), exported(other)
    assert [topic["code"] for topic in before[0]["topics"]] == ["x", "x-2"]
    assert before[0]["topics"] == after[0]["topics"]


def test_what_is_held_does_not_grow_with_the_archive(database: Path, tmp_path: Path) -> None:
    def most(number: int) -> int:
        gc.collect()
        with reading(database) as connection:
            articles = export_articles(connection)
            tracemalloc.start()
            try:
                written = sum(len(piece) for piece in writer("jsonl")(_first(articles, number)))
                assert written > 1_000 * number
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    wire = tmp_path / "wire.jsonl"
    with wire.open("w") as out:
        for number in range(4_000):
            body = f"Ferry {number} left. " + "It came back with nobody on board. " * 40
            out.write(json.dumps({"id": str(number), "body": body, "topics": ["eels"]}) + "\n")
    run(database, wire)
    most(10)  # what is loaded once
    assert most(4_000) < 1.5 * most(500)


def _first(articles: Iterator[Any], number: int) -> Iterator[Any]:
    for _, article in zip(range(number), articles, strict=False):
        yield article
