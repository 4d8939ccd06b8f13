"""What migrations fill in from what is there: over old rows, rows with NULL, and odd ones."""

import runpy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory

from archive.db import schema, upgrades
from archive.errors import SchemaError
from tests.engines import connected

ARCHIVES = Path(__file__).resolve().parent / "archives"


class Archive:
    """The populated archive of the first schema, brought to just before a migration."""

    def __init__(self, path: Path, revision: str) -> None:
        self.path = path
        self.revision = revision
        runpy.run_path(str(ARCHIVES / "dump.py"))["load"](ARCHIVES / "20261122_first_archive.sql", path)
        below = ScriptDirectory.from_config(schema.alembic_config(path)).get_revision(revision).down_revision
        schema.upgrade(path, str(below))

    def run(self, statement: str, *values: object) -> None:
        with connected(self.path) as connection:
            connection.execute(statement, values)
            connection.commit()

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with connected(self.path) as connection:
            return connection.execute(statement).fetchall()

    def record(self, field: str, texts: Mapping[int, str]) -> None:
        """Put it on record that inputs gave these texts for a field, by article; others gave none."""
        for article_id, text in texts.items():
            self.run(
                "INSERT INTO article_values (article_id, field, text, method, import_item_id) "
                "VALUES (?, ?, ?, 'front_matter', 1)",
                article_id,
                field,
                text,
            )

    def upgrade(self) -> None:
        upgrades.upgrade(self.path, self.revision, keep_backup=False)


Before = Callable[[str], Archive]


@pytest.fixture
def before(tmp_path: Path) -> Before:
    return lambda revision: Archive(tmp_path / "archive.db", revision)


def test_nobody_has_decided_anything(before: Before) -> None:
    archive = before("20261122_decisions")
    archive.upgrade()
    assert archive.rows("SELECT * FROM decisions") == []


def test_a_name_is_the_label_of_its_source_or_an_alias(before: Before) -> None:
    """The name as shown, another, one that another source is shown by, and names of a source shown otherwise."""
    archive = before("20261122_periods_of_names")
    archive.run("INSERT INTO sources VALUES (900, 'gazette', 'The ''Old'' Gazette', NULL, NULL, NULL, 'import', '')")
    archive.run("INSERT INTO sources VALUES (901, 'herald', 'Herald', NULL, NULL, NULL, 'import', '')")
    for number, (source_id, name) in enumerate(
        [(900, "The 'Old' Gazette"), (900, "the old gazette"), (900, "Herald"), (901, "HERALD"), (901, "先驱报")], 900
    ):
        archive.run("INSERT INTO source_names VALUES (?, ?, ?, ?)", number, source_id, name, f"key {number}")
    archive.upgrade()
    assert archive.rows("SELECT id, source_id, name, kind FROM source_names WHERE id >= 900 ORDER BY id") == [
        (900, 900, "The 'Old' Gazette", "label"),
        (901, 900, "the old gazette", "alias"),
        (902, 900, "Herald", "alias"),
        (903, 901, "HERALD", "alias"),
        (904, 901, "先驱报", "alias"),
    ]


def test_names_and_domains_lead_to_their_sources_at_all_times(before: Before) -> None:
    archive = before("20261122_periods_of_names")
    names = archive.rows("SELECT id, source_id, name, name_key FROM source_names ORDER BY id")
    domains = archive.rows("SELECT id, source_id, domain FROM source_domains ORDER BY id")
    archive.upgrade()
    assert archive.rows("SELECT id, source_id, name, name_key FROM source_names ORDER BY id") == names != []
    assert archive.rows("SELECT id, source_id, domain FROM source_domains ORDER BY id") == domains != []
    for table in ("source_names", "source_domains"):
        assert archive.rows(f"SELECT 1 FROM {table} WHERE valid_from IS NOT NULL OR valid_until IS NOT NULL") == []


def test_a_name_may_lead_to_two_sources_afterwards_and_then_there_is_no_way_back(before: Before) -> None:
    archive = before("20261122_periods_of_names")
    archive.upgrade()
    archive.run(
        "INSERT INTO source_names (source_id, name, name_key, kind, valid_until) "
        "SELECT 2, name, name_key, 'alias', '1999-01-01' FROM source_names WHERE id = 2"
    )
    with pytest.raises(SchemaError, match="1 rows of source_names lead to several sources"):
        schema.downgrade(archive.path, "20261122_decisions")


