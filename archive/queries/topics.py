"""Questions about topics: the tree with its counts, and those that are on no article."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, func, select

from archive.db.lookups import chunks
from archive.db.tables import article_topics, articles, topic_rules, topics
from archive.errors import NotFoundError
from archive.queries.selection import ALL, Selection
from archive.queries.topic_sets import Node, Places, read_tree, topic_sets


@dataclass(frozen=True)
class TopicTree:
    """Topics as a tree, row by row, and how many of the articles that it counts have none of its months.

    Of each row `articles` counts those tagged with the topic itself, `with_below` those tagged with it or any topic
    below, each once; `first` and `last` are the dates of the earliest and the latest of these, as exactly as known, and
    `months` says how many are of each month that has any. `depth` is 0 at the top. `without_month` is the number of
    articles on any of the topics that are of no month: without a date, or known to the year alone.
    """

    rows: list[dict[str, Any]]
    articles: int
    without_month: int

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)


def list_topics(
    connection: Connection,
    selection: Selection = ALL,
    *,
    all_known: bool = False,
    scheme: str | None = None,
    depth: int | None = None,
) -> TopicTree:
    """Return topics as a tree, parents before what is below them, with how many articles of a selection have each.

    Topics without an article at or below them are left out, unless `all_known`. With a `scheme`, only its topics;
    `depth` is how many levels are shown, which count what is below them all the same. Raises NotFoundError for a scheme
    of which there is no topic.
    """
    tree = [node for node in read_tree(connection) if scheme in (None, node.topic.scheme)]
    if scheme is not None and not tree:
        raise unknown_scheme(connection, scheme)
    known = Places(connection, selection)
    shown: dict[int, dict[str, Any]] = {}
    any_topic = 0
    levels = {node.topic.id: node.depth for node in tree}
    for found in topic_sets(connection, tree, known):
        level = levels[found.topic_id]
        if not level:
            any_topic |= found.articles
        if (depth is None or level < depth) and (all_known or found.articles):
            shown[found.topic_id] = {
                "articles": found.own,
                "with_below": found.articles.bit_count(),
                "ends": known.ends(found.articles),
                "months": known.by_month(found.articles),
            }
    dates = dates_of(connection, {one for row in shown.values() for one in row["ends"] if one is not None})
    rows = [_row(node, shown[node.topic.id], dates) for node in tree if node.topic.id in shown]
    of_months = sum(known.by_month(any_topic).values())
    return TopicTree(rows, any_topic.bit_count(), any_topic.bit_count() - of_months)


def _row(node: Node, counted: Mapping[str, Any], dates: Mapping[int | None, str]) -> dict[str, Any]:
    first, last = counted["ends"]
    return {
        **{name: getattr(node.topic, name) for name in ("scheme", "code", "name", "origin", "retired")},
        "depth": node.depth,
        "articles": counted["articles"],
        "with_below": counted["with_below"],
        "first": dates.get(first),
        "last": dates.get(last),
        "months": months(counted["months"]),
    }


def months(counted: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return numbers of articles by month as rows."""
    return [{"month": month, "articles": number} for month, number in counted.items()]


def dates_of(connection: Connection, article_ids: Collection[int]) -> dict[int | None, str]:
    """Return the dates of some articles, as exactly as known, by id."""
    article = articles.c
    return {
        number: published
        for some in chunks(article_ids)
        for number, published in connection.execute(select(article.id, article.published).where(article.id.in_(some)))
    }


def list_unused(connection: Connection, scheme: str | None = None) -> list[dict[str, Any]]:
    """Return the topics that no article has, nor one below them, in the order of the tree.

    `phrases` and `queries` say how many rules could tag with each, `since` when it came into the archive (UTC).
    Articles count that are withheld, canceled or under embargo, too: a topic of theirs is not unused. Raises
    NotFoundError for a scheme of which there is no topic.
    """
    tree = [node.topic for node in read_tree(connection) if scheme in (None, node.topic.scheme)]
    if scheme is not None and not tree:
        raise unknown_scheme(connection, scheme)
    tag, rule = article_topics.c, topic_rules.c
    parents = {topic.id: topic.parent_id for topic in tree}
    used: set[int | None] = set()
    has_any = select(topics.c.id).where(select(1).where(tag.topic_id == topics.c.id).exists())
    for topic_id in connection.scalars(has_any):
        while topic_id is not None and topic_id not in used:
            used.add(topic_id)
            topic_id = parents.get(topic_id)
    rules = {
        (topic_id, kind): number
        for topic_id, kind, number in connection.execute(
            select(rule.topic_id, rule.kind, func.count()).group_by(rule.topic_id, rule.kind)
        )
    }
    codes = {topic.id: topic.code for topic in tree}
    return [
        {
            **{name: getattr(topic, name) for name in ("scheme", "code", "name", "origin", "retired")},
            "parent": codes.get(topic.parent_id),
            "phrases": rules.get((topic.id, "phrase"), 0),
            "queries": rules.get((topic.id, "query"), 0),
            "since": topic.created_at,
        }
        for topic in tree
        if topic.id not in used
    ]


def unknown_scheme(connection: Connection, scheme: str) -> NotFoundError:
    known: Sequence[str] = connection.scalars(select(topics.c.scheme).distinct().order_by(topics.c.scheme)).all()
    near = get_close_matches(scheme, known, n=1)
    meant = f"; {near[0]} was probably meant" if near else ""
    there = f"there are {', '.join(known)}" if known else "the archive has no topics yet"
    return NotFoundError(f"there is no scheme '{scheme}'{meant}; {there}")
