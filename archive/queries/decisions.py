"""Questions about decisions: what people said, when and why, which of it stands, and by which rule."""

from typing import Any

from sqlalchemy import Connection, and_, or_, select

from archive.db import decisions as log
from archive.db.precedence import LATEST, find_rule_decision, precedence, said
from archive.db.tables import articles, decisions, topics
from archive.db.tombstones import find_tombstones
from archive.errors import ForgottenError
from archive.queries.articles import find_article_id


def list_decisions(
    connection: Connection, key: str | None = None, limit: int | None = None, topic: str | None = None
) -> list[dict[str, Any]]:
    """Return decisions, the latest first, with the number of the decision that took each back, if one did.

    `wiped` is one about an article that was forgotten since: what it said is gone. With a key only those about this
    article, forgotten or not; raises NotFoundError for a key that names none. With a topic (`scheme:code`) only those
    about what it is, and about topics that were merged into it, not those about articles that have it.
    """
    decision = decisions.c
    statement = select(decisions).order_by(decision.id.desc()).limit(limit)
    if key is not None:
        try:
            article_id = find_article_id(connection, key)
            whole = connection.scalar(select(articles.c.key).where(articles.c.id == article_id))
        except ForgottenError:
            whole = find_tombstones(connection, key)[0].key
        statement = statement.where(decision.article_key == whole)
    if topic is not None:
        is_merged = and_(decision.subject == log.TOPIC_MERGE, decision.value == topic)
        statement = statement.where(
            decision.subject.startswith("topic_", autoescape=True), or_(decision.name == topic, is_merged)
        )
    wiped = log.before_forgetting(connection)
    gone = log.undone(connection)
    undone_by = {
        int(name): number
        for number, name in connection.execute(select(decision.id, decision.name).where(decision.subject == log.UNDO))
        if number not in gone
    }
    return [
        {
            "number": row.id,
            "made_at": row.made_at,
            "who": row.who,
            "key": row.article_key,
            "subject": row.subject,
            "name": row.name,
            "value": row.value,
            "reason": row.reason,
            "undone_by": undone_by.get(row.id),
            "wiped": row.id in wiped,
        }
        for row in connection.execute(statement)
    ]


def deciding_rule(connection: Connection) -> dict[str, Any]:
    """Return which of several people's decisions about a tag is shown: `rule`, `person`, and the decision that says so.

    That is None, as are who made it, when and why, where nobody set a rule. `people` are those who decided of topics.
    """
    by = find_rule_decision(connection, log.undone(connection))
    set_by = {"decision": "id", "who": "who", "made_at": "made_at", "reason": "reason"}
    return {
        **{"rule": LATEST if by is None else by.name, "person": None if by is None else by.value},
        **{name: None if by is None else getattr(by, column) for name, column in set_by.items()},
        "people": log.people_of_tags(connection),
    }


def who_said_what(connection: Connection, key: str) -> list[dict[str, Any]]:
    """Return what people say of each topic of an article (a whole key): who says yes and who no, the earliest first.

    `decision` is the one that is shown by the archive's rule, None where the rule shows none; `rule` says it in words.
    """
    stands_by = precedence(connection)
    names = {
        f"{row.scheme}:{row.code}": row
        for row in connection.execute(select(topics.c.scheme, topics.c.code, topics.c.name))
    }
    found = []
    for (subject, name), votes in sorted(said(log.of_articles(connection, [key]).get(key, []), stands_by).items()):
        if subject != log.TOPIC or not votes or name not in names:
            continue
        shown = stands_by.rule.choose(votes)
        found.append(
            {
                **{"topic": names[name].name, "scheme": names[name].scheme, "code": names[name].code},
                **{"yes": [one.who for one in votes.values() if one.value == log.ACCEPTED]},
                **{"no": [one.who for one in votes.values() if one.value == log.REJECTED]},
                **{"decision": None if shown is None else shown.id, "rule": stands_by.rule.told()},
            }
        )
    return found
