"""A sound archive has nothing wrong with it; whatever is damaged is found, and is all that is found."""

import ast
import contextlib
import hashlib
import os
import random
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import zstandard
from sqlalchemy import URL, select

from archive.corpora import freeze_corpus
from archive.db import schema
from archive.db.engine import open_engine
from archive.db.enumerations import ENUMERATIONS
from archive.db.location import Location
from archive.db.running_imports import hold
from archive.db.tables import imports
from archive.errors import ArchiveError, SchemaError
from archive.ingest import ImportOptions, import_paths
from archive.queries.filters import Asked
from archive.queries.verification import Verification, verify
from archive.queries.verification.findings import SEVERITIES
from archive.queries.verification.passages import is_block, is_passage
from archive.running import this_process
from tests.engines import connected, damage, located

CHECKOUT = Path(__file__).resolve().parents[2]
OLDEST = CHECKOUT / "tests" / "archives" / "20261122_first_archive.sql"
NOW = "2026-11-22T08:00:00.000000Z"

BY_RULE = "SELECT min(id) FROM tag_evidence WHERE method = 'rule' AND field = 'body'"
GIVEN = "SELECT min(id) FROM tag_evidence WHERE method = 'given'"
SECOND_BY_RULE = (
    "SELECT max(id) FROM tag_evidence WHERE method = 'rule' GROUP BY article_topic_id HAVING count(*) > 1 "
    "ORDER BY 1 LIMIT 1"
)
ADD_DECISION = (
    "INSERT INTO decisions (id, made_at, who, article_key, subject, name, value) "
    f"SELECT 1, '{NOW}', 'Ada', a.key, 'topic', t.scheme || ':' || t.code, 'rejected' FROM article_topics g "
    "JOIN articles a ON a.id = g.article_id JOIN topics t ON t.id = g.topic_id WHERE g.id = 1"
)
ADD_MERGE = (
    "INSERT INTO decisions (id, made_at, who, subject, name, value) "
    f"VALUES (1, '{NOW}', 'Ada', 'topic_merge', 'local:trade', 'local:economy')"
)
ASIDE = "SELECT min(id) FROM tag_evidence WHERE method = 'trailing_tags'"
MENTIONED = "SELECT min(id) FROM article_dates WHERE kind = 'mentioned' AND field = 'body'"
DATED = "SELECT min(id) FROM articles WHERE published_at IS NOT NULL"
ADD_REVISION = (
    "INSERT INTO article_revisions (article_id, number, headline, headline_method, words, text_sha256, fingerprint, "
    "fingerprint_version, normalizer_version, cause, original_id, seen_at, headline_index, body, body_index) "
    "SELECT {}, number + {}, headline, headline_method, words, text_sha256, fingerprint, fingerprint_version, "
    "normalizer_version, cause, original_id, seen_at, headline_index, body, body_index FROM article_revisions "
    "WHERE id = (SELECT revision_id FROM articles WHERE id = 1)"
)
IMPACTS = "CREATE VIRTUAL TABLE temp.impacts USING fts5vocab('main', 'article_impacts', 'instance')"
ADD_ARTICLE = f"INSERT INTO articles (id, key, created_at) VALUES (900, 'aaaaaaaaaaaa', '{NOW}')"
SET_NEWEST = "UPDATE articles SET revision_id = (SELECT max(id) FROM article_revisions) WHERE id = {}"
FORGET = (
    "INSERT INTO decisions (id, made_at, who, article_key, subject, name, reason) "
    f"VALUES (70, '{NOW}', 'Ada', 'zzzzzzzzzzzz', 'forget', 'article', 'why')",
    "INSERT INTO tombstones (id, decision_id, key, wiped) VALUES (1, 70, 'zzzzzzzzzzzz', true)",
)
ADD_MODEL = (
    "INSERT INTO models (id, scheme, number, trained_at, who, query, seed, articles, topics, parameters, "
    f"program_version, sha256, content) VALUES (1, 'local', 1, '{NOW}', 'Ada', '', 0, 40, 1, '', '0', "
    "'6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d', x'00')",
    "INSERT INTO suggestions (id, article_id, topic_id, model_id, score, revision_id) "
    "SELECT 1, a.id, t.id, 1, 0.5, a.revision_id FROM articles a, topics t WHERE a.id = 1 AND t.code = 'tourism'",
    "INSERT INTO suggestion_words (suggestion_id, field, start, \"end\", weight) VALUES (1, 'body', 0, 3, 0.1)",
)
BY_MODEL = (
    'INSERT INTO tag_evidence (article_topic_id, method, score, field, start, "end", revision_id, model_id) '
    "SELECT g.id, 'model', {}, 'body', 0, 3, a.revision_id, {} FROM article_topics g "
    "JOIN articles a ON a.id = g.article_id WHERE g.id = 1"
)
REMEMBER = "INSERT INTO forgotten_hashes (tombstone_id, kind, sha256) SELECT 1, '{}', {} FROM {} WHERE id = 1"


class Damage(NamedTuple):
    """What is done to an archive, and which checks find it: all those, and no other."""

    found: str
    statements: tuple[str, ...]
    deep: bool = False
    frozen: bool = False  # whether there is a corpus of all articles


def named(case: Damage) -> str:
    return f"{case.found}: {case.statements[0][:60]}"


def of(found: str, *statements: str, deep: bool = False, frozen: bool = False) -> Damage:
    return Damage(found, statements, deep, frozen)


