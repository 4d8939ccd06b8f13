"""How an engine finds the words of a query: one module for each, behind what they have in common (`base`)."""

from sqlalchemy import Connection

from archive.queries.matching.base import Best, Condition, Frequency, Match, is_of_words
from archive.queries.rarities import rarities
from archive.query_language.tree import And, Node

__all__ = ["Best", "Condition", "Frequency", "Match", "all_of", "is_of_words", "match_of"]


def match_of(connection: Connection, node: Node) -> Match | None:
    """Return how the archive's engine finds what a part of a query finds by words; None where it asks for more.

    Engines exclude only from what they found: a part that is only excluded has none.
    """
    if not is_of_words(node):
        return None
    if connection.dialect.name == "sqlite":
        from archive.queries.matching.fts5 import Fts5, fts_expression

        return Fts5(fts_expression(node))
    from archive.queries.matching.tsvector import Tsvector

    return Tsvector(node, rarities(connection).any_too_large)


def all_of(connection: Connection, parts: tuple[Node, ...]) -> Match | None:
    """Return how the engine finds all of several parts, of which some may be excluded; None if it cannot."""
    return match_of(connection, And(parts))
