"""Originals read and normalized again: what better rules make of them, and what stays whatever they do."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.db.location import Location
from archive.decide import Wish, decide
from archive.documents import FoundDate, PublishedTime, Value
from archive.errors import NotFoundError, SchemaError
from archive.ingest import ImportOptions, import_paths
from archive.normalize import article as normalizing
from archive.normalize import dates, layout
from archive.normalize.article import NORMALIZER_VERSION
from archive.normalize.mentioned_dates import find_dates
from archive.queries import reading
from archive.queries.article import explain_article, show_article
from archive.queries.articles import list_articles
from archive.queries.filters import Asked
from archive.queries.search import search_articles
from archive.readers.text import TextReader
from archive.reparse import reparse, survey
from tests.engines import NewArchive, connected, state

Contents = Callable[[Location], dict[str, list[str]]]

FERRY = (
    "The ferry to Belarus Street leaves an hour later\n\n"
    "The night ferry left Port Lintel on 4 March 2021 with two hundred crates of apples and came back with them.\n\n"
    "Nobody on the other side had ordered any of them, said the captain, who signed for all two hundred crates.\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "found"
    folder.mkdir()
    return folder


@pytest.fixture
def ferry(database: Path, folder: Path) -> Path:
    """An archive of one plain text with a sidecar; both files are gone since."""
    (folder / "a.txt").write_text(FERRY)
    (folder / "a.txt.meta.toml").write_text('source = "Night Ferry"\npublished = "2021-03"\ntopics = ["Harbours"]\n')
    import_all(database, folder)
    for file in folder.iterdir():
        file.unlink()
    return database


@pytest.fixture
def no_headlines() -> Iterator[Callable[..., None]]:
    """Return what gives the program another rule, or its own again: no plain text has a headline."""
    with pytest.MonkeyPatch.context() as patched:

        def better(*, again: bool = False) -> None:
            if again:
                patched.undo()
                return
            for module in ("archive.normalize.article", "archive.prepare"):
                patched.setattr(f"{module}.NORMALIZER_VERSION", NORMALIZER_VERSION + 1)
            patched.setattr(layout, "_is_headline", lambda paragraphs, parted: False)

        yield better


def import_all(path: Path, folder: Path) -> dict[str, int]:
    return dict(import_paths(path, [str(folder)], ImportOptions(jobs=0)).outcomes)


def shown(path: Path, number: int | None = None) -> dict[str, Any]:
    with reading(path) as connection:
        (one,) = list_articles(connection)
        return show_article(connection, one["key"], number)


def explained(path: Path) -> dict[str, Any]:
    with reading(path) as connection:
        return explain_article(connection, shown(path)["key"])


def rows(path: Path, statement: str) -> list[tuple[Any, ...]]:
    with connected(path) as connection:
        return connection.execute(statement).fetchall()


def differing(path: Path) -> dict[str, int]:
    return {row["field"]: row["articles"] for row in survey(path).rows()}


def checksum(path: Path) -> str:
    return str(state(path))


def test_right_after_an_import_nothing_changes(seeds_archive: Path) -> None:
    found = survey(seeds_archive)
    assert (found.articles, found.ids, found.revisions, found.rows(), found.refused) == (16, [], 0, [], [])
    before = checksum(seeds_archive)
    assert reparse(seeds_archive, found).articles == 0
    assert checksum(seeds_archive) == before


@pytest.mark.shared
def test_right_after_an_import_nothing_changes_in_real_texts(database: Path, shared: Path) -> None:
    folder = shared / "corpora" / "text-bbc"
    if not folder.is_dir():
        pytest.skip("no text-bbc beside the checkout")
    import_all(database, folder)
    found = survey(database)
    assert found.articles > 100
    assert (found.rows(), found.refused) == ([], [])


LINES = st.lists(
    st.sampled_from(
        [
            "",
            "Ferry leaves late",
            "The ferry left on 4 March 2021, and came back on Feb 16 with the crates that nobody had ever ordered.",
            "- Trade with Belarus",
            "- Lace and eels",
            "- A stall for rope",
            "Belarus** Second visit to China",
            "北京的工业园在二月开放。",
            "## What was said",
        ]
    ),
    min_size=1,
    max_size=9,
)
GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["Ferry leaves late", "Another headline"]),
        "date": st.sampled_from(["2021-03", "soon", "2021-03-04T10:00:00+03:00"]),
        "author": st.just("By A. Okoro and Li Wei"),
        "language": st.sampled_from(["en", "no tag at all"]),
        "source": st.sampled_from(["Night Ferry", "Quay"]),
        "topics": st.just(["trade", "Eels"]),
        "url": st.sampled_from(["https://www.harbourcourier.example/a?utm_source=x", "ftp://none"]),
    },
)


@settings(max_examples=25)
@given(files=st.lists(st.tuples(LINES, GIVEN, GIVEN, st.sampled_from(["md", "txt"])), min_size=1, max_size=4))
def test_right_after_any_import_nothing_changes(
    files: list[tuple[list[str], dict[str, Any], dict[str, Any], str]],
    new_archive: NewArchive,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("any")
    database = new_archive()
    for turn in (0, 1):  # the second time the files have changed places
        for number, (lines, front, beside, ending) in enumerate(files):
            file = folder / f"{(number + turn) % len(files)}.{ending}"
            file.write_text("---\n" + json.dumps(front) + "\n---\n" + "\n".join(lines) if front else "\n".join(lines))
            sidecar = file.with_name(file.name + ".meta.toml")
            sidecar.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in beside.items()))
        import_paths(database, [str(folder)], ImportOptions(jobs=0, language="de"))
        found = survey(database)
        assert (found.rows(), found.refused) == ([], [])


def test_a_better_rule_makes_a_new_revision_of_the_same_bytes(
    ferry: Path, no_headlines: Callable[..., None], contents: Contents
) -> None:
    before = shown(ferry)
    assert before["headline_method"] == "first_line"
    identifiers = rows(ferry, "SELECT * FROM article_identifiers")
    no_headlines()
    found = survey(ferry)
    assert (found.articles, found.ids, found.revisions) == (1, [1], 1)
    assert {row["field"]: row["articles"] for row in found.rows()} == {"headline": 1, "body": 1, "mentioned_dates": 1}
    (example,) = next(row for row in found.rows() if row["field"] == "headline")["examples"]
    assert example == {
        "key": before["key"],
        "before": "The ferry to Belarus Street leaves an hour later (first_line)",
        "after": "none",
    }
    done = reparse(ferry, found)
    assert (done.ids, done.revisions, done.rows()) == (found.ids, found.revisions, found.rows())

    after = shown(ferry)
    assert (after["key"], after["headline_method"], after["revision"]) == (before["key"], "derived", 2)
    assert after["body"].startswith("The ferry to Belarus Street")
    assert [(one["number"], one["cause"]) for one in after["revisions"]] == [(1, "import"), (2, "reparse")]
    assert shown(ferry, 1)["body"] == before["body"]
    assert rows(ferry, "SELECT * FROM article_identifiers") == identifiers
    assert rows(ferry, "SELECT number, original_id, normalizer_version FROM article_revisions ORDER BY number") == [
        (1, 1, NORMALIZER_VERSION),
        (2, 1, NORMALIZER_VERSION + 1),
    ]
    # tags, dates and search are those of the new text; what was given stays
    assert (before["topics"], after["topics"]) == (["Belarus", "Harbours"], ["Belarus", "Harbours"])
    assert [one["field"] for one in before["evidence"] if one["topic"] == "Belarus"] == ["headline"]
    assert [one["field"] for one in after["evidence"] if one["topic"] == "Belarus"] == ["body"]
    mentioned = [one for one in explained(ferry)["dates"] if one["kind"] == "mentioned"]
    assert [after["body"][one["start"] : one["end"]] for one in mentioned] == ["4 March 2021"]
    with reading(ferry) as connection:
        (hit,) = search_articles(connection, Asked("Belarus Street").selection(connection))
    assert hit["key"] == before["key"]
    assert (after["source"], after["published"], after["published_method"]) == ("Night Ferry", "2021-03", "sidecar")
    contents(ferry)  # the file, its search and its references are sound


def test_round_trips(ferry: Path, folder: Path, no_headlines: Callable[..., None]) -> None:
    first = shown(ferry)
    no_headlines()
    reparse(ferry, survey(ferry))
    assert survey(ferry).rows() == []
    before = checksum(ferry)
    assert reparse(ferry, survey(ferry)).ids == []
    assert checksum(ferry) == before
    # the same file once more
    (folder / "a.txt").write_text(FERRY)
    assert import_all(ferry, folder) == {"unchanged": 1}
    assert import_all(ferry, folder) == {"unchanged": 1}
    assert shown(ferry)["revision"] == 2
    no_headlines(again=True)
    assert differing(ferry) == {"headline": 1, "body": 1, "mentioned_dates": 1}
    reparse(ferry, survey(ferry))
    last = shown(ferry)
    assert last["revision"] == 3
    for name in ("headline", "headline_method", "body", "blocks", "topics", "links", "set_aside"):
        assert last[name] == first[name]


def test_how_far_it_is_is_told(
    seeds_archive: Path, no_headlines: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.reparse._BATCH", 5)
    no_headlines()
    steps: list[tuple[str, int, int | None]] = []
    found = survey(seeds_archive, watch=lambda *step: steps.append(step))
    assert steps == [("reading", done, 16) for done in (0, 5, 10, 15)]
    steps.clear()
    reparse(seeds_archive, found, lambda *step: steps.append(step))
    number = len(found.ids)
    assert steps == [("writing", done, number) for done in range(0, number, 5)] != []


def test_trying_it_writes_nothing(ferry: Path, no_headlines: Callable[..., None]) -> None:
    no_headlines()
    before = checksum(ferry)
    assert survey(ferry).ids
    assert checksum(ferry) == before


def test_a_headline_given_beside_the_file_stays_given(
    database: Path, folder: Path, no_headlines: Callable[..., None]
) -> None:
    (folder / "a.txt").write_text(FERRY)
    (folder / "a.txt.meta.toml").write_text('headline = "Apples, both ways"\n')
    import_all(database, folder)
    (folder / "a.txt.meta.toml").unlink()
    assert survey(database).rows() == []
    no_headlines()
    # the first line was a heading under the headline that was given
    assert differing(database) == {"blocks": 1}
    reparse(database, survey(database))
    after = shown(database)
    assert (after["headline"], after["headline_method"], after["blocks"]) == ("Apples, both ways", "given", [])
    assert [one["method"] for one in explained(database)["values"]] == ["sidecar", "detected"]


def test_what_people_decided_stays(ferry: Path, no_headlines: Callable[..., None], contents: Contents) -> None:
    key = shown(ferry)["key"]
    decide(
        ferry, [Wish(key, {"headline": "Apples", "published": "2020", "source": None}, ["Eels"], ["Belarus"])], "Ada"
    )
    no_headlines()
    reparse(ferry, survey(ferry))
    after = shown(ferry)
    assert (after["headline"], after["published"], after["source"]) == ("Apples", "2020", None)
    assert after["topics"] == ["Eels", "Harbours"]
    assert after["revision"] == 2
    assert [one["topic"] for one in explained(ferry)["rejected_topics"]] == ["Belarus"]
    with reading(ferry) as connection:
        assert [one["key"] for one in search_articles(connection, Asked("Apples").selection(connection))] == [key]
    assert survey(ferry).rows() == []
    contents(ferry)


def read_as(monkeypatch: pytest.MonkeyPatch, text: str, as_if: str) -> None:
    """Let the program read one text as it now reads another."""
    known = dates.parse_published

    def parse(wanted: str) -> PublishedTime:
        return known(as_if if wanted == text else wanted)

    for module in ("archive.normalize.article", "archive.reparse", "archive.resolve.decisions"):
        monkeypatch.setattr(f"{module}.parse_published", parse)


def test_a_date_that_is_read_otherwise(ferry: Path, monkeypatch: pytest.MonkeyPatch, contents: Contents) -> None:
    read_as(monkeypatch, "2021-03", "2021-03-09T10:00Z")
    (row,) = survey(ferry).rows()
    assert (row["field"], row["examples"][0]["before"]) == ("published", "2021-03; month")
    assert row["examples"][0]["after"] == "2021-03-09T10:00:00Z; minute"
    done = reparse(ferry, survey(ferry))
    assert (len(done.ids), done.revisions) == (1, 0)
    after = shown(ferry)
    assert (after["published"], after["published_on"], after["published_method"]) == (
        *("2021-03-09T10:00:00Z", "2021-03-09"),
        "sidecar",
    )
    (chosen,) = [one for one in explained(ferry)["dates"] if one["kind"] == "published"]
    assert (chosen["text"], chosen["value"], chosen["precision"]) == ("2021-03", "2021-03-09T10:00:00Z", "minute")
    assert (chosen["has_zone"], chosen["chosen"]) == (True, True)
    assert survey(ferry).rows() == []
    contents(ferry)


def test_a_date_that_a_person_decided_is_not_read_otherwise(ferry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(ferry, [Wish(shown(ferry)["key"], {"published": None})], "Ada")
    read_as(monkeypatch, "2021-03", "2021-03-09")
    assert survey(ferry).rows() == []


@pytest.mark.parametrize("beside", [False, True])
def test_a_date_that_could_not_be_read(
    beside: bool, database: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.md").write_text(("" if beside else "---\ndate: on washing day\n---\n") + "The ferry left.\n")
    if beside:
        (folder / "a.md.meta.toml").write_text('date = "on washing day"\n')
    import_all(database, folder)
    assert shown(database)["published"] is None
    for file in folder.iterdir():
        file.unlink()
    read_as(monkeypatch, "on washing day", "2021-03-01")
    assert differing(database) == {"published": 1}
    reparse(database, survey(database))
    assert shown(database)["published"] == "2021-03-01"
    (date,) = explained(database)["dates"]
    assert (date["text"], date["value"], date["chosen"]) == ("on washing day", "2021-03-01", True)
    assert survey(database).rows() == []


def test_a_date_that_today_is_refused_stays(ferry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_as(monkeypatch, "2021-03", "no date")
    assert survey(ferry).rows() == []


def test_languages_and_authors_that_are_read_otherwise(
    database: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.md").write_text("---\nauthor: A. Okoro + Li Wei\nlanguage: en\n---\nThe ferry left.\n")
    import_all(database, folder)
    monkeypatch.setattr("archive.reparse.split_byline", lambda text: [name.strip() for name in text.split("+")])
    monkeypatch.setattr("archive.reparse.language_tag", lambda text: "en-GB")
    assert differing(database) == {"authors": 1, "language": 1}
    reparse(database, survey(database))
    assert (shown(database)["authors"], shown(database)["language"]) == (["A. Okoro", "Li Wei"], "en-GB")
    assert survey(database).rows() == []


def test_only_dates_that_are_mentioned_otherwise_make_no_revision(ferry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(text: str, field: str) -> list[FoundDate]:
        return [date._replace(value="2021-04-03") for date in find_dates(text, field)]

    monkeypatch.setattr(normalizing, "find_dates", find)
    (row,) = survey(ferry).rows()
    assert row["field"] == "mentioned_dates"
    assert row["examples"][0]["before"] == "4 March 2021 = 2021-03-04"
    assert row["examples"][0]["after"] == "4 March 2021 = 2021-04-03"
    assert reparse(ferry, survey(ferry)).revisions == 0
    mentioned = [one["value"] for one in explained(ferry)["dates"] if one["kind"] == "mentioned"]
    assert mentioned == ["2021-04-03"]
    assert survey(ferry).rows() == []
    monkeypatch.setattr(normalizing, "find_dates", lambda text, field: [])
    reparse(ferry, survey(ferry))
    assert [one["kind"] for one in explained(ferry)["dates"]] == ["published"]


def test_what_todays_reader_finds_in_front_matter(
    database: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archive.readers import front_matter, markdown

    (folder / "a.md").write_text("---\nsection: Harbour\ntopics: [Eels]\n---\nThe ferry left.\n")
    (folder / "b.md").write_text("---\nsource: Quay\npage: B1\n---\nThe boat left.\n")
    import_all(database, folder)
    known = front_matter.take_front_matter

    def take(text: str) -> Any:
        metadata, body, set_aside = known(text)
        more = [Value(field, said, "front_matter") for field, said in (("page", "A3"), ("source", "Night Ferry"))]
        values = (*(value for value in metadata.values if value.field not in ("page", "source")), *more)
        return replace(
            metadata, values=values, topics=(*metadata.topics, Value("topics", "Ferries", "front_matter"))
        ), (*(body, set_aside),)

    def unfolded(text: str) -> Any:
        metadata, rest = take(text)
        return metadata, *rest

    monkeypatch.setattr(markdown, "take_front_matter", unfolded)
    assert differing(database) == {"page": 2, "source": 2, "topics": 2}
    reparse(database, survey(database))
    assert rows(
        database,
        "SELECT a.id, s.name, a.page, t.name FROM articles a JOIN sources s ON s.id = a.source_id "
        "JOIN article_topics g ON g.article_id = a.id JOIN topics t ON t.id = g.topic_id ORDER BY a.id, t.name",
    ) == [
        (1, "Night Ferry", "A3", "Eels"),
        (1, "Night Ferry", "A3", "Ferries"),
        (2, "Night Ferry", "A3", "Ferries"),
    ]
    assert survey(database).rows() == []


def test_a_value_that_another_original_gave_stays(database: Path, folder: Path) -> None:
    for section in ("Harbour", "Trade"):  # the text is the first one's, the section the second one's
        (folder / "a.md").write_text(f"---\nsection: {section}\n---\nThe ferry left.\n")
        import_all(database, folder)
    assert shown(database)["section"] == "Trade"
    assert survey(database).rows() == []


def test_what_todays_readers_refuse_is_told_and_stays(ferry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.readers.READERS", ())
    found = survey(ferry)
    ((key, failure),) = found.refused
    assert (key, found.rows(), found.articles) == (shown(ferry)["key"], [], 1)
    assert "no reader takes" in failure.reason
    monkeypatch.setattr("archive.readers.text.TextReader.read", lambda *_: iter(()))
    monkeypatch.setattr("archive.readers.READERS", (TextReader(),))
    assert [one.reason for _, one in survey(ferry).refused] == ["today's reader finds no such unit in its file"]


def test_only_the_articles_that_are_named(database: Path, folder: Path, no_headlines: Callable[..., None]) -> None:
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_text(FERRY.replace("apples", f"apples of kind {name}"))
    import_all(database, folder)
    (first, second) = [key for (key,) in rows(database, "SELECT key FROM articles ORDER BY id")]
    no_headlines()
    found = survey(database, [second[:8], second])
    assert (found.articles, len(found.ids)) == (1, 1)
    reparse(database, found)
    assert rows(database, "SELECT key, r.number FROM articles a JOIN article_revisions r ON r.id = a.revision_id") == [
        *((first, 1), (second, 2))
    ]
    with pytest.raises(NotFoundError, match="there is no article 'nosuch'"):
        survey(database, [first, "nosuch"])


def test_more_articles_than_are_written_at_a_time(
    database: Path, folder: Path, no_headlines: Callable[..., None], monkeypatch: pytest.MonkeyPatch, contents: Contents
) -> None:
    for number in range(7):
        (folder / f"{number}.txt").write_text(FERRY.replace("two hundred", f"{number} hundred"))
    import_all(database, folder)
    monkeypatch.setattr("archive.reparse._BATCH", 3)
    no_headlines()
    found = survey(database)
    assert [(row["articles"], len(row["examples"])) for row in found.rows()] == [(7, 3)] * 3
    assert reparse(database, found).revisions == 7
    assert survey(database).rows() == []
    contents(database)


def test_no_archive(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="there is no archive at"):
        survey(tmp_path / "missing.db")


def test_a_text_made_anew_is_of_the_time_it_was(ferry: Path, folder: Path, no_headlines: Callable[..., None]) -> None:
    """Or a version that comes late would take its place; so would the new one, of a text that is not the newest."""
    for day, word in (("2023-05-02", "two hours"), ("2023-05-01", "three hours")):
        (folder / "a.txt.meta.toml").write_text(f'source = "Night Ferry"\nmodified = "{day}"\n')
        (folder / "a.txt").write_text(FERRY.replace("an hour", word))
        import_all(ferry, folder)
    times = "SELECT number, modified_at, cause FROM article_revisions ORDER BY number"
    before = rows(ferry, times)
    assert shown(ferry)["revision"] == 2
    no_headlines()
    reparse(ferry, survey(ferry))
    assert rows(ferry, times) == [*before, (4, "2023-05-02", "reparse")]
    assert shown(ferry)["revision"] == 4
    assert survey(ferry).rows() == []


def test_times_of_a_version_are_no_values_of_the_article(database: Path, folder: Path) -> None:
    """They stand with the text, also where front matter states them."""
    (folder / "a.md").write_text(f"---\nmodified: 2023-05-02\nsaved: 2023-05-03T06:30:00Z\n---\n{FERRY}")
    import_all(database, folder)
    assert survey(database).rows() == []
    assert reparse(database, survey(database)).ids == []
    assert rows(database, "SELECT field FROM article_values WHERE field IN ('modified', 'crawled')") == []