DAMAGES = (
    of(
        "left_behind",
        "INSERT INTO about (name, value) VALUES ('without', 'originals')",
        "UPDATE originals SET content = x'' WHERE id = 1",
        deep=True,
    ),
    of("keys", "UPDATE articles SET key = 'ABC' WHERE id = 1"),
    of("keys", "UPDATE articles SET key = upper(key) WHERE id = 1"),
    of("no_text identity", ADD_ARTICLE),
    of("current_text search", "UPDATE articles SET revision_id = NULL WHERE id = 1"),
    of("current_text search", "UPDATE articles SET revision_id = 999 WHERE id = 1"),
    of("current_text search", "UPDATE articles SET revision_id = (SELECT revision_id FROM articles WHERE id = 2) "
       "WHERE id = 1"),
    of("revision_numbers", "UPDATE article_revisions SET number = 7 WHERE id = 1"),
    of("revision_numbers", "UPDATE article_revisions SET number = 0 WHERE id = 1"),
    of("credits", "UPDATE article_credits SET text = 'Nobody'"),
    of("credits", 'UPDATE article_credits SET start = start + 1, "end" = "end" + 1'),
    of("credits", "UPDATE article_credits SET field = 'body', revision_id = 1"),
    of("statements", "UPDATE import_items SET stated_in_id = 2 WHERE id = 3"),
    of("statements foreign_keys", "UPDATE import_items SET stated_in_id = 999 WHERE id = 3"),
    of("statements", "UPDATE article_values SET import_item_id = 2 WHERE article_id = (SELECT max(id) FROM articles)"),
    of("statements", "INSERT INTO other_values (article_id, field, text, method, import_item_id) "
       "VALUES (2, 'section', 'Sports', 'option', 3)"),
    of("import_ends times", "INSERT INTO imports (started_at, status, arguments, program_version, process, undone_at) "
       f"VALUES ('{NOW}', 'undone', '', '', '', 'now')"),
    of("units", f"UPDATE imports SET status = 'undone', undone_at = '{NOW}', undone_by = 'Ada'"),
    of("values", "DELETE FROM article_values WHERE id = (SELECT min(id) FROM article_values WHERE field = 'language')"),
    of("values", "UPDATE articles SET section = 'Sports' WHERE id = (SELECT min(id) FROM articles "
       "WHERE section IS NULL)"),
    of("chosen_date", "UPDATE article_dates SET chosen = false WHERE chosen"),
    of("chosen_date", "UPDATE article_dates SET chosen = true WHERE kind = 'mentioned'"),
    of("dates", f"UPDATE article_dates SET start = NULL WHERE id = ({MENTIONED})"),
    of("date_passages", f"UPDATE article_dates SET start = start + 1 WHERE id = ({MENTIONED})"),
    of("date_passages", f'UPDATE article_dates SET "end" = 1000000 WHERE id = ({MENTIONED})'),
    of("tags", "DELETE FROM tag_evidence WHERE article_topic_id = 1"),
    of("evidence_form", f"UPDATE tag_evidence SET rule = NULL WHERE id = ({BY_RULE})"),
    of("evidence_form", f"UPDATE tag_evidence SET start = NULL WHERE id = ({BY_RULE})"),
    of("evidence_form", f"UPDATE tag_evidence SET given_text = NULL WHERE id = ({GIVEN})"),
    of("evidence_form", f"UPDATE tag_evidence SET set_aside_id = NULL WHERE id = ({ASIDE})"),
    of("evidence_form", f"UPDATE tag_evidence SET method = 'decision' WHERE id = ({GIVEN})"),
    of("evidence_form", *ADD_MODEL, BY_MODEL.format("NULL", 1)),
    of("evidence_form", *ADD_MODEL, BY_MODEL.format(0.5, "NULL")),
    of("models", *ADD_MODEL, "UPDATE models SET content = x'01'"),
    of("times", *ADD_MODEL, "UPDATE models SET trained_at = 'now'"),
    of("digests models", *ADD_MODEL, "UPDATE models SET sha256 = 'none'"),
    of("suggestions", *ADD_MODEL, "UPDATE suggestions SET score = 1.5"),
    of("suggestions", *ADD_MODEL, "UPDATE suggestions SET article_id = 2"),
    of("suggestion_words", *ADD_MODEL, 'UPDATE suggestion_words SET "end" = 1000000'),
    of("suggestion_words", *ADD_MODEL, "UPDATE suggestion_words SET start = 3"),
    of("evidence_side", f"UPDATE tag_evidence SET article_topic_id = NULL WHERE id = ({SECOND_BY_RULE})"),
    of("rejected_tags", ADD_DECISION, "INSERT INTO rejected_topics (article_id, topic_id, decision_id) "
       "SELECT article_id, topic_id, 1 FROM article_topics WHERE id = 1"),
    of("decided_tags", ADD_DECISION),
    of("decided_tags", ADD_DECISION, "UPDATE decisions SET value = 'accepted', who = 'Bo'",
       "INSERT INTO decisions (id, made_at, who, subject, name, value) "
       f"VALUES (2, '{NOW}', 'Ada', 'deciding', 'person', 'Ada')",
       "INSERT INTO tag_evidence (article_topic_id, decision_id, method, given_text, field) "
       "VALUES (1, 1, 'decision', 'local:x', 'topics')"),
    of("decided_tags rejected_tags", "INSERT INTO decisions (id, made_at, who, subject, name) "
       f"VALUES (9, '{NOW}', 'Ada', 'undo', '1')", ADD_DECISION, "INSERT INTO rejected_topics "
       "(article_id, topic_id, decision_id) SELECT article_id, topic_id, 1 FROM article_topics WHERE id = 1"),
    *(of("deciding", "INSERT INTO decisions (made_at, who, subject, name, value) "
         f"VALUES ('{NOW}', 'Ada', 'deciding', {rule})")
      for rule in ("'person', ' '", "'latest', 'Ada'", "'eldest', NULL")),
    of("merged_topics", ADD_MERGE, "INSERT INTO earlier_states (decision_id, text) VALUES (1, '[]')"),
    of("evidence", f'UPDATE tag_evidence SET start = start + 1, "end" = "end" + 1 WHERE id = ({BY_RULE})'),
    of("evidence", f'UPDATE tag_evidence SET "end" = 1000000 WHERE id = ({BY_RULE})'),
    of("evidence", f"UPDATE tag_evidence SET start = -3 WHERE id = ({BY_RULE})"),
    of("evidence", f"UPDATE tag_evidence SET rule = 'zeppelin' WHERE id = ({BY_RULE})"),
    of("evidence", f'UPDATE tag_evidence SET "end" = "end" - 1 WHERE id = ({ASIDE})'),
    of("evidence_owner evidence", "UPDATE tag_evidence SET revision_id = (SELECT max(id) FROM article_revisions) "
       f"WHERE id = ({BY_RULE})"),
    of("evidence_age", ADD_REVISION.format(1, 1), SET_NEWEST.format(1)),
    of("positions", "UPDATE import_items SET position = 100 WHERE id = 1"),
    of("positions", "UPDATE import_items SET position = 2 WHERE id = 1"),
    of("units statements", "UPDATE import_items SET article_id = NULL WHERE id = (SELECT min(id) FROM import_items "
       "WHERE outcome = 'duplicate')"),
    of("units", "UPDATE import_items SET article_id = 1 WHERE outcome = 'failed'"),
    of("unit_owner", "UPDATE import_items SET revision_id = (SELECT revision_id FROM articles WHERE id = 2) "
       "WHERE id = (SELECT min(id) FROM import_items WHERE article_id = 1)"),
    of("import_ends", "UPDATE imports SET finished_at = NULL"),
    of("running", "UPDATE imports SET status = 'running', finished_at = NULL, process = 'no process'"),
    of("decisions", "INSERT INTO decisions (made_at, who, article_key, subject, name) "
       f"VALUES ('{NOW}', 'Ada', 'zzzzzzzzzzzz', 'field', 'section')"),
    of("tombstones decisions", FORGET[0]),
    of("tombstones", *FORGET, "UPDATE decisions SET reason = NULL"),
    of("tombstones decisions", *FORGET, "UPDATE tombstones SET key = 'yyyyyyyyyyyy'"),
    of("unwiped", *FORGET, "UPDATE tombstones SET wiped = false"),
    of("forgotten_originals", *FORGET, REMEMBER.format("original", "sha256", "originals")),
    of("forgotten_texts", *FORGET, REMEMBER.format("text", "text_sha256", "article_revisions")),
    of("forgotten_texts", *FORGET, REMEMBER.format("fingerprint", "fingerprint", "article_revisions")),
    of("digests", *FORGET, REMEMBER.format("text", "'abc'", "articles")),
    of("wiped_decisions", *FORGET, "INSERT INTO decisions (made_at, who, article_key, subject, name, value) "
       "VALUES ('2020-01-01T00:00:00.000000Z', 'Ada', 'zzzzzzzzzzzz', 'field', 'section', 'Sea')"),
    of("units", *FORGET, "UPDATE import_items SET tombstone_id = 1 WHERE id = 1"),
    of("units", *FORGET, "UPDATE import_items SET tombstone_id = 1 WHERE outcome = 'failed'"),
    of("times", "UPDATE articles SET created_at = 'yesterday' WHERE id = 1"),
    of("digests", "UPDATE originals SET sha256 = upper(sha256) WHERE id = 1"),
    of("digests", "UPDATE import_items SET context_sha256 = 'abc' WHERE id = 1"),
    of("views", "DROP VIEW documents"),
    of("views", "DROP VIEW documents", "CREATE VIEW documents AS SELECT key AS doc_id FROM articles"),
    of("foreign_keys", "UPDATE article_identifiers SET article_id = 999 WHERE id = 1"),
    of("foreign_keys", "UPDATE article_authors SET author_id = 999 WHERE id = 1"),
    of("foreign_keys", "CREATE TABLE my_notes (note TEXT, article INTEGER REFERENCES articles(id))",
       "INSERT INTO my_notes VALUES ('look again', 999)"),
    of("embargo", "UPDATE articles SET embargo_until = '2023-03-01T12:00:00.000000Z' WHERE id = 1"),
    of(
        "embargo",
        "INSERT INTO article_values (article_id, field, text, method, import_item_id) "
        "VALUES (1, 'embargo', 'soon', 'option', 1)",
        "UPDATE articles SET embargo = 'soon' WHERE id = 1",
    ),
    of("published", "UPDATE articles SET published = 'soon' WHERE id = 999", "UPDATE articles SET published_on = NULL "
       f"WHERE id = ({DATED})"),
    *(
        of("published", f"UPDATE articles SET {column} = '{value}' WHERE id = ({DATED})")
        for column, value in (
            ("published_from", "2023-01-01T00:00:00"),
            ("published_until", "2023-01-01T00:00:00"),
            ("published_on", "2023-01-01"),
            ("published_at", NOW),
            ("published_precision", "year"),
            ("published_method", "sidecar"),
        )
    ),
    of("published chosen_date", f"UPDATE articles SET published = 'soon' WHERE id = ({DATED})"),
    of("published chosen_date values", f"UPDATE articles SET published = NULL WHERE id = ({DATED})"),
    of("name_keys", "UPDATE source_names SET name_key = upper(name_key) WHERE id = 1"),
    of("topic_tree", "UPDATE topics SET parent_id = id WHERE id = 1"),
    of("topic_tree", "UPDATE topics SET parent_id = 2 WHERE id = 1", "UPDATE topics SET parent_id = 1 WHERE id = 2"),
    of("topic_tree", "UPDATE topics SET scheme = 'other' WHERE id = (SELECT min(id) FROM topics t "
       "WHERE parent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM topics b WHERE b.parent_id = t.id))"),
    of("search_text search", "UPDATE article_revisions SET headline_index = 'other words' WHERE id = 2"),
    of("blocks", "UPDATE body_blocks SET start = start + 1 WHERE id = 1"),
    of("blocks", 'UPDATE body_blocks SET "end" = 1000000 WHERE id = 1'),
    of("texts search", "UPDATE article_revisions SET body = body || ' More.' WHERE id = 1", deep=True),
    of("texts", "UPDATE article_revisions SET text_sha256 = fingerprint WHERE id = 1", deep=True),
    of("words", "UPDATE article_revisions SET words = words + 1 WHERE id = 1", deep=True),
    of("fingerprints", "UPDATE article_revisions SET fingerprint = text_sha256 WHERE id = 1", deep=True),
    of("fingerprint_versions", "UPDATE article_revisions SET fingerprint_version = 9, fingerprint = text_sha256"),
    of("fingerprint_versions", "UPDATE article_revisions SET fingerprint_version = 0 WHERE id = 1", deep=True),
    of("tables", "ALTER TABLE articles ADD COLUMN surprise TEXT", deep=True),
    of("corpora", "DELETE FROM corpus_revisions WHERE id = 2", frozen=True),
    of("corpora", "UPDATE corpora SET articles = 17", frozen=True),
    of("corpora", "UPDATE corpora SET sha256 = (SELECT max(text_sha256) FROM corpus_revisions)", frozen=True),
    of("corpora corpus_articles", "UPDATE corpus_revisions SET text_sha256 = (SELECT text_sha256 FROM "
       "article_revisions WHERE id = 2) WHERE id = 1", frozen=True),
    of("corpora digests corpus_articles", "UPDATE corpus_revisions SET text_sha256 = 'ab' WHERE id = 1", frozen=True),
    of("corpus_articles texts", "UPDATE article_revisions SET text_sha256 = fingerprint WHERE id = 1", deep=True,
       frozen=True),
    of("corpora corpus_articles", "UPDATE corpus_revisions SET article_key = 'aaaaaaaaaaaa' WHERE id = 1", frozen=True),
    of("corpora digests", "UPDATE corpora SET sha256 = 'ab'", frozen=True),
    of("times", "UPDATE corpora SET frozen_at = 'yesterday'", frozen=True),
    of("times", "INSERT INTO saved_queries (name, query, saved_at) VALUES ('a', 'trade', 'today')"),
    of("indexes", "DROP INDEX ix_import_items_locator"),
    of("indexes", "DROP INDEX ix_import_items_locator", deep=True),
    of("tables", "DROP INDEX ix_import_items_locator",
       "CREATE INDEX ix_import_items_locator ON import_items (locator, id)", deep=True),
)  # fmt: skip

