"""What few articles of an archive are, if any, and every question must know: hidden, or with a text past an index."""

from typing import NamedTuple

from sqlalchemy import Connection

from archive.normalize.status import HIDDEN

# written out, so that engines can tell that the index of those that have a status will do
KEPT_BACK = [f"'{one}'" for one in HIDDEN]

# Nothing in it is a parameter: a server that plans for any moment reads all articles to look for a later embargo.
_ANY_HIDDEN = (
    f"EXISTS (SELECT 1 FROM articles WHERE status IN ({', '.join(KEPT_BACK)})), "
    "(SELECT max(embargo_until) FROM articles WHERE embargo_until IS NOT NULL)"
)
_ASKED = {
    "sqlite": f"SELECT {_ANY_HIDDEN}, 0",
    "postgresql": f"SELECT {_ANY_HIDDEN}, EXISTS (SELECT 1 FROM article_search WHERE vector IS NULL)",
}

_KNOWN = "rarities"  # in what a connection remembers


class Rarities(NamedTuple):
    """Whether articles are withheld or canceled, the last embargo (UTC), and whether texts are no tsvector."""

    any_kept_back: bool
    last_embargo: str | None
    any_too_large: bool


def rarities(connection: Connection) -> Rarities:
    """Return which of these an archive has: asked in one, and once of what is seen as of one moment."""
    known: tuple[object, Rarities] | None = connection.info.get(_KNOWN)
    if known is not None and known[0] is connection.get_transaction():
        return known[1]
    row = connection.exec_driver_sql(_ASKED[connection.dialect.name]).one()
    found = Rarities(bool(row[0]), row[1], bool(row[2]))
    if connection.get_execution_options().get("sees_one_moment"):
        connection.info[_KNOWN] = connection.get_transaction(), found
    return found
