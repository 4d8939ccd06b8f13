"""What is proposed to a person who goes through articles: topics that this person said neither yes nor no to.

Tags, whatever put them there, and what a model suggests.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, union_all

from archive.db import vocabulary
from archive.db.decided import BY_DECISION
from archive.db.enumerations import BY_MODEL
from archive.db.lookups import chunks
from archive.db.tables import (
    article_revisions,
    article_topics,
    articles,
    rejected_topics,
    set_aside,
    suggestion_words,
    suggestions,
    tag_evidence,
    topic_definitions,
    topics,
)
from archive.normalize.names import name_key
from archive.queries.article import around
from archive.queries.articles import summaries, summary_select
from archive.queries.by_date import ids_in_order
from archive.queries.coders import find_said, find_topics
from archive.queries.selection import Selection

_OF_TOPIC = ("id", "scheme", "code", "name", "parent_id", "retired")
_CONTEXT = 160  # characters on either side of a passage

# What speaks for a topic, from what is most often wrong to what is least: the weakest is asked about first.
_METHODS = ("model", "query", "rule", "trailing_tags", "mapping", "given")


class Open(NamedTuple):
    """An article with the topics that are proposed for it."""

    article_id: int
    key: str
    topic_ids: Sequence[int]


def find_open(
    connection: Connection,
    selection: Selection,
    who: str,
    *,
    scheme: str | None = None,
    topic: str | None = None,
    min_score: float = 0,
) -> list[Open]:
    """Return the articles of a selection for which topics are proposed to a person, by date, the newest first.

    Proposed is every tag, every topic that somebody took off, what else anybody said anything of, and what a model
    suggests with this score or more, as far as this person said nothing of it: so that what others decided alters
    nothing of what is asked. Raises as `find_topics` does.
    """
    labels = find_topics(connection, scheme, topic)
    table = topics.c
    rows = connection.execute(select(table.id, table.scheme, table.code))
    ids = {label: number for number, *name in rows if (label := ":".join(name)) in labels}
    wanted = set(ids.values())
    others: dict[str, set[int]] = {}
    mine: dict[str, set[int]] = {}
    for one in find_said(connection, selection):
        if one.topic in ids:
            by_whom = mine if name_key(one.who) == name_key(who) else others
            by_whom.setdefault(one.key, set()).add(ids[one.topic])
    found = []
    order = ids_in_order(connection, selection)
    for some in chunks(order):
        tagged = _tagged(connection, some)
        for article_id, topic_id in _suggested(connection, some, min_score):
            tagged.setdefault(article_id, set()).add(topic_id)
        article = articles.c
        keys = {
            row.id: row.key for row in connection.execute(select(article.id, article.key).where(article.id.in_(some)))
        }
        for article_id in some:
            key = keys[article_id]
            proposed = (tagged.get(article_id, set()) | others.get(key, set())) & wanted - mine.get(key, set())
            if proposed:
                found.append(Open(article_id, key, sorted(proposed)))
    return found


def _tagged(connection: Connection, article_ids: Sequence[int]) -> dict[int, set[int]]:
    """Return the topics of each of these articles, with those that somebody took off."""
    found: dict[int, set[int]] = {}
    for some in chunks(article_ids):
        for of in (article_topics.c, rejected_topics.c):
            for article_id, topic_id in connection.execute(
                select(of.article_id, of.topic_id).where(of.article_id.in_(some))
            ):
                found.setdefault(article_id, set()).add(topic_id)
    return found


def _suggested(connection: Connection, article_ids: Sequence[int], min_score: float) -> set[tuple[int, int]]:
    """Return what models suggest for the texts that these articles have now: article and topic, where that leads."""
    leads = vocabulary.merged_topics(connection)
    rows = connection.execute(
        select(suggestions.c.article_id, suggestions.c.topic_id)
        .join(articles, articles.c.revision_id == suggestions.c.revision_id)
        .where(suggestions.c.article_id.in_(article_ids), suggestions.c.score >= min_score)
    )
    return {(article_id, leads.get(topic_id, topic_id)) for article_id, topic_id in rows}


def show_open(connection: Connection, one: Open) -> dict[str, Any] | None:
    """Return an article with what is proposed for it, the weakest first; None where it is not there any more.

    Each of `proposed` has the topic, its `place` (the names of those above it, the topmost first), its definition,
    whether it is retired, and the evidence, with passages and what stands around them. What people said is not shown:
    each decides for themselves.
    """
    statement = summary_select(article_revisions.c.body, articles.c.revision_id).where(
        articles.c.id == one.article_id, articles.c.key == one.key
    )
    shown = next(summaries(connection, statement, "body", "revision_id"), None)
    if shown is None:
        return None
    evidence = _evidence(connection, one.article_id)
    proposed = [
        {**topic, "evidence": evidence.get(topic_id, [])}
        for topic_id, topic in _topics(connection, one.topic_ids, shown["language"]).items()
    ]
    proposed.sort(key=_strength)
    return {**shown, "proposed": proposed}


def _strength(proposal: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the order in which proposals are asked about: by their strongest evidence, then by how much there is."""
    evidence = proposal["evidence"]
    best = max((_METHODS.index(one["method"]) for one in evidence if one["method"] in _METHODS), default=len(_METHODS))
    score = max((one["score"] for one in evidence if one["score"] is not None), default=0)
    return (best, score, len(evidence), name_key(proposal["topic"]), proposal["scheme"], proposal["code"])