# What happens to files alone: values of any type, an index that is SQLite's own, keys that lead to no unique column.
OF_FILES = (
    of("identity", ADD_ARTICLE, ADD_REVISION.format(900, 0), SET_NEWEST.format(900), "INSERT INTO article_fts(rowid, "
       "headline, body) SELECT id, headline, body FROM article_text WHERE id = 900", IMPACTS,
       "INSERT INTO article_impacts(rowid, words) SELECT 900, group_concat(term, ' ') FROM temp.impacts WHERE doc = 1"),
    of("search", "INSERT INTO article_fts(rowid, headline, body) VALUES (999, 'Never printed', 'Nor written.')"),
    of("search", "INSERT INTO article_fts(article_fts, rowid, headline, body) SELECT 'delete', id, headline, body "
       "FROM article_text WHERE id = 1", "INSERT INTO article_fts(rowid, headline, body) VALUES (1, 'x', 'y')"),
    of("search", "INSERT INTO article_impacts(rowid, words) VALUES (999, 'printed.9000.5.2')"),
    of("search", "INSERT INTO article_impacts(rowid, words) VALUES (1, 'printed.9000.5.2')"),
    of("search", IMPACTS, "INSERT INTO article_impacts(article_impacts, rowid, words) "
       "SELECT 'delete', 1, group_concat(term, ' ') FROM temp.impacts WHERE doc = 1"),
    of("search", "INSERT INTO article_impacts(article_impacts) VALUES ('delete-all')"),
    of("search", "DROP TABLE article_impacts"),
    of("types", "UPDATE authors SET name = x'4142' WHERE id = 1"),
    of("types", "UPDATE article_dates SET has_zone = 7 WHERE id = 1"),
    of("types", "UPDATE originals SET size = 'large' WHERE id = 1"),
    of("search_text search", "UPDATE article_revisions SET body_index = NULL WHERE body_index IS NOT NULL"),
    of("search", "DELETE FROM article_fts_docsize WHERE id = 1"),
    of("search", "DELETE FROM article_fts_data"),
    of("search", "DROP TABLE article_fts"),
    of("foreign_keys", "CREATE TABLE my_notes (note TEXT, section TEXT REFERENCES articles(section))",
       "INSERT INTO my_notes VALUES ('look again', 'Sports')"),
    of("texts", "UPDATE article_revisions SET body = body || CAST(x'ff' AS TEXT) WHERE id = 1", deep=True),
)  # fmt: skip

