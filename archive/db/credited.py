"""Agencies credited with articles: they follow from what an article is, its byline, its text and its language.

So whatever changes one of these (an import, a reparse, a decision, an import undone) asks for it here, and nothing else
has to know of credits.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from archive.db import vocabulary
from archive.db.left_behind import LEFT
from archive.db.lookups import chunks
from archive.db.tables import agency_names, article_credits, article_revisions, articles
from archive.normalize.agencies import HEAD, TAIL, Agencies, Credit
from archive.normalize.names import name_key

# columns of an article that credits follow from, by the field that sets them
FOLLOWED = ("authors", "language")


class Credited(NamedTuple):
    """What credits of an article follow from: its current text, which has an id, its byline and its language."""

    revision_id: int
    byline: str | None
    language: str | None
    body: str


def credit_again(
    connection: Connection,
    article_ids: Collection[int],
    new: Collection[int] = (),
    at_hand: Mapping[int, Credited] | None = None,
) -> None:
    """Let these articles credit the agencies that their bylines and current texts name, and no others.

    Of those that are `new`, nothing is on record yet; of those `at_hand`, nothing has to be read back. What a text
    credits that was left behind when the archive was copied stays.
    """
    known = set(article_ids).difference(new)
    table = article_credits
    current = select(articles.c.revision_id).join(article_revisions, article_revisions.c.id == articles.c.revision_id)
    for some in chunks(known):
        left = current.where(articles.c.id.in_(some), article_revisions.c.body == LEFT)
        of_text_left = (table.c.field == "body") & table.c.revision_id.in_(left)
        connection.execute(delete(table).where(table.c.article_id.in_(some), ~of_text_left))
    rows = []
    for article_id, (revision_id, credited) in find_due(connection, article_ids, at_hand).items():
        for credit in credited:
            of_text = revision_id if credit.field == "body" else None
            rows.append({"article_id": article_id, "revision_id": of_text, **credit._asdict()})
    if rows:
        connection.execute(insert(table), rows)


def find_due(
    connection: Connection, article_ids: Collection[int], at_hand: Mapping[int, Credited] | None = None
) -> dict[int, tuple[int, list[Credit]]]:
    """Return the articles among these that credit an agency by what they are today: their current text, the credits.

    What they are is looked up, but for those that are `at_hand`.
    """
    names = vocabulary.agency_names(connection) if article_ids else []
    if not names:
        return {}
    agencies = Agencies(names)
    found = {}
    for article_id, revision_id, of in _followed(connection, article_ids, at_hand or {}):
        if credited := agencies.credited(*of):
            found[article_id] = (revision_id, credited)
    return found


def _followed(
    connection: Connection, article_ids: Collection[int], at_hand: Mapping[int, Credited]
) -> Iterator[tuple[int, int, tuple[str | None, str | None, str, str, int]]]:
    """Yield the id of each article, that of its current text, and what `Agencies.credited` takes of it."""
    article, revision = articles.c, article_revisions.c
    for article_id in sorted(at_hand.keys() & article_ids):
        revision_id, byline, language, body = at_hand[article_id]
        yield article_id, revision_id, (byline, language, body[:HEAD], body[-TAIL:], len(body))
    for some in chunks(sorted(set(article_ids) - at_hand.keys())):
        rows = connection.execute(
            select(
                *(article.id, revision.id, article.byline, article.language),
                func.substr(revision.body, 1, HEAD),
                func.substr(revision.body, -TAIL),
                func.length(revision.body),
            )
            .join(article_revisions, revision.id == article.revision_id)
            .where(article.id.in_(some))
        )
        for article_id, revision_id, *of in rows:
            yield article_id, revision_id, tuple(of)


def find_on_record(connection: Connection, article_ids: Collection[int]) -> dict[int, list[Credit]]:
    """Return the credits that are on record of these articles, in the order in which they stand."""
    credit = article_credits.c
    found: dict[int, list[Credit]] = {}
    for some in chunks(article_ids):
        for article_id, *columns in connection.execute(
            select(credit.article_id, *(credit[name] for name in Credit._fields))
            .where(credit.article_id.in_(some))
            .order_by(credit.article_id, credit.id)
        ):
            found.setdefault(article_id, []).append(Credit(*columns))
    return found


def names_of(connection: Connection, source_id: int) -> list[tuple[str, str]]:
    """Return under which names a source is credited: language and name."""
    name = agency_names.c
    rows = connection.execute(select(name.language, name.name).where(name.source_id == source_id).order_by(name.id))
    return [(language, written) for language, written in rows]


def move_names(connection: Connection, names: Collection[tuple[str, str]], origin: int, target: int) -> None:
    """Let names under which one source is credited mean another, with the articles that credit it so."""
    name, credit = agency_names, article_credits
    keys = {name_key(written) for _, written in names}
    for language, written in names:
        connection.execute(
            update(name)
            .where(name.c.source_id == origin, name.c.language == language, name.c.name_key == name_key(written))
            .values(source_id=target)
        )
    credited = connection.execute(select(credit.c.id, credit.c.text).where(credit.c.source_id == origin)).all()
    for some in chunks([row_id for row_id, text in credited if name_key(text) in keys]):
        connection.execute(update(credit).where(credit.c.id.in_(some)).values(source_id=target))