@pytest.mark.parametrize("field", ["page", "edition", "rights"])
def test_page_edition_and_rights_come_from_what_is_on_record(before: Before, field: str) -> None:
    """Articles with the field on record, with an odd one, with an empty one, and without any."""
    archive = before("20261122_page_edition_rights")
    archive.record(field, {1: "A3", 2: " © 晨报 'alle'\nRechte ", 3: ""})
    archive.upgrade()
    assert archive.rows(f"SELECT id, {field} FROM articles WHERE id <= 4 ORDER BY id") == [
        (1, "A3"),
        (2, " © 晨报 'alle'\nRechte "),
        (3, ""),
        (4, None),
    ]
    others = {"page", "edition", "rights"} - {field}
    for other in others:
        assert archive.rows(f"SELECT 1 FROM articles WHERE {other} IS NOT NULL") == []


def test_going_back_and_coming_again_restores_page_edition_and_rights(before: Before) -> None:
    archive = before("20261122_page_edition_rights")
    archive.record("page", {1: "A3"})
    archive.upgrade()
    schema.downgrade(archive.path, "20261122_periods_of_names")
    archive.upgrade()
    assert archive.rows("SELECT page FROM articles WHERE id = 1") == [("A3",)]


def test_no_time_is_made_up_of_the_texts_that_are_there(before: Before) -> None:
    archive = before("20261122_times_of_revisions")
    texts = "SELECT r.id, r.number, r.body, r.body_index, a.key FROM article_revisions r LEFT JOIN articles a "
    texts += "ON a.revision_id = r.id ORDER BY r.id"
    known = archive.rows(texts)
    archive.upgrade()
    assert archive.rows(texts) == known
    assert archive.rows("SELECT DISTINCT modified_at, crawled_at FROM article_revisions") == [(None, None)]
    assert archive.rows("SELECT name FROM pragma_table_info('article_revisions')")[-3:] == [
        ("headline_index",),
        ("body",),
        ("body_index",),
    ]


def test_times_of_texts_are_not_lost_on_the_way_back(before: Before) -> None:
    archive = before("20261122_times_of_revisions")
    archive.upgrade()
    archive.run("UPDATE article_revisions SET crawled_at = '2023-02-28' WHERE id = 1")
    with pytest.raises(SchemaError, match="the times of 1 texts would be lost"):
        schema.downgrade(archive.path, "20261122_what_people_decide")
    archive.run("UPDATE article_revisions SET crawled_at = NULL")
    schema.downgrade(archive.path, "20261122_what_people_decide")
    assert ("modified_at",) not in archive.rows("SELECT name FROM pragma_table_info('article_revisions')")


def test_what_one_unit_alone_stated_is_known_of_old_articles(before: Before) -> None:
    """An article of one unit; of one unit twice; of two places; read in another context; with times; without places."""
    archive = before("20261122_undone_imports")
    columns = "import_id, position, locator, original_id, context_sha256, outcome, article_id, revision_id"
    again = f"INSERT INTO import_items (id, {columns}) SELECT ?, {columns} FROM import_items WHERE id = ?"
    ones = archive.rows(
        "SELECT min(id), article_id FROM import_items WHERE article_id IS NOT NULL GROUP BY article_id "
        "HAVING article_id > 4 AND sum(outcome = 'added') = 1 AND min(outcome IN ('added', 'unchanged')) "
        "ORDER BY 1 LIMIT 5"
    )
    (alone, _), (twice, _), (moved, _), (otherwise, _), (timed, _) = ones
    for number, (unit, change) in enumerate(
        [(twice, "position = 901"), (moved, "locator = 'elsewhere.txt'"), (otherwise, "context_sha256 = 'other'")], 901
    ):
        archive.run(again, number, unit)
        archive.run(f"UPDATE import_items SET outcome = 'unchanged', {change}, position = id WHERE id = ?", number)
    archive.run(
        "UPDATE article_revisions SET modified_at = '2023-03-01' "
        "WHERE id = (SELECT revision_id FROM import_items WHERE id = ?)",
        timed,
    )
    archive.run("DELETE FROM article_values WHERE field = 'published' AND article_id IN (3, 4)")
    archive.record("published", {3: "March 2023", 4: "2023-03"})
    dates = (
        "INSERT INTO article_dates (id, article_id, text, kind, method, has_zone, chosen) VALUES (?, ?, ?, ?, ?, 0, 0)"
    )
    for number, (text, method) in enumerate(
        [("March 2023", "front_matter"), ("March 2023", "front_matter"), ("March 2023", "option"), ("2023", "option")],
        901,
    ):
        archive.run(dates, number, 3, text, "published", method)
    archive.run(dates, 905, 4, "2023-03", "mentioned", "front_matter")
    archive.run("UPDATE import_items SET outcome = 'duplicate' WHERE article_id IN (3, 4)")
    archive.upgrade()
    given = "SELECT id, import_item_id FROM article_dates WHERE id > 900"
    assert archive.rows(given) == [(901, None), (902, 1), (903, None), (904, None), (905, None)]
    units = f"{alone}, {twice}, {moved}, {otherwise}, {timed}, 901, 902, 903"
    found = archive.rows(f"SELECT id, stated_in_id, modified_at FROM import_items WHERE id IN ({units}) ORDER BY id")
    assert found == sorted(
        [
            *((alone, alone, None), (twice, twice, None), (moved, None, None), (otherwise, None, None)),
            *((timed, timed, "2023-03-01"), (901, twice, None), (902, None, None), (903, None, None)),
        ]
    )
    wrong = "SELECT 1 FROM article_dates d JOIN import_items i ON i.id = d.import_item_id "
    assert archive.rows(f"{wrong} WHERE d.id < 900 AND (d.kind <> 'published' OR i.article_id <> d.article_id)") == []
    assert archive.rows("SELECT 1 FROM article_dates WHERE import_item_id IS NOT NULL LIMIT 1") == [(1,)]
    assert archive.rows("SELECT * FROM other_values") == []


