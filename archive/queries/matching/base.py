"""What all engines have in common that find words."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Connection, FromClause

from archive.query_language.tree import And, Near, Node, Not, Or, Saved, Words

Condition = ColumnElement[bool]
Best = list[tuple[int, float]]  # ids of articles with their scores, the best first
Passing = Callable[[Collection[int]], Collection[int]]  # which of some articles are asked for


class Frequency(NamedTuple):
    """How many articles match, by guess: in which share of any part of them at least (0 to 1), and in all.

    Both are 0 where few do, and where the engine itself finds the best way to what is asked for.
    """

    share: float
    articles: int


class Match(Protocol):
    """Words that articles are found by: conditions on the engine's index, which has a row for each article."""

    def __hash__(self) -> int:
        """Equal ones are the same key of what is made once."""

    @property
    def index(self) -> FromClause:
        """The index, to select from."""

    @property
    def id(self) -> ColumnElement[int]:
        """Its column of ids of articles."""

    @property
    def joined(self) -> Condition:
        """What joins `articles` to it so that matches are read first, and then the articles."""

    @property
    def found(self) -> Condition:
        """The condition that a row of the index matches."""

    @property
    def score(self) -> ColumnElement[float]:
        """How well it matches, in the engine's own measure: more is better."""

    @property
    def form(self) -> "Match":
        """The same, with parameters for what differs from query to query: a statement of it is made once for all."""

    @property
    def values(self) -> dict[str, Any]:
        """What the parameters of its form stand for."""

    def frequency(self, connection: Connection, *, thorough: bool) -> Frequency:
        """Return how many articles match, as far as that is told sooner than by counting; `thorough` is more sure."""

    def some(self, connection: Connection) -> Sequence[int]:
        """Return some of many matches, from everywhere; none of few, or where the engine finds the best way itself."""

    def best(self, connection: Connection, limit: int, passing: Passing | None) -> Best | None:
        """Return the best of those that pass without reading all matches; None where that is not sooner done."""


def is_of_words(node: Node) -> bool:
    """Tell whether a part of a query asks for words, and for nothing else, so that an index can answer all of it."""
    match node:
        case Words() | Near():
            return True
        case Or(parts):
            return all(is_of_words(part) for part in parts)
        case And(parts):
            wanted = [part for part in parts if not isinstance(part, Not)]
            excluded = [part.part for part in parts if isinstance(part, Not)]
            return bool(wanted) and all(is_of_words(part) for part in (*wanted, *excluded))
        case Saved(_, query) if query.tree is not None:
            return is_of_words(query.tree)
    return False
