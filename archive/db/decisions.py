"""The log of what people decided: only ever added to. `precedence` says which of several about the same counts."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, tuple_

from archive.db.ids import inserted_id
from archive.db.lookups import chunks
from archive.db.tables import decisions, earlier_states
from archive.normalize.names import name_key

TOPIC, FIELD, UNDO, FORGET, TOPIC_MERGE = "topic", "field", "undo", "forget", "topic_merge"
DECIDING, THRESHOLD = "deciding", "topic_threshold"
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
        keep_earlier_state(connection, decision.id, before)
    return decision


def keep_earlier_state(connection: Connection, number: int, text: str) -> None:
    """Keep what was before a decision, in place of what was kept for it."""
    connection.execute(delete(earlier_states).where(earlier_states.c.decision_id == number))
    connection.execute(insert(earlier_states).values(decision_id=number, text=text))


def earlier_state(connection: Connection, number: int) -> str | None:
    """Return what was before a decision; None where nothing is kept."""
    return connection.scalar(select(earlier_states.c.text).where(earlier_states.c.decision_id == number))


def take_earlier_state(connection: Connection, number: int) -> str:
    """Return what was before a decision, and take it off the record: it is needed once. '' where there is nothing."""
    text = earlier_state(connection, number)
    connection.execute(delete(earlier_states).where(earlier_states.c.decision_id == number))
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


def keys_with_tags_decided(connection: Connection) -> list[str]:
    """Return the keys of all articles that anybody ever decided about a topic of."""
    log = decisions.c
    statement = select(log.article_key).where(log.subject == TOPIC, log.article_key.is_not(None)).distinct()
    return [str(key) for key in connection.scalars(statement.order_by(log.article_key))]


def people_of_tags(connection: Connection) -> list[str]:
    """Return who ever decided about a topic of an article, as they first named themselves, in order."""
    log = decisions.c
    rows = connection.scalars(select(log.who).where(log.subject == TOPIC).group_by(log.who).order_by(func.min(log.id)))
    return sorted({name_key(who): who for who in reversed(rows.all())}.values(), key=name_key)


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
    rows = connection.execute(select(decisions.c.id, decisions.c.name).where(decisions.c.subject == UNDO))
    return taken_back((number, name) for number, name in rows)


def taken_back(undoings: Iterable[tuple[int, str]]) -> set[int]:
    """Return what undoings take back: each has its number, and that of the decision it takes back.

    >>> sorted(taken_back([(4, "1"), (5, "4"), (6, "2")]))
    [2, 4]
    """
    gone: set[int] = set()
    for number, name in sorted(undoings, reverse=True):
        if number not in gone:
            gone.add(int(name))
    return gone


def standing_of(connection: Connection, subjects: Collection[str]) -> list[Decision]:
    """Return the decisions of these subjects that stand, in the order they came into the archive."""
    statement = select(*_COLUMNS).where(decisions.c.subject.in_(subjects)).order_by(decisions.c.id)
    made = [Decision(*row) for row in connection.execute(statement)]
    if not made:
        return []
    gone = undone(connection)
    return [one for one in made if one.id not in gone]


def topic_merges(connection: Connection) -> list[tuple[str, str, str]]:
    """Return the merges of topics that the tables follow, in order: of what, into what, and what was before.

    That is kept as long as they do, also while decisions are taken back and made again.
    """
    state = earlier_states.c
    statement = select(decisions.c.name, decisions.c.value, state.text).join(
        decisions, decisions.c.id == state.decision_id
    )
    rows = connection.execute(statement.where(decisions.c.subject == TOPIC_MERGE).order_by(decisions.c.id))
    return [(name, value, text) for name, value, text in rows]


def merged_topics(connection: Connection) -> dict[str, str]:
    """Return by `scheme:code` what each topic that was merged leads to now."""
    return leads_on((name, led) for name, led, _ in topic_merges(connection))


def leads_on(merges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return by the name of what was merged what it leads to now, through all that was merged later.

    >>> leads_on(["ab", "bc", "xa"])
    {'a': 'c', 'b': 'c', 'x': 'c'}
    """
    leads: dict[str, str] = {}
    for name, value in merges:
        to = leads.get(value, value)
        leads = {one: to if led == name else led for one, led in leads.items()} | {name: to}
    return leads
