"""Questions about one topic: all that is known of it, what tags with it, and on which articles it is."""

from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, func, select

from archive.db.tables import (
    article_topics,
    articles,
    rejected_topics,
    schemes,
    tag_evidence,
    topic_definitions,
    topic_mappings,
    topic_names,
    topic_rules,
    topics,
)
from archive.queries.article import find_evidence
from archive.queries.articles import list_articles
from archive.queries.by_date import ids_in_order
from archive.queries.decisions import list_decisions
from archive.queries.facts import on_topic
from archive.queries.selection import ALL, Conditions, Selection
from archive.queries.topic_sets import Places, read_tree, topic_sets
from archive.queries.topics import dates_of, months
from archive.query_language.unfinished import as_value
from archive.resolve.topics import LOCAL, find_topic

_EXAMPLES = 3


def show_topic(connection: Connection, name: str, selection: Selection = ALL) -> dict[str, Any]:
    """Return a topic with all that is known of it, counted among the articles of a selection.

    It is named by `scheme:code`, a local topic's code, name or alias; one that was merged into another is that one.
    `rules` say how many articles each tags now, `methods` how many the topic is on by each of them: of an article with
    several, each counts. `examples` are the newest articles that have the topic itself, or else one below it, with
    what speaks for it. Raises NotFoundError for a name that leads nowhere.
    """
    topic_id = find_topic(connection, name)
    topic = connection.execute(select(topics).where(topics.c.id == topic_id)).one()
    own = f"{topic.scheme}:{topic.code}"
    scheme = connection.execute(select(schemes).where(schemes.c.scheme == topic.scheme)).first()
    address = f"{scheme.uri}{topic.code}" if scheme is not None and scheme.uri else None
    among = selection.as_conditions()
    return {
        **{"topic": own, "name": topic.name, "scheme": topic.scheme, "code": topic.code},
        "vocabulary": None if scheme is None else scheme.name,
        "uri": topic.uri or address,
        **{"origin": topic.origin, "since": topic.created_at},
        **{"retired": topic.retired, "retired_on": topic.retired_on},
        "definitions": _rows(
            connection,
            select(topic_definitions.c.language, topic_definitions.c.text)
            .where(topic_definitions.c.topic_id == topic_id)
            .order_by(topic_definitions.c.language),
        ),
        "names": _rows(
            connection,
            select(topic_names.c.language, topic_names.c.kind, topic_names.c.name)
            .where(topic_names.c.topic_id == topic_id)
            .order_by(topic_names.c.language, topic_names.c.kind.desc(), topic_names.c.name),
        ),
        "above": _above(connection, topic.parent_id, topic_id),
        "mappings": _mappings(connection, topic_id),
        **_counted(connection, topic_id, selection),
        "rules": _rules(connection, topic_id, among),
        "methods": _methods(connection, topic_id, among),
        "rejected": connection.scalar(
            select(func.count())
            .select_from(rejected_topics)
            .where(rejected_topics.c.topic_id == topic_id, *_of(rejected_topics.c.article_id, among))
        ),
        "decisions": list_decisions(connection, topic=own),
        "examples": _examples(connection, own, topic_id, selection),
        "query": _query(topic.code if topic.scheme == LOCAL else own),
    }


def _above(connection: Connection, parent_id: int | None, topic_id: int) -> list[dict[str, Any]]:
    """Return the topics above one, the nearest first."""
    found: list[dict[str, Any]] = []
    seen = {topic_id}
    while parent_id is not None and parent_id not in seen:
        seen.add(parent_id)
        row = connection.execute(select(topics).where(topics.c.id == parent_id)).one()
        found.append({"topic": f"{row.scheme}:{row.code}", "name": row.name})
        parent_id = row.parent_id
    return found


def _mappings(connection: Connection, topic_id: int) -> list[dict[str, Any]]:
    """Return the topics of other vocabularies beside one, with their names where they are loaded."""
    mapping, other = topic_mappings.c, topics.c
    return _rows(
        connection,
        select(mapping.relation, (mapping.scheme + ":" + mapping.code).label("topic"), other.name)
        .outerjoin(topics, (other.scheme == mapping.scheme) & (other.code == mapping.code))
        .where(mapping.topic_id == topic_id)
        .order_by(mapping.relation, mapping.scheme, mapping.code),
    )