def _topics(connection: Connection, ids: Collection[int], language: str | None) -> dict[int, dict[str, Any]]:
    """Return these topics, each with its place in the tree, and a definition in a language where there is one."""
    table, known = topics.c, dict[int, Any]()
    missing = set(ids)
    while missing:
        rows = connection.execute(select(*(table[name] for name in _OF_TOPIC)).where(table.id.in_(missing)))
        known.update({row.id: row for row in rows})
        missing = {row.parent_id for row in known.values()} - {None, *known}
    definition = topic_definitions.c
    defined: dict[int, dict[str, str]] = {}
    for topic_id, tag, text in connection.execute(
        select(definition.topic_id, definition.language, definition.text)
        .where(definition.topic_id.in_(ids))
        .order_by(definition.language)
    ):
        defined.setdefault(topic_id, {})[tag] = text
    found = {}
    for topic_id in ids:
        if topic_id not in known:
            continue
        row = known[topic_id]
        place: list[str] = []
        above, seen = row.parent_id, {topic_id}
        while above in known and above not in seen:
            seen.add(above)
            place.insert(0, known[above].name)
            above = known[above].parent_id
        texts = defined.get(topic_id, {})
        text = next((texts[tag] for tag in (language, "en", "", *texts) if tag in texts), None)
        found[topic_id] = {
            **{"id": row.id, "topic": row.name, "scheme": row.scheme, "code": row.code},
            **{"place": place, "definition": text, "retired": row.retired},
        }
    return found


def _evidence(connection: Connection, article_id: int) -> dict[int, list[dict[str, Any]]]:
    """Return what speaks for topics on an article but what people said, also for those that somebody took off."""
    row = tag_evidence.c
    columns = (row.id, row.method, row.rule, row.score, row.given_text, row.given_by, row.field, row.start, row.end)
    parts = [
        select(of.c.topic_id, *columns, row.revision_id, row.set_aside_id)
        .join_from(of, tag_evidence, owner == of.c.id)
        .where(of.c.article_id == article_id, row.method != BY_DECISION)
        for of, owner in ((article_topics, row.article_topic_id), (rejected_topics, row.rejected_topic_id))
    ]
    both = union_all(*parts).subquery()
    statement = (
        select(both, article_revisions.c.headline, article_revisions.c.body, set_aside.c.text.label("aside"))
        .outerjoin(article_revisions, article_revisions.c.id == both.c.revision_id)
        .outerjoin(set_aside, set_aside.c.id == both.c.set_aside_id)
        .order_by(both.c.id)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for one in connection.execute(statement):
        texts = {"headline": one.headline, "body": one.body, "set_aside": one.aside}
        found.setdefault(one.topic_id, []).append(
            {
                **{name: getattr(one, name) for name in ("method", "rule", "score", "given_by", "field")},
                **{name: getattr(one, name) for name in ("start", "end", "revision_id")},
                **_passage(texts, one.field, one.start, one.end, one.given_text),
            }
        )
    for topic_id, words in _words(connection, article_id).items():
        if not any(one["method"] == BY_MODEL for one in found.get(topic_id, ())):
            found.setdefault(topic_id, []).extend(words)
    return found


def _passage(
    texts: Mapping[str, str | None], field: str, start: int | None, end: int | None, given: str | None
) -> dict[str, str | None]:
    """Return a passage with what stands around it; of evidence without any, what was given."""
    text = texts.get(field)
    if text is None or start is None or end is None:
        return {"passage": given, "before": None, "after": None}
    before, after = around(text, start, end, _CONTEXT)
    return {"passage": text[start:end], "before": before, "after": after}


def _words(connection: Connection, article_id: int) -> dict[int, list[dict[str, Any]]]:
    """Return the words that carried what models suggest for the text an article has now, the strongest first."""
    word, leads = suggestion_words.c, vocabulary.merged_topics(connection)
    rows = connection.execute(
        select(
            *(suggestions.c.topic_id, suggestions.c.score, suggestions.c.revision_id),
            *(word.field, word.start, word.end, article_revisions.c.headline, article_revisions.c.body),
        )
        .join(articles, articles.c.revision_id == suggestions.c.revision_id)
        .join(article_revisions, article_revisions.c.id == suggestions.c.revision_id)
        .outerjoin(suggestion_words, word.suggestion_id == suggestions.c.id)
        .where(suggestions.c.article_id == article_id)
        .order_by(suggestions.c.score.desc(), word.weight.desc(), word.id)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(leads.get(row.topic_id, row.topic_id), []).append(
            {
                **{"method": BY_MODEL, "rule": None, "given_by": None},
                **{name: getattr(row, name) for name in ("score", "field", "start", "end", "revision_id")},
                **_passage({"headline": row.headline, "body": row.body}, row.field, row.start, row.end, None),
            }
        )
    return found