# What happens on servers alone.
ON_SERVERS = (
    of("identity", ADD_ARTICLE, ADD_REVISION.format(900, 0), SET_NEWEST.format(900),
       "INSERT INTO article_search SELECT 900, headline, body, vector FROM article_search WHERE article_id = 1"),
    of("search", "DELETE FROM article_search WHERE article_id = 1"),
    of("search foreign_keys", "INSERT INTO article_search SELECT 999, headline, body, vector FROM article_search "
       "WHERE article_id = 1"),
    of("search", "UPDATE article_search SET body = body || 'more ' WHERE article_id = 1"),
    of("search", "UPDATE article_search SET headline = ' ' WHERE article_id = 1"),
    of("search", "UPDATE article_search SET vector = NULL WHERE article_id = 1"),
    of("search", "UPDATE article_search SET vector = setweight(vector, 'B') WHERE article_id = 1"),
    of("search indexes", "DROP TABLE article_search"),
    of("search_text", "UPDATE article_revisions SET body_index = NULL WHERE body_index IS NOT NULL"),
    of("indexes", "DROP INDEX ix_article_search_vector"),
    of("indexes", "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_import_items_locator'::regclass"),
    of("constraints", "ALTER TABLE article_authors DROP CONSTRAINT fk_article_authors_author_id_authors",
       "ALTER TABLE article_authors ADD CONSTRAINT fk_article_authors_author_id_authors FOREIGN KEY (author_id) "
       "REFERENCES authors (id) NOT VALID"),
    of("constraints", "ALTER TABLE article_authors DISABLE TRIGGER ALL"),
    of("foreign_keys tables", "ALTER TABLE article_authors DROP CONSTRAINT fk_article_authors_author_id_authors",
       "UPDATE article_authors SET author_id = 999 WHERE id = 1", deep=True),
    of("tables", "ALTER TABLE articles ALTER COLUMN created_at DROP NOT NULL", deep=True),
)  # fmt: skip

