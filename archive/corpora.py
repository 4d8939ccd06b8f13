"""Corpora: sets of articles frozen in the state they have, to be cited; what is frozen is never altered."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select

from archive.db.clock import now
from archive.db.ids import inserted_id
from archive.db.location import Location
from archive.db.schema import HEAD
from archive.db.tables import article_revisions, articles, corpora, corpus_revisions, import_items, imports
from archive.decide import deciding
from archive.errors import UsageError
from archive.normalize.text import require_utf8
from archive.queries.articles import count_articles
from archive.queries.corpora import checksum, find_corpus
from archive.queries.filters import Asked
from archive.queries.imports import OUTCOMES
from archive.queries.saved import kept_name, list_queries, with_saved
from archive.queries.selection import Selection
from archive.query_language.mistakes import QueryError
from archive.query_language.parse import parse_query
from archive.query_language.tree import Fact, Query, leaves, saved_in
from archive.version import __version__

_BATCH = 5000


def freeze_corpus(
    location: Location, name: str, asked: Asked, who: str, *, one_per_text: bool = False
) -> dict[str, Any]:
    """Keep the articles that a query finds, each with its current text, under a name, and return the record of it.

    With `one_per_text`, of articles with one text only the one is kept that may have been published earliest, undated
    ones last, and of several such the one with the smallest key.
    Raises UsageError for a name that is taken or cannot be one, where nothing is asked or found, and where nobody is
    named; QueryError for a query that cannot be meant.
    """
    name = kept_name(name)
    require_utf8("--who", who)
    require_utf8("QUERY", asked.query)
    if not who.strip():
        raise UsageError("nobody is named who freezes it; name somebody with --who, or in $ARCHIVE_WHO")
    if asked.everything:
        raise UsageError("say which articles are meant; * means all of them")
    with deciding(location) as connection:
        if connection.scalar(select(corpora.c.id).where(corpora.c.name == name)) is not None:
            raise UsageError(f"there is a corpus {name}, and a corpus is never altered; take another name")
        today = date.today()
        selection = asked.selection(connection)
        text = asked.in_words(today)
        if parse_query(text, today).tree is None:
            raise UsageError("there is no word in the query")
        found = connection.execute(_current_texts(selection)).all()
        members = _first_of_each_text(found) if one_per_text else found
        if not members:
            raise UsageError("the query finds nothing to be frozen; `archive count` tells what it finds")
        record = {
            "name": name,
            "query": text,
            **_of_query(connection, text, today),
            "frozen_at": now(),
            "who": who.strip(),
            "includes_imprecise": asked.include_imprecise,
            "includes_hidden": asked.include_hidden,
            "one_per_text": one_per_text,
            **_of_members(members),
            "left_out_undated": count_articles(connection, selection.undated) if selection.undated else 0,
            "left_out_imprecise": count_articles(connection, selection.imprecise) if selection.imprecise else 0,
            "left_out_hidden": count_articles(connection, selection.hidden) if selection.hidden else 0,
            "left_out_copies": len(found) - len(members),
            **_of_imports(connection),
            "program_version": __version__,
            "schema_version": HEAD,
        }
        corpus_id = inserted_id(connection.execute(insert(corpora).values(record)))
        _keep(connection, corpus_id, members)
        return find_corpus(connection, name)


def drop_corpus(location: Location, name: str) -> None:
    """Take a corpus away; raises NotFoundError for a name that is not known, UsageError where saved queries use it."""
    with deciding(location) as connection:
        name = find_corpus(connection, name)["name"]
        users = [one["name"] for one in list_queries(connection) if name in _corpora_in(one["query"])]
        if users:
            raise UsageError(f"the saved query {', '.join(users)} uses it; change that first")
        corpus_id = connection.scalar(select(corpora.c.id).where(corpora.c.name == name))
        connection.execute(delete(corpus_revisions).where(corpus_revisions.c.corpus_id == corpus_id))
        connection.execute(delete(corpora).where(corpora.c.id == corpus_id))


def _current_texts(selection: Selection) -> Select[Any]:
    article, revision = articles.c, article_revisions.c
    return (
        select(
            *(article.key, revision.number, revision.text_sha256, revision.fingerprint, revision.fingerprint_version),
            *(revision.normalizer_version, revision.words, article.source_id),
            *(article.published, article.published_from, article.published_until),
        )
        .join(article_revisions, revision.id == article.revision_id)
        .where(*selection.as_conditions())
        .order_by(article.key)
    )


def _first_of_each_text(found: Iterable[Row[Any]]) -> list[Row[Any]]:
    first: dict[tuple[int, str], Row[Any]] = {}
    for row in sorted(found, key=lambda row: (row.published_from is None, row.published_from or "", row.key)):
        first.setdefault((row.fingerprint_version, row.fingerprint), row)
    return sorted(first.values(), key=lambda row: str(row.key))


def _of_query(connection: Connection, text: str, today: date) -> dict[str, Any]:
    """Return what has to be known of a query to understand it later: the saved ones in it, and what its days mean."""
    query = with_saved(connection, parse_query(text, today), today)
    # days reckoned from today are others a thousand days later, or no span any more
    later = today + timedelta(days=1000)
    try:
        is_reckoned = query.tree != with_saved(connection, parse_query(text, later), later).tree
    except QueryError:
        is_reckoned = True
    return {"saved_queries": _saved(query), "reckoned_from": today.isoformat() if is_reckoned else None}


def _saved(query: Query) -> str | None:
    used = {one.name: one.query.text for one in saved_in(query.tree)}
    return "\n".join(f"{name} = {text}" for name, text in sorted(used.items())) or None


def _of_members(members: Sequence[Row[Any]]) -> dict[str, Any]:
    dated = [row for row in members if row.published_from is not None]
    first = min(dated, key=lambda row: (row.published_from, row.published), default=None)
    last = max(dated, key=lambda row: (row.published_until, row.published), default=None)
    return {
        "articles": len(members),
        "texts": len({(row.fingerprint_version, row.fingerprint) for row in members}),
        "words": sum(row.words for row in members),
        "sources": len({row.source_id for row in members} - {None}),
        "without_source": sum(row.source_id is None for row in members),
        "without_date": len(members) - len(dated),
        "published_first": None if first is None else first.published[:10],
        "published_last": None if last is None else last.published[:10],
        "normalizer_versions": _listed(row.normalizer_version for row in members),
        "fingerprint_versions": _listed(row.fingerprint_version for row in members),
        "sha256": checksum((row.key, row.text_sha256) for row in members),
    }


def _listed(versions: Iterable[int]) -> str:
    return ", ".join(str(version) for version in sorted(set(versions)))


def _of_imports(connection: Connection) -> dict[str, int]:
    outcome = import_items.c.outcome
    ended: dict[str, int] = {
        row.outcome: row.number
        for row in connection.execute(select(outcome, func.count().label("number")).group_by(outcome))
    }
    return {
        "imports": connection.scalar(select(func.count()).select_from(imports)) or 0,
        "units": sum(ended.values()),
        **{name: ended.get(name, 0) for name in OUTCOMES},
    }


def _keep(connection: Connection, corpus_id: int, members: Sequence[Row[Any]]) -> None:
    for start in range(0, len(members), _BATCH):
        connection.execute(
            insert(corpus_revisions),
            [
                {"corpus_id": corpus_id, "article_key": row.key, "number": row.number, "text_sha256": row.text_sha256}
                for row in members[start : start + _BATCH]
            ],
        )


def _corpora_in(text: str) -> set[str]:
    found = leaves(parse_query(text, date.today()).tree)
    return {leaf.value.lower() for leaf, _ in found if isinstance(leaf, Fact) and leaf.name == "corpus"}
