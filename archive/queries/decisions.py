"""Questions about decisions: what people said, when and why, and what of it stands."""

from typing import Any

from sqlalchemy import Connection, and_, or_, select

from archive.db import decisions as log
from archive.db.tables import articles, decisions
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
