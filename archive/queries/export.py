"""Articles with all that is known of them, to be written for other programs."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from archive.db.tables import (
    article_links,
    article_revisions,
    article_topics,
    article_values,
    articles,
    body_blocks,
    set_aside,
    sources,
    tag_evidence,
    topics,
)
from archive.queries.articles import HEADLINE, HEADLINE_METHOD, Article, authors_of

_PAGE = 200


def export_articles(connection: Connection, conditions: Sequence[ColumnElement[bool]] = ()) -> Iterator[Article]:
    """Yield articles as they are now, in the order in which they came, with the names of `archive.exports.FIELDS`.

    What a person decided is what an article is. A headline that is derived from the first sentence is None. Only a page
    of articles, and the text of one, are in memory at a time.
    """
    ids = connection.execute(select(articles.c.id).where(*conditions).order_by(articles.c.id)).scalars()
    while page := ids.fetchmany(_PAGE):
        yield from _page(connection, page)


def _page(connection: Connection, ids: Sequence[int]) -> Iterator[Article]:
    article, revision = articles.c, article_revisions.c
    of_revisions = select(article.revision_id).where(article.id.in_(ids))
    credited = _grouped(connection, authors_of(ids))
    tagged = _topics(connection, ids)
    stated_ids = _grouped(
        connection,
        select(article_values.c.article_id, article_values.c.text).where(
            article_values.c.article_id.in_(ids), article_values.c.field == "id"
        ),
    )
    block, passage, link = body_blocks.c, set_aside.c, article_links.c
    surroundings = [
        _described(connection, columns, owner.in_(of_revisions), position)
        for owner, position, columns in (
            (block.revision_id, block.position, (block.position, block.kind, block.level, block.start, block.end)),
            (
                passage.revision_id,
                passage.position,
                (passage.kind, passage.text, passage.after_block, passage.rule, passage.rule_version),
            ),
            (link.revision_id, link.position, (link.kind, link.text, link.url)),
        )
    ]
    rows = connection.execute(
        select(
            *(article.id, article.revision_id, article.key, HEADLINE, HEADLINE_METHOD, sources.c.name.label("source")),
            *(article.url, article.published, article.published_precision, article.language, article.byline),
            *(article.section, article.kind, article.page, article.edition, article.rights, article.translation_of),
            *(article.status, article.embargo, article.slugline, article.dateline),
            *(revision.words, revision.number, revision.modified_at, revision.crawled_at, revision.body),
        )
        .select_from(articles)
        .join(article_revisions, revision.id == article.revision_id)
        .outerjoin(sources, sources.c.id == article.source_id)
        .where(article.id.in_(ids))
        .order_by(article.id)
    )
    for row in rows:
        blocks, aside, links = (of_kind.get(row.revision_id, []) for of_kind in surroundings)
        as_named = ("key", "headline", "source", "url", "published", "published_precision", "language", "words")
        beside = ("byline", "section", "kind", "page", "edition", "rights", "translation_of")
        of_wires = ("status", "embargo", "slugline", "dateline")
        yield {
            **{name: getattr(row, name) for name in as_named},
            "headline_method": None if row.headline is None else row.headline_method,
            "authors": credited.get(row.id, []),
            "topics": tagged.get(row.id, []),
            **{name: getattr(row, name) for name in (*beside, *of_wires)},
            "id": next(iter(stated_ids.get(row.id, [])), None),
            "modified": row.modified_at,
            "crawled": row.crawled_at,
            "revision": row.number,
            "body": row.body,
            "blocks": blocks,
            "set_aside": aside,
            "links": links,
        }


def _topics(connection: Connection, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Return the topics of articles, each with the methods that speak for it.

    In the order in which they came into the archive: read again so, topics whose codes are numbered get the same.
    """
    tag, topic, evidence = article_topics.c, topics.c, tag_evidence.c
    found: dict[int, dict[int, dict[str, Any]]] = {}
    for article_id, topic_id, scheme, code, name, method in connection.execute(
        select(tag.article_id, topic.id, topic.scheme, topic.code, topic.name, evidence.method)
        .join(topics, topic.id == tag.topic_id)
        .outerjoin(tag_evidence, evidence.article_topic_id == tag.id)
        .where(tag.article_id.in_(ids))
        .distinct()
        .order_by(tag.article_id, topic.id, evidence.method)
    ):
        one = found.setdefault(article_id, {}).setdefault(
            topic_id, {"scheme": scheme, "code": code, "name": name, "methods": []}
        )
        if method is not None:
            one["methods"].append(method)
    return {article_id: list(by_id.values()) for article_id, by_id in found.items()}


def _described(
    connection: Connection, columns: Sequence[ColumnElement[Any]], condition: ColumnElement[bool], position: Any
) -> dict[int, list[dict[str, Any]]]:
    owner = position.table.c.revision_id
    found: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(select(owner.label("owner"), *columns).where(condition).order_by(owner, position)):
        described = dict(row._mapping)
        found.setdefault(described.pop("owner"), []).append(described)
    return found


def _grouped(connection: Connection, statement: Any) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for article_id, text in connection.execute(statement):
        found.setdefault(article_id, []).append(text)
    return found
