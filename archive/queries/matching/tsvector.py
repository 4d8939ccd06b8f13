"""Words of a query in PostgreSQL: a tsquery that leads to articles, and where words stand beside each other.

The tsquery finds the articles that have the words; of single words that is all. A phrase, and words near each other,
are then looked for in the words of the article as they stand in order (`archive.db.search.tsvector`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    and_,
    cast,
    column,
    func,
    literal_column,
    not_,
    or_,
    table,
)
from sqlalchemy.dialects.postgresql import REAL, TSQUERY, TSVECTOR

from archive.db.tables import articles
from archive.db.tables.base import Text as TextType
from archive.normalize.vectors import LONGEST_WORD, in_order, quoted
from archive.queries.matching.base import Best, Condition, Frequency, Passing
from archive.query_language.tree import And, Near, Node, Not, Or, Saved, Text, Words

HEADLINE_WEIGHT = 1.0
BODY_WEIGHT = 0.2  # of a headline's

INDEX = table(
    "article_search",
    column("article_id", BigInteger),
    column("headline", TextType),
    column("body", TextType),
    column("vector", TSVECTOR),
)
# written out: what stands in a parameter the server would convert for every article
_WEIGHTS: ColumnElement[Any] = literal_column(f"'{{0.1,{BODY_WEIGHT},{BODY_WEIGHT},{HEADLINE_WEIGHT}}}'::real[]")
_NONE: ColumnElement[float] = literal_column("0::real", REAL)
_TOO_LARGE: Condition = INDEX.c.vector.is_(None)
_LABELS = {None: "", "headline": "A", "body": "D"}


@dataclass(frozen=True)
class Tsvector:
    """A part of a query that asks for words alone.

    Where texts are `too_large` for a tsvector, these are looked through.
    """

    node: Node
    too_large: bool
    index: FromClause = INDEX
    id: ColumnElement[int] = INDEX.c.article_id

    @property
    def joined(self) -> Condition:
        """What joins `articles` to the index."""
        return articles.c.id == INDEX.c.article_id

    @cached_property
    def found(self) -> Condition:
        """The condition that an article matches."""
        led_to = INDEX.c.vector.bool_op("@@")(self._query)
        by_vector = led_to if all(_is_certain(leaf) for leaf in _leaves(self.node)) else and_(led_to, self._stands())
        # of two ways to match, the server looks at every article again that its index found
        return or_(by_vector, and_(_TOO_LARGE, self._stands(by_words=True))) if self.too_large else by_vector

    @property
    def score(self) -> ColumnElement[float]:
        """PostgreSQL's `ts_rank`, which knows nothing of how rare a word is."""
        return func.coalesce(func.ts_rank(_WEIGHTS, INDEX.c.vector, self._query), _NONE)

    @property
    def form(self) -> "Tsvector":
        """Itself: another query is another statement."""
        return self

    @property
    def values(self) -> dict[str, Any]:
        """Nothing, then."""
        return {}

    def frequency(self, _connection: Connection, *, thorough: bool) -> Frequency:  # noqa: ARG002
        """Leave it to the server, which knows how frequent words are."""
        return Frequency(0, 0)

    def some(self, _connection: Connection) -> Sequence[int]:
        """Leave that to the server, too."""
        return ()

    def best(self, _connection: Connection, _limit: int, _passing: Passing | None) -> Best | None:
        """Leave that to the server, too."""
        return None

    @cached_property
    def _query(self) -> ColumnElement[Any]:
        return cast(_tsquery(self.node), TSQUERY)

    def _stands(self, *, by_words: bool = False) -> Condition:
        return _condition(self.node, by_words=by_words)


def _leaves(node: Node) -> Iterator[Text]:
    match node:
        case Words() | Near():
            yield node
        case Or(parts) | And(parts):
            for part in parts:
                yield from _leaves(part)
        case Not(part):
            yield from _leaves(part)
        case Saved(_, query) if query.tree is not None:
            yield from _leaves(query.tree)


def _is_certain(leaf: Text) -> bool:
    """Tell whether a tsvector alone can say that an article has it."""
    return isinstance(leaf, Words) and len(leaf.words) == 1 and len(leaf.words[0]) < LONGEST_WORD


