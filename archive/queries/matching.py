"""Words of a query as FTS5 has them. Every word is quoted, so that none is an operator."""

from archive.query_language.tree import And, Near, Node, Not, Or, Saved, Words


def fts_expression(node: Node) -> str | None:
    """Return the FTS5 query that finds what a part of a query finds by words; None where FTS5 has none for it.

    FTS5 can exclude only from what it found: a part that is only excluded, or that asks for facts, has none.

    >>> fts_expression(Or((Words(("at", "t")), Words(("merge",), is_prefix=True, column="headline"))))
    '("at t") OR (headline : "merge" *)'
    """
    match node:
        case Words(_, _, column):
            return _in_column(column, _phrase(node))
        case Near(terms, _, column):
            return _in_column(column, f"NEAR({' '.join(map(_phrase, terms))}, {node.reach})")
        case Or(parts):
            found = [fts_expression(part) for part in parts]
            return None if None in found else " OR ".join(f"({one})" for one in found)
        case And(parts):
            return all_of(parts)
        case Saved(_, query) if query.tree is not None:
            return fts_expression(query.tree)
    return None


def all_of(parts: tuple[Node, ...]) -> str | None:
    """Return the FTS5 query that finds all of several parts, of which some may be excluded; None if it has none."""
    wanted = [fts_expression(part) for part in parts if not isinstance(part, Not)]
    excluded = [fts_expression(part.part) for part in parts if isinstance(part, Not)]
    if not wanted or None in wanted or None in excluded:
        return None
    expression = " AND ".join(f"({one})" for one in wanted)
    if excluded:
        expression = f"({expression}) NOT ({' OR '.join(f'({one})' for one in excluded)})"
    return expression


def _in_column(column: str | None, expression: str) -> str:
    return expression if column is None else f"{column} : {expression}"


def _phrase(words: Words) -> str:
    return f'"{" ".join(words.words)}"' + (" *" if words.is_prefix else "")