def test_an_undone_import_stands_in_the_way_of_going_back(before: Before) -> None:
    archive = before("20261122_undone_imports")
    archive.upgrade()
    archive.run("UPDATE imports SET status = 'undone' WHERE id = 1")
    with pytest.raises(SchemaError, match="would take 1 undone imports for damaged ones"):
        schema.downgrade(archive.path, "20261122_decided_sources")
    archive.run("UPDATE imports SET status = 'finished'")
    schema.downgrade(archive.path, "20261122_decided_sources")
    assert archive.rows("SELECT name FROM sqlite_schema WHERE name = 'other_values'") == []


@pytest.mark.parametrize("field", ["status", "embargo", "slugline", "dateline"])
def test_what_is_not_to_be_published_is_not_forgotten_by_going_back(before: Before, field: str) -> None:
    archive = before("20261122_item_status")
    archive.upgrade()
    assert archive.rows(
        "SELECT count(*) FROM articles WHERE coalesce(status, embargo, slugline, dateline) NOTNULL"
    ) == [(0,)]
    archive.record(field, {1: "canceled"})
    with pytest.raises(SchemaError, match="1 values of status, embargo, slugline or dateline would be lost"):
        schema.downgrade(archive.path, "20261122_counting_index")
    archive.run("DELETE FROM article_values WHERE field IN ('status', 'embargo', 'slugline', 'dateline')")
    archive.run(
        "INSERT INTO decisions (made_at, who, article_key, subject, name, value) "
        f"SELECT created_at, 'Ada', key, 'field', '{field}', 'canceled' FROM articles WHERE id = 1"
    )
    with pytest.raises(SchemaError, match="1 decisions of status, embargo, slugline or dateline would be lost"):
        schema.downgrade(archive.path, "20261122_counting_index")


@pytest.mark.parametrize("said", ["includes_hidden", "left_out_hidden"])
def test_what_corpora_say_of_hidden_articles_is_not_forgotten_by_going_back(before: Before, said: str) -> None:
    archive = before("20261122_item_status")
    columns = [name for _, name, *_ in archive.rows("PRAGMA table_info(corpora)") if name != "id"]
    archive.run(f"INSERT INTO corpora ({', '.join(columns)}) VALUES ({', '.join('0' for _ in columns)})")
    archive.upgrade()
    assert archive.rows("SELECT includes_hidden, left_out_hidden FROM corpora") == [(0, 0)], "nothing was hidden then"
    schema.downgrade(archive.path, "20261122_counting_index")
    archive.upgrade()
    archive.run(f"UPDATE corpora SET {said} = 1")
    with pytest.raises(SchemaError, match="what 1 corpora say of articles that were hidden would be lost"):
        schema.downgrade(archive.path, "20261122_counting_index")


def test_indexes_of_words_are_merged_less_often_and_find_the_same(before: Before) -> None:
    archive = before("20261123_quicker_imports")
    settings = (
        "SELECT f.v, i.v FROM article_fts_config f JOIN article_impacts_config i ON i.k = f.k WHERE f.k = 'automerge'"
    )
    found = "SELECT rowid, rank FROM article_fts WHERE article_fts MATCH 'the' ORDER BY rank, rowid"
    words = archive.rows(found)
    assert archive.rows(settings) == []
    archive.upgrade()
    assert archive.rows(settings) == [(8, 8)]
    assert words
    assert archive.rows(found) == words
    schema.downgrade(archive.path, "20261122_best_of_words")
    assert archive.rows(settings) == [(4, 4)]
    assert archive.rows(found) == words
