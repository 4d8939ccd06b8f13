"""Questions about the people who decide about topics: what each says, and how far they agree."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from archive.agreement import agreement
from archive.db import decisions as log
from archive.db.decisions import ACCEPTED, REJECTED, TOPIC
from archive.db.precedence import precedence, said
from archive.db.tables import topics
from archive.errors import UsageError
from archive.normalize.names import name_key
from archive.queries.articles import find_keys
from archive.queries.facts import topics_meant
from archive.queries.selection import Selection
from archive.queries.topics import unknown_scheme


class Said(NamedTuple):
    """What a person says of a topic (`scheme:code`) on an article (its key): `accepted` or `rejected`."""

    key: str
    topic: str
    who: str
    value: str


def find_said(connection: Connection, selection: Selection) -> list[Said]:
    """Return what people say of topics of the articles that a selection names.

    Of several decisions of one person about the same tag that is the last one that stands. People are named as they
    first wrote their names.
    """
    people = {name_key(who): who for who in log.people_of_tags(connection)}
    keys = set(log.keys_with_tags_decided(connection))
    if not selection.everything:
        keys.intersection_update(find_keys(connection, selection))
    stands_by = precedence(connection)
    return [
        Said(key, name, people[who], one.value)
        for key, made in sorted(log.of_articles(connection, sorted(keys)).items())
        for (subject, name), votes in said(made, stands_by).items()
        for who, one in votes.items()
        if subject == TOPIC and one.value is not None
    ]


def find_topics(connection: Connection, scheme: str | None, topic: str | None) -> dict[str, str]:
    """Return the names of topics by `scheme:code`: those of a vocabulary, those of a topic and all below it, or all.

    Raises NotFoundError for a vocabulary that has no topics, and for a topic that is not there.
    """
    table = topics.c
    statement = select(table.scheme, table.code, table.name).order_by(table.name, table.scheme, table.code)
    if scheme is not None:
        statement = statement.where(table.scheme == scheme)
        if connection.execute(statement.limit(1)).first() is None:
            raise unknown_scheme(connection, scheme)
    if topic is not None:
        statement = statement.where(table.id.in_(topics_meant(connection, topic)))
    return {f"{row.scheme}:{row.code}": row.name for row in connection.execute(statement)}


def topic_agreement(
    connection: Connection,
    selection: Selection,
    *,
    scheme: str | None = None,
    topic: str | None = None,
    coders: Collection[str] = (),
) -> list[dict[str, Any]]:
    """Return how far people agree about each topic that any of them decided about, and last over all topics.

    Each row has the topic (None over all), `articles` and `tags` (a topic on an article) that two people or more
    decided about, `percent` and Krippendorff's `alpha` over these (None where they are not defined: `agreement` says
    when), and `coders`, with how many tags each says yes and no to, also alone. Those with most tags come first.
    Raises UsageError for a coder who never decided about a topic.
    """
    people = log.people_of_tags(connection)
    for name in coders:
        if name_key(name) not in map(name_key, people):
            raise UsageError(f"'{name}' decided about no topic; {', '.join(people) or 'nobody'} did")
    wanted = {name_key(name) for name in coders or people}
    names = find_topics(connection, scheme, topic)
    of_topic: dict[str, list[Said]] = {}
    for one in find_said(connection, selection):
        if one.topic in names and name_key(one.who) in wanted:
            of_topic.setdefault(one.topic, []).append(one)
    rows = []
    for label, all_said in of_topic.items():
        name, _, code = label.partition(":")
        rows.append({"topic": names[label], "scheme": name, "code": code, **_measured(all_said)})
    rows.sort(key=lambda row: (-row["tags"], name_key(row["topic"]), row["scheme"], row["code"]))
    if rows:
        together = [one for all_said in of_topic.values() for one in all_said]
        rows.append({"topic": None, "scheme": None, "code": None, **_measured(together)})
    return rows


def _measured(all_said: Sequence[Said]) -> dict[str, Any]:
    units: dict[tuple[str, str], list[str]] = {}
    for one in all_said:
        units.setdefault((one.key, one.topic), []).append(one.value)
    found = agreement(units.values())
    return {
        "articles": len({key for (key, _), values in units.items() if len(values) > 1}),
        **{"tags": found.units, "percent": found.percent, "alpha": found.alpha},
        "coders": list(_counted(all_said)),
    }


def _counted(all_said: Iterable[Said]) -> Iterable[dict[str, Any]]:
    """Yield how many tags each says yes and no to, by name."""
    counts: dict[str, dict[str, int]] = {}
    for one in all_said:
        counts.setdefault(one.who, {ACCEPTED: 0, REJECTED: 0})[one.value] += 1
    for who in sorted(counts, key=name_key):
        yield {"who": who, "yes": counts[who][ACCEPTED], "no": counts[who][REJECTED]}