# What is not wrong, though it could be taken for it.
SOUND = (
    ("CREATE TABLE my_notes (key TEXT, note TEXT)", "CREATE INDEX my_index ON articles (section)"),
    ("CREATE VIEW my_view AS SELECT key FROM articles",),
    (
        "DELETE FROM tag_evidence WHERE article_topic_id = 1",
        "INSERT INTO decisions (made_at, who, article_key, subject, name, value) "
        f"SELECT '{NOW}', 'Ada', a.key, 'topic', t.scheme || ':' || t.code, 'accepted' FROM article_topics g "
        "JOIN articles a ON a.id = g.article_id JOIN topics t ON t.id = g.topic_id WHERE g.id = 1",
    ),
    (ADD_MERGE,),  # taken back: nothing of it is kept
    (
        "INSERT INTO decisions (made_at, who, article_key, subject, name, value) "
        f"SELECT '{NOW}', 'Ada', key, 'field', 'section', 'Sports' FROM articles WHERE id = 1",
        "UPDATE articles SET section = 'Sports' WHERE id = 1",
    ),
)


def names(found: Verification) -> set[str]:
    return {finding.check for finding in found.findings}


@pytest.mark.parametrize("deep", [False, True])
def test_nothing_is_wrong_with_a_sound_archive(seeds_archive: Location, deep: bool) -> None:
    found = verify(seeds_archive, deep=deep)
    assert found.findings == ()
    assert (found.counts["articles"], found.counts["texts"], found.counts["units"]) == (16, 17, 19)


def test_nothing_is_wrong_with_an_empty_archive(database: Location) -> None:
    found = verify(database, deep=True)
    assert found.findings == ()
    assert set(found.counts.values()) == {0}


@pytest.mark.parametrize("statements", SOUND)
def test_what_people_add_and_decide_is_no_damage(seeds_archive: Location, statements: tuple[str, ...]) -> None:
    assert verify(damage(seeds_archive, *statements), deep=True).findings == ()


@pytest.mark.parametrize("case", DAMAGES, ids=named)
def test_damage_is_found_and_nothing_else(seeds_archive: Location, case: Damage) -> None:
    is_found(seeds_archive, case)


@pytest.mark.sqlite("cases of damage to files and to SQLite's own index; a server has its own")
@pytest.mark.parametrize("case", OF_FILES, ids=named)
def test_damage_in_a_file_is_found_and_nothing_else(seeds_archive: Location, case: Damage) -> None:
    is_found(seeds_archive, case)


@pytest.mark.postgresql
@pytest.mark.parametrize("case", ON_SERVERS, ids=named)
def test_damage_on_a_server_is_found_and_nothing_else(seeds_archive: Location, case: Damage) -> None:
    is_found(seeds_archive, case)


def is_found(archive: Location, case: Damage) -> None:
    if case.frozen:
        freeze_corpus(archive, "all", Asked("*"), "Ada")
        assert verify(archive, deep=True).findings == ()
    damage(archive, *case.statements)
    before = archive.read_bytes() if isinstance(archive, Path) else b""
    found = verify(archive, deep=case.deep)
    assert names(found) == set(case.found.split()), found.findings
    assert all(finding.severity in SEVERITIES and finding.message for finding in found.findings)
    assert not isinstance(archive, Path) or archive.read_bytes() == before


@pytest.mark.parametrize(("table", "column"), ENUMERATIONS)
def test_values_that_the_program_does_not_know_are_found(seeds_archive: Location, table: str, column: str) -> None:
    damage(
        seeds_archive,
        f"INSERT INTO decisions (made_at, who, subject, name) VALUES ('{NOW}', 'Ada', 'field', 'section')",
        *FORGET,
        REMEMBER.format("text", "text_sha256", "article_revisions"),
        "INSERT INTO topic_mappings (topic_id, relation, scheme, code) VALUES (1, 'exact', 'subj', '04016000')",
        *ADD_MODEL,
        f"UPDATE {table} SET {column} = 'nonsense' WHERE id = (SELECT min(id) FROM {table})",
    )
    found = [finding for finding in verify(seeds_archive).findings if finding.check == "enumerated"]
    message = f"1 value of {table}.{column} that this program does not know: 'nonsense'"
    assert [(finding.severity, finding.message) for finding in found] == [("error", message)]


