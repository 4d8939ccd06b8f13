"""What people can say of sources and topics: each verb made so, and taken back, in one way."""

from collections.abc import Collection

from sqlalchemy import Connection

from archive.db.decisions import Decision
from archive.resolve import source_decisions, topic_decisions
from archive.resolve.decisions import Said
from archive.resolve.source_decisions import decide_source, take_source_back
from archive.resolve.topic_decisions import Topics

VERBS = (*source_decisions.VERBS, *topic_decisions.VERBS)


def make_so(
    connection: Connection, verb: str, name: str, value: str | None, *, named_later: bool = False
) -> Said | None:
    """Make a source or topic what a person says of it, and return what is to be put on record; None where it is so.

    `named_later`: imports came in here before the decision, and may have made a topic of the name that it gives.
    Raises NotFoundError for one that is not there, UsageError for what cannot be.
    """
    if verb in source_decisions.VERBS:
        return decide_source(connection, verb, name, value)
    return Topics(connection, named_later=named_later).decide(verb, name, value)


def take_back(connection: Connection, decision: Decision) -> Collection[str]:
    """Make sources or topics what they are without a decision.

    Returns the keys of articles on which what was decided of them is to be applied again, once the log has it. Raises
    UsageError where a later decision has to be taken back first.
    """
    if decision.subject in source_decisions.VERBS:
        take_source_back(connection, decision)
        return ()
    topics = Topics(connection)
    topics.take_back(decision)
    return topics.keys
