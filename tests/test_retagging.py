"""Rules and mappings put topics on articles: at import, when values change, and when all is tagged again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.db.location import Location
from archive.decide import Wish, decide, undo
from archive.errors import NotFoundError, VocabularyError
from archive.ingest import ImportOptions, import_paths, load_vocabulary
from archive.queries.verification import verify
from archive.retagging import Example, Retagged, retag
from archive.undoing import undo_import
from tests.engines import NewArchive, connected

TOPICS = """
[[topics]]
name = "Ferries"
phrases = ["ferry"]
{ferries}

[[topics]]
name = "Mills"
{mills}
"""
TEXTS = {
    "ferry.txt": "The ferry is late\n\nThe ferry left the mill at noon, and nobody was there to see it come in again.",
    "mill.txt": "The mill is closed\n\nThe mill was closed on Monday, and the harbour was as quiet as it is in winter.",
    "rope.txt": "Rope is dear\n\nThe rope that holds the boats has become dear, and the harbour will buy less of it.",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "news").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "news" / name).write_text(text)
    return tmp_path / "news"


@pytest.fixture
def load(database: Path, tmp_path: Path) -> Callable[..., None]:
    def load(ferries: str = "", mills: str = "", more: str = "") -> None:
        file = tmp_path / "topics.toml"
        file.write_text(TOPICS.format(ferries=ferries, mills=mills) + more)
        load_vocabulary(database, file, "topics")

    return load


def imported(database: Location, folder: Path, **options: Any) -> dict[str, int]:
    return dict(import_paths(database, [str(folder)], ImportOptions(jobs=0, **options)).outcomes)


def rows(database: Location, query: str) -> list[tuple[Any, ...]]:
    with connected(database) as connection:
        return connection.execute(query).fetchall()


def tags(database: Path) -> dict[str, list[str]]:
    """Return by the first word of its headline the topics of each article."""
    found: dict[str, list[str]] = {
        headline.split()[1] if headline.startswith("The") else headline.split()[0].lower(): []
        for (headline,) in rows(database, "SELECT headline FROM documents ORDER BY headline")
    }
    for headline, topic in rows(
        database, "SELECT d.headline, t.topic FROM document_topics t JOIN documents d USING (doc_id) ORDER BY 1, 2"
    ):
        found[headline.split()[1] if headline.startswith("The") else headline.split()[0].lower()].append(topic)
    return found


def evidence(database: Path, topic: str) -> set[tuple[Any, ...]]:
    return set(rows(database, f"SELECT method, rule, field, passage FROM tag_overview WHERE topic = '{topic}'"))


def key_of(database: Path, word: str) -> str:
    ((key,),) = rows(database, f"SELECT doc_id FROM documents WHERE lower(headline) LIKE lower('%{word}%')")
    return str(key)


def told(found: Retagged) -> list[tuple[str, int, int]]:
    return [(one.name, one.added, one.removed) for one in found.topics]


def test_a_query_tags_with_its_passages(database: Path, folder: Path, load: Callable[..., None]) -> None:
    load(mills='rules = ["(mill OR \\"as quiet\\") NOT ferry"]')
    imported(database, folder)
    assert tags(database) == {"ferry": ["Ferries"], "mill": ["Mills"], "rope": []}
    rule = '(mill OR "as quiet") NOT ferry'
    assert evidence(database, "Mills") == {
        ("query", rule, "headline", "mill"),
        ("query", rule, "body", "mill"),
        ("query", rule, "body", "as quiet"),
    }
    assert verify(database, deep=True).findings == ()


def test_a_rule_follows_the_values_of_an_article(database: Path, folder: Path, load: Callable[..., None]) -> None:
    """The source and the date are looked at as they stand, by inputs and by people."""
    load(mills='rules = ["harbour source:lantern", "date:..2022 NOT language:de"]')
    imported(database, folder, source="Lantern", published="2023-02")
    assert tags(database) == {"ferry": ["Ferries"], "mill": ["Mills"], "rope": ["Mills"]}
    assert evidence(database, "Mills") == {("query", "harbour source:lantern", "body", "harbour")}
    decide(database, [Wish(key_of(database, "rope"), {"source": "Radio Lintel"})], "Ada")
    decide(database, [Wish(key_of(database, "ferry"), {"published": "2021-05-02"})], "Ada")
    assert tags(database) == {"ferry": ["Ferries", "Mills"], "mill": ["Mills"], "rope": []}
    assert ("query", "date:..2022 NOT language:de", "values", None) in evidence(database, "Mills")
    assert verify(database, deep=True).findings == ()
    undo(database, 1, "Ada")
    undo(database, 2, "Ada")
    assert tags(database) == {"ferry": ["Ferries"], "mill": ["Mills"], "rope": ["Mills"]}
    assert retag(database).otherwise == 0


def test_a_later_import_that_dates_an_article_lets_its_tags_follow(
    database: Path, folder: Path, load: Callable[..., None]
) -> None:
    load(mills='rules = ["boats date:2023"]')
    imported(database, folder)
    assert tags(database)["rope"] == []
    imported(database, folder, published="2023-02-03")
    assert tags(database)["rope"] == ["Mills"]
    undo_import(database, 2, "Ada")
    assert tags(database)["rope"] == []


def test_a_month_is_neither_in_nor_outside_of_a_day(database: Path, folder: Path, load: Callable[..., None]) -> None:
    load(mills='rules = ["rope date:2023-02-01", "rope NOT date:2023-02-01"]')
    imported(database, folder, published="2023-02")
    assert tags(database)["rope"] == []


def test_tagging_again_shows_what_changes_and_changes_it(
    database: Path, folder: Path, load: Callable[..., None]
) -> None:
    load()
    imported(database, folder)
    load(ferries='rules = ["boats"]', mills='phrases = ["mill"]\nrules = ["harbour NOT boats"]')
    with connected(database) as connection:
        before = list(connection.iterdump())
    tried = retag(database, dry_run=True)
    with connected(database) as connection:
        assert list(connection.iterdump()) == before
    done = retag(database)
    assert done == tried
    assert (done.articles, done.otherwise) == (3, 3)
    assert told(done) == [("Mills", 2, 0), ("Ferries", 1, 0)]
    assert tags(database) == {"ferry": ["Ferries", "Mills"], "mill": ["Mills"], "rope": ["Ferries"]}
    assert Example(key_of(database, "mill"), "The ", "mill", " is closed") in done.topics[0].gaining
    assert retag(database) == Retagged(articles=3)
    load()
    assert told(retag(database)) == [("Mills", 0, 2), ("Ferries", 0, 1)]
    assert tags(database) == {"ferry": ["Ferries"], "mill": [], "rope": []}
    assert verify(database, deep=True).findings == ()


def test_tagging_again_gives_what_an_import_gives(
    database: Path, new_archive: NewArchive, folder: Path, load: Callable[..., None], tmp_path: Path
) -> None:
    load()
    imported(database, folder, source="Lantern")
    rules = {"ferries": 'rules = ["boats source:lantern", "harbo*"]', "mills": 'phrases = ["the mill"]'}
    load(**rules)
    retag(database)
    again = new_archive("empty", "again.db")
    load_vocabulary(again, tmp_path / "topics.toml", "topics")
    imported(again, folder, source="Lantern")
    shown = 'SELECT doc_id, code, method, rule, field, start, "end" FROM tag_overview ORDER BY 1, 2, 3, 4, 5, 6'
    assert rows(database, shown) == rows(again, shown)


def test_what_people_decided_outlives_it(database: Path, folder: Path, load: Callable[..., None]) -> None:
    load()
    imported(database, folder)
    decide(database, [Wish(key_of(database, "ferry"), {}, (), ("Ferries",))], "Ada")
    decide(database, [Wish(key_of(database, "rope"), {}, ("Mills",))], "Ada")
    load(ferries='rules = ["noon", "left source:x"]', mills='rules = ["nothing"]')
    assert told(retag(database)) == []
    assert tags(database) == {"ferry": [], "mill": [], "rope": ["Mills"]}
    undo(database, 1, "Ada")
    assert tags(database)["ferry"] == ["Ferries"]
    assert {method for method, *_ in evidence(database, "Ferries")} == {"rule", "query"}


def test_only_topics_of_one_scheme(database: Path, folder: Path, load: Callable[..., None]) -> None:
    more = '[[topics]]\nname = "Quiet"\nscheme = "moods"\nrules = ["quiet", "dear date:..2030"]\n'
    load(more=more)
    imported(database, folder, published="2023")
    load(mills='phrases = ["mill"]', more=more.replace('"quiet"', '"noon"'))
    assert told(retag(database, "moods")) == [("Quiet", 1, 1)]
    assert tags(database) == {"ferry": ["Ferries", "Quiet"], "mill": [], "rope": ["Quiet"]}
    with pytest.raises(
        NotFoundError, match="there is no scheme 'mood'; moods was probably meant; there are local, moods"
    ):
        retag(database, "mood")


def test_a_rule_that_tags_more_than_half_is_told(database: Path, folder: Path, load: Callable[..., None]) -> None:
    for number in range(20):
        (folder / f"{number}.txt").write_text(TEXTS["rope.txt"].replace("boats", f"{'boats ' * number}x{number}"))
    load(mills='rules = ["harbour"]')
    imported(database, folder)
    (broad,) = retag(database, dry_run=True).broad
    assert (broad.topic, broad.rule, broad.articles) == ("Mills", "harbour", 22)


def test_a_rule_that_cannot_be_read_stops_what_needs_it(
    database: Path, folder: Path, load: Callable[..., None]
) -> None:
    load()
    with connected(database) as connection, connection:
        connection.execute(
            "INSERT INTO topic_rules (topic_id, kind, expression) "
            "SELECT id, 'query', 'mill AND (' FROM topics WHERE code = 'mills'"
        )
    for work in (lambda: imported(database, folder), lambda: retag(database)):
        with pytest.raises(VocabularyError, match="a rule of local:mills cannot be read; load its vocabulary again"):
            work()


def given_codes(folder: Path, *codes: str) -> None:
    listed = ", ".join(f'"{code}"' for code in codes)
    (folder / "archive.toml").write_text(f"[defaults]\ntopics = [{listed}]\n")


def add_mapping(database: Path, code: str, other: str, relation: str = "exact") -> None:
    scheme, _, number = other.partition(":")
    with connected(database) as connection, connection:
        connection.execute(
            "INSERT INTO topic_mappings (topic_id, relation, scheme, code) "
            "SELECT id, ?, ?, ? FROM topics WHERE code = ? AND scheme = 'local'",
            (relation, scheme, number, code),
        )


MAPPED = "SELECT topic, method, passage, given_by FROM tag_overview WHERE method = 'mapping' ORDER BY 1"


def test_a_given_code_leads_to_the_topic_that_is_the_same(
    database: Path, tmp_path: Path, load: Callable[..., None]
) -> None:
    load(more='[[topics]]\nscheme = "subj"\ncode = "04016000"\nname = "Milling"\n')
    add_mapping(database, "mills", "subj:04016000")
    add_mapping(database, "ferries", "subj:04011000", "broad")
    wire = tmp_path / "wire.jsonl"
    wire.write_text('{"title": "Rope", "text": "Rope is dear.", "topics": ["subj:04016000", "subj:04011000"]}\n')
    import_paths(database, [str(wire)], ImportOptions(jobs=0))
    assert rows(database, MAPPED) == [("Mills", "mapping", "subj:04016000", "record")]
    assert verify(database, deep=True).findings == ()
    with connected(database) as connection, connection:
        connection.execute("DELETE FROM topic_mappings")
    assert told(retag(database)) == [("Mills", 0, 1)]
    assert rows(database, MAPPED) == []
    add_mapping(database, "mills", "subj:04016000")
    assert told(retag(database)) == [("Mills", 1, 0)]
    (key,) = (row[0] for row in rows(database, "SELECT doc_id FROM documents"))
    decide(database, [Wish(key, {}, (), ("subj:04016000",))], "Ada")
    assert rows(database, MAPPED) == [], "what a person took off leads to nothing"
    undo(database, 1, "Ada")
    assert rows(database, MAPPED) == [("Mills", "mapping", "subj:04016000", "record")]
    undo_import(database, 1, "Ada", force=True)
    assert rows(database, MAPPED) == []


def test_a_phrase_that_becomes_a_query_is_one_when_it_is_imported_again(
    database: Path, folder: Path, load: Callable[..., None], tmp_path: Path
) -> None:
    load()
    imported(database, folder)
    load(ferries='rules = ["ferry"]')
    file = tmp_path / "topics.toml"
    file.write_text(file.read_text().replace('phrases = ["ferry"]\n', ""))
    load_vocabulary(database, file, "topics")
    assert imported(database, folder) == {"revised": 1, "unchanged": 2}
    assert {(method, rule) for method, rule, *_ in evidence(database, "Ferries")} == {("query", "ferry")}


def test_a_phrase_that_reads_like_a_rule_of_values_is_kept_apart_from_it(
    database: Path, folder: Path, load: Callable[..., None]
) -> None:
    (folder / "odd.txt").write_text("Odd\n\nThe date 2023 stands here, and nothing is known of when it was written.")
    load(ferries='rules = ["date:2023"]', mills='phrases = ["date:2023"]')
    imported(database, folder)
    assert imported(database, folder) == {"unchanged": 4}
    assert retag(database) == Retagged(articles=4)
    assert rows(database, "SELECT method, rule, count(*) FROM tag_overview WHERE rule = 'date:2023' GROUP BY 1, 2") == [
        ("rule", "date:2023", 1)
    ]
    load(ferries='rules = ["date:2023", "odd"]', mills='phrases = ["date:2023"]')
    assert imported(database, folder) == {"revised": 1, "unchanged": 3}