def test_every_check_has_its_damage() -> None:
    """A check that nothing here sets off would go on saying that all is well."""
    known: set[str] = set()
    for file in (CHECKOUT / "archive" / "queries" / "verification").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            words = node.elts if isinstance(node, ast.Tuple) else node.args if isinstance(node, ast.Call) else []
            first = [word.value if isinstance(word, ast.Constant) else None for word in words[:2]]
            if len(first) == 2 and first[0] in SEVERITIES and isinstance(first[1], str) and first[1] not in SEVERITIES:
                known.add(first[1])
    assert len(known) > 30
    elsewhere = {"enumerated", "schema", "originals"}
    found = {name for case in (*DAMAGES, *OF_FILES, *ON_SERVERS) for name in case.found.split()}
    assert (known | {"foreign_keys"}) - elsewhere == found


def test_findings_say_how_many_and_where(seeds_archive: Location) -> None:
    damage(seeds_archive, "UPDATE articles SET revision_id = NULL WHERE id <= 7")
    (finding,) = [finding for finding in verify(seeds_archive).findings if finding.check == "current_text"]
    with connected(seeds_archive) as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM articles WHERE id <= 7")]
    assert (finding.severity, finding.number, finding.cure) == ("error", 7, "`archive repair`")
    start, _, places = finding.message.partition(": ")
    assert start == "7 articles with a current text of another article, or none"
    assert places.endswith(", …") and set(places.split(", ")[:-1]) < set(keys)


def test_the_worst_comes_first(seeds_archive: Location) -> None:
    damage(seeds_archive, "UPDATE source_names SET name_key = upper(name_key) WHERE id = 1", ADD_ARTICLE)
    found = verify(seeds_archive)
    assert [finding.severity for finding in found.findings] == ["error", "warning", "note"]
    assert [found.number(severity) for severity in SEVERITIES] == [1, 1, 1]


def test_other_bytes_of_the_same_length_are_found_when_looking_deep(seeds_archive: Location) -> None:
    alter_original(seeds_archive, lambda content: content[:-1] + b"?")
    assert names(verify(seeds_archive)) == set()
    assert names(verify(seeds_archive, deep=True)) == {"originals"}


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("change", [lambda content: content + b"?", lambda content: b""], ids=["longer", "empty"])
def test_bytes_of_another_length_are_found_at_once(
    seeds_archive: Location, change: Callable[[bytes], bytes], deep: bool
) -> None:
    alter_original(seeds_archive, change)
    assert names(verify(seeds_archive, deep=deep)) == {"originals"}


@pytest.mark.parametrize("content", ["x''", "x'00112233'", "x'28b52ffd'", "substr(content, 1, length(content) - 9)"])
def test_originals_that_cannot_be_unpacked_are_found(seeds_archive: Location, content: str) -> None:
    damage(seeds_archive, f"UPDATE originals SET content = {content} WHERE id = 1")
    assert names(verify(seeds_archive, deep=True)) == {"originals"}


def test_an_original_that_would_fill_the_memory_is_given_up(seeds_archive: Location) -> None:
    compressor = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    bomb = b"".join([*(compressor.compress(bytes(1 << 20)) for _ in range(2048)), compressor.flush()])
    with connected(seeds_archive) as connection:
        connection.execute("UPDATE originals SET content = ? WHERE id = 1", (bomb,))
        connection.commit()
    program = (
        "import re, resource, sys\nfrom pathlib import Path\nfrom archive.db.location import locate\n"
        "from archive.queries.verification import verify\n"
        "print([one.check for one in verify(locate(sys.argv[1]), deep=True).findings])\n"
        # what getrusage tells on Linux counts the process that started this one
        "status = Path('/proc/self/status')\n"
        "print(re.search(r'VmHWM:\\s+(\\d+)', status.read_text())[1] if status.exists() else "
        "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, located(seeds_archive)], capture_output=True, text=True, check=True, timeout=60
    )
    checks, most = done.stdout.splitlines()
    assert checks == "['originals']"
    assert int(most) < (400_000 if sys.platform == "linux" else 400_000_000)


def alter_original(path: Location, change: Callable[[bytes], bytes]) -> None:
    with connected(path) as connection:
        (content,) = connection.execute("SELECT content FROM originals WHERE id = 1").fetchone()
        altered = zstandard.compress(change(zstandard.decompress(content)))
        connection.execute("UPDATE originals SET content = ? WHERE id = 1", (altered,))
        connection.commit()


def test_imports_that_still_run_are_left_to_run(seeds_archive: Location) -> None:
    running = f"UPDATE imports SET status = 'running', finished_at = NULL, process = '{this_process()}'"
    damage(seeds_archive, running)
    engine = open_engine(seeds_archive)
    with engine.connect() as connection, connection.begin() as beginning:
        for import_id in connection.scalars(select(imports.c.id)).all():
            hold(connection, import_id)
        beginning.commit()
        assert verify(seeds_archive).findings == ()
    engine.dispose()


def test_imports_that_were_killed_are_found(seeds_archive: Location) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    process = f"{socket.gethostname()} {ended.pid} 1"
    damage(seeds_archive, f"UPDATE imports SET status = 'running', finished_at = NULL, process = '{process}'")
    (finding,) = verify(seeds_archive).findings
    assert (finding.severity, finding.check) == ("warning", "running")
    assert finding.cure == "the next import, or `archive repair`, marks it as interrupted"


