"""Questions about topics."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from archive.db.tables import article_topics, articles, topics
from archive.queries.hiding import counted


def list_topics(
    connection: Connection, *, all_known: bool = False, include_hidden: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield topics as a tree, parents before what is below them, each with its depth (0 at the top).

    `articles` counts those tagged with the topic itself, `with_below` those tagged with it or any topic below, each
    once. Topics without an article at or below them are left out, unless `all_known`. Without `include_hidden`, those
    that are withheld, canceled or under embargo do not count.
    """
    tag = article_topics.c
    seen = counted(connection, include_hidden=include_hidden)
    of_seen = [tag.article_id.in_(select(articles.c.id).where(*seen))] if seen else []
    topic = topics.c
    tree = select(topic.id.label("above"), topic.id.label("below")).cte("tree", recursive=True)
    # union, not union_all: topics that stand below each other must not be gone through for ever
    tree = tree.union(select(tree.c.above, topic.id).join(tree, topic.parent_id == tree.c.below))
    with_below: dict[int, int] = dict(
        connection.execute(
            select(tree.c.above, func.count(tag.article_id.distinct()))
            .join(article_topics, tag.topic_id == tree.c.below)
            .where(*of_seen)
            .group_by(tree.c.above)
        ).all()
    )
    direct: dict[int, int] = dict(
        connection.execute(select(tag.topic_id, func.count()).where(*of_seen).group_by(tag.topic_id)).all()
    )
    children: dict[int | None, list[Any]] = {}
    for row in connection.execute(
        select(topic.id, topic.parent_id, topic.scheme, topic.code, topic.name, topic.origin).order_by(topic.name)
    ):
        children.setdefault(row.parent_id, []).append(row)
    waiting = [(row, 0) for row in reversed(children.get(None, []))]
    while waiting:
        row, depth = waiting.pop()
        waiting.extend((child, depth + 1) for child in reversed(children.get(row.id, [])))
        if all_known or with_below.get(row.id):
            yield {
                **{name: getattr(row, name) for name in ("scheme", "code", "name", "origin")},
                "depth": depth,
                "articles": direct.get(row.id, 0),
                "with_below": with_below.get(row.id, 0),
            }