def _counted(connection: Connection, topic_id: int, selection: Selection) -> dict[str, Any]:
    """Return the topics right below one, and on how many articles it is, itself and with those below, when."""
    tree = read_tree(connection, topic_id)
    known = Places(connection, selection)
    children = {node.topic.id: node.topic for node in tree if node.depth == 1}
    below: dict[int, dict[str, Any]] = {}
    *sets_below, whole = topic_sets(connection, tree, known)
    for one in sets_below:
        if child := children.get(one.topic_id):
            below[child.id] = {
                **{"topic": f"{child.scheme}:{child.code}", "name": child.name, "retired": child.retired},
                **{"articles": one.own, "with_below": one.articles.bit_count()},
            }
    ends = known.ends(whole.articles)
    dates = dates_of(connection, {one for one in ends if one is not None})
    counted = known.by_month(whole.articles)
    return {
        "below": [below[child] for child in children],
        **{"articles": whole.own, "with_below": whole.articles.bit_count()},
        **{"first": dates.get(ends[0]), "last": dates.get(ends[1])},
        "without_month": whole.articles.bit_count() - sum(counted.values()),
        "months": months(counted),
    }


def _rules(connection: Connection, topic_id: int, among: Conditions) -> list[dict[str, Any]]:
    """Return the phrases and queries that tag with a topic, those that tag most articles first."""
    tag, evidence, rule = article_topics.c, tag_evidence.c, topic_rules.c
    tagging = {
        (method, text): number
        for method, text, number in connection.execute(
            select(evidence.method, evidence.rule, func.count(tag.article_id.distinct()))
            .join(tag_evidence, evidence.article_topic_id == tag.id)
            .where(tag.topic_id == topic_id, evidence.method.in_(("rule", "query")), *_of(tag.article_id, among))
            .group_by(evidence.method, evidence.rule)
        )
    }
    rules = [
        {"kind": kind, "expression": text, "articles": tagging.get(("query" if kind == "query" else "rule", text), 0)}
        for kind, text in connection.execute(select(rule.kind, rule.expression).where(rule.topic_id == topic_id))
    ]
    return sorted(rules, key=lambda one: (-one["articles"], one["kind"], one["expression"]))


def _methods(connection: Connection, topic_id: int, among: Conditions) -> list[dict[str, Any]]:
    tag, evidence = article_topics.c, tag_evidence.c
    number = func.count(tag.article_id.distinct()).label("articles")
    return _rows(
        connection,
        select(evidence.method, number)
        .join(tag_evidence, evidence.article_topic_id == tag.id)
        .where(tag.topic_id == topic_id, *_of(tag.article_id, among))
        .group_by(evidence.method)
        .order_by(number.desc(), evidence.method),
    )


def _examples(connection: Connection, own: str, topic_id: int, selection: Selection) -> list[dict[str, Any]]:
    """Return the newest articles that have a topic, each with what speaks for it, or for one below it."""
    meant, query = {own}, f"={own}"
    if connection.scalar(select(article_topics.c.id).where(article_topics.c.topic_id == topic_id).limit(1)) is None:
        meant = {f"{node.topic.scheme}:{node.topic.code}" for node in read_tree(connection, topic_id)}
        query = own
    having = Selection((*selection.conditions, on_topic(connection, query)), selection.match)
    ids = ids_in_order(connection, having, "newest", _EXAMPLES)
    return [
        {
            **{name: article[name] for name in ("key", "headline", "headline_method", "published", "source")},
            "evidence": [
                one for one in find_evidence(connection, article_id) if f"{one['scheme']}:{one['code']}" in meant
            ],
        }
        for article, article_id in zip(list_articles(connection, having, _EXAMPLES), ids, strict=True)
    ]


def _query(name: str) -> str | None:
    """Return the query that finds the articles of a topic; None where the language has no way to write its name."""
    value = as_value(name)
    return None if value is None else f"topic:{value}"


def _of(article_id: Column[int], among: Conditions) -> list[ColumnElement[bool]]:
    """Return the conditions that an article is one of a selection."""
    return [article_id.in_(select(articles.c.id).where(*among))] if among else []


def _rows(connection: Connection, statement: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(statement)]
