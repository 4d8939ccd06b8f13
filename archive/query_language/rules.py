"""Queries that tag: what a rule may ask for, and what is so of one article."""

from collections.abc import Callable
from datetime import date

from archive.query_language.mistakes import QueryError
from archive.query_language.parse import parse_query
from archive.query_language.tree import (
    And,
    Everything,
    Fact,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Published,
    Query,
    Words,
    leaves,
)

# What a rule may ask for beside words and dates.
VALUES = ("source", "language", "section", "kind")

_REASONS = {
    "topic": "tags would depend on tags",
    "query": "a saved query can change; write out what it asks for",
    "corpus": "a corpus is frozen, and articles come",
    "import": "the same article can come with any import",
    "has": "it depends on what else the archive was told",
}

# two days on which nothing that is reckoned from today means the same
_DAYS = (date(2001, 2, 3), date(2014, 6, 17))


def parse_rule(text: str) -> Query:
    """Return what a rule means: a query that asks for words, `date:`, `source:`, `language:`, `section:` or `kind:`.

    It means the same on every day and whatever else is in the archive. Raises QueryError, which shows the place, for
    what cannot be meant, has no word in it, or asks for more.

    >>> parse_rule('ferry OR "river boat" source:lantern').tree is not None
    True
    """
    query, again = (parse_query(text, day) for day in _DAYS)
    if query.tree is None:
        raise QueryError("a rule asks for something; there is no word in it", text, (0, len(text)))
    for (leaf, _), (later, _) in zip(leaves(query.tree), leaves(again.tree), strict=True):
        if isinstance(leaf, Fact) and leaf.name not in VALUES:
            reason = _REASONS.get(leaf.name, "it is not what a text is about")
            may = ", ".join(f"{name}:" for name in ("headline", "body", "date", *VALUES))
            raise QueryError(f"a rule cannot ask for {leaf.name}: ({reason}); it can for words, {may}", text, leaf.span)
        if leaf != later and isinstance(leaf, Published):
            raise QueryError("a rule means the same every day; write the date: date:2023-02..", text, leaf.span)
    return query


def asks_for_values(node: Node | None) -> bool:
    """Tell whether a rule asks for more than words, so that a text alone does not decide."""
    return any(isinstance(leaf, (Fact, Published)) for leaf, _ in leaves(node))


def truth(node: Node, is_so: Callable[[Leaf], bool | None]) -> bool | None:
    """Tell whether a tree is so by what is so of its leaves; None where what is not known would decide.

    >>> tree = parse_rule("a OR b NOT c").tree
    >>> truth(tree, lambda leaf: {"a": None, "b": True, "c": False}[leaf.words[0]])
    True
    """
    match node:
        case And(parts) | Or(parts):
            decides = isinstance(node, Or)
            unknown = False
            for part in parts:
                side = truth(part, is_so)
                if side is decides:
                    return decides
                unknown = unknown or side is None
            return None if unknown else not decides
        case Not(part):
            side = truth(part, is_so)
            return None if side is None else not side
        case Everything():
            return True
        case Words() | Near() | Fact() | Published():
            return is_so(node)
    raise TypeError(f"a rule has no {type(node).__name__}")
