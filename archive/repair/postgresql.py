"""How an archive on a server is repaired."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from archive.db.dependents import postgresql as dependents
from archive.db.engine import errors_explained, open_engine
from archive.db.inventories.base import quoted
from archive.db.plain import OnServer
from archive.db.postgresql import is_of_statement
from archive.db.search import tsvector
from archive.queries.verification.postgresql import SEARCH_INDEXES

# As the migrations make it.
SEARCH_TABLE = (
    'CREATE TABLE article_search (article_id BIGINT NOT NULL, headline TEXT COLLATE "C" NOT NULL, '
    'body TEXT COLLATE "C" NOT NULL, vector TSVECTOR, CONSTRAINT pk_article_search PRIMARY KEY (article_id), '
    "CONSTRAINT fk_article_search_article_id_articles FOREIGN KEY (article_id) REFERENCES articles (id))"
)
KEPT_AS_IT_IS = (
    "ALTER TABLE article_search ALTER COLUMN body SET STORAGE EXTERNAL, ALTER COLUMN vector SET STORAGE EXTERNAL"
)

_AT_ONCE = 1_000  # articles that are indexed
_IS_OURS = (
    "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('article_search') AND attname = 'article_id' "
    "AND NOT attisdropped"
)


@contextmanager
def writing(url: URL) -> Iterator[tuple[OnServer, Callable[[], None]]]:
    """Give a connection in a transaction under the write lock, and what commits it; else all is undone."""
    engine = open_engine(url)
    try:
        with errors_explained(url), engine.connect() as connection:
            connection.begin()
            yield OnServer(connection), connection.commit
    finally:
        engine.dispose()


def is_passed_over(error: Exception, *, mind_damage: bool) -> bool:  # noqa: ARG001 - as is required
    """Tell whether one statement cannot be done, and the server is there for all others."""
    return isinstance(error, DBAPIError) and is_of_statement(error)


def set_triggers_aside(connection: OnServer) -> list[dependents.Trigger]:
    """Switch off a user's triggers; returns those that were on."""
    return dependents.set_triggers_aside(connection)


def put_triggers_back(connection: OnServer, triggers: list[dependents.Trigger]) -> list[str]:
    """Switch triggers on again; none of them can have lost its place."""
    dependents.put_triggers_back(connection, triggers)
    return []


def reindex(connection: OnServer, name: str) -> None:
    """Make an index anew of its table."""
    connection.execute(f"REINDEX INDEX {quoted(name)}")


def fill_search(connection: OnServer) -> None:
    """Index all articles anew."""
    # that a column is missing is to be said here: what is copied goes to the server past SQLAlchemy
    connection.execute("SELECT article_id, headline, body, vector FROM article_search WHERE false").fetchall()
    connection.execute("DELETE FROM article_search")
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()
    for first in range(0, last + 1, _AT_ONCE):
        tsvector.add_range(connection.connection, first, first + _AT_ONCE - 1)


def make_search(connection: OnServer) -> None:
    """Make the table of words from nothing; one of a user's own by that name stays, and nothing is made."""
    if connection.execute(_IS_OURS).fetchone():
        connection.execute("DROP TABLE article_search")
    for statement in (SEARCH_TABLE, KEPT_AS_IT_IS, *SEARCH_INDEXES.values()):
        connection.execute(statement)
    fill_search(connection)


def indexed(connection: OnServer) -> int:
    """Return how many articles are in the search index."""
    (number,) = connection.execute("SELECT count(*) FROM article_search").fetchone()
    return int(number)
