"""Whether tags are what people decided of them: what the log and the archive's rule make of each."""

from collections.abc import Iterator
from itertools import groupby

from archive.db.decisions import ACCEPTED, DECIDING, FORGET, TOPIC, UNDO, Decision, leads_on, taken_back
from archive.db.plain import Plain
from archive.db.precedence import Precedence, Rule, standing
from archive.queries.verification.findings import RESTORE, Check, Finding, Wrong

_AGAIN = "`archive topics deciding RULE` with the rule that `archive topics deciding` tells makes tags so again"

_ON, _OFF = "on", "off"

CHECKS = (
    Check(
        *("error", "deciding", "decision", "about whose word counts that names no rule", RESTORE),
        "SELECT 'decision ' || id FROM decisions WHERE subject = 'deciding' AND (article_key IS NOT NULL OR CASE name "
        "WHEN 'person' THEN trim(coalesce(value, '')) = '' "
        "WHEN 'latest' THEN value IS NOT NULL WHEN 'majority' THEN value IS NOT NULL ELSE true END)",
    ),
)


def check_tags(connection: Plain) -> Iterator[Finding]:
    """Yield a finding for tags that were put on articles or taken off otherwise than what stands decided of them."""
    found = Wrong("error", "decided_tags", "tag", "otherwise than people decided", _AGAIN)
    wanted, there = _wanted(connection), _there(connection)
    tags = _tags(connection) if wanted else set()
    for tag in sorted({*wanted, *there}):
        is_so = wanted.get(tag) == there.get(tag)
        # one that was written into the log by hand left no mark
        if not is_so and (tag in there or (tag in tags) != (wanted[tag][0][0] == _ON)):
            found.add(f"{tag[0]} {tag[1]}")
    yield from found.findings()


def _wanted(connection: Plain) -> dict[tuple[str, str], list[tuple[str, int]]]:
    """Return what stands decided, by the key of the article and `scheme:code`, of what is in the archive."""
    precedence = _precedence(connection)
    rows = connection.execute(
        f"SELECT {', '.join(f'd.{name}' for name in Decision._fields)} FROM decisions d "
        "JOIN articles a ON a.key = d.article_key WHERE d.subject IN (?, ?) ORDER BY d.article_key, d.made_at, d.id",
        (TOPIC, FORGET),
    )
    topics = {f"{scheme}:{code}" for scheme, code in connection.execute("SELECT scheme, code FROM topics")}
    return {
        (str(key), name): [(_ON if decision.value == ACCEPTED else _OFF, decision.id)]
        for key, made in groupby((Decision(*row) for row in rows), key=lambda one: one.article_key)
        for (_, name), decision in standing(list(made), precedence).items()
        if decision is not None and name in topics
    }


def _there(connection: Plain) -> dict[tuple[str, str], list[tuple[str, int]]]:
    """Return by which decisions tags were put on articles or taken off, as the tables have it."""
    there: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for key, scheme, code, side, number in connection.execute(
        "SELECT a.key, t.scheme, t.code, s.side, s.decision_id FROM ("
        f"SELECT g.article_id, g.topic_id, '{_ON}' AS side, e.decision_id FROM tag_evidence e "
        "JOIN article_topics g ON g.id = e.article_topic_id WHERE e.decision_id IS NOT NULL "
        f"UNION ALL SELECT article_id, topic_id, '{_OFF}', decision_id FROM rejected_topics"
        ") s JOIN articles a ON a.id = s.article_id JOIN topics t ON t.id = s.topic_id ORDER BY s.decision_id"
    ):
        there.setdefault((key, f"{scheme}:{code}"), []).append((side, number))
    return there


def _tags(connection: Plain) -> set[tuple[str, str]]:
    """Return the tags of all articles that anybody decided about a topic of."""
    rows = connection.execute(
        "SELECT a.key, t.scheme || ':' || t.code FROM article_topics g JOIN articles a ON a.id = g.article_id "
        "JOIN topics t ON t.id = g.topic_id "
        "WHERE a.key IN (SELECT article_key FROM decisions WHERE subject = ?)",
        (TOPIC,),
    )
    return {(key, name) for key, name in rows}


def _precedence(connection: Plain) -> Precedence:
    undoings = connection.execute("SELECT id, name FROM decisions WHERE subject = ?", (UNDO,))
    gone = taken_back((number, name) for number, name in undoings)
    merges = connection.execute(
        "SELECT d.name, d.value FROM decisions d JOIN earlier_states s ON s.decision_id = d.id "
        "WHERE d.subject = 'topic_merge' ORDER BY d.id"
    )
    merged = leads_on(merges)
    rules = connection.execute(
        "SELECT id, name, value FROM decisions WHERE subject = ? ORDER BY made_at DESC, id DESC", (DECIDING,)
    )
    rule = next((Rule(name, value) for number, name, value in rules if number not in gone), Rule())
    return Precedence(gone, merged, rule)
