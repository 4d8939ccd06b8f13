"""The log of what people decided: only ever added to. Of several about the same, the latest that stands counts."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, tuple_

from archive.db.ids import inserted_id
from archive.db.lookups import chunks
from archive.db.tables import decisions, earlier_states

TOPIC, FIELD, UNDO, FORGET = "topic", "field", "undo", "forget"
ACCEPTED, REJECTED = "accepted", "rejected"


class Decision(NamedTuple):
    """One decision: its number, when (UTC), who, about which article, and what, as the table has it."""

    id: int
    made_at: str
    who: str
    article_key: str | None
    subject: str
    name: str
    value: str | None
    reason: str | None


_COLUMNS = tuple(decisions.c[name] for name in Decision._fields)


def add(
    connection: Connection,
    made_at: str,
    who: str,
    article_key: str | None,
    subject: str,
    name: str,
    value: str | None,
    reason: str | None,
    before: str | None = None,
) -> Decision:
    """Add a decision to the log, with what was before where it takes that to take it back, and return it."""
    row = (made_at, who, article_key, subject, name, value, reason)
    values = dict(zip(Decision._fields[1:], row, strict=True))
    decision = Decision(inserted_id(connection.execute(insert(decisions).values(values))), *row)
    if before is not None:
        connection.execute(insert(earlier_states).values(decision_id=decision.id, text=before))
    return decision


def take_earlier_state(connection: Connection, number: int) -> str:
    """Return what was before a decision, and take it off the record: it is needed once. '' where there is nothing."""
    of_decision = earlier_states.c.decision_id == number
    text = connection.scalar(select(earlier_states.c.text).where(of_decision))
    connection.execute(delete(earlier_states).where(of_decision))
    return text or ""


def there_are_any(connection: Connection) -> bool:
    """Tell whether anybody ever decided anything."""
    return connection.execute(select(1).select_from(decisions).limit(1)).first() is not None


def find_all(connection: Connection) -> list[Decision]:
    """Return all decisions, in the order they came into the archive."""
    return [Decision(*row) for row in connection.execute(select(*_COLUMNS).order_by(decisions.c.id))]


def find(connection: Connection, number: int) -> Decision | None:
    """Return the decision of this number; None where there is none."""
    row = connection.execute(select(*_COLUMNS).where(decisions.c.id == number)).first()
    return None if row is None else Decision(*row)


def of_articles(connection: Connection, keys: Collection[str]) -> dict[str, list[Decision]]:
    """Return the decisions about each of these articles that has any, in the order they count: the latest last.

    The order is that of time, then of coming into the archive: a log that was restored later is not newer for that.
    """
    found: dict[str, list[Decision]] = {}
    for some in chunks(keys):
        rows = connection.execute(
            select(*_COLUMNS).where(decisions.c.article_key.in_(some)).order_by(decisions.c.made_at, decisions.c.id)
        )
        for row in rows:
            found.setdefault(row.article_key, []).append(Decision(*row))
    return found


def before_forgetting(connection: Connection) -> set[int]:
    """Return the numbers of the decisions about articles that were forgotten since: what they said was wiped."""
    one, last = decisions.alias("one"), decisions.alias("last")
    rows = connection.scalars(
        select(one.c.id)
        .distinct()
        .join(last, (last.c.article_key == one.c.article_key) & (last.c.subject == FORGET))
        .where(
            one.c.subject != FORGET,
            tuple_(one.c.made_at, one.c.id) < tuple_(last.c.made_at, last.c.id),
        )
    )
    return set(rows)


def undone(connection: Connection) -> set[int]:
    """Return the numbers of the decisions that were taken back; one whose taking back was taken back stands again."""
    gone: set[int] = set()
    rows = connection.execute(
        select(decisions.c.id, decisions.c.name).where(decisions.c.subject == UNDO).order_by(decisions.c.id.desc())
    )
    for number, name in rows:
        if number not in gone:
            gone.add(int(name))
    return gone


def standing(made: Sequence[Decision], gone: Collection[int]) -> dict[tuple[str, str], Decision | None]:
    """Return what stands of the decisions about one article, by subject and name; None where all were taken back.

    Nothing stands of what was decided before the article was forgotten.
    """
    stands: dict[tuple[str, str], Decision | None] = {}
    for one in made:
        if one.subject == FORGET:
            stands.clear()
        elif one.id not in gone:
            stands[one.subject, one.name] = one
        else:
            stands.setdefault((one.subject, one.name), None)
    return stands