@pytest.mark.sqlite("on servers archives begin with a newer schema")
def test_an_older_schema_is_named_and_the_rest_of_the_file_checked(tmp_path: Path) -> None:
    path = oldest(tmp_path / "old.db")
    (finding,) = verify(path, deep=True).findings
    assert (finding.severity, finding.check, finding.cure) == ("error", "schema", "`archive db upgrade`")
    assert "20261122_first_archive" in finding.message
    damage(path, "DELETE FROM article_fts_docsize WHERE id = 1", "DELETE FROM topics")
    assert names(verify(path)) == {"schema", "search", "foreign_keys"}


@pytest.mark.sqlite("on servers archives begin with a newer schema")
def test_an_upgraded_archive_is_sound(tmp_path: Path) -> None:
    path = oldest(tmp_path / "old.db")
    schema.upgrade(path)
    assert verify(path, deep=True).findings == ()


def oldest(path: Path) -> Path:
    """Return an archive of the oldest schema, as it was released."""
    with connected(path) as connection:
        connection.executescript("BEGIN;\n" + OLDEST.read_text(encoding="utf-8") + "\nCOMMIT;")
    return path


@pytest.mark.sqlite("missing, empty and other files; databases without an archive are in tests/upgrades")
def test_what_is_no_archive_is_refused(tmp_path: Path, database: Location) -> None:
    with pytest.raises(SchemaError, match="there is no archive at"):
        verify(tmp_path / "nothing.db")
    letter = tmp_path / "letter.db"
    letter.write_text("Dear reader, this is a letter.\n" * 100)
    with pytest.raises(SchemaError, match="cannot be read as an archive"):
        verify(letter)
    empty = tmp_path / "empty.db"
    empty.touch()
    with pytest.raises(SchemaError, match="has no archive in it yet"):
        verify(empty)
    damage(database, "UPDATE alembic_version SET version_num = '20991231_what_comes'")
    with pytest.raises(SchemaError, match="update the program"):
        verify(database)


@pytest.mark.sqlite("a server looks after its indexes itself")
def test_an_index_at_odds_with_its_table_is_found_when_looking_deep(seeds_archive: Location) -> None:
    desert_index(seeds_archive, "ix_import_items_locator", "UPDATE import_items SET locator = 'elsewhere' WHERE id = 1")
    (finding,) = verify(seeds_archive, deep=True).findings
    assert (finding.severity, finding.check, finding.cure) == ("error", "indexes", "`archive repair`")
    assert "row 1 missing from index ix_import_items_locator" in finding.message


def desert_index(path: Location, index: str, statement: str) -> None:
    """Run a statement of which an index does not hear."""
    with connected(path) as connection:
        (row,) = connection.execute("SELECT * FROM sqlite_schema WHERE name = ?", (index,)).fetchall()
    damage(path, "PRAGMA writable_schema = ON", f"DELETE FROM sqlite_schema WHERE name = '{index}'")
    damage(path, statement)
    with connected(path) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", row)
        connection.commit()


@pytest.mark.sqlite("pages of a file are damaged")
def test_a_damaged_page_is_found(seeds_archive: Path) -> None:
    with connected(seeds_archive) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'import_items'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    overwrite(seeds_archive, (root - 1) * size, bytes([7]) * 200)
    found = verify(seeds_archive, deep=True)
    assert {"integrity", "units"} <= names(found)
    (finding,) = [finding for finding in found.findings if finding.check == "integrity"]
    assert finding.message.startswith("the file is damaged: ")
    assert "archive db restore" in (finding.cure or "")


@pytest.mark.sqlite("a file is cut off or overwritten")
@pytest.mark.parametrize("seed", range(24))
def test_whatever_is_wrong_with_the_file_is_an_answer(seeds_archive: Path, seed: int) -> None:
    """Cut off, or overwritten anywhere: findings, or an error that names the file; nothing else is raised."""
    chance = random.Random(seed)
    hurt(seeds_archive, chance)
    try:
        found = verify(seeds_archive, deep=True)
    except ArchiveError as error:
        assert str(seeds_archive) in str(error)
    else:
        assert all(finding.severity in SEVERITIES for finding in found.findings)


def hurt(path: Path, chance: random.Random) -> None:
    size = path.stat().st_size
    if chance.random() < 0.3:
        os.truncate(path, chance.randrange(size))
        return
    for _ in range(chance.choice((1, 3, 20))):
        overwrite(path, chance.randrange(100, size), chance.randbytes(chance.choice((1, 16, 600, 5000))))


def overwrite(path: Path, start: int, content: bytes) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(start)
        file.write(content[: size - start])


def test_tables_that_are_missing_are_findings(seeds_archive: Location) -> None:
    damage(seeds_archive, "ALTER TABLE decisions RENAME TO decided", "ALTER TABLE tag_evidence RENAME TO evidence")
    found = verify(seeds_archive)
    assert {"values", "decisions", "tags", "evidence_form", "texts"} <= names(found)
    assert found.counts.keys() == {"articles", "texts", "originals", "units"}
    told = [one.message for one in found.findings if one.message.startswith("'decisions' could not be checked: ")]
    assert len(told) == 1 and ("no such table: decisions" in told[0] or 'relation "decisions" does not' in told[0])


@pytest.mark.sqlite("modes of files")
def test_read_only_media_are_checked_but_for_the_search_index(seeds_archive: Path) -> None:
    with read_only(seeds_archive) as path:
        found = as_nobody(lambda: [(one.severity, one.check) for one in verify(path, deep=True).findings])
    assert found == "[('note', 'search')]"