def _tsquery(node: Node) -> str:
    """Return the tsquery, as text, of what an article must have at least to match."""
    match node:
        case Words(words, is_prefix, column):
            last = len(words) - 1
            return " & ".join(
                _term(word, column, is_prefix=is_prefix and number == last) for number, word in enumerate(words)
            )
        case Near(terms, _, column):
            return " & ".join(_tsquery(Words(term.words, term.is_prefix, column)) for term in terms)
        case Or(parts):
            return "(" + " | ".join(f"({_tsquery(part)})" for part in parts) + ")"
        case And(parts):
            wanted = [f"({_tsquery(part)})" for part in parts if not isinstance(part, Not)]
            excluded = [
                f"!({_tsquery(part.part)})"
                for part in parts
                if isinstance(part, Not) and all(map(_is_certain, _leaves(part.part)))
            ]
            return " & ".join([*wanted, *excluded])
        case Saved(_, query) if query.tree is not None:
            return _tsquery(query.tree)
    raise TypeError("only words have a tsquery")


def _term(word: str, column: str | None, *, is_prefix: bool) -> str:
    labels = ("*" if is_prefix else "") + _LABELS[column]
    return quoted(word[:LONGEST_WORD]) + (f":{labels}" if labels else "")


def _condition(node: Node, *, by_words: bool) -> Condition:
    """Return the condition that an article has what a part of a query asks for, all of it.

    What a tsvector can say it says, unless `by_words`.
    """
    match node:
        case Words() | Near():
            if _is_certain(node) and not by_words:
                return INDEX.c.vector.bool_op("@@")(cast(_tsquery(node), TSQUERY))
            columns = [INDEX.c[node.column]] if node.column else [INDEX.c.headline, INDEX.c.body]
            return or_(*(_stands_in(one, node) for one in columns))
        case Or(parts):
            return or_(*(_condition(part, by_words=by_words) for part in parts))
        case And(parts):
            return and_(*(_condition(part, by_words=by_words) for part in parts))
        case Not(part):
            return not_(_condition(part, by_words=by_words))
        case Saved(_, query) if query.tree is not None:
            return _condition(query.tree, by_words=by_words)
    raise TypeError("only words stand in a text")


def _stands_in(text: ColumnElement[str], leaf: Text) -> Condition:
    if isinstance(leaf, Words):
        return func.strpos(text, _as_part(leaf)) > 0
    return text.bool_op("~")(_pattern(leaf))


def _as_part(words: Words) -> str:
    """Return what stands in the words of a text, one space between them, where these do."""
    return in_order(words.words)[: -1 if words.is_prefix else None]


def _pattern(near: Near) -> str:
    """Return the regular expression that finds words near each other, as FTS5's NEAR does.

    There is a place at which one of them begins, and by which all others have begun, each of which ends at most
    `reach` words before it. In PostgreSQL's expressions, what is looked back at may be of any length.
    """
    return "|".join(
        " " + "".join(_before(other, near.reach) for other in near.terms if other is not term) + f"(?={_words(term)})"
        for term in near.terms
    )


def _before(term: Words, reach: int) -> str:
    """Return what looks back, from behind the space before a word, for a term that has begun by then."""
    some = f"(?:[^ ]+ ){{0,{reach}}}"
    ways = [f"(?<= {_words(term, is_open=True)} {some})"]
    for number in range(len(term.words)):  # so many words of it stand before, and the others from here on
        before = "".join(f"{re.escape(word)} " for word in term.words[:number])
        rest = Words(term.words[number:], term.is_prefix)
        ways.append((f"(?<= {before})" if before else "") + f"(?={_words(rest)})")
    return f"(?:{'|'.join(ways)})"


def _words(words: Words, *, is_open: bool = False) -> str:
    """Return what matches words, up to the space behind them, or `is_open` without it; of a prefix the whole word."""
    end = "[^ ]*" if words.is_prefix else ""
    return " ".join(map(re.escape, words.words)) + end + ("" if is_open else "(?= )")
