"""What an article is once people have decided: values, authors, a headline. `decided_tags` has its tags."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from archive.db import tables
from archive.db.article_columns import NOT_CHOSEN_ANY_MORE
from archive.db.ids import Ids
from archive.db.lookups import find_authors
from archive.db.removal import authors_of, remove_unused_authors
from archive.db.search import index_of

BY_DECISION = "decision"
NOT_CHOSEN = "a person decided otherwise"


class Automatic(NamedTuple):
    """A value of an article as the input gives it, and where it was given."""

    text: str
    method: str


def automatic_values(connection: Connection, article_id: int) -> dict[str, Automatic]:
    """Return what inputs say of an article, by field, whatever people decided."""
    value = tables.article_values.c
    rows = connection.execute(select(value.field, value.text, value.method).where(value.article_id == article_id))
    return {field: Automatic(text, method) for field, text, method in rows}


def set_columns(connection: Connection, article_id: int, columns: Mapping[str, Any]) -> None:
    """Set columns of an article."""
    connection.execute(update(tables.articles).where(tables.articles.c.id == article_id).values(dict(columns)))


def set_authors(connection: Connection, article_id: int, credited: Sequence[tuple[str, str]]) -> None:
    """Credit an article to these names, each with its key, and to no others."""
    link = tables.article_authors
    before = authors_of(connection, [article_id])
    connection.execute(delete(link).where(link.c.article_id == article_id))
    known = find_authors(connection, [key for _, key in credited])
    ids = Ids(connection)
    for name, key in credited:
        if key not in known:
            known[key] = ids.take("authors")
            connection.execute(insert(tables.authors).values(id=known[key], name=name, name_key=key))
    for position, (_, key) in enumerate(credited):
        connection.execute(insert(link).values(article_id=article_id, author_id=known[key], position=position))
    remove_unused_authors(connection, before)


def set_headline(connection: Connection, article_id: int, headline: str | None, index: str | None) -> None:
    """Give an article a headline that a person decided on, '' for none; None goes back to that of its text."""
    article = tables.articles.c
    now = connection.execute(
        select(article.decided_headline, article.decided_headline_index).where(article.id == article_id)
    ).one()
    if (now.decided_headline, now.decided_headline_index) == (headline, index):
        return
    index_of(connection).remove(connection, [article_id])
    set_columns(connection, article_id, {"decided_headline": headline, "decided_headline_index": index})
    index_of(connection).add(connection, [article_id])


def choose_date(connection: Connection, article_id: int, given: Automatic | None) -> None:
    """Mark the date that an input gives as the article's publication date; with None, that a person chose another."""
    date = tables.article_dates.c
    of_article = (date.article_id == article_id, date.kind == "published")
    if given is None:
        connection.execute(
            update(tables.article_dates).where(*of_article, date.chosen).values(chosen=False, reason=NOT_CHOSEN)
        )
        return
    if connection.execute(select(1).where(*of_article, date.chosen)).first() is None:
        latest = select(date.id).where(*of_article, date.text == given.text, date.method == given.method)
        connection.execute(
            update(tables.article_dates)
            .where(date.id == latest.order_by(date.id.desc()).limit(1).scalar_subquery())
            .values(chosen=True, reason=None)
        )
        # those that a later import replaced meanwhile
        connection.execute(
            update(tables.article_dates).where(*of_article, date.reason == NOT_CHOSEN).values(NOT_CHOSEN_ANY_MORE)
        )