@pytest.mark.sqlite("modes of files")
def test_a_file_that_may_not_be_written_is_checked_but_for_the_search_index(seeds_archive: Path) -> None:
    with read_only(seeds_archive, folder=0o777) as path:
        found = as_nobody(lambda: verify(path).findings)
    assert "the search index was not compared with the texts: attempt to write a readonly database" in found


@contextlib.contextmanager
def read_only(archive: Path, folder: int = 0o555) -> Iterator[Path]:
    """Give a copy of an archive that cannot be written to."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(shutil.copy(archive, Path(name) / "archive.db"))
        path.chmod(0o444)
        Path(name).chmod(folder)
        try:
            yield path
        finally:
            Path(name).chmod(stat.S_IRWXU)


def as_nobody(ask: Callable[[], object]) -> str:
    """Return what is answered in a process that may not do what root may."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            os.write(writing, str(ask()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, encoding="utf-8") as file:
        return file.read()


def test_an_archive_is_checked_while_somebody_writes(seeds_archive: Location) -> None:
    with connected(seeds_archive) as writer:
        writer.execute("BEGIN")
        writer.execute("UPDATE articles SET key = upper(key)")
        writer.execute("ROLLBACK")
        assert verify(seeds_archive).findings == ()


@pytest.mark.postgresql
def test_an_archive_on_a_server_is_checked_while_somebody_is_writing(seeds_archive: Location) -> None:
    engine = open_engine(seeds_archive)
    with engine.connect() as writer, writer.begin():
        writer.exec_driver_sql("UPDATE articles SET key = upper(key)")
        assert verify(seeds_archive, deep=True).findings == ()


@pytest.mark.postgresql
def test_views_that_cannot_be_compared_are_a_note(seeds_archive: Location) -> None:
    with connected(seeds_archive) as connection:
        name = connection.execute("SELECT current_database()").fetchone()[0]
        connection.execute(f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")
        connection.execute(f"CREATE ROLE {name} LOGIN")
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
    try:
        assert isinstance(seeds_archive, URL)
        (finding,) = verify(seeds_archive.set(username=name), deep=True).findings
    finally:
        with connected(seeds_archive) as connection:
            connection.execute(f"DROP OWNED BY {name}")
            connection.execute(f"DROP ROLE {name}")
    assert (finding.severity, finding.check) == ("note", "views")
    assert finding.message.startswith("views were not compared with this program's: permission denied")


@pytest.mark.postgresql
def test_an_original_in_many_pieces_is_read_to_its_end(seeds_archive: Location) -> None:
    content = random.Random(0).randbytes(1_000_000)
    frame = zstandard.compress(content)
    with connected(seeds_archive) as connection:
        values = (hashlib.sha256(content).hexdigest(), len(content), frame)
        connection.execute("UPDATE originals SET sha256 = ?, size = ?, content = ? WHERE id = 1", values)
        assert verify(seeds_archive, deep=True).findings == ()
        connection.execute("UPDATE originals SET content = ? WHERE id = 1", (frame[:-9],))
    assert names(verify(seeds_archive, deep=True)) == {"originals"}


def test_all_that_an_import_writes_is_sound(tmp_path: Path, database: Location) -> None:
    """A mixed collection, three times, between which files were altered, moved, doubled and taken away."""
    folder = tmp_path / "collection"
    shutil.copytree(CHECKOUT / "seeds" / "articles", folder)
    shutil.copytree(CHECKOUT / "tests" / "originals", folder / "golden")
    (folder / "latin.txt").write_bytes(
        "Le café près de l'hôtel\n\nIl fut ouvert à midi. C'était l'été.".encode("latin-1")
    )
    (folder / "empty.txt").touch()
    import_paths(database, [str(folder)], ImportOptions(jobs=1))
    assert verify(database, deep=True).findings == ()
    files = sorted(folder.rglob("*.md")) + sorted(folder.rglob("*.txt"))
    for number, file in enumerate(files):
        text = file.read_bytes()
        if number % 4 == 0:
            file.write_bytes(text + b"\n\nA last paragraph, on sanctions and trade, of 3 March 2023.\n")
        elif number % 4 == 1:
            file.rename(file.with_name(f"moved-{file.name}"))
        elif number % 4 == 2:
            file.with_name(f"copy-of-{file.name}").write_bytes(text)
    for options in (
        ImportOptions(jobs=1, topics=("trade",)),
        ImportOptions(jobs=0, published="2023-02", source="Lintel"),
    ):
        import_paths(database, [str(folder)], options)
        assert verify(database, deep=True).findings == ()


def test_a_passage_is_whole_words_of_its_rule() -> None:
    text = "Traders' trade-war: Café 北京大学, end"
    assert is_passage(text, 9, 18, "trade war")
    assert not is_passage(text, 0, 5, "trade")
    assert not is_passage(text, 9, 12, "tra")
    assert is_passage(text, 20, 24, "CAFE")
    assert is_passage(text, 26, 28, "京大")
    assert not is_passage(text, 25, 27, "京大")
    assert not is_passage(text, 9, 9, "trade")
    assert not is_passage(text, 30, 99, "end")
    assert is_passage(text, len(text) - 3, len(text), "end")


def test_a_block_stands_between_empty_lines() -> None:
    body = "One\n\nTwo\nlines\n\nThree"
    assert is_block(body, 0, 3) and is_block(body, 5, 14) and is_block(body, 16, 21)
    assert not is_block(body, 0, 2) and not is_block(body, 5, 8) and not is_block(body, 6, 14)
    assert not is_block(body, 16, 22) and not is_block(body, -1, 3)
