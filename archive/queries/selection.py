"""Which articles a query names: its tree as conditions in SQL."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Select,
    and_,
    false,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.sql import visitors

from archive.db.kept_statements import run_kept
from archive.db.left_behind import require
from archive.db.spans import Sides, published_within
from archive.db.tables import articles
from archive.db.tables.article import COUNTED
from archive.db.unfinished import TEXTS
from archive.errors import ArchiveError
from archive.frozen import Frozen
from archive.queries.hiding import asks_for_hidden, visible
from archive.queries.matching import Condition, Match, all_of, is_of_words, match_of
from archive.queries.saved import with_saved
from archive.query_language.mistakes import QueryError
from archive.query_language.tree import And, Fact, Near, Node, Not, Or, Published, Query, Saved, Text, Words, leaves

Conditions = Sequence[Condition]

_NAMES = ("source", "credited", "topic", "author", "section")
_LONGEST_NAME = 4  # words after the first that are tried as part of a name
# where a date ends is looked up of the few only of which the others are not enough to know
_SIDE_BY_SIDE = {*COUNTED, "published_until"}


class Selection(Frozen):
    """The articles that a query names: conditions on `articles`, and words that they are found by, if there are some.

    `texts` are the words, phrases and words near each other that are wanted, to be shown where they stand.
    A date that is too coarse, or unknown, can neither be said to be in a span nor not to be: such articles are not
    named, whether the span is wanted or excluded, and `undated` and `imprecise` name those that are left out for it.
    `hidden` names those that are left out because they are hidden now; None where none of the archive is, or where they
    are asked for. `visible` is the condition that leaves them out.
    """

    conditions: tuple[Condition, ...] = ()
    match: Match | None = None
    texts: tuple[Text, ...] = ()
    undated: "Selection | None" = None
    imprecise: "Selection | None" = None
    hidden: "Selection | None" = None
    visible: Condition | None = None

    @property
    def by_date(self) -> bool:
        """Whether articles can be left out for want of a date."""
        return self.undated is not None

    @property
    def everything(self) -> bool:
        """Whether it names all articles."""
        return not self.conditions and self.match is None

    @property
    def is_all_visible(self) -> bool:
        """Whether it asks for nothing but words: all conditions there are leave out what is hidden."""
        return all(one is self.visible for one in self.conditions)

    @property
    def is_in_index(self) -> bool:
        """Whether what its conditions look at of an article stands in the index that is counted from."""
        return all(one is self.visible or _looks_at(one) <= _SIDE_BY_SIDE for one in self.conditions)

    def of(self, statement: Select[Any]) -> Select[Any]:
        """Return a SELECT from `articles` of these alone, joined to the index where there are words."""
        return self.narrowed(statement if self.match is None else with_words(statement, self.match.form))

    def narrowed(self, statement: Select[Any], **values: Any) -> Select[Any]:
        """Return of a SELECT from `articles`, joined to the index already where there are words, these alone.

        `values` are those of its other parameters.
        """
        if self.match is not None:
            values |= self.match.values
        if values:
            statement = statement.params(values)
        return statement.where(*self.conditions) if self.conditions else statement

    def execute(self, connection: Connection, statement: Select[Any], **values: Any) -> Sequence[tuple[Any, ...]]:
        """Return all rows of a SELECT from `articles`, joined to the index already where there are words.

        It is `narrowed` in less time, where there are no conditions and the statement stays the same object.
        """
        if self.match is not None:
            values |= self.match.values
        if not self.conditions:
            return run_kept(connection, statement, values)
        return list(map(tuple, connection.execute(statement.where(*self.conditions), values)))

    def as_conditions(self) -> list[Condition]:
        """Return the conditions on `articles` alone, for what does not rank."""
        words = [] if self.match is None else [_indexed(self.match)]
        return [*words, *self.conditions]

    def others(self) -> list[Condition] | None:
        """Return the conditions of all others that are not hidden; None where all others of the archive are meant."""
        if self.visible is None:
            return None
        return [self.visible, not_(and_(true(), *self.as_conditions()))]


ALL = Selection()


def select_articles(
    connection: Connection,
    queries: Iterable[Query],
    *,
    include_imprecise: bool = False,
    include_hidden: bool = False,
) -> Selection:
    """Return the articles that all of some queries name.

    With `include_imprecise`, articles whose date is coarser than a span, and can be within it, are named too; with
    `include_hidden`, or where a query asks for them by name, those that are withheld, canceled or under embargo.
    What was typed and has no word in it names none; nothing typed names all. Raises QueryError for a name that is not
    known, and ArchiveError for words where texts were left behind when the archive was copied: it would find too few.
    """
    parts: list[tuple[Query, Node]] = []
    texts: dict[Text, None] = {}
    today = date.today()
    meant = [with_saved(connection, one, today) for one in queries]
    if any(isinstance(leaf, (Words, Near)) for query in meant for leaf, _ in leaves(query.tree)):
        require(connection, TEXTS, "words cannot be looked up")
    seen = None if include_hidden or asks_for_hidden(meant) else visible(connection)
    for query in meant:
        if query.tree is None:
            if query.text.strip():
                return Selection((false(),))
            continue
        texts |= {leaf: None for leaf, wanted in leaves(query.tree) if wanted and isinstance(leaf, (Words, Near))}
        parts += [(query, part) for part in (query.tree.parts if isinstance(query.tree, And) else (query.tree,))]
    by_words = tuple(part for _, part in parts if is_of_words(part.part if isinstance(part, Not) else part))
    match = all_of(connection, by_words)
    rest = [_compile(connection, query, part) for query, part in parts if match is None or part not in by_words]
    certain = [sides.certain for sides in rest]
    if not any(isinstance(leaf, Published) for query, _ in parts for leaf, _ in leaves(query.tree)):
        return _of_visible(Selection(tuple(certain), match, tuple(texts)), seen)
    possible = and_(true(), *(sides.possible for sides in rest))
    known = and_(true(), *certain)
    has_date = articles.c.published_from.is_not(None)
    undated = Selection((possible, not_(known), not_(has_date)), match)
    if include_imprecise:
        return _of_visible(Selection((or_(known, and_(possible, has_date)),), match, tuple(texts), undated), seen)
    imprecise = Selection((possible, not_(known), has_date), match)
    return _of_visible(Selection(tuple(certain), match, tuple(texts), undated, imprecise), seen)


def _of_visible(selection: Selection, seen: Condition | None) -> Selection:
    """Return a selection without what is hidden, which it then names apart."""
    if seen is None:
        return selection
    undated, imprecise = (
        None if one is None else Selection((*one.conditions, seen), one.match)
        for one in (selection.undated, selection.imprecise)
    )
    hidden = Selection((*selection.conditions, not_(seen)), selection.match)
    return Selection((*selection.conditions, seen), selection.match, selection.texts, undated, imprecise, hidden, seen)


def _looks_at(condition: Condition) -> set[str]:
    """Return the columns of `articles` that a condition names."""
    named = visitors.iterate(condition)
    return {one.name for one in named if isinstance(one, Column) and one.table is articles}


def with_words(statement: Select[Any], match: Match) -> Select[Any]:
    """Return a SELECT from `articles` joined to the index, of those that match."""
    return statement.join(match.index, match.joined).where(match.found)


def _indexed(match: Match) -> Condition:
    return articles.c.id.in_(select(match.id).where(match.found))


def _compile(connection: Connection, query: Query, node: Node) -> Sides:
    by_words = match_of(connection, node)
    if by_words is not None:
        return _alike(_indexed(by_words))
    match node:
        case Not(part):
            sides = _compile(connection, query, part)
            return Sides(not_(sides.possible), not_(sides.certain))
        case And(parts):
            text = tuple(one for one in parts if is_of_words(one.part if isinstance(one, Not) else one))
            together = all_of(connection, text)
            rest = parts if together is None else [one for one in parts if one not in text]
            found = [_compile(connection, query, one) for one in rest]
            found += [_alike(_indexed(together))] if together is not None else []
            return Sides(and_(*(one.certain for one in found)), and_(*(one.possible for one in found)))
        case Or(parts):
            text = tuple(one for one in parts if is_of_words(one))
            found = [_compile(connection, query, one) for one in parts if one not in text]
            either = match_of(connection, Or(text)) if text else None
            found += [_alike(_indexed(either))] if either is not None else []
            return Sides(or_(*(one.certain for one in found)), or_(*(one.possible for one in found)))
        case Saved(_, saved) if saved.tree is not None:
            return _compile(connection, saved, saved.tree)
        case Published(starts, ends):
            return published_within(starts, ends)
        case Fact(name, value, span):
            from archive.queries.facts import FACTS  # late: a query of words alone does without it

            try:
                return _alike(FACTS[name](connection, value))
            except QueryError:
                raise
            except (ArchiveError, ValueError) as error:
                raise QueryError(_in_quotes(connection, query, node) or str(error), query.text, span) from error
        case Words() | Near():
            raise TypeError("words have an expression")
    return _alike(true())


def _in_quotes(connection: Connection, query: Query, fact: Fact) -> str:
    """Return what is wrong where a name with a space stands without quotes; '' where that is not so."""
    from archive.queries.facts import FACTS  # late: most queries do without it

    after = query.text[fact.span[1] :]
    words = after.split()[:_LONGEST_NAME] if after[:1].isspace() and fact.name in _NAMES else []
    for number in range(1, len(words) + 1):
        name = " ".join([fact.value, *words[:number]])
        with suppress(ArchiveError, ValueError):
            FACTS[fact.name](connection, name)
            return f'a name with a space stands in quotes: {fact.name}:"{name}"'
    return ""


def _alike(condition: Condition) -> Sides:
    return Sides(condition, condition)
