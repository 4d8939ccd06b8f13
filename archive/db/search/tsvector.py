"""Full-text search in PostgreSQL: a table of folded words beside a tsvector of them, which a GIN index leads into.

PostgreSQL's own parsers cut words otherwise than SQLite's, so words and tsvector are made by `normalize.vectors`. A
tsvector has room for so much only. So it leads to the articles that have all words and ranks them; what stands beside
what is looked up in the words themselves, which are kept in order.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection, bindparam, text

from archive.db.inserting import insert_values
from archive.documents import Article
from archive.normalize.tokens import tokenize
from archive.normalize.vectors import indexed

_COLUMNS = ("article_id", "headline", "body", "vector")
_REMOVE = text("DELETE FROM article_search WHERE article_id IN :ids").bindparams(bindparam("ids", expanding=True))
_TEXTS = "SELECT id, headline, body FROM article_text WHERE id "
_SOME = text(f"{_TEXTS} IN :ids ORDER BY id").bindparams(bindparam("ids", expanding=True))
_IDS = text("SELECT id FROM article_text WHERE id BETWEEN :first AND :last ORDER BY id")
# What is put off stands in a list of the GIN index; one longer than this is sorted in by whoever adds to it.
# Who may not have that done at other times, since the index is not his own, puts nothing off.
_GATHERED = "64MB"
_OWN_INDEX = "pg_class WHERE oid = to_regclass('ix_article_search_vector') AND pg_has_role(relowner, 'USAGE')"
_PUT_OFF = (
    f"SELECT set_config('gin_pending_list_limit', '{_GATHERED}', true), set_config('work_mem', '{_GATHERED}', true) "
    f"FROM {_OWN_INDEX}"
)
_CATCH_UP = f"SELECT gin_clean_pending_list(oid) FROM {_OWN_INDEX}"
# of what is too large for a tsvector, and so stands in words alone, nothing is counted here
_WORDS = (
    "SELECT word, count(DISTINCT article_id) AS articles, count(*) AS occurrences FROM "
    "(SELECT article_id, unnest(string_to_array(trim(headline || body), ' ')) AS word FROM article_search) listed "
    "WHERE word <> '' GROUP BY word"
)


def clear(connection: Connection) -> None:
    """Take everything out of the index, whatever is in it."""
    connection.exec_driver_sql("TRUNCATE article_search")


def remove(connection: Connection, ids: Collection[int]) -> None:
    """Take these articles out of the index."""
    if ids:
        connection.execute(_REMOVE, {"ids": sorted(ids)})


def add(connection: Connection, ids: Collection[int]) -> None:
    """Index these articles with the text they have now."""
    if ids:
        _add(connection, connection.execute(_SOME, {"ids": sorted(ids)}).all())


def add_range(connection: Connection, first: int, last: int, known: Mapping[int, Article] | None = None) -> None:
    """Index all articles from one id to another, both included; of `known` ones words may be made already."""
    made = {one: article.indexed for one, article in (known or {}).items() if article.indexed}
    ids = connection.scalars(_IDS, {"first": first, "last": last}).all()
    insert_values(connection, "article_search", _COLUMNS, ((one, *made[one]) for one in ids if one in made))
    add(connection, [one for one in ids if one not in made])


def put_off(connection: Connection) -> None:
    """Let what this transaction indexes be found at once, and be sorted in with other batches, which is quicker."""
    connection.exec_driver_sql(_PUT_OFF)


def catch_up(connection: Connection) -> None:
    """Sort in what was put off, by whomever."""
    connection.exec_driver_sql(_CATCH_UP)


def indexed_words(connection: Connection) -> Iterator[tuple[str, int, int]]:
    """Yield each word of the index: in how many articles it occurs, and how often."""
    for row in connection.execution_options(yield_per=10_000).exec_driver_sql(_WORDS):
        yield row.word, row.articles, row.occurrences


def _add(connection: Connection, texts: Sequence[tuple[int, str | None, str]]) -> None:
    insert_values(connection, "article_search", _COLUMNS, map(_row, texts))


def _row(article: tuple[int, str | None, str]) -> tuple[int, str, str, str | None]:
    article_id, headline, body = article
    return article_id, *indexed(tokenize(headline or ""), tokenize(body))
